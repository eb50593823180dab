"""Rules: what must hold between the answers of a submission, its parent and its siblings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.conditions import Answers, Condition, Operand
from monitor.errors import DeclarationError
from monitor.forms import FormMeta
from monitor.questions import Question

Severity = Literal["error", "warning"]

BUILT_IN: dict[str, str] = {
    "no_question": "ANSWER-01",
    "missing": "ANSWER-02",
    "not_asked": "ANSWER-03",
    "type": "ANSWER-04",
    "range": "ANSWER-06",
    "pattern": "ANSWER-07",
    "alone": "ANSWER-12",
    "structure": "ANSWER-20",
}
"""Checks that questions and forms make by themselves, with the code of the message that each gives."""


@dataclass(frozen=True)
class Rule:
    """A check with the codebook's id, the form it belongs to, and the sentence a monitor reads when it is broken.

    Exactly one of: ``must_hold`` (broken when it is false), ``flag_if`` (broken when it is true), or ``kept_by``: the
    name of a built-in check (a key of :data:`BUILT_IN`) that already keeps the rule at the questions ``at``.

    An ``error`` refuses; a ``warning`` must be explained in a line, or it refuses. A ``screen`` is a warning that also
    keeps a submission out of bulk approval until a reviewer has looked at it. An ``urgent`` rule (with ``flag_if``)
    refuses nothing: what it flags must be seen by a supervisor the same day, and comes first in every list. A
    rule ``for_reviewer`` asks the monitor nothing: what it flags stands beside the submission when it is reviewed.
    ``at`` are the questions where the message stands. A blank or unasked answer never breaks a rule.
    """

    id: str
    form: FormMeta
    says: str
    at: tuple[Question, ...] = ()
    severity: Severity = "error"
    must_hold: Condition | None = None
    flag_if: Condition | None = None
    kept_by: str | None = None
    refuses: tuple[str, ...] = ()
    screen: bool = False
    urgent: bool = False
    for_reviewer: bool = False

    def __post_init__(self) -> None:
        given = [way for way in (self.must_hold, self.flag_if, self.kept_by) if way is not None]
        if len(given) != 1 or (self.kept_by is not None and self.kept_by not in BUILT_IN):
            what = "a rule has exactly one of must_hold, flag_if and kept_by."
            do = f"kept_by: {', '.join(BUILT_IN)}."
            raise DeclarationError("PLUGIN-07", place=f"Rule {self.id}", what=what, do=do)
        if bool(self.refuses) is not (self.kept_by == "no_question"):
            what = 'refuses names the keys that are never asked, together with kept_by="no_question".'
            raise DeclarationError("PLUGIN-07", place=f"Rule {self.id}", what=what, do="Give both, or neither.")
        if (self.urgent or self.for_reviewer) and self.flag_if is None:
            what = "a rule that refuses nothing flags something."
            raise DeclarationError("PLUGIN-07", place=f"Rule {self.id}", what=what, do="Give it flag_if.")

    def broken(self, answers: Answers) -> bool:
        """Whether answers break it. One that another check keeps (``kept_by``) is broken there, and never here."""
        if self.must_hold is not None:
            return self.must_hold.truth(answers) is False
        return self.flag_if is not None and self.flag_if.truth(answers) is True

    def keeps(self, question: Question, code: str) -> bool:
        """Whether the rule is the one that a question's own check keeps, with the message of this code."""
        return self.kept_by is not None and BUILT_IN[self.kept_by] == code and any(question is one for one in self.at)

    def operands(self) -> Sequence[Operand]:
        """Everything that the rule looks at."""
        condition = self.must_hold if self.must_hold is not None else self.flag_if
        return tuple(condition.operands()) if condition is not None else self.at
