"""The questionnaire line by line: typed answers, slips, ways back, drafts, and nothing that is typed gets lost."""

from __future__ import annotations

import dataclasses
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

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
from monitor.cli.filling import Filling
from monitor.cli.languages import Speech
from monitor.cli.questionnaire.plain import Plain
from monitor.errors import AnswersRefused, Refusal
from monitor.interview import Session
from monitor.languages import localized
from monitor.store import Draft, Store, create, list_drafts, list_submissions, load_draft
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
    """A monitor at a terminal that is read line by line, with a store."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.store, self.monkeypatch, self._capsys = store, monkeypatch, capsys
        self.keyboard: type[io.StringIO] = io.StringIO
        self.read = ""

    def types(
        self, form: type[Form], *lines: str, draft: Draft | None = None, instrument: Instrument = FLEET
    ) -> Submission:  # fmt: skip
        """What is submitted by somebody who types these lines, one after the other."""
        self.monkeypatch.setattr(sys, "stdin", self.keyboard("".join(f"{line}\n" for line in lines)))
        plugins = SimpleNamespace(catalogue={"fleet": instrument})
        work: Any = SimpleNamespace(plugins=plugins, speech=Speech(None))
        words = localized(instrument, None)
        filling = Filling(
            work, self.store, Plain(words.translation), instrument, form, "MON-01", words, draft
        )  # fmt: skip
        try:
            submission = filling.run(dry_run=False)
        finally:
            self.read = self._capsys.readouterr().err
        assert not sys.stdin.readline(), "something was typed that nobody asked for"
        return submission

    def leaves(
        self, form: type[Form], *lines: str, draft: Draft | None = None, instrument: Instrument = FLEET
    ) -> Draft:  # fmt: skip
        """The draft that somebody leaves who types these lines, after which the input ends."""
        with pytest.raises(click.Abort):
            self.types(form, *lines, draft=draft, instrument=instrument)
        (left,) = list_drafts(self.store, "MON-01")
        return load_draft(self.store, left.id, "MON-01")


@pytest.fixture
def table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Table]:  # fmt: skip
    with create(tmp_path / "store.db", "Invented", "MON-01", plain=True) as store:
        yield Table(store, monkeypatch, capsys)


@pytest.fixture
def sea(table: Table) -> Table:
    """A table with one ship in the store."""
    table.types(Ship, "S1", "MD", "9", "", SUBMIT)
    return table


SUBMIT = "1"


# Answers


def test_answers_are_numbers_codes_or_names_and_enter_leaves_an_optional_question_blank(table: Table) -> None:
    ship = table.types(Ship, "S1", "moldova", "12", "", SUBMIT)
    assert ship.closed == {"ship_ref": "S1", "flag": "MD", "crew": 12}
    visit = table.types(Visit, "S1", "1.1.2024", "1", "1", "1", "V1", "3, sails;1", "", "", SUBMIT)
    assert visit.closed["day"] == "2024-01-01" and visit.closed["seen"] == "aboard"
    assert visit.closed["sailors"] == [{"sailor_ref": "V1", "duties": ["deck", "sails", "galley"]}]


def test_what_was_taken_is_said_in_words(sea: Table) -> None:
    sea.types(Visit, "S1", "3/4/2024", "letters", "", ":about source the log book", "", SUBMIT)
    assert "-> 3 April 2024" in sea.read and "-> From letters" in sea.read


def test_a_wrong_answer_is_asked_again_with_the_reason(table: Table) -> None:
    table.types(Ship, "", "?", "S10", "S1", "Moldavia", "MD", "ten", "?", "10", "", SUBMIT)
    assert "This one needs an answer" in table.read
    assert "Does not have the form S1" in table.read
    assert "That could be: MD Moldova; " in table.read
    assert "Count the cook." in table.read


def test_a_part_that_several_answers_share_lists_them(table: Table) -> None:
    table.types(Ship, "S1", "guin", "equatorial", "1", "", SUBMIT)
    assert "GN Guinea" in table.read and "GW Guinea-Bissau" in table.read


def test_a_reference_that_is_taken_is_refused_at_once(sea: Table) -> None:
    sea.types(Ship, "S1", "S2", "MD", "1", "", SUBMIT)
    assert "There is already a fleet.ship with this reference." in sea.read


def test_a_narrative_has_many_lines_and_ends_with_a_dot(sea: Table) -> None:
    visit = sea.types(Visit, "S1", "2024-01-01", "1", "0", "First.", "", "?second: <", ".", SUBMIT)
    assert visit.open["story"] == "First.\n\n?second: <"


def test_what_a_form_belongs_to_is_its_reference_its_number_or_a_part_that_no_other_has(table: Table) -> None:
    for number in range(1, 10):
        table.types(Ship, f"S{number}", "MD", "9", "", SUBMIT)
    ships = {one.key: one.id for one in list_submissions(table.store)}
    visit = ("1.1.2024", "1", "0", "", SUBMIT)
    assert table.types(Visit, "s", "S0", "", "s3", *visit).parent == ships["S3"]
    assert "That could be: S9; S8;" in table.read
    assert "No fleet.ship with this reference is in the store." in table.read
    assert table.types(Visit, "2", *visit).parent == ships["S8"]
    table.types(Ship, "S0", "MD", "9", "", SUBMIT)
    table.types(Visit, "S0", *visit)
    assert "There are 10 in all: type a part of one." in table.read


# Back, forward, find


def test_one_can_go_back_question_by_question(table: Table) -> None:
    ship = table.types(Ship, "<", "S1", "MD", "99", "<", "<", "RO", "<", "12", "", "<", "3", SUBMIT)
    assert ship.closed == {"ship_ref": "S1", "flag": "RO", "crew": 12, "cooks": 3}
    assert "This is the first question." in table.read


def test_whoever_goes_back_sees_the_answer_and_keeps_it_with_enter(table: Table) -> None:
    ship = table.types(Ship, "S1", "MD", "-", "", "12", "", SUBMIT)
    assert ship.closed["flag"] == "MD"
    assert "Now: Moldova. Enter keeps it." in table.read


def test_one_can_go_back_when_all_is_answered(table: Table) -> None:
    ship = table.types(Ship, "S1", "MD", "12", "2", "<", "3", SUBMIT)
    assert ship.closed["cooks"] == 3


def test_one_can_go_forward_past_a_question_and_is_led_back_to_it(table: Table) -> None:
    ship = table.types(Ship, "S1", ">", "12", "1", "MD", SUBMIT)
    assert ship.closed["flag"] == "MD"


def test_a_question_is_found_by_its_words(table: Table) -> None:
    ship = table.types(Ship, "S1", "MD", "12", "2", "/flag", "RO", "/many", "1", "13", "/nowhere", SUBMIT)
    assert (ship.closed["flag"], ship.closed["crew"]) == ("RO", 13)
    assert "No question that is asked holds these words." in table.read


def test_the_whole_form_so_far_can_be_seen_at_any_time(table: Table) -> None:
    table.types(Ship, "S1", ":all", "MD", "12", "", SUBMIT)
    assert "Whose flag does it fly? (not answered yet)" in table.read


def test_an_answer_can_be_taken_away(table: Table) -> None:
    ship = table.types(Ship, "S1", "MD", "12", "2", "<", ":clear", "", SUBMIT)
    assert "cooks" not in ship.closed


# Rules


def test_a_broken_rule_is_said_at_the_question_and_leaves_the_rest(table: Table) -> None:
    ship = table.types(Ship, "S1", "MD", "1", "2", "1", SUBMIT)
    assert (ship.closed["crew"], ship.closed["cooks"]) == (1, 1)
    assert "More cook than are aboard. (SH1)" in table.read


def test_a_broken_rule_can_be_left_for_the_end_where_it_stands_in_the_way(table: Table) -> None:
    ship = table.types(Ship, "S1", "MD", "1", "2", ">", "", "1", SUBMIT)
    assert ship.closed["cooks"] == 1


def test_a_warning_is_explained_or_its_question_answered_again(table: Table) -> None:
    ship = table.types(Ship, "S1", "MD", "300", "It is a ferry.", "", SUBMIT)
    assert ship.explanations == {"SH2": "It is a ferry."}
    ship = table.types(Ship, "S2", "MD", "300", "<", "30", "", SUBMIT)
    assert (ship.closed["crew"], ship.explanations) == (30, {})


def test_a_warning_that_was_left_is_asked_for_at_the_end(table: Table) -> None:
    ship = table.types(Ship, "S1", "MD", "300", "", "", "no", "It is a ferry.", SUBMIT)
    assert ship.explanations == {"SH2": "It is a ferry."}


def test_an_explanation_goes_when_the_warning_goes_and_comes_back_with_it(table: Table) -> None:
    ship = table.types(Ship, "S1", "MD", "300", "It is a ferry.", "", "/crew", "30", "/crew", "300", SUBMIT)
    assert ship.explanations == {"SH2": "It is a ferry."}


def test_a_rule_that_wants_a_source_asks_for_it(sea: Table) -> None:
    visit = sea.types(Visit, "S1", "2024-01-01", "letters", "the log book", "", SUBMIT)
    assert visit.source == "the log book"


def test_a_second_session_of_a_day_can_be_entered_or_the_day_corrected(sea: Table) -> None:
    visit = ("1", "0", "")
    sea.types(Visit, "S1", "2024-01-01", *visit, SUBMIT)
    assert sea.types(Visit, "S1", "2024-01-01", "two", "2", *visit, SUBMIT).session == 2
    assert sea.types(Visit, "S1", "2024-01-01", "", "/when", "2024-01-02", *visit, SUBMIT).closed["day"] == "2024-01-02"


# Rows


def test_the_number_of_rows_can_be_corrected_and_none_that_was_typed_goes_by_itself(sea: Table) -> None:
    sailors = ("V1", "1", "", "V2", "2", "", "V3", "3", "")
    visit = sea.types(Visit, "S1", "2024-01-01", "1", "2", "3", ">", *sailors, "/whom", "2", ":remove 3", "1", "", "",
                      SUBMIT)  # fmt: skip
    assert [row["sailor_ref"] for row in visit.closed["sailors"]] == ["V1", "V2"]
    assert "One row for each. (VI1)" in sea.read
    assert "There are 3 rows with answers. None is dropped by a number" in sea.read


def test_rows_are_added_revisited_and_removed(sea: Table) -> None:
    visit = sea.types(Visit, "S1", "2024-01-01", "1", "2", "1", ">", "V1", "1", "", ":add", "V2", "2", "",
                      "/which", "2", ":row 1", "V3", "", SUBMIT)  # fmt: skip
    assert [row["sailor_ref"] for row in visit.closed["sailors"]] == ["V3", "V2"]


def test_one_goes_back_from_a_row_into_the_row_before(sea: Table) -> None:
    visit = sea.types(Visit, "S1", "2024-01-01", "1", "2", "2", "V1", "1", "", "<", "<", "2", "V2", "1", "", "", SUBMIT)
    assert [row["duties"] for row in visit.closed["sailors"]] == [["sails"], ["deck"]]


# What is no longer asked


def test_what_is_no_longer_asked_is_shown_and_dropped_only_when_that_is_confirmed(sea: Table) -> None:
    start = ("S1", "2024-01-01", "1", "2", "2", "V1", "1", "said", ".", "V2", "2", "")
    visit = sea.types(Visit, *start, "/seen", "letters", "1", "a book of letters", "", SUBMIT)
    assert "met" not in visit.closed and "sailors" not in visit.closed
    assert "How many sailors did you meet?  2" in sea.read


def test_whoever_slips_on_the_question_on_which_rows_turn_loses_none_of_them(sea: Table) -> None:
    start = ("S1", "2024-01-01", "1", "2", "2", "V1", "1", "said", ".", "V2", "2", "")
    visit = sea.types(Visit, *start, "/seen", "letters", "<", "1", "", SUBMIT)
    assert visit.open["sailors"] == [{"remark": "said"}, {}]


def test_answers_that_are_no_longer_asked_stand_in_the_way_at_the_end(sea: Table) -> None:
    visit = sea.types(Visit, "S1", "2024-01-01", "1", "0", "", "/seen", "letters", "", "log", "1", SUBMIT)
    assert "met" not in visit.closed


# Drafts


def test_the_end_of_the_input_submits_nothing_and_keeps_a_draft(table: Table) -> None:
    draft = table.leaves(Ship, "S1", "MD")
    assert list_submissions(table.store) == []
    assert draft.content["values"] == {"ship_ref": "S1", "flag": "MD"}
    assert f"monitor fill --resume {draft.id}" in table.read


def test_a_draft_goes_on_at_its_place_and_ends_with_the_submission(table: Table) -> None:
    draft = table.leaves(Ship, "S1", "MD")
    ship = table.types(Ship, "12", "", SUBMIT, draft=draft)
    assert ship.closed == {"ship_ref": "S1", "flag": "MD", "crew": 12}
    assert list_drafts(table.store, "MON-01") == []


def test_nothing_typed_is_nothing_kept(table: Table) -> None:
    with pytest.raises(click.Abort):
        table.types(Ship, "?")
    assert list_drafts(table.store, "MON-01") == []


def test_each_line_of_a_narrative_is_kept_as_soon_as_it_is_typed(sea: Table) -> None:
    draft = sea.leaves(Visit, "S1", "2024-01-01", "1", "0", "The first line.", "The second.")
    assert draft.content["unfinished"] == {"story": "The first line.\nThe second."}
    visit = sea.types(Visit, "The third.", ".", SUBMIT, draft=draft)
    assert visit.open["story"] == "The first line.\nThe second.\nThe third."


def test_text_that_was_begun_is_an_answer_with_enter_and_stands_in_the_way_until_then(sea: Table) -> None:
    draft = sea.leaves(Visit, "S1", "2024-01-01", "1", "0", "The first line.")
    visit = sea.types(Visit, ">", SUBMIT, "", "", SUBMIT, draft=draft)
    assert "A text was begun and not ended." in sea.read
    assert visit.open["story"] == "The first line."


def test_what_a_second_window_types_on_one_draft_is_kept_by_itself(table: Table) -> None:
    draft = table.leaves(Ship, "S1", "MD")
    table.types(Ship, "12", "", SUBMIT, draft=draft)
    with pytest.raises(Refusal, match="DRAFT-05"):
        table.types(Ship, "13", draft=draft)
    (kept,) = list_drafts(table.store, "MON-01")
    assert load_draft(table.store, kept.id, "MON-01").content["values"]["crew"] == 13


def test_a_draft_of_a_withdrawn_parent_asks_where_it_belongs(sea: Table) -> None:
    draft = sea.leaves(Visit, "S1", "2024-01-01", "1")
    (ship,) = list_submissions(sea.store)
    sea.types(Ship, "S2", "MD", "9", "", SUBMIT)
    with sea.store.writing("MON-01") as writing:
        writing.decide(ship.id, "withdrawn", "It sank.")
    assert sea.types(Visit, "S2", "0", "", SUBMIT, draft=draft).parent is not None


def test_when_asking_again_would_not_help_it_ends_and_the_draft_stays(
    sea: Table, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    (ship,) = list_submissions(sea.store)
    ready = Session.ready

    def withdrawn_meanwhile(session: Session) -> bool:
        if list_submissions(sea.store, state="submitted"):
            with sea.store.writing("MON-01") as writing:
                writing.decide(ship.id, "withdrawn", "It sank.")
        return ready(session)

    monkeypatch.setattr(Session, "ready", withdrawn_meanwhile)
    with pytest.raises(AnswersRefused, match="ANSWERS-02"):
        sea.types(Visit, "S1", "2024-01-01", "1", "0", "", SUBMIT)
    assert len(list_drafts(sea.store, "MON-01")) == 1


class Newer(Form):
    """One ship."""

    class Meta:
        key = "ship_ref"
        code = "ship"

    ship_ref = Ref("Which ship is it, by its reference?", pattern=r"S[0-9]", example="S1")
    crew = Whole("How many are aboard?", at_most=10)
    sunk = Choice("Did it sink?", Codes(yes="Yes", no="No"))


NEWER = dataclasses.replace(FLEET, version="2.0", forms=(Newer,), rules=())


def test_a_draft_of_an_older_version_is_carried_over_before_the_eyes_of_its_author(table: Table) -> None:
    draft = table.leaves(Ship, "S1", "MD", "12")
    kept = table.leaves(Newer, "", draft=draft, instrument=NEWER)
    assert kept.content == draft.content and kept.version == "1.0"  # nobody said yes: it stays as it is
    for said in ("begun in version 1.0; now the form is 2.0", "No longer asked", "- Whose flag does it fly?  MD",
                 "dropped and asked again", "- How many are aboard?  12", "- Did it sink?",
                 "In other words now", "- Which ship is it, by its reference?"):  # fmt: skip
        assert said in table.read
    submission = table.types(Newer, "1", "7", "no", SUBMIT, draft=kept, instrument=NEWER)
    assert submission.closed == {"ship_ref": "S1", "crew": 7, "sunk": "no"}


# The terminal


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_that_the_terminal_has_cut_is_not_taken(sea: Table) -> None:
    sea.keyboard = _Terminal
    visit = sea.types(Visit, "S1", "2024-01-01", "1", "0", "x" * 4095, "short", ".", SUBMIT)
    assert visit.open["story"] == "short"
    assert "The terminal has cut this line." in sea.read


def test_a_sealed_or_open_answer_is_in_no_list_of_drafts(sea: Table) -> None:
    sea.leaves(Visit, "S1", "2024-01-01", "1", "0", "What nobody may read.")
    assert "What nobody" not in repr(list_drafts(sea.store, "MON-01")) and list_drafts(sea.store, "MON-02") == []
