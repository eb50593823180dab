"""The rules CD01 to CD04: what must hold between the answers about one person."""

from __future__ import annotations

from monitor import TODAY, Rule

from .victim import Victim

RULES = (
    Rule(
        "CD01",
        Victim,
        "The year lies in the future.",
        at=(Victim.year_of_registration,),
        must_hold=TODAY >= Victim.year_of_registration,  # noqa: SIM300  # reason: a date knows how to meet a year
    ),
    Rule(
        "CD02",
        Victim,
        "Forced labour is among the ways of exploitation, but the question about forced labour is answered no.",
        at=(Victim.forced_labour,),
        flag_if=Victim.exploitation_types.includes("forced_labour") & Victim.forced_labour.is_("no"),
    ),
    Rule(
        "CD03",
        Victim,
        "Sexual exploitation is among the ways of exploitation, but the question about it is answered no.",
        at=(Victim.sexual_exploitation,),
        flag_if=Victim.exploitation_types.includes("sexual_exploitation") & Victim.sexual_exploitation.is_("no"),
    ),
    Rule(
        "CD04",
        Victim,
        "Forced labour, sexual and other exploitation are all answered no: was this person exploited?",
        at=(Victim.other_exploitation,),
        severity="warning",
        flag_if=Victim.forced_labour.is_("no")
        & Victim.sexual_exploitation.is_("no")
        & Victim.other_exploitation.is_("no")
        & ~Victim.exploitation_types.answered(),
    ),
)
