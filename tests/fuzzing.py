"""Throws malformed files and values at every reader, and judges what comes back.

    python tests/fuzzing.py --count 100000 --seed 7 [--reader csv] [--processes 2] [--at INDEX]

No reader may raise anything but a refusal, take more than 10 seconds or 256 MB, repeat what was written freely, or
store what was not checked. Prints a table by reader. Ends with 1 on any finding; the input is then in the folder named.
The same seed makes the same inputs; ``--at`` runs one of them again, here, and shows where it fails.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import multiprocessing
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from monitor.cli.root import run as run_command
from monitor.errors import Refusal
from tests.fuzz_bench import Answer, Bench, Input, Reader, leaks
from tests.fuzz_readers import readers

MOST_SECONDS = 10.0
MOST_MEGABYTES = 256
COMMAND_EVERY = 200
"""One input in so many also goes through the command line."""

_SAFETY = 4 << 30  # of addresses, so that a bomb that nobody refused does not take the machine down
_KEPT = 3  # inputs kept of each kind of finding


class TooSlow(BaseException):
    """One input took too long. No ``except Exception`` of a reader takes it."""


@dataclass
class Finding:
    """Something that may not be: with which input, and what it was."""

    reader: str
    index: int
    what: str
    detail: str = ""


@dataclass
class Tally:
    """What became of the inputs of one reader."""

    tried: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    commands: int = 0
    slowest: float = 0.0
    slowest_index: int = 0
    seconds: float = 0.0
    megabytes: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take in the tally of another batch."""
        self.tried += other.tried
        self.verdicts += other.verdicts
        self.commands += other.commands
        self.seconds += other.seconds
        self.megabytes = max(self.megabytes, other.megabytes)
        self.findings += other.findings
        if other.slowest > self.slowest:
            self.slowest, self.slowest_index = other.slowest, other.slowest_index


def make(reader: Reader, seed: int, index: int) -> Input:
    """One input, the same every time."""
    return reader.make(Random(f"{seed}/{reader.name}/{index}"))


def judge(reader: Reader, bench: Bench, made: Input) -> tuple[str, str | None]:
    """Run a reader on one input: the verdict or the code of the refusal, and what is wrong with that, if anything."""
    try:
        answer = reader.run(bench, made)
    except Refusal as refusal:
        problems = [problem.says for problem in getattr(refusal, "problems", ())]
        answer = Answer(refusal.code, [*refusal.lines(), str(refusal), *problems])
    return answer.verdict, _wrong_words("\n".join(map(str, answer.said)))


def _wrong_words(said: str) -> str | None:
    if leaks(said):
        return "it repeats an open answer"
    try:
        said.encode("utf-8")
    except UnicodeEncodeError:
        return "what it says cannot be printed"
    return None


def command(bench: Bench, arguments: list[str]) -> str | None:
    """The same by the command line, in this process; what is wrong with what it did, if anything is."""
    stores = "store" in bench.__dict__
    before = bench.head() if stores else 0
    written = io.BytesIO()
    out, error = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(written, "utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        code = run_command(arguments)
        error.flush()
    said = written.getvalue().decode()
    if stores:
        bench.expect(before, None)
    if code not in (0, 1, 2):
        return f"the command ended with {code}"
    if "something unexpected happened" in said or "Traceback" in said:
        return f"the command says: {said.strip()[:200]}"
    return "the command repeats an open answer" if leaks(said) else None


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    # So many seconds of work, or three times as many by the clock: others may be using the machine, too.
    timers = ((signal.SIGPROF, signal.ITIMER_PROF, seconds), (signal.SIGALRM, signal.ITIMER_REAL, 3 * seconds))
    before = {number: signal.signal(number, stop) for number, _, _ in timers}
    for _, timer, limit in timers:
        signal.setitimer(timer, limit)
    try:
        yield
    finally:
        for number, timer, _ in timers:
            signal.setitimer(timer, 0)
            signal.signal(number, before[number])


def peak() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def try_one(reader: Reader, bench: Bench, seed: int, index: int, tally: Tally) -> None:
    """Make one input, run it, and note what became of it."""
    began = time.monotonic()
    wrong, detail, verdict = None, "", "-"
    try:
        made = make(reader, seed, index)
        began = time.monotonic()
        with _within(MOST_SECONDS):
            verdict, wrong = judge(reader, bench, made)
            if wrong is None and reader.command is not None and index % COMMAND_EVERY == COMMAND_EVERY - 1:
                arguments = reader.command(bench, made)
                if arguments is not None:
                    tally.commands += 1
                    wrong = command(bench, arguments)
    except TooSlow:
        wrong, detail = f"it took more than {MOST_SECONDS:.0f} s", traceback.format_exc()
    except Exception as error:  # whatever is no refusal is a finding
        wrong, detail = _signature(error), traceback.format_exc()
    took = time.monotonic() - began
    tally.tried += 1
    tally.seconds += took
    tally.verdicts[verdict] += 1
    if took > tally.slowest:
        tally.slowest, tally.slowest_index = took, index
    grown = peak()
    if wrong is None and grown > MOST_MEGABYTES and tally.megabytes <= MOST_MEGABYTES:
        wrong = f"memory grew to more than {MOST_MEGABYTES} MB"
    tally.megabytes = grown
    if wrong is not None:
        tally.findings.append(Finding(reader.name, index, wrong, detail))


def _signature(error: BaseException) -> str:
    """What tells one fault from another: its kind, and the last of our own lines."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "/monitor/" in frame.filename]
    line = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "the fuzzer"
    says = f" ({error})" if type(error).__name__ == "Unsound" else ""
    return f"{type(error).__name__} at {line}{says}"


# Batches, each in a process of its own


def _work(reader: Reader, seed: int, indexes: range, place: Any, sender: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_SAFETY, _SAFETY))
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="fuzzing-") as folder:
        bench = Bench(Path(folder))
        for index in indexes:
            place.value = index
            try_one(reader, bench, seed, index, tally)
            if tally.megabytes > MOST_MEGABYTES:
                break  # what comes after is tried in a process that has not grown
        try:
            bench.settle()
        except Exception as error:
            tally.findings.append(Finding(reader.name, indexes[-1], _signature(error), traceback.format_exc()))
    sender.send(tally)
    sender.close()


class Batch:
    """Some inputs of one reader, tried in a process of their own, which may be stopped."""

    def __init__(self, reader: Reader, seed: int, indexes: range) -> None:
        context = multiprocessing.get_context("fork")
        self.reader, self.seed, self.indexes = reader, seed, indexes
        self._place = context.Value("q", indexes[0], lock=False)
        self._seen, self._since = indexes[0], time.monotonic()
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(reader, seed, indexes, self._place, sender))
        self._process.start()
        sender.close()

    def ended(self) -> tuple[Tally, range] | None:
        """What was found and which inputs are left, when the process has ended, died, or hangs; until then None."""
        if self._receiver.poll():
            try:
                tally: Tally = self._receiver.recv()
            except EOFError:
                return self._lost(f"the process died ({self._process.exitcode})")
            self._process.join()
            return tally, self.indexes[tally.tried :]
        if not self._process.is_alive():
            return self._lost(f"the process died ({self._process.exitcode})")
        now = time.monotonic()
        if self._place.value != self._seen:
            self._seen, self._since = self._place.value, now
        elif now - self._since > 4 * MOST_SECONDS:
            self._process.kill()
            return self._lost(f"it hangs for more than {MOST_SECONDS:.0f} s")
        return None

    def _lost(self, what: str) -> tuple[Tally, range]:
        self._process.join()
        index = self._place.value
        done = self.indexes.index(index) + 1
        tally = Tally(tried=done, findings=[Finding(self.reader.name, index, what)])
        return tally, self.indexes[done:]


def fuzz(wanted: Sequence[Reader], count: int, seed: int, processes: int = 2) -> dict[str, Tally]:
    """Try ``count`` inputs, shared out by the weights of the readers."""
    whole = sum(reader.weight for reader in wanted)
    for reader in wanted:
        reader.make(Random(0))  # what all inputs of it share is made before the processes part
    gc.freeze()
    waiting: deque[tuple[Reader, range]] = deque()
    for reader in wanted:
        share = max(1, count * reader.weight // whole)
        waiting += [(reader, range(at, min(at + reader.batch, share))) for at in range(0, share, reader.batch)]
    tallies = {reader.name: Tally() for reader in wanted}
    running: list[Batch] = []
    while waiting or running:
        while waiting and len(running) < processes:
            reader, indexes = waiting.popleft()
            running.append(Batch(reader, seed, indexes))
        time.sleep(0.02)
        for batch in list(running):
            ended = batch.ended()
            if ended is not None:
                running.remove(batch)
                tally, left = ended
                tallies[batch.reader.name].add(tally)
                if left:
                    waiting.appendleft((batch.reader, left))
    return tallies


def table(tallies: dict[str, Tally]) -> str:
    """What became of the inputs, by reader."""
    lines = [f"{'reader':<10}{'tried':>8}{'by command':>11}{'mean ms':>9}{'slowest s':>10}{'peak MB':>8}  outcome"]
    for name, tally in [*tallies.items(), ("all", _all(tallies))]:
        mean = 1000 * tally.seconds / max(1, tally.tried)
        most = tally.verdicts.most_common(12 if name != "all" else 0)
        outcome = ", ".join(f"{verdict} {number}" for verdict, number in most)
        lines.append(
            f"{name:<10}{tally.tried:>8}{tally.commands:>11}{mean:>9.1f}{tally.slowest:>10.2f}{tally.megabytes:>8.0f}"
            f"  {outcome}"
        )
    return "\n".join(lines)


def _all(tallies: dict[str, Tally]) -> Tally:
    whole = Tally()
    for tally in tallies.values():
        whole.add(tally)
    return whole


def keep(findings: Sequence[Finding], seed: int) -> Path:
    """Write the inputs of findings, some of each kind, into a new folder."""
    folder = Path(tempfile.mkdtemp(prefix="fuzzing-findings-"))
    known = {reader.name: reader for reader in readers()}
    kept: Counter[tuple[str, str]] = Counter()
    for one in findings:
        kept[one.reader, one.what] += 1
        if kept[one.reader, one.what] > _KEPT:
            continue
        try:
            made = make(known[one.reader], seed, one.index)
        except Exception as error:
            made = Input(repr(error).encode())
        content = made.content if isinstance(made.content, bytes) else repr(made.content).encode("utf-8", "replace")
        stem = folder / f"{one.reader}-{one.index}"
        stem.with_suffix(Path(made.name).suffix or ".txt").write_bytes(content)
        stem.with_suffix(".why").write_text(f"{one.what}\n{made.about!r}\n\n{one.detail}", encoding="utf-8")
    return folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz as the command line says; 1 on any finding."""
    known = {reader.name: reader for reader in readers()}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1_500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--reader", action="append", choices=list(known))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--at", type=int, help="run this input of one reader alone, in this process")
    given = parser.parse_args(arguments)
    wanted = [known[name] for name in given.reader or known]
    if given.at is not None:
        tally = Tally(megabytes=peak())  # what this process had before is not the input's doing
        with tempfile.TemporaryDirectory() as folder:
            try_one(wanted[0], Bench(Path(folder)), given.seed, given.at, tally)
        print(tally.verdicts, f"{tally.slowest:.2f} s", f"{tally.megabytes:.0f} MB")
        print(*(f"{one.what}\n{one.detail}" for one in tally.findings), sep="\n")
        return 1 if tally.findings else 0
    tallies = fuzz(wanted, given.count, given.seed, given.processes)
    print(table(tallies))
    findings = _all(tallies).findings
    if not findings:
        return 0
    for (reader, what), number in Counter((one.reader, one.what) for one in findings).most_common():
        first = next(one.index for one in findings if (one.reader, one.what) == (reader, what))
        print(f"FINDING {reader}: {what}, {number} times, first with --reader {reader} --at {first}")
    print(f"{len(findings)} findings; inputs are in {keep(findings, given.seed)}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
