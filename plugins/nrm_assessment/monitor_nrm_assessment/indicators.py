"""The indicators of the codebook, NR-I01 to NR-I10: what may be counted, among what, and what it evidences.

Those that count nothing but answers about States are ``public``: they are published as they are.

What the codebook breaks down by section stands here once for each section, with the section's letter: NR-I01-B is
NR-I01 for identification. A table over all sections would have a margin, and that margin would be a grand score.
"""

from __future__ import annotations

from monitor import EachLine, RatioOfTotals, Share, at_least, by, each, year

from .access_to_justice import AccessToJustice
from .assessment import Assessment
from .identification import Identification
from .law_review import LawReview
from .media_review import MediaItem
from .protection import Protection
from .statements import statements
from .structure import Structure

COUNTRY = by(Assessment.country)
PERIOD = year(Assessment.period_end, name="period")
YEAR = year(Assessment.period_end)

# A counted question, code by code: why it may stand beside the country is in the README.
FRAME = each(MediaItem.media_frame)

SECTIONS = (
    ("B", "Identification", Identification),
    ("C", "Protection and assistance", Protection),
    ("D", "Access to justice", AccessToJustice),
    ("E", "Structure of the NRM", Structure),
    ("G", "Law review", LawReview),
)
LINES = {
    letter: EachLine("statement", {one.name: one.columns() for one in statements(form)}) for letter, _, form in SECTIONS
}

# NR11: where two ratings could not be observed, the section counts as not assessed.
ASSESSED = {
    letter: ~at_least(2, [rating.is_("not_observed") for rating in form.ratings()]) for letter, _, form in SECTIONS
}

MET_IN_PRACTICE = tuple(
    Share(
        id=f"NR-I01-{letter}",
        # The law review rates the wording of the law.
        title=f"Statements met in {'law' if form is LawReview else 'practice'}: {section}",
        unit=LINES[letter],
        rating=LINES[letter].column("practice"),
        among=ASSESSED[letter],
        having=LINES[letter].column("practice").is_("yes"),
        tables=((COUNTRY, PERIOD),),
        evidences=("AP V", "NRM2"),
        note="Each section by itself: there is no score across sections.",
        public=True,
    )
    for letter, section, form in SECTIONS
)

GAP = tuple(
    Share(
        id=f"NR-I02-{letter}",
        title=f"Gap between law and practice: {section}",
        unit=LINES[letter],
        rating=LINES[letter].column("practice"),
        among=ASSESSED[letter] & LINES[letter].column("law").is_("yes"),
        having=LINES[letter].column("practice").is_("partly", "no"),
        tables=((COUNTRY, PERIOD),),
        evidences=("AP V",),
        note="Of the statements that are met in law, those that are not, or only partly, met in practice.",
        public=True,
    )
    for letter, section, form in SECTIONS
    if form is not LawReview
)

IDENTIFIED = (
    RatioOfTotals(
        id="NR-I03",
        title="Identified victims exploited for labour",
        unit=Identification,
        of=Identification.n_identified_labour,
        out_of=Identification.n_identified,
        measure="exploited for labour for each 1 identified",
        tables=((COUNTRY, YEAR),),
        evidences=("CETS 10(1)",),
        note="Of assessments whose official figures say how many were exploited for labour.",
    ),
    RatioOfTotals(
        id="NR-I04",
        title="Identified victims who are children",
        unit=Identification,
        of=Identification.n_identified_children,
        out_of=Identification.n_identified,
        measure="children for each 1 identified",
        tables=((COUNTRY, YEAR),),
        evidences=("CETS 10(3)",),
        note="Of assessments whose official figures say how many were children.",
    ),
)

NAMED_STATEMENTS = (
    Share(
        id="NR-I05",
        title="Assessments that find the reflection period given in practice as well as in law",
        unit=Protection,
        rating=Protection.pr_reflection_practice,
        among=Protection.pr_reflection_law.rated(),
        having=Protection.pr_reflection_law.is_("yes") & Protection.pr_reflection_practice.is_("yes"),
        tables=((YEAR,),),
        evidences=("CETS 13", "AP V.8"),
        note="How many persons were given it is for the instrument return_safety to say.",
        public=True,
    ),
    Share(
        id="NR-I09",
        title="Assessments that find NGOs supporting victims in court in practice",
        unit=AccessToJustice,
        rating=AccessToJustice.aj_ngo_court_support_practice,
        having=AccessToJustice.aj_ngo_court_support_practice.is_("yes"),
        tables=((YEAR,), (COUNTRY, YEAR)),
        evidences=("AP III.4.6",),
        note="Few assessments: read the table by country, which names them.",
        public=True,
    ),
)

MEDIA = (
    Share(
        id="NR-I06",
        title="Media items that expose a victim's identity",
        unit=MediaItem,
        rating=MediaItem.media_identity_exposed,
        having=MediaItem.media_identity_exposed.is_("yes", "partly"),
        tables=((COUNTRY, PERIOD), (COUNTRY, FRAME), (PERIOD, FRAME)),
        evidences=("CETS 11", "AP IV.8.2"),
        note="Yes and partly are the bad answers here.",
    ),
    Share(
        id="NR-I07",
        title="Media items with information on help",
        unit=MediaItem,
        rating=MediaItem.media_help_information,
        having=MediaItem.media_help_information.is_("yes"),
        tables=((COUNTRY, PERIOD),),
        evidences=("AP IV.8.2",),
    ),
)

TRIANGULATION = (
    Share(
        id="NR-I10",
        title="Access-to-justice statements that rest on trial or claim data",
        unit=LINES["D"],
        rating=LINES["D"].column("practice"),
        having=LINES["D"].column("source").includes("trial_monitoring", "compensation"),
        tables=((COUNTRY, PERIOD),),
        evidences=("RPG G3",),
        note="How well the ratings are borne out by other data, not how good practice is.",
    ),
)

INDICATORS = (*MET_IN_PRACTICE, *GAP, *IDENTIFIED, *NAMED_STATEMENTS, *MEDIA, *TRIANGULATION)
