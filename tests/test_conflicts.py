"""Two people at once, in processes of their own: each act ends as the design says, and nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from monitor.store import Store, history, open_store, revisions, show, verify
from tests.case_sample import LOADED, held, store_with_case, submit

pytestmark = pytest.mark.slow


class Person:
    """Somebody who runs one command in a process of her own, and is waited for."""

    def __init__(self, folder: Path, code: str, *words: object) -> None:
        command = [sys.executable, "-c", "from monitor.cli import main; main()", "--store", str(folder / "store.db")]
        self._process = subprocess.Popen(
            [*command, "--as", code, *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}, bufsize=0,
        )  # fmt: skip
        self._told = ""

    def until(self, told: str) -> Person:
        """Wait until the command has told this."""
        assert self._process.stderr is not None  # it was asked for
        while told not in self._told:
            letter = self._process.stderr.read(1)
            assert letter, self._told
            self._told += letter
        return self

    def ends(self, *lines: str) -> tuple[int, str]:
        """Type these lines, and give the exit code and all that was told."""
        out, err = self._process.communicate("".join(f"{line}\n" for line in lines), timeout=60)
        return self._process.returncode, self._told + err + out


def a_hearing(folder: Path) -> str:
    """A store with one hearing that MON-01 submitted; its id."""
    store, _ = store_with_case(folder)
    with store:
        return submit(store, held(), "MON-01")


def answers(folder: Path, name: str, **more: Any) -> Path:
    """A file of answers."""
    path = folder / name
    path.write_text(json.dumps(held(**more)), "utf-8")
    return path


def correcting(folder: Path, code: str, id: str, path: Path, *words: object) -> Person:
    return Person(folder, code, "submissions", "correct", id, "--answers", path, "--reason", "misheard", *words)


def whole(folder: Path) -> Store:
    """The store, opened again, after it was found to be whole."""
    store = open_store(folder / "store.db")
    assert verify(store, LOADED.catalogue).problems == ()
    return store


def test_of_two_who_correct_the_same_revision_the_second_meets_a_conflict_and_nothing_is_lost(tmp_path: Path) -> None:
    id = a_hearing(tmp_path)
    one = correcting(tmp_path, "MON-01", id, answers(tmp_path, "one.json", venue_type="other"))
    two = correcting(tmp_path, "MON-02", id, answers(tmp_path, "two.json", venue_type="judges_office"))
    for person in (one, two):  # both have seen revision 1, and are about to say why
        person.until("One line of explanation")
    assert two.ends("It was an office.", "My notes")[0] == 0
    code, told = one.ends("It was a hall.", "My notes")
    assert (code, "STORE-14" in told, "now 2" in told) == (1, True, True)
    with whole(tmp_path) as store:
        acts = [(act.kind, act.actor) for act in history(store, id)]
        assert acts == [("submitted", "MON-01"), ("corrected", "MON-02")]
        assert [one.content.closed["venue_type"] for one in revisions(store, id)] == ["courtroom", "judges_office"]
    assert json.loads((tmp_path / "one.json").read_text("utf-8"))["venue_type"] == "other"  # hers are in her file
    said = correcting(tmp_path, "MON-01", id, tmp_path / "one.json", "--line", "A hall.", "--source", "My notes").ends()
    assert said[0] == 0
    with whole(tmp_path) as store:
        assert [one.number for one in revisions(store, id)] == [1, 2, 3]


def test_two_who_correct_it_at_the_very_same_time_never_overwrite_each_other(tmp_path: Path) -> None:
    id = a_hearing(tmp_path)
    more = ("--line", "It was misheard.", "--source", "My notes", "--revision", 1)
    people = [
        correcting(tmp_path, f"MON-0{n}", id, answers(tmp_path, f"{n}.json", start_delay_minutes=n), *more)
        for n in (1, 2)
    ]
    ends = [person.ends() for person in people]
    assert sorted(code for code, _ in ends) == [0, 1]
    assert [("STORE-14" in told) for code, told in ends if code] == [True]
    (stored,) = [number for number, (code, _) in enumerate(ends, 1) if code == 0]
    with whole(tmp_path) as store:
        assert show(store, id, LOADED.catalogue).content.closed["start_delay_minutes"] == stored
        assert len(revisions(store, id)) == 2


def test_what_was_corrected_a_second_before_is_not_approved_unseen(tmp_path: Path) -> None:
    id = a_hearing(tmp_path)
    seen = Person(tmp_path, "CO-01", "review", "show", id).ends()
    assert "revision 1" in seen[1] and f"review approve {id} --revision 1" in seen[1]
    path = answers(tmp_path, "one.json", venue_type="other")
    more = ("--line", "It was a hall.", "--source", "My notes")
    assert correcting(tmp_path, "MON-01", id, path, *more).ends()[0] == 0
    code, told = Person(tmp_path, "CO-01", "review", "approve", id, "--revision", 1).ends()
    assert (code, "STORE-14" in told) == (1, True)
    with whole(tmp_path) as store:
        assert show(store, id, LOADED.catalogue).summary.state == "submitted"
    assert Person(tmp_path, "CO-01", "review", "approve", id, "--revision", 2).ends()[0] == 0


def test_a_correction_of_what_was_approved_a_second_before_goes_back_to_review(tmp_path: Path) -> None:
    id = a_hearing(tmp_path)
    person = correcting(tmp_path, "MON-01", id, answers(tmp_path, "one.json", venue_type="other"))
    person.until("One line of explanation")
    assert Person(tmp_path, "CO-01", "review", "approve", id, "--revision", 1).ends()[0] == 0
    assert person.ends("It was a hall.", "My notes")[0] == 0  # an approval is no other revision
    with whole(tmp_path) as store:
        assert [act.kind for act in history(store, id)] == ["submitted", "approved", "corrected"]
        assert show(store, id, LOADED.catalogue).summary.state == "submitted"


def test_approving_and_correcting_at_the_very_same_time_leaves_nothing_approved_that_nobody_saw(tmp_path: Path) -> None:
    id = a_hearing(tmp_path)
    path = answers(tmp_path, "one.json", venue_type="other")
    corrects = correcting(tmp_path, "MON-01", id, path, "--line", "A hall.", "--source", "My notes", "--revision", 1)
    approves = Person(tmp_path, "CO-01", "review", "approve", id, "--revision", 1)
    assert corrects.ends()[0] == 0
    code, told = approves.ends()
    assert code == 0 or "STORE-14" in told
    with whole(tmp_path) as store:  # whoever came first: the correction waits, and the log says who did what
        one = show(store, id, LOADED.catalogue).summary
        assert (one.state, one.revision) == ("submitted", 2)
        assert [act.revision for act in history(store, id) if act.kind == "approved"] == ([1] if code == 0 else [])


def test_a_monitor_does_not_approve_her_own_nor_what_she_corrected(tmp_path: Path) -> None:
    id = a_hearing(tmp_path)
    path = answers(tmp_path, "one.json", venue_type="other")
    more = ("--line", "It was a hall.", "--source", "My notes")
    assert correcting(tmp_path, "MON-02", id, path, *more).ends()[0] == 0
    for code in ("MON-01", "MON-02"):
        ended, told = Person(tmp_path, code, "review", "approve", id).ends()
        assert (ended, "REVIEW-01" in told) == (1, True)
        ended, told = Person(tmp_path, code, "review", "approve", "--all", "--yes", "--json").ends()
        assert ended == 0 and '"own": 1' in told
    with whole(tmp_path) as store:
        assert show(store, id, LOADED.catalogue).summary.state == "submitted"
        assert [act.kind for act in history(store, id)] == ["submitted", "corrected"]


def test_two_who_approve_at_the_very_same_time_approve_once(tmp_path: Path) -> None:
    id = a_hearing(tmp_path)
    people = [Person(tmp_path, code, "review", "approve", id) for code in ("CO-01", "CO-02")]
    ends = [person.ends() for person in people]
    assert sorted(code for code, _ in ends) == [0, 1]
    assert ["STORE-15" in told for code, told in ends if code] == [True]
    with whole(tmp_path) as store:
        assert [act.kind for act in history(store, id)] == ["submitted", "approved"]


def test_two_who_plan_the_same_hearing_plan_it_once(tmp_path: Path) -> None:
    a_hearing(tmp_path)
    words = ("schedule", "add", "AQ-2025-001", "2025-09-09", "--assign")
    ends = [person.ends() for person in [Person(tmp_path, f"CO-0{n}", *words, f"MON-0{n}") for n in (1, 2)]]
    assert sorted(code for code, _ in ends) == [0, 1]
    assert ["PLAN-04" in told for code, told in ends if code] == [True]
    whole(tmp_path).close()
