"""Quality figures: how much of what was held was observed, and how long it took until it was submitted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from monitor.cases import AWAITED_DAYS
from monitor.conditions import Answers, Condition, Operand, Value
from monitor.forms import FormMeta
from monitor.indicators import Dimension, Indicator, Median, RatioOfTotals, by, year
from monitor.instrument import Instrument
from monitor.phrases import Phrase
from monitor.questions import Country, Date
from monitor.store import can_be_planned

COVERAGE = Phrase("Events that were observed, of those that were planned and held")
COVERAGE_MEASURE = Phrase("observed for each one held")
COVERAGE_NOTE = Phrase(
    "Totals over cases, by the year of a case's first event. Of planned events alone. What nobody observed counts as "
    "held unless it is known that it was not."
)
PROMPTNESS = Phrase("Days from an event to its submission")
PROMPTNESS_MEASURE = Phrase("days")
PROMPTNESS_NOTE = Phrase("Until it was first submitted, by whoever of those who observed it was first.")


@dataclass(frozen=True)
class Occasions(Operand):
    """How many planned events of a form a case had that were held; ``observed`` counts those of them that were seen.

    Of an event that was observed a submission is approved; while one waits for review, it is in neither number. One
    that was not observed counts as held when somebody said that it was missed and not that it was not held, or, as of
    the day of the newest submission, when it is over by more than the days for which a submission is awaited.
    """

    of: FormMeta
    observed: bool
    kind = "number"

    def value(self, answers: Answers) -> Value | None:
        return answers.system.get("observed" if self.observed else "held")

    def title(self) -> str:
        return Phrase("planned events that were observed") if self.observed else Phrase("planned events that were held")

    def counted(self, case: str, seen: str) -> str:
        """The SQL of the number: ``case`` is its id, ``seen`` the condition under which a submission ``ev`` counts."""
        there = "SELECT 1 FROM submission AS ev WHERE ev.event = pl.event"
        counts = f"EXISTS ({there} AND {seen})"
        if not self.observed:
            over = f"pl.day < date((SELECT max(submitted_at) FROM submission), '-{AWAITED_DAYS} days')"
            missed = f"pl.state = 'missed' AND pl.held IS NOT 'no' OR pl.state = 'planned' AND {over}"
            counts += f" OR NOT EXISTS ({there} AND ev.state <> 'withdrawn') AND ({missed})"
        return (
            f"(SELECT count(DISTINCT pl.event) FROM plan AS pl WHERE pl.parent = {case} "
            f"AND pl.form = '{self.of.full_code()}' AND ({counts}))"
        )


@dataclass(frozen=True)
class DaysToSubmission(Operand):
    """Days from the day of an event to that of its first submission; unknown where the day is not known.

    Where it is already tomorrow, it may be today in UTC: such a submission came on the same day.
    """

    event: Date
    kind = "number"

    def value(self, answers: Answers) -> Value | None:
        return answers.system.get("days_to_submission")

    def title(self) -> str:
        return Phrase("days from the event to its first submission")

    def operands(self) -> Iterator[Operand]:
        yield self.event

    def counted(self, day: str, submission: str) -> str:
        """The SQL of the number: ``day`` is that of the event, ``submission`` an id."""
        originals = f"SELECT o.id FROM submission AS o WHERE o.consolidated_into = {submission}"
        first = (
            "(SELECT substr(min(json_extract(l.payload, '$.submitted_at')), 1, 10) FROM log AS l "
            "WHERE l.kind = 'submitted' AND json_extract(l.payload, '$.consolidates') IS NULL "
            f"AND l.submission IN (SELECT {submission} UNION ALL {originals}))"
        )
        return f"(CASE WHEN length({day}) = 10 THEN max(0, CAST(julianday({first}) - julianday({day}) AS INTEGER)) END)"


@dataclass(frozen=True, kw_only=True)
class Coverage(RatioOfTotals):
    """What was observed over what was held, in the cases in which anything was."""

    @staticmethod
    def _kind(side: Operand) -> str | None:
        return "number" if isinstance(side, Occasions) else None

    def known(self) -> Condition:
        return self.out_of > 0


def with_quality(instrument: Instrument) -> Instrument:
    """The instrument with the figures on the quality of its own observations, for each form of events on a day.

    They are by country and year, as far as the instrument has them. Their ids are those of its other indicators with
    Q1, Q2, ...; an id that the instrument uses itself is left to it.
    """
    known = {indicator.id.lower() for indicator in instrument.indicators}
    found = (indicator for indicator in _quality(instrument) if indicator.id.lower() not in known)
    return replace(instrument, indicators=(*instrument.indicators, *found))


def _quality(instrument: Instrument) -> Iterator[Indicator]:
    if not instrument.indicators:
        return
    prefix = instrument.indicators[0].id.partition("-")[0]
    number = 0
    for form in filter(can_be_planned, instrument.forms):
        event, case = form.questions[form.event or ""], form.parent
        assert isinstance(event, Date) and case is not None  # what can be planned has both
        table = _table(form, event)
        if not table:
            continue
        first = tuple(replace(one, first=True) if one.part == "year" else one for one in table)
        yield Coverage(
            id=f"{prefix}-Q{number + 1}", title=COVERAGE, unit=case, tables=(first,), note=COVERAGE_NOTE,
            of=Occasions(form, observed=True), out_of=Occasions(form, observed=False), measure=COVERAGE_MEASURE,
        )  # fmt: skip
        yield Median(
            id=f"{prefix}-Q{number + 2}", title=PROMPTNESS, unit=form, tables=(table,), note=PROMPTNESS_NOTE,
            of=DaysToSubmission(event), measure=PROMPTNESS_MEASURE,
        )  # fmt: skip
        number += 2


def _table(form: FormMeta, event: Date) -> tuple[Dimension, ...]:
    """The State observed, as a form above tells it, and the year of the event."""
    asked = (question for above in form.ancestors() for question in above.questions.values())
    states = [one for one in asked if isinstance(one, Country) and one.state and one.publish == "dimension"]
    years = [year(event)] if event.dimension == "year" and event.publish != "sealed" else []
    return (*map(by, states[:1]), *years)
