"""The frozen contract of an instrument beside the instrument as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from monitor.contract import compare_with_frozen, frozen_versions, told
from monitor.errors import Refusal
from monitor.instrument import Instrument
from monitor.kit.complaints import Complaint, complain

_SHOWN = 5


def contract(instrument: Instrument, schemas: Path | None) -> Iterator[Complaint]:
    """The version is frozen, and the instrument is what was frozen, or its version is a step that is large enough.

    Without a folder of contracts nothing is said.
    """
    if schemas is None:
        return
    versions = frozen_versions(instrument.code, schemas)
    is_frozen = instrument.version in versions
    if not is_frozen:
        yield complain("KIT-71", instrument.code, version=instrument.version, code=instrument.code)
    if not versions:
        return
    try:
        found = compare_with_frozen(instrument, schemas, instrument.version if is_frozen else None)
    except Refusal as refusal:
        yield complain("KIT-13", (schemas / instrument.code).as_posix(), why=refusal.sentence)
        return
    if not found.enough:
        places = told(found.changes, _SHOWN)
        version, least = instrument.version, found.least
        yield complain("KIT-70", instrument.code, version=version, since=found.since, places=places, least=least)
