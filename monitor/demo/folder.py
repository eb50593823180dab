"""Where the demo keeps its files, and what it may replace there."""

from __future__ import annotations

import contextlib
import getpass
import os
import stat
import tempfile
from pathlib import Path

from monitor.errors import Refusal
from monitor.store import open_store

PROGRAMME = "Invented Mission (demonstration)"

FILES = (
    "release.db", "release.db.sig", "cases.jsonl", "hearings.jsonl", "store.db-wal", "store.db-shm", "store.db.key",
    "store.db",
)  # fmt: skip
"""Everything that a demo writes. The store stands last: as long as it is there, the others are known as a demo's."""


def default_folder() -> Path:
    """The user's own folder in the temporary folder, made if it is not there, open to nobody else.

    Raises :class:`Refusal` (DEMO-01) when somebody else made it: the temporary folder belongs to everybody.
    """
    user = os.getuid() if hasattr(os, "getuid") else getpass.getuser()
    folder = Path(tempfile.gettempdir()) / f"monitor-demo-{user}"
    with contextlib.suppress(FileExistsError):  # looked at below: a link, even one that leads nowhere, is no folder
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise Refusal("DEMO-01", path=folder, why="it is a link or a file, not a folder")
    if hasattr(os, "getuid") and found.st_uid != os.getuid():
        raise Refusal("DEMO-01", path=folder, why="it belongs to somebody else")
    folder.chmod(0o700)
    return folder


def clear(folder: Path) -> None:
    """Make the folder if it is not there, and remove what an earlier demo left in it.

    Raises :class:`Refusal` (DEMO-01) when a file of a demo's name is there and no store of a demo: it is not ours.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal("DEMO-01", path=folder, why="it cannot be made, or is no folder") from error
    there = [folder / name for name in FILES if (folder / name).exists()]
    if not there:
        return
    store = folder / "store.db"
    if not store.exists():
        raise Refusal("DEMO-01", path=folder, why=f"it holds {there[0].name}, which is not a demo's")
    if not _is_demo(store):
        raise Refusal("DEMO-01", path=folder, why="it holds a store.db that is not a demo's")
    for path in there:
        path.unlink(missing_ok=True)


def _is_demo(path: Path) -> bool:
    try:
        with open_store(path) as store:
            return store.invented and store.programme == PROGRAMME
    except Refusal as refusal:
        if refusal.code in ("STORE-04", "KEY-01", "KEY-04", "KEY-09"):
            return False  # no store at all, or an encrypted one, which a demo never is
        raise
