"""The fixed tables of a store, and the numbered migrations that make and change them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from monitor.store.engine import sqlite, unguarded

APPLICATION_ID = 0x4D6F6E31
"""``Mon1``: what tells a store from any other SQLite file (``PRAGMA application_id``)."""

Migration = Callable[[sqlite.Connection], None]

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


def _first(connection: sqlite.Connection) -> None:
    for statement in (*_TABLES, *PROJECTIONS):
        connection.execute(statement)


# Text may be taken out of an entry to protect a person, and nothing else may change: only where a later entry of the
# same submission, which itself is chained and signed, says that it was. The hash covers the digest of the text.
_TAKEN_OUT = """NEW.{part} IS NULL AND EXISTS (
                SELECT 1 FROM log AS later, json_each(later.payload, '$.purged.{part}') AS purged
                WHERE later.submission = OLD.submission AND later.kind = 'redacted' AND later.seq > OLD.seq
                AND purged.value = OLD.seq)"""
_KEEPS_LINES = f"""CREATE TRIGGER log_keeps_lines BEFORE UPDATE ON log
        WHEN NOT (
            NEW.seq IS OLD.seq AND NEW.time IS OLD.time AND NEW.actor IS OLD.actor AND NEW.kind IS OLD.kind
            AND NEW.submission IS OLD.submission AND NEW.payload IS OLD.payload AND NEW.previous IS OLD.previous
            AND NEW.hash IS OLD.hash AND NEW.signature IS OLD.signature
            AND (NEW.open IS OLD.open OR {_TAKEN_OUT.format(part="open")})
            AND (NEW.sealed IS OLD.sealed OR {_TAKEN_OUT.format(part="sealed")}))
        BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END"""

IS_KEY_ENTRY = "kind IN ('created', 'enrolled', 'revoked', 'moved', 'recipients', 'plugin', 'retention')"
"""The SQL by which those few entries are found; it must stand in a query as it stands here to be quick."""

_SECOND = (
    "DROP TRIGGER log_keeps_lines",
    _KEEPS_LINES,
    # The few entries that say who may sign, to whom answers are sealed, and which plugins were at work.
    f"CREATE INDEX log_keys ON log (seq) WHERE {IS_KEY_ENTRY}",
    "CREATE INDEX log_redacted ON log (seq) WHERE kind = 'redacted'",
    "ALTER TABLE submission ADD COLUMN consent TEXT NOT NULL DEFAULT 'full'",
    # Where copies of this store lie, so that what is purged here can be purged there. Not made from the log: it is
    # about this machine.
    """CREATE TABLE backup (
        path TEXT PRIMARY KEY NOT NULL,
        time TEXT NOT NULL,
        entries INTEGER NOT NULL,
        purged INTEGER NOT NULL
    ) STRICT""",
)

# Forms that somebody has begun to fill in. Not made from the log: they are nobody's business until they are submitted.
_DRAFTS = (
    """CREATE TABLE draft (
        id TEXT PRIMARY KEY NOT NULL,
        form TEXT NOT NULL,
        version TEXT NOT NULL,
        author TEXT NOT NULL,
        started TEXT NOT NULL,
        changed TEXT NOT NULL,
        saved INTEGER NOT NULL,
        content TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX draft_author ON draft (author, form)",
)

# What is to be observed, when and by whom: for each planned event of a case one line.
_PLANS = (
    """CREATE TABLE plan (
        id TEXT PRIMARY KEY NOT NULL,
        form TEXT NOT NULL,
        parent TEXT NOT NULL REFERENCES submission (id),
        day TEXT NOT NULL,
        session INTEGER NOT NULL,
        event TEXT NOT NULL,
        known_from TEXT,
        place TEXT,
        assigned TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('planned', 'cancelled', 'missed')),
        reason TEXT,
        held TEXT,
        settled INTEGER NOT NULL,
        seq INTEGER NOT NULL
    ) STRICT""",
    "CREATE UNIQUE INDEX plan_event ON plan (event) WHERE state <> 'cancelled'",
    "CREATE INDEX plan_parent ON plan (parent)",
)

# Several submissions of one event that became one: each says into which it went, and itself counts no longer.
_CONSOLIDATED = (
    "ALTER TABLE submission ADD COLUMN consolidated_into TEXT REFERENCES submission (id)",
    "CREATE INDEX submission_parts ON submission (consolidated_into) WHERE consolidated_into IS NOT NULL",
)


def _second(connection: sqlite.Connection) -> None:
    for statement in (*_SECOND, *_DRAFTS, *_PLANS, *_CONSOLIDATED):
        connection.execute(statement)


# The releases that were made, and the exact counts behind them. Not made from the log, which holds their digests: what
# has been published is protected against in every release that comes after.
_RELEASES = (
    "CREATE INDEX log_releases ON log (seq) WHERE kind IN ('released', 'erratum', 'withdrawn_release')",
    """CREATE TABLE release_file (
        id TEXT PRIMARY KEY NOT NULL,
        position INTEGER NOT NULL UNIQUE,
        title TEXT NOT NULL,
        period_from TEXT,
        period_to TEXT,
        content_hash TEXT NOT NULL,
        built_from_entry INTEGER NOT NULL,
        built_from_time TEXT NOT NULL,
        parameters TEXT NOT NULL,
        seq INTEGER NOT NULL,
        file BLOB NOT NULL,
        reasons BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE ledger (
        release TEXT NOT NULL REFERENCES release_file (id),
        instrument TEXT NOT NULL,
        figure TEXT NOT NULL,
        cell TEXT NOT NULL,
        units INTEGER NOT NULL,
        persons INTEGER,
        cases INTEGER NOT NULL,
        shown INTEGER NOT NULL,
        since TEXT,
        reason TEXT,
        PRIMARY KEY (release, instrument, figure, cell)
    ) STRICT, WITHOUT ROWID""",
    *(
        f"""CREATE TRIGGER {table}_keeps_{what} BEFORE {act} ON {table}
        BEGIN SELECT RAISE(ABORT, 'what was published stays'); END"""
        for table in ("release_file", "ledger")
        for act, what in (("UPDATE", "lines"), ("DELETE", "all"))
    ),
)


def _third(connection: sqlite.Connection) -> None:
    for statement in _RELEASES:
        connection.execute(statement)


MIGRATIONS: tuple[Migration, ...] = (_first, _second, _third)
"""Migration 1 made the first stores, 2 brought keys, redaction and backups, 3 the releases. A published one is never
changed; a new one is added at the end."""


def apply(connection: sqlite.Connection) -> None:
    """Bring the file up to the last migration, each in a transaction of its own together with its number."""
    for number, migration in enumerate(MIGRATIONS[schema_version(connection) :], schema_version(connection) + 1):
        with unguarded(connection):
            connection.execute("BEGIN IMMEDIATE")
            try:
                if schema_version(connection) < number:  # or another program has done it meanwhile
                    migration(connection)
                    connection.execute(f"PRAGMA user_version = {number}")
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


def schema_version(connection: sqlite.Connection) -> int:
    """The number of the last migration that was applied."""
    number: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return number


def has_false_tables(connection: sqlite.Connection) -> bool:
    """Whether there is a view or a virtual table. A store has none: in the place of a table, it could have no end."""
    false = "SELECT count(*) FROM sqlite_schema WHERE type = 'view' OR sql LIKE 'CREATE VIRTUAL%'"
    return bool(connection.execute(false).fetchone()[0])


def make_private(path: Path) -> None:
    """Make an empty file that only its owner can read, from its first byte. Raises ``FileExistsError``."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def expected_objects() -> dict[str, tuple[str, str]]:
    """The fixed tables, indexes and triggers: name to (type, SQL), as a new store has them."""
    connection = sqlite.connect(":memory:")
    try:
        for migration in MIGRATIONS:
            migration(connection)
        return {name: (kind, sql) for kind, name, sql in connection.execute(OBJECTS)}
    finally:
        connection.close()


OBJECTS = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
"""Everything that somebody created in a database. Indexes that SQLite makes for keys have no SQL."""
