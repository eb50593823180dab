"""The lists of answers. A code never changes its meaning; its label may be worded better."""

from __future__ import annotations

from monitor import Codes

# For the assessment.

SCOPE = Codes(
    national="National",
    regional="Regional",
    local="Local",
)

METHOD = Codes(
    legal_desk_review="Legal desk review",
    official_statistics="Official statistics",
    interviews_authorities="Interviews with authorities",
    interviews_ngos="Interviews with NGOs",
    interviews_survivors_via_ngo="Interviews with survivors, through an NGO",
    case_file_review="Review of case files",
    site_visit="Site visit",
    media_sample="Sample of the media",
    roundtable_validation="Validation at a roundtable",
)

YES_NO = Codes(yes="Yes", no="No")

# For the evidence behind a rating.

EVIDENCE_SOURCE = Codes(
    law_citation="Article of a law or by-law",
    statistic="Statistic",
    interview_authority="Interview with an authority",
    interview_ngo="Interview with an NGO",
    interview_survivor_via_ngo="Interview with a survivor, through an NGO",
    case_file="Case file",
    site_visit="Site visit",
    document="Other document, such as a published report",
    trial_monitoring="Data of the instrument trial_monitoring",
    compensation="Data of the instrument compensation",
    return_safety="Data of the instrument return_safety",
    actors="Data of the instrument actors",
)

# For the media review.

FRAME = Codes(
    crime_report="Crime report",
    victim_rights="Rights of victims",
    migration_control="Control of migration",
    sensational_sexualised="Sensational or sexualised",
    policy_or_law="Policy or law",
    prevention_information="Information for prevention",
    mixed="Mixed",
)

# For the law review.

TREATY = Codes(
    palermo_protocol="Palermo Protocol (2000)",
    untoc="UN Convention against Transnational Organized Crime (2000)",
    cets_197="Council of Europe Convention on Action against Trafficking, CETS 197 (2005)",
    ilo_p029="ILO Protocol of 2014 to the Forced Labour Convention",
    ets_116="European Convention on the Compensation of Victims of Violent Crimes, ETS 116 (1983)",
    crc_opsc="Optional Protocol on the sale of children, child prostitution and child pornography (2000)",
    istanbul_convention="Istanbul Convention (2011)",
    none="None of these",
)
