"""Writes the folder of a new plugin: a small instrument that works as it stands, to be changed into another."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from monitor.errors import Refusal
from monitor.plugins import load

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_SUFFIX = ".txt"  # every template ends so, besides its own suffix: it is text until a name stands in it


def new_plugin(name: str, out: Path) -> list[Path]:
    """Write the folder ``out/name`` of a new plugin and give its files.

    ``name`` becomes the code of the instrument, and with ``monitor_`` before it the name of the package. Raises
    :class:`Refusal`: KIT-01 for a name that cannot be one or is taken, KIT-02 where something stands already, KIT-03
    where nothing can be written.
    """
    _check_name(name)
    folder = out / name
    if folder.exists() or folder.is_symlink():
        raise Refusal("KIT-02", path=folder)
    values = _values(name)
    written = []
    try:
        for place, template in _templates(files("monitor.kit").joinpath("template"), PurePosixPath()):
            path = folder / _filled(place.as_posix().removesuffix(_SUFFIX), values)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_filled(template.read_text(encoding="utf-8"), values), encoding="utf-8")
            written.append(path)
    except OSError as error:
        raise Refusal("KIT-03", path=folder, why=error.strerror or type(error).__name__) from error
    return written


def _check_name(name: str) -> None:
    why = ""
    if not _NAME.fullmatch(name) or len(name) > 32:
        why = "it must be at most 32 lower-case letters, digits and single _, a letter first, such as waiting_rooms"
    elif keyword.iskeyword(name):
        why = "it is a word of the language Python"
    elif name in load().catalogue:
        why = "an instrument of this code is there already"
    if why:
        raise Refusal("KIT-01", name=name, why=why)


def _values(name: str) -> dict[str, str]:
    """What stands for each placeholder: the name, its words, and letters for the ids of rules and indicators."""
    words = name.split("_")
    letters = "".join(word[0] for word in words) if len(words) > 1 else name[:2]
    return {
        "@NAME@": name, "@PACKAGE@": f"monitor_{name}", "@DISTRIBUTION@": f"monitor-{'-'.join(words)}",
        "@TITLE@": " ".join(words).capitalize(), "@ID@": letters.upper(),
    }  # fmt: skip


def _filled(text: str, values: dict[str, str]) -> str:
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text


def _templates(folder: Traversable, place: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for child in sorted(folder.iterdir(), key=lambda one: one.name):
        if child.is_dir():
            yield from _templates(child, place / child.name)
        elif child.name.endswith(_SUFFIX):
            yield place / child.name, child
