"""What a plugin's author tests with: the examples of a plugin, tried one by one without a store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.errors import AnswersRefused, Problem
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.submissions import Desk, check

__all__ = ["Desk", "Example", "accepted", "assert_refused", "desk_with_accepted", "problems_of", "refused"]


@dataclass(frozen=True)
class Example:
    """An example submission of a plugin: ``examples/FORM/NAME.json``, or ``examples/refused/FORM/NAME.json``.

    The file is what ``monitor fill FORM --answers FILE`` takes. A refused example has a sidecar ``NAME.txt``: the
    place of the problem in its first line, and in its second a piece of the sentence.
    """

    form: FormMeta
    path: Path
    where: str | None = None
    says: str | None = None

    @property
    def name(self) -> str:
        """``form/name``, as tests show it."""
        return f"{self.form.code}/{self.path.stem}"

    def answers(self) -> dict[str, Any]:
        """The raw answers."""
        raw: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        return raw


def accepted(instrument: Instrument) -> list[Example]:
    """The examples that must be accepted, parents before children and by name, so that each finds its parent."""
    return [Example(form, path) for form, path in _files(instrument, "examples")]


def refused(instrument: Instrument) -> list[Example]:
    """The examples that must be refused where all accepted ones are already in."""
    examples = []
    for form, path in _files(instrument, "examples/refused"):
        where, says, *_ = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
        examples.append(Example(form, path, where.strip(), says.strip()))
    return examples


def _files(instrument: Instrument, inside: str) -> Iterator[tuple[FormMeta, Path]]:
    assert instrument.folder is not None, f"{instrument.code} does not say in which folder it lies"
    for form in instrument.forms:
        for path in sorted((instrument.folder / inside / form.code).glob("*.json")):
            yield form, path


def desk_with_accepted(instrument: Instrument) -> Desk:
    """A desk on which every accepted example lies. Raises ``AssertionError`` naming the example that is refused."""
    desk = Desk()
    for example in accepted(instrument):
        try:
            desk.add(instrument, example.form, example.answers())
        except AnswersRefused as refusal:
            raise AssertionError(f"{example.name} must be accepted:\n" + "\n".join(refusal.lines())) from refusal
    return desk


def problems_of(instrument: Instrument, example: Example, desk: Desk) -> tuple[Problem, ...]:
    """The problems that an example has beside what lies on the desk; none when it is accepted."""
    try:
        check(instrument, example.form, example.answers(), author="MON-01", around=desk)
    except AnswersRefused as refusal:
        return refusal.problems
    return ()


def assert_refused(instrument: Instrument, example: Example, desk: Desk) -> None:
    """An example meets its one intended problem, at the intended place, and no other."""
    problems = problems_of(instrument, example, desk)
    lines = "\n".join(problem.line() for problem in problems) or "it was accepted"
    meant = [one for one in problems if one.where == example.where and (example.says or "") in one.line()]
    assert meant and len(problems) == 1, f"{example.name}: wanted '{example.says}' at {example.where}; found:\n{lines}"
