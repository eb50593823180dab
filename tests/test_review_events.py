"""Two monitors at one hearing: both may submit, one of the two is approved, and so the hearing counts once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor import plugins, review
from monitor.errors import Refusal
from monitor.store import Store, create, list_submissions, rebuild, verify
from monitor.submissions import check

LOADED = plugins.load()
TRIALS = LOADED.catalogue["trial_monitoring"]
CASE, HEARING = TRIALS.forms

CASE_ANSWERS = {
    "case_ref": "AQ-2025-001", "country": "AQ", "court_level": "first_instance_general", "court_code": "AQ-1",
    "offences_charged": ["trafficking_adult"], "exploitation_forms": ["sexual"], "trafficking_dimension": "internal",
    "defendants_total": 1, "victims_total": 0,
}  # fmt: skip


def store_with_case(folder: Path) -> Store:
    store = create(folder / "store.db", programme="An invented programme", monitor="CO-01", plain=True)
    submit(store, CASE, CASE_ANSWERS, "MON-01")
    return store


def submit(store: Store, form: object, raw: dict[str, object], author: str) -> str:
    with store.writing(author) as writing:
        around = store.surroundings(LOADED.catalogue)
        checked = check(TRIALS, form, raw, author=author, around=around)  # type: ignore[arg-type]  # reason: a form
        return writing.submit(checked, TRIALS, form)  # type: ignore[arg-type]  # reason: as above


def hearing(day: str, session: int = 1) -> dict[str, object]:
    return {
        "_parent": "AQ-2025-001", "_session": session, "hearing_date": day, "hearing_stage": "preparatory",
        "monitor_access": "refused_before_start", "urgent_referral": "no",
    }  # fmt: skip


def states(store: Store) -> dict[str, str]:
    return {one.author: one.state for one in list_submissions(store, form="trial_monitoring.hearing")}


def test_the_second_submission_of_a_hearing_is_not_approved_beside_the_first(tmp_path: Path) -> None:
    with store_with_case(tmp_path) as store:
        first = submit(store, HEARING, hearing("2025-03-03"), "MON-01")
        second = submit(store, HEARING, hearing("2025-03-03"), "MON-02")
        review.approve(store, [first], actor="CO-01")
        with pytest.raises(Refusal, match="REVIEW-03"):
            review.approve(store, [second], actor="CO-01")
        assert states(store) == {"MON-01": "approved", "MON-02": "submitted"}


def test_approving_both_at_once_approves_neither(tmp_path: Path) -> None:
    with store_with_case(tmp_path) as store:
        both = [submit(store, HEARING, hearing("2025-03-03"), author) for author in ("MON-01", "MON-02")]
        with pytest.raises(Refusal, match="REVIEW-03"):
            review.approve(store, both, actor="CO-01")
        assert set(states(store).values()) == {"submitted"}


def test_bulk_approval_takes_the_first_and_says_how_many_it_left(tmp_path: Path) -> None:
    with store_with_case(tmp_path) as store:
        for author in ("MON-01", "MON-02"):
            submit(store, HEARING, hearing("2025-03-03"), author)
        assert review.count_approvable(store, actor="CO-01") == 2
        assert review.approve_all(store, actor="CO-01") == review.Approval(approved=2, doubled=1)
        assert review.approve_all(store, actor="CO-01") == review.Approval(approved=0, doubled=1)
        assert states(store) == {"MON-01": "approved", "MON-02": "submitted"}


def test_another_session_another_day_and_another_case_are_other_hearings(tmp_path: Path) -> None:
    with store_with_case(tmp_path) as store:
        submit(store, CASE, CASE_ANSWERS | {"case_ref": "AQ-2025-002"}, "MON-01")
        submit(store, HEARING, hearing("2025-03-03"), "MON-01")
        submit(store, HEARING, hearing("2025-03-03", session=2), "MON-01")
        submit(store, HEARING, hearing("2025-03-04"), "MON-01")
        submit(store, HEARING, hearing("2025-03-03") | {"_parent": "AQ-2025-002"}, "MON-01")
        assert review.approve_all(store, actor="CO-01") == review.Approval(approved=6)


def test_when_the_first_is_withdrawn_the_second_can_be_approved(tmp_path: Path) -> None:
    with store_with_case(tmp_path) as store:
        first = submit(store, HEARING, hearing("2025-03-03"), "MON-01")
        second = submit(store, HEARING, hearing("2025-03-03"), "MON-02")
        review.approve(store, [first], actor="CO-01")
        review.withdraw(store, first, reason="The second monitor saw more.", actor="CO-01")
        review.approve(store, [second], actor="CO-01")
        assert verify(store, LOADED.catalogue).ok
        before = states(store)
        rebuild(store, LOADED.catalogue)
        assert states(store) == before == {"MON-01": "withdrawn", "MON-02": "approved"}


def test_what_was_observed_stands_in_the_log_without_any_open_answer(tmp_path: Path) -> None:
    with store_with_case(tmp_path) as store:
        id = submit(store, HEARING, hearing("2025-03-03"), "MON-01")
        (payload,) = store.connection.execute("SELECT payload FROM log WHERE submission = ?", (id,)).fetchone()
        form, parent, day, session = json.loads(json.loads(payload)["event"])
        assert (form, day, session) == ("trial_monitoring.hearing", "2025-03-03", 1)
        case = store.connection.execute("SELECT key FROM submission WHERE id = ?", (parent,)).fetchone()
        assert case == ("AQ-2025-001",)
