"""Contracts as files: written once for each version, never changed, and compared with the instrument as it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.conditions import JSON
from monitor.contract.changes import Change, Step, compare, step_of
from monitor.contract.codebook import codebook
from monitor.contract.content import as_contract
from monitor.errors import Refusal
from monitor.instrument import Instrument
from monitor.languages import localized

APPROVED = "x-approved-by"
_NO_CONTRACT = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading raises where a file is JSON, and no contract."""


@dataclass(frozen=True)
class Comparison:
    """An instrument beside the frozen contract of one of its versions, ``since``: what changed, and what it demands."""

    instrument: str
    since: str
    version: str
    changes: tuple[Change, ...]

    @property
    def step(self) -> Step:
        """The version step that the changes demand."""
        return step_of(self.changes)

    @property
    def least(self) -> str:
        """The lowest version that the instrument may have now."""
        major, minor = _parts(self.since)
        return {Step.NONE: self.since, Step.MINOR: f"{major}.{minor + 1}", Step.MAJOR: f"{major + 1}.0"}[self.step]

    @property
    def enough(self) -> bool:
        """Whether the version of the instrument is that one, or a later one."""
        return _parts(self.version) >= _parts(self.least)

    @property
    def loosened(self) -> tuple[Change, ...]:
        """The changes by which more may be published: somebody must approve them."""
        return tuple(change for change in self.changes if change.loosened)


def frozen_versions(code: str, folder: Path) -> list[str]:
    """The versions of an instrument that are frozen under ``folder``, lowest first."""
    found = (path.stem for path in (folder / code).glob("*.json"))
    return sorted((version for version in found if version.replace(".", "", 1).isdecimal()), key=_parts)


def read_frozen(code: str, version: str, folder: Path) -> JSON:
    """The frozen contract of a version. Raises :class:`Refusal`: there is none (CONTRACT-02), or no contract (-05)."""
    path = folder / code / f"{version}.json"
    try:
        contract: JSON = json.loads(path.read_text(encoding="utf-8"))
        frozen_text(contract).encode("utf-8")  # half a character pair could not be printed when it is compared
        if contract["monitor"]["version"] != version:
            raise Refusal("CONTRACT-05", path=path)
    except FileNotFoundError:
        known = ", ".join(frozen_versions(code, folder)) or "none"
        raise Refusal("CONTRACT-02", code=code, version=version, folder=folder, known=known) from None
    except _NO_CONTRACT:
        raise Refusal("CONTRACT-05", path=path) from None
    return contract


def compare_with_frozen(instrument: Instrument, folder: Path, since: str | None = None) -> Comparison:
    """The instrument beside a frozen version of it, by default the latest.

    Raises :class:`Refusal` where that is not frozen (CONTRACT-02) or cannot be read (CONTRACT-05).
    """
    if since is None:
        since = (frozen_versions(instrument.code, folder) or [instrument.version])[-1]
    # What a file would hold: tuples are lists there.
    now = json.loads(frozen_text(as_contract(instrument)))
    then = read_frozen(instrument.code, since, folder)
    try:
        changes = compare(then, now)
    except _NO_CONTRACT as error:  # it has the version of a contract, and not the shape of one
        raise Refusal("CONTRACT-05", path=folder / instrument.code / f"{since}.json") from error
    return Comparison(instrument.code, since, instrument.version, tuple(changes))


def frozen_text(contract: JSON) -> str:
    """The contract as the file holds it."""
    return json.dumps(contract, ensure_ascii=False, indent=1) + "\n"


def freeze(instrument: Instrument, folder: Path, *, approved_by: str | None = None) -> list[Path]:
    """Write ``<code>/<version>.json`` and ``.md`` under ``folder``; give the paths.

    A version that is there already stays as it is. Raises :class:`Refusal` when the instrument changed since, by more
    than that version allows (CONTRACT-01); when its version is too low after the latest that is frozen (CONTRACT-03);
    and when more may be published than before and ``approved_by`` does not say by whose decision (CONTRACT-04).
    """
    target = folder / instrument.code
    paths = [target / f"{instrument.version}.json", target / f"{instrument.version}.md"]
    versions = frozen_versions(instrument.code, folder)
    if instrument.version in versions:
        compared = compare_with_frozen(instrument, folder, instrument.version)
        if not compared.enough:
            raise Refusal("CONTRACT-01", path=paths[0], what=told(compared.changes), least=compared.least)
        return paths
    if versions:
        _check_step(compare_with_frozen(instrument, folder), approved_by)
    contract = as_contract(instrument)
    if approved_by:
        contract = {**contract, APPROVED: approved_by}
    target.mkdir(parents=True, exist_ok=True)
    paths[0].write_text(frozen_text(contract), encoding="utf-8")
    paths[1].write_text(codebook(localized(instrument, None), frozen=True), encoding="utf-8")
    return paths


def _check_step(compared: Comparison, approved_by: str | None) -> None:
    if not compared.enough:
        raise Refusal("CONTRACT-03", code=compared.instrument, version=compared.version, since=compared.since,
                      what=told(compared.changes), least=compared.least)  # fmt: skip
    if compared.loosened and not approved_by:
        raise Refusal("CONTRACT-04", code=compared.instrument, what=told(compared.loosened))


def told(changes: Sequence[Change], most: int = 3) -> str:
    """The gravest of the changes that demand a step, in a line, and how many more there are."""
    said = [change.what for change in sorted(changes, key=lambda change: -change.step) if change.step]
    more = f" And {len(said) - most} more." if len(said) > most else ""
    return " ".join(said[:most]) + more


def _parts(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor or 0)
