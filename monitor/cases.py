"""Cases and what is observed in them: what was planned, seen, missed, what is still awaited, and what is urgent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Literal

from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.store import Arrived, Plan, Store, blind_to, can_be_planned, list_plans
from monitor.store.log import CONTENT

AWAITED_DAYS = 3
"""For so many days after the day a submission is awaited; then the event counts as missed."""

URGENT_HOURS = 24
"""Within so many hours somebody must have looked at an urgent referral and decided (codebook: the same day)."""

Status = Literal["planned", "pending", "observed", "missed", "cancelled"]

_DECIDED = "('approved', 'returned', 'quarantined')"


@dataclass(frozen=True)
class Urgency:
    """An urgent referral that nobody has decided on yet: of which submission, since when (ISO 8601, UTC)."""

    submission: str
    since: str
    hours: int
    overdue: bool

    def words(self) -> str:
        """``urgent since 5 h``."""
        late = f", overdue: to be seen within {URGENT_HOURS} h" if self.overdue else ""
        return f"urgent since {self.hours or 'less than 1'} h{late}"


@dataclass(frozen=True)
class Occasion:
    """An event of a case, planned or observed. ``plan`` is the plan's id; ``arrived`` what was submitted of it."""

    form: str
    day: str
    session: int
    status: Status
    plan: str | None = None
    assigned: tuple[str, ...] = ()
    place: str | None = None
    reason: str | None = None
    held: str | None = None
    arrived: tuple[Arrived, ...] = ()
    urgent: Urgency | None = None


@dataclass(frozen=True)
class Coverage:
    """How much was observed of what was held.

    ``missed`` counts what was held and not observed; ``unknown`` are those of them of which nobody knows whether they
    were held: they count as held, so that the figure flatters nobody. ``not_held`` and ``cancelled`` count nowhere.
    ``unplanned`` are those observed that never stood in the schedule: who plans nothing misses nothing.
    """

    observed: int = 0
    missed: int = 0
    unknown: int = 0
    not_held: int = 0
    cancelled: int = 0
    pending: int = 0
    planned: int = 0
    unplanned: int = 0

    @property
    def held(self) -> int:
        """The denominator: observed, and held but missed."""
        return self.observed + self.missed

    @property
    def share(self) -> float | None:
        """Observed of held; None where nothing was held yet."""
        return round(self.observed / self.held, 3) if self.held else None

    def words(self) -> str:
        """``12 of 15 held (80 %)``."""
        if not self.held:
            return "nothing held yet"
        return f"{self.observed} of {self.held} held ({self.observed / self.held:.0%})"


@dataclass(frozen=True)
class Promptness:
    """Days from an event to its submission, as it was first submitted: of how many, the median, the longest."""

    count: int
    median: float | None
    longest: int | None


@dataclass(frozen=True)
class Case:
    """A submission below which others stand, with all that is planned and observed in it.

    ``followed_by`` are the monitors sent to what is planned last, or else those who observed. ``urgent`` is the oldest
    urgent referral in it that nobody has decided on.
    """

    id: str
    form: str
    key: str | None
    state: str
    occasions: tuple[Occasion, ...] = field(repr=False)
    followed_by: tuple[str, ...]
    coverage: Coverage
    urgent: Urgency | None

    @property
    def next_day(self) -> str | None:
        """The day of the next planned event."""
        return min((one.day for one in self.occasions if one.status == "planned"), default=None)


def status_of(plan: Plan, today: date) -> Status:
    """What became of a plan as of a day. A submission counts more than what was said of the plan."""
    if plan.arrived:
        return "observed"
    if plan.state == "cancelled":
        return "cancelled"
    if plan.state == "missed":
        return "missed"
    day = date.fromisoformat(plan.day)
    if today <= day:
        return "planned"
    return "pending" if today <= day + timedelta(days=AWAITED_DAYS) else "missed"


def urgencies(store: Store, actor: str, now: datetime | None = None) -> dict[str, Urgency]:
    """By submission, the urgent referrals on which nobody has decided, the oldest first.

    The clock starts when it was first submitted as urgent, and stops when a reviewer approves, returns or quarantines
    it. What ``actor`` may not see yet is left out.
    """
    now = now or datetime.now(UTC)
    hidden = blind_to(store.connection, actor)
    found = store.connection.execute(f"""
        SELECT s.id, (SELECT min(json_extract(l.payload, '$.submitted_at')) FROM log AS l
            WHERE l.submission = s.id AND l.kind IN {CONTENT} AND json_extract(l.payload, '$.urgent')
            AND l.seq > coalesce((SELECT max(d.seq) FROM log AS d
                WHERE d.submission = s.id AND d.kind IN {_DECIDED}), 0)) AS since
        FROM submission AS s WHERE s.state = 'submitted' AND s.urgent ORDER BY since, s.id""")
    clocks = {}
    for id, since in found:
        hours = (now - datetime.fromisoformat(since)) / timedelta(hours=1)
        if id not in hidden:
            clocks[id] = Urgency(id, since, max(0, int(hours)), hours > URGENT_HOURS)
    return clocks


def schedule(
    store: Store, actor: str, today: date, *, case: str | None = None, monitor: str | None = None,
    first: str | None = None, last: str | None = None, status: Status | None = None,
) -> list[tuple[Plan, Status, Urgency | None]]:  # fmt: skip
    """What is planned, by day, those of a case with an urgent referral first.

    ``case`` is an id, ``monitor`` the code of somebody who is sent, ``first`` and ``last`` are days.
    """
    urgent = _urgent_cases(store, actor)
    # Whether it was observed is told by everything; what arrived is shown without what must not be seen yet.
    whole = {plan.id: status_of(plan, today) for plan in list_plans(store)}
    found = [
        (plan, whole[plan.id], urgent.get(plan.parent))
        for plan in list_plans(store, actor=actor)
        if (case is None or plan.parent == case)
        and (monitor is None or monitor in plan.assigned)
        and (first is None or plan.day >= first)
        and (last is None or plan.day <= last)
        and status in (None, whole[plan.id])
    ]
    return sorted(found, key=lambda one: one[2].since if one[2] else "~")


def find_case(store: Store, catalogue: Mapping[str, Instrument], reference: str) -> tuple[str, FormMeta]:
    """The id and form of the case with an id or a reference.

    Raises :class:`Refusal`: PLAN-02 when there is none, PLAN-13 when several have this reference.
    """
    forms = {form.full_code(): form for form in case_forms(catalogue)}
    found = store.connection.execute(
        "SELECT id, form FROM submission WHERE (id = ?1 OR key = ?1) AND state <> 'withdrawn'", (reference,)
    ).fetchall()
    cases: list[tuple[str, FormMeta]] = [(id, forms[form]) for id, form in found if form in forms]
    if not cases:
        raise Refusal("PLAN-02", form="case", reference=reference if len(reference) <= 40 else reference[:40])
    if len(cases) > 1:
        raise Refusal("PLAN-13", reference=reference, forms=", ".join(form.full_code() for _, form in cases))
    return cases[0]


def case_forms(catalogue: Mapping[str, Instrument]) -> list[FormMeta]:
    """The forms below which others stand."""
    above = {form.parent for instrument in catalogue.values() for form in instrument.forms}
    return [form for instrument in catalogue.values() for form in instrument.forms if form in above]


def planned_form(catalogue: Mapping[str, Instrument], case: FormMeta) -> FormMeta:
    """The one form below a case that can be planned. Raises :class:`Refusal` (PLAN-14) for several, or none."""
    forms = [form for form in catalogue[case.instrument].forms if form.parent is case and can_be_planned(form)]
    if len(forms) != 1:
        known = ", ".join(form.full_code() for form in forms) or "none"
        raise Refusal("PLAN-14", form=case.full_code(), known=known)
    return forms[0]


def list_cases(
    store: Store, catalogue: Mapping[str, Instrument], actor: str, today: date, *, form: str | None = None,
    monitor: str | None = None, only: str | None = None,
) -> list[Case]:  # fmt: skip
    """The cases as ``actor`` may see them: those with an urgent referral first, then by reference.

    ``form`` is a full code, ``monitor`` the code of somebody who follows it, ``only`` the id of one.
    """
    codes = [one.full_code() for one in case_forms(catalogue) if form in (None, one.full_code())]
    marks = ", ".join("?" * len(codes))
    found = store.connection.execute(
        f"SELECT id, form, key, state FROM submission WHERE state <> 'withdrawn' AND form IN ({marks}) "
        "AND (? IS NULL OR id = ?) ORDER BY key, id", (*codes, only, only)
    ).fetchall()  # fmt: skip
    occasions, clocks = _occasions(store, actor, today), _urgent_cases(store, actor)
    cases = []
    for id, code, key, state in found:
        inside = tuple(sorted(occasions.get(id, ()), key=lambda one: (one.day, one.session)))
        case = Case(id, code, key, state, inside, _followers(inside), coverage_of(inside), clocks.get(id))
        if monitor is None or monitor in case.followed_by:
            cases.append(case)
    return sorted(cases, key=lambda case: case.urgent.since if case.urgent else "~")


def coverage_of(occasions: Iterable[Occasion]) -> Coverage:
    """How much was observed of what was held."""
    counted = Coverage()
    for one in occasions:
        name = "not_held" if one.status == "missed" and one.held == "no" else one.status
        counted = replace(counted, **{name: getattr(counted, name) + 1})
        if name == "missed" and one.held != "yes":
            counted = replace(counted, unknown=counted.unknown + 1)
        if name == "observed" and one.plan is None:
            counted = replace(counted, unplanned=counted.unplanned + 1)
    return counted


def promptness(store: Store) -> dict[str | None, Promptness]:
    """Days from events to their first submission, by the id of the case, and under None in the whole programme."""
    days: dict[str | None, list[int]] = {None: []}
    for parent, day, at in store.connection.execute(
        "SELECT s.parent, json_extract(s.event, '$[2]'), json_extract(l.payload, '$.submitted_at') "
        "FROM submission AS s JOIN log AS l ON l.submission = s.id AND l.kind = 'submitted' "
        "WHERE s.event IS NOT NULL AND (s.state <> 'withdrawn' OR s.consolidated_into IS NOT NULL) "
        "AND json_extract(l.payload, '$.consolidates') IS NULL"  # that one was made of those that count here
    ):
        if _is_day(day):
            # Where it is already tomorrow, it may be today in UTC.
            after = max(0, (date.fromisoformat(at[:10]) - date.fromisoformat(day)).days)
            days[None].append(after)
            days.setdefault(parent, []).append(after)
    return {
        case: Promptness(len(found), median(found) if found else None, max(found, default=None))
        for case, found in days.items()
    }


def _is_day(answer: object) -> bool:
    return isinstance(answer, str) and len(answer) == len("2025-03-31") and answer[:4].isdecimal()


def _occasions(store: Store, actor: str, today: date) -> dict[str, list[Occasion]]:
    """By case, everything planned and everything observed, without what ``actor`` may not see yet."""
    clocks = urgencies(store, actor)
    found: dict[str, list[Occasion]] = {}
    planned = set()
    hidden = blind_to(store.connection, actor)
    for plan in list_plans(store):
        status = status_of(plan, today)
        if plan.arrived or plan.state != "cancelled":
            planned.add(plan.event)
        seen = tuple(one for one in plan.arrived if one.id not in hidden)
        occasion = Occasion(
            plan.form, plan.day, plan.session, status, plan.id, plan.assigned, plan.place, plan.reason, plan.held,
            seen, _first(clocks, seen),
        )  # fmt: skip
        found.setdefault(plan.parent, []).append(occasion)
    events: dict[tuple[str, str], list[Arrived]] = {}
    for parent, event, *words in store.connection.execute(
        "SELECT parent, event, id, author, state FROM submission "
        "WHERE event IS NOT NULL AND parent IS NOT NULL AND state <> 'withdrawn' ORDER BY id"
    ):
        if event not in planned:
            events.setdefault((parent, event), []).append(Arrived(*words))
    for (parent, event), arrived in events.items():
        form, _, day, session = json.loads(event)
        urgent = _first(clocks, arrived)
        occasion = Occasion(form, str(day), session, "observed", arrived=tuple(arrived), urgent=urgent)
        found.setdefault(parent, []).append(occasion)
    return found


def _urgent_cases(store: Store, actor: str) -> dict[str, Urgency]:
    """By case, the oldest urgent referral in it or in what stands below it."""
    clocks = urgencies(store, actor)
    above: dict[str, Urgency] = {}
    for id, clock in clocks.items():
        (parent,) = store.connection.execute("SELECT parent FROM submission WHERE id = ?", (id,)).fetchone()
        above.setdefault(id if parent is None else parent, clock)
    return above


def _first(clocks: Mapping[str, Urgency], arrived: Sequence[Arrived]) -> Urgency | None:
    running = [clocks[one.id] for one in arrived if one.id in clocks]
    return min(running, key=lambda clock: clock.since, default=None)


def _followers(occasions: Sequence[Occasion]) -> tuple[str, ...]:
    """Who was sent to what is planned last; where nobody ever was, who observed."""
    for one in reversed(occasions):
        if one.assigned and one.status != "cancelled":
            return one.assigned
    return tuple(dict.fromkeys(seen.author for one in occasions for seen in one.arrived))
