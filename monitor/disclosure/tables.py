"""What may be published: figures that only :func:`monitor.disclosure.protect` can make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass

from monitor.disclosure.series import Kept
from monitor.findings import table_name
from monitor.indicators import Dimension, Indicator

SEAL = object()
"""What :mod:`monitor.disclosure.protect` shows to be let through. Anybody else's figures are not protected."""


def _check(seal: object) -> None:
    if seal is not SEAL:
        raise TypeError("only monitor.disclosure.protect makes protected figures")


@dataclass(frozen=True)
class ProtectedFinding:
    """One cell as it may be seen: rounded figures, and None for each that is hidden, whatever the reason.

    ``since`` names the earlier release that the row stands from, None where it is this one's. ``suppressed`` gives the
    reason for each hidden figure; it is for the programme alone and is never published.
    """

    seal: InitVar[object]
    keys: tuple[str, ...]
    n: int | None = None
    count: int | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None
    median: float | None = None
    not_observed: int | None = None
    not_applicable: int | None = None
    suppressed: tuple[tuple[str, str], ...] = ()
    ratio: float | None = None
    since: str | None = None

    def __post_init__(self, seal: object) -> None:
        _check(seal)


@dataclass(frozen=True)
class ProtectedTable:
    """A table as it may be published. The fields mean the same as those of a :class:`monitor.findings.FindingTable`.

    ``exempt`` says that it is about States, not persons: its figures stand as they are, exact and none of them hidden.
    """

    seal: InitVar[object]
    instrument: str
    indicator: Indicator
    dimensions: tuple[Dimension, ...]
    values: tuple[tuple[str, ...], ...]
    overlapping: tuple[str, ...]
    unit: str
    findings: tuple[ProtectedFinding, ...]
    exempt: bool = False
    parents: tuple[Mapping[str, str], ...] = ()
    unit_code: str = ""

    def __post_init__(self, seal: object) -> None:
        _check(seal)

    @property
    def name(self) -> str:
        """``trial_monitoring__tm_i01a__country_year``."""
        return table_name(self.instrument, self.indicator, self.dimensions)


@dataclass(frozen=True)
class Protection:
    """The tables of a release as they may be seen, and the exact counts behind them for the private ledger."""

    tables: tuple[ProtectedTable, ...]
    ledger: tuple[Kept, ...]
