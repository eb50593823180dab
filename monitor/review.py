"""Review under four eyes: what waits, and what a reviewer decides about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitor.errors import Refusal
from monitor.plugins import Plugins
from monitor.store import Decision, ShownSubmission, Store, StoredSubmission, list_submissions, sort_waiting
from monitor.submissions import doubts_about


@dataclass(frozen=True)
class Approval:
    """How many were approved, and in bulk how many were left.

    Left are the reviewer's ``own``, the ``screened`` ones that need a look first, and the ``doubled`` ones: another
    monitor's submission of the same event is approved, and an event counts once.
    """

    approved: int
    own: int = 0
    screened: int = 0
    doubled: int = 0


def waiting(
    store: Store, *, form: str | None = None, before: str | None = None, author: str | None = None,
    actor: str | None = None,
) -> list[StoredSubmission]:  # fmt: skip
    """What waits for review: urgent referrals first, then the oldest first.

    ``form`` is a full code, ``before`` a day: what was submitted earlier. With ``actor`` those are left out that this
    person may not approve, having written, entered or corrected them.
    """
    found = list_submissions(store, form=form, state="submitted", author=author, before=_day(before), oldest_first=True)
    if actor is None:
        return found
    own = {one.id for one in sort_waiting(store, actor, form=form, before=_day(before), author=author) if one.own}
    return [one for one in found if one.id not in own]


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
    own = screened = doubled = 0
    for one in sort_waiting(store, actor, form=form, before=_day(before), author=author):
        if one.own:
            own += 1
        elif one.screened:
            screened += 1
        elif one.doubled or one.event in events:
            doubled += 1
        else:
            approvable.append(one.id)
            if one.event is not None:
                events.add(one.event)
    return approvable, Approval(0, own, screened, doubled)


def _day(given: str | None) -> str | None:
    if given is None:
        return None
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise Refusal("REVIEW-02", given=given) from None
