"""Languages: what is translated is read, what is not stays English, and answers are the same in every language."""

from __future__ import annotations

import copy
import io
import json
import pickle
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from monitor.cli.root import run
from monitor.errors import Fault, Problem, Refusal
from monitor.instrument import Instrument
from monitor.languages import (
    Localized,
    braces,
    catalogue_path,
    chain,
    completeness,
    languages_of,
    localized,
    normal,
    program_package,
    program_texts,
    read_catalogue,
    texts_of,
    translation,
    update,
)
from monitor.messages import CATALOGUE
from monitor.phrases import TEMPLATES, Phrase
from monitor.plugins import load
from monitor.questions import Coded, Country
from monitor.release.codebook import codebook, languages
from monitor.store import open_store, show

ROOT = Path(__file__).parents[1]
TRIALS = ROOT / "plugins" / "trial_monitoring"
EXAMPLES = TRIALS / "monitor_trial_monitoring" / "examples"
SHIPPED = ("fr", "ru")

PLUGIN = '''
"""An invented instrument."""
from pathlib import Path
from monitor import Choice, Codes, Form, Instrument, Rating, Rule, Whole, hookimpl

class Visit(Form):
    """One visit"""
    guests = Whole("How many guests?", hint="All of them.")
    left = Whole("How many left early?")
    mood = Choice("How was it?", Codes(good="Good", other="Other"))
    dish = Choice("What was served?", Codes(soup="Soup", other="Other"), only_if=mood.is_("good"))
    welcome = Rating("Were they welcome?")

RULES = (Rule("V1", Visit, "More left than came.", at=(Visit.left,), must_hold=Visit.left <= Visit.guests),)

@hookimpl
def register_instruments():
    return [Instrument("visits", "1.0", "Visits", (Visit,), RULES, folder=Path(__file__).parent)]
'''


@cache
def trials() -> Instrument:
    return load([TRIALS], installed=False).catalogue["trial_monitoring"]


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """The folder of an invented plugin, not translated yet."""
    package = tmp_path / "visits" / "monitor_visits"
    package.mkdir(parents=True)
    (package.parent / "pyproject.toml").write_text("[project]\nname = 'visits'\n", "utf-8")
    (package / "__init__.py").write_text(PLUGIN, "utf-8")
    return package.parent


def visits(plugin: Path) -> Instrument:
    return load([plugin], installed=False).catalogue["visits"]


def translate(plugin: Path, tag: str, words: dict[tuple[str, str], str], head: str = "") -> Path:
    """A catalogue by hand, as a translator would leave it."""
    path = catalogue_path(plugin / "monitor_visits", tag)
    path.parent.mkdir(parents=True, exist_ok=True)
    entries = [f"# {head}\nmsgid \"\"\nmsgstr \"Content-Type: text/plain; charset=utf-8\\n\"\n"]
    entries += [f'msgctxt "{place}"\nmsgid "{text}"\nmsgstr "{said}"\n' for (place, text), said in words.items()]
    path.write_text("\n".join(entries), "utf-8")
    return path


def question(instrument: Instrument, name: str) -> Coded:
    found = next(one for one in instrument.questions() if one.name == name)
    assert isinstance(found, Coded)
    return found


TITLE, OTHER_MOOD, OTHER_DISH = ("instrument title", "Visits"), ("visit.mood code other", "Other"), (
    "visit.dish code other", "Other",
)  # fmt: skip


# Tags, and what they fall back to


def test_a_language_falls_back_from_region_to_script_to_language() -> None:
    assert chain("sr-Latn-RS") == ("sr-Latn-RS", "sr-Latn", "sr")


@pytest.mark.parametrize(
    "given, tag",
    [("fr", "fr"), ("FR_ca", "fr-CA"), ("sr-latn", "sr-Latn"), ("SR-CYRL-rs", "sr-Cyrl-RS"), ("es-419", "es-419"),
     ("rom", "rom"), ("ca-valencia", "ca-valencia"), ("français", None), ("../fr", None), ("", None), ("f", None)],
)  # fmt: skip
def test_a_tag_is_written_as_bcp_47_writes_it(given: str, tag: str | None) -> None:
    assert normal(given) == tag


def test_words_are_looked_for_along_the_chain_and_then_in_english(plugin: Path) -> None:
    translate(plugin, "sr", {TITLE: "Posete", OTHER_MOOD: "Drugo"})
    translate(plugin, "sr-Latn", {TITLE: "Posjete"})
    instrument = visits(plugin)
    words = localized(instrument, "sr-Latn-RS")
    assert words.title == "Posjete"
    assert words.label(question(instrument, "mood"), "other") == "Drugo"
    assert words.form_title(instrument.forms[0]) == "One visit"


def test_latin_and_cyrillic_serbian_are_two_languages(plugin: Path) -> None:
    translate(plugin, "sr-Latn", {TITLE: "Posete"})
    translate(plugin, "sr-Cyrl", {TITLE: "Посете"})
    instrument = visits(plugin)
    assert [localized(instrument, tag).title for tag in ("sr-Latn", "sr-Cyrl", "sr")] == ["Posete", "Посете", "Visits"]
    assert [one.language for one in completeness(instrument)] == ["sr-Cyrl", "sr-Latn"]


# Sentence by sentence


def test_equal_words_in_two_places_can_differ(plugin: Path) -> None:
    translate(plugin, "fr", {OTHER_MOOD: "Autre", OTHER_DISH: "Autre chose"})
    instrument = visits(plugin)
    words = localized(instrument, "fr")
    assert [words.label(question(instrument, name), "other") for name in ("mood", "dish")] == ["Autre", "Autre chose"]


def test_what_is_missing_blank_or_fuzzy_is_read_in_english(plugin: Path) -> None:
    path = translate(plugin, "fr", {TITLE: "Visites", OTHER_MOOD: "", OTHER_DISH: "Autre"})
    entry = f'msgctxt "{OTHER_DISH[0]}"'
    path.write_text(path.read_text("utf-8").replace(entry, f"#, fuzzy\n{entry}"), "utf-8")
    instrument = visits(plugin)
    words = localized(instrument, "fr")
    assert words.title == "Visites"
    assert [words.label(question(instrument, name), "other") for name in ("mood", "dish")] == ["Other", "Other"]


def test_a_translation_of_an_english_text_that_was_reworded_is_not_read(plugin: Path) -> None:
    translate(plugin, "fr", {("instrument title", "Calls"): "Appels"})
    assert localized(visits(plugin), "fr").title == "Visits"


def test_a_template_whose_braces_do_not_fit_is_not_used(plugin: Path) -> None:
    translate(plugin, "fr", {("ANSWER-13 says", CATALOGUE["ANSWER-13"].says): "Plus long que {limite}."})
    words = localized(visits(plugin), "fr").translation
    assert words.problem(Problem.of("x", Fault("ANSWER-13", limit=5))).says == "Longer than 5 characters."


def test_a_compiled_catalogue_alone_is_read_and_a_source_beside_it_goes_first(plugin: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    path = translate(plugin, "fr", {TITLE: "Visites"})
    with path.open("rb") as source, path.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, read_po(source))
    path.write_text(path.read_text("utf-8").replace("Visites", "Les visites"), "utf-8")
    assert localized(visits(plugin), "fr").title == "Les visites"
    path.unlink()
    assert localized(visits(plugin), "fr").title == "Visites"


def test_completeness_counts_what_is_translated_and_says_draft_until_somebody_reviewed_it(plugin: Path) -> None:
    total = len(texts_of(visits(plugin)))
    translate(plugin, "fr", {TITLE: "Visites", OTHER_MOOD: "Autre"}, head="An unreviewed draft.")
    translate(plugin, "ru", dict.fromkeys(texts_of(visits(plugin)), "слово"))
    french, russian = completeness(visits(plugin))
    assert french.words() == f"fr 2/{total} (unreviewed draft)" and not french.complete
    assert russian.words() == f"ru {total}/{total}" and russian.complete
    assert french.first_missing == "visit title" and russian.first_missing is None


def test_the_instrument_itself_is_not_changed(plugin: Path) -> None:
    translate(plugin, "fr", {TITLE: "Visites"})
    instrument = visits(plugin)
    localized(instrument, "fr")
    assert instrument.title == "Visits" and localized(instrument, None).title == "Visits"


def test_states_have_their_names_by_the_cldr_and_keep_their_footnote() -> None:
    country = next(one for one in trials().questions() if isinstance(one, Country))
    french, english = localized(trials(), "fr"), localized(trials(), None)
    assert (french.label(country, "MD"), english.label(country, "MD")) == ("Moldavie", "Moldova")
    assert french.label(country, "XK") == "Kosovo*"
    assert localized(trials(), "xx").label(country, "MD") == "Moldova"


# Phrases


def test_a_phrase_that_is_not_listed_is_a_defect() -> None:
    with pytest.raises(KeyError):
        Phrase("nobody would translate this")


def test_no_phrase_is_listed_twice() -> None:
    assert [template for template, count in Counter(TEMPLATES).items() if count > 1] == []


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda phrase: pickle.loads(pickle.dumps(phrase))])
def test_a_phrase_can_be_copied(copied: Callable[[Phrase], Phrase]) -> None:
    phrase = copied(Phrase("because {condition}", condition=Phrase("{question} is answered", question="x")))
    assert phrase == "because x is answered" and phrase.values["condition"] == "x is answered"


def test_every_condition_in_words_can_be_said_in_another_language() -> None:
    english = [one.only_if.words() for one in trials().questions() if one.only_if is not None]
    assert english and all(isinstance(words, Phrase) for words in english)
    outcome = question(trials(), "closure_reasoned")
    assert localized(trials(), "fr").asked_if(outcome) == "publicity vaut partly_closed ou fully_closed"
    assert localized(trials(), None).asked_if(outcome) == "publicity is partly_closed or fully_closed"


# What is shipped


@pytest.mark.parametrize("tag", SHIPPED)
def test_trial_monitoring_is_translated_whole_and_marked_as_a_draft(tag: str) -> None:
    found = {one.language: one for one in completeness(trials())}
    assert found[tag].complete and found[tag].draft and found[tag].translated > 350


@pytest.mark.parametrize("tag", SHIPPED)
def test_nothing_of_trial_monitoring_is_fuzzy_or_left_over(tag: str) -> None:
    text = catalogue_path(EXAMPLES.parent, tag).read_text("utf-8")
    assert "#, fuzzy" not in text and "\n#~" not in text, f"monitor plugins translate {TRIALS.name} {tag}"


@pytest.mark.parametrize("tag", SHIPPED)
def test_the_words_of_the_program_are_marked_as_a_draft(tag: str) -> None:
    catalogue = read_catalogue(program_package(), tag)
    assert catalogue is not None and catalogue.draft


@pytest.mark.parametrize("tag", SHIPPED)
def test_all_that_a_monitor_meets_while_filling_in_is_translated(tag: str) -> None:
    catalogue = read_catalogue(program_package(), tag)
    assert catalogue is not None
    families = ("phrase", "rating", "ANSWER", "ANSWERS")
    met = (key for key in program_texts() if key[0].split()[0].split("-")[0] in families)
    assert [key for key in met if key not in catalogue.texts] == [], f"monitor plugins translate monitor {tag}"


@pytest.mark.parametrize("tag", SHIPPED)
def test_braces_are_the_same_in_every_language(tag: str) -> None:
    catalogue = read_catalogue(program_package(), tag)
    assert catalogue is not None
    assert {english: said for (_, english), said in catalogue.texts.items() if braces(said) != braces(english)} == {}


@pytest.mark.parametrize("tag", SHIPPED)
def test_names_of_codes_and_rules_stay_as_they_are_in_translated_sentences(tag: str) -> None:
    catalogue = read_catalogue(EXAMPLES.parent, tag)
    assert catalogue is not None
    for (place, english), said in catalogue.texts.items():
        for name in ("TM-I01a", "TM-I01b", "TM-I11b", "_source", "V99", "480", "ISO 4217"):
            assert (name in english) is (name in said), place


# The catalogue of a translator


def test_translate_makes_a_catalogue_that_says_it_is_an_unreviewed_draft(plugin: Path) -> None:
    assert run(["plugins", "translate", str(plugin), "sr_latn"]) == 0
    text = catalogue_path(plugin / "monitor_visits", "sr-Latn").read_text("utf-8")
    assert text.startswith("# monitor_visits in sr-Latn: unreviewed draft.")
    assert f'msgctxt "{OTHER_MOOD[0]}"\nmsgid "Other"\nmsgstr ""' in text
    assert languages_of(plugin / "monitor_visits") == ["sr-Latn"]


def test_translate_keeps_what_is_translated_and_marks_what_was_reworded(
    plugin: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = translate(plugin, "fr", dict.fromkeys(texts_of(visits(plugin)), "mot"), head="Reviewed by us.")
    module = plugin / "monitor_visits" / "__init__.py"
    module.write_text(module.read_text("utf-8").replace("How many guests?", "How many guests came?").replace(
        ', hint="All of them."', ""), "utf-8")  # fmt: skip
    assert run(["plugins", "translate", str(plugin), "fr", "--json"]) == 0
    updated = json.loads(capsys.readouterr().out)
    assert (updated["texts"] - updated["translated"], updated["fuzzy"]) == (1, 1)
    assert "Reviewed by us." in path.read_text("utf-8")
    words = localized(visits(plugin), "fr")
    guests = words.instrument.forms[0].questions["guests"]
    assert (words.title, words.wording(guests)) == ("mot", "How many guests came?")
    assert "All of them." in path.read_text("utf-8") and updated["gone"] >= 1


def test_to_translate_again_changes_nothing(plugin: Path) -> None:
    package = plugin / "monitor_visits"
    texts = texts_of(visits(plugin))
    first = update(package, "fr", texts).path.read_bytes()
    assert update(package, "fr", texts).path.read_bytes() == first


def test_what_is_no_tag_and_what_cannot_be_read_are_refused_by_name(
    plugin: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plugins", "translate", str(plugin), "../fr"]) == 1
    assert "LANGUAGE-02" in capsys.readouterr().err
    catalogue_path(plugin / "monitor_visits", "fr").parent.mkdir(parents=True)
    catalogue_path(plugin / "monitor_visits", "fr").write_text('msgid "half', "utf-8")
    assert run(["--plugins-dir", str(plugin), "--language", "fr", "instruments", "show", "visits"]) == 1
    assert "LANGUAGE-01" in capsys.readouterr().err


def test_the_check_of_a_plugin_names_a_language_that_is_not_complete(plugin: Path) -> None:
    from monitor.kit.wording import translations

    translate(plugin, "fr", {TITLE: "Visites"})
    (complaint,) = translations(visits(plugin))
    assert (complaint.code, complaint.weight) == ("KIT-28", "advice") and "visit title" in complaint.says


# The command line


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "store.db"
    monkeypatch.setenv("MONITOR_STORE", str(path))
    monkeypatch.delenv("MONITOR_LANGUAGE", raising=False)
    assert run(["init", "--plain", "--programme", "Invented", "--monitor", "MON-01"]) == 0
    return path


def types(monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))


CASE = ("{ref}", "", "{country}", "1", "MD-C03", "1 2", "1", "2", "", "2", "", "", "0", "1")


@pytest.mark.parametrize(
    "tag, country, asked",
    [("en", "Moldova", "In which country is the court?"), ("fr", "Moldavie", "Dans quel pays se trouve la juridiction"),
     ("ru", "Молдова", "В какой стране находится суд?")],
)  # fmt: skip
def test_a_form_is_filled_in_in_a_language_and_its_codes_are_the_same_in_every_one(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tag: str, country: str, asked: str
) -> None:
    types(monkeypatch, "".join(f"{line}\n" for line in CASE).format(ref="MD-2025-001", country=country))
    assert run(["--language", tag, "fill", "trial_monitoring.case"]) == 0
    screen = capsys.readouterr()
    assert asked in screen.err
    with open_store(store) as working:
        closed = show(working, screen.out.strip(), {"trial_monitoring": trials()}).content.closed
    assert closed == {
        "case_ref": "MD-2025-001", "country": "MD", "court_level": "first_instance_general", "court_code": "MD-C03",
        "offences_charged": ["trafficking_adult", "trafficking_child"], "exploitation_forms": ["sexual"],
        "trafficking_dimension": "cross_border", "defendants_total": 2, "victims_total": 0,
    }  # fmt: skip


def test_refused_answers_are_explained_in_the_language_with_the_codes_as_they_are(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = json.loads((EXAMPLES / "case" / "01_several_victims.json").read_text("utf-8"))
    bad = tmp_path / "bad.json"
    wrong = {"victims_children": 99, "court_level": "hi", "indictment_filed_on": "2025-13"}
    bad.write_text(json.dumps(answers | wrong), "utf-8")
    monkeypatch.setenv("MONITOR_LANGUAGE", "fr-CA")
    assert run(["fill", "trial_monitoring.case", "--answers", str(bad)]) == 1
    said = capsys.readouterr().err.replace("\u00a0", " ").replace("’", "'")
    assert "Erreur : non enregistré : 3 réponses de trial_monitoring.case 1.0 demandent votre attention." in said
    assert "Il y a plus d'enfants parmi les victimes que de victimes. (TM03)" in said
    assert "'hi' n'est pas une des réponses : first_instance_general" in said
    assert "Ce jour n'existe pas au calendrier." in said


def test_other_refusals_are_said_in_the_language_too(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--language", "ru", "submissions", "show", "nothing"]) == 1
    assert capsys.readouterr().err.startswith("Ошибка: записи nothing в хранилище нет. [STORE-13]")


def test_rows_of_an_import_are_refused_in_the_language(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"case_ref": "x"}\n', "utf-8")
    assert run(["--language", "fr", "import", "trial_monitoring.case", str(rows)]) == 1
    said = capsys.readouterr().err
    assert "non importé" in said and "N’a pas la forme MD-2025-001." in said and "Missing" not in said


@pytest.mark.parametrize(
    "tag, line", [("de", "Not in de, but in English: trial_monitoring."), ("no tag at all", "That is no language tag")]
)
def test_a_language_that_is_not_there_is_named_in_one_line_and_english_is_used(
    capsys: pytest.CaptureFixture[str], tag: str, line: str
) -> None:
    assert run(["--language", tag, "instruments", "show", "trial_monitoring"]) == 0
    screen = capsys.readouterr()
    assert screen.err.startswith(line) and screen.err.count("\n") == 1 and "fr, ru" in screen.err
    assert screen.out.startswith("Victims' rights in trafficking trials")


@pytest.mark.parametrize("tag", ["en", "en-GB", "fr"])
def test_nothing_is_said_where_nothing_is_missing(capsys: pytest.CaptureFixture[str], tag: str) -> None:
    assert run(["--language", tag, "instruments", "show", "trial_monitoring"]) == 0
    assert capsys.readouterr().err == ""


def test_instruments_show_says_how_complete_each_language_is(capsys: pytest.CaptureFixture[str]) -> None:
    total = len(texts_of(trials()))
    assert run(["instruments", "show", "trial_monitoring"]) == 0
    wanted = f"Languages: en, fr {total}/{total} (unreviewed draft), ru {total}/{total} (unreviewed draft)\n"
    assert wanted in capsys.readouterr().out
    assert run(["--language", "fr", "instruments", "show", "trial_monitoring", "--json"]) == 0
    contract = json.loads(capsys.readouterr().out)
    assert contract["languages"][0] == {
        "language": "fr", "translated": total, "texts": total, "draft": True, "first_missing": None, "complete": True,
    }  # fmt: skip
    assert contract["title"] == "Victims' rights in trafficking trials", "the contract is the same in every language"


def test_the_list_and_the_codebook_are_printed_in_the_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--language", "fr", "instruments", "list"]) == 0
    assert "Droits des victimes dans les procès" in capsys.readouterr().out
    assert run(["--language", "ru", "instruments", "codebook", "trial_monitoring"]) == 0
    printed = capsys.readouterr().out
    assert "В какой стране находится суд?" in printed and "`first_instance_general` Первая инстанция" in printed
    assert "спрашивается, если victims_total > 0" in printed


# Releases, and the language of open answers


def test_a_release_carries_the_codebook_once_in_each_language_that_is_complete() -> None:
    instruments = load().catalogue
    chosen = [instruments["case_data"], instruments["trial_monitoring"]]
    assert languages(chosen) == ["en", "fr", "ru"]
    assert languages(chosen[:1]) == ["en"]
    rows = list(codebook(chosen))
    for table, key in (("question", (0, 1, 2, -1)), ("code", (0, 1, 2, 3, -1)), ("indicator", (0, 1, -1))):
        keys = Counter(tuple(values[place] for place in key) for name, values in rows if name == table)
        assert max(keys.values()) == 1, f"{table} has the same line twice"
        spoken = {(found[0], found[-1]) for found in keys}
        assert spoken == {("case_data", "en"), *(("trial_monitoring", tag) for tag in ("en", "fr", "ru"))}
    for table in ("question_provision", "indicator_question", "indicator_provision"):
        assert max(Counter(row for row in rows if row[0] == table).values()) == 1


def test_a_language_that_is_not_complete_is_not_in_a_release(plugin: Path) -> None:
    translate(plugin, "fr", {TITLE: "Visites"})
    assert languages([visits(plugin)]) == ["en"]


def fill(tmp_path: Path, **envelope: str) -> int:
    answers = json.loads((EXAMPLES / "case" / "01_several_victims.json").read_text("utf-8"))
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(answers | envelope), "utf-8")
    return run(["fill", "trial_monitoring.case", "--answers", str(path)])


@pytest.mark.parametrize(
    "given, kept", [({}, "none"), ({"_translation": "draft"}, "draft"), ({"_translation": "checked"}, "checked")]
)
def test_a_submission_keeps_how_far_its_open_answers_are_translated(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: dict[str, str], kept: str
) -> None:
    assert fill(tmp_path, _language="sr-Latn", **given) == 0
    id = capsys.readouterr().out.strip()
    assert run(["submissions", "show", id, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["language"], shown["translation"]) == ("sr-Latn", kept)
    assert run(["submissions", "show", id]) == 0
    assert f"translation    {kept}" in capsys.readouterr().out


def test_any_other_state_of_translation_is_refused(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fill(tmp_path, _translation="by my cousin") == 1
    said = capsys.readouterr().err
    assert "_translation What was given is not one of the answers: none, draft, checked." in said
    assert "cousin" not in said


def test_a_refusal_in_english_reads_as_it_always_did() -> None:
    refused = Refusal("STORE-13", id="7", details=["one"])
    assert translation(None).refusal(refused) == refused.lines()
    assert isinstance(localized(trials(), None), Localized)
