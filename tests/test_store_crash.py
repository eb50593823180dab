"""Killed at any moment, a store opens, verifies, and holds everything that was said to be saved."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.store import list_submissions, open_store, verify
from tests.store_sample import CATALOGUE, new_store

ROOT = Path(__file__).parents[1]

WRITES = """
import sys
from pathlib import Path
from monitor.store import open_store
from tests.store_sample import Place, place, submit

with open_store(Path(sys.argv[1])) as store:
    for batch in range(10_000):
        with store.writing("MON-01") as writing:
            numbers = range(batch * 10, batch * 10 + int(sys.argv[2]))
            ids = [submit(writing, store, Place, place(number, owner="x" * 100)) for number in numbers]
        print(*ids, sep="\\n", flush=True)
"""


@pytest.mark.parametrize(("at_once", "after"), [(1, 0.05), (1, 0.3), (7, 0.15), (10, 0.5)])
def test_what_was_saved_survives_a_kill(tmp_path: Path, at_once: int, after: float) -> None:
    new_store(tmp_path).close()
    path = tmp_path / "store.db"
    with (tmp_path / "saved").open("w+b") as saved:
        writer = subprocess.Popen([sys.executable, "-c", WRITES, str(path), str(at_once)], cwd=ROOT, stdout=saved)
        try:
            while not saved.tell() and writer.poll() is None:
                time.sleep(0.01)
                saved.seek(0, 2)
            time.sleep(after)
        finally:
            writer.send_signal(signal.SIGKILL)
            writer.wait()
        saved.seek(0)
        acknowledged = set(saved.read().decode().split("\n")[:-1])
    assert acknowledged
    with open_store(path) as store:
        assert verify(store, CATALOGUE).problems == ()
        there = {one.id for one in list_submissions(store)}
    assert acknowledged <= there
    assert len(there) % at_once == 0  # a transaction is there whole or not at all


def test_a_kill_in_the_middle_of_a_transaction_leaves_nothing_of_it(tmp_path: Path) -> None:
    new_store(tmp_path).close()
    path = tmp_path / "store.db"
    script = """
import os, signal, sys
from pathlib import Path
from monitor.store import open_store
from tests.store_sample import Place, place, submit

with open_store(Path(sys.argv[1])) as store, store.writing("MON-01") as writing:
    store.connection.execute("PRAGMA cache_size = 5")  # so that much is written before the end
    for number in range(3000):
        submit(writing, store, Place, place(number, owner="x" * 200))
    writing.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script, str(path)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.with_name("store.db-wal").stat().st_size > 1_000_000
    with open_store(path) as store:
        assert list_submissions(store) == []
        assert verify(store, CATALOGUE).problems == ()
