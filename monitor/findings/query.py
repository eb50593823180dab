"""The SQL of an indicator: its units, what each of them counts as, and where it stands in a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from monitor.conditions import AsOf, Condition, Constant, Count, Currency, Names, Operand, System, Today, sql_text
from monitor.errors import DeclarationError
from monitor.findings.quality import DaysToSubmission, Occasions
from monitor.findings.series import WHOLE, Columns, Series
from monitor.findings.tables import UNKNOWN, overlaps
from monitor.forms import FormMeta
from monitor.indicators import (
    Dimension,
    EachCode,
    EachLine,
    Indicator,
    LineAnswer,
    Median,
    Pending,
    RatioOfTotals,
    Share,
)
from monitor.questions import Choices, Coded, Question, Rating, Rows
from monitor.store.tables import ROW, SUBMISSION, sql_name, table_of

COUNT, REST, NOT_OBSERVED, NOT_APPLICABLE = 1, 2, 3, 4
"""What a unit counts as; a unit that counts as nothing is left out."""

CODE = "each_code"

_NOT_RECORDED = sql_text(UNKNOWN)
_NONE_RECORDED = sql_text(f'["{UNKNOWN}"]')


@dataclass(frozen=True)
class Sight:
    """The tables that a condition may look at, by form: names their columns in SQL."""

    columns: Columns
    alias: Mapping[FormMeta, str]
    submission: str
    series: Series = WHOLE

    def column(self, operand: Operand) -> str:
        """The SQL expression of an operand's answer."""
        if isinstance(operand, Question):
            return self._answer(operand)
        if isinstance(operand, Constant):
            return sql_text(operand.constant) if isinstance(operand.constant, str) else str(operand.constant)
        if isinstance(operand, (EachCode, EachLine)):
            return f"{CODE}.value"
        if isinstance(operand, Count) and isinstance(operand.of, Rows):
            source, where, _ = self.rows(operand.of)
            return f"(SELECT count(*) FROM {source} WHERE {where})"
        if isinstance(operand, Currency) and isinstance(operand.of, Question):
            return self._answer(operand.of, "currency")
        if isinstance(operand, Today):
            return f"substr({self.submission}.submitted_at, 1, 10)"
        if isinstance(operand, AsOf):
            return "(SELECT substr(max(submitted_at), 1, 10) FROM submission)"
        if isinstance(operand, Occasions):
            seen = f"ev.state = 'approved'{self.series.counts('ev')}"
            return operand.counted(f"{self.submission}.id", seen) if "plan" in self.columns else "0"
        if isinstance(operand, DaysToSubmission):
            day = operand.event.sql(self)
            return operand.counted(day, f"{self.submission}.id") if "log" in self.columns else "NULL"
        if isinstance(operand, System) and operand.name in self.columns["submission"]:
            return f"{self.submission}.{operand.name}"
        what, do = f"it looks at {operand.title()}, which is kept in no table.", "Count closed answers only."
        raise DeclarationError("PLUGIN-07", place="An indicator", what=what, do=do)

    def _answer(self, question: Question, part: str = "amount") -> str:
        if isinstance(question, Rows):
            source, where, _ = self.rows(question)
            return f"(SELECT 1 FROM {source} WHERE {where} LIMIT 1)"
        column = f"{question.name}_{part}" if question.storage == "money" else question.name
        if column not in self.columns.get(table_of(question.form), ()):
            return "NULL"
        table = self.alias[question.form]
        answer = self.series.read(question, f"{table}.{sql_name(column)}", f"{table}.{SUBMISSION}")
        return f"CAST({answer} AS REAL)" if question.storage == "money" and part == "amount" else answer

    def rows(self, operand: Operand) -> tuple[str, str, Names]:
        """The FROM and WHERE of a question's rows, and the names inside them."""
        assert isinstance(operand, Rows)  # only a Rows question is asked for its rows
        holder = self.alias[operand.form]
        alias = f"{holder}_r{len(self.alias)}"  # told apart from the rows of another submission by their holder
        where = f"{alias}.{SUBMISSION} = {holder}.{SUBMISSION}"
        inside = Sight(self.columns, {**self.alias, operand.row_form: alias}, self.submission, self.series)
        return f"{self.table(operand.row_form)} AS {alias}", where, inside

    def elsewhere(self, form: FormMeta) -> tuple[str, list[str], Names]:
        """The FROM and the conditions of a form's other approved submissions, and the names inside them."""
        levels = (form, *form.ancestors())
        source, limits = f"{self.table(form)} AS e0", [f"es0.id <> {self.submission}.id"]
        for number, level in enumerate(levels):
            above = f"es{number - 1}.parent" if number else f"e0.{SUBMISSION}"
            source += f" JOIN submission AS es{number} ON es{number}.id = {above}"
            source += f" JOIN {self.table(level)} AS e{number} ON e{number}.{SUBMISSION} = {above}" if number else ""
            limits.append(f"es{number}.state = 'approved'{self.series.counts(f'es{number}')}")
        alias = {level: f"e{number}" for number, level in enumerate(levels)}
        return source, limits, Sight(self.columns, alias, "es0", self.series)

    def table(self, form: FormMeta) -> str:
        """A form's table; an empty one in its place while the store has none."""
        table = table_of(form)
        return sql_name(table) if table in self.columns else f"(SELECT NULL AS {SUBMISSION}, NULL AS {ROW} WHERE 0)"


@dataclass(frozen=True)
class Units:
    """The units of one indicator as a table expression ``unit``.

    Its columns are ``part`` (what the unit counts as), ``person``, ``cases`` (its case), ``value`` (of a median; of a
    ratio its part in the upper total), ``whole`` (its part in the lower one), and ``d0``, ``d1``, ... for the
    dimensions: a code, or, where dimensions overlap, a JSON list of codes without doubles. A unit does not count below
    a topmost submission that is ``pending``. With ``after`` only those count that were approved, or changed, after that
    entry of the log.
    """

    indicator: Indicator
    columns: Columns
    series: Series = WHOLE
    pending: tuple[Pending, ...] = ()
    after: int = 0

    @cached_property
    def levels(self) -> tuple[FormMeta, ...]:
        """The forms whose submissions stand above one another here: the unit's own, its parent, and so on."""
        form = self.indicator.form
        own = form.rows_of.form if form.rows_of is not None else form
        return (own, *own.ancestors())

    @cached_property
    def sight(self) -> Sight:
        """The tables that are joined."""
        alias = {form: f"t{number}" for number, form in enumerate(self.levels)}
        if self.indicator.form.rows_of is not None:
            alias[self.indicator.form] = "r0"
        return Sight(self.columns, alias, "s0", self.series)

    def sql(self, dimensions: Sequence[Dimension]) -> str:
        """The common table expression, for the dimensions of one table."""
        columns = [
            f"{self._part()} AS part",
            f"{self._person()} AS person",
            f"{self._case()} AS cases",
            *(f"{operand.sql(self.sight)} AS {name}" for name, operand in self._measured()),
            *(f"{self._place(dimension)} AS d{number}" for number, dimension in enumerate(dimensions)),
        ]
        inner = f"SELECT {', '.join(columns)} FROM {' '.join(self._source())}"
        return f"unit AS MATERIALIZED (SELECT * FROM ({inner}) WHERE part IS NOT NULL)"

    def _measured(self) -> Iterator[tuple[str, Operand]]:
        indicator = self.indicator
        if isinstance(indicator, (Median, RatioOfTotals)):
            yield "value", indicator.of
        if isinstance(indicator, RatioOfTotals):
            yield "whole", indicator.out_of

    def _source(self) -> Iterator[str]:
        # Only what is approved counts, and a hearing only if its case is approved too.
        if self.indicator.form.rows_of is not None:
            yield f"{self.sight.table(self.indicator.form)} AS r0 JOIN"
        for number, form in enumerate(self.levels):
            this, above = f"s{number}", f"s{number - 1}.parent" if number else f"t0.{SUBMISSION}"
            if number == 0:
                joined = f" ON t0.{SUBMISSION} = r0.{SUBMISSION}" if self.indicator.form.rows_of is not None else ""
                yield f"{self.sight.table(form)} AS t0{joined}"
            counts = f"{this}.state = 'approved'{self.series.counts(this)}"
            yield f"JOIN submission AS {this} ON {this}.id = {above} AND {counts}"
            if number:
                yield f"JOIN {self.sight.table(form)} AS t{number} ON t{number}.{SUBMISSION} = {this}.id"
        unit = self.indicator.unit
        if isinstance(unit, EachLine):
            lines = ", ".join(f"({sql_text(line)})" for line in unit.lines)
            yield f"JOIN (SELECT column1 AS value FROM (VALUES {lines})) AS {CODE}"
        if isinstance(unit, EachCode):
            left_out = ", ".join(sql_text(code) for code in unit.leaving_out)
            yield f"JOIN json_each({unit.of.sql(self.sight)}) AS {CODE}"
            if left_out:
                yield f"ON {CODE}.value NOT IN ({left_out})"

    def _part(self) -> str:
        indicator = self.indicator
        limits = [f"NOT {self._open(one)}" for one in self.pending]
        if self.after:
            newer = (f"s{number}.seq > {self.after}" for number in range(len(self.levels)))
            limits.append(f"({' OR '.join(newer)})")
        among = " AND ".join([self._when(indicator.among), *limits])
        known = self._when(indicator.known())
        if not isinstance(indicator, Share):
            return f"CASE WHEN {among} AND {known} THEN {COUNT} END"
        having = f"CASE WHEN {indicator.having.sql(self.sight)} THEN {COUNT} ELSE {REST} END"
        return f"CASE WHEN {among} THEN CASE WHEN {known} THEN {having}{self._beside(indicator.rating)} END END"

    def _open(self, pending: Pending) -> str:
        """Whether the topmost submission is pending."""
        top = f"s{len(self.levels) - 1}"
        if pending.until is None:
            sight = Sight(self.columns, {pending.form: self.sight.alias[pending.form]}, top, self.series)
            return f"(({pending.condition.sql(sight)}) IS TRUE)"
        form = pending.questions()[0].form
        below = Sight(self.columns, {form: "p"}, "ps", self.series)
        return (
            f"(NOT EXISTS (SELECT 1 FROM {below.table(form)} AS p JOIN submission AS ps ON ps.id = p.{SUBMISSION} "
            f"AND ps.state = 'approved'{self.series.counts('ps')} "
            f"WHERE ps.parent = {top}.id AND ({pending.condition.sql(below)}) IS TRUE))"
        )

    def _when(self, condition: Condition | None) -> str:
        return condition.sql(self.sight) if condition is not None else "1"

    def _beside(self, rating: Rating | LineAnswer | None) -> str:
        if rating is None:
            return ""
        column = rating.sql(self.sight)
        return "".join(
            f" WHEN {column} = {sql_text(code)} THEN {part}"
            for code, part in (("not_observed", NOT_OBSERVED), ("not_applicable", NOT_APPLICABLE))
        )

    def knows_persons(self) -> bool:
        """Whether the persons behind the units can be told apart."""
        return self._person() != "NULL"

    def _person(self) -> str:
        for form in (self.indicator.form, *self.indicator.form.ancestors()):
            if form.person == "submission":
                return f"s{self.levels.index(form) if form in self.levels else 0}.id"
            if form.person is not None and form.questions[form.person].publish == "sealed":
                return f"s{self.levels.index(form)}.person"
            if form.person is not None and form.rows_of is None and form.parent is None:
                return form.questions[form.person].sql(self.sight)
            if form.person is not None:
                # A pseudonym tells persons of one case apart: V1 of another case is somebody else.
                reference = form.questions[form.person].sql(self.sight)
                return f"{self._case()} || ' ' || {reference}"
        return "NULL"

    def _case(self) -> str:
        top = self.levels[-1]
        own = f"s{len(self.levels) - 1}.id"
        if top.case is None:
            return own
        # Claims that grew out of one trial are one case; of those that did not, each person's are.
        return f"coalesce({top.questions[top.case].sql(self.sight)}, s{len(self.levels) - 1}.person, {own})"

    def is_unit(self, column: str) -> bool:
        """Whether ``person`` or ``cases`` is the unit itself: no two units share one."""
        known = self._person() if column == "person" else self._case()
        return self.indicator.unit is self.levels[0] and known == "s0.id"

    # Where a unit stands.

    def _place(self, dimension: Dimension) -> str:
        unit, question = self.indicator.unit, dimension.question
        if isinstance(unit, EachCode) and question is unit.of:
            return _grouped(f"{CODE}.value", unit.of)
        if dimension.first:
            return f"coalesce({self._first(question)}, {_NOT_RECORDED})"
        if not overlaps(self.indicator, dimension):
            return f"coalesce({_code(dimension, _asked(dimension).sql(self.sight))}, {_NOT_RECORDED})"
        return f"coalesce(nullif({self._codes(dimension)}, '[]'), {_NONE_RECORDED})"

    def _first(self, question: Question) -> str:
        form = question.form
        below = Sight(self.columns, {form: "f"}, "fs", self.series)
        return (
            f"(SELECT substr(min({question.sql(below)}), 1, 4) FROM {below.table(form)} AS f JOIN submission AS fs "
            f"ON fs.id = f.{SUBMISSION} AND fs.state = 'approved'{self.series.counts('fs')} WHERE fs.parent = s0.id)"
        )

    def _codes(self, dimension: Dimension) -> str:
        question = dimension.question
        if question.form in self.sight.alias:
            code, column = _code(dimension, "value"), question.sql(self.sight)
            return f"(SELECT json_group_array(DISTINCT {code}) FROM json_each({column}))"
        source, where, inside = self.sight.rows(question.form.rows_of)
        column = _asked(dimension).sql(inside)
        if isinstance(question, Choices):
            # A row without an answer stands under not recorded, beside the codes of the other rows.
            listed = f"coalesce({column}, {_NONE_RECORDED})"
            code = _code(dimension, "value")
            return f"(SELECT json_group_array(DISTINCT {code}) FROM {source}, json_each({listed}) WHERE {where})"
        code = f"coalesce({_code(dimension, column)}, {_NOT_RECORDED})"
        return f"(SELECT json_group_array(DISTINCT {code}) FROM {source} WHERE {where})"


def _asked(dimension: Dimension) -> Operand:
    return Currency(dimension.question) if dimension.part == "currency" else dimension.question


def _code(dimension: Dimension, column: str) -> str:
    if dimension.part == "year":
        return f"substr({column}, 1, 4)"
    return _grouped(column, dimension.question)


def _grouped(column: str, question: Question) -> str:
    """The code as it is published: its group, where the question has groups, else itself."""
    groups = question.published_as if isinstance(question, Coded) else {}
    if not groups:
        return f"CAST({column} AS TEXT)"
    cases = [f"WHEN {sql_text(code)} THEN {sql_text(group)}" for group, codes in groups.items() for code in codes]
    return f"CASE {column} {' '.join(cases)} ELSE {column} END"
