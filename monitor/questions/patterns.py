"""What JSON Schema must be told so that it accepts and refuses the same raw answers as the questions do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# What Python takes off both ends of a text, written so that every dialect of regular expressions reads the same.
_UNICODE = r"\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
BLANKS = rf"[\t-\r\x1c-\x20{_UNICODE}]*"
"""Blanks around a code, or nothing else at all."""
TEXT_BLANKS = rf"[\t\n\r\x20{_UNICODE}]*"
"""Blanks around a text, which holds no control characters."""

_UNFIT = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff"

DAY = (
    r"(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    r"|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
)
"""A day that the calendar has, leap years included."""
DAY_MONTH_OR_YEAR = rf"(?!0000)[0-9]{{4}}(?:-(?:0[1-9]|1[0-2]))?|{DAY}"


def whole(pattern: str) -> str:
    """A pattern for all of a text. A line's end after it is not part of it, which Python's ``$`` overlooks."""
    return rf"^(?:{pattern})(?!\n)$"


def padded(pattern: str, blanks: str = BLANKS) -> str:
    """The same with blanks around it, which are taken off before an answer is read."""
    return f"^{blanks}(?:{pattern}){blanks}$"


def blank() -> dict[str, Any]:
    """A raw answer that is none."""
    return {"anyOf": [{"type": "null"}, {"type": "string", "pattern": f"^{BLANKS}$"}, {"type": "array", "maxItems": 0}]}


def text() -> dict[str, Any]:
    """Text that is not blank and that can be stored."""
    return {"type": "string", "pattern": f"^(?!{BLANKS}$)[^{_UNFIT}]*$"}


def dated(pattern: str, limit: int, **annotations: str) -> dict[str, Any]:
    """A date of a pattern, in so many characters with the blanks around it."""
    exact = {**annotations, "pattern": whole(pattern)}
    return {"type": "string", "maxLength": limit, "anyOf": [exact, {"pattern": padded(pattern, TEXT_BLANKS)}]}


def reference(pattern: str, limit: int) -> dict[str, Any]:
    """Text of which all but the blanks around it has a pattern of the plugin's own."""
    space = TEXT_BLANKS.removesuffix("*")
    core = f"^{TEXT_BLANKS}(?!{space})(?:{pattern})(?<!{space}){TEXT_BLANKS}$"
    return {"$ref": "#/$defs/Text", "maxLength": limit, "pattern": core}


def one_of(codes: Iterable[str]) -> dict[str, Any]:
    """One code of a list."""
    listed = list(codes)
    return {"anyOf": [{"enum": listed}, {"type": "string", "pattern": any_code(listed)}]}


def any_code(codes: Iterable[str]) -> str:
    """The pattern of one code of a list, with blanks around it."""
    return padded("|".join(code.replace("+", r"\+") for code in codes))
