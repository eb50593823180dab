"""An invented programme that rates States, not persons: statements in law and in practice."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from monitor import (
    Choices,
    Codes,
    Country,
    Date,
    EachLine,
    Form,
    Instrument,
    Rating,
    Ref,
    Share,
    Tally,
    Text,
    at_least,
    by,
    review,
    year,
)
from monitor.store import Store, create
from monitor.submissions import check

MARK = "zqxj"
"""Stands in every answer that must never be published, and in nothing else."""

SOURCES = Codes(law="Law", visit="Visit", court_data="Data from courts")
RATINGS = ("yes", "partly", "no", "not_observed", "not_applicable")


class Round(Form):
    """One round in one invented country."""

    class Meta:
        key = "round_ref"

    round_ref = Ref("Which round is it?", pattern=r"[A-Z]{2}-[0-9]{1,3}", example="AQ-1", publish="dimension")
    country = Country("Which country is rated?", state=True, publish="dimension")
    ended = Date("When did it end?", publish="dimension", dimension="year")
    team = Text("Who was in the team?", publish="sealed")


class Help(Form):
    """What help there is."""

    class Meta:
        parent = Round

    shelter_law = Rating("In law: is there a shelter for everybody?", publish="dimension")
    shelter_practice = Rating("In practice: is there a shelter for everybody?", publish="dimension")
    shelter_source = Choices("What does that rest on?", SOURCES, only_if=shelter_practice.rated(), publish="counted")
    permit_law = Rating("In law: may victims stay?", publish="dimension")
    permit_practice = Rating("In practice: may victims stay?", publish="dimension")
    permit_source = Choices("What does that rest on?", SOURCES, only_if=permit_practice.rated(), publish="counted")
    money_practice = Rating("Is there money for it?", publish="dimension")
    money_source = Choices("What does that rest on?", SOURCES, only_if=money_practice.rated(), publish="counted")
    remark = Text("What else?")


LINES = EachLine(
    "statement",
    {
        "shelter": {"law": Help.shelter_law, "practice": Help.shelter_practice, "source": Help.shelter_source},
        "permit": {"law": Help.permit_law, "practice": Help.permit_practice, "source": Help.permit_source},
        "money": {"practice": Help.money_practice, "source": Help.money_source},
    },
)
LAW, PRACTICE, SOURCE = LINES.column("law"), LINES.column("practice"), LINES.column("source")
ASSESSED = ~at_least(2, [rating.is_("not_observed") for rating in Help.ratings()])
COUNTRY, YEAR = by(Round.country), year(Round.ended)

INDICATORS = (
    Share(id="ST-01", title="Met in practice", unit=LINES, rating=PRACTICE, among=ASSESSED, having=PRACTICE.is_("yes"),
          tables=((COUNTRY, YEAR),), public=True),
    Share(id="ST-02", title="Gap", unit=LINES, rating=PRACTICE, among=LAW.is_("yes"),
          having=PRACTICE.is_("partly", "no"), tables=((COUNTRY,),), public=True),
    Tally(id="ST-03", title="Rounds with a shelter in law", unit=Help, among=Help.shelter_law.is_("yes"),
          tables=((YEAR,), (COUNTRY,)), public=True),
    Share(id="ST-04", title="Rests on data from courts", unit=LINES, rating=PRACTICE,
          having=SOURCE.includes("court_data"), tables=((COUNTRY,),)),
)  # fmt: skip

STATES = Instrument("states", "1.0", "Invented States", (Round, Help), (), INDICATORS, "Nothing in it is real.")
CATALOGUE = {"states": STATES}


def submissions(rounds: int, seed: int) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The same random rounds every time, each with the answers on its help."""
    chance = random.Random(seed)
    found = []
    for number in range(rounds):
        above = _round(chance, number)
        found.append((above, _help(chance, above["round_ref"])))
    return found


def make_store(path: Path, *, rounds: int = 9, seed: int = 1) -> Store:
    """A store with these submissions, all of them approved."""
    store = create(path, "An invented programme", "MON-01", invented=True, plain=True)
    made = []
    with store.writing("MON-01") as writing:
        around = store.surroundings(CATALOGUE)
        for above, below in submissions(rounds, seed):
            for form, answers in ((Round, above), (Help, below)):
                checked = check(STATES, form, answers, author="MON-01", around=around)
                made.append(writing.submit(checked, STATES, form))
    review.approve(store, made, actor="REV-01")
    return store


def _round(chance: random.Random, number: int) -> dict[str, Any]:
    country = chance.choice(["AQ", "AQ", "BV"])
    ended = f"{chance.choice([2022, 2023])}-06-30"
    return {"round_ref": f"{country}-{number}", "country": country, "ended": ended, "team": f"team {MARK}"}


def _help(chance: random.Random, parent: str) -> dict[str, Any]:
    answers: dict[str, Any] = {"_parent": parent, "remark": f"remark {MARK}"}
    for name in ("shelter_law", "permit_law"):
        answers[name] = chance.choice(RATINGS)
    for name in ("shelter", "permit", "money"):
        answers[f"{name}_practice"] = chance.choices(RATINGS, [4, 3, 3, 2, 1])[0]
        if answers[f"{name}_practice"] in RATINGS[:3]:
            answers[f"{name}_source"] = chance.sample(list(SOURCES), chance.randint(1, 2))
    return answers
