"""Actors, responses, needs and gaps: what this plugin gives to the framework."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor import Form, Instrument, Submission, hookimpl

from .actor import Actor
from .doubts import doubts_about_actor
from .instrument import INSTRUMENT


@hookimpl
def register_instruments() -> Iterable[Instrument]:
    """One instrument with two forms: the programme's list of areas, and the actors."""
    return [INSTRUMENT]


@hookimpl
def check_submission(submission: Submission, form: type[Form]) -> Sequence[str]:
    """What a reviewer should look at twice."""
    return list(doubts_about_actor(submission)) if form is Actor else []
