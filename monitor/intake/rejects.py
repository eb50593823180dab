"""The file of rejected rows: their closed answers and their problems, and nothing that a person wrote freely."""

from __future__ import annotations

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
from monitor.questions import Rows
from monitor.submissions import problems_as_json


class Rejects:
    """Rows on their way into a file of rejects, as JSON Lines."""

    def __init__(self, path: Path, draft: Path, file: IO[str], form: FormMeta) -> None:
        self._path, self._draft, self._file, self._form = path, draft, file, form
        self.settled = False

    def add(self, row: Row, problems: Sequence[Problem]) -> None:
        """Write one row down."""
        kept = {
            "row": row.number,
            "line": row.line,
            "answers": closed_answers(self._form, row.answers),
            "problems": problems_as_json(problems),
        }
        with _refusing(self._path):
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


@contextmanager
def rejects_to(path: Path, form: FormMeta, beside: Sequence[Path]) -> Iterator[Rejects]:
    """Rejects that stand under ``path``, readable by their owner alone, if they are settled and the block ends well.

    Raises :class:`Refusal` (IMPORT-13) when ``path`` is one of the files ``beside``, or cannot be written.
    """
    with _refusing(path):
        _refuse_target(path, beside)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    rejects = Rejects(path, draft, os.fdopen(descriptor, "w", encoding="ascii", newline="\n"), form)
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
        if value is None or question.storage == "open" or question.publish == "sealed":
            continue
        if isinstance(question, Rows):
            rows = value if isinstance(value, list) else []
            kept[name] = [closed_answers(question.row_form, row) for row in rows if isinstance(row, dict)]
        elif question.fault(value) is None:
            kept[name] = value
    return kept
