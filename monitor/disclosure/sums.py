"""The sums that hold between exact figures, and what they would give away about those that are hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

Cell = frozenset[tuple[str, str]]
"""A place in every table that has it: the dimensions that are not 'all', each with its code."""

Figure = tuple[str, Cell]
"""One number: the name of what is counted, and where."""

UNBOUNDED = 10**15
_SWEEPS = 500


@dataclass(frozen=True)
class Line:
    """A margin and its parts. Where parts ``overlap`` they add up to more than the margin, and none is above it."""

    total: Figure
    parts: tuple[Figure, ...]
    overlap: bool = False

    def figures(self) -> Iterator[Figure]:
        """The margin and its parts."""
        return chain((self.total,), self.parts)


@dataclass
class Sums:
    """Figures about one population, the lines between them, and which of them are hidden, with the reason.

    ``splits`` are the three numbers of a cell, n = count + rest; ``follows`` says what must be hidden together with a
    figure. ``width`` is W: the narrowest interval to which a hidden figure may be pinned down.
    """

    width: int
    values: dict[Figure, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    splits: dict[Figure, tuple[Figure, Figure, Figure]] = field(default_factory=dict)
    follows: dict[Figure, set[Figure]] = field(default_factory=lambda: defaultdict(set))
    hidden: dict[Figure, str] = field(default_factory=dict)

    def hide(self, figure: Figure, reason: str) -> None:
        """Hide a figure and what follows from it. The first reason stays."""
        self.hidden.setdefault(figure, reason)
        for other in sorted(self.follows[figure], key=_order):
            if other not in self.hidden:
                self.hide(other, reason)

    def settle(self) -> None:
        """Hide more until no line and no chain of lines gives away a hidden figure.

        First by rule, line by line; then by pinning down every hidden figure from all lines together, and hiding
        the cheapest neighbour of each that comes out too narrow.
        """
        beside = self._lines_by_figure()
        self._mend(range(len(self.lines)), beside)
        while True:
            touched: set[int] = set()
            for figure in self._narrow():
                around = beside.get(figure, [])
                if not touched & set(around) and self._hide_a_neighbour(figure, around):
                    touched.update(around)
            if not touched:
                return
            self._mend(sorted(touched), beside)

    def _lines_by_figure(self) -> Mapping[Figure, list[int]]:
        beside: dict[Figure, list[int]] = defaultdict(list)
        for number, line in enumerate(self.lines):
            for figure in line.figures():
                beside[figure].append(number)
        return beside

    def _hide_a_neighbour(self, figure: Figure, around: Iterable[int]) -> bool:
        shown = {one for number in around for one in self.lines[number].figures() if one not in self.hidden}
        if shown:
            self.hide(min(shown, key=self._cost), "complementary")
        return bool(shown)

    def _cost(self, figure: Figure) -> tuple[int, tuple[str, list[tuple[str, str]]]]:
        return self.values[figure], _order(figure)

    # The rule for one line.

    def _mend(self, numbers: Iterable[int], beside: Mapping[Figure, list[int]]) -> None:
        waiting = dict.fromkeys(numbers)
        while waiting:
            line = self.lines[next(iter(waiting))]
            figure = self._to_hide(line)
            if figure is None:
                waiting.pop(next(iter(waiting)))
                continue
            before = set(self.hidden)
            self.hide(figure, "complementary")
            for other in sorted(set(self.hidden) - before, key=_order):
                waiting.update(dict.fromkeys(beside.get(other, ())))

    def _to_hide(self, line: Line) -> Figure | None:
        """The figure that a line needs hidden next; None when it gives nothing away by itself."""
        if line.overlap:
            return None
        parts = [part for part in line.parts if part in self.hidden]
        if line.total in self.hidden:
            enough = bool(parts)
        else:
            enough = not parts or (len(parts) > 1 and sum(self.values[part] for part in parts) >= self.width)
        if enough:
            return None
        shown = [part for part in line.parts if part not in self.hidden]
        return min(shown, key=self._cost, default=None if line.total in self.hidden else line.total)

    # What all lines give away together.

    def _narrow(self) -> list[Figure]:
        """The hidden figures that can be pinned down to less than the width, or than the whole of a small cell."""
        bounds = self.bounds()
        found = []
        for figure, (low, high) in bounds.items():
            need = self.width
            if figure in self.splits:
                whole = self.splits[figure][0]
                need = min(need, self.values[whole] if whole not in self.hidden else bounds[whole][1])
            if high - low < need:
                found.append(figure)
        return sorted(found, key=_order)

    def bounds(self) -> Mapping[Figure, tuple[int, int]]:
        """The least and the most that each hidden figure can be, for somebody who knows every other figure exactly."""
        low = dict.fromkeys(self.hidden, 0)
        high = dict.fromkeys(self.hidden, UNBOUNDED)
        lines = [_Open.of(line, self) for line in self.lines]
        lines += [_Open.of(Line(split[0], split[1:]), self) for split in set(self.splits.values())]
        lines = [line for line in lines if line.parts or line.total is not None]
        for _ in range(_SWEEPS):
            moved = [line.tighten(low, high) for line in lines]
            if not any(moved):
                break
        return {figure: (low[figure], high[figure]) for figure in self.hidden}


@dataclass(frozen=True)
class _Open:
    """A line with what is known of it filled in: ``total`` (None when known) against ``parts`` and a ``known`` rest.

    ``known`` is the sum of the shown parts, less the margin where that is shown; ``most`` the margin where it is shown,
    ``least`` the greatest of the shown parts.
    """

    overlap: bool
    total: Figure | None
    parts: tuple[Figure, ...]
    known: int
    least: int
    most: int

    @classmethod
    def of(cls, line: Line, sums: Sums) -> _Open:
        shown = [sums.values[part] for part in line.parts if part not in sums.hidden]
        total = line.total if line.total in sums.hidden else None
        margin = sums.values[line.total] if total is None else 0
        parts = tuple(part for part in line.parts if part in sums.hidden)
        return cls(line.overlap, total, parts, sum(shown) - margin, max(shown, default=0), margin)

    def tighten(self, low: dict[Figure, int], high: dict[Figure, int]) -> bool:
        """Narrow the bounds by this line; whether anything moved."""
        least, most = sum(low[part] for part in self.parts), sum(high[part] for part in self.parts)
        moved = False
        total_low, total_high = (low[self.total], high[self.total]) if self.total is not None else (0, 0)
        for part in self.parts:
            lower = total_low - self.known - (most - high[part])
            # Of overlapping parts each is at most the margin; of others, at most what the rest leaves of it.
            cap = total_high if self.total is not None else self.most
            upper = cap if self.overlap else total_high - self.known - (least - low[part])
            moved = _narrow(part, lower, upper, low, high) or moved
        if self.total is not None:
            lower = max([self.least, *(low[part] for part in self.parts)]) if self.overlap else self.known + least
            moved = _narrow(self.total, lower, self.known + most, low, high) or moved
        return moved


def _narrow(figure: Figure, lower: int, upper: int, low: dict[Figure, int], high: dict[Figure, int]) -> bool:
    before = low[figure], high[figure]
    low[figure], high[figure] = max(before[0], lower), min(before[1], upper)
    return (low[figure], high[figure]) != before


def _order(figure: Figure) -> tuple[str, list[tuple[str, str]]]:
    return figure[0], sorted(figure[1])
