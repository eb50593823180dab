"""The groups of units that the indicators of one unit count, and how these groups lie in one another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from monitor.conditions import AllOf, Answers, Condition, Names, Operand
from monitor.findings.logic import Group, Logic
from monitor.findings.tables import denominator, unit_for_machines
from monitor.indicators import Indicator, Share

_EVERY = AllOf(())


def groups_of(indicator: Indicator) -> Mapping[str, Group]:
    """The group behind each count of an indicator: ``n``, and of a share ``count``, ``rest`` and those beside it."""
    condition = denominator(indicator)
    among = _EVERY if condition is None else condition
    groups = {"n": Group(among)}
    if isinstance(indicator, Share):
        groups |= {"count": Group(AllOf((among, indicator.having))), "rest": Group(among, indicator.having)}
        if indicator.rating is not None:
            every = _EVERY if indicator.among is None else indicator.among
            for code in ("not_observed", "not_applicable"):
                groups[code] = Group(AllOf((every, indicator.rating.is_(code))))
    return groups


def names_of(indicator: Indicator) -> Mapping[str, str]:
    """The name of each count of an indicator: the same text for two indicators that count the same units."""
    return {count: _name(unit_for_machines(indicator), group) for count, group in groups_of(indicator).items()}


def _name(unit: str, group: Group) -> str:
    parts: list[object] = [unit, *(condition.as_json() for condition in group.conditions())]
    return json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)


@dataclass(frozen=True)
class Inside:
    """Groups that lie in another and apart from each other; ``covered`` when they certainly make it up together."""

    whole: str
    parts: tuple[str, ...]
    covered: bool


@dataclass
class Groups:
    """All groups that the indicators of one unit count.

    ``same`` gives, for each name, that of the first group with certainly the same units. ``by_name`` are the groups
    that are told apart, ``counted`` the indicators and counts behind each.
    """

    same: dict[str, str] = field(default_factory=dict)
    by_name: dict[str, Group] = field(default_factory=dict)
    counted: dict[str, list[tuple[Indicator, str]]] = field(default_factory=dict)
    _inside: dict[str, set[str]] = field(default_factory=dict)
    _logic: Logic = field(default_factory=Logic)

    @classmethod
    def of(cls, indicators: Sequence[Indicator]) -> Groups:
        """The groups of indicators that count the same unit."""
        found = cls()
        named = [
            (indicator, count, names_of(indicator)[count], group)
            for indicator in indicators for count, group in groups_of(indicator).items()
        ]  # fmt: skip
        found._logic = logic = Logic.of([group for *_, group in named])
        for indicator, count, name, group in named:
            if name not in found.same and not logic.apart(group):
                known = (one for one in found.by_name if _alike(logic, found.by_name[one], group))
                found.same[name] = next(known, name)
                found.by_name.setdefault(found.same[name], group)
            if name in found.same:
                found.counted.setdefault(found.same[name], []).append((indicator, count))
        groups = found.by_name
        for whole in groups:
            found._inside[whole] = {one for one in groups if one != whole and logic.inside(groups[one], groups[whole])}
        return found

    def inside(self) -> Iterator[Inside]:
        """What lies directly in what: each group by itself, and those together that lie apart from each other."""
        for whole, within in self._inside.items():
            direct = [one for one in self.by_name if one in within and not any(one in self._inside[o] for o in within)]
            families = dict.fromkeys(self._apart_from_each_other(direct))
            alone = ((one,) for one in direct if not self._is_split(whole, one))
            for parts in dict.fromkeys((*families, *alone)):
                if not (len(parts) == 1 and self._is_split(whole, parts[0])) and not self._are_split(whole, parts):
                    covered = self._logic.covered(self.by_name[whole], [self.by_name[part] for part in parts])
                    yield Inside(whole, parts, covered)

    def _apart_from_each_other(self, direct: Sequence[str]) -> Iterator[tuple[str, ...]]:
        apart = {
            frozenset(pair) for pair in combinations(direct, 2)
            if self._logic.apart(*(self.by_name[one] for one in pair))
        }  # fmt: skip
        for first in direct:
            family = [first]
            for other in direct:
                if all(frozenset((one, other)) in apart for one in family):
                    family.append(other)
            yield tuple(sorted(family, key=direct.index))

    def _is_split(self, whole: str, part: str) -> bool:
        """Whether an indicator counts the part, or the rest beside it, among the whole: then its own sum says so."""
        return any(part in pair for pair in self._splits(whole))

    def _are_split(self, whole: str, parts: Iterable[str]) -> bool:
        return set(parts) in self._splits(whole)

    def _splits(self, whole: str) -> list[set[str]]:
        names = (names_of(indicator) for indicator, count in self.counted[whole]
                 if count == "n" and isinstance(indicator, Share))  # fmt: skip
        return [{self.same[one[count]] for count in ("count", "rest") if one[count] in self.same} for one in names]


def _alike(logic: Logic, one: Group, other: Group) -> bool:
    return logic.inside(one, other) and logic.inside(other, one)


def condition_of(group: Group) -> Condition:
    """The group as one condition."""
    return group.inside if group.outside is None else AllOf((group.inside, Otherwise(group.outside)))


@dataclass(frozen=True)
class Otherwise(Condition):
    """The part does not certainly hold: false, or unknown. Inside the framework alone; no instrument says it."""

    part: Condition

    def truth(self, answers: Answers) -> bool:
        return not self.part.holds(answers)

    def sql(self, names: Names) -> str:
        return f"(NOT coalesce({self.part.sql(names)}, 0))"

    def operands(self) -> Iterator[Operand]:
        yield from self.part.operands()
