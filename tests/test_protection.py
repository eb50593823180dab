"""Tables protected together: groups of codes, figures of several indicators, clusters, and earlier releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from monitor.disclosure import EarlierRelease, Policy, ProtectedTable, Protection, protect
from monitor.findings import ALL, Behind, Between, Counts, Finding, FindingTable, Relations, names_of
from monitor.indicators import Share, Tally
from tests.court_sample import REGION, Hearing

HEARINGS = Tally(id="H", title="", unit=Hearing, tables=((REGION,),))
HEARD = Share(id="S", title="", unit=Hearing, tables=((REGION,),), having=Hearing.lawyer.is_("yes"))
HEARD_OR_PARTLY = replace(HEARD, id="P", having=Hearing.lawyer.is_("yes", "partly"))

NOBODY = Counts(*(Behind(0, 0, 0) for _ in range(5)))

Cells = Mapping[str, tuple[int, int]]
"""By region: how many meet the condition, and how many do not. Each is one person and one case."""


def persons(units: int) -> Behind:
    return Behind(units, units, units)


def counted(yes: int, no: int) -> Counts:
    return Counts(persons(yes + no), persons(yes), persons(no), persons(0), persons(0))


def shares(cells: Cells, indicator: Share = HEARD, parents: Mapping[str, str] | None = None) -> FindingTable:
    """A table by region, with the regions put together as ``parents`` says."""
    parents = parents or {}
    values = (*cells, *dict.fromkeys(parents.values()))

    def inside(key: str) -> Counts:
        own = [pair for code, pair in cells.items() if key in (ALL, code, parents.get(code))]
        return counted(sum(yes for yes, _ in own), sum(no for _, no in own))

    findings = tuple(Finding((key,), inside(key)) for key in (ALL, *values))
    return FindingTable("court", indicator, (REGION,), (values,), findings, parents=(dict(parents),))


def figures(table: ProtectedTable, name: str = "n") -> dict[str, Any]:
    return {finding.keys[0]: getattr(finding, name) for finding in table.findings}


# Groups of codes


def test_a_group_is_the_sum_of_its_codes_and_a_small_code_hides_beside_one_of_its_own_group() -> None:
    cells = {"north": (30, 30), "east": (40, 40), "south": (2, 3), "west": (50, 50)}
    parents = {"north": "upper", "east": "upper", "south": "lower", "west": "lower"}
    (found,) = protect([shares(cells, parents=parents)], Policy()).tables
    assert figures(found) == {
        ALL: 245, "upper": 140, "lower": 105, "north": 60, "east": 80, "south": None, "west": None
    }  # fmt: skip


def test_a_small_group_is_hidden_with_another_group() -> None:
    cells = {"north": (30, 30), "east": (40, 40), "south": (2, 3)}
    parents = {"north": "upper", "east": "upper", "south": "lower"}
    (found,) = protect([shares(cells, parents=parents)], Policy()).tables
    hidden = {key for key, value in figures(found).items() if value is None}
    assert {"lower", "south"} < hidden
    assert "upper" in hidden or {"north", "east"} & hidden


# Figures of several indicators


def related(yes: Cells, more: Cells) -> tuple[list[FindingTable], Relations]:
    """Who answered yes, who answered yes or partly, and what lies between them."""
    tables = [shares(yes), shares(more, HEARD_OR_PARTLY)]
    whole, part = names_of(HEARD_OR_PARTLY)["count"], names_of(HEARD)["count"]
    between = shares({code: (yes[code][0], more[code][0] - yes[code][0]) for code in yes})
    return tables, Relations({}, (Between(between, whole, (part,), covered=False),))


def test_what_lies_between_two_indicators_is_not_told_where_it_is_small() -> None:
    tables, relations = related({"north": (40, 60), "south": (40, 60)}, {"north": (43, 57), "south": (70, 30)})
    alone = [figures(table, "count") for table in protect(tables, Policy()).tables]
    assert alone[0]["north"] == 40 and alone[1]["north"] == 45  # three people answered partly
    together = [figures(table, "count") for table in protect(tables, Policy(), relations=relations).tables]
    assert None in (together[0]["north"], together[1]["north"])
    assert None in (together[0]["south"], together[1]["south"])  # or the margins would say it
    assert together[0][ALL] == 80 and together[1][ALL] == 115


def test_what_lies_between_may_be_told_where_there_are_enough() -> None:
    tables, relations = related({"north": (40, 60), "south": (40, 60)}, {"north": (60, 40), "south": (70, 30)})
    found = protect(tables, Policy(), relations=relations).tables
    assert None not in {*figures(found[0], "count").values(), *figures(found[1], "count").values()}


# Clusters


def clustered(cells: Mapping[str, Behind]) -> FindingTable:
    """A table of hearings by region."""
    total = Behind(sum(one.units for one in cells.values()), 40, 40)
    findings = [Finding((key,), replace(NOBODY, n=one, count=one)) for key, one in {ALL: total, **cells}.items()]
    return FindingTable("court", HEARINGS, (REGION,), (tuple(cells),), tuple(findings))


def few(units: int, *who: int) -> Behind:
    return Behind(units, len(who), len(who), frozenset(who), frozenset(who))


MANY = Behind(80, 30, 30)


def test_hidden_hearings_whose_sum_is_known_are_not_all_of_one_child() -> None:
    cells = {"north": few(14, 1), "east": few(15, 1), "south": MANY, "west": Behind(70, 20, 20)}
    (found,) = protect([clustered(cells)], Policy()).tables
    assert figures(found)["west"] is None  # else the 29 hearings of one child would be the total less what is shown


def test_hidden_hearings_of_enough_people_together_need_nobody_else() -> None:
    cells = {"north": few(14, 1, 2, 3, 4, 5, 6), "east": few(15, 7, 8, 9, 10, 11), "south": MANY, "west": MANY}
    (found,) = protect([clustered(cells)], Policy()).tables
    assert (figures(found)["south"], figures(found)["west"]) == (80, 80)


def test_twelve_victims_of_one_trial_are_one_case() -> None:
    trial = frozenset({7})
    cells = {
        "north": Behind(6, 6, 1, frozenset(range(6)), trial),
        "east": Behind(6, 6, 1, frozenset(range(6, 12)), trial),
        "south": MANY, "west": MANY,
    }  # fmt: skip
    (found,) = protect([clustered(cells)], Policy()).tables
    assert list(figures(found).values()).count(None) == 3


# Rounding


@pytest.mark.parametrize(
    ("count", "nearest", "up"), [(10, 10, 10), (11, 10, 15), (12, 10, 15), (13, 15, 15), (15, 15, 15)]
)
def test_rounding_upwards_is_another_choice(count: int, nearest: int, up: int) -> None:
    assert (Policy().rounded(count), Policy(rounding="up").rounded(count)) == (nearest, up)


# Earlier releases


def release(tables: Sequence[FindingTable], earlier: Sequence[EarlierRelease] = ()) -> Protection:
    return protect(tables, Policy(), earlier=earlier)


def as_earlier(name: str, made: Protection) -> EarlierRelease:
    """What the programme keeps of a release."""
    columns = ("n", "count", "share", "low", "high", "median", "ratio", "not_observed", "not_applicable", "since")
    rows = {
        (table.name, finding.keys): {column: getattr(finding, column) for column in columns}
        for table in made.tables for finding in table.findings
    }  # fmt: skip
    return EarlierRelease(name, {kept.key: kept for kept in made.ledger}, rows)


FIRST: Cells = {"north": (40, 60), "east": (50, 50), "south": (3, 30)}


@pytest.mark.parametrize("more", [1, 2, 5, 9])
def test_a_figure_behind_whose_change_are_too_few_stays_as_it_was(more: int) -> None:
    first = release([shares(FIRST)])
    cells = {**FIRST, "north": (40 + more, 60)}
    second = release([shares(cells)], [as_earlier("r-1", first)])
    assert figures(second.tables[0]) == figures(first.tables[0])
    assert figures(second.tables[0], "count") == figures(first.tables[0], "count")
    assert set(figures(second.tables[0], "since").values()) == {"r-1"}
    reasons = {kept.reason for kept in second.ledger if kept.units == 40 + more}
    assert reasons == {"too little new"}


def test_a_figure_moves_when_enough_are_behind_its_change_on_both_sides() -> None:
    first = release([shares({"north": (40, 60), "east": (50, 50), "south": (60, 60)})])
    cells = {"north": (55, 75), "east": (65, 65), "south": (80, 80)}
    (second,) = release([shares(cells)], [as_earlier("r-1", first)]).tables
    assert figures(second) == {ALL: 420, "north": 130, "east": 130, "south": 160}
    assert set(figures(second, "since").values()) == {None}


def test_what_moves_does_not_tell_what_did_not() -> None:
    """Fifteen more in one region and fifteen in another; three in a third would be the rest of the total's change."""
    cells = {"north": (40, 60), "east": (50, 50), "south": (60, 60)}
    first = release([shares(cells)])
    grown = {"north": (55, 75), "east": (65, 65), "south": (63, 60)}
    (second,) = release([shares(grown)], [as_earlier("r-1", first)]).tables
    moved = {key for key, since in figures(second, "since").items() if since is None}
    assert "south" not in moved
    assert not {ALL, "north", "east"} <= moved


def test_a_hidden_figure_does_not_appear_because_of_one_more() -> None:
    first = release([shares({"north": (40, 60), "south": (9, 40), "east": (30, 50)})])
    assert figures(first.tables[0], "count")["south"] is None
    cells = {"north": (40, 60), "south": (10, 40), "east": (30, 50)}
    (second,) = release([shares(cells)], [as_earlier("r-1", first)]).tables
    assert figures(second, "count")["south"] is None


def test_what_grew_little_by_little_moves_when_it_is_enough() -> None:
    earlier: list[EarlierRelease] = []
    moved = []
    for round_ in range(5):
        cells = {"north": (40 + 4 * round_, 60 + 4 * round_), "east": (50 + 40 * round_, 50 + 40 * round_)}
        made = release([shares(cells)], earlier)
        earlier.append(as_earlier(f"r-{round_}", made))
        moved.append(figures(made.tables[0], "since")["north"])
    assert moved[1:3] == ["r-0", "r-0"] and None in moved[3:]


def test_a_new_code_was_nobody_s_before() -> None:
    first = release([shares({"north": (40, 60), "east": (50, 50)})])
    cells = {"north": (40, 60), "east": (50, 50), "south": (20, 25)}
    (second,) = release([shares(cells)], [as_earlier("r-1", first)]).tables
    assert figures(second) == {ALL: 245, "north": 100, "east": 100, "south": 45}
    assert figures(second, "since") == {ALL: None, "north": "r-1", "east": "r-1", "south": None}


def test_that_none_of_those_who_are_new_meets_the_condition_is_not_told() -> None:
    first = release([shares({"north": (40, 60), "east": (50, 50)})])
    cells = {"north": (40, 100), "east": (90, 90)}
    (second,) = release([shares(cells)], [as_earlier("r-1", first)]).tables
    assert figures(second, "count")["north"] == 40 and figures(second, "since")["north"] == "r-1"


def test_raised_thresholds_hide_what_stood_before() -> None:
    first = release([shares({"north": (12, 60), "east": (50, 50), "west": (40, 40)})])
    made = protect([shares({"north": (12, 60), "east": (50, 50), "west": (40, 40)})], Policy(persons=20),
                   earlier=[as_earlier("r-1", first)])  # fmt: skip
    assert figures(made.tables[0], "count")["north"] is None


def test_the_ledger_knows_every_count_and_why_it_is_hidden() -> None:
    made = release([shares(FIRST)])
    assert {kept.units for kept in made.ledger} >= {40, 60, 50, 3, 30, 33, 233}
    assert {kept.reason for kept in made.ledger} == {None, "small", "complementary"}
    assert all(kept.shown is (kept.reason is None) for kept in made.ledger)
