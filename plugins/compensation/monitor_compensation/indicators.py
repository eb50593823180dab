"""The indicators CO-I01 to CO-I14 of the codebook: what may be counted, among what, and what it evidences.

Where the codebook gives several figures, they stand here as several indicators, a, b and c.
"""

from __future__ import annotations

from monitor import TODAY, Days, Median, Ratio, RatioOfTotals, Share, Tally, by, currency, each, year

from .claim import Claim
from .payment import Payment

COUNTRY = by(Claim.country)
AVENUE = by(Claim.avenue)
EXPLOITATION = by(Claim.exploitation_forms)
SEX = by(Claim.claimant_sex)
CURRENCY = currency(Claim.amount_awarded)
YEAR_FILED = year(Claim.claim_filed_on, "year_filed")
YEAR_DECIDED = year(Claim.decision_date, "year_decided")

# Counted questions, code by code: why they may stand beside dimensions is in the README.
RESIDENCE = each(Claim.claimant_residence)
PAYER = each(Payment.payment_payer)

BY_YEAR_FILED = (COUNTRY, YEAR_FILED)
BY_YEAR_DECIDED = (COUNTRY, YEAR_DECIDED)
BY_AVENUE = (COUNTRY, AVENUE)
BY_EXPLOITATION = (COUNTRY, EXPLOITATION)
BY_SEX = (COUNTRY, SEX)
BY_RESIDENCE = (COUNTRY, RESIDENCE)
BY_PAYER = (COUNTRY, PAYER)

# Twelve months' exposure, so that young awards do not drag the share down.
A_YEAR_OLD = Claim.awarded & (Days(Claim.final_on, TODAY) >= 365)
A_YEAR = "Of awards that had been final for 365 days or more when the claim was last submitted."

HELP = (
    Share(
        id="CO-I01",
        title="Claimants informed of the right at first contact",
        unit=Claim,
        rating=Claim.informed_of_right,
        having=Claim.informed_of_right.is_("yes") & Claim.informed_when.is_("first_contact"),
        tables=(BY_YEAR_FILED, BY_AVENUE),
        evidences=("CETS 15(1)", "VRD 4"),
        note="Counts claims: a person who takes two routes stands in it twice.",
    ),
    Share(
        id="CO-I02",
        title="Claims with legal assistance",
        unit=Claim,
        rating=Claim.legal_assistance,
        having=Claim.legal_assistance.is_("yes"),
        tables=(BY_YEAR_FILED, BY_AVENUE, BY_RESIDENCE),
        evidences=("CETS 15(2)", "THB 12(2)"),
        note="Help with the form alone is no assistance here.",
    ),
    Share(
        id="CO-I03",
        title="Legal aid granted of applied",
        unit=Claim,
        rating=Claim.legal_aid_granted,
        among=Claim.legal_aid_applied.is_("yes"),
        having=Claim.legal_aid_granted.is_("yes", "partly"),
        tables=(BY_YEAR_FILED,),
        evidences=("CETS 15(2)", "VRD 13"),
        note="Granted in full or in part.",
    ),
)

DECISION = (
    Share(
        id="CO-I04",
        title="Award rate",
        unit=Claim,
        among=Claim.decided,
        having=Claim.awarded,
        tables=(BY_YEAR_DECIDED, BY_AVENUE, BY_EXPLOITATION, BY_SEX),
        evidences=("CETS 15(3)", "CETS 15(4)"),
        note="Of claims with a decision or a settlement. Pending claims are left out.",
    ),
    Median(
        id="CO-I07",
        title="Days from filing to decision",
        unit=Claim,
        of=Days(Claim.claim_filed_on, Claim.decision_date),
        measure="days",
        tables=(BY_YEAR_DECIDED, BY_AVENUE),
        evidences=("ECHR 6(1)",),
        note="Of decided claims alone: where many are pending, the true time is longer. Read CO-I07b beside it.",
    ),
    Tally(
        id="CO-I07b",
        title="Claims filed and still pending",
        unit=Claim,
        among=Claim.claim_status.is_("filed_pending"),
        tables=(BY_YEAR_FILED, BY_AVENUE),
        evidences=("ECHR 6(1)",),
    ),
    Share(
        id="CO-I11",
        title="Refusals on morality or illegality of earnings",
        unit=Claim,
        among=Claim.claim_status.is_("awarded_in_part", "rejected", "inadmissible"),
        having=Claim.rejection_reasons.includes("earnings_illegal_or_immoral"),
        tables=(BY_YEAR_DECIDED,),
        evidences=("ECHR 4",),
        note="Of claims refused in whole or in part. See Krachunova v. Bulgaria (2023).",
    ),
    Share(
        id="CO-I13",
        title="Criminal courts deciding the claim themselves",
        unit=Claim,
        rating=Claim.criminal_court_decided,
        having=Claim.criminal_court_decided.is_("yes"),
        tables=(BY_YEAR_DECIDED,),
        evidences=("VRD 16",),
    ),
)

PAYMENT = (
    Share(
        id="CO-I05a",
        title="Awards paid in full",
        unit=Claim,
        among=A_YEAR_OLD,
        having=Claim.paid_in_full_on.answered(),
        tables=(BY_YEAR_DECIDED, BY_AVENUE, BY_PAYER),
        evidences=("CETS 15(3)", "ECHR P1-1"),
        note=f"{A_YEAR} By payer, those on which nothing was paid stand under not recorded.",
    ),
    Share(
        id="CO-I05b",
        title="Awards paid in part",
        unit=Claim,
        among=A_YEAR_OLD,
        having=(Claim.amount_paid_total > 0) & (Claim.amount_paid_total < Claim.amount_awarded),
        tables=(BY_YEAR_DECIDED, BY_AVENUE, BY_PAYER),
        evidences=("CETS 15(3)", "ECHR P1-1"),
        note=f"{A_YEAR} By payer, those on which nothing was paid stand under not recorded.",
    ),
    Share(
        id="CO-I05c",
        title="Awards not paid at all",
        unit=Claim,
        among=A_YEAR_OLD,
        having=Claim.amount_paid_total.equals(0),
        tables=(BY_YEAR_DECIDED, BY_AVENUE),
        evidences=("CETS 15(3)", "ECHR P1-1"),
        note=f"The headline. {A_YEAR}",
    ),
    RatioOfTotals(
        id="CO-I06",
        title="Share of awarded money that was paid",
        unit=Claim,
        among=Claim.awarded & Claim.final_on.answered(),
        of=Claim.amount_paid_total,
        out_of=Claim.amount_awarded,
        measure="paid for each 1 awarded",
        tables=((COUNTRY, CURRENCY), (CURRENCY, YEAR_DECIDED), (CURRENCY, AVENUE)),
        evidences=("CETS 15(3)",),
        note="Of final awards, each currency by itself. Hidden where two claimants make up most of a sum.",
    ),
    Median(
        id="CO-I08",
        title="Days from filing to first payment",
        unit=Claim,
        of=Days(Claim.claim_filed_on, Claim.payments.earliest(Payment.payment_date)),
        measure="days",
        tables=(BY_AVENUE,),
        evidences=("CETS 15(3)",),
        note="Of claims on which something was paid. Read CO-I08b beside it.",
    ),
    Tally(
        id="CO-I08b",
        title="Awards on which nothing was paid",
        unit=Claim,
        among=Claim.awarded & Claim.nothing_paid,
        tables=(BY_AVENUE,),
        evidences=("CETS 15(3)",),
        note="However young the award is.",
    ),
    Median(
        id="CO-I09a",
        title="Median award",
        unit=Claim,
        of=Claim.amount_awarded,
        measure="in the currency of the award",
        tables=((COUNTRY, CURRENCY), (CURRENCY, AVENUE), (CURRENCY, EXPLOITATION)),
        evidences=("CETS 15(3)",),
        note="Each currency by itself.",
    ),
    Median(
        id="CO-I09b",
        title="What is awarded for each unit of money claimed",
        unit=Claim,
        of=Ratio(Claim.amount_awarded, Claim.amount_claimed),
        measure="awarded for 1 claimed",
        tables=(BY_AVENUE, BY_EXPLOITATION),
        evidences=("CETS 15(3)",),
        note="Of awards for which both sums are known. A claim that was refused in whole is not part of it.",
    ),
)

OBSTACLES = (
    Share(
        id="CO-I10",
        title="Claims met by a status barrier",
        unit=Claim,
        having=Claim.barriers_met.includes(
            "nationality_or_residence_rule", "not_formally_identified", "victim_left_country"
        ),
        tables=(BY_RESIDENCE, BY_AVENUE),
        evidences=("P029 4", "CETS 15(4)"),
        note="Of all claims, those that were not made among them.",
    ),
    Share(
        id="CO-I12a",
        title="Claims with assets frozen or confiscated",
        unit=Claim,
        among=Claim.asset_enquiry.is_not("not_known"),
        having=Claim.assets_secured,
        tables=(BY_YEAR_FILED,),
        evidences=("AP III.1.5", "CETS 23", "RPG P16"),
        note="Counts claims: one enquiry may stand behind several. Claims on a State fund alone are not asked.",
    ),
    Share(
        id="CO-I12b",
        title="Claims with confiscated assets in which they were used for victims",
        unit=Claim,
        among=Claim.asset_enquiry.is_("confiscated_to_state", "confiscated_for_victims"),
        having=Claim.asset_enquiry.is_("confiscated_for_victims"),
        tables=(BY_YEAR_FILED,),
        evidences=("AP III.1.5", "CETS 23", "RPG P16"),
        note="Counts claims: one confiscation may stand behind several.",
    ),
    Share(
        id="CO-I14",
        title="Claims followed by reprisal",
        unit=Claim,
        having=Claim.reprisal_for_claiming.is_not("none_known"),
        tables=((COUNTRY,), (AVENUE,)),
        evidences=("CETS 28",),
        note="Sensitive: by country or by route, never by both.",
    ),
)

INDICATORS = HELP + DECISION + PAYMENT + OBSTACLES
