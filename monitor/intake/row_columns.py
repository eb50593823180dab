"""Columns that answer a question inside a row: ``victims[2].victim_sex`` is the sex of the second victim."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from monitor.forms import FormMeta
from monitor.questions import Question, Rows

LIKE_ROWS = re.compile(r"(?P<rows>[a-z][a-z0-9_]*)\[(?P<number>[0-9]{1,4})\]\.(?P<question>\w{1,60})")
"""A name that is meant to be such a column, whether or not there is what it names."""


@dataclass(frozen=True)
class RowColumn:
    """What a column answers: a question of one of the rows, counted from 1."""

    rows: Rows
    number: int
    question: Question

    def put(self, raw: dict[str, Any], answer: object) -> None:
        """Give the answer to its row; the rows before it are made, and stay blank where nothing else fills them."""
        given = raw.setdefault(self.rows.name, [])
        given.extend({} for _ in range(self.number - len(given)))
        given[self.number - 1][self.question.name] = answer


def row_column(form: FormMeta, name: str) -> RowColumn | None:
    """What a column of that name answers inside a row of the form; None when it answers no such question."""
    found = LIKE_ROWS.fullmatch(name)
    rows = form.questions.get(found["rows"]) if found else None
    if found is None or not isinstance(rows, Rows) or found["number"].startswith("0"):
        return None
    question, number = rows.row_form.questions.get(found["question"]), int(found["number"])
    return RowColumn(rows, number, question) if question is not None and number <= rows.most else None


def names_in_row(rows: Rows, number: int) -> Iterator[str]:
    """The names of the columns of one row."""
    return (f"{rows.name}[{number}].{name}" for name in rows.row_form.questions)
