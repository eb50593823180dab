"""The keys of a store: who may open it, who may sign in it for whom, and what happens with other keys or none."""

from __future__ import annotations

import json
import os
import stat
import time
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import Refusal
from monitor.keys import (
    AllowedSigner,
    KeyFile,
    Signer,
    key_file_of,
    lock,
    locking,
    new_key,
    new_signer,
    read_anchors,
    read_key_file,
    read_recovery_key,
    read_signer,
    read_signers,
    recovery_text,
    verifies,
    write_key_file,
    write_signer,
)
from monitor.store import (
    Store,
    create,
    engine,
    enrol,
    keyring,
    list_submissions,
    log,
    open_store,
    open_with_key,
    opening,
    revoke,
    verify,
)
from tests.store_sample import (
    CATALOGUE,
    PASSPHRASE,
    Place,
    new_encrypted,
    new_store,
    open_encrypted,
    place,
    store_one,
)

COST = (locking._OPERATIONS, locking._MEMORY)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases that cost nothing to try; what one really costs has its own test."""
    monkeypatch.setattr(locking, "_OPERATIONS", 1)
    monkeypatch.setattr(locking, "_MEMORY", 8192)


def refused(code: str, does: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        does()
    assert caught.value.code == code, caught.value.lines()
    return caught.value


def closed(store: Store) -> Path:
    store.close()
    return store.path


def kinds(path: Path, signer: Signer | None = None) -> list[str]:
    with open_store(path, signer=signer) as store:
        assert verify(store, CATALOGUE).problems == ()
        return [kind for (kind,) in store.connection.execute("SELECT kind FROM log ORDER BY seq")]


def write(path: Path, number: int, actor: str = "MON-01", signer: Signer | None = None) -> str:
    with open_store(path, signer=signer) as store:
        return store_one(store, Place, place(number), actor)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# Who signs.


def test_every_entry_is_signed_by_the_key_of_the_device(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store_one(store, Place, place())
        keys = read_key_file(key_file_of(store.path))
        assert keys is not None
        signer = keys.signer(None)
        assert signer is not None
        for hash, signature in store.connection.execute("SELECT hash, signature FROM log"):
            assert verifies(hash, signature, signer.public)
            assert not verifies(hash[:-1], signature, signer.public)
        assert [(one.code, one.key, one.device) for one in store.keyring().enrolments] == [
            ("MON-01", signer.public, True)
        ]


def test_a_code_that_acts_for_the_first_time_is_bound_to_the_device(tmp_path: Path) -> None:
    path = closed(new_store(tmp_path))
    for number, actor in enumerate(["MON-01", "MON-02", "MON-02", "MON-01"]):
        write(path, number, actor)
    assert kinds(path) == ["created", "instrument", "submitted", "enrolled", *["submitted"] * 3]


def test_another_device_takes_over_and_the_key_of_the_one_before_signs_no_more(tmp_path: Path) -> None:
    path = closed(new_store(tmp_path))
    write(path, 1, "MON-02")
    before = key_file_of(path).read_bytes()
    key_file_of(path).unlink()
    write(path, 2, "MON-02")
    write(path, 3, "MON-01")
    assert kinds(path) == ["created", "enrolled", "instrument", "submitted", "moved", "submitted", "submitted"]
    with open_store(path) as store:
        assert len(store.keyring().devices) == 1
    key_file_of(path).write_bytes(before)
    refused("SIGN-02", lambda: write(path, 4))
    assert len(kinds(path)) == 7


def test_an_encrypted_store_whose_copy_does_not_sign_gets_another_device(tmp_path: Path) -> None:
    path = closed(new_encrypted(tmp_path))
    keys = read_key_file(key_file_of(path))
    assert keys is not None
    write_key_file(key_file_of(path), keys.without_signer())
    with open_encrypted(path) as store:
        store_one(store, Place, place())
        assert verify(store, CATALOGUE).ok
        assert [kind for (kind,) in store.connection.execute("SELECT kind FROM log")][1] == "moved"
    with open_encrypted(path) as store:
        store_one(store, Place, place(2))  # and that key stays
        assert store.head()[0] == 5


def test_a_person_signs_with_a_key_of_her_own_and_nobody_else_for_her(tmp_path: Path) -> None:
    path, hers = closed(new_store(tmp_path)), new_signer()
    with open_store(path) as store, store.writing("MON-01") as writing:
        assert enrol(writing, "CO-01", hers.public) == hers.id
    write(path, 1, "CO-01", hers)
    refused("SIGN-01", lambda: write(path, 2, "CO-01"))  # the device
    refused("SIGN-03", lambda: write(path, 2, "CO-01", new_signer()))
    refused("SIGN-03", lambda: write(path, 2, "MON-01", hers))
    with open_store(path) as store:
        row = store.connection.execute("SELECT hash, signature FROM log WHERE actor = 'CO-01'").fetchall()
        assert row and all(verifies(hash, signature, hers.public) for hash, signature in row)
    assert kinds(path).count("submitted") == 1


def test_a_key_that_was_revoked_signs_no_more_and_what_it_signed_stays_valid(tmp_path: Path) -> None:
    path, hers = closed(new_store(tmp_path)), new_signer()
    with open_store(path) as store, store.writing("MON-01") as writing:
        enrol(writing, "CO-01", hers.public)
    write(path, 1, "CO-01", hers)
    with open_store(path) as store, store.writing("MON-01") as writing:
        revoke(store, writing, hers.id)
        assert refused("KEY-14", lambda: revoke(store, writing, "0" * 16))
    refused("SIGN-02", lambda: write(path, 2, "CO-01", hers))
    another = new_signer()
    with open_store(path) as store, store.writing("MON-01") as writing:
        enrol(writing, "CO-01", another.public)
    write(path, 3, "CO-01", another)
    assert kinds(path).count("submitted") == 2


def test_the_key_of_a_device_can_be_revoked(tmp_path: Path) -> None:
    path, hers = closed(new_store(tmp_path)), new_signer()
    with open_store(path) as store, store.writing("MON-01") as writing:
        enrol(writing, "CO-01", hers.public)
    with open_store(path, signer=hers) as store, store.writing("CO-01") as writing:
        (device,) = store.keyring().devices
        revoke(store, writing, device)
    refused("SIGN-02", lambda: write(path, 1))
    refused("SIGN-02", lambda: write(path, 1, "MON-99"))


@pytest.mark.parametrize(("since", "until"), [("2020-01-01", "2021-01-01"), ("2999-01-01", None)])
def test_a_key_signs_only_within_its_time(tmp_path: Path, since: str, until: str | None) -> None:
    path, hers = closed(new_store(tmp_path)), new_signer()
    with open_store(path) as store, store.writing("MON-01") as writing:
        enrol(writing, "CO-01", hers.public, since, until)
    refused("SIGN-02", lambda: write(path, 1, "CO-01", hers))
    assert kinds(path) == ["created", "enrolled"]


@pytest.mark.parametrize("day", ["yesterday", "2025-02-30", ""])
def test_the_time_of_a_key_is_given_in_days(tmp_path: Path, day: str) -> None:
    with new_store(tmp_path) as store, store.writing("MON-01") as writing:
        refused("KEY-13", lambda: enrol(writing, "CO-01", new_signer().public, until=day))
        refused("KEY-10", lambda: enrol(writing, "CO-01", "my key"))


def test_a_clock_that_is_set_back_keeps_nobody_from_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = closed(new_store(tmp_path))

    class Yesterday(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Yesterday:
            return cls.fromtimestamp((datetime.now(UTC) - timedelta(days=1)).timestamp(), tz)

    for module in (log, keyring):
        monkeypatch.setattr(module, "datetime", Yesterday)
    write(path, 1, "MON-01")
    write(path, 2, "MON-02")
    key_file_of(path).unlink()
    write(path, 3, "MON-02")
    assert kinds(path).count("submitted") == 3


def test_whoever_opens_no_transaction_makes_no_key(tmp_path: Path) -> None:
    path = closed(new_store(tmp_path))
    key_file_of(path).unlink()
    assert kinds(path) == ["created"]
    assert not key_file_of(path).exists()


# A person's own key in a file.


def test_a_persons_key_is_kept_under_her_passphrase(tmp_path: Path) -> None:
    path, signer = tmp_path / "mine.key", new_signer()
    write_signer(path, signer, PASSPHRASE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert signer.seed.hex() not in path.read_text() and signer.seed.hex() not in repr(signer)
    assert read_signer(path, lambda: PASSPHRASE).public == signer.public
    refused("KEY-03", lambda: read_signer(path, lambda: "another phrase"))
    refused("KEY-08", lambda: write_signer(path, signer, PASSPHRASE))
    refused("KEY-02", lambda: write_signer(tmp_path / "short.key", signer, "short"))
    assert not (tmp_path / "short.key").exists()


NO_KEYS = [b"", b"{}", b"[1]", b"\xff\xfe", b"{" * 100_000, b'{"lock": null}', b"x" * 2_000_000]


@pytest.mark.parametrize("content", NO_KEYS, ids=["empty", "{}", "[1]", "no text", "deep", "no lock", "large"])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.key"
    path.write_bytes(content)
    refused("KEY-09", lambda: read_signer(path, lambda: PASSPHRASE))
    refused("KEY-09", lambda: read_key_file(path))


# What opens an encrypted store.


def test_an_encrypted_store_holds_nothing_that_can_be_read(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with new_encrypted(tmp_path) as store:
            store_one(store, Place, place(1))
            there = contents(tmp_path)
            modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
            assert store.key is not None and store.encrypted
            keys = read_key_file(key_file_of(store.path))
    finally:
        os.umask(before)
    assert set(there) == {"store.db", "store.db.key", "store.db-wal", "store.db-shm"}
    assert modes == {0o600}
    assert not any(mark in there[name] for name in there for mark in (b"SQLite", b"MON-01", b"place", b"programme"))
    assert keys is not None
    device = keys.signer(store.key)
    assert device is not None
    for secret in (store.key, device.seed, PASSPHRASE.encode()):
        assert not any(mark in content for content in there.values() for mark in (secret, secret.hex().encode()))


def test_the_right_passphrase_opens_it_however_its_accents_are_typed(tmp_path: Path) -> None:
    phrase = "šest smišljenih reči"
    create(tmp_path / "s.db", programme="P", monitor="M", passphrase=unicodedata.normalize("NFC", phrase)).close()
    with open_store(tmp_path / "s.db", passphrase=lambda: unicodedata.normalize("NFD", phrase)) as store:
        assert store.programme == "P"


def test_a_wrong_passphrase_is_one_line_and_changes_nothing(tmp_path: Path) -> None:
    new_encrypted(tmp_path).close()
    before = contents(tmp_path)
    refusal = refused("KEY-03", lambda: open_store(tmp_path / "store.db", passphrase=lambda: "another phrase"))
    assert "another phrase" not in "\n".join(refusal.lines())
    refused("KEY-01", lambda: open_store(tmp_path / "store.db"))
    assert contents(tmp_path) == before


def test_another_passphrase_can_be_set_without_touching_the_store(tmp_path: Path) -> None:
    path = closed(new_encrypted(tmp_path))
    before, keys = path.read_bytes(), read_key_file(key_file_of(path))
    assert keys is not None
    write_key_file(key_file_of(path), keys.with_passphrase(keys.open(PASSPHRASE), "eight other words"))
    refused("KEY-03", lambda: open_encrypted(path))
    with open_store(path, passphrase=lambda: "eight other words") as store:
        store_one(store, Place, place())
        assert store.head()[0] == 3  # the key of the device came along
    assert path.read_bytes()[:16] == before[:16]  # the salt of the file: it was not written anew


def test_the_file_of_keys_of_another_store_opens_nothing(tmp_path: Path) -> None:
    path = closed(new_encrypted(tmp_path))
    other = closed(new_encrypted(tmp_path, "other.db"))
    key_file_of(path).write_bytes(key_file_of(other).read_bytes())
    before = contents(tmp_path)
    refused("KEY-06", lambda: open_encrypted(path))
    assert contents(tmp_path) == before


def test_without_its_file_of_keys_an_encrypted_store_stays_shut(tmp_path: Path) -> None:
    path = closed(new_encrypted(tmp_path))
    for_plain = KeyFile(None, None).with_signer(new_signer(), None)
    key_file_of(path).unlink()
    refused("KEY-04", lambda: open_encrypted(path))
    write_key_file(key_file_of(path), for_plain)
    refused("KEY-04", lambda: open_encrypted(path))


def test_a_plain_file_in_the_place_of_an_encrypted_one_is_noticed_before_anything_is_typed(tmp_path: Path) -> None:
    path = closed(new_encrypted(tmp_path))
    (tmp_path / "other").mkdir()
    path.write_bytes(closed(new_store(tmp_path / "other")).read_bytes())

    def asked() -> str:
        raise AssertionError("a passphrase was asked for")

    refused("KEY-05", lambda: open_store(path, passphrase=asked))


def test_a_key_is_bound_to_its_purpose() -> None:
    signer, key = new_signer(), new_key()
    keys = KeyFile(None, None).with_passphrase(key, PASSPHRASE).with_signer(signer, key)
    again = keys.signer(key)
    assert again is not None and again.public == signer.public
    assert keys.signer(new_key()) is None
    moved = KeyFile(lock(key, PASSPHRASE, b"another purpose"), None)
    refused("KEY-03", lambda: moved.open(PASSPHRASE))


ABSURD: dict[str, dict[str, Any]] = {
    "a terabyte": {"memory": 1 << 40},
    "no memory": {"memory": 0},
    "a billion passes": {"operations": 10**9},
    "fewer than none": {"operations": -1},
    "a number that is none": {"memory": "128"},
    "a fraction": {"operations": 2.5},
    "a number in quotes": {"memory": "8192"},
    "another function": {"kdf": "md5"},
    "a short salt": {"salt": "00"},
    "a box of a megabyte": {"box": "00" * 500_000},
    "a salt that is none": {"salt": None},
}


@pytest.mark.parametrize("what", ABSURD)
def test_a_file_of_keys_that_asks_for_too_much_is_refused_at_once(tmp_path: Path, what: str) -> None:
    path = closed(new_encrypted(tmp_path))
    lines = json.loads(key_file_of(path).read_text())
    lines["lock"] |= ABSURD[what]
    key_file_of(path).write_text(json.dumps(lines))
    began = time.monotonic()
    refused("KEY-09", lambda: open_encrypted(path))
    assert time.monotonic() - began < 5  # a guess at the absurd cost would take minutes, or all memory


def test_a_guess_at_a_passphrase_costs_what_rfc_9106_asks_for_and_twice_its_memory() -> None:
    assert COST == (3, 128 << 20)


# Without a library that encrypts.


def test_encryption_that_cannot_be_had_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = closed(new_encrypted(tmp_path))
    key, before = read_key_file(key_file_of(path)), contents(tmp_path)
    assert key is not None
    for module in (engine, opening):
        monkeypatch.setattr(module, "can_encrypt", lambda: False)
    refused("STORE-90", lambda: new_encrypted(tmp_path, "second.db"))
    refused("STORE-90", lambda: open_encrypted(path))
    refused("STORE-90", lambda: open_with_key(path, key.open(PASSPHRASE)))
    assert contents(tmp_path) == before


def test_a_library_that_ignores_the_key_never_gets_to_write_a_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if the assertion of the library's version had let it pass.
    real = engine.connect
    monkeypatch.setattr(opening, "connect", lambda path, key, patience: real(path, None, patience))
    refused("STORE-90", lambda: new_encrypted(tmp_path))
    assert not list(tmp_path.iterdir())


# The recovery key.

KEYS = st.binary(min_size=32, max_size=32)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@given(KEYS)
def test_the_recovery_key_can_be_copied_from_paper(key: bytes) -> None:
    text = recovery_text(key)
    assert [len(group) for group in text.split("-")] == [4] * 14
    assert read_recovery_key(text) == key
    careless = text.lower().replace("-", " ").replace("o", "0").replace("i", "1")
    assert read_recovery_key(f"  {careless}\n") == key


@settings(max_examples=300)
@given(KEYS, st.integers(0, 55), st.sampled_from(ALPHABET))
def test_any_one_character_copied_wrongly_is_noticed(key: bytes, at: int, letter: str) -> None:
    text = recovery_text(key).replace("-", "")
    wrong = text[:at] + letter + text[at + 1 :]
    if wrong == text:
        assert read_recovery_key(wrong) == key
    else:
        refused("KEY-07", lambda: read_recovery_key(wrong))


@given(st.text(max_size=70))
def test_what_is_no_recovery_key_is_refused(typed: str) -> None:
    refused("KEY-07", lambda: read_recovery_key(typed))


def test_the_recovery_key_opens_the_store_and_no_other(tmp_path: Path) -> None:
    with new_encrypted(tmp_path) as store:
        store_one(store, Place, place())
        assert store.key is not None
        on_paper = recovery_text(store.key)
    key_file_of(store.path).unlink()
    with open_with_key(store.path, read_recovery_key(on_paper)) as again:
        assert len(list_submissions(again)) == 1
    other = closed(new_encrypted(tmp_path, "other.db"))
    refused("KEY-06", lambda: open_with_key(other, read_recovery_key(on_paper)))


def test_a_plain_store_is_no_store_to_a_key(tmp_path: Path) -> None:
    path = closed(new_store(tmp_path))
    refused("KEY-17", lambda: open_with_key(path, new_key()))


# What is kept outside the store: anchors, and a list of those who may sign.


def test_an_anchor_is_one_line_that_can_be_copied_and_not_changed(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        anchor = store.anchor()
    file = tmp_path / "anchors"
    file.write_text(f"# of the mission\n\n  {anchor.line()}  \n{anchor.line()}\n")
    assert read_anchors(file) == [anchor, anchor] and anchor.is_genuine()
    assert (anchor.store, anchor.entries) == (anchor.head, 1)
    line = anchor.line()
    for at in range(len("monitor-anchor-1 "), len(line)):
        for letter in "0aZ":
            changed = line[:at] + letter + line[at + 1 :]
            file.write_text(changed)
            try:
                assert changed == line or not any(one.is_genuine() for one in read_anchors(file)), changed
            except Refusal as refusal:
                assert refusal.code == "KEY-12"


@pytest.mark.parametrize("content", ["", "# nothing\n", "monitor-anchor-1\n", "\x00", "x" * 2_000_000])
def test_what_is_no_anchor_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "anchors").write_text(content)
    with pytest.raises(Refusal, match=r"KEY-(09|12)"):
        read_anchors(tmp_path / "anchors")


def test_a_list_of_allowed_signers_says_who_may_sign_when(tmp_path: Path) -> None:
    path, hers = closed(new_store(tmp_path)), new_signer()
    with open_store(path) as store, store.writing("MON-01") as writing:
        enrol(writing, "CO-01", hers.public, until="2999-01-01")
    write(path, 1, "CO-01", hers)
    file = tmp_path / "signers"
    with open_store(path) as store:
        file.write_text("# who may\n" + "".join(f"{one.line()}\n" for one in store.keyring().signers()))
        assert read_signers(file) == store.keyring().signers()
        assert verify(store, CATALOGUE, signers=read_signers(file)).ok
        everybody = [AllowedSigner("*", one.key) for one in read_signers(file)]
        assert verify(store, CATALOGUE, signers=everybody).ok
        over = [replace(one, until="2020") for one in everybody]
        for fewer in (read_signers(file)[:1], read_signers(file)[1:], over):
            assert any("allowed signers" in problem for problem in verify(store, CATALOGUE, signers=fewer).problems)


@pytest.mark.parametrize("line", ["", "CO-01", "CO-01 monitor-ed25519 abc", "CO-01 ssh-ed25519 AAAA", "a b c"])
def test_what_is_no_list_of_signers_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "signers").write_text(line)
    refused("KEY-16", lambda: read_signers(tmp_path / "signers"))
