"""A list of what is wrong with a store: it never names an answer and never grows without end."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MOST = 200


class Problems:
    """Collects lines; after the first 200 it only counts."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._count = 0

    def __bool__(self) -> bool:
        return self._count > 0

    def add(self, line: str) -> None:
        """One more."""
        self._count += 1
        if self._count <= _MOST:
            # Bytes that are no text are read as halves of character pairs, which no terminal prints.
            self._lines.append(line.encode("utf-8", "replace").decode())

    def extend(self, lines: Iterable[str]) -> None:
        """Several more."""
        for line in lines:
            self.add(line)

    def lines(self) -> tuple[str, ...]:
        """What was found, and how much more there is."""
        more = self._count - _MOST
        return (*self._lines, f"... and {more} more.") if more > 0 else tuple(self._lines)


def named(name: object) -> str:
    """A name found in the file, if it looks like one: whoever changed the file may have put anything there."""
    return name if isinstance(name, str) and re.fullmatch(r"[\w.:-]{1,120}", name) else "(with no proper name)"
