"""Answers worth trying: for each question a few values that between them meet and miss every condition on it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, combinations
from typing import Any

from monitor.conditions import (
    Answered,
    AnyOther,
    AsOf,
    Compare,
    Condition,
    Constant,
    Count,
    Currency,
    Days,
    Elsewhere,
    EndOf,
    Includes,
    Length,
    Mentions,
    Months,
    OneOf,
    Operand,
    System,
    Today,
    Total,
    Value,
    bounds,
)
from monitor.instrument import Instrument
from monitor.questions import Choices, Coded, Country, Date, Money, PartialDate, Question, Ref, Rows, Text, Whole

MOST_ROWS = 3
"""A form is tried with none to so many rows, besides the numbers that its conditions name."""

_SENTENCE = "An invented sentence that stands here only so that there is an answer of a usual length."
_SAMPLES = ("1234567890", "+373 22 123456", "someone@example.org", "V1", "AB-2025-001", "a", "Name Surname")
_RAW = (1, 0, 2, "1", "0.5", "1.50", "2024-05-10", "some text")
_ALL_SUBSETS_UP_TO = 6
_MANY_ROWS = 12


@dataclass(frozen=True)
class Options:
    """The values worth trying for one operand; blank is not among them.

    ``whole`` says that they stand for all answers there are: whatever no combination of them does, no answers do.
    """

    values: tuple[Value, ...]
    whole: bool


def conditions_of(instrument: Instrument) -> Iterator[Condition]:
    """Every condition that an instrument declares."""
    for form in instrument.all_forms():
        yield from (question.only_if for question in form.questions.values() if question.only_if is not None)
    for rule in instrument.rules:
        yield from (condition for condition in (rule.must_hold, rule.flag_if) if condition is not None)
    for indicator in instrument.indicators:
        yield from indicator.conditions()


def leaves(condition: Condition) -> Iterator[Condition]:
    """The conditions that a condition is put together from, down to those that compare something."""
    inner = [getattr(condition, name) for name in ("part", "condition") if getattr(condition, name, None) is not None]
    for part in (*getattr(condition, "parts", ()), *inner):
        yield from leaves(part)
    if not inner and not hasattr(condition, "parts"):
        yield condition


class Candidates:
    """The values worth trying for the questions of one instrument, gathered from its conditions and its examples."""

    def __init__(self, instrument: Instrument, today: date) -> None:
        self._today = today
        self._codes: dict[Operand, set[str]] = {}
        self._constants: dict[Operand, set[int | str]] = {}
        self._links: dict[Operand, set[Operand]] = {}
        self._spans: dict[Operand, set[tuple[type, int]]] = {}
        self._mentions: dict[Operand, list[Operand]] = {}
        self._loose: set[Operand] = set()
        self._known: dict[Operand, Options] = {}
        self._examples = _example_answers(instrument)
        for condition in conditions_of(instrument):
            for leaf in leaves(condition):
                self._note(leaf)

    def of(self, operand: Operand) -> Options:
        """The values worth trying for a question, a block of rows (how many), or a system field."""
        if operand not in self._known:
            self._known[operand] = self._options(operand)
        return self._known[operand]

    # What the conditions say of each question.

    def _note(self, leaf: Condition) -> None:
        if isinstance(leaf, Compare):
            for side, other in ((leaf.left, leaf.right), (leaf.right, leaf.left)):
                self._note_side(side, other)
        elif isinstance(leaf, (OneOf, Includes)):
            for operand in leaf.operands():
                self._codes.setdefault(operand, set()).update(leaf.codes)
        elif not isinstance(leaf, (Answered, AnyOther, Elsewhere)):
            self._loosen(leaf.operands())
            if isinstance(leaf, Mentions):
                self._mentions.setdefault(leaf.of, []).append(leaf.what)

    def _note_side(self, side: Operand, other: Operand) -> None:
        variable = _variable(side)
        if not isinstance(side, (Question, System, Constant, Today, AsOf, Count, Length, Currency)):
            self._loosen(side.operands())
        if isinstance(side, (Months, Days)):
            length = other.constant if isinstance(other, Constant) and isinstance(other.constant, int) else 1
            for end in side.operands():
                self._spans.setdefault(end, set()).add((type(side), length))
        elif variable is None:
            return
        elif isinstance(other, Constant):
            self._constants.setdefault(variable, set()).add(other.constant)
        elif (partner := _variable(other)) is not None:
            self._links.setdefault(variable, set()).add(partner)
        elif isinstance(other, (Today, AsOf)):
            self._constants.setdefault(variable, set()).add(self._today.year)

    def _loosen(self, operands: Iterable[Operand]) -> None:
        """A few candidates do not stand for all answers to these; how many rows there are is looked at elsewhere."""
        self._loose.update(operand for operand in operands if not isinstance(operand, Rows))

    def _linked(self, operand: Operand) -> set[Operand]:
        """The operands that are compared with each other, directly or by way of others."""
        found, waiting = {operand}, [operand]
        while waiting:
            fresh = self._links.get(waiting.pop(), set()) - found
            found |= fresh
            waiting += fresh
        return found

    # Values.

    def _options(self, operand: Operand) -> Options:
        if isinstance(operand, System):
            given = {"session": (1, 2), "source": ("An invented source",), "author": ("MON-01",)}
            return Options(given.get(operand.name, ()), whole=operand.name == "session")
        group = self._linked(operand)
        constants = set(chain.from_iterable(self._constants.get(one, ()) for one in group))
        whole = operand not in self._loose and len(group) <= 4
        assert isinstance(operand, Question)  # nothing else is asked for
        if isinstance(operand, Rows):
            named = set(_around(constants))
            counts = {*range(1, MOST_ROWS + 1), *(number for number in named if 0 < number <= _MANY_ROWS)}
            beyond = any(_MANY_ROWS < number <= operand.most for number in named)
            return Options(tuple(sorted(counts)), whole and not beyond)
        raws, whole = self._raw(operand, constants, group, whole)
        values: list[Value] = []
        for raw in (*raws, *self._examples.get((operand.form.code, operand.name), ())):
            if operand.fault(raw) is None and (value := operand.read(raw)) not in (*values, "", []):
                values.append(value)
        return Options(tuple(values), whole and bool(values))

    def _raw(
        self, question: Question, constants: set[int | str], group: set[Operand], whole: bool
    ) -> tuple[Iterable[Any], bool]:
        if isinstance(question, Choices):
            return self._subsets(question)
        if isinstance(question, Country):
            return sorted({*list(question.codes)[:3], *question.also, *self._codes.get(question, ())}), whole
        if isinstance(question, Coded):
            return question.codes, True
        if isinstance(question, Date):
            return self._dates(question, constants, group), whole
        if isinstance(question, Whole):
            ends = (question.at_least, question.at_least + 1, question.at_least + 2, question.at_most)
            return sorted({*ends, *range(4), *_around(constants)}, key=lambda number: (number < 1, number)), whole
        if isinstance(question, Money):
            amounts = ["100.00", "0.50", "1000.00", "0", *(str(number) for number in _around(constants) if number > 0)]
            here = [{"amount": amount, "currency": "EUR"} for amount in amounts]
            return [*here, {"amount": "100.00", "currency": "USD"}], whole
        if isinstance(question, Text):
            return self._texts(question, constants), whole
        texts = [constant for constant in constants if isinstance(constant, str)]
        if isinstance(question, Ref):
            return [question.example, *texts, *_SAMPLES], whole
        return [*constants, *_RAW], False

    def _subsets(self, question: Choices) -> tuple[Sequence[list[str]], bool]:
        """Sets of codes: all that differ for the conditions where these name few codes, else the nearest ones."""
        free = [code for code in question.codes if code not in question.alone]
        singles = [[code] for code in question.codes]
        named = [code for code in free if code in self._codes.get(question, ())]
        other = [code for code in free if code not in named][:1]
        told_apart = [*named, *other]
        if len(told_apart) <= _ALL_SUBSETS_UP_TO:
            sizes = range(2, len(told_apart) + 1)
            return [*singles, *(list(some) for size in sizes for some in combinations(told_apart, size))], True
        pairs = [list(pair) for pair in combinations(told_apart, 2)]
        return [*singles, *pairs, *([one for one in free if one != left_out] for left_out in named), free], False

    def _texts(self, question: Text, constants: set[int | str]) -> list[str]:
        lengths = (number for number in _around(constants) if 0 < number <= question.limit)
        mentioned = chain.from_iterable(self.of(what).values for what in self._mentions.get(question, ()))
        repeats = [f"{_SENTENCE} {value}" for value in mentioned]
        cut = [(_SENTENCE * (number // len(_SENTENCE) + 1))[:number].replace(" ", "_") for number in lengths]
        return [_SENTENCE, *cut, *repeats, *_SAMPLES]

    def _dates(self, question: Date, constants: set[int | str], group: set[Operand]) -> list[str]:
        days = [self._today - timedelta(days) for days in (30, 400, 1, 0, -1, -400)]
        for constant in constants:
            for end in bounds(str(constant)) if len(str(constant)) in (4, 7, 10) else ():
                day = date.fromisoformat(end)
                days += [day - timedelta(1), day, day + timedelta(1)]
        for kind, length in sorted(chain.from_iterable(self._spans.get(one, ()) for one in group), key=str):
            if kind is Months:
                base = _shifted(self._today, -abs(length) - 3)
                days += [base, *(_shifted(base, length + extra) for extra in (-1, 0, 1))]
            else:
                base = self._today - timedelta(abs(length) + 3)
                days += [base, *(base + timedelta(length + extra) for extra in (-1, 0, 1))]
        written = [day.isoformat() for day in days]
        parts = [text[:length] for text in written for length in (7, 4)] if isinstance(question, PartialDate) else []
        return written + parts


def _variable(side: Operand) -> Operand | None:
    """The question or field whose answer decides a side of a comparison by itself; None where there is no such."""
    if isinstance(side, (Count, Length, Total, EndOf, Currency)):
        return side.of
    return side if isinstance(side, (Question, System)) else None


def _around(constants: Iterable[int | str]) -> Iterator[int]:
    for constant in constants:
        if isinstance(constant, int):
            yield from range(constant - 2, constant + 3)


def _shifted(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 15)


def _example_answers(instrument: Instrument) -> dict[tuple[str, str], list[Any]]:
    """What the plugin's own examples answer, a few answers to each question: they fit patterns that none can guess."""
    found: dict[tuple[str, str], list[Any]] = {}
    if instrument.folder is None:
        return found
    rows = {form.rows_of.name: form.code for form in instrument.all_forms() if form.rows_of is not None}
    for form in instrument.forms:
        for path in sorted((instrument.folder / "examples").glob(f"**/{form.code}/*.json")):
            try:
                raw = json.loads(path.read_text(encoding="utf-8"))
            except (ValueError, RecursionError):
                continue  # the check of the examples names it
            for code, answers in _with_rows(form.code, raw, rows):
                for name, value in answers.items():
                    known = found.setdefault((code, name), [])
                    if len(known) < 4 and value not in known:
                        known.append(value)
    return found


def _with_rows(code: str, raw: Any, rows: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(raw, dict):
        return
    yield code, raw
    for name, inside in raw.items():
        if name in rows and isinstance(inside, list):
            yield from ((rows[name], row) for row in inside if isinstance(row, dict))
