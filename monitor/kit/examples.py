"""The examples of a plugin: each does what it says, and each rule and form has those that show it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from monitor.conditions import Answers, AsOf, Today
from monitor.errors import AnswersRefused, Problem, Refusal
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.kit.complaints import Complaint, complain
from monitor.rules import Rule
from monitor.submissions import Stored
from monitor.testing import Desk, Example, problems_of


@dataclass
class Shown:
    """What the examples of an instrument show: which rules are broken, explained and kept, which forms are filled."""

    desk: Desk
    filled: set[FormMeta] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    explained: set[str] = field(default_factory=set)


def examples(instrument: Instrument, folder: Path, desk: Desk) -> Iterator[Complaint]:
    """Every example is accepted, or refused for its one reason; every form and every rule has its examples.

    The accepted ones stay on the ``desk``.
    """
    if instrument.folder is None:
        yield complain("KIT-06", instrument.code)
        return
    shown = Shown(desk)
    inside = instrument.folder / "examples"
    yield from _strangers(instrument, folder)
    yield from _accepted(instrument, folder, inside, shown)
    yield from _refused(instrument, folder, inside / "refused", shown)
    for form in instrument.forms:
        if form not in shown.filled:
            example_folder = _name(inside / form.code, folder)
            yield complain("KIT-60", form.full_code(), folder=example_folder)
    yield from _rules(instrument, shown)


def _name(path: Path, folder: Path) -> str:
    """A path as complaints show it: inside the plugin's folder, where it lies there."""
    found, above = path.resolve(), folder.resolve()
    return found.relative_to(above).as_posix() if above in found.parents else path.as_posix()


def _strangers(instrument: Instrument, folder: Path) -> Iterator[Complaint]:
    """Files that nothing ever tries: folders of no form, text files of no example, examples of no text file."""
    assert instrument.folder is not None  # the caller looked
    forms = ", ".join(form.code for form in instrument.forms)
    for inside in (instrument.folder / "examples", instrument.folder / "examples" / "refused"):
        for child in sorted(inside.iterdir()) if inside.is_dir() else ():
            if child.is_dir() and child.name != "refused" and instrument.form(child.name) is None:
                yield complain("KIT-66", _name(child, folder), forms=forms)
            for path in sorted(child.glob("*")) if child.is_dir() and inside.name == "refused" else ():
                if path.suffix == ".txt" and not path.with_suffix(".json").is_file():
                    yield complain("KIT-64", _name(path, folder))


def _read(form: FormMeta, path: Path, folder: Path) -> Iterator[Complaint]:
    """What keeps an example from being read."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        yield complain("KIT-65", _name(path, folder), why=error)
        return
    if not isinstance(raw, dict):
        yield complain("KIT-65", _name(path, folder), why=f"{form.code} is one object, this is something else")


def _accepted(instrument: Instrument, folder: Path, inside: Path, shown: Shown) -> Iterator[Complaint]:
    for form in instrument.forms:
        for path in sorted((inside / form.code).glob("*.json")):
            unread = list(_read(form, path, folder))
            yield from unread
            if unread:
                continue
            try:
                submission = shown.desk.add(instrument, form, Example(form, path).answers())
            except AnswersRefused as refusal:
                yield complain("KIT-61", _name(path, folder), says=_lines(refusal.problems))
            except Refusal as refusal:
                yield complain("KIT-61", _name(path, folder), says=refusal.sentence)
            else:
                shown.filled.add(form)
                shown.explained |= set(submission.explanations)


def _refused(instrument: Instrument, folder: Path, inside: Path, shown: Shown) -> Iterator[Complaint]:
    for form in instrument.forms:
        for path in sorted((inside / form.code).glob("*.json")):
            unread = list(_read(form, path, folder))
            yield from unread
            sidecar = path.with_suffix(".txt")
            text = sidecar.read_text(encoding="utf-8", errors="replace") if sidecar.is_file() else ""
            lines = text.splitlines()
            if len(lines) < 2:
                yield complain("KIT-63", _name(path, folder), name=sidecar.name)
            if unread or len(lines) < 2:
                continue
            example = Example(form, path, lines[0].strip(), lines[1].strip())
            problems = problems_of(instrument, example, shown.desk)
            meant = [one for one in problems if one.where == example.where and (example.says or "") in one.line()]
            shown.broken |= {problem.rule for problem in meant if problem.rule is not None} | {path.stem}
            if not meant or len(problems) > 1:
                found = _lines(problems) if problems else "it is accepted."
                where, wanted = example.where, example.says
                yield complain("KIT-62", _name(path, folder), where=where, wanted=wanted, found=found)


def _lines(problems: tuple[Problem, ...]) -> str:
    return "; ".join(problem.line() for problem in problems)


def _rules(instrument: Instrument, shown: Shown) -> Iterator[Complaint]:
    """Every rule is shown from both sides: an example that breaks it, and an accepted one that is known to keep it."""
    for rule in instrument.rules:
        where = f"{instrument.code} rule {rule.id}"
        truths = _truths(rule, shown.desk)
        flagged = rule.flag_if is not None and True in truths
        silent = rule.urgent or rule.for_reviewer
        if not (flagged if silent else rule.id in shown.broken):
            yield complain("KIT-67", where)
        # What goes by the calendar is kept by an example today and broken tomorrow.
        moves = any(isinstance(operand, (Today, AsOf)) for operand in rule.operands())
        if rule.kept_by is None and not moves and (rule.must_hold is not None) not in truths:
            yield complain("KIT-68", where)
        if rule.severity == "warning" and rule.kept_by is None and not silent and rule.id not in shown.explained:
            yield complain("KIT-69", where, rule=rule.id)


def _truths(rule: Rule, desk: Desk) -> set[bool | None]:
    """What the rule's condition comes to in the accepted examples of its form."""
    condition = rule.must_hold if rule.must_hold is not None else rule.flag_if
    stored = [one for one in desk.submissions if one.form is rule.form]
    return set() if condition is None else {condition.truth(_answers(one, desk)) for one in stored}


def _answers(stored: Stored, desk: Desk) -> Answers:
    today = date.today()
    near = desk.under(stored.form, stored.parent.id) if stored.parent is not None else ()
    others = [one.answers(today) for one in (near or desk.submissions) if one.form is stored.form and one is not stored]
    return replace(stored.answers(today), others=lambda same: others)
