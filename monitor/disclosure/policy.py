"""The thresholds of disclosure control: a programme may raise them, never lower them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from monitor.agreement import FLOOR
from monitor.errors import Refusal


@dataclass(frozen=True)
class Policy:
    """How much must stand behind a published figure.

    ``persons`` (T) is the fewest distinct persons behind a figure and behind its complement; cases take their place
    where no person is known. ``cases`` is the fewest distinct cases. No hidden figure may be narrowed to less than
    ``width`` (W) units. Published counts are multiples of ``base``. A median or a ratio needs ``median`` persons or
    cases.

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

    def __post_init__(self) -> None:
        for field in fields(self):
            given, least = getattr(self, field.name), getattr(Policy, field.name)
            if given < least:
                raise Refusal("RELEASE-01", name=field.name, given=given, bound=f"at least {least}")
        if self.base > self.persons:
            raise Refusal("RELEASE-01", name="base", given=self.base, bound=f"at most persons, which is {self.persons}")

    def as_json(self) -> dict[str, float]:
        """The parameters as a release states them."""
        return asdict(self)
