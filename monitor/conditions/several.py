"""Conditions that look at several: the rows of a form, and other submissions of the same case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.conditions.core import JSON, Answers, AnyOf, Condition, Names, Operand, Value
from monitor.conditions.dates import bounds


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
        return f"for one of {self.rows.title()}: {self.condition.words()}"

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
        return f"no two of {self.rows.title()} have the same {self.of.title()}"

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
        return f"{self.rows.title()} stand in the order of {self.of.title()}"

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
    which it must come before; what is blank on either side is neither. Never compiled to SQL: it is a check between
    submissions, not a figure.
    """

    condition: Condition | None = None
    same: tuple[Operand, ...] = ()
    differs: tuple[Operand, ...] = ()
    earlier: Operand | None = None

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
            and (self.condition is None or self.condition.holds(other))
        )

    def _before(self, here: Answers, other: Answers) -> bool:
        assert self.earlier is not None  # the caller asked only then
        mine, theirs = self.earlier.value(here), self.earlier.value(other)
        return mine is not None and theirs is not None and theirs < mine

    def words(self) -> str:
        limits = [f"the same {what.title()}" for what in self.same] + [
            f"another {what.title()}" for what in self.differs
        ]
        limits += [f"an earlier {self.earlier.title()}"] if self.earlier else []
        where = [self.condition.words()] if self.condition is not None else []
        return "another submission of the case has " + ", ".join(limits + where)

    def as_json(self) -> JSON:
        return {
            "any_other": self.condition.as_json() if self.condition is not None else None,
            "same": [what.title() for what in self.same],
            "differs": [what.title() for what in self.differs],
            "earlier": self.earlier.title() if self.earlier else None,
        }

    def operands(self) -> Iterator[Operand]:
        for what in (*self.same, *self.differs, *((self.earlier,) if self.earlier else ())):
            yield from what.operands()
        if self.condition is not None:
            yield from self.condition.operands()


def _equal(mine: Value | None, theirs: Value | None) -> bool | None:
    return None if mine is None or theirs is None else bool(mine == theirs)


def any_of(conditions: Sequence[Condition]) -> Condition:
    """At least one of several conditions holds."""
    return AnyOf(tuple(conditions))
