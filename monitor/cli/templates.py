"""Templates: tables to fill in without the program, which `import` reads back."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.languages import language_option
from monitor.cli.printing import say
from monitor.cli.root import Work


@click.command("template")
@click.argument("form", metavar="INSTRUMENT.FORM")
@click.argument("path", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--rows",
    type=click.IntRange(1, 200),
    default=3,
    show_default=True,
    help="Columns for so many rows of each block, such as the victims at a hearing.",
)
@language_option
@click.pass_obj
def template_command(work: Work, form: str, path: Path, rows: int) -> None:
    """Write a table to fill in, which 'import' reads back: OUT.csv, or OUT.xlsx with drop-down lists.

    Its header holds the names of the questions. In a workbook each of them carries the wording as a note, and the
    cells below offer the codes. Names and codes are the same in every language.
    """
    from monitor.intake import write_template

    instrument, wanted = work.plugins.form(form)
    (words,) = work.speech.localized(instrument)
    write_template(words, wanted, path, rows=rows)
    click.echo(path)
    say(f"Fill in a row for each submission; then: monitor import {form} {path.name}")
