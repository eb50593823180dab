"""A store made, opened or brought up to date; whatever stands in the way is refused before anything is changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import Refusal
from monitor.keys import (
    KeyFile,
    Signer,
    check_recipients,
    key_file_of,
    new_key,
    new_signer,
    read_key_file,
    write_key_file,
)
from monitor.store import schema
from monitor.store.copying import beside, clear_drafts, copies_of_migrations, copy_to
from monitor.store.database import Store
from monitor.store.engine import can_encrypt, connect, is_plain, sqlite
from monitor.store.links import sealed_key
from monitor.store.log import Log
from monitor.store.projection import meta_lines
from monitor.store.refusals import refusing
from monitor.store.writing import check_actor

PATIENCE = 5.0
"""Seconds to wait for somebody else who is writing, before refusing."""

Asked = Callable[[], str]
"""Asks for the passphrase, when it is needed."""


def create(
    path: Path, programme: str, monitor: str, *, plain: bool = False, passphrase: str | None = None,
    recipients: Sequence[str] = (), invented: bool = False,
) -> Store:  # fmt: skip
    """Make a store and open it. ``monitor`` is the code of who acts when nobody else is named.

    It is encrypted under the passphrase, unless ``plain`` asks for one that is not. Sealed answers are encrypted to the
    ``recipients``, public keys of age. ``invented`` says, for good, that nothing in the store was observed; every
    release from it says so, too.

    Both files, the store and its keys, can be read by their owner alone, from their first byte. Raises
    :class:`Refusal`: STORE-10 when something is already there, STORE-11 when its folder is not, STORE-90 when
    encryption cannot be had, KEY-01 without a passphrase, KEY-02 for a short one, SEAL-05 and 06 for the recipients.
    """
    path = Path(path)
    sealed_to = check_recipients(recipients) if recipients else []
    check_new(path, programme, monitor)
    key, keys, signer = _new_keys(plain, passphrase)
    try:
        schema.make_private(path)
    except FileExistsError:
        raise Refusal("STORE-10", path=path) from None
    except OSError as error:
        raise Refusal("STORE-03", path=path) from error
    first = {"programme": programme.strip(), "monitor": monitor, "key": signer.public, "recipients": sealed_to}
    try:
        # The key first: a store whose key was never written is lost.
        write_key_file(key_file_of(path), keys)
        return _fill(path, key, signer, {**first, **({"invented": True} if invented else {})})
    except BaseException:
        for left in (path, *beside(path), key_file_of(path)):
            left.unlink(missing_ok=True)
        raise


def check_new(path: Path, programme: str, monitor: str) -> None:
    """Refuse what :func:`create` would refuse, before anybody is asked for a passphrase.

    Raises :class:`Refusal`: STORE-10, STORE-11, STORE-21, STORE-27.
    """
    check_actor(monitor)
    if not 1 <= len(programme.strip()) <= 200 or not programme.isprintable():
        raise Refusal("STORE-27")
    if not path.absolute().parent.is_dir():
        raise Refusal("STORE-11", folder=path.parent)
    for taken in (path, key_file_of(path)):
        if taken.exists() or taken.is_symlink():
            raise Refusal("STORE-10", path=taken)


def _new_keys(plain: bool, passphrase: str | None) -> tuple[bytes | None, KeyFile, Signer]:
    signer = new_signer()
    if plain:
        return None, KeyFile(None, None).with_signer(signer, None), signer
    if not can_encrypt():
        raise Refusal("STORE-90")
    if passphrase is None:
        raise Refusal("KEY-01", name="MONITOR_PASSPHRASE")
    key = new_key()
    return key, KeyFile(None, None).with_passphrase(key, passphrase).with_signer(signer, key), signer


def _fill(path: Path, key: bytes | None, signer: Signer, first: dict[str, object]) -> Store:
    with refusing(path):
        connection = connect(path, key, PATIENCE)
        try:
            connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
            schema.apply(connection)
            _use_wal(connection, path)
            connection.execute("BEGIN IMMEDIATE")
            log = Log(connection, signer)
            entry = log.append(str(first["monitor"]), "created", None, first, sealed=sealed_key())
            log.flush()
            connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", meta_lines(entry).items())
            connection.execute("COMMIT")
            if is_plain(path) != (key is None):
                raise Refusal("STORE-90")
            return Store(path, connection, key)
        except BaseException:
            connection.close()
            raise


def open_store(
    path: Path, patience: float = PATIENCE, *, passphrase: Asked | None = None, signer: Signer | None = None
) -> Store:
    """Open the store at ``path``. ``patience`` is how many seconds to wait for another program that writes.

    ``passphrase`` is asked only where the store is encrypted; ``signer`` is the key of a person who signs with her own.

    Raises :class:`Refusal` for a file that is missing, no file, read-only, no store, made by a newer or an older
    version of this program, in use, or damaged; for a passphrase that is not given (KEY-01) or wrong (KEY-03), and for
    a file of keys that does not belong to it (KEY-04, 05). The file is left as it is.
    """
    path = Path(path)
    _check_file(path)
    return open_with_key(path, key_of(path, passphrase), patience, signer)


def open_with_key(
    path: Path, key: bytes | None, patience: float = PATIENCE, signer: Signer | None = None
) -> Store:  # fmt: skip
    """The same with the key itself, as the recovery key gives it.

    Raises :class:`Refusal`: KEY-06 for another key, KEY-17 for a store that has none.
    """
    _check_file(path, keyed=key is not None)
    if key is not None and is_plain(path):
        raise Refusal("KEY-17", path=path)
    with refusing(path, key):
        connection = connect(path, key, patience)
        try:
            check_ours(connection, path)
            _use_wal(connection, path)
            return Store(path, connection, key, signer)
        except BaseException:
            connection.close()
            raise


def migrate(path: Path, passphrase: Asked | None = None) -> Path | None:
    """Bring a store of an older version up to this one; gives the path of the copy made before, if one was needed."""
    path = Path(path)
    _check_file(path)
    key = key_of(path, passphrase)
    with refusing(path, key):
        connection = connect(path, key, PATIENCE)
        try:
            check_ours(connection, path, older=True)
            reached = schema.schema_version(connection)
            if reached == len(schema.MIGRATIONS):
                return None
            moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
            clear_drafts(path.absolute().parent, copies_of_migrations(path))
            copy = path.with_name(f"{path.name}.schema-{reached}-{moment}")
            if (keys := read_key_file(key_file_of(path))) is not None and key is not None:
                write_key_file(key_file_of(copy), keys.without_signer())
            copy_to(connection, key, copy)
            schema.apply(connection)
            return copy
        finally:
            connection.close()


def key_of(path: Path, passphrase: Asked | None) -> bytes | None:
    """The key of a store, or None for one that is not encrypted."""
    keys = read_key_file(key_file_of(path))
    if is_plain(path):
        if keys is not None and keys.lock is not None:
            raise Refusal("KEY-05", path=path)
        return None
    if keys is None or keys.lock is None:
        raise Refusal("KEY-04", path=path, keys=key_file_of(path))
    if not can_encrypt():
        raise Refusal("STORE-90")
    if passphrase is None:
        raise Refusal("KEY-01", name="MONITOR_PASSPHRASE")
    return keys.open(passphrase())


def _check_file(path: Path, keyed: bool = False) -> None:
    try:
        found = path.stat()
    except PermissionError as error:
        raise Refusal("STORE-03", path=path) from error
    except OSError as error:
        raise Refusal("STORE-01", path=path) from error
    if not stat.S_ISREG(found.st_mode):
        raise Refusal("STORE-02", path=path)
    # SQLite writes two files beside the store, so that the folder must be open too.
    if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.parent, os.W_OK):
        raise Refusal("STORE-03", path=path)
    whole = found.st_size >= 512 and found.st_size % 512 == 0
    if not is_plain(path) and not (whole and (keyed or key_file_of(path).exists())):
        # An encrypted store looks like noise; what tells it from any other file is that its keys lie beside it.
        raise Refusal("STORE-04" if not whole else "KEY-04", path=path, what="it is no SQLite file",
                      keys=key_file_of(path))  # fmt: skip


def _use_wal(connection: sqlite.Connection, path: Path) -> None:
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise Refusal("STORE-25", path=path)


def check_ours(connection: sqlite.Connection, path: Path, older: bool = False) -> None:
    """Refuse (STORE-04, 05, 06, 09) what is no store of this version, or with ``older`` of one before."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION_ID:
        raise Refusal("STORE-04", path=path, what="it is the database of another program")
    version, known = schema.schema_version(connection), len(schema.MIGRATIONS)
    if version > known:
        raise Refusal("STORE-05", path=path, version=version, known=known)
    if schema.has_false_tables(connection):
        raise Refusal("STORE-09", path=path)
    tables = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name IN ('log', 'meta')").fetchone()[0]
    if tables < 2 or connection.execute("SELECT count(*) FROM meta").fetchone()[0] == 0:
        raise Refusal("STORE-04", path=path, what="it was begun as a store and never finished")
    if version < known and not older:
        raise Refusal("STORE-06", path=path, version=version, known=known)
