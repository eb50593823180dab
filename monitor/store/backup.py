"""Backups: copies of a whole store that it knows of, from which redacted text is purged like from the store itself."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import Refusal
from monitor.keys import KeyFile, Signer, key_file_of, new_key, read_key_file, write_key_file
from monitor.keys.files import sync_folder
from monitor.store.copying import (
    beside,
    check_copy,
    check_free,
    clear_drafts,
    copies_of_migrations,
    copy_to,
    erase,
    export_to,
    is_of,
    new_draft,
)
from monitor.store.database import Store
from monitor.store.engine import connect, sqlite, unguarded
from monitor.store.opening import PATIENCE, Asked, check_ours, key_of, open_with_key
from monitor.store.redaction import OWN_FILE
from monitor.store.refusals import refusing


@dataclass(frozen=True)
class Backup:
    """A copy that the store knows of: where, when, how many entries; ``owes`` where redacted text is still in it."""

    path: Path
    time: str
    entries: int
    owes: bool


def back_up(store: Store, target: Path) -> Backup:
    """Copy the store, as it is at this moment, into a new file with the same key and passphrase, and look it through.

    Others may go on writing meanwhile. The copy does not sign: what is restored from it gets a device's key of its own.
    Raises :class:`Refusal`: STORE-10 when something is there, STORE-11 no such folder, STORE-08 no room, STORE-30 when
    it does not come out whole.
    """
    target = target.absolute()
    if not target.parent.is_dir():
        raise Refusal("STORE-11", folder=target.parent)
    keys = (read_key_file(key_file_of(store.path)) or KeyFile(None, None)).without_signer()
    _check_free(target, keys)
    with refusing(store.path):
        find = "SELECT time, entries, purged FROM backup WHERE path = ?"
        before = store.connection.execute(find, (str(target),)).fetchone()
        # Known before it is there: a copy that nobody knows of would keep what is purged everywhere else.
        _remember(store, target, _now(), store.head()[0], _last_redaction(store))
        try:
            if store.encrypted:
                write_key_file(key_file_of(target), keys)
            entries = copy_to(store.connection, store.key, target)
        except BaseException:
            if before is None:
                store.connection.execute("DELETE FROM backup WHERE path = ?", (str(target),))
            else:
                _remember(store, target, *before)
            key_file_of(target).unlink(missing_ok=True)
            raise
        store.connection.execute("UPDATE backup SET entries = ? WHERE path = ?", (entries, str(target)))
        return next(backup for backup in backups(store) if backup.path == target)


def backups(store: Store) -> Iterator[Backup]:
    """The copies that the store knows of, among them those that migrations left beside it."""
    _take_in(store)
    # A backup knows of itself: opened as a store, it is none of its own copies.
    own = (OWN_FILE, str(store.path.absolute()))
    query = "SELECT path, time, entries, purged FROM backup WHERE path NOT IN (?, ?) ORDER BY time, path"
    last = _last_redaction(store)
    for path, time, entries, purged in store.connection.execute(query, own).fetchall():
        yield Backup(Path(path), time, entries, owes=purged < last)


def look_through(backup: Path, passphrase: Asked | None) -> int:
    """Read a backup from end to end, as restoring it would, and write nothing; gives how many entries it has.

    Raises :class:`Refusal`: STORE-33 when there is none, STORE-30 when it is not whole, and whatever opening it raises.
    """
    if not backup.is_file():
        raise Refusal("STORE-33", path=backup)
    return _look_through(backup, key_of(backup, passphrase))[0]


def _look_through(backup: Path, key: bytes | None) -> tuple[int, str]:
    with refusing(backup, key):
        found = check_copy(backup, key)
        connection = connect(backup, key, PATIENCE)
        try:
            check_ours(connection, backup)  # what could not be opened afterwards is not restored
        finally:
            connection.close()
    if any(path.exists() for path in beside(backup)):
        raise Refusal("STORE-07", path=backup)  # somebody works in it: what is in its write-ahead log would be lost
    return found


def restore(
    backup: Path, target: Path, passphrase: Asked | None, fresh: Asked | None = None, signer: Signer | None = None
) -> Store:
    """Make a store from a backup and open it; the backup stays as it is.

    With ``fresh``, which gives a passphrase, the store gets a key of its own: when the recovery key has fallen into
    other hands, or to encrypt what was plain. ``signer`` is the key of a person who signs with her own.

    Raises :class:`Refusal`: STORE-10 when a store is there already, STORE-33 when there is no backup, STORE-30 when it
    is not whole, and whatever opening it raises.
    """
    if not target.absolute().parent.is_dir():
        raise Refusal("STORE-11", folder=target.parent)
    if not backup.is_file():
        raise Refusal("STORE-33", path=backup)
    keys = (read_key_file(key_file_of(backup)) or KeyFile(None, None)).without_signer()
    _check_free(target, keys)
    key = key_of(backup, passphrase)
    found = _look_through(backup, key)
    renewed = None if fresh is None else new_key()
    if fresh is not None and renewed is not None:
        keys = keys.with_passphrase(renewed, fresh())
    draft, own = new_draft(target), renewed or key
    try:
        if renewed is None:
            _copy_bytes(backup, draft)
        else:
            export_to(backup, key, draft, renewed)
        if check_copy(draft, own) != found:
            raise Refusal("STORE-30", path=target)
        write_key_file(key_file_of(target), keys)
        draft.rename(target)
        sync_folder(target.absolute().parent)
    finally:
        draft.unlink(missing_ok=True)
    return open_with_key(target, own, signer=signer)


def _copy_bytes(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("rb+") as written:
        while chunk := read.read(1 << 20):
            written.write(chunk)
        written.flush()
        os.fsync(written.fileno())


def owes_purge(store: Store) -> bool:
    """Whether text was redacted and may still stand on a free page: the work was interrupted."""
    query = "SELECT 1 FROM backup WHERE path = ? AND purged < 0"
    return store.connection.execute(query, (OWN_FILE,)).fetchone() is not None


def purge(store: Store) -> list[Backup]:
    """Clear redacted text from free pages, the write-ahead log and every backup that can be reached.

    Backups are made anew from the store, which holds all that they held. Gives those that could not be reached, and
    still hold the text.
    """
    with refusing(store.path):
        if owes_purge(store):
            _clear(store)
        return [backup for backup in backups(store) if backup.owes and not _make_anew(store, backup)]


def forget(store: Store, path: Path) -> None:
    """Know no more of a copy that was destroyed. Raises :class:`Refusal` (REDACT-06) while it is there, or is none."""
    with refusing(store.path):
        known = any(backup.path == path.absolute() for backup in backups(store))
        if not known or path.exists():
            raise Refusal("REDACT-06", path=path)
        store.connection.execute("DELETE FROM backup WHERE path = ?", (str(path.absolute()),))


def _clear(store: Store) -> None:
    """Write the file anew without its free pages, and empty the write-ahead log."""
    # While somebody else writes, or still reads old pages, the debt stays, and is paid the next time.
    last = _last_redaction(store)
    try:
        with unguarded(store.connection):
            store.connection.execute("VACUUM")
        busy, *_ = store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite.SQLITE_BUSY:
            raise
        busy = 1
    if busy:
        raise Refusal("REDACT-02", path=store.path)
    clear_drafts(store.path.absolute().parent, copies_of_migrations(store.path))
    query = "UPDATE backup SET purged = ?1 WHERE path = ?2 AND ?1 = (SELECT max(seq) FROM log WHERE kind = 'redacted')"
    store.connection.execute(query, (last, OWN_FILE))  # not what somebody else has redacted meanwhile


def _make_anew(store: Store, backup: Backup) -> bool:
    """Put a copy of the store as it is now in the place of a backup; false where that cannot be done.

    What lies there and is no earlier state of this store (it was written to since, or is another one) is not touched.
    """
    path, last = backup.path, _last_redaction(store)
    fresh, outdated = (path.with_name(f".{path.name}.{what}") for what in ("purged", "outdated"))
    try:
        if outdated.exists() and not path.exists():
            outdated.rename(path)  # interrupted between the two renames below
        clear_drafts(path.parent, f"{re.escape(path.name)}|{re.escape(fresh.name)}")
        if not is_of(store.connection, check_copy(path, store.key)) or any(one.exists() for one in beside(path)):
            return False
        fresh.unlink(missing_ok=True)
        entries = copy_to(store.connection, store.key, fresh)
        if outdated.exists():
            erase(outdated)
        path.rename(outdated)
        fresh.rename(path)
        sync_folder(path.parent)  # before the old one goes: after a power cut it could still bear the name
        erase(outdated)
        sync_folder(path.parent)
    except (OSError, Refusal, sqlite.DatabaseError):
        return False
    _remember(store, path, _now(), entries, last)
    return True


def _check_free(target: Path, keys: KeyFile) -> None:
    check_free(target)
    # The very same keys without a store are what an interrupted copy left.
    place = key_file_of(target)
    if place.exists() and read_key_file(place) != keys:
        raise Refusal("STORE-10", path=place)


def _take_in(store: Store) -> None:
    """Know of the copies that migrations left: an older schema has no table for it."""
    folder, pattern = store.path.absolute().parent, re.compile(copies_of_migrations(store.path))
    for path in [path for path in folder.iterdir() if pattern.fullmatch(path.name)]:
        if store.connection.execute("SELECT 1 FROM backup WHERE path = ?", (str(path),)).fetchone() is None:
            made = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
            _remember(store, path, made, check_copy(path, store.key)[0], 0)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _remember(store: Store, path: Path, time: str, entries: int, purged: int) -> None:
    store.connection.execute(
        "INSERT INTO backup (path, time, entries, purged) VALUES (?, ?, ?, ?) ON CONFLICT (path) DO UPDATE "
        "SET time = excluded.time, entries = excluded.entries, purged = excluded.purged",
        (str(path), time, entries, purged),
    )


def _last_redaction(store: Store) -> int:
    found = store.connection.execute("SELECT max(seq) FROM log INDEXED BY log_redacted WHERE kind = 'redacted'")
    return found.fetchone()[0] or 0
