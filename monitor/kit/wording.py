"""What can be said of each question by itself: wording, section, codes, and whether it could identify somebody."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from monitor.conditions import Operand
from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.kit.candidates import conditions_of
from monitor.kit.complaints import Complaint, complain, from_refusal
from monitor.languages import completeness
from monitor.questions import RATING, Coded, Codes, Country, Date, Question, Rating, Ref, Rows, Text

_IDENTIFYING = frozenset(
    "name names surname firstname lastname forename initials birth birthday birthdate birthplace dob address street "
    "phone phones telephone mobile email mail passport signature photo photograph fingerprint iban".split()
)
_PUBLISHED = ("dimension", "counted")


def place_of(question: Question) -> str:
    """``instrument.form.question``, as complaints name it."""
    return f"{question.form.full_code()}.{question.name}"


def every_question(instrument: Instrument) -> Iterator[Question]:
    """Every question, and the blocks of rows themselves."""
    for form in instrument.all_forms():
        yield from form.questions.values()


def wording(instrument: Instrument) -> Iterator[Complaint]:
    """Every question has a wording that asks, a section, labels, and an example that fits its pattern."""
    for question in every_question(instrument):
        where, asks = place_of(question), question.wording.strip().endswith("?")
        if not question.wording.strip():
            yield complain("KIT-20", where)
        elif not asks and isinstance(question, Rating):
            yield complain("KIT-21", where)
        elif not asks and not isinstance(question, Rows):
            yield complain("KIT-22", where)
        if not question.section:
            yield complain("KIT-23", where)
        if isinstance(question, Ref) and question.fault(question.example) is not None:
            yield complain("KIT-26", where, example=question.example)
        if isinstance(question, Coded):
            yield from (complain("KIT-27", where, code=code) for code, label in question.codes.items() if not label)


def translations(instrument: Instrument) -> Iterator[Complaint]:
    """Every text is translated into every language for which the plugin has a catalogue that can be read."""
    try:
        languages = completeness(instrument)
    except Refusal as refusal:
        yield from_refusal(refusal, instrument.code)
        return
    for one in languages:
        if one.first_missing is not None:
            missing, place = one.texts - one.translated, one.first_missing
            yield complain(
                "KIT-28", instrument.code, language=one.language, missing=missing, texts=one.texts, place=place
            )


def purpose(instrument: Instrument) -> Iterator[Complaint]:
    """Every question is needed: it tests a provision, or a condition, a rule or an indicator looks at it."""
    needed: set[Operand] = {operand for condition in conditions_of(instrument) for operand in condition.operands()}
    for rule in instrument.rules:
        needed.update(rule.at)
    for indicator in instrument.indicators:
        needed.update(indicator.operands())
        needed.update(dimension.question for table in indicator.tables for dimension in table)
    for question in every_question(instrument):
        roles = _roles(question.form)
        if not (question.tests or question in needed or question.name in roles or isinstance(question, Rows)):
            yield complain("KIT-24", place_of(question))


def _roles(form: FormMeta) -> tuple[str | None, ...]:
    return form.key, form.person, form.event


def code_lists(instrument: Instrument, package: Path) -> Iterator[Complaint]:
    """Every list of codes that the package declares is used by a question."""
    used = [RATING]
    for question in every_question(instrument):
        used += [question.codes] if isinstance(question, Coded) else []
    also = [question.also for question in every_question(instrument) if isinstance(question, Country)]
    # By name, not by file: the same files may be there once more, as the installed plugin.
    loaded = {form.__module__.split(".")[0] for form in instrument.forms}
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] in loaded]
    for module in modules:
        path = Path(module.__file__ or "")
        for name, thing in vars(module).items():
            if isinstance(thing, Codes) and not any(thing is one for one in used) and dict(thing) not in also:
                yield complain("KIT-25", f"{package.name}/{path.name}", name=name)


def identifying(instrument: Instrument) -> Iterator[Complaint]:
    """What is published, and could tell who somebody is, by the type of a question or by its name."""
    broken_down_by = {
        dimension.question
        for indicator in instrument.indicators
        for table in indicator.tables
        for dimension in table
        if dimension.part == "answer"
    }
    for question in every_question(instrument):
        where, kind, published = place_of(question), type(question).__name__, question.publish in _PUBLISHED
        telling = bool(_IDENTIFYING & set(re.split(r"_+|\d+", question.name)))
        if telling and published and not isinstance(question, Coded):
            yield complain("KIT-30", where, type=kind)
        elif telling and published:
            yield complain("KIT-33", where)
        elif telling and isinstance(question, Text) and question.publish != "sealed":
            yield complain("KIT-34", where)
        if isinstance(question, (Ref, Date)) and question in broken_down_by:
            yield complain("KIT-31", where, type=kind, rows="days" if isinstance(question, Date) else "references")
        elif isinstance(question, (Ref, Date)) and published:
            yield complain("KIT-32", where, type=kind, publish=question.publish)
