"""What a condition looks at: the answers of one form, and around them those of the forms above it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Value = Any
"""An answer as it is stored: text, a whole number, a list of codes, an amount with its currency, or None."""


@dataclass(frozen=True)
class Answers:
    """The answers that a condition may look at: one form's, and around them its parent's.

    ``values`` holds only what was asked and answered. ``others`` gives the other submissions of the same form under
    the same parent, or without a parent those that share the answers it is asked for; the one at hand is left out.
    ``system`` holds what is no question: session, author, source.
    """

    form: object
    values: Mapping[str, Value]
    outer: Answers | None = None
    today: date = field(default_factory=date.today)
    system: Mapping[str, Value] = field(default_factory=dict)
    others: Callable[[Mapping[str, Value]], Sequence[Answers]] = lambda same: ()

    def of(self, form: object) -> Answers | None:
        """The level at which the questions of ``form`` are answered, looking outward."""
        level: Answers | None = self
        while level is not None and level.form is not form:
            level = level.outer
        return level
