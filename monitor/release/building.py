"""Builds a release: protects the findings, writes them, attacks the finished file, and only then lets it stand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from monitor.disclosure import AuditReport, Hiding, Policy, audit
from monitor.errors import Refusal
from monitor.instrument import Instrument
from monitor.release.codebook import Row, cautions, codebook, index, languages
from monitor.release.method import meanings, method
from monitor.release.protecting import Choices, Found, Protected, added_since, find_all, protect_all
from monitor.release.series import (
    Series,
    carry,
    check_errata,
    check_groups,
    earlier_release,
    files_of,
    series_now,
    series_of_newest,
)
from monitor.release.signature import Signature, sign
from monitor.release.target import check_target, finish, reveal, unfinished
from monitor.release.writing import lines_of_series, write
from monitor.store import LedgerLine, ReleaseNote, Store, Writing, keep_release, note_erratum, sqlite

INVENTED = "Everything in this release is invented: no court, no case and no person stands behind any figure."
DRAFT = "This is a draft, made to be looked at. It is no release: do not publish it or pass it on."

_SHOWN_PLACES = 20


@dataclass(frozen=True)
class Release:
    """A release file and what its audit found. ``built_from`` is the hash of the log entry that it was built from.

    ``again`` is whether it is a release of the series that was built once more, ``signed`` by whom it is signed,
    ``withdrawn`` why it was withdrawn, and ``not_at_hand`` are the earlier releases together with which it was not
    attacked.
    """

    path: Path
    id: str
    content_hash: str
    built_from: str
    audit: AuditReport
    signed: Signature | None = None
    again: bool = field(default=False, compare=False)
    withdrawn: str | None = None
    not_at_hand: tuple[str, ...] = ()

    @property
    def tables(self) -> int:
        """How many tables of figures it has."""
        return self.audit.tables

    @property
    def cells(self) -> int:
        """How many rows these have together."""
        return self.audit.cells

    @property
    def suppressed(self) -> int:
        """In how many of them the main figure is hidden."""
        return self.audit.suppressed


@dataclass(frozen=True)
class _Written:
    """A release that is written and attacked, and does not stand yet."""

    about: Mapping[str, Any]
    digest: str
    series: Series
    protection: Protected
    report: AuditReport


def build(
    path: Path, *, store: Store, catalogue: Mapping[str, Instrument], policy: Policy, licence: str,
    replace: bool = False, more: Sequence[Hiding] = (), actor: str | None = None, **chosen: Any,
) -> Release:  # fmt: skip
    """Build the release of every instrument that the store has used, from its approved submissions, at ``path``.

    ``chosen`` are further :class:`Choices`. ``more`` hide further cells. ``actor`` is noted in the log and signs; by
    default it is the store's own monitor.

    The same store and choices give the same bytes, with the same SQLite; the clock is not asked. When the newest
    release of the series comes out again, it is that release; anything else is the next one.

    Raises :class:`Refusal`, and leaves no file: the target exists (RELEASE-03, -09), nothing is approved (RELEASE-04),
    it cannot be written (RELEASE-05), the audit found something (RELEASE-07), nothing is left to publish
    (RELEASE-12), an erratum is missing (RELEASE-15), another release was made meanwhile (RELEASE-16), the audit could
    not decide in its time (RELEASE-21), codes are put together otherwise than before (RELEASE-22), ...
    """
    path, choices = Path(path), Choices(policy, licence, more=more, **chosen)
    _check_period(choices.period)
    check_target(path, store.path, replace)
    with unfinished(path) as file:
        with _snapshot(store.connection):
            found = find_all(store, catalogue, choices)
            written = _written(file, store, found, choices)
        finish(file)
        signed = None
        if choices.draft:
            reveal(file, path)
        else:
            actor = actor or store.monitor
            time = _note(file, path.name, store, actor, written, choices)
            # Only now: a release of which the log and the ledger know nothing must not stand, whatever happens.
            reveal(file, path)
            signed = sign(path, written.about["id"], written.digest, actor, time, store.signing().signer)
    about, again = written.about, written.series.again is not None
    return Release(path, about["id"], written.digest, about["built_from"], written.report, signed, again)


def _check_period(period: tuple[str | None, str | None]) -> None:
    for given in period:
        try:
            if given is not None and date.fromisoformat(given).isoformat() != given:
                raise ValueError
        except ValueError:
            raise Refusal("RELEASE-11") from None
    first, last = period
    if first is not None and last is not None and first > last:
        raise Refusal("RELEASE-11")


@contextmanager
def _snapshot(connection: sqlite.Connection) -> Iterator[None]:
    """One reading transaction, so that the figures and the entry they are built from belong together."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


# The file.


def _written(file: Path, store: Store, found: Found, choices: Choices) -> _Written:
    """Write the release and attack it: the newest of the series once more, if it comes out the same, or the next."""
    again = None if choices.draft else series_of_newest(store.connection, choices.erratum)
    if again is not None and again.again is not None:
        about = _about(store, found, choices, again)
        if about["id"] == again.again.note.id:
            written = _attempt(file, store, found, choices, again, about)
            if written is not None:
                return written
    series = carry(series_now(store.connection), choices.erratum)
    check_groups(series, choices.parameters())
    check_errata(store.connection, series)
    written = _attempt(file, store, found, choices, series, _about(store, found, choices, series))
    assert written is not None  # only a release that is built again can come out otherwise
    return written


def _attempt(
    file: Path, store: Store, found: Found, choices: Choices, series: Series, about: Mapping[str, Any]
) -> _Written | None:  # fmt: skip
    """Write and attack a release; None when it was to be one of the series again, and is not."""
    connection = store.connection
    with files_of(connection, series.earlier) as earlier:
        known = [
            earlier_release(connection, kept, path, added_since(connection, found, choices, kept.note.built_from_entry))
            for kept, path in zip(series.earlier, earlier, strict=True)
        ]
        protection = protect_all(connection, found, choices, known)
        file.write_bytes(b"")
        explained = _explained(found, choices, series, about, protection)
        digest = write(file, about, explained, protection.tables)
        if series.again is not None and digest != series.again.note.content_hash:
            return None
        report = audit(file, earlier, choices.seconds)
    if not report.passed:
        lines = report.disclosed or report.undecided
        more = [f"and {len(lines) - _SHOWN_PLACES} more"] if len(lines) > _SHOWN_PLACES else []
        code = "RELEASE-07" if report.disclosed else "RELEASE-21"
        raise Refusal(code, details=[*lines[:_SHOWN_PLACES], *more], count=len(lines))
    return _Written(about, digest, series, protection, report)


def _explained(
    found: Found, choices: Choices, series: Series, about: Mapping[str, Any], protection: Protected
) -> Iterator[Row]:  # fmt: skip
    """Every line that is no figure."""
    yield from lines_of_series(series)
    yield from codebook(found.instruments, found.left_out())
    yield from cautions(found.instruments, found.tables)
    labels = {key: region.label for key, region in choices.pooling.regions.items()}
    yield from index(protection.tables, labels)
    yield from method(about, choices.policy, found.instruments)
    yield from meanings(protection.tables, json.loads(about["languages"]))


def _about(store: Store, found: Found, choices: Choices, series: Series) -> Mapping[str, Any]:
    """The line of table ``release``. The id is made from all the rest of it."""
    entry, head, time = found.built_from
    notice = " ".join(says for says, true in ((INVENTED, store.invented), (DRAFT, choices.draft)) if true)
    about = {
        "programme": store.programme, "title": choices.title or f"{store.programme}: findings",
        "period_from": choices.period[0], "period_to": choices.period[1],
        "built_from": head, "built_from_entry": entry, "built_from_time": time, "content_hash": None,
        "parameters": choices.parameters(), "licence": choices.licence,
        "languages": json.dumps(languages(found.instruments)), "invented": int(store.invented),
        "notice": notice or None, "position": series.position,
        "previous": None if series.newest is None else series.newest.note.id,
        "withdrawn": None, "draft": int(choices.draft),
    }  # fmt: skip
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    return {"id": f"r-{digest[:12]}", **about}


# What stays in the store.


def _note(file: Path, name: str, store: Store, actor: str, written: _Written, choices: Choices) -> str:
    """Note in one transaction that the release stands, with its file and its ledger; gives the time of the entry."""
    with store.writing(actor) as writing:
        if written.series.again is None:
            _check_alone(writing, written.series)
            if choices.erratum is not None and written.series.newest is not None:
                note_erratum(writing, written.series.newest.note.id, choices.erratum)
        about = {**written.about, "content_hash": written.digest}
        note = ReleaseNote(**{field: about[field] for field in ReleaseNote.__dataclass_fields__})
        lines = (
            LedgerLine(
                kept.instrument, kept.figure, kept.cell, kept.units, kept.persons, kept.cases, kept.shown, kept.since,
                kept.reason,
            )
            for kept in written.protection.ledger
        )  # fmt: skip
        return keep_release(writing, note, name, file.read_bytes(), lines, written.protection.reasons)


def _check_alone(writing: Writing, series: Series) -> None:
    """Refuse (RELEASE-16) to go on when another has made a release since this one was protected against all others."""
    now = series_now(writing.reading)
    if now.newest != series.newest:
        raise Refusal("RELEASE-16")
