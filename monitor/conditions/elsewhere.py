"""A condition that looks at the submissions of any form, wherever they stand, by the answers they share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from monitor.conditions.answers import Answers, Value
from monitor.conditions.core import JSON, Condition, Names, Operand
from monitor.errors import DeclarationError
from monitor.phrases import Phrase, joined


@dataclass(frozen=True)
class Elsewhere(Condition):
    """Another submission of the form ``of`` shares answers with the one at hand: pairs of (theirs, mine).

    Theirs are questions of ``of`` or of its rows: those of one block of rows must meet in one row. ``where`` is a
    condition on the other submission. Unknown where one of mine is blank. As a check it looks at the submissions of
    its own form, as :class:`AnyOther` does; as a figure at the approved ones of any form of the instrument.

    Raises :class:`DeclarationError` where nothing is shared, where theirs is no question of ``of``, or where the two
    of a pair are answers of different kinds or have several values each.
    """

    of: Any
    same: tuple[tuple[Operand, Operand], ...]
    where: Condition | None = None

    def __post_init__(self) -> None:
        if not self.same:
            self._refuse("shares no answer with the other submission.")
        for theirs, mine in self.same:
            if theirs.form not in (self.of, *self.of.row_forms()):
                self._refuse(f"finds {self.of.code} by '{theirs.title()}', which is no question of it or of its rows.")
            if theirs.kind != mine.kind or theirs.kind not in ("text", "number", "date") or theirs.money:
                self._refuse(f"finds '{theirs.title()}' equal to '{mine.title()}', which cannot be.")

    def _refuse(self, what: str) -> NoReturn:
        do = "Give pairs of (theirs, mine): texts, whole numbers or dates, each with its like."
        raise DeclarationError("PLUGIN-07", place="A condition", what=what, do=do)

    def truth(self, answers: Answers) -> bool | None:
        level = answers.of(self.of)
        mine = [(theirs, here.value(answers)) for theirs, here in self.same]
        if level is None or None in (value for _, value in mine):
            return None
        own = {theirs.title(): value for theirs, value in mine if theirs.form is self.of}
        return any(self._meets(other, mine) for other in level.others(own))

    def _meets(self, other: Answers, mine: list[tuple[Operand, Value]]) -> bool:
        for rows, pairs in self._blocks(mine).items():
            if rows is None:
                met = all(theirs.value(other) == value for theirs, value in pairs)
            else:
                lines = rows.value(other) or ()
                met = any(all(line.get(theirs.title()) == value for theirs, value in pairs) for line in lines)
            if not met:
                return False
        return self.where is None or self.where.holds(other)

    def sql(self, names: Names) -> str:
        source, limits, inside = names.elsewhere(self.of)
        for rows, pairs in self._blocks(list(self.same)).items():
            if rows is None:
                limits += [f"{theirs.sql(inside)} = {mine.sql(names)}" for theirs, mine in pairs]
                continue
            lines, where, within = inside.rows(rows)
            same = " AND ".join(f"{theirs.sql(within)} = {mine.sql(names)}" for theirs, mine in pairs)
            limits.append(f"EXISTS (SELECT 1 FROM {lines} WHERE {where} AND {same})")
        limits += [self.where.sql(inside)] if self.where is not None else []
        known = " AND ".join(f"{mine.sql(names)} IS NOT NULL" for _, mine in self.same)
        return f"(CASE WHEN {known} THEN EXISTS (SELECT 1 FROM {source} WHERE {' AND '.join(limits)}) END)"

    def _blocks(self, pairs: list[tuple[Operand, Any]]) -> dict[Any, list[tuple[Operand, Any]]]:
        """The pairs by the block of rows in which theirs stand; None for those of the form itself."""
        blocks: dict[Any, list[tuple[Operand, Any]]] = {}
        for theirs, mine in pairs:
            blocks.setdefault(theirs.form.rows_of, []).append((theirs, mine))
        return blocks

    def words(self) -> str:
        equal = "{theirs} equal to {mine}"
        same = (Phrase(equal, theirs=theirs.title(), mine=mine.title()) for theirs, mine in self.same)
        what = joined("{first}, {second}", same)
        if self.where is not None:
            what = Phrase("{first}, and {second}", first=what, second=self.where.words())
        return Phrase("another submission of {form} has {what}", form=self.of.code, what=what)

    def as_json(self) -> JSON:
        where = self.where.as_json() if self.where is not None else None
        same = [[theirs.title(), mine.title()] for theirs, mine in self.same]
        return {"elsewhere": self.of.code, "same": same, "where": where}

    def theirs(self) -> Iterator[Operand]:
        """What it looks at in the other submission."""
        for theirs, _ in self.same:
            yield from theirs.operands()
        if self.where is not None:
            yield from self.where.operands()

    def operands(self) -> Iterator[Operand]:
        # Mine alone: theirs need not be in sight.
        for _, mine in self.same:
            yield from mine.operands()
