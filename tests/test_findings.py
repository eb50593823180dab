"""Findings agree with a count made by hand in Python, cell by cell, over random answers."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from statistics import median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import (
    Choice,
    Choices,
    Codes,
    Country,
    Date,
    EachCode,
    Form,
    Instrument,
    Median,
    Money,
    Months,
    PartialDate,
    Pending,
    Rating,
    Ref,
    Rows,
    Share,
    Tally,
    Whole,
    by,
    each,
    year,
)
from monitor.conditions import SOURCE, Answers
from monitor.errors import DeclarationError
from monitor.findings import ALL, AS_DECLARED, UNKNOWN, FindingTable, Pooling, Region, find
from monitor.forms import FormMeta
from monitor.indicators import Dimension, Indicator
from monitor.questions import Coded
from monitor.store.tables import sql_name, tables_of

PLACES = Codes(north="North", south="South")
CHARGES = Codes(theft="Theft", fraud="Fraud", other="Other")
HELP = Codes(none="None", screen="Screen", video="Video link")
AGES = Codes(infant="Infant", youth="Youth", adult="Adult")


class Case(Form):
    """One invented case."""

    place = Choice("Where?", PLACES, publish="dimension", optional=True)
    charges = Choices(
        "What for?", CHARGES, publish="dimension", published_as={"money": ("theft", "fraud")}, optional=True
    )
    filed = PartialDate("When filed?", optional=True)
    people = Whole("How many?", publish="counted", optional=True)
    country = Country("In which country?", publish="dimension", optional=True)


class Witness(Form):
    """One invented witness."""

    class Meta:
        person = "ref"

    ref = Ref("Who?", pattern="W[0-9]", example="W1")
    age = Choice("How old?", AGES, publish="dimension", published_as={"child": ("infant", "youth")}, optional=True)
    heard = Rating("Heard?", publish="counted", optional=True)
    citizen = Country("Of which country?", publish="dimension", optional=True)


class Hearing(Form):
    """One invented hearing."""

    class Meta:
        parent = Case

    day = Date("When?", dimension="year", optional=True)
    lawyer = Rating("Was there a lawyer?", publish="counted", optional=True)
    asked = Choices("What was asked for?", HELP, alone=("none",), publish="counted", optional=True)
    given = Choices("What was given?", HELP, alone=("none",), publish="counted", optional=True)
    fine = Money("How much?", publish="counted", optional=True)
    witnesses = Rows(Witness, "The witnesses", optional=True)


MEASURE = EachCode(Hearing.asked, leaving_out=("none",))
PLACE, CHARGE, YEAR, AGE = by(Case.place), by(Case.charges), year(Hearing.day), by(Witness.age)
COUNTRY, CITIZEN = by(Case.country), by(Witness.citizen)

INDICATORS: tuple[Indicator, ...] = (
    Share(id="F1", title="Lawyer", unit=Hearing,
          tables=((PLACE, YEAR), (PLACE, CHARGE), (CHARGE, AGE), (COUNTRY, YEAR)),
          rating=Hearing.lawyer, among=Case.people > 0, having=Hearing.lawyer.is_("yes")),
    Share(id="F2", title="With a child", unit=Hearing, tables=((each(Hearing.asked), YEAR), (CITIZEN, YEAR)),
          having=Hearing.witnesses.any(Witness.age.is_("infant", "youth")) & (Hearing.witnesses.count() >= 2)),
    Share(id="F3", title="Granted", unit=MEASURE, tables=((PLACE, each(Hearing.asked)),),
          having=MEASURE.also_in(Hearing.given)),
    Share(id="F4", title="Witnesses heard", unit=Witness, tables=((AGE, CHARGE), (CITIZEN, COUNTRY)),
          rating=Witness.heard, among=~Hearing.asked.includes_other_than("none"),
          having=Witness.heard.is_("yes", "partly")),
    Share(id="F5", title="Late", unit=Hearing, tables=((PLACE,),), among=Case.filed.answered(),
          having=(Case.filed < Hearing.day) | (Hearing.fine > 100)),
    Tally(id="F6", title="Cases", unit=Case, tables=((year(Hearing.day, "begun", first=True), CHARGE),),
          among=Case.people > 1),
    Median(id="F7", title="Months", unit=Hearing, tables=((PLACE, CHARGE),), measure="months",
           of=Months(Case.filed, Hearing.day)),
)  # fmt: skip

PENDING = (Pending(Case, holds=Case.people > 1),)
INVENTED = Instrument("invented", "1.0", "Invented", (Case, Hearing), (), INDICATORS, pending=PENDING)
REGIONS = {"baltic_states": Region("Baltic States", ("EE", "LV")), "alps": Region("The Alps", ("AT", "CH", "SI"))}


@dataclass
class Shelf:
    """Submissions in memory, as they are put into the tables of a store."""

    found: list[tuple[str, FormMeta, str | None, str, dict[str, Any]]] = field(default_factory=list)

    def connection(self, instrument: Instrument | None = None) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:")
        connection.execute("CREATE TABLE submission (id TEXT PRIMARY KEY, form, parent, state, submitted_at)")
        for form in (instrument or INVENTED).forms:
            for table in tables_of(form):
                connection.execute(f"CREATE TABLE {sql_name(table.name)} ({', '.join(map(sql_name, table.names()))})")
        for identity, form, parent, state, answers in self.found:
            line = (identity, form.full_code(), parent, state, "2025-01-01T00:00:00+00:00")
            connection.execute("INSERT INTO submission VALUES (?, ?, ?, ?, ?)", line)
            for table in tables_of(form):
                marks = ", ".join("?" * len(table.names()))
                connection.executemany(
                    f"INSERT INTO {sql_name(table.name)} VALUES ({marks})", table.lines(identity, answers)
                )
        return connection

    def under(self, parent: str) -> Iterator[dict[str, Any]]:
        return (answers for _, _, above, state, answers in self.found if above == parent and state == "approved")

    # What a count by hand sees: every approved unit, with the answers around it.

    def units(self, indicator: Indicator, embargo: bool) -> Iterator[tuple[Answers, str, str | None, str]]:
        """Each unit's answers, the code at hand, the person, the case."""
        approved = {identity: answers for identity, _, _, state, answers in self.found if state == "approved"}
        for identity, form, parent, _, answers in self.found:
            own = indicator.form.rows_of.form if indicator.form.rows_of else indicator.form
            if form is not own or identity not in approved or (parent is not None and parent not in approved):
                continue
            if embargo and approved[parent or identity].get("people", 0) > 1:
                continue
            outer = Answers(Case, approved[parent], None, date(2025, 1, 1)) if parent else None
            here = Answers(form, answers, outer, date(2025, 1, 1), {"id": identity})
            case = parent or identity
            if indicator.form is Witness:
                for row in answers.get("witnesses", ()):
                    yield Answers(Witness, row, here, here.today), "", f"{case}/{row['ref']}", case
            elif isinstance(indicator.unit, EachCode):
                for code in answers.get("asked", ()):
                    if code not in indicator.unit.leaving_out:
                        yield Answers(form, answers, outer, here.today, {"each": code}), code, None, case
            else:
                yield here, "", None, case

    def places(self, indicator: Indicator, dimension: Dimension, answers: Answers, code: str) -> set[str]:
        """The codes of a dimension under which a unit stands."""
        question = dimension.question
        if dimension.first:
            days = [found["day"] for found in self.under(str(answers.system["id"])) if "day" in found]
            return {min(days)[:4]} if days else {UNKNOWN}
        if isinstance(indicator.unit, EachCode) and question is indicator.unit.of:
            return {code}
        if question.form is Witness and answers.form is not Witness:
            rows = answers.values.get("witnesses", ())
            return {self._published(question, row.get(question.name)) for row in rows} or {UNKNOWN}
        value = question.value(answers)
        if dimension.part == "year":
            return {value[:4]} if value else {UNKNOWN}
        return {self._published(question, one) for one in (value if isinstance(value, list) else [value])}

    @staticmethod
    def _published(question: Any, code: str | None) -> str:
        assert isinstance(question, Coded)
        groups = [group for group, codes in question.published_as.items() if code in codes]
        return groups[0] if groups else code or UNKNOWN


def part_of(indicator: Indicator, answers: Answers) -> str | None:
    """What a unit counts as, by the conditions evaluated in Python."""
    if indicator.among is not None and indicator.among.truth(answers) is not True:
        return None
    if isinstance(indicator, Median):
        return "count" if indicator.of.value(answers) is not None else None
    if not isinstance(indicator, Share):
        return "count"
    if indicator.rating is not None and indicator.rating.rated().truth(answers) is not True:
        value = indicator.rating.value(answers)
        return value if value in ("not_observed", "not_applicable") else None
    return "count" if indicator.having.truth(answers) is True else "rest"


def assert_as_by_hand(
    shelf: Shelf, table: FindingTable, pooling: Pooling, embargo: bool, few: int, numbers: dict[int, set[Any]]
) -> None:  # fmt: skip
    indicator = table.indicator
    cells: dict[Any, set[Any]] = defaultdict(set)
    outside: dict[Any, set[Any]] = defaultdict(set)
    values: dict[Any, list[Any]] = defaultdict(list)
    for number, (answers, code, person, case) in enumerate(shelf.units(indicator, embargo)):
        part = part_of(indicator, answers)
        if part is None:
            continue
        here = (number, part, person, case)
        places = [
            with_groups(shelf.places(indicator, dimension, answers, code), dimension, pooling)
            for dimension in table.dimensions
        ]
        for keys in product(*({ALL} | found for found in places)):
            cells[keys].add(here)
            if isinstance(indicator, Median):
                values[keys].append(indicator.of.value(answers))
        for finding in table.findings:
            for place, dimension in enumerate(table.dimensions):
                others = [key == ALL or key in found for key, found in zip(finding.keys, places, strict=True)]
                others[place] = finding.keys[place] != ALL and finding.keys[place] not in places[place]
                if all(others):
                    outside[finding.keys, dimension.name, ALL].add(here)
                    for group in {table.parents[place].get(finding.keys[place])} & places[place]:
                        outside[finding.keys, dimension.name, group].add(here)
    for finding in table.findings:
        assert figures(finding.counts) == by_hand(cells[finding.keys], table), (indicator.id, finding.keys)
        note_who(cells[finding.keys], table, finding.counts, few, numbers)
        assert finding.median == (median(values[finding.keys]) if finding.keys in values else None)
        for place, (name, counts) in zip(outside_of(table, finding.keys), finding.outside, strict=True):
            assert place[0] == name
            mine = outside[finding.keys, *place]
            assert figures(counts) == by_hand(mine, table), (indicator.id, finding.keys, place)
            note_who(mine, table, counts, few, numbers)
    assert set(cells) <= {finding.keys for finding in table.findings}


def with_groups(codes: set[str], dimension: Dimension, pooling: Pooling) -> set[str]:
    groups = {code: pooling.group(dimension, code) for code in codes}
    alone = {code for code in codes if not (pooling.alone and groups[code])}
    return alone | {group for group in groups.values() if group}


def outside_of(table: FindingTable, keys: tuple[str, ...]) -> list[tuple[str, str]]:
    """The dimensions, and the margins in them, beside which others can stand."""
    return [
        (dimension.name, within)
        for place, dimension in enumerate(table.dimensions)
        if keys[place] != ALL and dimension.name in table.overlapping
        for within in (ALL, *({table.parents[place][keys[place]]} if keys[place] in table.parents[place] else ()))
    ]


PARTS = {"n": ("count", "rest"), **{name: (name,) for name in ("count", "rest", "not_observed", "not_applicable")}}


def note_who(units: set[Any], table: FindingTable, counts: Any, few: int, numbers: dict[int, set[Any]]) -> None:
    """Keep, for each number, whom it can stand for by all figures so far. Fewer than three cases are told, too."""
    for name, parts in PARTS.items():
        cases = {unit[3] for unit in units if unit[1] in parts}
        persons = {unit[2] for unit in units if unit[1] in parts} if table.indicator.form is Witness else cases
        told = few > 0 and (len(persons) < few or len(cases) < 3)
        behind = getattr(counts, name)
        for found, mine in ((behind.who, persons), (behind.where, cases)):
            assert len(found) == (len(mine) if told else 0)
            for number in found:
                numbers[number] = numbers.get(number, mine) & mine


def figures(counts: Any) -> dict[str, tuple[int, int | None, int]]:
    return {
        name: (behind.units, behind.persons, behind.cases)
        for name, behind in vars(counts).items()
    }  # fmt: skip


def by_hand(units: set[Any], table: FindingTable) -> dict[str, tuple[int, int | None, int]]:
    found = {}
    persons = table.indicator.form is Witness
    for name in ("n", "count", "rest", "not_observed", "not_applicable"):
        parts = ("count", "rest") if name == "n" else (name,)
        chosen = [unit for unit in units if unit[1] in parts]
        people = len({unit[2] for unit in chosen}) if persons else None
        found[name] = (len(chosen), people, len({unit[3] for unit in chosen}))
    return found


def some(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


def several(codes: Codes) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(list(codes)), unique=True, max_size=3)


def answers_of(**strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(strategies).map(
        lambda answers: {name: value for name, value in answers.items() if value not in (None, [])}
    )


STATES = st.sampled_from(["approved", "approved", "approved", "submitted", "withdrawn"])
RATINGS = ["yes", "partly", "no", "not_observed", "not_applicable"]
WITNESSES = answers_of(
    ref=st.sampled_from(["W1", "W2"]), age=some(list(AGES)), heard=some(RATINGS), citizen=some(["EE", "LV", "AT", "FR"])
)
CASES = answers_of(
    place=some(list(PLACES)), charges=several(CHARGES), filed=some(["2022", "2023-02", "2023-02-28"]),
    people=some([0, 1, 2]), country=some(["EE", "LV", "CH", "FR"]),
)  # fmt: skip
HEARINGS = answers_of(
    day=some(["2022-12-31", "2023-02-28", "2024-05-05"]), lawyer=some(RATINGS), asked=several(HELP),
    given=several(HELP), fine=some([{"amount": "99.5", "currency": "EUR"}, {"amount": "1000", "currency": "EUR"}]),
    witnesses=st.lists(WITNESSES, max_size=3),
)  # fmt: skip


@st.composite
def shelves(draw: st.DrawFn) -> Shelf:
    shelf = Shelf()
    for number, (case, state) in enumerate(draw(st.lists(st.tuples(CASES, STATES), max_size=6))):
        shelf.found.append((f"c{number}", Case, None, state, case))
        for place, (hearing, own) in enumerate(draw(st.lists(st.tuples(HEARINGS, STATES), max_size=4))):
            shelf.found.append((f"c{number}h{place}", Hearing, f"c{number}", own, hearing))
    return shelf


POOLINGS = [
    AS_DECLARED, Pooling(2), Pooling(3, REGIONS), Pooling(2, REGIONS, periods_from=2023), Pooling(2, alone=True),
    Pooling(2, REGIONS, alone=True),
]  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(shelves(), st.sampled_from(POOLINGS), st.sampled_from([0, 1, 3, 10]), st.booleans())
def test_every_finding_is_what_a_count_by_hand_gives(shelf: Shelf, pooling: Pooling, few: int, embargo: bool) -> None:
    numbers: dict[int, set[Any]] = {}
    for table in find(shelf.connection(), [INVENTED], pooling=pooling, few=few, embargo=embargo):
        assert_as_by_hand(shelf, table, pooling, embargo, few, numbers)
    assert all(numbers.values()), "one number stands for two persons"


def test_what_is_pending_until_something_is_found_below_counts_when_it_is_found() -> None:
    ended = Pending(Case, until=Hearing.lawyer.is_("yes"))
    instrument = Instrument("invented", "1.0", "Invented", (Case, Hearing), (), INDICATORS, pending=(ended,))
    open_case, closed = (
        court(BLANK, {"lawyer": "yes"}, states=("approved", "submitted")),
        court(BLANK, {"lawyer": "yes"}),
    )
    for shelf, hearings in ((open_case, 0), (closed, 1)):
        tables = find(shelf.connection(), [instrument], embargo=True)
        assert tables[0].findings[0].n.units == hearings


def one_of(shelf: Shelf, indicator: str, *keys: str) -> Any:
    tables = find(shelf.connection(), [INVENTED])
    return next(
        finding for table in tables if table.indicator.id == indicator for finding in table.findings
        if finding.keys == keys
    )  # fmt: skip


def court(*hearings: dict[str, Any], states: tuple[str, ...] = (), case: str = "approved") -> Shelf:
    answers = {"place": "north", "charges": ["theft", "fraud"], "people": 2}
    shelf = Shelf([("c", Case, None, case, answers)])
    for number, hearing in enumerate(hearings):
        state = states[number] if states else "approved"
        shelf.found.append((f"h{number}", Hearing, "c", state, hearing))
    return shelf


YES, BLANK = {"day": "2024-01-01", "lawyer": "yes"}, {"day": "2024-01-01"}


def test_only_approved_submissions_count() -> None:
    shelf = court(YES, YES, YES, states=("approved", "submitted", "quarantined"))
    assert one_of(shelf, "F1", ALL, ALL).n.units == 1


@pytest.mark.parametrize("state", ["submitted", "returned", "withdrawn"])
def test_a_hearing_counts_only_if_its_case_is_approved(state: str) -> None:
    shelf = court(YES, case=state)
    shelf.found.append(("other", Case, None, "approved", {"place": "north"}))
    assert one_of(shelf, "F1", ALL, ALL).n.units == 0


def test_a_blank_is_neither_a_no_nor_in_the_denominator() -> None:
    finding = one_of(court(YES, BLANK), "F1", ALL, ALL)
    assert (finding.n.units, finding.rest.units) == (1, 0)


def test_two_codes_of_one_published_group_count_once() -> None:
    assert one_of(court(YES), "F1", ALL, "money").n.units == 1


def test_what_was_not_recorded_stands_apart_and_not_under_a_code() -> None:
    shelf = court(YES, {"lawyer": "no"})
    assert one_of(shelf, "F1", ALL, UNKNOWN).rest.units == 1


def test_twenty_hearings_can_be_one_person() -> None:
    hearing = {"asked": ["none"], "witnesses": [{"ref": "W1", "heard": "yes", "age": "adult"}]}
    finding = one_of(court(*[hearing] * 20), "F4", ALL, ALL)
    assert (finding.n.units, finding.n.persons, finding.n.cases) == (20, 1, 1)


def test_a_table_has_a_row_for_every_combination_because_a_missing_one_would_say_nobody() -> None:
    shelf = court(YES)
    shelf.found.append(("s", Case, None, "approved", {"place": "south", "people": 2, "charges": ["other"]}))
    shelf.found.append(("s0", Hearing, "s", "approved", {"day": "2025-02-02", "lawyer": "no"}))
    assert one_of(shelf, "F1", "south", "2024").n.units == 0


def test_the_same_question_lists_the_same_codes_in_every_table_of_an_instrument() -> None:
    shelf = court({"lawyer": "yes"})
    shelf.found.append(("s", Case, None, "approved", {"place": "south"}))
    shelf.found.append(("s0", Hearing, "s", "approved", {"asked": ["screen"]}))
    # No rated hearing is in the south, but a measure is; F1 must not tell that by leaving the south out.
    assert one_of(shelf, "F1", "south", ALL).n.units == 0


def test_what_is_kept_in_no_table_cannot_be_counted() -> None:
    indicator = Tally(id="F8", title="With a source", unit=Case, tables=((PLACE,),), among=SOURCE.answered())
    instrument = Instrument("invented", "1.0", "Invented", (Case, Hearing), (), (indicator,))
    with pytest.raises(DeclarationError, match="_source, which is kept in no table"):
        find(court(YES).connection(), [instrument])


def test_questions_that_the_store_does_not_know_yet_are_blank() -> None:
    connection = court(YES).connection()
    connection.execute('ALTER TABLE "invented__hearing" DROP COLUMN "fine_amount"')
    connection.execute('DROP TABLE "invented__hearing__witnesses"')
    tables = {table.indicator.id: table for table in find(connection, [INVENTED])}
    assert {finding.n.units for finding in tables["F4"].findings} == {0}
    assert tables["F1"].findings[0].n.units == 1


class Visit(Form):
    """One invented visit below a case."""

    class Meta:
        parent = Case
        code = "visit"

    day = Date("When?", dimension="year")


def test_where_an_answer_is_needed_no_row_says_that_nobody_gave_none() -> None:
    by_case = Tally(id="V1", title="Cases", unit=Case, tables=((year(Visit.day, first=True),),))
    by_visit = Tally(id="V2", title="Visits", unit=Visit, tables=((year(Visit.day),),))
    made = Instrument("invented", "1.0", "Invented", (Case, Visit), (), (by_case, by_visit))
    shelf = Shelf([(id, Case, None, "approved", {}) for id in ("a", "b")])
    shelf.found.append(("v", Visit, "a", "approved", {"day": "2024-01-01"}))
    cases, visits = find(shelf.connection(made), [made])
    assert (cases.values, visits.values) == ((("2024", UNKNOWN),), (("2024",),))
