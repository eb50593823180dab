"""A form: a marshmallow schema of questions, with rows (repeats) and a parent form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from marshmallow import RAISE, Schema
from marshmallow.schema import SchemaMeta

from monitor.errors import DeclarationError
from monitor.questions import Question, Rating, Rows

_RESERVED = frozenset(
    "code title parent key person event case instrument rows_of questions fields context declared_fields".split()
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Section:
    """A heading: the questions that follow it in the class belong to it."""

    def __init__(self, title: str) -> None:
        self.title = title


class _ClassBody(dict[str, Any]):
    """The body of a form while it is read: a second question of one name would silently replace the first."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self._form = form

    def __setitem__(self, name: str, thing: Any) -> None:
        if isinstance(self.get(name), Question):
            what = "this name stands twice in the form."
            raise DeclarationError(
                "PLUGIN-07", place=f"{self._form}.{name}", what=what, do="Give each question its own."
            )
        super().__setitem__(name, thing)


class FormMeta(SchemaMeta):
    """Makes a form of a class: orders its questions, tells each its name, and refuses what cannot stand."""

    code: str
    title: str
    parent: FormMeta | None
    key: str | None
    person: str | None
    event: str | None
    case: str | None
    instrument: str
    rows_of: Rows | None
    questions: dict[str, Question]

    @classmethod
    def __prepare__(mcs, name: str, bases: tuple[type, ...], **kwargs: Any) -> _ClassBody:  # type: ignore[override]  # reason: type's own returns any mapping
        return _ClassBody(name)

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> FormMeta:
        for base in bases:
            if getattr(base, "questions", None):
                what = f"it is made from {base.__name__}, whose questions it would accept and never ask."
                raise DeclarationError(
                    "PLUGIN-07", place=name, what=what, do="Write its questions out in a Form of its own."
                )
        order = [(key, thing) for key, thing in attrs.items() if isinstance(thing, (Section, Question))]
        form: Any = super().__new__(mcs, name, bases, {k: v for k, v in attrs.items() if not isinstance(v, Section)})
        meta = attrs.get("Meta")
        form.code = getattr(meta, "code", _snake(name))
        if not _NAME.fullmatch(form.code):
            why = "a form's code is lower-case letters, digits and _"
            raise DeclarationError("PLUGIN-05", place=name, name=form.code, why=why)
        form.parent = getattr(meta, "parent", None)
        form.key = getattr(meta, "key", None)
        form.person = getattr(meta, "person", None)
        form.event = getattr(meta, "event", None)
        form.case = getattr(meta, "case", None)
        form.title = (attrs.get("__doc__") or name).strip().splitlines()[0].rstrip(".")
        form.rows_of = None
        form.instrument = ""
        form.questions = {}
        section = ""
        for key, thing in order:
            if isinstance(thing, Section):
                section = thing.title
            else:
                form._add(key, thing, section)
        made: FormMeta = form
        return made

    def _add(cls: Any, key: str, question: Question, section: str) -> None:
        place = f"{cls.__name__}.{key}"
        if not _NAME.fullmatch(key) or hasattr(Schema, key) or hasattr(FormMeta, key) or key in _RESERVED:
            why = "question names are lower-case letters, digits and _, and none that a form uses itself"
            raise DeclarationError("PLUGIN-05", place=place, name=key, why=why)
        if question.form is not None:
            what, do = "the same question stands in two forms.", "Write it out in each form."
            raise DeclarationError("PLUGIN-07", place=place, what=what, do=do)
        question.declare(cls, key, section)
        if question.only_if is not None:
            cls._check_sight(place, question)
        cls.questions[key] = question

    def _check_sight(cls: Any, place: str, question: Question) -> None:
        visible = {id(form) for form in cls.ancestors()}
        assert question.only_if is not None  # the caller looked
        for operand in question.only_if.operands():
            if not isinstance(operand, Question):
                continue
            inside = operand.form is cls and operand.name in cls.questions
            row = (
                isinstance(operand.form, FormMeta)
                and operand.form.rows_of is not None
                and operand.form.rows_of.form is cls
            )
            if not inside and not row and id(operand.form) not in visible:
                where = operand.name or operand.wording
                why = "it comes later in the form" if operand.form in (None, cls) else "it belongs to another form"
                raise DeclarationError("PLUGIN-06", place=place, question=f"'{where}'", why=why)

    def ancestors(cls) -> Iterator[FormMeta]:
        """The forms above this one, nearest first; around a row form stands the form that holds the rows."""
        above = cls.rows_of.form if cls.rows_of is not None else cls.parent
        while above is not None:
            yield above
            above = above.rows_of.form if above.rows_of is not None else above.parent

    def full_code(cls) -> str:
        """``instrument.form``, as the command line names it."""
        return f"{cls.instrument}.{cls.code}"

    def row_forms(cls) -> Iterator[FormMeta]:
        """The forms of this form's rows."""
        for question in cls.questions.values():
            if isinstance(question, Rows):
                yield question.row_form

    def ratings(cls) -> tuple[Rating, ...]:
        """The ratings of this form, its rows left out."""
        return tuple(question for question in cls.questions.values() if isinstance(question, Rating))

    def __getattr__(cls, name: str) -> Any:
        # marshmallow takes the questions out of the class; conditions in other forms and in rules need them back.
        questions = cls.__dict__.get("questions", {})
        if name in questions:
            return questions[name]
        raise AttributeError(f"{cls.__name__} has no question '{name}'. Its questions: {', '.join(questions)}")


class Form(Schema, metaclass=FormMeta):
    """What a monitor fills in once: the base class of every form.

    ``Meta.parent`` is the form under which this one stands (a hearing under its case). ``Meta.key`` names the question
    by which people refer to a submission (``case_ref``); it is unique in the store.

    ``Meta.person`` says whom a submission or row is about, for disclosure control: the question that tells persons of
    one case apart, or ``"submission"`` where each submission is one person. A sealed question, or one of a form without
    parent, tells persons apart in the whole store. ``Meta.case`` names the question that says to which case a
    submission belongs that has no parent (the trial behind a claim).

    ``Meta.event`` names the question that, with the parent and the session, tells what was observed (the date of a
    hearing): several may submit it, one submission is approved.
    """

    class Meta:
        unknown = RAISE
