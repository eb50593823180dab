"""What may stand in the way of findings, releases, the site and the demo."""

from __future__ import annotations

from monitor.messages.message import Message

_FINDINGS = {
    "FINDINGS-01": Message("there is no indicator '{indicator}'.", "Indicators: {known}."),
    "FINDINGS-02": Message("there are no periods of {given} years.",
                           "Put 2 to {most} years together, such as --periods 3. Nothing was counted."),
    "FINDINGS-03": Message("the region '{region}' cannot be: {what}.",
                           "Correct the file of regions; docs/pooling.md shows one. Nothing was counted."),
    "FINDINGS-04": Message("{path} cannot be read as a file of regions: {why}.",
                           "See docs/pooling.md for what such a file looks like. Nothing was counted."),
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
    "RELEASE-12": Message("nothing is left to publish: behind every figure stands a question on which monitors agree "
                          "less than {floor}.",
                          "Build it without --hold-back, and each figure carries a caution; see 'monitor review "
                          "agreement'. Nothing was built."),
    "RELEASE-13": Message("the signature {path} is not right: {why}.",
                          "Do not trust the file. Fetch both again from where they were published."),
    "RELEASE-14": Message("{path} is not signed by anybody whom the list allows: {why}.",
                          "Ask the programme who signs its releases, or fetch the original with its .sig."),
    "RELEASE-15": Message("submissions that were counted in release {release} have been corrected or taken out since, "
                          "and no erratum says so.",
                          "Say what was wrong in public words: --erratum \"...\", or 'monitor release erratum --says'. "
                          "Nothing was built."),
    "RELEASE-16": Message("another release was made meanwhile, and this one was not attacked together with it.",
                          "Build it again. Nothing was built."),
    "RELEASE-17": Message("this store has made no release yet.", "Build one: monitor release build OUT.db"),
    "RELEASE-18": Message("this store did not make release {release}.",
                          "'monitor release list' shows those that it made. Nothing was changed."),
    "RELEASE-19": Message("release {release} has no table '{table}'.",
                          "Its table table_index lists them. Nothing was noted."),
    "RELEASE-20": Message("nothing is hidden in table '{table}' of release {release}, or there is no such table.",
                          "'monitor release reasons' lists the tables in which something is hidden."),
    "RELEASE-21": Message("not built: the audit could not decide {count} places in its time.",
                          "Publish coarser tables ('monitor release plan' proposes some), or give it more time with "
                          "--seconds. No file was left behind."),
    "RELEASE-22": Message("release {release} of this series was built otherwise: {what}.",
                          "Whoever has both releases could subtract old groups from new ones, and old cases from all. "
                          "Choose as then: {then}. New years and countries come in by themselves. "
                          "Nothing was built."),
    "RELEASE-30": Message("these are releases of two programmes, '{old}' and '{new}': nothing in them can be compared.",
                          "Name two releases of one programme, the older one first."),
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

PUBLISHING = _FINDINGS | _RELEASE | _SITE | _DEMO | _FILE
