"""Stored answers in words, in the language of the questionnaire: what was taken is said, so that a slip is seen."""

from __future__ import annotations

from datetime import date

from monitor.conditions import Value
from monitor.languages import Localized, in_words
from monitor.questions import Choices, Coded, Date, Question, Rows


def tell(question: Question, value: Value, localized: Localized) -> str:
    """A stored answer in words: labels in place of codes, the month by its name. A sealed one is never told."""
    if question.publish == "sealed":
        return localized.translation.phrase("(sealed)")
    if isinstance(question, Rows):
        return str(len(value))
    if isinstance(question, Choices):
        return "; ".join(_label(question, code, localized) for code in value)
    if isinstance(question, Coded):
        return _label(question, value, localized)
    if isinstance(question, Date):
        return _day(str(value), localized.language)
    if isinstance(value, dict):
        return f"{value['amount']} {value['currency']}"
    return str(value)


def _label(question: Coded, code: str, localized: Localized) -> str:
    return localized.label(question, code) if code in question.codes else code


def _day(stored: str, language: str) -> str:
    if len(stored) == 4:
        return stored
    return in_words(date.fromisoformat((stored + "-01")[:10]), language, with_day=len(stored) == 10)
