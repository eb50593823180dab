"""Figures on the quality of observations: how much of what was held was observed, and how soon it was submitted."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor import review
from monitor.findings import ALL, FindingTable, find, with_quality
from monitor.indicators import RatioOfTotals
from monitor.languages import completeness, localized
from monitor.store import Store, end_plan, list_submissions
from tests.case_sample import (
    CASE,
    TRIALS,
    correct,
    hearing,
    planned,
    store_with_case,
    submit,
)
from tests.claims_sample import CLAIMS

INSTRUMENT = with_quality(TRIALS)


def quality(store: Store) -> dict[str, FindingTable]:
    tables = find(store.connection, [INSTRUMENT])
    return {table.indicator.id: table for table in tables if "-Q" in table.indicator.id}


def approve_all(store: Store) -> None:
    review.approve(store, [one.id for one in list_submissions(store) if one.state == "submitted"], actor="REV-01")


def totals(store: Store, *keys: str) -> tuple[float, float]:
    """What was observed, and what was held, in a cell."""
    findings = {finding.keys: finding for finding in quality(store)["TM-Q1"].findings}
    upper, lower, _ = findings[keys].parts
    return upper.total / 10_000, lower.total / 10_000


def a_case_with_plans(folder: Path) -> Store:
    """Planned: one observed, one missed, one not held, one of which nobody knows, one too fresh, one called off."""
    store, case = store_with_case(folder)
    submit(store, hearing("2025-03-03", _submitted_at="2025-03-04T10:00:00+00:00"), "MON-01")
    submit(store, hearing("2025-03-04", _submitted_at="2025-03-09T10:00:00+00:00"), "MON-02")
    days = ("2025-03-03", "2025-04-01", "2025-04-02", "2025-04-03", "2999-01-01", "2025-05-05")
    plans = [planned(store, case, day) for day in days]
    with store.writing("CO-01") as writing:
        end_plan(writing, plans[1], "missed", reason="nobody_free", held="yes")
        end_plan(writing, plans[2], "missed", reason="nobody_free", held="no")
        end_plan(writing, plans[5], "cancelled", reason="called_off")
    return store


def test_coverage_is_observed_of_held_among_what_was_planned(tmp_path: Path) -> None:
    with a_case_with_plans(tmp_path) as store:
        approve_all(store)
        assert totals(store, "AQ", "2025") == totals(store, ALL, ALL) == (1, 3)
        (finding,) = [one for one in quality(store)["TM-Q1"].findings if one.keys == ("AQ", "2025")]
        assert (finding.n.units, finding.n.cases) == (1, 1)
        assert finding.ratio == pytest.approx(1 / 3)


def test_what_waits_for_review_is_neither_observed_nor_missed(tmp_path: Path) -> None:
    with a_case_with_plans(tmp_path) as store:
        (case,) = [one.id for one in list_submissions(store) if one.form == CASE.full_code()]
        review.approve(store, [case], actor="REV-01")
        assert totals(store, ALL, ALL) == (0, 2)


def test_an_event_planned_again_after_it_was_cancelled_is_one(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        first = planned(store, case, "2025-03-03")
        with store.writing("CO-01") as writing:
            end_plan(writing, first, "cancelled", reason="called_off")
        planned(store, case, "2025-03-03")
        submit(store, hearing("2025-03-03"), "MON-01")
        approve_all(store)
        assert totals(store, ALL, ALL) == (1, 1)


def test_days_are_counted_to_the_first_submission_and_no_correction_moves_them(tmp_path: Path) -> None:
    with a_case_with_plans(tmp_path) as store:
        for author in ("MON-01", "MON-02"):
            (first,) = [one for one in list_submissions(store) if one.author == author]
            correct(store, first.id, hearing(_day(store, first.id), hearing_stage="other"), author)
        approve_all(store)
        (finding,) = [one for one in quality(store)["TM-Q2"].findings if one.keys == ("AQ", "2025")]
        assert (finding.n.units, finding.median) == (2, 3)


def _day(store: Store, id: str) -> str:
    (day,) = store.connection.execute(
        "SELECT json_extract(event, '$[2]') FROM submission WHERE id = ?", (id,)
    ).fetchone()
    return str(day)


def test_a_case_without_plans_has_no_coverage(tmp_path: Path) -> None:
    with store_with_case(tmp_path)[0] as store:
        submit(store, hearing(), "MON-01")
        approve_all(store)
        assert {finding.n.units for finding in quality(store)["TM-Q1"].findings} == {0}
        assert {finding.ratio for finding in quality(store)["TM-Q1"].findings} == {None}


def test_figures_on_quality_stand_by_country_and_year_beside_the_others() -> None:
    coverage, days = INSTRUMENT.indicators[-2:]
    assert (coverage.id, days.id) == ("TM-Q1", "TM-Q2")
    assert isinstance(coverage, RatioOfTotals)
    assert [[one.name for one in table] for one in (coverage, days) for table in one.tables] == [
        ["country", "year"]
    ] * 2
    assert with_quality(INSTRUMENT) == INSTRUMENT


def test_an_instrument_without_events_has_none() -> None:
    assert with_quality(CLAIMS).indicators == CLAIMS.indicators


def test_they_need_no_words_of_the_instrument() -> None:
    assert completeness(INSTRUMENT) == completeness(TRIALS)
    assert (
        localized(INSTRUMENT, None).indicator_title(INSTRUMENT.indicators[-1]) == "Days from an event to its submission"
    )
