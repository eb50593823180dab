"""Reads a release file as an intruder would, from the file alone, and says what it gives away.

It shares no code with the rest of this package: a mistake made there must not be repeated here.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.disclosure.attack import Attack, Published
from monitor.disclosure.facts import false_facts, not_about_states
from monitor.errors import Refusal

ATTACKS: tuple[tuple[str, str], ...] = (
    ("the file", "Every table, view, column and value was compared with the layout of a release."),
    ("each figure", "Every count, complement, share, median and ratio was held against the thresholds and the "
                    "rounding."),
    ("the facts about States", "What is published as it is was held against the codebook: no question about persons "
                               "stands behind it, and its figures agree."),
    ("the hidden figures", "Bounds were passed along all sums of all tables of a population, rounding included."),
)
"""What is attacked, and how."""

_LAYOUT: Mapping[str, frozenset[str]] = {
    table: frozenset(columns.split())
    for table, columns in {
        "release": "id programme title period_from period_to built_from built_from_entry built_from_time content_hash "
                   "parameters licence languages invented notice",
        "erratum": "position table_name says",
        "audit": "position attacked method verdict",
        "instrument": "code version title summary persons",
        "question": "instrument form name position section wording type hint partly asked_if publish language",
        "question_provision": "instrument form question provision",
        "code": "instrument form question code position label language",
        "provision": "key source kind kind_in_words subject checked",
        "indicator": "instrument id position title statistic unit numerator denominator measure note language",
        "indicator_question": "instrument indicator form question",
        "indicator_provision": "instrument indicator provision",
        "caution": "instrument indicator form question says language",
        "table_index": "name instrument indicator position dimensions dimension_questions overlapping unit statistic "
                       "exempt",
        "dimension_code": "table_name dimension code position label",
    }.items()
}  # fmt: skip
_FIGURES = ("n", "count", "share", "low", "high", "median", "ratio", "not_observed", "not_applicable")
_WHOLE = ("n", "count", "not_observed", "not_applicable")
_SHOWN: Mapping[str, frozenset[str]] = {
    "share": frozenset(_FIGURES) - {"median", "ratio"},
    "count": frozenset({"n", "count"}),
    "median": frozenset({"n", "median"}),
    "ratio": frozenset({"n", "ratio"}),
}
_MEASURED = frozenset({"median", "ratio"})
"""Figures whose columns only the tables of their own statistic have."""
_MOST_GAPS = 10_000
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class AuditReport:
    """What an audit found. A release may stand only if nothing is disclosed and nothing undecided.

    ``cells`` counts the rows of all tables of figures, ``suppressed`` those whose main figure (the share, count,
    median or ratio) is hidden. ``disclosed`` and ``undecided`` are sentences that name the place, never a figure.
    """

    tables: int
    cells: int
    suppressed: int
    disclosed: tuple[str, ...]
    undecided: tuple[str, ...]
    attacked: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against publishing."""
        return not self.disclosed and not self.undecided


def audit(path: Path) -> AuditReport:
    """Attack the release at ``path``. Raises :class:`Refusal` (RELEASE-06) for a file that is no release."""
    try:
        return _audit(path)
    except (sqlite3.Error, OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError,
            RecursionError) as error:  # fmt: skip
        # A forged file can hold anything in the place of figures. What cannot be read is never called safe.
        raise Refusal("RELEASE-06", path=path, why="it cannot be read as one") from error


def _audit(path: Path) -> AuditReport:
    attacked = tuple(what for what, _ in ATTACKS)
    with closing(_opened(path)) as connection:
        strange = list(_strange(connection))
        if strange:
            return AuditReport(0, 0, 0, tuple(strange), (), attacked[:1])
        thresholds = _thresholds(connection)
        low = [f"release: it says {name} = {thresholds[name]}, and less than {least} is not safe."
               for name, least in _LEAST.items() if thresholds[name] < least]  # fmt: skip
        tables = list(_published(connection))
        _refuse_gaps(tables)
        disclosed = list(not_about_states(connection))
    disclosed += [*low, *(line for table in tables for line in _of_table(table, thresholds))]
    attack = Attack(thresholds["base"], thresholds["persons"], thresholds["width"])
    for table in tables:
        if not table.missing() and not table.exempt:  # a table with gaps is reported as such, and its sums do not hold
            attack.read(table)
    found, undecided = attack.run()
    main = [table.exempt or row[table.statistic] is not None for table in tables for row in table.rows.values()]
    return AuditReport(
        tables=len(tables),
        cells=len(main),
        suppressed=main.count(False),
        disclosed=(*disclosed, *found),
        undecided=tuple(undecided),
        attacked=attacked,
    )


_LEAST: Mapping[str, int] = {"persons": 10, "width": 10, "base": 5, "median": 20}
"""The least that is safe (docs/releases.md), whatever a release says of itself: a forged one says what suits it."""


def _thresholds(connection: sqlite3.Connection) -> Mapping[str, int]:
    found = json.loads(connection.execute("SELECT parameters FROM release").fetchone()[0])
    thresholds = {name: found[name] for name in ("persons", "width", "base", "median")}
    if not all(type(value) is int and value > 0 for value in thresholds.values()):
        raise ValueError("a threshold is no whole number above zero")
    return thresholds


def _refuse_gaps(tables: Sequence[Published]) -> None:
    # A forged table of ten dimensions and a hundred rows lacks more rows than anybody could list.
    for table in tables:
        if math.prod(len(codes) + 1 for codes in table.codes()) > len(table.rows) + _MOST_GAPS:
            raise ValueError("a table lacks most of its rows")


def _opened(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise Refusal("RELEASE-06", path=path, why="there is no such file")
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


# The file: nothing but what a release holds.


def _strange(connection: sqlite3.Connection) -> Iterator[str]:
    things = connection.execute("SELECT type, name, tbl_name FROM sqlite_schema").fetchall()
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
    wanted = {*dimensions, *_FIGURES, "since"} - _MEASURED
    if columns - _MEASURED != wanted or not all(map(_NAME.fullmatch, columns)):
        yield f"the columns of '{table}' are not those of a table of figures"
        return
    for figure in sorted(columns.intersection(_FIGURES)):
        kinds = "'integer', 'null'" if figure in _WHOLE else "'real', 'null'"
        if connection.execute(f'SELECT 1 FROM "{table}" WHERE typeof("{figure}") NOT IN ({kinds})').fetchone():
            yield f"{table}: the column '{figure}' holds something else than figures"
    releases = {identity for (identity,) in connection.execute("SELECT id FROM release")}
    if {since for (since,) in connection.execute(f'SELECT DISTINCT since FROM "{table}"')} - releases - {None}:
        yield f"{table}: the column 'since' holds something else than releases"
    for dimension in dimensions:
        codes = "SELECT code FROM dimension_code WHERE table_name = ? AND dimension = ?"
        if connection.execute(
            f'SELECT 1 FROM "{table}" WHERE "{dimension}" NOT IN ({codes})', (table, dimension)
        ).fetchone():
            yield f"{table}: the column '{dimension}' holds something else than its codes"


def _published(connection: sqlite3.Connection) -> Iterator[Published]:
    connection.row_factory = sqlite3.Row
    populations = {
        (row["instrument"], row["id"]): json.dumps([row["instrument"], row["unit"], row["denominator"]])
        for row in connection.execute("SELECT * FROM indicator")
    }
    for index in connection.execute("SELECT * FROM table_index ORDER BY name").fetchall():
        dimensions = tuple(json.loads(index["dimensions"]))
        rows = {
            tuple(row[dimension] for dimension in dimensions): {
                name: row[name] if name in row.keys() else None for name in _FIGURES  # noqa: SIM118  # reason: a Row is no mapping
            }
            for row in connection.execute(f'SELECT * FROM "{index["name"]}"')
        }  # fmt: skip
        indicator = (index["instrument"], index["indicator"])
        yield Published(
            index["name"], populations[indicator], " ".join(indicator), index["statistic"], dimensions,
            tuple(json.loads(index["dimension_questions"])), frozenset(json.loads(index["overlapping"])), rows,
            bool(index["exempt"]),
        )  # fmt: skip


# Each figure by itself.


def _of_table(table: Published, thresholds: Mapping[str, int]) -> Iterator[str]:
    for keys in table.missing():
        yield f"{table.name} has no row for {', '.join(keys)}, which says that there was nobody"
    if table.exempt:
        yield from false_facts(table)
        return
    for keys, row in table.rows.items():
        for says in _of_row(table.statistic, row, thresholds):
            yield f"{table.name} ({', '.join(keys)}): {says}"
        if table.over_currencies(keys) and any(row[figure] is not None for figure in _FIGURES):
            yield f"{table.name} ({', '.join(keys)}): it shows a figure over several currencies"
    for keys, below, overlap in table.families():
        if overlap:
            for part in below:
                for says in _outside(table.rows[keys], table.rows.get(part, {}), thresholds):
                    yield f"{table.name} ({', '.join(part)}): {says}"


def _of_row(statistic: str, row: Mapping[str, Any], thresholds: Mapping[str, int]) -> Iterator[str]:
    for figure in _WHOLE:
        value = row[figure]
        if value is not None and (value % thresholds["base"] or value < _least(thresholds)):
            yield f"{figure} is not rounded, or too small to be shown"
    if any(row[figure] is not None for figure in set(_FIGURES) - _SHOWN[statistic]):
        yield f"it shows what a {statistic} does not have"
    n, count = row["n"], row["count"]
    if n is None:
        if any(row[figure] is not None for figure in _FIGURES):
            yield "its n is hidden, but not everything beside it"
    elif statistic == "share":
        if count is not None and n - count < _least(thresholds):
            yield "so few do not meet the condition that their number may not be shown"
        if (row["share"], row["low"], row["high"]) != _wilson(count, n):
            yield "its share or interval is not the one of the rounded counts"
    elif statistic == "count" and count != n:
        yield "its count is not its n"
    elif statistic in _MEASURED and row[statistic] is not None and not _is_coarse(row[statistic], n, thresholds):
        yield f"its {statistic} is too exact, or of too few"


def _least(thresholds: Mapping[str, int]) -> int:
    """The least that the rounded number, or the difference of two rounded numbers, of T can be."""
    return thresholds["persons"] // thresholds["base"] * thresholds["base"]


def _wilson(count: int | None, n: int) -> tuple[float | None, float | None, float | None]:
    """The share of rounded counts and its Wilson interval, to four digits."""
    if count is None:
        return None, None, None
    z2 = 3.8414588206941254  # the square of 1.95996...
    p = count / n
    half = math.sqrt(z2 * (p * (1 - p) + z2 / (4 * n)) / n)
    low, high = (p + z2 / (2 * n) - half) / (1 + z2 / n), (p + z2 / (2 * n) + half) / (1 + z2 / n)
    return round(p, 4), round(low, 4), round(high, 4)


def _is_coarse(figure: float, n: int, thresholds: Mapping[str, int]) -> bool:
    return float(f"{figure:.1e}") == figure and n >= thresholds["median"] - thresholds["base"] // 2


def _outside(whole: Mapping[str, Any], part: Mapping[str, Any], thresholds: Mapping[str, int]) -> Iterator[str]:
    """Where codes overlap, margin less cell are those who do not stand under the code."""
    for figure in _WHOLE:
        if None not in (whole[figure], part.get(figure)) and whole[figure] - part[figure] < _least(thresholds):
            yield f"so few stand outside of it that their number may not be shown ({figure})"
    if None not in (whole["share"], part.get("share")):
        rest = (whole["n"] - whole["count"]) - (part["n"] - part["count"])
        if rest <= thresholds["persons"] - 2 * thresholds["base"]:
            yield "so few who do not meet the condition stand outside of it that their number may not be shown"
