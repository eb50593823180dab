"""Sealed answers: whoever entered them cannot read them back, and whoever holds a key reads what was sealed there."""

from __future__ import annotations

import base64
import json
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import Refusal
from monitor.keys import Identities, check_recipients, generate_identity, locking, read_identities, seal
from monitor.plugins import load
from monitor.review import doubts
from monitor.store import (
    Store,
    create,
    history,
    list_submissions,
    open_sealed,
    open_store,
    open_with_key,
    rebuild,
    rotate,
    show,
    verify,
)
from monitor.submissions import check
from tests.intruder import Intruder
from tests.store_sample import (
    CATALOGUE,
    VISITS,
    Place,
    Visit,
    checked,
    dump,
    new_encrypted,
    new_store,
    place,
    store_one,
    visit,
)

ROOT = Path(__file__).parents[1]
SECRET = "Rosamunda Invented"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases that cost nothing to try."""
    monkeypatch.setattr(locking, "_OPERATIONS", 1)
    monkeypatch.setattr(locking, "_MEMORY", 8192)


@dataclass(frozen=True)
class Keys:
    """Two keys of a programme, one of them kept offline, and one of somebody else."""

    office: Identities
    safe: Identities
    stranger: Identities

    @property
    def recipients(self) -> list[str]:
        return [*self.office.recipients(), *self.safe.recipients()]


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    folder = tmp_path / "keys"
    folder.mkdir()
    for name in ("office", "safe", "stranger"):
        generate_identity(folder / name)
    return Keys(*(read_identities(folder / name) for name in ("office", "safe", "stranger")))


def refused(code: str, does: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        does()
    assert caught.value.code == code, caught.value.lines()
    return caught.value


def sealed_store(folder: Path, keys: Keys, name: str = "store.db", plain: bool = False) -> Store:
    if plain:  # to look for plaintext in a file that hides nothing else
        return create(folder / name, "An invented programme", "MON-01", plain=True, recipients=keys.recipients)
    return new_encrypted(folder, name, keys.recipients)


def columns(store: Store) -> list[str]:
    """The sealed parts of the entries that bring answers."""
    query = "SELECT sealed FROM log WHERE seq > 1 AND sealed IS NOT NULL ORDER BY seq"
    return [text for (text,) in store.connection.execute(query)]


def test_what_is_sealed_opens_with_either_key_and_with_no_other(tmp_path: Path, keys: Keys) -> None:
    guests = [{"guest_ref": "G1"}, {"guest_ref": "G2", "real_name": "Ana Invented"}]
    with sealed_store(tmp_path, keys) as store:
        store_one(store, Place, place())
        id = store_one(store, Visit, visit(licence_number=SECRET, guests=guests))
        for identities in (keys.office, keys.safe):
            opened = open_sealed(store, "CO-01", id, identities)
            assert dict(opened) == {"licence_number": SECRET, "guests[2].real_name": "Ana Invented"}
        before = store.head()
        refused("SEAL-03", lambda: open_sealed(store, "CO-01", id, keys.stranger))
        assert store.head() == before
        assert [act.kind for act in history(store, id)] == ["submitted", "opened", "opened"]
        assert verify(store, CATALOGUE).ok
        assert show(store, id, CATALOGUE).content.sealed == {}


def test_nothing_of_a_sealed_answer_is_in_the_store_or_in_what_it_says(tmp_path: Path, keys: Keys) -> None:
    with sealed_store(tmp_path, keys, plain=True) as store:
        id = store_one(store, Place, place(owner=SECRET))
        files = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
        assert b"P-1" in files
        for text in (SECRET, *SECRET.split()):
            assert text.encode() not in files and base64.b64encode(text.encode())[:-2] not in files
        shown = show(store, id, CATALOGUE)
        assert SECRET not in repr((dump(store), shown, list_submissions(store), dict(shown.rows(narratives=True))))
        assert dict(shown.rows())["owner"] == "(sealed)"
        rebuild(store, CATALOGUE)
        assert verify(store, CATALOGUE).ok


def test_a_seal_says_nothing_of_how_long_a_name_is(tmp_path: Path, keys: Keys) -> None:
    with sealed_store(tmp_path, keys) as store, store.writing("MON-01") as writing:
        for number in range(1, 101):
            writing.submit(checked(Place, place(number, owner="x" * number), store), VISITS, Place)
        writing.flush()
        assert len(columns(store)) == 100
        assert len({body(text) for text in columns(store)}) == 1
    longer = (body(seal({"owner": "x" * length}, {}, keys.recipients)) for length in (300, 400))
    assert len(set(longer)) == 1


def body(sealed: str) -> int:
    """The length of what is sealed. The header before it has a random length, which age's library makes so."""
    _, _, after = base64.b64decode(sealed).partition(b"\n--- ")
    return len(after)


def test_an_answer_without_a_sealed_one_has_no_seal(tmp_path: Path, keys: Keys) -> None:
    with sealed_store(tmp_path, keys) as store:
        id = store_one(store, Place, place())
        assert columns(store) == []
        refused("SEAL-02", lambda: open_sealed(store, "CO-01", id, keys.office))


def test_an_encrypted_store_without_keys_takes_no_sealed_answer(tmp_path: Path, keys: Keys) -> None:
    with new_encrypted(tmp_path) as store:
        refusal = refused("SEAL-01", lambda: store_one(store, Place, place(owner=SECRET)))
        assert SECRET not in "\n".join(refusal.lines())
        assert list_submissions(store) == [] and store.head()[0] == 1
        store_one(store, Place, place(2))
        with store.writing("MON-01") as writing:
            rotate(writing, keys.recipients)
        store_one(store, Place, place(owner=SECRET))
        assert len(columns(store)) == 1


def test_a_plain_store_without_keys_keeps_them_readable_apart_from_the_others(tmp_path: Path, keys: Keys) -> None:
    with new_store(tmp_path) as store:
        id = store_one(store, Place, place(owner=SECRET))
        assert SECRET in columns(store)[0]
        assert dict(open_sealed(store, "MON-01", id, keys.stranger)) == {"owner": SECRET}


# What a seal is bound to.


def moved(path: Path, key: bytes | None, seal_of: str, to: str) -> None:
    """Put the sealed column of one entry (an SQL condition) into another."""
    Intruder(path, key).run(f"UPDATE log SET sealed = (SELECT sealed FROM log WHERE {seal_of}) WHERE {to}")


def test_a_seal_moved_to_another_submission_is_noticed_by_whoever_opens_it(tmp_path: Path, keys: Keys) -> None:
    with sealed_store(tmp_path, keys) as store:
        store_one(store, Place, place(1, owner=SECRET))
        other = store_one(store, Place, place(2, owner="Somebody else"))
    moved(store.path, store.key, "seq = 3", "seq = 4")
    with open_with_key(store.path, store.key) as again:
        refused("SEAL-04", lambda: open_sealed(again, "CO-01", other, keys.office))
        assert "log entry 4: what stands in 'sealed' is not what was entered." in verify(again, CATALOGUE).problems


def test_a_seal_of_an_earlier_revision_is_none_of_the_next(tmp_path: Path, keys: Keys) -> None:
    with sealed_store(tmp_path, keys) as store:
        id = store_one(store, Place, place(owner=SECRET))
        correct(store, id, place(owner="Somebody else"))
    moved(store.path, store.key, "seq = 3", "seq = 4")
    with open_with_key(store.path, store.key) as again:
        refused("SEAL-04", lambda: open_sealed(again, "CO-01", id, keys.office))


def test_a_seal_of_another_store_is_none_of_this_one(tmp_path: Path, keys: Keys) -> None:
    sealed = []
    for name in ("one.db", "two.db"):
        with sealed_store(tmp_path, keys, name, plain=True) as store:
            id = store_one(store, Place, place(owner=SECRET))
            sealed += columns(store)
    Intruder(store.path).run(f"UPDATE log SET sealed = '{sealed[0]}' WHERE seq = 3")
    with open_store(store.path) as again:
        refused("SEAL-04", lambda: open_sealed(again, "CO-01", id, keys.office))


@pytest.mark.parametrize("part", ["store", "programme", "submission", "revision", "monitor"])
def test_a_seal_is_bound_to_all_that_it_belongs_to(keys: Keys, part: str) -> None:
    bound = {"monitor": "sealed answers 1", "store": "a", "programme": "b", "submission": "c", "revision": 1}
    text = seal({"owner": SECRET}, bound, keys.recipients)
    assert keys.safe.open(text, bound) == {"owner": SECRET}
    refused("SEAL-04", lambda: keys.safe.open(text, {**bound, part: "another"}))


@pytest.mark.parametrize("text", ["", "x", "äöü", "AAAA", base64.b64encode(b"age-encryption.org/v1\n").decode()])
def test_what_is_no_seal_is_refused(keys: Keys, text: str) -> None:
    refused("SEAL-03", lambda: keys.office.open(text, {}))


def test_what_somebody_else_sealed_to_the_same_keys_is_refused(keys: Keys) -> None:
    for inside in (b"no JSON", b"[]", b"{}", b"\xff", b'{"answers": 1}'):
        text = base64.b64encode(encrypt(inside, keys.recipients)).decode()
        refused("SEAL-04", lambda text=text: keys.office.open(text, {"store": "a"}))


def encrypt(inside: bytes, recipients: list[str]) -> bytes:
    import pyrage

    found: bytes = pyrage.encrypt(inside, [pyrage.x25519.Recipient.from_str(one) for one in recipients])
    return found


# A correction.


def correct(store: Store, id: str, raw: dict[str, Any], kept: tuple[str, ...] = (), form: Any = Place) -> None:
    around = store.surroundings(CATALOGUE)
    with store.writing("MON-01") as writing:
        new = check(VISITS, form, raw, author="MON-01", around=around, replaces=id, kept=kept)
        writing.correct(new, VISITS, form, reason="slip_of_entry", line="A slip.")


def test_a_correction_that_does_not_repeat_a_sealed_answer_keeps_it(tmp_path: Path, keys: Keys) -> None:
    with sealed_store(tmp_path, keys) as store:
        id = store_one(store, Place, place(owner=SECRET))
        assert show(store, id, CATALOGUE).content.sealed_in == {"owner": 1}
        correct(store, id, place(size=4), kept=("owner",))
        content = show(store, id, CATALOGUE).content
        assert content.payload["revision"] == 2 and content.sealed_in == {"owner": 1}
        assert dict(open_sealed(store, "CO-01", id, keys.safe)) == {"owner": SECRET}
        correct(store, id, place(owner="Another"), kept=("owner",))
        assert show(store, id, CATALOGUE).content.sealed_in == {"owner": 3}
        assert dict(open_sealed(store, "CO-01", id, keys.safe)) == {"owner": "Another"}
        correct(store, id, place())
        refused("SEAL-02", lambda: open_sealed(store, "CO-01", id, keys.safe))
        assert verify(store, CATALOGUE).ok
        before = dump(store)
        rebuild(store, CATALOGUE)
        assert dump(store) == before


def test_of_several_sealed_answers_some_are_kept_and_some_are_new(tmp_path: Path, keys: Keys) -> None:
    guests = [{"guest_ref": "G1", "real_name": "Ana"}, {"guest_ref": "G2"}]
    with sealed_store(tmp_path, keys) as store:
        store_one(store, Place, place())
        id = store_one(store, Visit, visit(licence_number=SECRET, guests=guests))
        changed = [{"guest_ref": "G1"}, {"guest_ref": "G2", "real_name": "Eva"}]
        correct(store, id, visit(guests=changed), ("licence_number", "guests[1].real_name"), Visit)
        # Ana's name is not kept: in a corrected list of guests the first row may be somebody else.
        assert show(store, id, CATALOGUE).content.sealed_in == {"licence_number": 1, "guests[2].real_name": 2}
        opened = dict(open_sealed(store, "CO-01", id, keys.office))
        assert opened == {"licence_number": SECRET, "guests[2].real_name": "Eva"}


# Other keys from some day on.


def test_after_a_rotation_the_old_keys_open_the_old_and_the_new_ones_the_new(tmp_path: Path, keys: Keys) -> None:
    with sealed_store(tmp_path, keys) as store:
        first = store_one(store, Place, place(1, owner=SECRET))
        with store.writing("MON-01") as writing:
            rotate(writing, [*keys.safe.recipients(), *keys.stranger.recipients()])
        second = store_one(store, Place, place(2, owner=SECRET))
        assert list(store.keyring().recipients) == [*keys.safe.recipients(), *keys.stranger.recipients()]
        opens = {
            (name, number)
            for name in ("office", "safe", "stranger")
            for number, id in enumerate((first, second), 1)
            if _opens(store, id, getattr(keys, name))
        }
    assert opens == {("office", 1), ("safe", 1), ("safe", 2), ("stranger", 2)}


def _opens(store: Store, id: str, identities: Identities) -> bool:
    try:
        return dict(open_sealed(store, "CO-01", id, identities)) == {"owner": SECRET}
    except Refusal as refusal:
        assert refusal.code == "SEAL-03"
        return False


@pytest.mark.parametrize("typed", [["age1"], ["ssh-ed25519 AAAA", "x"], ["", ""], ["AGE-SECRET-KEY-1ABC", "x"]])
def test_what_is_no_public_key_is_refused(typed: list[str]) -> None:
    refused("SEAL-05", lambda: check_recipients(typed))


def test_one_key_is_too_few(tmp_path: Path, keys: Keys) -> None:
    (one,) = keys.office.recipients()
    refused("SEAL-06", lambda: check_recipients([one]))
    refused("SEAL-06", lambda: check_recipients([one, f" {one}\n"]))
    refused("SEAL-06", lambda: new_encrypted(tmp_path, recipients=[one]))
    assert not (tmp_path / "store.db").exists()


def test_a_private_key_is_written_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    public = generate_identity(tmp_path / "identity")
    assert stat.S_IMODE((tmp_path / "identity").stat().st_mode) == 0o600
    identities = read_identities(tmp_path / "identity")
    assert identities.recipients() == [public]
    assert "AGE-SECRET" not in repr(identities)
    refused("KEY-08", lambda: generate_identity(tmp_path / "identity"))
    (tmp_path / "public").write_text(public)
    refused("KEY-09", lambda: read_identities(tmp_path / "public"))
    refused("KEY-11", lambda: read_identities(tmp_path / "nowhere"))


# The command line of age.

needs_age = pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed (Debian: apt-get install age)")


def age(*words: str, given: bytes = b"") -> bytes:
    return subprocess.run(words, input=given, capture_output=True, check=True).stdout


@needs_age
def test_age_itself_opens_our_seal_with_our_key(tmp_path: Path, keys: Keys) -> None:
    with sealed_store(tmp_path, keys) as store:
        id = store_one(store, Place, place(owner=SECRET))
        (sealed,) = columns(store)
    for name in ("office", "safe"):
        opened = json.loads(age("age", "-d", "-i", str(tmp_path / "keys" / name), given=base64.b64decode(sealed)))
        assert opened["answers"] == {"owner": SECRET}
        assert (opened["submission"], opened["revision"]) == (id, 1)
        assert opened["programme"] == "An invented programme"


@needs_age
def test_a_key_of_age_keygen_opens_what_we_and_what_age_sealed_to_it(tmp_path: Path, keys: Keys) -> None:
    age("age-keygen", "-o", str(tmp_path / "theirs"))
    theirs = read_identities(tmp_path / "theirs")
    recipients = [*theirs.recipients(), *keys.safe.recipients()]
    with create(tmp_path / "s.db", "P", "MON-01", plain=True, recipients=recipients) as store:
        id = store_one(store, Place, place(owner=SECRET))
        assert dict(open_sealed(store, "CO-01", id, theirs)) == {"owner": SECRET}
    words = [word for one in recipients for word in ("-r", one)]
    inside = json.dumps({"store": "a", "answers": {"owner": SECRET}}).encode()
    text = base64.b64encode(age("age", *words, given=inside)).decode()
    assert theirs.open(text, {"store": "a"}) == {"owner": SECRET}


# Rules that look at other submissions of one person.


def claims(folder: Path, keys: Keys, persons: tuple[str, str]) -> list[list[str]]:
    """The doubts about two claims, paid for the same loss by two avenues, in a store that nobody here can read."""
    plugins = load()
    instrument, catalogue = plugins.instrument("compensation"), plugins.catalogue
    (form,) = instrument.forms
    examples = ROOT / "plugins/compensation/monitor_compensation/examples/claim"
    raws = [json.loads(next(examples.glob(f"{number}_*.json")).read_text()) for number in ("04", "22")]
    with sealed_store(folder, keys) as store:
        for raw, person in zip(raws, persons, strict=True):
            around = store.surroundings(catalogue)
            with store.writing("MON-01") as writing:
                new = check(instrument, form, {**raw, "person_ref": person}, author="MON-01", around=around)
                writing.submit(new, instrument, form)
        ids = [one.id for one in list_submissions(store, oldest_first=True)]
        assert len({person for (person,) in store.connection.execute("SELECT person FROM submission")}) == len(
            {person.casefold() for person in persons}
        )
        return [doubts(store, show(store, id, catalogue), plugins) for id in ids]


def test_co15_sees_a_loss_paid_twice_though_nobody_can_read_who_it_is(tmp_path: Path, keys: Keys) -> None:
    for found in claims(tmp_path, keys, ("P-00001", "P-00001")):
        assert any("was a loss paid twice?" in doubt for doubt in found)


def test_co15_says_nothing_of_two_persons(tmp_path: Path, keys: Keys) -> None:
    assert not any("paid twice" in doubt for found in claims(tmp_path, keys, ("P-00001", "P-00002")) for doubt in found)
