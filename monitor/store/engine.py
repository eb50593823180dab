"""The one door to SQLite for a store: which library, which settings, and what no statement may do to the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import Refusal

# SQLCipher's module has the face of the standard library's, and no types of its own. It serves plain stores, too: the
# SQLite in it is newer than that of most systems, on which (before 3.51.3) a reset write-ahead log can be lost.
if TYPE_CHECKING:
    import sqlite3 as sqlite
else:
    try:
        from sqlcipher3 import dbapi2 as sqlite
    except ImportError:  # no wheel for this machine: plain stores alone, and asking for another is refused
        import sqlite3 as sqlite

__all__ = ["can_encrypt", "connect", "guard", "is_plain", "sqlite", "unguarded"]

MAGIC = b"SQLite format 3\x00"
"""How a file begins that is not encrypted."""

_SETTINGS = (
    "synchronous = FULL",  # a commit has reached the disk
    "fullfsync = ON",  # on macOS also the disk's own cache
    "checkpoint_fullfsync = ON",
    "foreign_keys = ON",
    "recursive_triggers = ON",  # or REPLACE would slip past the triggers of the log
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "temp_store = MEMORY",  # a large sort must not write testimony into the system's temporary folder
    "secure_delete = ON",  # what is purged is overwritten
)

# What would let a statement past the triggers, or write what SQLite believes of the file without a migration.
_LOCKED_PRAGMAS = ("writable_schema", "recursive_triggers", "trusted_schema", "schema_version", "key", "rekey")

_ON_TRIGGERS = (
    sqlite.SQLITE_CREATE_TRIGGER, sqlite.SQLITE_DROP_TRIGGER,
    sqlite.SQLITE_CREATE_TEMP_TRIGGER, sqlite.SQLITE_DROP_TEMP_TRIGGER,
)  # fmt: skip


def can_encrypt() -> bool:
    """Whether the SQLite at hand encrypts. ``PRAGMA key`` on one that does not is silently ignored."""
    connection = sqlite.connect(":memory:")
    try:
        found = connection.execute("PRAGMA cipher_version").fetchone()
        return bool(found and found[0])
    finally:
        connection.close()


def is_plain(path: Path) -> bool:
    """Whether a file begins as an unencrypted database does. An empty one is neither."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def connect(path: Path, key: bytes | None, patience: float) -> sqlite.Connection:
    """A connection to a file that is there. ``key`` (32 bytes) opens an encrypted one.

    Raises :class:`Refusal` (STORE-90) when a key is given and cannot be used, and ``DatabaseError`` when it is another
    key: SQLCipher says so only at the first read, so that one is made here.
    """
    if key is not None and not can_encrypt():
        raise Refusal("STORE-90")
    # By address, so that a file that has gone meanwhile is not made anew, readable by everybody.
    address = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite.connect(address, uri=True, timeout=patience, isolation_level=None)
    try:
        if key is not None:
            connection.execute("PRAGMA cipher_log_level = NONE")  # it speaks on stderr, in words for programmers
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")  # a pragma takes no parameters
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        guard(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def guard(connection: sqlite.Connection) -> None:
    """Refuse, before it runs, every statement that would change the log or lift its triggers."""
    connection.set_authorizer(_judge)


@contextmanager
def unguarded(connection: sqlite.Connection) -> Iterator[None]:
    """For migrations and for what makes a damaged store's triggers again: the log's own triggers still hold."""
    connection.set_authorizer(None)
    try:
        yield
    finally:
        guard(connection)


def _judge(action: int, first: str | None, second: str | None, schema: str | None, trigger: str | None) -> int:
    subject = (first or "").lower()
    on_log = action in (sqlite.SQLITE_UPDATE, sqlite.SQLITE_DELETE, sqlite.SQLITE_DROP_TABLE) and subject == "log"
    reshaped = action == sqlite.SQLITE_ALTER_TABLE and (second or "").lower() == "log"
    trigger_of_log = action in _ON_TRIGGERS and (second or "").lower() == "log"
    setting = action == sqlite.SQLITE_PRAGMA and subject in _LOCKED_PRAGMAS and second is not None
    outside = action == sqlite.SQLITE_ATTACH
    return sqlite.SQLITE_DENY if on_log or reshaped or trigger_of_log or setting or outside else sqlite.SQLITE_OK
