"""What a release says of its series and of itself: the releases before it, what was wrong in them, its method."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property


@dataclass(frozen=True)
class Earlier:
    """A release before this one. ``built`` is the day of its newest observation; ``withdrawn`` says why, or ''."""

    id: str
    title: str
    period: str
    built: str
    withdrawn: str


@dataclass(frozen=True)
class Erratum:
    """What was wrong in a release, and in which of its tables; '' for several or all."""

    release: str
    table: str
    says: str


@dataclass(frozen=True)
class Section:
    """A section of the method."""

    heading: str
    says: str

    @property
    def anchor(self) -> str:
        """Its place in the page."""
        return "-".join("".join(letter if letter.isalnum() else " " for letter in self.heading.lower()).split())


@dataclass(frozen=True)
class Series:
    """Where a release stands among those of its programme. ``withdrawn`` is the reason, '' where it stands."""

    position: int
    withdrawn: str
    draft: bool
    earlier: tuple[Earlier, ...]
    errata: tuple[Erratum, ...]
    method: tuple[Section, ...]

    @cached_property
    def _days(self) -> Mapping[str, str]:
        return {one.id: one.built for one in self.earlier}

    def since(self, release: str) -> str:
        """The release from which a row stands unchanged, in words."""
        day = self._days.get(release)
        return f"unchanged since release {release}{f' of {day}' if day else ''}"


def read_series(connection: sqlite3.Connection, language: str) -> Series:
    """What stands in the release file, in a language where there is a choice."""
    about = connection.execute("SELECT position, withdrawn, draft FROM release").fetchone()
    earlier = connection.execute("SELECT * FROM earlier ORDER BY position").fetchall()
    errata = connection.execute("SELECT * FROM erratum ORDER BY position, language <> ?", (language,)).fetchall()
    method = connection.execute("SELECT heading, says FROM method WHERE language = ? ORDER BY position", (language,))
    spoken = {row["position"]: row for row in reversed(errata)}  # the language that is shown comes first, and stays
    return Series(
        about["position"], about["withdrawn"] or "", bool(about["draft"]),
        tuple(
            Earlier(row["id"], row["title"], in_period(row["period_from"], row["period_to"]),
                    in_words(row["built_from_time"][:10]), row["withdrawn"] or "")
            for row in earlier
        ),
        tuple(Erratum(row["release"], row["table_name"] or "", row["says"]) for _, row in sorted(spoken.items())),
        tuple(Section(*row) for row in method),
    )  # fmt: skip


def in_period(first: str | None, last: str | None) -> str:
    """A period in words: *2020 to 2023*; '' for none."""
    if first and last and first.endswith("-01-01") and last.endswith("-12-31"):  # whole years
        return first[:4] if first[:4] == last[:4] else f"{first[:4]} to {last[:4]}"
    if first and last:
        return f"{in_words(first)} to {in_words(last)}"
    return f"from {in_words(first)}" if first else f"until {in_words(last)}" if last else ""


def in_words(text: str) -> str:
    """A day such as *1 February 2024*; a year, or a year and a month, as it stands."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {day:%B} {day.year}"
