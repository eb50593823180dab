"""Questions answered with a date, in full or as far as it is known."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal

from monitor.conditions import Value
from monitor.phrases import Phrase
from monitor.questions.asked import Question, plain_text, refuse
from monitor.questions.patterns import DAY, DAY_MONTH_OR_YEAR, dated

_LIMIT = 40


class Date(Question):
    """A full date, YYYY-MM-DD. ``dimension="year"`` lets its year (never the day) break down a table."""

    kind = "date"
    unsaid = ("Where not_after is today, a later date than that of the submission is refused.",)

    def __init__(
        self, wording: str, *, not_after: Literal["today"] | None = None, dimension: Literal["year"] | None = None,
        **settings: Any,
    ) -> None:  # fmt: skip
        super().__init__(wording, **settings)
        self.not_after = not_after
        self.dimension = dimension

    def read(self, raw: Any) -> Value:
        text = plain_text(raw, Phrase("a date such as 2025-03-31"), _LIMIT).strip()
        stored = self._checked(text)
        if self.not_after == "today" and stored > date.today().isoformat():
            raise refuse("ANSWER-06", bound=Phrase("today or earlier"))
        return stored

    def _checked(self, text: str) -> str:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise refuse("ANSWER-07", example=Phrase("2025-03-31 (year-month-day)"))
        return _real_date(text)

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/Date"}


class PartialDate(Date):
    """A date known to the day, the month or the year; stored with its precision, compared by its bounds."""

    def _checked(self, text: str) -> str:
        if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", text):
            raise refuse("ANSWER-07", example=Phrase("2025, 2025-03 or 2025-03-31"))
        _real_date((text + "-01-01")[:10])
        return text

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/PartialDate"}


def _real_date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise refuse("ANSWER-21") from None
    return text


def day_schema() -> dict[str, Any]:
    """The JSON Schema of every full date."""
    return dated(DAY, _LIMIT, format="date")


def partial_schema() -> dict[str, Any]:
    """The JSON Schema of every date that may lack its day or its month."""
    return dated(DAY_MONTH_OR_YEAR, _LIMIT)
