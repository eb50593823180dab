"""Writes the file of a release: every line in its table, with nothing else in it and no page that was ever used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from monitor.disclosure import ProtectedTable
from monitor.disclosure.audit import ATTACKS
from monitor.release.codebook import Row
from monitor.release.layout import (
    APPLICATION_ID,
    LAYOUT_VERSION,
    TABLES,
    content_hash,
    create_figures,
    create_view,
    figures_of,
)
from monitor.release.series import Series


def write(path: Path, about: Mapping[str, Any], explained: Iterable[Row], tables: Sequence[ProtectedTable]) -> str:
    """Write a release into an empty file: the line about itself, what explains it, and its tables of figures.

    Gives the content hash, which stands in it. Without tables there is no view over them either.
    """
    with _written(path) as connection:
        view = [create_view(tables)] if tables else []
        for statement in (*TABLES, *(create_figures(table) for table in tables), *view):
            connection.execute(statement)
        insert(connection, "release", list(about.values()))
        if tables:
            _insert_attacks(connection)
        for name, values in explained:
            insert(connection, name, values)
        for table in tables:
            _insert_figures(connection, table)
        digest = content_hash(connection)
        connection.execute("UPDATE release SET content_hash = ?", (digest,))
    return digest


@contextmanager
def _written(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in ("page_size = 4096", "journal_mode = OFF", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {LAYOUT_VERSION}")
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")
        connection.execute("VACUUM")


def insert(connection: sqlite3.Connection, table: str, values: Sequence[Any]) -> None:
    """One line, with a value for each column in its order."""
    connection.execute(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(values))})', values)


def _insert_attacks(connection: sqlite3.Connection) -> None:
    for position, (attacked, method) in enumerate(ATTACKS, 1):
        # A file in which anything is disclosed is thrown away, so that this is the only verdict that can stand.
        insert(connection, "audit", (position, attacked, method, "nothing disclosed"))


def _insert_figures(connection: sqlite3.Connection, table: ProtectedTable) -> None:
    names = figures_of(table)
    marks = ", ".join("?" * (len(table.dimensions) + len(names)))
    connection.executemany(
        f'INSERT INTO "{table.name}" VALUES ({marks})',
        ([*finding.keys, *(getattr(finding, name) for name in names)] for finding in table.findings),
    )


def lines_of_series(series: Series) -> Iterator[Row]:
    """The lines that name the earlier releases, and all that is known to be wrong in them."""
    for kept in series.earlier:
        note = kept.note
        yield "earlier", (
            note.position, note.id, note.title, note.period_from, note.period_to, note.built_from_time,
            note.content_hash, kept.withdrawn,
        )  # fmt: skip
    for position, erratum in enumerate(series.errata, 1):
        yield "erratum", (position, erratum.release, erratum.table, erratum.says, erratum.language)
