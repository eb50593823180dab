"""Who signs the log: an Ed25519 key of a device, or of a person who keeps it on a stick of her own."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from monitor.errors import Refusal
from monitor.keys.files import read_small, write_new
from monitor.keys.locking import UNREADABLE, Lock, lock, read_lock, unlock

_PURPOSE = b"monitor log entry 1\x00"
_ABOUT_FILE = b"monitor signing key 1"
_PUBLIC = re.compile(r"[0-9a-f]{64}")


class Signer:
    """A private key that signs. It is never printed: its ``repr`` shows the public half alone."""

    def __init__(self, seed: bytes) -> None:
        self._key = SigningKey(seed)
        self.seed = seed
        self.public: str = bytes(self._key.verify_key).hex()
        self.id: str = key_id(self.public)

    def __repr__(self) -> str:
        return f"Signer({self.id})"

    def sign(self, text: str) -> str:
        """The signature of a text (a hash, an anchor), with the name of the key: ``ID:BASE64``."""
        signature = self._key.sign(_PURPOSE + text.encode()).signature
        return f"{self.id}:{base64.b64encode(signature).decode()}"


def new_signer() -> Signer:
    """A new key."""
    return Signer(bytes(SigningKey.generate()))


def key_id(public: str) -> str:
    """The short name of a public key, as lists show it: the first 16 of its 64 hexadecimal digits."""
    return public[:16]


def check_public(public: str) -> str:
    """A public key as it was typed, in its one way of writing. Raises :class:`Refusal` (KEY-10) for what is none."""
    text = public.strip().lower()
    if not _PUBLIC.fullmatch(text):
        raise Refusal("KEY-10")
    return text


def read_public(given: str) -> str:
    """A public key from what was typed: the key itself, or a file of :func:`write_signer`, for its public half.

    Raises :class:`Refusal`: KEY-10 for what is neither, KEY-09 for a file that holds something else.
    """
    path = Path(given)
    if _PUBLIC.fullmatch(given.strip().lower()) or not path.exists():
        return check_public(given)
    found, _ = _read(path)
    return check_public(str(found.get("public")))


@lru_cache(maxsize=1024)  # every transaction asks of the same few entries about keys again
def verifies(text: str, signature: str, public: str) -> bool:
    """Whether the signature is that of this text by this key."""
    name, _, encoded = signature.partition(":")
    try:
        signed = base64.b64decode(encoded, validate=True)
        VerifyKey(bytes.fromhex(public)).verify(_PURPOSE + text.encode(), signed)
    except (BadSignatureError, ValueError):
        return False
    # Base64 has spare bits at its end: only one way of writing a signature is right.
    return name == key_id(public) and base64.b64encode(signed).decode() == encoded


def write_signer(path: Path, signer: Signer, passphrase: str) -> None:
    """Keep a person's key in a new file under a passphrase. Raises :class:`Refusal` (KEY-08) if the file is there."""
    kept = lock(signer.seed, passphrase, _ABOUT_FILE)
    lines = {"monitor_signing_key": 1, "public": signer.public, "lock": kept.lines()}
    write_new(path, json.dumps(lines, indent=2) + "\n")


def read_signer(path: Path, passphrase: Callable[[], str]) -> Signer:
    """A person's key from its file. The passphrase is asked for when the file was found to hold one.

    Raises :class:`Refusal`: KEY-09, KEY-11 for a file that holds none, KEY-03 for another passphrase.
    """
    _, kept = _read(path)
    return Signer(unlock(kept, passphrase(), _ABOUT_FILE))


def _read(path: Path) -> tuple[Mapping[str, Any], Lock]:
    try:
        found = json.loads(read_small(path, "a signing key"))
        kept, version = read_lock(found["lock"]), found["monitor_signing_key"]
    except UNREADABLE:
        raise Refusal("KEY-09", path=path, what="a signing key") from None
    if version != 1:
        raise Refusal("KEY-09", path=path, what="a signing key")
    return found, kept
