"""Set up: create a store, look at instruments and plugins, freeze contracts."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.kit import check_command, new_command
from monitor.cli.languages import translate_command
from monitor.cli.paper import paper_command
from monitor.cli.printing import json_option, print_json, print_table, say
from monitor.cli.root import Work


@click.command("init")
@click.option(
    "--programme", prompt="Name of the programme", help="The monitoring programme that this store belongs to."
)
@click.option(
    "--monitor",
    "--as",
    "code",
    prompt="Your code (not your name), such as MON-01",
    help="The code of who acts when a command does not say. Not a name.",
)
@click.option(
    "--plain", is_flag=True, help="Do not encrypt; and without --recipient, do not seal either. For invented data."
)
@click.option(
    "--recipient",
    "recipients",
    metavar="KEY",
    multiple=True,
    help="To whom answers that identify somebody are sealed: a public key of age, a file of them, or the file with the "
    "private half, of which only the public one is read. Two or more; 'monitor keys generate' makes them.",
)
@click.pass_obj
def init_command(work: Work, programme: str, code: str, plain: bool, recipients: tuple[str, ...]) -> None:
    """Create a store: programme, monitor code, encryption, and to whom answers are sealed.

    The passphrase is asked for, twice. The recovery key is printed once: write it down, and keep it elsewhere.
    """
    from monitor.cli.passphrase import new_passphrase
    from monitor.keys import read_recipients, recovery_text
    from monitor.store import check_new, create

    sealed_to = read_recipients(recipients) if recipients else []
    check_new(work.store_path, programme, code)
    chosen = None if plain else new_passphrase("A passphrase for the store: five or six words are good")
    with create(
        work.store_path, programme, code, plain=plain, passphrase=chosen, recipients=sealed_to
    ) as store:  # fmt: skip
        say(f"Created {store.path} for {store.programme}; {store.monitor} acts by default.")
        key = store.key
    if key is not None:
        say(f"It is encrypted. Its keys lie beside it in {work.store_path}.key: the two files belong together.\n")
        say("The recovery key opens it when the passphrase is forgotten. It is shown this once: write it down.\n")
        click.echo(recovery_text(key))
        say()
    elif recipients:
        say("It is not encrypted: keep it on an encrypted disk.")
    else:
        say("It is not encrypted, and nothing is sealed in it: for invented data, or on an encrypted disk.")
    if key is not None and not recipients:
        say("It has no keys to seal to yet, and refuses answers that identify somebody: see 'monitor keys'.")


@click.group("instruments")
def instruments_command() -> None:
    """List, show and freeze instruments; print their codebooks, and forms on paper."""


instruments_command.add_command(paper_command)


@instruments_command.command("list")
@json_option
@click.pass_obj
def list_instruments(work: Work, as_json: bool) -> None:
    """The instruments of the loaded plugins."""
    plugins = work.plugins
    words = work.speech.localized(*plugins.catalogue.values())
    found = [
        {
            "code": one.code, "version": one.version, "title": title.title, "origin": plugins.origins[one.code],
            "forms": [form.full_code() for form in one.forms], "questions": len(list(one.questions())),
            "rules": len(one.rules), "indicators": len(one.indicators),
        }
        for one, title in zip(plugins.catalogue.values(), words, strict=True)
    ]  # fmt: skip
    if as_json:
        print_json(found)
        return
    headings = ("code", "version", "questions", "rules", "indicators", "title", "origin")
    print_table(headings, ([one[heading] for heading in headings] for one in found))


@instruments_command.command("show")
@click.argument("code")
@json_option
@click.pass_obj
def show_instrument(work: Work, code: str, as_json: bool) -> None:
    """An instrument's forms and questions; with --json its whole contract, and its languages."""
    from monitor.contract import as_contract
    from monitor.languages import completeness

    instrument = work.plugins.instrument(code)
    languages = completeness(instrument)
    if as_json:
        listed = [{**vars(one), "complete": one.complete} for one in languages]
        print_json({**as_contract(instrument), "languages": listed})
        return
    (words,) = work.speech.localized(instrument)
    click.echo(f"{words.title} ({instrument.code} {instrument.version})\n{words.summary}".rstrip())
    click.echo(f"Languages: {', '.join(['en', *(one.words() for one in languages)])}")
    for form in instrument.all_forms():
        click.echo(f"\n{form.code}: {words.form_title(form)}")
        rows = (
            (question.name, type(question).__name__, "optional" if question.optional else "required", question.publish,
             words.wording(question))
            for question in form.questions.values()
        )  # fmt: skip
        print_table(("question", "type", "needed", "publish", "wording"), rows)
    click.echo("")
    counted = ((one.id, one.statistic, words.indicator_title(one)) for one in instrument.indicators)
    print_table(("indicator", "statistic", "title"), counted)


@instruments_command.command("codebook")
@click.argument("code")
@click.pass_obj
def print_codebook(work: Work, code: str) -> None:
    """An instrument's codebook for people, as Markdown, in the language of --language."""
    from monitor.contract import codebook

    (words,) = work.speech.localized(work.plugins.instrument(code))
    click.echo(codebook(words), nl=False)


_SCHEMAS = click.Path(path_type=Path, file_okay=False)


@instruments_command.command("freeze")
@click.argument("code")
@click.option(
    "--out", type=_SCHEMAS, default=Path("schemas"), show_default=True, help="The folder of frozen contracts."
)
@click.option("--approved-by", metavar="NAME-OR-ROLE", help="Who approved that more may be published than before.")
@click.pass_obj
def freeze_instrument(work: Work, code: str, out: Path, approved_by: str | None) -> None:
    """Write an instrument's contract and codebook; a published version is never changed.

    The version must be as large a step after the latest frozen one as the changes demand; see 'instruments diff'.
    """
    from monitor.contract import freeze

    for path in freeze(work.plugins.instrument(code), out, approved_by=approved_by):
        click.echo(path)


@instruments_command.command("diff")
@click.argument("code")
@click.option("--from", "since", metavar="VERSION", help="The frozen version to compare with; by default the latest.")
@click.option(
    "--schemas", type=_SCHEMAS, default=Path("schemas"), show_default=True, help="The folder of frozen contracts."
)
@json_option
@click.pass_obj
def diff_instrument(work: Work, code: str, since: str | None, schemas: Path, as_json: bool) -> None:
    """What changed in an instrument since it was frozen, and the version that the changes demand."""
    from monitor.contract import compare_with_frozen

    found = compare_with_frozen(work.plugins.instrument(code), schemas, since)
    if as_json:
        changes = [{"what": one.what, "step": one.step.name.lower(), "loosened": one.loosened} for one in found.changes]
        print_json({
            "instrument": found.instrument, "from": found.since, "version": found.version,
            "step": found.step.name.lower(), "least": found.least, "enough": found.enough, "changes": changes,
        })  # fmt: skip
        return
    if not found.changes:
        click.echo(f"{code} is what was frozen as {found.since}.")
        return
    print_table(("step", "change"), ((one.step.name.lower(), one.what) for one in found.changes))
    verdict = "which is enough" if found.enough else "which is not enough"
    say(f"After {found.since} this demands {found.least} or later; {code} says {found.version}, {verdict}.")
    if found.loosened:
        say("More may be published than before: 'instruments freeze' wants --approved-by.")


@click.group("plugins")
def plugins_command() -> None:
    """List plugins, write a new one, check one, translate one."""


plugins_command.add_command(new_command)
plugins_command.add_command(check_command)
plugins_command.add_command(translate_command)


@plugins_command.command("list")
@json_option
@click.pass_obj
def list_plugins(work: Work, as_json: bool) -> None:
    """Every loaded plugin, where it came from, and the fingerprint of its folder; broken installed ones on stderr."""
    plugins = work.plugins
    found = [
        {"name": plugin.name, "origin": plugin.origin, "fingerprint": plugin.fingerprint} for plugin in plugins.plugins
    ]
    if as_json:
        print_json({"plugins": found, "left_out": list(plugins.left_out)})
        return
    rows = ((one["name"], (one["fingerprint"] or "")[:16], one["origin"]) for one in found)
    print_table(("name", "fingerprint", "origin"), rows)
