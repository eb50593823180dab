"""Cases with their hearings: what was observed of what was held, who follows them, and what is urgent."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import review
from monitor.cases import Case, Coverage, Urgency, coverage_of, list_cases, promptness, urgencies
from monitor.store import Store, end_plan, list_submissions
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

TODAY = "2025-06-06"


def the_case(store: Store, actor: str = "CO-01", today: str = TODAY) -> Case:
    (case,) = list_cases(store, LOADED.catalogue, actor, on(today))
    return case


def a_whole_case(folder: Path) -> tuple[Store, str]:
    """Two hearings observed, one of them unplanned; three missed, one awaited, one to come, one cancelled."""
    store, case = store_with_case(folder)
    planned(store, case, "2025-03-03", "MON-01")
    submit(store, hearing("2025-03-03", _submitted_at="2025-03-04T10:00:00+00:00"), "MON-01")
    submit(store, hearing("2025-03-04", _submitted_at="2025-03-09T10:00:00+00:00"), "MON-02")
    missed = [planned(store, case, day) for day in ("2025-04-01", "2025-04-02")]
    planned(store, case, "2025-04-03")
    planned(store, case, "2025-06-05")
    planned(store, case, "2025-07-07", "MON-03", "MON-04")
    cancelled = planned(store, case, "2025-05-05")
    with store.writing("CO-01") as writing:
        end_plan(writing, missed[0], "missed", reason="nobody_free", held="yes")
        end_plan(writing, missed[1], "missed", reason="nobody_free", held="no")
        end_plan(writing, cancelled, "cancelled", reason="called_off")
    return store, case


def test_coverage_is_observed_of_held_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    with a_whole_case(tmp_path)[0] as store:
        coverage = the_case(store).coverage
        assert coverage == Coverage(
            observed=2, missed=2, unknown=1, not_held=1, cancelled=1, pending=1, planned=1, unplanned=1
        )
        assert (coverage.held, coverage.share) == (4, 0.5)


def test_of_nothing_held_there_is_no_coverage(tmp_path: Path) -> None:
    with store_with_case(tmp_path)[0] as store:
        coverage = the_case(store).coverage
        assert (coverage, coverage.share, coverage.words()) == (Coverage(), None, "nothing held yet")


def test_a_hearing_of_two_monitors_was_observed_once(tmp_path: Path) -> None:
    with store_with_case(tmp_path)[0] as store:
        for author in ("MON-01", "MON-02"):
            submit(store, hearing(), author)
        (occasion,) = the_case(store).occasions
        assert [one.author for one in occasion.arrived] == ["MON-01", "MON-02"]
        assert coverage_of([occasion]).observed == 1


def test_who_is_sent_last_follows_the_case_and_else_who_observed(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        assert the_case(store).followed_by == ()
        submit(store, hearing(), "MON-05")
        assert the_case(store).followed_by == ("MON-05",)
        planned(store, case, "2025-04-04", "MON-01", "MON-02")
        planned(store, case, "2025-05-05")
        assert the_case(store).followed_by == ("MON-01", "MON-02")
        assert the_case(store).next_day is None
        assert the_case(store, today="2025-05-01").next_day == "2025-05-05"


def test_promptness_is_of_the_first_submission_and_no_correction_moves_it(tmp_path: Path) -> None:
    store, case = a_whole_case(tmp_path)
    with store:
        before = promptness(store)
        assert (before[None].count, before[None].median, before[None].longest) == (2, 3, 5)
        assert before[case] == before[None]
        (first,) = [one for one in list_submissions(store) if one.author == "MON-01"]
        correct(store, first.id, hearing("2025-03-03", hearing_stage="other"), "MON-01")
        assert promptness(store) == before


# What is urgent


def clock(store: Store, hours: float, actor: str = "CO-01") -> dict[str, Urgency]:
    return urgencies(store, actor, datetime(2025, 3, 3, 12, tzinfo=UTC) + timedelta(hours=hours))


def urgent(**more: object) -> dict[str, object]:
    return hearing(urgent_referral="yes", _submitted_at="2025-03-03T12:00:00+00:00", **more)


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0.2, "urgent since less than 1 h"), (5.5, "urgent since 5 h"), (24, "urgent since 24 h"),
     (24.1, "urgent since 24 h, overdue: to be seen within 24 h")],
)  # fmt: skip
def test_an_urgent_referral_has_a_clock_in_words(tmp_path: Path, hours: float, words: str) -> None:
    with store_with_case(tmp_path)[0] as store:
        id = submit(store, urgent(), "MON-01")
        assert clock(store, hours)[id].words() == words


def test_a_correction_does_not_set_the_clock_back_and_a_decision_stops_it(tmp_path: Path) -> None:
    with store_with_case(tmp_path)[0] as store:
        id = submit(store, urgent(), "MON-01")
        correct(store, id, hearing(urgent_referral="yes", hearing_stage="other"), "MON-01")
        assert clock(store, 30)[id].hours == 30
        review.send_back(store, id, reason="Which risk?", actor="CO-01")
        assert clock(store, 30) == {}
        correct(store, id, hearing(urgent_referral="yes"), "MON-01")
        assert clock(store, 30)[id].since > "2025-03-04"  # it was seen; what came back since is a new matter


def test_an_urgent_case_comes_first_in_every_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        other = submit(store, CASE_ANSWERS | {"case_ref": "AQ-2025-002"}, "MON-09", CASE)
        planned(store, case, "2025-04-04")
        planned(store, other, "2025-05-05")
        submit(store, hearing(), "MON-01")
        id = submit(store, urgent(_parent=other), "MON-01")
    desk = Commands(tmp_path / "store.db", capsys)
    assert [one["key"] for one in desk("case", "list", "--json").json] == ["AQ-2025-002", REFERENCE]
    assert [one["key"] for one in desk("schedule", "list", "--json").json] == ["AQ-2025-002", REFERENCE]
    for words in (("review", "queue"), ("submissions", "list")):
        assert desk(*words, "--json").json[0]["id"] == id
    for words in (("review", "queue"), ("submissions", "list"), ("case", "list"), ("schedule", "list"),
                  ("review", "next"), ("case", "show", "AQ-2025-002")):  # fmt: skip
        said = desk(*words)
        assert re.search("urgent since [0-9]+ h, overdue: to be seen within 24 h", said.out), words
        assert "\x1b[" not in said.out  # no terminal, no colour


def test_an_overdue_referral_is_red_on_a_terminal_and_not_where_no_colour_is_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from monitor.cli.printing import alarming

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert alarming("late").startswith("\x1b[")
    monkeypatch.setenv("NO_COLOR", "1")
    assert alarming("late") == "late"


def test_what_a_second_monitor_may_not_see_is_not_urgent_for_her(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        planned(store, case, DAY, "MON-01", "MON-02")
        submit(store, urgent(), "MON-01")
        assert the_case(store, "MON-02").urgent is None
        assert the_case(store, "CO-01").urgent is not None


# The commands


def test_a_case_is_shown_with_its_facts_and_hearings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, case = a_whole_case(tmp_path)
    with store:
        id = submit(store, held("2025-05-20"), "MON-01")
    desk = Commands(tmp_path / "store.db", capsys)
    for reference in (REFERENCE, case):
        said = desk("case", "show", reference)
        assert said.code == 0 and id in said.out and "court_level" in said.out
    assert "Mirabella" not in said.out
    data = desk("case", "show", REFERENCE, "--json").json
    assert (data["id"], data["key"], data["answers"]["defendants_total"]) == (case, REFERENCE, 1)
    assert {one["status"] for one in data["occasions"]} >= {"observed", "missed", "cancelled"}
    assert "PLAN-02" in desk("case", "show", "AQ-2025-009").err
    assert "PLAN-02" in desk("case", "show", id).err  # a hearing is no case


def test_coverage_is_given_by_case_and_in_all_and_says_that_it_is_internal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_whole_case(tmp_path)[0].close()
    desk = Commands(tmp_path / "store.db", capsys)
    data = desk("case", "coverage", "--json").json
    assert (data["observed"], data["promptness"]["median"], data["cases"][0]["observed"]) == (2, 3, 2)
    assert data["held"] == data["observed"] + data["missed"]
    said = desk("case", "coverage")
    assert "Internal figures" in said.err and "Coverage: 2 of" in said.out
    assert desk("case", "coverage", "--form", "trial_monitoring.nothing").code == 1


def test_a_case_whose_reference_is_taken_twice_is_named_by_its_id(tmp_path: Path) -> None:
    from monitor import Date, Form, Instrument, Ref
    from monitor.cases import find_case
    from monitor.errors import Refusal
    from monitor.store import create
    from monitor.submissions import check

    class File(Form):
        """A file."""

        class Meta:
            key = "file_ref"

        file_ref = Ref("Which file is it?", pattern=r"F-[0-9]+", example="F-1")

    class Look(Form):
        """A look at it."""

        class Meta:
            parent = File
            event = "looked_on"

        looked_on = Date("On what day?")

    class Box(Form):
        """A box."""

        class Meta:
            key = "box_ref"

        box_ref = Ref("Which box is it?", pattern=r"F-[0-9]+", example="F-1")

    class Count(Form):
        """A count of what is in it."""

        class Meta:
            parent = Box

        counted_on = Date("On what day?")

    files = Instrument("files", "1.0", "Files", (File, Look, Box, Count))
    catalogue = {"files": files}
    with create(tmp_path / "store.db", programme="Invented", monitor="MON-01", plain=True) as store:
        with store.writing("MON-01") as writing:
            ids = [
                writing.submit(check(files, form, {name: "F-1"}, author="MON-01"), files, form)
                for form, name in ((File, "file_ref"), (Box, "box_ref"))
            ]
        with pytest.raises(Refusal, match="PLAN-13"):
            find_case(store, catalogue, "F-1")
        assert find_case(store, catalogue, ids[1]) == (ids[1], Box)


def test_where_nothing_or_several_things_can_be_planned_one_must_be_named() -> None:
    from monitor.cases import planned_form
    from monitor.errors import Refusal

    nrm = LOADED.catalogue["trial_monitoring"]
    assert planned_form(LOADED.catalogue, nrm.forms[0]) is nrm.forms[1]
    with pytest.raises(Refusal, match="PLAN-14"):
        planned_form(LOADED.catalogue, nrm.forms[1])
