"""The victim: one trafficked person, as an organisation that works on cases registered her or him."""

from __future__ import annotations

from monitor import Choice, Choices, Country, Form, Section, Whole

from . import codes


class Victim(Form):
    """A trafficked person known to an organisation."""

    class Meta:
        person = "submission"

    section_registration = Section("Registration")

    year_of_registration = Whole(
        "In which year did the organisation register the person?",
        hint="The year alone. Any nearer date helps to find the person again.",
        at_least=1990,
        at_most=2100,
        publish="dimension",
        origin="CTD",
    )

    section_person = Section("Person")

    gender = Choice(
        "Which gender does the person have, by her or his own account?",
        codes.GENDER,
        optional=True,
        publish="dimension",
        tests=("CETS 17",),
        origin="HTC",
    )
    age_band = Choice(
        "How old was the person when registered?",
        codes.AGE_BAND,
        hint="The band alone; the date of birth is never asked.",
        optional=True,
        publish="dimension",
        tests=("CETS 10(3)", "PAL 6(4)"),
        origin="CTD",
    )
    citizenship = Country(
        "Of which State is the person a citizen?",
        also=codes.UNKNOWN_COUNTRY,
        hint="Choose ZZ if the organisation tried to learn it and could not. Leave blank what nobody recorded.",
        optional=True,
        publish="dimension",
        origin="HTC",
    )

    section_exploitation = Section("Exploitation")

    country_of_exploitation = Country(
        "In which country was the person exploited?",
        also=codes.UNKNOWN_COUNTRY,
        hint="If in several, the last one before the person found help.",
        optional=True,
        publish="dimension",
        origin="CTD",
    )
    forced_labour = Choice(
        "Was the person exploited in forced labour?",
        codes.YES_NO,
        hint="Blank means that it was not recorded. It never means no.",
        optional=True,
        publish="counted",
        tests=("PAL 3(a)", "CETS 4"),
        origin="CTD",
    )
    sexual_exploitation = Choice(
        "Was the person exploited sexually?",
        codes.YES_NO,
        hint="Blank means that it was not recorded. It never means no.",
        optional=True,
        publish="counted",
        tests=("PAL 3(a)", "CETS 4"),
        origin="CTD",
    )
    other_exploitation = Choice(
        "Was the person exploited in another way?",
        codes.YES_NO,
        hint="Such as forced marriage, removal of organs, or service in an armed group.",
        optional=True,
        publish="counted",
        tests=("PAL 3(a)", "CETS 4", "THB 2"),
        origin="CTD",
    )
    exploitation_types = Choices(
        "In which ways was the person exploited?",
        codes.EXPLOITATION,
        optional=True,
        publish="counted",
        tests=("PAL 3(a)", "CETS 4", "THB 2"),
        origin="HTC",
    )

    section_means = Section("Control and recruitment")

    means_of_control = Choices(
        "By which means was the person controlled?",
        codes.MEANS_OF_CONTROL,
        hint="What was done to control, not what was the purpose. For a child no means need be shown.",
        optional=True,
        publish="counted",
        tests=("PAL 3(a)", "PAL 3(c)"),
        origin="HTC",
    )
    recruitment_methods = Choices(
        "Where or through what was the person recruited?",
        codes.RECRUITMENT,
        optional=True,
        publish="counted",
        tests=("PAL 3(a)",),
        origin="HTC",
    )
    recruiter_relationship = Choice(
        "How did the person stand to the trafficker before?",
        codes.RELATIONSHIP,
        optional=True,
        publish="counted",
        tests=("PAL 3(a)",),
        origin="HTC",
    )
