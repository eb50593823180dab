"""The schedule: which events of a case are to be observed, who is sent there, and what became of a plan."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.questions import Date
from monitor.store.blindness import blind_to
from monitor.store.canonical import salted
from monitor.store.database import Store
from monitor.store.engine import sqlite
from monitor.store.plan_table import PLAN_COLUMNS, event_of
from monitor.store.refusals import refusing
from monitor.store.writing import Writing, check_actor, check_line
from monitor.submissions import new_id

KNOWN_FROM: Mapping[str, str] = {
    "court_list": "It stands on the court's list",
    "announced_in_court": "The court announced it at a hearing",
    "party": "A party, counsel or an organisation said so",
    "expected": "The monitor expects it",
}
"""From where a day is known."""

CANCELLED: Mapping[str, str] = {
    "postponed": "It was put off to another day",
    "called_off": "It was called off without another day",
    "case_ended": "The case ended before",
    "planned_by_mistake": "It should not have been planned",
}
"""Why a plan was cancelled: there was nothing to observe."""

MISSED: Mapping[str, str] = {
    "nobody_free": "Nobody was free to go",
    "learnt_too_late": "The programme learnt of it too late",
    "monitor_hindered": "The monitor was ill or did not get there",
    "not_safe": "It was not safe to go",
    "other": "Another reason",
}
"""Why nobody observed what was planned."""

HELD: Mapping[str, str] = {
    "yes": "It was held", "no": "It was not held", "unknown": "Nobody knows whether it was held",
}  # fmt: skip
"""Whether something took place that nobody observed."""

Ending = Literal["cancelled", "missed"]

_MOST_SENT = 2
_PLACE = re.compile(r"[\w.-]{1,40}")


@dataclass(frozen=True)
class Arrived:
    """A submission of an event: its id, who wrote it, its state (``consolidated`` where it went into another one)."""

    id: str
    author: str
    state: str


@dataclass(frozen=True)
class Plan:
    """An event of a case that is to be observed: of which form, on which day, in which session, by whom.

    ``key`` is the case's reference. ``state`` is planned, cancelled or missed, as somebody said; whether it was
    observed is told by ``arrived``. ``held`` says of a missed one whether it took place. ``settled`` is whether the
    two who were sent may see each other's submissions before both are in.
    """

    id: str
    form: str
    parent: str
    key: str | None
    day: str
    session: int
    event: str
    known_from: str | None
    place: str | None
    assigned: tuple[str, ...]
    state: str
    reason: str | None
    held: str | None
    settled: bool
    arrived: tuple[Arrived, ...] = ()

    @property
    def all_in(self) -> bool:
        """Whether everybody who was sent has submitted."""
        return set(self.assigned) <= {one.author for one in self.arrived}


def can_be_planned(form: FormMeta) -> bool:
    """Whether a form is of something that is observed on a day, below something else."""
    return form.parent is not None and isinstance(form.questions.get(form.event or ""), Date)


def add_plan(
    writing: Writing, form: FormMeta, parent: str, day: str, *, session: int = 1, known_from: str | None = None,
    place: str | None = None, monitors: Sequence[str] = (), line: str | None = None,
) -> str:  # fmt: skip
    """Plan an event of a case (``parent``, its id); gives the plan's id.

    ``day`` is an ISO date, ``known_from`` a key of :data:`KNOWN_FROM`, ``place`` a code of the programme's own,
    ``line`` an explanation. ``monitors`` are those who are sent.

    Raises :class:`Refusal`: PLAN-01 the form is of nothing that can be planned, PLAN-02 no such case, PLAN-03 no day,
    PLAN-04 it is planned already, PLAN-06 no such code, PLAN-07 other than one or two different monitors, PLAN-10 no
    place's code, STORE-16 no line.
    """
    if not can_be_planned(form):
        raise Refusal("PLAN-01", form=form.full_code())
    assert form.parent is not None  # what can be planned has one
    writing.flush()
    connection = writing.reading
    above = connection.execute("SELECT form, state FROM submission WHERE id = ?", (parent,)).fetchone()
    if above is None or above[0] != form.parent.full_code() or above[1] == "withdrawn":
        raise Refusal("PLAN-02", reference=parent, form=form.parent.full_code())
    _check_known(known_from, KNOWN_FROM)
    if place is not None and not _PLACE.fullmatch(place):
        raise Refusal("PLAN-10")
    payload = {
        "form": form.full_code(), "parent": parent, "day": checked_day(day), "session": session,
        "known_from": known_from, "place": place, "monitors": _sent(monitors, least=0),
    }  # fmt: skip
    event = event_of(form.full_code(), parent, payload["day"], session)
    planned = connection.execute("SELECT id FROM plan WHERE event = ? AND state <> 'cancelled'", (event,)).fetchone()
    if planned is not None:
        raise Refusal("PLAN-04", id=planned[0])
    id = new_id()
    writing.append("planned", id, payload, _line(line))
    return id


def assign(writing: Writing, id: str, monitors: Sequence[str]) -> None:
    """Send one monitor to a planned event, or two for a double observation, in the place of whoever was sent before.

    Raises :class:`Refusal`: PLAN-05 no such plan, PLAN-07 other than one or two different monitors, PLAN-08 it is
    cancelled or missed, PLAN-09 one of the two who were sent asks it before both are in.
    """
    plan = _plan(writing, id)
    _check_open(plan, "assigned")
    _check_neither(plan, writing.actor)
    writing.append("assigned", id, {"monitors": _sent(monitors, least=1)})


def end_plan(
    writing: Writing, id: str, kind: Ending, *, reason: str, held: str | None = None, line: str | None = None
) -> None:
    """Say that a planned event was cancelled, or that it was missed, and of a missed one whether it was ``held``.

    Raises :class:`Refusal`: PLAN-05 no such plan, PLAN-06 no such code, PLAN-08 it is cancelled, PLAN-11 it was
    observed, STORE-16 no line.
    """
    plan = _plan(writing, id)
    if plan.state == "cancelled":
        raise Refusal("PLAN-08", id=id, state=plan.state, what=kind)
    if plan.arrived:
        raise Refusal("PLAN-11", id=id)
    payload = {"reason": _check_known(reason, MISSED if kind == "missed" else CANCELLED)}
    if kind == "missed":
        payload["held"] = _check_known(held or "unknown", HELD)
    writing.append(kind, id, payload, _line(line))


def settle(writing: Writing, id: str, line: str) -> None:
    """Let the two who were sent see each other's submissions before both are in: the second will not come.

    Raises :class:`Refusal`: PLAN-05 no such plan, PLAN-08 it is cancelled, PLAN-09 one of the two asks it, PLAN-12
    nobody is blind there, STORE-16 no line.
    """
    plan = _plan(writing, id)
    _check_open(plan, "settled")
    if len(plan.assigned) < _MOST_SENT or plan.settled or plan.all_in:
        raise Refusal("PLAN-12", id=id)
    _check_neither(plan, writing.actor)
    writing.append("settled", id, {}, _line(line or ""))


def list_plans(store: Store, *, actor: str | None = None, about: str | None = None) -> list[Plan]:
    """The plans by day: all, or those of the event that one submission (``about``) is of.

    With ``actor`` without the submissions that this person may not see yet.
    """
    where: str = "true"
    values: tuple[str, ...] = ()
    if about is not None:
        where, values = "p.state <> 'cancelled' AND p.event = (SELECT event FROM submission WHERE id = ?)", (about,)
    with refusing(store.path):
        hidden = blind_to(store.connection, actor) if actor is not None else frozenset()
        return _read(store.connection, where, values, hidden)


def _plan(writing: Writing, id: str) -> Plan:
    writing.flush()
    found = _read(writing.reading, "p.id = ?", (id,), frozenset())
    if not found:
        raise Refusal("PLAN-05", id=id)
    return found[0]


def _read(connection: sqlite.Connection, where: str, values: Sequence[Any], hidden: frozenset[str]) -> list[Plan]:
    columns = [name for name in PLAN_COLUMNS if name != "seq"]
    arrived: dict[str, list[Arrived]] = {}
    for plan, *words in connection.execute(
        "SELECT p.id, s.id, s.author, iif(s.consolidated_into IS NULL, s.state, 'consolidated') "
        "FROM plan AS p JOIN submission AS s ON s.parent = p.parent AND s.form = p.form AND s.event = p.event "
        f"WHERE (s.state <> 'withdrawn' OR s.consolidated_into IS NOT NULL) AND {where} ORDER BY s.id", values
    ):  # fmt: skip
        if words[0] not in hidden:
            arrived.setdefault(plan, []).append(Arrived(*words))
    found = connection.execute(
        f"SELECT {', '.join(f'p.{name}' for name in columns)}, above.key FROM plan AS p "
        f"JOIN submission AS above ON above.id = p.parent WHERE {where} ORDER BY p.day, p.session, p.id", values
    )  # fmt: skip
    plans = []
    for *line, key in found:
        known: dict[str, Any] = dict(zip(columns, line, strict=True))
        known |= {"assigned": tuple(json.loads(known["assigned"])), "settled": bool(known["settled"])}
        plans.append(Plan(**known, key=key, arrived=tuple(arrived.get(known["id"], ()))))
    return plans


def _check_open(plan: Plan, what: str) -> None:
    if plan.state != "planned":
        raise Refusal("PLAN-08", id=plan.id, state=plan.state, what=what)


def _check_neither(plan: Plan, actor: str) -> None:
    # Whoever could send away the other, or herself, would see what the other wrote.
    if len(plan.assigned) == _MOST_SENT and actor in plan.assigned and not plan.all_in:
        raise Refusal("PLAN-09", id=plan.id, actor=actor)


def _check_known(given: str | None, known: Mapping[str, str]) -> str | None:
    if given is not None and given not in known:
        raise Refusal("PLAN-06", known=", ".join(known))
    return given


def _sent(monitors: Sequence[str], least: int) -> list[str]:
    for code in monitors:
        check_actor(code)
    if not least <= len(monitors) <= _MOST_SENT or len(set(monitors)) < len(monitors):
        raise Refusal("PLAN-07")
    return sorted(monitors)


def checked_day(given: str) -> str:
    """A day as it was given. Raises :class:`Refusal` (PLAN-03) when it is none."""
    try:
        day = date.fromisoformat(given).isoformat()
    except ValueError:
        day = ""
    if not day or day != given:  # also of the other ways to write a day that Python knows
        raise Refusal("PLAN-03", given=given[:40])
    return day


def _line(line: str | None) -> str | None:
    if line is None:
        return None
    check_line(line)
    return salted({"reason": line.strip()})
