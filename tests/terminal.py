"""A person at a terminal: a real process behind a real pty, its screen as somebody would see it, keys one by one."""

from __future__ import annotations

import os
import re
import select
import signal
import struct
import sys
import time
from collections.abc import Mapping
from pathlib import Path

if os.name == "posix":
    import fcntl
    import pty
    import termios

_MOVES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]")
"""What colours the output and moves the cursor."""


class Terminal:
    """`monitor` at work in a terminal of so many columns and rows.

    ``text`` is all that was said, without what moves the cursor; ``screen`` is what stands on the screen. ``delays``
    are the seconds from each Enter, or other last key, to the question that it brings.
    """

    def __init__(
        self, words: list[str], environment: Mapping[str, str], columns: int = 80, rows: int = 24, slow: float = 60.0
    ) -> None:
        import pyte

        self._display = pyte.HistoryScreen(columns, rows, history=5000, ratio=0.5)
        self._stream = pyte.ByteStream(self._display)
        self.bytes = self._new = b""
        self.keys = 0
        self.delays: list[tuple[float, str]] = []
        self._slow = slow
        self.pid, self._door = pty.fork()
        if self.pid == 0:  # the child becomes the program
            program = [sys.executable, "-c", "from monitor.cli import main; main()", *words]
            os.execve(sys.executable, program, dict(environment))
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """Somebody pulls at the window."""
        fcntl.ioctl(self._door, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._display.resize(rows, columns)

    def type(self, keys: str) -> None:
        """Type keys; a new line is the Enter key."""
        self.keys += len(keys)
        self._new = b""
        os.write(self._door, keys.replace("\n", "\r").encode())

    def wait(self, wanted: str, *, timed: bool = False) -> None:
        """Wait until what is said since the last key, and was not waited for yet, holds this."""
        began = time.monotonic()
        while wanted.encode() not in _MOVES.sub(b"", self._new):
            left = began + self._slow - time.monotonic()
            assert left > 0, f"waited for {wanted!r}; the screen:\n{self.screen}"
            assert self._read(left) is not None, f"it ended before {wanted!r}; the screen:\n{self.screen}"
        self._new = _MOVES.sub(b"", self._new).partition(wanted.encode())[2]
        if timed:
            self.delays.append((time.monotonic() - began, wanted))

    def settle(self, quiet: float = 0.15) -> None:
        """Wait until nothing more is said."""
        while self._read(quiet):
            pass

    def _read(self, patience: float) -> bytes | None:
        ready, _, _ = select.select([self._door], [], [], patience)
        if not ready:
            return b""
        try:
            part = os.read(self._door, 65536)
        except OSError:
            return None
        self.bytes += part
        self._new += part
        self._stream.feed(part)
        return part or None

    @property
    def screen(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self._display.display).rstrip()

    @property
    def scroll(self) -> str:
        """The same with what has scrolled away."""
        top = ["".join(line[column].data for column in range(self._display.columns)).rstrip()
               for line in self._display.history.top]  # fmt: skip
        return "\n".join([*top, self.screen])

    def kill(self) -> None:
        """The power goes."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._door)

    def end(self) -> int:
        """Wait for the end; gives the exit code."""
        while self._read(self._slow):
            pass
        _, status = os.waitpid(self.pid, 0)
        os.close(self._door)
        return os.waitstatus_to_exitcode(status)


def environment(store: Path, **more: str) -> dict[str, str]:
    """The environment of a person who works in a store."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "MONITOR_STORE": str(store), "TERM": "xterm-256color", "LANG": "C.UTF-8", **more}
