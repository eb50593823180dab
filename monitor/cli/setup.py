"""Set up: create a store, look at instruments and plugins, freeze contracts."""

from __future__ import annotations

from pathlib import Path

import click

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
@click.option("--plain", is_flag=True, help="Do not encrypt. For now the only kind of store; see docs/store.md.")
@click.pass_obj
def init_command(work: Work, programme: str, code: str, plain: bool) -> None:
    """Create a store: programme, monitor code, encryption."""
    from monitor.store import create

    with create(work.store_path, programme=programme, monitor=code, plain=plain) as store:
        say(f"Created {store.path} for {store.programme}; {store.monitor} acts by default.")
    say("It is not encrypted: keep it on an encrypted disk.")


@click.group("instruments")
def instruments_command() -> None:
    """List, show and freeze instruments."""


@instruments_command.command("list")
@json_option
@click.pass_obj
def list_instruments(work: Work, as_json: bool) -> None:
    """The instruments of the loaded plugins."""
    plugins = work.plugins
    found = [
        {
            "code": one.code, "version": one.version, "title": one.title, "origin": plugins.origins[one.code],
            "forms": [form.full_code() for form in one.forms], "questions": len(list(one.questions())),
            "rules": len(one.rules), "indicators": len(one.indicators),
        }
        for one in plugins.catalogue.values()
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
    """An instrument's forms and questions; with --json its whole contract."""
    from monitor.contract import as_contract

    instrument = work.plugins.instrument(code)
    if as_json:
        print_json(as_contract(instrument))
        return
    click.echo(f"{instrument.title} ({instrument.code} {instrument.version})\n{instrument.summary}".rstrip())
    for form in instrument.all_forms():
        click.echo(f"\n{form.code}: {form.title}")
        rows = (
            (question.name, type(question).__name__, "optional" if question.optional else "required", question.publish,
             question.wording)
            for question in form.questions.values()
        )  # fmt: skip
        print_table(("question", "type", "needed", "publish", "wording"), rows)
    click.echo("")
    counted = ((one.id, one.statistic, one.title) for one in instrument.indicators)
    print_table(("indicator", "statistic", "title"), counted)


@instruments_command.command("freeze")
@click.argument("code")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("schemas"),
    show_default=True,
    help="The folder of frozen contracts.",
)
@click.pass_obj
def freeze_instrument(work: Work, code: str, out: Path) -> None:
    """Write an instrument's contract and codebook; a published version is never changed."""
    from monitor.contract import freeze

    for path in freeze(work.plugins.instrument(code), out):
        click.echo(path)


@click.group("plugins")
def plugins_command() -> None:
    """The loaded plugins."""


@plugins_command.command("list")
@json_option
@click.pass_obj
def list_plugins(work: Work, as_json: bool) -> None:
    """Every loaded plugin and where it came from; broken installed ones are named on stderr."""
    plugins = work.plugins
    found = [{"name": plugin.name, "origin": plugin.origin} for plugin in plugins.plugins]
    if as_json:
        print_json({"plugins": found, "left_out": list(plugins.left_out)})
        return
    print_table(("name", "origin"), ((one["name"], one["origin"]) for one in found))
