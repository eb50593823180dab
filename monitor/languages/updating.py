"""Makes a catalogue, or brings it up to date with the texts as they are now; what is translated is kept."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import Refusal
from monitor.instrument import Instrument
from monitor.languages.catalogues import DRAFT, Key, catalogue_path, read_file
from monitor.languages.sources import texts_of
from monitor.languages.tags import normal

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

_HEAD = f"""\
# {{package}} in {{language}}: {DRAFT}.
# Translate what stands after msgid into msgstr; msgctxt says where it is read.
# Names in braces, and codes, stay as they are. A fuzzy entry is not used:
# look at it, and take the word fuzzy out. Whoever has reviewed everything
# takes the first line out.
#"""


@dataclass(frozen=True)
class Updated:
    """A catalogue that was made or brought up to date, and how much of it is translated.

    ``fuzzy`` texts were guessed from similar ones and wait for somebody to look; ``gone`` ones stand no longer in the
    instrument, and are kept at the end of the file.
    """

    path: Path
    texts: int
    translated: int
    fuzzy: int
    gone: int


def update(package: Path, language: str, texts: Iterable[Key]) -> Updated:
    """Write the catalogue of a package in a language, with these texts.

    Raises :class:`Refusal` when the language is no tag of BCP 47 (LANGUAGE-02), or the file cannot be read
    (LANGUAGE-01) or written (LANGUAGE-03).
    """
    tag = normal(language)
    if tag is None:
        raise Refusal("LANGUAGE-02", given=language)
    path = catalogue_path(package, tag)
    fresh = _template(package, tag, texts)
    catalog = fresh
    if path.is_file():
        catalog = read_file(path)
        catalog.update(fresh, update_creation_date=False)
    _write(path, catalog)
    messages = [message for message in catalog if message.id]
    return Updated(
        path, len(messages), sum(bool(message.string) and not message.fuzzy for message in messages),
        sum(message.fuzzy for message in messages), len(catalog.obsolete),
    )  # fmt: skip


def texts_of_package(instruments: Iterable[Instrument]) -> list[Key]:
    """The texts of all instruments of one package, each once."""
    return list(dict.fromkeys(key for instrument in instruments for key in texts_of(instrument)))


def _template(package: Path, tag: str, texts: Iterable[Key]) -> Catalog:
    from babel.messages.catalog import Catalog

    head = _HEAD.format(package=package.name, language=tag)
    catalog = Catalog(tag.replace("-", "_"), package.name, head, project=package.name, version="1", fuzzy=False)
    for place, english in texts:
        catalog.add(english, context=place)
    return catalog


def _write(path: Path, catalog: Catalog) -> None:
    from babel.messages.pofile import write_po

    text = BytesIO()
    write_po(text, catalog, width=110, include_previous=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(text.getvalue())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Refusal("LANGUAGE-03", path=path, why=(error.strerror or type(error).__name__).lower()) from error
