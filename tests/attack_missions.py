"""Small invented missions with heavy clustering: few cases have most hearings, and the same witnesses come again."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor import Instrument, Share, Tally, review
from monitor.forms import FormMeta
from monitor.store import Store, create
from monitor.submissions import check
from tests.court_sample import AGE, CHARGE, COURT, MARK, REGION, YEAR, Case, Hearing, Witness

LAWYER, LATE, MINUTES, HEARD, CASES = COURT.indicators

INDICATORS = (
    LAWYER,
    Share(id="CT-01b", title="Hearings with a lawyer, or for a part of it", unit=Hearing, rating=Hearing.lawyer,
          having=Hearing.lawyer.is_("yes", "partly"), tables=((REGION, YEAR), (REGION, CHARGE))),
    LATE,
    MINUTES,
    replace(HEARD, tables=((REGION, AGE), (REGION, YEAR))),
    Share(id="CT-04b", title="Children heard out", unit=Witness, rating=Witness.heard,
          among=Witness.age.is_("infant", "youth"), having=Witness.heard.is_("yes"), tables=((REGION, YEAR),)),
    Tally(id="CT-04c", title="Witnesses", unit=Witness, tables=((REGION, AGE), (AGE, YEAR))),
    CASES,
    Tally(id="CT-06", title="Hearings", unit=Hearing, tables=((REGION, YEAR), (YEAR, CHARGE))),
    Share(id="CT-06b", title="Late hearings", unit=Hearing, among=Hearing.delay.answered(), having=Hearing.delay > 0,
          tables=((REGION, YEAR),)),
)  # fmt: skip

CLUSTERED = Instrument("court", "1.0", "Invented courts", (Case, Hearing), (), INDICATORS, "Nothing in it is real.")
CATALOGUE = {"court": CLUSTERED}

FEW_TABLES = replace(CLUSTERED, indicators=(replace(LAWYER, tables=((REGION, YEAR),)), CASES))
"""The same mission with three tables, for what is dear."""

Drawn = tuple[FormMeta, dict[str, Any]]

_REGIONS, _CHARGES, _AGES = (
    ("north", "east", "south", "west"),
    ("theft", "fraud", "arson"),
    ("infant", "youth", "adult"),
)


def draw(seed: int, cases: int | None = None) -> list[Drawn]:
    """The submissions of a mission in the order in which they came: 30 to 300 cases, one with up to 40 hearings."""
    chance = random.Random(seed)
    cases = cases or chance.randint(30, 300)
    many = {chance.randrange(cases): chance.randint(15, 40) for _ in range(max(1, cases // 40))}
    return [one for number in range(cases) for one in _case(chance, number, many.get(number))]


def _case(chance: random.Random, number: int, hearings: int | None) -> Iterator[Drawn]:
    region = chance.choices(_REGIONS, [8, 5, 3, 1])[0]
    charges = chance.sample(_CHARGES, chance.randint(1, 2))
    yield Case, {"case_ref": f"{MARK}-{number}", "docket": "d", "judge": "j", "region": region, "charges": charges}
    witnesses = [
        (f"W{place}{MARK}", chance.choices(_AGES, [1, 2, 6])[0]) for place in range(1, chance.choice([2, 2, 3, 4, 9]))
    ]
    habit = chance.choices(["yes", "partly", "no", "not_observed"], [5, 2, 4, 1])[0]
    year = chance.choice([2021, 2022, 2022, 2023])
    for _ in range(hearings or chance.choice([1, 1, 1, 2, 3, 5])):
        year = min(2023, year + (chance.random() < 0.1))
        yield Hearing, _hearing(chance, number, year, habit, witnesses)


def _hearing(
    chance: random.Random, number: int, year: int, habit: str, witnesses: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    delay = chance.choice([0, 0, 5, 10, 30, 45, None])
    ratings = ["yes", "partly", "no", "not_observed", "not_applicable"]
    return {
        "_parent": f"{MARK}-{number}",
        "day": f"{year}-0{chance.randint(1, 9)}-{chance.randint(10, 28)}",
        "lawyer": habit if chance.random() < 0.7 else chance.choices(ratings, [6, 2, 4, 2, 1])[0],
        "delay": delay,
        **({"causes": chance.sample(["illness", "traffic", "nobody_came"], chance.randint(1, 2))} if delay else {}),
        "mood": "m",
        "story": "s",
        "witnesses": [
            {"witness_ref": name, "real_name": "n", "age": age, "remark": "r",
             "heard": chance.choice(["yes", "partly", "no", "no", "not_observed"])}
            for name, age in witnesses if chance.random() < 0.6
        ],
    }  # fmt: skip


def open_store(path: Path) -> Store:
    """An empty store for a mission."""
    return create(path, "An invented programme", "MON-01", invented=True, plain=True)


def add(store: Store, drawn: Sequence[Drawn], instrument: Instrument = CLUSTERED) -> None:
    """Submit and approve some submissions."""
    made = []
    with store.writing("MON-01") as writing:
        around = store.surroundings({instrument.code: instrument})
        for form, raw in drawn:
            checked = check(instrument, form, raw, author="MON-01", around=around)
            made.append(writing.submit(checked, instrument, form))
    review.approve(store, made, actor="REV-01")
