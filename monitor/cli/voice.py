"""One question on the terminal, in one language: its wording, its answers by number, by code or by name, its hint."""

from __future__ import annotations

import contextlib
import difflib
import sys
from collections.abc import Callable
from typing import Any

import click

from monitor.cli.printing import say
from monitor.conditions import Value
from monitor.errors import Problem
from monitor.languages import Localized
from monitor.questions import Choices, Coded, Country, Narrative, Question, Rating, Rows

with contextlib.suppress(ImportError):  # Windows has none, and no such limit
    import readline  # noqa: F401  # reason: without it a terminal cuts a line, and a narrative, at _CUT bytes

BACK = "<"
"""What people type to go back to the question before."""

Flaw = Callable[[Value], Problem | None]
"""What else is wrong with an answer that the question itself can read."""

_LONG_LIST = 30
_CUT = 4094


class GoneBack(Exception):
    """Somebody wants to go back to the question before."""


class Voice:
    """Asks questions on the terminal; the answers are the same in every language."""

    def __init__(self, localized: Localized) -> None:
        self.localized, self._words = localized, localized.translation

    def tell(self, phrase: str, /, **values: object) -> None:
        """Say a phrase of the questionnaire."""
        say(self._words.phrase(phrase, **values))

    def line(self, phrase: str, /, *, blank: bool = False, **values: object) -> str:
        """Ask for a line. Raises :class:`GoneBack`."""
        asking = self._words.phrase(phrase, **values)
        while not (text := self._typed(asking)) and not blank:
            pass
        return text

    def answer(self, question: Question, prefix: str, flaw: Flaw) -> Value | None:
        """The answer to a question; None when it is left blank. Raises :class:`GoneBack`."""
        say(f"\n{prefix}{self.localized.wording(question)}{self._remarks(question)}")
        codes = list(question.codes) if isinstance(question, Coded) else []
        if 0 < len(codes) <= _LONG_LIST:
            for number, code in enumerate(codes, 1):
                say(f"  {number:>2}  {self._label(question, code)}")
        while True:
            text = self._typed(f"  {question.name}")
            if text == "?":
                self._explain(question)
            elif not text and question.optional:
                return None
            elif not text:
                say(f"  {self._words.phrase('This one needs an answer. ? explains it.')}")
            elif (answer := self._read(question, codes, text, flaw)) is not None:
                return answer

    def count(self, question: Rows) -> int:
        """How many rows there are. Raises :class:`GoneBack`."""
        say(f"\n{self._words.phrase('{wording} How many', wording=self.localized.wording(question))}")
        while True:
            text = self._typed(f"  {question.name}")
            if text.isascii() and text.isdecimal() and int(text[:6]) <= question.most:
                return int(text[:6])
            say(f"  {self._words.phrase('A number from 0 to {most} is wanted.', most=question.most)}")

    def _typed(self, asking: str) -> str:
        """A line as it was typed, blanks at its ends left out. Raises :class:`GoneBack`."""
        # Lines are edited, and of any length, only where the prompt goes to the same terminal by way of stdout.
        edited = "readline" in sys.modules and sys.stdout.isatty()
        while True:
            text: str = click.prompt(asking, default="", show_default=False, err=not edited)
            if edited or not sys.stdin.isatty() or len(text.encode(errors="replace")) < _CUT:
                break
            say(f"  {self._words.phrase('The terminal has cut this line. Give long answers in a file: --answers.')}")
        if text.strip() == BACK:
            raise GoneBack
        return text.strip()

    def _remarks(self, question: Question) -> str:
        remarks = ["(one or more, with spaces between)"] if isinstance(question, Choices) else []
        remarks += ["(optional)"] if question.optional else []
        return "".join(f"  {self._words.phrase(remark)}" for remark in remarks)

    def _label(self, question: Question, code: str) -> str:
        assert isinstance(question, Coded)  # only these have codes
        partly = self.localized.partly(question) if isinstance(question, Rating) and code == "partly" else ""
        return f"{code:<34} {self.localized.label(question, code)}{f': {partly}' if partly else ''}"

    def _read(self, question: Question, codes: list[str], text: str, flaw: Flaw) -> Value | None:
        raw: Any = text
        if isinstance(question, Country):
            raw = self._state(question, text)
        elif codes:
            raw = _chosen(question, codes, text)
        else:
            raw = question.from_text(text)
        fault = question.fault(raw)
        problem = Problem.of(question.name, fault) if fault is not None else flaw(question.read(raw))
        if problem is not None:
            near = self._near(question, text) if isinstance(question, Country) else ""
            say(f"  {self._words.problem(problem).says}{near}")
            return None
        return question.read(raw)

    def _state(self, question: Country, text: str) -> str:
        """The code of a State that was given by its code or its name."""
        return self._names(question).get(text.casefold(), text.upper())

    def _names(self, question: Country) -> dict[str, str]:
        return {self.localized.label(question, code).casefold(): code for code in question.codes}

    def _near(self, question: Country, text: str) -> str:
        names = self._names(question)
        near = [names[name] for name in difflib.get_close_matches(text.casefold()[:60], names)]
        listed = ", ".join(f"{code} ({self.localized.label(question, code)})" for code in near)
        return self._words.phrase(" Did you mean {names}?", names=listed) if near else ""

    def _explain(self, question: Question) -> None:
        words, lines = self._words, [self.localized.hint(question)]
        if question.tests:
            lines.append(words.phrase("Tests: {provisions}.", provisions=", ".join(question.tests)))
        if isinstance(question, Narrative):
            lines.append(words.phrase("Facts first, opinion marked as opinion, no names."))
        if isinstance(question, Country):
            lines.append(words.phrase("A State by its code of two letters (ISO 3166-1), or by its name."))
        known = "\n  ".join(line for line in lines if line)
        say(f"  {known or words.phrase('No further explanation.')}")


def _chosen(question: Question, codes: list[str], text: str) -> Any:
    """The codes that numbers and codes stand for, with spaces, commas or semicolons between them."""
    parts = [part for part in text.replace(",", " ").replace(";", " ").split() if part]
    chosen = [codes[int(part) - 1] if part.isdecimal() and 1 <= int(part) <= len(codes) else part for part in parts]
    return chosen if isinstance(question, Choices) else " ".join(chosen)
