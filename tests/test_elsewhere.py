"""A condition finds submissions wherever they stand: a check in Python, a figure over the approved ones in SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import (
    AS_OF,
    AnyOther,
    Choice,
    Choices,
    Codes,
    Date,
    Elsewhere,
    Form,
    Instrument,
    Money,
    Months,
    Ref,
    Rows,
    Rule,
    Share,
    Tally,
    Text,
    Whole,
    by,
    review,
)
from monitor.conditions import Answers
from monitor.errors import AnswersRefused, DeclarationError
from monitor.findings import ALL, find
from monitor.forms import FormMeta
from monitor.indicators import Indicator
from monitor.store import Store, create, rebuild
from monitor.store.tables import sql_name, tables_of
from monitor.submissions import Desk, check

KIND = Codes(tram="Tram", bus="Bus")


class Line(Form):
    """A line to another station."""

    to = Ref("To which station?", pattern="S[0-9]", example="S1")


class Stop(Form):
    """A district in which the station has a stop."""

    district = Ref("Which district?", pattern="D[0-9]", example="D1", publish="counted")


class District(Form):
    """A district in one year."""

    district_ref = Ref("Which?", pattern="D[0-9]", example="D1", publish="counted")
    list_year = Whole("Of which year?", publish="dimension")


class Station(Form):
    """A station in one year."""

    class Meta:
        person = "station_ref"

    station_ref = Ref("Which?", pattern="S[0-9]", example="S1")
    in_year = Whole("In which year?", publish="dimension", optional=True)
    vehicle = Choice("What stops there?", KIND, publish="dimension")
    colours = Choices("In which colours?", KIND, publish="counted", optional=True)
    seen_on = Date("When was it last seen?", publish="dimension", dimension="year", optional=True)
    staff = Choice("Who works there?", KIND, optional=True)
    docket = Ref("Its docket?", pattern="K[0-9]", example="K1", publish="sealed", optional=True)
    price = Money("What did it cost?", publish="counted", optional=True)
    remark = Text("What else?", optional=True)
    lines = Rows(Line, "Where can one go?", optional=True)
    stops = Rows(Stop, "Where does it stop?", optional=True)


class Ride(Form):
    """A ride from a station."""

    class Meta:
        parent = Station

    ended_in = Ref("In which district did it end?", pattern="D[0-9]", example="D1", publish="counted")


class Stranger(Form):
    """A form of another instrument."""

    ref = Ref("Which?", pattern="S[0-9]", example="S1")


SERVED = Elsewhere(
    Station,
    ((Stop.district, District.district_ref), (Station.in_year, District.list_year)),
    where=Station.vehicle.is_("tram"),
)
RETURNED = Elsewhere(
    Station,
    ((Station.station_ref, Line.to), (Line.to, Station.station_ref), (Station.in_year, Station.in_year)),
)
SAME_YEAR = Elsewhere(Station, ((Station.in_year, Station.in_year),))
SAME_GOAL = Elsewhere(Station, ((Line.to, Line.to),))
RIDDEN_TO = Elsewhere(Ride, ((Ride.ended_in, District.district_ref),), where=Station.vehicle.is_("tram"))

BY_VEHICLE, BY_YEAR = ((by(Station.vehicle),),), ((by(District.list_year),),)
INDICATORS: tuple[Indicator, ...] = (
    Share(id="L1", title="Without a tram", unit=District, having=~SERVED, tables=BY_YEAR),
    Share(id="L2", title="Lines back", unit=Line, having=RETURNED, tables=BY_VEHICLE),
    Tally(id="L3", title="With others of its year", unit=Station, among=SAME_YEAR, tables=BY_VEHICLE),
    Tally(id="L4", title="Alone in its year", unit=Station, among=~SAME_YEAR, tables=BY_VEHICLE),
    Tally(id="L5", title="With a shared goal", unit=Station, among=Station.lines.any(SAME_GOAL), tables=BY_VEHICLE),
    Tally(id="L6", title="Ridden to by tram", unit=District, among=RIDDEN_TO, tables=BY_YEAR),
)
AGED = Share(id="L7", title="Seen lately", unit=Station, having=Months(Station.seen_on, AS_OF) <= 12, tables=BY_VEHICLE)
RULES = (
    Rule("L01", Station, "It is already there.", flag_if=AnyOther(same=(Station.station_ref, Station.in_year))),
    Rule(
        "L02",
        Station,
        "A line goes to a station that is not there.",
        at=(Station.lines,),
        flag_if=Station.lines.any(~Elsewhere(Station, ((Station.station_ref, Line.to),))),
    ),
    Rule("L03", Station, "Nobody asks for keys.", refuses=("key", "key_number"), kept_by="no_question"),
)
NETWORK = Instrument("network", "1.0", "Network", (District, Station, Ride), RULES, (*INDICATORS, AGED))
CATALOGUE = {"network": NETWORK}


# As a check


def station(ref: str, *to: str, **more: Any) -> dict[str, Any]:
    lines = {"lines": [{"to": one} for one in to]} if to else {}
    return {"station_ref": ref, "in_year": 2020, "vehicle": "tram", **lines, **more}


def at(ref: str, *to: str, others: tuple[dict[str, Any], ...] = (), **more: Any) -> Answers:
    """A station's answers, beside others; as a store does, only those that share what is asked for are given."""
    found = [Answers(Station, other) for other in others]

    def alike(same: Any) -> list[Answers]:
        return [one for one in found if all(one.values.get(name) == value for name, value in same.items())]

    known = {name: value for name, value in station(ref, *to, **more).items() if value is not None}
    return Answers(Station, known, others=alike)


LINKED = Elsewhere(Station, ((Station.in_year, Station.in_year), (Line.to, Station.station_ref)))


def test_another_submission_is_found_by_what_it_shares() -> None:
    assert SAME_YEAR.truth(at("S1", others=(station("S2"),))) is True
    assert SAME_YEAR.truth(at("S1", others=(station("S2", in_year=2021),))) is False
    assert SAME_YEAR.truth(at("S1")) is False


def test_it_is_found_by_what_stands_in_its_rows() -> None:
    assert LINKED.truth(at("S1", others=(station("S2", "S3", "S1"),))) is True
    assert LINKED.truth(at("S1", others=(station("S2", "S3"), station("S4")))) is False


def test_answers_of_one_block_of_rows_must_meet_in_one_row() -> None:
    class Leg(Form):
        """A leg of a trip."""

        start = Ref("From?", pattern="S[0-9]", example="S1")
        end = Ref("To?", pattern="S[0-9]", example="S1")

    class Trip(Form):
        """A trip."""

        day = Whole("On which day?")
        home = Ref("From?", pattern="S[0-9]", example="S1")
        goal = Ref("To?", pattern="S[0-9]", example="S1")
        legs = Rows(Leg, "The legs", optional=True)

    trip: FormMeta = Trip
    covered = Elsewhere(trip, ((Trip.day, Trip.day), (Leg.start, Trip.home), (Leg.end, Trip.goal)))
    one_row = {"day": 1, "legs": [{"start": "S1", "end": "S9"}]}
    two_rows = {"day": 1, "legs": [{"start": "S1", "end": "S2"}, {"start": "S2", "end": "S9"}]}
    for other, truth in ((one_row, True), (two_rows, False)):
        here = Answers(trip, {"day": 1, "home": "S1", "goal": "S9"}, others=lambda same, it=other: [Answers(trip, it)])
        assert covered.truth(here) is truth


def test_inside_a_row_it_looks_from_the_row() -> None:
    known = Station.lines.any(~Elsewhere(Station, ((Station.station_ref, Line.to),)))
    assert known.truth(at("S1", "S2", "S3", others=(station("S2"), station("S3")))) is False
    assert known.truth(at("S1", "S2", "S4", others=(station("S2"), station("S3")))) is True


def test_where_limits_what_is_found() -> None:
    trams = Elsewhere(Station, SAME_YEAR.same, where=Station.vehicle.is_("tram"))
    assert trams.truth(at("S1", others=(station("S2", vehicle="bus"),))) is False
    assert trams.truth(at("S1", others=(station("S2", vehicle="bus"), station("S3")))) is True


def test_a_blank_of_mine_is_unknown_and_a_blank_of_theirs_is_not_the_same() -> None:
    assert SAME_YEAR.truth(at("S1", in_year=None, others=(station("S2"),))) is None
    assert (~SAME_YEAR).truth(at("S1", in_year=None, others=(station("S2"),))) is None
    assert SAME_YEAR.truth(at("S1", others=({"station_ref": "S2"},))) is False


def test_out_of_sight_of_its_form_it_is_unknown() -> None:
    assert SERVED.truth(Answers(District, {"district_ref": "D1", "list_year": 2020})) is None


def test_it_can_be_said_in_words_and_kept_as_data() -> None:
    assert SERVED.words() == (
        "another submission of station has district equal to district_ref, in_year equal to list_year, "
        "and vehicle is tram"
    )
    assert SERVED.as_json() == {
        "elsewhere": "station",
        "same": [["district", "district_ref"], ["in_year", "list_year"]],
        "where": {"question": "vehicle", "in": ["tram"]},
    }


def new_store(folder: Path) -> Store:
    return create(folder / "store.db", programme="An invented programme", monitor="MON-01", plain=True)


def submit(store: Store, form: FormMeta, raw: dict[str, Any]) -> str:
    with store.writing("MON-01") as writing:
        around = store.surroundings(CATALOGUE)
        return writing.submit(check(NETWORK, form, raw, author="MON-01", around=around), NETWORK, form)


def rules_broken(raw: dict[str, Any], around: Any) -> list[str | None]:
    try:
        check(NETWORK, Station, raw, author="MON-01", around=around)
    except AnswersRefused as refusal:
        return [problem.rule for problem in refusal.problems]
    return []


def test_a_rule_finds_others_on_the_desk_and_in_the_store_alike(tmp_path: Path) -> None:
    desk = Desk()
    with new_store(tmp_path) as store:
        for raw in (station("S1"), station("S2", "S1"), station("S1", in_year=2021)):
            desk.add(NETWORK, Station, raw)
            submit(store, Station, raw)
        for around in (desk, store.surroundings(CATALOGUE)):
            assert rules_broken(station("S3", "S1", "S2"), around) == []
            assert rules_broken(station("S3", "S1", "S9"), around) == ["L02"]
            # The key tells stations apart (Meta.person) without being sealed: it stands in a column like any other.
            assert rules_broken(station("S1"), around) == ["L01"]
            assert rules_broken(station("S1", in_year=2022), around) == []


# As a figure

Entry = tuple[str, FormMeta, str | None, str, dict[str, Any]]


def tables(found: list[Entry]) -> sqlite3.Connection:
    """The entries (id, form, parent, state, answers) in tables as a store has them."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE submission (id TEXT PRIMARY KEY, form, parent, state, submitted_at, person)")
    for form in NETWORK.forms:
        for table in tables_of(form):
            connection.execute(f"CREATE TABLE {sql_name(table.name)} ({', '.join(map(sql_name, table.names()))})")
    for identity, form, parent, state, answers in found:
        line = (identity, form.full_code(), parent, state, "2025-01-01T00:00:00+00:00", None)
        connection.execute("INSERT INTO submission VALUES (?, ?, ?, ?, ?, ?)", line)
        for table in tables_of(form):
            marks = ", ".join("?" * len(table.names()))
            connection.executemany(
                f"INSERT INTO {sql_name(table.name)} VALUES ({marks})", table.lines(identity, answers)
            )
    return connection


def figure(connection: sqlite3.Connection, indicator: str) -> tuple[int, int]:
    """The number of units over all, and of those that meet the indicator's condition."""
    found = next(table for table in find(connection, [NETWORK]) if table.indicator.id == indicator)
    total = next(finding for finding in found.findings if finding.keys == (ALL,))
    return total.n.units, total.count.units


def by_hand(found: list[Entry]) -> dict[str, tuple[int, int]]:
    """The same figures, counted without any condition."""
    approved = [one for one in found if one[3] == "approved"]
    stations = {id: answers for id, form, _, _, answers in approved if form is Station}
    districts = [answers for _, form, _, _, answers in approved if form is District]
    rides = [(stations[up], answers) for _, form, up, _, answers in approved if form is Ride and up in stations]

    def goals(answers: dict[str, Any]) -> set[str]:
        return {row["to"] for row in answers.get("lines", ())}

    def stops(answers: dict[str, Any]) -> set[str]:
        return {row["district"] for row in answers.get("stops", ())}

    trams = [one for one in stations.values() if one["vehicle"] == "tram"]
    unserved = [
        one for one in districts
        if not any(one["district_ref"] in stops(tram) and tram.get("in_year") == one["list_year"] for tram in trams)
    ]  # fmt: skip
    lines = [(id, row["to"]) for id, answers in stations.items() for row in answers.get("lines", ())]
    back = [
        (id, to) for id, to in lines
        if any(
            other["station_ref"] == to and stations[id]["station_ref"] in goals(other)
            and None is not other.get("in_year") == stations[id].get("in_year")
            for name, other in stations.items() if name != id
        )
    ]  # fmt: skip
    dated = {id: one["in_year"] for id, one in stations.items() if "in_year" in one}
    beside = [id for id in dated if any(dated[id] == dated[other] for other in dated if other != id)]
    shared = [
        id for id, one in stations.items()
        if any(goals(one) & goals(other) for name, other in stations.items() if name != id)
    ]  # fmt: skip
    ends = {ride["ended_in"] for origin, ride in rides if origin["vehicle"] == "tram"}
    ridden = [one for one in districts if one["district_ref"] in ends]
    alone = len(dated) - len(beside)
    return {
        "L1": (len(districts), len(unserved)), "L2": (len(lines), len(back)), "L3": (len(beside), len(beside)),
        "L4": (alone, alone), "L5": (len(shared), len(shared)), "L6": (len(ridden), len(ridden)),
    }  # fmt: skip


STATES = st.sampled_from(["approved", "approved", "approved", "submitted", "withdrawn"])
NUMBERS, YEARS = st.sampled_from("123"), st.sampled_from([2020, 2021])
ROWS = st.lists(NUMBERS, max_size=2, unique=True)
STATIONS = st.fixed_dictionaries(
    {
        "station_ref": NUMBERS.map("S{}".format), "vehicle": st.sampled_from(list(KIND)),
        "lines": ROWS.map(lambda found: [{"to": f"S{one}"} for one in found]),
        "stops": ROWS.map(lambda found: [{"district": f"D{one}"} for one in found]),
    },
    optional={"in_year": YEARS},
)  # fmt: skip
DISTRICTS = st.fixed_dictionaries({"district_ref": NUMBERS.map("D{}".format), "list_year": YEARS})
RIDES = st.fixed_dictionaries({"ended_in": NUMBERS.map("D{}".format)})


@st.composite
def networks(draw: st.DrawFn) -> list[Entry]:
    found: list[Entry] = []
    for number, (answers, state) in enumerate(draw(st.lists(st.tuples(DISTRICTS, STATES), max_size=4))):
        found.append((f"d{number}", District, None, state, answers))
    for number, (answers, state) in enumerate(draw(st.lists(st.tuples(STATIONS, STATES), max_size=6))):
        found.append((f"s{number}", Station, None, state, answers))
        for place, (ride, own) in enumerate(draw(st.lists(st.tuples(RIDES, STATES), max_size=2))):
            found.append((f"s{number}r{place}", Ride, f"s{number}", own, ride))
    return found


@settings(max_examples=60, deadline=None)
@given(networks())
def test_every_figure_is_what_a_count_by_hand_gives(found: list[Entry]) -> None:
    connection = tables(found)
    assert {id: figure(connection, id) for id in ("L1", "L2", "L3", "L4", "L5", "L6")} == by_hand(found)


DISTRICT: Entry = ("d", District, None, "approved", {"district_ref": "D1", "list_year": 2020})


@pytest.mark.parametrize("state", ["submitted", "returned", "quarantined", "withdrawn"])
def test_a_figure_finds_approved_submissions_alone(state: str) -> None:
    stop = station("S1", stops=[{"district": "D1"}])
    assert figure(tables([DISTRICT, ("s", Station, None, "approved", stop)]), "L1") == (1, 0)
    assert figure(tables([DISTRICT, ("s", Station, None, state, stop)]), "L1") == (1, 1)


def test_what_stands_under_a_submission_that_is_not_approved_is_not_found() -> None:
    ride: Entry = ("r", Ride, "s", "approved", {"ended_in": "D1"})
    assert figure(tables([DISTRICT, ("s", Station, None, "approved", station("S1")), ride]), "L6") == (1, 1)
    assert figure(tables([DISTRICT, ("s", Station, None, "submitted", station("S1")), ride]), "L6") == (0, 0)


def test_a_submission_does_not_find_itself() -> None:
    assert figure(tables([("s", Station, None, "approved", station("S1", "S1"))]), "L2") == (1, 0)
    assert figure(tables([("s", Station, None, "approved", station("S1", "S2", "S2"))]), "L5") == (0, 0)


def test_the_rows_of_another_submission_are_not_the_rows_at_hand() -> None:
    apart: list[Entry] = [("s", Station, None, "approved", station("S1", "S2"))]
    apart.append(("t", Station, None, "approved", station("S2", "S3")))
    assert figure(tables(apart), "L5") == (0, 0)
    assert figure(tables([*apart, ("u", Station, None, "approved", station("S4", "S3"))]), "L5") == (2, 2)


def test_a_form_that_nobody_has_filled_in_yet_is_nowhere() -> None:
    connection = tables([DISTRICT])
    for table in (*tables_of(Station), *tables_of(Ride)):
        connection.execute(f"DROP TABLE {sql_name(table.name)}")
    assert figure(connection, "L1") == (1, 1)
    assert figure(connection, "L6") == (0, 0)


def test_a_figure_names_the_questions_that_it_looks_at_elsewhere() -> None:
    assert [question.name for question in INDICATORS[0].questions()] == [
        "district_ref", "list_year", "district", "in_year", "vehicle",
    ]  # fmt: skip


# AS_OF: one figure for one log


def test_the_clock_of_a_figure_is_the_newest_submission(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        submit(store, Station, station("S1", seen_on="2020-05-01", _submitted_at="2020-06-01T10:00:00Z"))
        review.approve_all(store, actor="CO-01")
        assert figure(store.connection, "L7") == (1, 1)
        rebuild(store, CATALOGUE)
        assert figure(store.connection, "L7") == (1, 1)
        submit(store, District, {"district_ref": "D1", "list_year": 2021, "_submitted_at": "2021-06-01T10:00:00Z"})
        assert figure(store.connection, "L7") == (1, 0)


def test_in_a_check_the_clock_is_the_day_of_the_submission() -> None:
    answers = Answers(Station, {"seen_on": "2020-05-01"}, today=date(2021, 5, 31))
    assert Months(Station.seen_on, AS_OF).value(answers) == 12


# What is never asked


def test_a_key_that_is_never_asked_is_refused_by_the_name_of_its_rule() -> None:
    with pytest.raises(AnswersRefused) as refused:
        check(NETWORK, Station, station("S1", key_number="secret 17", colour="red"), author="MON-01")
    found = {problem.where: (problem.rule, problem.code) for problem in refused.value.problems}
    assert found == {"key_number": ("L03", "ANSWER-09"), "colour": (None, "ANSWER-01")}
    assert not any("17" in line for line in refused.value.lines())


def test_it_is_refused_in_a_row_too() -> None:
    raw = station("S1", stops=[{"district": "D1", "key": "17"}])
    with pytest.raises(AnswersRefused) as refused:
        check(NETWORK, Station, raw, author="MON-01")
    assert [(problem.where, problem.rule) for problem in refused.value.problems] == [("stops[1].key", "L03")]


# What cannot stand


def refusal(declare: Callable[[], object]) -> str:
    with pytest.raises(DeclarationError) as refused:
        declare()
    return refused.value.sentence


@pytest.mark.parametrize(
    "same, says",
    [
        ((), "shares no answer with the other submission"),
        (((District.district_ref, Line.to),), "finds station by 'district_ref', which is no question of it"),
        (((Ride.ended_in, District.district_ref),), "finds station by 'ended_in', which is no question of it"),
        (((Station.in_year, Station.station_ref),), "'in_year' equal to 'station_ref', which cannot be"),
        (((Station.colours, Station.colours),), "'colours' equal to 'colours', which cannot be"),
        (((Station.price, Station.price),), "'price' equal to 'price', which cannot be"),
        (((Station.lines, Station.lines),), "'lines' equal to 'lines', which cannot be"),
    ],
)
def test_pairs_that_can_never_be_equal_are_refused_where_they_stand(same: Any, says: str) -> None:
    assert says in refusal(lambda: Elsewhere(Station, same))


def instrument(**changes: Any) -> Instrument:
    return Instrument(**{"code": "network", "version": "1.0", "title": "N", "forms": NETWORK.forms, **changes})


def counting(condition: Any, unit: FormMeta = Station) -> Callable[[], object]:
    tables = BY_YEAR if unit is District else BY_VEHICLE
    return lambda: instrument(indicators=(Tally(id="X1", title="X", unit=unit, among=condition, tables=tables),))


def flagging(condition: Any, form: FormMeta = Station) -> Callable[[], object]:
    return lambda: instrument(rules=(Rule("X01", form, "Strange.", flag_if=condition),))


@pytest.mark.parametrize(
    "declare, says",
    [
        (counting(Elsewhere(Stranger, ((Stranger.ref, Station.station_ref),))), "Stranger, which is no form of this"),
        (
            counting(Elsewhere(Station, ((Station.docket, Station.docket),))),
            "counts 'docket', whose publish is 'sealed'",
        ),
        (counting(Elsewhere(Station, ((Station.remark, Station.station_ref),))), "in no column of its own"),
        (counting(SERVED), "cannot see"),
        (
            counting(Elsewhere(Station, SAME_YEAR.same, where=Station.staff.is_("tram"))),
            "counts 'staff', whose publish is 'never'",
        ),
        (counting(Elsewhere(Station, SAME_YEAR.same, where=Ride.ended_in.answered())), "cannot see"),
        (counting(Elsewhere(Station, SAME_YEAR.same, where=SAME_YEAR)), "cannot depend on others again"),
        (
            counting(Elsewhere(Station, SAME_YEAR.same, where=Station.remark.length() > 3)),
            "counts 'remark', whose publish is 'never'",
        ),
        (flagging(SERVED, District), "by an answer of district itself, or not at all"),
        (flagging(Elsewhere(Station, ((Line.to, Station.station_ref),))), "by an answer of station itself"),
        (flagging(Station.lines.any(SAME_GOAL)), "by an answer of station itself"),
        (flagging(Elsewhere(Station, ((Station.docket, Station.docket),))), "in no column of its own"),
    ],
)
def test_what_could_never_be_found_is_refused(declare: Callable[[], object], says: str) -> None:
    assert says in refusal(declare)


@pytest.mark.parametrize("given", [{"refuses": ("key",), "kept_by": "range"}, {"kept_by": "no_question"}])
def test_a_rule_names_the_keys_that_are_never_asked_and_no_others(given: Any) -> None:
    assert "refuses names the keys" in refusal(lambda: Rule("X01", Station, "No.", **given))
