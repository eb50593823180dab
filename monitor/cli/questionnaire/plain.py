"""Questions on a terminal that only takes lines: for a screen reader, a dumb terminal, or input from a pipe."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from monitor.cli.printing import say
from monitor.cli.questionnaire.commands import is_command
from monitor.cli.questionnaire.console import Kept, Left, wrapped
from monitor.languages import Translation

_CUT = 4094
"""Bytes at which a terminal that is not edited cuts a line, without a word."""


class Plain:
    """A terminal line by line: no cursor is moved, nothing is drawn again, each thing is said once."""

    plain = True

    def __init__(self, words: Translation) -> None:
        self._words = words

    @property
    def width(self) -> int:
        """How many columns there are now; nothing is wrapped where nobody looks at columns."""
        return shutil.get_terminal_size((10_000, 24)).columns if sys.stderr.isatty() else 10_000

    def say(self, text: str = "", *, strong: bool = False) -> None:
        """Say something."""
        say(wrapped(text, self.width))

    def held(self) -> AbstractContextManager[None]:
        """Nothing: the terminal reads lines all the time."""
        return nullcontext()

    def lent(self) -> AbstractContextManager[None]:
        """Nothing, for the same reason."""
        return nullcontext()

    def line(
        self, asking: str, *, single: str = "", names: Sequence[str] = (), text: str = "", kept: Kept | None = None
    ) -> str:
        """A line as it is typed. Raises :class:`Left` at the end of the input."""
        while True:
            print(f"{asking} ", end="", file=sys.stderr, flush=True)
            typed = sys.stdin.readline()
            if not typed:
                say()
                raise Left
            if sys.stdin.isatty() and len(typed.encode(errors="replace")) >= _CUT:
                cut = "The terminal has cut this line. Type it again in shorter lines, or with :edit."
                say(self._words.phrase(cut))
                continue
            try:
                typed.encode()
            except UnicodeEncodeError:
                say(self._words.phrase("What was typed holds bytes that are no text. UTF-8 is wanted."))
                continue
            return typed.rstrip("\r\n")

    def long(self, asking: str, text: str, kept: Kept) -> str:
        """Text line by line, up to a line with a dot alone; each line is kept as soon as it is typed.

        What is typed comes behind ``text``; Enter alone keeps that as it is.
        """
        lines = text.split("\n") if text else []
        first = True
        while True:
            typed = self.line(asking if first else ">")
            if first and not typed.strip():
                return text
            if first and is_command(typed):
                return typed
            first = False
            if typed.strip() == ".":
                return "\n".join(lines)
            lines.append(typed)
            kept("\n".join(lines))
