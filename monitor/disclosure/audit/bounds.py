"""Passes bounds along all sums at once until nothing moves: cheap, and it finds most of what can be found."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from monitor.disclosure.audit.published import Floats, Ints
from monitor.disclosure.audit.system import Flags, System, spans

_ROUNDS = 200


def narrow(system: System, out_of_time: Callable[[], bool]) -> bool:
    """Narrow the bounds of every figure by every row; whether they came to rest. Stops where bounds contradict."""
    rows = np.arange(len(system.start) - 1)
    begins, rows_of = system.rows_of()
    for _ in range(_ROUNDS):
        if not len(rows) or bool(np.any(system.low > system.high)):
            return True
        if out_of_time():
            return False
        before_low, before_high = system.low.copy(), system.high.copy()
        _tighten(system, rows)
        moved = np.flatnonzero((system.low != before_low) | (system.high != before_high))
        entries, _ = spans(begins, moved)
        rows = np.unique(rows_of[entries])
    return False


def _tighten(system: System, rows: Ints) -> None:
    entries, lengths = spans(system.start, rows)
    if not len(entries):
        return
    of, coefficient = system.of[entries], system.coefficient[entries]
    starts = np.cumsum(lengths) - lengths
    up = coefficient > 0
    low, high = system.low[of], system.high[of]
    least, most = coefficient * np.where(up, low, high), coefficient * np.where(up, high, low)
    others_least = _others(least, starts, lengths)
    others_most = _others(most, starts, lengths)
    # What the other figures of its row leave to each figure.
    highest = np.repeat(system.row_high[rows], lengths) - others_least
    lowest = np.repeat(system.row_low[rows], lengths) - others_most
    new_high, new_low = np.where(up, highest, -lowest), np.where(up, lowest, -highest)
    size = np.abs(coefficient)
    np.minimum.at(system.high, of, np.floor(new_high / size + 1e-9))
    np.maximum.at(system.low, of, np.ceil(new_low / size - 1e-9))


def _others(values: Floats, starts: Ints, lengths: Ints) -> Floats:
    """For each entry the sum of the others of its row. Endless ones are counted, not added."""
    endless: Flags = ~np.isfinite(values)
    finite = np.where(endless, 0.0, values)
    total = np.repeat(np.add.reduceat(finite, starts), lengths) - finite
    count = np.repeat(np.add.reduceat(endless.astype(np.int64), starts), lengths) - endless
    sign = np.repeat(np.add.reduceat(np.where(endless, np.sign(values), 0.0), starts), lengths)
    return np.where(count > 0, np.copysign(np.inf, sign), total)
