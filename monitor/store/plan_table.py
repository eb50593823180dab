"""The table of plans as the log gives it: one line for each planned event, the same when written and when rebuilt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.store.canonical import canonical
from monitor.store.engine import sqlite
from monitor.store.log import Entry

PLAN_KINDS = ("planned", "assigned", "cancelled", "missed", "settled")
"""The kinds of entries that are about a plan: their ``submission`` is the plan's id."""

PLAN_COLUMNS = (
    "id", "form", "parent", "day", "session", "event", "known_from", "place", "assigned", "state", "reason", "held",
    "settled", "seq",
)  # fmt: skip


def event_of(form: str, parent: str | None, answer: Any, session: int) -> str:
    """What tells an event from every other: equal for all who observe it, and for the plan to observe it."""
    return canonical([form, parent, answer, session])


def plan_after(entry: Entry, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """The line of a plan after an entry about it. Raises ``KeyError`` or ``TypeError`` for a payload that is none."""
    payload = entry.payload
    if entry.kind == "planned":
        named = ("form", "parent", "day", "session")
        return {
            "id": entry.submission,
            **{name: payload[name] for name in named},
            "event": event_of(*(payload[name] for name in named)),
            "known_from": payload["known_from"], "place": payload["place"],
            "assigned": canonical(payload["monitors"]),
            "state": "planned", "reason": None, "held": None, "settled": 0, "seq": entry.seq,
        }  # fmt: skip
    line = {**(before or {}), "seq": entry.seq}
    if entry.kind == "assigned":
        # Whoever is sent now starts blind again.
        return line | {"assigned": canonical(payload["monitors"]), "settled": 0}
    if entry.kind == "settled":
        return line | {"settled": 1}
    held = payload["held"] if entry.kind == "missed" else None
    return line | {"state": entry.kind, "reason": payload["reason"], "held": held}


def bring_plan(connection: sqlite.Connection, entry: Entry) -> None:
    """Bring the table after an entry about a plan."""
    columns = ", ".join(PLAN_COLUMNS)
    found = connection.execute(f"SELECT {columns} FROM plan WHERE id = ?", (entry.submission,)).fetchone()
    line = plan_after(entry, None if found is None else dict(zip(PLAN_COLUMNS, found, strict=True)))
    marks, kept = ", ".join("?" * len(PLAN_COLUMNS)), ", ".join(f"{name} = excluded.{name}" for name in PLAN_COLUMNS)
    connection.execute(
        f"INSERT INTO plan ({columns}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {kept}",
        [line[name] for name in PLAN_COLUMNS],
    )
