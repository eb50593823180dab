"""Law review and findings: the definition in the law, the treaties in force, and what the team found."""

from __future__ import annotations

from monitor import Choices, Form, Narrative, Rating, Section

from . import codes
from .assessment import Assessment
from .evidence import evidence_of, source_of


class LawReview(Form):
    """What the law says, and what was found."""

    class Meta:
        parent = Assessment

    section_law_review = Section("Law review")

    lw_definition = Rating(
        "Is the definition of trafficking complete, and does it cover all listed forms of exploitation?",
        publish="dimension",
        tests=("PAL 3(a)", "CETS 4", "THB 2"),
        origin="S4",
    )
    lw_definition_evidence_source = source_of(lw_definition)
    lw_definition_evidence_text = evidence_of(lw_definition)

    lw_consent = Rating(
        "Is consent irrelevant, and are no means needed where the victim is a child?",
        publish="dimension",
        tests=("PAL 3(b)", "CETS 4", "PAL 3(c)"),
        origin="XKX",
    )
    lw_consent_evidence_source = source_of(lw_consent)
    lw_consent_evidence_text = evidence_of(lw_consent)

    treaties_ratified = Choices(
        "Which treaties were in force for the State at the end of the period?",
        codes.TREATY,
        alone=("none",),
        publish="dimension",
        tests=("AP III.9.1",),
        origin="S4",
    )

    section_findings = Section("Findings")

    main_findings = Narrative(
        "What are the main findings of the assessment?",
        hint="A draft. It becomes public, outside this system, once the roundtable has validated it.",
        origin="S4",
    )
