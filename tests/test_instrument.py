"""An instrument is checked as a whole when it is made: what could not be asked, checked or counted is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from monitor import (
    AnyOther,
    Choice,
    Choices,
    Codes,
    Country,
    Date,
    EachCode,
    Form,
    Instrument,
    Median,
    Narrative,
    Pending,
    Rating,
    Ref,
    Rows,
    Rule,
    Share,
    Tally,
    Whole,
    by,
    each,
    year,
)
from monitor.errors import DeclarationError

KIND = Codes(a="A", b="B", none="None")


class Office(Form):
    """An office."""

    class Meta:
        key = "office_ref"

    office_ref = Ref("Which?", pattern="O[0-9]", example="O1")
    country = Country("Where?", publish="dimension")


class Caller(Form):
    """A caller."""

    class Meta:
        person = "caller_ref"

    caller_ref = Ref("Who?", pattern="C[0-9]", example="C1")
    kind = Choice("Which kind?", KIND, publish="dimension")


class Day(Form):
    """A day at an office."""

    class Meta:
        parent = Office

    day = Date("When?", dimension="year")
    born = Date("Born when?", optional=True, publish="sealed")
    staff = Whole("How many?", publish="counted")
    language = Choice("Which language?", KIND, publish="dimension")
    offered = Choices("What was offered?", KIND, publish="counted")
    given = Choices("What was given?", KIND, publish="counted")
    quiet = Rating("Was it quiet?", publish="counted", tests=("CETS 12(1)",))
    secret = Choice("Which one?", KIND)
    notes = Narrative("What else?", optional=True)
    callers = Rows(Caller, "Who called?", optional=True)


class Elsewhere(Form):
    """A form of another instrument."""

    class Meta:
        person = "kind"

    kind = Choice("Which?", KIND, publish="dimension")
    quiet = Rating("Was it quiet?", publish="counted", tests=("CETS 12(1)",))


BY_COUNTRY = (by(Office.country),)


def instrument(**changes: Any) -> Instrument:
    return Instrument(**{"code": "office", "version": "1.0", "title": "Office", "forms": (Office, Day), **changes})


def tally(**changes: Any) -> Tally:
    return Tally(**{"id": "O-1", "title": "Days", "unit": Day, "tables": (BY_COUNTRY,), **changes})


def refusal(declare: Callable[[], object]) -> DeclarationError:
    with pytest.raises(DeclarationError) as refused:
        declare()
    return refused.value


def test_an_instrument_that_holds_together_is_accepted() -> None:
    among = EachCode(Day.offered, leaving_out=("none",))
    indicators = (
        tally(tables=((by(Office.country), year(Day.day)), (each(Day.offered),))),
        Share(id="O-2", title="Quiet", unit=Day, tables=(BY_COUNTRY,), having=Day.quiet.is_("yes"), rating=Day.quiet),
        Share(id="O-3", title="Given", unit=among, tables=(BY_COUNTRY,), having=among.also_in(Day.given)),
        Median(id="O-4", title="Staff", unit=Day, tables=(BY_COUNTRY,), of=Day.staff, measure="persons"),
        tally(id="O-5", unit=Caller, tables=((by(Caller.kind), by(Office.country)),)),
    )
    rule = Rule("O01", Day, "Nobody was there.", at=(Day.staff,), must_hold=Day.staff > 0)
    made = instrument(indicators=indicators, rules=(rule,))
    assert [form.full_code() for form in made.all_forms()] == ["office.office", "office.day", "office.caller"]
    assert made.form("day") is Day and made.form("caller") is None
    assert made.rules_of(Day) == (rule,) and made.rules_of(Office) == ()
    assert [question.name for question in indicators[2].questions()] == ["offered", "given"]


# What is pending


def test_what_is_pending_is_told_by_a_topmost_form_or_by_one_below_it() -> None:
    late, quiet = Pending(Office, holds=Office.country.is_("AQ")), Pending(Office, until=Day.quiet.is_("yes"))
    made = instrument(pending=(late, quiet))
    assert made.pending_of(Caller) == made.pending_of(Day) == made.pending_of(Office) == (late, quiet)
    assert instrument().pending_of(Day) == ()


@pytest.mark.parametrize(
    "pending, says",
    [
        (lambda: Pending(Office), "neither, or both"),
        (lambda: Pending(Office, Office.country.answered(), Day.staff > 0), "neither, or both"),
        (lambda: Pending(Day, holds=Day.staff > 0), "Day is not one of the instrument's topmost forms"),
        (lambda: Pending(Elsewhere, holds=Elsewhere.quiet.is_("yes")), "Elsewhere is not one of"),
        (lambda: Pending(Office, holds=Day.staff > 0), "is not about the questions of one such form"),
        (lambda: Pending(Office, until=Office.country.answered()), "is not about the questions of one such form"),
        (lambda: Pending(Office, until=Caller.kind.is_("a")), "is not about the questions of one such form"),
        (lambda: Pending(Office, until=(Day.staff > 0) & Office.country.answered()), "is not about the questions"),
        (lambda: Pending(Office, until=Day.born.answered()), "sealed or open"),
        (lambda: Pending(Office, until=Day.notes.answered()), "sealed or open"),
    ],
)
def test_what_cannot_tell_whether_a_case_is_pending_is_refused(pending: Callable[[], Pending], says: str) -> None:
    assert says in refusal(lambda: instrument(pending=(pending(),))).sentence


# Names


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"code": "Office"}, "Instrument: 'Office' cannot be a name here"),
        ({"code": "office-2"}, "Instrument: 'office-2' cannot be a name here"),
        ({"code": "x"}, "Instrument: 'x' cannot be a name here"),
        ({"version": "1"}, "Instrument office: '1' cannot be a name here: a version is MAJOR.MINOR"),
        ({"version": "1.0.0"}, "a version is MAJOR.MINOR"),
        ({"forms": (Office, Office, Day)}, "the form 'office' is declared twice"),
        ({"forms": (Day,)}, "its parent office is not one of the instrument's forms"),
        ({"indicators": (tally(), tally())}, "the indicator 'o-1' is declared twice"),
        ({"indicators": (tally(id="O-9"), tally(id="o-9"))}, "the indicator 'o-9' is declared twice"),
        ({"rules": (Rule("O01", Day, "x", kept_by="type"),) * 2}, "the rule 'O01' is declared twice"),
    ],
)
def test_a_name_that_cannot_stand_is_refused(changes: dict[str, Any], says: str) -> None:
    assert says in refusal(lambda: instrument(**changes)).sentence


@pytest.mark.parametrize("role", ["key", "person"])
def test_what_a_form_names_must_be_one_of_its_questions(role: str) -> None:
    meta = type("Meta", (), {role: "ref"})
    form = type(Form)("Broken", (Form,), {"Meta": meta, "language": Choice("Which?", KIND)})
    declared = refusal(lambda: instrument(forms=(form,)))
    assert declared.sentence == f"office, form broken: Meta.{role} names 'ref', which is none of its questions."


def test_a_form_and_a_form_of_rows_do_not_share_a_code() -> None:
    rows = type(Form)("Office", (Form,), {"kind": Choice("Which?", KIND)})
    holder = type(Form)("Holder", (Form,), {"people": Rows(rows, "Who?")})
    assert "the form 'office' is declared twice" in refusal(lambda: instrument(forms=(Office, holder))).sentence


# Standards


def test_an_unknown_provision_is_met_with_those_that_are_near() -> None:
    form = type(Form)("Broken", (Form,), {"quiet": Rating("Was it quiet?", tests=("CETS 15(22)",))})
    declared = refusal(lambda: instrument(forms=(form,)))
    assert declared.sentence == "office, broken.quiet: 'CETS 15(22)' is not in the register of standards."
    assert "CETS 15(2)" in declared.advice


def test_an_unknown_provision_of_an_indicator_is_refused() -> None:
    declared = refusal(lambda: instrument(indicators=(tally(evidences=("ECHR 99",)),)))
    assert declared.sentence.startswith("office, indicator O-1: 'ECHR 99' is not in the register")


# Rules


@pytest.mark.parametrize(
    "ways", [{}, {"must_hold": Day.staff > 0, "flag_if": Day.staff > 0}, {"kept_by": "magic"}], ids=str
)
def test_a_rule_holds_in_exactly_one_way(ways: dict[str, Any]) -> None:
    declared = refusal(lambda: Rule("O01", Day, "Nobody was there.", **ways))
    assert declared.sentence == "Rule O01: a rule has exactly one of must_hold, flag_if and kept_by."


def test_a_rule_looks_at_its_own_form_and_those_above_it() -> None:
    rule = Rule("O01", Day, "Strange.", flag_if=Elsewhere.kind.is_("a"))
    says = refusal(lambda: instrument(rules=(rule,))).sentence
    assert says == "office, rule O01 looks at 'kind', which it cannot see: it belongs to Elsewhere."


def test_a_rule_belongs_to_a_form_of_the_instrument() -> None:
    rule = Rule("O01", Elsewhere, "Strange.", flag_if=Elsewhere.kind.is_("a"))
    assert "the form elsewhere is not one of" in refusal(lambda: instrument(rules=(rule,))).sentence


# Indicators


@pytest.mark.parametrize("question", [Day.secret, Caller.caller_ref, Day.born], ids=lambda question: question.name)
def test_an_indicator_never_counts_a_restricted_or_sealed_answer(question: Any) -> None:
    unit = question.form
    counting = tally(unit=unit, among=question.answered(), tables=(BY_COUNTRY,))
    says = refusal(lambda: instrument(indicators=(counting,))).sentence
    assert says == f"office, indicator O-1: it counts '{question.name}', whose publish is '{question.publish}'."


@pytest.mark.parametrize(
    "condition",
    [
        Day.quiet.is_("no") & (Day.notes.length() > 3),
        ~Day.notes.matches("[0-9]", "a digit"),
        Day.staff.equals(1) | AnyOther(same=(Day.staff,)),
    ],
)
def test_an_indicator_reads_no_open_answers_and_no_other_submissions(condition: Any) -> None:
    declared = refusal(lambda: instrument(indicators=(tally(among=condition),)))
    assert declared.sentence.startswith("office, indicator O-1: ")


def test_only_what_may_be_a_dimension_breaks_a_table_down() -> None:
    says = refusal(lambda: by(Day.offered)).sentence
    assert says == "An indicator: 'offered' breaks a table down, but its publish is 'counted'."
    assert "no date with dimension" in refusal(lambda: year(Day.born)).sentence
    assert "no date with dimension" in refusal(lambda: year(Day.staff)).sentence
    assert "its publish is 'never'" in refusal(lambda: each(Day.secret)).sentence


def test_a_sealed_date_gives_no_year() -> None:
    sealed = Date("Born when?", dimension="year", publish="sealed")
    assert "no date with dimension" in refusal(lambda: year(sealed)).sentence


THREE = (by(Office.country), year(Day.day), by(Day.language))


@pytest.mark.parametrize("table", [THREE, (), (by(Day.language), by(Day.language))], ids=len)
def test_a_table_has_one_or_two_different_dimensions(table: tuple[Any, ...]) -> None:
    declared = refusal(lambda: tally(tables=(table,)))
    assert declared.sentence.startswith("Indicator O-1: the table by ")
    assert declared.advice == "A table has one to 2 different dimensions."


def test_a_third_dimension_is_opted_into() -> None:
    assert instrument(indicators=(tally(tables=(THREE,), three_way=True),)).indicators[0].tables == (THREE,)


def test_a_dimension_is_an_answer_of_the_unit_or_above_or_in_its_rows() -> None:
    strange = tally(unit=Office, tables=((by(Day.language),),))
    declared = refusal(lambda: instrument(indicators=(strange,)))
    assert declared.sentence == "office, indicator O-1: 'language' is no answer of office or of a form above it."


def test_an_indicator_counts_a_form_of_its_instrument() -> None:
    strange = tally(unit=Elsewhere, tables=((by(Elsewhere.kind),),))
    assert "it counts Elsewhere, which is no form" in refusal(lambda: instrument(indicators=(strange,))).sentence
