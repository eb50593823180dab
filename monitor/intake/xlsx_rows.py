"""Reads a sheet of a workbook (XLSX) as if it were CSV, once nothing in the file can do harm any more."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from monitor.errors import Fault, Refusal
from monitor.intake.archive import unpacked, unsound
from monitor.intake.columns import Columns
from monitor.intake.csv_rows import wrong_width
from monitor.intake.files import InputFile, Row
from monitor.intake.parts import Sheet, letters, look_through

_ERRORS = frozenset("#NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #N/A #SPILL! #CALC!".split())
_MOST_DIGITS = 15  # a spreadsheet keeps no more of a number
_MOST_NAMED = 20
_LONGEST_TITLE = 31  # of a sheet, in Excel


def xlsx_rows(file: InputFile, columns: Columns) -> Iterator[Row]:
    """The rows of a workbook's sheet of answers, their cells as raw answers; blank rows are passed over.

    The first row that is not blank is the header. Rows are numbered as the spreadsheet numbers them. Raises
    :class:`Refusal` before the first row: IMPORT-24 without the libraries that make reading safe, 03 and 18 to 22 for
    what the file holds, 23 for several sheets, 06 for none, 07 for the header; and 11 or 21 at any row.
    """
    path, library = file.path, _library(file.path)
    before = file.state()
    with unpacked(path, file.handle) as archive:
        sheets = look_through(path, archive)
    book = _loaded(library, file)
    try:
        found, sheet = _chosen(path, book, sheets, columns.sheet_names)
        yield from _rows(path, found, sheet, columns)
    finally:
        book.close()
    if file.state() != before:
        raise Refusal("IMPORT-11", path=path)


def _library(path: Path) -> Any:
    """openpyxl, when it reads XML through defusedxml; it does so silently or not at all."""
    try:
        import defusedxml  # noqa: F401  # reason: openpyxl uses it if it is there
        import openpyxl
    except ImportError as error:
        raise Refusal("IMPORT-24", path=path, why=f"the package {error.name} is not there") from None
    if not openpyxl.DEFUSEDXML:
        raise Refusal("IMPORT-24", path=path, why="the package defusedxml is there, and openpyxl does not use it")
    return openpyxl


def _loaded(library: Any, file: InputFile) -> Any:
    file.handle.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on styles and the like, which are not read
            return library.load_workbook(file.handle, read_only=True, data_only=True, keep_links=False)
    except Exception:  # openpyxl raises whatever its parts stumble over
        raise unsound(file.path, "its parts do not fit together") from None


def _chosen(path: Path, book: Any, sheets: Mapping[str, Sheet], wanted: Sequence[str]) -> tuple[Any, Sheet]:
    """The sheet that is meant: the one with a telling name, or else the only visible one that is not blank."""
    if any(one._worksheet_path not in sheets for one in book.worksheets):
        raise unsound(path, "a sheet of it stands where no sheet does")  # and so was not looked through as one
    filled = [(one, sheets[one._worksheet_path]) for one in book.worksheets]
    filled = [(one, sheet) for one, sheet in filled if sheet.last and one.sheet_state == "visible"]
    for name in wanted:
        for one, sheet in filled:
            if one.title.strip().lower() == name.lower():
                return one, sheet
    if not filled:
        raise Refusal("IMPORT-06", path=path)
    if len(filled) > 1:
        names = ", ".join(f"'{one.title[:_LONGEST_TITLE]}'" for one, _ in filled[:_MOST_NAMED])
        raise Refusal("IMPORT-23", path=path, sheets=names + ", ..." * (len(filled) > _MOST_NAMED))
    return filled[0]


def _read_cells(path: Path, found: Any, sheet: Sheet) -> Iterator[tuple[int, Sequence[Any]]]:
    """Every row down to the last with a value, and its number: its cells up to the last that is not blank."""
    found.reset_dimensions()  # what a sheet says of its own size is often wrong
    rows = iter(found.iter_rows())
    # No row behind the last is asked for: openpyxl would read the rest of the sheet, which was not looked through.
    for number in range(1, sheet.last + 1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # its warnings quote cells
                cells = next(rows, ())
        except Exception:  # openpyxl raises whatever its parts stumble over
            raise unsound(path, f"row {number} of the sheet cannot be read") from None
        width = len(cells)
        least = max(sheet.uncalculated.get(number, (0,)))
        while width > least and _is_blank(cells[width - 1].value):
            width -= 1
        yield number, cells[:width]


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _rows(path: Path, found: Any, sheet: Sheet, columns: Columns) -> Iterator[Row]:
    header: list[str] = []
    for number, cells in _read_cells(path, found, sheet):
        if not cells:
            continue
        if header and len(cells) > len(header):
            yield Row(number, number, {}, (wrong_width(len(cells), len(header)),), of_sheet=True)
            continue
        texts = _texts(path, number, cells, sheet)
        flaws = tuple(text for text in texts if isinstance(text, Fault))[:_MOST_NAMED]
        if not header:
            if flaws:
                raise Refusal("IMPORT-07", details=flaws, path=path, form=columns.sheet_names[0])
            header = texts
            wanted = columns.of_header(header, path, letters)
        elif flaws:
            yield Row(number, number, {}, flaws, of_sheet=True)
        else:
            blanks = [""] * (len(header) - len(texts))
            yield Row(number, number, columns.answers(wanted, [*texts, *blanks]), of_sheet=True)


def _texts(path: Path, number: int, cells: Sequence[Any], sheet: Sheet) -> list[str]:
    """The cells of a row as text; a :class:`Fault` in the place of a cell that cannot be read."""
    try:
        texts = [_text(cell, number, column) for column, cell in enumerate(cells, 1)]
    except Exception:  # openpyxl looks a cell's format up only here
        raise unsound(path, f"row {number} of the sheet cannot be read") from None
    for column in sheet.uncalculated.get(number, ()):
        texts[column - 1] = Fault("ROW-11", cell=f"{letters(column)}{number}")
    return texts


def _text(cell: Any, row: int, column: int) -> str:
    """A cell as it would stand in CSV, or a fault. Never a guess: what was bent is said to be bent."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        error = f" ({value})" if value in _ERRORS else ""
        return Fault("ROW-10", cell=f"{letters(column)}{row}", error=error)
    if isinstance(value, str):
        return value.replace("_x000D_", "\r")  # the one character that Excel writes so and people type
    if isinstance(value, bool):
        return Fault("ROW-09", cell=f"{letters(column)}{row}")
    if isinstance(value, timedelta):
        return Fault("ROW-13", cell=f"{letters(column)}{row}")
    if isinstance(value, (int, float)):
        if not abs(value) < 10**_MOST_DIGITS:
            return Fault("ROW-12", cell=f"{letters(column)}{row}")
        return _number(value)
    return _day(value, cell.number_format)


def _number(value: int | float) -> str:
    """A number in digits, without what calculating in a spreadsheet adds behind the fifteenth."""
    return str(int(value)) if value == int(value) else f"{Decimal(f'{value:.{_MOST_DIGITS}g}'):f}"


def _day(value: datetime | date | time, shown_as: str) -> str:
    """A date as ISO 8601 has it, with its time if it has one; and without the day or month that nobody sees.

    Who types 2019-03 into a spreadsheet gets the first of March, shown as a month: the day was never given.
    """
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, datetime) and value.time() != time():
        return value.isoformat(timespec="seconds")
    pattern = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.', "", shown_as).split(";")[0].lower()
    parts = 3 if "d" in pattern or "y" not in pattern else 2 if "m" in pattern else 1
    return "-".join(islice(value.isoformat()[:10].split("-"), parts))
