"""The bench of the fuzzer: good samples of every form, a store in which to try bent ones, and what is sound."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from random import Random
from typing import Any

from monitor.errors import AnswersRefused
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.kit import new_plugin
from monitor.plugins import load
from monitor.questions import Narrative, Rows, Text
from monitor.store import (
    Store,
    create,
    show,
    verify,
)
from monitor.submissions import Desk, Submission, check, join
from monitor.testing import accepted
from tests.fuzz_mutation import LEAK, MARKER

ROOT = Path(__file__).parents[1]
ACTOR = "MON-01"

class Unsound(Exception):
    """Something is stored that was not checked, or was checked and is not stored."""


@dataclass(frozen=True)
class Input:
    """One input: its content (bytes, or raw answers), the name of its file, and what else the reader is told."""

    content: Any
    name: str = "input"
    about: Any = None


@dataclass(frozen=True)
class Answer:
    """What a reader made of an input: ``accepted``, or what kind of no; and everything that it said."""

    verdict: str = "accepted"
    said: Sequence[str] = ()


@dataclass(frozen=True)
class Reader:
    """A reader under attack. ``weight`` is its share of all inputs; ``command`` runs it by the command line."""

    name: str
    weight: int
    make: Callable[[Random], Input]
    run: Callable[[Bench, Input], Answer]
    command: Callable[[Bench, Input], list[str] | None] | None = None
    batch: int = 500


# Samples: what every reader would accept


@dataclass(frozen=True)
class Sample:
    """Raw answers that are accepted, with the marker in the place of what was written freely."""

    instrument: Instrument = field(repr=False)
    form: FormMeta
    raw: Mapping[str, Any] = field(repr=False)

    def fresh(self, luck: Random) -> dict[str, Any]:
        """The same under another reference, so that it is no double."""
        raw: dict[str, Any] = copy.deepcopy(dict(self.raw))
        key = self.form.key
        if key and isinstance(raw.get(key), str):
            other = re.sub("[0-9]", lambda _: str(luck.randrange(10)), raw[key])
            if self.form.questions[key].fault(other) is None:
                raw[key] = other
        raw.pop("_id", None)
        if self.form.event:
            raw["_session"] = luck.randrange(1, 100)
        return raw


@cache
def catalogue() -> Mapping[str, Instrument]:
    """The built-in instruments."""
    return load().catalogue


@cache
def samples() -> tuple[Sample, ...]:
    """The accepted examples of every instrument, parents first."""
    return tuple(_samples())


def _samples() -> Iterator[Sample]:
    desk = Desk()
    for instrument in catalogue().values():
        for example in accepted(instrument):
            raw = example.answers()
            marked = _marked(example.form, raw)
            try:
                desk.add(instrument, example.form, marked)
            except AnswersRefused:  # a rule looks into the text
                marked = raw
                desk.add(instrument, example.form, raw)
            yield Sample(instrument, example.form, marked)


def _marked(form: FormMeta, raw: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(raw)
    for name, question in form.questions.items():
        if isinstance(question, Rows) and name in kept:
            kept[name] = [_marked(question.row_form, row) for row in kept[name]]
        elif isinstance(question, (Text, Narrative)) and name in kept:
            kept[name] = f"{MARKER}. {kept[name]}"[: question.limit]
    return kept


@cache
def above() -> tuple[Sample, ...]:
    """The samples under which others stand. Those others would be doubles of what is thrown at a reader."""
    parents = {sample.form.parent for sample in samples()}
    return tuple(sample for sample in samples() if sample.form in parents)


@cache
def desk() -> Desk:
    """A desk on which the samples lie that others need."""
    found = Desk()
    for sample in above():
        found.add(sample.instrument, sample.form, sample.raw)
    return found


# The place where a batch is tried


class Bench:
    """A folder with a store in it, to be thrown away after a batch."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._number = 0

    def write(self, made: Input) -> Path:
        """The input as a file."""
        path = self.folder / made.name
        path.write_bytes(made.content)
        return path

    def fresh_folder(self) -> Path:
        """A folder that no input has seen."""
        self._number += 1
        path = self.folder / f"n{self._number}"
        path.mkdir()
        return path

    @cached_property
    def store(self) -> Store:
        """A store in which the samples are that others need."""
        return filled_store(self.folder / "store.db", above())

    @property
    def store_path(self) -> Path:
        """The file of that store."""
        return self.store.path

    @cached_property
    def plugin(self) -> Path:
        """The folder of a plugin that a mission might have written."""
        new_plugin("invented_visits", self.folder)
        return self.folder / "invented_visits"

    @cached_property
    def invented(self) -> tuple[Instrument, Path]:
        """That plugin's instrument, and its package."""
        plugins = load([self.plugin], installed=False)
        return next(iter(plugins.catalogue.values())), plugins.plugins[0].folder

    def head(self) -> int:
        """The number of the last entry of the log."""
        return self.store.head()[0]

    def expect(self, before: int, count: int | None) -> None:
        """Look at what was stored after an entry: so many submissions, and each passes its check again.

        Raises :class:`Unsound`.
        """
        query = "SELECT submission FROM log WHERE seq > ? AND kind = 'submitted'"
        new = [id for (id,) in self.store.connection.execute(query, (before,)).fetchall()]
        if count is not None and len(new) != count:
            raise Unsound(f"{len(new)} submissions are stored, {count} were accepted")
        for id in new:
            shown = show(self.store, id, catalogue())
            stored = shown.submission
            sealed = getattr(shown.content, "sealed", {})
            check_again(stored, sealed if isinstance(sealed, Mapping) else {}, self.store.surroundings(catalogue()))

    def settle(self) -> None:
        """After a batch: the store is whole. Raises :class:`Unsound`."""
        if "store" in self.__dict__:
            found = verify(self.store, catalogue())
            if not found.ok:
                raise Unsound(f"the store is not whole: {found.problems[:3]}")
            self.store.close()


def filled_store(path: Path, wanted: Sequence[Sample], passphrase: str | None = None) -> Store:
    """A store with these samples in it; encrypted, if a passphrase is given."""
    store = create(path, "An invented programme", ACTOR, plain=passphrase is None, passphrase=passphrase)
    with store.writing(ACTOR) as writing:
        for sample in wanted:
            around = store.surroundings(catalogue())
            submission = check(sample.instrument, sample.form, sample.raw, author=ACTOR, around=around)
            writing.submit(submission, sample.instrument, sample.form)
    return store


def check_again(stored: Submission, sealed: Mapping[str, Any], around: Any) -> None:
    """What is stored passes the check, and comes out of it unchanged. Raises :class:`Unsound`."""
    instrument = catalogue()[stored.form.split(".")[0]]
    form = instrument.form(stored.form.split(".")[1])
    assert form is not None  # it was stored under this code
    raw = join(form, stored.closed, stored.open, sealed) | {
        "_session": stored.session, "_source": stored.source, "_language": stored.language, "_parent": stored.parent,
        "_translation": stored.translation, "_explanations": dict(stored.explanations),
        "_submitted_at": stored.submitted_at,
    }  # fmt: skip
    try:
        again = check(instrument, form, raw, author=stored.author, around=around, replaces=stored.id)
    except AnswersRefused as refused:
        raise Unsound(f"what is stored is refused: {[problem.code for problem in refused.problems]}") from refused
    if (again.closed, again.open) != (stored.closed, stored.open):
        raise Unsound("what is stored is read as something else")


def leaks(text: str) -> bool:
    """Whether a text repeats what was written freely."""
    return LEAK in text
