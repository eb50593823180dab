"""What marshmallow accepts and refuses, the JSON Schema of the contract accepts and refuses, question by question."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from marshmallow import ValidationError

from monitor import (
    Choice,
    Choices,
    Codes,
    Country,
    Date,
    Form,
    Instrument,
    Money,
    Narrative,
    PartialDate,
    Rating,
    Ref,
    Rows,
    Text,
    Whole,
)
from monitor.contract import as_contract, frozen_text
from monitor.forms import FormMeta
from monitor.plugins import load
from monitor.questions import Question
from monitor.questions.patterns import BLANKS, DAY, TEXT_BLANKS
from monitor.submissions import without_blanks
from tests.random_answers import STRANGE, accepted_answers, raw_answers

ROOT = Path(__file__).parents[1]
CODES = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/pyproject.toml"))


class Line(Form):
    """A line."""

    kind = Choice("Which?", Codes(("a+b", "A and B"), ("c-1", "C"), yes="Yes"))
    price = Money("How much?", optional=True)


class Sheet(Form):
    """A sheet with every kind of question."""

    ref = Ref("Ref?", pattern=r"[A-Z ]*[0-9]+|X", example="A1")
    choice = Choice("Which?", Codes(yes="Yes", no="No"))
    choices = Choices("Which?", Codes(a="A", b="B", none="None"), alone=("none",), optional=True)
    rating = Rating("Is it?", optional=True)
    country = Country("Where?", also=Codes(ZZ="Unknown"), optional=True)
    day = Date("When?", optional=True)
    part = PartialDate("When about?", optional=True)
    number = Whole("How many?", at_least=1, at_most=5, only_if=choice.is_("yes"))
    price = Money("How much?", optional=True)
    nothing = Money("How much, or nothing?", zero=True, optional=True)
    text = Text("What?", optional=True)
    story = Narrative("And then?", optional=True)
    lines = Rows(Line, "Which lines?", optional=True)


EVERY_KIND = Instrument("kinds", "1.0", "Every kind of question", (Sheet,))


@cache
def instrument(code: str) -> Instrument:
    return EVERY_KIND if code == "kinds" else load([ROOT / "plugins"]).catalogue[code]


@cache
def schema(code: str) -> dict[str, Any]:
    # As the file holds it, so that what is tried is what is published.
    contract: dict[str, Any] = json.loads(frozen_text(as_contract(instrument(code))))
    return contract


@cache
def validator(code: str, form: str, question: str = "") -> Draft202012Validator:
    definitions = schema(code)["$defs"]
    inside = definitions[form]["properties"][question] if question else definitions[form]
    return Draft202012Validator({"$defs": definitions, **inside})


def reads(question: Question, raw: Any) -> bool:
    try:
        question.read(raw)
    except ValidationError:
        return False
    return True


def loads(form: FormMeta, raw: dict[str, Any]) -> bool:
    """Whether marshmallow takes the answers, and every answer that is always needed is there. In rows, too."""
    given = without_blanks(raw)
    try:
        form().load(given)
    except ValidationError:
        return False
    blocks = [(form, given)]
    for name, question in form.questions.items():
        blocks += [(question.row_form, row) for row in given.get(name, ())] if isinstance(question, Rows) else []
    needed = (
        name in answers for block, answers in blocks
        for name, question in block.questions.items() if not question.optional and question.only_if is None
    )  # fmt: skip
    return all(needed)


def named(question: Question, raw: Any) -> bool:
    """Whether the contract names this answer among what JSON Schema cannot say (``x-not-said``)."""
    if isinstance(question, Money) and isinstance(raw, dict):
        raw = raw.get("amount")
    if isinstance(question, (Whole, Money)):
        return isinstance(raw, float) and raw.is_integer()
    if isinstance(question, Choices) and isinstance(raw, list) and all(isinstance(one, str) for one in raw):
        return len({one.strip() for one in raw}) < len(set(raw))
    if isinstance(question, Date) and question.not_after and isinstance(raw, str):
        return raw.strip() > date.today().isoformat()
    return False


QUESTIONS = {
    code: [question for form in instrument(code).all_forms() for question in form.questions.values()
           if not isinstance(question, Rows)]
    for code in (*CODES, "kinds")
}  # fmt: skip


@pytest.mark.parametrize("code", [*CODES, "kinds"])
@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_json_schema_takes_the_answers_that_marshmallow_takes(code: str, data: st.DataObject) -> None:
    question = data.draw(st.sampled_from(QUESTIONS[code]))
    raw = data.draw(raw_answers(question))
    assume(not named(question, raw) and without_blanks({"a": raw}))
    valid = validator(code, question.form.code, question.name).is_valid(raw)
    assert valid is reads(question, raw), (question.name, raw)


@settings(deadline=None, max_examples=400)
@given(question=st.sampled_from(QUESTIONS["kinds"]), data=st.data())
def test_every_kind_of_question_is_said_exactly(question: Question, data: st.DataObject) -> None:
    raw = data.draw(raw_answers(question))
    assume(not named(question, raw) and without_blanks({"a": raw}))
    valid = validator("kinds", question.form.code, question.name).is_valid(raw)
    assert valid is reads(question, raw), raw


@pytest.mark.parametrize("code", [*CODES, "kinds"])
@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32), data=st.data())
def test_a_whole_form_is_taken_or_refused_by_both(code: str, seed: int, data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(instrument(code).forms))
    answers = accepted_answers(form, Random(seed))
    names = st.sampled_from([*form.questions, "no_question"])
    for name in data.draw(st.lists(names, max_size=2)):
        answers[name] = data.draw(STRANGE)
    assume(not any(name in form.questions and named(form.questions[name], raw) for name, raw in answers.items()))
    assert validator(code, form.code).is_valid(answers) is loads(form, answers)


@pytest.mark.parametrize("blank", [None, "", "  ", "\n", "\x1c", []])
def test_a_blank_stands_only_where_an_answer_may_be_left_out(blank: Any) -> None:
    sheet = {"ref": "A1", "choice": "no"}
    assert validator("kinds", "sheet").is_valid({**sheet, "text": blank, "number": blank, "lines": blank})
    assert not validator("kinds", "sheet").is_valid({**sheet, "choice": blank})


def test_every_day_that_the_calendar_has_and_no_other_is_a_date() -> None:
    for year in (0, 1, 4, 100, 400, 1900, 2000, 2023, 2024, 9999):
        for month in range(14):
            for day in range(33):
                text = f"{year:04}-{month:02}-{day:02}"
                try:
                    date.fromisoformat(text)
                    real = True
                except ValueError:
                    real = False
                assert bool(re.fullmatch(DAY, text)) is real, text


def test_the_blanks_around_an_answer_are_those_that_python_takes_off() -> None:
    every = [chr(number) for number in range(0x110000)]
    spaces = {sign for sign in every if sign.isspace()}
    assert {sign for sign in every if re.fullmatch(BLANKS, sign)} == spaces
    assert {sign for sign in every if re.fullmatch(TEXT_BLANKS, sign)} == spaces - set("\x0b\x0c\x1c\x1d\x1e\x1f")


def patterns_of(code: str) -> set[str]:
    written = re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', frozen_text(as_contract(instrument(code))))
    return {json.loads(one) for one in written}


@pytest.mark.parametrize("code", CODES)
def test_a_pattern_is_written_so_that_other_languages_read_it_too(code: str) -> None:
    """No Python of its own: what ECMA 262 lacks, or reads otherwise, would make two schemas of one."""
    foreign = re.compile(r"\(\?P|\(\?[aiLmsux]|\\[AZdDwWsSbB]")
    assert [one for one in patterns_of(code) if foreign.search(one) or not one.isascii()] == []


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js, which reads patterns as browsers do")
def test_another_language_finds_the_same_texts_by_the_patterns() -> None:
    patterns = sorted({pattern for code in CODES for pattern in patterns_of(code)})
    texts = ["MD-2024-001", "2024-02-29", "2023-02-29", " 2024-02 ", "0000", "yes", " yes\n", "5.00", "5.00\n", "V1"]
    texts += ["", "\t ", "\x1c", "\x85x\x85", "\ufeffyes", "a\x00b", "a\n𝒳", "\ud800", "é", "none", "UNKNOWN"]
    script = "const {patterns, texts} = JSON.parse(require('fs').readFileSync(0)); console.log(JSON.stringify("
    script += "patterns.map(p => texts.map(t => new RegExp(p, 'u').test(t)))))"
    asked = json.dumps({"patterns": patterns, "texts": texts})
    done = subprocess.run(["node", "-e", script], input=asked, capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout)
    ours = [[re.search(pattern, text) is not None for text in texts] for pattern in patterns]
    assert [pattern for pattern, one, other in zip(patterns, ours, theirs, strict=True) if one != other] == []


def test_what_json_schema_cannot_say_is_named_by_type() -> None:
    unsaid = schema("kinds")["x-not-said"]
    assert set(unsaid) == {"every form", "Choices", "Date", "PartialDate", "Money", "Ref", "Whole"}
    assert validator("kinds", "sheet", "number").is_valid(5.0) and not reads(Sheet.number, 5.0)
    assert validator("kinds", "sheet", "choices").is_valid(["a", " a"]) and not reads(Sheet.choices, ["a", " a"])
