"""The instrument as a whole: its forms, rules and indicators."""

from __future__ import annotations

from pathlib import Path

from monitor import Instrument

from .access_to_justice import AccessToJustice
from .assessment import Assessment
from .identification import Identification
from .indicators import INDICATORS
from .law_review import LawReview
from .media_review import MediaReview
from .protection import Protection
from .rules import RULES
from .structure import Structure

INSTRUMENT = Instrument(
    code="nrm_assessment",
    version="1.0",
    title="National Referral Mechanism assessment",
    summary=(
        "How a State identifies and protects trafficked persons and lets them reach justice, in law and in practice. "
        "It is a benchmark for dialogue, not a ranking of States."
    ),
    forms=(Assessment, Identification, Protection, AccessToJustice, Structure, MediaReview, LawReview),
    rules=RULES,
    indicators=INDICATORS,
    folder=Path(__file__).parent,
)
