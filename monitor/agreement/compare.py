"""Compares double observations question by question and pair by pair: internal figures, never published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations
from typing import Any, Literal

from monitor.agreement.coefficients import alpha, interval, jaccard, nominal, ordinal, pairs_of, raw_agreement, share_of
from monitor.agreement.observations import Observation, key_of, rows_by_key
from monitor.conditions import Value
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.questions import Choice, Choices, Question, Rating, Rows
from monitor.store import has_column

FLOOR = 0.667
"""The lowest figure at which a question may still carry a finding. K. Krippendorff (Content Analysis, chapter on
reliability) calls it the lowest conceivable limit for tentative conclusions; a programme may raise it."""

GOOD = 0.8
"""From here on agreement is good: the same author's customary requirement."""

FEWEST = 10
"""With fewer pairs of answers a figure below the floor may be chance, and is held against no question."""

NEAR, NEAR_SHARE = 1, Decimal("0.1")
"""Two numbers agree within a tolerance when they differ by at most 1 (one person more or less is a question of who
counts as present), or by at most a tenth of the larger (minutes are read from different clocks)."""

RATED = ("no", "partly", "yes")
NOT_OBSERVED = "not_observed"

Kind = Literal["rating", "choice", "choices", "number", "exact"]
"""As what the answers to a question are compared."""

Verdict = Literal["good", "tentative", "caution", "too few", "all alike", "nothing to compare"]


@dataclass(frozen=True)
class Figure:
    """One figure of agreement. ``judged`` ones are held against the floor; ``value`` is None where it is undefined."""

    name: Literal["alpha", "applies", "jaccard", "within", "exact"]
    value: float | None
    pairs: int
    judged: bool = True


@dataclass(frozen=True)
class QuestionAgreement:
    """How far monitors agreed on one question.

    ``pairs`` are the pairs of answers compared, ``raw`` the share of them that are equal. Beside stand the pairs in
    which the question was asked of both as far as anybody can see, but could not be observed by at least one
    (``not_observed``), and those in which only one has an answer (``one_only``: left blank, or not asked of the other
    after another answer before it).
    """

    form: str
    question: str
    kind: Kind
    pairs: int
    raw: float | None
    figures: tuple[Figure, ...]
    not_observed: int = 0
    one_only: int = 0

    def verdict(self, floor: float = FLOOR) -> Verdict:
        """What the figures say, by the worst of those that are judged."""
        if not self.pairs:
            return "nothing to compare"
        known = [one for one in self.figures if one.judged and one.value is not None]
        if not known:
            return "all alike" if self.raw == 1 else "too few"
        values = [one.value for one in known if one.value is not None and one.pairs >= FEWEST]
        if values and min(values) < floor:
            return "caution"
        if known[0].pairs < FEWEST:
            return "too few"
        return "good" if min(values) >= GOOD else "tentative"


@dataclass(frozen=True)
class PairAgreement:
    """How far two monitors agreed, over all questions: ``alpha`` over their ratings, which share one scale."""

    monitors: tuple[str, str]
    events: int
    pairs: int
    raw: float | None
    alpha: float | None
    jaccard: float | None
    within: float | None


@dataclass
class _Answers:
    """The answers to one question: of each thing that was asked about, who answered what."""

    question: Question
    units: list[Mapping[str, Value]] = field(default_factory=list)
    one_only: int = 0

    def between(self, first: str, second: str) -> list[tuple[Value, Value]]:
        """The pairs of two monitors."""
        return [(unit[first], unit[second]) for unit in self.units if first in unit and second in unit]


@dataclass(frozen=True)
class Comparison:
    """What was compared. ``unmatched`` names the blocks of rows that are not, because nothing tells their rows apart;
    ``rows_alone`` is how many rows only one of two monitors listed.
    """

    questions: tuple[QuestionAgreement, ...]
    pairs: tuple[PairAgreement, ...]
    events: int
    unmatched: tuple[str, ...] = ()
    rows_alone: int = 0


def compare(
    events: Iterable[Sequence[Observation]], instruments: Iterable[Instrument], *, form: str | None = None,
    question: str | None = None, monitors: tuple[str, str] | None = None,
) -> Comparison:  # fmt: skip
    """Compare double observations (:func:`monitor.agreement.doubles`).

    ``form`` is a full code, ``question`` a name, ``monitors`` two codes: only these. Open and sealed answers are never
    compared, nor is the question that says which event it is.
    """
    chosen = [_among(event, monitors) for event in events if form in (None, event[0].form)]
    chosen = [event for event in chosen if len(event) > 1]
    forms = {one.full_code(): one for instrument in instruments for one in instrument.forms}
    collected: dict[tuple[str, str], _Answers] = {}
    unmatched: dict[str, None] = {}
    alone = 0
    for event in chosen:
        found = _Event(forms[event[0].form], event)
        for place, asked, unit, one_only in found.units():
            answers = collected.setdefault(place, _Answers(asked))
            answers.one_only += one_only
            answers.units.append(unit)
        unmatched |= dict.fromkeys(found.unmatched)
        alone += found.alone
    kept = {place: one for place, one in collected.items() if question in (None, place[1])}
    order = {place: number for number, place in enumerate(_places(forms.values()))}
    listed = sorted(kept, key=lambda place: order[place])
    return Comparison(
        tuple(_agreement(place, kept[place]) for place in listed),
        tuple(_by_pair(chosen, kept.values())), len(chosen), tuple(unmatched), alone,
    )  # fmt: skip


def _among(event: Sequence[Observation], monitors: tuple[str, str] | None) -> Sequence[Observation]:
    return event if monitors is None else [one for one in event if one.monitor in monitors]


def _places(forms: Iterable[FormMeta]) -> Iterator[tuple[str, str]]:
    for form in forms:
        for each in (form, *form.row_forms()):
            yield from ((each.full_code(), name) for name in each.questions)


class _Event:
    """The answers of several monitors about one event, brought together question by question."""

    def __init__(self, form: FormMeta, event: Sequence[Observation]) -> None:
        self.form, self.event = form, event
        self.unmatched: list[str] = []
        self.alone = 0

    def units(self) -> Iterator[tuple[tuple[str, str], Question, Mapping[str, Value], int]]:
        """Of each question: its place, who answered what, and in how many pairs only one has an answer."""
        given = {one.monitor: one.closed for one in self.event}
        for name, question in self.form.questions.items():
            if isinstance(question, Rows):
                yield from self._rows(question, given)
            elif has_column(question) and name != self.form.event:
                yield self._unit(question, given)

    def _rows(
        self, rows: Rows, given: Mapping[str, Mapping[str, Value]]
    ) -> Iterator[tuple[tuple[str, str], Question, Mapping[str, Value], int]]:
        listed = {monitor: closed[rows.name] for monitor, closed in given.items() if rows.name in closed}
        if len(listed) < 2:
            return
        by_key = {monitor: rows_by_key(rows, answer) for monitor, answer in listed.items()}
        if any(found is None for found in by_key.values()):
            self.unmatched.append(f"{self.form.full_code()}.{rows.name}")
            return
        key = key_of(rows)
        for which in dict.fromkeys(which for found in by_key.values() for which in found or ()):
            both = {monitor: found[which] for monitor, found in by_key.items() if found and which in found}
            self.alone += len(both) < len(listed)
            for question in rows.row_form.questions.values():
                if len(both) > 1 and has_column(question) and question.name != key:
                    yield self._unit(question, both)

    @staticmethod
    def _unit(
        question: Question, given: Mapping[str, Mapping[str, Value]]
    ) -> tuple[tuple[str, str], Question, Mapping[str, Value], int]:  # fmt: skip
        unit = {monitor: closed[question.name] for monitor, closed in given.items() if question.name in closed}
        place = (question.form.full_code(), question.name)
        return place, question, unit, len(unit) * (len(given) - len(unit))


def _agreement(place: tuple[str, str], answers: _Answers) -> QuestionAgreement:
    kind, comparable, measure = _measure(answers.question)
    given = [[comparable(answer) for answer in unit.values()] for unit in answers.units]
    # What could not be observed is not an answer on which anybody could disagree.
    seen = [[answer for answer in unit if answer != NOT_OBSERVED] for unit in given] if kind == "rating" else given
    pairs = _count(seen)
    return QuestionAgreement(
        *place, kind, pairs, raw_agreement(seen), measure(seen) if pairs else (), _count(given) - pairs,
        answers.one_only,
    )  # fmt: skip


def _count(units: Collection[Sequence[Any]]) -> int:
    return sum(1 for _ in pairs_of(units))


def _rating(seen: Sequence[Sequence[str]]) -> tuple[Figure, ...]:
    """Two figures: how far was the right met, where all say that it arose; and did it arise at all.

    'Not applicable' has no place between no and yes, so it is not on that scale. Against a rating it is a real
    disagreement, and so it is judged by itself.
    """
    rated = [[answer for answer in unit if answer in RATED] for unit in seen]
    arose = [["arose" if answer in RATED else "did not arise" for answer in unit] for unit in seen]
    return (
        Figure("alpha", alpha(rated, ordinal(RATED)), _count(rated)),
        Figure("applies", alpha(arose, nominal), _count(arose)),
    )


_Measure = Callable[[Sequence[Sequence[Any]]], tuple[Figure, ...]]


def _measure(question: Question) -> tuple[Kind, Callable[[Value], Any], _Measure]:
    """How the answers to a question are compared: its kind, an answer as it is compared, and the figures."""
    if isinstance(question, Rating):
        return "rating", str, _rating
    if isinstance(question, Choices):
        return "choices", frozenset, lambda units: (Figure("jaccard", jaccard(units), _count(units)),)
    if isinstance(question, Choice):
        return "choice", str, lambda units: (Figure("alpha", alpha(units, nominal), _count(units)),)
    if question.storage in ("integer", "money"):
        return "number", _number, _numbers
    return "exact", str, lambda units: (Figure("exact", raw_agreement(units), _count(units)),)


def _number(answer: Value) -> tuple[Decimal, str]:
    if isinstance(answer, dict):
        return Decimal(answer["amount"]), answer["currency"]
    return Decimal(answer), ""


def _numbers(units: Sequence[Sequence[tuple[Decimal, str]]]) -> tuple[Figure, ...]:
    """The share within the tolerance, and alpha, where all amounts are in one currency."""
    plain = [[number for number, _ in unit] for unit in units]
    one_currency = len({currency for unit in units for _, currency in unit}) <= 1
    return (
        Figure("within", share_of(units, _near), _count(units)),
        Figure("alpha", alpha(plain, interval) if one_currency else None, _count(units), judged=False),
    )


def _near(first: tuple[Decimal, str], second: tuple[Decimal, str]) -> bool:
    tolerance = max(Decimal(NEAR), NEAR_SHARE * max(abs(first[0]), abs(second[0])))
    return first[1] == second[1] and abs(first[0] - second[0]) <= tolerance


def _by_pair(events: Sequence[Sequence[Observation]], answers: Collection[_Answers]) -> Iterator[PairAgreement]:
    together: dict[tuple[str, str], int] = defaultdict(int)
    for event in events:
        for first, second in combinations(sorted(one.monitor for one in event), 2):
            together[first, second] += 1
    for (first, second), often in sorted(together.items()):
        found: dict[Kind, list[tuple[Any, Any]]] = defaultdict(list)
        for one in answers:
            kind, comparable, _ = _measure(one.question)
            found[kind] += [(comparable(a), comparable(b)) for a, b in one.between(first, second)]
        ratings = [pair for pair in found.pop("rating", ()) if NOT_OBSERVED not in pair]
        every = [*ratings, *(pair for pairs in found.values() for pair in pairs)]
        yield PairAgreement(
            (first, second), often, len(every), raw_agreement(every),
            alpha([pair for pair in ratings if all(answer in RATED for answer in pair)], ordinal(RATED)),
            jaccard(found["choices"]), share_of(found["number"], _near),
        )  # fmt: skip
