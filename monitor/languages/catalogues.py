"""Gettext catalogues as they lie in a folder: ``locale/TAG/LC_MESSAGES/PACKAGE.po``, read once and kept."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import Refusal
from monitor.languages.tags import normal

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

DRAFT = "unreviewed draft"
"""The words in the head of a catalogue that nobody has reviewed. Whoever reviews it takes the line out."""

_LONGEST = 4_000_000
"""Bytes of a catalogue. That of the largest instrument has 200,000."""
_LONGEST_LINE = 20_000

Key = tuple[str, str]
"""Where a text stands (gettext's msgctxt), and its English (the msgid)."""


@dataclass(frozen=True)
class Catalogue:
    """What is translated into one language: nothing that is blank, and nothing that is marked fuzzy."""

    language: str
    texts: Mapping[Key, str] = field(repr=False)
    draft: bool


def catalogue_path(package: Path, language: str) -> Path:
    """Where the catalogue of a package lies, whether or not there is one."""
    return package / "locale" / language / "LC_MESSAGES" / f"{package.name}.po"


def languages_of(package: Path) -> list[str]:
    """The tags of the languages for which a package has a catalogue."""
    folders = sorted(path.name for path in (package / "locale").glob("*") if normal(path.name) == path.name)
    return [tag for tag in folders if _file(package, tag) is not None]


def read_catalogue(package: Path, language: str) -> Catalogue | None:
    """The catalogue of a package in exactly this language; None when there is none.

    The ``.po`` is read as it is; where only a compiled ``.mo`` lies, that is. Raises :class:`Refusal` (LANGUAGE-01)
    when it cannot be read.
    """
    path = _file(package, language)
    return _read(path, language, path.stat().st_mtime_ns) if path is not None else None


def _file(package: Path, language: str) -> Path | None:
    po = catalogue_path(package, language)
    # The source first: a compiled catalogue beside it may be older than it.
    return next((path for path in (po, po.with_suffix(".mo")) if path.is_file()), None)


@cache
def _read(path: Path, language: str, changed: int) -> Catalogue:
    """``changed`` is the time of the file's last change, so that another text is read anew."""
    found = read_file(path)
    try:
        texts = {
            (_place(message.context), message.id): message.string
            for message in found
            if isinstance(message.id, str) and isinstance(message.string, str) and message.string and not message.fuzzy
        }
    except UnicodeDecodeError as error:
        raise Refusal("LANGUAGE-01", path=path, why="the place of a text is no UTF-8") from error
    texts.pop(("", ""), None)
    return Catalogue(language, texts, DRAFT in found.header_comment.lower())


def _place(context: str | bytes | None) -> str:
    # Babel decodes the texts of a compiled catalogue, and forgets their contexts.
    return context.decode() if isinstance(context, bytes) else context or ""


def read_file(path: Path) -> Catalog:
    """A ``.po`` or ``.mo`` file as Babel reads it. Raises :class:`Refusal` (LANGUAGE-01) when it cannot be read."""
    from babel.messages.mofile import read_mo  # Babel is read only where a language is asked for
    from babel.messages.pofile import PoFileError, read_po

    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
        _refuse_bombs(content)
        return read_mo(BytesIO(content)) if path.suffix == ".mo" else read_po(BytesIO(content), abort_invalid=True)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, struct.error, PoFileError) as error:
        raise Refusal("LANGUAGE-01", path=path, why=str(error) or type(error).__name__) from error


def _refuse_bombs(content: bytes) -> None:
    """Raise ``ValueError`` for what Babel would need hours or all memory for."""
    if len(content) > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST:,} bytes")
    forms = re.search(rb"nplurals\s*=\s*([0-9]{3,})", content)
    if forms is not None:
        raise ValueError("no language has so many plural forms")
    if max(map(len, content.splitlines()), default=0) > _LONGEST_LINE:
        raise ValueError(f"a line is longer than {_LONGEST_LINE:,} bytes")
