"""The demo: an invented mission that is the same every time, shaped like a real one, through the real stages."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor.demo import Mission, default_folder, invent
from monitor.demo.folder import FILES, PROGRAMME, clear
from monitor.errors import Refusal
from monitor.instrument import Instrument
from monitor.plugins import Plugins, load
from monitor.store import create, list_submissions, open_store, rebuild, verify

ROOT = Path(__file__).parents[1]
BUILT_IN = ROOT / "plugins"
Raw = dict[str, Any]


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return load([BUILT_IN])


@pytest.fixture(scope="module")
def instrument(plugins: Plugins) -> Instrument:
    return plugins.instrument("trial_monitoring")


@pytest.fixture(scope="module")
def mission(instrument: Instrument) -> Mission:
    return invent(instrument)  # checks every submission as it makes it


def in_session(mission: Mission) -> list[Raw]:
    return [hearing for hearing in mission.hearings if hearing.get("hearing_held") in ("held", "held_in_part")]


# The same every time


def test_the_same_seed_gives_the_same_bytes(instrument: Instrument, tmp_path: Path) -> None:
    found = []
    for name, seed in (("first", 7), ("second", 7), ("other", 8)):
        (tmp_path / name).mkdir()
        paths = invent(instrument, seed=seed, cases=12, hearings=80).write(tmp_path / name)
        found.append([path.read_bytes() for path in paths])
    assert found[0] == found[1]
    assert found[0][0] != found[2][0] and found[0][1] != found[2][1]


def test_another_process_with_another_hash_seed_invents_the_same(instrument: Instrument, tmp_path: Path) -> None:
    here = invent(instrument, cases=12, hearings=80).write(tmp_path)
    code = (
        "import sys; from pathlib import Path; from monitor.plugins import load; from monitor.demo import invent;"
        "instrument = load([Path(sys.argv[1])]).instrument('trial_monitoring');"
        "invent(instrument, cases=12, hearings=80).write(Path(sys.argv[2]))"
    )
    before = [path.read_bytes() for path in here]
    environment = {**os.environ, "PYTHONHASHSEED": "1234", "TZ": "Pacific/Auckland"}
    subprocess.run([sys.executable, "-c", code, str(BUILT_IN), str(tmp_path)], check=True, env=environment, cwd=ROOT)
    assert [path.read_bytes() for path in here] == before


# Shaped like the OSCE programme in Moldova, in its first year


def test_there_are_2392_hearings_of_some_310_cases(mission: Mission) -> None:
    assert len(mission.hearings) == 2392
    assert len(mission.cases) == len({case["case_ref"] for case in mission.cases}) == 310
    assert {hearing["_parent"] for hearing in mission.hearings} == {case["case_ref"] for case in mission.cases}


def test_it_lasts_from_april_to_may_of_the_next_year_on_working_days(mission: Mission) -> None:
    days = [date.fromisoformat(hearing["hearing_date"]) for hearing in mission.hearings]
    assert (min(days).month, max(days).month, max(days).year - min(days).year) == (4, 5, 1)
    assert all(day.weekday() < 5 for day in days)


@pytest.mark.parametrize("venue, share", [("judges_office", 0.51), ("corridor_or_lobby", 0.13)])
def test_hearings_are_held_where_they_were_held_in_moldova(mission: Mission, venue: str, share: float) -> None:
    held = in_session(mission)
    assert sum(hearing["venue_type"] == venue for hearing in held) / len(held) == pytest.approx(share, abs=0.005)


def test_more_than_sixty_per_cent_start_up_to_half_an_hour_late(mission: Mission) -> None:
    held = in_session(mission)
    assert 0.60 < sum(1 <= hearing.get("start_delay_minutes", -1) <= 30 for hearing in held) / len(held) < 0.70


@pytest.mark.parametrize(
    "reason, share",
    [("prosecutor_absent", 0.10), ("victim_absent", 0.10), ("defence_counsel_absent", 0.15), ("witness_absent", 0.18)],
)
def test_hearings_are_postponed_for_who_was_absent(mission: Mission, reason: str, share: float) -> None:
    postponed = [one for one in mission.hearings if one.get("hearing_held") == "postponed_without_examination"]
    found = sum(reason in one["postponement_reasons"] for one in postponed)
    assert found / len(postponed) == pytest.approx(share, abs=0.01)


def test_there_are_several_monitors_a_few_urgent_referrals_and_a_few_refusals(mission: Mission) -> None:
    assert len({hearing["_monitor"] for hearing in mission.hearings}) == 12
    assert 3 <= sum(hearing["urgent_referral"] == "yes" for hearing in mission.hearings) <= 20
    assert 10 <= sum(hearing["monitor_access"] == "refused_before_start" for hearing in mission.hearings) <= 50


def test_judgments_have_an_outcome_once_in_each_instance(mission: Mission) -> None:
    outcomes = Counter((one["_parent"], one["hearing_stage"]) for one in mission.hearings if "outcome" in one)
    assert set(outcomes.values()) == {1}
    assert len({one["outcome"] for one in mission.hearings if "outcome" in one}) == 7


def test_every_question_of_the_instrument_is_answered_by_somebody(mission: Mission, instrument: Instrument) -> None:
    answered = {name for raw in (*mission.cases, *mission.hearings) for name in raw}
    answered |= {name for hearing in mission.hearings for row in hearing.get("victims", ()) for name in row}
    assert [question.name for question in instrument.questions() if question.name not in answered] == []


def test_each_warning_is_raised_and_explained_somewhere_and_seldom(mission: Mission, instrument: Instrument) -> None:
    explained = Counter(rule for hearing in mission.hearings for rule in hearing.get("_explanations", ()))
    warnings = {rule.id for rule in instrument.rules if rule.severity == "warning" and rule.kept_by is None}
    assert set(explained) == warnings
    assert sum(explained.values()) < len(mission.hearings) / 50


# Nobody can take it for real


def test_its_countries_are_places_where_nobody_lives(mission: Mission) -> None:
    assert {case["country"] for case in mission.cases} == {"AQ", "BV", "GS", "HM"}
    assert {hearing["_parent"][:2] for hearing in mission.hearings} == {"AQ", "BV", "GS", "HM"}


def test_every_submission_says_that_it_is_invented(mission: Mission) -> None:
    for case in mission.cases:
        assert "INVENTED" in case["court_case_number"] and "INVENTED" in case["court_code"]
    for hearing in mission.hearings:
        assert hearing["_id"].startswith("invented-")
        assert "nvented" in hearing.get("monitor_narrative", "invented")
        assert all("nvented" in line for line in hearing.get("_explanations", {}).values())


def test_awards_are_in_the_currency_that_is_kept_for_tests(mission: Mission) -> None:
    amounts = [one["compensation_amount"] for one in mission.hearings if "compensation_amount" in one]
    assert {amount["currency"] for amount in amounts} == {"XTS"}


# The folder


def test_the_folder_of_a_demo_is_in_the_temporary_folder_and_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = default_folder()
    assert folder.parent == tmp_path and folder.name.startswith("monitor-demo-")
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    assert default_folder().stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("leads", ["to a folder", "nowhere", "to a file"])
def test_a_link_in_the_place_of_the_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leads: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = default_folder()
    folder.rmdir()
    target = tmp_path / "elsewhere"
    if leads == "to a folder":
        target.mkdir()
    elif leads == "to a file":
        target.touch()
    folder.symlink_to(target)
    with pytest.raises(Refusal) as refusal:
        default_folder()
    assert refusal.value.code == "DEMO-01"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners of files are a matter of POSIX")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    mine = os.getuid()
    monkeypatch.setattr("os.getuid", lambda: mine + 1)
    with pytest.raises(Refusal) as refusal:
        default_folder()
    assert refusal.value.code == "DEMO-01"


@pytest.mark.parametrize("invented, programme", [(False, PROGRAMME), (True, "A training")])
def test_a_store_that_is_not_a_demos_is_never_replaced(tmp_path: Path, invented: bool, programme: str) -> None:
    create(tmp_path / "store.db", programme, "MON-01", invented=invented, plain=True).close()
    before = (tmp_path / "store.db").read_bytes()
    with pytest.raises(Refusal) as refusal:
        clear(tmp_path)
    assert refusal.value.code == "DEMO-01"
    assert (tmp_path / "store.db").read_bytes() == before


@pytest.mark.parametrize("name", ["store.db", "release.db", "cases.jsonl", "hearings.jsonl"])
def test_a_file_that_no_demo_wrote_is_never_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("somebody's work", "utf-8")
    with pytest.raises(Refusal) as refusal:
        clear(tmp_path)
    assert refusal.value.code == "DEMO-01"
    assert (tmp_path / name).read_text("utf-8") == "somebody's work"


def test_the_files_of_an_earlier_demo_are_removed_and_nothing_else(tmp_path: Path) -> None:
    create(tmp_path / "store.db", PROGRAMME, "MON-01", invented=True, plain=True).close()
    for name in ("release.db", "cases.jsonl", "hearings.jsonl", "notes.txt"):
        (tmp_path / name).touch()
    clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("invented", [True, False])
def test_a_store_keeps_for_good_whether_it_is_invented(tmp_path: Path, plugins: Plugins, invented: bool) -> None:
    path = tmp_path / "store.db"
    with create(path, PROGRAMME, "MON-01", invented=invented, plain=True) as store:
        rebuild(store, plugins.catalogue)
    with open_store(path) as store:
        assert store.invented is invented
        assert verify(store, plugins.catalogue).ok
        store.connection.execute("UPDATE meta SET key = 'invent' WHERE key = 'invented'")
        store.connection.execute("INSERT OR IGNORE INTO meta SELECT 'invented', 'yes' WHERE NOT ?", (invented,))
        assert not verify(store, plugins.catalogue).ok  # nobody passes one off as the other


# The whole path, by the real command


@dataclass(frozen=True)
class Demo:
    """A demo that serves: its folder, what it said up to the address, and the port that was taken."""

    folder: Path
    said: list[str]
    taken: int
    process: subprocess.Popen[str]

    @property
    def address(self) -> str:
        return re.search(r"http://\S+", self.said[-1])[0]  # type: ignore[index]  # reason: the fixture waited for it


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo") / "out"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-c", "from monitor.cli import main; main()", "--plugins-dir", str(BUILT_IN), "demo"]
        process = subprocess.Popen(
            [*command, "--out", str(folder), "--port", str(port)], stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
        watchdog = threading.Timer(180, process.kill)
        watchdog.start()
        try:
            said: list[str] = []
            assert process.stderr is not None
            for line in process.stderr:
                said.append(line.rstrip("\n"))
                if "http://" in line:
                    break
            assert said and "http://" in said[-1], "\n".join(said)
            yield Demo(folder, said, port, process)
        finally:
            watchdog.cancel()
            process.kill()
            process.wait()


@pytest.mark.slow
def test_each_step_says_in_one_line_what_it_did(demo: Demo) -> None:
    said = demo.said
    beginnings = ("Everything in this demo is invented", "Loaded", "Invented 310 cases and 2,392 hearings", "Checked",
                  "Checked", "Reviewed", "Built", "Attacked", "Port", "The site")  # fmt: skip
    assert len(said) == len(beginnings), said
    for line, beginning in zip(said, beginnings, strict=True):
        assert line.startswith(beginning), line
    assert "0 disclosed, 0 undecided" in said[7]


@pytest.mark.slow
def test_it_serves_on_this_machine_alone_and_on_another_port_if_the_port_is_taken(demo: Demo) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", demo.address)
    assert str(demo.taken) not in demo.address
    with urllib.request.urlopen(demo.address, timeout=30) as answer:
        page = answer.read().decode()
    assert answer.status == 200
    assert "invented" in page.lower()


@pytest.mark.slow
def test_its_release_says_that_it_is_invented_and_shows_figures(demo: Demo) -> None:
    connection = sqlite3.connect(f"file:{demo.folder / 'release.db'}?mode=ro", uri=True)
    invented, programme, notice = connection.execute("SELECT invented, programme, notice FROM release").fetchone()
    figures = connection.execute("SELECT count(*), count(n) FROM finding").fetchone()
    connection.close()
    assert invented == 1 and programme == PROGRAMME and "invented" in notice.lower()
    assert figures[1] > 50 and figures[1] < figures[0]  # some are hidden, many are not


@pytest.mark.slow
def test_every_submission_is_stored_and_approved_by_another_person(demo: Demo, plugins: Plugins) -> None:
    with open_store(demo.folder / "store.db") as store:
        found = list_submissions(store)
        assert Counter(one.form.split(".")[1] for one in found) == {"case": 310, "hearing": 2392}
        assert {one.state for one in found} == {"approved"}
        assert store.invented
        assert verify(store, plugins.catalogue).ok


@pytest.mark.slow
def test_the_folder_holds_what_it_says_and_nothing_else(demo: Demo) -> None:
    assert {path.name for path in demo.folder.iterdir()} <= set(FILES)
    lines = (demo.folder / "hearings.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 2392 and all(json.loads(line)["_id"].startswith("invented-") for line in lines)


@pytest.mark.slow
def test_ctrl_c_ends_it_cleanly(demo: Demo) -> None:
    demo.process.send_signal(signal.SIGINT)
    limit = time.monotonic() + 30
    while demo.process.poll() is None and time.monotonic() < limit:
        time.sleep(0.1)
    assert demo.process.poll() == 0
