"""What a plugin may add: the hooks, and when each is called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pluggy

from monitor.instrument import Instrument

PROJECT = "monitor"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_instruments() -> Iterable[Instrument]:  # type: ignore[empty-body]  # reason: a specification has no body
    """Give the instruments of this plugin. Called once, when the command line or a program loads its plugins."""


@hookspec
def check_submission(submission: Any, form: Any) -> Sequence[str]:  # type: ignore[empty-body]  # reason: as above
    """Name further doubts for the reviewer, a sentence each. Called when a reviewer looks at a submission.

    ``submission`` is a :class:`monitor.submissions.Submission`, ``form`` its form. Doubts never refuse.
    """
