"""Years are put together in periods and countries in regions, always in the same way."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor import Choice, Country, Date, Form, by, year
from monitor.errors import Refusal
from monitor.findings import Pooling, Region, read_regions


class Sitting(Form):
    """One invented sitting."""

    country = Country("Where?", publish="dimension")
    day = Date("When?", dimension="year")
    room = Choice("Which room?", {"a": "A", "b": "B"}, publish="dimension")


COUNTRY, YEAR, ROOM = by(Sitting.country), year(Sitting.day), by(Sitting.room)
REGIONS = """
[regions.baltic_states]
label = "Baltic States"
countries = ["EE", "LV", "LT"]

[regions.western_balkans]
label = "Western Balkans"
countries = ["AL", "XK"]
"""


def regions(tmp_path: Path, text: str | bytes = REGIONS) -> dict[str, Region]:
    path = tmp_path / "regions.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_regions(path)


def test_a_period_has_the_same_years_whatever_was_observed() -> None:
    pooling = Pooling(periods=3)
    alone, later = pooling.parents(YEAR, ["2020"]), pooling.parents(YEAR, ["2018", "2019", "2020", "2021", "2022"])
    assert alone == {"2020": "2019-2021"}
    assert later == {
        "2018": "2016-2018", "2019": "2019-2021", "2020": "2019-2021", "2021": "2019-2021", "2022": "2022-2024",
    }  # fmt: skip


def test_periods_begin_with_the_year_that_is_named() -> None:
    pooling = Pooling(periods=5, periods_from=2021)
    assert pooling.parents(YEAR, ["2020", "2021", "2026"]) == {
        "2020": "2016-2020", "2021": "2021-2025", "2026": "2026-2030",
    }  # fmt: skip


def test_what_is_no_year_and_no_country_stays_by_itself(tmp_path: Path) -> None:
    pooling = Pooling(3, regions(tmp_path))
    assert pooling.parents(YEAR, ["_U"]) == pooling.parents(COUNTRY, ["_U", "FR"]) == pooling.parents(ROOM, ["a"]) == {}


def test_countries_stand_in_the_regions_of_a_file(tmp_path: Path) -> None:
    pooling = Pooling(regions=regions(tmp_path))
    assert pooling.parents(COUNTRY, ["EE", "XK", "FR"]) == {"EE": "baltic_states", "XK": "western_balkans"}
    assert (pooling.label("baltic_states"), pooling.label("2019-2021")) == ("Baltic States", "2019-2021")


def test_a_release_states_what_was_put_together_in_one_way_only(tmp_path: Path) -> None:
    found = regions(tmp_path)
    backwards = dict(reversed(found.items()))
    assert Pooling(3, found, 2019).as_json() == Pooling(3, backwards, 2022).as_json()
    assert Pooling().as_json() == {}


def test_groups_alone_take_the_place_of_their_codes(tmp_path: Path) -> None:
    pooling = Pooling(regions=regions(tmp_path), alone=True)
    assert pooling.recoded(COUNTRY, ["EE", "FR", "_U"]) == {"EE": "baltic_states", "FR": "FR", "_U": "_U"}
    assert pooling.recoded(COUNTRY, ["FR"]) == pooling.recoded(YEAR, ["2020"]) == {}
    assert pooling.as_json()["alone"] and Pooling(alone=True).as_json() == {}


@pytest.mark.parametrize("periods", [-1, 0, 1, 21])
def test_periods_are_of_a_few_years(periods: int) -> None:
    with pytest.raises(Refusal, match="FINDINGS-02"):
        Pooling(periods)


@pytest.mark.parametrize(
    "text, says",
    [
        (REGIONS.replace('"AL"', '"EE"'), "EE is also in 'baltic_states'"),
        (REGIONS.replace('"AL"', '"ZZ"'), "'ZZ' is no country code"),
        (REGIONS.replace('"AL"', "7"), "its countries a list of codes"),
        (REGIONS.replace('"AL", ', ""), "fewer than two"),
        (REGIONS.replace('"AL"', '"XK"'), "lists a country twice"),
        (REGIONS.replace("baltic_states", "EE"), "its key is"),
        (REGIONS.replace("Baltic States", ""), "its label"),
        (REGIONS.replace('label = "Baltic States"', ""), "it has a label and countries"),
        (REGIONS + 'more = "x"', "it has a label and countries"),
        ("[regions]\nbaltic_states = 1", "it has a label and countries"),
    ],
)
def test_a_region_that_cannot_be_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(Refusal, match="FINDINGS-03") as refused:
        regions(tmp_path, text)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["", "regions = 1", "[others]", REGIONS + "[more]", "[regions", b"\xff\xfe", "#" * 300_000, "a" + ".a" * 100_000],
)
def test_what_is_no_file_of_regions_is_refused(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(Refusal, match="FINDINGS-04"):
        regions(tmp_path, text)
    with pytest.raises(Refusal, match="FINDINGS-04"):
        read_regions(tmp_path / "nowhere.toml")
