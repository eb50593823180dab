"""Writes tables to fill in: a header that ``import`` reads back, and in a workbook drop-down lists and notes beside it.

Nothing stands in a template but its header: it is the file that people send each other while it is empty.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.intake.limits import MOST_COLUMNS, MOST_SHEET_ROWS
from monitor.intake.parts import letters
from monitor.intake.row_columns import names_in_row
from monitor.languages import Localized
from monitor.phrases import Phrase
from monitor.questions import (
    Choices,
    Coded,
    Country,
    Date,
    Money,
    PartialDate,
    Question,
    Rating,
    Ref,
    Rows,
    Text,
    Whole,
)
from monitor.submissions.envelope import CONSENT, TRANSLATION

_BEFORE = ("_id", "_parent", "_monitor", "_session")
_AFTER = ("_source", "_language", "_translation", "_submitted_at", "_consent")
_ENVELOPE = {
    "_id": "Your own id of the submission, by which it is known again.",
    "_parent": "The submission of {form} to which this one belongs: its {key}.",
    "_monitor": "The code of who observed it; by default who imports. Never a name.",
    "_session": "A whole number from 1, when there were several at one day; by default 1.",
    "_source": "Where the answers are known from.",
    "_language": "The language of open answers, such as sr-Latn.",
    "_translation": "How far the open answers are translated.",
    "_submitted_at": "When it was made, such as 2025-03-31T14:05; by default now.",
    "_consent": "full; or figures, where the person agreed to be counted and not quoted.",
}
_CODED = {"_translation": TRANSLATION, "_consent": CONSENT}
_LONGEST_TITLE = 31  # of a sheet, in Excel
_LONGEST_PROMPT, _LONGEST_NOTE, _LONGEST_LIST = 255, 2_000, 40
_MOST_DIGITS = 10**15 - 1  # a spreadsheet keeps no more of a number
_MOST_IN_CELL = 32_767


@dataclass(frozen=True)
class Blank:
    """One column of a template: its name, what it answers (None for a part of the envelope), and what explains it."""

    name: str
    question: Question | None
    note: str


def write_template(words: Localized, form: FormMeta, path: Path, *, rows: int = 3) -> None:
    """Write a template of a form at ``path``, CSV or XLSX by its name; each block of rows gets ``rows`` rows.

    Notes and hints are in the language of ``words``; names of columns and codes are the same in every language. Raises
    :class:`Refusal` (IMPORT-25) for another name, a file that is there already, or more columns than can be read back.
    """
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise Refusal("IMPORT-25", path=path, why="its name ends neither in .csv nor in .xlsx")
    columns = blanks(words, form, rows)
    if len(columns) > MOST_COLUMNS:
        why = f"it would have {len(columns):,} columns, and an import reads {MOST_COLUMNS:,}"
        raise Refusal("IMPORT-25", path=path, why=why)
    content = _csv(columns) if suffix == ".csv" else _Workbook(words, form, columns).packed()
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise Refusal("IMPORT-25", path=path, why="there is already such a file") from None
    except OSError as error:
        raise Refusal("IMPORT-25", path=path, why=(error.strerror or "it cannot be written").lower()) from None


def blanks(words: Localized, form: FormMeta, rows: int) -> list[Blank]:
    """The columns of a template, in the order in which the form asks."""
    return list(_columns(words, form, rows))


def _columns(words: Localized, form: FormMeta, rows: int) -> Iterator[Blank]:
    for key in _BEFORE:
        if key == "_parent" and form.parent is None or key == "_session" and form.event is None:
            continue
        yield Blank(key, None, _envelope_note(words, form, key))
    for name, question in form.questions.items():
        if not isinstance(question, Rows):
            yield Blank(name, question, _note(words, question))
            continue
        above = words.wording(question)
        for number in range(1, rows + 1):
            inside = zip(names_in_row(question, number), question.row_form.questions.values(), strict=True)
            yield from (Blank(place, one, f"{above} ({number})\n{_note(words, one)}") for place, one in inside)
    for key in _AFTER:
        yield Blank(key, None, _envelope_note(words, form, key))
    said = words.translation.phrase
    for rule in words.instrument.rules_of(form):
        if rule.severity == "warning":
            line = said("A line of explanation, where this is so: {says}", says=words.says(rule))
            yield Blank(f"_explanations.{rule.id}", None, line)


def _envelope_note(words: Localized, form: FormMeta, key: str) -> str:
    values = {}
    if key == "_parent" and form.parent is not None:
        values = {"form": f"'{words.form_title(form.parent)}'", "key": form.parent.key or "_id"}
    return words.translation.phrase(_ENVELOPE[key], **values)


def _note(words: Localized, question: Question) -> str:
    """What a monitor needs at a column: wording, hint, whether and when it is asked, the codes with their labels."""
    said = words.translation.phrase
    lines = [words.wording(question), words.hint(question)]
    lines.append(f"({said('optional' if question.optional else 'required')})")
    if question.only_if is not None:
        lines.append(said("asked if {condition}", condition=question.only_if.words()))
    if question.publish == "sealed":
        lines.append(said("It identifies somebody: keep this file no longer than it takes to import it."))
    if isinstance(question, Choices):
        lines.append(said("Several codes stand in one cell with ; between them."))
    lines += _codes(words, question)
    example = _example(question)
    if example is not None:
        lines.append(words.said(example))
    return "\n".join(line for line in lines if line)


def _codes(words: Localized, question: Question) -> Iterator[str]:
    if not isinstance(question, Coded):
        return
    if isinstance(question, Country):
        yield words.translation.phrase("A State by its code of two letters (ISO 3166-1).")
    for code in question.also if isinstance(question, Country) else question.codes:
        partly = words.partly(question) if isinstance(question, Rating) and code == "partly" else ""
        yield f"{code} = {words.label(question, code)}{f': {partly}' if partly else ''}"


def _example(question: Question) -> str | None:
    if isinstance(question, PartialDate):
        return Phrase("2025, 2025-03 or 2025-03-31")
    if isinstance(question, Date):
        return Phrase("2025-03-31 (year-month-day)")
    if isinstance(question, Money):
        return Phrase("1250.50 EUR (digits, a point, at most four decimals)")
    return Phrase("a reference such as {example}", example=question.example) if isinstance(question, Ref) else None


def _csv(columns: Sequence[Blank]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([column.name for column in columns])
    return text.getvalue().encode("utf-8-sig")  # the mark tells a spreadsheet program that answers are in UTF-8


class _Workbook:
    """A workbook with one sheet to fill in, and a hidden one with the lists that its cells offer."""

    def __init__(self, words: Localized, form: FormMeta, columns: Sequence[Blank]) -> None:
        import openpyxl

        self._words, self._columns = words, columns
        self._book: Any = openpyxl.Workbook()
        self._sheet: Any = self._book.active
        # The reader finds the sheet by this name, also when somebody adds others.
        self._sheet.title = form.code if len(form.code) <= _LONGEST_TITLE else "data"
        self._lists: Any = self._book.create_sheet("lists")
        self._lists.sheet_state = "hidden"
        self._ranges: dict[tuple[str, ...], str] = {}

    def packed(self) -> bytes:
        """The workbook as a file."""
        for number, column in enumerate(self._columns, 1):
            self._add(number, column)
        keys = sum(column.name in ("_id", "_parent") for column in self._columns)
        self._sheet.freeze_panes = f"{letters(keys + 1)}2"
        file = io.BytesIO()
        self._book.properties.creator = "monitor"
        self._book.save(file)
        return file.getvalue()

    def _add(self, number: int, column: Blank) -> None:
        from openpyxl.comments import Comment
        from openpyxl.styles import Font

        cell = self._sheet.cell(1, number, column.name)
        cell.font, cell.number_format = Font(bold=True), "@"
        note = column.note if len(column.note) <= _LONGEST_NOTE else f"{column.note[: _LONGEST_NOTE - 1]}…"
        lines = sum(1 + len(line) // 55 for line in note.split("\n"))
        cell.comment = Comment(note, "monitor", height=30 + 17 * min(lines, 40), width=380)
        shape = self._sheet.column_dimensions[letters(number)]
        shape.width = max(12, min(len(column.name) + 3, _LONGEST_LIST))
        shape.number_format = _format(column.question) if column.name != "_session" else "0"
        self._sheet.add_data_validation(self._validation(number, column))

    def _validation(self, number: int, column: Blank) -> Any:
        from openpyxl.worksheet.datavalidation import DataValidation

        wording = column.note.split("\n(")[0]
        check = DataValidation(allow_blank=True, **self._limits(column))
        check.promptTitle = column.name[:32]
        check.prompt = wording if len(wording) <= _LONGEST_PROMPT else f"{wording[: _LONGEST_PROMPT - 1]}…"
        check.showInputMessage = True
        # Several codes in one cell are none of the list, which only offers them one by one.
        check.showErrorMessage = not isinstance(column.question, Choices) and check.type is not None
        check.sqref = f"{letters(number)}2:{letters(number)}{MOST_SHEET_ROWS}"
        return check

    def _limits(self, column: Blank) -> dict[str, Any]:
        """What the cells of a column accept."""
        question = column.question
        if isinstance(question, Coded):
            return {"type": "list", "formula1": self._list(tuple(question.codes))}
        if column.name in _CODED:
            return {"type": "list", "formula1": self._list(_CODED[column.name])}
        if column.name == "_session":
            return {"type": "whole", "operator": "between", "formula1": "1", "formula2": "99"}
        if isinstance(question, Whole):
            most = min(question.at_most, _MOST_DIGITS)
            return {"type": "whole", "operator": "between", "formula1": str(question.at_least), "formula2": str(most)}
        if isinstance(question, Date) and not isinstance(question, PartialDate):
            if question.not_after == "today":
                return {"type": "date", "operator": "lessThanOrEqual", "formula1": "TODAY()"}
            return {"type": "date", "operator": "greaterThan", "formula1": "1"}
        if isinstance(question, Text) and question.limit < _MOST_IN_CELL:
            return {"type": "textLength", "operator": "lessThanOrEqual", "formula1": str(question.limit)}
        return {}

    def _list(self, codes: tuple[str, ...]) -> str:
        """Where the codes stand on the hidden sheet; questions with the same list share it."""
        if codes not in self._ranges:
            column = len(self._ranges) + 1
            for row, code in enumerate(codes, 1):
                self._lists.cell(row, column, code).number_format = "@"
            place = letters(column)
            self._ranges[codes] = f"'{self._lists.title}'!${place}$1:${place}${len(codes)}"
        return self._ranges[codes]


def _format(question: Question | None) -> str:
    """How the cells of a column are shown. As text, so that ``007``, ``2019-03`` and ``1-2`` stay what was typed."""
    if isinstance(question, Whole):
        return "0"
    return "yyyy-mm-dd" if isinstance(question, Date) and not isinstance(question, PartialDate) else "@"
