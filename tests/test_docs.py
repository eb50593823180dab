"""The generated pages say what the code says, the tutorial runs as it is written, and no link leads nowhere."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import click
import pytest

import monitor
from monitor.cli.root import cli
from monitor.messages import CATALOGUE

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.glob("*.md"), *ROOT.glob("*.md"), *ROOT.glob("plugins/*/README.md")])


# Generated pages


@cache
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", DOCS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["cli.md", "errors.md", "hooks.md"])
def test_a_generated_page_is_up_to_date(page: str) -> None:
    assert (DOCS / page).read_text("utf-8") == generator().pages()[page], "run: python docs/generate.py"


def test_every_code_stands_in_the_page_of_errors() -> None:
    listed = re.findall(r"^\| ([A-Z]+-[0-9]{2}) \|", (DOCS / "errors.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(CATALOGUE)


def test_every_hook_says_when_it_is_called() -> None:
    for name, hook in generator().hooks().items():
        assert "Called " in (hook.__doc__ or ""), name


def test_every_hook_has_a_user_among_the_plugins() -> None:
    written = "\n".join(path.read_text("utf-8") for path in ROOT.glob("plugins/*/*/__init__.py"))
    assert [name for name in generator().hooks() if f"@hookimpl\ndef {name}(" not in written] == []


# Words of the command line


def commands(command: click.Command = cli, path: str = "monitor") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            found = command.get_command(ctx, name)
            assert found is not None
            yield from commands(found, f"{path} {name}")


COMMANDS = dict(commands())


def mentioned(text: str) -> Iterator[str]:
    """The commands that a text names in quotes, code or an example, without their arguments."""
    for words in re.findall(r"(?:[`']|^\$? ?|\| )(monitor [a-z][^`'\n|]*)", text, re.MULTILINE):
        known = [path for path in COMMANDS if f"{words} ".startswith(f"{path} ")]
        longest = max(known, key=len, default="monitor")
        inner = COMMANDS[longest]
        rest = words.removeprefix(longest).split()
        yield longest if not isinstance(inner, click.Group) or not rest or rest[0].startswith("-") else words


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_message_names_only_commands_that_exist(code: str) -> None:
    for command in mentioned(f"{CATALOGUE[code].says}\n{CATALOGUE[code].do}"):
        assert command in COMMANDS


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_links_only_to_what_is_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_names_only_commands_that_exist(page: Path) -> None:
    for command in mentioned(page.read_text("utf-8")):
        assert command in COMMANDS


# The tutorial

TUTORIAL = (DOCS / "writing-a-plugin.md").read_text("utf-8")
BLOCK = re.compile(r"(?:^`(?P<path>[\w./-]+)`\n\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> Iterator[tuple[str | None, str, str]]:
    for found in BLOCK.finditer(TUTORIAL):
        yield found["path"], found["kind"], found["text"]


def execute(line: str, folder: Path) -> tuple[int, str]:
    """Run one line of a console block in a folder: its exit code, and what it prints."""
    program, *arguments = shlex.split(line)
    ours = {"monitor": ["-c", "from monitor.cli import main; main()"], "python": []}
    done = subprocess.run(
        [sys.executable, *ours[program], *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": "-p no:cacheprovider", "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_tutorial_runs_as_it_is_written(tmp_path: Path) -> None:
    ran = 0
    for path, kind, text in blocks():
        if path is not None:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, "utf-8")
        elif kind == "console":
            for line, _, expected in (part.partition("\n") for part in text.split("$ ")[1:]):
                code, printed = execute(line, tmp_path)
                assert code == (1 if re.search(r"^error: ", expected, re.MULTILINE | re.IGNORECASE) else 0), printed
                # Three dots stand for what differs from run to run.
                pattern = re.escape(expected.strip()).replace(r"\.\.\.", ".*")
                assert re.fullmatch(pattern, printed.strip(), re.DOTALL), f"$ {line}\n{printed}"
                ran += 1
    assert ran >= 6


def test_the_tutorial_shows_every_file_of_the_folder_that_it_draws() -> None:
    shown = {path for path, _, _ in blocks() if path is not None}
    for name in ("pyproject.toml", "__init__.py", "visit.py", "rules.py", "indicators.py", "instrument.py"):
        assert any(path.endswith(f"/{name}") for path in shown), name


def test_the_tutorial_uses_only_names_that_a_plugin_may_use() -> None:
    for _, kind, text in blocks():
        if kind == "python":
            for names in re.findall(r"^from monitor import (.+)$", text, re.MULTILINE):
                assert set(names.split(", ")) <= set(monitor.__all__)
