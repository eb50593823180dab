"""Attacks a release that stands, as anybody could who has the file, and looks at its content hash and signature."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from monitor.disclosure import audit
from monitor.errors import Refusal
from monitor.keys import AllowedSigner
from monitor.release.building import Release
from monitor.release.layout import APPLICATION_ID, LAYOUT_VERSION, content_hash
from monitor.release.signature import check_signature


def check(
    path: Path, earlier: Sequence[Path] = (), *, seconds: float = 600, signers: Sequence[AllowedSigner] = ()
) -> Release:  # fmt: skip
    """Attack the release at ``path`` again, from the files alone: by itself, and with ``earlier`` ones of its series.

    ``seconds`` is how long that may take. A signature that lies beside it is looked at; with a list of ``signers``
    there must be one that the list allows.

    Raises :class:`Refusal` when it is no release (RELEASE-06), nothing is disclosed but it was changed since it was
    built (RELEASE-08), or its signature is not right (RELEASE-13, -14).
    """
    path, earlier = Path(path), tuple(map(Path, earlier))
    for one in (path, *earlier):
        _refuse_other_layout(one)
    report = audit(path, earlier, seconds)
    try:
        with closing(_opened(path)) as connection:
            query = "SELECT id, content_hash, built_from, withdrawn FROM release"
            identity, digest, built_from, withdrawn = connection.execute(query).fetchone()
            listed = dict(connection.execute("SELECT id, content_hash FROM earlier ORDER BY position").fetchall())
            found = content_hash(connection)
        at_hand = {_as_published(one, listed) for one in earlier}
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise Refusal("RELEASE-06", path=path, why="it cannot be read as one") from error
    if report.passed and found != digest:
        raise Refusal("RELEASE-08", path=path)
    signed = check_signature(path, identity, found, signers)
    missing = tuple(id for id in listed if id not in at_hand)
    return Release(path, identity, found, built_from, report, signed, withdrawn=withdrawn, not_at_hand=missing)


def _as_published(path: Path, listed: Mapping[str, str]) -> str:
    """The id of an earlier release. Refuses (RELEASE-06) one that is not as the newer release knows it."""
    with closing(_opened(path)) as connection:
        (id,) = connection.execute("SELECT id FROM release").fetchone()
        if listed.get(id) != content_hash(connection):
            raise Refusal("RELEASE-06", path=path, why="it is not the earlier release as it was published")
    return str(id)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


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
