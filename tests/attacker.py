"""An attacker and judge written apart from what protects a release: it reads the file and is told the truth.

It knows nothing of how figures are hidden. It sets up every sum that a reader of the file can see (margins, groups of
codes, denominators and complements, indicators that lie in one another, shares times totals, what lies between two
releases), asks linear programming how closely each number can be worked out, and holds that against the truth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

from tests import attacker_shares as possible
from tests.attacker_files import ALL, COUNTS, Behind, Cell, Keys, ReleaseFile, Table, Truth, read
from tests.attacker_linear import BIG, System, Target
from tests.attacker_logic import Group, Logic

PERSONS, CASES, WIDTH, MEDIAN = 10, 3, 10, 20
"""What is safe, whatever a release says of itself."""

_MOST_PARTS = 48


@dataclass(frozen=True)
class Find:
    """Something that is disclosed.

    ``kind`` is ``exact``, ``narrow``, ``estimable``, ``small``, ``derived`` or ``change``.

    ``says`` names the place in words; ``low`` and ``high`` are what was worked out.
    """

    kind: str
    says: str
    low: int = 0
    high: int = 0

    def __str__(self) -> str:
        return f"{self.kind}: {self.says} [{self.low}..{self.high}]"


Place = tuple[int, str, str, Group, Cell]
"""A number: the release that it is of, instrument, unit, group of units, cell."""


@dataclass(frozen=True)
class Knowledge:
    """What the attacker knows beside the files: ``exact`` takes every shown count as known to the unit.

    ``noisy`` says that figures are blurred by chance, so that no sum of them need hold and none is a bound.
    ``new`` is how many units at most came between two releases, by unit; ``only_added`` that nothing was taken away.
    ``rules`` are the skip rules of the instruments, which a codebook states in words.
    """

    exact: bool = False
    noisy: bool = False
    new: Mapping[str, int] | None = None
    only_added: bool = True
    rules: Mapping[str, Mapping[str, Any]] | None = None


class Attack:
    """The numbers behind one release, or behind several of one series, oldest first."""

    def __init__(
        self, paths: Sequence[Path], truths: Sequence[Truth], knowledge: Knowledge | None = None, seconds: float = 600
    ) -> None:
        self.files: list[ReleaseFile] = [read(path) for path in paths]
        self.truths, self.knows, self.seconds = truths, knowledge or Knowledge(), seconds
        self.system = System()
        self.places: dict[Place, int] = {}
        self.truth: dict[int, Behind] = {}
        self.words: dict[int, str] = {}
        self.shown: dict[int, str] = {}
        self.hidden: dict[int, str] = {}
        self.nobody: set[int] = set()
        self.tells_persons: dict[int, bool] = {}
        self.undecided = 0
        self._logic = self._learn()
        self._same = self._classes()
        for number, file in enumerate(self.files):
            for table in file.tables:
                self._read(number, table)
        for number, file in enumerate(self.files):
            for table in file.tables:
                self._add_up(number, table)
        self._relate()
        self.changes = self._between()
        self._check_the_truth()

    # What the codebook says.

    def _learn(self) -> Mapping[str, Logic]:
        found = {}
        for file in self.files:
            for table in file.tables:
                if table.instrument not in found:
                    rules = (self.knows.rules or {}).get(table.instrument)
                    found[table.instrument] = Logic(file.codes.get(table.instrument, {}), rules)
                found[table.instrument].learn(list(table.groups.values()))
        return found

    def _classes(self) -> Mapping[tuple[str, str, Group], Group]:
        """Of groups that are the same, one that stands for them."""
        seen: dict[tuple[str, str], list[Group]] = defaultdict(list)
        same: dict[tuple[str, str, Group], Group] = {}
        for table in (table for file in self.files for table in file.tables):
            firsts, logic = seen[table.instrument, table.unit], self._logic[table.instrument]
            for group in table.groups.values():
                if (table.instrument, table.unit, group) in same:
                    continue
                first = next((one for one in firsts if one == group or logic.relation(one, group) == "same"), group)
                same[table.instrument, table.unit, group] = first
                if first is group:
                    firsts.append(group)
        return same

    # The numbers.

    def _place(self, release: int, table: Table, figure: str, keys: Keys) -> int:
        group = self._same[table.instrument, table.unit, table.groups[figure]]
        place = (release, table.instrument, table.unit, group, table.cell(keys))
        if place not in self.places:
            words = f"{table.name} ({', '.join(keys)}): {figure}"
            self.places[place] = number = self.system.number(words)
            self.words[number] = words + (f" of release {release + 1}" if len(self.files) > 1 else "")
            single = {
                asked.rpartition(".")[2]: None if code == "_U" else code
                for asked, code, name in zip(table.asked, keys, table.dimensions, strict=True)
                if code != ALL and name not in table.overlapping and not asked.endswith(")")
            }
            if self._logic[table.instrument].empty(group, single):
                self.system.narrow(number, 0, 0)  # the codebook says that nobody can be there
                self.nobody.add(number)
        return self.places[place]

    def _read(self, release: int, table: Table) -> None:
        ids = [file.id for file in self.files]
        exact_shares = not table.exempt and possible.are_exact(table, self.files[release].parameters)
        for keys, row in table.rows.items():
            if not table.given(keys):
                continue
            of = ids.index(row["since"]) if row.get("since") in ids else release
            for figure in table.figures():
                own = self._place(release, table, figure, keys)
                self._tell_truth(release, own, table, keys, figure)
                number = self._place(of, table, figure, keys)
                self._take(number, table, figure, row, self.files[of].parameters)
            if exact_shares:
                self._take_share(of, table, keys, row)

    def _take(
        self, number: int, table: Table, figure: str, row: Mapping[str, Any], parameters: Mapping[str, Any]
    ) -> None:
        if figure == "rest":
            shown = row["n"] is not None and row["count"] is not None
            (self.shown if shown else self.hidden).setdefault(number, self.words[number])
            if shown and not table.exempt and parameters.get("persons"):
                self.system.narrow(number, parameters["persons"], BIG)
            return
        value = row[figure]
        if value is None:
            if not table.exempt:
                self.hidden.setdefault(number, self.words[number])
            return
        if table.exempt:
            self.system.narrow(number, value, value)
            return
        self.shown.setdefault(number, self.words[number])
        if self.knows.noisy:
            return
        if self.knows.exact:
            value = self.truth[number].units
            self.system.narrow(number, value, value)
        else:
            self.system.narrow(number, *possible.behind(value, parameters))

    def _tell_truth(self, release: int, number: int, table: Table, keys: Keys, figure: str) -> None:
        truth = self.truths[release]
        if (table.name, keys, figure) in truth.figures:
            told = truth.figures[table.name, keys, figure]
            before = self.truth.setdefault(number, told)
            assert before.units == told.units, f"two truths of {self.words[number]}"
            self.tells_persons[number] = truth.persons[table.name]

    def _take_share(self, release: int, table: Table, keys: Keys, row: Mapping[str, Any]) -> None:
        n, count = (self._place(release, table, figure, keys) for figure in ("n", "count"))
        bounds = [(self.system.low[one], self.system.high[one]) for one in (n, count)]
        for number, found in zip((n, count), possible.from_share(row, *bounds), strict=True):
            self.system.narrow(number, *found)

    # The sums.

    def _add_up(self, release: int, table: Table) -> None:
        least = self.files[release].parameters.get("persons", 0)
        for keys in filter(table.given, table.rows):
            if table.statistic == "share":
                n, count, rest = (self._place(release, table, figure, keys) for figure in ("n", "count", "rest"))
                self.system.sum({n: 1, count: -1, rest: -1})
        for whole, parts, overlap in table.lines():
            if not all(map(table.given, (whole, *parts))):
                continue
            for figure in table.figures():
                total = self._place(release, table, figure, whole)
                below = [self._place(release, table, figure, part) for part in parts]
                if not overlap:
                    self.system.sum({total: 1, **dict.fromkeys(below, -1)})
                    continue
                self.system.sum({total: -1, **dict.fromkeys(below, 1)}, 0, BIG)
                for part in below:
                    both = total in self.shown and part in self.shown and not table.exempt
                    self.system.sum({total: 1, part: -1}, least if both else 0, BIG)

    def _relate(self) -> None:
        """Groups of one unit that lie in one another, or cut each other into parts, at every place they share."""
        cells: dict[tuple[str, str], dict[tuple[int, Cell], dict[Group, int]]] = defaultdict(lambda: defaultdict(dict))
        for (release, instrument, unit, group, cell), number in self.places.items():
            cells[instrument, unit][release, cell][group] = number
        self.inside: list[tuple[int, int]] = []
        for (instrument, _), places in cells.items():
            logic = self._logic[instrument]
            groups = sorted(
                {group for here in places.values() for group in here}, key=lambda one: (one.holds, one.fails)
            )
            inside = {(a, b) for a in groups for b in groups if a != b and logic.relation(a, b) == "in"}
            pairs = [(a, b) for a, b in combinations(groups, 2) if logic.relation(a, b) == "apart"]
            apart = [(a, b, whole) for a, b in pairs for whole in groups if {(a, whole), (b, whole)} <= inside]
            order = {group: number for number, group in enumerate(groups)}
            numbered = [(order[a], order[b]) for a, b in sorted(inside, key=lambda one: (order[one[0]], order[one[1]]))]
            three = [(order[a], order[b], order[whole]) for a, b, whole in apart]
            cut = set[tuple[int, int]]()
            for component in _components(groups, logic):
                cut |= self._cut(logic, component, places.values())
            for here in ({order[group]: number for group, number in some.items()} for some in places.values()):
                for small, large in numbered:
                    if small in here and large in here:
                        if (here[small], here[large]) not in cut:
                            self.system.sum({here[large]: 1, here[small]: -1}, 0, BIG)
                        self.inside.append((here[small], here[large]))
                for one, other, whole in three:
                    if {one, other, whole} <= here.keys() and (here[one], here[whole]) not in cut:
                        self.system.sum({here[whole]: 1, here[one]: -1, here[other]: -1}, 0, BIG)

    def _cut(self, logic: Logic, component: Sequence[Group], places: Any) -> set[tuple[int, int]]:
        """Each group is the sum of parts into which all cut each other; gives the pairs about which all is said."""
        parts = logic.split(component) if len(component) > 3 else None
        said: set[tuple[int, int]] = set()
        if parts is None or len(parts) > _MOST_PARTS:
            return said
        for here in places:
            present = [number for number, group in enumerate(component) if group in here]
            if len(present) < 4:
                continue
            said |= set(permutations([here[component[number]] for number in present], 2))
            merged: dict[frozenset[int], list[frozenset[int]]] = defaultdict(list)
            for part in parts:
                merged[part & frozenset(present)].append(part)
            pieces = {}
            for piece in merged:
                only = [number for number in present if [other for other in merged if number in other] == [piece]]
                pieces[piece] = here[component[only[0]]] if only else self.system.number("a part of groups")
            for number in present:
                mine = {pieces[piece]: -1.0 for piece in pieces if number in piece}
                if here[component[number]] not in mine:
                    self.system.sum({here[component[number]]: 1, **mine})
        return said

    def _between(self) -> Mapping[int, tuple[int, int]]:
        """The change of each number from one release to the next: its place, and those of the two numbers."""
        found = {}
        for place, number in list(self.places.items()):
            release, instrument, unit, group, cell = place
            before = self.places.get((release - 1, instrument, unit, group, cell))
            if before is None:
                continue
            most = (self.knows.new or {}).get(unit, BIG)
            low = 0 if self.knows.only_added else -most
            if not cell and group.holds == '{"all": []}' and group.fails == "null" and most < BIG:
                low = most  # every new unit is one of all units
            change = self.system.number(f"the change of {self.words[number]}", low, most)
            if low < -BIG:
                self.system.low[change] = -BIG
            self.system.sum({number: 1, before: -1, change: -1})
            found[change] = (before, number)
        return found

    def _check_the_truth(self) -> None:
        """The truth keeps every sum and bound that the attacker believes in; else it has misunderstood something."""
        for parts, low, high in self.system.rows:
            if all(part in self.truth for part in parts):
                total = sum(weight * self.truth[part].units for part, weight in parts.items())
                assert low <= total <= high, f"not so: {[(self.words[part], weight) for part, weight in parts.items()]}"
        for number, truth in self.truth.items():
            assert self.system.low[number] <= truth.units <= self.system.high[number], f"not so: {self.words[number]}"

    # The judgment.

    def finds(self) -> list[Find]:
        """Everything that is disclosed."""
        found = list(self._small())
        few = {one for one, truth in self.truth.items() if truth.few(PERSONS, CASES)} - self.shown.keys()
        single = sorted((self.hidden.keys() | few) - self.nobody)
        listed = [(Target({one: 1.0}, WIDTH), self.words[one], False) for one in single]
        listed += [(Target(parts, WIDTH), says, True) for parts, says in self._derived()]
        self.system.settle()
        ranges = self.system.ranges([target for target, _, _ in listed], self.seconds)
        self.undecided = ranges.undecided
        for number, (low, high) in ranges.tight.items():
            _, says, derived = listed[number]
            found.append(Find("derived" if derived else "exact" if low == high else "narrow", says, low, high))
        return [*found, *self._told(), *self._estimable()]

    def _small(self) -> Iterator[Find]:
        if self.knows.noisy:
            return  # what is shown is not the count of anybody
        for number, says in self.shown.items():
            truth = self.truth.get(number)
            if truth is not None and truth.few(PERSONS, CASES):
                yield Find("small", says, truth.units, truth.units)
        for file, truths in zip(self.files, self.truths, strict=True):
            for table in file.tables:
                for keys, row in table.rows.items():
                    behind = truths.figures.get((table.name, keys, "n"))
                    measured = [name for name in ("median", "ratio") if row.get(name) is not None]
                    if measured and behind is not None and behind.protected < MEDIAN and row.get("since") is None:
                        yield Find("small", f"{table.name} ({', '.join(keys)}): {measured[0]}")

    def _derived(self) -> Iterator[tuple[Mapping[int, float], str]]:
        """Sums and differences with few behind them."""
        for large, small, says, behind in (*self._differences(), *self._outside()):
            if behind.few(PERSONS, CASES):
                yield {large: 1.0, small: -1.0}, says
        for places, says in self._together():
            yield dict.fromkeys(places, 1.0), says

    def _differences(self) -> Iterator[tuple[int, int, str, Behind]]:
        for small, large in self.inside:
            if small in self.truth and large in self.truth and not {small, large} & self.nobody:
                a, b = self.truth[small], self.truth[large]
                # How many persons it is is not known here: no more than units, and no fewer than the difference.
                behind = Behind(b.units - a.units, b.units - a.units, CASES)
                yield large, small, f"{self.words[large]}, less {self.words[small]}", behind

    def _outside(self) -> Iterator[tuple[int, int, str, Behind]]:
        for release, (file, truth) in enumerate(zip(self.files, self.truths, strict=True)):
            for table in (one for one in file.tables if not one.exempt):
                for keys in filter(table.given, table.rows):
                    for figure in table.figures():
                        for place, dimension in enumerate(table.dimensions):
                            behind = truth.outside.get((table.name, keys, figure, dimension))
                            if behind is not None:
                                around = (*keys[:place], ALL, *keys[place + 1 :])
                                large, small = (self._place(release, table, figure, one) for one in (around, keys))
                                if small not in self.nobody:
                                    yield large, small, f"{self.words[large]}, outside of {keys[place]}", behind

    def _together(self) -> Iterator[tuple[list[int], str]]:
        """Hidden cells of a line about whom, all together, there are too few."""
        for release, file in enumerate(self.files):
            for table in (one for one in file.tables if not one.exempt):
                for whole, parts, overlap in table.lines():
                    if overlap or not all(map(table.given, (whole, *parts))):
                        continue
                    for figure in table.figures():
                        below = [self._place(release, table, figure, part) for part in parts]
                        open_ = [one for one in below if one not in self.shown and one not in self.nobody]
                        if len(open_) > 1 and self._few_together(open_):
                            yield open_, f"{self.words[self._place(release, table, figure, whole)]}, its hidden cells"

    def _few_together(self, places: Sequence[int]) -> bool:
        behind = [self.truth[one] for one in places if one in self.truth]
        if len(behind) < len(places):
            return False
        who = frozenset[int]().union(*(one.who for one in behind))
        if all(one.who or not one.protected for one in behind):
            return len(who) < PERSONS
        return sum(one.protected for one in behind) < PERSONS

    def _told(self) -> Iterator[Find]:
        """Changes between releases that few persons are behind, of which it is certain that there were some."""
        few = {}
        for change, (before, after) in self.changes.items():
            if before in self.truth and after in self.truth:
                units = self.truth[after].units - self.truth[before].units
                known_beforehand = self.system.low[change] == self.system.high[change]
                if 1 <= abs(units) < PERSONS and not known_beforehand:
                    few[change] = self.words[after]
        for change, (low, high) in self.system.certain(sorted(few)).items():
            yield Find("change", few[change], low, high)

    def _estimable(self) -> Iterator[Find]:
        """Hidden figures about few people, in units that are not persons, known to within a part of their size.

        That forty hearings are one child's must not be estimable. What is hidden for another's sake is about many.
        """
        relative = max((file.parameters.get("relative", 0) for file in self.files), default=0)
        if relative:
            few = {one for one, truth in self.truth.items() if truth.few(PERSONS, CASES)} - self.nobody
            units = sorted(one for one in few & self.hidden.keys() if not self.tells_persons.get(one, True))
            for number, (low, high) in self.system.estimated(units, relative, self.seconds).items():
                yield Find("estimable", self.words[number], low, high)


def _components(groups: Sequence[Group], logic: Logic) -> list[list[Group]]:
    """Groups that look at the same answers, directly or by others; with each those who are all units."""
    everybody = [group for group in groups if group == Group.of()]
    left, found = [group for group in groups if group not in everybody], []
    while left:
        component, waiting = [], [left.pop(0)]
        while waiting:
            one = waiting.pop()
            component.append(one)
            near = [other for other in left if logic.touch(one, other)]
            left = [other for other in left if other not in near]
            waiting += near
        found.append([*everybody, *sorted(component, key=lambda one: (one.holds, one.fails))])
    return found


def attack(
    paths: Sequence[Path], truths: Sequence[Truth], knowledge: Knowledge | None = None, seconds: float = 600
) -> list[Find]:
    """Attack one release, or several of one series together, and hold what comes out against the truth."""
    return Attack(paths, truths, knowledge, seconds).finds()


def tally(finds: Sequence[Find]) -> Mapping[str, int]:
    """How many finds there are of each kind."""
    return {kind: sum(find.kind == kind for find in finds) for kind in dict.fromkeys(find.kind for find in finds)}


__all__ = ["COUNTS", "Attack", "Find", "Knowledge", "attack", "tally"]
