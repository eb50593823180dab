"""Fill in a form on the terminal, with a draft in the store behind every answer, until it is submitted."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from monitor.cli.printing import say
from monitor.cli.root import Work
from monitor.errors import AnswersRefused, Refusal
from monitor.interview import labels_of, matching, questions_of
from monitor.questions import Country

if TYPE_CHECKING:
    from monitor.cli.questionnaire import Console
    from monitor.forms import FormMeta
    from monitor.instrument import Instrument
    from monitor.interview import Beside, Session
    from monitor.languages import Localized
    from monitor.store import Draft, Store
    from monitor.submissions import Stored, Submission

T = TypeVar("T")

_HOW = "A number, a word or a part of it answers; ? explains, < goes back, :help shows the rest. All is kept as you go."
_PASSING = ("STORE-07", "STORE-08", "STORE-26")
"""Refusals that pass: another program writes, the disk is full or does not answer."""


@dataclass
class Filling:
    """A form, or a draft of it, that somebody fills in on the terminal."""

    work: Work
    store: Store
    console: Console
    instrument: Instrument
    form: FormMeta
    author: str
    localized: Localized
    draft: Draft | None = None

    def run(self, *, dry_run: bool) -> Submission:
        """Ask until it is submitted, or with ``dry_run`` could be. Raises ``Exit`` of click where it is left."""
        from monitor.cli.questionnaire import Dialogue, Left

        try:
            with self.console.held():
                session, parent = self._session()
                self._greet()
                dialogue = Dialogue(self.console, session, self.save, parent=parent)
                submission = None
                while submission is None:
                    dialogue.run()
                    submission = self._check(session)
                if not dry_run:
                    self._patiently(partial(self._submit, submission))
                return submission
        except (Left, KeyboardInterrupt):
            self._leave()

    # Before the first question.

    def _session(self) -> tuple[Session, str]:
        from monitor.cli.questionnaire import ask_carried_over
        from monitor.interview import Session, from_draft

        if self.draft is None:
            beside, parent, name = self._beside(None)
            session = Session(self.localized, self.form, self.author, beside)
        else:
            content = self.draft.content
            beside, parent, name = self._beside(content["about"]["parent"])
            session, carried = from_draft(content, self.localized, self.form, self.author, beside)
            if carried is not None and not ask_carried_over(self.console, carried, self.localized.translation):
                self._leave()
        session.belong_to(parent)
        return session, name

    def _beside(self, known: str | None) -> tuple[Beside, str | None, str]:
        """What the session may know of the store, the id of the submission above it, and the reference of that."""
        from monitor.cli.questionnaire import ask_parent
        from monitor.interview import Beside
        from monitor.store import list_submissions
        from monitor.submissions import answers_around

        around, above = self.store.surroundings(self.work.plugins.catalogue), self.form.parent
        parent: Stored | None = None
        if above is not None:
            parent = around.find(above, known) if known else None
            if parent is None:
                stored = list_submissions(self.store, form=above.full_code())
                keys = [one.key or one.id for one in stored if one.state != "withdrawn"]
                parent = ask_parent(self.console, self.localized, above, keys, lambda key: around.find(above, key))
        today = date.today()
        beside = Beside(
            parent.answers(today) if parent else None,
            answers_around(around, self.form, parent, None, today),
            lambda reference: around.find(self.form, reference) is not None,
        )
        name = str(parent.values.get(above.key or "") or parent.id) if parent and above else ""
        return beside, parent.id if parent else None, name

    def _greet(self) -> None:
        for _, question in questions_of(self.form):  # before the first question, so that none of them waits for it
            if isinstance(question, Country):
                matching("?", labels_of(question, self.localized))
        words = self.localized.translation
        self.console.say(f"{self.localized.form_title(self.form)} ({self.form.full_code()} {self.instrument.version})")
        self.console.say(words.phrase(_HOW))
        if self.console.plain:
            self.console.say(words.phrase("Each answer ends with Enter."))

    # After each answer.

    def save(self, session: Session, typing: bool = False) -> None:
        """Keep the session as a draft; when this returns, it is on the disk.

        While somebody is ``typing`` nothing is said where that fails: it is tried again with the answer.
        """
        from monitor.interview import as_draft
        from monitor.store import new_draft, save_draft

        content = as_draft(session)
        if self.draft is None and not (session.values or session.unfinished or session.passed):
            return
        if self.draft is not None and self.draft.content == content:
            return
        draft = self.draft or new_draft(self.form.full_code(), self.instrument.version, self.author)
        content = json.loads(json.dumps(content))  # as it is now: the session goes on
        if typing:
            with contextlib.suppress(Refusal):
                self.draft = save_draft(self.store, draft, self.instrument.version, content)
        else:
            self.draft = self._patiently(lambda: self._saved(draft, content))

    def _saved(self, draft: Draft, content: Mapping[str, Any]) -> Draft:
        """The draft, saved; where another window has it, what was typed here becomes one of its own."""
        from monitor.store import new_draft, save_draft

        try:
            return save_draft(self.store, draft, self.instrument.version, content)
        except Refusal as refusal:
            if refusal.code != "DRAFT-02":
                raise
            own = save_draft(self.store, new_draft(draft.form, draft.version, draft.author), draft.version, content)
            raise Refusal("DRAFT-05", id=draft.id, kept=own.id) from None

    # At the end.

    def _check(self, session: Session) -> Submission | None:
        """The checked submission; None, and what is wrong is said, where it cannot be submitted as it is."""
        from monitor.cli.languages import problem_lines
        from monitor.submissions import check

        around = self.store.surroundings(self.work.plugins.catalogue)
        try:
            return check(self.instrument, self.form, session.raw(), author=self.author, around=around)
        except AnswersRefused as refusal:
            say("\n".join(["", *problem_lines(refusal, self.localized.translation), ""]))
            if any(problem.where == "_parent" for problem in refusal.problems):
                raise  # the submission above was withdrawn meanwhile; the draft stays
            return None

    def _submit(self, submission: Submission) -> None:
        from monitor.store import end_draft

        with self.store.writing(self.author) as writing:
            writing.submit(submission, self.instrument, self.form)
            if self.draft is not None:
                end_draft(self.store, self.draft)

    def _patiently(self, act: Callable[[], T]) -> T:
        """Do something to the store; where it cannot be written just now, say so, wait for Enter, and try again."""
        while True:
            try:
                return act()
            except Refusal as refusal:
                if refusal.code not in _PASSING:
                    raise
                say("\n".join(self.work.speech.refusal(refusal, self.work.plugins)))
                self.console.line(self.localized.translation.phrase("Enter tries again:"))

    def _leave(self) -> NoReturn:
        """Say how to go on another time, and end."""
        words = self.localized.translation
        if self.draft is None or self.draft.saved == 0:
            self.console.say(words.phrase("Nothing was typed, and nothing is kept."))
        else:
            kept = "Kept as a draft, not submitted. Go on with: monitor fill --resume {id}"
            self.console.say(f"\n{words.phrase(kept, id=self.draft.id)}")
        if not sys.stdin.isatty():
            raise click.Abort  # a script must not take this for a submission
        raise click.exceptions.Exit(0)
