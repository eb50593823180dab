"""Reads CSV: a header of question names, a row a submission; a table that is skewed is refused, never guessed at."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from monitor.errors import Fault, Refusal
from monitor.intake.columns import Columns
from monitor.intake.files import InputFile, Row
from monitor.intake.inert import as_given
from monitor.intake.limits import MOST_CHARACTERS, MOST_COLUMNS
from monitor.intake.rejects import REJECTED
from monitor.phrases import Phrase

_OTHERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}

_BROKEN = {
    "unexpected end of data": "a quotation mark is opened and never closed",
    "expected after": "text follows a closed quotation mark",
    "field larger": "a cell is longer than 131,072 characters, or a quotation mark is never closed",
}


def csv_rows(file: InputFile, columns: Columns) -> Iterator[Row]:
    """The rows of a file, their cells as raw answers; blank lines are passed over.

    Raises :class:`Refusal` before the first row: IMPORT-08 another separator than the comma, 18 too many columns, 07
    everything in the header that does not fit, 06 no header at all; and at any row IMPORT-09 or 10 when it is no CSV or
    never ends.
    """
    feed = _Feed(file)
    rows = _records(file, feed)
    _, header = next(rows, (0, []))
    if not header:
        raise Refusal("IMPORT-06", path=file.path)
    if len(header) > MOST_COLUMNS:
        raise Refusal("IMPORT-18", path=file.path, limit=MOST_COLUMNS)
    _refuse_other_separator(file, header, columns)
    wanted = columns.of_header(header, file.path)
    ours = REJECTED in header
    for number, (line, cells) in enumerate(rows, 1):
        if len(cells) == len(header):
            yield Row(number, line, columns.answers(wanted, [as_given(cell) for cell in cells] if ours else cells))
        else:
            yield Row(number, line, {}, (wrong_width(len(cells), len(header)),))


def wrong_width(cells: int, wanted: int) -> Fault:
    """The flaw of a row that has more or fewer cells than the header."""
    return Fault("ROW-01", found=_counted(cells), wanted=wanted)


def _counted(cells: int) -> str:
    return Phrase("{number} cell" if cells == 1 else "{number} cells", number=cells)


class _Feed:
    """The lines of a file for the csv module, which would hold a row without an end in memory."""

    def __init__(self, file: InputFile) -> None:
        self._path = file.path
        self._lines = file.text_lines()
        self._size = 0
        self.line = 0
        self.began = 1

    def begin(self) -> None:
        """A new row begins with the next line."""
        self.began, self._size = self.line + 1, 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        text = next(self._lines)
        self.line += 1
        self._size += len(text)
        if self._size > MOST_CHARACTERS:
            raise Refusal("IMPORT-10", path=self._path, line=self.began, limit=MOST_CHARACTERS)
        return text


def _records(file: InputFile, feed: _Feed) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not blank, with the line where it begins."""
    reader = csv.reader(feed, strict=True)
    try:
        for cells in reader:
            if any(cells) or len(cells) > 1:
                yield feed.began, cells
            feed.begin()
    except csv.Error as error:
        why = next((words for part, words in _BROKEN.items() if part in str(error)), str(error))
        raise Refusal("IMPORT-09", path=file.path, line=feed.began, why=why) from None


def _refuse_other_separator(file: InputFile, header: Sequence[str], columns: Columns) -> None:
    """Refuse a header that another separator would split into more names that are known, or into names at all."""
    known = columns.known_in(header)
    whole = ",".join(header)
    for mark, name in _OTHERS.items():
        cells = whole.split(mark)
        if columns.known_in(cells) > known or (len(header) == 1 and known == 0 and len(cells) > 1):
            raise Refusal("IMPORT-08", path=file.path, found=name)
