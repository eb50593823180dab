"""Questions answered in words or references: text, narratives, pseudonymous keys."""

from __future__ import annotations

import re
from typing import Any

from monitor.conditions import Condition, Length, Matches, Mentions, Operand, Value
from monitor.errors import DeclarationError
from monitor.phrases import Phrase
from monitor.questions.asked import Question, plain_text, refuse
from monitor.questions.patterns import reference


class Text(Question):
    """A short open answer. Never published."""

    storage = "open"

    def declare(self, form: Any, name: str, section: str) -> None:
        super().declare(form, name, section)
        if self.publish in ("dimension", "counted"):
            raise DeclarationError(
                "PLUGIN-03", place=f"{form.__name__}.{name}", type=type(self).__name__, publish=self.publish
            )

    def read(self, raw: Any) -> Value:
        return plain_text(raw, Phrase("text"), self.limit).strip()

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/Text", "maxLength": self.limit}

    def length(self) -> Operand:
        """The number of characters."""
        return Length(self)

    def matches(self, pattern: str, meaning: str) -> Condition:
        """A regular expression occurs in the answer; ``meaning`` says in words what it finds."""
        return Matches(self, pattern, meaning)

    def mentions(self, what: Question) -> Condition:
        """The answer repeats what another question answers."""
        return Mentions(self, what)


class Narrative(Text):
    """A long open answer, in the language of the submission. Never published."""

    limit = 50_000


class Ref(Question):
    """A pseudonymous key made by the programme, of a fixed pattern; ``example`` shows it."""

    limit = 64
    unsaid = ("Its pattern is read by Python, which takes \\d and \\w for the digits and letters of every script.",)

    def __init__(self, wording: str, *, pattern: str, example: str, **settings: Any) -> None:
        super().__init__(wording, **settings)
        self.pattern = pattern
        self.example = example

    def read(self, raw: Any) -> Value:
        text = plain_text(raw, Phrase("a reference such as {example}", example=self.example), self.limit).strip()
        if not re.fullmatch(self.pattern, text):
            raise refuse("ANSWER-07", example=self.example)
        return text

    def schema(self) -> dict[str, Any]:
        return reference(self.pattern, self.limit)
