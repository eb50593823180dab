"""The register of standards: it is the codebook's, and unknown is never taken for bound."""

from __future__ import annotations

import json
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import Refusal
from monitor.questions import countries
from monitor.standards import FAMILIES, KINDS, applies, look_up, register, scope_of, where

ROOT = Path(__file__).parents[1]
CODEBOOK = ROOT.parent / "shared" / "domain" / "instruments.json"
WRITTEN: dict[str, Any] = tomllib.loads((ROOT / "monitor" / "standards" / "applicability.toml").read_text("utf-8"))

PROVISIONS = st.sampled_from(list(register().values()))
STATES = st.sampled_from(list(countries()))
DAYS = st.dates(date(1950, 1, 1), date(2040, 12, 31))
UNION = {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IT", "LT",
         "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}  # fmt: skip
DIRECTIVES = ("THB", "VRD", "RPD", "RET", "CCV")


def holds(key: str, country: str, day: str) -> str:
    return applies(key, country, date.fromisoformat(day)).holds


# The provisions


def test_the_register_is_the_codebooks() -> None:
    if not CODEBOOK.exists():
        pytest.skip("the codebook is not beside this folder")
    listed = json.loads(CODEBOOK.read_text("utf-8"))["provisions"]
    assert len(listed) == 171
    ours = {key: (one.kind == "tasking", one.checked) for key, one in register().items()}
    theirs = {key: (one["topic"].startswith("ODIHR tasking"), one["status"] in "SL") for key, one in listed.items()}
    assert ours == theirs


def test_every_provision_is_of_a_known_kind_and_family() -> None:
    assert {one.kind for one in register().values()} == set(KINDS)
    assert {one.family for one in register().values()} == set(FAMILIES)
    assert [one.key for one in register().values() if not one.subject] == []


@pytest.mark.parametrize("given_as", ["CETS 15(2)", "cets 15 (2)", " Cets15(2) "])
def test_a_provision_is_found_whatever_its_capitals_and_spaces(given_as: str) -> None:
    assert look_up(given_as).key == "CETS 15(2)"


def test_a_provision_that_is_not_there_is_refused_with_those_that_are_near() -> None:
    with pytest.raises(Refusal, match="STANDARDS-01") as refused:
        look_up("CETS 15(22)")
    assert "CETS 15(2)" in refused.value.advice


# What is written in the file


def test_every_provision_but_a_tasking_says_where_it_applies() -> None:
    assert [one.key for one in register().values() if (scope_of(one) is None) != (one.kind == "tasking")] == []


def test_the_file_names_only_what_is_in_the_register() -> None:
    assert set(WRITTEN) - {"lists", "unclear"} <= FAMILIES.keys() | register().keys()


def test_the_file_names_only_countries_and_none_twice_for_one_day() -> None:
    for key, provision in register().items():
        scope = scope_of(provision)
        for standing in scope.standings if scope is not None else ():
            assert set(standing.states) <= countries().keys(), key
            assert len(standing.states) == len(set(standing.states)), key
        listed = [(one, state) for one in where(provision) for state in one.states]
        for number, (one, state) in enumerate(listed):
            for other, same in listed[number + 1 :]:
                apart = (one.until or date.max) < (other.since or date.min) or (
                    (other.until or date.max) < (one.since or date.min)
                )
                assert state != same or apart, (key, state)


def test_only_what_the_codebook_gives_is_marked_as_checked() -> None:
    marked = {key for key, entry in WRITTEN.items() if isinstance(entry, dict) and entry.get("checked")}
    # The transposition of the amendment, and the years that stand in the titles of guidance.
    assert marked == {"THB 11a", "THB 18a", "UNDV", "WHO", "NRM1", "ODR", "NRM2"}
    parties = [(key, one["states"]) for key, entry in WRITTEN.items() if isinstance(entry, dict)
               for one in entry.get("parties", ()) if one.get("checked")]  # fmt: skip
    assert parties == [("VRD", "DK")]


# IX.3 and IX.8 of the codebook


@pytest.mark.parametrize(
    "key, country, day, expected",
    [
        ("CETS 15(2)", "MD", "2008-01-31", "does_not"),
        ("CETS 15(2)", "MD", "2008-02-01", "binds"),
        ("CETS 15(2)", "BY", "2012-12-31", "does_not"),
        ("CETS 15(2)", "BY", "2014-12-31", "binds"),
        ("CETS 15(2)", "RU", "2014-12-31", "does_not"),
        ("CETS 15(2)", "US", "2014-12-31", "does_not"),
        ("CETS 15(2)", "XK", "2014-12-31", "unknown"),
        ("VRD 22", "FR", "2015-11-15", "does_not"),
        ("VRD 22", "FR", "2015-11-16", "binds"),
        ("VRD 22", "DK", "2020-12-31", "does_not"),
        ("THB 12(2)", "DK", "2020-12-31", "does_not"),
        ("RPD 6", "IE", "2020-12-31", "does_not"),
        ("RET 5", "DK", "2020-12-31", "unknown"),
        ("RET 5", "NO", "2020-12-31", "unknown"),
        ("THB 12(2)", "MD", "2020-12-31", "does_not"),
        ("THB 12(2)", "XK", "2020-12-31", "does_not"),
        ("THB 12(2)", "HR", "2013-06-30", "does_not"),
        ("THB 12(2)", "HR", "2013-12-31", "binds"),
        ("THB 12(2)", "GB", "2019-12-31", "binds"),
        ("THB 12(2)", "GB", "2020-06-30", "unknown"),
        ("THB 12(2)", "GB", "2021-12-31", "does_not"),
        ("THB 11a", "FR", "2026-07-14", "does_not"),
        ("THB 11a", "FR", "2026-07-15", "binds"),
        ("THB 18a", "IE", "2026-12-31", "unknown"),
        ("ECHR 6(1)", "RU", "2021-12-31", "binds"),
        ("ECHR 6(1)", "RU", "2022-12-31", "does_not"),
        ("ECHR P4-4", "GB", "2020-12-31", "unknown"),
        ("PAL 6(1)", "MD", "2005-12-31", "unknown"),
        ("PAL 6(1)", "MD", "2012-12-31", "binds"),
        ("ETS116", "DE", "2020-12-31", "unknown"),
        ("AP III.4.6", "UZ", "2020-12-31", "addresses"),
        ("AP III.4.6", "MN", "2011-12-31", "does_not"),
        ("AP III.4.6", "JP", "2020-12-31", "does_not"),
        ("AP V.11.1", "UZ", "2020-12-31", "does_not"),
        ("RPG G9", "JP", "2020-12-31", "addresses"),
        ("NRM2", "JP", "2020-12-31", "does_not"),
    ],
)
def test_whom_a_provision_binds_and_since_when(key: str, country: str, day: str, expected: str) -> None:
    assert holds(key, country, day) == expected


def test_the_action_plan_addresses_the_57_participating_states() -> None:
    day = date(2020, 12, 31)
    assert sum(applies("AP V", country, day).holds == "addresses" for country in countries()) == 57


def test_the_convention_has_48_parties() -> None:
    day = date(2024, 12, 31)
    assert sum(applies("CETS 26", country, day).holds == "binds" for country in countries()) == 48


def test_what_an_amendment_widened_is_named_until_it_applies_and_after() -> None:
    before, after = applies("THB 2", "FR", date(2025, 12, 31)), applies("THB 2", "FR", date(2026, 12, 31))
    assert before.counts and "not yet with what was added in 2024" in before.why
    assert after.counts and "; with what was added in 2024" in after.why


def test_what_stands_from_knowledge_says_so_wherever_it_is_shown() -> None:
    assert "from knowledge, to be checked" in applies("CETS 26", "MD", date(2020, 1, 1)).sentence
    assert "from knowledge" not in applies("VRD 4", "DK", date(2020, 1, 1)).sentence


# What holds for every provision, State and day


@given(PROVISIONS, STATES, DAYS)
def test_only_law_binds_only_commitments_and_guidance_address_and_a_tasking_never_counts(
    provision: Any, country: str, on: date
) -> None:
    answer = applies(provision, country, on)
    possible = {
        "binding": {"binds", "does_not", "unknown"}, "commitment": {"addresses", "does_not", "unknown"},
        "guidance": {"addresses", "does_not"}, "tasking": {"does_not"},
    }  # fmt: skip
    assert answer.holds in possible[provision.kind]
    assert answer.counts == (answer.holds in ("binds", "addresses"))


@given(PROVISIONS, STATES, DAYS)
def test_unknown_is_named_and_gives_no_day_on_which_it_began(provision: Any, country: str, on: date) -> None:
    answer = applies(provision, country, on)
    assert (answer.holds == "unknown") == ("it is not known whether" in answer.sentence)
    assert answer.holds != "unknown" or (answer.since is None and not answer.checked and answer.why)
    assert answer.counts == (answer.since is not None)


@given(PROVISIONS, STATES, DAYS)
def test_what_counts_began_before_and_counted_on_its_first_day(provision: Any, country: str, on: date) -> None:
    answer = applies(provision, country, on)
    if answer.since is not None:
        assert answer.since <= on
        assert applies(provision, country, answer.since).counts
        assert applies(provision, country, answer.since - timedelta(days=1)).holds != "binds"


@given(PROVISIONS, STATES, DAYS)
def test_union_law_binds_nobody_outside_the_union(provision: Any, country: str, on: date) -> None:
    if provision.family in DIRECTIVES and applies(provision, country, on).counts:
        assert country in UNION
        assert country != "GB" or on <= date(2020, 1, 31)


@given(PROVISIONS, DAYS, st.sampled_from(["XK", "AQ", "BV", "GS", "HM", "GI"]))
def test_law_binds_no_place_whose_status_is_unclear(provision: Any, on: date, place: str) -> None:
    assert applies(provision, place, on).holds != "binds"


@given(PROVISIONS, st.text(max_size=3), DAYS)
def test_a_code_that_is_no_country_is_never_bound(provision: Any, code: str, on: date) -> None:
    if code not in countries():
        assert not applies(provision, code, on).counts


@given(PROVISIONS)
def test_the_list_of_states_says_the_same_as_the_answers(provision: Any) -> None:
    for one in where(provision):
        answers = {"yes": {"binds", "addresses"}, "no": {"does_not"}, "unknown": {"unknown"}}[one.holds]
        for state in one.states:
            for day in (one.since, one.until):
                scope = scope_of(provision)
                if day is not None and scope is not None and day >= scope.since:
                    assert applies(provision, state, day).holds in answers
