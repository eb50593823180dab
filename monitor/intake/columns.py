"""What the columns of a file answer: a header checked as a whole, and cells and objects turned into raw answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.errors import Fault, Refusal, did_you_mean
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.intake.limits import LONGEST_NAME
from monitor.intake.mapping import ColumnMapping, cell_names
from monitor.intake.rejects import REJECTED
from monitor.intake.row_columns import LIKE_ROWS, RowColumn, names_in_row, row_column
from monitor.questions import Question, Rows

_MOST_PROBLEMS = 30


@dataclass(frozen=True)
class Column:
    """One column that is read: the question or envelope key that it answers, and the texts that mean no answer to it.

    ``question`` is None for a key of the envelope. ``within`` says in which row the question stands, if in any.
    """

    name: str
    question: Question | None
    missing: frozenset[str]
    within: RowColumn | None = None


class Columns:
    """The names that a file's columns may carry, given a form and a mapping."""

    def __init__(self, instrument: Instrument, form: FormMeta, mapping: ColumnMapping) -> None:
        self._form, self._mapping = form, mapping
        self._names = tuple(cell_names(instrument, form))

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """The names that mark the sheet to read in a workbook of several, the most telling first."""
        return (self._form.full_code(), self._form.code, "data")

    def known_in(self, header: Sequence[str]) -> int:
        """How many of a header's names mean something to us."""
        targets = [self._target(name.strip()) for name in header]
        return sum(target is None or self._is_known(target) for target in targets)

    def _is_known(self, name: str) -> bool:
        return name in self._names or row_column(self._form, name) is not None

    def _target(self, column: str) -> str | None:
        """What a column answers: nothing, when it is dropped, or when it says why we refused the row before."""
        return None if column == REJECTED else self._mapping.target(column)

    def of_header(
        self, header: Sequence[str], path: Path, called: Callable[[int], str] = str
    ) -> list[Column | None]:  # fmt: skip
        """What each column answers; None for one that is not read. ``called`` gives a column's name by its number.

        Raises :class:`Refusal` (IMPORT-07) with every column that has no name or an unknown one, or stands twice.
        """
        names = [name.strip() for name in header]
        problems = list(self._problems(names, called))
        if problems:
            details = problems[:_MOST_PROBLEMS]
            if len(problems) > len(details):
                details.append(f"... and {len(problems) - len(details)} more.")
            raise Refusal("IMPORT-07", details=details, path=path, form=self._form.full_code())
        targets = [self._target(name) for name in names]
        return [None if target is None else self._column(target) for target in targets]

    def _column(self, name: str) -> Column:
        within = row_column(self._form, name)
        question = within.question if within is not None else self._form.questions.get(name)
        return Column(name, question, self._mapping.missing_in(name), within)

    def _problems(self, names: Sequence[str], called: Callable[[int], str]) -> Iterator[str]:
        if not self.known_in(names):
            # Perhaps there is no header, and these are answers: they are not repeated here.
            yield f"None of the {len(names)} columns is known. Is the first line a header?"
            return
        seen: dict[str, int] = {}
        for number, name in enumerate(names, 1):
            target, column = self._target(name), f"column {called(number)}"
            if not name:
                yield f"{column}  has no name."
            elif len(name) > LONGEST_NAME:
                yield f"{column}  has a name of more than {LONGEST_NAME} characters."
            elif target is not None and not self._is_known(target):
                yield f"{column}  {self._unknown(name)}"
            elif target in seen:
                yield f"{column}  '{target}' is already answered by column {called(seen[target])}."
            elif target in self._mapping.constants:
                yield f"{column}  '{target}' is also a constant of the mapping."
            if target:
                seen.setdefault(target, number)
        for column in self._mapping.columns:
            if column not in names:
                yield f"mapping   its column '{column}' is not in the file."

    def _unknown(self, name: str) -> str:
        inside = LIKE_ROWS.fullmatch(name)
        shown = f"'{name}'" if inside or re.fullmatch(r"[\w .-]{1,40}", name) else "Its name"
        rows = self._form.questions.get(inside["rows"] if inside else name)
        if isinstance(rows, Rows):
            listed = list(names_in_row(rows, 1))
            if inside is None:
                return f"{shown} holds rows, which no cell can. Name a column for each answer, such as '{listed[0]}'."
            near = did_you_mean(f"{rows.name}[1].{inside['question']}", listed)
            return f"{shown} is no answer of a row; rows are counted from 1 to {rows.most}.{near}"
        for above in self._form.ancestors():
            if name in above.questions:
                return f"{shown} is asked once, in {above.full_code()}; leave it out here."
        return f"{shown} is not a question of {self._form.full_code()}.{did_you_mean(name, self._names)}"

    def answers(self, columns: Sequence[Column | None], cells: Sequence[str]) -> dict[str, object]:
        """The raw answers of a row of cells. A blank cell is not an answer."""
        raw: dict[str, object] = {}
        self._add_constants(raw)
        for column, cell in zip(columns, cells, strict=True):
            text = cell.strip()
            if not text or column is None or text in column.missing:
                continue
            text = self._mapping.translated(column.question, column.name, text)
            if column.within is not None:
                column.within.put(raw, column.within.question.from_text(text))
            elif column.question is not None:
                raw[column.name] = column.question.from_text(text)
            else:
                _place(raw, column.name, text)
        return raw

    def renamed(self, given: Mapping[str, object]) -> dict[str, object] | Fault:
        """The raw answers of an object of JSON, or what is wrong with it: two of its keys answer one question."""
        raw: dict[str, object] = {}
        self._add_constants(raw)
        for key, value in given.items():
            name = self._mapping.target(key)
            if name is None:
                continue
            if name in raw:
                return Fault("ROW-04", name=f"'{name}'")
            answer = self._translated(name, value)
            if answer is not None or value is None:
                raw[name] = answer
        return raw

    def _translated(self, name: str, value: object) -> object:
        question = self._form.questions.get(name)
        if isinstance(value, list):
            return [self._mapping.translated(question, name, one) if isinstance(one, str) else one for one in value]
        if isinstance(value, dict) or value is None:
            return value
        text = value.strip() if isinstance(value, str) else json.dumps(value)
        if not text or text in self._mapping.missing_in(name):
            return None
        ours = self._mapping.translated(question, name, text)
        return value if ours == text else ours

    def _add_constants(self, raw: dict[str, object]) -> None:
        for name, value in self._mapping.constants.items():
            _place(raw, name, value)


def _place(raw: dict[str, Any], name: str, value: object) -> None:
    """Put a part of the envelope where :func:`monitor.submissions.check` looks for it."""
    if name.startswith("_explanations."):
        raw.setdefault("_explanations", {})[name.removeprefix("_explanations.")] = value
    elif name == "_session" and isinstance(value, str) and re.fullmatch(r"[0-9]{1,2}", value):
        raw[name] = int(value)
    else:
        raw[name] = value
