"""The revisions of a submission, and in words what changed from one to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from monitor.conditions import Value
from monitor.errors import Refusal
from monitor.store.content import Content, content_of, left_of, places_of
from monitor.store.database import Store
from monitor.store.log import CONTENT
from monitor.store.refusals import refusing

_ENVELOPE = ("parent", "session", "version", "language", "translation", "consent", "author")
_GONE = "(taken out to protect a person)"


@dataclass(frozen=True)
class Revision:
    """What stood in a submission at one time: its number (from 1), the log entry, when (ISO 8601, UTC), by whom."""

    number: int
    seq: int
    time: str
    actor: str
    content: Content = field(repr=False)


@dataclass(frozen=True)
class Change:
    """What changed at one place. ``kind`` is ``closed``, ``open``, ``sealed``, or ``about`` for what is no answer.

    ``was`` and ``now`` are in words, and None where there was or is nothing; of open answers they are shown only when
    asked for, and of sealed ones never.
    """

    where: str
    kind: Literal["closed", "open", "sealed", "about"]
    was: str | None = None
    now: str | None = None

    def words(self) -> str:
        """One line: ``victim_represented: was 'no', is 'partly'``."""
        if self.kind == "sealed":
            return f"{self.where}: {'sealed anew' if self.now else 'no longer sealed here'}"
        if self.was is None and self.now is None:
            return f"{self.where}: changed (open answer, not shown)"
        if self.was is None:
            return f"{self.where}: was not answered, is '{self.now}'"
        if self.now is None:
            return f"{self.where}: was '{self.was}', is not answered"
        return f"{self.where}: was '{self.was}', is '{self.now}'"


def revisions(store: Store, id: str) -> list[Revision]:
    """Every revision of a submission, the first first. Raises :class:`Refusal` (STORE-13) when there is none."""
    with refusing(store.path):
        left = left_of(store.connection, id)
        found = [
            Revision(number, seq, time, actor, content_of(payload, open_, sealed, left.get(seq)))
            for number, (seq, time, actor, payload, open_, sealed) in enumerate(
                store.connection.execute(
                    "SELECT seq, time, actor, payload, open, sealed FROM log "
                    f"WHERE submission = ? AND kind IN {CONTENT} ORDER BY seq", (id,)
                ),
                1,
            )
        ]  # fmt: skip
    if not found:
        raise Refusal("STORE-13", id=id)
    return found


def changes(before: Content, after: Content, *, narratives: bool = False) -> list[Change]:
    """What is different in ``after``. Of open answers only that they changed, unless ``narratives`` is wanted."""
    return [*_about(before, after), *_closed(before, after), *_open(before, after, narratives), *_sealed(before, after)]


def _about(before: Content, after: Content) -> Iterator[Change]:
    for name in _ENVELOPE:
        was, now = before.payload.get(name), after.payload.get(name)
        if was != now:
            yield Change(name, "about", in_words(was), in_words(now))


def _closed(before: Content, after: Content) -> Iterator[Change]:
    old, new = dict(places_of(before.closed)), dict(places_of(after.closed))
    for where in sorted({**old, **new}):
        if old.get(where) != new.get(where):
            yield Change(where, "closed", in_words(old.get(where)), in_words(new.get(where)))


def _open(before: Content, after: Content, narratives: bool) -> Iterator[Change]:
    old, new = _free(before), _free(after)
    for where in sorted({**old, **new}):
        was, now = old.get(where), new.get(where)
        # What was taken out since cannot be compared: that it is missing is no change that somebody made.
        taken = (was is None and before.purged) or (now is None and after.purged)
        if was == now or (taken and not narratives):
            continue
        if narratives:
            was, now = was or (_GONE if before.purged else None), now or (_GONE if after.purged else None)
            yield Change(where, "open", in_words(was), in_words(now))
        else:
            yield Change(where, "open")


def _sealed(before: Content, after: Content) -> Iterator[Change]:
    # What is sealed cannot be compared; that it was sealed anew can be seen.
    old, new = before.sealed_in, after.sealed_in
    for where in sorted({**old, **new}):
        if old.get(where) != new.get(where):
            yield Change(where, "sealed", now="sealed" if where in new else None)


def _free(content: Content) -> Mapping[str, Any]:
    """All that was typed freely, by its place: open answers, explanations of warnings, the source."""
    explained = {f"explanation of {rule}": line for rule, line in content.explanations.items()}
    return dict(places_of(content.open)) | explained | ({"source": content.source} if content.source else {})


def in_words(value: Value) -> str | None:
    """An answer as a person reads it; None where there is none."""
    if value is None:
        return None
    if isinstance(value, dict):
        return f"{value['amount']} {value['currency']}"
    return ", ".join(value) if isinstance(value, list) else str(value)
