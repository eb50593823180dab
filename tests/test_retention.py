"""How long text is kept: the timetable, what is due by it or by consent, and what is taken out then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.cli.root import run
from monitor.errors import Refusal
from monitor.store import Store, Timetable, due, list_submissions, purge, redact, set_timetable, show, timetable
from monitor.store.content import places_of
from tests.store_sample import (
    CATALOGUE,
    PLACES,
    VISITS_MADE,
    Place,
    Visit,
    dump,
    new_store,
    place,
    store_one,
    visit,
)  # fmt: skip
from tests.test_redaction import KEPT, SECRET, holds, problems, refused, take_out

OLD, NEW, TODAY = "2024-01-10T08:00:00+00:00", "2025-06-10T08:00:00+00:00", date(2025, 7, 1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as made:
        store_one(made, Place, place())
        yield made


def keep(store: Store, **months: int) -> None:
    with store.writing("MON-01") as writing:
        set_timetable(writing, Timetable(**months))


def test_without_a_timetable_nothing_is_due(store: Store) -> None:
    store_one(store, Visit, visit(story=SECRET, _submitted_at=OLD))
    assert (timetable(store), list(due(store, TODAY))) == (Timetable(), [])


def test_what_is_older_than_the_timetable_is_due_each_part_for_itself(store: Store) -> None:
    both = store_one(store, Visit, visit(story=SECRET, licence_number="7", _submitted_at=OLD))
    store_one(store, Visit, visit(story=SECRET, licence_number="8", _submitted_at=NEW))
    store_one(store, Visit, visit(_submitted_at=OLD))  # with nothing to take out
    keep(store, open=12)
    assert [(one.id, one.open, one.sealed, one.why) for one in due(store, TODAY)] == [(both, True, False, "time")]
    keep(store, open=24, sealed=12)
    assert [(one.id, one.open, one.sealed) for one in due(store, TODAY)] == [(both, False, True)]
    assert len(list(due(store, date(2035, 1, 1)))) == 2


def test_the_timetable_is_in_the_log_and_has_bounds(store: Store) -> None:
    keep(store, open=6)
    keep(store, sealed=600)
    assert (timetable(store), problems(store)) == (Timetable(None, 600), ())
    refused("REDACT-04", lambda: keep(store, open=0))
    refused("REDACT-04", lambda: keep(store, open=601))


def test_text_that_a_redaction_left_standing_is_due_like_any_other(store: Store) -> None:
    id = store_one(store, Visit, visit(story=SECRET, _source=KEPT, _submitted_at=OLD))
    keep(store, open=12)
    take_out(store, id, "story")
    assert [one.id for one in due(store, TODAY)] == [id]
    take_out(store, id)
    assert list(due(store, TODAY)) == []
    assert not holds(store.path, KEPT)


def test_consent_for_figures_alone_makes_text_due_when_the_review_has_ended(store: Store) -> None:
    id = store_one(store, Visit, visit(story=SECRET, _consent="figures"))
    store_one(store, Visit, visit(story=SECRET))
    assert list(due(store, TODAY)) == []
    with store.writing("MON-02") as writing:
        writing.decide(id, "approved")
    assert [(one.id, one.why, one.open) for one in due(store, TODAY)] == [(id, "consent", True)]


def test_the_command_line_names_what_is_due_and_takes_it_out(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    id = store_one(store, Visit, visit(story=SECRET, licence_number=SECRET, _submitted_at=OLD))
    path = store.path
    store.close()

    def does(*words: str) -> str:
        assert run(["--store", str(path), *words]) == 0
        said = capsys.readouterr()
        assert SECRET not in said.out + said.err
        return said.out

    assert "12 months" in does("db", "retention", "--open-months", "12", "--sealed-months", "12")
    assert [one["id"] for one in json.loads(does("submissions", "due", "--json"))] == [id]
    does("submissions", "due", "--redact", "--yes")
    assert json.loads(does("submissions", "due", "--json")) == []
    assert not holds(path)


# Whatever was submitted, and whatever is taken out.

NAMES = ("story", "guests.remark", "_source", "_explanations", "_reasons")


def texts(answers: dict[str, Any]) -> dict[str, str]:
    """The open answers by question."""
    found = {where: str(value) for where, value in places_of(answers)}
    return {where: text for where, text in found.items() if where == "story" or where.endswith(".remark")}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=st.lists(PLACES, min_size=1, max_size=2),
    visits=st.lists(VISITS_MADE, min_size=1, max_size=4),
    cuts=st.lists(st.tuples(st.integers(0, 9), st.sets(st.sampled_from(NAMES)), st.booleans()), max_size=4),
)
def test_whatever_is_redacted_the_chain_holds_and_the_rest_is_equal(
    tmp_path_factory: pytest.TempPathFactory, places: list[Any], visits: list[Any],
    cuts: list[tuple[int, set[str], bool]],
) -> None:  # fmt: skip
    with new_store(tmp_path_factory.mktemp("redacted")) as store:
        for number, one in enumerate(places, 1):
            store_one(store, Place, place(number, **one))
        ids = [store_one(store, Visit, visit(**told(number, one))) for number, one in enumerate(visits)]
        before = {id: show(store, id, CATALOGUE) for id in ids}
        tables, gone = closed(store), {id: set[str]() for id in ids}
        for which, names, sealed in cuts:
            id = ids[which % len(ids)]
            try_to_redact(store, id, names, sealed)
            gone[id] |= names or set(NAMES)
        purge(store)
        assert (problems(store), closed(store)) == ((), tables)
        everything = store.path.read_bytes() + store.path.with_name("store.db-wal").read_bytes()
        for id, shown in before.items():
            now = show(store, id, CATALOGUE).content
            for where, text in texts(dict(shown.content.open)).items():
                question = "guests.remark" if where.endswith("remark") else where
                kept = dict(places_of(now.open)).get(where)
                assert kept == (None if question in gone[id] else text)
                assert text.encode() not in everything or question not in gone[id]
            assert now.source == (None if "_source" in gone[id] else shown.content.source)
            assert now.closed == shown.content.closed


def told(number: int, raw: dict[str, Any]) -> dict[str, Any]:
    """The same with every text its own, so that its bytes can be looked for."""
    guests = [
        {**one, **({"remark": f"remark-{number}-{row} {one['remark']}"} if "remark" in one else {})}
        for row, one in enumerate(raw.get("guests", []))
    ]
    more = {name: f"{name}-{number} {raw[name]}" for name in ("story", "_source") if name in raw}
    return raw | more | ({"guests": guests} if guests else {})


def closed(store: Store) -> dict[str, Any]:
    """All tables but the log and the list of copies."""
    return {name: lines for name, lines in dump(store).items() if name not in ("log", "backup")}


def try_to_redact(store: Store, id: str, names: set[str], sealed: bool) -> None:
    try:
        with store.writing("MON-02") as writing:
            redact(store, writing, id, questions=names or None, sealed=sealed, reason="erasure_due", line="It is due.")
    except Refusal as refusal:
        assert refusal.code == "REDACT-01"
    assert len(list_submissions(store)) > 0
