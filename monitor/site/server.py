"""Listens, tells when the site answers, and stops cleanly on Ctrl-C and SIGTERM."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn

from monitor.errors import Refusal
from monitor.site.gate import Application

_PATIENCE = 3
"""Seconds that answers under way get to finish when the site stops."""


def run(application: Application, *, host: str, port: int, ready: Callable[[str], object] | None) -> None:
    """Serve until told to stop. Raises :class:`Refusal` when the address cannot be had."""
    listening = _listen(host, port)
    number = listening.getsockname()[1]
    address = f"http://{f'[{host}]' if ':' in host else host}:{number}/"
    config = uvicorn.Config(
        application,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_keep_alive=10,
        timeout_graceful_shutdown=_PATIENCE,
    )
    try:
        _Server(config, (lambda: ready(address)) if ready else lambda: None).run(sockets=[listening])
    finally:
        listening.close()


class _Server(uvicorn.Server):
    """A server to which a signal is the way to end, not a failure."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], object]) -> None:
        super().__init__(config)
        self._tell_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._tell_started()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():  # Python hears signals only there
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
        except BaseException:
            listening.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is no address"
        raise Refusal("SITE-06", host=host, port=port, why=why) from error
    return listening
