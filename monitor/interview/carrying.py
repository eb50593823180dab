"""A form that was begun and left: as JSON and back, and what became of its answers where the form has changed since."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from monitor.conditions import Value
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.interview.about import About
from monitor.interview.session import Beside, Session
from monitor.languages import Localized
from monitor.questions import Coded, Question, Rows

Kind = Literal["dropped", "unreadable", "recoded", "reworded", "added"]


@dataclass(frozen=True)
class Change:
    """What became of one question since a draft was begun.

    ``dropped``: it is asked no more. ``unreadable``: its answer is none of those that it takes now. ``recoded``: its
    answer reads otherwise now. ``reworded``: it has other words. ``added``: it is new. ``value`` is the answer that the
    draft has, where it does not stay; None for a sealed one.
    """

    where: str
    kind: Kind
    wording: str
    value: Value | None = field(default=None, repr=False)


@dataclass(frozen=True)
class CarriedOver:
    """What changes when a draft is gone on with: from which version to which, question by question."""

    before: str
    now: str
    changes: tuple[Change, ...]

    def of(self, *kinds: Kind) -> tuple[Change, ...]:
        """The changes of some kinds."""
        return tuple(change for change in self.changes if change.kind in kinds)


def as_draft(session: Session) -> dict[str, Any]:
    """A session as a JSON value, from which :func:`from_draft` makes the same one again."""
    return {
        "version": session.instrument.version,
        "values": session.values,
        "passed": sorted(session.passed),
        "at": session.at,
        "explanations": session.explanations,
        "unfinished": session.unfinished,
        "about": asdict(session.about),
        "questions": {place: [one.wording, one.publish == "sealed"] for place, one in questions_of(session.form)},
    }


def questions_of(form: FormMeta) -> Iterator[tuple[str, Question]]:
    """Every question of a form with its place, without the number of a row: ``victims.victim_sex``."""
    for name, question in form.questions.items():
        yield name, question
        if isinstance(question, Rows):
            yield from ((f"{name}.{inner}", one) for inner, one in questions_of(question.row_form))


def from_draft(
    draft: Mapping[str, Any], localized: Localized, form: FormMeta, author: str, beside: Beside | None = None
) -> tuple[Session, CarriedOver | None]:
    """The session of a draft, and what changed where the form is no longer the one in which the draft was begun."""
    session = Session(localized, form, author, beside)
    values, carried = carry(draft, localized.instrument, form)
    known = {place for place, _ in questions_of(form)}
    session.explanations = dict(draft["explanations"])
    session.unfinished = {where: text for where, text in draft["unfinished"].items() if _bare(where) in known}
    passed = {where for where in draft["passed"] if _bare(where) in known}
    session.restore(values, passed, draft["at"], About(**draft["about"]))
    if carried is not None and session.at is None:
        session.go_on()  # what is new is asked
    return session, carried


def carry(
    draft: Mapping[str, Any], instrument: Instrument, form: FormMeta
) -> tuple[dict[str, Value], CarriedOver | None]:
    """The answers of a draft as the form takes them now, and what changed; None where nothing did."""
    carrying = _Carrying(draft, instrument)
    values = carrying.level(form, draft["values"], "")
    for where, text in draft["unfinished"].items():
        if _bare(where) not in {place for place, _ in questions_of(form)}:
            carrying.changes.append(carrying.change(where, "dropped", text))
    for place, question in questions_of(form):
        if place not in draft["questions"]:
            carrying.changes.append(Change(place, "added", question.wording))
        elif draft["questions"][place][0] != question.wording:
            carrying.changes.append(Change(place, "reworded", question.wording))
    if not carrying.changes:
        return values, None
    return values, CarriedOver(draft["version"], instrument.version, tuple(carrying.changes))


class _Carrying:
    """One run of :func:`carry`: collects what changes."""

    def __init__(self, draft: Mapping[str, Any], instrument: Instrument) -> None:
        self._before: Mapping[str, tuple[str, bool]] = draft["questions"]
        self._maps = [map for map in instrument.maps if map.version == draft["version"]]
        self.changes: list[Change] = []

    def level(self, form: FormMeta, values: Mapping[str, Value], prefix: str) -> dict[str, Value]:
        """The answers of a form, or of one row, as they read now."""
        now: dict[str, Value] = {}
        for name, value in values.items():
            question, where = form.questions.get(name), prefix + name
            if question is None:
                self.changes.append(self.change(where, "dropped", value))
            elif isinstance(question, Rows) and isinstance(value, list) and all(isinstance(row, dict) for row in value):
                rows = enumerate(value, 1)
                now[name] = [self.level(question.row_form, row, f"{where}[{number}].") for number, row in rows]
            else:
                read = self._recoded(question, value)
                if isinstance(question, Rows) or question.fault(read) is not None:
                    self.changes.append(self.change(where, "unreadable", value))
                    continue
                now[name] = question.read(read)
                if read != value:
                    self.changes.append(self.change(where, "recoded", value))
        return now

    def change(self, where: str, kind: Kind, value: Value) -> Change:
        """A change of an answer, in the words in which the question was asked then."""
        wording, sealed = self._before.get(_bare(where), (where, True))
        return Change(where, kind, wording, None if sealed else value)

    def _recoded(self, question: Question, value: Value) -> Value:
        codes = [map.codes[question] for map in self._maps if isinstance(question, Coded) and question in map.codes]
        if not codes:
            return value
        if isinstance(value, list):
            return [codes[0].get(code, code) for code in value]
        return codes[0].get(value, value)


def _bare(where: str) -> str:
    return re.sub(r"\[[0-9]+\]", "", where)
