"""How long what people wrote is kept: the programme's timetable, and what is due by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from monitor.errors import Refusal
from monitor.store.database import Store
from monitor.store.keyring import key_entries
from monitor.store.log import CONTENT
from monitor.store.writing import Writing

_LEAST, _MOST = 1, 600


@dataclass(frozen=True)
class Timetable:
    """After how many months from submission open and sealed answers are to be taken out; None: they are kept."""

    open: int | None = None
    sealed: int | None = None


@dataclass(frozen=True)
class Due:
    """A submission from which text is to be taken out, and why: its ``time`` is over, or ``consent``."""

    id: str
    form: str
    submitted_at: str
    open: bool
    sealed: bool
    why: str


def timetable(store: Store) -> Timetable:
    """What the programme has set last."""
    kept = Timetable()
    for entry in key_entries(store.connection):
        if entry.kind == "retention":
            kept = Timetable(entry.payload["open"], entry.payload["sealed"])
    return kept


def set_timetable(writing: Writing, wanted: Timetable) -> None:
    """Set the timetable. Raises :class:`Refusal` (REDACT-04) for months that are none."""
    for months in (wanted.open, wanted.sealed):
        if months is not None and not _LEAST <= months <= _MOST:
            raise Refusal("REDACT-04", least=_LEAST, most=_MOST)
    writing.append("retention", None, {"open": wanted.open, "sealed": wanted.sealed})


def due(store: Store, today: date) -> Iterator[Due]:
    """The submissions whose text is due for erasure, the oldest first.

    Where the person consented to figures alone, open answers serve the review, and are due when it has ended. Text that
    a redaction left standing is carried by the entry that redacted, and is due like any other.
    """
    kept = timetable(store)
    query = f"""
        SELECT s.id, s.form, s.submitted_at, s.consent = 'figures' AND s.state IN ('approved', 'withdrawn') AS asked,
            s.submitted_at < date(?1, '-' || ?2 || ' months') AS old_open,
            s.submitted_at < date(?1, '-' || ?3 || ' months') AS old_sealed,
            max(coalesce(CASE log.kind WHEN 'redacted' THEN json_extract(log.open, '$.left') <> '{{}}'
                ELSE log.open IS NOT NULL END, 0)) AS has_open,
            count(log.sealed) > 0 AS has_sealed
        FROM submission AS s JOIN log ON log.submission = s.id AND log.kind IN {(*CONTENT, "redacted")}
        GROUP BY s.id
        HAVING has_open AND (asked OR coalesce(old_open, 0)) OR has_sealed AND coalesce(old_sealed, 0)
        ORDER BY s.submitted_at, s.id"""
    for id, form, submitted_at, asked, old_open, old_sealed, has_open, has_sealed in store.connection.execute(
        query, (today.isoformat(), kept.open, kept.sealed)
    ):
        open_, sealed = bool(has_open and (asked or old_open)), bool(has_sealed and old_sealed)
        yield Due(id, form, submitted_at, open_, sealed, "consent" if asked and not old_open else "time")
