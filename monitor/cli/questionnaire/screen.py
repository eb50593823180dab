"""What stands on the screen: a question, what explains it, the form so far, and what changed in a draft."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from monitor import standards
from monitor.cli.questionnaire.console import wrapped
from monitor.conditions import Value
from monitor.interview import CarriedOver, Change, Line, Session, Step, labels_of, row_of, tell
from monitor.languages import Translation
from monitor.questions import (
    Choices,
    Coded,
    Country,
    Date,
    Money,
    Narrative,
    PartialDate,
    Question,
    Rating,
    Ref,
    Rows,
    numbered,
)

LONG_LIST = 30
"""Lists longer than this are searched and not shown."""


class Screen:
    """The lines that are said about a session, in its language and as wide as the terminal."""

    def __init__(self, session: Session, *, plain: bool) -> None:
        self._session, self._plain = session, plain
        self._localized, self._words = session.localized, session.localized.translation
        self._before = ""

    # One question.

    def place(self, step: Step, width: int) -> str:
        """Where we are: which question of how many, in which section, in which row."""
        number, count = self._session.progress()
        parts = [self._words.phrase("{number} of {count}", number=number, count=count)]
        above = self._localized.section(step.question)
        if row := row_of(step.where):
            above = self._row(step, *row)
        if above and not (self._plain and above == self._before):
            parts.append(above)
        self._before = above
        return wrapped(". ".join(parts) if self._plain else f"[{'] '.join(parts)}", width)

    def _row(self, step: Step, rows: str, number: int) -> str:
        title = self._localized.form_title(step.question.form)
        count = sum(row_of(one.where) == (rows, 1) for one in self._session.asked()) and self.count_of(rows)
        return self._words.phrase("{form}, {number} of {count}", form=title, number=number, count=count)

    def count_of(self, rows: str) -> int:
        """How many rows a block has."""
        return len(next((one.answer or () for one in self._session.asked() if one.where == rows), ()))

    def wording(self, step: Step, width: int) -> str:
        """What is asked, and how it may be answered."""
        question = step.question
        wording = self._localized.wording(question)
        if isinstance(question, Rows):
            wording = self._words.phrase("{wording} How many", wording=wording)
        several = self._words.phrase("(several: numbers with spaces between)")
        remarks = [several] if isinstance(question, Choices) else []
        if isinstance(question, Narrative):
            remarks.append(self._words.phrase("(a line with a dot alone ends it)"))
        if question.optional and step.answer is None:
            remarks.append(self._words.phrase("(optional: Enter leaves it blank)"))
        return wrapped("  ".join([wording, *remarks]), width)

    def codes(self, step: Step, width: int) -> Iterator[str]:
        """The answers by number, with the anchor of a partial one."""
        question = step.question
        if not isinstance(question, Coded) or isinstance(question, Country) or len(question.codes) > LONG_LIST:
            return
        labels = labels_of(question, self._localized)
        for number, code in numbered(question.codes).items():
            label = labels[code]
            partly = self._localized.partly(question) if isinstance(question, Rating) and code == "partly" else ""
            yield wrapped(f"{number:>3}  {label}{f': {partly}' if partly else ''}", width, "     ")

    def now(self, step: Step, width: int) -> str:
        """The answer that the question has, and what Enter does with it; nothing where it has none."""
        if step.answer is None or isinstance(step.question, Narrative):
            return ""
        said = tell(step.question, step.answer, self._localized)
        return self._part(self._words.phrase("Now: {answer}. Enter keeps it.", answer=said.rstrip(".")), width)

    def taken(self, question: Question, value: Value | None) -> str:
        """What was taken, in words, where what was typed does not say it by itself."""
        if value is None or not isinstance(question, (Coded, Date, Money)) or question.publish == "sealed":
            return ""
        return f"  -> {tell(question, value, self._localized)}"

    def explanation(self, step: Step, width: int) -> Iterator[str]:
        """The hint, the provisions that are tested, when it is asked, and how it may be typed."""
        question, words = step.question, self._words
        if hint := self._localized.hint(question):
            yield self._part(hint, width)
        if isinstance(question, Rating) and (partly := self._localized.partly(question)):
            yield self._part(f"{self._localized.label(question, 'partly')}: {partly}", width)
        for key in question.tests:
            provision = standards.register()[key]
            yield self._part(words.phrase("Tests: {provisions}.", provisions=f"{key}, {provision.subject}"), width)
        if (asked_if := self._localized.asked_if(question)) is not None:
            yield self._part(words.phrase("asked if {condition}", condition=asked_if), width)
        if typed := how_to_type(question, words):
            yield self._part(typed, width)
        if isinstance(question, Coded) and len(question.codes) <= LONG_LIST:
            yield self._part(", ".join(f"{number} {code}" for number, code in numbered(question.codes).items()), width)

    def _part(self, text: str, width: int) -> str:
        return wrapped(f"  {text}", width)

    # The form so far.

    def overview(self, width: int) -> Iterator[str]:
        """The whole form so far, section by section, with what is blank, open and no longer asked."""
        section = ""
        for line in self._session.overview():
            above = self._localized.section(line.step.question)
            if row := row_of(line.step.where):
                above = self._row(line.step, *row)
            if above != section:
                section = above
                yield f"\n== {section} =="
            yield self._line(line, width)

    def _line(self, line: Line, width: int) -> str:
        step, words = line.step, self._words
        wording = self._localized.wording(step.question)
        said = tell(step.question, step.answer, self._localized) if step.answer is not None else ""
        marks = {
            "answered": said,
            "blank": words.phrase("(left blank)"),
            "open": words.phrase("(not answered yet)"),
            "unasked": words.phrase("{answer} (no longer asked)", answer=said),
        }
        answer = marks[line.state]
        if self._plain:
            return f"{wording} {answer}"
        room = max(width // 2, 24)
        short = textwrap.shorten(wording, room - 2, placeholder=" ...")
        return wrapped(f"{short:<{room}}{answer}", width, " " * room) if "\n" not in answer else f"{short}\n{answer}"

    def about(self, parent: str) -> Iterator[str]:
        """What the submission says about itself."""
        about, words = self._session.about, self._words
        if parent:
            yield words.phrase("Belongs to: {parent}", parent=parent)
        yield words.phrase("Session of that day: {number}  (:about session 2)", number=about.session)
        yield words.phrase("Language of what you wrote: {language}  (:about language fr)", language=about.language)
        yield words.phrase("Consent to be quoted: {consent}  (:about consent figures)", consent=about.consent)
        source = about.source or words.phrase("(left blank)")
        yield words.phrase("Source: {source}  (:about source ...)", source=source)


def changes(carried: CarriedOver, words: Translation, width: int) -> Iterator[str]:
    """What changes when a draft of an older version is gone on with."""
    titles = (
        ("dropped", "No longer asked; these answers would be dropped:"),
        ("unreadable", "Asked in another way; these answers would be dropped and asked again:"),
        ("recoded", "These answers read otherwise now:"),
        ("reworded", "In other words now; look at these answers again:"),
        ("added", "New:"),
    )
    for kind, title in titles:
        found = [change for change in carried.changes if change.kind == kind]
        if found:
            yield words.phrase(title)
        for change in found:
            yield wrapped(f"- {change.wording}{_value(change, words)}", width, "  ")


def _value(change: Change, words: Translation) -> str:
    if change.kind in ("added", "reworded"):
        return ""
    return f"  {words.phrase('(sealed)') if change.value is None else change.value}"


def how_to_type(question: Question, words: Translation) -> str:
    """How an answer of this sort may be typed."""
    if isinstance(question, PartialDate):
        return words.phrase("Day first: 3.4.2024, 3 April 2024, today; or 4.2024, 2024 if no more is known.")
    if isinstance(question, Date):
        return words.phrase("Day first: 3.4.2024, 3/4/2024, 3 April 2024, 2024-04-03, today, yesterday.")
    if isinstance(question, Money):
        return words.phrase("An amount and its currency: 1234.50 EUR, 1 234,50 eur.")
    if isinstance(question, Country):
        return words.phrase("A State by its code of two letters (ISO 3166-1), or by its name.")
    if isinstance(question, Coded):
        return words.phrase("By number, by code, or by a part of the answer that no other has.")
    return words.phrase("Such as {example}.", example=question.example) if isinstance(question, Ref) else ""
