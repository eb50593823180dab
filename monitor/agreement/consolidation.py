"""Several submissions of one event become one: a draft of what they share, and what the co-ordinator makes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.agreement.differences import Originals, differ, layout, places
from monitor.agreement.observations import key_of, rows_by_key
from monitor.conditions import Value
from monitor.errors import AnswersRefused, Refusal
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.questions import Rows
from monitor.store import Consolidation, Settled, Store
from monitor.submissions import Stored, Submission, Surroundings, check, join

_PLACE = re.compile(r"(?P<rows>\w+)\[(?P<key>[^]]*)\](\.(?P<question>\w+))?")
_NOT_ASKED = "ANSWER-03"
_WHOSE = {"first_right": 0, "second_right": 1}


@dataclass(frozen=True)
class Filled:
    """What a co-ordinator made of several submissions: raw answers, and by place how a difference was settled.

    With ``prune`` answers go that are no longer asked after a difference was settled.
    """

    raw: Mapping[str, Any] = field(repr=False)
    settled: Mapping[str, Settled] = field(repr=False)
    prune: bool = False


@dataclass(frozen=True)
class Consolidated:
    """The submission that was made, and where an answer was left out because it is no longer asked."""

    id: str
    left_out: tuple[str, ...]


def draft_of(originals: Originals, *, narratives: bool = False) -> dict[str, Any]:
    """What several submissions share, and where they differ, as JSON to be filled in.

    Open answers and explanations can name people: without ``narratives`` it says only that they are there.
    """
    shown = [one.shown for one in originals.each]
    opened = {name: None for one in shown for name in one.content.open}
    rules = {rule: None for one in shown for rule in one.explanations}
    return {
        "form": originals.form.full_code(),
        "originals": [
            {"id": one.summary.id, "monitor": one.summary.author, "revision": one.summary.revision} for one in shown
        ],
        "answers": {**_envelope(originals), **_shared(originals)},
        "differences": {
            place: {
                "given": [one.layout.get(place, "(not asked)") for one in originals.each],
                "settled": None, "reason": None, "line": None,
            }
            for place in originals.differences()
        },
        "open_answers": {name: [one.content.open.get(name) for one in shown] for name in opened}
        if narratives else list(opened),
        "explanations": {rule: [one.explanations.get(rule) for one in shown] for rule in rules}
        if narratives else list(rules),
    }  # fmt: skip


def _envelope(originals: Originals) -> dict[str, Any]:
    payloads = [one.shown.content.payload for one in originals.each]
    shared = {f"_{name}": payloads[0][name] for name in ("parent", "session", "language")
              if not differ([payload[name] for payload in payloads])}  # fmt: skip
    return {name: value for name, value in shared.items() if value is not None}


def _shared(originals: Originals) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for name, question in originals.form.questions.items():
        if name in originals.keys and isinstance(question, Rows):
            listed = [key for key in originals.keys[name] if originals.shared(f"{name}[{key}]") is not None]
            for key in listed:
                _put(answers, originals, f"{name}[{key}]", True)
        elif (value := originals.shared(name)) is not None:
            answers[name] = value
    return answers


def _put(answers: dict[str, Any], originals: Originals, place: str, value: Value) -> None:
    """Put an answer where it belongs. A row is put there with what everybody says of it who lists it."""
    inside = _PLACE.fullmatch(place)
    if inside is None:
        answers[place] = value
        return
    name, key, inner = inside["rows"], inside["key"], inside["question"]
    question = originals.form.questions[name]
    assert isinstance(question, Rows)  # only rows have places inside
    rows = answers.setdefault(name, [])
    told_by = str(key_of(question))
    row = next((one for one in rows if one.get(told_by) == key), None)
    if row is not None and inner:
        row[inner] = value
    elif row is None and not inner:
        shared = {one: originals.shared(f"{place}.{one}") for one in question.row_form.questions if one != told_by}
        rows.append({told_by: key, **{one: answer for one, answer in shared.items() if answer is not None}})


def read_draft(originals: Originals, raw: Mapping[str, Any], path: object) -> Filled:
    """A draft that was filled in. Where the reason says whose answer was right, that answer is taken.

    Raises :class:`Refusal` (CONSOLIDATE-09) for what is no draft of these submissions.
    """
    answers, differences = raw["answers"], raw["differences"]
    if not isinstance(answers, dict) or not isinstance(differences, dict):
        raise Refusal("CONSOLIDATE-09", path=path, why="its answers and its differences are two objects")
    seen = [(one.id, one.shown.summary.revision) for one in originals.each]
    listed = raw.get("originals")
    if not isinstance(listed, list) or seen != [(one.get("id"), one.get("revision")) for one in listed if _is_map(one)]:
        raise Refusal("CONSOLIDATE-09", path=path, why="it was made of other submissions, or they changed since")
    whole = dict(answers)
    for name in originals.keys:
        if isinstance(whole.get(name), list):
            whole[name] = [dict(row) if _is_map(row) else row for row in whole[name]]
    settled = read_reasons(differences, path)
    known = list(places(originals.form, originals.keys))
    if differences.keys() - set(known):
        raise Refusal("CONSOLIDATE-09", path=path, why="it names a difference that these submissions do not have")
    for place in (place for place in known if place in differences):  # a row comes before what stands in it
        value = _settled_value(originals, place, differences[place], settled.get(place))
        if value is not None:
            _put(whole, originals, place, value)
    return Filled(whole, settled, prune=True)


def _is_map(thing: object) -> bool:
    return isinstance(thing, Mapping)


def _settled_value(originals: Originals, place: str, given: Mapping[str, Any], settled: Settled | None) -> Value | None:
    whose = _WHOSE.get(settled.code) if settled is not None else None
    if given.get("settled") is None and whose is not None:
        return originals.each[whose].layout.get(place)
    value = given.get("settled")
    return None if value is False else value  # a row that is not there


def read_reasons(raw: Mapping[str, Any], path: object) -> dict[str, Settled]:
    """By place, how a difference was settled: ``{"publicity": {"reason": "first_right", "line": "..."}}``.

    What nobody has filled in yet is left out. Raises :class:`Refusal` (CONSOLIDATE-09) for anything else.
    """
    reasons = {}
    for place, given in raw.items():
        if not isinstance(given, dict):
            raise Refusal("CONSOLIDATE-09", path=path, why="each difference is an object with a reason and a line")
        code, line = given.get("reason"), given.get("line")
        if not isinstance(code, str | None) or not isinstance(line, str | None):
            raise Refusal("CONSOLIDATE-09", path=path, why="a reason and its line are texts")
        if code:
            reasons[place] = Settled(code, line or "")
    return reasons


def consolidate(
    store: Store, catalogue: Mapping[str, Instrument], originals: Originals, filled: Filled, *, line: str, actor: str,
    source: str,
) -> Consolidated:  # fmt: skip
    """Store one submission by ``actor`` in the place of several; they stay as they are and count no longer.

    Each difference that is still asked about has a reason. So has an answer that nobody gave.

    Raises :class:`Refusal`: as :func:`monitor.submissions.check` does, CONSOLIDATE-07 and 08 for reasons, and what
    :meth:`monitor.store.Writing.consolidate` raises.
    """
    form = originals.form
    instrument = catalogue[form.instrument]
    around = _Beside(store.surroundings(catalogue), frozenset(one.id for one in originals.each))
    raw = {name: value for name, value in filled.raw.items() if name not in ("_id", "_monitor")}
    if any(one.shown.content.payload.get("consent") == "figures" for one in originals.each):
        raw["_consent"] = "figures"  # what a person did not allow to one monitor is allowed to nobody
    submission, left_out = _check(instrument, form, raw, actor, around, source, filled.prune)
    settled = _reasons(originals, submission, filled.settled, around)
    revisions = {one.id: one.shown.summary.revision for one in originals.each}
    with store.writing(actor) as writing:
        writing.consolidate(submission, instrument, form, Consolidation(revisions, settled, line))
    return Consolidated(submission.id, left_out)


def _check(
    instrument: Instrument, form: FormMeta, raw: dict[str, Any], actor: str, around: Surroundings, source: str,
    prune: bool,
) -> tuple[Submission, tuple[str, ...]]:  # fmt: skip
    try:
        return check(instrument, form, raw, author=actor, around=around, source=source), ()
    except AnswersRefused as refused:
        unasked = tuple(dict.fromkeys(one.where for one in refused.problems if one.code == _NOT_ASKED))
        if not prune or not unasked:
            raise
    pruned = {name: value for name, value in raw.items() if name not in unasked}
    for name in dict.fromkeys(where.partition("[")[0] for where in unasked if "[" in where):
        if isinstance(pruned.get(name), list):
            pruned[name] = [
                {inner: answer for inner, answer in row.items() if f"{name}[{number}].{inner}" not in unasked}
                for number, row in enumerate(pruned[name], 1)
            ]
    return check(instrument, form, pruned, author=actor, around=around, source=source), unasked


def _reasons(
    originals: Originals, submission: Submission, settled: Mapping[str, Settled], around: Surroundings
) -> dict[str, Settled]:  # fmt: skip
    """The reasons that count: of each place that is asked now, and where not all answers are equal."""
    form = originals.form
    parent = around.find(form.parent, submission.parent) if form.parent and submission.parent else None
    values = join(form, submission.closed, submission.open, submission.sealed)
    system = {"session": submission.session, "author": submission.author, "source": submission.source}
    keys = {name: _with(form, name, listed, submission.closed) for name, listed in originals.keys.items()}
    final = layout(form, submission.closed, values, system, parent, keys, around)
    wanted = [
        place for place in places(form, keys)
        if place in final and (given := originals.given(place)) and differ([*given, final[place]])
    ]  # fmt: skip
    if missing := [place for place in wanted if place not in settled]:
        raise Refusal("CONSOLIDATE-07", details=missing, count=len(missing))
    for place in wanted:
        whose = _WHOSE.get(settled[place].code)
        if whose is not None and originals.each[whose].layout.get(place) != final[place]:
            raise Refusal("CONSOLIDATE-08", place=place)
    return {place: settled[place] for place in wanted}


def _with(form: FormMeta, name: str, keys: Sequence[str], closed: Mapping[str, Value]) -> list[str]:
    """What tells the rows apart, those that only the consolidated submission has included."""
    rows = form.questions[name]
    assert isinstance(rows, Rows)  # only rows have keys
    return sorted({*keys, *(rows_by_key(rows, closed.get(name)) or ())})


@dataclass(frozen=True)
class _Beside:
    """The surroundings of a consolidated submission: without those in whose place it stands."""

    around: Surroundings
    ids: frozenset[str]

    def find(self, form: FormMeta, reference: str) -> Stored | None:
        found = self.around.find(form, reference)
        return None if found is not None and found.id in self.ids else found

    def under(self, form: FormMeta, parent: str) -> Sequence[Stored]:
        return [one for one in self.around.under(form, parent) if one.id not in self.ids]

    def alike(self, form: FormMeta, same: Mapping[str, Value]) -> Sequence[Stored]:
        return [one for one in self.around.alike(form, same) if one.id not in self.ids]
