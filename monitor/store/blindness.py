"""Double observation is blind: of two sent to one event neither sees the other's submission until both are in."""

from __future__ import annotations

import json

from monitor.errors import Refusal
from monitor.store.engine import sqlite

# Of a plan for two or more in which :actor is one, and one of whom has not submitted yet: what somebody else submitted.
_HIDDEN = """
    SELECT s.id FROM plan AS p JOIN submission AS s ON s.parent = p.parent AND s.form = p.form AND s.event = p.event
    WHERE p.state <> 'cancelled' AND p.settled = 0 AND json_array_length(p.assigned) > 1
    AND EXISTS (SELECT 1 FROM json_each(p.assigned) AS a WHERE a.value = ?1)
    AND s.author <> ?1 AND s.entered_by <> ?1
    AND EXISTS (
        SELECT 1 FROM json_each(p.assigned) AS a WHERE NOT EXISTS (
            SELECT 1 FROM submission AS o WHERE o.parent = p.parent AND o.form = p.form AND o.event = p.event
            AND o.author = a.value AND (o.state <> 'withdrawn' OR o.consolidated_into IS NOT NULL)))"""


def blind_to(connection: sqlite.Connection, actor: str) -> frozenset[str]:
    """The submissions that this person may not see yet."""
    return frozenset(id for (id,) in connection.execute(_HIDDEN, (actor,)))


def check_sight(connection: sqlite.Connection, actor: str, id: str) -> None:
    """Refuse (BLIND-01) what this person may not see yet."""
    if connection.execute(f"{_HIDDEN} AND s.id = ?2", (actor, id)).fetchone() is not None:
        raise Refusal("BLIND-01", id=id, actor=actor)


def check_reviewer(connection: sqlite.Connection, actor: str, id: str, event: str) -> None:
    """Refuse (REVIEW-04) a reviewer who was sent to the same event, together with somebody else."""
    query = "SELECT assigned FROM plan WHERE event = ? AND state <> 'cancelled'"
    found = connection.execute(query, (event,)).fetchone()
    assigned = json.loads(found[0]) if found is not None else []
    if len(assigned) > 1 and actor in assigned:
        raise Refusal("REVIEW-04", id=id, actor=actor)


SENT_TOO = """EXISTS (
    SELECT 1 FROM plan WHERE plan.event = submission.event AND plan.state <> 'cancelled'
    AND json_array_length(plan.assigned) > 1
    AND EXISTS (SELECT 1 FROM json_each(plan.assigned) AS sent WHERE sent.value = ?))"""
"""Whether a person (the parameter) was sent to the event of a submission, together with somebody else."""
