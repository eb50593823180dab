"""Follows the XML of a workbook's parts without keeping it, and stops at the first thing that would do harm later."""

from __future__ import annotations

import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from xml.parsers import expat

from monitor.errors import Refusal
from monitor.intake.archive import too_much, unsound
from monitor.intake.limits import (
    CELLS_AT_ALL,
    CELLS_IN_BYTE,
    DEEPEST_XML,
    LONGEST_CELL,
    LONGEST_ELSEWHERE,
    LONGEST_MARK,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ELSEWHERE,
    MOST_IN_ROW,
    MOST_SHEET_ROWS,
    MOST_SHEETS,
    MOST_STRINGS,
    MOST_UNCALCULATED,
)

_CHUNK = 1 << 16
_ROW_DEPTH = 3  # worksheet, sheetData, row
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main}"
_ROW, _CELL, _STRING, _DATA = _MAIN + "row", _MAIN + "c", _MAIN + "si", _MAIN + "sheetData"
_VALUE, _FORMULA, _SHEET = _MAIN + "v", _MAIN + "f", _MAIN + "sheet"
_ID = "http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OVERRIDE = "http://schemas.openxmlformats.org/package/2006/content-types}Override"
_RELATION = "http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

# Only these parts may be large: the one that openpyxl reads row by row, and the one that it reads text by text.
_SHEETS = re.compile(r"(xl/)?worksheets/[^/]+\.xml", re.IGNORECASE)
_STRINGS = re.compile(r"xl/sharedstrings\.xml", re.IGNORECASE)
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError,
)  # fmt: skip

_KINDS: Mapping[str, re.Pattern[str]] = {
    "n": re.compile(r"[+-]?([0-9]{1,60}(\.[0-9]{0,60})?|\.[0-9]{1,60})([eE][+-]?[0-9]{1,4})?"),
    "s": re.compile(r"[0-9]{1,9}"),
    "b": re.compile(r"[01]"),
    "d": re.compile(r"[0-9TZ:.-]{1,40}"),
    "e": re.compile(r".{0,40}"),
    "str": re.compile(r"(?s).*"),
    "inlineStr": re.compile(r"(?s).*"),
}


@dataclass
class Sheet:
    """What is known of one sheet: its last row with a value, and its formulas that were never calculated, by row."""

    last: int = 0
    uncalculated: dict[int, list[int]] = field(default_factory=dict)


@dataclass
class Totals:
    """What all parts of a workbook hold together."""

    path: Path
    most_cells: int
    cells: int = 0
    strings: int = 0
    elsewhere: int = 0
    uncalculated: int = 0
    names: set[tuple[str, str]] = field(default_factory=set)

    def once(self, kind: str, name: str) -> None:
        """Refuse a name that stands twice: what it means would depend on who reads it."""
        if (kind, name) in self.names:
            raise unsound(self.path, "two of its parts are to stand in one place")
        self.names.add((kind, name))


def look_through(path: Path, archive: zipfile.ZipFile) -> dict[str, Sheet]:
    """Every sheet by the name of its part, after each part was unpacked once and thrown away again.

    Raises :class:`Refusal`: IMPORT-18 for too many columns, 20 for too much of anything, 21 where it is not sound, 22
    where too many formulas were never calculated.
    """
    parts = archive.infolist()
    most_cells = min(MOST_CELLS, CELLS_AT_ALL + CELLS_IN_BYTE * sum(part.compress_size for part in parts))
    totals, sheets = Totals(path, most_cells), dict[str, Sheet]()
    for part in parts:
        name = part.filename
        large = _SHEETS.fullmatch(name) or _STRINGS.fullmatch(name)
        if not large and part.file_size > LONGEST_ELSEWHERE:
            raise too_much(path, f"a part of it that is no sheet has more than {LONGEST_ELSEWHERE:,} bytes")
        follower = _Follower(name, totals)
        try:
            with archive.open(part) as packed:
                while chunk := packed.read(_CHUNK):
                    follower.feed(chunk)
                follower.feed(b"", last=True)
        except expat.ExpatError:
            if name.lower().endswith((".xml", ".rels")):
                raise unsound(path, "a part of it is no well-formed XML") from None
        except _BROKEN:
            raise unsound(path, "a part of it cannot be unpacked, or is not what was packed") from None
        else:
            if follower.fed != part.file_size:
                raise unsound(path, "a part of it is shorter than its directory says")
        if _SHEETS.fullmatch(name):
            sheets[name] = follower.sheet
    return sheets


class _Follower:
    """Follows one part, mark by mark."""

    def __init__(self, name: str, totals: Totals) -> None:
        self.sheet = Sheet()
        self.fed = 0
        self._path, self._totals = totals.path, totals
        self._is_sheet = bool(_SHEETS.fullmatch(name))
        self._depth = self._inside = self._length = 0
        self._row = self._column = 0
        self._row_name = ""
        self._kind = self._what = ""
        self._formula = self._after = self._filled = False
        self._value: str | None = None
        self._in_value = False
        self._text: list[str] | None = None
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        self._parser = parser

    def feed(self, chunk: bytes, last: bool = False) -> None:
        """The next bytes of the part."""
        self._parser.Parse(chunk, last)
        self.fed += len(chunk)
        if self.fed - max(0, self._parser.CurrentByteIndex) > LONGEST_MARK:
            raise too_much(self._path, f"a single mark of its XML has more than {LONGEST_MARK:,} bytes")

    def _doctype(self, *_: object) -> None:
        # Entities are how a short XML grows without end, or reads other files. No workbook has any.
        raise unsound(self._path, "its XML declares a document type, as only hostile workbooks do")

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST_XML:
            raise too_much(self._path, f"its XML stands more than {DEEPEST_XML} deep in one another")
        if self._what == "row":
            self._inside += 1 + len(attributes)
            self._start_in_row(tag, attributes)
        elif tag == _ROW and self._is_sheet:
            self._start_row(attributes)
        elif self._what == "string":
            self._inside += 1
        elif tag == _STRING:
            self._what, self._text, self._inside, self._length = "string", [], 0, 0
        else:
            self._elsewhere(tag, attributes)
        if self._inside > MOST_IN_ROW:
            raise too_much(self._path, f"a row or a text of it has more than {MOST_IN_ROW:,} parts")

    def _elsewhere(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._length = 0
        if tag.startswith(_STRICT):
            raise unsound(self._path, "it is in the format 'Strict Open XML'; choose 'Excel Workbook (.xlsx)' instead")
        if not self._after:
            self._totals.elsewhere += 1 + len(attributes)
            if self._totals.elsewhere > MOST_ELSEWHERE:
                raise too_much(self._path, f"it has more than {MOST_ELSEWHERE:,} formats, names and other parts")
        if tag == _SHEET:
            self._totals.once("sheet", attributes.get(_ID, ""))
            if sum(kind == "sheet" for kind, _ in self._totals.names) > MOST_SHEETS:
                raise too_much(self._path, f"it has more than {MOST_SHEETS} sheets")
        elif tag == _OVERRIDE:
            self._declared(attributes.get("PartName", ""), attributes.get("ContentType", ""))
        elif tag == _RELATION:
            self._related(attributes.get("Type", ""), attributes.get("Target", ""))

    def _declared(self, name: str, kind: str) -> None:
        """Refuse a large part in the role of a small one, which openpyxl reads as a whole."""
        self._totals.once("part", name.lower())
        if "macroenabled" in kind.lower():
            raise Refusal(
                "IMPORT-03", path=self._path, found="a workbook with macros (XLSM)",
                do="Save it as XLSX, which holds none.",
            )  # fmt: skip
        bare = name.removeprefix("/")
        if _SHEETS.fullmatch(bare) and not kind.endswith(".worksheet+xml"):
            raise unsound(self._path, "a sheet of it is declared to be something else")
        if _STRINGS.fullmatch(bare) and not kind.endswith(".sharedStrings+xml"):
            raise unsound(self._path, "the table of its texts is declared to be something else")

    def _related(self, kind: str, target: str) -> None:
        if kind.endswith("/worksheet"):
            self._totals.once("target", target.rsplit("/", 1)[-1].lower())
        elif "chartsheet" in kind:
            raise unsound(self._path, "it has a sheet that is only a chart; delete that sheet")

    # Rows and cells.

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        number = attributes.get("r", str(self._row + 1))
        if self._depth != _ROW_DEPTH or self._after:
            raise unsound(self._path, "a row stands outside the table of a sheet")
        if not re.fullmatch("[0-9]{1,9}", number) or int(number) <= self._row:
            raise unsound(self._path, f"the rows of a sheet are not in order, after row {self._row}")
        self._row, self._row_name = int(number), number
        if self._row > MOST_SHEET_ROWS:
            raise too_much(self._path, f"a sheet of it has more than {MOST_SHEET_ROWS:,} rows")
        self._what, self._inside, self._column, self._length = "row", 1 + len(attributes), 0, 0
        self._count()

    def _count(self) -> None:
        self._totals.cells += 1
        if self._totals.cells > self._totals.most_cells:
            raise too_much(self._path, f"it has more than {self._totals.most_cells:,} cells")

    def _start_in_row(self, tag: str, attributes: Mapping[str, str]) -> None:
        within = self._depth - _ROW_DEPTH
        if within == 1:
            if tag != _CELL:
                raise unsound(self._path, f"row {self._row} of a sheet holds something that is no cell")
            self._start_cell(attributes)
        elif tag in (_ROW, _CELL):
            raise unsound(self._path, f"row {self._row} of a sheet holds another row or cell within a cell")
        elif within == 2 and tag == _VALUE:
            if self._value is not None:
                raise unsound(self._path, f"a cell of row {self._row} has two values")
            self._value, self._in_value = "", True
        elif within == 2 and tag == _FORMULA:
            self._formula = True

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        place = attributes.get("r")
        column = self._column + 1 if place is None else column_of(place, self._row_name)
        if column <= self._column or not attributes.get("s", "0").isdecimal():
            raise unsound(self._path, f"the cells of row {self._row} are not in order")
        if column > MOST_COLUMNS:
            raise Refusal("IMPORT-18", path=self._path, limit=MOST_COLUMNS)
        self._column, self._kind, self._formula = column, attributes.get("t", "n"), False
        self._value, self._length, self._filled = None, 0, False
        self._count()

    def _characters(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST_CELL:
            raise too_much(self._path, f"a text of it has more than {LONGEST_CELL:,} characters")
        if self._in_value:
            self._value = (self._value or "") + text
        elif self._text is not None:
            self._text.append(text)
        elif not self._filled and not text.isspace():
            self._filled = True

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if tag == _VALUE:
            self._in_value = False
        elif tag == _CELL and self._what == "row":
            self._end_cell()
        elif tag == _ROW and self._what == "row":
            self._what = ""
        elif tag == _STRING and self._text is not None:
            # openpyxl keeps the text, and the mark that it stood in.
            self._totals.strings += sys.getsizeof("".join(self._text)) + 100
            self._what, self._text, self._inside = "", None, 0
            if self._totals.strings > MOST_STRINGS:
                raise too_much(self._path, f"its texts need more than {MOST_STRINGS:,} bytes of memory")
        elif tag == _DATA and self._is_sheet and self._depth == 1:
            self._after = True  # no further mark of this sheet is ever read
        elif self._what == "":
            self._length = 0

    def _end_cell(self) -> None:
        value, self._in_value = self._value, False
        if value:
            known = _KINDS.get(self._kind)
            if known is None or not known.fullmatch(value):
                place = f"{letters(self._column)}{self._row}"
                raise unsound(self._path, f"cell {place} of a sheet holds a value that is not of its kind")
        if value or self._filled or self._formula:
            self.sheet.last = self._row
        if self._formula and (value is None or (not value and self._kind == "n")):
            self._totals.uncalculated += 1
            if self._totals.uncalculated > MOST_UNCALCULATED:
                raise Refusal("IMPORT-22", path=self._path, limit=MOST_UNCALCULATED)
            self.sheet.uncalculated.setdefault(self._row, []).append(self._column)


def column_of(place: str, row: str) -> int:
    """The number of the column of a cell such as ``B7``, which must lie in that row; 0 when it is none."""
    return _numbered(place[: -len(row)]) if place.endswith(row) else 0


@lru_cache(maxsize=MOST_COLUMNS)
def _numbered(name: str) -> int:
    if not re.fullmatch("[A-Z]{1,3}", name):
        return 0
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


def letters(column: int) -> str:
    """The name of a column, counted from 1, as a spreadsheet shows it: ``AB`` for 28."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
