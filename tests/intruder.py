"""What somebody can do who has the file, and perhaps its keys, and another program: none of our guards hold there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.keys import Signer, key_file_of, read_key_file
from monitor.store import Store, open_with_key, rebuild, sqlite
from monitor.store.canonical import canonical, digest
from monitor.store.log import chained
from tests.store_sample import CATALOGUE

COLUMNS = "seq, time, actor, kind, submission, payload, open, sealed, previous, hash, signature"

Line = dict[str, Any]
"""One entry of the log: column to value."""


@dataclass(frozen=True)
class Intruder:
    """Somebody with a store that is closed, and with its ``key`` where it is encrypted.

    The SQLite at work is the one of the store, bare: two different ones in one process break each other's locks.
    """

    path: Path
    key: bytes | None = field(default=None, repr=False)

    @contextmanager
    def connected(self) -> Iterator[sqlite.Connection]:
        """A connection on which nothing is watched; what was done is kept."""
        connection = sqlite.connect(self.path)
        try:
            if self.key is not None:
                connection.execute(f"PRAGMA key = \"x'{self.key.hex()}'\"")
            yield connection
            connection.commit()
        finally:
            connection.close()

    @contextmanager
    def without_triggers(self) -> Iterator[sqlite.Connection]:
        """The same with the triggers out of the way; they are put back as they were, to cover the tracks."""
        with self.connected() as connection:
            found = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in found:
                connection.execute(f"DROP TRIGGER {name}")
            yield connection
            for _, sql in found:
                connection.execute(sql)

    def run(self, *statements: str) -> None:
        """Change the store by SQL, past its triggers."""
        with self.without_triggers() as connection:
            for statement in statements:
                assert connection.execute(statement).rowcount != 0, statement

    def log(self) -> list[Line]:
        """Every entry."""
        with self.connected() as connection:
            rows = connection.execute(f"SELECT {COLUMNS} FROM log ORDER BY seq").fetchall()
        return [dict(zip(COLUMNS.split(", "), row, strict=True)) for row in rows]

    def write_log(self, lines: list[Line]) -> None:
        """Put these entries in the place of all."""
        with self.without_triggers() as connection:
            connection.execute("DELETE FROM log")
            for line in lines:
                connection.execute(f"INSERT INTO log ({COLUMNS}) VALUES ({', '.join('?' * 11)})", list(line.values()))

    def with_tables_made_again(self) -> None:
        """Let the tables follow the log, as our own program does it."""
        with self.opened() as store:
            rebuild(store, CATALOGUE)

    def device(self) -> Signer:
        """The key of the device, which lies beside the store (in a box, where the store is encrypted)."""
        keys = read_key_file(key_file_of(self.path))
        assert keys is not None
        signer = keys.signer(self.key)
        assert signer is not None
        return signer

    def opened(self) -> Store:
        """The store as our own program opens it."""
        return open_with_key(self.path, self.key)


Sign = Callable[[Line], str | None]
"""Gives the signature of an entry that was chained anew."""


def as_before(line: Line) -> str | None:
    """The signature that stood there: of another hash."""
    signature: str | None = line["signature"]
    return signature


def unsigned(line: Line) -> str | None:
    """No signature."""
    return None


def by(signer: Signer) -> Sign:
    """A signature by a key that the intruder has."""
    return lambda line: signer.sign(line["hash"])


def chain(lines: list[Line], sign: Sign, start: int = 1) -> list[Line]:
    """The entries, those from ``start`` numbered, chained and signed anew; the others as they are."""
    last = "0" * 64
    for number, line in enumerate(lines, 1):
        if number >= start:
            line |= {"seq": number, "previous": last}
            said = (line[name] for name in ("seq", "time", "actor", "kind", "submission", "payload"))
            line["hash"] = chained(*said, last)
            line["signature"] = sign(line)
        last = line["hash"]
    return lines


def entry(actor: str, kind: str, submission: str | None, payload: dict[str, Any], time: str) -> Line:
    """A new entry, not chained yet."""
    text = canonical({**payload, "commit": payload.get("commit", {"open": None, "sealed": None})})
    values = (0, time, actor, kind, submission, text, None, None, "", "", None)
    return dict(zip(COLUMNS.split(", "), values, strict=True))


def commit(line: Line, payload: dict[str, Any]) -> None:
    """Let an entry say something else, with the digests of its open and its sealed part as they are now."""
    parts = {name: None if line[name] is None else digest(line[name]) for name in ("open", "sealed")}
    line["payload"] = canonical({**payload, "commit": parts})


def copy_folder(source: Path, target: Path) -> Path:
    """The folder of a store, copied file by file; gives the path of the store in it."""
    shutil.copytree(source, target, dirs_exist_ok=True)
    return target / "store.db"
