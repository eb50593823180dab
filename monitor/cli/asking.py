"""A plain questionnaire on the terminal: one question after the other, answered by number or by code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from monitor.cli.printing import say
from monitor.conditions import Answers, Value
from monitor.errors import AnswersRefused
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.interview import Step, walk
from monitor.questions import Choices, Coded, Country, Narrative, Question, Rating, Rows
from monitor.submissions import Submission, Surroundings, check

_LONG_LIST = 30


def ask(instrument: Instrument, form: FormMeta, *, author: str, around: Surroundings) -> Submission:
    """Ask a form's questions until its answers are in order; the checked submission.

    A rule that is broken is named and its questions are asked again; a warning is explained in a line.
    """
    say(f"{form.title} ({form.full_code()} {instrument.version})")
    say("Answer with a number or a code. Enter leaves an optional question blank, ? explains, Ctrl-C stops.\n")
    envelope: dict[str, Any] = {"_explanations": {}}
    outer = None
    if form.parent is not None:
        envelope["_parent"], outer = _ask_parent(form, around)
    values: dict[str, Value] = {}
    while True:
        _ask_form(form, values, outer)
        try:
            return check(instrument, form, {**values, **envelope}, author=author, around=around, source="the answers")
        except AnswersRefused as refusal:
            say("\n" + "\n".join(refusal.details) + "\n")
            _mend(refusal, values, envelope)


def _ask_parent(form: FormMeta, around: Surroundings) -> tuple[str, Answers]:
    assert form.parent is not None  # the caller looked
    while True:
        reference: str = click.prompt(f"Which {form.parent.title.lower()}? Its {form.parent.key or 'id'}", err=True)
        found = around.find(form.parent, reference.strip())
        if found is not None:
            return found.id, found.answers(date.today())
        say(f"No {form.parent.full_code()} with this reference is in the store.")


def _mend(refusal: AnswersRefused, values: dict[str, Value], envelope: dict[str, Any]) -> None:
    for problem in refusal.problems:
        if problem.code == "ANSWER-10":
            envelope["_explanations"][problem.rule] = click.prompt(f"{problem.rule}: explain in a line", err=True)
        elif problem.where == "_parent":
            raise refusal  # the case was withdrawn meanwhile: asking again would not help
        elif problem.where.startswith("_"):
            envelope["_source"] = click.prompt("Source of these answers (such as: written judgment)", err=True)
        else:
            values.pop(problem.where.split("[")[0], None)


def _ask_form(form: FormMeta, values: dict[str, Value], outer: Answers | None, prefix: str = "") -> None:
    passed: frozenset[str] = frozenset()
    section = ""
    while True:
        _drop_unasked(form, values, outer)
        step = _next(form, values, outer, passed)
        if step is None:
            return
        if step.question.section != section:
            section = step.question.section
            say(f"\n== {section} ==")
        if isinstance(step.question, Rows):
            values[step.question.name] = _ask_rows(step.question, values, outer)
            continue
        answer = _ask_question(step.question, prefix)
        if answer is None:
            passed |= {step.where}
        else:
            values[step.question.name] = answer


def _next(form: FormMeta, values: Mapping[str, Value], outer: Answers | None, passed: frozenset[str]) -> Step | None:
    """The next question of the form itself; the questions inside rows are asked row by row."""
    inside = frozenset(step.where for step in walk(form, values, outer).steps if "[" in step.where)
    return walk(form, values, outer).next(passed | inside)


def _drop_unasked(form: FormMeta, values: dict[str, Value], outer: Answers | None) -> None:
    for step in list(walk(form, values, outer).unasked()):
        if values.pop(step.where, None) is not None:
            say(f"({step.where} is no longer asked; its answer is dropped.)")


def _ask_rows(question: Rows, values: Mapping[str, Value], outer: Answers | None) -> list[dict[str, Value]]:
    count = click.prompt(f"\n{question.wording} How many", type=click.IntRange(0, question.most), err=True)
    rows: list[dict[str, Value]] = []
    for number in range(1, count + 1):
        say(f"\n-- {question.row_form.title}, {number} of {count} --")
        row: dict[str, Value] = {}
        _ask_form(question.row_form, row, Answers(question.form, values, outer), f"{number}. ")
        rows.append(row)
    return rows


def _ask_question(question: Question, prefix: str) -> Value | None:
    several = "  (one or more, with spaces between)" if isinstance(question, Choices) else ""
    say(f"\n{prefix}{question.wording}{several}" + ("  (optional)" if question.optional else ""))
    codes = list(question.codes) if isinstance(question, Coded) else []
    if 0 < len(codes) <= _LONG_LIST:
        for number, code in enumerate(codes, 1):
            say(f"  {number:>2}  {_label(question, code)}")
    while True:
        text: str = click.prompt(f"  {question.name}", default="", show_default=False, err=True).strip()
        if text == "?":
            _explain(question)
        elif not text and question.optional:
            return None
        elif not text:
            say("  This one needs an answer. ? explains it.")
        elif (answer := _read(question, codes, text)) is not None:
            return answer


def _label(question: Question, code: str) -> str:
    assert isinstance(question, Coded)  # only these have codes
    anchor = f": {question.partly}" if isinstance(question, Rating) and code == "partly" and question.partly else ""
    return f"{code:<34} {question.codes[code]}{anchor}"


def _read(question: Question, codes: list[str], text: str) -> Value | None:
    if codes and not isinstance(question, Country):
        parts = [part for part in text.replace(",", " ").replace(";", " ").split() if part]
        chosen = [codes[int(part) - 1] if part.isdecimal() and 1 <= int(part) <= len(codes) else part for part in parts]
        raw: Any = chosen if isinstance(question, Choices) else " ".join(chosen)
    else:
        raw = question.from_text(text.upper() if isinstance(question, Country) else text)
    fault = question.fault(raw)
    if fault is not None:
        say(f"  {fault}")
        return None
    return question.read(raw)


def _explain(question: Question) -> None:
    lines = [question.hint, f"Tests: {', '.join(question.tests)}." if question.tests else ""]
    if isinstance(question, Narrative):
        lines.append("Facts first, opinion marked as opinion, no names.")
    say("  " + ("\n  ".join(line for line in lines if line) or "No further explanation."))
