"""Asks the site of a release as a visitor does, well-behaved or not."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import httpx

from monitor.site import make_application

TABLE = "trial_monitoring__tm_i01__country_year"
"""A table of figures of the sample release."""


def ask(path: Path, addresses: Sequence[str], method: str = "GET", **headers: str) -> list[httpx.Response]:
    """Ask a fresh site of the release, without following redirects."""

    async def go() -> list[httpx.Response]:
        transport = httpx.ASGITransport(make_application(path))  # type: ignore[arg-type]  # reason: httpx's scope is Any
        async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
            return [await client.request(method, f"http://site{address}", headers=headers) for address in addresses]

    return asyncio.run(go())


def statuses_as_sent(path: Path, addresses: Sequence[str]) -> list[tuple[int, str | None]]:
    """Status and location for paths sent byte by byte, as no well-behaved client would."""
    application = make_application(path)

    async def go() -> list[tuple[int, str | None]]:
        found: list[tuple[int, str | None]] = []

        async def receive() -> MutableMapping[str, object]:
            return {"type": "http.request", "body": b""}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                found.append((message["status"], dict(message["headers"]).get(b"location")))

        for address in addresses:
            raw, _, query = address.encode("latin-1").partition(b"?")
            scope = {
                "type": "http",
                "method": "GET",
                "path": unquote_to_bytes(raw).decode("latin-1"),
                "raw_path": raw,
                "query_string": query,
                "headers": [(b"host", b"site")],
                "scheme": "http",
                "server": ("site", 80),
            }
            await application(scope, receive, send)
        return found

    return asyncio.run(go())


def get(path: Path, address: str) -> httpx.Response:
    return ask(path, [address])[0]
