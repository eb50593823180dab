"""What the program says in pieces: each with its template, so that it can be said again in another language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

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
    "Answer with a number or a code. Enter leaves an optional question blank, ? explains, < goes back, "
    "Ctrl-C stops and keeps nothing.",
    "All questions are answered, and the answers are in order. Enter to finish, < to go back",
    "This is the first question.",
    "Enter to try again, Ctrl-C to give up and lose these answers",
    "The terminal has cut this line. Give long answers in a file: --answers.",
    "A number from 0 to {most} is wanted.",
    "A State by its code of two letters (ISO 3166-1), or by its name.",
    "Which submission of {form}? Its {key}",
    "No {form} with this reference is in the store.",
    "{rule}: explain in a line, or < to answer again",
    "Source of these answers (such as: written judgment), or < to answer again",
    "Which session of that day is it? Its number, or < to answer again",
    "({question} is no longer asked; its answer is dropped.)",
    "{wording} How many",
    "{form}, {number} of {count}",
    "(one or more, with spaces between)",
    "(optional)",
    "This one needs an answer. ? explains it.",
    "Tests: {provisions}.",
    "Facts first, opinion marked as opinion, no names.",
    "No further explanation.",
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
)
"""What a codebook says between the instrument's own words."""

TEMPLATES = CONDITIONS + ANSWERS + QUESTIONNAIRE + CODEBOOK
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
