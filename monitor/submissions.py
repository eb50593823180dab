"""Raw answers in, a checked submission out, or every problem they have at once."""

from __future__ import annotations

import difflib
import os
import re
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Protocol

from marshmallow import ValidationError

from monitor.conditions import Answers, Value
from monitor.errors import AnswersRefused, Fault, Problem, Refusal
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.interview import Walk, walk
from monitor.questions import Question, Rows, plain_text
from monitor.rules import BUILT_IN, Rule

ENVELOPE = ("_id", "_parent", "_monitor", "_session", "_source", "_language", "_submitted_at", "_explanations")
"""Keys of a raw submission that are no questions. What each means stands in docs/data-path.md."""


@dataclass(frozen=True)
class Submission:
    """One form, filled in and checked: what the store keeps.

    ``closed`` answers go into tables; ``open`` ones (text, narratives) and ``sealed`` ones (what identifies somebody)
    stay in the log alone. ``explanations`` give, by rule, the line that answers each warning. ``origin`` tells the same
    submission when it arrives twice. Times are ISO 8601 in UTC.
    """

    id: str
    form: str
    version: str
    parent: str | None
    author: str
    submitted_at: str
    closed: Mapping[str, Value]
    open: Mapping[str, Value] = field(default_factory=dict, repr=False)
    sealed: Mapping[str, Value] = field(default_factory=dict, repr=False)
    session: int = 1
    source: str | None = None
    language: str = "en"
    explanations: Mapping[str, str] = field(default_factory=dict)
    origin: str | None = None


@dataclass(frozen=True)
class Stored:
    """A submission that is already in the store, as rules may look at it: its readable answers and its parent."""

    id: str
    form: FormMeta
    values: Mapping[str, Value] = field(repr=False)
    system: Mapping[str, Value] = field(default_factory=dict)
    parent: Stored | None = None

    def answers(self, today: date) -> Answers:
        """The same as conditions read it."""
        outer = self.parent.answers(today) if self.parent is not None else None
        return Answers(self.form, self.values, outer, today, self.system)


class Surroundings(Protocol):
    """What a check may know of the store: the parent of a submission, and the others under the same parent."""

    def find(self, form: FormMeta, reference: str) -> Stored | None:
        """The submission of a form with an id, or with a reference (the answer to the form's key question)."""

    def under(self, form: FormMeta, parent: str) -> Sequence[Stored]:
        """The submissions of a form under a parent's id."""


class Nothing:
    """The surroundings of an empty store."""

    def find(self, form: FormMeta, reference: str) -> Stored | None:
        """Nothing is found."""
        return None

    def under(self, form: FormMeta, parent: str) -> Sequence[Stored]:
        """Nothing is under it."""
        return ()


def new_id() -> str:
    """A UUIDv7 (RFC 9562): made offline, sorts by time."""
    value = (int(time.time() * 1000) << 80) | (7 << 76) | (2 << 62)
    noise = int.from_bytes(os.urandom(10))
    return str(uuid.UUID(int=value | ((noise >> 68) & 0xFFF) << 64 | noise & ((1 << 62) - 1)))


def check(
    instrument: Instrument, form: FormMeta, raw: object, *, author: str, around: Surroundings | None = None,
    replaces: str | None = None, origin: str | None = None, source: str = "the answers", today: date | None = None,
) -> Submission:  # fmt: skip
    """The checked submission that ``raw`` (a mapping of question names, and envelope keys) stands for.

    ``author`` is who submits, unless the envelope names the monitor. ``around`` is the store, for the parent and the
    rules between submissions. ``replaces`` is the id of the submission that this one corrects. ``source`` is how the
    refusal names what to correct. Raises :class:`AnswersRefused` (ANSWERS-02) with every problem at once.
    """
    if not isinstance(raw, Mapping) or not all(isinstance(key, str) for key in raw):
        raise Refusal("ANSWERS-03")
    return _Check(instrument, form, raw, author, around or Nothing(), replaces, today or date.today()).run(
        origin, source
    )


class _Check:
    """One run of :func:`check`: collects problems from the envelope, the answers and the rules."""

    def __init__(
        self, instrument: Instrument, form: FormMeta, raw: Mapping[str, Any], author: str, around: Surroundings,
        replaces: str | None, today: date,
    ) -> None:  # fmt: skip
        self.instrument, self.form, self.around, self.replaces, self.today = instrument, form, around, replaces, today
        self.problems: list[Problem] = []
        self.envelope = _Envelope(raw, author, self.problems)
        self.raw = {key: value for key, value in raw.items() if not key.startswith("_")}

    def run(self, origin: str | None, source: str) -> Submission:
        parent = self._parent()
        values = self._load()
        walked = walk(
            self.form, values, parent.answers(self.today) if parent else None, today=self.today,
            system=self.envelope.system(), others=lambda: self._others(parent),
        )  # fmt: skip
        self._check_asked(walked)
        self._check_key(walked)
        explanations = self._check_rules(walked)
        if self.problems:
            self._refuse(source)
        return self._submission(walked, parent, explanations, origin)

    def _submission(
        self, walked: Walk, parent: Stored | None, explanations: Mapping[str, str], origin: str | None
    ) -> Submission:
        closed, open_, sealed = divide(self.form, walked.answers.values)
        envelope = self.envelope
        return Submission(
            id=self.replaces or new_id(), form=self.form.full_code(), version=self.instrument.version,
            parent=parent.id if parent else None, author=envelope.author, submitted_at=envelope.submitted_at,
            closed=closed, open=open_, sealed=sealed, session=envelope.session, source=envelope.source,
            language=envelope.language, explanations=explanations, origin=envelope.id or origin,
        )  # fmt: skip

    def _add(self, where: str, code: str, says: str, question: Question | None = None, rule: str | None = None) -> None:
        if rule is None and question is not None:
            rule = _rule_kept_by(self.instrument, self.form, question, code)
        self.problems.append(Problem(where, code, says, rule))

    def _parent(self) -> Stored | None:
        reference, above = self.envelope.parent, self.form.parent
        if above is None:
            if reference is not None:
                self._add("_parent", "ANSWER-19", Fault("ANSWER-19", form=self.form.full_code()))
            return None
        if reference is None:
            self._add("_parent", "ANSWER-16", Fault("ANSWER-16", parent=above.full_code(), form=self.form.code))
            return None
        found = self.around.find(above, reference)
        if found is None:
            self._add("_parent", "ANSWER-14", Fault("ANSWER-14", parent=above.full_code()))
        return found

    def _others(self, parent: Stored | None) -> Sequence[Answers]:
        if parent is None:
            return ()
        others = self.around.under(self.form, parent.id)
        return [other.answers(self.today) for other in others if other.id != self.replaces]

    # The answers, one by one, by marshmallow.

    def _load(self) -> Mapping[str, Value]:
        try:
            loaded: Mapping[str, Value] = _schema(self.form).load(without_blanks(self.raw))
        except ValidationError as error:
            assert isinstance(error.messages, dict)  # a schema collects by field
            self._collect(self.form, error.messages, "")
            loaded = error.valid_data if isinstance(error.valid_data, dict) else {}
        return loaded

    def _collect(self, form: FormMeta, messages: Mapping[Any, Any], prefix: str) -> None:
        for name, found in messages.items():
            question = form.questions.get(name)
            if question is None:
                self._collect_unknown(form, str(name), prefix)
            elif isinstance(found, dict) and isinstance(question, Rows):
                for number, inside in found.items():
                    self._collect_row(question, number, inside, f"{prefix}{name}[{number + 1}]")
            else:
                for fault in found:
                    self._add(prefix + name, fault.code, str(fault), question)

    def _collect_row(self, rows: Rows, number: int, inside: Any, where: str) -> None:
        if isinstance(inside, dict) and "_schema" not in inside:
            self._collect(rows.row_form, inside, f"{where}.")
        else:
            fault = Fault("ANSWER-04", found="Something else", wanted="a row: question names and answers,")
            self._add(where, "ANSWER-04", fault)

    def _collect_unknown(self, form: FormMeta, name: str, prefix: str) -> None:
        where = prefix + (name if re.fullmatch(r"[\w .-]{1,60}", name) else "(a key that is no name)")
        for above in form.ancestors():
            if name in above.questions:
                fault = Fault("ANSWER-20", above=above.full_code())
                self._add(where, "ANSWER-20", fault, above.questions[name])
                return
        near = " or ".join(difflib.get_close_matches(name[:60], form.questions, n=2))
        hint = f" Did you mean {near}?" if near else ""
        self._add(where, "ANSWER-01", Fault("ANSWER-01", form=form.full_code(), hint=hint))

    # The answers together.

    def _check_asked(self, walked: Walk) -> None:
        troubled = {problem.where for problem in self.problems}
        for step in walked.missing():
            if step.where not in troubled and not _given(self.raw, step.where):
                condition = step.question.only_if
                reason = "always" if condition is None else f"because {condition.words()}"
                self._add(step.where, "ANSWER-02", Fault("ANSWER-02", reason=reason), step.question)
        unasked = list(walked.unasked())
        undecided = self._undecided(troubled) if unasked and troubled else set()
        for step in unasked:
            assert step.question.only_if is not None  # a question without a condition is always asked
            if id(step.question) not in undecided:
                fault = Fault("ANSWER-03", condition=step.question.only_if.words())
                self._add(step.where, "ANSWER-03", fault, step.question)

    def _undecided(self, troubled: set[str]) -> set[int]:
        """The questions of which nobody can say whether they are asked, because an answer before them is wrong."""
        names = {re.sub(r"\[[0-9]+\]", "", place) for place in troubled}
        blind = {id(form) for form in self.form.ancestors()} if "_parent" in names else set()
        undecided: set[int] = set()
        for form in (self.form, *self.form.row_forms()):
            prefix = f"{form.rows_of.name}." if form.rows_of is not None else ""
            for question in form.questions.values():
                seen = () if question.only_if is None else tuple(question.only_if.operands())
                leans = any(id(operand) in undecided or id(operand.form) in blind for operand in seen)
                if leans or prefix + question.name in names:
                    undecided.add(id(question))
        return undecided

    def _check_key(self, walked: Walk) -> None:
        key = self.form.key
        reference = walked.answers.values.get(key) if key else None
        if reference is not None:
            found = self.around.find(self.form, reference)
            if found is not None and found.id != self.replaces:
                self._add(str(key), "ANSWER-15", Fault("ANSWER-15", form=self.form.full_code()))

    def _check_rules(self, walked: Walk) -> Mapping[str, str]:
        given = dict(self.envelope.explanations)
        explained: dict[str, str] = {}
        troubled = {problem.where.split("[")[0] for problem in self.problems}
        for rule in self.instrument.rules_of(self.form):
            if not _broken(rule, walked.answers):
                continue
            where = rule.at[0].name if rule.at else self.form.code
            if rule.severity == "warning" and rule.id in given:
                explained[rule.id] = given.pop(rule.id)
            elif rule.severity == "warning":
                fault = Fault("ANSWER-10", says=rule.says, how=f'_explanations {{"{rule.id}": "..."}}')
                self._add(where, "ANSWER-10", fault, rule=rule.id)
            elif where not in troubled:
                self._add(where, "ANSWER-09", Fault("ANSWER-09", says=rule.says), rule=rule.id)
        for name in given:
            shown = name if re.fullmatch(r"[\w-]{1,24}", name) else "a rule"
            self._add("_explanations", "ANSWER-17", Fault("ANSWER-17", rule=shown))
        return explained

    def _refuse(self, source: str) -> None:
        order = {name: place for place, name in enumerate(self.form.questions)}
        self.problems.sort(key=lambda problem: order.get(re.split(r"[\[.]", problem.where)[0], -1))
        count = len({problem.where for problem in self.problems})
        raise AnswersRefused(
            "ANSWERS-02", self.problems, count=f"{count} answer{'s' if count > 1 else ''}", form=self.form.full_code(),
            version=self.instrument.version, needs="need" if count > 1 else "needs", source=source,
        )  # fmt: skip


class _Envelope:
    """The keys of a raw submission that begin with ``_``, checked."""

    def __init__(self, raw: Mapping[str, Any], author: str, problems: list[Problem]) -> None:
        self._raw, self._problems = raw, problems
        for key in raw:
            if key.startswith("_") and key not in ENVELOPE:
                given = key if re.fullmatch(r"\w{1,40}", key) else "this key"
                self._add("_", "ANSWER-18", given=given, known=", ".join(ENVELOPE))
        self.id = self._text("_id", 200)
        self.parent = self._text("_parent", 200)
        self.author = self._text("_monitor", 40, r"[\w.-]+", "a monitor's code, such as MON-07") or author
        self.source = self._text("_source", 500)
        self.language = (
            self._text("_language", 35, r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language, such as sr-Latn") or "en"
        )
        self.submitted_at = self._time()
        self.session = self._session()
        self.explanations = self._explained()

    def system(self) -> Mapping[str, Value]:
        """What rules may look at."""
        return {"session": self.session, "author": self.author, "source": self.source}

    def _add(self, where: str, code: str, **values: object) -> None:
        self._problems.append(Problem(where, code, Fault(code, **values)))

    def _text(self, key: str, limit: int, pattern: str = "", example: str = "") -> str | None:
        raw = self._raw.get(key)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        try:
            text = plain_text(raw, "text", limit).strip()
        except ValidationError as error:
            self._problems.append(Problem(key, error.messages[0].code, str(error.messages[0])))  # type: ignore[union-attr]  # reason: plain_text raises a list of one Fault
            return None
        if pattern and not re.fullmatch(pattern, text):
            self._add(key, "ANSWER-07", example=example)
            return None
        return text

    def _time(self) -> str:
        now = datetime.now(UTC)
        text = self._text("_submitted_at", 40)
        if text is None:
            return now.isoformat(timespec="milliseconds")
        try:
            given = datetime.fromisoformat(text)
            given = given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
        except (ValueError, OverflowError):
            self._add("_submitted_at", "ANSWER-07", example="2025-03-31T14:05:00+02:00")
            return text
        if given > now:
            self._add("_submitted_at", "ANSWER-06", bound="now or earlier")
        return given.isoformat(timespec="milliseconds")

    def _session(self) -> int:
        raw = self._raw.get("_session")
        if raw is None or raw == "":
            return 1
        if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= 99:
            self._add("_session", "ANSWER-06", bound="a whole number from 1 to 99")
            return 1
        return raw

    def _explained(self) -> Mapping[str, str]:
        raw = self._raw.get("_explanations")
        if raw is None or raw == "":
            return {}
        if not isinstance(raw, Mapping) or not all(isinstance(key, str) for key in raw):
            self._add("_explanations", "ANSWER-04", found="Something else", wanted="an object of rules and lines")
            return {}
        lines: dict[str, str] = {}
        for rule, line in raw.items():
            if isinstance(line, str) and 3 <= len(line.strip()) <= 500 and "\x00" not in line and _encodes(line):
                lines[rule] = line.strip()
            else:
                self._add("_explanations", "ANSWER-06", bound="a line of 3 to 500 characters for each rule")
        return lines


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
    kept = {key: value for key, value in raw.items() if not _blank(value)}
    return {key: [_filled(item) for item in value] if isinstance(value, list) else value for key, value in kept.items()}


def _filled(row: Any) -> Any:
    return {key: value for key, value in row.items() if not _blank(value)} if isinstance(row, Mapping) else row


def _blank(value: object) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _encodes(text: str) -> bool:
    return not re.search(r"[\ud800-\udfff]", text)


@cache
def _schema(form: FormMeta) -> Any:
    # One schema for all submissions: making one costs three times a load.
    return form()


def _rule_kept_by(instrument: Instrument, form: FormMeta, question: Question, code: str) -> str | None:
    """The rule that a question's own check keeps, so that its message can name it."""
    for rule in instrument.rules_of(form):
        if rule.kept_by is not None and BUILT_IN[rule.kept_by] == code and any(question is one for one in rule.at):
            return rule.id
    return None


def _broken(rule: Rule, answers: Answers) -> bool:
    if rule.must_hold is not None:
        return rule.must_hold.truth(answers) is False
    return rule.flag_if is not None and rule.flag_if.truth(answers) is True


def _given(raw: Mapping[str, Any], where: str) -> bool:
    """Whether a top-level answer was given but could not be read: then it is wrong, not missing."""
    return where in raw and not _blank(raw[where])


def problems_as_json(problems: Sequence[Problem]) -> list[dict[str, str | None]]:
    """Problems for ``--json`` and for the file of rejects."""
    return [{"where": p.where, "rule": p.rule, "code": p.code, "says": str(p.says)} for p in problems]


def fields_of(form: FormMeta) -> Iterator[str]:
    """Every key that a raw submission of a form may carry."""
    yield from ENVELOPE
    yield from form.questions
