"""Questions answered with a date, in full or as far as it is known."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal

from monitor.conditions import Value
from monitor.questions.asked import Question, plain_text, refuse


class Date(Question):
    """A full date, YYYY-MM-DD. ``dimension="year"`` lets its year (never the day) break down a table."""

    kind = "date"

    def __init__(
        self, wording: str, *, not_after: Literal["today"] | None = None, dimension: Literal["year"] | None = None,
        **settings: Any,
    ) -> None:  # fmt: skip
        super().__init__(wording, **settings)
        self.not_after = not_after
        self.dimension = dimension

    def read(self, raw: Any) -> Value:
        text = plain_text(raw, "a date such as 2025-03-31", 40).strip()
        stored = self._checked(text)
        if self.not_after == "today" and stored > date.today().isoformat():
            raise refuse("ANSWER-06", bound="today or earlier")
        return stored

    def _checked(self, text: str) -> str:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise refuse("ANSWER-07", example="2025-03-31 (year-month-day)")
        return _real_date(text)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


class PartialDate(Date):
    """A date known to the day, the month or the year; stored with its precision, compared by its bounds."""

    def _checked(self, text: str) -> str:
        if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", text):
            raise refuse("ANSWER-07", example="2025, 2025-03 or 2025-03-31")
        _real_date((text + "-01-01")[:10])
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}


def _real_date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise refuse("ANSWER-21") from None
    return text
