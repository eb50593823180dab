"""The docket of one invented case: what is already in, as far as rules may look at it."""

from __future__ import annotations

from datetime import date
from typing import Any

from monitor.conditions import Answers
from monitor.errors import AnswersRefused
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.submissions import Desk

_LINE = "Invented, as everything here: drawn so that the warning {rule} can be seen with its explanation."


class Docket:
    """One case and its hearings so far: the surroundings in which the next hearing is checked."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._desk = Desk()

    def form(self, code: str) -> FormMeta:
        """A form of the instrument."""
        return next(form for form in self._instrument.forms if form.code == code)

    def case_answers(self) -> Answers:
        """The answers of the case, as the hearing's conditions look at them."""
        return self._desk.submissions[0].answers(date.today())

    def submit(self, form_code: str, raw: dict[str, Any]) -> dict[str, Any]:
        """Check a submission and lay it on the docket; the same, with each warning that it raises explained.

        Raises :class:`AnswersRefused` for anything but a warning.
        """
        form = self.form(form_code)
        try:
            self._desk.add(self._instrument, form, raw)
        except AnswersRefused as refusal:
            rules = [problem.rule for problem in refusal.problems if problem.code == "ANSWER-10"]
            raw = {**raw, "_explanations": {rule: _LINE.format(rule=rule) for rule in rules}}
            self._desk.add(self._instrument, form, raw)
        return raw
