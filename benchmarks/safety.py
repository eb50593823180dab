"""What safety costs: encrypted against plain, signed and sealed against not, in one run, interleaved, as ratios.

    python benchmarks/safety.py [--rows N] [--single N] [--runs N]

All data are invented. Figures are medians of wall-clock seconds: a durable commit waits for the disk, and that is the
point. Only ratios are worth quoting, and the microseconds of `db verify` as an order of size.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parent))

from jobs import invent

from monitor.findings import find
from monitor.intake import import_file
from monitor.keys import Signer, generate_identity
from monitor.plugins import load
from monitor.store import Store, create, open_store, verify
from monitor.submissions import check
from monitor.testing import accepted

ACTOR, PASSPHRASE = "MON-01", "an invented passphrase"
Job = Callable[[Path], float]


@contextmanager
def a_store(folder: Path, encrypted: bool, recipients: list[str] | None = None) -> Iterator[Store]:
    """A new store, closed in the end."""
    chosen: dict[str, Any] = {"passphrase": PASSPHRASE} if encrypted else {"plain": True}
    with create(folder / "store.db", "Benchmark", ACTOR, recipients=recipients or [], **chosen) as store:
        yield store


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def bulk(source: Path, encrypted: bool) -> Job:
    """Import of many rows in one transaction."""
    return lambda folder: _imported(folder, source, encrypted)


def unsigned(source: Path) -> Job:
    """The same without signatures."""
    return lambda folder: _imported(folder, source, True, sign=False)


def counted(source: Path, encrypted: bool) -> Job:
    """All findings of an instrument."""
    instrument = load().instrument("case_data")

    def count(store: Store) -> float:
        store.connection.execute("UPDATE submission SET state = 'approved'")
        return seconds(lambda: find(store.connection, [instrument]))

    return lambda folder: _imported(folder, source, encrypted, count)


def verified(source: Path, encrypted: bool) -> Job:
    """`db verify` of all entries."""
    catalogue = load().catalogue

    def walk(store: Store) -> float:
        def verify_whole() -> None:
            assert verify(store, catalogue).ok

        return seconds(verify_whole)

    return lambda folder: _imported(folder, source, encrypted, walk)


def _imported(
    folder: Path, source: Path, encrypted: bool, work: Callable[[Store], float] | None = None, *, sign: bool = True
) -> float:  # fmt: skip
    """How long the import takes; or, with ``work``, what is done to the store afterwards."""
    plugins = load()
    instrument, form = plugins.form("case_data.victim")
    with a_store(folder, encrypted) as store:
        unsigned = nullcontext() if sign else patch.object(Signer, "sign", lambda self, text: "")
        with unsigned:
            took = seconds(lambda: import_file(store, plugins.catalogue, instrument, form, source, actor=ACTOR))
        return took if work is None else work(store)


def single(count: int, encrypted: bool, sealed: bool = False) -> Job:
    """Submissions one by one, each on the disk before the next; in each a docket number, sealed or not."""
    instrument, form = load().form("trial_monitoring.case")
    example = next(one for one in accepted(instrument) if one.form is form)
    cases = [
        check(instrument, form, {**example.answers(), "case_ref": f"MD-2024-{number:03}"}, author=ACTOR)
        for number in range(count)
    ]

    def job(folder: Path) -> float:
        recipients = [generate_identity(folder / f"{name}.key") for name in ("office", "safe")] if sealed else []
        with a_store(folder, encrypted, recipients) as store:

            def submit() -> None:
                for case in cases:
                    with store.writing(ACTOR) as writing:
                        writing.submit(case, instrument, form)

            return seconds(submit)

    return job


def opened(encrypted: bool) -> Job:
    """A store opened with its passphrase, and closed."""

    def job(folder: Path) -> float:
        with a_store(folder, encrypted):
            pass
        return seconds(lambda: open_store(folder / "store.db", passphrase=lambda: PASSPHRASE).close())

    return job


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="What encryption, signatures and seals cost, as ratios.")
    parser.add_argument("--rows", type=int, default=20_000, help="invented rows of a bulk import")
    parser.add_argument("--single", type=int, default=200, help="submissions that are stored one by one")
    parser.add_argument("--runs", type=int, default=3, help="interleaved runs of each pair")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "rows.csv"
        invent(source, options.rows)
        one, rows = options.single, options.rows
        pairs: tuple[tuple[str, str, Job, Job, int], ...] = (
            ("single durable submissions, encrypted", "plain", single(one, True, True), single(one, False, True), one),
            ("bulk import, encrypted", "plain", bulk(source, True), bulk(source, False), rows),
            ("findings, encrypted", "plain", counted(source, True), counted(source, False), rows),
            ("bulk import, signed", "not signed", bulk(source, True), unsigned(source), rows),
            ("single durable submissions, sealed", "not sealed", single(one, False, True), single(one, False), one),
            ("db verify, encrypted", "plain", verified(source, True), verified(source, False), rows),
            ("open a store with a passphrase", "plain", opened(True), opened(False), 1),
        )
        print("| work | floor | ours, s | floor, s | ratio | ours, µs each |")
        print("|---|---|---|---|---|---|")
        for work, floor, ours, beside, count in pairs:
            both = [(_run(ours, scratch), _run(beside, scratch)) for _ in range(options.runs)]
            mine, theirs = (statistics.median(one) for one in zip(*both, strict=True))
            ratio = statistics.median(a / b for a, b in both)
            print(f"| {work} | {floor} | {mine:.3f} | {theirs:.3f} | {ratio:.2f} | {mine / count * 1e6:.0f} |")


def _run(job: Job, scratch: str) -> float:
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        return job(Path(folder))


if __name__ == "__main__":
    main()
