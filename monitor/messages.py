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
    "ANSWER-11": Message("{given} is chosen twice."),
    "ANSWER-12": Message("{given} means that nothing else applies; it cannot stand beside other answers."),
    "ANSWER-13": Message("Longer than {limit} characters."),
    "ANSWER-14": Message("No {parent} with this id or reference is in the store."),
    "ANSWER-15": Message("There is already a {form} with this reference."),
    "ANSWER-16": Message("Names the {parent} this {form} belongs to; it is missing."),
    "ANSWER-17": Message("The explanation of {rule} explains nothing: that warning was not raised."),
    "ANSWER-18": Message("'{given}' is not part of a submission's envelope: {known}."),
    "ANSWER-19": Message("{form} belongs to no other form; leave the parent out."),
    "ANSWER-20": Message("Is asked once, in {above}; correct it there."),
    "ANSWER-21": Message("The calendar has no such day."),
}

_ANSWERS = {
    "ANSWERS-01": Message("there is no form '{form}'.", "Forms: {known}."),
    "ANSWERS-02": Message(
        "not saved: {count} of {form} {version} {needs} attention.",
        "Correct {source} and run the same command again. Nothing was stored.",
    ),
    "ANSWERS-03": Message("not saved: the answers are not one JSON object of question names and answers.",
                          "Nothing was stored."),
    "ANSWERS-04": Message("not saved: these answers of {form} are already in the store, by their _id.",
                          "Nothing was stored twice."),
}

# One line for each row that could not be read.
_ROW = {
    "ROW-01": Message("{found} where the header has {wanted}."),
    "ROW-02": Message("Not JSON, from {place} on: {why}."),
    "ROW-03": Message("Not a JSON object of question names and answers."),
    "ROW-04": Message("{name} is given twice."),
    "ROW-05": Message("{name} is no number that can be stored."),
    "ROW-06": Message("Lists and objects stand in one another more than {limit} deep."),
    "ROW-07": Message("Longer than {limit:,} characters."),
    "ROW-08": Message("Another row of the same file has this _id."),
}

_IMPORT = {
    "IMPORT-01": Message("{path} cannot be read: {why}.", "Name a CSV or JSON Lines file."),
    "IMPORT-02": Message("the name of {path} does not say what it holds.",
                         "Let it end in .csv for CSV, or in .jsonl for JSON Lines. Nothing was stored."),
    "IMPORT-03": Message("{path} is not what its name says: it looks like {found}.", "{do} Nothing was stored."),
    "IMPORT-04": Message("{path} is not in UTF-8: {found}.",
                         "Save it again in UTF-8 (in Excel: as 'CSV UTF-8'). Nothing was stored."),
    "IMPORT-05": Message("{path}, line {line}: holds a NUL character, which no text does.",
                         "It is damaged, or in UTF-16. Save it again in UTF-8. Nothing was stored."),
    "IMPORT-06": Message("{path} is empty.", "Look whether it was saved whole. Nothing was stored."),
    "IMPORT-07": Message("the header of {path} does not fit {form}.",
                         "Correct the header, or give a mapping (--mapping). Nothing was stored."),
    "IMPORT-08": Message("{path} is separated by {found}, not by commas.",
                         "Save it with commas between the cells. Nothing was stored."),
    "IMPORT-09": Message("{path} is not CSV in the row that begins in line {line}: {why}.",
                         "Correct that line. Nothing was stored."),
    "IMPORT-10": Message("{path}: what begins in line {line} is longer than {limit:,} characters.",
                         "Is a quotation mark never closed? Nothing was stored."),
    "IMPORT-11": Message("{path} changed while it was read.",
                         "Let it be written to its end first. Nothing was stored."),
    "IMPORT-12": Message("not imported: {refused} of {rows} rows of {form} {version} cannot be stored.",
                         "Correct {path} and run the same command again; or store the good rows alone, with "
                         "--on-error skip --rejects FILE. Nothing was stored."),
    "IMPORT-13": Message("the rejects cannot go to {path}: {why}.", "Name another file. Nothing was stored."),
    "IMPORT-14": Message("the mapping {path} cannot be read: {why}.",
                         "Name a TOML file, or a mapping of {code}: {known}. Nothing was stored."),
    "IMPORT-15": Message("the mapping {path} does not fit {form}.", "Correct it. Nothing was stored."),
    "IMPORT-16": Message("{path} holds no answers: {why}", "It must hold one JSON object. Nothing was stored."),
    "IMPORT-17": Message("--on-error skip and --rejects FILE belong together.",
                         "Give both, so that no row is lost, or neither. Nothing was stored."),
}

_STORE = {
    "STORE-01": Message("there is no store at {path}.",
                        "Create one with 'monitor init', or name another with --store."),
    "STORE-02": Message("{path} is no file.", "Name the store itself, with --store."),
    "STORE-03": Message("{path} cannot be written.",
                        "A store and its folder must be open to you for reading and writing. Nothing was changed."),
    "STORE-04": Message("{path} is no store: {what}.", "Name another file with --store. This one was not changed."),
    "STORE-05": Message("{path} was made by a newer version of monitor (schema {version}; this one knows {known}).",
                        "Bring monitor up to date. Nothing was changed."),
    "STORE-06": Message("{path} was made by an older version of monitor (schema {version}; this one needs {known}).",
                        "Open it with the version that made it. Nothing was changed."),
    "STORE-07": Message("{path} is in use: another program is writing to it.",
                        "Wait until it is done and run the same command again. Nothing was stored."),
    "STORE-08": Message("the disk is full.", "Make room and run the same command again. Nothing of it was stored."),
    "STORE-09": Message("{path} is damaged.", "Keep the file, run 'monitor db verify', and go back to a backup."),
    "STORE-10": Message("there is already a file {path}.", "It was not changed. Choose another name for a new store."),
    "STORE-11": Message("there is no folder {folder}.", "Make it first, or name another place with --store."),
    "STORE-13": Message("there is no submission {id} in the store.", "'monitor submissions list' shows what there is."),
    "STORE-14": Message("submission {id} was changed since you saw it: then revision {expected}, now {revision}.",
                        "Look at it again and decide anew. Nothing was stored."),
    "STORE-15": Message("submission {id} is {state} and cannot be {what}.",
                        "'monitor review history' shows what happened."),
    "STORE-16": Message("a reason is needed: one line of 3 to 500 characters.", "Nothing was stored."),
    "STORE-17": Message("that is no coded reason for a correction.", "Reasons: {known}."),
    "STORE-18": Message("another submission has just been stored with the same reference.",
                        "Look at it first; then correct the reference or give this one up. Nothing was stored."),
    "STORE-19": Message("the same submission, or another with its _id, is stored already.",
                        "Nothing was stored twice."),
    "STORE-20": Message("the submission above this one is not in the store.",
                        "Submit that one first. Nothing was stored."),
    "STORE-21": Message("who acts must be a code such as MON-07: letters, digits, '_', '.' and '-', at most 40.",
                        "Use a code, not a name: --as CODE."),
    "STORE-22": Message("the log itself is not whole, so the tables cannot be made from it.",
                        "Keep the file and go back to a backup. Nothing was changed."),
    "STORE-23": Message("not loaded, but needed here: {instruments}.",
                        "Load its plugin, with --plugins-dir if need be."),
    "STORE-24": Message("{place} is kept as {kept}, but version {version} of the instrument needs {wanted}.",
                        "A question that changes its type is a new question: give it another name."),
    "STORE-25": Message("the place of {path} cannot keep a store safely (no write-ahead log).",
                        "Network shares often cannot. Keep the store on a disk of this machine."),
    "STORE-26": Message("{path} could not be read or written: the disk or its folder does not answer as it should.",
                        "Check the disk, and that there is room on it. What was not said to be saved is not saved."),
    "STORE-27": Message("a programme needs a name: one line of at most 200 characters.", "Nothing was created."),
    "STORE-28": Message("an entry of the log cannot be read: the store is damaged.",
                        "Keep the file, run 'monitor db verify', and go back to a backup."),
    "STORE-29": Message("log entry {seq} answers what {form} {version} does not ask: {names}.",
                        "Load the version of the instrument with which it was entered. Nothing was changed."),
    "STORE-90": Message("a store cannot be encrypted yet.",
                        "Say --plain to make one that is not, and keep it on an encrypted disk. Nothing was created."),
}

_REVIEW = {
    "REVIEW-01": Message("nobody approves their own: {actor} wrote, entered or corrected submission {id}.",
                         "Ask somebody else to review it. Nothing was approved."),
    "REVIEW-02": Message("'{given}' is no day.", "Write it as year-month-day, such as 2025-03-31."),
    "REVIEW-03": Message("submission {other} of the same event is approved already, so {id} would count it twice.",
                         "Return or withdraw one of the two. Nothing was approved."),
}

_FINDINGS = {
    "FINDINGS-01": Message("there is no indicator '{indicator}'.", "Indicators: {known}."),
}

_STANDARDS = {
    "STANDARDS-01": Message("there is no provision '{given}' in the register of standards.",
                            "'monitor standards list' shows all.{hint}"),
    "STANDARDS-02": Message("'{given}' is no country's code.",
                            "Use the two letters of ISO 3166-1, such as MD; XK for Kosovo."),
}

_RELEASE = {
    "RELEASE-01": Message("the threshold '{name}' cannot be {given}: it must be {bound}.",
                          "A programme may hide more than the rule, never less. Nothing was built."),
    "RELEASE-02": Message("a cell of {indicator} is to be hidden that is not there: {keys}.",
                          "Name a cell by one code for each dimension. Nothing was built."),
    "RELEASE-03": Message("there is already a release {path}.",
                          "Choose another name, or say --replace. It was not changed."),
    "RELEASE-04": Message("there is nothing to count: no submission of a loaded instrument is approved.",
                          "Review first: 'monitor review next' or 'monitor review approve'. Nothing was built."),
    "RELEASE-05": Message("{path} cannot be written: {why}.", "No file was left behind."),
    "RELEASE-06": Message("{path} is no release: {why}.", "Name a file that 'monitor release build' made."),
    "RELEASE-07": Message("not built: the audit found {count} places that could give somebody away.",
                          "Please report this. No file was left behind."),
    "RELEASE-08": Message("{path} is not what was built: its content does not give its content hash.",
                          "Do not publish it. Build it again from the store, or fetch the original."),
    "RELEASE-09": Message("{path} is there already and is no release.", "Choose another name. It was not changed."),
    "RELEASE-10": Message("indicator {indicator}: '{name}' cannot name a column of a release.",
                          "Use lower-case letters, digits and _, and none of the names of figures (n, count, ...)."),
    "RELEASE-11": Message("that is no period.",
                          "Write its first and last day as year-month-day, such as --from 2025-01-01 --to 2025-12-31. "
                          "Nothing was built."),
}

_SITE = {
    "SITE-01": Message("there is no file {path}.", "Build a release first: monitor release build OUT.db"),
    "SITE-02": Message("{path} is a folder.", "Name the release file itself: nothing else in a folder is looked at."),
    "SITE-03": Message("{path} is no release: {why}.", "Only a file made by 'monitor release build' is served."),
    "SITE-04": Message("{path} is a working store: it holds submissions.",
                       "It is never served. Build a release from it with 'monitor release build' and serve that."),
    "SITE-05": Message("{path} is not a finished release: {why}.",
                       "Close the program that writes to it, build the release again, and copy the one file."),
    "SITE-06": Message("the site cannot listen on {host}, port {port}: {why}.",
                       "Choose another address or port; port 0 takes a free one."),
}

_DEMO = {
    "DEMO-01": Message("the demo cannot use the folder {path}: {why}.",
                       "Name another with --out. Nothing was changed."),
    "DEMO-02": Message("the invented submissions in {path} do not fit the instrument that is loaded.",
                       "Leave out the plugin that changes it."),
}

_FILE = {
    "FILE-01": Message("{path} cannot be used: {why}.", "What was not said to be saved is not saved."),
}

_LANGUAGE = {
    "LANGUAGE-01": Message("the catalogue {path} cannot be read: {why}.",
                           "Correct it, or take it out; 'msgfmt --check' names the line."),
    "LANGUAGE-02": Message("'{given}' is no language tag.", "Write it as BCP 47 does: fr, ru, sr-Latn, sr-Cyrl."),
    "LANGUAGE-03": Message("the catalogue {path} cannot be written: {why}.", "The folder must be open to you."),
}

CATALOGUE: Mapping[str, Message] = MappingProxyType(
    _PLUGIN | _KIT | _CONTRACT | _ANSWER | _ANSWERS | _ROW | _IMPORT | _STORE
    | _REVIEW | _FINDINGS | _STANDARDS | _RELEASE | _SITE | _DEMO | _LANGUAGE | _FILE
)
