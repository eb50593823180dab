"""Runs the benchmarks and prints one table: our work beside its floor, in the same run, interleaved, as ratios.

    python benchmarks/run.py [--rows N] [--runs N] [--real FILE --mapping NAME]

The rows are invented unless --real names a file. Figures are medians of process time; only ratios are worth quoting.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from jobs import invent

HERE = Path(__file__).parent


def run(job: str, source: Path, mapping: str) -> dict[str, float]:
    """One job in a process of its own."""
    command = [sys.executable, str(HERE / "jobs.py"), job, str(source), mapping]
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    return result


def pair(ours: str, floor: str, source: Path, mapping: str, runs: int) -> tuple[float, float, float]:
    """Median seconds of our job and of its floor, run in turn, and the median of their ratios."""
    both = [(run(ours, source, mapping)["seconds"], run(floor, source, mapping)["seconds"]) for _ in range(runs)]
    ratios = [a / b for a, b in both]
    return statistics.median(a for a, _ in both), statistics.median(b for _, b in both), statistics.median(ratios)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Benchmarks as ratios against a floor in the same run.")
    parser.add_argument("--rows", type=int, default=50_000, help="invented rows for the pairs")
    parser.add_argument("--runs", type=int, default=3, help="interleaved runs of each pair")
    parser.add_argument("--real", type=Path, help="a real file instead of invented rows")
    parser.add_argument("--mapping", default="", help="the mapping that the real file needs")
    parser.add_argument("--memory", type=int, nargs=2, default=(10_000, 200_000), help="rows for the memory row")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = options.real or Path(folder) / "rows.csv"
        if options.real is None:
            invent(source, options.rows)
        print("| work | floor | ours, s | floor, s | ratio |")
        print("|---|---|---|---|---|")
        # The check is timed on invented rows: a mapping would be timed with it on real ones.
        invented = Path(folder) / "check.csv"
        invent(invented, min(options.rows, 20_000))
        for title, ours, beside, floor, rows, mapping in (
            (
                "import: check, log, project",
                "import",
                "sqlite_utils insert_all, unchecked",
                "insert",
                source,
                options.mapping,
            ),
            ("check", "check", "marshmallow's own load()", "load", invented, ""),
        ):
            mine, theirs, ratio = pair(ours, floor, rows, mapping, options.runs)
            print(f"| {title} | {beside} | {mine:.2f} | {theirs:.2f} | {ratio:.2f} |", flush=True)
        small, large = options.memory
        peaks = []
        for count in (small, large):
            many = Path(folder) / f"{count}.csv"
            invent(many, count)
            peaks.append(run("import", many, "")["peak_mib"])
        print("\n| memory of an import | rows | peak, MiB |\n|---|---|---|")
        print(f"| small | {small} | {peaks[0]:.0f} |\n| large | {large} | {peaks[1]:.0f} |")
        print(f"\nPeak at {large} rows over peak at {small} rows: {peaks[1] / peaks[0]:.2f}")


if __name__ == "__main__":
    main()
