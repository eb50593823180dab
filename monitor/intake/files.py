"""Opens a file to import, and refuses the one that cannot be what its name says before any row is read."""

from __future__ import annotations

import codecs
import hashlib
import io
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from monitor.errors import Fault, Refusal
from monitor.intake.limits import MOST_BYTES, MOST_CHARACTERS

Kind = Literal["csv", "jsonl", "json", "xlsx"]

SUFFIXES: Mapping[str, Kind] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".xlsx": "xlsx"}

_CHUNK = 1 << 20

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a spreadsheet (XLSX, ODS) or another ZIP file"),
    (b"PK\x05\x06", "an empty ZIP file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file (XLS), or a workbook that is locked with a password"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x1f\x8b", "a file compressed with gzip"),
    (b"BZh91AY&SY", "a file compressed with bzip2"),
    (b"\xfd7zXZ", "a file compressed with xz"),
    (b"\x28\xb5\x2f\xfd", "a file compressed with zstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "a Word document (RTF)"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
)
_WIDE = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml")
_AS_TEXT = "Open it in the program that made it and save it as CSV in UTF-8."
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SPREADSHEET = "If it is a workbook (XLSX), name it .xlsx; else open it in its program and save it as CSV in UTF-8."
_LOCKED = "Take its password off, if it has one; save it as XLSX, or save it as CSV in UTF-8."


@dataclass(frozen=True)
class Row:
    """One row of a file as it was read: its number among the rows, the line where it begins, its raw answers.

    In a sheet both are the number that the spreadsheet shows beside the row. ``flaws`` say why a row could not be read
    at all; then there are no answers.
    """

    number: int
    line: int
    answers: dict[str, object] = field(repr=False)
    flaws: tuple[Fault, ...] = ()
    of_sheet: bool = False

    @property
    def flaw(self) -> Fault | None:
        """The first flaw, if there is one."""
        return self.flaws[0] if self.flaws else None

    def place(self) -> str:
        """``row 17 (line 18)``, as messages name it; ``row 18`` of a sheet."""
        return f"row {self.number}" if self.of_sheet else f"row {self.number} (line {self.line})"


@dataclass(frozen=True)
class InputFile:
    """An open file that has passed every look at it as a whole: what it holds, its SHA-256, and its lines, counted.

    A workbook has no lines, and is looked at further by its reader.
    """

    path: Path
    kind: Kind
    digest: str
    lines: int
    handle: BinaryIO = field(repr=False)

    def text_lines(self) -> Iterator[str]:
        """Its lines with their ends, of at most :data:`MOST_CHARACTERS` and one more, so that a longer one shows.

        Raises :class:`Refusal` (IMPORT-11) when the file changes meanwhile.
        """
        before = self.state()
        self.handle.seek(0)
        # CSV may end its lines in three ways, also inside a quoted cell; JSON Lines only in one.
        text = io.TextIOWrapper(self.handle, "utf-8-sig", newline="" if self.kind == "csv" else "\n")
        try:
            while line := text.readline(MOST_CHARACTERS + 1):
                yield line
        except UnicodeDecodeError:
            raise Refusal("IMPORT-11", path=self.path) from None
        if self.state() != before:
            raise Refusal("IMPORT-11", path=self.path)

    def state(self) -> tuple[int, int]:
        """Size and time of last change, which tell whether somebody writes to the file meanwhile."""
        found = os.fstat(self.handle.fileno())
        return found.st_size, found.st_mtime_ns


@contextmanager
def opened(path: Path, kind: Kind | None = None) -> Iterator[InputFile]:
    """The file at ``path``, looked through once from end to end. What ``kind`` it is says its name, unless it is given.

    Of a workbook nothing is read here but its first bytes and its fingerprint. Raises :class:`Refusal`: IMPORT-01 no
    readable file; 02 a name that does not say what it holds; 03 something else than its name says; 04 not UTF-8; 05
    NUL; 06 empty; 19 too large.
    """
    handle = _open(path)
    with handle:
        kind = kind or SUFFIXES.get(path.suffix.lower())
        if os.fstat(handle.fileno()).st_size > MOST_BYTES:
            raise Refusal("IMPORT-19", path=path, limit=MOST_BYTES)
        start = handle.read(4096)
        if kind == "xlsx" and start.startswith(_ZIP):
            yield InputFile(path, kind, _fingerprint(handle), 0, handle)
            return
        _refuse_foreign(path, start, kind)
        if kind is None:
            raise Refusal("IMPORT-02", path=path)
        if kind == "xlsx":
            if not start:
                raise Refusal("IMPORT-06", path=path)
            do = "If it is CSV, name it .csv; if it is JSON Lines, .jsonl."
            raise Refusal("IMPORT-03", path=path, found="a text, or no whole workbook", do=do)
        handle.seek(0)
        digest, lines = _look_through(path, handle)
        _refuse_other_kind(path, kind, start)
        yield InputFile(path, kind, digest, lines, handle)


def _open(path: Path) -> BinaryIO:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise Refusal("IMPORT-01", path=path, why="it is a folder")
        if not stat.S_ISREG(mode):
            # A pipe can be read only once, and a device may never end.
            raise Refusal("IMPORT-01", path=path, why="it is a pipe or a device, not a file")
        return path.open("rb")
    except FileNotFoundError:
        raise Refusal("IMPORT-01", path=path, why="there is no such file") from None
    except PermissionError:
        raise Refusal("IMPORT-01", path=path, why="you have no right to read it") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name is not possible"
        raise Refusal("IMPORT-01", path=path, why=why) from None


def _refuse_foreign(path: Path, start: bytes, kind: Kind | None) -> None:
    """Refuse what its first bytes give away as no text at all, or as text in wide characters."""
    for magic, name in _MAGIC:
        if start.startswith(magic):
            do = {_ZIP: _SPREADSHEET, _OLE: _LOCKED}.get(magic, _AS_TEXT)
            raise Refusal("IMPORT-03", path=path, found=name, do=do)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith(_MARKUP):
        raise Refusal("IMPORT-03", path=path, found="a web page or another XML file", do=_AS_TEXT)
    for mark, name in _WIDE:
        if start.startswith(mark):
            raise Refusal("IMPORT-04", path=path, found=f"{name} by its first bytes")


def _fingerprint(handle: BinaryIO) -> str:
    digest = hashlib.sha256()
    handle.seek(0)
    while chunk := handle.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _look_through(path: Path, handle: BinaryIO) -> tuple[str, int]:
    """SHA-256 and number of lines of a file that is UTF-8 without NUL."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    lines, held, blank = 0, 0, True
    while chunk := handle.read(_CHUNK):
        digest.update(chunk)
        if b"\x00" in chunk:
            place = lines + _ends(chunk[: chunk.index(b"\x00")]) + 1
            raise Refusal("IMPORT-05", path=path, line=place)
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise _not_utf8(path, error, lines, held) from None
        blank = blank and not text.strip("\ufeff \t\r\n")
        lines += _ends(chunk)
        held = len(decoder.getstate()[0])
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _not_utf8(path, error, lines, held) from None
    if blank:
        raise Refusal("IMPORT-06", path=path)
    return digest.hexdigest(), lines + 1


def _ends(chunk: bytes) -> int:
    """How many lines end in a chunk; a file of an old Mac ends them with CR alone."""
    return chunk.count(b"\n") or chunk.count(b"\r")


def _not_utf8(path: Path, error: UnicodeDecodeError, lines: int, held: int) -> Refusal:
    """The refusal of a byte that is not UTF-8; ``held`` bytes of the error's object belong to the chunk before."""
    line = lines + _ends(error.object[held : error.start]) + 1
    return Refusal("IMPORT-04", path=path, found=f"line {line} holds the byte 0x{error.object[error.start]:02X}")


def _refuse_other_kind(path: Path, kind: Kind, start: bytes) -> None:
    """Refuse JSON under the name of CSV, and the other way round."""
    first = start.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n")[0].strip()
    if kind == "csv" and first[:1] in (b"{", b"["):
        do = "If it holds one JSON object on each line, name it .jsonl."
        raise Refusal("IMPORT-03", path=path, found="JSON", do=do)
    if kind == "jsonl" and first in (b"{", b"["):
        do = "Write each submission as one JSON object on a line of its own."
        raise Refusal("IMPORT-03", path=path, found="JSON spread over several lines", do=do)
    if kind == "jsonl" and first[:1] == b"[":
        do = "Write each submission as one JSON object on a line of its own, without the list around them."
        raise Refusal("IMPORT-03", path=path, found="one JSON list", do=do)
    if kind == "jsonl" and first[:1] != b"{":
        raise Refusal("IMPORT-03", path=path, found="CSV or another text", do="If it is CSV, name it .csv.")
