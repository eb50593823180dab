"""Runs the counts of indicators over a store and lays them out in complete tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.agreement import Place, caution_of
from monitor.findings.cells import Keys, TableQuery
from monitor.findings.pooling import AS_DECLARED, Pooling
from monitor.findings.query import Units
from monitor.findings.series import Columns, Series, series_of
from monitor.findings.tables import (
    ALL,
    UNKNOWN,
    Behind,
    Counts,
    Finding,
    FindingTable,
    Parts,
    can_be_unknown,
    grid,
    mixes_currencies,
    overlaps,
    question_of,
)
from monitor.indicators import Dimension, Indicator, Pending
from monitor.instrument import Instrument
from monitor.store import sqlite

CodesBefore = Mapping[tuple[str, str], Collection[str]]
"""Codes by instrument and by what a dimension asks."""


def find(
    connection: sqlite.Connection, instruments: Iterable[Instrument], doubtful: Collection[Place] = (), *,
    pooling: Pooling = AS_DECLARED, few: int = 10, embargo: bool = False, after: int = 0,
    codes_before: CodesBefore | None = None,
) -> tuple[FindingTable, ...]:  # fmt: skip
    """The findings of every indicator of some instruments: one table for each set of dimensions that it declares.

    ``connection`` is a store's. Only approved submissions count, and one below another only if that is approved too.
    Every table of one instrument that is broken down by the same question lists the same codes, but for not recorded
    where a question needs an answer. Submissions of another version count or are left out in all tables of an
    instrument alike; see :class:`monitor.versions.VersionMap`. ``doubtful`` are the questions on which monitors agree
    too little (:func:`monitor.agreement.doubtful`): the tables that rest on one say so.

    ``pooling`` says which codes are also counted together, in groups. Where fewer than ``few`` persons (or cases, where
    no person is known) are behind a figure, it says who they are, by number; 0 asks for nobody. With ``embargo``
    nothing counts that stands in a case which is still pending, as the instrument declares. ``after`` is the number of
    an entry of the log: only what was approved or changed after it counts. ``codes_before`` are codes that have a row
    whether or not anybody stands under them today, because they had one before.
    """
    columns = columns_of_store(connection)
    tables = []
    for instrument in instruments:
        series = series_of(connection, columns, instrument)
        counted = [
            Counted.of(
                connection, columns, series, indicator, dimensions, pooling=pooling, few=few,
                pending=instrument.pending_of(indicator.form) if embargo else (), after=after,
            )
            for indicator in instrument.indicators
            for dimensions in indicator.tables
        ]  # fmt: skip
        seen = _codes_seen(instrument.code, counted, pooling, codes_before or {})
        for one in counted:
            codes = [seen[_identity(dimension)] for dimension in one.dimensions]
            table = one.complete(instrument.code, codes, pooling=pooling, left_out=series.left_out)
            tables.append(replace(table, caution=caution_of(one.indicator, doubtful)))
    return tuple(tables)


def columns_of_store(connection: sqlite.Connection) -> Columns:
    """The tables that a store has, with their columns."""
    found = defaultdict(set)
    sql = "SELECT m.name, i.name FROM sqlite_master AS m, pragma_table_info(m.name) AS i WHERE m.type = 'table'"
    for table, column in connection.execute(sql):
        found[table].add(column)
    return {table: frozenset(names) for table, names in found.items()}


@dataclass(frozen=True)
class Counted:
    """The cells of one table that have units, and what else was counted of them."""

    indicator: Indicator
    dimensions: tuple[Dimension, ...]
    persons: bool
    cells: Mapping[Keys, Counts]
    outside: Mapping[tuple[Keys, int, str], Counts]
    medians: Mapping[Keys, float]
    ratios: Mapping[Keys, tuple[Parts, ...]]

    @classmethod
    def of(
        cls, connection: sqlite.Connection, columns: Columns, series: Series, indicator: Indicator,
        dimensions: tuple[Dimension, ...], *, pooling: Pooling = AS_DECLARED, few: int = 0,
        pending: tuple[Pending, ...] = (), after: int = 0,
    ) -> Counted:  # fmt: skip
        """Count the cells of an indicator by some dimensions; below what is ``pending`` nothing counts.

        Nor does what was there at the entry ``after`` of the log.
        """
        units = Units(indicator, columns, series, pending, after)
        query = TableQuery(connection, units, dimensions, pooling, few)
        with query.laid_out():
            return cls(
                indicator, dimensions, units.knows_persons(), query.cells(), query.outside(),
                query.medians() if indicator.statistic == "median" else {},
                query.ratios() if indicator.statistic == "ratio" else {},
            )  # fmt: skip

    def complete(
        self, instrument: str, codes: Sequence[Collection[str]], *, pooling: Pooling = AS_DECLARED,
        left_out: tuple[str, ...] = (),
    ) -> FindingTable:  # fmt: skip
        """The table with a finding for every combination of ``codes``, one collection for each dimension.

        Groups are added by themselves, and where no code is known, not recorded. Where that cannot be, it has no row.
        """
        # A dimension without any row would say that there was nobody.
        known = [self._possible(number, set(one)) or {UNKNOWN} for number, one in enumerate(codes)]
        parents = tuple(pooling.parents(one, of) for one, of in zip(self.dimensions, known, strict=True))
        values = tuple(_in_order(of, above) for of, above in zip(known, parents, strict=True))
        zero = Behind(0, 0 if self.persons else None, 0)
        nobody = Counts(zero, zero, zero, zero, zero)
        findings = []
        for keys in grid(values):
            outside = tuple(self._outsides(keys, parents, nobody))
            findings.append(Finding(keys, self.cells.get(keys, nobody), outside, *self._measured(keys)))
        return FindingTable(
            instrument, self.indicator, self.dimensions, values, tuple(findings), left_out, parents=parents
        )

    def _possible(self, number: int, codes: set[str]) -> set[str]:
        """The codes without not recorded, where nothing is and nothing can be."""
        seen = any(keys[number] == UNKNOWN for keys in self.cells)
        return codes if seen or can_be_unknown(self.indicator, self.dimensions[number]) else codes - {UNKNOWN}

    def _measured(self, keys: Keys) -> tuple[float | None, float | None, tuple[Parts, ...]]:
        """The median, or the ratio with what its totals are made of."""
        if mixes_currencies(self.indicator, self.dimensions, keys):
            return None, None, ()
        parts = self.ratios.get(keys, ())
        ratio = parts[0].total / parts[1].total if parts and parts[1].total else None
        return self.medians.get(keys), ratio, parts

    def _outsides(
        self, keys: Keys, parents: Sequence[Mapping[str, str]], nobody: Counts
    ) -> Iterator[tuple[str, Counts]]:  # fmt: skip
        for number, dimension in enumerate(self.dimensions):
            code = keys[number]
            if code == ALL or not overlaps(self.indicator, dimension):
                continue
            for within in (ALL, *({parents[number][code]} if code in parents[number] else ())):
                if keys in self.cells:
                    yield dimension.name, self.outside.get((keys, number, within), nobody)
                else:  # Nobody stands under the code, so the whole margin is outside.
                    margin = (*keys[:number], within, *keys[number + 1 :])
                    yield dimension.name, self.cells.get(margin, nobody)


def _identity(dimension: Dimension) -> Dimension:
    """The same for dimensions that ask the same of the same question, whatever an indicator makes of it."""
    return Dimension(dimension.question, dimension.question.name, dimension.part)


def _codes_seen(
    instrument: str, counted: Sequence[Counted], pooling: Pooling, before: CodesBefore
) -> Mapping[Dimension, set[str]]:  # fmt: skip
    seen: dict[Dimension, set[str]] = defaultdict(set)
    for one in counted:
        for number, dimension in enumerate(one.dimensions):
            codes = {keys[number] for keys in one.cells} - {ALL}
            codes |= set(before.get((instrument, question_of(dimension)), ()))
            seen[_identity(dimension)] |= codes.difference(pooling.parents(dimension, codes).values())
    return seen


def _in_order(codes: set[str], parents: Mapping[str, str]) -> tuple[str, ...]:
    """The codes, then their groups, and not recorded at the end."""
    unknown = codes & {UNKNOWN}
    return (*sorted(codes - unknown), *sorted(set(parents.values())), *unknown)
