"""A workbook is read as the same table in CSV would be, and none can fill the memory, hang or break the import."""

from __future__ import annotations

import csv
import io
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell import WriteOnlyCell

from monitor import Choices, Codes, Date, Form, Instrument, Money, PartialDate, Text, Whole
from monitor.errors import Refusal
from monitor.intake import ColumnMapping, import_file, parts
from monitor.intake.columns import Columns
from monitor.intake.csv_rows import csv_rows
from monitor.intake.files import Row, opened
from monitor.intake.limits import MOST_COLUMNS, MOST_PARTS, MOST_SHEET_ROWS, MOST_SHEETS
from monitor.intake.xlsx_rows import xlsx_rows
from monitor.store import create, list_submissions
from tests.workbooks import (
    HEADER,
    MAIN,
    entry,
    packed,
    patched,
    replaced,
    sheet,
    with_part,
    workbook,
)
from tests.workbooks import parts as parts_of

KINDS = Codes(lawyer="Lawyer", doctor="Doctor", teacher="Teacher")


class Visit(Form):
    """A visit to a house."""

    people = Whole("How many people were there?", at_least=-100, at_most=10**14)
    remark = Text("Anything else?", optional=True)
    met = Choices("Who was met?", KINDS, optional=True)
    cost = Money("What did it cost?", optional=True)
    day = Date("On what day was it?", optional=True)
    built = PartialDate("When was the house built?", optional=True)


VISITS = Instrument(code="visits", version="1.0", title="Visits", forms=(Visit,))
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes a workbook of rows, with openpyxl, or of bytes."""

    def make(content: bytes | list[list[Any]], name: str = "visits.xlsx", **sheets: list[list[Any]]) -> Path:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
            return path
        book = openpyxl.Workbook()
        for number, (title, rows) in enumerate({"Sheet": content, **sheets}.items()):
            one = book.active if number == 0 else book.create_sheet(title)
            for row in rows:
                one.append(row)
        book.save(path)
        return path

    return make


def rows_of(path: Path, mapping: ColumnMapping | None = None) -> list[Row]:
    columns = Columns(VISITS, Visit, mapping or ColumnMapping())
    with opened(path) as file:
        return list((csv_rows if file.kind == "csv" else xlsx_rows)(file, columns))


def refused(path: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        rows_of(path)
    assert "Nothing was stored." in caught.value.advice
    return caught.value


def answers_of(path: Path) -> list[dict[str, object]]:
    found = rows_of(path)
    assert [row.flaws for row in found if row.flaws] == []
    return [row.answers for row in found]


# What is read.


def test_cells_are_read_as_the_question_wants_them_and_rows_are_numbered_as_the_sheet_shows_them(make: Make) -> None:
    path = make([
        ["people", "remark", "met", "cost", "day", "built"],
        [3, "two\nlines", "lawyer; doctor", "1250.50 EUR", date(2024, 2, 29), 1987],
        [],
        ["4", None, None, None, datetime(2024, 3, 1), "1987-06"],
    ])  # fmt: skip
    first, second = rows_of(path)
    assert first.answers == {
        "people": 3, "remark": "two\nlines", "met": ["lawyer", "doctor"],
        "cost": {"amount": "1250.50", "currency": "EUR"}, "day": "2024-02-29", "built": "1987",
    }  # fmt: skip
    assert second.answers == {"people": 4, "day": "2024-03-01", "built": "1987-06"}
    assert (first.place(), second.place(), second.number, second.line) == ("row 2", "row 4", 4, 4)


@pytest.mark.parametrize(
    "cell, text",
    [
        (7, "7"), (7.0, "7"), (-7, "-7"), (0.1 + 0.2, "0.3"), (1250.1, "1250.1"), (1e-4, "0.0001"),
        (123456789012345, "123456789012345"), ("007", "007"), ("1e5", "1e5"), (" x ", "x"),
        (datetime(2024, 2, 29, 13, 5), "2024-02-29T13:05:00"), (time(13, 5), "13:05:00"),
        (date(1900, 2, 28), "1900-02-28"), (date(9999, 12, 31), "9999-12-31"), ("ä ✓ 日本", "ä ✓ 日本"),
    ],
)  # fmt: skip
def test_a_cell_becomes_the_text_that_csv_would_hold(cell: object, text: str, make: Make) -> None:
    (answers,) = answers_of(make([["people", "remark"], [1, cell]]))
    assert answers == {"people": 1, "remark": text}


@pytest.mark.parametrize(
    "shown_as, built",
    [
        ("yyyy-mm-dd", "2019-03-01"), ("d.m.yy", "2019-03-01"), ("mmm-yy", "2019-03"), ("yyyy-mm", "2019-03"),
        ("yyyy", "2019"), ('[$-409]mmmm\\ yyyy;@"d"', "2019-03"), ('"day" yyyy', "2019"),
    ],
)  # fmt: skip
def test_a_date_is_read_no_finer_than_it_is_shown(shown_as: str, built: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    one = book.create_sheet()
    one.append(["people", "built"])
    cell = WriteOnlyCell(one, date(2019, 3, 1))
    cell.number_format = shown_as
    one.append([1, cell])
    book.save(tmp_path / "visits.xlsx")
    assert answers_of(tmp_path / "visits.xlsx") == [{"people": 1, "built": built}]


def test_dates_counted_from_1904_are_the_same_days(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["people", "day"])
    book.active.append([1, date(2024, 2, 29)])
    book.save(tmp_path / "visits.xlsx")
    assert answers_of(tmp_path / "visits.xlsx") == [{"people": 1, "day": "2024-02-29"}]


@pytest.mark.parametrize(
    "cell, code, says",
    [
        ('<c r="B2" t="b"><v>1</v></c>', "ROW-09", "Cell B2 holds TRUE or FALSE"),
        ('<c r="B2" t="e"><v>#REF!</v></c>', "ROW-10", "Cell B2 holds an error of the spreadsheet (#REF!)."),
        ('<c r="B2" t="e"><v>Marker</v></c>', "ROW-10", "Cell B2 holds an error of the spreadsheet."),
        ('<c r="B2"><f>A1+1</f></c>', "ROW-11", "Cell B2 holds a formula that was never calculated"),
        ('<c r="B2"><f>A1+1</f><v/></c>', "ROW-11", "Cell B2"),
        ('<c r="B2"><v>12345678901234567</v></c>', "ROW-12", "a number of more than 15 digits"),
        ('<c r="B2"><v>1e999</v></c>', "ROW-12", "Cell B2"),
        ('<c r="B2"><v>-1E+15</v></c>', "ROW-12", "Cell B2"),
        ('<c r="B2"/><c r="C2"><v>1</v></c>', "ROW-01", "3 cells where the header has 2."),
    ],
)  # fmt: skip
def test_a_cell_that_is_no_answer_is_named(cell: str, code: str, says: str, make: Make) -> None:
    row = f'<row r="2"><c r="A2"><v>1</v></c>{cell}</row><row r="3"><c r="A3"><v>2</v></c></row>'
    bad, good = rows_of(make(workbook(row)))
    assert bad.flaw is not None and (bad.flaw.code, bad.answers) == (code, {}) and says in str(bad.flaw)
    assert "Marker" not in str(bad.flaw) and good.answers == {"people": 2}


def test_every_bad_cell_of_a_row_is_named_at_once(make: Make) -> None:
    book = make([["people", "remark"], [True, timedelta(hours=30)]])
    (row,) = rows_of(book)
    assert [flaw.code for flaw in row.flaws] == ["ROW-09", "ROW-13"]


def test_formulas_count_by_what_was_calculated(make: Make) -> None:
    row = '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>""</f><v></v></c></row>'
    assert answers_of(make(workbook(row))) == [{"people": 2}]


def test_texts_in_every_way_that_programs_write_them(make: Make) -> None:
    strings = "<si><t>plain</t></si><si><r><t>two </t></r><r><rPr><b/></rPr><t>runs</t></r></si>"
    rows = "".join(
        f'<row><c><v>{number}</v></c>{cell}</row>'
        for number, cell in enumerate((
            '<c t="s"><v>0</v></c>', '<c t="s"><v>1</v></c>', '<c t="inlineStr"><is><t>inline_x000D_</t></is></c>',
            '<c t="str"><f>A1</f><v>calculated</v></c>',
        ))
    )  # fmt: skip
    found = [answers["remark"] for answers in answers_of(make(workbook(rows, strings=strings)))]
    assert found == ["plain", "two runs", "inline", "calculated"]


def test_what_excel_and_others_write_around_the_cells_does_no_harm(make: Make) -> None:
    rows = '\n <row r="2" ht="12.5">\n <c r="A2" s="0">\n <v>5</v>\n </c>\n <c r="B2" s="0"/>\n </row>\n <row r="9"/>\n'
    before = '<dimension ref="A1:XFD1048576"/><sheetViews><sheetView workbookViewId="0"/></sheetViews>'
    after = '<mergeCells><mergeCell ref="A9:B9"/></mergeCells><unheardOf x="1"><mergeCell ref="?"/></unheardOf>'
    assert answers_of(make(workbook(rows, before, after))) == [{"people": 5}]


def test_what_a_sheet_says_of_its_own_size_is_not_believed(make: Make) -> None:
    rows = "".join(f'<row r="{number}"><c r="A{number}"><v>{number}</v></c></row>' for number in range(2, 12))
    for size in ("A1:A2", "A1", "A1:XFD1048576"):
        assert len(rows_of(make(workbook(rows, f'<dimension ref="{size}"/>')))) == 10


def test_cells_behind_the_header_that_are_blank_do_not_count(make: Make) -> None:
    rows = '<row r="2"><c r="A2"><v>5</v></c><c r="H2"/><c r="J2" t="inlineStr"><is><t>  </t></is></c></row>'
    assert answers_of(make(workbook(rows))) == [{"people": 5}]


def test_the_header_is_checked_as_in_csv_with_the_letters_of_its_columns(make: Make) -> None:
    refusal = refused(make([["people", None, "peple", "people"], [1]]))
    assert refusal.code == "IMPORT-07"
    assert refusal.details == (
        "column B  has no name.",
        "column C  'peple' is not a question of visits.visit. Did you mean people?",
        "column D  'people' is already answered by column A.",
    )


def test_a_mapping_reads_a_workbook_too(make: Make) -> None:
    mapping = ColumnMapping(columns={"n": "people"}, dropped=frozenset({"x"}), missing={"*": frozenset({"-99"})})
    found = rows_of(make([["n", "x", "remark"], [4, True and "y", -99]]), mapping)
    assert [row.answers for row in found] == [{"people": 4}]


cells = st.fixed_dictionaries(
    {
        "people": st.integers(-100, 10**14),
        "remark": st.text(
            st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="_\ufffe\uffff"),
            max_size=30,
        ).map(str.strip).filter(lambda text: not text.startswith("=") and not text.startswith("#")),
        "day": st.dates(date(1900, 3, 1), date(9999, 12, 31)),
    }
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(cells, min_size=1, max_size=4))
def test_a_workbook_and_the_same_table_in_csv_give_the_same_answers(make: Make, table: list[dict[str, Any]]) -> None:
    names = ["people", "remark", "day"]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([names, *([row[name] for name in names] for row in table)])
    as_csv = make(out.getvalue().encode(), "visits.csv")
    as_book = make([names, *([row[name] for name in names] for row in table)])
    assert answers_of(as_book) == answers_of(as_csv)


# Which sheet.

ROWS = [["people"], [1]]
OTHER = [["people"], [2]]


def test_the_only_sheet_that_is_not_blank_is_read_wherever_it_stands(make: Make) -> None:
    assert answers_of(make([], Second=OTHER, Third=[])) == [{"people": 2}]


@pytest.mark.parametrize("name", ["data", "Data", "visit", "visits.visit"])
def test_of_several_sheets_the_one_with_a_telling_name_is_read(name: str, make: Make) -> None:
    assert answers_of(make(ROWS, **{"notes": [["x"]], name: OTHER})) == [{"people": 2}]


def test_several_sheets_without_a_telling_name_are_refused_with_their_names(make: Make) -> None:
    refusal = refused(make(ROWS, March=OTHER))
    assert refusal.code == "IMPORT-23" and "'Sheet', 'March'" in str(refusal)


def test_hidden_sheets_are_not_read(make: Make) -> None:
    lists = sheet('<row r="1"><c r="A1"><v>1</v></c></row>')
    mine = sheet(HEADER + '<row r="2"><c r="A2"><v>7</v></c></row>')
    assert answers_of(make(packed(parts_of(lists, mine, names=["lists", "mine"], hidden=["lists"])))) == [{"people": 7}]
    assert refused(make(packed(parts_of(lists, hidden=["Sheet1"])))).code == "IMPORT-06"


def test_a_blank_workbook_is_empty(make: Make) -> None:
    assert refused(make([])).code == "IMPORT-06"
    assert refused(make(b"")).code == "IMPORT-06"


# What is no XLSX.


@pytest.mark.parametrize(
    "content, code, says",
    [
        (b"people,remark\n1,x\n", "IMPORT-03", "a text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "IMPORT-03", "locked with a password"),
        (b"PK\x05\x06" + b"\x00" * 18, "IMPORT-03", "an empty ZIP file"),
        (packed({"a.txt": "x"}), "IMPORT-03", "a ZIP file that holds no workbook"),
        (packed({"mimetype": "x", "content.xml": "<x/>"}), "IMPORT-03", "OpenDocument"),
        (packed({"xl/workbook.bin": "x"}), "IMPORT-03", "XLSB"),
        (packed({"word/document.xml": "<x/>"}), "IMPORT-03", "a Word document"),
        (with_part("xl/vbaProject.bin", b"x"), "IMPORT-03", "macros"),
        (replaced("[Content_Types].xml", "openxmlformats-officedocument.spreadsheetml.sheet.main",
                  "ms-excel.sheet.macroEnabled.main"), "IMPORT-03", "macros"),
        (packed({"[Content_Types].xml": "<Types/>"}), "IMPORT-21", "do not fit together"),
    ],
)  # fmt: skip
def test_another_file_under_the_name_of_a_workbook_is_refused_by_what_it_is(
    content: bytes, code: str, says: str, make: Make
) -> None:
    refusal = refused(make(content))
    assert refusal.code == code and says in str(refusal)


@pytest.mark.parametrize("name", ["visits.csv", "visits.xlsm", "visits.ods", "visits"])
def test_a_workbook_under_another_name_is_told_its_right_one(name: str, make: Make) -> None:
    refusal = refused(make(workbook(""), name))
    assert refusal.code == "IMPORT-03" and ".xlsx" in refusal.advice


@pytest.mark.parametrize("missing", ["defusedxml", "openpyxl"])
def test_without_the_libraries_that_make_it_safe_no_workbook_is_read(
    missing: str, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(workbook(""))
    monkeypatch.setitem(sys.modules, missing, None)
    refusal = refused(path)
    assert refusal.code == "IMPORT-24" and missing in str(refusal) and "CSV" in refusal.advice


def test_a_library_that_does_not_use_defusedxml_is_not_trusted(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(workbook(""))
    monkeypatch.setattr(openpyxl, "DEFUSEDXML", False)
    assert refused(path).code == "IMPORT-24"


# Hostile.


def row(number: int, cells: str) -> str:
    return f'<row r="{number}">{cells}</row>'


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return with_part(
        "xl/sharedStrings.xml", f'<!DOCTYPE s [<!ENTITY a0 "ha">{entities}]><sst xmlns="{MAIN}">&a9;</sst>'
    )


def twisted(name: str, at: int, value: bytes) -> bytes:
    """A workbook in which the directory lies about one part."""
    content = workbook("")
    return patched(content, {entry(content, name) + at: value})


def overlapping() -> bytes:
    """Two parts that are one and the same piece of the file."""
    content = packed(parts_of(sheet(HEADER), sheet(HEADER)))
    first, second = (entry(content, f"xl/worksheets/sheet{number}.xml") for number in (1, 2))
    return patched(content, {second + 42: content[first + 42 : first + 46]})


def many_members(number: int) -> bytes:
    return packed([*parts_of(sheet(HEADER)).items(), *((f"xl/media/{n}.txt", "") for n in range(number))])


NOISE = "".join(f"<c><v>{n}</v></c>" for n in range(50))
HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "equal cells without end": (lambda: workbook("<row>" + "<c/>" * 3_000_000 + "</row>"), "IMPORT-20", "60 times"),
    "many cells in one row": (lambda: workbook(f"<row>{NOISE * 45}</row>"), "IMPORT-18", "columns"),
    "16,384 columns": (lambda: workbook(row(2, '<c r="XFD2"><v>1</v></c>')), "IMPORT-18", f"{MOST_COLUMNS:,} columns"),
    "a last row of 1,048,576": (lambda: workbook(row(1_048_576, "<c><v>1</v></c>")), "IMPORT-20", "rows"),
    "texts without end": (
        lambda: workbook("", strings="".join(f"<si><t>{n * 7919 % 999983:x}</t></si>" for n in range(450_000))),
        "IMPORT-20", "bytes of memory",
    ),
    "one long text": (lambda: workbook("", strings=f"<si><t>{'x' * 200_000}</t></si>"), "IMPORT-20", "131,072"),
    "one long cell": (lambda: workbook(row(2, f'<c t="str"><v>{"x" * 200_000}</v></c>')), "IMPORT-20", "131,072"),
    "a text of many runs": (lambda: workbook("", strings=f"<si>{'<r><t/></r>' * 9_000}</si>"), "IMPORT-20", "parts"),
    "a cell of many marks": (lambda: workbook(row(2, f"<c>{'<x/>' * 20_000}</c>")), "IMPORT-20", "parts"),
    "many laughs": (laughs, "IMPORT-21", "document type"),
    "an entity from outside": (
        lambda: with_part(
            "xl/worksheets/sheet1.xml", f'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>{sheet("&x;")}'
        ),
        "IMPORT-21", "document type",
    ),
    "elements in one another": (
        lambda: workbook(row(2, "<c>" + "<is>" * 40 + "</is>" * 40 + "</c>")), "IMPORT-20", "24 deep",
    ),
    "formats without end": (
        lambda: with_part("xl/styles.xml", f'<styleSheet xmlns="{MAIN}">{"<xf/>" * 101_000}</styleSheet>'),
        "IMPORT-20", "formats",
    ),
    "a large part that is no sheet": (
        lambda: with_part("xl/theme/theme1.xml", b"<x>" + bytes(range(32, 60)) * 300_000), "IMPORT-20", "times",
    ),
    "a large part that packs badly": (
        lambda: with_part("docProps/x.bin", b"".join(struct.pack("<L", n * 40503 % 2**32) for n in range(2_100_000))),
        "IMPORT-20", "8,000,000 bytes",
    ),
    "a mark without end": (
        lambda: workbook("", before="<!--" + "".join(f"{n:x}" for n in range(300_000)) + "-->"), "IMPORT-20", "mark",
    ),
    "a name that leads out": (lambda: with_part("xl/../../../etc/x.xml", "<x/>"), "IMPORT-21", "out of a folder"),
    "a name from the root": (lambda: with_part("/etc/x.xml", "<x/>"), "IMPORT-21", "out of a folder"),
    "a name of Windows": (lambda: with_part("C:\\x.xml", "<x/>"), "IMPORT-21", "out of a folder"),
    "a name twice": (
        lambda: packed([*parts_of(sheet(HEADER)).items(), ("xl/Workbook.xml", "<x/>")]), "IMPORT-21", "one name",
    ),
    "70,000 members": (lambda: many_members(70_000), "IMPORT-20", "directory"),
    "2,001 members": (lambda: many_members(MOST_PARTS), "IMPORT-20", "parts"),
    "cut off": (lambda: workbook("")[:-300], "IMPORT-21", "end is missing"),
    "cut off in the middle": (lambda: workbook("")[:600], "IMPORT-21", "end is missing"),
    "another sum": (lambda: twisted("xl/worksheets/sheet1.xml", 16, b"abcd"), "IMPORT-21", "unpacked"),
    "a smaller size than true": (
        lambda: twisted("xl/worksheets/sheet1.xml", 24, struct.pack("<L", 20)), "IMPORT-21", "",
    ),
    "a larger size than true": (
        lambda: twisted("xl/worksheets/sheet1.xml", 24, struct.pack("<L", 900_000)), "IMPORT-21", "",
    ),
    "the largest size of all": (
        lambda: twisted("xl/worksheets/sheet1.xml", 24, struct.pack("<L", 2**32 - 2)), "IMPORT-20", "times",
    ),
    "parts over one another": (overlapping, "IMPORT-21", "over one another"),
    "a locked part": (lambda: twisted("xl/worksheets/sheet1.xml", 8, b"\x01"), "IMPORT-21", "password"),
    "a strange packing": (lambda: twisted("xl/worksheets/sheet1.xml", 10, b"\x0e"), "IMPORT-21", "packed"),
    "rows out of order": (lambda: workbook(row(5, "") + row(4, "<c><v>1</v></c>")), "IMPORT-21", "not in order"),
    "a row in a row": (lambda: workbook("<row><c><row/></c></row>"), "IMPORT-21", "another row"),
    "a row outside the table": (lambda: workbook("", after=row(5, "<c><v>1</v></c>")), "IMPORT-21", "outside"),
    "cells out of order": (
        lambda: workbook(row(2, '<c r="B2"><v>1</v></c><c r="A2"><v>2</v></c>')), "IMPORT-21", "row 2 are not in order",
    ),
    "a cell of another row": (lambda: workbook(row(2, '<c r="A3"><v>1</v></c>')), "IMPORT-21", "not in order"),
    "a cell with two values": (lambda: workbook(row(2, "<c><v>1</v><v>2</v></c>")), "IMPORT-21", "two values"),
    "a number of 10,000 digits": (lambda: workbook(row(2, f"<c><v>{'9' * 10_000}</v></c>")), "IMPORT-21", "cell A2"),
    "a number with an underscore": (lambda: workbook(row(2, "<c><v>1_0</v></c>")), "IMPORT-21", "cell A2"),
    "a text that is not there": (lambda: workbook(row(2, '<c t="s"><v>7</v></c>')), "IMPORT-21", "row 2"),
    "a text before the first": (lambda: workbook(row(2, '<c t="s"><v>-1</v></c>')), "IMPORT-21", "cell A2"),
    "a format that is not there": (lambda: workbook(row(2, '<c s="x"><v>1</v></c>')), "IMPORT-21", "row 2"),
    "a kind of cell that is not there": (lambda: workbook(row(2, '<c t="x"><v>1</v></c>')), "IMPORT-21", "cell A2"),
    "broken XML": (lambda: workbook("<row><c></row>"), "IMPORT-21", "well-formed"),
    "one sheet under many names": (
        lambda: replaced("xl/workbook.xml", "</sheets>", '<sheet name="b" sheetId="2" r:id="rId1"/></sheets>'),
        "IMPORT-21", "one place",
    ),
    "one sheet behind two relations": (
        lambda: replaced(
            "xl/_rels/workbook.xml.rels", "</Relationships>",
            '<Relationship Id="z" Type="/worksheet" Target="/xl/worksheets/Sheet1.xml"/></Relationships>',
        ),
        "IMPORT-21", "one place",
    ),
    "too many sheets": (
        lambda: packed(parts_of(*[sheet("")] * (MOST_SHEETS + 1))), "IMPORT-20", f"more than {MOST_SHEETS} sheets",
    ),
    "a sheet as the workbook": (
        lambda: replaced("[Content_Types].xml", "worksheet+xml", "sheet.main+xml"), "IMPORT-21", "declared",
    ),
    "a sheet as a chart": (
        lambda: replaced("xl/_rels/workbook.xml.rels", "/worksheet", "/chartsheet"), "IMPORT-21", "chart",
    ),
    "a sheet in another place": (
        lambda: packed({
            name.replace("worksheets/sheet1", "tables/one"): text.replace("worksheets/sheet1", "tables/one")
            for name, text in parts_of(sheet(HEADER)).items()
        }),
        "IMPORT-21", "where no sheet does",
    ),
    "the strict format": (
        lambda: replaced("xl/workbook.xml", MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"),
        "IMPORT-21", "Strict",
    ),
    "formulas that nobody calculated": (
        lambda: workbook("".join(f"<row>{'<c><f>A1</f></c>' * 101}</row>" for _ in range(100))), "IMPORT-22", "10,000",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused(name: str, make: Make) -> None:
    build, code, says = HOSTILE[name]
    refusal = refused(make(build()))
    assert (refusal.code, says in refusal.sentence) == (code, True), refusal.sentence


def test_as_many_blank_rows_as_a_sheet_may_have_are_passed_over(make: Make) -> None:
    rows = "".join(f'<row r="{number}"/>' for number in range(2, MOST_SHEET_ROWS))
    found = rows_of(make(workbook(rows + row(MOST_SHEET_ROWS, f'<c r="A{MOST_SHEET_ROWS}"><v>5</v></c>'))))
    assert [(one.number, one.answers) for one in found] == [(MOST_SHEET_ROWS, {"people": 5})]


def test_a_workbook_that_is_too_large_is_refused_before_it_is_opened(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(workbook(""))
    monkeypatch.setattr("monitor.intake.archive.MOST_PACKED", 1_000)
    assert refused(path).code == "IMPORT-19"
    monkeypatch.undo()
    monkeypatch.setattr("monitor.intake.archive.MOST_UNPACKED", 1_000)
    assert "unpacks to more than 1,000 bytes" in str(refused(path))
    monkeypatch.undo()
    monkeypatch.setattr("monitor.intake.archive.LONGEST_DIRECTORY", 100)
    assert refused(path).code == "IMPORT-20"
    monkeypatch.undo()
    monkeypatch.setattr(parts, "MOST_CELLS", 1)
    assert "more than 1 cells" in str(refused(path))


def test_a_small_file_cannot_hold_more_cells_than_its_bytes_can_say(make: Make) -> None:
    varied = "".join(f"<row>{'<c/>' * (n % 1900)}</row>" for n in range(1, 1900))
    assert "cells" in str(refused(make(workbook(varied + "<!--" + "".join(f"{n:x}" for n in range(60_000)) + "-->"))))


def test_a_workbook_that_changes_while_it_is_read_is_refused(make: Make) -> None:
    path = make([["people"], *([n] for n in range(50))])
    columns = Columns(VISITS, Visit, ColumnMapping())
    with opened(path) as file, pytest.raises(Refusal) as caught:
        for one in xlsx_rows(file, columns):
            if one.number == 10:
                with path.open("ab") as more:
                    more.write(b"x")
    assert caught.value.code == "IMPORT-11"


def test_no_refusal_of_a_workbook_repeats_what_a_cell_says(make: Make) -> None:
    of_kinds = [f"<c {kind}><v>Marker</v></c>" for kind in ("", 't="s"', 't="b"', 't="d"')]
    for cell in (*of_kinds, '<c r="Marker2"><v>1</v></c>', '<c t="Marker"><v>1</v></c>'):
        assert "Marker" not in "\n".join(refused(make(workbook(row(2, cell)))).lines())


PIECES = """<row r="3">|<row>|</row>|<c r="A3">|<c t="s">|<c t="d">|<c s="9">|<c>|</c>|<v>|</v>|1|-1|1e400|2024-13-45
|<f>A1</f>|<is><t>x</t></is>|</sheetData>|<sheetData>|&lt;|<x/>| """
pieces = st.sampled_from(PIECES.split("|"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pieces, max_size=25).map("".join))
def test_no_sheet_whatever_it_holds_ends_in_anything_but_rows_or_a_refusal(make: Make, marks: str) -> None:
    try:
        rows_of(make(workbook(marks)))
    except Refusal as refusal:
        assert refusal.code.startswith("IMPORT-")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_damaged_workbook_ends_in_anything_but_rows_or_a_refusal(make: Make, data: st.DataObject) -> None:
    sound = workbook(row(2, '<c t="s"><v>0</v></c><c><v>1.5</v></c>'), strings="<si><t>x</t></si>")
    content = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        rows_of(make(bytes(content[: data.draw(st.sampled_from([len(content), len(content) // 2]))])))
    except Refusal as refusal:
        assert refusal.code.startswith("IMPORT-")


# What it costs: measured in a process of its own.

MEASURE = """
import json, resource, sys, time
from pathlib import Path
from tests.test_intake_xlsx import rows_of
from monitor.errors import Refusal
began = time.process_time()
try:
    said = len(rows_of(Path(sys.argv[1])))
except Refusal as refusal:
    said = refusal.code
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024 if sys.platform == "darwin" else 1024)
status = Path("/proc/self/status")
if status.exists():  # Linux counts in ru_maxrss what the process was forked from
    peak = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) // 1024
print(json.dumps([said, time.process_time() - began, peak]))
"""


def heaviest_sheet() -> bytes:
    """As much as is let through: rows with formats, and texts up to the limit."""
    texts = "".join(f"<si><t>text {n:08}</t></si>" for n in range(370_000))
    rows = (
        f'<row r="{n}" ht="12.75" customHeight="1" hidden="0" outlineLevel="0"><c r="A{n}"><v>{n}</v></c></row>'
        for n in range(2, MOST_SHEET_ROWS)
    )
    return workbook("".join(rows), strings=texts)


HEAVY: dict[str, tuple[Callable[[], bytes], str | int]] = {
    **{name: HOSTILE[name][:2] for name in (
        "equal cells without end", "texts without end", "many laughs", "70,000 members", "formats without end",
        "a mark without end", "a large part that is no sheet", "a last row of 1,048,576",
    )},
    "all that is let through": (heaviest_sheet, MOST_SHEET_ROWS - 2),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource module to measure with")
@pytest.mark.parametrize("name", HEAVY)
def test_no_workbook_takes_more_than_ten_seconds_or_256_megabytes(name: str, make: Make) -> None:
    build, said = HEAVY[name]
    root = Path(__file__).parents[1]
    words = [sys.executable, "-c", MEASURE, str(make(build()))]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found, seconds, megabytes = json.loads(done.stdout)
    limit = 30 if name == "all that is let through" else 10  # it is large, and no attack: its rows are read
    print(name, found, round(seconds, 1), "s", megabytes, "MB")
    assert (found, seconds < limit, megabytes < 256) == (said, True, True), (seconds, megabytes)


# Through the store.


def test_a_workbook_is_imported_and_known_again(make: Make, tmp_path: Path) -> None:
    path = make([["_id", "people", "cost"], ["A", 1, None], ["B", -2, "5.50 EUR"], ["C", "x", None]])
    rejects, catalogue = tmp_path / "bad.jsonl", {"visits": VISITS}
    with create(tmp_path / "store.db", "A programme", "MON-01", plain=True) as store:
        ready = import_file(
            store, catalogue, VISITS, Visit, path, actor="MON-01", on_error="skip", rejects=rejects
        )  # fmt: skip
        assert (ready.accepted, ready.refused, ready.already) == (2, 1, 0)
        assert ready.shown[0].row.place() == "row 4" and json.loads(rejects.read_text())["row"] == 4
        again = import_file(store, catalogue, VISITS, Visit, path, actor="MON-01", dry_run=True)
        assert (again.accepted, again.refused, again.already) == (0, 1, 2)
        assert len(list_submissions(store)) == 2


def test_real_workbooks_of_other_programs_are_read_without_a_traceback() -> None:
    path = Path(__file__).parents[2] / "shared" / "data" / "ctdc" / "data_dictionary_2017.xlsx"
    if not path.exists():
        pytest.skip("the real data are not beside this checkout")
    assert zipfile.is_zipfile(path)
    assert refused(path).code in ("IMPORT-07", "IMPORT-23")
