"""The lists of answers. A code never changes its meaning; its label may be worded better.

Gender, exploitation, means of control and recruitment are the pick lists of the Human Trafficking Case Data Standard
2.0 (IOM, CC BY 4.0), each value name in lower case; the labels are ours. Age bands are those that the Counter-
Trafficking Data Collaborative publishes.
"""

from __future__ import annotations

from monitor import Codes

GENDER = Codes(
    feminine="Feminine",
    masculine="Masculine",
    transgender_feminine="Transgender, feminine",
    transgender_masculine="Transgender, masculine",
    non_conforming="Non-conforming",
    non_specified_unknown="Not specified or unknown",
)

AGE_BAND = Codes(
    ("0_8", "0 to 8 years"),
    ("9_17", "9 to 17 years"),
    ("18_20", "18 to 20 years"),
    ("21_23", "21 to 23 years"),
    ("24_26", "24 to 26 years"),
    ("27_29", "27 to 29 years"),
    ("30_38", "30 to 38 years"),
    ("39_47", "39 to 47 years"),
    ("48_plus", "48 years or older"),
)

UNKNOWN_COUNTRY = Codes(ZZ="Unknown")

YES_NO = Codes(yes="Yes", no="No")

EXPLOITATION = Codes(
    forced_labour="Forced labour",
    sexual_exploitation="Sexual exploitation",
    child_labour="Child labour",
    forced_marriage="Forced marriage",
    servitude="Servitude",
    forced_military_by_non_state_actors="Forced military service, by non-State actors",
    organ_removal="Removal of organs",
    forced_begging="Forced begging",
    forced_adoption="Forced adoption",
    surrogacy="Surrogacy",
    other="Other",
)

MEANS_OF_CONTROL = Codes(
    physical_threats="Physical threats",
    threats_law_enforcement="Threats with the police or other authorities",
    threatens_children_family="Threats against children or family",
    debt_bondage="Debt bondage",
    false_promises="False promises",
    physical_abuse="Physical abuse",
    sexual_abuse="Sexual abuse",
    takes_earnings="Earnings taken",
    restricts_financial_access="No access to own money",
    restricts_medical_care="No access to medical care",
    withholds_necessities="Food, shelter or other necessities withheld",
    psychological_abuse="Psychological abuse",
    psychoactive_substance="Drugs, alcohol or other psychoactive substances",
    excessive_working_hours="Excessive working hours",
    withholds_documents="Documents withheld",
    other="Other",
)

RECRUITMENT = Codes(
    at_a_place_of_business="At a place of business",
    at_an_educational_institution="At a school or other place of education",
    at_work="At work",
    through_online_social_networks="Through online social networks",
    through_an_online_advertisement="Through an advertisement online",
    through_a_television_advert="Through an advertisement on television",
    through_a_newspaper_advert="Through an advertisement in a newspaper",
    through_family_or_family_events="Through the family or at family events",
    through_friends_or_social_events="Through friends or at social events",
    other="Other",
)

RELATIONSHIP = Codes(
    familial="Of the family",
    acquainted="Known to the victim",
    unacquainted="Not known to the victim",
)
