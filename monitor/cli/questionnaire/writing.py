"""Text written in a program of one's own, on request: in a private file that is wiped and removed afterwards."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

_MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory; elsewhere the temporary folder must do."""


def written_elsewhere(text: str) -> str | None:
    """What somebody made of the text in ``$EDITOR``; None when no editor could be started.

    The file is readable for its owner alone, lies in memory where there is such a place, and is overwritten before it
    is removed. What the editor keeps elsewhere (swap files, undo) cannot be known.
    """
    folder = _MEMORY if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="monitor-", dir=folder) as name:
        path = Path(name) / "text.txt"
        try:
            path.touch(0o600, exist_ok=False)
            path.write_text(text, encoding="utf-8")
            click.edit(filename=str(path))
            return path.read_text(encoding="utf-8", errors="replace").rstrip("\n")
        except click.ClickException:
            return None
        finally:
            for left in Path(name).iterdir():
                left.write_bytes(b"\0" * left.stat().st_size)
