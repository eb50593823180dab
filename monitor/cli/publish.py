"""Publish: internal findings, releases, and the public site."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from monitor.cli.agreement import floor_option
from monitor.cli.printing import acting_option, json_option, print_json, print_table, say
from monitor.cli.release_diff import diff_command
from monitor.cli.release_plan import plan_command
from monitor.cli.releases import erratum_command, list_command, reasons_command, withdraw_command
from monitor.cli.root import Work
from monitor.errors import Refusal

if TYPE_CHECKING:
    from monitor.findings import Finding, FindingTable
    from monitor.instrument import Instrument
    from monitor.release import Release


@click.command("findings")
@click.argument("indicator", required=False)
@click.option("--by-standard", "by_article", is_flag=True, help="Turn the figures round: by State and article of law.")
@click.option("--country", metavar="CC", help="With --by-standard: this State alone (ISO 3166-1, XK for Kosovo).")
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="With --by-standard: the figures of this day's year, beside the law of this day. By default every year, "
    "beside the law of its last day.",
)
@floor_option
@json_option
@click.pass_obj
def findings_command(
    work: Work, indicator: str | None, by_article: bool, country: str | None, on: datetime.datetime | None,
    floor: float, as_json: bool,
) -> None:  # fmt: skip
    """Internal figures, before any protection: exact, and not for publication."""
    from monitor.agreement import doubtful
    from monitor.findings import by_standard, find, with_quality

    if (country or on) and not by_article:
        raise click.UsageError("--country and --on belong to --by-standard.")
    chosen = _chosen(map(with_quality, work.plugins.catalogue.values()), indicator)
    with work.store() as store:
        tables = find(store.connection, chosen, doubtful(store.connection, chosen, floor), few=0)
    tables = tuple(table for table in tables if indicator in (None, table.indicator.id))
    say("Internal figures, exact and unprotected. Do not publish or pass on: small numbers can name people.")
    for code, versions in dict.fromkeys((table.instrument, table.left_out) for table in tables if table.left_out):
        say(f"{code}: submissions of version {', '.join(versions)} are left out; the series is broken there.")
    if by_article:
        from monitor.cli.standards import read_country, show_by_standard

        for line in dict.fromkeys(f"{table.indicator.id}: {line}" for table in tables for line in _cautions(table)):
            say(line)
        state, day = read_country(country) if country else None, on.date() if on else None
        show_by_standard(by_standard(tables, chosen, country=state, on=day), as_json)
        return
    if as_json:
        print_json([_as_json(table) for table in tables])
        return
    for table in tables:
        names = [dimension.name for dimension in table.dimensions]
        click.echo(f"\n{table.indicator.id} {table.indicator.title}, by {' and '.join(names)}")
        for line in _cautions(table):
            click.echo(line)
        print_table((*names, *FIGURES), ((*finding.keys, *figures(finding).values()) for finding in table.findings))


def _cautions(table: FindingTable) -> list[str]:
    places = (f"{question.form.code}.{question.name}" for question in table.caution)
    return [f"Caution: monitors who observed the same agree too little on {place}." for place in places]


FIGURES = ("n", "count", "share", "not_observed", "not_applicable", "median", "ratio", "persons", "cases")


def figures(finding: Finding) -> dict[str, object]:
    """The figures of a finding by the names of :data:`FIGURES`."""
    n, count = finding.n, finding.count
    share = f"{count.units / n.units:.3f}" if n.units else None
    ratio = None if finding.ratio is None else f"{finding.ratio:.4g}"
    values = (
        n.units, count.units, share, finding.not_observed.units, finding.not_applicable.units, finding.median,
        ratio, n.persons, n.cases,
    )  # fmt: skip
    return dict(zip(FIGURES, values, strict=True))


def numbers(finding: Finding) -> dict[str, object]:
    """The same for scripts: shares and ratios as numbers, too."""
    return {name: float(figure) if isinstance(figure, str) else figure for name, figure in figures(finding).items()}


def _as_json(table: FindingTable) -> dict[str, object]:
    names = [dimension.name for dimension in table.dimensions]
    return {
        "instrument": table.instrument, "indicator": table.indicator.id, "title": table.indicator.title,
        "statistic": table.statistic, "unit": table.unit, "dimensions": names, "protected": False,
        "left_out": list(table.left_out),
        "caution": [f"{question.form.code}.{question.name}" for question in table.caution],
        "findings": [
            {**dict(zip(names, finding.keys, strict=True)), **numbers(finding)} for finding in table.findings
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


_FILE = click.Path(path_type=Path)

_seconds_option = click.option(
    "--seconds", type=click.FloatRange(min=1), default=600, show_default=True, help="How long the audit may take."
)


@click.group("release")
def release_command() -> None:
    """Build a release, attack it, compare two, and say what was wrong in one."""


@release_command.command("build")
@click.argument("path", metavar="OUT.db", type=_FILE)
@click.option("--title", help="The title of the release.")
@click.option(
    "--from", "start", metavar="DATE", help="First day of the period, as the release states it; it selects nothing."
)
@click.option("--to", "end", metavar="DATE", help="Last day of that period.")
@click.option("--licence", default="CC BY 4.0", show_default=True, help="The licence of the figures.")
@click.option(
    "--threshold", type=int, default=10, show_default=True, help="T: persons behind each figure; never below 10."
)
@click.option("--base", type=int, default=5, show_default=True, help="Counts are rounded to this base; never below 5.")
@click.option(
    "--width", type=int, default=10, show_default=True, help="W: values left for each hidden figure; never below 10."
)
@click.option(
    "--rounding", type=click.Choice(["nearest", "up"]), default="nearest", show_default=True,
    help="To the nearest multiple of the base, or up to the next one.",
)
@click.option("--periods", type=int, metavar="N", help="Also count N years together.")
@click.option(
    "--periods-from", type=int, metavar="YEAR", default=0,
    help="A year with which a period begins; by default one that N divides.",
)
@click.option(
    "--regions", "region_file", metavar="FILE", type=_FILE, help="Also count countries together, in these regions."
)
@click.option("--alone", is_flag=True, help="Periods and regions in the place of years and countries, not beside them.")
@click.option("--embargo-pending", is_flag=True, help="Leave out cases that are pending, as the instruments say.")
@floor_option
@click.option("--hold-back", is_flag=True, help="Publish no figure that would carry such a caution.")
@click.option("--erratum", metavar="TEXT", help="What was wrong in the release before, in public words.")
@click.option("--draft", is_flag=True, help="A file to look at, that is noted nowhere and must not be published.")
@click.option("--replace", is_flag=True, help="Replace a release of this name.")
@_seconds_option
@acting_option
@json_option
@click.pass_obj
def build_command(
    work: Work, path: Path, title: str | None, start: str | None, end: str | None, licence: str, threshold: int,
    base: int, width: int, rounding: Literal["nearest", "up"], periods: int | None, periods_from: int,
    region_file: Path | None, alone: bool, embargo_pending: bool, floor: float, hold_back: bool, erratum: str | None,
    draft: bool, replace: bool, seconds: float, as_json: bool,
) -> None:  # fmt: skip
    """Protect the findings, write them to OUT.db, attack the file, and keep it only if nothing is disclosed.

    It is attacked by itself and together with every earlier release of this store.
    """
    from monitor.disclosure import Policy
    from monitor.findings import Pooling, read_regions
    from monitor.release import build
    from monitor.store import count_unkept

    policy = Policy(
        persons=threshold, base=base, width=width, rounding=rounding, agreement=floor, hold_back=hold_back
    )
    pooling = Pooling(periods, {} if region_file is None else read_regions(region_file), periods_from, alone)
    with work.store() as store:
        if unkept := count_unkept(store.connection):
            say(f"Warning: {unkept} releases are older than the series of this store; none is compared with this one.")
        release = build(
            path, store=store, catalogue=work.plugins.catalogue, policy=policy, pooling=pooling,
            embargo=embargo_pending, title=title, period=(start, end), licence=licence, erratum=erratum, draft=draft,
            replace=replace, seconds=seconds, actor=work.actor(store),
        )  # fmt: skip
    _show(release, as_json)
    if not as_json:
        say(f"Built {path}.{_standing(release, draft)}")


def _standing(release: Release, draft: bool) -> str:
    """What the store knows of it now."""
    if draft:
        return " It is a draft: no log and no ledger knows of it, and it must not be published."
    return " It is the newest release once more." if release.again else ""


@release_command.command("check")
@click.argument("path", metavar="OUT.db", type=_FILE)
@click.option(
    "--earlier", metavar="OLD.db", type=_FILE, multiple=True, help="Attack it together with this earlier release, too."
)
@click.option("--signers", "signer_file", metavar="FILE", type=_FILE, help="It must be signed by one of this list.")
@_seconds_option
@json_option
@click.pass_context
def check_command(
    ctx: click.Context, path: Path, earlier: tuple[Path, ...], signer_file: Path | None, seconds: float, as_json: bool
) -> None:  # fmt: skip
    """Attack a release as an intruder would, from the files alone; exit 1 when anything is disclosed.

    A signature beside it (OUT.db.sig) is looked at. --signers FILE is a list of 'monitor keys list --signers'.
    """
    from monitor.keys import read_signers
    from monitor.release import check

    signers = read_signers(signer_file) if signer_file is not None else ()
    release = check(path, earlier, seconds=seconds, signers=signers)
    _show(release, as_json)
    ctx.exit(0 if release.audit.passed else 1)


def _show(release: Release, as_json: bool) -> None:
    audit, signed = release.audit, release.signed
    if as_json:
        print_json(
            {
                "release": release.id, "tables": release.tables, "cells": release.cells,
                "suppressed": release.suppressed, "content_hash": release.content_hash,
                "audit": {"disclosed": len(audit.disclosed), "undecided": len(audit.undecided)},
                "attacked": audit.attacked, "not_covered": audit.not_covered,
                "narrowest": [{"figure": place, "width": width} for place, width in audit.narrowest],
                "linear_programmes": audit.programmes, "seconds": round(audit.seconds, 1),
                "again": release.again, "withdrawn": release.withdrawn, "not_at_hand": release.not_at_hand,
                "signed": None if signed is None else {"code": signed.code, "time": signed.time, "key": signed.key},
            }
        )  # fmt: skip
        return
    if release.withdrawn is not None:
        say(f"Release {release.id} was withdrawn: {release.withdrawn}")
    say(f"Release {release.id}: {release.tables} tables, {release.cells} rows, {release.suppressed} of them hidden.")
    for line in audit.attacked:
        say(f"Attacked: {line}")
    if release.not_at_hand:
        say(f"Not attacked together with earlier releases: {', '.join(release.not_at_hand)}. Give them with --earlier.")
    for line in audit.not_covered:
        say(f"Not covered: {line}")
    for place, width in audit.narrowest:
        say(f"Narrowest: {place}, in which {width:,} units are left.")
    for line in (*audit.disclosed, *audit.undecided):
        click.echo(line)
    say(
        f"The audit disclosed {len(audit.disclosed)} and left {len(audit.undecided)} undecided, after "
        f"{audit.programmes:,} linear programmes in {audit.seconds:.0f} seconds."
    )
    say("It is not signed." if signed is None else f"Signed by {signed.code} at {signed.time} with key {signed.key}.")


for _command in (diff_command, erratum_command, list_command, plan_command, reasons_command, withdraw_command):
    release_command.add_command(_command)


@click.command("serve")
@click.argument("path", metavar="OUT.db", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 takes a free one.")
def serve_command(path: Path, host: str, port: int) -> None:
    """The public site of a release, until Ctrl-C."""
    from monitor.site import serve

    serve(path, host=host, port=port, ready=lambda url: say(f"The site of {path.name} is at {url} (Ctrl-C stops it)."))
