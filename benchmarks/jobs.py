"""The timed jobs of the benchmarks, each a process of its own that prints its seconds and its peak memory as JSON."""

from __future__ import annotations

import csv
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.forms import FormMeta
    from monitor.instrument import Instrument

COUNTRIES = ("AQ", "BV", "GS", "HM")
HEADER = (
    "year_of_registration", "gender", "age_band", "citizenship", "forced_labour", "sexual_exploitation",
    "country_of_exploitation",
)  # fmt: skip


def invent(path: Path, rows: int) -> None:
    """Write an invented file of victims in the shape of the real one; the same rows every time."""
    draw = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for _ in range(rows):
            age = draw.choice(("", "9_17", "18_20", "30_38"))
            yes = draw.choice(("", "yes", "no"))
            gender = draw.choice(("feminine", "masculine"))
            citizenship, place = draw.choice((*COUNTRIES, "ZZ")), draw.choice((*COUNTRIES, ""))
            writer.writerow(
                [draw.randint(2002, 2019), gender, age, citizenship, yes, draw.choice(("", "yes", "no")), place]
            )


def import_rows(source: Path, mapping: str) -> None:
    """Checked, logged, projected: what `monitor import` does."""
    from monitor.intake import import_file
    from monitor.plugins import load
    from monitor.store import create

    plugins = load()
    instrument, form = plugins.form("case_data.victim")
    with (
        tempfile.TemporaryDirectory() as folder,
        create(Path(folder) / "store.db", programme="Benchmark", monitor="MON-01", plain=True) as store,
    ):
        imported = import_file(
            store, plugins.catalogue, instrument, form, source, actor="MON-01", mapping=mapping or None
        )
        assert imported.accepted and not imported.refused, imported


def insert_unchecked(source: Path, mapping: str) -> None:
    """The floor of the import: sqlite_utils inserts the same rows in one transaction, and checks nothing."""
    import sqlite_utils

    with tempfile.TemporaryDirectory() as folder:
        database = sqlite_utils.Database(Path(folder) / "plain.db")
        database.conn.execute("PRAGMA journal_mode=WAL")
        database.conn.execute("PRAGMA synchronous=FULL")
        with source.open(newline="", encoding="utf-8") as file, database.atomic():
            database["victim"].insert_all(csv.DictReader(file))


def check_rows(source: Path, mapping: str) -> None:
    """Every row through our check, read beforehand."""
    from monitor.submissions import check

    instrument, form, rows = _read(source)
    _timed(lambda: [check(instrument, form, row, author="MON-01") for row in rows])


def load_rows(source: Path, mapping: str) -> None:
    """The floor of the check: marshmallow's own load() of the same rows by the same form, without rules."""
    _, form, rows = _read(source)
    schema = form()
    _timed(lambda: [schema.load(row) for row in rows])


def _read(source: Path) -> tuple[Instrument, FormMeta, list[dict[str, Any]]]:
    """The rows as the check takes them: cells read by their questions, blank ones left out."""
    from monitor.plugins import load

    instrument, form = load().form("case_data.victim")
    with source.open(newline="", encoding="utf-8") as file:
        rows = [
            {name: form.questions[name].from_text(cell) for name, cell in row.items() if cell}
            for row in csv.DictReader(file)
        ]
    return instrument, form, rows


_STARTED: list[float] = []


def _timed(work: Callable[[], object]) -> None:
    """Count only this part of the job: what came before was reading."""
    _STARTED.append(time.process_time())
    work()
    _STARTED.append(time.process_time())


JOBS = {"import": import_rows, "insert": insert_unchecked, "check": check_rows, "load": load_rows}


def main() -> None:
    """Run one job: JOB SOURCE MAPPING."""
    job, source, mapping = sys.argv[1:4]
    before = time.process_time()
    JOBS[job](Path(source), mapping)
    after = time.process_time()
    seconds = _STARTED[1] - _STARTED[0] if _STARTED else after - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mib": peak}))


if __name__ == "__main__":
    main()
