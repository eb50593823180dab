"""What a submission says about itself beside its answers: where they come from, which session, language, consent."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from monitor.errors import Fault, Problem
from monitor.interview.reading import NotTaken
from monitor.phrases import Phrase

CONSENT = ("full", "figures")
"""How far the person may be quoted: ``full``, or ``figures`` where what was written freely serves the review alone."""


@dataclass(frozen=True)
class About:
    """The envelope of a form that is being filled in. ``parent`` is the id of the submission above it."""

    parent: str | None = None
    source: str = ""
    session: int = 1
    language: str = "en"
    consent: str = "full"

    def with_(self, name: str, text: str) -> About:
        """The same with one part as somebody typed it. Raises :class:`NotTaken` for what cannot stand there."""
        text = text.strip()
        if name == "_source":
            if len(text) > 500 or not text.isprintable():
                raise NotTaken(Problem.of(name, Fault("ANSWER-13", limit=500)))
            return replace(self, source=text)
        if name == "_session":
            if not re.fullmatch("[1-9][0-9]?", text):
                raise NotTaken(Problem.of(name, Fault("ANSWER-06", bound=Phrase("a whole number from 1 to 99"))))
            return replace(self, session=int(text))
        if name == "_language":
            if not re.fullmatch("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
                raise NotTaken(Problem.of(name, Fault("ANSWER-07", example=Phrase("a language, such as sr-Latn"))))
            return replace(self, language=text)
        if text not in CONSENT:
            given = Phrase("What was given")
            raise NotTaken(Problem.of(name, Fault("ANSWER-05", given=given, codes=", ".join(CONSENT))))
        return replace(self, consent=text)

    def raw(self) -> dict[str, Any]:
        """As the check of a submission takes it; what is as always is left out."""
        given = {"_parent": self.parent, "_source": self.source, "_language": self.language}
        raw: dict[str, Any] = {name: value for name, value in given.items() if value}
        raw |= {"_session": self.session} if self.session != 1 else {}
        return raw | ({"_consent": self.consent} if self.consent != "full" else {})
