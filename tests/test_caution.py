"""A question on which monitors agree too little puts a caution on every finding that rests on it, up to the site."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor import review
from monitor.cli.root import run
from monitor.disclosure import Policy
from monitor.errors import Refusal
from monitor.release import Release, build, check
from monitor.store import Store, rebuild
from tests.double_sample import CATALOGUE, INSTRUMENT, Day, day, disputed, make_plugin, new_store, put
from tests.site_visit import get

SAYS = "Read with caution: monitors who observed the same often answered this question differently: Was it orderly?"


def filled_store(folder: Path, doubles: int) -> Store:
    """Eighty markets, each observed on a day; at the first, two monitors differ on whether it was orderly."""
    store = new_store(folder, markets=80)
    disputed(store, doubles)
    for market in range(2, 81):
        put(store, Day, day(1, market, orderly="yes" if market % 3 else "no"), "MON-01")
    review.approve_all(store, actor="CO-02")
    return store


def built(store: Store, path: Path, **more: Any) -> Release:
    settings: dict[str, Any] = {"catalogue": CATALOGUE, "policy": Policy(), "licence": "CC0 1.0", **more}
    return build(path, store=store, **settings)


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_the_release_says_which_indicators_rest_on_it_and_nothing_more(tmp_path: Path) -> None:
    with filled_store(tmp_path, doubles=12) as store:
        release = built(store, tmp_path / "out.db")
    assert check(release.path).audit.passed
    assert rows(release.path, "SELECT * FROM caution") == [("markets", "MK-1", "day", "orderly", SAYS, "en")]


def test_below_ten_pairs_it_says_nothing(tmp_path: Path) -> None:
    with filled_store(tmp_path, doubles=9) as store:
        release = built(store, tmp_path / "out.db")
    assert rows(release.path, "SELECT * FROM caution") == []


def test_the_same_store_gives_the_same_release_after_a_rebuild_too(tmp_path: Path) -> None:
    with filled_store(tmp_path, doubles=12) as store:
        first = built(store, tmp_path / "first.db")
        rebuild(store, CATALOGUE)
        second = built(store, tmp_path / "second.db")
    assert first.content_hash == second.content_hash
    assert first.path.read_bytes() == second.path.read_bytes()


def test_a_figure_that_would_carry_a_caution_can_be_held_back(tmp_path: Path) -> None:
    with filled_store(tmp_path, doubles=12) as store:
        path = built(store, tmp_path / "out.db", policy=Policy(hold_back=True)).path
    assert rows(path, "SELECT DISTINCT indicator FROM table_index ORDER BY 1") == [("MK-2",), ("MK-3",)]
    assert json.loads(rows(path, "SELECT parameters FROM release")[0][0])["hold_back"] is True
    page = get(path, "/indicator/markets/MK-1").text
    assert "not published" in page and SAYS in page


def test_where_all_would_be_held_back_nothing_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with filled_store(tmp_path, doubles=12) as store:
        everything = {("markets.day", "orderly"), ("markets.day", "held"), ("markets.market", "region")}
        monkeypatch.setattr("monitor.release.protecting.doubtful", lambda *given: everything)
        with pytest.raises(Refusal, match="RELEASE-12"):
            built(store, tmp_path / "out.db", policy=Policy(hold_back=True))
    assert not (tmp_path / "out.db").exists()


def test_the_floor_is_never_lowered_and_may_be_raised() -> None:
    with pytest.raises(Refusal, match="RELEASE-01"):
        Policy(agreement=0.66)
    assert Policy(agreement=0.8).as_json()["agreement"] == 0.8


def test_the_site_shows_it_at_the_indicator_its_list_and_its_tables(tmp_path: Path) -> None:
    with filled_store(tmp_path, doubles=12) as store:
        path = built(store, tmp_path / "out.db").path
    for address in ("/indicator/markets/MK-1", "/release/markets__mk_1__region"):
        assert SAYS in get(path, address).text
    assert "Read with caution" in get(path, "/instrument/markets").text
    for address in ("/indicator/markets/MK-2", "/release/markets__mk_2__region"):
        assert "Read with caution" not in get(path, address).text


def test_internal_findings_say_it_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with filled_store(tmp_path, doubles=12):
        pass
    command = ["--store", str(tmp_path / "store.db"), "--plugins-dir", make_plugin(tmp_path), "findings"]
    assert run([*command, "MK-1"]) == 0
    assert "Caution: monitors who observed the same agree too little on day.orderly." in capsys.readouterr().out
    assert run([*command, "--json"]) == 0
    found = {one["indicator"]: one["caution"] for one in json.loads(capsys.readouterr().out)}
    known = (one.id for one in INSTRUMENT.indicators)
    assert {id: found.get(id) for id in known if id in found} == {"MK-1": ["day.orderly"], "MK-2": [], "MK-3": []}
