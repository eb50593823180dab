"""The indicators CD-I01 to CD-I07: how many victims, and what share of them was exploited in which way."""

from __future__ import annotations

from monitor import Share, Tally, by

from .victim import Victim

YEAR = by(Victim.year_of_registration)
GENDER = by(Victim.gender)
AGE_BAND = by(Victim.age_band)
CITIZENSHIP = by(Victim.citizenship)
COUNTRY = by(Victim.country_of_exploitation)

# The publisher's rule for blanks: somebody about whom none of the three was recorded is left out of the share.
# For everybody else a blank counts as not, because ``having`` must be certainly true.
SOMETHING_RECORDED = (
    Victim.forced_labour.answered() | Victim.sexual_exploitation.answered() | Victim.other_exploitation.answered()
)
BLANKS = (
    "Of the persons about whom at least one of forced labour, sexual and other exploitation was recorded. "
    "Among them a blank counts as not, as in the publisher's own figures."
)
COVERAGE = "Persons registered by organisations that share their data; not an estimate of how many are trafficked."

COUNTS = (
    Tally(
        id="CD-I01",
        title="Victims registered, by year",
        unit=Victim,
        tables=((YEAR,),),
        evidences=("RPG G3", "THB 19"),
        note=COVERAGE,
    ),
    Tally(
        id="CD-I02",
        title="Victims registered, by country of exploitation",
        unit=Victim,
        tables=((COUNTRY, YEAR), (COUNTRY, GENDER)),
        evidences=("RPG G3", "THB 19"),
        note=COVERAGE,
    ),
    Tally(
        id="CD-I03",
        title="Victims registered, by citizenship",
        unit=Victim,
        tables=((CITIZENSHIP, YEAR),),
        evidences=("RPG G3", "THB 19"),
        note=COVERAGE,
    ),
    Tally(
        id="CD-I04",
        title="Victims registered, by gender",
        unit=Victim,
        tables=((GENDER, YEAR),),
        evidences=("RPG G3", "CETS 17"),
        note=COVERAGE,
    ),
    Tally(
        id="CD-I05",
        title="Victims registered, by age band",
        unit=Victim,
        tables=((AGE_BAND, YEAR), (AGE_BAND, GENDER)),
        evidences=("RPG G3", "PAL 6(4)"),
        note=COVERAGE,
    ),
)

SHARES = (
    Share(
        id="CD-I06",
        title="Victims exploited in forced labour",
        unit=Victim,
        among=SOMETHING_RECORDED,
        having=Victim.forced_labour.is_("yes"),
        tables=((COUNTRY, YEAR), (GENDER, YEAR), (AGE_BAND, GENDER)),
        evidences=("PAL 3(a)", "CETS 4"),
        note=BLANKS,
    ),
    Share(
        id="CD-I07",
        title="Victims exploited sexually",
        unit=Victim,
        among=SOMETHING_RECORDED,
        having=Victim.sexual_exploitation.is_("yes"),
        tables=((COUNTRY, YEAR), (GENDER, YEAR), (AGE_BAND, GENDER)),
        evidences=("PAL 3(a)", "CETS 4"),
        note=BLANKS,
    ),
)

INDICATORS = (*COUNTS, *SHARES)
