"""Fills in forms without a monitor: one submission after the other, until every question and answer was reached."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from monitor.conditions import Answers, Includes, OneOf, System, Value
from monitor.errors import AnswersRefused
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.interview import Step, walk
from monitor.kit.candidates import Candidates
from monitor.kit.goals import SLOTS, Goal, Outcome, Place, answered, kept
from monitor.kit.search import Search
from monitor.questions import Choices, Coded, Country, Question, Rows
from monitor.testing import Desk


@dataclass(frozen=True)
class Branch:
    """What an interview can come to: a question, and for closed ones each of its codes."""

    question: Question
    code: str | None = None

    def goal(self) -> Goal:
        """The condition that a submission on this branch meets."""
        asked = answered(self.question)
        if self.code is None:
            return asked
        one: type[OneOf | Includes] = Includes if isinstance(self.question, Choices) else OneOf
        return Goal(one(self.question, (self.code,)), row=asked.row)


@dataclass(frozen=True)
class Rehearsed:
    """One invented submission: its answers, the branches it went along, and with what it was refused, if it was."""

    raw: Mapping[str, Any]
    reached: frozenset[Branch]
    refused: str | None = None


def branches(form: FormMeta) -> Iterator[Branch]:
    """Every question of a form and of its rows, and every code of the closed ones; of countries no single codes."""
    for one in (form, *form.row_forms()):
        for question in one.questions.values():
            yield Branch(question)
            if isinstance(question, Coded) and not isinstance(question, Country):
                yield from (Branch(question, code) for code in question.codes)


class Stage:
    """Where the forms of one instrument are searched and rehearsed."""

    def __init__(self, instrument: Instrument, today: date | None = None) -> None:
        self.instrument = instrument
        self._today = today or date.today()
        self._candidates = Candidates(instrument, self._today)
        self._searches: dict[FormMeta, Search] = {}
        self._random = random.Random(0)

    def search(self, form: FormMeta) -> Search:
        """The search over a form and those above it; for a form of rows, over the form that holds them."""
        held = form.rows_of.form if form.rows_of is not None else form
        if held not in self._searches:
            self._searches[held] = Search(held, self._candidates, self._today)
        return self._searches[held]

    def rules(self, form: FormMeta) -> list[Goal]:
        """That no rule refuses: neither of the form nor of those above it."""
        held = form.rows_of.form if form.rows_of is not None else form
        return [goal for one in (held, *held.ancestors()) for goal in kept(self.instrument.rules_of(one))]

    def find(self, form: FormMeta, *goals: Goal, rules: bool = True, alone: bool = False) -> Outcome:
        """Answers that meet the goals, by default in a submission that no rule refuses.

        ``alone`` says that there are no other submissions; otherwise there may be any that the goals want.
        """
        return self.search(form).find([*goals, *(self.rules(form) if rules else ())], others=not alone)

    def rehearse(self, form: FormMeta, outcome: Outcome, seen: frozenset[Branch] | set[Branch]) -> Rehearsed | None:
        """A whole submission with what a search left, and others above it, put through the real check.

        Where it may choose it takes what was not ``seen``. None when a required question has no candidate at all.
        """
        assert outcome.left is not None  # the caller found something
        desk, parent, outer = Desk(), None, None
        for one in (*reversed(list(form.ancestors())), form):
            filled = self._fill(one, outcome.left, outer, seen)
            if filled is None:
                return None
            values, outer, system = filled
            raw = {**values, "_session": system["session"], "_source": system["source"]}
            raw |= {"_parent": parent} if parent is not None else {}
            try:
                parent = self._submit(desk, one, raw)
            except AnswersRefused as refusal:
                says = "; ".join(problem.line() for problem in refusal.problems)
                return Rehearsed(raw, frozenset(), f"{one.code}: {says}")
        return Rehearsed(raw, frozenset(reached(form, values)))

    def _submit(self, desk: Desk, form: FormMeta, raw: dict[str, Any]) -> str:
        """Check a submission, its warnings explained; give its id."""
        try:
            return desk.add(self.instrument, form, raw).id
        except AnswersRefused as refusal:
            warned = [problem.rule for problem in refusal.problems if problem.code == "ANSWER-10"]
            if len(warned) < len(refusal.problems):
                raise
            raw["_explanations"] = dict.fromkeys(warned, "An invented explanation.")
            return desk.add(self.instrument, form, raw).id

    def _fill(
        self, form: FormMeta, left: Mapping[Place, tuple[Value | None, ...]], outer: Answers | None,
        seen: frozenset[Branch] | set[Branch],
    ) -> tuple[dict[str, Value], Answers, dict[str, Value]] | None:  # fmt: skip
        system: dict[str, Value] = {"session": 1, "author": "MON-01", "source": None}
        for place, options in left.items():
            if isinstance(place.operand, System):
                system[place.operand.name] = options[0]
        values: dict[str, Value] = {}
        passed: set[str] = set()
        while True:
            walked = walk(form, values, outer, today=self._today, system=system)
            step = walked.next(frozenset(passed))
            if step is None:
                return values, walked.answers, system
            level, place = _at(values, step)
            options = left.get(place, (None, *self._candidates.of(step.question).values))
            value = self._pick(step.question, options, seen)
            if value is not None:
                level[step.question.name] = [{} for _ in range(value)] if isinstance(step.question, Rows) else value
            elif step.question.optional:
                passed.add(step.where)
            else:
                return None

    def _pick(self, question: Question, options: Sequence[Value | None], seen: frozenset[Branch] | set[Branch]) -> Any:
        given = [value for value in options if value is not None]
        fresh = [value for value in given if not _branches_of(question, value) <= seen]
        if fresh:
            return fresh[0]
        if question.optional and None in options and self._random.random() < 0.5:
            return None
        return self._random.choice(given) if given else None


def _at(values: dict[str, Any], step: Step) -> tuple[dict[str, Any], Place]:
    """The answers of the form or row in which a step stands, and its place in the search."""
    found = re.fullmatch(r"(\w+)\[(\d+)\]\.\w+", step.where)
    if found is None:
        return values, Place(step.question)
    number = int(found[2])
    return values[found[1]][number - 1], Place(step.question, min(number, SLOTS))


def _branches_of(question: Question, value: Value) -> set[Branch]:
    codes = value if isinstance(question, Choices) else [value]
    coded = isinstance(question, Coded) and not isinstance(question, Country)
    return {Branch(question), *((Branch(question, code) for code in codes) if coded else ())}


def reached(form: FormMeta, values: Mapping[str, Value]) -> Iterator[Branch]:
    """The branches that the answers to a form went along, its rows included."""
    for name, value in values.items():
        question = form.questions[name]
        yield from _branches_of(question, value)
        if isinstance(question, Rows):
            for row in value:
                yield from reached(question.row_form, row)
