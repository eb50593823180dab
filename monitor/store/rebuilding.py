"""Every table made again from the log."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.errors import Refusal
from monitor.instrument import Instrument
from monitor.store.database import Store
from monitor.store.engine import sqlite, unguarded
from monitor.store.log import Entry, any_bytes, walk_chain
from monitor.store.projection import Projection, apply_entry, forms_of, make_tables, meta_lines
from monitor.store.refusals import refusing
from monitor.store.retired import Retired
from monitor.store.schema import OBJECTS, expected_objects
from monitor.store.tables import sql_name, tables_of

_BATCH = 500


def rebuild(store: Store, catalogue: Mapping[str, Instrument]) -> int:
    """Drop every table but the log and make it again from the log, in one transaction; gives how many submissions.

    Raises :class:`Refusal`, and changes nothing, when the log itself is not whole (STORE-22), or when an instrument
    that was used is not loaded (STORE-23) or no longer asks what was answered (STORE-29).
    Questions that only an older version asked are in no table afterwards: the log keeps their answers.
    """
    connection = store.connection
    with refusing(store.path):
        # Dropping a table would otherwise look for the children of each of its lines. It is checked at the end.
        connection.execute("PRAGMA foreign_keys = OFF")
        try:
            connection.execute("BEGIN IMMEDIATE")
            with any_bytes(connection), unguarded(connection):
                count = _make_again(connection, catalogue)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.execute("PRAGMA foreign_keys = ON")
    return count


def _make_again(connection: sqlite.Connection, catalogue: Mapping[str, Instrument]) -> int:
    query = "SELECT json_extract(payload, '$.code') FROM log WHERE kind = 'instrument'"
    used = {code for (code,) in connection.execute(query)}
    if missing := sorted(used - set(catalogue)):
        raise Refusal("STORE-23", instruments=", ".join(missing))
    _restore_objects(connection)
    for code in sorted(used):
        make_tables(connection, catalogue[code])
    _fill(connection, catalogue)
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise Refusal("STORE-22", details=["a submission belongs to one that is not there."])
    count: int = connection.execute("SELECT count(*) FROM submission").fetchone()[0]
    return count


def _restore_objects(connection: sqlite.Connection) -> None:
    """Drop what is made from the log or was changed, and make it new as a store has it; the log's lines stay."""
    expected = expected_objects()
    there = {name: (kind, sql) for kind, name, sql in connection.execute(OBJECTS)}
    for name, found in there.items():
        kind = found[0]
        if kind == "table" and (name in ("contract", "submission", "plan") or "__" in name):
            connection.execute(f"DROP TABLE {sql_name(name)}")
        elif kind != "table" and expected.get(name) != found:
            connection.execute(f"DROP {kind} IF EXISTS {sql_name(name)}")
    left = {name for _, name, _ in connection.execute(OBJECTS)}
    for name, (_, sql) in expected.items():
        if name not in left:
            connection.execute(sql)


def _fill(connection: sqlite.Connection, catalogue: Mapping[str, Instrument]) -> None:
    forms = forms_of(catalogue.values())
    projection, retired = Projection(connection), Retired(connection, catalogue)
    connection.execute("DELETE FROM meta")
    for walked in walk_chain(connection):
        if walked.problems or walked.entry is None:
            raise Refusal("STORE-22", details=walked.problems)
        entry = walked.entry
        if entry.kind == "created":
            connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", meta_lines(entry).items())
        if "closed" in entry.payload:
            _check_known(entry, catalogue, retired)
        apply_entry(projection, entry, forms)
        if len(projection.pending) >= _BATCH:
            projection.flush()
    projection.flush()


def _check_known(entry: Entry, catalogue: Mapping[str, Instrument], retired: Retired) -> None:
    code, closed = entry.payload["form"], entry.payload["closed"]
    instrument = catalogue[code.split(".")[0]]
    form = forms_of([instrument]).get(code)
    if form is None:
        unknown = ["the form itself"]
    else:
        unknown = []
        for table in tables_of(form):
            names = table.unknown(closed)
            gone = retired.among(table, entry.payload["version"], names) if names else []
            unknown += [name for name in names if name not in gone]
    if unknown:
        raise Refusal("STORE-29", seq=entry.seq, form=code, version=instrument.version, names=", ".join(unknown))
