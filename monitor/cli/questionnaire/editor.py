"""Questions on a terminal with a line editor: single keys, completion, text of many lines, by prompt_toolkit."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial

import click
from prompt_toolkit import PromptSession
from prompt_toolkit.application import Application
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import DummyHistory
from prompt_toolkit.input import create_input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import Output, create_output
from prompt_toolkit.output.vt100 import Vt100_Output

from monitor.cli.printing import say
from monitor.cli.questionnaire.commands import is_command
from monitor.cli.questionnaire.console import Interrupted, Kept, Left, wrapped
from monitor.languages import folded

_HABIT = 0.4
"""Seconds within which an Enter behind a single key belongs to that key, and is no answer to the next question."""
_EVERY = 2.0
"""Seconds between two savings of a text that is being typed."""
_MENU = 6
"""Lines that are kept for completions."""


class Editor:
    """A terminal with a line editor. What was said before scrolls up and stays; no screen is cleared."""

    plain = False

    def __init__(self) -> None:
        self._single, self._keyed = "", 0.0
        self._names: Sequence[str] = ()
        self._many = False
        self._kept: Kept | None = None
        self._session: PromptSession[str] = PromptSession(
            input=create_input(sys.stdin), output=_output(), key_bindings=self._keys(), completer=_Names(self),
            complete_while_typing=Condition(lambda: bool(self._names)), multiline=Condition(lambda: self._many),
            enable_suspend=False, history=DummyHistory(), prompt_continuation="  ",
        )  # fmt: skip

    @property
    def width(self) -> int:
        """How many columns there are now."""
        return shutil.get_terminal_size((80, 24)).columns

    @property
    def names(self) -> Sequence[str]:
        """What is completed."""
        return self._names

    def say(self, text: str = "", *, strong: bool = False) -> None:
        """Say something."""
        text = wrapped(text, self.width)
        say(click.style(text, bold=True) if strong and "NO_COLOR" not in os.environ else text)

    def held(self) -> AbstractContextManager[None]:
        """Keep the terminal in the state in which keys arrive one by one, also between two questions."""
        return self._session.input.raw_mode()

    def lent(self) -> AbstractContextManager[None]:
        """Give it back as it was."""
        return self._session.input.cooked_mode()

    def line(
        self, asking: str, *, single: str = "", names: Sequence[str] = (), text: str = "", kept: Kept | None = None
    ) -> str:
        """A line as it is typed; a key of ``single`` is one by itself. Raises :class:`Left` at Ctrl-D."""
        return self._ask(asking, single, names, text, False, kept)

    def long(self, asking: str, text: str, kept: Kept) -> str:
        """Text of many lines: Enter begins a new one, a line with a dot alone or Esc and Enter ends it."""
        typed = self._ask(asking, "", (), text, True, kept)
        return typed.removesuffix(".").rstrip("\n") if typed.endswith("\n.") or typed == "." else typed

    def _ask(self, asking: str, single: str, names: Sequence[str], text: str, many: bool, kept: Kept | None) -> str:
        self._single, self._names, self._many, self._kept = single, names, many, kept
        try:
            typed = self._session.prompt(
                f"{asking} ", default=text, reserve_space_for_menu=_MENU if names else 0, pre_run=self._watch
            )
        except EOFError:
            raise Left(self._typed) from None
        except KeyboardInterrupt:
            raise Interrupted(self._typed) from None
        return "".join(sign if not "\ud800" <= sign <= "\udfff" else "\ufffd" for sign in typed)

    def _watch(self) -> None:
        """While text is being typed, keep it every few seconds: the power may go before it is an answer."""
        if self._kept is not None:
            self._session.app.create_background_task(self._keep(self._session.app, self._kept))

    async def _keep(self, app: Application[str], kept: Kept) -> None:
        before = app.current_buffer.text
        while True:
            await asyncio.sleep(_EVERY)
            if (text := app.current_buffer.text) != before and not is_command(text):
                kept(text)
                before = text

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()
        for key in "123456789<>?-+":
            keys.add(key, filter=Condition(lambda key=key: key in self._single and not self._typed))(self._answer)  # type: ignore[misc]  # reason: mypy does not see the default of a lambda
        for name, word in (("pageup", "<"), ("pagedown", ">"), ("f1", "?"), ("f2", ":edit")):
            keys.add(name)(partial(self._turn, word))
        keys.add("c-d")(self._leave)
        keys.add("enter", filter=Condition(lambda: not self._many))(self._enter)
        keys.add("enter", filter=Condition(lambda: self._many))(self._enter_many)
        return keys

    @property
    def _typed(self) -> str:
        return self._session.default_buffer.text

    def _answer(self, event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(event.data)
        self._keyed = time.monotonic()
        event.current_buffer.validate_and_handle()

    def _turn(self, word: str, event: KeyPressEvent) -> None:
        """Do what a word does, and keep the text that stands there."""
        if self._kept is not None and self._typed.strip():
            self._kept(self._typed)
        event.app.exit(result=word)

    def _leave(self, event: KeyPressEvent) -> None:
        event.app.exit(exception=EOFError)

    def _enter(self, event: KeyPressEvent) -> None:
        habit = not self._typed and time.monotonic() - self._keyed < _HABIT
        self._keyed = 0.0
        if not habit:
            event.current_buffer.validate_and_handle()

    def _enter_many(self, event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        done = not buffer.text.strip() or is_command(buffer.text) and "\n" not in buffer.text
        if done or buffer.document.is_cursor_at_the_end and buffer.document.current_line == ".":
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")


def _output() -> Output:
    output = create_output(stdout=sys.stderr)
    if isinstance(output, Vt100_Output):
        output.enable_cpr = False  # a terminal that is asked where its cursor is, and does not answer, costs seconds
    return output


class _Names(Completer):
    """Completes the names of what is asked, wherever in a name the typed words stand."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """The names that hold what was typed: those that begin with it first."""
        typed = folded(document.text)
        if not typed or is_command(document.text):
            return
        names = [(folded(name), name) for name in self._editor.names]
        begin = [name for bare, name in names if bare.startswith(typed)]
        inside = [name for bare, name in names if not bare.startswith(typed) and typed in bare]
        for name in [*begin, *inside][:_MENU]:
            yield Completion(name, start_position=-len(document.text))
