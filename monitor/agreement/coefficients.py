"""How far observers agree, and how far beyond chance: pure figures, without a store and without forms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from itertools import combinations, permutations
from math import fsum
from typing import Any, TypeVar

Answer = TypeVar("Answer", bound=Hashable)

Unit = Sequence[Answer]
"""What several observers answered about one thing, an answer each; who gave none is left out."""

Metric = Callable[[Any, Any, Mapping[Any, float]], float]
"""The squared difference of two answers, given how often each answer occurs among all that can be paired."""


def pairs_of(units: Collection[Unit[Answer]]) -> Iterator[tuple[Answer, Answer]]:
    """Every pair of answers to one thing."""
    for unit in units:
        yield from combinations(unit, 2)


def share_of(units: Collection[Unit[Answer]], alike: Callable[[Answer, Answer], bool]) -> float | None:
    """The share of pairs that are alike; None where there is no pair."""
    found = [alike(first, second) for first, second in pairs_of(units)]
    return sum(found) / len(found) if found else None


def raw_agreement(units: Collection[Unit[Answer]]) -> float | None:
    """The share of pairs that are equal. Chance alone can make it high; see :func:`alpha`."""
    return share_of(units, lambda first, second: first == second)


def alpha(units: Collection[Unit[Answer]], metric: Metric) -> float | None:
    """Krippendorff's alpha: 1 is perfect agreement, 0 what chance would give, below 0 systematic disagreement.

    From the coincidence matrix (K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011), for any number of
    observers; a thing that only one of them answered cannot be paired and is left out. None, which is neither 0 nor 1,
    where nothing can be paired, and where all gave one and the same answer: then chance is not to be told from skill.
    """
    matrix: dict[tuple[Any, Any], float] = defaultdict(float)
    for unit in units:
        for first, second in permutations(unit, 2):
            matrix[first, second] += 1 / (len(unit) - 1)
    values = sorted({first for first, _ in matrix}, key=repr)  # in one order: the same data, the same figure
    totals = {value: fsum(matrix[value, other] for other in values) for value in values}
    whole = fsum(totals.values())
    different = {(c, k): metric(c, k, totals) for c, k in combinations(values, 2)}
    expected = fsum(totals[c] * totals[k] * apart for (c, k), apart in different.items())
    if not expected:
        return None
    observed = fsum(matrix[cell] * apart for cell, apart in different.items())
    return 1 - (whole - 1) * observed / expected


def nominal(first: object, second: object, totals: Mapping[Any, float]) -> float:
    """The difference of answers without an order: they are the same, or they are not."""
    return float(first != second)


def interval(first: float, second: float, totals: Mapping[Any, float]) -> float:
    """The difference of numbers, squared."""
    return float(first - second) ** 2


def ordinal(order: Sequence[Any]) -> Metric:
    """The difference of answers that stand in an ``order``: how many of all answers lie between them."""

    def difference(first: object, second: object, totals: Mapping[Any, float]) -> float:
        below, above = sorted((order.index(first), order.index(second)))
        between = fsum(totals.get(value, 0) for value in order[below : above + 1])
        return (between - (totals[first] + totals[second]) / 2) ** 2

    return difference


def jaccard(units: Collection[Unit[frozenset[str]]]) -> float | None:
    """The mean overlap of two sets of answers: what both chose, of what either chose; two empty ones overlap wholly."""
    found = [len(first & second) / len(first | second) if first or second else 1.0 for first, second in pairs_of(units)]
    return fsum(found) / len(found) if found else None
