"""No refusal repeats an open or sealed answer, and no value, however hostile, gives a traceback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import Form
from monitor.errors import AnswersRefused, Refusal
from monitor.submissions import ENVELOPE, check, problems_as_json
from monitor.testing import Desk
from tests.meeting_sample import (
    INSTRUMENT,
    MATTER,
    MEETING,
    OFF,
    PERSON,
    Matter,
    Meeting,
    Person,
    desk_with_matter,
    refusal,
)


@pytest.fixture
def desk() -> Desk:
    return desk_with_matter()


# Open and sealed answers are never repeated

MARKER = "Zq7Xkw"
SECRET = [
    *((Matter, "docket"), (Meeting, "notes"), (Meeting, "badge")),
    *((Person, "name"), (Person, "words"), (Person, "hair")),
]
TEXTS = st.builds(lambda before, after: f"{before}{MARKER}{after}", st.text(max_size=20), st.text(max_size=20))
HOSTILE = TEXTS | st.lists(TEXTS, min_size=1, max_size=3) | st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=2)


def said(raw: Mapping[str, Any], form: type[Form], around: Desk) -> str:
    """Everything that a refusal says, in every way in which it can be printed."""
    try:
        check(INSTRUMENT, form, raw, author="MON-01", around=around)
    except Refusal as refused:
        problems = getattr(refused, "problems", ())
        return "\n".join([*refused.lines(), repr(refused), str(refused.values), repr(problems_as_json(problems))])
    return ""


@settings(deadline=None)
@given(st.sampled_from(SECRET), HOSTILE, st.booleans())
def test_an_open_or_sealed_answer_is_in_no_message(place: tuple[type[Form], str], secret: object, broken: bool) -> None:
    desk = desk_with_matter()
    form, name = place
    if form is Matter:
        raw, asked = MATTER | {"matter_ref": "x" if broken else "M2", name: secret}, Matter
    elif form is Person:
        raw, asked = MEETING | {"quiet": "x" if broken else "yes", "people": [PERSON | {name: secret}]}, Meeting
    else:
        raw, asked = MEETING | {"quiet": "x" if broken else "yes", name: secret}, Meeting
    assert MARKER not in said(raw, asked, desk)


@pytest.mark.parametrize("name", Meeting.questions)
def test_a_sentence_is_not_repeated_wherever_it_was_put_by_mistake(name: str, desk: Desk) -> None:
    sentence = f"{MARKER} said that she was afraid."
    for wrong in (sentence, [sentence], [{"kind": sentence}], {"amount": sentence, "currency": sentence}):
        assert MARKER not in said(MEETING | {name: wrong}, Meeting, desk)


# Hostile values: problems, never tracebacks


def nested(kind: type) -> object:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep] if kind is list else {"a": deep}
    return deep


@cache
def hostile() -> list[Any]:
    return list(_hostile())


def _hostile() -> Iterator[Any]:
    yield nested(list)
    yield nested(dict)
    yield from (float("nan"), float("inf"), -float("inf"), 10**5000, 2**53, -0.0, 1j, b"bytes", object(), {1, 2}, ())
    yield from ([None], [[]], [{}], [{1: 2}], {None: None}, {"": ""}, [float("nan")], ["x"] * 10_000, [{}] * 10_000)
    yield {"_schema": ["x"]}
    yield [{"_schema": "x"}]
    yield [nested(dict)]
    yield "x" * 1_000_000


@pytest.mark.parametrize("name", [*Meeting.questions, *ENVELOPE, "unknown"])
def test_hostile_values_give_problems_and_no_traceback(name: str, desk: Desk) -> None:
    for value in hostile():
        refused = refusal(MEETING | {name: value}, desk)
        assert all(len(line) < 400 for line in refused.lines())


@pytest.mark.parametrize("name", list(Person.questions))
def test_hostile_values_in_a_row_give_problems_and_no_traceback(name: str, desk: Desk) -> None:
    for value in hostile():
        refusal(MEETING | {"people": [PERSON | {name: value}]}, desk)


@pytest.mark.parametrize("raw", [None, 5, "x", [], [{}], {1: "x"}, {("day",): "x"}, {None: 1}], ids=repr)
def test_what_is_no_object_of_answers_is_refused_as_a_whole(raw: object) -> None:
    with pytest.raises(Refusal) as refused:
        check(INSTRUMENT, Meeting, raw, author="MON-01")
    assert refused.value.code == "ANSWERS-03"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


KEYS = st.sampled_from([*Meeting.questions, *ENVELOPE]) | st.text(max_size=8)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=6), st.sampled_from([{}, MEETING, OFF]))
def test_any_json_gives_a_submission_or_problems(raw: dict[str, Any], base: dict[str, Any]) -> None:
    desk = desk_with_matter()
    try:
        check(INSTRUMENT, Meeting, base | raw, author="MON-01", around=desk)
    except AnswersRefused as refused:
        assert refused.problems and all(problem.says for problem in refused.problems)
