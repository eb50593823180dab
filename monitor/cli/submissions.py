"""Submissions: list, show, correct and withdraw what is in the store."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from monitor.cli.printing import acting_option, json_option, print_json, print_table, say
from monitor.cli.root import Work

STATES = ("submitted", "returned", "approved", "quarantined", "withdrawn")


@click.group("submissions")
def submissions_command() -> None:
    """List, show, correct and withdraw submissions."""


@submissions_command.command("list")
@click.option("--form", metavar="INSTRUMENT.FORM", help="Only this form.")
@click.option("--state", type=click.Choice(STATES), help="Only in this state.")
@json_option
@click.pass_obj
def list_command(work: Work, form: str | None, state: str | None, as_json: bool) -> None:
    """The submissions, urgent referrals first, then the latest first."""
    from monitor.store import list_submissions

    with work.store() as store:
        found = list_submissions(store, form=form, state=state)
    if form is not None and not found:
        work.plugins.form(form)  # refuses a name that was mistyped
    if as_json:
        print_json([dataclasses.asdict(one) for one in found])
        return
    rows = (
        ("!" if one.urgent else "", one.id, one.form, one.state, one.author, one.submitted_at[:16]) for one in found
    )
    print_table(("", "id", "form", "state", "author", "submitted"), rows)
    say(f"{len(found)} submission{'s' if len(found) != 1 else ''}.")


@submissions_command.command("show")
@click.argument("id")
@click.option("--show-narratives", is_flag=True, help="Also show open answers. They can name people.")
@json_option
@click.pass_obj
def show_command(work: Work, id: str, show_narratives: bool, as_json: bool) -> None:
    """One submission: its answers, warnings with their explanations, and doubts. Sealed answers are not shown."""
    from monitor.review import doubts
    from monitor.store import show

    with work.store() as store:
        shown = show(store, id, work.plugins.catalogue)
        twice = doubts(store, shown, work.plugins)
    answers, language, translation = shown.readable(show_narratives), *shown.written_in
    # A line of explanation is written freely, and can name somebody, like any open answer.
    hidden = "(open answer, not shown)"
    explanations = {rule: line if show_narratives else hidden for rule, line in shown.explanations.items()}
    if as_json:
        print_json(
            {
                **dataclasses.asdict(shown.summary),
                "language": language,
                "translation": translation,
                "answers": answers,
                "explanations": explanations,
                "doubts": twice,
            }
        )
        return
    about = {**dataclasses.asdict(shown.summary), "language": language, "translation": translation}
    for name, value in about.items():
        words = ", ".join(value) if isinstance(value, tuple) else value
        click.echo(f"{name:<14} {'' if words is None else words}".rstrip())
    click.echo("")
    print_table(("question", "answer"), shown.rows(show_narratives))
    for rule, line in explanations.items():
        click.echo(f"\n{rule}: {line}")
    for doubt in twice:
        click.echo(f"\nTo look at twice: {doubt}")


@submissions_command.command("correct")
@click.argument("id")
@click.option(
    "--answers", "path", type=click.Path(path_type=Path), required=True, help="The whole form again, as JSON."
)
@click.option("--reason", required=True, help="A coded reason, such as slip_of_entry or new_document.")
@click.option("--line", required=True, help="One line of explanation.")
@click.option("--source", required=True, help="What the correction rests on.")
@click.option("--revision", type=int, help="Only if this is still the latest revision.")
@acting_option
@click.pass_obj
def correct_command(
    work: Work, id: str, path: Path, reason: str, line: str, source: str, revision: int | None
) -> None:  # fmt: skip
    """Correct a submission; the old answers stay in the log, and it goes back to review."""
    from monitor.intake import read_answers
    from monitor.store import show
    from monitor.submissions import check

    with work.store() as store:
        summary = show(store, id, work.plugins.catalogue).summary
        instrument, form = work.plugins.form(summary.form)
        around = store.surroundings(work.plugins.catalogue)
        submission = check(
            instrument, form, read_answers(path), author=summary.author, around=around, replaces=id, source=path.name
        )
        with store.writing(work.actor(store)) as writing:
            writing.correct(
                submission, instrument, form, reason=reason, line=line, source=source,
                expected_revision=summary.revision if revision is None else revision,
            )  # fmt: skip
    say(f"Corrected {id}: revision {summary.revision + 1}, waiting for review.")


@submissions_command.command("withdraw")
@click.argument("id")
@click.option("--reason", required=True, help="One line: why it is withdrawn.")
@acting_option
@click.pass_obj
def withdraw_command(work: Work, id: str, reason: str) -> None:
    """Withdraw a submission: it stays in the log and counts nowhere."""
    from monitor.store import list_submissions

    with work.store() as store:
        with store.writing(work.actor(store)) as writing:
            writing.decide(id, "withdrawn", reason)
        below = sum(one.parent == id for one in list_submissions(store, state="approved"))
    say(f"Withdrew {id}.")
    if below:
        say(f"What is below it counts nowhere any more: {below} approved.")
