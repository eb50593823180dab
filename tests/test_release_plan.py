"""Before anything is built, a plan says how much would be left to publish with years or countries put together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor import review
from monitor.cli.root import cli
from monitor.disclosure import Policy
from monitor.findings import Region
from monitor.release import Choices, planning
from monitor.release.planning import Option, advice, best, plan, steps
from monitor.store import Store, list_submissions
from tests.case_sample import CASE, CASE_ANSWERS, held, store_with_case, submit
from tests.court_sample import CATALOGUE, make_store

REGIONS = {"far_south": Region("The far south", ("AQ", "BV"))}


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return make_store(tmp_path_factory.mktemp("plan") / "store.db", cases=80)


@pytest.fixture(scope="module")
def options(court: Store) -> tuple[Option, ...]:
    return plan(court, CATALOGUE, Choices(Policy(), licence=""), regions=REGIONS, periods=(5,))


def test_a_plan_tries_each_choice_beside_the_codes_and_in_their_place(options: tuple[Option, ...]) -> None:
    assert [option.words() for option in options] == [
        "as declared", "periods of 5 years beside", "regions beside", "periods of 5 years and regions beside",
        "periods of 5 years alone", "regions alone", "periods of 5 years and regions alone",
    ]  # fmt: skip


def test_what_is_left_is_told_as_a_part_of_what_somebody_stands_behind(options: tuple[Option, ...]) -> None:
    declared, alone = options[0].remaining, options[4].remaining
    assert 0 < declared.shown < declared.figures and 0 < declared.readable < declared.population
    # Whatever is put together, everybody stands in one innermost cell of a table, or in several where codes overlap.
    assert {option.remaining.population for option in options} == {declared.population}
    assert alone.figures < declared.figures
    # No question of this instrument names a country, so that regions change nothing.
    assert options[2].remaining == declared


def test_the_advice_names_what_keeps_the_most(options: tuple[Option, ...]) -> None:
    chosen = best(options)
    assert all(
        round(one.remaining.share_of_population or 0, 2) <= round(chosen.remaining.share_of_population or 0, 2)
        for one in options
    )
    assert chosen.words() in advice(options) or chosen is options[0]
    assert "would not help" in advice(options[:1])


def test_what_puts_the_same_codes_together_is_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    counted: list[Choices] = []
    count = planning.find_all
    monkeypatch.setattr(planning, "find_all", lambda *given, **how: (counted.append(given[2]), count(*given, **how))[1])
    with make_store(tmp_path / "store.db", cases=5) as store:
        found = plan(
            store, CATALOGUE, Choices(Policy(), licence=""), regions=REGIONS, periods=(10, 20), trying=tried.append
        )
    assert tried == [option.words() for option in found] and len(tried) == steps((10, 20), REGIONS) == 9
    # From 2020 to 2029, or to 2039: all years of the sample are in either, and no question names a country.
    assert [one.pooling.periods for one in counted] == [None, 10, 10]
    left = {option.words(): option.remaining for option in found}
    assert left["periods of 20 years alone"] == left["periods of 10 years alone"]


def test_a_plan_writes_nothing(court: Store, options: tuple[Option, ...]) -> None:
    entries = court.connection.execute("SELECT count(*) FROM log WHERE kind = 'released'").fetchone()
    assert entries == (0,) and not list(court.path.parent.glob("*release*"))


def test_the_command_prints_a_table_and_gives_advice(tmp_path: Path) -> None:
    store, _ = store_with_case(tmp_path)
    with store:
        for number in range(2, 30):
            reference = f"AQ-2025-{number:03}"
            submit(store, {**CASE_ANSWERS, "case_ref": reference}, "MON-09", CASE)
            submit(store, held(_parent=reference), "MON-09")
        review.approve(store, [one.id for one in list_submissions(store)], actor="REV-01")
    regions = tmp_path / "regions.toml"
    regions.write_text('[regions.far_south]\nlabel = "The far south"\ncountries = ["AQ", "BV"]\n', encoding="utf-8")
    words = ["--store", str(store.path), "release", "plan", "--regions", str(regions), "--periods", "3"]
    said = CliRunner().invoke(cli, words)
    assert said.exit_code == 0, said.stderr
    assert said.stdout.splitlines()[0].split() == ["choice", "figures", "population", "countries"]
    assert len(said.stdout.splitlines()) == 8 and "can be read" in said.stderr
    found = json.loads(CliRunner().invoke(cli, [*words, "--json"]).stdout)
    assert found["best"] in [one["choice"] for one in found["choices"]]
    assert found["choices"][0]["countries"] == 1


def test_periods_that_cannot_be_are_refused(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        review.approve(store, [case], actor="REV-01")
    said = CliRunner().invoke(cli, ["--store", str(store.path), "release", "plan", "--periods", "1"])
    assert said.exit_code == 1
