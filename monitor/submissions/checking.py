"""The check: every answer, what is asked, the rules, and the parent, with every problem at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from marshmallow import ValidationError

from monitor.conditions import Answers, Value
from monitor.errors import AnswersRefused, Fault, Problem, Refusal, did_you_mean
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.interview import Step, Walk, walk
from monitor.phrases import Phrase
from monitor.questions import Question, Rows
from monitor.rules import Rule
from monitor.submissions.envelope import Envelope
from monitor.submissions.model import Nothing, Stored, Submission, Surroundings, new_id
from monitor.submissions.parts import blank, divide, without_blanks

_MOST_HINTS = 20

URGENT = "urgent_referral"
"""The question, in whatever form it stands, whose 'yes' a supervisor must see today."""


def check(
    instrument: Instrument, form: FormMeta, raw: object, *, author: str, around: Surroundings | None = None,
    replaces: str | None = None, origin: str | None = None, source: str = Phrase("the answers"),
    today: date | None = None, kept: Collection[str] = (),
) -> Submission:  # fmt: skip
    """The checked submission that ``raw`` (a mapping of question names, and envelope keys) stands for.

    ``author`` is who submits, unless the envelope names the monitor. ``around`` is the store, for the parent and the
    rules between submissions. ``replaces`` is the id of the submission that this one corrects. ``origin`` tells the
    same submission when it comes again, where the envelope has no ``_id``. ``source`` is how the refusal names what to
    correct. ``today`` is the day that rules go by, by default that of the submission. ``kept`` names sealed questions
    whose answers were sealed before: where they are asked and not answered anew, they stay as they are.

    Raises :class:`AnswersRefused` (ANSWERS-02) with every problem at once, and :class:`Refusal` (ANSWERS-03) for what
    is no mapping of names.
    """
    if not isinstance(raw, Mapping) or not all(isinstance(key, str) for key in raw):
        raise Refusal("ANSWERS-03")
    checked = _Check(instrument, form, raw, author, around or Nothing(), replaces, today, kept)
    return checked.run(origin, source)


class _Check:
    """One run of :func:`check`: collects problems from the envelope, the answers and the rules."""

    def __init__(
        self, instrument: Instrument, form: FormMeta, raw: Mapping[str, Any], author: str, around: Surroundings,
        replaces: str | None, today: date | None, kept: Collection[str],
    ) -> None:  # fmt: skip
        self.instrument, self.form, self.around, self.replaces = instrument, form, around, replaces
        self.kept, self.hints = kept, 0
        self.problems: list[Problem] = []
        self.envelope = Envelope(raw, author, self.problems)
        self.today = today or self.envelope.day
        self.raw = {key: value for key, value in raw.items() if not key.startswith("_")}

    def run(self, origin: str | None, source: str) -> Submission:
        """The submission, or the refusal with all that was collected."""
        parent = self._parent()
        values = self._load()
        others = answers_around(self.around, self.form, parent, self.replaces, self.today)
        walked = walk(
            self.form, values, parent.answers(self.today) if parent else None, today=self.today,
            system=self.envelope.system(), others=others,
        )  # fmt: skip
        self._check_asked(walked)
        self._check_key(walked)
        explanations = self._check_rules(walked)
        if self.problems:
            self._refuse(source)
        return self._submission(walked, parent, explanations, origin)

    def _submission(
        self, walked: Walk, parent: Stored | None, explanations: Mapping[str, str], origin: str | None
    ) -> Submission:
        closed, open_, sealed = divide(self.form, walked.answers.values)
        envelope = self.envelope
        return Submission(
            id=self.replaces or new_id(), form=self.form.full_code(), version=self.instrument.version,
            parent=parent.id if parent else None, author=envelope.author, submitted_at=envelope.submitted_at,
            closed=closed, open=open_, sealed=sealed, session=envelope.session, source=envelope.source,
            language=envelope.language, translation=envelope.translation, explanations=explanations,
            origin=envelope.id or origin, urgent=self._urgent(walked.answers), consent=envelope.consent,
            kept=tuple(step.where for step in walked.steps if step.asked and self._stays_sealed(step)),
        )  # fmt: skip

    def _unreadable(self, rule: Rule, troubled: set[str]) -> bool:
        """Whether an answer that the rule needs is itself wrong: then nothing can be said of the rule."""
        own = (operand for operand in rule.operands() if operand.form in (self.form, *self.form.row_forms()))
        names = {question.form.rows_of.name if question.form.rows_of else question.title() for question in own}
        return bool(names & troubled)

    def _urgent(self, answers: Answers) -> bool:
        flagged = (rule.urgent and rule.broken(answers) for rule in self.instrument.rules_of(self.form))
        return answers.values.get(URGENT) == "yes" or any(flagged)

    def _add(self, where: str, fault: Fault, question: Question | None = None, rule: str | None = None) -> None:
        if rule is None and question is not None:
            kept = (rule.id for rule in self.instrument.rules_of(self.form) if rule.keeps(question, fault.code))
            rule = next(kept, None)
        self.problems.append(Problem.of(where, fault, rule))

    def _parent(self) -> Stored | None:
        reference, above = self.envelope.parent, self.form.parent
        if above is None:
            if reference is not None:
                self._add("_parent", Fault("ANSWER-19", form=self.form.full_code()))
            return None
        if reference is None:
            self._add("_parent", Fault("ANSWER-16", parent=above.full_code(), form=self.form.code))
            return None
        found = self.around.find(above, reference)
        if found is None:
            self._add("_parent", Fault("ANSWER-14", parent=above.full_code()))
        return found

    # The answers, one by one, by marshmallow.

    def _load(self) -> Mapping[str, Value]:
        try:
            loaded: Mapping[str, Value] = _schema(self.form).load(without_blanks(self.raw))
        except ValidationError as error:
            assert isinstance(error.messages, dict)  # a schema collects by field
            self._collect(self.form, error.messages, "")
            loaded = error.valid_data if isinstance(error.valid_data, dict) else {}
        return loaded

    def _collect(self, form: FormMeta, messages: Mapping[Any, Any], prefix: str) -> None:
        for name, found in messages.items():
            question = form.questions.get(name)
            if question is None:
                self._collect_unknown(form, str(name), prefix)
            elif isinstance(found, dict) and isinstance(question, Rows):
                for number, inside in found.items():
                    self._collect_row(question, number, inside, f"{prefix}{name}[{number + 1}]")
            else:
                for fault in found:
                    self._add(prefix + name, fault, question)

    def _collect_row(self, rows: Rows, number: int, inside: Any, where: str) -> None:
        if isinstance(inside, dict) and "_schema" not in inside:
            self._collect(rows.row_form, inside, f"{where}.")
        else:
            wanted = Phrase("a row: question names and answers,")
            self._add(where, Fault("ANSWER-04", found=Phrase("Something else"), wanted=wanted))

    def _collect_unknown(self, form: FormMeta, name: str, prefix: str) -> None:
        where = prefix + (name if re.fullmatch(r"[\w.-]{1,40}", name) else "(a key that is no name)")
        for above in form.ancestors():
            if name in above.questions:
                self._add(where, Fault("ANSWER-20", above=above.full_code()), above.questions[name])
                return
        # Each hint costs a comparison with every question: a row of two thousand strange keys gets twenty.
        self.hints += 1
        hint = did_you_mean(name, form.questions) if self.hints <= _MOST_HINTS else ""
        rule = next((rule for rule in self.instrument.rules_of(self.form) if name in rule.refuses), None)
        if rule is not None:
            self._add(where, Fault("ANSWER-09", says=rule.says), rule=rule.id)
        else:
            self._add(where, Fault("ANSWER-01", form=form.full_code(), hint=hint))

    # The answers together.

    def _check_asked(self, walked: Walk) -> None:
        troubled = {problem.where for problem in self.problems}
        for step in walked.missing():
            if step.where not in troubled and not _given(self.raw, step.where) and not self._stays_sealed(step):
                condition = step.question.only_if
                reason = Phrase("always")
                if condition is not None:
                    reason = Phrase("because {condition}", condition=condition.words())
                self._add(step.where, Fault("ANSWER-02", reason=reason), step.question)
        unasked = list(walked.unasked())
        undecided = self._undecided(troubled) if unasked and troubled else set()
        for step in unasked:
            assert step.question.only_if is not None  # a question without a condition is always asked
            if id(step.question) not in undecided:
                self._add(step.where, Fault("ANSWER-03", condition=step.question.only_if.words()), step.question)

    def _stays_sealed(self, step: Step) -> bool:
        """Whether a sealed answer of the revision before stays: nobody here could read it to give it again.

        Not in rows: once a row is added or left out, the numbers mean other people.
        """
        return step.answer is None and step.where in self.kept and "." not in step.where

    def _undecided(self, troubled: set[str]) -> set[int]:
        """The questions of which nobody can say whether they are asked, because an answer before them is wrong."""
        names = {re.sub(r"\[[0-9]+\]", "", place) for place in troubled}
        blind = {id(form) for form in self.form.ancestors()} if "_parent" in names else set()
        undecided: set[int] = set()
        for form in (self.form, *self.form.row_forms()):
            prefix = f"{form.rows_of.name}." if form.rows_of is not None else ""
            for question in form.questions.values():
                seen = () if question.only_if is None else tuple(question.only_if.operands())
                leans = any(id(operand) in undecided or id(operand.form) in blind for operand in seen)
                if leans or prefix + question.name in names:
                    undecided.add(id(question))
        return undecided

    def _check_key(self, walked: Walk) -> None:
        key = self.form.key
        reference = walked.answers.values.get(key) if key else None
        if reference is not None:
            found = self.around.find(self.form, reference)
            if found is not None and found.id != self.replaces:
                self._add(str(key), Fault("ANSWER-15", form=self.form.full_code()))

    def _check_rules(self, walked: Walk) -> Mapping[str, str]:
        given = dict(self.envelope.explanations)
        explained: dict[str, str] = {}
        # Of the answers alone: two rules may be broken at one place, and both are said.
        troubled = {problem.where.split("[")[0] for problem in self.problems}
        for rule in self.instrument.rules_of(self.form):
            if rule.urgent or rule.for_reviewer or not rule.broken(walked.answers):
                continue
            if self._unreadable(rule, troubled):
                continue
            where = rule.at[0].name if rule.at else self.form.code
            if rule.severity == "warning" and rule.id in given:
                explained[rule.id] = given.pop(rule.id)
            elif rule.severity == "warning":
                fault = Fault("ANSWER-10", says=rule.says, how=f'_explanations {{"{rule.id}": "..."}}')
                self._add(where, fault, rule=rule.id)
            elif where not in troubled:
                self._add(where, Fault("ANSWER-09", says=rule.says), rule=rule.id)
        for name in given:
            shown = name if re.fullmatch(r"[\w-]{1,24}", name) else Phrase("a rule")
            self._add("_explanations", Fault("ANSWER-17", rule=shown))
        return explained

    def _refuse(self, source: str) -> None:
        order = {name: place for place, name in enumerate(self.form.questions)}
        self.problems.sort(key=lambda problem: order.get(re.split(r"[\[.]", problem.where)[0], -1))
        count = len({problem.where for problem in self.problems})
        raise AnswersRefused(
            "ANSWERS-02", self.problems,
            count=Phrase("{number} answers" if count > 1 else "{number} answer", number=count),
            form=self.form.full_code(), version=self.instrument.version,
            needs=Phrase("need" if count > 1 else "needs"), source=source,
        )  # fmt: skip


def answers_beside(stored: Stored, around: Surroundings) -> Answers:
    """A submission that is in the store, as conditions look at it today: with its parent and those beside it."""
    today = date.today()
    return replace(stored.answers(today), others=answers_around(around, stored.form, stored.parent, stored.id, today))


def doubts_about(instrument: Instrument, stored: Stored, around: Surroundings) -> list[str]:
    """What rules ``for_reviewer`` flag in a submission that is in the store: a sentence each."""
    answers = answers_beside(stored, around)
    rules = (rule for rule in instrument.rules_of(stored.form) if rule.for_reviewer)
    return [rule.says for rule in rules if rule.broken(answers)]


def answers_around(
    around: Surroundings, form: FormMeta, parent: Stored | None, own: str | None, today: date
) -> Callable[[Mapping[str, Value]], Sequence[Answers]]:
    """What gives the submissions beside one; those of one parent are read once, however many rules ask.

    ``own`` is the id of the one at hand, where it is in the store.
    """

    def answers(others: Sequence[Stored]) -> Sequence[Answers]:
        return [other.answers(today) for other in others if other.id != own]

    @cache
    def siblings() -> Sequence[Answers]:
        return answers(around.under(form, parent.id) if parent is not None else ())

    def alike(same: Mapping[str, Value]) -> Sequence[Answers]:
        return answers(around.alike(form, same)) if same else ()

    return alike if form.parent is None else lambda same: siblings()


@cache
def _schema(form: FormMeta) -> Any:
    # One schema for all submissions: making one costs three times a load.
    return form()


def _given(raw: Mapping[str, Any], where: str) -> bool:
    """Whether a top-level answer was given but could not be read: then it is wrong, not missing."""
    return where in raw and not blank(raw[where])


def problems_as_json(problems: Sequence[Problem]) -> list[dict[str, str | None]]:
    """Problems for ``--json`` and for the file of rejects."""
    return [
        {"where": problem.where, "rule": problem.rule, "code": problem.code, "says": problem.says}
        for problem in problems
    ]
