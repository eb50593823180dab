"""A form on paper asks what the program asks, sends nobody to a wrong question, and prints on A4."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from html import unescape
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from monitor.cli.root import run
from monitor.conditions import JSON
from monitor.contract import as_contract, frozen_text
from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.interview import walk
from monitor.languages import catalogue_path, localized
from monitor.languages.tags import direction
from monitor.paper import PaperQuestion, on_paper, on_paper_frozen, paper_html
from monitor.paper.skips import Asked, skipped_to
from monitor.plugins import load
from monitor.questions import Coded, Country, Rows
from tests.random_answers import accepted_answers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CATALOGUE: Mapping[str, Instrument] = load().catalogue
FORMS = [form for instrument in CATALOGUE.values() for form in instrument.forms]
TRIALS = CATALOGUE["trial_monitoring"]
LANGUAGES = ("en", "fr", "ru")

by_form = pytest.mark.parametrize("form", FORMS, ids=FormMeta.full_code)
by_instrument = pytest.mark.parametrize("code", sorted(CATALOGUE))


@cache
def html(code: str, language: str = "en") -> str:
    return paper_html(on_paper(CATALOGUE[code], language=language))


def text_of(page: str) -> str:
    """What somebody reads on it."""
    body = page[page.index("<body>") :]
    return plain(unescape(re.sub(r"<[^>]+>", " ", body)))


def plain(text: str) -> str:
    """The same with one blank between the words."""
    return " ".join(text.split())


def asked(form: str, language: str = "en") -> dict[str, PaperQuestion]:
    """The questions of a form on paper, by their numbers."""
    (found,) = on_paper(TRIALS, form, language).forms
    return {one.number: one for question in found.questions for one in (question, *question.rows)}


# Everything is asked


@by_instrument
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_and_every_answer_stands_on_the_paper(code: str, language: str) -> None:
    words, text = localized(CATALOGUE[code], language), text_of(html(code, language))
    for form in CATALOGUE[code].all_forms():
        for question in form.questions.values():
            assert plain(words.wording(question)) in text and plain(words.hint(question)) in text
            if isinstance(question, Coded) and not isinstance(question, Country) and question.publish != "sealed":
                assert [code for code in question.codes if plain(words.label(question, code)) not in text] == []
                assert plain(words.partly(question)) in text


@by_form
def test_a_question_has_the_number_of_its_place(form: FormMeta) -> None:
    (paper,) = on_paper(CATALOGUE[form.instrument], form.code).forms
    for number, (question, here) in enumerate(zip(form.questions.values(), paper.questions, strict=True), 1):
        assert here.number == str(number) and here.wording == question.wording
        if isinstance(question, Rows):
            inside = question.row_form.questions
            assert [one.number for one in here.rows] == [f"{number}.{place + 1}" for place in range(len(inside))]


def test_answers_have_the_numbers_by_which_they_are_entered() -> None:
    publicity = asked("hearing")["8"]
    assert [(one.mark, one.label) for one in publicity.answers][:2] == [("1", "Open"), ("2", "Closed in part")]
    codes = TRIALS.form("hearing").questions["publicity"]
    assert isinstance(codes, Coded) and len(publicity.answers) == len(codes.codes)


def test_what_partly_means_and_what_stands_alone_is_said_beside_the_answer() -> None:
    questions = asked("hearing")
    assert {one.label: one.note for one in questions["9"].answers}["Partly met"] == "ground named without reasons"
    assert questions["13"].answers[0].note == "and nothing else"


@pytest.mark.parametrize(
    "form, number, kind, boxes",
    [("hearing", "1", "date", 6), ("hearing", "6", "number", 6), ("hearing", "37", "money", 6),
     ("hearing", "41", "narrative", 6), ("hearing", "29", "rows", 6), ("case", "3", "country", 6),
     ("case", "9", "partial_date", 6), ("case", "1", "reference", 6)],
)  # fmt: skip
def test_there_is_room_for_each_kind_of_answer(form: str, number: str, kind: str, boxes: int) -> None:
    question = asked(form)[number]
    assert (question.kind, question.boxes) == (kind, boxes), question.wording


def test_bounds_and_extra_states_are_said() -> None:
    (victim,) = on_paper(CATALOGUE["case_data"]).forms
    year, citizenship = (next(one for one in victim.questions if one.kind == kind) for kind in ("number", "country"))
    assert (year.boxes, year.remark) == (4, "at least 1990 and at most 2100")
    assert [(one.mark, bool(one.label)) for one in citizenship.answers] == [("ZZ", True)]


def test_what_identifies_somebody_is_left_off_the_paper() -> None:
    assert {one.kind for one in asked("case").values() if "court's own number" in one.wording} == {"sealed"}
    assert "Do not write it on paper: it identifies somebody." in text_of(html("trial_monitoring"))


@pytest.mark.parametrize("language, says", [("en", "Never write the name of a person here"),
                                            ("fr", "N'écrivez jamais ici le nom d'une personne")])  # fmt: skip
def test_each_form_begins_with_a_warning_against_names(language: str, says: str) -> None:
    page = html("trial_monitoring", language)
    assert text_of(page).count(says) == page.count('<table class="form">') == len(TRIALS.forms)


def test_rows_are_printed_as_often_as_is_wanted() -> None:
    for rows in (1, 4):
        text = text_of(paper_html(on_paper(TRIALS, "hearing"), rows=rows))
        assert text.count("Which victim of the case is this?") == rows


# Skips


def test_a_skip_names_questions_by_number_and_answers_by_number_and_label() -> None:
    says = asked("hearing")["9"].only_if
    assert says == "Only if question 8 is 2 (Closed in part) or 3 (Closed throughout). Otherwise go to question 10."
    french = asked("hearing", "fr")["9"].only_if
    assert french.startswith("Seulement si la question 8 vaut 2 (")
    assert french.endswith("Sinon, passez à la question 10.")


def test_a_question_of_another_form_is_named_with_its_wording() -> None:
    says = asked("hearing")["12"].only_if
    total = TRIALS.form("case").questions["victims_total"].wording
    assert f"question 13 of the form 'A trafficking case before a court' ({total}) is more than 0" in says


def test_inside_a_row_the_skip_stays_in_the_row() -> None:
    says = {number: one.only_if for number, one in asked("hearing").items() if number.startswith("29.")}
    assert says["29.5"].startswith("Only if question 29.4 is not") and says["29.5"].endswith("to question 29.7.")
    assert says["29.13"].endswith("Otherwise the row ends here.")


def test_where_nothing_follows_the_form_ends() -> None:
    assert skipped_to([("a", None), ("b", {"question": "a", "in": ["x"]})], 1) is None


@by_form
def test_who_follows_the_paper_answers_what_the_program_asks_and_nothing_else(form: FormMeta) -> None:
    forms = {one["code"]: one for one in as_contract(CATALOGUE[form.instrument])["monitor"]["forms"]}
    conditions = [(question["name"], question.get("asked_if")) for question in forms[form.code]["questions"]]
    for seed in range(60):
        luck = Random(seed)
        outer = None
        if form.parent is not None:
            outer = walk(form.parent, accepted_answers(form.parent, luck)).answers
        steps = walk(form, accepted_answers(form, luck, outer), outer).steps
        are_asked = [step.asked for step in steps if "[" not in step.where]
        place: int | None = 0
        met = []
        while place is not None and place < len(conditions):
            if are_asked[place]:
                met.append(place)
                place += 1
            else:
                place = skipped_to(conditions, place)
        assert met == [number for number, is_asked in enumerate(are_asked) if is_asked], seed


@pytest.mark.parametrize(
    "condition, says",
    [
        ({"question": "a", "in": ["x", "y"]}, "question 1 is X or Y"),
        ({"question": "a", "not_in": ["x"]}, "question 1 is not X"),
        ({"question": "a", "not_in": ["x", "y"]}, "question 1 is neither X nor Y"),
        ({"question": "a", "includes_other_than": ["x"]}, "question 1 includes something other than X"),
        ({"question": "a", "within": "b"}, "all of question 1 is also in question 2"),
        ({"question": "a", "mentions": "b"}, "question 1 repeats question 2"),
        ({"question": "a", "matches": "[0-9]"}, "the program asks for it"),
        ({"left": "b", "op": ">=", "right": "18"}, "question 2 is at least 18"),
        ({"left": "the number of b", "op": "<", "right": "a"}, "the number of question 2 is less than question 1"),
        ({"left": "months from d to today", "op": ">", "right": "6"}, "months from question 3 to today is more than 6"),
        ({"left": "d", "op": "<", "right": "2024-05"}, "question 3 is before 2024-05"),
        ({"answered": "b"}, "question 2 is answered"),
        ({"not": {"answered": "b"}}, "question 2 is not answered"),
        ({"not": {"answered": "the total of a over b"}}, "the total of question 1 over question 2 is not answered"),
        ({"not": {"question": "a", "in": ["x"]}}, "not (question 1 is X)"),
        ({"any": [{"answered": "a"}, {"all": [{"answered": "b"}, {"answered": "d"}]}]},
         "question 1 is answered, or (question 2 is answered, and question 3 is answered)"),
        ({"any_row": "b", "where": {"answered": "a"}}, "for one of question 2: question 1 is answered"),
        ({"at_least": 1, "of": [{"answered": "a"}, {"answered": "b"}]},
         "at least 1 of these: question 1 is answered; question 2 is answered"),
        ({"any_other": None, "same": ["a"]}, "the program asks for it"),
    ],
)  # fmt: skip
def test_each_kind_of_condition_is_said_in_words(condition: JSON, says: str) -> None:
    numbers = {"a": "question 1", "b": "question 2", "d": "question 3"}
    assert Asked(numbers.get, lambda _, code: code.upper(), lambda name: name == "d").words(condition) == says


@pytest.mark.parametrize(
    "second, goes_to",
    [
        ({"question": "b", "in": ["x"]}, 3),  # leans on what is left out
        ({"all": [{"question": "a", "in": ["x"]}, {"answered": "z"}]}, 3),  # needs the same, and more
        ({"any": [{"answered": "b"}, {"answered": "b"}]}, 3),
        ({"any": [{"answered": "b"}, {"answered": "a"}]}, 2),
        ({"not": {"answered": "b"}}, 2),
        ({"question": "a", "in": ["x", "y"]}, 2),
        ({"left": "the number of b", "op": "=", "right": "0"}, 2),
        (None, 2),
    ],
)
def test_only_what_cannot_be_asked_is_passed_over(second: JSON | None, goes_to: int) -> None:
    conditions = [("a", None), ("b", {"question": "a", "in": ["x"]}), ("c", second), ("d", None)]
    assert skipped_to(conditions, 1) == goes_to


# Versions


def frozen(folder: Path, **changed: Any) -> Path:
    """The contract of the trials, frozen as version 0.9 with another wording of the first question."""
    contract = json.loads(frozen_text(as_contract(TRIALS)))
    contract["monitor"]["version"] = "0.9"
    case = contract["monitor"]["forms"][0]
    case["questions"][0]["wording"] = "What did we call this case <then>?"
    contract |= changed
    (folder / "trial_monitoring").mkdir()
    (folder / "trial_monitoring" / "0.9.json").write_text(json.dumps(contract), "utf-8")
    return folder


def test_an_older_version_is_printed_from_its_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schemas = frozen(tmp_path)
    command = ["instruments", "paper", "trial_monitoring.case", "--version", "0.9", "--schemas", str(schemas)]
    assert run([*command, "--language", "fr"]) == 0
    page = capsys.readouterr().out
    assert "(trial_monitoring.case 0.9)" in page and "What did we call this case &lt;then&gt;?" in page
    court = TRIALS.form("case").questions["court_level"]
    assert plain(localized(TRIALS, "fr").wording(court)) in text_of(page)  # it was not reworded since


@by_instrument
def test_the_contract_alone_gives_the_same_paper_but_for_examples(code: str, tmp_path: Path) -> None:
    instrument = CATALOGUE[code]
    (tmp_path / code).mkdir()
    path = tmp_path / code / f"{instrument.version}.json"
    path.write_text(frozen_text(as_contract(instrument)), "utf-8")
    alone = paper_html(on_paper_frozen(code, instrument.version, tmp_path))
    current = re.sub(r'<p class="remark">\(a reference such as .*?\)</p>', "", html(code))
    labels = {one.also[code] for one in instrument.questions() if isinstance(one, Country) for code in one.also}
    for label in labels:
        current = current.replace(f'<span dir="auto">{label}</span>', '<span dir="auto"></span>')
    assert alone == current


@pytest.mark.parametrize("changed", [{"$defs": {}}, {"monitor": {"version": "0.9"}}, {"title": None, "$defs": []}])
def test_what_is_no_contract_is_refused(changed: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        on_paper_frozen("trial_monitoring", "0.9", frozen(tmp_path, **changed))
    assert refused.value.code == "CONTRACT-05"


@pytest.mark.parametrize("words, code", [(["trial_monitoring.verdict"], "ANSWERS-01"), (["nothing"], "PLUGIN-"),
                                         (["trial_monitoring.victim_at_hearing"], "ANSWERS-01"),
                                         (["trial_monitoring", "--version", "0.1"], "CONTRACT-02")])  # fmt: skip
def test_what_is_not_there_is_refused(
    words: list[str], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["instruments", "paper", *words, "--schemas", str(tmp_path)]) == 1
    assert f"[{code}" in capsys.readouterr().err


def test_a_file_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "hearing.html"
    command = ["instruments", "paper", "trial_monitoring.hearing", "--out", str(path)]
    assert run(command) == 0 and capsys.readouterr().out == f"{path}\n"
    before = path.read_text("utf-8")
    assert before == paper_html(on_paper(TRIALS, "hearing"))
    assert run(command) == 1 and "there is already such a file" in capsys.readouterr().err
    assert path.read_text("utf-8") == before


# The page


@by_instrument
def test_the_page_is_one_file_without_a_script(code: str) -> None:
    page = html(code)
    assert not re.search(r"<(script|link|img|iframe|object)|@import|url\(|https?:|\son\w+=", page)
    assert "default-src 'none'" in page


@pytest.mark.parametrize(
    "tag, written",
    [("ar", "rtl"), ("fa-AF", "rtl"), ("he", "rtl"), ("az-Arab", "rtl"), ("fr", "ltr"), ("uz-Latn", "ltr"),
     ("ur-Latn", "ltr"), ("sr-Cyrl", "ltr"), ("", "ltr")],
)  # fmt: skip
def test_a_language_is_written_from_the_right_or_from_the_left(tag: str, written: str) -> None:
    assert direction(tag) == written


PLUGIN = '''
"""An invented instrument."""
from pathlib import Path
from monitor import Form, Instrument, Text, Whole, hookimpl

class Visit(Form):
    """One <b>visit</b>"""
    guests = Whole("How many guests?")
    remark = Text("What else?", only_if=guests > 5)

@hookimpl
def register_instruments():
    return [Instrument("visits", "1.0", "Visits", (Visit,), folder=Path(__file__).parent)]
'''


def visits(folder: Path) -> Instrument:
    """An invented plugin with a piece of Arabic."""
    package = folder / "visits" / "monitor_visits"
    package.mkdir(parents=True)
    (package.parent / "pyproject.toml").write_text("[project]\nname = 'visits'\n", "utf-8")
    (package / "__init__.py").write_text(PLUGIN, "utf-8")
    path = catalogue_path(package, "ar")
    path.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    words = 'msgctxt "visit.guests wording"\nmsgid "How many guests?"\nmsgstr "كم عدد الضيوف؟"\n'
    path.write_text(head + words, "utf-8")
    return load([package.parent], installed=False).catalogue["visits"]


def test_a_language_from_the_right_turns_the_page_and_what_is_missing_stays_english(tmp_path: Path) -> None:
    instrument = visits(tmp_path)
    page = paper_html(on_paper(instrument, language="ar"))
    assert '<html lang="ar" dir="rtl">' in page and "كم عدد الضيوف؟" in page
    assert '<p class="wording" dir="auto">What else?' in page and "One &lt;b&gt;visit&lt;/b&gt;" in page
    assert '<html lang="en" dir="ltr">' in paper_html(on_paper(instrument, language="he"))


PAPER_WIDTH, PAPER_HEIGHT = 688, 1_016  # A4 without its margins, in CSS pixels: 182 mm, 269 mm
# The page in columns as high as a sheet of A4: what the browser would cut in two has two pieces there.
CUT = """
([width, height]) => {
  for (const head of document.querySelectorAll("thead")) head.remove();
  for (const part of document.querySelectorAll(".form, tbody, tr, td")) part.style.display = "block";
  document.body.style.cssText = `max-width: none; margin: 0; padding: 0; height: ${height}px; column-width: ${width}px;
    width: ${width}px; column-gap: 0; column-fill: auto`;
  const cut = element => element.getClientRects().length > 1;
  const whole = ".question:not(.long), .field, .notice, h2, h3, li, .line, .group, .half";
  return [...document.querySelectorAll(whole)].filter(cut).map(element => element.outerHTML.slice(0, 200));
}
"""


@pytest.mark.browser
@by_instrument
def test_it_prints_on_a4_and_no_box_is_cut(code: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": PAPER_WIDTH, "height": PAPER_HEIGHT})
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("request", lambda request: heard.append(request.url))
    page.set_content(html(code))
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER_WIDTH
    assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
    printed = page.pdf(prefer_css_page_size=True)
    sizes = set(re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", printed))
    assert {(round(float(width)), round(float(height))) for width, height in sizes} == {(595, 842)}
    # About 15 mm of it are the head that is repeated.
    assert page.evaluate(CUT, [PAPER_WIDTH, PAPER_HEIGHT - 70]) == []
    questions = len(list(CATALOGUE[code].questions()))
    assert len(CATALOGUE[code].forms) <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2 + questions / 2.5
    assert heard == []
    page.close()


@pytest.mark.browser
def test_in_a_language_from_the_right_numbers_stand_at_the_right(tmp_path: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": PAPER_WIDTH, "height": PAPER_HEIGHT})
    page.set_content(paper_html(on_paper(visits(tmp_path), language="ar")))
    number, wording = (page.locator(name).first.bounding_box() for name in (".number", ".wording"))
    assert number is not None and wording is not None and number["x"] > wording["x"]
    page.close()


