"""An instrument: code, version, title, forms, rules and indicators, checked as a whole when it is made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from monitor import standards
from monitor.conditions import (
    AnyOther,
    Condition,
    Elsewhere,
    Length,
    Matches,
    Mentions,
    Operand,
    RowsInOrder,
    RowsUnique,
    System,
    parts_of,
)
from monitor.errors import DeclarationError
from monitor.forms import FormMeta
from monitor.indicators import Dimension, Indicator, LineAnswer, Pending
from monitor.questions import Question, Rows
from monitor.rules import Rule
from monitor.versions import VERSION, VersionMap, parts

_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True)
class Instrument:
    """A monitoring instrument, as a plugin registers it.

    ``code`` is lower-case and unique, ``version`` is MAJOR.MINOR, ``forms`` stand in the order in which they are
    filled in (a parent before its children), ``folder`` is where the plugin's examples and mappings lie. ``maps`` say
    how the answers of older versions read now. ``pending`` says when a case is still open: a release may leave out
    everything in it.

    Raises :class:`DeclarationError`, naming the place, for anything in it that could not be asked, checked or counted.
    """

    code: str
    version: str
    title: str
    forms: tuple[FormMeta, ...]
    rules: tuple[Rule, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    summary: str = ""
    folder: Path | None = field(default=None, compare=False)
    maps: tuple[VersionMap, ...] = ()
    pending: tuple[Pending, ...] = ()

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise DeclarationError(
                "PLUGIN-05", place="Instrument", name=self.code, why="a code is lower-case letters, digits and _"
            )
        if not VERSION.fullmatch(self.version):
            raise DeclarationError(
                "PLUGIN-05", place=f"Instrument {self.code}", name=self.version, why="a version is MAJOR.MINOR"
            )
        _once(self.code, "form", (form.code for form in self.all_forms()))
        _once(self.code, "rule", (rule.id for rule in self.rules))
        _once(self.code, "indicator", (indicator.id.lower() for indicator in self.indicators))
        for form in self.forms:
            form.instrument = self.code
            for row_form in form.row_forms():
                row_form.instrument = self.code
        for form in self.all_forms():
            self._check_form(form)
        for rule in self.rules:
            self._check_rule(rule)
        for indicator in self.indicators:
            self._check_indicator(indicator)
        for pending in self.pending:
            self._check_pending(pending)
        self._check_maps()

    def all_forms(self) -> Iterator[FormMeta]:
        """The forms and, after each, the forms of its rows."""
        for form in self.forms:
            yield form
            yield from form.row_forms()

    def form(self, code: str) -> FormMeta | None:
        """The form with a code, or None."""
        return next((form for form in self.forms if form.code == code), None)

    def rules_of(self, form: FormMeta) -> tuple[Rule, ...]:
        """The rules that are checked when a form is submitted."""
        return tuple(rule for rule in self.rules if rule.form is form)

    def questions(self) -> Iterator[Question]:
        """Every question that is asked; the rows' own questions in place of the block that holds them."""
        for form in self.all_forms():
            yield from (question for question in form.questions.values() if not isinstance(question, Rows))

    def provisions(self) -> list[standards.Provision]:
        """Every provision that a question tests or an indicator evidences, in the register's order."""
        cited = {key for form in self.all_forms() for question in form.questions.values() for key in question.tests}
        cited |= {key for indicator in self.indicators for key in indicator.evidences}
        return [provision for key, provision in standards.register().items() if key in cited]

    def testing(self, key: str) -> tuple[Question, ...]:
        """The questions that test a provision, blocks of rows included."""
        asked = (question for form in self.all_forms() for question in form.questions.values())
        return tuple(question for question in asked if key in question.tests)

    def evidencing(self, key: str) -> tuple[Indicator, ...]:
        """The indicators that evidence a provision."""
        return tuple(indicator for indicator in self.indicators if key in indicator.evidences)

    def pending_of(self, form: FormMeta) -> tuple[Pending, ...]:
        """When the topmost submission of a form, or above it, is pending."""
        top = [form, *form.ancestors()][-1]
        return tuple(pending for pending in self.pending if pending.form is top)

    def _check_form(self, form: FormMeta) -> None:
        if form.parent is not None and form.parent not in self.forms:
            self._refuse(f"form {form.code}", f"its parent {form.parent.code} is not one of the instrument's forms.")
        for role, name in (("key", form.key), ("person", form.person), ("event", form.event), ("case", form.case)):
            if name not in (None, "submission", *form.questions):
                self._refuse(f"form {form.code}", f"Meta.{role} names '{name}', which is none of its questions.")
        person = form.questions.get(form.person or "")
        if person is not None and form.rows_of is not None and person.publish == "sealed":
            self._refuse(f"form {form.code}", "in rows the question that tells persons apart cannot be sealed.")
        for question in form.questions.values():
            self._check_standards(f"{form.code}.{question.name}", question.tests)

    def _check_maps(self) -> None:
        _once(self.code, "map of version", (old.version for old in self.maps))
        for old in self.maps:
            if parts(old.version) >= parts(self.version):
                self._refuse(f"the map of version {old.version}", f"it is not older than {self.version}.")
            for question in old.codes:
                if not any(question is one for one in self.questions()):
                    self._refuse(f"the map of version {old.version}", f"'{question.name}' is none of its questions.")

    def _check_rule(self, rule: Rule) -> None:
        place = f"rule {rule.id}"
        if rule.form not in self.forms:
            self._refuse(place, f"the form {rule.form.code} is not one of the instrument's forms.")
        self._check_operands(place, rule.operands(), rule.form)
        if any(isinstance(operand, LineAnswer) for operand in rule.operands()):
            self._refuse(place, "it looks at lines, which only an indicator can count.")
        self._check_others(place, rule)

    def _check_others(self, place: str, rule: Rule) -> None:
        """Where no parent holds submissions together, a rule finds others by closed, single answers that they share."""
        parts = list(parts_of(rule.must_hold if rule.must_hold is not None else rule.flag_if))
        for elsewhere in (part for part in parts if isinstance(part, Elsewhere)):
            self._check_elsewhere(place, elsewhere)
            if elsewhere.of is not rule.form or all(theirs.form is not rule.form for theirs, _ in elsewhere.same):
                what = f"it finds other submissions by an answer of {rule.form.code} itself, or not at all."
                self._refuse(place, what)
        if rule.form.parent is not None:
            return
        for part in parts:
            found = [one for one in part.same if isinstance(one, Question)] if isinstance(part, AnyOther) else None
            if found is not None and not any(one.storage in ("text", "integer") for one in found):
                self._refuse(place, "it looks at other submissions, but shares no closed answer with them (same=).")
            found = [one for one in found or () if one.name != rule.form.person]
            if any(one.storage not in ("text", "integer") or one.publish == "sealed" for one in found):
                self._refuse(place, "it finds other submissions by an answer that stands in no column of its own.")

    def _check_elsewhere(self, place: str, part: Elsewhere) -> None:
        """What is found elsewhere, and how: submissions of this instrument, by answers that stand in columns."""
        if part.of not in self.forms:
            self._refuse(place, f"it looks at submissions of {part.of.__name__}, which is no form of this instrument.")
        for one in (side for pair in part.same for side in pair if isinstance(side, Question)):
            if one.publish == "sealed" or one.storage not in ("text", "integer"):
                self._refuse(place, "it finds other submissions by an answer that stands in no column of its own.")
        if part.where is not None:
            self._check_operands(place, part.where.operands(), part.of)
            if any(isinstance(inside, (AnyOther, Elsewhere)) for inside in parts_of(part.where)):
                self._refuse(place, "what it finds elsewhere cannot depend on others again.")

    def _check_indicator(self, indicator: Indicator) -> None:
        place = f"indicator {indicator.id}"
        self._check_standards(place, indicator.evidences)
        if indicator.form not in list(self.all_forms()):
            self._refuse(place, f"it counts {indicator.form.__name__}, which is no form of this instrument.")
        self._check_operands(place, indicator.operands(), indicator.form)
        lines = (operand.each for operand in indicator.operands() if isinstance(operand, LineAnswer))
        if any(each is not indicator.unit for each in lines):
            self._refuse(place, "it looks at lines that are not those it counts.")
        links = self._links(indicator)
        for question in indicator.questions():
            # A restricted date may be counted: its year breaks a table down, or it feeds a median. A reference that
            # only finds the submission it names is not counted itself.
            if question in links and question.publish != "sealed":
                continue
            if question.publish == "sealed" or (question.publish == "never" and question.kind != "date"):
                self._refuse(place, f"it counts '{question.name}', whose publish is '{question.publish}'.")
        for condition in indicator.conditions():
            self._check_countable(place, condition)
        for part in indicator.elsewhere():
            self._check_elsewhere(place, part)
            self._check_countable(place, part.where)
        tables = (" x ".join(dimension.name for dimension in table) for table in indicator.tables)
        _once(self.code, f"table of {indicator.id} by", tables)
        for dimension in (dimension for table in indicator.tables for dimension in table):
            self._check_dimension(place, dimension, indicator)
        self._check_currencies(place, indicator)
        if indicator.public:
            self._check_public(place, indicator)

    def _check_pending(self, pending: Pending) -> None:
        """Whether a case is pending is told by closed answers of its form, or of one form that stands below it."""
        place = "what is pending"
        if pending.form not in self.forms or pending.form.parent is not None:
            self._refuse(place, f"{pending.form.__name__} is not one of the instrument's topmost forms.")
        asked = pending.questions()
        forms = {question.form for question in asked}
        below = len(forms) == 1 and all(form in self.forms and form.parent is pending.form for form in forms)
        if not (forms == {pending.form} if pending.until is None else below):
            self._refuse(place, f"'{pending.condition.words()}' is not about the questions of one such form.")
        if any(one.publish == "sealed" or one.storage not in ("text", "integer", "codes") for one in asked):
            self._refuse(place, "it looks at an answer that is sealed or open.")
        self._check_countable(place, pending.condition)

    def _check_public(self, place: str, indicator: Indicator) -> None:
        """What is published as it is, is about States: nothing in it counts persons, or rests on what is protected."""
        if indicator.statistic not in ("share", "count"):
            self._refuse(place, f"it is public, and a {indicator.statistic}: only shares and counts can be.")
        if any(form.person is not None for form in self.all_forms()):
            self._refuse(place, "it is public, but this instrument tells persons apart (Meta.person).")
        asked = [dimension.question for table in indicator.tables for dimension in table]
        for operand in (*indicator.operands(), *indicator.questions(), *asked):
            if isinstance(operand, Question) and operand.publish != "dimension":
                self._refuse(place, f"it is public, but '{operand.name}' has publish '{operand.publish}'.")
            if isinstance(operand, System):
                self._refuse(place, f"it is public, but looks at {operand.title()}, which is no answer about a State.")
        if not indicator.questions():
            self._refuse(place, "it is public, but counts by no question. Say among which submissions.")

    def _check_currencies(self, place: str, indicator: Indicator) -> None:
        """A figure in money stands in one currency: each of its tables takes the currencies apart."""
        amounts = indicator.amounts()
        for table in indicator.tables if amounts else ():
            apart = [one.question for one in table if one.part == "currency" and one.question in amounts]
            if not apart or (indicator.statistic == "median" and len(set(amounts)) > 1):
                names = " x ".join(dimension.name for dimension in table)
                self._refuse(place, f"its table by {names} would mix currencies: it lacks currency({amounts[0].name}).")

    def _links(self, indicator: Indicator) -> list[Question]:
        """The questions by which a figure only finds other submissions."""
        pairs = (pair for part in indicator.elsewhere() for pair in part.same)
        return [question for pair in pairs for question in pair if isinstance(question, Question)]

    def _check_countable(self, place: str, condition: Condition | None) -> None:
        if condition is None:
            return
        between = (AnyOther, Matches, Mentions, RowsInOrder, RowsUnique)
        unread = any(isinstance(part, between) for part in parts_of(condition))
        if unread or any(isinstance(operand, Length) for operand in condition.operands()):
            self._refuse(place, "an indicator cannot read open answers or other submissions.")

    def _check_dimension(self, place: str, dimension: Dimension, indicator: Indicator) -> None:
        form = dimension.question.form
        unit = indicator.form
        below = form.parent is unit if dimension.first else form.rows_of is not None and form.rows_of.form is unit
        if form is not unit and form not in list(unit.ancestors()) and not below:
            self._refuse(place, f"'{dimension.name}' is no answer of {unit.code} or of a form above it.")

    def _check_operands(self, place: str, operands: Iterable[Operand], form: FormMeta) -> None:
        visible = [form, *form.row_forms(), *form.ancestors()]
        for operand in operands:
            if isinstance(operand, Question) and operand.form not in visible:
                question = f"'{operand.name or operand.wording}'"
                why = f"it belongs to {operand.form.__name__ if operand.form else 'no form'}"
                raise DeclarationError("PLUGIN-06", place=f"{self.code}, {place}", question=question, why=why)

    def _check_standards(self, place: str, keys: Iterable[str]) -> None:
        for key in keys:
            standards.provision(key, place=f"{self.code}, {place}")

    def _refuse(self, place: str, what: str) -> None:
        raise DeclarationError(
            "PLUGIN-07", place=f"{self.code}, {place}", what=what, do="See docs/writing-a-plugin.md."
        )


def _once(code: str, what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            says = f"the {what} '{name}' is declared twice."
            raise DeclarationError("PLUGIN-07", place=f"Instrument {code}", what=says, do="Give each its own code.")
        seen.add(name)
