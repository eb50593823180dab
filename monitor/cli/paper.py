"""Forms on paper: any form of any version of an instrument, as HTML that prints on A4."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.languages import language_option
from monitor.cli.root import Work
from monitor.errors import Refusal


@click.command("paper")
@click.argument("code", metavar="INSTRUMENT[.FORM]")
@click.option("--version", metavar="VERSION", help="A frozen version; by default the instrument as it is loaded.")
@click.option(
    "--schemas",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("schemas"),
    show_default=True,
    help="The folder of frozen contracts.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A new file, by default stdout.")
@click.option(
    "--rows",
    type=click.IntRange(1, 20),
    default=3,
    show_default=True,
    help="How often each block of rows is printed, such as the victims at a hearing.",
)
@language_option
@click.pass_obj
def paper_command(
    work: Work, code: str, version: str | None, schemas: Path, out: Path | None, rows: int
) -> None:  # fmt: skip
    """A form to fill in with a pencil: HTML that prints on A4, with its skips in words.

    Without a form, all forms of the instrument. What identifies somebody is left off the paper.
    """
    from monitor.paper import on_paper, on_paper_frozen, paper_html

    name, _, form = code.partition(".")
    loaded = work.plugins.catalogue.get(name)
    if version is None or (loaded is not None and loaded.version == version):
        paper = on_paper(work.plugins.instrument(name), form or None, work.language)
    else:
        paper = on_paper_frozen(name, version, schemas, form or None, work.language, loaded)
    if loaded is not None:
        work.speech.localized(loaded)  # says on stderr where there are no words in this language
    text = paper_html(paper, rows=rows)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Refusal("FILE-01", path=out, why="there is already such a file; choose another name") from None
    click.echo(out)
