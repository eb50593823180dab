"""The part of a release that explains its figures: instruments, questions, codes, provisions, indicators."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from monitor.disclosure import ProtectedTable
from monitor.findings import ALL, UNKNOWN, denominator, question_of, unit_in_words
from monitor.indicators import Dimension, Indicator, Median, Share
from monitor.instrument import Instrument
from monitor.questions import Coded, Country, Question
from monitor.release.layout import table_name

LANGUAGE = "en"

Row = tuple[str, tuple[Any, ...]]
"""A line of a table: the table's name, and the values."""


def codebook(instruments: Sequence[Instrument]) -> Iterator[Row]:
    """The lines that describe the instruments, from the declarations alone."""
    for instrument in instruments:
        yield "instrument", (instrument.code, instrument.version, instrument.title, instrument.summary or None)
    for provision in dict.fromkeys(one for instrument in instruments for one in instrument.provisions()):
        kind = (provision.kind, provision.kind_in_words)
        yield "provision", (provision.key, provision.source, *kind, provision.subject, int(provision.checked))
    for instrument in instruments:
        for position, question in enumerate(_questions(instrument), 1):
            yield from _question(instrument, position, question)
        for position, indicator in enumerate(instrument.indicators, 1):
            yield from _indicator(instrument, position, indicator)


def index(tables: Sequence[ProtectedTable]) -> Iterator[Row]:
    """The lines that list the tables of figures, and what their codes mean."""
    places: dict[tuple[str, str], int] = {}
    for table in tables:
        of = (table.instrument, table.indicator.id)
        places[of] = places.get(of, 0) + 1
        yield "table_index", (
            table_name(table), *of, places[of],
            json.dumps([dimension.name for dimension in table.dimensions]),
            json.dumps([question_of(dimension) for dimension in table.dimensions]),
            json.dumps(list(table.overlapping)), table.unit, table.indicator.statistic,
        )  # fmt: skip
        for dimension, codes in zip(table.dimensions, table.values, strict=True):
            for position, (code, label) in enumerate(_labelled(dimension, codes)):
                yield "dimension_code", (table_name(table), dimension.name, code, position, label)


def _questions(instrument: Instrument) -> Iterator[Question]:
    for form in instrument.all_forms():
        yield from form.questions.values()


def _question(instrument: Instrument, position: int, question: Question) -> Iterator[Row]:
    place = (instrument.code, question.form.code, question.name)
    asked_if = question.only_if.words() if question.only_if is not None else None
    yield "question", (
        *place, position, question.section or None, question.wording, _type(question), question.hint or None,
        question.partly or None, asked_if, question.publish, LANGUAGE,
    )  # fmt: skip
    if isinstance(question, Coded):
        for number, (code, label) in enumerate(question.codes.items(), 1):
            yield "code", (*place, code, number, label, LANGUAGE)
    for key in dict.fromkeys(question.tests):
        yield "question_provision", (*place, key)


def _type(question: Question) -> str:
    """``partial_date`` of a PartialDate."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(question).__name__).lower()


def _indicator(instrument: Instrument, position: int, indicator: Indicator) -> Iterator[Row]:
    among = denominator(indicator)
    yield "indicator", (
        instrument.code, indicator.id, position, indicator.title, indicator.statistic, unit_in_words(indicator),
        indicator.having.words() if isinstance(indicator, Share) else None,
        among.words() if among is not None else None,
        indicator.measure if isinstance(indicator, Median) else None, indicator.note or None, LANGUAGE,
    )  # fmt: skip
    for question in indicator.questions():
        yield "indicator_question", (instrument.code, indicator.id, question.form.code, question.name)
    for key in dict.fromkeys(indicator.evidences):
        yield "indicator_provision", (instrument.code, indicator.id, key)


def _labelled(dimension: Dimension, codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The codes of a dimension in the order in which they are read: all, the codes, not recorded."""
    question = dimension.question
    labels = {code: _label(question, code) for code in codes if code != UNKNOWN}
    yield ALL, "All"
    if isinstance(question, Country):
        yield from sorted(labels.items(), key=lambda pair: pair[1].casefold())
    elif isinstance(question, Coded):
        order = [*question.published_as, *question.codes]
        yield from sorted(labels.items(), key=lambda pair: order.index(pair[0]))
    else:
        yield from sorted(labels.items())
    if UNKNOWN in codes:
        yield UNKNOWN, "Not recorded"


def _label(question: Question, code: str) -> str:
    if isinstance(question, Coded):
        return question.codes.get(code) or code.replace("_", " ").capitalize()
    return code
