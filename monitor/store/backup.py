"""Backups: copies of a whole store that it knows of, from which redacted text is purged like from the store itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import Refusal
from monitor.keys import KeyFile, key_file_of, read_key_file, write_key_file
from monitor.keys.files import sync_folder
from monitor.store.copying import check_copy, copy_to
from monitor.store.database import Store
from monitor.store.engine import unguarded
from monitor.store.opening import Asked, key_of
from monitor.store.redaction import OWN_FILE
from monitor.store.refusals import refusing
from monitor.store.schema import make_private


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
    for path in (target, key_file_of(target)):
        if path.exists():
            raise Refusal("STORE-10", path=path)
    with refusing(store.path):
        entries, now = store.head()[0], datetime.now(UTC).isoformat(timespec="seconds")
        # Known before it is there: a copy that nobody knows of would keep what is purged everywhere else.
        _remember(store, target, now, entries)
        try:
            keys = read_key_file(key_file_of(store.path))
            if store.encrypted and keys is not None:
                write_key_file(key_file_of(target), keys.without_signer())
            copy_to(store.connection, store.key, target)
        except BaseException:
            key_file_of(target).unlink(missing_ok=True)
            store.connection.execute("DELETE FROM backup WHERE path = ?", (str(target),))
            raise
    return Backup(target, now, entries, owes=False)


def backups(store: Store) -> Iterator[Backup]:
    """The copies that the store knows of."""
    query = "SELECT path, time, entries, purged FROM backup WHERE path <> ? ORDER BY time, path"
    for path, time, entries, purged in store.connection.execute(query, (OWN_FILE,)).fetchall():
        yield Backup(Path(path), time, entries, owes=purged < _last_redaction(store))


def restore(backup: Path, target: Path, passphrase: Asked | None) -> None:
    """Make a store from a backup; the backup stays as it is.

    Raises :class:`Refusal`: STORE-10 when a store is there already, STORE-30 when the backup is not whole, and whatever
    opening it raises.
    """
    for path in (target, key_file_of(target)):
        if path.exists():
            raise Refusal("STORE-10", path=path)
    if not target.absolute().parent.is_dir():
        raise Refusal("STORE-11", folder=target.parent)
    key = key_of(backup, passphrase)
    with refusing(backup, key):
        check_copy(backup, key)
    keys = read_key_file(key_file_of(backup)) or KeyFile(None, None)
    draft = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    draft.unlink(missing_ok=True)
    make_private(draft)
    try:
        with backup.open("rb") as source, draft.open("rb+") as copy:
            while chunk := source.read(1 << 20):
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        write_key_file(key_file_of(target), keys.without_signer())
        draft.rename(target)
        sync_folder(target.absolute().parent)
    finally:
        draft.unlink(missing_ok=True)


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
            # A log that somebody still reads keeps its pages: then the debt stays, and is paid the next time.
            with unguarded(store.connection):
                store.connection.execute("VACUUM")
            busy, *_ = store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise Refusal("REDACT-02", path=store.path)
            store.connection.execute(
                "UPDATE backup SET purged = ? WHERE path = ?", (_last_redaction(store), OWN_FILE)
            )  # fmt: skip
        return [backup for backup in backups(store) if backup.owes and not _make_anew(store, backup)]


def _make_anew(store: Store, backup: Backup) -> bool:
    if not backup.path.exists():
        return False
    fresh = backup.path.with_name(f"{backup.path.name}.purged")
    fresh.unlink(missing_ok=True)
    copy_to(store.connection, store.key, fresh)
    _overwrite(backup.path)
    fresh.replace(backup.path)
    sync_folder(backup.path.parent)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    store.connection.execute(
        "UPDATE backup SET time = ?, entries = ?, purged = ? WHERE path = ?",
        (now, store.head()[0], _last_redaction(store), str(backup.path)),
    )
    return True


def _overwrite(path: Path) -> None:
    """Zeros over a file that is about to go. A flash disk may keep the old blocks: encryption is what helps there."""
    with path.open("rb+") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(left, 1 << 20)))
        file.flush()
        os.fsync(file.fileno())


def _remember(store: Store, path: Path, time: str, entries: int) -> None:
    store.connection.execute(
        "INSERT INTO backup (path, time, entries, purged) VALUES (?, ?, ?, ?) ON CONFLICT (path) DO UPDATE "
        "SET time = excluded.time, entries = excluded.entries, purged = excluded.purged",
        (str(path), time, entries, _last_redaction(store)),
    )


def _last_redaction(store: Store) -> int:
    found = store.connection.execute("SELECT max(seq) FROM log INDEXED BY log_redacted WHERE kind = 'redacted'")
    return found.fetchone()[0] or 0
