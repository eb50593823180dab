"""Compares two releases of one programme, from the published files alone, so that nothing new is disclosed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from monitor.errors import Refusal
from monitor.release.layout import APPLICATION_ID, LAYOUT_VERSION, TABLES
from monitor.release.rewording import Change, reworded

FIGURES = ("n", "count", "share", "low", "high", "median", "ratio", "not_observed", "not_applicable")
"""The columns of figures, in the order in which they stand."""

State = Literal["new", "gone", "changed", "same"]
Figure = int | float | None


@dataclass(frozen=True)
class RowDifference:
    """One row of a table of figures: where it stands, and each of its figures before and now.

    None is a figure that is hidden, or that the release has not. ``since`` is the release from which the row stands as
    it was, None where it is as new as the release.
    """

    keys: tuple[str, ...]
    state: State
    figures: Mapping[str, tuple[Figure, Figure]]
    since: str | None = None

    @property
    def moved(self) -> tuple[str, ...]:
        """The figures that both releases show, and that are not the same."""
        return tuple(name for name, (old, new) in self.figures.items() if None not in (old, new) and old != new)

    @property
    def shown(self) -> tuple[str, ...]:
        """The figures that were hidden and are shown now."""
        if self.state in ("new", "gone"):
            return ()
        return tuple(name for name, (old, new) in self.figures.items() if old is None and new is not None)

    @property
    def hidden(self) -> tuple[str, ...]:
        """The figures that were shown and are hidden now."""
        if self.state in ("new", "gone"):
            return ()
        return tuple(name for name, (old, new) in self.figures.items() if old is not None and new is None)


@dataclass(frozen=True)
class TableDifference:
    """One table of figures: its name in the files, what it says, and its rows in the order of the new release."""

    name: str
    indicator: str
    title: str
    dimensions: tuple[str, ...]
    state: State
    rows: tuple[RowDifference, ...]


@dataclass(frozen=True)
class Stated:
    """A release as it names itself. ``withdrawn`` is the reason where only its notice is left."""

    id: str
    programme: str
    title: str
    position: int
    built_from_time: str
    withdrawn: str | None


@dataclass(frozen=True)
class Difference:
    """What two releases say differently: their figures, their codebook, their terms and what was found wrong.

    The notice of a withdrawn release has no codebook to compare.
    """

    old: Stated
    new: Stated
    terms: tuple[Change, ...]
    errata: tuple[str, ...]
    codebook: tuple[Change, ...]
    tables: tuple[TableDifference, ...]


def difference(old: Path, new: Path) -> Difference:
    """Compare two release files, ``old`` with ``new``.

    Raises :class:`Refusal`: one of them is no release of this layout (RELEASE-06), or they are of two programmes
    (RELEASE-30).
    """
    with closing(_opened(Path(old))) as before, closing(_opened(Path(new))) as now:
        try:
            first, second = _stated(before), _stated(now)
            if first.programme != second.programme:
                raise Refusal("RELEASE-30", old=first.programme, new=second.programme)
            errata = _errata(before)
            return Difference(
                first, second, tuple(_terms(before, now)),
                tuple(line for line in _errata(now) if line not in errata),
                tuple(reworded(before, now)) if first.withdrawn is second.withdrawn is None else (),
                tuple(_tables(before, now)),
            )  # fmt: skip
        except (sqlite3.Error, ValueError, TypeError, LookupError) as error:
            raise Refusal("RELEASE-06", path=f"{old} or {new}", why="it is damaged") from error


def _opened(path: Path) -> sqlite3.Connection:
    """The file, to be read alone, once it is a release of this layout."""
    if not path.is_file():
        raise Refusal("RELEASE-06", path=path, why="there is no such file")
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    except sqlite3.Error as error:
        connection.close()
        raise Refusal("RELEASE-06", path=path, why="it cannot be read as one") from error
    if application != APPLICATION_ID:
        why = "it is another kind of file"
    elif version != LAYOUT_VERSION:
        why = f"its layout has the number {version}, and this program knows number {LAYOUT_VERSION}"
    elif len(tables) < len(TABLES):
        why = "it lacks tables that every release has"
    else:
        return connection
    connection.close()
    raise Refusal("RELEASE-06", path=path, why=why)


def _stated(connection: sqlite3.Connection) -> Stated:
    columns = "id, programme, title, position, built_from_time, withdrawn"
    return Stated(*connection.execute(f"SELECT {columns} FROM release").fetchone())


def _terms(before: sqlite3.Connection, now: sqlite3.Connection) -> Iterator[Change]:
    """What holds for a whole release: title, period, licence, languages, and the thresholds of its protection."""
    columns = "title, period_from, period_to, licence, languages, parameters, withdrawn, draft"
    old, new = ({**one.execute(f"SELECT {columns} FROM release").fetchone()} for one in (before, now))
    thresholds = json.loads(old.pop("parameters")), json.loads(new.pop("parameters"))
    for name in old:
        if old[name] != new[name]:
            yield Change("release", (), name, old[name], new[name])
    for name in dict.fromkeys((*thresholds[0], *thresholds[1])):
        if thresholds[0].get(name) != thresholds[1].get(name):
            yield Change("threshold", (name,), "value", *(_written(one.get(name)) for one in thresholds))


def _written(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _errata(connection: sqlite3.Connection) -> list[str]:
    """The errata, each with what it is about."""
    query = "SELECT release, table_name, says FROM erratum ORDER BY position, language"
    lines = connection.execute(query).fetchall()
    return [f"{', '.join(part for part in line[:2] if part)}: {line['says']}" for line in lines]


# The figures.


def _tables(before: sqlite3.Connection, now: sqlite3.Connection) -> Iterator[TableDifference]:
    old, new = _index(before), _index(now)
    for name, (about, dimensions) in {**old, **new}.items():
        rows = tuple(_rows(
            _figures(before, name, dimensions) if name in old else {},
            _figures(now, name, dimensions) if name in new else {},
        ))  # fmt: skip
        state: State = "new" if name not in old else "gone" if name not in new else _state(rows)
        yield TableDifference(name, about["indicator"], about["title"] or "", dimensions, state, rows)


def _state(rows: Sequence[RowDifference]) -> State:
    return "same" if all(row.state == "same" for row in rows) else "changed"


def _index(connection: sqlite3.Connection) -> dict[str, tuple[sqlite3.Row, tuple[str, ...]]]:
    """The tables of figures by name, each with what the index says of it and its dimensions."""
    query = (
        "SELECT name, indicator, dimensions, (SELECT title FROM indicator AS i WHERE i.instrument = t.instrument "
        "AND i.id = t.indicator ORDER BY i.language <> 'en' LIMIT 1) AS title FROM table_index AS t ORDER BY name"
    )
    return {row["name"]: (row, tuple(json.loads(row["dimensions"]))) for row in connection.execute(query)}


def _figures(
    connection: sqlite3.Connection, table: str, dimensions: tuple[str, ...]
) -> dict[tuple[str, ...], dict[str, Any]]:
    quoted = table.replace('"', '""')
    rows = [dict(row) for row in connection.execute(f'SELECT * FROM "{quoted}" ORDER BY rowid')]
    return {tuple(row[name] for name in dimensions): row for row in rows}


def _rows(
    old: Mapping[tuple[str, ...], Mapping[str, Any]], new: Mapping[tuple[str, ...], Mapping[str, Any]]
) -> Iterator[RowDifference]:
    lines = [*old.values(), *new.values()]
    # A figure that no row has is none of this statistic, rather than hidden.
    names = [name for name in FIGURES if name == "n" or any(line.get(name) is not None for line in lines)]
    for keys in dict.fromkeys((*new, *old)):
        before, now = old.get(keys, {}), new.get(keys, {})
        figures = {name: (before.get(name), now.get(name)) for name in names}
        state: State = "new" if keys not in old else "gone" if keys not in new else "same"
        if state == "same" and any(one != other for one, other in figures.values()):
            state = "changed"
        yield RowDifference(keys, state, figures, now.get("since"))
