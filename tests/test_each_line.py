"""Lines made of several questions are counted as by hand, and what cannot be one kind of thing is refused."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import product
from typing import Any

import pytest

from monitor import Choice, Codes, EachLine, Form, Instrument, Rating, Share
from monitor.conditions import Answers
from monitor.contract import as_contract
from monitor.errors import DeclarationError
from monitor.findings import ALL, FindingTable, find
from tests.states_sample import LAW, LINES, PRACTICE, STATES, Help, Round, make_store, submissions

SEEN = Codes(yes="Yes", no="No")


class Street(Form):
    """One invented street."""

    lit = Rating("Is it lit?", publish="dimension")
    swept = Rating("Is it swept?", publish="counted")
    paved = Choice("Is it paved?", SEEN)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FindingTable]:
    with make_store(tmp_path_factory.mktemp("lines") / "store.db", rounds=40) as store:
        return {table.indicator.id: table for table in find(store.connection, [STATES])}


def by_hand(counts: Any) -> dict[tuple[str, str], Counter[str]]:
    """What each statement counts as, by country and year and their margins; None for what is left out."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for above, below in submissions(40, 1):
        for statement in ("shelter", "permit", "money"):
            part = counts(below, statement)
            for keys in product((above["country"], ALL), (above["ended"][:4], ALL)):
                found.setdefault(keys, Counter())[part] += 1
    return found


def test_each_statement_counts_once_with_the_answer_of_its_own_questions(tables: dict[str, FindingTable]) -> None:
    def met(help: dict[str, Any], statement: str) -> str | None:
        ratings = [value for name, value in help.items() if name.endswith(("_law", "_practice"))]
        answer: str = help[f"{statement}_practice"]
        return None if ratings.count("not_observed") >= 2 else answer

    expected = by_hand(met)
    for finding in tables["ST-01"].findings:
        counts = expected[finding.keys[0], finding.keys[1]]
        assert finding.count.units == counts["yes"]
        assert finding.n.units == counts["yes"] + counts["partly"] + counts["no"]
        assert finding.not_observed.units == counts["not_observed"]
        assert finding.not_applicable.units == counts["not_applicable"]


def test_a_line_without_a_column_is_blank_there(tables: dict[str, FindingTable]) -> None:
    def gap(help: dict[str, Any], statement: str) -> str | None:
        return help[f"{statement}_practice"] if help.get(f"{statement}_law") == "yes" else None

    expected = by_hand(gap)
    for finding in tables["ST-02"].findings:
        counts = expected[finding.keys[0], ALL]
        assert finding.count.units == counts["partly"] + counts["no"]
        assert finding.rest.units == counts["yes"]


def test_a_column_of_several_answers_is_counted_by_one_of_them(tables: dict[str, FindingTable]) -> None:
    def rests(help: dict[str, Any], statement: str) -> str | None:
        sources = help.get(f"{statement}_source")
        return None if sources is None else "data" if "court_data" in sources else "other"

    expected = by_hand(rests)
    for finding in tables["ST-04"].findings:
        assert finding.count.units == expected[finding.keys[0], ALL]["data"]
        assert finding.rest.units == expected[finding.keys[0], ALL]["other"]


def test_in_python_a_condition_on_a_column_looks_at_the_line_at_hand() -> None:
    given = {"shelter_law": "no", "permit_law": "yes", "money_practice": "partly"}
    for line, law, practice in (("shelter", False, None), ("permit", True, None), ("money", None, True)):
        here = Answers(Help, given, None, date(2025, 1, 1), {"each": line})
        assert LAW.is_("yes").truth(here) is law
        assert PRACTICE.rated().truth(here) is practice
    assert LAW.is_("yes").truth(Answers(Help, given)) is None


def test_lines_stand_behind_distinct_cases(tables: dict[str, FindingTable]) -> None:
    everything = next(finding for finding in tables["ST-04"].findings if finding.keys == (ALL,))
    assert everything.n.cases <= 40 < everything.n.units
    assert tables["ST-04"].unit == "each statement of help"


def test_the_contract_says_which_questions_make_a_line() -> None:
    indicators = {one["id"]: one for one in as_contract(STATES)["monitor"]["indicators"]}
    assert indicators["ST-01"]["unit"] == "each statement of help"
    assert indicators["ST-01"]["lines"]["money"] == {"practice": "money_practice", "source": "money_source"}
    assert indicators["ST-01"]["having"] == {"question": "the statement's practice", "in": ["yes"]}


def paved() -> Share:
    lines = EachLine("side", {"left": {"paved": Street.paved}})
    return Share(id="X", title="X", unit=lines, having=lines.column("paved").is_("yes"), tables=())


OTHER = EachLine("thing", {"one": {"practice": Help.money_practice}})


@pytest.mark.parametrize(
    "declare, says",
    [
        (lambda: EachLine("thing", {}), "not those of one form"),
        (lambda: EachLine("thing", {"a": {"c": Street.lit}, "b": {"c": Help.money_practice}}), "not those of one form"),
        (lambda: EachLine("thing", {"a": {"c": Street.lit}, "b": {"c": Street.paved}}), "have different answers"),
        (lambda: LINES.column("luck"), "no line has a column 'luck'"),
        (lambda: PRACTICE.is_("often"), "'often'"),
        (lambda: PRACTICE.includes("yes"), "has one answer"),
        (lambda: LINES.column("source").is_("law"), "has several"),
        (
            lambda: states(Share(id="X", title="X", unit=LINES, having=OTHER.column("practice").is_("yes"), tables=())),
            "lines that are not those it counts",
        ),
        (
            lambda: states(Share(id="X", title="X", unit=Help, having=PRACTICE.is_("yes"), tables=())),
            "lines that are not those it counts",
        ),
        (
            lambda: Instrument("streets", "1.0", "Streets", (Street,), (), (paved(),)),
            "it counts 'paved', whose publish is 'never'",
        ),
    ],
)
def test_what_cannot_be_counted_line_by_line_is_refused(declare: Any, says: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        declare()
    assert says in refused.value.sentence


def states(indicator: Share) -> Instrument:
    return Instrument("states", "1.0", "Invented States", (Round, Help), (), (indicator,))
