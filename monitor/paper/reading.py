"""Reads a contract as a form on paper: its questions with their numbers, boxes and skips, in one language.

The contract is all it needs, so that a form of years ago can be printed when its code is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from monitor.conditions import JSON
from monitor.contract import as_contract, read_frozen
from monitor.errors import Refusal
from monitor.instrument import Instrument
from monitor.languages import ORIGINAL, Translation, chain, languages_of, translation
from monitor.languages.tags import direction
from monitor.paper.skips import Asked, skipped_to
from monitor.phrases import Phrase
from monitor.questions import Country, Ref, numbered

_MANY = 10**9
_BOXES = 6
_NO_CONTRACT = (ValueError, LookupError, TypeError, AttributeError)
"""What reading raises where a file is JSON, and no contract."""
_KINDS = {
    "Choice": "one", "Rating": "one", "Choices": "several", "Country": "country", "Date": "date",
    "PartialDate": "partial_date", "Whole": "number", "Money": "money", "Text": "text", "Narrative": "narrative",
    "Ref": "reference", "Rows": "rows",
}  # fmt: skip


@dataclass(frozen=True)
class PaperAnswer:
    """One answer to tick: its number in the list, or its code where a list is too long to print, and its label."""

    mark: str
    label: str
    note: str = ""


@dataclass(frozen=True)
class PaperQuestion:
    """One question as it stands on paper. ``kind`` says what there is to write on."""

    number: str
    kind: str
    wording: str
    hint: str
    heading: str
    optional: bool
    only_if: str
    answers: tuple[PaperAnswer, ...] = ()
    boxes: int = 0
    remark: str = ""
    rows: tuple[PaperQuestion, ...] = ()
    row_title: str = ""


@dataclass(frozen=True)
class PaperForm:
    """One form of an instrument as it stands on paper."""

    code: str
    title: str
    parent: str
    parent_key: str
    sessions: bool
    open_answers: bool
    explained: bool
    questions: tuple[PaperQuestion, ...]


@dataclass(frozen=True)
class Paper:
    """An instrument, or one form of it, as it stands on paper, in a language."""

    instrument: str
    version: str
    title: str
    language: str
    direction: str
    forms: tuple[PaperForm, ...]
    words: Translation = field(repr=False)


def on_paper(instrument: Instrument, form: str | None = None, language: str | None = None) -> Paper:
    """An instrument as it is, or one of its forms by its code. Raises :class:`Refusal` (ANSWERS-01): no such form."""
    return _Reader(as_contract(instrument), instrument, language).paper(form)


def on_paper_frozen(
    code: str, version: str, folder: Path, form: str | None = None, language: str | None = None,
    instrument: Instrument | None = None,
) -> Paper:  # fmt: skip
    """The same of a version that was frozen under ``folder``; ``instrument`` as it is now lends its translations.

    A text that was reworded since is read in English. Raises :class:`Refusal`: CONTRACT-02 where that version is not
    there, CONTRACT-05 where it cannot be read, ANSWERS-01 where it has no such form.
    """
    contract = read_frozen(code, version, folder)
    try:
        return _Reader(contract, instrument, language).paper(form)
    except _NO_CONTRACT:  # it has the version of a contract, and not the shape of one
        raise Refusal("CONTRACT-05", path=folder / code / f"{version}.json") from None


class _Reader:
    """Reads one contract."""

    def __init__(self, contract: JSON, instrument: Instrument | None, language: str | None) -> None:
        self._contract, self._known = contract, contract["monitor"]
        package = instrument.folder if instrument is not None else None
        self.words = translation(language, *([package] if package is not None else []))
        here = languages_of(package) if package is not None else []
        tags = {*chain(self.words.language)}
        self._language = self.words.language if tags.intersection(here) else ORIGINAL
        self._forms: dict[str, JSON] = {form["code"]: form for form in self._known["forms"]}
        # Examples of references and names of extra States stand in no contract; they are shown while it is current.
        current = instrument if instrument is not None and instrument.version == self._known["version"] else None
        asked = [one for form in current.all_forms() for one in form.questions.values()] if current is not None else []
        self._current = {f"{one.form.code}.{one.name}": one for one in asked}

    def paper(self, wanted: str | None) -> Paper:
        """The paper of all forms, or of one."""
        code, outer = self._known["code"], [form for form in self._forms.values() if not form.get("rows_of")]
        forms = [form for form in outer if wanted in (None, form["code"])]
        if not forms:
            known = ", ".join(f"{code}.{form['code']}" for form in outer)
            raise Refusal("ANSWERS-01", form=f"{code}.{wanted}", known=known)
        title = self.words.text("instrument title", self._contract["title"])
        return Paper(
            code, self._known["version"], title, self._language, direction(self._language),
            tuple(self._form(form) for form in forms), self.words,
        )  # fmt: skip

    def _title(self, form: JSON) -> str:
        return self.words.text(f"{form['code']} title", form["title"])

    def _form(self, form: JSON) -> PaperForm:
        parent = self._forms[form["parent"]] if form.get("parent") else None
        asked = [*form["questions"], *(one for rows in self._blocks(form) for one in rows["questions"])]
        rules = self._known.get("rules", [])
        return PaperForm(
            code=form["code"], title=self._title(form), parent=self._title(parent) if parent else "",
            parent_key=(parent.get("key") or "_id") if parent else "", sessions=bool(form.get("event")),
            open_answers=any(question["type"] in ("Text", "Narrative") for question in asked),
            explained=any(rule["form"] == form["code"] and rule["severity"] == "warning" for rule in rules),
            questions=tuple(self._questions(form, "")),
        )  # fmt: skip

    def _blocks(self, form: JSON) -> Iterator[JSON]:
        return (self._forms[question["rows"]] for question in form["questions"] if "rows" in question)

    def _questions(self, form: JSON, above: str) -> Iterator[PaperQuestion]:
        """The questions of a form, or of the rows that question ``above`` holds."""
        conditions = [(question["name"], question.get("asked_if")) for question in form["questions"]]
        section = ""
        for place, question in enumerate(form["questions"]):
            heading = question.get("section", "") if question.get("section", "") != section and not above else ""
            section = question.get("section", "")
            number, only_if = f"{above}{place + 1}", ""
            if question.get("asked_if"):
                only_if = self._only_if(form, question["asked_if"], skipped_to(conditions, place), above)
            yield self._question(form, question, number, heading, only_if)

    def _only_if(self, form: JSON, condition: JSON, next_place: int | None, above: str) -> str:
        asked = Asked(partial(self._named, form), partial(self._labelled, form), partial(self._dated, form))
        said = self.words.phrase("Only if {condition}.", condition=asked.words(condition))
        if next_place is not None:
            otherwise = self.words.phrase("Otherwise go to question {number}.", number=f"{above}{next_place + 1}")
        else:
            end = "Otherwise the row ends here." if above else "Otherwise the form ends here."
            otherwise = self.words.phrase(end)
        return f"{said} {otherwise}"

    def _question(self, form: JSON, question: JSON, number: str, heading: str, only_if: str) -> PaperQuestion:
        place = f"{form['code']}.{question['name']}"
        kind = _KINDS.get(question["type"]) or ("one" if "codes" in question else "text")
        if question.get("publish") == "sealed":
            kind = "sealed"  # paper is no place for what identifies somebody
        row_form = self._forms[question["rows"]] if "rows" in question else None
        schema = self._schema(form, question)
        return PaperQuestion(
            number=number, kind=kind, wording=self.words.text(f"{place} wording", question["wording"]),
            hint=self.words.text(f"{place} hint", question.get("hint", "")),
            heading=self.words.text(f"{form['code']} section", heading), optional=question["optional"],
            only_if=only_if, answers=tuple(self._answers(form, question, schema)), boxes=_boxes(schema),
            remark=self._remark(kind, place, schema),
            rows=tuple(self._questions(row_form, f"{number}.")) if row_form else (),
            row_title=self._title(row_form) if row_form else "",
        )  # fmt: skip

    def _schema(self, form: JSON, question: JSON) -> JSON:
        """What JSON Schema says of an answer that is not blank."""
        schema: JSON = self._contract["$defs"][form["code"]]["properties"][question["name"]]
        parts = schema.get("anyOf", [])
        return parts[1] if parts and parts[0] == {"$ref": "#/$defs/Blank"} else schema

    def _answers(self, form: JSON, question: JSON, schema: JSON) -> Iterator[PaperAnswer]:
        place = f"{form['code']}.{question['name']}"
        if question["type"] == "Country":
            current = self._current.get(place)
            also = current.also if isinstance(current, Country) else {}
            for code in _extra_states(schema):
                yield PaperAnswer(code, self.words.text(f"{place} code {code}", also.get(code, "")))
        alone = re.compile(schema["if"]["contains"]["pattern"]) if "if" in schema else None
        for number, code in numbered(question.get("codes", {})).items():
            note = ""
            if code == "partly" and question.get("partly"):
                note = self.words.text(f"{place} partly", question["partly"])
            elif alone is not None and alone.search(code):
                note = self.words.phrase("and nothing else")
            yield PaperAnswer(number, self._label(form, question, code), note)

    def _label(self, form: JSON, question: JSON, code: str) -> str:
        place = "rating" if question["type"] == "Rating" else f"{form['code']}.{question['name']} code"
        return self.words.text(f"{place} {code}", question["codes"][code])

    def _remark(self, kind: str, place: str, schema: JSON) -> str:
        current = self._current.get(place)
        if kind == "reference" and isinstance(current, Ref):
            return self.words.phrase("a reference such as {example}", example=current.example)
        if kind != "number" or not schema.get("minimum"):
            return ""
        least, most = schema["minimum"], schema["maximum"]
        if most < _MANY:
            return self.words.phrase("at least {least} and at most {most}", least=least, most=most)
        return self.words.phrase("at least {least}", least=least)

    # What conditions name.

    def _around(self, form: JSON) -> Iterator[tuple[JSON, str]]:
        """The forms in which a name is looked for, nearest first, each with what stands before its numbers."""
        rows_of = form.get("rows_of")
        if rows_of:
            outer, name = rows_of.split(".")
            yield form, f"{self._place_in(self._forms[outer], name)}."
            yield from self._around(self._forms[outer])
            return
        yield form, ""
        for place, question in enumerate(form["questions"], 1):
            if "rows" in question:
                yield self._forms[question["rows"]], f"{place}."
        if form.get("parent"):
            yield from self._around(self._forms[form["parent"]])

    def _place_in(self, form: JSON, name: str) -> int:
        names = [question["name"] for question in form["questions"]]
        return names.index(name) + 1 if name in names else 0

    def _found(self, form: JSON, name: str) -> tuple[JSON, JSON, str] | None:
        """The question of that name: its form, itself, and its number."""
        for around, before in self._around(form):
            place = self._place_in(around, name)
            if place:
                return around, around["questions"][place - 1], f"{before}{place}"
        return None

    def _named(self, form: JSON, name: str) -> str | None:
        found = self._found(form, name)
        if found is None:
            return None
        around, question, number = found
        if self._sheet_of(around) == self._sheet_of(form):
            return Phrase("question {number}", number=number)
        wording = self.words.text(f"{around['code']}.{name} wording", question["wording"])
        elsewhere = "question {number} of the form '{form}' ({wording})"
        return Phrase(elsewhere, number=number, form=self._title(around), wording=wording)

    def _sheet_of(self, form: JSON) -> str:
        """The form on whose paper a form stands: rows stand on that which holds them."""
        return str(form.get("rows_of") or form["code"]).split(".")[0]

    def _labelled(self, form: JSON, name: str, code: str) -> str:
        found = self._found(form, name)
        codes: Mapping[str, Any] = found[1].get("codes", {}) if found is not None else {}
        if found is None or code not in codes:
            return code
        return f"{[*codes].index(code) + 1} ({self._label(found[0], found[1], code)})"

    def _dated(self, form: JSON, name: str) -> bool:
        found = self._found(form, name)
        return found is not None and found[1]["type"] in ("Date", "PartialDate")


def _boxes(schema: JSON) -> int:
    """How many digits a number may have; some, where it has no bound that anybody would reach."""
    most = schema.get("maximum", _MANY)
    return len(str(most)) if most < _MANY else _BOXES


def _extra_states(schema: JSON) -> list[str]:
    """The codes that stand beside those of ISO 3166-1 (ZZ for 'unknown')."""
    inside = (inner for part in schema.get("anyOf", []) for inner in part.get("anyOf", []))
    return [code for inner in inside for code in inner.get("enum", [])]

