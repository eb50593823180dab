"""Decides which figures may be seen, and attacks what is to be published as an intruder would."""

from monitor.disclosure.audit import AuditReport, audit
from monitor.disclosure.changes import counts_in
from monitor.disclosure.policy import Policy
from monitor.disclosure.protect import Hiding, protect
from monitor.disclosure.series import EarlierRelease, Kept
from monitor.disclosure.tables import ProtectedFinding, ProtectedTable, Protection

__all__ = [
    "AuditReport", "EarlierRelease", "Hiding", "Kept", "Policy", "ProtectedFinding", "ProtectedTable", "Protection",
    "audit", "counts_in", "protect",
]  # fmt: skip
