"""What is protected stays protected: against the rule, against an attack with exact figures, and as a file."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.disclosure import AuditReport, Policy, ProtectedFinding, ProtectedTable, audit, protect
from monitor.disclosure.audit.auditing import Hunt
from monitor.disclosure.audit.published import Definition, Published, ReleaseFile, Thresholds
from monitor.disclosure.audit.search import Clock
from monitor.errors import Refusal
from monitor.findings import ALL, Behind, Counts, Finding, FindingTable, find, question_of
from monitor.findings.tables import grid
from monitor.indicators import Dimension, Indicator, Share, Tally
from monitor.release import build
from tests.court_sample import CATALOGUE, CHARGE, COURT, REGION, YEAR, Case, Hearing, make_store

# The policy


@pytest.mark.parametrize("name", ["persons", "cases", "width", "base", "median", "agreement"])
def test_a_threshold_is_never_lowered(name: str) -> None:
    least = Policy().as_json()[name]
    with pytest.raises(Refusal, match="RELEASE-01"):
        Policy(**{name: least - 1})


def test_a_threshold_may_be_raised() -> None:
    assert Policy(persons=20, base=10).as_json()["persons"] == 20


def test_a_base_above_the_threshold_would_round_small_figures_to_zero() -> None:
    with pytest.raises(Refusal, match="at most persons"):
        Policy(base=15)


# The type


def test_only_protect_makes_protected_figures() -> None:
    with pytest.raises(TypeError, match="only monitor"):
        ProtectedTable(object(), "court", COURT.indicators[0], (), (), (), "", ())
    with pytest.raises(TypeError, match="only monitor"):
        ProtectedFinding(object(), (), 7, 7, None, None, None, None, None, None)


def test_a_protected_finding_cannot_be_turned_into_another() -> None:
    finding = protect([tallied({("north",): 40, ("south",): 40})], Policy()).tables[0].findings[0]
    with pytest.raises((TypeError, ValueError)):
        replace(finding, n=7)


# Tables made of persons


def behind(units: int, cases: int | None = None) -> Behind:
    return Behind(units, units, units if cases is None else cases)


def counts(n: int, count: int, not_observed: int = 0, not_applicable: int = 0) -> Counts:
    return Counts(behind(n), behind(count), behind(n - count), behind(not_observed), behind(not_applicable))


CASES = Tally(id="T", title="", unit=Case, tables=((REGION,),))
HEARINGS = Tally(id="H", title="", unit=Hearing, tables=((REGION,),))
LAWYER = Share(id="S", title="", unit=Hearing, tables=((REGION,),), having=Hearing.lawyer.is_("yes"))
RATED = replace(LAWYER, rating=Hearing.lawyer)


def table(
    indicator: Indicator, dimensions: tuple[Dimension, ...], units: list[tuple[tuple[frozenset[str], ...], str]]
) -> FindingTable:
    """A table of persons, each with the codes it stands under and what it counts as."""
    values = tuple(
        tuple(sorted({code for places, _ in units for code in places[number]})) for number in range(len(dimensions))
    )
    findings = []
    for keys in grid(values):
        inside = [part for places, part in units if _under(keys, places)]
        outside = []
        for number, dimension in enumerate(dimensions):
            if dimension.question.storage == "codes" and keys[number] != ALL:
                around = (*keys[:number], ALL, *keys[number + 1 :])
                others = [p for places, p in units if _under(around, places) and keys[number] not in places[number]]
                outside.append((dimension.name, _counted(others)))
        findings.append(Finding(keys, _counted(inside), tuple(outside)))
    return FindingTable("court", indicator, dimensions, values, tuple(findings))


def _under(keys: tuple[str, ...], places: tuple[frozenset[str], ...]) -> bool:
    return all(key == ALL or key in codes for key, codes in zip(keys, places, strict=True))


def _counted(parts: list[str]) -> Counts:
    yes, no = parts.count("yes"), parts.count("no")
    return counts(yes + no, yes, parts.count("not_observed"), parts.count("not_applicable"))


def tallied(cells: dict[tuple[str, ...], int], dimensions: tuple[Dimension, ...] = (REGION,)) -> FindingTable:
    places = {keys: tuple(frozenset([key]) for key in keys) for keys in cells}
    return table(CASES, dimensions, [(places[keys], "yes") for keys, often in cells.items() for _ in range(often)])


def shared(cells: dict[str, tuple[int, int]], indicator: Indicator = LAWYER) -> FindingTable:
    """A table of shares by region: how many meet the condition, and how many do not."""
    units = []
    for region, (yes, no) in cells.items():
        units += [((frozenset([region]),), part) for part in ["yes"] * yes + ["no"] * no]
    return table(indicator, (REGION,), units)


def shown(protected: ProtectedTable, figure: str = "n") -> dict[tuple[str, ...], Any]:
    return {finding.keys: getattr(finding, figure) for finding in protected.findings}


def reasons(protected: ProtectedTable) -> dict[tuple[tuple[str, ...], str], str]:
    return {(finding.keys, name): why for finding in protected.findings for name, why in finding.suppressed}


# The rule


def test_fewer_than_ten_persons_are_hidden_and_a_second_cell_with_them() -> None:
    found = shown(protect([tallied({("north",): 9, ("south",): 30, ("east",): 40})], Policy()).tables[0])
    assert found == {(ALL,): 80, ("east",): 40, ("north",): None, ("south",): None}


def test_ten_persons_are_shown_rounded_to_five() -> None:
    found = shown(protect([tallied({("north",): 12, ("south",): 13})], Policy()).tables[0])
    assert found == {(ALL,): 25, ("north",): 10, ("south",): 15}


def test_a_zero_is_hidden_like_a_small_figure() -> None:
    cells = {("north", "2021"): 40, ("north", "2022"): 40, ("south", "2021"): 40, ("south", "2022"): 0}
    found = shown(protect([tallied(cells, (REGION, YEAR))], Policy()).tables[0])
    assert found["south", "2022"] is None


def test_fewer_than_three_cases_are_hidden_however_many_persons_they_have() -> None:
    made = tallied({("north",): 30, ("south",): 40})
    findings = [
        replace(finding, counts=replace(finding.counts, n=Behind(30, 30, 2))) if finding.keys == ("north",) else finding
        for finding in made.findings
    ]
    assert shown(protect([replace(made, findings=tuple(findings))], Policy()).tables[0])["north",] is None


def test_where_no_person_is_known_cases_are_protected() -> None:
    made = tallied({("north",): 30, ("south",): 40})
    findings = [
        replace(finding, counts=replace(finding.counts, n=Behind(finding.n.units, None, 9)))
        for finding in made.findings
    ]
    assert set(shown(protect([replace(made, findings=tuple(findings))], Policy()).tables[0]).values()) == {None}


def test_a_share_is_hidden_when_few_meet_the_condition_or_few_do_not() -> None:
    cells = {"north": (9, 60), "south": (60, 9), "east": (0, 60), "west": (60, 0), "far": (50, 50), "near": (55, 45)}
    found = protect([shared(cells)], Policy()).tables[0]
    assert shown(found)["north",] == 70
    assert [region for (region,), share in shown(found, "share").items() if share is not None] == [ALL, "far", "near"]
    assert reasons(found)[("south",), "count"] == "small complement"


def test_the_one_small_share_takes_a_second_with_it() -> None:
    found = protect([shared({"north": (4, 60), "south": (30, 30), "east": (50, 50)})], Policy()).tables[0]
    assert reasons(found)[("south",), "count"] == "complementary"
    assert shown(found, "share")["east",] == 0.5


def test_shares_and_intervals_come_from_the_rounded_counts() -> None:
    finding = protect([shared({"north": (12, 12), "south": (44, 41)})], Policy()).tables[0].findings[1]
    assert (finding.n, finding.count, finding.share) == (25, 10, 0.4)
    assert (finding.low, finding.high) == (0.2340, 0.5926)


def test_what_was_not_observed_is_protected_by_itself() -> None:
    units = [((frozenset([region]),), part) for region in ("north", "south", "east") for part in ["yes", "no"] * 20]
    units += [((frozenset([region]),), "not_observed") for region, often in
              (("north", 3), ("south", 30), ("east", 40)) for _ in range(often)]  # fmt: skip
    found = protect([table(RATED, (REGION,), units)], Policy()).tables[0]
    assert shown(found, "not_observed") == {(ALL,): 75, ("east",): 40, ("north",): None, ("south",): None}
    assert None not in shown(found).values()


def test_where_codes_overlap_few_outside_a_code_hide_it() -> None:
    units = [((frozenset(["theft", "fraud"]),), "yes")] * 40 + [((frozenset(["theft"]),), "yes")] * 20
    units += [((frozenset(["fraud"]),), "yes")] * 5
    found = protect([table(CASES, (CHARGE,), units)], Policy()).tables[0]
    # 65 less 60 under theft would be the five who stand under fraud alone.
    assert shown(found) == {(ALL,): 65, ("fraud",): 45, ("theft",): None}


def test_a_margin_hidden_in_one_table_is_hidden_in_the_others_of_its_population() -> None:
    first = tallied({("north",): 5, ("south",): 30, ("east",): 40})
    units = [((frozenset([region]), frozenset(["theft"])), "yes") for region, often in
             (("north", 5), ("south", 30), ("east", 40)) for _ in range(often)]  # fmt: skip
    second = table(CASES, (REGION, CHARGE), units)
    _, found = protect([first, second], Policy()).tables
    assert shown(found)["south", ALL] is None


def test_a_plugin_may_hide_more_and_the_rule_follows() -> None:
    made = tallied({("north",): 50, ("south",): 30, ("east",): 40})
    found = protect([made], Policy(), [lambda table: [("east",)]]).tables[0]
    assert shown(found) == {(ALL,): 120, ("east",): None, ("north",): 50, ("south",): None}
    assert reasons(found)[("east",), "n"] == "plugin"


def test_a_plugin_that_hides_what_is_not_there_is_refused() -> None:
    with pytest.raises(Refusal, match="RELEASE-02"):
        protect([tallied({("north",): 50})], Policy(), [lambda table: [("nowhere",)]])


def test_a_median_needs_twenty_and_has_two_digits() -> None:
    median = COURT.indicators[2]
    cells = {"north": 19, "south": 21, "east": 40}
    units = [((frozenset([region]),), "yes") for region, often in cells.items() for _ in range(often)]
    made = table(median, (REGION,), units)
    findings = tuple(replace(finding, median=123.4) for finding in made.findings)
    found = protect([replace(made, findings=findings)], Policy()).tables[0]
    assert shown(found, "median") == {(ALL,): 120.0, ("east",): 120.0, ("north",): None, ("south",): 120.0}
    assert set(shown(found, "count").values()) == {None}


# An attack with exact figures: by other code, and knowing what rounding would have blurred


def exactly(tables: list[FindingTable], protected: tuple[ProtectedTable, ...]) -> Iterator[Published]:
    for number, (exact, safe) in enumerate(zip(tables, protected, strict=True)):
        rows: dict[tuple[str, ...], dict[str, Any]] = {}
        for finding, seen in zip(exact.findings, safe.findings, strict=True):
            rows[finding.keys] = {
                name: getattr(finding, name).units
                for name in ("n", "count", "not_observed", "not_applicable") if getattr(seen, name) is not None
            }  # fmt: skip
        yield Published.of_rows(
            f"table_{number}", defined(exact), exact.statistic,
            tuple(dimension.name for dimension in exact.dimensions), tuple(map(question_of, exact.dimensions)), rows,
            overlapping=frozenset(exact.overlapping), parents=exact.parents,
        )  # fmt: skip


def defined(exact: FindingTable) -> Definition:
    """What a table counts: the same for tables of one population, and nothing about how populations are related."""
    population = json.dumps({"population": exact.population})
    having = json.dumps({"having": exact.indicator.id})
    return Definition((exact.instrument, exact.unit_code), None, population, having, None, (), exact.population)


def hunted(tables: Sequence[Published], persons: int = 10, width: int = 10) -> list[str]:
    hunt = Hunt(Clock(60))
    hunt.through(ReleaseFile("r", 1, (), False, Thresholds(persons, width, base=1, relative=0.0), tuple(tables)))
    return hunt.disclosed + hunt.undecided


def attacked(tables: list[FindingTable], policy: Policy) -> list[str]:
    return hunted(list(exactly(tables, protect(tables, policy).tables)), policy.persons, policy.width)


PARTS = st.sampled_from(["yes"] * 5 + ["no"] * 4 + ["not_observed", "not_applicable"])


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([Policy(), Policy(width=25), Policy(persons=20, width=15)]))
def test_whoever_knows_every_shown_figure_exactly_cannot_narrow_a_hidden_one(seed: int, policy: Policy) -> None:
    chance = random.Random(seed)
    units: list[tuple[dict[Dimension, frozenset[str]], str]] = []
    for _ in range(chance.choice([40, 150, 400])):
        region = chance.choices(["north", "east", "south", "west"], [8, 4, 2, 1])[0]
        when = chance.choices(["2021", "2022", "2023"], [5, 3, 1])[0]
        charges = frozenset(chance.sample(["theft", "fraud", "arson"], chance.randint(1, 2)))
        part = chance.choices(["yes", "no", "not_observed", "not_applicable"], [5, 4, 1, 1])[0]
        units.append(({REGION: frozenset([region]), YEAR: frozenset([when]), CHARGE: charges}, part))
    sets = [(REGION, YEAR), (REGION, CHARGE), (REGION,)]
    tables = [
        table(RATED, dimensions, [(tuple(places[one] for one in dimensions), part) for places, part in units])
        for dimensions in sets
    ]
    assert attacked(tables, policy) == []


def test_protection_of_a_whole_programme_withstands_the_attack_with_exact_figures(tmp_path: Path) -> None:
    with make_store(tmp_path / "store.db", cases=120) as store:
        tables = list(find(store.connection, [COURT]))
    assert attacked(tables, Policy()) == []


def test_the_attack_finds_what_small_cells_alone_would_leave_open() -> None:
    cells = {("north", "2021"): 4, ("north", "2022"): 40, ("south", "2021"): 50, ("south", "2022"): 60}
    made = tallied(cells, (REGION, YEAR))
    rows = {finding.keys: {"n": finding.n.units if finding.n.units > 9 else None} for finding in made.findings}
    asked = tuple(map(question_of, made.dimensions))
    naive = Published.of_rows("naive", defined(made), "count", ("region", "year"), asked, rows)
    assert "naive (north, 2021): n is the only hidden figure of a sum" in hunted([naive])


# The audit of a file


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audit")
    with make_store(folder / "store.db", cases=250) as store:
        build(folder / "release.db", store=store, catalogue=CATALOGUE, policy=Policy(), licence="CC0 1.0")
    return folder / "release.db"


@pytest.fixture
def tampered(released: Path, tmp_path: Path) -> Callable[..., AuditReport]:
    def tamper(*statements: str) -> AuditReport:
        copy = tmp_path / "copy.db"
        copy.write_bytes(released.read_bytes())
        connection = sqlite3.connect(copy, isolation_level=None)
        for statement in statements:
            assert connection.execute(statement).rowcount, statement
        connection.close()
        return audit(copy)

    return tamper


LAWYERS = "court__ct_01__region_year"


def test_a_release_of_ours_passes(released: Path) -> None:
    report = audit(released)
    assert (report.disclosed, report.undecided) == ((), ())
    assert report.tables == 8 and 0 < report.suppressed < report.cells


@pytest.mark.parametrize("statement, says", [
    (f"UPDATE {LAWYERS} SET n = n + 1 WHERE region = '_T' AND year = '_T'", "not rounded"),
    (f"UPDATE {LAWYERS} SET n = 5, count = NULL, share = NULL, low = NULL, high = NULL, not_observed = NULL, "
     "not_applicable = NULL WHERE region = 'west' AND year = '2023'", "too small"),
    (f"UPDATE {LAWYERS} SET share = share + 0.01 WHERE share IS NOT NULL", "rounded counts"),
    (f"UPDATE {LAWYERS} SET low = low - 0.01 WHERE share IS NOT NULL", "rounded counts"),
    (f"UPDATE {LAWYERS} SET count = n WHERE share IS NOT NULL", "do not meet the condition"),
    (f"UPDATE {LAWYERS} SET n = NULL WHERE region = '_T' AND year = '_T'", "not everything beside it"),
    (f"DELETE FROM {LAWYERS} WHERE region = 'west' AND year = '2023'", "says that there was nobody"),
    ("UPDATE release SET parameters = json_set(parameters, '$.persons', 1)", "less than 10 is not safe"),
    ("UPDATE court__ct_03__region_year SET median = 12.3 WHERE median IS NOT NULL", "too exact"),
    ("UPDATE court__ct_02__region_causes SET count = n + 5 WHERE region = '_T'", "count is not its n"),
])  # fmt: skip
def test_the_audit_finds_a_figure_that_breaks_the_rule(
    tampered: Callable[..., AuditReport], statement: str, says: str
) -> None:
    assert any(says in line for line in tampered(statement).disclosed)


def test_the_audit_finds_figures_that_were_never_protected(tmp_path: Path, tampered: Any) -> None:
    with make_store(tmp_path / "store.db", cases=250) as store:
        exact = next(table for table in find(store.connection, [COURT]) if table.indicator.id == "CT-05")
    statements = [
        f"UPDATE court__ct_05__region_year SET n = {finding.n.units}, count = {finding.n.units} "
        f"WHERE region = '{finding.keys[0]}' AND year = '{finding.keys[1]}'"
        for finding in exact.findings
    ]
    assert len(tampered(*statements).disclosed) > 5


def test_the_audit_finds_that_only_small_figures_were_hidden(tmp_path: Path, tampered: Any) -> None:
    with make_store(tmp_path / "store.db", cases=250) as store:
        exact = next(table for table in find(store.connection, [COURT]) if table.indicator.id == "CT-05")
    statements = []
    for finding in exact.findings:
        shown = (finding.n.units + 2) // 5 * 5 if finding.n.units >= 10 else "NULL"
        statements.append(
            f"UPDATE court__ct_05__region_year SET n = {shown}, count = {shown} "
            f"WHERE region = '{finding.keys[0]}' AND year = '{finding.keys[1]}'"
        )
    assert any("only hidden figure of a sum" in line for line in tampered(*statements).disclosed)


def test_the_audit_finds_shares_made_from_exact_counts(tmp_path: Path, tampered: Any) -> None:
    with make_store(tmp_path / "store.db", cases=250) as store:
        exact = next(table for table in find(store.connection, [COURT]) if table.indicator.id == "CT-01")
    statements = [
        f"UPDATE {LAWYERS} SET share = {round(finding.count.units / finding.n.units, 4)} "
        f"WHERE region = '{finding.keys[0]}' AND year = '{finding.keys[1]}' AND share IS NOT NULL"
        for finding in exact.findings if finding.keys[1] == ALL and finding.keys[0] in (ALL, "north", "east")
    ]  # fmt: skip
    assert any("rounded counts" in line for line in tampered(*statements).disclosed)


def test_the_audit_finds_a_margin_that_another_table_shows(tampered: Any) -> None:
    figures = ("n", "count", "share", "low", "high", "not_observed", "not_applicable")
    hide = f"SET {', '.join(f'{figure} = NULL' for figure in figures)}"
    report = tampered(f"UPDATE {LAWYERS} {hide} WHERE region = 'north' AND year = '_T'")
    assert any("is hidden there and shown in" in line for line in report.disclosed)


@pytest.mark.parametrize("statements, says", [
    (["CREATE TABLE answers (narrative TEXT)"], "no part of a release"),
    (["CREATE VIEW more AS SELECT 1"], "no part of a release"),
    (["ALTER TABLE court__ct_04__age ADD COLUMN narrative TEXT"], "not those of a table of figures"),
    (["ALTER TABLE instrument ADD COLUMN answers TEXT"], "not those of a release"),
    (["UPDATE court__ct_04__age SET since = 'what a witness said'"], "since"),
    (["INSERT INTO court__ct_04__age (age) VALUES ('what a witness said')"], "something else than its codes"),
    (["ANALYZE"], "no part of a release"),
    (["CREATE TABLE answers AS SELECT zeroblob(9999)", "DROP TABLE answers"], "free pages"),
])  # fmt: skip
def test_the_audit_finds_what_does_not_belong_into_a_release(
    tmp_path: Path, released: Path, statements: list[str], says: str
) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(released.read_bytes())
    connection = sqlite3.connect(copy, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()
    assert any(says in line for line in audit(copy).disclosed)


def test_the_audit_never_prints_a_figure(tampered: Any, released: Path) -> None:
    report = tampered(f"UPDATE {LAWYERS} SET n = 1237 WHERE region = '_T' AND year = '_T'")
    assert report.disclosed and not any("1237" in line for line in report.disclosed)


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\x00" + b"\xff" * 200])
def test_a_file_that_is_no_release_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.db"
    path.write_bytes(content)
    with pytest.raises(Refusal, match="RELEASE-06"):
        audit(path)


def test_a_missing_file_a_folder_and_a_store_are_no_release(tmp_path: Path) -> None:
    make_store(tmp_path / "store.db", cases=1).close()
    for path in (tmp_path / "missing.db", tmp_path, tmp_path / "store.db"):
        with pytest.raises(Refusal, match="RELEASE-06"):
            audit(path)


def test_a_release_states_the_thresholds_it_was_made_with(released: Path) -> None:
    connection = sqlite3.connect(released)
    (parameters,) = connection.execute("SELECT parameters FROM release").fetchone()
    connection.close()
    assert json.loads(parameters) == {
        "persons": 10, "cases": 3, "width": 10, "base": 5, "median": 20, "agreement": 0.667, "hold_back": False,
        "rounding": "nearest", "relative": 0.3, "embargo": False,
    }  # fmt: skip
