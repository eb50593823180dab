"""The rules RS01 to RS18 of the codebook: what must hold within a return case and between its follow-up contacts.

A rule that a question keeps by its type or its condition stands here all the same, with ``kept_by``, so that every
refusal names its rule. A blank answer breaks no rule.
"""

from __future__ import annotations

from monitor import Rule, any_of

from .followup import FollowUp
from .return_case import ReturnCase

DECISION_RULES = (
    Rule(
        "RS01",
        ReturnCase,
        "A return leads to another State, unless it is within the country or the person stays.",
        at=(ReturnCase.receiving_country,),
        must_hold=~ReturnCase.returning_country.equals(ReturnCase.receiving_country)
        | ReturnCase.return_type.is_("return_within_country", "not_returned"),
    ),
    Rule(
        "RS02",
        ReturnCase,
        "A decision, an assessment, a departure or a contact cannot lie in the future.",
        at=(
            ReturnCase.decision_date,
            ReturnCase.risk_assessment_date,
            ReturnCase.departure_date,
            FollowUp.followup_date,
        ),
        kept_by="range",
    ),
    Rule(
        "RS03",
        ReturnCase,
        "The person left before the decision. If so, it is a refusal at the border, decided on that day.",
        at=(ReturnCase.departure_date,),
        must_hold=ReturnCase.departure_date >= ReturnCase.decision_date,
    ),
    Rule(
        "RS07",
        ReturnCase,
        "Whoever was not returned has no departure and no contacts after it.",
        at=(ReturnCase.departure_date, ReturnCase.followups),
        kept_by="not_asked",
    ),
    Rule(
        "RS08",
        ReturnCase,
        "A stay was granted, or the return was stopped: then the person was not returned.",
        at=(ReturnCase.return_type,),
        must_hold=ReturnCase.decision.is_("stay_granted", "return_stopped_for_risk").implies(
            ReturnCase.return_type.is_("not_returned")
        ),
    ),
)

SITUATION_RULES = (
    Rule(
        "RS09",
        ReturnCase,
        "A period of reflection or of detention lasts one day or more.",
        at=(ReturnCase.reflection_days, ReturnCase.detention_days),
        kept_by="range",
    ),
    Rule(
        "RS10",
        ReturnCase,
        "The period of reflection is rated yes, but is shorter than 30 days: rate it partly.",
        at=(ReturnCase.reflection_days,),
        severity="warning",
        flag_if=ReturnCase.reflection_period_granted.is_("yes") & (ReturnCase.reflection_days < 30),
    ),
    Rule(
        "RS12",
        ReturnCase,
        "The consent is rated free, but there are signs of pressure.",
        at=(ReturnCase.informed_consent,),
        severity="warning",
        flag_if=ReturnCase.informed_consent.is_("yes") & ReturnCase.pressed,
    ),
    Rule(
        "RS15",
        ReturnCase,
        "Something is rated partly or no: explain it in at least 40 characters.",
        at=(ReturnCase.case_narrative,),
        must_hold=(
            any_of([rating.falls_short() for rating in ReturnCase.ratings()])
            | ReturnCase.followups.any(any_of([rating.falls_short() for rating in FollowUp.ratings()]))
        ).implies(ReturnCase.case_narrative.length() >= 40),
    ),
)

RISK_RULES = (
    Rule(
        "RS04",
        ReturnCase,
        "The assessment was finished after the decision. That is a finding: keep it, and say what happened.",
        at=(ReturnCase.risk_assessment_date,),
        severity="warning",
        must_hold=ReturnCase.risk_assessment_date <= ReturnCase.decision_date,
    ),
    Rule(
        "RS11",
        ReturnCase,
        "None, together with another answer, is a contradiction.",
        at=(
            ReturnCase.pressure_indicators,
            FollowUp.incidents_since,
            ReturnCase.risks_looked_at,
            FollowUp.reintegration_received,
        ),
        kept_by="alone",
    ),
    Rule(
        "RS13",
        ReturnCase,
        "Where an assessment was made, somebody made it.",
        at=(ReturnCase.risk_assessor,),
        must_hold=ReturnCase.assessed.implies(ReturnCase.risk_assessor.is_not("none")),
    ),
    Rule(
        "RS14",
        ReturnCase,
        "For a child it must be said whether the best interests were determined.",
        at=(ReturnCase.best_interests_determined,),
        kept_by="missing",
    ),
)

FOLLOWUP_RULES = (
    Rule(
        "RS05",
        ReturnCase,
        "A contact after return comes after the departure.",
        at=(ReturnCase.followups,),
        flag_if=ReturnCase.followups.any(FollowUp.followup_date <= ReturnCase.departure_date),
    ),
    Rule(
        "RS06",
        ReturnCase,
        "Two contacts stand under the same planned point.",
        at=(ReturnCase.followups,),
        must_hold=ReturnCase.followups.unique(FollowUp.followup_month),
    ),
    Rule(
        "RS16",
        ReturnCase,
        "The contacts stand in the order of their dates, and the planned points grow with them.",
        at=(ReturnCase.followups,),
        must_hold=ReturnCase.followups.in_order(FollowUp.followup_date)
        & ReturnCase.followups.in_order(FollowUp.followup_month),
    ),
    Rule(
        "RS17",
        ReturnCase,
        "The person was trafficked again, but is rated safe.",
        at=(ReturnCase.followups,),
        severity="warning",
        flag_if=ReturnCase.followups.any(
            FollowUp.incidents_since.includes("re_trafficked") & FollowUp.safety_now.is_("safe")
        ),
    ),
    Rule(
        "RS18",
        ReturnCase,
        "The person was harmed: your supervisor must see this today.",
        at=(ReturnCase.followups,),
        urgent=True,
        flag_if=ReturnCase.followups.any(
            FollowUp.safety_now.is_("harmed") | FollowUp.incidents_since.includes("assault", "re_trafficked")
        ),
    ),
)

RULES = DECISION_RULES + SITUATION_RULES + RISK_RULES + FOLLOWUP_RULES
