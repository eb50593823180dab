"""Tells in sentences what two releases say differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from monitor.release.difference import Difference, TableDifference
from monitor.release.rewording import Change


def tell(difference: Difference) -> Iterator[str]:
    """The difference of two releases in sentences: the releases, errata, terms, tables, and the codebook."""
    old, new = difference.old, difference.new
    yield f"{old.id} ({old.title}, built from entries until {old.built_from_time})"
    yield f"against {new.id} ({new.title}, built from entries until {new.built_from_time})."
    if old.id == new.id and new.withdrawn is None:
        yield "They are one release."
    if new.position < old.position:
        yield "The second stands before the first in the series: what is called new here is what was taken away later."
    for release in (old, new):
        if release.withdrawn is not None:
            yield f"{release.id} was withdrawn, and has no figures: {release.withdrawn}"
    yield from (f"Erratum: {line}" for line in difference.errata)
    yield from (_changed(change) for change in difference.terms if change.what != "withdrawn")
    yield from _of_tables(difference)
    yield from (_changed(change) for change in difference.codebook)
    if not difference.codebook and old.withdrawn is new.withdrawn is None:
        yield "The codebooks say the same."


def _of_tables(difference: Difference) -> Iterator[str]:
    states = Counter(table.state for table in difference.tables)
    for state, words in (("new", "New table"), ("gone", "Table that is gone")):
        for table in difference.tables:
            if table.state == state:
                yield f"{words}: {_title(table)}, {_counted(len(table.rows), 'row')}."
    for table in difference.tables:
        if table.state == "changed":
            yield f"{_title(table)}: {', '.join(_of_rows(table))}."
    if states["same"]:
        yield f"In {_counted(states['same'], 'table')} every figure is the same."
    stood = Counter(
        row.since for table in difference.tables for row in table.rows if row.since is not None and row.state != "gone"
    )
    for release, number in sorted(stood.items()):
        words = "row stands" if number == 1 else "rows stand"
        yield f"{number} {words} as in {release}: too little is new behind {'it' if number == 1 else 'them'}."


def _of_rows(table: TableDifference) -> Iterator[str]:
    moved, shown, hidden = (
        sum(bool(figures) for figures in found)
        for found in (
            [row.moved for row in table.rows if row.state == "changed"],
            [row.shown for row in table.rows],
            [row.hidden for row in table.rows],
        )
    )
    states = Counter(row.state for row in table.rows)
    for number, words in (
        (moved, "with a figure that moved"), (shown, "with a figure that is newly shown"),
        (hidden, "with a figure that is newly hidden"), (states["new"], "new"), (states["gone"], "gone"),
    ):  # fmt: skip
        if number:
            yield f"{_counted(number, 'row')} {words}"
    if states["same"]:
        yield f"{_counted(states['same'], 'row')} unchanged"


def _title(table: TableDifference) -> str:
    return f"{table.indicator} {table.title}, by {' and '.join(table.dimensions)}"


def _changed(change: Change) -> str:
    place = " ".join((change.thing, ".".join(change.place[:3]), *change.place[3:])).strip()
    place = place[0].upper() + place[1:]
    if not change.what:
        return f"{place} is new." if change.old is None else f"{place} is gone."
    what = "" if change.what == "value" else f": {change.what.replace('_', ' ')}"
    return f"{place}{what} was {_said(change.old)} and is {_said(change.new)}."


def _said(value: object) -> str:
    return "nothing" if value is None else f'"{value}"'


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
