"""A whole case and a whole hearing, typed by a person at a real terminal, as they go wrong and are gone on with."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.interview import walk
from monitor.plugins import load
from monitor.questions import Choice, Choices, Country, Date, Narrative, PartialDate, Question, Rows
from monitor.store import create, list_drafts, list_submissions, load_draft, open_store, show
from tests.terminal import Terminal, environment

pytest.importorskip("pyte", reason="the package pyte, which stands for a terminal's screen, is not installed")
if os.name != "posix":
    pytest.skip("there is no pty here", allow_module_level=True)

EXAMPLES = Path(__file__).parents[1] / "plugins/trial_monitoring/monitor_trial_monitoring/examples"
CASE = json.loads((EXAMPLES / "case/01_several_victims.json").read_text("utf-8"))
HEARING = json.loads((EXAMPLES / "hearing/03_two_victims_heard.json").read_text("utf-8"))
FEW = 9
"""So many answers are typed with one key."""


@pytest.fixture(scope="module")
def trials() -> Instrument:
    return load().catalogue["trial_monitoring"]


@dataclass
class Typed:
    """What a person types at a question; ``enough`` are the keys without which it cannot be said at all."""

    where: str
    name: str
    keys: str
    enough: int


def typed(form: FormMeta, answers: Mapping[str, Any], outer: Any = None) -> list[Typed]:
    """A whole form as a person types it, question by question."""
    given = {name: value for name, value in answers.items() if not name.startswith("_")}
    steps = [step for step in walk(form, given, outer).steps if step.asked]
    return [Typed(step.where, step.question.name, *keys_of(step.question, step.answer)) for step in steps]


def keys_of(question: Question, answer: Any) -> tuple[str, int]:
    if answer is None:
        return "\n", 0
    if isinstance(question, Choices):
        numbers = [list(question.codes).index(code) + 1 for code in answer]
        between = "" if len(question.codes) <= FEW else " "
        return between.join(map(str, numbers)) + "\n", len(numbers)
    if isinstance(question, Choice) and not isinstance(question, Country):
        number = str(list(question.codes).index(answer) + 1)
        return (number if len(question.codes) <= FEW else f"{number}\n"), 1
    if isinstance(question, Date):
        text = answer if isinstance(question, PartialDate) else date.fromisoformat(answer).strftime("%-d.%-m.%Y")
        return f"{text}\n", len(text)
    if isinstance(question, Narrative):
        return f"{answer}\n.\n", len(answer)
    text = str(len(answer)) if isinstance(question, Rows) else str(answer)
    return f"{text}\n", len(text)


@dataclass
class Way:
    """How somebody sits at the terminal."""

    words: tuple[str, ...] = ()
    set: Mapping[str, str] = field(default_factory=dict)
    size: tuple[int, int] = (80, 24)
    language: str = ""

    @property
    def line_by_line(self) -> bool:
        return "--plain-prompts" in self.words or self.set.get("TERM") == "dumb"


class Person:
    """A person at a terminal, in front of a store."""

    def __init__(self, store: Path, way: Way) -> None:
        self.store, self.way = store, way
        self.delays: list[tuple[float, str]] = []
        self.keys = 0
        self.terminal: Terminal

    def sits_down(self, *words: str) -> None:
        language = ("--language", self.way.language) if self.way.language else ()
        given = environment(self.store, **self.way.set)
        columns, rows = self.way.size
        self.terminal = Terminal([*language, *words, *self.way.words], given, columns, rows)

    def sees(self, wanted: str, *, timed: bool = False) -> None:
        self.terminal.wait(wanted, timed=timed)

    def presses(self, keys: str) -> None:
        """Keys, with the Enter that a terminal wants that is read line by line."""
        if keys == "\n" and not self.way.line_by_line:
            time.sleep(0.45)  # an Enter at once is a habit, and is not taken
        self.terminal.type(keys if keys.endswith("\n") or not self.way.line_by_line else f"{keys}\n")

    def types(self, form: Sequence[Typed], *, then: str) -> None:
        """Type these answers, each as soon as its question stands there, until ``then`` does."""
        wanted = [*(one.name + ":" for one in form[1:]), then]
        for one, following in zip(form, wanted, strict=True):
            self.presses(one.keys)
            self.sees(following, timed="\n.\n" not in one.keys and following.endswith(":"))

    def goes_on_with_the_draft(self) -> None:
        self.sees("  1  ")
        self.terminal.settle(0.3)
        self.presses("1")

    def gets_up(self) -> int:
        self.delays += self.terminal.delays
        self.keys += self.terminal.keys
        return self.terminal.end()

    def loses_power(self) -> None:
        self.delays += self.terminal.delays
        self.keys += self.terminal.keys
        self.terminal.kill()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store.db"
    create(path, "Invented", "MON-01", plain=True).close()
    return path


WAYS = {
    "as it comes": Way(),
    "LANG=C": Way(set={"LANG": "C", "LC_ALL": "C"}),
    "dumb": Way(set={"TERM": "dumb"}),
    "plain prompts": Way(("--plain-prompts",)),
    "no colour": Way(set={"NO_COLOR": "1"}),
    "French": Way(language="fr"),
    "Russian": Way(language="ru", set={"TERM": "linux"}),
    "a wide window": Way(size=(200, 60)),
}


def part(form: Sequence[Typed], first: str, last: str) -> list[Typed]:
    """From one place to another."""
    places = [one.where for one in form]
    return list(form[places.index(first) : places.index(last) + 1])


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_case_and_a_hearing_are_typed_with_slips_and_a_power_cut_and_stored_as_they_were_meant(
    store: Path, trials: Instrument, way: Way
) -> None:
    person = Person(store, way)
    case, hearing = trials.form("case"), trials.form("hearing")
    assert case is not None and hearing is not None
    person.sits_down("fill", "trial_monitoring.case")
    person.sees("case_ref:")
    person.types(typed(case, CASE), then=":leave")
    person.presses("1\n")
    assert person.gets_up() == 0
    with open_store(store) as working:
        parent = working.surroundings({"trial_monitoring": trials}).find(case, CASE["case_ref"])
        assert parent is not None
        form = typed(hearing, HEARING, parent.answers(date.today()))

    person.sits_down("fill", "trial_monitoring.hearing")
    person.sees("case_ref:")
    person.presses("1\n")
    person.sees("hearing_date:")
    person.presses("31.2.2024\n")
    person.sees("!")  # the calendar has no such day
    person.sees("hearing_date:")
    person.types(part(form, "hearing_date", "venue_type"), then="publicity:")
    person.presses("1")  # open to the public: a slip, and a question is skipped that must be asked
    person.sees("victims_present:")
    person.presses("<\n")
    person.sees("publicity:")
    person.terminal.resize(*((60, 18) if way.size == (80, 24) else (80, 24)))
    person.types(part(form, "publicity", "victims[1].respectful_treatment"), then="hostile_conduct_by:")
    person.loses_power()

    person.sits_down("fill", "trial_monitoring.hearing")
    person.goes_on_with_the_draft()
    person.sees("hostile_conduct_by:")
    person.types(part(form, "victims[1].hostile_conduct_by", "overall_concern"), then="monitor_narrative:")
    text, half = HEARING["monitor_narrative"], 150
    person.presses(text[:half] + ("\n" if way.line_by_line else ""))
    time.sleep(2.5)
    person.loses_power()  # in the middle of a sentence

    person.sits_down("fill", "trial_monitoring.hearing")
    person.goes_on_with_the_draft()
    person.sees("monitor_narrative:")
    person.terminal.settle()
    assert "".join(text[half - 40 : half].split()) in "".join(person.terminal.scroll.split())
    person.presses(text[half:] + "\n.\n")
    person.sees("urgent_referral:")
    person.presses("1")
    person.sees(":leave")
    person.presses("1\n")
    assert person.gets_up() == 0

    with open_store(store) as working:
        (found,) = list_submissions(working, form="trial_monitoring.hearing")
        content = show(working, found.id, {"trial_monitoring": trials})
        meant = {name: value for name, value in HEARING.items() if not name.startswith("_")}
        stored = dict(content.readable(narratives=True))
        stored["monitor_narrative"] = stored["monitor_narrative"].replace("\n", "")
        assert stored == meant
        assert content.written_in[0] == (way.language or "en")
        assert list_drafts(working, "MON-01") == []
    late = sorted(person.delays)
    middle, most = late[len(late) // 2], late[int(len(late) * 0.99)]
    print(f"{len(late)} answers to the next question: median {middle[0] * 1000:.0f} ms, p99 {most[0] * 1000:.0f} ms")


def test_a_typical_hearing_takes_few_keys_more_than_it_must(store: Path, trials: Instrument) -> None:
    hearing, case = trials.form("hearing"), trials.form("case")
    assert hearing is not None and case is not None
    from monitor.conditions import Answers

    form = typed(hearing, HEARING, Answers(case, CASE))
    typed_keys, enough = sum(len(one.keys) for one in form) + 4, sum(one.enough for one in form)
    print(f"{len(form)} questions asked, {typed_keys} keys, {enough} at the least: {typed_keys / enough:.3f}")
    assert typed_keys / enough <= 1.15


@pytest.fixture
def person(store: Path) -> Person:
    return Person(store, Way())


def begun(person: Person) -> None:
    person.sits_down("fill", "trial_monitoring.case")
    person.sees("case_ref:")
    person.presses("md-2024-001\n")
    person.sees("court_case_number:")


def drafts(store: Path) -> list[Mapping[str, Any]]:
    with open_store(store) as working:
        return [load_draft(working, one.id, "MON-01").content for one in list_drafts(working, "MON-01")]


def test_ctrl_c_asks_before_it_leaves(person: Person, store: Path) -> None:
    begun(person)
    person.terminal.type("\x03")
    person.sees("Enter goes on:")
    person.terminal.settle()
    person.presses("\n")
    person.sees("court_case_number:")
    person.terminal.type("\x03")
    person.sees("Enter goes on:")
    person.terminal.settle()
    person.presses("1")
    person.sees("fill --resume")
    assert person.gets_up() == 0
    assert [draft["at"] for draft in drafts(store)] == ["court_case_number"]


@pytest.mark.parametrize("keys", ["\x04", ":leave\n"], ids=["Ctrl-D", ":leave"])
def test_one_leaves_and_all_is_kept(person: Person, store: Path, keys: str) -> None:
    begun(person)
    person.terminal.type(keys)
    person.sees("fill --resume")
    assert person.gets_up() == 0
    assert [draft["values"] for draft in drafts(store)] == [{"case_ref": "MD-2024-001"}]


def test_the_enter_of_habit_behind_a_single_key_answers_nothing(person: Person) -> None:
    begun(person)
    person.presses("\n")
    person.sees("country:")
    person.presses("md\n")
    person.sees("court_level:")
    person.terminal.type("1\n")
    person.sees("court_code:")
    person.terminal.settle()
    assert "needs an answer" not in person.terminal.screen
    person.presses("\x04")
    assert person.gets_up() == 0


def test_what_stood_on_the_line_comes_back_with_whoever_left_it(person: Person, store: Path) -> None:
    begun(person)
    person.presses("half a num")
    person.sees("half a num")
    person.terminal.type("\x04")
    person.sees("fill --resume")
    assert person.gets_up() == 0
    person.sits_down("fill", "trial_monitoring.case")
    person.goes_on_with_the_draft()
    person.sees("court_case_number: half a num")
    person.terminal.type("\x1b[6~")
    person.sees("country:")
    person.terminal.type("\x03")
    person.sees("Enter goes on:")
    person.terminal.type("1")
    assert person.gets_up() == 0
    assert drafts(store)[0]["unfinished"] == {"court_case_number": "half a num"}


def test_page_up_goes_back_and_page_down_forward(person: Person) -> None:
    begun(person)
    person.terminal.type("\x1b[5~")
    person.sees("Now: MD-2024-001")
    person.terminal.type("\x1b[6~")
    person.sees("court_case_number:")
    person.presses("\x04")
    assert person.gets_up() == 0


def test_a_narrow_window_breaks_lines_between_words_and_a_wide_one_does_not(person: Person) -> None:
    begun(person)
    person.terminal.resize(44, 20)
    person.presses("\n")
    person.sees("country:")
    person.presses("md\n")
    person.sees("court_level:")
    person.terminal.settle()
    assert "\nAt what level is the court that hears the\ncase now?\n" in person.terminal.screen
    person.terminal.resize(120, 30)
    person.presses("1")
    person.sees("court_code:")
    person.presses("MD-C03\n")
    person.sees("offences_charged:")
    wording = "Which offences does the indictment charge, as read or as filed?  (several: numbers with spaces between)"
    assert wording in person.terminal.screen
    person.presses("\x04")
    assert person.gets_up() == 0


def test_names_of_states_are_completed(person: Person) -> None:
    begun(person)
    person.presses("\n")
    person.sees("country:")
    person.presses("north m")
    person.sees("North Macedonia")
    person.terminal.type("\t\n")
    person.sees("court_level:")
    assert "-> North Macedonia" in person.terminal.screen
    person.presses("\x04")
    assert person.gets_up() == 0


def test_an_editor_of_ones_own_writes_in_a_private_file_that_goes_again(store: Path, tmp_path: Path) -> None:
    editor = tmp_path / "editor.sh"
    seen = f'stat -c %a "$1" > {tmp_path}/seen\necho "$1" >> {tmp_path}/seen'
    editor.write_text(f'#!/bin/sh\n{seen}\nprintf 7-7/7 > "$1"\n')
    editor.chmod(0o700)
    person = Person(store, Way(set={"EDITOR": str(editor)}))
    begun(person)
    person.presses(":edit\n")
    person.sees("what it keeps is not protected")
    person.sees("country:")
    person.presses("\x04")
    assert person.gets_up() == 0
    mode, path = (tmp_path / "seen").read_text().split()
    assert mode == "600" and not Path(path).exists() and not Path(path).parent.exists()
    assert drafts(store)[0]["values"]["court_case_number"] == "7-7/7"


def test_no_colour_and_no_movement_of_the_cursor_in_plain_prompts(store: Path) -> None:
    person = Person(store, Way(("--plain-prompts",)))
    begun(person)
    person.presses(":leave")
    assert person.gets_up() == 0
    assert b"\x1b" not in person.terminal.bytes


def test_no_colour_where_it_is_not_wanted(store: Path) -> None:
    person = Person(store, Way(set={"NO_COLOR": "1"}))
    begun(person)
    person.presses("\x04")
    assert person.gets_up() == 0
    assert re.search(rb"\x1b\[([1-9]|[0-9]+;)[0-9;]*m", person.terminal.bytes) is None
