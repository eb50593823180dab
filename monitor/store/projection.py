"""From entries of the log to lines of the tables: the same way when something is written and when all is rebuilt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlite_utils import Database
from sqlite_utils.db import Table

from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.store.canonical import canonical
from monitor.store.engine import sqlite
from monitor.store.log import STATE_AFTER, Entry
from monitor.store.plan_table import PLAN_KINDS, bring_plan
from monitor.store.tables import SUBMISSION, AnswerTable, sql_name, tables_of

SUBMISSION_COLUMNS = (
    "id", "form", "version", "parent", "state", "revision", "author", "entered_by", "session", "language",
    "submitted_at", "origin", "key", "event", "person", "warnings", "screened", "urgent", "seq", "consent",
    "consolidated_into",
)  # fmt: skip


def submission_line(entry: Entry) -> tuple[Any, ...]:
    """The line of table ``submission`` after an entry that brings answers, in the order of SUBMISSION_COLUMNS."""
    payload = entry.payload
    return (
        entry.submission, payload["form"], payload["version"], payload["parent"], STATE_AFTER[entry.kind],
        payload["revision"], payload["author"], entry.actor, payload["session"], payload["language"],
        payload["submitted_at"], payload["origin"], payload["key"], payload["event"],
        payload["person"], canonical(payload["warnings"]),
        int(payload["screened"]), int(payload["urgent"]), entry.seq, payload.get("consent", "full"),
        None,
    )  # fmt: skip


def contract_line(entry: Entry) -> tuple[str, str, str]:
    """The line of table ``contract`` after an entry of kind ``instrument``."""
    return (entry.payload["code"], entry.payload["version"], canonical(entry.payload["contract"]))


def consolidated_line(entry: Entry) -> dict[str, Any]:
    """What an entry of kind ``consolidated`` changes in the line of the submission that it is about."""
    return {"consolidated_into": entry.payload["into"], "state": entry.payload["state"], "seq": entry.seq}


def meta_lines(entry: Entry) -> dict[str, str]:
    """The lines of table ``meta`` after the first entry: whose store it is, and whether all in it is invented."""
    programme, monitor = entry.payload.get("programme", ""), entry.payload.get("monitor", "")
    invented = {"invented": "yes"} if entry.payload.get("invented") else {}
    return {"programme": programme, "monitor": monitor, "created": entry.time, **invented}


class Projection:
    """Brings the tables after the log, in batches: new submissions first, then their answers, then new states."""

    def __init__(self, connection: sqlite.Connection) -> None:
        self._connection = connection
        self._new: list[tuple[Any, ...]] = []
        self._answers: dict[AnswerTable, list[tuple[Any, ...]]] = {}
        self._states: list[tuple[str, int, str]] = []
        self.pending: set[str] = set()
        """The submissions that :meth:`flush` has not written yet."""

    def submitted(self, entry: Entry, form: FormMeta) -> None:
        """A new submission."""
        self._new.append(submission_line(entry))
        self._add_answers(entry, form)

    def corrected(self, entry: Entry, form: FormMeta) -> None:
        """A new revision, in the place of the one before."""
        self.flush()
        id, *values = submission_line(entry)
        columns = ", ".join(f"{sql_name(name)} = ?" for name in SUBMISSION_COLUMNS[1:])
        self._connection.execute(f"UPDATE submission SET {columns} WHERE id = ?", (*values, id))
        for table in tables_of(form):
            self._connection.execute(f"DELETE FROM {sql_name(table.name)} WHERE {SUBMISSION} = ?", (id,))
        self._add_answers(entry, form)

    def decided(self, entry: Entry) -> None:
        """A new state."""
        assert entry.submission is not None  # a decision is about a submission
        self._states.append((STATE_AFTER[entry.kind], entry.seq, entry.submission))
        self.pending.add(entry.submission)
        if entry.kind == "withdrawn":
            self.flush()  # a new submission may now take its reference

    def consolidated(self, entry: Entry) -> None:
        """A submission went into another, or stands by itself again."""
        self.flush()  # the one that it went into must be there
        line = consolidated_line(entry)
        self._connection.execute(
            "UPDATE submission SET consolidated_into = :consolidated_into, state = :state, seq = :seq WHERE id = :id",
            {**line, "id": entry.submission},
        )

    def used(self, entry: Entry) -> None:
        """An instrument's contract, which the store keeps with the data."""
        self._connection.execute(
            "INSERT INTO contract (instrument, version, contract) VALUES (?, ?, ?) "
            "ON CONFLICT (instrument, version) DO UPDATE SET contract = excluded.contract",
            contract_line(entry),
        )

    def planned(self, entry: Entry) -> None:
        """What is said of a plan."""
        self.flush()  # the case of it may have come a moment ago
        bring_plan(self._connection, entry)

    def _add_answers(self, entry: Entry, form: FormMeta) -> None:
        assert entry.submission is not None  # answers belong to a submission
        self.pending.add(entry.submission)
        for table in tables_of(form):
            self._answers.setdefault(table, []).extend(table.lines(entry.submission, entry.payload["closed"]))

    def flush(self) -> None:
        """Write what is pending."""
        if not self.pending:
            return
        _insert(self._connection, "submission", SUBMISSION_COLUMNS, self._new)
        self._new.clear()
        for table, lines in self._answers.items():
            _insert(self._connection, table.name, table.names(), lines)
        self._answers.clear()
        self._connection.executemany("UPDATE submission SET state = ?, seq = ? WHERE id = ?", self._states)
        self._states.clear()
        self.pending.clear()


def _insert(
    connection: sqlite.Connection, table: str, names: Iterable[str], lines: Iterable[tuple[Any, ...]]
) -> None:  # fmt: skip
    columns = [sql_name(name) for name in names]
    marks = ", ".join("?" * len(columns))
    connection.executemany(f"INSERT INTO {sql_name(table)} ({', '.join(columns)}) VALUES ({marks})", lines)


def apply_entry(projection: Projection, entry: Entry, forms: Mapping[str, FormMeta]) -> None:
    """Bring the tables after one entry of any kind. ``forms`` are those of the loaded instruments, by full code."""
    if entry.kind == "submitted":
        projection.submitted(entry, forms[entry.payload["form"]])
    elif entry.kind == "corrected":
        projection.corrected(entry, forms[entry.payload["form"]])
    elif entry.kind == "instrument":
        projection.used(entry)
    elif entry.kind in STATE_AFTER:
        projection.decided(entry)
    elif entry.kind == "consolidated":
        projection.consolidated(entry)
    elif entry.kind in PLAN_KINDS:
        projection.planned(entry)


def forms_of(instruments: Iterable[Instrument]) -> dict[str, FormMeta]:
    """The forms of instruments by full code; those of rows left out."""
    return {form.full_code(): form for instrument in instruments for form in instrument.forms}


def make_tables(connection: sqlite.Connection, instrument: Instrument) -> None:
    """Make the tables for an instrument's answers, or add the columns that an older version of it did not have.

    Raises :class:`Refusal` (STORE-24) when a question's answers are already kept in another type.
    """
    # Its plugins are other people's code, and this is a store of testimony.
    database = Database(connection, execute_plugins=False, recursive_triggers=False)  # they are on already, for good
    for form in instrument.forms:
        for table in tables_of(form):
            there = Table(database, table.name)
            if there.exists():
                _extend(there, table, instrument.version)
            else:
                _make(there, table)


def _make(there: Table, table: AnswerTable) -> None:
    keys = {SUBMISSION: "TEXT", **({} if table.rows is None else {"_row": "INTEGER"})}
    there.create(
        {**keys, **dict(table.columns)}, pk=table.keys(), not_null=set(keys), strict=True,
        foreign_keys=[(SUBMISSION, "submission", "id")],
    )  # fmt: skip


def _extend(there: Table, table: AnswerTable, version: str) -> None:
    kept = {column.name: column.type for column in there.columns}
    for name, kind in table.columns:
        if name not in kept:
            there.add_column(name, kind)
        elif kept[name] != kind:
            raise Refusal("STORE-24", place=f"{table.name}.{name}", kept=kept[name], version=version, wanted=kind)

