"""What is said of a release that stands when it was wrong: an erratum, or a notice in the place of its figures."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from monitor.errors import Refusal
from monitor.languages import ORIGINAL
from monitor.release.series import Series, series_now
from monitor.release.signature import Signature, sign
from monitor.release.target import check_target, finish, is_release, reveal, unfinished
from monitor.release.writing import lines_of_series, write
from monitor.store import KeptRelease, Store, file_of, kept_releases, note_erratum, withdraw_release


def note_wrong(
    store: Store, says: str, *, actor: str, release: str | None = None, table: str | None = None,
    language: str = ORIGINAL,
) -> str:  # fmt: skip
    """Note an erratum about a release, by default the newest; every later one carries it. Gives the id of the release.

    Raises :class:`Refusal`: RELEASE-17 for no release, RELEASE-18 for one that the store does not know, RELEASE-19
    for no table of it, STORE-16 for what is no line.
    """
    with store.writing(actor) as writing:
        kept = _known(kept_releases(writing.reading), release)
        if table is not None and table not in _tables(file_of(writing.reading, kept.note.id)):
            raise Refusal("RELEASE-19", release=kept.note.id, table=table)
        note_erratum(writing, kept.note.id, says, table=table, language=language)
    return kept.note.id


def withdraw(
    path: Path, *, store: Store, because: str, actor: str, notice: Path | None = None, replace: bool = False
) -> tuple[str, str, Signature]:  # fmt: skip
    """Withdraw the release at ``path``: a notice takes its place, or is written to ``notice``, and the store notes it.

    The notice has the id of the release, says why, and holds no figures. What was published stays published: later
    releases are protected against its figures, too. Gives the id of the release, why it was withdrawn, and who signed
    the notice. Of one that is withdrawn already the notice is written again, with the reason of then.

    Raises :class:`Refusal`: RELEASE-06 for a file that is none, RELEASE-18 for one that this store did not make,
    STORE-16 for a reason that is no line, RELEASE-03, -05 and -09 where the notice cannot be written.
    """
    path = Path(path)
    target = path if notice is None else Path(notice)
    id = _id_in(path)
    kept = _known(kept_releases(store.connection), id)
    if notice is not None:
        check_target(target, store.path, replace)
    with unfinished(target) as file:
        why = kept.withdrawn or because.strip()
        digest = _write(file, store, kept, why)
        finish(file)
        with store.writing(actor) as writing:
            time = withdraw_release(writing, id, why)
        reveal(file, target)
        signed = sign(target, id, digest, actor, time, store.signing().signer)
    return id, why, signed


def _write(file: Path, store: Store, kept: KeptRelease, why: str) -> str:
    """A release without figures: the line about itself, what went before, and what is known to be wrong."""
    now = series_now(store.connection)
    before = tuple(one for one in now.earlier if one.note.position < kept.note.position)
    with closing(_opened(file_of(store.connection, kept.note.id))) as connection:
        connection.row_factory = sqlite3.Row
        about = dict(connection.execute("SELECT * FROM release").fetchone())
    about |= {"content_hash": None, "withdrawn": why}
    return write(file, about, lines_of_series(Series(before, now.errata)), ())


def _opened(content: bytes) -> sqlite3.Connection:
    """A kept release, read from memory."""
    connection = sqlite3.connect(":memory:")
    connection.deserialize(content)
    return connection


def _tables(content: bytes) -> set[str]:
    with closing(_opened(content)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM table_index")}


def _known(kept: Sequence[KeptRelease], id: str | None) -> KeptRelease:
    """The release of an id, or the newest."""
    if not kept:
        raise Refusal("RELEASE-17")
    found = next((one for one in reversed(kept) if id in (None, one.note.id)), None)
    if found is None:
        raise Refusal("RELEASE-18", release=id)
    return found


def _id_in(path: Path) -> str:
    """The id that a release gives itself."""
    if not is_release(path):
        raise Refusal("RELEASE-06", path=path, why="it is no file of that kind")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            (id,) = connection.execute("SELECT id FROM release").fetchone()
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise Refusal("RELEASE-06", path=path, why="it cannot be read as one") from error
    return str(id)
