"""The lists of answers. A code never changes its meaning; its label may be worded better."""

from __future__ import annotations

from monitor import Codes

ACTOR_TYPE = Codes(
    ministry_or_agency="Ministry or agency",
    police="Police",
    prosecution="Prosecution",
    court="Court",
    labour_inspectorate="Labour inspectorate",
    border_or_migration_authority="Border or migration authority",
    social_service="Social service",
    health_service="Health service",
    local_government="Local government",
    ombudsperson="Ombudsperson",
    ngo="Non-governmental organisation",
    trade_union="Trade union",
    employer_body_or_company="Employers' body or company",
    religious_body="Religious body",
    academic="University or research institute",
    media="Media",
    international_organisation="International organisation",
    donor="Donor",
    survivor_network="Network of survivors",
)

LEVEL = Codes(
    national="National",
    regional="Regional",
    local="Local",
    cross_border="Cross-border",
)

ROLE = Codes(
    coordination="Coordination",
    identification="Identification of victims",
    hotline="Hotline",
    shelter="Shelter",
    medical="Medical care",
    psychological="Psychological care",
    legal_aid="Legal aid",
    interpretation="Interpretation",
    reintegration="Reintegration",
    return_support="Support on return",
    investigation="Investigation",
    prosecution="Prosecution",
    adjudication="Adjudication",
    labour_inspection="Labour inspection",
    prevention="Prevention",
    training="Training",
    research_monitoring="Research or monitoring",
    media_work="Media work",
    funding="Funding",
    policy_law="Policy or law",
)

TARGET = Codes(
    women="Women",
    men="Men",
    girls="Girls",
    boys="Boys",
    families="Families",
    labour_exploited="Persons exploited for labour",
    roma="Roma",
    lgbti="LGBTI persons",
    persons_with_disability="Persons with a disability",
    asylum_seekers="Asylum seekers",
    internally_trafficked="Persons trafficked within the country",
    all="All trafficked persons",
)

CONDITION = Codes(
    none="None",
    formal_identification="Formal identification as a victim",
    cooperation_with_authorities="Co-operation with the authorities",
    nationality_or_residence="Nationality or residence",
    sex_or_age="Sex or age",
    other="Another condition",
    unknown="Unknown",
)

NRM_ROLE = Codes(
    signatory="Signatory",
    partner_in_practice="Partner in practice, without a signature",
    coordinator="Co-ordinator",
    outside="Outside the mechanism",
    unknown="Unknown",
)

NEED = Codes(
    funding="Funding",
    staff="Staff",
    training="Training",
    legal_basis="Legal basis",
    premises="Premises",
    interpreters="Interpreters",
    data_tools="Tools for data",
    security="Security",
    coordination="Coordination",
    none_stated="None stated",
)

RESPONSE = Codes(
    planned="Planned",
    running="Running",
    completed="Completed",
    suspended="Suspended",
    closed_for_lack_of_funds="Closed for lack of funds",
)

VERIFICATION = Codes(
    visit="Visit",
    interview="Interview",
    document="Document",
    website="Website",
    other_actor="Another actor",
    self_report="The actor's own report",
)

CONSENT = Codes(
    public="To be listed in public",
    partners_only="To be listed for partners only",
    not_listed="Not to be listed",
)
