"""Looks with linear programming for the least and the greatest value of every figure that must not be narrow.

Every point that meets all rows is a witness for every figure at once: a figure whose witnesses lie far enough apart is
safe, whatever its exact bounds are. So few programmes are solved. In a large system, once these settle little more,
neighbourhoods of hidden figures are moved while all others stay at a point in the middle of the witnesses. Witnesses
found so are witnesses of the whole. Only what no neighbourhood can show to be safe is asked of the whole system by
itself, where an optimum is final.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from monitor.disclosure.audit.programme import Moving, Outcome
from monitor.disclosure.audit.published import Floats, Ints
from monitor.disclosure.audit.system import Flags, Kind, System, spans

WHOLE = 6_000
"""Up to how many figures a system is solved as a whole."""
_NEIGHBOURS = (2_000, 6_000)
"""How many figures a neighbourhood has; the second is for what the first could not show to be safe."""
_WORTH, _IDLE = 2, 3
"""A programme for many figures at once is worth it while it settles so many; so often it may fail to."""
_WORTH_OF_ALL = 0.2
"""Over all of a large system it is worth it while it settles such a part of those that are open."""
_FAILURES = 10
"""After so many neighbourhoods in a row that say nothing of the figure in their middle, all are asked together."""
_OVER = 0.2
"""How far a figure may go beyond what makes it safe: a point from the inside stops short of a bound."""
_POINTS = 7
"""How many points are kept of which the middle is taken."""


@dataclass
class Clock:
    """The time that is left."""

    seconds: float
    began: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Seconds until the time runs out; below 0 when it has."""
        return self.seconds - self.taken()

    def taken(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began

    def is_out(self) -> bool:
        """Whether no time is left."""
        return self.left() <= 0


@dataclass
class Found:
    """What a search found: figures that are ``narrow``, those left ``undecided``, and a contradiction among rows."""

    narrow: list[int] = field(default_factory=list)
    undecided: list[int] = field(default_factory=list)
    contradictory: list[int] = field(default_factory=list)
    programmes: int = 0


class Search:
    """One search through one system, whose bounds have been narrowed. ``least`` and ``most`` are those of witnesses."""

    def __init__(self, system: System, clock: Clock, whole: int = WHOLE) -> None:
        self.system, self.clock, self.whole = system, clock, whole
        self.least, self.most = np.full(system.size, np.inf), np.full(system.size, -np.inf)
        self.found = Found()
        self._chance = np.random.default_rng(6)
        self._place = np.full(system.size, -1, np.int64)
        self._column_low, self._column_high = _finite(system)
        self._points: list[Floats] = []

    def run(self) -> Found:
        """Judge every figure that must not be narrow."""
        judged = np.flatnonzero(self.system.kind > 0)
        fixed = self.system.low == self.system.high
        self.least[fixed], self.most[fixed] = self.system.low[fixed], self.system.high[fixed]
        # What the bounds give away needs no programme; what they leave open needs a witness.
        sure = ~self.system.safe(self.system.low, self.system.high, judged)
        self.found.narrow += judged[sure].tolist()
        waiting = np.zeros(self.system.size, bool)
        waiting[judged[~sure]] = True
        for component in _components(self.system, ~fixed):
            self._points = []
            figures = component[waiting[component]]
            if len(figures):
                self._component(component, figures)
        return self.found

    # One part of a system that hangs together.

    def _component(self, component: Ints, figures: Ints) -> None:
        if self.clock.is_out():
            self.found.undecided += figures.tolist()
        elif len(component) <= self.whole:
            self._solve(component, figures, None, final=True)
        else:
            self._tile(component, figures)

    def _tile(self, component: Ints, figures: Ints) -> None:
        everything = self._programme(component, None)
        outcome = self._share(everything, figures, worth=_WORTH_OF_ALL)
        if outcome is Outcome.IMPOSSIBLE:
            self.found.contradictory.append(int(component[0]))
            return
        if self._points:
            at = self._between_witnesses(component)
            for size, with_known in ((_NEIGHBOURS[0], False), (_NEIGHBOURS[1], True)):
                failed = 0
                for seed in figures.tolist():
                    if self.clock.is_out() or failed >= _FAILURES:
                        break
                    if not self._is_safe(np.array([seed]))[0]:
                        around = self._neighbourhood(seed, size, with_known, at)
                        self._solve(around, np.intersect1d(around, figures), at, final=False, seed=seed)
                        failed = 0 if self._is_safe(np.array([seed]))[0] else failed + 1
                figures = figures[~self._is_safe(figures)]
        self._share(everything, figures)
        self._settle(everything, figures[~self._is_safe(figures)], final=True)

    def _between_witnesses(self, component: Ints) -> Floats:
        """A point in the middle of those found so far, which is a witness too: from there much can be moved."""
        at = np.where(self.system.low == self.system.high, self.system.low, 0.0)
        at[component] = np.mean([point for point in self._points if len(point) == len(component)], axis=0)
        return at

    def _neighbourhood(self, seed: int, size: int, with_known: bool, at: Floats) -> Ints:
        """Figures around one, by the rows that they share, nearest first; fixed ones left out."""
        system, (begins, rows_of) = self.system, self.system.rows_of()
        free = system.low < system.high
        if not with_known:
            free = free & ~system.known
        taken = np.array([seed])
        while len(taken) < size:
            rows = np.unique(rows_of[spans(begins, taken)[0]])
            near, shared = np.unique(system.of[spans(system.start, rows)[0]], return_counts=True)
            new = free[near] & ~np.isin(near, taken, assume_unique=True)
            near, shared = near[new], shared[new]
            if not len(near):
                break
            # Figures move only along closed ways: those come first that share rows with more of what is there.
            order = np.lexsort((-at[near], -shared))[: min(size - len(taken), max(len(taken), 8))]
            taken = np.union1d(taken, near[order])
        return taken

    # Programmes.

    def _programme(self, figures: Ints, at: Floats | None) -> Moving:
        """A programme over some figures; all others stay at a point, or where their bounds have fixed them."""
        system, (begins, rows_of) = self.system, self.system.rows_of()
        rows = np.unique(rows_of[spans(begins, figures)[0]])
        entries, lengths = spans(system.start, rows)
        of, coefficient = system.of[entries], system.coefficient[entries]
        self._place[figures] = np.arange(len(figures))
        columns = self._place[of]
        self._place[figures] = -1
        inside = columns >= 0
        others = system.low if at is None else at
        number = np.repeat(np.arange(len(rows)), lengths)
        moved = np.bincount(number[~inside], weights=(coefficient * others[of])[~inside], minlength=len(rows))
        slack = 0.0 if at is None else 1e-6  # the point meets each row only as closely as the solver works
        low, high = system.row_low[rows] - moved - slack, system.row_high[rows] - moved + slack
        return Moving(
            figures, self._column_low[figures], self._column_high[figures], number[inside], columns[inside],
            coefficient[inside], low, high, np.flatnonzero(system.kind[figures] > 0),
        )  # fmt: skip

    def _solve(self, around: Ints, figures: Ints, at: Floats | None, *, final: bool, seed: int | None = None) -> None:
        programme = self._programme(around, at)
        shared = self._share(programme, figures)
        if shared is Outcome.IMPOSSIBLE and final:
            self.found.contradictory.append(int(figures[0]))
        elif final:
            self._settle(programme, figures, final=True)
        elif seed is not None and shared is not Outcome.IMPOSSIBLE:
            self._settle(programme, np.array([seed]), final=False)

    def _share(self, programme: Moving, figures: Ints, worth: float = 0.0) -> Outcome:
        """Look for witnesses of many figures at once: all small, then as many as can be just large enough."""
        open_ = figures[~self._is_safe(figures)]
        idle = number = 0
        while len(open_) > 1 and idle < _IDLE:
            if number == 0 or idle:
                outcome, point = self._greatest(programme, open_, -self._chance.uniform(0.5, 1.5, len(open_)))
            else:
                low, high = self._column_low[programme.figures], self._column_high[programme.figures]
                programme.cap(np.clip(self._enough(programme.figures) - low, 0, high - low))
                weight = self._chance.uniform(0.5, 1.5, len(open_))
                outcome, point = self._greatest(programme, open_, weight, capped=True)
            if outcome is not Outcome.OPTIMAL:
                return outcome
            self._witness(programme.figures, point)
            if worth:
                self._points = [*self._points[-_POINTS:], point]
            before, open_ = len(open_), open_[~self._is_safe(open_)]
            few = before - len(open_) < max(_WORTH, worth * before)
            idle = _IDLE if worth and few and number else idle + 1 if number and few else 0
            number += 1
        return Outcome.OPTIMAL

    def _enough(self, figures: Ints) -> Floats:
        """The value at which a figure would be safe, by what is known of its least."""
        system, least = self.system, np.minimum(self.least[figures], self._column_high[figures])
        found: Floats = np.where(system.kind[figures] == Kind.HIDDEN, np.ceil(least - 1e-5), 0.0)
        return found + system.fewest[figures] + _OVER

    def _settle(self, programme: Moving, figures: Ints, *, final: bool) -> None:
        """Ask for the greatest and the least of each figure that is not yet known to be safe."""
        for figure in figures.tolist():
            alone = np.array([figure])
            for sign in (1.0, -1.0):
                if self._is_safe(alone)[0]:
                    break
                outcome, point = self._greatest(programme, alone, np.array([sign]))
                if outcome is Outcome.OPTIMAL:
                    self._witness(programme.figures, point)
                elif final:
                    found = self.found
                    (found.contradictory if outcome is Outcome.IMPOSSIBLE else found.undecided).append(figure)
                    break
                else:
                    return
            else:
                if final and not self._is_safe(alone)[0]:
                    self.found.narrow.append(figure)

    def _greatest(
        self, programme: Moving, figures: Ints, cost: Floats, *, capped: bool = False
    ) -> tuple[Outcome, Floats]:  # fmt: skip
        if self.clock.is_out():
            return Outcome.UNFINISHED, np.zeros(0)
        self.found.programmes += 1
        places = np.searchsorted(programme.figures, figures)
        return programme.greatest(places, cost, self.clock.left(), capped=capped)

    def _witness(self, figures: Ints, point: Floats) -> None:
        self.least[figures] = np.minimum(self.least[figures], point)
        self.most[figures] = np.maximum(self.most[figures], point)

    def _is_safe(self, figures: Ints) -> Flags:
        return self.system.safe(self.least, self.most, figures)


def _finite(system: System) -> tuple[Floats, Floats]:
    """Bounds without an endless one, so that every programme has an optimum: far above all that is published."""
    finite = system.high[np.isfinite(system.high)]
    most = 1_000 + 4 * float(finite.max(initial=0))
    low = np.where(np.isfinite(system.low), system.low, -most)
    return low, np.where(np.isfinite(system.high), system.high, np.maximum(most, 2 * low + 1_000))


def _components(system: System, free: Flags) -> Iterator[Ints]:
    """The free figures that hang together by rows, smallest number first."""
    label = np.arange(system.size)
    row = np.repeat(np.arange(len(system.start) - 1), np.diff(system.start))
    kept = free[system.of]
    row, of = row[kept], system.of[kept]
    while True:
        # The least label of each row, then of each figure over its rows; labels of labels shorten the way.
        least = np.full(len(system.start) - 1, system.size)
        np.minimum.at(least, row, label[of])
        new = label.copy()
        np.minimum.at(new, of, least[row])
        new = new[new]
        if np.array_equal(new, label):
            break
        label = new
    members = np.flatnonzero(free)
    order = members[np.argsort(label[members], kind="stable")]
    cuts = np.flatnonzero(np.diff(label[order])) + 1
    yield from (np.sort(part) for part in np.split(order, cuts) if len(part))
