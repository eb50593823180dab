"""Looks for answers that meet conditions, or shows that there are none: skip logic and rules taken together.

It works on sets of candidate answers, one set for each question, and only ever takes candidates away: a condition on
one question takes away those that miss it; a question that must be answered must be asked, so its own condition comes
in; where one of several conditions must be met it tries them one after the other, the most troublesome first. What is
left at the end fits together, whatever is picked from it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from math import prod

from monitor.conditions import (
    AllOf,
    Answered,
    Answers,
    AnyOf,
    AnyOther,
    AnyRow,
    Compare,
    Condition,
    Constant,
    Count,
    Not,
    Operand,
    System,
    Value,
)
from monitor.forms import FormMeta
from monitor.kit.candidates import Candidates
from monitor.questions import Question, Rows
from monitor.rules import Rule

TRUE, FALSE, UNKNOWN = 1, 2, 4
NOT_TRUE, NOT_FALSE, ANY = FALSE | UNKNOWN, TRUE | UNKNOWN, 7
"""Sets of truths, as bits: what a goal accepts, and what a condition can still become."""

SLOTS = 2
"""Rows are told apart up to this number; further ones answer like the last."""

_BLANK = 1  # the lowest bit of a mask: no answer
_MOST_COMBINATIONS = 4_000
_TOO_MANY_COMBINATIONS = 200_000


@dataclass(frozen=True)
class Place:
    """Where an answer stands in the search: a question (for rows: in which row, from 1) or a system field."""

    operand: Operand
    row: int = 0


@dataclass(frozen=True)
class Goal:
    """A condition and the truths that are wanted of it, for a question in rows in which row."""

    condition: Condition
    wants: int = TRUE
    row: int = 0


@dataclass(frozen=True)
class Outcome:
    """What a search found: for each place the answers that are left, or none; ``decided`` is false if it gave up."""

    left: Mapping[Place, tuple[Value | None, ...]] | None
    decided: bool = True

    @property
    def impossible(self) -> bool:
        """Whether it is certain that no answers meet the goals."""
        return self.left is None and self.decided


def kept(rules: Iterable[Rule]) -> Iterator[Goal]:
    """The goals of a submission that no rule refuses: warnings can be explained, so only errors count."""
    for rule in rules:
        if rule.urgent or rule.for_reviewer:
            continue
        if rule.severity == "error" and rule.must_hold is not None:
            yield Goal(rule.must_hold, NOT_FALSE)
        elif rule.severity == "error" and rule.flag_if is not None:
            yield Goal(rule.flag_if, NOT_TRUE)


def answered(question: Question) -> Goal:
    """The question is asked and answered, for one in rows: in the first row."""
    return Goal(Answered(question), TRUE, 1 if question.form.rows_of is not None else 0)


class _Contradiction(Exception):
    """The goals cannot all be met on this way."""


class _Spent(Exception):
    """The search took longer than it may."""


@dataclass
class _Table:
    """The places that a condition looks at, and its truth for each combination of candidates, as far as known."""

    places: tuple[Place, ...]
    whole: bool
    truths: dict[tuple[int, ...], int] = field(default_factory=dict)


@dataclass
class _State:
    masks: dict[Place, int] = field(default_factory=dict)
    agenda: list[Goal] = field(default_factory=list)
    choices: list[tuple[tuple[Goal, ...], ...]] = field(default_factory=list)
    joint: list[Goal] = field(default_factory=list)

    def copy(self) -> _State:
        return _State(dict(self.masks), list(self.agenda), list(self.choices), list(self.joint))


class Search:
    """Searches answers to one form and the forms above it."""

    def __init__(self, form: FormMeta, candidates: Candidates, today: date, *, budget: int = 400) -> None:
        self.form = form
        self._chain = [*reversed(list(form.ancestors())), form]
        self._candidates, self._today, self._budget = candidates, today, budget
        self._values: dict[Place, tuple[Value | None, ...]] = {}
        self._tables: dict[tuple[Condition, int], _Table] = {}
        self._trouble: dict[int, int] = {}
        self._exact, self._steps, self._rows_wanted = True, 0, 0
        self._random = random.Random(0)
        self._kept_alive: list[Condition] = []  # trouble is counted by id
        self._existence: dict[Place, Condition] = {}

    def find(self, goals: Sequence[Goal], *, again: int = 3) -> Outcome:
        """Answers that meet all the goals. It starts ``again`` in another order where the first order takes long."""
        found = self._find(goals, again)
        if found.left is not None or found.decided:
            return found
        # Fewer goals are easier to meet: if those alone that can be decided cannot be met, all of them cannot.
        certain = [goal for goal in goals if self._whole(goal.condition, goal.row)]
        return Outcome(None, decided=self._find(certain, again).impossible if len(certain) < len(goals) else False)

    def _find(self, goals: Sequence[Goal], again: int) -> Outcome:
        self._kept_alive += [goal.condition for goal in goals]
        self._trouble.clear()
        self._random.seed(0)
        for attempt in range(again):
            self._exact, self._steps, self._rows_wanted = True, self._budget * (attempt + 1), 0
            try:
                state = self._solve(_State(agenda=list(goals)))
            except _Spent:
                continue
            except _Contradiction:
                return Outcome(None, self._exact and self._rows_wanted <= SLOTS)
            return Outcome({place: self._left(place, mask) for place, mask in state.masks.items()})
        return Outcome(None, decided=False)

    def _whole(self, condition: Condition, row: int) -> bool:
        """Whether the candidates stand for all answers there are, as far as a condition goes."""
        if isinstance(condition, AnyOther):
            return False
        inner = [*getattr(condition, "parts", ()), *([condition.part] if isinstance(condition, Not) else [])]
        if isinstance(condition, AnyRow):
            return self._whole(condition.condition, row or 1)
        if inner:
            return all(self._whole(part, row) for part in inner)
        table = self._table(Goal(condition, ANY, row))
        return table.whole and all(self._candidates.of(place.operand).whole for place in table.places)

    def candidates(self, place: Place) -> tuple[Value | None, ...]:
        """The candidates for a place before any goal; blank comes first."""
        if place not in self._values:
            operand = place.operand
            options = self._candidates.of(operand)
            self._values[place] = (None, *options.values)
        return self._values[place]

    def _left(self, place: Place, mask: int) -> tuple[Value | None, ...]:
        return tuple(value for number, value in enumerate(self.candidates(place)) if mask >> number & 1)

    # The search itself.

    def _solve(self, state: _State) -> _State:
        self._propagate(state)
        while state.choices:
            choice = self._most_troublesome(state.choices)
            state.choices.remove(choice)
            for number, way in enumerate(choice):
                last = number == len(choice) - 1
                branch = state if last else state.copy()
                branch.agenda += way
                try:
                    if last:
                        self._propagate(branch)
                        break
                    return self._solve(branch)
                except _Contradiction:
                    if last:
                        raise
                    self._step()
        if not state.joint:
            return state
        return self._solve_joint(state)

    def _solve_joint(self, state: _State) -> _State:
        """Nothing is left but conditions over several answers: fix the answers of one of them, and go on."""
        goal = min(state.joint, key=lambda one: self._size(state, one))
        state.joint.remove(goal)
        places = self._table(goal).places
        if self._size(state, goal) > _TOO_MANY_COMBINATIONS:
            raise _Spent
        for bits in self._combinations(state, places):
            if not self._truth(goal, places, bits) & goal.wants:
                continue
            branch = state.copy()
            try:
                for place, bit in zip(places, bits, strict=True):
                    self._narrow(branch, place, 1 << bit)
                return self._solve(branch)
            except _Contradiction:
                self._step()
        raise _Contradiction

    def _step(self) -> None:
        self._steps -= 1
        if self._steps <= 0:
            raise _Spent

    def _most_troublesome(self, choices: list[tuple[tuple[Goal, ...], ...]]) -> tuple[tuple[Goal, ...], ...]:
        def weight(choice: tuple[tuple[Goal, ...], ...]) -> tuple[int, int]:
            trouble = sum(self._trouble.get(id(goal.condition), 0) for way in choice for goal in way)
            return (-trouble, len(choice))

        return min(choices, key=weight)

    def _propagate(self, state: _State) -> None:
        """Follow everything that leaves no choice, until nothing moves."""
        moved = True
        while moved:
            while state.agenda:
                self._expand(state, state.agenda.pop())
            moved = self._prune_choices(state) or self._prune_joint(state)

    def _prune_choices(self, state: _State) -> bool:
        kept_choices = []
        for choice in state.choices:
            verdicts = [[self._verdict(state, goal) for goal in way] for way in choice]
            if any(all(verdict == "met" for verdict in way) for way in verdicts):
                continue
            open_ways = tuple(way for way, found in zip(choice, verdicts, strict=True) if "missed" not in found)
            if not open_ways:
                for way in choice:
                    self._blame(way)
                raise _Contradiction
            if len(open_ways) == 1:
                state.agenda += open_ways[0]
            else:
                kept_choices.append(open_ways)
        state.choices = kept_choices
        return bool(state.agenda)

    def _prune_joint(self, state: _State) -> bool:
        before = dict(state.masks)
        for goal in list(state.joint):
            places = self._table(goal).places
            if self._size(state, goal) > _MOST_COMBINATIONS:
                continue
            every, good = 0, []
            for bits in self._combinations(state, places):
                every += 1
                if self._truth(goal, places, bits) & goal.wants:
                    good.append(bits)
            if not good:
                self._blame((goal,))
                raise _Contradiction
            if len(good) == every:
                state.joint.remove(goal)
            for number, place in enumerate(places):
                self._narrow(state, place, sum({1 << bits[number] for bits in good}))
        return bool(state.agenda) or before != state.masks

    def _blame(self, goals: Iterable[Goal]) -> None:
        for goal in goals:
            self._trouble[id(goal.condition)] = self._trouble.get(id(goal.condition), 0) + 1

    # Goals.

    def _verdict(self, state: _State, goal: Goal) -> str:
        possible = self._possible(state, goal.condition, goal.row)
        return "missed" if not possible & goal.wants else "met" if not possible & ~goal.wants else "open"

    def _expand(self, state: _State, goal: Goal) -> None:
        verdict = self._verdict(state, goal)
        if verdict == "met":
            return
        if verdict == "missed":
            self._blame((goal,))
            raise _Contradiction
        condition, wants, row = goal.condition, goal.wants, goal.row
        if isinstance(condition, Not):
            state.agenda.append(Goal(condition.part, _swapped(wants), row))
        elif isinstance(condition, (AllOf, AnyOf)):
            parts = tuple(Goal(part, wants, row) for part in condition.parts)
            if isinstance(condition, AllOf) is bool(wants & TRUE):
                state.agenda += parts
            else:
                state.choices.append(tuple((part,) for part in self._shuffled(parts)))
        elif isinstance(condition, AnyRow):
            self._expand_rows(state, condition, wants)
        else:
            self._expand_atom(state, goal)

    def _shuffled(self, parts: tuple[Goal, ...]) -> list[Goal]:
        first = list(parts)
        if self._steps > self._budget:  # a later attempt: in another order than the one that took too long
            self._random.shuffle(first)
        return first

    def _expand_rows(self, state: _State, condition: AnyRow, wants: int) -> None:
        slots = range(1, SLOTS + 1)
        assert isinstance(condition.rows, Rows)  # only a block of rows makes this condition
        if wants & TRUE:
            self._rows_wanted += 1
            ways = [(self._row_exists(condition.rows, row), Goal(condition.condition, wants, row)) for row in slots]
            state.choices.append(tuple(ways))
            return
        for row in slots:
            missing = Goal(self._row_exists(condition.rows, row).condition, FALSE)
            state.choices.append(((missing,), (Goal(condition.condition, wants, row),)))

    def _row_exists(self, rows: Rows, row: int) -> Goal:
        place = Place(rows, row)
        if place not in self._existence:
            self._existence[place] = Compare(Count(rows), ">=", Constant(row))
        return Goal(self._existence[place])

    def _expand_atom(self, state: _State, goal: Goal) -> None:
        places = self._table(goal).places
        if len(places) != 1:
            state.joint.append(goal)
            return
        (place,) = places
        bits = (number for number in range(len(self.candidates(place))) if self._mask(state, place) >> number & 1)
        self._narrow(state, place, sum(1 << bit for bit in bits if self._truth(goal, places, (bit,)) & goal.wants))

    # What an answer needs around it.

    def _mask(self, state: _State, place: Place) -> int:
        if place not in state.masks:
            options = self._candidates.of(place.operand)
            self._exact = self._exact and options.whole
            mask = (1 << len(self.candidates(place))) - 1
            operand = place.operand
            if isinstance(operand, System):
                always = operand.name != "source"
            else:
                always = isinstance(operand, Question) and (
                    not place.row and not operand.optional and operand.only_if is None
                )
            mask &= ~_BLANK if always else mask
            state.masks[place] = mask
        return state.masks[place]

    def _narrow(self, state: _State, place: Place, mask: int) -> None:
        before = self._mask(state, place)
        after = before & mask
        if not after:
            raise _Contradiction
        if after == before:
            return
        state.masks[place] = after
        if isinstance(place.operand, Question):
            if before & _BLANK and not after & _BLANK:
                self._need_asked(state, place, place.operand)
            elif after == _BLANK and not place.operand.optional:
                self._need_unasked(state, place, place.operand)

    def _need_asked(self, state: _State, place: Place, question: Question) -> None:
        if question.only_if is not None:
            state.agenda.append(Goal(question.only_if, TRUE, place.row))
        if place.row:
            state.agenda.append(self._row_exists(question.form.rows_of, place.row))

    def _need_unasked(self, state: _State, place: Place, question: Question) -> None:
        ways = [] if question.only_if is None else [(Goal(question.only_if, NOT_TRUE, place.row),)]
        if place.row:
            ways.append((Goal(self._row_exists(question.form.rows_of, place.row).condition, FALSE),))
        state.choices.append(tuple(ways))

    # What a condition can still become.

    def _possible(self, state: _State, condition: Condition, row: int) -> int:
        if isinstance(condition, Not):
            return _swapped(self._possible(state, condition.part, row))
        if isinstance(condition, (AllOf, AnyOf)):
            found = [self._possible(state, part, row) for part in condition.parts]
            if isinstance(condition, AllOf):
                return _all_of(found)
            return _swapped(_all_of([_swapped(one) for one in found]))
        if isinstance(condition, AnyRow):
            return self._possible_rows(state, condition)
        if isinstance(condition, AnyOther):
            self._exact = False  # other submissions are not searched: here there are none
            return FALSE
        goal = Goal(condition, ANY, row)
        places = self._table(goal).places
        self._exact = self._exact and self._table(goal).whole
        if self._size(state, goal) > 60 and len(places) > 1:
            return ANY
        possible = 0
        for bits in self._combinations(state, places):
            possible |= self._truth(goal, places, bits)
            if possible == ANY:
                break
        return possible

    def _possible_rows(self, state: _State, condition: AnyRow) -> int:
        counts = self._left(Place(condition.rows), self._mask(state, Place(condition.rows)))
        fewest, most = min(count or 0 for count in counts), max(count or 0 for count in counts)
        possible, never_false = FALSE, False
        for row in range(1, min(SLOTS, most) + 1):
            inner = self._possible(state, condition.condition, row)
            possible |= inner & NOT_FALSE
            never_false = never_false or (row <= fewest and not inner & FALSE)
        return possible & ~FALSE if never_false and possible != FALSE else possible

    def _size(self, state: _State, goal: Goal) -> int:
        return prod(self._mask(state, place).bit_count() for place in self._table(goal).places)

    def _combinations(self, state: _State, places: tuple[Place, ...]) -> Iterator[tuple[int, ...]]:
        masks = [self._mask(state, place) for place in places]
        yield from product(*([bit for bit in range(mask.bit_length()) if mask >> bit & 1] for mask in masks))

    def _table(self, goal: Goal) -> _Table:
        key = (goal.condition, goal.row)
        if key not in self._tables:
            operands = list(goal.condition.operands())
            places = dict.fromkeys(place for operand in operands for place in self._places(operand, goal.row))
            # What is reckoned over all rows might come out in more rows than are told apart.
            over_rows = not goal.row and any(place.row for place in places)
            self._tables[key] = _Table(tuple(places), not over_rows)
        return self._tables[key]

    def _places(self, operand: Operand, row: int) -> Iterator[Place]:
        """Where an operand is answered: once, in one row, or, for what is reckoned over all rows, in each of them."""
        if isinstance(operand, System) or (isinstance(operand, Question) and operand.form in self._chain):
            yield Place(operand)
        elif isinstance(operand, Question) and operand.form.rows_of is not None:
            if row:
                yield Place(operand, row)
                return
            yield Place(operand.form.rows_of)
            yield from (Place(operand, slot) for slot in range(1, SLOTS + 1))

    def _truth(self, goal: Goal, places: tuple[Place, ...], bits: tuple[int, ...]) -> int:
        table = self._table(goal).truths
        if bits not in table:
            given = {place: self.candidates(place)[bit] for place, bit in zip(places, bits, strict=True)}
            truth = goal.condition.truth(self._answers(given, goal.row))
            table[bits] = UNKNOWN if truth is None else TRUE if truth else FALSE
        return table[bits]

    def _answers(self, given: Mapping[Place, Value | None], row: int) -> Answers:
        system: dict[str, Value] = {}
        levels: dict[tuple[FormMeta, int], dict[str, Value]] = {}
        for place, value in given.items():
            if isinstance(place.operand, System):
                system[place.operand.name] = value
            elif value is not None and not isinstance(place.operand, Rows):
                levels.setdefault((place.operand.form, place.row), {})[place.operand.title()] = value
        for place, value in given.items():
            if isinstance(place.operand, Rows) and value is not None:
                form = place.operand.row_form
                rows = [levels.get((form, min(number, SLOTS)), {}) for number in range(1, value + 1)]
                levels.setdefault((place.operand.form, 0), {})[place.operand.name] = rows
        answers = None
        for form in self._chain:
            answers = Answers(form, levels.get((form, 0), {}), answers, self._today, system)
        for form in {place.operand.form for place in given if place.row} if row else ():
            answers = Answers(form, levels.get((form, row), {}), answers, self._today, system)
        assert answers is not None  # a form is at least its own chain
        return answers


def _swapped(truths: int) -> int:
    return truths & UNKNOWN | (FALSE if truths & TRUE else 0) | (TRUE if truths & FALSE else 0)


def _all_of(parts: Sequence[int]) -> int:
    """What `all of them` can become, from what each can become."""
    if not all(part & NOT_FALSE for part in parts):
        return FALSE
    possible = FALSE if any(part & FALSE for part in parts) else 0
    possible |= TRUE if all(part & TRUE for part in parts) else 0
    return possible | (UNKNOWN if any(part & UNKNOWN for part in parts) else 0)
