"""The audit finds what two releases of a series give away together that neither gives away alone."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.disclosure import AuditReport, Policy, audit
from monitor.errors import Refusal
from monitor.release import build
from monitor.review import approve
from monitor.store import Store
from monitor.submissions import check
from tests import court_sample
from tests.audit_sample import ALL, Indicator, Keys, Table, counts, write
from tests.court_sample import CATALOGUE, COURT, Case, Hearing, make_store

HELD = Indicator("HE-01")
REGIONS = ("north", "south", "east")
OLD = {("north",): 60, ("south",): 70, ("east",): 80}


def table(cells: Mapping[Keys, int], since: Mapping[Keys, Mapping[str, int]] | None = None) -> Table:
    lagged = {keys: ("r-old", figures) for keys, figures in (since or {}).items()}
    return Table(HELD, {"region": REGIONS}, counts(cells), since=lagged)


def pair(tmp_path: Path, old: Table, new: Table, **more: object) -> AuditReport:
    first = write(tmp_path / "old.db", [old], identity="r-old")
    second = write(tmp_path / "new.db", [new], identity="r-new", earlier=["r-old"], **more)  # type: ignore[arg-type]  # reason: only parameters are given
    assert audit(first).passed and audit(second).passed
    return audit(second, [first])


def found(report: AuditReport, says: str) -> list[str]:
    return [line for line in report.disclosed if says in line]


def test_figures_that_moved_by_enough_pass(tmp_path: Path) -> None:
    assert pair(tmp_path, table(OLD), table({("north",): 90, ("south",): 100, ("east",): 95})).passed


def test_releases_that_differ_by_one_observation_are_found(tmp_path: Path) -> None:
    # 62 is published as 60, 63 as 65: somebody was added.
    old, new = {**OLD, ("north",): 62}, {**OLD, ("north",): 63}
    report = pair(tmp_path, table(old), table(new))
    assert found(report, "(north): n, can only be fewer than 10")
    assert found(report, "(south): n, can only be fewer than 10")  # published anew, and nothing was added


def test_rows_that_stay_as_they_were_pass(tmp_path: Path) -> None:
    stay = {(region,): counts(OLD)((region,)) for region in (*REGIONS, ALL)}
    assert pair(tmp_path, table(OLD), table({**OLD, ("north",): 63}, stay)).passed


def test_a_row_that_stays_must_be_what_it_was(tmp_path: Path) -> None:
    first = write(tmp_path / "old.db", [table(OLD)], identity="r-old")
    new = table({**OLD, ("south",): 100, ("east",): 110}, {("north",): {"n": 65}})
    second = write(tmp_path / "new.db", [new], earlier=["r-old"])
    assert found(audit(second, [first]), "(north) stands since r-old, and is not what stood there")
    without = write(tmp_path / "old.db", [Table(HELD, {"region": ["south", "east"]}, counts(OLD))], identity="r-old")
    assert found(audit(second, [without]), "(north) stands since r-old, which has no such row")


def test_a_small_change_between_rows_that_moved_and_rows_that_stayed_is_found(tmp_path: Path) -> None:
    # All grew by 76 to 84 and north by 61 to 69, so that seven to 23 are left for the others: many can be in either.
    new = {("north",): 125, ("south",): 70, ("east",): 95}
    lagging = {("south",): {"n": 70}, ("east",): {"n": 80}}
    assert pair(tmp_path, table(OLD), table(new, lagging)).passed
    # All grew by 66 to 74 and north by 61 to 69, east by 11 to 19: that is too much, unless some are below the middle.
    report = pair(tmp_path, table(OLD), table({**new, ("south",): 65}, {("south",): {"n": 70}}))
    assert not found(report, "(south): n, is surely")
    # All grew by 91 to 99 and the two others by 81 to 84 at most: south, which stayed, grew by seven or more.
    new = {("north",): 125, ("south",): 78, ("east",): 92}
    moved = replace(table(new, {("south",): {"n": 70}}), figures=counts(new))
    wide = pair(tmp_path, table(OLD), moved)
    assert wide.passed  # 70 can be 68 and 78 can be 80: it may have grown by ten or more


def test_rows_of_two_releases_do_not_stand_in_one_sum(tmp_path: Path) -> None:
    # The parts are those of the old release. Together they are 150 less than all are now.
    stay = {(region,): {"n": OLD[region,]} for region in REGIONS}
    grown = {region: many + 50 for region, many in OLD.items()}
    first = write(tmp_path / "old.db", [table(OLD)], identity="r-old")
    second = write(tmp_path / "new.db", [table(grown, stay)], earlier=["r-old"])
    assert audit(second).passed and audit(second, [first]).passed


def test_a_hidden_figure_that_an_earlier_release_pins_down_is_found(tmp_path: Path) -> None:
    old = table({("north",): 60, ("south",): 70, ("east",): 14})
    new = table({("north",): 85, ("south",): 95, ("east",): 14})
    new.hide = {("east",): ["n"], (ALL,): ["n"]}
    first = write(tmp_path / "old.db", [old], identity="r-old")
    second = write(tmp_path / "new.db", [new], earlier=["r-old"])
    assert audit(second).passed
    assert audit(second, [first]).passed  # hidden now, and it may have grown by any number
    old.hide = {("east",): ["n"], (ALL,): ["n"]}
    new.hide, new.figures = {}, counts({("north",): 85, ("south",): 95, ("east",): 15})
    first = write(tmp_path / "old.db", [old], identity="r-old")
    second = write(tmp_path / "new.db", [new], earlier=["r-old"])
    assert audit(second, [first]).passed  # it was hidden among nobody to 17


def test_what_was_surely_added_to_a_row_that_stayed_is_found(tmp_path: Path) -> None:
    # Along its region the cell that stayed grew by two to 18, along its year by none to eight.
    cells = [("north", "2021"), ("north", "2022"), ("south", "2021"), ("south", "2022")]
    old, new = (dict(zip(cells, figures, strict=True)) for figures in ([57, 68, 67, 54], [83, 112, 74, 84]))
    codes = {"region": ("north", "south"), "year": ("2021", "2022")}
    stays = {("south", "2021"): ("r-old", {"n": 67})}
    report = pair(tmp_path, Table(HELD, codes, counts(old)), Table(HELD, codes, counts(new), since=stays))
    assert found(report, "(south, 2021): n, is surely more than nobody and fewer than 10") == list(report.disclosed)


def test_a_hidden_figure_that_two_releases_narrow_together_is_found(tmp_path: Path) -> None:
    # South and east have 66 to 74 together; before, south had 58 or more and east ten or more.
    old = table({("north",): 60, ("south",): 60, ("east",): 10})
    new = table({("north",): 100, ("south",): 61, ("east",): 11})
    new.hide = {("south",): ["n"], ("east",): ["n"]}
    report = pair(tmp_path, old, new)
    assert {line.partition(" can")[0] for line in found(report, "within less than 10")} == {
        f"court__he_01__region ({region}): n" for region in ("south", "east")
    }
    new.figures = counts({("north",): 100, ("south",): 75, ("east",): 21})
    assert pair(tmp_path, old, new).passed


def grow(store: Store, first: int, last: int) -> None:
    """Further cases with three hearings each, approved."""
    chance, made = random.Random(5), []
    with store.writing("MON-01") as writing:
        around = store.surroundings(CATALOGUE)
        for number in range(first, last):
            answers = court_sample._case(chance, number), *(court_sample._hearing(chance, number) for _ in range(3))
            for form, given in zip((Case, Hearing, Hearing, Hearing), answers, strict=True):
                submission = check(COURT, form, given, author="MON-01", around=around)
                made.append(writing.submit(submission, COURT, form))
    approve(store, made, actor="REV-01")


@pytest.mark.parametrize("policy", [
    Policy(persons=20), Policy(width=20), Policy(base=10), Policy(rounding="up"), Policy(persons=30, base=10, width=15),
])  # fmt: skip
def test_a_series_whose_thresholds_were_raised_passes(tmp_path: Path, policy: Policy) -> None:
    store = make_store(tmp_path / "store.db", cases=300)
    first, second = tmp_path / "old.db", tmp_path / "new.db"
    build(first, store=store, catalogue=CATALOGUE, policy=Policy(), licence="CC0 1.0")
    grow(store, 300, 450)
    built = build(second, store=store, catalogue=CATALOGUE, policy=policy, licence="CC0 1.0")
    assert built.audit.passed and audit(second).passed and audit(second, [first]).passed
    stand = "SELECT count(*) FROM finding WHERE since IS NOT NULL AND n IS NOT NULL"
    with closing(sqlite3.connect(second)) as connection:
        assert connection.execute(stand).fetchone()[0]


def test_what_was_published_under_lower_thresholds_is_held_against_those(tmp_path: Path) -> None:
    # South is hidden now that a figure needs 20; north stays as it stood. In the old release 15 were shown.
    old = table({("north",): 60, ("south",): 15, ("east",): 80})
    new = table({("north",): 60, ("south",): 17, ("east",): 120}, {("north",): {"n": 60}})
    new.hide = {("south",): ["n"], (ALL,): ["n"]}
    first = write(tmp_path / "old.db", [old], identity="r-old")
    second = write(tmp_path / "new.db", [new], earlier=["r-old"], persons=20)
    assert audit(second).passed and audit(second, [first]).passed
    new.hide = {}
    second = write(tmp_path / "new.db", [new], earlier=["r-old"], persons=20)
    assert found(audit(second, [first]), "(south): n is not rounded, or too small to be shown")


def test_where_a_figure_fell_the_audit_does_not_assume_that_observations_were_only_added(tmp_path: Path) -> None:
    fallen = {("north",): 30, ("south",): 100, ("east",): 95}
    assert pair(tmp_path, table(OLD), table(fallen)).passed
    assert found(pair(tmp_path, table(OLD), table({**fallen, ("north",): 55})), "(north): n, can only be fewer than 10")


def test_a_file_of_another_series_is_refused(tmp_path: Path) -> None:
    first = write(tmp_path / "old.db", [table(OLD)], identity="r-other")
    second = write(tmp_path / "new.db", [table(OLD)], earlier=["r-old"])
    with pytest.raises(Refusal, match="RELEASE-06"):
        audit(second, [first])


@pytest.mark.parametrize("records, is_found", [(1, True), (2, True), (5, True), (20, False)])
def test_the_least_that_a_rounded_figure_must_move(tmp_path: Path, records: int, is_found: bool) -> None:
    old = {("north",): 62, ("south",): 70, ("east",): 80}
    new = {("north",): 62 + records, ("south",): 100, ("east",): 110}
    report = pair(tmp_path, table(old), table(new))
    assert bool(found(report, "(north): n, can only be fewer than 10")) is is_found


def test_three_releases_are_attacked_together(tmp_path: Path) -> None:
    first = write(tmp_path / "a.db", [table(OLD)], identity="r-a")
    middle = table({region: many + 40 for region, many in OLD.items()})
    second = write(tmp_path / "b.db", [middle], identity="r-b", earlier=["r-a"])
    newest = table({region: many + 80 for region, many in OLD.items()})
    third = write(tmp_path / "c.db", [newest], identity="r-c", earlier=["r-a", "r-b"])
    assert audit(third, [first, second]).passed
    bad = table({**{region: many + 80 for region, many in OLD.items()}, ("north",): 102})
    third = write(tmp_path / "c.db", [bad], identity="r-c", earlier=["r-a", "r-b"])
    assert found(audit(third, [first, second]), "(north): n, can only be fewer than 10")
    # Against the first alone nothing is to be seen.
    assert audit(third, [first]).passed
