"""What is asked before the first question: which draft, what changed in it, and what the form belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from monitor.cli.questionnaire.commands import command_of
from monitor.cli.questionnaire.console import Console, Left
from monitor.cli.questionnaire.screen import changes
from monitor.interview import CarriedOver, tell
from monitor.languages import folded
from monitor.questions import Date, Ref

if TYPE_CHECKING:
    from monitor.forms import FormMeta
    from monitor.languages import Localized, Translation
    from monitor.store import Draft
    from monitor.submissions import Stored

_LISTED = 9


def ask_which_draft(
    console: Console, localized: Localized, form: FormMeta, drafts: Sequence[Draft]
) -> Draft | None:  # fmt: skip
    """Which of somebody's drafts to go on with, each with what it is about; None to begin anew."""
    words = localized.translation
    console.say(words.phrase("You have begun this form before:"))
    for number, draft in enumerate(drafts, 1):
        late = f"  {words.phrase('OVERDUE')}" if draft.overdue() else ""
        times = {"started": _time(draft.started), "changed": _time(draft.changed)}
        began = words.phrase("begun {started}, last changed {changed}", **times)
        console.say(f"{number:>3}  {_subject(draft, form, localized)}{began}{late}")
    console.say(words.phrase("Which one? Its number goes on with it, Enter begins anew:"))
    while True:
        typed = console.line("  >", single="123456789"[: len(drafts)] if len(drafts) <= _LISTED else "").strip()
        if command_of(typed) is not None:
            raise Left
        if not typed:
            return None
        if typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= len(drafts):
            return drafts[int(typed) - 1]


def _subject(draft: Draft, form: FormMeta, localized: Localized) -> str:
    """What a draft is about, by its first reference or date; one that is sealed is never told."""
    for name, value in draft.content["values"].items():
        question = form.questions.get(name)
        if isinstance(question, (Ref, Date)) and question.publish != "sealed" and question.fault(value) is None:
            return f"{tell(question, value, localized)}: "
    return ""


def _time(moment: str) -> str:
    return moment[:16].replace("T", " ")


def ask_carried_over(console: Console, carried: CarriedOver, words: Translation) -> bool:
    """Whether a draft of another version is to be gone on with, now that it is clear what changes."""
    begun = "This draft was begun in version {before}; now the form is {now}."
    console.say(words.phrase(begun, before=carried.before, now=carried.now))
    for line in changes(carried, words, console.width):
        console.say(line)
    console.say(words.phrase("1 goes on with it so; Enter leaves the draft as it is:"))
    typed = console.line("  >", single="1")
    return typed.strip() == "1"


def ask_parent(
    console: Console, localized: Localized, parent: FormMeta, known: Sequence[str], find: Callable[[str], Stored | None]
) -> Stored:  # fmt: skip
    """Which submission the form belongs to, by its reference, a part of it, its number in the list, or its id."""
    words = localized.translation
    title = f"'{localized.form_title(parent)}'"
    console.say(words.phrase("Which submission of {form}? Its {key}", form=title, key=parent.key or "id"), strong=True)
    listed = known[:_LISTED]
    for number, reference in enumerate(listed, 1):
        console.say(f"{number:>3}  {reference}")
    if len(known) > len(listed):
        console.say(f"  {words.phrase('There are {count} in all: type a part of one.', count=len(known))}")
    while True:
        typed = console.line(f"  {parent.key or 'id'}:", names=known).strip()
        command = command_of(typed)
        if command is not None and command.deed == "leave":
            raise Left
        found = (find(typed) or find(typed.upper())) if typed else None
        if found is None and typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= len(listed):
            found = find(listed[int(typed) - 1])
        parts = [reference for reference in known if folded(typed) in folded(reference)] if typed else []
        if found is None and len(parts) == 1:
            found = find(parts[0])
        if found is not None:
            return found
        if len(parts) > 1:
            console.say(f"  {words.phrase('That could be: {answers}.', answers='; '.join(parts[:12]))}")
        else:
            console.say(f"  {words.phrase('No {form} with this reference is in the store.', form=parent.full_code())}")
