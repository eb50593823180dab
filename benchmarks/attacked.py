"""Large tables to protect and attack: 200,000 random persons, or real ones, counted without a store."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from monitor import Choice, Codes, Form, Instrument, Rating, Share, Tally, by, review
from monitor.findings import ALL, Behind, Counts, Finding, FindingTable
from monitor.findings.tables import grid
from monitor.indicators import Dimension, Indicator
from monitor.intake import import_file
from monitor.store import Store

FEW = 10
"""Of fewer persons than that a figure says who they are."""

COUNTRIES = tuple(f"c{number:02}" for number in range(1, 58))
YEARS = tuple(str(year) for year in range(2010, 2022))
FORMS_OF = tuple(f"form_{letter}" for letter in "abcdef")
AGES = ("child", "young", "adult", "unknown")
RATINGS = ("yes", "partly", "no", "not_observed", "not_applicable")


def _codes(codes: Sequence[str]) -> Codes:
    return Codes(*((code, code) for code in codes))


class Person(Form):
    """One invented person."""

    class Meta:
        person = "submission"

    country = Choice("Where?", _codes(COUNTRIES), publish="dimension")
    year = Choice("When?", _codes(YEARS), publish="dimension")
    kind = Choice("What was done?", _codes(FORMS_OF), publish="dimension")
    age = Choice("How old?", _codes(AGES), publish="dimension")
    status = Choice("How was it found?", _codes(FORMS_OF), publish="dimension")
    helped = Rating("Was there help?", partly="some", publish="counted")
    informed = Rating("Was everything explained?", partly="some", publish="counted")
    heard = Rating("Was the person heard?", partly="some", publish="counted")


COUNTRY, YEAR, KIND, AGE, STATUS = map(by, (Person.country, Person.year, Person.kind, Person.age, Person.status))
_PAIRS = tuple(combinations((COUNTRY, YEAR, KIND, AGE, STATUS), 2))
_BY_COUNTRY = tuple(pair for pair in _PAIRS if COUNTRY in pair)


def _rated(number: int, question: Rating, *answers: str, tables: Any = ((COUNTRY, YEAR),)) -> Share:
    return Share(
        id=f"RP-{number:02}", title="", unit=Person, rating=question, having=question.is_(*answers), tables=tables
    )


INDICATORS: tuple[Indicator, ...] = (
    Tally(id="RP-01", title="", unit=Person, tables=_PAIRS),
    _rated(2, Person.helped, "yes", tables=((COUNTRY, YEAR), (COUNTRY, AGE))),
    _rated(3, Person.helped, "yes", "partly"),
    _rated(4, Person.informed, "yes", tables=((COUNTRY, YEAR), (YEAR, KIND))),
    _rated(5, Person.informed, "yes", "partly", tables=((KIND, AGE),)),
    _rated(6, Person.heard, "yes", tables=((COUNTRY, KIND),)),
    Tally(id="RP-07", title="", unit=Person, among=Person.age.is_("child"), tables=((COUNTRY, YEAR), (YEAR, KIND))),
    Share(id="RP-08", title="", unit=Person, having=Person.age.is_("child"), tables=((COUNTRY, KIND),)),
    Share(id="RP-09", title="", unit=Person, among=Person.age.is_("child", "young", "adult"),
          having=Person.age.is_("child"), tables=((COUNTRY, YEAR),)),
    Tally(id="RP-10", title="", unit=Person, among=Person.helped.is_("no"), tables=((COUNTRY, KIND), (YEAR, AGE))),
    Tally(id="RP-11", title="", unit=Person, among=Person.heard.is_("yes"), tables=((KIND, STATUS),)),
    Share(id="RP-12", title="", unit=Person, having=Person.status.is_("form_a", "form_b"), tables=((COUNTRY, AGE),)),
)  # fmt: skip

RANDOM = Instrument("people", "1.0", "Invented people", (Person,), (), INDICATORS, "Nothing in it is real.")


def random_people(often: int = 200_000, seed: int = 1) -> dict[str, np.ndarray]:
    """So many random persons, in skewed groups: an array of codes for each question."""
    draw = np.random.default_rng(seed)
    skew = lambda codes, power: np.array(codes)[draw.choice(len(codes), often, p=_weights(len(codes), power))]  # noqa: E731  # reason: one line, used below
    answers = {
        "country": skew(COUNTRIES, 1.3), "year": skew(YEARS, 0.4), "kind": skew(FORMS_OF, 1.2), "age": skew(AGES, 1.0),
        "status": skew(FORMS_OF, 0.8),
    }  # fmt: skip
    return answers | {name: skew(RATINGS, 0.9) for name in ("helped", "informed", "heard")}


def _weights(codes: int, power: float) -> np.ndarray:
    weights = 1 / np.arange(1, codes + 1) ** power
    return weights / weights.sum()


def count(instrument: Instrument, answers: Mapping[str, np.ndarray]) -> tuple[FindingTable, ...]:
    """The findings of an instrument whose one form is a person each, in memory: every person is a case, too."""
    return tuple(
        _table(instrument.code, indicator, dimensions, answers)
        for indicator in instrument.indicators
        for dimensions in indicator.tables
    )


def _table(
    code: str, indicator: Indicator, dimensions: tuple[Dimension, ...], answers: Mapping[str, np.ndarray]
) -> FindingTable:
    places = [np.where(answers[one.question.name] == "", "_U", answers[one.question.name]) for one in dimensions]
    values = tuple(
        tuple(sorted(set(every), key=lambda one: (one == "_U", one)))
        for every in (map(str, set(p.tolist())) for p in places)
    )
    at = [np.searchsorted(sorted(codes), place) for codes, place in zip(values, places, strict=True)]
    order = [{one: number for number, one in enumerate(sorted(codes))} for codes in values]
    parts = _parts(indicator, answers)
    shape = tuple(len(codes) for codes in values)
    grids = {name: _with_margins(at, shape, inside) for name, inside in parts.items()}
    who = {name: _who(at, np.flatnonzero(inside), grids[name], shape) for name, inside in parts.items()}
    findings = []
    for keys in grid(values):
        cell = tuple(shape[n] if key == ALL else order[n][key] for n, key in enumerate(keys))
        findings.append(
            Finding(keys, Counts(**{name: _behind(int(grids[name][cell]), who[name].get(cell)) for name in parts}))
        )
    return FindingTable(code, indicator, dimensions, values, tuple(findings))


@functools.cache
def _nobody() -> frozenset[int]:
    return frozenset()


_HAS_WHO = {one.name for one in fields(Behind)}


def _behind(often: int, who: frozenset[int] | None) -> Behind:
    more = {name: who or _nobody() for name in ("who", "where") if name in _HAS_WHO}
    return Behind(often, often, often, **more)


def _with_margins(at: Sequence[np.ndarray], shape: tuple[int, ...], inside: np.ndarray) -> np.ndarray:
    """How many stand in each cell; the last place of each axis is its margin."""
    found = np.zeros(tuple(size + 1 for size in shape), dtype=np.int64)
    np.add.at(found, tuple(place[inside] for place in at), 1)
    for axis in range(len(shape)):
        total = found.sum(axis=axis)
        found[tuple(slice(None) if n != axis else shape[axis] for n in range(len(shape)))] = total
    return found


def _who(
    at: Sequence[np.ndarray], inside: np.ndarray, grid: np.ndarray, shape: tuple[int, ...]
) -> Mapping[tuple[int, ...], frozenset[int]]:
    """Who stands in the cells that have few."""
    found: dict[tuple[int, ...], set[int]] = {}
    for margins in (some for size in range(len(shape) + 1) for some in combinations(range(len(shape)), size)):
        places = tuple(np.full(len(inside), shape[n]) if n in margins else at[n][inside] for n in range(len(shape)))
        few = grid[places] < FEW
        for person, cell in zip(inside[few], zip(*(place[few] for place in places), strict=True), strict=True):
            found.setdefault(tuple(map(int, cell)), set()).add(int(person))
    return {cell: frozenset(people) for cell, people in found.items()}


def _parts(indicator: Indicator, answers: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
    everybody = np.ones(len(next(iter(answers.values()))), bool)
    among = everybody if indicator.among is None else _holds(indicator.among.as_json(), answers) == 1
    nobody = ~everybody
    if not isinstance(indicator, Share):
        return {"n": among, "count": among, "rest": nobody, "not_observed": nobody, "not_applicable": nobody}
    known = indicator.known()
    n = among if known is None else among & (_holds(known.as_json(), answers) == 1)
    having = n & (_holds(indicator.having.as_json(), answers) == 1)
    rating = answers[indicator.rating.name] if isinstance(indicator.rating, Rating) else None
    beside = {
        name: nobody if rating is None else among & (rating == name) for name in ("not_observed", "not_applicable")
    }
    return {"n": n, "count": having, "rest": n & ~having, **beside}


def _holds(condition: Mapping[str, Any], answers: Mapping[str, np.ndarray]) -> np.ndarray:
    """1 where a condition holds, 0 where it does not, and a half where that is unknown."""
    if "all" in condition:
        return np.minimum.reduce([_holds(part, answers) for part in condition["all"]])
    if "any" in condition:
        return np.maximum.reduce([_holds(part, answers) for part in condition["any"]])
    if "not" in condition:
        return 1 - _holds(condition["not"], answers)
    if "answered" in condition:
        return (answers[condition["answered"]] != "").astype(float)
    answer, codes = answers[condition["question"]], condition.get("in", condition.get("not_in"))
    found = np.isin(answer, codes) if "in" in condition else ~np.isin(answer, codes)
    return np.where(answer == "", 0.5, found)


def fill(store: Store, instrument: Instrument, answers: Mapping[str, np.ndarray], folder: Path) -> None:
    """Import everybody into a store by the door for files, and approve them."""
    (form,) = instrument.forms
    path = folder / "people.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(answers)
        writer.writerows(zip(*(every.tolist() for every in answers.values()), strict=True))
    taken = import_file(store, {instrument.code: instrument}, instrument, form, path, actor="MON-01")
    assert not taken.refused, taken
    made = [id for (id,) in store.connection.execute("SELECT id FROM submission WHERE state = 'submitted'")]
    review.approve(store, made, actor="REV-01")


def real_people(path: Path, columns: Mapping[str, str], blank: Sequence[str] = ("", "-99")) -> dict[str, np.ndarray]:
    """The answers in a file: ``columns`` names the question of each column."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        question: np.array(["" if row[column] in blank else row[column] for row in rows])
        for column, question in columns.items()
    }
