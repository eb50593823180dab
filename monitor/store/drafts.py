"""Drafts: forms that were begun and not yet submitted, kept in the store and nowhere else, each for its author."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.errors import Refusal
from monitor.store.database import Store
from monitor.store.engine import sqlite
from monitor.store.refusals import refusing
from monitor.submissions import new_id

OVERDUE = timedelta(days=7)
"""How long after it was begun a draft should have been submitted: what was heard fades."""

_COLUMNS = "id, form, version, author, started, changed, saved"


@dataclass(frozen=True)
class Draft:
    """A form that somebody began to fill in: its full code, the instrument's version, when (ISO 8601, UTC).

    ``content`` is what :func:`monitor.interview.as_draft` gives; a list of drafts leaves it out. ``saved`` counts how
    often it was saved: two windows on one draft are told apart by it.
    """

    id: str
    form: str
    version: str
    author: str
    started: str
    changed: str
    saved: int = 0
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def overdue(self, now: datetime | None = None) -> bool:
        """Whether it was begun longer ago than :data:`OVERDUE`."""
        return (now or datetime.now(UTC)) - datetime.fromisoformat(self.started) > OVERDUE


def new_draft(form: str, version: str, author: str) -> Draft:
    """A draft that is not saved yet."""
    now = _now()
    return Draft(new_id(), form, version, author, now, now)


def save_draft(store: Store, draft: Draft, version: str, content: Mapping[str, Any]) -> Draft:
    """Save a draft with this content; when this returns, it is on the disk. Gives the draft as it is now.

    Raises :class:`Refusal` (DRAFT-02) when another window has saved or ended it meanwhile, and for a store that is in
    use, full, ...
    """
    now = _now()
    text = json.dumps(content, ensure_ascii=False)
    with _transaction(store) as connection:
        if draft.saved == 0:
            values = (draft.id, draft.form, version, draft.author, draft.started, now, 1, text)
            connection.execute("INSERT INTO draft VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        else:
            done = connection.execute(
                "UPDATE draft SET version = ?, changed = ?, saved = saved + 1, content = ? WHERE id = ? AND saved = ?",
                (version, now, text, draft.id, draft.saved),
            )
            if done.rowcount != 1:
                raise Refusal("DRAFT-02", id=draft.id)
    return replace(draft, version=version, changed=now, saved=draft.saved + 1, content=content)


def list_drafts(store: Store, author: str, form: str | None = None) -> list[Draft]:
    """The drafts of an author, of one form (its full code) or of all, the oldest first; without their content."""
    query = f"SELECT {_COLUMNS} FROM draft WHERE author = ? AND form = coalesce(?, form) ORDER BY started, id"
    with refusing(store.path):
        return [Draft(*row) for row in store.connection.execute(query, (author, form))]


def load_draft(store: Store, id: str, author: str) -> Draft:
    """A draft of an author, by its id or by the beginning of it that no other has. Refuses (DRAFT-01)."""
    query = f"SELECT {_COLUMNS}, content FROM draft WHERE author = ? AND substr(id, 1, ?) = ?"
    with refusing(store.path):
        found = store.connection.execute(query, (author, len(id), id)).fetchall()
        if len(found) != 1 or not id:
            raise Refusal("DRAFT-01", id=id)
        *row, content = found[0]
        return replace(Draft(*row), content=json.loads(content))


def end_draft(store: Store, draft: Draft) -> None:
    """Delete a draft, because it was submitted or is given up; what it said is overwritten on the disk.

    Inside :meth:`Store.writing` it goes with that transaction or not at all.
    """
    if store.connection.in_transaction:
        store.connection.execute("DELETE FROM draft WHERE id = ?", (draft.id,))
        return
    with _transaction(store) as connection:
        connection.execute("DELETE FROM draft WHERE id = ?", (draft.id,))
    with refusing(store.path):
        # The pages before it, in the write-ahead log, hold what it said until they are written over.
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _transaction(store: Store) -> Iterator[sqlite.Connection]:
    connection = store.connection
    with refusing(store.path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
