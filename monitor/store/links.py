"""The sealed link between submissions about one person: a keyed digest of the pseudonym, never the pseudonym.

Persons are counted by it, in one instrument and across several, without opening what is sealed. The key is made with
the store and stands in the sealed part of the log's first entry: without it nobody can try pseudonyms one by one.
"""

from __future__ import annotations

import hmac
import json
import secrets
import sqlite3
from functools import cached_property

from monitor.forms import FormMeta
from monitor.store.canonical import salted
from monitor.submissions import Submission


def sealed_key() -> str:
    """A new key, as the sealed part of the first entry."""
    return str(salted({"link_key": secrets.token_hex(32)}))


class Links:
    """Makes links with the key of one store."""

    def __init__(self, connection: sqlite3.Connection) -> None:
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

    def of(self, pseudonym: str) -> str:
        """The link of a pseudonym. Spaces and capitals do not make another person of it."""
        reference = "".join(pseudonym.split()).casefold()
        return hmac.new(self._key, reference.encode(), "sha256").hexdigest()[:32]
