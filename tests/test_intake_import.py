"""An import stores every row or none, or the good ones and a file of the bad ones; and the same row never twice."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor import Choice, Choices, Codes, Form, Instrument, Money, Narrative, Rows, Rule, Text, Whole
from monitor.errors import Refusal
from monitor.intake import Imported, import_file
from monitor.store import Store, create, list_submissions, show, verify

KINDS = Codes(lawyer="Lawyer", doctor="Doctor", teacher="Teacher")
MARKER = "Marker Markerova"


class House(Form):
    """A house that is visited."""

    class Meta:
        key = "number"

    number = Whole("Which number does the house have?")


class Guest(Form):
    """Somebody who stays in the house."""

    age = Whole("How old is the guest?", at_most=120)
    name = Text("What is the guest called?", optional=True)


class Visit(Form):
    """A visit to a house."""

    people = Whole("How many people were there?", at_most=100)
    met = Choices("Who was met?", KINDS, optional=True)
    first_met = Choice("Who was met first?", KINDS, optional=True)
    cost = Money("What did it cost?", optional=True)
    plate = Text("Which number plate had the car?", optional=True, publish="sealed")
    remark = Narrative("Anything else?", optional=True)
    guests = Rows(Guest, "Who stays there?", optional=True)


class Letter(Form):
    """A letter to a house."""

    class Meta:
        parent = House

    pages = Whole("How many pages has the letter?")


VISITS = Instrument(
    code="visits",
    version="1.0",
    title="Visits to houses",
    forms=(House, Visit, Letter),
    rules=(Rule("V1", Visit, "That is many.", at=(Visit.people,), severity="warning", flag_if=Visit.people > 50),),
)
CATALOGUE = {VISITS.code: VISITS}

Write = Callable[..., Path]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with create(tmp_path / "store.db", "A programme", "MON-01", plain=True) as store:
        yield store


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: str | bytes | list[dict[str, Any]], name: str = "visits.csv") -> Path:
        path = tmp_path / name
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
            path = path.with_suffix(".jsonl")
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


def take(store: Store, path: Path, form: Any = Visit, **settings: Any) -> Imported:
    return import_file(store, CATALOGUE, VISITS, form, path, actor="MON-01", **settings)


def counts(imported: Imported) -> tuple[int, int, int]:
    return imported.accepted, imported.refused, imported.already


def stored(store: Store) -> list[dict[str, Any]]:
    return [show(store, one.id, CATALOGUE).readable(narratives=True) for one in list_submissions(store)]


# All or none.


def test_every_row_is_stored_with_its_author_and_its_answers(store: Store, write: Write) -> None:
    path = write("_monitor,people,met,first_met,cost,remark\n,1,lawyer;doctor,,,\nMON-09,2,,doctor,12.50 EUR,two\n")
    assert counts(take(store, path)) == (2, 0, 0)
    first, second = sorted(stored(store), key=lambda answers: answers["people"])
    assert first == {"people": 1, "met": ["lawyer", "doctor"]}
    assert second == {
        "people": 2, "first_met": "doctor", "cost": {"amount": "12.50", "currency": "EUR"}, "remark": "two"
    }  # fmt: skip
    assert {one.author for one in list_submissions(store)} == {"MON-01", "MON-09"}
    assert verify(store, CATALOGUE).ok


def test_rows_of_rows_come_as_lists_in_json_lines(store: Store, write: Write) -> None:
    row = {"people": 2, "guests": [{"age": 3, "name": "A"}, {"age": 40}], "_explanations": {}, "_language": "sr-Latn"}
    assert counts(take(store, write([row]))) == (1, 0, 0)
    assert stored(store)[0]["guests"] == [{"age": 3, "name": "A"}, {"age": 40}]


def test_a_block_of_more_rows_than_a_form_may_have_is_refused(store: Store, write: Write) -> None:
    path = write([{"people": 1, "guests": [{"age": 1}] * (Rows.most + 1)}, {"people": 1, "guests": [{"age": 1}] * 200}])
    imported = take(store, path, on_error="skip", rejects=path.with_name("bad.jsonl"))
    assert counts(imported) == (1, 1, 0)
    assert imported.shown[0].problems[0].code == "ANSWER-06"


def test_a_header_without_rows_stores_nothing_and_is_no_error(store: Store, write: Write) -> None:
    imported = take(store, write("people,remark\n"))
    assert counts(imported) == (0, 0, 0) and imported.rows == 0 and not imported.stopped


def test_one_bad_row_keeps_every_row_out(store: Store, write: Write) -> None:
    imported = take(store, write("people,met\n1,lawyer\n200,lawer\n3\n4,doctor\n"))
    assert imported.stopped and counts(imported) == (2, 2, 0)
    assert list_submissions(store) == [] and store.head()[0] == 1
    text = "\n".join(imported.lines())
    assert "not imported: 2 of 4 rows of visits.visit 1.0 cannot be stored. [IMPORT-12]" in text
    assert "row 2 (line 3)  people Must be at least 0 and at most 100." in text
    assert "row 2 (line 3)  met    'lawer' is not one of the answers" in text
    assert "row 3 (line 4)  (row) 1 cell where the header has 2." in text
    assert "Nothing was stored." in text


def test_twenty_bad_rows_are_shown_and_all_are_counted(store: Store, write: Write) -> None:
    imported = take(store, write("people\n" + "900\n" * 45 + "1\n"))
    assert counts(imported) == (1, 45, 0) and len(imported.shown) == 20
    assert "... and 25 more rows." in "\n".join(imported.lines())


def test_a_dry_run_checks_and_stores_nothing(store: Store, write: Write, tmp_path: Path) -> None:
    path = write("_id,people\nA,1\nB,2\n")
    imported = take(store, path, dry_run=True)
    assert counts(imported) == (2, 0, 0) and imported.dry_run and not imported.stopped
    assert list_submissions(store) == [] and store.head()[0] == 1
    assert counts(take(store, path)) == (2, 0, 0)
    skipped = take(
        store, write("people\n1\n900\n", "b.csv"), dry_run=True, on_error="skip", rejects=tmp_path / "bad.jsonl"
    )
    assert counts(skipped) == (1, 1, 0) and not (tmp_path / "bad.jsonl").exists()


def test_a_refusal_far_down_the_file_leaves_nothing(store: Store, write: Write) -> None:
    path = write("people,remark\n" + "1,x\n" * 1200 + '2,"never closed\n')
    with pytest.raises(Refusal, match="begins in line 1202"):
        take(store, path)
    assert list_submissions(store) == [] and store.head()[0] == 1


@pytest.mark.parametrize(
    "raw",
    [
        {"people": 10**30}, {"people": 1.5}, {"people": True}, {"people": "1"}, {"people": "١"}, {"people": -1},
        {"people": 1, "remark": "a\u0000b"}, {"people": 1, "remark": "\ud800"}, {"people": 1, "met": ["\udfff"]},
        {"people": 1, "\ud800": 1}, {"people": 1, "_\ud800": 1}, {"people": 1, "_id": "\ud800"},
        {"people": 1, "_id": 7}, {"people": 1, "_source": "\x00"},
        {"people": 60, "_explanations": {"V1": "\ud800\ud800\ud800"}},
        {"people": 1, "guests": [{"age": 1}, [], {"age": "\ud800"}]}, {"people": 1, "guests": {"age": 1}},
        {"people": 1, "cost": {"amount": "1e400", "currency": "EUR"}}, {"people": 1, "_session": 10**30},
        {"people": 1, "_submitted_at": "9999-12-31T23:59:59"}, {"people": 1, "_monitor": "a b"}, {"": 1},
    ],
)  # fmt: skip
def test_what_the_store_would_bend_is_refused_by_its_row(raw: dict[str, Any], store: Store, write: Write) -> None:
    bad = write([{"people": 1}, raw])
    rejects = bad.with_name("bad.jsonl")
    imported = take(store, bad, on_error="skip", rejects=rejects)
    assert counts(imported) == (1, 1, 0)
    assert json.loads(rejects.read_text("utf-8"))["row"] == 2
    "\n".join(imported.lines()).encode("utf-8")
    assert verify(store, CATALOGUE).ok


# Skipping.


def test_skipping_stores_the_good_rows_and_keeps_the_bad_ones_with_their_problems(
    store: Store, write: Write, tmp_path: Path
) -> None:
    path = write("_id,people,met,first_met,remark\nA,1,doctor,,\nB,900,lawyer;doctor,lawer,x\nC,2,,,\nD\n")
    rejects = tmp_path / "bad.jsonl"
    imported = take(store, path, on_error="skip", rejects=rejects)
    assert counts(imported) == (2, 2, 0) and not imported.stopped
    assert sorted(answers["people"] for answers in stored(store)) == [1, 2]
    first, second = (json.loads(line) for line in rejects.read_text("utf-8").splitlines())
    assert (first["row"], first["line"]) == (2, 3) and first["answers"] == {"met": ["lawyer", "doctor"]}
    assert [problem["where"] for problem in first["problems"]] == ["people", "first_met"]
    assert second["answers"] == {} and second["problems"][0]["code"] == "ROW-01"


def test_rejects_can_be_read_by_their_owner_alone_and_leave_no_draft(
    store: Store, write: Write, tmp_path: Path
) -> None:
    rejects = tmp_path / "out" / "bad.jsonl"
    rejects.parent.mkdir()
    take(store, write("people\n900\n"), on_error="skip", rejects=rejects)
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    assert list(rejects.parent.iterdir()) == [rejects]
    with pytest.raises(Refusal):
        take(store, write('people\n1\n"x\n', "broken.csv"), on_error="skip", rejects=tmp_path / "out" / "more.jsonl")
    assert list(rejects.parent.iterdir()) == [rejects]


def test_rejects_of_a_file_without_bad_rows_are_empty(store: Store, write: Write, tmp_path: Path) -> None:
    rejects = tmp_path / "bad.jsonl"
    rejects.write_text("of an import before")
    take(store, write("people\n1\n"), on_error="skip", rejects=rejects)
    assert rejects.read_bytes() == b""


def test_open_sealed_and_misplaced_answers_are_in_no_message_and_no_reject(
    store: Store, write: Write, tmp_path: Path
) -> None:
    rows: list[dict[str, Any]] = [
        {"people": 900, "remark": MARKER, "plate": MARKER, "_source": MARKER, "guests": [{"age": 7, "name": MARKER}]},
        {"people": MARKER, "met": [MARKER], "first_met": MARKER, "cost": MARKER, "guests": MARKER},
        {"people": 60, "_explanations": {"V2": MARKER}, "remark": MARKER},
        {"people": 1, MARKER + ", a sentence as a key": 1},
        {"people": 1, "remark": [MARKER], "plate": {MARKER: MARKER}},
        {"people": 1, "_id": MARKER * 50, "_monitor": MARKER, "_submitted_at": MARKER, "_language": MARKER},
    ]
    rejects = tmp_path / "bad.jsonl"
    imported = take(store, write(rows), on_error="skip", rejects=rejects)
    assert counts(imported) == (0, 6, 0)
    assert "Marker" not in "\n".join(imported.lines()) and b"Marker" not in rejects.read_bytes()
    assert json.loads(rejects.read_text("utf-8").splitlines()[0])["answers"] == {"guests": [{"age": 7}]}


@pytest.mark.parametrize("settings", [{"on_error": "skip"}, {"rejects": Path("bad.jsonl")}])
def test_skip_and_rejects_are_given_together_or_not_at_all(
    settings: dict[str, Any], store: Store, write: Write
) -> None:
    with pytest.raises(Refusal, match="belong together"):
        take(store, write("people\n1\n"), **settings)


def test_rejects_never_overwrite_the_input_or_the_store(store: Store, write: Write, tmp_path: Path) -> None:
    path = write("people\n900\n")
    (tmp_path / "link.csv").hardlink_to(path)
    for target in (path, tmp_path / "link.csv", tmp_path / "." / "visits.csv", store.path):
        with pytest.raises(Refusal, match="itself") as caught:
            take(store, path, on_error="skip", rejects=target)
        assert caught.value.code == "IMPORT-13"
    assert path.read_text() == "people\n900\n" and verify(store, CATALOGUE).ok


def test_rejects_need_a_place_where_a_file_can_be(store: Store, write: Write, tmp_path: Path) -> None:
    path = write("people\n1\n")
    for target in (tmp_path, tmp_path / "nowhere" / "bad.jsonl", tmp_path / ("x" * 300), Path("/dev/null")):
        with pytest.raises(Refusal) as caught:
            take(store, path, on_error="skip", rejects=target)
        assert caught.value.code == "IMPORT-13"
    assert list_submissions(store) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_rejects_on_a_full_disk_keep_out_the_good_rows_too(
    store: Store, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open
    full = lambda path, *more: real("/dev/full", os.O_WRONLY) if ".bad.jsonl" in str(path) else real(path, *more)  # noqa: E731  # reason: it stands in for one function
    monkeypatch.setattr("monitor.intake.rejects.os.open", full)
    with pytest.raises(Refusal) as caught:
        take(store, write("people\n1\n900\n"), on_error="skip", rejects=tmp_path / "bad.jsonl")
    assert caught.value.code == "IMPORT-13" and list_submissions(store) == []


def test_a_full_disk_under_the_store_leaves_neither_rows_nor_rejects(
    store: Store, write: Write, tmp_path: Path
) -> None:
    rejects = tmp_path / "bad.jsonl"
    path = write("people\n900\n" + "1\n" * 400)
    pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
    store.connection.execute(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(Refusal) as caught:
        take(store, path, on_error="skip", rejects=rejects)
    assert caught.value.code == "STORE-08" and list_submissions(store) == []
    assert list(tmp_path.glob("*bad*")) == [] and verify(store, CATALOGUE).ok


# Never twice.


def test_the_same_file_twice_stores_nothing_twice(store: Store, write: Write) -> None:
    path = write("people\n1\n1\n2\n")
    assert counts(take(store, path)) == (3, 0, 0)
    head = store.head()
    assert counts(take(store, path)) == (0, 0, 3) and store.head() == head
    assert counts(take(store, path.rename(path.with_name("renamed.csv")))) == (0, 0, 3)


def test_equal_rows_of_two_files_are_two_submissions(store: Store, write: Write) -> None:
    assert counts(take(store, write("people\n1\n", "one.csv"))) == (1, 0, 0)
    assert counts(take(store, write("people\n1\n\n", "two.csv"))) == (1, 0, 0)


def test_a_row_with_an_id_is_known_again_in_another_file(store: Store, write: Write) -> None:
    take(store, write("_id,people\nA,1\nB,2\n"))
    assert counts(take(store, write([{"_id": " A ", "people": 1}, {"_id": "C", "people": 3}]))) == (1, 0, 1)


def test_an_id_belongs_to_its_form(store: Store, write: Write) -> None:
    take(store, write("_id,people\nA,1\n"))
    assert counts(take(store, write("_id,number\nA,1\n", "houses.csv"), House)) == (1, 0, 0)


@pytest.mark.parametrize("between", [0, 1, 700])
def test_an_id_that_stands_twice_in_one_file_is_a_bad_row(between: int, store: Store, write: Write) -> None:
    others = "".join(f"N{number},2\n" for number in range(between))
    imported = take(store, write(f"_id,people\nA,1\n{others}A,3\n"))
    assert imported.stopped and counts(imported) == (between + 1, 1, 0)
    assert imported.shown[0].problems[0].where == "_id"


# Parents, warnings, many rows.


def test_children_find_their_parent_by_its_reference(store: Store, write: Write) -> None:
    take(store, write("number\n12\n13\n", "houses.csv"), House)
    imported = take(store, write("_parent,pages\n12,1\n13,2\n14,3\n", "letters.csv"), Letter)
    assert counts(imported) == (2, 1, 0) and imported.shown[0].problems[0].where == "_parent"


def test_a_reference_that_stands_twice_in_one_file_is_refused(store: Store, write: Write) -> None:
    imported = take(store, write("number\n12\n13\n12\n", "houses.csv"), House)
    assert counts(imported) == (2, 1, 0) and imported.shown[0].row.number == 3


def test_a_warning_is_explained_in_a_column_of_its_own(store: Store, write: Write) -> None:
    unexplained = take(store, write("people,_explanations.V1\n60,\n", "a.csv"))
    assert unexplained.shown[0].problems[0].rule == "V1"
    assert counts(take(store, write("people,_explanations.V1\n60,A wedding\n7,\n", "b.csv"))) == (2, 0, 0)


def test_progress_is_told_in_bytes_and_ends_within_the_file(store: Store, write: Write) -> None:
    path, told = write("people\n" + "1\n" * 5000), list[int]()
    take(store, path, progress=told.append)
    assert told == sorted(told) and 0 < told[0] < told[-1] <= path.stat().st_size
