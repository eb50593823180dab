"""Figures in money: each currency by itself, ratios of totals, and nobody who can be seen in them."""

from __future__ import annotations

import random
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import Instrument, Median, Ratio, RatioOfTotals, Whole, currency
from monitor.cli.publish import figures
from monitor.conditions import Answers
from monitor.conditions.arithmetic import OneCurrency
from monitor.contract import as_contract
from monitor.disclosure import AuditReport, Policy, audit, protect
from monitor.errors import DeclarationError
from monitor.findings import ALL, UNKNOWN, FindingTable, find
from monitor.findings.count import columns_of_store
from monitor.findings.query import Units
from monitor.indicators import Dimension, Indicator
from monitor.release import build
from tests.claims_sample import (
    CLAIMS,
    CURRENCY,
    PLACE,
    PLACES,
    ROUTES,
    Claim,
    Payment,
    connection_with,
    make_claims,
    money,
)
from tests.site_visit import get
from tests.test_disclosure import attacked, reasons, shown

Claims = list[dict[str, Any]]

# Random claims

MONEY = st.builds(
    money, st.sampled_from(["0.01", "0.1", "0.2", "0.3", "10", "999.9999", "1250.5"]), st.sampled_from(["EUR", "MDL"])
)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(strategy, strategy, st.none())


CLAIM = st.fixed_dictionaries({
    "who": st.sampled_from(["P1", "P2", "P3"]), "place": maybe(st.sampled_from(list(PLACES))),
    "routes": st.lists(st.sampled_from(list(ROUTES)), unique=True), "award": maybe(MONEY),
    "paid": maybe(st.one_of(MONEY, st.just(money("0")))),
    "payments": st.lists(maybe(MONEY).map(lambda one: {"amount": one} if one else {}), max_size=3),
    "asked": maybe(st.integers(0, 9)), "told": maybe(st.integers(0, 9)),
}).map(lambda claim: {name: value for name, value in claim.items() if value not in (None, [])})  # fmt: skip


# A count by hand


def units(indicator: Indicator, claims: Claims) -> Iterator[tuple[Answers, str, str]]:
    """Each unit's answers, its person and its case."""
    for number, claim in enumerate(claims):
        answers = Answers(Claim, claim, None, date(2025, 1, 1))
        if indicator.form is Payment:
            for row in claim.get("payments", ()):
                yield Answers(Payment, row, answers, answers.today), claim["who"], f"c{number}"
        else:
            yield answers, claim["who"], f"c{number}"


def places(dimension: Dimension, answers: Answers) -> set[str]:
    question = dimension.question
    if question.form is Payment and answers.form is not Payment:
        paid = [row["amount"]["currency"] for row in answers.values.get("payments", ()) if "amount" in row]
        blank = any("amount" not in row for row in answers.values.get("payments", ()))
        return {*paid, *([UNKNOWN] if blank or not paid else [])}
    value = question.value(answers)
    if value is None:
        return {UNKNOWN}
    if dimension.part == "currency":
        return {value["currency"]}
    return set(value) if isinstance(value, list) else {value}


def number_of(value: Any) -> Fraction:
    return Fraction(value["amount"] if isinstance(value, dict) else str(value))


def by_hand(table: FindingTable, claims: Claims) -> dict[tuple[str, ...], list[tuple[Fraction, Fraction, str]]]:
    """For each cell that has units: of each its number, what it is out of, and its person."""
    indicator = table.indicator
    assert isinstance(indicator, (Median, RatioOfTotals))
    cells = defaultdict(list)
    for answers, person, _ in units(indicator, claims):
        if indicator.known().truth(answers) is not True:
            continue
        upper = number_of(indicator.of.value(answers))
        lower = number_of(indicator.out_of.value(answers)) if isinstance(indicator, RatioOfTotals) else Fraction(1)
        for keys in product(*({ALL} | places(dimension, answers) for dimension in table.dimensions)):
            cells[keys].append((upper, lower, person))
    return cells


def measured(found: list[tuple[Fraction, Fraction, str]], statistic: str) -> Fraction | None:
    if statistic == "median":
        return median(upper for upper, _, _ in found) if found else None
    total = sum(lower for _, lower, _ in found)
    return sum(upper for upper, _, _ in found) / total if total else None


@settings(max_examples=60, deadline=None)
@given(st.lists(CLAIM, max_size=14))
def test_every_figure_in_money_is_what_a_count_by_hand_gives(claims: Claims) -> None:
    for table in find(connection_with(claims), [CLAIMS]):
        if table.statistic == "count":
            continue
        cells = by_hand(table, claims)
        apart = [place for place, one in enumerate(table.dimensions) if one.part == "currency"]
        for finding in table.findings:
            here = cells.get(finding.keys, [])
            assert (finding.n.units, finding.n.persons) == (len(here), len({person for *_, person in here}))
            together = any(finding.keys[place] in (ALL, UNKNOWN) for place in apart)
            wanted = None if together else measured(here, table.statistic)
            got = finding.median if table.statistic == "median" else finding.ratio
            assert got is None if wanted is None else got == pytest.approx(float(wanted)), (table.indicator.id, finding)
            if table.statistic == "ratio" and not together and here:
                assert [one.total for one in finding.parts] == totals_by_hand(here)
                assert [one.largest for one in finding.parts] == totals_by_hand(here, largest=2)


def totals_by_hand(found: list[tuple[Fraction, Fraction, str]], largest: int | None = None) -> list[Fraction]:
    """The totals of a ratio and of what lies between them, by person, in ten-thousandths; or of the largest alone."""
    mine: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for upper, lower, person in found:
        mine[person] = [mine[person][0] + upper, mine[person][1] + lower]
    sides = ([a for a, _ in mine.values()], [b for _, b in mine.values()], [abs(b - a) for a, b in mine.values()])
    return [10_000 * sum(sorted(side, reverse=True)[:largest]) for side in sides]


@settings(max_examples=40, deadline=None)
@given(st.lists(CLAIM, max_size=14), st.sampled_from([2, 1000]))
def test_what_happens_in_one_currency_moves_no_figure_of_another(claims: Claims, factor: int) -> None:
    def changed(value: Any) -> Any:
        if isinstance(value, list):
            return [changed(one) for one in value]
        if isinstance(value, dict) and value.get("currency") == "EUR":
            return money(f"{factor}{value['amount']}")
        return {name: changed(one) for name, one in value.items()} if isinstance(value, dict) else value

    before, after = (find(connection_with(one), [CLAIMS]) for one in (claims, [changed(claim) for claim in claims]))
    for old, new in zip(before, after, strict=True):
        for was, now in zip(old.findings, new.findings, strict=True):
            assert was.counts == now.counts
            if "EUR" not in was.keys and any(one.part == "currency" for one in old.dimensions):
                assert (was.median, was.ratio, was.parts) == (now.median, now.ratio, now.parts)


@settings(max_examples=60, deadline=None)
@given(CLAIM)
def test_one_currency_says_the_same_in_python_and_in_sql(claim: dict[str, Any]) -> None:
    connection = connection_with([claim])
    sight = Units(CLAIMS.indicators[0], columns_of_store(connection)).sight
    answers = Answers(Claim, claim, None, date(2025, 1, 1))
    total = Claim.payments.total(Payment.amount)
    for pair in ((Claim.paid, Claim.award), (total, Claim.award), (Claim.paid, total)):
        condition = OneCurrency(*pair)
        (sql,) = connection.execute(f"SELECT {condition.sql(sight)} FROM claims__claim AS t0").fetchone()
        assert bool(sql) is condition.truth(answers)


def one_of(claims: Claims, indicator: str, *keys: str, table: int = 0) -> Any:
    tables = [one for one in find(connection_with(claims), [CLAIMS]) if one.indicator.id == indicator]
    return next(finding for finding in tables[table].findings if finding.keys == keys)


AWARDS = [{"who": f"P{n}", "place": "north", "award": money(100), "paid": money(25)} for n in range(4)]
LEI = [{"who": f"P{n}", "place": "north", "award": money(900, "MDL"), "paid": money(900, "MDL")} for n in range(4, 6)]


def test_a_ratio_is_one_total_over_another() -> None:
    assert one_of(AWARDS + LEI, "MO-1", "EUR", "north").ratio == 0.25
    assert one_of(AWARDS + LEI, "MO-1", "MDL", "north").ratio == 1


def test_over_several_currencies_units_are_counted_and_nothing_else() -> None:
    finding = one_of(AWARDS + LEI, "MO-1", ALL, "north")
    assert (finding.n.units, finding.ratio, finding.parts) == (6, None, ())
    assert one_of(AWARDS + LEI, "MO-2", "north", ALL).median is None
    assert one_of(AWARDS + LEI, "MO-2", "north", "MDL").median == 900


def test_a_claim_paid_in_another_currency_is_in_no_ratio() -> None:
    strange = {"who": "P9", "place": "north", "award": money(100), "paid": money(100, "MDL")}
    assert one_of([*AWARDS, strange], "MO-1", "EUR", "north").n.units == 4


def test_a_total_over_payments_in_two_currencies_is_in_no_ratio() -> None:
    payments = [{"amount": money(1)}, {"amount": money(1, "MDL")}]
    strange = {"who": "P9", "place": "north", "award": money(100), "payments": payments}
    assert one_of([*AWARDS, strange], "MO-3", "north", "EUR").n.units == 4


def test_a_ratio_of_nothing_is_no_ratio() -> None:
    claims = [{"who": "P1", "place": "north", "routes": ["court"], "asked": 0, "told": 0}]
    assert one_of(claims, "MO-4", "north", "court").ratio is None


def test_the_internal_figures_show_the_ratio() -> None:
    finding = one_of(AWARDS, "MO-1", "EUR", "north")
    assert (figures(finding)["ratio"], figures(finding)["median"]) == ("0.25", None)


# What may be declared


def declared(**changes: Any) -> Instrument:
    indicator = replace(CLAIMS.indicators[0], **changes)
    return Instrument("claims", "1.0", "Invented claims", (Claim,), (), (indicator,))


def refusal(declare: Callable[[], object]) -> str:
    with pytest.raises(DeclarationError) as refused:
        declare()
    return refused.value.sentence


@pytest.mark.parametrize("tables", [((PLACE,),), ((PLACE, CURRENCY), (PLACE,)), ((currency(Payment.amount),),)])
def test_a_figure_in_money_needs_its_currency_in_every_table(tables: Any) -> None:
    says = refusal(lambda: declared(tables=tables))
    assert says.startswith("claims, indicator MO-1: its table by ")
    assert says.endswith(" would mix currencies: it lacks currency(paid).")


def test_a_median_of_money_needs_its_own_currency() -> None:
    paid = Median(id="X", title="", unit=Claim, of=Claim.paid, measure="", tables=((CURRENCY,),))
    says = refusal(lambda: Instrument("claims", "1.0", "Invented claims", (Claim,), (), (paid,)))
    assert says == "claims, indicator X: its table by currency would mix currencies: it lacks currency(paid)."


def test_a_median_of_how_two_amounts_relate_needs_no_currency() -> None:
    relation = Median(id="X", title="", unit=Claim, of=Ratio(Claim.paid, Claim.award), measure="", tables=((PLACE,),))
    assert Instrument("claims", "1.0", "Invented claims", (Claim,), (), (relation,)).indicators == (relation,)


def test_a_relation_to_a_total_over_rows_may_hide_a_second_currency_and_is_refused() -> None:
    of = Ratio(Claim.payments.total(Payment.amount), Claim.award)
    relation = Median(id="X", title="", unit=Claim, of=of, measure="", tables=((CURRENCY,),))
    says = refusal(lambda: Instrument("claims", "1.0", "Invented claims", (Claim,), (), (relation,)))
    assert "would mix currencies" in says


@pytest.mark.parametrize("changes", [
    {"of": Claim.told}, {"out_of": Claim.asked}, {"of": Claim.place}, {"of": Ratio(Claim.paid, Claim.award)},
    {"of": Whole("How far below zero?", at_least=-9), "out_of": Claim.asked},
])  # fmt: skip
def test_a_ratio_is_of_two_amounts_or_of_two_numbers(changes: Any) -> None:
    says = refusal(lambda: declared(**changes))
    assert says.startswith("Indicator MO-1: its totals are not of two amounts")


@pytest.mark.parametrize("question", [Claim.told, Claim.place, Claim.who])
def test_only_a_counted_amount_has_a_currency_to_break_a_table_down(question: Any) -> None:
    assert "is no amount that is counted" in refusal(lambda: currency(question))


def test_the_contract_says_what_a_ratio_is_made_of() -> None:
    found = as_contract(CLAIMS)["monitor"]["indicators"][0]
    assert (found["statistic"], found["of"], found["out_of"]) == ("ratio", "paid", "award")
    assert found["questions"] == ["claim.paid", "claim.award"]
    assert found["tables"][0] == ["currency", "place"]


# Who is protected


def group(often: int, award: object = 100, paid: object = 40, code: str = "EUR", first: int = 0, **more: Any) -> Claims:
    return [
        {"who": f"P{first + n}", "place": "north", "award": money(award, code), "paid": money(paid, code), **more}
        for n in range(often)
    ]


def ratio_of(claims: Claims) -> tuple[float | None, str | None]:
    """The published ratio in euros, and why there is none."""
    tables = [table for table in find(connection_with(claims), [CLAIMS]) if table.dimensions == (CURRENCY,)]
    (protected,) = protect(tables, Policy()).tables
    return shown(protected, "ratio")["EUR",], reasons(protected).get((("EUR",), "ratio"))


def test_a_ratio_has_two_digits() -> None:
    assert ratio_of(group(30, 300, 100)) == (0.33, None)


def test_a_ratio_needs_twenty_persons_not_claims() -> None:
    assert ratio_of(group(20)) == (0.4, None)
    assert ratio_of(group(19)) == (None, "small")
    assert ratio_of(group(19) + group(30)[:15]) == (None, "small")


def test_a_ratio_with_few_who_were_paid_or_few_who_were_not_is_hidden() -> None:
    assert ratio_of(group(30, 100, 0) + group(9, first=30)) == (None, "small")
    assert ratio_of(group(30, 100, 0) + group(10, first=30)) == (0.1, None)
    assert ratio_of(group(30, 100, 100) + group(9, first=30)) == (None, "small")
    assert ratio_of(group(30, 100, 100)) == (None, "small")


def test_two_that_make_up_more_than_three_quarters_of_a_total_hide_the_ratio() -> None:
    assert ratio_of(group(30) + group(2, 4500, 1800, first=30)) == (0.4, None)
    assert ratio_of(group(30) + group(2, "4500.01", 1800, first=30)) == (None, "dominated")
    assert ratio_of(group(30) + group(2, 4500, "1800.01", first=30)) == (None, "dominated")
    assert ratio_of(group(30) + group(2, 4500, "1799.99", first=30)) == (None, "dominated")  # what was not paid


def test_a_person_with_many_claims_dominates_as_one() -> None:
    assert ratio_of(group(30) + [claim | {"who": "P0"} for claim in group(60)]) == (0.4, None)
    assert ratio_of(group(30) + [claim | {"who": "P0"} for claim in group(95)]) == (None, "dominated")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from([1, 5, 50, 400, 9000])), min_size=15, max_size=40))
def test_the_second_largest_never_learns_the_largest_to_within_fifteen_per_cent(made: list[tuple[int, int]]) -> None:
    claims = [group(1, award, award / 4, first=who)[0] for who, award in made]
    ratio, _ = ratio_of(claims)
    by_person: dict[int, int] = defaultdict(int)
    for who, award in made:
        by_person[who] += award
    parts = sorted(by_person.values(), reverse=True)
    if ratio is not None:
        assert sum(parts[2:]) >= 0.15 * parts[0] and len(parts) >= 20


MIXED = [
    *group(30, routes=["court"]), *group(30, routes=["fund"], first=30),
    *group(4, code="MDL", routes=["court"], first=60),
]  # fmt: skip


def test_a_margin_over_currencies_is_not_published_and_costs_no_figure() -> None:
    tables = [one for one in find(connection_with(MIXED), [CLAIMS]) if one.indicator.id == "MO-1"]
    found = protect(tables, Policy()).tables[2]
    assert shown(found) == {(ALL,): None, ("EUR",): 60, ("MDL",): None}
    assert reasons(found)[(ALL,), "n"] == "several currencies"


def test_a_count_of_the_same_claims_gives_no_currency_away() -> None:
    tables = [one for one in find(connection_with(MIXED), [CLAIMS]) if one.indicator.id in ("MO-2", "MO-7")]
    assert len({one.population for one in tables}) == 1
    by_place, _, counted = protect(tables, Policy()).tables
    # 60 awards in euros beside 64 in all would leave four in lei.
    assert (shown(counted)["north", ALL], shown(by_place)["north", "EUR"]) == (65, None)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([40, 150, 400]))
def test_whoever_knows_every_shown_figure_exactly_cannot_narrow_a_hidden_count_of_claims(seed: int, often: int) -> None:
    chance = random.Random(seed)
    claims = [
        {
            "who": f"P{number}", "place": chance.choices(list(PLACES), [5, 1])[0],
            "routes": chance.sample(list(ROUTES), chance.randint(1, 2)),
            "award": money(100, chance.choices(["EUR", "MDL", "USD"], [8, 3, 1])[0]), "asked": 1, "told": 1,
        }
        for number in range(often)
    ]  # fmt: skip
    assert attacked(list(find(connection_with(claims), [CLAIMS])), Policy()) == []


# The release, its audit and its site


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("money")
    with make_claims(folder / "store.db") as store:
        build(folder / "release.db", store=store, catalogue={"claims": CLAIMS}, policy=Policy(), licence="CC0 1.0")
    return folder / "release.db"


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def tampered(released: Path, tmp_path: Path) -> Callable[[str], AuditReport]:
    def tamper(statement: str) -> AuditReport:
        copy = tmp_path / "copy.db"
        copy.write_bytes(released.read_bytes())
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            assert connection.execute(statement).rowcount, statement
        return audit(copy)

    return tamper


RATIOS = "claims__mo_1__currency_place"


def test_a_release_gives_ratios_in_each_currency_and_none_over_them(released: Path) -> None:
    assert audit(released).passed
    found = rows(released, f"SELECT currency, n, ratio FROM {RATIOS}")
    assert all(n >= 20 and 0 < ratio < 1 for code, n, ratio in found if code in ("EUR", "MDL"))
    assert {(n, ratio) for code, n, ratio in found if code == ALL} == {(None, None)}


def test_only_a_ratio_has_a_ratio_and_the_long_view_has_all(released: Path) -> None:
    columns = rows(released, "SELECT name FROM pragma_table_info('claims__mo_2__place_currency')")
    assert ("median",) in columns and ("ratio",) not in columns
    of = "indicator = 'MO-4' AND dimensions = '{\"place\":\"_T\",\"routes\":\"_T\"}'"
    ((share, middle, ratio),) = rows(released, f"SELECT share, median, ratio FROM finding WHERE {of}")
    assert (share, middle) == (None, None) and 0 < ratio < 1


def test_the_codebook_of_a_release_says_what_the_ratio_is_of(released: Path) -> None:
    query = "SELECT statistic, numerator FROM indicator WHERE id = 'MO-3'"
    assert rows(released, query) == [("ratio", "the total of amount, over the total of award")]


def test_no_total_is_in_a_release(tmp_path: Path) -> None:
    with make_claims(tmp_path / "store.db", claims=60) as store:
        findings = [finding for table in find(store.connection, [CLAIMS]) for finding in table.findings]
        build(tmp_path / "out.db", store=store, catalogue={"claims": CLAIMS}, policy=Policy(), licence="CC0 1.0")
    published = {value for row in rows(tmp_path / "out.db", "SELECT * FROM finding") for value in row}
    totals = {size for finding in findings for part in finding.parts for size in (part.total, part.total / 10_000)}
    assert published.isdisjoint(size for size in totals if size > 1000)


@pytest.mark.parametrize("statement, says", [
    (f"UPDATE {RATIOS} SET ratio = 0.123 WHERE currency = 'EUR' AND place = '_T'", "ratio is too exact, or of too few"),
    (f"UPDATE {RATIOS} SET n = 15 WHERE currency = 'MDL' AND place = 'south'", "ratio is too exact, or of too few"),
    (f"UPDATE {RATIOS} SET n = 400 WHERE currency = '_T' AND place = '_T'", "shows a figure over several currencies"),
    (f"UPDATE {RATIOS} SET n = 400, ratio = 0.5 WHERE currency = '_T' AND place = '_T'", "over several currencies"),
    ("UPDATE claims__mo_2__place_currency SET n = 400, median = 500 WHERE place = '_T' AND currency = '_T'",
     "over several currencies"),
    (f"UPDATE {RATIOS} SET n = NULL WHERE currency = 'EUR' AND place = '_T'", "not everything beside it"),
    (f"UPDATE {RATIOS} SET n = NULL, ratio = NULL WHERE currency = 'EUR' AND place = 'north'",
     "only hidden figure of a sum"),
    (f"UPDATE {RATIOS} SET count = n WHERE currency = 'EUR'", "shows what a ratio does not have"),
    (f"ALTER TABLE {RATIOS} ADD COLUMN total REAL", "not those of a table of figures"),
])  # fmt: skip
def test_the_audit_finds_a_figure_in_money_that_breaks_the_rule(
    tampered: Callable[[str], AuditReport], statement: str, says: str
) -> None:
    assert any(says in line for line in tampered(statement).disclosed), tampered(statement).disclosed


def test_the_site_shows_ratios_and_no_row_over_currencies(released: Path) -> None:
    page = get(released, "/indicator/claims/MO-1").text
    ((ratio,),) = rows(released, f"SELECT ratio FROM {RATIOS} WHERE currency = 'EUR' AND place = '_T'")
    assert "Ratio (paid for each 1 awarded)" in page and f'<td class="figure main">{ratio:g}</td>' in page
    assert "in each currency by itself" in page and "Currency: EUR" in page and "Currency: All" not in page
    assert "the total of" in page
    assert get(released, f"/release/{RATIOS}").status_code == 200


def test_the_site_shows_a_ratio_of_numbers_over_everything(released: Path) -> None:
    query = "SELECT ratio FROM claims__mo_4__place_routes WHERE place = '_T' AND routes = '_T'"
    ((ratio,),) = rows(released, query)
    page = get(released, "/instrument/claims").text
    assert f'<strong class="big">{ratio:g}</strong>' in page and "told for each 1 asked" in page
