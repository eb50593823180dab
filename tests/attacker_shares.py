"""What a published number can stand for: rounding undone, and the counts that fit a share with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tests.attacker_files import Table

Bounds = tuple[float, float]

_Z = 1.959963984540054
_MOST = 3000
"""An n with more values than that is not narrowed by a share."""


def behind(value: int, parameters: Mapping[str, Any]) -> Bounds:
    """The counts that are published as ``value``: rounded to the base, halves up, or always up."""
    base, least = int(parameters.get("base", 1)), float(parameters.get("persons", 0))
    if parameters.get("rounding", "nearest") == "up":
        return max(value - base + 1, least), value
    return max(value - base // 2, least), value + (base - 1) // 2


def are_exact(table: Table, parameters: Mapping[str, Any]) -> bool:
    """Whether the shares of a table are others than those of its published counts: then they tell more than these."""
    base = int(parameters.get("base", 1))
    shares = [row for row in table.rows.values() if row.get("share") is not None and row["n"]]
    plain = [row for row in shares if row["count"] is not None]
    same = [
        row for row in plain
        if round(min(max(row["count"], base), row["n"] - base) / row["n"], 4) == row["share"]
        or round(row["count"] / row["n"], 4) == row["share"]
    ]  # fmt: skip
    return len(plain) < len(shares) or len(same) < len(plain)


def from_share(row: Mapping[str, Any], n: Bounds, count: Bounds) -> tuple[Bounds, Bounds]:
    """The bounds of n and count that fit a share of exact counts, and its interval where that is given."""
    share = row.get("share")
    if share is None or n[1] - n[0] > _MOST:
        return n, count
    fits = []
    for whole in range(int(n[0]), int(n[1]) + 1):
        first = max(int(count[0]), math.floor((share - 0.00005) * whole) - 1)
        last = min(int(min(count[1], whole)), math.ceil((share + 0.00005) * whole) + 1)
        fits += [(whole, part) for part in range(first, last + 1) if _fits(row, whole, part)]
    if not fits:
        return n, count
    wholes, parts = [whole for whole, _ in fits], [part for _, part in fits]
    return (min(wholes), max(wholes)), (min(parts), max(parts))


def _fits(row: Mapping[str, Any], n: int, count: int) -> bool:
    if not n or abs(count / n - row["share"]) > 0.00005001:
        return False
    if row.get("low") is None or row.get("high") is None:
        return True
    share, scale = count / n, 1 + _Z**2 / n
    middle = share + _Z**2 / (2 * n)
    reach = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    ends = (middle - reach) / scale, (middle + reach) / scale
    return all(abs(end - row[name]) <= 0.00006 for end, name in zip(ends, ("low", "high"), strict=True))
