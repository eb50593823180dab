"""Questions answered with a number: whole numbers, and money in its own currency."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from monitor.conditions import Currency, Operand, Value
from monitor.phrases import Phrase
from monitor.questions.asked import Question, kind_of, refuse
from monitor.questions.patterns import whole

_BIGGEST = 2**53 - 1
_AMOUNT, _MOST = r"[0-9]{1,13}(\.[0-9]{1,4})?", 10**13 - 1


class Whole(Question):
    """A whole number from ``at_least`` to ``at_most``."""

    storage = "integer"
    kind = "number"
    unsaid = ("A number with decimals is refused even if they are zero; JSON Schema takes 5.0 for 5.",)

    def __init__(self, wording: str, *, at_least: int = 0, at_most: int = _BIGGEST, **settings: Any) -> None:
        super().__init__(wording, **settings)
        self.at_least = at_least
        self.at_most = at_most

    def from_text(self, cell: str) -> Any:
        return int(cell) if re.fullmatch(r"-?[0-9]{1,100}", cell) else cell

    def read(self, raw: Any) -> Value:
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise refuse("ANSWER-04", found=kind_of(raw), wanted=Phrase("a whole number, in the digits 0 to 9,"))
        if not self.at_least <= raw <= self.at_most:
            raise refuse("ANSWER-06", bound=self._bound(raw))
        return raw

    def _bound(self, raw: int) -> Phrase:
        if self.at_most < _BIGGEST:
            return Phrase("at least {least} and at most {most}", least=self.at_least, most=self.at_most)
        return Phrase("at least {least}", least=self.at_least) if raw < self.at_least else Phrase("smaller")

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.at_least, "maximum": self.at_most}


class Money(Question):
    """An amount above zero in its own currency (ISO 4217); amounts in two currencies are never added.

    With ``zero`` nothing at all is an answer, too: nothing was paid.
    Raw and stored: ``{"amount": "1250.50", "currency": "EUR"}``; in a cell ``1250.50 EUR``.
    """

    storage = "money"
    kind = "number"
    money = True
    unsaid = ("An amount with decimals stands in quotation marks; JSON Schema takes the number 5.0 for 5.",)

    def __init__(self, wording: str, *, zero: bool = False, **settings: Any) -> None:
        super().__init__(wording, **settings)
        self.zero = zero

    def currency(self) -> Operand:
        """The currency of the amount, to compare with another's."""
        return Currency(self)

    def from_text(self, cell: str) -> Any:
        found = re.fullmatch(r"(\S+)\s+([A-Za-z]{3})", cell)
        return {"amount": found[1], "currency": found[2].upper()} if found else cell

    def read(self, raw: Any) -> Value:
        if not isinstance(raw, dict) or set(raw) != {"amount", "currency"}:
            wanted = Phrase("an amount with its currency, such as 1250.50 EUR,")
            raise refuse("ANSWER-04", found=kind_of(raw), wanted=wanted)
        amount, currency = raw["amount"], raw["currency"]
        if isinstance(amount, int) and not isinstance(amount, bool) and abs(amount) <= _MOST:
            amount = str(amount)
        if not isinstance(amount, str) or not re.fullmatch(_AMOUNT, amount):
            raise refuse("ANSWER-07", example=Phrase("1250.50 EUR (digits, a point, at most four decimals)"))
        if not self.zero and not amount.strip("0."):
            raise refuse("ANSWER-06", bound=Phrase("more than zero"))
        if not isinstance(currency, str) or currency not in currencies():
            raise refuse("ANSWER-07", example=Phrase("EUR: a currency code of ISO 4217"))
        return {"amount": amount, "currency": currency}

    def schema(self) -> dict[str, Any]:
        above_zero = "" if self.zero else "(?=.*[1-9])"
        amount = {
            "anyOf": [
                {"type": "string", "pattern": whole(above_zero + _AMOUNT)},
                {"type": "integer", "minimum": 0 if self.zero else 1, "maximum": _MOST},
            ]
        }
        return {
            "type": "object", "required": ["amount", "currency"], "additionalProperties": False,
            "properties": {"amount": amount, "currency": {"$ref": "#/$defs/ISO-4217"}},
        }  # fmt: skip


@cache
def currencies() -> frozenset[str]:
    """ISO 4217 codes."""
    import pycountry  # reads its tables on first use; see countries()

    return frozenset(currency.alpha_3 for currency in pycountry.currencies)
