"""The instrument as a whole: its form, rules and indicators."""

from __future__ import annotations

from pathlib import Path

from monitor import Instrument, Pending

from .claim import Claim
from .indicators import INDICATORS
from .rules import RULES

INSTRUMENT = Instrument(
    code="compensation",
    version="1.0",
    title="Access to remedies and compensation",
    summary=(
        "From knowing the right, through claim and award, to money received. "
        "The gap between award and payment is the point."
    ),
    forms=(Claim,),
    rules=RULES,
    indicators=INDICATORS,
    pending=(Pending(Claim, holds=Claim.claim_status.is_("filed_pending") | Claim.appeal_outcome.is_("pending")),),
    folder=Path(__file__).parent,
)
