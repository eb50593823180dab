"""Counts what indicators declare, over approved submissions alone: exact figures that stay inside the programme."""

from monitor.findings.between import Between, Relations, find_between
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
from monitor.findings.groups import names_of
from monitor.findings.pooling import AS_DECLARED, Pooling, Region, read_regions
from monitor.findings.quality import with_quality
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
    table_name,
    unit_for_machines,
    unit_in_words,
)

__all__ = [
    "ALL", "AS_DECLARED", "FIGURES", "UNKNOWN", "Article", "AskedBecause", "Behind", "Between", "ByStandard", "Counts",
    "DatedFigure", "Evidence", "Finding", "FindingTable", "NotCited", "Parts", "Pooling", "Region", "Relations",
    "StateFindings",
    "by_standard", "denominator", "find", "find_between", "mixes_currencies", "names_of", "question_of", "read_regions",
    "table_name", "unit_for_machines",
    "unit_in_words", "with_quality",
]  # fmt: skip
