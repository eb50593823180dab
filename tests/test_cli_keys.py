"""The command line of keys, passphrases, anchors and backups, as lawyers, co-ordinators and administrators use it."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.cli.root import run
from monitor.keys import new_signer, write_signer
from monitor.store import create

pytest.importorskip("pyte", reason="the package pyte, which stands for a terminal's screen, is not installed")
if os.name == "posix":
    from tests.terminal import Terminal, environment

PASSPHRASE = "five invented words é all"
COMPOSED_OTHERWISE = "five invented words e\u0301 all"
HERS = "an invented phrase of hers"
RECOVERY = re.compile(r"(?:[A-Z2-7]{4}-){13}[A-Z2-7]{4}")

posix = pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal is wanted")


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def refused(self) -> str:
        """The code of the refusal."""
        assert self.code == 1, self
        found = re.search(r"\[([A-Z]+-[0-9]{2})\]", self.err)
        assert found is not None, self
        return found[1]


Desk = Callable[..., Said]


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The command line in a folder with an encrypted store, ``monitor.db``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONITOR_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("MONITOR_KEY_PASSPHRASE", HERS)
    monkeypatch.setattr("monitor.keys.locking._MEMORY", 8 << 20)  # what a guess costs is tried elsewhere
    for name in ("office.key", "safe.key"):
        assert run(["keys", "generate", name]) == 0

    def does(*words: str) -> Said:
        capsys.readouterr()
        code = run(list(words))
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    made = does("init", "--programme", "Invented", "--monitor", "MON-01", "--recipient", "office.key",
                "--recipient", "safe.key")  # fmt: skip
    assert made.code == 0 and RECOVERY.fullmatch(made.out.strip()), made
    Path("recovery").write_text(made.out.strip(), encoding="utf-8")
    return does


def enrolments(desk: Desk) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(desk("keys", "list", "--json").out)["signers"]
    return found


# In a terminal.


def typing(tmp_path: Path, words: list[str], *keys: tuple[str, str]) -> tuple[int, str]:
    """Run a command in a terminal and type after each prompt; gives its exit code and all that stood there."""
    terminal = Terminal(words, environment(tmp_path / "monitor.db", LANG="C.UTF-8"), columns=200)
    for prompt, typed in keys:
        terminal.wait(prompt)
        terminal.type(typed + "\n")
    code = terminal.end()
    return code, terminal.bytes.decode()


@posix
def test_a_store_is_set_up_its_passphrase_forgotten_and_its_keys_lost(tmp_path: Path) -> None:
    words = ["init", "--programme", "Invented", "--monitor", "MON-01"]
    code, seen = typing(tmp_path, words, ("A passphrase", PASSPHRASE), ("The same again", COMPOSED_OTHERWISE))
    found = RECOVERY.search(seen)
    assert (code, found is not None, "invented words" in seen) == (0, True, False)
    assert found is not None
    code, seen = typing(tmp_path, ["db", "verify"], ("Passphrase", "another phrase"))
    assert (code, "[KEY-03]" in seen, "--recovery" in seen) == (1, True, True)
    code, seen = typing(tmp_path, ["db", "verify"], ("Passphrase", COMPOSED_OTHERWISE))
    assert (code, "is whole: 1 log entry," in seen) == (0, True)
    (tmp_path / "monitor.db.key").unlink()
    on_paper = found[0].lower().replace("-", " ")
    code, seen = typing(
        tmp_path, ["db", "passphrase", "--recovery"],
        ("Recovery key", on_paper), ("A new passphrase", HERS), ("The same again", HERS),
    )  # fmt: skip
    assert (code, on_paper in seen, HERS in seen) == (0, True, False)  # one sees what one copies from paper
    assert typing(tmp_path, ["db", "verify"], ("Passphrase", HERS))[0] == 0


@posix
def test_nobody_types_a_passphrase_for_nothing(tmp_path: Path) -> None:
    words = ["init", "--programme", "Invented", "--monitor", "MON-01"]
    code, seen = typing(tmp_path, words, ("A passphrase", "short"))
    assert (code, "[KEY-02]" in seen) == (1, True)
    create(tmp_path / "monitor.db", "Invented", "MON-01", plain=True).close()
    for again, refusal in [
        (words, "STORE-10"),
        (["db", "anchor", "--sign-with", str(tmp_path / "nowhere")], "KEY-11"),
        (["db", "anchor", "--sign-with", str(tmp_path / "monitor.db.key")], "KEY-09"),
        (["--store", str(tmp_path / "nowhere"), "db", "passphrase", "--recovery"], "STORE-01"),
    ]:
        code, seen = typing(tmp_path, again)
        assert (code, refusal in seen) == (1, True), seen


# The wrong file in every place.


@posix
def test_a_file_that_is_the_wrong_one_is_named_and_left_as_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)  # or no identity is looked at
    write_signer(Path("her.key"), new_signer(), HERS)
    desk("db", "anchor", "--out", "anchors")
    Path("signers").write_text(desk("keys", "list", "--signers").out, encoding="utf-8")
    Path("empty").touch()
    os.mkfifo("pipe")
    files = ("office.key", "her.key", "anchors", "signers", "monitor.db", "monitor.db.key", "recovery", "empty", "pipe")
    places = {
        ("db", "verify", "--anchor"): ("anchors",),
        ("db", "verify", "--signers"): ("signers",),
        ("db", "anchor", "--out"): ("anchors", "empty"),
        ("db", "anchor", "--sign-with"): ("her.key",),
        ("keys", "rotate", "safe.key"): ("office.key",),
        ("keys", "enrol", "CO-01"): ("her.key",),
        ("submissions", "open", "x", "--identity"): ("office.key",),
        ("keys", "generate"): (),
        ("db", "backup"): (),
        ("--store", "new.db", "db", "restore"): ("monitor.db",),
    }
    before = {name: Path(name).read_bytes() for name in files if name != "pipe"}
    for place, right in places.items():
        for name in [name for name in files if name not in right] + ["nowhere/at.all"]:
            said = desk(*place, name)
            assert (said.out, bool(said.refused)) == ("", True), (place, name)
        assert desk(*place, ".").code in (1, 2), place
    assert {name: Path(name).read_bytes() for name in before} == before
    assert not Path("new.db").exists()


def test_a_public_key_may_be_typed_or_stand_in_a_file_of_its_own(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    public = desk("keys", "generate", "third.key").out
    Path("public").write_text(f"# of the office\n{public}\n{desk('keys', 'generate', 'fourth.key').out}", "utf-8")
    assert desk("keys", "rotate", "public").code == 0
    assert public.strip() in json.loads(desk("keys", "list", "--json").out)["recipients"]
    assert desk("submissions", "open", "x", "--identity", "public").refused == "KEY-09"


# A person's own key.


@pytest.fixture
def hers(desk: Desk) -> str:
    """The file of a co-ordinator's key, who has acted on the device before."""
    assert desk("db", "retention", "--open-months", "12", "--as", "CO-01").code == 0
    assert desk("keys", "generate", "--sign", "her.key").code == 0
    assert desk("keys", "enrol", "CO-01", "her.key").code == 0
    return "her.key"


def test_whoever_gets_a_key_of_her_own_is_no_longer_played_by_the_device(desk: Desk, hers: str) -> None:
    assert desk("db", "retention", "--open-months", "13", "--as", "CO-01").refused == "SIGN-01"
    assert desk("db", "retention", "--open-months", "13", "--as", "CO-01", "--sign-with", hers).code == 0
    assert desk("--sign-with", hers, "db", "anchor", "--as", "CO-01").code == 0
    assert desk("db", "anchor", "--sign-with", hers).refused == "SIGN-03"
    Path("signers").write_text(desk("keys", "list", "--signers").out, encoding="utf-8")
    assert desk("db", "verify", "--signers", "signers").code == 0


def test_a_device_all_of_whose_codes_are_persons_still_binds_new_ones(desk: Desk, hers: str) -> None:
    assert desk("keys", "enrol", "MON-01", hers).code == 0
    assert desk("db", "anchor").refused == "SIGN-01"
    assert desk("db", "anchor", "--as", "MON-02").code == 0
    assert desk("db", "verify").code == 0


def test_a_device_that_takes_over_does_not_take_a_persons_code(desk: Desk, hers: str) -> None:
    assert desk("keys", "enrol", "CO-02", hers, "--from", "2020-01-01", "--until", "2021-01-01").code == 0
    assert desk("db", "backup", "copy.db").code == 0
    assert desk("--store", "other.db", "db", "restore", "copy.db", "--as", "CO-02").refused == "SIGN-02"
    assert desk("--store", "other.db", "db", "anchor").code == 0
    of_device = [one["code"] for one in enrolments(lambda *words: desk("--store", "other.db", *words))
                 if one["device"] and one["until"] is None]  # fmt: skip
    assert of_device == ["MON-01"]


def test_the_last_key_in_force_is_not_revoked(desk: Desk) -> None:
    device = str(enrolments(desk)[0]["key"])
    assert desk("keys", "revoke", device).refused == "SIGN-05"
    desk("keys", "generate", "--sign", "her.key")
    assert desk("keys", "enrol", "CO-01", "her.key").code == 0
    assert desk("keys", "revoke", device).code == 0
    assert desk("keys", "enrol", "MON-01", "her.key", "--as", "CO-01", "--sign-with", "her.key").code == 0
    assert desk("db", "anchor", "--sign-with", "her.key").code == 0


def test_a_key_does_not_end_before_it_begins(desk: Desk) -> None:
    key = new_signer().public
    days = ("--from", "2025-05-01", "--until", "2025-05-01")
    assert desk("keys", "enrol", "CO-01", key, *days).refused == "KEY-18"
    assert len(enrolments(desk)) == 1


def test_a_list_of_signers_is_no_json(desk: Desk) -> None:
    assert desk("keys", "list", "--signers", "--json").code == 2


# Anchors, backups, the timetable.


def test_an_anchor_begins_on_a_line_of_its_own(desk: Desk) -> None:
    Path("anchors").write_text(f"# copied from a letter\n{desk('db', 'anchor').out.strip()}", encoding="utf-8")
    assert desk("db", "anchor", "--out", "anchors").code == 0
    assert desk("db", "anchor", "--out", "nowhere/anchors").refused == "FILE-01"
    assert "2 anchors were" in desk("db", "verify", "--anchor", "anchors").err


def test_a_backup_is_tried_without_writing_anything(desk: Desk) -> None:
    assert desk("db", "backup", "copy.db").code == 0
    before = sorted(Path().iterdir())
    assert "is whole: 1 log entry" in desk("db", "restore", "copy.db", "--dry-run").err
    content = bytearray(Path("copy.db").read_bytes())
    content[-100] ^= 1
    Path("copy.db").write_bytes(content)
    assert desk("db", "restore", "copy.db", "--dry-run").refused in ("STORE-09", "STORE-30")
    assert sorted(Path().iterdir()) == before


def test_the_new_recovery_key_is_shown_also_when_what_comes_then_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk("db", "backup", "copy.db").code == 0
    monkeypatch.setenv("MONITOR_NEW_PASSPHRASE", "a third invented phrase")
    said = desk("--store", "new.db", "--as", "no code", "db", "restore", "copy.db", "--new-key")
    assert (said.refused, RECOVERY.fullmatch(said.out.strip()) is not None) == ("STORE-21", True)
    assert said.out.strip() != Path("recovery").read_text(encoding="utf-8")
    monkeypatch.setenv("MONITOR_PASSPHRASE", "a third invented phrase")
    assert desk("--store", "new.db", "db", "verify").code == 0


def test_a_backup_of_another_schema_is_refused_before_anything_is_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk("db", "backup", "copy.db").code == 0
    monkeypatch.setattr("monitor.store.schema.MIGRATIONS", ())
    assert desk("--store", "new.db", "db", "restore", "copy.db").refused == "STORE-05"
    assert not Path("new.db").exists()


def test_a_store_copied_without_its_keys_says_how_to_go_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("stick.db").write_bytes(Path("monitor.db").read_bytes())
    said = desk("--store", "new.db", "db", "restore", "stick.db")
    assert (said.refused, "'monitor --store stick.db db passphrase --recovery'" in said.err) == ("KEY-04", True)
    monkeypatch.setenv("MONITOR_RECOVERY_PASSPHRASE", Path("recovery").read_text(encoding="utf-8"))
    monkeypatch.setenv("MONITOR_NEW_PASSPHRASE", PASSPHRASE)
    assert desk("--store", "stick.db", "db", "passphrase", "--recovery").code == 0
    assert desk("--store", "new.db", "db", "restore", "stick.db").code == 0


def test_a_time_to_keep_of_no_months_is_refused_and_not_passed_over(desk: Desk) -> None:
    assert json.loads(desk("db", "retention", "--open-months", "12", "--json").out) == {
        "open_months": 12, "sealed_months": None,
    }  # fmt: skip
    assert desk("db", "retention", "--open-months", "0").refused == "REDACT-04"
    assert desk("db", "retention", "--open-months", "many").code == 2


def test_a_person_may_restore_with_a_key_of_her_own(desk: Desk, hers: str) -> None:
    assert desk("db", "backup", "copy.db").code == 0
    said = desk("--store", "new.db", "db", "restore", "copy.db", "--as", "CO-01", "--sign-with", hers)
    assert said.code == 0, said
    assert desk("--store", "new.db", "db", "verify").code == 0
