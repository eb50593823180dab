"""Damages an SQLite file as somebody does who knows SQL: values, rows, columns, tables and the schema itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from random import Random
from typing import Any

from tests.fuzz_mutation import RAW_JSON, TEXTS

_ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n AS {columns} FROM t"
_SCHEMAS = (
    "CREATE TABLE {name} (x)", "CREATE VIEW {name} AS SELECT 1", "x", "", "CREATE TABLE {name} AS SELECT 1",
    "CREATE VIRTUAL TABLE {name} USING fts5(x)", "CREATE TABLE {name} (x GENERATED ALWAYS AS (x) VIRTUAL)",
)  # fmt: skip

_MOST_STEPS = 2_000

Damage = Callable[[Random, sqlite3.Connection, str], None]


def damaged(luck: Random, whole: bytes) -> bytes:
    """A file of which some values, rows, columns, tables or lines of the schema are others."""
    journal = whole[18:20]  # a file in memory cannot have a write-ahead log
    whole = whole[:18] + b"\x01\x01" + whole[20:]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.deserialize(whole)
        _loosen(connection, luck.random() < 0.5)
        whole = connection.serialize()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.deserialize(whole)
        steps = iter(range(_MOST_STEPS))  # a view that we put in ourselves may have no end
        connection.set_progress_handler(lambda: next(steps, None) is None, 1_000)
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for _ in range(luck.choice((1, 1, 2, 5))):
            table = luck.choice(names)
            # What SQLite itself keeps from being written; and no choice is left in a table that is empty by now.
            with suppress(sqlite3.Error, OverflowError, UnicodeError, IndexError):
                luck.choices(_DAMAGES, weights=_WEIGHTS)[0](luck, connection, table)
        whole = connection.serialize()
    return whole[:18] + journal + whole[20:]


def _loosen(connection: sqlite3.Connection, types: bool) -> None:
    """Take away the triggers that guard a store, and if wanted what keeps columns to their types."""
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    if types:
        connection.execute("PRAGMA writable_schema = ON")
        for word in (" STRICT", " NOT NULL"):
            connection.execute("UPDATE sqlite_schema SET sql = replace(sql, ?, '') WHERE type = 'table'", (word,))


def _value(luck: Random) -> Any:
    return luck.choice((
        luck.choice(TEXTS).encode("utf-8", "replace").decode(), luck.choice(RAW_JSON), None, 0, -1, 2**63 - 1, 1e308,
        float("inf"), 0.5, b"\xff\x00", b"x", luck.choice((5, 10, 15, 20)),
    ))  # fmt: skip


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]


def _change_value(luck: Random, connection: sqlite3.Connection, table: str) -> None:
    column = luck.choice(_columns(connection, table))
    rows = connection.execute(f'SELECT rowid FROM "{table}"').fetchall()
    where = "" if luck.random() < 0.2 else f" WHERE rowid = {luck.choice(rows)[0]}"
    value = _value(luck)
    if luck.random() < 0.2:  # text that is no UTF-8
        connection.execute(f'UPDATE "{table}" SET "{column}" = CAST(? AS TEXT){where}', (b"\xff\xfe" + b"x" * 5,))
    else:
        connection.execute(f'UPDATE "{table}" SET "{column}" = ?{where}', (value,))


def _remove_rows(luck: Random, connection: sqlite3.Connection, table: str) -> None:
    few = "" if luck.random() < 0.3 else f" WHERE rowid % {luck.choice((2, 3, 7))} = 0"
    connection.execute(f'DELETE FROM "{table}"{few}')


def _double_row(luck: Random, connection: sqlite3.Connection, table: str) -> None:
    columns = _columns(connection, table)
    other = luck.choice(columns)
    listed = ", ".join("?" if name == other else f'"{name}"' for name in columns)
    connection.execute(f'INSERT INTO "{table}" SELECT {listed} FROM "{table}" LIMIT 1', (_value(luck),))


def _change_column(luck: Random, connection: sqlite3.Connection, table: str) -> None:
    column = luck.choice(_columns(connection, table))
    connection.execute(luck.choice((
        f'ALTER TABLE "{table}" DROP COLUMN "{column}"', f'ALTER TABLE "{table}" RENAME COLUMN "{column}" TO "x y"',
        f'ALTER TABLE "{table}" ADD COLUMN "more" TEXT', f'ALTER TABLE "{table}" ADD COLUMN "n" AS (1)',
    )))  # fmt: skip


def _change_table(luck: Random, connection: sqlite3.Connection, table: str) -> None:
    connection.execute(luck.choice((
        f'DROP TABLE "{table}"', f'ALTER TABLE "{table}" RENAME TO "x"" y"', 'CREATE TABLE "more" (x)',
        f'CREATE INDEX "i" ON "{table}" (rowid)', f'CREATE VIEW "v" AS SELECT * FROM "{table}"',
        f'CREATE TRIGGER "t" AFTER INSERT ON "{table}" BEGIN SELECT 1; END',
    )))  # fmt: skip


def _put_view(luck: Random, connection: sqlite3.Connection, table: str) -> None:
    """In the place of a table, a view that never comes to its end."""
    columns = _columns(connection, table)
    listed = ", ".join(f'n AS "{name}"' for name in columns)
    connection.execute(f'DROP TABLE "{table}"')
    connection.execute(f'CREATE VIEW "{table}" AS {_ENDLESS.replace("n AS {columns}", listed)}')


def _change_schema(luck: Random, connection: sqlite3.Connection, table: str) -> None:
    connection.execute("PRAGMA writable_schema = ON")
    column = luck.choice(("sql", "sql", "name", "tbl_name", "rootpage", "type"))
    value = luck.choice(_SCHEMAS).format(name=table) if column == "sql" else _value(luck)
    connection.execute(f"UPDATE sqlite_schema SET {column} = ? WHERE name = ?", (value, table))


def _change_header(luck: Random, connection: sqlite3.Connection, table: str) -> None:
    name = luck.choice(("application_id", "user_version"))
    connection.execute(f"PRAGMA {name} = {luck.choice((0, 1, 2, 3, 4, 99, -1, 2**31 - 1))}")


_DAMAGES: tuple[Damage, ...] = (
    _change_value, _remove_rows, _double_row, _change_column, _change_table, _put_view, _change_schema, _change_header,
)  # fmt: skip
_WEIGHTS = (60, 6, 6, 5, 5, 2, 4, 2)
