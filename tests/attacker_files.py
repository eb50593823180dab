"""What stands in a release file, read with SQLite alone, and the truth that a judge holds beside it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from tests.attacker_logic import Group

ALL = "_T"
COUNTS = ("n", "count", "rest", "not_observed", "not_applicable")
BESIDE = ("not_observed", "not_applicable")
Keys = tuple[str, ...]
Cell = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """A table of figures: ``asked`` names the question behind each dimension, ``parents`` the group of each code."""

    name: str
    instrument: str
    unit: str
    statistic: str
    dimensions: tuple[str, ...]
    asked: tuple[str, ...]
    overlapping: frozenset[str]
    exempt: bool
    parents: tuple[Mapping[str, str], ...]
    groups: Mapping[str, Group]
    rows: Mapping[Keys, Mapping[str, Any]]

    def cell(self, keys: Sequence[str]) -> Cell:
        """The place in every table that has it."""
        return frozenset((asked, code) for asked, code in zip(self.asked, keys, strict=True) if code != ALL)

    def figures(self) -> list[str]:
        """The counts that the table publishes, and the rest, which follows from them."""
        if self.statistic != "share":
            return ["n"]
        return [name for name in COUNTS if name not in BESIDE or name in self.groups]

    def given(self, keys: Keys) -> bool:
        """Whether a row has figures at all: medians and ratios over several currencies have none."""
        return self.statistic not in ("median", "ratio") or not any(
            asked.endswith("(currency)") and code == ALL for asked, code in zip(self.asked, keys, strict=True)
        )

    def lines(self) -> Iterator[tuple[Keys, list[Keys], bool]]:
        """Each margin, or group of codes, with the rows below it, and whether these overlap."""
        codes = [sorted({keys[place] for keys in self.rows} - {ALL}) for place in range(len(self.dimensions))]
        for place, dimension in enumerate(self.dimensions):
            parents = self.parents[place]
            below: dict[str, list[str]] = {}
            for code in codes[place]:
                below.setdefault(parents.get(code, ALL), []).append(code)
            around = [[ALL, *other] for number, other in enumerate(codes) if number != place]
            for whole, parts in below.items():
                for others in product(*around):
                    lines = [(*others[:place], code, *others[place:]) for code in (whole, *parts)]
                    if all(line in self.rows for line in lines):
                        yield lines[0], lines[1:], dimension in self.overlapping


@dataclass(frozen=True)
class ReleaseFile:
    """One release as a stranger reads it. ``codes`` are the answers of single-coded questions, by instrument."""

    id: str
    parameters: Mapping[str, Any]
    tables: tuple[Table, ...]
    codes: Mapping[str, Mapping[str, tuple[str, ...]]]


def read(path: Path) -> ReleaseFile:
    """Read a release file."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        (about,) = connection.execute("SELECT * FROM release").fetchall()
        indicators = {(row["instrument"], row["id"]): row for row in connection.execute("SELECT * FROM indicator")}
        codes: dict[str, dict[str, list[str]]] = {}
        query = (
            "SELECT DISTINCT c.instrument, c.question, c.code FROM code AS c JOIN question AS q ON q.form = c.form AND "
            "q.instrument = c.instrument AND q.name = c.question WHERE q.type <> 'choices' ORDER BY c.position"
        )
        for instrument, question, code in connection.execute(query):
            codes.setdefault(instrument, {}).setdefault(question, []).append(code)
        tables = tuple(
            _table(connection, row, indicators[row["instrument"], row["indicator"]])
            for row in connection.execute("SELECT * FROM table_index ORDER BY name").fetchall()
        )
        known = {code: {name: tuple(every) for name, every in some.items()} for code, some in codes.items()}
        return ReleaseFile(about["id"], json.loads(about["parameters"]), tables, known)


def _table(connection: sqlite3.Connection, index: sqlite3.Row, indicator: sqlite3.Row) -> Table:
    name, dimensions = index["name"], tuple(json.loads(index["dimensions"]))
    rows = {
        tuple(row[one] for one in dimensions): {key: row[key] for key in row.keys() if key not in dimensions}  # noqa: SIM118  # reason: a Row is no mapping
        for row in connection.execute(f'SELECT * FROM "{name}"')
    }  # fmt: skip
    columns = {column for _, column, *_ in connection.execute("SELECT * FROM pragma_table_info('dimension_code')")}
    parents: list[dict[str, str]] = [{} for _ in dimensions]
    if "parent" in columns:
        for dimension, code, parent in connection.execute(
            "SELECT dimension, code, parent FROM dimension_code WHERE table_name = ? AND parent IS NOT NULL", (name,)
        ):
            parents[dimensions.index(dimension)][code] = parent
    return Table(
        name, index["instrument"], _said(indicator, "unit_code") or index["unit"], index["statistic"], dimensions,
        tuple(json.loads(index["dimension_questions"])), frozenset(json.loads(index["overlapping"])),
        bool(index["exempt"]), tuple(parents), _groups(indicator, rows), rows,
    )  # fmt: skip


def _said(row: sqlite3.Row, column: str) -> Any:
    return row[column] if column in row.keys() else None  # noqa: SIM118  # reason: as above


def _groups(indicator: sqlite3.Row, rows: Mapping[Keys, Mapping[str, Any]]) -> Mapping[str, Group]:
    """The group of units that each count of an indicator counts, from its conditions; from its words without them."""
    among, having = (json.loads(_said(indicator, name) or "null") for name in ("n_condition", "count_condition"))
    if "n_condition" not in indicator.keys():  # noqa: SIM118  # reason: as above
        among = {"words": indicator["denominator"]} if indicator["denominator"] else None
        having = {"words": indicator["numerator"], "of": indicator["id"]}
    groups = {"n": Group.of(among)}
    if indicator["statistic"] == "share":
        groups |= {"count": Group.of(among, having), "rest": Group.of(among, without=having)}
        rating = _said(indicator, "rating")
        wider = json.loads(_said(indicator, "among_condition") or "null")
        for figure in BESIDE:
            if rating or any(row.get(figure) is not None for row in rows.values()):
                answered = {"question": rating, "in": [figure]} if rating else {"words": [figure, among]}
                groups[figure] = Group.of(wider, answered)
    return groups


# The truth.


@dataclass(frozen=True)
class Behind:
    """What stands behind a figure: units, those who are protected (persons, or cases), and cases.

    ``who`` they are, by number, is told where they are few.
    """

    units: int
    protected: int
    cases: int
    who: frozenset[int] = frozenset()

    def few(self, persons: int, cases: int) -> bool:
        """Whether fewer than so many stand behind it."""
        return self.protected < persons or self.cases < cases


@dataclass(frozen=True)
class Truth:
    """The exact figures of the tables of one release, by table name, keys and figure; ``outside`` of overlapping codes.

    ``persons`` says of each table whether persons are told apart in it.
    """

    figures: Mapping[tuple[str, Keys, str], Behind] = field(default_factory=dict)
    outside: Mapping[tuple[str, Keys, str, str], Behind] = field(default_factory=dict)
    persons: Mapping[str, bool] = field(default_factory=dict)


def truth_of(tables: Iterable[Any]) -> Truth:
    """The truth in the unprotected findings of a programme (:func:`monitor.findings.find`)."""
    figures, outside, persons = {}, {}, {}
    for table in tables:
        name = name_of(table)
        for finding in table.findings:
            for figure in COUNTS:
                figures[name, finding.keys, figure] = _behind(getattr(finding.counts, figure))
                persons[name] = finding.counts.n.persons is not None
                for dimension, counts in finding.outside:
                    outside[name, finding.keys, figure, dimension] = _behind(getattr(counts, figure))
    return Truth(figures, outside, persons)


def name_of(table: Any) -> str:
    """The name that a table of findings has in a release."""
    indicator = table.indicator.id.lower().replace("-", "_")
    return f"{table.instrument}__{indicator}__{'_'.join(one.name for one in table.dimensions)}"


def _behind(behind: Any) -> Behind:
    protected = behind.cases if behind.persons is None else behind.persons
    return Behind(behind.units, protected, behind.cases, getattr(behind, "who", frozenset()))
