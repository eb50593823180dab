"""The instrument as a whole: its form, rules and indicators."""

from __future__ import annotations

from pathlib import Path

from monitor import Instrument, Pending

from .indicators import INDICATORS
from .return_case import ReturnCase
from .rules import RULES

INSTRUMENT = Instrument(
    code="return_safety",
    version="1.0",
    title="Risk on return, safe and dignified return",
    summary=(
        "Whether the return of a trafficked person follows an individual risk assessment, due process and free choice, "
        "and what happened next."
    ),
    forms=(ReturnCase,),
    rules=RULES,
    indicators=INDICATORS,
    pending=(Pending(ReturnCase, holds=ReturnCase.decision.is_("pending")),),
    folder=Path(__file__).parent,
)
