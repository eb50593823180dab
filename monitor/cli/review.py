"""Review: look at what waits, approve, return, quarantine; nobody approves their own."""

from __future__ import annotations

import dataclasses

import click

from monitor.cli.printing import ASKED, acting_option, asked, json_option, print_json, print_table, say
from monitor.cli.root import Work


@click.group("review")
def review_command() -> None:
    """Look at what waits for review, and decide."""


@review_command.command("next")
@json_option
@acting_option
@click.pass_obj
def next_command(work: Work, as_json: bool) -> None:
    """What waits for a reviewer, urgent referrals first; your own submissions are left out."""
    import monitor.review as review

    with work.store() as store:
        found = review.waiting(store, actor=work.actor(store))
    if as_json:
        print_json([dataclasses.asdict(one) for one in found])
        return
    rows = (
        ("!" if one.urgent else "", one.id, one.form, one.author, ", ".join(one.warnings), one.submitted_at[:16])
        for one in found
    )
    print_table(("", "id", "form", "author", "warnings", "submitted"), rows)
    say(f"{len(found)} waiting.")


@review_command.command("approve")
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that wait and were not written by you.")
@click.option("--form", metavar="INSTRUMENT.FORM", help="With --all: only this form.")
@click.option("--before", metavar="DATE", help="With --all: only what was submitted before this day.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@acting_option
@json_option
@click.pass_obj
def approve_command(
    work: Work, ids: tuple[str, ...], everything: bool, form: str | None, before: str | None, yes: bool, as_json: bool
) -> None:
    """Approve submissions by id, or all that wait.

    --all leaves out your own submissions and those that a screening rule has flagged (they need a look first).
    """
    import monitor.review as review

    if bool(ids) == everything or ((form or before) and not everything):
        raise click.UsageError("Name the submissions, or say --all (with --form and --before if you like).")
    with work.store() as store:
        actor = work.actor(store)
        if everything:
            count = review.count_approvable(store, actor=actor, form=form, before=before)
            if form is not None and not count:
                work.plugins.form(form)  # refuses a name that was mistyped
            if count and not yes and not click.confirm(f"Approve {count} submissions as {actor}?", err=True):
                say("Nothing was approved.")
                raise click.exceptions.Exit(1)
            approval = review.approve_all(store, actor=actor, form=form, before=before)
        else:
            approval = review.approve(store, ids, actor=actor)
    if as_json:
        print_json(dataclasses.asdict(approval))
        return
    say(f"Approved {approval.approved}.")
    if approval.own:
        say(f"Left out {approval.own} of your own: nobody approves their own submission.")
    if approval.doubled:
        say(f"Left out {approval.doubled}: another submission of the same event is approved, and an event counts once.")
    if approval.screened:
        say(f"Left out {approval.screened} that a screening rule has flagged: look at each, then approve it by its id.")


@review_command.command("return")
@click.argument("id")
@click.option("--reason", help=f"What the monitor should look at again.{ASKED}")
@acting_option
@click.pass_obj
def return_command(work: Work, id: str, reason: str | None) -> None:
    """Send a submission back to its monitor, with a reason."""
    import monitor.review as review

    with work.store() as store:
        reason = asked(reason, "What should the monitor look at again")
        review.send_back(store, id, reason=reason, actor=work.actor(store))
    say(f"Returned {id}.")


@review_command.command("quarantine")
@click.argument("id")
@click.option("--reason", help=f"Whom or what it may endanger, without naming anybody.{ASKED}")
@acting_option
@click.pass_obj
def quarantine_command(work: Work, id: str, reason: str | None) -> None:
    """Set a submission apart that may identify or endanger somebody."""
    import monitor.review as review

    with work.store() as store:
        reason = asked(reason, "Whom or what may it endanger, without a name")
        review.quarantine(store, id, reason=reason, actor=work.actor(store))
    say(f"Quarantined {id}.")


@review_command.command("history")
@click.argument("id")
@json_option
@click.pass_obj
def history_command(work: Work, id: str, as_json: bool) -> None:
    """Who did what with a submission, and when."""
    from monitor.store import history

    with work.store() as store:
        found = history(store, id)
    if as_json:
        print_json([dataclasses.asdict(one) for one in found])
        return
    print_table(("time", "actor", "what", "reason"), ((one.time, one.actor, one.kind, one.reason) for one in found))
