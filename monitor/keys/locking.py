"""The lock on a store's key: a random key, kept in a box that only the passphrase opens (Argon2id)."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from nacl.secret import Aead

from monitor.errors import Refusal

KEY_BYTES = 32

# RFC 9106 asks for 64 MiB and three passes where memory is short; twice that memory costs an old laptop half a second,
# and a guesser as much for every single guess.
_OPERATIONS = 3
_MEMORY = 128 << 20

# What a file may ask for at most: a forged one must not take the machine down before the passphrase is looked at.
_MOST_OPERATIONS = 16
_MOST_MEMORY = 192 << 20
_MOST_BOX = 1024

SHORTEST_PASSPHRASE = 8


@dataclass(frozen=True)
class Lock:
    """A secret in a box, and what is needed to try a passphrase on it. Nothing of it is secret by itself."""

    operations: int
    memory: int
    salt: bytes
    box: bytes

    def lines(self) -> dict[str, Any]:
        """The same as it stands in a file."""
        return {
            "kdf": "argon2id", "operations": self.operations, "memory": self.memory, "salt": self.salt.hex(),
            "box": self.box.hex(),
        }  # fmt: skip


def new_key() -> bytes:
    """A random key of 32 bytes."""
    return os.urandom(KEY_BYTES)


def lock(secret: bytes, passphrase: str, about: bytes) -> Lock:
    """Put a secret under a passphrase. ``about`` says what it is for: a box for one thing does not open as another.

    Raises :class:`Refusal` (KEY-02) for a passphrase of fewer than 8 characters.
    """
    check_passphrase(passphrase)
    salt = os.urandom(argon2id.SALTBYTES)
    box = Aead(_stretched(passphrase, salt, _OPERATIONS, _MEMORY)).encrypt(secret, about)
    return Lock(_OPERATIONS, _MEMORY, salt, bytes(box))


def check_passphrase(passphrase: str) -> None:
    """Refuse (KEY-02) a passphrase of fewer than 8 characters."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Refusal("KEY-02", least=SHORTEST_PASSPHRASE)


def same_passphrase(one: str, other: str) -> bool:
    """Whether two are one passphrase, whichever way the keyboard composes its accents."""
    return _composed(one) == _composed(other)


def unlock(kept: Lock, passphrase: str, about: bytes) -> bytes:
    """What was put under the passphrase. Raises :class:`Refusal` (KEY-03) when it is another passphrase."""
    try:
        key = _stretched(passphrase, kept.salt, kept.operations, kept.memory)
        return Aead(key).decrypt(kept.box, about)
    except CryptoError:
        raise Refusal("KEY-03") from None


UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
"""What reading a file of keys can raise when it holds something else."""


def read_lock(lines: Mapping[str, Any]) -> Lock:
    """A lock from the lines of a file. Raises one of :data:`UNREADABLE` for what is none, or asks for too much."""
    kept = Lock(lines["operations"], lines["memory"], bytes.fromhex(lines["salt"]), bytes.fromhex(lines["box"]))
    honest = (
        lines["kdf"] == "argon2id"
        and all(isinstance(cost, int) for cost in (kept.operations, kept.memory))
        and argon2id.OPSLIMIT_MIN <= kept.operations <= _MOST_OPERATIONS
        and argon2id.MEMLIMIT_MIN <= kept.memory <= _MOST_MEMORY
        and len(kept.salt) == argon2id.SALTBYTES
        and len(kept.box) <= _MOST_BOX
    )
    if not honest:
        raise ValueError("no lock of ours")
    return kept


def enclose(secret: bytes, key: bytes, about: bytes) -> bytes:
    """A secret in a box that ``key`` opens."""
    return bytes(Aead(key).encrypt(secret, about))


def disclose(box: bytes, key: bytes, about: bytes) -> bytes | None:
    """What is in the box, or None when it is not a box of this key for this purpose."""
    try:
        return Aead(key).decrypt(box, about)
    except (CryptoError, ValueError):
        return None


def _stretched(passphrase: str, salt: bytes, operations: int, memory: int) -> bytes:
    return argon2id.kdf(KEY_BYTES, _composed(passphrase), salt, opslimit=operations, memlimit=memory)


def _composed(passphrase: str) -> bytes:
    return unicodedata.normalize("NFKC", passphrase).encode(errors="surrogateescape")
