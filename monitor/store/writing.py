"""What can be done to a store in one transaction: submit, correct, decide."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.store.blindness import check_reviewer, check_sight
from monitor.store.canonical import canonical, salted
from monitor.store.consolidating import Consolidation, check_not_aside, check_originals
from monitor.store.content import places_of, read_content
from monitor.store.engine import sqlite
from monitor.store.keyring import Signing, new_entries, read_keyring
from monitor.store.links import Links
from monitor.store.log import CONTENT, Entry, Log, head
from monitor.store.plan_table import PLAN_KINDS, event_of
from monitor.store.projection import Projection, make_tables
from monitor.store.refusals import Conflict
from monitor.store.seals import Seals
from monitor.submissions import Submission

Contract = Callable[[Instrument], Mapping[str, Any]]
"""Gives an instrument's contract as a JSON value."""

REASONS: Mapping[str, str] = {
    "slip_of_entry": "A slip when it was entered",
    "misheard": "Something was misheard or misread",
    "new_document": "A document came to light",
    "recoded_after_review": "Another code, after review",
    "translation": "The translation was wrong",
    "duplicate": "The same thing was entered twice",
    "protective_redaction": "Something is taken out to protect a person",
}
"""Why a submission may be corrected."""

Decision = Literal["approved", "returned", "quarantined", "withdrawn"]

_FROM: Mapping[Decision, tuple[str, ...]] = {
    "approved": ("submitted",),
    "returned": ("submitted",),
    # A danger may be seen late: what is approved can still be locked away.
    "quarantined": ("submitted", "returned", "approved"),
    "withdrawn": ("submitted", "returned", "quarantined", "approved"),
}
"""The decisions, and the states from which each may be taken."""

_BATCH = 500

HAD_A_HAND = f"""EXISTS (
    SELECT 1 FROM log WHERE log.kind IN {CONTENT} AND log.submission IN (
        SELECT submission.id UNION ALL SELECT part.id FROM submission AS part
        WHERE part.consolidated_into = submission.id)
    AND ? IN (log.actor, json_extract(log.payload, '$.author')))"""
"""Whether a person (the parameter) wrote, entered or corrected a submission, or one of those from which it was
consolidated, in any of its revisions."""


class Writing:
    """One transaction of one person. Made by :meth:`Store.writing`; what it wrote is on the disk when that ends."""

    def __init__(
        self, connection: sqlite.Connection, actor: str, contract: Contract, signing: Signing, encrypted: bool
    ) -> None:
        check_actor(actor)
        self.actor = actor
        self.discarded = False
        self._connection = connection
        self._contract = contract
        self._log = Log(connection, signing.signer)
        self._keyring = read_keyring(connection)
        for kind, payload in new_entries(self._keyring, signing, actor):
            self.append(kind, None, payload)
        self._seals = Seals(connection, self._keyring.recipients, encrypted)
        self._projection = Projection(connection)
        self._links = Links(connection)
        self._used: set[tuple[str, str]] = set()
        self._origins: set[tuple[str, str]] = set()  # of what is pending; what is written can be asked for
        self._began = head(connection)[0]

    @property
    def reading(self) -> sqlite.Connection:
        """For reading inside this transaction."""
        return self._connection

    def discard(self) -> None:
        """Keep nothing of this transaction: it is rolled back when it ends (a dry run)."""
        self.discarded = True

    def submit(self, submission: Submission, instrument: Instrument, form: FormMeta, *, screened: bool = False) -> str:
        """Store a checked submission; gives its id.

        It counts as screened, which keeps it out of bulk approval, when a rule of that sort was explained in it or
        when the caller says so.
        """
        return self._submit(submission, instrument, form, screened)

    def consolidate(
        self, submission: Submission, instrument: Instrument, form: FormMeta, consolidation: Consolidation
    ) -> str:  # fmt: skip
        """Store a checked submission that takes the place of several of one event; gives its id.

        The originals stay as they are, and count no longer: in the tables they are withdrawn, with the id of the one
        that they went into. That one waits for review, and is looked at by itself. When it is withdrawn, they wait for
        review again.

        Raises :class:`Refusal` for lines that are none (STORE-16), and what :func:`check_originals` raises.
        """
        for line in consolidation.lines():
            check_line(line)
        self.flush()
        event = _event(submission, form)
        check_originals(self._connection, self.actor, consolidation, submission.form, event)
        self._submit(submission, instrument, form, True, consolidation)
        for id, revision in consolidation.originals.items():
            self._set_aside(id, revision, "withdrawn", submission.id)
        return submission.id

    def _set_aside(self, id: str, revision: int, state: str, into: str | None) -> None:
        """Say into which submission another went, or with None that it stands by itself again."""
        payload = {"revision": revision, "into": into, "state": state}
        self._projection.consolidated(self._log.append(self.actor, "consolidated", id, payload))

    def _submit(
        self, submission: Submission, instrument: Instrument, form: FormMeta, screened: bool,
        consolidation: Consolidation | None = None,
    ) -> str:  # fmt: skip
        self._use(instrument)
        more, free = ({}, {}) if consolidation is None else (consolidation.payload(), consolidation.free())
        payload = self._content(submission, instrument, form, screened) | {"revision": 1, **more}
        open_ = salted({**_free(submission), **free})
        sealed = self._seals.seal(submission, 1)
        entry = self._log.append(self.actor, "submitted", submission.id, payload, open_, sealed)
        self._projection.submitted(entry, form)
        if submission.origin is not None:
            self._origins.add((submission.form, submission.origin))
        if len(self._projection.pending) >= _BATCH:
            self.flush()
        return submission.id

    def correct(
        self, submission: Submission, instrument: Instrument, form: FormMeta, *, reason: str, line: str,
        source: str | None = None, expected_revision: int | None = None, screened: bool = False,
    ) -> int:  # fmt: skip
        """Store a new revision of the submission with the same id; gives its number. It waits for review again.

        ``reason`` is a key of :data:`REASONS`, ``line`` explains it, ``source`` says where the new answers are known
        from. ``expected_revision`` is the one that was shown. The answers of the revision before stay in the log.

        Raises :class:`Refusal` for another reason (STORE-17), a line that is none (STORE-16), no such submission of
        this form (STORE-13), a withdrawn one (STORE-15); :class:`Conflict` (STORE-14) when another revision has been
        stored since.
        """
        if reason not in REASONS:
            raise Refusal("STORE-17", known=", ".join(REASONS))
        check_line(line)
        self.flush()
        row = self._connection.execute(
            "SELECT form, state, revision, origin, person FROM submission WHERE id = ?", (submission.id,)
        ).fetchone()
        if row is None or row[0] != submission.form:
            raise Refusal("STORE-13", id=submission.id)
        check_sight(self._connection, self.actor, submission.id)
        state, origin, person = row[1], row[3], row[4]
        revision: int = row[2]
        check_not_aside(self._connection, submission.id)
        _check_revision(submission.id, revision, expected_revision)
        if state == "withdrawn":
            raise Refusal("STORE-15", id=submission.id, state=state, what="corrected")
        self._use(instrument)
        submission = replace(submission, origin=origin)  # the file that it came from stays the same
        content = self._content(submission, instrument, form, screened)
        before = read_content(self._connection, submission.id).sealed_in
        content["sealed"] = {
            **{place: since for place, since in before.items() if place in submission.kept},
            **dict.fromkeys(content["sealed"], revision + 1),
        }
        if form.person in submission.kept:
            content["person"] = person
        payload = content | {"revision": revision + 1, "reason": reason}
        correction = {"line": line.strip()} | ({"source": source} if source else {})
        open_ = salted({**_free(submission), "correction": correction})
        sealed = self._seals.seal(submission, revision + 1)
        entry = self._log.append(self.actor, "corrected", submission.id, payload, open_, sealed)
        self._projection.corrected(entry, form)
        return revision + 1

    def decide(self, id: str, kind: Decision, reason: str | None = None, expected_revision: int | None = None) -> None:
        """Approve, return, quarantine or withdraw a submission (``kind``: approved, returned, quarantined, withdrawn).

        All but an approval need a ``reason``, a line. ``expected_revision`` is the one that was shown.

        Raises :class:`Refusal` for a reason that is no line (STORE-16), no such submission (STORE-13), a state in which
        this cannot be decided (STORE-15), an approval of one's own (REVIEW-01) or of an event of which a submission is
        approved already (REVIEW-03), one that this person may not see yet (BLIND-01) or observed as well (REVIEW-04);
        :class:`Conflict` (STORE-14) when another revision has been stored since.
        """
        if kind != "approved":
            check_line(reason or "")
        if id in self._projection.pending:
            self.flush()
        row = self._connection.execute(
            f"SELECT state, revision, event, {HAD_A_HAND} FROM submission WHERE id = ?", (self.actor, id)
        ).fetchone()
        if row is None:
            raise Refusal("STORE-13", id=id)
        state, revision, event, own = row
        if event is not None:
            check_sight(self._connection, self.actor, id)
        _check_revision(id, revision, expected_revision)
        if state not in _FROM[kind]:
            check_not_aside(self._connection, id)
            raise Refusal("STORE-15", id=id, state=state, what=kind)
        if kind == "approved":
            self._check_approval(id, event, own)
        if kind in ("approved", "returned") and event is not None:
            check_reviewer(self._connection, self.actor, id, event)
        open_ = salted({"reason": reason.strip()} if reason else {})
        self._projection.decided(self._log.append(self.actor, kind, id, {"revision": revision}, open_))
        if kind == "withdrawn":
            self._bring_back(id)
        if len(self._projection.pending) >= _BATCH:
            self.flush()

    def _bring_back(self, id: str) -> None:
        """Let those that went into a submission wait for review again: it is no longer there to take their place."""
        query = "SELECT id, revision FROM submission WHERE consolidated_into = ?"
        for part, revision in self._connection.execute(query, (id,)).fetchall():
            self._set_aside(part, revision, "submitted", None)

    def _check_approval(self, id: str, event: str | None, own: bool) -> None:
        if own:
            raise Refusal("REVIEW-01", id=id, actor=self.actor)
        if event is None:
            return
        self.flush()  # a double of it may have been approved a moment ago, in this transaction
        query = "SELECT id FROM submission WHERE event = ? AND state = 'approved'"
        if found := self._connection.execute(query, (event,)).fetchone():
            raise Refusal("REVIEW-03", id=id, other=found[0])

    def _content(
        self, submission: Submission, instrument: Instrument, form: FormMeta, screened: bool
    ) -> dict[str, Any]:
        """The envelope and the closed answers. What people wrote freely is not among them: see :func:`_free`."""
        explained = submission.explanations
        if explained and not screened:
            screened = any(rule.screen and rule.id in explained for rule in instrument.rules_of(form))
        return {
            "form": submission.form,
            "version": submission.version,
            "parent": submission.parent,
            "author": submission.author,
            "submitted_at": submission.submitted_at,
            "session": submission.session,
            "language": submission.language,
            "translation": submission.translation,
            "origin": submission.origin,
            "key": submission.closed.get(form.key) if form.key else None,
            "event": _event(submission, form),
            "person": self._links.person(submission, form),
            "warnings": sorted(explained),
            "screened": screened,
            "urgent": submission.urgent,
            "consent": submission.consent,
            "sealed": {place: 1 for place, _ in places_of(submission.sealed)},
            "closed": submission.closed,
        }

    def pends(self, form: str, origin: str) -> bool:
        """Whether a submission of this origin waits to be written."""
        return (form, origin) in self._origins

    def brings(self, form: str, origin: str) -> bool:
        """Whether this transaction itself brought a submission of this origin."""
        if self.pends(form, origin):
            return True
        query = "SELECT 1 FROM submission WHERE form = ? AND origin = ? AND seq > ?"
        return self._connection.execute(query, (form, origin, self._began)).fetchone() is not None

    def flush(self) -> None:
        """Write what is pending, so that it can be read; it is kept only when the transaction ends well."""
        self._log.flush()
        self._projection.flush()
        self._origins.clear()

    def append(
        self, kind: str, submission: str | None, payload: Mapping[str, Any], open_: str | None = None
    ) -> Entry:  # fmt: skip
        """Add an entry that brings no answers and decides no review; it is read back once it is flushed."""
        entry = self._log.append(self.actor, kind, submission, payload, open_)
        self._keyring.take(entry)
        if kind in PLAN_KINDS:
            self._projection.planned(entry)
        return entry

    def _use(self, instrument: Instrument) -> None:
        """Before the first submission of an instrument: keep its contract, make its tables."""
        if (instrument.code, instrument.version) in self._used:
            return
        self._used.add((instrument.code, instrument.version))
        contract = self._contract(instrument)
        kept = self._connection.execute(
            "SELECT contract FROM contract WHERE instrument = ? AND version = ?", (instrument.code, instrument.version)
        ).fetchone()
        make_tables(self._connection, instrument)
        if kept is None or kept[0] != canonical(contract):
            payload = {"code": instrument.code, "version": instrument.version, "contract": contract}
            self._projection.used(self._log.append(self.actor, "instrument", None, payload))


def check_actor(code: str) -> None:
    """Refuse (STORE-21) what is no code of a person who acts."""
    if not re.fullmatch(r"[\w.-]{1,40}", code):
        raise Refusal("STORE-21")


def _event(submission: Submission, form: FormMeta) -> str | None:
    """What was observed, where several may have observed it: equal for all of them."""
    if form.event is None or form.event not in submission.closed:
        return None
    return event_of(submission.form, submission.parent, submission.closed[form.event], submission.session)


def _free(submission: Submission) -> dict[str, Any]:
    """All that a person typed freely. Any of it may name somebody: it stays out of the payload and of every table."""
    parts = {"answers": submission.open, "explanations": submission.explanations, "source": submission.source}
    return {name: part for name, part in parts.items() if part}


def _check_revision(id: str, revision: int, expected: int | None) -> None:
    if expected is not None and expected != revision:
        raise Conflict("STORE-14", id=id, expected=expected, revision=revision)


def check_line(line: str) -> None:
    """Refuse (STORE-16) what is no line of explanation."""
    if not 3 <= len(line.strip()) <= 500 or re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", line):
        raise Refusal("STORE-16")
