"""The schedule: what is planned, who is sent, what became of it; and two who are sent to one hearing are blind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor import review
from monitor.cases import status_of
from monitor.errors import Refusal
from monitor.store import (
    Store,
    assign,
    blind_to,
    check_sight,
    end_plan,
    history,
    list_plans,
    list_submissions,
    rebuild,
    redact,
    settle,
    verify,
)
from tests.case_sample import (
    CASE,
    CASE_ANSWERS,
    DAY,
    LOADED,
    REFERENCE,
    Commands,
    correct,
    hearing,
    held,
    on,
    planned,
    store_with_case,
    submit,
)
from tests.store_sample import dump

# What became of a plan


@pytest.mark.parametrize(
    ("today", "status"),
    [("2025-03-02", "planned"), (DAY, "planned"), ("2025-03-04", "pending"), ("2025-03-06", "pending"),
     ("2025-03-07", "missed")],
)  # fmt: skip
def test_a_planned_hearing_is_awaited_for_three_days_and_then_missed(tmp_path: Path, today: str, status: str) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        planned(store, case)
        (plan,) = list_plans(store)
        assert status_of(plan, on(today)) == status


def test_it_is_observed_when_its_submission_is_in_whatever_was_said_before(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        missed, cancelled = planned(store, case), planned(store, case, "2025-04-04")
        with store.writing("CO-01") as writing:
            end_plan(writing, missed, "missed", reason="nobody_free", held="yes")
            end_plan(writing, cancelled, "cancelled", reason="postponed")
        for day in (DAY, "2025-04-04"):
            submit(store, hearing(day), "MON-01")
        assert [status_of(plan, on("2025-09-09")) for plan in list_plans(store)] == ["observed", "observed"]


def test_another_day_session_or_case_is_another_hearing(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        planned(store, case)
        submit(store, CASE_ANSWERS | {"case_ref": "AQ-2025-002"}, "MON-09", CASE)
        submit(store, hearing("2025-03-04"), "MON-01")
        submit(store, hearing(_session=2), "MON-01")
        submit(store, hearing(_parent="AQ-2025-002"), "MON-01")
        (plan,) = list_plans(store)
        assert plan.arrived == ()


def test_a_withdrawn_submission_observed_nothing(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        planned(store, case)
        review.withdraw(store, submit(store, hearing(), "MON-01"), reason="Entered twice.", actor="MON-01")
        (plan,) = list_plans(store)
        assert status_of(plan, on("2025-09-09")) == "missed"


# What cannot be planned


def refuses(code: str, store: Store, act: Callable[[], object]) -> None:
    before = dump(store)
    with pytest.raises(Refusal) as refused:
        act()
    assert refused.value.code == code
    assert dump(store) == before


def test_what_cannot_be_planned_is_refused_and_nothing_is_stored(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        planned(store, case)
        other = submit(store, hearing(), "MON-01")
        refuses("PLAN-04", store, lambda: planned(store, case))
        refuses("PLAN-02", store, lambda: planned(store, "nobody"))
        refuses("PLAN-02", store, lambda: planned(store, other))  # a hearing is below no hearing
        for day in ("tomorrow", "2025-02-30", "20250303", ""):
            refuses("PLAN-03", store, lambda day=day: planned(store, case, day))  # type: ignore[misc]  # reason: mypy infers no default
        refuses("PLAN-06", store, lambda: planned(store, case, "2025-05-05", known_from="a_friend"))
        refuses("PLAN-07", store, lambda: planned(store, case, "2025-05-05", "MON-01", "MON-01"))
        refuses("PLAN-07", store, lambda: planned(store, case, "2025-05-05", "MON-01", "MON-02", "MON-03"))
        refuses("STORE-21", store, lambda: planned(store, case, "2025-05-05", "Ana Example"))
        refuses("PLAN-10", store, lambda: planned(store, case, "2025-05-05", place="12 Long Street"))
        refuses("STORE-16", store, lambda: planned(store, case, "2025-05-05", line=" "))


def test_a_case_itself_cannot_be_planned(tmp_path: Path) -> None:
    from monitor.store import add_plan

    store, case = store_with_case(tmp_path)
    with store, store.writing("CO-01") as writing, pytest.raises(Refusal, match="PLAN-01"):
        add_plan(writing, CASE, case, DAY)


def test_what_is_over_is_not_changed(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        cancelled, observed = planned(store, case), planned(store, case, "2025-04-04")
        with store.writing("CO-01") as writing:
            end_plan(writing, cancelled, "cancelled", reason="postponed")
        submit(store, hearing("2025-04-04"), "MON-01")

        def doing(act: Callable[..., None], *words: object, **more: object) -> Callable[[], None]:
            def do() -> None:
                with store.writing("CO-01") as writing:
                    act(writing, *words, **more)

            return do

        refuses("PLAN-05", store, doing(assign, "nobody", ["MON-01"]))
        refuses("PLAN-07", store, doing(assign, observed, []))
        refuses("PLAN-08", store, doing(assign, cancelled, ["MON-01"]))
        refuses("PLAN-08", store, doing(end_plan, cancelled, "missed", reason="other"))
        refuses("PLAN-11", store, doing(end_plan, observed, "missed", reason="other"))
        refuses("PLAN-11", store, doing(end_plan, observed, "cancelled", reason="postponed"))
        refuses("PLAN-06", store, doing(end_plan, planned(store, case), "missed", reason="postponed"))
        refuses("PLAN-12", store, doing(settle, observed, "Nobody else will come."))


def test_what_was_cancelled_can_be_planned_anew(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        first = planned(store, case)
        with store.writing("CO-01") as writing:
            end_plan(writing, first, "cancelled", reason="planned_by_mistake")
        second = planned(store, case, DAY, "MON-01")
        assert [(plan.id, plan.state) for plan in list_plans(store)] == [(first, "cancelled"), (second, "planned")]


# The log and the table


def test_the_schedule_is_made_again_from_the_log_and_compared_with_it(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        ids = [planned(store, case, f"2025-03-0{number}", "MON-01", "MON-02") for number in range(1, 6)]
        with store.writing("CO-01") as writing:
            assign(writing, ids[0], ["MON-03"])
            end_plan(writing, ids[1], "cancelled", reason="postponed", line="The judge was ill.")
            end_plan(writing, ids[2], "missed", reason="nobody_free")
            end_plan(writing, ids[2], "missed", reason="nobody_free", held="no")
            settle(writing, ids[3], "The second monitor fell ill.")
        planned(store, case, "2025-03-02", "MON-01")
        before = dump(store)
        assert verify(store, LOADED.catalogue).problems == ()
        rebuild(store, LOADED.catalogue)
        assert dump(store) == before
        assert verify(store, LOADED.catalogue).problems == ()


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE plan SET assigned = '[\"MON-07\"]'", "assigned is not as the log says"),
        ("UPDATE plan SET state = 'missed', held = 'no'", "state is not as the log says"),
        ("DELETE FROM plan", "is missing"),
        ("INSERT INTO plan SELECT 'zz', form, parent, '2025-04-01', session, 'e', known_from, place, assigned, state, "
         "reason, held, settled, seq FROM plan", "which is not in the log"),
    ],
)  # fmt: skip
def test_verify_sees_a_changed_schedule_and_a_rebuild_mends_it(tmp_path: Path, statement: str, found: str) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        planned(store, case, DAY, "MON-01")
        before = dump(store)
        store.connection.execute(statement)
        assert any(found in problem for problem in verify(store, LOADED.catalogue).problems)
        rebuild(store, LOADED.catalogue)
        assert dump(store) == before


def test_a_line_about_a_plan_stands_in_the_open_part_alone_and_can_be_taken_out(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        id = planned(store, case, line="Rosamunda will be heard.")
        tables = {name: lines for name, lines in dump(store).items() if name != "log"}
        assert "Rosamunda" not in repr(tables)
        assert [act.reason for act in history(store, id)] == ["Rosamunda will be heard."]
        with store.writing("CO-01") as writing:
            redact(store, writing, id, questions=["_reasons"], sealed=False, reason="protective_redaction",
                   line="It named somebody.")  # fmt: skip
        assert "Rosamunda" not in repr(dump(store))
        assert verify(store, LOADED.catalogue).problems == ()
        before = dump(store)["plan"]
        rebuild(store, LOADED.catalogue)
        assert dump(store)["plan"] == before


# Two who are sent to one hearing


def two_are_sent(folder: Path) -> tuple[Store, str, str]:
    """A store, a plan to which MON-01 and MON-02 are sent, and the submission of MON-01."""
    store, case = store_with_case(folder)
    plan = planned(store, case, DAY, "MON-01", "MON-02")
    return store, plan, submit(store, held(), "MON-01")


def test_the_second_sees_nothing_of_the_first_until_both_are_in(tmp_path: Path) -> None:
    store, _, first = two_are_sent(tmp_path)
    with store:
        assert blind_to(store.connection, "MON-02") == {first}
        assert [blind_to(store.connection, code) for code in ("MON-01", "CO-01", "MON-03")] == [frozenset()] * 3
        assert first not in {one.id for one in list_submissions(store, actor="MON-02")}
        second = submit(store, hearing(), "MON-02")
        assert [blind_to(store.connection, code) for code in ("MON-01", "MON-02")] == [frozenset()] * 2
        check_sight(store.connection, "MON-02", first)
        check_sight(store.connection, "MON-01", second)


def test_through_no_command_does_the_second_see_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, _, first = two_are_sent(tmp_path)
    store.close()
    desk = Commands(tmp_path / "store.db", capsys)
    answers = tmp_path / "answers.json"
    answers.write_text("{}", "utf-8")
    for words in (
        ("submissions", "show", first), ("submissions", "diff", first), ("submissions", "export", first),
        ("submissions", "redact", first, "--list"), ("review", "show", first), ("review", "history", first),
        ("submissions", "correct", first, "--answers", answers, "--reason", "misheard", "--line", "Misheard."),
        ("review", "approve", first), ("review", "return", first, "--reason", "Look again."),
        ("review", "quarantine", first, "--reason", "It names a street."),
    ):  # fmt: skip
        said = desk(*words, by="MON-02")
        assert (said.code, "BLIND-01" in said.err) == (1, True), words
    for words in (("submissions", "list"), ("review", "queue"), ("review", "next"), ("case", "show", REFERENCE),
                  ("case", "list"), ("schedule", "list")):  # fmt: skip
        assert first not in desk(*words, by="MON-02").out + desk(*words, "--json", by="MON-02").out, words
        assert desk(*words, by="CO-01").code == 0
    assert first in desk("submissions", "list", by="CO-01").out
    assert first in desk("submissions", "list", by="MON-01").out


def test_neither_of_the_two_reviews_the_other(tmp_path: Path) -> None:
    store, _, first = two_are_sent(tmp_path)
    with store:
        second = submit(store, hearing(), "MON-02")
        for id, other in ((first, "MON-02"), (second, "MON-01")):
            refuses("REVIEW-04", store, lambda id=id, other=other: review.approve(store, [id], actor=other))  # type: ignore[misc]  # reason: mypy infers no default
            with pytest.raises(Refusal, match="REVIEW-04"):
                review.send_back(store, id, reason="Look again.", actor=other)
        approval = review.approve_all(store, actor="MON-02", form="trial_monitoring.hearing")
        assert approval == review.Approval(0, own=1, sent_too=1)
        assert {one.form for one in review.waiting(store, actor="MON-02")} == {"trial_monitoring.case"}
        review.quarantine(store, first, reason="It names a street.", actor="MON-02")  # to protect, whoever sees it
        review.approve(store, [second], actor="CO-01")


def test_neither_of_the_two_changes_who_is_sent(tmp_path: Path) -> None:
    store, plan, first = two_are_sent(tmp_path)
    with store:
        for actor in ("MON-01", "MON-02"):
            for act in (lambda w: assign(w, plan, ["MON-01"]), lambda w: settle(w, plan, "She will not come.")):
                with pytest.raises(Refusal, match="PLAN-09"), store.writing(actor) as writing:
                    act(writing)  # type: ignore[no-untyped-call]  # reason: a lambda has no types
        with store.writing("CO-01") as writing:
            settle(writing, plan, "She fell ill.")
        assert blind_to(store.connection, "MON-02") == frozenset()
        with store.writing("CO-01") as writing:  # whoever is sent now starts blind
            assign(writing, plan, ["MON-01", "MON-03"])
        assert blind_to(store.connection, "MON-03") == {first}


def test_who_entered_the_submission_for_the_other_knows_it_anyway(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        planned(store, case, DAY, "MON-01", "MON-02")
        id = submit(store, hearing(), "MON-01")
        correct(store, id, hearing(hearing_stage="other"), "MON-01", actor="CO-01")
        assert blind_to(store.connection, "MON-02") == {id}


# The commands


def test_a_hearing_is_planned_assigned_and_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store_with_case(tmp_path)[0].close()
    desk = Commands(tmp_path / "store.db", capsys)
    tried = desk("schedule", "add", REFERENCE, DAY, "--dry-run")
    assert (tried.code, tried.out, desk("schedule", "list", "--json").json) == (0, "", [])
    plan = desk("schedule", "add", REFERENCE, DAY, "--assign", "MON-01", "--place", "AQ-1", "--known-from",
                "court_list").out.strip()  # fmt: skip
    assert desk("assign", plan, "MON-02", "MON-01").code == 0
    (one,) = desk("schedule", "list", "--json").json
    assert (one["id"], one["status"], one["assigned"], one["key"]) == (plan, "missed", ["MON-01", "MON-02"], REFERENCE)
    assert desk("schedule", "missed", plan, "--reason", "not_safe", "--held", "no", "--line", "Snow.").code == 0
    for words, count in (
        (("--missed",), 1), (("--status", "planned"), 0), (("--monitor", "MON-02"), 1), (("--monitor", "MON-03"), 0),
        (("--case", REFERENCE), 1), (("--from", "2025-03-04"), 0), (("--to", DAY), 1),
    ):  # fmt: skip
        assert len(desk("schedule", "list", *words, "--json").json) == count, words
    assert "Snow." not in desk("schedule", "list").out
    assert "missed" in desk("review", "history", plan).out
    assert desk("schedule", "list", "--from", "soon").code == 1
    assert "PLAN-02" in desk("schedule", "add", "AQ-2025-009", DAY).err
    assert "PLAN-05" in desk("schedule", "cancel", "nobody", "--reason", "postponed").err


def test_settling_is_noted_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, plan, first = two_are_sent(tmp_path)
    store.close()
    desk = Commands(tmp_path / "store.db", capsys)
    assert "PLAN-09" in desk("schedule", "settle", plan, "--line", "Let me see.", by="MON-02").err
    assert desk("schedule", "settle", plan, "--line", "She fell ill.").code == 0
    assert desk("submissions", "show", first, by="MON-02").code == 0
    assert "She fell ill." in desk("review", "history", plan).out
