"""Reads one submission from a file: a JSON object, which may be spread over several lines."""

from __future__ import annotations

from pathlib import Path

from monitor.errors import Fault, Refusal
from monitor.intake.files import opened
from monitor.intake.json_rows import read_object
from monitor.intake.limits import MOST_CHARACTERS


def read_answers(path: Path) -> dict[str, object]:
    """The raw answers in a file: one JSON object of question names and answers.

    Raises :class:`Refusal`: IMPORT-01 to 06 and 10 for the file as such, IMPORT-16 when it holds no such object.
    """
    with opened(path, "json") as file:
        if path.stat().st_size > MOST_CHARACTERS:
            raise Refusal("IMPORT-10", path=path, line=1, limit=MOST_CHARACTERS)
        found = read_object("".join(file.text_lines()))
    if isinstance(found, Fault):
        raise Refusal("IMPORT-16", path=path, why=found)
    return found
