"""The rules CO01 to CO20 of the codebook: what must hold within a claim, and between the claims of one person.

A rule that a question keeps by its type or its condition stands here all the same, with ``kept_by``, so that every
refusal names its rule. A blank answer breaks no rule.
"""

from __future__ import annotations

from monitor import AnyOther, Rule, any_of

from .claim import Claim
from .codes import HEAD
from .payment import Payment

WAGE_CLAIM = Claim.avenue.is_("labour_court_or_tribunal", "labour_inspectorate_or_wage_claim")
ENDED_BEFORE = Claim.exploitation_ended_on <= Claim.claim_filed_on
ONLY_CLAIMED = Claim.heads_awarded.within(Claim.heads_claimed)
SETTLED = Claim.claim_status.is_("settled")
SOMETHING_PAID = Claim.payments.count() > 0

DATES = (
    Rule(
        "CO01",
        Claim,
        "What is asked for here has happened: it cannot lie in the future.",
        at=(
            Claim.claim_filed_on,
            Claim.decision_date,
            Claim.final_on,
            Payment.payment_date,
            Claim.assets_frozen_on,
            Claim.paid_in_full_on,
        ),
        kept_by="range",
    ),
    Rule(
        "CO02",
        Claim,
        "The claim was filed before the exploitation ended.",
        at=(Claim.exploitation_ended_on,),
        must_hold=ENDED_BEFORE | WAGE_CLAIM,
    ),
    Rule(
        "CO02b",
        Claim,
        "The wage claim was filed before the exploitation ended.",
        at=(Claim.exploitation_ended_on,),
        severity="warning",
        must_hold=WAGE_CLAIM.implies(ENDED_BEFORE),
    ),
    Rule(
        "CO03",
        Claim,
        "The claim was decided before it was filed.",
        at=(Claim.decision_date,),
        must_hold=Claim.decision_date >= Claim.claim_filed_on,
    ),
    Rule(
        "CO04",
        Claim,
        "The decision became final before it was taken.",
        at=(Claim.final_on,),
        must_hold=Claim.final_on >= Claim.decision_date,
    ),
    Rule(
        "CO05",
        Claim,
        "Before the decision only the State pays, in advance: this payment came from somebody else.",
        at=(Claim.payments,),
        flag_if=Claim.payments.any(
            (Payment.payment_date < Claim.decision_date) & Payment.payment_payer.is_not("state_advance")
        ),
    ),
)

MONEY = (
    Rule(
        "CO06",
        Claim,
        "What was claimed, awarded and paid must be in one currency.",
        at=(Claim.amount_awarded,),
        must_hold=Claim.amount_claimed.currency().equals(Claim.amount_awarded.currency())
        & Claim.amount_paid_total.currency().equals(Claim.amount_awarded.currency())
        & ~Claim.payments.any(~Payment.payment_amount.currency().equals(Claim.amount_awarded.currency())),
    ),
    Rule(
        "CO07",
        Claim,
        "More is awarded than was claimed.",
        at=(Claim.amount_awarded,),
        severity="warning",
        must_hold=Claim.amount_awarded <= Claim.amount_claimed,
    ),
    Rule(
        "CO08",
        Claim,
        "More was paid than is awarded. Interest counts as a raised award.",
        at=(Claim.amount_paid_total,),
        must_hold=Claim.amount_paid_total <= Claim.amount_awarded,
    ),
    Rule(
        "CO09",
        Claim,
        "What has been paid in all is not the sum of the payments.",
        at=(Claim.amount_paid_total,),
        must_hold=Claim.amount_paid_total.equals(Claim.payments.total(Payment.payment_amount)),
    ),
    Rule(
        "CO09b",
        Claim,
        "There is a date of full payment exactly where the payments reach the award.",
        at=(Claim.paid_in_full_on,),
        must_hold=Claim.paid_in_full.implies(Claim.paid_in_full_on.answered())
        & Claim.paid_in_full_on.answered().implies(Claim.paid_in_full),
    ),
    Rule(
        "CO09c",
        Claim,
        "The date of full payment is the date of the last payment.",
        at=(Claim.paid_in_full_on,),
        must_hold=Claim.paid_in_full_on.equals(Claim.payments.latest(Payment.payment_date)),
    ),
)

STATUS = (
    Rule(
        "CO10",
        Claim,
        "Awarded as claimed, but less is awarded than was claimed.",
        at=(Claim.amount_awarded,),
        must_hold=Claim.claim_status.is_("awarded_as_claimed").implies(Claim.amount_awarded >= Claim.amount_claimed),
    ),
    Rule(
        "CO11",
        Claim,
        "What is rejected or inadmissible has no award and no payments.",
        at=(Claim.amount_awarded, Claim.payments),
        kept_by="not_asked",
    ),
    Rule(
        "CO12",
        Claim,
        "A kind of loss is allowed that was not put forward.",
        at=(Claim.heads_awarded,),
        must_hold=ONLY_CLAIMED | SETTLED,
    ),
    Rule(
        "CO12b",
        Claim,
        "The settlement allows a kind of loss that was not put forward.",
        at=(Claim.heads_awarded,),
        severity="warning",
        must_hold=SETTLED.implies(ONLY_CLAIMED),
    ),
    Rule(
        "CO13",
        Claim,
        "A claim on a fund asks the State fund to pay.",
        at=(Claim.respondent_types,),
        must_hold=Claim.avenue.is_("state_crime_victim_fund", "trafficking_specific_fund").implies(
            Claim.respondent_types.includes("state_fund")
        ),
    ),
    Rule(
        "CO14",
        Claim,
        "None, together with another answer, is a contradiction.",
        at=(
            Claim.legal_help_source,
            Claim.barriers_met,
            Claim.rejection_reasons,
            Claim.enforcement_steps,
            Claim.other_remedies,
        ),
        kept_by="alone",
    ),
    Rule(
        "CO16",
        Claim,
        "The person had a lawyer, but nobody gave or paid for the help.",
        at=(Claim.legal_help_source,),
        flag_if=Claim.legal_assistance.is_("yes") & Claim.legal_help_source.includes("none"),
    ),
    Rule(
        "CO17",
        Claim,
        "Something is rated partly or no: explain it in at least 40 characters.",
        at=(Claim.claim_narrative,),
        must_hold=any_of([rating.falls_short() for rating in Claim.ratings()]).implies(
            Claim.claim_narrative.length() >= 40
        ),
    ),
    Rule(
        "CO18",
        Claim,
        "Earnings from sexual exploitation were called illegal or immoral: a legal analyst must see it (Krachunova).",
        at=(Claim.rejection_reasons,),
        severity="warning",
        screen=True,
        flag_if=Claim.rejection_reasons.includes("earnings_illegal_or_immoral")
        & Claim.exploitation_forms.includes("sexual"),
    ),
    Rule(
        "CO19",
        Claim,
        "The status does not follow the appeal: annulled means rejected, awarded on appeal means awarded.",
        at=(Claim.appeal_outcome,),
        must_hold=Claim.appeal_outcome.is_("award_annulled").implies(Claim.claim_status.is_("rejected"))
        & Claim.appeal_outcome.is_("awarded_on_appeal").implies(
            Claim.claim_status.is_("awarded_as_claimed", "awarded_in_part")
        ),
    ),
    Rule(
        "CO20",
        Claim,
        "A claim that was not made needs the obstacle that kept it from being made.",
        at=(Claim.barriers_met,),
        must_hold=Claim.claim_status.is_("not_filed").implies(Claim.barriers_met.includes_other_than("none_found")),
    ),
)

BETWEEN_CLAIMS = (
    # For the reviewer alone: the monitor of one claim may not know that there is another.
    Rule(
        "CO15",
        Claim,
        "Another claim of this person, by another route, was paid for the same kind of loss: was a loss paid twice?",
        at=(Claim.heads_awarded,),
        severity="warning",
        for_reviewer=True,
        flag_if=SOMETHING_PAID
        & any_of(
            [
                Claim.heads_awarded.includes(head)
                & AnyOther(
                    same=(Claim.person_ref,),
                    differs=(Claim.avenue,),
                    condition=SOMETHING_PAID & Claim.heads_awarded.includes(head),
                )
                for head in HEAD
            ]
        ),
    ),
)

RULES = DATES + MONEY + STATUS + BETWEEN_CLAIMS
