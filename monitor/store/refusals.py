"""What SQLite says when it cannot, as a refusal that a person can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from pathlib import Path

from monitor.errors import Refusal
from monitor.store.engine import sqlite

_CODES = {
    sqlite.SQLITE_BUSY: "STORE-07",
    sqlite.SQLITE_LOCKED: "STORE-07",
    sqlite.SQLITE_FULL: "STORE-08",
    sqlite.SQLITE_CORRUPT: "STORE-09",
    sqlite.SQLITE_NOTADB: "STORE-04",
    sqlite.SQLITE_READONLY: "STORE-03",
    sqlite.SQLITE_PERM: "STORE-03",
    sqlite.SQLITE_CANTOPEN: "STORE-26",
    sqlite.SQLITE_IOERR: "STORE-26",
}

_DOUBLED = {
    "submission.key": "STORE-18",
    "submission.origin": "STORE-19",
    "submission.id": "STORE-19",
}

_FORGED = (
    "malformed JSON", "no such table", "no such column", "no such trigger", "already exists", "unsupported file format",
)  # fmt: skip
"""What SQLite says of a file that somebody changed who knows SQL."""


class Conflict(Refusal):
    """Somebody else changed the submission since it was shown."""


@contextmanager
def refusing(path: Path, key: bytes | None = None) -> Iterator[None]:
    """Turn what SQLite raises about the file, or about a doubled submission, into a :class:`Refusal`.

    ``key`` is given where a file is being opened with it.

    Whatever else SQLite raises is a defect of this program and passes.
    """
    try:
        yield
    except sqlite.IntegrityError as error:
        code = next((code for part, code in _DOUBLED.items() if part in str(error)), None)
        if code is None and "FOREIGN KEY" in str(error):
            code = "STORE-20"
        if code is None:
            raise
        raise Refusal(code) from error
    except (UnicodeDecodeError, JSONDecodeError):
        raise Refusal("STORE-09", path=path) from None  # their own messages quote a damaged file
    except sqlite.DatabaseError as error:
        code = _CODES.get(getattr(error, "sqlite_errorcode", -1) & 0xFF)  # the low byte is the kind of error
        if str(error).startswith("Could not decode to UTF-8"):
            raise Refusal("STORE-09", path=path) from None  # that message quotes what stands in the file
        if code is None and any(part in str(error) for part in _FORGED):
            code = "STORE-09"
        if code == "STORE-04" and key is not None:
            code = "KEY-06"  # to another key the whole file is noise, and so is a damaged first page to the right one
        if code is None:
            raise
        raise Refusal(code, path=path, what="it is no SQLite file") from error
