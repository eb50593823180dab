"""Every built-in plugin: its examples, its frozen contract, and what it promises to the codebook."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from monitor import Choice, Choices, Country, Date, Money, Narrative, PartialDate, Rating, Ref, Text, Whole
from monitor.contract import freeze
from monitor.instrument import Instrument
from monitor.plugins import load
from monitor.questions import Coded, Question
from monitor.submissions import answers_beside
from monitor.testing import Desk, Example, accepted, assert_refused, desk_with_accepted, problems_of, refused

ROOT = Path(__file__).parents[1]
CODES = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/pyproject.toml"))
CODEBOOK = ROOT.parent / "shared" / "domain" / "instruments.json"


@cache
def instruments() -> dict[str, Instrument]:
    return dict(load([ROOT / "plugins"]).catalogue)


@cache
def desk(code: str) -> Desk:
    return desk_with_accepted(instruments()[code])


def examples() -> list[Any]:
    found = [(code, example) for code in CODES for example in refused(instruments()[code])]
    return [pytest.param(code, example, id=f"{code}/{example.name}") for code, example in found]


def test_every_plugin_folder_gives_the_instrument_of_its_name() -> None:
    assert sorted(instruments()) == CODES


@pytest.mark.parametrize("code", CODES)
def test_every_accepted_example_is_accepted(code: str) -> None:
    assert {stored.form for stored in desk(code).submissions} == set(instruments()[code].forms)
    assert len(desk(code).submissions) == len(accepted(instruments()[code]))


@pytest.mark.parametrize("code, example", examples())
def test_every_refused_example_is_refused_for_its_one_reason(code: str, example: Example) -> None:
    assert_refused(instruments()[code], example, desk(code))


@pytest.mark.parametrize("code", CODES)
def test_every_rule_has_an_example_that_breaks_it(code: str) -> None:
    instrument = instruments()[code]
    broken = {
        problem.rule for example in refused(instrument) for problem in problems_of(instrument, example, desk(code))
    }
    refusing = [rule for rule in instrument.rules if not (rule.urgent or rule.for_reviewer)]
    assert [rule.id for rule in refusing if rule.id not in broken] == []


@pytest.mark.parametrize("code", CODES)
def test_a_rule_that_refuses_nothing_is_met_by_some_accepted_examples_and_not_by_others(code: str) -> None:
    instrument = instruments()[code]
    for rule in instrument.rules:
        if rule.urgent or rule.for_reviewer:
            assert rule.flag_if is not None  # the declaration demands it
            stored = [one for one in desk(code).submissions if one.form is rule.form]
            met = {rule.flag_if.holds(answers_beside(one, desk(code))) for one in stored}
            assert met == {True, False}, rule.id


@pytest.mark.parametrize("code", CODES)
def test_every_warning_is_explained_in_an_accepted_example(code: str) -> None:
    explained = {
        rule for example in accepted(instruments()[code]) for rule in example.answers().get("_explanations", ())
    }
    warnings = [rule for rule in instruments()[code].rules if rule.severity == "warning" and rule.kept_by is None]
    assert [rule.id for rule in warnings if rule.id not in explained] == []


@pytest.mark.parametrize("code", CODES)
def test_every_question_is_answered_in_an_accepted_example(code: str) -> None:
    answered: set[tuple[object, str]] = set()
    for stored in desk(code).submissions:
        for name, value in stored.values.items():
            answered.add((stored.form, name))
            rows = value if stored.form.questions[name].storage == "rows" else ()
            answered |= {(stored.form.questions[name].row_form, inside) for row in rows for inside in row}
    questions = [question for form in instruments()[code].all_forms() for question in form.questions.values()]
    assert [question.name for question in questions if (question.form, question.name) not in answered] == []


@pytest.mark.parametrize("code", CODES)
def test_every_indicator_counts_questions_of_its_instrument(code: str) -> None:
    instrument = instruments()[code]
    asked = list(instrument.questions())
    for indicator in instrument.indicators:
        dimensions = [dimension.question for table in indicator.tables for dimension in table]
        assert indicator.tables, indicator.id
        assert all(any(question is one for one in asked) for question in (*indicator.questions(), *dimensions))


@pytest.mark.parametrize("code", CODES)
def test_the_frozen_contract_is_the_instrument_as_it_is(code: str, tmp_path: Path) -> None:
    instrument = instruments()[code]
    frozen = ROOT / "schemas" / code / f"{instrument.version}.json"
    if not frozen.exists():
        pytest.skip(f"{code} {instrument.version} is not frozen yet: monitor instruments freeze {code}")
    for path in freeze(instrument, tmp_path):
        kept = ROOT / "schemas" / path.relative_to(tmp_path)
        assert kept.read_text("utf-8") == path.read_text("utf-8"), f"{kept.name}: give the instrument a new version"


# trial_monitoring beside its codebook

PUBLISH = {"P": "dimension", "A": "counted", "R": "never", "X": "sealed"}
TYPES: dict[str, type[Question]] = {
    "ref": Ref, "text": Text, "narrative": Narrative, "country": Country, "int": Whole, "date": Date,
    "pdate": PartialDate, "money": Money, "rating": Rating, "single": Choice, "multi": Choices,
}  # fmt: skip


@cache
def codebook() -> dict[str, Any]:
    if not CODEBOOK.exists():
        pytest.skip("the codebook lies beside the checkout, and is not there")
    book: dict[str, Any] = json.loads(CODEBOOK.read_text("utf-8"))["instruments"]["trial_monitoring"]
    return book


def pairs() -> list[tuple[dict[str, Any], Question]]:
    """Each question of the codebook with ours of the same name."""
    ours = {question.name: question for question in instruments()["trial_monitoring"].questions()}
    return [(entry, ours[entry["field"]]) for section in codebook()["sections"] for entry in section["questions"]]


def test_trial_monitoring_asks_the_70_questions_of_the_codebook() -> None:
    named = [entry["field"] for section in codebook()["sections"] for entry in section["questions"]]
    assert len(named) == 70
    assert sorted(question.name for question in instruments()["trial_monitoring"].questions()) == sorted(named)


def test_trial_monitoring_keeps_the_types_and_code_lists_of_the_codebook() -> None:
    for entry, question in pairs():
        kind, _, listed = entry["type"].partition(":")
        assert type(question) is TYPES[kind], question.name
        if listed:
            assert isinstance(question, Coded)
            assert list(question.codes) == codebook()["codes"][listed], question.name


def test_trial_monitoring_requires_what_the_codebook_requires() -> None:
    assert [entry["field"] for entry, question in pairs() if entry["required"] is question.optional] == []


def test_trial_monitoring_asks_a_question_when_the_codebook_does() -> None:
    for entry, question in pairs():
        # The block of rows carries the condition for all questions in it.
        holder = question.form.rows_of if question.only_if is None else None
        condition = holder.only_if if holder is not None else question.only_if
        # TM15 of the codebook: after a refusal at the door the judgment is not asked for.
        ours = condition.words() if condition is not None else "always"
        ours = ours.removesuffix(", and monitor_access is not refused_before_start")
        assert ours == in_our_words(entry), question.name


def in_our_words(entry: dict[str, Any]) -> str:
    """When the codebook asks a question, as our conditions say it."""
    listed = re.sub(r"\((.+?)\)", lambda codes: codes[1].replace(", ", " or "), entry["asked_when"])
    for theirs, ours in {
        " not in ": " includes something other than ", " in ": " is ", " != ": " is not ", " == ": " is ",
        " and ": ", and ",
    }.items():  # fmt: skip
        listed = listed.replace(theirs, ours)
    return listed


def test_trial_monitoring_publishes_no_more_than_the_codebook_allows() -> None:
    assert [entry["field"] for entry, question in pairs() if question.publish != PUBLISH[entry["sensitivity"]]] == []


def test_trial_monitoring_tests_the_standards_of_the_codebook() -> None:
    assert [entry["field"] for entry, question in pairs() if set(question.tests) != set(entry["standards"])] == []


def test_trial_monitoring_names_the_source_of_each_question() -> None:
    assert [entry["field"] for entry, question in pairs() if question.origin != entry["origin"]] == []


def test_trial_monitoring_has_every_rule_and_indicator_of_the_codebook() -> None:
    instrument = instruments()["trial_monitoring"]
    rules = {rule.id: rule.severity for rule in instrument.rules}
    for rule in codebook()["rules"]:
        assert rules[rule["id"]] in rule["severity"], rule["id"]
    ours = {indicator.id.rstrip("abc") for indicator in instrument.indicators}
    assert {indicator["id"] for indicator in codebook()["indicators"]} == ours
