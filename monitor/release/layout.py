"""The tables of a release file, and the hash of what they hold."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Sequence

from monitor.disclosure import ProtectedTable
from monitor.errors import Refusal

APPLICATION_ID = 0x4D6F6E52
"""``MonR``: what tells a release from any other SQLite file (``PRAGMA application_id``)."""

LAYOUT_VERSION = 5

TABLES = (
    """CREATE TABLE release (
        id TEXT PRIMARY KEY NOT NULL, programme TEXT NOT NULL, title TEXT NOT NULL, period_from TEXT, period_to TEXT,
        built_from TEXT NOT NULL, built_from_entry INTEGER NOT NULL, built_from_time TEXT NOT NULL, content_hash TEXT,
        parameters TEXT NOT NULL, licence TEXT NOT NULL, languages TEXT NOT NULL, invented INTEGER NOT NULL,
        notice TEXT, position INTEGER NOT NULL, previous TEXT, withdrawn TEXT, draft INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE earlier (
        position INTEGER PRIMARY KEY, id TEXT NOT NULL, title TEXT NOT NULL, period_from TEXT, period_to TEXT,
        built_from_time TEXT NOT NULL, content_hash TEXT NOT NULL, withdrawn TEXT
    ) STRICT""",
    """CREATE TABLE erratum (
        position INTEGER NOT NULL, release TEXT NOT NULL, table_name TEXT, says TEXT NOT NULL, language TEXT NOT NULL,
        PRIMARY KEY (position, language)
    ) STRICT""",
    """CREATE TABLE method (
        position INTEGER NOT NULL, language TEXT NOT NULL, heading TEXT NOT NULL, says TEXT NOT NULL,
        PRIMARY KEY (position, language)
    ) STRICT""",
    """CREATE TABLE meaning (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, language TEXT NOT NULL, says TEXT NOT NULL,
        PRIMARY KEY (table_name, column_name, language)
    ) STRICT""",
    """CREATE TABLE audit (
        position INTEGER PRIMARY KEY, attacked TEXT NOT NULL, method TEXT NOT NULL, verdict TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE instrument (
        code TEXT PRIMARY KEY NOT NULL, version TEXT NOT NULL, title TEXT NOT NULL, summary TEXT,
        persons INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE question (
        instrument TEXT NOT NULL REFERENCES instrument (code), form TEXT NOT NULL, name TEXT NOT NULL,
        position INTEGER NOT NULL, section TEXT, wording TEXT NOT NULL, type TEXT NOT NULL, hint TEXT, partly TEXT,
        asked_if TEXT, asked_condition TEXT, optional INTEGER NOT NULL, publish TEXT NOT NULL, language TEXT NOT NULL,
        PRIMARY KEY (instrument, form, name, language)
    ) STRICT""",
    """CREATE TABLE code (
        instrument TEXT NOT NULL REFERENCES instrument (code), form TEXT NOT NULL, question TEXT NOT NULL,
        code TEXT NOT NULL, position INTEGER NOT NULL, label TEXT NOT NULL, language TEXT NOT NULL,
        PRIMARY KEY (instrument, form, question, code, language)
    ) STRICT""",
    """CREATE TABLE provision (
        key TEXT PRIMARY KEY NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL, kind_in_words TEXT NOT NULL,
        subject TEXT NOT NULL, checked INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE question_provision (
        instrument TEXT NOT NULL REFERENCES instrument (code), form TEXT NOT NULL, question TEXT NOT NULL,
        provision TEXT NOT NULL REFERENCES provision (key), PRIMARY KEY (instrument, form, question, provision)
    ) STRICT""",
    """CREATE TABLE indicator (
        instrument TEXT NOT NULL REFERENCES instrument (code), id TEXT NOT NULL, position INTEGER NOT NULL,
        title TEXT NOT NULL, statistic TEXT NOT NULL, unit TEXT NOT NULL, numerator TEXT, denominator TEXT,
        measure TEXT, note TEXT, n_condition TEXT, count_condition TEXT, among_condition TEXT, rating TEXT,
        unit_code TEXT NOT NULL, language TEXT NOT NULL, PRIMARY KEY (instrument, id, language)
    ) STRICT""",
    """CREATE TABLE indicator_question (
        instrument TEXT NOT NULL REFERENCES instrument (code), indicator TEXT NOT NULL, form TEXT NOT NULL,
        question TEXT NOT NULL, PRIMARY KEY (instrument, indicator, form, question)
    ) STRICT""",
    """CREATE TABLE indicator_provision (
        instrument TEXT NOT NULL REFERENCES instrument (code), indicator TEXT NOT NULL,
        provision TEXT NOT NULL REFERENCES provision (key), PRIMARY KEY (instrument, indicator, provision)
    ) STRICT""",
    """CREATE TABLE caution (
        instrument TEXT NOT NULL REFERENCES instrument (code), indicator TEXT NOT NULL, form TEXT NOT NULL,
        question TEXT NOT NULL, says TEXT NOT NULL, language TEXT NOT NULL,
        PRIMARY KEY (instrument, indicator, form, question, language)
    ) STRICT""",
    """CREATE TABLE table_index (
        name TEXT PRIMARY KEY NOT NULL, instrument TEXT NOT NULL REFERENCES instrument (code), indicator TEXT NOT NULL,
        position INTEGER NOT NULL, dimensions TEXT NOT NULL, dimension_questions TEXT NOT NULL,
        overlapping TEXT NOT NULL, unit TEXT NOT NULL, statistic TEXT NOT NULL, exempt INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE dimension_code (
        table_name TEXT NOT NULL REFERENCES table_index (name), dimension TEXT NOT NULL, code TEXT NOT NULL,
        position INTEGER NOT NULL, label TEXT NOT NULL, parent TEXT, PRIMARY KEY (table_name, dimension, code)
    ) STRICT""",
)
"""The tables beside those of figures. docs/releases.md says what each holds."""

_COLUMNS = {
    "n": "INTEGER", "count": "INTEGER", "share": "REAL", "low": "REAL", "high": "REAL", "median": "REAL",
    "ratio": "REAL", "not_observed": "INTEGER", "not_applicable": "INTEGER", "since": "TEXT",
}  # fmt: skip
_MEASURED = ("median", "ratio")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def figures_of(table: ProtectedTable) -> tuple[str, ...]:
    """The columns of figures that a table has: ``median`` and ``ratio`` only where these are given."""
    return tuple(name for name in _COLUMNS if name not in _MEASURED or table.indicator.statistic == name)


def create_figures(table: ProtectedTable) -> str:
    """The statement that makes a table of figures.

    Raises :class:`Refusal` (RELEASE-10) for names that cannot be columns beside the figures.
    """
    name, dimensions = table.name, [dimension.name for dimension in table.dimensions]
    for part in (name, *dimensions):
        if not _NAME.fullmatch(part) or part in _COLUMNS:
            raise Refusal("RELEASE-10", indicator=table.indicator.id, name=part)
    columns = [f'"{dimension}" TEXT NOT NULL' for dimension in dimensions]
    columns += [f"{figure} {_COLUMNS[figure]}" for figure in figures_of(table)]
    key = ", ".join(f'"{dimension}"' for dimension in dimensions)
    return f'CREATE TABLE "{name}" ({", ".join(columns)}, PRIMARY KEY ({key})) STRICT'


def create_view(tables: Iterable[ProtectedTable]) -> str:
    """The statement that makes the view ``finding`` over all tables of figures."""
    selects = []
    for table in tables:
        dimensions = ", ".join(f"""'{dimension.name}', "{dimension.name}\"""" for dimension in table.dimensions)
        measured = ", ".join(name if name in figures_of(table) else f"NULL AS {name}" for name in _MEASURED)
        selects.append(
            f"SELECT '{table.instrument}' AS instrument, '{table.indicator.id}' AS indicator, "
            f"'{table.name}' AS table_name, json_object({dimensions}) AS dimensions, n, count, share, low, "
            f'high, {measured}, not_observed, not_applicable, since FROM "{table.name}"'
        )
    return f"CREATE VIEW finding AS {' UNION ALL '.join(selects)}"


def content_hash(connection: sqlite3.Connection) -> str:
    """SHA-256 over every table of a release but the hash itself: the same wherever the same release is built."""
    digest = hashlib.sha256()
    names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
    for (table,) in connection.execute(names).fetchall():
        columns = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
        kept = [name for name in columns if (table, name) != ("release", "content_hash")]
        listed = ", ".join(f'"{name}"' for name in kept)
        digest.update(_line([table, *kept]))
        for row in sorted(_line(row) for row in connection.execute(f'SELECT {listed} FROM "{table}"')):
            digest.update(row)
    return digest.hexdigest()


def _line(values: Sequence[object]) -> bytes:
    return json.dumps(list(values), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
