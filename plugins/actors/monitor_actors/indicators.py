"""The indicators AC-I01 to AC-I10, but for AC-I05: who there is, for whom, on what conditions, and what is missing.

Most figures count entries: one actor in one country and one year. A figure over several years counts an actor once
for each of them; what protects actors counts each of them once (``Meta.person``).
"""

from __future__ import annotations

from monitor import AS_OF, Elsewhere, Months, Share, Tally, by, each

from .actor import Actor
from .area import Area
from .rows import CoveredArea, Referral

COUNTRY = by(Actor.country)
YEAR = by(Actor.reference_year)
ACTOR_TYPE = by(Actor.actor_type)
LEVEL = by(Actor.level)
ROLE = by(Actor.roles)

RETURNED = Elsewhere(
    Actor,
    (
        (Actor.actor_ref, Referral.actor),
        (Referral.actor, Actor.actor_ref),
        (Actor.reference_year, Actor.reference_year),
    ),
)
"""The other actor's entry of the same year names this one, too."""

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
    *(
        Share(
            id=f"AC-I02{letter}",
            title=f"Regions with no {what} actor",
            unit=Area,
            having=~Elsewhere(
                Actor,
                ((CoveredArea.area, Area.area_ref), (Actor.reference_year, Area.area_year)),
                where=Actor.roles.includes(role),
            ),
            tables=((by(Area.area_country), by(Area.area_year)),),
            evidences=("CETS 12(1)", "NRM1"),
            note="Regions of the programme's list. An actor that named no region covers none here.",
        )
        for letter, role, what in (
            ("a", "shelter", "shelter"),
            ("b", "legal_aid", "legal aid"),
            ("c", "identification", "identification"),
        )
    ),
    Share(
        id="AC-I10",
        title="Entries verified in the last 12 months",
        unit=Actor,
        having=Months(Actor.last_verified_on, AS_OF) <= 12,
        tables=(BY_ACTOR_TYPE,),
        evidences=("AP VI.9",),
        note="Calendar months before the newest submission in the store. Entries of earlier years count, too.",
    ),
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
    Share(
        id="AC-I09",
        title="Referral links returned",
        unit=Referral,
        # A pair counts once: of the two links of a returned pair, the one from the lower key.
        among=~(RETURNED & (Actor.actor_ref > Referral.actor)),
        having=RETURNED,
        tables=(BY_YEAR,),
        evidences=("NRM1",),
        note="Pairs of actors with a link, not links. Returned: both entries of one year name the other.",
    ),
)

INDICATORS = INVENTORY + SERVICES + COOPERATION
