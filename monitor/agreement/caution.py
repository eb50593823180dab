"""Which questions monitors agree on too little, and so which indicators are to be read with caution."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from monitor.agreement.compare import FLOOR, compare
from monitor.agreement.observations import doubles
from monitor.indicators import EachCode, Indicator
from monitor.instrument import Instrument
from monitor.questions import Question
from monitor.store import sqlite

Place = tuple[str, str]
"""A question: the full code of its form, and its name."""


def doubtful(connection: sqlite.Connection, instruments: Sequence[Instrument], floor: float = FLOOR) -> set[Place]:
    """The questions on which agreement is below the floor, by enough pairs to say so. ``connection`` is a store's."""
    found = compare(doubles(connection, instruments).events, instruments)
    return {(one.form, one.question) for one in found.questions if one.verdict(floor) == "caution"}


def caution_of(indicator: Indicator, doubtful: Collection[Place]) -> tuple[Question, ...]:
    """The doubtful questions on which an indicator rests: what it counts, among what, and what breaks it down."""
    dimensions = (dimension.question for table in indicator.tables for dimension in table)
    each = (indicator.unit.of,) if isinstance(indicator.unit, EachCode) else ()
    found = {(one.form.full_code(), one.name): one for one in (*indicator.questions(), *each, *dimensions)}
    return tuple(one for place, one in found.items() if place in doubtful)
