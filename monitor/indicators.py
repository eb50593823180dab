"""Indicators: declarations of what may be counted, among what, broken down by what, and what it evidences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NoReturn

from monitor.conditions import (
    AllOf,
    Answers,
    Condition,
    Elsewhere,
    Includes,
    Names,
    OneCurrency,
    OneOf,
    Operand,
    Ratio,
    Total,
    Value,
    parts_of,
    sql_text,
)
from monitor.errors import DeclarationError
from monitor.forms import FormMeta
from monitor.phrases import Phrase
from monitor.questions import Choices, Coded, Date, Money, Question, Rating, Rows, Whole

Statistic = Literal["share", "count", "median", "ratio"]


@dataclass(frozen=True)
class Dimension:
    """What breaks a table down: a question that may be a dimension, by the name that its column carries.

    ``each`` lets the codes of a *counted* question stand side by side (each cause of postponement, each kind of
    measure): every row is then a count of its own, as ``counted`` allows. ``first`` takes the earliest date of the
    forms below (the year of a case's first hearing). Of an amount only the ``currency`` can be a dimension.
    """

    question: Question
    name: str
    part: Literal["answer", "year", "currency"] = "answer"
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


def currency(question: Money) -> Dimension:
    """The currency of a counted amount. Amounts of two currencies are never added, nor is a median taken of them."""
    if not isinstance(question, Money) or question.publish not in ("counted", "dimension"):
        what = f"'{question.name}' gives the currency of a table, but is no amount that is counted."
        raise DeclarationError("PLUGIN-07", place="An indicator", what=what, do='It is a Money with publish="counted".')
    return Dimension(question, "currency", part="currency")


@dataclass(frozen=True)
class EachCode(Operand):
    """A unit made of answers: every code chosen in ``of``, ``leaving_out`` those that mean none."""

    of: Choices
    leaving_out: tuple[str, ...] = ()
    kind = "text"

    def title(self) -> str:
        return Phrase("each code of {question}", question=self.of.title())

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
        return Phrase("the same code is in {question}", question=self.other.title())

    def as_json(self) -> dict[str, object]:
        return {"each": self.each.of.title(), "also_in": self.other.title()}

    def operands(self) -> Iterator[Operand]:
        yield self.each.of
        yield self.other


@dataclass(frozen=True, eq=False)
class EachLine(Operand):
    """A unit made of questions: each of several lines of one form, under names of the plugin's own.

    A line gives a question for each of its columns, and may leave one out: there it is blank. All questions of a
    column have the same answers. ``called`` says in words what a line is. Every submission of the form has all lines.

    Raises :class:`DeclarationError` for lines that cannot be counted as one kind of thing.
    """

    called: str
    lines: Mapping[str, Mapping[str, Coded]]
    kind = "text"

    def __post_init__(self) -> None:
        questions = [question for line in self.lines.values() for question in line.values()]
        if len({question.form for question in questions}) != 1 or questions[0].form is None:
            self._refuse("its questions are not those of one form.", "Count each form by itself.")
        for name in dict.fromkeys(column for line in self.lines.values() for column in line):
            asked = list(self._column(name).values())
            if any((type(one), list(one.codes)) != (type(asked[0]), list(asked[0].codes)) for one in asked):
                what = f"the questions of its column '{name}' have different answers."
                self._refuse(what, "Give each kind of answer a column of its own.")

    @property
    def of_form(self) -> FormMeta:
        """The form whose questions the lines are."""
        found: FormMeta = next(question.form for line in self.lines.values() for question in line.values())
        return found

    def title(self) -> str:
        return Phrase("each {line} of {form}", line=self.called, form=self.of_form.code)

    def column(self, name: str) -> LineAnswer:
        """The answer in a column, whichever line is at hand. Raises :class:`DeclarationError` for an unknown name."""
        asked = self._column(name)
        if not asked:
            self._refuse(f"no line has a column '{name}'.", "See how the lines are written.")
        return LineAnswer(self, name, asked)

    def operands(self) -> Iterator[Operand]:
        for line in self.lines.values():
            yield from line.values()

    def _column(self, name: str) -> dict[str, Coded]:
        return {line: columns[name] for line, columns in self.lines.items() if name in columns}

    def _refuse(self, what: str, do: str) -> NoReturn:
        raise DeclarationError("PLUGIN-07", place=f"The unit '{self.called}'", what=what, do=do)


@dataclass(frozen=True, eq=False)
class LineAnswer(Operand):
    """The answer in one column of the line at hand: ``asked`` is its question in each line that has one.

    Only inside an indicator that counts these lines.
    """

    each: EachLine
    name: str
    asked: Mapping[str, Coded]

    @property
    def kind(self) -> str:  # type: ignore[override]  # reason: it is that of its questions
        return self._any().kind

    def value(self, answers: Answers) -> Value | None:
        question = self.asked.get(answers.system.get("each", ""))
        return None if question is None else question.value(answers)

    def sql(self, names: Names) -> str:
        cases = [f"WHEN {sql_text(line)} THEN {question.sql(names)}" for line, question in self.asked.items()]
        return f"(CASE {self.each.sql(names)} {' '.join(cases)} END)"

    def title(self) -> str:
        return Phrase("the {line}'s {column}", line=self.each.called, column=self.name)

    def is_(self, *codes: str) -> Condition:
        """The one answer is one of these."""
        return OneOf(self, self._known("text", codes))

    def includes(self, *codes: str) -> Condition:
        """Of several answers, at least one of these is chosen."""
        return Includes(self, self._known("codes", codes))

    def rated(self) -> Condition:
        """yes, partly or no."""
        return self.is_("yes", "partly", "no")

    def operands(self) -> Iterator[Operand]:
        yield self
        yield from self.asked.values()

    def _any(self) -> Coded:
        return next(iter(self.asked.values()))

    def _known(self, kind: str, codes: tuple[str, ...]) -> tuple[str, ...]:
        if self.kind != kind:
            what = f"{self.title()} has {'one answer' if self.kind == 'text' else 'several answers'}."
            do = "Write is_ for one answer, includes for several."
            raise DeclarationError("PLUGIN-07", place="A condition", what=what, do=do)
        return self._any().known(*codes)


@dataclass(frozen=True)
class Indicator:
    """What may be published: the base of :class:`Share`, :class:`Tally`, :class:`Median` and :class:`RatioOfTotals`.

    ``unit`` is the form whose submissions (or rows) are counted, :class:`EachCode` or :class:`EachLine`. ``among`` is
    the denominator: which of them count at all. ``tables`` lists the sets of dimensions, each a published table with
    its margins; at most two dimensions unless ``three_way`` says that a third is meant. ``evidences`` are register
    keys. ``public`` says that it is about States, not persons: its figures are published as they are.
    """

    statistic: ClassVar[Statistic]

    id: str
    title: str
    unit: FormMeta | EachCode | EachLine
    tables: tuple[tuple[Dimension, ...], ...]
    among: Condition | None = None
    evidences: tuple[str, ...] = ()
    note: str = ""
    three_way: bool = False
    public: bool = False

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
        if isinstance(self.unit, EachLine):
            return self.unit.of_form
        return self.unit.of.form if isinstance(self.unit, EachCode) else self.unit

    def conditions(self) -> Sequence[Condition]:
        """Every condition that decides what is counted."""
        return (self.among,) if self.among is not None else ()

    def known(self) -> Condition | None:
        """What must be answered for a unit among those that count to be in the figure; None when nothing must."""
        return None

    def amounts(self) -> tuple[Money, ...]:
        """The amounts whose currency the figure has; none when it is a plain number."""
        return ()

    def elsewhere(self) -> Iterator[Elsewhere]:
        """The conditions that look at other submissions."""
        for condition in self.conditions():
            yield from (part for part in parts_of(condition) if isinstance(part, Elsewhere))

    def operands(self) -> Iterator[Operand]:
        """Every question that feeds the figure."""
        for condition in self.conditions():
            yield from condition.operands()

    def questions(self) -> list[Question]:
        """The questions behind the figure, each once, in the order of their first use; those elsewhere last."""
        found: dict[str, Question] = {}
        elsewhere = (operand for part in self.elsewhere() for operand in part.theirs())
        for operand in (*self.operands(), *elsewhere):
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
    rating: Rating | LineAnswer | None = None

    def conditions(self) -> Sequence[Condition]:
        known = self.known()
        return (*super().conditions(), *(() if known is None else (known,)), self.having)

    def known(self) -> Condition | None:
        return self.rating.rated() if self.rating is not None else None


@dataclass(frozen=True, kw_only=True)
class Tally(Indicator):
    """How many units there are."""

    statistic = "count"


@dataclass(frozen=True, kw_only=True)
class Median(Indicator):
    """The median of a number over the units ``among`` for which it is known. ``measure`` names its unit.

    The median of an amount is taken in each currency by itself: every table has the dimension ``currency(question)``.
    """

    statistic = "median"
    of: Operand
    measure: str

    def known(self) -> Condition:
        return self.of.answered()

    def amounts(self) -> tuple[Money, ...]:
        return _amounts(self.of)

    def operands(self) -> Iterator[Operand]:
        yield from super().operands()
        yield from self.of.operands()


@dataclass(frozen=True, kw_only=True)
class RatioOfTotals(Indicator):
    """The total of ``of`` over the total of ``out_of``, among the units for which both are known.

    Both are amounts, in one currency, or both whole numbers; either may be a total over rows. ``measure`` says in words
    what the ratio is: *paid for each 1 awarded*. The ratio of amounts is taken in each currency by itself: every table
    has the dimension ``currency(question)``. The totals themselves are never published.
    """

    statistic = "ratio"
    of: Operand
    out_of: Operand
    measure: str

    def __post_init__(self) -> None:
        super().__post_init__()
        kinds = {self._kind(side) for side in (self.of, self.out_of)}
        if len(kinds) > 1 or None in kinds:
            what = "its totals are not of two amounts, or of two numbers that cannot be below zero."
            do = "Give Money or Whole questions, or totals of them over rows, as of= and out_of=."
            raise DeclarationError("PLUGIN-07", place=f"Indicator {self.id}", what=what, do=do)

    @staticmethod
    def _kind(side: Operand) -> str | None:
        question = side.of if isinstance(side, Total) else side
        if isinstance(question, Whole) and question.at_least >= 0:
            return "number"
        return "amount" if isinstance(question, Money) else None

    def known(self) -> Condition:
        both = (self.of.answered(), self.out_of.answered())
        return AllOf((*both, OneCurrency(self.of, self.out_of)) if self.amounts() else both)

    def amounts(self) -> tuple[Money, ...]:
        return (*_amounts(self.of), *_amounts(self.out_of))

    def operands(self) -> Iterator[Operand]:
        yield from super().operands()
        yield from self.of.operands()
        yield from self.out_of.operands()


@dataclass(frozen=True)
class Pending:
    """When the case that a submission of a topmost form stands for is still open.

    It is while ``holds``, a condition on the form; or ``until`` an approved submission of a form below it meets that
    condition. A release may leave out everything that stands in such a case.

    Raises :class:`DeclarationError` unless exactly one of the two is given.
    """

    form: FormMeta
    holds: Condition | None = None
    until: Condition | None = None

    def __post_init__(self) -> None:
        if (self.holds is None) == (self.until is None):
            what, do = "it says neither, or both, of what holds and until when.", "Give holds= or until=."
            raise DeclarationError("PLUGIN-07", place="What is pending", what=what, do=do)

    @property
    def condition(self) -> Condition:
        """The one that is given."""
        found = self.until if self.holds is None else self.holds
        assert found is not None  # one of the two is
        return found

    def questions(self) -> list[Question]:
        """What it looks at."""
        return [operand for operand in self.condition.operands() if isinstance(operand, Question)]

    def as_json(self) -> dict[str, object]:
        return {"form": self.form.code, "holds" if self.until is None else "until": self.condition.as_json()}


def _amounts(number: Operand) -> tuple[Money, ...]:
    """The amounts that a number is made of; a ratio of two amounts in one currency is a plain number."""
    if isinstance(number, Ratio) and number.upper.money and number.lower.money:
        return ()
    return tuple(operand for operand in number.operands() if isinstance(operand, Money))
