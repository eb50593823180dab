"""Question types: marshmallow fields that can be asked, checked and counted.

A question turns a raw answer (from JSON, a CSV cell, a prompt) into the form in which it is stored, or says what is
wrong with it. Stored answers are plain JSON values: text, whole numbers, lists of codes. Nothing is guessed: what a
library would bend silently (``5.9`` to 5, ``20250101`` to a date) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, ClassVar, Literal

from marshmallow import ValidationError, fields

from monitor.conditions import (
    Answers,
    AnyRow,
    Condition,
    Count,
    Includes,
    Length,
    Matches,
    Mentions,
    OneOf,
    Operand,
    Value,
)  # fmt: skip
from monitor.errors import DeclarationError, Fault

Publish = Literal["dimension", "counted", "never", "sealed"]
PUBLISH: tuple[str, ...] = ("dimension", "counted", "never", "sealed")
"""P, A, R and X of the codebook: may break a table down; only inside counts; restricted; identifies somebody."""

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BIGGEST = 2**53 - 1


class Codes(Mapping[str, str]):
    """A closed list of answers: language-free codes with their labels, in the order in which they are shown.

    ``Codes(yes="Yes", no="No")``; codes that are no Python names come as pairs: ``Codes(("18_20", "18 to 20"))``.
    Raises :class:`DeclarationError` for a code given twice or not made of letters, digits, ``_``, ``+`` and ``-``.
    """

    def __init__(self, *pairs: tuple[str, str], **labels: str) -> None:
        self._labels: dict[str, str] = {}
        for code, label in (*pairs, *labels.items()):
            if code in self._labels:
                raise DeclarationError("PLUGIN-02", place="A list of codes", name=code)
            if not CODE.fullmatch(code):
                why = "a code is made of letters, digits, _, + and -"
                raise DeclarationError("PLUGIN-05", place="A list of codes", name=code, why=why)
            self._labels[code] = label

    def __getitem__(self, code: str) -> str:
        return self._labels[code]

    def __iter__(self):  # type: ignore[no-untyped-def]  # reason: Mapping declares it
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)


class Question(fields.Field, Operand):  # type: ignore[type-arg]  # reason: every question loads its own stored form
    """What is asked, when, what it tests, and who may see the answer.

    ``wording`` is what the monitor reads. ``only_if`` is the condition under which it is asked. ``optional`` questions
    may be left blank; the others bind when the submission is made. ``publish`` is one of :data:`PUBLISH` and by
    default ``never``. ``tests`` are keys of the register of standards. ``origin`` is the codebook's source key.
    """

    storage: ClassVar[str] = "text"
    """How the store keeps it: ``text``, ``integer``, ``codes``, ``money``, ``rows``, or ``open`` (in no table)."""
    limit: ClassVar[int] = 200
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
        """The stored form as JSON Schema (2020-12)."""
        return {"type": "string"}


def refuse(code: str, **values: object) -> ValidationError:
    """A fault of one answer, as marshmallow wants it raised."""
    return ValidationError([Fault(code, **values)])


def attempt(question: Question, raw: Any) -> tuple[Value | None, Fault | None]:
    """The stored form of a raw answer, or the sentence that says why it cannot stand."""
    try:
        return question.read(raw), None
    except ValidationError as error:
        fault = error.messages[0]
        assert isinstance(fault, Fault)  # questions raise nothing else
        return None, fault


def plain_text(raw: Any, wanted: str, limit: int) -> str:
    """Text that SQLite and JSON keep as it is. Refuses other types, NUL and control characters, lone surrogates."""
    if not isinstance(raw, str):
        raise refuse("ANSWER-04", found=_kind_of(raw), wanted=wanted)
    if len(raw) > limit:
        raise refuse("ANSWER-13", limit=limit)
    if _CONTROL.search(raw):
        raise refuse("ANSWER-08", what="a control character such as NUL")
    if not raw.isascii():
        try:
            raw.encode("utf-8")
        except UnicodeEncodeError:
            raise refuse("ANSWER-08", what="half of a character pair") from None
    return raw


def shown(raw: str) -> str:
    """A wrong closed answer as a message may show it: a short single word, otherwise not at all.

    A sentence in the place of a code is most often an open answer in the wrong column; it must not be echoed.
    """
    return f"'{raw}'" if re.fullmatch(r"[\w.+-]{1,24}", raw) else "What was given"


def _kind_of(raw: Any) -> str:
    kinds = {bool: "True or false", int: "A number", float: "A number with decimals", str: "Text", list: "A list"}
    return kinds.get(type(raw), "An object" if isinstance(raw, dict) else "Something else")


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
        return plain_text(raw, "text", self.limit).strip()

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.limit}

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


class Date(Question):
    """A full date, YYYY-MM-DD. ``dimension="year"`` lets its year (never the day) break down a table."""

    kind = "date"

    def __init__(
        self, wording: str, *, not_after: Literal["today"] | None = None, dimension: Literal["year"] | None = None,
        **settings: Any,
    ) -> None:  # fmt: skip
        super().__init__(wording, **settings)
        self.not_after = not_after
        self.dimension = dimension

    def read(self, raw: Any) -> Value:
        text = plain_text(raw, "a date such as 2025-03-31", 40).strip()
        stored = self._checked(text)
        if self.not_after == "today" and stored > date.today().isoformat():
            raise refuse("ANSWER-06", bound="today or earlier")
        return stored

    def _checked(self, text: str) -> str:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise refuse("ANSWER-07", example="2025-03-31 (year-month-day)")
        return _real_date(text)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


class PartialDate(Date):
    """A date known to the day, the month or the year; stored with its precision, compared by its bounds."""

    def _checked(self, text: str) -> str:
        if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", text):
            raise refuse("ANSWER-07", example="2025, 2025-03 or 2025-03-31")
        _real_date((text + "-01-01")[:10])
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}


def _real_date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise refuse("ANSWER-21") from None
    return text


class Whole(Question):
    """A whole number from ``at_least`` to ``at_most``."""

    storage = "integer"
    kind = "number"

    def __init__(self, wording: str, *, at_least: int = 0, at_most: int = _BIGGEST, **settings: Any) -> None:
        super().__init__(wording, **settings)
        self.at_least = at_least
        self.at_most = at_most

    def from_text(self, cell: str) -> Any:
        return int(cell) if re.fullmatch(r"-?[0-9]{1,17}", cell) else cell

    def read(self, raw: Any) -> Value:
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise refuse("ANSWER-04", found=_kind_of(raw), wanted="a whole number, in the digits 0 to 9,")
        if not self.at_least <= raw <= self.at_most:
            high = f" and at most {self.at_most}" if self.at_most < _BIGGEST else ""
            raise refuse(
                "ANSWER-06", bound=f"at least {self.at_least}{high}" if high or raw < self.at_least else "smaller"
            )
        return raw

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.at_least, "maximum": self.at_most}


class Money(Question):
    """An amount above zero in its own currency (ISO 4217); amounts in two currencies are never added.

    Raw and stored: ``{"amount": "1250.50", "currency": "EUR"}``; in a cell ``1250.50 EUR``.
    """

    storage = "money"
    kind = "number"

    def from_text(self, cell: str) -> Any:
        found = re.fullmatch(r"(\S+)\s+([A-Za-z]{3})", cell)
        return {"amount": found[1], "currency": found[2].upper()} if found else cell

    def read(self, raw: Any) -> Value:
        if not isinstance(raw, dict) or set(raw) != {"amount", "currency"}:
            raise refuse("ANSWER-04", found=_kind_of(raw), wanted="an amount with its currency, such as 1250.50 EUR,")
        amount, currency = raw["amount"], raw["currency"]
        if isinstance(amount, int) and not isinstance(amount, bool) and abs(amount) < 10**13:
            amount = str(amount)
        if not isinstance(amount, str) or not re.fullmatch(r"[0-9]{1,13}(\.[0-9]{1,4})?", amount):
            raise refuse("ANSWER-07", example="1250.50 EUR (digits, a point, at most four decimals)")
        if not amount.strip("0."):
            raise refuse("ANSWER-06", bound="more than zero")
        if not isinstance(currency, str) or currency not in currencies():
            raise refuse("ANSWER-07", example="EUR: a currency code of ISO 4217")
        return {"amount": amount, "currency": currency}

    def schema(self) -> dict[str, Any]:
        amount = {"type": "string", "pattern": "^(?=.*[1-9])[0-9]{1,13}(\\.[0-9]{1,4})?$"}
        return {
            "type": "object", "required": ["amount", "currency"], "additionalProperties": False,
            "properties": {"amount": amount, "currency": {"$ref": "#/$defs/ISO-4217"}},
        }  # fmt: skip


class Ref(Question):
    """A pseudonymous key made by the programme, of a fixed pattern; ``example`` shows it."""

    limit = 64

    def __init__(self, wording: str, *, pattern: str, example: str, **settings: Any) -> None:
        super().__init__(wording, **settings)
        self.pattern = pattern
        self.example = example

    def read(self, raw: Any) -> Value:
        text = plain_text(raw, f"a reference such as {self.example}", self.limit).strip()
        if not re.fullmatch(self.pattern, text):
            raise refuse("ANSWER-07", example=self.example)
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"}


class Coded(Question):
    """A question with a closed list of answers."""

    def __init__(
        self, wording: str, codes: Mapping[str, str], *, published_as: Mapping[str, Sequence[str]] | None = None,
        **settings: Any,
    ) -> None:  # fmt: skip
        super().__init__(wording, **settings)
        self.codes = codes if isinstance(codes, Codes) else Codes(*codes.items())
        self.published_as = {group: tuple(members) for group, members in (published_as or {}).items()}
        for members in self.published_as.values():
            self.known(*members)

    def known(self, *codes: str) -> tuple[str, ...]:
        """The codes themselves. Raises :class:`DeclarationError` for one that is not in the list."""
        for code in codes:
            if code not in self.codes:
                raise DeclarationError(
                    "PLUGIN-01", place="A condition", name=code, question=self._place().lower(), codes=_few(self.codes)
                )
        return codes

    def chosen(self, raw: Any) -> str:
        """One code of the list."""
        if not isinstance(raw, str):
            raise refuse("ANSWER-04", found=_kind_of(raw), wanted="one of the answers")
        code = raw.strip()
        if code not in self.codes:
            raise refuse("ANSWER-05", given=self.quoted(code), codes=_few(self.codes))
        return code

    def quoted(self, code: str) -> str:
        """An answer as a message may show it; a sealed one never."""
        return "What was given" if self.publish == "sealed" else shown(code)


def _few(codes: Iterable[str]) -> str:
    listed = list(codes)
    return ", ".join(listed) if len(listed) <= 24 else ", ".join(listed[:12]) + f" and {len(listed) - 12} more"


class Choice(Coded):
    """Exactly one answer of a list."""

    def is_(self, *codes: str) -> Condition:
        """The answer is one of these."""
        return OneOf(self, self.known(*codes))

    def is_not(self, *codes: str) -> Condition:
        """There is an answer, and it is none of these."""
        return OneOf(self, self.known(*codes), among=False)

    def read(self, raw: Any) -> Value:
        return self.chosen(raw)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.codes)}


class Choices(Coded):
    """One or more answers of a list. ``alone`` names the codes that mean 'nothing else' and stand by themselves."""

    storage = "codes"
    kind = "codes"

    def __init__(self, wording: str, codes: Mapping[str, str], *, alone: Sequence[str] = (), **settings: Any) -> None:
        super().__init__(wording, codes, **settings)
        self.alone = self.known(*alone)

    def includes(self, *codes: str) -> Condition:
        """At least one of these is chosen."""
        return Includes(self, self.known(*codes))

    def includes_other_than(self, *codes: str) -> Condition:
        """Something is chosen that is none of these."""
        return Includes(self, self.known(*codes), among=False)

    def from_text(self, cell: str) -> Any:
        return [part.strip() for part in cell.split(";") if part.strip()]

    def read(self, raw: Any) -> Value:
        if not isinstance(raw, list):
            raise refuse("ANSWER-04", found=_kind_of(raw), wanted="a list of answers")
        chosen: list[str] = []
        for item in raw:
            code = self.chosen(item)
            if code in chosen:
                raise refuse("ANSWER-11", given=self.quoted(code))
            chosen.append(code)
        for code in self.alone:
            if code in chosen and len(chosen) > 1:
                raise refuse("ANSWER-12", given=self.quoted(code))
        # One order for one answer: the list's, so that equal answers are equal in the store.
        return sorted(chosen, key=list(self.codes).index)

    def schema(self) -> dict[str, Any]:
        items: dict[str, Any] = {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"enum": list(self.codes)},
        }
        if self.alone:
            items["if"] = {"contains": {"enum": list(self.alone)}}
            items["then"] = {"maxItems": 1}
        return items


RATING = Codes(
    yes="Yes, met",
    partly="Partly met",
    no="No, not met",
    not_observed="Could not be seen, heard or learned",
    not_applicable="The right did not arise",
)


class Rating(Choice):
    """How far a right was met: yes, partly (with its anchor), no; or not observed, or not applicable.

    ``yes_is_bad`` marks the few ratings that run the other way.
    """

    def __init__(self, wording: str, *, yes_is_bad: bool = False, **settings: Any) -> None:
        super().__init__(wording, RATING, **settings)
        self.yes_is_bad = yes_is_bad

    def rated(self) -> Condition:
        """yes, partly or no: what the denominator of a share holds."""
        return self.is_("yes", "partly", "no")

    def falls_short(self) -> Condition:
        """partly or no; partly or yes where yes is the bad answer. What a monitor should explain."""
        return self.is_("partly", "yes" if self.yes_is_bad else "no")


class Country(Choice):
    """A State, by ISO 3166-1 alpha-2, with XK for Kosovo; ``also`` adds codes such as ZZ for 'unknown'."""

    def __init__(self, wording: str, *, also: Mapping[str, str] | None = None, **settings: Any) -> None:
        super().__init__(wording, Codes(*countries().items(), *(also or {}).items()), **settings)
        self.also = dict(also or {})

    def schema(self) -> dict[str, Any]:
        country = {"$ref": "#/$defs/ISO-3166-1"}
        return {"anyOf": [country, {"enum": list(self.also)}]} if self.also else country


class Rows(Question):
    """A block that is filled once for each of several things: the victims at a hearing, the payments on a claim."""

    storage = "rows"
    kind = "rows"
    most: ClassVar[int] = 200

    def __init__(self, row_form: Any, wording: str, **settings: Any) -> None:
        super().__init__(wording, **settings)
        self.row_form = row_form

    def declare(self, form: Any, name: str, section: str) -> None:
        super().declare(form, name, section)
        what = ""
        if self.publish != "never":
            what, do = f"its publish is '{self.publish}'.", "Say it at each question of the rows instead."
        elif self.row_form.rows_of is not None:
            what, do = "its rows already stand elsewhere.", "Write a form of its own for each block of rows."
        elif any(self.row_form.row_forms()):
            what, do = "its rows hold rows again.", "Make the inner ones a form of their own, with a parent."
        if what:
            raise DeclarationError("PLUGIN-07", place=f"{form.__name__}.{name}", what=what, do=do)
        self.row_form.rows_of = self

    def count(self) -> Operand:
        """How many rows there are."""
        return Count(self)

    def any(self, condition: Condition) -> Condition:
        """At least one row meets the condition."""
        return AnyRow(self, condition)

    def from_text(self, cell: str) -> Any:
        return cell  # a cell cannot hold rows; ``read`` says so

    def read(self, raw: Any) -> Value:
        if not isinstance(raw, list):
            raise refuse("ANSWER-04", found=_kind_of(raw), wanted="a list of rows (as JSON Lines)")
        if len(raw) > self.most:
            raise refuse("ANSWER-06", bound=f"at most {self.most} rows")
        return _row_schema(self.row_form).load(raw)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "maxItems": self.most, "items": {"$ref": f"#/$defs/{self.row_form.code}"}}


@cache
def _row_schema(row_form: Any) -> Any:
    return row_form(many=True)


@cache
def countries() -> Mapping[str, str]:
    """ISO 3166-1 alpha-2 codes with short English names, and XK, which missions in the region need.

    XK is user-assigned in ISO 3166; the asterisk stands for the footnote on status that OSCE texts carry.
    """
    import pycountry  # reads its tables on first use; a command that asks no country should not wait for it

    names = {country.alpha_2: getattr(country, "common_name", country.name) for country in pycountry.countries}
    return dict(sorted((names | {"XK": "Kosovo*"}).items()))


@cache
def currencies() -> frozenset[str]:
    """ISO 4217 codes."""
    import pycountry  # as above

    return frozenset(currency.alpha_3 for currency in pycountry.currencies)
