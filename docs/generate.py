"""Writes the generated pages of this folder: ``python docs/generate.py``. The tests compare them with the code."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import click

from monitor import hookspecs
from monitor.cli.root import cli
from monitor.messages import CATALOGUE

HERE = Path(__file__).parent
GENERATED = "This page is written by `python docs/generate.py`; do not change it by hand."

FAMILIES = {
    "ANSWER": "One answer: these lines stand inside ANSWERS-02",
    "ANSWERS": "The answers of one submission together",
    "ROW": "One row of an imported file: these lines stand beside the rows that were refused",
    "IMPORT": "Importing a file",
    "STORE": "The store",
    "DRAFT": "Drafts",
    "KEY": "Keys, passphrases and anchors",
    "SIGN": "Who signs",
    "SEAL": "Sealed answers",
    "REDACT": "Text that is taken out",
    "REVIEW": "Review",
    "CONSOLIDATE": "Double observations that become one submission",
    "BLIND": "Two who observe the same event",
    "PLAN": "The schedule",
    "FINDINGS": "Findings",
    "STANDARDS": "The register of standards",
    "RELEASE": "Building and checking a release",
    "SITE": "The public site",
    "PLUGIN": "Loading plugins, and what their authors declare",
    "KIT": "Writing and checking a plugin",
    "CONTRACT": "Frozen contracts",
    "DEMO": "The demo",
    "LANGUAGE": "Languages and their catalogues",
    "FILE": "Files and disks",
}


def pages() -> dict[str, str]:
    """The generated pages: what each file of this folder must hold."""
    return {"cli.md": cli_page(), "errors.md": errors_page(), "hooks.md": hooks_page()}


def cli_page() -> str:
    """Every command with what ``--help`` says."""
    lines = [
        "# The command line",
        "",
        f"{GENERATED} Every command says the same with `--help`.",
        "",
        "Data go to stdout, talk to stderr. Exit 0: done; 1: refused, with a sentence and a code "
        "([errors.md](errors.md)); 2: wrong use.",
    ]
    for path, text in _help(cli, None, "monitor"):
        lines += ["", f"{'##' if path.count(' ') < 2 else '###'} {path}", "", "```text", text.rstrip(), "```"]
    return "\n".join(lines) + "\n"


def _help(command: click.Command, parent: click.Context | None, name: str) -> Iterator[tuple[str, str]]:
    ctx = click.Context(command, parent, name, **{**command.context_settings, "terminal_width": 100, "color": False})
    yield ctx.command_path, command.get_help(ctx)
    if isinstance(command, click.Group):
        for each in command.list_commands(ctx):
            found = command.get_command(ctx, each)
            assert found is not None, f"{ctx.command_path} lists {each}, which it does not have"
            yield from _help(found, ctx, each)


def errors_page() -> str:
    """Every message with its code."""
    lines = [
        "# What the program refuses, by code",
        "",
        f"{GENERATED} The sentences stand in `monitor/messages/`; what is in braces is filled in.",
        "",
        "A refusal says what is wrong, where, and what to do; it ends with exit code 1, and nothing was changed by the "
        "attempt. Open and sealed answers are never repeated in one.",
    ]
    strangers = {code.split("-")[0] for code in CATALOGUE} - FAMILIES.keys()
    assert not strangers, f"give these families of codes a title in FAMILIES: {strangers}"
    for family in FAMILIES:
        listed = sorted(code for code in CATALOGUE if code.split("-")[0] == family)
        if listed:
            lines += ["", f"## {FAMILIES[family]}", "", "| code | says | what to do |", "|---|---|---|"]
        lines += [f"| {code} | {_cell(CATALOGUE[code].says)} | {_cell(CATALOGUE[code].do)} |" for code in listed]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def hooks_page() -> str:
    """Every hook with what its specification says."""
    lines = [
        "# Hooks",
        "",
        f"{GENERATED} The specifications stand in `monitor/hookspecs.py`.",
        "",
        "A plugin marks a function of its `__init__.py` with `@hookimpl` (`from monitor import hookimpl`) and gives it "
        "the name of a hook. It may leave out arguments that it does not need. A name that is no hook, and an argument "
        "that the hook does not have, are refused when the plugin is loaded. "
        "[writing-a-plugin.md](writing-a-plugin.md) shows a plugin from an empty folder on.",
    ]
    for name, hook in hooks().items():
        signature = str(inspect.signature(hook)).replace("'", "")
        lines += ["", f"## {name}", "", "```python", f"def {name}{signature}", "```"]
        lines += ["", _plain(inspect.getdoc(hook) or "")]
    return "\n".join(lines) + "\n"


def hooks() -> dict[str, FunctionType]:
    """The specifications by name, in the order in which they stand."""
    return {
        name: thing
        for name, thing in vars(hookspecs).items()
        if isinstance(thing, FunctionType) and hasattr(thing, f"{hookspecs.PROJECT}_spec")
    }


def _plain(docstring: str) -> str:
    """A docstring as Markdown."""
    return docstring.replace(":class:", "").replace("``", "`")


if __name__ == "__main__":
    for page, content in pages().items():
        (HERE / page).write_text(content, encoding="utf-8")
        print(HERE / page)
