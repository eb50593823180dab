"""An instrument as data: its JSON Schema, conditions, codes, rules and indicators, frozen version by version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from monitor import standards
from monitor.conditions import JSON, Condition
from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.indicators import EachCode, Indicator, Median, Share
from monitor.instrument import Instrument
from monitor.questions import Coded, Country, Date, Money, Question, Rows, countries, currencies


def as_contract(instrument: Instrument) -> JSON:
    """The contract of an instrument: JSON Schema (2020-12) of every form, and beside it what JSON Schema cannot say.

    The schemas say what a stored answer looks like; when a question is asked stands under ``monitor``.
    """
    definitions: JSON = {form.code: _form_schema(form) for form in instrument.all_forms()}
    types = {type(question) for form in instrument.all_forms() for question in form.questions.values()}
    if Country in types:
        definitions["ISO-3166-1"] = {"enum": list(countries())}
    if Money in types:
        definitions["ISO-4217"] = {"enum": sorted(currencies())}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:monitor:{instrument.code}:{instrument.version}",
        "title": instrument.title,
        "description": instrument.summary,
        "$defs": definitions,
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
        },
    }  # fmt: skip


def _as_json(condition: Condition | None) -> JSON | None:
    return condition.as_json() if condition is not None else None


def _form_schema(form: FormMeta) -> JSON:
    return {
        "title": form.title,
        "type": "object",
        "additionalProperties": False,
        "properties": {name: question.schema() for name, question in form.questions.items()},
        "required": [
            name for name, question in form.questions.items() if not question.optional and question.only_if is None
        ],
    }


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
        known["dimension"] = question.dimension
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
        "unit": unit.title() if isinstance(unit, EachCode) else unit.code,
        "among": _as_json(indicator.among),
        "tables": [[dimension.name for dimension in table] for table in indicator.tables],
        "questions": [f"{question.form.code}.{question.name}" for question in indicator.questions()],
        "evidences": list(indicator.evidences),
        "note": indicator.note,
    }
    if isinstance(indicator, Share):
        known["having"] = indicator.having.as_json()
        known["rating"] = indicator.rating.name if indicator.rating else None
    if isinstance(indicator, Median):
        known["of"], known["measure"] = indicator.of.title(), indicator.measure
    return known


def _provision(provision: standards.Provision) -> JSON:
    return {
        "key": provision.key, "kind": provision.kind, "source": provision.source, "subject": provision.subject,
        "checked": provision.checked,
    }  # fmt: skip


def frozen_text(contract: JSON) -> str:
    """The contract as the file holds it."""
    return json.dumps(contract, ensure_ascii=False, indent=1) + "\n"


def freeze(instrument: Instrument, folder: Path) -> list[Path]:
    """Write ``<code>/<version>.json`` and ``.md`` under ``folder``; give the paths.

    A published version is never changed: raises :class:`Refusal` (CONTRACT-01) when the file stands and differs.
    """
    target = folder / instrument.code
    contents = {
        target / f"{instrument.version}.json": frozen_text(as_contract(instrument)),
        target / f"{instrument.version}.md": "\n".join(_codebook(instrument)) + "\n",
    }
    for path, text in contents.items():
        if path.exists() and path.read_text(encoding="utf-8") != text:
            raise Refusal("CONTRACT-01", path=path, version=instrument.version)
    target.mkdir(parents=True, exist_ok=True)
    for path, text in contents.items():
        path.write_text(text, encoding="utf-8")
    return list(contents)


def _codebook(instrument: Instrument) -> Iterator[str]:
    yield f"# {instrument.title} (`{instrument.code}` {instrument.version})"
    yield ""
    yield "Written by `monitor instruments freeze`; not changed by hand. Asterisk: the provision's text awaits a check."
    for form in instrument.all_forms():
        yield from ("", f"## {form.title} (`{form.code}`)")
        section = None
        for number, question in enumerate(form.questions.values(), 1):
            if question.section != section:
                section = question.section
                if section:
                    yield from ("", f"### {section}")
            yield from _codebook_entry(number, question)
    if instrument.rules:
        yield from ("", "## Rules", "", "| Rule | Severity | Says |", "|---|---|---|")
        yield from (f"| {rule.id} | {rule.severity} | {rule.says} |" for rule in instrument.rules)
    if instrument.indicators:
        yield from ("", "## Indicators", "")
        yield from ("| Id | Indicator | Statistic | Tables | Evidences |", "|---|---|---|---|---|")
    for indicator in instrument.indicators:
        tables = "; ".join(" x ".join(dimension.name for dimension in table) for table in indicator.tables)
        yield (
            f"| {indicator.id} | {indicator.title} | {indicator.statistic} | {tables} "
            f"| {', '.join(_marked(key) for key in indicator.evidences)} |"
        )


def _codebook_entry(number: int, question: Question) -> Iterator[str]:
    yield from ("", f"**{number}. `{question.name}`** {question.wording}", "")
    kind = type(question).__name__
    need = "optional" if question.optional else "required"
    asked = f"asked if {question.only_if.words()}" if question.only_if is not None else "always asked"
    yield f"- {kind}; {need}; {asked}; publish: {question.publish}"
    if question.partly:
        yield f"- partly: {question.partly}"
    if question.hint:
        yield f"- {question.hint}"
    if isinstance(question, Coded) and not isinstance(question, Country):
        yield "- " + "; ".join(f"`{code}` {label}" for code, label in question.codes.items())
    if question.tests:
        yield "- tests " + ", ".join(_marked(key) for key in question.tests)


def _marked(key: str) -> str:
    return key if standards.register()[key].checked else f"{key}*"
