"""Each payment received on a claim: one row for each, inside the claim."""

from __future__ import annotations

from monitor import Choice, Date, Form, Money, Section

from . import codes


class Payment(Form):
    """One payment that reached the claimant."""

    section_payment = Section("Enforcement and payment")

    payment_date = Date(
        "On what date did the money reach the person, or the person's lawyer?",
        not_after="today",
        tests=("CETS 15(3)",),
        origin="JAL",
    )
    payment_amount = Money(
        "How much reached the person, after deductions?",
        hint="In the currency of the award.",
        publish="counted",
        tests=("CETS 15(3)",),
        origin="JAL",
    )
    payment_payer = Choice(
        "Whose money was it?",
        codes.PAYER,
        hint="Not whose hands it went through: an advance that the State recovers later is an advance by the State.",
        publish="counted",
        tests=("CETS 15(3)", "CETS 15(4)"),
        origin="ODC",
    )
