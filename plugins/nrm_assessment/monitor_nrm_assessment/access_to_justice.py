"""Access to justice: what victims can claim, and what keeps them from being punished."""

from __future__ import annotations

from monitor import Form, Rating, Section

from .assessment import Assessment
from .evidence import evidence_of, source_of


class AccessToJustice(Form):
    """How victims reach justice."""

    class Meta:
        parent = Assessment

    section_access_to_justice = Section("Access to justice")

    aj_information = Rating(
        "Are victims told of proceedings and rights from first contact, in a language that they follow?",
        publish="dimension",
        tests=("CETS 15(1)", "PAL 6(2)(a)"),
        origin="GR3",
    )
    aj_information_evidence_source = source_of(aj_information)
    aj_information_evidence_text = evidence_of(aj_information)

    aj_legal_aid_law = Rating(
        "In law: is there a free lawyer for victims without means, in criminal, civil, labour and immigration matters?",
        publish="dimension",
        tests=("CETS 15(2)", "THB 12(2)"),
        origin="GR3",
    )
    aj_legal_aid_law_evidence_source = source_of(aj_legal_aid_law)
    aj_legal_aid_law_evidence_text = evidence_of(aj_legal_aid_law)
    aj_legal_aid_practice = Rating(
        "In practice: do victims without means get a free lawyer, in criminal, civil, labour and immigration matters?",
        publish="dimension",
        tests=("CETS 15(2)", "THB 12(2)"),
        origin="GR3",
    )
    aj_legal_aid_practice_evidence_source = source_of(aj_legal_aid_practice)
    aj_legal_aid_practice_evidence_text = evidence_of(aj_legal_aid_practice)

    aj_non_punishment_law = Rating(
        "In law: is there a rule that victims are not punished for what they were made to do?",
        publish="dimension",
        tests=("CETS 26", "AP III.1.8", "THB 8", "ECHR 4"),
        origin="GR3",
    )
    aj_non_punishment_law_evidence_source = source_of(aj_non_punishment_law)
    aj_non_punishment_law_evidence_text = evidence_of(aj_non_punishment_law)
    aj_non_punishment_practice = Rating(
        "In practice: is the rule known to police and prosecutors, and applied before charge?",
        publish="dimension",
        tests=("CETS 26", "AP III.1.8", "THB 8", "ECHR 4"),
        origin="GR3",
    )
    aj_non_punishment_practice_evidence_source = source_of(aj_non_punishment_practice)
    aj_non_punishment_practice_evidence_text = evidence_of(aj_non_punishment_practice)

    aj_witness_protection_law = Rating(
        "In law: are there protective measures fitted to trafficking victims, including in court?",
        publish="dimension",
        tests=("CETS 28", "CETS 30", "AP III.4.1"),
        origin="GR3",
    )
    aj_witness_protection_law_evidence_source = source_of(aj_witness_protection_law)
    aj_witness_protection_law_evidence_text = evidence_of(aj_witness_protection_law)
    aj_witness_protection_practice = Rating(
        "In practice: are protective measures fitted to trafficking victims used, including in court?",
        publish="dimension",
        tests=("CETS 28", "CETS 30", "AP III.4.1"),
        origin="GR3",
    )
    aj_witness_protection_practice_evidence_source = source_of(aj_witness_protection_practice)
    aj_witness_protection_practice_evidence_text = evidence_of(aj_witness_protection_practice)

    aj_ngo_court_support_law = Rating(
        "In law: may NGO workers accompany victims at hearings?",
        publish="dimension",
        tests=("AP III.4.6", "CETS 27"),
        origin="S4",
    )
    aj_ngo_court_support_law_evidence_source = source_of(aj_ngo_court_support_law)
    aj_ngo_court_support_law_evidence_text = evidence_of(aj_ngo_court_support_law)
    aj_ngo_court_support_practice = Rating(
        "In practice: are NGO workers let in to accompany victims at hearings?",
        publish="dimension",
        tests=("AP III.4.6", "CETS 27"),
        origin="S4",
    )
    aj_ngo_court_support_practice_evidence_source = source_of(aj_ngo_court_support_practice)
    aj_ngo_court_support_practice_evidence_text = evidence_of(aj_ngo_court_support_practice)

    aj_compensation_offender_law = Rating(
        "In law: can a claim against the offender be decided in or beside the criminal case, and be enforced?",
        publish="dimension",
        tests=("CETS 15(3)", "VRD 16"),
        origin="GR3",
    )
    aj_compensation_offender_law_evidence_source = source_of(aj_compensation_offender_law)
    aj_compensation_offender_law_evidence_text = evidence_of(aj_compensation_offender_law)
    aj_compensation_offender_practice = Rating(
        "In practice: are claims against the offender decided in or beside the criminal case, and enforced?",
        publish="dimension",
        tests=("CETS 15(3)", "VRD 16"),
        origin="GR3",
    )
    aj_compensation_offender_practice_evidence_source = source_of(aj_compensation_offender_practice)
    aj_compensation_offender_practice_evidence_text = evidence_of(aj_compensation_offender_practice)

    aj_compensation_state_law = Rating(
        "In law: is State compensation open to all trafficking victims, whatever their nationality or residence?",
        publish="dimension",
        tests=("CETS 15(4)", "THB 17", "ETS116"),
        origin="GR3",
    )
    aj_compensation_state_law_evidence_source = source_of(aj_compensation_state_law)
    aj_compensation_state_law_evidence_text = evidence_of(aj_compensation_state_law)
    aj_compensation_state_practice = Rating(
        "In practice: do trafficking victims get State compensation, whatever their nationality or residence?",
        publish="dimension",
        tests=("CETS 15(4)", "THB 17", "ETS116"),
        origin="GR3",
    )
    aj_compensation_state_practice_evidence_source = source_of(aj_compensation_state_practice)
    aj_compensation_state_practice_evidence_text = evidence_of(aj_compensation_state_practice)

    aj_confiscated_for_victims_law = Rating(
        "In law: can confiscated proceeds be used for victims?",
        publish="dimension",
        tests=("AP III.1.5", "CETS 23", "UNTOC 14(2)"),
        origin="S4",
    )
    aj_confiscated_for_victims_law_evidence_source = source_of(aj_confiscated_for_victims_law)
    aj_confiscated_for_victims_law_evidence_text = evidence_of(aj_confiscated_for_victims_law)
    aj_confiscated_for_victims_practice = Rating(
        "In practice: do confiscated proceeds reach victims?",
        publish="dimension",
        tests=("AP III.1.5", "CETS 23", "UNTOC 14(2)"),
        origin="S4",
    )
    aj_confiscated_for_victims_practice_evidence_source = source_of(aj_confiscated_for_victims_practice)
    aj_confiscated_for_victims_practice_evidence_text = evidence_of(aj_confiscated_for_victims_practice)
