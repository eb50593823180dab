"""Several submissions of one event become one: what must hold of them, and what the log keeps of how it was settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.errors import Refusal
from monitor.store.blindness import check_sight
from monitor.store.engine import sqlite
from monitor.store.refusals import Conflict

SETTLED: Mapping[str, str] = {
    "first_right": "The first was right",
    "second_right": "The second was right",
    "both_partly": "Each was partly right",
    "source_checked": "A source was checked",
}
"""How a difference may have been settled."""


@dataclass(frozen=True)
class Settled:
    """How one difference was settled: ``code`` is a key of :data:`SETTLED`, ``line`` explains it."""

    code: str
    line: str = field(repr=False)


@dataclass(frozen=True)
class Consolidation:
    """What one submission is made from, and why it says what it says.

    ``originals`` are the submissions by id, each with the revision that was shown, in the order in which they are
    called the first, the second, ... ``settled`` says by place (``victim_represented``, ``victims[V1].victim_sex``) how
    a difference was settled; ``line`` is why they were consolidated.
    """

    originals: Mapping[str, int]
    settled: Mapping[str, Settled] = field(repr=False)
    line: str = field(repr=False)

    def payload(self) -> dict[str, Any]:
        """What the log says of it in the clear."""
        codes = {place: one.code for place, one in self.settled.items()}
        return {"consolidates": list(self.originals), "settled": codes}

    def lines(self) -> tuple[str, ...]:
        """Every line of explanation."""
        return (self.line, *(one.line for one in self.settled.values()))

    def free(self) -> dict[str, Any]:
        """What was written freely."""
        lines = {place: one.line.strip() for place, one in self.settled.items()}
        return {"consolidation": {"line": self.line.strip(), "lines": lines}}


def check_originals(
    connection: sqlite.Connection, actor: str, consolidation: Consolidation, form: str, event: str | None
) -> None:
    """Refuse what cannot become one submission of ``form`` about ``event``.

    Raises :class:`Refusal`: STORE-13 for an id that is none, CONSOLIDATE-01 to 06, BLIND-01; :class:`Conflict`
    (STORE-14) when another revision has been stored since.
    """
    if unknown := {one.code for one in consolidation.settled.values()} - SETTLED.keys():
        raise Refusal("CONSOLIDATE-06", given=", ".join(sorted(unknown)), known=", ".join(SETTLED))
    authors = set()
    for id, revision in consolidation.originals.items():
        authors.add(_check_original(connection, id, revision, form, event))
        check_sight(connection, actor, id)
    if len(authors) < 2:
        raise Refusal("CONSOLIDATE-01")


def _check_original(connection: sqlite.Connection, id: str, revision: int, form: str, event: str | None) -> str:
    row = connection.execute(
        "SELECT form, event, state, revision, author, consolidated_into FROM submission WHERE id = ?", (id,)
    ).fetchone()
    if row is None:
        raise Refusal("STORE-13", id=id)
    its_form, its_event, state, latest, author, into = row
    if into is not None:
        raise Refusal("CONSOLIDATE-03", id=id, into=into)
    if (its_form, its_event) != (form, event) or event is None:
        raise Refusal("CONSOLIDATE-02", id=id)
    if state in ("withdrawn", "quarantined"):
        raise Refusal("STORE-15", id=id, state=state, what="consolidated")
    if latest != revision:
        raise Conflict("STORE-14", id=id, expected=revision, revision=latest)
    for code, query in (
        ("CONSOLIDATE-04", "SELECT 1 FROM submission WHERE consolidated_into = ?"),
        ("CONSOLIDATE-05", "SELECT 1 FROM submission WHERE parent = ? AND state <> 'withdrawn'"),
    ):
        if connection.execute(query, (id,)).fetchone() is not None:
            raise Refusal(code, id=id)
    found: str = author
    return found


def check_not_aside(connection: sqlite.Connection, id: str) -> None:
    """Refuse (CONSOLIDATE-03) what went into another submission: that one counts now, and is what can be changed."""
    row = connection.execute("SELECT consolidated_into FROM submission WHERE id = ?", (id,)).fetchone()
    if row is not None and row[0] is not None:
        raise Refusal("CONSOLIDATE-03", id=id, into=row[0])
