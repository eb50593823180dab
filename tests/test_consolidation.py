"""Several submissions of one event become one: the originals are kept, one counts, and no hand approves its own."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from monitor import review
from monitor.agreement import (
    Consolidated,
    Filled,
    consolidate,
    doubles,
    draft_of,
    read_draft,
    read_reasons,
    side_by_side,
)
from monitor.cli.root import run
from monitor.errors import AnswersRefused, Refusal
from monitor.findings import find
from monitor.store import (
    Settled,
    Store,
    add_plan,
    blind_to,
    history,
    list_submissions,
    open_store,
    rebuild,
    redact,
    redactable,
    show,
    verify,
)
from monitor.store.projection import SUBMISSION_COLUMNS
from monitor.submissions import check
from tests.double_sample import CATALOGUE, INSTRUMENT, MARK, Day, day, make_plugin, new_store, put, put_double
from tests.store_sample import dump

WHY = "Two monitors saw the same day."


def one_of(
    store: Store, ids: tuple[str, ...], answers: dict[str, Any], settled: dict[str, str] | None = None,
    actor: str = "CO-01",
) -> Consolidated:  # fmt: skip
    """Consolidate with a whole form, and a coded reason for each difference."""
    originals = side_by_side(store, CATALOGUE, ids, actor)
    reasons = {place: Settled(code, f"So it is, {place}.") for place, code in (settled or {}).items()}
    return consolidate(
        store, CATALOGUE, originals, Filled(answers, reasons), line=WHY, actor=actor, source="answers.json"
    )  # fmt: skip


def drafted(store: Store, ids: tuple[str, ...], **more: Any) -> dict[str, Any]:
    """The draft of several submissions, as it comes back from a file."""
    made: dict[str, Any] = json.loads(json.dumps(draft_of(side_by_side(store, CATALOGUE, ids, "CO-01"), **more)))
    return made


def from_draft(store: Store, ids: tuple[str, ...], draft: dict[str, Any]) -> Consolidated:
    """Consolidate with a draft that was filled in."""
    originals = side_by_side(store, CATALOGUE, ids, "CO-01")
    filled = read_draft(originals, draft, "draft.json")
    return consolidate(store, CATALOGUE, originals, filled, line=WHY, actor="CO-01", source="draft.json")


def states(store: Store) -> dict[str, str]:
    return {one.author: one.state for one in list_submissions(store, form="markets.day")}


def whole(store: Store) -> None:
    """It verifies, and comes out of the log as it is."""
    assert verify(store, CATALOGUE).problems == ()
    before = dump(store)
    rebuild(store, CATALOGUE)
    assert dump(store) == before
    assert verify(store, CATALOGUE).problems == ()


# What becomes of the originals


def test_the_originals_are_kept_as_they_are_and_wait_no_longer(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(orderly="yes", story=f"{MARK} 1"), day(orderly="no", story=f"{MARK} 2"))
        before = [show(store, id, CATALOGUE).content for id in ids]
        made = one_of(store, ids, day(orderly="partly"), {"orderly": "both_partly"})
        assert [show(store, id, CATALOGUE).content for id in ids] == before
        assert states(store) == {"MON-01": "consolidated", "MON-02": "consolidated", "CO-01": "submitted"}
        assert [one.id for one in review.waiting(store, form="markets.day")] == [made.id]
        listed = list_submissions(store, state="consolidated")
        assert {(one.id, one.consolidated_into) for one in listed} == {(id, made.id) for id in ids}
        assert list_submissions(store, state="withdrawn") == []
        whole(store)


def test_only_the_one_is_counted(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(), day(orderly="no"))
        market = list_submissions(store, form="markets.market")[0].id
        review.approve(store, [market, ids[0]], actor="CO-02")
        made = one_of(store, ids, day(orderly="no"), {"orderly": "second_right"})
        assert "approved" not in states(store).values()  # what was approved before counts no longer, either
        review.approve(store, [made.id], actor="CO-02")
        (table,) = [one for one in find(store.connection, [INSTRUMENT]) if one.indicator.id == "MK-1"]
        figures = {finding.keys: (finding.n.units, finding.count.units) for finding in table.findings}
        assert figures["_T",] == (1, 0)
        whole(store)


@pytest.mark.parametrize("what", ["approved", "returned", "quarantined", "withdrawn", "corrected", "consolidated"])
def test_nothing_more_is_decided_about_an_original(tmp_path: Path, what: Any) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(), day())
        one_of(store, ids, day())
        third = put(store, Day, day(), "MON-03")
        with pytest.raises(Refusal, match="CONSOLIDATE-03"):
            if what == "corrected":
                around = store.surroundings(CATALOGUE)
                new = check(INSTRUMENT, Day, day(orderly="no"), author="MON-01", around=around, replaces=ids[0])
                with store.writing("MON-01") as writing:
                    writing.correct(new, INSTRUMENT, Day, reason="misheard", line="I misheard.")
            elif what == "consolidated":
                with store.writing("CO-01") as writing:
                    writing.decide(third, "withdrawn", "To be sure.")
                    writing.decide(ids[0], "withdrawn", "To be sure.")
            else:
                with store.writing("CO-02") as writing:
                    writing.decide(ids[0], what, "To be sure.")
        whole(store)


def test_when_the_one_is_withdrawn_the_originals_wait_again(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(), day(orderly="no"))
        made = one_of(store, ids, day(), {"orderly": "first_right"})
        review.withdraw(store, made.id, reason="I misread the first.", actor="CO-01")
        assert states(store) == {"MON-01": "submitted", "MON-02": "submitted", "CO-01": "withdrawn"}
        whole(store)
        again = one_of(store, ids, day(orderly="no"), {"orderly": "second_right"})
        review.approve(store, [again.id], actor="CO-02")
        whole(store)
        kinds = [(act.kind, act.reason) for act in history(store, ids[0])]
        assert kinds == [
            ("submitted", ""), ("consolidated", f"It went into {made.id}."),
            ("consolidated", "It stands by itself again."), ("consolidated", f"It went into {again.id}."),
        ]  # fmt: skip


# Four eyes


@pytest.mark.parametrize("actor", ["MON-01", "MON-02", "CO-01", "CLERK"])
def test_who_had_a_hand_in_it_or_in_an_original_does_not_approve_it(tmp_path: Path, actor: str) -> None:
    with new_store(tmp_path) as store:
        first = put(store, Day, day(), "MON-01")
        with store.writing("CLERK") as writing:  # entered for the monitor who saw it
            around = store.surroundings(CATALOGUE)
            second = writing.submit(check(INSTRUMENT, Day, day(), author="MON-02", around=around), INSTRUMENT, Day)
        made = one_of(store, (first, second), day())
        with pytest.raises(Refusal, match="REVIEW-01"):
            review.approve(store, [made.id], actor=actor)
        assert review.waiting(store, form="markets.day", actor=actor) == []
        review.approve(store, [made.id], actor="CO-02")


def test_bulk_approval_leaves_it_to_be_looked_at(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        one_of(store, put_double(store, day(), day()), day())
        assert review.approve_all(store, actor="CO-02", form="markets.day") == review.Approval(0, screened=1)


def test_who_was_sent_and_saw_the_other_stays_seeing_and_who_waits_stays_blind(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        market = list_submissions(store, form="markets.market")[0].id
        with store.writing("CO-01") as writing:
            add_plan(writing, Day, market, "2025-03-01", monitors=["MON-01", "MON-02"])
        first = put(store, Day, day(), "MON-01")
        with pytest.raises(Refusal, match="BLIND-01"):
            side_by_side(store, CATALOGUE, (first, market), "MON-02")
        second = put(store, Day, day(), "MON-02")
        one_of(store, (first, second), day())
        for actor in ("MON-01", "MON-02"):
            assert blind_to(store.connection, actor) == frozenset()


# Reasons


def test_every_difference_has_a_reason(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(
            store,
            day(weather="sun", stalls=[{"stall_ref": "S1", "clean": "yes"}, {"stall_ref": "S2", "clean": "no"}]),
            day(weather="rain", stalls=[{"stall_ref": "S1", "clean": "no"}]),
        )  # fmt: skip
        answers = day(weather="sun", stalls=[{"stall_ref": "S1", "clean": "partly"}])
        with pytest.raises(Refusal, match="CONSOLIDATE-07") as caught:
            one_of(store, ids, answers)
        assert caught.value.details == ("weather", "stalls[S1].clean", "stalls[S2]")
        assert len(list_submissions(store, form="markets.day")) == 2
        reasons = {"weather": "first_right", "stalls[S1].clean": "both_partly", "stalls[S2]": "second_right"}
        made = one_of(store, ids, answers, reasons)
        payload = show(store, made.id, CATALOGUE).content.payload
        assert (payload["consolidates"], payload["settled"]) == (list(ids), reasons)
        whole(store)


def test_an_answer_that_nobody_gave_has_a_reason_too(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(), day())
        with pytest.raises(Refusal, match="CONSOLIDATE-07"):
            one_of(store, ids, day(orderly="no"))
        one_of(store, ids, day(orderly="no"), {"orderly": "source_checked"})


def test_a_reason_that_names_the_right_one_goes_with_that_ones_answer(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(orderly="yes"), day(orderly="no"))
        with pytest.raises(Refusal, match="CONSOLIDATE-08"):
            one_of(store, ids, day(orderly="yes"), {"orderly": "second_right"})
        with pytest.raises(Refusal, match="CONSOLIDATE-06"):
            one_of(store, ids, day(orderly="yes"), {"orderly": "whatever"})


def test_what_is_no_longer_asked_needs_no_reason(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(weather="sun"), {"_parent": "M-1", "day": "2025-03-01", "held": "no"})
        # What only one of them was asked is no difference: it follows from what was.
        one_of(store, ids, {"_parent": "M-1", "day": "2025-03-01", "held": "no"}, {"held": "second_right"})
        assert states(store)["CO-01"] == "submitted"


def test_the_reasons_stand_in_the_log_alone_and_can_be_taken_out(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        made = one_of(store, put_double(store, day(), day(orderly="no")), day(), {"orderly": "first_right"})
        assert history(store, made.id)[0].reason == WHY
        tables = [name for name in dump(store) if name != "log"]
        assert "So it is" not in repr([dump(store)[name] for name in tables])
        assert "_reasons" in redactable(store, made.id)
        with store.writing("CO-01") as writing:
            redact(store, writing, made.id, questions=["_reasons"], sealed=False, reason="protective_redaction",
                   line="It names somebody.")  # fmt: skip
        assert "So it is" not in repr(dump(store)["log"])
        whole(store)


# What can become one


def test_only_submissions_of_one_event_by_different_monitors_become_one(tmp_path: Path) -> None:
    with new_store(tmp_path, markets=2) as store:
        first, second = put_double(store, day(1), day(1))
        others = [put(store, Day, raw, "MON-02") for raw in (day(2), day(1, _session=2), day(1, market=2))]
        for other in others:
            with pytest.raises(Refusal, match="CONSOLIDATE-02"):
                one_of(store, (first, other), day(1), {"day": "first_right"})
        market = list_submissions(store, form="markets.market")[0].id
        with pytest.raises(Refusal, match="CONSOLIDATE-02"):
            one_of(store, (first, market), day(1))
        with pytest.raises(Refusal, match="CONSOLIDATE-01"):
            one_of(store, (first, first), day(1))
        with pytest.raises(Refusal, match="CONSOLIDATE-01"):
            one_of(store, (first, put(store, Day, day(1), "MON-01")), day(1))
        with pytest.raises(Refusal, match="STORE-13"):
            one_of(store, (first, "no-such-id"), day(1))
        with pytest.raises(Refusal, match="CONSOLIDATE-02"):
            one_of(store, (first, second), day(3), {"day": "source_checked"})
        assert set(states(store).values()) == {"submitted"}


@pytest.mark.parametrize("what", ["withdrawn", "quarantined"])
def test_what_was_taken_back_or_set_apart_is_not_consolidated(tmp_path: Path, what: Any) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(), day())
        with store.writing("CO-02") as writing:
            writing.decide(ids[0], what, "There is a reason.")
        with pytest.raises(Refusal, match="STORE-15"):
            one_of(store, ids, day())


def test_a_third_comes_in_by_withdrawing_the_one_and_making_it_again(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(), day())
        made = one_of(store, ids, day())
        third = put(store, Day, day(orderly="no"), "MON-03")
        with pytest.raises(Refusal, match="CONSOLIDATE-04"):
            one_of(store, (made.id, third), day(), {"orderly": "first_right"})
        review.withdraw(store, made.id, reason="A third was there.", actor="CO-01")
        one_of(store, (*ids, third), day(), {"orderly": "source_checked"})
        assert sum(len(event) for event in doubles(store.connection, [INSTRUMENT]).events) == 3
        whole(store)


def test_an_original_that_was_corrected_meanwhile_is_a_conflict(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(), day())
        originals = side_by_side(store, CATALOGUE, ids, "CO-01")
        around = store.surroundings(CATALOGUE)
        new = check(INSTRUMENT, Day, day(orderly="no"), author="MON-02", around=around, replaces=ids[1])
        with store.writing("MON-02") as writing:
            writing.correct(new, INSTRUMENT, Day, reason="misheard", line="I misheard.")
        with pytest.raises(Refusal, match="STORE-14"):
            consolidate(store, CATALOGUE, originals, Filled(day(), {}), line=WHY, actor="CO-01", source="x")
        assert states(store) == {"MON-01": "submitted", "MON-02": "submitted"}


def test_the_narrower_consent_goes_over(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        made = one_of(store, put_double(store, day(), day(_consent="figures")), day())
        assert show(store, made.id, CATALOGUE).content.payload["consent"] == "figures"


def test_it_does_not_change_what_monitors_are_said_to_agree_on(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(), day(orderly="no"))
        before = doubles(store.connection, [INSTRUMENT])
        one_of(store, ids, day(), {"orderly": "first_right"})
        assert doubles(store.connection, [INSTRUMENT]) == before


@pytest.mark.parametrize("column, value", [("consolidated_into", None), ("state", "submitted")])
def test_verify_finds_an_original_that_was_brought_back_behind_the_log(
    tmp_path: Path, column: str, value: str | None
) -> None:
    assert column in SUBMISSION_COLUMNS
    with new_store(tmp_path) as store:
        ids = put_double(store, day(), day())
        one_of(store, ids, day())
        store.connection.execute(f"UPDATE submission SET {column} = ? WHERE id = ?", (value, ids[0]))
        assert verify(store, CATALOGUE).problems == (f"submission {ids[0]}: {column} is not as the log says.",)
        rebuild(store, CATALOGUE)
        assert verify(store, CATALOGUE).ok


# The draft


def test_a_draft_holds_what_both_share_and_each_difference_with_both_answers(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(
            store,
            day(weather="sun", visitors=3, stalls=[{"stall_ref": "S1", "clean": "yes", "remark": f"{MARK} a"},
                                                   {"stall_ref": "S2", "clean": "no"}]),
            day(weather="rain", goods=["fish"], story=f"{MARK} b",
                stalls=[{"stall_ref": "S1", "clean": "yes"}, {"stall_ref": "S3", "clean": "no"}]),
        )  # fmt: skip
        draft = drafted(store, ids)
        assert MARK not in repr(draft)
        assert draft["open_answers"] == ["stalls", "story"]
        assert draft["answers"]["orderly"] == "yes" and "weather" not in draft["answers"]
        assert draft["answers"]["stalls"] == [{"stall_ref": "S1", "clean": "yes"}]
        assert {place: one["given"] for place, one in draft["differences"].items()} == {
            "weather": ["sun", "rain"], "goods": [None, ["fish"]], "visitors": [3, None],
            "stalls[S2]": [True, None], "stalls[S3]": [None, True],
        }  # fmt: skip
        assert drafted(store, ids, narratives=True)["open_answers"]["story"] == [None, f"{MARK} b"]


def test_a_draft_that_was_filled_in_takes_the_answers_of_whom_it_says_was_right(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(
            store,
            day(weather="sun", visitors=3, stalls=[{"stall_ref": "S1", "clean": "yes"}]),
            day(weather="rain", visitors=9, stalls=[{"stall_ref": "S1", "clean": "no"},
                                                    {"stall_ref": "S2", "clean": "partly"}]),
        )  # fmt: skip
        draft = drafted(store, ids)
        fill = {
            "weather": {"reason": "second_right", "line": "It rained."},
            "visitors": {"reason": "source_checked", "line": "The gate counts.", "settled": 7},
            "stalls[S1].clean": {"reason": "both_partly", "line": "In front only.", "settled": "partly"},
            "stalls[S2]": {"reason": "second_right", "line": "It was behind the hall."},
        }
        assert draft["differences"].keys() == fill.keys()
        for place, one in fill.items():
            draft["differences"][place] |= one
        made = from_draft(store, ids, draft)
        closed = show(store, made.id, CATALOGUE).content.closed
        assert (closed["weather"], closed["visitors"]) == ("rain", 7)
        assert closed["stalls"] == [{"stall_ref": "S1", "clean": "partly"}, {"stall_ref": "S2", "clean": "partly"}]
        whole(store)


def test_what_is_no_longer_asked_after_a_difference_was_settled_goes_and_is_named(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(
            store, day(weather="sun", stalls=[{"stall_ref": "S1", "clean": "no"}]),
            {"_parent": "M-1", "day": "2025-03-01", "held": "no"},
        )  # fmt: skip
        draft = drafted(store, ids)
        assert list(draft["differences"]) == ["held"]
        draft["differences"]["held"] |= {"reason": "second_right", "line": "The gates were shut."}
        made = from_draft(store, ids, draft)
        assert made.left_out == ("orderly", "weather", "stalls")
        assert dict(show(store, made.id, CATALOGUE).content.closed) == {"day": "2025-03-01", "held": "no"}


@pytest.mark.parametrize("change, why", [
    ({"answers": []}, "two objects"),
    ({"originals": []}, "other submissions"),
    ({"originals": [1, "x"]}, "other submissions"),
    ({"differences": {"orderly": 7}}, "an object with a reason"),
    ({"differences": {"orderly": {"reason": 7, "line": "So."}}}, "are texts"),
    ({"differences": {"nothing": {"reason": "first_right", "line": "So."}}}, "do not have"),
])  # fmt: skip
def test_a_draft_that_is_none_is_refused(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(), day(orderly="no"))
        with pytest.raises(Refusal, match=f"{why}.*CONSOLIDATE-09"):
            from_draft(store, ids, drafted(store, ids) | change)


def test_a_settled_answer_that_is_none_is_refused_like_any_answer(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(), day(orderly="no"))
        draft = drafted(store, ids)
        draft["differences"]["orderly"] |= {"reason": "source_checked", "line": "So it is.", "settled": {"no": [1]}}
        with pytest.raises(AnswersRefused):
            from_draft(store, ids, draft)


def test_reasons_that_nobody_gave_yet_are_left_out() -> None:
    given = {"a": {"reason": None, "line": None}, "b": {"reason": "first_right", "line": "So."}}
    assert read_reasons(given, "x") == {"b": Settled("first_right", "So.")}


# The command line


def test_two_become_one_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(story=f"{MARK} a"), day(orderly="no"))
    before = ["--store", str(tmp_path / "store.db"), "--plugins-dir", make_plugin(tmp_path)]
    command = [*before, "review", "consolidate", *ids]
    draft = tmp_path / "draft.json"
    assert run([*command, "--draft", str(draft)]) == 0
    assert stat.S_IMODE(draft.stat().st_mode) == 0o600
    assert MARK not in draft.read_text("utf-8")
    assert run([*command, "--draft", str(draft)]) == 1  # nothing is overwritten
    assert run(command) == 2
    assert run([*command, "--answers", str(draft), "--line", WHY]) == 1
    assert "ANSWERS-02" in capsys.readouterr().err  # nobody has said yet whether it was orderly
    filled = json.loads(draft.read_text("utf-8"))
    filled["differences"]["orderly"] |= {"reason": "second_right", "line": "I asked the warden."}
    draft.write_text(json.dumps(filled), encoding="utf-8")
    assert run([*command, "--answers", str(draft), "--line", WHY, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["consolidates"] == list(ids)
    assert run([*before, "submissions", "list", "--state", "consolidated", "--json"]) == 0
    assert {one["consolidated_into"] for one in json.loads(capsys.readouterr().out)} == {made["id"]}
    assert run([*before, "--as", "MON-01", "review", "approve", made["id"]]) == 1
    assert "REVIEW-01" in capsys.readouterr().err
    assert run([*before, "--as", "CO-02", "review", "approve", made["id"]]) == 0
    with open_store(tmp_path / "store.db") as store:
        whole(store)


def test_a_whole_form_goes_with_a_file_of_reasons(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        ids = put_double(store, day(), day(orderly="no"))
    answers, reasons = tmp_path / "answers.json", tmp_path / "reasons.json"
    answers.write_text(json.dumps(day(orderly="partly")), encoding="utf-8")
    reasons.write_text(json.dumps({"orderly": {"reason": "both_partly", "line": "By noon it was."}}), encoding="utf-8")
    before = ["--store", str(tmp_path / "store.db"), "--plugins-dir", make_plugin(tmp_path)]
    command = [*before, "review", "consolidate", *ids, "--answers", str(answers), "--line", WHY]
    assert run(command) == 1
    assert run([*command, "--reasons", str(reasons)]) == 0
