"""Where answers are kept: names of tables and columns, and what never has a column."""

from __future__ import annotations

import pytest

from monitor import Form, Instrument, Money, Rows, Text, Whole
from monitor.errors import DeclarationError
from monitor.forms import FormMeta
from monitor.store import columns_of, table_of, tables_of, values_of
from tests.store_sample import Guest, Place, Visit


def test_a_table_is_named_after_instrument_form_and_rows() -> None:
    assert [table_of(form) for form in (Place, Visit, Guest)] == [
        "visits__place", "visits__visit", "visits__visit__guests",
    ]  # fmt: skip


def test_open_and_sealed_answers_have_no_column() -> None:
    assert [table.names() for form in (Place, Visit) for table in tables_of(form)] == [
        ("_submission", "place_ref", "size"),
        ("_submission", "open_that_day", "complaints", "fee_amount", "fee_currency", "urgent_referral"),
        ("_submission", "_row", "guest_ref", "age"),
    ]


def test_columns_and_values_of_a_question_fit_each_other() -> None:
    fee, complaints, size = Visit.questions["fee"], Visit.questions["complaints"], Place.questions["size"]
    assert columns_of(fee) == [("fee_amount", "TEXT"), ("fee_currency", "TEXT")]
    assert values_of(fee, {"amount": "1.50", "currency": "EUR"}) == ["1.50", "EUR"]
    assert values_of(fee, None) == [None, None]
    assert columns_of(complaints) == [("complaints", "TEXT")]
    assert values_of(complaints, ["noise", "dust"]) == ['["noise","dust"]']
    assert (columns_of(size), values_of(size, 3)) == ([("size", "INTEGER")], [3])
    for name in ("story", "licence_number", "guests"):
        assert columns_of(Visit.questions[name]) == values_of(Visit.questions[name], None) == []


def form_of(questions: dict[str, object], instrument: str = "odd", code: str = "thing") -> FormMeta:
    meta = type("Meta", (Form.Meta,), {"code": code})
    form = FormMeta("Thing", (Form,), {"__doc__": "A thing.", **questions, "Meta": meta})
    Instrument(instrument, "1.0", "Odd", (form,))
    return form


def test_two_questions_in_one_column_are_refused() -> None:
    form = form_of({"fee": Money("How much?"), "fee_amount": Whole("How many?")})
    with pytest.raises(DeclarationError, match="one column, 'fee_amount'"):
        tables_of(form)


@pytest.mark.parametrize(
    ("instrument", "code"), [("a__b", "thing"), ("odd", "a__b"), ("odd_", "thing"), ("sqlite_x", "a")]
)
def test_a_name_that_could_be_another_table_is_refused(instrument: str, code: str) -> None:
    with pytest.raises(DeclarationError):
        tables_of(form_of({"note": Text("What?")}, instrument, code))


def test_rows_of_a_name_that_could_be_another_table_are_refused() -> None:
    row = FormMeta("Row", (Form,), {"__doc__": "A row.", "number": Whole("Which?")})
    with pytest.raises(DeclarationError):
        tables_of(form_of({"a__b": Rows(row, "Which rows?")}))
