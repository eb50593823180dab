"""Doubts: what a reviewer should look at twice, although no rule of the codebook is broken."""

from __future__ import annotations

from collections.abc import Iterator

from monitor import Submission


def doubts_about_return(submission: Submission) -> Iterator[str]:
    """Each doubt about a return case as a sentence: a departure nobody decided, a contact that was unsafe."""
    answers = submission.closed
    decision = answers["decision"]
    if "departure_date" in answers and decision in ("pending", "return_postponed"):
        yield f"departure_date is answered, but decision is {decision}: has the person left?"
    unsafe = False
    for number, contact in enumerate(answers.get("followups", ()), start=1):
        if unsafe:
            yield f"followups[{number}]: tried after it was unsafe to contact the person: did the supervisor agree?"
        unsafe = unsafe or contact["contact_result"] == "unsafe_to_contact"
