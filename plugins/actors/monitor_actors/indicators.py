"""The indicators AC-I01 to AC-I10 of the codebook: who there is, for whom, on what conditions, and what is missing.

Every figure counts entries: one actor in one country and one year. A figure over several years counts an actor once
for each of them.
"""

from __future__ import annotations

from monitor import Share, Tally, by, each

from .actor import Actor

COUNTRY = by(Actor.country)
YEAR = by(Actor.reference_year)
ACTOR_TYPE = by(Actor.actor_type)
LEVEL = by(Actor.level)
ROLE = by(Actor.roles)

# A counted question, code by code: why it may stand beside dimensions is in the README.
NEED = each(Actor.needs_stated)

BY_YEAR = (COUNTRY, YEAR)
BY_ROLE = (COUNTRY, ROLE)
BY_ACTOR_TYPE = (COUNTRY, ACTOR_TYPE)

INVENTORY = (
    Tally(
        id="AC-I01",
        title="Actors by role and level",
        unit=Actor,
        tables=(BY_YEAR, BY_ROLE, (YEAR, ROLE), (ACTOR_TYPE, ROLE), (LEVEL, ROLE)),
        evidences=("NRM1",),
        note="An actor may have several roles, so the roles add up to more than the actors.",
    ),
    # WAITS: Area, the programme's list of areas as a form of its own (see the README), and Elsewhere. One figure for
    # each role, because an area may lack one and have the other.
    # *(
    #     Share(
    #         id=f"AC-I02{letter}",
    #         title=f"Regions with no {what} actor",
    #         unit=Area,
    #         having=~Elsewhere(
    #             Actor,
    #             ((CoveredArea.area, Area.area_ref), (Actor.reference_year, Area.area_year)),
    #             where=Actor.roles.includes(role),
    #         ),
    #         tables=((by(Area.area_country), by(Area.area_year)),),
    #         evidences=("CETS 12(1)", "NRM1"),
    #         note="Regions of the programme's list. An actor that named no region covers none here.",
    #     )
    #     for letter, role, what in (
    #         ("a", "shelter", "shelter"),
    #         ("b", "legal_aid", "legal aid"),
    #         ("c", "identification", "identification"),
    #     )
    # ),
    # WAITS: AS_OF, the day of the newest submission in the store: a clock that gives the same figure for the same log.
    # Share(
    #     id="AC-I10",
    #     title="Entries verified in the last 12 months",
    #     unit=Actor,
    #     having=Months(Actor.last_verified_on, AS_OF) <= 12,
    #     tables=(BY_ACTOR_TYPE,),
    #     evidences=("AP VI.9",),
    #     note="Calendar months before the newest submission of the release. Entries of earlier years count, too.",
    # ),
)

SERVICES = (
    Share(
        id="AC-I03",
        title="Service actors with unconditional access",
        unit=Actor,
        among=Actor.access_conditions.answered(),
        having=Actor.access_conditions.includes("none"),
        tables=(BY_YEAR, BY_ROLE, (YEAR, ROLE)),
        evidences=("CETS 12(6)", "RPG P8"),
        note="Actors whose conditions are unknown are part of the denominator: their access is not known to be free.",
    ),
    Share(
        id="AC-I04a",
        title="Service actors open to men",
        unit=Actor,
        among=Actor.helps_victims,
        having=Actor.target_groups.includes("men", "all"),
        tables=(BY_YEAR,),
        evidences=("CETS 3",),
    ),
    Share(
        id="AC-I04b",
        title="Service actors open to children",
        unit=Actor,
        among=Actor.helps_victims,
        having=Actor.target_groups.includes("girls", "boys", "all"),
        tables=(BY_YEAR,),
        evidences=("CETS 3",),
        note="To girls, to boys, or to all. Families alone do not count.",
    ),
    Share(
        id="AC-I04c",
        title="Service actors open to persons exploited for labour",
        unit=Actor,
        among=Actor.helps_victims,
        having=Actor.target_groups.includes("labour_exploited", "all"),
        tables=(BY_YEAR,),
        evidences=("CETS 3",),
    ),
    # WAITS: Sum of a number, and Quotient of two published figures, of which the second belongs to another instrument.
    # Sum(
    #     id="AC-I05a",
    #     title="Shelter places",
    #     unit=Actor,
    #     of=Actor.places,
    #     measure="places",
    #     tables=(BY_YEAR,),
    #     evidences=("CETS 12(1)",),
    #     note="Shelters whose number of places is blank are left out.",
    # ),
    # Quotient(
    #     id="AC-I05",
    #     title="Shelter places per identified victim",
    #     of="AC-I05a",
    #     over="nrm_assessment/...",  # the sum of n_identified by country and year
    #     tables=(BY_YEAR,),
    #     evidences=("CETS 12(1)",),
    # ),
    Share(
        id="AC-I07",
        title="Service actors with under six months' assured money",
        unit=Actor,
        among=Actor.helps_victims & Actor.funding_assured_months.answered(),
        having=Actor.funding_assured_months < 6,
        tables=(BY_YEAR,),
        evidences=("NRM2",),
    ),
)

COOPERATION = (
    Share(
        id="AC-I06",
        title="Actors inside the NRM by formal signature",
        unit=Actor,
        among=Actor.nrm_role.is_not("unknown"),
        having=Actor.nrm_role.is_("signatory", "coordinator"),
        tables=(BY_YEAR, BY_ACTOR_TYPE, (YEAR, ACTOR_TYPE)),
        evidences=("AP V", "NRM1"),
        note="A co-ordinator counts as inside by signature.",
    ),
    Tally(
        id="AC-I08",
        title="Needs most often stated",
        unit=Actor,
        among=Actor.needs_stated.answered(),
        tables=((COUNTRY, NEED), (YEAR, NEED), (ACTOR_TYPE, NEED)),
        evidences=("AP V.14.2",),
        note="An actor may state several needs. All of them together is the number of actors asked, the denominator.",
    ),
    # WAITS: Elsewhere over rows. A pair counts once: of the two links of a returned pair the one from the lower key.
    # RETURNED = Elsewhere(
    #     Actor,
    #     (
    #         (Actor.actor_ref, Referral.actor),
    #         (Referral.actor, Actor.actor_ref),
    #         (Actor.reference_year, Actor.reference_year),
    #     ),
    # )
    # Share(
    #     id="AC-I09",
    #     title="Referral links returned",
    #     unit=Referral,
    #     among=~(RETURNED & (Actor.actor_ref > Referral.actor)),
    #     having=RETURNED,
    #     tables=(BY_YEAR,),
    #     evidences=("NRM1",),
    #     note="Pairs of actors, not links; both entries of the same year. Publish only the share.",
    # ),
)

INDICATORS = INVENTORY + SERVICES + COOPERATION
