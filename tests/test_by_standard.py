"""Figures turned round by article cite only what applied to that State at the end of that year."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor import Choice, Codes, Country, Date, Form, Instrument, Rating, Ref, Share, Tally, by, review, year
from monitor.cli.root import run
from monitor.findings import ByStandard, StateFindings, by_standard, find
from monitor.plugins import load
from monitor.standards import register
from monitor.store import Store, create
from monitor.submissions import check

ROOT = Path(__file__).parents[1]
BUILT_IN = ROOT / "plugins"


class Case(Form):
    """One invented case."""

    class Meta:
        key = "case_ref"

    case_ref = Ref("Which case is it?", pattern="C[0-9]+", example="C1")
    country = Country("Where is the court?", state=True, publish="dimension")
    citizenship = Country("Of which State is the accused a citizen?", publish="dimension")
    level = Choice("Which court is it?", Codes(first="First", appeal="Appeal"), publish="dimension")


class Hearing(Form):
    """One invented hearing."""

    class Meta:
        parent = Case

    day = Date("When was it?", dimension="year")
    lawyer = Rating("Was there a lawyer?", publish="counted", tests=("CETS 15(2)", "AP V.11.1"))


COUNTRY, YEAR = by(Case.country), year(Hearing.day)
CITED = ("RPG P9", "AP III.4.5", "THB 12(2)", "CETS 15(2)", "PAL 6(6)", "AP V.11.1")
INDICATORS = (
    Share(id="BS-01", title="Hearings with a lawyer", unit=Hearing, rating=Hearing.lawyer, evidences=CITED,
          having=Hearing.lawyer.is_("yes"), tables=((COUNTRY, by(Case.level)), (COUNTRY, YEAR))),
    Tally(id="BS-02", title="Hearings by citizenship", unit=Hearing, evidences=("CETS 15(2)",),
          tables=((by(Case.citizenship), YEAR),)),
    Tally(id="BS-03", title="Hearings by court", unit=Hearing, evidences=("CETS 30",),
          tables=((COUNTRY, by(Case.level)),)),
    Tally(id="BS-04", title="What ODIHR is asked for", unit=Hearing, evidences=("AP V.11.1",),
          tables=((COUNTRY, YEAR),)),
)  # fmt: skip
COURTS = Instrument("courts", "1.0", "Invented courts", (Case, Hearing), (), INDICATORS)

# Country, year, and the answers of the hearings of that year.
HEARINGS = (
    ("MD", 2007, ["yes"]),
    ("MD", 2012, ["yes", "no", "no", "not_observed"]),
    ("MD", 2013, ["not_observed"]),
    ("FR", 2012, ["yes"]),
    ("FR", 2013, ["yes", "no"]),
    ("XK", 2013, ["no"]),
    ("JP", 2013, ["yes"]),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of invented hearings, all approved."""
    made = []
    with create(tmp_path_factory.mktemp("standards") / "store.db", "Invented", "MON-01", plain=True) as store:
        with store.writing("MON-01") as writing:
            around = store.surroundings({"courts": COURTS})
            for number, (country, when, answers) in enumerate(HEARINGS):
                case = {"case_ref": f"C{number}", "country": country, "citizenship": "MD", "level": "first"}
                made.append(writing.submit(check(COURTS, Case, case, author="MON-01", around=around), COURTS, Case))
                for place, answer in enumerate(answers, 1):
                    raw = {"_parent": f"C{number}", "day": f"{when}-03-{place:02}", "lawyer": answer}
                    hearing = check(COURTS, Hearing, raw, author="MON-01", around=around)
                    made.append(writing.submit(hearing, COURTS, Hearing))
        review.approve(store, made, actor="REV-01")
        yield store


def turned(store: Store, **more: Any) -> ByStandard:
    return by_standard(find(store.connection, [COURTS]), [COURTS], **more)


def of(report: ByStandard, country: str) -> StateFindings:
    return next(state for state in report.states if state.country == country)


def cited(state: StateFindings) -> dict[str, list[int]]:
    """The years of the figures under each provision."""
    return {
        article.provision.key: [figure.year for evidence in article.evidence for figure in evidence.figures]
        for article in state.articles
    }


def test_a_provision_counts_for_a_year_only_if_it_applied_at_its_end(store: Store) -> None:
    report = turned(store)
    assert cited(of(report, "MD")) == {
        "PAL 6(6)": [2007, 2012, 2013], "CETS 15(2)": [2012, 2013], "AP III.4.5": [2007, 2012, 2013],
        "RPG P9": [2007, 2012, 2013],
    }  # fmt: skip
    assert cited(of(report, "FR"))["THB 12(2)"] == [2013]


def test_binding_law_comes_first_then_commitments_then_guidance(store: Store) -> None:
    assert list(cited(of(turned(store), "FR"))) == ["PAL 6(6)", "CETS 15(2)", "THB 12(2)", "AP III.4.5", "RPG P9"]


def test_what_is_unknown_is_named_as_unknown_and_carries_no_figure(store: Store) -> None:
    state = of(turned(store), "XK")
    assert list(cited(state)) == ["RPG P9"]
    named = {one.provision.key: one.holds for one in state.not_cited}
    assert named == {
        "PAL 6(6)": "unknown", "CETS 15(2)": "unknown", "THB 12(2)": "does_not", "AP III.4.5": "unknown"
    }  # fmt: skip


def test_what_did_not_apply_is_named_with_its_years(store: Store) -> None:
    left_out = [(one.provision.key, one.years, one.indicators) for one in of(turned(store), "MD").not_cited]
    assert ("CETS 15(2)", (2007,), ("BS-01",)) in left_out
    # Not yet in force, and later not among its States: two reasons.
    assert [years for key, years, _ in left_out if key == "THB 12(2)"] == [(2007, 2012), (2013,)]


def test_a_tasking_is_the_reason_for_a_question_and_never_cited(store: Store) -> None:
    report = turned(store)
    assert [(one.provision.key, one.questions) for one in report.asked_because] == [
        ("AP V.11.1", ("courts.hearing.lawyer",))
    ]
    for state in report.states:
        named = [one.provision for one in (*state.articles, *state.not_cited)]
        assert [one.key for one in named if one.kind == "tasking"] == []
        assert all(e.indicator.id != "BS-04" for article in state.articles for e in article.evidence)


def test_the_figures_are_those_of_the_findings(store: Store) -> None:
    (article,) = [one for one in of(turned(store), "MD").articles if one.provision.key == "CETS 15(2)"]
    (evidence,) = article.evidence
    assert evidence.indicator.id == "BS-01"
    first, second = (figure.finding for figure in evidence.figures)
    assert (first.n.units, first.count.units, first.not_observed.units) == (3, 1, 1)
    assert (second.n.units, second.not_observed.units) == (0, 1)


def test_a_persons_citizenship_is_not_the_state_whose_conduct_is_observed(store: Store) -> None:
    report = turned(store)
    assert all(e.indicator.id != "BS-02" for s in report.states for a in s.articles for e in a.evidence)
    assert [(code, indicator.id) for code, indicator in report.undated] == [("courts", "BS-02"), ("courts", "BS-03")]


def test_a_day_takes_the_figures_of_its_year_beside_the_law_of_that_day(store: Store) -> None:
    assert "THB 12(2)" not in cited(of(turned(store, on=date(2013, 4, 5)), "FR"))
    report = turned(store, country="FR", on=date(2013, 4, 6))
    assert [state.country for state in report.states] == ["FR"]
    assert cited(report.states[0])["THB 12(2)"] == [2013]
    assert cited(report.states[0])["CETS 15(2)"] == [2013]


def test_states_stand_in_alphabetical_order(store: Store) -> None:
    assert [state.country for state in turned(store).states] == ["FR", "JP", "XK", "MD"]


def test_every_instrument_that_observes_states_can_be_turned_round() -> None:
    # Persons known to organisations say nothing about the conduct of a State: case_data has none.
    for code, instrument in load([BUILT_IN]).catalogue.items():
        names = [one.name for one in instrument.questions() if isinstance(one, Country) and one.state]
        measured = {key for one in instrument.indicators for key in one.evidences if register()[key].measures_states}
        assert code == "case_data" or not measured or names, f"{code}: mark the State observed with state=True"


# The command line


def monitor(*words: object, store: Path | None = None) -> tuple[int, str, str]:
    before = ["--plugins-dir", str(BUILT_IN), *(["--store", str(store)] if store else [])]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([*before, *map(str, words)])
    return code, out.getvalue(), err.getvalue()


def test_show_answers_which_questions_and_indicators_test_a_provision() -> None:
    code, out, _ = monitor("standards", "show", "CETS 15(2)", "--country", "md", "--on", "2020-12-31")
    assert code == 0
    assert "trial_monitoring.hearing.victim_represented\n  Did each victim in the case have a lawyer" in out
    assert "TM-I01a  Hearings at which every victim had a lawyer (trial_monitoring)" in out
    assert "Kind: binding." in out
    assert "CETS 15(2) binds MD on 2020-12-31 (in force since 2008-02-01; from knowledge, to be checked)." in out


def test_show_gives_the_same_for_scripts() -> None:
    code, out, _ = monitor("standards", "show", "CETS 15(2)", "--country", "XK", "--on", "2020-12-31", "--json")
    shown = json.loads(out)
    assert code == 0 and (shown["kind"], shown["checked"]) == ("binding", True)
    assert "trial_monitoring.hearing.counsel_effective" in [one["question"] for one in shown["questions"]]
    assert {"TM-I01a", "TM-I01b", "TM-I02"} <= {one["id"] for one in shown["indicators"]}
    assert shown["law"]["holds"] == "unknown"
    assert {"MD"} <= {state for one in shown["where"] for state in one["states"] if one["holds"] == "yes"}


def test_a_tasking_is_shown_as_what_it_is() -> None:
    _, out, _ = monitor("standards", "show", "AP V.11.1", "--country", "MD")
    assert "tasking of ODIHR, not a standard that a State meets or misses" in out
    assert "does not apply to MD" in out


@pytest.mark.parametrize(
    "words, code, says",
    [
        (("show", "CETS 15(22)"), 1, "STANDARDS-01"),
        (("show", "CETS 15(2)", "--country", "EU"), 1, "STANDARDS-02"),
        (("show", "CETS 15(2)", "--on", "2020-12-31"), 2, "--on needs --country"),
        (("show", "CETS 15(2)", "--country", "MD", "--on", "soon"), 2, "soon"),
        (("list", "--instrument", "nothing"), 1, "PLUGIN-13"),
    ],
)
def test_what_cannot_be_answered_is_refused(words: tuple[str, ...], code: int, says: str) -> None:
    ended, _, err = monitor("standards", *words)
    assert ended == code and says in err


def test_list_has_every_provision_with_its_kind_and_what_tests_it() -> None:
    listed = json.loads(monitor("standards", "list", "--json")[1])
    assert [one["key"] for one in listed] == list(register())
    assert next(one for one in listed if one["key"] == "CETS 15(2)")["indicators"] >= 3
    taskings = json.loads(monitor("standards", "list", "--kind", "tasking", "--json")[1])
    assert [one["key"] for one in taskings] == [one.key for one in register().values() if one.kind == "tasking"]
    some = json.loads(monitor("standards", "list", "--instrument", "trial_monitoring", "--json")[1])
    assert all(one["questions"] + one["indicators"] > 0 for one in some)
    _, out, err = monitor("standards", "list")
    assert "PAL 3(b)*" in out and "Asterisk: from knowledge" in err


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with three approved hearings of an invented case before a court of Moldova."""
    path = tmp_path_factory.mktemp("trials") / "store.db"
    loaded = load([BUILT_IN]).instrument("trial_monitoring")
    examples = BUILT_IN / "trial_monitoring" / "monitor_trial_monitoring" / "examples"
    case_form, hearing_form = loaded.forms
    case = json.loads((examples / "case" / "01_several_victims.json").read_text("utf-8")) | {"country": "MD"}
    case["case_ref"] = "MD" + case["case_ref"][2:]
    hearing = json.loads((examples / "hearing" / "03_two_victims_heard.json").read_text("utf-8"))
    hearing |= {"_parent": case["case_ref"]}
    with create(path, "Invented", "MON-01", plain=True) as store:
        with store.writing("MON-01") as writing:
            around = store.surroundings({"trial_monitoring": loaded})
            made = [writing.submit(check(loaded, case_form, case, author="MON-01", around=around), loaded, case_form)]
            checked = check(loaded, hearing_form, hearing, author="MON-01", around=around)
            made.append(writing.submit(checked, loaded, hearing_form))
        review.approve(store, made, actor="REV-01")
    return path


def test_findings_by_standard_prints_the_figures_under_each_article(trials: Path) -> None:
    code, out, err = monitor("findings", "--by-standard", store=trials)
    assert code == 0 and "Do not publish" in err
    assert "Moldova (MD)" in out
    headings = [line for line in out.splitlines() if line.startswith(("Binding: ", "Political commitment: "))]
    assert headings[-1].startswith("Political commitment: OSCE Action Plan")
    assert "\nCETS 15(2) legal assistance and free legal aid\n  in force since 2008-02-01; from knowledge" in out
    below = out.split("These did not apply to MD", 1)[1]
    assert "THB 12(2)*" in below and "THB 12(2)*" not in out.split("These did not apply to MD", 1)[0]


def test_findings_by_standard_gives_the_same_for_scripts(trials: Path) -> None:
    code, out, _ = monitor("findings", "TM-I01a", "--by-standard", "--country", "md", "--json", store=trials)
    report = json.loads(out)
    assert code == 0 and report["protected"] is False
    (state,) = report["states"]
    assert [one["key"] for one in state["articles"]] == ["CETS 15(2)", "AP III.4.5"]
    (evidence,) = state["articles"][0]["evidence"]
    (finding,) = evidence["findings"]
    assert (finding["n"], finding["law"]["holds"]) == (1, "binds")
    assert [(one["key"], one["holds"]) for one in state["not_cited"]] == [("THB 12(2)", "does_not")]


def test_findings_by_standard_says_when_there_is_nothing(trials: Path) -> None:
    code, out, err = monitor("findings", "--by-standard", "--country", "FR", store=trials)
    assert code == 0 and "Binding" not in out and "No figures" in err


def test_country_and_day_belong_to_by_standard(trials: Path) -> None:
    code, _, err = monitor("findings", "--country", "MD", store=trials)
    assert code == 2 and "--by-standard" in err
