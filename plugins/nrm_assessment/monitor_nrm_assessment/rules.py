"""The rules NR01 to NR11 of the codebook: what must hold within an assessment, a section, and between assessments.

A rule of the codebook that binds every section stands here once for each, with the letter that the section has in the
codebook: NR04-B is NR04 for identification. A rule that a question keeps by its type or its condition stands here all
the same, with ``kept_by``, so that every refusal names its rule. A blank answer breaks no rule.
"""

from __future__ import annotations

from monitor import AnyOther, Form, Rule, any_of, at_least

from .access_to_justice import AccessToJustice
from .assessment import Assessment
from .identification import Identification
from .law_review import LawReview
from .media_review import MediaItem, MediaReview
from .protection import Protection
from .statements import sources, statements
from .structure import Structure

SECTIONS: tuple[tuple[str, type[Form]], ...] = (
    ("B", Identification),
    ("C", Protection),
    ("D", AccessToJustice),
    ("E", Structure),
    ("G", LawReview),
)

TERRITORY = (Assessment.country, Assessment.territorial_scope)
PERIOD = (Assessment.period_start, Assessment.period_end)

# Two blanks are not the same, and a whole country has no territory.
THE_SAME_AGAIN = (Assessment.territorial_scope.is_("national") & AnyOther(same=(*TERRITORY, *PERIOD))) | AnyOther(
    same=(*TERRITORY, Assessment.territory, *PERIOD)
)

IN_PART = (Assessment.territorial_scope.is_("national") & AnyOther(same=TERRITORY, overlaps=PERIOD)) | AnyOther(
    same=(*TERRITORY, Assessment.territory), overlaps=PERIOD
)

ASSESSMENT_RULES = (
    Rule(
        "NR01",
        Assessment,
        "The period ends before it begins.",
        at=(Assessment.period_start,),
        must_hold=Assessment.period_start <= Assessment.period_end,
    ),
    Rule(
        "NR01b",
        Assessment,
        "A period that has not ended cannot be assessed.",
        at=(Assessment.period_end,),
        kept_by="range",
    ),
    Rule(
        "NR08",
        Assessment,
        "There is already an assessment of this territory for this period. Correct that one.",
        at=(Assessment.period_start,),
        flag_if=THE_SAME_AGAIN,
    ),
    Rule(
        "NR08b",
        Assessment,
        "Another assessment of this territory covers a part of this period.",
        at=(Assessment.period_start,),
        severity="warning",
        flag_if=IN_PART & ~THE_SAME_AGAIN,
    ),
    Rule(
        "NR09",
        Assessment,
        "Without the consent of every survivor, recorded outside this system, their interviews are no evidence.",
        at=(Assessment.survivor_consent_recorded,),
        must_hold=Assessment.survivor_consent_recorded.is_("yes"),
    ),
    Rule(
        "NR10",
        Assessment,
        "Notes of interviews are never stored: only the class of the interviewee and the month.",
        refuses=("interview_notes", "interviewee", "interviewee_name", "notes", "recording", "transcript"),
        kept_by="no_question",
    ),
)

IDENTIFICATION_RULES = (
    Rule(
        "NR05",
        Identification,
        "More children were identified than victims.",
        at=(Identification.n_identified_children,),
        must_hold=Identification.n_identified_children <= Identification.n_identified,
    ),
    Rule(
        "NR05b",
        Identification,
        "More victims of exploitation for labour were identified than victims.",
        at=(Identification.n_identified_labour,),
        must_hold=Identification.n_identified_labour <= Identification.n_identified,
    ),
)

MEDIA_RULES = (
    Rule(
        "NR07",
        MediaReview,
        "Media items are entered only where a sample of the media is among the methods of the assessment.",
        at=(MediaReview.media_items,),
        kept_by="not_asked",
    ),
    Rule(
        "NR07b",
        MediaReview,
        "An item of the sample lies outside the period of the assessment.",
        at=(MediaReview.media_items,),
        flag_if=MediaReview.media_items.any(
            (MediaItem.media_item_date < Assessment.period_start) | (MediaItem.media_item_date > Assessment.period_end)
        ),
    ),
    Rule(
        "NR07c",
        MediaReview,
        "There is no media review without a sample of the media among the methods of the assessment.",
        at=(MediaReview.media_items,),
        must_hold=Assessment.methods_used.includes("media_sample"),
    ),
)


def evidence_for_each_rating(letter: str, form: type[Form]) -> Rule:
    """NR02: no rating without evidence."""
    return Rule(
        f"NR02-{letter}",
        form,
        "A rating without evidence is no rating.",
        at=tuple(question for name, question in form.questions.items() if "_evidence_" in name),
        kept_by="missing",
    )


def rated_in_law_and_in_practice(letter: str, form: type[Form]) -> Rule:
    """NR03: every statement has its rating, or both its ratings."""
    return Rule(
        f"NR03-{letter}",
        form,
        "A statement is rated in law and in practice, or, where it has one rating, in practice.",
        at=form.ratings(),
        kept_by="missing",
    )


def practice_without_law(letter: str, form: type[Form]) -> Rule:
    """NR04: possibly good practice, but without a basis."""
    return Rule(
        f"NR04-{letter}",
        form,
        "A statement is met in practice, but not in law: what does the practice rest on?",
        severity="warning",
        flag_if=any_of(
            [one.practice.is_("yes") & one.law.is_("no") for one in statements(form) if one.law is not None]
        ),
    )


def once_for_each_assessment(letter: str, form: type[Form]) -> Rule:
    """NR08 for a section: an assessment has each of its sections once."""
    return Rule(
        f"NR08-{letter}",
        form,
        "This section of the assessment is already there. Correct that one.",
        flag_if=AnyOther(condition=form.ratings()[0].answered()),
    )


def survivors_only_through_an_ngo(letter: str, form: type[Form]) -> Rule:
    """NR09 for a section: what survivors said came through an NGO, or it is no evidence."""
    return Rule(
        f"NR09-{letter}",
        form,
        "A rating rests on survivors, but interviews with survivors are not among the methods of the assessment.",
        flag_if=any_of([source.includes("interview_survivor_via_ngo") for source in sources(form)])
        & ~Assessment.methods_used.includes("interviews_survivors_via_ngo"),
    )


def not_assessed(letter: str, form: type[Form]) -> Rule:
    """NR11: where two ratings could not be observed, the section counts as not assessed."""
    return Rule(
        f"NR11-{letter}",
        form,
        "Two or more ratings are not observed: the section counts as not assessed.",
        severity="warning",
        flag_if=at_least(2, [rating.is_("not_observed") for rating in form.ratings()]),
    )


SECTION_RULES = (
    *(evidence_for_each_rating(letter, form) for letter, form in SECTIONS),
    *(rated_in_law_and_in_practice(letter, form) for letter, form in SECTIONS),
    # The law review has no statement that is rated twice.
    *(practice_without_law(letter, form) for letter, form in SECTIONS if form is not LawReview),
    *(once_for_each_assessment(letter, form) for letter, form in SECTIONS),
    *(survivors_only_through_an_ngo(letter, form) for letter, form in SECTIONS),
    *(not_assessed(letter, form) for letter, form in SECTIONS),
)

RULES = ASSESSMENT_RULES + IDENTIFICATION_RULES + MEDIA_RULES + SECTION_RULES
