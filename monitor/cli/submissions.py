"""Submissions: list, show, correct and withdraw what is in the store; open what is sealed, redact what endangers."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.printing import (
    ASKED,
    acting_option,
    asked,
    json_option,
    narratives_option,
    print_answers,
    print_json,
    print_table,
    say,
)
from monitor.cli.revisions import diff_command, export_command
from monitor.cli.root import Work
from monitor.cli.templates import template_command
from monitor.errors import Refusal

if TYPE_CHECKING:
    from monitor.store import Redaction, Store

STATES = ("submitted", "returned", "approved", "quarantined", "withdrawn", "consolidated")


@click.group("submissions")
def submissions_command() -> None:
    """List, show, export, correct, withdraw and redact submissions."""


submissions_command.add_command(template_command)
submissions_command.add_command(diff_command)
submissions_command.add_command(export_command)


@submissions_command.command("list")
@click.option("--form", metavar="INSTRUMENT.FORM", help="Only this form.")
@click.option("--state", type=click.Choice(STATES), help="Only in this state.")
@click.option("--mine", is_flag=True, help="Only what you submitted; what was returned to you comes first.")
@acting_option
@json_option
@click.pass_obj
def list_command(work: Work, form: str | None, state: str | None, mine: bool, as_json: bool) -> None:
    """The submissions, urgent referrals first, then the latest first.

    Of those returned to you it says why. What a second monitor may not see yet is left out.
    """
    from monitor.cases import urgencies
    from monitor.store import history, list_submissions

    with work.store() as store:
        actor = work.actor(store)
        found = list_submissions(store, form=form, state=state, author=actor if mine else None, actor=actor)
        clocks = urgencies(store, actor)
        reasons = {
            one.id: next(act.reason for act in reversed(history(store, one.id)) if act.kind == "returned")
            for one in found
            if one.state == "returned" and one.author == actor
        }
    if mine:
        found.sort(key=lambda one: (not one.urgent, one.state != "returned"))
    if form is not None and not found:
        work.plugins.form(form)  # refuses a name that was mistyped
    if as_json:
        print_json([{**dataclasses.asdict(one), "reason": reasons.get(one.id)} for one in found])
        return
    notes = {id: clock.words() for id, clock in clocks.items()}
    notes |= {id: f"returned: {reason}" for id, reason in reasons.items()}
    rows = (
        ("!" if one.urgent else "", one.id, one.form, one.state, one.author, one.submitted_at[:16], notes.get(one.id))
        for one in found
    )
    print_table(
        ("", "id", "form", "state", "author", "submitted", "note"), rows,
        lambda row: found[row].id in clocks and clocks[found[row].id].overdue,
    )  # fmt: skip
    say(f"{len(found)} submission{'s' if len(found) != 1 else ''}.")


@submissions_command.command("show")
@click.argument("id")
@narratives_option
@acting_option
@json_option
@click.pass_obj
def show_command(work: Work, id: str, show_narratives: bool, as_json: bool) -> None:
    """One submission: its answers, warnings with their explanations, and doubts. Sealed answers are not shown."""
    from monitor.review import doubts
    from monitor.store import check_sight, show

    with work.store() as store:
        check_sight(store.connection, work.actor(store), id)
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
    print_answers(shown.rows(show_narratives))
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
@click.option("--line", help=f"One line of explanation.{ASKED}")
@click.option("--source", help=f"What the correction rests on.{ASKED}")
@click.option("--revision", type=int, help="Only if this is still the latest revision.")
@acting_option
@click.pass_obj
def correct_command(
    work: Work, id: str, path: Path, reason: str, line: str | None, source: str | None, revision: int | None
) -> None:  # fmt: skip
    """Correct a submission; the old answers stay in the log, and it goes back to review.

    'submissions export' writes the file to begin with. A sealed answer that is not given again stays as it was sealed:
    nobody here can read it.
    """
    from monitor.corrections import check_correction
    from monitor.intake import read_answers
    from monitor.store import check_sight, show

    with work.store() as store:
        check_sight(store.connection, work.actor(store), id)
        shown = show(store, id, work.plugins.catalogue)
        summary = shown.summary
        instrument, form = work.plugins.form(summary.form)
        around = store.surroundings(work.plugins.catalogue)
        submission = check_correction(instrument, shown, read_answers(path), around=around, source=path.name)
        line, source = asked(line, "One line of explanation"), asked(source, "What the correction rests on")
        with store.writing(work.actor(store)) as writing:
            writing.correct(
                submission, instrument, form, reason=reason, line=line, source=source,
                expected_revision=summary.revision if revision is None else revision,
            )  # fmt: skip
    say(f"Corrected {id}: revision {summary.revision + 1}, waiting for review.")


@submissions_command.command("withdraw")
@click.argument("id")
@click.option("--reason", help=f"One line: why it is withdrawn.{ASKED}")
@acting_option
@click.pass_obj
def withdraw_command(work: Work, id: str, reason: str | None) -> None:
    """Withdraw a submission: it stays in the log and counts nowhere."""
    from monitor.store import list_submissions

    with work.store() as store:
        reason = asked(reason, "Why is it withdrawn")
        with store.writing(work.actor(store)) as writing:
            writing.decide(id, "withdrawn", reason)
        below = sum(one.parent == id for one in list_submissions(store, state="approved"))
    say(f"Withdrew {id}.")
    if below:
        say(f"What is below it counts nowhere any more: {below} approved.")


@submissions_command.command("open")
@click.argument("id")
@click.option(
    "--identity",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The file with a private key that opens sealed answers.",
)
@acting_option
@click.pass_obj
def open_command(work: Work, id: str, path: Path) -> None:
    """Show the sealed answers of a submission, on the terminal alone. The log notes who opened them, and when."""
    from monitor.keys import read_identities
    from monitor.store import open_sealed

    if not sys.stdout.isatty():
        raise Refusal("SEAL-08")  # a file or a pipe would keep what a person was promised is kept nowhere
    identities = read_identities(path)
    with work.store() as store:
        answers = open_sealed(store, work.actor(store), id, identities)
    print_table(("question", "sealed answer"), ((place, value) for place, value in answers.items()))
    say("The log has noted that you opened them. Clear the screen when you are done.")


@submissions_command.command("redact")
@click.argument("id")
@click.option("--question", "questions", metavar="NAME", multiple=True, help="Take out this open answer.")
@click.option("--all", "everything", is_flag=True, help="Take out everything that people wrote freely.")
@click.option("--sealed", is_flag=True, help="Take out the sealed answers, too.")
@click.option("--reason", help="A coded reason: protective_redaction, consent_withdrawn, erasure_due.")
@click.option("--line", help=f"One line of explanation. It must not repeat what is taken out.{ASKED}")
@click.option("--list", "listing", is_flag=True, help="Only name what there is to take out.")
@click.option("--dry-run", is_flag=True, help="Only say how much would be taken out.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@acting_option
@json_option
@click.pass_obj
def redact_command(
    work: Work, id: str, questions: tuple[str, ...], everything: bool, sealed: bool, reason: str | None,
    line: str | None, listing: bool, dry_run: bool, yes: bool, as_json: bool,
) -> None:  # fmt: skip
    """Take open text out of a submission to protect a person, in all revisions, for good.

    It goes from the log, from free pages and from every backup that the store knows of. What stays is a signed note
    that there was text, who took it out and why; the chain of the log still verifies.
    """
    from monitor.cli.database import finish_purge
    from monitor.store import check_sight, redactable

    with work.store() as store:
        actor = work.actor(store)
        check_sight(store.connection, actor, id)
        if listing:
            _print_names(redactable(store, id), as_json)
            return
        if not (questions or everything or sealed):
            raise Refusal("REDACT-03")
        what = (None if everything else questions, sealed, reason or "")
        # Tried before anything is asked: what cannot be done is refused, and who is asked knows how much it is.
        found = _take_out(store, actor, id, *what, line=None)
        amount = f"text out of {found.open} entries of the log, and sealed answers out of {found.sealed}"
        if dry_run:
            say(f"Would take {amount}. Nothing was changed (--dry-run).")
        elif yes or click.confirm(f"Take {amount}, for good? Nobody can bring it back", err=True):
            line = asked(line, "One line of explanation, without what is taken out")
            found = _take_out(store, actor, id, *what, line=line)
            say(f"Took {amount}.")
            finish_purge(store)
        else:
            say("Nothing was taken out.")
            raise click.exceptions.Exit(1)
    if as_json:
        print_json({"open": found.open, "sealed": found.sealed})


def _take_out(
    store: Store, actor: str, id: str, questions: tuple[str, ...] | None, sealed: bool, reason: str, *, line: str | None
) -> Redaction:  # fmt: skip
    """Redact; without a line everything is tried, and nothing kept."""
    from monitor.store import redact

    with store.writing(actor) as writing:
        if line is None:
            writing.discard()
        said = "Not said yet." if line is None else line
        return redact(store, writing, id, questions=questions, sealed=sealed, reason=reason, line=said)


def _print_names(names: list[str], as_json: bool) -> None:
    if as_json:
        print_json(names)
    elif not names:
        say("There is no open text to take out.")
    else:
        click.echo("\n".join(names))


@submissions_command.command("due")
@click.option("--redact", "erase", is_flag=True, help="Take it out now.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@acting_option
@json_option
@click.pass_obj
def due_command(work: Work, erase: bool, yes: bool, as_json: bool) -> None:
    """What people wrote that is due for erasure: its time is over, or the person consented to figures alone."""
    from datetime import date

    from monitor.cli.database import finish_purge
    from monitor.store import due, redact

    with work.store() as store:
        found = list(due(store, date.today()))
        if as_json:
            print_json([dataclasses.asdict(one) for one in found])
        else:
            rows = ((one.id, one.form, one.submitted_at[:10], _parts(one.open, one.sealed), one.why) for one in found)
            print_table(("id", "form", "submitted", "what", "why"), rows)
            say(f"{len(found)} due.")
        if not erase or not found:
            return
        if not yes and not click.confirm(f"Take text out of {len(found)} submissions, for good?", err=True):
            say("Nothing was taken out.")
            raise click.exceptions.Exit(1)
        with store.writing(work.actor(store)) as writing:
            for one in found:
                reason, line = _DUE[one.why]
                questions = None if one.open else ()
                redact(store, writing, one.id, questions=questions, sealed=one.sealed, reason=reason, line=line)
        finish_purge(store)


_DUE = {
    "consent": ("consent_withdrawn", "The person consented to figures alone."),
    "time": ("erasure_due", "Due by the timetable of the programme."),
}


def _parts(open_: bool, sealed: bool) -> str:
    return " and ".join([*(["open answers"] if open_ else []), *(["sealed answers"] if sealed else [])])
