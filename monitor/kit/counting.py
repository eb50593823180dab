"""Indicators: whether anything is ever counted, whether the figure can move, whether its tables can be filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from monitor.conditions import AllOf, Answered, Answers, AnyOf, AtLeast, Condition, Includes, Not, OneOf, Operand
from monitor.forms import FormMeta
from monitor.indicators import AlsoIn, EachCode, EachLine, Indicator, LineAnswer, Share
from monitor.kit.complaints import Complaint, complain
from monitor.kit.goals import NOT_TRUE, TRUE, Goal, answered
from monitor.kit.rehearsal import Stage
from monitor.questions import Question

Verdict = Literal["yes", "no", "unknown"]


def indicators(stage: Stage) -> Iterator[Complaint]:
    """What is wrong with each indicator, as far as accepted submissions go."""
    for indicator in stage.instrument.indicators:
        where = f"{stage.instrument.code} indicator {indicator.id}"
        if not indicator.tables:
            yield complain("KIT-50", where)
        if not indicator.evidences:
            yield complain("KIT-56", where)
        yield from _Figure(stage, indicator, where).complaints()


class _Figure:
    """One indicator, as goals of a search over the form that holds its unit."""

    def __init__(self, stage: Stage, indicator: Indicator, where: str) -> None:
        self._stage, self._indicator, self._where = stage, indicator, where
        self._form: FormMeta = indicator.form
        self._row = 1 if self._form.rows_of is not None else 0
        unit = indicator.unit
        self._each: Sequence[str | None] = [None]
        if isinstance(unit, EachCode):
            self._each = [code for code in unit.of.codes if code not in unit.leaving_out]
        elif isinstance(unit, EachLine):
            self._each = list(unit.lines)

    def complaints(self) -> Iterator[Complaint]:
        indicator = self._indicator
        counted = self._among()
        verdict = self._ever(counted)
        if verdict != "yes":
            words = "; ".join(condition.words() for condition in indicator.conditions()) or "everything"
            yield self._say(verdict, "KIT-51", "anything is ever counted", condition=words)
            return
        if indicator.among is not None and self._ever([(indicator.among, NOT_TRUE)]) == "no":
            yield complain("KIT-55", self._where)
        if isinstance(indicator, Share):
            shown = list(self._share(indicator))
            yield from shown
            counted = counted if shown else [*counted, (indicator.having, TRUE)]
        yield from self._dimensions(counted)

    def _among(self) -> list[tuple[Condition, int]]:
        given = (self._indicator.among, self._indicator.known())
        return [(condition, TRUE) for condition in given if condition is not None]

    def _share(self, indicator: Share) -> Iterator[Complaint]:
        words = indicator.having.words()
        met = self._ever([*self._among(), (indicator.having, TRUE)])
        if met != "yes":
            yield self._say(met, "KIT-52", "the share is ever above zero", condition=words)
            return
        missed = self._ever([*self._among(), (indicator.having, NOT_TRUE)])
        if missed != "yes":
            yield self._say(missed, "KIT-53", "the share is ever below the whole", condition=words)

    def _dimensions(self, counted: list[tuple[Condition, int]]) -> Iterator[Complaint]:
        questions: dict[Question, None] = {}
        for table in self._indicator.tables:
            # The first date of the forms below is not in this submission, but in others.
            questions |= dict.fromkeys(dimension.question for dimension in table if not dimension.first)
        for question in questions:
            verdict = self._ever(counted, answered(question))
            if verdict != "yes":
                what = f"there is ever an answer to {question.name} beside it"
                yield self._say(verdict, "KIT-54", what, question=question.name)

    def _ever(self, wanted: Sequence[tuple[Condition, int]], *more: Goal) -> Verdict:
        """Whether an accepted submission exists in which the unit meets all that is wanted."""
        decided = True
        for name in self._each:
            goals = [Goal(_for_one(condition, name), wants, self._row) for condition, wants in wanted]
            unit = self._indicator.unit
            if isinstance(unit, EachCode) and name is not None:
                goals.append(Goal(Includes(unit.of, (name,)), TRUE, self._row))
            elif self._form.rows_of is not None:
                goals.append(Goal(self._form.rows_of.count() >= 1))
            outcome = self._stage.find(self._form, *goals, *more)
            if outcome.left is not None:
                return "yes"
            decided = decided and outcome.decided
        return "no" if decided else "unknown"

    def _say(self, verdict: Verdict, code: str, what: str, **values: object) -> Complaint:
        if verdict == "unknown":
            return complain("KIT-48", self._where, what=what)
        return complain(code, self._where, **values)


@dataclass(frozen=True)
class _Settled(Condition):
    """A condition of which the truth is known before there are answers: the line at hand has no such question."""

    settled: bool | None

    def truth(self, answers: Answers) -> bool | None:
        return self.settled

    def operands(self) -> Iterator[Operand]:
        return iter(())


def _for_one(condition: Condition, name: str | None) -> Condition:
    """The condition for one code or line, where an indicator counts those: 'the same code' becomes this one."""
    if name is None:
        return condition
    if isinstance(condition, AlsoIn):
        return Includes(condition.other, (name,))
    if isinstance(condition, (AllOf, AnyOf, AtLeast)):
        return replace(condition, parts=tuple(_for_one(part, name) for part in condition.parts))
    if isinstance(condition, Not):
        return Not(_for_one(condition.part, name))
    if isinstance(condition, (OneOf, Includes, Answered)) and isinstance(condition.of, LineAnswer):
        question = condition.of.asked.get(name)
        if question is None:
            return _Settled(False if isinstance(condition, Answered) else None)
        return replace(condition, of=question)
    return condition
