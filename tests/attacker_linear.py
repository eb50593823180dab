"""Bounds and linear programming over whole numbers of which sums are known: how closely each can be worked out."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

BIG = 10.0**7
"""More than anything that is counted. A bound that reaches half of it is none."""

_SLACK = 1e-5
_ROUNDS = 100


class Contradiction(Exception):
    """No numbers at all keep every sum: the attacker has understood something wrong, or the figures are forged."""


@dataclass
class System:
    """Whole numbers between bounds, and sums of them between bounds."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    rows: list[tuple[Mapping[int, float], float, float]] = field(default_factory=list)

    def number(self, name: str, low: float = 0, high: float = BIG) -> int:
        """A new unknown number; gives its place."""
        self.names.append(name)
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1

    def narrow(self, place: int, low: float, high: float) -> None:
        """The number lies between these, too."""
        self.low[place], self.high[place] = max(self.low[place], low), min(self.high[place], high)

    def sum(self, parts: Mapping[int, float], low: float = 0, high: float = 0) -> None:
        """The weighted sum of some numbers lies between two bounds."""
        self.rows.append((parts, low, high))

    def settle(self) -> None:
        """Pass bounds along every sum until nothing moves. Raises :class:`Contradiction`."""
        if not self.rows:
            return
        row, column, weight = _flat([parts for parts, _, _ in self.rows])
        least, most = np.array([one[1] for one in self.rows]), np.array([one[2] for one in self.rows])
        low, high = np.array(self.low, float), np.array(self.high, float)
        for _ in range(_ROUNDS):
            down = np.where(weight > 0, weight * low[column], weight * high[column])
            up = np.where(weight > 0, weight * high[column], weight * low[column])
            total_down, total_up = (np.bincount(row, part, len(self.rows)) for part in (down, up))
            ceiling, floor = most[row] - (total_down[row] - down), least[row] - (total_up[row] - up)
            above = np.where(weight > 0, ceiling, floor) / weight
            below = np.where(weight > 0, floor, ceiling) / weight
            new_high, new_low = high.copy(), low.copy()
            np.minimum.at(new_high, column, np.floor(above + _SLACK))
            np.maximum.at(new_low, column, np.ceil(below - _SLACK))
            if (new_low > new_high).any():
                place = int(np.argmax(new_low - new_high))
                raise Contradiction(f"{self.names[place]} would lie between {new_low[place]} and {new_high[place]}")
            if (new_low == low).all() and (new_high == high).all():
                break
            low, high = new_low, new_high
        self.low, self.high = low.tolist(), high.tolist()

    def ranges(self, targets: Sequence[Target], seconds: float = 600) -> Ranges:
        """The least and greatest value of each target that can take fewer values than it needs.

        Call :meth:`settle` before. What could not be decided in time is counted, never called safe.
        """
        until, found, undecided = time.monotonic() + seconds, dict[int, tuple[int, int]](), 0
        for places, rows, mine in self._islands([target.parts for target in targets]):
            if mine:
                one = _Island(self, places, rows, [targets[number] for number in mine])
                tight, open_ = one.ranges(until)
                found |= {mine[number]: ends for number, ends in tight.items()}
                undecided += open_
        return Ranges(found, undecided)

    def certain(self, targets: Sequence[int]) -> Mapping[int, tuple[int, int]]:
        """The numbers of which it is certain that they are not zero, with their bounds. After :meth:`settle`."""
        found = {}
        for places, rows, mine in self._islands([{place: 1.0} for place in targets]):
            if mine:
                one = _Island(self, places, rows, [Target({targets[number]: 1.0}, 1) for number in mine])
                found |= {targets[mine[number]]: ends for number, ends in one.certain().items()}
        return found

    def estimated(self, targets: Sequence[int], part: float, seconds: float = 600) -> Mapping[int, tuple[int, int]]:
        """The numbers whose least value is more than 1 - ``part`` of their greatest. After :meth:`settle`."""
        until, found = time.monotonic() + seconds, {}
        for places, rows, mine in self._islands([{place: 1.0} for place in targets]):
            if mine:
                one = _Island(self, places, rows, [Target({targets[number]: 1.0}, 1) for number in mine])
                found |= {targets[mine[number]]: ends for number, ends in one.estimated(part, until).items()}
        return found

    def _binding(self) -> list[int]:
        """The sums that say more than the bounds of their parts."""
        if not self.rows:
            return []
        row, column, weight = _flat([parts for parts, _, _ in self.rows])
        low, high = np.array(self.low), np.array(self.high)
        down = np.bincount(row, np.where(weight > 0, weight * low[column], weight * high[column]), len(self.rows))
        up = np.bincount(row, np.where(weight > 0, weight * high[column], weight * low[column]), len(self.rows))
        least, most = np.array([one[1] for one in self.rows]), np.array([one[2] for one in self.rows])
        binding = np.flatnonzero((down < least) | (up > most)).tolist()
        seen = {(frozenset(self.rows[number][0].items()), *self.rows[number][1:]): number for number in binding}
        return sorted(seen.values())

    def _islands(self, wanted: Sequence[Mapping[int, float]]) -> list[tuple[list[int], list[int], list[int]]]:
        """Numbers that have a sum in common, directly or by others; each with its sums, and the targets among them."""
        top = list(range(len(self.low)))

        def find(place: int) -> int:
            while top[place] != place:
                top[place] = top[top[place]]
                place = top[place]
            return place

        free = [low < high for low, high in zip(self.low, self.high, strict=True)]
        binding = self._binding()
        for parts in (*(self.rows[number][0] for number in binding), *wanted):
            loose = [place for place in parts if free[place]]
            for place in loose[1:]:
                top[find(place)] = find(loose[0])
        found: dict[int, tuple[list[int], list[int], list[int]]] = {}
        for place in range(len(top)):
            found.setdefault(find(place), ([], [], []))[0].append(place)
        for kind, many in ((1, [(number, self.rows[number][0]) for number in binding]), (2, list(enumerate(wanted)))):
            for number, parts in many:
                first = next((place for place in parts if free[place]), next(iter(parts)))
                found[find(first)][kind].append(number)
        return list(found.values())


@dataclass(frozen=True)
class Target:
    """A weighted sum of numbers, and how many values it must be able to take."""

    parts: Mapping[int, float]
    need: int


@dataclass(frozen=True)
class Ranges:
    """What came out: the ends of each target that is too narrow, by its number, and how many were not decided."""

    tight: Mapping[int, tuple[int, int]]
    undecided: int


_LARGE = 4000
"""More numbers than that are solved by an interior point, which takes as long for each target as for the first."""

_NEAR = 3
"""How many sums away the neighbours of a target stand that are looked at first."""


class _Island:
    """The linear programme of some numbers, and what its solutions showed of the targets."""

    def __init__(self, system: System, places: Sequence[int], rows: Sequence[int], targets: Sequence[Target]) -> None:
        self.system, self.places, self.rows = system, list(places), list(rows)
        self.targets, self.alone = targets, not rows
        self.at = {place: number for number, place in enumerate(self.places)}
        self.row, column, self.weight = _flat([target.parts for target in targets])
        inside = np.array([place in self.at for place in column.tolist()])
        self.known = np.bincount(
            self.row[~inside], self.weight[~inside] * np.array(system.low)[column[~inside]], len(targets)
        )
        self.row, self.weight = self.row[inside], self.weight[inside]
        self.column = np.array([self.at[place] for place in column[inside].tolist()], dtype=np.int64)
        self.need = np.array([target.need for target in targets])
        self.low, self.high = np.full(len(targets), np.inf), np.full(len(targets), -np.inf)
        low, high = (np.array(ends)[self.places][self.column] for ends in (system.low, system.high))
        # What the bounds of the parts say already; of a number that is in no sum, that is all.
        self.floor, self.ceiling = (
            self.known
            + np.bincount(self.row, np.where(self.weight > 0, self.weight * a, self.weight * b), len(targets))
            for a, b in ((low, high), (high, low))
        )
        self.highs = highspy.Highs()
        self.highs.setOptionValue("output_flag", False)
        self.highs.setOptionValue("threads", 1)
        if len(self.places) > _LARGE:
            self.highs.setOptionValue("solver", "ipm")
            self.highs.setOptionValue("run_crossover", "off")
        else:
            self.highs.setOptionValue(
                "simplex_strategy", 4
            )  # primal: only costs change, so the last solution is feasible
        if self.alone:
            self.low, self.high = self.floor, self.ceiling
        else:
            self.highs.passModel(self._model())

    def _model(self) -> highspy.HighsLp:
        system, model = self.system, highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.places), len(self.rows)
        model.col_cost_ = np.zeros(len(self.places))
        model.col_lower_ = np.array([system.low[place] for place in self.places])
        model.col_upper_ = np.array([system.high[place] for place in self.places])
        starts, columns, weights, least, most = [0], [], [], [], []
        for number in self.rows:
            parts, low, high = system.rows[number]
            known = 0.0
            for place, weight in parts.items():
                if place in self.at:
                    columns.append(self.at[place])
                    weights.append(weight)
                else:
                    known += weight * system.low[place]
            starts.append(len(columns))
            least.append(low - known)
            most.append(high - known)
        model.row_lower_, model.row_upper_ = np.array(least), np.array(most)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.array(starts, dtype=np.int32)
        model.a_matrix_.index_ = np.array(columns, dtype=np.int32)
        model.a_matrix_.value_ = np.array(weights)
        return model

    def ranges(self, until: float) -> tuple[Mapping[int, tuple[int, int]], int]:
        """The ends of the targets that are too narrow, by number, and how many were not decided in time."""
        if self.alone:
            return self._too_narrow(range(len(self.targets)), self.low, self.high), 0
        narrow = _values(self.floor, self.ceiling) < self.need
        found = dict(self._too_narrow(np.flatnonzero(narrow).tolist(), self.floor, self.ceiling))
        self._guess(narrow, until)
        left = np.flatnonzero(~narrow & ~self._enough()).tolist()
        for place, number in enumerate(left):
            if self._enough()[number]:
                continue
            if time.monotonic() > until:
                return found, len(left) - place
            ends = self._near(number) if len(self.places) > _LARGE else None
            if ends is None or ends[1] - ends[0] + 1 >= self.need[number]:
                ends = self._end(number, 1.0), -self._end(number, -1.0)
                ends = math.ceil(ends[0] - _SLACK), math.floor(ends[1] + _SLACK)
            if ends[1] - ends[0] + 1 < self.need[number]:
                found[number] = ends
        return found, 0

    def certain(self) -> Mapping[int, tuple[int, int]]:
        """The targets that cannot be zero. One solution in which their sum is least settles most of them."""
        if not self.alone:
            self._solve(np.ones(len(self.targets)))
            for number in np.flatnonzero(self.low > _SLACK).tolist():
                self.low[number] = min(self.low[number], self._end(number, 1.0))
        ceiling = np.minimum(self.ceiling, BIG).astype(int)
        return {
            number: (math.ceil(self.low[number] - _SLACK), int(ceiling[number]))
            for number in np.flatnonzero(self.low > _SLACK).tolist()
        }

    def estimated(self, part: float, until: float) -> Mapping[int, tuple[int, int]]:
        """The targets that are known to within a part of their size."""
        if not self.alone:
            for weight in (1.0, -1.0):
                self._solve(np.full(len(self.targets), weight))
        found = {}
        for number in range(len(self.targets)):
            for weight in (1.0, -1.0) if not self.alone else ():
                if self._is_estimated(number, part):
                    if time.monotonic() > until:
                        raise TimeoutError("not all hidden figures could be looked at")
                    self._end(number, weight)
            if self._is_estimated(number, part):
                found[number] = math.ceil(self.low[number] - _SLACK), math.floor(self.high[number] + _SLACK)
        return found

    def _is_estimated(self, number: int, part: float) -> bool:
        return bool(self.high[number] > 0 and self.low[number] > (1 - part) * self.high[number] + _SLACK)

    def _too_narrow(self, numbers: Iterable[int], low: Any, high: Any) -> Mapping[int, tuple[int, int]]:
        ends = {number: (math.ceil(low[number] - _SLACK), math.floor(high[number] + _SLACK)) for number in numbers}
        return {number: (a, b) for number, (a, b) in ends.items() if b - a + 1 < self.need[number]}

    def _enough(self) -> Any:
        return _values(self.low, self.high) >= self.need

    def _guess(self, narrow: Any, until: float) -> None:
        """Solutions in which many targets are small, or large, at once: most need no programme of their own."""
        chance = np.random.default_rng(1)
        left, before = int((~narrow).sum()), len(narrow) + 1
        while left and left < before - before // 20 and time.monotonic() < until:
            before = left
            for _ in range(3):
                weights = chance.uniform(-1, 1, len(narrow)) * (~narrow & ~self._enough())
                self._solve(weights)
                self._solve(-weights)
            left = int((~narrow & ~self._enough()).sum())

    def _near(self, number: int) -> tuple[int, int]:
        """The ends of a target from the sums around it alone: too narrow here is too narrow everywhere."""
        by_place, around = self._sums_by_place(), set[int]()
        places = set(self.targets[number].parts)
        for _ in range(_NEAR):
            fresh = {row for place in places for row in by_place.get(place, ())} - around
            around |= fresh
            places |= {place for row in fresh for place in self.system.rows[row][0]}
        island = _Island(self.system, sorted(places), sorted(around), [self.targets[number]])
        low, high = island._end(0, 1.0), -island._end(0, -1.0)
        return math.ceil(low - _SLACK), math.floor(high + _SLACK)

    def _sums_by_place(self) -> Mapping[int, list[int]]:
        if not hasattr(self, "_by_place"):
            self._by_place: dict[int, list[int]] = {}
            for row in self.rows:
                for place in self.system.rows[row][0]:
                    self._by_place.setdefault(place, []).append(row)
        return self._by_place

    def _end(self, number: int, weight: float) -> float:
        """The least value of one target, times its weight (1 or -1)."""
        if self.alone:
            return float(self.floor[number] if weight > 0 else -self.ceiling[number])
        weights = np.zeros(len(self.targets))
        weights[number] = weight
        return weight * self._solve(weights)[number]

    def _solve(self, weights: Any) -> Any:
        """The solution in which the weighted sum of the targets is least; gives the value of each target in it."""
        costs = np.bincount(self.column, self.weight * weights[self.row], len(self.places))
        self.highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        self.highs.run()
        status = self.highs.getModelStatus()
        if (
            status == highspy.HighsModelStatus.kUnknown
        ):  # it lost its way: once more from the beginning, by the other road
            self.highs.clearSolver()
            self.highs.setOptionValue("simplex_strategy", 1)
            self.highs.setOptionValue("solver", "simplex")
            self.highs.run()
            status = self.highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Contradiction("no numbers keep every sum")
        if status != highspy.HighsModelStatus.kOptimal:
            raise TimeoutError(self.highs.modelStatusToString(status))
        solution = np.array(self.highs.getSolution().col_value)
        values = self.known + np.bincount(self.row, self.weight * solution[self.column], len(self.targets))
        np.minimum(self.low, values, out=self.low)
        np.maximum(self.high, values, out=self.high)
        return values


def _values(low: Any, high: Any) -> Any:
    """How many whole numbers lie between two bounds."""
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.floor(high + _SLACK) - np.ceil(low - _SLACK) + 1, nan=0, posinf=BIG, neginf=0)


def _flat(sums: Sequence[Mapping[int, float]]) -> tuple[Any, Any, Any]:
    row = np.repeat(np.arange(len(sums)), [len(parts) for parts in sums])
    column = np.array([place for parts in sums for place in parts], dtype=np.int64)
    weight = np.array([weight for parts in sums for weight in parts.values()], dtype=float)
    return row, column, weight
