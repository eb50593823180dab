"""The folder of a plugin: its files, their fingerprint, and its code, executed from just these bytes."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

from monitor.errors import Refusal

MOST_FILES = 2_000
"""How many files and folders a plugin may hold."""

MOST_BYTES = 50_000_000
"""How many bytes they may have together."""

NEVER_CODE = ("__pycache__", ".git")
"""Folders that Python and git write by themselves: not fingerprinted, and nothing in them is ever executed."""


@dataclass(frozen=True)
class PluginFolder:
    """A plugin's folder as it was read at one moment.

    ``fingerprint`` is the SHA-256, in hexadecimal, of one line for each file, ordered by the bytes of its path:
    SHA-256 of the file, two spaces, path, NUL. That is what ``sha256sum --zero`` prints. ``code`` holds every ``.py``
    file of the package, by its path inside it.
    """

    package: Path
    fingerprint: str
    code: Mapping[str, bytes]


def read_folder(package: Path) -> PluginFolder:
    """Read and fingerprint the folder in which a package lies: every file that could be executed or read from there.

    Left out are ``__pycache__``, ``.git`` and ``*.pyc``. What is executed afterwards are the very bytes that were
    read here. Other files (translations, mappings, examples) are read from the disk when they are needed: whoever
    changes one in between is found out the next time.

    Raises :class:`Refusal`: PLUGIN-10 for what cannot be read, PLUGIN-14 for links that lead out of the folder or to
    another folder, devices and pipes, PLUGIN-15 for more than :data:`MOST_FILES` or :data:`MOST_BYTES`.
    """
    folder = package.parent
    digests: dict[bytes, bytes] = {}
    code: dict[str, bytes] = {}
    room = MOST_BYTES
    try:
        for path in _files(folder):
            place = path.relative_to(folder).as_posix()
            content = _content(path, place, folder, room)
            room -= len(content)
            if room < 0:
                raise Refusal("PLUGIN-15", folder=shown(folder))
            digests[os.fsencode(place)] = hashlib.sha256(content).hexdigest().encode()
            if place.startswith(f"{package.name}/") and place.endswith(".py"):
                code[place.removeprefix(f"{package.name}/")] = content
    except OSError as error:
        where = shown(error.filename or folder)
        why = f"{where} cannot be read: {error.strerror or type(error).__name__}."
        raise Refusal("PLUGIN-10", origin=f"folder {shown(folder)}", why=why) from error
    lines = b"".join(b"%b  %b\0" % (digests[place], place) for place in sorted(digests))
    return PluginFolder(package, hashlib.sha256(lines).hexdigest(), code)


def shown(name: object) -> str:
    """A name or path as it may be printed and noted: what is no letter, digit or sign is written as an escape.

    A folder can be called anything, also what a terminal takes for a command, or bytes that are no text.
    """
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in str(name))


def _files(folder: Path) -> Iterator[Path]:
    found = 0
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                inside = entry.is_dir(follow_symlinks=False)
                if entry.name in NEVER_CODE or (entry.name.endswith(".pyc") and not inside):
                    continue
                found += 1
                if found > MOST_FILES:
                    raise Refusal("PLUGIN-15", folder=shown(folder))
                if inside:
                    waiting.append(Path(entry.path))
                else:
                    yield Path(entry.path)


def _content(path: Path, place: str, folder: Path, room: int) -> bytes:
    """The bytes of a file, but no more than one beyond ``room``."""
    if path.is_symlink():
        target = Path(os.path.realpath(path))
        if not target.is_relative_to(os.path.realpath(folder)):
            raise Refusal("PLUGIN-14", folder=shown(folder), place=shown(place), why="leads out of it")
        if not os.path.lexists(target) or target.is_symlink():  # to nothing, or round in a circle: editors make such
            return b"-> " + os.fsencode(path.readlink())
    kind = path.stat().st_mode
    if not stat.S_ISREG(kind):
        why = "is a link to a folder" if stat.S_ISDIR(kind) else "is neither a file nor a folder"
        raise Refusal("PLUGIN-14", folder=shown(folder), place=shown(place), why=why)
    with path.open("rb") as file:
        return file.read(room + 1)


def import_folder(folder: PluginFolder) -> ModuleType:
    """Execute a plugin's package from the bytes that were read. What it raises passes."""
    package = folder.package.absolute()
    # A name of its own, so that a copy of a built-in plugin never turns into the original.
    name = f"{package.name}_{hashlib.sha256(os.fsencode(package.resolve())).hexdigest()[:8]}"
    for known in [known for known in sys.modules if known == name or known.startswith(f"{name}.")]:
        del sys.modules[known]
    sys.meta_path[:] = [one for one in sys.meta_path if not (isinstance(one, _Finder) and one.name == name)]
    finder = _Finder(name, package, folder.code)
    sys.meta_path.insert(0, finder)
    spec = finder.find_spec(name)
    assert spec is not None and spec.loader is not None  # a package without __init__.py is not taken for one
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class _Finder(MetaPathFinder):
    """Finds the modules of one plugin among the bytes that were read, and nowhere else.

    Python itself would look into the folder: it takes a compiled file that lies in ``__pycache__``, or in the place of
    a source, for what the source says, and never compares them.
    """

    def __init__(self, name: str, package: Path, code: Mapping[str, bytes]) -> None:
        self.name = name
        self._package = package
        self._code = code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name and not fullname.startswith(f"{self.name}."):
            return None
        place = fullname[len(self.name) + 1 :].replace(".", "/")
        inside = [str(self._package / place)]
        for file, folders in ((f"{place}/__init__.py".lstrip("/"), inside), (f"{place}.py", None)):
            if file in self._code:
                loader = _Source(fullname, str(self._package / file), self._code[file])
                return spec_from_file_location(fullname, loader.path, loader=loader, submodule_search_locations=folders)
        if any(file.startswith(f"{place}/") for file in self._code):  # a folder of modules without __init__.py
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = inside
            return spec
        # Not None: whoever is asked next would look on the disk.
        raise ModuleNotFoundError(f"there is no {place}.py among the plugin's files", name=fullname)


class _Source(SourceFileLoader):
    """Executes the bytes that it was given. No compiled file is read, and none is written."""

    def __init__(self, fullname: str, path: str, source: bytes) -> None:
        super().__init__(fullname, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = self.source_to_code(self._source, self.path)
        return code

    def get_data(self, path: str) -> bytes:
        return self._source if path == self.path else super().get_data(path)
