"""Risk on return, safe and dignified return: what this plugin gives to the framework."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor import Form, Instrument, Submission, hookimpl

from .doubts import doubts_about_return
from .instrument import INSTRUMENT
from .return_case import ReturnCase


@hookimpl
def register_instruments() -> Iterable[Instrument]:
    """One instrument: return cases with the contacts after return."""
    return [INSTRUMENT]


@hookimpl
def check_submission(submission: Submission, form: type[Form]) -> Sequence[str]:
    """What a reviewer should look at twice."""
    return list(doubts_about_return(submission)) if form is ReturnCase else []
