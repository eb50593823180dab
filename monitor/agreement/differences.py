"""Where the submissions of one event differ: their closed answers laid side by side, place by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from monitor.agreement.observations import key_of, rows_by_key
from monitor.conditions import Value
from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.interview import walk
from monitor.questions import Rows
from monitor.store import ShownSubmission, Store, check_sight, has_column, show
from monitor.submissions import Stored, Surroundings, answers_around

Layout = Mapping[str, Value | None]
"""The answers to what was asked, by place: ``publicity``, ``victims[V1].victim_sex``; None where it was left blank.

``victims[V1]`` alone is True where that row is there. A block of rows that nothing tells apart stands as a whole.
"""

Keys = Mapping[str, Sequence[str]]
"""By block of rows, what tells its rows apart, over all submissions that are laid side by side."""


@dataclass(frozen=True)
class Original:
    """One of several submissions of an event."""

    shown: ShownSubmission = field(repr=False)
    layout: Layout = field(repr=False)

    @property
    def id(self) -> str:
        """Its id."""
        return self.shown.summary.id


@dataclass(frozen=True)
class Originals:
    """Submissions of one event laid side by side, in the order in which they are called the first, the second, ..."""

    form: FormMeta
    keys: Keys
    each: tuple[Original, ...]

    def given(self, place: str) -> list[Value | None]:
        """The answers of those who were asked; None for a blank."""
        return [one.layout[place] for one in self.each if place in one.layout]

    def differences(self) -> list[str]:
        """The places at which those who were asked answered differently, in the order of the form."""
        return [place for place in places(self.form, self.keys) if differ(self.given(place))]

    def shared(self, place: str) -> Value | None:
        """What everybody answered who was asked; None where they differ or left it blank."""
        given = self.given(place)
        return given[0] if given and not differ(given) else None


def side_by_side(
    store: Store, catalogue: Mapping[str, Instrument], ids: Sequence[str], actor: str
) -> Originals:  # fmt: skip
    """Read the submissions of one event, as they are now.

    Raises :class:`Refusal`: CONSOLIDATE-01 for fewer than two, CONSOLIDATE-02 where they are not of one form, STORE-13
    for an id that is none, BLIND-01 for what this person may not see yet.
    """
    wanted = list(dict.fromkeys(ids))
    if len(wanted) < 2:
        raise Refusal("CONSOLIDATE-01")
    for id in wanted:
        check_sight(store.connection, actor, id)
    found = [show(store, id, catalogue) for id in wanted]
    form = found[0].form
    for one in found:
        if one.form is not form:
            raise Refusal("CONSOLIDATE-02", id=one.summary.id)
    keys = _keys(form, [one.content.closed for one in found])
    around = store.surroundings(catalogue)
    return Originals(form, keys, tuple(Original(one, _layout_of(one, keys, around)) for one in found))


def _layout_of(shown: ShownSubmission, keys: Keys, around: Surroundings) -> Layout:
    stored = around.find(shown.form, shown.summary.id)
    if stored is None:
        raise Refusal("STORE-15", id=shown.summary.id, state=shown.summary.state, what="consolidated")
    return layout(shown.form, shown.content.closed, stored.values, stored.system, stored.parent, keys, around)


def layout(
    form: FormMeta, closed: Mapping[str, Value], values: Mapping[str, Value], system: Mapping[str, Value],
    parent: Stored | None, keys: Keys, around: Surroundings,
) -> Layout:  # fmt: skip
    """Lay out the closed answers of a submission. ``values`` are all of its answers: they decide what is asked."""
    today = date.today()
    walked = walk(
        form, values, parent.answers(today) if parent is not None else None, today=today, system=system,
        others=answers_around(around, form, parent, None, today),
    )  # fmt: skip
    asked = {step.where for step in walked.steps if step.asked}
    found: dict[str, Value | None] = {}
    for name, question in form.questions.items():
        if name not in asked:
            continue
        if not isinstance(question, Rows):
            found |= {name: closed.get(name)} if has_column(question) else {}
        elif name not in keys:
            found[name] = closed.get(name)
        else:
            found |= _rows(question, closed.get(name), keys[name], asked)
    return found


def _rows(rows: Rows, answer: Value | None, keys: Sequence[str], asked: set[str]) -> Iterator[tuple[str, Value | None]]:
    by_key = rows_by_key(rows, answer) or {}
    numbers = {key: number for number, key in enumerate(by_key, 1)}
    for key in keys:
        yield f"{rows.name}[{key}]", True if key in by_key else None
        for name in _compared(rows) if key in by_key else ():
            if f"{rows.name}[{numbers[key]}].{name}" in asked:
                yield f"{rows.name}[{key}].{name}", by_key[key].get(name)


def _compared(rows: Rows) -> list[str]:
    key = key_of(rows)
    return [name for name, one in rows.row_form.questions.items() if has_column(one) and name != key]


def _keys(form: FormMeta, given: Sequence[Mapping[str, Value]]) -> dict[str, list[str]]:
    keys = {}
    for name, question in form.questions.items():
        if isinstance(question, Rows) and key_of(question) is not None:
            found = [rows_by_key(question, closed.get(name)) for closed in given]
            if all(one is not None for one in found):
                keys[name] = sorted({key for one in found for key in one or ()})
    return keys


def places(form: FormMeta, keys: Keys) -> Iterator[str]:
    """Every place at which submissions may differ, in the order of the form."""
    for name, question in form.questions.items():
        if isinstance(question, Rows) and name in keys:
            for key in keys[name]:
                yield f"{name}[{key}]"
                yield from (f"{name}[{key}].{inner}" for inner in _compared(question))
        elif isinstance(question, Rows) or has_column(question):
            yield name


def differ(given: Sequence[Any]) -> bool:
    """Whether answers differ; a blank differs from an answer."""
    return any(one != given[0] for one in given[1:])
