"""The evidence behind a rating: what kind it is, and which. Two questions that stand below each rating."""

from __future__ import annotations

from monitor import Choices, Rating, Text

from . import codes


def source_of(rating: Rating) -> Choices:
    """The question of what a rating rests on; asked where it is yes, partly or no."""
    return Choices(
        "On what does this rating rest?",
        codes.EVIDENCE_SOURCE,
        only_if=rating.rated(),
        publish="counted",
    )


def evidence_of(rating: Rating) -> Text:
    """The question that has the evidence named; as short as a citation, so that no notes of an interview fit in."""
    return Text(
        "Which article, figure, document, visit or class of interviewee is it?",
        hint="Of an interview the class of the interviewee and the month, nothing else. No names, no notes.",
        only_if=rating.rated(),
    )
