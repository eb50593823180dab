"""Indicators: whether anything is ever counted, whether the figure can move, whether its tables can be filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from monitor.conditions import AllOf, Answered, AnyOf, Condition, Includes, Not
from monitor.forms import FormMeta
from monitor.indicators import AlsoIn, EachCode, Indicator, Median, Share
from monitor.kit.complaints import Complaint, complain
from monitor.kit.rehearsal import Stage
from monitor.kit.search import NOT_TRUE, TRUE, Goal, answered
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
        self._codes: Sequence[str | None] = (
            [code for code in unit.of.codes if code not in unit.leaving_out] if isinstance(unit, EachCode) else [None]
        )

    def complaints(self) -> Iterator[Complaint]:
        indicator = self._indicator
        counted = self._among() + ([(Answered(indicator.of), TRUE)] if isinstance(indicator, Median) else [])
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
        indicator = self._indicator
        rated = [indicator.rating.rated()] if isinstance(indicator, Share) and indicator.rating is not None else []
        among = [indicator.among] if indicator.among is not None else []
        return [(condition, TRUE) for condition in (*among, *rated)]

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
        for code in self._codes:
            goals = [Goal(_of_code(condition, code), wants, self._row) for condition, wants in wanted]
            unit = self._indicator.unit
            if isinstance(unit, EachCode) and code is not None:
                goals.append(Goal(Includes(unit.of, (code,)), TRUE, self._row))
            elif self._row:
                goals.append(answered(next(iter(self._form.questions.values()))))
            outcome = self._stage.find(self._form, *goals, *more)
            if outcome.left is not None:
                return "yes"
            decided = decided and outcome.decided
        return "no" if decided else "unknown"

    def _say(self, verdict: Verdict, code: str, what: str, **values: object) -> Complaint:
        if verdict == "unknown":
            return complain("KIT-48", self._where, what=what)
        return complain(code, self._where, **values)


def _of_code(condition: Condition, code: str | None) -> Condition:
    """The condition for one code, where an indicator counts codes: 'the same code' becomes this one."""
    if isinstance(condition, AlsoIn) and code is not None:
        return Includes(condition.other, (code,))
    if isinstance(condition, (AllOf, AnyOf)):
        return type(condition)(tuple(_of_code(part, code) for part in condition.parts))
    return Not(_of_code(condition.part, code)) if isinstance(condition, Not) else condition
