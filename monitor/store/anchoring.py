"""The log against what was kept outside the store: anchors, and a list of those who may sign."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from monitor.keys import AllowedSigner, Anchor, allowed
from monitor.store.engine import sqlite
from monitor.store.keyring import Keyring
from monitor.store.log import Walked, head, store_id


def check_anchors(connection: sqlite.Connection, keyring: Keyring, anchors: Iterable[Anchor]) -> Iterator[str]:
    """What is wrong, an anchor each: a sentence that says what must have happened to the store.

    A file put back from an earlier day, a tail that was cut off, and a chain written anew from any point on give
    another entry at the anchor's number, or none.
    """
    own, (entries, _, _) = store_id(connection), head(connection)
    known = {one.key for one in keyring.enrolments}
    for anchor in anchors:
        where = f"anchor of {anchor.time}"
        if not anchor.is_genuine():
            yield f"{where}: its signature does not fit: the anchor itself was changed."
        elif anchor.store != own:
            yield f"{where}: is of another store, or the whole log was written anew from its first entry."
        elif anchor.entries > entries:
            yield (
                f"{where}: the log had {anchor.entries} entries then and has {entries} now: "
                "it was cut off, or an older copy was put in its place."
            )
        elif _hash_of(connection, anchor.entries) != anchor.head:
            yield f"{where}: entry {anchor.entries} is another one than then: the log was written anew."
        elif anchor.key not in known:
            yield f"{where}: is signed by a key that this store never enrolled."


def check_against_signers(walked: Walked, signers: Sequence[AllowedSigner]) -> Iterator[str]:
    """Whether the list from outside allows an entry's signature."""
    entry = walked.entry
    if entry is not None and not allowed(signers, entry.actor, entry.time, walked.hash, walked.signature):
        yield f"log entry {entry.seq}: the list of allowed signers does not allow its signature for {entry.actor}."


def _hash_of(connection: sqlite.Connection, seq: int) -> str | None:
    found = connection.execute("SELECT hash FROM log WHERE seq = ?", (seq,)).fetchone()
    return None if found is None else found[0]
