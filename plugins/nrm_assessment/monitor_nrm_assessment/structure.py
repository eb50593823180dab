"""Structure: who takes part in the national referral mechanism, who pays, who looks at its effects."""

from __future__ import annotations

from monitor import Form, Rating, Section

from .assessment import Assessment
from .evidence import evidence_of, source_of


class Structure(Form):
    """How the national referral mechanism is built."""

    class Meta:
        parent = Assessment

    section_structure = Section("Structure of the NRM")

    st_formal_agreement_law = Rating(
        "In law: do binding rules or agreements set the roles of all partners?",
        publish="dimension",
        tests=("AP V", "NRM1", "NRM2"),
        origin="S3",
    )
    st_formal_agreement_law_evidence_source = source_of(st_formal_agreement_law)
    st_formal_agreement_law_evidence_text = evidence_of(st_formal_agreement_law)
    st_formal_agreement_practice = Rating(
        "In practice: do the partners work by these rules or agreements?",
        publish="dimension",
        tests=("AP V", "NRM1", "NRM2"),
        origin="S3",
    )
    st_formal_agreement_practice_evidence_source = source_of(st_formal_agreement_practice)
    st_formal_agreement_practice_evidence_text = evidence_of(st_formal_agreement_practice)

    st_civil_society_decides = Rating(
        "Do NGOs take part in decisions, not only in service?",
        publish="dimension",
        tests=("CETS 35", "AP III.10.4", "AP V.11.1"),
        origin="S4",
    )
    st_civil_society_decides_evidence_source = source_of(st_civil_society_decides)
    st_civil_society_decides_evidence_text = evidence_of(st_civil_society_decides)

    st_rapporteur_law = Rating(
        "In law: is there an independent rapporteur or a like body?",
        publish="dimension",
        tests=("CETS 29", "THB 19"),
        origin="GR3",
    )
    st_rapporteur_law_evidence_source = source_of(st_rapporteur_law)
    st_rapporteur_law_evidence_text = evidence_of(st_rapporteur_law)
    st_rapporteur_practice = Rating(
        "In practice: does the rapporteur or like body work, and independently?",
        publish="dimension",
        tests=("CETS 29", "THB 19"),
        origin="GR3",
    )
    st_rapporteur_practice_evidence_source = source_of(st_rapporteur_practice)
    st_rapporteur_practice_evidence_text = evidence_of(st_rapporteur_practice)

    st_funding = Rating(
        "Is there public money for services over several years?",
        publish="dimension",
        tests=("NRM2",),
        origin="S1",
    )
    st_funding_evidence_source = source_of(st_funding)
    st_funding_evidence_text = evidence_of(st_funding)

    st_impact_monitored = Rating(
        "Are the effects of anti-trafficking measures on rights reviewed?",
        publish="dimension",
        tests=("CETS 5", "AP VI.7", "RPG G3"),
        origin="S0",
    )
    st_impact_monitored_evidence_source = source_of(st_impact_monitored)
    st_impact_monitored_evidence_text = evidence_of(st_impact_monitored)
