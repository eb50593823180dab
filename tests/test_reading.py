"""What people type is read as they mean it, in three languages; what could mean two things is not guessed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from monitor import Choice, Choices, Codes, Country, Date, Form, Instrument, Money, PartialDate, Ref, Text, Whole
from monitor.instrument import Instrument as Loaded
from monitor.interview import NotTaken, read_typed, tell
from monitor.languages import localized
from monitor.plugins import load
from monitor.questions import Question

TODAY = date(2024, 5, 1)
FEW = Codes(yes="Yes, met", partly="Partly met", no="No, not met", not_seen="Could not be seen")
MANY = Codes(*((f"k{number}", f"Kind {number}") for number in range(1, 13)))


class Catch(Form):
    """What was caught."""

    day = Date("When?")
    since = PartialDate("Since when?")
    price = Money("For how much?")
    crates = Whole("How many crates?")
    good = Choice("Was it good?", FEW)
    sorts = Choices("Which?", Codes(none="None", cod="Cod", crab="Crab", carp="Carp"), alone=("none",))
    kinds = Choices("Which of many?", MANY)
    sea = Country("Where?")
    boat = Ref("Which boat?", pattern=r"[A-Z]{2}-[0-9]+", example="AB-1")
    said = Text("What was said?")
    month = Choice("Which month?", Codes(("1", "Month 1"), ("3", "Month 3"), ("12", "Month 12")))


FISH = Instrument("fish", "1.0", "Invented", (Catch,), (), ())


def read(question: Question, text: str, language: str = "en") -> Any:
    raw = read_typed(question, text, localized(FISH, language), TODAY)
    return question.read(raw) if question.fault(raw) is None else None


DATES = (
    ("en", "3.4.2024", "2024-04-03"),
    ("en", "03/04/2024", "2024-04-03"),
    ("en", "3-4-2024", "2024-04-03"),
    ("en", "3 4 2024", "2024-04-03"),
    ("en", "2024-04-03", "2024-04-03"),
    ("en", "2024/4/3", "2024-04-03"),
    ("en", "3 Apr 2024", "2024-04-03"),
    ("en", "3. april 2024", "2024-04-03"),
    ("en", "April 3, 2024", "2024-04-03"),
    ("en", "3rd of April 2024", "2024-04-03"),
    ("en", "today", "2024-05-01"),
    ("en", "Yesterday", "2024-04-30"),
    ("fr", "3 avril 2024", "2024-04-03"),
    ("fr", "1er août 2023", "2023-08-01"),
    ("fr", "3 avr. 2024", "2024-04-03"),
    ("fr", "3 Apr 2024", "2024-04-03"),
    ("fr", "hier", "2024-04-30"),
    ("ru", "3 апреля 2024 г.", "2024-04-03"),
    ("ru", "3 апр 2024", "2024-04-03"),
    ("ru", "03.04.2024", "2024-04-03"),
    ("ru", "вчера", "2024-04-30"),
    ("ru", "сегодня", "2024-05-01"),
    ("ru", "yesterday", "2024-04-30"),
)


@pytest.mark.parametrize("language, text, meant", DATES)
def test_a_date_is_read_as_it_is_written_in_the_language_day_first(language: str, text: str, meant: str) -> None:
    assert read(Catch.day, text, language) == meant
    assert read(Catch.since, text, language) == meant


@pytest.mark.parametrize(
    "text",
    ["31.2.2024", "3/14/2024", "3.4.24", "3.4", "٣.٤.2024", "April", "3 April", "Aprel 3 2024", "4.2024", "soon"],
)
def test_what_is_no_full_date_is_no_date(text: str) -> None:
    assert read(Catch.day, text) is None


@pytest.mark.parametrize(
    "language, text, meant",
    [("en", "2024", "2024"), ("en", "4.2024", "2024-04"), ("en", "2024-04", "2024-04"), ("en", "Apr 2024", "2024-04"),
     ("fr", "février 2023", "2023-02"), ("ru", "апрель 2024", "2024-04"), ("ru", "04/2024", "2024-04")],
)  # fmt: skip
def test_a_date_may_lack_its_day_or_its_month_where_that_is_allowed(language: str, text: str, meant: str) -> None:
    assert read(Catch.since, text, language) == meant


@pytest.mark.parametrize(
    "text, amount, currency",
    [("1.234,50 EUR", "1234.50", "EUR"), ("1,234.50 eur", "1234.50", "EUR"), ("EUR 1234.5", "1234.5", "EUR"),
     ("1 234.50 eur", "1234.50", "EUR"), ("1\u00a0234,5 EUR", "1234.5", "EUR"), ("1'234 CHF", "1234", "CHF"),
     ("12500 mdl", "12500", "MDL"), ("500€", "500", "EUR"), ("€ 12,75", "12.75", "EUR"),
     ("1,234,567 usd", "1234567", "USD"),
     ("0.125 EUR", "0.125", "EUR")],
)  # fmt: skip
def test_an_amount_is_read_with_its_currency_however_thousands_are_set_apart(
    text: str, amount: str, currency: str
) -> None:  # fmt: skip
    assert read(Catch.price, text) == {"amount": amount, "currency": currency}


@pytest.mark.parametrize("text", ["1.234 EUR", "12,500 eur"])
def test_an_amount_that_could_be_two_is_asked_for_again(text: str) -> None:
    with pytest.raises(NotTaken) as refused:
        read(Catch.price, text)
    assert len(refused.value.near) == 2
    assert all(read(Catch.price, one) is not None for one in refused.value.near)


@pytest.mark.parametrize("text", ["500", "EUR", "500 euros", "1.23.4 EUR", "-5 EUR", "٥٠٠ EUR", "500 XXX0"])
def test_what_is_no_amount_with_a_currency_is_refused(text: str) -> None:
    assert read(Catch.price, text) is None


@pytest.mark.parametrize("text, meant", [("12", 12), ("1 200", 1200), ("1\u202f200", 1200), ("12'000", 12000)])
def test_a_whole_number_may_have_blanks_between_its_thousands(text: str, meant: int) -> None:
    assert read(Catch.crates, text) == meant


@pytest.mark.parametrize("text", ["1.200", "1,5", "1 2", "12 00", "٣", "a dozen"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    assert read(Catch.crates, text) is None


@pytest.mark.parametrize(
    "text, meant",
    [("1", "yes"), ("no", "no"), ("Yes, met", "yes"), ("part", "partly"), ("seen", "not_seen"),
     ("NOT_SEEN", "not_seen"), ("could", "not_seen"), ("5", None), ("0", None), ("x", None)],
)  # fmt: skip
def test_an_answer_is_its_number_its_code_or_a_part_of_its_label(text: str, meant: str | None) -> None:
    assert read(Catch.good, text) == meant


def test_a_part_that_several_answers_share_is_not_guessed() -> None:
    with pytest.raises(NotTaken) as refused:
        read(Catch.sorts, "c")
    assert refused.value.near == ("cod", "crab", "carp")


@pytest.mark.parametrize(
    "text, meant",
    [("2 4", ["cod", "carp"]), ("24", ["cod", "carp"]), ("cod; carp", ["cod", "carp"]), ("carp,2", ["cod", "carp"]),
     ("cra", ["crab"]), ("1", ["none"]), ("1 2", None), ("2 2", None), ("25", None)],
)  # fmt: skip
def test_several_answers_stand_side_by_side_and_none_stands_alone(text: str, meant: list[str] | None) -> None:
    assert read(Catch.sorts, text) == meant


@pytest.mark.parametrize(
    "text, meant",
    [("12", ["k12"]), ("1 2", ["k1", "k2"]), ("1,12", ["k1", "k12"]), ("k3 4", ["k3", "k4"]), ("13", None)],
)
def test_in_a_longer_list_figures_are_told_apart_by_blanks(text: str, meant: list[str] | None) -> None:
    assert read(Catch.kinds, text) == meant


@pytest.mark.parametrize(
    "language, text, meant",
    [("en", "md", "MD"), ("en", "Moldova", "MD"), ("en", "moldo", "MD"), ("en", "in", "IN"),
     ("en", "cote d ivoire", "CI"), ("fr", "moldav", "MD"), ("fr", "allemagne", "DE"), ("fr", "Germany", "DE"),
     ("ru", "молд", "MD"), ("ru", "германия", "DE"), ("ru", "MD", "MD")],
)  # fmt: skip
def test_a_state_is_its_code_or_its_name_in_the_language_or_in_english(language: str, text: str, meant: str) -> None:
    assert read(Catch.sea, text, language) == meant


def test_what_is_nearly_the_name_of_a_state_is_offered_and_not_taken() -> None:
    with pytest.raises(NotTaken) as refused:
        read(Catch.sea, "Moldavia")
    assert "MD" in refused.value.near


def test_codes_that_are_numbers_stand_for_themselves() -> None:
    assert [read(Catch.month, text) for text in ("1", "3", "2", "12", "month 3")] == ["1", "3", None, "12", "3"]


def test_a_reference_may_be_typed_in_small_letters() -> None:
    assert read(Catch.boat, "ab-12") == "AB-12"
    assert read(Catch.boat, "ab12") is None


def test_text_stays_as_it_is() -> None:
    assert read(Catch.said, " 3.4.2024 ") == "3.4.2024"


@pytest.mark.parametrize(
    "language, question, value, said",
    [("en", Catch.day, "2024-04-03", "3 April 2024"), ("fr", Catch.day, "2024-04-03", "3 avril 2024"),
     ("ru", Catch.since, "2024-04", "апрель 2024"), ("en", Catch.since, "2024", "2024"),
     ("en", Catch.good, "partly", "Partly met"), ("en", Catch.sorts, ["cod", "crab"], "Cod; Crab"),
     ("fr", Catch.sea, "DE", "Allemagne"), ("en", Catch.price, {"amount": "5.00", "currency": "EUR"}, "5.00 EUR")],
)  # fmt: skip
def test_what_was_taken_is_told_in_words(language: str, question: Question, value: Any, said: str) -> None:
    assert tell(question, value, localized(FISH, language)) == said


@pytest.fixture(scope="module")
def trials() -> Loaded:
    return load().catalogue["trial_monitoring"]


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_every_answer_of_a_hearing_is_found_by_its_whole_label(trials: Loaded, language: str) -> None:
    words = localized(trials, language)
    for form in trials.all_forms():
        for question in form.questions.values():
            for code in getattr(question, "codes", ()):
                wanted: Any = [code] if isinstance(question, Choices) else code
                label = words.label(question, code)  # type: ignore[arg-type]  # reason: it has codes
                if "," not in label and ";" not in label or not isinstance(question, Choices):
                    assert read_typed(question, label, words) == wanted, (question.name, code)


def test_a_sealed_answer_is_never_told(trials: Loaded) -> None:
    case = trials.form("case")
    assert case is not None
    assert tell(case.questions["court_case_number"], "1-22/3", localized(trials, None)) == "(sealed)"
