"""The codebook of a release: what it says is enough to count every figure again, and explains every column."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.disclosure import Policy
from monitor.findings import FindingTable, find
from monitor.findings.pooling import Pooling
from monitor.languages import translation
from monitor.messages.explained import MEANINGS, METHOD
from monitor.plugins import load
from monitor.release import build
from monitor.release.codebook import Row, codebook, index
from monitor.release.layout import TABLES
from monitor.release.method import meanings, method
from monitor.store import Store, open_store
from tests.court_sample import COURT, make_store
from tests.recount import Seen, recounted

ABOUT = {
    "programme": "An invented programme", "title": "Courts", "id": "r-0123456789ab", "licence": "CC0 1.0",
    "position": 2, "languages": '["en"]', "parameters": json.dumps(Policy().as_json()),
}  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("codebook") / "store.db"
    make_store(path, cases=60).close()
    with open_store(path) as opened:
        yield opened


def as_published(table: FindingTable) -> Any:
    """What the index of a release reads of a table; no figure is among it."""
    return SimpleNamespace(
        name=table.name, instrument=table.instrument, indicator=table.indicator, dimensions=table.dimensions,
        values=table.values, overlapping=table.overlapping, unit=table.unit, exempt=False, parents=table.parents,
    )  # fmt: skip


def explained(tables: tuple[FindingTable, ...]) -> sqlite3.Connection:
    """The tables of a release that explain its figures."""
    listed = [as_published(table) for table in tables]
    return filled([*codebook([COURT]), *index(listed), *meanings(listed, ["en"]), *method(ABOUT, Policy(), [COURT])])


def filled(rows: list[Row]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA foreign_keys = ON")
    for statement in TABLES:
        connection.execute(statement)
    for table, values in rows:
        connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)
    return connection


def observed(store: Store) -> list[Seen]:
    """The approved answers of the store as they stand in its tables, read without the program."""

    def rows(query: str, by: str) -> dict[str, list[dict[str, Any]]]:
        found = store.connection.execute(query)
        names = [column[0] for column in found.description]
        grouped: dict[str, list[dict[str, Any]]] = {}
        for row in found:
            line = {name: _read(value) for name, value in zip(names, row, strict=True)}
            grouped.setdefault(line[by], []).append(line)
        return grouped

    approved = "JOIN submission AS s ON s.id = a._submission AND s.state = 'approved'"
    cases = rows(f"SELECT a.* FROM court__case AS a {approved}", "_submission")
    hearings = rows(f"SELECT a.*, s.parent AS _parent FROM court__hearing AS a {approved}", "_parent")
    witnesses = rows("SELECT * FROM court__hearing__witnesses", "_submission")
    seen = []
    for name, (case,) in cases.items():
        own = hearings.get(name, [])
        top = Seen("case", case, None, tuple(own))
        seen.append(top)
        for row in own:
            heard = witnesses.get(row["_submission"], [])
            hearing = Seen("hearing", {**row, "witnesses": heard}, top)
            seen += [hearing, *(Seen("witness", one, hearing) for one in heard)]
    return seen


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value.startswith("[") else value


@pytest.mark.parametrize("pooling", [Pooling(), Pooling(periods=2)], ids=["as it is", "in periods"])
def test_every_figure_can_be_counted_again_by_what_the_file_says_of_it(store: Store, pooling: Pooling) -> None:
    tables = find(store.connection, [COURT], pooling=pooling)
    exact = {(table.name, one.keys): one for table in tables for one in table.findings}
    compared = 0
    with closing(explained(tables)) as file:
        for name, keys, figures in recounted(file, observed(store)):
            finding = exact.pop((name, keys))
            for figure, value in figures.items():
                if figure != "count" or finding.counts.count != finding.counts.n:
                    assert getattr(finding.counts, figure).units == value, (name, keys, figure)
                    compared += 1
    assert exact == {}
    assert compared > 300


def test_every_figure_of_a_release_is_the_recounted_one_rounded(tmp_path: Path) -> None:
    path, compared = tmp_path / "release.db", 0
    with make_store(tmp_path / "store.db", cases=700) as big:
        build(path, store=big, catalogue={"court": COURT}, policy=Policy(), licence="CC0 1.0")
        answers = observed(big)
    with closing(sqlite3.connect(path)) as file:
        for name, keys, figures in recounted(file, answers):
            where = " AND ".join(f'"{column}" = ?' for column in _dimensions(file, name))
            row = file.execute(f"SELECT * FROM {name} WHERE {where}", keys).fetchone()
            for figure, value in figures.items():
                if row[figure] is not None:
                    assert row[figure] % 5 == 0 and -2 <= value - row[figure] <= 2, (name, keys, figure)
                    compared += 1
    assert compared > 100


def _dimensions(file: sqlite3.Connection, table: str) -> list[str]:
    written: str = file.execute("SELECT dimensions FROM table_index WHERE name = ?", (table,)).fetchone()[0]
    found: list[str] = json.loads(written)
    return found


def test_every_column_has_a_meaning_and_no_meaning_is_of_something_else() -> None:
    with closing(filled([])) as file:
        query = "SELECT m.name, i.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS i WHERE m.type = 'table'"
        columns = {tuple(row) for row in file.execute(query)}
    finding = "instrument indicator table_name dimensions n count share low high median ratio not_observed"
    columns |= {("finding", name) for name in (*finding.split(), "not_applicable", "since")}
    assert {(table, column) for table, said in MEANINGS.items() for column in said} == columns


def test_a_dimension_says_what_it_asks_and_which_answers_are_put_together(store: Store) -> None:
    with closing(explained(find(store.connection, [COURT]))) as file:
        query = "SELECT says FROM meaning WHERE table_name = 'court__ct_04__age' AND column_name = 'age'"
        (says,) = file.execute(query).fetchone()
    assert says.endswith("of: witness.age. Answers are put together: child (infant, youth).")


def test_a_group_stands_before_its_codes_under_its_own_name(store: Store) -> None:
    periods = find(store.connection, [COURT], pooling=Pooling(periods=2))
    with closing(explained(periods)) as file:
        which = "WHERE table_name = 'court__ct_01__region_year' AND dimension = 'year' ORDER BY position"
        rows = file.execute(f"SELECT code, label, parent FROM dimension_code {which}").fetchall()
    assert [tuple(row) for row in rows if row[0] != "_U"] == [
        ("_T", "All", None), ("2020-2021", "2020-2021", None), ("2021", "2021", "2020-2021"),
        ("2022-2023", "2022-2023", None), ("2022", "2022", "2022-2023"), ("2023", "2023", "2022-2023"),
    ]  # fmt: skip


def test_a_region_is_called_by_its_label() -> None:
    instrument = load().catalogue["trial_monitoring"]
    indicator = instrument.indicators[0]
    dimension = next(one for table in indicator.tables for one in table if one.name == "country")
    table = SimpleNamespace(
        name="a_table", instrument=instrument.code, indicator=indicator, dimensions=(dimension,), overlapping=(),
        unit="Hearing", values=(("AL", "MD", "_U", "balkans"),), exempt=False, parents=({"AL": "balkans"},),
    )  # fmt: skip
    codes = [values[2:] for name, values in index([table], {"balkans": "Western Balkans"}) if name == "dimension_code"]
    assert codes == [
        ("_T", 0, "All", None), ("balkans", 1, "Western Balkans", None), ("AL", 2, "Albania", "balkans"),
        ("MD", 3, "Moldova", None), ("_U", 4, "Not recorded", None),
    ]  # fmt: skip


def test_what_machines_read_is_the_same_in_every_language() -> None:
    compared = 0
    for instrument in load().catalogue.values():
        lines: dict[str, set[tuple[str | None, ...]]] = {}
        for table, values in codebook([instrument]):
            if table == "indicator":
                lines.setdefault(values[1], set()).add(values[10:15])
                compared += 1
        assert [id for id, said in lines.items() if len(said) != 1] == []
    assert compared > 50


# The method


def said(policy: Policy, **more: Any) -> dict[str, str]:
    """The method of a release by heading."""
    about = {**ABOUT, "parameters": json.dumps({**policy.as_json(), **more})}
    return {values[2]: values[3] for _, values in method(about, policy, [])}


def test_the_method_names_the_thresholds_of_its_own_release() -> None:
    policy = Policy(persons=15, cases=4, width=12, median=25, relative=0.4)
    text = said(policy)
    assert "at least 15 different persons from at least 4 different cases" in text["Who is protected"]
    assert "at least 25 persons" in text["Who is protected"]
    hidden = text["What is hidden, and what an empty field means"]
    assert "less than 12" in hidden and "at most 60 %" in hidden
    assert "at least 15 persons from at least 4 cases stand behind" in text["From one release to the next"]


@pytest.mark.parametrize("rounding", ["nearest", "up"])
@pytest.mark.parametrize("base", [5, 6, 10])
def test_the_example_of_rounding_is_true(rounding: Any, base: int) -> None:
    policy = Policy(base=base, rounding=rounding)
    text = said(policy)["Rounding and intervals"]
    words = text.partition(" stands for ")
    example = int(words[0].split()[-1])
    low, high = (int(part) for part in words[2].partition(".")[0].split(" to "))
    assert [count for count in range(100) if policy.rounded(count) == example] == list(range(low, high + 1))


def test_the_method_says_what_was_chosen_and_nothing_that_was_not() -> None:
    usual = said(Policy())
    assert "Pending cases" not in usual and "Figures that are held back" not in usual
    assert "Figures to be read with caution" in usual
    chosen = said(Policy(hold_back=True), embargo=True)
    assert "Pending cases" in chosen and "Figures that are held back" in chosen
    assert "Figures to be read with caution" not in chosen


def test_the_method_says_what_counts_as_pending() -> None:
    about = {**ABOUT, "parameters": json.dumps({"embargo": True})}
    lines = [values for _, values in method(about, Policy(), [load().catalogue["return_safety"]])]
    (says,) = (values[3] for values in lines if values[2] == "Pending cases")
    assert says.endswith("Pending is: return_case while decision is pending.")


def test_the_method_of_protection_fits_on_a_page() -> None:
    sections = [says for heading, says in said(Policy()).items() if not heading.startswith("For machines")]
    assert sum(len(says.split()) for says in sections) < 1_100


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_the_method_and_the_meanings_are_there_in_other_languages(language: str) -> None:
    words = translation(language)
    texts = [text for section in METHOD.values() for text in section]
    texts += [text for columns in MEANINGS.values() for text in columns.values()]
    assert [text for text in texts if words.text("phrase", text) == text] == []
    about = {**ABOUT, "languages": json.dumps(["en", language])}
    lines = [values for _, values in method(about, Policy(), [])]
    assert {values[1] for values in lines} == {"en", language}
    assert not any("{" in values[3] for values in lines)
