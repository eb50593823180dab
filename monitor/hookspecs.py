"""What a plugin may add: the hooks, and when each is called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pluggy

from monitor.forms import FormMeta
from monitor.instrument import Instrument

if TYPE_CHECKING:  # a later stage: only its name is needed here
    from monitor.submissions import Submission

PROJECT = "monitor"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_instruments() -> Iterable[Instrument]:  # type: ignore[empty-body]  # reason: a specification has no body
    """Give the instruments of this plugin. Called once, when the command line or a program loads its plugins."""


@hookspec
def check_submission(submission: Submission, form: FormMeta) -> Sequence[str]:  # type: ignore[empty-body]  # reason: as above
    """Name further doubts for the reviewer, a sentence each. Called when a reviewer looks at a submission.

    ``submission`` is what was checked and stored, without its sealed answers, ``form`` the form that it fills in.
    Doubts never refuse, and they do not repeat open answers.
    """
