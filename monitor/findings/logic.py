"""Which groups of units lie inside which others, whatever is answered: what a reader of the codebook can work out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, combinations
from math import ceil, floor
from typing import Any

from monitor.conditions import (
    AllOf,
    Answered,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    Constant,
    Includes,
    Not,
    OneOf,
    Operand,
)
from monitor.indicators import LineAnswer
from monitor.questions import Coded, Question, Whole

Truth = bool | None
_OPEN: Any = object()
"""Not decided by what is assumed so far."""

_Key = tuple[str, str]
_MOST_STEPS = 20_000


@dataclass(frozen=True)
class Group:
    """The units for which ``inside`` certainly holds and ``outside``, where there is one, does not certainly hold."""

    inside: Condition
    outside: Condition | None = None

    def conditions(self) -> tuple[Condition, ...]:
        """Both."""
        return (self.inside,) if self.outside is None else (self.inside, self.outside)


@dataclass
class Logic:
    """Answers that are possible together, by the codes of the questions and by when each is asked.

    A question that was not asked has no answer, and one that must be answered has one wherever it is asked. What
    cannot be taken apart (a pattern, dates, other submissions) may be anything. Where it would take too long to
    decide, nothing is claimed.
    """

    _values: dict[_Key, tuple[Any, ...]] = field(default_factory=dict)
    _asked: dict[_Key, Question] = field(default_factory=dict)
    _leaves: dict[_Key, set[Condition]] = field(default_factory=dict)

    @classmethod
    def of(cls, groups: Iterable[Group]) -> Logic:
        """What must be known to compare these groups."""
        logic = cls()
        waiting = [condition for group in groups for condition in group.conditions()]
        while waiting:
            for leaf in _leaves_of(waiting.pop()):
                waiting += logic._take(leaf)
        for key, leaves in logic._leaves.items():
            logic._values[key] = _values(leaves)
        return logic

    def _take(self, leaf: Condition) -> Iterator[Condition]:
        key = _key(leaf)
        self._leaves.setdefault(key, set()).add(leaf)
        for question in (one for one in leaf.operands() if isinstance(one, Question)):
            if key == _question_key(question) and key not in self._asked:
                self._asked[key] = question
                if question.only_if is not None:
                    yield question.only_if

    def inside(self, one: Group, other: Group) -> bool:
        """Whether every unit of one group is certainly in the other."""
        return self._never([(one, True), (other, False)])

    def apart(self, *groups: Group) -> bool:
        """Whether no unit can be in all of them."""
        return self._never([(group, True) for group in groups])

    def covered(self, whole: Group, parts: Iterable[Group]) -> bool:
        """Whether every unit of a group is certainly in at least one of the parts."""
        return self._never([(whole, True), *((part, False) for part in parts)])

    def _never(self, wanted: list[tuple[Group, bool]]) -> bool:
        search = _Search(self, wanted)
        return not search.found({}) and search.steps < _MOST_STEPS

    def limits(self, assumed: Mapping[_Key, Any]) -> Iterator[tuple[Truth, Question, bool]]:
        """For each question that is assumed: when it is asked, so far, and whether it is answered."""
        for key, value in assumed.items():
            question = self._asked.get(key)
            if question is not None:
                asked = True if question.only_if is None else _truth(question.only_if, assumed)
                yield asked, question, value is not None


@dataclass
class _Search:
    """Looks for answers under which every wanted group is, or is not, the unit's own."""

    logic: Logic
    wanted: list[tuple[Group, bool]]
    steps: int = 0

    def found(self, assumed: dict[_Key, Any]) -> bool:
        self.steps += 1
        if self.steps >= _MOST_STEPS:
            return False
        undecided = False
        for group, member in self.wanted:
            holds = _member(group, assumed)
            if holds is _OPEN:
                undecided = True
            elif holds is not member:
                return False
        for asked, question, answered in self.logic.limits(assumed):
            if asked is _OPEN:
                undecided = True
            elif answered != (asked is True) and (answered or not question.optional):
                return False
        if not undecided:
            return True
        key = self._next(assumed)
        return any(self.found({**assumed, key: value}) for value in self.logic._values[key])

    def _next(self, assumed: Mapping[_Key, Any]) -> _Key:
        conditions = chain.from_iterable(group.conditions() for group, _ in self.wanted)
        skips = (question.only_if for _, question, _ in self.logic.limits(assumed) if question.only_if is not None)
        return next(
            key for condition in chain(conditions, skips) if _truth(condition, assumed) is _OPEN
            for leaf in _leaves_of(condition) if (key := _key(leaf)) not in assumed
        )  # fmt: skip


def _member(group: Group, assumed: Mapping[_Key, Any]) -> Any:
    inside = _truth(group.inside, assumed)
    if inside is not _OPEN and inside is not True:
        return False
    outside = None if group.outside is None else _truth(group.outside, assumed)
    if outside is True:
        return False
    return _OPEN if inside is _OPEN or outside is _OPEN else True


def _leaves_of(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, (AllOf, AnyOf, AtLeast)):
        for part in condition.parts:
            yield from _leaves_of(part)
    elif isinstance(condition, Not):
        yield from _leaves_of(condition.part)
    else:
        yield condition


def _truth(condition: Condition, assumed: Mapping[_Key, Any]) -> Any:
    """True, False, None (unknown), or open while something that it needs is not assumed."""
    if isinstance(condition, AllOf):
        return _least([_truth(part, assumed) for part in condition.parts])
    if isinstance(condition, AnyOf):
        return _negated(_least([_negated(_truth(part, assumed)) for part in condition.parts]))
    if isinstance(condition, Not):
        return _negated(_truth(condition.part, assumed))
    if isinstance(condition, AtLeast):
        truths = [_truth(part, assumed) for part in condition.parts]
        yes, maybe = truths.count(True), sum(truth is None for truth in truths)
        if yes >= condition.number:
            return True
        if any(truth is _OPEN for truth in truths):
            return _OPEN
        return None if yes + maybe >= condition.number else False
    key = _key(condition)
    if key not in assumed:
        return _OPEN
    return _of_leaf(condition, assumed[key])


def _least(truths: list[Any]) -> Any:
    if any(truth is False for truth in truths):
        return False
    if any(truth is _OPEN for truth in truths):
        return _OPEN
    return None if any(truth is None for truth in truths) else True


def _negated(truth: Any) -> Any:
    return truth if truth is None or truth is _OPEN else not truth


# What a single condition looks at, and the answers that make a difference to it.


def _question_key(operand: Operand) -> _Key:
    if isinstance(operand, Question):
        return "answer", operand.full_name()
    return "line", f"{operand.each.title()} {operand.name}" if isinstance(operand, LineAnswer) else operand.title()


def _key(leaf: Condition) -> _Key:
    """The same for two conditions that the same answer decides."""
    if isinstance(leaf, (OneOf, Answered, Includes)):
        return _question_key(leaf.of)
    if isinstance(leaf, Compare) and isinstance(leaf.right, Constant) and leaf.left.kind == "number":
        return _question_key(leaf.left)
    return "condition", json.dumps(leaf.as_json(), sort_keys=True, default=str)


def _of_leaf(leaf: Condition, value: Any) -> Truth:
    if isinstance(leaf, Answered):
        return value is not None
    if value is None:
        return None
    if isinstance(leaf, OneOf):
        return (value in leaf.codes) is leaf.among
    if isinstance(leaf, Includes):
        return any((code in leaf.codes) is leaf.among for code in value)
    if isinstance(leaf, Compare) and _key(leaf)[0] != "condition":
        number = _constant(leaf)
        return bool({"<": value < number, "<=": value <= number, ">": value > number, ">=": value >= number,
                     "=": value == number}[leaf.op])  # fmt: skip
    return bool(value)


def _constant(leaf: Compare) -> float:
    assert isinstance(leaf.right, Constant)  # its key says so
    return float(leaf.right.constant)


def _around(leaf: Compare) -> Iterator[float]:
    """The number that a comparison names, and one on each side; between two whole numbers there is none."""
    number = _constant(leaf)
    if isinstance(leaf.left, Whole):
        yield from (floor(number) - 1, floor(number), ceil(number), ceil(number) + 1)
    else:
        yield from (number - 0.5, number, number + 0.5)


_OTHER = " another"
"""A code that no condition names."""


def _values(leaves: Iterable[Condition]) -> tuple[Any, ...]:
    leaves = list(leaves)
    if _key(leaves[0])[0] == "condition":
        return True, False, None
    compared = [leaf for leaf in leaves if isinstance(leaf, Compare)]
    if compared:
        return (*sorted({number for leaf in compared for number in _around(leaf)}), None)
    lists = [leaf for leaf in leaves if isinstance(leaf, (OneOf, Includes))]
    codes = _told_apart(lists)
    if any(isinstance(leaf, Includes) for leaf in lists):
        sets = chain.from_iterable(combinations(codes, size) for size in range(1, len(codes) + 1))
        return (*(frozenset(one) for one in sets), None)
    return (*codes, None)


def _told_apart(lists: list[OneOf | Includes]) -> list[str]:
    """One code of each kind that no condition tells from the others of its kind."""
    if not lists:
        return [_OTHER]
    about = lists[0].of
    asked = next(iter(about.asked.values())) if isinstance(about, LineAnswer) else about
    named = sorted({code for leaf in lists for code in leaf.codes})
    known = set(asked.codes) if isinstance(asked, Coded) else set()
    kinds: dict[tuple[bool, ...], str] = {}
    for code in (*named, *([_OTHER] if not known or known - set(named) else [])):
        kinds.setdefault(tuple(code in leaf.codes for leaf in lists), code)
    return list(kinds.values())
