"""Doubts: what a reviewer should look at twice, although no rule of the codebook is broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


def doubts_about_actor(submission: Any) -> Iterator[str]:
    """Each doubt about an actor as a sentence: a shelter that could be found, a row that looks like a slip of entry."""
    entry = submission.closed
    if "shelter" in entry["roles"] and entry["listing_consent"] == "public":
        yield "listing_consent is public, and it is a shelter: do its name or its contact lead to its door?"
    if "all" in entry["target_groups"] and len(entry["target_groups"]) > 1:
        yield "target_groups: all stands beside single groups: does it really serve everybody?"
    for rows, inside in (("areas_covered", "area"), ("refers_to", "actor")):
        for twice in _twice(row[inside] for row in entry.get(rows, ())):
            yield f"{rows}: {twice} stands in more than one row."
    kinds = {row["activity_kind"] for row in entry.get("activities", ())}
    for kind in sorted(kinds - set(entry["roles"])):
        yield f"activities: {kind} is not among the roles: is it a function of this actor?"


def _twice(names: Iterable[str]) -> Iterator[str]:
    listed = list(names)
    yield from sorted({name for name in listed if listed.count(name) > 1})
