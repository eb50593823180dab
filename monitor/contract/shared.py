"""The JSON Schemas that many questions share: what a text, a date, a rating, a State and a currency are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monitor.questions import RATING, countries, currencies
from monitor.questions.dates import day_schema, partial_schema
from monitor.questions.patterns import blank, one_of, text


def shared_schemas() -> Mapping[str, Callable[[], dict[str, Any]]]:
    """Each shared schema by the name under which questions refer to it, to be made when it is needed.

    The names begin with a capital: forms, which stand beside them, begin with a small letter.
    """
    return {
        "Blank": blank,
        "Date": day_schema,
        "ISO-3166-1": lambda: one_of(countries()),
        "ISO-4217": lambda: {"enum": sorted(currencies())},
        "PartialDate": partial_schema,
        "Rating": lambda: one_of(RATING),
        "Text": text,
    }
