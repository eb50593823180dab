"""Gathers all tables about one unit, of one release or a series, and finds which of their groups are related."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from monitor.disclosure.audit.logic import Group, Logic, groups_of
from monitor.disclosure.audit.nesting import Nesting
from monitor.disclosure.audit.published import Definition, Ints, Published, Thresholds

_COUNTED = ("n", "count", "rest", "not_observed", "not_applicable")
_CODE_BITS, _MOST_DIMENSIONS = 20, 3
_MOST_PIECES = 40


@dataclass(frozen=True)
class Sheet:
    """A table in one epoch: the numbers of its groups by figure, and of its cells.

    ``thresholds`` are those of its release. ``own`` says which rows stand from this epoch. Of the others it is known
    only that they were counted then, too. ``here`` says that the epoch is that of the release itself.
    """

    table: Published
    thresholds: Thresholds
    epoch: int
    groups: Mapping[str, int]
    cells: Ints
    own: Ints
    here: bool


@dataclass(frozen=True)
class Split:
    """Groups taken apart: ``pieces`` are numbered like groups, ``holders`` are the groups that hold each of them."""

    groups: tuple[int, ...]
    pieces: tuple[int, ...]
    holders: tuple[frozenset[int], ...]

    def inside(self, group: int) -> list[int]:
        """The pieces of a group."""
        return [piece for piece, holders in zip(self.pieces, self.holders, strict=True) if group in holders]


@dataclass
class Equations:
    """The figures of one unit, while they are gathered.

    A figure is a group of units, in a cell, in an epoch. ``epoch`` 0 is the release that is attacked, 1 the one
    before, and so on; ``thresholds`` are those of each release that is known. Of others, of which rows still
    stand, no more is assumed than that they were safe.
    """

    logic: Logic
    thresholds: Mapping[int, Thresholds]
    sheets: list[Sheet] = field(default_factory=list)
    splits: list[Split] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    groups: dict[int, Group] = field(default_factory=dict)
    _definitions: dict[Definition, dict[str, int]] = field(default_factory=dict)
    _codes: dict[tuple[str, str], int] = field(default_factory=dict)
    _same: dict[int, int] = field(default_factory=dict)

    def read(self, table: Published, epochs: Mapping[str, int], given: frozenset[int]) -> None:
        """Take in a table. ``epochs`` numbers the releases, ``given`` are those whose files are read, too."""
        cells, groups = self._cells(table), self._groups(table)
        here = epochs[""]
        since = np.array([epochs.get(name, here) for name in table.epochs], np.int64)[table.since]
        for epoch in sorted({here, *np.unique(since).tolist()}):
            if epoch == here or epoch not in given:
                own = (since == epoch).astype(np.int64)
                self.sheets.append(Sheet(table, self.thresholds_of(epoch), epoch, groups, cells, own, epoch == here))

    def thresholds_of(self, epoch: int) -> Thresholds:
        """What the release of an epoch kept to."""
        least, newest = Thresholds(), self.thresholds[0]
        return self.thresholds.get(epoch, replace(newest, persons=least.persons, width=least.width))

    def _cells(self, table: Published) -> Ints:
        if len(table.dimensions) > _MOST_DIMENSIONS:
            raise ValueError("a table has more than three dimensions")
        shape = table.present.shape
        numbers = np.zeros((_MOST_DIMENSIONS, *shape), np.int64)
        for axis, (asked, codes) in enumerate(zip(table.asked, table.codes, strict=True)):
            along = [0, *(self._codes.setdefault((asked, code), len(self._codes) + 1) for code in codes[1:])]
            numbers[axis] = np.array(along).reshape([-1 if place == axis else 1 for place in range(len(shape))])
        if len(self._codes) >= 1 << _CODE_BITS:
            raise ValueError("there are more codes than any programme has")
        first, second, third = np.sort(numbers, axis=0)
        cells: Ints = (third << 2 * _CODE_BITS) + (second << _CODE_BITS) + first
        return cells

    def _groups(self, table: Published) -> Mapping[str, int]:
        found = self._definitions.get(table.definition)
        if found is None:
            indicator = table.name.rpartition("__")[0] or table.name
            found = {
                figure: self._number(f"{figure} of {indicator}", group)
                for figure, group in groups_of(table.definition).items()
            }
            self._definitions[table.definition] = found
        return {figure: found[figure] for figure in _COUNTED if table.has(figure)}

    def _number(self, name: str, group: Group | None = None) -> int:
        number = len(self.names)
        self.names.append(name)
        if group is not None:
            self.groups[number] = group
        return number

    # What follows from the conditions.

    def relate(self, out_of_time: Callable[[], bool]) -> bool:
        """Find which groups are one, and take apart those that share questions; whether there was time for all."""
        used = sorted({group for sheet in self.sheets for group in sheet.groups.values()})
        for numbers in self._sharing(used):
            if not self._take_apart(numbers):
                # Too much for one table of truths: two indicators at a time.
                each = [sorted(set(numbers) & set(of.values())) for of in self._definitions.values()]
                for first, second in combinations([one for one in each if one], 2):
                    if out_of_time():
                        return False
                    self._take_apart(sorted({*first, *second}))
        return self._nest(used, out_of_time)

    def _nest(self, used: Sequence[int], out_of_time: Callable[[], bool]) -> bool:
        """Find what lies in what by the skips of the questionnaire; whether there was time for all."""
        nesting = Nesting(self.logic, self.groups)
        each = [sorted(set(used) & set(of.values())) for of in self._definitions.values()]
        if not nesting.compare([one for one in each if one], out_of_time):
            return False
        for first, second in nesting.same:
            self._are_one(first, second)
        known = [{self.one(group) for group in split.groups} for split in self.splits]
        for nest in nesting.nests(self.one):
            if any(one >= {nest.whole, *nest.parts} for one in known):
                continue
            groups = (nest.whole, *nest.parts)
            holders = [frozenset({nest.whole, part}) for part in nest.parts]
            pieces = list(nest.parts)
            if not nest.covered:
                holders.append(frozenset({nest.whole}))
                pieces.append(self._number(self._named(holders[-1], groups)))
            self.splits.append(Split(groups, tuple(pieces), tuple(holders)))
        return True

    def _sharing(self, used: Sequence[int]) -> list[list[int]]:
        """Groups that are decided by the same questions, one from the other; a group of all units is in each."""
        asked = {number: self.groups[number].asked() for number in used}
        everybody = [number for number in used if not asked[number]]
        together: list[tuple[frozenset[str], list[int]]] = []
        for number in used:
            if asked[number]:
                met = [one for one in together if one[0] & asked[number]]
                together = [one for one in together if not one[0] & asked[number]]
                questions = asked[number].union(*(one[0] for one in met))
                together.append((questions, [number, *(member for one in met for member in one[1])]))
        return [sorted({*members, *everybody}) for _, members in together] or ([everybody] if everybody else [])

    def _take_apart(self, numbers: Sequence[int]) -> bool:
        groups = [self.groups[number] for number in numbers]
        pieces = self.logic.pieces(groups)
        if pieces is None:
            pieces = self.logic.pieces(groups, with_skips=False)
        if pieces is None or len(pieces) > _MOST_PIECES:
            return False
        holders = [frozenset(numbers[place] for place in piece) for piece in pieces]
        seen: dict[tuple[int, ...], int] = {}
        for number in numbers:
            held = tuple(place for place, piece in enumerate(holders) if number in piece)
            if held:
                self._are_one(seen.setdefault(held, number), number)
        whole = {held[0]: number for held, number in seen.items() if len(held) == 1}
        known = [whole[place] if place in whole else self._number(self._named(holders[place], numbers))
                 for place in range(len(holders))]  # fmt: skip
        self.splits.append(Split(tuple(numbers), tuple(known), tuple(holders)))
        return True

    def _are_one(self, first: int, second: int) -> None:
        first, second = self.one(first), self.one(second)
        if first != second:
            self._same[max(first, second)] = min(first, second)

    def _named(self, holders: frozenset[int], numbers: Sequence[int]) -> str:
        inside = " and ".join(self.names[number] for number in sorted(holders)[:2])
        outside = " or ".join(self.names[number] for number in numbers if number not in holders)
        return f"those in {inside}" + (f" and not in {outside[:200]}" if outside else "")

    def one(self, number: int) -> int:
        """The number under which a group is known: groups that cannot differ have one."""
        while number in self._same:
            number = self._same[number]
        return number
