"""The lists of answers. A code never changes its meaning; its label may be worded better."""

from __future__ import annotations

from monitor import Codes

# For the case.

COURT_LEVEL = Codes(
    first_instance_general="First instance, general court",
    first_instance_specialised="First instance, specialised court",
    appeal="Appeal court",
    supreme="Supreme court",
    other="Other",
)

OFFENCE = Codes(
    trafficking_adult="Trafficking in adults",
    trafficking_child="Trafficking in children",
    slavery_servitude_forced_labour="Slavery, servitude or forced labour",
    exploitation_of_prostitution="Exploitation of prostitution",
    organ_trafficking="Organ trafficking",
    migrant_smuggling_or_illegal_entry="Migrant smuggling or illegal entry",
    organised_group="Organised group",
    sexual_offence="Sexual offence",
    labour_offence="Labour offence",
    document_offence="Document offence",
    money_laundering="Money laundering",
    other="Other",
)

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

DIMENSION = Codes(
    internal="Within one country",
    cross_border="Across a border",
    mixed="Both",
    unknown="Unknown",
)

DEFENDANT_ROLE = Codes(
    recruiter="Recruiter",
    transporter="Transporter",
    host_or_guard="Host or guard",
    exploiter_or_employer="Exploiter or employer",
    organiser_or_financier="Organiser or financier",
    document_provider="Provider of documents",
    public_official="Public official",
    other="Other",
    unknown="Unknown",
)

VICTIM_STATUS = Codes(
    injured_party="Injured party",
    civil_party="Civil party",
    private_prosecutor="Private prosecutor",
    witness_only="Witness only",
    mixed="Different for different victims",
    not_recognised="Not recognised as victims",
)

YES_NO_UNKNOWN = Codes(yes="Yes", no="No", unknown="Unknown")

# For the hearing.

STAGE = Codes(
    pretrial_judge_deposition="Deposition before a pre-trial judge",
    preparatory="Preparatory hearing",
    main_trial_opening="Main trial: opening",
    main_trial_evidence="Main trial: evidence",
    closing_arguments="Closing arguments",
    judgment_pronouncement="Pronouncement of the judgment",
    separate_compensation_hearing="Separate hearing on compensation",
    appeal_hearing="Appeal hearing",
    appeal_judgment="Judgment on appeal",
    other="Other",
)

ACCESS = Codes(
    full="Let in, free to take notes",
    partial="Let in, with limits",
    refused_before_start="Refused before the start",
    removed_during="Sent out during the hearing",
    not_attempted="No attempt was made",
)

HELD = Codes(
    held="Held",
    held_in_part="Held in part",
    postponed_without_examination="Postponed, nothing was examined",
    cancelled_unannounced="Cancelled without notice",
)

POSTPONEMENT = Codes(
    prosecutor_absent="Prosecutor absent",
    defence_counsel_absent="Defence counsel absent",
    accused_absent="Accused absent",
    victim_absent="Victim absent",
    victim_counsel_absent="Victim's counsel absent",
    witness_absent="Witness absent",
    interpreter_absent="Interpreter absent",
    judge_absent="Judge absent",
    summons_not_served="Summons not served",
    evidence_or_expert_not_ready="Evidence or expert not ready",
    party_requested_time="A party asked for time",
    court_overbooked="Court overbooked",
    security="Security",
    other="Other",
    not_stated="Not stated",
)

VENUE = Codes(
    courtroom="Courtroom",
    judges_office="Judge's office",
    corridor_or_lobby="Corridor or lobby",
    remote_online="Online only",
    mixed_hybrid="Partly in a room, partly online",
    other="Other",
)

PUBLICITY = Codes(open="Open", partly_closed="Closed in part", fully_closed="Closed throughout")

SUPPORT = Codes(
    none="Nobody",
    ngo_worker="NGO worker",
    state_victim_service="State victim service",
    social_worker="Social worker",
    psychologist="Psychologist",
    trusted_person_or_family="Trusted person or family",
    other="Other",
    not_visible="Could not be seen",
)

COUNSEL_FUNDING = Codes(
    state_legal_aid="State legal aid",
    ngo_funded="An NGO",
    privately_paid="Privately paid",
    pro_bono="Pro bono",
    unknown="Unknown",
)

PROTECTION = Codes(
    none="None",
    screen="Screen",
    video_link="Video link",
    voice_or_image_distortion="Voice or image distorted",
    pseudonym_or_anonymity="Pseudonym or anonymity",
    closed_session="Closed session",
    recorded_statement_used="Recorded statement used",
    removal_of_accused_from_room="Accused taken out of the room",
    police_escort="Police escort",
    protection_programme_or_relocation="Protection programme or relocation",
    other="Other",
)

INTIMIDATION = Codes(
    none="None",
    threat="Threat",
    gesture_or_staring="Gesture or staring",
    approach_to_victim_or_family="Approach to the victim or the family",
    photographing_or_filming="Photographing or filming",
    associates_in_gallery="Associates of the accused in the gallery",
    online_harassment_mentioned="Online harassment was mentioned",
    other="Other",
    not_observable="Could not be observed",
)

CONCERN = Codes(none="None", minor="Minor", serious="Serious", grave="Grave")

# For each victim appearing.

AGE_GROUP = Codes(
    child_under_14="Child under 14",
    child_14_17="Child of 14 to 17",
    adult="Adult",
    unknown="Unknown",
)

SEX = Codes(female="Female", male="Male", other="Other", unknown="Unknown")

TESTIMONY = Codes(
    did_not_testify="Did not testify",
    in_room_visible_to_accused="In the room, seen by the accused",
    in_room_screened="In the room, behind a screen",
    live_video="Live, by video",
    recorded_statement_played="Recorded statement was played",
    written_statement_read="Written statement was read out",
)

CONDUCT_BY = Codes(
    none="Nobody",
    judge="Judge",
    prosecutor="Prosecutor",
    defence_counsel="Defence counsel",
    accused="Accused",
    victim_counsel="Victim's counsel",
    public="Public",
)

STEREOTYPE = Codes(
    none="None",
    prostitution_or_morality="On prostitution or morality",
    ethnicity_or_roma="On ethnicity, or on Roma",
    migration_status="On migration status",
    delay_or_inconsistency_as_lie="Delay or inconsistency taken for a lie",
    poverty_or_education="On poverty or education",
    gender_role="On gender roles",
    other="Other",
)

PRESSURE = Codes(
    none_observed="None observed",
    fine_or_forced_attendance_threat="Threat of a fine or of being brought by force",
    own_prosecution_threat="Threat of being prosecuted",
    support_tied_to_testifying="Support tied to testifying",
    expulsion_threat="Threat of expulsion",
    other="Other",
)

# For the judgment.

OUTCOME = Codes(
    all_convicted_of_trafficking="All convicted of trafficking",
    some_convicted_of_trafficking="Some convicted of trafficking",
    only_lesser_offences="Convicted of lesser offences only",
    all_acquitted="All acquitted",
    discontinued="Discontinued",
    remitted_for_retrial="Sent back for retrial",
    upheld_on_appeal="Upheld on appeal",
    other="Other",
)

SUSPENDED = Codes(none="None", some="Some", all="All", not_stated="Not stated")

COMPENSATION_DECISION = Codes(
    awarded_as_claimed="Awarded as claimed",
    awarded_in_part="Awarded in part",
    referred_to_civil_court="Referred to a civil court",
    rejected="Rejected",
    not_claimed="Not claimed",
    claimed_not_decided="Claimed, but not decided",
)

CONFISCATION = Codes(
    none_ordered="None ordered",
    ordered_destination_not_stated="Ordered, its use not stated",
    ordered_to_state_budget="Ordered, for the State budget",
    ordered_for_victims="Ordered, for the victims",
    not_known="Not known",
)
