"""The rules of the house: layers, types, style, and a sentence for every folder and module."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 450


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "__pycache__" not in path.parts:
                yield path


def names(paths: Iterator[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


OURS = names(sources("monitor", "plugins"))
ALL = names(sources("monitor", "plugins", "tests", "benchmarks"))


def check(*words: str) -> None:
    done = subprocess.run([*words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"


@pytest.mark.slow
def test_modules_import_only_from_the_stages_before_them() -> None:
    check(str(Path(sys.executable).with_name("lint-imports")))


def test_ruff_finds_nothing() -> None:
    check(sys.executable, "-m", "ruff", "check", "--quiet", ".")


@pytest.mark.slow
def test_mypy_finds_nothing_in_strict_mode() -> None:
    check(sys.executable, "-m", "mypy")


def test_the_command_line_starts_without_datasette() -> None:
    # Datasette takes half a second to import, and only `serve` and `demo` need it.
    check(sys.executable, "-c", "import sys, monitor.cli; sys.exit('datasette' in sys.modules)")


@pytest.mark.parametrize("path", ALL)
def test_a_module_opens_with_a_sentence_on_what_it_is_for(path: str) -> None:
    docstring = ast.get_docstring(ast.parse((ROOT / path).read_text("utf-8"))) or ""
    first = docstring.split("\n\n")[0].strip()
    assert first.endswith(".") and len(first) > 10, f"{path} opens with: {first!r}"


@pytest.mark.parametrize("path", ALL)
def test_an_ignored_warning_gives_its_reason(path: str) -> None:
    for number, line in enumerate((ROOT / path).read_text("utf-8").splitlines(), 1):
        if re.search(r"#\s*(type:\s*ignore|noqa)\b", line) and "re.search" not in line:
            assert re.search(r"# (type: ignore\[[\w, -]+\]|noqa: [A-Z0-9, ]+)  # reason: \S", line), f"{path}:{number}"


@pytest.mark.parametrize("path", OURS)
def test_a_file_can_be_read_in_one_sitting(path: str) -> None:
    assert len((ROOT / path).read_text("utf-8").splitlines()) < LONGEST_FILE


# CONTRIBUTING.md: one sentence for each folder, and for each module of the framework


def described() -> dict[str, str]:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    return dict(re.findall(r"^\| `([\w./-]+)` \| (.+?) \|$", text, re.MULTILINE))


def tracked_top_level() -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode != 0:
        pytest.skip("not a git checkout, so nothing says which folders belong to the project")
    return {f"{line.split('/')[0]}/" for line in listed.stdout.splitlines() if "/" in line}


def inside_monitor() -> set[str]:
    modules = {f"monitor/{path.name}" for path in (ROOT / "monitor").glob("*.py")}
    return modules | {f"monitor/{path.parent.name}/" for path in (ROOT / "monitor").glob("*/__init__.py")}


def test_every_folder_has_its_sentence() -> None:
    plugins = {f"plugins/{path.parent.name}/" for path in (ROOT / "plugins").glob("*/pyproject.toml")}
    assert sorted((tracked_top_level() | plugins) - described().keys()) == []


def test_every_module_of_the_framework_has_its_sentence() -> None:
    assert sorted(inside_monitor() - described().keys()) == []


def test_no_sentence_is_left_of_something_that_is_gone() -> None:
    # schemas/ comes into being with the first frozen contract.
    assert [name for name in described() if name != "schemas/" and not (ROOT / name).exists()] == []


@pytest.mark.parametrize("name, sentence", described().items())
def test_it_is_one_sentence(name: str, sentence: str) -> None:
    assert re.fullmatch(r"[A-Z][^.]*(\.\w[^.]*)*\.", sentence), f"{name}: {sentence}"
