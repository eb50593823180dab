"""Sealing: an answer that identifies somebody, encrypted to the programme's keys (age) before it reaches the store."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrage
from pyrage import x25519

from monitor.errors import Refusal
from monitor.keys.files import read_small, write_new

FEWEST_RECIPIENTS = 2
"""One key can be lost with its stick. The second is meant to lie in a safe, on no computer."""

_MOST_RECIPIENTS = 20
_SMALLEST_BUCKET = 256


@dataclass(frozen=True)
class Identities:
    """Private keys that open what was sealed to them; read from a file, never kept."""

    keys: tuple[x25519.Identity, ...] = field(repr=False)

    def recipients(self) -> list[str]:
        """Their public halves."""
        return [str(key.to_public()) for key in self.keys]

    def open(self, sealed: str, bound: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answers under a seal that was made for exactly what ``bound`` says.

        Raises :class:`Refusal`: SEAL-03 when none of the keys opens it, SEAL-04 when it was made for something else
        (another submission, revision or programme: somebody moved it).
        """
        try:
            text = pyrage.decrypt(base64.b64decode(sealed, validate=True), list(self.keys))
        except (pyrage.DecryptError, ValueError):
            raise Refusal("SEAL-03") from None
        try:
            inside = json.loads(text)
        except (ValueError, RecursionError):
            inside = None
        # Whoever has the public keys can seal anything to them.
        answers = inside.get("answers") if isinstance(inside, dict) else None
        if not isinstance(answers, dict) or {name: inside.get(name) for name in bound} != dict(bound):
            raise Refusal("SEAL-04")
        return answers


def seal(answers: Mapping[str, Any], bound: Mapping[str, Any], recipients: Sequence[str]) -> str:
    """Answers, and what they belong to, encrypted to the recipients: base64 of the binary format age-encryption.org/v1.

    The answers are padded to 256 bytes, 512, 1,024, ...: a length must not give away a name.
    """
    length = len(_bytes(answers))
    text = _bytes({**bound, "answers": answers, "pad": " " * (_bucket(length) - length)})
    return base64.b64encode(pyrage.encrypt(text, _recipients(recipients))).decode()


def check_recipients(typed: Sequence[str]) -> list[str]:
    """Public keys as they were typed, in order.

    Raises :class:`Refusal`: SEAL-05 for what is no public key of age (X25519), SEAL-06 for fewer than two different.
    """
    kept = list(dict.fromkeys(one.strip() for one in typed))
    _recipients(kept)
    if not FEWEST_RECIPIENTS <= len(kept) <= _MOST_RECIPIENTS:
        raise Refusal("SEAL-06", least=FEWEST_RECIPIENTS, most=_MOST_RECIPIENTS)
    return kept


def read_recipients(given: Sequence[str]) -> list[str]:
    """Public keys from what was typed: the key itself, a file of them, or one of ``age-keygen``, of which the public
    halves are meant.

    Raises :class:`Refusal`: SEAL-05, SEAL-06, and KEY-09, KEY-11 for a file.
    """
    keys = ([one] if _is_public(one) else _recipients_in(Path(one)) for one in given)
    return check_recipients([key for found in keys for key in found])


def _recipients_in(path: Path) -> list[str]:
    lines = _lines(path, "a key of age")
    if lines and all(_is_public(line) for line in lines):
        return lines
    return read_identities(path).recipients()


def _is_public(text: str) -> bool:
    return text.strip().lower().startswith("age1")


def generate_identity(path: Path) -> str:
    """Write a new private key to a new file, as ``age-keygen`` does; gives its public half.

    Raises :class:`Refusal` (KEY-08) when something is there already.
    """
    identity = x25519.Identity.generate()
    public = str(identity.to_public())
    write_new(path, f"# public key: {public}\n{identity}\n")
    return public


def read_identities(path: Path) -> Identities:
    """The private keys in a file of ``age-keygen``. Raises :class:`Refusal` (KEY-09) when it holds none."""
    try:
        keys = tuple(x25519.Identity.from_str(line) for line in _lines(path, "a private key of age"))
    except pyrage.IdentityError:
        keys = ()
    if not keys:
        raise Refusal("KEY-09", path=path, what="a private key of age")
    return Identities(keys)


def _lines(path: Path, what: str) -> list[str]:
    """The lines of a file that say something: as ``age`` does, blank ones and those with ``#`` are passed over."""
    lines = (line.strip() for line in read_small(path, what).splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _recipients(typed: Sequence[str]) -> list[x25519.Recipient]:
    try:
        return [x25519.Recipient.from_str(one) for one in typed]
    except pyrage.RecipientError:
        raise Refusal("SEAL-05") from None


def _bucket(length: int) -> int:
    bucket = _SMALLEST_BUCKET
    while bucket < length:
        bucket *= 2
    return bucket


def _bytes(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
