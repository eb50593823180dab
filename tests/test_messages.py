"""Every sentence with which the program refuses is in one catalogue, has a code, and is used."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from monitor.errors import DeclarationError, Fault, Refusal
from monitor.messages import CATALOGUE

MONITOR = Path(__file__).parents[1] / "monitor"
CODE = re.compile(r"""["']([A-Z]+-[0-9]{2})["']""")
NO_MESSAGE = re.compile(r"(MON|REV|UTF)-")


def used() -> dict[str, str]:
    """The codes that stand in the source, each with a file that uses it."""
    found = {}
    for path in sorted(MONITOR.rglob("*.py")):
        if path.name != "messages.py":
            found |= {code: path.name for code in CODE.findall(path.read_text("utf-8")) if not NO_MESSAGE.match(code)}
    return found


def test_every_code_that_is_used_is_in_the_catalogue() -> None:
    assert {code: path for code, path in used().items() if code not in CATALOGUE} == {}


def test_every_code_of_the_catalogue_is_used() -> None:
    assert sorted(CATALOGUE.keys() - used().keys()) == []


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_message_is_one_or_more_sentences(code: str) -> None:
    message = CATALOGUE[code]
    assert re.fullmatch(r"[A-Z]+-[0-9]{2}", code)
    for text in (message.says, message.do):
        # What ends with a value may bring its own full stop.
        assert text.strip() == text and (text == "" or text[-1] in ".?!}" or text.endswith("OUT.db")), text
        for _, name, form, conversion in string.Formatter().parse(text):
            assert name is None or re.fullmatch(r"[a-z]+", name), text
            assert not conversion and form in (None, "", ",")


def test_a_refusal_without_a_message_is_a_defect() -> None:
    with pytest.raises(KeyError):
        Refusal("NOTHING-99")
    with pytest.raises(KeyError):
        Fault("ANSWER-02")


def test_a_refusal_says_what_where_and_what_to_do() -> None:
    refused = Refusal("STORE-13", id="7", details=["one", "two"])
    assert refused.lines() == [
        "Error: there is no submission 7 in the store. [STORE-13]", "", "  one", "  two", "",
        "'monitor submissions list' shows what there is.",
    ]  # fmt: skip
    assert str(refused) == "there is no submission 7 in the store. [STORE-13]"


def test_a_declaration_error_is_put_at_its_place() -> None:
    error = DeclarationError("PLUGIN-02", place="A list of codes", name="yes").at("codes.py, line 3: ")
    assert error.sentence == "codes.py, line 3: A list of codes: the code 'yes' stands twice in one list."


def test_values_are_put_in_as_they_are() -> None:
    assert Fault("ANSWER-09", says="Use {braces} and %s.") == "Use {braces} and %s."
