"""What is in a store: lists of submissions, one of them with its answers, and what happened to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.conditions import Value
from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.store.blindness import SENT_TOO, blind_to
from monitor.store.content import Content, content_of, left_of, places_of, read_content
from monitor.store.database import Store
from monitor.store.log import CONTENT
from monitor.store.projection import forms_of
from monitor.store.refusals import refusing
from monitor.store.revisions import in_words
from monitor.store.writing import HAD_A_HAND
from monitor.submissions import Submission, join

_SUMMARY = (
    "id", "form", "version", "state", "parent", "author", "submitted_at", "revision", "entered_by", "key", "warnings",
    "screened", "urgent", "consolidated_into",
)  # fmt: skip
_TEXTS = ("id", "form", "version", "state", "author", "submitted_at", "entered_by")

CONSOLIDATED = "consolidated"
"""The state, in lists, of a submission that went into another one of the same event."""


_APPROVED_EVENTS = "SELECT event FROM submission WHERE event IS NOT NULL AND state = 'approved'"


@dataclass(frozen=True)
class StoredSubmission:
    """A submission in a list: none of its answers but ``key``, the reference that people use for it.

    ``warnings`` are the rules that were explained in it; ``screened`` keeps it out of bulk approval; ``urgent`` is
    whether the monitor referred it as urgent. ``consolidated_into`` is the id of the one that took its place.
    """

    id: str
    form: str
    version: str
    state: str
    parent: str | None
    author: str
    submitted_at: str
    revision: int
    entered_by: str
    key: str | None
    warnings: tuple[str, ...]
    screened: bool
    urgent: bool
    consolidated_into: str | None = None


@dataclass(frozen=True)
class ShownSubmission:
    """A submission with its answers. Open ones can name people and are read only when asked for; sealed ones never."""

    summary: StoredSubmission
    form: FormMeta = field(repr=False)
    content: Content = field(repr=False)

    @property
    def explanations(self) -> Mapping[str, str]:
        """By rule, the line that answers each warning."""
        return self.content.explanations

    @property
    def written_in(self) -> tuple[str, str]:
        """The language of the open answers, and how far they are translated (none, draft, checked)."""
        return self.content.payload["language"], self.content.payload.get("translation", "none")

    @property
    def submission(self) -> Submission:
        """The same as the check gave it, without the sealed answers."""
        payload, one, (language, translation) = self.content.payload, self.summary, self.written_in
        return Submission(
            id=one.id, form=one.form, version=one.version, parent=one.parent, author=one.author,
            submitted_at=one.submitted_at, closed=self.content.closed, open=self.content.open,
            session=payload["session"], source=self.content.source, language=language, translation=translation,
            explanations=self.explanations, origin=payload["origin"], consent=payload.get("consent", "full"),
        )  # fmt: skip

    def readable(self, narratives: bool = False) -> dict[str, Value]:
        """The closed answers, and with ``narratives`` the open ones, as JSON values in the order of the form."""
        return join(self.form, self.content.closed, *([self.content.open] if narratives else []))

    def rows(self, narratives: bool = False) -> Iterator[tuple[str, str]]:
        """Where each answer stands and what it is, in words; of those that are not shown, only that they are there."""
        yield from ((where, in_words(value) or "") for where, value in places_of(self.readable(narratives)))
        if not narratives:
            yield from ((where, "(open answer, not shown)") for where, _ in places_of(self.content.open))
        yield from ((where, "(sealed)") for where in self.content.sealed_in)


@dataclass(frozen=True)
class Act:
    """Something that was done to a submission: by whom, when, why, and which answers it changed.

    ``reason`` is what the person wrote, ``code`` the coded reason of a correction.
    """

    seq: int
    time: str
    actor: str
    kind: str
    revision: int
    code: str | None
    reason: str
    changed: tuple[str, ...]


def list_submissions(
    store: Store, *, form: str | None = None, state: str | None = None, author: str | None = None,
    before: str | None = None, oldest_first: bool = False, actor: str | None = None,
) -> list[StoredSubmission]:  # fmt: skip
    """The submissions of a form (full code), in a state, of an author, submitted before a day or moment (ISO, UTC).

    Urgent ones come first, then the latest, or with ``oldest_first`` the oldest. With ``actor`` without those that this
    person may not see yet.
    """
    aside = state == CONSOLIDATED  # in the tables it is withdrawn, so that whatever passes over these passes over it
    in_state = f"consolidated_into IS {'NOT ' if aside else ''}NULL AND state = ?"
    tests = {"form = ?": form, in_state: "withdrawn" if aside else state, "author = ?": author}
    where, values = _tests({**tests, "submitted_at < ?": before})
    way = "ASC" if oldest_first else "DESC"
    with refusing(store.path):
        found = store.connection.execute(
            f"SELECT {', '.join(_SUMMARY)} FROM submission WHERE {where} "
            f"ORDER BY urgent DESC, submitted_at {way}, id {way}", values
        )  # fmt: skip
        hidden = blind_to(store.connection, actor) if actor is not None else ()
        return [_summary(row) for row in found if row[0] not in hidden]


@dataclass(frozen=True)
class Waiting:
    """What a reviewer must know of a submission that waits, before approving many at once.

    ``own``: this person may not approve it, having had a hand in it; ``sent_too``: nor may she, having been sent to the
    same event. ``screened``: a rule wants it looked at first. ``event`` is equal for submissions of one event;
    ``doubled`` is whether another one of it is approved already.
    """

    id: str
    own: bool
    screened: bool
    event: str | None
    doubled: bool
    sent_too: bool


def sort_waiting(
    store: Store, actor: str, *, form: str | None = None, before: str | None = None, author: str | None = None
) -> Iterator[Waiting]:
    """Each submission that waits for review, the oldest first.

    Nobody may approve what they wrote, entered or corrected.
    """
    where, values = _tests({"form = ?": form, "author = ?": author, "submitted_at < ?": before})
    with refusing(store.path):
        for id, own, screened, event, doubled, sent_too in store.connection.execute(
            f"SELECT id, {HAD_A_HAND}, screened, event, event IN ({_APPROVED_EVENTS}), {SENT_TOO} FROM submission "
            f"WHERE state = 'submitted' AND {where} ORDER BY submitted_at, id", [actor, actor, *values]
        ):  # fmt: skip
            yield Waiting(id, bool(own), bool(screened), event, bool(doubled), bool(sent_too))


def show(store: Store, id: str, catalogue: Mapping[str, Instrument]) -> ShownSubmission:
    """A submission with its latest answers.

    Raises :class:`Refusal` when there is none with this id (STORE-13) or its instrument is not loaded (STORE-23).
    """
    with refusing(store.path):
        row = store.connection.execute(f"SELECT {', '.join(_SUMMARY)} FROM submission WHERE id = ?", (id,)).fetchone()
        if row is None:
            raise Refusal("STORE-13", id=id)
        summary = _summary(row)
        form = forms_of(catalogue.values()).get(summary.form)
        if form is None:
            raise Refusal("STORE-23", instruments=summary.form.split(".")[0])
        return ShownSubmission(summary, form, read_content(store.connection, id))


def history(store: Store, id: str) -> list[Act]:
    """Everything that was done to a submission, oldest first. Raises :class:`Refusal` (STORE-13) when there is none."""
    with refusing(store.path):
        found = store.connection.execute(
            "SELECT seq, time, actor, kind, payload, open, sealed FROM log WHERE submission = ? ORDER BY seq", (id,)
        )
        acts, before, left = [], None, left_of(store.connection, id)
        for seq, time, actor, kind, payload, open_, sealed in found:
            content = content_of(payload, open_, sealed, left.get(seq))
            line = content.free.get("reason") or _line_of(content)
            changed = _changed(before, content) if kind in CONTENT and before is not None else ()
            code = content.payload.get("reason")
            revision = content.payload.get("revision", 0)
            acts.append(Act(seq, time, actor, kind, revision, code, line, changed))
            before = content if kind in CONTENT else before
    if not acts:
        raise Refusal("STORE-13", id=id)
    return acts


def _line_of(content: Content) -> str:
    """Why it was corrected or consolidated, or into which other it went."""
    if "into" in content.payload:
        into = content.payload["into"]
        return "It stands by itself again." if into is None else f"It went into {into}."
    lines = (content.free.get(part, {}).get("line") for part in ("correction", "consolidation"))
    return next((line for line in lines if line), "")


def _tests(wanted: Mapping[str, str | None]) -> tuple[str, list[str]]:
    """The SQL of those tests that a value is given for, and their values."""
    given = {test: value for test, value in wanted.items() if value is not None}
    return " AND ".join(given) or "true", list(given.values())


def _summary(row: tuple[Any, ...]) -> StoredSubmission:
    known: dict[str, Any] = dict(zip(_SUMMARY, row, strict=True))
    warnings = json.loads(known["warnings"])
    # A forged table may lack the types of a real one.
    typed = all(isinstance(known[name], str) for name in _TEXTS) and isinstance(known["revision"], int)
    if not isinstance(warnings, list) or not typed or any(isinstance(value, bytes) for value in row):
        raise Refusal("STORE-28")
    known["warnings"] = tuple(warnings)
    if known["consolidated_into"] is not None:
        known["state"] = CONSOLIDATED
    return StoredSubmission(**known | {"screened": bool(known["screened"]), "urgent": bool(known["urgent"])})


def _changed(before: Content, after: Content) -> tuple[str, ...]:
    # What is sealed cannot be compared; that it was sealed anew can be seen.
    parts = ((before.closed, after.closed), (before.open, after.open), (before.sealed_in, after.sealed_in))
    names = (name for old, new in parts for name in {**old, **new} if old.get(name) != new.get(name))
    return tuple(dict.fromkeys(names))
