"""What a reader of a codebook can tell about conditions: which groups lie in which, and which of them are the same."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np

Feature = tuple[str, str]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

MOST_ANSWERS = 20_000
"""Beyond so many combinations of answers two conditions are taken to have nothing to do with each other."""

_MOST_CODES = 5
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """The units of one kind for which ``holds`` is certainly true and ``fails`` is not: JSON of conditions."""

    holds: str
    fails: str = "null"

    @classmethod
    def of(cls, *conditions: Any, without: Any = None) -> Group:
        """All of some conditions at once, those that say nothing (None) left out."""
        return cls(
            json.dumps({"all": [one for one in conditions if one is not None]}, sort_keys=True),
            json.dumps(without, sort_keys=True),
        )


class Logic:
    """The conditions of one instrument: ``codes`` gives the answers of a coded question, ``several`` those with more.

    ``rules`` are skip rules as a codebook states them: a question has an answer only where its condition is true.
    """

    def __init__(self, codes: Mapping[str, Sequence[str]], rules: Mapping[str, Any] | None = None) -> None:
        self.codes = codes
        self.rules = rules or {}
        self._limits: dict[str, set[float]] = {}
        self._mentioned: dict[Feature, set[str]] = {}
        self._related: dict[tuple[Group, Group], str] = {}
        self._grids: dict[frozenset[Feature], _Grid] = {}
        self._looked_at: dict[Group, frozenset[Feature]] = {}

    def learn(self, groups: Sequence[Group]) -> None:
        """Look at every condition once, before any question, to know which answers they tell apart."""
        for group in groups:
            for leaf in self._leaves(group):
                self._note(leaf)
        for rule in self.rules.values():
            for leaf in _leaves(rule):
                self._note(leaf)

    def relation(self, one: Group, other: Group) -> str:
        """``same``, ``in`` (one lies in the other), ``holds`` (the other way round), ``apart``, or ``none``."""
        if (one, other) not in self._related:
            self._related[one, other] = self._compare(one, other)
        return self._related[one, other]

    def empty(self, group: Group, cell: Mapping[str, str | None]) -> bool:
        """Whether nobody can be in a group under these answers to single-coded questions (None: no answer)."""
        fixed = {("code", name): code for name, code in cell.items() if ("code", name) in self._features(group)}
        if not fixed or any(value is not None and value not in self._values(one) for one, value in fixed.items()):
            return False
        grid = self._grid(self._features(group))
        inside = grid.inside(group)
        for feature, value in fixed.items():
            inside = inside & grid.spread(feature, [one == value for one in self._values(feature)])
        return not inside.any()

    def split(self, groups: Sequence[Group]) -> list[frozenset[int]] | None:
        """The parts into which groups cut each other, as the numbers of the groups that each part lies in.

        None where there are too many answers, or too many parts, to say.
        """
        features = frozenset[Feature]().union(*(self._features(group) for group in groups))
        if self._size(features) > MOST_ANSWERS:
            return None
        grid = self._grid(features)
        inside = np.stack([grid.inside(group)[grid.possible] for group in groups])
        found = {frozenset(np.flatnonzero(part).tolist()) for part in np.unique(inside, axis=1).T}
        return sorted(found - {frozenset()}, key=sorted)

    def touch(self, one: Group, other: Group) -> bool:
        """Whether two groups look at the same answers."""
        return bool(self._features(one) & self._features(other))

    # The answers that matter.

    def _leaves(self, group: Group) -> Iterator[Mapping[str, Any]]:
        yield from _leaves(json.loads(group.holds))
        yield from _leaves(json.loads(group.fails))

    def _note(self, leaf: Mapping[str, Any]) -> None:
        feature = _feature(leaf)
        if feature[0] == "number":
            self._limits.setdefault(feature[1], set()).add(float(leaf["right"]))
        for name in ("in", "not_in", "includes", "includes_other_than"):
            self._mentioned.setdefault(feature, set()).update(leaf.get(name, ()))

    def _features(self, group: Group) -> frozenset[Feature]:
        if group not in self._looked_at:
            self._looked_at[group] = frozenset(self._known(_feature(leaf)) for leaf in self._leaves(group))
        return self._looked_at[group]

    def _known(self, feature: Feature) -> Feature:
        # "answered" says nothing of what kind of answer it is.
        for kind in ("code", "codes", "number"):
            if feature[0] == "answered" and ((kind, feature[1]) in self._mentioned or feature[1] in self._limits):
                if kind == "number" and feature[1] not in self._limits:
                    continue
                if kind != "number" and (kind, feature[1]) not in self._mentioned:
                    continue
                return kind, feature[1]
        if feature[0] == "answered" and feature[1] in self.codes:
            return "code", feature[1]
        return feature

    def _closure(self, features: frozenset[Feature]) -> frozenset[Feature]:
        """With the answers that skip rules look at, as far as they can be looked through."""
        found = set(features)
        while True:
            more = {
                self._known(_feature(leaf))
                for _, name in found
                if name in self.rules
                for leaf in _leaves(self.rules[name])
            }
            if more <= found or self._size(found | more) > MOST_ANSWERS:
                return frozenset(found)
            found |= more

    def _values(self, feature: Feature) -> list[Any]:
        kind, name = feature
        mentioned = sorted(self._mentioned.get(feature, ()))
        if kind == "code":
            known = list(self.codes.get(name, ()))
            return [None, *known, *(code for code in mentioned if code not in known), *(["other"] if not known else [])]
        if kind == "number":
            limits = sorted(self._limits[name])
            between = [(a + b) / 2 for a, b in pairwise(limits)]
            return [None, limits[0] - 1, *limits, *between, limits[-1] + 1]
        if kind == "codes" and len(mentioned) <= _MOST_CODES:
            every = [*mentioned, "another code"]
            return [None, *(frozenset(some) for size in range(1, len(every) + 1) for some in combinations(every, size))]
        return [None, False, True]

    def _size(self, features: Iterable[Feature]) -> int:
        return math.prod(len(self._values(feature)) for feature in features)

    def _grid(self, features: frozenset[Feature]) -> _Grid:
        """Every combination of answers to some questions, and to those on which skip rules make them depend."""
        wide = self._closure(features)
        if wide not in self._grids:
            self._grids[wide] = _Grid({one: self._values(one) for one in sorted(wide)}, self._known)
            rules = {one: self.rules[one[1]] for one in wide if one[1] in self.rules}
            self._grids[wide].keep(
                {
                    one: rule
                    for one, rule in rules.items()
                    if {self._known(_feature(leaf)) for leaf in _leaves(rule)} <= wide
                }
            )
        return self._grids[wide]

    def _compare(self, one: Group, other: Group) -> str:
        mine, theirs = self._features(one), self._features(other)
        if mine and theirs and not self._closure(mine) & self._closure(theirs):
            return "none"
        if self._size(mine | theirs) > MOST_ANSWERS:
            return "none"
        grid = self._grid(mine | theirs)
        here, there = grid.inside(one), grid.inside(other)
        only_here, only_there, both = (here & ~there).any(), (there & ~here).any(), (here & there).any()
        if not only_here and not only_there:
            return "same"
        if not both:
            return "apart"
        return "none" if only_here and only_there else "in" if only_there else "holds"


class _Grid:
    """Combinations of answers, one axis for each question. A condition is two masks: certainly so, certainly not."""

    def __init__(self, values: Mapping[Feature, Sequence[Any]], known: Callable[[Feature], Feature]) -> None:
        self.values, self.known = values, known
        self.axis = {feature: number for number, feature in enumerate(values)}
        self.shape = tuple(len(every) for every in values.values())
        self.possible = np.ones(self.shape, bool)
        self._groups: dict[Group, Mask] = {}

    def keep(self, rules: Mapping[Feature, Any]) -> None:
        """Leave only the combinations in which a question is answered where its rule lets it be asked."""
        for feature, rule in rules.items():
            blank = self.spread(feature, [value is None for value in self.values[feature]])
            self.possible = self.possible & (blank | self._truth(rule)[0])
        self._groups.clear()

    def spread(self, feature: Feature, mask: Sequence[bool]) -> Mask:
        """A mask of one question's answers along its axis."""
        shape = [1] * len(self.shape)
        shape[self.axis[feature]] = len(mask)
        return np.array(mask, bool).reshape(shape)

    def inside(self, group: Group) -> Mask:
        """The possible combinations that put a unit into a group."""
        if group not in self._groups:
            fails = json.loads(group.fails)
            found = self.possible & self._truth(json.loads(group.holds))[0]
            self._groups[group] = found if fails is None else found & ~self._truth(fails)[0]
        return self._groups[group]

    def _truth(self, condition: Mapping[str, Any]) -> tuple[Mask, Mask]:
        if "not" in condition:
            yes, no = self._truth(condition["not"])
            return no, yes
        if "all" in condition or "any" in condition:
            every = "all" in condition
            yes, no = np.array(every), np.array(not every)
            for part in condition["all" if every else "any"]:
                mine = self._truth(part)
                yes, no = (yes & mine[0], no | mine[1]) if every else (yes | mine[0], no & mine[1])
            return yes, no
        feature = self.known(_feature(condition))
        found = [_leaf(condition, value) for value in self.values[feature]]
        return self.spread(feature, [one is True for one in found]), self.spread(
            feature, [one is False for one in found]
        )


def _leaf(leaf: Mapping[str, Any], value: Any) -> bool | None:
    if "answered" in leaf:
        return value is not None
    if value is None or isinstance(value, bool):
        return value
    if "op" in leaf:
        return _COMPARE[leaf["op"]](value, float(leaf["right"]))
    if "in" in leaf or "not_in" in leaf:
        return value in leaf["in"] if "in" in leaf else value not in leaf["not_in"]
    if "includes" in leaf:
        return bool(value & set(leaf["includes"]))
    return bool(value - set(leaf["includes_other_than"]))


def _leaves(condition: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    if condition is None:
        return
    if "all" in condition or "any" in condition:
        for part in condition.get("all", condition.get("any")) or ():
            yield from _leaves(part)
    elif "not" in condition:
        yield from _leaves(condition["not"])
    else:
        yield condition


def _feature(leaf: Mapping[str, Any]) -> Feature:
    """What a condition looks at: an answer that can be looked through, or its own text."""
    if "answered" in leaf:
        return "answered", leaf["answered"]
    if "in" in leaf or "not_in" in leaf:
        return "code", leaf["question"]
    if "includes" in leaf or "includes_other_than" in leaf:
        return "codes", leaf["question"]
    if "op" in leaf and _is_number(leaf["right"]) and leaf["op"] in _COMPARE:
        return "number", leaf["left"]
    return "text", json.dumps(leaf, sort_keys=True)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
