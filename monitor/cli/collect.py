"""Collect: fill in a form, from a file of answers or question by question, and import many at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.printing import acting_option, json_option, print_json, say
from monitor.cli.root import Work
from monitor.errors import Refusal

if TYPE_CHECKING:
    from monitor.cli.filling import Filling
    from monitor.instrument import Instrument
    from monitor.intake import Imported
    from monitor.intake.run import OnError
    from monitor.languages import Translation
    from monitor.store import Store
    from monitor.submissions import Submission


@click.command("fill")
@click.argument("form", metavar="INSTRUMENT.FORM", required=False)
@click.option(
    "--answers", "path", type=click.Path(path_type=Path), help="A JSON file of answers; then nothing is asked."
)
@click.option("--resume", metavar="DRAFT", help="Go on with a draft, at the place where it was left.")
@click.option("--new", "anew", is_flag=True, help="Begin anew, and do not ask about drafts.")
@click.option(
    "--plain-prompts", is_flag=True, help="Line by line, each thing said once: for a screen reader or a slow line."
)
@click.option("--dry-run", is_flag=True, help="Check and submit nothing; a draft stays.")
@acting_option
@json_option
@click.pass_obj
def fill_command(
    work: Work, form: str | None, path: Path | None, resume: str | None, anew: bool, plain_prompts: bool,
    dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Fill in a form, question by question, and submit it.

    Every answer is kept as a draft as soon as it is typed. With --answers FILE the answers come from a JSON object:
    question names, and keys such as _parent for what is no question. The same rules hold either way.
    """
    if form is not None:
        work.plugins.form(form)  # a slip in its name is said before a passphrase is asked for
    with work.store() as store:
        if path is not None:
            submission, instrument = _from_file(work, store, form, path, dry_run)
        else:
            filling = _filling(work, store, form, resume, anew, plain_prompts)
            instrument, submission = filling.instrument, filling.run(dry_run=dry_run)
    words = work.speech.translation(instrument)
    result = {"id": None if dry_run else submission.id, "form": submission.form, "version": instrument.version}
    if as_json:
        print_json(result)
    elif dry_run:
        in_order = "{form} {version}: the answers are in order. Nothing was stored (--dry-run)."
        say(words.phrase(in_order, form=submission.form, version=instrument.version))
    else:
        say(words.phrase("Saved {form} {version} as:", form=submission.form, version=instrument.version))
        click.echo(submission.id)


def _from_file(
    work: Work, store: Store, form: str | None, path: Path, dry_run: bool
) -> tuple[Submission, Instrument]:  # fmt: skip
    """What is submitted from a file of answers."""
    from monitor.intake import read_answers
    from monitor.submissions import check

    if form is None:
        raise Refusal("DRAFT-04")
    instrument, asked = work.plugins.form(form)
    actor, around = work.actor(store), store.surroundings(work.plugins.catalogue)
    submission = check(instrument, asked, read_answers(path), author=actor, around=around, source=path.name)
    if submission.origin and store.has_origin(asked.full_code(), submission.origin):
        raise Refusal("ANSWERS-04", form=form)
    if not dry_run:
        with store.writing(actor) as writing:
            writing.submit(submission, instrument, asked)
    return submission, instrument


def _filling(
    work: Work, store: Store, form: str | None, resume: str | None, anew: bool, plain: bool
) -> Filling:  # fmt: skip
    """The form, or the draft, that is to be filled in on the terminal."""
    from monitor.cli.filling import Filling
    from monitor.cli.questionnaire import ask_which_draft, console_for
    from monitor.store import list_drafts, load_draft

    actor = work.actor(store)
    draft = load_draft(store, resume, actor) if resume is not None else None
    if draft is not None and form not in (None, draft.form):
        raise Refusal("DRAFT-03", id=draft.id, form=draft.form, asked=form)
    if form is None and draft is None:
        raise Refusal("DRAFT-04")
    instrument, asked = work.plugins.form(draft.form if draft is not None else str(form))
    (localized,) = work.speech.localized(instrument)
    console = console_for(plain, localized.translation)
    drafts = list_drafts(store, actor)
    if late := sum(one.overdue() and one.form != asked.full_code() for one in drafts):
        console.say(localized.translation.phrase("{count} other drafts are overdue: monitor drafts list", count=late))
    if draft is None and not anew:
        whole = [load_draft(store, one.id, actor) for one in drafts if one.form == asked.full_code()]
        draft = ask_which_draft(console, localized, asked, whole) if whole else None
    return Filling(work, store, console, instrument, asked, actor, localized, draft)


@click.command("import")
@click.argument("form", metavar="INSTRUMENT.FORM")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--mapping", help="A mapping: a TOML file, or the name of one that comes with the instrument.")
@click.option("--dry-run", is_flag=True, help="Check every row and store nothing.")
@click.option(
    "--on-error",
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="stop: one bad row and nothing is stored. skip: store the good rows.",
)
@click.option(
    "--rejects", type=click.Path(path_type=Path), help="With skip: where the bad rows go, with their problems."
)
@acting_option
@json_option
@click.pass_context
def import_command(
    ctx: click.Context, form: str, path: Path, mapping: str | None, dry_run: bool, on_error: OnError,
    rejects: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Import submissions from a CSV, JSON Lines or XLSX file."""
    from monitor.intake import import_file

    work: Work = ctx.obj
    instrument, wanted = work.plugins.form(form)
    with work.store() as store, _Progress(path) as progress:
        imported = import_file(
            store, work.plugins.catalogue, instrument, wanted, path, actor=work.actor(store), mapping=mapping,
            dry_run=dry_run, on_error=on_error, rejects=rejects, progress=progress.at,
        )  # fmt: skip
    if as_json:
        print_json(
            {
                "accepted": 0 if imported.stopped else imported.accepted,
                "refused": imported.refused,
                "already": imported.already,
                "rejects": str(rejects) if rejects is not None and imported.refused and not dry_run else None,
            }
        )
    _say_imported(imported, work.speech.translation(instrument), form, path, dry_run, rejects)
    if imported.stopped:
        ctx.exit(1)


def _say_imported(
    imported: Imported, words: Translation, form: str, path: Path, dry_run: bool, rejects: Path | None
) -> None:
    if imported.stopped:
        say("\n".join(imported.lines(words)))
        return
    say(
        f"{form} from {path.name}: {imported.accepted} accepted, {imported.refused} refused, "
        f"{imported.already} already in."
    )
    if dry_run:
        say("Nothing was stored (--dry-run).")
    elif imported.refused and rejects is not None:
        say(f"The refused rows and their problems are in {rejects}.")


class _Progress:
    """A progress bar on a terminal, by bytes read; nothing in a pipe."""

    def __init__(self, path: Path) -> None:
        size = path.stat().st_size if path.is_file() else 0
        self._bar = click.progressbar(length=size, label=path.name, file=sys.stderr)
        self._shown = sys.stderr.isatty() and size > 1_000_000
        self._at = 0

    def __enter__(self) -> _Progress:
        if self._shown:
            self._bar.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        if self._shown:
            self._bar.__exit__(None, None, None)

    def at(self, position: int) -> None:
        """The reader has come to this byte."""
        if self._shown:
            self._bar.update(position - self._at)
            self._at = position
