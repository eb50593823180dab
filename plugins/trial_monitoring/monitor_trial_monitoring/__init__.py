"""Victims' rights in trafficking trials: what this plugin gives to the framework."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor import Form, Instrument, Submission, hookimpl

from .doubts import doubts_about_hearing
from .hearing import Hearing
from .instrument import INSTRUMENT


@hookimpl
def register_instruments() -> Iterable[Instrument]:
    """One instrument: cases and their hearings."""
    return [INSTRUMENT]


@hookimpl
def check_submission(submission: Submission, form: type[Form]) -> Sequence[str]:
    """What a reviewer should look at twice."""
    return list(doubts_about_hearing(submission)) if form is Hearing else []
