"""Protective redaction: text that endangers a person is taken out of the log, for good, and the gap is signed."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.errors import Refusal
from monitor.store.canonical import salted
from monitor.store.content import left_of
from monitor.store.database import Store
from monitor.store.engine import sqlite, unguarded
from monitor.store.refusals import refusing
from monitor.store.writing import Writing

REASONS: Mapping[str, str] = {
    "protective_redaction": "Something is taken out to protect a person",
    "consent_withdrawn": "The person no longer wants it kept",
    "erasure_due": "The time for which it may be kept is over",
}
"""Why text may be taken out."""

OWN_FILE = "."
"""How table ``backup`` names the store itself, as one of the files from which text must go."""


@dataclass(frozen=True)
class Redaction:
    """What was taken out: from how many entries open text, and from how many what was sealed."""

    open: int
    sealed: int


def redact(
    store: Store, writing: Writing, id: str, *, questions: Collection[str] | None, sealed: bool, reason: str, line: str
) -> Redaction:  # fmt: skip
    """Take open text out of every entry about a submission, in all its revisions.

    ``questions`` names them (``story``, ``guests.remark``, ``_source``, ``_explanations``, ``_reasons``); None is all
    text. ``sealed`` takes out what is sealed, too. The closed answers stay, and so does that there was text. Inside the
    transaction it is gone from the log; :func:`monitor.store.backup.purge` then clears free pages and backups.

    Raises :class:`Refusal`: STORE-13 no such submission, REDACT-07 no such reason, STORE-16 no line, REDACT-01 nothing
    of that name is there.
    """
    if reason not in REASONS:
        raise Refusal("REDACT-07", known=", ".join(REASONS))
    if not 3 <= len(line.strip()) <= 500 or not line.isprintable():
        raise Refusal("STORE-16")
    writing.flush()
    connection = store.connection
    entries = connection.execute(
        "SELECT seq, kind, open, sealed FROM log WHERE submission = ? ORDER BY seq", (id,)
    ).fetchall()
    if not entries:
        raise Refusal("STORE-13", id=id)
    before = left_of(connection, id)
    left = {seq: before.get(seq, _own(kind, open_)) for seq, kind, open_, _ in entries}
    rest = {seq: _without(part, questions) for seq, part in left.items()}
    changed = {seq for seq in left if rest[seq] != left[seq]}
    locked = [seq for seq, *_, text in entries if sealed and text is not None and seq != 1]
    if not changed and not locked:
        raise Refusal("REDACT-01", id=id, questions=", ".join(questions or ["text"]))
    # One entry, the latest, carries what remains of all of them; those that carried it before are emptied, too.
    gone = [seq for seq, kind, open_, _ in entries if open_ is not None and (seq in changed or kind == "redacted")]
    emptied = {*changed, *before, *gone}
    carried = {str(seq): part for seq, part in rest.items() if part and seq in emptied}
    payload = {
        "purged": {"open": gone, "sealed": locked}, "questions": sorted(questions) if questions is not None else None,
        "reason": reason,
    }  # fmt: skip
    writing.append("redacted", id, payload, salted({"reason": line.strip(), "left": carried}))
    writing.flush()
    _take_out(connection, gone, locked)
    return Redaction(len(changed), len(locked))


def _own(kind: str, open_: str | None) -> dict[str, Any]:
    """What an entry itself says freely; of one that redacted, its line alone and not what it carries for others."""
    own = {name: part for name, part in json.loads(open_ or "{}").items() if name != "salt"}
    return {name: part for name, part in own.items() if kind != "redacted" or name == "reason"}


def _take_out(connection: sqlite.Connection, open_: list[int], sealed: list[int]) -> None:
    # The authorizer refuses every UPDATE of the log. Here it is lifted, and the trigger lets nothing pass but what the
    # entry just written names.
    with unguarded(connection):
        connection.executemany("UPDATE log SET open = NULL WHERE seq = ?", [(seq,) for seq in open_])
        connection.executemany("UPDATE log SET sealed = NULL WHERE seq = ?", [(seq,) for seq in sealed])
    # Until free pages and the write-ahead log are cleared, the text is still on the disk: that is owed from here on.
    connection.execute(
        "INSERT INTO backup (path, time, entries, purged) VALUES (?, '', 0, -1) "
        "ON CONFLICT (path) DO UPDATE SET purged = -1", (OWN_FILE,)
    )  # fmt: skip


def _without(part: Mapping[str, Any], questions: Collection[str] | None) -> dict[str, Any]:
    """What remains of an entry's free text."""
    if questions is None:
        return {}
    named = {"_source": "source", "_explanations": "explanations", "_reasons": "reason"}
    dropped = {named[name] for name in questions if name in named}
    if "_reasons" in questions:
        dropped |= {"correction", "consolidation"}
    rest = {name: value for name, value in part.items() if name not in dropped}
    if "answers" in rest:
        rest["answers"] = _answers_without(rest["answers"], set(questions), "")
    return rest


def _answers_without(answers: Mapping[str, Any], questions: set[str], prefix: str) -> dict[str, Any]:
    rest: dict[str, Any] = {}
    for name, value in answers.items():
        where = re.sub(r"\[[0-9]+\]", "", prefix + name)
        if where in questions:
            continue
        rows = isinstance(value, list) and value and isinstance(value[0], dict)
        # Rows keep their number: the closed answers of each stand in a table, in the same order.
        rest[name] = [_answers_without(row, questions, f"{where}.") for row in value] if rows else value
    return rest


def redactable(store: Store, id: str) -> list[str]:
    """The names under which there is text that could be taken out of a submission."""
    names: dict[str, None] = {}
    with refusing(store.path):
        left = left_of(store.connection, id)
        for seq, kind, open_ in store.connection.execute(
            "SELECT seq, kind, open FROM log WHERE submission = ? ORDER BY seq", (id,)
        ):
            part = left.get(seq, _own(kind, open_))
            names |= dict.fromkeys(_names(part.get("answers") or {}, ""))
            marks = {"source": "_source", "explanations": "_explanations", "reason": "_reasons",
                     "correction": "_reasons", "consolidation": "_reasons"}  # fmt: skip
            names |= dict.fromkeys(marks[name] for name in part if name in marks)
    return list(names)


def _names(answers: Mapping[str, Any], prefix: str) -> list[str]:
    found: list[str] = []
    for name, value in answers.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            found += [inside for row in value for inside in _names(row, f"{prefix}{name}.")]
        else:
            found.append(prefix + name)
    return found
