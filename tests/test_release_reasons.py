"""Why figures are hidden: kept for the programme, place by place, and told apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor import Pending
from monitor.disclosure import Policy
from monitor.findings import FindingTable
from monitor.release import build
from monitor.release.reasons import HELD_BACK, PENDING, HiddenFigure, as_text, hidden_in, read_reasons
from monitor.store import Store
from tests.court_sample import COURT, Case, Hearing, make_store

HEARD = replace(COURT, indicators=tuple(one for one in COURT.indicators if one.id == "CT-05"))
HALF_PENDING = replace(HEARD, pending=(Pending(Case, until=Hearing.lawyer.is_("no")),))
"""As if a case were pending until somebody saw a hearing without a lawyer."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with make_store(tmp_path / "store.db", cases=120) as made:
        yield made


def reasons(store: Store, path: Path, **more: Any) -> tuple[HiddenFigure, ...]:
    settings = {"catalogue": {"court": HALF_PENDING}, "policy": Policy(), "licence": "CC0 1.0", **more}
    build(path, store=store, **settings)
    return read_reasons(store.connection)[1]


def test_a_figure_that_is_small_only_without_pending_cases_is_hidden_for_them(store: Store, tmp_path: Path) -> None:
    hidden = reasons(store, tmp_path / "release.db", embargo=True)
    assert {one.reason for one in hidden} > {PENDING, "small"}


def test_without_an_embargo_nothing_is_hidden_for_pending_cases(store: Store, tmp_path: Path) -> None:
    assert PENDING not in {one.reason for one in reasons(store, tmp_path / "release.db")}


def test_what_a_plugin_hides_is_said_to_be_hidden_by_it(store: Store, tmp_path: Path) -> None:
    def the_largest(table: FindingTable) -> list[tuple[str, ...]]:
        return [("_T", "2022")]

    hidden = reasons(store, tmp_path / "release.db", more=[the_largest])
    assert [one.reason for one in hidden if one.keys == ("_T", "2022") and one.figure == "n"] == ["plugin"]


def test_a_table_that_is_held_back_has_one_reason() -> None:
    class _Table:
        name = "court__ct_01__region_year"

    (one,) = hidden_in((), None, [_Table()])  # type: ignore[list-item]  # reason: only the name of a table is asked for
    assert one == HiddenFigure("court__ct_01__region_year", (), "", HELD_BACK)
    assert HELD_BACK in as_text(iter([one]))
