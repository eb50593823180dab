"""Every built-in plugin: its examples, its frozen contract, and what it promises to the codebook."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from monitor import Choice, Choices, Country, Date, Money, Narrative, PartialDate, Rating, Ref, Text, Whole
from monitor.contract import compare_with_frozen, freeze, frozen_versions, told
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
    asking = [rule for rule in instruments()[code].rules if not (rule.urgent or rule.for_reviewer)]
    warnings = [rule for rule in asking if rule.severity == "warning" and rule.kept_by is None]
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
def test_an_instrument_is_what_was_frozen_or_its_version_is_the_step_that_its_changes_demand(
    code: str, tmp_path: Path
) -> None:
    instrument, schemas = instruments()[code], ROOT / "schemas"
    if not frozen_versions(code, schemas):
        pytest.skip(f"{code} is not frozen yet: monitor instruments freeze {code}")
    found = compare_with_frozen(instrument, schemas)
    assert found.enough, f"{told(found.changes)} Give {code} version {found.least}."
    if found.since == instrument.version and not found.changes:
        for path in freeze(instrument, tmp_path):
            kept = schemas / path.relative_to(tmp_path)
            assert kept.read_text("utf-8") == path.read_text("utf-8"), f"{kept.name} was changed by hand"


# Each instrument beside the codebook

PUBLISH = {"P": "dimension", "A": "counted", "R": "never", "X": "sealed"}
TYPES: dict[str, type[Question]] = {
    "ref": Ref, "text": Text, "narrative": Narrative, "country": Country, "int": Whole, "date": Date,
    "pdate": PartialDate, "money": Money, "rating": Rating, "rating L+P": Rating, "single": Choice, "multi": Choices,
}  # fmt: skip

REFERENCES = {"actors": {"areas_covered": "area", "refers_to": "actor"}}
"""Lists of references: a block of rows, with the question that stands in each row for the field."""

A_BLOCK = "a list of references is a block of rows with one reference in each"
DEVIATIONS: dict[str, dict[str, str]] = {
    "actors": {
        "type areas_covered": A_BLOCK,
        "type refers_to": A_BLOCK,
        "publish public_contact": "open text is in no release",
        "indicator AC-I05": "it divides by a figure of another instrument",
    },
    "nrm_assessment": {
        "codes treaties_ratified": "a territory may be bound by none, and blank is not none",
        "indicator NR-I08": "a figure does not find the assessment before its own",
    },
}
"""Where an instrument says something else than the codebook, and why. Its README says more."""

BEYOND: dict[str, dict[str, str]] = {
    "actors": {"area_(ref|country|year)": "the programme's list of areas, which AC-I02 counts"},
    "nrm_assessment": {
        ".*_evidence_(source|text)": "NR02 asks for them with every rating, and lists no questions",
        "territory": "what NR08 calls area",
        "survivor_consent_recorded": "what NR09 asks to be confirmed",
    },
}
"""Questions that the codebook does not have, as patterns of their names, and why they are asked."""


@cache
def books() -> dict[str, Any]:
    if not CODEBOOK.exists():
        return {}
    found: dict[str, Any] = json.loads(CODEBOOK.read_text("utf-8"))["instruments"]
    return found


IN_CODEBOOK = pytest.mark.parametrize("code", [code for code in CODES if code in books() or not books()])


def codebook(code: str) -> dict[str, Any]:
    if not books():
        pytest.skip("the codebook lies beside the checkout, and is not there")
    book: dict[str, Any] = books()[code]
    return book


def names_in(code: str, entry: dict[str, Any]) -> list[str]:
    """Our names for a field of the codebook. What is rated in law and in practice is two questions."""
    if entry["type"] == "rating L+P":
        return [f"{entry['field']}_law", f"{entry['field']}_practice"]
    return [REFERENCES.get(code, {}).get(entry["field"], entry["field"])]


def pairs(code: str) -> list[tuple[dict[str, Any], Question]]:
    """Each field of the codebook with our question, or questions, for it."""
    ours = {question.name: question for question in instruments()[code].questions()}
    entries = [entry for section in codebook(code)["sections"] for entry in section["questions"]]
    return [(entry, ours[name]) for entry in entries for name in names_in(code, entry)]


def deviations(code: str, what: str) -> set[str]:
    known = (key.split(" ", 1) for key in DEVIATIONS.get(code, {}))
    return {name for about, name in known if about == what}


def base(identity: str) -> str:
    """The codebook's id: a letter behind it tells one of several figures or halves of a rule, or a section."""
    return re.sub(r"([a-z]|-[A-Z])$", "", identity)


@IN_CODEBOOK
def test_an_instrument_asks_the_questions_of_its_codebook(code: str) -> None:
    entries = [entry for section in codebook(code)["sections"] for entry in section["questions"]]
    named = [name for entry in entries for name in names_in(code, entry)]
    ours = [question.name for question in instruments()[code].questions()]
    assert [name for name in named if ours.count(name) != 1] == []
    beyond = "|".join(BEYOND.get(code, ()))
    assert [name for name in ours if name not in named and not re.fullmatch(beyond, name)] == []


@IN_CODEBOOK
def test_an_instrument_keeps_the_types_of_the_codebook(code: str) -> None:
    differs = {
        entry["field"] for entry, question in pairs(code)
        if type(question) is not TYPES[entry["type"].partition(":")[0]]
    }  # fmt: skip
    assert differs == deviations(code, "type")


@IN_CODEBOOK
def test_an_instrument_keeps_the_code_lists_of_the_codebook(code: str) -> None:
    lists = codebook(code)["codes"]
    named = [(entry, entry["type"].partition(":")[2], question) for entry, question in pairs(code)]
    coded = [(entry["field"], lists[listed], question) for entry, listed, question in named if listed in lists]
    differs = {
        field for field, codes, question in coded if not isinstance(question, Coded) or list(question.codes) != codes
    }
    assert differs == deviations(code, "codes")


@IN_CODEBOOK
def test_an_instrument_requires_what_the_codebook_requires(code: str) -> None:
    differs = set()
    for entry, question in pairs(code):
        # A reference in a row is needed there; the list of them need not be.
        listed = entry["field"] in REFERENCES.get(code, {})
        optional = question.form.rows_of.optional if listed else question.optional
        if entry["required"] is optional:
            differs.add(entry["field"])
    assert differs == deviations(code, "required")


@IN_CODEBOOK
def test_an_instrument_asks_a_question_when_the_codebook_does(code: str) -> None:
    asked = {question.name: question for question in instruments()[code].questions()}
    differs = {}
    for entry, question in pairs(code):
        # The block of rows carries the condition for all questions in it.
        holder = question.form.rows_of if question.only_if is None else None
        condition = holder.only_if if holder is not None else question.only_if
        ours = condition.words() if condition is not None else "always"
        # TM15 of the codebook: after a refusal at the door the judgment is not asked for.
        ours = ours.removesuffix(", and monitor_access is not refused_before_start")
        if ours != in_our_words(entry["asked_when"], asked):
            differs[entry["field"]] = ours
    assert set(differs) == deviations(code, "when"), differs


def in_our_words(asked_when: str, asked: dict[str, Question]) -> str:
    """When the codebook asks a question, as our conditions say it."""
    return ", and ".join(_clause(one, asked) for one in asked_when.split(" and "))


def _clause(clause: str, asked: dict[str, Question]) -> str:
    found = re.fullmatch(r"(\w+) (not in|in|!=|==|includes) \(?([^()]+)\)?", clause)
    if found is None:
        return clause  # a comparison of numbers, or always
    name, sign, codes = found[1], found[2], found[3].split(", ")
    several = isinstance(asked.get(name), Choices)
    if sign in ("not in", "!="):
        outside = "includes something other than " if several else "is neither " if len(codes) > 1 else "is not "
        return f"{name} {outside}" + (" or " if several else " nor ").join(codes)
    return f"{name} {'includes' if several else 'is'} {' or '.join(codes)}"


@IN_CODEBOOK
def test_an_instrument_publishes_no_more_than_the_codebook_allows(code: str) -> None:
    differs = {entry["field"] for entry, question in pairs(code) if question.publish != PUBLISH[entry["sensitivity"]]}
    assert differs == deviations(code, "publish")


@IN_CODEBOOK
def test_an_instrument_tests_the_standards_of_the_codebook(code: str) -> None:
    differs = {entry["field"] for entry, question in pairs(code) if set(question.tests) != set(entry["standards"])}
    assert differs == deviations(code, "standards")


@IN_CODEBOOK
def test_an_instrument_names_the_source_of_each_question(code: str) -> None:
    differs = {entry["field"] for entry, question in pairs(code) if question.origin != entry["origin"]}
    assert differs == deviations(code, "origin")


@IN_CODEBOOK
def test_an_instrument_has_the_rules_of_its_codebook_and_their_severity(code: str) -> None:
    theirs = {rule["id"]: rule["severity"] for rule in codebook(code)["rules"]}
    rules = instruments()[code].rules
    kept = {base(rule.id) for rule in rules if rule.severity == theirs.get(base(rule.id))}
    assert set(theirs) - kept == deviations(code, "rule")
    assert {base(rule.id) for rule in rules} <= set(theirs)


@IN_CODEBOOK
def test_an_instrument_has_the_indicators_of_its_codebook(code: str) -> None:
    theirs = {indicator["id"] for indicator in codebook(code)["indicators"]}
    ours = {base(indicator.id) for indicator in instruments()[code].indicators}
    assert theirs - ours == deviations(code, "indicator")
    assert ours <= theirs


def test_every_deviation_from_the_codebook_is_one_of_an_instrument_and_has_its_reason() -> None:
    whats = {"type", "codes", "required", "when", "publish", "standards", "origin", "rule", "indicator"}
    for table in DEVIATIONS.values():
        assert {key.split(" ")[0] for key in table} <= whats
        assert all(table.values())
    assert all(reason for table in BEYOND.values() for reason in table.values())
