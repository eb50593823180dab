"""The claim: one person by one avenue, from knowing the right to the money received."""

from __future__ import annotations

from monitor import Choice, Choices, Country, Date, Form, Money, Narrative, PartialDate, Rating, Ref, Rows, Section

from . import codes
from .payment import Payment


class Claim(Form):
    """One claim: one person by one avenue."""

    class Meta:
        key = "claim_ref"
        person = "person_ref"
        case = "related_case_ref"

    section_claimant = Section("Claim and claimant")

    claim_ref = Ref(
        "Under which pseudonym does the programme keep this claim?",
        hint="Country, CL and a number, given by the programme. It must not be derivable from a court's number.",
        pattern=r"[A-Z]{2}-CL-[0-9]{4}",
        example="MD-CL-0001",
        tests=("CETS 11",),
        origin="K",
    )
    person_ref = Ref(
        "Under which pseudonym does the programme keep this person?",
        hint="Sealed at once. The same for every claim of the person, so that nobody is counted twice.",
        pattern=r"P-[0-9]{5}",
        example="P-00001",
        publish="sealed",
        tests=("CETS 11",),
        origin="K",
    )
    related_case_ref = Ref(
        "Under which pseudonym does the programme keep the trial that the claim belongs to?",
        hint="Only where the trial is monitored.",
        pattern=r"[A-Z]{2}-[0-9]{4}-[0-9]{3}",
        example="MD-2025-001",
        optional=True,
        origin="K",
    )
    country = Country(
        "In which country is the claim brought?",
        state=True,
        publish="dimension",
        tests=("CETS 15(3)",),
        origin="ODC",
    )
    claimant_age_group = Choice(
        "Was the person a child or an adult when the claim was filed?",
        codes.AGE_GROUP,
        hint="If it is not filed: now.",
        publish="dimension",
        tests=("THB 13",),
        origin="HTC",
    )
    claimant_sex = Choice(
        "What is the person's sex, as the person states it?",
        codes.SEX,
        hint="Otherwise as it was recorded.",
        publish="dimension",
        tests=("CETS 17",),
        origin="HTC",
    )
    claimant_residence = Choice(
        "What was the person's residence status when the claim was filed?",
        codes.RESIDENCE,
        hint="If it is not filed: now.",
        publish="counted",
        tests=("P029 4", "CETS 14"),
        origin="JAL",
    )
    exploitation_forms = Choices(
        "For which forms of exploitation is redress sought?",
        codes.EXPLOITATION,
        publish="dimension",
        tests=("THB 2",),
        origin="HTC",
    )
    economic_sector = Choice(
        "In which sector of the economy did the exploitation take place?",
        codes.SECTOR,
        hint="The letters are the sections of ISIC.",
        publish="dimension",
        tests=("ICCPR 8",),
        origin="HTC",
    )
    avenue = Choice(
        "Which route does the claim take?",
        codes.AVENUE,
        hint="One submission for each route. Where nothing was filed: the route that was considered.",
        publish="dimension",
        tests=("CETS 15(3)", "CETS 15(4)", "PAL 6(6)", "THB 17"),
        origin="ODC",
    )
    respondent_types = Choices(
        "Who is asked to pay?",
        codes.RESPONDENT,
        publish="counted",
        tests=("CETS 22",),
        origin="ODC",
    )

    section_help = Section("Information and help")

    informed_of_right = Rating(
        "Was the person told of the right, and of the way to claim, in a language that the person understood?",
        partly="leaflet or formula only",
        publish="counted",
        tests=("CETS 15(1)", "VRD 4", "PAL 6(2)(a)", "RPG G9"),
        origin="GR3",
    )
    informed_when = Choice(
        "When did the person first learn of the right?",
        codes.INFORMED_WHEN,
        hint="The earliest point, from whomever.",
        publish="counted",
        tests=("CETS 15(1)", "VRD 4"),
        origin="GR3",
    )
    legal_assistance = Rating(
        "Did the person have a lawyer for this claim?",
        partly="help with the form, no representation",
        publish="counted",
        tests=("CETS 15(2)", "THB 12(2)", "RPG G9", "VRD 13"),
        origin="GR3",
    )
    legal_help_source = Choices(
        "Who gave or paid for the legal help?",
        codes.HELP_SOURCE,
        alone=("none",),
        publish="counted",
        tests=("CETS 15(2)",),
        origin="JAL",
    )
    legal_aid_applied = Choice(
        "Was State legal aid asked for?",
        codes.YES_NO_UNKNOWN,
        optional=True,
        publish="counted",
        tests=("CETS 15(2)", "VRD 13"),
        origin="GR3",
    )
    legal_aid_granted = Rating(
        "Was State legal aid granted?",
        partly="with a contribution, or for part of the proceedings",
        only_if=legal_aid_applied.is_("yes"),
        publish="counted",
        tests=("CETS 15(2)", "THB 12(2)"),
        origin="GR3",
    )
    stay_secured_for_claim = Rating(
        "Could the person stay safely in the country, or take part from abroad, while the claim ran?",
        only_if=claimant_residence.is_not("national", "unknown"),
        publish="counted",
        tests=("RPG G9", "RPG P9", "CETS 14", "BPR"),
        origin="RPGB",
    )

    section_claim = Section("The claim")

    exploitation_ended_on = PartialDate(
        "When did the exploitation end?",
        hint="As precisely as it is known: the year, or the year and month. Blank, if it goes on.",
        not_after="today",
        optional=True,
        tests=("PAL 6(6)",),
        origin="K",
    )
    claim_status = Choice(
        "Where does the claim stand?",
        codes.STATUS,
        hint=(
            "After the latest decision known. "
            "Not filed: the person wanted to claim, or could have claimed, and did not."
        ),
        publish="counted",
        tests=("CETS 15(3)", "BPR"),
        origin="ODC",
    )

    filed = claim_status.is_not("not_filed", "in_preparation")
    awarded = claim_status.is_("awarded_as_claimed", "awarded_in_part", "settled")
    decided = claim_status.is_(
        "awarded_as_claimed", "awarded_in_part", "rejected", "inadmissible", "referred_to_other_avenue", "settled"
    )

    claim_filed_on = Date(
        "On what date was the claim lodged with the body that decides it?",
        hint="For a settlement, the date of the first written demand.",
        not_after="today",
        dimension="year",
        only_if=filed,
        tests=("ECHR 6(1)",),
        origin="K",
    )
    amount_claimed = Money(
        "How much is asked for in all?",
        hint="In the currency of the claim.",
        only_if=filed,
        optional=True,
        publish="counted",
        tests=("CETS 15(3)",),
        origin="JAL",
    )
    heads_claimed = Choices(
        "Which kinds of loss are put forward?",
        codes.HEAD,
        only_if=filed,
        publish="counted",
        tests=("CETS 15(3)", "ECHR 4", "ETS116"),
        origin="ODC",
    )
    fees_waived = Rating(
        "Was the claim free of court and filing fees?",
        partly="reduced, or repaid later",
        only_if=filed,
        optional=True,
        publish="counted",
        tests=("VRD 14", "BPR"),
        origin="JAL",
    )
    barriers_met = Choices(
        "Which obstacles did the person meet?",
        codes.BARRIER,
        hint="Also those that kept a claim from being made.",
        alone=("none_found",),
        publish="counted",
        tests=("CETS 15(4)", "ETS116", "THB 17", "P029 4"),
        origin="JAL",
    )
    reprisal_for_claiming = Choice(
        "Was there an act against the person or the family that was tied to the claim?",
        codes.REPRISAL,
        hint="If there were several: the gravest. The others belong in the narrative.",
        publish="counted",
        tests=("CETS 28", "VRD 18"),
        origin="S4",
    )

    section_assets = Section("Assets")

    asset_enquiry = Choice(
        "How far did the financial side of the case get?",
        codes.ASSETS,
        hint="The furthest point that was reached.",
        only_if=respondent_types.includes_other_than("state_fund"),
        publish="counted",
        tests=("CETS 23", "UNTOC 12", "AP III.1.5", "RPG P16"),
        origin="S4",
    )

    assets_secured = asset_enquiry.is_("frozen", "confiscated_to_state", "confiscated_for_victims")

    assets_frozen_on = Date(
        "On what date was the first freezing order made?",
        not_after="today",
        only_if=assets_secured,
        optional=True,
        tests=("CETS 23",),
        origin="K",
    )
    assets_value = Money(
        "What are the assets worth, as estimated or as realised?",
        only_if=assets_secured,
        optional=True,
        publish="counted",
        tests=("CETS 23", "CETS 15(4)"),
        origin="K",
    )

    section_decision = Section("Decision")

    decision_date = Date(
        "On what date was the claim decided in the first instance, or settled?",
        not_after="today",
        dimension="year",
        only_if=decided,
        tests=("ECHR 6(1)",),
        origin="K",
    )
    amount_awarded = Money(
        "How much is awarded?",
        hint="After the last appeal known, with the interest that was awarded. In the currency of the claim.",
        only_if=awarded,
        publish="counted",
        tests=("CETS 15(3)", "CETS 15(4)"),
        origin="JAL",
    )
    heads_awarded = Choices(
        "Which kinds of loss are allowed?",
        codes.HEAD,
        only_if=awarded,
        publish="counted",
        tests=("CETS 15(3)", "ECHR 4"),
        origin="KRA",
    )
    rejection_reasons = Choices(
        "On what ground was all or part refused?",
        codes.REJECTION,
        hint="Earnings called illegal or immoral: the ground that the European Court condemned in 2023 (Krachunova).",
        alone=("no_reasons_given",),
        only_if=claim_status.is_("awarded_in_part", "rejected", "inadmissible", "referred_to_other_avenue"),
        publish="counted",
        tests=("ECHR 4", "CETS 15(3)", "THB 17"),
        origin="KRA",
    )
    decision_reasoned = Rating(
        "Does the decision explain the sum that it allows, or the refusal?",
        partly="result explained, sum not",
        only_if=decided,
        publish="counted",
        tests=("ECHR 6(1)",),
        origin="K",
    )
    criminal_court_decided = Rating(
        "Did the criminal court decide on the claim, instead of sending the victim to sue?",
        partly="principle decided, sum left over",
        only_if=avenue.is_("criminal_court_order_or_adhesion")
        & claim_status.is_("awarded_as_claimed", "awarded_in_part", "rejected", "referred_to_other_avenue"),
        publish="counted",
        tests=("VRD 16",),
        origin="K",
    )
    appeal_outcome = Choice(
        "What is the latest result of an appeal?",
        codes.APPEAL,
        hint="Answer it also where nobody appealed: only then is the date asked on which the award became final.",
        only_if=decided,
        optional=True,
        publish="counted",
        tests=("ECHR 6(1)",),
        origin="K",
    )
    final_on = Date(
        "From what date can the award be enforced?",
        hint="For a refusal, the date on which it became final.",
        not_after="today",
        only_if=appeal_outcome.is_not("pending"),
        optional=True,
        origin="K",
    )

    section_payment = Section("Enforcement and payment")

    enforcement_steps = Choices(
        "Which steps were taken to get paid?",
        codes.ENFORCEMENT,
        alone=("not_started",),
        only_if=awarded,
        publish="counted",
        tests=("ECHR P1-1", "ICCPR 2(3)", "ECHR 13", "CETS 15(3)"),
        origin="JAL",
    )
    state_helped_enforcement = Rating(
        "Did authorities enforce the award without cost to the victim, or advance the sum?",
        only_if=awarded,
        publish="counted",
        tests=("ECHR 13", "VRD 16", "BPR"),
        origin="JAL",
    )
    payment_reachable = Rating(
        "Could money reach the person safely?",
        hint="Access to a bank, from abroad too, and without the trafficker learning where the person is.",
        only_if=awarded,
        optional=True,
        publish="counted",
        tests=("BPR", "CETS 11"),
        origin="K",
    )
    payments = Rows(
        Payment,
        "For each payment that reached the person: when, how much, and whose money was it?",
        hint="None, if nothing was paid.",
        only_if=awarded,
        optional=True,
    )
    amount_paid_total = Money(
        "How much has been paid in all?",
        zero=True,
        hint="The sum of the payments. 0 is an answer, and the commonest one.",
        only_if=awarded,
        publish="counted",
        tests=("CETS 15(3)",),
        origin="JAL",
    )
    paid_in_full_on = Date(
        "On what date did the payments reach the award?",
        hint="The date of the last payment, if they reach it; otherwise blank.",
        not_after="today",
        only_if=awarded,
        optional=True,
        tests=("CETS 15(3)",),
        origin="JAL",
    )

    nothing_paid = payments.count().equals(0)
    paid_in_full = amount_paid_total >= amount_awarded

    section_closing = Section("Other redress and closing")

    other_remedies = Choices(
        "Which other redress did the person get?",
        codes.OTHER_REMEDY,
        hint="Restitution, rehabilitation, satisfaction, guarantees of non-repetition.",
        alone=("none",),
        publish="counted",
        tests=("BPR", "RPG P17", "ICCPR 2(3)"),
        origin="BPRX",
    )
    claim_narrative = Narrative(
        "How did the claim go, and what stopped or moved it?",
        hint="Facts first, opinion marked as opinion, no names.",
        origin="HQP",
    )
