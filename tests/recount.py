"""Counts figures again by what a release file says of them, and by nothing else: JSON conditions, codes, dimensions.

It shares no code with what counts for the program. Only the kinds of conditions that the tests meet are known.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """One submission, or one row of one: its form, its answers, what it belongs to, and the submissions below it."""

    form: str
    answers: Answers
    above: Seen | None = None
    below: tuple[Answers, ...] = ()

    def answer(self, question: str) -> Any:
        """The answer to a question of its form, or of the nearest one above that has the question."""
        if question in self.answers:
            return self.answers[question]
        return self.above.answer(question) if self.above is not None else None


def holds(condition: Mapping[str, Any] | None, seen: Seen) -> bool | None:
    """Whether a condition is true, false, or unknown (None)."""
    if condition is None:
        return True
    if "all" in condition or "any" in condition:
        name = "all" if "all" in condition else "any"
        found = [holds(part, seen) for part in condition[name]]
        decides = name == "any"
        return decides if decides in found else None if None in found else not decides
    if "not" in condition:
        found_one = holds(condition["not"], seen)
        return None if found_one is None else not found_one
    if "answered" in condition:
        return seen.answer(condition["answered"]) is not None
    if "op" in condition:
        return _compared(seen.answer(condition["left"]), condition["op"], condition["right"])
    return _chosen(condition, seen.answer(condition["question"]))


def _compared(left: Any, op: str, right: str) -> bool | None:
    if left is None:
        return None
    number = float(right)
    return bool({"<": left < number, "<=": left <= number, ">": left > number, ">=": left >= number,
                 "=": left == number}[op])  # fmt: skip


def _chosen(condition: Mapping[str, Any], answer: Any) -> bool | None:
    if answer is None:
        return None
    if "in" in condition:
        return answer in condition["in"]
    if "not_in" in condition:
        return answer not in condition["not_in"]
    if "includes" in condition:
        return any(code in condition["includes"] for code in answer)
    return any(code not in condition["includes_other_than"] for code in answer)


def recounted(
    file: sqlite3.Connection, seen: Sequence[Seen]
) -> Iterator[tuple[str, tuple[str, ...], dict[str, int | float]]]:
    """Every row of every table of figures: its table, its codes, and its figures before any protection."""
    file.row_factory = sqlite3.Row
    for table in file.execute("SELECT * FROM table_index ORDER BY name").fetchall():
        about = file.execute(
            "SELECT * FROM indicator WHERE instrument = ? AND id = ? AND language = 'en'",
            (table["instrument"], table["indicator"]),
        ).fetchone()
        dimensions = list(zip(json.loads(table["dimensions"]), json.loads(table["dimension_questions"]), strict=True))
        units = [one for one in seen if about["unit_code"] == f"{table['instrument']}.{one.form}"]
        placed = [(one, [_codes(file, table["name"], *dimension, one) for dimension in dimensions]) for one in units]
        listed = [_listed(file, table["name"], name) for name, _ in dimensions]
        for keys in product(*listed):
            here = [one for one, places in placed if all(key in at for key, at in zip(keys, places, strict=True))]
            yield table["name"], keys, _figures(about, here)


def _listed(file: sqlite3.Connection, table: str, dimension: str) -> list[str]:
    query = "SELECT code FROM dimension_code WHERE table_name = ? AND dimension = ?"
    return [code for (code,) in file.execute(query, (table, dimension))]


def _codes(file: sqlite3.Connection, table: str, dimension: str, asked: str, seen: Seen) -> set[str]:
    """The codes under which a unit stands in a table, all and its groups included."""
    place, _, part = asked.rstrip(")").partition(" (")
    form, question = place.split(".")
    if part == "first year":
        found = [min((one[question] for one in seen.below), default=None)]
    else:
        found = _answers(form, question, seen)
    says = file.execute(
        "SELECT says FROM meaning WHERE table_name = ? AND column_name = ? AND language = 'en'", (table, dimension)
    ).fetchone()[0]
    groups = {
        code: group for group, codes in re.findall(r"(\w+) \(([\w, ]+)\)[;.]", says) for code in codes.split(", ")
    }
    codes = {"_U" if one is None else str(one)[:4] if part in ("year", "first year") else groups.get(one, one)
             for one in found}  # fmt: skip
    query = "SELECT code, parent FROM dimension_code WHERE table_name = ? AND dimension = ? AND parent IS NOT NULL"
    parents = dict(file.execute(query, (table, dimension)).fetchall())
    return {"_T", *codes, *(parents[code] for code in codes if code in parents)}


def _answers(form: str, question: str, seen: Seen) -> list[Any]:
    level: Seen | None = seen
    while level is not None and level.form != form:
        level = level.above
    if level is None:  # it is asked in the rows of the unit
        rows = [row for rows in seen.answers.values() if isinstance(rows, list) for row in rows if question in row]
        return [row[question] for row in rows] or [None]
    answer = level.answers[question]
    return answer if isinstance(answer, list) and answer else [None if answer == [] else answer]


def _figures(about: sqlite3.Row, units: Sequence[Seen]) -> dict[str, int | float]:
    counted = [one for one in units if holds(_condition(about["n_condition"]), one)]
    met = [one for one in counted if holds(_condition(about["count_condition"]), one)]
    among = [one for one in units if holds(_condition(about["among_condition"]), one)]
    figures: dict[str, int | float] = {"n": len(counted), "count": len(met)}
    if about["rating"] is not None:
        for code in ("not_observed", "not_applicable"):
            figures[code] = sum(one.answer(about["rating"]) == code for one in among)
    return figures


def _condition(text: str | None) -> Any:
    return None if text is None else json.loads(text)
