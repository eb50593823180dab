"""Actors, responses, needs and gaps: what this plugin gives to the framework."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from monitor import Instrument, hookimpl

from .actor import Actor
from .doubts import doubts_about_actor
from .instrument import INSTRUMENT


@hookimpl
def register_instruments() -> Iterable[Instrument]:
    """One instrument with one form: an actor in one country and one year."""
    return [INSTRUMENT]


@hookimpl
def check_submission(submission: Any, form: Any) -> Sequence[str]:
    """What a reviewer should look at twice."""
    return list(doubts_about_actor(submission)) if form is Actor else []
