"""Making and opening a store: private from the first byte, and a clear refusal for whatever is no store."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.errors import Refusal
from monitor.keys import key_file_of
from monitor.store import create, migrate, open_store, schema, sqlite, verify
from tests.intruder import Intruder, chain, commit, unsigned
from tests.store_sample import CATALOGUE, Place, Visit, new_store, place, store_one, visit


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
    assert modes == dict.fromkeys(("store.db", "store.db.key", "store.db-wal", "store.db-shm"), 0o600)


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
    refused("KEY-01", lambda: create(tmp_path / "s.db", programme="P", monitor="M"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("programme", "monitor", "code"),
    [("P", "Ana Example", "STORE-21"), ("P", "", "STORE-21"), (" ", "M", "STORE-27"), ("P\nQ", "M", "STORE-27")],
)
def test_a_store_needs_a_name_and_a_code(tmp_path: Path, programme: str, monitor: str, code: str) -> None:
    refused(code, lambda: create(tmp_path / "s.db", programme=programme, monitor=monitor, plain=True))
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
    holds = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("PRAGMA locking_mode = EXCLUSIVE")
other.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", holds, str(tmp_path / "store.db")]
    # In another process: what one process locks, it does not see as locked.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        refused("STORE-07", lambda: open_store(tmp_path / "store.db", patience=0.05))
        other.communicate()


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
        with pytest.raises(sqlite.DatabaseError, match="not authorized"):
            store.connection.execute("DELETE FROM log")
    with Intruder(path).connected() as other, pytest.raises(sqlite.IntegrityError, match="nothing is removed"):
        other.execute("DELETE FROM log")
    assert sqlite3.connect(copy).execute("SELECT count(*) FROM log").fetchone() == (3,)
    assert migrate(path) is None


def as_schema_1_made_it(path: Path) -> None:
    """Take everything back out of a store that migration 2 and signatures brought."""
    intruder = Intruder(path)
    lines = [line for line in intruder.log() if line["kind"] != "enrolled"]
    first = json.loads(lines[0]["payload"])
    commit(lines[0], {name: first[name] for name in ("programme", "monitor")})
    intruder.write_log(chain(lines, unsigned))
    key_file_of(path).unlink()
    with intruder.connected() as connection:
        connection.execute("DROP TRIGGER log_keeps_lines")
        for made in connection.execute("SELECT type, name FROM sqlite_schema").fetchall():
            if made[1] in schema.expected_objects().keys() - older_objects().keys():
                connection.execute(f"DROP {made[0]} IF EXISTS {made[1]}")  # an index goes with its table
        for column in ("consent", "consolidated_into"):
            connection.execute(f"ALTER TABLE submission DROP COLUMN {column}")
        connection.execute(older_objects()["log_keeps_lines"])
        connection.execute("PRAGMA user_version = 1")
        assert {name: sql for _, name, sql in connection.execute(schema.OBJECTS) if "__" not in name} == older_objects()


def older_objects() -> dict[str, str]:
    connection = sqlite.connect(":memory:")
    schema.MIGRATIONS[0](connection)
    return {name: sql for _, name, sql in connection.execute(schema.OBJECTS)}


def test_a_store_from_before_signatures_is_brought_up_and_signed_from_then_on(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place(1))
        store_one(store, Visit, visit("P-1", story="It rained."))
    path = store.path
    as_schema_1_made_it(path)
    refused("STORE-06", lambda: open_store(path))
    migrate(path)
    with open_store(path) as store:
        assert verify(store, CATALOGUE).problems == ()
        store_one(store, Place, place(2), "MON-02")
        assert verify(store, CATALOGUE).problems == ()
        signed = store.connection.execute("SELECT kind, signature IS NOT NULL FROM log ORDER BY seq").fetchall()
    assert signed == [
        ("created", 0), ("instrument", 0), ("submitted", 0), ("submitted", 0), ("moved", 1), ("submitted", 1)
    ]  # fmt: skip
    Intruder(path).run("UPDATE log SET signature = NULL WHERE seq = 6")
    with open_store(path) as store:
        (problem,) = verify(store, CATALOGUE).problems
        assert problem == "log entry 6: is not signed, though entries before it are."


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
