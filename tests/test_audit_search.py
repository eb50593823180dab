"""What bounds and linear programming say of a system is held against every way in which it can be filled in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.disclosure.audit import search as searching
from monitor.disclosure.audit.bounds import narrow
from monitor.disclosure.audit.search import Clock, Search
from monitor.disclosure.audit.system import Kind, System

Row = tuple[Sequence[int], int]
"""The figures that add up to another, and that other."""


def system(low: Sequence[float], high: Sequence[float], rows: Sequence[Row], fewest: float) -> System:
    size = len(low)
    of = [figure for parts, total in rows for figure in (*parts, total)]
    signs = [sign for parts, _ in rows for sign in (*([1.0] * len(parts)), -1.0)]
    start = np.cumsum([0, *(len(parts) + 1 for parts, _ in rows)])
    bounds = np.array(low, float), np.array(high, float)
    hidden = bounds[1] - bounds[0] > 4
    return System(
        *bounds, ~hidden, np.where(hidden, Kind.HIDDEN, Kind.FREE).astype(np.int8), np.full(size, fewest),
        start, np.array(of), np.array(signs), np.zeros(len(rows)), np.zeros(len(rows)), str,
    )  # fmt: skip


def filled_in(one: System, parts: Sequence[int], rows: Sequence[Row]) -> Iterator[list[int]]:
    """Every way to fill in a table: all values of its innermost cells whose sums keep the bounds."""
    for cells in product(*(range(int(one.low[cell]), int(one.high[cell]) + 1) for cell in parts)):
        values = dict(zip(parts, cells, strict=True))
        for below, total in rows:
            values.setdefault(total, sum(values[part] for part in below))
        whole = [values[figure] for figure in range(one.size)]
        if all(low <= value <= high for low, value, high in zip(one.low, whole, one.high, strict=True)) and all(
            sum(values[part] for part in below) == values[total] for below, total in rows
        ):
            yield whole


# A table of two by two or two by three, with all its margins: sums of which every corner is a whole number.

ROWS: dict[int, list[Row]] = {
    2: [([0, 1], 4), ([2, 3], 5), ([0, 2], 6), ([1, 3], 7), ([4, 5], 8), ([6, 7], 8)],
    3: [([0, 1, 2], 6), ([3, 4, 5], 7), ([0, 3], 8), ([1, 4], 9), ([2, 5], 10), ([6, 7], 11), ([8, 9, 10], 11)],
}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_figure_is_called_narrow_exactly_when_it_is(data: st.DataObject) -> None:
    columns = data.draw(st.sampled_from([2, 2, 3]))
    rows, cells = ROWS[columns], 2 * columns
    exact = data.draw(st.lists(st.integers(0, 9), min_size=cells, max_size=cells))
    values = dict(enumerate(exact))
    for below, total in rows:
        values[total] = sum(values[part] for part in below)
    hide = set(data.draw(st.sets(st.integers(0, len(values) - 1), min_size=2, max_size=6)))
    most = 9 if columns == 2 else 6
    low = [0 if figure in hide else max(0, values[figure] - 1) for figure in range(len(values))]
    high = [max(most, values[figure]) if figure in hide else values[figure] + 1 for figure in range(len(values))]
    one = system(low, high, rows, data.draw(st.sampled_from([3.0, 5.0, 7.0])))
    every = np.array(list(filled_in(one, range(cells), rows)))
    least, greatest = every.min(axis=0).astype(float), every.max(axis=0).astype(float)
    hidden = np.flatnonzero(one.kind == Kind.HIDDEN)
    wanted = hidden[~one.safe(least, greatest, hidden)].tolist()
    narrow(one, lambda: False)
    assert (one.low <= least).all() and (one.high >= greatest).all()
    search = Search(one, Clock(60))
    result = search.run()
    assert (sorted(result.narrow), result.undecided, result.contradictory) == (wanted, [], [])
    seen = np.isfinite(search.least)
    assert (search.least[seen] >= least[seen] - 1e-6).all() and (search.most[seen] <= greatest[seen] + 1e-6).all()


def test_a_figure_that_only_several_sums_together_give_away_is_found_by_linear_programming() -> None:
    # Rows: 0 + 1 + 2 and 3 + 4; columns: 0 + 3 and 1 + 4. The rows less the columns are figure 2, which stands in a
    # third column with figure 5. No sum by itself, nor one after another, says anything of it.
    rows: list[Row] = [([0, 1, 2], 6), ([3, 4], 7), ([0, 3], 8), ([1, 4], 9), ([2, 5], 10)]
    known = [75, 80, 60, 80, 65]
    one = system([0] * 6 + known, [200] * 6 + known, rows, 10)
    narrow(one, lambda: False)
    assert one.high[2] - one.low[2] >= 10
    assert Search(one, Clock(60)).run().narrow == [2, 5]


def grid(size: int, exact: np.ndarray, hidden: np.ndarray) -> System:
    """A square table of cells and margins; the shown ones within two of their value."""
    number = np.arange((size + 1) ** 2).reshape(size + 1, size + 1)
    rows: list[Row] = []
    for lines, values in ((number, exact), (number.T, exact.T)):
        rows += [(line[1:].tolist(), int(line[0])) for line in lines]
        assert (values[:, 1:].sum(axis=1) == values[:, 0]).all()
    low = np.where(hidden, 0, np.maximum(exact - 2, 0)).ravel()
    high = np.where(hidden, np.inf, exact + 2).ravel()
    return system(low.tolist(), high.tolist(), rows, 10)


def margins(cells: np.ndarray) -> np.ndarray:
    whole = np.zeros((len(cells) + 1,) * 2, np.int64)
    whole[1:, 1:] = cells
    whole[1:, 0] = cells.sum(axis=1)
    whole[0] = whole.sum(axis=0)
    return whole


@pytest.mark.parametrize("seed", range(3))
def test_neighbourhoods_say_the_same_as_the_whole(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(seed)
    exact = margins(chance.poisson(chance.exponential(20, (12, 12))))
    hidden = exact < 10
    hidden[chance.integers(1, 13, 20), chance.integers(1, 13, 20)] = True
    results = []
    for whole in (10_000, 20):
        monkeypatch.setattr(searching, "_NEIGHBOURS", (12, 40))
        one = grid(12, exact, hidden)
        narrow(one, lambda: False)
        results.append(Search(one, Clock(60), whole).run())
    assert results[0].narrow == sorted(results[1].narrow) and not results[1].undecided


def test_rows_that_contradict_each_other_are_found() -> None:
    # The cells of the rows come to 20 together, those of the columns to 30.
    exact = np.array([[0, 0, 0], [10, 0, 0], [10, 0, 0]])
    exact[0] = [0, 15, 15]
    number = np.arange(9).reshape(3, 3)
    rows: list[Row] = [(line[1:].tolist(), int(line[0])) for table in (number, number.T) for line in table[1:]]
    low = [0.0 if value == 0 else float(value) for value in exact.ravel()]
    high = [np.inf if value == 0 else float(value) for value in exact.ravel()]
    found = Search(system(low, high, rows, 10), Clock(60)).run()
    assert found.contradictory and not found.undecided


def test_when_the_time_is_out_everything_is_undecided() -> None:
    exact = margins(np.array([[14, 40], [50, 16]]))
    hidden = np.zeros((3, 3), bool)
    hidden[1:, 1:] = True
    one = grid(2, exact, hidden)
    assert len(Search(one, Clock(0)).run().undecided) == 4
    assert Search(one, Clock(60)).run().undecided == []
