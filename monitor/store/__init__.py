"""The working database: an append-only log that is the truth, and tables that can always be made from it again."""

from monitor.store.database import Store, create, migrate, open_store
from monitor.store.reading import Act, ShownSubmission, StoredSubmission, history, list_submissions, show, sort_waiting
from monitor.store.rebuilding import rebuild
from monitor.store.refusals import Conflict
from monitor.store.tables import AnswerTable, columns_of, has_column, table_of, tables_of, values_of
from monitor.store.verification import Verification, verify
from monitor.store.writing import REASONS, Decision, Writing, check_actor

__all__ = [
    "Act", "AnswerTable", "Conflict", "Decision", "REASONS", "ShownSubmission", "Store", "StoredSubmission",
    "Verification", "Writing", "check_actor", "columns_of", "create", "has_column", "history", "list_submissions",
    "migrate", "open_store", "rebuild", "show", "sort_waiting", "table_of", "tables_of", "values_of", "verify",
]  # fmt: skip
