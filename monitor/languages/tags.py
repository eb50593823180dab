"""Language tags (BCP 47), with their script where it matters: what they look like, and what each falls back to."""

from __future__ import annotations

import re

ORIGINAL = "en"
"""The language in which instruments and messages are written."""

_TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?((?:-[a-z0-9]{5,8})*)", re.IGNORECASE)


def normal(given: str) -> str | None:
    """The tag as BCP 47 writes it (``sr-Latn-RS`` of ``SR_latn_rs``); None for what is no language tag."""
    found = _TAG.fullmatch(given.strip().replace("_", "-"))
    if found is None:
        return None
    language, script, region, variants = found.groups()
    parts = [language.lower(), (script or "").title(), (region or "").upper(), variants.lstrip("-").lower()]
    return "-".join(part for part in parts if part)


def chain(tag: str) -> tuple[str, ...]:
    """Where words are looked for, in order: ``sr-Latn-RS``, ``sr-Latn``, ``sr``. After them stands the English."""
    parts = tag.split("-")
    return tuple("-".join(parts[:length]) for length in range(len(parts), 0, -1))


_RIGHT_TO_LEFT_SCRIPTS = frozenset("Adlm Arab Hebr Mand Nkoo Rohg Samr Syrc Thaa".split())
_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he nqo ps sd syr ug ur yi".split())


def direction(tag: str) -> str:
    """How a language is written: ``rtl`` or ``ltr``. The script decides where the tag names one (``az-Arab``)."""
    found = _TAG.fullmatch(tag)
    if found is None:
        return "ltr"
    language, script, _, _ = found.groups()
    right_to_left = script.title() in _RIGHT_TO_LEFT_SCRIPTS if script else language.lower() in _RIGHT_TO_LEFT
    return "rtl" if right_to_left else "ltr"
