"""The audit finds what one release gives away: small cells, lines, shared margins, groups, related indicators."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.disclosure import AuditReport, audit
from monitor.errors import Refusal
from tests.audit_sample import ALL, RATED, YES, YES_OR_PARTLY, Indicator, Keys, Table, counts, shares, small, write

HELD = Indicator("HE-01")
ANSWERS = {"lawyer": ["yes", "partly", "no", "not_observed", "not_applicable"]}
REGIONS = ("north", "south", "east")
YEARS = ("2021", "2022", "2023")
CORNERS = [("north", "2021"), ("north", "2022"), ("south", "2021"), ("south", "2022")]


def attacked(tmp_path: Path, *tables: Table, **more: Any) -> AuditReport:
    return audit(write(tmp_path / "release.db", tables, answers=ANSWERS, **more))


def square(rows: Sequence[Sequence[int]]) -> dict[Keys, int]:
    return {(REGIONS[i], YEARS[j]): many for i, row in enumerate(rows) for j, many in enumerate(row)}


def held(rows: Sequence[Sequence[int]], hidden: Sequence[Keys] = (), unit: str = "court.hearing") -> Table:
    codes = {"region": REGIONS[: len(rows)], "year": YEARS[: len(rows[0])]}
    return Table(replace(HELD, unit=unit), codes, counts(square(rows)), {keys: ["n"] for keys in hidden})


def found(report: AuditReport, says: str) -> list[str]:
    return [line for line in report.disclosed if says in line]


def test_figures_that_are_hidden_well_pass(tmp_path: Path) -> None:
    report = attacked(tmp_path, held([[14, 40, 44], [50, 16, 31], [70, 80, 90]], CORNERS))
    assert report.passed and report.suppressed == 4 and report.tables == 1
    assert report.programmes > 0 and len(report.narrowest) == 4 and report.not_covered


def test_hiding_small_cells_alone_is_found(tmp_path: Path) -> None:
    table = held([[4, 40, 44], [50, 60, 31], [70, 80, 90]])
    table.hide = small(table)
    assert found(attacked(tmp_path, table), "(north, 2021): n is the only hidden figure of a sum")


def test_two_hidden_figures_that_have_too_little_between_them_are_found(tmp_path: Path) -> None:
    assert found(attacked(tmp_path, held([[1, 2, 97], [50, 60, 90]], CORNERS)), "within less than 10")


def test_what_lies_between_the_numerators_of_two_indicators_is_found(tmp_path: Path) -> None:
    full = Indicator("TM-I01a", RATED, YES, rating="lawyer", statistic="share")
    partly = Indicator("TM-I01b", RATED, YES_OR_PARTLY, rating="lawyer", statistic="share")
    n = {("north",): 100, ("south",): 120}
    first = Table(full, {"region": REGIONS[:2]}, shares(n, {("north",): 40, ("south",): 50}))
    few, many = {("north",): 43, ("south",): 90}, {("north",): 60, ("south",): 90}
    report = attacked(tmp_path, first, Table(partly, {"region": REGIONS[:2]}, shares(n, few)))
    assert found(report, "(north): those in n of court__tm_i01a") and not found(report, "(south)")
    assert attacked(tmp_path, first, Table(partly, {"region": REGIONS[:2]}, shares(n, many))).passed


def test_a_denominator_inside_another_is_found(tmp_path: Path) -> None:
    everybody, asked = Indicator("HE-01"), Indicator("HE-02", n={"answered": "lawyer"})
    whole = Table(everybody, {"region": REGIONS[:2]}, counts({("north",): 100, ("south",): 120}))
    part = Table(asked, {"region": REGIONS[:2]}, counts({("north",): 97, ("south",): 90}))
    assert found(attacked(tmp_path, whole, part), "(north): those in n of court__he_01 and not in n of court__he_02")


def test_what_lies_between_a_question_and_the_next_one_is_found(tmp_path: Path) -> None:
    asked = {"lawyer": (None, False), "lasting": (YES_OR_PARTLY, False)}
    lasting = {"question": "lasting", "in": ["yes", "no"]}
    share = Indicator("CT-01", RATED, YES_OR_PARTLY, rating="lawyer", statistic="share")
    following = Indicator("CT-02", lasting, {"question": "lasting", "in": ["yes"]}, statistic="share")
    n, count = {("north",): 100, ("south",): 120}, {("north",): 60, ("south",): 70}
    first = Table(share, {"region": REGIONS[:2]}, shares(n, count))
    second = Table(following, {"region": REGIONS[:2]}, shares({("north",): 57, ("south",): 50}, dict.fromkeys(n, 30)))
    # Of 60 with a lawyer 57 said whether the lawyer stayed: three could not say it.
    assert found(attacked(tmp_path, first, second, asked=asked), "(north): those in count of court__ct_01 and not in n")
    assert attacked(tmp_path, first, second).passed  # whoever does not know the questionnaire sees nothing
    second = Table(following, {"region": REGIONS[:2]}, shares({("north",): 40, ("south",): 50}, dict.fromkeys(n, 20)))
    assert attacked(tmp_path, first, second, asked=asked).passed


def test_two_indicators_with_one_denominator_may_not_hide_it_in_one_of_them(tmp_path: Path) -> None:
    cells = {("north",): 100, ("south",): 120}
    hide = {("north",): ["n"], ("south",): ["n"]}
    one = Table(Indicator("HE-01", n=RATED), {"region": REGIONS[:2]}, counts(cells), hide)
    other = Table(Indicator("HE-02", n={"all": [RATED]}), {"region": REGIONS[:2]}, counts(cells))
    assert len(found(attacked(tmp_path, one, other), "is hidden there and shown in")) == 2


def test_a_group_of_codes_is_a_sum_of_its_own(tmp_path: Path) -> None:
    parents = {"MD": "east", "UA": "east", "AL": "west", "BA": "west"}
    cells = {("MD",): 4, ("UA",): 60, ("AL",): 55, ("BA",): 7}
    codes = {"country": ["AL", "BA", "MD", "UA", "east", "west"]}
    table = Table(HELD, codes, counts(cells, parents), parents={"country": parents})
    # Without the groups, the two hidden countries would protect each other.
    table.hide = {("MD",): ["n"], ("BA",): ["n"]}
    assert len(found(attacked(tmp_path, table), "only hidden figure of a sum")) == 2
    table.hide = {(code,): ["n"] for code in ("MD", "UA", "AL", "BA")}
    assert attacked(tmp_path, table).passed


def test_groups_that_stand_in_a_circle_are_no_release_of_ours(tmp_path: Path) -> None:
    parents = {"north": "south", "south": "north"}
    table = Table(HELD, {"region": ["north", "south"]}, lambda keys: {"n": 50}, parents={"region": parents})
    assert found(attacked(tmp_path, table), "stand in a circle")


def test_a_share_from_exact_counts_is_found(tmp_path: Path) -> None:
    share = Indicator("CT-01", RATED, YES, rating="lawyer", statistic="share")
    n, count = {("north",): 103, ("south",): 121}, {("north",): 41, ("south",): 52}
    table = Table(share, {"region": REGIONS[:2]}, shares(n, count))
    path = write(tmp_path / "release.db", [table], answers=ANSWERS)
    assert audit(path).passed
    change(path, f"UPDATE {table.name} SET share = 0.3981 WHERE region = 'north'")
    assert found(audit(path), "not the one of the rounded counts")


def test_rounding_upwards_is_read_as_such(tmp_path: Path) -> None:
    assert attacked(tmp_path, held([[14, 40, 44], [50, 16, 31], [70, 80, 90]], CORNERS), rounding="up").passed
    few = held([[1, 2, 97], [50, 60, 90]], CORNERS)
    assert found(attacked(tmp_path, few, rounding="up"), "within less")
    # Ten are published as ten and eleven as 15: a five, or a share of five, stands for too few.
    path = write(tmp_path / "release.db", [held([[50, 60], [70, 80]])], rounding="up")
    change(path, "UPDATE court__he_01__region_year SET n = 5, count = 5 WHERE region = 'north' AND year = '2021'")
    assert found(audit(path), "too small to be shown")


def test_a_large_hidden_figure_may_be_known_by_and_large(tmp_path: Path) -> None:
    # North and south come to 200, and each has 90 in sight of another indicator: each is about 88 to 114.
    everybody, part = {("north",): 100, ("south",): 100}, {("north",): 90, ("south",): 90}
    codes = {"region": REGIONS[:2]}
    whole = Table(HELD, codes, counts(everybody), {("north",): ["n"], ("south",): ["n"]})
    inside = Table(Indicator("HE-02", n={"answered": "lawyer"}), codes, counts(part))
    assert attacked(tmp_path, whole, inside).passed


def test_what_a_release_says_of_estimates_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "release.db", [held([[50, 60], [70, 80]])], relative=0.2)
    assert found(audit(path), "less than 0.3 is not safe")
    change(path, "UPDATE release SET parameters = json_remove(parameters, '$.relative')")
    with pytest.raises(Refusal, match="RELEASE-06"):
        audit(path)


def test_what_overlaps_is_no_sum(tmp_path: Path) -> None:
    exact = {ALL: 100, "theft": 70, "fraud": 60}
    table = Table(HELD, {"charge": ["fraud", "theft"]}, lambda keys: {"n": exact[keys[0]]}, overlapping=["charge"])
    assert attacked(tmp_path, table).passed
    table.hide = {("theft",): ["n"]}
    assert attacked(tmp_path, table).passed
    exact["theft"] = 97
    table.hide = {}
    assert found(attacked(tmp_path, table), "so few stand outside of it")


def test_figures_that_cannot_be_true_are_found(tmp_path: Path) -> None:
    table = Table(HELD, {"region": REGIONS[:2]}, lambda keys: {"n": 500 if keys == (ALL,) else 100})
    assert found(attacked(tmp_path, table), "contradicts the figures around it")


def test_without_time_nothing_is_waved_through(tmp_path: Path) -> None:
    path = write(tmp_path / "release.db", [held([[14, 40, 44], [50, 16, 31], [70, 80, 90]], CORNERS)])
    report = audit(path, seconds=0)
    assert not report.passed and not report.disclosed
    assert "4 figures" in report.undecided[0] and "fewer dimensions, pooled years or regions" in report.undecided[0]


def test_the_notice_of_a_withdrawn_release_passes(tmp_path: Path) -> None:
    assert attacked(tmp_path, withdrawn="It named the wrong period.").passed
    assert found(attacked(tmp_path, held([[50, 60], [70, 80]]), withdrawn="It named the wrong period."), "still there")


@pytest.mark.parametrize("parameters", [{"rounding": "down"}, {"relative": 2}, {"persons": 0}, {"base": 10**12}])
def test_thresholds_that_cannot_be_are_refused(tmp_path: Path, parameters: dict[str, Any]) -> None:
    path = write(tmp_path / "release.db", [held([[50, 60], [70, 80]])])
    change(path, *(f"UPDATE release SET parameters = json_set(parameters, '$.{name}', {value!r})"
                   for name, value in parameters.items()))  # fmt: skip
    with pytest.raises(Refusal, match="RELEASE-06"):
        audit(path)


def change(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()
