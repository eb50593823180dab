"""Why figures of a release are hidden: kept in the private store; in a release they all look alike."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.disclosure import ProtectedTable
from monitor.errors import Refusal
from monitor.findings import ALL, FindingTable
from monitor.store import kept_releases, reasons_of, sqlite

HELD_BACK = "agreement below floor"
"""Why a whole table is not published: monitors agree too little on what it rests on."""

PENDING = "pending case"
"""Why a figure is hidden that would be shown if pending cases counted."""

_NOT_PUBLISHED = "rest"
"""What follows from two published figures has no column of its own."""


@dataclass(frozen=True)
class HiddenFigure:
    """A figure that is not published, and why: its table, the codes of its row and its column.

    Of a table that is not published at all, ``keys`` and ``figure`` are empty.
    """

    table: str
    keys: tuple[str, ...]
    figure: str
    reason: str


def hidden_in(
    tables: Sequence[ProtectedTable], unembargoed: Sequence[ProtectedTable] | None, held_back: Sequence[FindingTable]
) -> Iterator[HiddenFigure]:  # fmt: skip
    """Each figure that the tables hide; ``unembargoed`` are the same with pending cases, ``held_back`` are left out."""
    beside = None if unembargoed is None else {(one.table, one.keys, one.figure) for one in _each(unembargoed)}
    for one in _each(tables):
        pending = beside is not None and (one.table, one.keys, one.figure) not in beside
        yield HiddenFigure(one.table, one.keys, one.figure, PENDING) if pending else one
    for table in held_back:
        yield HiddenFigure(table.name, (), "", HELD_BACK)


def _each(tables: Sequence[ProtectedTable]) -> Iterator[HiddenFigure]:
    for table in tables:
        for finding in table.findings:
            for figure, reason in finding.suppressed:
                if figure != _NOT_PUBLISHED:
                    yield HiddenFigure(table.name, finding.keys, figure, reason)


def as_text(hidden: Iterator[HiddenFigure]) -> str:
    """The reasons as the store keeps them: JSON, by table and reason."""
    listed: dict[str, dict[str, list[tuple[str, ...]]]] = {}
    for one in hidden:
        listed.setdefault(one.table, {}).setdefault(one.reason, []).append((one.figure, *one.keys))
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":"))


def read_reasons(connection: sqlite.Connection, release: str | None = None) -> tuple[str, tuple[HiddenFigure, ...]]:
    """The id of a release, by default the newest, and why each of its hidden figures is hidden.

    Raises :class:`Refusal`: RELEASE-17 where there is none yet, RELEASE-18 for one that the store did not make.
    """
    kept = kept_releases(connection)
    if not kept:
        raise Refusal("RELEASE-17")
    id = release or kept[-1].note.id
    if id not in {one.note.id for one in kept}:
        raise Refusal("RELEASE-18", release=id)
    listed: Mapping[str, Mapping[str, Sequence[Sequence[str]]]] = json.loads(reasons_of(connection, id))
    found = (
        HiddenFigure(table, tuple(keys), figure, reason)
        for table, by_reason in listed.items()
        for reason, places in by_reason.items()
        for figure, *keys in places
    )
    return id, tuple(found)


def counted(hidden: Sequence[HiddenFigure]) -> list[tuple[str, str, str, int]]:
    """How many figures are hidden by table, column and reason."""
    numbers = Counter((one.table, one.figure or ALL, one.reason) for one in hidden)
    return [(*place, number) for place, number in sorted(numbers.items())]
