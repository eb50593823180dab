"""A template comes back: filled in as CSV, as XLSX and by way of LibreOffice, each form gives the answers it got."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from monitor.cli.root import run
from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.intake import import_file, write_template
from monitor.intake.rejects import cell_of
from monitor.languages import localized
from monitor.plugins import load
from monitor.questions import Coded, Date, PartialDate, Question, Rows, Whole
from monitor.store import Store, create, list_submissions, show
from monitor.submissions.envelope import CONSENT, TRANSLATION
from monitor.testing import Example, accepted

CATALOGUE: Mapping[str, Instrument] = load().catalogue
FORMS = [form.full_code() for instrument in CATALOGUE.values() for form in instrument.forms]
TRIALS = CATALOGUE["trial_monitoring"]
HEARING = TRIALS.form("hearing")

Cells = Mapping[str, str]
Fill = Callable[[Path, Sequence[Cells]], None]


def cells_of(form: FormMeta, answers: Mapping[str, Any]) -> Cells:
    """A submission as somebody would type it into a table."""
    cells: dict[str, str] = {}
    for name, answer in answers.items():
        if isinstance(form.questions.get(name), Rows):
            for number, row in enumerate(answer, 1):
                cells |= {f"{name}[{number}].{inner}": cell_of(value) for inner, value in row.items()}
        elif name == "_explanations":
            cells |= {f"_explanations.{rule}": line for rule, line in answer.items()}
        else:
            cells[name] = cell_of(answer)
    return cells


def fill_csv(path: Path, rows: Sequence[Cells]) -> None:
    header = path.read_text("utf-8-sig").strip().split(",")
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header).writerows(rows)


def question_of(form: FormMeta, name: str) -> Question | None:
    """What a column answers, by its name."""
    rows, _, inner = name.rpartition("].")
    above = form.questions.get(rows.split("[")[0])
    return above.row_form.questions[inner] if isinstance(above, Rows) else form.questions.get(name)


def fill_xlsx(path: Path, rows: Sequence[Cells]) -> None:
    """Fill in a workbook as a spreadsheet program does: what is typed becomes what the column's format makes of it."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for number, cells in enumerate(rows, 2):
        for column, heading in enumerate(sheet[1], 1):
            text, shown_as = cells.get(heading.value), sheet.column_dimensions[heading.column_letter].number_format
            if text is not None:
                typed = {"0": int, "yyyy-mm-dd": date.fromisoformat, "@": str}[shown_as](text)
                sheet.cell(number, column, typed).number_format = shown_as
    book.save(path)


def through_libreoffice(path: Path) -> Path:
    """The same workbook, opened and saved again by LibreOffice."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed (on Debian: libreoffice-calc)")
    folder = path.parent / "saved_again"
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    words = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(path)]
    subprocess.run(words, check=True, capture_output=True, timeout=180)
    return folder / path.name


def template(form: FormMeta, path: Path, *, rows: int = 3, language: str | None = None) -> Path:
    write_template(localized(CATALOGUE[form.instrument], language), form, path, rows=rows)
    return path


def most_rows(examples: Sequence[Example]) -> int:
    lists = [answer for one in examples for answer in one.answers().values() if isinstance(answer, list)]
    return max((len(answer) for answer in lists if isinstance(answer[0], dict)), default=1)


def stored(store: Store) -> list[tuple[str, Any, Any, Any]]:
    """What was stored, without what differs from import to import."""
    found = [show(store, one.id, CATALOGUE) for one in list_submissions(store)]
    return sorted(
        (one.summary.form, str(one.readable(True)), str(dict(one.explanations)), one.summary.author) for one in found
    )


def imported(instrument: Instrument, folder: Path, table: Callable[[FormMeta, list[Example]], Path]) -> list[Any]:
    """What a store holds after an import of all examples of an instrument, form by form."""
    folder.mkdir()
    with create(folder / "store.db", programme="An invented programme", monitor="MON-01", plain=True) as store:
        for form in instrument.forms:
            examples = [example for example in accepted(instrument) if example.form is form]
            done = import_file(store, CATALOGUE, instrument, form, table(form, examples), actor="MON-01")
            assert done.lines() == [] and done.accepted == len(examples) > 0
        return stored(store)


def by_answers(instrument: Instrument, folder: Path) -> list[Any]:
    import json

    def lines(form: FormMeta, examples: list[Example]) -> Path:
        path = folder / f"{form.code}.jsonl"
        path.write_text("".join(json.dumps(one.answers()) + "\n" for one in examples), "utf-8")
        return path

    return imported(instrument, folder, lines)


@pytest.mark.parametrize("kind, fill", [("csv", fill_csv), ("xlsx", fill_xlsx)])
@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_example_filled_into_a_template_is_stored_as_if_it_had_come_as_json(
    code: str, kind: str, fill: Fill, tmp_path: Path
) -> None:
    def table(form: FormMeta, examples: list[Example]) -> Path:
        path = template(form, tmp_path / f"{form.code}.{kind}", rows=most_rows(examples))
        fill(path, [cells_of(form, one.answers()) for one in examples])
        return path

    assert imported(CATALOGUE[code], tmp_path / kind, table) == by_answers(CATALOGUE[code], tmp_path / "json")


@pytest.mark.slow
@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_a_template_that_libreoffice_saved_still_offers_its_lists_and_is_read_as_before(
    code: str, tmp_path: Path
) -> None:
    def table(form: FormMeta, examples: list[Example]) -> Path:
        path = template(form, tmp_path / f"{form.code}.xlsx", rows=most_rows(examples))
        fill_xlsx(path, [cells_of(form, one.answers()) for one in examples])
        again = through_libreoffice(path)
        assert offered(again) == offered(path) != {}
        assert limited(again) == limited(path)
        return again

    assert imported(CATALOGUE[code], tmp_path / "office", table) == by_answers(CATALOGUE[code], tmp_path / "json")


def columns_of(sheet: Worksheet) -> dict[str, str]:
    return {cell.column_letter: str(cell.value) for cell in sheet[1]}


def offered(path: Path) -> dict[str, tuple[str, ...]]:
    """The drop-down lists of a workbook, by the name of their column."""
    book = openpyxl.load_workbook(path)
    sheet, found = book.worksheets[0], {}
    for check in sheet.data_validations.dataValidation:
        if check.type == "list":
            title, _, place = check.formula1.replace("$", "").replace("'", "").rpartition("!")
            codes = tuple(str(row[0].value) for row in book[title][place])
            for part in check.sqref.ranges:
                found |= {columns_of(sheet)[sheet.cell(1, number).column_letter]: codes
                          for number in range(part.min_col, part.max_col + 1)}  # fmt: skip
    return found


def limited(path: Path) -> dict[str, str]:
    """The other limits of a workbook's columns."""
    sheet, found = openpyxl.load_workbook(path).worksheets[0], {}
    for check in sheet.data_validations.dataValidation:
        for part in check.sqref.ranges if check.type not in (None, "list") else ():
            for number in range(part.min_col, part.max_col + 1):
                found[str(sheet.cell(1, number).value)] = f"{check.type} {check.operator} {check.formula1}"
    return found


@pytest.mark.parametrize("code", FORMS)
def test_each_coded_question_offers_its_codes_and_no_other(code: str, tmp_path: Path) -> None:
    form = CATALOGUE[code.split(".")[0]].form(code.split(".")[1])
    path = template(form, tmp_path / "table.xlsx")
    names = [str(cell.value) for cell in openpyxl.load_workbook(path).worksheets[0][1]]
    questions = {name: question_of(form, name) for name in names}
    coded = {name: tuple(one.codes) for name, one in questions.items() if isinstance(one, Coded)}
    assert offered(path) == {**coded, "_consent": CONSENT, "_translation": TRANSLATION}
    dated = [name for name, one in questions.items() if isinstance(one, Date) and not isinstance(one, PartialDate)]
    whole = [name for name, one in questions.items() if isinstance(one, Whole)]
    limits = limited(path)
    assert [name for name in dated if not limits[name].startswith("date ")] == []
    assert [name for name in whole if not limits[name].startswith("whole ")] == []


def test_several_codes_in_one_cell_are_not_stopped_by_the_list_that_offers_them(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(template(HEARING, tmp_path / "hearing.xlsx")).worksheets[0]
    letters = {name: letter for letter, name in columns_of(sheet).items()}
    stops = {str(check.sqref).split("2:")[0]: check.showErrorMessage for check in sheet.data_validations.dataValidation}
    assert stops[letters["support_persons"]] is False and stops[letters["publicity"]] is True


def test_each_column_carries_its_question_in_the_language_that_was_asked_for(tmp_path: Path) -> None:
    path = template(HEARING, tmp_path / "hearing.xlsx", language="fr")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    notes = {str(cell.value): cell.comment.text for cell in sheet[1] if cell.comment is not None}
    words = localized(TRIALS, "fr")
    question = HEARING.questions["closure_reasoned"]
    assert words.wording(question) in notes["closure_reasoned"] != HEARING.questions["closure_reasoned"].wording
    assert f"partly = {words.label(question, 'partly')}: {words.partly(question)}" in notes["closure_reasoned"]
    assert words.asked_if(question) in notes["closure_reasoned"]
    assert len(notes) == sheet.max_column


def test_the_lists_are_out_of_sight_and_the_header_stays_in_it(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(template(HEARING, tmp_path / "hearing.xlsx"))
    assert [(sheet.title, sheet.sheet_state) for sheet in book] == [("hearing", "visible"), ("lists", "hidden")]
    assert book.worksheets[0].freeze_panes == "C2" and book.worksheets[0].max_row == 1


def test_what_looks_like_a_number_or_a_date_stays_as_it_was_typed(tmp_path: Path) -> None:
    path = template(TRIALS.form("case"), tmp_path / "case.xlsx")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    formats = {str(cell.value): sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]}
    keys = ("_id", "case_ref", "court_code", "first_report_date", "country", "_monitor")
    assert [name for name in keys if formats.get(name, "@") != "@"] == [] and formats["victims_total"] == "0"


def test_rows_have_columns_for_as_many_as_are_wanted(tmp_path: Path) -> None:
    header = template(HEARING, tmp_path / "hearing.csv", rows=2).read_text("utf-8-sig").strip().split(",")
    assert "victims[2].victim_ref" in header and "victims[3].victim_ref" not in header


def test_a_row_between_others_that_is_left_blank_is_not_passed_over(tmp_path: Path) -> None:
    case, hearing = (next(one for one in accepted(TRIALS) if one.name == name) for name in
                     ("case/01_several_victims", "hearing/03_two_victims_heard"))  # fmt: skip
    answers = hearing.answers()
    answers["victims"].insert(1, {})
    paths = template(case.form, tmp_path / "case.csv"), template(HEARING, tmp_path / "hearing.csv")
    fill_csv(paths[0], [cells_of(case.form, case.answers())])
    fill_csv(paths[1], [cells_of(HEARING, answers)])
    with create(tmp_path / "store.db", programme="An invented programme", monitor="MON-01", plain=True) as store:
        import_file(store, CATALOGUE, TRIALS, case.form, paths[0], actor="MON-01")
        done = import_file(store, CATALOGUE, TRIALS, HEARING, paths[1], actor="MON-01")
    assert done.stopped and any(problem.where == "victims[2].victim_ref" for problem in done.shown[0].problems)


@pytest.mark.parametrize(
    "name, says",
    [
        ("victims", "holds rows, which no cell can. Name a column for each answer, such as 'victims[1].victim_ref'."),
        ("victims[1].victim_rf", "Did you mean victims[1].victim_ref"),
        ("victims[0].victim_ref", "rows are counted from 1 to 200"),
        ("victims[201].victim_ref", "rows are counted from 1 to 200"),
        ("victims[01].victim_ref", "rows are counted from 1 to 200"),
        ("victim[1].victim_ref", "is not a question of trial_monitoring.hearing"),
    ],
)
def test_a_column_that_is_no_answer_of_a_row_is_named(name: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "hearing.csv"
    path.write_text(f"_parent,{name}\nMD-2024-001,V1\n", "utf-8")
    with (
        create(tmp_path / "store.db", programme="An invented programme", monitor="MON-01", plain=True) as store,
        pytest.raises(Refusal) as refused,
    ):
        import_file(store, CATALOGUE, TRIALS, HEARING, path, actor="MON-01")
    assert refused.value.code == "IMPORT-07" and says in refused.value.details[0]


def test_the_command_writes_a_template_once_and_says_what_to_do_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hearing.xlsx"
    command = ["submissions", "template", "trial_monitoring.hearing", str(path), "--language", "fr"]
    assert run(command) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{path}\n" and "monitor import trial_monitoring.hearing hearing.xlsx" in printed.err
    before = path.read_bytes()
    assert run(command) == 1 and "there is already such a file. [IMPORT-25]" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "name, rows, why",
    [("table.ods", 3, "neither in .csv nor"), ("table", 3, "neither in .csv"), ("no/table.csv", 3, "no such file"),
     ("t.csv", 200, "2,657 columns")],
)  # fmt: skip
def test_what_could_not_be_read_back_is_not_written(name: str, rows: int, why: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        template(HEARING, tmp_path / name, rows=rows)
    assert refused.value.code == "IMPORT-25" and why in str(refused.value)
    assert list(tmp_path.iterdir()) == []
