"""Puts figures into words and tables into an order for reading: what a page shows, before any HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.site.publication import ALL, UNKNOWN, Dimension, Figure, Table

SPACE = "\u00a0"
MOST_LINES = 2_000
"""A longer table is shown by its margins; the whole of it stands in the explorer."""


@dataclass(frozen=True)
class Line:
    """One row of a table as it is read: its label, its figures, whether it is a total."""

    label: str
    figure: Figure
    total: bool

    @property
    def hidden(self) -> bool:
        """Whether not one of its figures is shown."""
        figure = self.figure
        shown = (figure.n, figure.count, figure.share, figure.median, figure.ratio)
        return all(value is None for value in (*shown, figure.not_observed, figure.not_applicable))


@dataclass(frozen=True)
class Group:
    """Lines under one heading: all but the last dimension. A table of one dimension has one group, without title."""

    title: str
    lines: tuple[Line, ...]
    total: bool

    @property
    def hidden(self) -> bool:
        """Whether not one of its figures is shown."""
        return all(line.hidden for line in self.lines)


@dataclass(frozen=True)
class Arrangement:
    """A table in reading order. ``whole`` is false where only its margins are shown."""

    groups: tuple[Group, ...]
    heading: str
    whole: bool


def arrange(table: Table, rows: Sequence[tuple[tuple[str, ...], Figure]]) -> Arrangement:
    """The rows of a table: totals first, codes in the codebook's order, countries by the alphabet, unknown last.

    Rows over several currencies have no figures, and are left out.
    """
    apart = [place for place, dimension in enumerate(table.dimensions) if dimension.apart]
    rows = [(keys, figure) for keys, figure in rows if all(keys[place] != ALL for place in apart)]
    whole = len(rows) <= MOST_LINES
    if not whole:
        rows = [(keys, figure) for keys, figure in rows if sum(key != ALL for key in keys) <= 1 + len(apart)]
    places = [{code: place for place, code in enumerate(dimension.labels)} for dimension in table.dimensions]

    def place(row: tuple[tuple[str, ...], Figure]) -> tuple[int, ...]:
        keys, _ = row
        return tuple(known.get(key, len(known)) for known, key in zip(places, keys, strict=True))

    *outer, inner = table.dimensions
    groups: dict[tuple[str, ...], list[Line]] = {}
    for keys, figure in sorted(rows, key=place):
        groups.setdefault(keys[:-1], []).append(Line(label(inner, keys[-1]), figure, keys[-1] == ALL))
    return Arrangement(
        tuple(
            Group(
                " · ".join(
                    f"{dimension.title}: {label(dimension, key)}" for dimension, key in zip(outer, keys, strict=True)
                ),
                tuple(lines),
                all(key == ALL for key in keys),
            )
            for keys, lines in groups.items()
        ),
        inner.title,
        whole,
    )


def label(dimension: Dimension, code: str) -> str:
    """A code of a dimension in words."""
    return dimension.labels.get(code, {ALL: "All", UNKNOWN: "Not recorded"}.get(code, code))


def percent(share: float) -> str:
    """A share of 0 to 1 as per cent, never as 0 % or 100 % where it is neither."""
    value = share * 100
    if value < 0.1:
        return f"under{SPACE}0.1{SPACE}%" if value > 0 else f"0{SPACE}%"
    if value > 99.9:
        return f"over{SPACE}99.9{SPACE}%" if value < 100 else f"100{SPACE}%"
    return f"{value:.0f}{SPACE}%" if 1 <= value <= 99 else f"{value:.1f}{SPACE}%"


def between(low: float, high: float) -> str:
    """An interval in words: between 44 % and 61 %."""
    return f"between {percent(low)} and {percent(high)}"


def number(value: float) -> str:
    """A number with its thousands set apart and no digits that it does not have."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.10g}"


@dataclass(frozen=True)
class Protection:
    """The numbers of a release's disclosure rule that the pages name; None where the release does not say."""

    persons: int | None
    cases: int | None
    base: int | None

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Protection:
        """Read from the ``parameters`` of a release."""

        def whole(name: str) -> int | None:
            value = parameters.get(name)
            return value if isinstance(value, int) else None

        return cls(whole("persons"), whole("cases"), whole("base"))

    @property
    def why_hidden(self) -> str:
        """Why a figure may be hidden, in words; the file itself never says which reason it was."""
        few = f"fewer than {self.persons} persons" if self.persons else "few persons"
        if self.cases:
            few += f" or {self.cases} cases"
        return f"hidden: {few}, or needed to protect another figure"
