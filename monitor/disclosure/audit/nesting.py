"""Finds which groups of different indicators lie in one another by the skips of the questionnaire."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement

from monitor.disclosure.audit.logic import Group, Logic


@dataclass(frozen=True)
class Nest:
    """Groups (by number) that lie in another and apart from each other; ``covered`` when they make it up together."""

    whole: int
    parts: tuple[int, ...]
    covered: bool


@dataclass
class Nesting:
    """What lies in what, two indicators at a time. ``same`` are pairs of groups that cannot differ."""

    logic: Logic
    groups: Mapping[int, Group]
    same: list[tuple[int, int]] = field(default_factory=list)
    _inside: dict[int, set[int]] = field(default_factory=dict)
    _apart: set[frozenset[int]] = field(default_factory=set)

    def compare(self, indicators: Sequence[Sequence[int]], out_of_time: Callable[[], bool]) -> bool:
        """Compare the groups of every two indicators that rest on a common question; whether there was time."""
        asked = [
            frozenset().union(*(self.logic.questions(self.groups[number]) for number in one)) for one in indicators
        ]
        for first, second in combinations_with_replacement(range(len(indicators)), 2):
            if first != second and out_of_time():
                return False
            if first == second or not asked[first] or not asked[second] or asked[first] & asked[second]:
                self._compare(sorted({*indicators[first], *indicators[second]}))
        return True

    def _compare(self, numbers: Sequence[int]) -> None:
        pieces = self.logic.pieces([self.groups[number] for number in numbers])
        if pieces is None:
            return
        held = {
            number: {at for at, piece in enumerate(pieces) if place in piece} for place, number in enumerate(numbers)
        }
        for one in numbers:
            for other in numbers:
                if one != other and held[one] and held[one] <= held[other]:
                    self._inside.setdefault(other, set()).add(one)
                    if one < other and held[one] == held[other]:
                        self.same.append((one, other))
                elif one < other and not held[one] & held[other]:
                    self._apart.add(frozenset((one, other)))

    def nests(self, one: Callable[[int], int]) -> Iterator[Nest]:
        """What lies directly in what; ``one`` gives the number under which a group is known."""
        inside: dict[int, set[int]] = {}
        for whole, parts in self._inside.items():
            inside.setdefault(one(whole), set()).update(map(one, parts))
        apart = {frozenset(map(one, pair)) for pair in self._apart}
        for whole, within in inside.items():
            within.discard(whole)
            direct = sorted(part for part in within if not any(part in inside.get(other, ()) for other in within))
            for family in dict.fromkeys(self._family(first, direct, apart) for first in direct):
                yield Nest(whole, family, self._is_covered(whole, family))

    def _family(self, first: int, direct: Sequence[int], apart: set[frozenset[int]]) -> tuple[int, ...]:
        family = [first]
        for other in direct:
            if all(frozenset((other, member)) in apart for member in family):
                family.append(other)
        return tuple(sorted(family))

    def _is_covered(self, whole: int, parts: Sequence[int]) -> bool:
        pieces = self.logic.pieces([self.groups[number] for number in (whole, *parts)])
        return pieces is not None and frozenset({0}) not in pieces
