"""No text leaks: not from an encrypted store, nor from what a command leaves around it, however the command ends.

What is looked at: every file of the laptop (store, write-ahead log, key file, home, temporary folder, history), files
that are deleted and still open, what other users see of the process, and all that the commands say. What is not looked
at, because nothing is promised of it: the memory of a running process, and what the system writes of it by itself
(swap, hibernation). The command line forbids core dumps; a system that pipes them to a collector may overrule that.
"""

from __future__ import annotations

import base64
import json
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from nacl.signing import SigningKey

from monitor.errors import Refusal
from monitor.keys import Identities, key_file_of, read_key_file, read_recovery_key, recovery_text
from monitor.store import open_store
from monitor.store.seals import open_seals
from tests.laptop import (
    CLOSED,
    MARK,
    PASSPHRASE,
    ROOT,
    Laptop,
    as_age_identity,
    marked,
    marked_in_process,
    place,
    stopped_when,
    visit,
)  # fmt: skip
from tests.store_sample import dump

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="what a process holds open is read in /proc")

ROWS = 1200


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    """A laptop on which every command that takes or shows answers was used, and ended as it should."""
    return work_through(Laptop(tmp_path_factory.mktemp("worked")))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    """The same with a store that is neither encrypted nor sealed: the control."""
    return work_through(Laptop(tmp_path_factory.mktemp("plain"), plain=True))


def work_through(laptop: Laptop) -> Laptop:
    laptop.done("fill", "marked.place", "--answers", laptop.file("place.json", place()))
    first = laptop.done("fill", "marked.visit", "--answers", laptop.file("visit.json", visit()))
    laptop.done("import", "marked.visit", laptop.file("more.jsonl", visit(), visit()))
    corrected = laptop.file("corrected.json", visit(note=f"{MARK}again"))
    laptop.done(
        "submissions", "correct", first, "--answers", corrected, "--reason", "slip_of_entry",
        typed=f"{MARK}line\n{MARK}rests\n",
    )  # fmt: skip
    laptop.done("review", "return", first, "--as", "MON-02", typed=f"{MARK}returned\n")
    refused = visit(open_that_day="neither", story=f"{MARK}story\0", _explanations={})
    assert laptop.run("import", "marked.visit", laptop.file("bad.jsonl", refused)).code == 1
    laptop.done("submissions", "show", first)
    laptop.done("db", "backup", laptop.all / "work" / "backup.db")
    return laptop


def test_after_a_normal_exit_no_file_of_the_laptop_holds_an_answer(worked: Laptop) -> None:
    assert marked(worked.all) == []


def test_the_same_search_finds_the_answers_of_a_plain_store(plain: Laptop) -> None:
    assert marked(plain.all) == ["work/backup.db", "work/monitor.db"]
    inside = plain.store.read_bytes()
    kinds = "owner closed story note remark name licence source explained line rests returned again".split()
    assert [kind for kind in kinds if f"{MARK}{kind}".encode() not in inside] == []


def test_even_a_plain_store_keeps_no_answer_outside_its_file_and_its_backup(plain: Laptop) -> None:
    around = [name for name in marked(plain.all) if not name.endswith(".db")]
    assert around == []


def test_no_command_says_an_open_or_sealed_answer(worked: Laptop) -> None:
    said = [told.both.replace(CLOSED, "") for told in worked.told]
    assert [text for text in said if MARK in text] == []


def test_the_files_of_a_laptop_can_be_read_by_their_owner_alone(worked: Laptop) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in worked.store.parent.iterdir()}
    assert set(modes.values()) == {0o600}, modes


# Killed.


@pytest.mark.slow
def test_a_command_killed_in_the_middle_of_an_import_leaves_no_answer(tmp_path: Path) -> None:
    laptop = Laptop(tmp_path)
    laptop.done("fill", "marked.place", "--answers", laptop.file("place.json", place()))
    rows = laptop.file("rows.jsonl", *[visit()] * ROWS)
    for size in (1, 40_000, 3_000_000):
        found = killed_in_an_import(laptop, rows, size)
        assert (found, marked(laptop.all)) == ([], []), size
    assert len(json.loads(laptop.done("submissions", "list", "--json"))) == 1
    laptop.done("db", "verify")
    assert marked(laptop.all) == []


@pytest.mark.slow
def test_the_search_finds_what_a_plain_store_leaves_in_its_write_ahead_log(tmp_path: Path) -> None:
    laptop = Laptop(tmp_path, plain=True)
    laptop.done("fill", "marked.place", "--answers", laptop.file("place.json", place()))
    found = killed_in_an_import(laptop, laptop.file("rows.jsonl", *[visit()] * ROWS), 3_000_000)
    write_ahead_log = laptop.store.with_name("monitor.db-wal")
    assert str(write_ahead_log) in found
    assert marked(laptop.all) == ["work/monitor.db", "work/monitor.db-wal"]


def killed_in_an_import(laptop: Laptop, rows: Path, size: int) -> list[str]:
    """Stop an import when its write-ahead log is this large, look at the process, and kill it."""
    small = "from monitor.store import engine; engine._SETTINGS += ('cache_size = 20',)"  # so that it grows early
    process = laptop.start("import", "marked.visit", rows, code=f"{small}\nfrom monitor.cli import main; main()")
    try:
        assert stopped_when(process, laptop.store.with_name("monitor.db-wal"), size), process.communicate()
        return marked_in_process(process.pid, but=[rows])
    finally:
        process.send_signal(signal.SIGKILL)
        out, err = process.communicate()
        assert MARK.encode() not in out + err


# A large sort.

SORT = """
import os, signal, sys
from pathlib import Path
from monitor.store import open_store
with open_store(Path(sys.argv[1]), passphrase=lambda: os.environ["MONITOR_PASSPHRASE"]) as store:
    store.connection.execute("PRAGMA cache_size = 10")
    if sys.argv[2:]:
        store.connection.execute(f"PRAGMA temp_store = {sys.argv[2]}")
    again = "SELECT open FROM log, (WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 4000) SELECT i FROM n)"
    rows = store.connection.execute(f"{again} ORDER BY substr(open, i % 40), i")
    rows.fetchone()
    os.kill(os.getpid(), signal.SIGSTOP)
"""


def sorting(laptop: Laptop, *words: str) -> list[str]:
    """What is found while a process has sorted many thousand answers and not yet given them all."""
    process = laptop.start(laptop.store, *words, code=SORT)
    try:
        assert wait_for_stop(process)
        return marked_in_process(process.pid) + marked(laptop.all)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


def wait_for_stop(process: subprocess.Popen[bytes]) -> bool:
    status = Path(f"/proc/{process.pid}/stat")
    while process.poll() is None:
        if status.read_text().rpartition(")")[2].split()[0] in "Tt":
            return True
    return False


def test_a_large_sort_writes_no_answer_into_any_file(worked: Laptop) -> None:
    assert sorting(worked) == []


def test_the_search_finds_the_deleted_file_of_a_sort_that_may_use_one(worked: Laptop) -> None:
    """Without the setting SQLite sorts in a file, in the clear, also where the store itself is encrypted."""
    assert any("(deleted)" in name for name in sorting(worked, "FILE"))


def test_a_plain_store_sorts_in_memory_too(plain: Laptop) -> None:
    found = sorting(plain)
    assert [name for name in found if "monitor.db" not in name and "backup.db" not in name] == []
    assert [name for name in found if "(deleted)" in name] == []


# Something unexpected, and crashes.


def test_the_details_of_an_unexpected_error_hold_no_answer(tmp_path: Path) -> None:
    laptop = Laptop(tmp_path)
    broken = """
from monitor.cli import main
from monitor.store import writing

def breaks(part):
    raise RuntimeError(str(part))

writing.salted = breaks
main()
"""
    told = laptop.run("fill", "marked.place", "--answers", laptop.file("place.json", place()), code=broken)
    assert (told.code, "something unexpected" in told.err) == (1, True)
    assert [path.name[:14] for path in (laptop.all / "tmp").iterdir()] == ["monitor-error-"]
    assert (marked(laptop.all), MARK in told.both) == ([], False)


def test_a_crash_leaves_no_core(tmp_path: Path) -> None:
    laptop = Laptop(tmp_path)
    crashes = """
import os, signal
from monitor.cli import main
from monitor.store import writing
writing.salted = lambda part: os.kill(os.getpid(), signal.SIGABRT)
main()
"""
    limit = resource.getrlimit(resource.RLIMIT_CORE)
    told = laptop.run("fill", "marked.place", "--answers", laptop.file("place.json", place()), code=crashes)
    assert told.code == -signal.SIGABRT
    assert marked(laptop.all) == []
    assert resource.getrlimit(resource.RLIMIT_CORE) == limit  # of the command's process alone
    asks = "import sys; sys.argv = ['monitor', '--version']\nimport monitor.cli.root as root\nroot.run = lambda _: 0\n"
    asks += "try:\n    root.main()\nfinally:\n    import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
    said = subprocess.run([sys.executable, "-c", asks], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout == "(0, 0)\n"


# Sealed answers, with all that is on the laptop.


def local_secrets(laptop: Laptop) -> Iterator[bytes]:
    """Every key that lies on the laptop or can be had there with the passphrase."""
    keys = read_key_file(key_file_of(laptop.store))
    assert keys is not None and keys.device is not None
    with open_store(laptop.store, passphrase=lambda: PASSPHRASE) as store:
        assert store.key is not None
        device = store.signing().signer.seed
        yield from (store.key, read_recovery_key(recovery_text(store.key)), device)
        yield bytes(SigningKey(device).to_curve25519_private_key())
        (link,) = store.connection.execute(
            "SELECT json_extract(sealed, '$.link_key') FROM log WHERE seq = 1"
        ).fetchone()  # fmt: skip
        yield bytes.fromhex(link)
    yield keys.open(PASSPHRASE)
    yield keys.device[-32:]


def test_what_is_sealed_cannot_be_opened_with_every_key_of_the_laptop(worked: Laptop) -> None:
    tried = Identities(tuple(as_age_identity(secret) for secret in local_secrets(worked)))
    assert len(tried.keys) == 7
    with open_store(worked.store, passphrase=lambda: PASSPHRASE) as store:
        found = store.connection.execute("SELECT submission, sealed FROM log WHERE sealed IS NOT NULL AND seq > 1")
        sealed = dict(found.fetchall())
        assert len(sealed) == 4
        for id, text in sealed.items():
            assert MARK not in text
            with pytest.raises(Refusal) as refused:
                dict(open_seals(store.connection, id, tried))
            assert refused.value.code == "SEAL-03"
        readable = repr(dump(store))
    # Whoever has the passphrase reads the open answers, and not these.
    seen = [kind for kind in ("story", "remark", "owner", "name", "licence") if f"{MARK}{kind}" in readable]
    assert seen == ["story", "remark"]


def test_a_passphrase_is_no_key_to_what_is_sealed(worked: Laptop) -> None:
    with open_store(worked.store, passphrase=lambda: PASSPHRASE) as store:
        (text,) = store.connection.execute("SELECT sealed FROM log WHERE sealed IS NOT NULL AND seq > 1").fetchone()
    with pytest.raises(pyrage.DecryptError):
        pyrage.passphrase.decrypt(base64.b64decode(text), PASSPHRASE)


def test_each_of_the_two_keys_that_are_kept_elsewhere_opens_what_is_sealed(worked: Laptop) -> None:
    """The control: the answers are there, and it is the keys that the laptop lacks."""
    with open_store(worked.store, passphrase=lambda: PASSPHRASE) as store:
        (id,) = store.connection.execute("SELECT id FROM submission WHERE revision = 2").fetchone()
        for identity in worked.identities:
            assert dict(open_seals(store.connection, id, Identities((identity,))))["licence_number"] == f"{MARK}licence"
