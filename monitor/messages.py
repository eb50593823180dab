"""Every sentence the program may refuse with, by code: what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Message:
    """``says`` names the place and the rule, ``do`` the way out; both are templates for ``str.format``."""

    says: str
    do: str = ""


# One line for each answer that needs attention. They stand inside ANSWERS-02.
_ANSWER = {
    "ANSWER-01": Message("Not a question of {form}.{hint}"),
    "ANSWER-02": Message("Missing. It is asked {reason}."),
    "ANSWER-03": Message("Answered, but not asked: it is asked only if {condition}."),
    "ANSWER-04": Message("{found} where {wanted} is wanted."),
    "ANSWER-05": Message("{given} is not one of the answers: {codes}."),
    "ANSWER-06": Message("Must be {bound}."),
    "ANSWER-07": Message("Does not have the form {example}."),
    "ANSWER-08": Message("Holds a character that cannot be stored ({what}). Type the answer again."),
    "ANSWER-09": Message("{says}"),
    "ANSWER-10": Message("{says} If it is so, explain it in a line: {how}."),
    "ANSWER-11": Message("'{given}' is chosen twice."),
    "ANSWER-12": Message("'{given}' means that nothing else applies; it cannot stand beside other answers."),
    "ANSWER-13": Message("Longer than {limit} characters."),
    "ANSWER-14": Message("No {parent} with this id or reference is in the store."),
    "ANSWER-15": Message("There is already a {form} with this reference."),
    "ANSWER-16": Message("Names the {parent} this {form} belongs to; it is missing."),
    "ANSWER-17": Message("The explanation of {rule} explains nothing: that warning was not raised."),
    "ANSWER-18": Message("'{given}' is not part of a submission's envelope: {known}."),
    "ANSWER-19": Message("{form} belongs to no other form; leave the parent out."),
    "ANSWER-21": Message("The calendar has no such day."),
    "ANSWER-20": Message("Is asked once, in {above}; correct it there."),
}

_ANSWERS = {
    "ANSWERS-01": Message("There is no form '{form}'.", "Forms: {known}."),
    "ANSWERS-02": Message(
        "not saved: {count} of {form} {version} {needs} attention.",
        "Correct {source} and run the same command again. Nothing was stored.",
    ),
    "ANSWERS-03": Message("not saved: the answers are not one JSON object of question names and answers.",
                          "Nothing was stored."),
}

_PLUGIN = {
    "PLUGIN-01": Message("{place}: '{name}' is not a code of {question}.", "Its codes are: {codes}."),
    "PLUGIN-02": Message("{place}: the code '{name}' stands twice in one list.", "Give each answer its own code."),
    "PLUGIN-03": Message("{place}: a {type} is never published, but publish is '{publish}'.",
                         "Open answers can name people. Leave publish out, or ask a closed question."),
    "PLUGIN-04": Message("{place}: publish is '{publish}'.", "Choose one of: {known}."),
    "PLUGIN-05": Message("{place}: '{name}' cannot be a name here: {why}.", "Choose another name."),
    "PLUGIN-06": Message("{place} looks at {question}, which it cannot see: {why}.",
                         "A condition may look at earlier questions of its own form and at the forms above it."),
    "PLUGIN-07": Message("{place}: {what}", "{do}"),
    "PLUGIN-08": Message("Two instruments have the code {code} {version}: {first} and {second}.",
                         "Give one of them another code."),
    "PLUGIN-09": Message("{origin}: the hook '{hook}' does not exist.", "Hooks are: {known}."),
    "PLUGIN-10": Message("{origin} could not be loaded: {why}", "Mend the plugin, or leave its folder out."),
    "PLUGIN-11": Message("{path} is no plugin folder.",
                         "A plugin folder holds one Python package beside its README; see docs/writing-a-plugin.md."),
    "PLUGIN-12": Message("{place}: '{key}' is not in the register of standards.", "Did you mean {near}?"),
    "PLUGIN-13": Message("There is no instrument '{code}'.", "Instruments: {known}."),
}

_CONTRACT = {
    "CONTRACT-01": Message("{path} is published and differs from the instrument as it is now.",
                           "A published version is never changed. Give the instrument a new version than {version}."),
}

CATALOGUE: Mapping[str, Message] = MappingProxyType(_ANSWER | _ANSWERS | _PLUGIN | _CONTRACT)
