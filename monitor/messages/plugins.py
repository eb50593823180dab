"""What may be wrong with a plugin: its declarations, its folder, its frozen contracts, its languages, the register."""

from __future__ import annotations

from monitor.messages.message import Message

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
    "PLUGIN-08": Message("two instruments have the code {code} {version}: {first} and {second}.",
                         "Give one of them another code."),
    "PLUGIN-09": Message("{origin}: the hook '{hook}' does not exist.", "Hooks are: {known}."),
    "PLUGIN-10": Message("{origin} could not be loaded: {why}", "Mend the plugin, or leave its folder out."),
    "PLUGIN-11": Message("{path} is no plugin folder.",
                         "A plugin folder holds pyproject.toml and one Python package; see docs/writing-a-plugin.md."),
    "PLUGIN-12": Message("{place}: '{key}' is not in the register of standards.",
                         "'monitor standards list' shows its keys.{hint}"),
    "PLUGIN-13": Message("there is no instrument '{code}'.", "Instruments: {known}."),
    "PLUGIN-14": Message("folder {folder} is not loaded: '{place}' {why}.",
                         "A plugin is made of files that lie in its folder. Take this out."),
    "PLUGIN-15": Message("folder {folder} is not loaded: it holds more than 2,000 files and folders, or 50 MB.",
                         "Move out what does not belong to the plugin, such as an environment (.venv)."),
    "PLUGIN-16": Message("two plugin folders have the name {name}: {first} and {second}.", "Rename one of them."),
}

# What `plugins check` says of a plugin, and what `plugins new` refuses. Which of them are advice: kit/complaints.py.
_KIT = {
    "KIT-01": Message("'{name}' cannot be the name of a plugin: {why}.", "Choose another name. Nothing was written."),
    "KIT-02": Message("there is already something at {path}.",
                      "Choose another name, or another folder with --out. Nothing was written."),
    "KIT-03": Message("the folder {path} cannot be written: {why}.", "Name another with --out."),
    "KIT-04": Message("The instrument's code {code} is taken by the {origin}.",
                      "Give this one a code of its own: a loaded copy would be refused."),
    "KIT-05": Message("The plugin gives no instrument.",
                      "Let register_instruments return one or more; see docs/hooks.md."),
    "KIT-06": Message("The instrument does not say in which folder it lies, so its examples cannot be found.",
                      "Give it folder=Path(__file__).parent."),
    # The folder.
    "KIT-10": Message("There is no README.md.",
                      "Write who fills it in, its legal basis, and what is never asked."),
    "KIT-11": Message("No heading says what is never asked.",
                      "Add the heading 'What is never asked', and say it."),
    "KIT-12": Message("No heading says {what}.", "A mission asks this first. Add it."),
    "KIT-13": Message("It cannot be read: {why}.", "Correct it; 'monitor plugins new' shows a working one."),
    "KIT-14": Message("No entry point of the group 'monitor' names the package {package}, so it is not found once "
                      "it is installed.",
                      'Add [project.entry-points.monitor] with {name} = "{package}".'),
    "KIT-15": Message("The wheel would not hold the package {package}.",
                      "Name it under [tool.hatch.build.targets.wheel] packages."),
    "KIT-16": Message("It imports '{module}', the plugin itself by its absolute name.",
                      "Use a relative import; a copy of the folder would silently read the original."),
    "KIT-17": Message("It imports '{module}' from inside the framework.",
                      "Import from 'monitor' itself or from 'monitor.testing'; other names may go at any time."),
    "KIT-18": Message("Type checkers take the package for untyped: it has no py.typed.", "Add an empty file py.typed."),
    # Questions.
    "KIT-20": Message("The question has no wording.", "Write what the monitor reads."),
    "KIT-21": Message("The wording of a rating does not end with a question mark.",
                      "Ask it so that yes, partly and no are answers."),
    "KIT-22": Message("The wording does not end with a question mark.", "Is it a question?"),
    "KIT-23": Message("The question stands in no section.", "Put a Section before it."),
    "KIT-24": Message("The question tests no provision, and no condition, rule or indicator needs it.",
                      "Name what it tests, or leave it out: ask nothing that is not needed."),
    "KIT-25": Message("The list of codes {name} is used by no question.", "Use it or delete it."),
    "KIT-26": Message("The example '{example}' does not have the question's own pattern.",
                      "Correct the example or the pattern: a monitor would copy it."),
    "KIT-27": Message("The code '{code}' has no label.", "Write what the monitor reads beside it."),
    "KIT-28": Message("In {language}, {missing} of {texts} texts have no translation; the first stands at {place}.",
                      "They are read in English. Translate them: monitor plugins translate FOLDER {language}."),
    "KIT-30": Message("A {type} may be published, and its name says that it identifies somebody.",
                      'Leave publish out, or say publish="sealed"; better, do not ask it.'),
    "KIT-31": Message("A {type} breaks a table down: every row would be one of its {rows}.",
                      'Only closed answers and years may; use year() for a date, and leave publish out.'),
    "KIT-32": Message("The publish of a {type} is '{publish}'.",
                      "Nothing uses it so; the safe setting is to leave publish out."),
    "KIT-33": Message("By its name this closed question may identify somebody, and its answers may be published.",
                      "Look whether its codes do. If not, all is well."),
    "KIT-34": Message("By its name this open answer identifies somebody, but it is not sealed.",
                      'Say publish="sealed", or do not ask it.'),
    # Logic.
    "KIT-40": Message("The question is never asked: no answers make its condition true ({condition}).",
                      "Correct the condition, or leave the question out."),
    "KIT-41": Message("No submission that would be accepted ever answers this question.",
                      "Look which rules forbid it: {rules}."),
    "KIT-42": Message("No submission that would be accepted ever chooses '{code}'.",
                      "These rules forbid it: {rules}. If that is meant, all is well."),
    "KIT-43": Message("No submission of this form is ever accepted.", "Look which rules exclude each other: {rules}."),
    "KIT-44": Message("A submission that should be accepted was refused: {says}.",
                      "Please report this with the plugin, if you can: the check and its search disagree."),
    "KIT-45": Message("The rule is broken by every submission in which {question} is answered.",
                      "Is it the wrong way round? must_hold says what is right, flag_if what is wrong."),
    "KIT-46": Message("Nothing can break the rule.", "Correct its condition, or leave the rule out."),
    "KIT-47": Message("Together with {other} it refuses every submission in which both are in question.",
                      "One of the two asks for the opposite of the other."),
    "KIT-48": Message("It could not be decided whether {what}.",
                      "Nothing is known to be wrong. Look at it by hand; an accepted example helps."),
    # Indicators.
    "KIT-50": Message("The indicator has no table, so it is never published.", "Give it one or more in tables."),
    "KIT-51": Message("No accepted submission is ever among those that it counts.",
                      "Correct among, and the rating, if it has one: {condition}."),
    "KIT-52": Message("The share is always zero: nothing that is counted ever meets having.",
                      "Correct having: {condition}."),
    "KIT-53": Message("The share is always the whole: everything that is counted meets having.",
                      "Correct having, or among: {condition}."),
    "KIT-54": Message("Nothing that it counts ever has an answer to {question}, by which a table is broken down.",
                      "Break it down by a question that is asked together with those that feed it."),
    "KIT-55": Message("Everything is among those that it counts, so among says nothing.", "Leave among out."),
    "KIT-56": Message("No provision is named that it evidences.", "Name one in evidences, if there is one."),
    # Examples.
    "KIT-60": Message("The form has no accepted example.", "Write one: {folder}/NAME.json."),
    "KIT-61": Message("The example must be accepted, and is refused: {says}", "Correct the example, or the rule."),
    "KIT-62": Message("The example is not refused as its text file says ('{wanted}' at {where}); found: {found}",
                      "Correct the example, its text file, or the rule."),
    "KIT-63": Message("The refused example has no text file beside it.",
                      "Write {name}: the place of the problem in its first line, a piece of the sentence in its "
                      "second."),
    "KIT-64": Message("The text file has no refused example beside it.", "Write the example, or delete the file."),
    "KIT-65": Message("It is not JSON: {why}.", "Correct it: one object of question names and answers."),
    "KIT-66": Message("The folder is named after no form, so what lies in it is never tried.",
                      "Name it after one of: {forms}."),
    "KIT-67": Message("No example breaks the rule.",
                      "Write a refused one, named after the rule (an accepted one, if it refuses nothing): it shows "
                      "the reader what the rule is for."),
    "KIT-68": Message("The rule is known to be kept in no accepted example.",
                      "Write one: it shows that the rule is not always broken."),
    "KIT-69": Message("No accepted example explains the warning.",
                      'Write one with _explanations: {{"{rule}": "..."}}.'),
    # The frozen contract.
    "KIT-70": Message("Version {version} is too small a step after {since}, which is frozen: {places}",
                      "Put it back, or give the instrument version {least} or a later one."),
    "KIT-71": Message("Version {version} is not frozen yet.",
                      "Before the first submission in earnest: monitor instruments freeze {code}."),
}

_CONTRACT = {
    "CONTRACT-01": Message("{path} is published, and the instrument is no longer what it says: {what}",
                           "A published version is never changed. Give the instrument version {least} or a later one."),
    "CONTRACT-02": Message("no version {version} of {code} is frozen in {folder}; frozen: {known}.",
                           "Name another with --from, or another folder with --schemas."),
    "CONTRACT-03": Message("version {version} of {code} is too small a step after {since}: {what}",
                           "Give it version {least} or a later one. 'monitor instruments diff {code}' lists every "
                           "change. Nothing was written."),
    "CONTRACT-04": Message("more of {code} may be published than before: {what}",
                           "Say who approved it, by name or role: --approved-by. Nothing was written."),
    "CONTRACT-05": Message("{path} is no frozen contract.",
                           "Contracts are written by 'monitor instruments freeze', never by hand. Put the file back."),
}

_STANDARDS = {
    "STANDARDS-01": Message("there is no provision '{given}' in the register of standards.",
                            "'monitor standards list' shows all.{hint}"),
    "STANDARDS-02": Message("'{given}' is no country's code.",
                            "Use the two letters of ISO 3166-1, such as MD; XK for Kosovo."),
}

_LANGUAGE = {
    "LANGUAGE-01": Message("the catalogue {path} cannot be read: {why}.",
                           "Correct it, or take it out; 'msgfmt --check' names the line."),
    "LANGUAGE-02": Message("'{given}' is no language tag.", "Write it as BCP 47 does: fr, ru, sr-Latn, sr-Cyrl."),
    "LANGUAGE-03": Message("the catalogue {path} cannot be written: {why}.", "The folder must be open to you."),
}

PLUGINS = _PLUGIN | _KIT | _CONTRACT | _STANDARDS | _LANGUAGE
