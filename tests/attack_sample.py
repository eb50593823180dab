"""Missions to attack, and files of figures that are badly protected, or not at all, for the attacker to break."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from monitor.findings import Finding, FindingTable, denominator, question_of
from monitor.indicators import Share
from monitor.instrument import Instrument
from monitor.questions import Choices, Coded
from tests.attacker_files import ALL, Keys, name_of

Row = Mapping[str, Any]
Publishing = Callable[[FindingTable], Mapping[Keys, Row]]
"""How a table is published: the figures of each row."""

_FIGURES = ("n", "count", "share", "low", "high", "median", "ratio", "not_observed", "not_applicable", "since")
_Z = 1.959963984540054


def write(
    path: Path, tables: Sequence[FindingTable], publishing: Publishing, parameters: Mapping[str, Any],
    instruments: Iterable[Instrument], id: str = "r-1",
) -> Path:  # fmt: skip
    """Write what a reader needs of a release: its figures, as somebody would publish them, and their codebook."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE release (id, parameters); CREATE TABLE question (instrument, form, name, type);"
            "CREATE TABLE code (instrument, form, question, code, position);"
            "CREATE TABLE indicator (instrument, id, statistic, unit_code, n_condition, count_condition,"
            " among_condition, rating);"
            "CREATE TABLE table_index (name, instrument, indicator, dimensions, dimension_questions, overlapping, unit,"
            " statistic, exempt); CREATE TABLE dimension_code (table_name, dimension, code, parent);"
        )
        connection.execute("INSERT INTO release VALUES (?, ?)", (id, json.dumps(dict(parameters))))
        for instrument in instruments:
            _codebook(connection, instrument)
        for table in tables:
            _table(connection, table, publishing(table))
        connection.commit()
    return path


def _codebook(connection: sqlite3.Connection, instrument: Instrument) -> None:
    for form in instrument.all_forms():
        for question in form.questions.values():
            kind = "choices" if isinstance(question, Choices) else "choice" if isinstance(question, Coded) else "other"
            place = (instrument.code, form.code, question.name)
            connection.execute("INSERT INTO question VALUES (?, ?, ?, ?)", (*place, kind))
            for position, code in enumerate(question.codes if isinstance(question, Coded) else ()):
                connection.execute("INSERT INTO code VALUES (?, ?, ?, ?, ?)", (*place, code, position))
    for indicator in instrument.indicators:
        among, share = denominator(indicator), isinstance(indicator, Share)
        rating = indicator.rating.title() if isinstance(indicator, Share) and indicator.rating is not None else None
        conditions = (among, indicator.having if isinstance(indicator, Share) else None, indicator.among)
        listed = [None if one is None else json.dumps(one.as_json()) for one in conditions]
        values = (instrument.code, indicator.id, indicator.statistic, None, *listed, rating if share else None)
        connection.execute("INSERT INTO indicator VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)


def _table(connection: sqlite3.Connection, table: FindingTable, rows: Mapping[Keys, Row]) -> None:
    name, dimensions = name_of(table), [dimension.name for dimension in table.dimensions]
    listed = ", ".join(f'"{column}"' for column in (*dimensions, *_FIGURES))
    connection.execute(f'CREATE TABLE "{name}" ({listed})')
    connection.execute(
        "INSERT INTO table_index VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
        (name, table.instrument, table.indicator.id, json.dumps(dimensions),
         json.dumps([question_of(dimension) for dimension in table.dimensions]), json.dumps(list(table.overlapping)),
         table.unit, table.statistic),
    )  # fmt: skip
    for place, (dimension, codes) in enumerate(zip(dimensions, table.values, strict=True)):
        parents = getattr(table, "parents", ({},) * len(dimensions))[place]
        for code in (ALL, *codes):
            connection.execute(
                "INSERT INTO dimension_code VALUES (?, ?, ?, ?)", (name, dimension, code, parents.get(code))
            )
    marks = ", ".join("?" * (len(dimensions) + len(_FIGURES)))
    for keys, row in rows.items():
        connection.execute(f'INSERT INTO "{name}" VALUES ({marks})', (*keys, *(row.get(one) for one in _FIGURES)))


# Ways of publishing that do not protect.


def exact(table: FindingTable) -> Mapping[Keys, Row]:
    """Every count and share as it is."""
    return {finding.keys: _row(table, finding) for finding in table.findings}


def small_hidden(table: FindingTable, fewest: int = 10) -> Mapping[Keys, Row]:
    """Only counts below ten are hidden, with the shares that rest on them; nothing else, and nothing is rounded."""
    found = {}
    for finding in table.findings:
        row = dict(_row(table, finding))
        for figure in ("n", "count", "not_observed", "not_applicable"):
            behind = getattr(finding.counts, figure)
            if behind.protected < fewest and figure in row:
                row[figure] = None
        if row["n"] is None or row.get("count") is None or finding.counts.rest.protected < fewest:
            row |= dict.fromkeys(("count", "share", "low", "high"))
        found[finding.keys] = row
    return found


def small_hidden_and_rounded(table: FindingTable, base: int = 5) -> Mapping[Keys, Row]:
    """As :func:`small_hidden`, and what is left is rounded; shares are left out."""
    return {
        keys: {
            figure: (2 * row[figure] + base) // (2 * base) * base
            for figure in ("n", "count", "not_observed", "not_applicable") if row.get(figure) is not None
        }
        for keys, row in small_hidden(table).items()
    }  # fmt: skip


def exact_shares(shown: Mapping[str, Mapping[Keys, Row]]) -> Publishing:
    """Counts as in another publication, but beside every n that is shown the share and interval of the exact counts."""

    def published(table: FindingTable) -> Mapping[Keys, Row]:
        rows = {}
        for finding in table.findings:
            row = dict(shown[name_of(table)][finding.keys])
            if row.get("n") is not None and table.statistic == "share" and finding.n.units:
                row |= {one: _row(table, finding)[one] for one in ("share", "low", "high")}
            rows[finding.keys] = row
        return rows

    return published


def shown_as(rows: Mapping[str, Mapping[Keys, Row]]) -> Publishing:
    """The rows that somebody made before, by the name of the table."""
    return lambda table: rows[name_of(table)]


def as_protected(protected: Iterable[Any]) -> Mapping[str, Mapping[Keys, Row]]:
    """The rows of protected tables, by the name of the table."""
    return {
        name_of(table): {
            finding.keys: {name: getattr(finding, name, None) for name in _FIGURES} for finding in table.findings
        }
        for table in protected
    }  # fmt: skip


def _row(table: FindingTable, finding: Finding) -> dict[str, Any]:
    counts = finding.counts
    row: dict[str, Any] = {"n": counts.n.units}
    if table.statistic == "share":
        row["count"] = counts.count.units
        if counts.n.units:
            row["share"], row["low"], row["high"] = wilson(counts.count.units, counts.n.units)
        indicator = table.indicator
        if isinstance(indicator, Share) and indicator.rating is not None:
            row |= {"not_observed": counts.not_observed.units, "not_applicable": counts.not_applicable.units}
    return row


def wilson(count: int, n: int) -> tuple[float, float, float]:
    """A share with its 95 % interval (Wilson), to four digits."""
    share, scale = count / n, 1 + _Z**2 / n
    middle = share + _Z**2 / (2 * n)
    reach = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return round(share, 4), round((middle - reach) / scale, 4), round((middle + reach) / scale, 4)
