"""The kit: write the folder of a new plugin, and check a plugin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.printing import json_option, print_json, say

if TYPE_CHECKING:
    from monitor.kit import Report


@click.command("new")
@click.argument("name")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Where the plugin's folder is made; by default here.",
)
def new_command(name: str, out: Path) -> None:
    """Write the folder of a new plugin: a small instrument that works, to be changed into yours.

    NAME becomes the instrument's code, such as waiting_rooms.
    """
    from monitor.kit import new_plugin

    for path in new_plugin(name, out):
        click.echo(path)
    say(f"Change it, and look at it again with: monitor plugins check {out / name}")


@click.command("check")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--schemas",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of frozen contracts; by default ./schemas, if there is one.",
)
@json_option
@click.pass_context
def check_command(ctx: click.Context, folder: Path, schemas: Path | None, as_json: bool) -> None:
    """Look for everything that is wrong with a plugin; exit 1 when anything is an error.

    FOLDER is loaded and tried: its questions, rules, indicators and examples, what it publishes, its README, and its
    frozen contract. A plugin is code, and runs with your rights.
    """
    from monitor.kit import check_plugin, taken_codes

    if schemas is None and Path("schemas").is_dir():
        schemas = Path("schemas")
    report = check_plugin(folder, schemas=schemas, taken=taken_codes(folder))
    if as_json:
        print_json(_as_json(report))
    else:
        _print(report, folder)
    ctx.exit(1 if report.of("error") else 0)


def _as_json(report: Report) -> dict[str, object]:
    walked = [
        {"form": one.form.full_code(), "branches": one.branches, "reached": one.reached} for one in report.walked
    ]
    return {
        "instruments": [f"{one.code} {one.version}" for one in report.instruments],
        "errors": len(report.of("error")), "advice": len(report.of("advice")),
        "undecided": len(report.of("undecided")), "interviews": walked, "complaints": report.complaints,
    }  # fmt: skip


def _print(report: Report, folder: Path) -> None:
    for weight in ("error", "undecided", "advice"):
        for complaint in report.of(weight):
            click.echo("\n".join([*complaint.lines(), ""]))
    for one in report.walked:
        say(f"{one.form.full_code()}: the dry interview reached {one.reached} of {one.branches} branches.")
    errors, undecided, advice = (len(report.of(weight)) for weight in ("error", "undecided", "advice"))
    counted = f"{errors} error{'' if errors == 1 else 's'}, {undecided} undecided, {advice} of advice"
    click.echo(f"{folder.resolve().name}: {counted}.")
