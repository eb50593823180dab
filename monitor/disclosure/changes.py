"""Joins the figures of a release to those of earlier ones: what has changed is a figure, too, and can be about few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from monitor.disclosure.figures import behind, cell_of, counts_of, name_between
from monitor.disclosure.series import NOT_PUBLISHED, EarlierRelease, Kept, Key, cell_text
from monitor.disclosure.sums import Line, Sums, few
from monitor.findings import Behind, FindingTable, Relations

_TOO_LITTLE = "too little new"
"""Why a figure keeps the count of an earlier release: too few persons are behind the change."""

_Known = TypeVar("_Known", Kept, Behind)


@dataclass
class _Then:
    """An earlier release beside the figures of today. ``names`` are all names that a figure may have had there."""

    sums: Sums
    instrument: str
    release: EarlierRelease
    names: Mapping[str, Sequence[str]]
    figures: dict[int, int] = field(default_factory=dict)
    news: set[int] = field(default_factory=set)
    kept: dict[int, Kept | None] = field(default_factory=dict)
    _nothing: dict[int, bool] = field(default_factory=dict)

    def look_up(self, today: int) -> None:
        """Find what each figure of today was. Where nothing is new behind one, it is the same figure still."""
        known = {figure for _, figure, _ in self.release.kept}
        for number in range(today):
            name, _ = self.sums.figures[number]
            if any(one in known for one in self._names(name)):
                kept = self._of(number, self.release.kept)
                self.kept[number] = kept
                if kept is None or kept.is_news:  # a code without a row was nobody's: that much the release said
                    self.news.add(number)
        for number, kept in self.kept.items():
            self.figures[number] = number if self.has_nothing_new(number) else self._add(number, kept)

    def _add(self, number: int, kept: Kept | None) -> int:
        name, cell = self.sums.figures[number]
        old = self.sums.add((f"{self.release.id} {name}", cell), kept.units if kept else 0, None, is_open=False)
        if kept is not None and not kept.is_news:
            self.sums.hide(old, kept.reason or NOT_PUBLISHED)
            self.sums.guarded[old] = self.sums.guarded[number] and kept.reason != NOT_PUBLISHED
        return old

    def has_nothing_new(self, number: int) -> bool:
        """Whether nothing was approved or changed behind a figure, nor among those that it is a part of."""
        if number not in self._nothing:
            kept, added, whole = self.kept[number], self.added(number), self.sums.whole.get(number)
            same = self.sums.value[number] == (kept.units if kept else 0) and not (added is not None and added.units)
            self._nothing[number] = same and (whole not in self.kept or self.has_nothing_new(whole))
        return self._nothing[number]

    def added(self, number: int) -> Behind | None:
        """What stands behind what is new in a figure, as far as that is known."""
        return None if self.release.added is None else self._of(number, self.release.added)

    def is_small(self, number: int) -> bool:
        """Whether too few persons, or too few cases, are behind a change. None at all are too few as well."""
        now, kept, policy = self.sums.behind[number], self.kept[number], self.sums.policy
        units = abs(self.sums.value[number] - (kept.units if kept else 0))
        if now is None or units < policy.persons:
            return now is not None
        if kept is None:
            return few(now, policy)
        if self.release.added is not None:
            added = self.added(number)
            return added is None or few(added, policy)
        persons = None if now.persons is None or kept.persons is None else abs(now.persons - kept.persons)
        return few(Behind(units, persons, abs(now.cases - kept.cases)), policy)

    def _names(self, name: str) -> Sequence[str]:
        return self.names.get(name, (name,))

    def _of(self, number: int, known: Mapping[Key, _Known]) -> _Known | None:
        name, cell = self.sums.figures[number]
        where = cell_text(cell)
        keys = ((self.instrument, one, where) for one in self._names(name))
        return next((known[key] for key in keys if key in known), None)


def lay_out_series(sums: Sums, instrument: str, earlier: Sequence[EarlierRelease], same: Mapping[str, str]) -> None:
    """Add the figures of earlier releases, oldest first, and what has changed since each of them.

    A figure moves only when enough is new since the release whose count still stands, or, where none does, since the
    first in which it was hidden. Where nobody is new at all there is nobody to tell anything about, and the figure is
    the same figure still; that none of those who are new meets a condition is another matter. An intruder assumes that
    observations are only ever added, and so that no figure has become smaller. Where that is false, the exact figures
    stand nevertheless for a state of the world that is possible. ``same`` gives the name of today for every name.
    """
    names: dict[str, list[str]] = defaultdict(list)
    for one, now in same.items():
        names[now].append(one)
    today, lines = len(sums.figures), list(sums.lines)
    before: Mapping[int, int] = {}
    stands: dict[int, _Then] = {}
    changes: dict[tuple[str, int], int] = {}
    for release in earlier:
        then = _Then(sums, instrument, release, names)
        then.look_up(today)
        _join_then(sums, lines, then.figures)
        for number, old in then.figures.items():
            if number != old:
                changes[release.id, number] = _add_change(sums, number, old, f"since {release.id}")
            if before.get(number, old) != old:
                _add_change(sums, old, before[number], f"until {release.id}")
            if number in then.news or number not in stands:
                stands[number] = then
        own = {number: changes[release.id, number] for number in then.figures if (release.id, number) in changes}
        _join_changes(sums, [line for line in lines if set(line.figures()) <= then.figures.keys()], own)
        before = then.figures
    for number, then in stands.items():
        change = changes.get((then.release.id, number))
        if change is None:
            sums.unmoved.add(number)
        else:
            sums.guarded[change] = then.is_small(number)
        kept_back = sums.guarded[change] if change is not None else number not in then.news
        if kept_back and not sums.only_follows(number):
            sums.hide(number, _TOO_LITTLE)


def counts_in(tables: Iterable[FindingTable], relations: Relations) -> Mapping[Key, Behind]:
    """What stands behind every count of some tables, and behind what lies between them, as the ledger names them."""
    found: dict[Key, Behind] = {}
    for table in tables:
        names = counts_of(table, relations.same)
        for finding in table.findings:
            cell = cell_text(cell_of(table, finding.keys))
            for count, name in names.items():
                found[table.instrument, name, cell] = behind(finding.counts, count)
    for between in relations.between:
        for finding in between.table.findings:
            cell = cell_text(cell_of(between.table, finding.keys))
            found[between.table.instrument, name_between(between), cell] = finding.counts.rest
    return found


def _join_then(sums: Sums, lines: Sequence[Line], then: Mapping[int, int]) -> None:
    for line in lines:
        if all(figure in then for figure in line.figures()):
            sums.join(then[line.total], [then[part] for part in line.parts], overlap=line.overlap)


def _join_changes(sums: Sums, lines: Sequence[Line], changes: Mapping[int, int]) -> None:
    """Changes add up as the figures do; those that have none are left out."""
    for line in lines:
        parts = [changes[part] for part in line.parts if part in changes]
        if line.total in changes and parts and not line.overlap:
            sums.join(changes[line.total], parts)


def _add_change(sums: Sums, now: int, old: int, what: str) -> int:
    name, cell = sums.figures[now]
    change = sums.add((f"{what} {name}", cell), sums.value[now] - sums.value[old], None, is_open=False)
    sums.hide(change, NOT_PUBLISHED)
    sums.join(now, (old, change))
    return change
