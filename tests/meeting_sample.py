"""Invented meetings about invented matters: an instrument with every kind of question, for tests of the check."""

from __future__ import annotations

from typing import Any

import pytest

from monitor import (
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
    Money,
    Narrative,
    PartialDate,
    Rating,
    Ref,
    Rows,
    Rule,
    Text,
    Whole,
)
from monitor.errors import AnswersRefused
from monitor.submissions import check
from monitor.testing import Desk

HELD = Codes(held="Held", partly="Held in part", off="Called off")
KIND = Codes(child="Child", adult="Adult", none="None")


class Matter(Form):
    """A matter before an authority."""

    class Meta:
        key = "matter_ref"

    matter_ref = Ref("Which?", pattern=r"M[0-9]+", example="M1")
    country = Country("Where?", publish="dimension")
    docket = Text("Its number?", optional=True, publish="sealed")
    persons = Whole("How many?", at_least=1, publish="counted")


class Person(Form):
    """A person at the meeting."""

    class Meta:
        person = "person_ref"

    person_ref = Ref("Who?", pattern=r"P[0-9]", example="P1")
    kind = Choice("Which kind?", KIND, publish="dimension")
    guardian = Rating("Was there a guardian?", only_if=kind.is_("child"), publish="counted")
    name = Text("What is the name?", optional=True, publish="sealed")
    hair = Choice("Which hair?", KIND, optional=True, publish="sealed")
    words = Narrative("What was said?", optional=True)


class Meeting(Form):
    """A meeting about a matter."""

    class Meta:
        parent = Matter

    day = Date("When?", not_after="today", dimension="year")
    held = Choice("Was it held?", HELD, publish="counted")
    why = Choices("Why not?", KIND, alone=("none",), only_if=held.is_("off", "partly"), publish="counted")
    present = Whole("How many came?", only_if=held.is_("held", "partly"), publish="counted")
    quiet = Rating("Was it quiet?", only_if=present > 0, publish="counted")
    people = Rows(Person, "Who came?", only_if=present > 0)
    since = PartialDate("Since when?", optional=True)
    price = Money("At what price?", optional=True)
    badge = Ref("Whose badge?", pattern=r"B[0-9]+", example="B1", optional=True, publish="sealed")
    notes = Narrative("What else?", optional=True)


RULES = (
    Rule("M01", Matter, "A matter has a person.", at=(Matter.persons,), kept_by="range"),
    Rule("R01", Meeting, "More came than there are.", at=(Meeting.present,), severity="warning",
         must_hold=Meeting.present <= Matter.persons),
    Rule("R02", Meeting, "One row for each.", at=(Meeting.people,),
         must_hold=Meeting.people.count().equals(Meeting.present)),
    Rule("R03", Meeting, "Explain what was bad.", at=(Meeting.notes,),
         must_hold=Meeting.quiet.falls_short().implies(Meeting.notes.length() >= 10)),
    Rule("R04", Meeting, "There is one already.", at=(Meeting.day,), must_hold=~AnyOther(same=(Meeting.day, SESSION))),
    Rule("R05", Meeting, "Say from where.", must_hold=Meeting.held.is_("off").implies(SOURCE.answered())),
    Rule("R06", Meeting, "None stands alone.", at=(Meeting.why,), kept_by="alone"),
    Rule("R07", Meeting, "The notes hold a long number.", at=(Meeting.notes,), severity="warning", screen=True,
         flag_if=Meeting.notes.matches("[0-9]{6}", "a long number")),
)  # fmt: skip
INSTRUMENT = Instrument(code="meetings", version="1.0", title="Meetings", forms=(Matter, Meeting), rules=RULES)
MATTER = {"matter_ref": "M1", "country": "MD", "docket": "KP 17/24", "persons": 2}
PERSON = {"person_ref": "P1", "kind": "adult"}
MEETING = {"_parent": "M1", "day": "2025-03-03", "held": "held", "present": 1, "quiet": "yes", "people": [PERSON]}
OFF = {"_parent": "M1", "day": "2025-03-03", "held": "off", "why": ["adult"], "_source": "a clerk"}


def desk_with_matter() -> Desk:
    """A desk on which the matter of the meetings lies."""
    desk = Desk()
    desk.add(INSTRUMENT, Matter, MATTER)
    return desk


def refusal(raw: object, around: Desk | None = None, form: type[Form] = Meeting, **settings: Any) -> AnswersRefused:
    with pytest.raises(AnswersRefused) as refused:
        check(INSTRUMENT, form, raw, author="MON-01", around=around, **settings)
    return refused.value
