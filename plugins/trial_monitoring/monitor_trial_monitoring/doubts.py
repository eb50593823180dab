"""Doubts: what a reviewer should look at twice, although no rule of the codebook is broken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from monitor import Submission

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def doubts_about_hearing(submission: Submission) -> Iterator[str]:
    """Each doubt about a hearing as a sentence: a date or a victim that looks like a slip of entry."""
    day = date.fromisoformat(submission.closed["hearing_date"]).weekday()
    if day >= 5:
        yield f"hearing_date is a {_DAYS[day]}: was the court sitting that day?"
    victims = [row["victim_ref"] for row in submission.closed.get("victims", ())]
    for victim in sorted({victim for victim in victims if victims.count(victim) > 1}):
        yield f"victims: {victim} stands in more than one row: is it the same person?"
