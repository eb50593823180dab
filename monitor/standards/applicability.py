"""Whom a provision binds or addresses, and since when: three answers, of which unknown is never taken for bound."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from monitor.questions import countries
from monitor.standards.register import Kind, Provision, register

Holds = Literal["binds", "addresses", "does_not", "unknown"]

WORDS: Mapping[Holds, str] = {
    "binds": "binds",
    "addresses": "addresses and does not bind",
    "does_not": "does not apply to",
    "unknown": "it is not known whether it applies to",
}


@dataclass(frozen=True)
class Standing:
    """How some States stand to a scope for a time.

    ``at_latest`` says that they were bound on ``since`` and perhaps earlier, which makes the time before unknown.
    """

    states: tuple[str, ...]
    holds: Literal["yes", "no", "unknown"] = "yes"
    since: date | None = None
    until: date | None = None
    at_latest: bool = False
    checked: bool = False
    why: str = ""

    def covers(self, on: date) -> bool:
        """Whether it says anything of that day."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


@dataclass(frozen=True)
class Scope:
    """Where a provision applies: since when at all (``means`` says what that day is), and how each State stands.

    Up to ``complete_until`` a State of which nothing is said is outside; after it, or without it, that is unknown.
    ``widened`` is what a later act added, with the day of it.
    """

    since: date
    means: str
    checked: bool
    complete_until: date | None
    standings: tuple[Standing, ...]
    widened: tuple[date, str] | None = None


@dataclass(frozen=True)
class Applicability:
    """Whether one provision applied to one State on one day, and why.

    ``holds`` is ``binds`` (law), ``addresses`` (a commitment or guidance, which bind nobody), ``does_not``, or
    ``unknown``. ``since`` is the first day, where known. ``checked`` is false while a date or a State stands from
    knowledge alone.
    """

    provision: Provision
    country: str
    on: date
    holds: Holds
    since: date | None
    checked: bool
    why: str

    @property
    def counts(self) -> bool:
        """Whether a report about that State on that day may cite the provision."""
        return self.holds in ("binds", "addresses")

    @property
    def mark(self) -> str:
        """What stands behind the answer wherever it is shown; nothing once it is checked."""
        return "" if self.checked or self.holds == "unknown" else "from knowledge, to be checked"

    @property
    def sentence(self) -> str:
        """The answer in words: ``CETS 15(2) binds MD on 2024-12-31 (in force since 2008-02-01)``."""
        said = f"{self.provision.key} {WORDS[self.holds]} {self.country} on {self.on}"
        if self.holds == "unknown":
            said = f"{self.provision.key}: {WORDS[self.holds]} {self.country} on {self.on}"
        return f"{said} ({'; '.join(part for part in (self.why, self.mark) if part)})"


def applies(provision: Provision | str, country: str, on: date) -> Applicability:
    """Whether a provision of the register applied to a State (ISO 3166-1 alpha-2, or XK) on a day."""
    asked = register()[provision] if isinstance(provision, str) else provision
    scope = scope_of(asked)
    if scope is None:
        why = "a tasking of ODIHR addresses ODIHR, and no State meets or misses it"
        return Applicability(asked, country, on, "does_not", None, True, why)
    holds, since, checked, why = _stands(asked.kind, scope, country, on)
    if scope.widened is not None and holds in ("binds", "unknown"):
        day, what = scope.widened
        why += f"; {'with' if on >= day else 'not yet with'} {what}, to be transposed by {day}"
    return Applicability(asked, country, on, holds, since, checked, why)


_Answer = tuple[Holds, date | None, bool, str]


def _stands(kind: Kind, scope: Scope, country: str, on: date) -> _Answer:
    if country not in countries():
        return "unknown", None, False, "no State has this code"
    if on < scope.since:
        return "does_not", None, scope.checked, _beginning(scope)
    if kind == "guidance":
        return "addresses", scope.since, scope.checked, _beginning(scope)
    own = [standing for standing in scope.standings if country in standing.states]
    for standing in own:
        if standing.covers(on):
            return _answer(kind, scope, standing)
    if own:
        return _outside(own, on)
    unclear = next((entry for entry in _unclear() if country in entry.states), None)
    if unclear is not None:
        return "unknown", None, False, unclear.why
    if scope.complete_until is not None and on <= scope.complete_until:
        return "does_not", None, False, "not among the States to which it applies"
    until = f" only up to {scope.complete_until}" if scope.complete_until is not None else " only in part"
    return "unknown", None, False, f"the register lists its States{until}"


def _answer(kind: Kind, scope: Scope, standing: Standing) -> _Answer:
    if standing.holds == "no":
        return "does_not", None, standing.checked, standing.why
    if standing.holds == "unknown":
        return "unknown", None, False, standing.why
    since = max(scope.since, standing.since or scope.since)
    verb = "addressed" if kind == "commitment" else "in force" if scope.means == "in force" else "bound"
    begun = f"{verb} since {since}" + (" at the latest" if standing.at_latest else "")
    if verb == "bound" and since == scope.since:
        begun = _beginning(scope)
    why = "; ".join(part for part in (begun, standing.why) if part)
    return "addresses" if kind == "commitment" else "binds", since, standing.checked and scope.checked, why


def _outside(own: Sequence[Standing], on: date) -> _Answer:
    """A day of which none of a State's standings says anything: before, after or between them."""
    past = [standing for standing in own if standing.until is not None and standing.until < on]
    if past:
        latest = max(past, key=lambda standing: standing.until or date.min)
        if latest.holds == "yes":
            return "does_not", None, latest.checked, latest.why or f"it applied until {latest.until}"
        return "unknown", None, False, "the register says nothing of that day"
    first = min(own, key=lambda standing: standing.since or date.min)
    if first.holds != "yes" or first.at_latest:
        return "unknown", None, False, f"known from {first.since} on; perhaps it applied earlier"
    return "does_not", None, first.checked, f"it applies since {first.since}"


def _beginning(scope: Scope) -> str:
    if scope.means == "published in":
        return f"published in {scope.since.year}"
    return f"{scope.means}{' since' if scope.means == 'in force' else ''} {scope.since}"


def where(provision: Provision) -> tuple[Standing, ...]:
    """How the States of a provision's list stand to it, those alike together; nobody for a tasking or guidance."""
    scope = scope_of(provision)
    if scope is None:
        return ()
    alike: dict[Standing, list[str]] = {}
    always: set[str] = set()
    for standing in scope.standings:
        if standing.until is None or standing.until >= scope.since:
            since = max(scope.since, standing.since or scope.since) if standing.holds == "yes" else standing.since
            states = [state for state in standing.states if state not in always]
            alike.setdefault(replace(standing, states=(), since=since), []).extend(states)
        if standing.since is None and standing.until is None:
            always.update(standing.states)  # an exception goes before the list of members
    return tuple(replace(standing, states=tuple(sorted(states))) for standing, states in alike.items() if states)


def scope_of(provision: Provision) -> Scope | None:
    """Where a provision applies; None for a tasking of ODIHR, which applies to no State."""
    return None if provision.kind == "tasking" else _scopes()[provision.key]


@cache
def _scopes() -> Mapping[str, Scope]:
    """The scope of every provision that has one, by its key."""
    entries = _entries()
    found = {}
    for key, provision in register().items():
        if provision.kind != "tasking":
            own = entries.get(key, {}) if key != provision.family else {}
            # A provision's own beginning makes a scope of its own; without it, it only adds to its instrument's.
            found[key] = _scope(own if "since" in own else entries[provision.family] | own, entries["lists"])
    return found


def _scope(entry: Mapping[str, Any], lists: Mapping[str, Any]) -> Scope:
    members = lists[entry["members"]] if "members" in entry else ()
    widened = entry.get("widened")
    return Scope(
        entry["since"], entry["means"], entry.get("checked", False), entry.get("complete_until"),
        _standings((*entry.get("parties", ()), *members)),
        (widened["since"], widened["what"]) if widened else None,
    )  # fmt: skip


def _standings(entries: Iterable[Mapping[str, Any]]) -> tuple[Standing, ...]:
    return tuple(Standing(**{**entry, "states": tuple(entry["states"].split())}) for entry in entries)


@cache
def _unclear() -> tuple[Standing, ...]:
    return _standings(_entries()["unclear"])


@cache
def _entries() -> Mapping[str, Any]:
    return tomllib.loads(files("monitor.standards").joinpath("applicability.toml").read_text(encoding="utf-8"))
