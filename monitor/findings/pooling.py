"""Puts years together in periods and countries in regions, so that small numbers can be read, too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from monitor.errors import Refusal
from monitor.indicators import Dimension
from monitor.intake.settings import read_toml
from monitor.questions import Country, countries

_KEY = re.compile(r"[a-z][a-z0-9_]{2,39}")
_YEAR = re.compile(r"[0-9]{4}")
_MOST_BYTES = 200_000
_LONGEST_LABEL = 80
_LONGEST_PERIOD = 20


@dataclass(frozen=True)
class Region:
    """Some countries that are also counted together: what readers call them, and their codes."""

    label: str
    countries: tuple[str, ...]


@dataclass(frozen=True)
class Pooling:
    """Which codes of a table's dimensions are counted together: years in ``periods``, countries in ``regions``.

    Periods are of so many years each. One begins with ``periods_from`` and the others follow before and after it; by
    default they begin with the years that ``periods`` divides. They never depend on what was observed: a period that
    was moved from one release to the next would, less the old one, show single years.

    A region goes by its key. A country is in one region, or in none.

    The periods and regions stand beside the years and countries in them, or ``alone`` in their place. Alone they give
    away more of the small numbers: what stands beside them often has to be hidden for their sake.

    Raises :class:`Refusal` (FINDINGS-02, -03) for periods and regions that cannot be.
    """

    periods: int | None = None
    regions: Mapping[str, Region] = field(default_factory=dict)
    periods_from: int = 0
    alone: bool = False

    def __post_init__(self) -> None:
        if self.periods is not None and not 2 <= self.periods <= _LONGEST_PERIOD:
            raise Refusal("FINDINGS-02", given=self.periods, most=_LONGEST_PERIOD)
        placed: dict[str, str] = {}
        for key, region in self.regions.items():
            _check_region(key, region)
            for country in region.countries:
                if country in placed:
                    _refuse(key, f"{country} is also in '{placed[country]}', and would be counted twice")
                placed[country] = key

    def group(self, dimension: Dimension, code: str) -> str | None:
        """The period or region of a code of a dimension; None for none."""
        if dimension.part == "year" and self.periods is not None and _YEAR.fullmatch(code):
            first = int(code) - (int(code) - self.periods_from) % self.periods
            return f"{first:04d}-{first + self.periods - 1:04d}"
        if dimension.part == "answer" and isinstance(dimension.question, Country):
            return next((key for key, region in self.regions.items() if code in region.countries), None)
        return None

    def parents(self, dimension: Dimension, codes: Iterable[str]) -> dict[str, str]:
        """The group of each code that has one."""
        found = {code: self.group(dimension, code) for code in sorted(codes)}
        return {code: group for code, group in found.items() if group is not None}

    def recoded(self, dimension: Dimension, codes: Iterable[str]) -> dict[str, str]:
        """Where groups stand alone, what each code becomes; nothing where none has a group."""
        parents = self.parents(dimension, codes)
        return {code: parents.get(code, code) for code in sorted(codes)} if parents else {}

    def label(self, group: str) -> str:
        """What readers call a group: a region by its label, a period by its years."""
        return self.regions[group].label if group in self.regions else group

    def as_json(self) -> dict[str, Any]:
        """What was put together, as a release states it; nothing where nothing was."""
        said: dict[str, Any] = {}
        if self.periods is not None:
            said |= {"periods": self.periods, "periods_from": self.periods_from % self.periods}
        if self.regions:
            said["regions"] = {
                key: {"label": region.label, "countries": sorted(region.countries)}
                for key, region in sorted(self.regions.items())
            }
        return said | ({"alone": True} if said and self.alone else {})


AS_DECLARED = Pooling()
"""Nothing is put together."""


def read_regions(path: Path) -> dict[str, Region]:
    """The regions of a TOML file: ``[regions.baltic_states]`` with ``label = "..."`` and ``countries = ["EE", ...]``.

    Raises :class:`Refusal`: FINDINGS-03 for a region that cannot be, FINDINGS-04 when the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
        if len(text) > _MOST_BYTES:
            raise OSError(0, f"it has more than {_MOST_BYTES} bytes")
        found = read_toml(text.decode("utf-8"))
    except OSError as error:
        raise Refusal("FINDINGS-04", path=path, why=error.strerror or "it cannot be opened") from error
    except UnicodeDecodeError as error:
        raise Refusal("FINDINGS-04", path=path, why="it is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise Refusal("FINDINGS-04", path=path, why="it is no TOML") from error
    listed = found.get("regions")
    if not isinstance(listed, dict) or not listed or len(found) > 1:
        raise Refusal("FINDINGS-04", path=path, why="it must hold [regions.KEY] tables and nothing else")
    regions = {key: _region(key, line) for key, line in listed.items()}
    return dict(Pooling(regions=regions).regions)  # which refuses what cannot be


def _region(key: str, line: object) -> Region:
    if not isinstance(line, dict) or set(line) != {"label", "countries"}:
        _refuse(key, "it has a label and countries, and nothing else")
    label, codes = line["label"], line["countries"]
    if not isinstance(label, str) or not isinstance(codes, list) or not all(isinstance(one, str) for one in codes):
        _refuse(key, 'its label is a text, its countries a list of codes such as ["AL", "MK"]')
    return Region(label.strip(), tuple(codes))


def _check_region(key: str, region: Region) -> None:
    if not _KEY.fullmatch(key):
        _refuse(key, "its key is 3 to 40 lower-case letters, digits and _, and begins with a letter")
    if not 0 < len(region.label) <= _LONGEST_LABEL or not region.label.isprintable():
        _refuse(key, f"its label is one line of at most {_LONGEST_LABEL} characters")
    if len(region.countries) < 2:
        _refuse(key, "it has fewer than two countries")
    if unknown := [code for code in region.countries if code not in countries()]:
        _refuse(key, f"{unknown[0][:10]!r} is no country code (ISO 3166-1 alpha-2, or XK)")
    if len(set(region.countries)) < len(region.countries):
        _refuse(key, "it lists a country twice")


def _refuse(key: str, what: str) -> NoReturn:
    raise Refusal("FINDINGS-03", region=key[:40], what=what)
