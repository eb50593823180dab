"""The instrument `case_data`: its lists are the standard's, its examples hold, and the real file goes in whole."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor import plugins, testing
from monitor.intake import Imported, find_mapping, import_file
from monitor.store import Store, create, table_of

PLUGINS = plugins.load()
INSTRUMENT, VICTIM = PLUGINS.form("case_data.victim")
SHARED = Path(__file__).parents[2] / "shared" / "data"
CTDC = SHARED / "ctdc" / "ctdc_global_2020.csv"
HTCDS = SHARED / "htcds" / "field_standards_2.0.csv"

needs_ctdc = pytest.mark.skipif(not CTDC.is_file(), reason="the real data are not beside the checkout")
needs_htcds = pytest.mark.skipif(not HTCDS.is_file(), reason="the standard's fields are not beside the checkout")

HEADER = "yearOfRegistration,gender,ageBroad,citizenship,isForcedLabour,isSexualExploit,CountryOfExploitation"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with create(tmp_path / "store.db", "A programme", "MON-01", plain=True) as store:
        yield store


def take(store: Store, path: Path, **settings: Any) -> Imported:
    return import_file(store, PLUGINS.catalogue, INSTRUMENT, VICTIM, path, actor="MON-01", **settings)


def answers_in(store: Store) -> list[dict[str, Any]]:
    cursor = store.connection.execute(f"SELECT * FROM {table_of(VICTIM)} ORDER BY _submission")
    names = [column[0] for column in cursor.description]
    return [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in cursor]


# The examples.


def test_every_accepted_example_is_accepted() -> None:
    assert len(testing.desk_with_accepted(INSTRUMENT).submissions) == len(testing.accepted(INSTRUMENT)) == 6


@pytest.mark.parametrize("example", testing.refused(INSTRUMENT), ids=lambda example: example.name)
def test_every_refused_example_gets_its_one_message(example: testing.Example) -> None:
    testing.assert_refused(INSTRUMENT, example, testing.desk_with_accepted(INSTRUMENT))


def test_an_import_accepts_and_refuses_the_same_examples(store: Store, tmp_path: Path) -> None:
    good, bad = testing.accepted(INSTRUMENT), testing.refused(INSTRUMENT)
    path, rejects = tmp_path / "examples.jsonl", tmp_path / "bad.jsonl"
    path.write_text("".join(json.dumps(example.answers()) + "\n" for example in (*good, *bad)), encoding="utf-8")
    imported = take(store, path, on_error="skip", rejects=rejects)
    assert (imported.accepted, imported.refused) == (len(good), len(bad))
    for example, line in zip(bad, rejects.read_text("utf-8").splitlines(), strict=True):
        (problem,) = json.loads(line)["problems"]
        assert problem["where"] == example.where and str(example.says).split(" (CD")[0] in problem["says"]


@pytest.mark.parametrize("rule", [rule.id for rule in INSTRUMENT.rules])
def test_every_rule_has_an_example_that_breaks_it(rule: str) -> None:
    assert f"victim/{rule}" in [example.name for example in testing.refused(INSTRUMENT)]


# What it asks.


def test_it_asks_nothing_that_is_open_or_sealed() -> None:
    assert all(q.storage not in ("open", "money") and q.publish != "sealed" for q in INSTRUMENT.questions())


def test_citizenship_and_country_of_exploitation_are_never_in_one_table() -> None:
    tables = [{d.name for d in table} for indicator in INSTRUMENT.indicators for table in indicator.tables]
    assert not any({"citizenship", "country_of_exploitation"} <= table for table in tables)


def in_snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


@needs_htcds
@pytest.mark.parametrize(
    "field, question, spelt",
    [
        ("prs_Gender", "gender", {}),
        ("vic_TypeOfExploitation", "exploitation_types", {}),
        ("vic_MethodsOfControl", "means_of_control", {}),
        ("vic_MethodOfRecruitment", "recruitment_methods", {}),
        ("vic_RelationshipToTrafficker", "recruiter_relationship", {"unaquainted": "unacquainted"}),
    ],
)
def test_a_list_holds_the_codes_of_the_standard(field: str, question: str, spelt: dict[str, str]) -> None:
    with HTCDS.open(encoding="utf-8-sig", newline="") as file:
        lists = {row["Field Name including Prefix"]: row["Value Names (if picklist)"] for row in csv.DictReader(file)}
    theirs = [in_snake_case(value.strip()) for value in lists[field].splitlines()]
    assert [spelt.get(code, code) for code in theirs] == list(VICTIM.questions[question].codes)


# The mapping of the publisher's file.


def taken(store: Store, tmp_path: Path, *rows: str) -> list[dict[str, Any]]:
    path = tmp_path / "ctdc.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    imported = take(store, path, mapping="ctdc_2020")
    assert imported.accepted == len(rows), "\n".join(imported.lines())
    return [{k: v for k, v in answers.items() if k != "_submission"} for answers in answers_in(store)]


def test_namibia_is_a_country(store: Store, tmp_path: Path) -> None:
    assert taken(store, tmp_path, "2018,Female,18--20,NA,,,NA") == [
        {"year_of_registration": 2018, "gender": "feminine", "age_band": "18_20", "citizenship": "NA",
         "country_of_exploitation": "NA"},
    ]  # fmt: skip


@pytest.mark.parametrize("unknown", ["0", "00"])
def test_an_unknown_country_is_said_to_be_unknown(unknown: str, store: Store, tmp_path: Path) -> None:
    assert taken(store, tmp_path, f"2018,Male,48+,{unknown},,,{unknown}") == [
        {"year_of_registration": 2018, "gender": "masculine", "age_band": "48_plus", "citizenship": "ZZ",
         "country_of_exploitation": "ZZ"},
    ]  # fmt: skip


def test_blank_is_neither_no_nor_unknown(store: Store, tmp_path: Path) -> None:
    assert taken(store, tmp_path, "2018,,,,,,", "2018,-99,-99,-99,-99,-99,-99") == [{"year_of_registration": 2018}] * 2


def test_yes_and_no_are_written_in_two_ways(store: Store, tmp_path: Path) -> None:
    first, second = taken(store, tmp_path, "2018,,,,1.0,0.0,", "2018,,,,0,1,")
    assert (first["forced_labour"], first["sexual_exploitation"]) == ("yes", "no")
    assert (second["forced_labour"], second["sexual_exploitation"]) == ("no", "yes")


def test_a_state_that_is_no_more_is_refused_by_name(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "ctdc.csv"
    path.write_text(f"{HEADER}\n2005,Female,,AN,,,CS\n", encoding="utf-8")
    text = "\n".join(" ".join(line.split()) for line in take(store, path, mapping="ctdc_2020").lines())
    assert "row 1 (line 2) citizenship 'AN' is not one of the answers" in text
    assert "row 1 (line 2) country_of_exploitation 'CS' is not one of the answers" in text


def test_the_mapping_covers_every_age_band_and_drops_only_what_it_names() -> None:
    mapping = find_mapping("ctdc_2020", INSTRUMENT, VICTIM)
    assert list(mapping.codes["age_band"].values()) == list(VICTIM.questions["age_band"].codes)
    assert set(mapping.columns) == set(HEADER.split(",")) and len(mapping.dropped) == 8


@pytest.mark.parametrize("content, share", [("1.0,0.0", True), (",1.0", True), ("0.0,", True), (",", False)])
def test_the_shares_leave_out_only_those_of_whom_nothing_was_recorded(content: str, share: bool) -> None:
    forced, sexual = content.split(",")
    words = {"1.0": "yes", "0.0": "no"}
    raw = {"year_of_registration": 2018, "forced_labour": words.get(forced), "sexual_exploitation": words.get(sexual)}
    desk = testing.Desk()
    desk.add(INSTRUMENT, VICTIM, raw)
    answers = desk.submissions[0].answers(date.today())
    for indicator in INSTRUMENT.indicators:
        if indicator.statistic == "share":
            assert indicator.among is not None and indicator.among.holds(answers) is share


# The real file.


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Imported]]:
    path = tmp_path_factory.mktemp("ctdc") / "store.db"
    with create(path, "A programme", "MON-01", plain=True) as store:
        yield store, take(store, CTDC, mapping="ctdc_2020")


def counted(*columns: str, words: dict[str, str | None]) -> Counter[tuple[str | None, ...]]:
    """An independent count over the file: the csv module, nothing of ours, and ``words`` for what has another name."""
    with CTDC.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return Counter(tuple(words.get(row[column], row[column]) for column in columns) for row in rows)


def counted_in(store: Store, *questions: str) -> Counter[tuple[str | None, ...]]:
    names = ", ".join(questions)
    rows = store.connection.execute(f"SELECT {names}, count(*) FROM {table_of(VICTIM)} GROUP BY {names}")
    return Counter({tuple(None if v is None else str(v) for v in key): n for *key, n in rows})


@needs_ctdc
@pytest.mark.slow
def test_every_row_of_the_real_file_is_stored(imported: tuple[Store, Imported]) -> None:
    store, outcome = imported
    assert (outcome.accepted, outcome.refused, outcome.already) == (48_773, 0, 0), "\n".join(outcome.lines())
    assert store.connection.execute("SELECT count(*) FROM submission WHERE state = 'submitted'").fetchone() == (48_773,)


@needs_ctdc
@pytest.mark.slow
def test_country_by_year_in_the_store_is_what_an_independent_count_finds(imported: tuple[Store, Imported]) -> None:
    theirs = counted("CountryOfExploitation", "yearOfRegistration", words={"0": "ZZ", "": None})
    assert counted_in(imported[0], "country_of_exploitation", "year_of_registration") == theirs
    assert theirs[(None, "2016")] == 8_663 and theirs[("ZZ", "2011")] == 672


@needs_ctdc
@pytest.mark.slow
def test_citizenship_by_year_in_the_store_is_what_an_independent_count_finds(imported: tuple[Store, Imported]) -> None:
    theirs = counted("citizenship", "yearOfRegistration", words={"0": "ZZ", "": None})
    assert counted_in(imported[0], "citizenship", "year_of_registration") == theirs


@needs_ctdc
@pytest.mark.slow
def test_blanks_of_the_real_file_stay_blanks(imported: tuple[Store, Imported]) -> None:
    theirs = counted("isForcedLabour", "isSexualExploit", words={"1.0": "yes", "0.0": "no", "": None})
    assert counted_in(imported[0], "forced_labour", "sexual_exploitation") == theirs
    assert theirs[(None, None)] == 22_294 and theirs[("no", "no")] == 976


@needs_ctdc
@pytest.mark.slow
def test_the_real_file_a_second_time_stores_nothing(imported: tuple[Store, Imported]) -> None:
    store, _ = imported
    head = store.head()
    again = take(store, CTDC, mapping="ctdc_2020")
    assert (again.accepted, again.refused, again.already) == (0, 0, 48_773) and store.head() == head
