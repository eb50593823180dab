"""Making and opening a store: private from the first byte, and a clear refusal for whatever is no store."""

from __future__ import annotations

import gzip
import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.errors import Refusal
from monitor.store import create, migrate, open_store, schema
from tests.store_sample import Place, new_store, place, store_one


def refused(code: str, does: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        does()
    assert caught.value.code == code, caught.value.lines()
    return caught.value


def test_a_new_store_knows_its_programme_and_who_acts(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        assert (store.programme, store.monitor) == ("An invented programme", "MON-01")
        assert store.head()[0] == 1
    with open_store(tmp_path / "store.db") as again:
        assert (again.programme, again.monitor) == ("An invented programme", "MON-01")


def test_only_its_owner_can_read_a_store_and_what_lies_beside_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with new_store(tmp_path) as store:
            store_one(store, Place, place())
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}


def test_commits_wait_for_the_disk(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        settings = ("journal_mode", "synchronous", "fullfsync", "foreign_keys", "recursive_triggers", "trusted_schema")
        values = [store.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in settings]
    assert values == ["wal", 2, 1, 1, 1, 0]


def test_a_store_is_not_made_over_anything(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("mine")
    refused("STORE-10", lambda: new_store(tmp_path))
    assert (tmp_path / "store.db").read_text() == "mine"


def test_a_store_is_not_made_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    refused("STORE-11", lambda: new_store(tmp_path / "nowhere"))
    (tmp_path / "file").touch()
    refused("STORE-11", lambda: new_store(tmp_path / "file"))


def test_plaintext_is_never_written_where_encryption_was_asked_for(tmp_path: Path) -> None:
    refused("STORE-90", lambda: create(tmp_path / "s.db", programme="P", monitor="M", plain=False))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("programme", "monitor", "code"),
    [("P", "Ana Example", "STORE-21"), ("P", "", "STORE-21"), (" ", "M", "STORE-27"), ("P\nQ", "M", "STORE-27")],
)
def test_a_store_needs_a_name_and_a_code(tmp_path: Path, programme: str, monitor: str, code: str) -> None:
    refused(code, lambda: create(tmp_path / "s.db", programme=programme, monitor=monitor))
    assert not list(tmp_path.iterdir())


def test_a_store_that_could_not_be_finished_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(connection: sqlite3.Connection) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(schema, "MIGRATIONS", (fails,))
    with pytest.raises(KeyboardInterrupt):
        new_store(tmp_path)
    assert not list(tmp_path.iterdir())


# What is no store.


def sqlite_file(path: Path, *statements: str) -> Path:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def test_a_missing_file_is_refused_and_not_made(tmp_path: Path) -> None:
    refused("STORE-01", lambda: open_store(tmp_path / "store.db"))
    assert not list(tmp_path.iterdir())


def test_a_folder_is_refused(tmp_path: Path) -> None:
    refused("STORE-02", lambda: open_store(tmp_path))


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused("STORE-02", lambda: open_store(tmp_path / "pipe"))


OTHERS = {
    "empty": b"",
    "text": b"place_ref,size\nP-1,3\n",
    "gzip": gzip.compress(b"x" * 5000),
    "nearly": b"SQLite format 3\x00" + b"\xff" * 5000,
    "short": b"SQLite format 3\x00",
}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path: Path, kind: str) -> None:
    path, content = tmp_path / "store.db", OTHERS[kind]
    path.write_bytes(content)
    refused("STORE-04", lambda: open_store(path))
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = sqlite_file(tmp_path / "theirs.db", "CREATE TABLE log (x)", "CREATE TABLE meta (key, value)")
    before = path.read_bytes()
    refused("STORE-04", lambda: open_store(path))
    assert path.read_bytes() == before


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    new_store(tmp_path).close()
    sqlite_file(tmp_path / "store.db", "PRAGMA user_version = 99")
    assert "99" in refused("STORE-05", lambda: open_store(tmp_path / "store.db")).sentence


def test_a_store_that_was_never_finished_is_refused(tmp_path: Path) -> None:
    path = sqlite_file(tmp_path / "s.db", f"PRAGMA application_id = {schema.APPLICATION_ID}", "CREATE TABLE a (b)")
    refused("STORE-04", lambda: open_store(path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_store_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    new_store(tmp_path).close()
    (tmp_path / "store.db").chmod(0o400)
    refused("STORE-03", lambda: open_store(tmp_path / "store.db"))


def test_a_store_on_a_read_only_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_store(tmp_path).close()
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    refused("STORE-03", lambda: open_store(tmp_path / "store.db"))


def test_a_store_that_another_program_holds_is_refused(tmp_path: Path) -> None:
    new_store(tmp_path).close()
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    refused("STORE-07", lambda: open_store(tmp_path / "store.db", patience=0.05))
    other.close()


def test_a_torn_file_is_refused(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())
    path = tmp_path / "store.db"
    path.write_bytes(path.read_bytes()[:6000])
    with pytest.raises(Refusal) as caught:
        open_store(path)
    assert caught.value.code in ("STORE-09", "STORE-04")


# Migrations.


def test_an_older_store_is_copied_and_then_brought_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())
    path = tmp_path / "store.db"

    def second(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE submission ADD COLUMN place TEXT")

    newer = (*schema.MIGRATIONS, second)
    monkeypatch.setattr(schema, "MIGRATIONS", newer)
    refused("STORE-06", lambda: open_store(path))
    copy = migrate(path)
    assert copy is not None
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with open_store(path) as store:
        assert store.connection.execute("SELECT place FROM submission").fetchall() == [(None,)]
        with pytest.raises(sqlite3.IntegrityError):
            store.connection.execute("DELETE FROM log")
    assert sqlite3.connect(copy).execute("SELECT count(*) FROM log").fetchone() == (3,)
    assert migrate(path) is None


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE visits__place")
        raise RuntimeError("the power is cut")

    newer = (*schema.MIGRATIONS, half)
    with monkeypatch.context() as patched:
        patched.setattr(schema, "MIGRATIONS", newer)
        with pytest.raises(RuntimeError):
            migrate(tmp_path / "store.db")
    with open_store(tmp_path / "store.db") as store:
        assert store.connection.execute("SELECT count(*) FROM visits__place").fetchone() == (1,)
