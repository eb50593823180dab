"""Filling in a form: which question comes next, what people type, and the state in between; no terminal, no store."""

from monitor.interview.about import CONSENT, About
from monitor.interview.carrying import CarriedOver, Change, as_draft, carry, from_draft, questions_of
from monitor.interview.places import row_of
from monitor.interview.reading import NotTaken, labels_of, matching, read_typed
from monitor.interview.session import Beside, Line, Session
from monitor.interview.telling import tell
from monitor.interview.walking import Step, Walk, walk

__all__ = [
    "About", "Beside", "CONSENT", "CarriedOver", "Change", "Line", "NotTaken", "Session", "Step", "Walk", "as_draft",
    "carry", "from_draft", "labels_of", "matching", "questions_of", "read_typed", "row_of", "tell", "walk",
]  # fmt: skip
