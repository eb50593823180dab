"""Each contact after return: one row for each planned point, inside the return case."""

from __future__ import annotations

from monitor import Choice, Choices, Date, Form, Rating, Section

from . import codes


class FollowUp(Form):
    """One attempt to reach the person after the return."""

    section_followup = Section("After return")

    followup_month = Choice(
        "For which planned point after the departure was this contact?",
        codes.FOLLOWUP_MONTH,
        hint="One row for each planned point, in their order.",
        publish="counted",
        tests=("ODR P7",),
        origin="ODR",
    )
    followup_date = Date(
        "On what date was the contact tried?",
        not_after="today",
        tests=("ODR P7",),
        origin="ODR",
    )
    contact_result = Choice(
        "What came of it?",
        codes.CONTACT,
        hint="Unsafe to contact ends the attempt: no second try without your supervisor.",
        publish="counted",
        tests=("ODR P7", "WHO"),
        origin="WHO",
    )

    reached = contact_result.is_("reached", "reached_by_provider_only")

    safety_now = Choice(
        "Is the person safe now?",
        codes.SAFETY,
        hint="Judged from the person's own account or the provider's; never inferred by you.",
        only_if=reached,
        publish="counted",
        tests=("ODR P1", "RPG P11"),
        origin="S4",
    )
    incidents_since = Choices(
        "What has happened to the person since the departure, or since the last contact?",
        codes.INCIDENT,
        alone=("none",),
        only_if=reached,
        publish="counted",
        tests=("ODR P1", "ECHR 4"),
        origin="S4",
    )

    harmed_by_incident = incidents_since.includes_other_than("none")

    police_protection_effective = Rating(
        "Did the police protect the person?",
        hint="Not applicable: the person did not turn to the police, and the police did not know.",
        only_if=harmed_by_incident,
        optional=True,
        publish="counted",
        tests=("CETS 28", "ODR P1"),
        origin="S4",
    )
    reintegration_received = Choices(
        "Which services has the person really received?",
        codes.REINTEGRATION,
        hint="What arrived, not what was promised.",
        alone=("none",),
        only_if=reached,
        publish="counted",
        tests=("CETS 16(5)", "ODR P5", "CRC 39"),
        origin="ODR",
    )

    up_to_a_year = followup_month.is_("1", "3", "6", "12")
