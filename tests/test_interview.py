"""The interview asks what is asked, in the order of the form, and nothing else."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor import TODAY, Choice, Codes, Date, Form, Rows, Text, Whole
from monitor.conditions import Answers
from monitor.interview import Walk, walk

YES_NO = Codes(yes="Yes", no="No")


class Place(Form):
    """A place."""

    open_to_all = Choice("Is it open?", YES_NO)


class Guest(Form):
    """A guest."""

    came = Choice("Did the guest come?", YES_NO)
    stayed = Whole("How long?", only_if=came.is_("yes"))
    words = Text("What was said?", only_if=stayed > 5, optional=True)


class Visit(Form):
    """A visit to a place."""

    class Meta:
        parent = Place

    possible = Choice("Was it possible?", YES_NO, only_if=Place.open_to_all.is_("yes"))
    day = Date("When?", only_if=possible.is_("yes"))
    guests = Rows(Guest, "Who came?", only_if=possible.is_("yes"), optional=True)
    late = Choice("Was somebody late?", YES_NO, only_if=guests.any(Guest.stayed < 2))
    follow_up = Text("What next?", optional=True, only_if=day < TODAY)


OPEN = Answers(Place, {"open_to_all": "yes"})


def asked(walked: Walk) -> list[str]:
    return [step.where for step in walked.steps if step.asked]


def test_nothing_is_asked_behind_an_unanswered_question() -> None:
    assert asked(walk(Visit, {}, OPEN)) == ["possible"]
    assert asked(walk(Visit, {}, Answers(Place, {"open_to_all": "no"}))) == []
    assert asked(walk(Visit, {})) == []


def test_an_answer_opens_what_depends_on_it() -> None:
    walked = walk(Visit, {"possible": "yes", "day": "2020-01-01"}, OPEN)
    assert asked(walked) == ["possible", "day", "guests", "follow_up"]


def test_an_answer_that_is_not_asked_does_not_count_for_later_questions() -> None:
    walked = walk(Visit, {"possible": "no", "day": "2020-01-01"}, OPEN)
    assert [step.where for step in walked.unasked()] == ["day"]
    assert walked.answers.values == {"possible": "no"}
    assert "follow_up" not in asked(walked)


def test_each_row_is_walked_by_itself() -> None:
    guests = [{"came": "no"}, {"came": "yes", "stayed": 1}, {"came": "yes", "stayed": 9}]
    walked = walk(Visit, {"possible": "yes", "day": "2020-01-01", "guests": guests}, OPEN)
    inside = [where for where in asked(walked) if "[" in where]
    assert inside == [
        *("guests[1].came", "guests[2].came", "guests[2].stayed"),
        *("guests[3].came", "guests[3].stayed", "guests[3].words"),
    ]
    assert "late" in asked(walked)


def test_the_next_question_is_the_first_that_is_asked_and_blank() -> None:
    nothing = walk(Visit, {}, OPEN).next()
    assert nothing is not None and nothing.where == "possible"
    answered = walk(Visit, {"possible": "yes", "day": "2020-01-01"}, OPEN)
    steps = (answered.next(), answered.next(frozenset({"guests"})))
    assert [step.where for step in steps if step] == ["guests", "follow_up"]
    assert answered.next(frozenset({"guests", "follow_up"})) is None


def test_what_is_missing_is_required_and_asked() -> None:
    guests = [{"came": "yes"}]
    walked = walk(Visit, {"possible": "yes", "guests": guests}, OPEN)
    assert [step.where for step in walked.missing()] == ["day", "guests[1].stayed"]


ROW = st.fixed_dictionaries(
    {}, optional={"came": st.sampled_from(["yes", "no"]), "stayed": st.integers(0, 9), "words": st.just("hello")}
)
VISIT = st.fixed_dictionaries(
    {},
    optional={
        "possible": st.sampled_from(["yes", "no"]),
        "day": st.just("2020-01-01"),
        "guests": st.lists(ROW, min_size=1, max_size=3),
        "late": st.sampled_from(["yes", "no"]),
        "follow_up": st.just("call"),
    },
)


@given(VISIT)
def test_what_is_kept_is_what_was_asked_and_answered_and_walks_the_same_again(values: dict[str, Any]) -> None:
    first = walk(Visit, values, OPEN)
    again = walk(Visit, first.answers.values, OPEN)
    assert again.answers.values == first.answers.values
    assert not list(again.unasked())
    assert asked(again) == asked(first)


@given(VISIT)
def test_answering_one_question_after_the_other_comes_to_an_end(values: dict[str, Any]) -> None:
    given: dict[str, Any] = {}
    passed: frozenset[str] = frozenset()
    for _ in range(len(Visit.questions) * 2):
        step = walk(Visit, given, OPEN).next(passed)
        if step is None:
            break
        if "[" not in step.where and step.where in values:
            given[step.where] = values[step.where]
        else:
            passed |= {step.where}
    left = walk(Visit, given, OPEN).next(passed)
    assert left is None or "[" in left.where
