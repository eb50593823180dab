"""Turns the tables about one unit into a system: every figure a number, every sum a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from monitor.disclosure.audit.equations import Equations, Sheet, Split
from monitor.disclosure.audit.published import Floats, Ints
from monitor.disclosure.audit.system import Flags, Kind, Kinds, System

_ROW_OF = tuple[Ints, Floats, float]
"""Rows of one length: their figures, their coefficients, and the most that they can come to (the least is 0)."""


@dataclass(frozen=True)
class _Block:
    """One group in the cells of a sheet: the numbers of its figures, -1 where there is none.

    ``figure`` is None for a group that stands in no table, ``places`` are the cells.
    """

    sheet: Sheet
    group: int
    figure: str | None
    places: Ints
    axes: tuple[int, ...]


class Writing:
    """The numbering of all figures of one unit, and the rows between them."""

    def __init__(self, equations: Equations) -> None:
        self._equations = equations
        self._cells = np.unique(np.concatenate([sheet.cells.ravel() for sheet in equations.sheets]))
        self._stride = len(equations.names) * len(self._cells)
        self._between = list(self._beside_each_other())
        self._blocks = [*self._published(), *self._pieces()]
        # In a cell over currencies stands nothing: its figure is known of only where another table gives it.
        keys = [self._keys(block)[~self._mixed(block)] for block in self._blocks]
        self._all = np.unique(np.concatenate(keys))
        self._numbers = [self._find(self._keys(block)) for block in self._blocks]
        self._rows: list[_ROW_OF] = []
        size = len(self._all)
        self.low, self.high = np.zeros(size), np.full(size, np.inf)
        self.shown, self.hidden, self.withheld, self.plain = (np.zeros(size, bool) for _ in range(4))
        self._block_of, self._place_of = np.zeros(size, np.int64), np.zeros(size, np.int64)
        self.alone: list[int] = []
        self.changes: list[tuple[int, int]] = []
        self._change_low = 0.0

    # The numbering.

    def _published(self) -> Iterator[_Block]:
        for sheet in self._equations.sheets:
            axes = tuple(range(len(sheet.table.dimensions)))
            for figure, group in sheet.groups.items():
                yield _Block(sheet, self._equations.one(group), figure, sheet.table.places(axes).ravel(), axes)

    def _pieces(self) -> Iterator[_Block]:
        for sheet, axes, split in self._between:
            for piece in split.pieces:
                yield _Block(sheet, self._equations.one(piece), None, sheet.table.places(axes).ravel(), axes)

    def _beside_each_other(self) -> Iterator[tuple[Sheet, tuple[int, ...], Split]]:
        """Where figures of two indicators that share questions stand in the same cells."""
        seen: set[tuple[int, int, frozenset[str]]] = set()
        for number, split in enumerate(self._equations.splits):
            members = {self._equations.one(group) for group in split.groups}
            sheets = [
                sheet for sheet in self._equations.sheets
                if any(self._equations.one(group) in members for group in sheet.groups.values())
            ]  # fmt: skip
            for one, other in combinations(sheets, 2):
                if one.epoch != other.epoch or one.table.definition == other.table.definition:
                    continue
                shared = frozenset(one.table.asked) & frozenset(other.table.asked)
                if (number, one.epoch, shared) not in seen:
                    seen.add((number, one.epoch, shared))
                    axes = tuple(axis for axis, asked in enumerate(one.table.asked) if asked in shared)
                    yield one, axes, split

    def _key(self, epoch: int, group: int, cells: Ints) -> Ints:
        groups = len(self._equations.names)
        key: Ints = (epoch * groups + group) * len(self._cells) + np.searchsorted(self._cells, cells)
        return key

    def _keys(self, block: _Block) -> Ints:
        return self._key(block.sheet.epoch, block.group, block.sheet.cells.ravel()[block.places])

    def _mixed(self, block: _Block) -> Flags:
        return block.sheet.table.over_currencies().ravel()[block.places]

    def _find(self, keys: Ints) -> Ints:
        numbers = np.minimum(np.searchsorted(self._all, keys), len(self._all) - 1)
        return np.where(self._all[numbers] == keys, numbers, -1)

    # What is known.

    def _know(self) -> None:
        for at in reversed(range(len(self._blocks))):  # so that the first place is the one that is named
            block, numbers = self._blocks[at], self._numbers[at]
            there = (numbers >= 0) & ~self._mixed(block)
            number, place = numbers[there], block.places[there]
            self._name(number, at, place, ~self.hidden[number] if block.figure is None else np.ones(len(number), bool))
            if block.figure is None:
                continue
            figures = block.sheet.table.figures
            value = figures["count" if block.figure == "rest" else block.figure].ravel()[place]
            own = block.sheet.own.ravel()[place] > 0
            # Of an earlier epoch this file hides only what its rows of then hide: the others say nothing of it.
            shown, hidden = own & ~np.isnan(value), (own | block.sheet.here) & np.isnan(value)
            self._name(number, at, place, hidden)
            self.hidden[number[hidden]] = True
            self.withheld[number[own & hidden]] = True
            self.shown[number[shown]] = True
            self.plain[number] |= block.figure != "rest"
            thresholds = block.sheet.thresholds
            low = np.maximum(value - thresholds.below, thresholds.persons)
            high = value + thresholds.above
            if block.figure == "rest":  # only that it is shown is known of it, the number follows from the sums
                low, high = np.full(len(value), float(thresholds.persons)), np.full(len(value), np.inf)
            np.maximum.at(self.low, number[shown], low[shown])
            np.minimum.at(self.high, number[shown], high[shown])

    def _name(self, numbers: Ints, block: int, places: Ints, which: Flags) -> None:
        self._block_of[numbers[which]], self._place_of[numbers[which]] = block, places[which]

    # The rows.

    def _add(self, total: Ints, parts: Ints, overlap: bool = False) -> None:
        """Rows that make parts add up to a total, or overlap in it; those with a figure that nothing gives left out."""
        there = (total >= 0) & np.all(parts >= 0, axis=1)
        total, parts = total[there], parts[there]
        figures = np.concatenate((parts, total[:, None]), axis=1)
        sums = np.array([*np.ones(parts.shape[1]), -1.0])
        self._rows.append((figures, sums, np.inf if overlap else 0.0))
        if overlap:
            each = np.stack((np.repeat(total, parts.shape[1]), parts.ravel()), axis=1)
            self._rows.append((each, np.array([1.0, -1.0]), np.inf))

    def _write_rows(self) -> None:
        for block, numbers in zip(self._blocks, self._numbers, strict=True):
            number = np.full(block.sheet.table.present.size, -1)
            number[block.places] = numbers
            for margins, parts, overlap in block.sheet.table.parts(block.axes):
                self._add(number[margins], number[parts], overlap)
        for sheet in self._equations.sheets:
            if "count" in sheet.groups:
                n, count, rest = (
                    self._find(self._key(sheet.epoch, self._equations.one(sheet.groups[figure]), sheet.cells.ravel()))
                    for figure in ("n", "count", "rest")
                )
                self._add(n, np.stack((count, rest), axis=1))
        for sheet, axes, split in self._between:
            for group in split.groups:
                pieces = [self._equations.one(piece) for piece in split.inside(group)]
                whole = self._equations.one(group)
                if pieces and pieces != [whole]:
                    cells = sheet.cells.ravel()[sheet.table.places(axes).ravel()]
                    inside = [self._find(self._key(sheet.epoch, piece, cells)) for piece in pieces]
                    self._add(self._find(self._key(sheet.epoch, whole, cells)), np.stack(inside, axis=1))

    def _only_once(self) -> None:
        """Take out rows that say the same: margins that tables share give them several times."""
        weight = np.random.default_rng(0).integers(1, 1 << 62, len(self._all) + 1, np.uint64)
        by_length: dict[tuple[int, float, float], list[tuple[Ints, Floats]]] = {}
        for figures, coefficients, most in self._rows:
            by_length.setdefault((len(coefficients), most, float(coefficients[0])), []).append((figures, coefficients))
        self._rows = []
        for (_, most, _), same in by_length.items():
            figures, coefficients = np.concatenate([one for one, _ in same]), same[0][1]
            mark = weight[figures[:, :-1]].sum(axis=1, dtype=np.uint64) ^ (weight[figures[:, -1]] * np.uint64(3))
            _, first = np.unique(mark, return_index=True)
            self._rows.append((figures[np.sort(first)], coefficients, most))

    def _look_for_lone_ones(self) -> None:
        """Hidden figures that are one subtraction away, whatever rounding blurs of it."""
        for figures, _, most in self._rows:
            if most == 0:
                unknown = ~self.shown[figures]
                lone = figures[unknown.sum(axis=1) == 1][unknown[unknown.sum(axis=1) == 1]]
                self.alone += np.unique(lone[self.hidden[lone]]).tolist()

    # The whole.

    def system(self) -> System:
        """The system, its bounds as the figures give them."""
        self._know()
        self._write_rows()
        self._only_once()
        self._look_for_lone_ones()
        kind = np.where(self.hidden & ~self.shown, Kind.HIDDEN, Kind.FREE).astype(np.int8)
        fewest = self._of_epochs("width", np.arange(len(kind)))
        self._judge_parts(fewest)
        self._judge_pieces(kind, fewest)
        low, high, known = self.low, self.high, self.shown
        changed = self._change()
        more = len(changed)
        kind = np.concatenate((kind, changed))
        newer = np.array([new for new, _ in self.changes], np.int64)
        fewest = np.concatenate((fewest, self._of_epochs("persons", newer)))
        start, of, coefficient, row_high = self._joined()
        return System(
            np.concatenate((low, np.full(more, self._change_low))), np.concatenate((high, np.full(more, np.inf))),
            np.concatenate((known, np.zeros(more, bool))), kind, fewest,
            start, of, coefficient, np.zeros(len(start) - 1), row_high, self.said,
        )  # fmt: skip

    def _of_epochs(self, name: str, figures: Ints) -> Floats:
        """A threshold for each of some figures, as the release of its epoch kept to it."""
        epoch = figures if not len(figures) else self._all[figures] // self._stride
        said = [getattr(self._equations.thresholds_of(one), name) for one in range(int(epoch.max(initial=0)) + 1)]
        return np.array(said, np.float64)[epoch]

    def _joined(self) -> tuple[Ints, Ints, Floats, Floats]:
        rows = [one for one in self._rows if len(one[0])]
        lengths = [np.full(len(figures), figures.shape[1]) for figures, _, _ in rows]
        start = np.concatenate(([0], np.cumsum(np.concatenate([np.zeros(0, np.int64), *lengths]))))
        of = np.concatenate([np.zeros(0, np.int64), *(figures.ravel() for figures, _, _ in rows)])
        values = [np.tile(coefficients, len(figures)) for figures, coefficients, _ in rows]
        most = [np.full(len(figures), most) for figures, _, most in rows]
        return start.astype(np.int64), of, np.concatenate([np.zeros(0), *values]), np.concatenate([np.zeros(0), *most])

    def _judge_parts(self, fewest: Floats) -> None:
        # Of a shown n of 10 no part can have more than ten values.
        for block, numbers in zip(self._blocks, self._numbers, strict=True):
            if block.figure in ("count", "rest"):
                group = self._equations.one(block.sheet.groups["n"])
                cells = block.sheet.cells.ravel()[block.places]
                n = self._find(self._key(block.sheet.epoch, group, cells))
                part = (numbers >= 0) & (n >= 0)
                part[part] &= self.shown[n[part]]
                np.minimum.at(fewest, numbers[part], self.low[n[part]])

    def _judge_pieces(self, kind: Kinds, fewest: Floats) -> None:
        """What lies between figures: fewer than T would be seen, unless a hidden figure around it is as small."""
        in_tables = np.zeros(len(kind), bool)
        for block, numbers in zip(self._blocks, self._numbers, strict=True):
            if block.figure is not None:
                in_tables[numbers[numbers >= 0]] = True
        for sheet, axes, split in self._between:
            cells = sheet.cells.ravel()[sheet.table.places(axes).ravel()]
            for piece, holders in zip(split.pieces, split.holders, strict=True):
                number = self._find(self._key(sheet.epoch, self._equations.one(piece), cells))
                number = np.where((number >= 0) & ~in_tables[number], number, -1)
                beside = np.ones(len(cells), bool)
                for holder in holders:
                    found = self._find(self._key(sheet.epoch, self._equations.one(holder), cells))
                    beside &= (found < 0) | self.shown[found]
                there = number >= 0
                kind[number[there]] = Kind.BETWEEN
                fewest[number[there]] = np.where(
                    beside[there], sheet.thresholds.persons, min(sheet.thresholds.persons, sheet.thresholds.width)
                )

    # The series.

    def _change(self) -> Kinds:
        """Write what changed between releases as figures of their own; gives their kinds, in order.

        Observations are only added, as an intruder would assume: no figure is less than the one before. Where one has
        fallen, something was corrected or taken away, and nothing of this is assumed of the unit.
        """
        order = np.lexsort((self._all // self._stride, self._all % self._stride))
        new, old = _pairs(order, self._all % self._stride)
        shown_new, shown_old = _pairs(order[self.shown[order]], self._all % self._stride)
        both = np.unique(np.concatenate((np.stack((new, old)), np.stack((shown_new, shown_old))), axis=1), axis=1)
        fell = bool(np.any(self.high[shown_new] < self.low[shown_old]))
        self._change_low = -np.inf if fell else 0.0
        if not fell:
            self._rows.append((np.stack((new, old), axis=1), np.array([1.0, -1.0]), np.inf))
        new, old = both
        number = len(self._all) + np.arange(len(new))
        self._rows.append((np.stack((old, number, new), axis=1), np.array([1.0, 1.0, -1.0]), 0.0))
        self.changes = list(zip(new.tolist(), old.tolist(), strict=True))
        moved = self.shown[new] & self.shown[old] & self.plain[new]
        return np.where(moved, Kind.MOVED, Kind.CHANGE).astype(np.int8)

    # In words.

    def said(self, figure: int) -> str:
        """The place of a figure in words."""
        if figure >= len(self._all):
            return f"what was added since the release before to {self.said(self.changes[figure - len(self._all)][0])}"
        block = self._blocks[self._block_of[figure]]
        place = block.sheet.table.said(int(self._place_of[figure]))
        what = block.figure or self._equations.names[block.group]
        return f"{place}: {what}" + (", as it stood before" if block.sheet.epoch else "")

    def contradicting(self) -> Iterator[str]:
        """Figures that are hidden in one table and shown in another of the same time."""
        for number in np.flatnonzero(self.shown & self.withheld).tolist():
            places: dict[bool, str] = {}
            for block, numbers in zip(self._blocks, self._numbers, strict=True):
                if block.figure is None:
                    continue
                for at in np.flatnonzero(numbers == number).tolist():
                    value = block.sheet.table.figures["count" if block.figure == "rest" else block.figure]
                    place = int(block.places[at])
                    where = f"{block.sheet.table.said(place)}: {block.figure}"
                    places.setdefault(bool(np.isnan(value.flat[place])), where)
            yield f"{places[True]} is hidden there and shown in {places[False]}"


def _pairs(order: Ints, of: Ints) -> tuple[Ints, Ints]:
    """Of figures in order, newest release first, each with the next older one of the same."""
    same = of[order[:-1]] == of[order[1:]]
    return order[:-1][same], order[1:][same]
