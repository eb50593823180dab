"""A mapping (TOML): how the columns, codes and marks for 'missing' of others become answers to our questions."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from monitor.errors import Refusal, did_you_mean
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.intake.limits import LONGEST_MAPPING
from monitor.intake.settings import read_toml
from monitor.questions import Choices, Coded, Question, Rows
from monitor.submissions import fields_of

_SECTIONS = ("columns", "drop", "missing", "codes", "constants")
_ALL = "*"


@dataclass(frozen=True)
class ColumnMapping:
    """What is done to each row before it is checked. Without a file: nothing.

    ``columns`` gives the question of a column that has another name; ``dropped`` columns are not read. ``missing`` and
    ``codes`` go by question: texts that mean 'not answered', and texts in the place of our codes. ``constants`` are
    answers that every row gets.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)

    def target(self, column: str) -> str | None:
        """The question (or envelope key) that a column answers; None when the column is dropped."""
        return None if column in self.dropped else self.columns.get(column, column)

    def missing_in(self, name: str) -> frozenset[str]:
        """The texts that mean 'not answered' at a question."""
        return self.missing.get(_ALL, frozenset()) | self.missing.get(name, frozenset())

    def translated(self, question: Question | None, name: str, text: str) -> str:
        """The text with our codes in the place of theirs; each part of it where several stand in one cell."""
        codes = self.codes.get(name)
        if codes is None or text in codes:
            return text if codes is None else codes[text]
        if isinstance(question, Choices) and ";" in text:
            return ";".join(codes.get(part.strip(), part) for part in text.split(";"))
        return text


def find_mapping(given: str | Path, instrument: Instrument, form: FormMeta) -> ColumnMapping:
    """The mapping of that bare name among the instrument's own (``mappings/NAME.toml``), or else in a file.

    Raises :class:`Refusal`: IMPORT-14 when there is none or it is no TOML, IMPORT-15 with everything in it that does
    not fit the form.
    """
    path = Path(given)
    own = instrument.folder / "mappings" if instrument.folder is not None else None
    if own is not None and path.name == str(given) and (own / f"{given}.toml").is_file():
        path = own / f"{given}.toml"
    try:
        contents = read_toml(_text(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, ValueError, RecursionError) as error:
        known = ", ".join(sorted(file.stem for file in own.glob("*.toml"))) if own is not None else ""
        raise Refusal("IMPORT-14", path=given, why=_why(error), code=instrument.code, known=known or "none") from None
    return _Reader(contents, instrument, form).mapping(path)


def _text(path: Path) -> str:
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        # A pipe may never be written to, and a device may never end.
        raise OSError(0, "it is a folder, a pipe or a device")
    if found.st_size > LONGEST_MAPPING:
        raise OSError(0, f"it is longer than {LONGEST_MAPPING:,} characters")
    return path.read_text(encoding="utf-8")


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, OSError):
        return (error.strerror or "it cannot be read").lower()
    if isinstance(error, tomllib.TOMLDecodeError):
        return f"it is no TOML: {error}"
    return "it is no TOML in UTF-8"


def _shown(name: str) -> str:
    """What is no name as a message may show it: not if it is a sentence, which somebody may have said."""
    return f"'{name}'" if re.fullmatch(r"[\w +.-]{1,60}", name) else "what stands there"


class _Reader:
    """Reads the sections of a mapping and collects everything that is wrong in them."""

    def __init__(self, contents: Mapping[str, Any], instrument: Instrument, form: FormMeta) -> None:
        self._contents, self._form = contents, form
        self._names = [*column_names(instrument, form)]
        self._problems: list[str] = []

    def mapping(self, path: Path) -> ColumnMapping:
        for section in self._contents:
            if section not in _SECTIONS:
                self._add(f"[{section}]", f"is no section of a mapping: {', '.join(_SECTIONS)}.")
        mapping = ColumnMapping(
            columns=self._columns(), dropped=self._dropped(), missing=self._missing(), codes=self._codes(),
            constants=self._constants(),
        )  # fmt: skip
        for column in sorted(mapping.dropped & set(mapping.columns)):
            self._add(f"[drop] {column}", "is also in [columns].")
        if self._problems:
            raise Refusal("IMPORT-15", details=self._problems, path=path, form=self._form.full_code())
        return mapping

    def _add(self, place: str, says: str) -> None:
        self._problems.append(f"{place}  {says}")

    def _table(self, section: str) -> Mapping[str, Any]:
        found = self._contents.get(section, {})
        if isinstance(found, dict):
            return found
        self._add(f"[{section}]", "must be a table.")
        return {}

    def _known(self, section: str, name: str) -> bool:
        if name not in self._names:
            self._add(f"[{section}] {name}", f"is {self._no_question(name)}")
        return name in self._names

    def _no_question(self, name: str) -> str:
        return f"not a question of {self._form.full_code()}.{did_you_mean(name, self._names)}"

    def _columns(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for column, name in self._table("columns").items():
            place = f"[columns] {column}"
            if not isinstance(name, str):
                self._add(place, "must name a question, in quotation marks.")
            elif name not in self._names:
                self._add(place, f"{_shown(name)} is {self._no_question(name)}")
            elif name in found.values():
                self._add(place, f"'{name}' already has another column.")
            else:
                found[column] = name
        return MappingProxyType(found)

    def _dropped(self) -> frozenset[str]:
        table = self._table("drop")
        for key in table:
            if key != "columns":
                self._add(f"[drop] {key}", "is not known here. Write: columns = [...].")
        return self._texts("[drop] columns", table.get("columns", []))

    def _texts(self, place: str, found: Any) -> frozenset[str]:
        if isinstance(found, list) and all(isinstance(text, str) for text in found):
            return frozenset(found)
        self._add(place, 'must be a list of texts, such as ["", "-99"].')
        return frozenset()

    def _missing(self) -> Mapping[str, frozenset[str]]:
        table = self._table("missing")
        return MappingProxyType(
            {
                name: frozenset(text.strip() for text in self._texts(f"[missing] {name}", texts))
                for name, texts in table.items()
                if name == _ALL or self._known("missing", name)
            }
        )

    def _codes(self) -> Mapping[str, Mapping[str, str]]:
        found: dict[str, Mapping[str, str]] = {}
        for name, pairs in self._table("codes").items():
            if not self._known("codes", name):
                continue
            place = f"[codes.{name}]"
            if not isinstance(pairs, dict) or not all(isinstance(code, str) for code in pairs.values()):
                self._add(place, 'must hold pairs of texts: "theirs" = "ours".')
                continue
            question = self._form.questions.get(name)
            if isinstance(question, Coded):
                for theirs, ours in pairs.items():
                    if ours not in question.codes:
                        meant = did_you_mean(ours, question.codes)
                        self._add(f"{place} {theirs}", f"{_shown(ours)} is not a code of {name}.{meant}")
            found[name] = MappingProxyType({theirs.strip(): ours for theirs, ours in pairs.items()})
        return MappingProxyType(found)

    def _constants(self) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for name, value in self._table("constants").items():
            if not self._known("constants", name):
                continue
            question = self._form.questions.get(name)
            if isinstance(question, Rows):
                self._add(f"[constants] {name}", "holds rows; no constant can.")
                continue
            raw = question.from_text(value) if question is not None and isinstance(value, str) else value
            fault = question.fault(raw) if question is not None else None
            if fault is None:
                found[name] = raw
            else:
                self._add(f"[constants] {name}", fault)
        return MappingProxyType(found)


def column_names(instrument: Instrument, form: FormMeta) -> Iterable[str]:
    """Every name that a column may carry: questions, envelope keys, and ``_explanations.RULE`` for each warning."""
    yield from (name for name in fields_of(form) if name != "_explanations")
    yield from (f"_explanations.{rule.id}" for rule in instrument.rules_of(form) if rule.severity == "warning")


def cell_names(instrument: Instrument, form: FormMeta) -> Iterable[str]:
    """The same without rows, which no cell can hold."""
    yield from (name for name in column_names(instrument, form) if not isinstance(form.questions.get(name), Rows))
