"""An attacker written apart from the code finds nothing in what we publish, and much in what others would."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.attacked import AGE, FORMS_OF, KIND, STATUS, YEAR, Person, count, fill, random_people
from monitor import Instrument, Share, Tally, review
from monitor.cli.root import run
from monitor.disclosure import Policy, protect
from monitor.findings import FindingTable, find, find_between, with_quality
from monitor.forms import FormMeta
from monitor.intake import import_file
from monitor.plugins import load
from monitor.release import build
from monitor.store import create
from monitor.store import open_store as reopen
from tests.attack_missions import CATALOGUE, CLUSTERED, FEW_TABLES, Drawn, add, draw, open_store
from tests.attack_sample import (
    as_protected,
    exact,
    exact_shares,
    shown_as,
    small_hidden,
    small_hidden_and_rounded,
    write,
)
from tests.attacker import Find, Knowledge, attack, tally
from tests.attacker_files import Behind, Truth, name_of, read, truth_of
from tests.attacker_linear import Contradiction, System, Target
from tests.attacker_logic import Group, Logic

POLICY = Policy()

# The attacker's own tools


def test_the_sums_of_a_table_give_away_what_is_hidden_alone() -> None:
    system = System()
    total, shown, hidden = (system.number(name) for name in ("total", "shown", "hidden"))
    system.narrow(total, 48, 52)
    system.narrow(shown, 43, 47)
    system.sum({total: 1, shown: -1, hidden: -1})
    system.settle()
    assert system.ranges([Target({hidden: 1.0}, 10)]).tight == {0: (1, 9)}
    assert system.ranges([Target({hidden: 1.0}, 9)]).tight == {}


def test_several_sums_together_give_away_what_none_does_alone() -> None:
    # a+b, b+c and a+c are known: passing bounds along them would never end, linear programming sees the half.
    system = System()
    a, b, c = (system.number(name) for name in "abc")
    for parts, value in (((a, b), 30), ((b, c), 40), ((a, c), 50)):
        system.sum(dict.fromkeys(parts, 1.0), value, value)
    system.settle()
    assert system.ranges([Target({one: 1.0}, 10) for one in (a, b, c)]).tight == {0: (20, 20), 1: (10, 10), 2: (30, 30)}


def test_figures_that_cannot_be_are_no_figures() -> None:
    system = System()
    system.sum({system.number("one"): 1.0, system.number("other"): 1.0}, -5, -1)
    with pytest.raises(Contradiction):
        system.settle()


def test_a_reader_of_the_codebook_sees_which_groups_lie_in_which() -> None:
    rated, yes, partly = (
        Group.of({"question": "lawyer", "in": list(codes)})
        for codes in (("yes", "partly", "no"), ("yes",), ("partly", "yes"))
    )
    blank = Group.of(
        {"answered": "lawyer"}, without={"question": "lawyer", "in": ["yes", "partly", "no", "not_observed"]}
    )
    late, on_time = (Group.of({"left": "delay", "op": op, "right": "0"}) for op in (">", "="))
    logic = Logic({"lawyer": ("yes", "partly", "no", "not_observed")})
    logic.learn([rated, yes, partly, blank, late, on_time])
    assert [logic.relation(yes, other) for other in (partly, rated, Group.of())] == ["in"] * 3
    assert logic.relation(rated, partly) == "holds" and logic.relation(late, on_time) == "apart"
    assert (
        logic.relation(rated, late) == "none"
        and logic.empty(yes, {"lawyer": "no"})
        and logic.empty(yes, {"lawyer": None})
    )


def test_a_skip_rule_says_who_cannot_have_an_answer() -> None:
    held, effective = (Group.of({"question": name, "in": ["yes"]}) for name in ("held", "effective"))
    for rules, relation in (({}, "none"), ({"effective": {"question": "held", "in": ["yes"]}}, "in")):
        logic = Logic({"held": ("yes", "no"), "effective": ("yes", "no")}, rules)
        logic.learn([held, effective])
        assert logic.relation(effective, held) == relation


# What it must find


@pytest.fixture(scope="module")
def mission(tmp_path_factory: pytest.TempPathFactory) -> tuple[FindingTable, ...]:
    with open_store(tmp_path_factory.mktemp("mission") / "store.db") as store:
        add(store, draw(7, 60))
        return find(store.connection, [CLUSTERED])


def test_without_protection_it_finds_small_groups(mission: Sequence[FindingTable], tmp_path: Path) -> None:
    found = tally(attack([write(tmp_path / "r.db", mission, exact, {}, [CLUSTERED])], [truth_of(mission)]))
    assert found["small"] > 100


def test_where_only_small_cells_are_hidden_it_finds_them_exactly(
    mission: Sequence[FindingTable], tmp_path: Path
) -> None:
    found = tally(attack([write(tmp_path / "r.db", mission, small_hidden, {}, [CLUSTERED])], [truth_of(mission)]))
    assert found["exact"] > 20 and found["derived"] > 20


def test_rounding_alone_does_not_keep_them(mission: Sequence[FindingTable], tmp_path: Path) -> None:
    file = write(tmp_path / "r.db", mission, small_hidden_and_rounded, {"base": 5}, [CLUSTERED])
    found = tally(attack([file], [truth_of(mission)]))
    assert found["narrow"] > 10


def test_shares_of_exact_counts_give_away_what_was_rounded(mission: Sequence[FindingTable], tmp_path: Path) -> None:
    hidden = {name_of(table): small_hidden_and_rounded(table) for table in mission}
    safe = tally(
        attack([write(tmp_path / "a.db", mission, shown_as(hidden), {"base": 5}, [CLUSTERED])], [truth_of(mission)])
    )
    file = write(tmp_path / "b.db", mission, exact_shares(hidden), {"base": 5}, [CLUSTERED])
    found = tally(attack([file], [truth_of(mission)]))
    assert found["exact"] > safe.get("exact", 0) + 10


def test_it_sees_that_one_came_between_two_releases_that_are_not_held_back(tmp_path: Path) -> None:
    paths, truths = [], []
    with open_store(tmp_path / "store.db") as store:
        drawn = draw(7, 60)
        for number, part in enumerate((drawn[:-1], drawn[-1:])):
            add(store, part)
            tables = find(store.connection, [CLUSTERED])
            truths.append(truth_of(tables))
            paths.append(write(tmp_path / f"{number}.db", tables, small_hidden, {}, [CLUSTERED], id=f"r-{number}"))
    assert drawn[-1][0].code == "hearing"
    found = tally(attack(paths, truths, Knowledge(new={"Hearing": 1})))
    assert found["change"] > 3


# What it must not find in ours


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("released")
    with open_store(folder / "store.db") as store:
        add(store, draw(11, 90), FEW_TABLES)
        catalogue = {"court": FEW_TABLES}
        build(folder / "release.db", store=store, catalogue=catalogue, policy=POLICY, licence="CC0 1.0")
        return folder / "release.db", truth_of(find(store.connection, [FEW_TABLES]))


@pytest.mark.parametrize(
    "known", [Knowledge(), Knowledge(exact=True)], ids=["as published", "every shown count exactly"]
)
def test_in_a_release_of_a_clustered_mission_it_finds_nothing(released: tuple[Path, Truth], known: Knowledge) -> None:
    path, truth = released
    assert _said(attack([path], [truth], known)) == []


FEW = Instrument("people", "1.0", "Invented people", (Person,), (), (
    Tally(id="FP-01", title="", unit=Person, tables=((KIND, AGE), (YEAR, KIND), (KIND, STATUS))),
    Share(id="FP-02", title="", unit=Person, rating=Person.helped, having=Person.helped.is_("yes"),
          tables=((KIND, AGE),)),
    Share(id="FP-03", title="", unit=Person, rating=Person.helped, having=Person.helped.is_("yes", "partly"),
          tables=((KIND, AGE), (YEAR, KIND))),
), "Nothing in it is real.")  # fmt: skip


def test_persons_in_groups_that_lie_in_one_another_are_counted_as_such() -> None:
    tables = count(FEW, random_people(500))
    told = truth_of(tables)
    yes, more = ("people__fp_02__kind_age", "people__fp_03__kind_age")
    for keys in (("form_a", "_T"), ("_T", "_T"), ("form_b", "child")):
        assert told.figures[yes, keys, "n"] == told.figures[more, keys, "n"]
        assert told.figures[yes, keys, "count"].units <= told.figures[more, keys, "count"].units
    assert {keys[0] for name, keys, _ in told.figures if name == yes} == {"_T", *FORMS_OF}
    assert isinstance(told.figures[yes, ("_T", "_T"), "n"], Behind)


def _said(finds: Sequence[Find]) -> list[str]:
    return [str(find) for find in finds]


def skip_rules(instrument: Instrument) -> dict[str, dict[str, Any]]:
    """What a codebook says in words of who is asked what."""
    forms: Sequence[FormMeta] = instrument.all_forms()
    asked = [question for form in forms for question in form.questions.values()]
    return {
        instrument.code: {one.name: one.only_if.as_json() for one in asked if getattr(one, "only_if", None) is not None}
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_in_releases_of_small_clustered_missions_it_finds_nothing(seed: int, tmp_path: Path) -> None:
    with open_store(tmp_path / "store.db") as store:
        add(store, draw(seed, 40))
        build(tmp_path / "release.db", store=store, catalogue=CATALOGUE, policy=POLICY, licence="CC0 1.0")
        truth = truth_of(find(store.connection, [CLUSTERED]))
    for known in (Knowledge(), Knowledge(exact=True)):
        assert _said(attack([tmp_path / "release.db"], [truth], known)) == []


@pytest.mark.slow
def test_in_the_release_of_the_invented_mission_it_finds_nothing(tmp_path: Path) -> None:
    plugins = load()
    instrument = with_quality(plugins.instrument("trial_monitoring"))
    assert run(["demo", "--out", str(tmp_path / "demo"), "--no-serve"]) == 0
    with reopen(tmp_path / "demo" / "store.db") as store:
        truth = truth_of(find(store.connection, [instrument]))
    for known in (Knowledge(), Knowledge(exact=True), Knowledge(rules=skip_rules(instrument))):
        assert _said(attack([tmp_path / "demo" / "release.db"], [truth], known)) == []


CTDC = Path(__file__).parents[2] / "shared" / "data" / "ctdc" / "ctdc_global_2020.csv"


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.skipif(not CTDC.is_file(), reason="the real data are not beside the checkout")
def test_in_the_release_of_real_persons_by_every_declared_dimension_it_finds_nothing(tmp_path: Path) -> None:
    plugins = load()
    instrument, form = plugins.form("case_data.victim")
    with create(tmp_path / "store.db", "A programme", "MON-01", plain=True) as store:
        import_file(store, plugins.catalogue, instrument, form, CTDC, actor="MON-01", mapping="ctdc_2020")
        made = [id for (id,) in store.connection.execute("SELECT id FROM submission")]
        review.approve(store, made, actor="REV-01")
        build(tmp_path / "release.db", store=store, catalogue=plugins.catalogue, policy=POLICY, licence="CC0 1.0")
        truth = truth_of(find(store.connection, [instrument]))
    for known in (Knowledge(), Knowledge(exact=True)):
        assert _said(attack([tmp_path / "release.db"], [truth], known)) == []


@pytest.mark.slow
@pytest.mark.parametrize("between", [1, 2, 5, 10, 20])
def test_between_two_releases_of_a_mission_it_sees_nobody(between: int, tmp_path: Path) -> None:
    catalogue, drawn = {"court": FEW_TABLES}, draw(20 + between, 60)
    paths, truths = [tmp_path / "old.db", tmp_path / "new.db"], []
    with open_store(tmp_path / "store.db") as store:
        for path, part in zip(paths, (drawn[:-between], drawn[-between:]), strict=True):
            add(store, part, FEW_TABLES)
            build(path, store=store, catalogue=catalogue, policy=POLICY, licence="CC0 1.0")
            truths.append(truth_of(find(store.connection, [FEW_TABLES])))
    assert _said(attack(paths, truths, Knowledge(new=came(drawn[-between:], paths[0])))) == []


def came(drawn: Sequence[Drawn], path: Path) -> dict[str, int]:
    """How many units came, by the name that a release has for them. Rows of a form may be any number."""
    often = {form.full_code(): sum(one is form for one, _ in drawn) for form, _ in drawn}
    return {unit: often.get(unit, 0) for unit in {table.unit for table in read(path).tables} if "witness" not in unit}


@pytest.mark.slow
def test_in_tables_of_many_random_people_it_finds_nothing(tmp_path: Path) -> None:
    with create(tmp_path / "store.db", "Invented people", "MON-01", invented=True, plain=True) as store:
        fill(store, FEW, random_people(20_000), tmp_path)
        tables = find(store.connection, [FEW])
        relations = find_between(store.connection, [FEW], tables)
    rows = as_protected(protect(tables, POLICY, relations=relations).tables)
    file = write(tmp_path / "r.db", tables, shown_as(rows), POLICY.as_json(), [FEW])
    assert any(row["share"] is not None for row in rows["people__fp_02__kind_age"].values())
    for known in (Knowledge(), Knowledge(exact=True)):
        assert _said(attack([file], [truth_of(tables)], known)) == []
