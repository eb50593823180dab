"""Rounds what may be seen, and decides for each row whether it is news or stays as it was published."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitor.disclosure.figures import Names, behind, cell_of, over_currencies
from monitor.disclosure.policy import Policy
from monitor.disclosure.series import Row
from monitor.disclosure.sums import Sums, few
from monitor.disclosure.tables import SEAL, ProtectedFinding, ProtectedTable
from monitor.findings import Finding, FindingTable, Parts

_Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: 95 % intervals."""

_COUNTS = ("n", "count", "not_observed", "not_applicable")


@dataclass(frozen=True)
class Before:
    """The release before: its id, and its rows by table and codes."""

    id: str
    rows: Mapping[tuple[str, tuple[str, ...]], Row]


def exempt(table: FindingTable) -> ProtectedTable:
    """A table about States, as it is."""
    return _table(table, tuple(_fact(table, finding) for finding in table.findings), is_exempt=True)


def protected(
    table: FindingTable, sums: Sums, names: Names, policy: Policy, before: Before | None = None
) -> ProtectedTable:  # fmt: skip
    """A table with what is hidden left out and the rest rounded, or as it was published before."""
    findings = []
    for finding in table.findings:
        now = _finding(table, finding, sums, names, policy)
        row = before.rows.get((table.name, finding.keys)) if before is not None else None
        unmoved = sums.number((names["n"], cell_of(table, finding.keys))) in sums.unmoved
        if row is None or before is None:
            findings.append(now)
        elif _conforms(row, policy):
            findings.append(_as_it_was(now, row, before.id) if unmoved or _says_more(table, row, now) else now)
        else:
            # Said anew by another rule, a figure that did not move would be narrowed down by both.
            findings.append(ProtectedFinding(SEAL, now.keys, suppressed=_RAISED) if unmoved else now)
    return _table(table, tuple(findings))


def _table(table: FindingTable, findings: tuple[ProtectedFinding, ...], *, is_exempt: bool = False) -> ProtectedTable:
    return ProtectedTable(
        SEAL, table.instrument, table.indicator, table.dimensions, table.values, table.overlapping, table.unit,
        findings, exempt=is_exempt, parents=table.parents, unit_code=table.unit_code,
    )  # fmt: skip


def _fact(table: FindingTable, finding: Finding) -> ProtectedFinding:
    """Exact figures. There is no interval: what is counted are all the answers there are, not a sample of them."""
    n = finding.counts.n.units
    if table.statistic != "share":
        return ProtectedFinding(SEAL, finding.keys, n=n, count=n)
    count, rated = finding.counts.count.units, getattr(table.indicator, "rating", None) is not None
    return ProtectedFinding(
        SEAL, finding.keys, n=n, count=count, share=round(count / n, 4) if n else None,
        not_observed=finding.counts.not_observed.units if rated else None,
        not_applicable=finding.counts.not_applicable.units if rated else None,
    )  # fmt: skip


# News.


def _finding(table: FindingTable, finding: Finding, sums: Sums, names: Names, policy: Policy) -> ProtectedFinding:
    if over_currencies(table, finding):
        return ProtectedFinding(SEAL, finding.keys, suppressed=tuple((name, "several currencies") for name in names))
    cell = cell_of(table, finding.keys)
    hidden = {}
    for name, figure in names.items():
        number = sums.number((figure, cell))
        if number is None or number in sums.hidden:
            hidden[name] = sums.hidden[number] if number is not None else "several currencies"
    shown = {
        name: policy.rounded(behind(finding.counts, name).units)
        for name in names if name != "rest" and name not in hidden
    }  # fmt: skip
    n, count = shown.get("n"), shown.get("count")
    if table.statistic == "count":
        count = n
    share = low = high = None
    if table.statistic == "share" and n is not None and count is not None:
        share, low, high = _share(count, n, policy.base)
    hidden |= _withheld(finding, policy) if n is not None else {}
    median, ratio = (
        float(f"{figure:.2g}") if figure is not None and n is not None and name not in hidden else None
        for name, figure in (("median", finding.median), ("ratio", finding.ratio))
    )
    return ProtectedFinding(
        SEAL, finding.keys, n=n, count=count, share=share, low=low, high=high, median=median, ratio=ratio,
        not_observed=shown.get("not_observed"), not_applicable=shown.get("not_applicable"),
        suppressed=tuple(hidden.items()),
    )  # fmt: skip


def _withheld(finding: Finding, policy: Policy) -> Mapping[str, str]:
    """Why a cell whose n is shown gives no median, or no ratio."""
    if finding.n.protected < policy.median or any(few(parts.behind, policy) for parts in finding.parts):
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


def _share(count: int, n: int, base: int) -> tuple[float, float, float]:
    """The share with its 95 % interval (Wilson), from rounded counts; never 0 or 1, which would speak of everybody."""
    share = min(max(count, base), n - base) / n
    middle = share + _Z**2 / (2 * n)
    reach = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    return round(share, 4), round((middle - reach) / scale, 4), round((middle + reach) / scale, 4)


# What stays.


_RAISED = (("n", "raised thresholds"),)


def _says_more(table: FindingTable, row: Row, now: ProtectedFinding) -> bool:
    """Whether the row of before says more than today's, or today's says nothing."""
    for figure in (table.statistic, "n"):
        if getattr(now, figure) is not None or row.get(figure) is not None:
            return getattr(now, figure) is None
    return True


def _conforms(row: Row, policy: Policy) -> bool:
    """Whether a row of before may still be seen, where thresholds have been raised since."""
    counts = [value for name in _COUNTS if isinstance(value := row.get(name), int)]
    n, count = row.get("n"), row.get("count")
    if isinstance(n, int) and isinstance(count, int) and n != count:
        counts.append(n - count)
    few = [value for value in counts if value % policy.base or value < policy.rounded(policy.persons)]
    measured = row.get("median") is not None or row.get("ratio") is not None
    return not few and not (measured and isinstance(n, int) and n < policy.median)


def _as_it_was(now: ProtectedFinding, row: Row, release: str) -> ProtectedFinding:
    figures: Any = {name: row.get(name) for name in (*_COUNTS, "share", "low", "high", "median", "ratio")}
    since = str(row.get("since") or release)
    return ProtectedFinding(SEAL, now.keys, **figures, suppressed=now.suppressed, since=since)
