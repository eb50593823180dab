"""Decides which figures may be seen, and attacks what is to be published as an intruder would."""

from monitor.disclosure.audit import AuditReport, audit
from monitor.disclosure.policy import Policy
from monitor.disclosure.protect import Hiding, protect
from monitor.disclosure.tables import ProtectedFinding, ProtectedTable

__all__ = ["AuditReport", "Hiding", "Policy", "ProtectedFinding", "ProtectedTable", "audit", "protect"]
