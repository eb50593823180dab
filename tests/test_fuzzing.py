"""No file and no value, however malformed, gets more out of a reader than a refusal; and what the fuzzer has found."""

from __future__ import annotations

import json
import shutil
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from monitor.contract import compare_with_frozen
from monitor.disclosure.audit import audit
from monitor.errors import Refusal
from monitor.intake import find_mapping
from monitor.kit import new_plugin
from monitor.kit.examples import examples
from monitor.kit.folder import distribution
from monitor.languages import catalogue_path, read_catalogue, translation
from monitor.plugins import load
from monitor.site.application import build_application
from monitor.store import list_submissions, open_store, restore, verify
from monitor.submissions import Desk
from tests.fuzz_bench import Answer, Bench, Input, Reader, catalogue, filled_store, samples
from tests.fuzz_database import damaged
from tests.fuzz_mutation import LEAK, MARKER, bent, hostile, json_bent
from tests.fuzz_readers import readers
from tests.fuzzing import Tally, fuzz, main, make, peak, try_one
from tests.release_sample import build_sample

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_no_reader_gives_more_than_a_refusal() -> None:
    tallies = fuzz(readers(), 1_500, seed=7)
    found = [(one.reader, one.index, one.what) for tally in tallies.values() for one in tally.findings]
    assert found == []
    assert all(tally.tried == sum(tally.verdicts.values()) > 0 for tally in tallies.values())


# The fuzzer itself: it would prove nothing if it found nothing


def test_the_same_seed_makes_the_same_inputs() -> None:
    for reader in readers():
        # Some values are equal only to themselves; workbooks and stores name the time at which they were made.
        if reader.name not in ("values", "xlsx", "store"):
            assert make(reader, 7, 3).content == make(reader, 7, 3).content, reader.name


@pytest.mark.parametrize("name", [reader.name for reader in readers()])
def test_every_reader_accepts_what_nobody_has_bent(name: str, tmp_path: Path) -> None:
    # At least one of the first inputs gets through: the samples are good, and what is refused is what was done to them.
    reader = next(one for one in readers() if one.name == name)
    tally, bench = Tally(), Bench(tmp_path)
    for index in range(150):
        try_one(reader, bench, 7, index, tally)
        verdicts = set(tally.verdicts)
        if verdicts & {"accepted", "whole", "passed", "not passed", "step none"}:
            return
    raise AssertionError(tally.verdicts)


def of(run: Callable[[Bench, Input], Answer], **more: Any) -> Reader:
    return Reader("invented", 1, lambda luck: Input(b"x"), run, **more)


def found_in(reader: Reader, folder: Path) -> list[str]:
    tally = Tally(megabytes=peak())  # the tests before may have taken much
    try_one(reader, Bench(folder), 7, 199, tally)
    return [one.what for one in tally.findings]


def test_a_reader_that_raises_or_leaks_is_found(tmp_path: Path) -> None:
    def stumble(bench: Bench, made: Input) -> Answer:
        raise KeyError("x")

    assert found_in(of(stumble), tmp_path) == ["KeyError at the fuzzer"]
    assert found_in(of(lambda bench, made: Answer("no", [MARKER])), tmp_path) == ["it repeats an open answer"]
    assert found_in(of(lambda bench, made: Answer("no", ["\ud800"])), tmp_path) == ["what it says cannot be printed"]
    assert found_in(of(lambda bench, made: Answer()), tmp_path) == []


def test_a_command_that_ends_in_a_fault_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*arguments: object, **more: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("monitor.contract.compare_with_frozen", stumble)
    command = ["instruments", "diff", "case_data", "--schemas", str(ROOT / "schemas")]
    (found,) = found_in(of(lambda bench, made: Answer(), command=lambda bench, made: command), tmp_path)
    assert "something unexpected happened (KeyError)" in found


def test_what_is_stored_unchecked_is_found(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    sample = next(one for one in samples() if one.form.full_code() == "case_data.victim")

    def store_twice(bench: Bench, made: Input) -> Answer:
        before = bench.head()
        filled_store(tmp_path / "other.db", [sample]).close()
        bench.expect(before, 1)
        return Answer()

    tally = Tally(megabytes=peak())
    try_one(of(store_twice), bench, 7, 0, tally)
    assert "0 submissions are stored, 1 were accepted" in tally.findings[0].what


def test_a_reader_that_dies_or_takes_too_much_is_found_and_the_rest_is_tried() -> None:
    def eat(bench: Bench, made: Input) -> Answer:
        return Answer("accepted" if len(b"x" * 300_000_000) else "")

    def die(bench: Bench, made: Input) -> Answer:
        import os

        os._exit(3)

    for run, what in ((eat, "memory grew to more than 256 MB"), (die, "the process died")):
        tally = fuzz([of(run, batch=2)], 3, seed=1)["invented"]
        assert tally.tried == 3 and all(what in one.what for one in tally.findings) and tally.findings


def test_one_input_can_be_run_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--reader", "values", "--at", "5"]) == 0
    assert "'ANSWERS-02': 1" in capsys.readouterr().out


def test_what_bends_files_and_values_never_fails_itself() -> None:
    for seed in range(200):
        luck = Random(seed)
        bent(luck, b"a,b\n1,2\n", b"", (b"x",))
        hostile(luck, ["a"])
        json_bent(luck, {"a": [1, {"b": None}]})


# What it found


def assert_refused(code: str, do: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refused:
        do()
    assert refused.value.code == code
    return refused.value


@pytest.mark.parametrize("key", ["a." * 60_000 + "a = 1", '"a" . ' * 30 + "a = 1", f"[a{'.b' * 50_000}]"])
def test_a_mapping_with_a_key_of_many_parts_is_refused_at_once(key: str, tmp_path: Path) -> None:
    # Python's reader of TOML takes the square of their number: minutes, and all memory.
    path = tmp_path / "mapping.toml"
    path.write_text(key, encoding="utf-8")
    instrument = catalogue()["case_data"]
    refusal = assert_refused("IMPORT-14", lambda: find_mapping(path, instrument, instrument.forms[0]))
    assert "parts" in refusal.sentence


def test_a_plugin_whose_project_has_a_key_of_many_parts_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("a." * 60_000 + "a = 1", encoding="utf-8")
    (found,) = distribution(tmp_path, tmp_path)
    assert found.code == "KIT-13" and "parts" in found.says


def test_a_mapping_may_name_columns_with_dots(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    many = ", ".join(f'"St. Column {number}. ..."' for number in range(100))
    path.write_text(f'[drop]\ncolumns = [{many}]\n[codes]\ngender."F. .x" = "feminine"\n', encoding="utf-8")
    instrument = catalogue()["case_data"]
    assert len(find_mapping(path, instrument, instrument.forms[0]).dropped) == 100


def test_a_mapping_that_names_a_sentence_does_not_get_it_repeated(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(f'[columns]\nx = "{MARKER}"\n[codes.gender]\nx = "{MARKER}"\n', encoding="utf-8")
    instrument = catalogue()["case_data"]
    refusal = assert_refused("IMPORT-15", lambda: find_mapping(path, instrument, instrument.forms[0]))
    assert LEAK not in "\n".join(refusal.lines())


def change(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda contract: contract["monitor"].update({name: value})


@pytest.mark.parametrize("forge", [
    change("forms", 5), change("forms", [{}]), change("forms", [{"code": {}}]), change("rules", None),
    change("indicators", [7]), change("provisions", "x"), lambda contract: contract.pop("$defs"),
    lambda contract: contract["$defs"].update(victim=[]), lambda contract: contract["monitor"].pop("rules"),
    lambda contract: contract.update(title="\ud800"),
])  # fmt: skip
def test_a_frozen_contract_of_another_shape_is_none(forge: Callable[[dict[str, Any]], None], tmp_path: Path) -> None:
    shutil.copytree(ROOT / "schemas" / "case_data", tmp_path / "case_data")
    (path,) = (tmp_path / "case_data").glob("*.json")
    contract = json.loads(path.read_text(encoding="utf-8"))
    forge(contract)
    path.write_text(json.dumps(contract), encoding="utf-8")
    assert_refused("CONTRACT-05", lambda: compare_with_frozen(catalogue()["case_data"], tmp_path))


def test_a_contract_or_example_nested_without_end_is_refused(tmp_path: Path) -> None:
    deep = "[" * 100_000
    folder = tmp_path / "case_data"
    folder.mkdir()
    (folder / "1.0.json").write_text(deep, encoding="utf-8")
    assert_refused("CONTRACT-05", lambda: compare_with_frozen(catalogue()["case_data"], tmp_path))
    new_plugin("invented_visits", tmp_path)
    example = next((tmp_path / "invented_visits").rglob("examples/*/*.json"))
    instrument = next(iter(load([tmp_path / "invented_visits"], installed=False).catalogue.values()))
    example.write_text(deep, encoding="utf-8")
    assert "KIT-65" in {one.code for one in examples(instrument, tmp_path / "invented_visits", Desk())}


HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'


@pytest.mark.parametrize("text", [
    HEAD + '"Plural-Forms: nplurals=999999999; plural=n;\\n"\n\nmsgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\n',
    HEAD + '\nmsgid "a"\nmsgstr "' + "x " * 200_000 + '"\n', "#" * 5_000_000,
], ids=["plurals", "a line", "length"])  # fmt: skip
def test_a_catalogue_that_would_take_hours_is_refused(text: str, tmp_path: Path) -> None:
    path = catalogue_path(tmp_path / "invented", "fr")
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    assert_refused("LANGUAGE-01", lambda: read_catalogue(tmp_path / "invented", "fr"))


def test_a_compiled_catalogue_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = catalogue_path(tmp_path / "invented", "fr").with_suffix(".mo")
    path.parent.mkdir(parents=True)
    path.write_bytes(struct.pack("<7I", 0x950412DE, 0, 9, 28, 100, 0, 0))
    assert_refused("LANGUAGE-01", lambda: read_catalogue(tmp_path / "invented", "fr"))


def test_a_compiled_catalogue_with_a_place_that_is_no_text_is_refused(tmp_path: Path) -> None:
    id, said = b"\xd4\xd4\x04title\x00", b"titre\x00"
    path = catalogue_path(tmp_path / "invented", "fr").with_suffix(".mo")
    path.parent.mkdir(parents=True)
    start = struct.pack("<7I", 0x950412DE, 0, 1, 28, 36, 0, 44)
    path.write_bytes(start + struct.pack("<4I", len(id) - 1, 44, len(said) - 1, 44 + len(id)) + id + said)
    assert_refused("LANGUAGE-01", lambda: read_catalogue(tmp_path / "invented", "fr"))


@pytest.mark.parametrize("bad", ["{limit!z}", "{limit!r}", "{limit", "{0}", "{limit.x}", "{limit:>9999999999}"])
def test_a_translation_that_cannot_be_filled_in_is_passed_over(bad: str, tmp_path: Path) -> None:
    path = catalogue_path(tmp_path / "invented", "fr")
    path.parent.mkdir(parents=True)
    path.write_text(f'{HEAD}\nmsgctxt "phrase"\nmsgid "at most {{limit}}"\nmsgstr "{bad}"\n', encoding="utf-8")
    words = translation("fr", tmp_path / "invented")
    assert words.filled("phrase", "at most {limit}", {"limit": 5}) == "at most 5"


def release(folder: Path, *statements: str) -> Path:
    path = build_sample(folder / "release.db")
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.execute("VACUUM")
    return path


ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n AS {columns} FROM t"
TABLE = "trial_monitoring__tm_i01__country_year"
FORGED_RELEASES = {
    "a view for a table": (
        "ALTER TABLE table_index RENAME TO old",
        "CREATE VIEW table_index AS WITH RECURSIVE t AS (SELECT * FROM old UNION ALL SELECT * FROM t) SELECT * FROM t",
    ),
    "a computed column": (f'ALTER TABLE "{TABLE}" ADD COLUMN big BLOB AS (zeroblob(1000000000))',),
    "dimensions that are no list": ("UPDATE table_index SET dimensions = '5'",),
    "dimensions nested without end": (f"UPDATE table_index SET dimensions = '{'[' * 20_000}'",),
    "no parameters": ("UPDATE release SET parameters = '[]', languages = '5'",),
}


@pytest.mark.parametrize("statements", FORGED_RELEASES.values(), ids=list(FORGED_RELEASES))
def test_a_forged_release_is_neither_served_nor_passed(statements: tuple[str, ...], tmp_path: Path) -> None:
    path = release(tmp_path, *statements)
    assert_refused("SITE-03", lambda: build_application(path))
    try:
        assert not audit(path).passed
    except Refusal as refusal:
        assert refusal.code == "RELEASE-06"


NO_BASE = '{"base": 0, "persons": 10, "width": 10, "median": 20}'


@pytest.mark.parametrize("parameters", ["{}", NO_BASE, "5", "[" * 9_000])
def test_a_release_without_thresholds_is_no_release(parameters: str, tmp_path: Path) -> None:
    path = release(tmp_path, f"UPDATE release SET parameters = '{parameters}'")
    assert_refused("RELEASE-06", lambda: audit(path))


def test_a_release_with_an_unknown_statistic_is_no_release(tmp_path: Path) -> None:
    assert_refused("RELEASE-06", lambda: audit(release(tmp_path, "UPDATE table_index SET statistic = 'sum'")))


def test_a_store_with_a_view_in_the_place_of_a_table_is_refused(tmp_path: Path) -> None:
    few = [one for one in samples() if one.instrument.code == "case_data"]
    filled_store(tmp_path / "store.db", few).close()
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("ALTER TABLE case_data__victim RENAME TO old")
        listed = ", ".join(f"n AS {name}" for _, name, *_ in connection.execute("PRAGMA table_info(old)"))
        connection.execute(f"CREATE VIEW case_data__victim AS {ENDLESS.replace('n AS {columns}', listed)}")
        connection.commit()
    assert_refused("STORE-09", lambda: open_store(tmp_path / "store.db"))


def test_a_store_of_a_file_format_that_never_was_is_refused(tmp_path: Path) -> None:
    few = [one for one in samples() if one.instrument.code == "case_data"]
    filled_store(tmp_path / "store.db", few).close()
    with (tmp_path / "store.db").open("r+b") as file:
        file.seek(44)  # the number of the schema's format, in the header of a database
        file.write(bytes([0, 0, 1, 200]))
    assert_refused("STORE-09", lambda: open_store(tmp_path / "store.db"))


@pytest.mark.parametrize("forged", ["CAST(form AS BLOB)", "NULL"])
def test_a_submission_in_which_something_else_stands_for_text_is_no_submission(forged: str, tmp_path: Path) -> None:
    few = [one for one in samples() if one.instrument.code == "case_data"]
    filled_store(tmp_path / "store.db", few).close()
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("ALTER TABLE submission RENAME TO old")
        connection.execute("CREATE TABLE submission AS SELECT * FROM old")  # without its types, and so not STRICT
        connection.execute(f"UPDATE submission SET form = {forged}")
        connection.commit()
    with open_store(tmp_path / "store.db") as store:
        assert_refused("STORE-28", lambda: list_submissions(store))


def test_a_backup_whose_log_never_ends_is_not_restored(tmp_path: Path) -> None:
    few = [one for one in samples() if one.instrument.code == "case_data"]
    filled_store(tmp_path / "store.db", few).close()
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("DROP TABLE log")
        connection.execute(f"CREATE VIEW log AS {ENDLESS.replace('n AS {columns}', 'n AS seq')}")
        connection.commit()
    assert_refused("STORE-30", lambda: restore(tmp_path / "store.db", tmp_path / "restored.db", None))
    assert not (tmp_path / "restored.db").exists()


def test_what_verify_says_of_damaged_text_can_be_printed(tmp_path: Path) -> None:
    few = [one for one in samples() if one.instrument.code == "case_data"]
    filled_store(tmp_path / "store.db", few).close()
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("UPDATE case_data__victim SET _submission = CAST(x'fffe' AS TEXT) WHERE rowid = 1")
        connection.commit()
    with open_store(tmp_path / "store.db") as store:
        found = verify(store, catalogue())
    assert not found.ok and all(line.encode() for line in found.problems)


def test_damage_never_runs_for_ever() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE a (x TEXT)")
        connection.execute("INSERT INTO a VALUES ('1')")
        connection.commit()
        whole = connection.serialize()
    assert all(damaged(Random(seed), whole) for seed in range(100))
