"""How far monitors agree who observed the same: the figures, the caution they put on findings, and one submission."""

from monitor.agreement.caution import Place, caution_of, doubtful
from monitor.agreement.compare import (
    FEWEST,
    FLOOR,
    GOOD,
    Comparison,
    Figure,
    PairAgreement,
    QuestionAgreement,
    Verdict,
    compare,
)
from monitor.agreement.consolidation import Consolidated, Filled, consolidate, draft_of, read_draft, read_reasons
from monitor.agreement.differences import Original, Originals, side_by_side
from monitor.agreement.observations import Doubles, Observation, doubles

__all__ = [
    "Comparison", "Consolidated", "Doubles", "FEWEST", "FLOOR", "Figure", "Filled", "GOOD", "Observation", "Original",
    "Originals", "PairAgreement", "Place", "QuestionAgreement", "Verdict", "caution_of", "compare", "consolidate",
    "doubles", "doubtful", "draft_of", "read_draft", "read_reasons", "side_by_side",
]  # fmt: skip
