"""One form while it is filled in: the answers so far, the place, what was passed over, and what to show next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from monitor.conditions import SESSION, SOURCE, Answers, Value
from monitor.errors import Fault, Problem
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.interview.about import About
from monitor.interview.places import around_row, rename_rows, row_of, spot
from monitor.interview.reading import NotTaken, read_typed
from monitor.interview.walking import Step, Walk, walk
from monitor.languages import Localized, folded
from monitor.questions import Rows
from monitor.rules import Rule

Others = Callable[[Mapping[str, Value]], Sequence[Answers]]


@dataclass(frozen=True)
class Beside:
    """What a session may know of the store: the parent's answers, other submissions, whether a reference is taken.

    ``today`` is the day that conditions and rules go by; None is the day on which they are looked at.
    """

    outer: Answers | None = None
    others: Others = lambda same: ()
    taken: Callable[[Value], bool] = lambda reference: False
    today: date | None = None


State = Literal["answered", "blank", "open", "unasked"]


@dataclass(frozen=True)
class Line:
    """One question in the overview: answered, left blank, still open, or answered and no longer asked."""

    step: Step
    state: State


class Session:
    """A form being filled in by somebody, free of terminal and store.

    ``at`` is the place that is asked now, and None at the end. ``about`` is the envelope (parent, source, session,
    ...), ``explanations`` the lines typed for warnings, by rule. ``unfinished`` holds text that was begun and not yet
    given as an answer, by place. Nothing that was typed goes unless somebody says so: answers that are no longer asked
    stay until :meth:`drop_unasked`, and until then the form cannot be submitted.
    """

    def __init__(self, localized: Localized, form: FormMeta, author: str, beside: Beside | None = None) -> None:
        self.localized, self.form, self.author = localized, form, author
        self.beside = beside or Beside()
        self.values: dict[str, Value] = {}
        self.passed: set[str] = set()
        self.explanations: dict[str, str] = {}
        self.unfinished: dict[str, str] = {}
        self.about = About(language=localized.language)
        self._told: set[str] = set()
        self._walked: Walk | None = None
        self.at: str | None = None
        self.go_on()

    @property
    def instrument(self) -> Instrument:
        """The instrument of the form."""
        return self.localized.instrument

    # What to show.

    def walked(self) -> Walk:
        """The form as it stands, question by question."""
        if self._walked is None:
            system = {"session": self.about.session, "author": self.author, "source": self.about.source or None}
            beside = self.beside
            self._walked = walk(
                self.form, self.values, beside.outer, today=beside.today, system=system, others=beside.others
            )  # fmt: skip
        return self._walked

    def asked(self) -> list[Step]:
        """Every question that is asked now, in the order of the form."""
        return [step for step in self.walked().steps if step.asked]

    def current(self) -> Step | None:
        """The question that is asked now; None at the end, where all is read once more."""
        return next((step for step in self.asked() if step.where == self.at), None)

    def progress(self) -> tuple[int, int]:
        """Which question of how many that are asked; at the end, as many as there are."""
        places = [step.where for step in self.asked()]
        return (places.index(self.at) + 1 if self.at in places else len(places)), len(places)

    def missing(self) -> list[Step]:
        """Required questions without an answer."""
        return list(self.walked().missing())

    def unasked(self) -> list[Step]:
        """Answers to questions that are no longer asked."""
        return list(self.walked().unasked())

    def overview(self) -> list[Line]:
        """The whole form so far: what is asked, and what was answered and is no longer asked."""
        return [Line(step, self._state(step)) for step in self.walked().steps if step.asked or step.answer is not None]

    def _state(self, step: Step) -> State:
        if not step.asked:
            return "unasked"
        if step.answer is not None:
            return "answered"
        return "blank" if step.where in self.passed else "open"

    def find(self, text: str) -> list[Step]:
        """The questions that are asked and whose name, wording or section holds these words, or begins with them."""
        words = folded(text).split()
        return [step for step in self.asked() if words and all(f" {word}" in self._said(step) for word in words)]

    def _said(self, step: Step) -> str:
        question = step.question
        words = (step.where, self.localized.wording(question), self.localized.section(question))
        return f" {folded(' '.join(words))}"

    # Rules.

    def broken(self) -> list[Rule]:
        """The rules that are broken by answers, once all that they look at is answered or left blank on purpose."""
        walked = self.walked()
        waits = {id(step.question) for step in walked.steps if self._state(step) == "open"}
        rules = (rule for rule in self.instrument.rules_of(self.form) if not (rule.urgent or rule.for_reviewer))
        settled = (rule for rule in rules if not any(id(operand) in waits for operand in rule.operands()))
        return [rule for rule in settled if rule.broken(walked.answers)]

    def errors(self) -> list[Rule]:
        """The broken rules that refuse."""
        return [rule for rule in self.broken() if rule.severity == "error"]

    def warnings(self) -> list[Rule]:
        """The broken rules that still want a line of explanation."""
        return [rule for rule in self.broken() if rule.severity == "warning" and rule.id not in self.explanations]

    def news(self) -> list[Rule]:
        """The rules that are broken and were not told yet; from now on they are."""
        found = [*self.errors(), *self.warnings()]
        new = [rule for rule in found if rule.id not in self._told]
        self._told = {rule.id for rule in found}
        return new

    def wants(self, rule: Rule) -> str:
        """The part of the envelope that would mend a broken rule: ``_source``, ``_session``, or nothing."""
        looked_at: list[object] = list(rule.operands())
        if SOURCE in looked_at and not self.about.source:
            return "_source"
        return "_session" if SESSION in looked_at else ""

    def explain(self, rule: str, line: str) -> None:
        """Explain a warning in a line. Raises :class:`NotTaken` for what is no line."""
        if not 3 <= len(line.strip()) <= 500 or not line.isprintable():
            raise NotTaken(Problem.of("_explanations", Fault("ANSWER-22")))
        self.explanations[rule] = line.strip()

    # What people do.

    def answer(self, text: str) -> Step:
        """Take typed text as the answer to the question at hand, and go on; gives the question with its answer.

        Raises :class:`NotTaken`, and stays, where it cannot be taken.
        """
        step = self._here()
        question, where = step.question, step.where
        if isinstance(question, Rows):
            return self._count_rows(step, text)
        raw = read_typed(question, text, self.localized, self.beside.today)
        fault = question.fault(raw)
        if fault is None and where == self.form.key and self.beside.taken(question.read(raw)):
            fault = Fault("ANSWER-15", form=self.form.full_code())
        if fault is not None:
            kept = (rule.id for rule in self.instrument.rules_of(self.form) if rule.keeps(question, fault.code))
            raise NotTaken(Problem.of(where, fault, next(kept, None)))
        return self._put(step, question.read(raw))

    def blank(self) -> None:
        """Leave the question at hand as it is and go on: with its answer, or blank where it is optional.

        Raises :class:`NotTaken` for a question that needs an answer.
        """
        step = self._here()
        if step.answer is None and not step.question.optional:
            raise NotTaken(Problem.of(step.where, Fault("ANSWER-23")))
        if step.answer is None:
            self.passed.add(step.where)
            self._changed()
        self.go_on()

    def clear(self) -> None:
        """Take the answer to the question at hand away, and stay. Not that of rows: see :meth:`remove_row`."""
        step = self._here()
        if isinstance(step.question, Rows):
            raise NotTaken(Problem.of(step.where, Fault("ANSWER-24")))
        answers, name = spot(self.values, step.where)
        answers.pop(name, None)
        self.passed.discard(step.where)
        self._changed()

    def back(self) -> bool:
        """Go to the question before; whether there is one."""
        places = [step.where for step in self.asked()]
        number = places.index(self.at) if self.at in places else len(places)
        if number == 0:
            return False
        self.at = places[number - 1]
        return True

    def forward(self) -> None:
        """Go to the next question that is asked, answered or not; behind the last one is the end."""
        places = [*(step.where for step in self.asked()), None]
        self.at = places[places.index(self.at) + 1] if self.at in places[:-1] else None

    def jump(self, where: str | None) -> None:
        """Go to a question that is asked, or with None to the end. Raises :class:`NotTaken` for any other place."""
        if where is not None and all(step.where != where for step in self.asked()):
            raise NotTaken(Problem.of(where, Fault("ANSWER-25")))
        self.at = where

    def go_on(self) -> None:
        """Go to the next question that is open: behind this place, or else the first of the form, or else the end."""
        places = [step.where for step in self.walked().steps]
        here = places.index(self.at) if self.at in places else -1
        waits = [place for place, step in enumerate(self.walked().steps) if self._state(step) == "open"]
        ahead = [place for place in waits if place > here] or waits
        self.at = places[ahead[0]] if ahead else None

    def drop_unasked(self) -> None:
        """Drop the answers that are no longer asked, for good."""
        while steps := self.unasked():
            for step in reversed(steps):
                answers, name = spot(self.values, step.where)
                answers.pop(name, None)
            self._changed()

    def tell_about(self, name: str, text: str) -> None:
        """Set a part of the envelope (``_source``, ``_session``, ...). Raises :class:`NotTaken` for what is none."""
        self.about = self.about.with_(name, text)
        self._changed()

    def belong_to(self, parent: str | None) -> None:
        """Set the id of the submission to which this one belongs."""
        self.about = replace(self.about, parent=parent)

    def restore(self, values: dict[str, Value], passed: set[str], at: str | None, about: About) -> None:
        """Go on with what was typed another time, at the same place, or where that is asked no more at the next."""
        self.values, self.passed, self.about, self.at = values, passed, about, at
        self._changed()
        if at is not None and self.current() is None:
            self.at = None
            self.go_on()

    # Rows.

    def _count_rows(self, step: Step, text: str) -> Step:
        question = step.question
        assert isinstance(question, Rows)  # the caller looked
        if not (text.isascii() and text.isdecimal() and 0 <= int(text[:6]) <= question.most):
            raise NotTaken(Problem.of(step.where, Fault("ANSWER-26", most=question.most)))
        count, rows = int(text[:6]), list(step.answer or ())
        if any(rows[count:]):
            raise NotTaken(Problem.of(step.where, Fault("ANSWER-27", count=len(rows))))
        if count == 0:
            answers, name = spot(self.values, step.where)
            answers.pop(name, None)
            self._changed()
            self.blank()
            return Step(step.where, question, True, None)
        return self._put(step, [*rows[:count], *({} for _ in range(count - len(rows)))])

    def add_row(self) -> None:
        """Add a row to the block at hand, and go to its first question."""
        where, question, _ = self._block()
        rows = self._rows(where)
        if len(rows) >= question.most:
            raise NotTaken(Problem.of(where, Fault("ANSWER-26", most=question.most)))
        self._set_rows(where, [*rows, {}])
        self.revisit(len(rows) + 1)

    def remove_row(self, number: int) -> None:
        """Remove a row of the block at hand, with its answers. Raises :class:`NotTaken` where there is none."""
        where, _, _ = self._block()
        rows = self._rows(where)
        if not 1 <= number <= len(rows):
            raise NotTaken(Problem.of(where, Fault("ANSWER-25")))
        self.passed = set(rename_rows(dict.fromkeys(self.passed), where, number))
        self.unfinished = rename_rows(self.unfinished, where, number)
        self._set_rows(where, rows[: number - 1] + rows[number:])
        self.at = where

    def revisit(self, number: int) -> None:
        """Go to the first question of a row of the block at hand. Raises :class:`NotTaken` where there is none."""
        where, _, _ = self._block()
        first = next((step.where for step in self.asked() if row_of(step.where) == (where, number)), None)
        self.jump(first if first is not None else f"{where}[{number}]")

    def row_at_hand(self) -> int:
        """The number of the row in which we are; 0 where we are in none."""
        return self._block()[2]

    def _block(self) -> tuple[str, Rows, int]:
        return around_row(self.asked(), self._here())

    def _rows(self, where: str) -> list[dict[str, Value]]:
        answers, name = spot(self.values, where)
        return list(answers.get(name) or ())

    def _set_rows(self, where: str, rows: list[dict[str, Value]]) -> None:
        answers, name = spot(self.values, where)
        if rows:
            answers[name] = rows
        else:
            answers.pop(name, None)
        self.passed.discard(where)
        self._changed()

    # The end.

    def ready(self) -> bool:
        """Whether nothing is missing, begun or waiting to be dropped, no rule refuses, each warning is explained."""
        return not (self.missing() or self.unasked() or self.begun() or self.errors() or self.warnings())

    def begun(self) -> list[Step]:
        """The questions that are asked and where something was typed that was not yet given as an answer."""
        return [step for step in self.asked() if self.unfinished.get(step.where, "").strip()]

    def raw(self) -> dict[str, Any]:
        """The answers and the envelope, as the check of a submission takes them."""
        warned = {rule.id for rule in self.broken() if rule.severity == "warning"}
        explained = {rule: line for rule, line in self.explanations.items() if rule in warned}
        return {**self.values, **self.about.raw(), **({"_explanations": explained} if explained else {})}

    # Inside.

    def _here(self) -> Step:
        step = self.current()
        assert step is not None, "at the end nothing is answered"
        return step

    def _put(self, step: Step, value: Value) -> Step:
        answers, name = spot(self.values, step.where)
        answers[name] = value
        self.passed.discard(step.where)
        self.unfinished.pop(step.where, None)
        self._changed()
        self.go_on()
        return Step(step.where, step.question, True, value)

    def _changed(self) -> None:
        self._walked = None
