"""The lists of answers. A code never changes its meaning; its label may be worded better."""

from __future__ import annotations

from monitor import Codes

# For the case and the person.

AGE_GROUP = Codes(child="Child", adult="Adult", unknown="Unknown")

SEX = Codes(female="Female", male="Male", other="Other", unknown="Unknown")

EXPLOITATION = Codes(
    sexual="Sexual exploitation",
    forced_labour="Forced labour",
    domestic_servitude="Domestic servitude",
    forced_begging="Forced begging",
    forced_criminality="Forced criminality",
    organ_removal="Removal of organs",
    forced_marriage="Forced marriage",
    illegal_adoption="Illegal adoption",
    surrogacy="Surrogacy",
    slavery_like_other="Other practice similar to slavery",
    unknown="Unknown",
)

IDENTIFICATION = Codes(
    formally_identified="Formally identified as a victim",
    presumed_or_pending="Presumed to be a victim, or identification pending",
    identified_by_ngo_only="Identified by an NGO only",
    identified_after_return="Identified only after the return",
    not_identified="Not identified",
    unknown="Unknown",
)

DECISION = Codes(
    return_ordered="Return ordered",
    return_agreed="Return agreed",
    return_stopped_for_risk="Return stopped because of risk",
    return_postponed="Return postponed",
    stay_granted="Stay granted",
    pending="Pending",
)

RETURN_TYPE = Codes(
    assisted_voluntary="Assisted voluntary return",
    independent_voluntary="Voluntary return without assistance",
    departure_under_order="Departure under an order to leave",
    forced_removal="Forced removal",
    refusal_at_border="Refusal at the border",
    transfer_between_states="Transfer between States",
    extradition_or_surrender="Extradition or surrender",
    return_within_country="Return within the country",
    not_returned="Not returned",
)

BASIS = Codes(
    case_file="Case file",
    interview_with_person="Interview with the person",
    service_provider="Service provider",
    guardian="Guardian",
    authority="Authority",
    joint_meeting="Joint meeting",
    court_decision="Court decision",
)

# For the situation before return.

DETAINED = Codes(
    none="Not detained",
    police_custody="Police custody",
    immigration_detention="Immigration detention",
    closed_shelter="Closed shelter",
    prison="Prison",
    unknown="Unknown",
)

PROCEEDINGS = Codes(
    none="None",
    investigation="Investigation",
    trial="Trial",
    appeal="Appeal",
    concluded="Concluded",
    unknown="Unknown",
)

# For the risk assessment.

ASSESSOR = Codes(
    police="Police",
    immigration_authority="Immigration authority",
    social_service="Social service",
    ngo="NGO",
    international_organisation="International organisation",
    multi_agency_panel="Panel of several agencies",
    court="Court",
    other="Other",
    none="Nobody",
)

RISK = Codes(
    reprisal_by_traffickers="Reprisal by the traffickers",
    re_trafficking="Being trafficked again",
    family_violence_or_honour="Violence in the family, or in the name of honour",
    stigma_or_exclusion="Stigma or exclusion",
    prosecution_or_punishment="Prosecution or punishment",
    debt="Debt",
    health_or_suicide="Health, or suicide",
    no_housing_or_income="No housing or income",
    discrimination_minority="Discrimination as a member of a minority",
    statelessness_or_no_documents="Statelessness, or no documents",
    armed_conflict_or_general_violence="Armed conflict or general violence",
    none_looked_at="None was looked at",
)

RISK_LEVEL = Codes(low="Low", medium="Medium", high="High", not_concluded="No conclusion was reached")

# For consent, preparation and the journey.

PRESSURE = Codes(
    none_seen="None seen",
    detention="Detention",
    end_of_assistance="Assistance was ending",
    threat_of_removal="Threat of removal",
    misinformation="False or missing information",
    debt_or_cost="Debt or costs",
    family_or_trafficker="Family or trafficker",
    other="Other",
)

DATA_SHARED = Codes(
    none="None",
    with_consent="With the person's consent",
    without_consent="Without the person's consent",
    not_known="Not known",
)

HANDOVER = Codes(
    ngo_or_shelter="NGO or shelter",
    state_social_service="State social service",
    international_organisation="International organisation",
    police="Police",
    border_guard="Border guard",
    family="Family",
    nobody="Nobody",
    unknown="Unknown",
)

# For each contact after return.

FOLLOWUP_MONTH = Codes(
    ("1", "After 1 month"),
    ("3", "After 3 months"),
    ("6", "After 6 months"),
    ("12", "After 12 months"),
    ("24", "After 24 months"),
)

CONTACT = Codes(
    reached="Reached",
    reached_by_provider_only="Reached by the service provider only",
    declined_contact="Declined contact",
    lost="Lost",
    unsafe_to_contact="Unsafe to contact",
)

SAFETY = Codes(safe="Safe", some_concern="Some concern", harmed="Harmed", unknown="Unknown")

INCIDENT = Codes(
    none="None",
    threat="Threat",
    assault="Assault",
    contact_by_traffickers="Contact by the traffickers",
    re_trafficked="Trafficked again",
    police_harassment="Harassment by the police",
    detained_or_prosecuted="Detained or prosecuted",
    family_violence="Violence in the family",
    public_exposure="Exposed in public",
    eviction_or_homelessness="Eviction or homelessness",
    other="Other",
)

REINTEGRATION = Codes(
    none="None",
    housing="Housing",
    medical="Medical care",
    psychological="Psychological care",
    legal="Legal help",
    education_or_training="Education or training",
    job_or_income="A job or an income",
    documents="Documents",
    safety_plan="A safety plan",
    childcare="Childcare",
)
