"""The register of standards: what tests a provision, whom it binds, and the internal figures turned round by it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from monitor.cli.printing import json_option, print_json, print_table, say
from monitor.cli.publish import FIGURES, figures, numbers
from monitor.cli.root import Work
from monitor.errors import Refusal
from monitor.standards import KINDS, Applicability, Provision, applies, look_up, register, where

if TYPE_CHECKING:
    from monitor.findings import Article, AskedBecause, ByStandard, NotCited, StateFindings
    from monitor.instrument import Instrument

_UNCHECKED = "Asterisk: from knowledge, to be checked against the official text before anybody cites it."
_HOLDS = {"yes": "applies", "no": "does not apply", "unknown": "not known"}


def read_country(given: str) -> str:
    """A country's code, small letters allowed. Raises :class:`Refusal` (STANDARDS-02) for anything else."""
    from monitor.questions import countries

    if given.upper() not in countries():
        raise Refusal("STANDARDS-02", given=given)
    return given.upper()


@click.group("standards")
def standards_command() -> None:
    """The legal provisions behind the questions: what tests them, and whom they bind."""


@standards_command.command("list")
@click.option("--kind", type=click.Choice(list(KINDS)), help="Only provisions of this kind.")
@click.option("--instrument", metavar="CODE", help="Only what this instrument tests or evidences.")
@json_option
@click.pass_obj
def list_standards(work: Work, kind: str | None, instrument: str | None, as_json: bool) -> None:
    """Every provision of the register; with * where its text awaits a check."""
    loaded = list(work.plugins.catalogue.values())
    cited = work.plugins.instrument(instrument).provisions() if instrument is not None else register().values()
    found = [_counted(one, loaded) for one in cited if kind in (None, one.kind)]
    if as_json:
        print_json(found)
        return
    names = ("kind", "questions", "indicators", "subject")
    rows = ((f"{one['key']}{'' if one['checked'] else '*'}", *(one[name] for name in names)) for one in found)
    print_table(("key", *names), rows)
    say(_UNCHECKED)


def _counted(provision: Provision, loaded: Iterable[Instrument]) -> dict[str, object]:
    known = list(loaded)
    return {
        **_provision(provision),
        "questions": sum(len(one.testing(provision.key)) for one in known),
        "indicators": sum(len(one.evidencing(provision.key)) for one in known),
    }


def _provision(provision: Provision) -> dict[str, object]:
    return {
        "key": provision.key, "kind": provision.kind, "kind_in_words": provision.kind_in_words,
        "source": provision.source, "subject": provision.subject, "checked": provision.checked,
    }  # fmt: skip


@standards_command.command("show")
@click.argument("key")
@click.option("--country", metavar="CC", help="Whether it applied to this State (ISO 3166-1, XK for Kosovo).")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="On this day. By default today; needs --country.")
@json_option
@click.pass_obj
def show_standard(
    work: Work, key: str, country: str | None, on: datetime.datetime | None, as_json: bool
) -> None:  # fmt: skip
    """A provision: its kind, the questions and indicators that test it, where and since when it applies."""
    if on is not None and country is None:
        raise click.UsageError("--on needs --country.")
    provision, loaded = look_up(key), list(work.plugins.catalogue.values())
    answer = None
    if country is not None:
        answer = applies(provision, read_country(country), on.date() if on else datetime.date.today())
    questions = [question for one in loaded for question in one.testing(provision.key)]
    indicators = [(one.code, indicator) for one in loaded for indicator in one.evidencing(provision.key)]
    if as_json:
        print_json(
            {
                **_provision(provision),
                "questions": [{"question": one.full_name(), "wording": one.wording} for one in questions],
                "indicators": [{"instrument": code, "id": one.id, "title": one.title} for code, one in indicators],
                "where": [{**vars(one), "states": list(one.states)} for one in where(provision)],
                "law": _applicability(answer) if answer else None,
            }
        )
        return
    checked = "seen in a text of the instrument" if provision.checked else "from knowledge, to be checked"
    click.echo(f"{provision.key}: {provision.subject}\n{provision.source}\n")
    click.echo(f"Kind: {provision.kind_in_words}. Article and subject: {checked}.")
    if answer is not None:
        click.echo(f"{answer.sentence}.")
    click.echo("\nQuestions that test it\n" if questions else "\nNo question of the loaded instruments tests it.")
    for one in questions:
        click.echo(f"{one.full_name()}\n  {one.wording}")
    click.echo("\nIndicators that evidence it\n" if indicators else "\nNo indicator evidences it.")
    for code, indicator in indicators:
        click.echo(f"{indicator.id}  {indicator.title} ({code})")
    _print_where(provision)


def _print_where(provision: Provision) -> None:
    if provision.kind == "guidance":
        click.echo("\nIt addresses every State and binds none.")
    elif provision.kind == "tasking":
        click.echo("\nIt addresses ODIHR. It is why questions are asked, and nothing that a State meets or misses.")
    elif not where(provision):
        click.echo("\nWhom it binds is not entered yet: unknown for every State.")
    else:
        click.echo(f"\nWhere it {'applies' if provision.kind == 'binding' else 'applies (it binds nobody)'}\n")
        rows = (
            (_HOLDS[one.holds], f"{one.since}{' at the latest' if one.at_latest else ''}", one.until,
             "yes" if one.checked else "no", " ".join(one.states), one.why)
            for one in where(provision)
        )  # fmt: skip
        print_table(("", "since", "until", "checked", "States", "why"), rows)
        click.echo("Not checked: from knowledge. A State not named here is not bound, or unknown: ask with --country.")


def _applicability(answer: Applicability) -> dict[str, object]:
    return {
        "country": answer.country, "on": answer.on, "holds": answer.holds, "since": answer.since,
        "checked": answer.checked, "why": answer.why,
    }  # fmt: skip


# Internal figures by article: what `monitor findings --by-standard` prints.


def show_by_standard(report: ByStandard, as_json: bool) -> None:
    """Figures by State and article, on stdout."""
    if as_json:
        print_json(_report(report))
        return
    for state in report.states:
        _print_state(state)
    if not report.states:
        say("No figures: nothing approved is about that State and that time.")
    for asked in report.asked_because[:1]:
        click.echo(f"\nWhy questions are asked: {asked.provision.kind_in_words}")
    for asked in report.asked_because:
        click.echo(f"{_cited(asked.provision)}: {', '.join(asked.questions)}")
    if report.undated:
        click.echo("\nNot turned round, because no table stands by the State observed and the year:")
        click.echo(", ".join(indicator.id for _, indicator in report.undated))
    say(_UNCHECKED)


def _cited(provision: Provision) -> str:
    return f"{provision.key}{'' if provision.checked else '*'} {provision.subject}"


def _print_state(state: StateFindings) -> None:
    from monitor.questions import countries

    click.echo(f"\n{countries()[state.country]} ({state.country})")
    heading = ""
    for article in state.articles:
        provision = article.provision
        if heading != (heading := f"{provision.kind_in_words.capitalize()}: {provision.source}"):
            click.echo(f"\n{heading}")
        click.echo(f"\n{_cited(provision)}")
        for line in _law(article):
            click.echo(f"  {line}")
        rows = (
            (evidence.indicator.id, figure.year, *figures(figure.finding).values(), evidence.indicator.title)
            for evidence in article.evidence
            for figure in evidence.figures
        )
        print_table(("indicator", "year", *FIGURES, "title"), rows)
    for holds, title in (
        ("unknown", f"Not known whether these applied to {state.country}, so no figure stands under them"),
        ("does_not", f"These did not apply to {state.country}, so no figure stands under them"),
    ):
        left_out = [one for one in state.not_cited if one.holds == holds]
        if left_out:
            click.echo(f"\n{title}\n")
            rows = ((_cited(one.provision), _years(one), ", ".join(one.indicators), one.why) for one in left_out)
            print_table(("provision", "years", "indicators", "why"), rows)


def _law(article: Article) -> Iterable[str]:
    """How the article applied, each answer once."""
    answers = [figure.applicability for evidence in article.evidence for figure in evidence.figures]
    return dict.fromkeys("; ".join(part for part in (one.why, one.mark) if part) for one in answers)


def _years(one: NotCited) -> str:
    first, last = one.years[0], one.years[-1]
    together = len(one.years) > 2 and last - first == len(one.years) - 1
    return f"{first}-{last}" if together else ", ".join(map(str, one.years))


def _report(report: ByStandard) -> dict[str, object]:
    return {
        "protected": False,
        "states": [
            {
                "country": state.country,
                "articles": [_article(article) for article in state.articles],
                "not_cited": [
                    {**_provision(one.provision), "holds": one.holds, "years": list(one.years),
                     "indicators": list(one.indicators), "why": one.why}
                    for one in state.not_cited
                ],
            }
            for state in report.states
        ],
        "asked_because": [_asked(one) for one in report.asked_because],
        "undated": [{"instrument": code, "indicator": one.id, "title": one.title} for code, one in report.undated],
    }  # fmt: skip


def _asked(one: AskedBecause) -> dict[str, object]:
    return {**_provision(one.provision), "questions": list(one.questions)}


def _article(article: Article) -> dict[str, object]:
    return {
        **_provision(article.provision),
        "evidence": [
            {
                "instrument": evidence.instrument, "indicator": evidence.indicator.id,
                "title": evidence.indicator.title, "statistic": evidence.indicator.statistic,
                "findings": [
                    {"year": figure.year, **numbers(figure.finding), "law": _applicability(figure.applicability)}
                    for figure in evidence.figures
                ],
            }
            for evidence in article.evidence
        ],
    }  # fmt: skip
