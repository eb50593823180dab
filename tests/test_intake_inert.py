"""Nothing that we write as CSV is a formula to a spreadsheet, and everything in it can be read back as it was."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import Choice, Choices, Codes, Form, Instrument, Money, Narrative, PartialDate, Rows, Text, Whole
from monitor.errors import Refusal
from monitor.intake import Imported, import_file
from monitor.intake.inert import as_given, inert
from monitor.store import Store, create, list_submissions, show

KINDS = Codes(lawyer="Lawyer", doctor="Doctor")

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60)
tricky = st.lists(st.sampled_from([*"=+-@\t\r\n＝＋－＠'\"; ,|a1.", "\u200b", "\ufeff", "''", "-1"]), max_size=12).map(
    "".join
)


class Visit(Form):
    """A visit to a house."""

    floor = Whole("On which floor was it?", at_least=-20, at_most=100)
    met = Choices("Who was met?", KINDS, optional=True)
    first_met = Choice("Who was met first?", KINDS, optional=True)
    cost = Money("What did it cost?", optional=True)
    built = PartialDate("When was the house built?", optional=True)
    remark = Narrative("Anything else?", optional=True)
    plate = Text("Which number plate had the car?", optional=True, publish="sealed")


class Guest(Form):
    """Somebody who stays in the house."""

    age = Whole("How old is the guest?")


class House(Form):
    """A house with guests."""

    guests = Rows(Guest, "Who stays there?", optional=True)


VISITS = Instrument(code="visits", version="1.0", title="Visits", forms=(Visit, House))
CATALOGUE = {VISITS.code: VISITS}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with create(tmp_path / "store.db", "A programme", "MON-01", plain=True) as store:
        yield store


def take(store: Store, path: Path, form: Any = Visit, **settings: Any) -> Imported:
    return import_file(store, CATALOGUE, VISITS, form, path, actor="MON-01", **settings)


@settings(max_examples=1500, deadline=None)
@given(st.one_of(texts, tricky))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert as_given(inert(text)) == text


@settings(max_examples=1500, deadline=None)
@given(st.one_of(texts, tricky))
def test_no_text_begins_a_formula_in_any_cell_that_a_program_may_see(text: str) -> None:
    written = inert(text)
    if not re.fullmatch(r"-[0-9.]+", written):
        for cell in (written, *re.split(r"[;,|\n]", written)):
            assert not re.match(r"[=+\-@＝＋－＠\t\r]", cell.lstrip(' "\n\u200b\ufeff'))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.one_of(texts, tricky), min_size=3, max_size=3), min_size=1, max_size=4))
def test_any_table_comes_back_through_csv(table: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([inert(cell) for cell in row] for row in table)
    read = csv.reader(io.StringIO(out.getvalue(), newline=""), strict=True)
    assert [[as_given(cell) for cell in row] for row in read] == table


@pytest.mark.parametrize(
    "text, written",
    [
        ("=1+1", "'=1+1"), ("-5", "-5"), ("-12.50", "-12.50"), ("-5+1", "'-5+1"), ("- 5", "'- 5"), ("+5", "'+5"),
        ("@SUM(A1)", "'@SUM(A1)"), ("  =1", "  '=1"), ('"=1', "\"'=1"), ("'=1", "''=1"), ("'a", "'a"), ("a=1", "a=1"),
        ("a;=1", "a;'=1"), ("＝1", "'＝1"), ("\t=1", "'\t'=1"), ("\u200b=1", "\u200b'=1"), ("2024-01-01", "2024-01-01"),
        ("1250.50 EUR", "1250.50 EUR"), ("-12.50 EUR", "'-12.50 EUR"), ("lawyer;doctor", "lawyer;doctor"), ("", ""),
    ],
)  # fmt: skip
def test_what_could_begin_a_formula_gets_an_apostrophe_and_nothing_else_does(text: str, written: str) -> None:
    assert inert(text) == written and as_given(written) == text


# The file of rejects as a table.


def test_rejects_in_csv_say_why_and_import_again_to_the_same_answers(store: Store, tmp_path: Path) -> None:
    given_rows: list[dict[str, Any]] = [
        {"floor": -3, "met": ["lawyer", "doctor"], "cost": {"amount": "12.50", "currency": "EUR"}},
        {"floor": -20, "first_met": "doctor", "built": "1987-06"},
        {"floor": 7, "cost": {"amount": "0.05", "currency": "MDL"}, "built": "1850"},
    ]
    bad = tmp_path / "visits.jsonl"
    bad.write_text("".join(json.dumps(row | {"=cmd|'/c calc'!A1": 1}) + "\n" for row in given_rows), "utf-8")
    rejects = tmp_path / "bad.csv"
    assert take(store, bad, on_error="skip", rejects=rejects).refused == 3
    read = csv.reader(io.StringIO(rejects.read_text("utf-8-sig"), newline=""))
    header, *lines = read
    assert header == ["_rejected", "floor", "met", "first_met", "cost", "built"]
    assert lines[0][1:] == ["-3", "lawyer;doctor", "", "12.50 EUR", ""] and lines[0][0].startswith("row 1 (line 1): ")
    assert take(store, rejects).accepted == 3
    stored = [show(store, one.id, CATALOGUE).readable(narratives=True) for one in list_submissions(store)]
    assert sorted(stored, key=lambda row: row["floor"]) == sorted(given_rows, key=lambda row: row["floor"])


def test_no_cell_of_rejects_in_csv_is_a_formula_whatever_was_in_the_file(store: Store, tmp_path: Path) -> None:
    hostile = ["=1", "+1", "@x", "\t=1", " =1", ";=1", "\ud800=", "＝1", "-cmd"]
    rows = [{"floor": text, "met": [text], "first_met": text, "remark": text, text: 1} for text in hostile]
    bad, rejects = tmp_path / "visits.jsonl", tmp_path / "bad.csv"
    bad.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert take(store, bad, on_error="skip", rejects=rejects).refused == len(rows)
    for line in csv.reader(io.StringIO(rejects.read_text("utf-8-sig"), newline="")):
        for cell in line:
            assert all(not re.match(r"""\s*["']?[=+@＝-]""", piece) for piece in cell.split(";")), cell


def test_rejects_in_csv_hold_no_open_and_no_sealed_answer(store: Store, tmp_path: Path) -> None:
    bad, rejects = tmp_path / "visits.csv", tmp_path / "bad.csv"
    bad.write_text("_id,floor,remark,plate\nMarker,900,Marker,Marker\n", "utf-8")
    assert take(store, bad, on_error="skip", rejects=rejects).refused == 1
    assert "Marker" not in rejects.read_text("utf-8-sig") and rejects.stat().st_mode & 0o777 == 0o600


def test_rejects_in_csv_of_a_file_without_bad_rows_are_empty(store: Store, tmp_path: Path) -> None:
    good, rejects = tmp_path / "visits.csv", tmp_path / "bad.csv"
    good.write_text("floor\n1\n", "utf-8")
    take(store, good, on_error="skip", rejects=rejects)
    assert rejects.read_bytes() == b""


def test_rejects_of_a_form_with_rows_cannot_be_a_table(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "houses.jsonl"
    path.write_text('{"guests": []}\n', "utf-8")
    with pytest.raises(Refusal, match="has rows") as caught:
        take(store, path, House, on_error="skip", rejects=tmp_path / "bad.csv")
    assert caught.value.code == "IMPORT-13" and not (tmp_path / "bad.csv").exists()


def test_an_apostrophe_in_a_file_that_is_not_ours_is_left_where_it_stands(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("floor,remark\n1,'=so he said\n", "utf-8")
    take(store, path)
    (one,) = list_submissions(store)
    assert show(store, one.id, CATALOGUE).readable(narratives=True)["remark"] == "'=so he said"
