"""Counts what a release is made of, and protects it against all that was published before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.agreement import doubtful
from monitor.disclosure import Hiding, Policy, ProtectedTable, counts_in, protect
from monitor.disclosure.series import EarlierRelease, Kept, Key
from monitor.disclosure.tables import Protection
from monitor.errors import Refusal
from monitor.findings import AS_DECLARED, Behind, FindingTable, Pooling, find, find_between, with_quality
from monitor.instrument import Instrument
from monitor.release.reasons import as_text, hidden_in
from monitor.release.series import codes_before
from monitor.store import COUNTED_KINDS, Store, sqlite


@dataclass(frozen=True)
class Choices:
    """What a publisher chooses for a release.

    ``period`` are the first and last day that the release speaks of, as ISO dates; it is printed and selects nothing.
    ``embargo`` leaves out what stands in a case that is pending. A ``draft`` is noted nowhere. ``erratum`` is a public
    sentence on what was wrong in the release before, in ``erratum_language``. ``seconds`` is how long the audit may
    take. ``more`` hide further cells.
    """

    policy: Policy
    licence: str
    title: str | None = None
    period: tuple[str | None, str | None] = (None, None)
    pooling: Pooling = AS_DECLARED
    embargo: bool = False
    draft: bool = False
    erratum: str | None = None
    seconds: float = 600
    more: Sequence[Hiding] = field(default=(), repr=False)

    def parameters(self) -> str:
        """All that decides which figures are in the release, as the release states it (JSON)."""
        said: dict[str, Any] = {**self.policy.as_json(), **self.pooling.as_json(), "embargo": self.embargo}
        return json.dumps(said)


@dataclass(frozen=True)
class Found:
    """Exact findings, and the entry of the log (number, hash, time) at which they were counted.

    ``unembargoed`` are the same with pending cases in them, where these were left out.
    """

    instruments: Sequence[Instrument]
    tables: Sequence[FindingTable]
    unembargoed: Sequence[FindingTable] | None
    built_from: tuple[int, str, str]

    def left_out(self) -> Mapping[str, tuple[str, ...]]:
        """By instrument, the versions of which no submission counts."""
        return {table.instrument: table.left_out for table in self.tables}


def find_all(store: Store, catalogue: Mapping[str, Instrument], choices: Choices, *, beside: bool = True) -> Found:
    """Count everything that is approved; ``beside`` also with pending cases, where these are left out.

    Raises :class:`Refusal`: STORE-23 when an instrument that was used is not loaded, RELEASE-04 when nothing is
    approved, RELEASE-12 when nothing is left to publish.
    """
    connection, policy = store.connection, choices.policy
    instruments = _used(connection, catalogue)
    before = codes_before(connection)
    doubted = doubtful(connection, instruments, policy.agreement)

    def found(embargo: bool) -> Sequence[FindingTable]:
        pooling, few = choices.pooling, policy.persons
        tables = find(
            connection, instruments, doubted, pooling=pooling, few=few, embargo=embargo, codes_before=before
        )
        if policy.hold_back and all(table.caution for table in tables):
            raise Refusal("RELEASE-12", floor=policy.agreement)
        return tables

    unembargoed = found(False) if choices.embargo and beside else None
    return Found(instruments, found(choices.embargo), unembargoed, _last_counted(connection))


@dataclass(frozen=True)
class Protected:
    """The tables as they may be seen, the exact counts behind them, and why each hidden figure is hidden (JSON)."""

    tables: Sequence[ProtectedTable]
    ledger: Sequence[Kept]
    reasons: str


def protect_all(
    connection: sqlite.Connection, found: Found, choices: Choices, earlier: Sequence[EarlierRelease]
) -> Protected:  # fmt: skip
    """Protect the tables of a release beside all earlier ones."""

    def protection(tables: Sequence[FindingTable], *, embargo: bool) -> Protection:
        shown = [table for table in tables if not (choices.policy.hold_back and table.caution)]
        pooling, few = choices.pooling, choices.policy.persons
        relations = find_between(connection, found.instruments, shown, pooling=pooling, few=few, embargo=embargo)
        return protect(shown, choices.policy, choices.more, relations=relations, earlier=earlier)

    made = protection(found.tables, embargo=choices.embargo)
    beside = None if found.unembargoed is None else protection(found.unembargoed, embargo=False).tables
    held_back = [table for table in found.tables if choices.policy.hold_back and table.caution]
    return Protected(made.tables, made.ledger, as_text(hidden_in(made.tables, beside, held_back)))


def added_since(connection: sqlite.Connection, found: Found, choices: Choices, entry: int) -> Mapping[Key, Behind]:
    """What stands behind everything that was approved or changed after an entry of the log, by count and cell."""
    how: dict[str, Any] = {
        "pooling": choices.pooling, "few": 0, "embargo": choices.embargo, "after": entry,
    }  # fmt: skip
    tables = find(connection, found.instruments, **how)
    return counts_in(tables, find_between(connection, found.instruments, tables, **how))


def _used(connection: sqlite.Connection, catalogue: Mapping[str, Instrument]) -> list[Instrument]:
    codes = [code for (code,) in connection.execute("SELECT DISTINCT instrument FROM contract ORDER BY instrument")]
    if unknown := [code for code in codes if code not in catalogue]:
        # Left out in silence, an instrument would seem to have no findings.
        raise Refusal("STORE-23", instruments=", ".join(unknown))
    instruments = [with_quality(catalogue[code]) for code in codes]
    forms = [form.full_code() for instrument in instruments for form in instrument.forms]
    approved = {form for (form,) in connection.execute("SELECT DISTINCT form FROM submission WHERE state = 'approved'")}
    if not approved.intersection(forms) or not any(instrument.indicators for instrument in instruments):
        raise Refusal("RELEASE-04")
    return instruments


def _last_counted(connection: sqlite.Connection) -> tuple[int, str, str]:
    """The last entry that changed what is counted, so that a release can be built again.

    Notes of releases change nothing, nor does what is about keys, or text that was taken out to protect a person.
    """
    query = f"SELECT seq, hash, time FROM log WHERE kind IN {COUNTED_KINDS} ORDER BY seq DESC LIMIT 1"
    entry: tuple[int, str, str] = connection.execute(query).fetchone()
    return entry
