"""The rules AC01 to AC10 of the codebook (it has no AC04): what must hold within an entry, and between entries.

A rule that a question keeps by its type or its condition stands here all the same, with ``kept_by``, so that every
refusal names its rule. A letter behind the number: the second half of a rule, or the same for an area. A blank answer
breaks no rule.
"""

from __future__ import annotations

from monitor import TODAY, AnyOther, Elsewhere, Months, Rule

from .actor import Actor
from .area import Area
from .rows import Referral

RULES = (
    Rule(
        "AC01",
        Actor,
        "There is already an entry for this actor in this country and year: correct that one.",
        at=(Actor.actor_ref,),
        flag_if=AnyOther(same=(Actor.actor_ref, Actor.country, Actor.reference_year)),
    ),
    Rule(
        "AC01b",
        Area,
        "This area is already in the list of this year.",
        at=(Area.area_ref,),
        flag_if=AnyOther(same=(Area.area_ref, Area.area_year)),
    ),
    Rule(
        "AC02",
        Actor,
        "A check cannot lie in the future.",
        at=(Actor.last_verified_on,),
        kept_by="range",
    ),
    Rule(
        "AC03",
        Actor,
        "The entry was last checked more than 18 months ago.",
        at=(Actor.last_verified_on,),
        severity="warning",
        flag_if=Months(Actor.last_verified_on, TODAY) > 18,
    ),
    Rule(
        "AC05",
        Actor,
        "An actor does not refer people to itself.",
        at=(Actor.refers_to,),
        flag_if=Actor.refers_to.any(Referral.actor.equals(Actor.actor_ref)),
    ),
    Rule(
        "AC05b",
        Actor,
        "It refers people to an actor that is not in the inventory. Enter that actor first, in any year.",
        at=(Actor.refers_to,),
        # To itself is AC05, and the entry at hand is not in the inventory yet.
        flag_if=Actor.refers_to.any(
            ~Elsewhere(Actor, ((Actor.actor_ref, Referral.actor),)) & ~Referral.actor.equals(Actor.actor_ref)
        ),
    ),
    Rule(
        "AC06",
        Actor,
        "None, together with another answer, is a contradiction.",
        at=(Actor.access_conditions, Actor.needs_stated),
        kept_by="alone",
    ),
    Rule(
        "AC07",
        Actor,
        "Who did not agree to be listed in public has no public contact.",
        at=(Actor.public_contact,),
        kept_by="not_asked",
    ),
    Rule(
        "AC08",
        Actor,
        "No address is ever asked: a shelter's address leads to its door.",
        refuses=("address", "street", "house_number", "postcode", "coordinates", "latitude", "longitude"),
        kept_by="no_question",
    ),
    Rule(
        "AC09",
        Actor,
        "The year lies before 1998 or in the future.",
        at=(Actor.reference_year,),
        must_hold=(Actor.reference_year >= 1998) & (TODAY >= Actor.reference_year),  # noqa: SIM300  # reason: a date knows how to meet a year
    ),
    Rule(
        "AC10",
        Actor,
        "It has beds, but assisted nobody in the year.",
        at=(Actor.persons_assisted,),
        severity="warning",
        flag_if=(Actor.places > 0) & Actor.persons_assisted.equals(0),
    ),
)
