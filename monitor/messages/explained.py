"""What a release says of itself: how its figures were made and protected, and what each of its columns means."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

METHOD: Mapping[str, tuple[str, str]] = MappingProxyType({
    "what": (
        "What these figures are",
        "They are counts of what the monitors of {programme} observed, and speak of nothing else: monitors do not see "
        "every court room and every file, nor are those that they see drawn by lot. Where a place has no figures, "
        "nothing was observed, or too little to be published. Only observations that a second person approved are "
        "counted, each of them once.",
    ),
    "counted": (
        "What is counted",
        "Each indicator says what it counts (its unit: a hearing, a case, a person, an answer), among which units, and "
        "with what. n is the number of units that are counted; count is how many of them meet the indicator's "
        "condition; the share is count out of n. Where a question is rated, n holds the answers yes, partly and no. "
        "Not observed (the monitor could not see, hear or learn it) and not applicable (the right did not come into "
        "play) are counted beside, among the same units, and are never part of n. A question that was not asked or "
        "left blank is never read as a no: a unit is in n, and in count, only where it is known that it belongs "
        "there. A median is the middle one of n values, a ratio one total divided by another. The code _T stands for "
        "all, _U for not recorded. Years may also stand together as a period, and countries as a region. Where one "
        "unit can stand under several codes, these add up to more than their total.",
    ),
    "pending": (
        "Pending cases",
        "Nothing of a case that is still pending is counted: a figure may not touch a trial that goes on. Pending is: "
        "{pending}.",
    ),
    "who": (
        "Who is protected",
        "No figure may give away anything about a single person. What protects people is counted in persons, not in "
        "observations: ten hearings of one child are one person. Where persons cannot be told apart, cases take their "
        "place. A figure is published only if at least {persons} different persons from at least {cases} different "
        "cases stand behind it, and as many behind its opposite: those of whom the thing is not true. So it is never "
        "published that something is true of nobody, or of everybody, in a group. Behind a median or a ratio stand at "
        "least {median} persons, and of a total behind a ratio no two of them have more than three quarters.",
    ),
    "hidden": (
        "What is hidden, and what an empty field means",
        "Figures add up: whoever knows a total and all its parts but one knows that one. What can be worked out "
        "counts as published, also from several indicators: yes or partly, less yes, is partly. So more is hidden "
        "than small figures, until even somebody who knew every published figure exactly could not narrow a hidden "
        "one, or a small difference between two, down to a range of less than {width}. Where a sum of small hidden "
        "figures is known, {persons} persons from {cases} cases stand behind them together. Where the unit is not a "
        "person, the least that a figure with too few behind it can be is besides at most {percent} % of the most. An "
        "empty field (NULL) in a column of figures means: not published. It does not mean zero, and it does not mean "
        "that there is somebody. All hidden figures look the same; the file does not say why one is hidden. A column "
        "that an indicator has no figures for, such as the share in a table of counts, is empty in every row.",
    ),
    "nearest": (
        "Rounding and intervals",
        "Counts are published as the nearest multiple of {base}, halves up: {example} stands for {low} to {high}. "
        "Rows may therefore add up to a little more or less than their total. The share is computed from the rounded "
        "numbers. It is never 0 % or 100 %: there, count is taken as {base}, or as n less {base}. low and high are "
        "the interval of Wilson (1927) for 95 %, from the same numbers: had the units been drawn by lot from very "
        "many, such an interval would hold the true share in 19 of 20 draws. It shows how much so few can say, and "
        "not whether they are typical. Medians and ratios have two significant digits.",
    ),
    "up": (
        "Rounding and intervals",
        "Counts are published as the next multiple of {base} that is not below them: {example} stands for {low} to "
        "{high}. Rows may therefore add up to more or less than their total. The share is computed from the rounded "
        "numbers. It is never 0 % or 100 %: there, count is taken as {base}, or as n less {base}. low and high are "
        "the interval of Wilson (1927) for 95 %, from the same numbers: had the units been drawn by lot from very "
        "many, such an interval would hold the true share in 19 of 20 draws. It shows how much so few can say, and "
        "not whether they are typical. Medians and ratios have two significant digits.",
    ),
    "states": (
        "Facts about States",
        "Tables that the index marks as exempt rate laws, institutions and procedures, and no persons. In them every "
        "figure is given as it is: nothing is hidden or rounded, and there are no intervals, because no sample stands "
        "behind them. Other figures are protected even where they rest on the same answers.",
    ),
    "caution": (
        "Figures to be read with caution",
        "Some events are observed by two monitors who do not see each other's answers. Where they agree too little on "
        "a question (less than {agreement}, as Krippendorff's alpha measures it), every indicator that rests on it "
        "carries a caution. How often they differed is not published.",
    ),
    "held_back": (
        "Figures that are held back",
        "Some events are observed by two monitors who do not see each other's answers. Where they agree too little on "
        "a question (less than {agreement}, as Krippendorff's alpha measures it), the figures of every indicator that "
        "rests on it are not published.",
    ),
    "series": (
        "From one release to the next",
        "Whoever has two releases could subtract one from the other, and see the few who were added. So a figure "
        "about people is published anew only when it has changed by at least {persons}, and at least {persons} "
        "persons from at least {cases} cases stand behind what was approved or corrected in it since. The same holds "
        "for those of n that are not in count; a median or a ratio goes with its n. A row whose figures may not be "
        "published anew stays as it was, and its column since names the release that it is from; where since is "
        "empty, the row is of this release. This is release {position} of its series.",
    ),
    "tested": (
        "How it was tested, and what remains",
        "Before this release was published, a program that knew only the published files tried to work out what is "
        "hidden. The table audit says what it attacked, and how. Had it found anything, or not come to an end, there "
        "would be no release. It looked for what follows from adding and subtracting figures. No table can protect "
        "against what somebody knows already: a party, a lawyer, a neighbour or somebody inside the programme may "
        "recognise a case, and reports in words by others may add to what these figures say.",
    ),
    "wrong": (
        "Errors and withdrawn releases",
        "A release is never changed. What turns out to be wrong in it is said in the table erratum of the releases "
        "after it. A release that must no longer be used is withdrawn: a notice takes its place, and the table "
        "earlier of later releases says so.",
    ),
    "cite": (
        "How to cite",
        "{programme}: {title}. Release {id}. Licence: {licence}. Name the content hash (table release) where it "
        "matters that nobody changed a figure: whoever has the file can compute it again.",
    ),
    "machines": (
        "For machines: the conditions in JSON",
        "all, any and not join conditions. question with in (the answer is one of these codes), not_in (another), "
        "includes (one of these is among several answers), includes_other_than, within (all its answers are also in "
        "another question). answered: there is an answer. left, op, right compare numbers, or dates, which may be "
        "reckoned as the words say: days from one date to another, the number of rows; today is the day of the "
        "submission. A date known to the year or month alone is compared by its first and last day, and where these "
        "say different things the comparison is unknown. any_row, where: so it is in one of the rows. at_least, of: so "
        "many of these. elsewhere, same, where: so it is in another approved submission of that form, in which the "
        "first question of each pair has the answer of the second here. each, also_in: the same code is in the other "
        "question, too. one_currency: not two currencies. A question is named as in "
        "indicator_question; it stands in the form of the unit or in one above it. A condition about an answer that "
        "is missing is unknown, all, any and not treat it as SQL treats NULL, and only what is true is counted.",
    ),
})  # fmt: skip
"""The sections of the method in the order in which they are read: a heading, and what stands under it."""

DIMENSION = "Codes that the table dimension_code explains, of: {asked}."
"""What a column means that breaks a table of figures down."""

GROUPED = "Codes that the table dimension_code explains, of: {asked}. Answers are put together: {groups}."
"""The same, where several answers are published as one code."""

_PLACE = {
    "instrument": "The instrument, by its code.",
    "form": "The form in which the question stands.",
    "question": "The question, by its name in the form.",
    "indicator": "The indicator, by its id.",
    "position": "The place in the order of reading.",
    "language": "The language of the words in this row, as a tag such as en.",
    "provision": "The provision of law, by its key.",
    "table_name": "The table of figures.",
    "code": "The code, as it stands in other tables.",
}
_RELEASE = {
    "id": "The name of the release, by which it is cited.",
    "programme": "Who monitors and publishes.",
    "title": "The title of the release.",
    "period_from": "The first day that the release speaks of; NULL where none is stated.",
    "period_to": "The last day that the release speaks of; NULL where none is stated.",
    "built_from": "The hash of the newest log entry that is counted: the release can be built from it again.",
    "built_from_entry": "The number of this entry.",
    "built_from_time": "The time of this entry.",
    "content_hash": "SHA-256 in UTF-8 over all tables by name, this column left out: for each a line with its name and "
    "columns, then its rows as sorted lines; each line is a JSON list without spaces, ended by a line feed.",
    "parameters": "The thresholds of the protection, as JSON; the method says them in words.",
    "licence": "The licence of the figures.",
    "languages": "The languages of the codebook, as JSON; the original first.",
    "invented": "1 where nothing was observed and everything is invented.",
    "notice": "What must stand beside every figure; NULL for nothing.",
    "position": "The place of the release in its series, from 1.",
    "previous": "The release before this one; NULL for the first.",
    "withdrawn": "Why the release was withdrawn; NULL where it stands. Then there are no figures.",
    "draft": "1 for a draft, which was never published.",
}
MEANINGS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "release": _RELEASE,
    "earlier": {
        **{name: _RELEASE[name] for name in (
            "position", "id", "title", "period_from", "period_to", "built_from_time", "content_hash",
        )},
        "withdrawn": "Why the release was withdrawn; NULL where it stands.",
    },
    "erratum": {
        "position": _PLACE["position"], "release": "The release that was wrong.",
        "table_name": "The table of figures that was wrong; NULL for several or all.",
        "says": "What was wrong, and what is right.", "language": _PLACE["language"],
    },
    "method": {
        "position": _PLACE["position"], "language": _PLACE["language"], "heading": "The heading.",
        "says": "What stands under it.",
    },
    "meaning": {
        "table_name": "The table or view.", "column_name": "The column.", "language": _PLACE["language"],
        "says": "What the column means. Columns of figures stand under finding.",
    },
    "audit": {
        "position": _PLACE["position"], "attacked": "What was attacked.", "method": "How it was attacked.",
        "verdict": "What was found.",
    },
    "instrument": {
        "code": "The code of the instrument.", "version": "The version of its questions.", "title": "Its title.",
        "summary": "What it is for.", "persons": "1 where its forms tell persons apart.",
    },
    "question": {
        "instrument": _PLACE["instrument"], "form": _PLACE["form"], "name": "The name of the question in the form.",
        "position": _PLACE["position"], "section": "The heading under which it is asked.",
        "wording": "The question as it is asked.", "type": "What kind of answer it takes.",
        "hint": "What explains it to the monitor.", "partly": "What partly means, where it is a rating.",
        "asked_if": "When it is asked; NULL where it always is.",
        "asked_condition": "The same as JSON, the same in every language.",
        "optional": "1 where it may be left blank.",
        "publish": "What may leave the programme: dimension breaks tables down, counted is only counted, never and "
        "sealed stay inside.",
        "language": _PLACE["language"],
    },
    "code": {
        "instrument": _PLACE["instrument"], "form": _PLACE["form"], "question": _PLACE["question"],
        "code": "The code of an answer.", "position": _PLACE["position"], "label": "The answer in words.",
        "language": _PLACE["language"],
    },
    "provision": {
        "key": "The key of the provision.", "source": "Where it stands.",
        "kind": "binding, commitment, tasking or guidance.", "kind_in_words": "The same in words.",
        "subject": "What it is about.", "checked": "0 while its text awaits a check.",
    },
    "question_provision": {name: _PLACE[name] for name in ("instrument", "form", "question", "provision")},
    "indicator": {
        "instrument": _PLACE["instrument"], "id": "The id of the indicator.", "position": _PLACE["position"],
        "title": "Its title.", "statistic": "share, count, median or ratio.", "unit": "What is counted, in words.",
        "numerator": "Which of n are in count, in words; of a ratio, its two totals.",
        "denominator": "Which units are in n, in words; NULL where all are.",
        "measure": "In what a median or a ratio is measured.", "note": "What else is to be known.",
        "n_condition": "Which units are in n, as JSON; NULL where all are. See the method.",
        "count_condition": "Which of n are in count, as JSON; NULL where it is no share.",
        "among_condition": "Among which units not observed and not applicable are counted, as JSON; NULL for all.",
        "rating": "The question whose answers not observed and not applicable are counted beside; NULL for none.",
        "unit_code": "What is counted: instrument and form, or JSON for each code or line of answers.",
        "language": _PLACE["language"],
    },
    "indicator_question": {name: _PLACE[name] for name in ("instrument", "indicator", "form", "question")},
    "indicator_provision": {name: _PLACE[name] for name in ("instrument", "indicator", "provision")},
    "caution": {
        **{name: _PLACE[name] for name in ("instrument", "indicator", "form", "question")},
        "says": "Why the indicator is to be read with caution.", "language": _PLACE["language"],
    },
    "table_index": {
        "name": _PLACE["table_name"], "instrument": _PLACE["instrument"], "indicator": _PLACE["indicator"],
        "position": _PLACE["position"], "dimensions": "The columns that break it down, as JSON.",
        "dimension_questions": "What each of them asks, as JSON: form and question; with (year) the year of the "
        "date, with (first year) that of the earliest date below the unit, with (currency) the currency of the amount.",
        "overlapping": "Those in which one unit can stand under several codes, as JSON.",
        "unit": "What is counted, in words.", "statistic": "share, count, median or ratio.",
        "exempt": "1 for facts about States, which stand as they are.",
    },
    "dimension_code": {
        "table_name": _PLACE["table_name"], "dimension": "The column.",
        "code": "The code in the column; _T is all, _U is not recorded.", "position": _PLACE["position"],
        "label": "What it means.", "parent": "The code of its group (region, period); NULL where it has none.",
    },
    "finding": {
        "instrument": _PLACE["instrument"], "indicator": _PLACE["indicator"], "table_name": _PLACE["table_name"],
        "dimensions": "Where the row stands, as JSON: column and code.",
        "n": "How many units are counted, rounded; NULL is hidden.",
        "count": "How many of these meet the condition, rounded; NULL is hidden.",
        "share": "count out of n, from 0 to 1; NULL is hidden, or no share.",
        "low": "The lower end of the share's interval.", "high": "The upper end of the share's interval.",
        "median": "The median; NULL is hidden, or no median.", "ratio": "The ratio; NULL is hidden, or no ratio.",
        "not_observed": "How many could not be observed, beside n; NULL is hidden, or not counted.",
        "not_applicable": "To how many it did not apply, beside n; NULL is hidden, or not counted.",
        "since": "The release from which the row stands unchanged; NULL for this one.",
    },
})  # fmt: skip
"""By table or view, what each column means. Columns of figures stand under the view ``finding``."""


def explanations() -> tuple[str, ...]:
    """Every text of this module, each once."""
    method = [text for section in METHOD.values() for text in section]
    meanings = [text for columns in MEANINGS.values() for text in columns.values()]
    return tuple(dict.fromkeys((*method, DIMENSION, GROUPED, *meanings)))
