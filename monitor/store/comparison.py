"""The tables against the log, submission by submission, both in the order of their ids: nothing is kept in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.store.engine import sqlite
from monitor.store.log import CONTENT, STATE_AFTER, Entry, read_payload
from monitor.store.plan_table import PLAN_KINDS, plan_after
from monitor.store.problems import Problems, named
from monitor.store.projection import SUBMISSION_COLUMNS, consolidated_line, forms_of, submission_line
from monitor.store.retired import Retired, columns_kept
from monitor.store.tables import SUBMISSION, AnswerTable, sql_name, tables_of

Line = dict[str, Any]
"""One line of a table: column to value."""

_KIND = 4
"""Where the kind stands in a row of :func:`_by_submission`."""


class _Lines:
    """The lines of a table in the order of their submissions, taken submission by submission."""

    def __init__(self, connection: sqlite.Connection, table: str, id: str, order: str) -> None:
        self.table = table
        # What is no text there is no id; the check of the file has named it.
        cursor = connection.execute(f"SELECT * FROM {sql_name(table)} WHERE typeof({id}) = 'text' ORDER BY {order}")
        self.columns = [column[0] for column in cursor.description]
        self._cursor: Iterator[tuple[Any, ...]] = cursor
        self._at = self.columns.index(id)
        self._next = next(self._cursor, None)

    def of(self, submission: str, problems: Problems) -> list[Line]:
        """The lines of one submission; any before it belong to none that the log knows."""
        self.skip_to(submission, problems)
        found = []
        while self._next is not None and self._next[self._at] == submission:
            found.append(dict(zip(self.columns, self._next, strict=True)))
            self._next = next(self._cursor, None)
        return found

    def skip_to(self, submission: str | None, problems: Problems) -> None:
        """Report every line before a submission, or with None to the end."""
        while self._next is not None and (submission is None or self._next[self._at] < submission):
            problems.add(f"{self.table}: there is a line of {named(self._next[self._at])}, which is not in the log.")
            self._next = next(self._cursor, None)


def compare_answers_and_submissions(
    connection: sqlite.Connection, catalogue: Mapping[str, Instrument], problems: Problems
) -> None:
    """Fold the log submission by submission and compare what comes out with the tables: missing, added, different."""
    forms = forms_of(catalogue.values())
    submissions = _Lines(connection, "submission", "id", "id")
    plans = _Lines(connection, "plan", "id", "id")
    answers = _open_answers(connection, forms, problems)
    retired = Retired(connection, catalogue)
    unloaded: Counter[str] = Counter()
    for id, found in _by_submission(connection):
        entries = list(found)
        if entries[0][_KIND] == "planned":
            _compare_plan(id, entries, plans, problems)
            continue
        folded = _fold(id, entries, problems)
        there = submissions.of(id, problems)
        if folded is None:
            continue
        line, closed = folded
        if not there:
            problems.add(f"submission: {id} is missing.")
        else:
            _compare(f"submission {id}", line, there[0], problems)
        form = forms.get(line["form"])
        if form is None:
            unloaded[line["form"].split(".")[0]] += 1
        else:
            _compare_answers(line, form, closed, answers, retired, problems)
    for lines in (submissions, plans, *answers.values()):
        lines.skip_to(None, problems)
    for code, count in unloaded.items():
        problems.add(f"{code}: is not loaded, so the answers of its {count} submissions were not compared.")


def _open_answers(
    connection: sqlite.Connection, forms: Mapping[str, FormMeta], problems: Problems
) -> dict[str, _Lines]:
    used = {code for (code,) in connection.execute("SELECT instrument FROM contract")}
    answers = {}
    for form in forms.values():
        for table in tables_of(form):
            columns = {name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table.name,))}
            if columns >= set(table.keys()):
                answers[table.name] = _Lines(connection, table.name, SUBMISSION, ", ".join(table.keys()))
            elif columns:
                problems.add(f"table {table.name} was changed.")
            elif form.instrument in used:
                problems.add(f"table {table.name} is missing.")
    return answers


def _by_submission(connection: sqlite.Connection) -> Iterator[tuple[str, Iterator[tuple[Any, ...]]]]:
    # The index on submission gives this order; nothing is sorted.
    rows = connection.execute(
        "SELECT submission, seq, time, actor, kind, payload FROM log "
        "WHERE submission IS NOT NULL AND typeof(submission) = 'text' AND typeof(payload) = 'text' "
        "ORDER BY submission, seq"
    )
    yield from groupby(rows, key=lambda row: row[0])


def _compare_plan(id: str, rows: Iterable[tuple[Any, ...]], plans: _Lines, problems: Problems) -> None:
    line: Line = {}
    for _, seq, time, actor, kind, text in rows:
        try:
            if kind in PLAN_KINDS:  # what was written freely may have been taken out; that changes no plan
                line = plan_after(Entry(seq, time, actor, kind, id, read_payload(text) or {}), line)
        except (KeyError, TypeError, ValueError):
            problems.add(f"plan {named(id)}: cannot be compared, because log entry {seq} cannot be read.")
            return
    there = plans.of(id, problems)
    if not there:
        problems.add(f"plan: {named(id)} is missing.")
    else:
        _compare(f"plan {id}", line, there[0], problems)


def _fold(id: str, rows: Iterable[tuple[Any, ...]], problems: Problems) -> tuple[Line, Mapping[str, Any]] | None:
    """What the tables must hold of a submission after all its entries, or None when an entry cannot be read."""
    line: Line = {}
    closed: Mapping[str, Any] = {}
    for _, seq, time, actor, kind, text in rows:
        payload = read_payload(text)
        try:
            if kind in CONTENT:
                entry = Entry(seq, time, actor, kind, id, payload or {})
                line = dict(zip(SUBMISSION_COLUMNS, submission_line(entry), strict=True))
                closed = entry.payload["closed"]
            elif kind in STATE_AFTER and line:
                line |= {"state": STATE_AFTER[kind], "seq": seq}
            elif kind == "consolidated" and line:
                line |= consolidated_line(Entry(seq, time, actor, kind, id, payload or {}))
        except (KeyError, TypeError, ValueError, AttributeError):
            line = {}
        if not line or payload is None:
            problems.add(f"submission {named(id)}: cannot be compared, because log entry {seq} cannot be read.")
            return None
    return line, closed


def _compare_answers(
    submission: Line, form: FormMeta, closed: Mapping[str, Any], answers: Mapping[str, _Lines], retired: Retired,
    problems: Problems,
) -> None:  # fmt: skip
    id = submission["id"]
    for table in tables_of(form):
        if table.name not in answers:
            continue
        there = answers[table.name].of(id, problems)
        try:
            expected = [dict(zip(table.names(), line, strict=True)) for line in table.lines(id, closed)]
            unknown = table.unknown(closed)
        except (KeyError, TypeError, ValueError, AttributeError):
            problems.add(f"{table.name} {id}: cannot be compared, because the log holds no such answers.")
            continue
        gone = retired.among(table, submission["version"], unknown) if unknown else []
        if gone:
            _add_retired(table, gone, closed, expected, there)
        for name in (name for name in unknown if name not in gone):
            problems.add(f"{table.name} {id}: the loaded instrument does not ask {named(name)}, which is answered.")
        for number in range(max(len(expected), len(there))):
            where = f"{table.name} {id}" + (f", row {number + 1}" if table.rows is not None else "")
            if number >= len(there):
                problems.add(f"{where}: is missing.")
            elif number >= len(expected):
                problems.add(f"{where}: is not in the log.")
            else:
                _compare(where, expected[number], there[number], problems)


def _add_retired(
    table: AnswerTable, names: list[str], closed: Mapping[str, Any], expected: list[Line], there: list[Line]
) -> None:
    """Add the answers to retired questions to what is expected, where their columns are still there."""
    given = [closed] if table.rows is None else closed[table.rows.name]
    for answers, line, found in zip(given, expected, there, strict=False):
        for name in (name for name in names if name in answers):
            line |= {column: value for column, value in columns_kept(name, answers[name]) if column in found}


def _compare(where: str, expected: Line, there: Line, problems: Problems) -> None:
    # A column may be missing where no answer needs it: its question came with a version that was not used yet.
    for name in {**expected, **there}:
        if expected.get(name) != there.get(name):
            problems.add(f"{where}: {named(name)} is not as the log says.")
