"""Conditions that look at several: the rows of a form, and other submissions of the same case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.conditions.answers import Answers, Value
from monitor.conditions.core import JSON, AnyOf, Condition, Names, Operand
from monitor.conditions.dates import bounds
from monitor.errors import DeclarationError
from monitor.phrases import Phrase, joined


@dataclass(frozen=True)
class AnyRow(Condition):
    """At least one row of a ``Rows`` question meets a condition.

    False when there are no rows; unknown when no row meets it, but one might: what it needs there is blank.
    """

    rows: Operand
    condition: Condition

    def truth(self, answers: Answers) -> bool | None:
        form = self.rows.row_form  # type: ignore[attr-defined]  # reason: only a Rows question makes this condition
        truths = [
            self.condition.truth(Answers(form, row, answers, answers.today, answers.system))
            for row in self.rows.value(answers) or ()
        ]
        return True if True in truths else None if None in truths else False

    def sql(self, names: Names) -> str:
        source, where, inner = names.rows(self.rows)
        truth = "CASE WHEN max(met) THEN 1 WHEN count(met) = count(*) THEN 0 END"
        return f"(SELECT {truth} FROM (SELECT {self.condition.sql(inner)} AS met FROM {source} WHERE {where}))"

    def words(self) -> str:
        return Phrase("for one of {rows}: {condition}", rows=self.rows.title(), condition=self.condition.words())

    def as_json(self) -> JSON:
        return {"any_row": self.rows.title(), "where": self.condition.as_json()}

    def operands(self) -> Iterator[Operand]:
        yield from self.rows.operands()
        yield from self.condition.operands()


@dataclass(frozen=True)
class RowsUnique(Condition):
    """No two rows give the same answer to a question. A check, not a figure: never compiled to SQL."""

    rows: Operand
    of: Operand

    def truth(self, answers: Answers) -> bool | None:
        given = _down(self.rows, self.of, answers)
        return all(value not in given[:place] for place, value in enumerate(given))

    def words(self) -> str:
        return Phrase("no two of {rows} have the same {question}", rows=self.rows.title(), question=self.of.title())

    def as_json(self) -> JSON:
        return {"rows": self.rows.title(), "unique": self.of.title()}

    def operands(self) -> Iterator[Operand]:
        yield from self.rows.operands()
        yield from self.of.operands()


@dataclass(frozen=True)
class RowsInOrder(Condition):
    """Down the rows, the answers to a question never fall: dates by their bounds, codes by their place in the list.

    Rows in which it is blank are passed over. A check, not a figure: never compiled to SQL.
    """

    rows: Operand
    of: Operand

    def truth(self, answers: Answers) -> bool | None:
        ranks = [self._rank(value) for value in _down(self.rows, self.of, answers)]
        return all(before[0] <= after[1] for before, after in pairwise(ranks))

    def _rank(self, value: Value) -> tuple[Value, Value]:
        if self.of.kind == "date":
            return bounds(value)
        codes = getattr(self.of, "codes", None)
        place = value if codes is None else list(codes).index(value)
        return place, place

    def words(self) -> str:
        return Phrase("{rows} stand in the order of {question}", rows=self.rows.title(), question=self.of.title())

    def as_json(self) -> JSON:
        return {"rows": self.rows.title(), "in_order": self.of.title()}

    def operands(self) -> Iterator[Operand]:
        yield from self.rows.operands()
        yield from self.of.operands()


def _down(rows: Operand, of: Operand, answers: Answers) -> list[Value]:
    """What the rows answer to a question of theirs, blanks left out."""
    return [row[of.title()] for row in rows.value(answers) or () if row.get(of.title()) is not None]


@dataclass(frozen=True)
class AnyOther(Condition):
    """Another submission of the same form under the same parent meets a condition.

    ``same`` and ``differs`` name what it must share with the one at hand or not share; ``earlier`` is the date by
    which it must come before; ``overlaps`` are the first and the last date of a period that must have a day in common
    with its own. What is blank on either side is neither. Never compiled to SQL: it is a check between submissions,
    not a figure.
    """

    condition: Condition | None = None
    same: tuple[Operand, ...] = ()
    differs: tuple[Operand, ...] = ()
    earlier: Operand | None = None
    overlaps: tuple[Operand, Operand] | None = None

    def truth(self, answers: Answers) -> bool | None:
        shared = {what.title(): what.value(answers) for what in self.same if what.form is answers.form}
        if None in shared.values():
            return False  # two blanks are not the same
        return any(self._meets(answers, other) for other in answers.others(shared))

    def _meets(self, here: Answers, other: Answers) -> bool:
        return (
            all(_equal(what.value(here), what.value(other)) is True for what in self.same)
            and all(_equal(what.value(here), what.value(other)) is False for what in self.differs)
            and (self.earlier is None or self._before(here, other))
            and (self.overlaps is None or _meet(self.overlaps, here, other))
            and (self.condition is None or self.condition.holds(other))
        )

    def _before(self, here: Answers, other: Answers) -> bool:
        assert self.earlier is not None  # the caller asked only then
        mine, theirs = self.earlier.value(here), self.earlier.value(other)
        return mine is not None and theirs is not None and theirs < mine

    def words(self) -> str:
        limits: list[str] = [Phrase("the same {question}", question=what.title()) for what in self.same]
        limits += [Phrase("another {question}", question=what.title()) for what in self.differs]
        limits += [Phrase("an earlier {question}", question=self.earlier.title())] if self.earlier else []
        if self.overlaps is not None:
            start, end = self.overlaps
            period = "a period ({start} to {end}) that meets its own"
            limits.append(Phrase(period, start=start.title(), end=end.title()))
        limits += [self.condition.words()] if self.condition is not None else []
        return Phrase("another submission of the case has {what}", what=joined("{first}, {second}", limits))

    def as_json(self) -> JSON:
        return {
            "any_other": self.condition.as_json() if self.condition is not None else None,
            "same": [what.title() for what in self.same],
            "differs": [what.title() for what in self.differs],
            "earlier": self.earlier.title() if self.earlier else None,
            **({"overlaps": [end.title() for end in self.overlaps]} if self.overlaps else {}),
        }

    def operands(self) -> Iterator[Operand]:
        for what in (*self.same, *self.differs, *((self.earlier,) if self.earlier else ()), *(self.overlaps or ())):
            yield from what.operands()
        if self.condition is not None:
            yield from self.condition.operands()


def _equal(mine: Value | None, theirs: Value | None) -> bool | None:
    return None if mine is None or theirs is None else bool(mine == theirs)


def _meet(period: tuple[Operand, Operand], here: Answers, other: Answers) -> bool:
    """Whether two periods have a day in common: each from the first day of its start to the last of its end."""
    days = [end.value(side) for side in (here, other) for end in period]
    if None in days:
        return False
    start, end, other_start, other_end = (bounds(str(day)) for day in days)
    return start[0] <= other_end[1] and other_start[0] <= end[1]


@dataclass(frozen=True)
class AtLeast(Condition):
    """So many of several conditions hold, or more. Unknown while those that are unknown could decide it."""

    number: int
    parts: tuple[Condition, ...]

    def truth(self, answers: Answers) -> bool | None:
        truths = [part.truth(answers) for part in self.parts]
        if truths.count(True) >= self.number:
            return True
        return None if truths.count(True) + truths.count(None) >= self.number else False

    def sql(self, names: Names) -> str:
        parts = [part.sql(names) for part in self.parts]
        sure, possible = (" + ".join(f"coalesce({part}, {blank})" for part in parts) for blank in (0, 1))
        return f"(CASE WHEN {sure} >= {self.number} THEN 1 WHEN {possible} < {self.number} THEN 0 END)"

    def words(self) -> str:
        parts = joined("{first}; {second}", (part.words() for part in self.parts))
        return Phrase("at least {number} of these: {conditions}", number=self.number, conditions=parts)

    def as_json(self) -> JSON:
        return {"at_least": self.number, "of": [part.as_json() for part in self.parts]}

    def operands(self) -> Iterator[Operand]:
        for part in self.parts:
            yield from part.operands()


def at_least(number: int, conditions: Sequence[Condition]) -> Condition:
    """So many of several conditions hold, or more.

    Raises :class:`DeclarationError` for a number below one or above that of the conditions.
    """
    if not 1 <= number <= len(conditions):
        what = f"it asks for at least {number} of {len(conditions)} conditions."
        do = "Ask for one or more, and for no more than there are."
        raise DeclarationError("PLUGIN-07", place="A condition", what=what, do=do)
    return AtLeast(number, tuple(conditions))


def any_of(conditions: Sequence[Condition]) -> Condition:
    """At least one of several conditions holds."""
    return AnyOf(tuple(conditions))


def parts_of(condition: Condition | None) -> Iterator[Condition]:
    """A condition and every condition inside it, down to those on rows."""
    if condition is None:
        return
    yield condition
    inside = getattr(condition, "parts", ()) or (getattr(condition, name, None) for name in ("part", "condition"))
    for part in inside:
        yield from parts_of(part)
