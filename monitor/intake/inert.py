"""Cells of CSV that no spreadsheet takes for a formula, and that can be read back as they were."""

from __future__ import annotations

import re
import unicodedata

_STARTS = frozenset("=+-@\t\r＝＋－＠")
_QUOTES = frozenset("'\"`´‘’‚“”„«»")
_BETWEEN = frozenset(",;|\n\t\r")
_PLAIN_NUMBER = re.compile(r"-[0-9]{1,15}(\.[0-9]{1,4})?")


def inert(text: str) -> str:
    """The text with an apostrophe before every character that could begin a formula.

    A formula begins a cell, behind blanks and quotation marks that some programs take away; and a cell begins also
    behind a semicolon, where a program separates cells by these. A negative number is left as it is.
    """
    if _PLAIN_NUMBER.fullmatch(text):
        return text
    written: list[str] = []
    begins = True
    for character in text:
        if begins and character in _STARTS:
            written.append("'")
        written.append(character)
        begins = _still_begins(character, begins)
    return "".join(written)


def as_given(text: str) -> str:
    """The text that :func:`inert` was given."""
    given: list[str] = []
    begins = True
    for character in text:
        if begins and character in _STARTS and given and given[-1] == "'":
            given.pop()
        given.append(character)
        begins = _still_begins(character, begins)
    return "".join(given)


def _still_begins(character: str, begins: bool) -> bool:
    """Whether a cell could still begin after this character."""
    if character in _BETWEEN:
        return True
    invisible = character.isspace() or character in _QUOTES or unicodedata.category(character) in ("Cc", "Cf")
    return begins and invisible
