"""The return case: one person and one decision or process of return, with the contacts after it."""

from __future__ import annotations

from monitor import Choice, Choices, Country, Date, Form, Narrative, Rating, Ref, Rows, Section, Whole

from . import codes
from .followup import FollowUp


class ReturnCase(Form):
    """One person's return, as it was decided and carried out."""

    class Meta:
        key = "return_ref"
        # A person may have several return cases; the sealed pseudonym tells that they are one person's.
        person = "person_ref"

    section_case = Section("Case and person")

    return_ref = Ref(
        "Under which pseudonym does the programme keep this return case?",
        hint="Country, year and a number, given by the programme. It must not be derivable from any official number.",
        pattern=r"[A-Z]{2}-[0-9]{4}-R[0-9]{3}",
        example="AQ-2025-R001",
        tests=("CETS 11",),
        origin="K",
    )
    person_ref = Ref(
        "Under which pseudonym does the programme keep this person?",
        hint="Sealed at once. The same in every instrument and for every return of this person. Never initials.",
        pattern=r"P-[0-9]{5}",
        example="P-00001",
        publish="sealed",
        tests=("CETS 11",),
        origin="K",
    )
    returning_country = Country(
        "Which State sends the person back, or would?",
        state=True,
        publish="dimension",
        tests=("PAL 8(2)", "CETS 16(2)"),
        origin="S4",
    )
    receiving_country = Country(
        "To which State does the person return, or would?",
        publish="counted",
        tests=("PAL 8(1)", "CETS 16(1)"),
        origin="S4",
    )
    person_age_group = Choice(
        "To which age group did the person belong at the decision?",
        codes.AGE_GROUP,
        hint="Child: under 18 at the decision. While it is pending, under 18 now.",
        publish="dimension",
        tests=("ODR P4",),
        origin="HTC",
    )
    person_sex = Choice(
        "What is the person's sex?",
        codes.SEX,
        hint="As the person states it, else as recorded in the file.",
        publish="dimension",
        tests=("CETS 17",),
        origin="HTC",
    )
    exploitation_forms = Choices(
        "Which forms of exploitation were known when the return was decided?",
        codes.EXPLOITATION,
        publish="dimension",
        tests=("THB 2",),
        origin="HTC",
    )
    identification_status = Choice(
        "How did the authorities regard the person when the return was decided?",
        codes.IDENTIFICATION,
        publish="counted",
        tests=("CETS 10(1)", "CETS 10(2)"),
        origin="S4",
    )
    decision = Choice(
        "How does the decision stand?",
        codes.DECISION,
        hint="A return that was stopped or postponed is a finding, too.",
        publish="counted",
        tests=("ODR P2", "ODR P3"),
        origin="ODR",
    )
    return_type = Choice(
        "What form did the return take?",
        codes.RETURN_TYPE,
        hint="While it is pending or postponed, the form that is proposed. Not returned: the person stays.",
        publish="dimension",
        tests=("PAL 8(2)", "AP V.7.1", "ODR P1"),
        origin="ODR",
    )

    leaves_the_country = return_type.is_not("not_returned", "return_within_country")
    called_voluntary = return_type.is_("assisted_voluntary", "independent_voluntary")

    decision_date = Date(
        "On what date was the return decided, or the agreement signed?",
        hint="For a refusal at the border, that day.",
        not_after="today",
        dimension="year",
        only_if=decision.is_not("pending"),
        tests=("RET 12",),
        origin="K",
    )
    observation_basis = Choices(
        "What do you rely on?",
        codes.BASIS,
        hint="An interview that was held to help the person. You do not question anybody to fill in this form.",
        tests=("ODR P7",),
        origin="IOM",
    )

    section_before = Section("Situation before return")

    reflection_period_granted = Rating(
        "Was a period for recovery and reflection offered and given?",
        partly="shorter than national law, or only after asking",
        publish="counted",
        tests=("CETS 13", "AP V.8", "RPD 6"),
        origin="S4",
    )
    reflection_days = Whole(
        "How many days were given?",
        at_least=1,
        only_if=reflection_period_granted.is_("yes", "partly"),
        optional=True,
        publish="counted",
        tests=("CETS 13", "RPD 6"),
        origin="D2481",
    )
    residence_permit_considered = Rating(
        "Was a residence permit examined before the return was decided?",
        only_if=leaves_the_country,
        publish="counted",
        tests=("CETS 14", "AP V.8", "PAL 7", "RPD 8"),
        origin="S4",
    )
    asylum_information_given = Rating(
        "Was the person told how to seek international protection?",
        only_if=leaves_the_country,
        publish="counted",
        tests=("PAL 14", "CETS 40(4)", "THB 11a", "ODR P3"),
        origin="S4",
    )
    detained_before_return = Choice(
        "Was the person deprived of liberty in the run-up to the return?",
        codes.DETAINED,
        hint="If in several places, the one that lasted longest.",
        publish="counted",
        tests=("ECHR 5", "ICCPR 9", "RPG P7", "RET 15"),
        origin="S4",
    )

    detained = detained_before_return.is_not("none", "unknown")

    detention_days = Whole(
        "For how many days was the person deprived of liberty?",
        hint="A part of a day is a day.",
        at_least=1,
        only_if=detained,
        publish="counted",
        tests=("ECHR 5", "RET 15"),
        origin="K",
    )
    proceedings_status = Choice(
        "How does the criminal case against the traffickers stand?",
        codes.PROCEEDINGS,
        publish="counted",
        tests=("PAL 8(2)", "CETS 16(2)"),
        origin="ODR",
    )
    proceedings_taken_into_account = Rating(
        "Did the decision weigh the pending case, and the person's part in it?",
        only_if=proceedings_status.is_("investigation", "trial", "appeal"),
        publish="counted",
        tests=("PAL 8(2)", "CETS 16(2)", "ODR P6"),
        origin="ODR",
    )
    remedy_secured_before_return = Rating(
        "Could the person's claim be lodged and pursued from abroad?",
        hint="Counsel with a power of attorney, recorded testimony, a way for payments to arrive.",
        only_if=leaves_the_country,
        publish="counted",
        tests=("CETS 15(3)", "RPG G9", "ODR P6", "P029 4"),
        origin="JAL",
    )

    section_due_process = Section("Due process")

    individual_written_decision = Rating(
        "Was the decision written, individual and reasoned?",
        partly="form with ticked reasons",
        only_if=leaves_the_country,
        publish="counted",
        tests=("ICCPR 13", "ECHR P7-1", "ECHR P4-4", "RET 12", "ODR P2"),
        origin="ODR",
    )
    decision_understood = Rating(
        "Was the decision explained in a language that the person understands?",
        only_if=leaves_the_country,
        publish="counted",
        tests=("RET 12", "ODR P2"),
        origin="ODR",
    )
    legal_advice_provided = Rating(
        "Did the person have independent legal advice before the decision became final?",
        only_if=leaves_the_country,
        publish="counted",
        tests=("RET 13", "CETS 15(2)", "ODR P2"),
        origin="ODR",
    )
    appeal_with_suspensive_effect = Rating(
        "Could the removal be stopped while a judge looked at it?",
        partly="suspension only on request",
        only_if=return_type.is_(
            "departure_under_order", "forced_removal", "refusal_at_border", "transfer_between_states"
        ),
        publish="counted",
        tests=("ECHR 13", "RET 13", "ODR P2"),
        origin="ODR",
    )

    section_risk = Section("Risk assessment")

    risk_assessment_done = Rating(
        "Was the risk on return assessed for this person?",
        partly="general country information, or one agency's opinion only",
        publish="counted",
        tests=("ODR P1", "AP V.7.1", "CETS 16(2)", "RPG P11", "ECHR 4"),
        origin="S4",
    )

    assessed = risk_assessment_done.is_("yes", "partly")

    risk_assessment_date = Date(
        "On what date was the assessment finished?",
        not_after="today",
        only_if=assessed,
        tests=("ODR P1",),
        origin="K",
    )
    risk_assessor = Choice(
        "Which body made the assessment?",
        codes.ASSESSOR,
        only_if=assessed,
        publish="counted",
        tests=("ODR P1", "ODR P7"),
        origin="IOM",
    )
    origin_side_consulted = Rating(
        "Did partners in the receiving State take part in the assessment, without exposing the person?",
        only_if=assessed,
        publish="counted",
        tests=("ODR P7", "CETS 32"),
        origin="IOM",
    )
    person_consulted = Rating(
        "Were the person's own fears and wishes asked for and recorded?",
        only_if=assessed,
        publish="counted",
        tests=("ODR P1", "AP V.3.2"),
        origin="BGN",
    )
    risks_looked_at = Choices(
        "Which risks were examined?",
        codes.RISK,
        hint="Those that the assessment really looked at.",
        alone=("none_looked_at",),
        only_if=assessed,
        publish="counted",
        tests=("ODR P1",),
        origin="IOM",
    )
    family_risk_looked_at = Rating(
        "Was the safety of the family looked at?",
        hint="The Action Plan names it next to the victim's own.",
        only_if=assessed,
        publish="counted",
        tests=("AP V.7.1", "ODR P1"),
        origin="S4",
    )
    risk_level = Choice(
        "What level of risk did the assessor conclude?",
        codes.RISK_LEVEL,
        hint="The assessor's conclusion, not yours.",
        only_if=assessed,
        publish="counted",
        tests=("ODR P1",),
        origin="IOM",
    )

    at_risk = risk_level.is_("medium", "high")

    non_refoulement_examined = Rating(
        "Did an authority that could stop the return examine whether there was a real risk of grave harm?",
        hint="Death, ill-treatment, slavery, or being trafficked again.",
        only_if=leaves_the_country,
        publish="counted",
        tests=("ECHR 3", "ECHR 2", "CAT 3", "REF 33", "CETS 40(4)", "RET 5", "PAL 14"),
        origin="S4",
    )
    outcome_follows_assessment = Rating(
        "Did the decision answer the risk?",
        hint="By a stay, a postponement, a third place, or protection that was arranged.",
        only_if=at_risk,
        publish="counted",
        tests=("RPG P11", "ODR P3"),
        origin="ODR",
    )
    best_interests_determined = Rating(
        "Were the child's best interests determined formally?",
        hint="By a child protection body, with the child heard and a guardian in place.",
        only_if=person_age_group.is_("child"),
        publish="counted",
        tests=("CETS 16(7)", "CRC 3", "ODR P4", "THB 13", "RPG P10"),
        origin="ODR",
    )

    section_journey = Section("Consent, preparation, journey")

    informed_consent = Rating(
        "Did the person agree freely, informed, and before arrangements were made?",
        hint="And could the person still take it back?",
        only_if=called_voluntary,
        publish="counted",
        tests=("PAL 8(2)", "CETS 16(2)", "AP V.7.1", "CETS 12(7)"),
        origin="BGN",
    )
    pressure_indicators = Choices(
        "Which signs were there that the person was not free to choose?",
        codes.PRESSURE,
        alone=("none_seen",),
        only_if=leaves_the_country,
        publish="counted",
        tests=("PAL 8(2)", "ODR P1"),
        origin="K",
    )

    pressed = pressure_indicators.includes_other_than("none_seen")

    reintegration_plan = Rating(
        "Was there an agreed plan with named services after arrival?",
        only_if=leaves_the_country,
        publish="counted",
        tests=("CETS 16(5)", "ODR P5"),
        origin="ODR",
    )
    data_shared_with_receiving_state = Choice(
        "Were personal data passed on to the receiving State?",
        codes.DATA_SHARED,
        only_if=leaves_the_country,
        publish="counted",
        tests=("CETS 11", "ECHR 8"),
        origin="BGN",
    )
    contact_information_given = Rating(
        "Was the person given a list of those able to help there?",
        hint="Police contact, NGOs, lawyers, social services.",
        only_if=leaves_the_country,
        publish="counted",
        tests=("CETS 16(6)",),
        origin="K",
    )
    departure_date = Date(
        "On what date did the person leave?",
        hint="The actual departure. Blank while the person has not left.",
        not_after="today",
        dimension="year",
        only_if=leaves_the_country,
        optional=True,
        origin="K",
    )

    has_left = departure_date.answered()

    handover_to = Choice(
        "Who met the person on arrival?",
        codes.HANDOVER,
        only_if=has_left,
        publish="counted",
        tests=("CETS 16(5)", "ODR P5"),
        origin="S4",
    )
    case_narrative = Narrative(
        "Which facts stand behind every partly and every no?",
        hint="No names, and no place below the level of the country.",
        tests=("ODR P7",),
        origin="HQP",
    )

    section_after_return = Section("After return")

    followups = Rows(
        FollowUp,
        "For each contact after the return: what came of it?",
        hint="Blank until the first contact was tried. Later contacts are added by correcting the case.",
        only_if=has_left,
        optional=True,
    )
