"""Cases: what was planned, observed and missed in each, who follows it, and how much of what was held was seen."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.printing import (
    acting_option,
    alarming,
    json_option,
    narratives_option,
    print_answers,
    print_json,
    print_table,
    say,
)
from monitor.cli.root import Work

if TYPE_CHECKING:
    from monitor.cases import Case, Coverage, Promptness
    from monitor.store import Store


@click.group("case")
def case_command() -> None:
    """Cases with their hearings: planned, observed, missed, awaited."""


@case_command.command("list")
@click.option("--form", metavar="INSTRUMENT.FORM", help="Only cases of this form.")
@click.option("--monitor", metavar="CODE", help="Only those that this monitor follows.")
@acting_option
@json_option
@click.pass_obj
def list_command(work: Work, form: str | None, monitor: str | None, as_json: bool) -> None:
    """The cases, those with an urgent referral first."""
    with work.store() as store:
        found = _cases(work, store, form, monitor)
    if as_json:
        print_json([_as_json(case) for case in found])
        return
    print_table(
        ("", "case", "form", "state", "observed", "planned", "pending", "missed", "next", "followed by", "urgent"),
        (_row(case) for case in found), lambda row: (clock := found[row].urgent) is not None and clock.overdue,
    )  # fmt: skip
    say(f"{len(found)} case{'s' if len(found) != 1 else ''}.")


@case_command.command("show")
@click.argument("case")
@narratives_option
@acting_option
@json_option
@click.pass_obj
def show_command(work: Work, case: str, show_narratives: bool, as_json: bool) -> None:
    """One CASE, by its reference or id: its facts, and everything that was planned and observed in it."""
    from datetime import date

    from monitor.cases import Promptness, find_case, list_cases, promptness
    from monitor.store import show

    with work.store() as store:
        id, _ = find_case(store, work.plugins.catalogue, case)
        (found,) = list_cases(store, work.plugins.catalogue, work.actor(store), date.today(), only=id)
        facts, prompt = show(store, id, work.plugins.catalogue), promptness(store).get(id, Promptness(0, None, None))
    if as_json:
        about = {"answers": facts.readable(show_narratives), "promptness": dataclasses.asdict(prompt)}
        print_json({**_as_json(found), **about})
        return
    if found.urgent is not None:
        words = f"URGENT: submission {found.urgent.submission}, {found.urgent.words()}."
        click.echo(alarming(words) if found.urgent.overdue else words)
    print_answers(facts.rows(show_narratives))
    click.echo("")
    print_table(
        ("day", "session", "status", "who", "what was submitted", "note"),
        (
            (one.day, one.session, one.status, ", ".join(one.assigned), "; ".join(
                f"{seen.id} by {seen.author}, {seen.state}" for seen in one.arrived), _note(one.reason, one.held))
            for one in found.occasions
        ),
    )  # fmt: skip
    click.echo(f"\nFollowed by: {', '.join(found.followed_by) or 'nobody'}.")
    for line in _coverage_lines(found.coverage, prompt):
        click.echo(line)


@case_command.command("coverage")
@click.option("--form", metavar="INSTRUMENT.FORM", help="Only cases of this form.")
@acting_option
@json_option
@click.pass_obj
def coverage_command(work: Work, form: str | None, as_json: bool) -> None:
    """How much was observed of what was held, by case and in all, and after how many days it was submitted."""
    from monitor.cases import Promptness, coverage_of, promptness

    with work.store() as store:
        found, prompts = _cases(work, store, form, None), promptness(store)
    whole = coverage_of(one for case in found for one in case.occasions)
    if as_json:
        cases = [
            {"id": case.id, "key": case.key, **_figures(case.coverage),
             "promptness": dataclasses.asdict(prompts.get(case.id, Promptness(0, None, None)))}
            for case in found
        ]  # fmt: skip
        print_json({**_figures(whole), "promptness": dataclasses.asdict(prompts[None]), "cases": cases})
        return
    rows = (
        (case.key or case.id, case.coverage.words(), case.coverage.missed, case.coverage.pending, case.coverage.planned)
        for case in found
    )
    print_table(("case", "observed", "missed", "pending", "planned"), rows)
    click.echo("")
    for line in _coverage_lines(whole, prompts[None]):
        click.echo(line)
    say("Internal figures, before any protection: they are not for publication.")


def _cases(work: Work, store: Store, form: str | None, monitor: str | None) -> list[Case]:
    from datetime import date

    from monitor.cases import list_cases

    if form is not None:
        work.plugins.form(form)  # refuses a name that was mistyped
    actor, today = work.actor(store), date.today()
    return list_cases(store, work.plugins.catalogue, actor, today, form=form, monitor=monitor)


def _row(case: Case) -> tuple[object, ...]:
    counted = Counter(one.status for one in case.occasions)
    return (
        "!" if case.urgent else "", case.key or case.id, case.form, case.state, counted["observed"],
        counted["planned"], counted["pending"], counted["missed"], case.next_day, ", ".join(case.followed_by),
        case.urgent.words() if case.urgent else "",
    )  # fmt: skip


def _as_json(case: Case) -> dict[str, Any]:
    return {**dataclasses.asdict(case), "coverage": _figures(case.coverage), "next_day": case.next_day}


def _figures(coverage: Coverage) -> dict[str, Any]:
    return {**dataclasses.asdict(coverage), "held": coverage.held, "share": coverage.share}


def _note(reason: str | None, held: str | None) -> str:
    words = {"yes": "held", "no": "not held", "unknown": "nobody knows whether it was held"}
    return ", ".join(part for part in (reason, words.get(held or "")) if part)


def _coverage_lines(coverage: Coverage, prompt: Promptness) -> Iterator[str]:
    yield f"Coverage: {coverage.words()}."
    if coverage.missed:
        unknown = f"; of {coverage.unknown} nobody knows whether they were held: they count as held"
        yield f"Missed: {coverage.missed}{unknown if coverage.unknown else ''}."
    if coverage.not_held or coverage.cancelled:
        yield f"Not counted: {coverage.cancelled} cancelled, {coverage.not_held} not held."
    if coverage.unplanned:
        yield f"Never planned: {coverage.unplanned} of those observed. What is not planned cannot be seen to be missed."
    if prompt.median is not None:
        yield f"Days to submission: {prompt.median:g} (median), {prompt.longest} at most ({prompt.count} submissions)."
