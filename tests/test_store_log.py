"""The log: canonical, chained, only growing; open and sealed answers stand nowhere else."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from monitor.store import list_submissions, open_store, sqlite
from monitor.store.canonical import canonical, salted
from tests.intruder import Intruder
from tests.store_sample import Place, Visit, dump, new_store, place, store_one, submit, visit

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
_WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
_VALUES = st.recursive(
    st.none() | st.booleans() | _WHOLE | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(_VALUES)
def test_canonical_json_is_that_of_rfc_8785(value: object) -> None:
    assert canonical(value).encode() == rfc8785.dumps(value)  # type: ignore[arg-type]  # reason: it names its own JSON type


def test_nan_has_no_canonical_form() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))


def test_the_same_words_have_another_digest_each_time() -> None:
    assert salted({"answers": {"story": "x"}}) != salted({"answers": {"story": "x"}})
    assert salted({}) is None


def test_each_entry_is_chained_to_the_one_before(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place(owner="Someone"))
        store_one(store, Visit, visit(story="It rained."))
        previous = "0" * 64
        rows = store.connection.execute(
            "SELECT seq, time, actor, kind, submission, payload, previous, hash, open, sealed FROM log ORDER BY seq"
        ).fetchall()
        for number, (*said, payload, before, own, open_, sealed) in enumerate(rows, 1):
            inside = [*said, hashlib.sha256(payload.encode()).hexdigest(), previous]
            assert (said[0], before) == (number, previous)
            assert own == hashlib.sha256(rfc8785.dumps(inside)).hexdigest()
            for part, name in ((open_, "open"), (sealed, "sealed")):
                assert json.loads(payload)["commit"][name] == (part and hashlib.sha256(part.encode()).hexdigest())
            previous = own
        assert [row[3] for row in rows] == ["created", "instrument", "submitted", "submitted"]
        assert store.head()[:2] == (4, previous)


STATEMENTS = [
    "UPDATE log SET actor = 'MON-02' WHERE seq = 2",
    "UPDATE log SET open = NULL WHERE seq = 4",
    "UPDATE OR REPLACE log SET seq = 1 WHERE seq = 2",
    "DELETE FROM log WHERE seq = 2",
    "DELETE FROM log",
    "REPLACE INTO log SELECT * FROM log WHERE seq = 2",
    "INSERT OR IGNORE INTO log SELECT seq + 9, time, actor, kind, submission, payload, open, sealed, previous,"
    " hash, signature FROM log WHERE seq = 2",
    "INSERT INTO log (seq, time, actor, kind, payload, previous, hash) VALUES (0, '', '', '', '', '', '')",
]


LIFTED = [
    "DROP TABLE log",
    "ALTER TABLE log RENAME TO other",
    "ALTER TABLE log ADD COLUMN other TEXT",
    "DROP TRIGGER log_keeps_all",
    "CREATE TRIGGER mine BEFORE INSERT ON log BEGIN SELECT RAISE(IGNORE); END",
    "CREATE TEMP TRIGGER mine BEFORE INSERT ON main.log BEGIN SELECT RAISE(IGNORE); END",
    "PRAGMA recursive_triggers = OFF",
    "PRAGMA writable_schema = ON",
    "PRAGMA schema_version = 7",
    "PRAGMA trusted_schema = ON",
    "ATTACH ':memory:' AS other",
    "UPDATE sqlite_schema SET sql = '' WHERE name = 'log_keeps_all'",
]


@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_triggers_stop_another_program_from_changing_the_log(
    tmp_path: Path, statement: str, recursive: str
) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Visit, visit(store_one(store, Place, place()), story="It rained."))
        before = dump(store)["log"]
    with Intruder(store.path).connected() as other:
        other.execute(f"PRAGMA recursive_triggers = {recursive}")
        with pytest.raises(sqlite.IntegrityError, match=r"log|removed"):
            other.execute(statement)
    with open_store(store.path) as again:
        assert dump(again)["log"] == before


@pytest.mark.parametrize("statement", [*STATEMENTS, *LIFTED])
def test_the_connection_of_the_store_refuses_to_change_the_log_or_to_lift_what_guards_it(
    tmp_path: Path, statement: str
) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Visit, visit(store_one(store, Place, place()), story="It rained."))
        before = dump(store)["log"]
        grows = statement.startswith(("REPLACE", "INSERT"))  # an entry is added in this way: the triggers judge it
        kind = sqlite.IntegrityError if grows else sqlite.DatabaseError
        with pytest.raises(kind, match=r"log|removed" if grows else "not authorized|may not be modified"):
            store.connection.execute(statement)
        assert dump(store)["log"] == before


def test_open_and_sealed_answers_stand_in_the_log_alone(tmp_path: Path) -> None:
    names = ("owner", "story", "licence", "remark", "name", "source", "why")
    marks = {name: f"MARK-{name}-IMPOSSIBLE" for name in names}
    with new_store(tmp_path) as store:
        store_one(store, Place, place(owner=marks["owner"]))
        guest = {"guest_ref": "G1", "remark": marks["remark"], "real_name": marks["name"]}
        more = {"_source": marks["source"], "_explanations": {"V2": marks["why"]}}
        raw = visit(story=marks["story"] + " 123456", licence_number=marks["licence"], guests=[guest], **more)
        with store.writing("MON-01") as writing:
            submit(writing, store, Visit, raw)
        tables = dump(store)
        tables["log"] = [(*row[:6], *row[8:]) for row in tables["log"]]  # without the columns open and sealed
        for table, lines in tables.items():
            for mark in marks.values():
                assert mark not in repr(lines), table
        assert not any(mark in repr(list_submissions(store)) for mark in marks.values())
        kept = repr(store.connection.execute("SELECT open, sealed FROM log").fetchall())
        assert all(mark in kept for mark in marks.values())
