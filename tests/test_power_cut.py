"""When the current fails, a store holds all that was said to be saved; without syncs the same trial finds losses."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from monitor.store import backups, owes_purge, purge
from monitor.store.copying import check_copy
from monitor.store.engine import can_encrypt
from tests.power_cut import HABITS, Disk, afterwards, creation, endings, scratch, try_cuts, try_twice
from tests.power_cut_recording import (
    Event,
    Link,
    Reading,
    Rename,
    Resize,
    Said,
    Sync,
    SyncFolder,
    Unlink,
    Write,
    calls,
    cannot_record,
    put,
    record,
)
from tests.power_cut_writing import COPY, KINDS, MARKER, NAME, PURGED, reopen

POINTS = 150

Recorded = Callable[[str, str, str], Sequence[Event]]


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch() as made:
        yield made


@pytest.fixture(scope="module")
def recorded() -> Iterator[Recorded]:
    """What the writing program did, by the kind of store, ``synchronous`` and the journal mode."""
    if reason := cannot_record():
        pytest.skip(f"power cuts cannot be simulated: {reason}")
    with scratch() as made:

        @functools.cache
        def recorded(kind: str, synchronous: str, journal: str) -> Sequence[Event]:
            if kind == "encrypted" and not can_encrypt():
                pytest.skip("the SQLite at hand does not encrypt")
            return record(made, kind, synchronous, journal)

        yield recorded


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_cut_at_any_moment_a_store_holds_all_that_was_saved(kind: str, recorded: Recorded, folder: Path) -> None:
    written = recorded(kind, "FULL", "WAL")
    tally = try_cuts(written, afterwards(written), POINTS, folder / "found", kind)
    assert tally.bad == 0, tally.reasons
    assert tally.found["whole"] == POINTS
    assert tally.unsynced > POINTS / 3, "too few points at which anything was at stake"
    assert tally.reasons["whole: with the transaction that was under way"], "no cut fell between a sync and its line"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_cut_while_it_is_made_a_store_is_there_or_is_refused(kind: str, recorded: Recorded, folder: Path) -> None:
    # Here SQLite keeps a rollback journal (DELETE): the write-ahead log begins with the first entry.
    written = recorded(kind, "FULL", "WAL")
    tally = try_cuts(written, creation(written), POINTS, folder / "found", kind)
    assert tally.bad == 0, tally.reasons
    assert tally.found["whole"] and tally.found["refused"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_cut_again_while_it_recovers_or_goes_on_it_still_holds_all(
    kind: str, recorded: Recorded, folder: Path
) -> None:
    tally = try_twice(recorded(kind, "FULL", "WAL"), 2, 25, folder, kind)
    assert tally.found["whole"] == 50, tally.reasons


@pytest.mark.slow
def test_cut_while_text_is_purged_the_next_purge_ends_the_work(recorded: Recorded, folder: Path) -> None:
    # Recorded anew, because the store knows its backup by the path of this folder.
    written, place, dice = record(folder, "plain", "FULL", "WAL"), (folder / "recorded").resolve(), random.Random(4)
    end = written.index(Said(PURGED))
    redacted = max(ending.event for ending in endings(written) if ending.event < end)
    for _ in range(30):
        disk = Disk()
        for event in written[: dice.randrange(redacted + 1, end + 2)]:
            disk.take(event)
        put(place, disk.cut(dice))
        with reopen(place, "plain") as store:
            assert purge(store) == []
            assert not owes_purge(store) and not any(backup.owes for backup in backups(store))
            assert check_copy(place / COPY, None)
        assert {path.name for path in place.iterdir()} == {NAME, COPY, f"{NAME}.key"}
        assert not any(MARKER.encode() in path.read_bytes() for path in place.iterdir())


@pytest.mark.slow
def test_the_same_cuts_find_losses_when_nothing_is_synced(recorded: Recorded, folder: Path) -> None:
    written = recorded("plain", "OFF", "WAL")
    for window in (creation(written), afterwards(written)):
        tally = try_cuts(written, window, 100, folder / "found")
        assert tally.found["lost"] and tally.bad > 2, tally


@pytest.mark.slow
def test_a_kill_finds_nothing_even_when_nothing_is_synced(recorded: Recorded, folder: Path) -> None:
    written = recorded("plain", "OFF", "WAL")
    assert try_cuts(written, afterwards(written), 30, folder / "found", habits=("all",)).bad == 0


@pytest.mark.slow
def test_a_rollback_journal_would_lose_what_was_said_to_be_saved(recorded: Recorded, folder: Path) -> None:
    # With synchronous = FULL, SQLite does not sync the folder after removing the journal (it does with EXTRA): the
    # journal can come back and undo a transaction. A reason for the write-ahead log, and a test of the model of names.
    written = recorded("plain", "FULL", "DELETE")
    tally = try_cuts(written, afterwards(written), 40, folder / "found")
    assert tally.found["lost"] == tally.bad > 0, tally.reasons


@pytest.mark.slow
def test_the_record_holds_every_transaction_and_a_log_begun_anew(recorded: Recorded) -> None:
    written = recorded("plain", "FULL", "WAL")
    assert len(endings(written)) > 50
    logs = {event.file for event in written if isinstance(event, Link) and event.name.endswith("-wal")}
    begun = [event for event in written if isinstance(event, Write) and event.file in logs and event.offset == 0]
    assert len(begun) > len(logs) == 3


# The model of a disk


def cuts(events: Sequence[Event], times: int = 300) -> set[tuple[tuple[str, bytes], ...]]:
    """Everything that is found in many cuts after these events."""
    disk, dice = Disk(), random.Random(1)
    for event in events:
        disk.take(event)
    return {tuple(sorted(disk.cut(dice).items())) for _ in range(times)}


OLD = (Link("a", 0), Write(0, 0, b"o" * 1024), Sync(0), SyncFolder())


def test_what_was_synced_is_always_there() -> None:
    assert cuts(OLD) == {(("a", b"o" * 1024),)}


def test_a_write_that_was_not_synced_is_there_or_not_by_sectors() -> None:
    found = {held for ((_, held),) in cuts((*OLD, Write(0, 0, b"n" * 1024)))}
    assert found == {one * 512 + other * 512 for one in (b"o", b"n") for other in (b"o", b"n")}


def test_a_write_harms_no_byte_beside_it() -> None:
    found = {held for ((_, held),) in cuts((*OLD, Write(0, 500, b"n" * 24)))}
    assert found == {
        b"o" * (500 + (12 - first)) + b"n" * first + b"n" * second + b"o" * (500 + (12 - second))
        for first in (0, 12) for second in (0, 12)
    }  # fmt: skip


def test_a_later_write_may_be_there_without_an_earlier_one() -> None:
    found = {held for ((_, held),) in cuts((*OLD, Write(0, 0, b"1" * 512), Write(0, 512, b"2" * 512)))}
    assert b"o" * 512 + b"2" * 512 in found


def test_space_that_no_write_reached_holds_nothing_zeros_or_noise() -> None:
    found = {held[1024:] for ((_, held),) in cuts((*OLD, Write(0, 1024, b"n" * 512)))}
    assert {b"", bytes(512), b"n" * 512} < found and all(len(held) in (0, 512) for held in found)


def test_a_name_is_sure_only_when_the_folder_was_synced() -> None:
    made = (Link("a", 0), Write(0, 0, b"x"), Sync(0))
    assert cuts(made) == {(), (("a", b"x"),)}
    assert cuts((*made, SyncFolder(), Unlink("a", 0))) == {(), (("a", b"x"),)}
    assert cuts((*made, SyncFolder(), Unlink("a", 0), SyncFolder())) == {()}


def test_a_renamed_file_is_the_old_or_the_new_one_never_none() -> None:
    new = (Link("b", 1), Write(1, 0, b"new"), Sync(1), SyncFolder(), Rename("b", "a", 1))
    assert {dict(found)["a"] for found in cuts((*OLD, *new))} == {b"o" * 1024, b"new"}
    assert cuts((*OLD, *new, SyncFolder())) == {(("a", b"new"),)}


def test_a_file_that_was_cut_short_has_the_old_length_or_the_new() -> None:
    assert cuts((*OLD, Resize(0, 100))) == {(("a", b"o" * 1024),), (("a", b"o" * 100),)}


def test_a_killed_program_leaves_every_write_behind() -> None:
    disk = Disk()
    for event in (*OLD, Write(0, 0, b"n"), Link("b", 1), Write(1, 4, b"x")):
        disk.take(event)
    assert disk.cut(random.Random(), ("all",)) == {"a": b"n" + b"o" * 1023, "b": b"\0\0\0\0x"}
    assert disk.cut(random.Random(), ("none",)) == {"a": b"o" * 1024}
    assert len(HABITS) == 7


# What is read from strace


def hexed(text: str) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in text.encode()) + '"'


def read(*lines: str) -> list[Event]:
    return list(Reading(Path("/s")).events(calls(lines)))


OPENED = f"7 openat(AT_FDCWD, {hexed('/s/a')}, O_RDWR|O_CREAT, 0600) = 3"


def test_writes_syncs_and_lines_are_read_in_their_order() -> None:
    assert read(
        OPENED, f"7 write(3, {hexed('one')}, 3) = 3", f"7 write(3, {hexed('two')}, 3)     = 2",
        f"7 pwrite64(3, {hexed('x')}, 1, 9) = 1", "7 fdatasync(3) = 0", "7 ftruncate(3, 4) = 0", "7 close(3) = 0",
        f"7 write(1, {hexed('saved')}, 5) = 5", f"7 unlink({hexed('/s/a')}) = 0",
    ) == [
        Link("a", 0), Write(0, 0, b"one"), Write(0, 3, b"tw"), Write(0, 9, b"x"), Sync(0), Resize(0, 4),
        Said(b"saved"), Unlink("a", 0),
    ]  # fmt: skip


def test_a_file_made_anew_under_an_old_name_is_another_file() -> None:
    made = read(OPENED, f"7 unlink({hexed('/s/a')}) = 0", OPENED, f"7 write(3, {hexed('x')}, 1) = 1")
    assert made == [Link("a", 0), Unlink("a", 0), Link("a", 1), Write(1, 0, b"x")]


def test_what_failed_and_what_lies_elsewhere_is_left_out() -> None:
    assert read(
        f"7 openat(AT_FDCWD, {hexed('/s/a')}, O_RDWR) = -1 ENOENT (No such file or directory)",
        f"7 openat(AT_FDCWD, {hexed('/else/a')}, O_RDWR|O_CREAT, 0600) = 3", f"7 write(3, {hexed('x')}, 1) = 1",
        f"7 openat(AT_FDCWD, {hexed('/s/a-shm')}, O_RDWR|O_CREAT, 0600) = 4", "9 +++ exited with 0 +++",
        "7 mmap(NULL, 32768, PROT_READ|PROT_WRITE, MAP_SHARED, 4, 0) = 0x7f0000000000", "7 fsync(4) = 0",
    ) == []  # fmt: skip


def test_a_call_that_another_thread_interrupted_is_put_together() -> None:
    assert read(
        OPENED, f"7 pwrite64(3, {hexed('x')}, 1, 0 <unfinished ...>", "8 close(9) = 0", "7 <... pwrite64 resumed>) = 1"
    ) == [Link("a", 0), Write(0, 0, b"x")]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "7 mmap(NULL, 32768, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0x7f0000000000",
        "7 pwritev(3, [{iov_base=\"\\x41\", iov_len=1}], 1, 0) = 1",
        f"7 link({hexed('/s/a')}, {hexed('/s/b')}) = 0",
        f"7 rename({hexed('/s/a')}, {hexed('/else/a')}) = 0",
        f"7 mkdir({hexed('/s/b/c')}, 0777) = 0",
        "7 fallocate(3, FALLOC_FL_PUNCH_HOLE, 0, 512) = 0",
        "7 io_uring_setup(8, {flags=0}) = 5",
        "7 write(3, \"\\x41\"..., 4096) = 4096",
    ],
)  # fmt: skip
def test_a_call_that_cannot_be_replayed_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be re|only a part"):
        read(OPENED, line)
