"""Counts the cells of one table: a query for each of its margins, at the level of codes and of groups of codes."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, product
from typing import Any

from monitor.conditions import sql_text
from monitor.findings.pooling import Pooling
from monitor.findings.query import COUNT, NOT_APPLICABLE, NOT_OBSERVED, REST, Units
from monitor.findings.tables import ALL, FIGURES, Behind, Counts, Parts, overlaps
from monitor.indicators import Dimension, Share
from monitor.store import sqlite

Keys = tuple[str, ...]

Apart = tuple[int, Mapping[str, str]]
"""A dimension that stands apart in a margin, by its number: by its codes, or by the groups that are given for them."""

_Stake = tuple[str, int, int]
"""What a person has in the totals of a ratio in one case, in ten-thousandths."""

_UNITS = "counted_unit"

_PARTS: Mapping[str, tuple[int, ...]] = {
    "n": (COUNT, REST), "count": (COUNT,), "rest": (REST,),
    "not_observed": (NOT_OBSERVED,), "not_applicable": (NOT_APPLICABLE,),
}  # fmt: skip


@dataclass(frozen=True)
class Outside:
    """Where to look for the units that do *not* stand under a code of a dimension.

    ``within`` gives the group of a code in which they are sought; without one it is the whole margin.
    """

    number: int
    codes: tuple[str, ...]
    within: Mapping[str, str] | None = None


@dataclass(frozen=True)
class TableQuery:
    """The queries of one table, to be asked while its units are laid out.

    Fewer than ``few`` persons (or cases, where no person is known) behind a figure are told by number.
    """

    connection: sqlite.Connection
    units: Units
    dimensions: tuple[Dimension, ...]
    pooling: Pooling
    few: int

    @contextmanager
    def laid_out(self) -> Iterator[None]:
        """Inside, the units stand in a table that lasts no longer: each condition is looked at once.

        A store keeps such tables in memory.
        """
        units = self.units.sql(self.dimensions)
        self.connection.execute(f"CREATE TEMP TABLE {_UNITS} AS WITH {units} SELECT * FROM unit")
        try:
            yield
        finally:
            self.connection.execute(f"DROP TABLE temp.{_UNITS}")

    def cells(self) -> dict[Keys, Counts]:
        """The counts of every cell and margin that has units."""
        found: dict[Keys, Counts] = {}
        for margin in self._margins():
            found |= self._counted(margin)
        return found

    def outside(self) -> dict[tuple[Keys, int, str], Counts]:
        """For each code of an overlapping dimension, the units that do not stand under it.

        The keys are those of the cell, the number of the dimension, and where the units stand instead: anywhere
        (:data:`ALL`), or under the group of the code.
        """
        found = {}
        for margin in self._margins():
            for number, groups in margin:
                if self._overlapping(number):
                    for outside in self._outsides(number, groups):
                        for keys, counts in self._counted(margin, outside).items():
                            within = outside.within[keys[number]] if outside.within else ALL
                            found[keys, number, within] = counts
        return found

    def medians(self) -> dict[Keys, float]:
        """The exact median of every cell and margin, from how often each value occurs."""
        times: dict[Keys, dict[float, int]] = defaultdict(dict)
        for margin in self._margins():
            for keys, (value, often) in self._rows(["u.value", "count(*)"], margin, grouped=1):
                times[keys][value] = often
        return {keys: _median(values) for keys, values in times.items()}

    def ratios(self) -> dict[Keys, tuple[Parts, ...]]:
        """The parts of the two totals of every cell and margin, and of what lies between them."""
        found: dict[Keys, dict[str, list[_Stake]]] = defaultdict(lambda: defaultdict(list))
        select = ["coalesce(u.person, u.cases)", "u.cases", "total(u.value)", "total(u.whole)"]
        for margin in self._margins():
            for keys, (who, case, upper, lower) in self._rows(select, margin, grouped=2):
                # Amounts have at most four decimals: in whole ten-thousandths they add up to one sum in any order.
                found[keys][who].append((case, round(upper * 10_000), round(lower * 10_000)))
        return {keys: _parts(stakes.values(), self.units.knows_persons()) for keys, stakes in found.items()}

    # The margins, and the levels in them.

    @cached_property
    def _seen(self) -> tuple[frozenset[str], ...]:
        """The codes of each dimension under which units stand."""
        return tuple(
            frozenset(keys[number] for keys, _ in self._rows(["1"], [(number, {})]))
            for number in range(len(self.dimensions))
        )

    @cached_property
    def _groups(self) -> tuple[Mapping[str, str], ...]:
        if self.pooling == Pooling():
            return tuple({} for _ in self.dimensions)
        put_together = self.pooling.recoded if self.pooling.alone else self.pooling.parents
        pairs = zip(self.dimensions, self._seen, strict=True)
        return tuple(put_together(dimension, codes) for dimension, codes in pairs)

    def _margins(self) -> Iterator[tuple[Apart, ...]]:
        """Every set of dimensions that stand apart, each at each of its levels."""
        numbers = range(len(self.dimensions))
        for size in range(len(self.dimensions) + 1):
            for chosen in combinations(numbers, size):
                yield from product(*(self._levels(number) for number in chosen))

    def _levels(self, number: int) -> list[Apart]:
        """A dimension by its codes, or by its groups, or by each of them."""
        codes: Apart = (number, {})
        if not self._groups[number]:
            return [codes]
        groups = (number, self._groups[number])
        return [groups] if self.pooling.alone else [codes, groups]

    def _overlapping(self, number: int) -> bool:
        return overlaps(self.units.indicator, self.dimensions[number])

    def _outsides(self, number: int, groups: Mapping[str, str]) -> Iterator[Outside]:
        if groups:
            yield Outside(number, tuple(sorted(set(groups.values()))))
            return
        yield Outside(number, tuple(sorted(self._seen[number])))
        if self._groups[number]:
            yield Outside(number, tuple(self._groups[number]), self._groups[number])

    # The queries.

    def _rows(
        self, select: Sequence[str], margin: Sequence[Apart], *, outside: Outside | None = None, grouped: int = 0,
        only: str = "",
    ) -> Iterator[tuple[Keys, Sequence[Any]]]:  # fmt: skip
        """The groups of one margin: their keys over all dimensions, and what was selected.

        The first ``grouped`` columns selected make groups, too. ``only`` is a JSON list of what to keep of them: the
        codes of the margin, and the first column selected.
        """
        joined, codes, limits = [f"temp.{_UNITS} AS u"], [], []
        for number, groups in margin:
            if outside is not None and outside.number == number:
                source, limit = self._not_under(outside, groups)
                joined.append(f"{source} AS c{number}")
                codes.append(f"c{number}.code")
                limits.append(limit)
            elif self._overlapping(number):
                joined.append(f"json_each({_listed(number, groups)}) AS j{number}")
                codes.append(f"j{number}.value")
            else:
                codes.append(_grouped(f"u.d{number}", groups))
                limits += [f"u.d{number} IN ({', '.join(map(sql_text, groups))})"] if groups else []
        if only:
            places = ", ".join(f"value ->> {place}" for place in range(len(codes) + 1))
            limits.append(f"({', '.join([*codes, select[0]])}) IN (SELECT {places} FROM json_each(?))")
        together = ", ".join(str(place + 1) for place in range(len(codes) + grouped))
        sql = (
            f"SELECT {', '.join([*codes, *select])} FROM {' JOIN '.join(joined)}"
            f" WHERE {' AND '.join(limits) or 'true'}{together and f' GROUP BY {together}'}"
        )
        # All at once: the table of the units cannot be dropped under a statement that is still running.
        for row in self.connection.execute(sql, (only,) if only else ()).fetchall():
            keys = [ALL] * len(self.dimensions)
            for place, (number, _) in enumerate(margin):
                keys[number] = row[place]
            yield tuple(keys), row[len(codes) :]

    def _not_under(self, outside: Outside, groups: Mapping[str, str]) -> tuple[str, str]:
        """A source of codes, and the condition that a unit does not stand under one of them."""
        number = outside.number
        within = outside.within or {}
        listed = ", ".join(f"({sql_text(code)}, {sql_text(within.get(code, ALL))})" for code in outside.codes)
        limit = f"c{number}.code NOT IN (SELECT value FROM json_each({_listed(number, groups)}))"
        if within:
            limit += f" AND c{number}.within IN (SELECT value FROM json_each({_listed(number, within)}))"
        return f"(SELECT column1 AS code, column2 AS within FROM (VALUES {listed}))", limit

    def _counted(self, margin: Sequence[Apart], outside: Outside | None = None) -> dict[Keys, Counts]:
        if outside is not None and not outside.codes:
            return {}
        rows = self._rows(self._figures(), margin, outside=outside)
        found = {keys: self._counts(row) for keys, row in rows}
        return self._with_who(found, margin, outside) if self.few else found

    def _figures(self) -> list[str]:
        columns = []
        for figure in self._names():
            chosen = f"CASE WHEN u.part IN ({', '.join(str(part) for part in _PARTS[figure])}) THEN"
            columns.append(f"count({chosen} 1 END)")
            for column in ("person", "cases"):
                # Telling apart is dear; where every unit is its own person or case, counting is enough.
                distinct = "" if self.units.is_unit(column) else "DISTINCT "
                columns.append(f"count({distinct}{chosen} u.{column} END)")
        return columns

    def _names(self) -> tuple[str, ...]:
        """The figures that an indicator has; the others follow from them."""
        indicator = self.units.indicator
        if not isinstance(indicator, Share):
            return ("n",)
        return FIGURES if indicator.rating is not None else FIGURES[:3]

    def _counts(self, row: Sequence[int]) -> Counts:
        persons = self.units.knows_persons()
        found = {}
        for place, figure in enumerate(self._names()):
            units, people, cases = row[place * 3 : place * 3 + 3]
            found[figure] = Behind(units, people if persons else None, cases)
        nothing = Behind(0, 0 if persons else None, 0)
        if "count" not in found:
            found["count"] = found["n"]
        return Counts(**{figure: found.get(figure, nothing) for figure in FIGURES})

    def _with_who(
        self, found: dict[Keys, Counts], margin: Sequence[Apart], outside: Outside | None
    ) -> dict[Keys, Counts]:  # fmt: skip
        """The counts of a margin, with those who stand behind its small figures. Asks for no others."""
        small = [
            [*(keys[number] for number, _ in margin), part]
            for keys, counts in found.items() for figure, (part,) in _ONE_PART.items()
            if self._is_small(getattr(counts, figure))
        ]  # fmt: skip
        if not small:
            return found
        who: dict[tuple[Keys, int], set[tuple[int | None, int]]] = defaultdict(set)
        column = "u.person" if self.units.knows_persons() else "u.cases"
        rows = self._rows(["u.part", column, "u.cases"], margin, outside=outside, grouped=3, only=json.dumps(small))
        for keys, (part, identity, case) in rows:
            who[keys, part].add((None if identity is None else number_of(identity), number_of(case)))
        return {keys: self._named(keys, counts, who) for keys, counts in found.items()}

    def _is_small(self, behind: Behind) -> bool:
        return behind.units > 0 and (behind.protected < self.few or behind.cases < _FEW_CASES)

    def _named(
        self, keys: Keys, counts: Counts, who: Mapping[tuple[Keys, int], set[tuple[int | None, int]]]
    ) -> Counts:  # fmt: skip
        behind = {}
        for figure, parts in _PARTS.items():
            own: Behind = getattr(counts, figure)
            if self._is_small(own):
                pairs = set[tuple[int | None, int]]().union(*(who.get((keys, part), ()) for part in parts))
                persons = frozenset(person for person, _ in pairs if person is not None)
                behind[figure] = replace(own, who=persons, where=frozenset(case for _, case in pairs))
        return replace(counts, **behind)


_FEW_CASES = 3
"""Fewer cases than this are told by number, too."""

_ONE_PART = {figure: parts for figure, parts in _PARTS.items() if len(parts) == 1}


def number_of(identity: str) -> int:
    """The number of a person or a case: the same in every table, and in a store that was restored."""
    return int.from_bytes(hashlib.sha256(str(identity).encode()).digest()[:7])


def _grouped(column: str, groups: Mapping[str, str]) -> str:
    cases = " ".join(f"WHEN {sql_text(code)} THEN {sql_text(group)}" for code, group in groups.items())
    return f"CASE {column} {cases} END" if groups else column


def _listed(number: int, groups: Mapping[str, str]) -> str:
    """The JSON list of a unit's codes in an overlapping dimension, or of their groups, each once."""
    if not groups:
        return f"u.d{number}"
    known = f"value IN ({', '.join(map(sql_text, groups))})"
    return f"(SELECT json_group_array(DISTINCT {_grouped('value', groups)}) FROM json_each(u.d{number}) WHERE {known})"


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


def _median(times: Mapping[float, int]) -> float:
    """The middle value, or halfway between the two middle values."""
    last = sum(times.values()) - 1
    middle, reached = [], 0
    for value, often in sorted(times.items()):
        middle += [value for place in (last // 2, last - last // 2) if reached <= place < reached + often]
        reached += often
    return sum(middle) / 2
