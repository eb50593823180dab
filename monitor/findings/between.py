"""Counts what lies between two published figures: those in one group of units and not in another inside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from monitor.conditions import any_of
from monitor.findings.count import Counted, columns_of_store
from monitor.findings.groups import Groups, Inside, condition_of
from monitor.findings.pooling import AS_DECLARED, Pooling
from monitor.findings.series import series_of
from monitor.findings.tables import FindingTable, question_of
from monitor.indicators import Dimension, Share
from monitor.instrument import Instrument
from monitor.store import sqlite

_Place = frozenset[str]
"""What a table is broken down by: its questions."""


@dataclass(frozen=True)
class Between:
    """A table that is never published: its ``n`` are the units of ``whole``, its ``count`` those in any of ``parts``.

    Its ``rest`` is what somebody can work out who has both figures. ``covered`` says that there can be nobody.
    """

    table: FindingTable
    whole: str
    parts: tuple[str, ...]
    covered: bool


@dataclass(frozen=True)
class Relations:
    """How the figures of indicators hang together: ``same`` gives one name for figures of the same units."""

    same: Mapping[str, str] = field(default_factory=dict)
    between: tuple[Between, ...] = ()


def find_between(
    connection: sqlite.Connection, instruments: Iterable[Instrument], tables: Sequence[FindingTable], *,
    pooling: Pooling = AS_DECLARED, few: int = 10, embargo: bool = False, after: int = 0,
) -> Relations:  # fmt: skip
    """What lies between the figures of some tables, counted in the store that they are from, and in the same way."""
    columns = columns_of_store(connection)
    same: dict[str, str] = {}
    found: list[Between] = []
    for instrument in instruments:
        series = series_of(connection, columns, instrument)
        for own in _by_unit(table for table in tables if table.instrument == instrument.code):
            groups = Groups.of(list({table.indicator.id: table.indicator for table in own}.values()))
            same |= groups.same
            for inside in groups.inside():
                indicator = _indicator(groups, inside)
                for dimensions in _shared(groups, inside, own):
                    counted = Counted.of(
                        connection, columns, series, indicator, dimensions, pooling=pooling, few=few,
                        pending=instrument.pending_of(indicator.form) if embargo else (), after=after,
                    )  # fmt: skip
                    codes = [_codes(own, dimension) for dimension in dimensions]
                    table = counted.complete(instrument.code, codes, pooling=pooling)
                    found.append(Between(table, inside.whole, inside.parts, inside.covered))
    return Relations(same, tuple(found))


def _by_unit(tables: Iterable[FindingTable]) -> Iterator[list[FindingTable]]:
    """The tables that are about persons, by what they count."""
    by_unit: dict[str, list[FindingTable]] = {}
    for table in tables:
        if not table.indicator.public:
            by_unit.setdefault(table.unit_code, []).append(table)
    yield from by_unit.values()


def _indicator(groups: Groups, inside: Inside) -> Share:
    unit = groups.counted[inside.whole][0][0].unit
    whole, *parts = (condition_of(groups.by_name[one]) for one in (inside.whole, *inside.parts))
    return Share(id="BETWEEN", title="", unit=unit, tables=(), among=whole, having=any_of(parts))


def _shared(groups: Groups, inside: Inside, tables: Sequence[FindingTable]) -> Iterator[tuple[Dimension, ...]]:
    """The largest sets of dimensions by which the whole and each part are broken down somewhere."""
    places = [_places(groups, name, tables) for name in (inside.whole, *inside.parts)]
    shared = {place for place in places[0] if all(place in other for other in places[1:])}
    largest = [place for place in shared if not any(place < other for other in shared)]
    for place in sorted(largest, key=sorted):
        yield tuple(places[0][place][question] for question in sorted(place))


def _places(groups: Groups, name: str, tables: Sequence[FindingTable]) -> dict[_Place, dict[str, Dimension]]:
    """By what a group is broken down, margins included."""
    counting = {indicator.id for indicator, _ in groups.counted[name]}
    found: dict[_Place, dict[str, Dimension]] = {}
    for table in tables:
        if table.indicator.id in counting:
            asked = {question_of(one): one for one in table.dimensions}
            for size in range(len(asked) + 1):
                for chosen in combinations(asked, size):
                    found[frozenset(chosen)] = asked
    return found


def _codes(tables: Sequence[FindingTable], dimension: Dimension) -> set[str]:
    """The codes of a dimension, as the tables have them; groups are added again by themselves."""
    return {
        code for table in tables
        for one, codes, parents in zip(table.dimensions, table.values, table.parents, strict=True)
        if question_of(one) == question_of(dimension)
        for code in codes if code not in parents.values()
    }  # fmt: skip
