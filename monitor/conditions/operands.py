"""What can be compared besides questions: today, system fields, numbers of rows, lengths, months."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.conditions.answers import Answers, Value
from monitor.conditions.core import Operand
from monitor.phrases import Phrase


class Today(Operand):
    """The day of submission."""

    kind = "date"

    def value(self, answers: Answers) -> Value:
        return answers.today.isoformat()

    def title(self) -> str:
        return Phrase("today")


class AsOf(Operand):
    """The day of the newest submission in the store: a clock that gives one figure for one log. In a check, today."""

    kind = "date"

    def value(self, answers: Answers) -> Value:
        return answers.today.isoformat()

    def title(self) -> str:
        return Phrase("the day of the newest submission")


@dataclass(frozen=True)
class System(Operand):
    """A field of the submission that is no question: ``session``, ``author``, ``source``."""

    name: str
    kind: str = "text"

    def value(self, answers: Answers) -> Value | None:
        return answers.system.get(self.name)

    def title(self) -> str:
        return f"_{self.name}"


@dataclass(frozen=True)
class Count(Operand):
    """How many rows a ``Rows`` question holds; 0 when it was not asked."""

    of: Operand
    kind = "number"

    def value(self, answers: Answers) -> Value | None:
        return len(self.of.value(answers) or ())

    def title(self) -> str:
        return Phrase("the number of {rows}", rows=self.of.title())

    def operands(self) -> Iterator[Operand]:
        yield from self.of.operands()


@dataclass(frozen=True)
class Length(Operand):
    """How many characters an open answer has, blanks at its ends left out. Never compiled to SQL."""

    of: Operand
    kind = "number"

    def value(self, answers: Answers) -> Value | None:
        text = self.of.value(answers)
        return None if text is None else len(str(text).strip())

    def title(self) -> str:
        return Phrase("the length of {question}", question=self.of.title())

    def operands(self) -> Iterator[Operand]:
        yield from self.of.operands()


TODAY = Today()
AS_OF = AsOf()
SESSION, AUTHOR, SOURCE = System("session", "number"), System("author"), System("source")
