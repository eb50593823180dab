"""Reads a release file as an intruder would, from the file alone, and says what it gives away.

It shares no code with the rest of :mod:`monitor.disclosure`, nor with the findings: a mistake made there must not be
repeated here.
"""

from monitor.disclosure.audit.auditing import attack, audit
from monitor.disclosure.audit.report import ATTACKS, AuditReport

__all__ = ["ATTACKS", "AuditReport", "attack", "audit"]
