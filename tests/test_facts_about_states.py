"""Facts about States are published as they are; nothing about persons can leave in their place."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor import Choice, Choices, Codes, Country, Form, Instrument, Median, Ref, Rows, Tally, Whole, by, each
from monitor.conditions import AUTHOR
from monitor.contract import as_contract
from monitor.disclosure import Policy, audit, protect
from monitor.errors import DeclarationError
from monitor.findings import find
from monitor.indicators import Indicator
from monitor.release import build
from monitor.store import Store, open_store
from tests import court_sample
from tests.site_visit import get
from tests.states_sample import CATALOGUE, MARK, STATES, make_store

KINDS = Codes(shelter="Shelter", court="Court")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("states") / "store.db"
    make_store(path).close()
    return path


@pytest.fixture
def store(original: Path, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "store.db"
    shutil.copy(original, path)
    with open_store(path) as opened:
        yield opened


@pytest.fixture
def release(store: Store, tmp_path: Path) -> Path:
    settings: dict[str, Any] = {"catalogue": CATALOGUE, "policy": Policy(), "licence": "CC0 1.0"}
    return build(tmp_path / "release.db", store=store, **settings).path


def rows(path: Path, query: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


# What stands in the release


def test_facts_about_states_are_published_exactly_zeros_and_ones_too(store: Store, release: Path) -> None:
    small = 0
    for table in find(store.connection, [STATES]):
        if not table.indicator.public:
            continue
        name = f"states__{table.indicator.id.lower().replace('-', '_')}__" + "_".join(d.name for d in table.dimensions)
        exact = {finding.keys: finding for finding in table.findings}
        for row in rows(release, f"SELECT * FROM {name}"):
            finding = exact[tuple(row[dimension.name] for dimension in table.dimensions)]
            n, count = finding.n.units, finding.count.units
            assert (row["n"], row["count"]) == (n, count)
            small += n in (1, 2, 3) or count in (0, 1)
            if table.statistic == "share":
                assert row["share"] == (round(count / n, 4) if n else None)
                assert row["not_observed"] == finding.not_observed.units
                assert row["not_applicable"] == finding.not_applicable.units
            assert row["low"] is None and row["high"] is None
    assert small


def test_a_figure_that_rests_on_a_counted_question_stays_protected(release: Path) -> None:
    assert [row["n"] for row in rows(release, "SELECT n FROM states__st_04__country")] == [None] * 3
    exempt = {row["indicator"]: row["exempt"] for row in rows(release, "SELECT * FROM table_index")}
    assert exempt == {"ST-01": 1, "ST-02": 1, "ST-03": 1, "ST-04": 0}
    assert [row["persons"] for row in rows(release, "SELECT persons FROM instrument")] == [0]
    assert MARK.encode() not in release.read_bytes()


def test_the_audit_hides_nothing_behind_facts_about_states(release: Path) -> None:
    report = audit(release)
    assert report.passed and report.suppressed == 3
    assert "the facts about States" in report.attacked


def test_a_plugin_that_hides_a_cell_of_them_has_the_population_protected(store: Store) -> None:
    tables = find(store.connection, [STATES])
    hidden = protect(tables, Policy(), [lambda table: [("AQ",)] if table.indicator.id == "ST-02" else []]).tables
    exempt = {table.indicator.id: table.exempt for table in hidden}
    assert exempt == {"ST-01": True, "ST-02": False, "ST-03": True, "ST-04": False}
    assert all(finding.n is None for table in hidden if table.indicator.id == "ST-02" for finding in table.findings)


def test_the_contract_says_what_is_public() -> None:
    public = {one["id"]: one.get("public") for one in as_contract(STATES)["monitor"]["indicators"]}
    assert public == {"ST-01": True, "ST-02": True, "ST-03": True, "ST-04": None}


# What the audit finds in a file that was forged


@pytest.mark.parametrize(
    "forgery, says",
    [
        ("UPDATE table_index SET exempt = 1 WHERE indicator = 'ST-04'", "rests on help.shelter_source"),
        ("UPDATE instrument SET persons = 1", "its instrument tells persons apart"),
        ("UPDATE question SET publish = 'counted' WHERE name = 'country'", "rests on round.country"),
        ("DELETE FROM indicator_question WHERE indicator = 'ST-03'", "no question says what it counts"),
        ("DELETE FROM question WHERE name = 'shelter_law'", "rests on help.shelter_law"),
        ("UPDATE states__st_01__country_year SET share = 0.123 WHERE n > 0", "its share is not that of its counts"),
        ("UPDATE states__st_01__country_year SET low = 0.1, high = 0.9", "more than counts and shares"),
        ("UPDATE states__st_01__country_year SET n = NULL", "counts are missing or impossible"),
        ("UPDATE states__st_03__year SET n = 1, count = 1 WHERE year = '_T'", "not the sum of what stands below it"),
        ("UPDATE states__st_03__year SET count = n + 1", "counts are missing or impossible"),
        ("UPDATE states__st_01__country_year SET not_observed = -1", "not the sum"),
        ("DELETE FROM states__st_03__year WHERE year = '2022'", "not the sum of what stands below it"),
        ("UPDATE table_index SET exempt = 0 WHERE indicator = 'ST-03'", "not rounded, or too small"),
    ],
)
def test_the_audit_finds_what_is_no_fact_about_a_state(release: Path, forgery: str, says: str) -> None:
    with closing(sqlite3.connect(release)) as connection:
        connection.execute(forgery)
        connection.commit()
    report = audit(release)
    assert not report.passed
    assert says in " ".join(report.disclosed)


def test_persons_cannot_leave_as_facts_about_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with court_sample.make_store(tmp_path / "store.db", cases=30) as store:
        tables = find(store.connection, [court_sample.COURT])
        for table in tables:
            assert not table.indicator.public
        forced = [replace(table, indicator=replace(table.indicator, public=True)) for table in tables]
        monkeypatch.setattr("monitor.release.protecting.find", lambda *_, **how: forced)
        with pytest.raises(Exception, match="RELEASE-07"):
            build(
                tmp_path / "release.db", store=store, catalogue=court_sample.CATALOGUE, policy=Policy(), licence="CC0"
            )
    assert not (tmp_path / "release.db").exists()


# What may be declared


class Place(Form):
    """One invented place."""

    place = Ref("Which place?", pattern="[A-Z]{3}", example="AAA", publish="dimension")
    country = Country("Where is it?", publish="dimension")
    kind = Choice("What is it?", KINDS, publish="dimension")
    beds = Whole("How many beds?", publish="counted")
    served = Choices("Whom does it serve?", KINDS, publish="counted")


class Guest(Form):
    """One invented guest."""

    class Meta:
        person = "guest_ref"

    guest_ref = Ref("Who?", pattern="G[0-9]", example="G1")
    kind = Choice("What?", KINDS, publish="dimension")


class House(Form):
    """One invented house."""

    country = Country("Where is it?", publish="dimension")
    kind = Choice("What is it?", KINDS, publish="dimension")
    guests = Rows(Guest, "Who is there?", optional=True)


def public(*, unit: Any = Place, **more: Any) -> Indicator:
    return Tally(id="X-01", title="X", unit=unit, tables=((by(unit.country),),), public=True, **more)


IN_PLACE, IN_HOUSE = Place.kind.is_("shelter"), House.kind.is_("shelter")


@pytest.mark.parametrize(
    "form, indicator, says",
    [
        (Place, public(among=Place.beds > 3), "'beds' has publish 'counted'"),
        (Place, public(), "counts by no question"),
        (Place, public(among=IN_PLACE & AUTHOR.equals("M1")), "_author, which is no answer about a State"),
        (
            Place,
            replace(public(among=IN_PLACE), tables=((each(Place.served),),)),
            "'served' has publish 'counted'",
        ),
        (
            Place,
            Median(id="X-01", title="X", unit=Place, of=Place.beds, measure="beds", tables=((by(Place.country),),),
                   public=True),
            "only shares and counts",
        ),
        (House, public(unit=House, among=IN_HOUSE), "tells persons apart"),
    ],
)  # fmt: skip
def test_what_is_not_about_states_cannot_be_public(form: Any, indicator: Indicator, says: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        Instrument("places", "1.0", "Places", (form,), (), (indicator,))
    assert says in refused.value.sentence


def test_what_is_about_states_can_be_public() -> None:
    assert Instrument("places", "1.0", "Places", (Place,), (), (public(among=IN_PLACE),)).indicators


# What the site shows


def test_the_site_shows_them_as_they_are_and_says_so(release: Path) -> None:
    page = get(release, "/indicator/states/ST-01").text
    assert "Facts about States, shown as they are" in page
    assert "hidden</span>" not in page and "Likely between" not in page and "Rounded" not in page
    protected = get(release, "/indicator/states/ST-04").text
    assert "hidden</span>" in protected and "Facts about States" not in protected
    assert "facts about States" in get(release, "/").text


def test_no_cell_of_them_reads_as_hidden(release: Path) -> None:
    page = get(release, "/release/states__st_01__country_year").text
    assert "neither hidden nor rounded" in page and '<span class="hidden-figure">' not in page
