"""Skip logic and rules: questions that are never asked, rules that contradict each other, a dry interview."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from monitor.forms import FormMeta
from monitor.kit.complaints import Complaint, complain
from monitor.kit.goals import FALSE, NOT_FALSE, NOT_TRUE, TRUE, Goal, answered, kept
from monitor.kit.rehearsal import Branch, Stage, branches, reached
from monitor.kit.wording import every_question, place_of
from monitor.questions import Question
from monitor.rules import Rule
from monitor.submissions import Desk


def never_asked(stage: Stage) -> Iterator[Complaint]:
    """Questions whose condition no answers make true, whatever the rules say."""
    for question in every_question(stage.instrument):
        if question.only_if is None:
            continue
        outcome = stage.find(question.form, answered(question), rules=False)
        if outcome.impossible:
            yield complain("KIT-40", place_of(question), condition=question.only_if.words())
        elif outcome.left is None:
            yield complain("KIT-48", place_of(question), what="the question is ever asked")


def rules_alone(stage: Stage) -> Iterator[Complaint]:
    """Rules that nothing can break, and rules that everything breaks."""
    for rule in stage.instrument.rules:
        where = f"{stage.instrument.code} rule {rule.id}"
        if rule.kept_by is not None:
            continue
        if stage.find(rule.form, _broken(rule), rules=False).impossible:
            yield complain("KIT-46", where)
        elif rule.at and not _silent(rule) and _always_broken(stage, rule):
            yield complain("KIT-45", where, question=rule.at[0].name)


def _silent(rule: Rule) -> bool:
    return rule.urgent or rule.for_reviewer


def _broken(rule: Rule) -> Goal:
    if rule.must_hold is not None:
        return Goal(rule.must_hold, FALSE)
    assert rule.flag_if is not None  # a rule has one of the two, or is kept by a built-in check
    return Goal(rule.flag_if, TRUE)


def _not_broken(rule: Rule) -> Goal:
    goal = _broken(rule)
    return Goal(goal.condition, NOT_FALSE if goal.wants == FALSE else NOT_TRUE)


def _always_broken(stage: Stage, rule: Rule) -> bool:
    at = answered(rule.at[0])
    unbroken = stage.find(rule.form, at, _not_broken(rule), rules=False)
    return unbroken.impossible and stage.find(rule.form, at, rules=False).left is not None


def rules_together(stage: Stage) -> Iterator[Complaint]:
    """Two error rules of one form, each fine by itself, that together leave nothing of what both look at."""
    fine = [
        rule
        for rule in stage.instrument.rules
        if rule.kept_by is None and rule.severity == "error" and not _silent(rule) and rule.at
    ]
    fine = [rule for rule in fine if not _always_broken(stage, rule)]
    for one, other in combinations(fine, 2):
        if one.form is not other.form or not set(one.operands()) & set(other.operands()):
            continue
        both = [answered(one.at[0]), answered(other.at[0])]
        if stage.find(one.form, *both, _not_broken(one), _not_broken(other), rules=False).impossible:
            apart = [stage.find(one.form, *both, _not_broken(rule), rules=False).left for rule in (one, other)]
            if None not in apart:
                yield complain("KIT-47", f"{stage.instrument.code} rule {one.id}", other=other.id)


@dataclass(frozen=True)
class Walked:
    """How far the dry interview of one form came: the branches there are, those that were reached, what was wrong."""

    form: FormMeta
    branches: int
    reached: int
    complaints: tuple[Complaint, ...]


def dry_interview(stage: Stage, form: FormMeta, desk: Desk) -> Walked:
    """Invent submissions until every question and every code of a form was in one that the check accepts.

    What needs other submissions beside it cannot be invented alone; there the examples on the ``desk`` may show it.
    """
    shown = {branch for one in desk.submissions if one.form is form for branch in reached(form, one.values)}
    wanted = list(branches(form))
    if stage.find(form).impossible:
        complaint = complain("KIT-43", form.full_code(), rules=_culprits(stage, form))
        return Walked(form, len(wanted), 0, (complaint,))
    seen: set[Branch] = set()
    silent: set[Question] = set()  # a question that is never answered is named once, not with each of its codes
    complaints: list[Complaint] = []
    for branch in wanted:
        if branch in seen or branch.question in silent:
            continue
        found = _walk_to(stage, form, branch, seen, shown)
        if found is not None:
            complaints.append(found)
            if branch.code is None:
                silent.add(branch.question)
    return Walked(form, len(wanted), len(seen & set(wanted)), tuple(complaints))


def _walk_to(
    stage: Stage, form: FormMeta, branch: Branch, seen: set[Branch], shown: set[Branch]
) -> Complaint | None:  # fmt: skip
    """Reach one branch, and note all that was reached on the way; what to complain about if that cannot be."""
    where = place_of(branch.question)
    outcome = stage.find(form, branch.goal(), alone=True)
    if outcome.left is None:
        if branch not in shown:
            return _unreached(stage, form, branch)
        seen.add(branch)
        return None
    rehearsed = stage.rehearse(form, outcome, seen)
    if rehearsed is None:
        return complain("KIT-48", where, what="the interview can be finished from here")
    if rehearsed.refused is not None:
        return complain("KIT-44", where, says=rehearsed.refused)
    seen |= rehearsed.reached
    return None


def _unreached(stage: Stage, form: FormMeta, branch: Branch) -> Complaint | None:
    where = place_of(branch.question)
    if not stage.find(form, branch.goal()).impossible:
        what = f"an accepted submission can answer it{'' if branch.code is None else f' with {branch.code}'}"
        return complain("KIT-48", where, what=what)
    if stage.find(form, branch.goal(), rules=False).impossible:
        return None  # never asked at all: said elsewhere
    culprits = _culprits(stage, form, branch.goal())
    if branch.code is None:
        return complain("KIT-41", where, rules=culprits)
    return complain("KIT-42", where, code=branch.code, rules=culprits)


def _culprits(stage: Stage, form: FormMeta, *goals: Goal) -> str:
    """The rules that together make the goals impossible: each is needed for it."""
    rules = [rule for one in (form, *form.ancestors()) for rule in stage.instrument.rules_of(one)]
    rules = [rule for rule in rules if list(kept([rule]))]
    for rule in list(rules):
        fewer = [one for one in rules if one is not rule]
        if stage.find(form, *goals, *kept(fewer), rules=False).impossible:
            rules = fewer
    return ", ".join(rule.id for rule in rules) or "none; the conditions of the questions exclude each other"
