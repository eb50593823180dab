"""The audit finds from the conditions alone which groups of units are one, lie inside each other, or cannot meet."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.disclosure.audit.logic import Group, Logic, groups_of
from monitor.disclosure.audit.nesting import Nesting
from monitor.disclosure.audit.published import Asked, Definition

LAWYER = frozenset({"yes", "partly", "no", "not_observed", "not_applicable"})
LOGIC = Logic("court", {("court", "hearing", "lawyer"): LAWYER})


def groups(n: Any, count: Any = None, among: Any = None, rating: str | None = None, **forms: str) -> dict[str, Group]:
    among, n, count = (None if one is None else json.dumps(one) for one in (among, n, count))
    asked = tuple(sorted({"lawyer": "hearing", **forms}.items()))
    return dict(groups_of(Definition(("court", "court.hearing"), among, n, count, rating, asked)))


def lawyer(*codes: str) -> dict[str, Any]:
    return {"question": "lawyer", "in": list(codes)}


def pieces(*given_: Group) -> set[frozenset[int]]:
    found = LOGIC.pieces(given_)
    assert found is not None
    return set(found)


def test_a_numerator_lies_inside_its_denominator_and_apart_from_the_rest() -> None:
    found = groups(lawyer("yes", "partly", "no"), lawyer("yes"))
    assert pieces(found["n"], found["count"], found["rest"]) == {frozenset({0, 1}), frozenset({0, 2})}


def test_what_is_not_observed_is_in_no_denominator() -> None:
    found = groups(lawyer("yes", "partly", "no"), lawyer("yes"), rating="lawyer")
    assert pieces(found["n"], found["not_observed"], found["not_applicable"]) == set(map(frozenset, ([0], [1], [2])))


def test_a_code_that_no_condition_names_is_something_else_only_where_there_is_one() -> None:
    all_named = groups({"answered": "lawyer"})["n"], groups(lawyer(*LAWYER))["n"]
    assert pieces(*all_named) == {frozenset({0, 1})}
    some_named = groups({"answered": "lawyer"})["n"], groups(lawyer(*LAWYER - {"no"}))["n"]
    assert pieces(*some_named) == {frozenset({0, 1}), frozenset({0})}


def test_what_is_unknown_is_not_met() -> None:
    # A blank is neither one of the codes nor outside of them, so that the two leave somebody out.
    everybody, inside, outside = groups(None)["n"], groups(lawyer("yes"))["n"], groups({"not": lawyer("yes")})["n"]
    assert pieces(everybody, inside, outside) == {frozenset({0, 1}), frozenset({0, 2}), frozenset({0})}


@pytest.mark.parametrize("first, second, inside", [
    ({"left": "victims", "op": ">", "right": "3"}, {"left": "victims", "op": ">", "right": "0"}, True),
    ({"left": "victims", "op": ">", "right": "0"}, {"left": "victims", "op": ">", "right": "3"}, False),
    ({"left": "victims", "op": "=", "right": "2"}, {"answered": "victims"}, True),
    ({"left": "filed", "op": ">", "right": "2020"}, {"left": "filed", "op": ">", "right": "2019"}, False),  # a year
    ({"question": "charges", "includes": ["theft"]}, {"question": "charges", "includes": ["theft", "fraud"]}, True),
    ({"question": "charges", "includes_other_than": ["theft"]}, {"question": "charges", "includes": ["fraud"]}, False),
    ({"any_row": "payments", "where": {"answered": "amount"}}, {"any_row": "payments", "where": None}, False),
    ({"at_least": 2, "of": [{"answered": "a"}, {"answered": "b"}, {"answered": "c"}]},
     {"any": [{"answered": "a"}, {"answered": "b"}]}, True),
    ({"all": [{"answered": "a"}, {"elsewhere": "actor", "same": []}]}, {"elsewhere": "actor", "same": []}, True),
])  # fmt: skip
def test_one_condition_follows_from_another_or_not(first: Any, second: Any, inside: bool) -> None:
    found = pieces(groups(first)["n"], groups(second)["n"])
    assert (frozenset({0}) not in found) is inside


def test_a_question_whose_form_is_not_clear_is_not_looked_into() -> None:
    forms = (("lawyer", "case"), ("lawyer", "hearing"))
    one, other = (
        groups_of(Definition(("court", "court.hearing"), None, json.dumps(lawyer(*codes)), None, None, forms))["n"]
        for codes in (["yes"], ["yes", "no"])
    )
    assert frozenset({0}) in pieces(one, other)


# What the questionnaire rules out: "lasting" is asked where there was a lawyer at some time, and has to be answered.

SKIPS = {
    ("court", "hearing", name): Asked(None if condition is None else json.dumps(condition), optional)
    for name, condition, optional in (
        ("held", None, False), ("lawyer", {"question": "held", "in": ["yes"]}, False),
        ("lasting", lawyer("yes", "partly"), False), ("note", lawyer("yes"), True),
    )
}  # fmt: skip
ASKING = Logic("court", {("court", "hearing", "lawyer"): LAWYER}, SKIPS)
FORMS = {"lasting": "hearing", "held": "hearing", "note": "hearing"}


def inside(first: Any, second: Any) -> bool:
    found = ASKING.pieces([groups(first, **FORMS)["n"], groups(second, **FORMS)["n"]])
    assert found is not None
    return frozenset({0}) not in found


def test_who_answered_was_asked_and_so_were_those_before() -> None:
    lasting = {"question": "lasting", "in": ["no"]}
    assert inside(lasting, lawyer("yes", "partly")) and inside(lasting, {"question": "held", "in": ["yes"]})
    assert not inside(lasting, lawyer("yes"))


def test_who_was_asked_has_answered_what_must_be_answered() -> None:
    assert inside(lawyer("yes", "partly"), {"answered": "lasting"})
    assert inside({"question": "held", "in": ["yes"]}, {"answered": "lawyer"})
    assert inside(None, {"answered": "held"})
    assert not inside(lawyer("yes"), {"answered": "note"}) and inside({"answered": "note"}, lawyer("yes"))


def test_without_the_skips_nothing_of_it_is_claimed() -> None:
    lasting, some = groups({"answered": "lasting"}, **FORMS)["n"], groups(lawyer("yes", "partly"))["n"]
    assert ASKING.pieces([lasting, some]) == [frozenset({0, 1})]
    assert set(ASKING.pieces([lasting, some], with_skips=False) or ()) == set(map(frozenset, ([0], [1], [0, 1])))


def test_questions_that_ask_for_each_other_are_no_questionnaire() -> None:
    circle = {
        ("court", "hearing", one): Asked(json.dumps({"answered": other}), False)
        for one, other in (("a", "b"), ("b", "a"))
    }  # fmt: skip
    with pytest.raises(RecursionError):
        Logic("court", {}, circle).pieces([groups({"answered": "a"}, a="hearing")["n"]])


def test_groups_of_other_indicators_that_make_up_a_group_are_found() -> None:
    given = {
        number: groups(condition, **FORMS)["n"]
        for number, condition in enumerate(
            [lawyer("yes", "partly"), {"question": "lasting", "in": ["yes"]},
             {"question": "lasting", "not_in": ["yes"]}, {"question": "held", "in": ["yes"]}]
        )
    }  # fmt: skip
    nesting = Nesting(ASKING, given)
    assert nesting.compare([[number] for number in given], lambda: False)
    found = {(one.whole, one.parts): one.covered for one in nesting.nests(lambda number: number)}
    assert found == {(0, (1, 2)): True, (3, (0,)): False} and nesting.same == []
    assert not nesting.compare([[number] for number in given], lambda: True)


def test_too_many_states_are_not_tried() -> None:
    many = {"all": [{"question": f"q{number}", "in": ["yes"]} for number in range(20)]}
    assert LOGIC.pieces([groups(many)["n"]]) is None


CONDITIONS = st.recursive(
    st.sampled_from([lawyer("yes"), lawyer("yes", "no"), {"question": "lawyer", "not_in": ["no"]},
                     {"answered": "lawyer"}, {"left": "victims", "op": ">", "right": "0"}, {"answered": "victims"}]),
    lambda parts: st.one_of(
        st.builds(lambda part: {"not": part}, parts),
        st.builds(lambda both: {"all": both}, st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda both: {"any": both}, st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda of: {"at_least": 2, "of": of}, st.lists(parts, min_size=2, max_size=3)),
    ),
    max_leaves=6,
)  # fmt: skip


def truth(condition: Any, answers: dict[str, Any]) -> bool | None:
    """Three truths in plain Python."""
    if "not" in condition:
        inner = truth(condition["not"], answers)
        return None if inner is None else not inner
    if "all" in condition or "any" in condition or "at_least" in condition:
        parts = condition.get("all") or condition.get("any") or condition["of"]
        least = len(parts) if "all" in condition else 1 if "any" in condition else condition["at_least"]
        truths = [truth(part, answers) for part in parts]
        if truths.count(True) >= least:
            return True
        return None if truths.count(True) + truths.count(None) >= least else False
    if "answered" in condition:
        return answers[condition["answered"]] is not None
    value = answers[condition.get("question") or condition["left"]]
    if value is None:
        return None
    if "op" in condition:
        return bool(value > 0)
    return value in condition["in"] if "in" in condition else value not in condition["not_in"]


@settings(max_examples=150, deadline=None)
@given(CONDITIONS, CONDITIONS)
def test_the_pieces_are_those_that_answers_can_fall_into(first: Any, second: Any) -> None:
    wanted = set()
    for asked in (None, *LAWYER):
        for victims in (None, 0, 1, 7):
            answers = {"lawyer": asked, "victims": victims}
            wanted.add(frozenset(
                place for place, one in enumerate((first, second)) if truth(one, answers) is True
            ))  # fmt: skip
    assert pieces(groups(first)["n"], groups(second)["n"]) == wanted - {frozenset()}
