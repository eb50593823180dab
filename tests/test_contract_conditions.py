"""Over random answers in a real store, every condition of every instrument has one truth in Python and in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.conditions import (
    SOURCE,
    Answers,
    AnyOther,
    Condition,
    Elsewhere,
    Length,
    Matches,
    Mentions,
    RowsInOrder,
    RowsUnique,
    parts_of,
)
from monitor.findings.count import columns_of_store
from monitor.findings.query import Sight
from monitor.forms import FormMeta
from monitor.indicators import EachCode, EachLine, LineAnswer
from monitor.instrument import Instrument
from monitor.plugins import load
from monitor.questions import Question, Rows
from monitor.store import Store, create
from monitor.store.tables import ROW, SUBMISSION, has_column
from monitor.submissions import Submission, divide, new_id
from tests.random_answers import accepted_answers

ROOT = Path(__file__).parents[1]
CODES = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/pyproject.toml"))
_BETWEEN = (AnyOther, Elsewhere, Matches, Mentions, RowsInOrder, RowsUnique)
"""What is looked up among other submissions has tests of its own (test_elsewhere.py); open answers are in no table."""


@cache
def instrument(code: str) -> Instrument:
    return load([ROOT / "plugins"]).catalogue[code]


def conditions(code: str) -> Iterator[tuple[FormMeta, Condition]]:
    """Every condition with the form or row form on whose answers it stands, those aside that no table can answer."""
    here = instrument(code)
    found: list[tuple[FormMeta, Condition | None]] = [
        (form, question.only_if) for form in here.all_forms() for question in form.questions.values()
    ]
    found += [(rule.form, condition) for rule in here.rules for condition in (rule.must_hold, rule.flag_if)]
    found += [
        (indicator.form, condition) for indicator in here.indicators for condition in indicator.conditions()
        if not isinstance(indicator.unit, (EachCode, EachLine))
    ]  # fmt: skip
    return ((form, condition) for form, condition in found if condition is not None and in_tables(condition))


def in_tables(condition: Condition) -> bool:
    if any(isinstance(part, _BETWEEN) for part in parts_of(condition)):
        return False
    for operand in condition.operands():
        if isinstance(operand, (Length, LineAnswer, EachCode)) or operand is SOURCE:
            return False
        if isinstance(operand, Question) and not isinstance(operand, Rows) and not has_column(operand):
            return False
    return True


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Store]:
    folder = tmp_path_factory.mktemp("stores")
    return {code: create(folder / f"{code}.db", "An invented one", "MON-01", plain=True) for code in CODES}


def submit(store: Store, here: Instrument, form: FormMeta, luck: Random) -> str:
    """Random answers to a form and to those above it, stored as they are: unchecked by any rule. Gives the id."""
    parent, outer = None, None
    if form.parent is not None:
        parent = submit(store, here, form.parent, luck)
        stored = store.surroundings({here.code: here}).find(form.parent, parent)
        assert stored is not None
        outer = stored.answers(date.today())
    answers = accepted_answers(form, luck, outer)
    if form.key in answers:
        answers[form.key] += f"-{new_id()}"  # which nobody checks here, and no two submissions may share
    closed, open_, sealed = divide(form, answers)
    submission = Submission(
        new_id(), form.full_code(), here.version, parent, "MON-01", "2024-05-17T10:00:00Z", closed, open_, sealed,
        session=luck.randint(1, 2), source=luck.choice([None, "written judgment"]),
    )  # fmt: skip
    with store.writing("MON-01") as writing:
        return writing.submit(submission, here, form)


def in_sql(store: Store, form: FormMeta, id: str, condition: Condition) -> list[bool | None]:
    """The truth of a condition for a submission; of one on rows, for each of them."""
    own = form.rows_of.form if form.rows_of is not None else form
    levels = (own, *own.ancestors())
    alias = {level: f"t{number}" for number, level in enumerate(levels)}
    if form.rows_of is not None:
        alias[form] = "r0"
    sight = Sight(columns_of_store(store.connection), alias, "s0")
    source = f"submission AS s0 JOIN {sight.table(own)} AS t0 ON t0.{SUBMISSION} = s0.id"
    for number, level in enumerate(levels[1:], 1):
        source += f" JOIN submission AS s{number} ON s{number}.id = s{number - 1}.parent"
        source += f" JOIN {sight.table(level)} AS t{number} ON t{number}.{SUBMISSION} = s{number}.id"
    order = ""
    if form.rows_of is not None:
        source += f" JOIN {sight.table(form)} AS r0 ON r0.{SUBMISSION} = s0.id"
        order = f" ORDER BY r0.{ROW}"
    found = store.connection.execute(f"SELECT {condition.sql(sight)} FROM {source} WHERE s0.id = ?{order}", (id,))
    return [None if truth is None else bool(truth) for (truth,) in found]


def in_python(store: Store, here: Instrument, form: FormMeta, id: str, condition: Condition) -> list[bool | None]:
    own = form.rows_of.form if form.rows_of is not None else form
    stored = store.surroundings({here.code: here}).find(own, id)
    assert stored is not None
    answers = stored.answers(date(2024, 5, 17))
    if form.rows_of is None:
        return [condition.truth(answers)]
    rows = stored.values.get(form.rows_of.name) or ()
    return [condition.truth(Answers(form, row, answers, answers.today, answers.system)) for row in rows]


@pytest.mark.parametrize("code", CODES)
@settings(deadline=None, max_examples=6)
@given(seed=st.integers(0, 2**32))
def test_a_condition_has_one_truth_in_python_and_in_the_store(stores: dict[str, Store], code: str, seed: int) -> None:
    here, store, luck = instrument(code), stores[code], Random(seed)
    ids = {form: submit(store, here, form, luck) for form in here.forms}
    for form, condition in conditions(code):
        id = ids[form.rows_of.form if form.rows_of is not None else form]
        truths = in_python(store, here, form, id, condition)
        assert in_sql(store, form, id, condition) == truths, condition.words()


@pytest.mark.parametrize("code", CODES)
def test_no_skip_rule_is_left_out_of_the_comparison(code: str) -> None:
    compared = {id(condition) for _, condition in conditions(code)}
    asked = (question for form in instrument(code).all_forms() for question in form.questions.values())
    rules = [question.only_if for question in asked if question.only_if is not None]
    assert [condition.words() for condition in rules if id(condition) not in compared] == []
