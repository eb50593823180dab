"""Identification: whether victims are found, by whom, and how many in the period."""

from __future__ import annotations

from monitor import Form, Rating, Section, Whole

from .assessment import Assessment
from .evidence import evidence_of, source_of


class Identification(Form):
    """How victims are identified."""

    class Meta:
        parent = Assessment

    section_identification = Section("Identification")

    id_written_procedure_law = Rating(
        "In law: is there written guidance for accurate identification that respects the person's views?",
        publish="dimension",
        tests=("AP V.3.2", "CETS 10(1)", "THB 11", "RPG G2", "NRM2"),
        origin="S3",
    )
    id_written_procedure_law_evidence_source = source_of(id_written_procedure_law)
    id_written_procedure_law_evidence_text = evidence_of(id_written_procedure_law)
    id_written_procedure_practice = Rating(
        "In practice: is such guidance followed, and are the person's views respected?",
        publish="dimension",
        tests=("AP V.3.2", "CETS 10(1)", "THB 11", "RPG G2", "NRM2"),
        origin="S3",
    )
    id_written_procedure_practice_evidence_source = source_of(id_written_procedure_practice)
    id_written_procedure_practice_evidence_text = evidence_of(id_written_procedure_practice)

    id_beyond_police_law = Rating(
        "In law: is identification open to NGOs, labour inspectors, social and asylum bodies, not to the police alone?",
        publish="dimension",
        tests=("AP III.10.4", "CETS 10(1)", "CETS 35", "NRM1"),
        origin="S4",
    )
    id_beyond_police_law_evidence_source = source_of(id_beyond_police_law)
    id_beyond_police_law_evidence_text = evidence_of(id_beyond_police_law)
    id_beyond_police_practice = Rating(
        "In practice: do NGOs, labour inspectors, social and asylum bodies identify victims, not the police alone?",
        publish="dimension",
        tests=("AP III.10.4", "CETS 10(1)", "CETS 35", "NRM1"),
        origin="S4",
    )
    id_beyond_police_practice_evidence_source = source_of(id_beyond_police_practice)
    id_beyond_police_practice_evidence_text = evidence_of(id_beyond_police_practice)

    id_no_removal_pending_law = Rating(
        "In law: is removal forbidden while there are reasonable grounds to believe that the person is a victim?",
        publish="dimension",
        tests=("CETS 10(2)",),
        origin="S4",
    )
    id_no_removal_pending_law_evidence_source = source_of(id_no_removal_pending_law)
    id_no_removal_pending_law_evidence_text = evidence_of(id_no_removal_pending_law)
    id_no_removal_pending_practice = Rating(
        "In practice: is nobody removed while there are reasonable grounds to believe that the person is a victim?",
        publish="dimension",
        tests=("CETS 10(2)",),
        origin="S4",
    )
    id_no_removal_pending_practice_evidence_source = source_of(id_no_removal_pending_practice)
    id_no_removal_pending_practice_evidence_text = evidence_of(id_no_removal_pending_practice)

    id_labour_exploitation_reached = Rating(
        "Do outreach and screening reach the places where labour exploitation happens?",
        publish="dimension",
        tests=("CETS 10(1)", "AP V.3.2"),
        origin="S4",
    )
    id_labour_exploitation_reached_evidence_source = source_of(id_labour_exploitation_reached)
    id_labour_exploitation_reached_evidence_text = evidence_of(id_labour_exploitation_reached)

    id_minorities_reached = Rating(
        "Does identification reach Roma and other communities whose victims are rarely identified?",
        publish="dimension",
        tests=("CETS 3", "AP V.3.2"),
        origin="S4",
    )
    id_minorities_reached_evidence_source = source_of(id_minorities_reached)
    id_minorities_reached_evidence_text = evidence_of(id_minorities_reached)

    id_children_law = Rating(
        "In law: is a person of uncertain age presumed to be a child, and given a guardian at once?",
        publish="dimension",
        tests=("CETS 10(3)", "CETS 10(4)", "THB 13"),
        origin="K",
    )
    id_children_law_evidence_source = source_of(id_children_law)
    id_children_law_evidence_text = evidence_of(id_children_law)
    id_children_practice = Rating(
        "In practice: is a person of uncertain age treated as a child, and given a guardian at once?",
        publish="dimension",
        tests=("CETS 10(3)", "CETS 10(4)", "THB 13"),
        origin="K",
    )
    id_children_practice_evidence_source = source_of(id_children_practice)
    id_children_practice_evidence_text = evidence_of(id_children_practice)

    section_numbers = Section("Victims identified")

    n_identified = Whole(
        "How many victims were formally identified in the period?",
        hint="The official figure. 0 is an answer.",
        publish="counted",
        tests=("THB 19",),
        origin="GR3",
    )

    anybody_identified = n_identified > 0

    n_identified_children = Whole(
        "How many of them were children?",
        hint="Blank, if the official figures do not say.",
        only_if=anybody_identified,
        optional=True,
        publish="counted",
        tests=("CETS 10(3)",),
        origin="GR3",
    )
    n_identified_labour = Whole(
        "How many of them were exploited for labour?",
        hint="Blank, if the official figures do not say.",
        only_if=anybody_identified,
        optional=True,
        publish="counted",
        tests=("CETS 10(1)",),
        origin="S4",
    )
