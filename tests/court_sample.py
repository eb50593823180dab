"""An invented programme for the tests of findings and releases: cases, hearings, witnesses, and secrets in each."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from monitor import (
    Choice,
    Choices,
    Codes,
    Date,
    Form,
    Instrument,
    Median,
    Narrative,
    Rating,
    Ref,
    Rows,
    Share,
    Tally,
    Text,
    Whole,
    by,
    each,
    review,
    year,
)
from monitor.store import Store, create
from monitor.submissions import check

MARK = "zqxj"
"""Stands in every answer that must never be published, and in nothing else."""

REGIONS = Codes(north="North", east="East", south="South", west="West")
CHARGES = Codes(theft="Theft", fraud="Fraud", arson="Arson")
CAUSES = Codes(illness="Illness", traffic="Traffic", nobody_came="Nobody came")
AGES = Codes(infant="Infant", youth="Youth", adult="Adult")


class Case(Form):
    """One invented case."""

    class Meta:
        key = "case_ref"

    case_ref = Ref("Which case is it?", pattern=r"zqxj-[0-9]{1,5}", example="zqxj-1")
    docket = Text("What is its number at the court?", publish="sealed")
    judge = Text("Who is the judge?")
    region = Choice("Where is the court?", REGIONS, publish="dimension", tests=("ECHR 6(1)",))
    charges = Choices("What is it about?", CHARGES, publish="dimension")


class Witness(Form):
    """One invented witness at a hearing."""

    class Meta:
        person = "witness_ref"

    witness_ref = Ref("Which witness?", pattern=r"W[0-9]{1,2}zqxj", example="W1zqxj")
    real_name = Text("What is the name?", publish="sealed")
    age = Choice("How old?", AGES, publish="dimension", published_as={"child": ("infant", "youth")})
    heard = Rating("Was the witness heard out?", publish="counted")
    remark = Narrative("What did the witness say?")


class Hearing(Form):
    """One invented hearing."""

    class Meta:
        parent = Case

    day = Date("When was it?", dimension="year")
    lawyer = Rating("Was there a lawyer?", partly="for a part of it", publish="counted", tests=("ECHR 6(3)",))
    delay = Whole("How many minutes late did it start?", optional=True, publish="counted")
    causes = Choices("Why did it start late?", CAUSES, only_if=delay > 0, publish="counted")
    mood = Text("How was the mood?")
    story = Narrative("What happened?")
    witnesses = Rows(Witness, "Who was heard?", optional=True)


REGION, CHARGE, YEAR, AGE = by(Case.region), by(Case.charges), year(Hearing.day), by(Witness.age)

INDICATORS = (
    Share(
        id="CT-01",
        title="Hearings with a lawyer",
        unit=Hearing,
        rating=Hearing.lawyer,
        having=Hearing.lawyer.is_("yes"),
        tables=((REGION, YEAR), (REGION, CHARGE), (REGION, AGE)),
        evidences=("ECHR 6(3)",),
    ),
    Tally(id="CT-02", title="Late hearings, by cause", unit=Hearing, among=Hearing.delay > 0,
          tables=((REGION, each(Hearing.causes)),)),
    Median(id="CT-03", title="Minutes late", unit=Hearing, of=Hearing.delay, measure="minutes",
           tables=((REGION, YEAR),)),
    Share(id="CT-04", title="Witnesses heard out", unit=Witness, rating=Witness.heard, tables=((REGION, AGE), (AGE,)),
          having=Witness.heard.is_("yes", "partly")),
    Tally(id="CT-05", title="Cases", unit=Case, tables=((REGION, year(Hearing.day, first=True)),)),
)  # fmt: skip

COURT = Instrument("court", "1.0", "Invented courts", (Case, Hearing), (), INDICATORS, "Nothing in it is real.")
CATALOGUE = {"court": COURT}


def make_store(path: Path, *, cases: int = 150, seed: int = 1) -> Store:
    """A store with the same random submissions every time, nearly all of them approved."""
    chance = random.Random(seed)
    store = create(path, "An invented programme", "MON-01", invented=True, plain=True)
    made = []
    with store.writing("MON-01") as writing:
        around = store.surroundings(CATALOGUE)
        for number in range(cases):
            case = check(COURT, Case, _case(chance, number), author="MON-01", around=around)
            made.append(writing.submit(case, COURT, Case))
            for _ in range(chance.randint(1, 6)):
                hearing = check(COURT, Hearing, _hearing(chance, number), author="MON-01", around=around)
                made.append(writing.submit(hearing, COURT, Hearing))
    review.approve(store, [id for id in made if chance.random() < 0.95], actor="REV-01")
    return store


def _case(chance: random.Random, number: int) -> dict[str, Any]:
    return {
        "case_ref": f"{MARK}-{number}",
        "docket": f"docket {MARK}",
        "judge": f"judge {MARK}",
        "region": chance.choices(list(REGIONS), [8, 5, 3, 1])[0],
        "charges": chance.sample(list(CHARGES), chance.randint(1, 2)),
    }


def _hearing(chance: random.Random, number: int) -> dict[str, Any]:
    delay = chance.choice([0, 0, 5, 10, 30, 45, None])
    late = {"causes": chance.sample(list(CAUSES), chance.randint(1, 2))} if delay else {}
    return {
        "_parent": f"{MARK}-{number}",
        "_source": f"source {MARK}",
        "day": f"{chance.choice([2021, 2022, 2022, 2023])}-0{chance.randint(1, 9)}-11",
        "lawyer": chance.choices(["yes", "partly", "no", "not_observed", "not_applicable"], [6, 2, 4, 2, 1])[0],
        "delay": delay,
        **late,
        "mood": f"mood {MARK}",
        "story": f"story {MARK}",
        "witnesses": [_witness(chance, place) for place in range(1, chance.randint(1, 4))],
    }


def _witness(chance: random.Random, place: int) -> dict[str, Any]:
    return {
        "witness_ref": f"W{place}{MARK}",
        "real_name": f"name {MARK}",
        "age": chance.choices(list(AGES), [1, 2, 6])[0],
        "heard": chance.choice(["yes", "partly", "no", "no", "not_observed"]),
        "remark": f"remark {MARK}",
    }
