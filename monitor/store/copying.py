"""A copy of a whole store in one file, compact and on the disk, looked through before it counts as one."""

from __future__ import annotations

import os
from pathlib import Path

from monitor.errors import Refusal
from monitor.keys.files import sync_folder
from monitor.store.engine import connect, sqlite, unguarded
from monitor.store.log import head, walk_chain
from monitor.store.schema import make_private

_PATIENCE = 5.0


def copy_to(connection: sqlite.Connection, key: bytes | None, target: Path) -> Path:
    """Write the store as it is now into a new file, under the same key, and look it through; gives its path.

    It is written under another name and renamed when it is whole: what bears the name is a copy. Raises
    :class:`Refusal` (STORE-10) when something is there, (STORE-30) when it does not come out as the store is.
    """
    if target.exists():
        raise Refusal("STORE-10", path=target)
    draft = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    draft.unlink(missing_ok=True)
    make_private(draft)
    try:
        # Not Connection.backup(), which waits for ever for a transaction that is open on the same connection; and what
        # was purged and still stands on a free page does not come along.
        with unguarded(connection):
            connection.execute("VACUUM INTO ?", (str(draft),))
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        check_copy(draft, key, head(connection)[:2])
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(target.parent)
    return target


def check_copy(path: Path, key: bytes | None, expected: tuple[int, str] | None = None) -> tuple[int, str]:
    """Read a copy from end to end; gives number and hash of its last entry.

    Raises :class:`Refusal` (STORE-30) when SQLite or the chain of its log finds anything, or it ends elsewhere.
    """
    connection = connect(path, key, _PATIENCE)
    try:
        whole = [line for (line,) in connection.execute("PRAGMA integrity_check(1)")] == ["ok"]
        flaws = any(walked.problems for walked in walk_chain(connection))
        found = head(connection)[:2]
    finally:
        connection.close()
    if not whole or flaws or expected not in (None, found):
        raise Refusal("STORE-30", path=path)
    return found
