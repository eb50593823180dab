"""Whatever somebody types into the questionnaire, it goes on asking, and what it keeps can be gone on with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.cli.questionnaire import Dialogue, Left
from monitor.interview import Session, as_draft, from_draft
from tests.test_session import INN, Visit, begin

COMMANDS = ("<", ">", "-", "+", "?", "/guest", "/how", "/", ":all", ":end", ":clear", ":add", ":remove", ":remove 1",
            ":row 2", ":row", ":about", ":about session 2", ":about session x", ":about source a letter", ":help", ":x",
            ": ", " :said", "", "1", "2", "3", "yes", "no", "3.4.2024", "31.2.2024", "60", "none", "1 2", "calm;loud",
            "A line of explanation.", "\x00", "\ud83d", "9" * 30, "²", "٣", "½")  # fmt: skip


class Scripted:
    """A terminal at which somebody types these lines, and then leaves."""

    plain = True
    width = 80

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines: Iterator[str] = iter(lines)

    def say(self, text: str = "", *, strong: bool = False) -> None:
        """Nobody listens."""

    def line(self, asking: str, **more: object) -> str:
        """The next line."""
        typed = next(self._lines, None)
        if typed is None:
            raise Left
        return typed

    def long(self, asking: str, text: str, kept: object) -> str:
        """The next line, as all of the text."""
        return self.line(asking)

    def held(self) -> AbstractContextManager[None]:
        """Nothing."""
        return nullcontext()

    def lent(self) -> AbstractContextManager[None]:
        """Nothing."""
        return nullcontext()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(COMMANDS), st.text(max_size=12)), max_size=60))
def test_whatever_is_typed_it_goes_on_and_what_is_kept_can_be_gone_on_with(lines: list[str]) -> None:
    session, kept = begin(), []

    def save(one: Session, typing: bool = False) -> None:
        kept.append(json.dumps(as_draft(one)))

    with suppress(Left):  # where the lines come to their end
        Dialogue(Scripted(lines), session, save, parent="P1").run()
        assert session.ready()
    for draft in kept[-3:]:
        resumed, carried = from_draft(json.loads(draft), session.localized, Visit, "MON-01", session.beside)
        assert carried is None and resumed.instrument is INN
        assert json.dumps(as_draft(resumed)) == draft
