"""Questions with a closed list of answers: one of them, several, a rating, a country."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from monitor.conditions import Condition, Includes, OneOf, Value, Within
from monitor.errors import DeclarationError
from monitor.phrases import Phrase
from monitor.questions.asked import Question, kind_of, refuse, shown
from monitor.questions.patterns import any_code, one_of

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]*")


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
            if not _CODE.fullmatch(code):
                why = "a code is made of letters, digits, _, + and -"
                raise DeclarationError("PLUGIN-05", place="A list of codes", name=code, why=why)
            self._labels[code] = label

    def __getitem__(self, code: str) -> str:
        return self._labels[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)


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
                question, listed = f"the question '{self.wording}'", _few(self.codes)
                raise DeclarationError("PLUGIN-01", place="A condition", name=code, question=question, codes=listed)
        return codes

    def chosen(self, raw: Any) -> str:
        """One code of the list."""
        if not isinstance(raw, str):
            raise refuse("ANSWER-04", found=kind_of(raw), wanted=Phrase("one of the answers"))
        code = raw.strip()
        if code not in self.codes:
            raise refuse("ANSWER-05", given=self._named(code), codes=_few(self.codes))
        return code

    def _named(self, code: str) -> str:
        """An answer as a message may show it; a sealed one never."""
        return Phrase("What was given") if self.publish == "sealed" else shown(code)


def numbered(codes: Iterable[str]) -> dict[str, str]:
    """A list's codes by the numbers under which they are shown and typed, on the screen and on paper.

    Where codes are themselves numbers (the months 1, 3, 6), they stand for themselves: 3 must not mean the third.
    """
    listed = list(codes)
    if any(code[0].isdecimal() for code in listed):
        return {code: code for code in listed}
    return {str(number): code for number, code in enumerate(listed, 1)}


def _few(codes: Iterable[str]) -> str:
    listed = list(codes)
    if len(listed) <= 24:
        return ", ".join(listed)
    return Phrase("{codes} and {number} more", codes=", ".join(listed[:12]), number=len(listed) - 12)


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
        return one_of(self.codes)


class Choices(Coded):
    """One or more answers of a list. ``alone`` names the codes that mean 'nothing else' and stand by themselves."""

    storage = "codes"
    kind = "codes"
    unsaid = ("The same answer twice is refused even if one of the two has blanks around it.",)

    def __init__(self, wording: str, codes: Mapping[str, str], *, alone: Sequence[str] = (), **settings: Any) -> None:
        super().__init__(wording, codes, **settings)
        self.alone = self.known(*alone)

    def includes(self, *codes: str) -> Condition:
        """At least one of these is chosen."""
        return Includes(self, self.known(*codes))

    def includes_other_than(self, *codes: str) -> Condition:
        """Something is chosen that is none of these."""
        return Includes(self, self.known(*codes), among=False)

    def within(self, other: Choices) -> Condition:
        """Everything chosen here is also chosen in the other question."""
        return Within(self, other)

    def from_text(self, cell: str) -> Any:
        return [part.strip() for part in cell.split(";") if part.strip()]

    def read(self, raw: Any) -> Value:
        if not isinstance(raw, list):
            raise refuse("ANSWER-04", found=kind_of(raw), wanted=Phrase("a list of answers"))
        chosen: list[str] = []
        for item in raw:
            code = self.chosen(item)
            if code in chosen:
                raise refuse("ANSWER-11", given=self._named(code))
            chosen.append(code)
        for code in self.alone:
            if code in chosen and len(chosen) > 1:
                raise refuse("ANSWER-12", given=self._named(code))
        # One order for one answer: the list's, so that equal answers are equal in the store.
        return sorted(chosen, key=list(self.codes).index)

    def schema(self) -> dict[str, Any]:
        items: dict[str, Any] = {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": one_of(self.codes),
        }
        if self.alone:
            items["if"] = {"contains": {"type": "string", "pattern": any_code(self.alone)}}
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

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/Rating"}

    def rated(self) -> Condition:
        """yes, partly or no: what the denominator of a share holds."""
        return self.is_("yes", "partly", "no")

    def falls_short(self) -> Condition:
        """partly or no; partly or yes where yes is the bad answer. What a monitor should explain."""
        return self.is_("partly", "yes" if self.yes_is_bad else "no")


class Country(Choice):
    """A State, by ISO 3166-1 alpha-2, with XK for Kosovo; ``also`` adds codes such as ZZ for 'unknown'.

    ``state`` marks the question that names the State whose conduct is observed (the country of the court, not the
    citizenship of a person): its figures can be turned round by the law that bound that State.
    """

    def __init__(
        self, wording: str, *, also: Mapping[str, str] | None = None, state: bool = False, **settings: Any
    ) -> None:
        super().__init__(wording, Codes(*countries().items(), *(also or {}).items()), **settings)
        self.also = dict(also or {})
        self.state = state

    def schema(self) -> dict[str, Any]:
        country = {"$ref": "#/$defs/ISO-3166-1"}
        return {"anyOf": [country, one_of(self.also)]} if self.also else country


@cache
def countries() -> Mapping[str, str]:
    """ISO 3166-1 alpha-2 codes with short English names, and XK, which missions in the region need.

    XK is user-assigned in ISO 3166; the asterisk stands for the footnote on status that OSCE texts carry.
    """
    import pycountry  # reads its tables on first use; a command that asks no country should not wait for it

    names = {country.alpha_2: getattr(country, "common_name", country.name) for country in pycountry.countries}
    return dict(sorted((names | {"XK": "Kosovo*"}).items()))
