"""When a question is asked, as somebody with a pencil reads it: questions by their number, answers by their label."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from monitor.conditions import JSON
from monitor.phrases import Phrase, joined

_NUMBERS = {
    "<": "{left} is less than {right}", "<=": "{left} is at most {right}", ">": "{left} is more than {right}",
    ">=": "{left} is at least {right}", "=": "{left} is the same as {right}",
}  # fmt: skip
_DATES = {
    "<": "{left} is before {right}", "<=": "{left} is not after {right}", ">": "{left} is after {right}",
    ">=": "{left} is not before {right}", "=": "{left} is the same as {right}",
}  # fmt: skip
_OPERANDS = (
    "{upper} over {lower}", "the number of {rows}", "the length of {question}", "the total of {question}",
    "the earliest {question}", "the latest {question}", "the currency of {amount}", "months from {start} to {end}",
    "days from {start} to {end}", "today",
)  # fmt: skip


class Asked:
    """Says conditions of a contract in words.

    ``place`` gives a question by its name, as a sentence names it, or None for what is no question; ``label`` one of
    its answers; ``dated`` whether it is answered with a date.
    """

    def __init__(
        self, place: Callable[[str], str | None], label: Callable[[str, str], str], dated: Callable[[str], bool]
    ) -> None:
        self._place, self._label, self._dated = place, label, dated

    def words(self, condition: JSON) -> str:
        """The condition in English, as a phrase that can be said in another language."""
        match condition:
            case {"all": parts}:
                return joined("{first}, and {second}", (self._part(part) for part in parts))
            case {"any": parts}:
                return joined("{first}, or {second}", (self._part(part) for part in parts))
            case {"not": {"answered": of}}:
                return Phrase("{question} is not answered", question=self._operand(of))
            case {"not": part}:
                return Phrase("not ({condition})", condition=self.words(part))
            case {"answered": of}:
                return Phrase("{question} is answered", question=self._operand(of))
            case {"question": _}:
                return self._about_one(condition)
            case {"left": left, "op": op, "right": right}:
                phrases = _DATES if self._dated(left) or self._dated(right) else _NUMBERS
                return Phrase(phrases[op], left=self._operand(left), right=self._operand(right))
            case {"any_row": rows, "where": part}:
                return Phrase("for one of {rows}: {condition}", rows=self._operand(rows), condition=self.words(part))
            case {"at_least": number, "of": parts}:
                listed = joined("{first}; {second}", (self.words(part) for part in parts))
                return Phrase("at least {number} of these: {conditions}", number=number, conditions=listed)
        return Phrase("the program asks for it")  # what looks beyond this form, nobody with a pencil can decide

    def _part(self, part: JSON) -> str:
        words = self.words(part)
        return Phrase("({condition})", condition=words) if {"all", "any"} & part.keys() else words

    def _about_one(self, condition: JSON) -> str:
        name, question = condition["question"], self._operand(condition["question"])
        match condition:
            case {"in": codes}:
                return Phrase("{question} is {codes}", question=question, codes=self._codes(name, codes))
            case {"not_in": codes}:
                neither = "{question} is neither {codes}" if len(codes) > 1 else "{question} is not {codes}"
                return Phrase(neither, question=question, codes=self._codes(name, codes, "{first} nor {second}"))
            case {"includes": codes}:
                return Phrase("{question} includes {codes}", question=question, codes=self._codes(name, codes))
            case {"includes_other_than": codes}:
                other = "{question} includes something other than {codes}"
                return Phrase(other, question=question, codes=self._codes(name, codes))
            case {"within": there}:
                return Phrase("all of {question} is also in {other}", question=question, other=self._operand(there))
            case {"mentions": what}:
                return Phrase("{question} repeats {other}", question=question, other=self._operand(what))
        return Phrase("the program asks for it")

    def _codes(self, name: str, codes: Sequence[str], joint: str = "{first} or {second}") -> str:
        return joined(joint, (self._label(name, code) for code in codes))

    def _operand(self, title: str) -> str:
        """What is compared, from the name that the contract gives it: a question, or what is reckoned from some."""
        place = self._place(title)
        if place is not None:
            return place
        for template in _OPERANDS:
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(template))
            found = re.fullmatch(pattern, title)
            if found is not None:
                return Phrase(template, **{name: self._operand(text) for name, text in found.groupdict().items()})
        return title


def skipped_to(conditions: Sequence[tuple[str, JSON | None]], number: int) -> int | None:
    """Where to go on when the question at this place is not asked: the next that is not left out with it.

    ``conditions`` are those of a form's questions, in order, with their names. None means that nothing comes after it.
    A question is left out with it when it needs all that this one needs, or an answer that was left out.
    """
    name, condition = conditions[number]
    needed, skipped = set(_conjuncts(condition)), {name}
    for place, (later, needs) in enumerate(conditions[number + 1 :], number + 1):
        parts = _conjuncts(needs)
        if not needed <= parts.keys() and not any(_is_never_true(part, skipped) for part in parts.values()):
            return place
        skipped.add(later)
    return None


def _conjuncts(condition: JSON | None) -> Mapping[str, JSON]:
    """The parts that must all be true, by their text."""
    parts: Iterator[Any] = iter(condition["all"] if condition is not None and "all" in condition else [condition])
    return {json.dumps(part, sort_keys=True): part for part in parts if part is not None}


def _is_never_true(condition: JSON, blank: set[str]) -> bool:
    """Whether a condition cannot be true while these questions are blank."""
    match condition:
        case {"all": parts}:
            return any(_is_never_true(part, blank) for part in parts)
        case {"any": parts}:
            return all(_is_never_true(part, blank) for part in parts)
        case {"question": of} | {"answered": of} | {"any_row": of}:
            return of in blank
        case {"left": left, "right": right}:
            return left in blank or right in blank
    return False
