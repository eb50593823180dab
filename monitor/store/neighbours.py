"""What a check may know of the store: the parent of a submission, and the others under the same parent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from monitor.conditions import Value
from monitor.forms import FormMeta
from monitor.store.content import Content, read_content
from monitor.store.engine import sqlite
from monitor.store.links import Links
from monitor.store.tables import SUBMISSION, sql_name, table_of
from monitor.submissions import Stored

_KEPT = 256


class Neighbours:
    """The surroundings of a submission in an open store (see :class:`monitor.submissions.Surroundings`).

    Withdrawn submissions are not there. ``flush`` writes what the transaction at hand has not written yet.
    """

    def __init__(
        self, connection: sqlite.Connection, forms: Mapping[str, FormMeta], flush: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._forms = forms
        self._flush = flush
        self._links = Links(connection)
        # Many hearings of one case come one after another. Any change moves a submission's seq, so nothing gets old.
        self._contents: dict[tuple[str, int], Content] = {}

    def find(self, form: FormMeta, reference: str) -> Stored | None:
        """The submission of a form with an id, or with a reference (the answer to the form's key question)."""
        self._flush()
        for column in ("id", "key"):
            row = self._connection.execute(
                f"SELECT id, seq, parent FROM submission WHERE form = ? AND {column} = ? AND state <> 'withdrawn'",
                (form.full_code(), reference),
            ).fetchone()
            if row is not None:
                return self._stored(form, row[0], row[1], self._above(row[2]))
        return None

    def under(self, form: FormMeta, parent: str) -> Sequence[Stored]:
        """The submissions of a form under a parent's id."""
        self._flush()
        rows = self._connection.execute(
            "SELECT id, seq FROM submission WHERE parent = ? AND form = ? AND state <> 'withdrawn' ORDER BY id",
            (parent, form.full_code()),
        ).fetchall()
        above = self._above(parent) if rows else None
        return [self._stored(form, id, seq, above) for id, seq in rows]

    def alike(self, form: FormMeta, same: Mapping[str, Value]) -> Sequence[Stored]:
        """The submissions of a form without a parent that share these closed answers."""
        self._flush()
        table = table_of(form)
        if self._connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone() is None:
            return []
        # The sealed pseudonym of a person is in no table; its link is.
        sealed = {name for name in same if name == form.person and form.questions[name].publish == "sealed"}
        links = {name: self._links.of(same[name]) for name in sealed}
        tests = " AND ".join("s.person = ?" if name in links else f"a.{sql_name(name)} = ?" for name in same)
        rows = self._connection.execute(
            f"SELECT s.id, s.seq FROM {sql_name(table)} AS a JOIN submission AS s ON s.id = a.{SUBMISSION} "
            f"WHERE {tests} AND s.state <> 'withdrawn' ORDER BY s.id",
            list((dict(same) | links).values()),
        ).fetchall()
        return [self._stored(form, id, seq, None) for id, seq in rows]

    def _stored(self, form: FormMeta, id: str, seq: int, above: Stored | None) -> Stored:
        content = self._contents.get((id, seq))
        if content is None:
            if len(self._contents) >= _KEPT:
                self._contents.clear()
            content = self._contents[id, seq] = read_content(self._connection, id)
        system = {"session": content.payload["session"], "author": content.payload["author"], "source": content.source}
        values, link = content.answers(form), content.payload["person"]
        if form.person in content.sealed_in and link is not None:
            values[str(form.person)] = self._links.reference(link)
        return Stored(id, form, values, system, above)

    def _above(self, id: str | None) -> Stored | None:
        if id is None:
            return None
        row = self._connection.execute("SELECT form, seq, parent FROM submission WHERE id = ?", (id,)).fetchone()
        return self._stored(self._forms[row[0]], id, row[1], self._above(row[2]))
