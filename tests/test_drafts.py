"""Drafts lie in the store and nowhere else, each for its author, until they are submitted or thrown away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli import root
from monitor.errors import Refusal
from monitor.plugins import load
from monitor.store import (
    OVERDUE,
    Draft,
    Store,
    create,
    end_draft,
    list_drafts,
    load_draft,
    new_draft,
    open_store,
    rebuild,
    save_draft,
    verify,
)
from tests.store_sample import Place, place, submit

MARK = "Ivan said it on the stairs"
CONTENT = {
    "version": "1.0", "values": {"case_ref": "MD-2024-001", "court_case_number": f"sealed {MARK}"}, "passed": [],
    "at": "country", "explanations": {}, "unfinished": {}, "questions": {},
    "about": {"parent": None, "source": "", "session": 1, "language": "en", "consent": "full"},
}  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with create(path, "Invented", "MON-01", plain=True) as made:
        yield made


def begin(store: Store, author: str = "MON-01", form: str = "trial_monitoring.case") -> Draft:
    return save_draft(store, new_draft(form, "1.0", author), "1.0", CONTENT)


def test_a_draft_is_on_the_disk_when_it_was_saved(store: Store, path: Path) -> None:
    draft = begin(store)
    with open_store(path) as other:
        assert load_draft(other, draft.id, "MON-01").content == CONTENT


def test_each_saving_takes_the_place_of_the_one_before(store: Store) -> None:
    draft = save_draft(store, begin(store), "1.0", CONTENT | {"at": "victims_total"})
    assert len(list_drafts(store, "MON-01")) == 1 and draft.saved == 2
    assert load_draft(store, draft.id, "MON-01").content["at"] == "victims_total"


def test_nobody_sees_the_draft_of_another(store: Store) -> None:
    draft = begin(store)
    assert list_drafts(store, "MON-02") == []
    with pytest.raises(Refusal, match="DRAFT-01"):
        load_draft(store, draft.id, "MON-02")


def test_a_draft_is_found_by_the_beginning_of_its_id_when_no_other_begins_so(store: Store) -> None:
    draft, other = begin(store), begin(store)
    same = next(number for number, sign in enumerate(draft.id) if other.id[number] != sign)
    assert load_draft(store, draft.id[: same + 1], "MON-01").id == draft.id
    for id in (draft.id[:same], "", "nothing"):
        with pytest.raises(Refusal, match="DRAFT-01"):
            load_draft(store, id, "MON-01")


def test_two_windows_on_one_draft_do_not_overwrite_each_other(store: Store) -> None:
    draft = begin(store)
    save_draft(store, draft, "1.0", CONTENT | {"at": "victims_total"})
    with pytest.raises(Refusal, match="DRAFT-02"):
        save_draft(store, draft, "1.0", CONTENT)
    assert load_draft(store, draft.id, "MON-01").content["at"] == "victims_total"


def test_a_draft_is_overdue_a_week_after_it_was_begun(store: Store) -> None:
    draft = begin(store)
    now = datetime.now(UTC)
    assert not draft.overdue(now + OVERDUE - timedelta(minutes=1))
    assert draft.overdue(now + OVERDUE + timedelta(minutes=1))


def test_what_is_submitted_takes_its_draft_away_in_the_same_transaction(store: Store) -> None:
    draft = begin(store)
    with pytest.raises(ZeroDivisionError), store.writing("MON-01") as writing:
        submit(writing, store, Place, place())
        end_draft(store, draft)
        raise ZeroDivisionError
    assert len(list_drafts(store, "MON-01")) == 1
    with store.writing("MON-01") as writing:
        submit(writing, store, Place, place())
        end_draft(store, draft)
    assert list_drafts(store, "MON-01") == []


def test_a_draft_is_no_projection_it_verifies_as_nothing_and_a_rebuild_keeps_it(store: Store) -> None:
    draft = begin(store)
    assert verify(store, {}).problems == ()
    rebuild(store, {})
    assert load_draft(store, draft.id, "MON-01").content == CONTENT


def test_nothing_is_left_on_the_disk_of_a_draft_that_was_thrown_away(store: Store, path: Path) -> None:
    draft = begin(store)
    for number in range(20):
        draft = save_draft(store, draft, "1.0", CONTENT | {"unfinished": {"x": MARK * number * 50}})
    assert any(MARK.encode() in file.read_bytes() for file in path.parent.iterdir())
    end_draft(store, draft)
    assert [file.name for file in path.parent.iterdir() if MARK.encode() in file.read_bytes()] == []


def test_an_encrypted_store_holds_its_drafts_encrypted_and_no_other_file_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with create(tmp_path / "sealed.db", "Invented", "MON-01", passphrase="five or six words here") as store:
        begin(store)
        files = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert files and [file.name for file in files if MARK.encode() in file.read_bytes()] == []


# The command line


class Desk:
    """A person at the command line."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._path, self._capsys = path, capsys

    def __call__(self, *words: str, code: int = 0) -> str:
        assert root.run(["--store", str(self._path), *words]) == code
        said = self._capsys.readouterr()
        self.talk = said.err
        return said.out


@pytest.fixture
def desk(path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(path, capsys)


def test_drafts_are_listed_with_those_that_are_overdue(store: Store, desk: Desk) -> None:
    draft = begin(store)
    store.connection.execute("UPDATE draft SET started = '2024-01-01T00:00:00+00:00'")
    assert f"!  {draft.id}  trial_monitoring.case  2024-01-01" in desk("drafts", "list")
    assert "1 draft, 1 overdue." in desk.talk
    (listed,) = json.loads(desk("drafts", "list", "--json"))
    assert (listed["id"], listed["overdue"], "content" in listed) == (draft.id, True, False)
    assert json.loads(desk("drafts", "list", "--json", "--as", "MON-02")) == []


def test_a_draft_is_shown_without_what_is_sealed_or_written_freely(store: Store, desk: Desk) -> None:
    values = {"monitor_narrative": MARK, "hearing_date": "2024-04-03", "victims": [{"victim_ref": "V1"}], "gone": MARK}
    content = CONTENT | {"values": values, "unfinished": {"monitor_narrative": MARK}}
    draft = save_draft(store, new_draft("trial_monitoring.hearing", "1.0", "MON-01"), "1.0", content)
    said = desk("drafts", "show", draft.id)
    assert "2024-04-03" in said and "victims[1].victim_ref" in said and MARK not in said
    shown = json.loads(desk("drafts", "show", draft.id, "--json", "--show-narratives"))
    assert (shown["answers"]["monitor_narrative"], shown["answers"]["gone"]) == (MARK, "(sealed)")
    sealed = begin(store)
    assert MARK not in desk("drafts", "show", sealed.id, "--show-narratives")


def test_a_draft_is_thrown_away_only_by_its_author(store: Store, desk: Desk) -> None:
    draft = begin(store)
    desk("drafts", "discard", draft.id, "--yes", "--as", "MON-02", code=1)
    assert "[DRAFT-01]" in desk.talk
    desk("drafts", "discard", draft.id, "--yes")
    assert list_drafts(store, "MON-01") == []


@pytest.mark.parametrize(
    "words, code",
    [(("fill",), "DRAFT-04"), (("fill", "--resume", "nothing"), "DRAFT-01"),
     (("fill", "trial_monitoring.cases"), "ANSWERS-01"), (("drafts", "show", "nothing"), "DRAFT-01")],
)  # fmt: skip
def test_what_cannot_be_filled_in_is_refused(store: Store, desk: Desk, words: tuple[str, ...], code: str) -> None:
    desk(*words, code=1)
    assert f"[{code}]" in desk.talk


def test_a_draft_is_not_resumed_as_another_form(store: Store, desk: Desk) -> None:
    draft = begin(store)
    desk("fill", "trial_monitoring.hearing", "--resume", draft.id, code=1)
    assert "[DRAFT-03]" in desk.talk
    assert load().form(draft.form) is not None
