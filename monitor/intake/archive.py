"""Looks at the directory of a workbook's ZIP file before anything is unpacked: no bombs, no odd names, no disguise."""

from __future__ import annotations

import os
import re
import struct
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from monitor.errors import Refusal
from monitor.intake.limits import LONGEST_DIRECTORY, MOST_PACKED, MOST_PARTS, MOST_TIMES, MOST_UNPACKED

_END = struct.Struct("<4s4H2LH")  # the record at the end of a ZIP file that says where its directory is
_LOCATOR = 20
_HEADER = 30
_SMALL = 1_000_000  # a part of this size does no harm, however well it is packed

_AS_XLSX = "Open it in the program that made it and save it as XLSX, or as CSV in UTF-8."
_OTHERS: tuple[tuple[str, str, str], ...] = (
    (r"mimetype|content\.xml", "an OpenDocument file (ODS)", _AS_XLSX),
    (r"xl/workbook\.bin", "a binary workbook (XLSB)", _AS_XLSX),
    (r"xl/vbaproject\.bin", "a workbook with macros (XLSM)", "Save it as XLSX, which holds none."),
    (r"word/document\.xml", "a Word document", "Copy its table into a spreadsheet."),
    (r"ppt/presentation\.xml", "a presentation", "Copy its table into a spreadsheet."),
)


@contextmanager
def unpacked(path: Path, handle: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The parts of a workbook, none of them unpacked yet, when its directory gives no reason for doubt.

    Raises :class:`Refusal`: IMPORT-03 for another kind of file, 19 and 20 for too much, 21 when it is not sound.
    """
    size = os.fstat(handle.fileno()).st_size
    if size > MOST_PACKED:
        raise Refusal("IMPORT-19", path=path, limit=MOST_PACKED)
    _look_at_end(path, handle, size)
    try:
        archive = zipfile.ZipFile(handle)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, UnicodeDecodeError):
        raise unsound(path, "its directory cannot be read") from None
    with archive:
        parts = archive.infolist()
        _look_at_names(path, parts)
        _look_at_sizes(path, parts, archive.start_dir)
        yield archive


def unsound(path: Path, why: str) -> Refusal:
    """The refusal of a file that no spreadsheet program would have written so."""
    return Refusal("IMPORT-21", path=path, why=why)


def too_much(path: Path, what: str) -> Refusal:
    """The refusal of a workbook that would fill the memory."""
    return Refusal("IMPORT-20", path=path, what=what)


def _look_at_end(path: Path, handle: BinaryIO, size: int) -> None:
    """Refuse a directory that is too long before it is read. It is looked for in the same two places as Python does."""
    handle.seek(max(0, size - _END.size - _LOCATOR - (1 << 16)))
    tail = handle.read()
    at = len(tail) - _END.size
    if at < 0 or not (tail[at : at + 4] == b"PK\x05\x06" and tail[-2:] == b"\x00\x00"):
        at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise unsound(path, "its end is missing, as if it had not been saved or copied whole")
    if tail[max(0, at - _LOCATOR) : at].startswith(b"PK\x06\x07"):
        raise too_much(path, "it has a directory for files of more than 4 GB")
    _, _, _, _, parts, length, _, _ = _END.unpack(tail[at : at + _END.size])
    if parts > MOST_PARTS or length > LONGEST_DIRECTORY:
        raise too_much(path, f"it has more than {MOST_PARTS:,} parts")


def _look_at_names(path: Path, parts: Sequence[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise too_much(path, f"it has more than {MOST_PARTS:,} parts")
    names = [part.filename.lower() for part in parts]
    for pattern, found, do in _OTHERS:
        if any(re.fullmatch(pattern, name) for name in names):
            raise Refusal("IMPORT-03", path=path, found=found, do=do)
    if "[content_types].xml" not in names:
        raise Refusal("IMPORT-03", path=path, found="a ZIP file that holds no workbook", do=_AS_XLSX)
    if len({*names}) < len(names):
        raise unsound(path, "two of its parts have one name")
    for part in parts:
        # What is unpacked stays in memory, but a workbook that tries to get out of a folder is not to be trusted.
        if part.orig_filename != part.filename or re.search(r"^/|\\|:|(^|/)\.\.(/|$)", part.filename):
            raise unsound(path, "one of its parts has a name that leads out of a folder")


def _look_at_sizes(path: Path, parts: Sequence[zipfile.ZipInfo], directory: int) -> None:
    for part in parts:
        if part.flag_bits & 0x1:
            raise unsound(path, "its parts are locked with a password")
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise unsound(path, "it is packed in a way that no spreadsheet program uses")
        if part.file_size > max(_SMALL, MOST_TIMES * part.compress_size):
            raise too_much(path, f"a part of it grows to more than {MOST_TIMES} times its size")
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise too_much(path, f"it unpacks to more than {MOST_UNPACKED:,} bytes")
    # Parts that lie over one another let a small file unpack to any size.
    places = sorted(parts, key=lambda part: part.header_offset)
    ends = [*(part.header_offset for part in places[1:]), directory]
    for part, end in zip(places, ends, strict=False):
        if part.header_offset + _HEADER + len(part.filename) + part.compress_size > end:
            raise unsound(path, "its parts lie over one another")
