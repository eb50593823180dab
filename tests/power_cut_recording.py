"""The record of what a program did to the files of one folder, read from ``strace``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

CALLS = (
    # replayed
    "open openat creat close dup dup2 dup3 fcntl lseek write pwrite64 ftruncate fallocate fsync fdatasync sync syncfs "
    "unlink unlinkat rename renameat renameat2 "
    # refused, should they touch a file of the folder: nobody uses them so far
    "openat2 writev pwritev pwritev2 truncate mmap sendfile copy_file_range splice link linkat symlink symlinkat mkdir "
    "mkdirat rmdir io_uring_setup io_submit"
)


@dataclass(frozen=True)
class Write:
    """Bytes were written into a file."""

    file: int
    offset: int
    data: bytes


@dataclass(frozen=True)
class Resize:
    """A file was cut or lengthened."""

    file: int
    size: int
    only_grows: bool = False


@dataclass(frozen=True)
class Sync:
    """All that was done to a file is on the disk."""

    file: int


@dataclass(frozen=True)
class Link:
    """A file was made under a name."""

    name: str
    file: int


@dataclass(frozen=True)
class Unlink:
    """A name was removed."""

    name: str
    file: int


@dataclass(frozen=True)
class Rename:
    """A file got another name; what had that name before lost it in the same moment."""

    old: str
    name: str
    file: int


@dataclass(frozen=True)
class SyncFolder:
    """All names of the folder are on the disk."""


@dataclass(frozen=True)
class Said:
    """A line that the program printed."""

    line: bytes


Event = Write | Resize | Sync | Link | Unlink | Rename | SyncFolder | Said


STRACE = ("strace", "-f", "--seccomp-bpf", "-e", "signal=none", "-e", f"trace={','.join(CALLS.split())}")
"""``--seccomp-bpf`` stops the program only at the calls that are asked for, which halves the time."""


def cannot_record() -> str | None:
    """Why nothing can be recorded here, or None."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run([*STRACE, "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip()}"


def record(scratch: Path, *words: str, found: Mapping[str, bytes] | None = None) -> list[Event]:
    """Run ``tests.power_cut_writing`` in a folder below ``scratch``; gives what it did there.

    The folder is empty at first, or holds the files ``found``; these come first in the record, and synced.
    """
    folder, written = (scratch / "recorded").resolve(), scratch / "strace"
    put(folder, found or {})
    reading = Reading(folder)
    before = list(reading.begin(found or {}))
    tracing = [*STRACE, "-xx", "-s", str(2**24), "-o", str(written)]
    program = [sys.executable, "-B", "-m", "tests.power_cut_writing", str(folder), *words]
    subprocess.run([*tracing, *program], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    with written.open(encoding="ascii") as lines:
        events = [*before, *reading.events(calls(lines))]
    written.unlink()
    return events


def put(folder: Path, found: Mapping[str, bytes]) -> None:
    """Make the folder anew, with these files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    for name, held in found.items():
        (folder / name).write_bytes(held)


def calls(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Name, arguments and result of each call; one that was interrupted by another thread is put together again."""
    begun: dict[str, str] = {}
    for line in lines:
        process, text = line.rstrip("\n").split(None, 1)
        if text.endswith("<unfinished ...>"):
            begun[process] = text.removesuffix("<unfinished ...>").rstrip()
            continue
        if text.startswith("<... "):
            text = begun.pop(process) + text.split("resumed>", 1)[1]
        if text.startswith(("+++", "---")):
            continue
        call, result = text.rsplit(" = ", 1)
        name, arguments = call.rstrip().removesuffix(")").split("(", 1)
        yield name, arguments, result


@dataclass
class _Opened:
    """An open file or the folder (no number), and where the next plain write goes."""

    file: int | None
    position: int = 0
    appends: bool = False


class Reading:
    """Reads the calls of one program, and keeps in mind what is open and what is there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[int, _Opened] = {}
        self._names: dict[str, int] = {}
        self._sizes: list[int] = []

    def begin(self, found: Mapping[str, bytes]) -> Iterator[Event]:
        """What was in the folder beforehand, as if it had been written and synced."""
        for name, held in found.items():
            file = self._names[name] = len(self._sizes)
            self._sizes.append(len(held))
            yield from (Link(name, file), Write(file, 0, held), Sync(file))
        yield SyncFolder()

    def events(self, calls: Iterable[tuple[str, str, str]]) -> Iterator[Event]:
        """What was done to the folder. Raises :class:`ValueError` for what cannot be replayed."""
        for name, arguments, result in calls:
            value = int(result.split()[0], 0) if result[0] in "-0123456789" else -1
            if value < 0:
                continue
            method = getattr(self, f"_on_{name}", self._other)
            parts = arguments.split(", ")
            if name.endswith(("at", "at2")) and (found := self._file(parts[0])) is not None and found.file is None:
                raise ValueError(f"cannot be replayed: {name} relative to the folder")
            if method == self._other and self._touches(name, parts):
                raise ValueError(f"cannot be replayed: {name}({arguments[:200]})")
            yield from method(parts, value)

    def _other(self, parts: list[str], value: int) -> Iterator[Event]:
        yield from ()

    def _touches(self, name: str, parts: list[str]) -> bool:
        """Whether a call that is not replayed may have changed a file of the folder."""
        if name == "mmap":
            return "MAP_SHARED" in parts[3] and "PROT_WRITE" in parts[2] and self._file(parts[4]) is not None
        if name.startswith("io_"):
            return True
        return any(self._file(part) is not None or self._inside(part) is not None for part in parts)

    def _file(self, part: str) -> _Opened | None:
        return self._open.get(int(part)) if part.isdigit() else None

    def _inside(self, part: str) -> str | None:
        """The name in the folder that an argument means; the folder itself is ''."""
        if not part.startswith('"'):
            return None
        path = os.path.normpath(os.fsdecode(_bytes(part)))
        if path == str(self._folder):
            return ""
        beneath = path.removeprefix(f"{self._folder}/")
        if beneath == path or beneath.endswith("-shm"):
            return None
        if "/" in beneath:
            raise ValueError("a folder within the folder cannot be replayed")
        return beneath

    # How each call changes what is open and what is there

    def _on_openat(self, parts: list[str], value: int) -> Iterator[Event]:
        self._open.pop(value, None)
        name, flags = self._inside(parts[1]), parts[2]
        if name is None:
            return
        if name == "":
            self._open[value] = _Opened(None)
            return
        if name not in self._names:
            self._names[name] = len(self._sizes)
            self._sizes.append(0)
            yield Link(name, self._names[name])
        file = self._names[name]
        self._open[value] = _Opened(file, appends="O_APPEND" in flags)
        if "O_TRUNC" in flags and self._sizes[file]:
            yield self._resize(file, 0)

    def _on_open(self, parts: list[str], value: int) -> Iterator[Event]:
        yield from self._on_openat(["AT_FDCWD", *parts], value)

    def _on_creat(self, parts: list[str], value: int) -> Iterator[Event]:
        yield from self._on_openat(["AT_FDCWD", parts[0], "O_TRUNC"], value)

    def _on_close(self, parts: list[str], value: int) -> Iterator[Event]:
        self._open.pop(int(parts[0]), None)
        yield from ()

    def _on_dup(self, parts: list[str], value: int) -> Iterator[Event]:
        opened = self._open.get(int(parts[0]))
        self._open.pop(value, None)
        if opened is not None:
            self._open[value] = opened
        yield from ()

    _on_dup2 = _on_dup3 = _on_dup

    def _on_fcntl(self, parts: list[str], value: int) -> Iterator[Event]:
        if parts[1].startswith("F_DUPFD"):
            yield from self._on_dup(parts, value)

    def _on_lseek(self, parts: list[str], value: int) -> Iterator[Event]:
        if (opened := self._file(parts[0])) is not None:
            opened.position = value
        yield from ()

    def _on_write(self, parts: list[str], value: int) -> Iterator[Event]:
        opened = self._file(parts[0])
        if opened is not None and opened.file is not None:
            if opened.appends:
                opened.position = self._sizes[opened.file]
            yield self._put(opened.file, opened.position, parts[1], value)
            opened.position += value
        elif parts[0] == "1":
            yield Said(_bytes(parts[1]).rstrip(b"\n"))

    def _on_pwrite64(self, parts: list[str], value: int) -> Iterator[Event]:
        opened = self._file(parts[0])
        if opened is not None and opened.file is not None:
            yield self._put(opened.file, int(parts[3]), parts[1], value)

    def _put(self, file: int, offset: int, text: str, length: int) -> Write:
        data = _bytes(text)[:length]
        if len(data) < length:
            raise ValueError("strace kept only a part of what was written")
        self._sizes[file] = max(self._sizes[file], offset + length)
        return Write(file, offset, data)

    def _resize(self, file: int, size: int, only_grows: bool = False) -> Resize:
        self._sizes[file] = max(size, self._sizes[file] if only_grows else 0)
        return Resize(file, size, only_grows)

    def _on_ftruncate(self, parts: list[str], value: int) -> Iterator[Event]:
        opened = self._file(parts[0])
        if opened is not None and opened.file is not None:
            yield self._resize(opened.file, int(parts[1]))

    def _on_fallocate(self, parts: list[str], value: int) -> Iterator[Event]:
        opened = self._file(parts[0])
        if opened is not None and opened.file is not None:
            if parts[1] != "0":
                raise ValueError(f"fallocate with {parts[1]} cannot be replayed")
            yield self._resize(opened.file, int(parts[2]) + int(parts[3]), only_grows=True)

    def _on_fsync(self, parts: list[str], value: int) -> Iterator[Event]:
        if (opened := self._file(parts[0])) is not None:
            yield SyncFolder() if opened.file is None else Sync(opened.file)

    _on_fdatasync = _on_fsync

    def _on_sync(self, parts: list[str], value: int) -> Iterator[Event]:
        yield SyncFolder()
        yield from (Sync(file) for file in range(len(self._sizes)))

    _on_syncfs = _on_sync

    def _on_unlink(self, parts: list[str], value: int) -> Iterator[Event]:
        if name := self._inside(parts[0]):
            yield Unlink(name, self._names.pop(name))

    def _on_unlinkat(self, parts: list[str], value: int) -> Iterator[Event]:
        yield from self._on_unlink(parts[1:], value)

    def _on_rename(self, parts: list[str], value: int) -> Iterator[Event]:
        old, new = self._inside(parts[0]), self._inside(parts[1])
        if old and new:
            self._names[new] = self._names.pop(old)
            yield Rename(old, new, self._names[new])
        elif old or new:
            raise ValueError("a file that is moved into or out of the folder cannot be replayed")

    def _on_renameat(self, parts: list[str], value: int) -> Iterator[Event]:
        yield from self._on_rename([parts[1], parts[3]], value)

    _on_renameat2 = _on_renameat


def _bytes(text: str) -> bytes:
    """The bytes of a string as ``strace -xx`` prints it."""
    if not re.fullmatch(r'"(?:\\x[0-9a-f]{2})*"', text):
        raise ValueError(f"cannot be read, or was cut: {text[-20:]}")
    return bytes.fromhex(text[1:-1].replace("\\x", ""))
