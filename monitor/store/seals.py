"""Sealed answers on their way into the log, and out of it for somebody who holds a key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from monitor.conditions import Value
from monitor.errors import Refusal
from monitor.keys import Identities, seal
from monitor.store.canonical import salted
from monitor.store.content import places_of, read_content
from monitor.store.engine import sqlite
from monitor.store.log import CONTENT, store_id
from monitor.submissions import Submission


class Seals:
    """Seals the answers of submissions of one store to its recipients."""

    def __init__(self, connection: sqlite.Connection, recipients: Sequence[str], encrypted: bool) -> None:
        self._bound = bound_to(connection)
        self._recipients = recipients
        self._encrypted = encrypted

    def seal(self, submission: Submission, revision: int) -> str | None:
        """The sealed part of an entry; None where nothing is sealed.

        A store that is not encrypted and has no recipients keeps sealed answers as they are, apart from the others:
        that is what ``--plain`` means. Raises :class:`Refusal` (SEAL-01) in an encrypted store without recipients.
        """
        if not submission.sealed:
            return None
        if self._recipients:
            bound = {**self._bound, "submission": submission.id, "revision": revision}
            return seal(submission.sealed, bound, self._recipients)
        if self._encrypted:
            raise Refusal("SEAL-01", form=submission.form)
        return salted({"answers": submission.sealed})


def bound_to(connection: sqlite.Connection) -> dict[str, Any]:
    """What every seal of this store says inside: a sealed text that was carried elsewhere is known by it."""
    (programme,) = connection.execute("SELECT value FROM meta WHERE key = 'programme'").fetchone()
    return {"monitor": "sealed answers 1", "store": store_id(connection), "programme": programme}


def open_seals(connection: sqlite.Connection, id: str, identities: Identities) -> Iterator[tuple[str, Value]]:
    """Where each sealed answer of a submission's latest revision stands, and what it is.

    Raises :class:`Refusal`: SEAL-02 when nothing is sealed in it, SEAL-07 when it was taken out to protect a person,
    and what :meth:`monitor.keys.Identities.open` raises.
    """
    places = read_content(connection, id).sealed_in
    if not places:
        raise Refusal("SEAL-02", id=id)
    opened = {revision: _open(connection, id, revision, identities) for revision in dict.fromkeys(places.values())}
    for place, revision in places.items():
        if place not in opened[revision]:
            raise Refusal("SEAL-04")
        yield place, opened[revision][place]


def _open(connection: sqlite.Connection, id: str, revision: int, identities: Identities) -> dict[str, Value]:
    found = connection.execute(
        f"SELECT sealed FROM log WHERE submission = ? AND kind IN {CONTENT} "
        "AND json_extract(payload, '$.revision') = ?", (id, revision)
    ).fetchone()  # fmt: skip
    if found is None or found[0] is None:
        raise Refusal("SEAL-07", id=id)
    (text,) = found
    answers: Any
    if text.startswith("{"):
        answers = json.loads(text)["answers"]
    else:
        answers = identities.open(text, {**bound_to(connection), "submission": id, "revision": revision})
    return dict(places_of(answers))
