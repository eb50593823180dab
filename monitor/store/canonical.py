"""One text for one value: canonical JSON (RFC 8785) and its digest, on which the chain of the log rests."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

# RFC 8785 for what a submission holds: text, whole numbers within 2^53, true, false, null, lists, and objects with
# ASCII keys. It does not hold fractions, which RFC 8785 writes in another way than Python. A test compares the two.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
)


def canonical(value: Any) -> str:
    """The canonical JSON text of a value. Raises ``ValueError`` for NaN and infinity."""
    return _ENCODER.encode(value)


def digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal. Bytes of a damaged file that are no UTF-8 come as surrogates."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def salted(part: Mapping[str, Any]) -> str | None:
    """What people wrote freely, as the log keeps it, or None when there is nothing.

    The salt keeps anybody from guessing a name or a short text by its digest, which stays in the chain for ever,
    also when the text itself is purged.
    """
    return canonical({**part, "salt": os.urandom(16).hex()}) if part else None
