"""The releases that were made: their files, the exact counts behind them, their errata, and which were withdrawn."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, astuple, dataclass, field
from typing import Any

from monitor.errors import Refusal
from monitor.store.canonical import canonical, digest
from monitor.store.engine import sqlite
from monitor.store.log import STATE_AFTER, read_payload
from monitor.store.problems import named
from monitor.store.writing import Writing, check_line

NOTE_KINDS = ("released", "erratum", "withdrawn_release")
"""The kinds of entries that are about releases. None of them changes what is counted."""

_AMONG = f"FROM log INDEXED BY log_releases WHERE kind IN {NOTE_KINDS}"
_SAYS: Mapping[str, Mapping[str, type]] = {
    "released": {
        "release": str, "content_hash": str, "note": str, "ledger": str, "file": str, "size": int, "reasons": str,
        "length": int,
    },
    "erratum": {"release": str, "says": str, "language": str},
    "withdrawn_release": {"release": str, "because": str},
}  # fmt: skip
"""What a note of each kind must say."""

_LINES = (
    "SELECT instrument, figure, cell, units, persons, cases, shown, since, reason FROM ledger WHERE release = ? "
    "ORDER BY instrument, figure, cell"
)


@dataclass(frozen=True)
class ReleaseNote:
    """What the store keeps about a release: its place in the series, its words and what it was built from.

    ``built_from_entry`` is the last entry of the log that was counted, ``parameters`` the JSON of what was chosen.
    """

    id: str
    position: int
    title: str
    period_from: str | None
    period_to: str | None
    content_hash: str
    built_from_entry: int
    built_from_time: str
    parameters: str


@dataclass(frozen=True)
class KeptRelease:
    """A release of the series. ``entry`` is the log entry that first noted it, ``withdrawn`` why it was withdrawn."""

    note: ReleaseNote
    entry: int
    withdrawn: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One exact count at the time of a release. Unprotected: it never leaves the store.

    ``shown`` is whether it is published. ``since`` names the earlier release whose figure still stands in its place,
    None for its own; ``reason`` is why it is not its own, or hidden. No ``persons`` where no person is known.
    """

    instrument: str
    figure: str
    cell: str
    units: int = field(repr=False)
    persons: int | None = field(repr=False)
    cases: int = field(repr=False)
    shown: bool
    since: str | None
    reason: str | None

    def values(self) -> tuple[Any, ...]:
        """The same as it stands in the table, after the id of the release."""
        counts = self.units, self.persons, self.cases
        return self.instrument, self.figure, self.cell, *counts, int(self.shown), self.since, self.reason


@dataclass(frozen=True)
class Erratum:
    """A public sentence on what is wrong in a release, in all its tables or in one. ``entry`` is its log entry."""

    release: str
    table: str | None
    says: str
    language: str
    entry: int


# Writing, each within a transaction.


def keep_release(
    writing: Writing, note: ReleaseNote, name: str, content: bytes, lines: Iterable[LedgerLine], reasons: str
) -> str:  # fmt: skip
    """Note in the log that a release was made, and keep its file and its ledger; gives the time of the entry.

    ``name`` is that of the file, ``reasons`` a text on why its hidden figures are hidden. A release that is kept
    already came out the same again, and is only noted.
    """
    payload: dict[str, Any] = {"release": note.id, "content_hash": note.content_hash, "name": name}
    connection = writing.reading
    kept = connection.execute("SELECT seq FROM release_file WHERE id = ?", (note.id,)).fetchone()
    if kept is not None:
        return writing.append("released", None, payload | {"again": kept[0]}).time
    listed = sorted(lines, key=lambda line: (line.instrument, line.figure, line.cell))
    payload |= {
        "position": note.position, "size": len(content), "file": hashlib.sha256(content).hexdigest(),
        "note": _digest_of(note), "ledger": _digest_of_lines(line.values() for line in listed),
        "reasons": digest(reasons), "length": len(reasons.encode()),
    }  # fmt: skip
    entry = writing.append("released", None, payload)
    columns = [*asdict(note), "seq", "file", "reasons"]
    connection.execute(
        f"INSERT INTO release_file ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        (*astuple(note), entry.seq, zlib.compress(content, 9), zlib.compress(reasons.encode(), 9)),
    )
    connection.executemany(
        "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((note.id, *line.values()) for line in listed),
    )
    return entry.time


def note_erratum(writing: Writing, release: str, says: str, *, table: str | None = None, language: str = "en") -> None:
    """Note what is wrong in a release; every later one carries it. Raises :class:`Refusal` (STORE-16) for no line."""
    check_line(says)
    writing.append("erratum", None, {"release": release, "table": table, "says": says.strip(), "language": language})


def withdraw_release(writing: Writing, id: str, because: str) -> str:
    """Note that a release is withdrawn, and why; gives the time of the entry. The first reason is the one that stands.

    Raises :class:`Refusal` (STORE-16) for a reason that is no line.
    """
    check_line(because)
    return writing.append("withdrawn_release", None, {"release": id, "because": because.strip()}).time


# Reading back.


def kept_releases(connection: sqlite.Connection, before: int | None = None) -> tuple[KeptRelease, ...]:
    """The releases of the series, oldest first; with ``before`` as the log stood before that entry.

    Raises :class:`Refusal` (STORE-34) when a line is not as the log says.
    """
    noted: dict[str, tuple[int, Mapping[str, Any]]] = {}
    withdrawn: dict[str, str] = {}
    for seq, kind, payload in _noted(connection, before):
        if kind == "released":
            noted[payload["release"]] = (seq, payload)
        elif kind == "withdrawn_release":
            withdrawn.setdefault(payload["release"], payload["because"])
    notes = {note.id: note for note in _notes(connection)}
    for id, (_, payload) in noted.items():
        if id not in notes or _digest_of(notes[id]) != payload["note"]:
            raise Refusal("STORE-34", release=id)
    found = (KeptRelease(notes[id], seq, withdrawn.get(id)) for id, (seq, _) in noted.items())
    return tuple(sorted(found, key=lambda kept: kept.note.position))


def file_of(connection: sqlite.Connection, id: str) -> bytes:
    """The bytes of a kept release. Raises :class:`Refusal` (STORE-34) when they are not those that were kept."""
    return _kept(connection, id, "file")


def reasons_of(connection: sqlite.Connection, id: str) -> str:
    """Why hidden figures of a release are hidden, as it was kept. Raises :class:`Refusal` (STORE-34) as above."""
    return _kept(connection, id, "reasons").decode()


def _kept(connection: sqlite.Connection, id: str, column: str) -> bytes:
    content = _unpacked(connection, id, column, _payload_of(connection, id))
    if content is None:
        raise Refusal("STORE-34", release=id)
    return content


def ledger_of(connection: sqlite.Connection, id: str) -> tuple[LedgerLine, ...]:
    """The exact counts behind a release. Raises :class:`Refusal` (STORE-34) when they are not those that were kept."""
    rows = connection.execute(_LINES, (id,)).fetchall()
    if _digest_of_lines(rows) != _payload_of(connection, id)["ledger"]:
        raise Refusal("STORE-34", release=id)
    return tuple(
        LedgerLine(instrument, figure, cell, units, persons, cases, bool(shown), since, reason)
        for instrument, figure, cell, units, persons, cases, shown, since, reason in rows
    )


def errata(connection: sqlite.Connection, before: int | None = None) -> tuple[Erratum, ...]:
    """All errata of the series, oldest first; with ``before`` as the log stood before that entry."""
    return tuple(
        Erratum(payload["release"], payload.get("table"), payload["says"], payload["language"], seq)
        for seq, kind, payload in _noted(connection, before)
        if kind == "erratum"
    )


def count_unkept(connection: sqlite.Connection) -> int:
    """How many releases were made before this store kept them: nothing is known of what they showed."""
    query = f"SELECT count(*) {_AMONG} AND kind = 'released' AND json_extract(payload, '$.release') IS NULL"
    found: int = connection.execute(query).fetchone()[0]
    return found


def changed_since(connection: sqlite.Connection, entry: int) -> tuple[int, int]:
    """How many submissions that were approved at a log entry were corrected or taken out after it, and the last entry.

    What was counted then counts no longer, or counts otherwise: an earlier release says something that is not so.
    """
    states = ("consolidated", *STATE_AFTER)
    query = f"""
        SELECT count(DISTINCT submission), coalesce(max(seq), 0) FROM log
        WHERE seq > ?1 AND kind IN ('corrected', 'withdrawn', 'quarantined', 'consolidated') AND 'approved' = (
            SELECT kind FROM log AS earlier WHERE earlier.submission = log.submission AND earlier.seq <= ?1
            AND earlier.kind IN {states} ORDER BY earlier.seq DESC LIMIT 1)"""
    found: tuple[int, int] = connection.execute(query, (entry,)).fetchone()
    return found


# Whether the tables are as the log says.


def check_releases(connection: sqlite.Connection) -> Iterator[str]:
    """What is wrong, a release each: its line, its file and its ledger against the log entry that noted it."""
    try:
        noted = {payload["release"]: payload for _, kind, payload in _noted(connection, None) if kind == "released"}
    except Refusal:
        yield "log: an entry about a release cannot be read."
        return
    notes = {note.id: note for note in _notes(connection)}
    for id in {**noted, **notes}:
        if id not in noted:
            yield f"release_file: {named(id)} is not in the log."
        elif id not in notes:
            yield f"release_file: {named(id)} is missing."
        else:
            yield from _check_release(connection, notes[id], noted[id])
    for (id,) in connection.execute("SELECT DISTINCT release FROM ledger").fetchall():
        if id not in noted:
            yield f"ledger: {named(id)} is not in the log."


def _check_release(connection: sqlite.Connection, note: ReleaseNote, payload: Mapping[str, Any]) -> Iterator[str]:
    if _digest_of(note) != payload["note"]:
        yield f"release_file: {named(note.id)} is not as the log says."
    for column, what in (("file", "file"), ("reasons", "list of reasons")):
        if _unpacked(connection, note.id, column, payload) is None:
            yield f"release_file: the {what} of {named(note.id)} is not the one that was kept."
    if _digest_of_lines(connection.execute(_LINES, (note.id,))) != payload["ledger"]:
        yield f"ledger: the counts of {named(note.id)} are not those that were kept."


def _unpacked(connection: sqlite.Connection, id: str, column: str, payload: Mapping[str, Any]) -> bytes | None:
    """What was kept in a column of a release, or None where it is not what the log says."""
    row = connection.execute(f"SELECT {column} FROM release_file WHERE id = ?", (id,)).fetchone()
    size = payload["size" if column == "file" else "length"]
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(row[0], size + 1)  # never more: what was forged could have no end
    except (zlib.error, TypeError):
        return None
    return content if unpacking.eof and hashlib.sha256(content).hexdigest() == payload[column] else None


def _noted(connection: sqlite.Connection, before: int | None) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """The entries about releases in order: number, kind, payload.

    Of a release that was noted again, or before this store kept releases, nothing is given. Raises :class:`Refusal`
    (STORE-28) for an entry that cannot be read.
    """
    for seq, kind, text in connection.execute(f"SELECT seq, kind, payload {_AMONG} ORDER BY seq").fetchall():
        payload = read_payload(text) if isinstance(text, str) else None
        if payload is not None and kind == "released" and "note" not in payload:
            continue
        if payload is None or not all(isinstance(payload.get(name), type) for name, type in _SAYS[kind].items()):
            raise Refusal("STORE-28")
        if before is None or seq < before:
            yield seq, kind, payload


def _payload_of(connection: sqlite.Connection, id: str) -> Mapping[str, Any]:
    for _, kind, payload in _noted(connection, None):
        if kind == "released" and payload["release"] == id:
            return payload
    raise Refusal("STORE-34", release=id)


def _notes(connection: sqlite.Connection) -> Iterator[ReleaseNote]:
    columns = ", ".join(ReleaseNote.__dataclass_fields__)
    yield from (ReleaseNote(*row) for row in connection.execute(f"SELECT {columns} FROM release_file").fetchall())


def _digest_of(note: ReleaseNote) -> str:
    return digest(canonical(asdict(note)))


def _digest_of_lines(rows: Iterable[tuple[Any, ...]]) -> str:
    hashed = hashlib.sha256()
    for row in rows:
        hashed.update(canonical(row).encode("utf-8", "surrogateescape") + b"\n")
    return hashed.hexdigest()
