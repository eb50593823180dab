"""Publish: the releases of the series, why their figures are hidden, what was wrong in them, and their withdrawal."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.printing import acting_option, json_option, print_json, print_table, say
from monitor.cli.root import Work

_FILE = click.Path(path_type=Path)


@click.command("list")
@json_option
@click.pass_obj
def list_command(work: Work, as_json: bool) -> None:
    """The releases that this store has made, oldest first."""
    from monitor.store import kept_releases

    with work.store() as store:
        kept = kept_releases(store.connection)
    listed = [
        {
            "position": one.note.position, "release": one.note.id, "title": one.note.title,
            "from": one.note.period_from, "to": one.note.period_to, "built_from_time": one.note.built_from_time,
            "content_hash": one.note.content_hash, "withdrawn": one.withdrawn,
        }
        for one in kept
    ]  # fmt: skip
    if as_json:
        print_json(listed)
        return
    names = ("position", "release", "title", "built_from_time", "withdrawn")
    print_table(names, ([one[name] for name in names] for one in listed))


@click.command("reasons")
@click.argument("release", required=False)
@click.option("--table", metavar="NAME", help="Each hidden figure of this table, place by place.")
@json_option
@click.pass_obj
def reasons_command(work: Work, release: str | None, table: str | None, as_json: bool) -> None:
    """Why figures of a release (by default the newest) are hidden. Private: in a release they all look alike."""
    from monitor.errors import Refusal
    from monitor.release.reasons import counted, read_reasons

    with work.store() as store:
        id, hidden = read_reasons(store.connection, release)
    say(f"Why figures of release {id} are hidden. Do not publish or pass on: the reasons tell small from large.")
    if table is not None:
        hidden = tuple(one for one in hidden if one.table == table)
        if not hidden:
            raise Refusal("RELEASE-20", release=id, table=table)
        if as_json:
            print_json([{"keys": one.keys, "figure": one.figure, "reason": one.reason} for one in hidden])
            return
        print_table(("cell", "figure", "reason"), ((", ".join(one.keys), one.figure, one.reason) for one in hidden))
        return
    names = ("table", "figure", "reason", "hidden")
    if as_json:
        print_json([dict(zip(names, line, strict=True)) for line in counted(hidden)])
        return
    print_table(names, counted(hidden))


@click.command("erratum")
@click.option("--says", required=True, metavar="TEXT", help="What is wrong, in public words: it is published.")
@click.option("--release", metavar="ID", help="The release that is wrong. By default the newest.")
@click.option("--table", metavar="NAME", help="The table of it that is wrong. By default all of it.")
@click.option("--language", default="en", show_default=True, help="The language of the text (a BCP 47 tag).")
@acting_option
@click.pass_obj
def erratum_command(work: Work, says: str, release: str | None, table: str | None, language: str) -> None:
    """Note what is wrong in a release. Every later release says it; the file that stands is not changed."""
    from monitor.languages import normal
    from monitor.release import note_wrong

    tag = normal(language)
    if tag is None:
        raise click.UsageError("--language takes a language tag, such as en, fr or sr-Latn.")
    with work.store() as store:
        id = note_wrong(store, says, actor=work.actor(store), release=release, table=table, language=tag)
    say(f"Noted, about release {id}. The next release carries it.")


@click.command("withdraw")
@click.argument("path", metavar="OUT.db", type=_FILE)
@click.option("--because", required=True, metavar="TEXT", help="Why, in public words: the notice says it.")
@click.option("--out", "notice", metavar="NOTICE.db", type=_FILE, help="Write the notice here, and leave OUT.db alone.")
@click.option("--replace", is_flag=True, help="Replace a release of the name of --out.")
@acting_option
@click.pass_obj
def withdraw_command(work: Work, path: Path, because: str, notice: Path | None, replace: bool) -> None:
    """Withdraw a release: a notice of the same id takes its place, which says why and holds no figures.

    What was published cannot be called back: later releases stay protected against its figures.
    """
    from monitor.release import withdraw

    with work.store() as store:
        id, why, signed = withdraw(
            path, store=store, because=because, actor=work.actor(store), notice=notice, replace=replace
        )
    if why != because.strip():
        say(f"It was withdrawn before, because: {why}")
    say(f"Release {id} is withdrawn. The notice is {notice or path}, signed by {signed.code}: publish it in its place.")
