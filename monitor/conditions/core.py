"""The heart of the language: what has a value, what is a condition, and how they combine and compare."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn, Protocol

from monitor.conditions.answers import Answers, Value
from monitor.conditions.dates import as_date, bounds, sql_early, sql_late
from monitor.errors import DeclarationError
from monitor.phrases import Phrase, joined

JSON = dict[str, Any]
"""A condition as data."""


class Names(Protocol):
    """Where the SQL of an operand finds its column: the tables of a query, by form."""

    def column(self, operand: Operand) -> str:
        """The SQL expression of an operand's answer."""

    def rows(self, operand: Operand) -> tuple[str, str, Names]:
        """The FROM and WHERE of a question's rows, and the names inside them."""

    def elsewhere(self, form: Any) -> tuple[str, list[str], Names]:
        """The FROM and the conditions of a form's other approved submissions, and the names inside them."""


class Operand:
    """Something with a value that can be compared: a question, a number of rows, a system field."""

    form: Any = None
    money: bool = False
    """Whether the number is an amount, which has a currency beside it."""
    kind: str = "text"
    """How values compare: ``text``, ``number``, ``date`` (by bounds), ``codes`` or ``rows``."""

    def value(self, answers: Answers) -> Value | None:
        """The answer, or None when it was not asked, not given, or lies out of sight."""
        raise NotImplementedError  # each operand has its own; this class only names the contract

    def sql(self, names: Names) -> str:
        """The same as an SQL expression, NULL where it is unknown."""
        return names.column(self)

    def title(self) -> str:
        """The operand's name in sentences."""
        raise NotImplementedError  # as above

    def operands(self) -> Iterator[Operand]:
        """This operand and those it is made of."""
        yield self

    def __lt__(self, other: Operand | int | str) -> Condition:
        return Compare(self, "<", operand(other))

    def __le__(self, other: Operand | int | str) -> Condition:
        return Compare(self, "<=", operand(other))

    def __gt__(self, other: Operand | int | str) -> Condition:
        return Compare(self, ">", operand(other))

    def __ge__(self, other: Operand | int | str) -> Condition:
        return Compare(self, ">=", operand(other))

    def equals(self, other: Operand | int | str) -> Condition:
        """True when both are known and the same number, date or text."""
        return Compare(self, "=", operand(other))

    def answered(self) -> Condition:
        """True when there is an answer. The only condition, with its negation, that a blank makes known."""
        return Answered(self)


@dataclass(frozen=True)
class Constant(Operand):
    """A number or a date written in the plugin."""

    constant: int | str

    @property
    def kind(self) -> str:  # type: ignore[override]  # reason: known only from the constant itself
        return "number" if isinstance(self.constant, int) else "date"

    def value(self, answers: Answers) -> Value:
        return self.constant

    def title(self) -> str:
        return str(self.constant)


@dataclass(frozen=True)
class Currency(Operand):
    """The currency of an amount."""

    of: Operand
    kind = "text"

    def value(self, answers: Answers) -> Value | None:
        amount = self.of.value(answers)
        return None if amount is None else amount["currency"]

    def title(self) -> str:
        return Phrase("the currency of {amount}", amount=self.of.title())

    def operands(self) -> Iterator[Operand]:
        yield from self.of.operands()


def operand(thing: Operand | int | str) -> Operand:
    """The thing itself, or a constant made of a whole number, a date or a text. Refuses anything else."""
    if isinstance(thing, bool) or not isinstance(thing, (Operand, int, str)):
        _refuse(f"compares with {type(thing).__name__}.", "Compare with a question, a whole number or a date.")
    return thing if isinstance(thing, Operand) else Constant(thing)


def _refuse(what: str, do: str) -> NoReturn:
    raise DeclarationError("PLUGIN-07", place="A condition", what=what, do=do)


class Condition:
    """Something that holds, does not hold, or is unknown for the answers of one submission."""

    def __bool__(self) -> NoReturn:
        # Without this, `a > 0 and b` and `0 < a < 9` would silently drop their first half.
        _refuse(
            "has no truth before there are answers; 'and', 'or', 'not' and 0 < a < 9 lose a part of it.",
            "Join with &, | and ~, each comparison in brackets.",
        )

    def truth(self, answers: Answers) -> bool | None:
        """True, False, or None where an answer that it needs is blank or was not asked."""
        raise NotImplementedError  # each condition has its own; this class only names the contract

    def sql(self, names: Names) -> str:
        """The same as an SQL expression with the same three truths (1, 0, NULL)."""
        raise NotImplementedError  # as above

    def words(self) -> str:
        """The same in words, with the names of questions and codes."""
        raise NotImplementedError  # as above

    def as_json(self) -> JSON:
        """The same as data, for the contract."""
        raise NotImplementedError  # as above

    def operands(self) -> Iterator[Operand]:
        """Every operand that the condition looks at."""
        raise NotImplementedError  # as above

    def holds(self, answers: Answers) -> bool:
        """Whether the condition is certainly true."""
        return self.truth(answers) is True

    def __and__(self, other: Condition) -> Condition:
        return AllOf((self, other))

    def __or__(self, other: Condition) -> Condition:
        return AnyOf((self, other))

    def __invert__(self) -> Condition:
        return Not(self)

    def implies(self, other: Condition) -> Condition:
        """Where this holds, the other must."""
        return AnyOf((Not(self), other))


@dataclass(frozen=True)
class _Joined(Condition):
    """Several conditions as one. Parts of the same kind are taken apart, so that no bracket stands in a bracket."""

    parts: tuple[Condition, ...]

    def __post_init__(self) -> None:
        flat: list[Condition] = []
        for part in self.parts:
            flat += part.parts if isinstance(part, type(self)) else (part,)
        object.__setattr__(self, "parts", tuple(flat))

    def operands(self) -> Iterator[Operand]:
        for part in self.parts:
            yield from part.operands()

    def _words(self, joint: str) -> str:
        return joined(
            joint,
            (
                Phrase("({condition})", condition=part.words()) if isinstance(part, _Joined) else part.words()
                for part in self.parts
            ),
        )


class AllOf(_Joined):
    """Every part holds."""

    def truth(self, answers: Answers) -> bool | None:
        unknown = False
        for part in self.parts:
            truth = part.truth(answers)
            if truth is False:
                return False
            unknown = unknown or truth is None
        return None if unknown else True

    def sql(self, names: Names) -> str:
        return "(" + (" AND ".join(part.sql(names) for part in self.parts) or "1") + ")"

    def words(self) -> str:
        return self._words("{first}, and {second}")

    def as_json(self) -> JSON:
        return {"all": [part.as_json() for part in self.parts]}


class AnyOf(_Joined):
    """At least one part holds."""

    def truth(self, answers: Answers) -> bool | None:
        unknown = False
        for part in self.parts:
            truth = part.truth(answers)
            if truth is True:
                return True
            unknown = unknown or truth is None
        return None if unknown else False

    def sql(self, names: Names) -> str:
        return "(" + (" OR ".join(part.sql(names) for part in self.parts) or "0") + ")"

    def words(self) -> str:
        return self._words("{first}, or {second}")

    def as_json(self) -> JSON:
        return {"any": [part.as_json() for part in self.parts]}


@dataclass(frozen=True)
class Not(Condition):
    """The part does not hold; unknown stays unknown."""

    part: Condition

    def truth(self, answers: Answers) -> bool | None:
        truth = self.part.truth(answers)
        return None if truth is None else not truth

    def sql(self, names: Names) -> str:
        return f"(NOT {self.part.sql(names)})"

    def words(self) -> str:
        if isinstance(self.part, Answered):
            return Phrase("{question} is not answered", question=self.part.of.title())
        return Phrase("not ({condition})", condition=self.part.words())

    def as_json(self) -> JSON:
        return {"not": self.part.as_json()}

    def operands(self) -> Iterator[Operand]:
        yield from self.part.operands()


@dataclass(frozen=True)
class Answered(Condition):
    """There is an answer."""

    of: Operand

    def truth(self, answers: Answers) -> bool | None:
        return self.of.value(answers) is not None

    def sql(self, names: Names) -> str:
        return f"({self.of.sql(names)} IS NOT NULL)"

    def words(self) -> str:
        return Phrase("{question} is answered", question=self.of.title())

    def as_json(self) -> JSON:
        return {"answered": self.of.title()}

    def operands(self) -> Iterator[Operand]:
        yield from self.of.operands()


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
}  # fmt: skip
_BY_DATE = {
    "<": "{left} is before {right}", "<=": "{left} is not after {right}", ">": "{left} is after {right}",
    ">=": "{left} is not before {right}", "=": "{left} is the same as {right}",
}  # fmt: skip
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True)
class Compare(Condition):
    """One operand against another. Dates compare by their bounds: 2024 is neither before nor after 2024-05.

    A whole number from 1000 to 9999 beside a date is a year. Amounts of two currencies do not compare: unknown.
    Raises :class:`DeclarationError` for what cannot be
    compared, such as a chosen code with a number.
    """

    left: Operand
    op: str
    right: Operand

    def __post_init__(self) -> None:
        kinds = {self.left.kind, self.right.kind}
        texts = "text" in kinds and any(isinstance(side, Constant) for side in (self.left, self.right))
        if not (kinds <= {"date", "number"} or kinds == {"text"} or (texts and kinds == {"text", "date"})):
            what = f"compares {self.left.title()} ({self.left.kind}) with {self.right.title()} ({self.right.kind})."
            _refuse(what, "Numbers compare with numbers, dates with dates; closed answers have is_() and includes().")
        for side in (self.left, self.right):
            if isinstance(side, Constant) and isinstance(side.constant, str) and "text" not in kinds:
                _check_date(side.constant)

    @property
    def _by_date(self) -> bool:
        return "date" in (self.left.kind, self.right.kind) and "text" not in (self.left.kind, self.right.kind)

    def truth(self, answers: Answers) -> bool | None:
        left, right = self.left.value(answers), self.right.value(answers)
        if left is None or right is None:
            return None
        if self._by_date:
            first, second = as_date(left), as_date(right)
            return None if first is None or second is None else self._dates(first, second)
        if isinstance(left, dict) and isinstance(right, dict) and left["currency"] != right["currency"]:
            return None
        if self.left.kind == "number":
            left, right = as_number(left), as_number(right)
        return _COMPARE[self.op](left, right)

    def _dates(self, left: str, right: str) -> bool | None:
        (early, late), (first, last) = bounds(left), bounds(right)
        if self.op == "=":
            return True if early == late == first == last else False if late < first or early > last else None
        certain, impossible = (
            ((late, first), (early, last)) if self.op in ("<", "<=") else ((early, last), (late, first))
        )
        if _COMPARE[self.op](*certain):
            return True
        return False if _COMPARE[_OPPOSITE[self.op]](*impossible) else None

    def sql(self, names: Names) -> str:
        left, right = self.left.sql(names), self.right.sql(names)
        if self.left.money and self.right.money:
            same = f"{Currency(self.left).sql(names)} = {Currency(self.right).sql(names)}"
            return f"(CASE WHEN {same} THEN {left} {self.op} {right} END)"
        if not self._by_date:
            return f"({left} {self.op} {right})"
        left, right = (
            f"(CASE WHEN {column} BETWEEN 1000 AND 9999 THEN {column} END)" if side.kind == "number" else column
            for side, column in ((self.left, left), (self.right, right))
        )
        early, late, first, last = sql_early(left), sql_late(left), sql_early(right), sql_late(right)
        if self.op == "=":
            same, apart = f"{early} = {last} AND {late} = {first}", f"{late} < {first} OR {early} > {last}"
        elif self.op in ("<", "<="):
            same, apart = f"{late} {self.op} {first}", f"{early} {_OPPOSITE[self.op]} {last}"
        else:
            same, apart = f"{early} {self.op} {last}", f"{late} {_OPPOSITE[self.op]} {first}"
        return f"(CASE WHEN {same} THEN 1 WHEN {apart} THEN 0 END)"

    def words(self) -> str:
        left, right = self.left.title(), self.right.title()
        if self._by_date:
            return Phrase(_BY_DATE[self.op], left=left, right=right)
        return Phrase("{left} {sign} {right}", left=left, sign=self.op, right=right)

    def as_json(self) -> JSON:
        return {"left": self.left.title(), "op": self.op, "right": self.right.title()}

    def operands(self) -> Iterator[Operand]:
        yield from self.left.operands()
        yield from self.right.operands()


def _check_date(text: str) -> None:
    try:
        if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", text):
            raise ValueError(text)
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        _refuse(f"compares with '{text}', which is no date.", "Write 2025, 2025-03 or 2025-03-31.")


def as_number(value: Value) -> Any:
    """The number itself; of an amount without its currency."""
    return Decimal(value["amount"]) if isinstance(value, dict) else value
