"""Dates as text: what a partial date can mean, in Python and in SQL."""

from __future__ import annotations

from calendar import monthrange
from typing import Any


def bounds(text: str) -> tuple[str, str]:
    """The first and last day that a (partial) ISO date can mean: ``2024-02`` is 2024-02-01 to 2024-02-29."""
    if len(text) == 4:
        return f"{text}-01-01", f"{text}-12-31"
    if len(text) == 7:
        days = monthrange(int(text[:4]), int(text[5:]))[1]
        return f"{text}-01", f"{text}-{days}"
    return text, text


def as_date(value: Any) -> str | None:
    """A date, or a whole number from 1000 to 9999 as the year that it is; None for any other number."""
    return value if isinstance(value, str) else str(value) if 1000 <= value <= 9999 else None


def sql_early(column: str) -> str:
    """SQL for the first day that a (partial) date can mean."""
    return f"substr({column} || '-01-01', 1, 10)"


def sql_late(column: str) -> str:
    """SQL for the last day that a (partial) date can mean."""
    return (
        f"(CASE length({column}) WHEN 4 THEN {column} || '-12-31' "
        f"WHEN 7 THEN coalesce(date({column} || '-01', '+1 month', '-1 day'), {column} || '-31') ELSE {column} END)"
    )
