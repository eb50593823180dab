"""Reads JSON Lines, one submission an object a line; what JSON allows and no answer can be is named by row."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from monitor.errors import Fault
from monitor.intake.columns import Columns
from monitor.intake.files import InputFile, Row
from monitor.intake.limits import DEEPEST_OBJECT, LONGEST_NUMBER, MOST_CHARACTERS, MOST_COLUMNS, MOST_LISTS
from monitor.phrases import Phrase


class _Flaw(Exception):
    """A line that is JSON to the letter, but no submission."""

    def __init__(self, code: str, **values: object) -> None:
        self.fault = Fault(code, **values)


def json_rows(file: InputFile, columns: Columns) -> Iterator[Row]:
    """The rows of a file; blank lines are passed over."""
    number, too_long = 0, False
    for line, text in _numbered(file):
        if too_long or not text.strip():
            too_long = too_long and not text.endswith("\n")
            continue
        number += 1
        if len(text) > MOST_CHARACTERS:
            too_long = not text.endswith("\n")
            yield Row(number, line, {}, (Fault("ROW-07", limit=MOST_CHARACTERS),))
        else:
            found = read_object(text.rstrip())
            answers = found if isinstance(found, Fault) else columns.renamed(found)
            yield Row(number, line, {}, (answers,)) if isinstance(answers, Fault) else Row(number, line, answers)


def _numbered(file: InputFile) -> Iterator[tuple[int, str]]:
    """Pieces of text with the number of the line they stand in."""
    line = 1
    for text in file.text_lines():
        yield line, text
        line += text.endswith("\n")


def read_object(text: str) -> dict[str, object] | Fault:
    """The object that a text of JSON is, or what is wrong with it; never what the text says."""
    try:
        return _read(text)
    except _Flaw as flaw:
        return flaw.fault
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 else ""
        return Fault("ROW-02", why=error.msg, place=f"{line}character {error.colno}")


def _read(text: str) -> dict[str, object]:
    stood = text.count("[") + text.count("{")  # those within texts are counted too, and hold nothing
    if stood > MOST_LISTS:
        raise _Flaw("ROW-15", limit=MOST_LISTS)
    try:
        found = json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_whole, parse_float=_fraction
        )
    except RecursionError:
        raise _Flaw("ROW-06", limit=DEEPEST_OBJECT) from None
    if stood > DEEPEST_OBJECT and _deeper(found, DEEPEST_OBJECT):
        raise _Flaw("ROW-06", limit=DEEPEST_OBJECT)
    if not isinstance(found, dict):
        raise _Flaw("ROW-03")
    return found


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_COLUMNS:
        raise _Flaw("ROW-14", limit=MOST_COLUMNS)
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise _Flaw("ROW-04", name=f"'{twice}'" if re.fullmatch(r"[\w.]{1,60}", twice) else Phrase("A key"))
    return found


def _no_constant(name: str) -> Any:
    raise _Flaw("ROW-05", name=name)


def _whole(digits: str) -> int:
    _refuse_long(digits)
    return int(digits)


def _refuse_long(digits: str) -> None:
    if len(digits) > LONGEST_NUMBER:
        raise _Flaw("ROW-05", name=Phrase("A number of {number} digits", number=len(digits)))


def _fraction(digits: str) -> float:
    _refuse_long(digits)
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise _Flaw("ROW-05", name=Phrase("A number beyond all bounds"))
    return value


def _deeper(found: object, limit: int) -> bool:
    """Whether lists and objects stand in one another more than ``limit`` deep; without recursion of its own."""
    level: list[object] = [found]
    for _ in range(limit):
        level = [
            inside
            for thing in level
            if isinstance(thing, (dict, list))
            for inside in (thing.values() if isinstance(thing, dict) else thing)
        ]
    return any(isinstance(thing, (dict, list)) for thing in level)
