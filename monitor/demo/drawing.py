"""Draws answers to a form's questions, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from random import Random
from typing import Any

from monitor.conditions import Answers, Value
from monitor.demo.weights import DECKS, Deck, deck_of
from monitor.forms import FormMeta
from monitor.questions import Question, Rows

Values = Mapping[str, Value]

Fact = Callable[[Values], Any]
"""What answers a question, given the answers before it, where no card does: a raw answer, or None for a blank.

For ``Rows`` it gives the :data:`Facts` of each row.
"""

Facts = Mapping[str, Fact]


class Drawing:
    """Decks of cards, each dealt to its last card before it is shuffled again.

    So a deck of a hundred cards gives its shares exactly at every hundredth answer, and nearly so between.
    """

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self._decks: dict[str, list[str]] = {}

    def deal(self, name: str, deck: Deck) -> str:
        """The next card of the deck with this name."""
        cards = self._decks.setdefault(name, [])
        if not cards:
            cards += [card for card, count in deck.items() for _ in range(count)]
            self.random.shuffle(cards)
        return cards.pop()

    def chance(self, name: str, *, one_in: int) -> bool:
        """Whether something happens that happens once in so many times."""
        return self.deal(name, {"yes": 1, "no": one_in - 1}) == "yes"

    def part(self, name: str, whole: int) -> int:
        """How many of so many: the card says none, one, some or all."""
        share = self.deal(name, DECKS[name])
        few = {"none": 0, "one": min(1, whole), "all": whole}
        return few[share] if share in few else self.random.randint(min(1, whole), whole)

    def answer(self, question: Question) -> Any:
        """A raw answer to a question, or None for a blank."""
        card = self.deal(question.name, deck_of(question))
        return question.from_text(card) if card else None

    def fill(self, form: FormMeta, facts: Facts, outer: Answers | None = None) -> dict[str, Value]:
        """A form walked from its first question to its last, every question that is asked answered."""
        values: dict[str, Value] = {}
        answers = Answers(form, values, outer, date.today())
        for name, question in form.questions.items():
            if question.only_if is not None and not question.only_if.holds(answers):
                continue
            given = facts[name](values) if name in facts else self.answer(question)
            if isinstance(question, Rows):
                given = self._rows(question, given, answers)
            if given is not None:
                values[name] = given
        return values

    def _rows(self, rows: Rows, facts: Iterable[Facts], answers: Answers) -> list[dict[str, Value]]:
        return [self.fill(rows.row_form, of_row, answers) for of_row in facts]
