"""The envelope of a raw submission: the keys that are no questions, checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import ValidationError

from monitor.conditions import Value
from monitor.errors import Fault, Problem
from monitor.forms import FormMeta
from monitor.interview import CONSENT as CONSENT
from monitor.phrases import Phrase
from monitor.questions import plain_text

ENVELOPE = (
    "_id", "_parent", "_monitor", "_session", "_source", "_language", "_translation", "_submitted_at", "_explanations",
    "_consent",
)  # fmt: skip
"""Keys of a raw submission that are no questions. What each means stands in docs/data-path.md."""

TRANSLATION = ("none", "draft", "checked")
"""How far the open answers are translated into the language of the programme."""


class Envelope:
    """The keys of a raw submission that begin with ``_``, checked."""

    def __init__(self, raw: Mapping[str, Any], author: str, problems: list[Problem]) -> None:
        self._raw, self._problems = raw, problems
        for key in raw:
            if key.startswith("_") and key not in ENVELOPE:
                given = key if re.fullmatch(r"\w{1,40}", key) else Phrase("this key")
                self._add("_", "ANSWER-18", given=given, known=", ".join(ENVELOPE))
        self.id = self._text("_id", 200)
        self.parent = self._text("_parent", 200)
        self.author = self._text("_monitor", 40, r"[\w.-]+", Phrase("a monitor's code, such as MON-07")) or author
        self.source = self._text("_source", 500)
        language, example = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", Phrase("a language, such as sr-Latn")
        self.language = self._text("_language", 35, language, example) or "en"
        self.translation = self._code("_translation", TRANSLATION)
        self.consent = self._code("_consent", CONSENT)
        self.day = date.today()
        self.submitted_at = self._time()
        self.session = self._session()
        self.explanations = self._explained()

    def system(self) -> Mapping[str, Value]:
        """What rules may look at."""
        return {"session": self.session, "author": self.author, "source": self.source}

    def _add(self, where: str, code: str, **values: object) -> None:
        self._problems.append(Problem.of(where, Fault(code, **values)))

    def _text(self, key: str, limit: int, pattern: str = "", example: str = "") -> str | None:
        raw = self._raw.get(key)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        try:
            text = plain_text(raw, Phrase("text"), limit).strip()
        except ValidationError as error:
            self._problems.append(Problem.of(key, error.messages[0]))  # type: ignore[arg-type]  # reason: plain_text raises a list of one Fault
            return None
        if pattern and not re.fullmatch(pattern, text):
            self._add(key, "ANSWER-07", example=example)
            return None
        return text

    def _code(self, key: str, codes: Sequence[str]) -> str:
        given = self._text(key, 40) or codes[0]
        if given not in codes:
            self._add(key, "ANSWER-05", given=Phrase("What was given"), codes=", ".join(codes))
        return given

    def _time(self) -> str:
        now = datetime.now(UTC)
        text = self._text("_submitted_at", 40)
        if text is None:
            return now.isoformat(timespec="milliseconds")
        try:
            given = datetime.fromisoformat(text)
            self.day = given.date()  # where it was submitted: after midnight there, it may be the day before in UTC
            given = given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
        except (ValueError, OverflowError):
            self._add("_submitted_at", "ANSWER-07", example="2025-03-31T14:05:00+02:00")
            return text
        if given > now:
            self._add("_submitted_at", "ANSWER-06", bound=Phrase("now or earlier"))
        return given.isoformat(timespec="milliseconds")

    def _session(self) -> int:
        raw = self._raw.get("_session")
        if raw is None or raw == "":
            return 1
        if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= 99:
            self._add("_session", "ANSWER-06", bound=Phrase("a whole number from 1 to 99"))
            return 1
        return raw

    def _explained(self) -> Mapping[str, str]:
        raw = self._raw.get("_explanations")
        if raw is None or raw == "":
            return {}
        if not isinstance(raw, Mapping) or not all(isinstance(key, str) for key in raw):
            wanted = Phrase("an object of rules and lines")
            self._add("_explanations", "ANSWER-04", found=Phrase("Something else"), wanted=wanted)
            return {}
        lines: dict[str, str] = {}
        for rule, line in raw.items():
            text = _line(line)
            if text is not None:
                lines[rule] = text
            else:
                self._add("_explanations", "ANSWER-06", bound=Phrase("a line of 3 to 500 characters for each rule"))
        return lines


def _line(raw: object) -> str | None:
    try:
        text = plain_text(raw, Phrase("a line"), 500).strip()
    except ValidationError:
        return None  # the caller says what a line is
    return text if len(text) >= 3 else None


def fields_of(form: FormMeta) -> Iterator[str]:
    """Every key that a raw submission of a form may carry."""
    yield from ENVELOPE
    yield from form.questions
