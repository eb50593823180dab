"""Agreement between monitors: the coefficients against published examples, and what is compared in a store."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.agreement import FLOOR, QuestionAgreement, caution_of, compare, doubles, doubtful
from monitor.agreement.coefficients import alpha, interval, jaccard, nominal, ordinal, raw_agreement
from monitor.cli.root import run
from monitor.store import Store
from monitor.submissions import check
from tests.double_sample import (
    CATALOGUE,
    HELD,
    INSTRUMENT,
    MARK,
    MARKETS,
    ORDERLY,
    Day,
    day,
    disputed,
    make_plugin,
    new_store,
    put,
    put_double,
)

# The examples of K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011). A dot is a missing answer.
EXAMPLE_A = ("0100000010", "1110010000")
EXAMPLE_B = ("aabbdcccedda", "babbbccceddd")
EXAMPLE_C = ("123321412...", "1233224125.3", ".333234225" "1.", "1233244125" "1.")


def columns(rows: tuple[str, ...]) -> list[list[str]]:
    """Of each thing the answers of those who gave one."""
    return [[row[place] for row in rows if row[place] != "."] for place in range(len(rows[0]))]


def numbers(rows: tuple[str, ...]) -> list[list[int]]:
    return [[int(answer) for answer in unit] for unit in columns(rows)]


def by_hand(units: list[list[Any]], metric: str) -> Fraction:
    """Alpha from its definition, pair by pair and in exact fractions: another way to the same figure."""
    paired = [unit for unit in units if len(unit) > 1]
    every = [answer for unit in paired for answer in unit]
    order = sorted(set(every))

    def apart(c: Any, k: Any) -> Fraction:
        if metric == "nominal":
            return Fraction(c != k)
        if metric == "interval":
            return Fraction((c - k) ** 2)
        low, high = sorted((order.index(c), order.index(k)))
        between = sum(every.count(value) for value in order[low : high + 1])
        return (between - Fraction(every.count(c) + every.count(k), 2)) ** 2

    observed = sum((apart(c, k) / (len(unit) - 1) for unit in paired for c, k in permutations(unit, 2)), Fraction(0))
    expected = sum((apart(c, k) for c, k in permutations(every, 2)), Fraction(0))
    return 1 - observed / len(every) / (expected / (len(every) * (len(every) - 1)))


@pytest.mark.parametrize(
    "units, metric, published, exact",
    [
        pytest.param(columns(EXAMPLE_A), "nominal", 0.095, Fraction(2, 21), id="2011-A-two-observers-binary"),
        pytest.param(columns(EXAMPLE_B), "nominal", 0.692, Fraction(155, 224), id="2011-B-two-observers-nominal"),
        pytest.param(columns(EXAMPLE_C), "nominal", 0.743, Fraction(113, 152), id="2011-C-four-observers-nominal"),
        pytest.param(numbers(EXAMPLE_C), "ordinal", 0.815, Fraction(108577, 133160), id="2011-D-ordinal"),
        pytest.param(numbers(EXAMPLE_C), "interval", 0.849, Fraction(951, 1120), id="2011-D-interval"),
    ],
)
def test_alpha_is_that_of_the_published_examples(
    units: list[list[Any]], metric: str, published: float, exact: Fraction
) -> None:
    metrics = {"nominal": nominal, "ordinal": ordinal([1, 2, 3, 4, 5]), "interval": interval}
    found = alpha(units, metrics[metric])
    assert found is not None
    assert round(found, 3) == published
    assert by_hand(units, metric) == exact
    assert found == pytest.approx(float(exact), abs=1e-12)


UNITS = st.lists(st.lists(st.integers(1, 4), max_size=4), max_size=12)


@given(UNITS, st.sampled_from(["nominal", "ordinal", "interval"]))
def test_alpha_is_its_definition_whoever_is_missing(units: list[list[int]], metric: str) -> None:
    metrics = {"nominal": nominal, "ordinal": ordinal([1, 2, 3, 4]), "interval": interval}
    found = alpha(units, metrics[metric])
    if len({answer for unit in units if len(unit) > 1 for answer in unit}) < 2:
        assert found is None
    else:
        assert found == pytest.approx(float(by_hand(units, metric)), abs=1e-9)


@pytest.mark.parametrize("units", [[], [["yes"]], [["yes"], ["no"]], [["yes", "yes"], ["yes", "yes"]]])
def test_without_pairs_or_without_variation_alpha_is_undefined_and_neither_one_nor_zero(units: list[list[str]]) -> None:
    assert alpha(units, nominal) is None


def test_two_empty_sets_overlap_wholly_and_sets_apart_not_at_all() -> None:
    empty = frozenset[str]()
    assert jaccard([[empty, empty]]) == 1
    assert jaccard([[frozenset("ab"), frozenset("bc")], [frozenset("a"), empty]]) == pytest.approx((1 / 3 + 0) / 2)
    assert jaccard([[empty]]) is None


def test_raw_agreement_counts_pairs() -> None:
    assert raw_agreement([["a", "a", "b"], ["c"]]) == pytest.approx(1 / 3)
    assert raw_agreement([]) is None


# In a store


def of(store: Store, question: str, **more: Any) -> QuestionAgreement:
    found = doubles(store.connection, [INSTRUMENT])
    compared = compare(found.events, [INSTRUMENT], question=question, **more)
    (one,) = compared.questions
    return one


def figure(one: QuestionAgreement, name: str) -> float | None:
    (found,) = [each.value for each in one.figures if each.name == name]
    return found


RATINGS = ("no", "partly", "yes", "not_observed", "not_applicable")


def test_a_rating_is_ordered_and_what_was_not_observed_is_missing(tmp_path: Path) -> None:
    chance = random.Random(3)
    given = [(chance.choice(RATINGS), chance.choice(RATINGS)) for _ in range(25)]
    with new_store(tmp_path) as store:
        for number, (first, second) in enumerate(given, 1):
            put_double(store, day(number, orderly=first), day(number, orderly=second))
        one = of(store, "orderly")
    seen = [pair for pair in given if "not_observed" not in pair]
    rated = [pair for pair in seen if "not_applicable" not in pair]
    scale = {"no": 1, "partly": 2, "yes": 3}
    arose = [[answer != "not_applicable" for answer in pair] for pair in seen]
    assert (one.pairs, one.not_observed) == (len(seen), 25 - len(seen))
    assert one.raw == sum(first == second for first, second in seen) / len(seen)
    assert figure(one, "alpha") == pytest.approx(float(by_hand([[scale[a], scale[b]] for a, b in rated], "ordinal")))
    assert figure(one, "applies") == pytest.approx(float(by_hand(arose, "nominal")))


def test_not_applicable_against_a_rating_is_a_disagreement_and_judged_by_itself(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        for number in range(1, 29):
            first = "not_applicable" if number <= 8 else "yes" if number % 2 else "no"
            second = first if number > 8 else "yes"
            put_double(store, day(number, orderly=first), day(number, orderly=second))
        one = of(store, "orderly")
    assert figure(one, "alpha") == 1
    applies = figure(one, "applies")
    assert applies is not None and applies < FLOOR
    assert one.verdict() == "caution"


def test_numbers_agree_within_one_or_a_tenth(tmp_path: Path) -> None:
    pairs = [(3, 4), (3, 5), (100, 110), (100, 112), (0, 1), (7, 7)]
    with new_store(tmp_path) as store:
        for number, (first, second) in enumerate(pairs, 1):
            fees = ({"amount": "10", "currency": "EUR"}, {"amount": "10", "currency": "EUR" if number > 1 else "MDL"})
            put_double(
                store, day(number, visitors=first, fee=fees[0]), day(number, visitors=second, fee=fees[1])
            )  # fmt: skip
        one, fee = of(store, "visitors"), of(store, "fee")
    assert one.raw == pytest.approx(1 / 6)
    assert figure(one, "within") == pytest.approx(4 / 6)
    assert figure(one, "alpha") == pytest.approx(float(by_hand([list(pair) for pair in pairs], "interval")))
    assert figure(fee, "within") == pytest.approx(5 / 6)  # ten of one currency are not ten of another
    assert figure(fee, "alpha") is None


def test_several_answers_are_compared_as_sets_and_dates_exactly(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        put_double(store, day(1, goods=["fruit", "fish"], since="2001-01-01"),
                   day(1, goods=["fish", "cloth"], since="2001-01-01"))  # fmt: skip
        put_double(store, day(2, goods=["none"], since="2001-01-01"), day(2, goods=["none"], since="2001-01-02"))
        assert figure(of(store, "goods"), "jaccard") == pytest.approx((1 / 3 + 1) / 2)
        assert of(store, "goods").raw == 0.5
        assert figure(of(store, "since"), "exact") == 0.5


def test_rows_are_matched_by_their_reference_and_others_are_left_out_and_said(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        put_double(
            store,
            day(stalls=[{"stall_ref": "S1", "clean": "yes"}, {"stall_ref": "S2", "clean": "no"}],
                sacks=[{"weight": 3}]),
            day(stalls=[{"stall_ref": "S2", "clean": "no"}, {"stall_ref": "S3", "clean": "no"}],
                sacks=[{"weight": 4}]),
        )  # fmt: skip
        compared = compare(doubles(store.connection, [INSTRUMENT]).events, [INSTRUMENT])
    (clean,) = [one for one in compared.questions if one.question == "clean"]
    assert (clean.form, clean.pairs, clean.raw) == ("markets.stall", 1, 1)
    assert compared.rows_alone == 2
    assert compared.unmatched == ("markets.day.sacks",)
    assert "weight" not in {one.question for one in compared.questions}


def test_open_and_sealed_answers_and_the_event_itself_are_not_compared(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        put_double(store, day(story=f"{MARK} one", number="12"), day(story=f"{MARK} two", number="13"))
        compared = compare(doubles(store.connection, [INSTRUMENT]).events, [INSTRUMENT])
    assert not {"story", "number", "day", "remark", "stall_ref"} & {one.question for one in compared.questions}


def test_what_one_did_not_answer_is_no_pair_and_is_counted_beside(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        put_double(store, day(weather="sun"), day())
        one = of(store, "weather")
        assert (one.pairs, one.raw, one.one_only, one.verdict()) == (0, None, 1, "nothing to compare")


def test_agreement_is_of_what_each_submitted_first(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        _, second = put_double(store, day(orderly="yes"), day(orderly="no"))
        around = store.surroundings(CATALOGUE)
        corrected = check(INSTRUMENT, Day, day(orderly="yes"), author="MON-02", around=around, replaces=second)
        with store.writing("MON-02") as writing:
            writing.correct(corrected, INSTRUMENT, Day, reason="recoded_after_review", line="The other was right.")
        assert of(store, "orderly").raw == 0


def test_withdrawn_ones_one_monitors_own_doubles_and_other_events_are_no_pairs(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        first, _ = put_double(store, day(1), day(1))
        with store.writing("MON-01") as writing:
            writing.decide(first, "withdrawn", "Another day.")
        put(store, Day, day(2), "MON-01")
        put(store, Day, day(2, orderly="no"), "MON-01")
        put(store, Day, day(3), "MON-01")
        put(store, Day, day(3, _session=2), "MON-02")
        assert doubles(store.connection, [INSTRUMENT]).events == ()


def test_three_monitors_are_three_pairs_and_a_pair_can_be_looked_at_alone(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        for author, rating in (("MON-01", "yes"), ("MON-02", "yes"), ("MON-03", "no")):
            put(store, Day, day(orderly=rating), author)
        events = doubles(store.connection, [INSTRUMENT]).events
        assert of(store, "orderly").pairs == 3
        assert [one.monitors for one in compare(events, [INSTRUMENT]).pairs] == [
            ("MON-01", "MON-02"), ("MON-01", "MON-03"), ("MON-02", "MON-03")
        ]  # fmt: skip
        assert of(store, "orderly", monitors=("MON-01", "MON-02")).raw == 1
        (pair,) = compare(events, [INSTRUMENT], monitors=("MON-02", "MON-03")).pairs
        assert (pair.events, pair.pairs, pair.raw) == (1, 2, 0.5)  # held the same, orderly not


# The floor


@pytest.mark.parametrize("events, verdict", [(9, "too few"), (10, "caution")])
def test_a_caution_needs_ten_pairs(tmp_path: Path, events: int, verdict: str) -> None:
    with new_store(tmp_path) as store:
        disputed(store, events)
        assert of(store, "orderly").verdict() == verdict
        assert (("markets.day", "orderly") in doubtful(store.connection, [INSTRUMENT])) is (verdict == "caution")


def test_where_all_say_the_same_there_is_no_alpha_and_no_caution(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        for number in range(1, 13):
            put_double(store, day(number), day(number))
        one = of(store, "orderly")
        assert (one.raw, figure(one, "alpha"), one.verdict()) == (1, None, "all alike")
        assert doubtful(store.connection, [INSTRUMENT]) == set()


def test_a_caution_stands_at_the_indicators_that_rest_on_the_question(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        disputed(store, 12)
        found = doubtful(store.connection, [INSTRUMENT])
    assert [question.name for question in caution_of(ORDERLY, found)] == ["orderly"]
    assert caution_of(HELD, found) == caution_of(MARKETS, found) == ()


# The command line


def test_the_command_prints_a_table_and_says_that_it_is_internal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with new_store(tmp_path) as store:
        disputed(store, 12)
    plugin = make_plugin(tmp_path)
    command = ["--store", str(tmp_path / "store.db"), "--plugins-dir", plugin, "review", "agreement"]
    assert run(command) == 0
    out, err = capsys.readouterr()
    (line,) = [line for line in out.splitlines() if line.startswith("day.orderly")]
    assert "12" in line and "below the floor: caution" in line
    assert "no variation: alpha says nothing" in out
    assert "Internal figures. Do not publish" in err
    assert run([*command, "--question", "orderly", "--pair", "MON-02,MON-01", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["question"] for one in found["questions"]] == ["orderly"]
    assert (found["questions"][0]["verdict"], found["pairs"][0]["monitors"]) == ("caution", ["MON-01", "MON-02"])
    assert run([*command, "--pair", "MON-02"]) == 2
