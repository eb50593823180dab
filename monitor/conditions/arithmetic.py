"""What can be reckoned from answers: days and months between dates, totals and firsts over rows, ratios, currencies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from monitor.conditions.answers import Answers, Value
from monitor.conditions.core import JSON, Condition, Currency, Names, Operand, as_number
from monitor.phrases import Phrase


@dataclass(frozen=True)
class Months(Operand):
    """Calendar months from one (partial) date to another; unknown when either lacks its month."""

    start: Operand
    end: Operand
    kind = "number"

    def value(self, answers: Answers) -> Value | None:
        start, end = self.start.value(answers), self.end.value(answers)
        if start is None or end is None or len(start) < 7 or len(end) < 7:
            return None
        return (int(end[:4]) - int(start[:4])) * 12 + int(end[5:7]) - int(start[5:7])

    def sql(self, names: Names) -> str:
        start, end = self.start.sql(names), self.end.sql(names)
        years = f"({_part(end, 1, 4)} - {_part(start, 1, 4)}) * 12"
        months = f"{_part(end, 6, 2)} - {_part(start, 6, 2)}"
        return f"(CASE WHEN length({start}) >= 7 AND length({end}) >= 7 THEN {years} + {months} END)"

    def title(self) -> str:
        return Phrase("months from {start} to {end}", start=self.start.title(), end=self.end.title())

    def operands(self) -> Iterator[Operand]:
        yield from self.start.operands()
        yield from self.end.operands()


@dataclass(frozen=True)
class Days(Operand):
    """Days from one date to another; unknown when either is not known to the day."""

    start: Operand
    end: Operand
    kind = "number"

    def value(self, answers: Answers) -> Value | None:
        start, end = self.start.value(answers), self.end.value(answers)
        if start is None or end is None or len(start) < 10 or len(end) < 10:
            return None
        return (date.fromisoformat(end) - date.fromisoformat(start)).days

    def sql(self, names: Names) -> str:
        start, end = self.start.sql(names), self.end.sql(names)
        days = f"CAST(julianday({end}) - julianday({start}) AS INTEGER)"
        return f"(CASE WHEN length({start}) = 10 AND length({end}) = 10 THEN {days} END)"

    def title(self) -> str:
        return Phrase("days from {start} to {end}", start=self.start.title(), end=self.end.title())

    def operands(self) -> Iterator[Operand]:
        yield from self.start.operands()
        yield from self.end.operands()


@dataclass(frozen=True)
class Total(Operand):
    """The sum of a number or an amount over the rows of a block; 0 without rows, unknown across currencies."""

    rows: Operand
    of: Operand
    kind = "number"

    def value(self, answers: Answers) -> Value | None:
        found = [row[self.of.title()] for row in self.rows.value(answers) or () if row.get(self.of.title()) is not None]
        if len({amount["currency"] for amount in found if isinstance(amount, dict)}) > 1:
            return None
        return sum((as_number(number) for number in found), Decimal(0))

    def sql(self, names: Names) -> str:
        source, where, inner = names.rows(self.rows)
        column = self.of.sql(inner)
        if not self.of.money:
            return f"(SELECT coalesce(sum({column}), 0) FROM {source} WHERE {where})"
        # Amounts have at most four decimals; rounding takes out what adding binary fractions put in.
        total = f"CASE WHEN count(DISTINCT {Currency(self.of).sql(inner)}) < 2 THEN round(total({column}), 4) END"
        return f"(SELECT {total} FROM {source} WHERE {where})"

    def title(self) -> str:
        return Phrase("the total of {question}", question=self.of.title())

    def operands(self) -> Iterator[Operand]:
        yield from self.rows.operands()
        yield from self.of.operands()


@dataclass(frozen=True)
class EndOf(Operand):
    """The earliest or the latest date among the rows of a block; unknown without rows."""

    rows: Operand
    of: Operand
    which: Literal["earliest", "latest"]
    kind = "date"

    def value(self, answers: Answers) -> Value | None:
        dates = [row[self.of.title()] for row in self.rows.value(answers) or () if row.get(self.of.title()) is not None]
        return (min if self.which == "earliest" else max)(dates, default=None)

    def sql(self, names: Names) -> str:
        source, where, inner = names.rows(self.rows)
        function = "min" if self.which == "earliest" else "max"
        return f"(SELECT {function}({self.of.sql(inner)}) FROM {source} WHERE {where})"

    def title(self) -> str:
        return Phrase(f"the {self.which} {{question}}", question=self.of.title())

    def operands(self) -> Iterator[Operand]:
        yield from self.rows.operands()
        yield from self.of.operands()


@dataclass(frozen=True)
class Ratio(Operand):
    """One number over another; unknown when the second is 0, or across currencies."""

    upper: Operand
    lower: Operand
    kind = "number"

    def value(self, answers: Answers) -> Value | None:
        upper, lower = self.upper.value(answers), self.lower.value(answers)
        if upper is None or lower is None or not as_number(lower):
            return None
        if isinstance(upper, dict) and isinstance(lower, dict) and upper["currency"] != lower["currency"]:
            return None
        return as_number(upper) / as_number(lower)

    def sql(self, names: Names) -> str:
        ratio = f"CAST({self.upper.sql(names)} AS REAL) / nullif({self.lower.sql(names)}, 0)"
        if self.upper.money and self.lower.money:
            same = f"{Currency(self.upper).sql(names)} = {Currency(self.lower).sql(names)}"
            return f"(CASE WHEN {same} THEN {ratio} END)"
        return f"({ratio})"

    def title(self) -> str:
        return Phrase("{upper} over {lower}", upper=self.upper.title(), lower=self.lower.title())

    def operands(self) -> Iterator[Operand]:
        yield from self.upper.operands()
        yield from self.lower.operands()


@dataclass(frozen=True)
class OneCurrency(Condition):
    """Two amounts, or totals of amounts over rows, do not stand in different currencies.

    True as well where one of them has no currency: it is blank, or a total without rows.
    """

    one: Operand
    other: Operand

    def truth(self, answers: Answers) -> bool:
        return len(_currencies(self.one, answers) | _currencies(self.other, answers)) < 2

    def sql(self, names: Names) -> str:
        sides = [ends for side in (self.one, self.other) for ends in _ends(side, names)]
        same = [f"coalesce({first} = {second}, 1)" for first, second in pairwise(dict.fromkeys(sides))]
        return f"({' AND '.join(same) or '1'})"

    def words(self) -> str:
        return Phrase("{one} and {other} are in one currency", one=self.one.title(), other=self.other.title())

    def as_json(self) -> JSON:
        return {"one_currency": [self.one.title(), self.other.title()]}

    def operands(self) -> Iterator[Operand]:
        yield from self.one.operands()
        yield from self.other.operands()


def _currencies(amount: Operand, answers: Answers) -> set[str]:
    if isinstance(amount, Total):
        rows = amount.rows.value(answers) or ()
        return {row[amount.of.title()]["currency"] for row in rows if row.get(amount.of.title()) is not None}
    currency = Currency(amount).value(answers)
    return set() if currency is None else {currency}


def _ends(amount: Operand, names: Names) -> tuple[str, str]:
    """The first and the last of the currencies of an amount, by the alphabet, in SQL; NULL where it has none."""
    if not isinstance(amount, Total):
        return Currency(amount).sql(names), Currency(amount).sql(names)
    source, where, inner = names.rows(amount.rows)
    currency = Currency(amount.of).sql(inner)
    return (
        f"(SELECT min({currency}) FROM {source} WHERE {where})",
        f"(SELECT max({currency}) FROM {source} WHERE {where})",
    )


def _part(text: str, first: int, length: int) -> str:
    return f"CAST(substr({text}, {first}, {length}) AS INTEGER)"
