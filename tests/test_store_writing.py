"""Submitting, correcting and deciding: one transaction, all or nothing, on the disk when it is said to be saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor import Choice, Codes, Form, Instrument, Text, Whole
from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.store import Conflict, Store, history, list_submissions, open_store, show, verify
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


def correct(store: Store, form: FormMeta, id: str, raw: dict[str, Any], actor: str = "MON-01", **more: Any) -> int:
    settings = {"reason": "misheard", "line": "It was misheard."} | more
    with store.writing(actor) as writing:
        submission = checked(form, raw, store, "MON-01", replaces=id)
        return writing.correct(submission, VISITS, form, **settings)


def test_what_is_submitted_can_be_shown_again(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())
        raw = visit(
            complaints=["dust", "noise"], fee={"amount": "2.50", "currency": "EUR"}, story="It rained.",
            guests=[{"guest_ref": "G1", "age": 7, "remark": "Hello."}, {"guest_ref": "G2", "real_name": "Somebody"}],
            licence_number="L-77",
        )  # fmt: skip
        id = store_one(store, Visit, raw)
    with open_store(tmp_path / "store.db") as store:
        shown = show(store, id, CATALOGUE)
        assert shown.readable() == {
            "open_that_day": "no", "complaints": ["noise", "dust"], "fee": {"amount": "2.50", "currency": "EUR"},
            "guests": [{"guest_ref": "G1", "age": 7}, {"guest_ref": "G2"}],
        }  # fmt: skip
        assert shown.readable(narratives=True)["guests"][0]["remark"] == "Hello."
        assert dict(shown.rows())["fee"] == "2.50 EUR"
        assert dict(shown.rows())["guests[1].age"] == "7"
        assert dict(shown.rows())["story"] == "(open answer, not shown)"
        assert dict(shown.rows(narratives=True))["story"] == "It rained."
        assert dict(shown.rows(narratives=True))["licence_number"] == "(sealed)"
        assert "Somebody" not in repr(shown) and "It rained." not in repr(shown)
        tables = dump(store)
        assert tables["visits__visit"] == [(id, "no", '["noise","dust"]', "2.50", "EUR", None)]
        assert tables["visits__visit__guests"] == [(id, 1, "G1", 7), (id, 2, "G2", None)]


def test_a_transaction_in_which_something_is_raised_stores_nothing(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        before = dump(store)

        def fails() -> None:
            with store.writing("MON-01") as writing:
                for number in range(1200):  # more than are written at once
                    submit(writing, store, Place, place(number))
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fails()
        assert dump(store) == before
        store_one(store, Place, place())


def test_a_discarded_transaction_stores_nothing(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        before = dump(store)
        with store.writing("MON-01") as writing:
            submit(writing, store, Place, place())
            writing.discard()
        assert dump(store) == before


def test_a_check_sees_what_was_submitted_a_moment_before(tmp_path: Path) -> None:
    with new_store(tmp_path) as store, store.writing("MON-01") as writing:
        first = submit(writing, store, Place, place(owner="Someone"))
        around = store.surroundings(CATALOGUE)
        found = around.find(Place, "P-1")
        assert found is not None and found.id == first
        assert found.values == {"place_ref": "P-1", "size": 3, "owner": "Someone"}
        id = submit(writing, store, Visit, visit(_session=2, _source="A list", story="It rained."), author="MON-07")
        (other,) = around.under(Visit, first)
        assert (other.id, other.values["story"]) == (id, "It rained.")
        assert other.system == {"session": 2, "author": "MON-07", "source": "A list"}
        assert other.parent is not None and other.parent.values["size"] == 3
        with pytest.raises(Refusal, match="ANSWERS-02"):
            submit(writing, store, Place, place())  # the same reference again


def test_withdrawn_submissions_are_no_surroundings_and_free_their_reference(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        id = store_one(store, Place, place())
        child = store_one(store, Visit, visit())
        around = store.surroundings(CATALOGUE)
        with store.writing("MON-01") as writing:
            writing.decide(id, "withdrawn", "Entered twice.")
            writing.decide(child, "withdrawn", "Entered twice.")
        assert around.find(Place, "P-1") is None and around.find(Place, id) is None
        assert around.under(Visit, id) == []
        assert store_one(store, Place, place()) != id


def test_an_origin_is_known_pending_written_and_withdrawn(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        with store.writing("MON-01") as writing:
            id = submit(writing, store, Place, place(_id="row-1"))
            assert store.has_origin("visits.place", "row-1")
            writing.flush()
            assert writing.brings("visits.place", "row-1")
        assert store.has_origin("visits.place", "row-1")
        assert not store.has_origin("visits.visit", "row-1")
        with store.writing("MON-01") as writing:
            assert not writing.brings("visits.place", "row-1")
            writing.decide(id, "withdrawn", "Entered twice.")
        assert store.has_origin("visits.place", "row-1")


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (place(), place(), "STORE-18"),
        (place(1, _id="a"), place(2, _id="a"), "STORE-19"),
        (visit("P-7"), None, "STORE-19"),
    ],
    ids=["reference", "origin", "submission"],
)
def test_what_was_checked_before_somebody_else_wrote_cannot_be_doubled(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any] | None, code: str
) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place(7))
        form = Visit if "_parent" in first else Place
        early = checked(form, first, store)
        late = early if second is None else checked(form, second, store)
        with store.writing("MON-01") as writing:
            writing.submit(early, VISITS, form)
        with pytest.raises(Refusal, match=code), store.writing("MON-02") as writing:
            writing.submit(late, VISITS, form)
        assert len(list_submissions(store)) == 2


def test_a_submission_needs_the_one_above_it(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())
        orphan = replace(checked(Visit, visit(), store), parent="nobody")
        with pytest.raises(Refusal, match="STORE-20"), store.writing("MON-01") as writing:
            writing.submit(orphan, VISITS, Visit)


# Corrections.


def test_a_correction_takes_the_place_and_the_old_answers_stay_in_the_log(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())
        fee = {"amount": "1", "currency": "EUR"}
        old = visit(_id="row-9", story="Old words.", fee=fee, guests=[{"guest_ref": "G1"}])
        id = store_one(store, Visit, old)
        with store.writing("MON-02") as writing:
            writing.decide(id, "approved")
        new = visit(story="New words.", guests=[{"guest_ref": "G3"}, {"guest_ref": "G4"}])
        assert correct(store, Visit, id, new, "MON-03", source="The register") == 2
        (one,) = list_submissions(store, form="visits.visit")
        assert (one.state, one.revision, one.author, one.entered_by) == ("submitted", 2, "MON-01", "MON-03")
        assert store.has_origin("visits.visit", "row-9")  # the file it came from brings it no second time
        assert show(store, id, CATALOGUE).readable(narratives=True)["story"] == "New words."
        tables = dump(store)
        assert tables["visits__visit"] == [(id, "no", None, None, None, None)]
        assert tables["visits__visit__guests"] == [(id, 1, "G3", None), (id, 2, "G4", None)]
        acts = history(store, id)
        assert [act.kind for act in acts] == ["submitted", "approved", "corrected"]
        assert (acts[2].code, acts[2].reason) == ("misheard", "It was misheard.")
        assert set(acts[2].changed) == {"fee", "guests", "story"}
        (kept,) = store.connection.execute("SELECT open FROM log WHERE submission = ? AND kind = 'submitted'", (id,))
        assert "Old words." in kept[0]


def test_the_second_of_two_corrections_meets_a_conflict(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        id = store_one(store, Place, place())
        correct(store, Place, id, place(size=4), expected_revision=1)
        before = dump(store)
        with pytest.raises(Conflict) as caught:
            correct(store, Place, id, place(size=5), expected_revision=1)
        assert caught.value.code == "STORE-14"
        assert dump(store) == before


@pytest.mark.parametrize(("more", "code"), [({"reason": "because"}, "STORE-17"), ({"line": " "}, "STORE-16"),
                                            ({"line": "x" * 501}, "STORE-16"), ({"line": "a\x00b"}, "STORE-16"),
                                            ({"line": "abc\ud800"}, "STORE-16")])  # fmt: skip
def test_a_correction_needs_a_coded_reason_and_a_line(tmp_path: Path, more: dict[str, str], code: str) -> None:
    with new_store(tmp_path) as store:
        id = store_one(store, Place, place())
        with pytest.raises(Refusal, match=code):
            correct(store, Place, id, place(size=4), **more)


def test_what_is_withdrawn_or_unknown_is_not_corrected(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        id = store_one(store, Place, place())
        with pytest.raises(Refusal, match="STORE-13"):
            correct(store, Place, "no-such-id", place(2))
        with store.writing("MON-01") as writing:
            writing.decide(id, "withdrawn", "Entered twice.")
        with pytest.raises(Refusal, match="STORE-15"):
            correct(store, Place, id, place(2))


# Others at the same time, and disks that end.


def test_a_second_writer_is_refused_and_a_reader_is_not(tmp_path: Path) -> None:
    with new_store(tmp_path) as store, open_store(tmp_path / "store.db", patience=0.05) as other:
        with store.writing("MON-01") as writing:
            submit(writing, store, Place, place())
            assert list_submissions(other) == []
            with pytest.raises(Refusal, match="STORE-07"):
                store_one(other, Place, place(2))
        assert len(list_submissions(other)) == 1
        store_one(other, Place, place(2))
        assert len(list_submissions(store)) == 2


@pytest.mark.parametrize("pages", [0, 3, 40])
def test_a_full_disk_is_refused_and_nothing_is_half_stored(tmp_path: Path, pages: int) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())
        before = dump(store)
        size = store.connection.execute("PRAGMA page_count").fetchone()[0]
        store.connection.execute(f"PRAGMA max_page_count = {size + pages}")

        def fill() -> None:
            with store.writing("MON-01") as writing:
                for number in range(2, 900):
                    submit(writing, store, Place, place(number, owner="x" * 200))

        with pytest.raises(Refusal, match="STORE-08"):
            fill()
        assert dump(store) == before
        store.connection.execute(f"PRAGMA max_page_count = {size + 1000}")
        assert verify(store, CATALOGUE).problems == ()
        store_one(store, Place, place(2))


@pytest.mark.parametrize("actor", ["", "Ana Example", "x" * 41, "a;b"])
def test_whoever_acts_has_a_code_and_no_name(tmp_path: Path, actor: str) -> None:
    with new_store(tmp_path) as store, pytest.raises(Refusal, match="STORE-21"), store.writing(actor):
        pass


# Instruments that change.


def versioned(version: str, **questions: Any) -> tuple[Instrument, FormMeta]:
    form = FormMeta("Note", (Form,), {"__doc__": "A note.", "number": Whole("Which?"), **questions})
    return Instrument("notes", version, "Notes", (form,)), form


def add_note(store: Store, instrument: Instrument, form: FormMeta, raw: dict[str, Any]) -> None:
    from monitor.submissions import check

    with store.writing("MON-01") as writing:
        writing.submit(check(instrument, form, raw, author="MON-01"), instrument, form)


def test_a_new_question_adds_a_column_and_keeps_both_contracts(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        old, old_form = versioned("1.0")
        dry = Choice("Was it dry?", Codes(yes="Yes", no="No"), optional=True)
        new, new_form = versioned("1.1", dry=dry, note=Text("What else?", optional=True))
        add_note(store, old, old_form, {"number": 1})
        assert verify(store, {"notes": new}).problems == ()  # loaded, and not used yet
        add_note(store, new, new_form, {"number": 2, "dry": "yes"})
        rows = store.connection.execute("SELECT number, dry FROM notes__note ORDER BY number").fetchall()
        assert rows == [(1, None), (2, "yes")]
        versions = store.connection.execute("SELECT version FROM contract ORDER BY version").fetchall()
        assert versions == [("1.0",), ("1.1",)]
        assert verify(store, {"notes": new}).problems == ()


def test_a_question_of_another_type_is_refused(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        old, old_form = versioned("1.0", dry=Whole("How dry?", optional=True))
        new, new_form = versioned("2.0", dry=Choice("Was it dry?", Codes(yes="Yes", no="No"), optional=True))
        add_note(store, old, old_form, {"number": 1})
        with pytest.raises(Refusal, match="STORE-24"):
            add_note(store, new, new_form, {"number": 2})
        assert store.connection.execute("SELECT number FROM notes__note").fetchall() == [(1,)]


def test_a_contract_is_kept_once_and_again_when_it_changed(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        for contract in ({"hint": "old"}, {"hint": "old"}, {"hint": "new"}):
            with store.writing("MON-01", contract=lambda _, contract=contract: contract) as writing:  # type: ignore[misc]  # reason: mypy infers no default
                submit(writing, store, Place, place(len(list_submissions(store))))
        kinds = [kind for (kind,) in store.connection.execute("SELECT kind FROM log ORDER BY seq")]
        assert kinds == ["created", "instrument", "submitted", "submitted", "instrument", "submitted"]
        assert store.connection.execute("SELECT contract FROM contract").fetchall() == [('{"hint":"new"}',)]


def test_the_example_of_the_documentation_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).parents[1] / "docs" / "store.md").read_text("utf-8")
    new_store(tmp_path, "mission.db").close()
    monkeypatch.chdir(tmp_path)
    exec(page.split("```python\n")[1].split("```")[0],
         {"catalogue": CATALOGUE, "instrument": VISITS, "form": Place, "answers": place()})  # fmt: skip
    with open_store(tmp_path / "mission.db") as store:
        assert [one.author for one in list_submissions(store)] == ["MON-07"]
