"""Anchors: the head of a log as a signed line, kept outside the store, against which the store is later held."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.errors import Refusal
from monitor.keys.files import read_small
from monitor.keys.signing import verifies

_MOST_ANCHORS = 10_000

_LINE = re.compile(
    r"monitor-anchor-1 store=(?P<store>[0-9a-f]{64}) entries=(?P<entries>[1-9][0-9]{0,15}) head=(?P<head>[0-9a-f]{64}) "
    r"time=(?P<time>[0-9T:.+-]{10,40}) key=(?P<key>[0-9a-f]{64}) "
    r"signature=(?P<signature>[0-9a-f]{16}:[A-Za-z0-9+/=]{88})"
)


@dataclass(frozen=True)
class Anchor:
    """The head of a log at a moment: the store (hash of its first entry), how many entries, the hash of the last one.

    ``key`` is the public key that signed it.
    """

    store: str
    entries: int
    head: str
    time: str
    key: str
    signature: str = ""

    def statement(self) -> str:
        """What is signed."""
        head = f"store={self.store} entries={self.entries} head={self.head}"
        return f"monitor-anchor-1 {head} time={self.time} key={self.key}"

    def line(self) -> str:
        """The whole anchor, as it is printed or kept in a file."""
        return f"{self.statement()} signature={self.signature}"

    def is_genuine(self) -> bool:
        """Whether the key that it names signed it."""
        return verifies(self.statement(), self.signature, self.key)


def read_anchors(path: Path) -> list[Anchor]:
    """The anchors in a file, one on a line; blank lines and lines with ``#`` are passed over.

    Raises :class:`Refusal` (KEY-12) with the line that is none, or when there is none at all.
    """
    lines = [line.strip() for line in read_small(path, "anchors").splitlines()]
    kept = [(number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    if not kept or len(kept) > _MOST_ANCHORS:
        raise Refusal("KEY-12", path=path, line=1)
    return [_read(path, number, line) for number, line in kept]


def add_anchor(path: Path, anchor: Anchor) -> None:
    """Add an anchor to a file of anchors, which is made where there is none; it is on the disk afterwards.

    Raises :class:`Refusal` (KEY-09, KEY-12) for a file that holds something else, and leaves it as it is.
    """
    before = ""
    if path.exists():
        before = read_small(path, "anchors")
        if before.strip():
            read_anchors(path)
    with path.open("a", encoding="utf-8") as file:
        file.write(("" if before.endswith("\n") or not before else "\n") + anchor.line() + "\n")
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path, number: int, line: str) -> Anchor:
    found = _LINE.fullmatch(line)
    if found is None:
        raise Refusal("KEY-12", path=path, line=number)
    parts = found.groupdict()
    try:
        datetime.fromisoformat(parts["time"])
    except ValueError:
        raise Refusal("KEY-12", path=path, line=number) from None
    return Anchor(
        parts["store"], int(parts["entries"]), parts["head"], parts["time"], parts["key"], parts["signature"]
    )  # fmt: skip
