"""Every example of every built-in plugin, typed question by question: the same comes out as from its file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from monitor.instrument import Instrument
from monitor.interview import Beside, Session, as_draft, from_draft
from monitor.languages import Localized, in_words, languages_of, localized
from monitor.plugins import load
from monitor.questions import Choices, Coded, Country, Date, Money, PartialDate, Question, Rows, numbered
from monitor.submissions import Desk, answers_around, check
from monitor.testing import Example, accepted

CATALOGUE: Mapping[str, Instrument] = load().catalogue
WAYS = [(code, way, "en") for code in CATALOGUE for way in ("numbers", "words")]
WAYS += [(code, "words", tag) for code, one in CATALOGUE.items() if one.folder for tag in languages_of(one.folder)]


def typed(question: Question, value: Any, words: Localized, way: str) -> str:
    """An answer as somebody types it: by the numbers in the list, or in the words of the language."""
    if isinstance(question, Rows):
        return str(len(value))
    if isinstance(question, Choices):
        parts = [typed_code(question, code, words, way) for code in value]
        return (" " if way == "numbers" else "; ").join(parts)
    if isinstance(question, Coded):
        return typed_code(question, value, words, way)
    if isinstance(question, Date) and way == "words" and len(value) == 10:
        return in_words(date.fromisoformat(value), words.language)
    if isinstance(question, Date) and not isinstance(question, PartialDate):
        return date.fromisoformat(value).strftime("%d/%m/%Y")
    if isinstance(question, Money):
        return f"{value['amount'].replace('.', ',')} {value['currency'].lower()}"
    return str(value)


def typed_code(question: Coded, code: str, words: Localized, way: str) -> str:
    if way == "numbers" and not isinstance(question, Country):
        return next(number for number, one in numbered(question.codes).items() if one == code)
    label = words.label(question, code)
    # In a list of several, commas and semicolons stand between answers; and two codes of a list may have one label.
    unclear = isinstance(question, Choices) and {",", ";"} & set(label)
    return code if unclear or way == "numbers" or "*" in label else label


def sit_down(example: Example, desk: Desk, words: Localized) -> Session:
    form, answers = example.form, example.answers()
    parent = desk.find(form.parent, answers["_parent"]) if form.parent is not None else None
    day = date.fromisoformat(answers.get("_submitted_at", date.today().isoformat())[:10])
    outer = parent.answers(day) if parent is not None else None
    beside = Beside(outer, answers_around(desk, form, parent, None, day), today=day)
    session = Session(words, form, answers.get("_monitor", "MON-01"), beside)
    for name in ("_source", "_session", "_consent", "_language"):
        if name in answers:
            session.tell_about(name, str(answers[name]))
    session.belong_to(parent.id if parent is not None else None)
    return session


def value_at(answers: Mapping[str, Any], where: str) -> Any:
    value: Any = answers
    for part in where.replace("]", "").replace("[", ".").split("."):
        value = value[int(part) - 1] if part.isdecimal() else value.get(part)
        if value is None:
            return None
    return value


@pytest.mark.parametrize("code, way, tag", WAYS)
def test_what_is_typed_is_what_was_meant(code: str, way: str, tag: str) -> None:
    instrument, words, desk = CATALOGUE[code], localized(CATALOGUE[code], tag), Desk()
    for example in accepted(instrument):
        answers = example.answers()
        session = sit_down(example, desk, words)
        while (step := session.current()) is not None:
            value = value_at(answers, step.where)
            if value is None or value == []:
                session.blank()
            else:
                session.answer(typed(step.question, value, words, way))
            again, carried = from_draft(as_draft(session), words, example.form, "MON-01", session.beside)
            assert carried is None and as_draft(again) == as_draft(session)
        for rule in session.warnings():
            session.explain(rule.id, answers["_explanations"][rule.id])
        assert session.ready(), (example.name, [rule.id for rule in session.errors()])
        meant = check(instrument, example.form, answers, author="MON-01", around=desk)
        envelope = {name: answers[name] for name in ("_monitor", "_submitted_at") if name in answers}
        raw = session.raw() | envelope
        said = check(instrument, example.form, raw, author="MON-01", around=desk)
        assert (said.closed, said.open, said.sealed) == (meant.closed, meant.open, meant.sealed), example.name
        assert (said.source, said.session, said.explanations, said.parent, said.urgent) == (
            meant.source, meant.session, meant.explanations, meant.parent, meant.urgent)  # fmt: skip
        desk.add(instrument, example.form, answers)
