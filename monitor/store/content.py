"""The latest answers of a submission, read back from the log."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.conditions import Value
from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.store.log import CONTENT
from monitor.submissions import join


@dataclass(frozen=True)
class Content:
    """What one entry brought: the payload, and what people wrote freely or what was sealed."""

    payload: Mapping[str, Any] = field(repr=False)
    free: Mapping[str, Any] = field(repr=False)
    locked: Mapping[str, Any] = field(repr=False)

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
        """The sealed answers. They identify somebody."""
        return self.locked.get("answers") or {}

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


def read_content(connection: sqlite3.Connection, id: str) -> Content:
    """The latest revision of a submission. Raises :class:`Refusal` (STORE-13) when there is none of this id."""
    row = connection.execute(
        f"SELECT payload, open, sealed FROM log WHERE submission = ? AND kind IN {CONTENT} ORDER BY seq DESC LIMIT 1",
        (id,),
    ).fetchone()
    if row is None:
        raise Refusal("STORE-13", id=id)
    return content_of(*row)


def content_of(payload: str, open_: str | None, sealed: str | None) -> Content:
    """An entry's content from its three texts. Raises :class:`Refusal` (STORE-28) when one cannot be read."""
    try:
        return Content(json.loads(payload), json.loads(open_ or "{}"), json.loads(sealed or "{}"))
    except ValueError as error:
        raise Refusal("STORE-28") from error
