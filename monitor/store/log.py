"""The log: every act with who, when and what, each entry chained to the one before."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from monitor.keys import Signer
from monitor.store.canonical import canonical, digest
from monitor.store.engine import sqlite

BEGINNING = "0" * 64
"""What stands in ``previous`` of the first entry."""

CONTENT = ("submitted", "corrected")
"""The kinds that bring answers."""

STATE_AFTER: Mapping[str, str] = {
    "submitted": "submitted",
    "corrected": "submitted",
    "approved": "approved",
    "returned": "returned",
    "quarantined": "quarantined",
    "withdrawn": "withdrawn",
}
"""The state of a submission after an entry of each kind. The other kinds are about no submission."""

COUNTED_KINDS = ("created", "instrument", "consolidated", "planned", "cancelled", "missed", *STATE_AFTER)
"""The kinds that can change a finding."""

_COLUMNS = "seq, time, actor, kind, submission, payload, open, sealed, previous, hash, signature"


@dataclass(frozen=True, slots=True)
class Entry:
    """One act as the log keeps it. ``payload`` holds the envelope, the closed answers and the digests of the rest."""

    seq: int
    time: str
    actor: str
    kind: str
    submission: str | None
    payload: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Walked:
    """An entry met while walking the chain, and what is wrong with it. Unreadable ones have no ``entry``.

    ``hash`` and ``signature`` are as they stand there.
    """

    seq: int
    entry: Entry | None
    problems: tuple[str, ...]
    hash: str = ""
    signature: str | None = None


def chained(
    seq: int, time: str, actor: str, kind: str, submission: str | None, payload: str, previous: str
) -> str:  # fmt: skip
    """The hash of an entry: over everything that it says, and over the hash of the entry before."""
    return digest(canonical([seq, time, actor, kind, submission, digest(payload), previous]))


class Log:
    """The end of the log inside a transaction: entries are appended here, signed, and written in batches."""

    def __init__(self, connection: sqlite.Connection, signer: Signer) -> None:
        self._connection = connection
        self._signer = signer
        self._seq, self._hash, _ = head(connection)
        self._pending: list[tuple[Any, ...]] = []

    def append(
        self, actor: str, kind: str, submission: str | None, payload: Mapping[str, Any], open_: str | None = None,
        sealed: str | None = None,
    ) -> Entry:  # fmt: skip
        """Add an entry. ``open_`` is a salted text, ``sealed`` a seal; their digests go into the payload."""
        parts = {"open": open_, "sealed": sealed}
        commit = {name: None if part is None else digest(part) for name, part in parts.items()}
        payload = {**payload, "commit": commit}
        text = canonical(payload)
        seq, previous = self._seq + 1, self._hash
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._seq, self._hash = seq, chained(seq, time, actor, kind, submission, text, previous)
        signature = self._signer.sign(self._hash)
        self._pending.append((seq, time, actor, kind, submission, text, open_, sealed, previous, self._hash, signature))
        return Entry(seq, time, actor, kind, submission, payload)

    def flush(self) -> None:
        """Write what is pending into the table."""
        marks = ", ".join("?" * 11)
        self._connection.executemany(f"INSERT INTO log ({_COLUMNS}) VALUES ({marks})", self._pending)
        self._pending.clear()


def store_id(connection: sqlite.Connection) -> str:
    """What tells this store from every other: the hash of its first entry, in which a random key is committed to."""
    found = connection.execute("SELECT hash FROM log WHERE seq = 1").fetchone()
    return "" if found is None else str(found[0])


def head(connection: sqlite.Connection) -> tuple[int, str, str]:
    """Number, hash and time of the last entry."""
    row = connection.execute("SELECT seq, hash, time FROM log ORDER BY seq DESC LIMIT 1").fetchone()
    return (0, BEGINNING, "") if row is None else (row[0], row[1], row[2])


def walk_chain(connection: sqlite.Connection) -> Iterator[Walked]:
    """Every entry in order, with what does not fit: number, hash, the entry before, the digests of its parts."""
    expected, last = 1, BEGINNING
    taken_out = set(_taken_out(connection))
    for row in connection.execute(f"SELECT {_COLUMNS} FROM log ORDER BY seq"):
        seq, time, actor, kind, submission, text, open_, sealed, previous, own, signature = row
        problems = []
        if not _are_texts(row):
            yield Walked(seq, None, (f"log entry {seq}: is damaged; there are no texts where texts must be.",))
            expected, last = seq + 1, own
            continue
        if seq != expected:
            left = f"entry {expected} is" if seq == expected + 1 else f"entries {expected} to {seq - 1} are"
            problems.append(f"log: {left} missing.")
        if previous != last:
            problems.append(f"log entry {seq}: does not follow from the entry before it.")
        if own != chained(seq, time, actor, kind, submission, text, previous):
            problems.append(f"log entry {seq}: was changed; its hash does not fit what it says.")
        payload = read_payload(text)
        if payload is None:
            problems.append(f"log entry {seq}: its payload cannot be read.")
        else:
            gone = {name for name in ("open", "sealed") if (seq, submission, name) in taken_out}
            problems += _check_parts(seq, payload, {"open": open_, "sealed": sealed}, gone)
        entry = None if payload is None else Entry(seq, time, actor, kind, submission, payload)
        yield Walked(seq, entry, tuple(problems), own, signature)
        expected, last = seq + 1, own


def _are_texts(row: tuple[Any, ...]) -> bool:
    may_be_missing = (4, 6, 7, 10)  # submission, open, sealed, signature
    return all(
        isinstance(part, str) or (part is None and place in may_be_missing) for place, part in enumerate(row) if place
    )


@contextmanager
def any_bytes(connection: sqlite.Connection) -> Iterator[None]:
    """Read text also where a damaged file no longer holds UTF-8, so that the damage can be named."""
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        connection.text_factory = str


def _check_parts(
    seq: int, payload: Mapping[str, Any], parts: Mapping[str, str | None], gone: Collection[str]
) -> Iterator[str]:  # fmt: skip
    commit = payload.get("commit")
    for name, text in parts.items():
        committed = commit.get(name) if isinstance(commit, dict) else None
        if name in gone and committed is not None:
            if text is not None:
                yield f"log entry {seq}: what was taken out of '{name}' to protect a person is there again."
        elif committed != (None if text is None else digest(text)):
            yield f"log entry {seq}: what stands in '{name}' is not what was entered."


def _taken_out(connection: sqlite.Connection) -> Iterator[tuple[int, str, str]]:
    """The parts that a later entry of the same submission says were taken out: entry, submission, name of the part."""
    found = connection.execute("SELECT seq, submission, payload FROM log WHERE kind = 'redacted'").fetchall()
    for seq, submission, text in found:
        payload = (read_payload(text) if isinstance(text, str) else None) or {}
        for name in ("open", "sealed"):
            yield from ((entry, submission, name) for entry in purged_by(payload, name) if entry < seq)


def purged_by(payload: Mapping[str, Any], name: str) -> Collection[int]:
    """The entries whose part ``name`` (open, sealed) an entry of kind ``redacted`` says was taken out."""
    purged = payload.get("purged")
    found = purged.get(name) if isinstance(purged, dict) else None
    return [seq for seq in found if isinstance(seq, int)] if isinstance(found, list) else ()


def read_payload(text: str) -> dict[str, Any] | None:
    """A payload from its text, or None when it cannot be read (a damaged file)."""
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None
