"""A condition has three truths, and the same ones in Python and in SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import (
    AUTHOR,
    SESSION,
    SOURCE,
    TODAY,
    AnyOther,
    Choice,
    Choices,
    Codes,
    Date,
    Days,
    Form,
    Money,
    Months,
    Narrative,
    PartialDate,
    Ref,
    Rows,
    Text,
    Whole,
    any_of,
)
from monitor.conditions import Answers, Condition, Constant, Count, Currency, Operand, Ratio, Today, bounds, sql_text
from monitor.errors import DeclarationError

KIND = Codes(a="A", b="B", c="C")
DAY = date(2025, 6, 15)


class Matter(Form):
    """A matter before an authority."""

    class Meta:
        key = "ref"

    ref = Ref("Ref?", pattern=r"M[0-9]+", example="M1", optional=True)
    opened = PartialDate("Opened?", optional=True)
    persons = Whole("Persons?", optional=True)
    docket = Text("Docket?", optional=True, publish="sealed")


class Person(Form):
    """A person at the meeting."""

    kind = Choice("Which?", KIND, optional=True)
    age = Whole("Age?", optional=True)
    born = Date("Born?", optional=True)
    paid = Money("Paid?", optional=True)


class Meeting(Form):
    """A meeting about a matter."""

    class Meta:
        parent = Matter

    stage = Choice("Stage?", KIND, optional=True)
    causes = Choices("Causes?", KIND, optional=True)
    minutes = Whole("Minutes?", optional=True, at_least=-5)
    year = Whole("Year?", optional=True)
    held = Date("Held?", optional=True)
    decided = PartialDate("Decided?", optional=True)
    price = Money("Price?", optional=True)
    cost = Money("Cost?", optional=True)
    effects = Choices("Effects?", KIND, optional=True)
    people = Rows(Person, "Who?", optional=True)
    notes = Narrative("Notes?", optional=True)


# The same answers as tables


@dataclass(frozen=True)
class Tables:
    """Names for the SQL of a condition: one table for each form."""

    alias: Mapping[object, str]

    def column(self, operand: Operand) -> str:
        if isinstance(operand, Constant):
            return sql_text(operand.constant) if isinstance(operand.constant, str) else str(operand.constant)
        if isinstance(operand, Today):
            return sql_text(DAY.isoformat())
        if isinstance(operand, Count):
            source, where, _ = self.rows(operand.of)
            return f"(SELECT count(*) FROM {source} WHERE {where})"
        if isinstance(operand, Currency):
            return f"{self.column(operand.of)}_currency"
        if operand.kind == "rows":
            return "(SELECT 1 FROM person WHERE meeting = m.id LIMIT 1)"
        return f"{self.alias[operand.form]}.{operand.title()}"

    def rows(self, operand: Operand) -> tuple[str, str, Tables]:
        return "person AS p", "p.meeting = m.id", Tables({**self.alias, Person: "p"})


def in_sql(condition: Condition, answers: Answers) -> bool | None:
    """The truth of a condition as SQLite finds it."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE matter (ref TEXT, opened TEXT, persons INTEGER) STRICT")
    database.execute(
        "CREATE TABLE person (meeting INTEGER, kind TEXT, age INTEGER, born TEXT, paid REAL, paid_currency TEXT) STRICT"
    )
    database.execute(
        "CREATE TABLE meeting (id INTEGER, stage TEXT, causes TEXT, minutes INTEGER, year INTEGER, held TEXT, "
        "decided TEXT, effects TEXT, price REAL, price_currency TEXT, cost REAL, cost_currency TEXT) STRICT"
    )
    outer = answers.outer.values if answers.outer else {}
    database.execute("INSERT INTO matter VALUES (?, ?, ?)", [outer.get(name) for name in ("ref", "opened", "persons")])
    values = dict(answers.values)
    for name in ("causes", "effects"):
        values[name] = json.dumps(values[name]) if name in values else None
    plain = [values.get(name) for name in ("stage", "causes", "minutes", "year", "held", "decided", "effects")]
    amounts = [*amount_of(values.get("price")), *amount_of(values.get("cost"))]
    database.execute("INSERT INTO meeting VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [*plain, *amounts])
    for row in values.get("people", ()):
        line = [row.get("kind"), row.get("age"), row.get("born"), *amount_of(row.get("paid"))]
        database.execute("INSERT INTO person VALUES (1, ?, ?, ?, ?, ?)", line)
    sql = condition.sql(Tables({Meeting: "m", Matter: "c"}))
    (truth,) = database.execute(f"SELECT {sql} FROM meeting AS m, matter AS c").fetchone()
    database.close()
    assert truth in (None, 0, 1)
    return None if truth is None else bool(truth)


def amount_of(money: Mapping[str, str] | None) -> tuple[float | None, str | None]:
    return (None, None) if money is None else (float(money["amount"]), money["currency"])


def answers_of(values: Mapping[str, Any], outer: Mapping[str, Any] | None = None, **system: Any) -> Answers:
    above = Answers(Matter, outer or {}, today=DAY)
    return Answers(Meeting, values, above, DAY, system)


# Random answers and random conditions over them

DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31)).map(date.isoformat)
NEAR_DAYS = st.dates(date(2023, 12, 1), date(2025, 1, 31)).map(date.isoformat)
DATES = NEAR_DAYS | DAYS
PARTIAL_DATES = st.builds(lambda day, length: day[:length], DATES, st.sampled_from([4, 7, 10]))
SMALL = st.integers(-5, 6)
YEARS = st.sampled_from([0, 99, 999, 1000, 2023, 2024, 2025, 9999, 10000, 1234567])
CODES = st.sampled_from(["a", "b", "c"])
PRICE = st.builds(
    lambda cents, currency: {"amount": f"{cents / 100:.2f}", "currency": currency},
    st.integers(1, 700),
    st.sampled_from(["EUR", "EUR", "MDL"]),
)
PERSON = st.fixed_dictionaries({}, optional={"kind": CODES, "age": SMALL, "born": NEAR_DAYS, "paid": PRICE})
PEOPLE = st.lists(PERSON, min_size=1, max_size=3)
ANSWERS = st.builds(
    answers_of,
    st.fixed_dictionaries(
        {},
        optional={
            "stage": CODES,
            "causes": st.lists(CODES, min_size=1, unique=True),
            "minutes": SMALL,
            "year": YEARS,
            "held": DATES,
            "decided": PARTIAL_DATES,
            "effects": st.lists(CODES, min_size=1, unique=True),
            "price": PRICE,
            "cost": PRICE,
            "people": PEOPLE,
        },
    ),
    st.fixed_dictionaries({}, optional={"ref": st.just("M1"), "opened": PARTIAL_DATES, "persons": SMALL}),
)
SOME_CODES = st.lists(CODES, min_size=1, max_size=2, unique=True)
COMPARISONS = st.sampled_from(["__lt__", "__le__", "__gt__", "__ge__", "equals"])
DATED = st.sampled_from([Meeting.held, Meeting.decided, Matter.opened, TODAY, Meeting.people.earliest(Person.born)])
NUMBERS = st.sampled_from(
    [
        Meeting.minutes,
        Matter.persons,
        Meeting.price,
        Meeting.cost,
        Meeting.people.count(),
        Meeting.people.total(Person.age),
        Meeting.people.total(Person.paid),
        Days(Meeting.people.earliest(Person.born), Meeting.held),
        Months(Meeting.decided, Meeting.people.latest(Person.born)),
    ]
)
OPERANDS = [Meeting.stage, Meeting.causes, Meeting.minutes, Meeting.held, Meeting.people, Matter.opened, Matter.persons]
IN_A_ROW = (
    SOME_CODES.map(lambda codes: Person.kind.is_(*codes))
    | SOME_CODES.map(lambda codes: Person.kind.is_not(*codes))
    | SMALL.map(lambda age: Person.age >= age)
    | st.just(Person.age > Meeting.minutes)
    | st.just(Person.age.answered())
)
LEAVES = (
    SOME_CODES.map(lambda codes: Meeting.stage.is_(*codes))
    | SOME_CODES.map(lambda codes: Meeting.stage.is_not(*codes))
    | SOME_CODES.map(lambda codes: Meeting.causes.includes(*codes))
    | SOME_CODES.map(lambda codes: Meeting.causes.includes_other_than(*codes))
    | st.builds(lambda left, op, right: getattr(left, op)(right), NUMBERS, COMPARISONS, NUMBERS | SMALL)
    | st.builds(lambda left, op, right: getattr(left, op)(right), DATED, COMPARISONS, DATED | PARTIAL_DATES)
    | st.builds(lambda left, op: getattr(left, op)(Meeting.year), DATED, COMPARISONS)
    | st.builds(lambda op, right: getattr(Meeting.year, op)(right), COMPARISONS, DATED)
    | st.sampled_from(OPERANDS).map(lambda operand: operand.answered())
    | st.just(Meeting.price.currency().equals(Meeting.cost.currency()))
    | st.just(Meeting.causes.within(Meeting.effects))
    | IN_A_ROW.map(Meeting.people.any)
    | st.builds(lambda left, right: Meeting.people.any(left & ~right), IN_A_ROW, IN_A_ROW)
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(lambda a, b: a & b, inner, inner)
        | st.builds(lambda a, b: a | b, inner, inner)
        | st.builds(lambda a, b: a.implies(b), inner, inner)
        | inner.map(lambda a: ~a)
        | st.lists(inner, max_size=3).map(any_of)
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(CONDITIONS, ANSWERS)
def test_sql_finds_the_same_truth_as_python(condition: Condition, answers: Answers) -> None:
    assert in_sql(condition, answers) is condition.truth(answers)


@settings(max_examples=100, deadline=None)
@given(CONDITIONS, CONDITIONS, ANSWERS)
def test_negation_keeps_the_unknown_and_mirrors_and_with_or(
    left: Condition, right: Condition, answers: Answers
) -> None:
    truth = left.truth(answers)
    assert (~left).truth(answers) is (None if truth is None else not truth)
    assert (~(left & right)).truth(answers) is (~left | ~right).truth(answers)
    assert left.implies(right).truth(answers) is (~left | right).truth(answers)


@settings(max_examples=100, deadline=None)
@given(CONDITIONS)
def test_every_condition_can_be_said_in_words_and_kept_as_json(condition: Condition) -> None:
    assert isinstance(condition.words(), str)
    assert json.loads(json.dumps(condition.as_json())) == condition.as_json()


@given(PARTIAL_DATES)
def test_a_partial_date_lies_between_its_bounds(text: str) -> None:
    early, late = bounds(text)
    assert date.fromisoformat(early) <= date.fromisoformat(late)
    assert early.startswith(text) and late.startswith(text)


# One by one

UNKNOWN_WHEN_BLANK = [
    Meeting.stage.is_("a"),
    Meeting.stage.is_not("a"),
    Meeting.causes.includes("a"),
    Meeting.causes.includes_other_than("a"),
    Meeting.minutes < 1,
    Meeting.minutes.equals(0),
    Meeting.held >= "2024",
    Meeting.decided < Meeting.held,
    Meeting.price > 0,
    Matter.persons > 0,
    Meeting.notes.length() >= 40,
    Meeting.notes.matches("[0-9]{6}", "a long number"),
    Meeting.notes.mentions(Matter.docket),
    Months(Matter.opened, Meeting.held) < 3,
    SOURCE.equals("judgment"),
]


@pytest.mark.parametrize("condition", UNKNOWN_WHEN_BLANK, ids=lambda condition: condition.words())
def test_a_blank_is_neither_yes_nor_no(condition: Condition) -> None:
    nothing = answers_of({})
    assert condition.truth(nothing) is None
    assert (~condition).truth(nothing) is None
    assert not condition.holds(nothing) and not (~condition).holds(nothing)


def test_answered_is_the_one_question_that_a_blank_decides() -> None:
    assert Meeting.stage.answered().truth(answers_of({})) is False
    assert (~Meeting.stage.answered()).truth(answers_of({})) is True
    assert Meeting.stage.answered().truth(answers_of({"stage": "a"})) is True


def test_false_and_unknown_is_false_and_true_or_unknown_is_true() -> None:
    answers = answers_of({"stage": "a"})
    unknown, yes, no = Meeting.minutes > 3, Meeting.stage.is_("a"), Meeting.stage.is_("b")
    assert (no & unknown).truth(answers) is False
    assert (yes & unknown).truth(answers) is None
    assert (yes | unknown).truth(answers) is True
    assert (no | unknown).truth(answers) is None


def test_a_blank_in_one_row_leaves_open_whether_any_row_meets_a_condition() -> None:
    adult = Meeting.people.any(Person.age >= 18)
    assert adult.truth(answers_of({"people": [{"age": 3}, {}]})) is None
    assert adult.truth(answers_of({"people": [{"age": 30}, {}]})) is True
    assert adult.truth(answers_of({"people": [{"age": 3}]})) is False
    assert adult.truth(answers_of({})) is False


@pytest.mark.parametrize(
    "left, right, truth",
    [
        ("2024", "2024-05-01", None),
        ("2023", "2024-05-01", True),
        ("2024-04", "2024-05", True),
        ("2024-05", "2024-05-31", None),
        ("2024-02-29", "2024-03", True),
        ("2024-02", "2024-02-29", None),
        ("2025", "2024-12-31", False),
        ("2024-05-01", "2024-05-01", False),
    ],
)
def test_a_partial_date_is_earlier_only_when_all_its_days_are(left: str, right: str, truth: bool | None) -> None:
    answers = answers_of({"decided": left}, {"opened": right})
    assert (Meeting.decided < Matter.opened).truth(answers) is truth


def test_two_equal_partial_dates_need_not_be_the_same_day() -> None:
    answers = answers_of({"decided": "2024-05"}, {"opened": "2024-05"})
    assert Meeting.decided.equals(Matter.opened).truth(answers) is None
    assert (Meeting.decided <= Matter.opened).truth(answers) is None


def test_a_whole_number_beside_a_date_is_a_year() -> None:
    assert (Meeting.year <= TODAY).truth(answers_of({"year": 2024})) is True
    assert (Meeting.year > TODAY).truth(answers_of({"year": 2024})) is False
    assert (Meeting.year > TODAY).truth(answers_of({"year": 2025})) is None
    assert (Meeting.year > TODAY).truth(answers_of({"year": 1234567})) is None


def test_months_are_calendar_months_and_need_both_months() -> None:
    months = Months(Matter.opened, Meeting.held)
    assert months.value(answers_of({"held": "2025-03-01"}, {"opened": "2023-12-31"})) == 15
    assert months.value(answers_of({"held": "2025-03-01"}, {"opened": "2023"})) is None


def test_amounts_are_compared_as_decimals() -> None:
    answers = answers_of({"price": {"amount": "0.1000", "currency": "EUR"}, "minutes": 0})
    assert (Meeting.price > Meeting.minutes).truth(answers) is True
    assert Meeting.price.equals(0).truth(answers) is False


def test_a_mention_is_found_however_it_is_spaced_and_capitalised() -> None:
    repeats = Meeting.notes.mentions(Matter.docket)
    said = {"notes": "The file kp-17 / 24 was read."}
    assert repeats.truth(answers_of(said, {"docket": "KP 17/24"})) is True
    assert repeats.truth(answers_of(said, {"docket": "KP 18/24"})) is False
    assert repeats.truth(answers_of(said, {"docket": "- / -"})) is False


def test_system_fields_can_be_compared() -> None:
    answers = answers_of({}, session=2, author="MON-07")
    assert (SESSION > 1).truth(answers) is True
    assert AUTHOR.equals("MON-07").truth(answers) is True
    assert SOURCE.answered().truth(answers) is False


# Other submissions of the same case


def beside(values: Mapping[str, Any], *others: Mapping[str, Any]) -> Answers:
    return Answers(Meeting, values, today=DAY, others=lambda same: [answers_of(other) for other in others])


def test_another_submission_must_share_what_it_should_and_differ_where_it_should() -> None:
    twice = AnyOther(same=(Meeting.stage,), differs=(Meeting.held,))
    here = {"stage": "a", "held": "2025-01-01"}
    assert twice.truth(beside(here)) is False
    assert twice.truth(beside(here, {"stage": "a", "held": "2025-01-02"})) is True
    assert twice.truth(beside(here, {"stage": "b", "held": "2025-01-02"})) is False
    assert twice.truth(beside(here, {"stage": "a", "held": "2025-01-01"})) is False


def test_two_blanks_are_neither_the_same_nor_different() -> None:
    assert AnyOther(same=(Meeting.stage,)).truth(beside({}, {})) is False
    assert AnyOther(differs=(Meeting.stage,)).truth(beside({}, {"stage": "a"})) is False


def test_an_earlier_submission_comes_before_by_its_date() -> None:
    claimed = AnyOther(Meeting.stage.is_("a"), earlier=Meeting.held)
    here = {"held": "2025-02-01"}
    assert claimed.truth(beside(here, {"stage": "a", "held": "2025-01-31"})) is True
    assert claimed.truth(beside(here, {"stage": "a", "held": "2025-02-01"})) is False
    assert claimed.truth(beside(here, {"stage": "b", "held": "2025-01-31"})) is False


# What cannot be said


@pytest.mark.parametrize(
    "declare, says",
    [
        (lambda: Meeting.stage > 3, "compares stage (text) with 3 (number)"),
        (lambda: Meeting.causes < 3, "compares causes (codes) with 3 (number)"),
        (lambda: Meeting.people >= 1, "compares people (rows)"),
        (lambda: Meeting.minutes < Meeting.stage, "compares minutes (number) with stage (text)"),
        (lambda: Meeting.held < "2025-13", "'2025-13', which is no date"),
        (lambda: Meeting.held < "1.2.2025", "'1.2.2025', which is no date"),
        (lambda: Meeting.minutes < 2.5, "compares with float"),
        (lambda: Meeting.minutes.equals(True), "compares with bool"),
        (lambda: (Meeting.minutes > 3) and (Meeting.stage.is_("a")), "'and', 'or', 'not'"),
        (lambda: not Meeting.stage.is_("a"), "'and', 'or', 'not'"),
        (lambda: Meeting.minutes > 0 < Meeting.year, "0 < a < 9"),
        (lambda: Meeting.stage.is_(), "no codes"),
        (lambda: Meeting.causes.includes_other_than(), "no codes"),
    ],
)
def test_what_has_no_meaning_is_refused_when_it_is_written(declare: Any, says: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        declare()
    assert says in refused.value.sentence


def test_amounts_of_two_currencies_do_not_compare_and_are_not_added() -> None:
    euros, lei = {"amount": "10", "currency": "EUR"}, {"amount": "9", "currency": "MDL"}
    apart = answers_of({"price": euros, "cost": lei, "people": [{"paid": euros}, {"paid": lei}]})
    assert (Meeting.price > Meeting.cost).truth(apart) is None
    assert (Meeting.people.total(Person.paid) > 0).truth(apart) is None
    assert Ratio(Meeting.price, Meeting.cost).value(apart) is None
    assert Meeting.price.currency().equals(Meeting.cost.currency()).truth(apart) is False


def test_a_total_of_no_rows_is_zero_and_a_first_of_no_rows_is_unknown() -> None:
    assert Meeting.people.total(Person.paid).value(answers_of({})) == 0
    assert Meeting.people.earliest(Person.born).value(answers_of({})) is None


def test_a_ratio_is_the_same_in_sql_and_unknown_over_zero() -> None:
    thirds = answers_of({"price": {"amount": "2", "currency": "EUR"}, "cost": {"amount": "3", "currency": "EUR"}})
    ratio = Ratio(Meeting.price, Meeting.cost)
    assert float(ratio.value(thirds)) == pytest.approx(2 / 3)
    assert in_sql(ratio > 0, thirds) is True and in_sql(ratio > 1, thirds) is False
    zero = answers_of({"minutes": 0, "year": 2024})
    assert Ratio(Meeting.year, Meeting.minutes).value(zero) is None
    assert in_sql(Ratio(Meeting.year, Meeting.minutes) > 0, zero) is None


def test_days_need_both_dates_to_the_day() -> None:
    days = Days(Meeting.decided, Meeting.held)
    assert days.value(answers_of({"decided": "2024-02-28", "held": "2024-03-01"})) == 2
    assert days.value(answers_of({"decided": "2024-02", "held": "2024-03-01"})) is None
