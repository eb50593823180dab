"""The latest answers of a submission, read back from the log, with what was taken out of them left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.conditions import Value
from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.store.engine import sqlite
from monitor.store.log import CONTENT
from monitor.submissions import join


@dataclass(frozen=True)
class Content:
    """What one entry brought: the payload, what people wrote freely, and the sealed part.

    ``locked`` is empty where the sealed part is encrypted: nobody reads it here. ``purged`` is whether open text was
    taken out since, to protect a person.
    """

    payload: Mapping[str, Any] = field(repr=False)
    free: Mapping[str, Any] = field(repr=False)
    locked: Mapping[str, Any] = field(repr=False)
    purged: bool = False

    @property
    def closed(self) -> Mapping[str, Value]:
        """The closed answers."""
        closed: Mapping[str, Value] = self.payload["closed"]
        return closed

    @property
    def open(self) -> Mapping[str, Value]:
        """The open answers. They can name people."""
        return self.free.get("answers") or {}

    @property
    def sealed(self) -> Mapping[str, Value]:
        """The sealed answers, where the store was told to keep them readable. They identify somebody."""
        return self.locked.get("answers") or {}

    @property
    def sealed_in(self) -> Mapping[str, int]:
        """Where a sealed answer stands, and in which revision it was sealed: a correction need not repeat it."""
        found: Mapping[str, int] | None = self.payload.get("sealed")
        return {place: self.payload["revision"] for place, _ in places_of(self.sealed)} if found is None else found

    @property
    def source(self) -> str | None:
        """Where the monitor says the answers are known from."""
        return self.free.get("source")

    @property
    def explanations(self) -> Mapping[str, str]:
        """By rule, the line that answers each warning."""
        return self.free.get("explanations") or {}

    def answers(self, form: FormMeta) -> dict[str, Value]:
        """Everything that was answered and can be read."""
        return join(form, self.closed, self.open, self.sealed)


def read_content(connection: sqlite.Connection, id: str) -> Content:
    """The latest revision of a submission. Raises :class:`Refusal` (STORE-13) when there is none of this id."""
    row = connection.execute(
        "SELECT seq, payload, open, sealed FROM log "
        f"WHERE submission = ? AND kind IN {CONTENT} ORDER BY seq DESC LIMIT 1", (id,)
    ).fetchone()  # fmt: skip
    if row is None:
        raise Refusal("STORE-13", id=id)
    seq, payload, open_, sealed = row
    return content_of(payload, open_, sealed, left_of(connection, id).get(seq))


def content_of(payload: str, open_: str | None, sealed: str | None, left: Mapping[str, Any] | None = None) -> Content:
    """An entry's content from its three texts; ``left`` is what remains of the open text where some was taken out.

    Raises :class:`Refusal` (STORE-28) when one cannot be read.
    """
    try:
        free = json.loads(open_ or "{}") if left is None else left
        # A sealed part that is encrypted is base64, and never begins as JSON does.
        locked = json.loads(sealed) if sealed is not None and sealed.startswith("{") else {}
        kept = json.loads(payload)
    except (ValueError, TypeError, RecursionError) as error:
        raise Refusal("STORE-28") from error
    if not all(isinstance(part, dict) for part in (kept, free, locked)):
        raise Refusal("STORE-28")
    return Content(kept, free, locked, left is not None)


def left_of(connection: sqlite.Connection, id: str) -> dict[int, Mapping[str, Any]]:
    """By entry, what remains of open text of which some was taken out: the entries that took it out carry the rest."""
    left: dict[int, Mapping[str, Any]] = {}
    for payload, open_ in connection.execute(
        "SELECT payload, open FROM log WHERE submission = ? AND kind = 'redacted' ORDER BY seq", (id,)
    ):
        try:
            left |= {seq: {} for seq in json.loads(payload)["purged"]["open"]}
            rest = json.loads(open_ or "{}").get("left", {})
            left |= {int(seq): part for seq, part in rest.items()}
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise Refusal("STORE-28") from error
    return left


def places_of(answers: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Value]]:
    """Each answer with the place where it stands: ``owner``, ``guests[2].real_name``."""
    for name, value in answers.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for number, row in enumerate(value, 1):
                yield from places_of(row, f"{prefix}{name}[{number}].")
        else:
            yield prefix + name, value
