"""The contract says in JSON Schema what the instrument says in Python, and a published one never changes."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from monitor import Choice, Codes, Country, Form, Instrument, Money, Rows, Text
from monitor.contract import as_contract, freeze, frozen_text
from monitor.errors import Refusal
from monitor.instrument import Instrument as AnyInstrument
from monitor.plugins import load
from monitor.testing import accepted, desk_with_accepted

PLUGINS = Path(__file__).parents[1] / "plugins"


class Payment(Form):
    """A payment."""

    amount = Money("How much?")
    kind = Choice("Which kind?", Codes(wage="Wage", gift="Gift"))


class Country_(Form):
    """What a country pays; its code is the name of a list, too."""

    class Meta:
        code = "country"

    name = Country("Which State?", also=Codes(ZZ="Unknown"))
    payments = Rows(Payment, "Which payments?", optional=True)
    notes = Text("What else?", optional=True)


SMALL = Instrument(code="paid", version="1.0", title="Payments", forms=(Country_,))


@cache
def built_in() -> dict[str, AnyInstrument]:
    return dict(load([PLUGINS]).catalogue)


def validator(instrument: AnyInstrument, form: str) -> Draft202012Validator:
    contract = as_contract(instrument)
    return Draft202012Validator({"$defs": contract["$defs"], "$ref": f"#/$defs/{form}"})


def codes() -> list[str]:
    return sorted(path.parent.name for path in PLUGINS.glob("*/pyproject.toml"))


@pytest.mark.parametrize("code", codes())
def test_a_contract_is_valid_json_schema(code: str) -> None:
    contract = json.loads(frozen_text(as_contract(built_in()[code])))
    Draft202012Validator.check_schema(contract)
    for definition in contract["$defs"].values():
        Draft202012Validator.check_schema(definition)


@pytest.mark.parametrize("code", codes())
def test_a_contract_accepts_the_stored_form_of_every_accepted_example(code: str) -> None:
    instrument = built_in()[code]
    desk = desk_with_accepted(instrument)
    assert len(desk.submissions) == len(accepted(instrument)) > 0
    for stored in desk.submissions:
        errors = validator(instrument, stored.form.code).iter_errors(json.loads(json.dumps(stored.values)))
        assert [error.message for error in errors] == []


@pytest.mark.parametrize("code", codes())
def test_a_contract_holds_every_question_rule_and_indicator(code: str) -> None:
    instrument, contract = built_in()[code], as_contract(built_in()[code])["monitor"]
    for form, described in zip(instrument.all_forms(), contract["forms"], strict=True):
        assert [question["name"] for question in described["questions"]] == list(form.questions)
        for question in described["questions"]:
            assert question["publish"] == form.questions[question["name"]].publish
            assert (question["asked_if"] is None) == (form.questions[question["name"]].only_if is None)
    assert [rule["id"] for rule in contract["rules"]] == [rule.id for rule in instrument.rules]
    assert [one["id"] for one in contract["indicators"]] == [one.id for one in instrument.indicators]


VALID = {"name": "MD", "payments": [{"amount": {"amount": "5.00", "currency": "MDL"}, "kind": "wage"}], "notes": "x"}


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "md"}, {"name": "XX"}, {"name": None}, {"other": 1}, {"notes": 5}, {"notes": "x" * 201},
        {"payments": {}}, {"payments": [{}]},
        {"payments": [{"amount": {"amount": "0", "currency": "MDL"}, "kind": "wage"}]},
        {"payments": [{"amount": {"amount": "5", "currency": "XYZ"}, "kind": "wage"}]},
    ],
)  # fmt: skip
def test_a_contract_refuses_what_the_instrument_refuses(changes: dict[str, Any]) -> None:
    assert validator(SMALL, "country").is_valid(VALID)
    assert not validator(SMALL, "country").is_valid(VALID | changes)


def test_a_form_may_be_called_country() -> None:
    assert validator(SMALL, "country").is_valid({"name": "ZZ"})


# Frozen


def test_a_version_is_frozen_once_and_again_without_a_change(tmp_path: Path) -> None:
    first = [path.read_bytes() for path in freeze(SMALL, tmp_path)]
    again = freeze(SMALL, tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in again] == ["paid/1.0.json", "paid/1.0.md"]
    assert [path.read_bytes() for path in again] == first
    assert json.loads(first[0])["monitor"]["version"] == "1.0"


def test_a_published_version_is_never_changed(tmp_path: Path) -> None:
    paths = freeze(SMALL, tmp_path)
    before = [path.read_bytes() for path in paths]
    with pytest.raises(Refusal, match="CONTRACT-01"):
        freeze(dataclasses.replace(SMALL, title="Payments received"), tmp_path)
    assert [path.read_bytes() for path in paths] == before


def test_a_new_version_stands_beside_the_old_one(tmp_path: Path) -> None:
    freeze(SMALL, tmp_path)
    freeze(dataclasses.replace(SMALL, version="1.1", title="Payments received"), tmp_path)
    assert sorted(path.name for path in (tmp_path / "paid").iterdir()) == ["1.0.json", "1.0.md", "1.1.json", "1.1.md"]
