"""Opens a release file to be read and never written, and refuses everything that is not a finished release."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from monitor.errors import Refusal
from monitor.release.layout import APPLICATION_ID, LAYOUT_VERSION, TABLES

FIGURES = ("n", "count", "share", "low", "high", "median", "ratio", "not_observed", "not_applicable", "since")
"""The columns a table of figures may have beside its dimensions."""

VIEW = "finding"
_STORE = {"log", "submission"}
_MAGIC = b"SQLite format 3\x00"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ROLLBACK = 1  # bytes 18 and 19 of the header; 2 would mean a write-ahead log


def open_release(path: Path) -> sqlite3.Connection:
    """The release as a read-only connection that takes no lock and looks at no other file.

    Raises :class:`Refusal`: missing, a folder, unfinished, a working store, no database, damaged, not our layout.
    """
    header = _check_file(path)
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        with refusing_damage(path):
            _check_no_store(path, connection)  # first: a store keeps a write-ahead log, and must be called what it is
            _check_finished(path, header)
            _check_layout(path, connection)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def refusing_damage(path: Path) -> Iterator[None]:
    """Refuse (SITE-03) the release that holds something else than its layout says, wherever that is noticed."""
    try:
        yield
    except (sqlite3.Error, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Refusal("SITE-03", path=path, why="it is damaged or encrypted") from error


def _check_file(path: Path) -> bytes:
    """The header of an SQLite file."""
    if path.is_dir():
        raise Refusal("SITE-02", path=path)
    if not path.is_file():
        raise Refusal("SITE-01", path=path)
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except OSError as error:
        raise Refusal("SITE-03", path=path, why=f"it cannot be read ({error.strerror})") from error
    if len(header) < 100 or not header.startswith(_MAGIC):
        raise Refusal("SITE-03", path=path, why="it is no SQLite database, or an encrypted one")
    return header


def _check_no_store(path: Path, connection: sqlite3.Connection) -> None:
    names = {row["name"] for row in connection.execute("SELECT name FROM sqlite_schema")}
    if names >= _STORE:
        raise Refusal("SITE-04", path=path)


def _check_finished(path: Path, header: bytes) -> None:
    beside = [f"{path.name}{ending}" for ending in ("-wal", "-journal") if Path(f"{path}{ending}").exists()]
    if header[18] != _ROLLBACK or header[19] != _ROLLBACK or beside:
        # A reader that takes no lock would not see what still stands in the log beside the file.
        why = f"{beside[0]} lies beside it" if beside else "it keeps a write-ahead log"
        raise Refusal("SITE-05", path=path, why=why)


@cache
def codebook_tables() -> Mapping[str, tuple[str, ...]]:
    """The tables that every release has beside those of figures, with their columns."""
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.row_factory = sqlite3.Row
        for statement in TABLES:
            empty.execute(statement)
        names = [row["name"] for row in empty.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: tuple(columns_of(empty, name)) for name in names}


def _check_layout(path: Path, connection: sqlite3.Connection) -> None:
    schema = {row["name"]: row["type"] for row in connection.execute("SELECT name, type FROM sqlite_schema")}
    if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
        raise Refusal("SITE-03", path=path, why="it is damaged or encrypted")
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise Refusal("SITE-03", path=path, why="it is another kind of database")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != LAYOUT_VERSION:
        why = f"its layout has the number {version}, and this program knows number {LAYOUT_VERSION}"
        raise Refusal("SITE-03", path=path, why=why)
    for table, columns in codebook_tables().items():
        # A view could stand in the place of a table, and never come to its end.
        if schema.get(table) != "table" or tuple(columns_of(connection, table)) != columns:
            raise Refusal("SITE-03", path=path, why=f"its table {table} is missing or different")
    figures = _figure_tables(path, connection, schema)
    for name, kind in schema.items():
        ours = (
            (kind == "index" and name.startswith("sqlite_autoindex_"))
            or (kind == "view" and name == VIEW)
            or (kind == "table" and (name in codebook_tables() or name in figures))
        )
        if not ours:
            raise Refusal("SITE-03", path=path, why=f"it holds {name}, which no release holds")
    if connection.execute("SELECT count(*) FROM release").fetchone()[0] != 1:
        raise Refusal("SITE-03", path=path, why="its table release has not exactly one row")


def _figure_tables(path: Path, connection: sqlite3.Connection, schema: Mapping[str, str]) -> set[str]:
    names = set()
    for name, written in connection.execute("SELECT name, dimensions FROM table_index"):
        columns, dimensions = columns_of(connection, name), json.loads(written)
        figures = set(columns[len(dimensions) :])
        named = all(_NAME.fullmatch(word) for word in [name, *columns])  # they are written into queries
        ours = schema.get(name) == "table" and columns[: len(dimensions)] == dimensions
        if not (ours and named and {"n"} <= figures <= {*FIGURES}):
            raise Refusal("SITE-03", path=path, why=f"its table {name!r} is no table of figures")
        names.add(name)
    return names


def columns_of(connection: sqlite3.Connection, table: str) -> list[str]:
    """The columns of a table, in their order; none when there is no such table."""
    # Also those that are computed: a release has none, and they can cost more than the whole file.
    return [row["name"] for row in connection.execute("SELECT name FROM pragma_table_xinfo(?)", (table,))]
