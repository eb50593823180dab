"""Reads submissions from files that others made: CSV, JSON Lines and XLSX, mapped, checked, and stored all or none."""

from monitor.intake.answers import read_answers
from monitor.intake.mapping import ColumnMapping, find_mapping
from monitor.intake.run import BadRow, Imported, import_file
from monitor.intake.templates import write_template

__all__ = ["BadRow", "ColumnMapping", "Imported", "find_mapping", "import_file", "read_answers", "write_template"]
