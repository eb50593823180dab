"""Review: four eyes, one transaction for many, and never over a revision that nobody looked at."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from monitor import review
from monitor.errors import Refusal
from monitor.store import Conflict, Store, history, list_submissions, show, verify
from monitor.store.reading import StoredSubmission
from monitor.submissions import Submission, new_id
from tests.store_sample import (
    CATALOGUE,
    VISITS,
    Place,
    Visit,
    checked,
    dump,
    new_store,
    place,
    store_one,
    submit,
    visit,
)

SCREENED = {"story": "Call 123456.", "_explanations": {"V2": "A shelf mark."}}
EXPLAINED = {"open_that_day": "yes", "_explanations": {"V1": "They were late."}}


def states(store: Store) -> list[str]:
    return [one.state for one in sorted(list_submissions(store), key=lambda one: one.id)]


def one_of(store: Store, id: str) -> StoredSubmission:
    (found,) = [one for one in list_submissions(store) if one.id == id]
    return found


def correct(store: Store, id: str, raw: dict[str, Any], actor: str, author: str = "MON-01") -> None:
    with store.writing(actor) as writing:
        writing.correct(
            checked(Place, raw, store, author, replaces=id), VISITS, Place, reason="misheard", line="Misheard."
        )


def test_another_person_approves(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        id = store_one(store, Place, place())
        assert review.approve(store, [id, id], actor="MON-02") == review.Approval(approved=1)
        assert states(store) == ["approved"]
        assert [(act.kind, act.actor, act.revision) for act in history(store, id)][1:] == [("approved", "MON-02", 1)]


def test_nobody_approves_what_they_wrote_entered_or_corrected(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        with store.writing("MON-02") as writing:
            id = submit(writing, store, Place, place(), author="MON-01")
        correct(store, id, place(size=4), actor="MON-03", author="MON-04")
        for actor in ("MON-01", "MON-02", "MON-03", "MON-04"):
            with pytest.raises(Refusal, match="REVIEW-01"):
                review.approve(store, [id], actor=actor)
            assert review.approve_all(store, actor=actor) == review.Approval(0, own=1)
            assert review.waiting(store, actor=actor) == []
        assert states(store) == ["submitted"]
        assert review.approve(store, [id], actor="MON-05").approved == 1


def test_approving_several_is_all_or_none(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        theirs, mine = store_one(store, Place, place()), store_one(store, Place, place(2), "MON-02")
        before = dump(store)
        with pytest.raises(Refusal, match=mine):
            review.approve(store, [theirs, mine], actor="MON-02")
        with pytest.raises(Refusal, match="STORE-13"):
            review.approve(store, [theirs, "no-such-id"], actor="MON-02")
        assert dump(store) == before


def test_a_revision_that_was_not_looked_at_is_a_conflict(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        id = store_one(store, Place, place())
        correct(store, id, place(size=4), actor="MON-01")
        before = dump(store)
        with pytest.raises(Conflict):
            review.approve(store, [id], actor="MON-02", revisions={id: 1})
        for decide in (review.send_back, review.quarantine, review.withdraw):
            with pytest.raises(Conflict):
                decide(store, id, reason="Look again.", actor="MON-02", revision=1)
        assert dump(store) == before
        review.approve(store, [id], actor="MON-02", revisions={id: 2})


@pytest.mark.parametrize("decide", [review.send_back, review.quarantine, review.withdraw])
@pytest.mark.parametrize("reason", ["", "  ", "a\nb\x07", "x" * 501])
def test_saying_no_needs_a_reason(tmp_path: Path, decide: Any, reason: str) -> None:
    with new_store(tmp_path) as store:
        id = store_one(store, Place, place())
        with pytest.raises(Refusal, match="STORE-16"):
            decide(store, id, reason=reason, actor="MON-02")
        assert states(store) == ["submitted"]


def test_what_is_returned_waits_again_once_it_is_corrected(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        id = store_one(store, Place, place())
        review.send_back(store, id, reason="Three rooms or four?", actor="MON-02")
        with pytest.raises(Refusal, match="STORE-15"):
            review.approve(store, [id], actor="MON-02")
        assert review.waiting(store) == []
        correct(store, id, place(size=4), actor="MON-01")
        assert [one.revision for one in review.waiting(store)] == [2]
        review.approve(store, [id], actor="MON-02")
        assert [(act.kind, act.reason) for act in history(store, id)] == [
            ("submitted", ""), ("returned", "Three rooms or four?"), ("corrected", "Misheard."), ("approved", ""),
        ]  # fmt: skip


ALLOWED = {
    "submitted": {"approved", "returned", "quarantined", "withdrawn"},
    "returned": {"quarantined", "withdrawn"},
    "approved": {"quarantined", "withdrawn"},
    "quarantined": {"withdrawn"},
    "withdrawn": set(),
}


@pytest.mark.parametrize("state", ALLOWED)
def test_from_each_state_only_certain_ways_lead_on(tmp_path: Path, state: str) -> None:
    ways: dict[str, Any] = {
        "approved": lambda id: review.approve(store, [id], actor="MON-02"),
        "returned": lambda id: review.send_back(store, id, reason="Look again.", actor="MON-02"),
        "quarantined": lambda id: review.quarantine(store, id, reason="It names a street.", actor="MON-02"),
        "withdrawn": lambda id: review.withdraw(store, id, reason="Entered twice.", actor="MON-02"),
    }
    with new_store(tmp_path) as store:
        for number, way in enumerate(ways):
            id = store_one(store, Place, place(number))
            if state != "submitted":
                ways[state](id)
            if way in ALLOWED[state]:
                ways[way](id)
                assert one_of(store, id).state == way
            else:
                with pytest.raises(Refusal, match="STORE-15"):
                    ways[way](id)
                assert one_of(store, id).state == state
        assert verify(store, CATALOGUE).problems == ()


def test_a_quarantined_submission_comes_back_only_by_a_correction(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        id = store_one(store, Place, place())
        review.quarantine(store, id, reason="It names a street.", actor="MON-02")
        assert review.approve_all(store, actor="MON-03") == review.Approval(0)
        correct(store, id, place(size=4), actor="MON-01")
        assert states(store) == ["submitted"]


def test_bulk_approval_leaves_out_ones_own_and_what_a_rule_wants_looked_at(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())
        plain = store_one(store, Visit, visit())
        explained = store_one(store, Visit, visit(**EXPLAINED))
        screened = store_one(store, Visit, visit(**SCREENED))
        mine = store_one(store, Visit, visit(**SCREENED), "MON-02")
        assert (one_of(store, explained).warnings, one_of(store, explained).screened) == (("V1",), False)
        assert (one_of(store, screened).warnings, one_of(store, screened).screened) == (("V2",), True)
        assert review.count_approvable(store, actor="MON-02", form="visits.visit") == 2
        approval = review.approve_all(store, actor="MON-02", form="visits.visit")
        assert approval == review.Approval(approved=2, own=1, screened=1)
        assert {one.id for one in list_submissions(store, state="approved")} == {plain, explained}
        assert {one.id for one in review.waiting(store, form="visits.visit")} == {screened, mine}
        assert review.approve(store, [screened], actor="MON-02").approved == 1  # looked at, one by one


def test_bulk_approval_keeps_to_a_form_a_day_and_an_author(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        for number, day in enumerate(("2025-01-31", "2025-02-01", "2025-02-02")):
            store_one(store, Place, place(number, _submitted_at=f"{day}T09:00:00+00:00"), f"MON-1{number}")
        assert review.approve_all(store, actor="MON-02", before="2025-02-01") == review.Approval(1)
        assert review.approve_all(store, actor="MON-02", author="MON-12") == review.Approval(1)
        assert review.approve_all(store, actor="MON-02", form="visits.visit") == review.Approval(0)
        assert states(store) == ["approved", "submitted", "approved"]


@pytest.mark.parametrize("day", ["", "yesterday", "2025-02-30", "31.01.2025"])
def test_a_day_that_is_none_is_refused(tmp_path: Path, day: str) -> None:
    with new_store(tmp_path) as store, pytest.raises(Refusal, match="REVIEW-02"):
        review.waiting(store, before=day)


def test_urgent_referrals_come_first_everywhere(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())
        first = store_one(store, Visit, visit())
        urgent = store_one(store, Visit, visit(urgent_referral="yes"))
        last = store_one(store, Visit, visit(urgent_referral="no"))
        assert [one.id for one in review.waiting(store, form="visits.visit")] == [urgent, first, last]
        assert [one.id for one in list_submissions(store, form="visits.visit")] == [urgent, last, first]
        assert [one.urgent for one in review.waiting(store, form="visits.visit")] == [True, False, False]


def test_many_are_approved_in_one_transaction_and_a_failure_undoes_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with new_store(tmp_path) as store:
        many(store, 3000)
        before = dump(store)
        from monitor.store import Writing

        decide, taken = Writing.decide, []

        def fails_late(self: Writing, id: str, *words: Any, **more: Any) -> None:
            taken.append(id)
            if len(taken) == 2500:
                raise KeyboardInterrupt
            decide(self, id, *words, **more)

        with monkeypatch.context() as patched:
            patched.setattr(Writing, "decide", fails_late)
            with pytest.raises(KeyboardInterrupt):
                review.approve_all(store, actor="MON-02")
        assert dump(store) == before
        assert review.approve_all(store, actor="MON-02") == review.Approval(3000)
        assert verify(store, CATALOGUE).problems == ()


def many(store: Store, count: int) -> None:
    """Submissions made without their check, which is not what is tried here."""
    with store.writing("MON-01") as writing:
        for number in range(count):
            answers = {"place_ref": f"P-{number}", "size": 3}
            time = "2025-01-01T00:00:00.000+00:00"
            submission = Submission(new_id(), "visits.place", "1.0", None, "MON-01", time, closed=answers)
            writing.submit(submission, VISITS, Place)


def test_a_reason_stands_in_the_history_and_in_no_list(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        id = store_one(store, Place, place())
        review.quarantine(store, id, reason="It names Rosamunda.", actor="MON-02")
        assert not re.search("Rosamunda", repr(list_submissions(store)) + repr(show(store, id, CATALOGUE).summary))
        assert history(store, id)[-1].reason == "It names Rosamunda."
