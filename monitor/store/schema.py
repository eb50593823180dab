"""The fixed tables of a store, and the numbered migrations that make and change them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

APPLICATION_ID = 0x4D6F6E31
"""``Mon1``: what tells a store from any other SQLite file (``PRAGMA application_id``)."""

Migration = Callable[[sqlite3.Connection], None]

_TABLES = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT",
    """CREATE TABLE log (
        seq INTEGER PRIMARY KEY,
        time TEXT NOT NULL,
        actor TEXT NOT NULL,
        kind TEXT NOT NULL,
        submission TEXT,
        payload TEXT NOT NULL,
        open TEXT,
        sealed TEXT,
        previous TEXT NOT NULL,
        hash TEXT NOT NULL,
        signature TEXT
    ) STRICT""",
    "CREATE INDEX log_submission ON log (submission) WHERE submission IS NOT NULL",
    # Whatever is asked of it, the log only grows. The third trigger also stops REPLACE, which on a connection without
    # recursive_triggers removes a line and fires no trigger for it.
    """CREATE TRIGGER log_keeps_lines BEFORE UPDATE ON log
        BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END""",
    """CREATE TRIGGER log_keeps_all BEFORE DELETE ON log
        BEGIN SELECT RAISE(ABORT, 'nothing is removed from the log'); END""",
    """CREATE TRIGGER log_grows_by_one BEFORE INSERT ON log
        WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM log)
        BEGIN SELECT RAISE(ABORT, 'the log only grows at its end'); END""",
)

PROJECTIONS = (
    """CREATE TABLE contract (
        instrument TEXT NOT NULL,
        version TEXT NOT NULL,
        contract TEXT NOT NULL,
        PRIMARY KEY (instrument, version)
    ) STRICT""",
    """CREATE TABLE submission (
        id TEXT PRIMARY KEY NOT NULL,
        form TEXT NOT NULL,
        version TEXT NOT NULL,
        parent TEXT REFERENCES submission (id),
        state TEXT NOT NULL CHECK (state IN ('submitted', 'approved', 'returned', 'quarantined', 'withdrawn')),
        revision INTEGER NOT NULL,
        author TEXT NOT NULL,
        entered_by TEXT NOT NULL,
        session INTEGER NOT NULL,
        language TEXT NOT NULL,
        submitted_at TEXT NOT NULL,
        origin TEXT,
        key TEXT,
        event TEXT,
        person TEXT,
        warnings TEXT NOT NULL,
        screened INTEGER NOT NULL,
        urgent INTEGER NOT NULL,
        seq INTEGER NOT NULL
    ) STRICT""",
    # The same file imported twice; two cases under one reference; the hearings of a case; what waits for review.
    "CREATE UNIQUE INDEX submission_origin ON submission (form, origin) WHERE origin IS NOT NULL",
    "CREATE UNIQUE INDEX submission_key ON submission (form, key) WHERE key IS NOT NULL AND state <> 'withdrawn'",
    # Two monitors at one hearing are two submissions; one of them counts.
    "CREATE UNIQUE INDEX submission_event ON submission (event) WHERE event IS NOT NULL AND state = 'approved'",
    "CREATE INDEX submission_parent ON submission (parent, form) WHERE parent IS NOT NULL",
    "CREATE INDEX submission_waiting ON submission (form) WHERE state = 'submitted'",
)
"""What can be made again from the log, beside the tables of answers."""


def _first(connection: sqlite3.Connection) -> None:
    for statement in (*_TABLES, *PROJECTIONS):
        connection.execute(statement)


MIGRATIONS: tuple[Migration, ...] = (_first,)
"""Migration 1 makes everything. A published one is never changed; a new one is added at the end."""


def apply(connection: sqlite3.Connection, path: Path) -> Path | None:
    """Bring the file up to the last migration, each in a transaction of its own together with its number.

    A file that holds entries is copied first; gives the copy's path, or None when there was nothing to copy or to do.
    """
    reached = schema_version(connection)
    if reached >= len(MIGRATIONS):
        return None
    copy = _copy(connection, path, reached) if reached and _holds_entries(connection) else None
    for number, migration in enumerate(MIGRATIONS[reached:], reached + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            migration(connection)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    return copy


def schema_version(connection: sqlite3.Connection) -> int:
    """The number of the last migration that was applied."""
    number: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return number


def _holds_entries(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM log LIMIT 1").fetchone() is not None


def _copy(connection: sqlite3.Connection, path: Path, reached: int) -> Path:
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    copy = path.with_name(f"{path.name}.schema-{reached}-{moment}")
    make_private(copy)
    # No transaction is open here: with one, the backup would wait for itself.
    target = sqlite3.connect(copy)
    try:
        connection.backup(target)
    finally:
        target.close()
    with copy.open("rb+") as written:
        os.fsync(written.fileno())
    return copy


def make_private(path: Path) -> None:
    """Make an empty file that only its owner can read, from its first byte. Raises ``FileExistsError``."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def expected_objects() -> dict[str, tuple[str, str]]:
    """The fixed tables, indexes and triggers: name to (type, SQL), as a new store has them."""
    connection = sqlite3.connect(":memory:")
    try:
        for migration in MIGRATIONS:
            migration(connection)
        return {name: (kind, sql) for kind, name, sql in connection.execute(OBJECTS)}
    finally:
        connection.close()


OBJECTS = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
"""Everything that somebody created in a database. Indexes that SQLite makes for keys have no SQL."""
