"""Days and months as people write them in a language, by the CLDR."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache

from monitor.languages.tags import ORIGINAL, chain

_ENGLISH = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Text as it is compared when people type it: small letters, no accents, one blank between words."""
    bare = (sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[\W_]+", " ", "".join(bare).casefold()).split())


@cache
def month_numbers(language: str) -> Mapping[str, int]:
    """The number of each month by its names, long and short, in a language and in English, as :func:`folded`."""
    found = {name.casefold(): number for number, name in enumerate(_ENGLISH, 1)}
    found |= {name[:3].casefold(): number for number, name in enumerate(_ENGLISH, 1)} | {"sept": 9}
    locale = _locale(language)
    if locale is not None:
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.months[context][width].items():
                    found[folded(name)] = number
    return found


def in_words(day: date, language: str, *, with_day: bool = True) -> str:
    """A day, or without its day a month, with the name of the month: 3 April 2024."""
    locale = _locale(language)
    if locale is None:
        return f"{f'{day.day} ' if with_day else ''}{_ENGLISH[day.month - 1]} {day.year}"
    from babel.dates import format_date

    return str(format_date(day, "d MMMM y" if with_day else "LLLL y", locale=locale))


@cache
def _locale(language: str):  # type: ignore[no-untyped-def]  # reason: Babel's own type, which is loaded only when it is needed
    from babel import Locale, UnknownLocaleError

    for tag in chain(language) if language != ORIGINAL else ():
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue  # the CLDR does not know every language that a mission writes
    return None
