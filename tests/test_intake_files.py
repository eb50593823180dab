"""What a file to import may look like, and that any other is refused with its place and never with a traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor import Choice, Choices, Codes, Form, Instrument, Rows, Rule, Text, Whole
from monitor.errors import Refusal
from monitor.intake import ColumnMapping, files, limits, read_answers
from monitor.intake.columns import Columns
from monitor.intake.csv_rows import csv_rows
from monitor.intake.files import Row, opened
from monitor.intake.json_rows import json_rows

KINDS = Codes(lawyer="Lawyer", doctor="Doctor", teacher="Teacher")


class House(Form):
    """A house that is visited."""

    town = Text("Where is it?")


class Guest(Form):
    """Somebody who stays in the house."""

    age = Whole("How old is the guest?")


class Visit(Form):
    """A visit to a house."""

    class Meta:
        parent = House

    people = Whole("How many people were there?", at_most=100)
    met = Choices("Who was met?", KINDS, optional=True)
    first_met = Choice("Who was met first?", KINDS, optional=True)
    remark = Text("Anything else?", optional=True)
    guests = Rows(Guest, "Who stays there?", optional=True)


VISITS = Instrument(
    code="visits",
    version="1.0",
    title="Visits to houses",
    forms=(House, Visit),
    rules=(Rule("V1", Visit, "That is many.", at=(Visit.people,), severity="warning", flag_if=Visit.people > 50),),
)

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: str | bytes, name: str = "visits.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


def rows_of(path: Path, mapping: ColumnMapping | None = None) -> list[Row]:
    columns = Columns(VISITS, Visit, mapping or ColumnMapping())
    with opened(path) as file:
        return list(csv_rows(file, columns) if file.kind == "csv" else json_rows(file, columns))


def refused(path: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        rows_of(path)
    return caught.value


def flaw_of(line: str, write: Write) -> str:
    (row,) = rows_of(write(line + "\n", "visits.jsonl"))
    assert row.flaw is not None and row.answers == {}
    return str(row.flaw)


# What is no file.


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "there is no such file" in str(refused(tmp_path / "nowhere.csv"))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert "it is a folder" in str(refused(tmp_path / "folder.csv"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "a pipe or a device" in str(refused(tmp_path / "pipe.csv"))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no devices as files")
def test_a_device_is_refused(tmp_path: Path) -> None:
    (tmp_path / "endless.csv").symlink_to("/dev/zero")
    assert "a pipe or a device" in str(refused(tmp_path / "endless.csv"))


def test_a_name_that_no_file_can_have_is_refused() -> None:
    assert refused(Path("a\x00b.csv")).code == "IMPORT-01"
    assert refused(Path("x" * 5000 + ".csv")).code == "IMPORT-01"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(write: Write) -> None:
    path = write("people\n1\n")
    path.chmod(0)
    assert "no right" in str(refused(path))


@pytest.mark.skipif(os.name == "nt", reason="a file with holes takes all its space on Windows")
@pytest.mark.parametrize("name", ["visits.csv", "visits.jsonl", "visits.xlsx"])
def test_a_file_that_is_too_large_is_refused_before_it_is_read(name: str, write: Write) -> None:
    path = write("people\n1\n", name)
    os.truncate(path, limits.MOST_BYTES + 1)
    assert refused(path).code == "IMPORT-19"


# What is not what its name says.


@pytest.mark.parametrize("name", ["visits.txt", "visits", "visits.json", "visits.xls"])
def test_a_name_that_does_not_say_csv_or_json_lines_is_refused(name: str, write: Write) -> None:
    assert refused(write("people\n1\n", name)).code == "IMPORT-02"


@pytest.mark.parametrize("name", ["visits.csv", "visits.jsonl", "visits.CSV", "visits.xlsm"])
@pytest.mark.parametrize(
    "content, found",
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "a spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel"),
        (b"SQLite format 3\x00\x10\x00", "an SQLite database"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"%PDF-1.7", "a PDF"),
        (b"\n <!DOCTYPE html><html>", "a web page"),
        (b"<?xml version='1.0'?>", "XML"),
    ],
)
def test_a_file_of_another_program_is_refused_by_what_it_is(
    content: bytes, found: str, name: str, write: Write
) -> None:
    refusal = refused(write(content, name))
    assert refusal.code == "IMPORT-03" and found in str(refusal) and "save it as CSV" in refusal.advice


@pytest.mark.parametrize(
    "name, content, found",
    [
        ("visits.csv", '{"people": 1}\n', "looks like JSON"),
        ("visits.csv", '[{"people": 1}]\n', "looks like JSON"),
        ("visits.jsonl", "people,remark\n1,x\n", "CSV"),
        ("visits.jsonl", '[{"people": 1}, {"people": 2}]', "one JSON list"),
        ("visits.jsonl", '{\n  "people": 1\n}\n', "several lines"),
    ],
)
def test_json_under_the_name_of_csv_and_the_other_way_round_is_refused(
    name: str, content: str, found: str, write: Write
) -> None:
    refusal = refused(write(content, name))
    assert refusal.code == "IMPORT-03" and found in str(refusal)


# Encoding.


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wide_characters_are_refused_by_their_name(encoding: str, write: Write) -> None:
    assert f"{encoding.upper()} by its first bytes" in str(refused(write("people\n1\n".encode(encoding))))


def test_wide_characters_without_a_mark_are_refused(write: Write) -> None:
    refusal = refused(write("people\n1\n".encode("utf-16-le")))
    assert refusal.code == "IMPORT-05" and "UTF-16" in refusal.advice


def test_a_byte_of_another_encoding_is_named_with_its_line(write: Write) -> None:
    refusal = refused(write("people,remark\n1,good\n2,fiancé\n".encode("cp1252")))
    assert "line 3 holds the byte 0xE9" in str(refusal) and "UTF-8" in refusal.advice


@pytest.mark.parametrize("before", range(0, 4))
def test_a_bad_byte_far_into_the_file_is_named_with_its_line(before: int, write: Write) -> None:
    # 1 MiB is read at a time; "é" has two bytes, so that it falls across the border in one of these.
    lines = ["people,remark", "1," + "é" * (1 << 18), "2," + "x" * before + "é" * (1 << 18), "3,é"]
    good = "\n".join(lines).encode("utf-8")
    assert "line 5 holds the byte 0xFF" in str(refused(write(good + b"\n4,\xff\n")))
    assert "line 4 holds the byte 0xC3" in str(refused(write(good[:-1])))
    with opened(write(good)) as file:
        assert file.lines == 4


def test_a_nul_is_named_with_its_line(write: Write) -> None:
    assert "line 3: holds a NUL" in str(refused(write("people,remark\n1,a\n2,b\x00\n")))


@pytest.mark.parametrize("name", ["visits.csv", "visits.jsonl"])
@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n \r\n"])
def test_an_empty_file_is_refused(content: bytes, name: str, write: Write) -> None:
    assert refused(write(content, name)).code == "IMPORT-06"


def test_a_file_of_empty_quotation_marks_is_refused_as_empty(write: Write) -> None:
    assert refused(write('""\n""\n')).code == "IMPORT-06"


# CSV: the header.


@pytest.mark.parametrize("mark, name", [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
def test_another_separator_is_refused_by_its_name(mark: str, name: str, write: Write) -> None:
    for header in ("people{}remark", "people{}remark{}unheard_of", "one{}two"):
        refusal = refused(write(header.replace("{}", mark) + "\n1\n"))
        assert refusal.code == "IMPORT-08" and f"separated by {name}" in str(refusal)


def test_everything_that_is_wrong_in_a_header_is_said_at_once(write: Write) -> None:
    refusal = refused(write("people,peple,,remark,people,town,guests,_explanations.V9,weather\n1,2,3,4,5,6,7,8,9\n"))
    assert refusal.code == "IMPORT-07"
    assert refusal.details == (
        "column 2  'peple' is not a question of visits.visit. Did you mean people?",
        "column 3  has no name.",
        "column 5  'people' is already answered by column 1.",
        "column 6  'town' is asked once, in visits.house; leave it out here.",
        "column 7  'guests' holds rows, which no cell can. Name a column for each answer, such as 'guests[1].age'.",
        "column 8  '_explanations.V9' is not a question of visits.visit. Did you mean _explanations.V1?",
        "column 9  'weather' is not a question of visits.visit.",
    )


def test_a_first_line_that_is_no_header_is_not_repeated(write: Write) -> None:
    refusal = refused(write("Maria Marker,12\nJohn Marker,13\n"))
    assert "Is the first line a header?" in refusal.details[0] and "Marker" not in "".join(refusal.lines())


def test_a_header_with_a_thousand_unknown_columns_gives_a_short_refusal(write: Write) -> None:
    refusal = refused(write("people," + ",".join(f"c{n}" for n in range(1000)) + "\n"))
    assert len(refusal.details) == 31 and refusal.details[-1] == "... and 970 more."


def test_a_header_with_more_columns_than_any_form_has_names_is_refused_as_such(write: Write) -> None:
    assert len(refused(write("people," * limits.MOST_COLUMNS + "\n")).details) == 0
    assert refused(write("people," * limits.MOST_COLUMNS + "\n")).code == "IMPORT-18"
    assert refused(write("people," * (limits.MOST_COLUMNS - 1) + "\n")).code == "IMPORT-07"


def test_a_name_of_a_column_that_is_too_long_is_not_repeated(write: Write) -> None:
    refusal = refused(write(f"people,{'x' * 201}\n"))
    assert refusal.details == ("column 2  has a name of more than 200 characters.",)


def test_a_header_alone_is_no_rows(write: Write) -> None:
    assert rows_of(write("people,remark\n")) == []


# CSV: the rows.


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_may_end_in_three_ways_and_a_mark_may_stand_first(end: str, mark: str, write: Write) -> None:
    text = mark + end.join(["people,remark", '1,"two', 'lines, ""quoted"""', "", "2,  ", ""])
    first, second = rows_of(write(text))
    assert first.answers == {"people": 1, "remark": f'two{end}lines, "quoted"'}
    assert second.answers == {"people": 2}
    assert (first.place(), second.place()) == ("row 1 (line 2)", "row 2 (line 5)")


def test_cells_are_read_as_the_question_wants_them(write: Write) -> None:
    header = "_id,_parent,_session,_monitor,_explanations.V1,people,met,first_met\n"
    (row,) = rows_of(write(header + "A-1,H-1,2,MON-02,A wedding,60, lawyer ;doctor;,lawyer\n"))
    assert row.answers == {
        "_id": "A-1", "_parent": "H-1", "_session": 2, "_monitor": "MON-02", "_explanations": {"V1": "A wedding"},
        "people": 60, "met": ["lawyer", "doctor"], "first_met": "lawyer",
    }  # fmt: skip


def test_a_row_with_too_few_or_too_many_cells_is_named(write: Write) -> None:
    few, many, good = rows_of(write("people,remark\n1\n2,x,y\n3,z\n"))
    assert str(few.flaw) == "1 cell where the header has 2." and few.place() == "row 1 (line 2)"
    assert str(many.flaw) == "3 cells where the header has 2." and many.answers == {}
    assert good.flaw is None and good.number == 3


def test_a_quotation_mark_that_is_never_closed_is_named_with_its_line(write: Write) -> None:
    refusal = refused(write('people,remark\n1,a\n2,"b\n3,c\n4,d\n'))
    assert "begins in line 3: a quotation mark is opened and never closed" in str(refusal)


def test_text_after_a_closed_quotation_mark_is_refused(write: Write) -> None:
    assert "text follows a closed quotation mark" in str(refused(write('people,remark\n1,"a"b\n')))


def test_a_cell_that_is_too_long_is_refused(write: Write) -> None:
    assert "line 2: a cell is longer" in str(refused(write("people,remark\n1," + "x" * 200_000 + "\n")))


def test_a_row_without_an_end_is_refused_before_it_fills_the_memory(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.intake.csv_rows.MOST_CHARACTERS", 10_000)
    endless = 'people,remark\n1,a\n2,"b\n' + '","b\n' * 10_000
    refusal = refused(write(endless))
    assert refusal.code == "IMPORT-10" and "line 3 " in str(refusal)


# JSON Lines.


def test_json_lines_are_numbered_and_blank_lines_passed_over(write: Write) -> None:
    first, second = rows_of(write('\ufeff{"people": 1}\r\n\n  \n{"people": 2, "guests": [{"age": 3}]}', "visits.jsonl"))
    assert (first.place(), second.place()) == ("row 1 (line 1)", "row 2 (line 4)")
    assert second.answers == {"people": 2, "guests": [{"age": 3}]}


@pytest.mark.parametrize(
    "line, says",
    [
        ('{"people": 1, "people": 2}', "'people' is given twice."),
        ('{"guests": [{"age": 1, "age": 2}]}', "'age' is given twice."),
        ('{"a sentence, which is no name": 1, "a sentence, which is no name": 2}', "A key is given twice."),
        ('{"people": NaN}', "NaN is no number"),
        ('{"people": -Infinity}', "-Infinity is no number"),
        ('{"people": 1e400}', "A number beyond all bounds"),
        ('{"people": 1' + "0" * 5000 + "}", "A number of 5001 digits"),
        ('{"people": 0.' + "1" * 5000 + "}", "A number of 5002 digits"),
        ("{" + ", ".join(f'"k{n}": 1' for n in range(2001)) + "}", "An object has more than 2,000 keys."),
        ('{"guests": [' + "{}, " * 30_000 + "{}]}", "Holds more than 20,000 lists and objects."),
        ('{"people": 1', "Not JSON, from character 13 on: Expecting ',' delimiter."),
        ('{"people": 1} {"people": 2}', "Not JSON, from character 15 on: Extra data."),
        ('{"remark": "a\tb"}', "Not JSON, from character 14 on"),
        ('{"people": 01}', "Not JSON"),
        ("{'people': 1}", "Not JSON"),
        ('{"people":' * 15_000, "more than 6 deep"),
        ('{"people": ' + "[" * 15_000 + "]" * 15_000 + "}", "more than 6 deep"),
        ('{"people": ' + "[" * 100_000 + "]" * 100_000 + "}", "more than 20,000 lists and objects"),
        ('{"people": ' + "[" * 300 + "]" * 300 + "}", "more than 6 deep"),
    ],
)
def test_json_that_no_answer_can_be_is_named_by_its_row(line: str, says: str, write: Write) -> None:
    assert says in flaw_of(line, write)


@pytest.mark.parametrize("line", ["[1, 2]", "7", '"people"', "null", "true"])
def test_a_line_that_is_no_object_is_named_by_its_row(line: str, write: Write) -> None:
    good, bad = rows_of(write('{"people": 1}\n' + line + "\n", "visits.jsonl"))
    assert good.flaw is None and "Not a JSON object" in str(bad.flaw)


def test_a_line_that_is_too_long_is_passed_over_and_the_next_is_read(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_CHARACTERS", 100)
    monkeypatch.setattr("monitor.intake.json_rows.MOST_CHARACTERS", 100)
    long = json.dumps({"remark": "x" * 1234})
    first, second, third = rows_of(write(f'{{"people": 1}}\n{long}\n{{"people": 3}}\n', "visits.jsonl"))
    assert "Longer than 100 characters" in str(second.flaw)
    assert first.flaw is None and third.answers == {"people": 3} and third.place() == "row 3 (line 3)"


def test_flaws_never_repeat_what_the_row_says(write: Write) -> None:
    doubled = '{"remark": "Marker", "remark": "Marker"}'
    for line in ('{"remark": "Marker" "x"}', doubled, '["Marker"]', '{"Marker: name'):
        (_, row) = rows_of(write('{"people": 1}\n' + line, "visits.jsonl"))
        assert "Marker" not in str(row.flaw)


# Both.


@pytest.mark.parametrize("name", ["visits.csv", "visits.jsonl"])
def test_a_file_that_changes_while_it_is_read_is_refused(name: str, write: Write) -> None:
    lines = ["people,remark"] * (name == "visits.csv") + ['1,"x"' if name == "visits.csv" else '{"people": 1}'] * 5000
    path = write("\n".join(lines), name)
    columns = Columns(VISITS, Visit, ColumnMapping())
    with opened(path) as file, pytest.raises(Refusal, match="changed while it was read"):
        for row in csv_rows(file, columns) if file.kind == "csv" else json_rows(file, columns):
            if row.number == 10:
                with path.open("ab") as more:
                    more.write(b"\n" + lines[-1].encode())


@pytest.mark.parametrize("name", ["visits.csv", "visits.jsonl"])
def test_rows_are_read_one_by_one_and_not_kept(name: str, write: Write) -> None:
    def peak(rows: int) -> int:
        remark = "x" * 200
        line = f"7,lawyer;doctor,{remark}" if name.endswith("csv") else json.dumps({"people": 7, "remark": remark})
        head = "people,met,remark\n" if name.endswith("csv") else ""
        path = write(head + (line + "\n") * rows, name)
        columns = Columns(VISITS, Visit, ColumnMapping())
        tracemalloc.start()
        with opened(path) as file:
            assert sum(1 for _ in (csv_rows if file.kind == "csv" else json_rows)(file, columns)) == rows
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    few = max(peak(500), 3_500_000)  # a chunk of the first look at the file, and its text, need about 3 MB
    assert peak(40_000) < few + 200_000


answers_in_text = st.fixed_dictionaries(
    {
        "people": st.integers(0, 100),
        "met": st.lists(st.sampled_from(list(KINDS)), min_size=1, unique=True),
        "remark": st.text(
            st.characters(codec="utf-8", exclude_characters="\x00\r\n\u2028\x85", exclude_categories=["Cc", "Cs"]),
            min_size=1,
        ).map(str.strip).filter(bool),
    }
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(answers_in_text, max_size=5))
def test_csv_and_json_lines_give_the_same_answers(write: Write, given_rows: list[dict[str, Any]]) -> None:
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(["people", "met", "remark"])
    writer.writerows([row["people"], ";".join(row["met"]), row["remark"]] for row in given_rows)
    from_csv = rows_of(write(table.getvalue()))
    lines = "".join(json.dumps(row) + "\n" for row in given_rows)
    from_json = rows_of(write(lines, "visits.jsonl")) if given_rows else []
    assert [row.answers for row in from_csv] == given_rows == [row.answers for row in from_json]


pieces = st.sampled_from(
    [b"people", b"remark", b",", b";", b"\n", b"\r", b'"', b"{", b"}", b"[", b"]", b":", b'"people"', b"1", b"\xff",
     b"\x00", b"\xef\xbb\xbf", b"NaN", b"\\ud800", b"\\", b"1e999", b" ", b"\xc3\xa9", b"null"]
)  # fmt: skip
hostile = st.one_of(st.binary(max_size=200), st.lists(pieces, max_size=40).map(b"".join))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=hostile, name=st.sampled_from(["visits.csv", "visits.jsonl"]), whole=st.booleans())
def test_no_file_whatever_it_holds_ends_in_anything_but_rows_or_a_refusal(
    write: Write, content: bytes, name: str, whole: bool
) -> None:
    start = {"visits.csv": b"people,remark\n", "visits.jsonl": b'{"people": 1}\n'}[name]
    path = write(content if whole else start + content, name)
    try:
        rows_of(path)
    except Refusal as refusal:
        assert refusal.code.startswith("IMPORT-")


# One submission from a file of answers.


def test_answers_may_stand_on_several_lines_of_any_file(write: Write) -> None:
    assert read_answers(write('{\n "people": 1\n}\n', "visit.json")) == {"people": 1}
    assert read_answers(write('\ufeff{"people": 1}', "visit.answers")) == {"people": 1}


@pytest.mark.parametrize(
    "content, code, says",
    [
        ("", "IMPORT-06", "is empty"),
        ("[]", "IMPORT-16", "Not a JSON object"),
        ('{\n"people": 1,\n"people": 2}', "IMPORT-16", "'people' is given twice"),
        ('{\n"people": }', "IMPORT-16", "from line 2, character 11 on"),
        ("people,remark\n1,x", "IMPORT-16", "Not JSON"),
        ('{"people": "\x00"}', "IMPORT-05", "NUL"),
    ],
)
def test_a_file_without_answers_is_refused(content: str, code: str, says: str, write: Write) -> None:
    with pytest.raises(Refusal, match=says) as caught:
        read_answers(write(content, "visit.json"))
    assert caught.value.code == code
