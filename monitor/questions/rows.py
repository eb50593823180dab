"""The question that holds rows: a block that is filled once for each of several things."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

from monitor.conditions import AnyRow, Condition, Count, EndOf, Operand, RowsInOrder, RowsUnique, Total, Value
from monitor.errors import DeclarationError
from monitor.phrases import Phrase
from monitor.questions.asked import Question, kind_of, refuse


class Rows(Question):
    """A block that is filled once for each of several things: the victims at a hearing, the payments on a claim."""

    storage = "rows"
    kind = "rows"
    most: ClassVar[int] = 200

    def __init__(self, row_form: Any, wording: str, **settings: Any) -> None:
        super().__init__(wording, **settings)
        self.row_form = row_form

    def declare(self, form: Any, name: str, section: str) -> None:
        super().declare(form, name, section)
        for what, do in self._objections():
            raise DeclarationError("PLUGIN-07", place=f"{form.__name__}.{name}", what=what, do=do)
        self.row_form.rows_of = self

    def _objections(self) -> Iterator[tuple[str, str]]:
        """What is wrong with this block, and what to do about it."""
        if self.publish != "never":
            yield f"its publish is '{self.publish}'.", "Say it at each question of the rows instead."
        if self.row_form.rows_of is not None:
            yield "its rows already stand elsewhere.", "Write a form of its own for each block of rows."
        if any(self.row_form.row_forms()):
            yield "its rows hold rows again.", "Make the inner ones a form of their own, with a parent."

    def count(self) -> Operand:
        """How many rows there are."""
        return Count(self)

    def total(self, of: Question) -> Operand:
        """The sum of a number or an amount over the rows; 0 without rows, unknown across currencies."""
        return Total(self, of)

    def earliest(self, of: Question) -> Operand:
        """The earliest of a date over the rows."""
        return EndOf(self, of, "earliest")

    def latest(self, of: Question) -> Operand:
        """The latest of a date over the rows."""
        return EndOf(self, of, "latest")

    def any(self, condition: Condition) -> Condition:
        """At least one row meets the condition."""
        return AnyRow(self, condition)

    def unique(self, of: Question) -> Condition:
        """No two rows give the same answer to a question of theirs."""
        return RowsUnique(self, of)

    def in_order(self, of: Question) -> Condition:
        """Down the rows, the answers to a question of theirs never fall."""
        return RowsInOrder(self, of)

    def read(self, raw: Any) -> Value:
        if not isinstance(raw, list):
            raise refuse("ANSWER-04", found=kind_of(raw), wanted=Phrase("a list of rows (as JSON Lines)"))
        if len(raw) > self.most:
            raise refuse("ANSWER-06", bound=Phrase("at most {most} rows", most=self.most))
        return _row_schema(self.row_form).load(raw)

    def schema(self) -> dict[str, Any]:
        row = {"$ref": f"#/$defs/{self.row_form.code}"}
        return {"type": "array", "minItems": 1, "maxItems": self.most, "items": row}


@cache
def _row_schema(row_form: Any) -> Any:
    return row_form(many=True)
