"""A backup is the whole store at one moment, looked through, and a store again wherever it is restored."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyrage import x25519

from monitor.cli.root import run
from monitor.errors import Refusal
from monitor.keys import key_file_of, locking, read_key_file, recovery_text
from monitor.store import (
    Store,
    back_up,
    backups,
    create,
    list_submissions,
    open_store,
    restore,
    sqlite,
    verify,
)  # fmt: skip
from monitor.store import opening as opening_module
from tests.store_sample import CATALOGUE, Place, dump, new_store, place, store_one, submit

ROOT = Path(__file__).parents[1]
PASSPHRASE = "an invented passphrase"


@pytest.fixture(autouse=True)
def quick_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases that cost little: how much they cost is tested elsewhere."""
    monkeypatch.setattr(locking, "_MEMORY", 1 << 20)
    monkeypatch.setattr(locking, "_OPERATIONS", 1)


def encrypted(folder: Path) -> Store:
    keys = [str(x25519.Identity.generate().to_public()) for _ in range(2)]
    return create(folder / "store.db", "P", "MON-01", passphrase=PASSPHRASE, recipients=keys)


def asked() -> str:
    return PASSPHRASE


def refused(code: str, does: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        does()
    assert caught.value.code == code, caught.value.lines()
    return caught.value


def log(store: Store) -> list[tuple[object, ...]]:
    return store.connection.execute("SELECT * FROM log ORDER BY seq").fetchall()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


MAKERS: dict[str, Callable[[Path], Store]] = {"plain": new_store, "encrypted": encrypted}


@pytest.fixture(params=MAKERS)
def store(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    with MAKERS[request.param](tmp_path / "here") as made:
        for number in range(5):
            store_one(made, Place, place(number, owner="Someone"))
        yield made


# Backed up, and restored.


def test_a_restored_store_is_the_same_but_for_the_device_that_took_over(store: Store, tmp_path: Path) -> None:
    made = back_up(store, tmp_path / "there" / "copy.db")
    assert (made.entries, made.owes) == (store.head()[0], False)
    before, tables = log(store), dump(store)
    store.close()
    restore(made.path, tmp_path / "there" / "again.db", asked).close()
    with open_store(tmp_path / "there" / "again.db", passphrase=asked) as again:
        assert log(again) == before
        assert {name: lines for name, lines in dump(again).items() if name != "backup"} == {
            name: lines for name, lines in tables.items() if name != "backup"
        }
        store_one(again, Place, place(9))
        assert [row[3] for row in log(again)[len(before) :]] == ["moved", "submitted"]
        assert verify(again, CATALOGUE).problems == ()


def test_a_copy_and_its_keys_can_be_read_by_their_owner_alone_and_do_not_sign(store: Store, tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        made = back_up(store, tmp_path / "there" / "copy.db")
    finally:
        os.umask(mask)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "there").iterdir()} == {0o600}
    keys = read_key_file(key_file_of(made.path))
    assert (keys is not None) == store.encrypted
    assert keys is None or keys.device is None


def test_a_backup_of_an_encrypted_store_is_encrypted(tmp_path: Path) -> None:
    with encrypted(tmp_path) as store:
        made = back_up(store, tmp_path / "copy.db")
    assert not made.path.read_bytes().startswith(b"SQLite format 3")
    refused("KEY-03", lambda: restore(made.path, tmp_path / "again.db", lambda: "another passphrase"))
    assert not (tmp_path / "again.db").exists() and not (tmp_path / "again.db.key").exists()


def test_nothing_is_overwritten(store: Store, tmp_path: Path) -> None:
    taken = tmp_path / "there" / "taken.db"
    for path in (taken, key_file_of(taken), taken.with_name("taken.db-wal")):
        path.write_text('{"mine": 1}')
        code = "KEY-09" if path.suffix == ".key" else "STORE-10"
        refused(code, lambda: back_up(store, taken))
        assert path.read_text() == '{"mine": 1}'
        path.unlink()
    made = back_up(store, tmp_path / "there" / "copy.db")
    for name in ("taken.db", "taken.db-wal", "taken.db-journal"):
        taken.with_name(name).touch()
        refused("STORE-10", lambda: restore(made.path, taken, asked))
        taken.with_name(name).unlink()
    other = new_store(tmp_path, "other.db")
    other.close()
    key_file_of(tmp_path / "other.db").rename(key_file_of(taken))
    refused("STORE-10", lambda: restore(made.path, taken, asked))
    assert [backup.path for backup in backups(store)] == [made.path]


def test_a_write_ahead_log_that_was_left_is_not_read_into_what_is_restored(tmp_path: Path) -> None:
    """The store was lost and its write-ahead log was not: SQLite would play it into whatever is put in its place."""
    with new_store(tmp_path) as store:
        made = back_up(store, tmp_path / "copy.db")
        store_one(store, Place, place(3))
        left = (tmp_path / "store.db-wal").read_bytes()
    (tmp_path / "store.db").unlink()
    key_file_of(tmp_path / "store.db").unlink()
    (tmp_path / "store.db-wal").write_bytes(left)
    refused("STORE-10", lambda: restore(made.path, tmp_path / "store.db", None))
    (tmp_path / "store.db-wal").unlink()
    restore(made.path, tmp_path / "store.db", None).close()
    with open_store(tmp_path / "store.db") as again:
        assert verify(again, CATALOGUE).problems == ()


def test_a_damaged_backup_is_not_restored(store: Store, tmp_path: Path) -> None:
    made = back_up(store, tmp_path / "there" / "copy.db")
    whole = bytearray(made.path.read_bytes())
    half = len(whole) // 2
    whole[half:] = os.urandom(len(whole) - half)
    made.path.write_bytes(whole)
    with pytest.raises(Refusal) as caught:
        restore(made.path, tmp_path / "there" / "again.db", asked).close()
    assert caught.value.code in ("STORE-30", "STORE-09", "KEY-06", "STORE-26")
    assert names(tmp_path / "there") == names(tmp_path / "there")[: 2 if store.encrypted else 1]


def test_the_copy_is_looked_through_before_it_counts(store: Store, tmp_path: Path) -> None:
    before = names(tmp_path / "there")
    with store.writing("MON-01") as writing:
        submit(writing, store, Place, place(7))
        writing.discard()
    last = store.head()[0]
    # A disk that does not keep what it was given: the copy ends elsewhere.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("monitor.store.copying.check_copy", lambda path, key: (last, "0" * 64))
        refused("STORE-30", lambda: back_up(store, tmp_path / "there" / "copy.db"))
    assert (names(tmp_path / "there"), list(backups(store))) == (before, [])


WRITES = """
import sys, time
from pathlib import Path
from monitor.store import open_store
from tests.store_sample import Place, place, store_one
with open_store(Path(sys.argv[1]), passphrase=lambda: "an invented passphrase") as store:
    for number in range(100, 100_000):
        store_one(store, Place, place(number))
        print(number, flush=True)
        time.sleep(0.005)
"""


def test_others_may_write_while_a_backup_is_made(store: Store, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITES, str(store.path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        try:
            assert writer.stdout is not None and writer.stdout.readline() == b"100\n"
            made = [back_up(store, tmp_path / "there" / f"copy-{number}.db") for number in range(2)]
        finally:
            writer.kill()
    assert made[0].entries < made[-1].entries <= store.head()[0]
    entries = log(store)
    for one in made:
        restore(one.path, tmp_path / "there" / f"{one.path.name}-again", asked).close()
        with open_store(tmp_path / "there" / f"{one.path.name}-again", passphrase=asked) as again:
            assert log(again) == entries[: one.entries]
            assert verify(again, CATALOGUE).problems == ()


# Interrupted.

COPIES = """
import os, sys
from pathlib import Path
from monitor.store import back_up, copying, open_store, restore
def cut(*given):
    os.kill(os.getpid(), 9)
if sys.argv[3] != "never":
    setattr(*{"begun": (copying, "is_of"), "looked": (copying, "check_copy"), "named": (copying, "sync_folder"),
              "keys": (copying, "new_draft")}[sys.argv[3]], cut)
with open_store(Path(sys.argv[1]), passphrase=lambda: "an invented passphrase") as store:
    back_up(store, Path(sys.argv[2]))
"""


@pytest.mark.parametrize("moment", ["keys", "looked", "begun", "named"])
def test_a_backup_that_is_killed_bears_no_name_unless_it_is_whole(store: Store, tmp_path: Path, moment: str) -> None:
    target = tmp_path / "there" / "copy.db"
    command = [sys.executable, "-c", COPIES, str(store.path), str(target), moment]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    assert target.exists() == (moment == "named")
    assert verify(store, CATALOGUE).problems == ()
    assert [backup.path for backup in backups(store)] == [target]  # known also where it was never finished
    if moment == "named":
        refused("STORE-10", lambda: back_up(store, target))
    else:
        back_up(store, target)
    assert names(tmp_path / "there") == ["copy.db", *(["copy.db.key"] if store.encrypted else [])]
    restore(target, tmp_path / "there" / "again.db", asked).close()
    with open_store(tmp_path / "there" / "again.db", passphrase=asked) as again:
        assert log(again) == log(store)


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.02, 0.08])
def test_a_backup_of_a_large_store_killed_at_any_moment(tmp_path: Path, after: float) -> None:
    with new_store(tmp_path) as store:
        with store.writing("MON-01") as writing:
            for number in range(3000):
                submit(writing, store, Place, place(number, owner="x" * 200))
        target = tmp_path / "copy.db"
        command = [sys.executable, "-c", COPIES, str(store.path), str(target), "never"]
        process = subprocess.Popen(command, cwd=ROOT)
        while process.poll() is None and not any(name.startswith(".copy.db") for name in names(tmp_path)):
            time.sleep(0.001)
        time.sleep(after)
        process.kill()
        process.wait()
        if not target.exists():
            back_up(store, target)
        assert [name for name in names(tmp_path) if "copy" in name] == ["copy.db"]
        with open_store(target) as copy:
            assert len(list_submissions(copy)) == 3000
            assert verify(copy, CATALOGUE).problems == ()
        assert verify(store, CATALOGUE).problems == ()


def test_a_restore_that_was_interrupted_can_be_done_again(store: Store, tmp_path: Path) -> None:
    made, target = back_up(store, tmp_path / "there" / "copy.db"), tmp_path / "there" / "again.db"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Path, "rename", lambda *given: os._exit(9))
        if os.fork() == 0:
            restore(made.path, target, asked).close()
    os.wait()
    assert not target.exists() and key_file_of(target).exists()
    restore(made.path, target, asked).close()
    assert [name for name in names(tmp_path / "there") if "unfinished" in name] == []


# Places where nothing can be written.


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 400 KB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=400k,mode=700", "none", str(place)]
    if os.name == "nt" or os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root alone")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_backup_to_a_full_disk_is_refused_and_leaves_nothing(store: Store, small_disk: Path) -> None:
    (small_disk / "other").write_bytes(bytes(300 << 10))
    refused("STORE-08", lambda: back_up(store, small_disk / "copy.db"))
    assert (names(small_disk), list(backups(store))) == (["other"], [])
    (small_disk / "other").unlink()
    assert back_up(store, small_disk / "copy.db").entries == store.head()[0]


@pytest.mark.parametrize("maker", MAKERS)
def test_a_full_disk_refuses_a_submission_and_keeps_all_before(small_disk: Path, maker: str) -> None:
    with MAKERS[maker](small_disk) as store:
        saved = [store_one(store, Place, place(0))]
        with pytest.raises(Refusal) as caught:
            for number in range(1, 1000):
                saved.append(store_one(store, Place, place(number, owner="x" * 200)))
        assert caught.value.code == "STORE-08"
        assert sorted(one.id for one in list_submissions(store)) == sorted(saved)
    with open_store(small_disk / "store.db", passphrase=asked) as again:
        assert sorted(one.id for one in list_submissions(again)) == sorted(saved)
        assert verify(again, CATALOGUE).problems == ()


def test_a_disk_that_is_write_protected_is_refused(store: Store, small_disk: Path) -> None:
    with new_store(small_disk) as other:
        store_one(other, Place, place())
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    refused("STORE-03", lambda: open_store(small_disk / "store.db"))
    with pytest.raises(OSError, match="Read-only file system"):
        back_up(store, small_disk / "copy.db")
    assert list(backups(store)) == []
    refused("STORE-11", lambda: back_up(store, small_disk / "nowhere" / "copy.db"))


def test_a_backup_on_a_write_protected_disk_can_be_restored(store: Store, small_disk: Path, tmp_path: Path) -> None:
    made = back_up(store, small_disk / "copy.db")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    restore(made.path, tmp_path / "there" / "again.db", asked).close()
    with open_store(tmp_path / "there" / "again.db", passphrase=asked) as again:
        assert log(again) == log(store)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace lets system calls fail")
@pytest.mark.parametrize(("file", "calls", "error", "code"), [
    ("store.db", "fcntl", "EOPNOTSUPP", "STORE-26"),  # a share without locks
    ("store.db", "fcntl", "ENOLCK", "STORE-07"),
    ("store.db-shm", "openat", "EACCES", "STORE-26"),
    ("store.db-wal", "pwrite64", "ENOSPC", "STORE-08"),
    ("store.db-wal", "fdatasync,fsync", "EIO", "STORE-26"),
])  # fmt: skip
def test_a_disk_that_fails_is_a_refusal_and_loses_nothing(
    tmp_path: Path, file: str, calls: str, error: str, code: str
) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())
    failing = ["strace", "-qq", "-f", "-o", os.devnull, "-P", str(tmp_path / file), "-e", f"trace={calls}"]
    failing += ["-e", f"inject={calls}:error={error}", sys.executable, "-c", "from monitor.cli import main; main()"]
    command = [*failing, "--store", str(store.path), "db", "retention", "--open-months", "9"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, f"[{code}]" in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr
    with open_store(store.path) as again:
        assert verify(again, CATALOGUE).problems == ()
        assert len(list_submissions(again)) == 1


def test_a_place_without_shared_memory_keeps_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a network share: SQLite locks by a file beside it there, and has no write-ahead log."""

    def connect(path: Path, key: bytes | None, patience: float) -> sqlite.Connection:
        address = f"{path.absolute().as_uri()}?mode=rw&vfs=unix-dotfile"
        return sqlite.connect(address, uri=True, isolation_level=None)

    monkeypatch.setattr(opening_module, "connect", connect)
    refused("STORE-25", lambda: new_store(tmp_path))
    assert names(tmp_path) == []


# Passphrases.


def commanded(path: Path, *words: str, **environment: str) -> int:
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(f"MONITOR_{name}PASSPHRASE", value)
        return run(["--store", str(path), *words])


def test_a_change_of_passphrase_leaves_the_store_as_it_is(tmp_path: Path) -> None:
    with encrypted(tmp_path) as store:
        store_one(store, Place, place())
    before = store.path.read_bytes()
    new = "another invented passphrase"
    assert commanded(store.path, "db", "passphrase", **{"": PASSPHRASE, "NEW_": new}) == 0
    assert store.path.read_bytes() == before
    refused("KEY-03", lambda: open_store(store.path, passphrase=asked))
    with open_store(store.path, passphrase=lambda: new) as again:
        store_one(again, Place, place(2))
        assert verify(again, CATALOGUE).problems == ()
        assert again.keyring().devices == [again.signing().signer.public]  # the device is the same


@pytest.mark.parametrize("loss", ["forgotten", "lost", "damaged"])
def test_the_recovery_key_opens_what_was_forgotten_or_lost(tmp_path: Path, loss: str) -> None:
    with encrypted(tmp_path) as store:
        store_one(store, Place, place())
        key = store.key
    assert key is not None
    if loss == "lost":
        key_file_of(store.path).unlink()
        refused("KEY-04", lambda: open_store(store.path, passphrase=asked))
    elif loss == "damaged":
        key_file_of(store.path).write_bytes(b"\0" * 300)
        refused("KEY-09", lambda: open_store(store.path, passphrase=asked))
    given = {"RECOVERY_": recovery_text(key), "NEW_": "a third passphrase"}
    assert commanded(store.path, "db", "passphrase", "--recovery", **given) == 0
    with open_store(store.path, passphrase=lambda: "a third passphrase") as again:
        store_one(again, Place, place(2))
        assert verify(again, CATALOGUE).problems == ()
        before = "submitted" if loss == "forgotten" else "moved"
        assert [row[3] for row in log(again)][-2:] == [before, "submitted"]


def test_the_recovery_key_of_another_store_changes_nothing(tmp_path: Path) -> None:
    with encrypted(tmp_path) as store:
        pass
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    given = {"RECOVERY_": recovery_text(bytes(32)), "NEW_": "a third passphrase"}
    assert commanded(store.path, "db", "passphrase", "--recovery", **given) == 1
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
