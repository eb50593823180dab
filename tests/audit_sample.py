"""Small release files for the tests of the audit, written with plain SQL: what is in them is said cell by cell."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from monitor.release.layout import APPLICATION_ID, LAYOUT_VERSION, TABLES

ALL = "_T"
Keys = tuple[str, ...]
RATED = {"question": "lawyer", "in": ["yes", "partly", "no"]}
YES = {"question": "lawyer", "in": ["yes"]}
YES_OR_PARTLY = {"question": "lawyer", "in": ["yes", "partly"]}


@dataclass(frozen=True)
class Indicator:
    """An indicator as the file describes it."""

    id: str
    n: Any = None
    count: Any = None
    among: Any = None
    rating: str | None = None
    unit: str = "court.hearing"
    statistic: str = "count"

    def table(self, *dimensions: str) -> str:
        """The name of one of its tables."""
        return f"court__{self.id.lower().replace('-', '_')}__{'_'.join(dimensions)}"


@dataclass
class Table:
    """A table of exact figures, published as given: ``hide`` says which figures of which cells are NULL."""

    indicator: Indicator
    codes: Mapping[str, Sequence[str]]
    figures: Callable[[Keys], Mapping[str, int]]
    hide: Mapping[Keys, Sequence[str]] = field(default_factory=dict)
    parents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    overlapping: Sequence[str] = ()
    since: Mapping[Keys, tuple[str, Mapping[str, int]]] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the table in the file."""
        return self.indicator.table(*self.codes)


def counts(cells: Mapping[Keys, int], parents: Mapping[str, str] | None = None) -> Callable[[Keys], dict[str, int]]:
    """The counts of all cells and margins, from those of the innermost cells."""
    groups = parents or {}

    def under(code: str, key: str) -> bool:
        return key in (ALL, code, groups.get(code))

    def count(keys: Keys) -> dict[str, int]:
        return {"n": sum(many for cell, many in cells.items() if all(map(under, cell, keys)))}

    return count


def shares(n: Mapping[Keys, int], count: Mapping[Keys, int]) -> Callable[[Keys], dict[str, int]]:
    """Denominators and numerators of all cells and margins."""
    return lambda keys: counts(n)(keys) | {"count": counts(count)(keys)["n"]}


def rounded(value: int, base: int = 5, rounding: str = "nearest") -> int:
    """A count as it is published."""
    return -(-value // base) * base if rounding == "up" else (2 * value + base) // (2 * base) * base


def small(table: Table, fewest: int = 10) -> dict[Keys, Sequence[str]]:
    """What a publisher hides who looks at one cell at a time: counts below ten, and all else of an n below ten."""
    hide: dict[Keys, Sequence[str]] = {}
    for keys in product(*([ALL, *codes] for codes in table.codes.values())):
        found = table.figures(keys)
        few = [figure for figure, value in found.items() if value < fewest]
        if "count" in found and found["n"] - found["count"] < fewest:
            few.append("count")
        if few:
            hide[keys] = [*found] if "n" in few else few
    return hide


def write(
    path: Path, tables: Iterable[Table], *, identity: str = "r-new", earlier: Sequence[str] = (),
    answers: Mapping[str, Sequence[str]] | None = None, withdrawn: str | None = None,
    asked: Mapping[str, tuple[Any, bool]] | None = None, **parameters: Any,
) -> Path:  # fmt: skip
    """A release file with some tables.

    ``answers`` are the codes of closed questions of ``court.hearing``; ``asked`` says when a question is asked, and
    whether it may be left blank.
    """
    said = {"persons": 10, "cases": 3, "width": 10, "base": 5, "median": 20, "rounding": "nearest", "relative": 0.3}
    said |= parameters
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in (f"application_id = {APPLICATION_ID}", f"user_version = {LAYOUT_VERSION}"):
            connection.execute(f"PRAGMA {setting}")
        for statement in TABLES:
            connection.execute(statement)
        insert(
            connection, "release", id=identity, programme="Courts", title="Findings", built_from="0",
            built_from_entry=1, built_from_time="2026-01-01T00:00:00Z", parameters=json.dumps(said), licence="CC0 1.0",
            languages='["en"]', invented=1, position=len(earlier) + 1, previous=earlier[-1] if earlier else None,
            withdrawn=withdrawn, draft=0,
        )  # fmt: skip
        for position, one in enumerate(earlier, 1):
            insert(connection, "earlier", position=position, id=one, title=one, built_from_time="2025",
                   content_hash="0")  # fmt: skip
        insert(connection, "instrument", code="court", version="1", title="Court", persons=1)
        for question, codes in (answers or {}).items():
            for position, code in enumerate(codes):
                insert(connection, "code", instrument="court", form="hearing", question=question, code=code,
                       position=position, label=code, language="en")  # fmt: skip
        for position, (question, (condition, optional)) in enumerate((asked or {}).items(), 1):
            insert(connection, "question", instrument="court", form="hearing", name=question, position=position,
                   wording=question, type="rating", asked_condition=_text(condition), optional=int(optional),
                   publish="counted", language="en")  # fmt: skip
        described: set[str] = set()
        for table in tables:
            if table.indicator.id not in described:
                described.add(table.indicator.id)
                _describe(connection, table.indicator)
            _fill(connection, table, said)
    return path


def insert(connection: sqlite3.Connection, into: str, **values: Any) -> None:
    """One row of a table."""
    columns = ", ".join(f'"{column}"' for column in values)
    marks = ", ".join("?" * len(values))
    connection.execute(f'INSERT INTO "{into}" ({columns}) VALUES ({marks})', list(values.values()))


def _describe(connection: sqlite3.Connection, indicator: Indicator) -> None:
    insert(
        connection, "indicator", instrument="court", id=indicator.id, position=1, title=indicator.id,
        statistic=indicator.statistic, unit="Hearing", n_condition=_text(indicator.n),
        count_condition=_text(indicator.count), among_condition=_text(indicator.among), rating=indicator.rating,
        unit_code=indicator.unit, language="en",
    )  # fmt: skip
    for question in sorted({"lawyer", *_questions([indicator.n, indicator.count, indicator.among])}):
        insert(connection, "indicator_question", instrument="court", indicator=indicator.id, form="hearing",
               question=question)  # fmt: skip


def _text(condition: Any) -> str | None:
    return None if condition is None else json.dumps(condition)


def _questions(condition: Any) -> Iterator[str]:
    """The questions that a condition names."""
    if isinstance(condition, Mapping):
        yield from (condition[word] for word in ("question", "answered") if word in condition)
        condition = list(condition.values())
    if isinstance(condition, Sequence) and not isinstance(condition, str):
        for part in condition:
            yield from _questions(part)


def _fill(connection: sqlite3.Connection, table: Table, said: Mapping[str, Any]) -> None:
    dimensions = list(table.codes)
    insert(
        connection, "table_index", name=table.name, instrument="court", indicator=table.indicator.id, position=1,
        dimensions=json.dumps(dimensions), unit="Hearing", statistic=table.indicator.statistic, exempt=0,
        dimension_questions=json.dumps([table.asked.get(one, f"hearing.{one}") for one in dimensions]),
        overlapping=json.dumps(list(table.overlapping)),
    )  # fmt: skip
    for dimension, codes in table.codes.items():
        for position, code in enumerate((ALL, *codes)):
            insert(connection, "dimension_code", table_name=table.name, dimension=dimension, code=code,
                   position=position, label=code, parent=table.parents.get(dimension, {}).get(code))  # fmt: skip
    columns = [*(f'"{one}" TEXT' for one in dimensions), "n INTEGER", "count INTEGER", "share REAL", "low REAL",
               "high REAL", "not_observed INTEGER", "not_applicable INTEGER", "since TEXT"]  # fmt: skip
    columns.append(f"PRIMARY KEY ({', '.join(dimensions)})")
    connection.execute(f'CREATE TABLE "{table.name}" ({", ".join(columns)}) STRICT')
    for keys in product(*([ALL, *codes] for codes in table.codes.values())):
        since, exact = table.since.get(keys, (None, table.figures(keys)))
        hidden = table.hide.get(keys, ())
        shown = {figure: rounded(value, said["base"], said["rounding"]) for figure, value in exact.items()
                 if figure not in hidden}  # fmt: skip
        if table.indicator.statistic == "count" and "n" in shown:
            shown["count"] = shown["n"]
        values: dict[str, Any] = dict(zip(dimensions, keys, strict=True)) | shown
        if table.indicator.statistic == "share" and shown.keys() >= {"n", "count"}:
            values |= dict(zip(("share", "low", "high"), wilson(shown["count"], shown["n"]), strict=True))
        insert(connection, table.name, **values, since=since)


def wilson(count: int, n: int) -> tuple[float, float, float]:
    """A share with its 95 % interval."""
    z, p = 1.959963984540054, count / n
    middle, reach = p + z**2 / (2 * n), z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    return round(p, 4), round((middle - reach) / scale, 4), round((middle + reach) / scale, 4)
