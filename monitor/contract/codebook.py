"""The codebook of an instrument, for people: its questions, rules and indicators in the order of the forms."""

from __future__ import annotations

from collections.abc import Iterator

from monitor import standards
from monitor.indicators import Pending
from monitor.languages import Localized
from monitor.phrases import Phrase
from monitor.questions import Coded, Country, Question


def codebook(words: Localized, *, frozen: bool = False) -> str:
    """The codebook as Markdown, in the language of ``words``; when ``frozen``, it says of itself how it was written."""
    return "\n".join(_lines(words, frozen)) + "\n"


def _lines(words: Localized, frozen: bool) -> Iterator[str]:
    said, instrument = words.said, words.instrument
    yield f"# {words.title} (`{instrument.code}` {instrument.version})"
    yield ""
    written = said(Phrase("Written by `monitor instruments freeze`; not changed by hand."))
    asterisk = said(Phrase("Asterisk: the provision's text awaits a check."))
    yield f"{written} {asterisk}" if frozen else asterisk
    for form in instrument.all_forms():
        yield from ("", f"## {words.form_title(form)} (`{form.code}`)")
        section = None
        for number, question in enumerate(form.questions.values(), 1):
            if question.section != section:
                section = question.section
                if section:
                    yield from ("", f"### {words.section(question)}")
            yield from _entry(words, number, question)
    if instrument.rules:
        yield from ("", f"## {said(Phrase('Rules'))}", "", _heading(words, "Rule", "Severity", "Says"), "|---|---|---|")
        yield from (f"| {rule.id} | {rule.severity} | {words.says(rule)} |" for rule in instrument.rules)
    if instrument.indicators:
        yield from ("", f"## {said(Phrase('Indicators'))}", "")
        yield from (_heading(words, "Id", "Indicator", "Statistic", "Tables", "Evidences"), "|---|---|---|---|---|")
    for indicator in instrument.indicators:
        tables = "; ".join(" x ".join(dimension.name for dimension in table) for table in indicator.tables)
        yield (
            f"| {indicator.id} | {words.indicator_title(indicator)} | {indicator.statistic} | {tables} "
            f"| {', '.join(_marked(key) for key in indicator.evidences)} |"
        )
    if instrument.pending:
        yield from ("", f"## {said(Phrase('Pending'))}", "")
        yield said(Phrase("A release may leave out everything in a case that is pending."))
        yield ""
    for pending in instrument.pending:
        yield f"- `{pending.form.code}`: {said(_while(pending))}"


def _while(pending: Pending) -> Phrase:
    condition = pending.condition.words()
    if pending.until is None:
        return Phrase("while {condition}", condition=condition)
    return Phrase("until, in one below it, {condition}", condition=condition)


def _heading(words: Localized, *columns: str) -> str:
    return f"| {' | '.join(words.said(Phrase(column)) for column in columns)} |"


def _entry(words: Localized, number: int, question: Question) -> Iterator[str]:
    yield from ("", f"**{number}. `{question.name}`** {words.wording(question)}", "")
    need = words.said(Phrase("optional" if question.optional else "required"))
    yield f"- {type(question).__name__}; {need}; {_asked(words, question)}; publish: {question.publish}"
    if question.partly:
        yield f"- partly: {words.partly(question)}"
    if question.hint:
        yield f"- {words.hint(question)}"
    if isinstance(question, Coded) and not isinstance(question, Country):
        yield "- " + "; ".join(f"`{code}` {words.label(question, code)}" for code in question.codes)
    if question.tests:
        provisions = ", ".join(_marked(key) for key in question.tests)
        yield f"- {words.said(Phrase('tests {provisions}', provisions=provisions))}"


def _asked(words: Localized, question: Question) -> str:
    if question.only_if is None:
        return words.said(Phrase("always asked"))
    return words.said(Phrase("asked if {condition}", condition=question.only_if.words()))


def _marked(key: str) -> str:
    return key if standards.register()[key].checked else f"{key}*"
