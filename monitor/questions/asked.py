"""What every question has: its wording, when it is asked, what it tests, who may see it, how it is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from marshmallow import ValidationError, fields

from monitor.conditions import Answers, Condition, Operand, Value
from monitor.errors import DeclarationError, Fault
from monitor.phrases import Phrase

Publish = Literal["dimension", "counted", "never", "sealed"]
PUBLISH: tuple[str, ...] = ("dimension", "counted", "never", "sealed")
"""P, A, R and X of the codebook: may break a table down; only inside counts; restricted; identifies somebody."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Question(fields.Field, Operand):  # type: ignore[type-arg]  # reason: every question loads its own stored form
    """What is asked, when, what it tests, and who may see the answer.

    ``wording`` is what the monitor reads. ``only_if`` is the condition under which it is asked. ``optional`` questions
    may be left blank; the others bind when the submission is made. ``publish`` is one of :data:`PUBLISH` and by
    default ``never``. ``tests`` are keys of the register of standards. ``hint`` explains the wording, ``partly`` says
    what *partly* means to a rating. ``origin`` is the codebook's source key.
    """

    storage: ClassVar[str] = "text"
    """How the store keeps it: ``text``, ``integer``, ``codes``, ``money``, ``rows``, or ``open`` (in no table)."""
    limit: ClassVar[int] = 200
    unsaid: ClassVar[tuple[str, ...]] = ()
    """What reading refuses or accepts and :meth:`schema` cannot say, a sentence each. The contract names it."""
    form: Any = None
    name: str = ""
    section: str = ""

    def __init__(
        self, wording: str, *, only_if: Condition | None = None, optional: bool = False, publish: Publish = "never",
        tests: Sequence[str] = (), hint: str = "", partly: str = "", origin: str = "",
    ) -> None:  # fmt: skip
        super().__init__(required=False, allow_none=True)
        self.wording = wording
        self.only_if = only_if
        self.optional = optional
        self.publish = publish
        self.tests = tuple(tests)
        self.hint = hint
        self.partly = partly
        self.origin = origin
        if publish not in PUBLISH:
            raise DeclarationError("PLUGIN-04", place=self._place(), publish=publish, known=", ".join(PUBLISH))
        given: object = only_if  # `question == "yes"` is a plain False, whatever the types say
        if given is not None and not isinstance(given, Condition):
            what = f"its only_if is {only_if!r}, which is no condition."
            do = "Write question.is_('code'), question.includes('code') or a comparison; == is not one of them."
            raise DeclarationError("PLUGIN-07", place=self._place(), what=what, do=do)

    def _place(self) -> str:
        return f"The question '{self.wording}'"

    def declare(self, form: Any, name: str, section: str) -> None:
        """Called once, when the form is made: the question learns its name, its form and its section."""
        self.form, self.name, self.section = form, name, section

    # As an operand of conditions.

    def value(self, answers: Answers) -> Value | None:
        level = answers.of(self.form)
        return None if level is None else level.values.get(self.name)

    def title(self) -> str:
        return self.name

    def full_name(self) -> str:
        """``instrument.form.question``."""
        return f"{self.form.full_code()}.{self.name}"

    # From raw to stored.

    def from_text(self, cell: str) -> Any:
        """The raw answer that a cell of text (CSV, a prompt) stands for. Blank text never arrives here."""
        return cell

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return self.read(value)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value

    def read(self, raw: Any) -> Value:
        """The stored form of a raw answer. Raises ``ValidationError`` with :class:`Fault` sentences."""
        raise NotImplementedError  # every type of question reads its own kind of answer

    def fault(self, raw: Any) -> Fault | None:
        """What is wrong with one raw answer by itself; None when it can be read. Rows may have many: see ``read``."""
        try:
            self.read(raw)
        except ValidationError as error:
            return error.messages[0]  # type: ignore[return-value]  # reason: refuse() raises a list of one Fault
        return None

    def schema(self) -> dict[str, Any]:
        """A raw answer that can be read, as JSON Schema (2020-12); blanks are none. ``$defs``: :mod:`contract`."""
        return {"type": "string"}


def refuse(code: str, **values: object) -> ValidationError:
    """A fault of one answer, as marshmallow wants it raised."""
    return ValidationError([Fault(code, **values)])


def plain_text(raw: Any, wanted: str, limit: int) -> str:
    """Text that SQLite and JSON keep as it is. Refuses other types, NUL and control characters, lone surrogates."""
    if not isinstance(raw, str):
        raise refuse("ANSWER-04", found=kind_of(raw), wanted=wanted)
    if len(raw) > limit:
        raise refuse("ANSWER-13", limit=limit)
    if _CONTROL.search(raw):
        raise refuse("ANSWER-08", what=Phrase("a control character such as NUL"))
    if not raw.isascii():
        try:
            raw.encode("utf-8")
        except UnicodeEncodeError:
            raise refuse("ANSWER-08", what=Phrase("half of a character pair")) from None
    return raw


def shown(raw: str) -> str:
    """A wrong closed answer as a message may show it: a short single word, otherwise not at all.

    A sentence in the place of a code is most often an open answer in the wrong column; it must not be echoed.
    """
    return f"'{raw}'" if re.fullmatch(r"[\w.+-]{1,24}", raw) else Phrase("What was given")


def kind_of(raw: Any) -> str:
    """What sort of thing a raw answer is, in words: never the answer itself."""
    kinds = {bool: "True or false", int: "A number", float: "A number with decimals", str: "Text", list: "A list"}
    return Phrase(kinds.get(type(raw), "An object" if isinstance(raw, dict) else "Something else"))
