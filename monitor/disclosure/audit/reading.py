"""Opens a release file as an intruder would, says what does not belong into it, and reads what does."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.disclosure.audit.published import (
    EVERY,
    FIGURES,
    MEASURED,
    WHOLE,
    Asked,
    Definition,
    Published,
    ReleaseFile,
    Thresholds,
)
from monitor.errors import Refusal

_LAYOUT: Mapping[str, frozenset[str]] = {
    table: frozenset(columns.split())
    for table, columns in {
        "release": "id programme title period_from period_to built_from built_from_entry built_from_time content_hash "
                   "parameters licence languages invented notice position previous withdrawn draft",
        "earlier": "position id title period_from period_to built_from_time content_hash withdrawn",
        "erratum": "position release table_name says language",
        "method": "position language heading says",
        "meaning": "table_name column_name language says",
        "audit": "position attacked method verdict",
        "instrument": "code version title summary persons",
        "question": "instrument form name position section wording type hint partly asked_if asked_condition "
                    "optional publish language",
        "question_provision": "instrument form question provision",
        "code": "instrument form question code position label language",
        "provision": "key source kind kind_in_words subject checked",
        "indicator": "instrument id position title statistic unit numerator denominator measure note n_condition "
                     "count_condition among_condition rating unit_code language",
        "indicator_question": "instrument indicator form question",
        "indicator_provision": "instrument indicator provision",
        "caution": "instrument indicator form question says language",
        "table_index": "name instrument indicator position dimensions dimension_questions overlapping unit statistic "
                       "exempt",
        "dimension_code": "table_name dimension code position label parent",
    }.items()
}  # fmt: skip
_MOST_GAPS, _MOST_TABLES = 10_000, 2_000
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def opened(path: Path) -> sqlite3.Connection:
    """The file, to be read only. Raises :class:`Refusal` (RELEASE-06) where there is none."""
    if not path.is_file():
        raise Refusal("RELEASE-06", path=path, why="there is no such file")
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


# The file: nothing but what a release holds.


def strange(connection: sqlite3.Connection) -> Iterator[str]:
    """What is in the file that no release holds; a sentence each."""
    things = [tuple(row) for row in connection.execute("SELECT type, name, tbl_name FROM sqlite_schema")]
    tables = {name for kind, name, _ in things if kind == "table"}
    if not tables.issuperset(_LAYOUT):
        raise ValueError("a table that every release has is missing")
    figures = {name: json.loads(dims) for name, dims in connection.execute("SELECT name, dimensions FROM table_index")}
    for kind, name, table in things:
        known = (kind == "table" and (name in _LAYOUT or name in figures)) or (kind == "view" and name == "finding")
        if not known and not (kind == "index" and name == f"sqlite_autoindex_{table}_1"):
            yield f"the {kind} '{name}' is no part of a release"
    for table in sorted(_LAYOUT.keys() | figures.keys()):
        if table in figures and (table not in tables or not _NAME.fullmatch(table)):
            yield f"the index lists '{table}', which is no table of figures"
            continue
        yield from _strange_columns(connection, table, figures.get(table))
    if connection.execute("SELECT count(*) FROM release").fetchone()[0] != 1:
        yield "the table 'release' must have one row"
    if connection.execute("PRAGMA freelist_count").fetchone()[0]:
        yield "the file has free pages, which can hold what was deleted"


def _strange_columns(connection: sqlite3.Connection, table: str, dimensions: list[str] | None) -> Iterator[str]:
    columns = {name for _, name, *_ in connection.execute("SELECT * FROM pragma_table_xinfo(?)", (table,))}
    if dimensions is None:
        if columns != _LAYOUT[table]:
            yield f"the columns of '{table}' are not those of a release"
        return
    wanted = {*dimensions, *FIGURES, "since"} - MEASURED
    if columns - MEASURED != wanted or not all(map(_NAME.fullmatch, columns)):
        yield f"the columns of '{table}' are not those of a table of figures"
        return
    for figure in sorted(columns.intersection(FIGURES)):
        kinds = "'integer', 'null'" if figure in WHOLE else "'real', 'null'"
        if connection.execute(f'SELECT 1 FROM "{table}" WHERE typeof("{figure}") NOT IN ({kinds})').fetchone():
            yield f"{table}: the column '{figure}' holds something else than figures"
    earlier = {identity for (identity,) in connection.execute("SELECT id FROM earlier")}
    if {since for (since,) in connection.execute(f'SELECT DISTINCT since FROM "{table}"')} - earlier - {None}:
        yield f"{table}: the column 'since' holds something else than earlier releases of the series"
    for dimension in dimensions:
        yield from _strange_codes(connection, table, dimension)


def _strange_codes(connection: sqlite3.Connection, table: str, dimension: str) -> Iterator[str]:
    place = (table, dimension)
    codes = "SELECT code FROM dimension_code WHERE table_name = ? AND dimension = ?"
    if connection.execute(f'SELECT 1 FROM "{table}" WHERE "{dimension}" NOT IN ({codes})', place).fetchone():
        yield f"{table}: the column '{dimension}' holds something else than its codes"
    parents = dict(connection.execute(codes.replace("code", "code, parent", 1), place).fetchall())
    for code in parents:
        above, steps = parents[code], 0
        while above is not None and steps <= len(parents):
            above, steps = parents.get(above, above), steps + 1
        if steps > len(parents):
            yield f"{table}: the groups of the column '{dimension}' stand in a circle, or are not among its codes"
            return


# What it says.


def thresholds_of(connection: sqlite3.Connection) -> Thresholds:
    """What a release says that it keeps to. Raises :class:`ValueError` for what cannot be."""
    found = json.loads(connection.execute("SELECT parameters FROM release").fetchone()[0])
    whole = {name: found[name] for name in ("persons", "width", "base", "median")}
    if not all(type(value) is int and 0 < value < 10**9 for value in whole.values()):
        raise ValueError("a threshold is no whole number above zero")
    rounding, relative = found["rounding"], float(found["relative"])
    if rounding not in ("nearest", "up") or not 0 <= relative < 1:
        raise ValueError("no such rounding, or an impossible share")
    return Thresholds(**whole, rounding=rounding, relative=relative)


def read(connection: sqlite3.Connection) -> ReleaseFile:
    """The whole file, of which :func:`strange` found nothing. Raises :class:`ValueError` for what cannot be."""
    about = connection.execute("SELECT * FROM release").fetchone()
    earlier = tuple(identity for (identity,) in connection.execute("SELECT id FROM earlier ORDER BY position DESC"))
    definitions = _definitions(connection)
    indexed = connection.execute("SELECT * FROM table_index ORDER BY name").fetchall()
    if len(indexed) > _MOST_TABLES:
        raise ValueError("there are more tables than any programme has")
    codes: dict[tuple[str, str, str], set[str]] = {}
    for instrument, form, question, code in connection.execute("SELECT instrument, form, question, code FROM code"):
        codes.setdefault((instrument, form, question), set()).add(code)
    return ReleaseFile(
        about["id"], int(about["position"]), earlier, about["withdrawn"] is not None, thresholds_of(connection),
        tuple(_published(connection, index, definitions, earlier) for index in indexed),
        {place: frozenset(found) for place, found in codes.items()},
        frozenset(code for (code,) in connection.execute("SELECT code FROM instrument WHERE persons <> 0")),
        {
            (row["instrument"], row["form"], row["name"]): Asked(row["asked_condition"], bool(row["optional"]))
            for row in connection.execute("SELECT * FROM question ORDER BY language DESC")
        },
    )  # fmt: skip


def _definitions(connection: sqlite3.Connection) -> Mapping[tuple[str, str], Definition]:
    """What each indicator counts, by instrument and identity; the same in every language."""
    forms: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for instrument, indicator, form, question in connection.execute("SELECT * FROM indicator_question"):
        forms.setdefault((instrument, indicator), set()).add((question, form))
    return {
        (row["instrument"], row["id"]): Definition(
            (row["instrument"], row["unit_code"]), row["among_condition"], row["n_condition"], row["count_condition"],
            row["rating"], tuple(sorted(forms.get((row["instrument"], row["id"]), ()))),
            row["id"] if row["statistic"] == "share" and row["count_condition"] is None else "",
        )
        for row in connection.execute("SELECT * FROM indicator")
    }  # fmt: skip


def _published(
    connection: sqlite3.Connection, index: sqlite3.Row, definitions: Mapping[tuple[str, str], Definition],
    earlier: Sequence[str],
) -> Published:  # fmt: skip
    dimensions = tuple(json.loads(index["dimensions"]))
    rows: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for row in connection.execute(f'SELECT * FROM "{index["name"]}"'):
        values = dict(zip(row.keys(), row, strict=True))
        rows[tuple(values[dimension] for dimension in dimensions)] = values
    listed = [
        connection.execute(
            "SELECT code, parent FROM dimension_code WHERE table_name = ? AND dimension = ? ORDER BY position",
            (index["name"], dimension),
        ).fetchall()
        for dimension in dimensions
    ]
    return Published.of_rows(
        index["name"], definitions[index["instrument"], index["indicator"]], index["statistic"], dimensions,
        tuple(json.loads(index["dimension_questions"])), rows,
        overlapping=frozenset(json.loads(index["overlapping"])),
        parents=[{code: parent for code, parent in codes if parent is not None} for codes in listed],
        codes=[[code for code, _ in codes if code != EVERY] for codes in listed], epochs=("", *earlier),
        exempt=bool(index["exempt"]), most_gaps=_MOST_GAPS,
    )  # fmt: skip
