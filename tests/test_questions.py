"""A question keeps an answer exactly as it is meant, or refuses it; nothing is bent in silence."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from monitor import (
    RATING,
    Choice,
    Choices,
    Codes,
    Country,
    Date,
    Form,
    Money,
    Narrative,
    PartialDate,
    Rating,
    Ref,
    Rows,
    Text,
    Whole,
)
from monitor.errors import Fault
from monitor.questions import Question

HUGE = pytest.param(10**5000, id="more digits than Python prints")
FRUIT = Codes(apple="Apple", pear="Pear", plum="Plum", none="None of them")


def fault(question: Question, raw: object) -> Fault:
    """The one thing that is wrong with an answer."""
    with pytest.raises(ValidationError) as refused:
        question.read(raw)
    (found,) = refused.value.messages
    assert isinstance(found, Fault)
    return found


def of_type(wanted: type) -> st.SearchStrategy[Any]:
    """JSON values of every type but one."""
    values: dict[type, st.SearchStrategy[Any]] = {
        str: st.text(max_size=5),
        int: st.integers(),
        float: st.floats(),
        bool: st.booleans(),
        list: st.lists(st.integers(), max_size=2),
        dict: st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    }
    return st.one_of(*(strategy for kind, strategy in values.items() if kind is not wanted))


# Dates

DATE, PARTIAL = Date("When?"), PartialDate("When?")


@given(st.dates())
def test_a_day_of_the_calendar_is_kept_as_it_is(day: date) -> None:
    assert DATE.read(day.isoformat()) == PARTIAL.read(day.isoformat()) == day.isoformat()


@given(st.dates())
def test_a_partial_date_keeps_its_precision(day: date) -> None:
    assert PARTIAL.read(day.isoformat()[:4]) == day.isoformat()[:4]
    assert PARTIAL.read(day.isoformat()[:7]) == day.isoformat()[:7]


@pytest.mark.parametrize("text", ["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"])
def test_leap_days_and_the_ends_of_the_calendar_are_days(text: str) -> None:
    assert DATE.read(text) == text


@pytest.mark.parametrize("text", ["2025-02-29", "1900-02-29", "2025-04-31", "2025-00-10", "2025-13-01", "0000-01-01"])
def test_a_day_that_the_calendar_lacks_is_refused(text: str) -> None:
    assert fault(DATE, text) == fault(PARTIAL, text) == "The calendar has no such day."


@pytest.mark.parametrize("text", ["2025-13", "2025-00", "0000", "0000-01"])
def test_a_month_or_year_that_the_calendar_lacks_is_refused(text: str) -> None:
    assert fault(PARTIAL, text).code == "ANSWER-21"


@pytest.mark.parametrize(
    "text",
    [
        *("20250101", "2025-2-3", "2025-W01-1", "01.02.2025", "2025/01/01", "2025-01-01T00:00", "-025-01-01"),
        *("2025-001", "today", "2025-01-01\n2025", "٢٠٢٥-٠١-٠١", "２０２５-01-01"),
    ],
)
def test_other_ways_to_write_a_date_are_refused_rather_than_guessed(text: str) -> None:
    assert fault(DATE, text).code == fault(PARTIAL, text).code == "ANSWER-07"


def test_a_month_alone_is_no_full_date() -> None:
    assert fault(DATE, "2025-03").code == fault(DATE, "2025").code == "ANSWER-07"


@given(of_type(str))
def test_a_date_is_text(raw: object) -> None:
    assert fault(DATE, raw).code == "ANSWER-04"


def test_a_date_may_be_barred_from_the_future() -> None:
    past_only = Date("When?", not_after="today")
    today = date.today()
    assert past_only.read(today.isoformat()) == today.isoformat()
    assert fault(past_only, (today + timedelta(days=2)).isoformat()) == "Must be today or earlier."


# Whole numbers

WHOLE = Whole("How many?")


@given(st.integers(0, 2**53 - 1))
def test_a_whole_number_is_kept_as_it_is(number: int) -> None:
    assert WHOLE.read(number) == number
    assert WHOLE.read(WHOLE.from_text(str(number))) == number


@pytest.mark.parametrize("raw", [5.9, 5.0, True, False, "5", "", [5], {"a": 5}, float("nan"), float("inf")])
def test_what_is_nearly_a_whole_number_is_refused(raw: object) -> None:
    assert fault(WHOLE, raw).code == "ANSWER-04"


@pytest.mark.parametrize("number", [2**53, 10**30, -1, -(10**30), HUGE])
def test_a_number_that_json_or_sqlite_would_bend_is_refused(number: int) -> None:
    assert fault(WHOLE, number).code == "ANSWER-06"


@pytest.mark.parametrize("cell", ["5.0", "٥", "1e3", "1,000", "1_000", " 5", "0x10", "9" * 400])
def test_a_cell_that_is_no_plain_number_stays_text_and_is_refused(cell: str) -> None:
    assert fault(WHOLE, WHOLE.from_text(cell)).code == "ANSWER-04"


def test_the_bounds_of_a_number_are_said() -> None:
    assert fault(Whole("Age?", at_least=1, at_most=9), 10) == "Must be at least 1 and at most 9."
    assert fault(Whole("Age?", at_least=1), 0) == "Must be at least 1."


# Money

MONEY = Money("How much?")


@given(st.integers(1, 10**13 - 1), st.integers(0, 9999), st.sampled_from(["EUR", "MDL", "USD", "ALL"]))
def test_an_amount_is_kept_to_its_last_decimal(units: int, parts: int, currency: str) -> None:
    amount = {"amount": f"{units}.{parts:04}", "currency": currency}
    assert MONEY.read(amount) == amount
    assert MONEY.read(MONEY.from_text(f"{units}.{parts:04} {currency.lower()}")) == amount


def test_a_whole_amount_may_come_as_a_number() -> None:
    assert MONEY.read({"amount": 1250, "currency": "EUR"}) == {"amount": "1250", "currency": "EUR"}


@pytest.mark.parametrize(
    "amount", ["1,5", "1.23456", "-5", "+5", "1e3", "٥", "", ".5", "5.", 1.5, True, None, HUGE, -3, "1" * 14]
)
def test_an_amount_in_another_form_is_refused(amount: object) -> None:
    assert fault(MONEY, {"amount": amount, "currency": "EUR"}).code == "ANSWER-07"


@pytest.mark.parametrize("amount", ["0", "0.00", "000.0000", 0])
def test_nothing_is_no_amount(amount: object) -> None:
    assert fault(MONEY, {"amount": amount, "currency": "EUR"}) == "Must be more than zero."


@pytest.mark.parametrize("currency", ["eur", "EURO", "XYZ", "€", "", None, 978, ["EUR"]])
def test_a_currency_is_a_code_of_iso_4217(currency: object) -> None:
    assert fault(MONEY, {"amount": "5", "currency": currency}).code == "ANSWER-07"


@pytest.mark.parametrize(
    "raw", ["5 EUR", 5, ["5", "EUR"], {}, {"amount": "5"}, {"amount": "5", "currency": "EUR", "tax": "1"}]
)
def test_an_amount_without_its_currency_is_refused(raw: object) -> None:
    assert fault(MONEY, raw).code == "ANSWER-04"


# References

CASE_REF = Ref("Which case?", pattern=r"[A-Z]{2}-[0-9]{4}-[0-9]{3}", example="MD-2025-001")


def test_a_reference_keeps_its_pattern() -> None:
    assert CASE_REF.read(" MD-2025-001 ") == "MD-2025-001"


@pytest.mark.parametrize("raw", ["md-2025-001", "MD-2025-0011", "xMD-2025-001", "MD-2025-٠٠١", "MD-2025-001\nMD"])
def test_a_reference_of_another_pattern_is_refused_with_an_example(raw: str) -> None:
    assert fault(CASE_REF, raw) == "Does not have the form MD-2025-001."


# Text

TEXT, NARRATIVE = Text("What?"), Narrative("What happened?")


@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_text_is_kept_but_for_blanks_at_its_ends_or_refused_for_a_character(text: str) -> None:
    try:
        assert TEXT.read(text) == text.strip()
    except ValidationError as error:
        assert error.messages[0].code == "ANSWER-08"
        assert any(ord(character) < 32 or ord(character) == 127 for character in text)


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\x07", "\ud800", "a\udfffb", "a\x7f"])
def test_characters_that_cannot_be_stored_are_refused(text: str) -> None:
    assert fault(TEXT, text).code == fault(NARRATIVE, text).code == "ANSWER-08"


@pytest.mark.parametrize("text", ["line\nline\r\n\tline", "Țăran Đorđe", "אבג", "👩‍⚖️", "𝔘", "a\u0301"])
def test_every_script_and_line_breaks_are_kept(text: str) -> None:
    assert NARRATIVE.read(text) == text


def test_text_has_a_length_and_a_narrative_a_longer_one() -> None:
    assert TEXT.read("x" * 200) == "x" * 200
    assert fault(TEXT, "x" * 201) == "Longer than 200 characters."
    assert NARRATIVE.read("x" * 50_000)
    assert fault(NARRATIVE, "x" * 50_001).code == "ANSWER-13"


@given(of_type(str))
def test_text_is_text(raw: object) -> None:
    assert fault(TEXT, raw).code == "ANSWER-04"


# Choices

CHOICE = Choice("Which one?", FRUIT)
CHOICES = Choices("Which ones?", FRUIT, alone=("none",))


def test_one_code_is_chosen() -> None:
    assert CHOICE.read("apple") == "apple"


def test_a_code_that_is_not_in_the_list_is_named_beside_those_that_are() -> None:
    assert fault(CHOICE, "aple") == "'aple' is not one of the answers: apple, pear, plum, none."


@pytest.mark.parametrize("raw", ["She said that she was afraid", "a" * 25, "Ana B.", "42;apple"])
def test_a_sentence_in_the_place_of_a_code_is_not_repeated(raw: str) -> None:
    assert fault(CHOICE, raw) == "What was given is not one of the answers: apple, pear, plum, none."


def test_a_wrong_code_for_a_sealed_question_is_not_repeated() -> None:
    assert fault(Choice("Which one?", FRUIT, publish="sealed"), "aple").startswith("What was given")
    assert fault(Choices("Which?", FRUIT, publish="sealed"), ["pear", "pear"]) == "What was given is chosen twice."


@given(of_type(str))
def test_a_code_is_text(raw: object) -> None:
    assert fault(CHOICE, raw).code == "ANSWER-04"


@given(st.permutations(["apple", "pear", "plum"]))
def test_the_order_of_several_codes_does_not_matter(codes: list[str]) -> None:
    assert CHOICES.read(codes) == ["apple", "pear", "plum"]
    assert CHOICES.read(CHOICES.from_text(" ; ".join(codes))) == ["apple", "pear", "plum"]


def test_a_code_is_chosen_once() -> None:
    assert fault(CHOICES, ["pear", "apple", "pear"]) == "'pear' is chosen twice."


def test_a_code_that_means_nothing_else_stands_alone() -> None:
    assert CHOICES.read(["none"]) == ["none"]
    assert fault(CHOICES, ["none", "pear"]).code == "ANSWER-12"


@pytest.mark.parametrize("raw", ["apple", {"apple": True}, 5])
def test_several_codes_come_as_a_list(raw: object) -> None:
    assert fault(CHOICES, raw).code == "ANSWER-04"


@pytest.mark.parametrize("item", [None, 5, ["apple"], {"apple": 1}, True])
def test_each_of_several_codes_is_text(item: object) -> None:
    assert fault(CHOICES, ["pear", item]).code == "ANSWER-04"


def test_a_very_long_list_of_codes_is_refused_at_its_first_fault() -> None:
    assert fault(CHOICES, ["pear"] * 1_000_000).code == "ANSWER-11"


def test_a_rating_has_its_five_answers() -> None:
    rating = Rating("Was it?")
    assert [rating.read(code) for code in RATING] == ["yes", "partly", "no", "not_observed", "not_applicable"]


# Countries

COUNTRY = Country("Which State?")


@pytest.mark.parametrize("code", ["NA", "XK", "MD", "NO", "ZW"])
def test_a_country_is_its_code_also_where_the_code_looks_like_something_else(code: str) -> None:
    assert COUNTRY.read(code) == code


@pytest.mark.parametrize("code", ["na", "Md", "MDA", "YU", "EU", "ZZ", "0", "-99"])
def test_what_is_no_country_code_is_refused(code: str) -> None:
    assert fault(COUNTRY, code).code == "ANSWER-05"


def test_a_question_may_allow_codes_beside_the_countries() -> None:
    assert Country("Citizenship?", also=Codes(ZZ="Unknown")).read("ZZ") == "ZZ"


def test_a_long_list_is_shortened_in_the_message() -> None:
    assert len(fault(COUNTRY, "Moldova")) < 150


# Rows


class Payment(Form):
    """A payment."""

    amount = Whole("How much?")
    kind = Choice("Which kind?", FRUIT)


class Claim(Form):
    """A claim."""

    payments = Rows(Payment, "Which payments?")


def test_rows_are_a_list_of_answers() -> None:
    rows = [{"amount": 5, "kind": "pear"}, {"amount": 7, "kind": "apple"}]
    assert Claim.payments.read(rows) == rows


@pytest.mark.parametrize("raw", ["pear", 5, {"amount": 5}, True])
def test_what_is_no_list_is_no_rows(raw: object) -> None:
    assert fault(Claim.payments, raw).code == "ANSWER-04"


def test_there_is_a_limit_to_the_rows() -> None:
    assert fault(Claim.payments, [{}] * 201) == "Must be at most 200 rows."
    assert fault(Claim.payments, [{}] * 1_000_000).code == "ANSWER-06"


def test_a_cell_of_text_cannot_hold_rows() -> None:
    assert "JSON Lines" in fault(Claim.payments, Claim.payments.from_text('[{"amount": 5}]'))


# Every type

EVERY = (DATE, PARTIAL, WHOLE, MONEY, CASE_REF, TEXT, NARRATIVE, CHOICE, CHOICES, Rating("Was it?"), COUNTRY)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@given(st.sampled_from(EVERY), JSON)
def test_whatever_is_given_is_stored_or_refused_with_a_known_message(question: Question, raw: object) -> None:
    try:
        stored = question.read(raw)
    except ValidationError as error:
        assert all(isinstance(found, Fault) for found in error.messages)
    else:
        assert question.read(stored) == stored
