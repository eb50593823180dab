"""Review under four eyes: what waits, and what a reviewer decides about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitor.cases import Urgency, urgencies
from monitor.errors import Refusal
from monitor.instrument import Instrument
from monitor.plugins import Plugins
from monitor.store import (
    Decision,
    ShownSubmission,
    Store,
    StoredSubmission,
    blind_to,
    check_sight,
    in_words,
    list_plans,
    list_submissions,
    show,
    sort_waiting,
)
from monitor.submissions import doubts_about

EARLIER = 3
"""With so many earlier events of its case a submission is compared."""


@dataclass(frozen=True)
class Approval:
    """How many were approved, and in bulk how many were left.

    Left are the reviewer's ``own``, the ``screened`` ones that need a look first, and the ``doubled`` ones: another
    monitor's submission of the same event is approved, and an event counts once. ``sent_too`` are those of events to
    which the reviewer was sent together with their author.
    """

    approved: int
    own: int = 0
    screened: int = 0
    doubled: int = 0
    sent_too: int = 0


@dataclass(frozen=True)
class Difference:
    """A question that was answered otherwise at earlier events of the same case: what it says now, and then by day."""

    question: str
    now: str
    earlier: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Look:
    """What a reviewer has before her: the submission, and what stands around it.

    ``case`` is the submission above it. ``differences`` are from the last :data:`EARLIER` events before it. ``doubts``
    are those of rules and plugins, ``beside`` says who else was sent to the same event, and what came of it.
    """

    shown: ShownSubmission
    case: ShownSubmission | None
    differences: tuple[Difference, ...]
    doubts: tuple[str, ...]
    beside: tuple[str, ...]
    urgent: Urgency | None


def waiting(
    store: Store, *, form: str | None = None, before: str | None = None, author: str | None = None,
    actor: str | None = None,
) -> list[StoredSubmission]:  # fmt: skip
    """What waits for review: urgent referrals first, then the oldest first.

    ``form`` is a full code, ``before`` a day: what was submitted earlier. With ``actor`` those are left out that this
    person may not approve, having written, entered or corrected them, or having been sent to the same event.
    """
    found = list_submissions(store, form=form, state="submitted", author=author, before=_day(before), oldest_first=True)
    if actor is None:
        return found
    own = {one.id for one in sort_waiting(store, actor, form=form, before=_day(before), author=author)
           if one.own or one.sent_too}  # fmt: skip
    return [one for one in found if one.id not in own]


def look(store: Store, id: str, plugins: Plugins, actor: str) -> Look:
    """What a reviewer has before her when she looks at a submission.

    Raises :class:`Refusal` (STORE-13) when there is none, and (BLIND-01) where this person may not see it yet.
    """
    check_sight(store.connection, actor, id)
    shown = show(store, id, plugins.catalogue)
    parent = shown.summary.parent
    return Look(
        shown,
        None if parent is None else show(store, parent, plugins.catalogue),
        tuple(_differences(store, shown, plugins.catalogue, actor)),
        tuple(doubts(store, shown, plugins)),
        tuple(_beside(store, shown, actor)),
        urgencies(store, actor).get(id),
    )


def _differences(
    store: Store, shown: ShownSubmission, catalogue: Mapping[str, Instrument], actor: str
) -> Iterator[Difference]:
    days = {day: show(store, id, catalogue).content.closed for day, id in _earlier(store, shown, actor)}
    rows = {one.rows_of.name for one in shown.form.row_forms() if one.rows_of is not None}
    for name, answer in shown.readable().items():
        if name == shown.form.event or name in rows:
            continue
        before = [(day, closed[name]) for day, closed in days.items() if name in closed]
        if any(other != answer for _, other in before):
            yield Difference(name, in_words(answer) or "", tuple((day, in_words(other) or "") for day, other in before))


def _earlier(store: Store, shown: ShownSubmission, actor: str) -> list[tuple[str, str]]:
    """Day and id of what was observed before in the same case, one submission of each event, the last ones."""
    if shown.form.event is None or shown.summary.parent is None:
        return []
    hidden = blind_to(store.connection, actor)
    # Of two submissions of an event the approved one, or else the first; what is locked away is shown to nobody.
    found = store.connection.execute(
        "SELECT other.id, json_extract(other.event, '$[2]'), other.event "
        "FROM submission AS own JOIN submission AS other ON other.parent = own.parent AND other.form = own.form "
        "WHERE own.id = ? AND other.event <> own.event AND other.state NOT IN ('withdrawn', 'quarantined') "
        "AND (json_extract(other.event, '$[2]'), other.session) < (json_extract(own.event, '$[2]'), own.session) "
        "ORDER BY json_extract(other.event, '$[2]'), other.session, other.state <> 'approved', other.id",
        (shown.summary.id,),
    )
    events: dict[str, tuple[str, str]] = {}
    for id, day, event in found:
        if id not in hidden:
            events.setdefault(event, (str(day), id))
    return list(events.values())[-EARLIER:]


def _beside(store: Store, shown: ShownSubmission, actor: str) -> Iterator[str]:
    own = shown.summary
    hidden = blind_to(store.connection, actor)
    for id, author, state in store.connection.execute(
        "SELECT other.id, other.author, other.state FROM submission AS own JOIN submission AS other "
        "ON other.parent = own.parent AND other.form = own.form AND other.event = own.event "
        "WHERE own.id = ? AND other.id <> own.id AND other.state <> 'withdrawn' ORDER BY other.id", (own.id,)
    ):  # fmt: skip
        if id not in hidden:
            yield f"{author} observed the same: {id} ({state})."
    for plan in list_plans(store, about=own.id):
        arrived = {one.author for one in plan.arrived}
        yield from (f"{code} was sent to the same and has not submitted." for code in plan.assigned
                    if code not in arrived)  # fmt: skip


def doubts(store: Store, shown: ShownSubmission, plugins: Plugins) -> list[str]:
    """What a reviewer should look at twice, a sentence each: by the rules for the reviewer, and by the plugins' hook.

    Doubts never keep a submission from being approved.
    """
    around = store.surroundings(plugins.catalogue)
    stored = around.find(shown.form, shown.summary.id)
    by_rules = [] if stored is None else doubts_about(plugins.instrument(shown.form.instrument), stored, around)
    by_plugins = plugins.hooks.check_submission(submission=shown.submission, form=shown.form)
    return [*by_rules, *(doubt for one in by_plugins for doubt in one)]


def approve(store: Store, ids: Sequence[str], *, actor: str, revisions: Mapping[str, int] | None = None) -> Approval:
    """Approve these, all or none. ``revisions`` are those that the reviewer saw, by id.

    Raises :class:`Refusal` for the reviewer's own (REVIEW-01) and for what is not waiting (STORE-15), and
    :class:`monitor.store.Conflict` where another revision was stored since it was shown.
    """
    seen = revisions or {}
    wanted = list(dict.fromkeys(ids))
    with store.writing(actor) as writing:
        for id in wanted:
            writing.decide(id, "approved", expected_revision=seen.get(id))
    return Approval(len(wanted))


def approve_all(
    store: Store, *, actor: str, form: str | None = None, before: str | None = None, author: str | None = None
) -> Approval:
    """Approve all that waits, in one transaction: but not the reviewer's own, and not what a rule wants looked at.

    Of several submissions of one event the oldest is approved.
    """
    with store.writing(actor) as writing:
        approvable, left = _sort_out(store, actor, form, before, author)
        for id in approvable:
            writing.decide(id, "approved")
    return replace(left, approved=len(approvable))


def count_approvable(
    store: Store, *, actor: str, form: str | None = None, before: str | None = None, author: str | None = None
) -> int:
    """How many :func:`approve_all` would approve now: for the question that comes before it."""
    return len(_sort_out(store, actor, form, before, author)[0])


def send_back(store: Store, id: str, *, reason: str, actor: str, revision: int | None = None) -> None:
    """Return a submission to its monitor, with a line that says what to look at again.

    ``revision`` is the one that the reviewer saw; :class:`monitor.store.Conflict` when another was stored since.
    """
    _decide(store, id, "returned", reason, actor, revision)


def quarantine(store: Store, id: str, *, reason: str, actor: str, revision: int | None = None) -> None:
    """Set a submission apart that may identify or endanger somebody; one that was approved counts no longer."""
    _decide(store, id, "quarantined", reason, actor, revision)


def withdraw(store: Store, id: str, *, reason: str, actor: str, revision: int | None = None) -> None:
    """Take a submission back: it stays in the log and counts nowhere."""
    _decide(store, id, "withdrawn", reason, actor, revision)


def _decide(store: Store, id: str, kind: Decision, reason: str, actor: str, revision: int | None) -> None:
    with store.writing(actor) as writing:
        writing.decide(id, kind, reason, expected_revision=revision)


def _sort_out(
    store: Store, actor: str, form: str | None, before: str | None, author: str | None
) -> tuple[list[str], Approval]:
    """The ids that may be approved in bulk, and how many of the rest are left for which reason."""
    approvable: list[str] = []
    events: set[str] = set()
    own = screened = doubled = sent_too = 0
    for one in sort_waiting(store, actor, form=form, before=_day(before), author=author):
        if one.own:
            own += 1
        elif one.sent_too:
            sent_too += 1
        elif one.screened:
            screened += 1
        elif one.doubled or one.event in events:
            doubled += 1
        else:
            approvable.append(one.id)
            if one.event is not None:
                events.add(one.event)
    return approvable, Approval(0, own, screened, doubled, sent_too)


def _day(given: str | None) -> str | None:
    if given is None:
        return None
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise Refusal("REVIEW-02", given=given) from None
