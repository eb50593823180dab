"""Which versions of an instrument its figures are made of: a version that nobody mapped breaks the series."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitor.conditions import sql_text
from monitor.instrument import Instrument
from monitor.questions import Choices, Coded, Country, Question
from monitor.store import sqlite
from monitor.versions import VersionMap, parts

Columns = Mapping[str, frozenset[str]]
"""The columns that the tables of a store have, by table. A newer version of an instrument may have more."""


@dataclass(frozen=True)
class Series:
    """The versions that are ``left_out`` of the figures, and the ``maps`` of the older ones that are in them."""

    left_out: tuple[str, ...] = ()
    maps: tuple[VersionMap, ...] = ()

    def counts(self, submission: str) -> str:
        """The SQL that keeps out what is left out, to be added to a condition on a submission's alias."""
        listed = ", ".join(sql_text(version) for version in self.left_out)
        return f" AND {submission}.version NOT IN ({listed})" if listed else ""

    def read(self, question: Question, answer: str, submission: str) -> str:
        """The SQL of an answer, with the codes of older versions as they read now. ``submission``: SQL of its id."""
        for old in self.maps:
            codes = {code: now for code, now in _codes_of(old, question).items() if code != now}
            if codes:
                version = f"(SELECT version FROM submission WHERE id = {submission}) = {sql_text(old.version)}"
                answer = f"CASE WHEN {version} THEN {_translated(question, answer, codes)} ELSE {answer} END"
        return answer


WHOLE = Series()
"""The series of an instrument whose every submission counts, as it stands."""


def _translated(question: Question, answer: str, codes: Mapping[str, str]) -> str:
    cases = " ".join(f"WHEN {sql_text(code)} THEN {sql_text(now)}" for code, now in codes.items())
    if not isinstance(question, Choices):
        return f"CASE {answer} {cases} ELSE {answer} END"
    chosen = f"SELECT json_group_array(DISTINCT CASE value {cases} ELSE value END) FROM json_each({answer})"
    return f"CASE WHEN {answer} IS NOT NULL THEN ({chosen}) END"


def _codes_of(old: VersionMap, question: Question) -> Mapping[str, str]:
    return next((codes for one, codes in old.codes.items() if one is question), {})


def series_of(connection: sqlite.Connection, columns: Columns, instrument: Instrument) -> Series:
    """The series of an instrument in a store, by the versions of its approved submissions.

    A version counts if its major number is the instrument's own; within it every old answer stands as it is. Another
    one counts if a map says how, and if that map holds for the contract that the store kept.
    """
    if "submission" not in columns or "contract" not in columns:
        return WHOLE
    forms = [form.full_code() for form in instrument.forms]
    marks = ", ".join("?" * len(forms))
    query = f"SELECT DISTINCT version FROM submission WHERE state = 'approved' AND form IN ({marks})"
    versions = sorted((version for (version,) in connection.execute(query, forms)), key=parts)
    maps = {one.version: one for one in instrument.maps if one.version in versions}
    contracts = dict(
        connection.execute("SELECT version, contract FROM contract WHERE instrument = ?", (instrument.code,))
    )
    left_out = tuple(
        version for version in versions
        if not (_holds(instrument, maps[version], contracts.get(version)) if version in maps
                else parts(version)[0] == parts(instrument.version)[0])
    )  # fmt: skip
    return Series(left_out, tuple(one for version, one in maps.items() if version not in left_out))


def _holds(instrument: Instrument, old: VersionMap, contract: str | None) -> bool:
    """Whether every answer under the old version can be read now: questions of the same type, a place for each code."""
    if contract is None:
        return False
    questions = {form["code"]: form["questions"] for form in json.loads(contract)["monitor"]["forms"]}
    return all(
        _reads(question, old, asked)
        for form in instrument.all_forms() for asked in questions.get(form.code, ())
        if (question := form.questions.get(asked["name"])) is not None
    )  # fmt: skip


def _reads(question: Question, old: VersionMap, asked: Mapping[str, Any]) -> bool:
    if asked["type"] != type(question).__name__:
        return False
    if not isinstance(question, Coded) or isinstance(question, Country):
        return True
    return all(code in question.codes or code in _codes_of(old, question) for code in asked.get("codes", ()))
