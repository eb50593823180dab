"""A form while it is filled in, without a terminal and without a store: where it stands, and that nothing gets lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import (
    SOURCE,
    Choice,
    Choices,
    Codes,
    Date,
    Form,
    Instrument,
    Narrative,
    Ref,
    Rows,
    Rule,
    Text,
    VersionMap,
    Whole,
)
from monitor.conditions import Answers
from monitor.interview import Beside, NotTaken, Session, as_draft, from_draft
from monitor.languages import localized

YES_NO = Codes(yes="Yes", no="No")


class Place(Form):
    """A place."""

    class Meta:
        key = "place_ref"

    place_ref = Ref("Which place?", pattern=r"P[0-9]", example="P1")
    rooms = Whole("How many rooms?")


class Guest(Form):
    """A guest."""

    came = Choice("Did the guest come?", YES_NO)
    stayed = Whole("How long?", only_if=came.is_("yes"))
    words = Text("What was said?", only_if=stayed > 5, optional=True)


class Visit(Form):
    """A visit to a place."""

    class Meta:
        parent = Place

    possible = Choice("Was it possible?", YES_NO)
    day = Date("When?", only_if=possible.is_("yes"), not_after="today")
    expected = Whole("How many were expected?", only_if=possible.is_("yes"))
    guests = Rows(Guest, "Who came?", only_if=possible.is_("yes"), optional=True)
    late = Choice("Was somebody late?", YES_NO, only_if=guests.any(Guest.stayed < 2))
    mood = Choices("How was the mood?", Codes(none="None", calm="Calm", loud="Loud"), alone=("none",), optional=True)
    story = Narrative("What happened?", optional=True)
    secret = Text("Who told you?", optional=True, publish="sealed")


RULES = (
    Rule("V1", Visit, "More came than were expected.", at=(Visit.guests,),
         must_hold=Visit.guests.count() <= Visit.expected),
    Rule("V2", Visit, "That is many.", at=(Visit.expected,), severity="warning", must_hold=Visit.expected <= 50),
    Rule("V3", Visit, "Say where it is known from.", at=(Visit.possible,),
         must_hold=Visit.possible.is_("no").implies(SOURCE.answered())),
    Rule("V4", Visit, "The calendar.", at=(Visit.day,), kept_by="range"),
)  # fmt: skip
INN = Instrument("inn", "1.0", "An invented inn", (Place, Visit), RULES, ())


def begin(taken: str = "") -> Session:
    beside = Beside(Answers(Place, {"place_ref": "P1", "rooms": 3}), taken=lambda reference: reference == taken)
    return Session(localized(INN, None), Visit, "MON-01", beside)


def typed(session: Session, *texts: str) -> Session:
    """Each text as an answer, a blank one as none."""
    for text in texts:
        if text:
            session.answer(text)
        else:
            session.blank()
    return session


def full() -> Session:
    return typed(begin(), "yes", "3.4.2024", "2", "2", "yes", "1", "yes", "9", "well", "no", "2", "a story", "Ana")


# Where it stands


def test_it_begins_at_the_first_question_and_ends_when_none_is_open() -> None:
    session = begin()
    assert session.at == "possible" and session.progress() == (1, 4)
    typed(session, "yes", "3.4.2024", "2", "0", "", "", "")
    assert session.at is None and session.ready()
    assert session.raw() == {"possible": "yes", "day": "2024-04-03", "expected": 2, "_language": "en"}


def test_progress_grows_with_what_is_asked() -> None:
    session = typed(begin(), "yes")
    assert session.progress() == (2, 7)
    assert typed(session, "3.4.2024", "2", "2").progress() == (5, 9)


def test_rows_are_asked_one_after_the_other() -> None:
    session = full()
    assert session.at is None
    assert session.values["guests"] == [{"came": "yes", "stayed": 1}, {"came": "yes", "stayed": 9, "words": "well"}]


def test_a_question_that_needs_an_answer_cannot_be_left_blank() -> None:
    with pytest.raises(NotTaken, match="needs an answer"):
        begin().blank()


def test_what_cannot_be_read_is_refused_in_the_words_of_the_check_and_with_the_rule_that_it_keeps() -> None:
    session = typed(begin(), "yes")
    with pytest.raises(NotTaken) as refused:
        session.answer("1.1.2999")
    assert refused.value.problem is not None
    assert (refused.value.problem.code, refused.value.problem.rule) == ("ANSWER-06", "V4")
    assert session.at == "day"


def test_a_reference_that_is_taken_is_refused() -> None:
    session = Session(localized(INN, None), Place, "MON-01", Beside(taken=lambda reference: reference == "P1"))
    with pytest.raises(NotTaken) as refused:
        session.answer("p1")
    assert refused.value.problem is not None and refused.value.problem.code == "ANSWER-15"
    assert session.answer("p2").answer == "P2"


# Back and forward


def test_back_and_forward_change_nothing() -> None:
    session = full()
    before = as_draft(session)
    while session.back():
        pass
    assert session.at == "possible"
    while session.at is not None:
        session.forward()
    assert as_draft(session) == before


def test_after_an_answer_that_was_given_again_it_goes_on_where_it_stood() -> None:
    session = typed(begin(), "yes", "3.4.2024", "2", "1")
    session.jump("day")
    session.answer("4.4.2024")
    assert session.at == "guests[1].came"


def test_what_was_passed_over_is_come_back_to() -> None:
    session = typed(begin(), "yes")
    session.forward()
    assert typed(session, "2", "0", "", "", "").at == "day"


def test_one_jumps_only_to_what_is_asked() -> None:
    with pytest.raises(NotTaken):
        begin().jump("day")


@pytest.mark.parametrize(
    "text, found",
    [("who came", ["guests"]), ("guest", ["guests", "guests[1].came", "guests[2].came"]), ("mood how", ["mood"]),
     ("ood", []), ("", [])],
)  # fmt: skip
def test_a_question_is_found_by_its_name_and_the_beginnings_of_its_words(text: str, found: list[str]) -> None:
    session = typed(begin(), "yes", "3.4.2024", "2", "2", "no", "no")
    assert [step.where for step in session.find(text) if "stayed" not in step.where] == found


# Rows


def test_a_row_is_added_and_removed_with_what_was_left_blank_in_it() -> None:
    session = typed(begin(), "yes", "3.4.2024", "9", "3", "yes", "9", "", "no", "yes", "8", "", "", "", "")
    session.jump("guests")
    session.remove_row(1)
    assert session.passed == {"guests[2].words", "mood", "story", "secret"}
    assert session.at == "guests"
    session.add_row()
    assert session.at == "guests[3].came"


def test_a_number_drops_no_row_that_has_answers() -> None:
    session = full()
    session.jump("guests")
    with pytest.raises(NotTaken) as refused:
        session.answer("1")
    assert refused.value.problem is not None and refused.value.problem.code == "ANSWER-27"


def test_the_last_row_that_goes_leaves_the_question_open() -> None:
    session = typed(begin(), "yes", "3.4.2024", "2", "1")
    session.jump("guests")
    session.remove_row(1)
    assert "guests" not in session.values
    with pytest.raises(NotTaken):
        session.remove_row(1)


# Rules


def test_a_rule_is_told_once_all_that_it_looks_at_is_answered_and_once_only() -> None:
    session = typed(begin(), "yes", "3.4.2024", "1")
    assert session.news() == []
    assert [rule.id for rule in typed(session, "2").news()] == ["V1"]
    assert session.news() == []
    session.jump("expected")
    assert typed(session, "2").news() == [] and session.errors() == []


def test_a_warning_wants_a_line_and_gives_it_to_the_check_only_while_it_is_raised() -> None:
    session = typed(begin(), "yes", "3.4.2024", "60", "0", "", "", "")
    assert [rule.id for rule in session.warnings()] == ["V2"] and not session.ready()
    with pytest.raises(NotTaken):
        session.explain("V2", "x")
    session.explain("V2", " A fair. ")
    assert session.ready() and session.raw()["_explanations"] == {"V2": "A fair."}
    session.jump("expected")
    session.answer("5")
    assert "_explanations" not in session.raw() and session.explanations == {"V2": "A fair."}


def test_a_rule_says_which_part_of_the_envelope_would_mend_it() -> None:
    session = typed(begin(), "no")
    (rule,) = session.news()
    assert (rule.id, session.wants(rule)) == ("V3", "_source")
    session.tell_about("_source", "the innkeeper")
    assert session.errors() == [] and session.raw()["_source"] == "the innkeeper"


@pytest.mark.parametrize(
    "name, text",
    [("_session", "0"), ("_session", "two"), ("_language", "x"), ("_consent", "some"), ("_source", "\x07")],
)
def test_a_part_of_the_envelope_that_cannot_be_is_refused(name: str, text: str) -> None:
    with pytest.raises(NotTaken):
        begin().tell_about(name, text)


# What is no longer asked


def test_answers_that_are_no_longer_asked_stay_until_somebody_drops_them() -> None:
    session = full()
    session.jump("possible")
    session.answer("no")
    session.tell_about("_source", "the innkeeper")
    assert [step.where for step in session.unasked()] == ["day", "expected", "guests", "late"]
    assert not session.ready()
    session.jump("possible")
    session.answer("yes")
    assert session.ready() and session.values == full().values
    session.jump("possible")
    session.answer("no")
    session.drop_unasked()
    assert session.unasked() == [] and session.ready()
    assert session.raw().keys() == {"possible", "mood", "story", "secret", "_source", "_language"}


def test_the_overview_shows_what_is_answered_blank_open_and_no_longer_asked() -> None:
    session = typed(begin(), "yes", "3.4.2024", "2", "1", "no")
    typed(session, "")
    session.jump("possible")
    session.answer("no")
    states = {line.step.where: line.state for line in session.overview()}
    assert states == {"possible": "answered", "day": "unasked", "expected": "unasked", "guests": "unasked",
                      "mood": "blank", "story": "open", "secret": "open"}  # fmt: skip


# Drafts


def again(session: Session) -> Session:
    draft = json.loads(json.dumps(as_draft(session)))
    resumed, carried = from_draft(draft, localized(INN, None), Visit, "MON-01", session.beside)
    assert carried is None
    return resumed


DEEDS = st.lists(
    st.one_of(
        st.sampled_from(["", "yes", "no", "1", "2", "3.4.2024", "12", "text", "60"]).map(lambda text: ("answer", text)),
        st.sampled_from(["back", "forward", "clear", "add", "drop", "end"]).map(lambda deed: (deed, "")),
        st.sampled_from(["1", "2", "3"]).map(lambda number: ("remove", number)),
        st.sampled_from(["possible", "expected", "guests", "mood"]).map(lambda where: ("jump", where)),
        st.text(max_size=20).map(lambda text: ("begin", text)),
    ),
    max_size=40,
)


def do(session: Session, deed: str, what: str) -> None:
    step = session.current()
    try:
        if deed == "jump" or deed == "end":
            session.jump(what or None)
        elif deed == "back":
            session.back()
        elif deed == "forward":
            session.forward()
        elif deed == "drop":
            session.drop_unasked()
        elif step is None:
            return
        elif deed == "answer":
            typed(session, what)
        elif deed == "clear":
            session.clear()
        elif deed == "add":
            session.add_row()
        elif deed == "remove":
            session.remove_row(int(what))
        elif deed == "begin":
            session.unfinished[step.where] = what
    except NotTaken:
        return


@settings(max_examples=150, deadline=None)
@given(DEEDS)
def test_whatever_was_done_a_draft_brings_all_of_it_back(deeds: list[tuple[str, str]]) -> None:
    session = begin()
    for deed, what in deeds:
        do(session, deed, what)
    resumed = again(session)
    assert as_draft(resumed) == as_draft(session)
    assert (resumed.current(), resumed.progress()) == (session.current(), session.progress())
    assert (resumed.ready(), resumed.raw()) == (session.ready(), session.raw())


@settings(max_examples=150, deadline=None)
@given(DEEDS)
def test_no_answer_goes_but_by_clearing_dropping_removing_or_another_answer(deeds: list[tuple[str, str]]) -> None:
    session = begin()
    for deed, what in deeds:
        before = json.dumps(session.values)
        do(session, deed, what)
        if deed in ("back", "forward", "jump", "end", "begin"):
            assert json.dumps(session.values) == before
        if deed in ("answer", "add"):
            assert set(_leaves(json.loads(before))) <= set(_leaves(session.values))


def _leaves(values: dict[str, Any], prefix: str = "") -> list[str]:
    found: list[str] = []
    for name, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            found += [leaf for number, row in enumerate(value) for leaf in _leaves(row, f"{prefix}{name}[{number}].")]
        else:
            found.append(prefix + name)
    return found


# Another version


class Stay(Form):
    """A visit to a place."""

    class Meta:
        code = "visit"
        parent = Place

    possible = Choice("Was it possible?", Codes(yes="Yes", not_at_all="No"))
    expected = Whole("How many guests were expected?", at_most=10, only_if=possible.is_("yes"))
    weather = Text("How was the weather?", optional=True)


LATER = Instrument("inn", "2.0", "An invented inn", (Place, Stay), maps=(
    VersionMap("1.0", {Stay.possible: {"no": "not_at_all"}}),
))  # fmt: skip


def test_what_a_newer_version_makes_of_a_draft_is_told_question_by_question() -> None:
    session = full()
    session.jump("expected")
    session.answer("40")
    session.unfinished["story"] = "half a"
    draft = as_draft(session)
    before = json.dumps(draft)
    later, carried = from_draft(draft, localized(LATER, None), Stay, "MON-01", session.beside)
    assert carried is not None and (carried.before, carried.now) == ("1.0", "2.0")
    assert {change.where: change.value for change in carried.of("dropped")} == {
        "day": "2024-04-03", "guests": session.values["guests"], "late": "no", "mood": ["calm"], "story": "half a",
        "secret": None,
    }  # fmt: skip
    assert [change.where for change in carried.of("unreadable")] == ["expected"]
    assert [change.where for change in carried.of("reworded")] == ["expected"]
    assert [change.where for change in carried.of("added")] == ["weather"]
    assert later.values == {"possible": "yes"} and later.at == "expected"
    assert json.dumps(draft) == before


def test_an_answer_that_reads_otherwise_now_is_told_too() -> None:
    session = typed(begin(), "no")
    later, carried = from_draft(as_draft(session), localized(LATER, None), Stay, "MON-01", session.beside)
    assert carried is not None and [change.where for change in carried.of("recoded")] == ["possible"]
    assert later.values == {"possible": "not_at_all"}


def test_every_form_that_can_be_filled_in_comes_to_an_end() -> None:
    session = begin()
    for _ in range(60):
        step = session.current()
        if step is None:
            break
        for text in ("yes", "3.4.2024", "1", "text"):
            try:
                session.answer(text)
                break
            except NotTaken:
                continue
    assert session.current() is None and session.ready()
