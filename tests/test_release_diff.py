"""What two releases say differently is told in words and as a table, from the published files alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor.cli.root import cli
from monitor.errors import Refusal
from monitor.release.difference import Difference, difference
from monitor.release.rewording import Change
from monitor.release.telling import tell
from tests.release_sample import TABLE, build_sample, build_withdrawn

OLD, NEW = "mission-2023-1", "mission-2024-1"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return build_sample(tmp_path / "old.db")


def later(old: Path, *statements: str) -> Path:
    """The next release of the series: the same, but for what some statements change."""
    new = old.with_name("new.db")
    new.write_bytes(old.read_bytes())
    with closing(sqlite3.connect(new)) as connection:
        connection.execute("UPDATE release SET id = ?, position = 4, previous = ?", (NEW, OLD))
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return new


def told(old: Path, new: Path) -> list[str]:
    return list(tell(difference(old, new)))


def table_of(found: Difference, name: str = TABLE) -> Any:
    return next(table for table in found.tables if table.name == name)


def row_of(found: Difference, *keys: str) -> Any:
    return next(row for row in table_of(found).rows if row.keys == keys)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["release", "diff", *map(str, arguments)])


# Figures


def test_a_release_against_itself_says_that_it_is_one(old: Path) -> None:
    lines = told(old, old)
    assert "They are one release." in lines and "The codebooks say the same." in lines
    assert "In 4 tables every figure is the same." in lines
    assert not any("moved" in line or "newly" in line for line in lines)


def test_each_way_in_which_a_figure_can_differ_is_told_apart(old: Path) -> None:
    where = "country = 'MD' AND year"
    new = later(
        old,
        f"UPDATE {TABLE} SET n = 500, count = 250, share = 0.5 WHERE {where} = '2021'",
        f"UPDATE {TABLE} SET share = NULL, low = NULL, high = NULL, count = NULL WHERE {where} = '2022'",
        f"UPDATE {TABLE} SET not_applicable = 10 WHERE {where} = '2023'",
        f"DELETE FROM {TABLE} WHERE country = 'BA'",
        f"INSERT INTO {TABLE} SELECT 'UA', year, n, count, share, low, high, not_observed, not_applicable, since "
        f"FROM {TABLE} WHERE country = 'MD' AND year IN ('_T', '2021')",
    )
    found = difference(old, new)
    assert row_of(found, "MD", "2021").moved[:2] == ("n", "count")
    assert row_of(found, "MD", "2022").hidden == ("count", "share", "low", "high")
    assert row_of(found, "MD", "2023").shown == ("not_applicable",)
    assert row_of(found, "UA", "2021").state == "new" and row_of(found, "BA", "_T").state == "gone"
    assert row_of(found, "XK", "2021").state == "same"
    (line,) = (line for line in tell(found) if line.startswith("TM-I01 Hearings in which every victim had a lawyer"))
    assert line == (
        "TM-I01 Hearings in which every victim had a lawyer, by country and year: 1 row with a figure that moved, "
        "1 row with a figure that is newly shown, 1 row with a figure that is newly hidden, 2 rows new, 6 rows gone, "
        "27 rows unchanged."
    )


def test_rows_that_stand_from_an_earlier_release_are_counted(old: Path) -> None:
    assert "1 row stands as in mission-2022-1: too little is new behind it." in told(old, later(old))
    new = later(old, f"UPDATE {TABLE} SET since = '{OLD}' WHERE country = 'XK'")
    assert f"6 rows stand as in {OLD}: too little is new behind them." in told(old, new)
    assert row_of(difference(old, new), "XK", "2021").since == OLD


def test_tables_that_are_new_or_gone_are_named(old: Path) -> None:
    name = "trial_monitoring__tm_i03__country"
    new = later(
        old, "DROP VIEW finding", f"DROP TABLE {name}", f"DELETE FROM dimension_code WHERE table_name = '{name}'",
        f"DELETE FROM table_index WHERE name = '{name}'",
    )  # fmt: skip
    assert "Table that is gone: TM-I03 Delay of the start, by country, 6 rows." in told(old, new)
    assert "New table: TM-I03 Delay of the start, by country, 6 rows." in told(new, old)
    assert table_of(difference(old, new), name).state == "gone"


def test_the_earlier_release_may_stand_second_and_it_is_said(old: Path) -> None:
    assert any(line.startswith("The second stands before the first") for line in told(later(old), old))


# Codebook, terms and errata


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("UPDATE question SET wording = 'Was there a lawyer?' WHERE name = 'victim_represented'",
         'Question trial_monitoring.hearing.victim_represented: wording was "Did each victim in the case have a lawyer '
         'at the hearing?" and is "Was there a lawyer?".'),
        ("DELETE FROM code WHERE code = 'victim_absent'",
         "Answer trial_monitoring.hearing.postponement_reasons victim_absent is gone."),
        ("UPDATE indicator SET n_condition = '{}' WHERE id = 'TM-I02'",
         'Indicator trial_monitoring.TM-I02: n condition was nothing and is "{}".'),
        ("""UPDATE release SET parameters = '{"persons": 15, "cases": 3, "width": 10, "base": 5, "median": 20}'""",
         'Threshold persons was "10" and is "15".'),
        ("UPDATE release SET licence = 'CC0 1.0'", 'Release: licence was "CC BY 4.0" and is "CC0 1.0".'),
        ("INSERT INTO erratum VALUES (2, 'mission-2023-1', NULL, 'All figures of 2020 were wrong.', 'en')",
         "Erratum: mission-2023-1: All figures of 2020 were wrong."),
        ("UPDATE instrument SET version = '2.0'",
         'Instrument trial_monitoring: version was "1.0" and is "2.0".'),
        ("INSERT INTO dimension_code SELECT table_name, dimension, '2024', 9, '2024', NULL FROM dimension_code "
         "WHERE code = '2023'", "Code of a dimension year.2024 is new."),
        ("UPDATE dimension_code SET parent = 'balkans' WHERE code = 'AL'",
         'Code of a dimension country.AL: group was nothing and is "balkans".'),
        ("INSERT INTO indicator_provision VALUES ('trial_monitoring', 'TM-I02', 'CETS 15(2)')",
         "Provision of an indicator trial_monitoring.TM-I02.CETS 15(2) is new."),
        ("DELETE FROM caution",
         "Caution trial_monitoring.TM-I01.hearing victim_represented is gone."),
    ],
)  # fmt: skip
def test_what_the_codebook_says_otherwise_is_told(old: Path, statement: str, line: str) -> None:
    assert line in told(old, later(old, statement))


def test_of_a_new_question_its_answers_are_not_told_one_by_one(old: Path) -> None:
    new = later(
        old, "INSERT INTO question VALUES ('trial_monitoring', 'hearing', 'room', 11, NULL, 'Which room?', 'choice', "
        "NULL, NULL, NULL, NULL, 0, 'counted', 'en')",
        "INSERT INTO code VALUES ('trial_monitoring', 'hearing', 'room', 'small', 1, 'Small', 'en')",
    )  # fmt: skip
    assert difference(old, new).codebook == (
        Change("question", ("trial_monitoring", "hearing", "room"), "", None, "there"),
    )


def test_a_language_that_only_one_release_has_is_told_once(old: Path) -> None:
    more = (
        "SELECT instrument, form, name, position, section, wording, type, hint, partly, asked_if, asked_condition, "
        "optional, publish, 'fr'"
    )
    new = later(old, """UPDATE release SET languages = '["en", "fr"]'""", f"INSERT INTO question {more} FROM question")
    found = difference(old, new)
    assert found.codebook == () and [change.what for change in found.terms] == ["languages"]


def test_a_withdrawal_is_told_with_its_reason(old: Path, tmp_path: Path) -> None:
    lines = told(old, build_withdrawn(tmp_path / "notice.db"))
    assert "mission-2023-1 was withdrawn, and has no figures: A figure named a court." in lines
    assert sum(line.startswith("Table that is gone") for line in lines) == 4
    assert not any("odebook" in line or line.startswith("Instrument") for line in lines)


# Refusals


def test_releases_of_two_programmes_are_not_compared(old: Path) -> None:
    new = later(old, "UPDATE release SET programme = 'Another'")
    with pytest.raises(Refusal) as refused:
        difference(old, new)
    assert refused.value.code == "RELEASE-30"
    result = run(old, new)
    assert result.exit_code == 1 and "RELEASE-30" in result.stderr


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + bytes(200)])
def test_what_is_no_release_is_refused(old: Path, tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(content)
    for pair in ((old, other), (other, old), (old, tmp_path / "absent.db")):
        with pytest.raises(Refusal) as refused:
            difference(*pair)
        assert refused.value.code == "RELEASE-06"


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 4", "PRAGMA application_id = 1", "DROP TABLE erratum",
                                       f"DROP TABLE {TABLE}", "UPDATE release SET parameters = '['",
                                       "UPDATE table_index SET dimensions = '[1]'"])  # fmt: skip
def test_a_damaged_release_is_refused(old: Path, statement: str) -> None:
    with pytest.raises(Refusal) as refused:
        difference(old, later(old, "DROP VIEW finding", statement))
    assert refused.value.code == "RELEASE-06"


# The command


def printed(result: Result) -> Sequence[str]:
    assert result.exit_code == 0, result.stderr
    return result.stdout.splitlines()


def test_the_command_prints_words_and_then_the_figures_that_differ(old: Path) -> None:
    new = later(
        old, f"UPDATE {TABLE} SET n = 500, count = NULL WHERE country = 'MD' AND year = '2021'",
        f"DELETE FROM {TABLE} WHERE country = 'BA' AND year = '2021'",
    )  # fmt: skip
    lines = printed(run(old, new))
    with closing(sqlite3.connect(old)) as connection:
        n, count = connection.execute(f"SELECT n, count FROM {TABLE} WHERE country = 'MD' AND year = '2021'").fetchone()
        gone = connection.execute(f"SELECT n FROM {TABLE} WHERE country = 'BA' AND year = '2021'").fetchone()[0]
    figures = [line.split() for line in lines[lines.index("") + 1 :]]
    assert figures[0] == ["table", "row", "figure", "old", "new"]
    assert [TABLE, "MD,2021", "n", str(n), "500"] in figures
    assert [TABLE, "MD,2021", "count", str(count), "hidden"] in figures
    assert [TABLE, "BA,2021", "n", str(gone), "-"] in figures
    assert {line[1] for line in figures[1:]} == {"MD,2021", "BA,2021"}
    every = printed(run(old, new, "--all"))
    assert len(every) > len(lines) + 100


def test_the_command_says_when_no_figure_differs(old: Path) -> None:
    result = run(old, later(old))
    assert "" not in printed(result) and "No figure is another." in result.stderr


def test_the_command_prints_the_same_for_scripts(old: Path) -> None:
    new = later(old, f"UPDATE {TABLE} SET n = 500 WHERE country = 'MD' AND year = '2021'")
    found = json.loads(run(old, new, "--json").stdout)
    assert found["old"]["id"] == OLD and found["new"]["id"] == NEW
    assert found["says"][0].startswith(OLD)
    (table,) = found["tables"]
    (row,) = table["rows"]
    assert (row["country"], row["year"], row["state"]) == ("MD", "2021", "changed")
    assert row["figures"].keys() == {"n"} and row["figures"]["n"]["new"] == 500
    assert len(json.loads(run(old, new, "--json", "--all").stdout)["tables"]) == 4
