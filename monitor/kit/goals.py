"""What a search is asked, and what it answers: places for answers, goals, and sets of truths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.conditions import Answered, Condition, Operand, Value
from monitor.questions import Question
from monitor.rules import Rule

TRUE, FALSE, UNKNOWN = 1, 2, 4
NOT_TRUE, NOT_FALSE, ANY = FALSE | UNKNOWN, TRUE | UNKNOWN, 7
"""Sets of truths, as bits: what a goal accepts, and what a condition can still become."""

SLOTS = 2
"""Rows are told apart up to this number; further ones answer like the last."""

@dataclass(frozen=True)
class Place:
    """Where an answer stands in the search: a question (for rows: in which row, from 1) or a system field."""

    operand: Operand
    row: int = 0


@dataclass(frozen=True)
class Goal:
    """A condition and the truths that are wanted of it, for a question in rows in which row."""

    condition: Condition
    wants: int = TRUE
    row: int = 0


@dataclass(frozen=True)
class Outcome:
    """What a search found: for each place the answers that are left, or none; ``decided`` is false if it gave up."""

    left: Mapping[Place, tuple[Value | None, ...]] | None
    decided: bool = True

    @property
    def impossible(self) -> bool:
        """Whether it is certain that no answers meet the goals."""
        return self.left is None and self.decided


def kept(rules: Iterable[Rule]) -> Iterator[Goal]:
    """The goals of a submission that no rule refuses: warnings can be explained, so only errors count."""
    for rule in rules:
        if rule.urgent or rule.for_reviewer:
            continue
        if rule.severity == "error" and rule.must_hold is not None:
            yield Goal(rule.must_hold, NOT_FALSE)
        elif rule.severity == "error" and rule.flag_if is not None:
            yield Goal(rule.flag_if, NOT_TRUE)


def answered(question: Question) -> Goal:
    """The question is asked and answered, for one in rows: in the first row."""
    return Goal(Answered(question), TRUE, 1 if question.form.rows_of is not None else 0)


def swapped(truths: int) -> int:
    """The same truths of the opposite: true for false, unknown as it is."""
    return truths & UNKNOWN | (FALSE if truths & TRUE else 0) | (TRUE if truths & FALSE else 0)


def all_of(parts: Sequence[int]) -> int:
    """What `all of them` can become, from what each can become."""
    if not all(part & NOT_FALSE for part in parts):
        return FALSE
    possible = FALSE if any(part & FALSE for part in parts) else 0
    possible |= TRUE if all(part & TRUE for part in parts) else 0
    return possible | (UNKNOWN if any(part & UNKNOWN for part in parts) else 0)
