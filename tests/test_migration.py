"""A store of schema 1, as the first versions wrote it, is copied, brought up to date and whole, or left as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.root import run
from monitor.contract import as_contract
from monitor.errors import Refusal
from monitor.keys import KeyFile, key_file_of, locking, new_key, read_key_file, write_key_file
from monitor.store import (
    backups,
    history,
    migrate,
    open_store,
    purge,
    rebuild,
    redact,
    schema,
    show,
    sqlite,
    verify,
)  # fmt: skip
from monitor.store.canonical import canonical, digest, salted
from monitor.store.copying import check_copy
from monitor.store.engine import connect
from monitor.store.projection import make_tables
from tests.intruder import Intruder, chain, unsigned
from tests.store_sample import CATALOGUE, VISITS, Place, dump, place, store_one

ROOT = Path(__file__).parents[1]
PASSPHRASE = "an invented passphrase"
PLACE, VISIT = "0190f5fe-0000-7000-8000-000000000001", "0190f5fe-0000-7000-8000-000000000002"
STORY = "It rained, and the door was blue."

SCHEMA_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;
CREATE TABLE log (
        seq INTEGER PRIMARY KEY,
        time TEXT NOT NULL,
        actor TEXT NOT NULL,
        kind TEXT NOT NULL,
        submission TEXT,
        payload TEXT NOT NULL,
        open TEXT,
        sealed TEXT,
        previous TEXT NOT NULL,
        hash TEXT NOT NULL,
        signature TEXT
    ) STRICT;
CREATE INDEX log_submission ON log (submission) WHERE submission IS NOT NULL;
CREATE TRIGGER log_keeps_lines BEFORE UPDATE ON log
        BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END;
CREATE TRIGGER log_keeps_all BEFORE DELETE ON log
        BEGIN SELECT RAISE(ABORT, 'nothing is removed from the log'); END;
CREATE TRIGGER log_grows_by_one BEFORE INSERT ON log
        WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM log)
        BEGIN SELECT RAISE(ABORT, 'the log only grows at its end'); END;
CREATE TABLE contract (
        instrument TEXT NOT NULL,
        version TEXT NOT NULL,
        contract TEXT NOT NULL,
        PRIMARY KEY (instrument, version)
    ) STRICT;
CREATE TABLE submission (
        id TEXT PRIMARY KEY NOT NULL,
        form TEXT NOT NULL,
        version TEXT NOT NULL,
        parent TEXT REFERENCES submission (id),
        state TEXT NOT NULL CHECK (state IN ('submitted', 'approved', 'returned', 'quarantined', 'withdrawn')),
        revision INTEGER NOT NULL,
        author TEXT NOT NULL,
        entered_by TEXT NOT NULL,
        session INTEGER NOT NULL,
        language TEXT NOT NULL,
        submitted_at TEXT NOT NULL,
        origin TEXT,
        key TEXT,
        event TEXT,
        person TEXT,
        warnings TEXT NOT NULL,
        screened INTEGER NOT NULL,
        urgent INTEGER NOT NULL,
        seq INTEGER NOT NULL
    ) STRICT;
CREATE UNIQUE INDEX submission_origin ON submission (form, origin) WHERE origin IS NOT NULL;
CREATE UNIQUE INDEX submission_key ON submission (form, key) WHERE key IS NOT NULL AND state <> 'withdrawn';
CREATE UNIQUE INDEX submission_event ON submission (event) WHERE event IS NOT NULL AND state = 'approved';
CREATE INDEX submission_parent ON submission (parent, form) WHERE parent IS NOT NULL;
CREATE INDEX submission_waiting ON submission (form) WHERE state = 'submitted';
PRAGMA user_version = 1;
"""


@pytest.fixture(autouse=True)
def quick_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases that cost little: how much they cost is tested elsewhere."""
    monkeypatch.setattr(locking, "_MEMORY", 1 << 20)
    monkeypatch.setattr(locking, "_OPERATIONS", 1)


def envelope(form: str, closed: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A payload as version 1 wrote it: it knew neither consent nor which answers are sealed."""
    return {
        "form": f"visits.{form}", "version": "1.0", "parent": None, "author": "MON-01",
        "submitted_at": "2024-03-01T10:00:00.000+00:00", "session": 1, "language": "en", "translation": "none",
        "origin": None, "key": None, "event": None, "person": None, "warnings": [], "screened": False, "urgent": False,
        "closed": closed, "revision": 1, **more,
    }  # fmt: skip


def entries() -> list[tuple[str, str, str | None, dict[str, Any], str | None, str | None]]:
    """What happened: who, kind, submission, payload, open, sealed."""
    contract = {"code": "visits", "version": "1.0", "contract": as_contract(VISITS)}
    first = envelope("visit", {"open_that_day": "no"}, parent=PLACE)
    second = envelope("visit", {"open_that_day": "yes"}, parent=PLACE, revision=2, reason="misheard", warnings=["V1"])
    return [
        ("MON-01", "created", None, {"programme": "P", "monitor": "MON-01"}, None, salted({"link_key": "0f" * 32})),
        ("MON-01", "instrument", None, contract, None, None),
        ("MON-01", "submitted", PLACE, envelope("place", {"place_ref": "P-1", "size": 3}, key="P-1"), None,
         salted({"answers": {"owner": "Someone"}})),
        ("MON-01", "submitted", VISIT, first, salted({"answers": {"story": STORY}, "source": "A letter"}), None),
        ("MON-01", "corrected", VISIT, second, salted({
            "answers": {"story": f"{STORY} So they said."}, "explanations": {"V1": "All had left."},
            "correction": {"line": "Heard again."}}), None),
        ("MON-02", "approved", VISIT, {"revision": 2}, None, None),
    ]  # fmt: skip


def old_store(folder: Path, key: bytes | None = None) -> Path:
    """A store of schema 1 with rows in it, unsigned, as it lay on a disk when this version came out."""
    path = folder / "store.db"
    path.touch()
    connection = sqlite.connect(path, isolation_level=None)
    if key is not None:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        write_key_file(key_file_of(path), KeyFile(None, None).with_passphrase(key, PASSPHRASE))
    connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(SCHEMA_1)
    last = "0" * 64
    for seq, (actor, kind, submission, payload, open_, sealed) in enumerate(entries(), 1):
        parts = {"open": open_, "sealed": sealed}
        commit = {name: None if part is None else digest(part) for name, part in parts.items()}
        text, time = canonical({**payload, "commit": commit}), f"2024-03-01T10:00:0{seq}.000+00:00"
        own = digest(canonical([seq, time, actor, kind, submission, digest(text), last]))
        row = (seq, time, actor, kind, submission, text, open_, sealed, last, own, None)
        connection.execute(f"INSERT INTO log VALUES ({', '.join('?' * 11)})", row)
        last = own
    lines = {"programme": "P", "monitor": "MON-01", "created": "2024-03-01T10:00:01.000+00:00"}
    connection.executemany("INSERT INTO meta VALUES (?, ?)", lines.items())
    make_tables(connection, VISITS)
    connection.execute("INSERT INTO contract VALUES ('visits', '1.0', ?)", (canonical(as_contract(VISITS)),))
    submission = "INSERT INTO submission VALUES (?, ?, '1.0', ?, ?, ?, 'MON-01', 'MON-01', 1, 'en', ?, NULL, ?, NULL,"
    at = "2024-03-01T10:00:00.000+00:00"
    for values, warnings, seq in (
        ((PLACE, "visits.place", None, "submitted", 1, at, "P-1"), "[]", 3),
        ((VISIT, "visits.visit", PLACE, "approved", 2, at, None), '["V1"]', 6),
    ):
        connection.execute(f"{submission} NULL, ?, 0, 0, ?)", (*values, warnings, seq))
    connection.execute("INSERT INTO visits__place (_submission, place_ref, size) VALUES (?, 'P-1', 3)", (PLACE,))
    connection.execute("INSERT INTO visits__visit (_submission, open_that_day) VALUES (?, 'yes')", (VISIT,))
    connection.close()
    return path


def asked() -> str:
    return PASSPHRASE


def schema_of(path: Path, key: bytes | None = None) -> int:
    connection = connect(path, key, 1)
    try:
        return schema.schema_version(connection)
    finally:
        connection.close()


def is_whole(path: Path) -> None:
    """It is of the newest schema, verifies, and holds every entry and every answer."""
    with open_store(path, passphrase=asked) as store:
        assert verify(store, CATALOGUE).problems == ()
        shown = show(store, VISIT, CATALOGUE)
        assert shown.content.open == {"story": f"{STORY} So they said."}
        assert [act.kind for act in history(store, VISIT)] == ["submitted", "corrected", "approved"]
        assert show(store, PLACE, CATALOGUE).readable()["size"] == 3


KEYS: dict[str, Callable[[], bytes | None]] = {"plain": lambda: None, "encrypted": new_key}


@pytest.fixture(params=KEYS)
def key(request: pytest.FixtureRequest) -> bytes | None:
    return KEYS[request.param]()


def test_an_old_store_is_refused_with_the_way_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = old_store(tmp_path)
    before = path.read_bytes()
    assert run(["--store", str(path), "submissions", "list"]) == 1
    assert "db migrate'" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert run(["--store", str(path), "db", "migrate"]) == 0
    assert run(["--store", str(path), "db", "migrate"]) == 0  # nothing is left to do
    assert run(["--store", str(path), "submissions", "list"]) == 0
    assert len([one for one in tmp_path.iterdir() if ".schema-1-" in one.name]) == 1


def test_an_old_store_is_copied_brought_up_and_whole(tmp_path: Path, key: bytes | None) -> None:
    path = old_store(tmp_path, key)
    copy = migrate(path, asked)
    assert copy is not None
    assert (schema_of(copy, key), schema_of(path, key)) == (1, len(schema.MIGRATIONS))
    assert check_copy(copy, key)[0] == 6
    is_whole(path)
    if key is not None:
        keys = read_key_file(key_file_of(copy))
        assert keys is not None and keys.open(PASSPHRASE) == key  # the copy can be opened by itself
    migrate(copy, asked)
    is_whole(copy)


def test_what_comes_next_is_signed_and_what_came_before_counts(tmp_path: Path, key: bytes | None) -> None:
    path = old_store(tmp_path, key)
    migrate(path, asked)
    with open_store(path, passphrase=asked) as store:
        store_one(store, Place, place(2))
        found = store.connection.execute("SELECT kind, signature IS NOT NULL FROM log ORDER BY seq").fetchall()
        assert found[6:] == [("moved", 1), ("submitted", 1)]
        assert {signed for _, signed in found[:6]} == {0}
        assert verify(store, CATALOGUE).problems == ()
        before = {name: lines for name, lines in dump(store).items() if name != "backup"}
        rebuild(store, CATALOGUE)
        assert {name: lines for name, lines in dump(store).items() if name != "backup"} == before


def test_after_the_first_signed_entry_an_unsigned_one_is_found(tmp_path: Path) -> None:
    path = old_store(tmp_path)
    migrate(path)
    with open_store(path) as store:
        store_one(store, Place, place(2))
        store_one(store, Place, place(3))
    intruder = Intruder(path)
    lines = intruder.log()
    intruder.write_log(chain(lines, unsigned, start=9))
    with open_store(path) as store:
        assert verify(store, CATALOGUE).problems == ("log entry 9: is not signed, though entries before it are.",)


def test_redacted_text_goes_from_the_copy_of_the_migration_too(tmp_path: Path) -> None:
    path = old_store(tmp_path)
    copy = migrate(path)
    assert copy is not None and STORY.encode() in copy.read_bytes()
    with open_store(path) as store:
        assert [backup.path for backup in backups(store)] == [copy]
        with store.writing("MON-02") as writing:
            redact(store, writing, VISIT, questions=None, sealed=False, reason="erasure_due", line="It is due.")
        assert purge(store) == []
        assert verify(store, CATALOGUE).problems == ()
    assert [one.name for one in tmp_path.iterdir() if STORY.encode() in one.read_bytes()] == []


def test_of_two_that_migrate_at_once_one_does_it(tmp_path: Path) -> None:
    path = old_store(tmp_path)
    script = "import sys, pathlib\nfrom monitor.store import migrate\nmigrate(pathlib.Path(sys.argv[1]))"
    command = [sys.executable, "-c", script, str(path)]
    both = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(2)]
    assert [(one.communicate()[1], one.returncode) for one in both] == [(b"", 0)] * 2
    is_whole(path)


# Killed on the way.

KILLED = """
import os, sys
from pathlib import Path
from monitor.store import copying, migrate, opening, schema

def cut(*given):
    os.kill(os.getpid(), 9)

moment = sys.argv[2]
if moment == "copied":
    copying.check_copy = cut
elif moment == "begun":
    schema.apply = cut
elif moment == "done":
    apply = schema.apply
    schema.apply = lambda connection: (apply(connection), cut())
else:
    second = schema._SECOND
    schema._SECOND = (*second[:int(moment)], "SELECT cut()", *second[int(moment):])
    whole = schema._second
    def with_cut(connection):
        connection.create_function("cut", 0, cut)
        for statement in schema._SECOND:
            connection.execute(statement).fetchall()
    schema.MIGRATIONS = (schema.MIGRATIONS[0], with_cut, *schema.MIGRATIONS[2:])
migrate(Path(sys.argv[1]), lambda: "an invented passphrase")
"""


@pytest.mark.parametrize("moment", ["copied", "begun", "1", "4", str(len(schema._SECOND)), "done"])
def test_killed_at_any_moment_it_is_of_one_schema_or_the_other_and_whole(
    tmp_path: Path, key: bytes | None, moment: str
) -> None:
    path = old_store(tmp_path, key)
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), moment], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert schema_of(path, key) == (len(schema.MIGRATIONS) if moment == "done" else 1)
    assert check_copy(path, key)[0] == 6
    migrate(path, asked)
    is_whole(path)
    copies = [one for one in tmp_path.iterdir() if ".schema-1-" in one.name and one.suffix != ".key"]
    assert [check_copy(copy, key)[0] for copy in copies] == [6] * len(copies)
    assert len(copies) == (1 if moment in ("copied", "done") else 2)  # what was never finished is cleared away


def test_a_migration_onto_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(disk)]
    if os.name == "nt" or os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root alone")
    try:
        path = old_store(disk)
        (disk / "other").write_bytes(bytes(disk_free(disk) - (48 << 10)))
        before = path.read_bytes()
        with pytest.raises(Refusal) as caught:
            migrate(path)
        assert (caught.value.code, path.read_bytes()) == ("STORE-08", before)
        assert sorted(one.name for one in disk.iterdir()) == ["other", "store.db"]
        (disk / "other").unlink()
        migrate(path)
        is_whole(path)
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def disk_free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
