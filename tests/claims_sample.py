"""An invented programme for the tests of money: claims with awards and payments in two currencies."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from monitor import (
    Choice,
    Choices,
    Codes,
    Form,
    Instrument,
    Median,
    Money,
    RatioOfTotals,
    Ref,
    Rows,
    Tally,
    Whole,
    by,
    currency,
    review,
)
from monitor.indicators import Indicator
from monitor.store import Store, create
from monitor.store.tables import sql_name, tables_of
from monitor.submissions import check

PLACES = Codes(north="North", south="South")
ROUTES = Codes(court="Court", fund="Fund")


class Payment(Form):
    """One invented payment."""

    amount = Money("How much?", publish="counted", optional=True)


class Claim(Form):
    """One invented claim. A person may have several."""

    class Meta:
        person = "who"

    who = Ref("Whose?", pattern=r"P[0-9]{1,4}", example="P1")
    place = Choice("Where?", PLACES, publish="dimension", optional=True)
    routes = Choices("By which route?", ROUTES, publish="dimension", optional=True)
    award = Money("How much was awarded?", publish="counted", optional=True)
    paid = Money("How much was paid?", zero=True, publish="counted", optional=True)
    payments = Rows(Payment, "Each payment", optional=True)
    asked = Whole("How many were asked?", publish="counted", optional=True)
    told = Whole("How many were told?", publish="counted", optional=True)


PLACE, ROUTE, CURRENCY = by(Claim.place), by(Claim.routes), currency(Claim.award)

INDICATORS: tuple[Indicator, ...] = (
    RatioOfTotals(id="MO-1", title="Paid of awarded", unit=Claim, of=Claim.paid, out_of=Claim.award,
                  measure="paid for each 1 awarded", tables=((CURRENCY, PLACE), (CURRENCY, ROUTE), (CURRENCY,))),
    Median(id="MO-2", title="Median award", unit=Claim, of=Claim.award, measure="in the currency of the award",
           tables=((PLACE, CURRENCY), (CURRENCY, ROUTE))),
    RatioOfTotals(id="MO-3", title="Payments of awarded", unit=Claim, of=Claim.payments.total(Payment.amount),
                  out_of=Claim.award, measure="paid for each 1 awarded", tables=((PLACE, CURRENCY),)),
    RatioOfTotals(id="MO-4", title="Told of asked", unit=Claim, of=Claim.told, out_of=Claim.asked,
                  measure="told for each 1 asked", tables=((PLACE, ROUTE),)),
    Median(id="MO-5", title="Median of all payments on a claim", unit=Claim, of=Claim.payments.total(Payment.amount),
           measure="in the currency of the payments", tables=((currency(Payment.amount), PLACE),)),
    Median(id="MO-6", title="Median payment", unit=Payment, of=Payment.amount, measure="in its currency",
           tables=((PLACE, currency(Payment.amount)),)),
    Tally(id="MO-7", title="Claims with an award", unit=Claim, among=Claim.award.answered(), tables=((PLACE, ROUTE),)),
)  # fmt: skip

CLAIMS = Instrument("claims", "1.0", "Invented claims", (Claim,), (), INDICATORS, "Nothing in it is real.")


def money(amount: object, code: str = "EUR") -> dict[str, str]:
    """An amount as it is stored."""
    return {"amount": str(amount), "currency": code}


def connection_with(claims: Iterable[Mapping[str, Any]]) -> sqlite3.Connection:
    """Approved claims, as a store keeps them, in memory."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE submission (id TEXT PRIMARY KEY, form, parent, state, submitted_at, person)")
    for table in tables_of(Claim):
        connection.execute(f"CREATE TABLE {sql_name(table.name)} ({', '.join(map(sql_name, table.names()))})")
    for number, answers in enumerate(claims):
        line = (f"c{number}", "claims.claim", None, "approved", "2025-01-01T00:00:00+00:00", None)
        connection.execute("INSERT INTO submission VALUES (?, ?, ?, ?, ?, ?)", line)
        for table in tables_of(Claim):
            marks = ", ".join("?" * len(table.names()))
            connection.executemany(
                f"INSERT INTO {sql_name(table.name)} VALUES ({marks})", table.lines(f"c{number}", answers)
            )
    return connection


def make_claims(path: Path, *, claims: int = 800, seed: int = 1) -> Store:
    """A store with the same random claims every time, all approved."""
    chance = random.Random(seed)
    store = create(path, "An invented programme", "MON-01", invented=True, plain=True)
    with store.writing("MON-01") as writing:
        around = store.surroundings({"claims": CLAIMS})
        made = []
        for number in range(claims):
            claim = check(CLAIMS, Claim, _claim(chance, number), author="MON-01", around=around)
            made.append(writing.submit(claim, CLAIMS, Claim))
    review.approve(store, made, actor="REV-01")
    return store


def _claim(chance: random.Random, number: int) -> dict[str, Any]:
    code = chance.choice(["EUR", "EUR", "MDL"])
    award = chance.randint(1_000, 9_000)
    paid = chance.choice([0, award // 3, award])
    asked = chance.randint(1, 9)
    claim = {
        "who": f"P{number}",
        "place": chance.choices(list(PLACES), [3, 2])[0],
        "routes": chance.sample(list(ROUTES), chance.randint(1, 2)),
        "award": money(award, code),
        "paid": money(paid, code),
        "payments": [{"amount": money(paid, code)} if chance.random() < 0.7 else {}] if paid else [],
        "asked": asked,
        "told": chance.randint(0, asked),
    }
    # Where everybody knows every amount, each difference of two figures says that nobody is missing: all are hidden.
    return {name: answer for name, answer in claim.items() if name not in ("award", "paid") or chance.random() < 0.7}
