"""The store: one SQLite file of a programme that is open, read from and written to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from monitor.contract import as_contract
from monitor.errors import Refusal
from monitor.instrument import Instrument
from monitor.keys import Anchor, KeyFile, Signer, key_file_of, new_signer, read_key_file, write_key_file
from monitor.store.engine import sqlite
from monitor.store.keyring import Keyring, Signing, read_keyring
from monitor.store.log import head, store_id
from monitor.store.neighbours import Neighbours
from monitor.store.plugin_notes import PluginNote, note_plugins, unnoted
from monitor.store.projection import forms_of
from monitor.store.refusals import refusing
from monitor.store.writing import Contract, Writing
from monitor.submissions import Surroundings

if TYPE_CHECKING:
    from monitor.plugins import Plugin


class Store:
    """An open store. Use it as a context manager; ``create`` and ``open_store`` make it.

    ``connection`` is for reading: whatever changes the store goes through :meth:`writing`. ``key`` opens the file, and
    is None for one that is not encrypted. ``signer`` is the key of a person who signs with her own; without it the
    device's key signs. ``plugins`` are those at work, as whoever loads them says: every transaction notes in the log
    those from folders that are new to the store or have changed.
    """

    def __init__(
        self, path: Path, connection: sqlite.Connection, key: bytes | None = None, signer: Signer | None = None
    ) -> None:
        self.path = path
        self.connection = connection
        self.key = key
        self.signer = signer
        self.plugins: Sequence[Plugin] = ()
        meta = dict(connection.execute("SELECT key, value FROM meta"))
        if not {"programme", "monitor"} <= set(meta):
            raise Refusal("STORE-09", path=path)
        self.programme: str = meta["programme"]
        self.monitor: str = meta["monitor"]
        self.invented: bool = "invented" in meta
        self._writing: Writing | None = None

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Whatever was said to be saved is on the disk already."""
        self.connection.close()

    @property
    def encrypted(self) -> bool:
        """Whether the file is encrypted."""
        return self.key is not None

    def head(self) -> tuple[int, str, str]:
        """Number, hash and time of the last entry of the log."""
        return head(self.connection)

    def keyring(self) -> Keyring:
        """Who may sign for whom, and to whom answers are sealed."""
        return read_keyring(self.connection)

    def anchor(self) -> Anchor:
        """The head of the log as it is now, signed, to be kept outside the store."""
        entries, hash, _ = self.head()
        signer = self.signing().signer
        now = datetime.now(UTC).isoformat(timespec="seconds")
        bare = Anchor(store_id(self.connection), entries, hash, now, signer.public)
        return Anchor(bare.store, entries, hash, now, signer.public, signer.sign(bare.statement()))

    def signing(self) -> Signing:
        """The key that signs here: the person's own, or the device's, which is made where there is none yet."""
        if self.signer is not None:
            return Signing(self.signer, device=False)
        place = key_file_of(self.path)
        keys = read_key_file(place) or KeyFile(None, None)
        signer = keys.signer(self.key)
        if signer is None:
            signer = new_signer()
            write_key_file(place, keys.with_signer(signer, self.key))
        return Signing(signer, device=True)

    @contextmanager
    def writing(self, actor: str, contract: Contract = as_contract) -> Iterator[Writing]:
        """One transaction of ``actor``: kept when the block ends, undone when anything is raised in it.

        When the block has ended, all of it is on the disk. Raises :class:`Refusal` when another program is writing
        (STORE-07), the disk is full (STORE-08), the actor may not sign here (SIGN-01, 02, 03), ... and then nothing of
        it is stored.
        """
        assert self._writing is None, "one transaction at a time"
        with refusing(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                # Within the transaction: of two processes that find no key, one makes it.
                self._writing = Writing(self.connection, actor, contract, self.signing(), self.encrypted)
                note_plugins(self.connection, self._writing, self.plugins)
                yield self._writing
                self._writing.flush()
                self.connection.execute("ROLLBACK" if self._writing.discarded else "COMMIT")
            finally:
                self._writing = None
                if self.connection.in_transaction:  # something was raised; SQLite may have rolled back by itself
                    self.connection.execute("ROLLBACK")

    def unnoted_plugins(self) -> list[tuple[Plugin, PluginNote | None]]:
        """The plugins at work that the log does not know as they are now, each with what it knows, if anything."""
        with refusing(self.path):
            return unnoted(self.connection, self.plugins)

    def has_origin(self, form: str, origin: str) -> bool:
        """Whether a submission of this form (its full code) and origin was ever stored; a withdrawn one too."""
        query = "SELECT 1 FROM submission WHERE form = ? AND origin = ?"
        if self.connection.execute(query, (form, origin)).fetchone() is not None:
            return True
        return self._writing is not None and self._writing.pends(form, origin)

    def surroundings(self, catalogue: Mapping[str, Instrument]) -> Surroundings:
        """What a check may know of this store. Inside :meth:`writing` it sees what was submitted a moment before."""
        return Neighbours(self.connection, forms_of(catalogue.values()), self._flush)

    def _flush(self) -> None:
        if self._writing is not None:
            self._writing.flush()
