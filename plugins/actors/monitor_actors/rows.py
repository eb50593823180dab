"""What an actor can have several of: areas, actors it sends people to, activities. One row for each."""

from __future__ import annotations

from monitor import Choice, Form, Ref, Section

from . import codes

ACTOR_PATTERN = r"[A-Z]{2}-A[0-9]{3,4}"


class CoveredArea(Form):
    """One area in which the actor works."""

    section_area = Section("Area")

    area = Ref(
        "Which area is it, by the programme's own list?",
        hint="A region, never an address. The list is the programme's; codes of ISO 3166-2 fit.",
        pattern=r"[A-Z]{2}-[A-Z0-9]{1,6}",
        example="AQ-R01",
        publish="counted",
        origin="S1",
    )


class Referral(Form):
    """One actor to which the actor sends people."""

    section_referral = Section("Referral")

    actor = Ref(
        "Under which key does the programme keep the other actor?",
        pattern=ACTOR_PATTERN,
        example="AQ-A003",
        tests=("NRM1",),
        origin="S1",
    )


class Activity(Form):
    """One activity or response of the actor."""

    section_activity = Section("Activity")

    activity_kind = Choice(
        "What does the activity do?",
        codes.ROLE,
        publish="dimension",
        tests=("AP V.14.2",),
        origin="S1",
    )
    activity_status = Choice(
        "How did the activity stand on the day of the last check?",
        codes.RESPONSE,
        publish="dimension",
        tests=("AP VI.9",),
        origin="S1",
    )
