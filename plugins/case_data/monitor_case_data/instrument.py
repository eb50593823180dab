"""The instrument as a whole: its form, rules and indicators."""

from __future__ import annotations

from pathlib import Path

from monitor import Instrument

from .indicators import INDICATORS
from .rules import RULES
from .victim import Victim

INSTRUMENT = Instrument(
    code="case_data",
    version="1.0",
    title="Victims of trafficking known to case-working organisations",
    summary=(
        "Who the trafficked persons are that organisations register and help, and how they were exploited. "
        "It counts persons who found help, not all who are trafficked."
    ),
    forms=(Victim,),
    rules=RULES,
    indicators=INDICATORS,
    folder=Path(__file__).parent,
)
