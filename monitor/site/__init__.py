"""The public site of a release: our pages over Datasette, on the release file alone."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.site.gate import Application

__all__ = ["make_application", "serve"]


def make_application(path: str | PathLike[str]) -> Application:
    """The site of a release as an ASGI application.

    Raises :class:`monitor.errors.Refusal` for anything but a finished release file: a working store above all.
    """
    from monitor.site.application import build_application

    return build_application(Path(path))


def serve(
    path: str | PathLike[str],
    *,
    host: str = "127.0.0.1",
    port: int = 8001,
    ready: Callable[[str], object] | None = None,
) -> None:
    """Serve the site of a release until Ctrl-C or SIGTERM; ``port`` 0 takes a free one.

    Prints nothing. ``ready`` is called once, with the address, as soon as the site answers.
    Raises :class:`monitor.errors.Refusal` for a file that is no release, or an address that cannot be used.
    """
    from monitor.site.server import run

    run(make_application(path), host=host, port=port, ready=ready)
