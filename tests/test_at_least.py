"""Conditions that count conditions, and rules that look for a period that meets another."""

from __future__ import annotations

import sqlite3
from itertools import product

import pytest

from monitor import AnyOther, Form, PartialDate, Rating, at_least
from monitor.conditions import Answers, Condition, Names, Operand, parts_of
from monitor.errors import DeclarationError


class Period(Form):
    """One invented period."""

    one = Rating("One?", optional=True)
    two = Rating("Two?", optional=True)
    three = Rating("Three?", optional=True)
    start = PartialDate("From?", optional=True)
    end = PartialDate("To?", optional=True)


UNSEEN = [rating.is_("not_observed") for rating in Period.ratings()]


class Columns(Names):
    """Every question is the column of its name."""

    def column(self, operand: Operand) -> str:
        return operand.title()


def in_sql(condition: Condition, given: dict[str, str | None]) -> bool | None:
    columns = ", ".join(f"? AS {name}" for name in given)
    query = f"SELECT {condition.sql(Columns())} FROM (SELECT {columns})"
    (truth,) = sqlite3.connect(":memory:").execute(query, list(given.values())).fetchone()
    return None if truth is None else bool(truth)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_at_least_so_many_is_known_as_soon_as_nothing_open_could_change_it(number: int) -> None:
    condition = at_least(number, UNSEEN)
    for answers in product(("not_observed", "yes", None), repeat=3):
        given = dict(zip(("one", "two", "three"), answers, strict=True))
        sure, possible = answers.count("not_observed"), answers.count("not_observed") + answers.count(None)
        expected = True if sure >= number else False if possible < number else None
        asked = {name: answer for name, answer in given.items() if answer is not None}
        assert condition.truth(Answers(Period, asked)) is expected
        assert in_sql(condition, given) is expected


def test_at_least_says_what_it_counts() -> None:
    condition = at_least(2, UNSEEN)
    assert condition.words().startswith("at least 2 of these: one is not_observed; two is")
    assert condition.as_json()["at_least"] == 2
    assert len(list(parts_of(condition))) == 4


@pytest.mark.parametrize("number", [0, 4])
def test_a_number_that_decides_nothing_is_refused(number: int) -> None:
    with pytest.raises(DeclarationError, match="PLUGIN-07"):
        at_least(number, UNSEEN)


@pytest.mark.parametrize(
    "start, end, meets",
    [
        ("2024-03", "2024-05", True),
        ("2023", "2024-01", True),  # 2024-01 may mean a day on which the other began
        ("2023-05", "2023-12", False),
        ("2024-06-30", "2025", True),
        ("2024-07", "2025", False),
        ("2020", "2030", True),
        ("2024", None, False),
        (None, "2024", False),
    ],
)
def test_two_periods_meet_when_they_have_a_day_in_common(start: str | None, end: str | None, meets: bool) -> None:
    condition = AnyOther(overlaps=(Period.start, Period.end))
    given = {name: day for name, day in (("start", start), ("end", end)) if day is not None}
    other = Answers(Period, given)
    here = Answers(Period, {"start": "2024-01-15", "end": "2024-06"}, others=lambda same: [other])
    assert condition.truth(here) is meets
    other_way = Answers(Period, other.values, others=lambda same: [Answers(Period, here.values)])
    assert condition.truth(other_way) is meets


def test_the_period_stands_in_words_and_in_the_contract() -> None:
    condition = AnyOther(overlaps=(Period.start, Period.end))
    assert "a period (start to end) that meets its own" in condition.words()
    assert condition.as_json()["overlaps"] == ["start", "end"]
    assert "overlaps" not in AnyOther(earlier=Period.start).as_json()
    assert {operand.title() for operand in condition.operands()} == {"start", "end"}
