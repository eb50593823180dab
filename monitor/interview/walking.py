"""Which questions are asked, given the answers so far: skip logic, free of terminal and database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from monitor.conditions import Answers, Value
from monitor.forms import FormMeta
from monitor.questions import Question, Rows


@dataclass(frozen=True)
class Step:
    """One question of a form at one place (``victims[2].victim_sex``): whether it is asked, and its answer."""

    where: str
    question: Question
    asked: bool
    answer: Value | None


@dataclass(frozen=True)
class Walk:
    """A form walked from its first question to its last with a set of answers.

    ``answers`` holds only what was asked and answered, as conditions, rules and the store may see it.
    """

    answers: Answers
    steps: tuple[Step, ...]

    def missing(self) -> Iterator[Step]:
        """Required questions that are asked and have no answer."""
        return (step for step in self.steps if step.asked and step.answer is None and not step.question.optional)

    def unasked(self) -> Iterator[Step]:
        """Questions that have an answer although they are not asked."""
        return (step for step in self.steps if not step.asked and step.answer is not None)

    def next(self, passed: frozenset[str] = frozenset()) -> Step | None:
        """The first question that is asked and still blank, those ``passed`` over left out; None at the end."""
        open_steps = (step for step in self.steps if step.asked and step.answer is None and step.where not in passed)
        return next(open_steps, None)


def walk(
    form: FormMeta, values: Mapping[str, Value], outer: Answers | None = None, *, today: date | None = None,
    system: Mapping[str, Any] | None = None,
    others: Callable[[Mapping[str, Value]], Sequence[Answers]] = lambda same: (),
) -> Walk:  # fmt: skip
    """Walk a form with stored answers (``values`` by question name, rows as lists of such mappings).

    ``outer`` are the answers of the parent submission. Rows are walked one by one inside the form.
    """
    kept: dict[str, Value] = {}
    answers = Answers(form, kept, outer, today or date.today(), system or {}, others)
    steps: list[Step] = []
    _walk(form, values, kept, answers, "", steps)
    return Walk(answers, tuple(steps))


def _walk(
    form: FormMeta,
    values: Mapping[str, Value],
    kept: dict[str, Value],
    answers: Answers,
    prefix: str,
    steps: list[Step],
) -> None:
    for name, question in form.questions.items():
        asked = question.only_if is None or question.only_if.holds(answers)
        answer = values.get(name)
        steps.append(Step(prefix + name, question, asked, answer))
        if not asked or answer is None:
            continue
        if not isinstance(question, Rows):
            kept[name] = answer
            continue
        rows: list[dict[str, Value]] = []
        kept[name] = rows
        for number, row in enumerate(answer, 1):
            rows.append({})
            inside = Answers(question.row_form, rows[-1], answers, answers.today, answers.system)
            _walk(question.row_form, row, rows[-1], inside, f"{prefix}{name}[{number}].", steps)
