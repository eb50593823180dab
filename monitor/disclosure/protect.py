"""Hides small figures and what would give them away, then rounds the rest: the only maker of protected tables."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from monitor.disclosure.policy import Policy
from monitor.disclosure.sums import Cell, Figure, Line, Sums
from monitor.disclosure.tables import SEAL, ProtectedFinding, ProtectedTable
from monitor.errors import Refusal
from monitor.findings import ALL, Behind, Counts, Finding, FindingTable, Parts, mixes_currencies, question_of
from monitor.indicators import Share

Hiding = Callable[[FindingTable], Iterable[tuple[str, ...]]]
"""Gives the keys of further cells to hide in a table. It can hide more; it cannot show anything."""

_Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: 95 % intervals."""


def protect(tables: Sequence[FindingTable], policy: Policy, more: Sequence[Hiding] = ()) -> tuple[ProtectedTable, ...]:
    """The tables of one release as they may be seen; all of them at once, because one can give away another.

    A median or a ratio needs more behind it, and no person or case may dominate what a ratio is made of. Cells over
    several currencies have no figure at all.

    1. A figure is hidden with fewer than T persons (or cases, where no person is known) or fewer than three cases
       behind it or behind its complement; a zero and an all-yes, too.
    2. Further figures are hidden until the exact sums leave every hidden figure an interval of W or more. Figures that
       stand in several tables of the same population are one figure.
    3. What is left is rounded; shares and intervals are computed from the rounded counts.

    Tables of public indicators are exempt: facts about States. Where ``more`` hides a cell of their population, they
    are protected like any other.

    Not done yet, and therefore not promised: populations that overlap (one indicator's units among another's) are
    protected apart, and figures are pinned down by bounds passed along the lines, not by linear programming.
    """
    more_hidden = {
        (table.instrument, table.population) for table in tables for hiding in more if any(True for _ in hiding(table))
    }
    exempt = [table.indicator.public and (table.instrument, table.population) not in more_hidden for table in tables]
    by_population: dict[tuple[str, str], list[FindingTable]] = defaultdict(list)
    for table, as_it_is in zip(tables, exempt, strict=True):
        if not as_it_is:
            by_population[table.instrument, table.population].append(table)
    hidden: dict[tuple[str, str], Mapping[Figure, str]] = {}
    for population, its_tables in by_population.items():
        sums = Sums(policy.width)
        for table in its_tables:
            _lay_out(sums, table)
        # Tables of one population share margins. A line over currencies counts where another table gives its margin.
        lines = (line for line in sums.lines if all(figure in sums.values for figure in line.figures()))
        sums.lines = list(dict.fromkeys(lines))
        for table in its_tables:
            _hide_small(sums, table, policy)
            _hide_more(sums, table, more)
        sums.settle()
        hidden[population] = sums.hidden
    return tuple(
        _exempt(table) if as_it_is else _protected(table, hidden[table.instrument, table.population], policy)
        for table, as_it_is in zip(tables, exempt, strict=True)
    )


# The figures of a table, and how they add up.


def _names(table: FindingTable) -> dict[str, str]:
    """The counts that a table publishes, with their names among all figures of its population."""
    indicator = table.indicator
    names = {"n": "n"}
    if isinstance(indicator, Share):
        names |= {"count": f"count {indicator.id}", "rest": f"rest {indicator.id}"}
        if indicator.rating is not None:
            names |= {"not_observed": "not_observed", "not_applicable": "not_applicable"}
    return names


def _cell(table: FindingTable, keys: Sequence[str]) -> Cell:
    return frozenset(
        (question_of(dimension), key) for dimension, key in zip(table.dimensions, keys, strict=True) if key != ALL
    )


def _lay_out(sums: Sums, table: FindingTable) -> None:
    names = _names(table)
    for finding in _given(table):
        cell = _cell(table, finding.keys)
        for name, figure in names.items():
            sums.values[figure, cell] = getattr(finding.counts, name).units
        whole = ("n", cell)
        sums.follows[whole] |= {(figure, cell) for figure in names.values() if figure != "n"}
        if "count" in names:
            count, rest = (names["count"], cell), (names["rest"], cell)
            sums.splits[count] = sums.splits[rest] = (whole, count, rest)
            sums.follows[count].add(rest)
            sums.follows[rest].add(count)
    for total, parts, overlap in _lines(table):
        for figure in names.values():
            sums.lines.append(Line((figure, total), tuple((figure, part) for part in parts), overlap))


def _given(table: FindingTable) -> Iterator[Finding]:
    """The cells that have figures: all but the margins in which currencies stand together."""
    return (finding for finding in table.findings if not _over_currencies(table, finding))


def _over_currencies(table: FindingTable, finding: Finding) -> bool:
    currencies = [key for one, key in zip(table.dimensions, finding.keys, strict=True) if one.part == "currency"]
    return mixes_currencies(table.indicator, table.dimensions, finding.keys) and ALL in currencies


def _lines(table: FindingTable) -> Iterator[tuple[Cell, list[Cell], bool]]:
    """Each margin with its parts, and whether they overlap."""
    for finding in table.findings:
        for number, dimension in enumerate(table.dimensions):
            if finding.keys[number] == ALL:
                before, after = finding.keys[:number], finding.keys[number + 1 :]
                parts = [_cell(table, (*before, code, *after)) for code in table.values[number]]
                yield _cell(table, finding.keys), parts, dimension.name in table.overlapping


# What is hidden for its own sake.


def _hide_small(sums: Sums, table: FindingTable, policy: Policy) -> None:
    names = _names(table)
    for finding in _given(table):
        cell = _cell(table, finding.keys)
        reasons = _too_small(finding, names, policy)
        for name in filter(reasons.__contains__, names):
            sums.hide((names[name], cell), reasons[name])


def _too_small(finding: Finding, names: Iterable[str], policy: Policy) -> Mapping[str, str]:
    """The counts of a cell that may not be seen, with the reason. A small rest hides the count, as its complement."""
    reasons = {}
    for name in names:
        own = _behind(finding.counts, name)
        outside = [_behind(counts, name) for _, counts in finding.outside]
        if _few(own, policy):
            reasons[name] = "small"
        elif any(_few(other, policy) for other in outside):
            reasons[name] = "small complement"
    if "rest" in reasons:
        reasons.setdefault("count", "small complement")
    return reasons


def _behind(counts: Counts, name: str) -> Behind:
    behind: Behind = getattr(counts, name)
    return behind


def _few(behind: Behind, policy: Policy) -> bool:
    return behind.protected < policy.persons or behind.cases < policy.cases


def _hide_more(sums: Sums, table: FindingTable, more: Sequence[Hiding]) -> None:
    places = {finding.keys for finding in table.findings}
    for hiding in more:
        for keys in hiding(table):
            if tuple(keys) not in places:
                raise Refusal("RELEASE-02", indicator=table.indicator.id, keys=", ".join(map(str, keys)))
            sums.hide(("n", _cell(table, keys)), "hidden on request")


# What is about States, as it is.


def _exempt(table: FindingTable) -> ProtectedTable:
    findings = tuple(_fact(table, finding) for finding in table.findings)
    return ProtectedTable(
        SEAL, table.instrument, table.indicator, table.dimensions, table.values, table.overlapping, table.unit,
        findings, exempt=True,
    )  # fmt: skip


def _fact(table: FindingTable, finding: Finding) -> ProtectedFinding:
    """Exact figures. There is no interval: what is counted are all the answers there are, not a sample of them."""
    shown = {name: _behind(finding.counts, name).units for name in _names(table)}
    n, count = shown["n"], shown.get("count")
    return ProtectedFinding(
        SEAL, finding.keys, n, n if count is None else count, None if count is None or not n else round(count / n, 4),
        None, None, None, shown.get("not_observed"), shown.get("not_applicable"),
    )  # fmt: skip


# What is left, rounded.


def _protected(table: FindingTable, hidden: Mapping[Figure, str], policy: Policy) -> ProtectedTable:
    findings = tuple(_finding(table, finding, hidden, policy) for finding in table.findings)
    return ProtectedTable(
        SEAL, table.instrument, table.indicator, table.dimensions, table.values, table.overlapping, table.unit, findings
    )


def _finding(table: FindingTable, finding: Finding, hidden: Mapping[Figure, str], policy: Policy) -> ProtectedFinding:
    names, cell = _names(table), _cell(table, finding.keys)
    reasons = {name: hidden[figure, cell] for name, figure in names.items() if (figure, cell) in hidden}
    if _over_currencies(table, finding):
        reasons = dict.fromkeys(names, "several currencies")
    shown = {
        name: rounded(_behind(finding.counts, name).units, policy.base) for name in names if name not in reasons
    }  # fmt: skip
    n, count = shown.get("n"), shown.get("count")
    if table.statistic == "count":
        count = n
    share = low = high = None
    if table.statistic == "share" and n is not None and count is not None:
        share, low, high = _share(count, n, policy.base)
    reasons |= _withheld(finding, policy) if n is not None else {}
    median, ratio = (
        float(f"{figure:.2g}") if figure is not None and n is not None and name not in reasons else None
        for name, figure in (("median", finding.median), ("ratio", finding.ratio))
    )
    return ProtectedFinding(
        SEAL, finding.keys, n, count, share, low, high, median, shown.get("not_observed"), shown.get("not_applicable"),
        tuple(reasons.items()), ratio,
    )  # fmt: skip


def _withheld(finding: Finding, policy: Policy) -> Mapping[str, str]:
    """Why a cell whose n is shown gives no median, or no ratio."""
    if finding.n.protected < policy.median or any(_few(parts.behind, policy) for parts in finding.parts):
        why = "small"
    elif any(_dominated(parts) for parts in finding.parts):
        why = "dominated"
    else:
        return {}
    return {name: why for name in ("median", "ratio") if getattr(finding, name) is not None}


def _dominated(parts: Parts) -> bool:
    """Whether the two largest parts are more than 75 % of a total.

    Where they are not, a quarter is left for the others. That is more than 15 % of the largest part, so that the
    second largest cannot estimate it closer than that (the rule of p per cent, p = 15).
    """
    return 4 * parts.largest > 3 * parts.total


def rounded(count: int, base: int) -> int:
    """The nearest multiple of a base; halfway goes up."""
    return (2 * count + base) // (2 * base) * base


def _share(count: int, n: int, base: int) -> tuple[float, float, float]:
    """The share with its 95 % interval (Wilson), from rounded counts; never 0 or 1, which would speak of everybody."""
    share = min(max(count, base), n - base) / n
    middle = share + _Z**2 / (2 * n)
    reach = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    return round(share, 4), round((middle - reach) / scale, 4), round((middle + reach) / scale, 4)
