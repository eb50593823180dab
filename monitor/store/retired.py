"""Answers to questions that an older version of an instrument asked, and the loaded one asks no more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from monitor.conditions import Value
from monitor.instrument import Instrument
from monitor.store.canonical import canonical
from monitor.store.engine import sqlite
from monitor.store.tables import AnswerTable


class Retired:
    """What the versions of the loaded instruments' past asked, by the contracts that a store keeps."""

    def __init__(self, connection: sqlite.Connection, catalogue: Mapping[str, Instrument]) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._asked: dict[tuple[str, str], Mapping[str, frozenset[str]]] = {}

    def among(self, table: AnswerTable, version: str, unknown: Iterable[str]) -> list[str]:
        """Those of the names unknown to a table that the version of a submission asked there, and that were retired."""
        code = table.form.instrument
        if version == self._catalogue[code].version:
            return []  # a version never changes: what it does not ask was never asked under it
        form = table.form if table.rows is None else table.rows.row_form
        asked = self._questions(code, version).get(form.code, frozenset())
        return [name for name in unknown if name in asked]

    def has_column(self, table: AnswerTable, column: str) -> bool:
        """Whether a column of a table is that of a question which an older version asked."""
        names = {column, column.removesuffix("_amount"), column.removesuffix("_currency")}
        return any(self.among(table, version, names) for version in self._versions(table.form.instrument))

    def has_table(self, name: str) -> bool:
        """Whether a table is that of rows which an older version asked for, in a form that is still there."""
        code, _, place = name.partition("__")
        form, _, rows = place.partition("__")
        if code not in self._catalogue or self._catalogue[code].form(form) is None:
            return False
        return any(rows in self._questions(code, version).get(form, ()) for version in self._versions(code))

    def _versions(self, code: str) -> list[str]:
        query = "SELECT version FROM contract WHERE instrument = ? AND version <> ?"
        found = self._connection.execute(query, (code, self._catalogue[code].version))
        return [version for (version,) in found]

    def _questions(self, code: str, version: str) -> Mapping[str, frozenset[str]]:
        if (code, version) not in self._asked:
            query = "SELECT contract FROM contract WHERE instrument = ? AND version = ?"
            kept = self._connection.execute(query, (code, version)).fetchone()
            self._asked[code, version] = _named(kept[0]) if kept is not None else {}
        return self._asked[code, version]


def _named(contract: str) -> dict[str, frozenset[str]]:
    """The names of a contract's questions by form; none where it is no contract, which the check of it says."""
    try:
        forms = json.loads(contract)["monitor"]["forms"]
        return {form["code"]: frozenset(question["name"] for question in form["questions"]) for form in forms}
    except (ValueError, KeyError, TypeError):
        return {}


def columns_kept(name: str, value: Value) -> Iterator[tuple[str, str | int | None]]:
    """What stands in the columns of a retired question, as long as they are there; a rebuilt table has none."""
    if isinstance(value, dict):
        yield from ((f"{name}_{part}", value[part]) for part in ("amount", "currency"))
    else:
        yield name, canonical(value) if isinstance(value, list) else value
