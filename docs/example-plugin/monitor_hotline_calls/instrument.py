"""The instrument: one form, one rule and one indicator."""

from __future__ import annotations

from pathlib import Path

from monitor import Choice, Codes, Country, Date, Form, Instrument, Rating, Rule, Section, Share, Whole, by, year

ANSWERED = Codes(person="A person answered", recording="Only a recording answered", nobody="Nobody answered")


class Call(Form):
    """A test call to an anti-trafficking hotline."""

    section_call = Section("The call")

    country = Country("In which State is the hotline?", state=True, publish="dimension")
    called_on = Date("On what day did you call?", not_after="today", dimension="year")
    answered = Choice("Who answered?", ANSWERED, publish="counted", tests=("CETS 12(1)",))
    minutes_waited = Whole(
        "How many minutes did you wait?", at_most=60, only_if=answered.is_("person"), publish="counted",
        tests=("CETS 12(1)",),
    )  # fmt: skip

    section_help = Section("What was offered")

    other_language = Rating(
        "Could you have spoken another language than that of the State?",
        partly="in one other language only",
        only_if=answered.is_("person"),
        publish="counted",
        tests=("CETS 12(1)",),
    )


RULES = (
    Rule(
        "HC01", Call, "More than 30 minutes is long for a test call.", at=(Call.minutes_waited,), severity="warning",
        must_hold=Call.minutes_waited <= 30,
    ),
)  # fmt: skip

INDICATORS = (
    Share(
        id="HC-I01",
        title="Test calls in which another language could be spoken",
        unit=Call,
        rating=Call.other_language,
        having=Call.other_language.is_("yes"),
        tables=((by(Call.country), year(Call.called_on)),),
        evidences=("CETS 12(1)",),
        note="Counts calls that a person answered.",
    ),
)

INSTRUMENT = Instrument(
    code="hotline_calls",
    version="1.0",
    title="Test calls to a hotline",
    summary="Whether an anti-trafficking hotline is answered, and in which languages.",
    forms=(Call,),
    rules=RULES,
    indicators=INDICATORS,
    folder=Path(__file__).parent,
)
