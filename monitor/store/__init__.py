"""The working database: an append-only log that is the truth, and tables that can always be made from it again."""

from monitor.store.backup import Backup, back_up, backups, forget, look_through, owes_purge, purge, restore
from monitor.store.blindness import blind_to, check_sight
from monitor.store.consolidating import SETTLED, Consolidation, Settled
from monitor.store.database import Store
from monitor.store.drafts import OVERDUE, Draft, end_draft, list_drafts, load_draft, new_draft, save_draft
from monitor.store.engine import sqlite
from monitor.store.enrolling import enrol, open_sealed, revoke, rotate
from monitor.store.ledger import (
    Erratum,
    KeptRelease,
    LedgerLine,
    ReleaseNote,
    changed_since,
    count_unkept,
    errata,
    file_of,
    keep_release,
    kept_releases,
    ledger_of,
    note_erratum,
    reasons_of,
    withdraw_release,
)
from monitor.store.log import COUNTED_KINDS
from monitor.store.opening import check_new, create, migrate, open_store, open_with_key
from monitor.store.plans import (
    CANCELLED,
    HELD,
    KNOWN_FROM,
    MISSED,
    Arrived,
    Plan,
    add_plan,
    assign,
    can_be_planned,
    checked_day,
    end_plan,
    list_plans,
    settle,
)
from monitor.store.reading import (
    CONSOLIDATED,
    Act,
    ShownSubmission,
    StoredSubmission,
    history,
    list_submissions,
    show,
    sort_waiting,
)
from monitor.store.rebuilding import rebuild
from monitor.store.redaction import REASONS as REDACTION_REASONS
from monitor.store.redaction import Redaction, redact, redactable
from monitor.store.refusals import Conflict
from monitor.store.retention import Due, Timetable, due, set_timetable, timetable
from monitor.store.revisions import Change, Revision, changes, in_words, revisions
from monitor.store.tables import AnswerTable, columns_of, has_column, table_of, tables_of, values_of
from monitor.store.verification import Verification, verify
from monitor.store.writing import REASONS, Decision, Writing, check_actor, check_line

__all__ = [
    "Erratum", "KeptRelease", "LedgerLine", "ReleaseNote", "changed_since", "check_line", "count_unkept", "errata",
    "file_of", "keep_release", "kept_releases", "ledger_of", "note_erratum", "reasons_of", "withdraw_release",
    "CONSOLIDATED", "Consolidation", "SETTLED", "Settled",
    "Arrived", "CANCELLED", "Change", "HELD", "KNOWN_FROM", "MISSED", "Plan", "Revision", "add_plan", "assign",
    "blind_to", "can_be_planned", "changes", "check_sight", "checked_day", "end_plan", "in_words", "list_plans",
    "revisions", "settle",
    "Draft", "OVERDUE", "end_draft", "list_drafts", "load_draft", "new_draft", "save_draft",
    "Act", "AnswerTable", "Backup", "COUNTED_KINDS", "Conflict", "Decision", "Due", "REASONS", "REDACTION_REASONS",
    "Redaction", "ShownSubmission", "Store", "StoredSubmission", "Timetable", "Verification", "Writing", "back_up",
    "backups", "check_actor", "check_new", "columns_of", "create", "due", "enrol", "forget", "has_column", "history",
    "list_submissions", "look_through", "migrate", "open_sealed", "open_store", "open_with_key", "owes_purge", "purge",
    "rebuild", "redact", "redactable", "restore", "revoke", "rotate", "set_timetable", "show", "sort_waiting", "sqlite",
    "table_of", "tables_of", "timetable", "values_of", "verify",
]  # fmt: skip
