"""The kit: a new plugin works at once, ours have no errors, and what the check says of a plugin can be relied upon."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor import Choice, Choices, Codes, Form, Instrument, Narrative, Rows, Rule, Whole
from monitor.cli.root import cli
from monitor.conditions import Answers, Condition, Not
from monitor.errors import Refusal
from monitor.interview import walk
from monitor.kit import Report, check_plugin, new_plugin, taken_codes
from monitor.kit.goals import Goal
from monitor.kit.logic import dry_interview, never_asked, rules_alone
from monitor.kit.rehearsal import Stage
from monitor.plugins import load
from monitor.submissions import Desk

ROOT = Path(__file__).parents[1]
CODES = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/pyproject.toml"))


@cache
def checked(code: str) -> Report:
    return check_plugin(ROOT / "plugins" / code, schemas=ROOT / "schemas")


def said(report: Report) -> list[str]:
    return [complaint.code for complaint in report.complaints]


# Ours


@pytest.mark.parametrize("code", CODES)
def test_a_built_in_plugin_has_no_errors(code: str) -> None:
    assert ["\n".join(complaint.lines()) for complaint in checked(code).of("error")] == []


@pytest.mark.parametrize("code", CODES)
def test_the_dry_interview_of_a_built_in_plugin_reaches_every_question(code: str) -> None:
    forbidden = [complaint for complaint in checked(code).complaints if complaint.code == "KIT-42"]
    reached = sum(one.reached for one in checked(code).walked)
    assert reached + len(forbidden) == sum(one.branches for one in checked(code).walked) > 0
    assert [complaint.lines() for complaint in checked(code).of("undecided")] == []


# New


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    new_plugin("waiting_rooms", out)
    return out / "waiting_rooms"


def test_a_new_plugin_passes_the_check_without_a_word(made: Path) -> None:
    report = check_plugin(made, taken=taken_codes(made))
    assert [complaint.lines() for complaint in report.complaints] == []
    assert [(one.reached, one.branches) for one in report.walked] == [(13, 13)]


def test_a_new_plugin_loads_beside_the_others(made: Path) -> None:
    instrument = load([made]).instrument("waiting_rooms")
    assert (instrument.title, [rule.id for rule in instrument.rules]) == ("Waiting rooms", ["WR01"])
    assert [indicator.id for indicator in instrument.indicators] == ["WR-I01"]


def test_nothing_of_the_template_is_left_in_a_new_plugin(made: Path) -> None:
    written = (path for path in made.rglob("*") if "__pycache__" not in path.parts)  # Python's own, when it was checked
    for path in written:
        assert "@" not in path.name and path.suffix in ("", ".py", ".md", ".json", ".toml", ".typed", ".txt")
        assert path.is_dir() or "@NAME@" not in path.read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ["pytest", "-q", "-p", "no:cacheprovider", "."],
        ["ruff", "check", "--no-cache", "--config", str(ROOT / "pyproject.toml"), "."],
        ["mypy", "--strict", "--cache-dir", os.devnull, "monitor_waiting_rooms", "tests"],
    ],
    ids=lambda words: words[0],
)
def test_a_new_plugin_passes_what_ours_pass(made: Path, words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=made,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "name", ["", "Waiting", "waiting-rooms", "../out", "a b", "1st", "a__b", "a_", "_a", "class", "x" * 33, "größe"]
)
def test_a_name_that_cannot_be_one_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="KIT-01"):
        new_plugin(name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "name", ["..", ".", "../x", "a/b", "a\\b", "/tmp/x", "C:x", "a\x00b", "a\n", "a\u2025", "~", "a/../../b", "\uff0fa"]
)
def test_no_name_leads_out_of_the_folder_that_is_named(name: str, tmp_path: Path) -> None:
    out = tmp_path / "inside" / "out"
    with pytest.raises(Refusal, match="KIT-01"):
        new_plugin(name, out)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("name", CODES)
def test_the_name_of_a_built_in_plugin_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="KIT-01") as refused:
        new_plugin(name, tmp_path)
    assert "there already" in refused.value.sentence and not (tmp_path / name).exists()


def test_what_stands_already_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "waiting_rooms").mkdir()
    with pytest.raises(Refusal, match="KIT-02"):
        new_plugin("waiting_rooms", tmp_path)
    assert list((tmp_path / "waiting_rooms").iterdir()) == []


def test_a_place_where_nothing_can_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(Refusal, match="KIT-03"):
        new_plugin("waiting_rooms", tmp_path / "file")


# The command line


def test_a_folder_that_is_no_plugin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="PLUGIN-11"):
        check_plugin(tmp_path)


def test_the_check_ends_with_1_when_anything_is_an_error(made: Path, tmp_path: Path) -> None:
    good = CliRunner().invoke(cli, ["plugins", "check", str(made)])
    assert good.exit_code == 0 and "waiting_rooms: 0 errors, 0 undecided, " in good.stdout
    new_plugin("broken", tmp_path)
    (tmp_path / "broken" / "README.md").unlink()
    bad = CliRunner().invoke(cli, ["plugins", "check", str(tmp_path / "broken")])
    assert bad.exit_code == 1 and "error: README.md\n  There is no README.md. [KIT-10]" in bad.stdout


def test_advice_alone_is_no_error(tmp_path: Path) -> None:
    new_plugin("advised", tmp_path)
    (tmp_path / "advised" / "monitor_advised" / "py.typed").unlink()
    done = CliRunner().invoke(cli, ["plugins", "check", str(tmp_path / "advised"), "--json"])
    found = json.loads(done.stdout)
    assert (done.exit_code, found["errors"], found["complaints"][0]["weight"]) == (0, 0, "advice")
    assert set(found) == {"instruments", "errors", "advice", "undecided", "interviews", "complaints"}
    assert set(found["complaints"][0]) == {"code", "where", "says", "do", "weight"}


def test_new_prints_the_files_and_says_how_to_go_on(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["plugins", "new", "night_shelters", "--out", str(tmp_path)])
    assert done.exit_code == 0 and "night_shelters/README.md" in done.stdout
    assert "monitor plugins check" in done.stderr


def test_the_code_of_another_instrument_is_an_error(made: Path) -> None:
    assert said(check_plugin(made, taken={"waiting_rooms": "installed plugin 'other'"})) == ["KIT-04"]


def test_a_built_in_folder_does_not_take_its_own_code() -> None:
    assert "case_data" not in taken_codes(ROOT / "plugins" / "case_data")
    assert "trial_monitoring" in taken_codes(ROOT / "plugins" / "case_data")


# The search, beside all answers there are: whatever it says of a small form is so.

ABC = Codes(a="A", b="B", c="C")
NUMBERS = range(5)


class Small(Form):
    """A form so small that every submission can be listed."""

    first = Choice("Which?", ABC)
    several = Choices("Which ones?", ABC, alone=("c",))
    number = Whole("How many?", at_most=4, optional=True)
    second = Choice("And which?", ABC, only_if=first.is_("a") | (number > 2))
    other = Whole("And how many?", at_most=4, only_if=second.is_("b", "c"))


def every_submission() -> list[Answers]:
    """Each set of answers that the form accepts, as conditions see it."""
    choices = [None, "a", "b", "c"]
    several = [["a"], ["b"], ["c"], ["a", "b"]]
    numbers = [None, *NUMBERS]
    found = []
    for first, chosen, number, second, other in itertools.product(choices[1:], several, numbers, choices, numbers):
        given = {"first": first, "several": chosen, "number": number, "second": second, "other": other}
        walked = walk(Small, {name: value for name, value in given.items() if value is not None})
        if not list(walked.missing()) and not list(walked.unasked()):
            found.append(walked.answers)
    return found


EVERY = every_submission()
CODE = st.sampled_from("abc")
ATOMS = st.one_of(
    st.builds(lambda question, code: question.is_(code), st.sampled_from([Small.first, Small.second]), CODE),
    st.builds(lambda code: Small.several.includes(code), CODE),
    st.builds(lambda code: Small.several.includes_other_than(code), CODE),
    st.builds(
        lambda question, number: question > number, st.sampled_from([Small.number, Small.other]), st.integers(0, 4)
    ),
    st.builds(lambda one, other: one <= other, st.just(Small.number), st.just(Small.other)),
    st.builds(lambda question: question.answered(), st.sampled_from([Small.number, Small.second, Small.other])),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(lambda a, b: a & b, inner, inner),
        st.builds(lambda a, b: a | b, inner, inner),
        st.builds(Not, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CONDITIONS, CONDITIONS)
def test_the_search_finds_what_there_is_and_proves_what_there_is_not(wanted: Condition, rule: Condition) -> None:
    # The search tells answers apart by what the instrument asks of them: what is wanted is one of its conditions.
    seen = Rule("S2", Small, "Somebody should see this today.", at=(Small.first,), urgent=True, flag_if=wanted)
    rules = (Rule("S1", Small, "A rule.", at=(Small.first,), must_hold=rule), seen)
    stage = Stage(Instrument(code="small", version="1.0", title="Small", forms=(Small,), rules=rules))
    outcome = stage.find(Small, Goal(wanted))
    exists = any(wanted.truth(answers) is True and rule.truth(answers) is not False for answers in EVERY)
    assert (outcome.left is not None) is exists and (exists or outcome.decided)
    if outcome.left is not None:
        rehearsed = stage.rehearse(Small, outcome, set())
        assert rehearsed is not None and rehearsed.refused is None
        values = {name: value for name, value in rehearsed.raw.items() if not name.startswith("_")}
        assert wanted.truth(walk(Small, values).answers) is True


# Rows, and what lies beyond the search


class Line(Form):
    """A row."""

    kind = Choice("Which kind?", ABC)
    amount = Whole("How much?", at_most=9, only_if=kind.is_("a", "b"))


class Sheet(Form):
    """A form with rows."""

    lines = Rows(Line, "Which lines?")
    asked_of_rows = Choice("Which?", ABC, only_if=lines.any(Line.kind.is_("b")) & ~lines.any(Line.kind.is_("a")))
    seldom = Choice("Which?", ABC, only_if=lines.count() > 50)
    notes = Narrative("What else?", optional=True)


def sheet(*rules: Rule) -> Stage:
    return Stage(Instrument(code="sheet", version="1.0", title="Sheets", forms=(Sheet,), rules=rules))


def test_rows_are_filled_in_as_the_questions_after_them_need() -> None:
    walked = dry_interview(sheet(), Sheet, Desk())
    assert [(complaint.code, complaint.where) for complaint in walked.complaints] == [("KIT-48", "sheet.sheet.seldom")]
    assert walked.branches - walked.reached == 4


def test_a_question_for_many_rows_is_undecided_and_one_for_more_than_there_can_be_is_never_asked() -> None:
    class Row(Form):
        """A row."""

        kind = Choice("Which kind?", ABC)

    class Endless(Form):
        """A form with more rows than a form can have."""

        lines = Rows(Row, "Which lines?")
        never = Choice("Which?", ABC, only_if=lines.count() > 300)

    stage = Stage(Instrument(code="endless", version="1.0", title="Endless", forms=(Endless,)))
    assert [(found.code, found.where) for found in never_asked(stage)] == [("KIT-40", "endless.endless.never")]
    assert [(found.code, found.where) for found in never_asked(sheet())] == [("KIT-48", "sheet.sheet.seldom")]


def test_a_total_over_rows_is_searched_as_far_as_a_few_rows_go() -> None:
    rule = Rule("S1", Sheet, "Together more than 12.", at=(Sheet.lines,), must_hold=Sheet.lines.total(Line.amount) > 12)
    walked = dry_interview(sheet(rule), Sheet, Desk())
    assert {complaint.where for complaint in walked.complaints} == {"sheet.sheet.seldom"}


def test_what_cannot_be_decided_is_said_to_be_so() -> None:
    beyond = Sheet.lines.total(Line.amount) > 1000
    rule = Rule("S1", Sheet, "Together more than 1000.", at=(Sheet.lines,), must_hold=beyond)
    complaints = dry_interview(sheet(rule), Sheet, Desk()).complaints
    assert complaints and {complaint.code for complaint in complaints} == {"KIT-48"}


def test_a_rule_on_other_submissions_is_not_taken_for_one_that_nothing_breaks() -> None:
    from monitor import AnyOther

    class Visit(Form):
        """A visit."""

        place = Choice("Which place?", ABC)

    rule = Rule("V1", Visit, "Twice.", at=(Visit.place,), flag_if=AnyOther(same=(Visit.place,)))
    stage = Stage(Instrument(code="visits", version="1.0", title="Visits", forms=(Visit,), rules=(rule,)))
    assert list(rules_alone(stage)) == []
    assert dry_interview(stage, Visit, Desk()).complaints == ()


def test_the_check_says_the_same_on_any_day(monkeypatch: pytest.MonkeyPatch) -> None:
    instrument = load([ROOT / "plugins" / "case_data"], installed=False).instrument("case_data")
    for today in (date(2025, 1, 1), date(2024, 2, 29), date(2025, 12, 31)):
        stage = Stage(instrument, today)
        assert dry_interview(stage, instrument.forms[0], Desk()).complaints == ()
