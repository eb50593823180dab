"""The docket of one invented case: what is already in, as far as rules may look at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from monitor.conditions import Answers, Value
from monitor.errors import AnswersRefused
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.submissions import Stored, Submission, check, join

_LINE = "Invented, as everything here: drawn so that the warning {rule} can be seen with its explanation."


class Docket:
    """One case and its hearings so far: the surroundings in which the next hearing is checked."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._submissions: list[Stored] = []

    def form(self, code: str) -> FormMeta:
        """A form of the instrument."""
        return next(form for form in self._instrument.forms if form.code == code)

    def find(self, form: FormMeta, reference: str) -> Stored | None:
        """The case, by its id or its reference."""
        for one in self._submissions:
            if one.form is form and reference in (one.id, one.values.get(form.key or "")):
                return one
        return None

    def under(self, form: FormMeta, parent: str) -> Sequence[Stored]:
        """The hearings of the case."""
        return [one for one in self._submissions if one.form is form]

    def alike(self, form: FormMeta, same: Mapping[str, Value]) -> Sequence[Stored]:
        """No case looks at other cases."""
        return ()

    def case_answers(self) -> Answers:
        """The answers of the case, as the hearing's conditions look at them."""
        return self._submissions[0].answers(date.today())

    def submit(self, form_code: str, raw: dict[str, Any]) -> dict[str, Any]:
        """Check a submission and lay it on the docket; the same, with each warning that it raises explained.

        Raises :class:`AnswersRefused` for anything but a warning.
        """
        form = self.form(form_code)
        try:
            submission = self._check(form, raw)
        except AnswersRefused as refusal:
            rules = [problem.rule for problem in refusal.problems if problem.code == "ANSWER-10"]
            raw = {**raw, "_explanations": {rule: _LINE.format(rule=rule) for rule in rules}}
            submission = self._check(form, raw)
        values = join(form, submission.closed, submission.open, submission.sealed)
        system = {"session": submission.session, "author": submission.author, "source": submission.source}
        case = self._submissions[0] if self._submissions else None
        self._submissions.append(Stored(submission.id, form, values, system, case))
        return raw

    def _check(self, form: FormMeta, raw: dict[str, Any]) -> Submission:
        return check(self._instrument, form, raw, author=raw["_monitor"], around=self)
