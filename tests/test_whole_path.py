"""The whole path through the real command line: from an empty folder to a site, and what must not leak on the way."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.root import run
from monitor.demo import Mission, invent
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.plugins import load
from monitor.questions import Date, Question, Ref, Rows, Text
from monitor.testing import accepted

ROOT = Path(__file__).parents[1]
BUILT_IN = ROOT / "plugins"
TRIALS = BUILT_IN / "trial_monitoring"
EXAMPLES = TRIALS / "monitor_trial_monitoring" / "examples"
MARK = "zqx"
"""Stands in every answer that must never come out, and in no word of any language."""

Raw = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """What a command gave: its exit code, its data and its talk."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def monitor(*words: object, store: Path | None = None, plugins: Path = BUILT_IN) -> Told:
    """Run a command as `monitor` would."""
    before = ["--plugins-dir", str(BUILT_IN), "--plugins-dir", str(plugins)]
    before += ["--store", str(store)] if store is not None else []
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([*before, *map(str, words)])
    return Told(code, out.getvalue(), err.getvalue())


def done(told: Told) -> Told:
    assert told.code == 0, told.err
    return told


@pytest.fixture(scope="module")
def instrument() -> Instrument:
    return load([BUILT_IN]).instrument("trial_monitoring")


# A small invented mission with a mark in every answer that must not come out


@dataclass
class Markers:
    """What must not come out: by the question where it was planted."""

    planted: dict[str, set[str]] = field(default_factory=dict)

    def add(self, question: str, text: str) -> str:
        self.planted.setdefault(question, set()).add(text)
        return text


def marked(form: FormMeta, raw: Mapping[str, Any], number: int, markers: Markers) -> Raw:
    """The same submission, with a mark in each restricted, open and sealed answer that can hold one."""
    answers = dict(raw)
    for name, question in form.questions.items():
        if name not in answers:
            continue
        if isinstance(question, Rows):
            answers[name] = [marked(question.row_form, row, number, markers) for row in answers[name]]
        elif question.publish in ("never", "sealed"):
            answers[name] = marked_answer(question, answers[name], number, markers)
    return answers


def marked_answer(question: Question, answer: Any, number: int, markers: Markers) -> Any:
    place = f"{question.form.code}.{question.name}"
    if isinstance(question, Text):
        mark = markers.add(place, f"{MARK}{'sealed' if question.publish == 'sealed' else 'open'}{number:04}")
        return f"{answer} {mark}"
    if isinstance(question, Ref) and re.fullmatch(question.pattern, f"{MARK.upper()}-{number}"):
        return markers.add(place, f"{MARK.upper()}-{number}")
    if isinstance(question, (Ref, Date)) and len(answer) > 7:  # a month also stands in the period of the release
        return markers.add(place, str(answer))  # its form leaves no room for a mark; it is one itself
    return answer


def marked_envelope(raw: Raw, number: int) -> Raw:
    marks = {"_id": f"{MARK}id{number}", "_monitor": f"{MARK}-{raw['_monitor']}"}
    if "_source" in raw:
        marks["_source"] = f"a judgment read later, {MARK}source"
    if "_explanations" in raw:
        marks["_explanations"] = {rule: f"{MARK} explains {rule}" for rule in raw["_explanations"]}  # type: ignore[assignment]  # reason: this key alone holds an object
    return {**raw, **marks}


@dataclass(frozen=True)
class Programme:
    """A store that was taken through the whole path, and what each command said on the way."""

    folder: Path
    store: Path
    release: Path
    mission: Mission
    markers: Markers
    told: dict[str, Told]


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory, instrument: Instrument) -> Programme:
    folder = tmp_path_factory.mktemp("programme")
    store, release, markers = folder / "mission.db", folder / "release.db", Markers()
    mission = marked_mission(instrument, markers)
    cases, hearings = mission.write(folder)
    told = {
        "init": monitor("init", "--programme", "Invented", "--monitor", "MON-01", "--plain", store=store),
        "cases": monitor("import", "trial_monitoring.case", cases, "--json", store=store),
        "hearings": monitor("import", "trial_monitoring.hearing", hearings, "--json", store=store),
        "again": monitor("import", "trial_monitoring.hearing", hearings, "--json", store=store),
    }
    for form, example in (("case", "case/01_several_victims"), ("hearing", "hearing/03_two_victims_heard")):
        words = ("fill", f"trial_monitoring.{form}", "--answers", EXAMPLES / f"{example}.json", "--json")
        told[f"fill {form}"] = monitor(*words, store=store)
    told["own"] = monitor("review", "approve", "--all", "--yes", "--json", store=store)
    told["approve"] = monitor("review", "approve", "--all", "--yes", "--json", "--as", "REV-01", store=store)
    told["next"] = monitor("review", "next", "--json", "--as", "REV-01", store=store)
    flagged = [one["id"] for one in done(told["next"]).json]
    told["approve flagged"] = monitor("review", "approve", *flagged, "--json", "--as", "REV-01", store=store)
    told["findings"] = monitor("findings", "TM-I12", "--json", store=store)
    period = ("--from", "2024-04-01", "--to", "2025-05-31")  # a holiday and a Saturday: no hearing is on these days
    told["build"] = monitor("release", "build", release, "--title", "Invented", *period, "--json", store=store)
    told["check"] = monitor("release", "check", release, "--json")
    told["verify"] = monitor("db", "verify", "--json", store=store)
    return Programme(folder, store, release, mission, markers, told)


def marked_mission(instrument: Instrument, markers: Markers) -> Mission:
    case, hearing = instrument.forms
    mission = invent(instrument, cases=80, hearings=480)
    return Mission(
        tuple(marked_envelope(marked(case, raw, at, markers), at) for at, raw in enumerate(mission.cases)),
        tuple(marked_envelope(marked(hearing, raw, at, markers), at) for at, raw in enumerate(mission.hearings)),
    )


# Step by step


def test_a_store_is_made_once_and_closed_to_others(programme: Programme) -> None:
    done(programme.told["init"])
    assert programme.store.stat().st_mode & 0o077 == 0
    again = monitor("init", "--programme", "Other", "--monitor", "MON-09", "--plain", store=programme.store)
    assert again.code == 1 and "[STORE-10]" in again.err


def test_the_import_says_what_became_of_each_row(programme: Programme) -> None:
    assert done(programme.told["cases"]).json == {"accepted": 80, "refused": 0, "already": 0, "rejects": None}
    assert done(programme.told["hearings"]).json == {"accepted": 480, "refused": 0, "already": 0, "rejects": None}


def test_the_same_file_twice_stores_nothing_twice(programme: Programme) -> None:
    assert done(programme.told["again"]).json == {"accepted": 0, "refused": 0, "already": 480, "rejects": None}


def test_a_form_is_filled_in_from_a_file_of_answers(programme: Programme) -> None:
    filled = done(programme.told["fill hearing"]).json
    shown = monitor("submissions", "show", filled["id"], "--json", store=programme.store)
    assert done(shown).json["form"] == filled["form"] == "trial_monitoring.hearing"
    assert shown.json["answers"]["hearing_date"] == "2024-02-19"


def test_a_refused_example_gets_its_sentence_and_nothing_is_stored(programme: Programme) -> None:
    before = len(done(monitor("submissions", "list", "--json", store=programme.store)).json)
    path = EXAMPLES / "refused" / "hearing" / "TM12.json"
    told = monitor("fill", "trial_monitoring.hearing", "--answers", path, store=programme.store)
    assert told.code == 1
    assert "[ANSWERS-02]" in told.err and "monitor_narrative" in told.err and "(TM12)" in told.err
    assert "Nothing was stored" in told.err
    assert len(done(monitor("submissions", "list", "--json", store=programme.store)).json) == before


def test_nobody_approves_their_own_and_what_is_flagged_waits_for_a_look(programme: Programme) -> None:
    own, approved = done(programme.told["own"]).json, done(programme.told["approve"]).json
    assert own["approved"] == 0 and own["own"] + own["screened"] >= 562  # MON-01 entered every one of them
    waiting = programme.told["next"].json
    assert approved["approved"] + len(waiting) == 562
    assert approved["screened"] == len(waiting) == done(programme.told["approve flagged"]).json["approved"]
    assert all("TM20" in one["warnings"] for one in waiting)


def test_internal_findings_are_exact(programme: Programme) -> None:
    told = done(programme.told["findings"])
    assert "Do not publish" in told.err
    by_year = next(table for table in told.json if table["dimensions"] == ["country", "year"])
    cells = {(cell["country"], cell["year"]): (cell["n"], cell["count"]) for cell in by_year["findings"]}
    assert cells["AQ", "2024"] == counted(programme.mission, "AQ", "2024")
    assert cells["HM", "2025"] == counted(programme.mission, "HM", "2025")


def counted(mission: Mission, country: str, year: str) -> tuple[int, int]:
    """Hearings, and postponed ones among them, counted by hand."""
    places = {case["case_ref"]: case["country"] for case in mission.cases}
    held = [
        one["hearing_held"]
        for one in mission.hearings
        if "hearing_held" in one and places[one["_parent"]] == country and one["hearing_date"].startswith(year)
    ]
    return len(held), held.count("postponed_without_examination")


def test_a_release_is_built_and_stands_up_to_the_attack(programme: Programme) -> None:
    built, checked = done(programme.told["build"]).json, done(programme.told["check"]).json
    assert built["audit"] == checked["audit"] == {"disclosed": 0, "undecided": 0}
    assert (built["release"], built["tables"]) == (checked["release"], checked["tables"])
    assert 0 < built["suppressed"] < built["cells"]


def test_what_is_published_is_near_what_was_counted(programme: Programme) -> None:
    with contextlib.closing(sqlite3.connect(f"file:{programme.release}?mode=ro", uri=True)) as release:
        table = "trial_monitoring__tm_i12__country_year"
        rows = release.execute(f"SELECT country, year, n, count FROM {table} WHERE n IS NOT NULL").fetchall()
    cells = [row for row in rows if "_T" not in row[:2] and row[0] in ("AQ", "BV", "GS", "HM")]
    assert cells
    for country, year, n, count in cells:
        exact = counted(programme.mission, country, year)
        assert abs(n - exact[0]) <= 2.5 and (count is None or abs(count - exact[1]) <= 2.5), (country, year)


def test_the_store_is_whole_and_its_tables_can_be_made_again(programme: Programme) -> None:
    verified = done(programme.told["verify"]).json
    assert verified["ok"] and verified["problems"] == [] and verified["entries"] > 2 * 562
    before = tables_of(programme.store)
    done(monitor("db", "rebuild", store=programme.store))
    assert tables_of(programme.store) == before
    assert done(monitor("db", "verify", "--json", store=programme.store)).json["ok"]


def tables_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with contextlib.closing(sqlite3.connect(path)) as store:
        names = [name for (name,) in store.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: sorted(store.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for name in sorted(names)}


def test_a_changed_answer_in_the_file_is_found(programme: Programme, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with contextlib.closing(sqlite3.connect(programme.store)) as store:
        store.execute("VACUUM INTO ?", (str(copy),))
    with contextlib.closing(sqlite3.connect(copy)) as store, store:
        store.execute("UPDATE trial_monitoring__hearing SET venue_type = 'other' WHERE venue_type = 'judges_office'")
    told = monitor("db", "verify", "--json", store=copy)
    assert told.code == 1
    assert any("trial_monitoring__hearing" in line and "venue_type" in line for line in told.json["problems"])


# What must not leak


def test_every_open_sealed_and_restricted_question_was_planted(programme: Programme, instrument: Instrument) -> None:
    kept = {
        f"{form.code}.{question.name}"
        for form in instrument.all_forms()
        for question in form.questions.values()
        if question.publish in ("never", "sealed") and not isinstance(question, Rows)
    }
    # V1 and 'yes' can carry no mark: the two are looked for as columns, below.
    assert kept - set(programme.markers.planted) == {"victim_at_hearing.victim_ref", "hearing.urgent_referral"}


def test_no_byte_of_the_release_comes_from_such_an_answer(programme: Programme) -> None:
    done(programme.told["build"])
    kept = b"".join(path.read_bytes() for path in programme.folder.glob("mission.db*"))
    published = programme.release.read_bytes()
    ids = {one["id"] for one in done(monitor("submissions", "list", "--json", store=programme.store)).json}
    for name, markers in {**programme.markers.planted, "id of a submission": ids}.items():
        for marker in markers:
            assert marker.encode() in kept, f"{name} was not planted well"
            for encoding in ("utf-8", "utf-16-le"):
                assert marker.encode(encoding) not in published, name
    assert MARK.encode() not in published.lower()


def test_no_mark_is_in_anything_that_is_made_of_a_release_or_kept_of_it(programme: Programme, tmp_path: Path) -> None:
    done(programme.told["build"])
    store, release, notice = (tmp_path / name for name in ("mission.db", "release.db", "notice.db"))
    for path in (*programme.folder.glob("mission.db*"), *programme.folder.glob("release.db*")):
        shutil.copy(path, tmp_path)
    said = [
        done(monitor("release", *words, store=store))
        for words in (
            ("reasons",), ("reasons", "--json"), ("reasons", "--table", "trial_monitoring__tm_i12__country_year"),
            ("erratum", "--says", "A year was wrong."),
            ("withdraw", release, "--because", "A court could be told.", "--out", notice),
            ("list", "--json"), ("check", notice), ("diff", release, release, "--all"),
        )
    ]  # fmt: skip
    assert "small" in said[0].out and "small" in said[2].out
    assert not [told for told in said if MARK in (told.out + told.err).lower()]
    files = sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(("release", "notice")))
    assert files == ["notice.db", "notice.db.sig", "release.db", "release.db.sig"]
    assert not [name for name in files if MARK.encode() in (tmp_path / name).read_bytes().lower()]
    with contextlib.closing(sqlite3.connect(store)) as kept:
        packed = [blob for row in kept.execute("SELECT file, reasons FROM release_file") for blob in row]
        lines = kept.execute("SELECT * FROM ledger").fetchall()
        notes = kept.execute("SELECT * FROM log WHERE kind IN ('released', 'erratum', 'withdrawn_release')").fetchall()
        about = kept.execute("SELECT * FROM release_file").fetchall()
    assert len(packed) == 2 and len(lines) > 100 and len(notes) == 3
    assert not [blob for blob in packed if MARK.encode() in zlib.decompress(blob).lower()]
    assert MARK not in str([lines, notes, about]).lower()


def test_no_table_of_the_release_is_broken_down_by_a_restricted_question(
    programme: Programme, instrument: Instrument
) -> None:
    restricted = {q.name for form in instrument.all_forms() for q in form.questions.values() if q.publish == "never"}
    with contextlib.closing(sqlite3.connect(f"file:{programme.release}?mode=ro", uri=True)) as release:
        names = [name for (name,) in release.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        columns = {row[1] for name in names for row in release.execute(f'PRAGMA table_info("{name}")')}
    assert columns & restricted == set()


def test_the_site_answers_and_shows_nothing_of_it(programme: Programme) -> None:
    done(programme.told["build"])
    pages = ("", "instrument/trial_monitoring", "indicator/trial_monitoring/TM-I12",
             "release/trial_monitoring__tm_i12__country_year.json?_shape=array", "release/finding.json")  # fmt: skip
    with serving(programme.release) as address:
        for page in pages:
            with urllib.request.urlopen(address + page, timeout=30) as answer:
                body = answer.read()
            assert answer.status == 200 and MARK.encode() not in body.lower(), page
        for shut in ("-/databases", "release.db", "-/%6detadata.json"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(address + shut, timeout=30)
            assert refused.value.code == 404, shut


@contextlib.contextmanager
def serving(release: Path) -> Iterator[str]:
    """`monitor serve` in a process of its own; in the end told to stop, which it must do well."""
    command = [sys.executable, "-c", "from monitor.cli import main; main()", "serve", str(release), "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert found, line + process.stderr.read()
        yield found[0]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


def test_the_site_refuses_the_store(programme: Programme) -> None:
    told = monitor("serve", programme.store, "--port", "0")
    assert told.code == 1 and "[SITE-04]" in told.err


# A mission's own plugin: a copy of trial_monitoring outside the repository


@pytest.fixture
def city_courts(tmp_path: Path) -> Path:
    """The folder copied and renamed, with a code of its own."""
    folder = tmp_path / "city_courts"
    shutil.copytree(TRIALS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "monitor_trial_monitoring").rename(folder / "monitor_city_courts")
    change(folder, "instrument.py", 'code="trial_monitoring"', 'code="city_courts"')
    return folder


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "monitor_city_courts" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_renamed_copy_is_an_instrument_beside_the_original(city_courts: Path) -> None:
    for folder in (city_courts, city_courts.parent):  # the plugin folder itself, or the folder that holds it
        found = {one["code"]: one for one in done(monitor("instruments", "list", "--json", plugins=folder)).json}
        assert {"city_courts", "trial_monitoring"} <= set(found)
        assert str(city_courts) in found["city_courts"]["origin"]
        assert found["city_courts"]["questions"] == found["trial_monitoring"]["questions"] == 70


def test_its_own_submissions_are_imported_beside_those_of_the_original(city_courts: Path, tmp_path: Path) -> None:
    store = tmp_path / "mission.db"
    change(city_courts, "codes.py", 'judges_office="Judge\'s office"', 'judges_office="Chambers", garage="Garage"')
    done(monitor("init", "--programme", "Invented", "--monitor", "MON-01", "--plain", store=store))
    copy = load([BUILT_IN, city_courts]).instrument("city_courts")
    cases, hearings = invent(copy, cases=6, hearings=40).write(tmp_path)
    for code in ("city_courts", "trial_monitoring"):
        for form, path in (("case", cases), ("hearing", hearings)):
            told = monitor("import", f"{code}.{form}", path, "--json", store=store, plugins=city_courts)
            if code == "city_courts" or form == "case":
                assert done(told).json["refused"] == 0
            else:
                # The changed list belongs to the copy alone.
                in_garage = sum('"garage"' in line for line in path.read_text("utf-8").splitlines())
                assert told.json["refused"] == in_garage
    listed = done(monitor("submissions", "list", "--json", store=store, plugins=city_courts)).json
    assert Counter(one["form"] for one in listed)["city_courts.hearing"] == 40
    assert done(monitor("db", "verify", "--json", store=store, plugins=city_courts)).json["ok"]


def test_the_examples_of_the_copy_are_accepted_in_its_own_name(city_courts: Path, tmp_path: Path) -> None:
    store = tmp_path / "mission.db"
    done(monitor("init", "--programme", "Invented", "--monitor", "MON-01", "--plain", store=store))
    copy = load([BUILT_IN, city_courts]).instrument("city_courts")
    for example in accepted(copy)[:8]:
        form = example.form.full_code()
        assert form.startswith("city_courts.")
        done(monitor("fill", form, "--answers", example.path, store=store, plugins=city_courts))


def test_without_its_plugin_the_answers_of_the_copy_are_named_and_left_alone(city_courts: Path, tmp_path: Path) -> None:
    store = tmp_path / "mission.db"
    done(monitor("init", "--programme", "Invented", "--monitor", "MON-01", "--plain", store=store))
    example = city_courts / "monitor_city_courts" / "examples" / "case" / "02_no_victims.json"
    done(monitor("fill", "city_courts.case", "--answers", example, store=store, plugins=city_courts))
    before = tables_of(store)
    told = monitor("db", "rebuild", store=store)
    assert told.code == 1 and "city_courts" in told.err
    assert tables_of(store) == before


@pytest.mark.parametrize(
    "name, old, new, code, says",
    [
        ("__init__.py", "def register_instruments", "def register_instrument", "PLUGIN-09",
         ["city_courts", "'register_instrument' does not exist", "register_instruments"]),
        ("instrument.py", 'code="city_courts"', 'code="trial_monitoring"', "PLUGIN-08",
         ["trial_monitoring", "city_courts"]),
        ("codes.py", "court_overbooked=", "court_overbooked='', court_overbooked=", "PLUGIN-10",
         ["codes.py, line ", "keyword argument repeated: court_overbooked"]),
        ("codes.py", 'SEX = Codes(female="Female"', 'SEX = Codes(("female", "F"), female="Female"', "PLUGIN-02",
         ["monitor_city_courts/codes.py, line ", "'female' stands twice"]),
        ("hearing.py", 'is_("held", "held_in_part")', 'is_("held", "held_in_parts")', "PLUGIN-01",
         ["monitor_city_courts/hearing.py, line ", "'held_in_parts' is not a code of", "held_in_part"]),
        ("hearing.py", 'tests=("OTM",),\n        origin="HQP",', 'publish="counted",', "PLUGIN-03",
         ["monitor_city_courts/hearing.py, line ", "Hearing.monitor_narrative", "Narrative is never published"]),
        ("hearing.py", 'tests=("CETS 28",),\n        origin="WHO",', 'tests=("CETS 28x",),\n        origin="WHO",',
         "PLUGIN-12", ["hearing.urgent_referral", "'CETS 28x' is not in the register"]),
    ],
    ids=["misspelt hook", "code of another instrument", "code twice in Python", "code twice in a list",
         "condition on an unknown code", "publishable narrative", "unknown provision"],
)  # fmt: skip
def test_a_copy_that_cannot_stand_is_refused_with_a_sentence_that_names_the_place(
    city_courts: Path, name: str, old: str, new: str, code: str, says: list[str]
) -> None:
    change(city_courts, name, old, new)
    told = monitor("instruments", "list", plugins=city_courts)
    assert told.code == 1
    assert f"[{code}]" in told.err and "Traceback" not in told.err
    for words in says:
        assert words in told.err
