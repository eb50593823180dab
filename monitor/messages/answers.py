"""What may be wrong with answers, and with the files in which they come."""

from __future__ import annotations

from monitor.messages.message import Message

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
    # The questionnaire alone says these.
    "ANSWER-22": Message("An explanation is one line of 3 to 500 characters."),
    "ANSWER-23": Message("This one needs an answer. ? explains it."),
    "ANSWER-24": Message("Rows are removed one by one: :remove and the number of the row."),
    "ANSWER-25": Message("There is no such place in the form as it stands."),
    "ANSWER-26": Message("A number from 0 to {most} is wanted."),
    "ANSWER-27": Message("There are {count} rows with answers. None is dropped by a number: remove those that are too "
                         "many with :remove and the number of the row."),
    "ANSWER-28": Message("There are no rows here."),
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
    "ROW-09": Message("Cell {cell} holds TRUE or FALSE, as spreadsheets make of some words. Format the column as text "
                      "and write the code of the answer."),
    "ROW-10": Message("Cell {cell} holds an error of the spreadsheet{error}. Correct it, or write the answer."),
    "ROW-11": Message("Cell {cell} holds a formula that was never calculated. Open and save the file in a spreadsheet "
                      "program, or write the answer."),
    "ROW-12": Message("Cell {cell} holds a number of more than 15 digits, of which a spreadsheet keeps 15. Format the "
                      "column as text and write it again."),
    "ROW-13": Message("Cell {cell} holds a length of time. Format the column as text and write the answer."),
    "ROW-14": Message("An object has more than {limit:,} keys."),
    "ROW-15": Message("Holds more than {limit:,} lists and objects."),
}

_IMPORT = {
    "IMPORT-01": Message("{path} cannot be read: {why}.", "Name a CSV, JSON Lines or XLSX file."),
    "IMPORT-02": Message("the name of {path} does not say what it holds.",
                         "Let it end in .csv for CSV, .jsonl for JSON Lines, .xlsx for XLSX. Nothing was stored."),
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
    "IMPORT-18": Message("{path} has more than {limit:,} columns.",
                         "Delete the columns behind the last question, also blank ones that have a format. Nothing was "
                         "stored."),
    "IMPORT-19": Message("{path} is larger than {limit:,} bytes.", "Divide it. Nothing was stored."),
    "IMPORT-20": Message("{path} is more than can be read safely: {what}.",
                         "Copy the rows alone, as values, to a new workbook, or save them as CSV. Nothing was stored."),
    "IMPORT-21": Message("{path} is no sound workbook: {why}.",
                         "If you trust where it comes from, open it in a spreadsheet program and save it again as "
                         "XLSX. Nothing was stored."),
    "IMPORT-22": Message("{path} has more than {limit:,} formulas that were never calculated.",
                         "Open and save it in a spreadsheet program. Nothing was stored."),
    "IMPORT-23": Message("{path} holds several sheets with answers, and none is named after the form: {sheets}.",
                         "Name the one that is meant 'data', or save it alone. Nothing was stored."),
    "IMPORT-24": Message("XLSX cannot be read safely here: {why}.",
                         "Install openpyxl and defusedxml anew, or save the sheet as CSV. Nothing was stored."),
    "IMPORT-25": Message("no template can be written to {path}: {why}.", "Name a new file, .csv or .xlsx."),
}

ANSWERS = _ANSWER | _ANSWERS | _ROW | _IMPORT
