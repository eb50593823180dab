"""Runs the counts of indicators over a store and lays them out in complete tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from monitor.agreement import Place, caution_of
from monitor.conditions import sql_text
from monitor.findings.query import COUNT, NOT_APPLICABLE, NOT_OBSERVED, REST, Units
from monitor.findings.series import Columns, Series, series_of
from monitor.findings.tables import (
    ALL,
    FIGURES,
    UNKNOWN,
    Behind,
    Counts,
    Finding,
    FindingTable,
    Parts,
    grid,
    mixes_currencies,
    overlaps,
)
from monitor.indicators import Dimension, Indicator, Share
from monitor.instrument import Instrument
from monitor.store import sqlite

Keys = tuple[str, ...]

_Stake = tuple[str, int, int]
"""What a person has in the totals of a ratio in one case, in ten-thousandths."""

_PARTS: Mapping[str, tuple[int, ...]] = {
    "n": (COUNT, REST), "count": (COUNT,), "rest": (REST,),
    "not_observed": (NOT_OBSERVED,), "not_applicable": (NOT_APPLICABLE,),
}  # fmt: skip


def find(
    connection: sqlite.Connection, instruments: Iterable[Instrument], doubtful: Collection[Place] = ()
) -> tuple[FindingTable, ...]:  # fmt: skip
    """The findings of every indicator of some instruments: one table for each set of dimensions that it declares.

    ``connection`` is a store's. Only approved submissions count, and one below another only if that is approved too.
    Every table of one instrument that is broken down by the same question lists the same codes. Submissions of another
    version count or are left out in all tables of an instrument alike; see :class:`monitor.versions.VersionMap`.
    ``doubtful`` are the questions on which monitors agree too little (:func:`monitor.agreement.doubtful`): the tables
    that rest on one say so.
    """
    columns = columns_of_store(connection)
    tables = []
    for instrument in instruments:
        series = series_of(connection, columns, instrument)
        counted = [
            _Counted.of(connection, columns, series, indicator, dimensions)
            for indicator in instrument.indicators
            for dimensions in indicator.tables
        ]
        seen = _codes_seen(counted)
        tables += [
            replace(one.complete(instrument.code, seen, series.left_out), caution=caution_of(one.indicator, doubtful))
            for one in counted
        ]
    return tuple(tables)


def columns_of_store(connection: sqlite.Connection) -> Columns:
    """The tables that a store has, with their columns."""
    found = defaultdict(set)
    sql = "SELECT m.name, i.name FROM sqlite_master AS m, pragma_table_info(m.name) AS i WHERE m.type = 'table'"
    for table, column in connection.execute(sql):
        found[table].add(column)
    return {table: frozenset(names) for table, names in found.items()}


@dataclass(frozen=True)
class _Counted:
    """The cells of one table that have units."""

    indicator: Indicator
    dimensions: tuple[Dimension, ...]
    persons: bool
    cells: Mapping[Keys, Counts]
    outside: Mapping[tuple[Keys, int], Counts]
    medians: Mapping[Keys, float]
    ratios: Mapping[Keys, tuple[Parts, ...]]

    @classmethod
    def of(
        cls, connection: sqlite.Connection, columns: Columns, series: Series, indicator: Indicator,
        dimensions: tuple[Dimension, ...],
    ) -> _Counted:  # fmt: skip
        query = _TableQuery(connection, Units(indicator, columns, series), dimensions)
        cells = query.cells()
        return cls(
            indicator, dimensions, query.units.knows_persons(), cells, query.outside(cells),
            query.medians() if indicator.statistic == "median" else {},
            query.ratios() if indicator.statistic == "ratio" else {},
        )  # fmt: skip

    def complete(self, instrument: str, seen: Mapping[Dimension, set[str]], left_out: tuple[str, ...]) -> FindingTable:
        """The table with a finding for every combination of codes."""
        # A dimension without any row would say that there was nobody.
        values = tuple(tuple(_in_order(seen[_identity(one)] or {UNKNOWN})) for one in self.dimensions)
        zero = Behind(0, 0 if self.persons else None, 0)
        nobody = Counts(zero, zero, zero, zero, zero)
        findings = []
        for keys in grid(values):
            outside = [
                (dimension.name, self._outside(keys, number, nobody))
                for number, dimension in enumerate(self.dimensions)
                if keys[number] != ALL and overlaps(self.indicator, dimension)
            ]
            findings.append(Finding(keys, self.cells.get(keys, nobody), tuple(outside), *self._measured(keys)))
        return FindingTable(instrument, self.indicator, self.dimensions, values, tuple(findings), left_out)

    def _measured(self, keys: Keys) -> tuple[float | None, float | None, tuple[Parts, ...]]:
        """The median, or the ratio with what its totals are made of."""
        if mixes_currencies(self.indicator, self.dimensions, keys):
            return None, None, ()
        parts = self.ratios.get(keys, ())
        ratio = parts[0].total / parts[1].total if parts and parts[1].total else None
        return self.medians.get(keys), ratio, parts

    def _outside(self, keys: Keys, number: int, nobody: Counts) -> Counts:
        if keys in self.cells:
            return self.outside.get((keys, number), nobody)
        # Nobody stands under the code, so the whole margin is outside.
        return self.cells.get((*keys[:number], ALL, *keys[number + 1 :]), nobody)


def _identity(dimension: Dimension) -> Dimension:
    """The same for dimensions that ask the same of the same question, whatever an indicator makes of it."""
    return Dimension(dimension.question, dimension.question.name, dimension.part)


def _codes_seen(counted: Sequence[_Counted]) -> Mapping[Dimension, set[str]]:
    seen: dict[Dimension, set[str]] = defaultdict(set)
    for one in counted:
        for number, dimension in enumerate(one.dimensions):
            seen[_identity(dimension)] |= {keys[number] for keys in one.cells} - {ALL}
    return seen


@dataclass(frozen=True)
class _TableQuery:
    """The queries of one table: a GROUP BY for each margin."""

    connection: sqlite.Connection
    units: Units
    dimensions: tuple[Dimension, ...]

    def _margins(self) -> Iterator[tuple[int, ...]]:
        numbers = range(len(self.dimensions))
        for size in range(len(self.dimensions) + 1):
            yield from combinations(numbers, size)

    def _overlapping(self, number: int) -> bool:
        return overlaps(self.units.indicator, self.dimensions[number])

    def _rows(
        self, select: Sequence[str], numbers: Sequence[int], *, outside: tuple[int, str] | None = None,
        where: str = "", grouped: int = 0,
    ) -> Iterator[tuple[Keys, Sequence[Any]]]:  # fmt: skip
        """The groups of one margin: their keys over all dimensions, and what was selected.

        ``outside`` is the number of a dimension and a source of codes that takes the place of its own. The first
        ``grouped`` columns selected make groups, too.
        """
        joined, codes = ["unit AS u"], []
        for number in numbers:
            if outside is not None and outside[0] == number:
                joined.append(f"{outside[1]} AS c{number}")
                codes.append(f"c{number}.code")
            elif self._overlapping(number):
                joined.append(f"json_each(u.d{number}) AS j{number}")
                codes.append(f"j{number}.value")
            else:
                codes.append(f"u.d{number}")
        groups = ", ".join(str(place + 1) for place in range(len(codes) + grouped))
        sql = (
            f"WITH {self.units.sql(self.dimensions)} SELECT {', '.join([*codes, *select])} FROM {' JOIN '.join(joined)}"
            f"{where and f' WHERE {where}'}{groups and f' GROUP BY {groups}'}"
        )
        for row in self.connection.execute(sql):
            keys = [ALL] * len(self.dimensions)
            for place, number in enumerate(numbers):
                keys[number] = row[place]
            yield tuple(keys), row[len(codes) :]

    def cells(self) -> dict[Keys, Counts]:
        """The counts of every cell and margin that has units."""
        return {
            keys: self._counts(row) for numbers in self._margins() for keys, row in self._rows(self._figures(), numbers)
        }

    def outside(self, cells: Mapping[Keys, Counts]) -> dict[tuple[Keys, int], Counts]:
        """For each code of an overlapping dimension, the units that do not stand under it."""
        found = {}
        for number in filter(self._overlapping, range(len(self.dimensions))):
            codes = sorted({keys[number] for keys in cells} - {ALL})
            listed = ", ".join(f"({sql_text(code)})" for code in codes)
            source = f"(SELECT column1 AS code FROM (VALUES {listed}))"
            without = f"c{number}.code NOT IN (SELECT value FROM json_each(u.d{number}))"
            for numbers in self._margins():
                if codes and number in numbers:
                    for keys, row in self._rows(self._figures(), numbers, outside=(number, source), where=without):
                        found[keys, number] = self._counts(row)
        return found

    def medians(self) -> dict[Keys, float]:
        """The exact median of every cell and margin, from how often each value occurs."""
        times: dict[Keys, dict[float, int]] = defaultdict(dict)
        for numbers in self._margins():
            for keys, (value, often) in self._rows(["u.value", "count(*)"], numbers, grouped=1):
                times[keys][value] = often
        return {keys: _median(values) for keys, values in times.items()}

    def ratios(self) -> dict[Keys, tuple[Parts, ...]]:
        """The parts of the two totals of every cell and margin, and of what lies between them."""
        found: dict[Keys, dict[str, list[_Stake]]] = defaultdict(lambda: defaultdict(list))
        select = ["coalesce(u.person, u.cases)", "u.cases", "total(u.value)", "total(u.whole)"]
        for numbers in self._margins():
            for keys, (who, case, upper, lower) in self._rows(select, numbers, grouped=2):
                # Amounts have at most four decimals: in whole ten-thousandths they add up to one sum in any order.
                found[keys][who].append((case, round(upper * 10_000), round(lower * 10_000)))
        return {keys: _parts(stakes.values(), self.units.knows_persons()) for keys, stakes in found.items()}

    def _figures(self) -> list[str]:
        columns = []
        for figure in self._counted():
            chosen = f"CASE WHEN u.part IN ({', '.join(str(part) for part in _PARTS[figure])}) THEN"
            columns.append(f"count({chosen} 1 END)")
            for column in ("person", "cases"):
                # Telling apart is dear; where every unit is its own person or case, counting is enough.
                distinct = "" if self.units.is_unit(column) else "DISTINCT "
                columns.append(f"count({distinct}{chosen} u.{column} END)")
        return columns

    def _counted(self) -> tuple[str, ...]:
        """The figures that an indicator has; the others follow from them."""
        indicator = self.units.indicator
        if not isinstance(indicator, Share):
            return ("n",)
        return FIGURES if indicator.rating is not None else FIGURES[:3]

    def _counts(self, row: Sequence[int]) -> Counts:
        persons = self.units.knows_persons()
        found = {}
        for place, figure in enumerate(self._counted()):
            units, people, cases = row[place * 3 : place * 3 + 3]
            found[figure] = Behind(units, people if persons else None, cases)
        nothing = Behind(0, 0 if persons else None, 0)
        if "count" not in found:
            found["count"] = found["n"]
        return Counts(**{figure: found.get(figure, nothing) for figure in FIGURES})


def _parts(stakes: Iterable[Sequence[_Stake]], persons: bool) -> tuple[Parts, ...]:
    """The parts of the two totals, and of what lies between them; one of ``stakes`` for each person or case."""
    mine = [
        ({case for case, _, _ in stake}, sum(upper for _, upper, _ in stake), sum(lower for _, _, lower in stake))
        for stake in stakes
    ]
    totals = (
        [(cases, upper) for cases, upper, _ in mine],
        [(cases, lower) for cases, _, lower in mine],
        [(cases, abs(lower - upper)) for cases, upper, lower in mine],
    )
    return tuple(_made_of([(cases, size) for cases, size in total if size], persons) for total in totals)


def _made_of(parts: Sequence[tuple[set[str], int]], persons: bool) -> Parts:
    sizes = sorted(size for _, size in parts)
    cases = set[str]().union(*(cases for cases, _ in parts))
    return Parts(sum(sizes), sum(sizes[-2:]), Behind(len(parts), len(parts) if persons else None, len(cases)))


def _in_order(codes: set[str]) -> list[str]:
    return sorted(codes, key=lambda code: (code == UNKNOWN, code))


def _median(times: Mapping[float, int]) -> float:
    """The middle value, or halfway between the two middle values."""
    last = sum(times.values()) - 1
    middle, reached = [], 0
    for value, often in sorted(times.items()):
        middle += [value for place in (last // 2, last - last // 2) if reached <= place < reached + often]
        reached += often
    return sum(middle) / 2
