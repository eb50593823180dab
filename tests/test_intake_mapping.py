"""A mapping turns the columns and codes of others into answers to our questions, and is checked before any row is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitor import Choice, Choices, Codes, Country, Form, Instrument, Rows, Rule, Text, Whole
from monitor.errors import Refusal
from monitor.intake import ColumnMapping, find_mapping
from monitor.intake.columns import Columns
from monitor.intake.csv_rows import csv_rows
from monitor.intake.files import opened
from monitor.intake.json_rows import json_rows

KINDS = Codes(lawyer="Lawyer", doctor="Doctor", teacher="Teacher")


class Guest(Form):
    """Somebody who stays in the house."""

    age = Whole("How old is the guest?")


class Visit(Form):
    """A visit to a house."""

    people = Whole("How many people were there?", at_most=100)
    country = Country("In which country?", optional=True)
    met = Choices("Who was met?", KINDS, optional=True)
    first_met = Choice("Who was met first?", KINDS, optional=True)
    remark = Text("Anything else?", optional=True)
    guests = Rows(Guest, "Who stays there?", optional=True)


def visits(folder: Path | None = None) -> Instrument:
    rule = Rule("V1", Visit, "That is many.", at=(Visit.people,), severity="warning", flag_if=Visit.people > 50)
    return Instrument("visits", "1.0", "Visits to houses", (Visit,), (rule,), folder=folder)


def mapping_of(text: str, tmp_path: Path) -> ColumnMapping:
    path = tmp_path / "theirs.toml"
    path.write_text(text, encoding="utf-8")
    return find_mapping(path, visits(), Visit)


def problems_of(text: str, tmp_path: Path) -> tuple[str, ...]:
    with pytest.raises(Refusal) as caught:
        mapping_of(text, tmp_path)
    assert caught.value.code == "IMPORT-15"
    return caught.value.details


def read_csv(content: str, mapping: ColumnMapping, tmp_path: Path) -> list[dict[str, object]]:
    path = tmp_path / "theirs.csv"
    path.write_text(content, encoding="utf-8")
    with opened(path) as file:
        return [row.answers for row in csv_rows(file, Columns(visits(), Visit, mapping))]


def read_json(rows: list[dict[str, Any]], mapping: ColumnMapping, tmp_path: Path) -> list[Any]:
    path = tmp_path / "theirs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with opened(path) as file:
        return [row.flaw or row.answers for row in json_rows(file, Columns(visits(), Visit, mapping))]


FULL = """
[columns]
n = "people"
staat = "country"
wen = "met"
zuerst = "first_met"
Nr = "_id"

[drop]
columns = ["noise", "more noise"]

[missing]
"*" = ["", "-99"]
country = ["??"]

[codes.met]
Anwalt = "lawyer"
Arzt = "doctor"

[codes.first_met]
"1.0" = "lawyer"
"true" = "doctor"

[codes.country]
"0" = "XK"

[constants]
remark = "from their list"
_monitor = "MON-07"
_session = 2
"_explanations.V1" = "Counted by them"
"""

CONSTANT = {
    "remark": "from their list", "_monitor": "MON-07", "_session": 2, "_explanations": {"V1": "Counted by them"}
}  # fmt: skip


def test_columns_are_renamed_dropped_and_translated_and_constants_added(tmp_path: Path) -> None:
    mapping = mapping_of(FULL, tmp_path)
    lines = ["Nr,n,staat,wen,zuerst,noise", "A-1,5,NA,Anwalt; Arzt,1.0,x", "A-2,-99,??,teacher;Arzt,-99,x", ",7, 0 ,,,"]
    rows = read_csv("\n".join(lines), mapping, tmp_path)
    assert rows == [
        CONSTANT | {"_id": "A-1", "people": 5, "country": "NA", "met": ["lawyer", "doctor"], "first_met": "lawyer"},
        CONSTANT | {"_id": "A-2", "met": ["teacher", "doctor"]},
        CONSTANT | {"people": 7, "country": "XK"},
    ]


def test_the_same_is_done_to_objects_of_json(tmp_path: Path) -> None:
    mapping = mapping_of(FULL, tmp_path)
    rows = read_json(
        [
            {"Nr": "A-1", "n": 5, "staat": "NA", "wen": ["Anwalt", "doctor"], "zuerst": 1.0, "noise": {"x": [1]}},
            {"n": -99, "staat": 0, "zuerst": True, "guests": [{"age": 3}]},
            {"n": 5, "people": 5},
            {"n": 5, "remark": "their own"},
        ],
        mapping,
        tmp_path,
    )
    assert rows == [
        CONSTANT | {"_id": "A-1", "people": 5, "country": "NA", "met": ["lawyer", "doctor"], "first_met": "lawyer"},
        CONSTANT | {"country": "XK", "first_met": "doctor", "guests": [{"age": 3}]},
        "'people' is given twice.",
        "'remark' is given twice.",
    ]


def test_without_a_mapping_nothing_is_changed(tmp_path: Path) -> None:
    row = {"people": 5, "country": "-99", "met": ["lawyer"], "remark": " as it is ", "guests": [], "unheard_of": None}
    assert read_json([row], ColumnMapping(), tmp_path) == [row]


def test_a_column_of_the_mapping_that_the_file_lacks_is_named_with_all_else(tmp_path: Path) -> None:
    mapping = mapping_of(FULL, tmp_path)
    with pytest.raises(Refusal) as caught:
        read_csv("n,staat,wen,first_met,remark,weather,people\n1,,,,,,\n", mapping, tmp_path)
    assert caught.value.details == (
        "column 5  'remark' is also a constant of the mapping.",
        "column 6  'weather' is not a question of visits.visit.",
        "column 7  'people' is already answered by column 1.",
        "mapping   its column 'zuerst' is not in the file.",
        "mapping   its column 'Nr' is not in the file.",
    )


def test_a_dropped_column_may_be_absent(tmp_path: Path) -> None:
    mapping = mapping_of('[drop]\ncolumns = ["noise"]\n', tmp_path)
    assert read_csv("people\n1\n", mapping, tmp_path) == [{"people": 1}]


def test_everything_that_is_wrong_in_a_mapping_is_said_at_once(tmp_path: Path) -> None:
    problems = problems_of(
        """
        [colums]
        [columns]
        a = "peopel"
        b = "people"
        c = "people"
        d = 7
        e = "country"
        [drop]
        columns = ["e", 3]
        rows = ["x"]
        [missing]
        "*" = ""
        peple = ["-99"]
        [codes.first_met]
        x = "lawer"
        [codes.met]
        x = 1
        [codes.weather]
        x = "y"
        [constants]
        people = 101
        country = "Kosovo"
        guests = "x"
        """,
        tmp_path,
    )
    assert problems == (
        "[colums]  is no section of a mapping: columns, drop, missing, codes, constants.",
        "[columns] a  'peopel' is not a question of visits.visit. Did you mean people?",
        "[columns] c  'people' already has another column.",
        "[columns] d  must name a question, in quotation marks.",
        "[drop] rows  is not known here. Write: columns = [...].",
        '[drop] columns  must be a list of texts, such as ["", "-99"].',
        '[missing] *  must be a list of texts, such as ["", "-99"].',
        "[missing] peple  is not a question of visits.visit. Did you mean people?",
        "[codes.first_met] x  'lawer' is not a code of first_met. Did you mean lawyer?",
        '[codes.met]  must hold pairs of texts: "theirs" = "ours".',
        "[codes] weather  is not a question of visits.visit.",
        "[constants] people  Must be at least 0 and at most 100.",
        "[constants] country  'Kosovo' is not one of the answers: "
        + "AD, AE, AF, AG, AI, AL, AM, AO, AQ, AR, AS, AT and 238 more.",
        "[constants] guests  holds rows; no constant can.",
    )


def test_a_column_cannot_be_both_dropped_and_read(tmp_path: Path) -> None:
    text = '[columns]\ne = "country"\n[drop]\ncolumns = ["e"]\n'
    assert problems_of(text, tmp_path) == ("[drop] e  is also in [columns].",)


@pytest.mark.parametrize("text", ["columns = 1", "[drop]\ncolumns = 1", "drop = 1", 'codes = ["a"]', "constants = 1.5"])
def test_sections_of_another_shape_are_refused(text: str, tmp_path: Path) -> None:
    assert len(problems_of(text, tmp_path)) == 1


@pytest.mark.parametrize("content", [b"[columns", b"\xff\xfe[", b"\x00", b"a = " + b"[" * 5000])
def test_a_file_that_is_no_toml_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "theirs.toml"
    path.write_bytes(content)
    with pytest.raises(Refusal, match="it is no TOML") as caught:
        find_mapping(path, visits(), Visit)
    assert caught.value.code == "IMPORT-14"


def test_a_bare_name_is_found_in_the_plugin_and_the_refusal_lists_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "theirs.toml").write_text('[columns]\nn = "people"\n')
    assert find_mapping("theirs", visits(tmp_path), Visit).columns == {"n": "people"}
    for given in ("others", "../theirs", "a\x00b", "", str(tmp_path)):
        with pytest.raises(Refusal) as caught:
            find_mapping(given, visits(tmp_path), Visit)
        assert caught.value.code == "IMPORT-14" and "visits: theirs." in caught.value.advice
