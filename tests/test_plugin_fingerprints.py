"""A plugin folder is loaded only when named; its fingerprint is shown and remembered, and a change is pointed out."""

from __future__ import annotations

import hashlib
import importlib._bootstrap_external as compiled  # type: ignore[import-not-found]  # reason: typeshed leaves it out
import importlib.util
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor import plugin_folder, plugins
from monitor.cli.root import run
from monitor.errors import Refusal
from monitor.kit import new_plugin
from monitor.plugin_folder import import_folder, read_folder
from monitor.plugins import load
from monitor.store import open_store

INSTRUMENT = '''
"""A plugin under test."""

from pathlib import Path

from monitor import Choice, Codes, Form, Instrument, hookimpl

from . import part


class Visit(Form):
    """A visit."""

    possible = Choice("Was it possible?", Codes(yes="Yes", no="No"), publish="dimension")


@hookimpl
def register_instruments():
    """One instrument."""
    return [Instrument(code="visits", version="1.0", title=part.TITLE, forms=(Visit,), folder=Path(__file__).parent)]


def later():
    """Something that is imported when it is needed."""
    from .inner import late

    return late.WHAT
'''


@pytest.fixture(autouse=True)
def nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "entry_points", lambda group: [])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plugin folder of one package with two modules, one of them in a folder without an __init__.py."""
    return write(tmp_path / "court_visits")


def write(folder: Path) -> Path:
    (folder / "visits" / "inner").mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[project]\nname = "visits"\n', "utf-8")
    (folder / "visits" / "__init__.py").write_text(INSTRUMENT, "utf-8")
    (folder / "visits" / "part.py").write_text('TITLE = "Visits"\n', "utf-8")
    (folder / "visits" / "inner" / "late.py").write_text('WHAT = "as it was read"\n', "utf-8")
    return folder


def fingerprint(folder: Path) -> str:
    (plugin,) = load([folder]).plugins
    assert plugin.fingerprint is not None
    return plugin.fingerprint


def refusal(*folders: Path) -> Refusal:
    with pytest.raises(Refusal) as refused:
        load(folders)
    return refused.value


# What it covers


def test_the_fingerprint_is_that_of_the_list_of_files_and_their_digests(folder: Path) -> None:
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = "".join(f"{hashlib.sha256((folder / file).read_bytes()).hexdigest()}  {file}\0" for file in files)
    assert len(files) == 4 and fingerprint(folder) == hashlib.sha256(lines.encode()).hexdigest()


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("sha256sum"), reason="needs the tools of GNU")
def test_the_command_of_the_documentation_prints_the_fingerprint(folder: Path) -> None:
    (folder / "visits" / "a\nb \udcff.txt").write_text("odd", "utf-8")
    (folder / "visits" / "__pycache__").mkdir()
    (folder / "visits" / "__pycache__" / "part.txt").write_text("left out", "utf-8")
    page = (Path(__file__).parents[1] / "docs" / "writing-a-plugin.md").read_text("utf-8")
    (command,) = [block for block in page.split("```") if "sha256sum -z" in block]
    lines = command.replace("cd waiting_rooms\n", "")
    printed = subprocess.run(["sh", "-c", lines], cwd=folder, capture_output=True, text=True, check=True).stdout
    assert printed.split()[0] == fingerprint(folder)


CHANGES: dict[str, Callable[[Path], object]] = {
    "code": lambda folder: (folder / "visits" / "part.py").write_text('TITLE = "visits"\n', "utf-8"),
    "a new file": lambda folder: (folder / "visits" / "more.py").write_text("", "utf-8"),
    "a new hidden file": lambda folder: (folder / "visits" / ".more").write_text("", "utf-8"),
    "text beside the package": lambda folder: (folder / "README.md").write_text("Read this.", "utf-8"),
    "another name": lambda folder: (folder / "visits" / "inner" / "late.py").rename(folder / "visits" / "late.py"),
    "a file less": lambda folder: (folder / "visits" / "inner" / "late.py").unlink(),
    "a link to nothing": lambda folder: (folder / ".#part.py").symlink_to("somebody@somewhere"),
    "a link to a file": lambda folder: (folder / "visits" / "same.py").symlink_to("part.py"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_a_file_changes_the_fingerprint(change: str, folder: Path) -> None:
    before = fingerprint(folder)
    CHANGES[change](folder)
    assert fingerprint(folder) != before


def test_what_python_and_git_write_time_and_place_do_not_change_it(folder: Path, tmp_path: Path) -> None:
    before = fingerprint(folder)
    for place in ("__pycache__/part.cpython-311.pyc", "visits/__pycache__/x.py", ".git/config", "visits/old.pyc"):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text("not read", "utf-8")
    os.utime(folder / "visits" / "part.py", (1, 1))
    assert fingerprint(folder) == before
    assert fingerprint(folder.rename(tmp_path / "elsewhere")) == before


def test_loading_a_folder_leaves_nothing_in_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    before = sorted(folder.rglob("*"))
    load([folder])
    assert sorted(folder.rglob("*")) == before


def test_an_installed_plugin_has_no_fingerprint(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        name = "visits"

        def load(self) -> object:
            return import_folder(read_folder(folder / "visits"))

    monkeypatch.setattr(plugins, "entry_points", lambda group: [Entry()])
    assert [plugin.fingerprint for plugin in load().plugins] == [None]


# What is executed is what was fingerprinted


def evil(source: Path) -> object:
    return compile('TITLE = "Evil"\n', str(source), "exec")


def pyc_of_the_same_time(source: Path) -> bytes:
    found = source.stat()
    content: bytes = compiled._code_to_timestamp_pyc(evil(source), int(found.st_mtime), found.st_size)
    return content


def pyc_that_is_never_checked(source: Path) -> bytes:
    content: bytes = compiled._code_to_hash_pyc(evil(source), b"12345678", False)
    return content


def cached(source: Path) -> Path:
    place = Path(importlib.util.cache_from_source(str(source)))
    place.parent.mkdir(exist_ok=True)
    return place


@pytest.mark.parametrize("forge", [pyc_of_the_same_time, pyc_that_is_never_checked])
@pytest.mark.parametrize("module", ["part.py", "__init__.py"])
def test_a_compiled_file_is_never_executed_in_place_of_its_source(
    forge: Callable[[Path], bytes], module: str, folder: Path
) -> None:
    source = folder / "visits" / module
    cached(source).write_bytes(forge(source))
    assert load([folder]).instrument("visits").title == "Visits"


def test_python_by_itself_would_have_executed_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = folder / "visits" / "part.py"
    cached(source).write_bytes(pyc_that_is_never_checked(source))
    monkeypatch.syspath_prepend(folder / "visits")
    assert importlib.import_module("part").TITLE == "Evil"
    del sys.modules["part"]


def test_a_compiled_file_without_a_source_is_no_module(folder: Path) -> None:
    source = folder / "visits" / "part.py"
    source.with_suffix(".pyc").write_bytes(pyc_of_the_same_time(source))
    source.unlink()
    refused = refusal(folder)
    assert refused.code == "PLUGIN-10" and "cannot import name 'part'" in refused.sentence


def test_what_is_changed_after_it_was_read_is_not_executed(folder: Path) -> None:
    read = read_folder(folder / "visits")
    for source in folder.rglob("*.py"):
        source.write_text("raise SystemExit('changed in between')\n", "utf-8")
    module = import_folder(read)
    assert module.part.TITLE == "Visits"
    assert module.later() == "as it was read"


def test_a_folder_that_is_loaded_again_is_read_again(folder: Path) -> None:
    load([folder])
    (folder / "visits" / "part.py").write_text('TITLE = "Calls"\n', "utf-8")
    assert load([folder]).instrument("visits").title == "Calls"


def test_no_code_of_a_folder_is_executed_that_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "visits" / "__init__.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n", "utf-8")
    (folder / "passwd").symlink_to("/etc/passwd")
    assert refusal(folder).code == "PLUGIN-14" and not (tmp_path / "ran").exists()


# What a folder may not hold


def linked_file(folder: Path, elsewhere: Path) -> Path:
    (elsewhere / "part.py").write_text("", "utf-8")
    (folder / "visits" / "more.py").symlink_to(elsewhere / "part.py")
    return folder / "visits" / "more.py"


def linked_folder(folder: Path, elsewhere: Path) -> Path:
    (folder / "visits" / "more").symlink_to(elsewhere)
    return folder / "visits" / "more"


def linked_package(folder: Path, elsewhere: Path) -> Path:
    (folder / "visits").rename(elsewhere / "visits")
    (folder / "visits").symlink_to(elsewhere / "visits")
    return folder / "visits"


def linked_upwards(folder: Path, elsewhere: Path) -> Path:
    (folder / "visits" / "up").symlink_to("../..")
    return folder / "visits" / "up"


def linked_to_a_folder_inside(folder: Path, elsewhere: Path) -> Path:
    (folder / "visits" / "round").symlink_to("inner")
    return folder / "visits" / "round"


def pipe(folder: Path, elsewhere: Path) -> Path:
    os.mkfifo(folder / "visits" / "pipe")
    return folder / "visits" / "pipe"


@pytest.mark.parametrize(
    "make, why",
    [(linked_file, "leads out of it"), (linked_folder, "leads out of it"), (linked_package, "leads out of it"),
     (linked_upwards, "leads out of it"), (linked_to_a_folder_inside, "is a link to a folder"),
     (pipe, "is neither a file nor a folder")],
)  # fmt: skip
def test_links_that_lead_elsewhere_and_what_is_no_file_are_refused(
    make: Callable[[Path, Path], Path], why: str, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    place = make(folder, tmp_path / "elsewhere").relative_to(folder)
    refused = refusal(folder)
    assert refused.code == "PLUGIN-14"
    assert refused.sentence == f"folder {folder} is not loaded: '{place}' {why}."


def test_a_link_in_a_circle_ends(folder: Path) -> None:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    assert fingerprint(folder)


def test_a_folder_of_more_than_two_thousand_files_is_refused(folder: Path) -> None:
    (folder / "many").mkdir()
    for number in range(1_993):  # with four files and three folders: 2,000
        (folder / "many" / str(number)).touch()
    assert fingerprint(folder)
    (folder / "many" / "one more").touch()
    assert refusal(folder).code == "PLUGIN-15"


def test_a_folder_that_is_too_large_is_refused_before_it_is_read_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (folder / "large").open("wb") as file:
        file.truncate(1 << 40)
    monkeypatch.setattr(plugin_folder, "MOST_BYTES", 10_000)
    assert refusal(folder).code == "PLUGIN-15"


def test_a_file_that_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(path: Path, *_: object) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", closed)
    refused = refusal(folder)
    assert refused.code == "PLUGIN-10" and "cannot be read: Permission denied." in refused.sentence


# Names


def test_a_name_that_would_command_the_terminal_is_shown_as_an_escape(tmp_path: Path) -> None:
    folder = write(tmp_path / "red\x1b[31m\n\udcff")
    (folder / "visits" / "b\udcfe\x1b.txt").write_text("odd", "utf-8")
    (plugin,) = load([folder]).plugins
    assert plugin.name == r"red\x1b[31m\n\udcff"
    assert plugin.origin == rf"folder {tmp_path}/red\x1b[31m\n\udcff"


def test_a_plugin_has_the_name_of_its_folder_however_that_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert load([Path()]).plugins[0].name == "court_visits"
    monkeypatch.chdir(folder / "visits")
    assert load([Path("..")]).plugins[0].name == "court_visits"


def test_two_folders_of_one_name_are_refused(folder: Path, tmp_path: Path) -> None:
    second = tmp_path / "other" / folder.name
    shutil.copytree(folder, second)
    refused = refusal(folder, second)
    assert refused.code == "PLUGIN-16"
    assert refused.sentence == f"two plugin folders have the name court_visits: folder {folder} and folder {second}."


@pytest.mark.parametrize("name", ["__pycache__", ".git"])
def test_what_is_not_fingerprinted_is_no_package(name: str, folder: Path) -> None:
    (folder / "visits").rename(folder / name)
    assert refusal(folder).code == "PLUGIN-11"


@pytest.mark.parametrize("name", ["..", "../escaped", "/tmp/escaped", "a/b", "a\0b", ".", ""])
def test_the_name_of_a_new_plugin_cannot_lead_elsewhere(name: str, tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    with pytest.raises(Refusal, match="KIT-01"):
        new_plugin(name, tmp_path / "inside")
    assert [path.name for path in tmp_path.rglob("*")] == ["inside"]


@pytest.mark.parametrize("name", ["a\0b", "/proc/self/environ", "/"])
def test_a_folder_that_cannot_be_one_is_refused(name: str) -> None:
    assert refusal(Path(name)).code == "PLUGIN-11"


# Only what is named


@pytest.mark.slow
def test_the_folder_in_which_one_stands_is_never_searched(folder: Path) -> None:
    program = Path(sys.executable).with_name("monitor")
    if not program.exists():
        pytest.skip("monitor is not installed as a command")
    (folder / "visits" / "__init__.py").write_text("open('ran', 'w')\n", "utf-8")
    shutil.copytree(folder, folder / "plugins" / "court_visits")
    settings = {name: value for name, value in os.environ.items() if name not in ("MONITOR_PLUGINS_DIR", "PYTHONPATH")}
    for place in (folder, folder.parent):
        listed = subprocess.run(
            [program, "plugins", "list", "--json"], cwd=place, env=settings, capture_output=True, text=True, check=True
        )  # fmt: skip
        found = json.loads(listed.stdout)
        assert [one for one in found["plugins"] if one["fingerprint"] is not None] == [] and found["left_out"] == []
    assert not list(folder.parent.rglob("ran"))


def test_help_loads_no_plugin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "read_folder", lambda package: pytest.fail("the folder was read"))
    for words in (["--help"], ["fill", "--help"]):
        assert run(["--plugins-dir", str(folder), *words]) == 0


# Remembered by the store


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


class Desk:
    """A store, a plugin folder that is named with every command, and what is said."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.store = folder.parent / "store.db"
        self._answers = folder.parent / "answers.json"
        self._answers.write_text('{"possible": "yes"}', "utf-8")

    def __call__(self, *words: str) -> Said:
        code = run(["--store", str(self.store), "--plugins-dir", str(self.folder), *words])
        said = self._capsys.readouterr()
        return Said(code, said.out, said.err)

    def fill(self, *words: str) -> Said:
        """Enter a submission."""
        return self("fill", "visits.visit", "--answers", str(self._answers), *words)

    def change(self) -> None:
        """Change the plugin's folder, each time in another way."""
        with (self.folder / "README.md").open("a", encoding="utf-8") as file:
            file.write("Another line.\n")

    def notes(self) -> list[tuple[str, dict[str, object]]]:
        """Who noted which plugin, in order."""
        connection = sqlite3.connect(self.store)
        found = connection.execute("SELECT actor, payload FROM log WHERE kind = 'plugin' ORDER BY seq").fetchall()
        connection.close()
        payloads = [(actor, json.loads(payload)) for actor, payload in found]
        return [(actor, {key: payload[key] for key in ("name", "fingerprint")}) for actor, payload in payloads]


@pytest.fixture
def desk(folder: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(folder, capsys)
    assert made("init", "--plain", "--programme", "Invented", "--monitor", "MON-01").code == 0
    return made


def test_the_list_of_plugins_shows_the_fingerprint_and_needs_no_store(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk, whole = Desk(folder, capsys), fingerprint(folder)
    listed = desk("plugins", "list").out.splitlines()
    assert listed[0].split() == ["name", "fingerprint", "origin"]
    assert listed[1].split() == ["court_visits", whole[:16], "folder", str(folder)]
    (found,) = json.loads(desk("plugins", "list", "--json").out)["plugins"]
    assert found["fingerprint"] == whole


def test_the_first_use_is_said_and_noted_before_what_is_entered(desk: Desk) -> None:
    said = desk.fill()
    assert said.err.splitlines()[0] == (
        f"Note: the plugin 'court_visits' (folder {desk.folder}) is new to this store. "
        f"Its fingerprint, {fingerprint(desk.folder)[:16]}, is noted with what is written next."
    )
    assert desk.notes() == [("MON-01", {"name": "court_visits", "fingerprint": fingerprint(desk.folder)})]
    connection = sqlite3.connect(desk.store)
    kinds = [kind for (kind,) in connection.execute("SELECT kind FROM log ORDER BY seq")]
    connection.close()
    assert kinds.index("plugin") < kinds.index("submitted")


def test_a_plugin_that_did_not_change_is_not_mentioned_again(desk: Desk) -> None:
    desk.fill()
    assert "plugin" not in desk.fill().err and "plugin" not in desk("db", "verify").err
    assert len(desk.notes()) == 1


def test_a_change_is_pointed_out_until_a_writing_command_has_noted_it(desk: Desk) -> None:
    desk.fill("--as", "MON-02")
    before = fingerprint(desk.folder)
    desk.change()
    after = fingerprint(desk.folder)
    for said in (desk("db", "verify"), desk.fill("--dry-run"), desk.fill("--as", "MON-03")):
        assert said.code == 0
        (line,) = [line for line in said.err.splitlines() if line.startswith("Warning")]
        assert f"the plugin 'court_visits' (folder {desk.folder}) has changed" in line
        assert f"was {before[:16]}, noted by MON-02 at 20" in line and f"is {after[:16]}: look at what changed" in line
    assert [(actor, note["fingerprint"]) for actor, note in desk.notes()] == [("MON-02", before), ("MON-03", after)]
    assert "Warning" not in desk("db", "verify").err


def test_a_change_back_is_a_change(desk: Desk) -> None:
    desk.fill()
    before = fingerprint(desk.folder)
    desk.change()
    desk.fill()
    (desk.folder / "README.md").unlink()
    assert fingerprint(desk.folder) == before
    assert "has changed" in desk.fill().err and len(desk.notes()) == 3


def test_answers_that_are_refused_note_nothing(desk: Desk) -> None:
    wrong = desk.folder.parent / "wrong.json"
    wrong.write_text('{"possible": "perhaps"}', "utf-8")
    assert desk("fill", "visits.visit", "--answers", str(wrong)).code == 1
    assert desk.notes() == []


def test_an_import_notes_it_too(desk: Desk) -> None:
    file = desk.folder.parent / "visits.csv"
    file.write_text("possible\nyes\nno\n", "utf-8")
    assert desk("import", "visits.visit", str(file)).code == 0
    assert len(desk.notes()) == 1


def test_a_command_that_loads_no_plugin_notes_none(desk: Desk) -> None:
    desk.fill()
    desk.change()
    said = desk("review", "queue", "--as", "MON-02")
    assert said.code == 0 and "plugin" not in said.err and len(desk.notes()) == 1


def test_a_store_with_notes_verifies_and_is_rebuilt(desk: Desk) -> None:
    desk.fill()
    desk.change()
    desk.fill()
    assert desk("db", "rebuild").code == 0
    assert json.loads(desk("db", "verify", "--json").out)["ok"] is True


def test_a_note_that_was_forged_is_found_by_the_chain(desk: Desk) -> None:
    desk.fill()
    before = desk.notes()[0][1]["fingerprint"]
    desk.change()
    forge(desk.store, lambda payload: payload.replace(str(before), fingerprint(desk.folder)))
    said = desk("db", "verify")
    assert said.code == 1 and "its hash does not fit what it says" in said.out + said.err
    assert "Warning: the log is damaged; no plugin was compared with it." in said.err
    assert desk.fill().code == 1


def test_a_note_that_cannot_be_read_keeps_nobody_from_verifying(desk: Desk) -> None:
    desk.fill()
    forge(desk.store, lambda payload: payload[:-1])
    said = desk("db", "verify")
    assert said.code == 1 and "its payload cannot be read" in said.out + said.err
    assert "Warning: the log is damaged; no plugin was compared with it." in said.err


def test_a_note_that_holds_something_else_is_no_note(desk: Desk) -> None:
    with open_store(desk.store) as store, store.writing("MON-01") as writing:
        writing.append("plugin", None, {"name": ["court_visits"], "fingerprint": fingerprint(desk.folder)})
    assert "is new to this store" in desk("db", "verify").err


def forge(store: Path, change: Callable[[str], str]) -> None:
    """Change the note as somebody does who holds the file, and puts the trigger back afterwards."""
    connection = sqlite3.connect(store)
    (trigger,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'log_keeps_lines'").fetchone()
    (payload,) = connection.execute("SELECT payload FROM log WHERE kind = 'plugin'").fetchone()
    connection.execute("DROP TRIGGER log_keeps_lines")
    connection.execute("UPDATE log SET payload = ? WHERE kind = 'plugin'", (change(payload),))
    connection.execute(trigger)
    connection.commit()
    connection.close()
