"""The assessment: its country, period and methods, entered once; the sections of the assessment stand below it."""

from __future__ import annotations

from monitor import Choice, Choices, Country, Form, PartialDate, Ref, Section

from . import codes


class Assessment(Form):
    """One assessment: one country or territory, one period."""

    class Meta:
        key = "assessment_ref"

    section_assessment = Section("Assessment header")

    assessment_ref = Ref(
        "Under which reference does the programme keep this round?",
        hint="Country, NRM, the year in which the round began, and a number. It may be published.",
        pattern=r"[A-Z]{2}-NRM-[0-9]{4}-[0-9]{2}",
        example="AQ-NRM-2024-01",
        publish="dimension",
        origin="S4",
    )
    country = Country(
        "Which country is assessed?",
        state=True,
        publish="dimension",
        origin="S4",
    )
    territorial_scope = Choice(
        "Does the assessment cover the whole country?",
        codes.SCOPE,
        hint="Local: one city or several.",
        publish="dimension",
        origin="S4",
    )
    territory = Ref(
        "Which part of the country is it, by the programme's own list?",
        hint="One code for the whole of what was assessed, also where that is several cities.",
        pattern=r"[A-Z]{2}-[A-Z0-9]{1,12}",
        example="AQ-T01",
        only_if=territorial_scope.is_("regional", "local"),
        publish="dimension",
    )
    period_start = PartialDate(
        "Which is the first month covered?",
        hint="The year and the month; the year alone, if the period is made of whole years.",
        publish="dimension",
        dimension="year",
        origin="S4",
    )
    period_end = PartialDate(
        "Which is the last month covered?",
        hint="The year and the month; the year alone, if the period is made of whole years.",
        not_after="today",
        publish="dimension",
        dimension="year",
        origin="S4",
    )
    methods_used = Choices(
        "How was the evidence gathered?",
        codes.METHOD,
        publish="dimension",
        tests=("RPG G3",),
        origin="S4",
    )
    survivor_consent_recorded = Choice(
        "Is the consent of every survivor who was interviewed recorded, outside this system?",
        codes.YES_NO,
        hint="The NGO keeps it. Neither names nor the forms of consent belong here.",
        only_if=methods_used.includes("interviews_survivors_via_ngo"),
    )
