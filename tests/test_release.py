"""A release: what stands in the file, what never does, and that nothing is left behind when it cannot be built."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import sqlite3
import stat
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.disclosure import Policy
from monitor.errors import Refusal
from monitor.findings import find
from monitor.forms import FormMeta
from monitor.intake import import_file
from monitor.plugins import load
from monitor.release import Release, build, check
from monitor.review import approve_all, send_back
from monitor.store import Store, create, open_store
from monitor.submissions import check as check_answers
from tests.court_sample import CATALOGUE, COURT, MARK, Case, make_store

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with approved submissions, closed."""
    path = tmp_path_factory.mktemp("release") / "store.db"
    make_store(path, cases=220).close()
    return path


@pytest.fixture(scope="module")
def released(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of it, of which release.db was built, closed."""
    folder = tmp_path_factory.mktemp("released")
    shutil.copy(original, folder)
    with open_store(folder / "store.db") as store:
        built(store, folder / "release.db", title="Courts", period=("2021-01-01", "2023-12-31"))
    return folder


@pytest.fixture
def store(request: pytest.FixtureRequest, original: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of it, open; where a test asks for the release too, after that was built."""
    path = tmp_path / "store.db"
    shutil.copy(original, path)
    if "release" in request.fixturenames:
        shutil.copy(request.getfixturevalue("released") / "store.db", path)
    with open_store(path) as opened:
        yield opened


def built(store: Store, path: Path, **more: Any) -> Release:
    settings = {"catalogue": CATALOGUE, "policy": Policy(), "licence": "CC0 1.0", **more}
    return build(path, store=store, **settings)


@pytest.fixture
def release(released: Path, tmp_path: Path) -> Path:
    for name in ("release.db", "release.db.sig"):
        shutil.copy(released / name, tmp_path)
    return tmp_path / "release.db"


def rows(path: Path, query: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("store.db"))


# What stands in it


def test_figures_are_those_of_the_store_rounded_wherever_they_are_shown(store: Store, release: Path) -> None:
    shown = 0
    for table in find(store.connection, [COURT]):
        exact = {finding.keys: finding for finding in table.findings}
        name = f"court__{table.indicator.id.lower().replace('-', '_')}__" + "_".join(d.name for d in table.dimensions)
        for row in rows(release, f"SELECT * FROM {name}"):
            finding = exact[tuple(row[dimension.name] for dimension in table.dimensions)]
            for figure in ("n", "not_observed", "not_applicable"):
                if row[figure] is not None:
                    shown += 1
                    assert abs(row[figure] - getattr(finding, figure).units) <= 2 and row[figure] % 5 == 0
            if row["count"] is not None:
                assert abs(row["count"] - finding.count.units) <= 2
            if row["share"] is not None:
                assert row["share"] == round(row["count"] / row["n"], 4)
                assert 0 < row["low"] < row["share"] < row["high"] < 1
    assert shown > 20


def test_every_table_of_figures_has_a_row_for_every_combination(release: Path) -> None:
    for entry in rows(release, "SELECT * FROM table_index"):
        codes = f"SELECT dimension, code FROM dimension_code WHERE table_name = '{entry['name']}'"
        listed = [row["dimension"] for row in rows(release, codes)]
        combinations = 1
        for dimension in json.loads(entry["dimensions"]):
            combinations *= listed.count(dimension)
        assert len(rows(release, f"SELECT * FROM {entry['name']}")) == combinations


def test_the_release_says_what_it_is_and_what_it_was_built_from(store: Store, release: Path) -> None:
    (row,) = rows(release, "SELECT * FROM release")
    # Notes of releases, and what is about keys, change nothing that is counted.
    others = "kind IN ('released', 'enrolled', 'moved')"
    entry = store.connection.execute(f"SELECT seq, hash FROM log WHERE NOT {others} ORDER BY seq DESC").fetchone()
    assert (row["built_from_entry"], row["built_from"]) == entry
    assert (row["programme"], row["title"], row["licence"]) == ("An invented programme", "Courts", "CC0 1.0")
    assert (row["period_from"], row["period_to"]) == ("2021-01-01", "2023-12-31")
    assert row["invented"] == 1 and "invented" in row["notice"]
    assert json.loads(row["parameters"])["persons"] == 10


def test_the_codebook_explains_each_figure(release: Path) -> None:
    (indicator,) = rows(release, "SELECT * FROM indicator WHERE id = 'CT-01'")
    assert (indicator["numerator"], indicator["denominator"]) == ("lawyer is yes", "lawyer is yes or partly or no")
    assert indicator["unit"] == "One invented hearing"
    assert rows(release, "SELECT provision FROM indicator_provision WHERE indicator = 'CT-01'") == [
        {"provision": "ECHR 6(3)"}
    ]
    assert {"form": "hearing", "question": "lawyer"} in rows(
        release, "SELECT form, question FROM indicator_question WHERE indicator = 'CT-01'"
    )
    (question,) = rows(release, "SELECT * FROM question WHERE name = 'causes'")
    assert (question["type"], question["asked_if"], question["publish"]) == ("choices", "delay > 0", "counted")
    ages = "FROM dimension_code WHERE dimension = 'age' ORDER BY table_name, position"
    labels = rows(release, f"SELECT code, label {ages}")
    assert labels[:3] == [
        {"code": "_T", "label": "All"}, {"code": "child", "label": "Child"}, {"code": "adult", "label": "Adult"}
    ]  # fmt: skip


def test_the_index_says_which_rows_do_not_add_up(release: Path) -> None:
    listed = rows(release, "SELECT name, overlapping FROM table_index")
    overlapping = {row["name"]: json.loads(row["overlapping"]) for row in listed}
    assert overlapping["court__ct_01__region_charges"] == ["charges"]
    assert overlapping["court__ct_01__region_age"] == ["age"]
    assert overlapping["court__ct_04__region_age"] == []
    assert overlapping["court__ct_01__region_year"] == []


def test_the_view_gives_every_figure_in_long_form(release: Path) -> None:
    tables = [row["name"] for row in rows(release, "SELECT name FROM table_index")]
    total = sum(len(rows(release, f"SELECT * FROM {name}")) for name in tables)
    found = rows(release, "SELECT * FROM finding")
    assert len(found) == total
    of_table = [row for row in found if row["table_name"] == "court__ct_01__region_year"]
    assert {tuple(json.loads(row["dimensions"])) for row in of_table} == {("region", "year")}
    assert any(row["share"] is not None for row in of_table) and not any(row["median"] for row in of_table)


def test_only_a_median_has_a_median(release: Path) -> None:
    assert any(row["median"] for row in rows(release, "SELECT median FROM court__ct_03__region_year"))
    assert "median" not in rows(release, "SELECT * FROM court__ct_01__region_year")[0]


def test_anybody_may_read_a_release_and_nobody_needs_to_write_it(release: Path) -> None:
    assert stat.S_IMODE(release.stat().st_mode) == 0o644
    assert left_in(release.parent) == ["release.db", "release.db.sig"]


# What never stands in it


def secret(form: FormMeta) -> set[str]:
    """The questions of a form and its rows whose answers must not come out."""
    found = {name for name, question in form.questions.items() if question.publish in ("never", "sealed")}
    return found.union(*(secret(row_form) for row_form in form.row_forms()))


def test_no_byte_of_a_release_comes_from_a_restricted_an_open_or_a_sealed_answer(store: Store, release: Path) -> None:
    marked = store.connection.execute("SELECT count(*) FROM log WHERE open LIKE ?", (f"%{MARK}%",)).fetchone()[0]
    assert marked > 100 and secret(Case) == {"case_ref", "docket", "judge"}
    assert MARK.encode() not in release.read_bytes()


def test_no_submission_no_person_and_no_exact_time_is_in_a_release(store: Store, release: Path) -> None:
    content = release.read_bytes()
    for identity, author in store.connection.execute("SELECT id, author FROM submission LIMIT 300"):
        assert identity.encode() not in content and author.encode() not in content
    days = store.connection.execute("SELECT DISTINCT day FROM court__hearing").fetchall()
    assert not any(day.encode() in content for (day,) in days)


def test_the_log_notes_the_release_and_none_of_its_figures(store: Store, tmp_path: Path) -> None:
    release = built(store, tmp_path / "release.db")
    kind, payload = store.connection.execute("SELECT kind, payload FROM log ORDER BY seq DESC LIMIT 1").fetchone()
    assert kind == "released"
    noted = json.loads(payload)
    assert (noted["content_hash"], noted["name"]) == (release.content_hash, "release.db")
    assert noted["file"] == hashlib.sha256(release.path.read_bytes()).hexdigest()
    digests = {"content_hash", "file", "ledger", "note", "reasons"}
    assert noted.keys() == {"release", "name", "position", "size", "length", "commit", *digests}


# The same again


def test_the_same_store_gives_the_same_bytes(store: Store, tmp_path: Path) -> None:
    first, second = (built(store, tmp_path / name) for name in ("first.db", "second.db"))
    assert first.content_hash == second.content_hash
    assert first.path.read_bytes() == second.path.read_bytes()


@pytest.mark.parametrize("more", [{"title": "Other"}, {"policy": Policy(rounding="up")}], ids=["title", "policy"])
def test_another_policy_or_title_is_another_release(store: Store, tmp_path: Path, more: dict[str, Any]) -> None:
    first, second = built(store, tmp_path / "1.db", draft=True), built(store, tmp_path / "2.db", draft=True, **more)
    assert first.id != second.id and first.content_hash != second.content_hash


def test_the_id_and_the_content_hash_survive_a_check(store: Store, tmp_path: Path) -> None:
    release = built(store, tmp_path / "release.db")
    again = check(release.path)
    assert (again.id, again.content_hash, again.signed) == (release.id, release.content_hash, release.signed)
    assert re.fullmatch(r"r-[0-9a-f]{12}", release.id)


def test_a_release_of_another_version_is_called_so_and_not_disclosed(release: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    shutil.copy(release, older)
    with closing(sqlite3.connect(older)) as connection:
        connection.execute("PRAGMA user_version = 1")
    with pytest.raises(Refusal, match="its layout has the number 1") as refused:
        check(older)
    assert refused.value.code == "RELEASE-06"


def test_a_release_that_was_changed_is_refused(release: Path) -> None:
    with closing(sqlite3.connect(release, isolation_level=None)) as connection:
        connection.execute("UPDATE indicator SET title = 'Something else' WHERE id = 'CT-01'")
    with pytest.raises(Refusal, match="RELEASE-08"):
        check(release)


# When it cannot be built


def test_a_release_is_not_overwritten_unless_that_is_meant(store: Store, release: Path) -> None:
    before = release.read_bytes()
    with pytest.raises(Refusal, match="RELEASE-03"):
        built(store, release)
    assert release.read_bytes() == before
    assert built(store, release, replace=True).content_hash == check(release).content_hash


def test_whatever_is_no_release_is_never_replaced(store: Store, tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("mine")
    (tmp_path / "folder").mkdir()
    for path in (other, store.path, tmp_path / "folder"):
        with pytest.raises(Refusal, match="RELEASE-09"):
            built(store, path, replace=True)
    assert other.read_text() == "mine" and store.head()[0] > 100


def test_a_folder_that_is_not_there_is_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="there is no folder") as refusal:
        built(store, tmp_path / "nowhere" / "release.db")
    assert refusal.value.code == "RELEASE-05"


def test_a_folder_that_cannot_be_written_leaves_nothing(store: Store, tmp_path: Path, monkeypatch: Any) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("monitor.release.target.os.fsync", full)
    with pytest.raises(Refusal, match="No space left on device"):
        built(store, tmp_path / "release.db")
    assert left_in(tmp_path) == []


def test_nothing_approved_is_nothing_to_release(tmp_path: Path) -> None:
    with make_store(tmp_path / "store.db", cases=2) as store:
        for (identity,) in store.connection.execute("SELECT id FROM submission WHERE state = 'approved'").fetchall():
            with store.writing("REV-01") as writing:
                writing.decide(identity, "withdrawn", "invented anyway")
        with pytest.raises(Refusal, match="RELEASE-04"):
            built(store, tmp_path / "release.db")
    assert left_in(tmp_path) == []


def test_what_the_audit_objects_to_is_not_published(store: Store, tmp_path: Path, monkeypatch: Any) -> None:
    protecting = sys.modules["monitor.disclosure.protect"]
    monkeypatch.setattr(protecting, "few", lambda behind, policy: behind.units < 3)
    entries = store.head()
    with pytest.raises(Refusal, match="RELEASE-07") as refusal:
        built(store, tmp_path / "release.db")
    assert left_in(tmp_path) == [] and store.head() == entries
    assert any("too small to be shown" in line for line in refusal.value.details)


def test_what_could_not_be_decided_is_not_published(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="RELEASE-21"):
        built(store, tmp_path / "release.db", seconds=0)
    assert left_in(tmp_path) == []


def test_a_release_that_the_log_could_not_note_does_not_stand(store: Store, tmp_path: Path, monkeypatch: Any) -> None:
    def fail(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("monitor.release.building.keep_release", fail)
    with pytest.raises((Refusal, OSError)):
        built(store, tmp_path / "release.db")
    assert left_in(tmp_path) == []


def test_a_dimension_that_would_hide_a_figure_behind_its_name_is_refused(store: Store, tmp_path: Path) -> None:

    from tests.court_sample import REGION

    named = replace(COURT.indicators[0], tables=((replace(REGION, name="count"),),))
    instrument = replace(COURT, indicators=(named,))
    with pytest.raises(Refusal, match="RELEASE-10"):
        built(store, tmp_path / "release.db", catalogue={"court": instrument})
    assert left_in(tmp_path) == []


# What happens in between


def test_submissions_that_are_not_approved_change_no_figure(store: Store, tmp_path: Path) -> None:
    before = built(store, tmp_path / "before.db")
    with store.writing("MON-02") as writing:
        raw = {
            "case_ref": f"{MARK}-9999", "docket": "d", "judge": "j", "region": "north", "charges": ["theft"]
        }  # fmt: skip
        case = check_answers(COURT, Case, raw, author="MON-02", around=store.surroundings(CATALOGUE))
        writing.submit(case, COURT, Case)
    send_back(store, case.id, reason="please look again", actor="REV-01")
    after = built(store, tmp_path / "after.db")
    tables = [row["name"] for row in rows(before.path, "SELECT name FROM table_index")]
    for name in tables:
        was, now = (rows(one.path, f"SELECT * FROM {name}") for one in (before, after))
        shown = [place for place, row in enumerate(was) if row["n"] is not None]
        assert [now[place] for place in shown] == [was[place] | {"since": before.id} for place in shown]
    assert before.built_from != after.built_from


def test_the_file_is_a_plain_database_of_a_release_and_nothing_beside_it(release: Path) -> None:
    header = release.read_bytes()[:100]
    assert header[18:20] == b"\x01\x01"  # no write-ahead log that a reader could miss
    assert int.from_bytes(header[68:72]) == 0x4D6F6E52
    with closing(sqlite3.connect(release)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        strict = connection.execute("SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict").fetchall()
        assert [name for (name,) in strict if not name.startswith("sqlite_")] == []


def test_the_documentation_names_every_table_and_column_of_a_release(release: Path) -> None:
    page = (ROOT / "docs" / "releases.md").read_text("utf-8")
    with closing(sqlite3.connect(release)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        figures = {name for (name,) in connection.execute("SELECT name FROM table_index")}
        for table in set(tables) - figures:
            columns = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
            assert [name for (name,) in [(table,), *columns] if f"`{name}`" not in page] == []


def test_the_content_hash_is_over_the_content(release: Path) -> None:
    (row,) = rows(release, "SELECT content_hash FROM release")
    assert re.fullmatch("[0-9a-f]{64}", row["content_hash"])
    assert row["content_hash"] != hashlib.sha256(release.read_bytes()).hexdigest()


# Real data


CTDC = ROOT.parent / "shared" / "data" / "ctdc" / "ctdc_global_2020.csv"


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.skipif(not CTDC.exists(), reason="the CTDC file is not beside the checkout")
def test_figures_of_the_real_file_agree_with_an_independent_count_wherever_they_are_shown(tmp_path: Path) -> None:
    catalogue = load([ROOT / "plugins"]).catalogue
    instrument = catalogue["case_data"]
    with create(tmp_path / "store.db", "A programme", "MON-01", plain=True) as store:
        import_file(store, catalogue, instrument, instrument.forms[0], CTDC, actor="MON-01", mapping="ctdc_2020")
        approve_all(store, actor="REV-01")
        release = built(store, tmp_path / "release.db", catalogue=catalogue)
    counted: Counter[tuple[str, str]] = Counter()
    with CTDC.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            country, when = row["CountryOfExploitation"], row["yearOfRegistration"]
            counted.update([(country, when), (country, "_T"), ("_T", when), ("_T", "_T")])
    table = "case_data__cd_i02__country_of_exploitation_year_of_registration"
    shown = [row for row in rows(release.path, f"SELECT * FROM {table}") if row["n"] is not None]
    # Blank and "0" are told apart by the mapping; every real country and year must agree.
    known = [row for row in shown if row["country_of_exploitation"] not in ("_U", "ZZ")]
    for row in known:
        exact = counted[row["country_of_exploitation"], row["year_of_registration"]]
        assert abs(row["n"] - exact) <= 2 and exact >= 10
    assert len(known) > 100 and release.audit.passed
