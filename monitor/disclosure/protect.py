"""Hides small figures and what would give them away, then rounds the rest: the only maker of protected tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from monitor.disclosure.changes import lay_out_series
from monitor.disclosure.figures import (
    Names,
    behind,
    cell_of,
    counts_of,
    join_margins,
    lay_out,
    lay_out_between,
    over_currencies,
)
from monitor.disclosure.linear import Equations
from monitor.disclosure.policy import Policy
from monitor.disclosure.rounding import Before, exempt, protected
from monitor.disclosure.series import EarlierRelease, Kept, cell_text
from monitor.disclosure.sums import Sums, few
from monitor.disclosure.tables import ProtectedTable, Protection
from monitor.errors import Refusal
from monitor.findings import Finding, FindingTable, Relations

Hiding = Callable[[FindingTable], Iterable[tuple[str, ...]]]
"""Gives the keys of further cells to hide in a table. It can hide more; it cannot show anything."""

_ON_REQUEST = "plugin"


def protect(
    tables: Sequence[FindingTable], policy: Policy, more: Sequence[Hiding] = (), *,
    relations: Relations | None = None, earlier: Sequence[EarlierRelease] = (),
) -> Protection:  # fmt: skip
    """The tables of one release as they may be seen; all of them at once, because one can give away another.

    1. A figure is hidden with fewer than T persons (or cases, where no person is known) or fewer than three cases
       behind it or behind its complement; a zero and an all-yes, too. So is a figure that has changed since an
       ``earlier`` release by fewer.
    2. Further figures are hidden until the exact sums of all tables over one unit leave every hidden figure an interval
       of W or more: by a rule for each sum, then by linear programming over all of them. What lies between two figures
       of different indicators (``relations``) and what has changed are figures of their own there.
    3. What is left is rounded; shares and intervals are computed from the rounded counts. A row that says less than it
       said before stays as it was.

    A median or a ratio needs more behind it, and no person or case may dominate what a ratio is made of. Cells over
    several currencies have no figure at all.

    Tables of public indicators are exempt: facts about States. Where ``more`` hides a cell of their population, they
    are protected like any other.

    ``earlier`` are the releases that went before, the oldest first. Raises :class:`Refusal` (RELEASE-02) when ``more``
    names a cell that is not there.
    """
    relations = relations or Relations()
    asked = {id(table): [tuple(keys) for hiding in more for keys in hiding(table)] for table in tables}
    hides = {(table.instrument, table.population) for table in tables if asked[id(table)]}
    by_unit: dict[tuple[str, str], list[FindingTable]] = defaultdict(list)
    for table in tables:
        if not table.indicator.public or (table.instrument, table.population) in hides:
            by_unit[table.instrument, table.unit_code].append(table)
    done: dict[int, ProtectedTable] = {}
    ledger: list[Kept] = []
    for (instrument, _), own in by_unit.items():
        unit = _Unit(instrument, own, policy, relations, earlier)
        for table in own:
            unit.hide_small(table)
            unit.hide_on_request(table, asked[id(table)])
        unit.settle()
        done |= {id(table): unit.protected(table) for table in own}
        ledger += unit.ledger()
    return Protection(tuple(done.get(id(table)) or exempt(table) for table in tables), tuple(ledger))


class _Unit:
    """All tables that count one unit, as one system of figures."""

    def __init__(
        self, instrument: str, tables: Sequence[FindingTable], policy: Policy, relations: Relations,
        earlier: Sequence[EarlierRelease],
    ) -> None:  # fmt: skip
        self._instrument, self._policy, self._earlier = instrument, policy, earlier
        self._names = {id(table): counts_of(table, relations.same) for table in tables}
        self._sums = Sums(policy)
        for table in tables:
            lay_out(self._sums, table, self._names[id(table)])
        for table in tables:
            join_margins(self._sums, table, self._names[id(table)].values())
        codes = {(table.instrument, table.unit_code) for table in tables}
        for between in relations.between:
            if (between.table.instrument, between.table.unit_code) in codes:
                lay_out_between(self._sums, between, policy)
        self._today = len(self._sums.figures)
        lay_out_series(self._sums, instrument, earlier, relations.same)
        of_persons = all(finding.n.units == finding.n.protected for table in tables for finding in table.findings)
        self._sums.relative = 0.0 if of_persons else policy.relative

    def hide_small(self, table: FindingTable) -> None:
        """Hide what is small by itself. A small rest hides the count, as its complement."""
        names = self._names[id(table)]
        for finding in table.findings:
            if not over_currencies(table, finding):
                cell, reasons = cell_of(table, finding.keys), _too_small(finding, names, self._policy)
                for name in filter(reasons.__contains__, names):
                    number = self._sums.number((names[name], cell))
                    if number is not None:
                        self._sums.hide(number, reasons[name])
                        self._sums.small |= {number} if reasons[name] == "small" else set()

    def hide_on_request(self, table: FindingTable, keys: Sequence[tuple[str, ...]]) -> None:
        """Hide what a plugin wants hidden."""
        places = {finding.keys for finding in table.findings}
        for one in keys:
            if one not in places:
                raise Refusal("RELEASE-02", indicator=table.indicator.id, keys=", ".join(map(str, one)))
            number = self._sums.number((self._names[id(table)]["n"], cell_of(table, one)))
            if number is not None:
                self._sums.hide(number, _ON_REQUEST)

    def settle(self) -> None:
        """Hide more until neither a sum by itself nor all of them together give away what is guarded."""
        self._sums.mend()
        equations = Equations(self._sums)
        while narrow := equations.certainly_narrow() or equations.narrow():
            touched: set[int] = set()
            newly: list[int] = []
            for figure in narrow:
                around = set(self._sums.lines_of([figure]))
                beside = None if around & touched else self._sums.neighbour_of(figure)
                touched |= around
                if beside is not None:
                    newly += self._sums.hide(beside, "complementary")
                    touched |= set(self._sums.lines_of([beside]))
            if not newly:
                return
            self._sums.mend(self._sums.lines_of(newly))

    def protected(self, table: FindingTable) -> ProtectedTable:
        """A table as it may be seen."""
        before = Before(self._earlier[-1].id, self._earlier[-1].rows) if self._earlier else None
        return protected(table, self._sums, self._names[id(table)], self._policy, before)

    def ledger(self) -> Iterator[Kept]:
        """Every count of today, published or not."""
        newest_first = self._earlier[::-1]
        for number in range(self._today):
            (figure, cell), stands = self._sums.figures[number], self._sums.behind[number]
            if stands is None:
                continue
            key = (self._instrument, figure, cell_text(cell))
            reason = self._sums.hidden.get(number)
            since = None
            if reason is not None and self._sums.open[number]:
                news = (one.id for one in newest_first if (kept := one.kept.get(key)) is not None and kept.is_news)
                since = next(news, None)
            yield Kept(
                *key, stands.units, stands.persons, stands.cases, shown=reason is None or since is not None,
                since=since, reason=reason,
            )  # fmt: skip


def _too_small(finding: Finding, names: Names, policy: Policy) -> Mapping[str, str]:
    """The counts of a cell that may not be seen, with the reason."""
    reasons = {}
    for name in names:
        if few(behind(finding.counts, name), policy):
            reasons[name] = "small"
        elif any(few(behind(counts, name), policy) for _, counts in finding.outside):
            reasons[name] = "small complement"
    if "rest" in reasons:
        reasons.setdefault("count", "small complement")
    return reasons
