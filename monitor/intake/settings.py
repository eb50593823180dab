"""TOML that somebody else wrote, read with a limit that the library itself does not have."""

from __future__ import annotations

import re
import tomllib
from typing import Any

_MOST_PARTS = 20
_LONG_KEY = re.compile(rf"""(?:(?:(?<![\w-])[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_MOST_PARTS}}}""")


def read_toml(text: str) -> dict[str, Any]:
    """What a text of TOML holds.

    Raises ``OSError`` for a key of many parts (``codes.age_band`` has two): the time and memory to read one grow with
    the square of their number. Raises ``ValueError`` or ``RecursionError`` for what is no TOML, or too deep.
    """
    if _LONG_KEY.search(text):
        raise OSError(0, f"a name in it has more than {_MOST_PARTS} parts")
    return tomllib.loads(text)
