"""Looks for answers that meet conditions, or shows that there are none: skip logic and rules taken together.

It works on sets of candidate answers, one set for each question, and only ever takes candidates away: a condition on
one question takes away those that miss it; a question that must be answered must be asked, so its own condition comes
in; where one of several conditions must be met it tries them one after the other, the most troublesome first. What is
left at the end fits together, whatever is picked from it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, islice, product
from math import comb, prod
from typing import TypeVar

from monitor.conditions import (
    AllOf,
    Answered,
    AnyOf,
    AnyOther,
    AnyRow,
    AtLeast,
    Compare,
    Condition,
    Constant,
    Count,
    Elsewhere,
    Not,
    System,
    Value,
)
from monitor.forms import FormMeta
from monitor.kit.candidates import Candidates
from monitor.kit.goals import (
    ANY,
    FALSE,
    NOT_FALSE,
    NOT_TRUE,
    SLOTS,
    TRUE,
    UNKNOWN,
    Goal,
    Outcome,
    Place,
    all_of,
    swapped,
)
from monitor.kit.truths import Truths
from monitor.questions import Question, Rows

_BLANK = 1  # the lowest bit of a mask: no answer
_MOST_COMBINATIONS = 3_000
_MOST_WAYS = 100


_Way = TypeVar("_Way")


class _Contradiction(Exception):
    """The goals cannot all be met on this way."""


class _Spent(Exception):
    """The search took longer than it may."""


@dataclass
class _State:
    masks: dict[Place, int] = field(default_factory=dict)
    agenda: list[Goal] = field(default_factory=list)
    choices: list[tuple[tuple[Goal, ...], ...]] = field(default_factory=list)
    joint: list[Goal] = field(default_factory=list)
    pruned: dict[Goal, tuple[int, ...]] = field(default_factory=dict)

    def copy(self) -> _State:
        return _State(dict(self.masks), list(self.agenda), list(self.choices), list(self.joint), dict(self.pruned))


class Search:
    """Searches answers to one form and the forms above it."""

    def __init__(self, form: FormMeta, candidates: Candidates, today: date, *, budget: int = 400) -> None:
        self._truths = Truths(form, candidates, today)
        self._budget, self._others, self._again = budget, False, False
        self._trouble: dict[int, int] = {}
        self._failed: dict[Place, int] = {}
        self._exact, self._steps, self._rows_wanted = True, 0, 0
        self._random = random.Random(0)
        self._kept_alive: list[Condition] = []  # trouble is counted by id
        self._existence: dict[Place, Condition] = {}

    def find(self, goals: Sequence[Goal], *, others: bool = False, again: int = 3) -> Outcome:
        """Answers that meet all the goals. It starts ``again`` in another order where the first order takes long.

        With ``others`` there may be any other submissions that the goals want; without, there are none.
        """
        self._others = others
        found = self._find(goals, again)
        if found.left is not None or found.decided:
            return found
        # Fewer goals are easier to meet: if those alone that can be decided cannot be met, all of them cannot.
        certain = [goal for goal in goals if self._whole(goal.condition, goal.row)]
        return Outcome(None, decided=self._find(certain, again).impossible if len(certain) < len(goals) else False)

    def _find(self, goals: Sequence[Goal], again: int) -> Outcome:
        self._kept_alive += [goal.condition for goal in goals]
        self._trouble.clear()
        self._failed.clear()
        self._random.seed(0)
        for attempt in range(again):
            self._exact, self._steps, self._rows_wanted = True, self._budget * (attempt + 1), 0
            self._again = attempt > 0
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
        if isinstance(condition, (AnyOther, Elsewhere)):
            return self._others
        inner = [*getattr(condition, "parts", ()), *([condition.part] if isinstance(condition, Not) else [])]
        if isinstance(condition, AnyRow):
            return self._whole(condition.condition, row or 1)
        if inner:
            return all(self._whole(part, row) for part in inner)
        table = self._truths.table(Goal(condition, ANY, row))
        return table.whole and all(self._truths.whole(place) for place in table.places)

    def _left(self, place: Place, mask: int) -> tuple[Value | None, ...]:
        return tuple(self._truths.candidates(place)[bit] for bit in _bits(mask))

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
        """Nothing is left but conditions over several answers: fix one answer after the other, and go on."""
        places = dict.fromkeys(place for goal in state.joint for place in self._truths.table(goal).places)
        sizes = {place: self._mask(state, place).bit_count() for place in places}
        unsettled = [place for place in places if sizes[place] > 1]
        if not unsettled:
            raise _Spent  # all is fixed, and still too many rows to try: nothing is known
        place = min(unsettled, key=lambda one: sizes[one] / (1 + self._failed.get(one, 0)))
        for bit in self._shuffled(_bits(self._mask(state, place))):
            branch = state.copy()
            try:
                self._narrow(branch, place, 1 << bit)
                return self._solve(branch)
            except _Contradiction:
                self._failed[place] = self._failed.get(place, 0) + 1
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
            table = self._truths.table(goal)
            masks = tuple(self._mask(state, place) for place in table.places)
            if prod(mask.bit_count() for mask in masks) > _MOST_COMBINATIONS or state.pruned.get(goal) == masks:
                continue
            good = [
                bits
                for bits in product(*map(_bits, masks))
                if (table.truths.get(bits) or self._truths.of(goal, bits)) & goal.wants
            ]
            if not good:
                self._blame((goal,))
                raise _Contradiction
            for place, column in zip(table.places, zip(*good, strict=True), strict=True):
                self._narrow(state, place, sum(1 << bit for bit in set(column)))
            state.pruned[goal] = tuple(self._mask(state, place) for place in table.places)
            if prod(mask.bit_count() for mask in state.pruned[goal]) == len(good):
                state.joint.remove(goal)  # whatever is picked from what is left meets it
                del state.pruned[goal]
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
            state.agenda.append(Goal(condition.part, swapped(wants), row))
        elif isinstance(condition, (AllOf, AnyOf)):
            parts = tuple(Goal(part, wants, row) for part in condition.parts)
            if isinstance(condition, AllOf) is bool(wants & TRUE):
                state.agenda += parts
            else:
                state.choices.append(tuple((part,) for part in self._shuffled(parts)))
        elif isinstance(condition, AnyRow):
            self._expand_rows(state, condition, wants)
        elif isinstance(condition, AtLeast):
            # Not so many: then all but too few of them are not met.
            number = condition.number if wants & TRUE else len(condition.parts) - condition.number + 1
            ways = combinations([Goal(part, wants, row) for part in condition.parts], number)
            state.choices.append(tuple(islice(ways, _MOST_WAYS)))
            self._exact = self._exact and comb(len(condition.parts), number) <= _MOST_WAYS
        elif isinstance(condition, (AnyOther, Elsewhere)):
            self._expand_others(state, condition, goal)
        else:
            self._expand_atom(state, goal)

    def _expand_others(self, state: _State, condition: AnyOther | Elsewhere, goal: Goal) -> None:
        """Other submissions are there or not, as the mode of the search says; what they share must be answered."""
        shared = condition.same if isinstance(condition, AnyOther) else tuple(mine for _, mine in condition.same)
        questions = [operand for operand in shared if isinstance(operand, Question)]
        if goal.wants == TRUE or (goal.wants == FALSE and isinstance(condition, Elsewhere)):
            state.agenda += [Goal(Answered(question), TRUE, goal.row) for question in questions]
        elif goal.wants == NOT_FALSE and not self._others:
            state.choices.append(tuple((Goal(Answered(question), FALSE, goal.row),) for question in questions))

    def _shuffled(self, ways: Iterable[_Way]) -> list[_Way]:
        first = list(ways)
        if self._again:  # in another order than the one that took too long
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
        places = self._truths.table(goal).places
        if len(places) != 1:
            if goal not in state.joint:
                state.joint.append(goal)
            return
        (place,) = places
        good = (bit for bit in _bits(self._mask(state, place)) if self._truths.of(goal, (bit,)) & goal.wants)
        self._narrow(state, place, sum(1 << bit for bit in good))

    # What an answer needs around it.

    def _mask(self, state: _State, place: Place) -> int:
        if place not in state.masks:
            self._exact = self._exact and self._truths.whole(place)
            mask = (1 << len(self._truths.candidates(place))) - 1
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
            return swapped(self._possible(state, condition.part, row))
        if isinstance(condition, (AllOf, AnyOf)):
            found = [self._possible(state, part, row) for part in condition.parts]
            if isinstance(condition, AllOf):
                return all_of(found)
            return swapped(all_of([swapped(one) for one in found]))
        if isinstance(condition, AnyRow):
            return self._possible_rows(state, condition)
        if isinstance(condition, (AnyOther, Elsewhere)):
            self._exact = self._exact and self._others
            return ANY if self._others else NOT_TRUE if isinstance(condition, Elsewhere) else FALSE
        if isinstance(condition, AtLeast):
            return self._possible_at_least(state, condition, row)
        goal = Goal(condition, ANY, row)
        places = self._truths.table(goal).places
        self._exact = self._exact and self._truths.table(goal).whole
        if self._size(state, goal) > 60 and len(places) > 1:
            return ANY
        possible = 0
        for bits in self._combinations(state, places):
            possible |= self._truths.of(goal, bits)
            if possible == ANY:
                break
        return possible

    def _possible_at_least(self, state: _State, condition: AtLeast, row: int) -> int:
        found = [self._possible(state, part, row) for part in condition.parts]
        possible = TRUE if sum(bool(one & TRUE) for one in found) >= condition.number else 0
        missing = len(found) - condition.number + 1
        possible |= FALSE if sum(bool(one & FALSE) for one in found) >= missing else 0
        return possible | (UNKNOWN if not possible or any(one & UNKNOWN for one in found) else 0)

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
        return prod(self._mask(state, place).bit_count() for place in self._truths.table(goal).places)

    def _combinations(self, state: _State, places: tuple[Place, ...]) -> Iterator[tuple[int, ...]]:
        yield from product(*(_bits(self._mask(state, place)) for place in places))

def _bits(mask: int) -> list[int]:
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]
