"""The store as a file: verify it against its log, make its tables again, bring it up to date."""

from __future__ import annotations

import click

from monitor.cli.printing import json_option, print_json, say
from monitor.cli.root import Work


@click.group("db")
def db_command() -> None:
    """Verify, rebuild and migrate the store."""


@db_command.command("verify")
@json_option
@click.pass_context
def verify_command(ctx: click.Context, as_json: bool) -> None:
    """Walk the log's chain and compare every table with it; exit 1 when anything is wrong."""
    from monitor.store import verify

    work: Work = ctx.obj
    with work.store() as store:
        verification = verify(store, work.plugins.catalogue)
    if as_json:
        problems = list(verification.problems)
        print_json({"ok": verification.ok, "entries": verification.entries, "problems": problems})
    elif verification.ok:
        say(f"The store is whole: {verification.entries} log entries, every table as the log tells it.")
    else:
        for problem in verification.problems:
            click.echo(problem)
        say(
            f"The store is not as its log tells it: {len(verification.problems)} problems. "
            "Keep the file; do not rebuild yet."
        )
    ctx.exit(0 if verification.ok else 1)


@db_command.command("rebuild")
@click.pass_obj
def rebuild_command(work: Work) -> None:
    """Make every table again from the log."""
    from monitor.store import rebuild

    with work.store() as store:
        count = rebuild(store, work.plugins.catalogue)
    say(f"Made the tables again from the log: {count} submissions.")


@db_command.command("migrate")
@click.pass_obj
def migrate_command(work: Work) -> None:
    """Bring a store of an older version of monitor up to this one; the file is copied first."""
    from monitor.store import migrate

    copy = migrate(work.store_path)
    say("The store is up to date." if copy is None else f"The store is up to date. It was copied first, to {copy}.")
