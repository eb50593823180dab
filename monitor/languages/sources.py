"""What there is to translate: every text of an instrument and of the program, each with the place where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.forms import FormMeta
from monitor.indicators import Indicator
from monitor.instrument import Instrument
from monitor.languages.catalogues import Key
from monitor.messages import CATALOGUE
from monitor.phrases import TEMPLATES, Phrase
from monitor.questions import RATING, Coded, Country, Question, Rating

FOR_AUTHORS = ("PLUGIN", "KIT", "CONTRACT", "LANGUAGE")
"""Families of messages that stay English: only authors of plugins meet them, and the code that they name is English."""


def texts_of(instrument: Instrument) -> list[Key]:
    """Every text of an instrument, in the order in which people meet it. Codes and names are not among them."""
    found = dict.fromkeys(_texts(instrument))
    return [key for key in found if key[1]]


def _texts(instrument: Instrument) -> Iterator[Key]:
    yield "instrument title", instrument.title
    yield "instrument summary", instrument.summary
    for form in instrument.all_forms():
        yield from _of_form(form)
    for rule in instrument.rules:
        yield f"{rule.id} says", rule.says
    for indicator in instrument.indicators:
        # What the program itself adds is said by its own phrases.
        yield from () if isinstance(indicator.title, Phrase) else _of_indicator(indicator)


def _of_form(form: FormMeta) -> Iterator[Key]:
    yield f"{form.code} title", form.title
    section = ""
    for question in form.questions.values():
        if question.section != section:
            section = question.section
            yield f"{form.code} section", section
        yield from _of_question(question)


def _of_question(question: Question) -> Iterator[Key]:
    place = place_of(question)
    yield f"{place} wording", question.wording
    yield f"{place} hint", question.hint
    yield f"{place} partly", question.partly
    for code, label in labels_of(question).items():
        yield f"{place} code {code}", label


def labels_of(question: Question) -> dict[str, str]:
    """The labels that the instrument itself words: not those of a rating or of States, which are everybody's."""
    if isinstance(question, Country):
        return question.also
    return dict(question.codes) if isinstance(question, Coded) and not isinstance(question, Rating) else {}


def _of_indicator(indicator: Indicator) -> Iterator[Key]:
    yield f"{indicator.id} title", indicator.title
    yield f"{indicator.id} note", indicator.note
    yield f"{indicator.id} measure", measure_of(indicator)


def measure_of(indicator: Indicator) -> str:
    """In what a median or a ratio is measured; nothing for what counts."""
    measure: str = getattr(indicator, "measure", "")
    return measure


def place_of(question: Question) -> str:
    """``hearing.hearing_date``."""
    return f"{question.form.code}.{question.name}"


def program_texts() -> list[Key]:
    """Every text of the program itself that a monitor, a co-ordinator or an analyst may meet."""
    found: list[Key] = [(f"rating {code}", label) for code, label in RATING.items()]
    found += [("phrase", template) for template in TEMPLATES]
    for code, message in CATALOGUE.items():
        if code.split("-")[0] not in FOR_AUTHORS:
            found += [(f"{code} says", message.says), (f"{code} do", message.do)]
    return [key for key in found if key[1]]
