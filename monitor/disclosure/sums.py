"""The figures of one unit, the sums between them, and the rule by which a sum keeps a hidden figure hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from monitor.disclosure.policy import Policy
from monitor.findings import Behind

Cell = frozenset[tuple[str, str]]
"""A place in every table that has it: the dimensions that are not 'all', each with its code."""

Figure = tuple[str, Cell]
"""One number: the name of what is counted, and where."""


@dataclass(frozen=True, slots=True)
class Line:
    """A total and its parts, by their numbers. Parts that ``overlap`` add up to more, and none is above the total."""

    total: int
    parts: tuple[int, ...]
    overlap: bool = False

    def figures(self) -> Iterator[int]:
        """The total and its parts."""
        yield self.total
        yield from self.parts


@dataclass
class Sums:
    """Figures by number, with what stands behind each, the lines between them, and which are hidden, with the reason.

    ``open`` figures can stand in a release and be hidden; the others only follow from them, or have left the house
    long ago. A hidden figure with a ``guarded`` mark must not be narrowed down; any other may be worked out by
    anybody. What is ``small`` must not be told closer than ``relative`` of the most that it can be. ``unmoved`` figures
    are what an earlier release said. ``follows`` says what is hidden together with a figure, ``rows`` how many rows of
    tables lose their main figure with it. ``whole`` is the cell's denominator of a numerator.
    """

    policy: Policy
    figures: list[Figure] = field(default_factory=list)
    value: list[int] = field(default_factory=list)
    behind: list[Behind | None] = field(default_factory=list)
    open: list[bool] = field(default_factory=list)
    guarded: list[bool] = field(default_factory=list)
    hidden: dict[int, str] = field(default_factory=dict)
    small: set[int] = field(default_factory=set)
    unmoved: set[int] = field(default_factory=set)
    relative: float = 0.0
    lines: list[Line] = field(default_factory=list)
    follows: dict[int, list[int]] = field(default_factory=dict)
    rows: dict[int, int] = field(default_factory=dict)
    whole: dict[int, int] = field(default_factory=dict)
    _number: dict[Figure, int] = field(default_factory=dict)
    _beside: list[list[int]] = field(default_factory=list)
    _laid: set[tuple[int, frozenset[int]]] = field(default_factory=set)

    def add(self, figure: Figure, value: int, behind: Behind | None, *, is_open: bool) -> int:
        """The number of a figure; it is new, or known from another table. What is open somewhere is open."""
        number = self._number.get(figure)
        if number is None:
            number = self._number[figure] = len(self.figures)
            self.figures.append(figure)
            self.value.append(value)
            self.behind.append(behind)
            self.open.append(is_open)
            self.guarded.append(is_open)
            self._beside.append([])
        elif is_open and not self.open[number]:
            self.open[number] = self.guarded[number] = True
        return number

    def number(self, figure: Figure) -> int | None:
        """The number of a figure, None when there is no such figure."""
        return self._number.get(figure)

    def join(self, total: int, parts: Iterable[int], *, overlap: bool = False) -> None:
        """Note that parts make up a total. The same line twice is one line."""
        line = Line(total, tuple(parts), overlap)
        identity = (total, frozenset(line.parts))
        if identity in self._laid:
            return
        self._laid.add(identity)
        for figure in line.figures():
            self._beside[figure].append(len(self.lines))
        self.lines.append(line)

    def tie(self, figure: int, other: int) -> None:
        """Hide the other whenever the figure is hidden."""
        known = self.follows.setdefault(figure, [])
        if other not in known:
            known.append(other)

    def hide(self, figure: int, reason: str) -> list[int]:
        """Hide a figure and what follows from it; gives what is newly hidden. The first reason stays."""
        newly, waiting = [], [figure]
        while waiting:
            one = waiting.pop()
            if one not in self.hidden:
                self.hidden[one] = reason
                newly.append(one)
                waiting += self.follows.get(one, ())
        return newly

    def only_follows(self, figure: int) -> bool:
        """Whether no release ever shows a figure, nor is it hidden together with one that is shown."""
        return not self._can_be_hidden(figure)

    # The rule for one line.

    def mend(self, lines: Iterable[int] | None = None) -> list[int]:
        """Hide more until no line by itself gives away what is guarded; gives what was hidden."""
        waiting = dict.fromkeys(range(len(self.lines)) if lines is None else lines)
        hidden: list[int] = []
        while waiting:
            number = next(iter(waiting))
            figure = self._to_hide(self.lines[number])
            if figure is None:
                waiting.pop(number)
                continue
            newly = self.hide(figure, "complementary")
            hidden += newly
            for other in newly:
                waiting.update(dict.fromkeys(self._beside[other]))
        return hidden

    def lines_of(self, figures: Iterable[int]) -> list[int]:
        """The lines that figures stand in."""
        return list(dict.fromkeys(line for figure in figures for line in self._beside[figure]))

    def neighbour_of(self, figure: int) -> int | None:
        """The cheapest of the nearest figures that can be hidden to widen one that comes out too narrow."""
        seen, edge = {figure}, [figure]
        while edge:
            around = {one for line in self.lines_of(edge) for one in self.lines[line].figures()} - seen
            found = self._cheapest(around)
            if found is not None:
                return found
            seen |= around
            edge = [one for one in around if one in self.hidden]
        return None

    def _to_hide(self, line: Line) -> int | None:
        """The figure that a line needs hidden next; None when it gives nothing away by itself."""
        if line.overlap or self._keeps(line):
            return None
        found = self._cheapest(line.parts)
        return found if found is not None else self._cheapest((line.total,))

    def _keeps(self, line: Line) -> bool:
        parts = [part for part in line.parts if part in self.hidden]
        if line.total in self.hidden:
            return bool(parts) or not self.guarded[line.total]
        if not any(self.guarded[part] for part in parts):
            return True
        enough = len(parts) > 1 and sum(self.value[part] for part in parts) >= self.policy.width
        return enough and self.are_many(parts)

    def are_many(self, parts: Sequence[int]) -> bool:
        """Whether enough persons and cases stand behind several hidden figures together, whose sum is known."""
        known = [behind for part in parts if (behind := self.behind[part]) is not None]
        if len(known) < len(parts) or any(not few(behind, self.policy) for behind in known):
            return True
        together = len(frozenset[int]().union(*(behind.who for behind in known)))
        cases = len(frozenset[int]().union(*(behind.where for behind in known)))
        return together >= self.policy.persons and cases >= self.policy.cases

    def _cheapest(self, figures: Iterable[int]) -> int | None:
        shown = {one for one in figures if one not in self.hidden and self._can_be_hidden(one)}
        return min(shown, key=self._cost, default=None)

    def _can_be_hidden(self, figure: int) -> bool:
        return self.open[figure] or any(self.open[other] for other in self.follows.get(figure, ()))

    def _cost(self, figure: int) -> tuple[float, int, int]:
        """How much is lost by hiding a figure, for each line that it would mend."""
        lost = sum(self.rows.get(one, 0) for one in self._falling(figure))
        lines = (self.lines[line] for line in self._beside[figure])
        mended = sum(not line.overlap and not self._keeps(line) for line in lines)
        return lost / max(mended, 1), self.value[figure], figure

    def _falling(self, figure: int) -> set[int]:
        falling, waiting = set[int](), [figure]
        while waiting:
            one = waiting.pop()
            if one not in self.hidden and one not in falling:
                falling.add(one)
                waiting += self.follows.get(one, ())
        return falling


def few(behind: Behind, policy: Policy) -> bool:
    """Whether too few persons, or too few cases, stand behind a figure for it to be seen."""
    return behind.protected < policy.persons or behind.cases < policy.cases
