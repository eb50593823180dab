"""Whatever is changed behind the store's back is found, and named without naming an answer."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor import Form, Instrument, Ref
from monitor.errors import Refusal
from monitor.forms import FormMeta
from monitor.keys import new_signer
from monitor.review import approve, approve_all
from monitor.store import Verification, history, open_store, rebuild, show, sqlite, verify
from monitor.store.canonical import canonical
from tests.intruder import Intruder, Sign, as_before, by, chain, unsigned
from tests.store_sample import CATALOGUE, Place, Visit, dump, new_store, place, store_one, visit

SECRET = "Rosamunda"


def filled(folder: Path) -> Path:
    """A store of 3 places and 3 visits (entries 3 to 8), two of them decided on (10 and 11) by somebody new (9)."""
    with new_store(folder) as store:
        for number in (1, 2, 3):
            store_one(store, Place, place(number, owner=SECRET))
        guests = [{"guest_ref": "G1", "age": 7, "remark": SECRET}, {"guest_ref": "G2"}]
        ids = [store_one(store, Visit, visit(f"P-{number}", story=SECRET, guests=guests)) for number in (1, 2, 3)]
        with store.writing("MON-02") as writing:
            writing.decide(ids[0], "approved")
            writing.decide(ids[1], "returned", "Please look again.")
        assert verify(store, CATALOGUE) == Verification(ok=True, entries=11, problems=())
        return store.path


def tamper(path: Path, *statements: str) -> None:
    """Change a store as somebody would who knows SQLite and covers the tracks: the triggers are put back."""
    Intruder(path).run(*statements)


TAMPERED = {
    "a closed answer in the log": (
        "UPDATE log SET payload = replace(payload, '\"size\":3', '\"size\":4') WHERE seq = 3",
        ["log entry 3: was changed", "visits__place {3}: size"],
    ),
    "an open answer in the log": (
        f"UPDATE log SET open = replace(open, '{SECRET}', 'Rosamundb') WHERE seq = 6",
        ["log entry 6: what stands in 'open'"],
    ),
    "a sealed answer in the log": (
        f"UPDATE log SET sealed = replace(sealed, '{SECRET}', 'Rosamundb') WHERE seq = 4",
        ["log entry 4: what stands in 'sealed'"],
    ),
    "an open answer removed": ("UPDATE log SET open = NULL WHERE seq = 6", ["log entry 6: what stands in 'open'"]),
    "an open answer added": ("UPDATE log SET open = '{}' WHERE seq = 10", ["log entry 10: what stands in 'open'"]),
    "bytes that are no text": (
        "UPDATE log SET payload = CAST(CAST(payload AS BLOB) || x'FF' AS TEXT) WHERE seq = 3",
        ["log entry 3: was changed", "log entry 3: its payload cannot be read", "submission {3}: cannot be compared"],
    ),
    "who acted": ("UPDATE log SET actor = 'MON-03' WHERE seq = 10", ["log entry 10: was changed"]),
    "when": ("UPDATE log SET time = '2020-01-01' WHERE seq = 10", ["log entry 10: was changed"]),
    "what was decided": (
        "UPDATE log SET kind = 'approved' WHERE seq = 11",
        ["log entry 11: was changed", "submission {7}: state"],
    ),
    "about which submission": (
        "UPDATE log SET submission = (SELECT submission FROM log WHERE seq = 8) WHERE seq = 11",
        ["log entry 11: was changed", "submission {7}: state", "submission {8}: state"],
    ),
    "an entry deleted": (
        "DELETE FROM log WHERE seq = 8",
        ["log: entry 8 is missing", "log entry 9: does not follow", "visits__visit: there is a line of {8}"],
    ),
    "the first entry deleted": ("DELETE FROM log WHERE seq = 1", ["entry 1 is missing", "does not create the store"]),
    "two entries exchanged": (
        "UPDATE log SET seq = CASE seq WHEN 10 THEN 1010 ELSE 1009 END WHERE seq IN (10, 11)",
        ["entries 10 to 1008 are missing"],
    ),
    "an answer in a table": ("UPDATE visits__place SET size = 4 WHERE place_ref = 'P-1'", ["visits__place {3}: size"]),
    "an answer blanked": ("UPDATE visits__visit__guests SET age = NULL WHERE _row = 1", ["{6}, row 1: age"]),
    "a row added": (
        "INSERT INTO visits__visit__guests SELECT _submission, 3, 'G9', 9 FROM visits__visit__guests LIMIT 1",
        ["visits__visit__guests {6}, row 3: is not in the log"],
    ),
    "a row removed": (
        "DELETE FROM visits__visit__guests WHERE _row = 2",
        ["visits__visit__guests {6}, row 2: is missing", "visits__visit__guests {8}, row 2: is missing"],
    ),
    "answers removed": ("DELETE FROM visits__visit WHERE rowid = 1", ["visits__visit {6}: is missing"]),
    "answers of nobody": (
        "INSERT INTO visits__visit (_submission) VALUES ('zzz'), ('000')",
        ["there is a line of zzz", "there is a line of 000", "visits__visit: a line belongs to a submission"],
    ),
    "a state": (
        "UPDATE submission SET state = 'approved' WHERE id = (SELECT submission FROM log WHERE seq = 8)",
        ["submission {8}: state"],
    ),
    "an author": ("UPDATE submission SET author = 'MON-09'", ["submission {3}: author"]),
    "a submission added": (
        "INSERT INTO submission SELECT 'zzz', form, version, NULL, state, revision, author, entered_by, session,"
        " language, submitted_at, NULL, NULL, NULL, NULL, warnings, screened, urgent, seq, consent, NULL"
        " FROM submission LIMIT 1",
        ["submission: there is a line of zzz"],
    ),
    "a submission removed": (
        "DELETE FROM submission WHERE id = (SELECT submission FROM log WHERE seq = 8)",
        ["submission: {8} is missing"],
    ),
    "a contract": ("UPDATE contract SET contract = '{}'", ["contract: visits 1.0 is not as the log says"]),
    "a contract removed": ("DELETE FROM contract", ["contract: visits 1.0 is missing"]),
    "the programme": ("UPDATE meta SET value = 'Other' WHERE key = 'programme'", ["meta: programme"]),
    "a column added": ("ALTER TABLE visits__place ADD COLUMN note TEXT", ["no question for column note"]),
    "a table dropped": ("DROP TABLE visits__visit__guests", ["table visits__visit__guests is missing"]),
    "an index dropped": ("DROP INDEX submission_key", ["index submission_key is missing"]),
    "a trigger added": (
        "CREATE TRIGGER mine AFTER INSERT ON submission BEGIN DELETE FROM visits__place; END",
        ["trigger mine is not a part of a store"],
    ),
    "a table added": ("CREATE TABLE copies (a, b)", ["table copies is not a part of a store"]),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_change_behind_the_back_of_the_store_is_found(tmp_path: Path, what: str) -> None:
    path = filled(tmp_path)
    with open_store(path) as store:
        ids = dict(store.connection.execute("SELECT seq, submission FROM log"))
    statement, expected = TAMPERED[what]
    tamper(path, statement)
    with open_store(path) as store:
        verification = verify(store, CATALOGUE)
    assert not verification.ok
    found = "\n".join(verification.problems)
    for line in expected:
        for seq, id in ids.items():
            line = line.replace(f"{{{seq}}}", str(id))
        assert line in found
    assert SECRET not in found and "Rosamundb" not in found


@pytest.mark.parametrize("trigger", ["log_keeps_lines", "log_keeps_all", "log_grows_by_one"])
@pytest.mark.parametrize("weakened", [False, True])
def test_a_trigger_dropped_or_weakened_is_found_and_put_back(tmp_path: Path, trigger: str, weakened: bool) -> None:
    path = filled(tmp_path)
    weaker = f"CREATE TRIGGER {trigger} BEFORE UPDATE ON log WHEN 0 BEGIN SELECT 1; END"
    with open_store(path) as store:
        for statement in (f"DROP TRIGGER {trigger}", weaker.replace(trigger, "mine")):
            with pytest.raises(sqlite.DatabaseError, match="not authorized"):
                store.connection.execute(statement)
    with Intruder(path).connected() as other:
        other.execute(f"DROP TRIGGER {trigger}")
        if weakened:
            other.execute(weaker)
    with open_store(path) as store:
        (problem,) = verify(store, CATALOGUE).problems
        assert problem == f"trigger {trigger} {'was changed' if weakened else 'is missing'}."
        rebuild(store, CATALOGUE)
        assert verify(store, CATALOGUE).ok


@pytest.mark.parametrize("byte", range(0, 60, 7))
def test_one_changed_byte_in_an_answer_is_found_in_the_file_itself(tmp_path: Path, byte: int) -> None:
    path = filled(tmp_path)
    content = bytearray(path.read_bytes())
    mark = b'"answers":{"guests"' if byte % 2 else b'"closed":{"guests":'
    at = content.rindex(mark) + 1 + byte
    content[at] ^= 0x01 if byte % 3 else 0x80
    path.write_bytes(content)
    with open_store(path) as store:
        verification = verify(store, CATALOGUE)
    assert not verification.ok
    assert SECRET not in "".join(verification.problems)


def found(path: Path, before: dict[str, list[tuple[Any, ...]]]) -> bool:
    """Whether a damaged store is refused, or found by verify; or else has lost nothing."""
    try:
        with open_store(path) as store:
            return not verify(store, CATALOGUE).ok or dump(store) == before
    except Refusal as refusal:
        return refusal.code in ("STORE-04", "STORE-05", "STORE-06", "STORE-09", "KEY-04")


def test_a_damaged_page_is_found_wherever_it_is(tmp_path: Path) -> None:
    path = filled(tmp_path)
    with open_store(path) as store:
        before = dump(store)
    whole = path.read_bytes()
    for start in range(0, len(whole), 4096):
        path.write_bytes(whole[:start] + bytes(range(256)) * 16 + whole[start + 4096 :])
        assert found(path, before), start


def test_a_changed_byte_is_found_wherever_it_matters(tmp_path: Path) -> None:
    path = filled(tmp_path)
    with open_store(path) as store:
        before = dump(store)
    whole = path.read_bytes()
    chance = random.Random(7)
    for at in chance.sample(range(len(whole)), 200):
        content = bytearray(whole)
        content[at] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        assert found(path, before), at


def test_problems_are_counted_to_the_end_and_listed_only_so_far(tmp_path: Path) -> None:
    path = filled(tmp_path)
    lines = " UNION ALL ".join(f"SELECT 'x{number}'" for number in range(300))
    tamper(path, f"INSERT INTO visits__place (_submission) {lines}")
    with open_store(path) as store:
        problems = verify(store, CATALOGUE).problems
    assert len(problems) == 201 and problems[-1] == "... and 400 more."


def written_anew(path: Path, sign: Sign) -> None:
    """Another number in entry 3, and every entry from there on chained anew; the tables follow."""
    intruder = Intruder(path)
    lines = intruder.log()
    lines[2]["payload"] = lines[2]["payload"].replace('"size":3', '"size":4')
    intruder.write_log(chain(lines, sign, start=3))
    intruder.with_tables_made_again()


@pytest.mark.parametrize("sign", [unsigned, as_before, by(new_signer())], ids=["unsigned", "old", "other key"])
def test_a_chain_written_anew_without_the_key_of_the_device_is_found_by_its_signatures(
    tmp_path: Path, sign: Sign
) -> None:
    path = filled(tmp_path)
    written_anew(path, sign)
    with open_store(path) as store:
        problems = verify(store, CATALOGUE).problems
    assert len(problems) == 9  # from entry 3 to the last
    assert all("sign" in problem for problem in problems)


def test_a_chain_written_anew_with_the_key_of_the_device_is_found_by_an_anchor_alone(tmp_path: Path) -> None:
    path = filled(tmp_path)
    with open_store(path) as store:
        anchor = store.anchor()
    written_anew(path, by(Intruder(path).device()))
    with open_store(path) as store:
        assert verify(store, CATALOGUE).ok
        (problem,) = verify(store, CATALOGUE, anchors=[anchor]).problems
    assert problem.endswith("entry 11 is another one than then: the log was written anew.")


def test_a_tail_cut_off_with_its_lines_is_found_by_an_anchor_alone(tmp_path: Path) -> None:
    path = filled(tmp_path)
    with open_store(path) as store:
        anchor = store.anchor()
    tamper(path, "DELETE FROM log WHERE seq = 11", "UPDATE submission SET state = 'submitted', seq = 7 WHERE seq = 11")
    with open_store(path) as store:
        assert verify(store, CATALOGUE).ok
        (problem,) = verify(store, CATALOGUE, anchors=[anchor]).problems
    assert "had 11 entries then and has 10 now: it was cut off" in problem


def test_an_instrument_that_is_not_loaded_is_named_and_nothing_breaks(tmp_path: Path) -> None:
    with open_store(filled(tmp_path)) as store:
        before = dump(store)
        verification = verify(store, {})
        assert verification.problems == (
            "visits: is not loaded, so the answers of its 6 submissions were not compared.",
        )
        with pytest.raises(Refusal, match="STORE-23"):
            rebuild(store, {})
        assert dump(store) == before


def test_an_answer_that_the_loaded_instrument_does_not_ask_is_named(tmp_path: Path) -> None:
    with open_store(filled(tmp_path)) as store:
        reference = Ref("Which?", pattern=r"P-[0-9]+", example="P-1")
        smaller = FormMeta("Place", (Form,), {"__doc__": "A place.", "place_ref": reference})
        changed = {"visits": Instrument("visits", "1.0", "Visits", (smaller,))}
        assert any("does not ask size" in problem for problem in verify(store, changed).problems)
        before = dump(store)
        with pytest.raises(Refusal, match=r"does not ask: size"):
            rebuild(store, changed)
        assert dump(store) == before


def test_a_store_is_not_rebuilt_from_a_log_that_is_not_whole(tmp_path: Path) -> None:
    path = filled(tmp_path)
    tamper(path, "UPDATE log SET actor = 'MON-03' WHERE seq = 10")
    with open_store(path) as store:
        before = dump(store)
        with pytest.raises(Refusal) as caught:
            rebuild(store, CATALOGUE)
        assert caught.value.code == "STORE-22" and "log entry 10" in caught.value.details[0]
        assert dump(store) == before
        store_one(store, Place, place(9))  # the refusal left the connection as it was


FORGED: dict[str, Callable[[dict[str, object]], object]] = {
    "no form": lambda payload: payload.pop("form"),
    "no closed answers": lambda payload: payload.update(closed=None),
    "rows that are none": lambda payload: payload.update(closed={"guests": [1, 2]}),
    "money that is none": lambda payload: payload.update(closed={"fee": "1 EUR"}),
    "a number as text": lambda payload: payload.update(closed={"open_that_day": ["no"]}),
    "another shape": lambda payload: payload.clear(),
}


@pytest.mark.parametrize("how", FORGED)
def test_an_entry_that_says_nonsense_in_a_whole_chain_is_reported_and_no_crash(tmp_path: Path, how: str) -> None:
    said_and_signed(filled(tmp_path), 8, FORGED[how])


FORGED_ABOUT_KEYS: dict[str, Callable[[dict[str, object]], object]] = {
    "no key": lambda payload: payload.pop("key"),
    "a key that is no text": lambda payload: payload.update(key=7),
    "a key that is none": lambda payload: payload.update(key="é" * 64),
    "a code that is no text": lambda payload: payload.update(code=["MON-02"]),
    "a time that is none": lambda payload: payload.update(since=2025),
    "an end that is none": lambda payload: payload.update(until={}),
    "another shape": lambda payload: payload.clear(),
}


@pytest.mark.parametrize("how", FORGED_ABOUT_KEYS)
@pytest.mark.parametrize("kind", ["enrolled", "moved", "revoked", "recipients", "created"])
def test_an_entry_that_says_nonsense_about_keys_is_reported_and_no_crash(tmp_path: Path, kind: str, how: str) -> None:
    said_and_signed(filled(tmp_path), 9, FORGED_ABOUT_KEYS[how], kind)


def said_and_signed(
    path: Path, seq: int, forge: Callable[[dict[str, object]], object], kind: str | None = None
) -> None:  # fmt: skip
    """Let an entry say something else, as whoever has the device's key could, and look for it."""
    intruder = Intruder(path)
    lines = intruder.log()
    payload = json.loads(lines[seq - 1]["payload"])
    forge(payload)
    lines[seq - 1] |= {"payload": canonical(payload), "kind": kind or lines[seq - 1]["kind"]}
    intruder.write_log(chain(lines, by(intruder.device())))
    with open_store(path) as store:
        assert not verify(store, CATALOGUE).ok


def test_a_log_that_cannot_be_read_is_a_refusal_wherever_it_is_read(tmp_path: Path) -> None:
    path = filled(tmp_path)
    tamper(path, "UPDATE log SET payload = substr(payload, 2) WHERE seq > 2")
    with open_store(path) as store:
        id = store.connection.execute("SELECT submission FROM log WHERE seq = 8").fetchone()[0]
        reads: list[Callable[[], object]] = [
            lambda: show(store, id, CATALOGUE), lambda: history(store, id), lambda: rebuild(store, CATALOGUE),
            lambda: approve(store, [id], actor="MON-02"), lambda: approve_all(store, actor="MON-02"),
            lambda: store_one(store, Visit, visit()),
        ]  # fmt: skip
        for read in reads:
            with pytest.raises(Refusal, match=r"STORE-(09|22|28)"):
                read()
