"""The indicators TM-I01 to TM-I15 of the codebook: what may be counted, among what, and what it evidences.

Where the codebook gives two figures, they stand here as two indicators, a and b.
"""

from __future__ import annotations

from monitor import EachCode, Median, Months, Share, Tally, by, each, year

from .case import Case
from .hearing import Hearing
from .victim import VictimAtHearing

COUNTRY = by(Case.country)
COURT_LEVEL = by(Case.court_level)
OFFENCES = by(Case.offences_charged)
EXPLOITATION = by(Case.exploitation_forms)
AGE_GROUP = by(VictimAtHearing.victim_age_group)
SEX = by(VictimAtHearing.victim_sex)
YEAR = year(Hearing.hearing_date)
FIRST_YEAR = year(Hearing.hearing_date, first=True)

# Counted questions, code by code: why they may stand beside dimensions is in the README.
FUNDING = each(Hearing.counsel_funding)
VENUE = each(Hearing.venue_type)
CAUSE = each(Hearing.postponement_reasons)
KIND_OF_MEASURE = each(Hearing.protection_requested)

BY_YEAR = (COUNTRY, YEAR)
BY_COURT_LEVEL = (COUNTRY, COURT_LEVEL)
BY_OFFENCES = (COUNTRY, OFFENCES)
BY_EXPLOITATION = (COUNTRY, EXPLOITATION)
BY_AGE_GROUP = (COUNTRY, AGE_GROUP)
BY_SEX = (COUNTRY, SEX)

MEASURE = EachCode(Hearing.protection_requested, leaving_out=("none",))

ASSISTANCE = (
    Share(
        id="TM-I01a",
        title="Hearings at which every victim had a lawyer",
        unit=Hearing,
        rating=Hearing.victim_represented,
        among=Case.has_victims,
        having=Hearing.victim_represented.is_("yes"),
        tables=(BY_YEAR, BY_EXPLOITATION, BY_COURT_LEVEL),
        evidences=("CETS 15(2)", "THB 12(2)", "AP III.4.5"),
        note="Read it beside TM-I01b.",
    ),
    Share(
        id="TM-I01b",
        title="Hearings at which every victim, or some, had a lawyer",
        unit=Hearing,
        rating=Hearing.victim_represented,
        among=Case.has_victims,
        having=Hearing.victim_represented.is_("yes", "partly"),
        tables=(BY_YEAR, BY_EXPLOITATION, BY_COURT_LEVEL),
        evidences=("CETS 15(2)", "THB 12(2)", "AP III.4.5"),
        note="Read it beside TM-I01a. Partly also means: for part of the session.",
    ),
    Share(
        id="TM-I02",
        title="Represented hearings with effective counsel",
        unit=Hearing,
        rating=Hearing.counsel_effective,
        having=Hearing.counsel_effective.is_("yes"),
        tables=(BY_YEAR, (COUNTRY, FUNDING)),
        evidences=("CETS 15(2)",),
    ),
    Share(
        id="TM-I03",
        title="Hearings where rights were explained intelligibly",
        unit=Hearing,
        rating=Hearing.victim_rights_explained,
        having=Hearing.victim_rights_explained.is_("yes"),
        tables=(BY_YEAR, BY_AGE_GROUP),
        evidences=("PAL 6(2)(a)", "CETS 15(1)", "VRD 4"),
        note="Often it cannot be observed: read the number of not observed beside it.",
    ),
    Share(
        id="TM-I04",
        title="Interpretation provided where needed",
        unit=Hearing,
        rating=Hearing.interpretation_provided,
        having=Hearing.interpretation_provided.is_("yes"),
        tables=(BY_YEAR,),
        evidences=("CETS 12(1)", "VRD 7"),
    ),
)

PROTECTION = (
    Share(
        id="TM-I05",
        title="Hearings without contact between victim and accused",
        unit=Hearing,
        rating=Hearing.contact_avoided,
        having=Hearing.contact_avoided.is_("yes"),
        tables=(BY_YEAR, (COUNTRY, VENUE), BY_AGE_GROUP),
        evidences=("THB 12(4)", "VRD 19", "CETS 30"),
    ),
    Share(
        id="TM-I06",
        title="Protective measures granted of those requested",
        unit=MEASURE,
        having=MEASURE.also_in(Hearing.protection_granted),
        tables=(BY_YEAR, (COUNTRY, KIND_OF_MEASURE)),
        evidences=("CETS 28", "CETS 30", "UNTOC 24"),
        note="Counts measures, not hearings. Measures of the court's own motion are not part of it.",
    ),
    Share(
        id="TM-I07",
        title="Hearings at which victims' identity was protected",
        unit=Hearing,
        rating=Hearing.identity_protected,
        having=Hearing.identity_protected.is_("yes"),
        tables=(BY_YEAR,),
        evidences=("PAL 6(1)", "CETS 11", "CETS 30"),
    ),
    Share(
        id="TM-I08a",
        title="Hearings with intimidation seen",
        unit=Hearing,
        among=Hearing.in_session & ~Hearing.intimidation_observed.includes("not_observable"),
        having=Hearing.intimidation_seen,
        tables=(BY_YEAR,),
        evidences=("CETS 28", "AP III.4.1"),
        note="Hearings at which it could not be observed are left out.",
    ),
    Share(
        id="TM-I08b",
        title="Hearings with intimidation seen at which the court acted on it",
        unit=Hearing,
        rating=Hearing.intimidation_court_response,
        # The hearings of TM-I08a, so that b is a share of what a counts.
        among=Hearing.intimidation_seen & ~Hearing.intimidation_observed.includes("not_observable"),
        having=Hearing.intimidation_court_response.is_("yes"),
        tables=(BY_YEAR,),
        evidences=("CETS 28", "AP III.4.1"),
    ),
    Share(
        id="TM-I09",
        title="Victim testimonies free of intrusive questioning",
        unit=VictimAtHearing,
        rating=VictimAtHearing.private_life_protected,
        having=VictimAtHearing.private_life_protected.is_("yes"),
        tables=(BY_YEAR, BY_SEX, BY_AGE_GROUP, BY_EXPLOITATION),
        evidences=("THB 12(4)", "VRD 23"),
        note="Counts testimonies: one victim may testify at several hearings.",
    ),
    Share(
        id="TM-I10",
        title="Child victims heard with child measures and a guardian",
        unit=VictimAtHearing,
        rating=VictimAtHearing.child_measures_used,
        among=VictimAtHearing.is_child & VictimAtHearing.child_guardian_present.rated(),
        having=VictimAtHearing.child_measures_used.is_("yes") & VictimAtHearing.child_guardian_present.is_("yes"),
        tables=(BY_YEAR,),
        evidences=("THB 15", "VRD 24", "CETS 30"),
        note="Small numbers: most of its figures will be hidden.",
    ),
)

COURSE_OF_THE_CASE = (
    Share(
        id="TM-I11",
        title="Cases in which a victim was prosecuted or fined",
        unit=Case,
        among=Case.victim_prosecuted.is_("yes", "no"),
        having=Case.victim_prosecuted.is_("yes"),
        tables=((COUNTRY, FIRST_YEAR), BY_EXPLOITATION),
        evidences=("CETS 26", "AP III.1.8"),
        note="Counts cases, by the year of their first observed hearing. Cases where it is unknown are in TM-I11b.",
    ),
    Tally(
        id="TM-I11b",
        title="Cases in which it is unknown whether a victim was prosecuted or fined",
        unit=Case,
        among=Case.victim_prosecuted.is_("unknown"),
        tables=((COUNTRY, FIRST_YEAR), BY_EXPLOITATION),
        evidences=("CETS 26", "AP III.1.8"),
    ),
    Share(
        id="TM-I12",
        title="Hearings postponed without examination",
        unit=Hearing,
        among=Hearing.hearing_held.answered(),
        having=Hearing.hearing_held.is_("postponed_without_examination"),
        tables=(BY_YEAR, BY_COURT_LEVEL),
        evidences=("ECHR 6(1)", "ICCPR 14(3)"),
    ),
    Tally(
        id="TM-I12b",
        title="Hearings postponed without examination, by cause",
        unit=Hearing,
        among=Hearing.hearing_held.is_("postponed_without_examination"),
        tables=((COUNTRY, CAUSE), (YEAR, CAUSE)),
        evidences=("ECHR 6(1)", "ICCPR 14(3)"),
        note="A hearing may be postponed for several causes, so the causes add up to more than the hearings.",
    ),
    Median(
        id="TM-I13",
        title="Months from indictment to first-instance judgment",
        unit=Hearing,
        of=Months(Case.indictment_filed_on, Hearing.hearing_date),
        measure="months",
        among=Hearing.first_instance & Hearing.outcome.answered(),
        tables=(BY_YEAR,),
        evidences=("ECHR 6(1)",),
        note="By the year of pronouncement. Cases whose filing is known to the year only are left out.",
    ),
)

JUDGMENT = (
    Share(
        id="TM-I14a",
        title="First-instance judgments with a conviction for trafficking",
        unit=Hearing,
        among=Hearing.first_instance & Hearing.outcome.answered(),
        having=Hearing.trafficking_conviction,
        tables=(BY_YEAR, BY_OFFENCES),
        evidences=("CETS 18", "CETS 23", "ECHR 4"),
    ),
    Share(
        id="TM-I14b",
        title="Judgments with convictions in which every prison term was suspended",
        unit=Hearing,
        among=Hearing.with_convictions,
        having=Hearing.sentence_suspended.is_("all"),
        tables=(BY_YEAR, BY_OFFENCES),
        evidences=("CETS 18", "CETS 23", "ECHR 4"),
    ),
    Share(
        id="TM-I15a",
        title="Judgments with convictions that award compensation",
        unit=Hearing,
        among=Hearing.with_convictions,
        having=Hearing.compensation_awarded,
        tables=(BY_YEAR, BY_EXPLOITATION),
        evidences=("CETS 15(3)", "VRD 16", "THB 17"),
    ),
    Share(
        id="TM-I15b",
        title="Judgments with convictions that refer victims to a civil court",
        unit=Hearing,
        among=Hearing.with_convictions,
        having=Hearing.compensation_decision.is_("referred_to_civil_court"),
        tables=(BY_YEAR, BY_EXPLOITATION),
        evidences=("CETS 15(3)", "VRD 16", "THB 17"),
    ),
)

INDICATORS = ASSISTANCE + PROTECTION + COURSE_OF_THE_CASE + JUDGMENT
