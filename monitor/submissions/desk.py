"""Submissions in memory: what a check may know of others where there is no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.conditions import Value
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.submissions.checking import check
from monitor.submissions.model import Stored, Submission
from monitor.submissions.parts import join


@dataclass
class Desk:
    """Submissions on the desk, as the surroundings of the next one (see :class:`monitor.submissions.Surroundings`)."""

    submissions: list[Stored] = field(default_factory=list)

    def find(self, form: FormMeta, reference: str) -> Stored | None:
        """The submission of a form with an id, or with a reference (the answer to the form's key question)."""
        for one in self.submissions:
            key = one.values.get(form.key) if form.key else None
            if one.form is form and reference in (one.id, key):
                return one
        return None

    def under(self, form: FormMeta, parent: str) -> Sequence[Stored]:
        """The submissions of a form under a parent's id."""
        return [one for one in self.submissions if one.form is form and one.parent and one.parent.id == parent]

    def alike(self, form: FormMeta, same: Mapping[str, Value]) -> Sequence[Stored]:
        """The submissions of a form that share these answers."""
        found = [one for one in self.submissions if one.form is form]
        return [one for one in found if all(one.values.get(name) == value for name, value in same.items())]

    def add(self, instrument: Instrument, form: FormMeta, raw: Mapping[str, Any], author: str = "MON-01") -> Submission:
        """Check a submission and lay it on the desk. Raises :class:`monitor.errors.AnswersRefused`."""
        submission = check(instrument, form, raw, author=author, around=self)
        values = join(form, submission.closed, submission.open, submission.sealed)
        system = {"session": submission.session, "author": submission.author, "source": submission.source}
        parent = self.find(form.parent, submission.parent) if form.parent and submission.parent else None
        self.submissions.append(Stored(submission.id, form, values, system, parent))
        return submission
