"""What a count gives: exact figures, and how many persons and cases stand behind each of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from monitor.conditions import AllOf, Condition
from monitor.indicators import Dimension, EachCode, EachLine, Indicator, Statistic
from monitor.questions import Question

ALL = "_T"
"""The key of a margin: every value of a dimension together."""

UNKNOWN = "_U"
"""The key of the units for which a dimension was not recorded."""

FIGURES = ("n", "count", "rest", "not_observed", "not_applicable")
"""The counts of a finding, in the order of :class:`Counts`."""


@dataclass(frozen=True)
class Behind:
    """What stands behind a figure: units counted, distinct persons (None where no person is known), distinct cases.

    A case is the topmost submission above a unit. ``who`` are numbers of those who are protected, where few of them are
    behind the figure (:func:`monitor.findings.find` says how few), and ``where`` are numbers of their cases; the same
    person, or case, has the same number wherever it is counted. Where both are empty there are none, or too many to
    tell.
    """

    units: int
    persons: int | None
    cases: int
    who: frozenset[int] = frozenset()
    where: frozenset[int] = frozenset()

    @property
    def protected(self) -> int:
        """How many there are of what is protected: persons, or cases where no person is known."""
        return self.cases if self.persons is None else self.persons


@dataclass(frozen=True)
class Counts:
    """The counts of a group of units.

    ``n`` is the denominator, ``count`` those of them that meet the condition, ``rest`` the others of them. The units
    that were not observed or not applicable stand beside, never in ``n``. Of anything but a share ``count`` is ``n``.
    """

    n: Behind
    count: Behind
    rest: Behind
    not_observed: Behind
    not_applicable: Behind


@dataclass(frozen=True)
class Parts:
    """What a total is made up of, by person, or by case where no person is known.

    ``behind`` are those who have a part in it, ``largest`` is the sum of the two largest parts. Both sums are in
    ten-thousandths of the unit of measure.
    """

    total: int
    largest: int
    behind: Behind


@dataclass(frozen=True)
class Finding:
    """One cell of a table: its place and its exact figures.

    ``keys`` has one code for each dimension, :data:`ALL` for all of them, :data:`UNKNOWN` for not recorded.
    ``outside`` gives, by the name of each overlapping dimension in which the cell stands under a code, the units of
    the same margin that do *not* stand under it: together with the margin they could be computed from the cell. A code
    that has a group is named twice: beside all, and beside the others of its group.
    ``parts`` are those of the two totals of a ratio, and of what lies between them.
    """

    keys: tuple[str, ...]
    counts: Counts
    outside: tuple[tuple[str, Counts], ...] = ()
    median: float | None = None
    ratio: float | None = None
    parts: tuple[Parts, ...] = ()

    @property
    def n(self) -> Behind:
        """The denominator."""
        return self.counts.n

    @property
    def count(self) -> Behind:
        """Those that meet the condition."""
        return self.counts.count

    @property
    def rest(self) -> Behind:
        """Those of the denominator that do not."""
        return self.counts.rest

    @property
    def not_observed(self) -> Behind:
        """Those for which it could not be seen, heard or learned."""
        return self.counts.not_observed

    @property
    def not_applicable(self) -> Behind:
        """Those for which the right did not arise."""
        return self.counts.not_applicable


@dataclass(frozen=True)
class FindingTable:
    """An indicator broken down by a set of dimensions, with every margin. Never published as it is.

    ``values`` are, for each dimension, the codes that have a row. Every combination of them is a finding, zeros too:
    a missing row would say that there was nobody. ``parents`` gives, for each dimension, the group of each code that
    has one: the region of a country, the period of a year. Groups stand among the values; everybody under a code of a
    group stands under the group, once. ``left_out`` are the versions of the instrument whose submissions are not in the
    figures, because nothing says how their answers read now: there the series is broken. ``caution`` are the questions
    behind the figures on which monitors who observed the same agree too little.
    """

    instrument: str
    indicator: Indicator
    dimensions: tuple[Dimension, ...]
    values: tuple[tuple[str, ...], ...]
    findings: tuple[Finding, ...]
    left_out: tuple[str, ...] = ()
    caution: tuple[Question, ...] = ()
    parents: tuple[Mapping[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not self.parents:
            object.__setattr__(self, "parents", tuple({} for _ in self.dimensions))

    @property
    def statistic(self) -> Statistic:
        """``share``, ``count``, ``median`` or ``ratio``."""
        return self.indicator.statistic

    @property
    def name(self) -> str:
        """The name of the table in a release."""
        return table_name(self.instrument, self.indicator, self.dimensions)

    @property
    def unit(self) -> str:
        """What is counted, in words."""
        return unit_in_words(self.indicator)

    @property
    def unit_code(self) -> str:
        """What is counted, for machines: a form's full code, or of codes and lines their questions as JSON."""
        return unit_for_machines(self.indicator)

    @property
    def overlapping(self) -> tuple[str, ...]:
        """The dimensions in which one unit can stand under several codes, so that rows do not add up to the margin."""
        return tuple(dimension.name for dimension in self.dimensions if overlaps(self.indicator, dimension))

    @property
    def population(self) -> str:
        """The same for two tables when they count among the same units: their denominators are then one figure."""
        condition = denominator(self.indicator)
        return json.dumps([self.unit, condition.as_json() if condition is not None else None], sort_keys=True)


def denominator(indicator: Indicator) -> Condition | None:
    """The condition that puts a unit into the denominator; None when every unit is in it."""
    known = indicator.known()
    parts = [part for part in (indicator.among, known) if part is not None]
    return AllOf(tuple(parts)) if len(parts) > 1 else parts[0] if parts else None


def table_name(instrument: str, indicator: Indicator, dimensions: Sequence[Dimension]) -> str:
    """The name of a table in a release: ``trial_monitoring__tm_i01a__country_year``."""
    number = indicator.id.lower().replace("-", "_")
    return "__".join((instrument, number, "_".join(dimension.name for dimension in dimensions)))


def unit_in_words(indicator: Indicator) -> str:
    """The title of the form that is counted, or ``each code of ...``."""
    unit = indicator.unit
    return unit.title() if isinstance(unit, (EachCode, EachLine)) else str(unit.title)


def unit_for_machines(indicator: Indicator) -> str:
    """A form's full code (``trial_monitoring.hearing``); of codes and lines the questions they are, as JSON."""
    unit = indicator.unit
    if isinstance(unit, EachCode):
        return json.dumps({"each_code_of": unit.of.full_name(), "leaving_out": list(unit.leaving_out)})
    if isinstance(unit, EachLine):
        lines = {
            line: {column: question.full_name() for column, question in columns.items()}
            for line, columns in unit.lines.items()
        }
        return json.dumps({"each_line_of": unit.of_form.full_code(), "called": unit.called, "lines": lines})
    return unit.full_code()


def overlaps(indicator: Indicator, dimension: Dimension) -> bool:
    """Whether one unit of an indicator can stand under several codes of a dimension."""
    if isinstance(indicator.unit, EachCode) and dimension.question is indicator.unit.of:
        return False
    if dimension.first:
        return False
    below = dimension.question.form not in (indicator.form, *indicator.form.ancestors())
    return below or dimension.question.storage == "codes"


def can_be_unknown(indicator: Indicator, dimension: Dimension) -> bool:
    """Whether a unit of an indicator can stand under not recorded: where the question needs an answer, none can.

    A row of zeros that everybody knows to be zeros would have to be hidden, and others beside it, for nothing.
    """
    if isinstance(indicator.unit, EachCode) and dimension.question is indicator.unit.of:
        return False
    below = dimension.question.form not in (indicator.form, *indicator.form.ancestors())
    return dimension.first or below or dimension.question.optional or dimension.question.only_if is not None


def mixes_currencies(indicator: Indicator, dimensions: Sequence[Dimension], keys: Sequence[str]) -> bool:
    """Whether a cell holds several currencies, or none that is known: it then has neither a median nor a ratio."""
    places = [key for dimension, key in zip(dimensions, keys, strict=True) if dimension.part == "currency"]
    return indicator.statistic in ("median", "ratio") and any(key in (ALL, UNKNOWN) for key in places)


def question_of(dimension: Dimension) -> str:
    """What a dimension asks, apart from its name: ``case.country``, ``hearing.hearing_date (first year)``."""
    part = " (first year)" if dimension.first else "" if dimension.part == "answer" else f" ({dimension.part})"
    return f"{dimension.question.form.code}.{dimension.question.name}{part}"


def grid(values: tuple[tuple[str, ...], ...]) -> list[tuple[str, ...]]:
    """Every place of a table: each combination of codes, and the margins."""
    return list(product(*((ALL, *codes) for codes in values)))
