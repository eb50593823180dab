"""The part of a release that explains how its figures were made and protected, and what every column means."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.disclosure import Policy, ProtectedTable
from monitor.findings import question_of
from monitor.indicators import Dimension
from monitor.instrument import Instrument
from monitor.languages import Translation, localized, translation
from monitor.messages.explained import DIMENSION, GROUPED, MEANINGS, METHOD
from monitor.phrases import Phrase
from monitor.questions import Coded
from monitor.release.codebook import Row


def method(about: Mapping[str, Any], policy: Policy, instruments: Sequence[Instrument]) -> Iterator[Row]:
    """The lines of ``method`` in every language of a release: one page on what is counted, and how it was protected.

    ``about`` is the line of the table ``release``, by column. ``instruments`` say what is pending.
    """
    values = {name: about[name] for name in ("programme", "title", "id", "licence", "position")} | _numbers(policy)
    for language in json.loads(about["languages"]):
        words = translation(language)
        for position, name in enumerate(_sections(json.loads(about["parameters"]), policy), 1):
            heading, says = METHOD[name]
            said = words.filled("phrase", says, {**values, "pending": _pending(instruments, language)})
            yield "method", (position, language, words.text("phrase", heading), said)


def meanings(tables: Sequence[ProtectedTable], languages: Sequence[str]) -> Iterator[Row]:
    """The lines of ``meaning``: every column of the codebook, of ``finding``, and each dimension of each table."""
    for language in languages:
        words = translation(language)
        for table, columns in MEANINGS.items():
            for column, says in columns.items():
                yield "meaning", (table, column, language, words.text("phrase", says))
        for protected in tables:
            for dimension in protected.dimensions:
                yield "meaning", (protected.name, dimension.name, language, _dimension(words, dimension))


def _dimension(words: Translation, dimension: Dimension) -> str:
    asked, question = question_of(dimension), dimension.question
    groups = question.published_as if isinstance(question, Coded) and dimension.part == "answer" else {}
    if not groups:
        return words.phrase(DIMENSION, asked=asked)
    listed = "; ".join(f"{group} ({', '.join(codes)})" for group, codes in groups.items())
    return words.phrase(GROUPED, asked=asked, groups=listed)


def _sections(parameters: Mapping[str, Any], policy: Policy) -> list[str]:
    """The sections that hold for a release, in their order."""
    left_out = {
        "pending": not parameters.get("embargo"),
        "nearest": policy.rounding != "nearest", "up": policy.rounding != "up",
        "caution": policy.hold_back, "held_back": not policy.hold_back,
    }  # fmt: skip
    return [name for name in METHOD if not left_out.get(name)]


def _pending(instruments: Sequence[Instrument], language: str) -> str:
    """What each instrument calls pending, in words."""
    said = []
    for instrument in instruments:
        words = localized(instrument, language)
        for one in instrument.pending:
            condition = one.condition.words()
            when = "while {condition}" if one.until is None else "until, in one below it, {condition}"
            said.append(f"{one.form.code} {words.said(Phrase(when, condition=condition))}")
    return "; ".join(said)


def _numbers(policy: Policy) -> dict[str, object]:
    """The thresholds as the method names them, with a published count as an example."""
    example = 4 * policy.base
    behind = [count for count in range(2 * example) if policy.rounded(count) == example]
    return {
        "persons": policy.persons, "cases": policy.cases, "width": policy.width, "base": policy.base,
        "median": policy.median, "agreement": f"{policy.agreement:g}", "percent": f"{100 * (1 - policy.relative):g}",
        "example": example, "low": behind[0], "high": behind[-1],
    }  # fmt: skip
