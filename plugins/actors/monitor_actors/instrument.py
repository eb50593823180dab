"""The instrument as a whole: its forms, rules and indicators."""

from __future__ import annotations

from pathlib import Path

from monitor import Instrument

from .actor import Actor
from .area import Area
from .indicators import INDICATORS
from .rules import RULES

INSTRUMENT = Instrument(
    code="actors",
    version="1.0",
    title="Actors and responses inventory",
    summary=(
        "Who does what against trafficking, for whom, on what conditions, and what is missing. "
        "It describes organisations, never persons."
    ),
    forms=(Area, Actor),
    rules=RULES,
    indicators=INDICATORS,
    folder=Path(__file__).parent,
)
