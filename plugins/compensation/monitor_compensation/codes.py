"""The lists of answers. A code never changes its meaning; its label may be worded better."""

from __future__ import annotations

from monitor import Codes

# The claimant.

AGE_GROUP = Codes(child="Child (under 18)", adult="Adult", unknown="Unknown")

SEX = Codes(female="Female", male="Male", other="Other", unknown="Unknown")

EXPLOITATION = Codes(
    sexual="Sexual exploitation",
    forced_labour="Forced labour",
    domestic_servitude="Domestic servitude",
    forced_begging="Forced begging",
    forced_criminality="Forced criminality",
    organ_removal="Removal of organs",
    forced_marriage="Forced marriage",
    illegal_adoption="Illegal adoption",
    surrogacy="Surrogacy",
    slavery_like_other="Other practice similar to slavery",
    unknown="Unknown",
)

RESIDENCE = Codes(
    national="National of the country",
    regular_permit="Regular residence permit",
    victim_permit="Permit as a victim of trafficking",
    asylum_seeker="Asylum seeker",
    irregular="Without permission to stay",
    returned_abroad="Has returned, or lives abroad",
    unknown="Unknown",
)

SECTOR = Codes(
    A_agriculture="Agriculture, forestry and fishing",
    B_mining="Mining and quarrying",
    C_manufacturing="Manufacturing",
    F_construction="Construction",
    G_trade="Trade and repair of vehicles",
    H_transport="Transport and storage",
    I_accommodation_food="Accommodation and food service",
    N_support_services="Administrative and support services",
    Q_care="Health and social care",
    R_entertainment="Arts, entertainment and recreation",
    S_other_services="Other services",
    T_households="Private households",
    commercial_sex="Commercial sex",
    begging_or_street="Begging or street work",
    illicit_activity="Illicit activity",
    unknown="Unknown",
)

AVENUE = Codes(
    criminal_court_order_or_adhesion="Criminal court: order, or civil claim within the trial",
    civil_action="Civil action",
    labour_court_or_tribunal="Labour court or tribunal",
    labour_inspectorate_or_wage_claim="Labour inspectorate or administrative wage claim",
    state_crime_victim_fund="State fund for victims of crime",
    trafficking_specific_fund="Fund for victims of trafficking",
    settlement_out_of_court="Settlement out of court",
    restitution_from_confiscated_assets="Restitution from confiscated assets",
    insurance_or_social_security="Insurance or social security",
    international_court_or_body="International court or body",
)

RESPONDENT = Codes(
    trafficker="Trafficker",
    employer_or_company="Employer or company",
    contractor_in_chain="Contractor in the chain",
    state_fund="State fund",
    state_authority="State authority",
    insurer="Insurer",
    unknown="Unknown",
)

YES_NO_UNKNOWN = Codes(yes="Yes", no="No", unknown="Unknown")

# Information and help.

INFORMED_WHEN = Codes(
    first_contact="At first contact with an authority or an assistance organisation",
    during_investigation="During the investigation",
    during_trial="During the trial",
    after_judgment="After the judgment",
    never="Never",
    unknown="Unknown",
)

HELP_SOURCE = Codes(
    state_legal_aid="State legal aid",
    ngo_lawyer="Lawyer of an NGO",
    trade_union="Trade union",
    pro_bono="Lawyer without fee",
    privately_paid="Paid by the person",
    contingency_fee="Paid from what is won",
    none="Nobody",
    unknown="Unknown",
)

# The claim.

STATUS = Codes(
    not_filed="Not filed",
    in_preparation="In preparation",
    filed_pending="Filed and pending",
    awarded_as_claimed="Awarded as claimed",
    awarded_in_part="Awarded in part",
    rejected="Rejected",
    inadmissible="Inadmissible",
    referred_to_other_avenue="Referred to another avenue",
    settled="Settled",
    withdrawn="Withdrawn",
    abandoned="Abandoned",
)

HEAD = Codes(
    unpaid_wages="Unpaid wages",
    earnings_taken_by_trafficker="Earnings taken by the trafficker",
    medical_costs="Medical costs",
    psychological_care="Psychological care",
    loss_of_future_earnings="Loss of future earnings",
    non_pecuniary_harm="Non-pecuniary harm",
    recruitment_fees_or_debt="Recruitment fees or debt",
    property_or_documents="Property or documents",
    legal_and_travel_costs="Legal and travel costs",
    other="Other",
)

BARRIER = Codes(
    nationality_or_residence_rule="Rule on nationality or residence",
    only_violent_crime_covered="Only violent crime is covered",
    physical_injury_required="Physical injury required",
    duty_to_report_or_cooperate="Duty to report or to co-operate",
    conviction_required="Conviction required",
    offender_unknown_or_insolvent="Offender unknown or without means",
    time_limit_missed="Time limit missed",
    illegality_or_morality_of_work="Work called illegal or immoral",
    not_formally_identified="Not formally identified as a victim",
    victim_left_country="The person had left the country",
    no_lawyer="No lawyer",
    no_proof_of_loss="No proof of loss",
    costs_or_court_fees="Costs or court fees",
    fear_of_reprisal="Fear of reprisal",
    not_informed="Not informed",
    none_found="None found",
)

REPRISAL = Codes(
    none_known="None known",
    threat="Threat",
    violence="Violence",
    counter_claim_or_defamation_suit="Counter-claim or suit for defamation",
    prosecution_of_victim="Prosecution of the person",
    family_targeted="Family targeted",
    other="Other",
)

# Assets.

ASSETS = Codes(
    no_enquiry="No enquiry",
    enquiry_nothing_found="Enquiry made, nothing found",
    frozen="Frozen",
    confiscated_to_state="Confiscated to the State",
    confiscated_for_victims="Confiscated for victims",
    not_known="Not known",
)

# The decision.

REJECTION = Codes(
    no_victim_status="No status as a victim",
    harm_not_proven="Harm not proven",
    earnings_illegal_or_immoral="Earnings called illegal or immoral",
    status_or_nationality="Residence status or nationality",
    late="Too late",
    no_conviction="No conviction",
    offender_unable_to_pay="Offender unable to pay",
    no_legal_basis="No legal basis",
    procedural_defect="Defect of procedure",
    other="Other",
    no_reasons_given="No reasons given",
)

APPEAL = Codes(
    none="Nobody appealed",
    pending="Pending",
    award_upheld="Award upheld",
    award_raised="Award raised",
    award_cut="Award cut",
    award_annulled="Award annulled",
    rejection_upheld="Rejection upheld",
    awarded_on_appeal="Awarded on appeal",
)

# Enforcement, payment, other redress.

ENFORCEMENT = Codes(
    voluntary_payment="Paid without enforcement",
    bailiff="Bailiff",
    wage_or_asset_attachment="Attachment of wages or assets",
    state_advance="Advance by the State",
    set_off_from_confiscated_assets="Taken from confiscated assets",
    cross_border_enforcement="Enforcement across a border",
    none_possible="No step is possible",
    not_started="Not started",
)

PAYER = Codes(
    trafficker="Trafficker",
    company="Company",
    state_fund="State fund",
    state_advance="Advance by the State",
    confiscated_assets="Confiscated assets",
    insurer="Insurer",
    other="Other",
)

OTHER_REMEDY = Codes(
    none="None",
    documents_returned="Documents returned",
    residence_status="Residence status",
    rehabilitation_services="Rehabilitation services",
    record_expunged="Criminal record cleared",
    apology_or_acknowledgment="Apology or acknowledgment",
    job_or_training="Job or training",
    debt_cancelled="Debt cancelled",
    guarantee_of_non_repetition="Guarantee of non-repetition",
)
