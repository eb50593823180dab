"""The rules TM01 to TM22 of the codebook: what must hold within a case, within a hearing, and between hearings.

A rule that a question keeps by its type or its condition stands here all the same, with ``kept_by``, so that every
refusal names its rule. A blank answer breaks no rule.
"""

from __future__ import annotations

from monitor import AUTHOR, SESSION, SOURCE, AnyOther, Rule, any_of

from .case import Case
from .hearing import Hearing
from .victim import VictimAtHearing

CASE_RULES = (
    Rule(
        "TM03",
        Case,
        "There are more children among the victims than victims.",
        at=(Case.victims_children,),
        must_hold=Case.victims_children <= Case.victims_total,
    ),
    Rule(
        "TM04",
        Case,
        "There are more women among the accused than accused.",
        at=(Case.defendants_female,),
        must_hold=Case.defendants_female <= Case.defendants_total,
    ),
    Rule(
        "TM05",
        Case,
        "A trial has an accused.",
        at=(Case.defendants_total,),
        kept_by="range",
    ),
)

HEARING_RULES = (
    Rule(
        "TM01",
        Hearing,
        "A hearing cannot lie in the future. Planned hearings live in the schedule.",
        at=(Hearing.hearing_date,),
        kept_by="range",
    ),
    Rule(
        "TM02",
        Hearing,
        "The hearing lies before the day on which the indictment reached the court.",
        at=(Hearing.hearing_date,),
        # A deposition before the pre-trial judge comes before the indictment.
        must_hold=(Case.indictment_filed_on <= Hearing.hearing_date)
        | Hearing.hearing_stage.is_("pretrial_judge_deposition"),
    ),
    Rule(
        "TM06",
        Hearing,
        "More victims attended than the case has. If a victim has joined, update the case first.",
        at=(Hearing.victims_present,),
        severity="warning",
        must_hold=Hearing.victims_present <= Case.victims_total,
    ),
    Rule(
        "TM10",
        Hearing,
        "None, together with another answer, is a contradiction.",
        at=(
            Hearing.protection_requested,
            Hearing.protection_granted,
            Hearing.intimidation_observed,
            Hearing.support_persons,
            VictimAtHearing.hostile_conduct_by,
            VictimAtHearing.stereotypes_voiced,
        ),
        kept_by="alone",
    ),
    Rule(
        "TM11",
        Hearing,
        "There must be one row for each victim who attended: no more, no fewer.",
        at=(Hearing.victims,),
        must_hold=Hearing.victims.count().equals(Hearing.victims_present),
    ),
    Rule(
        "TM12",
        Hearing,
        "Something is rated partly or badly: explain it in at least 40 characters.",
        at=(Hearing.monitor_narrative,),
        must_hold=(
            any_of([rating.falls_short() for rating in Hearing.ratings()])
            | Hearing.victims.any(any_of([rating.falls_short() for rating in VictimAtHearing.ratings()]))
        ).implies(Hearing.monitor_narrative.length() >= 40),
    ),
    Rule(
        "TM13",
        Hearing,
        "A victim testified by live video, but no video link was granted and nothing was held online.",
        at=(Hearing.protection_granted,),
        severity="warning",
        must_hold=Hearing.victims.any(VictimAtHearing.testimony_mode.is_("live_video")).implies(
            Hearing.protection_granted.includes("video_link") | Hearing.venue_type.is_("remote_online", "mixed_hybrid")
        ),
    ),
    Rule(
        "TM14",
        Hearing,
        "A closed session was granted, but the hearing was open to the public.",
        at=(Hearing.publicity,),
        severity="warning",
        flag_if=Hearing.publicity.is_("open") & Hearing.protection_granted.includes("closed_session"),
    ),
    Rule(
        "TM15",
        Hearing,
        "Nobody was in the room, so nothing that happened there can be answered.",
        at=(Hearing.hearing_held,),
        kept_by="not_asked",
    ),
    Rule(
        "TM16",
        Hearing,
        "The hearing started more than 480 minutes late.",
        at=(Hearing.start_delay_minutes,),
        severity="warning",
        must_hold=Hearing.start_delay_minutes <= 480,
    ),
    Rule(
        "TM19",
        Hearing,
        "You have already submitted this session of this hearing.",
        at=(Hearing.hearing_date,),
        flag_if=AnyOther(same=(Hearing.hearing_date, SESSION, AUTHOR)),
    ),
    Rule(
        "TM20",
        Hearing,
        "The narrative holds a long number or the court's number of the case: it could tell who is meant.",
        at=(Hearing.monitor_narrative,),
        severity="warning",
        screen=True,
        flag_if=Hearing.monitor_narrative.matches(r"[0-9]{6,}", "six or more digits in a row")
        | Hearing.monitor_narrative.mentions(Case.court_case_number),
    ),
    Rule(
        "TM21",
        Hearing,
        "Victims are called V1 to V99.",
        at=(VictimAtHearing.victim_ref,),
        kept_by="pattern",
    ),
    Rule(
        "TM22",
        Hearing,
        "What belongs to the case is answered once, with the case.",
        at=tuple(Case.questions.values()),
        severity="warning",
        kept_by="structure",
    ),
)

JUDGMENT_RULES = (
    Rule(
        "TM07",
        Hearing,
        "There is a judgment only at its pronouncement, in the first instance or on appeal.",
        at=(
            Hearing.outcome,
            Hearing.sentence_suspended,
            Hearing.compensation_decision,
            Hearing.compensation_amount,
            Hearing.confiscation_use,
            Hearing.non_punishment_applied,
        ),
        kept_by="not_asked",
    ),
    Rule(
        "TM07b",
        Hearing,
        "The judgment of this instance was already entered with a hearing on another day.",
        at=(Hearing.outcome,),
        # A case that is sent back for retrial has a second judgment of the same instance.
        flag_if=Hearing.outcome.answered()
        & AnyOther(same=(Hearing.hearing_stage,), differs=(Hearing.hearing_date,), condition=Hearing.outcome.answered())
        & ~AnyOther(condition=Hearing.outcome.is_("remitted_for_retrial")),
    ),
    Rule(
        "TM08",
        Hearing,
        "A judgment that was not heard was read: name its source (_source).",
        at=(Hearing.outcome,),
        must_hold=(Hearing.monitor_access.is_("not_attempted") & Hearing.outcome.answered()).implies(SOURCE.answered()),
    ),
    Rule(
        "TM09",
        Hearing,
        "More were convicted than accused.",
        at=(Hearing.convicted_total,),
        must_hold=Hearing.convicted_total <= Case.defendants_total,
    ),
    Rule(
        "TM09b",
        Hearing,
        "Where nobody was convicted, there is no number of convicted.",
        at=(Hearing.convicted_total,),
        kept_by="not_asked",
    ),
    Rule(
        "TM17",
        Hearing,
        "An award is an amount above zero in a currency of ISO 4217.",
        at=(Hearing.compensation_amount,),
        kept_by="range",
    ),
    Rule(
        "TM18",
        Hearing,
        "Compensation was claimed at an earlier hearing of this case.",
        at=(Hearing.compensation_decision,),
        severity="warning",
        flag_if=Hearing.compensation_decision.is_("not_claimed")
        & AnyOther(earlier=Hearing.hearing_date, condition=Hearing.compensation_claimed.is_("yes")),
    ),
)

RULES = CASE_RULES + HEARING_RULES + JUDGMENT_RULES
