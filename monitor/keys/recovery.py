"""The recovery key: the store's own key as a person writes it down, with a check against slips of the pen."""

from __future__ import annotations

import base64
import hashlib
import re

from monitor.errors import Refusal
from monitor.keys.locking import KEY_BYTES

_CHECK_BYTES = 3
_GROUP = 4


def recovery_text(key: bytes) -> str:
    """The key in 14 groups of four letters and digits (the alphabet of RFC 4648, without 0, 1, 8 and 9)."""
    text = base64.b32encode(key + _check(key)).decode().rstrip("=")
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def read_recovery_key(typed: str) -> bytes:
    """The key that somebody copied from paper; spaces, dashes and capitals do not matter, 0 and 1 are read as O and I.

    Raises :class:`Refusal` (KEY-07) when it is none, or was copied wrongly.
    """
    text = re.sub(r"[\s-]", "", typed).upper().translate(str.maketrans("01", "OI"))
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError:
        raise Refusal("KEY-07") from None
    key = raw[:KEY_BYTES]
    # The last character holds spare bits: only one way of writing a key is right.
    if len(raw) != KEY_BYTES + _CHECK_BYTES or recovery_text(key).replace("-", "") != text:
        raise Refusal("KEY-07")
    return key


def _check(key: bytes) -> bytes:
    return hashlib.blake2b(key, digest_size=_CHECK_BYTES, person=b"monitor recover").digest()
