"""The questionnaire on the terminal: typed answers, mistakes, ways back, and nothing that is typed gets lost."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from monitor import (
    AUTHOR,
    SESSION,
    SOURCE,
    AnyOther,
    Choice,
    Choices,
    Codes,
    Country,
    Date,
    Form,
    Instrument,
    Narrative,
    Ref,
    Rows,
    Rule,
    Whole,
)
from monitor.cli import voice
from monitor.cli.asking import ask
from monitor.errors import AnswersRefused
from monitor.languages import localized
from monitor.store import Store, create
from monitor.submissions import Submission


class Ship(Form):
    """One ship."""

    class Meta:
        key = "ship_ref"

    ship_ref = Ref("Which ship is it?", pattern=r"S[0-9]", example="S1")
    flag = Country("Whose flag does it fly?")
    crew = Whole("How many are aboard?", hint="Count the cook.")
    cooks = Whole("How many of them cook?", optional=True)


class Sailor(Form):
    """One sailor."""

    sailor_ref = Ref("Which sailor?", pattern=r"V[0-9]", example="V1")
    duties = Choices("What does the sailor do?", Codes(deck="Deck", sails="Sails", galley="Galley"))
    remark = Narrative("What did the sailor say?", optional=True)


class Visit(Form):
    """One visit."""

    class Meta:
        parent = Ship

    day = Date("When was it?")
    seen = Choice("How was it seen?", Codes(aboard="From aboard", letters="From letters"))
    met = Whole("How many sailors did you meet?", only_if=seen.is_("aboard"))
    sailors = Rows(Sailor, "Whom did you meet?", only_if=met > 0)
    story = Narrative("What happened?", optional=True)


RULES = (
    Rule("SH1", Ship, "More cook than are aboard.", at=(Ship.cooks,), must_hold=Ship.cooks <= Ship.crew),
    Rule("SH2", Ship, "That is a large crew.", at=(Ship.crew,), severity="warning", must_hold=Ship.crew <= 100),
    Rule("VI1", Visit, "One row for each.", at=(Visit.sailors,), must_hold=Visit.sailors.count().equals(Visit.met)),
    Rule("VI2", Visit, "Name the letters.", at=(Visit.seen,),
         must_hold=Visit.seen.is_("letters").implies(SOURCE.answered())),
    Rule("VI3", Visit, "You were there already.", at=(Visit.day,),
         flag_if=AnyOther(same=(Visit.day, SESSION, AUTHOR))),
)  # fmt: skip
FLEET = Instrument("fleet", "1.0", "An invented fleet", (Ship, Visit), RULES, ())


class Table:
    """A monitor at a terminal, with a store."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.store, self._monkeypatch, self._capsys = store, monkeypatch, capsys
        self.keyboard: type[io.StringIO] = io.StringIO

    def types(self, form: type[Form], *lines: str) -> Submission:
        """What is submitted by somebody who types these lines, one after the other."""
        self._monkeypatch.setattr(sys, "stdin", self.keyboard("".join(f"{line}\n" for line in lines)))
        submission = ask(
            localized(FLEET, None), form, author="MON-01", around=self.store.surroundings({"fleet": FLEET})
        )
        assert not sys.stdin.readline(), "something was typed that nobody asked for"
        with self.store.writing("MON-01") as writing:
            writing.submit(submission, FLEET, form)
        return submission

    @property
    def read(self) -> str:
        """What stood on the screen since this was last looked at."""
        return self._capsys.readouterr().err


@pytest.fixture
def table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Table]:  # fmt: skip
    with create(tmp_path / "store.db", "Invented", "MON-01") as store:
        yield Table(store, monkeypatch, capsys)


DONE = ""


def test_answers_are_numbers_codes_or_names_and_enter_leaves_an_optional_question_blank(table: Table) -> None:
    ship = table.types(Ship, "S1", "moldova", "12", "", DONE)
    assert ship.closed == {"ship_ref": "S1", "flag": "MD", "crew": 12}
    visit = table.types(Visit, "S1", "2024-01-01", "1", "1", "1", "V1", "3, sails;1", "", "", DONE)
    assert visit.closed["seen"] == "aboard"
    assert visit.closed["sailors"] == [{"sailor_ref": "V1", "duties": ["deck", "sails", "galley"]}]


def test_a_wrong_answer_is_asked_again_with_the_reason(table: Table) -> None:
    table.types(Ship, "", "?", "S10", "S1", "Moldavia", "MD", "ten", "?", "10", "", DONE)
    screen = table.read
    assert "This one needs an answer" in screen
    assert "Does not have the form S1" in screen
    assert "Did you mean MD (Moldova)" in screen
    assert "Count the cook." in screen


def test_a_reference_that_is_taken_is_refused_at_once(table: Table) -> None:
    table.types(Ship, "S1", "MD", "1", "", DONE)
    table.types(Ship, "S1", "S2", "MD", "1", "", DONE)
    assert "There is already a fleet.ship with this reference." in table.read


def test_one_can_go_back_question_by_question(table: Table) -> None:
    ship = table.types(Ship, "<", "S1", "MD", "99", "<", "<", "RO", "12", "", "<", "3", DONE)
    assert ship.closed == {"ship_ref": "S1", "flag": "RO", "crew": 12, "cooks": 3}
    assert "This is the first question." in table.read


def test_one_can_go_back_when_all_is_answered(table: Table) -> None:
    ship = table.types(Ship, "S1", "MD", "12", "2", "<", "3", DONE)
    assert ship.closed["cooks"] == 3


def test_a_broken_rule_asks_its_question_again_and_leaves_what_was_left_blank(table: Table) -> None:
    ship = table.types(Ship, "S1", "MD", "1", "2", "<", "2", "2", DONE)
    assert (ship.closed["crew"], ship.closed["cooks"]) == (2, 2)
    table.types(Ship, "S2", "MD", "300", "", "a floating town", DONE)


def test_a_warning_is_explained_or_its_question_answered_again(table: Table) -> None:
    ship = table.types(Ship, "S1", "MD", "300", "", "It is a ferry.", DONE)
    assert ship.explanations == {"SH2": "It is a ferry."}
    ship = table.types(Ship, "S2", "MD", "300", "", "<", "30", DONE)
    assert (ship.closed["crew"], ship.explanations) == (30, {})


def test_rows_that_were_typed_are_kept_when_their_number_was_wrong(table: Table) -> None:
    table.types(Ship, "S1", "MD", "9", "", DONE)
    sailors = ("V1", "1", "", "V2", "2", "", "V3", "3", "")
    visit = table.types(Visit, "S1", "2024-01-01", "1", "2", "3", *sailors, "", "2", "", "", DONE)
    assert [row["sailor_ref"] for row in visit.closed["sailors"]] == ["V1", "V2"]
    assert "One row for each. (VI1)" in table.read


def test_rows_are_not_lost_with_the_question_on_which_they_turn(table: Table) -> None:
    table.types(Ship, "S1", "MD", "9", "", DONE)
    visit = table.types(Visit, "S1", "2024-01-01", "1", "1", "2", "V1", "1", "said", "V2", "2", "", "",
                        "<", "2", "2", "", DONE)  # fmt: skip
    assert visit.open["sailors"] == [{"remark": "said"}, {}]


def test_one_goes_back_from_a_row_into_the_row_before(table: Table) -> None:
    table.types(Ship, "S1", "MD", "9", "", DONE)
    visit = table.types(Visit, "S1", "2024-01-01", "1", "2", "2", "V1", "1", "", "<", "<", "2", "", "V2", "1", "", "",
                        DONE)  # fmt: skip
    assert [row["duties"] for row in visit.closed["sailors"]] == [["sails"], ["deck"]]


def test_what_is_no_longer_asked_is_dropped_and_said_so(table: Table) -> None:
    table.types(Ship, "S1", "MD", "9", "", DONE)
    visit = table.types(Visit, "S1", "2024-01-01", "1", "0", "x", "<", "<", "<", "2", "", "a book of letters", DONE)
    assert "met" not in visit.closed
    assert visit.source == "a book of letters"


def test_a_rule_that_wants_a_source_asks_for_it(table: Table) -> None:
    table.types(Ship, "S1", "MD", "9", "", DONE)
    visit = table.types(Visit, "S1", "2024-01-01", "letters", "", "the log book", DONE)
    assert visit.source == "the log book"


def test_a_second_session_of_a_day_can_be_entered_or_the_day_corrected(table: Table) -> None:
    table.types(Ship, "S1", "MD", "9", "", DONE)
    visit = ("1", "0", "")
    table.types(Visit, "S1", "2024-01-01", *visit, DONE)
    assert table.types(Visit, "S1", "2024-01-01", *visit, "two", "2", DONE).session == 2
    assert table.types(Visit, "S1", "2024-01-01", *visit, "<", "2024-01-02", DONE).closed["day"] == "2024-01-02"


def test_when_asking_again_would_not_help_it_ends(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    ship = table.types(Ship, "S1", "MD", "9", "", DONE)
    original = voice.Voice.answer

    def withdrawn_meanwhile(*given: object) -> object:
        with table.store.writing("MON-01") as writing:
            if table.store.surroundings({"fleet": FLEET}).find(Ship, ship.id) is not None:
                writing.decide(ship.id, "withdrawn", "It sank.")
        return original(*given)  # type: ignore[arg-type]  # reason: handed on as it came

    monkeypatch.setattr(voice.Voice, "answer", withdrawn_meanwhile)
    with pytest.raises(AnswersRefused, match="ANSWERS-02"):
        table.types(Visit, "S1", "2024-01-01", "1", "0", "")


def test_the_end_of_the_input_stops_and_stores_nothing(table: Table) -> None:
    with pytest.raises(click.Abort):
        table.types(Ship, "S1", "MD")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_that_the_terminal_has_cut_is_not_taken(table: Table) -> None:
    table.types(Ship, "S1", "MD", "9", "", DONE)
    table.keyboard = _Terminal  # the output goes elsewhere, so that no line is edited
    visit = table.types(Visit, "S1", "2024-01-01", "1", "0", "x" * 4095, "short", DONE)
    assert visit.open["story"] == "short"
    assert "The terminal has cut this line." in table.read
