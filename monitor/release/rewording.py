"""Compares the codebooks of two releases: what is asked, counted and cited otherwise in the new one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """One thing that stands otherwise in the new release.

    ``thing`` is what it is (``question``, ``threshold``, ...), ``place`` where, ``what`` the column that changed, or
    ``""`` for a thing that is new (``old`` is None) or gone (``new`` is None) as a whole.
    """

    thing: str
    place: tuple[str, ...]
    what: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class _Compared:
    """A table of the codebook: what one line of it is called, the columns of its place, and those that are compared."""

    thing: str
    place: tuple[str, ...]
    values: tuple[str, ...] = ()
    language: bool = False


_CODEBOOK: Mapping[str, _Compared] = {
    "instrument": _Compared("instrument", ("code",), ("version", "title", "summary", "persons")),
    "question": _Compared(
        "question", ("instrument", "form", "name"),
        ("section", "wording", "type", "hint", "partly", "asked_if", "optional", "publish"), True,
    ),
    "code": _Compared("answer", ("instrument", "form", "question", "code"), ("label",), True),
    "indicator": _Compared(
        "indicator", ("instrument", "id"),
        ("title", "statistic", "unit", "numerator", "denominator", "measure", "note", "n_condition",
         "count_condition", "among_condition", "rating", "unit_code"), True,
    ),
    "provision": _Compared("provision", ("key",), ("source", "kind", "subject", "checked")),
    "question_provision": _Compared("provision of a question", ("instrument", "form", "question", "provision")),
    "indicator_provision": _Compared("provision of an indicator", ("instrument", "indicator", "provision")),
    "indicator_question": _Compared("question of an indicator", ("instrument", "indicator", "form", "question")),
    "caution": _Compared("caution", ("instrument", "indicator", "form", "question"), ("says",), True),
}  # fmt: skip
"""The tables that are compared, in the order in which their changes are told."""


def reworded(before: sqlite3.Connection, now: sqlite3.Connection) -> Iterator[Change]:
    """The changes of the codebook, in the languages that both releases have.

    Of a thing that is new or gone nothing below it is told: not the questions of a new instrument.
    """
    spoken = [json.loads(one.execute("SELECT languages FROM release").fetchone()[0]) for one in (before, now)]
    languages = [language for language in spoken[0] if language in spoken[1]]
    whole: set[tuple[str, ...]] = set()
    for table, compared in _CODEBOOK.items():
        for change in _changes(table, compared, before, now, languages):
            if any(change.place[:length] in whole for length in range(1, len(change.place) + 1)):
                continue
            yield change
            if not change.what and table in ("instrument", "question", "indicator"):
                whole.add(change.place)
    yield from _codes(before, now)


def _changes(
    table: str, compared: _Compared, before: sqlite3.Connection, now: sqlite3.Connection, languages: list[str]
) -> Iterator[Change]:
    old, new = _lines(table, compared, before), _lines(table, compared, now)
    for language in languages if compared.language else [""]:
        places = (place for place in dict.fromkeys((*new, *old)) if place[-1] == language)
        for place in places:
            shown = place[:-1] if language in ("", languages[0]) else (*place[:-1], language)
            if place not in old or place not in new:
                if language in ("", languages[0]):
                    yield Change(compared.thing, shown, "", *_presence(place in old))
                continue
            for column in compared.values:
                if (one := old[place][column]) != (other := new[place][column]):
                    yield Change(compared.thing, shown, column, _text(one), _text(other))


def _presence(there: bool) -> tuple[str | None, str | None]:
    return ("there", None) if there else (None, "there")


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _lines(table: str, compared: _Compared, connection: sqlite3.Connection) -> dict[tuple[str, ...], Any]:
    """The lines of a table by their place, to which the language is added; empty where the table has none."""
    listed = ", ".join((*compared.place, "language" if compared.language else "'' AS language", *compared.values))
    size = len(compared.place) + 1
    return {tuple(row)[:size]: row for row in connection.execute(f"SELECT {listed} FROM {table}")}


def _codes(before: sqlite3.Connection, now: sqlite3.Connection) -> Iterator[Change]:
    """Codes by which tables are broken down that are new or gone, such as a year: once, in however many tables.

    Only tables that both releases have are looked at.
    """
    query = "SELECT table_name, dimension, code FROM dimension_code"
    both = _names(before) & _names(now)
    old, new = ({tuple(row) for row in one.execute(query) if row[0] in both} for one in (before, now))
    for lines, presence in ((new - old, _presence(there=False)), (old - new, _presence(there=True))):
        for place in sorted({(dimension, code) for _, dimension, code in lines}):
            yield Change("code of a dimension", place, "", *presence)
    places = "SELECT DISTINCT dimension, code, coalesce(parent, '') FROM dimension_code"
    grouped = [{(row[0], row[1]): row[2] for row in one.execute(places)} for one in (before, now)]
    for place in sorted(grouped[0].keys() & grouped[1].keys()):
        if (one := grouped[0][place]) != (other := grouped[1][place]):
            yield Change("code of a dimension", place, "group", one or None, other or None)


def _names(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM table_index")}
