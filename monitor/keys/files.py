"""Small files of keys, read with a limit and written so that only their owner can read them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from monitor.errors import Refusal

MOST_BYTES = 1 << 20
"""A file of keys or anchors has some hundred bytes; nothing larger is read."""


def read_small(path: Path, what: str) -> str:
    """The text of a small file; ``what`` is looked for in it.

    Raises :class:`Refusal` (KEY-09) for what is no regular file, is not there, is larger than a mebibyte or no text.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode) or path.stat().st_size > MOST_BYTES:
            raise Refusal("KEY-09", path=path, what=what)
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Refusal("KEY-11", path=path) from None
    except (OSError, ValueError):
        raise Refusal("KEY-09", path=path, what=what) from None


def write_new(path: Path, text: str) -> None:
    """Write a new file that only its owner can read; it is on the disk afterwards, or else it is not there.

    Raises :class:`Refusal`: KEY-08 when something is there already, STORE-11 when its folder is not.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise Refusal("KEY-08", path=path) from None
    except (FileNotFoundError, NotADirectoryError):
        raise Refusal("STORE-11", folder=path.parent) from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except BaseException as error:
        path.unlink()  # half a key, on a full disk, is none, and would keep its name taken
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    sync_folder(path.parent)


def replace(path: Path, text: str) -> None:
    """Put a text in the place of a file, wholly or not at all, also when the power goes."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        write_new(draft, text)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Bring what another wrote into a file to the disk."""
    with path.open("rb+") as written:
        os.fsync(written.fileno())


def sync_folder(folder: Path) -> None:
    """Bring a new or renamed name in a folder to the disk. Windows keeps names by itself and cannot be asked."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
