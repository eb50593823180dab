"""Power cuts, simulated: what a disk may hold when the current fails, rebuilt from a record of system calls.

``python -m tests.power_cut [POINTS]`` prints a table of all the trials below.

**The record.** :func:`record` runs ``tests.power_cut_writing`` under ``strace`` and keeps, in their order, every write,
change of size, sync and change of name in the store's folder, with all bytes, and every line ``saved`` that the program
printed. A system call that could change a file of the folder and that this module cannot replay is an error. The
``-shm`` file is left out: it is memory that SQLite shares between processes, and is made anew from the log.

**The model.** After a cut, a file holds everything that came before its last ``fsync`` or ``fdatasync``, and of what
came later *any part*: each sector of 512 bytes of each write is there or not, in any order. Space that was added to a
file and never reached holds nothing, zeros or random bytes. A name that was made, changed or removed is sure only after
an ``fsync`` of the folder; until then each change is there or not. That is harsher than ext4 with its defaults, which
keeps changes of names in order, makes them sure with the next sync of any file, and shows no random bytes. Two things
are taken for granted, as SQLite does (https://www.sqlite.org/psow.html): a sector is old or new, never half of each,
and a write harms no byte beside it. A disk that says synced and lies is outside of every promise.

**The trial.** :func:`try_cuts` cuts at seeded random points, rebuilds the folder, opens the store and verifies it. The
log must end where a transaction ended: the last acknowledged one, or the one that was under way. The head of the log
is a hash over all before it, and ``verify`` holds the tables against the log; in addition, one answer, the revision and
the state of every place are compared with what the writing program said. A file under the name of a backup is a whole
one, and is there once it was acknowledged; text that was purged is in no file of the folder. Before ``create`` has
returned, a clear refusal is right, too. :func:`try_twice` opens what a cut left, writes on, and cuts again: during the
recovery, and when new entries follow what the first cut left half written.

**What it proves.** With ``synchronous = OFF`` the same trial must find losses. A plain ``kill -9`` finds none even
then, because the kernel still has every write: of 78 writers that were really killed none lost anything, and
``habits=("all",)``, which is the same in this model, finds nothing either.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor.errors import Refusal
from monitor.keys import key_file_of, read_key_file
from monitor.store import Store, verify
from monitor.store.copying import check_copy
from monitor.store.refusals import refusing
from tests.power_cut_recording import (
    Event,
    Link,
    Rename,
    Resize,
    Said,
    Sync,
    SyncFolder,
    Unlink,
    Write,
    put,
    record,
)
from tests.power_cut_writing import (
    COPIED,
    COPY,
    KINDS,
    MARKER,
    PASSPHRASE,
    PURGED,
    Saved,
    places,
    reopen,
)
from tests.store_sample import CATALOGUE

SECTOR = 512
HABITS = ("none", "all", "in order", "writes", "sectors", "all but one", "one alone")
"""How a disk may choose among the writes that were not synced."""

Waiting = Write | Resize | Link | Unlink | Rename
Chance = Callable[[int], float]
"""By number of a change that waits to be synced: how probable it is that each sector of it reached the disk."""


@dataclass
class Disk:
    """A folder on a disk: what is sure to be there, and the changes since then, in their order."""

    files: dict[int, bytearray] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """Go on by one event."""
        if isinstance(event, Sync):
            kept = []
            for change in self.waiting:
                if isinstance(change, Write | Resize) and change.file == event.file:
                    _change(self.files.setdefault(change.file, bytearray()), change)
                else:
                    kept.append(change)
            self.waiting = kept
        elif isinstance(event, SyncFolder):
            for change in self.waiting:
                if isinstance(change, Link | Unlink | Rename):
                    _rename(self.names, change)
            self.waiting = [change for change in self.waiting if isinstance(change, Write | Resize)]
        elif not isinstance(event, Said):
            self.waiting.append(event)

    def cut(self, dice: random.Random, habits: Sequence[str] = HABITS) -> dict[str, bytes]:
        """The folder as it may be found if the current fails now: the bytes of each file by its name."""
        chance = _choose(dice, dice.choice(habits), len(self.waiting))
        names = dict(self.names)
        for number, change in enumerate(self.waiting):
            if isinstance(change, Link | Unlink | Rename) and dice.random() < chance(number):
                _rename(names, change)
        files = {file: bytearray(self.files.get(file, b"")) for file in names.values()}
        beyond, seen = dice.choice(("nothing", "zeros", "noise")), set[tuple[int, int]]()
        for number, change in enumerate(self.waiting):
            if isinstance(change, Write | Resize) and change.file in files:
                kept = chance(number)
                if isinstance(change, Write) and kept < 1:
                    self._tear(dice, files[change.file], change, kept, beyond, seen)
                elif dice.random() < kept:
                    _change(files[change.file], change)
        return {name: bytes(files[file]) for name, file in names.items()}

    def _tear(
        self, dice: random.Random, image: bytearray, write: Write, kept: float, beyond: str, seen: set[tuple[int, int]]
    ) -> None:
        """Bring some sectors of a write to the disk. ``seen`` are the sectors that something has reached already."""
        sure = len(self.files.get(write.file, b""))
        for start, part in _sectors(write):
            sector = write.file, start // SECTOR
            if dice.random() < kept:
                _change(image, Write(write.file, start, part))
                seen.add(sector)
            elif beyond != "nothing" and start >= sure and sector not in seen and dice.random() < 0.5:
                filling = bytes(len(part)) if beyond == "zeros" else dice.randbytes(len(part))
                _change(image, Write(write.file, start, filling))


def _choose(dice: random.Random, habit: str, waiting: int) -> Chance:
    """What the disk did with the changes that were not synced."""
    one = dice.randrange(waiting + 1)
    share = dice.choice((0.1, 0.5, 0.9))
    torn = dice.choice((0.0, 0.5))
    ways: dict[str, Chance] = {
        "none": lambda number: 0,
        "all": lambda number: 1,
        "in order": lambda number: 1 if number < one else 0.5 if number == one else 0,
        "writes": lambda number: dice.random() < share,
        "sectors": lambda number: share,
        "all but one": lambda number: torn if number == one else 1,
        "one alone": lambda number: number == one,
    }
    return ways[habit]


def _change(image: bytearray, change: Write | Resize) -> None:
    if isinstance(change, Resize):
        if change.size < len(image) and not change.only_grows:
            del image[change.size :]
        image.extend(bytes(max(0, change.size - len(image))))
        return
    image.extend(bytes(max(0, change.offset - len(image))))
    image[change.offset : change.offset + len(change.data)] = change.data


def _rename(names: dict[str, int], change: Link | Unlink | Rename) -> None:
    """Change the names in a folder; a change of a name whose making was lost comes to nothing."""
    if isinstance(change, Link):
        names[change.name] = change.file
    elif isinstance(change, Unlink):
        if names.get(change.name) == change.file:
            del names[change.name]
    else:
        if names.get(change.old) == change.file:
            del names[change.old]
        names[change.name] = change.file


def _sectors(write: Write) -> Iterator[tuple[int, bytes]]:
    """The parts of a write that lie in different sectors of the disk, each with its offset in the file."""
    start, end = write.offset, write.offset + len(write.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        yield start, write.data[start - write.offset : stop - write.offset]
        start = stop


@dataclass(frozen=True)
class Ending:
    """What is stored when a transaction has ended."""

    event: int
    """The number of the event in the record by which it was acknowledged."""
    head: tuple[int, str]
    places: Saved


def endings(record: Sequence[Event]) -> list[Ending]:
    """What was acknowledged, in its order."""
    found: list[Ending] = []
    now: Saved = {}
    for number, event in enumerate(record):
        if isinstance(event, Said) and event.line not in (COPIED, PURGED):
            said = json.loads(event.line.removeprefix(b"saved "))
            now = now | {id: tuple(line) for id, line in said["places"].items()}
            found.append(Ending(number, tuple(said["head"]), now))
    return found


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for a trial: in memory where there is such a place, for what is rebuilt need not outlive anything."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def creation(record: Sequence[Event]) -> range:
    """The points of the record while the store is made: a rollback journal is in use (DELETE), then the first WAL."""
    made, first = (ending.event for ending in endings(record)[:2])
    return range(1, made + 1 + (first - made) // 4)


def afterwards(record: Sequence[Event]) -> range:
    """The points of the record from the acknowledged store on: the write-ahead log is in use."""
    return range(endings(record)[0].event + 1, len(record) + 1)


@dataclass(frozen=True)
class Found:
    """What became of a store: ``whole``, ``refused`` (rightly), ``lost``, ``between`` or ``fault``, and more on it."""

    what: str
    why: str = ""


@dataclass
class Tally:
    """The points of one trial: at how many something was not yet synced, what was found, and how long it took."""

    unsynced: int = 0
    found: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def bad(self) -> int:
        """At how many points something acknowledged was lost, half of something was there, or the program failed."""
        return self.found["lost"] + self.found["between"] + self.found["fault"]


def try_cuts(
    record: Sequence[Event], window: range, points: int, folder: Path, kind: str = "plain", seed: float = 4,
    habits: Sequence[str] = HABITS, ends: Sequence[Ending] = (),
) -> Tally:  # fmt: skip
    """Cut the current at random points of the window, and look at what is found each time.

    ``ends`` are the ends of the transactions where the record alone does not tell them.
    """
    began, dice = time.monotonic(), random.Random(seed)
    ends, tally, disk, done = ends or endings(record), Tally(), Disk(), 0
    lines = {event.line: number for number, event in enumerate(record) if isinstance(event, Said)}
    # Half of the points lie beside a sync, a change of name or an acknowledgement: there most is at stake.
    turns = [point for point in window if not all(isinstance(one, Write) for one in record[point - 1 : point + 1])]
    for point in sorted(dice.choice(dice.choice((window, turns))) for _ in range(points)):
        while done < point:
            disk.take(record[done])
            done += 1
        tally.unsynced += bool(disk.waiting)
        put(folder, disk.cut(dice, habits))
        acknowledged = sum(ending.event < point for ending in ends)
        said = {line for line in (COPIED, PURGED) if lines.get(line, point) < point}
        found = look(folder, kind, ends, acknowledged, said)
        tally.found[found.what] += 1
        if found.why:
            tally.reasons[f"{found.what}: {found.why}"] += 1
    tally.seconds = time.monotonic() - began
    return tally


def try_twice(
    written: Sequence[Event], times: int, points: int, folder: Path, kind: str = "plain", seed: int = 4
) -> Tally:
    """Cut, go on with what is found, and cut again at ``points`` moments of that; so many ``times``."""
    began, dice, sum_ = time.monotonic(), random.Random(seed), Tally()
    for _ in range(times):
        point, disk = dice.choice(afterwards(written)), Disk()
        for event in written[:point]:
            disk.take(event)
        found = disk.cut(dice)
        sure = [ending for ending in endings(written) if ending.event < point][-1]
        again = record(folder, kind, "FULL", "WAL", "on", found=found)
        seen, *later = endings(again)
        # What was found once is sure from then on: it may be more than had been acknowledged.
        ends = [replace(sure, event=-1), *([] if seen.head == sure.head else [seen]), *later]
        window = range(3 * len(found) + 1, len(again) + 1)
        tally = try_cuts(again, window, points, folder / "found", kind, dice.random(), ends=ends)
        sum_.unsynced += tally.unsynced
        sum_.found += tally.found
        sum_.reasons += tally.reasons
    sum_.seconds = time.monotonic() - began
    return sum_


def look(folder: Path, kind: str, ends: Sequence[Ending], acknowledged: int, said: Collection[bytes] = ()) -> Found:
    """Open the store in a rebuilt folder, verify it, and compare it with what was acknowledged before the cut.

    ``said`` is whether it had been copied, and text purged from it.
    """
    if PURGED in said and any(MARKER.encode() in path.read_bytes() for path in folder.iterdir()):
        return Found("between", "what was purged is back")
    try:
        with reopen(folder, kind) as store:
            if problems := verify(store, CATALOGUE).problems:
                return Found("between", problems[0])
            head, there = store.head()[:2], places(store)
            backup = _look_at_backup(folder, store)
    except Refusal as refusal:
        return Found("lost" if acknowledged else "refused", refusal.code)
    except Exception as error:
        return Found("fault", f"{type(error).__name__}: {error}")
    if backup != "whole" and (backup != "none" or COPIED in said):
        return Found("lost" if COPIED in said else "between", f"the backup: {backup}")
    reached = next((number for number, ending in enumerate(ends, 1) if ending.head == head), None)
    if reached is None:
        return Found("between", "the log ends within a transaction")
    if there != ends[reached - 1].places:
        return Found("between", "the tables are not as they were said to be")
    if reached < acknowledged:
        return Found("lost", "acknowledged transactions are missing")
    if reached > acknowledged + 1:
        return Found("fault", "the log ends with a transaction that had not begun")
    return Found("whole", "with the transaction that was under way" if reached > acknowledged else "")


def _look_at_backup(folder: Path, store: Store) -> str:
    """``none``, ``whole``, or the code of the refusal that it meets."""
    # While it is made anew without what was redacted, the one before waits beside it.
    names = [name for name in (COPY, f".{COPY}.outdated") if (folder / name).exists()]
    if not names:
        return "none"
    try:
        with refusing(folder / names[0], store.key):
            check_copy(folder / names[0], store.key)
        keys = read_key_file(key_file_of(folder / COPY))
        return "whole" if not store.encrypted or (keys and keys.open(PASSPHRASE) == store.key) else "no keys"
    except Refusal as refusal:
        return refusal.code


TRIALS: Sequence[tuple[str, str, str, Sequence[str]]] = (
    ("FULL", "WAL", "made", HABITS),
    ("FULL", "WAL", "used", HABITS),
    ("FULL", "WAL", "cut twice", HABITS),
    ("OFF", "WAL", "made", HABITS),
    ("OFF", "WAL", "used", HABITS),
    ("OFF", "WAL", "used, killed only", ("all",)),
    ("NORMAL", "WAL", "used", HABITS),
    ("FULL", "DELETE", "used", HABITS),
    ("EXTRA", "DELETE", "used", HABITS),
)
"""``synchronous``, the journal mode in use, what the store goes through, and how the disk chooses. While a store is
made the journal mode is DELETE, always. The first three are what the product does."""


def main(points: int) -> None:
    """Print a table of all trials, each with so many points."""
    counted = "whole", "refused", "lost", "between", "fault"
    columns = ("store", "synchronous", "journal", "it is", "points", "unsynced", *counted, "seconds")
    print("|", " | ".join(columns), "|\n|" + "---|" * len(columns))
    for synchronous, journal, part, habits in TRIALS:
        for kind in KINDS:
            with scratch() as folder:
                written = record(folder, kind, synchronous, journal)
                if part == "cut twice":
                    tally = try_twice(written, points // 20, 20, folder, kind)
                else:
                    window = creation(written) if part == "made" else afterwards(written)
                    tally = try_cuts(written, window, points, folder / "found", kind, habits=habits)
            mode = "DELETE" if part == "made" else journal
            figures = (points, tally.unsynced, *(tally.found[what] for what in counted), round(tally.seconds))
            print("|", " | ".join(map(str, (kind, synchronous, mode, part, *figures))), "|", flush=True)
            for reason, count in tally.reasons.most_common():
                print(f"    {count} {reason}", file=sys.stderr)


if __name__ == "__main__":
    main(int((*sys.argv, "1000")[1]))
