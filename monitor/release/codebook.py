"""The part of a release that explains its figures: instruments, questions, codes, provisions, indicators."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from monitor.conditions import Condition, Operand, Total
from monitor.disclosure import ProtectedTable
from monitor.findings import ALL, UNKNOWN, FindingTable, denominator, question_of, unit_in_words
from monitor.findings.tables import unit_for_machines
from monitor.forms import FormMeta
from monitor.indicators import Dimension, Indicator, RatioOfTotals, Share
from monitor.instrument import Instrument
from monitor.languages import ORIGINAL, Localized, completeness, localized
from monitor.phrases import Phrase
from monitor.questions import Coded, Country, Question

CAUTION = "Read with caution: monitors who observed the same often answered this question differently: {question}"

Row = tuple[str, tuple[Any, ...]]
"""A line of a table: the table's name, and the values."""


def languages(instruments: Iterable[Instrument]) -> list[str]:
    """The languages of a release's codebook: the original first, then every one in which an instrument is complete."""
    return [ORIGINAL, *sorted({language for instrument in instruments for language in _complete(instrument)})]


def _complete(instrument: Instrument) -> list[str]:
    return [one.language for one in completeness(instrument) if one.complete]


def codebook(instruments: Sequence[Instrument], left_out: Mapping[str, Sequence[str]] | None = None) -> Iterator[Row]:
    """The lines that describe the instruments, from the declarations alone.

    ``left_out`` gives, by instrument, the versions whose submissions are not in the figures.
    """
    for instrument in instruments:
        persons = int(any(form.person is not None for form in instrument.all_forms()))
        yield "instrument", (instrument.code, instrument.version, instrument.title, instrument.summary or None, persons)
    for provision in dict.fromkeys(one for instrument in instruments for one in instrument.provisions()):
        kind = (provision.kind, provision.kind_in_words)
        yield "provision", (provision.key, provision.source, *kind, provision.subject, int(provision.checked))
    for instrument in instruments:
        yield from _lines_of(instrument)
        # An instrument that is not complete in a language has no lines in it: a fallback would double the original.
        for language in (ORIGINAL, *_complete(instrument)):
            yield from _texts_of(localized(instrument, language), (left_out or {}).get(instrument.code, ()))


def cautions(instruments: Sequence[Instrument], tables: Sequence[FindingTable]) -> Iterator[Row]:
    """The lines that say which indicators rest on a question on which monitors agree too little: the fact alone.

    By how much, and over how many observations, stays inside the programme: it would speak of few and of monitors.
    """
    doubted = {(table.instrument, table.indicator.id): table for table in tables if table.caution}
    for instrument in instruments:
        for language in (ORIGINAL, *_complete(instrument)) if doubted else ():
            words = localized(instrument, language)
            for indicator in instrument.indicators:
                table = doubted.get((instrument.code, indicator.id))
                for question in table.caution if table is not None else ():
                    says = words.said(Phrase(CAUTION, question=words.wording(question)))
                    place = (question.form.code, question.name)
                    yield "caution", (instrument.code, indicator.id, *place, says, language)


def index(tables: Sequence[ProtectedTable], labels: Mapping[str, str] | None = None) -> Iterator[Row]:
    """The lines that list the tables of figures, and what their codes mean.

    ``labels`` name the groups of codes, such as regions; a group without a label is called by its code.
    """
    places: dict[tuple[str, str], int] = {}
    for table in tables:
        of = (table.instrument, table.indicator.id)
        places[of] = places.get(of, 0) + 1
        yield "table_index", (
            table.name, *of, places[of],
            json.dumps([dimension.name for dimension in table.dimensions]),
            json.dumps([question_of(dimension) for dimension in table.dimensions]),
            json.dumps(list(table.overlapping)), table.unit, table.indicator.statistic,
            int(table.exempt),
        )  # fmt: skip
        for dimension, codes, parents in zip(table.dimensions, table.values, table.parents, strict=True):
            for position, (code, label) in enumerate(_labelled(dimension, codes, parents, labels or {})):
                yield "dimension_code", (table.name, dimension.name, code, position, label, parents.get(code))


def _questions(instrument: Instrument) -> Iterator[Question]:
    for form in instrument.all_forms():
        yield from form.questions.values()


def _lines_of(instrument: Instrument) -> Iterator[Row]:
    """What is the same in every language: which questions and provisions belong together."""
    for question in _questions(instrument):
        for key in dict.fromkeys(question.tests):
            yield "question_provision", (instrument.code, question.form.code, question.name, key)
    for indicator in instrument.indicators:
        for question in indicator.questions():
            yield "indicator_question", (instrument.code, indicator.id, question.form.code, question.name)
        for key in dict.fromkeys(indicator.evidences):
            yield "indicator_provision", (instrument.code, indicator.id, key)


def _texts_of(words: Localized, left_out: Sequence[str]) -> Iterator[Row]:
    """What people read, in one language."""
    for position, question in enumerate(_questions(words.instrument), 1):
        yield from _question(words, position, question)
    for position, indicator in enumerate(words.instrument.indicators, 1):
        yield _indicator(words, position, indicator, left_out)


def _question(words: Localized, position: int, question: Question) -> Iterator[Row]:
    place = (words.instrument.code, question.form.code, question.name)
    yield "question", (
        *place, position, words.section(question) or None, words.wording(question), _type(question),
        words.hint(question) or None, words.partly(question) or None, words.asked_if(question), _json(question.only_if),
        int(question.optional), question.publish, words.language,
    )  # fmt: skip
    if isinstance(question, Coded):
        for number, code in enumerate(question.codes, 1):
            yield "code", (*place, code, number, words.label(question, code), words.language)


def _type(question: Question) -> str:
    """``partial_date`` of a PartialDate."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(question).__name__).lower()


def _indicator(words: Localized, position: int, indicator: Indicator, left_out: Sequence[str]) -> Row:
    unit, among, numerator = indicator.unit, denominator(indicator), _numerator(indicator)
    notes = [words.note(indicator)] if indicator.note else []
    if left_out:
        broken = "The series is broken: submissions of version {versions} are left out."
        notes.append(words.said(Phrase(broken, versions=", ".join(left_out))))
    return "indicator", (
        words.instrument.code, indicator.id, position, words.indicator_title(indicator), indicator.statistic,
        words.form_title(unit) if isinstance(unit, FormMeta) else words.said(unit_in_words(indicator)),
        words.said(numerator) if numerator is not None else None,
        words.said(among.words()) if among is not None else None,
        words.measure(indicator) or None, " ".join(notes) or None, *_for_machines(indicator), words.language,
    )  # fmt: skip


def _numerator(indicator: Indicator) -> str | None:
    if isinstance(indicator, RatioOfTotals):
        return Phrase("{upper}, over {lower}", upper=_total(indicator.of), lower=_total(indicator.out_of))
    return indicator.having.words() if isinstance(indicator, Share) else None


def _total(side: Operand) -> str:
    return side.title() if isinstance(side, Total) else Phrase("the total of {question}", question=side.title())


def _for_machines(indicator: Indicator) -> tuple[str | None, str | None, str | None, str | None, str]:
    """What is counted, the same in every language: of whom, with what, among whom, by which rating, and of what."""
    share = indicator if isinstance(indicator, Share) else None
    rating = str(share.rating.title()) if share is not None and share.rating is not None else None
    return (
        _json(denominator(indicator)), _json(share.having if share is not None else None), _json(indicator.among),
        rating, unit_for_machines(indicator),
    )  # fmt: skip


def _json(condition: Condition | None) -> str | None:
    return None if condition is None else _dump(condition.as_json())


def _dump(thing: Mapping[str, object]) -> str:
    return json.dumps(thing, ensure_ascii=False, sort_keys=True)


def _labelled(
    dimension: Dimension, codes: Iterable[str], parents: Mapping[str, str], labels: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The codes of a dimension in the order in which they are read: all, each group and its codes, not recorded."""
    question, groups = dimension.question, set(parents.values())
    own = {code: _label(question, code) for code in codes if code != UNKNOWN and code not in groups}
    yield ALL, "All"
    if isinstance(question, Country):
        listed = sorted(own, key=lambda code: own[code].casefold())
    elif isinstance(question, Coded):
        order = [*question.published_as, *question.codes]
        listed = sorted(own, key=order.index)
    else:
        listed = sorted(own)
    for group in sorted(groups, key=lambda code: labels.get(code, code).casefold()):
        yield group, labels.get(group, group)
        yield from ((code, own[code]) for code in listed if parents.get(code) == group)
    yield from ((code, own[code]) for code in listed if code not in parents)
    if UNKNOWN in codes:
        yield UNKNOWN, "Not recorded"


def _label(question: Question, code: str) -> str:
    if isinstance(question, Coded):
        return question.codes.get(code) or code.replace("_", " ").capitalize()
    return code
