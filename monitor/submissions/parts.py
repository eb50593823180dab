"""Answers taken apart and joined again: blank and given, closed, open and sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.conditions import Value
from monitor.forms import FormMeta
from monitor.questions import Rows


def divide(form: FormMeta, values: Mapping[str, Value]) -> tuple[dict[str, Value], dict[str, Value], dict[str, Value]]:
    """Answers as closed, open and sealed ones; each with its rows in place, so that the three can be joined again."""
    parts: tuple[dict[str, Value], dict[str, Value], dict[str, Value]] = ({}, {}, {})
    for name, value in values.items():
        question = form.questions[name]
        if isinstance(question, Rows):
            rows = [divide(question.row_form, row) for row in value]
            for part, kind in zip(parts, zip(*rows, strict=True), strict=True) if rows else ():
                if part is parts[0] or any(kind):
                    part[name] = list(kind)
        else:
            parts[2 if question.publish == "sealed" else 1 if question.storage == "open" else 0][name] = value
    return parts


def join(form: FormMeta, *parts: Mapping[str, Value]) -> dict[str, Value]:
    """The answers that :func:`divide` took apart, in the order of the form."""
    whole: dict[str, Value] = {}
    for name, question in form.questions.items():
        found = [part[name] for part in parts if name in part]
        if found and isinstance(question, Rows):
            whole[name] = [join(question.row_form, *rows) for rows in zip(*found, strict=True)]
        elif found:
            whole[name] = found[0]
    return whole


def without_blanks(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The same answers without those that are blank: None, empty or white text, an empty list; in rows, too.

    It looks no deeper than that: what lies deeper is no answer, and may be as deep as somebody likes.
    """
    kept = {key: value for key, value in raw.items() if not blank(value)}
    return {key: [_filled(item) for item in value] if isinstance(value, list) else value for key, value in kept.items()}


def _filled(row: Any) -> Any:
    return {key: value for key, value in row.items() if not blank(value)} if isinstance(row, Mapping) else row


def blank(value: object) -> bool:
    """Whether a raw answer is none: None, an empty list, empty or white text."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())
