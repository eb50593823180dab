"""Writes a release under a temporary name, attacks the finished file, and only then gives it its own name."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from monitor.agreement import doubtful
from monitor.disclosure import AuditReport, Hiding, Policy, ProtectedTable, audit, protect
from monitor.disclosure.audit import ATTACKS
from monitor.errors import Refusal
from monitor.findings import find
from monitor.instrument import Instrument
from monitor.release.codebook import Row, cautions, codebook, index, languages
from monitor.release.layout import (
    APPLICATION_ID,
    LAYOUT_VERSION,
    TABLES,
    content_hash,
    create_figures,
    create_view,
    figures_of,
    table_name,
)
from monitor.store import COUNTED_KINDS, Store, sqlite

NOTICE = "Everything in this release is invented: no court, no case and no person stands behind any figure."

_SHOWN_PLACES = 20


@dataclass(frozen=True)
class Release:
    """A release file and what its audit found. ``built_from`` is the hash of the log entry that it was built from."""

    path: Path
    id: str
    content_hash: str
    built_from: str
    audit: AuditReport

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


def build(
    path: Path, *, store: Store, catalogue: Mapping[str, Instrument], policy: Policy, licence: str,
    title: str | None = None, period: tuple[str | None, str | None] = (None, None), replace: bool = False,
    more: Sequence[Hiding] = (), actor: str | None = None,
) -> Release:  # fmt: skip
    """Build the release of every instrument that the store has used, from its approved submissions, at ``path``.

    ``period`` are the first and last day that the release speaks of, as ISO dates; it is printed and selects nothing.
    ``more`` hide further cells. ``actor`` is noted in the log, by default the store's own monitor.
    The same store, policy and words give the same bytes, with the same SQLite; the clock is not asked.

    Raises :class:`Refusal`, and leaves no file: the target exists (RELEASE-03, -09), nothing is approved (RELEASE-04),
    it cannot be written (RELEASE-05), the audit found something (RELEASE-07), nothing is left to publish
    (RELEASE-12), ...
    """
    path = Path(path)
    _check_period(period)
    _check_target(path, store, replace)
    with _snapshot(store.connection):
        instruments = _used(store.connection, catalogue)
        built_from = _head(store.connection)
        found = find(store.connection, instruments, doubtful(store.connection, instruments, policy.agreement))
        shown = [table for table in found if not (policy.hold_back and table.caution)]
        if not shown:
            raise Refusal("RELEASE-12", floor=policy.agreement)
        tables = protect(shown, policy, more)
    title = title or f"{store.programme}: findings"
    about = _about(store, title, period, policy, licence, built_from, languages(instruments))
    with _temporary(path) as draft:
        left_out = {table.instrument: table.left_out for table in found}
        digest = _write(draft, about, [*codebook(instruments, left_out), *cautions(instruments, found)], tables)
        report = _attacked(draft)
        _publish(draft, path, store, actor or store.monitor, digest)
    return Release(path, about["id"], digest, about["built_from"], report)


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


def check(path: Path) -> Release:
    """Attack the release at ``path`` again, from the file alone.

    Raises :class:`Refusal` when it is no release (RELEASE-06), or nothing is disclosed but it was changed since it was
    built (RELEASE-08).
    """
    path = Path(path)
    _refuse_other_layout(path)
    report = audit(path)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            query = "SELECT id, content_hash, built_from FROM release"
            identity, digest, built_from = connection.execute(query).fetchone()
            found = content_hash(connection)
    except (sqlite3.Error, TypeError) as error:
        raise Refusal("RELEASE-06", path=path, why="it cannot be read as one") from error
    if report.passed and found != digest:
        raise Refusal("RELEASE-08", path=path)
    return Release(path, identity, found, built_from, report)


def _refuse_other_layout(path: Path) -> None:
    """Refuse a release of another version of the framework, of which the audit could only say that it is strange."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        header = file.read(72)
    version, application = (int.from_bytes(header[place : place + 4]) for place in (60, 68))  # see SQLite's file format
    if application == APPLICATION_ID and version != LAYOUT_VERSION:
        why = f"its layout has the number {version}, and this program knows number {LAYOUT_VERSION}"
        raise Refusal("RELEASE-06", path=path, why=why)


# Where it goes.


def _check_target(path: Path, store: Store, replace: bool) -> None:
    if not path.parent.is_dir():
        raise Refusal("RELEASE-05", path=path, why=f"there is no folder {path.parent}")
    if path.exists() or path.is_symlink():
        if not _is_release(path) or path.resolve() == store.path.resolve():
            raise Refusal("RELEASE-09", path=path)
        if not replace:
            raise Refusal("RELEASE-03", path=path)


def _is_release(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        header = file.read(72)
    return header[:16] == b"SQLite format 3\x00" and int.from_bytes(header[68:72]) == APPLICATION_ID


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """A new file beside the target, readable by its owner alone; gone when the block ends, unless it was renamed."""
    draft = path.with_name(f".{path.name}.{os.urandom(6).hex()}.tmp")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        yield draft
    except (OSError, sqlite3.Error) as error:
        raise Refusal("RELEASE-05", path=path, why=_why(error)) from error
    finally:
        for left in (draft, Path(f"{draft}-journal")):
            left.unlink(missing_ok=True)


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__


def _publish(draft: Path, path: Path, store: Store, actor: str, digest: str) -> None:
    """Give the finished file its name, and note in the log that it stands. The figures are not in the log."""
    draft.chmod(0o644)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    renamed = False
    try:
        with store.writing(actor) as writing:
            draft.replace(path)
            renamed = True
            writing.note_release(digest, path.name)
    except BaseException:
        if renamed:
            path.unlink(missing_ok=True)  # a release of which the log knows nothing must not stand
        raise


# What it is built from.


@contextmanager
def _snapshot(connection: sqlite.Connection) -> Iterator[None]:
    """One reading transaction, so that the figures and the entry they are built from belong together."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _used(connection: sqlite.Connection, catalogue: Mapping[str, Instrument]) -> list[Instrument]:
    codes = [code for (code,) in connection.execute("SELECT DISTINCT instrument FROM contract ORDER BY instrument")]
    if unknown := [code for code in codes if code not in catalogue]:
        # Left out in silence, an instrument would seem to have no findings.
        raise Refusal("STORE-23", instruments=", ".join(unknown))
    instruments = [catalogue[code] for code in codes]
    forms = [form.full_code() for instrument in instruments for form in instrument.forms]
    approved = {form for (form,) in connection.execute("SELECT DISTINCT form FROM submission WHERE state = 'approved'")}
    if not approved.intersection(forms) or not any(instrument.indicators for instrument in instruments):
        raise Refusal("RELEASE-04")
    return instruments


def _head(connection: sqlite.Connection) -> tuple[int, str, str]:
    """The last entry that changed what is counted, so that a release can be built again.

    Notes of releases change nothing, nor does what is about keys, or text that was taken out to protect a person.
    """
    query = f"SELECT seq, hash, time FROM log WHERE kind IN {COUNTED_KINDS} ORDER BY seq DESC LIMIT 1"
    entry: tuple[int, str, str] = connection.execute(query).fetchone()
    return entry


def _about(
    store: Store, title: str, period: tuple[str | None, str | None], policy: Policy, licence: str,
    built_from: tuple[int, str, str], spoken: Sequence[str],
) -> dict[str, Any]:  # fmt: skip
    entry, head, time = built_from
    about = {
        "programme": store.programme, "title": title, "period_from": period[0], "period_to": period[1],
        "built_from": head, "built_from_entry": entry, "built_from_time": time, "content_hash": None,
        "parameters": json.dumps(policy.as_json()), "licence": licence, "languages": json.dumps(spoken),
        "invented": int(store.invented), "notice": NOTICE if store.invented else None,
    }  # fmt: skip
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    return {"id": f"r-{digest[:12]}", **about}


# The file itself.


def _write(
    draft: Path, about: Mapping[str, Any], explained: Iterable[Row], tables: Sequence[ProtectedTable]
) -> str:
    """Write the whole file; gives its content hash."""
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        for setting in ("page_size = 4096", "journal_mode = OFF", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {LAYOUT_VERSION}")
        connection.execute("BEGIN")
        for statement in (*TABLES, *(create_figures(table) for table in tables), create_view(tables)):
            connection.execute(statement)
        _insert(connection, "release", list(about.values()))
        for position, (attacked, method) in enumerate(ATTACKS, 1):
            # A file in which anything is disclosed is thrown away, so that this is the only verdict that can stand.
            _insert(connection, "audit", (position, attacked, method, "nothing disclosed"))
        for table, values in (*explained, *index(tables)):
            _insert(connection, table, values)
        for protected in tables:
            _insert_figures(connection, protected)
        digest = content_hash(connection)
        connection.execute("UPDATE release SET content_hash = ?", (digest,))
        connection.execute("COMMIT")
        connection.execute("VACUUM")
    return digest


def _insert(connection: sqlite3.Connection, table: str, values: Sequence[Any]) -> None:
    connection.execute(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(values))})', values)


def _insert_figures(connection: sqlite3.Connection, table: ProtectedTable) -> None:
    # No figure of this release stays as it was in an earlier one, hence no "since".
    names = [name for name in figures_of(table) if name != "since"]
    for finding in table.findings:
        values = [getattr(finding, name) for name in names]
        _insert(connection, table_name(table), [*finding.keys, *values, None])


def _attacked(draft: Path) -> AuditReport:
    report = audit(draft)
    if not report.passed:
        lines = (*report.disclosed, *report.undecided)
        more = [f"and {len(lines) - _SHOWN_PLACES} more"] if len(lines) > _SHOWN_PLACES else []
        raise Refusal("RELEASE-07", details=[*lines[:_SHOWN_PLACES], *more], count=len(lines))
    return report
