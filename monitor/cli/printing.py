"""How the command line prints: data as JSON or as a plain table, talk on stderr, options that many commands share."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def json_option(command: _Command) -> _Command:
    """``--json``: the same data for scripts."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")(command)


def narratives_option(command: _Command) -> _Command:
    """``--show-narratives``: what people wrote freely is shown only where somebody asks for it."""
    words = "Also show open answers. They can name people."
    return click.option("--show-narratives", is_flag=True, help=words)(command)


def acting_option(command: _Command) -> _Command:
    """``--as CODE`` and ``--sign-with FILE`` after the command's name, too, where people look for them."""

    def remember(ctx: click.Context, parameter: click.Parameter, value: object) -> None:
        if value is not None:
            setattr(ctx.obj, str(parameter.name), value)

    acting = click.option(
        "--as", "acting", metavar="CODE", expose_value=False, callback=remember,
        help="Who acts. By default the code given at init.",
    )  # fmt: skip
    signing = click.option(
        "--sign-with", metavar="FILE", type=click.Path(path_type=Path), expose_value=False, callback=remember,
        help="Your own signing key, where your code is bound to one.",
    )  # fmt: skip
    return acting(signing(command))


ASKED = " Asked for when left out, and then in no shell's history."
"""What the help says of an option that :func:`asked` asks for."""


def asked(given: str | None, what: str) -> str:
    """A line of free text that was given with the command, or else is asked for.

    What is typed with a command stays in the shell's history, and shows in the list of processes while it runs.
    """
    if given is not None:
        return given
    try:
        typed: str = click.prompt(what, err=True)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise click.UsageError(f"Missing: {what}. Give the option, or run it in a terminal, which asks.") from None
    return typed


def say(text: str = "") -> None:
    """Talk: to stderr, so that data on stdout stays clean."""
    click.echo(text, err=True)


def print_json(data: object) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


def _plain(thing: object) -> Any:
    return dataclasses.asdict(thing) if dataclasses.is_dataclass(thing) and not isinstance(thing, type) else str(thing)


def alarming(text: str) -> str:
    """A line that must not be overlooked: red where colours are wanted; it says in words why, too."""
    return text if os.environ.get("NO_COLOR") else click.style(text, fg="red", bold=True)


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], alarms: Callable[[int], bool] = lambda row: False
) -> None:
    """A plain table on stdout; the last column is cut where the terminal ends.

    ``alarms`` says of which rows (from 0) nobody must overlook the line.
    """
    lines = [
        [str(heading) for heading in headings],
        *(["" if cell is None else str(cell) for cell in row] for row in rows),
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    limit = shutil.get_terminal_size((10_000, 24)).columns
    for number, line in enumerate(lines, -1):
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        text = text if len(text) <= limit else text[: limit - 1] + "…"
        click.echo(alarming(text) if number >= 0 and alarms(number) else text)


def print_answers(rows: Iterable[tuple[str, str]]) -> None:
    """Questions and answers on stdout. On a terminal a long answer goes on in the next line: nothing of it is cut."""
    found = list(rows)
    width = max((len(question) for question, _ in found), default=0) + 2
    columns = shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else None
    for question, answer in found:
        text = f"{question:<{width}}{answer}"
        if columns is None or len(text) <= columns:
            click.echo(text)
            continue
        indent = " " * min(width, columns // 2)
        for paragraph in text.splitlines():
            begins = indent if paragraph not in text.splitlines()[:1] else ""
            click.echo(textwrap.fill(paragraph, columns, initial_indent=begins, subsequent_indent=indent))
