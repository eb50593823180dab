"""Looks at what a release publishes as it is: whether it is about States, and whether its figures agree."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping

import numpy as np

from monitor.disclosure.audit.published import Published

_BESIDE = ("not_observed", "not_applicable")


def not_about_states(connection: sqlite3.Connection) -> Iterator[str]:
    """Exempt tables that could speak of persons, by the codebook in the same file; a sentence each.

    The rows of ``connection`` are :class:`sqlite3.Row`. Every question behind an exempt table, the dimensions included,
    may break tables down for everybody to see, and its instrument tells no persons apart. Otherwise figures about
    persons could leave as facts about States.
    """
    persons = {code for (code,) in connection.execute("SELECT code FROM instrument WHERE persons <> 0")}
    publish: dict[tuple[str, str], set[str]] = {}
    for row in connection.execute("SELECT instrument, form, name, publish FROM question"):
        publish.setdefault((row["instrument"], f"{row['form']}.{row['name']}"), set()).add(row["publish"])
    for table in connection.execute("SELECT * FROM table_index WHERE exempt <> 0 ORDER BY name").fetchall():
        if table["instrument"] in persons:
            yield f"{table['name']} is exempt, but its instrument tells persons apart"
        counted = [
            f"{form}.{question}"
            for form, question in connection.execute(
                "SELECT form, question FROM indicator_question WHERE instrument = ? AND indicator = ?",
                (table["instrument"], table["indicator"]),
            )
        ]
        if not counted:
            yield f"{table['name']} is exempt, but no question says what it counts"
        # "assessment.period_end (year)" asks assessment.period_end
        asked = [one.partition(" ")[0] for one in json.loads(table["dimension_questions"])]
        for question in dict.fromkeys((*counted, *asked)):
            if publish.get((table["instrument"], question)) != {"dimension"}:
                yield f"{table['name']} is exempt, but rests on {question}, which may not be published as it is"


def false_facts(table: Published) -> Iterator[str]:
    """What is wrong with the figures of an exempt table; a sentence each."""
    for place, row in table.rows():
        for says in _of_row(table.statistic, row):
            yield f"{table.said(place)}: {says}"
    for figure in ("n", "count", *_BESIDE):
        values = np.nan_to_num(table.figures[figure].ravel())
        for margins, parts, overlap in table.parts():
            total, least = values[parts].sum(axis=1), values[parts].max(axis=1)
            agrees = (least <= values[margins]) & (values[margins] <= total) if overlap else total == values[margins]
            for place in margins[~agrees]:
                yield f"{table.said(int(place))}: {figure} is not the sum of what stands below it"


def _of_row(statistic: str, row: Mapping[str, float | None]) -> Iterator[str]:
    n, count = row["n"], row["count"]
    more = any(row[figure] is not None for figure in ("low", "high", "median", "ratio"))
    if statistic not in ("share", "count") or more:
        yield "it is exempt, and shows more than counts and shares"
    elif n is None or count is None or not 0 <= count <= n:
        yield "it is exempt, and its counts are missing or impossible"
    elif statistic == "count":
        if count != n or any(row[figure] is not None for figure in ("share", *_BESIDE)):
            yield "its count is not its n"
    elif row["share"] != (round(count / n, 4) if n else None):
        yield "its share is not that of its counts"
    elif any((row[figure] or 0) < 0 for figure in _BESIDE):
        yield "its counts are missing or impossible"
