"""A form orders its questions, tells each its place, and refuses what cannot stand, with a sentence that names it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor import (
    Choice,
    Choices,
    Codes,
    Country,
    Date,
    Form,
    Money,
    Narrative,
    Rating,
    Ref,
    Rows,
    Section,
    Text,
    Whole,
)
from monitor.errors import DeclarationError
from monitor.questions import Question

YES_NO = Codes(yes="Yes", no="No")


class Room(Form):
    """A court building.

    Seen from the street.
    """

    class Meta:
        key = "room_ref"

    section_place = Section("Place")

    room_ref = Ref("Which?", pattern="R[0-9]", example="R1")
    separate = Rating("Is there a separate room?")

    section_more = Section("More")

    notes = Narrative("What else?", optional=True)


class PersonInVisit(Form):
    """A person met."""

    spoke = Choice("Did the person speak?", YES_NO)
    said = Text("What did the person say?", only_if=spoke.is_("yes"))


class RoomVisit(Form):
    """A visit."""

    class Meta:
        parent = Room

    held = Choice("Was it possible?", YES_NO)
    people = Rows(PersonInVisit, "Whom did you meet?", only_if=held.is_("yes") & Room.separate.is_("yes"))
    quiet = Rating("Was it quiet?", only_if=people.any(PersonInVisit.spoke.is_("no")))


def refusal(declare: Callable[[], object]) -> DeclarationError:
    with pytest.raises(DeclarationError) as refused:
        declare()
    return refused.value


def form_with(**questions: object) -> object:
    return type(Form)("Broken", (Form,), questions)


# What a form knows


def test_a_form_knows_its_questions_in_the_order_in_which_they_stand() -> None:
    assert list(Room.questions) == ["room_ref", "separate", "notes"]
    assert [question.section for question in Room.questions.values()] == ["Place", "Place", "More"]


def test_a_form_takes_its_code_from_its_name_and_its_title_from_its_docstring() -> None:
    assert (Room.code, Room.title) == ("room", "A court building")
    assert RoomVisit.code == "room_visit"


def test_a_question_is_found_by_its_name_and_a_misspelt_one_is_met_with_those_that_exist() -> None:
    assert Room.separate is Room.questions["separate"]
    with pytest.raises(AttributeError) as missing:
        _ = Room.seperate
    assert str(missing.value) == "Room has no question 'seperate'. Its questions: room_ref, separate, notes"


def test_above_a_form_stands_its_parent_and_above_a_row_the_form_that_holds_it() -> None:
    assert list(RoomVisit.ancestors()) == [Room]
    assert list(PersonInVisit.ancestors()) == [RoomVisit, Room]
    assert list(RoomVisit.row_forms()) == [PersonInVisit]


def test_the_ratings_of_a_form_leave_out_those_of_its_rows() -> None:
    assert RoomVisit.ratings() == (RoomVisit.quiet,)


# What cannot stand in a form


def test_two_questions_of_one_name_are_refused() -> None:
    def declare() -> None:
        class Twice(Form):
            """Twice."""

            held = Choice("Was it held?", YES_NO)
            held = Text("Where was it held?")

    assert refusal(declare).sentence == "Twice.held: this name stands twice in the form."


def test_a_condition_on_a_later_question_is_refused() -> None:
    later = Choice("Was it held?", YES_NO)
    says = refusal(lambda: form_with(reason=Text("Why?", only_if=later.is_("no")), held=later)).sentence
    assert says == "Broken.reason looks at 'Was it held?', which it cannot see: it comes later in the form."


def test_a_condition_on_another_forms_question_is_refused() -> None:
    declared = refusal(lambda: form_with(reason=Text("Why?", only_if=RoomVisit.held.is_("no"))))
    assert declared.sentence == "Broken.reason looks at 'held', which it cannot see: it belongs to another form."


def test_a_condition_of_a_row_does_not_look_at_a_form_that_does_not_hold_it_yet() -> None:
    held = Choice("Was it held?", YES_NO)
    assert "which it cannot see" in refusal(lambda: form_with(said=Text("What?", only_if=held.is_("no")))).sentence


def test_a_misspelt_code_is_met_with_the_codes_that_exist() -> None:
    declared = refusal(lambda: RoomVisit.held.is_("yess"))
    assert declared.sentence == "A condition: 'yess' is not a code of the question 'Was it possible?'."
    assert declared.advice == "Its codes are: yes, no."


@pytest.mark.parametrize(
    "declare, says",
    [
        (lambda: Choices("Which?", YES_NO, alone=("none",)), "'none' is not a code of"),
        (lambda: Choice("Which?", YES_NO, published_as={"good": ("yes", "perhaps")}), "'perhaps' is not a code of"),
        (lambda: Codes(("yes", "Yes"), ("no", "No"), ("yes", "Indeed")), "the code 'yes' stands twice in one list"),
        (lambda: Codes(("a;b", "A or B")), "'a;b' cannot be a name here"),
        (lambda: Choice("Which?", {"not so": "No"}), "'not so' cannot be a name here"),
        (lambda: Country("Which?", also={"NA": "Not answered"}), "the code 'NA' stands twice in one list"),
    ],
)
def test_a_list_of_codes_that_cannot_stand_is_refused(declare: Callable[[], object], says: str) -> None:
    assert says in refusal(declare).sentence


@pytest.mark.parametrize("publish", ["dimension", "counted"])
@pytest.mark.parametrize("kind", [Text, Narrative])
def test_an_open_answer_is_never_published(kind: type[Question], publish: str) -> None:
    declared = refusal(lambda: form_with(notes=kind("What?", publish=publish)))
    assert declared.sentence == f"Broken.notes: a {kind.__name__} is never published, but publish is '{publish}'."


def test_publish_is_one_of_four() -> None:
    declared = refusal(lambda: Choice("Which?", YES_NO, publish="public"))
    assert declared.sentence == "The question 'Which?': publish is 'public'."
    assert declared.advice == "Choose one of: dimension, counted, never, sealed."


@pytest.mark.parametrize("name", ["Held", "held_ä", "_id", "2nd", "h" * 61, "load", "questions", "context", "mro"])
def test_a_name_that_a_question_cannot_have_is_refused(name: str) -> None:
    declared = refusal(lambda: form_with(**{name: Choice("Was it held?", YES_NO)}))
    assert declared.sentence.startswith(f"Broken.{name}: '{name}' cannot be a name here")


def test_the_same_question_in_two_forms_is_refused() -> None:
    assert "the same question stands in two forms" in refusal(lambda: form_with(held=RoomVisit.held)).sentence


@pytest.mark.parametrize("wrong", [True, False, "held == yes", lambda answers: True])
def test_what_is_no_condition_cannot_decide_whether_a_question_is_asked(wrong: object) -> None:
    declared = refusal(lambda: Text("Why?", only_if=wrong))
    assert declared.sentence.startswith("The question 'Why?': its only_if is ")


def test_a_form_is_not_made_from_another_form() -> None:
    def declare() -> None:
        class SecondVisit(RoomVisit):
            """A second visit."""

    assert refusal(declare).sentence.startswith("SecondVisit: it is made from RoomVisit")


def test_a_form_has_a_code_that_can_name_a_table() -> None:
    meta = type("Meta", (), {"code": "visit; drop"})
    assert "Broken: 'visit; drop' cannot be a name here" in refusal(lambda: form_with(Meta=meta)).sentence


# What cannot stand in rows


def test_a_block_of_rows_is_not_published_as_a_whole() -> None:
    declared = refusal(lambda: form_with(people=Rows(_rows(), "Who?", publish="sealed")))
    assert declared.sentence == "Broken.people: its publish is 'sealed'."


def test_one_form_of_rows_stands_in_one_place() -> None:
    rows = _rows()
    declared = refusal(lambda: form_with(people=Rows(rows, "Who?"), others=Rows(rows, "Who else?")))
    assert declared.sentence == "Broken.others: its rows already stand elsewhere."


def test_rows_do_not_hold_rows() -> None:
    outer = form_with(inner=Rows(_rows(), "Who?"))
    assert refusal(lambda: form_with(outer=Rows(outer, "Which?"))).sentence == "Broken.outer: its rows hold rows again."


def _rows() -> object:
    return form_with(amount=Money("How much?", optional=True), day=Date("When?"), times=Whole("How often?"))
