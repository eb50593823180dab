"""Whether a store is what was entered: the chain of the log, and every line of every table against the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.keys import AllowedSigner, Anchor
from monitor.store.anchoring import check_against_signers, check_anchors
from monitor.store.comparison import compare_answers_and_submissions
from monitor.store.database import Store
from monitor.store.engine import sqlite
from monitor.store.keyring import Keyring
from monitor.store.ledger import check_releases
from monitor.store.log import Entry, any_bytes, walk_chain
from monitor.store.problems import Problems, named
from monitor.store.projection import contract_line, meta_lines
from monitor.store.retired import Retired
from monitor.store.schema import OBJECTS, expected_objects
from monitor.store.tables import AnswerTable, tables_of


@dataclass(frozen=True)
class Verification:
    """What was found. ``problems`` name table, submission and column, never an answer; at most 200 of them."""

    ok: bool
    entries: int
    problems: tuple[str, ...]


def verify(
    store: Store, catalogue: Mapping[str, Instrument], *, anchors: Sequence[Anchor] = (),
    signers: Sequence[AllowedSigner] = (),
) -> Verification:  # fmt: skip
    """Walk the whole log and compare every table with it, both ways. Memory does not grow with the store.

    That the last entries were cut off, or the whole chain was written anew with a key of the device's, is seen only
    against ``anchors`` that were kept outside the file; and against ``signers``, who may sign at all.
    """
    problems = Problems()
    entries = 0
    try:
        with _one_moment(store.connection):
            problems.extend(_check_file(store.connection))
            problems.extend(_check_objects(store.connection, catalogue))
            entries, keyring = _check_log(store.connection, problems, signers)
            problems.extend(check_anchors(store.connection, keyring, anchors))
            compare_answers_and_submissions(store.connection, catalogue, problems)
            problems.extend(check_releases(store.connection))
    except (sqlite.DatabaseError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        # What is no text, or has other columns, ends up here, too. By its kind alone: the message could quote the file.
        problems.add(f"file: it is damaged, and what comes after was not looked at ({_kind(error)}).")
    return Verification(not problems, entries, problems.lines())


def _kind(error: Exception) -> str:
    return getattr(error, "sqlite_errorname", type(error).__name__)


@contextmanager
def _one_moment(connection: sqlite.Connection) -> Iterator[None]:
    """Read everything as it is at one moment, also what is damaged."""
    connection.execute("BEGIN")
    try:
        with any_bytes(connection):
            yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _check_file(connection: sqlite.Connection) -> Iterator[str]:
    for (line,) in connection.execute("PRAGMA integrity_check(20)"):
        if line != "ok":
            yield f"file: {line}"
    for table, *_ in connection.execute("PRAGMA foreign_key_check"):
        yield f"{table}: a line belongs to a submission that is not there."


def _check_objects(connection: sqlite.Connection, catalogue: Mapping[str, Instrument]) -> Iterator[str]:
    expected = expected_objects()
    there = {name: (kind, sql) for kind, name, sql in connection.execute(OBJECTS)}
    for name, (kind, sql) in expected.items():
        if name not in there:
            yield f"{kind} {name} is missing."
        elif there[name] != (kind, sql):
            yield f"{kind} {name} was changed."
    retired = Retired(connection, catalogue)
    loaded = {table.name: table for form in _forms(catalogue) for table in tables_of(form)}
    used = {row[0] for row in connection.execute("SELECT instrument FROM contract")}
    for name, (kind, _) in there.items():
        if kind == "table" and name in loaded:
            yield from _check_columns(connection, loaded[name], retired)
        elif kind == "table" and (name.split("__")[0] in used - set(catalogue) or retired.has_table(name)):
            continue
        elif name not in expected:
            yield f"{kind} {named(name)} is not a part of a store."


def _forms(catalogue: Mapping[str, Instrument]) -> Iterator[FormMeta]:
    for instrument in catalogue.values():
        yield from instrument.forms


def _check_columns(connection: sqlite.Connection, table: AnswerTable, retired: Retired) -> Iterator[str]:
    kinds = dict(table.columns) | dict(zip(table.keys(), ("TEXT", "INTEGER"), strict=False))
    for name, kind in connection.execute("SELECT name, type FROM pragma_table_xinfo(?)", (table.name,)):
        if name not in kinds and not retired.has_column(table, name):
            yield f"{table.name}: the loaded instrument has no question for column {named(name)}."
        elif kinds.get(name, kind) != kind:
            yield f"{table.name}: column {name} is kept in another type."


def _check_log(
    connection: sqlite.Connection, problems: Problems, signers: Sequence[AllowedSigner]
) -> tuple[int, Keyring]:  # fmt: skip
    """The chain, its signatures, and the small tables that stand for entries. Gives how many, and their keyring."""
    entries = 0
    keyring = Keyring()
    first: Entry | None = None
    contracts: dict[tuple[str, str], str] = {}
    for walked in walk_chain(connection):
        entries += 1
        problems.extend(walked.problems)
        entry = walked.entry
        if entry is not None:
            if flaw := keyring.judge(entry, walked.hash, walked.signature):
                problems.add(f"log entry {entry.seq}: {flaw}")
            keyring.take(entry)
            problems.extend(check_against_signers(walked, signers) if signers else ())
        if entry is not None and entry.kind == "created" and walked.seq == 1:
            first = entry
        elif entry is not None and entry.kind == "instrument" and not walked.problems:
            try:
                code, version, contract = contract_line(entry)
                contracts[code, version] = contract
            except (KeyError, TypeError):
                problems.add(f"log entry {walked.seq}: holds no contract.")
    if first is None:
        problems.add("log: its first entry does not create the store.")
    else:
        problems.extend(_check_meta(connection, first))
    problems.extend(_check_contracts(connection, contracts))
    return entries, keyring


def _check_meta(connection: sqlite.Connection, first: Entry) -> Iterator[str]:
    expected = meta_lines(first)
    there = dict(connection.execute("SELECT key, value FROM meta"))
    for key in {**expected, **there}:
        if there.get(key) != expected.get(key):
            yield f"meta: {named(key)} is not as the log says."


def _check_contracts(connection: sqlite.Connection, expected: Mapping[tuple[str, str], str]) -> Iterator[str]:
    there = {(code, version): text for code, version, text in connection.execute("SELECT * FROM contract")}
    for code, version in {**expected, **there}:
        if (code, version) not in there:
            yield f"contract: {code} {version} is missing."
        elif (code, version) not in expected:
            yield f"contract: {named(code)} {named(version)} is not in the log."
        elif there[code, version] != expected[code, version]:
            yield f"contract: {code} {version} is not as the log says."
