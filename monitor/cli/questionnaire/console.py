"""What a questionnaire needs of a terminal, and which of the two ways to type is right for the one that is there."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from monitor.languages import Translation

Kept = Callable[[str], None]
"""Keeps what has been typed so far, while it is being typed."""


class Left(Exception):
    """Somebody leaves, to go on another time. ``typed`` is what stood on the line."""

    def __init__(self, typed: str = "") -> None:
        super().__init__()
        self.typed = typed


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, with what stood on the line."""

    def __init__(self, typed: str) -> None:
        super().__init__()
        self.typed = typed


class Console(Protocol):
    """A terminal on which questions are asked. Talk goes to stderr.

    Each way of asking raises :class:`Left` where somebody leaves (Ctrl-D), and ``KeyboardInterrupt`` at Ctrl-C.
    """

    plain: bool
    """Whether it is read line by line, as by a screen reader: each thing once, and nothing is drawn again."""

    @property
    def width(self) -> int:
        """How many columns there are now."""

    def held(self) -> AbstractContextManager[None]:
        """Hold the terminal while a form is filled in, so that what is typed between two questions is not lost."""

    def lent(self) -> AbstractContextManager[None]:
        """Lend the terminal to another program."""

    def say(self, text: str = "", *, strong: bool = False) -> None:
        """Say something."""

    def line(
        self, asking: str, *, single: str = "", names: Sequence[str] = (), text: str = "", kept: Kept | None = None
    ) -> str:
        """A line as it is typed. ``single`` are keys that are an answer by themselves where the terminal can do that.

        ``names`` are completed while they are typed, ``text`` stands on the line to begin with.
        """

    def long(self, asking: str, text: str, kept: Kept) -> str:
        """Text of many lines, beginning with ``text``; or a word of command alone, such as ``<`` or ``:leave``."""


def wrapped(text: str, width: int, indent: str | None = None) -> str:
    """Text in lines of a width, broken between words; ``indent`` stands before all but the first line of each."""
    lines = []
    for line in text.split("\n"):
        before = line[: len(line) - len(line.lstrip())]
        after = before if indent is None else indent
        lines += textwrap.wrap(line, max(width - 1, 30), subsequent_indent=after, drop_whitespace=True) or [""]
    return "\n".join(lines)


def console_for(plain: bool, words: Translation) -> Console:
    """The terminal that is there: with a line editor, or plain where that was asked for or nothing else would do."""
    dumb = os.environ.get("TERM", "dumb" if os.name == "posix" else "") in ("dumb", "unknown")
    if plain or dumb or not (sys.stdin.isatty() and sys.stderr.isatty()):
        from monitor.cli.questionnaire.plain import Plain

        return Plain(words)
    from monitor.cli.questionnaire.editor import Editor

    return Editor()
