"""Corrections: the raw answers of a submission to begin with, and what a correction leaves as it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.errors import AnswersRefused, Refusal
from monitor.instrument import Instrument
from monitor.store import ShownSubmission
from monitor.submissions import Submission, Surroundings, check

KEEP_OPEN = "_keep_open"
"""The key of an export without open answers: whatever was written freely and is not given anew stays as it is."""

_NOT_EXPLAINED = "ANSWER-17"


def raw_answers(shown: ShownSubmission, *, narratives: bool = False) -> dict[str, Any]:
    """A submission as the raw answers that :func:`check_correction` takes again.

    Sealed answers are left out: a correction keeps those that it does not give anew. So are open ones, unless
    ``narratives`` is wanted.
    """
    payload, content = shown.content.payload, shown.content
    raw: dict[str, Any] = {
        "_parent": payload["parent"], "_session": payload["session"], "_language": payload["language"],
        "_translation": payload.get("translation", "none"), "_consent": payload.get("consent", "full"),
        # Rules go by the day on which it was submitted, where that was.
        "_submitted_at": datetime.fromisoformat(payload["submitted_at"]).astimezone().isoformat(),
    }  # fmt: skip
    raw = {name: value for name, value in raw.items() if value is not None}
    if narratives:
        raw |= {"_source": content.source} if content.source else {}
        raw |= {"_explanations": dict(content.explanations)} if content.explanations else {}
    elif content.open or content.source or content.explanations:
        raw[KEEP_OPEN] = True
    return raw | shown.readable(narratives)


def check_correction(
    instrument: Instrument, shown: ShownSubmission, raw: Mapping[str, Any], *, around: Surroundings, source: str
) -> Submission:
    """Check the raw answers that are to take the place of a submission's.

    Where ``raw`` says :data:`KEEP_OPEN`, open answers, explanations and the source that it does not give stay as they
    are; an explanation of a warning that is no longer given goes.

    Raises :class:`Refusal` as :func:`monitor.submissions.check` does, and STORE-31 where open answers stand in rows
    and the rows are not as many as before.
    """
    explained: dict[str, str] = {}
    if raw.get(KEEP_OPEN) is True:
        kept = {name: value for name, value in raw.items() if name != KEEP_OPEN}
        given = kept.get("_explanations")
        explained = {rule: line for rule, line in shown.explanations.items() if rule not in (given or {})}
        raw = _with_open(kept, shown)
    while True:
        words = {"_explanations": {**explained, **(raw.get("_explanations") or {})}} if explained else {}
        try:
            return check(
                instrument, shown.form, {**raw, **words}, author=shown.summary.author, around=around,
                replaces=shown.summary.id, source=source, kept=shown.content.sealed_in,
            )  # fmt: skip
        except AnswersRefused as refused:
            gone = {one.values.get("rule") for one in refused.problems if one.code == _NOT_EXPLAINED} & set(explained)
            if not gone:
                raise
            explained = {rule: line for rule, line in explained.items() if rule not in gone}


def _with_open(raw: Mapping[str, Any], shown: ShownSubmission) -> dict[str, Any]:
    """The raw answers, and what was written freely before and is not given anew."""
    whole = dict(raw)
    if shown.content.source and "_source" not in raw:
        whole["_source"] = shown.content.source
    for name, value in shown.content.open.items():
        if not isinstance(value, list):
            whole.setdefault(name, value)
            continue
        rows = raw.get(name, [])
        if not isinstance(rows, list) or len(rows) != len(value) or not all(isinstance(row, dict) for row in rows):
            raise Refusal("STORE-31", rows=name)
        whole[name] = [{**before, **row} for before, row in zip(value, rows, strict=True)]
    return whole
