"""The one way this program says no: a refusal with a place, a rule, what to do, and a code."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.messages import CATALOGUE
from monitor.phrases import Phrase, joined


class Refusal(Exception):
    """Something asked for was not done; nothing was changed by the attempt.

    ``code`` is a key of :data:`monitor.messages.CATALOGUE`, ``values`` fill its sentence, ``details`` are
    lines that name each place (already free of open answers). The command line prints it and ends with 1.

    Raises ``KeyError`` when the code is not in the catalogue: an unlisted message is a defect, not a message.
    """

    def __init__(self, code: str, /, *, details: Sequence[str] = (), **values: object) -> None:
        message = CATALOGUE[code]
        self.code = code
        self.values = values
        self.details = tuple(details)
        self.sentence = message.says.format(**values)
        self.advice = message.do.format(**values)
        super().__init__(f"{self.sentence} [{code}]")

    def lines(self) -> list[str]:
        """The refusal as it stands on the screen: sentence and code, the places, what to do."""
        text = [f"Error: {self.sentence} [{self.code}]"]
        if self.details:
            text += ["", *(f"  {line}" for line in self.details), ""]
        return [*text, self.advice] if self.advice else text


class DeclarationError(Refusal):
    """A plugin declares something that cannot stand: a misspelt code, a narrative to be published, ..."""

    def at(self, place: str) -> DeclarationError:
        """The same, with the file and line that declare it before its own place."""
        values = {**self.values, "place": f"{place}{self.values.get('place', '')}"}
        return DeclarationError(self.code, details=self.details, **values)


class Fault(str):
    """One sentence about one answer, with the code and values of its message: what marshmallow collects for us."""

    code: str
    values: Mapping[str, object]

    def __new__(cls, code: str, /, **values: object) -> Fault:
        text = super().__new__(cls, CATALOGUE[code].says.format(**values))
        text.code, text.values = code, values
        return text


@dataclass(frozen=True)
class Problem:
    """What is wrong at one place of a submission: ``where`` is a path such as ``victims[2].victim_sex``.

    ``rule`` is the codebook's id of the broken rule, where one is broken. ``says`` never holds an open answer; it is
    the message of ``code`` with ``values``.
    """

    where: str
    code: str
    says: str
    rule: str | None = None
    values: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, where: str, fault: Fault, rule: str | None = None) -> Problem:
        """What a fault is at its place."""
        return cls(where, fault.code, str(fault), rule, fault.values)

    def line(self, width: int = 0) -> str:
        """The problem as one line of a refusal, its place padded to ``width`` characters."""
        mark = f" ({self.rule})" if self.rule else ""
        return f"{self.where:<{width}} {self.says}{mark}"


class AnswersRefused(Refusal):
    """A submission that cannot be stored, with every problem it has, never only the first."""

    def __init__(self, code: str, problems: Sequence[Problem], /, **values: object) -> None:
        self.problems = tuple(problems)
        width = max((len(problem.where) for problem in self.problems), default=0)
        super().__init__(code, details=[problem.line(width) for problem in self.problems], **values)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`` Did you mean gender?``, to stand behind a sentence on an unknown name; nothing where no known one is near."""
    near = difflib.get_close_matches(name[:60], list(known), n=2)
    return Phrase(" Did you mean {names}?", names=joined("{first} or {second}", near)) if near else ""
