"""What is typed in place of an answer: back and forward, find, see everything, leave, and the like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Deed = Literal[
    "back", "forward", "explain", "find", "all", "leave", "edit", "add", "remove", "row", "clear", "about", "end",
    "help",
]  # fmt: skip

_SIGNS: dict[str, Deed] = {"<": "back", "-": "back", ">": "forward", "+": "forward", "?": "explain"}
"""The signs - and + are there for keyboards without < and >."""
_WORDS: tuple[Deed, ...] = (
    "back", "forward", "explain", "find", "all", "leave", "edit", "add", "remove", "row", "clear", "about", "end",
    "help",
)  # fmt: skip

SINGLE = "".join(_SIGNS)
"""The signs that act at once where a single key is an answer."""


@dataclass(frozen=True)
class Command:
    """What is to be done, and what was typed behind it."""

    deed: Deed
    what: str = ""


def command_of(typed: str) -> Command | None:
    """The command that was typed; None for an answer. A blank before it makes an answer of anything."""
    if typed.startswith((" ", "\t")):
        return None
    text = typed.rstrip()
    if text in _SIGNS:
        return Command(_SIGNS[text])
    if text.startswith("/"):
        return Command("find", text[1:].strip())
    found = re.fullmatch(r":([a-z]*)\s*(.*)", text)
    if found is None:
        return None
    deeds = [word for word in _WORDS if word.startswith(found[1])] if found[1] else []
    exact = [word for word in deeds if word == found[1]] or deeds
    return Command(exact[0] if len(exact) == 1 else "help", found[2].strip())


def is_command(typed: str) -> bool:
    """Whether this is a command, and no answer."""
    return command_of(typed) is not None
