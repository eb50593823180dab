"""Turns the tables of one unit into figures and the sums between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from monitor.disclosure.policy import Policy
from monitor.disclosure.series import NOT_PUBLISHED
from monitor.disclosure.sums import Cell, Figure, Sums, few
from monitor.findings import (
    ALL,
    Behind,
    Between,
    Counts,
    Finding,
    FindingTable,
    mixes_currencies,
    names_of,
    question_of,
)
from monitor.indicators import Share

Names = Mapping[str, str]
"""The names of the counts of a table among all figures of its unit: ``n``, ``count``, ``rest``, ..."""


def counts_of(table: FindingTable, same: Mapping[str, str]) -> Names:
    """The counts that a table publishes, and the rest that follows from them. One name for the same units."""
    names = {count: same.get(name, name) for count, name in names_of(table.indicator).items()}
    return names if isinstance(table.indicator, Share) else {"n": names["n"]}


def cell_of(table: FindingTable, keys: Sequence[str]) -> Cell:
    """The place of a row among the cells of all tables."""
    return frozenset(
        (question_of(dimension), key) for dimension, key in zip(table.dimensions, keys, strict=True) if key != ALL
    )


def behind(counts: Counts, name: str) -> Behind:
    """What stands behind one of the counts of a cell."""
    found: Behind = getattr(counts, name)
    return found


def over_currencies(table: FindingTable, finding: Finding) -> bool:
    """Whether a row stands for several currencies together: it has no figures."""
    currencies = [key for one, key in zip(table.dimensions, finding.keys, strict=True) if one.part == "currency"]
    return mixes_currencies(table.indicator, table.dimensions, finding.keys) and ALL in currencies


def lay_out(sums: Sums, table: FindingTable, names: Names) -> None:
    """Add the figures of a table, how they add up in each cell, and what is hidden together."""
    for finding in _given(table):
        cell = cell_of(table, finding.keys)
        number = {
            count: sums.add((name, cell), behind(finding.counts, count).units, behind(finding.counts, count),
                            is_open=count != "rest")
            for count, name in names.items()
        }  # fmt: skip
        whole = number["n"]
        for one in number.values():
            if one != whole:
                sums.tie(whole, one)
                sums.guarded[one] = True
        if "count" in number:
            for one, other in ((number["count"], number["rest"]), (number["rest"], number["count"])):
                sums.tie(one, other)
                sums.whole[one] = whole
            sums.join(whole, (number["count"], number["rest"]))
        main = number.get("count", whole)
        sums.rows[main] = sums.rows.get(main, 0) + 1


def name_between(between: Between) -> str:
    """The name of what lies between a figure and those inside it."""
    return "between " + "\n".join((between.whole, *between.parts))


def lay_out_between(sums: Sums, between: Between, policy: Policy) -> None:
    """Add what lies between a figure and those inside it: nobody publishes it, and if small it must not be found."""
    table = between.table
    lie = name_between(between)
    for finding in table.findings:
        cell = cell_of(table, finding.keys)
        whole, parts = sums.number((between.whole, cell)), [sums.number((part, cell)) for part in between.parts]
        if whole is None or None in parts:
            continue
        known = [part for part in parts if part is not None]
        left = finding.counts.rest
        if between.covered and not left.units:
            sums.join(whole, known)
            continue
        number = sums.add((lie, cell), left.units, left, is_open=False)
        sums.hide(number, NOT_PUBLISHED)
        sums.guarded[number] = few(left, policy)
        sums.whole[number] = whole
        sums.join(whole, (*known, number))
    join_margins(sums, table, [lie])


def _given(table: FindingTable) -> Iterator[Finding]:
    """The cells that have figures: all but the margins in which currencies stand together."""
    return (finding for finding in table.findings if not over_currencies(table, finding))


def join_margins(sums: Sums, table: FindingTable, names: Iterable[str]) -> None:
    """Add how the cells of a table add up to its margins, once the figures of all tables are known."""
    names = list(names)
    for total, parts, overlap in _lines(table):
        for name in names:
            numbers = [sums.number(figure) for figure in _figures(name, (total, *parts))]
            # Tables of one unit share margins. A line over currencies counts where another table gives its margin.
            known = [number for number in numbers if number is not None]
            if len(known) == len(numbers):
                sums.join(known[0], known[1:], overlap=overlap)


def _figures(name: str, cells: Sequence[Cell]) -> Iterator[Figure]:
    return ((name, cell) for cell in cells)


def _lines(table: FindingTable) -> Iterator[tuple[Cell, list[Cell], bool]]:
    """Each margin and each group with its parts, and whether they overlap."""
    below: list[Mapping[str, Sequence[str]]] = []
    for codes, parents in zip(table.values, table.parents, strict=True):
        children: dict[str, list[str]] = defaultdict(list)
        for code in codes:
            children[parents.get(code, ALL)].append(code)
        below.append(children)
    for finding in table.findings:
        for number, dimension in enumerate(table.dimensions):
            if children_of := below[number].get(finding.keys[number]):
                before, after = finding.keys[:number], finding.keys[number + 1 :]
                parts = [cell_of(table, (*before, code, *after)) for code in children_of]
                yield cell_of(table, finding.keys), parts, dimension.name in table.overlapping
