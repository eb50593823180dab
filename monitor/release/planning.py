"""Says, before anything is built, how much would be left to publish if years or countries were put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from monitor.disclosure import ProtectedFinding, ProtectedTable
from monitor.findings import ALL, AS_DECLARED, Finding, FindingTable, Pooling, Region, mixes_currencies
from monitor.instrument import Instrument
from monitor.questions import Country
from monitor.release.protecting import Choices, Found, find_all, protect_all
from monitor.store import Store

PERIODS = (2, 3, 5)
"""The periods that are tried, in years."""


@dataclass(frozen=True)
class Remaining:
    """What is left of the figures that somebody stands behind, once they are protected.

    ``figures`` are all counts, medians and ratios; those about States, which nobody protects, are left out.
    ``population`` are the units in the innermost cells, table by table, and ``readable`` those of them of which the
    number in their cell is published, or in the period or region of it. ``countries`` are the States in any table.
    """

    figures: int = 0
    shown: int = 0
    population: int = 0
    readable: int = 0
    countries: frozenset[str] = frozenset()
    countries_shown: frozenset[str] = frozenset()

    def __add__(self, other: Remaining) -> Remaining:
        return Remaining(
            self.figures + other.figures, self.shown + other.shown,
            self.population + other.population, self.readable + other.readable,
            self.countries | other.countries, self.countries_shown | other.countries_shown,
        )  # fmt: skip

    @property
    def share_of_figures(self) -> float | None:
        """None where there is no figure."""
        return self.shown / self.figures if self.figures else None

    @property
    def share_of_population(self) -> float | None:
        """None where nobody is in any table."""
        return self.readable / self.population if self.population else None


@dataclass(frozen=True)
class Option:
    """One way to put codes together, and what would be left with it."""

    pooling: Pooling
    remaining: Remaining

    def words(self) -> str:
        """``periods of 3 years and regions beside``."""
        return words_of(self.pooling)


def words_of(pooling: Pooling) -> str:
    """``periods of 3 years and regions beside``."""
    periods = [] if pooling.periods is None else [f"periods of {pooling.periods} years"]
    what = " and ".join(periods + ["regions"] * bool(pooling.regions))
    return f"{what} {'alone' if pooling.alone else 'beside'}" if what else "as declared"


def plan(
    store: Store, catalogue: Mapping[str, Instrument], choices: Choices, *,
    regions: Mapping[str, Region] | None = None, periods: Sequence[int] = PERIODS, periods_from: int = 0,
    trying: Callable[[str], None] = lambda words: None,
) -> tuple[Option, ...]:  # fmt: skip
    """What each choice would leave, as declared first: periods, regions if there are any, and both.

    Each is tried beside the years and countries, and alone in their place. Regions are tried together with the periods
    that leave the most without them.

    Nothing is written, and nothing that was published before is taken into account. ``trying`` is told of each choice
    before it is tried. Raises :class:`Refusal` as :func:`monitor.release.build` does when there is nothing to count.
    """
    trial = _Trial(store, catalogue, choices, trying)
    options = [trial.of(AS_DECLARED)]
    for alone in (False, True):
        by_years = [trial.of(Pooling(years, {}, periods_from, alone)) for years in periods]
        options += by_years
        if regions:
            options.append(trial.of(Pooling(None, regions, 0, alone)))
            if by_years:
                options.append(trial.of(replace(best(by_years).pooling, regions=regions)))
    return tuple(options)


def steps(periods: Sequence[int], regions: Mapping[str, Region] | None) -> int:
    """How many choices a plan tries."""
    return 1 + 2 * (len(periods) + (1 + bool(periods) if regions else 0))


_Groups = frozenset[tuple[str, str, frozenset[str]]]
"""The codes that are counted together, by indicator and dimension."""


class _Trial:
    """What each choice leaves. Two that put the same codes together leave the same, and are tried once."""

    def __init__(
        self, store: Store, catalogue: Mapping[str, Instrument], choices: Choices, trying: Callable[[str], None]
    ) -> None:  # fmt: skip
        self._store, self._catalogue, self._choices, self._trying = store, catalogue, choices, trying
        self._declared: Sequence[FindingTable] = ()
        self._known: dict[tuple[bool, _Groups], Remaining] = {}

    def of(self, pooling: Pooling) -> Option:
        """What a choice leaves. As declared must come first: it says which codes there are."""
        self._trying(words_of(pooling))
        key = self._put_together(pooling)
        if key not in self._known:
            self._known[key] = self._left(pooling)
        return Option(pooling, self._known[key])

    def _put_together(self, pooling: Pooling) -> tuple[bool, _Groups]:
        groups: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        for table in self._declared:
            for dimension, codes in zip(table.dimensions, table.values, strict=True):
                for code, group in pooling.parents(dimension, codes).items():
                    groups[f"{table.instrument} {table.indicator.id}", dimension.name, group].add(code)
        # In the place of a single code its group says no more; beside it, there are more figures.
        least = 2 if pooling.alone else 1
        found = frozenset((place, name, frozenset(codes)) for (place, name, _), codes in groups.items()
                          if len(codes) >= least)  # fmt: skip
        return pooling.alone and bool(found), found

    def _left(self, pooling: Pooling) -> Remaining:
        chosen = replace(self._choices, pooling=pooling)
        found = find_all(self._store, self._catalogue, chosen, beside=False)
        if pooling == AS_DECLARED:
            self._declared = found.tables
        protected = protect_all(self._store.connection, found, chosen, ())
        return _remaining(found, protected.tables)


def best(options: Sequence[Option]) -> Option:
    """The one with which the most of the population can be read, to the per cent; the first of several."""
    return max(options, key=lambda option: round(option.remaining.share_of_population or 0, 2))


def advice(options: Sequence[Option]) -> str:
    """The best choice in a sentence."""
    chosen, declared = best(options), options[0]
    part = chosen.remaining.share_of_population
    if part is None:
        return "Nobody is in any table that is protected: there is nothing to put together."
    if chosen is declared:
        return f"Putting years or countries together would not help: {part:.0%} of the population can be read as it is."
    before = declared.remaining.share_of_population or 0
    return f"With {chosen.words()}, {part:.0%} of the population can be read, in place of {before:.0%}."


def _remaining(found: Found, tables: Sequence[ProtectedTable]) -> Remaining:
    exact = {_name(table): table for table in found.tables}
    pairs = ((exact[_name(table)], table) for table in tables if not table.exempt)
    return sum((_remaining_of(table, protected) for table, protected in pairs), Remaining())


def _name(table: FindingTable | ProtectedTable) -> tuple[str, ...]:
    return (table.instrument, table.indicator.id, *(dimension.name for dimension in table.dimensions))


def _remaining_of(table: FindingTable, protected: ProtectedTable) -> Remaining:
    shown = {finding.keys: finding for finding in protected.findings}
    remaining = Remaining()
    for finding in table.findings:
        figures = list(_figures(table, finding, shown[finding.keys]))
        remaining += Remaining(len(figures), sum(figures))
        if _is_innermost(table, finding.keys):
            readable = any(shown[keys].n is not None for keys in _around(table, finding.keys))
            remaining += Remaining(0, 0, finding.n.units, finding.n.units if readable else 0)
        remaining += _states(table, finding, seen=shown[finding.keys].n is not None)
    return remaining


def _figures(table: FindingTable, finding: Finding, shown: ProtectedFinding) -> Iterator[bool]:
    """For each figure that anybody stands behind, whether it is published."""
    if mixes_currencies(table.indicator, table.dimensions, finding.keys):
        return
    for name in ("n", "not_observed", "not_applicable", *(("count",) if table.statistic == "share" else ())):
        if getattr(finding.counts, name).units:
            yield getattr(shown, name) is not None
    for name in ("median", "ratio"):
        if getattr(finding, name) is not None:
            yield getattr(shown, name) is not None


def _is_innermost(table: FindingTable, keys: Sequence[str]) -> bool:
    return all(key != ALL and key not in groups.values() for key, groups in zip(keys, table.parents, strict=True))


def _around(table: FindingTable, keys: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """A cell, and those around it in which codes are put together."""
    levels = ((key, groups[key]) if key in groups else (key,) for key, groups in zip(keys, table.parents, strict=True))
    return product(*levels)


def _states(table: FindingTable, finding: Finding, *, seen: bool) -> Remaining:
    """The States that a finding is about, and whether anything is published of them."""
    states = frozenset(
        key for dimension, key in zip(table.dimensions, finding.keys, strict=True)
        if isinstance(dimension.question, Country) and dimension.question.state and key in dimension.question.codes
    )  # fmt: skip
    if not finding.n.units:
        return Remaining()
    return Remaining(countries=states, countries_shown=states if seen else frozenset())
