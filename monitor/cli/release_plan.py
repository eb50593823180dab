"""What a release would leave to publish with years or countries put together, before it is built."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.printing import json_option, print_json, print_table, say
from monitor.cli.root import Work

if TYPE_CHECKING:
    from monitor.release.planning import Option

_FILE = click.Path(path_type=Path)


@click.command("plan")
@click.option("--regions", "region_file", metavar="FILE", type=_FILE, help="Also try countries together, in these.")
@click.option(
    "--periods", type=int, multiple=True, default=(2, 3, 5), show_default=True, help="Try so many years together."
)
@click.option(
    "--periods-from",
    type=int,
    metavar="YEAR",
    default=0,
    help="A year with which a period begins; by default one that their length divides.",
)
@click.option(
    "--threshold", type=int, default=10, show_default=True, help="T: persons behind each figure; never below 10."
)
@click.option("--base", type=int, default=5, show_default=True, help="Counts are rounded to this base; never below 5.")
@click.option("--embargo-pending", is_flag=True, help="Leave out cases that are pending, as the instruments say.")
@json_option
@click.pass_obj
def plan_command(
    work: Work, region_file: Path | None, periods: tuple[int, ...], periods_from: int, threshold: int, base: int,
    embargo_pending: bool, as_json: bool,
) -> None:  # fmt: skip
    """Say how much would be left to publish with years, or countries, put together; builds nothing."""
    from monitor.disclosure import Policy
    from monitor.findings import read_regions
    from monitor.release import Choices
    from monitor.release.planning import advice, best, plan, steps
    from monitor.store import kept_releases

    choices = Choices(Policy(persons=threshold, base=base), licence="", embargo=embargo_pending)
    regions = None if region_file is None else read_regions(region_file)
    with work.store() as store:
        if kept_releases(store.connection):
            say("This store has made releases, and goes on as they were built: other choices can only be looked at.")
        with _progress(steps(periods, regions)) as trying:
            options = plan(
                store, work.plugins.catalogue, choices, regions=regions, periods=periods, periods_from=periods_from,
                trying=trying,
            )  # fmt: skip
    if as_json:
        print_json({"choices": [_as_json(one) for one in options], "best": best(options).words()})
        return
    print_table(
        ("choice", "figures", "population", "countries"),
        [
            (
                one.words(), _share(one.remaining.share_of_figures), _share(one.remaining.share_of_population),
                f"{len(one.remaining.countries_shown)} of {len(one.remaining.countries)}",
            )
            for one in options
        ],
    )  # fmt: skip
    say("figures: the part of all that would be published. population: the part of it in a published cell.")
    say("countries: those of which anything would be published by themselves.")
    say(advice(options))


@contextmanager
def _progress(steps: int) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal, with what is being tried; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda words: None
        return
    done = chain([0], repeat(1))  # a choice is told before it is tried
    with click.progressbar(
        length=steps, label="Trying", file=sys.stderr, item_show_func=lambda words: words, update_min_steps=0
    ) as bar:
        yield lambda words: bar.update(next(done), words)


def _share(part: float | None) -> str:
    return "" if part is None else f"{part:.1%}"


def _as_json(option: Option) -> dict[str, object]:
    left = option.remaining
    return {
        "choice": option.words(), "periods": option.pooling.periods, "regions": sorted(option.pooling.regions),
        "figures": left.figures, "figures_shown": left.shown, "share_of_figures": left.share_of_figures,
        "population": left.population, "population_shown": left.readable,
        "share_of_population": left.share_of_population,
        "countries": len(left.countries), "countries_shown": len(left.countries_shown),
    }  # fmt: skip
