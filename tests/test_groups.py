"""What a reader of the codebook can work out: which groups of units lie in which others, whatever is answered."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import Choice, Choices, Codes, Form, Rating, Share, Whole, by
from monitor.conditions import AllOf, Answers, AnyOf, Condition, Not
from monitor.findings.groups import Groups, condition_of, groups_of, names_of
from monitor.findings.logic import Group, Logic

COLOURS = Codes(red="Red", green="Green", blue="Blue")


class Flower(Form):
    """An invented flower."""

    colour = Choice("Which colour?", COLOURS, publish="dimension")
    petals = Whole("How many petals?", at_least=0, optional=True, publish="counted")
    visitors = Choices("Who came?", Codes(bee="Bee", fly="Fly", wasp="Wasp"), optional=True, publish="counted")
    scent = Rating("Does it smell?", only_if=colour.is_("red", "green"), publish="counted")
    kept = Rating("Does the scent stay?", only_if=scent.is_("yes", "partly"), publish="counted")


RED, BLUE, BRIGHT = (Group(Flower.colour.is_(*codes)) for codes in (("red",), ("blue",), ("red", "green")))
MANY, SOME = Group(Flower.petals > 10), Group(Flower.petals > 3)


def logic(*groups: Group) -> Logic:
    return Logic.of(groups)


def test_codes_lie_in_longer_lists_of_codes() -> None:
    found = logic(RED, BLUE, BRIGHT)
    assert found.inside(RED, BRIGHT) and not found.inside(BRIGHT, RED)
    assert found.apart(BLUE, BRIGHT) and not found.apart(RED, BRIGHT)
    everything = Group(Flower.colour.answered())
    assert logic(everything, BLUE, BRIGHT).covered(everything, [BLUE, BRIGHT])
    assert not logic(everything, BLUE, RED).covered(everything, [BLUE, RED])


def test_numbers_lie_above_one_another() -> None:
    found = logic(MANY, SOME)
    assert found.inside(MANY, SOME) and not found.inside(SOME, MANY)


def test_who_is_asked_only_there_is_there() -> None:
    smelling = Group(Flower.scent.is_("yes"))
    lasting = Group(Flower.kept.rated())
    assert logic(smelling, BRIGHT).inside(smelling, BRIGHT)
    assert logic(lasting, BRIGHT).inside(lasting, BRIGHT)
    assert logic(lasting, BLUE).apart(lasting, BLUE)


def test_what_must_be_answered_is_answered_wherever_it_is_asked() -> None:
    answered = Group(Flower.scent.answered())
    assert logic(answered, BRIGHT).inside(BRIGHT, answered)
    optional = Group(Flower.petals.answered())
    assert not logic(optional, BRIGHT).inside(BRIGHT, optional)


def test_what_is_not_certain_is_outside() -> None:
    rest = Group(BRIGHT.inside, Flower.petals > 3)
    few = Group(AllOf((BRIGHT.inside, Not(Flower.petals > 3))))
    assert logic(rest, few).inside(few, rest)
    assert not logic(rest, few).inside(rest, few)  # a flower whose petals nobody counted


CONDITIONS = [
    Flower.colour.is_("red"), Flower.colour.is_("red", "blue"), Flower.petals > 3, Flower.petals >= 4,
    Flower.petals <= 10, Flower.visitors.includes("bee"), Flower.visitors.includes("bee", "fly"),
    Flower.scent.is_("yes"), Flower.scent.rated(), Flower.kept.is_("no"), Flower.petals.answered(),
]  # fmt: skip


def drawn(chance: random.Random, depth: int) -> Condition:
    if depth == 0 or chance.random() < 0.3:
        return chance.choice(CONDITIONS)
    joined = chance.choice([AllOf, AnyOf, None])
    if joined is None:
        return Not(drawn(chance, depth - 1))
    return joined(tuple(drawn(chance, depth - 1) for _ in range(2)))


def flowers() -> list[dict[str, object]]:
    """Every answer that makes a difference, as far as it may be given."""
    found: list[dict[str, object]] = []
    ratings = ("yes", "partly", "no", "not_observed", None)
    some = [None, *(list(one) for size in (1, 2, 3) for one in itertools.combinations(("bee", "fly", "wasp"), size))]
    for colour, petals, visitors in itertools.product(("red", "green", "blue"), (None, 3, 4, 10, 11), some):
        for scent, kept in itertools.product(ratings, ratings):
            asked = colour != "blue", scent in ("yes", "partly")
            if (scent is not None, kept is not None) == asked:
                found.append({"colour": colour, "petals": petals, "visitors": visitors, "scent": scent, "kept": kept})
    return found


ALL_FLOWERS = flowers()


def member(group: Group, answers: Answers) -> bool:
    return group.inside.holds(answers) and (group.outside is None or not group.outside.holds(answers))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_it_says_neither_more_nor_less_than_going_through_every_answer(seed: int) -> None:
    chance = random.Random(seed)
    one, other = Group(drawn(chance, 2)), Group(drawn(chance, 2), chance.choice([None, drawn(chance, 1)]))
    both = [
        (member(one, answers), member(other, answers))
        for flower in ALL_FLOWERS for answers in [Answers(Flower, flower)]
    ]  # fmt: skip
    found = logic(one, other)
    assert found.inside(one, other) == all(there for here, there in both if here)
    assert found.apart(one, other) == (not any(here and there for here, there in both))


# Indicators

COLOUR = by(Flower.colour)
SMELL = Share(id="F-2", title="", unit=Flower, rating=Flower.scent, having=Flower.scent.is_("yes"), tables=((COLOUR,),))
SMELL_TOO = Share(
    id="F-3", title="", unit=Flower, rating=Flower.scent, having=Flower.scent.is_("yes", "partly"), tables=((COLOUR,),)
)
STAYS = Share(id="F-4", title="", unit=Flower, rating=Flower.kept, having=Flower.kept.is_("yes"), tables=((COLOUR,),))


def test_the_same_units_have_one_name() -> None:
    assert names_of(SMELL)["n"] == names_of(SMELL_TOO)["n"] != names_of(STAYS)["n"]
    groups = Groups.of([SMELL, SMELL_TOO, STAYS])
    asked = groups_of(STAYS)["n"]
    assert groups.same[names_of(SMELL)["not_observed"]] == groups.same[names_of(SMELL_TOO)["not_observed"]]
    assert groups.by_name[groups.same[names_of(STAYS)["n"]]] == asked


def test_yes_or_partly_less_yes_is_partly() -> None:
    groups = Groups.of([SMELL, SMELL_TOO])
    found = {(inside.whole, inside.parts) for inside in groups.inside()}
    assert (names_of(SMELL_TOO)["count"], (names_of(SMELL)["count"],)) in found


def test_who_was_asked_the_next_question_is_counted_by_the_one_before() -> None:
    groups = Groups.of([SMELL_TOO, STAYS])
    whole = names_of(SMELL_TOO)["count"]
    together = next(inside for inside in groups.inside() if inside.whole == whole and len(inside.parts) > 1)
    assert set(together.parts) == {names_of(STAYS)[name] for name in ("n", "not_observed", "not_applicable")}
    assert together.covered


def test_a_sum_that_an_indicator_is_itself_is_not_said_again() -> None:
    assert (
        list(
            Groups.of([Share(id="F-5", title="", unit=Flower, having=Flower.petals > 3, tables=((COLOUR,),))]).inside()
        )
        == []
    )


@pytest.mark.parametrize("colour", ["red", "blue", None])
@pytest.mark.parametrize("petals", [2, 5, None])
def test_a_group_as_a_condition_is_true_of_its_units_alone(colour: str | None, petals: int | None) -> None:
    answers = Answers(Flower, {"colour": colour, "petals": petals})
    group = Group(BRIGHT.inside, Flower.petals > 3)
    assert condition_of(group).holds(answers) is member(group, answers)
