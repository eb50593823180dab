"""Indicators: declarations of what may be counted, among what, broken down by what, and what it evidences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from monitor.conditions import Answers, Condition, Names, Operand
from monitor.errors import DeclarationError
from monitor.forms import FormMeta
from monitor.questions import Choices, Coded, Date, Question, Rating, Rows

Statistic = Literal["share", "count", "median"]


@dataclass(frozen=True)
class Dimension:
    """What breaks a table down: a question that may be a dimension, by the name that its column carries.

    ``each`` lets the codes of a *counted* question stand side by side (each cause of postponement, each kind of
    measure): every row is then a count of its own, as ``counted`` allows. ``first`` takes the earliest date of the
    forms below (the year of a case's first hearing).
    """

    question: Question
    name: str
    part: Literal["answer", "year"] = "answer"
    each: bool = False
    first: bool = False


def by(question: Question) -> Dimension:
    """The answers to a question with ``publish="dimension"`` as a dimension."""
    if question.publish != "dimension":
        what = f"'{question.name}' breaks a table down, but its publish is '{question.publish}'."
        raise DeclarationError("PLUGIN-07", place="An indicator", what=what, do='Only publish="dimension" may.')
    return Dimension(question, question.name)


def year(question: Question, name: str = "year", *, first: bool = False) -> Dimension:
    """The year of a date with ``dimension="year"``; with ``first`` the earliest among the submissions below."""
    if not (isinstance(question, Date) and question.dimension == "year" and question.publish != "sealed"):
        what = f"'{question.name}' gives the year of a table, but is no date with dimension=\"year\"."
        raise DeclarationError("PLUGIN-07", place="An indicator", what=what, do="Declare it at the question.")
    return Dimension(question, name, part="year", first=first)


def each(question: Coded) -> Dimension:
    """The codes of a counted question, each a count of its own."""
    if question.publish not in ("counted", "dimension"):
        what = f"'{question.name}' is counted code by code, but its publish is '{question.publish}'."
        raise DeclarationError("PLUGIN-07", place="An indicator", what=what, do='It needs publish="counted".')
    return Dimension(question, question.name, each=True)


@dataclass(frozen=True)
class EachCode(Operand):
    """A unit made of answers: every code chosen in ``of``, ``leaving_out`` those that mean none."""

    of: Choices
    leaving_out: tuple[str, ...] = ()
    kind = "text"

    def title(self) -> str:
        return f"each code of {self.of.title()}"

    def also_in(self, other: Choices) -> Condition:
        """The same code is chosen in the other question, too."""
        return AlsoIn(self, other)

    def operands(self) -> Iterator[Operand]:
        yield self.of


@dataclass(frozen=True)
class AlsoIn(Condition):
    """The code at hand is also chosen in another question. Only inside an indicator that counts codes."""

    each: EachCode
    other: Choices

    def truth(self, answers: Answers) -> bool | None:
        chosen, code = self.other.value(answers), answers.system.get("each")
        return None if chosen is None or code is None else code in chosen

    def sql(self, names: Names) -> str:
        column, code = self.other.sql(names), self.each.sql(names)
        found = f"EXISTS (SELECT 1 FROM json_each({column}) AS o WHERE o.value = {code})"
        return f"(CASE WHEN {column} IS NOT NULL THEN {found} END)"

    def words(self) -> str:
        return f"the same code is in {self.other.title()}"

    def as_json(self) -> dict[str, object]:
        return {"each": self.each.of.title(), "also_in": self.other.title()}

    def operands(self) -> Iterator[Operand]:
        yield self.each.of
        yield self.other


@dataclass(frozen=True)
class Indicator:
    """What may be published: the base of :class:`Share`, :class:`Tally` and :class:`Median`.

    ``unit`` is the form whose submissions (or rows) are counted, or :class:`EachCode`. ``among`` is the denominator:
    which of them count at all. ``tables`` lists the sets of dimensions, each a published table with its margins;
    at most two dimensions unless ``three_way`` says that a third is meant. ``evidences`` are register keys.
    """

    statistic: ClassVar[Statistic]

    id: str
    title: str
    unit: FormMeta | EachCode
    tables: tuple[tuple[Dimension, ...], ...]
    among: Condition | None = None
    evidences: tuple[str, ...] = ()
    note: str = ""
    three_way: bool = False

    def __post_init__(self) -> None:
        most = 3 if self.three_way else 2
        for table in self.tables:
            if not 1 <= len(table) <= most or len({dimension.name for dimension in table}) < len(table):
                what = f"the table by {', '.join(d.name for d in table) or 'nothing'} is not possible."
                do = f"A table has one to {most} different dimensions."
                raise DeclarationError("PLUGIN-07", place=f"Indicator {self.id}", what=what, do=do)

    @property
    def form(self) -> FormMeta:
        """The form whose submissions or rows are counted."""
        return self.unit.of.form if isinstance(self.unit, EachCode) else self.unit

    def conditions(self) -> Sequence[Condition]:
        """Every condition that decides what is counted."""
        return (self.among,) if self.among is not None else ()

    def operands(self) -> Iterator[Operand]:
        """Every question that feeds the figure."""
        for condition in self.conditions():
            yield from condition.operands()

    def questions(self) -> list[Question]:
        """The questions behind the figure, each once, in the order of their first use."""
        found: dict[str, Question] = {}
        for operand in self.operands():
            if isinstance(operand, Question) and not isinstance(operand, Rows):
                found.setdefault(f"{operand.form.code}.{operand.name}", operand)
        return list(found.values())


@dataclass(frozen=True, kw_only=True)
class Share(Indicator):
    """Of the units ``among``, how many meet ``having``.

    ``rating`` names the question whose ``not_observed`` and ``not_applicable`` are counted beside; they are never
    part of the share. Its denominator is ``rating.rated()``, which is added to ``among`` by itself.
    """

    statistic = "share"
    having: Condition
    rating: Rating | None = None

    def conditions(self) -> Sequence[Condition]:
        rated = (self.rating.rated(),) if self.rating is not None else ()
        return (*super().conditions(), *rated, self.having)


@dataclass(frozen=True, kw_only=True)
class Tally(Indicator):
    """How many units there are."""

    statistic = "count"


@dataclass(frozen=True, kw_only=True)
class Median(Indicator):
    """The median of a number over the units ``among`` for which it is known. ``measure`` names its unit."""

    statistic = "median"
    of: Operand
    measure: str

    def operands(self) -> Iterator[Operand]:
        yield from super().operands()
        yield from self.of.operands()
