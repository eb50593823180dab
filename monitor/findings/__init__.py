"""Counts what indicators declare, over approved submissions alone: exact figures that stay inside the programme."""

from monitor.findings.by_standard import (
    Article,
    AskedBecause,
    ByStandard,
    DatedFigure,
    Evidence,
    NotCited,
    StateFindings,
    by_standard,
)
from monitor.findings.count import find
from monitor.findings.tables import (
    ALL,
    FIGURES,
    UNKNOWN,
    Behind,
    Counts,
    Finding,
    FindingTable,
    Parts,
    denominator,
    mixes_currencies,
    question_of,
    unit_in_words,
)

__all__ = [
    "ALL", "FIGURES", "UNKNOWN", "Article", "AskedBecause", "Behind", "ByStandard", "Counts", "DatedFigure", "Evidence",
    "Finding", "FindingTable", "NotCited", "Parts", "StateFindings", "by_standard", "denominator", "find",
    "mixes_currencies", "question_of", "unit_in_words",
]  # fmt: skip
