"""The kit with which a mission writes an instrument of its own: a working folder to begin with, and a check of it."""

from monitor.kit.checking import Report, check_plugin, taken_codes
from monitor.kit.complaints import Complaint
from monitor.kit.writing import new_plugin

__all__ = ["Complaint", "Report", "check_plugin", "new_plugin", "taken_codes"]
