"""Publish: internal findings, releases, and the public site."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.printing import json_option, print_json, print_table, say
from monitor.cli.root import Work
from monitor.errors import Refusal

if TYPE_CHECKING:
    from monitor.findings import Finding, FindingTable
    from monitor.instrument import Instrument


@click.command("findings")
@click.argument("indicator", required=False)
@json_option
@click.pass_obj
def findings_command(work: Work, indicator: str | None, as_json: bool) -> None:
    """Internal figures, before any protection: exact, and not for publication."""
    from monitor.findings import find

    chosen = _chosen(work.plugins.catalogue.values(), indicator)
    with work.store() as store:
        tables = find(store.connection, chosen)
    tables = tuple(table for table in tables if indicator in (None, table.indicator.id))
    say("Internal figures, exact and unprotected. Do not publish or pass on: small numbers can name people.")
    if as_json:
        print_json([_as_json(table) for table in tables])
        return
    for table in tables:
        names = [dimension.name for dimension in table.dimensions]
        click.echo(f"\n{table.indicator.id} {table.indicator.title}, by {' and '.join(names)}")
        print_table((*names, *_FIGURES), ((*finding.keys, *_figures(finding).values()) for finding in table.findings))


_FIGURES = ("n", "count", "share", "not_observed", "not_applicable", "median", "persons", "cases")


def _figures(finding: Finding) -> dict[str, object]:
    n, count = finding.n, finding.count
    share = f"{count.units / n.units:.3f}" if n.units else None
    values = (
        n.units, count.units, share, finding.not_observed.units, finding.not_applicable.units, finding.median,
        n.persons, n.cases,
    )  # fmt: skip
    return dict(zip(_FIGURES, values, strict=True))


def _as_json(table: FindingTable) -> dict[str, object]:
    names = [dimension.name for dimension in table.dimensions]
    return {
        "instrument": table.instrument, "indicator": table.indicator.id, "title": table.indicator.title,
        "statistic": table.statistic, "unit": table.unit, "dimensions": names, "protected": False,
        "findings": [
            {**dict(zip(names, finding.keys, strict=True)), **_figures(finding)} for finding in table.findings
        ],
    }  # fmt: skip


def _chosen(instruments: Iterable[Instrument], indicator: str | None) -> list[Instrument]:
    """The instruments that have an indicator; all when none is named."""
    known = list(instruments)
    chosen = [one for one in known if indicator is None or any(found.id == indicator for found in one.indicators)]
    if not chosen:
        ids = ", ".join(found.id for one in known for found in one.indicators)
        raise Refusal("FINDINGS-01", indicator=indicator, known=ids or "none; no plugin is loaded")
    return chosen


@click.group("release")
def release_command() -> None:
    """Build a release, and attack it."""


@release_command.command("build")
@click.argument("path", metavar="OUT.db", type=click.Path(path_type=Path))
@click.option("--title", help="The title of the release.")
@click.option("--from", "start", metavar="DATE",
              help="First day of the period, as the release states it; it selects nothing.")
@click.option("--to", "end", metavar="DATE", help="Last day of that period.")
@click.option("--licence", default="CC BY 4.0", show_default=True, help="The licence of the figures.")
@click.option(
    "--threshold", type=int, default=10, show_default=True, help="T: persons behind each figure; never below 10."
)
@click.option("--base", type=int, default=5, show_default=True, help="Counts are rounded to this base; never below 5.")
@click.option("--replace", is_flag=True, help="Replace a release of this name.")
@json_option
@click.pass_obj
def build_command(
    work: Work, path: Path, title: str | None, start: str | None, end: str | None, licence: str, threshold: int,
    base: int, replace: bool, as_json: bool,
) -> None:  # fmt: skip
    """Protect the findings, write them to OUT.db, attack the file, and keep it only if nothing is disclosed."""
    from monitor.disclosure import Policy
    from monitor.release import build

    with work.store() as store:
        release = build(
            path, store=store, catalogue=work.plugins.catalogue, policy=Policy(persons=threshold, base=base),
            title=title, period=(start, end), licence=licence, replace=replace,
        )  # fmt: skip
    _show(release, as_json)
    if not as_json:
        say(f"Built {path}.")


@release_command.command("check")
@click.argument("path", metavar="OUT.db", type=click.Path(path_type=Path))
@json_option
@click.pass_context
def check_command(ctx: click.Context, path: Path, as_json: bool) -> None:
    """Attack a release as an intruder would, from the file alone; exit 1 when anything is disclosed."""
    from monitor.release import check

    release = check(path)
    _show(release, as_json)
    ctx.exit(1 if release.audit.disclosed or release.audit.undecided else 0)


def _show(release: object, as_json: bool) -> None:
    from monitor.release import Release

    assert isinstance(release, Release)  # build and check give nothing else
    audit = release.audit
    if as_json:
        print_json(
            {
                "release": release.id, "tables": release.tables, "cells": release.cells,
                "suppressed": release.suppressed, "content_hash": release.content_hash,
                "audit": {"disclosed": len(audit.disclosed), "undecided": len(audit.undecided)},
            }
        )  # fmt: skip
        return
    say(f"Release {release.id}: {release.tables} tables, {release.cells} rows, {release.suppressed} of them hidden.")
    for line in audit.attacked:
        say(f"Attacked: {line}")
    for line in (*audit.disclosed, *audit.undecided):
        click.echo(line)
    say(f"The audit disclosed {len(audit.disclosed)} and left {len(audit.undecided)} undecided.")


@click.command("serve")
@click.argument("path", metavar="OUT.db", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 takes a free one.")
def serve_command(path: Path, host: str, port: int) -> None:
    """The public site of a release, until Ctrl-C."""
    from monitor.site import serve

    serve(path, host=host, port=port, ready=lambda url: say(f"The site of {path.name} is at {url} (Ctrl-C stops it)."))
