"""What a submission is, and what a check may know of those already in the store."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from monitor.conditions import Answers, Value
from monitor.forms import FormMeta


@dataclass(frozen=True)
class Submission:
    """One form, filled in and checked: what the store keeps.

    ``closed`` answers go into tables; ``open`` ones (text, narratives) and ``sealed`` ones (what identifies somebody)
    stay in the log alone. Open ones are written in ``language``; ``translation`` says how far they are translated.
    ``explanations`` give, by rule, the line that answers each warning. ``origin`` tells the same submission when it
    arrives twice. ``urgent`` is whether a supervisor must see it the same day. ``consent`` is how far the person may be
    quoted (full, figures). ``kept`` names the sealed questions that a correction leaves as they were sealed before.
    Times are ISO 8601 in UTC.
    """

    id: str
    form: str
    version: str
    parent: str | None
    author: str
    submitted_at: str
    closed: Mapping[str, Value]
    open: Mapping[str, Value] = field(default_factory=dict, repr=False)
    sealed: Mapping[str, Value] = field(default_factory=dict, repr=False)
    session: int = 1
    source: str | None = None
    language: str = "en"
    translation: str = "none"
    explanations: Mapping[str, str] = field(default_factory=dict)
    origin: str | None = None
    urgent: bool = False
    consent: str = "full"
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stored:
    """A submission that is already in the store, as rules may look at it: its readable answers and its parent."""

    id: str
    form: FormMeta
    values: Mapping[str, Value] = field(repr=False)
    system: Mapping[str, Value] = field(default_factory=dict)
    parent: Stored | None = None

    def answers(self, today: date) -> Answers:
        """The same as conditions read it."""
        outer = self.parent.answers(today) if self.parent is not None else None
        return Answers(self.form, self.values, outer, today, self.system)


class Surroundings(Protocol):
    """What a check may know of the store: the parent of a submission, and the others under the same parent."""

    def find(self, form: FormMeta, reference: str) -> Stored | None:
        """The submission of a form with an id, or with a reference (the answer to the form's key question)."""

    def under(self, form: FormMeta, parent: str) -> Sequence[Stored]:
        """The submissions of a form under a parent's id."""

    def alike(self, form: FormMeta, same: Mapping[str, Value]) -> Sequence[Stored]:
        """The submissions of a form without a parent that share these closed answers."""


class Nothing:
    """The surroundings of an empty store."""

    def find(self, form: FormMeta, reference: str) -> Stored | None:
        """Nothing is found."""
        return None

    def under(self, form: FormMeta, parent: str) -> Sequence[Stored]:
        """Nothing is under it."""
        return ()

    def alike(self, form: FormMeta, same: Mapping[str, Value]) -> Sequence[Stored]:
        """Nothing is like it."""
        return ()


def new_id() -> str:
    """A UUIDv7 (RFC 9562): made offline, sorts by time."""
    value = (int(time.time() * 1000) << 80) | (7 << 76) | (2 << 62)
    noise = int.from_bytes(os.urandom(10))
    return str(uuid.UUID(int=value | ((noise >> 68) & 0xFFF) << 64 | noise & ((1 << 62) - 1)))
