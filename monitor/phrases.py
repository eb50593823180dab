"""What the program says in pieces: each with its template, so that it can be said again in another language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from monitor.messages.explained import explanations

CONDITIONS = (
    "{first} or {second}",
    "{first} nor {second}",
    "{first}, {second}",
    "{first}; {second}",
    "{first}, and {second}",
    "{first}, or {second}",
    "({condition})",
    "not ({condition})",
    "{question} is {codes}",
    "{question} is not {codes}",
    "{question} is neither {codes}",
    "{question} includes {codes}",
    "{question} includes something other than {codes}",
    "all of {question} is also in {other}",
    "{question} holds {meaning}",
    "{question} repeats {other}",
    "{question} is answered",
    "{question} is not answered",
    "{left} is before {right}",
    "{left} is not after {right}",
    "{left} is after {right}",
    "{left} is not before {right}",
    "{left} is the same as {right}",
    "{left} {sign} {right}",
    "for one of {rows}: {condition}",
    "no two of {rows} have the same {question}",
    "{rows} stand in the order of {question}",
    "another submission of the case has {what}",
    "another submission of {form} has {what}",
    "the same {question}",
    "another {question}",
    "an earlier {question}",
    "{theirs} equal to {mine}",
    "the same code is in {question}",
    "each code of {question}",
    "each {line} of {form}",
    "the {line}'s {column}",
    "the currency of {amount}",
    "{one} and {other} are in one currency",
    "a period ({start} to {end}) that meets its own",
    "at least {number} of these: {conditions}",
    "months from {start} to {end}",
    "days from {start} to {end}",
    "the total of {question}",
    "the earliest {question}",
    "the latest {question}",
    "{upper} over {lower}",
    "{upper}, over {lower}",
    "the number of {rows}",
    "the length of {question}",
    "today",
    "the day of the newest submission",
)
"""Conditions in words. What is in braces is filled with names of questions, codes, and conditions in words."""

ANSWERS = (
    "always",
    "because {condition}",
    "{number} answer",
    "{number} answers",
    "needs",
    "need",
    "the answers",
    "True or false",
    "A number",
    "A number with decimals",
    "Text",
    "A list",
    "An object",
    "Something else",
    "What was given",
    "text",
    "a line",
    "one of the answers",
    "a list of answers",
    "a list of rows (as JSON Lines)",
    "a row: question names and answers,",
    "a whole number, in the digits 0 to 9,",
    "an amount with its currency, such as 1250.50 EUR,",
    "a date such as 2025-03-31",
    "a reference such as {example}",
    "an object of rules and lines",
    "1250.50 EUR (digits, a point, at most four decimals)",
    "EUR: a currency code of ISO 4217",
    "2025-03-31 (year-month-day)",
    "2025, 2025-03 or 2025-03-31",
    "a monitor's code, such as MON-07",
    "a language, such as sr-Latn",
    "today or earlier",
    "now or earlier",
    "more than zero",
    "smaller",
    "at least {least}",
    "at least {least} and at most {most}",
    "at most {most} rows",
    "a whole number from 1 to 99",
    "a line of 3 to 500 characters for each rule",
    "a control character such as NUL",
    "half of a character pair",
    "{codes} and {number} more",
    "this key",
    "a rule",
    "{number} cell",
    "{number} cells",
    "A key",
    "A number of {number} digits",
    "A number beyond all bounds",
    " Did you mean {names}?",
    "... and {number} more rows.",
    "Error: {sentence} [{code}]",
)
"""What stands inside the messages about answers."""

QUESTIONNAIRE = (
    "yesterday",
    "A number, a word or a part of it answers; ? explains, < goes back, :help shows the rest. All is kept as you go.",
    "Each answer ends with Enter.",
    "{number} of {count}",
    "{form}, {number} of {count}",
    "{wording} How many",
    "(several: numbers with spaces between)",
    "(a line with a dot alone ends it)",
    "(optional: Enter leaves it blank)",
    "Now: {answer}. Enter keeps it.",
    "That could be: {answers}.",
    "That is none of the answers. Type a number, or a part of an answer.",
    "Tests: {provisions}.",
    "Day first: 3.4.2024, 3/4/2024, 3 April 2024, 2024-04-03, today, yesterday.",
    "Day first: 3.4.2024, 3 April 2024, today; or 4.2024, 2024 if no more is known.",
    "An amount and its currency: 1234.50 EUR, 1 234,50 eur.",
    "A State by its code of two letters (ISO 3166-1), or by its name.",
    "By number, by code, or by a part of the answer that no other has.",
    "Such as {example}.",
    "This is the first question.",
    "Answer again, or > goes on and leaves it for later.",
    "If it is so, explain it in a line (< answers again, Enter leaves it for the end):",
    "These answers are no longer asked:",
    "1 drops them, < answers again, Enter decides at the end:",
    "They are dropped.",
    "No question that is asked holds these words.",
    "Which one? Its number, or Enter to stay:",
    "Source of these answers (such as: written judgment), or Enter for later:",
    "Which session of that day is it? Its number, or Enter for later:",
    "Only text is written in another program.",
    "Your editor may keep copies of its own; what it keeps is not protected.",
    "No editor could be started. EDITOR names it.",
    "Row {number} and its answers go. 1 removes it, Enter keeps it:",
    "Leave? All is kept as a draft. 1 leaves, Enter goes on:",
    "< or - or PageUp: back. > or + or PageDown: forward. Enter: keep the answer, or leave an optional one blank.",
    "?: what the question means. /word: find a question. :all: the whole form so far. :end: to the end.",
    ":clear: take the answer away. :add, :remove 2, :row 2: rows. :about: source, session, language.",
    ":edit or F2: write in your own editor. :leave or Ctrl-D: leave; all is kept, and 'fill' goes on at this place.",
    "All of it once more:",
    "(left blank)",
    "(not answered yet)",
    "(sealed)",
    "{answer} (no longer asked)",
    "Belongs to: {parent}",
    "Session of that day: {number}  (:about session 2)",
    "Language of what you wrote: {language}  (:about language fr)",
    "Consent to be quoted: {consent}  (:about consent figures)",
    "Source: {source}  (:about source ...)",
    "Submit? 1 and Enter submit it, < goes back, /word finds a question, :leave keeps it for later:",
    "{count} questions still need an answer. Enter goes to the first of them:",
    "A text was begun and not ended. Enter goes to it, :leave keeps it for later:",
    "This cannot be submitted yet. Enter goes to what is wrong, :leave keeps it for later:",
    "Enter tries again:",
    "The terminal has cut this line. Type it again in shorter lines, or with :edit.",
    "What was typed holds bytes that are no text. UTF-8 is wanted.",
    "Which submission of {form}? Its {key}",
    "There are {count} in all: type a part of one.",
    "No {form} with this reference is in the store.",
    "You have begun this form before:",
    "{count} other drafts are overdue: monitor drafts list",
    "begun {started}, last changed {changed}",
    "OVERDUE",
    "Which one? Its number goes on with it, Enter begins anew:",
    "This draft was begun in version {before}; now the form is {now}.",
    "No longer asked; these answers would be dropped:",
    "Asked in another way; these answers would be dropped and asked again:",
    "These answers read otherwise now:",
    "In other words now; look at these answers again:",
    "New:",
    "1 goes on with it so; Enter leaves the draft as it is:",
    "Nothing was typed, and nothing is kept.",
    "Kept as a draft, not submitted. Go on with: monitor fill --resume {id}",
    "Saved {form} {version} as:",
    "{form} {version}: the answers are in order. Nothing was stored (--dry-run).",
)
"""What the questionnaire says."""

CODEBOOK = (
    "Written by `monitor instruments freeze`; not changed by hand.",
    "Asterisk: the provision's text awaits a check.",
    "required",
    "optional",
    "always asked",
    "asked if {condition}",
    "tests {provisions}",
    "Rules",
    "Rule",
    "Severity",
    "Says",
    "Indicators",
    "Id",
    "Indicator",
    "Statistic",
    "Tables",
    "Evidences",
    "The series is broken: submissions of version {versions} are left out.",
    "Read with caution: monitors who observed the same often answered this question differently: {question}",
)
"""What a codebook says between the instrument's own words."""

QUALITY = (
    "Pending",
    "A release may leave out everything in a case that is pending.",
    "while {condition}",
    "until, in one below it, {condition}",
    "Events that were observed, of those that were planned and held",
    "observed for each one held",
    "Totals over cases, by the year of a case's first event. Of planned events alone. What nobody observed counts as "
    "held unless it is known that it was not.",
    "planned events that were held",
    "planned events that were observed",
    "Days from an event to its submission",
    "days",
    "Until it was first submitted, by whoever of those who observed it was first.",
    "days from the event to its first submission",
)
"""How an instrument says what is pending, and what its figures on the quality of observations are."""

TABLES = (
    "Your own id of the submission, by which it is known again.",
    "The submission of {form} to which this one belongs: its {key}.",
    "The code of who observed it; by default who imports. Never a name.",
    "A whole number from 1, when there were several at one day; by default 1.",
    "Where the answers are known from.",
    "The language of open answers, such as sr-Latn.",
    "How far the open answers are translated.",
    "When it was made, such as 2025-03-31T14:05; by default now.",
    "full; or figures, where the person agreed to be counted and not quoted.",
    "A line of explanation, where this is so: {says}",
    "It identifies somebody: keep this file no longer than it takes to import it.",
    "Several codes stand in one cell with ; between them.",
    "A State by its code of two letters (ISO 3166-1).",
)
"""What stands beside the columns of a table to fill in."""

PAPER = (
    "Never write the name of a person here, nor anything else by which somebody could be found: no address, no "
    "telephone, no number of a court's file.",
    "Paper travels. Keep it locked away, and destroy it when its answers are in the program.",
    "Monitor's code",
    "Reference",
    "Session",
    "This form belongs to the form '{form}'. Write the reference of that ({key}) at the top of every page.",
    "Write the same reference at the top of every page.",
    "Session: 1, or the number of the session where there were several at one day.",
    "Tick one.",
    "Tick all that apply.",
    "and nothing else",
    "Only if {condition}.",
    "Otherwise go to question {number}.",
    "Otherwise the form ends here.",
    "Otherwise the row ends here.",
    "question {number}",
    "question {number} of the form '{form}' ({wording})",
    "the program asks for it",
    "{left} is less than {right}",
    "{left} is at most {right}",
    "{left} is more than {right}",
    "{left} is at least {right}",
    "year",
    "month",
    "day",
    "As far as it is known: the year alone, or year and month.",
    "amount",
    "currency",
    "code of two letters",
    "State",
    "Do not write it on paper: it identifies somebody. Enter it straight into the program.",
    "How many:",
    "If there are more, print this part again.",
    "Where the answers are known from:",
    "Language of what is written freely:",
    "The person agreed to be counted, and not quoted.",
    "At the end",
    "What is unusual: the number of the question, and why it is so, in a line.",
    "Entered into the program on (date), by (code):",
)
"""What stands on a form on paper, between the instrument's own words."""

TEMPLATES = CONDITIONS + ANSWERS + QUESTIONNAIRE + CODEBOOK + QUALITY + TABLES + PAPER + explanations()
_KNOWN = frozenset(TEMPLATES)


class Phrase(str):
    """A piece of a sentence in English, which knows its ``template`` and the ``values`` that fill it.

    Raises ``KeyError`` for a template that is not listed here: nobody would ever translate it.
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Phrase:
        if template not in _KNOWN:
            raise KeyError(template)
        phrase = super().__new__(cls, template.format(**values))
        phrase.template, phrase.values = template, values
        return phrase

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.template,), dict(self.values)


def joined(template: str, parts: Iterable[str]) -> str:
    """Several pieces as one, from the first on, by a template of ``{first}`` and ``{second}``; one stays as it is."""
    listed = list(parts)
    return reduce(lambda first, second: Phrase(template, first=first, second=second), listed) if listed else ""
