"""Conditions on one question: the chosen codes, the text of an open answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.conditions.answers import Answers
from monitor.conditions.core import JSON, Condition, Names, Operand
from monitor.errors import DeclarationError
from monitor.phrases import Phrase, joined


@dataclass(frozen=True)
class _AboutCodes(Condition):
    """What conditions on chosen codes share: they look for those in a list (``among``), or for those outside it."""

    of: Operand
    codes: tuple[str, ...]
    among: bool = True

    def __post_init__(self) -> None:
        if not self.codes:
            what = f"asks whether {self.of.title() or 'a question'} is one of no codes."
            raise DeclarationError("PLUGIN-07", place="A condition", what=what, do="Name one code or more.")

    def operands(self) -> Iterator[Operand]:
        yield from self.of.operands()

    def _list(self) -> str:
        return f"{'IN' if self.among else 'NOT IN'} ({', '.join(sql_text(code) for code in self.codes)})"


class OneOf(_AboutCodes):
    """The chosen code is in a list (``among``), or lies outside it."""

    def truth(self, answers: Answers) -> bool | None:
        value = self.of.value(answers)
        return None if value is None else (value in self.codes) is self.among

    def sql(self, names: Names) -> str:
        return f"({self.of.sql(names)} {self._list()})"

    def words(self) -> str:
        if self.among:
            return Phrase("{question} is {codes}", question=self.of.title(), codes=_either(self.codes))
        neither = "{question} is neither {codes}" if len(self.codes) > 1 else "{question} is not {codes}"
        return Phrase(neither, question=self.of.title(), codes=joined("{first} nor {second}", self.codes))

    def as_json(self) -> JSON:
        return {"question": self.of.title(), "in" if self.among else "not_in": list(self.codes)}


class Includes(_AboutCodes):
    """Of several chosen codes, at least one is in a list (``among``), or at least one lies outside it."""

    def truth(self, answers: Answers) -> bool | None:
        chosen = self.of.value(answers)
        return None if chosen is None else any((code in self.codes) is self.among for code in chosen)

    def sql(self, names: Names) -> str:
        column = self.of.sql(names)
        found = f"EXISTS (SELECT 1 FROM json_each({column}) WHERE value {self._list()})"
        return f"(CASE WHEN {column} IS NOT NULL THEN {found} END)"

    def words(self) -> str:
        includes = "{question} includes {codes}" if self.among else "{question} includes something other than {codes}"
        return Phrase(includes, question=self.of.title(), codes=_either(self.codes))

    def as_json(self) -> JSON:
        return {"question": self.of.title(), "includes" if self.among else "includes_other_than": list(self.codes)}


@dataclass(frozen=True)
class Within(Condition):
    """Every code that is chosen here is also chosen there. Unknown where either is blank."""

    of: Operand
    other: Operand

    def truth(self, answers: Answers) -> bool | None:
        chosen, there = self.of.value(answers), self.other.value(answers)
        return None if chosen is None or there is None else set(chosen) <= set(there)

    def sql(self, names: Names) -> str:
        chosen, there = self.of.sql(names), self.other.sql(names)
        missing = f"SELECT 1 FROM json_each({chosen}) WHERE value NOT IN (SELECT value FROM json_each({there}))"
        return f"(CASE WHEN {chosen} IS NOT NULL AND {there} IS NOT NULL THEN NOT EXISTS ({missing}) END)"

    def words(self) -> str:
        return Phrase("all of {question} is also in {other}", question=self.of.title(), other=self.other.title())

    def as_json(self) -> JSON:
        return {"question": self.of.title(), "within": self.other.title()}

    def operands(self) -> Iterator[Operand]:
        yield from self.of.operands()
        yield from self.other.operands()


@dataclass(frozen=True)
class Matches(Condition):
    """A pattern occurs in an open answer. Never compiled to SQL: open answers are in no table."""

    of: Operand
    pattern: str
    meaning: str

    def truth(self, answers: Answers) -> bool | None:
        text = self.of.value(answers)
        return None if text is None else re.search(self.pattern, text) is not None

    def words(self) -> str:
        return Phrase("{question} holds {meaning}", question=self.of.title(), meaning=self.meaning)

    def as_json(self) -> JSON:
        return {"question": self.of.title(), "matches": self.pattern}

    def operands(self) -> Iterator[Operand]:
        yield from self.of.operands()


@dataclass(frozen=True)
class Mentions(Condition):
    """An open answer repeats what another question answers, however it is spaced or capitalised."""

    of: Operand
    what: Operand

    def truth(self, answers: Answers) -> bool | None:
        text, what = self.of.value(answers), self.what.value(answers)
        if text is None or what is None:
            return None
        return bool(_squeezed(what)) and _squeezed(what) in _squeezed(text)

    def words(self) -> str:
        return Phrase("{question} repeats {other}", question=self.of.title(), other=self.what.title())

    def as_json(self) -> JSON:
        return {"question": self.of.title(), "mentions": self.what.title()}

    def operands(self) -> Iterator[Operand]:
        yield from self.of.operands()
        yield from self.what.operands()


def _either(codes: Iterable[str]) -> str:
    return joined("{first} or {second}", codes)


def sql_text(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
