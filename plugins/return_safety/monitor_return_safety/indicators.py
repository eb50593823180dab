"""The indicators RS-I01 to RS-I14 of the codebook: what may be counted, among what, and what it evidences.

Where the codebook gives two figures, they stand here as two indicators, a and b.
"""

from __future__ import annotations

from monitor import Median, Share, by, each, year

from .followup import FollowUp
from .return_case import ReturnCase

COUNTRY = by(ReturnCase.returning_country)
RETURN_TYPE = by(ReturnCase.return_type)
AGE_GROUP = by(ReturnCase.person_age_group)
SEX = by(ReturnCase.person_sex)
YEAR = year(ReturnCase.decision_date)
DEPARTURE_YEAR = year(ReturnCase.departure_date, "departure_year")

# Counted questions, code by code: why they may stand beside dimensions is in the README.
ASSESSOR = each(ReturnCase.risk_assessor)
IDENTIFICATION = each(ReturnCase.identification_status)
RECEIVING = each(ReturnCase.receiving_country)

BY_YEAR = (COUNTRY, YEAR)
BY_RETURN_TYPE = (COUNTRY, RETURN_TYPE)
BY_RECEIVING_AND_YEAR = (RECEIVING, DEPARTURE_YEAR)
BY_RECEIVING_AND_TYPE = (RECEIVING, RETURN_TYPE)

RISK = (
    Share(
        id="RS-I01",
        title="Returns preceded by an individual risk assessment",
        unit=ReturnCase,
        rating=ReturnCase.risk_assessment_done,
        among=ReturnCase.leaves_the_country & ReturnCase.decision_date.answered(),
        having=ReturnCase.risk_assessment_done.is_("yes")
        & (ReturnCase.risk_assessment_date <= ReturnCase.decision_date),
        tables=(BY_YEAR, BY_RETURN_TYPE, (COUNTRY, AGE_GROUP)),
        evidences=("ODR P1", "AP V.7.1", "CETS 16(2)"),
        note="The headline. Decisions that are pending are left out.",
    ),
    Share(
        id="RS-I02",
        title="Risk assessments that asked the person",
        unit=ReturnCase,
        rating=ReturnCase.person_consulted,
        having=ReturnCase.person_consulted.is_("yes"),
        tables=(BY_YEAR, (COUNTRY, ASSESSOR)),
        evidences=("ODR P1", "AP V.3.2"),
    ),
    Share(
        id="RS-I03",
        title="Risk assessments that looked at the safety of the family",
        unit=ReturnCase,
        rating=ReturnCase.family_risk_looked_at,
        having=ReturnCase.family_risk_looked_at.is_("yes"),
        tables=(BY_YEAR,),
        evidences=("AP V.7.1",),
    ),
    Share(
        id="RS-I04",
        title="Medium or high risk answered by the decision",
        unit=ReturnCase,
        rating=ReturnCase.outcome_follows_assessment,
        among=ReturnCase.at_risk,
        having=ReturnCase.outcome_follows_assessment.is_("yes"),
        tables=(BY_YEAR,),
        evidences=("RPG P11", "ODR P3"),
    ),
    Share(
        id="RS-I05",
        title="Returns with non-refoulement examined",
        unit=ReturnCase,
        rating=ReturnCase.non_refoulement_examined,
        having=ReturnCase.non_refoulement_examined.is_("yes"),
        tables=(BY_YEAR, BY_RETURN_TYPE),
        evidences=("ECHR 3", "REF 33", "CETS 40(4)"),
    ),
)

FREEDOM = (
    Share(
        id="RS-I06a",
        title="Returns that were voluntary in fact",
        unit=ReturnCase,
        among=ReturnCase.has_left,
        having=ReturnCase.called_voluntary & ReturnCase.informed_consent.is_("yes") & ~ReturnCase.pressed,
        tables=(BY_YEAR, (COUNTRY, SEX)),
        evidences=("PAL 8(2)", "CETS 16(2)"),
        note="Read it beside RS-I06b. In fact: with free and informed consent, and no sign of pressure seen.",
    ),
    Share(
        id="RS-I06b",
        title="Returns that were voluntary on paper",
        unit=ReturnCase,
        among=ReturnCase.has_left,
        having=ReturnCase.called_voluntary,
        tables=(BY_YEAR, (COUNTRY, SEX)),
        evidences=("PAL 8(2)", "CETS 16(2)"),
        note="Read it beside RS-I06a.",
    ),
    Share(
        id="RS-I07a",
        title="Persons given a period of reflection",
        unit=ReturnCase,
        rating=ReturnCase.reflection_period_granted,
        having=ReturnCase.reflection_period_granted.is_("yes"),
        tables=(BY_YEAR,),
        evidences=("CETS 13", "AP V.8"),
        note="Counts return cases, those of persons who stayed included.",
    ),
    Median(
        id="RS-I07b",
        title="Days of reflection given",
        unit=ReturnCase,
        of=ReturnCase.reflection_days,
        measure="days",
        among=ReturnCase.reflection_period_granted.is_("yes", "partly"),
        tables=(BY_YEAR,),
        evidences=("CETS 13", "AP V.8"),
        note="Of the periods rated yes or partly whose days are known.",
    ),
    Share(
        id="RS-I08a",
        title="Persons detained before return",
        unit=ReturnCase,
        among=ReturnCase.detained_before_return.is_not("unknown"),
        having=ReturnCase.detained,
        tables=(BY_YEAR, (COUNTRY, IDENTIFICATION)),
        evidences=("RPG P7", "ECHR 5"),
        note="Counts return cases, those of persons who stayed included.",
    ),
    Median(
        id="RS-I08b",
        title="Days of detention before return",
        unit=ReturnCase,
        of=ReturnCase.detention_days,
        measure="days",
        among=ReturnCase.detained,
        tables=(BY_YEAR, (COUNTRY, IDENTIFICATION)),
        evidences=("RPG P7", "ECHR 5"),
        note="Of the return cases in which the person was detained.",
    ),
)

SAFEGUARDS = (
    Share(
        id="RS-I09",
        title="Appealable returns with suspensive effect",
        unit=ReturnCase,
        rating=ReturnCase.appeal_with_suspensive_effect,
        having=ReturnCase.appeal_with_suspensive_effect.is_("yes"),
        tables=(BY_YEAR, BY_RETURN_TYPE),
        evidences=("ECHR 13", "ODR P2"),
    ),
    Share(
        id="RS-I10",
        title="Returned children whose best interests were determined",
        unit=ReturnCase,
        rating=ReturnCase.best_interests_determined,
        among=ReturnCase.person_age_group.is_("child") & ReturnCase.has_left,
        having=ReturnCase.best_interests_determined.is_("yes"),
        tables=(BY_YEAR,),
        evidences=("CETS 16(7)", "CRC 3", "ODR P4"),
        note="Small numbers: most of its figures will be hidden.",
    ),
    Share(
        id="RS-I11",
        title="Returns with the remedy secured first",
        unit=ReturnCase,
        rating=ReturnCase.remedy_secured_before_return,
        having=ReturnCase.remedy_secured_before_return.is_("yes"),
        tables=(BY_YEAR,),
        evidences=("RPG G9", "ODR P6"),
    ),
)

WITHIN_A_YEAR = ReturnCase.followups.any(FollowUp.up_to_a_year & FollowUp.reached)
INCIDENT_WITHIN_A_YEAR = ReturnCase.followups.any(FollowUp.up_to_a_year & FollowUp.harmed_by_incident)

AFTER_RETURN = (
    Share(
        id="RS-I12a",
        title="Returnees reached at 6 months who are safe",
        unit=FollowUp,
        among=FollowUp.followup_month.is_("6") & FollowUp.safety_now.is_("safe", "some_concern", "harmed"),
        having=FollowUp.safety_now.is_("safe"),
        tables=(BY_RECEIVING_AND_YEAR,),
        evidences=("ODR P5", "ODR P7"),
        note="Read it beside RS-I12b: lost is not safe.",
    ),
    Share(
        id="RS-I12b",
        title="Returnees reached at 6 months",
        unit=FollowUp,
        among=FollowUp.followup_month.is_("6"),
        having=FollowUp.reached,
        tables=(BY_RECEIVING_AND_YEAR,),
        evidences=("ODR P5", "ODR P7"),
        note="Of those whom somebody tried to reach, by themselves or through the service provider.",
    ),
    Share(
        id="RS-I13a",
        title="Returnees with any incident in 12 months",
        unit=ReturnCase,
        among=WITHIN_A_YEAR,
        having=INCIDENT_WITHIN_A_YEAR,
        tables=(BY_RECEIVING_AND_TYPE,),
        evidences=("ODR P1", "ECHR 4"),
        note="Counts return cases, not contacts. Of those reached at least once in 12 months.",
    ),
    Share(
        id="RS-I13b",
        title="Returnees with an incident in 12 months who were trafficked again",
        unit=ReturnCase,
        among=INCIDENT_WITHIN_A_YEAR,
        having=ReturnCase.followups.any(FollowUp.up_to_a_year & FollowUp.incidents_since.includes("re_trafficked")),
        tables=(BY_RECEIVING_AND_TYPE,),
        evidences=("ODR P1", "ECHR 4"),
        note="A share of what RS-I13a counts.",
    ),
)

PRIVACY = (
    Share(
        id="RS-I14",
        title="Returns with personal data passed on without consent",
        unit=ReturnCase,
        among=ReturnCase.data_shared_with_receiving_state.is_not("not_known"),
        having=ReturnCase.data_shared_with_receiving_state.is_("without_consent"),
        tables=(BY_YEAR,),
        evidences=("CETS 11",),
    ),
)

INDICATORS = RISK + FREEDOM + SAFEGUARDS + AFTER_RETURN + PRIVACY
