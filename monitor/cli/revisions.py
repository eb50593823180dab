"""What changed between the revisions of a submission, and its answers as a file that a correction takes again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from monitor.cli.printing import acting_option, json_option, narratives_option, print_json, say
from monitor.cli.root import Work
from monitor.errors import Refusal

if TYPE_CHECKING:
    from monitor.store import Change, Revision


@click.command("diff")
@click.argument("id")
@click.option("--from", "first", type=int, metavar="N", help="The revision before; by default the one before the last.")
@click.option("--to", "last", type=int, metavar="M", help="The revision after; by default the last.")
@narratives_option
@acting_option
@json_option
@click.pass_obj
def diff_command(
    work: Work, id: str, first: int | None, last: int | None, show_narratives: bool, as_json: bool
) -> None:  # fmt: skip
    """What changed between two revisions of a submission, in words. Of sealed ones only that they were sealed anew."""
    from monitor.store import changes, check_sight, revisions

    with work.store() as store:
        check_sight(store.connection, work.actor(store), id)
        found = {one.number: one for one in revisions(store, id)}
    after = _revision(found, last if last is not None else max(found))
    before = _revision(found, first if first is not None else max(1, after.number - 1))
    changed = changes(before.content, after.content, narratives=show_narratives)
    if as_json:
        print_json({"id": id, "from": before.number, "to": after.number, "changes": as_data(changed)})
        return
    for change in changed:
        click.echo(change.words())
    say(f"{len(changed)} changes from revision {before.number} ({before.actor}) to {after.number} ({after.actor}).")


@click.command("export")
@click.argument("id")
@click.option("--show-narratives", is_flag=True, help="With open answers. They can name people.")
@acting_option
@click.pass_obj
def export_command(work: Work, id: str, show_narratives: bool) -> None:
    """The answers of a submission as JSON on stdout: correct them in a file, then 'submissions correct --answers FILE'.

    Sealed answers are left out, and open ones unless asked for; the correction keeps what the file does not give.
    """
    from monitor.corrections import raw_answers
    from monitor.store import check_sight, show

    with work.store() as store:
        check_sight(store.connection, work.actor(store), id)
        shown = show(store, id, work.plugins.catalogue)
    print_json(raw_answers(shown, narratives=show_narratives))
    say(f"This is revision {shown.summary.revision}: correct it with --revision {shown.summary.revision}.")


def as_data(changed: Iterable[Change]) -> list[dict[str, object]]:
    """Changes for ``--json``, each with its sentence."""
    return [{**dataclasses.asdict(one), "words": one.words()} for one in changed]


def _revision(found: dict[int, Revision], number: int) -> Revision:
    if number not in found:
        raise Refusal("STORE-32", number=number, last=max(found))
    return found[number]
