"""Counts what indicators declare, over approved submissions alone: exact figures that stay inside the programme."""

from monitor.findings.count import find
from monitor.findings.tables import (
    ALL,
    FIGURES,
    UNKNOWN,
    Behind,
    Counts,
    Finding,
    FindingTable,
    denominator,
    question_of,
    unit_in_words,
)  # fmt: skip

__all__ = [
    "ALL", "FIGURES", "UNKNOWN", "Behind", "Counts", "Finding", "FindingTable", "denominator", "find", "question_of",
    "unit_in_words",
]  # fmt: skip
