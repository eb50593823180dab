"""Turns internal figures round by article: what they say about a State under each provision that applied to it.

A provision is cited for a year only if it applied to that State at the end of that year. Where that is unknown, or it
did not apply, the provision is named without a figure. A tasking of ODIHR is never cited; it is the reason for a
question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.findings.tables import ALL, Finding, FindingTable
from monitor.indicators import Dimension, Indicator
from monitor.instrument import Instrument
from monitor.questions import Country, countries
from monitor.standards import KINDS, Applicability, Holds, Provision, applies, register


@dataclass(frozen=True)
class DatedFigure:
    """A figure of one State and year, and how the provision under which it stands applied then."""

    year: int
    finding: Finding
    applicability: Applicability


@dataclass(frozen=True)
class Evidence:
    """What one indicator says under a provision, year by year."""

    instrument: str
    indicator: Indicator
    figures: tuple[DatedFigure, ...]


@dataclass(frozen=True)
class Article:
    """A provision that applied to a State, with the figures of the years in which it did."""

    provision: Provision
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class NotCited:
    """A provision for which there are figures, but of which it is unknown whether it applied, or known that it did not.

    ``indicators`` are those that evidence it, ``years`` those of their figures. The figures themselves are left out.
    """

    provision: Provision
    holds: Holds
    years: tuple[int, ...]
    indicators: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class StateFindings:
    """The figures about one State by article: binding ones first, then commitments, then guidance."""

    country: str
    articles: tuple[Article, ...]
    not_cited: tuple[NotCited, ...]


@dataclass(frozen=True)
class AskedBecause:
    """A tasking of ODIHR, and the questions that are asked because of it."""

    provision: Provision
    questions: tuple[str, ...]


@dataclass(frozen=True)
class ByStandard:
    """Internal figures by State and article. Never published as it is.

    ``undated`` are the indicators that evidence a provision and have no table by the State observed and the year: no
    law can be laid beside their figures.
    """

    states: tuple[StateFindings, ...]
    asked_because: tuple[AskedBecause, ...]
    undated: tuple[tuple[str, Indicator], ...]


def by_standard(
    tables: Iterable[FindingTable], instruments: Iterable[Instrument], *,
    country: str | None = None, on: date | None = None,
) -> ByStandard:  # fmt: skip
    """The figures of some tables by State and article.

    ``country`` leaves the other States out. With ``on`` only the figures of its year are taken, beside the law of that
    day; without it those of every year, each beside the law of its last day.
    """
    counted = list(tables)
    figures = [one for one in _dated(counted) if country in (None, one.country) and (on is None or one.year == on.year)]
    # In alphabetical order, which ranks nobody.
    states = sorted({one.country for one in figures}, key=lambda code: (countries()[code], code))
    return ByStandard(
        tuple(_state(state, [one for one in figures if one.country == state], on) for state in states),
        tuple(_asked_because(list(instruments))),
        tuple(_undated(counted)),
    )


@dataclass(frozen=True)
class _Figure:
    """A finding with its place spelled out."""

    instrument: str
    indicator: Indicator
    country: str
    year: int
    finding: Finding


def _dated(tables: Iterable[FindingTable]) -> Iterator[_Figure]:
    done: set[tuple[str, str]] = set()
    for table in tables:
        place = _place(table.dimensions)
        if place is None or (table.instrument, table.indicator.id) in done:
            continue
        done.add((table.instrument, table.indicator.id))
        for finding in table.findings:
            state, year = (finding.keys[number] for number in place)
            others = [key for number, key in enumerate(finding.keys) if number not in place]
            if state in countries() and year.isdigit() and all(key == ALL for key in others) and _says(finding):
                yield _Figure(table.instrument, table.indicator, state, int(year), finding)


def _place(dimensions: Sequence[Dimension]) -> tuple[int, int] | None:
    """Where the State observed and the year stand among the dimensions of a table."""
    asked = [one.question for one in dimensions]
    states = [number for number, question in enumerate(asked) if isinstance(question, Country) and question.state]
    years = [number for number, one in enumerate(dimensions) if one.part == "year" or one.name.startswith("year")]
    return (states[0], years[0]) if states and years else None


def _says(finding: Finding) -> bool:
    """Whether anything stands behind a finding; a table has a row for every State and year."""
    return any(behind.units for behind in (finding.n, finding.not_observed, finding.not_applicable))


def _state(country: str, figures: Sequence[_Figure], on: date | None) -> StateFindings:
    articles: list[Article] = []
    not_cited: list[NotCited] = []
    kinds = list(KINDS)
    cited = {key for one in figures for key in one.indicator.evidences}
    for provision in sorted(register().values(), key=lambda one: kinds.index(one.kind)):
        if provision.key not in cited or not provision.measures_states:
            continue
        evidence = [one for one in figures if provision.key in one.indicator.evidences]
        law = {one.year: applies(provision, country, on or date(one.year, 12, 31)) for one in evidence}
        if found := tuple(_evidence(evidence, law)):
            articles.append(Article(provision, found))
        not_cited += _not_cited(provision, evidence, law)
    return StateFindings(country, tuple(articles), tuple(not_cited))


def _evidence(figures: Sequence[_Figure], law: dict[int, Applicability]) -> Iterator[Evidence]:
    counting = [one for one in figures if law[one.year].counts]
    for instrument, indicator in dict.fromkeys((one.instrument, one.indicator.id) for one in counting):
        own = [one for one in counting if (one.instrument, one.indicator.id) == (instrument, indicator)]
        dated = sorted((DatedFigure(one.year, one.finding, law[one.year]) for one in own), key=lambda one: one.year)
        yield Evidence(instrument, own[0].indicator, tuple(dated))


def _not_cited(
    provision: Provision, figures: Sequence[_Figure], law: dict[int, Applicability]
) -> Iterator[NotCited]:  # fmt: skip
    reasons: dict[tuple[Holds, str], list[_Figure]] = {}
    for one in figures:
        if not law[one.year].counts:
            reasons.setdefault((law[one.year].holds, _because(law[one.year])), []).append(one)
    for (holds, why), left_out in reasons.items():
        years = tuple(sorted({one.year for one in left_out}))
        yield NotCited(provision, holds, years, tuple(dict.fromkeys(one.indicator.id for one in left_out)), why)


def _because(law: Applicability) -> str:
    return "; ".join(part for part in (law.why, law.mark) if part)


def _asked_because(instruments: Sequence[Instrument]) -> Iterator[AskedBecause]:
    for provision in register().values():
        if not provision.measures_states:
            questions = [question.full_name() for one in instruments for question in one.testing(provision.key)]
            if questions:
                yield AskedBecause(provision, tuple(questions))


def _undated(tables: Sequence[FindingTable]) -> Iterator[tuple[str, Indicator]]:
    placed = {(one.instrument, one.indicator.id) for one in tables if _place(one.dimensions) is not None}
    indicators = {(one.instrument, one.indicator.id): one.indicator for one in tables}
    for (instrument, id), indicator in indicators.items():
        if (instrument, id) not in placed and any(register()[key].measures_states for key in indicator.evidences):
            yield instrument, indicator
