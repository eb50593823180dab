"""Releases that follow one another: what stays, what moves, what was wrong, and what the store keeps of them."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.disclosure import Policy
from monitor.errors import Refusal
from monitor.findings import Pooling, Region
from monitor.release import Release, build, check, note_wrong, withdraw
from monitor.release.reasons import counted, read_reasons
from monitor.release.target import finish
from monitor.review import approve
from monitor.store import Store, back_up, file_of, kept_releases, ledger_of, open_store, rebuild, restore, verify
from monitor.submissions import check as check_answers
from tests import court_sample
from tests.court_sample import COURT, MARK, Case, Hearing, make_store

ROOT = Path(__file__).parents[1]

_KEPT = {"CT-04": 1, "CT-05": 1}
"""Two indicators of the sample with one table each: enough to follow rows from one release to the next."""

SMALL = replace(
    COURT,
    indicators=tuple(
        replace(one, tables=one.tables[: _KEPT[one.id]]) for one in COURT.indicators if one.id in _KEPT
    ),
)  # fmt: skip
CATALOGUE = {"court": SMALL}
CASES = "court__ct_05__region_year"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of which one release was made, first.db, closed."""
    folder = tmp_path_factory.mktemp("series")
    with make_store(folder / "store.db", cases=160) as store:
        built(store, folder / "first.db")
    return folder


@pytest.fixture
def store(original: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of it, open, with the file beside it."""
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    with open_store(tmp_path / "store.db") as opened:
        yield opened


def built(store: Store, path: Path, **more: Any) -> Release:
    settings = {"catalogue": CATALOGUE, "policy": Policy(), "licence": "CC0 1.0", **more}
    return build(path, store=store, **settings)


def rows(path: Path, query: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


def tables(path: Path) -> list[str]:
    return [row["name"] for row in rows(path, "SELECT name FROM table_index ORDER BY name")]


def more_cases(store: Store, count: int, seed: int = 7) -> list[str]:
    """Further invented cases with a hearing each, approved."""
    chance, made = random.Random(seed), []
    with store.writing("MON-02") as writing:
        around = store.surroundings({"court": COURT})
        for number in range(1000 * seed, 1000 * seed + count):
            raw = court_sample._case(chance, number)
            case = check_answers(COURT, Case, raw, author="MON-02", around=around)
            made.append(writing.submit(case, COURT, Case))
            raw = court_sample._hearing(chance, number)
            hearing = check_answers(COURT, Hearing, raw, author="MON-02", around=around)
            made.append(writing.submit(hearing, COURT, Hearing))
    approve(store, made, actor="REV-01")
    return made


def take_out(store: Store) -> str:
    """Withdraw one submission that was approved and counted."""
    found = "SELECT id FROM submission WHERE state = 'approved' AND form = 'court.hearing' ORDER BY id LIMIT 1"
    (id,) = store.connection.execute(found).fetchone()
    with store.writing("REV-01") as writing:
        writing.decide(id, "withdrawn", "It was entered for the wrong day.")
    return str(id)


def noted(store: Store) -> tuple[int, int, int]:
    """How many entries of the log, kept files and lines of the ledger there are."""
    query = "SELECT (SELECT count(*) FROM log), (SELECT count(*) FROM release_file), (SELECT count(*) FROM ledger)"
    found: tuple[int, int, int] = store.connection.execute(query).fetchone()
    return found


# What stays and what moves.


def test_the_first_release_stands_for_itself(original: Path) -> None:
    first = original / "first.db"
    (about,) = rows(first, "SELECT * FROM release")
    assert (about["position"], about["previous"], about["withdrawn"], about["draft"]) == (1, None, None, 0)
    assert rows(first, "SELECT * FROM earlier") == rows(first, "SELECT * FROM erratum") == []
    assert {row["since"] for name in tables(first) for row in rows(first, f"SELECT since FROM {name}")} == {None}


def test_with_few_new_submissions_what_was_shown_stays_as_it_was(store: Store, tmp_path: Path) -> None:
    more_cases(store, 2)
    first = tmp_path / "first.db"
    second = built(store, tmp_path / "second.db").path
    (was,), (about,) = (rows(path, "SELECT * FROM release") for path in (first, second))
    assert (about["position"], about["previous"]) == (2, was["id"])
    for name in tables(first):
        before, after = (rows(path, f"SELECT * FROM {name} ORDER BY 1, 2") for path in (first, second))
        shown = [place for place, row in enumerate(before) if row["n"] is not None]
        assert shown and [after[place] for place in shown] == [before[place] | {"since": was["id"]} for place in shown]
    (listed,) = rows(second, "SELECT * FROM earlier")
    assert listed["id"] == was["id"] and listed["content_hash"] == was["content_hash"]


def test_with_many_new_submissions_rows_move(store: Store, tmp_path: Path) -> None:
    more_cases(store, 150)
    built(store, tmp_path / "second.db")
    moved = [row for row in rows(tmp_path / "second.db", f"SELECT * FROM {CASES}") if row["since"] is None]
    before = {(row["region"], row["year"]): row for row in rows(tmp_path / "first.db", f"SELECT * FROM {CASES}")}
    assert any(row["n"] is not None and row["n"] > (before[row["region"], row["year"]]["n"] or 0) for row in moved)


def test_a_series_is_attacked_together_from_the_files_alone(store: Store, tmp_path: Path) -> None:
    more_cases(store, 2)
    second = built(store, tmp_path / "second.db")
    found = check(second.path, [tmp_path / "first.db"])
    assert found.audit.passed and found.id == second.id and found.not_at_hand == ()
    first = kept_releases(store.connection)[0]
    assert check(second.path).not_at_hand == (first.note.id,)


def test_an_earlier_release_must_be_the_one_that_was_published(store: Store, tmp_path: Path) -> None:
    second = built(store, tmp_path / "second.db", title="The second")
    with closing(sqlite3.connect(tmp_path / "first.db", isolation_level=None)) as connection:
        connection.execute("UPDATE release SET title = 'Another'")
    with pytest.raises(Refusal, match="RELEASE-06"):
        check(second.path, [tmp_path / "first.db"])


# Codes that are counted together.


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"pooling": Pooling(2)}, "other years were put together"),
        ({"pooling": Pooling(regions={"south": Region("The south", ("AQ", "BV"))})}, "its regions were others"),
        ({"embargo": True}, "pending cases were counted otherwise"),
        ({"pooling": Pooling(2), "draft": True}, "other years were put together"),
    ],
    ids=["periods", "regions", "embargo", "draft"],
)
def test_what_is_counted_together_stays_so_throughout_a_series(
    store: Store, tmp_path: Path, more: dict[str, Any], says: str
) -> None:
    before = noted(store)
    with pytest.raises(Refusal, match="RELEASE-22") as refused:
        built(store, tmp_path / "second.db", **more)
    told = "\n".join(refused.value.lines())
    assert says in told and "without periods, regions or embargo" in told
    assert noted(store) == before and not (tmp_path / "second.db").exists()


def test_a_withdrawn_release_still_says_what_is_counted_together(store: Store, tmp_path: Path) -> None:
    withdraw(tmp_path / "first.db", store=store, because="Two regions were mixed up.", actor="REV-01")
    with pytest.raises(Refusal, match="RELEASE-22"):
        built(store, tmp_path / "second.db", pooling=Pooling(2))


def test_a_series_with_periods_goes_on_with_them_alone(tmp_path: Path) -> None:
    regions = {"south": Region("The south", ("AQ", "BV"))}
    periods = Pooling(3, regions, periods_from=1)
    with make_store(tmp_path / "store.db", cases=30) as store:
        built(store, tmp_path / "first.db", pooling=periods)
        # 2020 begins the same periods as year 1, and a region may be called otherwise.
        called = {"south": Region("South", ("BV", "AQ"))}
        assert built(store, tmp_path / "second.db", pooling=Pooling(3, called, periods_from=2020)).audit.passed
        others = Pooling(), Pooling(3, regions, 2), Pooling(3, regions, 1, alone=True), Pooling(3, periods_from=1)
        for other in others:
            with pytest.raises(Refusal, match="RELEASE-22") as refused:
                built(store, tmp_path / "third.db", pooling=other)
            assert "--periods 3 --periods-from 1 --regions FILE (south = AQ, BV)" in "\n".join(refused.value.lines())


# The same again.


def test_the_same_log_gives_the_newest_release_once_more(store: Store, tmp_path: Path) -> None:
    more_cases(store, 2)
    second = built(store, tmp_path / "second.db")
    before = noted(store)
    again = built(store, tmp_path / "again.db")
    assert again.again and not second.again and again.id == second.id
    assert again.path.read_bytes() == second.path.read_bytes()
    assert noted(store) == (before[0] + 1, *before[1:])
    assert verify(store, {"court": COURT}).problems == ()


@pytest.mark.parametrize("when", ["before it was built", "after"])
def test_a_restored_backup_gives_the_same_release(store: Store, tmp_path: Path, when: str) -> None:
    more_cases(store, 2)
    if when == "before it was built":
        back_up(store, tmp_path / "copy.db")
    second = built(store, tmp_path / "second.db", title="The second")
    if when == "after":
        back_up(store, tmp_path / "copy.db")
    (tmp_path / "fresh").mkdir()
    with restore(tmp_path / "copy.db", tmp_path / "fresh" / "store.db", None) as restored:
        assert rebuild(restored, {"court": COURT}) > 100
        again = built(restored, tmp_path / "fresh" / "release.db", title="The second")
        assert verify(restored, {"court": COURT}).problems == ()
    assert (again.id, again.content_hash) == (second.id, second.content_hash)
    assert again.path.read_bytes() == second.path.read_bytes()
    assert again.again == (when == "after")


# Drafts.


def test_a_draft_leaves_no_trace_and_says_what_it_is(store: Store, tmp_path: Path) -> None:
    before = store.head(), noted(store)
    draft = built(store, tmp_path / "draft.db", draft=True)
    assert (store.head(), noted(store)) == before
    (about,) = rows(draft.path, "SELECT * FROM release")
    assert about["draft"] == 1 and about["position"] == 2 and "do not publish" in about["notice"]
    assert draft.signed is None and not (tmp_path / "draft.db.sig").exists()
    assert check(draft.path).signed is None


def test_a_draft_takes_no_signature_with_it(store: Store, tmp_path: Path) -> None:
    assert (tmp_path / "first.db.sig").exists()
    built(store, tmp_path / "first.db", draft=True, replace=True)
    assert not (tmp_path / "first.db.sig").exists()


# Errata.


def test_a_correction_after_a_release_needs_an_erratum(store: Store, tmp_path: Path) -> None:
    take_out(store)
    before = noted(store)
    with pytest.raises(Refusal) as refused:
        built(store, tmp_path / "second.db")
    assert refused.value.code == "RELEASE-15" and noted(store) == before
    assert not (tmp_path / "second.db").exists()


def test_the_next_release_carries_the_erratum_and_is_the_same_again(store: Store, tmp_path: Path) -> None:
    (first,) = kept_releases(store.connection)
    take_out(store)
    says = "A hearing was counted in the wrong year."
    second = built(store, tmp_path / "second.db", erratum=says)
    (erratum,) = rows(second.path, "SELECT * FROM erratum")
    assert (erratum["release"], erratum["table_name"], erratum["says"]) == (first.note.id, None, says)
    again = built(store, tmp_path / "again.db", erratum=says)
    assert again.again and again.path.read_bytes() == second.path.read_bytes()
    assert built(store, tmp_path / "once_more.db").again


def test_an_erratum_that_was_noted_after_the_correction_is_enough(store: Store, tmp_path: Path) -> None:
    note_wrong(store, "Something else was wrong.", actor="REV-01")
    take_out(store)
    with pytest.raises(Refusal, match="RELEASE-15"):
        built(store, tmp_path / "second.db")
    note_wrong(store, "One year is too high.", actor="REV-01", table=CASES)
    second = built(store, tmp_path / "second.db")
    listed = [(row["table_name"], row["says"]) for row in rows(second.path, "SELECT * FROM erratum ORDER BY position")]
    assert listed == [(None, "Something else was wrong."), (CASES, "One year is too high.")]


def test_what_was_never_counted_needs_no_erratum(store: Store, tmp_path: Path) -> None:
    made = more_cases(store, 2)
    with store.writing("REV-01") as writing:
        writing.decide(made[-1], "withdrawn", "It was entered for the wrong day.")
    assert built(store, tmp_path / "second.db").audit.passed


@pytest.mark.parametrize(
    ("how", "code"),
    [({"release": "r-000000000000"}, "RELEASE-18"), ({"table": "court__nothing"}, "RELEASE-19"), ({}, "STORE-16")],
)
def test_an_erratum_is_about_what_was_published(store: Store, how: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        note_wrong(store, "Wrong." if how else "\n", actor="REV-01", **how)
    assert refused.value.code == code


# Withdrawal.


def test_a_notice_takes_the_place_of_a_withdrawn_release(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "first.db"
    original = path.read_bytes()
    id, why, signed = withdraw(path, store=store, because="Two regions were mixed up.", actor="REV-01")
    (about,) = rows(path, "SELECT * FROM release")
    assert (about["id"], about["withdrawn"], about["position"]) == (id, "Two regions were mixed up.", 1)
    assert tables(path) == []
    found = check(path)
    assert found.withdrawn == why and found.tables == 0 and found.audit.passed and found.signed == signed
    assert file_of(store.connection, id) == original
    assert verify(store, {"court": COURT}).problems == ()


def test_later_releases_say_that_one_was_withdrawn_and_stay_protected_against_it(
    store: Store, original: Path, tmp_path: Path
) -> None:
    id, why, _ = withdraw(tmp_path / "first.db", store=store, because="Two regions were mixed up.", actor="REV-01")
    second = built(store, tmp_path / "second.db")
    assert not second.again and second.id != id
    (listed,) = rows(second.path, "SELECT * FROM earlier")
    assert (listed["id"], listed["withdrawn"]) == (id, why)
    known = {(row["region"], row["year"]): row for row in rows(second.path, f"SELECT * FROM {CASES}")}
    before = rows(original / "first.db", f"SELECT * FROM {CASES} WHERE n IS NOT NULL")
    assert before and all(known[row["region"], row["year"]] == row | {"since": id} for row in before)


def test_a_notice_can_be_written_elsewhere_and_again(store: Store, tmp_path: Path) -> None:
    before = (tmp_path / "first.db").read_bytes()
    for name in ("notice.db", "again.db"):
        _, why, _ = withdraw(
            tmp_path / "first.db", store=store, because=f"As {name} says.", actor="REV-01", notice=tmp_path / name
        )
        assert why == "As notice.db says."
    assert (tmp_path / "notice.db").read_bytes() == (tmp_path / "again.db").read_bytes()
    assert (tmp_path / "first.db").read_bytes() == before


def test_only_a_release_of_this_store_is_withdrawn(store: Store, original: Path, tmp_path: Path) -> None:
    with make_store(tmp_path / "other.db", cases=2, seed=3) as other, pytest.raises(Refusal, match="RELEASE-17"):
        withdraw(tmp_path / "first.db", store=other, because="It is not mine.", actor="REV-01")
    with pytest.raises(Refusal, match="RELEASE-06"):
        withdraw(tmp_path / "store.db", store=store, because="It is no release.", actor="REV-01")


# What goes wrong.


def test_a_crash_leaves_neither_file_nor_ledger(store: Store, tmp_path: Path, monkeypatch: Any) -> None:
    more_cases(store, 2)
    before = noted(store)

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("monitor.store.ledger.astuple", crash)
    with pytest.raises(KeyboardInterrupt):
        built(store, tmp_path / "second.db")
    assert noted(store) == before and not (tmp_path / "second.db").exists()
    assert not list(tmp_path.glob(".second.db*"))


def test_a_crash_before_the_file_has_its_name_loses_nothing(store: Store, tmp_path: Path, monkeypatch: Any) -> None:
    more_cases(store, 2)

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("monitor.release.building.reveal", crash)
        with pytest.raises(KeyboardInterrupt):
            built(store, tmp_path / "second.db")
    assert not (tmp_path / "second.db").exists()
    again = built(store, tmp_path / "second.db")
    assert again.again and again.path.read_bytes() == file_of(store.connection, again.id)


KILLED = """
import os, signal, sys
from pathlib import Path
from monitor.store import open_store
from tests.test_release_series import built
sys.modules["monitor.release.building"].{moment} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with open_store(Path("store.db")) as store:
    built(store, Path("second.db"), title="The second")
"""


@pytest.mark.parametrize(("moment", "kept"), [("finish", 1), ("keep_release", 1), ("reveal", 2)])
def test_a_killed_build_leaves_no_release_that_the_store_does_not_know(
    store: Store, tmp_path: Path, moment: str, kept: int
) -> None:
    words = [sys.executable, "-c", KILLED.format(moment=moment)]
    done = subprocess.run(words, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "second.db").exists() and len(kept_releases(store.connection)) == kept
    assert [path.suffix for path in tmp_path.glob(".second.db*")] == [".unfinished"]
    second = built(store, tmp_path / "second.db", title="The second")
    assert second.again == (kept == 2) and not list(tmp_path.glob(".second.db*"))


def test_of_two_builds_at_once_the_second_is_refused(store: Store, tmp_path: Path, monkeypatch: Any) -> None:
    more_cases(store, 2)

    def meanwhile(draft: Path) -> None:
        monkeypatch.setattr("monitor.release.building.finish", finish)
        with open_store(tmp_path / "store.db") as other:
            built(other, tmp_path / "other.db", title="Another")
        finish(draft)

    monkeypatch.setattr("monitor.release.building.finish", meanwhile)
    with pytest.raises(Refusal, match="RELEASE-16"):
        built(store, tmp_path / "second.db")
    assert not (tmp_path / "second.db").exists() and (tmp_path / "other.db").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE ledger SET units = units + 1 WHERE units > 20", "ledger: the counts of r-"),
        ("DELETE FROM ledger WHERE rowid IS NULL OR shown = 0", "ledger: the counts of r-"),
        ("UPDATE release_file SET title = 'Another'", "is not as the log says."),
        ("UPDATE release_file SET file = x'00'", "release_file: the file of r-"),
        ("UPDATE release_file SET reasons = x'00'", "release_file: the list of reasons of r-"),
    ],
)  # fmt: skip
def test_nothing_is_built_upon_what_was_changed(store: Store, tmp_path: Path, change: str, says: str) -> None:
    for trigger in ("release_file_keeps_lines", "ledger_keeps_lines", "ledger_keeps_all"):
        store.connection.execute(f"DROP TRIGGER {trigger}")
    store.connection.execute(change.replace("rowid IS NULL OR ", ""))
    assert any(says in problem for problem in verify(store, {"court": COURT}).problems)
    if "reasons" not in change:
        more_cases(store, 1)
        with pytest.raises(Refusal, match="STORE-34"):
            built(store, tmp_path / "second.db")


def test_what_was_published_cannot_be_changed_or_removed(store: Store) -> None:
    for statement in ("UPDATE ledger SET units = 0", "DELETE FROM ledger", "DELETE FROM release_file",
                      "UPDATE release_file SET title = ''"):  # fmt: skip
        with pytest.raises(Exception, match="what was published stays"):
            store.connection.execute(statement)


# What stays inside.


def test_every_hidden_figure_has_its_reason_in_the_store_and_none_in_the_file(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "first.db"
    id, hidden = read_reasons(store.connection)
    known = {(one.table, one.keys, one.figure) for one in hidden}
    for entry in rows(path, "SELECT name, dimensions, exempt FROM table_index"):
        dimensions = json.loads(entry["dimensions"])
        for row in rows(path, f"SELECT * FROM {entry['name']}"):
            place = entry["name"], tuple(row[dimension] for dimension in dimensions)
            assert (row["n"] is None) == ((*place, "n") in known)
    assert {one.reason for one in hidden} >= {"small", "complementary"}
    assert sum(number for *_, number in counted(hidden)) == len(hidden)
    with pytest.raises(Refusal, match="RELEASE-18"):
        read_reasons(store.connection, "r-000000000000")
    assert read_reasons(store.connection, id)[1] == hidden


def test_no_marked_answer_is_in_what_the_store_keeps_of_releases(store: Store) -> None:
    (kept,) = kept_releases(store.connection)
    lines = ledger_of(store.connection, kept.note.id)
    assert len(lines) > 20 and not any(MARK in "".join((line.figure, line.cell)) for line in lines)
    assert MARK.encode() not in file_of(store.connection, kept.note.id)
    listed = store.connection.execute("SELECT payload FROM log WHERE kind = 'released'").fetchall()
    assert MARK not in str(listed)
