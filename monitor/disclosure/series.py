"""What earlier releases said, as the programme knows it: the exact figures of then, and the rows as published."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.disclosure.sums import Cell
from monitor.findings import Behind

Row = Mapping[str, float | int | str | None]
"""A row of a table as it was published: figures by their names, and ``since``."""

NOT_PUBLISHED = "not published"
"""Why a figure is hidden that no release ever shows: it only follows from others."""

Key = tuple[str, str, str]
"""Instrument, figure and cell."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One count at the time of one release, as the private ledger keeps it.

    ``figure`` and ``cell`` are JSON, the same in every release. ``units``, ``persons`` and ``cases`` are exact, at the
    time of that release. ``shown`` says whether the count was published in it; ``since`` names the earlier release
    whose count still stood in its place, None when it was its own. ``reason`` says why it was not its own.
    """

    instrument: str
    figure: str
    cell: str
    units: int
    persons: int | None
    cases: int
    shown: bool
    since: str | None = None
    reason: str | None = None

    @property
    def key(self) -> Key:
        """What it is the count of."""
        return self.instrument, self.figure, self.cell

    @property
    def is_news(self) -> bool:
        """Whether that release published the count of its own time."""
        return self.shown and self.since is None


@dataclass(frozen=True)
class EarlierRelease:
    """A release that went before in the series: its counts, and its rows by the name of their table and their codes.

    ``added`` is what stands behind what was approved or changed since (:func:`counts_in` of findings ``after`` it).
    Where it is None that is not known, and the difference of the exact counts must do.
    """

    id: str
    kept: Mapping[Key, Kept]
    rows: Mapping[tuple[str, tuple[str, ...]], Row] = field(default_factory=dict)
    added: Mapping[Key, Behind] | None = None


def cell_text(cell: Cell) -> str:
    """A cell as JSON."""
    return json.dumps(sorted(cell), ensure_ascii=False)
