"""Where the closed answers of a form are kept: the names of its tables and columns, and the values in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from monitor.conditions import Value
from monitor.errors import DeclarationError
from monitor.forms import FormMeta
from monitor.questions import Question, Rows
from monitor.store.canonical import canonical

SqlType = str
"""``TEXT`` or ``INTEGER``: the tables are STRICT."""

SUBMISSION = "_submission"
ROW = "_row"


def table_of(form: FormMeta) -> str:
    """The table of a form's answers, ``trial_monitoring__hearing``; of a row form's, ``..._hearing__victims``."""
    rows = form.rows_of
    if rows is not None:
        return f"{table_of(rows.form)}__{rows.name}"
    return f"{form.instrument}__{form.code}"


def has_column(question: Question) -> bool:
    """Whether answers go into a table at all. Open and sealed ones are in the log alone, rows in their own table."""
    return question.storage not in ("open", "rows") and question.publish != "sealed"


def columns_of(question: Question) -> list[tuple[str, SqlType]]:
    """The columns of a question's answers with their types; none where :func:`has_column` is false."""
    if not has_column(question):
        return []
    if question.storage == "money":
        return [(f"{question.name}_amount", "TEXT"), (f"{question.name}_currency", "TEXT")]
    return [(question.name, "INTEGER" if question.storage == "integer" else "TEXT")]


def values_of(question: Question, value: Value) -> list[str | int | None]:
    """What stands in :func:`columns_of` for an answer or None: lists of codes as JSON arrays, all else as it is."""
    if not has_column(question):
        return []
    if question.storage == "money":
        return [None, None] if value is None else [value["amount"], value["currency"]]
    if question.storage == "codes" and value is not None:
        return [canonical(value)]
    return [value]


@dataclass(frozen=True, eq=False)
class AnswerTable:
    """One table of answers: of a form, or of the rows that the question ``rows`` of that form holds.

    ``columns`` are those of the questions; before them stand ``_submission`` and, for rows, ``_row`` (from 1).
    """

    name: str
    form: FormMeta
    rows: Rows | None
    questions: tuple[Question, ...]
    columns: tuple[tuple[str, SqlType], ...]

    def keys(self) -> tuple[str, ...]:
        """The columns of the primary key."""
        return (SUBMISSION,) if self.rows is None else (SUBMISSION, ROW)

    def names(self) -> tuple[str, ...]:
        """Every column, in the order of :meth:`lines`."""
        return (*self.keys(), *(name for name, _ in self.columns))

    def lines(self, submission: str, closed: Mapping[str, Value]) -> Iterator[tuple[Any, ...]]:
        """The lines that a submission's closed answers make in this table."""
        if self.rows is None:
            yield (submission, *self._values(closed))
        else:
            for number, row in enumerate(closed.get(self.rows.name) or (), 1):
                yield (submission, number, *self._values(row))

    def unknown(self, closed: Mapping[str, Value]) -> list[str]:
        """The questions that are answered but that this form, or row form, does not have."""
        questions = self.form.questions.items()
        known = {name for name, question in questions if has_column(question) or question.storage == "rows"}
        given = [closed] if self.rows is None else closed.get(self.rows.name) or []
        return sorted({name for answers in given for name in answers} - known)

    def _values(self, answers: Mapping[str, Value]) -> list[str | int | None]:
        values: list[str | int | None] = []
        for question in self.questions:
            if question.storage in ("text", "integer"):  # nearly all: no list for each of them
                values.append(answers.get(question.name))
            else:
                values += values_of(question, answers.get(question.name))
        return values


@cache
def tables_of(form: FormMeta) -> tuple[AnswerTable, ...]:
    """The tables of a form: its own first, then one for each block of rows.

    Raises :class:`DeclarationError` where two names would fall together in the database.
    """
    own = _table(form, None)
    blocks = [question for question in form.questions.values() if isinstance(question, Rows)]
    return (own, *(_table(rows.row_form, rows) for rows in blocks))


def _table(form: FormMeta, rows: Rows | None) -> AnswerTable:
    name = table_of(form)
    parts = [form.instrument, form.code] if rows is None else [rows.name]
    for part in parts:
        _check_part(form, part)
    questions = tuple(question for question in form.questions.values() if has_column(question))
    columns = tuple(column for question in questions for column in columns_of(question))
    _check_columns(form, [column for column, _ in columns])
    return AnswerTable(name, form, rows, questions, columns)


def _check_part(form: FormMeta, part: str) -> None:
    # The parts of a table's name are joined by two underscores; SQLite keeps names that begin with sqlite_.
    if "__" in part or part.endswith("_") or part.startswith(("_", "sqlite_")):
        why = "in the name of a table, '__' parts instrument, form and rows, and 'sqlite_' belongs to SQLite"
        raise DeclarationError("PLUGIN-05", place=form.full_code(), name=part, why=why)


def _check_columns(form: FormMeta, columns: Sequence[str]) -> None:
    for column in columns:
        if columns.count(column) > 1:
            what = f"two questions would be kept in one column, '{column}'."
            raise DeclarationError("PLUGIN-07", place=form.full_code(), what=what, do="Give one of them another name.")


def sql_name(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
