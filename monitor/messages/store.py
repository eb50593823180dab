"""What may stand in the way of a store: its file, its keys, its signatures and seals, its review."""

from __future__ import annotations

from monitor.messages.message import Message

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
                        "'monitor --store {path} db migrate' brings it up to this one, and copies it first. "
                        "Nothing was changed."),
    "STORE-07": Message("{path} is in use: another program is writing to it.",
                        "Wait until it is done and run the same command again. Nothing was stored."),
    "STORE-08": Message("the disk is full.", "Make room and run the same command again. Nothing of it was stored."),
    "STORE-09": Message("{path} is damaged.", "Keep the file, run 'monitor db verify', and go back to a backup."),
    "STORE-10": Message("there is already a file {path}.", "It was not changed. Choose another name."),
    "STORE-11": Message("there is no folder {folder}.", "Make it first, or name another place."),
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
    "STORE-30": Message("the copy {path} is not as the store is.",
                        "Check the disk it was to lie on, and try another. Nothing else was changed."),
    "STORE-31": Message("the rows of {rows} are not as many as before, so nobody can tell which open answers stay.",
                        "Export it with --show-narratives, and correct that file. Nothing was stored."),
    "STORE-32": Message("there is no revision {number}: there are {last}.", "'monitor review history' shows them."),
    "STORE-33": Message("there is no backup {path}.", "Name the file that 'monitor db backup' wrote."),
    "STORE-34": Message("what this store kept of release {release} is not what the log says of it.",
                        "Run 'monitor db verify', and go back to a backup. Nothing was built."),
    "STORE-90": Message("a store cannot be encrypted here: the library sqlcipher3 is missing or does not work.",
                        "Install it; or say --plain to make a store that is not encrypted. Nothing was written."),
}

_DRAFT = {
    "DRAFT-01": Message("you have no draft {id}.", "'monitor drafts list' shows what you have begun."),
    "DRAFT-02": Message("draft {id} was changed or ended by another window meanwhile.",
                        "Close one of the two, and resume it: 'monitor fill --resume {id}'."),
    "DRAFT-03": Message("draft {id} is of {form}, not of {asked}.", "Resume it without naming a form."),
    "DRAFT-04": Message("name a form to fill in, or a draft to resume.",
                        "'monitor fill INSTRUMENT.FORM' asks its questions."),
    "DRAFT-05": Message("draft {id} was changed or ended by another window meanwhile.",
                        "What was typed here is kept as a draft of its own: 'monitor fill --resume {kept}'."),
}

_KEY = {
    "KEY-01": Message("a passphrase is needed, and none was given.",
                      "Run the command in a terminal, which asks, or set {name}. Nothing was changed."),
    "KEY-02": Message("a passphrase needs at least {least} characters.",
                      "Five or six words that do not belong together are good. Nothing was changed."),
    "KEY-03": Message("that is not the passphrase.",
                      "Try again. When that of a store is forgotten, 'monitor db passphrase --recovery' takes the "
                      "recovery key instead. Nothing was changed."),
    "KEY-04": Message("{path} cannot be opened: its file of keys, {keys}, is missing, or it is no store.",
                      "Put that file back beside it; or make it anew from the recovery key, with "
                      "'monitor --store {path} db passphrase --recovery'."),
    "KEY-05": Message("{path} is not encrypted, but its file of keys says that it is: somebody has replaced the store.",
                      "Do not enter anything. Keep both files and go back to a backup."),
    "KEY-06": Message("the key does not open {path}: it is damaged, or the key is that of another store.",
                      "Keep the file, and go back to a backup. Nothing was changed."),
    "KEY-07": Message("that is no recovery key, or a slip in copying one.",
                      "It has 14 groups of four letters and digits. Nothing was changed."),
    "KEY-08": Message("there is already a file {path}.", "Keys are never overwritten. Choose another name."),
    "KEY-09": Message("{path} cannot be read as {what}.", "Look whether it is the right file. Nothing was changed."),
    "KEY-10": Message("that is no public key to sign with.",
                      "It has 64 digits and letters a to f; 'monitor keys generate --sign FILE' prints it. "
                      "Or name that file. Nothing was changed."),
    "KEY-11": Message("there is no file {path}.", "Nothing was changed."),
    "KEY-12": Message("{path} holds no anchor in line {line}.",
                      "Name a file that 'monitor db anchor' wrote, or copy the printed line without a change."),
    "KEY-13": Message("'{given}' is no day.", "Write it as year-month-day, such as 2025-03-31. Nothing was changed."),
    "KEY-14": Message("there is no key {key} in this store.", "'monitor keys list' shows them. Nothing was changed."),
    "KEY-16": Message("{path} holds no allowed signer in line {line}.",
                      "A line is such as 'monitor keys list --signers' prints. Nothing was looked at."),
    "KEY-17": Message("{path} is not encrypted, and so has no passphrase.", "Nothing was changed."),
    "KEY-15": Message("the two passphrases are not the same.", "Nothing was changed."),
    "KEY-18": Message("the time of a key cannot end before it begins.",
                      "--until is a day after --from. Nothing was changed."),
}

_SIGN = {
    "SIGN-01": Message("{code} signs with another key ({key}) than the one at hand.",
                       "Whoever is {code} says --sign-with FILE. Nothing was stored."),
    "SIGN-02": Message("the key of {code} was revoked or has expired.",
                       "Somebody whose key is in force enrols a new one: monitor keys enrol {code} KEY. "
                       "Nothing was stored."),
    "SIGN-03": Message("key {key} is not enrolled for {code}.",
                       "Somebody whose key is in force says: monitor keys enrol {code} KEY. Nothing was stored."),
    "SIGN-04": Message("log entry {seq}, which is about keys, was forged or changed: nobody who may has signed it so.",
                       "Do not enter anything. Run 'monitor db verify', keep the file, and go back to a backup."),
    "SIGN-05": Message("key {key} is the last that is in force: without it nobody could enter or change anything.",
                       "Enrol another first ('monitor keys enrol'); or restore a backup on another device, which gets "
                       "a key of its own. Nothing was changed."),
}

_REDACT = {
    "REDACT-01": Message("there is no such text in submission {id}: {questions}.",
                         "'monitor submissions redact {id} --list' names what there is. Nothing was changed."),
    "REDACT-02": Message("the text is out of the log, but another program still reads {path}, so it may yet stand "
                         "in its write-ahead log.",
                         "Close that program and run 'monitor db purge'."),
    "REDACT-03": Message("say what is to be taken out.",
                         "Give --question NAME, --all or --sealed; --list names what there is. Nothing was changed."),
    "REDACT-05": Message("the text is gone from the store, but not from these backups, which could not be reached.",
                         "Connect them and run 'monitor db purge'; or destroy them."),
    "REDACT-06": Message("the store knows of no copy {path}; or it does, and the copy is still there.",
                         "'monitor db backups' lists them. Destroy it first; then say so. Nothing was changed."),
    "REDACT-04": Message("a time to keep is a whole number of months from {least} to {most}.", "Nothing was changed."),
    "REDACT-07": Message("that is no reason to take text out.",
                         "Give --reason and one of these: {known}. Nothing was changed."),
}

_SEAL = {
    "SEAL-01": Message("{form} has a sealed answer, and this store has no keys to seal it to.",
                       "Make two with 'monitor keys generate', then say 'monitor keys rotate' with their public "
                       "halves. Nothing was stored."),
    "SEAL-02": Message("nothing is sealed in submission {id}.", "Nothing was opened."),
    "SEAL-03": Message("that key does not open it.",
                       "Take a key to which this store sealed: 'monitor keys list' shows them."),
    "SEAL-04": Message("what is sealed there was sealed for another submission, revision or programme.",
                       "Somebody has moved it. Run 'monitor db verify', and keep the file."),
    "SEAL-05": Message("that is no public key of age.",
                       "It begins with age1; 'monitor keys generate FILE' prints it. Nothing was changed."),
    "SEAL-06": Message("sealed answers need {least} to {most} different public keys.",
                       "One of them is meant to be kept offline, for the day when the other is lost. "
                       "Nothing was changed."),
    "SEAL-07": Message("what was sealed in submission {id} was taken out to protect a person.",
                       "Nothing was opened."),
    "SEAL-08": Message("sealed answers are shown on a terminal alone, and this is none.",
                       "Run it in a terminal, without a pipe or a file behind it. Nothing was opened."),
}

_REVIEW = {
    "REVIEW-01": Message("nobody approves their own: {actor} wrote, entered or corrected submission {id}.",
                         "Ask somebody else to review it. Nothing was approved."),
    "REVIEW-02": Message("'{given}' is no day.", "Write it as year-month-day, such as 2025-03-31."),
    "REVIEW-03": Message("submission {other} of the same event is approved already, so {id} would count it twice.",
                         "Return or withdraw one of the two. Nothing was approved."),
    "REVIEW-04": Message("{actor} was sent to the same event as who wrote {id}, so somebody else reviews it.",
                         "Ask somebody who was not sent there. Nothing was decided."),
}

_CONSOLIDATE = {
    "CONSOLIDATE-01": Message("a double observation has submissions of two monitors at least.",
                              "Name the submissions of one event, of different monitors. Nothing was stored."),
    "CONSOLIDATE-02": Message("submission {id} is of another event, or of none.",
                              "Only what several observed together becomes one: of one form, parent, day and session. "
                              "Nothing was stored."),
    "CONSOLIDATE-03": Message("submission {id} went into {into}, which counts in its place.",
                              "Decide about that one. When it is withdrawn, {id} waits for review again."),
    "CONSOLIDATE-04": Message("submission {id} was itself made from several.",
                              "Withdraw it, and consolidate all of them together. Nothing was stored."),
    "CONSOLIDATE-05": Message("other submissions stand below {id}, and would count no longer.",
                              "Submit them again below one that stays, and withdraw them here. Nothing was stored."),
    "CONSOLIDATE-06": Message("{given} does not say how a difference was settled.",
                              "One of: {known}. Nothing was stored."),
    "CONSOLIDATE-07": Message("not consolidated: for {count} differences nobody said how they were settled.",
                              "Give each a reason and a line, in the draft or with --reasons. Nothing was stored."),
    "CONSOLIDATE-08": Message("the reason given for {place} says whose answer was right, but another stands there.",
                              "Take that answer, or give another reason. Nothing was stored."),
    "CONSOLIDATE-09": Message("{path} is no draft of a consolidated submission: {why}.",
                              "'monitor review consolidate ID ID --draft FILE' writes one. Nothing was stored."),
}

_BLIND = {
    "BLIND-01": Message("{actor} does not see submission {id} before both who were sent to this event have submitted.",
                        "Submit your own first. If the other will not come, the co-ordinator says 'monitor schedule "
                        "settle'."),
}

_PLAN = {
    "PLAN-01": Message("{form} cannot be planned: it stands below no other form, or is of no day.",
                       "Name a form of what is observed on a day, such as a hearing. Nothing was planned."),
    "PLAN-02": Message("there is no {form} {reference} in the store.",
                       "'monitor case list' shows what there is. Nothing was planned."),
    "PLAN-03": Message("'{given}' is no day.", "Write it as year-month-day, such as 2025-03-31."),
    "PLAN-04": Message("that day and session are planned already: {id}.",
                       "'monitor assign' sends somebody else; another session on that day has another number."),
    "PLAN-05": Message("there is no plan {id} in the store.", "'monitor schedule list' shows what is planned."),
    "PLAN-06": Message("that is no code which can be given here.", "Known are: {known}. Nothing was stored."),
    "PLAN-07": Message("one monitor is sent, or two different ones.", "Give one code or two. Nothing was stored."),
    "PLAN-08": Message("plan {id} is {state} and cannot be {what}.", "Plan it anew: 'monitor schedule add'."),
    "PLAN-09": Message("{actor} is one of the two who observe it, and does not see what the other has submitted.",
                       "Somebody who was not sent there decides it. Nothing was stored."),
    "PLAN-10": Message("a place is a code of the programme's own: letters, digits, '_', '.' and '-', at most 40.",
                       "Use a code, not an address. Nothing was planned."),
    "PLAN-11": Message("plan {id} was observed: a submission of it is in the store.", "Nothing was changed."),
    "PLAN-12": Message("nobody is blind at plan {id}: fewer than two were sent, or both are in.",
                       "Nothing was changed."),
    "PLAN-13": Message("'{reference}' is the reference of several submissions: {forms}.",
                       "Name it by its id: 'monitor case list'."),
    "PLAN-14": Message("below {form} there are several forms that can be planned, or none: {known}.",
                       "Name one with --form INSTRUMENT.FORM. Nothing was planned."),
}

STORE = _STORE | _DRAFT | _KEY | _SIGN | _REDACT | _SEAL | _REVIEW | _CONSOLIDATE | _BLIND | _PLAN
