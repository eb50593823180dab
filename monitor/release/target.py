"""Where a release goes: what may be replaced, the unfinished file beside it, and when that gets its name."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import Refusal
from monitor.keys.files import sync_folder
from monitor.release.layout import APPLICATION_ID
from monitor.release.signature import signature_of
from monitor.store.copying import new_draft


def check_target(path: Path, store: Path, replace: bool) -> None:
    """Refuse a place where no release can be written, or where something else lies.

    Raises :class:`Refusal`: RELEASE-03 for a release that is not to be replaced, RELEASE-05 where there is no such
    folder, RELEASE-09 for what is no release.
    """
    if not path.parent.is_dir():
        raise Refusal("RELEASE-05", path=path, why=f"there is no folder {path.parent}")
    if path.exists() or path.is_symlink():
        if not is_release(path) or path.resolve() == store.resolve():
            raise Refusal("RELEASE-09", path=path)
        if not replace:
            raise Refusal("RELEASE-03", path=path)


def is_release(path: Path) -> bool:
    """Whether a file begins as a release does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        header = file.read(72)
    return header[:16] == b"SQLite format 3\x00" and int.from_bytes(header[68:72]) == APPLICATION_ID


@contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """A new file beside the target, readable by its owner alone; gone when the block ends, unless it was renamed.

    Those that builds left which were killed are cleared. Raises :class:`Refusal` (RELEASE-05) when it cannot be
    written.
    """
    beside: Path | None = None
    try:
        beside = new_draft(path)
        yield beside
    except (OSError, sqlite3.Error) as error:
        raise Refusal("RELEASE-05", path=path, why=_why(error)) from error
    finally:
        for left in () if beside is None else (beside, Path(f"{beside}-journal")):
            left.unlink(missing_ok=True)


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__


def finish(draft: Path) -> None:
    """Let everybody read a finished file, and bring it to the disk. It has no name yet."""
    draft.chmod(0o644)
    with draft.open("rb") as file:
        os.fsync(file.fileno())


def reveal(draft: Path, path: Path) -> None:
    """Give a finished file its name. A signature that lies there is of another file, and goes."""
    signature_of(path).unlink(missing_ok=True)
    draft.replace(path)
    sync_folder(path.parent)
