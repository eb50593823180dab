"""The program whose system calls are recorded: it makes a store, writes to it in every way, and says what is saved.

``python -m tests.power_cut_writing FOLDER KIND SYNCHRONOUS JOURNAL [on]``; ``on`` opens a store that is there.

Each line ``saved JSON`` on standard output follows a transaction that the store has acknowledged. It gives the head of
the log, and of each submission that the transaction changed its revision, its state and one answer. ``copied`` follows
a backup, and ``purged`` a redaction.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pyrage import x25519

from monitor.keys import locking
from monitor.store import Store, back_up, create, engine, open_store, purge, redact
from tests.store_sample import CATALOGUE, VISITS, Place, Visit, checked, place, submit, visit

NAME = "store.db"
COPY = "copy.db"
COPIED, PURGED = b"copied", b"purged"
MARKER = "The stove in the hall was green."
"""What stands in the text that is redacted, and nowhere else."""

KINDS = ("plain", "encrypted")
PASSPHRASE = "an invented passphrase"
STORY = "It rained, and nobody was there who could say why. " * 360

Saved = dict[str, tuple[int, str, int]]
"""By id of a place: its revision, its state and the answer ``size``."""


def make(folder: Path, kind: str) -> Store:
    """A new store of this kind."""
    recipients = [str(x25519.Identity.generate().to_public()) for _ in range(2)]
    passphrase = None if kind == "plain" else PASSPHRASE
    return create(
        folder / NAME, "An invented programme", "MON-01", plain=passphrase is None, passphrase=passphrase,
        recipients=recipients,
    )  # fmt: skip


def reopen(folder: Path, kind: str) -> Store:
    """Open the store that :func:`make` made."""
    return open_store(folder / NAME, passphrase=lambda: PASSPHRASE)


def places(store: Store) -> Saved:
    """What the store holds, read from its tables."""
    known = store.connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'visits__place'").fetchone()
    if known is None:
        return {}
    query = "SELECT id, revision, state, size FROM submission JOIN visits__place ON _submission = id"
    return {id: (revision, state, size) for id, revision, state, size in store.connection.execute(query)}


class Session:
    """One opening of the store, and what is said in it."""

    def __init__(self, store: Store, said: Saved) -> None:
        self.store = store
        self.said = said

    def say(self) -> None:
        """Say that all is saved which the store holds now. In one write, so that it stands whole in the record."""
        now = places(self.store)
        changed = {id: line for id, line in now.items() if self.said.get(id) != line}
        self.said.update(changed)
        line = {"head": self.store.head()[:2], "places": changed}
        os.write(1, b"saved " + json.dumps(line).encode() + b"\n")

    def singly(self, numbers: range) -> None:
        """One durable transaction for each submission; every third with a visit and its long story."""
        for number in numbers:
            with self.store.writing("MON-01") as writing:
                submit(writing, self.store, Place, place(number, size=number, owner="Somebody"))
                if number % 3 == 0:
                    story = STORY[: 40 * number] + (MARKER if number == 12 else "")
                    submit(writing, self.store, Visit, visit(f"P-{number}", story=story))
            self.say()

    def together(self, numbers: range) -> None:
        """A whole import in one transaction."""
        with self.store.writing("MON-01") as writing:
            for number in numbers:
                submit(writing, self.store, Place, place(number, size=number, owner="Somebody"))
                submit(writing, self.store, Visit, visit(f"P-{number}", story=STORY))
        self.say()

    def correct(self, number: int, size: int) -> None:
        """A new revision of a place."""
        found = self.store.surroundings(CATALOGUE).find(Place, f"P-{number}")
        assert found is not None
        with self.store.writing("MON-01") as writing:
            raw: dict[str, Any] = place(number, size=size)
            submission = checked(Place, raw, self.store, replaces=found.id)
            writing.correct(submission, VISITS, Place, reason="misheard", line="It was misheard.")
        self.say()

    def approve(self, number: int) -> None:
        """Somebody else approves a place."""
        found = self.store.surroundings(CATALOGUE).find(Place, f"P-{number}")
        assert found is not None
        with self.store.writing("MON-02") as writing:
            writing.decide(found.id, "approved")
        self.say()

    def back_up(self) -> None:
        """A copy of the whole store."""
        back_up(self.store, self.store.path.with_name(COPY))
        os.write(1, COPIED + b"\n")

    def redact(self, number: int) -> None:
        """Take the story of a visit out of the store, and then out of free pages and of the copy."""
        around = self.store.surroundings(CATALOGUE)
        found = around.find(Place, f"P-{number}")
        assert found is not None
        id = around.under(Visit, found.id)[0].id
        with self.store.writing("MON-01") as writing:
            reason, line = "protective_redaction", "It names somebody."
            redact(self.store, writing, id, questions=None, sealed=False, reason=reason, line=line)
        self.say()
        assert purge(self.store) == []
        os.write(1, PURGED + b"\n")


def write(folder: Path, kind: str, journal: str) -> None:
    """Three openings of one store; the write-ahead log is carried over and begun anew on the way."""
    said: Saved = {}
    with make(folder, kind) as store:
        now = Session(store, said)
        now.say()
        store.connection.execute(f"PRAGMA journal_mode = {journal}")
        now.singly(range(1, 31))
        now.together(range(100, 120))
        now.correct(7, size=70)
        now.approve(7)
        now.back_up()
        now.redact(12)
    with reopen(folder, kind) as store:
        store.connection.execute(f"PRAGMA journal_mode = {journal}")
        now = Session(store, said)
        now.together(range(1000, 1200))  # more than is kept in memory, so that it is written before it is sure
        now.singly(range(31, 46))
        now.approve(8)
    with reopen(folder, kind) as store:
        store.connection.execute(f"PRAGMA journal_mode = {journal}")
        now = Session(store, said)
        now.singly(range(46, 52))
        now.correct(9, size=90)


def go_on(folder: Path, kind: str) -> None:
    """Open a store that is there, say what it holds, and write on."""
    with reopen(folder, kind) as store:
        now = Session(store, {})
        now.say()
        now.singly(range(9000, 9004))


if __name__ == "__main__":
    folder, kind, synchronous, journal, *on = sys.argv[1:]
    settings = (*engine._SETTINGS, f"synchronous = {synchronous}")
    # A passphrase that is cheap to try: the keys are derived anew at each of a thousand openings.
    with patch.multiple(engine, _SETTINGS=settings), patch.multiple(locking, _OPERATIONS=1, _MEMORY=8192):
        if on:
            go_on(Path(folder), kind)
        else:
            write(Path(folder), kind, journal)
