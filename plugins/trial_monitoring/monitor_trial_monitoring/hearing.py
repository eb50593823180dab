"""The hearing: what one monitor saw and heard in one session, with the victims who came and the judgment, if any."""

from __future__ import annotations

from monitor import Choice, Choices, Date, Form, Money, Narrative, Rating, Rows, Section, Whole

from . import codes
from .case import Case
from .victim import VictimAtHearing


class Hearing(Form):
    """One hearing, as one monitor saw it."""

    class Meta:
        parent = Case
        event = "hearing_date"

    section_hearing = Section("Hearing")

    hearing_date = Date(
        "On what date did the hearing take place?",
        hint="For a judgment that was read later, the day on which it was pronounced.",
        not_after="today",
        dimension="year",
        tests=("ECHR 6(1)",),
        origin="BASE",
    )
    hearing_stage = Choice(
        "What stage did the case reach that day?",
        codes.STAGE,
        hint="A pronouncement that was put off is not yet a pronouncement: choose the stage that was reached.",
        publish="counted",
        origin="K",
    )
    monitor_access = Choice(
        "Were you let in, and allowed to take notes?",
        codes.ACCESS,
        hint="A refusal is a finding: write it down, and do not argue the point in court.",
        publish="counted",
        tests=("ECHR 6(1)", "ICCPR 14(1)", "OTM"),
        origin="OTM",
    )
    hearing_held = Choice(
        "Did the court examine anything that day?",
        codes.HELD,
        only_if=monitor_access.is_("full", "partial", "removed_during"),
        publish="counted",
        tests=("ECHR 6(1)",),
        origin="MDA",
    )

    in_session = hearing_held.is_("held", "held_in_part")

    postponement_reasons = Choices(
        "Why did the hearing not run its course, as stated in the room?",
        codes.POSTPONEMENT,
        only_if=hearing_held.is_("held_in_part", "postponed_without_examination"),
        publish="counted",
        tests=("ECHR 6(1)", "ICCPR 14(3)"),
        origin="MDA",
    )
    start_delay_minutes = Whole(
        "How many minutes after the listed time did the hearing start?",
        hint="0 if it was on time; blank if the list showed no time.",
        only_if=in_session,
        optional=True,
        publish="counted",
        tests=("ECHR 6(1)",),
        origin="MDA",
    )
    venue_type = Choice(
        "Where was the hearing held?",
        codes.VENUE,
        only_if=in_session,
        publish="counted",
        tests=("ICCPR 14(1)", "CETS 30"),
        origin="MDA",
    )
    publicity = Choice(
        "Was the hearing open to the public?",
        codes.PUBLICITY,
        only_if=in_session,
        publish="counted",
        tests=("ECHR 6(1)", "PAL 6(1)", "CETS 30"),
        origin="SPO",
    )
    closure_reasoned = Rating(
        "Did the court state why it closed the session, and on what legal ground?",
        partly="ground named without reasons",
        only_if=publicity.is_("partly_closed", "fully_closed"),
        publish="counted",
        tests=("ECHR 6(1)", "VRD 23", "THB 15"),
        origin="SPO",
    )

    section_participation = Section("Information and participation")

    victims_present = Whole(
        "How many victims attended, in the room or by link?",
        hint="0 is an answer.",
        only_if=in_session,
        publish="counted",
        tests=("CETS 15(1)",),
        origin="BASE",
    )

    victim_attended = victims_present > 0
    victims_in_case = in_session & Case.has_victims

    victim_rights_explained = Rating(
        "Were rights and duties explained in words that the victim could follow?",
        hint="No: nothing was said at the first appearance.",
        partly="formula read out, no check of understanding",
        only_if=victim_attended,
        publish="counted",
        tests=("PAL 6(2)(a)", "CETS 12(1)", "CETS 15(1)", "VRD 4", "RPG G6"),
        origin="GR3",
    )
    victim_views_heard = Rating(
        "Could the victim or counsel put views and concerns at a fitting moment?",
        partly="allowed but cut short",
        only_if=victims_in_case,
        publish="counted",
        tests=("PAL 6(2)(b)", "CETS 12(1)", "VRD 10", "UNTOC 25"),
        origin="K",
    )
    support_persons = Choices(
        "Who accompanied the victim?",
        codes.SUPPORT,
        alone=("none",),
        only_if=victim_attended,
        publish="counted",
        tests=("CETS 27", "AP III.4.6", "VRD 3", "VRD 8"),
        origin="S4",
    )
    ngo_support_admitted = Rating(
        "Where the support of an NGO was sought, was its worker let into the room?",
        hint="Not applicable: none was sought.",
        only_if=victim_attended,
        optional=True,
        publish="counted",
        tests=("AP III.4.6", "CETS 27"),
        origin="S4",
    )

    section_legal_assistance = Section("Legal assistance")

    victim_represented = Rating(
        "Did each victim in the case have a lawyer at the hearing?",
        hint="Whether or not the victim came.",
        partly="some did, or for part of the session",
        only_if=victims_in_case,
        publish="counted",
        tests=("CETS 15(2)", "THB 12(2)", "VRD 13", "RPG P9"),
        origin="S4",
    )
    counsel_funding = Choices(
        "Who pays for the victims' counsel?",
        codes.COUNSEL_FUNDING,
        only_if=victim_represented.is_("yes", "partly"),
        optional=True,
        publish="counted",
        tests=("CETS 15(2)", "THB 12(2)"),
        origin="GR3",
    )
    counsel_effective = Rating(
        "Was the victims' counsel effective?",
        hint=(
            "Yes: questions or submissions that showed knowledge of the file. "
            "No: silent, absent in part, or appointed that morning."
        ),
        partly="formal statements only",
        only_if=victim_represented.is_("yes", "partly"),
        publish="counted",
        tests=("CETS 15(2)", "ECHR 6(1)"),
        origin="MDA",
    )
    advice_before_testimony = Rating(
        "Did the victim have legal advice while deciding whether to testify?",
        hint="Usually known only from the record or from counsel.",
        only_if=victim_attended,
        optional=True,
        publish="counted",
        tests=("AP III.4.5", "THB 12(2)"),
        origin="S4",
    )

    section_interpretation = Section("Interpretation")

    interpretation_provided = Rating(
        "Did a victim who needed an interpreter have one for the whole session?",
        hint="Not applicable: nobody needed one.",
        only_if=victim_attended,
        publish="counted",
        tests=("CETS 12(1)", "CETS 15(1)", "VRD 7"),
        origin="GR3",
    )
    interpretation_quality = Rating(
        "Was the interpretation complete and neutral, and corrected when it was wrong?",
        hint="Not observed, if you do not know both languages.",
        only_if=interpretation_provided.is_("yes", "partly"),
        publish="counted",
        tests=("VRD 7", "VRD 3"),
        origin="MDA",
    )

    section_protection = Section("Protection and privacy")

    protection_needs_assessed = Rating(
        "Was there a sign that somebody had assessed this victim's own needs before the hearing?",
        partly="category rule applied, no individual look",
        only_if=victim_attended,
        publish="counted",
        tests=("VRD 22", "THB 12(3)", "CETS 12(2)", "CETS 28", "PAL 6(5)", "AP III.4.1"),
        origin="K",
    )
    protection_requested = Choices(
        "Which protective measures did the victim, counsel or the prosecutor ask for?",
        codes.PROTECTION,
        alone=("none",),
        only_if=victim_attended,
        publish="counted",
        tests=("CETS 28", "CETS 30", "UNTOC 24"),
        origin="XKX",
    )
    protection_granted = Choices(
        "Which protective measures were applied?",
        codes.PROTECTION,
        hint="Asked for, or of the court's own motion.",
        alone=("none",),
        only_if=victim_attended,
        publish="counted",
        tests=("CETS 28", "CETS 30", "UNTOC 24", "VRD 23"),
        origin="XKX",
    )
    protection_refusal_reasoned = Rating(
        "Where a measure that was asked for was not given, were reasons stated?",
        hint="Not applicable: all were granted.",
        only_if=protection_requested.includes_other_than("none"),
        optional=True,
        publish="counted",
        tests=("CETS 30", "VRD 23"),
        origin="K",
    )
    contact_avoided = Rating(
        "Was contact with the accused avoided at the entrance, while waiting and in the room?",
        partly="in the room only, or elsewhere only",
        only_if=victim_attended,
        publish="counted",
        tests=("THB 12(4)", "VRD 19", "VRD 23", "CETS 30"),
        origin="ALB",
    )
    identity_protected = Rating(
        "Was the identity of the victims protected?",
        hint="Name, address and intimate facts kept off public lists, and unspoken where they need not be said.",
        only_if=victims_in_case,
        publish="counted",
        tests=("PAL 6(1)", "CETS 11", "CETS 30", "VRD 21", "ECHR 8", "ICCPR 17"),
        origin="GR3",
    )
    intimidation_observed = Choices(
        "Which acts likely to frighten a victim, family or witness did you see?",
        codes.INTIMIDATION,
        alone=("none",),
        only_if=in_session,
        publish="counted",
        tests=("CETS 28", "CETS 30", "UNTOC 24", "AP III.4.1", "VRD 18"),
        origin="S4",
    )

    intimidation_seen = intimidation_observed.includes_other_than("none", "not_observable")

    intimidation_court_response = Rating(
        "Did the court act on the intimidation?",
        partly="remark without a measure",
        only_if=intimidation_seen,
        publish="counted",
        tests=("CETS 30", "CETS 28"),
        origin="K",
    )

    section_victims = Section("Each victim appearing")

    victims = Rows(
        VictimAtHearing,
        "For each victim who attended: how was this victim heard and treated?",
        only_if=victim_attended,
    )

    section_balance = Section("Balance and redress in the trial")

    defence_rights_respected = Rating(
        "Could the defence test the evidence, also where protective measures were in use?",
        hint="An instrument on victims' rights must record this too: it is what objectivity asks.",
        only_if=in_session,
        publish="counted",
        tests=("ECHR 6(3)", "ICCPR 14(3)"),
        origin="OTM",
    )
    compensation_info_given = Rating(
        "Was the victim told how to claim compensation?",
        only_if=victim_attended,
        optional=True,
        publish="counted",
        tests=("PAL 6(6)", "CETS 15(1)", "VRD 4", "RPG G9"),
        origin="GR3",
    )
    compensation_claimed = Choice(
        "Had compensation been claimed in these proceedings by the end of this hearing?",
        codes.YES_NO_UNKNOWN,
        only_if=victim_attended,
        optional=True,
        publish="counted",
        tests=("CETS 15(3)", "THB 17", "VRD 16"),
        origin="S4",
    )

    section_judgment = Section("Judgment")

    first_instance = hearing_stage.is_("judgment_pronouncement")
    judgment = hearing_stage.is_("judgment_pronouncement", "appeal_judgment")
    # A judgment can be read later, where no attempt was made to attend; after a refusal it is never asked for.
    judgment_known = judgment & monitor_access.is_not("refused_before_start")

    outcome = Choice(
        "What was the result for the trafficking counts?",
        codes.OUTCOME,
        hint="From the pronouncement that you heard, or from the written judgment; then name it as the source.",
        only_if=judgment_known,
        publish="counted",
        tests=("CETS 18", "CETS 23", "ECHR 4"),
        origin="S4",
    )

    trafficking_conviction = outcome.is_("all_convicted_of_trafficking", "some_convicted_of_trafficking")

    convicted_total = Whole(
        "How many of the accused were convicted of anything?",
        only_if=outcome.is_("all_convicted_of_trafficking", "some_convicted_of_trafficking", "only_lesser_offences"),
        publish="counted",
        tests=("CETS 23",),
        origin="GR3",
    )

    with_convictions = convicted_total > 0

    sentence_suspended = Choice(
        "Were prison terms suspended in whole?",
        codes.SUSPENDED,
        only_if=with_convictions,
        publish="counted",
        tests=("CETS 23",),
        origin="S4",
    )
    compensation_decision = Choice(
        "What does the judgment do with the victims' claims?",
        codes.COMPENSATION_DECISION,
        hint="What becomes of the claim later belongs to the compensation instrument.",
        only_if=judgment_known,
        publish="counted",
        tests=("CETS 15(3)", "VRD 16", "THB 17", "RPG P17"),
        origin="ODC",
    )

    compensation_awarded = compensation_decision.is_("awarded_as_claimed", "awarded_in_part")

    compensation_amount = Money(
        "How much does the judgment award in all?",
        hint="The sum of its awards, in the currency of the judgment.",
        only_if=compensation_awarded,
        optional=True,
        publish="counted",
        tests=("CETS 15(3)",),
        origin="JAL",
    )
    confiscation_use = Choice(
        "Was anything confiscated, and what does the judgment say of its use?",
        codes.CONFISCATION,
        only_if=with_convictions,
        optional=True,
        publish="counted",
        tests=("CETS 23", "CETS 15(4)", "AP III.1.5", "UNTOC 14(2)", "RPG P16"),
        origin="S4",
    )
    non_punishment_applied = Rating(
        "Was the victim's own case dropped or left unpunished, for reasons that meet the assessment of trafficking?",
        only_if=Case.victim_prosecuted.is_("yes") & judgment_known,
        publish="counted",
        tests=("CETS 26", "AP III.1.8", "THB 8", "ECHR 4"),
        origin="VCL",
    )

    section_closing = Section("Closing")

    overall_concern = Choice(
        "How concerned are you for victims' rights at this hearing?",
        codes.CONCERN,
        hint="Your own view. It is not averaged across monitors.",
        only_if=in_session,
        publish="counted",
        tests=("OTM",),
        origin="TW",
    )
    monitor_narrative = Narrative(
        "What did you see and hear that explains every partly and every no?",
        hint="Facts first, opinion marked as opinion, no names.",
        only_if=in_session,
        tests=("OTM",),
        origin="HQP",
    )
    urgent_referral = Choice(
        "Is there something that the supervisor must see today?",
        codes.YES_NO_UNKNOWN,
        hint="Risk to a victim, an incident with a monitor, a child without a guardian.",
        tests=("CETS 28",),
        origin="WHO",
    )
