"""The commands of a series of releases: build, check, list, reasons, erratum, withdraw."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from monitor.cli.root import run
from tests.test_command_line import Said

ROOT = Path(__file__).parents[1]


class Desk:
    """A folder with the store of a demo, and the command line over it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys

    def __call__(self, *words: str) -> Said:
        code = run(["--store", str(self.folder / "store.db"), *words])
        said = self._capsys.readouterr()
        return Said(code, said.out, said.err)

    def done(self, *words: str) -> Said:
        said = self(*words)
        assert said.code == 0, said.err
        return said


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with 300 invented victims, approved, and one release of them."""
    folder = tmp_path_factory.mktemp("commands")
    store = ["--store", str(folder / "store.db")]
    write_victims(folder / "victims.csv", 300)
    assert run([*store, "init", "--plain", "--programme", "Invented", "--monitor", "MON-01"]) == 0
    assert run([*store, "import", "case_data.victim", str(folder / "victims.csv")]) == 0
    assert run([*store, "review", "approve", "--all", "--yes", "--as", "REV-01"]) == 0
    assert run([*store, "release", "build", str(folder / "first.db"), "--as", "REV-01"]) == 0
    return folder


def write_victims(path: Path, count: int, year: int = 2015) -> None:
    """A file of invented victims of the last three years."""
    lines = [f"{'feminine' if number % 3 else 'masculine'},{year - number % 3}" for number in range(count)]
    path.write_text("\n".join(["gender,year_of_registration", *lines, ""]), encoding="utf-8")


@pytest.fixture
def desk(original: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    capsys.readouterr()
    return Desk(tmp_path, capsys)


def test_a_release_is_built_again_and_says_so(desk: Desk) -> None:
    path = str(desk.folder / "again.db")
    said = desk.done("release", "build", path, "--as", "REV-01")
    assert "It is the newest release once more." in said.err and "Signed by REV-01" in said.err
    assert (desk.folder / "again.db").read_bytes() == (desk.folder / "first.db").read_bytes()


def test_what_was_attacked_and_what_is_not_covered_is_said(desk: Desk) -> None:
    path = str(desk.folder / "first.db")
    said = desk.done("release", "check", path).err
    for word in ("Attacked: ", "Not covered: ", "Narrowest: ", "The audit disclosed 0 and left 0 undecided"):
        assert word in said
    told = json.loads(desk.done("release", "check", path, "--json").out)
    assert {"release", "tables", "cells", "suppressed", "content_hash", "audit"} <= told.keys()
    assert told["audit"] == {"disclosed": 0, "undecided": 0} and told["narrowest"]
    assert told["signed"]["code"] == "REV-01"


def test_a_signature_is_held_against_the_list_of_the_store(desk: Desk) -> None:
    listed = desk.done("keys", "list", "--signers").out
    (desk.folder / "signers").write_text(listed, encoding="utf-8")
    path = str(desk.folder / "first.db")
    assert desk("release", "check", path, "--signers", str(desk.folder / "signers")).code == 0
    others = listed.replace("REV-01", "REV-02")
    (desk.folder / "signers").write_text(others, encoding="utf-8")
    said = desk("release", "check", path, "--signers", str(desk.folder / "signers"))
    assert (said.code, "RELEASE-14" in said.err) == (1, True)


def test_a_series_is_listed_and_checked_together(desk: Desk) -> None:
    first, second = str(desk.folder / "first.db"), str(desk.folder / "second.db")
    desk.done("release", "build", second, "--title", "The second")
    listed = json.loads(desk.done("release", "list", "--json").out)
    assert [(one["position"], one["title"], one["withdrawn"]) for one in listed] == [
        (1, "Invented: findings", None), (2, "The second", None)
    ]  # fmt: skip
    assert "The second" in desk.done("release", "list").out
    desk.done("release", "check", second, "--earlier", first)
    assert "RELEASE-06" in desk("release", "check", first, "--earlier", second).err


def test_a_series_goes_on_with_what_its_first_release_put_together(desk: Desk) -> None:
    path = str(desk.folder / "second.db")
    said = desk("release", "build", path, "--periods", "3")
    assert (said.code, "RELEASE-22" in said.err, Path(path).exists()) == (1, True, False)
    assert "goes on as they were built" in desk.done("release", "plan", "--periods", "3").err


def test_a_draft_is_called_one(desk: Desk) -> None:
    before = desk.done("db", "verify", "--json").out
    said = desk.done("release", "build", str(desk.folder / "draft.db"), "--draft").err
    assert "It is a draft" in said and "It is not signed." in said
    assert desk.done("db", "verify", "--json").out == before


def test_the_reasons_are_private_and_said_to_be(desk: Desk) -> None:
    said = desk.done("release", "reasons")
    assert "Do not publish" in said.err and "small" in said.out
    counted = json.loads(desk.done("release", "reasons", "--json").out)
    table = counted[0]["table"]
    places = json.loads(desk.done("release", "reasons", "--table", table, "--json").out)
    assert len(places) == sum(one["hidden"] for one in counted if one["table"] == table)
    assert places[0].keys() == {"keys", "figure", "reason"}
    assert "RELEASE-20" in desk("release", "reasons", "--table", "nothing").err


def test_an_erratum_is_asked_for_and_noted(desk: Desk) -> None:
    listed = json.loads(desk.done("submissions", "list", "--json").out)
    id = listed[0]["id"]
    desk.done("submissions", "withdraw", id, "--reason", "It is about another programme.", "--as", "REV-01")
    path = str(desk.folder / "second.db")
    said = desk("release", "build", path)
    assert (said.code, "RELEASE-15" in said.err, Path(path).exists()) == (1, True, False)
    assert desk("release", "erratum", "--says", "Wrong.", "--language", "no language").code == 2
    said = desk.done("release", "erratum", "--says", "One victim was counted who is not of this programme.")
    assert "Noted, about release r-" in said.err
    desk.done("release", "build", path)


def test_a_release_is_withdrawn_and_its_notice_says_why(desk: Desk) -> None:
    path = str(desk.folder / "first.db")
    said = desk.done("release", "withdraw", path, "--because", "The years were mixed up.", "--as", "REV-01")
    assert "is withdrawn" in said.err and "signed by REV-01" in said.err
    said = desk.done("release", "check", path)
    assert "was withdrawn: The years were mixed up." in said.err
    again = desk.done("release", "withdraw", path, "--because", "Another reason.")
    assert "It was withdrawn before, because: The years were mixed up." in again.err
