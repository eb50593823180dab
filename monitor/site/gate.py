"""Stands before Datasette: only the addresses and parameters that a release needs go through, nothing else."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from monitor.site.publication import Publication

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOKUPS: Mapping[str, str] = {
    "exact": "=",
    "not": "is not",
    "contains": "contains",
    "startswith": "starts with",
    "gt": ">",
    "gte": "≥",
    "lt": "<",
    "lte": "≤",
    "isnull__1": "is hidden or blank",
    "notnull__1": "is given",
}
"""The comparisons of Datasette that a filter may use."""

HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'none'; form-action 'self';"
        b" frame-ancestors 'none'; base-uri 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
METHOD = "/method"
"""The page that says how the figures were made."""

REFUSED = "/refused"
"""Where a refused request is sent inside; the address itself does not exist for a visitor."""

_CACHED = b"public, max-age=300"
_LONGEST_ADDRESS, _LONGEST_QUERY, _MOST_PARAMETERS, _LONGEST_VALUE = 500, 2_000, 40, 200
_UNRESERVED = re.compile(r"%(2[CcDdEe]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])")
_EXPLORER = re.compile(
    r"/release(?:/(?P<table>[a-z0-9_]+)(?:/(?P<keys>[A-Za-z0-9_~,+$-]+))?)?(?:\.(?P<format>json|csv))?"
)
_PAGE = re.compile(r"/(instrument)/([a-z0-9_]+)|/(indicator)/([a-z0-9_]+)/([A-Za-z0-9_.~-]+)")
_SWITCH = re.compile("on|off|0|1")
_COUNT = re.compile("max|[1-9][0-9]{0,4}")
_PARAMETERS: Mapping[str, re.Pattern[str]] = {
    "_size": _COUNT,
    "_facet_size": _COUNT,
    "_next": re.compile(r"[A-Za-z0-9_~,+$.-]{1,200}"),
    "_shape": re.compile("arrays?|objects?|arrayfirst"),
    "_nl": _SWITCH,
    "_dl": _SWITCH,
    "_header": _SWITCH,
    "_labels": _SWITCH,
    "_nofacet": _SWITCH,
    "_nocount": _SWITCH,
}
_COLUMN_PARAMETERS = {"_sort", "_sort_desc", "_facet", "_col", "_nocol"}
_COMPARISONS = {lookup.removesuffix("__1") for lookup in LOOKUPS}


@dataclass(frozen=True)
class Refused:
    """Why a request goes no further: the status, and what the page says. ``location`` sends the visitor on."""

    status: int
    says: str
    location: str = ""


_NOT_HERE = Refused(404, "There is nothing at this address.")


@dataclass(frozen=True)
class Gate:
    """The ASGI wrapper. ``unchanged`` tells whether the release file is still the one that was opened."""

    inner: Application
    publication: Publication
    static: frozenset[str]
    unchanged: Callable[[], bool]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.inner(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})
        address = plain_address(scope)
        refused = self.refusal(scope["method"], address, scope.get("query_string", b""))
        if refused:
            address = f"{REFUSED}.json" if address.endswith(".json") else REFUSED
        onward = self._onward(scope, address, refused)
        await self.inner(onward, _no_body, _Answer(send, bodiless=scope["method"] == "HEAD", refused=refused).pass_on)

    def refusal(self, method: str, address: str, query: bytes) -> Refused | None:
        """Why a request is turned away, or None."""
        if method not in ("GET", "HEAD"):
            return Refused(405, "This site is only for reading.")
        if not self.unchanged():
            return Refused(503, "The release file was replaced. The site must be started again.")
        if len(address) > _LONGEST_ADDRESS or len(query) > _LONGEST_QUERY:
            return Refused(414, "This address is too long.")
        withdrawn = self.publication.series.withdrawn
        if withdrawn and (_PAGE.fullmatch(address) or _EXPLORER.fullmatch(address)):
            return Refused(410, f"This release was withdrawn, and its figures are gone. {withdrawn}")
        if not self._is_ours(address):
            if address != "/" and self._is_ours(address.rstrip("/")) and "//" not in address:
                return Refused(301, "This page has moved.", address.rstrip("/"))
            return _NOT_HERE
        explored = _EXPLORER.fullmatch(address)
        if explored:
            wrong = self._wrong_parameter(explored["table"] or "", explored["keys"] is not None, query)
            if wrong is not None:
                return Refused(400, f"The part '{wrong}' of this address means nothing here.")
        return None

    def _is_ours(self, address: str) -> bool:
        if address == "/" or (address.startswith("/static/") and address[8:] in self.static):
            return True
        if address == METHOD:
            return bool(self.publication.series.method)
        if page := _PAGE.fullmatch(address):
            instrument = self.publication.instrument(page[2] or page[4])
            return instrument is not None and (page[5] is None or instrument.indicator(page[5]) is not None)
        explored = _EXPLORER.fullmatch(address)
        if explored is None:
            return False
        table, keys, form = explored["table"], explored["keys"], explored["format"]
        if table is None:
            return form != "csv"
        if table not in self.publication.columns:
            return False
        return keys is None or (form != "csv" and keys.count(",") + 1 == self.publication.keys[table])

    def _wrong_parameter(self, table: str, row: bool, query: bytes) -> str | None:
        """The first parameter that Datasette should not see: unknown, or with a value it would stumble over."""
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        if len(pairs) > _MOST_PARAMETERS:
            return "…"
        sorting = any(name in ("_sort", "_sort_desc") for name, _ in pairs)
        for name, value in pairs:
            if not table:
                good = False
            elif row:
                good = name == "_shape" and _is_good(name, value, set())
            else:
                good = _is_good(name, value, {*self.publication.columns[table]})
            if good and name == "_next":
                good = self._is_next(table, value, sorting)
            if good and (name, value) == ("_shape", "object"):
                good = self.publication.keys[table] > 0
            if not good:
                return name[:40] or "…"
        return None

    def _is_next(self, table: str, value: str, sorting: bool) -> bool:
        """Whether a page starts after a row that can be: its key, after the value that is sorted by; or a number."""
        keys = self.publication.keys[table]
        return value.count(",") + 1 == keys + sorting if keys else _is_whole(value)

    def _onward(self, scope: Scope, address: str, refused: Refused | None) -> Scope:
        # Nobody is anybody here: without cookies and credentials every answer is the same for all, and may be cached.
        headers = [
            (name, value) for name, value in scope["headers"] if name.lower() not in (b"cookie", b"authorization")
        ]
        onward = {**scope, "method": "GET", "path": address, "raw_path": address.encode("ascii"), "headers": headers}
        onward["monitor_refused"] = refused
        if refused or not address.startswith("/release"):
            onward["query_string"] = b""
        return onward


@dataclass
class _Answer:
    """Passes an answer on with the headers of this site, and without its body where only the head was asked for."""

    send: Send
    bodiless: bool
    refused: Refused | None

    async def pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            dropped = {name for name, _ in HEADERS} | {b"set-cookie", b"vary", b"cache-control", b"server"}
            headers = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in dropped]
            status = message["status"]
            headers += [*HEADERS, (b"cache-control", _CACHED if status < 500 and status != 405 else b"no-store")]
            if status == 405:
                headers.append((b"allow", b"GET, HEAD"))
            message = {**message, "headers": headers}
        elif self.bodiless:
            message = {**message, "body": b""}
        await self.send(message)


def plain_address(scope: Scope) -> str:
    """The path as it was sent, with only harmless characters decoded, so that one page has one spelling."""
    raw = scope.get("raw_path") or scope["path"].encode("utf-8")
    text = raw.partition(b"?")[0].decode("latin-1")
    return _UNRESERVED.sub(lambda found: chr(int(found[1], 16)), text)


def refused_in(scope: Scope) -> Refused:
    """The refusal that the gate put into a request."""
    refused: Refused = scope["monitor_refused"]
    return refused


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _is_whole(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 9


def _is_good(name: str, value: str, columns: set[str]) -> bool:
    # Datasette reads a value of digits as a number: beyond SQLite's range, or in other scripts, it would fail.
    if len(value) > _LONGEST_VALUE or (value.isdigit() and not (value.isascii() and len(value) < 16)):
        return False
    if name in _COLUMN_PARAMETERS:
        return value in columns
    if name in _PARAMETERS:
        return _PARAMETERS[name].fullmatch(value) is not None
    if filtered := re.fullmatch(r"_filter_(column|op|value)(_[0-9]{1,2})?", name):
        allowed = {"column": columns | {""}, "op": LOOKUPS.keys()}.get(filtered[1])
        return allowed is None or value in allowed
    column, _, comparison = name.rpartition("__")
    return name in columns or (column in columns and comparison in _COMPARISONS)
