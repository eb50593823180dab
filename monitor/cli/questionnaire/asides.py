"""What is asked beside the questions of a form: explanations, sources, whether to leave; and what is said of rules."""

from __future__ import annotations

from monitor.cli.questionnaire.commands import SINGLE, command_of
from monitor.cli.questionnaire.console import Console, Left
from monitor.errors import Problem
from monitor.interview import NotTaken, Session, tell
from monitor.rules import Rule

HELP = (
    "< or - or PageUp: back. > or + or PageDown: forward. Enter: keep the answer, or leave an optional one blank.",
    "?: what the question means. /word: find a question. :all: the whole form so far. :end: to the end.",
    ":clear: take the answer away. :add, :remove 2, :row 2: rows. :about: source, session, language.",
    ":edit or F2: write in your own editor. :leave or Ctrl-D: leave; all is kept, and 'fill' goes on at this place.",
)
"""What the keys and words do."""

_WANTED = {
    "_source": "Source of these answers (such as: written judgment), or Enter for later:",
    "_session": "Which session of that day is it? Its number, or Enter for later:",
}


class Asides:
    """Short questions beside a form, on the same terminal. Each raises :class:`Left` where somebody leaves."""

    def __init__(self, console: Console, session: Session) -> None:
        self._console, self._session = console, session
        self._words = session.localized.translation

    def tell(self, phrase: str, **values: object) -> None:
        """Say a phrase of the questionnaire."""
        self._console.say(f"  {self._words.phrase(phrase, **values)}")

    def ask(self, phrase: str, single: str = "", **values: object) -> str:
        """Ask something: the words first, so that they are broken between words, then a line."""
        self.tell(phrase, **values)
        return self._console.line("  >", single=single).strip()

    def tell_rule(self, rule: Rule) -> None:
        """Say which rule is broken, and where."""
        names = ", ".join(question.name for question in rule.at[:3])
        place = f"{names}: " if len(rule.at) <= 3 and names else ""
        self._console.say(f"\n  ! {place}{self._session.localized.says(rule)} ({rule.id})")

    def tell_problem(self, problem: Problem | None) -> None:
        """Say what is wrong with what was typed."""
        if problem is not None:
            rule = f" ({problem.rule})" if problem.rule else ""
            self._console.say(f"  ! {self._words.problem(problem).says}{rule}")

    def help(self) -> None:
        """Say what the keys and words do."""
        for line in HELP:
            self.tell(line)

    def explain(self, rule: Rule) -> bool:
        """Ask for the line that explains a warning; False where the question is to be answered again."""
        while True:
            typed = self.ask("If it is so, explain it in a line (< answers again, Enter leaves it for the end):")
            command = command_of(typed)
            if command is not None and command.deed == "leave":
                raise Left
            if not typed or command is not None and command.deed == "back":
                return not typed
            try:
                self._session.explain(rule.id, typed)
                return True
            except NotTaken as refused:
                self.tell_problem(refused.problem)

    def want(self, name: str) -> None:
        """Ask for the part of the envelope that mends a broken rule."""
        while typed := self.ask(_WANTED[name]):
            if command_of(typed) is not None:
                return
            try:
                self._session.tell_about(name, typed)
                return
            except NotTaken as refused:
                self.tell_problem(refused.problem)

    def drop(self) -> bool:
        """Show the answers that are no longer asked, and drop them only when somebody says so.

        False where the question after which they are no longer asked is to be answered again.
        """
        self._console.say(f"\n  {self._words.phrase('These answers are no longer asked:')}")
        for one in self._session.unasked():
            said = tell(one.question, one.answer, self._session.localized)
            self._console.say(f"  - {self._session.localized.wording(one.question)}  {said}")
        typed = self.ask("1 drops them, < answers again, Enter decides at the end:", "1" + SINGLE)
        command = command_of(typed)
        if command is not None and command.deed == "leave":
            raise Left
        if typed == "1":
            self._session.drop_unasked()
            self.tell("They are dropped.")
        return command is None or command.deed != "back"

    def leave(self) -> None:
        """After Ctrl-C: ask whether to leave. A second Ctrl-C leaves."""
        self._console.say()
        try:
            typed = self.ask("Leave? All is kept as a draft. 1 leaves, Enter goes on:", "1")
        except KeyboardInterrupt:
            raise Left from None
        if typed == "1":
            raise Left
