"""What a check of a plugin complains about: where, what is wrong, what to do, and how much it weighs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from monitor.errors import Refusal
from monitor.messages import CATALOGUE

Weight = Literal["error", "advice", "undecided"]

_ADVICE = frozenset(
    "KIT-12 KIT-18 KIT-22 KIT-23 KIT-24 KIT-25 KIT-28 KIT-32 KIT-33 KIT-34 KIT-42 KIT-55 KIT-56 KIT-69 KIT-71".split()
)
_UNDECIDED = frozenset(["KIT-44", "KIT-48"])


@dataclass(frozen=True)
class Complaint:
    """One thing that a plugin's author should look at.

    ``where`` is a file of the folder, or ``instrument.form.question``, ``instrument rule ID``, ``instrument indicator
    ID``. ``weight`` is ``error`` (the plugin is not fit for use), ``advice``, or ``undecided``: the check could not
    find out, and says so.
    """

    code: str
    where: str
    says: str
    do: str
    weight: Weight

    def lines(self) -> list[str]:
        """The complaint as it stands on the screen: place, sentence and code, what to do."""
        return [f"{self.weight}: {self.where}", f"  {self.says} [{self.code}]", f"  {self.do}"]


def complain(code: str, where: str, /, **values: object) -> Complaint:
    """A complaint with the sentences of a code of the catalogue.

    Raises ``KeyError`` when the code is not in the catalogue: an unlisted message is a defect, not a message.
    """
    message = CATALOGUE[code]
    weight: Weight = "advice" if code in _ADVICE else "undecided" if code in _UNDECIDED else "error"
    return Complaint(code, where, message.says.format(**values), message.do.format(**values), weight)


def from_refusal(refusal: Refusal, where: str) -> Complaint:
    """What the loader refuses, as a complaint."""
    return Complaint(refusal.code, where, refusal.sentence, refusal.advice, "error")
