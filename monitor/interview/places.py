"""Places in a form that is being filled in, such as ``victims[2].victim_sex``: found, and renamed when a row goes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from monitor.conditions import Value
from monitor.errors import Fault, Problem
from monitor.interview.reading import NotTaken
from monitor.interview.walking import Step
from monitor.questions import Rows

T = TypeVar("T")


def spot(values: dict[str, Value], where: str) -> tuple[dict[str, Value], str]:
    """The answers among which a place is, and its name there."""
    *above, name = where.split(".")
    for part in above:
        rows, _, number = part[:-1].partition("[")
        values = values[rows][int(number) - 1]
    return values, name


def row_of(where: str) -> tuple[str, int] | None:
    """The block of rows in which a place stands, and the number of its row from 1; None outside of rows."""
    found = re.fullmatch(r"(.+)\[([0-9]+)\]\.\w+", where)
    return (found[1], int(found[2])) if found else None


def around_row(asked: Sequence[Step], here: Step) -> tuple[str, Rows, int]:
    """The block of rows at a question or around it, or the only one of the form; and which row, 0 for none.

    Raises :class:`NotTaken` where there is none, or it is not clear which.
    """
    row = row_of(here.where)
    wanted = row[0] if row is not None else here.where
    blocks = [(step.where, step.question) for step in asked if isinstance(step.question, Rows)]
    found = [block for block in blocks if block[0] == wanted] or blocks
    if len(found) != 1:
        raise NotTaken(Problem.of(here.where, Fault("ANSWER-28")))
    return *found[0], row[1] if row is not None else 0


def rename_rows(places: Mapping[str, T], where: str, gone: int) -> dict[str, T]:
    """What is kept by place, under the name that each place has when a row has gone; what is inside it is left out."""
    renamed: dict[str, T] = {}
    for place, kept in places.items():
        row = row_of(place)
        if row is None or row[0] != where or row[1] < gone:
            renamed[place] = kept
        elif row[1] > gone:
            renamed[f"{where}[{row[1] - 1}].{place.rpartition('.')[2]}"] = kept
    return renamed
