"""One import: every row of a file read, mapped, checked and stored, in one transaction, or none of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from monitor.errors import AnswersRefused, Fault, Problem, Refusal
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.intake.columns import Columns
from monitor.intake.csv_rows import csv_rows
from monitor.intake.files import InputFile, Row, opened
from monitor.intake.json_rows import json_rows
from monitor.intake.mapping import ColumnMapping, find_mapping
from monitor.intake.rejects import Rejects, rejects_to
from monitor.intake.xlsx_rows import xlsx_rows
from monitor.languages import Translation, translation
from monitor.store import Store, Writing
from monitor.submissions import check

OnError = Literal["stop", "skip"]

_MOST_SHOWN = 20
_STEP = 100


@dataclass(frozen=True)
class BadRow:
    """A row that was refused, with all its problems."""

    row: Row
    problems: tuple[Problem, ...]

    def lines(self, words: Translation) -> Iterator[str]:
        """A line for each problem, with the row's place."""
        width = max(len(problem.where) for problem in self.problems)
        for problem in self.problems:
            yield f"{self.row.place()}  {words.problem(problem).line(width)}"


@dataclass(frozen=True)
class Imported:
    """What became of the rows of a file: how many were accepted, refused, and already in the store.

    ``shown`` are the first refused rows. When ``stopped``, nothing was stored. In a dry run ``accepted`` counts what
    would have been stored.
    """

    path: Path
    form: str
    version: str
    accepted: int
    refused: int
    already: int
    shown: tuple[BadRow, ...] = ()
    stopped: bool = False
    dry_run: bool = False

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return self.accepted + self.refused + self.already

    def lines(self, words: Translation | None = None) -> list[str]:
        """The refused rows as they stand on the screen, by default in English; no lines when none was refused."""
        words = words or translation(None)
        return words.refusal(self._refusal(words)) if self.refused else []

    def _refusal(self, words: Translation) -> Refusal:
        details = [line for bad in self.shown for line in bad.lines(words)]
        if self.refused > len(self.shown):
            details.append(words.phrase("... and {number} more rows.", number=self.refused - len(self.shown)))
        return Refusal(
            "IMPORT-12", details=details, refused=self.refused, rows=self.rows, form=self.form, version=self.version,
            path=self.path,
        )  # fmt: skip


def import_file(
    store: Store, catalogue: Mapping[str, Instrument], instrument: Instrument, form: FormMeta, path: Path, *,
    actor: str, mapping: ColumnMapping | str | Path | None = None, dry_run: bool = False, on_error: OnError = "stop",
    rejects: Path | None = None, progress: Callable[[int], None] | None = None,
) -> Imported:  # fmt: skip
    """Import a CSV, JSON Lines or XLSX file of submissions of a form, in the name of ``actor``.

    With ``on_error="stop"`` one bad row keeps every row out; with ``"skip"`` the good ones are stored and the bad ones
    go to ``rejects``. A row that is already in the store, by its ``_id`` or as the same row of the same file, is passed
    over. ``dry_run`` stores and writes nothing. ``progress`` is called with the bytes read so far.

    Raises :class:`Refusal` (IMPORT-01 to 24, and what the store refuses) for the file as a whole; then nothing is
    stored.
    """
    if (on_error == "skip") != (rejects is not None) and not (dry_run and rejects is None):
        raise Refusal("IMPORT-17")
    if mapping is None or isinstance(mapping, (str, Path)):
        mapping = find_mapping(mapping, instrument, form) if mapping is not None else ColumnMapping()
    with ExitStack() as stack:
        file = stack.enter_context(opened(path))
        rejected = None
        if rejects is not None and not dry_run:
            rejected = stack.enter_context(rejects_to(rejects, form, [path, store.path]))
        with store.writing(actor) as writing:
            run = _Run(store, writing, catalogue, instrument, form, file, rejected)
            for row in _rows(file, Columns(instrument, form, mapping)):
                run.take(row)
                if progress is not None and row.number % _STEP == 0:
                    progress(file.handle.tell())
            if rejected is not None:
                rejected.settle()
            stopped = on_error == "stop" and run.refused > 0
            if dry_run or stopped:
                writing.discard()
        return Imported(
            path, form.full_code(), instrument.version, run.accepted, run.refused, run.already, tuple(run.shown),
            stopped=stopped, dry_run=dry_run,
        )  # fmt: skip


def _rows(file: InputFile, columns: Columns) -> Iterator[Row]:
    readers = {"csv": csv_rows, "xlsx": xlsx_rows}
    return readers.get(file.kind, json_rows)(file, columns)


class _Run:
    """Takes rows one by one and counts what becomes of them; keeps none but the first bad ones."""

    def __init__(
        self, store: Store, writing: Writing, catalogue: Mapping[str, Instrument], instrument: Instrument,
        form: FormMeta, file: InputFile, rejects: Rejects | None,
    ) -> None:  # fmt: skip
        self.accepted = self.refused = self.already = 0
        self.shown: list[BadRow] = []
        self._store, self._writing, self._around = store, writing, store.surroundings(catalogue)
        self._instrument, self._form, self._file, self._rejects = instrument, form, file, rejects

    def take(self, row: Row) -> None:
        """Store a row, or pass over it, or note why it is refused."""
        if row.flaws:
            self._refuse(row, tuple(Problem.of("(row)", flaw) for flaw in row.flaws))
            return
        origin, form = self._origin(row), self._form.full_code()
        if not self._store.has_origin(form, origin):
            self._check(row, origin)
        elif self._writing.brings(form, origin):
            self._refuse(row, (Problem.of("_id", Fault("ROW-08")),))
        else:
            self.already += 1

    def _check(self, row: Row, origin: str) -> None:
        try:
            submission = check(
                self._instrument, self._form, row.answers, author=self._writing.actor, around=self._around,
                origin=origin,
            )  # fmt: skip
        except AnswersRefused as refusal:
            self._refuse(row, refusal.problems)
        else:
            self._writing.submit(submission, self._instrument, self._form)
            self.accepted += 1

    def _refuse(self, row: Row, problems: tuple[Problem, ...]) -> None:
        self.refused += 1
        if len(self.shown) < _MOST_SHOWN:
            self.shown.append(BadRow(row, problems))
        if self._rejects is not None:
            self._rejects.add(row, problems)

    def _origin(self, row: Row) -> str:
        """What tells the row again: its ``_id``, or its number together with the whole file's fingerprint."""
        given = row.answers.get("_id")
        if isinstance(given, str) and given.strip() and not re.search(r"[\ud800-\udfff]", given):
            return given.strip()
        return "row:" + hashlib.sha256(f"{self._file.digest}:{row.number}".encode()).hexdigest()
