"""The case: what is entered once, not with every hearing, and corrected when the facts change."""

from __future__ import annotations

from monitor import Choice, Choices, Country, Form, PartialDate, Ref, Section, Text, Whole

from . import codes


class Case(Form):
    """A trafficking case before a court."""

    class Meta:
        key = "case_ref"

    section_case = Section("Case")

    case_ref = Ref(
        "Under which pseudonym does the programme keep this case?",
        hint="Country, year and a number, given by the programme. It must not be derivable from the court's number.",
        pattern=r"[A-Z]{2}-[0-9]{4}-[0-9]{3}",
        example="MD-2025-001",
        tests=("CETS 11",),
        origin="K",
    )
    court_case_number = Text(
        "What is the court's own number for the case?",
        hint="Sealed at once. Monitors need it to find the next hearing; nobody else does.",
        optional=True,
        publish="sealed",
        tests=("CETS 11",),
        origin="BASE",
    )
    country = Country(
        "In which country is the court?",
        state=True,
        publish="dimension",
        origin="HTC",
    )
    court_level = Choice(
        "At what level is the court that hears the case now?",
        codes.COURT_LEVEL,
        publish="dimension",
        origin="MKD",
    )
    court_code = Ref(
        "Which court is it, by the programme's own list?",
        pattern=r"[A-Z0-9][A-Z0-9-]{1,15}",
        example="MD-C03",
        origin="BASE",
    )
    offences_charged = Choices(
        "Which offences does the indictment charge, as read or as filed?",
        codes.OFFENCE,
        publish="dimension",
        tests=("PAL 3(a)", "CETS 18"),
        origin="XKX",
    )
    exploitation_forms = Choices(
        "Which forms of exploitation are alleged?",
        codes.EXPLOITATION,
        publish="dimension",
        tests=("PAL 3(a)", "CETS 4", "THB 2"),
        origin="HTC",
    )
    trafficking_dimension = Choice(
        "Did the alleged acts cross a border?",
        codes.DIMENSION,
        publish="dimension",
        tests=("PAL 3(a)",),
        origin="K",
    )
    indictment_filed_on = PartialDate(
        "When did the indictment reach the court?",
        hint="The year, or the year and month, if that is all the file shows.",
        optional=True,
        tests=("ECHR 6(1)",),
        origin="SPO",
    )
    defendants_total = Whole(
        "How many persons, natural and legal, are accused?",
        at_least=1,
        publish="counted",
        tests=("CETS 18",),
        origin="BASE",
    )
    defendants_female = Whole(
        "How many of the accused are women?",
        hint="Those tried are often young women at the lower end of the chain.",
        optional=True,
        publish="counted",
        tests=("CETS 17",),
        origin="S4",
    )
    defendant_roles = Choices(
        "What part in the chain are the accused alleged to have played?",
        codes.DEFENDANT_ROLE,
        optional=True,
        publish="counted",
        tests=("CETS 18", "CETS 22"),
        origin="S4",
    )
    victims_total = Whole(
        "How many persons does the indictment or the court name as victims?",
        hint="0 is an answer.",
        publish="counted",
        tests=("CETS 15(1)",),
        origin="BASE",
    )

    has_victims = victims_total > 0

    victims_children = Whole(
        "How many of the victims were under 18 at the time of the acts?",
        only_if=has_victims,
        publish="counted",
        tests=("CETS 10(3)", "PAL 6(4)"),
        origin="BASE",
    )
    victim_procedural_status = Choice(
        "What standing do the victims hold in these proceedings?",
        codes.VICTIM_STATUS,
        only_if=has_victims,
        publish="counted",
        tests=("CETS 15(1)", "VRD 10"),
        origin="K",
    )
    victim_prosecuted = Choice(
        "Was any victim charged, fined or detained for acts tied to having been trafficked?",
        codes.YES_NO_UNKNOWN,
        hint="In this case or in parallel proceedings.",
        only_if=has_victims,
        publish="counted",
        tests=("CETS 26", "AP III.1.8", "THB 8", "ECHR 4", "RPG P7", "P029 4"),
        origin="XKX",
    )
