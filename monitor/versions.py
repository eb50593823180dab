"""What became of the answers that were given under an older version of an instrument."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.errors import DeclarationError
from monitor.questions import Coded

VERSION = re.compile(r"[0-9]+\.[0-9]+")
"""MAJOR.MINOR"""


def parts(version: str) -> tuple[int, int]:
    """A version as numbers, by which versions are older and newer."""
    major, minor = version.split(".")
    return int(major), int(minor)


@dataclass(frozen=True, eq=False)
class VersionMap:
    """Says that answers given under an older ``version`` still count, and how they read now.

    ``codes`` gives, for each question whose list changed, the code that stands for an old one today. What it does not
    name must mean the same as before: whoever writes a map answers for that. Without a map the submissions of another
    major version are left out of every finding, and the findings say so. The stored answers are never changed.

    Raises :class:`DeclarationError` for what is no version, and for a code that the question does not have today.
    """

    version: str
    codes: Mapping[Coded, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not VERSION.fullmatch(self.version):
            why = "a version is MAJOR.MINOR"
            raise DeclarationError("PLUGIN-05", place="A version map", name=self.version, why=why)
        for question, codes in self.codes.items():
            question.known(*codes.values())
