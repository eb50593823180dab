"""The sealed link between submissions about one person: a keyed digest of the pseudonym, never the pseudonym.

Persons are counted by it, in one instrument and across several, without opening what is sealed. The key is made with
the store and stands in the sealed part of the log's first entry: without it nobody can try pseudonyms one by one.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from functools import cached_property

from monitor.forms import FormMeta
from monitor.store.canonical import salted
from monitor.store.engine import sqlite
from monitor.submissions import Submission


def sealed_key() -> str:
    """A new key, as the sealed part of the first entry."""
    return str(salted({"link_key": secrets.token_hex(32)}))


class SealedReference(str):
    """A sealed pseudonym of which only the link is known.

    It is equal to the pseudonym that it stands for, and to the same reference in another submission: rules find the
    other submissions about one person without anybody reading whose they are. Its text is the link.
    """

    def __new__(cls, link: str, of: Callable[[str], str]) -> SealedReference:
        reference = super().__new__(cls, link)
        reference._of = of
        return reference

    _of: Callable[[str], str]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, str):
            return NotImplemented
        return str.__eq__(self, other if isinstance(other, SealedReference) else self._of(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


class Links:
    """Makes links with the key of one store."""

    def __init__(self, connection: sqlite.Connection) -> None:
        self._connection = connection

    @cached_property
    def _key(self) -> bytes:
        (sealed,) = self._connection.execute("SELECT sealed FROM log WHERE seq = 1").fetchone()
        return bytes.fromhex(json.loads(sealed)["link_key"])

    def person(self, submission: Submission, form: FormMeta) -> str | None:
        """The link of the person that a submission is about; None where the form names nobody under seal."""
        if form.person is None or form.person not in submission.sealed:
            return None
        return self.of(str(submission.sealed[form.person]))

    def reference(self, link: str) -> SealedReference:
        """A link as an answer that rules can compare and nobody can read."""
        return SealedReference(link, self.of)

    def of(self, pseudonym: str) -> str:
        """The link of a pseudonym. Spaces and capitals do not make another person of it; a link stays what it is."""
        if isinstance(pseudonym, SealedReference):
            return str.__str__(pseudonym)
        reference = "".join(pseudonym.split()).casefold()
        return hmac.new(self._key, reference.encode(), "sha256").hexdigest()[:32]
