"""The instrument as a whole: its forms, rules and indicators."""

from __future__ import annotations

from pathlib import Path

from monitor import Instrument, Pending

from .case import Case
from .hearing import Hearing
from .indicators import INDICATORS
from .rules import RULES

INSTRUMENT = Instrument(
    code="trial_monitoring",
    version="1.0",
    title="Victims' rights in trafficking trials",
    summary=(
        "How far trafficked persons and victim-witnesses can use their rights in court. "
        "It is not a scorecard on judges, and it does not judge guilt."
    ),
    forms=(Case, Hearing),
    rules=RULES,
    indicators=INDICATORS,
    pending=(Pending(Case, until=Hearing.outcome.is_not("remitted_for_retrial")),),
    folder=Path(__file__).parent,
)
