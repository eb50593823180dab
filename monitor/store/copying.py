"""A copy of a whole store in one file, compact and on the disk, looked through before it counts as one."""

from __future__ import annotations

import os
import re
from pathlib import Path

from monitor.errors import Refusal
from monitor.keys.files import sync_file, sync_folder
from monitor.store.engine import can_encrypt, connect, sqlite, unguarded
from monitor.store.log import head, walk_chain
from monitor.store.schema import has_false_tables, make_private

_PATIENCE = 5.0

_BESIDE = ("-wal", "-shm", "-journal")


def copy_to(connection: sqlite.Connection, key: bytes | None, target: Path) -> int:
    """Write the store as it is now into a new file, under the same key, and look it through; gives how many entries.

    It is written under another name and renamed when it is whole: what bears the name is a copy. Others may write to
    the store meanwhile. Raises :class:`Refusal` (STORE-10) when something is there, (STORE-30) when it does not come
    out as the store is.
    """
    check_free(target)
    draft = new_draft(target)
    try:
        least = head(connection)[0]
        # Not Connection.backup(), which waits for ever for a transaction that is open on the same connection; and what
        # was purged and still stands on a free page does not come along.
        with unguarded(connection):
            connection.execute("VACUUM INTO ?", (str(draft),))
        sync_file(draft)
        end = check_copy(draft, key)
        if end[0] < least or not is_of(connection, end):
            raise Refusal("STORE-30", path=target)
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(target.parent)
    return end[0]


def check_free(target: Path) -> None:
    """Refuse (STORE-10) a name that is taken, also by what a store leaves beside it when it is killed.

    A write-ahead log that is left there would be read into whatever comes to lie beside it.
    """
    for path in (target, *beside(target)):
        if path.exists():
            raise Refusal("STORE-10", path=path)


def beside(path: Path) -> list[Path]:
    """The files that SQLite may keep beside a database."""
    return [path.with_name(path.name + ending) for ending in _BESIDE]


def new_draft(target: Path) -> Path:
    """An empty file in which a copy is written before it bears its name; those of earlier attempts are cleared."""
    clear_drafts(target.parent, re.escape(target.name))
    draft = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    make_private(draft)
    return draft


def clear_drafts(folder: Path, name: str) -> None:
    """Clear what interrupted copies left in a folder, of targets whose name fits the pattern.

    What another process is still writing is left alone: two may migrate one store at the same moment.
    """
    pattern = re.compile(rf"\.(?:{name})\.(?P<writer>[0-9]+)\.unfinished(?:{'|'.join(_BESIDE)})?")
    for path in list(folder.iterdir()):
        found = pattern.fullmatch(path.name)
        if found and not _is_at_work(int(found["writer"])):
            erase(path)


def _is_at_work(process: int) -> bool:
    """Whether a process other than this one still runs."""
    if process == os.getpid() or os.name == "nt":  # on Windows such a signal would end it; there, open files stay
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def copies_of_migrations(store: Path) -> str:
    """The pattern of the names under which migrations leave copies beside a store."""
    return re.escape(store.name) + r"\.schema-[0-9]+-[0-9TZ]+"


def erase(path: Path) -> None:
    """Zeros over a file, and away with it. A flash disk may keep the old blocks: encryption is what helps there."""
    with path.open("rb+") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(left, 1 << 20)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def export_to(source: Path, key: bytes | None, target: Path, fresh: bytes) -> None:
    """Write a whole store into an empty file under another key; the store may have been plain."""
    if not can_encrypt():
        raise Refusal("STORE-90")
    connection = connect(source, key, _PATIENCE)
    try:
        with unguarded(connection):
            connection.execute(f"ATTACH ? AS fresh KEY \"x'{fresh.hex()}'\"", (str(target),))
            connection.execute("SELECT sqlcipher_export('fresh')")
            for name in ("user_version", "application_id"):
                (value,) = connection.execute(f"PRAGMA main.{name}").fetchone()
                connection.execute(f"PRAGMA fresh.{name} = {value}")
            connection.execute("DETACH fresh")
    finally:
        connection.close()
    sync_file(target)


def check_copy(path: Path, key: bytes | None) -> tuple[int, str]:
    """Read a copy from end to end; gives number and hash of its last entry.

    Raises :class:`Refusal` (STORE-30) when SQLite or the chain of its log finds anything.
    """
    connection = connect(path, key, _PATIENCE)
    try:
        if has_false_tables(connection):
            raise Refusal("STORE-30", path=path)
        whole = [line for (line,) in connection.execute("PRAGMA integrity_check(1)")] == ["ok"]
        flaws = any(walked.problems for walked in walk_chain(connection))
        entries, hash, _ = head(connection)
    finally:
        connection.close()
    if not whole or flaws:
        raise Refusal("STORE-30", path=path)
    return entries, hash


def is_of(connection: sqlite.Connection, end: tuple[int, str]) -> bool:
    """Whether a copy that ends so is one of this store: its last entry stands in the log, at the same place."""
    found = connection.execute("SELECT hash FROM log WHERE seq = ?", (end[0],)).fetchone()
    return found is not None and found[0] == end[1]
