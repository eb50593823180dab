"""The series that a release is one of: the releases before it, their files and exact counts, and their errata."""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from monitor.disclosure.series import EarlierRelease, Kept, Key, Row
from monitor.errors import Refusal
from monitor.findings import Behind
from monitor.store import (
    Erratum,
    KeptRelease,
    changed_since,
    check_line,
    errata,
    file_of,
    kept_releases,
    ledger_of,
    sqlite,
)


@dataclass(frozen=True)
class Series:
    """The releases before one, oldest first, and all that is known to be wrong in them.

    ``again`` is the release that the one being built would be once more, if it comes out the same.
    """

    earlier: tuple[KeptRelease, ...]
    errata: tuple[Erratum, ...]
    again: KeptRelease | None = None

    @property
    def newest(self) -> KeptRelease | None:
        """The last one before."""
        return self.earlier[-1] if self.earlier else None

    @property
    def position(self) -> int:
        """The place of the release that comes next, from 1."""
        return 1 if self.newest is None else self.newest.note.position + 1


def series_now(connection: sqlite.Connection) -> Series:
    """Everything that was made so far. Raises :class:`Refusal` (STORE-28, STORE-34) for a damaged store."""
    return Series(kept_releases(connection), errata(connection))


def series_of_newest(connection: sqlite.Connection, erratum: str | None = None) -> Series | None:
    """The series as it was when its newest release was built, to build that one again; None where none stands.

    ``erratum`` is one that is to be noted: where it was not noted then, it is another release that is meant.
    """
    kept = kept_releases(connection)
    if not kept or kept[-1].withdrawn is not None:
        return None
    newest = kept[-1]
    series = Series(kept_releases(connection, newest.entry), errata(connection, newest.entry), newest)
    known = erratum is None or any(one.says == erratum.strip() for one in series.errata)
    return series if known else None


def carry(series: Series, erratum: str | None, language: str = "en") -> Series:
    """The series with one erratum more, about its newest release, that is noted with the next one.

    Raises :class:`Refusal`: RELEASE-17 where there is no earlier release, STORE-16 for what is no line.
    """
    if erratum is None:
        return series
    if series.newest is None:
        raise Refusal("RELEASE-17")
    check_line(erratum)
    noted = Erratum(series.newest.note.id, None, erratum.strip(), language, sys.maxsize)
    return replace(series, errata=(*series.errata, noted))


def check_errata(connection: sqlite.Connection, series: Series) -> None:
    """Refuse (RELEASE-15) a release that would let an earlier one stand uncorrected.

    Where submissions that were counted in the newest release have been corrected or taken out since, an erratum must
    say so, noted after the last of these changes.
    """
    newest = series.newest
    if newest is None or newest.withdrawn is not None:
        return
    count, last = changed_since(connection, newest.note.built_from_entry)
    if count and not any(erratum.entry > last for erratum in series.errata):
        raise Refusal("RELEASE-15", release=newest.note.id)


_GROUPS = {
    "periods": "other years were put together", "regions": "its regions were others",
    "alone": "periods and regions stood elsewhere", "embargo": "pending cases were counted otherwise",
}
"""What stays the same throughout a series, and how a refusal says that it would not."""


def check_groups(series: Series, parameters: str) -> None:
    """Refuse (RELEASE-22) to put other codes together than the releases before, or to count pending cases otherwise.

    What is protected from one release to the next is each figure by itself. A group that was not there before has no
    earlier figure, and yet the sum of its codes was known.
    """
    newest = series.newest
    if newest is None:
        return
    before, now = _groups_in(newest.note.parameters), _groups_in(parameters)
    changed = [says for name, says in _GROUPS.items() if before.get(name) != now.get(name)]
    if changed:
        raise Refusal("RELEASE-22", what=", ".join(changed), release=newest.note.id, then=_options(before))


def _groups_in(parameters: str) -> Mapping[str, Any]:
    said = json.loads(parameters)
    regions = {key: sorted(region["countries"]) for key, region in said.get("regions", {}).items()}
    periods = said.get("periods"), said.get("periods_from")
    return {"periods": periods, "regions": regions, "alone": said.get("alone"), "embargo": said.get("embargo")}


def _options(groups: Mapping[str, Any]) -> str:
    """The options of the command that put together what was put together then."""
    (periods, first), regions = groups["periods"], groups["regions"]
    listed = "; ".join(f"{key} = {', '.join(countries)}" for key, countries in regions.items())
    options = {
        f"--periods {periods}": periods, f"--periods-from {first}": first,
        f"--regions FILE ({listed})": listed, "--alone": groups["alone"], "--embargo-pending": groups["embargo"],
    }  # fmt: skip
    return " ".join(option for option, chosen in options.items() if chosen) or "without periods, regions or embargo"


@contextmanager
def files_of(connection: sqlite.Connection, releases: Sequence[KeptRelease]) -> Iterator[tuple[Path, ...]]:
    """The files of releases as they were published, in a private folder that is gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="monitor-earlier-") as folder:
        paths = [Path(folder) / f"{kept.note.position:04}-{kept.note.id}.db" for kept in releases]
        for kept, path in zip(releases, paths, strict=True):
            path.write_bytes(file_of(connection, kept.note.id))
        yield tuple(paths)


def earlier_release(
    connection: sqlite.Connection, kept: KeptRelease, path: Path, added: Mapping[Key, Behind]
) -> EarlierRelease:  # fmt: skip
    """What was known inside and outside of an earlier release: its ledger from the store, its figures from its file.

    ``added`` is what stands behind everything that was approved or changed since.
    """
    id = kept.note.id
    counts = (
        Kept(
            line.instrument, line.figure, line.cell, line.units, line.persons, line.cases, line.shown, line.since,
            line.reason,
        )
        for line in ledger_of(connection, id)
    )  # fmt: skip
    return EarlierRelease(id, {kept.key: kept for kept in counts}, figures_in(path), added)


def codes_before(connection: sqlite.Connection) -> Mapping[tuple[str, str], set[str]]:
    """The codes that have rows in the newest release, by instrument and by what a dimension asks.

    They keep their rows: a row that was there and is gone would say that nobody is left.
    """
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kept in kept_releases(connection)[-1:]:
        for line in ledger_of(connection, kept.note.id):
            for question, code in json.loads(line.cell):
                found[line.instrument, question].add(code)
    return found


def figures_in(path: Path) -> Mapping[tuple[str, tuple[str, ...]], Row]:
    """Every row of every table of figures in a release, by the name of its table and its codes."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        tables = connection.execute("SELECT name, json_array_length(dimensions) FROM table_index").fetchall()
        return {
            (name, tuple(row[:width])): dict(zip(columns[width:], row[width:], strict=True))
            for name, width in tables
            for rows in [connection.execute(f'SELECT * FROM "{name}"')]
            for columns in [[column[0] for column in rows.description]]
            for row in rows
        }
