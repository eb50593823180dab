"""The schedule: plan what is to be observed, send monitors there, and say what was cancelled or missed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from monitor.cli.printing import ASKED, acting_option, asked, json_option, print_json, print_table, say
from monitor.cli.root import Work

if TYPE_CHECKING:
    from monitor.cases import Status, Urgency
    from monitor.store import Plan

STATUSES = ("planned", "pending", "observed", "missed", "cancelled")


@click.group("schedule")
def schedule_command() -> None:
    """What is to be observed, when and by whom; what was cancelled, and what was missed."""


@schedule_command.command("add")
@click.argument("case")
@click.argument("day")
@click.option("--form", metavar="INSTRUMENT.FORM", help="Of which form; by default the only one below the case.")
@click.option("--session", type=click.IntRange(1, 99), default=1, show_default=True, help="Which session of that day.")
@click.option("--known-from", metavar="CODE", help="court_list, announced_in_court, party or expected.")
@click.option("--place", metavar="CODE", help="Where, as a code of the programme's own.")
@click.option("--assign", "monitors", metavar="CODE", multiple=True, help="Who goes; twice for a double observation.")
@click.option("--line", help="One line of explanation, without anybody's name.")
@click.option("--dry-run", is_flag=True, help="Check and store nothing.")
@acting_option
@json_option
@click.pass_obj
def add_command(
    work: Work, case: str, day: str, form: str | None, session: int, known_from: str | None, place: str | None,
    monitors: tuple[str, ...], line: str | None, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Plan a hearing (or what else is observed on a day) of a CASE, by its reference or id, on a DAY."""
    from monitor.cases import find_case, planned_form
    from monitor.store import add_plan

    with work.store() as store:
        parent, above = find_case(store, work.plugins.catalogue, case)
        wanted = work.plugins.form(form)[1] if form is not None else planned_form(work.plugins.catalogue, above)
        with store.writing(work.actor(store)) as writing:
            id = add_plan(
                writing, wanted, parent, day, session=session, known_from=known_from, place=place, monitors=monitors,
                line=line,
            )  # fmt: skip
            if dry_run:
                writing.discard()
    if as_json:
        print_json({"id": None if dry_run else id, "form": wanted.full_code(), "case": parent, "day": day})
    elif dry_run:
        say("It can be planned so. Nothing was stored (--dry-run).")
    else:
        say(f"Planned {wanted.full_code()} of {case} on {day}:")
        click.echo(id)


@schedule_command.command("list")
@click.option("--case", metavar="CASE", help="Only of this case, by its reference or id.")
@click.option("--monitor", metavar="CODE", help="Only where this monitor goes.")
@click.option("--from", "first", metavar="DATE", help="Only from this day on.")
@click.option("--to", "last", metavar="DATE", help="Only up to this day.")
@click.option("--missed", is_flag=True, help="Only what was missed.")
@click.option("--status", type=click.Choice(STATUSES), help="Only what has this status.")
@acting_option
@json_option
@click.pass_obj
def list_command(
    work: Work, case: str | None, monitor: str | None, first: str | None, last: str | None, missed: bool,
    status: Status | None, as_json: bool,
) -> None:  # fmt: skip
    """What is planned, by day; cases with an urgent referral first."""
    from datetime import date

    from monitor.cases import find_case, schedule
    from monitor.store import checked_day

    with work.store() as store:
        only = None if case is None else find_case(store, work.plugins.catalogue, case)[0]
        found = schedule(
            store, work.actor(store), date.today(), case=only, monitor=monitor,
            first=first and checked_day(first), last=last and checked_day(last), status="missed" if missed else status,
        )  # fmt: skip
    if as_json:
        print_json([_as_json(*one) for one in found])
        return
    rows = [_row(*one) for one in found]
    headings = ("", "plan", "case", "day", "session", "status", "who", "in", "place", "reason", "urgent")
    print_table(headings, rows, lambda row: (clock := found[row][2]) is not None and clock.overdue)
    say(f"{len(found)} planned.")


def _row(plan: Plan, status: Status, urgent: Urgency | None) -> tuple[object, ...]:
    arrived = sum(code in {one.author for one in plan.arrived} for code in plan.assigned)
    return (
        "!" if urgent else "", plan.id, plan.key or plan.parent, plan.day, plan.session, status,
        ", ".join(plan.assigned), f"{arrived}/{len(plan.assigned)}" if plan.assigned else "", plan.place, plan.reason,
        urgent.words() if urgent else "",
    )  # fmt: skip


def _as_json(plan: Plan, status: Status, urgent: Urgency | None) -> dict[str, object]:
    return {**dataclasses.asdict(plan), "status": status, "urgent": urgent and dataclasses.asdict(urgent)}


@schedule_command.command("cancel")
@click.argument("plan")
@click.option("--reason", required=True, help="postponed, called_off, case_ended or planned_by_mistake.")
@click.option("--line", help="One line of explanation, without anybody's name.")
@acting_option
@click.pass_obj
def cancel_command(work: Work, plan: str, reason: str, line: str | None) -> None:
    """Say that there is nothing to observe. What was put off is planned anew on its new day."""
    from monitor.store import end_plan

    with work.store() as store, store.writing(work.actor(store)) as writing:
        end_plan(writing, plan, "cancelled", reason=reason, line=line)
    say(f"Cancelled {plan}.")


@schedule_command.command("missed")
@click.argument("plan")
@click.option("--reason", required=True, help="nobody_free, learnt_too_late, monitor_hindered, not_safe or other.")
@click.option("--held", type=click.Choice(["yes", "no", "unknown"]), default="unknown", show_default=True,
              help="Whether it was held. What was not held is missing from nothing.")  # fmt: skip
@click.option("--line", help="One line of explanation, without anybody's name.")
@acting_option
@click.pass_obj
def missed_command(work: Work, plan: str, reason: str, held: str, line: str | None) -> None:
    """Say why nobody observed it, and whether it was held; may be said again when more is known."""
    from monitor.store import end_plan

    with work.store() as store, store.writing(work.actor(store)) as writing:
        end_plan(writing, plan, "missed", reason=reason, held=held, line=line)
    say(f"Noted as missed: {plan}.")


@schedule_command.command("settle")
@click.argument("plan")
@click.option("--line", help=f"Why the second submission will not come.{ASKED}")
@acting_option
@click.pass_obj
def settle_command(work: Work, plan: str, line: str | None) -> None:
    """Let two who were sent see each other's submissions before both are in. Neither of them can say so."""
    from monitor.store import settle

    with work.store() as store:
        line = asked(line, "Why will the second submission not come")
        with store.writing(work.actor(store)) as writing:
            settle(writing, plan, line)
    say(f"Settled {plan}: whoever was sent there may see what was submitted.")


@click.command("assign")
@click.argument("plan")
@click.argument("monitors", metavar="CODE...", nargs=-1, required=True)
@acting_option
@click.pass_obj
def assign_command(work: Work, plan: str, monitors: tuple[str, ...]) -> None:
    """Send one monitor to what is planned, or two for a double observation, in the place of whoever was sent before."""
    from monitor.store import assign

    with work.store() as store, store.writing(work.actor(store)) as writing:
        assign(writing, plan, monitors)
    say(f"Sent to {plan}: {', '.join(sorted(monitors))}.")
    if len(monitors) > 1:
        say("Neither sees what the other submits before both are in.")
