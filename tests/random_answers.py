"""Random answers to any question: such as it accepts, and such as it may well refuse."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from monitor.conditions import Answers
from monitor.forms import FormMeta
from monitor.questions import (
    Choices,
    Coded,
    Date,
    Money,
    Narrative,
    PartialDate,
    Question,
    Ref,
    Rows,
    Text,
    Whole,
    currencies,
)

BLANKS = ["", " ", "\t", "\n", "\r", "\x0b", "\x1c", "\x1f", "\x85", "\xa0", "\u2003", "\u2029", "\u3000"]
_SIGNS = ["5", "0", "-", ".", ",", "+", "٣", "é", "𝒳", "\x00", "\x7f", "\ud800", "\udfff", "\ufeff", "\u200b"]
_PIECES = [*BLANKS, *_SIGNS, "yes", "partly", "MD"]
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=4).map("".join)
_YEARS = st.sampled_from(["0000", "0001", "1900", "2000", "2023", "2024", "9999", "202", "20255"])
_DATES = st.builds("{}-{:02}-{:02}".format, _YEARS, st.integers(0, 13), st.integers(0, 32))
_AMOUNTS = st.one_of(
    st.sampled_from(["0", "0.0", "00", "1.", ".5", "1.50", "0.0001", "1.00000", "9" * 13, "9" * 14, "5\n", "-1"]),
    st.integers(-2, 5), st.sampled_from([10**13 - 1, 10**13, 1.5, True, None]),
)  # fmt: skip
_MONEY = st.dictionaries(
    st.sampled_from(["amount", "currency", "note"]), st.one_of(_AMOUNTS, st.sampled_from(["EUR", "eur", "EUR "])),
    max_size=3,
)  # fmt: skip
STRANGE: st.SearchStrategy[Any] = st.one_of(
    _TEXTS, _DATES, _YEARS, _MONEY, st.booleans(), st.none(), st.integers(-3, 2**53 + 1), st.sampled_from([1.5, -0.25]),
    st.lists(st.one_of(_TEXTS, st.integers(), st.none(), _MONEY), max_size=3),
    st.builds(dict), st.sampled_from(["x" * 199, "x" * 200, "x" * 201, "é" * 201, "x" * 65]),
)  # fmt: skip


def raw_answers(question: Question) -> st.SearchStrategy[Any]:
    """Raw answers to a question: good ones, good ones with blanks around them, and strange ones."""
    good = st.integers(0, 2**32).map(lambda seed: accepted_answer(question, Random(seed)))
    edge = st.sampled_from(BLANKS)
    return st.one_of(
        good, st.builds(_padded, good, edge, edge), st.builds(_bent, good, st.integers(0, 30), _TEXTS), STRANGE
    )


def _padded(raw: Any, before: str, after: str) -> Any:
    if isinstance(raw, list):
        return [_padded(one, before, after) for one in raw[:1]] + raw[1:]
    return before + raw + after if isinstance(raw, str) else raw


def _bent(raw: Any, place: int, text: str) -> Any:
    if isinstance(raw, list):
        return [*raw, *raw[:1]] if place % 2 else raw * 2
    return raw[:place] + text + raw[place + 1 :] if isinstance(raw, str) else text


def accepted_answer(question: Question, luck: Random) -> Any:
    """A raw answer that the question accepts."""
    if isinstance(question, Choices):
        others = [code for code in question.codes if code not in question.alone]
        if question.alone and luck.random() < 0.2:
            return [luck.choice(question.alone)]
        return luck.sample(others, luck.randint(1, min(3, len(others))))
    if isinstance(question, Coded):
        return luck.choice(list(question.codes))
    if isinstance(question, Whole):
        return luck.randint(question.at_least, min(question.at_most, question.at_least + 20))
    if isinstance(question, Money):
        amount = f"{luck.randint(1, 3000)}.{luck.randint(0, 99):02}"
        return {"amount": amount, "currency": luck.choice(["EUR", "MDL", *sorted(currencies())[:2]])}
    if isinstance(question, Date):
        day = (date(2019, 1, 1) + timedelta(days=luck.randrange(1800))).isoformat()
        return day[: luck.choice([4, 7, 10])] if isinstance(question, PartialDate) else day
    if isinstance(question, Rows):
        return [accepted_answers(question.row_form, luck) for _ in range(luck.randint(1, 2))]
    return question.example if isinstance(question, Ref) else _text(question, luck)


def _text(question: Question, luck: Random) -> str:
    assert isinstance(question, Text)
    return luck.choice(["Said so.", "Ja: nein", "не знаю", "x" * (300 if isinstance(question, Narrative) else 30)])


def accepted_answers(form: FormMeta, luck: Random, outer: Answers | None = None) -> dict[str, Any]:
    """Answers to a form, each accepted by itself; what is asked is mostly answered, and nothing else ever is."""
    given: dict[str, Any] = {}
    for name, question in form.questions.items():
        asked = question.only_if is None or question.only_if.holds(Answers(form, given, outer))
        if asked and luck.random() < 0.85:
            given[name] = question.read(accepted_answer(question, luck))
            if isinstance(question, Rows):
                inside = Answers(form, given, outer)
                given[name] = [accepted_answers(question.row_form, luck, inside) for _ in range(luck.randint(1, 2))]
    return given
