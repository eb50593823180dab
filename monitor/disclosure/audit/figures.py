"""Holds each published figure against the thresholds and the rounding, by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from monitor.disclosure.audit.facts import false_facts
from monitor.disclosure.audit.published import FIGURES, MEASURED, WHOLE, Published, Thresholds

LEAST: Mapping[str, int] = {"persons": 10, "width": 10, "base": 5, "median": 20}
"""The least that is safe (docs/releases.md), whatever a release says of itself: a forged one says what suits it."""
_LEAST_RELATIVE = 0.3
_SHOWN: Mapping[str, frozenset[str]] = {
    "share": frozenset(FIGURES) - MEASURED,
    "count": frozenset({"n", "count"}),
    "median": frozenset({"n", "median"}),
    "ratio": frozenset({"n", "ratio"}),
}

Row = Mapping[str, float | None]


def low_thresholds(thresholds: Thresholds) -> Iterator[str]:
    """The thresholds of a release that are not safe; a sentence each."""
    for name, least in LEAST.items():
        if (said := getattr(thresholds, name)) < least:
            yield f"release: it says {name} = {said}, and less than {least} is not safe."
    if thresholds.relative < _LEAST_RELATIVE:
        yield f"release: it says relative = {thresholds.relative}, and less than {_LEAST_RELATIVE} is not safe."
    if thresholds.base > thresholds.persons:
        yield "release: it says that counts are rounded by more than the fewest persons behind them."


def wrong_figures(table: Published, thresholds: Thresholds) -> Iterator[str]:
    """What is wrong with the figures of a table; a sentence each, which names the place and no figure."""
    for keys in table.missing():
        yield f"{table.name} has no row for {', '.join(keys)}, which says that there was nobody"
    if table.exempt:
        yield from false_facts(table)
        return
    mixed = table.over_currencies().ravel()
    for place, row in table.rows():
        if all(figure is None for figure in row.values()):
            continue
        for says in _of_row(table.statistic, row, thresholds):
            yield f"{table.said(place)}: {says}"
        if mixed[place]:
            yield f"{table.said(place)}: it shows a figure over several currencies"
    for margins, parts, overlap in table.parts():
        if overlap:
            for margin, below in zip(margins.tolist(), parts.tolist(), strict=True):
                for part in below:
                    since = table.since.flat[margin]
                    if since == table.since.flat[part]:
                        # What was published earlier may have met lower thresholds, but none below the least.
                        for says in _outside(table, margin, part, thresholds if since == 0 else Thresholds()):
                            yield f"{table.said(part)}: {says}"


def _of_row(statistic: str, row: Row, thresholds: Thresholds) -> Iterator[str]:
    for figure in WHOLE:
        value = row[figure]
        if value is not None and (value % thresholds.base or value < thresholds.least_shown):
            yield f"{figure} is not rounded, or too small to be shown"
    if any(row[figure] is not None for figure in set(FIGURES) - _SHOWN[statistic]):
        yield f"it shows what a {statistic} does not have"
    n, count = row["n"], row["count"]
    if n is None:
        if any(row[figure] is not None for figure in FIGURES):
            yield "its n is hidden, but not everything beside it"
    elif statistic == "share":
        if count is not None and n - count < thresholds.least:
            yield "so few do not meet the condition that their number may not be shown"
        if (row["share"], row["low"], row["high"]) != _wilson(count, n):
            yield "its share or interval is not the one of the rounded counts"
    elif statistic == "count" and count != n:
        yield "its count is not its n"
    elif statistic in MEASURED and (value := row[statistic]) is not None and not _is_coarse(value, n, thresholds):
        yield f"its {statistic} is too exact, or of too few"


def _wilson(count: float | None, n: float) -> tuple[float | None, float | None, float | None]:
    """The share of rounded counts and its Wilson interval, to four digits."""
    if count is None:
        return None, None, None
    if not n:
        return 0.0, 0.0, 0.0
    z2 = 3.8414588206941254  # the square of 1.95996...
    p = count / n
    half = math.sqrt(max(z2 * (p * (1 - p) + z2 / (4 * n)) / n, 0.0))
    low, high = (p + z2 / (2 * n) - half) / (1 + z2 / n), (p + z2 / (2 * n) + half) / (1 + z2 / n)
    return round(p, 4), round(low, 4), round(high, 4)


def _is_coarse(figure: float, n: float, thresholds: Thresholds) -> bool:
    return float(f"{figure:.1e}") == figure and n >= thresholds.median - thresholds.base // 2


def _outside(table: Published, margin: int, part: int, thresholds: Thresholds) -> Iterator[str]:
    """Where codes overlap, margin less cell are those who do not stand under the code."""
    whole, cell = ({figure: float(table.figures[figure].flat[at]) for figure in FIGURES} for at in (margin, part))
    for figure in WHOLE:
        if whole[figure] - cell[figure] < thresholds.least:  # never true of NaN, which is a hidden figure
            yield f"so few stand outside of it that their number may not be shown ({figure})"
    rest = (whole["n"] - whole["count"]) - (cell["n"] - cell["count"])
    # Four rounded counts stand in it, each within less than a base of the exact one.
    if table.statistic == "share" and rest <= thresholds.persons - 2 * thresholds.base:
        yield "so few who do not meet the condition stand outside of it that their number may not be shown"
