"""What a condition comes to for each combination of candidate answers, looked up once and remembered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from monitor.conditions import Answers, Condition, Operand, System, Value
from monitor.forms import FormMeta
from monitor.kit.candidates import Candidates
from monitor.kit.goals import FALSE, SLOTS, TRUE, UNKNOWN, Goal, Place
from monitor.questions import Question, Rows


@dataclass
class Table:
    """The places that a condition looks at, and its truth for each combination of candidates, as far as known."""

    places: tuple[Place, ...]
    whole: bool
    truths: dict[tuple[int, ...], int] = field(default_factory=dict)


class Truths:
    """The truths of conditions over the answers to one form and the forms above it, by candidates."""

    def __init__(self, form: FormMeta, candidates: Candidates, today: date) -> None:
        self._chain = [*reversed(list(form.ancestors())), form]
        self._candidates, self._today = candidates, today
        self._values: dict[Place, tuple[Value | None, ...]] = {}
        self._tables: dict[tuple[Condition, int], Table] = {}

    def candidates(self, place: Place) -> tuple[Value | None, ...]:
        """The candidates for a place before any goal; blank comes first."""
        if place not in self._values:
            self._values[place] = (None, *self._candidates.of(place.operand).values)
        return self._values[place]

    def whole(self, place: Place) -> bool:
        """Whether the candidates for a place stand for all answers there are."""
        return self._candidates.of(place.operand).whole

    def table(self, goal: Goal) -> Table:
        """The places that a goal's condition looks at; ``whole`` is false for what is reckoned over rows."""
        key = (goal.condition, goal.row)
        if key not in self._tables:
            operands = list(goal.condition.operands())
            places = dict.fromkeys(place for operand in operands for place in self._places(operand, goal.row))
            # What is reckoned over all rows might come out in more rows than are told apart.
            over_rows = not goal.row and any(place.row for place in places)
            self._tables[key] = Table(tuple(places), not over_rows)
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

    def of(self, goal: Goal, bits: tuple[int, ...]) -> int:
        """The truth of a goal's condition for one candidate at each of its places, by the candidates' numbers."""
        table = self.table(goal)
        if bits not in table.truths:
            given = {place: self.candidates(place)[bit] for place, bit in zip(table.places, bits, strict=True)}
            truth = goal.condition.truth(self._answers(given, goal.row))
            table.truths[bits] = UNKNOWN if truth is None else TRUE if truth else FALSE
        return table.truths[bits]

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
