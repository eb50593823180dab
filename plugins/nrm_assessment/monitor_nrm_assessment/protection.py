"""Protection and assistance: what victims get, on which conditions, and what they are spared."""

from __future__ import annotations

from monitor import Form, Rating, Section

from .assessment import Assessment
from .evidence import evidence_of, source_of


class Protection(Form):
    """How victims are protected and assisted."""

    class Meta:
        parent = Assessment

    section_protection = Section("Protection and assistance")

    pr_unconditional_law = Rating(
        "In law: is help independent of co-operation with the police?",
        publish="dimension",
        tests=("CETS 12(6)", "THB 11", "RPG P8", "NRM1"),
        origin="S3",
    )
    pr_unconditional_law_evidence_source = source_of(pr_unconditional_law)
    pr_unconditional_law_evidence_text = evidence_of(pr_unconditional_law)
    pr_unconditional_practice = Rating(
        "In practice: do victims get help whether or not they co-operate with the police?",
        publish="dimension",
        tests=("CETS 12(6)", "THB 11", "RPG P8", "NRM1"),
        origin="S3",
    )
    pr_unconditional_practice_evidence_source = source_of(pr_unconditional_practice)
    pr_unconditional_practice_evidence_text = evidence_of(pr_unconditional_practice)

    pr_reflection_law = Rating(
        "In law: is there a reflection period of 30 days or more?",
        publish="dimension",
        tests=("CETS 13", "AP V.8", "RPD 6"),
        origin="S4",
    )
    pr_reflection_law_evidence_source = source_of(pr_reflection_law)
    pr_reflection_law_evidence_text = evidence_of(pr_reflection_law)
    pr_reflection_practice = Rating(
        "In practice: are victims given a reflection period of 30 days or more?",
        publish="dimension",
        tests=("CETS 13", "AP V.8", "RPD 6"),
        origin="S4",
    )
    pr_reflection_practice_evidence_source = source_of(pr_reflection_practice)
    pr_reflection_practice_evidence_text = evidence_of(pr_reflection_practice)

    pr_residence_law = Rating(
        "In law: is there a residence permit on grounds of the personal situation or of co-operation?",
        publish="dimension",
        tests=("CETS 14", "AP V.8", "PAL 7", "RPD 8"),
        origin="S4",
    )
    pr_residence_law_evidence_source = source_of(pr_residence_law)
    pr_residence_law_evidence_text = evidence_of(pr_residence_law)
    pr_residence_practice = Rating(
        "In practice: is such a residence permit granted?",
        publish="dimension",
        tests=("CETS 14", "AP V.8", "PAL 7", "RPD 8"),
        origin="S4",
    )
    pr_residence_practice_evidence_source = source_of(pr_residence_practice)
    pr_residence_practice_evidence_text = evidence_of(pr_residence_practice)

    pr_services_for_all = Rating(
        (
            "Are safe housing, health and psychological care open to women, men, families, children and persons "
            "with disability?"
        ),
        publish="dimension",
        tests=("CETS 12(1)", "PAL 6(3)", "CETS 3"),
        origin="GR3",
    )
    pr_services_for_all_evidence_source = source_of(pr_services_for_all)
    pr_services_for_all_evidence_text = evidence_of(pr_services_for_all)

    pr_data_protection_law = Rating(
        "In law: do rules protect victims in how their data are gathered, shared and kept?",
        publish="dimension",
        tests=("CETS 11", "ECHR 8"),
        origin="K",
    )
    pr_data_protection_law_evidence_source = source_of(pr_data_protection_law)
    pr_data_protection_law_evidence_text = evidence_of(pr_data_protection_law)
    pr_data_protection_practice = Rating(
        "In practice: are victims' data gathered, shared and kept under such rules?",
        publish="dimension",
        tests=("CETS 11", "ECHR 8"),
        origin="K",
    )
    pr_data_protection_practice_evidence_source = source_of(pr_data_protection_practice)
    pr_data_protection_practice_evidence_text = evidence_of(pr_data_protection_practice)

    pr_not_detained = Rating(
        "Are victims free from immigration detention, and from closed shelters against their will?",
        publish="dimension",
        tests=("RPG P7", "ECHR 5"),
        origin="S4",
    )
    pr_not_detained_evidence_source = source_of(pr_not_detained)
    pr_not_detained_evidence_text = evidence_of(pr_not_detained)

    pr_safe_return_law = Rating(
        "In law: is there a return procedure with an individual risk assessment?",
        publish="dimension",
        tests=("CETS 16(2)", "AP V.7.1", "PAL 8(2)", "ODR P1"),
        origin="S4",
    )
    pr_safe_return_law_evidence_source = source_of(pr_safe_return_law)
    pr_safe_return_law_evidence_text = evidence_of(pr_safe_return_law)
    pr_safe_return_practice = Rating(
        "In practice: is the risk assessed individually before a victim is returned?",
        publish="dimension",
        tests=("CETS 16(2)", "AP V.7.1", "PAL 8(2)", "ODR P1"),
        origin="S4",
    )
    pr_safe_return_practice_evidence_source = source_of(pr_safe_return_practice)
    pr_safe_return_practice_evidence_text = evidence_of(pr_safe_return_practice)
