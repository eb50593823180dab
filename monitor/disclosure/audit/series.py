"""Puts the releases of a series in order, and compares what an old row says now with what it said then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from monitor.disclosure.audit.published import FIGURES, Published, ReleaseFile


def epochs_of(newest: ReleaseFile) -> Mapping[str, int]:
    """The number of each release of the series: 0 for the newest (also as ""), 1 for the one before, and so on."""
    return {"": 0, newest.id: 0, **{identity: number for number, identity in enumerate(newest.previous, 1)}}


def in_order(newest: ReleaseFile, earlier: Sequence[ReleaseFile]) -> list[ReleaseFile]:
    """Earlier releases, newest first."""
    epochs = epochs_of(newest)
    return sorted(earlier, key=lambda file: epochs[file.id])


def rewritten(newest: ReleaseFile, earlier: Sequence[ReleaseFile]) -> Iterator[str]:
    """Rows that say that they stand from an earlier release and are not what stood there; a sentence each."""
    files = {file.id: {table.name: table for table in file.tables} for file in earlier}
    for table in newest.tables:
        for number, epoch in enumerate(table.epochs):
            if number and epoch in files:
                places = np.flatnonzero((table.since.ravel() == number) & table.present.ravel())
                yield from _changed(table, files[epoch].get(table.name), places.tolist(), epoch)


def _changed(table: Published, then: Published | None, places: Sequence[int], epoch: str) -> Iterator[str]:
    numbers = [{code: number for number, code in enumerate(codes)} for codes in then.codes] if then else []
    for place in places:
        keys = table.keys(place)
        if then is None or then.dimensions != table.dimensions or not _stands(then, keys):
            yield f"{table.said(place)} stands since {epoch}, which has no such row"
            continue
        at = tuple(number[key] for number, key in zip(numbers, keys, strict=True))
        same = all(
            np.array_equal(table.figures[figure].flat[place], then.figures[figure][at], equal_nan=True)
            for figure in FIGURES
        )
        if not same:
            yield f"{table.said(place)} stands since {epoch}, and is not what stood there"


def _stands(then: Published, keys: Sequence[str]) -> bool:
    if not all(key in codes for key, codes in zip(keys, then.codes, strict=True)):
        return False
    at = tuple(codes.index(key) for key, codes in zip(keys, then.codes, strict=True))
    return bool(then.present[at]) and int(then.since[at]) == 0
