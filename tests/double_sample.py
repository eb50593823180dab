"""An invented instrument on which several observe one event: a day at a market, with its stalls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monitor import (
    Choice,
    Choices,
    Codes,
    Date,
    Form,
    Instrument,
    Money,
    Narrative,
    Rating,
    Ref,
    Rows,
    Share,
    Tally,
    Text,
    Whole,
    by,
)
from monitor.forms import FormMeta
from monitor.store import Store, create
from monitor.submissions import check

REGIONS = Codes(north="North", south="South")
WEATHER = Codes(sun="Sun", rain="Rain", snow="Snow")
GOODS = Codes(none="None", fruit="Fruit", fish="Fish", cloth="Cloth")
YES_NO = Codes(yes="Yes", no="No")
MARK = "zqxj"
"""Stands in every open answer, and in nothing else."""


class Market(Form):
    """One market."""

    class Meta:
        key = "market_ref"

    market_ref = Ref("Which market is it?", pattern=r"M-[0-9]{1,4}", example="M-1")
    region = Choice("Where is it?", REGIONS, publish="dimension")


class Stall(Form):
    """One stall that was open."""

    class Meta:
        person = "stall_ref"

    stall_ref = Ref("Which stall?", pattern=r"S[0-9]{1,2}", example="S1")
    clean = Rating("Was it clean?", publish="counted")
    remark = Text("What was remarkable?", optional=True)


class Sack(Form):
    """A sack that stood there, with nothing to tell it from another."""

    weight = Whole("How heavy was it?", publish="counted")


class Day(Form):
    """One day at a market, as one monitor saw it."""

    class Meta:
        parent = Market
        event = "day"

    day = Date("On what day?")
    held = Choice("Was it held?", YES_NO, publish="counted")
    orderly = Rating("Was it orderly?", only_if=held.is_("yes"), publish="counted")
    weather = Choice("How was the weather?", WEATHER, only_if=held.is_("yes"), optional=True, publish="counted")
    goods = Choices("What was sold?", GOODS, alone=("none",), only_if=held.is_("yes"), optional=True, publish="counted")
    visitors = Whole("How many came?", only_if=held.is_("yes"), optional=True, publish="counted")
    fee = Money("What did a stall cost?", optional=True)
    since = Date("Since when is it held?", optional=True)
    stalls = Rows(Stall, "Which stalls were open?", optional=True, only_if=held.is_("yes"))
    sacks = Rows(Sack, "Which sacks stood there?", optional=True)
    story = Narrative("What happened?", optional=True)
    number = Text("Which licence number?", optional=True, publish="sealed")


ORDERLY = Share(id="MK-1", title="Orderly days", unit=Day, rating=Day.orderly, having=Day.orderly.is_("yes"),
                tables=((by(Market.region),),))  # fmt: skip
HELD = Share(id="MK-2", title="Days that were held", unit=Day, having=Day.held.is_("yes"),
             tables=((by(Market.region),),))  # fmt: skip
MARKETS = Tally(id="MK-3", title="Markets", unit=Market, tables=((by(Market.region),),))
INSTRUMENT = Instrument("markets", "1.0", "Days at markets", (Market, Day), (), (ORDERLY, HELD, MARKETS))
CATALOGUE = {"markets": INSTRUMENT}


def new_store(folder: Path, markets: int = 1) -> Store:
    """A store of an invented programme with some markets."""
    store = create(folder / "store.db", programme="An invented programme", monitor="CO-01", plain=True)
    for number in range(1, markets + 1):
        region = "north" if number % 2 else "south"
        put(store, Market, {"market_ref": f"M-{number}", "region": region}, "MON-00")
    return store


def day(number: int = 1, market: int = 1, **more: Any) -> dict[str, Any]:
    """Raw answers on a day that was held."""
    raw = {"_parent": f"M-{market}", "day": f"2025-03-{number:02}", "held": "yes", "orderly": "yes"}
    return {**raw, **more}


def put(store: Store, form: FormMeta, raw: dict[str, Any], author: str) -> str:
    """Check and store one submission of a monitor; gives its id."""
    with store.writing(author) as writing:
        checked = check(INSTRUMENT, form, raw, author=author, around=store.surroundings(CATALOGUE))
        return writing.submit(checked, INSTRUMENT, form)


def put_double(store: Store, first: dict[str, Any], second: dict[str, Any]) -> tuple[str, str]:
    """The same day, as MON-01 and as MON-02 saw it."""
    return put(store, Day, first, "MON-01"), put(store, Day, second, "MON-02")


def disputed(store: Store, events: int) -> None:
    """Days on which two monitors agree on all but whether it was orderly."""
    for number in range(1, events + 1):
        first, second = ("yes", "no") if number % 2 else ("no", "yes")
        put_double(store, day(number, orderly=first), day(number, orderly=second))


_PROJECT = """
[project]
name = "monitor-markets"
version = "1.0.0"

[project.entry-points.monitor]
markets = "monitor_markets"
"""
_CODE = """
from monitor import hookimpl


@hookimpl
def register_instruments():
    from tests.double_sample import INSTRUMENT

    return [INSTRUMENT]
"""


def make_plugin(folder: Path) -> str:
    """The instrument as a plugin's folder, for the command line; gives its path."""
    package = folder / "markets" / "monitor_markets"
    package.mkdir(parents=True)
    (package.parent / "pyproject.toml").write_text(_PROJECT, encoding="utf-8")
    (package / "__init__.py").write_text(_CODE, encoding="utf-8")
    return str(package.parent)
