"""Publish: what two releases say differently."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.printing import json_option, print_json, print_table, say

if TYPE_CHECKING:
    from monitor.release.difference import Difference, RowDifference, TableDifference


@click.command("diff")
@click.argument("old", metavar="OLD.db", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW.db", type=click.Path(path_type=Path))
@click.option("--all", "every", is_flag=True, help="List the figures that are the same, too.")
@json_option
def diff_command(old: Path, new: Path, every: bool, as_json: bool) -> None:
    """What two releases say differently, in words and as a table of figures, from the published files alone."""
    from monitor.release.difference import difference
    from monitor.release.telling import tell

    found = difference(old, new)
    if as_json:
        print_json(_as_json(found, every))
        return
    for line in tell(found):
        click.echo(line)
    figures = [
        (table.name, ",".join(row.keys), name, _shown(one, row, "new"), _shown(other, row, "gone"))
        for table in found.tables
        for row in table.rows
        for name, (one, other) in row.figures.items()
        if every or one != other
    ]
    if figures:
        click.echo("")
        print_table(("table", "row", "figure", "old", "new"), figures)
    else:
        say("No figure is another.")


def _shown(figure: float | None, row: RowDifference, absent: str) -> object:
    """A figure; a word where there is none: ``hidden``, or ``-`` in a row that the release has not."""
    if figure is not None:
        return figure
    return "-" if row.state == absent else "hidden"


def _as_json(found: Difference, every: bool) -> dict[str, object]:
    from monitor.release.telling import tell

    return {
        "old": found.old, "new": found.new, "says": list(tell(found)), "errata": list(found.errata),
        "terms": list(found.terms), "codebook": list(found.codebook),
        "tables": [_table_as_json(table, every) for table in found.tables if every or table.state != "same"],
    }  # fmt: skip


def _table_as_json(table: TableDifference, every: bool) -> dict[str, object]:
    return {
        "name": table.name, "indicator": table.indicator, "title": table.title, "state": table.state,
        "rows": [
            {
                **dict(zip(table.dimensions, row.keys, strict=True)), "state": row.state, "since": row.since,
                "figures": {
                    name: {"old": one, "new": other}
                    for name, (one, other) in row.figures.items() if every or one != other
                },
            }
            for row in table.rows if every or row.state != "same"
        ],
    }  # fmt: skip
