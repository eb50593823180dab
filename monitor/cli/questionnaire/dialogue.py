"""The questionnaire as a dialogue: asks, takes answers and commands, saves after each, and ends with a last reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from monitor.cli.questionnaire.asides import Asides
from monitor.cli.questionnaire.commands import SINGLE, Command, command_of
from monitor.cli.questionnaire.console import Console, Left
from monitor.cli.questionnaire.screen import LONG_LIST, Screen
from monitor.cli.questionnaire.writing import written_elsewhere
from monitor.interview import NotTaken, Session, Step, labels_of, row_of
from monitor.languages import Translation
from monitor.questions import Choice, Choices, Coded, Country, Narrative, Question, Text, numbered

_KEYS = 9
"""Lists of at most so many answers are answered with one key."""


class Saves(Protocol):
    """Keeps a session; while somebody is ``typing``, without a word."""

    def __call__(self, session: Session, typing: bool = False) -> None: ...


class Dialogue:
    """A form that is being filled in on a terminal. ``save`` keeps the session after everything that is typed."""

    def __init__(self, console: Console, session: Session, save: Saves, *, parent: str = "") -> None:
        self._console, self._session, self._save, self._parent = console, session, save, parent
        self._screen = Screen(session, plain=console.plain)
        self._words: Translation = session.localized.translation
        self._asides = Asides(console, session)
        self._shown: str | None = None

    def run(self) -> None:
        """Ask until all is in order and somebody wants it submitted. Raises :class:`Left` where somebody leaves."""
        while not self._at_end() if self._session.current() is None else self._one():
            pass

    # One question.

    def _one(self) -> bool:
        """Ask the question at hand once; True, to go on."""
        step = self._session.current()
        assert step is not None  # run() looked
        if self._shown != step.where:
            self._show(step)
        self._save(self._session)  # behind the next question, so that nobody waits for the disk; before the next key
        try:
            typed = self._typed(step)
        except Left as left:
            self._begun(step, left.typed)
            raise
        except KeyboardInterrupt as interrupted:
            self._begun(step, getattr(interrupted, "typed", ""))
            self._asides.leave()
            self._shown = None
            return True
        command = command_of(typed)
        try:
            if command is not None:
                self._do(command, step)
            elif not typed.strip():
                self._session.unfinished.pop(step.where, None)
                self._session.blank()
            else:
                self._answer(step, typed)
        except NotTaken as refused:
            self._explain_refusal(step, refused)
        return True

    def _show(self, step: Step) -> None:
        console, width = self._console, self._console.width
        console.say()
        console.say(self._screen.place(step, width))
        console.say(self._screen.wording(step, width), strong=True)
        for line in self._screen.codes(step, width):
            console.say(line)
        if now := self._screen.now(step, width):
            console.say(now)
        self._shown = step.where

    def _typed(self, step: Step) -> str:
        question, asking = step.question, f"  {step.question.name}:"
        if isinstance(question, Narrative):
            text = self._session.unfinished.get(step.where) or str(step.answer or "")
            if text and self._console.plain:
                self._asides.tell("Now: {answer}. Enter keeps it.", answer=text.rstrip("."))
            return self._console.long(asking, text, lambda typed: self._keep(step, typed))
        kept = (lambda typed: self._keep(step, typed)) if isinstance(question, Text) else None
        text = self._session.unfinished.get(step.where, "")
        return self._console.line(asking, single=_single(step), names=self._names(step), text=text, kept=kept)

    def _begun(self, step: Step, typed: str) -> None:
        """Keep what stood on the line when somebody left it."""
        if typed.strip() and command_of(typed) is None:
            self._session.unfinished[step.where] = typed
            self._save(self._session)

    def _keep(self, step: Step, typed: str) -> None:
        self._session.unfinished[step.where] = typed
        self._save(self._session, True)

    def _names(self, step: Step) -> Sequence[str]:
        question = step.question
        if not isinstance(question, Coded) or isinstance(question, Choices) or len(question.codes) <= _KEYS:
            return ()
        return list(labels_of(question, self._session.localized).values())

    def _answer(self, step: Step, typed: str) -> None:
        taken = self._session.answer(typed)
        if said := self._screen.taken(taken.question, taken.answer):
            self._console.say(said)
        if not self._session.unasked() or self._ask_unasked(step):
            self._tell_rules(step)

    def _tell_rules(self, step: Step) -> None:
        """Say which rules are broken since this answer; stay at it for an error, ask for a line for a warning."""
        for rule in self._session.news():
            self._save(self._session)
            self._asides.tell_rule(rule)
            if wants := self._session.wants(rule) if rule.severity == "error" else "":
                self._asides.want(wants)
            elif rule.severity == "error":
                self._asides.tell("Answer again, or > goes on and leaves it for later.")
                self._stay(step)
            elif not self._asides.explain(rule):
                self._stay(step)

    def _stay(self, step: Step) -> None:
        if any(one.where == step.where for one in self._session.asked()):
            self._session.jump(step.where)
            self._shown = step.where  # it still stands on the screen

    def _ask_unasked(self, step: Step | None) -> bool:
        """Ask what becomes of answers that are no longer asked; False where this question is answered again."""
        self._save(self._session)
        go_on = self._asides.drop()
        if step is not None and not go_on:
            self._session.jump(step.where)
            self._shown = None
        return go_on

    def _explain_refusal(self, step: Step, refused: NotTaken) -> None:
        if refused.problem is not None:
            unlisted = refused.problem.code == "ANSWER-05" and 0 < len(getattr(step.question, "codes", ())) <= LONG_LIST
            if unlisted:
                self._asides.tell("That is none of the answers. Type a number, or a part of an answer.")
            else:
                self._asides.tell_problem(refused.problem)
        if refused.near:
            self._asides.tell("That could be: {answers}.", answers="; ".join(self._near(step.question, refused.near)))

    def _near(self, question: Question, near: Sequence[str]) -> Iterator[str]:
        """Answers that may have been meant, as they can be typed."""
        if not isinstance(question, Coded):
            yield from near
            return
        labels = labels_of(question, self._session.localized)
        listed = {code: number for number, code in numbered(question.codes).items()} if len(labels) <= LONG_LIST else {}
        for code in near[:12]:
            yield f"{listed.get(code, code)} {labels[code]}"

    # Commands.

    def _do(self, command: Command, step: Step | None) -> None:
        session, deed = self._session, command.deed
        if deed == "back":
            if not session.back():
                self._asides.tell("This is the first question.")
        elif deed == "forward":
            session.forward()
        elif deed == "find":
            self._find(command.what)
        elif deed == "all":
            self._overview()
            self._shown = None
        elif deed == "leave":
            raise Left
        elif deed == "end":
            session.jump(None)
        elif deed == "about":
            self._tell_about(command.what)
        elif step is None or deed == "help":
            self._asides.help()
        else:
            self._do_here(command, step)

    def _do_here(self, command: Command, step: Step) -> None:
        """What can only be done at a question."""
        session, deed = self._session, command.deed
        number = int(command.what) if re.fullmatch("[0-9]{1,3}", command.what) else 0
        if deed == "explain":
            for line in self._screen.explanation(step, self._console.width):
                self._console.say(line)
        elif deed == "clear":
            session.clear()
            session.unfinished.pop(step.where, None)
            self._shown = None
        elif deed == "edit":
            self._edit(step)
        elif deed == "add":
            session.add_row()
        elif deed == "remove":
            self._remove_row(number or session.row_at_hand())
        elif deed == "row":
            session.revisit(number)

    def _find(self, text: str) -> None:
        found = self._session.find(text)
        if not found:
            self._asides.tell("No question that is asked holds these words.")
            return
        if len(found) > 1:
            for number, step in enumerate(found[:20], 1):
                row = row_of(step.where)
                mark = f" ({row[1]})" if row else ""
                self._console.say(f"{number:>3}  {self._session.localized.wording(step.question)}{mark}")
            typed = self._asides.ask("Which one? Its number, or Enter to stay:", _digits(found))
            if not re.fullmatch("[0-9]{1,2}", typed) or not 1 <= int(typed) <= len(found):
                self._shown = None
                return
            found = [found[int(typed) - 1]]
        self._session.jump(found[0].where)
        self._shown = None

    def _overview(self) -> None:
        lines = [*self._screen.overview(self._console.width), "", *self._screen.about(self._parent)]
        self._console.say("\n".join(lines))

    def _tell_about(self, what: str) -> None:
        name, _, text = what.partition(" ")
        if name in ("source", "session", "language", "consent"):
            self._session.tell_about(f"_{name}", text)
        for line in self._screen.about(self._parent):
            self._console.say(f"  {line}")

    def _edit(self, step: Step) -> None:
        if not isinstance(step.question, Text):
            self._asides.tell("Only text is written in another program.")
            return
        self._asides.tell("Your editor may keep copies of its own; what it keeps is not protected.")
        text = self._session.unfinished.get(step.where) or str(step.answer or "")
        with self._console.lent():
            written = written_elsewhere(text)
        if written is None:
            self._asides.tell("No editor could be started. EDITOR names it.")
        elif written.strip():
            self._answer(step, written)

    def _remove_row(self, number: int) -> None:
        asking = "Row {number} and its answers go. 1 removes it, Enter keeps it:"
        if self._asides.ask(asking, "1", number=number) == "1":
            self._session.remove_row(number)
        self._shown = None

    # The end.

    def _at_end(self) -> bool:
        """The last reading; True when it is to be submitted."""
        session = self._session
        if self._shown != "":
            self._console.say(f"\n{self._words.phrase('All of it once more:')}", strong=True)
            self._overview()
            self._shown = ""
        self._save(session)
        if session.unasked():
            self._ask_unasked(None)
        for rule in session.warnings():
            self._asides.tell_rule(rule)
            if not self._asides.explain(rule):
                session.jump(rule.at[0].name if rule.at and rule.at[0].form is session.form else None)
                return False
        for rule in session.errors():
            self._asides.tell_rule(rule)
            if wants := session.wants(rule):
                self._asides.want(wants)
        try:
            return self._decide()
        except KeyboardInterrupt:
            self._asides.leave()
        except NotTaken as refused:
            self._asides.tell_problem(refused.problem)
        return False

    def _decide(self) -> bool:
        session, ready = self._session, self._session.ready()
        missing = session.missing()
        if ready:
            asking = "Submit? 1 and Enter submit it, < goes back, /word finds a question, :leave keeps it for later:"
        elif missing:
            asking = "{count} questions still need an answer. Enter goes to the first of them:"
        elif session.begun():
            asking = "A text was begun and not ended. Enter goes to it, :leave keeps it for later:"
        else:
            asking = "This cannot be submitted yet. Enter goes to what is wrong, :leave keeps it for later:"
        typed = self._asides.ask(asking, count=len(missing))
        command = command_of(typed)
        if command is not None:
            self._do(command, None)
        elif typed == "1" and ready:
            return True
        elif not ready and not typed:
            self._go_to_trouble()
        return False

    def _go_to_trouble(self) -> None:
        session = self._session
        where = [step.where for step in [*session.missing(), *session.begun()]]
        where += [question.name for rule in session.errors() for question in rule.at if question.form is session.form]
        asked = {step.where for step in session.asked()}
        session.jump(next((place for place in where if place in asked), None))
        self._shown = None


def _single(step: Step) -> str:
    """The keys that answer a question by themselves."""
    question = step.question
    if not isinstance(question, Choice) or isinstance(question, Country) or len(question.codes) > _KEYS:
        return ""
    keys = "".join(numbered(question.codes))
    return keys + SINGLE if len(keys) == len(question.codes) else ""


def _digits(things: Sequence[object]) -> str:
    count = len(things)
    return "".join(str(number) for number in range(1, count + 1)) if count <= _KEYS else ""
