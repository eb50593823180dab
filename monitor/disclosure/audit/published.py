"""What stands in a release file: its tables of figures, laid out as grids, and what it says of itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

EVERY = "_T"
FIGURES = ("n", "count", "share", "low", "high", "median", "ratio", "not_observed", "not_applicable")
WHOLE = ("n", "count", "not_observed", "not_applicable")
MEASURED = frozenset({"median", "ratio"})
"""Figures whose columns only the tables of their own statistic have."""

Keys = tuple[str, ...]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Thresholds:
    """What a release says that it keeps to.

    ``persons`` (T), ``width`` (W) in units, ``base`` of rounding, ``median`` the fewest behind a median, ``rounding``
    ``nearest`` or ``up``, ``relative`` how far, as a share of its upper bound, the interval of a figure must reach down
    that is small by itself, where its unit is not the person. Which figures are small by themselves no file says, and
    a large one that is hidden for another's sake may be known more closely. So the audit looks at whether ``relative``
    is stated and safe, and judges every hidden figure by its width.
    """

    persons: int = 10
    width: int = 10
    base: int = 5
    median: int = 20
    rounding: str = "nearest"
    relative: float = 0.3

    @property
    def below(self) -> int:
        """How far below a published count the count itself can lie."""
        return self.base - 1 if self.rounding == "up" else self.base // 2

    @property
    def above(self) -> int:
        """How far above it."""
        return 0 if self.rounding == "up" else (self.base - 1) // 2

    @property
    def least(self) -> int:
        """The least that the difference of two published counts can be when T or more lie between the exact ones."""
        return self.persons // self.base * self.base

    @property
    def least_shown(self) -> int:
        """The least that T or more can be published as."""
        return -(-self.persons // self.base) * self.base if self.rounding == "up" else self.least


@dataclass(frozen=True)
class Definition:
    """What an indicator counts, as the file says it in JSON; ``forms`` names the forms of each question behind it.

    Two indicators with equal definitions count the same units. The numerator of what is no share is ``None``.
    """

    unit: tuple[str, str]
    among: str | None
    n: str | None
    count: str | None
    rating: str | None
    forms: tuple[tuple[str, str], ...] = ()
    own: str = ""
    """What tells the numerator apart where the file says nothing of it: the indicator."""


@dataclass(frozen=True)
class Asked:
    """When a question is asked (``condition``, as JSON; None for always), and whether it may then be left blank."""

    condition: str | None
    optional: bool


@dataclass(frozen=True)
class Published:
    """One table of figures as it stands in the file: a grid with an axis for each dimension, margins first.

    ``codes`` are those of each dimension, :data:`EVERY` first; ``parents`` gives the group of a code, where it has one.
    ``asked`` names the question behind each dimension, so that one cell in two tables is known as one. A hidden figure
    is NaN. ``since`` is the number of the release in which the row stood first, among ``epochs``; 0 for this one.
    ``exempt`` says that the table is about States, and nothing in it hidden.
    """

    name: str
    definition: Definition
    statistic: str
    dimensions: tuple[str, ...]
    asked: tuple[str, ...]
    codes: tuple[tuple[str, ...], ...]
    parents: tuple[Mapping[str, str], ...]
    overlapping: frozenset[str]
    figures: Mapping[str, Floats]
    present: NDArray[np.bool_]
    since: Ints
    epochs: tuple[str, ...] = ("",)
    exempt: bool = False

    @classmethod
    def of_rows(
        cls, name: str, definition: Definition, statistic: str, dimensions: tuple[str, ...], asked: tuple[str, ...],
        rows: Mapping[Keys, Mapping[str, Any]], *, overlapping: frozenset[str] = frozenset(),
        parents: Sequence[Mapping[str, str]] = (), codes: Sequence[Sequence[str]] | None = None,
        epochs: tuple[str, ...] = ("",), exempt: bool = False, most_gaps: int | None = None,
    ) -> Published:  # fmt: skip
        """The table of some rows: figures by the codes of the cell, and ``since``.

        Raises :class:`ValueError` where more than ``most_gaps`` combinations of codes have no row.
        """
        places = range(len(dimensions))
        found = [sorted({keys[place] for keys in rows}) for place in places] if codes is None else codes
        listed = tuple((EVERY, *(code for code in codes_ if code != EVERY)) for codes_ in found)
        shape = tuple(map(len, listed))
        if most_gaps is not None and math.prod(shape) > len(rows) + most_gaps:
            # A forged table of ten dimensions and a hundred rows lacks more rows than anybody could list.
            raise ValueError("a table lacks most of its rows")
        numbers = [{code: number for number, code in enumerate(codes_)} for codes_ in listed]
        columns = [[number[keys[place]] for keys in rows] for place, number in enumerate(numbers)]
        at = np.ravel_multi_index([np.array(column, np.int64) for column in columns], shape)
        figures = {}
        for figure in FIGURES:
            grid = np.full(math.prod(shape), np.nan)
            grid[at] = np.array([row.get(figure) for row in rows.values()], np.float64)
            figures[figure] = grid.reshape(shape)
        present, since = np.zeros(math.prod(shape), bool), np.zeros(math.prod(shape), np.int64)
        present[at] = True
        known: dict[str | None, int] = {"": 0, None: 0, **{epoch: number for number, epoch in enumerate(epochs)}}
        since[at] = [known[row.get("since")] for row in rows.values()]
        return cls(
            name, definition, statistic, dimensions, asked, listed, tuple(parents) or tuple({} for _ in places),
            overlapping, figures, present.reshape(shape), since.reshape(shape), epochs, exempt,
        )  # fmt: skip

    def over_currencies(self) -> NDArray[np.bool_]:
        """Where a row of medians or ratios stands for several currencies together: it has no figures to protect."""
        found = np.zeros(self.present.shape, bool)
        for axis, asked in enumerate(self.asked):
            if self.statistic in MEASURED and asked.endswith(" (currency)"):
                np.moveaxis(found, axis, 0)[0] = True
        return found

    def keys(self, place: int) -> Keys:
        """The codes of a cell, by its number in the grid laid flat."""
        numbers = np.unravel_index(place, self.present.shape)
        return tuple(codes[int(number)] for codes, number in zip(self.codes, numbers, strict=True))

    def said(self, place: int) -> str:
        """A cell in words."""
        return f"{self.name} ({', '.join(self.keys(place))})"

    def missing(self) -> list[Keys]:
        """The combinations of codes that have no row."""
        return [self.keys(int(place)) for place in np.flatnonzero(~self.present.ravel())]

    def families(self, axis: int) -> list[tuple[int, list[int]]]:
        """Along an axis, the number of each margin with those of the codes right below it."""
        codes, parents = self.codes[axis], self.parents[axis]
        below: dict[str, list[int]] = {}
        for number, code in enumerate(codes[1:], 1):
            below.setdefault(parents.get(code, EVERY), []).append(number)
        return [(codes.index(parent), parts) for parent, parts in below.items()]

    def places(self, axes: Sequence[int]) -> Ints:
        """The numbers of the cells that stand for all of every dimension but ``axes``."""
        places = np.arange(self.present.size).reshape(self.present.shape)
        return places[tuple(slice(None) if axis in axes else slice(1) for axis in range(len(self.codes)))]

    def parts(self, axes: Sequence[int] | None = None) -> Iterator[tuple[Ints, Ints, bool]]:
        """The places of margins, those of their parts (a row for each margin), and whether the parts overlap."""
        axes = range(len(self.dimensions)) if axes is None else axes
        places = self.places(axes)
        for axis in axes:
            dimension = self.dimensions[axis]
            along = np.moveaxis(places, axis, 0).reshape(len(self.codes[axis]), -1)
            for margin, parts in self.families(axis):
                yield along[margin], along[parts].T, dimension in self.overlapping

    def has(self, figure: str) -> bool:
        """Whether the table counts a figure: one beside the denominator only if some row shows it."""
        if figure == "n":
            return True
        if self.statistic != "share":
            return False
        return figure in ("count", "rest") or bool(np.any(~np.isnan(self.figures[figure])))

    def rows(self) -> Iterator[tuple[int, dict[str, float | None]]]:
        """The cells that have a row, with their figures; None where hidden."""
        table = np.stack([self.figures[figure].ravel() for figure in FIGURES], axis=1)
        for place in np.flatnonzero(self.present.ravel()):
            values = zip(FIGURES, table[place].tolist(), strict=True)
            yield int(place), {figure: None if math.isnan(value) else value for figure, value in values}


@dataclass(frozen=True)
class ReleaseFile:
    """A release as its file says it is. ``epochs`` are the releases of its series: this one, then the earlier ones."""

    id: str
    position: int
    previous: tuple[str, ...]
    withdrawn: bool
    thresholds: Thresholds
    tables: tuple[Published, ...]
    codes: Mapping[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)
    """The answers of each closed question, by instrument, form and name."""
    persons: frozenset[str] = frozenset()
    """The instruments that tell persons apart."""
    asked: Mapping[tuple[str, str, str], Asked] = field(default_factory=dict)
    """When each question is asked, by instrument, form and name."""
