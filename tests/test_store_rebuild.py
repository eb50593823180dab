"""The tables made again from the log are equal to those that were written, whatever happened to the submissions."""

from __future__ import annotations

import tempfile
from itertools import groupby
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.store import Store, Writing, list_submissions, open_store, rebuild, verify
from tests.store_sample import (
    CATALOGUE,
    PLACES,
    VISITS,
    VISITS_MADE,
    Place,
    Visit,
    checked,
    dump,
    new_store,
    place,
    store_one,
    submit,
    visit,
)

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("place"), PLACES),
        st.tuples(st.just("visit"), VISITS_MADE),
        st.tuples(st.just("correct"), VISITS_MADE),
        st.tuples(st.sampled_from(["approved", "returned", "quarantined", "withdrawn"]), st.none()),
    ),
    max_size=12,
)


def take(store: Store, steps: list[tuple[str, Any]], together: bool) -> None:
    """Do the steps, each in its own transaction, or as many in one as one person may do."""
    acts = [(f"P-{number}", what, raw) for number, (what, raw) in enumerate(steps)]
    for (actor, _), group in groupby(acts, key=lambda act: (actor_of(act[1]), None if together else act[0])):
        with store.writing(actor) as writing:
            for reference, what, raw in group:
                step(store, writing, reference, what, raw)


def actor_of(what: str) -> str:
    return "MON-01" if what in ("place", "visit", "correct", "withdrawn") else "MON-02"


def step(store: Store, writing: Writing, reference: str, what: str, raw: Any) -> None:
    """Do a step to the newest submission to which it can be done."""
    writing.flush()
    there = list_submissions(store)
    if what == "place":
        submit(writing, store, Place, {**raw, "place_ref": reference}, author="MON-AA")
    elif what == "visit":
        parents = [one for one in there if one.form == "visits.place" and one.state != "withdrawn"]
        for parent in parents[:1]:
            submit(writing, store, Visit, {**raw, "_parent": parent.id, "_id": reference}, author="MON-AA")
    elif what == "correct":
        for one in [one for one in there if one.form == "visits.visit" and one.state != "withdrawn"][:1]:
            parents = {other.id: other.state for other in there}
            if one.parent is not None and parents[one.parent] != "withdrawn":
                new = checked(Visit, {**raw, "_parent": one.parent}, store, "MON-AA", replaces=one.id)
                writing.correct(new, VISITS, Visit, reason="new_document", line="A new paper.")
    else:
        wanted = ("submitted",) if what in ("approved", "returned") else ("submitted", "returned", "approved")
        for one in [one for one in there if one.state in wanted][:1]:
            writing.decide(one.id, what, None if what == "approved" else "So it is.")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.booleans())
def test_rebuilt_tables_are_equal(steps: list[tuple[str, Any]], together: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, new_store(Path(folder)) as store:
        take(store, steps, together)
        before = dump(store)
        assert verify(store, CATALOGUE).problems == ()
        assert rebuild(store, CATALOGUE) == len(list_submissions(store))
        assert dump(store) == before
        assert verify(store, CATALOGUE).problems == ()


def test_a_rebuild_mends_whatever_is_not_the_log(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        for number in (1, 2):
            store_one(store, Place, place(number))
            store_one(store, Visit, visit(f"P-{number}", guests=[{"guest_ref": "G1"}]))
        before = dump(store)
        for statement in (
            "UPDATE submission SET state = 'approved'",
            "UPDATE visits__place SET size = 99",
            "DELETE FROM visits__visit__guests",
            "DROP TABLE visits__visit",
            "ALTER TABLE submission ADD COLUMN note TEXT",
            "DROP INDEX submission_key",
            "DELETE FROM contract",
            "DELETE FROM meta WHERE key = 'monitor'",
            "CREATE TRIGGER mine AFTER INSERT ON visits__place BEGIN SELECT 1; END",
            "CREATE VIEW seen AS SELECT 1",
        ):
            store.connection.execute(statement)
        assert rebuild(store, CATALOGUE) == 4
        assert dump(store) == before
        assert verify(store, CATALOGUE).problems == ()


def test_a_reference_that_changed_hands_is_rebuilt(tmp_path: Path) -> None:
    with new_store(tmp_path) as store, store.writing("MON-01") as writing:
        for _ in range(3):
            id = submit(writing, store, Place, place(7))
            writing.decide(id, "withdrawn", "Entered twice.")
        kept = submit(writing, store, Place, place(7))
        moved = checked(Place, place(8), store, replaces=kept)
        writing.correct(moved, VISITS, Place, reason="slip_of_entry", line="It was 8.")
        submit(writing, store, Place, place(7))
    with open_store(tmp_path / "store.db") as store:
        before = dump(store)
        assert rebuild(store, CATALOGUE) == 5
        assert dump(store) == before
