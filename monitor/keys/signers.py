"""A list of allowed signers that is kept outside the store, after the model of ssh's file of that name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import Refusal
from monitor.keys.files import read_small
from monitor.keys.signing import key_id, verifies

_TIME = r'"(?P<{}>[0-9][0-9T:.+Z-]{{3,40}})"'
_LINE = re.compile(
    r"(?P<code>[\w.*-]{1,40})"
    rf"(?: valid-after={_TIME.format('since')})?(?: valid-before={_TIME.format('until')})?"
    r" monitor-ed25519 (?P<key>[0-9a-f]{64})(?: .*)?"
)


@dataclass(frozen=True)
class AllowedSigner:
    """A public key that may sign for a code (``*``: for every code), within its time (ISO 8601 in UTC)."""

    code: str
    key: str
    since: str | None = None
    until: str | None = None

    def line(self) -> str:
        """The same as it stands in the file."""
        since = f' valid-after="{self.since}"' if self.since else ""
        until = f' valid-before="{self.until}"' if self.until else ""
        return f"{self.code}{since}{until} monitor-ed25519 {self.key}"

    def allows(self, code: str, time: str, text: str, signature: str) -> bool:
        """Whether this line allows that signature of a text."""
        within = (self.since is None or self.since <= time) and (self.until is None or time < self.until)
        named = self.code in ("*", code) and signature.startswith(f"{key_id(self.key)}:")
        return within and named and verifies(text, signature, self.key)


def allowed(signers: Iterable[AllowedSigner], code: str, time: str, text: str, signature: str | None) -> bool:
    """Whether any line allows the signature."""
    return signature is not None and any(one.allows(code, time, text, signature) for one in signers)


def read_signers(path: Path) -> list[AllowedSigner]:
    """The lines of a file; blank ones and those with ``#`` are passed over.

    Raises :class:`Refusal` (KEY-16) with the line that is none, or when there is none at all.
    """
    lines = [line.strip() for line in read_small(path, "allowed signers").splitlines()]
    found = []
    for number, line in enumerate(lines, 1):
        if line and not line.startswith("#"):
            match = _LINE.fullmatch(line)
            if match is None:
                raise Refusal("KEY-16", path=path, line=number)
            found.append(AllowedSigner(match["code"], match["key"], match["since"], match["until"]))
    if not found:
        raise Refusal("KEY-16", path=path, line=1)
    return found
