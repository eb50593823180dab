"""What each way of publishing leaves to an attacker, and what it keeps: one table, for several methods and data.

    python benchmarks/disclosure.py [--people N ...] [--seconds N] [--json FILE] [--scaling]

The attacker is that of the tests, which knows nothing of how figures were hidden. Methods of others (`pytauargus`,
`acro`, `opendp`) are tried where they are installed (the dependency group `peers`); where not, the table says so. They
count only, so that they are compared on tables of counts.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from benchmarks.attacked import RANDOM, count, fill, random_people
from benchmarks.peers import PEERS, Missing
from monitor import Instrument
from monitor.disclosure import Policy, protect
from monitor.findings import FindingTable, Relations, find, find_between
from monitor.indicators import Share
from monitor.store import create
from tests.attack_sample import as_protected, exact, shown_as, small_hidden, small_hidden_and_rounded, write
from tests.attacker import Attack, Knowledge, tally
from tests.attacker_files import ALL, Keys, name_of, truth_of

Rows = Mapping[str, Mapping[Keys, Mapping[str, Any]]]

COUNTS = replace(RANDOM, indicators=RANDOM.indicators[:1])
"""Ten tables of two dimensions over the same people, which every method can make."""


@dataclass(frozen=True)
class Data:
    """Tables to publish, with what hangs between them, and the answers that they were counted from."""

    name: str
    instrument: Instrument
    tables: Sequence[FindingTable]
    relations: Relations
    answers: Mapping[str, np.ndarray]


Method = Callable[[Data], tuple[Rows, Mapping[str, Any]]]
"""Gives the rows that are published, and what the publication says of its parameters."""


def people(often: int, instrument: Instrument, name: str) -> Data:
    """Random people, through a store, so that what lies between indicators is counted as a release counts it."""
    answers = random_people(often)
    with tempfile.TemporaryDirectory() as folder, create(
        Path(folder) / "store.db", "Invented people", "MON-01", invented=True, plain=True
    ) as store:  # fmt: skip
        fill(store, instrument, answers, Path(folder))
        tables = find(store.connection, [instrument])
        return Data(name, instrument, tables, find_between(store.connection, [instrument], tables), answers)


def ours(**settings: Any) -> Method:
    """Our own protection, with a policy."""
    policy = Policy(**settings)

    def method(data: Data) -> tuple[Rows, Mapping[str, Any]]:
        return as_protected(protect(data.tables, policy, relations=data.relations).tables), policy.as_json()

    return method


def _plain(publishing: Callable[[FindingTable], Any], parameters: Mapping[str, Any]) -> Method:
    return lambda data: ({name_of(table): publishing(table) for table in data.tables}, parameters)


METHODS: Mapping[str, Method] = {
    "nothing hidden": _plain(exact, {}),
    "small cells hidden": _plain(small_hidden, {}),
    "small cells hidden, rounded to 5": _plain(small_hidden_and_rounded, {"base": 5}),
    "ours": ours(),
    "ours, T = 20": ours(persons=20),
    "ours, W = 20": ours(width=20),
    "ours, rounded up": ours(rounding="up"),
}


def measured(data: Data, method: Method, seconds: float) -> dict[str, Any]:
    """Publish by one method, attack what was published, and measure what is left of the figures."""
    started = time.perf_counter()
    rows, parameters = method(data)
    took = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "release.db", data.tables, shown_as(rows), parameters, [data.instrument])
        attack = Attack([path], [truth_of(data.tables)], Knowledge(noisy=bool(parameters.get("noisy"))), seconds)
        found = tally(attack.finds())
    return {
        "exact": found.get("exact", 0), "narrow": found.get("narrow", 0),
        "small groups": found.get("small", 0) + found.get("derived", 0), "undecided": attack.undecided,
        **kept(data.tables, rows), "seconds": round(took, 2),
    }  # fmt: skip


def kept(tables: Sequence[FindingTable], rows: Rows) -> dict[str, float | None]:
    """The share of figures published, of the population in published cells, and how far published figures are off."""
    every = shown = people_all = people_shown = 0
    off_shares: list[float] = []
    off_counts: list[float] = []
    for table in tables:
        for finding in table.findings:
            row = rows[name_of(table)][finding.keys]
            main = "count" if table.statistic == "share" else "n"
            every, shown = every + 1, shown + (row.get(main) is not None)
            if ALL not in finding.keys:
                people_all += finding.n.units
                people_shown += finding.n.units if row.get("n") is not None else 0
            if row.get("n") is not None:
                off_counts.append(abs(row["n"] - finding.n.units))
            if isinstance(table.indicator, Share) and row.get("share") is not None and finding.n.units:
                off_shares.append(abs(row["share"] - finding.count.units / finding.n.units))
    return {
        "figures": round(shown / every, 4), "population": round(people_shown / people_all, 4) if people_all else None,
        "off, counts": round(float(np.mean(off_counts)), 2) if off_counts else None,
        "off, shares": round(float(np.mean(off_shares)), 4) if off_shares else None,
    }  # fmt: skip


def compare(sizes: Sequence[int], seconds: float, said: Callable[[str], None]) -> list[dict[str, Any]]:
    """Every method on every data set, as one line each."""
    lines: list[dict[str, Any]] = []
    for often in sizes:
        for instrument, what in ((COUNTS, "counts"), (RANDOM, "12 indicators")):
            data = people(often, instrument, f"{often:,} people, {what}")
            methods = METHODS | ({} if instrument is RANDOM else PEERS)
            for name, method in methods.items():
                try:
                    lines.append({"data": data.name, "method": name, **measured(data, method, seconds)})
                except Missing as missing:
                    lines.append({"data": data.name, "method": name, "says": str(missing)})
                said(_markdown(lines[-1]))
    return lines


HEADER = (
    "data", "method", "exact", "narrow", "small groups", "undecided", "figures", "population", "off, counts",
    "off, shares", "seconds",
)  # fmt: skip


def _markdown(line: Mapping[str, Any]) -> str:
    if "says" in line:
        return f"| {line['data']} | {line['method']} | {line['says']} |" + " |" * (len(HEADER) - 3)
    return "| " + " | ".join("-" if line[name] is None else str(line[name]) for name in HEADER) + " |"


def scaling(sizes: Sequence[int]) -> list[dict[str, float]]:
    """Seconds and memory of protecting one table of so many cells, in a process that has done nothing larger before."""
    lines = []
    for cells in sorted(sizes):
        tables = wide(cells)
        started = time.perf_counter()
        protect(tables, Policy())
        took = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        lines.append(
            {"cells": sum(len(one.findings) for one in tables), "seconds": round(took, 2), "peak_mib": round(peak)}
        )
    return lines


def wide(cells: int) -> tuple[FindingTable, ...]:
    """About so many cells: the ten tables of counts, with as many countries as it takes; 40 people for each cell."""
    countries = max(2, cells // 33)
    answers = dict(random_people(40 * cells))
    draw = np.random.default_rng(2)
    weights = 1 / np.arange(1, countries + 1) ** 0.7
    answers["country"] = np.array([f"c{one:06}" for one in range(countries)])[
        draw.choice(countries, 40 * cells, p=weights / weights.sum())
    ]
    return count(COUNTS, answers)


def exponent(lines: Sequence[Mapping[str, float]], figure: str) -> float:
    """The power of the number of cells with which a figure grows (least squares over the logarithms)."""
    sizes, values = (np.log([max(line[name], 1e-3) for line in lines]) for name in ("cells", figure))
    return round(float(np.polyfit(sizes, values, 1)[0]), 2)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="What ways of publishing leave to an attacker, and what they keep.")
    parser.add_argument("--people", type=int, nargs="+", default=[2_000, 20_000], help="how many people")
    parser.add_argument("--seconds", type=float, default=120, help="how long the attacker may take for each")
    parser.add_argument("--json", type=Path, help="write the lines there, too")
    parser.add_argument("--scaling", type=int, nargs="*", help="cells to protect, for seconds and memory")
    options = parser.parse_args()
    print("| " + " | ".join(HEADER) + " |\n|" + "---|" * len(HEADER), flush=True)
    lines = compare(options.people, options.seconds, lambda line: print(line, flush=True))
    grown = scaling(options.scaling) if options.scaling else []
    if grown:
        print("\n| cells | seconds | peak, MiB |\n|---|---|---|")
        print("\n".join(f"| {one['cells']:,} | {one['seconds']} | {one['peak_mib']} |" for one in grown))
        if len(grown) > 1:
            print(f"\nSeconds grow with cells to the power of {exponent(grown, 'seconds')}.")
    if options.json:
        options.json.write_text(json.dumps({"methods": lines, "scaling": grown}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
