"""Plugins come from folders and from installed packages; a broken one is met with a sentence that names the place."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

import pytest

from monitor import plugins
from monitor.errors import Refusal
from monitor.plugins import load

BUILT_IN = Path(__file__).parents[1] / "plugins"

INSTRUMENT = '''
"""A plugin under test."""

from monitor import Choice, Choices, Codes, Form, Instrument, Narrative, Share, Tally, Text, by, hookimpl

YES_NO = Codes(yes="Yes", no="No")


class Visit(Form):
    """A visit."""

    possible = Choice("Was it possible?", YES_NO, publish="dimension")
    quiet = Choice("Was it quiet?", YES_NO, only_if=possible.is_("yes"), publish="counted")
    notes = Narrative("What else?", optional=True)


@hookimpl
def register_instruments():
    """One instrument."""
    return [Instrument(code="visits", version="1.0", title="Visits", forms=(Visit,))]
'''


@pytest.fixture(autouse=True)
def nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "entry_points", lambda group: [])


def write(folder: Path, source: str = INSTRUMENT, package: str = "visits") -> Path:
    """A plugin folder with one package."""
    (folder / package).mkdir(parents=True)
    (folder / "pyproject.toml").write_text(f'[project]\nname = "{package}"\n', "utf-8")
    (folder / package / "__init__.py").write_text(source, "utf-8")
    return folder


def refusal(*folders: Path) -> Refusal:
    with pytest.raises(Refusal) as refused:
        load(folders)
    return refused.value


# Found and loaded


def test_a_folder_of_plugins_and_one_plugin_are_both_folders_of_plugins(tmp_path: Path) -> None:
    one = write(tmp_path / "many" / "one")
    assert list(load([one]).catalogue) == ["visits"]
    assert list(load([tmp_path / "many"]).catalogue) == ["visits"]


def test_the_same_folder_named_twice_is_loaded_once(tmp_path: Path) -> None:
    one = write(tmp_path / "many" / "one")
    assert [plugin.name for plugin in load([one, tmp_path / "many"]).plugins] == ["one"]


def test_it_is_known_where_an_instrument_comes_from(tmp_path: Path) -> None:
    loaded = load([write(tmp_path / "one")])
    assert loaded.origins == {"visits": f"folder {tmp_path / 'one'}"}
    assert loaded.plugins[0].folder == tmp_path / "one" / "visits"


def test_a_form_is_found_by_its_full_name_and_a_missing_one_met_with_those_that_exist(tmp_path: Path) -> None:
    loaded = load([write(tmp_path / "one")])
    instrument, form = loaded.form("visits.visit")
    assert (instrument.code, form.code) == ("visits", "visit")
    for wrong in ("visits.visits", "visit", "other.visit", ""):
        with pytest.raises(Refusal) as refused:
            loaded.form(wrong)
        assert refused.value.lines() == [f"Error: there is no form '{wrong}'. [ANSWERS-01]", "Forms: visits.visit."]
    with pytest.raises(Refusal, match="PLUGIN-13"):
        loaded.instrument("visit")


def test_the_built_in_plugins_load_from_their_folders() -> None:
    loaded = load([BUILT_IN])
    assert {"case_data", "trial_monitoring"} <= set(loaded.catalogue)
    assert loaded.left_out == ()


@pytest.mark.parametrize("folder", sorted(BUILT_IN.glob("*/pyproject.toml")), ids=lambda path: path.parent.name)
def test_a_copy_of_a_built_in_plugin_stands_beside_it(folder: Path, tmp_path: Path) -> None:
    original = folder.parent
    copy = tmp_path / "copy"
    shutil.copytree(original, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (package,) = (path.parent for path in copy.glob("*/__init__.py"))
    written = package / "instrument.py"
    text = written.read_text("utf-8")
    written.write_text(text.replace(f'code="{original.name}"', 'code="copied"'), "utf-8")
    renamed = package.rename(copy / "monitor_copied")

    loaded = load([original, copy])
    theirs, ours = loaded.instrument(original.name), loaded.instrument("copied")
    assert [form.code for form in theirs.forms] == [form.code for form in ours.forms]
    assert not set(theirs.all_forms()) & set(ours.all_forms())
    assert [form.full_code().split(".")[0] for form in theirs.forms] == [original.name] * len(theirs.forms)
    assert ours.folder == renamed


# Broken folders


def test_a_folder_without_a_plugin_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).sentence == f"{tmp_path} is no plugin folder."
    assert refusal(tmp_path / "missing").sentence == f"{tmp_path / 'missing'} is no plugin folder."


def test_a_folder_with_two_packages_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "one")
    (folder / "second").mkdir()
    (folder / "second" / "__init__.py").write_text("", "utf-8")
    assert "it holds several packages: second, visits." in refusal(folder).sentence


def test_a_misspelt_hook_is_met_with_the_one_that_was_meant(tmp_path: Path) -> None:
    folder = write(tmp_path / "one", INSTRUMENT.replace("def register_instruments", "def register_instrument"))
    refused = refusal(folder)
    assert refused.sentence == f"folder {folder}: the hook 'register_instrument' does not exist."
    assert refused.advice == "Hooks are: register_instruments."


def test_a_plugin_without_a_hook_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "one", INSTRUMENT.replace("@hookimpl\n", ""))
    assert "it has no hook: mark one of register_instruments" in refusal(folder).sentence


def test_a_hook_with_arguments_of_its_own_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "one", INSTRUMENT.replace("register_instruments()", "register_instruments(store)"))
    refused = refusal(folder)
    assert refused.code == "PLUGIN-10" and "store" in refused.sentence


BROKEN = {
    "misspelt code": ('is_("yes")', 'is_("yess")', 12, "'yess' is not a code of the question 'Was it possible?'"),
    "published narrative": (
        "optional=True)", 'optional=True, publish="counted")', 8, "Visit.notes: a Narrative is never published"
    ),
    "duplicate code": (
        'Codes(yes="Yes", no="No")', 'Codes(("yes", "Yes"), ("yes", "No"))', 5, "the code 'yes' stands twice"
    ),
    "duplicate question": ("    notes =", "    quiet =", 13, "Visit.quiet: this name stands twice in the form"),
    "equals sign for a condition": (
        'possible.is_("yes")', 'possible == "yes"', 12, "its only_if is False, which is no condition"
    ),
    "unknown name": ("YES_NO, only_if", "YESNO, only_if", 12, "NameError: name 'YESNO' is not defined"),
    "unknown import": ("import Choice,", "import Choise,", 3, "ImportError: cannot import name 'Choise'"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_declaration_is_named_with_its_file_and_line(fault: str, tmp_path: Path) -> None:
    old, new, line, says = BROKEN[fault]
    assert INSTRUMENT.count(old) == 1
    folder = write(tmp_path / "one", INSTRUMENT.replace(old, new).lstrip())
    sentence = refusal(folder).sentence
    assert f"visits/__init__.py, line {line}: " in sentence and says in sentence


@pytest.mark.parametrize(
    "source, says",
    [
        ("def register(:\n    pass\n", "__init__.py, line 1: invalid syntax"),
        ('from monitor import Codes\n\nC = Codes(a="A", a="B")\n', "__init__.py, line 3: keyword argument repeated: a"),
        ("x = 1\n    y = 2\n", "__init__.py, line 2: unexpected indent"),
        ("raise RuntimeError('not today')\n", "visits/__init__.py, line 1: RuntimeError: not today"),
        ("from . import missing\n", "visits/__init__.py, line 1: ImportError"),
        ("raise SystemExit(0)\n", "visits/__init__.py, line 1: SystemExit: 0"),
        ("\0", "could not be loaded"),
    ],
)
def test_a_file_that_python_cannot_read_is_named_with_its_line(source: str, says: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "one", source)
    sentence = refusal(folder).sentence
    assert f"folder {folder} could not be loaded" in sentence and says in sentence


def test_a_fault_is_found_in_a_folder_that_is_named_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "one", "raise RuntimeError('not today')\n")
    monkeypatch.chdir(tmp_path)
    assert "visits/__init__.py, line 1: RuntimeError" in refusal(Path("one")).sentence


def test_a_fault_in_a_module_of_the_plugin_is_found_there(tmp_path: Path) -> None:
    folder = write(tmp_path / "one", '"""A plugin."""\n\nfrom . import form\n')
    (folder / "visits" / "form.py").write_text("from monitor import Codes\n\nCODES = Codes(('a b', 'A'))\n", "utf-8")
    assert refusal(folder).sentence.startswith("visits/form.py, line 3: A list of codes: 'a b' cannot be a name here")


@pytest.mark.parametrize("given", ["None", "[Visit]", "5", "1 / 0", "Visit.nothing"])
def test_a_hook_that_gives_something_else_is_refused(given: str, tmp_path: Path) -> None:
    source = INSTRUMENT.replace("return [", f"return {given}\n    return [")
    folder = write(tmp_path / "one", source)
    refused = refusal(folder)
    assert refused.code == "PLUGIN-10" and refused.sentence.startswith(f"folder {folder} could not be loaded: ")


def test_an_instrument_that_does_not_hold_together_is_named_with_its_line(tmp_path: Path) -> None:
    tables = 'indicators=(Tally(id="V1", title="x", unit=Visit, tables=((by(Visit.quiet),),)),)'
    folder = write(tmp_path / "one", INSTRUMENT.replace("forms=(Visit,)", f"forms=(Visit,), {tables}").lstrip())
    assert refusal(folder).sentence == (
        "visits/__init__.py, line 19: An indicator: 'quiet' breaks a table down, but its publish is 'counted'."
    )


# The same code twice


def test_one_code_from_two_folders_is_refused_and_names_both(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a"), write(tmp_path / "b")
    assert refusal(first, second).sentence == (
        f"two instruments have the code visits 1.0: folder {first} and folder {second}."
    )


# Installed plugins


class Entry:
    """An entry point of an installed package."""

    def __init__(self, name: str, load: Callable[[], ModuleType]) -> None:
        self.name = name
        self.load = load


def installed(monkeypatch: pytest.MonkeyPatch, *entries: Entry) -> None:
    monkeypatch.setattr(plugins, "entry_points", lambda group: list(entries))


def module(name: str, source: str) -> ModuleType:
    made = ModuleType(name)
    exec(source, made.__dict__)
    return made


def cannot_be_imported() -> ModuleType:
    raise ModuleNotFoundError("No module named 'elsewhere'")


def test_an_installed_plugin_is_loaded_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, Entry("visits", lambda: module("visits_installed", INSTRUMENT)))
    loaded = load()
    assert loaded.origins == {"visits": "installed plugin 'visits'"} and loaded.left_out == ()


BROKEN_ENTRIES = {
    "import": cannot_be_imported,
    "no hook": lambda: module("visits_a", INSTRUMENT.replace("@hookimpl\n", "")),
    "misspelt hook": lambda: module("visits_b", INSTRUMENT.replace("def register_instruments", "def register_visits")),
    "declaration": lambda: module("visits_c", INSTRUMENT.replace('is_("yes")', 'is_("yess")')),
    "hook that fails": lambda: module("visits_d", INSTRUMENT.replace("return [", "return 1 / 0, [")),
}


@pytest.mark.parametrize("fault", BROKEN_ENTRIES)
def test_a_broken_installed_plugin_is_left_out_and_named(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, Entry("broken", BROKEN_ENTRIES[fault]))
    loaded = load([write(tmp_path / "one")])
    assert list(loaded.catalogue) == ["visits"]
    (sentence,) = loaded.left_out
    assert "installed plugin 'broken'" in sentence or "yess" in sentence


def test_an_installed_plugin_and_a_folder_of_one_code_are_refused_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, Entry("visits", lambda: module("visits_installed", INSTRUMENT)))
    folder = write(tmp_path / "one")
    assert refusal(folder).sentence.endswith(f"installed plugin 'visits' and folder {folder}.")


def test_loading_leaves_no_doubled_modules_behind(tmp_path: Path) -> None:
    folder = write(tmp_path / "one")

    def ours() -> Iterable[str]:
        return [name for name in sys.modules if name.startswith("visits_")]

    load([folder])
    once = ours()
    load([folder])
    assert ours() == once
