"""What a release says, read once when its site starts: instruments, questions, indicators, and where figures stand."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from monitor.site.opening import FIGURES, VIEW, codebook_tables, columns_of
from monitor.site.series import Series, in_period, read_series

ALL, UNKNOWN = "_T", "_U"


@dataclass(frozen=True)
class Figure:
    """The published figures of one row. None means hidden, or that the table's statistic has no such figure."""

    n: int | None
    count: int | None
    share: float | None
    low: float | None
    high: float | None
    median: float | None
    ratio: float | None
    not_observed: int | None
    not_applicable: int | None
    since: str | None

    @classmethod
    def of(cls, row: sqlite3.Row) -> Figure:
        """The figures of a row of a table of figures; a column that the table has not is None."""
        has = set(row.keys())
        return cls(**{name: row[name] if name in has else None for name in FIGURES})


@dataclass(frozen=True)
class Code:
    """One possible answer of a question."""

    code: str
    label: str


@dataclass(frozen=True)
class Question:
    """One question as the codebook prints it: the law it tests, and the ids of the indicators that it feeds."""

    form: str
    name: str
    section: str | None
    wording: str
    type: str
    hint: str | None
    partly: str | None
    asked_if: str | None
    publish: str
    codes: tuple[Code, ...]
    provisions: tuple[str, ...]
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Provision:
    """A provision that an indicator evidences. ``checked`` is false while its text awaits a check."""

    key: str
    source: str
    kind: str
    subject: str
    checked: bool


@dataclass(frozen=True)
class Dimension:
    """What breaks a table down: ``labels`` in the order in which rows are shown.

    ``apart`` says that its codes are currencies of medians or ratios, which have no figure together.
    """

    name: str
    labels: Mapping[str, str]
    overlapping: bool
    apart: bool

    @property
    def title(self) -> str:
        """The dimension as a heading."""
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Table:
    """A table of figures. ``rows`` is how many it has, ``columns`` which figures it carries.

    ``exempt`` says that it is about States, not persons, and that nothing in it is hidden or rounded.
    """

    name: str
    dimensions: tuple[Dimension, ...]
    unit: str
    statistic: str
    rows: int
    columns: tuple[str, ...]
    exempt: bool

    @property
    def title(self) -> str:
        """What the table is broken down by, as a heading."""
        first, *others = (dimension.title for dimension in self.dimensions)
        words = [first, *(other[0].lower() + other[1:] for other in others)]
        return "By " + " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 2 else words).lower()

    @property
    def anchor(self) -> str:
        """The table's place in its indicator's page."""
        return "by-" + "-".join(dimension.name.replace("_", "-") for dimension in self.dimensions)

    @property
    def overlapping(self) -> tuple[Dimension, ...]:
        """The dimensions whose rows do not add up to the total."""
        return tuple(dimension for dimension in self.dimensions if dimension.overlapping)


@dataclass(frozen=True)
class Indicator:
    """An indicator with its tables; ``headline`` is its figure over everything."""

    instrument: str
    id: str
    title: str
    statistic: str
    unit: str
    numerator: str | None
    denominator: str | None
    measure: str | None
    note: str | None
    questions: tuple[Question, ...]
    provisions: tuple[Provision, ...]
    tables: tuple[Table, ...]
    headline: Figure
    rated: bool
    """Whether its tables carry counts of 'not observed' and 'not applicable'."""
    cautions: tuple[str, ...] = ()
    """Sentences on the questions behind it to which monitors who observed the same often gave different answers."""

    @property
    def exempt(self) -> bool:
        """Whether it is about States, not persons: its figures are shown as they are."""
        return bool(self.tables) and all(table.exempt for table in self.tables)

    @property
    def by_currency(self) -> bool:
        """Whether its figures stand in each currency by itself, so that there is none over everything."""
        return any(dimension.apart for table in self.tables for dimension in table.dimensions)

    @property
    def path(self) -> str:
        """Its page."""
        return f"/indicator/{self.instrument}/{self.id}"


@dataclass(frozen=True)
class Instrument:
    """An instrument with its indicators and its codebook."""

    code: str
    version: str
    title: str
    summary: str
    indicators: tuple[Indicator, ...]
    questions: tuple[Question, ...]

    @property
    def path(self) -> str:
        """Its page."""
        return f"/instrument/{self.code}"

    def indicator(self, id: str) -> Indicator | None:
        """The indicator with an id, or None."""
        return next((indicator for indicator in self.indicators if indicator.id == id), None)


@dataclass(frozen=True)
class Audit:
    """What was attacked before publication, how, and with what verdict."""

    attacked: str
    method: str
    verdict: str


@dataclass(frozen=True)
class Publication:
    """A release as the site shows it. ``parameters`` are the numbers of its disclosure rule."""

    id: str
    programme: str
    title: str
    period: str
    built_at: str
    content_hash: str
    licence: str
    language: str
    invented: bool
    notice: str
    parameters: Mapping[str, Any]
    instruments: tuple[Instrument, ...]
    audits: tuple[Audit, ...]
    series: Series
    columns: Mapping[str, tuple[str, ...]]
    """Every table that may be looked at, and the view over them, with their columns."""
    keys: Mapping[str, int]
    """How many columns the primary key of each table has; 0 for the view."""

    def instrument(self, code: str) -> Instrument | None:
        """The instrument with a code, or None."""
        return next((instrument for instrument in self.instruments if instrument.code == code), None)

    def tables(self) -> Iterator[tuple[Instrument, Indicator, Table]]:
        """Every table of figures with what it belongs to."""
        for instrument in self.instruments:
            for indicator in instrument.indicators:
                for table in indicator.tables:
                    yield instrument, indicator, table

    @property
    def exempt(self) -> bool:
        """Whether any of its figures are about States, and shown as they are."""
        return any(table.exempt for _, _, table in self.tables())

    def table(self, name: str) -> tuple[Instrument, Indicator, Table] | None:
        """A table of figures by its name in the file, with what it belongs to; None for any other."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[Instrument, Indicator, Table]]:
        return {found[2].name: found for found in self.tables()}

    def labels(self, table: str, column: str) -> Mapping[str, str]:
        """The labels of a dimension's codes; empty for any other column."""
        found = self.table(table)
        dimensions = found[2].dimensions if found else ()
        return next((dimension.labels for dimension in dimensions if dimension.name == column), {})


def read_publication(connection: sqlite3.Connection) -> Publication:
    """Everything but the rows of the tables of figures, in the release's first language."""
    row = connection.execute("SELECT * FROM release").fetchone()
    language = (json.loads(row["languages"]) or ["en"])[0]
    names = [
        *codebook_tables(),
        *(name for (name,) in connection.execute("SELECT name FROM table_index ORDER BY name")),
    ]
    instruments = _Reader(connection, language).instruments()
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (VIEW,)).fetchone():
        names.append(VIEW)
    return Publication(
        id=row["id"],
        programme=row["programme"],
        title=row["title"],
        period=in_period(row["period_from"], row["period_to"]),
        built_at=row["built_from_time"] or "",
        content_hash=row["content_hash"],
        licence=row["licence"] or "",
        language=language,
        invented=bool(row["invented"]),
        notice=row["notice"] or "",
        parameters=json.loads(row["parameters"]),
        instruments=instruments,
        audits=tuple(
            Audit(*entry)
            for entry in connection.execute("SELECT attacked, method, verdict FROM audit ORDER BY position")
        ),
        series=read_series(connection, language),
        columns={name: tuple(columns_of(connection, name)) for name in names},
        keys={name: _key_columns(connection, name) for name in names},
    )


def read_figures(connection: sqlite3.Connection, table: Table) -> list[tuple[tuple[str, ...], Figure]]:
    """Every row of a table of figures: the codes of its dimensions, and its figures."""
    names = [dimension.name for dimension in table.dimensions]
    rows = connection.execute(f'SELECT * FROM "{table.name}"').fetchall()
    return [(tuple(row[name] for name in names), Figure.of(row)) for row in rows]


def _key_columns(connection: sqlite3.Connection, table: str) -> int:
    query = "SELECT count(*) FROM pragma_table_info(?) WHERE pk > 0"
    found: int = connection.execute(query, (table,)).fetchone()[0]
    return found or int(table != VIEW)  # a table without a key is addressed by its row number


@dataclass(frozen=True)
class _Reader:
    connection: sqlite3.Connection
    language: str

    def instruments(self) -> tuple[Instrument, ...]:
        rows = self.connection.execute("SELECT * FROM instrument ORDER BY title").fetchall()
        return tuple(self._instrument(row) for row in rows)

    def _instrument(self, row: sqlite3.Row) -> Instrument:
        code = row["code"]
        questions = tuple(self._questions(code))
        which = "indicator WHERE instrument = ? AND language = ? ORDER BY position"
        indicators = self._select(which, code, self.language)
        return Instrument(
            code, row["version"], row["title"], row["summary"] or "",
            tuple(self._indicator(indicator, questions) for indicator in indicators), questions,
        )  # fmt: skip

    def _questions(self, instrument: str) -> Iterable[Question]:
        feeds: dict[tuple[str, str], list[str]] = {}
        for row in self._select("indicator_question WHERE instrument = ? ORDER BY indicator", instrument):
            feeds.setdefault((row["form"], row["question"]), []).append(row["indicator"])
        codes: dict[tuple[str, str], list[Code]] = {}
        tests: dict[tuple[str, str], list[str]] = {}
        for row in self._select("question_provision WHERE instrument = ? ORDER BY provision", instrument):
            tests.setdefault((row["form"], row["question"]), []).append(row["provision"])
        which = "WHERE instrument = ? AND language = ? ORDER BY"
        for row in self._select(f"code {which} form, question, position", instrument, self.language):
            codes.setdefault((row["form"], row["question"]), []).append(Code(row["code"], row["label"]))
        for row in self._select(f"question {which} position", instrument, self.language):
            place = (row["form"], row["name"])
            yield Question(
                *place, row["section"], row["wording"], row["type"], row["hint"], row["partly"], row["asked_if"],
                row["publish"], tuple(codes.get(place, ())), tuple(tests.get(place, ())), tuple(feeds.get(place, ())),
            )  # fmt: skip

    def _indicator(self, row: sqlite3.Row, questions: Sequence[Question]) -> Indicator:
        instrument, id = row["instrument"], row["id"]
        provisions = self._select(
            "provision JOIN indicator_provision ON provision.key = indicator_provision.provision"
            " WHERE instrument = ? AND indicator = ? ORDER BY provision.key",
            instrument, id,
        )  # fmt: skip
        index = self._select("table_index WHERE instrument = ? AND indicator = ? ORDER BY position", instrument, id)
        tables = tuple(self._table(entry, questions) for entry in index)
        used = tuple(question for question in questions if id in question.indicators)
        return Indicator(
            instrument, id, row["title"], row["statistic"], row["unit"], row["numerator"], row["denominator"],
            row["measure"], row["note"], used,
            tuple(Provision(p["key"], p["source"], p["kind"], p["subject"], bool(p["checked"])) for p in provisions),
            tables, self._headline(tables), row["statistic"] == "share" and self._rated(tables, used),
            tuple(one["says"] for one in self._select(
                "caution WHERE instrument = ? AND indicator = ? AND language = ? ORDER BY form, question",
                instrument, id, self.language,
            )),
        )  # fmt: skip

    def _table(self, row: sqlite3.Row, questions: Sequence[Question]) -> Table:
        overlapping = json.loads(row["overlapping"])
        countries = {f"{question.form}.{question.name}" for question in questions if question.type == "country"}
        dimensions = tuple(
            self._dimension(
                row["name"], name, name in overlapping, asked in countries,
                asked.endswith(" (currency)") and row["statistic"] in ("median", "ratio"),
            )
            for name, asked in zip(json.loads(row["dimensions"]), json.loads(row["dimension_questions"]), strict=True)
        )  # fmt: skip
        columns = columns_of(self.connection, row["name"])[len(dimensions) :]
        (rows,) = self.connection.execute(f'SELECT count(*) FROM "{row["name"]}"').fetchone()
        exempt = bool(row["exempt"])
        return Table(row["name"], dimensions, row["unit"], row["statistic"], rows, tuple(columns), exempt)

    def _dimension(self, table: str, name: str, overlapping: bool, countries: bool, apart: bool) -> Dimension:
        rows = self._select("dimension_code WHERE table_name = ? AND dimension = ? ORDER BY position", table, name)
        pairs = [(row["code"], row["label"]) for row in rows]
        if countries:  # never a league table: countries stand in alphabetical order, those of a region below it
            labels, parents = dict(pairs), {row["code"]: row["parent"] for row in rows if row["parent"]}
            groups = {code: parents.get(code, code if code in parents.values() else None) for code in labels}
            pairs.sort(
                key=lambda pair: (
                    groups[pair[0]] is None, labels.get(groups[pair[0]], "").casefold(),
                    pair[0] != groups[pair[0]], pair[1].casefold(),
                )
            )  # fmt: skip
        last = {ALL: -1, UNKNOWN: 1}
        pairs.sort(key=lambda pair: last.get(pair[0], 0))
        return Dimension(name, dict(pairs), overlapping, apart)

    def _headline(self, tables: Sequence[Table]) -> Figure:
        if not tables:
            return Figure(*[None] * len(FIGURES))
        everything = " AND ".join(f"\"{dimension.name}\" = '{ALL}'" for dimension in tables[0].dimensions)
        row = self.connection.execute(f'SELECT * FROM "{tables[0].name}" WHERE {everything}').fetchone()
        return Figure.of(row) if row else Figure(*[None] * len(FIGURES))

    def _rated(self, tables: Sequence[Table], questions: Sequence[Question]) -> bool:
        beside = {"not_observed", "not_applicable"}
        carried = any(beside <= set(table.columns) for table in tables)
        return carried and any(question.type == "rating" for question in questions)

    def _select(self, rest: str, *values: object) -> list[sqlite3.Row]:
        return self.connection.execute(f"SELECT * FROM {rest}", values).fetchall()
