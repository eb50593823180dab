"""A system of sums over all figures about one unit: bounds, equations, and what of each figure must not be narrow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from monitor.disclosure.audit.published import Floats, Ints

Flags = NDArray[np.bool_]
Kinds = NDArray[np.int8]


class Kind(IntEnum):
    """What a figure is to an intruder, and so what would be a disclosure.

    ``HIDDEN``: narrower than W. ``BETWEEN`` (what lies between figures of several indicators): surely fewer than T.
    ``MOVED`` (the change of a figure published anew): surely fewer than T. ``CHANGE`` (between two releases): surely
    from 1 to T - 1.
    """

    FREE = 0
    HIDDEN = 1
    BETWEEN = 2
    MOVED = 3
    CHANGE = 4


@dataclass
class System:
    """Figures (by number) with their bounds, and rows ``row_low <= sum of coefficient * figure <= row_high``.

    The rows are stored one after another: those of row r from ``start[r]`` to ``start[r + 1]``. ``known`` figures stand
    in the file, ``kind`` says what the others are, ``fewest`` is the W or T that holds for them. ``said`` gives the
    place of a figure in words.
    """

    low: Floats
    high: Floats
    known: Flags
    kind: Kinds
    fewest: Floats
    start: Ints
    of: Ints
    coefficient: Floats
    row_low: Floats
    row_high: Floats
    said: Callable[[int], str]
    _rows_of: tuple[Ints, Ints] | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """How many figures there are."""
        return len(self.low)

    def rows_of(self) -> tuple[Ints, Ints]:
        """For each figure where its rows begin, and the rows."""
        if self._rows_of is None:
            order = np.argsort(self.of, kind="stable")
            row = np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))
            begins = np.concatenate(([0], np.cumsum(np.bincount(self.of, minlength=self.size))))
            self._rows_of = begins, row[order]
        return self._rows_of

    def safe(self, least: Floats, most: Floats, figures: Ints) -> Flags:
        """Whether values from ``least`` to ``most`` are too many to disclose anything, for some figures.

        Values are whole numbers, so that 0.5 to 10.5 is 1 to 10.
        """
        low, high = np.ceil(least[figures] - _NEAR), np.floor(most[figures] + _NEAR)
        kind, fewest = self.kind[figures], self.fewest[figures]
        wide = high - low >= fewest
        many = (high >= fewest) | ((kind != Kind.BETWEEN) & (low <= -fewest))
        none = (low <= 0) & (high >= 0)
        return np.select(
            [kind == Kind.HIDDEN, (kind == Kind.BETWEEN) | (kind == Kind.MOVED), kind == Kind.CHANGE],
            [wide, many, many | none], True,
        )  # fmt: skip


_NEAR = 1e-5
"""How far from a whole number a value that a programme found may lie and still be that number."""


def spans(start: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """The entries of some rows, one row after another, and how many each has."""
    lengths = start[rows + 1] - start[rows]
    ends = np.cumsum(lengths)
    first = start[rows] - (ends - lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(first, lengths), lengths
