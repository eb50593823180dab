"""What several monitors answered about one event, each of them blind: their first revisions, read from the log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from monitor.conditions import Value
from monitor.instrument import Instrument
from monitor.questions import Rows
from monitor.store import sqlite
from monitor.versions import parts


@dataclass(frozen=True)
class Observation:
    """What one monitor submitted about an event: the closed answers of the first revision."""

    id: str
    form: str
    monitor: str
    closed: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True)
class Doubles:
    """The events of which there are submissions of at least two monitors, one observation for each monitor.

    ``left_out`` is how many events are not compared, because they were recorded under another major version.
    """

    events: tuple[tuple[Observation, ...], ...]
    left_out: int = 0


# Whoever has seen the other's answers, or a reviewer's remark, no longer answers blind. The first revision was
# submitted before either could see the other's; what was corrected since is better, and says nothing of how well two
# agree. What went into a consolidated submission still says what its monitor saw; what was withdrawn says nothing.
_QUERY = """
    SELECT s.event, s.id, s.form, s.version, log.payload FROM submission AS s
    JOIN log ON log.submission = s.id AND log.kind = 'submitted'
    WHERE (s.state <> 'withdrawn' OR s.consolidated_into IS NOT NULL) AND s.event IN (
        SELECT event FROM submission WHERE event IS NOT NULL GROUP BY event HAVING count(*) > 1)
    ORDER BY s.event, log.seq"""


def doubles(connection: sqlite.Connection, instruments: Iterable[Instrument]) -> Doubles:
    """The double observations of the instruments' forms, in one order. ``connection`` is a store's."""
    known = {form.full_code(): one.version for one in instruments for form in one.forms if form.event is not None}
    if not known:
        return Doubles(())
    events, left_out = [], 0
    for _, rows in groupby(connection.execute(_QUERY), key=lambda row: row[0]):
        found = [row for row in rows if row[2] in known]
        event = tuple(_by_monitor(found))
        if len(event) < 2:
            continue
        if any(parts(version)[0] != parts(known[form])[0] for _, _, form, version, _ in found):
            left_out += 1
        else:
            events.append(event)
    return Doubles(tuple(events), left_out)


def _by_monitor(rows: Iterable[tuple[Any, ...]]) -> Iterator[Observation]:
    """The first submission of each monitor. One that was consolidated from others is nobody's observation."""
    seen: set[str] = set()
    for _, id, form, _, text in rows:
        payload = json.loads(text)
        if "consolidates" not in payload and payload["author"] not in seen:
            seen.add(payload["author"])
            yield Observation(id, form, payload["author"], payload["closed"])


def key_of(rows: Rows) -> str | None:
    """The question that tells the rows of a block apart, by which two monitors' rows are matched; None without one."""
    form = rows.row_form
    name = form.key or form.person
    question = form.questions.get(name or "")
    return name if question is not None and question.publish != "sealed" and question.storage == "text" else None


def rows_by_key(rows: Rows, answer: Value | None) -> Mapping[str, Mapping[str, Value]] | None:
    """The rows of an answer by what tells them apart; None where two carry the same, or one carries nothing."""
    key = key_of(rows)
    given = answer or []
    found = {row[key]: row for row in given if key in row}
    return found if key is not None and len(found) == len(given) else None
