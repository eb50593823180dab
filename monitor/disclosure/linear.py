"""What the sums give away about hidden figures all together: bounds along the equations, then linear programming."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np
from numpy.typing import NDArray

from monitor.disclosure.sums import Sums

_FAR = 1e12
_SLACK = 1e-6
_SWEEPS = 200
_MANY = 3_000
"""Among so many figures it is quicker to go through the inside of what is possible than along its edges."""

_PRIMAL = 4
"""The simplex method that begins with a solution: that nothing deviates is one."""

_FEW = 8
"""What a programme for many must settle to be worth it: for one figure alone it is quicker."""

_REACHES = (400, 8_000)
"""How many hidden figures around one are looked at together, at first and in the end."""

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass
class Equations:
    """All sums as rows of one system, in deviations from the exact figures: a hidden figure deviates, no other does.

    A row says that the deviations of its figures, with their signs, add up to something from ``least`` to ``most``.
    ``low`` and ``high`` are the furthest deviations of each figure that were met so far in some solution; each
    solution is a state of the world that fits all visible figures, a witness for every hidden figure at once.
    """

    sums: Sums
    row: Places = field(init=False)
    figure: Places = field(init=False)
    sign: Numbers = field(init=False)
    least: Numbers = field(init=False)
    most: Numbers = field(init=False)
    value: Numbers = field(init=False)
    low: Numbers = field(init=False)
    high: Numbers = field(init=False)
    _rows_of: tuple[Places, Places] = field(init=False)
    _starts: Places = field(init=False)
    need: Numbers = field(init=False)
    relative: Numbers = field(init=False)
    _mixed: list[bool] = field(init=False)
    _open: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        rows = list(self._rows())
        sizes = [len(figures) for figures, _, _, _ in rows]
        self.row = np.repeat(np.arange(len(rows)), sizes)
        self.figure = np.array([one for figures, _, _, _ in rows for one in figures], dtype=np.int64)
        self.sign = np.array([one for _, signs, _, _ in rows for one in signs], dtype=np.float64)
        self.least = np.array([least for *_, least, _ in rows], dtype=np.float64)
        self.most = np.array([most for *_, most in rows], dtype=np.float64)
        self.value = np.array(self.sums.value, dtype=np.float64)
        self.low, self.high = np.zeros(len(self.value)), np.zeros(len(self.value))
        order = np.argsort(self.figure, kind="stable")
        ends = np.searchsorted(self.figure[order], np.arange(len(self.value) + 1))
        self._rows_of = (self.row[order], ends)
        self._starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        names = self.sums.figures
        self._mixed = [len({names[one][0] for one in figures}) > 1 for figures, _, _, _ in rows]

    def _rows(self) -> Iterator[tuple[Sequence[int], Sequence[float], float, float]]:
        value = self.sums.value
        for line in self.sums.lines:
            signs = (-1.0, *(1.0 for _ in line.parts))
            if not line.overlap:
                yield tuple(line.figures()), signs, 0.0, 0.0
                continue
            # Of overlapping parts none is above the total, and together they are at least the total.
            above = sum(value[part] for part in line.parts) - value[line.total]
            yield tuple(line.figures()), signs, -float(max(above, 0)), _FAR
            for part in line.parts:
                yield (line.total, part), (-1.0, 1.0), -_FAR, float(max(value[line.total] - value[part], 0))

    # What is asked of each hidden figure.

    def pending(self) -> Places:
        """The guarded hidden figures for which no two solutions are far enough apart yet."""
        hidden = np.array(sorted(one for one in self.sums.hidden if self.sums.guarded[one]), dtype=np.int64)
        self.need = np.full(len(self.value), float(self.sums.policy.width))
        self.relative = np.zeros(len(self.value))
        self.relative[list(self.sums.small)] = self.sums.relative
        for figure, whole in self.sums.whole.items():
            if whole not in self.sums.hidden:  # nobody is more than all
                self.need[figure] = min(self.need[figure], self.value[whole])
        return hidden[~self._wide(hidden)]

    def _wide(self, figures: Places, low: Numbers | None = None, high: Numbers | None = None) -> NDArray[np.bool_]:
        bottom = self.value[figures] + (self.low if low is None else low)[figures]
        top = self.value[figures] + (self.high if high is None else high)[figures]
        return (top - bottom >= self.need[figures] - _SLACK) & (bottom <= (1 - self.relative[figures]) * top + _SLACK)

    # Bounds along the sums.

    def certainly_narrow(self) -> list[int]:
        """Hidden figures that passing bounds from sum to sum already narrows too far."""
        is_hidden = np.zeros(len(self.value), dtype=bool)
        is_hidden[list(self.sums.hidden)] = True
        kept = is_hidden[self.figure]
        row, figure, sign = self.row[kept], self.figure[kept], self.sign[kept]
        low, high = -np.maximum(self.value, 0), np.full(len(self.value), _FAR)
        for _ in range(_SWEEPS):
            smaller = np.where(sign > 0, low[figure], -high[figure])
            greater = np.where(sign > 0, high[figure], -low[figure])
            least = np.bincount(row, smaller, len(self.least))
            most = np.bincount(row, greater, len(self.least))
            up = self.most[row] - (least[row] - smaller)
            down = self.least[row] - (most[row] - greater)
            before = low.copy(), high.copy()
            np.minimum.at(high, figure, np.where(sign > 0, up, -down))
            np.maximum.at(low, figure, np.where(sign > 0, down, -up))
            if np.array_equal(before[0], low) and np.array_equal(before[1], high):
                break
        hidden = self.pending()
        return [int(one) for one in hidden[~self._wide(hidden, low, high)]]

    # Linear programming.

    def narrow(self) -> list[int]:
        """Hidden figures that are not proved to be wide when all sums around them are weighed together.

        A proof are two states of the world in which nothing but hidden figures near by is different. Where none is
        found, even far around, the figure counts as narrowed down.
        """
        waiting = self.pending()
        self._open = np.zeros(len(self.value), dtype=bool)
        self._open[list(self.sums.hidden)] = True
        seen = set[int]()
        for figure in waiting.tolist():
            # What was not proved among its own kin at the first time is not at the second.
            if figure not in seen and not self._is_wide(figure):
                kin = self._kin_of(figure)
                self._solve(kin, kin[:0])
                name = self.sums.figures[figure][0]
                seen.update(one for one in kin.tolist() if self.sums.figures[one][0] == name)
        for reach in _REACHES:
            judged = set[int]()
            for figure in waiting.tolist():
                if figure not in judged and not self._is_wide(figure):
                    near = self._near(figure, reach, lambda row: True)
                    # At the edge of what is looked at, nothing can move; there somebody else's turn decides.
                    inner = np.array(sorted(near if len(near) < reach else near[: reach // 4]), dtype=np.int64)
                    self._solve(np.array(sorted(near), dtype=np.int64), inner)
                    judged.update(inner.tolist())
        return [figure for figure in waiting.tolist() if not self._is_wide(figure)]

    def _is_wide(self, figure: int) -> bool:
        return bool(self._wide(np.array([figure]))[0])

    def _kin_of(self, figure: int) -> Places:
        """Hidden figures of the same name near one, by the sums they share, and what must move together with them."""
        edge = self._near(figure, _REACHES[-1], lambda row: not self._mixed[row])
        found = set(edge)
        while edge:
            following = {
                other for one in edge for row in self._rows_at(one) if self._mixed[row]
                for other in self._moving_with(one, row)
            }  # fmt: skip
            edge = list(following - found)
            found |= following
        return np.array(sorted(found), dtype=np.int64)

    def _near(self, figure: int, reach: int, follows: Callable[[int], bool]) -> list[int]:
        """Hidden figures around one, the nearest first, by the sums that are followed."""
        found, seen, edge = {figure: None}, set[int](), [figure]
        while edge and len(found) < reach:
            rows = dict.fromkeys(row for one in edge for row in self._rows_at(one) if row not in seen and follows(row))
            seen.update(rows)
            edge = list(dict.fromkeys(other for row in rows for other in self._hidden_in(row) if other not in found))
            found |= dict.fromkeys(edge)
        return list(found)

    def _rows_at(self, figure: int) -> list[int]:
        rows, ends = self._rows_of
        return rows[ends[figure] : ends[figure + 1]].tolist()  # type: ignore[no-any-return]  # reason: numbers of rows

    def _hidden_in(self, row: int) -> list[int]:
        near = self.figure[self._starts[row] : self._starts[row + 1]]
        return near[self._open[near]].tolist()  # type: ignore[no-any-return]  # reason: numbers of figures

    def _moving_with(self, figure: int, row: int) -> list[int]:
        """What makes up for a change of one figure in a sum of different ones: parts if any, else the total."""
        total, *parts = self.figure[self._starts[row] : self._starts[row + 1]].tolist()
        others = [part for part in parts if part != figure and self._open[part]]
        return others or ([total] if self._open[total] and total != figure else [])

    def _solve(self, around: Places, one_by_one: Places) -> None:
        """Look for solutions far apart: for many figures at once as long as that helps, then for some one by one."""
        programme = _Programme(self, around)
        chance = np.random.default_rng(len(around))
        guarded = around[np.array([self.sums.guarded[one] for one in around.tolist()])]
        pending = guarded[~self._wide(guarded)]
        while len(pending) > 3:
            self._meet(programme, pending, chance.uniform(0.5, 1.5, len(pending)))
            left = pending[~self._wide(pending)]
            helped = len(pending) - len(left)
            pending = left
            if helped < _FEW:
                break
        for figure in np.intersect1d(pending, one_by_one).tolist():
            if not self._is_wide(figure):
                self._meet(programme, np.array([figure]), np.ones(1))

    def _meet(self, programme: _Programme, figures: Places, weights: Numbers) -> None:
        """Go as far as possible in a direction, and in the opposite one; both ends are solutions."""
        for direction in (1.0, -1.0):
            found = programme.furthest(figures, weights * direction)
            around = programme.figures
            self.low[around] = np.minimum(self.low[around], found)
            self.high[around] = np.maximum(self.high[around], found)

    def entries_of(self, figures: Places) -> tuple[Places, Places]:
        """The rows in which some figures stand, and the places of all that stands in these rows."""
        rows, ends = self._rows_of
        used = np.unique(np.concatenate([rows[ends[one] : ends[one + 1]] for one in figures.tolist()]))
        sizes = self._starts[used + 1] - self._starts[used]
        first = np.repeat(self._starts[used] - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
        return used, first + np.arange(sizes.sum())


class _Programme:
    """A linear programme over some hidden figures; all others stay as they are."""

    def __init__(self, equations: Equations, figures: Places) -> None:
        self.figures = figures
        self._equations = equations
        used, places = equations.entries_of(figures)
        column = np.searchsorted(figures, equations.figure[places])
        column[column == len(figures)] = 0
        inside = figures[column] == equations.figure[places]
        rows = np.searchsorted(used, equations.row[places[inside]])
        programme = highspy.HighsLp()
        programme.num_col_, programme.num_row_ = len(figures), len(used)
        programme.sense_ = highspy.ObjSense.kMaximize
        programme.col_cost_ = np.zeros(len(figures))
        programme.col_lower_ = self._lower = -np.maximum(equations.value[figures], 0)
        programme.col_upper_ = self._upper()
        programme.row_lower_, programme.row_upper_ = equations.least[used], equations.most[used]
        programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        programme.a_matrix_.start_ = np.searchsorted(rows, np.arange(len(used) + 1))
        programme.a_matrix_.index_ = column[inside]
        programme.a_matrix_.value_ = equations.sign[places[inside]]
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]  # reason: the library has no types there
        self._highs.silent()
        self._highs.setOptionValue("threads", 1)
        self._highs.setOptionValue("presolve", "off")  # it takes longer than it saves
        self._highs.setOptionValue("simplex_strategy", _PRIMAL)
        self._highs.setOptionValue("run_crossover", "off")
        self._highs.passModel(programme)

    def _upper(self) -> Numbers:
        """As far as is needed to be wide, and not further: what one figure leaves over helps the others."""
        value, low = self._equations.value[self.figures], self._equations.low[self.figures]
        need, relative = self._equations.need[self.figures], self._equations.relative[self.figures]
        wide = np.maximum(low + need, (value + low) / (1 - relative) - value)
        # A solution from the inside stops just short of its bounds.
        return np.maximum(np.maximum(wide + 0.2, self._equations.high[self.figures]), 1.0)

    def furthest(self, figures: Places, weights: Numbers) -> Numbers:
        """The deviations of a solution that goes as far as possible in a direction."""
        every = np.arange(len(self.figures), dtype=np.int32)
        costs = np.zeros(len(self.figures))
        costs[np.searchsorted(self.figures, figures)] = weights
        self._highs.changeColsCost(len(costs), every, costs)
        if len(figures) > 1:
            self._highs.changeColsBounds(len(costs), every, self._lower, self._upper())
        inside = len(every) > _MANY and len(figures) > 1
        self._highs.setOptionValue("solver", "ipm" if inside else "simplex")
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return np.zeros(len(costs))  # nothing was learned, so that nothing is proved
        return np.array(self._highs.getSolution().col_value)
