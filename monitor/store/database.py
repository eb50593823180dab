"""The store: one SQLite file of a programme, made, opened, read from and written to."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from monitor.contract import as_contract
from monitor.errors import Refusal
from monitor.instrument import Instrument
from monitor.store import schema
from monitor.store.links import sealed_key
from monitor.store.log import Log, head
from monitor.store.neighbours import Neighbours
from monitor.store.projection import forms_of, meta_lines
from monitor.store.refusals import refusing
from monitor.store.writing import Contract, Writing, check_actor
from monitor.submissions import Surroundings

PATIENCE = 5.0
"""Seconds to wait for somebody else who is writing, before refusing."""

_SETTINGS = (
    "synchronous = FULL",  # a commit has reached the disk
    "fullfsync = ON",  # on macOS also the disk's own cache
    "checkpoint_fullfsync = ON",
    "foreign_keys = ON",
    "recursive_triggers = ON",  # or REPLACE would slip past the triggers of the log
    "trusted_schema = OFF",
    "cell_size_check = ON",
)


class Store:
    """An open store. Use it as a context manager; :func:`create` and :func:`open_store` make it.

    ``connection`` is for reading: whatever changes the store goes through :meth:`writing`.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection
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

    def head(self) -> tuple[int, str, str]:
        """Number, hash and time of the last entry of the log."""
        return head(self.connection)

    @contextmanager
    def writing(self, actor: str, contract: Contract = as_contract) -> Iterator[Writing]:
        """One transaction of ``actor``: kept when the block ends, undone when anything is raised in it.

        When the block has ended, all of it is on the disk. Raises :class:`Refusal` when another program is writing
        (STORE-07), the disk is full (STORE-08), ... and then nothing of it is stored.
        """
        assert self._writing is None, "one transaction at a time"
        with refusing(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                self._writing = Writing(self.connection, actor, contract)
                yield self._writing
                self._writing.flush()
                self.connection.execute("ROLLBACK" if self._writing.discarded else "COMMIT")
            finally:
                self._writing = None
                if self.connection.in_transaction:  # something was raised; SQLite may have rolled back by itself
                    self.connection.execute("ROLLBACK")

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


def create(path: Path, programme: str, monitor: str, plain: bool = True, *, invented: bool = False) -> Store:
    """Make a store and open it. ``monitor`` is the code of who acts when nobody else is named.

    ``invented`` says, for good, that nothing in the store was observed; every release from it says so, too.

    The file can be read by its owner alone, from its first byte. Raises :class:`Refusal` when something is already
    there, its folder is not, or encryption is asked for, which this version cannot give.
    """
    if not plain:
        raise Refusal("STORE-90")
    check_actor(monitor)
    if not 1 <= len(programme.strip()) <= 200 or not programme.isprintable():
        raise Refusal("STORE-27")
    path = Path(path)
    try:
        schema.make_private(path)
    except FileExistsError:
        raise Refusal("STORE-10", path=path) from None
    except (FileNotFoundError, NotADirectoryError):
        raise Refusal("STORE-11", folder=path.parent) from None
    except OSError as error:
        raise Refusal("STORE-03", path=path) from error
    try:
        return _fill(path, programme.strip(), monitor, invented)
    except BaseException:
        for left in (path, *(path.with_name(path.name + ending) for ending in ("-journal", "-wal", "-shm"))):
            left.unlink(missing_ok=True)
        raise


def _fill(path: Path, programme: str, monitor: str, invented: bool) -> Store:
    with refusing(path):
        connection = _connect(path, PATIENCE)
        try:
            connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
            schema.apply(connection, path)
            _use_wal(connection, path)
            connection.execute("BEGIN IMMEDIATE")
            log = Log(connection)
            mark = {"invented": True} if invented else {}
            payload = {"programme": programme, "monitor": monitor, **mark}
            entry = log.append(monitor, "created", None, payload, sealed=sealed_key())
            log.flush()
            connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", meta_lines(entry).items())
            connection.execute("COMMIT")
            return Store(path, connection)
        except BaseException:
            connection.close()
            raise


def open_store(path: Path, patience: float = PATIENCE) -> Store:
    """Open the store at ``path``. ``patience`` is how many seconds to wait for another program that writes.

    Raises :class:`Refusal` for a file that is missing, no file, read-only, no store, made by a newer or an older
    version of this program, in use, or damaged; the file is left as it is.
    """
    path = Path(path)
    _check_file(path)
    with refusing(path):
        connection = _connect(path, patience)
        try:
            _check_ours(connection, path)
            _use_wal(connection, path)
            return Store(path, connection)
        except BaseException:
            connection.close()
            raise


def migrate(path: Path) -> Path | None:
    """Bring a store of an older version up to this one; gives the path of the copy made before, if one was needed."""
    path = Path(path)
    _check_file(path)
    with refusing(path):
        connection = _connect(path, PATIENCE)
        try:
            _check_ours(connection, path, older=True)
            return schema.apply(connection, path)
        finally:
            connection.close()


def _check_file(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except PermissionError as error:
        raise Refusal("STORE-03", path=path) from error
    except OSError as error:
        raise Refusal("STORE-01", path=path) from error
    if not stat.S_ISREG(mode):
        raise Refusal("STORE-02", path=path)
    # SQLite writes two files beside the store, so that the folder must be open too.
    if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.parent, os.W_OK):
        raise Refusal("STORE-03", path=path)
    with path.open("rb") as file:
        if file.read(16) != b"SQLite format 3\x00":
            raise Refusal("STORE-04", path=path, what="it is no SQLite file")


def _connect(path: Path, patience: float) -> sqlite3.Connection:
    # By address, so that a file that has gone meanwhile is not made anew, readable by everybody.
    address = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(address, uri=True, timeout=patience, isolation_level=None)
    try:
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
    except BaseException:
        connection.close()
        raise
    return connection


def _use_wal(connection: sqlite3.Connection, path: Path) -> None:
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise Refusal("STORE-25", path=path)


def _check_ours(connection: sqlite3.Connection, path: Path, older: bool = False) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION_ID:
        raise Refusal("STORE-04", path=path, what="it is the database of another program")
    version, known = schema.schema_version(connection), len(schema.MIGRATIONS)
    if version > known:
        raise Refusal("STORE-05", path=path, version=version, known=known)
    tables = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name IN ('log', 'meta')").fetchone()[0]
    if tables < 2 or connection.execute("SELECT count(*) FROM meta").fetchone()[0] == 0:
        raise Refusal("STORE-04", path=path, what="it was begun as a store and never finished")
    if version < known and not older:
        raise Refusal("STORE-06", path=path, version=version, known=known)
