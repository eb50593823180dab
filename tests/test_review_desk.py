"""The co-ordinator's desk: a submission beside its case, what changed between revisions in words, and corrections."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitor import review
from monitor.corrections import KEEP_OPEN, check_correction, raw_answers
from monitor.errors import AnswersRefused, Refusal
from monitor.store import Store, changes, redact, revisions, show
from tests.case_sample import (
    DAY,
    LOADED,
    REFERENCE,
    Commands,
    correct,
    hearing,
    held,
    planned,
    store_with_case,
    submit,
)
from tests.store_sample import CATALOGUE, VISITS, Place, Visit, checked, new_store, place, store_one, visit

# Beside the case and the earlier hearings


def look(store: Store, id: str, actor: str = "CO-01") -> review.Look:
    return review.look(store, id, LOADED, actor)


def test_a_reviewer_sees_the_case_and_where_earlier_hearings_say_otherwise(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        for day, more in (("2025-01-10", {"publicity": "open"}), ("2025-02-10", {"venue_type": "judges_office"}),
                          ("2025-04-10", {"publicity": "open", "overall_concern": "serious"})):  # fmt: skip
            submit(store, held(day, **more), "MON-01")
        seen = look(store, submit(store, held(venue_type="judges_office"), "MON-01"))
        assert seen.case is not None and seen.case.summary.id == case
        assert [(one.question, one.now, one.earlier) for one in seen.differences] == [
            ("venue_type", "judges_office", (("2025-01-10", "courtroom"), ("2025-02-10", "judges_office")))
        ]


def test_no_more_than_the_last_three_are_compared_and_nothing_that_is_locked_away(tmp_path: Path) -> None:
    store, _ = store_with_case(tmp_path)
    with store:
        ids = [submit(store, held(f"2025-01-1{number}", venue_type="judges_office"), "MON-01") for number in range(5)]
        review.quarantine(store, ids[4], reason="It names a street.", actor="CO-01")
        review.withdraw(store, ids[3], reason="Entered twice.", actor="CO-01")
        submit(store, held("2025-01-09", venue_type="other"), "MON-01")
        (difference,) = look(store, submit(store, held(), "MON-01")).differences
        assert [day for day, _ in difference.earlier] == ["2025-01-10", "2025-01-11", "2025-01-12"]


def test_it_says_who_else_observed_it_and_who_is_still_to_come(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        planned(store, case, DAY, "MON-01", "MON-02")
        first = submit(store, hearing(), "MON-01")
        assert look(store, first).beside == ("MON-02 was sent to the same and has not submitted.",)
        second = submit(store, hearing(), "MON-02")
        assert look(store, first).beside == (f"MON-02 observed the same: {second} (submitted).",)


def test_the_desk_shows_it_all_and_no_open_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        review.approve(store, [case], actor="CO-01")
        submit(store, held("2025-01-10", venue_type="judges_office"), "MON-01")
        id = submit(store, held(), "MON-02")
    desk = Commands(tmp_path / "store.db", capsys)
    shown, data = desk("review", "show", id), desk("review", "show", id, "--json")
    assert (shown.code, data.code) == (0, 0)
    for part in (id, REFERENCE, "judges_office", "(open answer, not shown)"):
        assert part in shown.out
    assert "Mirabella" not in shown.out + data.out + shown.err
    assert "Mirabella" in desk("review", "show", id, "--show-narratives").out
    assert data.json["case"]["key"] == REFERENCE
    assert [one["question"] for one in data.json["differences"]] == ["venue_type"]
    first = desk("review", "next").out
    assert "2025-01-10" in first and desk("review", "next", by="MON-01").out.count(id) == 1


def test_the_queue_keeps_to_its_filters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        early = submit(store, hearing(_submitted_at="2025-03-03T12:00:00+00:00"), "MON-01")
        late = submit(store, hearing("2025-04-04", urgent_referral="yes"), "MON-02")
    desk = Commands(tmp_path / "store.db", capsys)
    for words, ids in (
        ((), [late, early, case]), (("--author", "MON-01"), [early]), (("--urgent",), [late]),
        (("--before", "2025-03-04"), [early]), (("--form", "trial_monitoring.case"), [case]),
    ):  # fmt: skip
        assert [one["id"] for one in desk("review", "queue", *words, "--json").json] == ids, words
    assert desk("review", "queue", "--form", "trial_monitoring.nothing").code == 1
    assert [one["id"] for one in desk("review", "next", "--json", by="MON-02").json] == [early, case]


def test_bulk_approval_keeps_to_an_author_and_asks_with_the_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, _ = store_with_case(tmp_path)
    with store:
        submit(store, hearing(), "MON-01")
        submit(store, hearing("2025-04-04"), "MON-02")
    desk = Commands(tmp_path / "store.db", capsys)
    assert desk("review", "approve", "--author", "MON-01").code == 2
    said = desk("review", "approve", "--all", "--author", "MON-01", "--yes", "--json")
    assert (said.json["approved"], said.json["sent_too"]) == (1, 0)
    asked = desk("review", "approve", "--all")
    assert asked.code != 0 and "Approve 2 submissions as CO-01?" in asked.err


def test_who_decides_by_a_revision_meets_a_conflict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, _ = store_with_case(tmp_path)
    with store:
        id = submit(store, hearing(), "MON-01")
        correct(store, id, hearing(hearing_stage="other"), "MON-01")
    desk = Commands(tmp_path / "store.db", capsys)
    for words in (("approve", id), ("return", id, "--reason", "Which?"), ("quarantine", id, "--reason", "A street.")):
        assert "STORE-14" in desk("review", *words, "--revision", 1).err
    assert desk("review", "approve", id, id, "--revision", 2).code == 2
    assert desk("review", "approve", id, "--revision", 2).code == 0


# What changed, in words


def test_what_changed_is_said_in_words_and_open_answers_only_that_they_did(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())
        fee = {"amount": "1", "currency": "EUR"}
        id = store_one(store, Visit, visit(story="Mirabella wept.", fee=fee, complaints=["noise", "dust"],
                                           guests=[{"guest_ref": "G1", "age": 4}], licence_number="L 1"))  # fmt: skip
        new = visit(open_that_day="yes", story="She laughed.", guests=[{"guest_ref": "G2"}, {"guest_ref": "G3"}],
                    complaints=["dust"], licence_number="L 2", _session=2, _source="Her notes")  # fmt: skip
        with store.writing("MON-02") as writing:
            revised = checked(Visit, new, store, replaces=id)
            writing.correct(revised, VISITS, Visit, reason="misheard", line="It was misheard.")
        before, after = revisions(store, id)
        words = [change.words() for change in changes(before.content, after.content)]
        assert words == [
            "session: was '1', is '2'",
            "complaints: was 'noise, dust', is 'dust'",
            "fee: was '1 EUR', is not answered",
            "guests[1].age: was '4', is not answered",
            "guests[1].guest_ref: was 'G1', is 'G2'",
            "guests[2].guest_ref: was not answered, is 'G3'",
            "open_that_day: was 'no', is 'yes'",
            "source: changed (open answer, not shown)",
            "story: changed (open answer, not shown)",
            "licence_number: sealed anew",
        ]
        told = [change.words() for change in changes(before.content, after.content, narratives=True)]
        assert "story: was 'Mirabella wept.', is 'She laughed.'" in told
        assert "L 2" not in repr(told) and "L 1" not in repr(told)
        assert [(one.number, one.actor) for one in (before, after)] == [(1, "MON-01"), (2, "MON-02")]


def test_what_was_taken_out_is_no_change_that_somebody_made(tmp_path: Path) -> None:
    store, _ = store_with_case(tmp_path)
    with store:
        id = submit(store, held(), "MON-01")
        correct(store, id, held(venue_type="other"), "MON-01")
        with store.writing("CO-01") as writing:
            redact(store, writing, id, questions=["monitor_narrative"], sealed=False, reason="protective_redaction",
                   line="It named somebody.")  # fmt: skip
        before, after = revisions(store, id)
        assert [one.where for one in changes(before.content, after.content)] == ["venue_type"]
        assert "Mirabella" not in repr(changes(before.content, after.content, narratives=True))


def test_history_and_diff_say_it_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, _ = store_with_case(tmp_path)
    with store:
        id = submit(store, held(), "MON-01")
        correct(store, id, held(venue_type="other"), "MON-01")
        correct(store, id, held(venue_type="other", monitor_narrative="She laughed."), "MON-01")
    desk = Commands(tmp_path / "store.db", capsys)
    told = desk("review", "history", id).out
    assert "venue_type: was 'courtroom', is 'other'" in told and "monitor_narrative: changed" in told
    assert "laughed" not in told + desk("review", "history", id, "--json").out
    assert desk("submissions", "diff", id).out == "monitor_narrative: changed (open answer, not shown)\n"
    whole = desk("submissions", "diff", id, "--from", 1, "--to", 3, "--show-narratives", "--json").json
    assert (whole["from"], whole["to"], len(whole["changes"])) == (1, 3, 2)
    assert [len(act["changes"]) for act in desk("review", "history", id, "--json").json] == [0, 1, 1]
    assert "STORE-32" in desk("submissions", "diff", id, "--to", 4).err
    assert "STORE-13" in desk("submissions", "diff", "nobody").err


# Export, and the correction that takes it again


@pytest.mark.parametrize("narratives", [True, False])
def test_an_export_is_corrected_and_nothing_else_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], narratives: bool
) -> None:
    store, _ = store_with_case(tmp_path)
    with store:
        id = submit(store, held(_source="Her notes", _language="ro", _session=2), "MON-01")
    desk = Commands(tmp_path / "store.db", capsys)
    said = desk("submissions", "export", id, *(["--show-narratives"] if narratives else []))
    assert ("Mirabella" in said.out) == narratives
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(said.json | {"venue_type": "other"}), "utf-8")
    words = ("--reason", "slip_of_entry", "--line", "A slip.", "--source", "Her notes", "--revision", 1)
    assert desk("submissions", "correct", id, "--answers", file, *words).code == 0
    assert desk("submissions", "diff", id).out == "venue_type: was 'courtroom', is 'other'\n"
    assert "Mirabella wept." in desk("submissions", "show", id, "--show-narratives").out


@pytest.mark.parametrize("narratives", [True, False])
@pytest.mark.parametrize("code", sorted(LOADED.catalogue))
def test_every_example_is_exported_as_it_can_be_entered_again(tmp_path: Path, code: str, narratives: bool) -> None:
    from monitor.testing import accepted
    from tests.test_every_door import with_accepted

    instrument = LOADED.catalogue[code]
    with with_accepted(instrument, tmp_path) as store:
        found = store.connection.execute("SELECT id FROM submission").fetchall()
        assert len(found) == len(accepted(instrument))
        for (id,) in found:
            shown = show(store, id, LOADED.catalogue)
            raw = json.loads(json.dumps(raw_answers(shown, narratives=narratives)))
            around = store.surroundings(LOADED.catalogue)
            try:
                again = check_correction(instrument, shown, raw, around=around, source="export.json")
            except AnswersRefused as refused:  # another that came in since makes it doubtful, which is to be explained
                assert {one.rule for one in refused.problems} == {"NR08b"}, id
                continue
            content = shown.content
            assert (again.closed, again.open, again.source) == (content.closed, content.open, content.source), id
            assert (again.explanations, again.parent) == (content.explanations, shown.summary.parent), id


def visits(store: Store, id: str, raw: dict[str, Any]) -> Any:
    around = store.surroundings(CATALOGUE)
    return check_correction(VISITS, show(store, id, CATALOGUE), raw, around=around, source="answers.json")


def test_open_answers_in_rows_stay_with_their_row_or_are_asked_for(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())
        guests = [{"guest_ref": "G1", "remark": "No."}, {"guest_ref": "G2"}]
        id = store_one(store, Visit, visit(guests=guests))
        raw = raw_answers(show(store, id, CATALOGUE))
        assert raw["guests"] == [{"guest_ref": "G1"}, {"guest_ref": "G2"}] and raw[KEEP_OPEN] is True
        assert visits(store, id, raw).open == {"guests": [{"remark": "No."}, {}]}
        with pytest.raises(Refusal, match="STORE-31"):
            visits(store, id, raw | {"guests": [{"guest_ref": "G2"}]})


def test_an_open_answer_that_is_given_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())
        id = store_one(store, Visit, visit(story="Old words."))
        raw = raw_answers(show(store, id, CATALOGUE))
        assert visits(store, id, raw | {"story": "New words."}).open == {"story": "New words."}
        assert visits(store, id, raw | {"story": ""}).open == {}


def test_an_explanation_of_a_warning_that_is_no_longer_given_goes(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())
        id = store_one(store, Visit, visit(open_that_day="yes", _explanations={"V1": "They were late."}))
        raw = raw_answers(show(store, id, CATALOGUE))
        assert visits(store, id, raw).explanations == {"V1": "They were late."}
        assert visits(store, id, raw | {"open_that_day": "no"}).explanations == {}
        with pytest.raises(AnswersRefused):  # what was typed anew and explains nothing is said
            visits(store, id, raw | {"open_that_day": "no", "_explanations": {"V1": "Late."}})


def test_sealed_answers_are_in_no_export_and_stay_as_they_were_sealed(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        id = store_one(store, Place, place(owner="Rosamunda"))
        for narratives in (True, False):
            raw = raw_answers(show(store, id, CATALOGUE), narratives=narratives)
            assert "Rosamunda" not in repr(raw)
        around = store.surroundings(CATALOGUE)
        revised = check_correction(VISITS, show(store, id, CATALOGUE), raw | {"size": 4}, around=around, source="a")
        with store.writing("MON-02") as writing:
            writing.correct(revised, VISITS, Place, reason="misheard", line="It was misheard.")
        before, after = revisions(store, id)
        assert [one.words() for one in changes(before.content, after.content)] == ["size: was '3', is '4'"]


# What was returned


def test_a_monitor_sees_first_what_was_returned_to_her_and_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, _ = store_with_case(tmp_path)
    with store:
        first = submit(store, hearing(), "MON-01")
        submit(store, hearing("2025-04-04"), "MON-01")
        theirs = submit(store, hearing("2025-05-05"), "MON-02")
        for id in (first, theirs):
            review.send_back(store, id, reason="Look at the date.", actor="CO-01")
    desk = Commands(tmp_path / "store.db", capsys)
    mine = desk("submissions", "list", "--mine", "--json", by="MON-01").json
    assert [(one["id"] == first, one["reason"]) for one in mine] == [(True, "Look at the date."), (False, None)]
    assert "returned: Look at the date." in desk("submissions", "list", "--mine", by="MON-01").out
    returned = desk("submissions", "list", "--state", "returned", "--json", by="MON-01").json
    assert {one["id"]: one["reason"] for one in returned} == {first: "Look at the date.", theirs: None}


def test_what_is_looked_at_is_of_a_form_without_a_case_too(tmp_path: Path) -> None:
    store, case = store_with_case(tmp_path)
    with store:
        seen = look(store, case)
        assert (seen.case, seen.differences, seen.beside) == (None, (), ())
        with pytest.raises(Refusal, match="STORE-13"):
            look(store, "nobody")


def test_on_a_narrow_terminal_nothing_of_an_answer_is_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    from monitor.cli.printing import print_answers

    words = " ".join(f"word{number}" for number in range(40))
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_answers([("story", f"{words}\nAnd more."), ("open_that_day", "yes")])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 40
    assert " ".join(" ".join(lines).split()) == f"story {words} And more. open_that_day yes"
