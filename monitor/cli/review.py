"""Review: look at what waits, approve, return, quarantine; nobody approves their own."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from monitor.cli.agreement import agreement_command, consolidate_command
from monitor.cli.printing import (
    ASKED,
    acting_option,
    alarming,
    asked,
    json_option,
    narratives_option,
    print_answers,
    print_json,
    print_table,
    say,
)
from monitor.cli.root import Work

if TYPE_CHECKING:
    from monitor.cases import Urgency
    from monitor.review import Approval, Look
    from monitor.store import Store, StoredSubmission

_REVISION = "Only if this is still the latest revision: the one that you saw."


@click.group("review")
def review_command() -> None:
    """Look at what waits for review, and decide."""


review_command.add_command(agreement_command)
review_command.add_command(consolidate_command)


@review_command.command("queue")
@click.option("--form", metavar="INSTRUMENT.FORM", help="Only this form.")
@click.option("--before", metavar="DATE", help="Only what was submitted before this day.")
@click.option("--author", metavar="CODE", help="Only what this monitor submitted.")
@click.option("--urgent", is_flag=True, help="Only urgent referrals.")
@json_option
@acting_option
@click.pass_obj
def queue_command(
    work: Work, form: str | None, before: str | None, author: str | None, urgent: bool, as_json: bool
) -> None:
    """What waits for a reviewer: urgent referrals first, then the oldest first; your own are left out."""
    with work.store() as store:
        found, clocks = _waiting(work, store, form, before, author)
    found = [one for one in found if one.urgent or not urgent]
    if form is not None and not found:
        work.plugins.form(form)  # refuses a name that was mistyped
    if as_json:
        print_json([dataclasses.asdict(one) for one in found])
    else:
        _print_queue(found, clocks)


@review_command.command("next")
@narratives_option
@json_option
@acting_option
@click.pass_obj
def next_command(work: Work, show_narratives: bool, as_json: bool) -> None:
    """The submission to review next, beside its case: urgent referrals first, then the oldest; never your own.

    With --json all that wait, as 'review queue' gives them.
    """
    import monitor.review as review

    with work.store() as store:
        found, _ = _waiting(work, store, None, None, None)
        if found and not as_json:
            _print_look(review.look(store, found[0].id, work.plugins, work.actor(store)), show_narratives)
    if as_json:
        print_json([dataclasses.asdict(one) for one in found])
    else:
        say(f"{len(found)} waiting.")


@review_command.command("show")
@click.argument("id")
@narratives_option
@json_option
@acting_option
@click.pass_obj
def show_command(work: Work, id: str, show_narratives: bool, as_json: bool) -> None:
    """A submission beside its case, the earlier hearings, warnings and doubts."""
    import monitor.review as review

    with work.store() as store:
        look = review.look(store, id, work.plugins, work.actor(store))
    if as_json:
        print_json(_as_json(look, show_narratives))
    else:
        _print_look(look, show_narratives)


def _waiting(
    work: Work, store: Store, form: str | None, before: str | None, author: str | None
) -> tuple[list[StoredSubmission], dict[str, Urgency]]:
    import monitor.review as review
    from monitor.cases import urgencies

    actor = work.actor(store)
    found = review.waiting(store, form=form, before=before, author=author, actor=actor)
    return found, urgencies(store, actor)


def _print_queue(found: Sequence[StoredSubmission], clocks: dict[str, Urgency]) -> None:
    rows = (
        ("!" if one.urgent else "", one.id, one.form, one.author, ", ".join(one.warnings), one.submitted_at[:16],
         clocks[one.id].words() if one.id in clocks else "")
        for one in found
    )  # fmt: skip
    print_table(
        ("", "id", "form", "author", "warnings", "submitted", "urgent"), rows,
        lambda row: found[row].id in clocks and clocks[found[row].id].overdue,
    )  # fmt: skip
    say(f"{len(found)} waiting.")


def _as_json(look: Look, narratives: bool) -> dict[str, object]:
    language, translation = look.shown.written_in
    return {
        **dataclasses.asdict(look.shown.summary), "language": language, "translation": translation,
        "answers": look.shown.readable(narratives), "explanations": _explained(look, narratives),
        "doubts": look.doubts, "beside": look.beside,
        "case": None if look.case is None else {
            **dataclasses.asdict(look.case.summary), "answers": look.case.readable(narratives)},
        "differences": [dataclasses.asdict(one) for one in look.differences],
        "urgency": look.urgent and dataclasses.asdict(look.urgent),
    }  # fmt: skip


def _explained(look: Look, narratives: bool) -> dict[str, str]:
    # A line of explanation is written freely, and can name somebody, like any open answer.
    hidden = "(open answer, not shown)"
    return {rule: line if narratives else hidden for rule, line in look.shown.explanations.items()}


def _print_look(look: Look, narratives: bool) -> None:
    one = look.shown.summary
    if look.urgent is not None:
        words = f"URGENT: {look.urgent.words()}."
        click.echo(alarming(words) if look.urgent.overdue else words)
    click.echo(f"{one.form} {one.version}, {one.id}")
    click.echo(f"{one.state}, revision {one.revision}, by {one.author}, submitted {one.submitted_at[:16]} UTC\n")
    print_answers(look.shown.rows(narratives))
    if look.case is not None:
        click.echo(f"\nThe case: {look.case.summary.key or look.case.summary.id}, {look.case.summary.state}\n")
        print_answers(look.case.rows(narratives))
    if look.differences:
        click.echo("\nOtherwise at earlier hearings of this case:\n")
        for found in look.differences:
            click.echo(f"{found.question}: {found.now}")
            for day, answer in found.earlier:
                click.echo(f"    {day}: {answer}")
    for rule, line in _explained(look, narratives).items():
        click.echo(f"\nWarning {rule}, explained: {line}")
    for doubt in (*look.doubts, *look.beside):
        click.echo(f"\nTo look at twice: {doubt}")
    if one.state == "submitted":
        say(f"\nmonitor review approve {one.id} --revision {one.revision}   (or return, or quarantine)")


@review_command.command("approve")
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that wait and were not written by you.")
@click.option("--form", metavar="INSTRUMENT.FORM", help="With --all: only this form.")
@click.option("--before", metavar="DATE", help="With --all: only what was submitted before this day.")
@click.option("--author", metavar="CODE", help="With --all: only what this monitor submitted.")
@click.option("--revision", type=int, help=f"With one id. {_REVISION}")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@acting_option
@json_option
@click.pass_obj
def approve_command(
    work: Work, ids: tuple[str, ...], everything: bool, form: str | None, before: str | None, author: str | None,
    revision: int | None, yes: bool, as_json: bool,
) -> None:  # fmt: skip
    """Approve submissions by id, or all that wait.

    --all leaves out your own submissions and those that a screening rule has flagged (they need a look first).
    """
    import monitor.review as review

    if bool(ids) == everything or ((form or before or author) and not everything):
        raise click.UsageError("Name the submissions, or say --all (with --form, --before and --author if you like).")
    if revision is not None and len(ids) != 1:
        raise click.UsageError("A --revision is that of one submission: name one.")
    with work.store() as store:
        actor = work.actor(store)
        if everything:
            count = review.count_approvable(store, actor=actor, form=form, before=before, author=author)
            if form is not None and not count:
                work.plugins.form(form)  # refuses a name that was mistyped
            if count and not yes and not click.confirm(f"Approve {count} submissions as {actor}?", err=True):
                say("Nothing was approved.")
                raise click.exceptions.Exit(1)
            approval = review.approve_all(store, actor=actor, form=form, before=before, author=author)
        else:
            seen = {} if revision is None else {ids[0]: revision}
            approval = review.approve(store, ids, actor=actor, revisions=seen)
    if as_json:
        print_json(dataclasses.asdict(approval))
    else:
        _say_approved(approval)


def _say_approved(approval: Approval) -> None:
    say(f"Approved {approval.approved}.")
    if approval.own:
        say(f"Left out {approval.own} of your own: nobody approves their own submission.")
    if approval.doubled:
        say(f"Left out {approval.doubled}: another submission of the same event is approved, and an event counts once.")
    if approval.sent_too:
        say(f"Left out {approval.sent_too} of events to which you were sent as well: somebody else reviews them.")
    if approval.screened:
        say(f"Left out {approval.screened} that a screening rule has flagged: look at each, then approve it by its id.")


@review_command.command("return")
@click.argument("id")
@click.option("--reason", help=f"What the monitor should look at again.{ASKED}")
@click.option("--revision", type=int, help=_REVISION)
@acting_option
@click.pass_obj
def return_command(work: Work, id: str, reason: str | None, revision: int | None) -> None:
    """Send a submission back to its monitor, with a reason."""
    import monitor.review as review

    with work.store() as store:
        reason = asked(reason, "What should the monitor look at again")
        review.send_back(store, id, reason=reason, actor=work.actor(store), revision=revision)
    say(f"Returned {id}.")


@review_command.command("quarantine")
@click.argument("id")
@click.option("--reason", help=f"Whom or what it may endanger, without naming anybody.{ASKED}")
@click.option("--revision", type=int, help=_REVISION)
@acting_option
@click.pass_obj
def quarantine_command(work: Work, id: str, reason: str | None, revision: int | None) -> None:
    """Set a submission apart that may identify or endanger somebody."""
    import monitor.review as review

    with work.store() as store:
        reason = asked(reason, "Whom or what may it endanger, without a name")
        review.quarantine(store, id, reason=reason, actor=work.actor(store), revision=revision)
    say(f"Quarantined {id}.")


@review_command.command("history")
@click.argument("id")
@narratives_option
@acting_option
@json_option
@click.pass_obj
def history_command(work: Work, id: str, show_narratives: bool, as_json: bool) -> None:
    """Who did what with a submission or a plan, when and why, and what each correction changed, in words."""
    from monitor.cli.revisions import as_data
    from monitor.store import changes, check_sight, history, revisions

    with work.store() as store:
        check_sight(store.connection, work.actor(store), id)
        found = history(store, id)
        # A plan has no revisions.
        brought = revisions(store, id) if any(one.revision for one in found) else []
    changed = {
        after.seq: changes(before.content, after.content, narratives=show_narratives)
        for before, after in pairwise(brought)
    }
    if as_json:
        print_json([{**dataclasses.asdict(one), "changes": as_data(changed.get(one.seq, ()))} for one in found])
        return
    for one in found:
        click.echo(f"{one.time}  {one.actor}  {one.kind}{f': {one.reason}' if one.reason else ''}")
        for change in changed.get(one.seq, ()):
            click.echo(f"    {change.words()}")
