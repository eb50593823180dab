"""The actor: one organisation or unit in one country and one year, with its reach, its partners and its needs."""

from __future__ import annotations

from monitor import Choice, Choices, Country, Date, Form, Narrative, Ref, Rows, Section, Text, Whole

from . import codes
from .languages import LANGUAGE
from .rows import ACTOR_PATTERN, Activity, CoveredArea, Referral

SERVICES = ("shelter", "medical", "psychological", "legal_aid", "reintegration", "return_support")
"""The roles in which an actor helps victims themselves, as the codebook lists them."""


class Actor(Form):
    """An actor in one country and one year."""

    class Meta:
        person = "actor_ref"  # no person, but who is told apart where a figure is protected

    section_actor = Section("Actor")

    actor_ref = Ref(
        "Under which key does the programme keep this actor?",
        hint="Country and a number, given by the programme. The same for the same actor in every year.",
        pattern=ACTOR_PATTERN,
        example="AQ-A001",
        origin="S1",
    )
    actor_name = Text(
        "What is the actor called?",
        hint="An organisation or a unit, never a person. A shelter's name can lead to its door: it stays here.",
        tests=("AP VI.9",),
        origin="S1",
    )
    country = Country(
        "In which country does the actor work?",
        hint="An actor that works in two countries has an entry for each.",
        publish="dimension",
        state=True,
        origin="S1",
    )
    reference_year = Whole(
        "Which year does this entry describe?",
        at_least=1000,
        at_most=9999,
        publish="dimension",
        origin="S1",
    )
    actor_type = Choice(
        "What is the actor, in the main?",
        codes.ACTOR_TYPE,
        publish="dimension",
        tests=("NRM1",),
        origin="HTC",
    )
    level = Choice(
        "At what level does it work?",
        codes.LEVEL,
        publish="dimension",
        origin="K",
    )
    areas_covered = Rows(
        CoveredArea,
        "In which areas does it work?",
        optional=True,
        hint="One row for each area of the programme's list. Regions, never addresses.",
    )
    roles = Choices(
        "Which functions did it carry out in the year?",
        codes.ROLE,
        publish="dimension",
        tests=("NRM1", "NRM2"),
        origin="S3",
    )

    helps_victims = roles.includes(*SERVICES)

    listing_consent = Choice(
        "What did the actor agree to when it was listed?",
        codes.CONSENT,
        tests=("CETS 11",),
        origin="S1",
    )
    public_contact = Text(
        "How can the public reach it?",
        hint="The institution's own telephone, page or mailbox. No person, and no address of a shelter.",
        only_if=listing_consent.is_("public"),
        optional=True,
        tests=("AP VI.9",),
        origin="S1",
    )
    focal_point_contact = Text(
        "Whom can the programme reach there?",
        hint="Sealed at once. A named person, for the programme's own use.",
        optional=True,
        publish="sealed",
        tests=("AP VI.9",),
        origin="S1",
    )

    section_capacity = Section("Capacity and reach")

    target_groups = Choices(
        "Which groups does it really serve?",
        codes.TARGET,
        hint="Those who were served, not those that its statutes name.",
        publish="dimension",
        tests=("CETS 3", "PAL 6(4)"),
        origin="S3",
    )
    access_conditions = Choices(
        "What must a victim show or do to be helped?",
        codes.CONDITION,
        alone=("none",),
        only_if=helps_victims,
        publish="dimension",
        tests=("CETS 12(6)", "RPG P8", "NRM1"),
        origin="S3",
    )
    places = Whole(
        "How many beds does it have?",
        only_if=roles.includes("shelter"),
        optional=True,
        publish="counted",
        tests=("CETS 12(1)",),
        origin="S1",
    )
    persons_assisted = Whole(
        "How many persons did it assist in the year?",
        hint="Trafficked persons, each counted once. 0 is an answer; blank if it is not known.",
        only_if=roles.includes(*SERVICES, "hotline"),
        optional=True,
        publish="counted",
        tests=("CETS 12(1)",),
        origin="S1",
    )
    working_languages = Choices(
        "In which languages can a victim be served without an interpreter from outside?",
        LANGUAGE,
        optional=True,
        publish="dimension",
        tests=("CETS 12(1)", "CETS 15(1)"),
        origin="K",
    )
    funding_assured_months = Whole(
        "For how many months from the day of the interview is its money assured?",
        hint="Full months. 0 is an answer.",
        optional=True,
        publish="counted",
        tests=("NRM2",),
        origin="S1",
    )

    section_cooperation = Section("Co-operation, needs, gaps")

    nrm_role = Choice(
        "What is its place in the national referral mechanism?",
        codes.NRM_ROLE,
        publish="dimension",
        tests=("AP V", "NRM1", "CETS 35"),
        origin="S3",
    )
    refers_to = Rows(
        Referral,
        "To which actors does it send people?",
        optional=True,
        hint="One row for each. They must be in the inventory already: enter the actors first, the links afterwards.",
    )
    needs_stated = Choices(
        "Which needs does the actor itself name?",
        codes.NEED,
        hint="Its own words, not what the assessor would name.",
        alone=("none_stated",),
        publish="counted",
        tests=("AP V.14.2",),
        origin="S1",
    )
    gap_note = Narrative(
        "What gap do you see?",
        hint="The assessor's own view, marked as such. No names, no addresses.",
        optional=True,
        origin="S1",
    )
    verified_by = Choices(
        "How was this entry checked?",
        codes.VERIFICATION,
        tests=("RPG G3",),
        origin="S1",
    )
    last_verified_on = Date(
        "On what day was it last checked?",
        hint="A stale entry is worse than none. When you check it again, correct this date.",
        not_after="today",
        dimension="year",
        publish="dimension",
        tests=("AP VI.9",),
        origin="S1",
    )

    section_activities = Section("Activities")

    activities = Rows(
        Activity,
        "What does it do against trafficking?",
        optional=True,
        hint="One row for each activity or response of the year.",
    )
