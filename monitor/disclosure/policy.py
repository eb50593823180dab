"""The thresholds of disclosure control: a programme may raise them, never lower them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from monitor.agreement import FLOOR
from monitor.errors import Refusal

Rounding = Literal["nearest", "up"]


@dataclass(frozen=True)
class Policy:
    """How much must stand behind a published figure.

    ``persons`` (T) is the fewest distinct persons behind a figure and behind its complement; cases take their place
    where no person is known. ``cases`` is the fewest distinct cases. No hidden figure may be narrowed to less than
    ``width`` (W) units; where the unit is not the person (hearings, measures), nor to less than ``relative`` of the
    most that it can be. Published counts are multiples of ``base``: the nearest one, halves up, or with
    ``rounding="up"`` the next one above. A median or a ratio needs ``median`` persons or cases.

    A question on which monitors who observed the same agree less than ``agreement`` puts a caution on every figure that
    rests on it; with ``hold_back`` these figures are not published at all.

    Raises :class:`Refusal` (RELEASE-01) for a value below its default, which is the least that is safe, and for a
    base above ``persons``, with which small figures would be rounded to zero.
    """

    persons: int = 10
    cases: int = 3
    width: int = 10
    base: int = 5
    median: int = 20
    agreement: float = FLOOR
    hold_back: bool = False
    rounding: Rounding = "nearest"
    relative: float = 0.3

    def __post_init__(self) -> None:
        if self.rounding not in ("nearest", "up"):
            raise Refusal("RELEASE-01", name="rounding", given=self.rounding, bound="nearest or up")
        for field in fields(self):
            given, least = getattr(self, field.name), getattr(Policy, field.name)
            if field.name != "rounding" and given < least:
                raise Refusal("RELEASE-01", name=field.name, given=given, bound=f"at least {least}")
        if self.base > self.persons:
            raise Refusal("RELEASE-01", name="base", given=self.base, bound=f"at most persons, which is {self.persons}")
        if self.relative >= 1:
            raise Refusal("RELEASE-01", name="relative", given=self.relative, bound="less than 1")

    def rounded(self, count: int) -> int:
        """A count as it is published."""
        if self.rounding == "up":
            return -(-count // self.base) * self.base
        return (2 * count + self.base) // (2 * self.base) * self.base

    def as_json(self) -> dict[str, Any]:
        """The parameters as a release states them."""
        return asdict(self)
