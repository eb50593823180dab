"""The frozen contract of an instrument beside the instrument as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monitor.contract import as_contract, frozen_text
from monitor.instrument import Instrument
from monitor.kit.complaints import Complaint, complain

_SHOWN = 5


def contract(instrument: Instrument, schemas: Path | None) -> Iterator[Complaint]:
    """The version is frozen, and the instrument is what was frozen. Without a folder of contracts nothing is said."""
    if schemas is None:
        return
    path = schemas / instrument.code / f"{instrument.version}.json"
    if not path.is_file():
        yield complain("KIT-71", instrument.code, version=instrument.version, code=instrument.code)
        return
    now = frozen_text(as_contract(instrument))
    then = path.read_text(encoding="utf-8")
    if now == then:
        return
    try:
        kept = json.loads(then)
    except ValueError as error:
        yield complain("KIT-13", path.as_posix(), why=error)
        return
    # What people talk about stands under "monitor"; the JSON Schema beside it says the same once more.
    found = list(_differences(kept.get("monitor", {}), json.loads(now)["monitor"], ""))
    found = found or list(_differences(kept, json.loads(now), "")) or ["its layout"]
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    places = "; ".join(found[:_SHOWN]) + more
    yield complain("KIT-70", instrument.code, path=path.as_posix(), places=places, version=instrument.version)


def _differences(then: Any, now: Any, where: str) -> Iterator[str]:
    """The places at which two contracts differ, by the names of what stands there."""
    if isinstance(then, list) and isinstance(now, list) and (named := _by_name(then)) and (others := _by_name(now)):
        then, now = named, others
    if not isinstance(then, dict) or not isinstance(now, dict):
        if then != now:
            yield f"{where or 'all'} is another"
        return
    for name in [*then, *(one for one in now if one not in then)]:
        place = f"{where}.{name}" if where else str(name)
        if name not in now:
            yield f"{place} is gone"
        elif name not in then:
            yield f"{place} is new"
        else:
            yield from _differences(then[name], now[name], place)
    if list(then) != list(now) and set(then) == set(now):
        yield f"{where or 'all'} stands in another order"


def _by_name(things: list[Any]) -> dict[str, Any] | None:
    """Forms by code, questions by name, rules and indicators by id; None for a list of anything else."""
    for key in ("code", "name", "id", "key"):
        if things and all(isinstance(thing, dict) and isinstance(thing.get(key), str) for thing in things):
            return {str(thing[key]): thing for thing in things}
    return None
