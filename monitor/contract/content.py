"""An instrument as data: the JSON Schema of its forms, and its conditions, codes, rules and indicators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from monitor import standards
from monitor.conditions import JSON, Condition
from monitor.contract.shared import shared_schemas
from monitor.forms import FormMeta
from monitor.indicators import EachCode, EachLine, Indicator, Median, RatioOfTotals, Share
from monitor.instrument import Instrument
from monitor.questions import Coded, Country, Date, Question, Rows


def as_contract(instrument: Instrument) -> JSON:
    """The contract of an instrument: JSON Schema (2020-12) of every form, and beside it what JSON Schema cannot say.

    A schema accepts and refuses the raw answers that the questions accept and refuse, but for what is named in
    ``x-not-said``; what an answer looks like once it is stored is accepted, too. When a question is asked, and what
    must hold between answers, stands under ``monitor``.
    """
    definitions: JSON = {form.code: _form_schema(form) for form in instrument.all_forms()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:monitor:{instrument.code}:{instrument.version}",
        "title": instrument.title,
        "description": instrument.summary,
        "$defs": definitions | _referenced(definitions),
        "x-not-said": _not_said(instrument),
        "anyOf": [{"$ref": f"#/$defs/{form.code}"} for form in instrument.forms],
        "monitor": {
            "code": instrument.code,
            "version": instrument.version,
            "forms": [_form(form) for form in instrument.all_forms()],
            "rules": [
                {
                    "id": rule.id, "form": rule.form.code, "severity": rule.severity, "says": rule.says,
                    "at": [question.name for question in rule.at], "screen": rule.screen, "urgent": rule.urgent,
                    "for_reviewer": rule.for_reviewer,
                    "must_hold": _as_json(rule.must_hold),
                    "flag_if": _as_json(rule.flag_if), "kept_by": rule.kept_by,
                }
                for rule in instrument.rules
            ],
            "indicators": [_indicator(indicator) for indicator in instrument.indicators],
            "provisions": [_provision(provision) for provision in instrument.provisions()],
            **({"pending": [one.as_json() for one in instrument.pending]} if instrument.pending else {}),
        },
    }  # fmt: skip


NOT_SAID = (
    "When a question is asked (monitor.forms, asked_if): an answer that is not asked is refused, and so is a blank "
    "where one is.",
    "What must hold between answers, and between submissions (monitor.rules).",
    "That the submission above exists, and that a key is unique.",
    "Names that begin with _ are no answers: they say who submits, for which parent, in which session, and are read "
    "apart.",
)
"""What no schema of a form says."""


def _not_said(instrument: Instrument) -> JSON:
    types = {type(question) for form in instrument.all_forms() for question in form.questions.values()}
    unsaid = {one.__name__: list(one.unsaid) for one in sorted(types, key=lambda one: one.__name__) if one.unsaid}
    return {"every form": list(NOT_SAID), **unsaid}


def _referenced(definitions: JSON) -> JSON:
    """The shared schemas that the forms refer to, and those that these refer to."""
    found: JSON = {}
    waiting = list(_references(definitions))
    while waiting:
        name = waiting.pop()
        if name not in definitions and name not in found:
            found[name] = shared_schemas()[name]()
            waiting += _references(found[name])
    return dict(sorted(found.items()))


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].removeprefix("#/$defs/")
        schema = list(schema.values())
    if isinstance(schema, list):
        for inside in schema:
            yield from _references(inside)


def _as_json(condition: Condition | None) -> JSON | None:
    return condition.as_json() if condition is not None else None


def _form_schema(form: FormMeta) -> JSON:
    return {
        "title": form.title,
        "type": "object",
        "additionalProperties": {"$ref": "#/$defs/Blank"},  # an empty column of a table asks nothing
        "properties": {name: _answer(question) for name, question in form.questions.items()},
        "required": [name for name, question in form.questions.items() if _required(question)],
    }


def _answer(question: Question) -> JSON:
    """What may be given for a question: an answer, or, where it may be left out, a blank in its place."""
    if _required(question):
        return question.schema()
    return {"anyOf": [{"$ref": "#/$defs/Blank"}, question.schema()]}


def _required(question: Question) -> bool:
    return not question.optional and question.only_if is None


def _form(form: FormMeta) -> JSON:
    return {
        "code": form.code,
        "title": form.title,
        "parent": form.parent.code if form.parent else None,
        "rows_of": f"{form.rows_of.form.code}.{form.rows_of.name}" if form.rows_of else None,
        "key": form.key,
        "person": form.person,
        "event": form.event,
        "case": form.case,
        "questions": [_question(question) for question in form.questions.values()],
    }


def _question(question: Question) -> JSON:
    known: JSON = {
        "name": question.name, "type": type(question).__name__, "section": question.section,
        "wording": question.wording, "hint": question.hint, "partly": question.partly, "optional": question.optional,
        "publish": question.publish, "asked_if": _as_json(question.only_if),
        "tests": list(question.tests), "origin": question.origin,
    }  # fmt: skip
    if isinstance(question, Date):
        known["dimension"], known["not_after"] = question.dimension, question.not_after
    if isinstance(question, Coded) and not isinstance(question, Country):
        known["codes"] = dict(question.codes)
        known["published_as"] = {group: list(members) for group, members in question.published_as.items()}
    if isinstance(question, Rows):
        known["rows"] = question.row_form.code
    return {key: value for key, value in known.items() if value not in ("", [], {})}


def _indicator(indicator: Indicator) -> JSON:
    unit = indicator.unit
    known: JSON = {
        "id": indicator.id,
        "title": indicator.title,
        "statistic": indicator.statistic,
        "unit": unit.title() if isinstance(unit, (EachCode, EachLine)) else unit.code,
        "among": _as_json(indicator.among),
        "tables": [[dimension.name for dimension in table] for table in indicator.tables],
        "questions": [f"{question.form.code}.{question.name}" for question in indicator.questions()],
        "evidences": list(indicator.evidences),
        "note": indicator.note,
    }
    if isinstance(unit, EachLine):
        known["lines"] = {
            line: {column: question.name for column, question in columns.items()}
            for line, columns in unit.lines.items()
        }
    if indicator.public:
        known["public"] = True
    if isinstance(indicator, Share):
        known["having"] = indicator.having.as_json()
        known["rating"] = indicator.rating.name if indicator.rating else None
    if isinstance(indicator, Median):
        known["of"], known["measure"] = indicator.of.title(), indicator.measure
    if isinstance(indicator, RatioOfTotals):
        known["of"], known["out_of"] = indicator.of.title(), indicator.out_of.title()
        known["measure"] = indicator.measure
    return known


def _provision(provision: standards.Provision) -> JSON:
    return {
        "key": provision.key, "kind": provision.kind, "source": provision.source, "subject": provision.subject,
        "checked": provision.checked,
    }  # fmt: skip
