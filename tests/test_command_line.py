"""The command line as people and scripts meet it: mistakes, odd files, closed pipes, and what --json promises."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.cli.root import run
from monitor.errors import Refusal
from monitor.store import Store, Writing

EXAMPLES = Path(__file__).parents[1] / "plugins/trial_monitoring/monitor_trial_monitoring/examples"
CASE = json.loads((EXAMPLES / "case/01_several_victims.json").read_text(encoding="utf-8"))
HEARING = json.loads((EXAMPLES / "hearing/03_two_victims_heard.json").read_text(encoding="utf-8"))
VICTIMS = "gender,year_of_registration\n"


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> object:
        """Its output as JSON."""
        return json.loads(self.out)


class Desk:
    """A folder with a store, and the command line over it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys

    def __call__(self, *words: str) -> Said:
        code = run(["--store", str(self.folder / "store.db"), *words])
        said = self._capsys.readouterr()
        return Said(code, said.out, said.err)

    def write(self, name: str, content: str | bytes | dict[str, object] | Sequence[dict[str, object]]) -> str:
        """A file in the folder; its path."""
        path = self.folder / name
        if isinstance(content, dict):
            content = json.dumps(content)
        elif not isinstance(content, (str, bytes)):
            content = "".join(json.dumps(row) + "\n" for row in content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def submit(self, form: str, answers: dict[str, object]) -> str:
        """The id under which answers were saved."""
        said = self("fill", f"trial_monitoring.{form}", "--answers", self.write("answers.json", answers))
        assert said.code == 0, said.err
        return said.out.strip()


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(tmp_path, capsys)
    assert made("init", "--plain", "--programme", "Invented ☂", "--monitor", "MON-01").code == 0
    return made


# Import.


def test_an_import_that_was_stopped_accepted_nothing(desk: Desk) -> None:
    path = desk.write("victims.csv", VICTIMS + "feminine,2010\nnobody,2010\n")
    said = desk("import", "case_data.victim", path, "--json")
    assert (said.code, said.data) == (1, {"accepted": 0, "refused": 1, "already": 0, "rejects": None})
    assert desk("submissions", "list", "--json").data == []


def test_a_dry_run_names_no_file_of_rejects_because_it_writes_none(desk: Desk) -> None:
    path, rejects = desk.write("victims.csv", VICTIMS + "feminine,2010\nnobody,2010\n"), desk.folder / "rejects.jsonl"
    words = ("import", "case_data.victim", path, "--json", "--on-error", "skip", "--rejects", str(rejects))
    assert desk(*words, "--dry-run").data == {"accepted": 1, "refused": 1, "already": 0, "rejects": None}
    assert desk(*words).data == {"accepted": 1, "refused": 1, "already": 0, "rejects": str(rejects)}


def test_a_number_beyond_all_bounds_is_out_of_bounds_in_csv_too(desk: Desk) -> None:
    path = desk.write("victims.csv", VICTIMS + f"feminine,1{'0' * 30}\n")
    assert "Must be at least 1990" in desk("import", "case_data.victim", path).err


def test_the_problems_of_a_row_stand_in_columns(desk: Desk) -> None:
    path = desk.write("victims.csv", VICTIMS + "nobody,1000\n")
    lines = [line for line in desk("import", "case_data.victim", path).err.splitlines() if "row 1" in line]
    assert [line.index(word) for line, word in zip(lines, ("Must", "'nobody'"), strict=True)] == [39, 39]


@pytest.mark.parametrize("start", [b"\x89PNG\r\n\x1a\n\x00", b"\xff\xd8\xff\xe0\x00"])
def test_a_picture_is_called_a_picture(desk: Desk, start: bytes) -> None:
    assert "a picture" in desk("import", "case_data.victim", desk.write("victims.csv", start)).err


def test_a_mapping_is_no_pipe_no_device_and_no_folder(desk: Desk) -> None:
    path = desk.write("victims.csv", VICTIMS + "feminine,2010\n")
    os.mkfifo(desk.folder / "pipe.toml")
    for mapping in (str(desk.folder / "pipe.toml"), "/dev/zero", str(desk.folder)):
        said = desk("import", "case_data.victim", path, "--mapping", mapping)
        assert (said.code, "a folder, a pipe or a device. [IMPORT-14]" in said.err) == (1, True)
    long = desk.write("long.toml", "# " + "x" * 4_000_001)
    assert "longer than 1,000,000 characters" in desk("import", "case_data.victim", path, "--mapping", long).err


# Names, arguments and disks that cannot be.


@pytest.mark.parametrize(
    "words",
    [("import", "case_data.victim", "{}.csv"), ("serve", "{}.db"), ("release", "build", "{}.db"),
     ("--plugins-dir", "{}", "plugins", "list")],
)  # fmt: skip
def test_a_name_that_is_too_long_is_refused_like_anything_else(desk: Desk, words: tuple[str, ...]) -> None:
    said = desk(*(word.format("x" * 5000) for word in words))
    assert said.code == 1
    assert "unexpected" not in said.err and "name too long" in said.err


def test_bytes_that_are_no_text_are_wrong_use(desk: Desk) -> None:
    said = desk("submissions", "show", "b\udcff")
    assert (said.code, said.err) == (2, "Error: what was typed holds bytes that are no text. UTF-8 is wanted.\n")


def _separately(*words: str, **settings: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from monitor.cli import main; main()", *words]
    return subprocess.run(command, stderr=subprocess.PIPE, check=False, **settings)  # type: ignore[call-overload,no-any-return]  # reason: settings are those of run


def test_whoever_stops_reading_is_not_told_off(desk: Desk) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = _separately("instruments", "show", "trial_monitoring", "--json", stdout=writing)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_closed_output_is_no_fault(desk: Desk) -> None:
    ended = _separately("--store", str(desk.folder / "store.db"), "submissions", "list",
                        preexec_fn=lambda: os.close(1))  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, b"0 submissions.\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_an_output_that_is_full_is_named(desk: Desk) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = _separately("instruments", "show", "trial_monitoring", "--json", stdout=full)
    assert ended.returncode == 1
    assert b"the output cannot be used: No space left on device. [FILE-01]" in ended.stderr


# Review and submissions.


def test_a_form_that_nobody_knows_is_refused_and_not_an_empty_list(desk: Desk) -> None:
    for words in (("submissions", "list"), ("review", "approve", "--all", "--yes")):
        said = desk(*words, "--form", "trial_monitoring.haering")
        assert (said.code, "there is no form 'trial_monitoring.haering'. [ANSWERS-01]" in said.err) == (1, True)
        assert desk(*words, "--form", "trial_monitoring.hearing").code == 0


def test_no_is_an_answer_to_whether_all_shall_be_approved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.submit("case", CASE)
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    said = desk("review", "approve", "--all", "--as", "CO-01")
    assert (said.code, said.err.endswith(": Nothing was approved.\n")) == (1, True)


def test_a_correction_of_a_revision_that_never_was_is_refused(desk: Desk) -> None:
    id = desk.submit("case", CASE)
    words = ("submissions", "correct", id, "--answers", desk.write("answers.json", CASE), "--reason", "slip_of_entry",
             "--line", "A slip of the pen.", "--source", "my notes", "--revision")  # fmt: skip
    assert "[STORE-14]" in desk(*words, "0").err
    assert desk(*words, "1").code == 0


def test_whoever_withdraws_a_case_is_told_what_no_longer_counts(desk: Desk) -> None:
    case, hearing = desk.submit("case", CASE), desk.submit("hearing", HEARING)
    assert desk("review", "approve", hearing, "--as", "CO-01").code == 0
    said = desk("submissions", "withdraw", case, "--reason", "Entered by mistake.")
    assert "What is below it counts nowhere any more: 1 approved." in said.err


def test_who_acts_is_a_code_before_anything_is_asked(desk: Desk) -> None:
    for words in (("fill", "trial_monitoring.case"), ("review", "next"), ("review", "approve", "--all", "--yes")):
        said = desk("--as", "Ana Popescu", *words)
        assert (said.code, "[STORE-21]" in said.err, "pseudonym" in said.err) == (1, True, False)


def test_what_somebody_has_answered_is_kept_until_it_can_be_saved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["MD-2024-001", "", "MD", "1", "MD-C03", "1", "1", "1", "", "1", "", "", "0", "1", "try again"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{answer}\n" for answer in answers)))
    writing = Store.writing
    refused: list[Refusal] = []

    def busy_at_first(store: Store, actor: str) -> AbstractContextManager[Writing]:
        if not refused:
            refused.append(Refusal("STORE-07", path=store.path))
            raise refused[0]
        return writing(store, actor)

    monkeypatch.setattr(Store, "writing", busy_at_first)
    said = desk("fill", "trial_monitoring.case")
    assert said.code == 0, said.err
    assert "[STORE-07]" in said.err
    assert desk("submissions", "show", said.out.strip()).code == 0


# Findings and releases.


def test_shares_are_numbers_for_scripts(desk: Desk) -> None:
    for form, answers in (("case", CASE), ("hearing", HEARING)):
        desk.submit(form, answers)
    desk("review", "approve", "--all", "--yes", "--as", "CO-01")
    tables = desk("findings", "TM-I01b", "--json").data
    assert isinstance(tables, list)
    assert tables[0]["findings"][0]["share"] == 1.0


def test_a_release_of_one_hearing_can_be_built_and_shows_nothing(desk: Desk) -> None:
    for form, answers in (("case", CASE), ("hearing", HEARING)):
        desk.submit(form, answers)
    desk("review", "approve", "--all", "--yes", "--as", "CO-01")
    said = desk("release", "build", str(desk.folder / "release.db"), "--json")
    assert said.code == 0, said.err
    data = said.data
    assert isinstance(data, dict)
    assert data["cells"] == data["suppressed"] > 0


@pytest.mark.parametrize("period", [("--from", "yesterday"), ("--to", "20250101"), ("--to", "2025-02-30"),
                                    ("--from", "2025-12-31", "--to", "2025-01-01")])  # fmt: skip
def test_a_period_is_two_days_in_their_order(desk: Desk, period: tuple[str, ...]) -> None:
    assert "that is no period. [RELEASE-11]" in desk("release", "build", str(desk.folder / "r.db"), *period).err


# The README, to the letter.


def _commands(heading: str) -> list[list[str]]:
    """The commands in the blocks of a section of the README, but for those that ask somebody or serve."""
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for block in section.split("```")[1::2] for line in block.strip().splitlines()]
    asked = [line for line in lines if " fill " in line and "--answers" not in line]
    return [shlex.split(line)[1:] for line in lines if line not in asked and " serve " not in line]


def test_the_first_hearing_of_the_readme_goes_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONITOR_PASSPHRASE", "what somebody types at the prompt")
    (tmp_path / "plugins").symlink_to(EXAMPLES.parents[2])
    commands = _commands("A first hearing in ten minutes")
    assert ["release", "build", "release.db"] in commands
    for words in commands:
        monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
        assert run(words) == 0, (words, capsys.readouterr().err)
