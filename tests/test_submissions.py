"""Raw answers become a checked submission, or every problem that they have is named at once."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import (
    AnyOther,
    Form,
    Instrument,
    Ref,
    Rule,
    Whole,
)
from monitor.errors import AnswersRefused, DeclarationError, Problem
from monitor.questions import Question
from monitor.submissions import ENVELOPE, check, divide, fields_of, join, new_id, problems_as_json
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


def problems(raw: object, around: Desk | None = None, form: type[Form] = Meeting) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in refusal(raw, around, form).problems]


def one(raw: object, around: Desk | None = None, form: type[Form] = Meeting) -> Problem:
    found = refusal(raw, around, form).problems
    assert len(found) == 1, "\n".join(problem.line() for problem in found)
    return found[0]


# Accepted


def test_a_submission_keeps_closed_open_and_sealed_answers_apart(desk: Desk) -> None:
    person = PERSON | {"name": "Ana", "words": "Help.", "hair": "adult"}
    raw = MEETING | {"people": [person], "notes": " It was warm. ", "badge": "B7", "since": "2024-05"}
    made = check(INSTRUMENT, Meeting, raw, author="MON-01", around=desk)
    assert made.closed == {
        "day": "2025-03-03", "held": "held", "present": 1, "quiet": "yes", "people": [PERSON], "since": "2024-05"
    }  # fmt: skip
    assert made.open == {"notes": "It was warm.", "people": [{"words": "Help."}]}
    assert made.sealed == {"badge": "B7", "people": [{"name": "Ana", "hair": "adult"}]}
    assert (made.form, made.version, made.author, made.language) == ("meetings.meeting", "1.0", "MON-01", "en")
    assert made.parent == desk.submissions[0].id
    assert not any(secret in repr(made) for secret in ("Ana", "warm", "B7", "Help"))


@pytest.mark.parametrize("blank", [None, "", "   ", "\n\t", []])
def test_a_blank_is_the_same_as_no_answer(blank: object, desk: Desk) -> None:
    raw = MEETING | {"notes": blank, "since": blank, "why": blank, "price": blank}
    raw |= {"people": [PERSON | {"name": blank, "guardian": blank}]}
    made = check(INSTRUMENT, Meeting, raw, author="MON-01", around=desk)
    assert made.closed == {key: value for key, value in MEETING.items() if key != "_parent"}
    assert made.open == made.sealed == {}


def test_the_envelope_says_who_when_where_from_and_in_which_language(desk: Desk) -> None:
    raw = MEETING | {
        "_id": "import-7", "_monitor": "MON-07", "_session": 2, "_source": "the file", "_language": "sr-Latn",
        "_submitted_at": "2025-03-04T10:00:00+02:00",
    }  # fmt: skip
    made = check(INSTRUMENT, Meeting, raw, author="MON-01", around=desk, origin="row 7")
    assert (made.origin, made.author, made.session, made.source) == ("import-7", "MON-07", 2, "the file")
    assert (made.language, made.submitted_at) == ("sr-Latn", "2025-03-04T08:00:00.000+00:00")


def test_a_parent_is_found_by_its_reference_and_by_its_id(desk: Desk) -> None:
    by_id = check(INSTRUMENT, Meeting, MEETING | {"_parent": desk.submissions[0].id}, author="MON-01", around=desk)
    by_reference = check(INSTRUMENT, Meeting, MEETING, author="MON-01", around=desk)
    assert by_id.parent == by_reference.parent


def test_the_time_of_submission_is_now_where_nothing_else_is_said(desk: Desk) -> None:
    made = check(INSTRUMENT, Matter, MATTER | {"matter_ref": "M2"}, author="MON-01", around=desk)
    assert timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(made.submitted_at) < timedelta(minutes=1)


def test_ids_are_made_offline_and_sort_by_time() -> None:
    ids = [uuid.UUID(new_id()) for _ in range(50)]
    assert {(one.version, one.variant) for one in ids} == {(7, uuid.RFC_4122)}
    assert len(set(ids)) == 50
    assert [one.int >> 80 for one in ids] == sorted(one.int >> 80 for one in ids)


# All problems at once


def test_every_problem_is_named_at_once_in_the_order_of_the_form(desk: Desk) -> None:
    raw = {
        "_parent": "M9", "day": "2025-02-30", "held": "heldd", "present": "2", "people": [{"person_ref": "ana"}, 5],
        "price": "5", "colour": "red", "_session": 0,
    }  # fmt: skip
    found = problems(raw, desk)
    assert found == [
        ("_session", "ANSWER-06"), ("_parent", "ANSWER-14"), ("colour", "ANSWER-01"), ("day", "ANSWER-21"),
        ("held", "ANSWER-05"), ("present", "ANSWER-04"), ("people[1].person_ref", "ANSWER-07"),
        ("people[2]", "ANSWER-04"), ("price", "ANSWER-04"),
    ]  # fmt: skip


def test_a_refusal_names_the_form_counts_the_places_and_says_what_to_do(desk: Desk) -> None:
    assert refusal(MEETING | {"held": "hold", "quiet": "good"}, desk, source="meeting.json").lines() == [
        "Error: not saved: 2 answers of meetings.meeting 1.0 need attention. [ANSWERS-02]",
        "",
        "  held  'hold' is not one of the answers: held, partly, off.",
        "  quiet 'good' is not one of the answers: yes, partly, no, not_observed, not_applicable.",
        "",
        "Correct meeting.json and run the same command again. Nothing was stored.",
    ]


def test_one_problem_is_one_answer_that_needs_attention(desk: Desk) -> None:
    assert refusal(MEETING | {"day": "x"}, desk).sentence == (
        "not saved: 1 answer of meetings.meeting 1.0 needs attention."
    )


def test_problems_can_be_given_as_json(desk: Desk) -> None:
    found = refusal(MATTER | {"matter_ref": "M2", "persons": 0}, desk, Matter).problems
    assert problems_as_json(found) == [
        {"where": "persons", "rule": "M01", "code": "ANSWER-06", "says": "Must be at least 1."}
    ]


# Not asked is not no


def test_an_answer_to_a_question_that_is_not_asked_is_refused_with_its_condition(desk: Desk) -> None:
    found = one(OFF | {"present": 0}, desk)
    assert found.line() == "present Answered, but not asked: it is asked only if held is held or partly."


def test_a_question_behind_an_unanswered_one_is_not_asked(desk: Desk) -> None:
    found = problems(OFF | {"quiet": "no"}, desk)
    assert found == [("quiet", "ANSWER-03")]


def test_in_a_row_too_what_is_not_asked_is_not_answered(desk: Desk) -> None:
    found = one(MEETING | {"people": [PERSON | {"guardian": "no"}]}, desk)
    assert (found.where, found.code) == ("people[1].guardian", "ANSWER-03")


def test_a_wrong_answer_does_not_make_later_ones_look_unasked(desk: Desk) -> None:
    assert problems(MEETING | {"held": "yes"}, desk) == [("held", "ANSWER-05")]
    child = PERSON | {"kind": "chlid", "guardian": "yes"}
    assert problems(MEETING | {"people": [child]}, desk) == [("people[1].kind", "ANSWER-05")]


def test_a_missing_answer_names_why_it_is_asked(desk: Desk) -> None:
    assert one(MEETING | {"day": None}, desk).says == "Missing. It is asked always."
    assert one(OFF | {"why": None}, desk).says == "Missing. It is asked because held is off or partly."
    child = PERSON | {"kind": "child"}
    found = one(MEETING | {"people": [child]}, desk)
    assert (found.where, found.says) == ("people[1].guardian", "Missing. It is asked because kind is child.")


def test_rows_that_are_asked_for_and_missing_are_named(desk: Desk) -> None:
    assert ("people", "ANSWER-02") in problems(MEETING | {"people": []}, desk)


def test_a_blank_breaks_no_rule(desk: Desk) -> None:
    assert check(INSTRUMENT, Meeting, MEETING | {"notes": None}, author="MON-01", around=desk)


# Unknown questions


def test_an_unknown_question_is_met_with_the_one_that_was_probably_meant(desk: Desk) -> None:
    found = one(MEETING | {"quite": "yes"}, desk)
    assert (found.where, found.says) == ("quite", "Not a question of meetings.meeting. Did you mean quiet?")
    assert one(MEETING | {"colour": "red"}, desk).says == "Not a question of meetings.meeting."


def test_an_unknown_question_in_a_row_is_named_with_its_row(desk: Desk) -> None:
    found = one(MEETING | {"people": [PERSON | {"knd": "adult"}]}, desk)
    assert found.where == "people[1].knd" and found.says.endswith("Did you mean kind?")


def test_the_parents_questions_are_corrected_at_the_parent(desk: Desk) -> None:
    found = one(MEETING | {"persons": 3}, desk)
    assert (found.where, found.says) == ("persons", "Is asked once, in meetings.matter; correct it there.")


def test_a_key_that_is_no_name_is_not_repeated(desk: Desk) -> None:
    for key in ("<b>Ana Popescu, Chișinău</b>", "\ud800", "a" * 1000, "", "x\ny"):
        assert one(MEETING | {key: "x"}, desk).where == "(a key that is no name)"


# The envelope


@pytest.mark.parametrize("key", [key for key in ENVELOPE if key != "_parent"])
@pytest.mark.parametrize("wrong", [5.5, True, ["x"], {1: "x"}, "\x00", "\ud800", 10**5000], ids=lambda x: str(type(x)))
def test_an_envelope_of_a_wrong_kind_is_a_problem_at_its_key(key: str, wrong: object, desk: Desk) -> None:
    assert {where for where, _ in problems(MEETING | {key: wrong}, desk)} == {key}


@pytest.mark.parametrize(
    "key, wrong",
    [
        ("_monitor", "Ana Popescu"), ("_monitor", "x" * 41), ("_session", 0), ("_session", 100), ("_session", "1"),
        ("_language", "Romanian"), ("_language", "ro_MD"), ("_submitted_at", "yesterday"),
        ("_submitted_at", "0001-01-01T00:00:00+14:00"), ("_submitted_at", "9999-12-31T23:59:59-14:00"),
        ("_submitted_at", "2999-01-01"), ("_id", "x" * 201), ("_explanations", ["R01"]),
        ("_explanations", {"R01": "x"}), ("_explanations", {"R01": 5}), ("_explanations", {"R01": "a\x1b[2J"}),
        ("_explanations", {"R01": "x" * 501}),
    ],
)  # fmt: skip
def test_a_wrong_envelope_is_a_problem_at_its_key(key: str, wrong: object, desk: Desk) -> None:
    found = one(MEETING | {key: wrong}, desk)
    assert found.where == key
    assert "Popescu" not in found.says


def test_an_unknown_key_of_the_envelope_is_met_with_those_that_exist(desk: Desk) -> None:
    found = one(MEETING | {"_sesion": 2}, desk)
    assert found.says.startswith("'_sesion' is not part of a submission's envelope: _id, _parent,")
    assert "Popescu" not in one(MEETING | {"_ Ana Popescu": 2}, desk).says


def test_every_key_that_is_allowed_is_listed() -> None:
    assert list(fields_of(Matter)) == [*ENVELOPE, "matter_ref", "country", "docket", "persons"]


def test_a_child_form_names_its_parent_and_a_parent_form_has_none(desk: Desk) -> None:
    assert one(MEETING | {"_parent": " "}, desk).code == "ANSWER-16"
    assert one(MEETING | {"_parent": "M9"}, desk).code == "ANSWER-14"
    assert one(MATTER | {"matter_ref": "M2", "_parent": "M1"}, desk, Matter).code == "ANSWER-19"


# Rules


def test_a_broken_rule_is_named_with_its_id_and_its_place(desk: Desk) -> None:
    found = one(MEETING | {"quiet": "no", "notes": "Noise."}, desk)
    assert found.line() == "notes Explain what was bad. (R03)"


def test_a_rule_without_a_place_stands_at_the_form(desk: Desk) -> None:
    assert one(OFF | {"_source": None}, desk).line() == "meeting Say from where. (R05)"


def test_a_rule_that_a_question_keeps_is_named(desk: Desk) -> None:
    assert one(OFF | {"why": ["none", "adult"]}, desk).rule == "R06"
    assert one(MATTER | {"matter_ref": "M2", "persons": 0}, desk, Matter).rule == "M01"


def test_a_warning_asks_for_an_explanation(desk: Desk) -> None:
    raw = MEETING | {"present": 3, "people": [PERSON] * 3}
    found = one(raw, desk)
    assert found.says == ('More came than there are. If it is so, explain it in a line: _explanations {"R01": "..."}.')
    made = check(INSTRUMENT, Meeting, raw | {"_explanations": {"R01": " A third joined. "}}, author="M", around=desk)
    assert made.explanations == {"R01": "A third joined."}


def test_an_explanation_that_explains_nothing_is_refused(desk: Desk) -> None:
    found = one(MEETING | {"_explanations": {"R01": "A third joined."}}, desk)
    assert found.says == "The explanation of R01 explains nothing: that warning was not raised."


def test_an_error_cannot_be_explained_away(desk: Desk) -> None:
    raw = MEETING | {"quiet": "no", "notes": "Noise.", "_explanations": {"R03": "It was so."}}
    assert ("notes", "ANSWER-09") in problems(raw, desk)


def test_a_rule_between_siblings_sees_the_others_and_not_itself(desk: Desk) -> None:
    first = desk.add(INSTRUMENT, Meeting, MEETING)
    assert one(MEETING, desk).rule == "R04"
    assert check(INSTRUMENT, Meeting, MEETING | {"_session": 2}, author="MON-01", around=desk)
    again = check(INSTRUMENT, Meeting, MEETING, author="MON-01", around=desk, replaces=first.id)
    assert again.id == first.id


def test_the_meetings_of_another_matter_are_no_siblings(desk: Desk) -> None:
    desk.add(INSTRUMENT, Matter, MATTER | {"matter_ref": "M2"})
    desk.add(INSTRUMENT, Meeting, MEETING | {"_parent": "M2"})
    assert check(INSTRUMENT, Meeting, MEETING, author="MON-01", around=desk)


def test_a_reference_is_given_once(desk: Desk) -> None:
    found = one(MATTER, desk, Matter)
    assert (found.where, found.code) == ("matter_ref", "ANSWER-15")
    own = desk.submissions[0].id
    assert check(INSTRUMENT, Matter, MATTER, author="MON-01", around=desk, replaces=own).id == own


def test_a_form_without_a_parent_finds_others_by_the_answers_they_share() -> None:
    class Entry(Form):
        """An entry of an inventory."""

        entry_ref = Ref("Which?", pattern=r"E[0-9]+", example="E1")
        of_year = Whole("Of which year?")
        remark = Whole("How many?", optional=True)

    twice = Rule("X1", Entry, "It is there for this year.", at=(Entry.entry_ref,),
                 flag_if=AnyOther(same=(Entry.entry_ref, Entry.of_year)))  # fmt: skip
    inventory = Instrument("inventory", "1.0", "An inventory", (Entry,), (twice,))
    desk = Desk()
    desk.add(inventory, Entry, {"entry_ref": "E1", "of_year": 2024})
    desk.add(inventory, Entry, {"entry_ref": "E1", "of_year": 2025})
    desk.add(inventory, Entry, {"entry_ref": "E2", "of_year": 2024})
    with pytest.raises(AnswersRefused) as refused:
        desk.add(inventory, Entry, {"entry_ref": "E1", "of_year": 2024, "remark": 3})
    assert [problem.rule for problem in refused.value.problems] == ["X1"]


def test_a_form_without_a_parent_cannot_look_at_others_that_share_nothing() -> None:
    class Entry(Form):
        """An entry of an inventory."""

        remark = Whole("How many?")

    anything = Rule("X1", Entry, "There is another.", flag_if=AnyOther(condition=Entry.remark > 3))
    with pytest.raises(DeclarationError, match="X1: it looks at other submissions"):
        Instrument("inventory", "1.0", "An inventory", (Entry,), (anything,))


# Divide and join

WORD = st.text("abc", min_size=1, max_size=3)
FULL_PERSON = st.fixed_dictionaries(
    {"person_ref": WORD}, optional={"kind": WORD, "name": WORD, "hair": WORD, "words": WORD}
)
FULL_MEETING = st.fixed_dictionaries(
    {},
    optional={
        "day": WORD, "why": st.lists(WORD, min_size=1), "people": st.lists(FULL_PERSON, min_size=1, max_size=4),
        "badge": WORD, "notes": WORD, "price": st.just({"amount": "5", "currency": "EUR"}),
    },
)  # fmt: skip


@given(FULL_MEETING)
def test_what_is_divided_can_be_joined_again(values: dict[str, Any]) -> None:
    parts = divide(Meeting, values)
    assert join(Meeting, *parts) == values
    assert list(join(Meeting, *parts)) == [name for name in Meeting.questions if name in values]


@given(FULL_MEETING)
def test_each_part_holds_only_what_belongs_to_it(values: dict[str, Any]) -> None:
    for part, allowed in zip(divide(Meeting, values), ("closed", "open", "sealed"), strict=True):
        for form, answers in [(Meeting, part), *((Person, row) for row in part.get("people", ()))]:
            for name in answers:
                assert name == "people" or kind(form.questions[name]) == allowed


def kind(question: Question) -> str:
    return "sealed" if question.publish == "sealed" else "open" if question.storage == "open" else "closed"


def test_two_rules_that_are_broken_at_one_place_are_both_said() -> None:
    class Entry(Form):
        """An entry."""

        first = Whole("How many first?")
        second = Whole("How many then?")

    rules = (
        Rule("X1", Entry, "There are more than three.", at=(Entry.first,), must_hold=Entry.first <= 3),
        Rule("X2", Entry, "More first than then.", at=(Entry.second,), must_hold=Entry.first <= Entry.second),
        Rule("X3", Entry, "The first are too many.", at=(Entry.first,), must_hold=Entry.first <= 4),
    )  # fmt: skip
    inventory = Instrument("inventory", "1.0", "An inventory", (Entry,), rules)
    with pytest.raises(AnswersRefused) as refused:
        Desk().add(inventory, Entry, {"first": 9, "second": 1})
    assert sorted(str(problem.rule) for problem in refused.value.problems) == ["X1", "X2", "X3"]
