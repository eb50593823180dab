"""The file of rejected rows: their closed answers and their problems, and nothing that a person wrote freely."""

from __future__ import annotations

import csv
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from monitor.errors import Problem, Refusal
from monitor.forms import FormMeta
from monitor.intake.files import Row
from monitor.intake.inert import inert
from monitor.questions import Question, Rows
from monitor.submissions import problems_as_json

REJECTED = "_rejected"
"""The column of a CSV file of rejects that says why. An import passes over it, and knows our own file by it."""


class Rejects:
    """Rows on their way into a file of rejects, as JSON Lines."""

    def __init__(self, path: Path, draft: Path, file: IO[str], form: FormMeta) -> None:
        self._path, self._draft, self._file, self._form = path, draft, file, form
        self.settled = False

    def add(self, row: Row, problems: Sequence[Problem]) -> None:
        """Write one row down."""
        with _refusing(self._path):
            self._write(row, closed_answers(self._form, row.answers), problems)

    def _write(self, row: Row, answers: Mapping[str, object], problems: Sequence[Problem]) -> None:
        kept = {"row": row.number, "line": row.line, "answers": answers, "problems": problems_as_json(problems)}
        # Escaped to ASCII, because half a character pair is one of the reasons for which a row is refused.
        self._file.write(json.dumps(kept, ensure_ascii=True) + "\n")

    def settle(self) -> None:
        """Bring everything onto the disk and give the file its name.

        To be called before the good rows are kept: then no crash can keep them and lose the bad ones.
        """
        with _refusing(self._path):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._draft.replace(self._path)
        self.settled = True

    def close(self) -> None:
        """Close the file, and take away what was not settled."""
        with suppress(OSError):  # what a full disk did not take has been refused already
            self._file.close()
        self._draft.unlink(missing_ok=True)


class _Table(Rejects):
    """The same as a table of CSV, in which nothing is a formula; with a header when it has any row."""

    def _write(self, row: Row, answers: Mapping[str, object], problems: Sequence[Problem]) -> None:
        names = [name for name, question in self._form.questions.items() if not _is_kept_back(question)]
        # Every cell is quoted, and the mark at the start tells a spreadsheet program that this is UTF-8.
        table = csv.writer(self._file, quoting=csv.QUOTE_ALL)
        if not self._file.tell():
            self._file.write("\ufeff")
            table.writerow([REJECTED, *names])
        why = "; ".join(problem.line() for problem in problems)
        cells = [f"{row.place()}: {why}", *(cell_of(answers.get(name)) for name in names)]
        table.writerow([inert(cell) for cell in cells])


def cell_of(answer: object) -> str:
    """A closed answer as a cell holds it: what :meth:`Question.from_text` reads as that answer again."""
    if isinstance(answer, list):
        return ";".join(answer)
    if isinstance(answer, dict):
        return f"{answer['amount']} {answer['currency']}"
    return "" if answer is None else str(answer)


def _is_kept_back(question: Question) -> bool:
    """Whether answers to a question can name people, and so stay in the file where they stand."""
    return question.storage == "open" or question.publish == "sealed"


@contextmanager
def rejects_to(path: Path, form: FormMeta, beside: Sequence[Path]) -> Iterator[Rejects]:
    """Rejects that stand under ``path``, readable by their owner alone, if they are settled and the block ends well.

    A name that ends in ``.csv`` makes a table, any other JSON Lines. Raises :class:`Refusal` (IMPORT-13) when ``path``
    is one of the files ``beside``, cannot be written, or is to be a table for a form with rows.
    """
    as_table = path.suffix.lower() == ".csv"
    with _refusing(path):
        _refuse_target(path, beside)
        if as_table and any(isinstance(question, Rows) for question in form.questions.values()):
            raise Refusal("IMPORT-13", path=path, why=f"{form.full_code()} has rows, which no cell of CSV can hold")
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    file = os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="" if as_table else "\n")
    rejects = (_Table if as_table else Rejects)(path, draft, file, form)
    try:
        yield rejects
    except BaseException:
        if rejects.settled:
            path.unlink(missing_ok=True)
        raise
    finally:
        rejects.close()


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or "its name is not possible").lower()
        raise Refusal("IMPORT-13", path=path, why=why) from None


def _refuse_target(path: Path, beside: Sequence[Path]) -> None:
    for other in beside:
        same = path.exists() and other.exists() and path.samefile(other)
        if same or path.resolve() == other.resolve():
            raise Refusal("IMPORT-13", path=path, why=f"it is {other.name} itself")
    if path.exists() and not path.is_file():
        raise Refusal("IMPORT-13", path=path, why="it is a folder, a pipe or a device")


def closed_answers(form: FormMeta, raw: Mapping[str, object]) -> dict[str, object]:
    """The answers that may be repeated outside the store: those to closed questions that can be read.

    What is no answer to a closed question is left out: it is most often an open answer in the wrong column. Where it
    is a single word, the sentence about it repeats that.
    """
    kept: dict[str, object] = {}
    for name, question in form.questions.items():
        value = raw.get(name)
        if value is None or _is_kept_back(question):
            continue
        if isinstance(question, Rows):
            rows = value if isinstance(value, list) else []
            kept[name] = [closed_answers(question.row_form, row) for row in rows if isinstance(row, dict)]
        elif question.fault(value) is None:
            kept[name] = value
    return kept
