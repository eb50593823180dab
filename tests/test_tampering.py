"""The table of tampering: each way to change a store behind its back, what it takes, and what verification says."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from monitor.errors import Refusal
from monitor.keys import (
    AllowedSigner,
    Anchor,
    Signer,
    generate_identity,
    key_file_of,
    locking,
    new_signer,
    read_identities,
    read_key_file,
    write_key_file,
)
from monitor.store import LedgerLine, ReleaseNote, Store, enrol, keep_release, purge, redact, revoke, verify
from tests.intruder import Intruder, Line, as_before, by, chain, commit, copy_folder, entry, unsigned
from tests.store_sample import (
    CATALOGUE,
    Place,
    Visit,
    new_encrypted,
    new_store,
    open_encrypted,
    place,
    store_one,
    submit,
    visit,
)

SECRET = "Rosamunda"
PLAIN, ENCRYPTED = ("plain",), ("encrypted",)
NOTHING = ""

# What the intruder has. A readable file is a plain one, or an encrypted one with its passphrase: without that it is
# noise, which can be destroyed or put back, and nothing else.
BYTES = "the file"
FILE = "the file, readable"
DEVICE = "the file, readable, and the device's key"
OWN_KEY = "the file, readable, and a person's own key"


@dataclass(frozen=True)
class Scene:
    """A store that an intruder has got hold of, closed; and what was kept outside of it."""

    kind: str
    intruder: Intruder
    older: Path
    anchor: Anchor
    signers: tuple[AllowedSigner, ...]
    person: Signer
    revoked: Signer
    kept_text: str

    @property
    def path(self) -> Path:
        return self.intruder.path

    def with_another_entry(self, line: Line, sign: Callable[[Line], str | None]) -> None:
        """Add an entry at the end, chained as it must be, and let the tables follow."""
        lines = self.intruder.log()
        line["time"] = line["time"] or lines[-1]["time"]
        self.intruder.write_log(chain([*lines, line], sign, len(lines) + 1))
        self.intruder.with_tables_made_again()

    def approval(self, actor: str, time: str = "") -> Line:
        """The approval of the second place, which nobody approved."""
        return entry(actor, "approved", self.intruder.log()[3]["submission"], {"revision": 1}, time)


def build(folder: Path, kind: str, person: Signer, revoked: Signer) -> tuple[Store, str]:
    """Fourteen entries: answers, decisions, keys of persons, one revoked again, and a redaction.

    Also gives the text that was taken out, as it stood in entry 5.
    """
    for name in ("office", "safe"):
        generate_identity(folder / name)
    recipients = [one for name in ("office", "safe") for one in read_identities(folder / name).recipients()]
    store = new_encrypted(folder, recipients=recipients) if kind == "encrypted" else new_store(folder)
    for number in (1, 2):
        store_one(store, Place, place(number, owner=SECRET))  # 3, 4
    guests = [{"guest_ref": "G1", "age": 7, "remark": SECRET}, {"guest_ref": "G2"}]
    first, second = (store_one(store, Visit, visit(f"P-{number}", story=SECRET, guests=guests)) for number in (1, 2))
    with store.writing("MON-02") as writing:  # 7: enrolled
        writing.decide(first, "approved")
        writing.decide(second, "returned", f"Look again at {SECRET}.")
    with store.writing("MON-01") as writing:  # 10, 11, 12
        enrol(writing, "CO-01", person.public)
        enrol(writing, "CO-02", revoked.public)
        writing.flush()
        revoke(store, writing, revoked.public)
    kept_text = store.connection.execute("SELECT open FROM log WHERE seq = 5").fetchone()[0]
    with store.writing("MON-02") as writing:  # 13
        reason, line = "protective_redaction", "A threat."
        redact(store, writing, first, questions=["story"], sealed=False, reason=reason, line=line)
    store.signer = person
    with store.writing("CO-01") as writing:  # 14
        writing.decide(store.connection.execute("SELECT submission FROM log WHERE seq = 3").fetchone()[0], "approved")
    store.signer = None
    purge(store)
    return store, kept_text


def scene_in(folder: Path, kind: str) -> Scene:
    """The store as it was with fourteen entries, put aside; and with fifteen."""
    now, older = folder / "now", folder / "older"
    now.mkdir(parents=True)
    person, revoked = new_signer(), new_signer()
    store, kept_text = build(now, kind, person, revoked)
    store.close()
    shutil.copytree(now, older)
    intruder = Intruder(store.path, store.key)
    with intruder.opened() as store:
        store_one(store, Place, place(3))
        assert verify(store, CATALOGUE).problems == ()
        anchor, signers = store.anchor(), tuple(store.keyring().signers())
        assert store.head()[0] == 15
    return Scene(kind, intruder, older / "store.db", anchor, signers, person, revoked, kept_text)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Scene]]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(locking, "_OPERATIONS", 1)
        patched.setattr(locking, "_MEMORY", 8192)
        yield {kind: scene_in(tmp_path_factory.mktemp(kind), kind) for kind in ("plain", "encrypted")}


# Entries.


def sql(*statements: str) -> Callable[[Scene], None]:
    """Change the file by SQL, past its triggers, which are put back."""
    return lambda scene: scene.intruder.run(*statements)


RELEASE = "r-0123456789ab"


def after_a_release(*statements: str) -> Callable[[Scene], None]:
    """Let a release be made first, as our own program keeps it."""

    def does(scene: Scene) -> None:
        note = ReleaseNote(RELEASE, 1, "Findings", None, None, "0" * 64, 15, "2024-03-01T10:00:00.000+00:00", "{}")
        line = LedgerLine("visits", "n", "[]", 40, None, 12, True, None, None)
        with opened(scene) as store, store.writing("MON-01") as writing:
            keep_release(writing, note, "release.db", b"an invented file", [line], "{}")
        scene.intruder.run(*statements)

    return does


def one_byte_of(column: str, seq: int, at: int = 20) -> Callable[[Scene], None]:
    """Another letter at one place of one column."""

    def does(scene: Scene) -> None:
        text = scene.intruder.log()[seq - 1][column]
        other = "A" if text[at] != "A" else "B"
        with scene.intruder.without_triggers() as connection:
            connection.execute(f"UPDATE log SET {column} = ? WHERE seq = ?", (text[:at] + other + text[at + 1 :], seq))

    return does


def spare_bits(scene: Scene, seq: int) -> None:
    """Another last letter before the ``==`` of a signature: four of its six bits say nothing."""
    signature = scene.intruder.log()[seq - 1]["signature"]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = letters[letters.index(signature[-3]) ^ 1]
    assert base64.b64decode(signature[17:]) == base64.b64decode(f"{signature[17:-3]}{other}==")
    with scene.intruder.without_triggers() as connection:
        connection.execute("UPDATE log SET signature = ? WHERE seq = ?", (f"{signature[:-3]}{other}==", seq))


def swapped(scene: Scene) -> None:
    lines = scene.intruder.log()
    lines[7], lines[8] = lines[8], lines[7]
    lines[7]["seq"], lines[8]["seq"] = 8, 9
    scene.intruder.write_log(lines)


def swapped_with_care(scene: Scene) -> None:
    lines = scene.intruder.log()
    lines[7], lines[8] = lines[8], lines[7]
    scene.intruder.write_log(chain(lines, as_before, 8))
    scene.intruder.with_tables_made_again()


def replayed(scene: Scene) -> None:
    scene.with_another_entry(scene.intruder.log()[7], as_before)


def replayed_unsigned(scene: Scene) -> None:
    scene.with_another_entry(scene.intruder.log()[7], unsigned)


def forged(actor: str, sign: Callable[[Scene], Callable[[Line], str | None]]) -> Callable[[Scene], None]:
    """An approval that nobody gave."""
    return lambda scene: scene.with_another_entry(scene.approval(actor), sign(scene))


def self_enrolled(scene: Scene) -> None:
    signer = new_signer()
    payload = {"key": signer.public, "code": "MON-07", "device": False}
    scene.with_another_entry(entry("MON-07", "enrolled", None, payload, ""), by(signer))
    scene.with_another_entry(scene.approval("MON-07"), by(signer))


def created_again(scene: Scene) -> None:
    signer = new_signer()
    payload = {"key": signer.public, "monitor": "MON-07", "programme": "An invented programme", "recipients": []}
    lines = scene.intruder.log()
    lines.append(entry("MON-07", "created", None, payload, lines[-1]["time"]))
    scene.intruder.write_log(chain(lines, by(signer), len(lines)))


def other_recipients(scene: Scene) -> None:
    payload = {"recipients": ["age1" + "q" * 58, "age1" + "p" * 58]}
    scene.with_another_entry(entry("MON-01", "recipients", None, payload, ""), by(new_signer()))


def back_dated(scene: Scene) -> None:
    while_it_was_in_force = scene.intruder.log()[10]["time"]
    scene.with_another_entry(scene.approval("CO-02", while_it_was_in_force), by(scene.revoked))


def without_signatures(scene: Scene) -> None:
    lines = scene.intruder.log()
    scene.intruder.write_log([line | {"signature": None} if line["seq"] > 5 else line for line in lines])


# Text.


def redaction_forged(scene: Scene) -> None:
    lines = scene.intruder.log()
    hidden = lines[5]
    payload = {"purged": {"open": [6], "sealed": []}, "questions": None, "reason": "protective_redaction"}
    lines.append(entry("MON-02", "redacted", hidden["submission"], payload, lines[-1]["time"]))
    hidden["open"] = None
    scene.intruder.write_log(chain(lines, as_before, len(lines)))


def text_put_back(scene: Scene) -> None:
    # As it was: the intruder has a copy from before. Its digest fits, and yet it was taken out.
    lines = scene.intruder.log()
    lines[4]["open"] = scene.kept_text
    scene.intruder.write_log(lines)


# With the key of the device.


def device(scene: Scene) -> Callable[[Line], str | None]:
    return by(scene.intruder.device())


def rewritten(leaves_out: str) -> Callable[[Scene], None]:
    """Another number in the answers of the second place, and all entries from there on chained and signed anew."""

    def does(scene: Scene) -> None:
        lines = [line for line in scene.intruder.log() if line["actor"] != leaves_out]
        lines[3]["payload"] = lines[3]["payload"].replace('"size":3', '"size":4')
        scene.intruder.write_log(chain(lines, device(scene), 4))
        scene.intruder.with_tables_made_again()

    return does


def from_scratch(scene: Scene) -> None:
    """Every entry made anew, under a key that was never enrolled, and the file of keys with it."""
    signer = new_signer()
    keys = read_key_file(key_file_of(scene.path))
    assert keys is not None
    write_key_file(key_file_of(scene.path), keys.with_signer(signer, scene.intruder.key))
    about_keys = ("enrolled", "revoked")
    lines = [line for line in scene.intruder.log() if line["actor"] != "CO-01"]
    for line in lines:
        payload = json.loads(line["payload"])
        if line["kind"] == "created" or line["seq"] == 7:
            commit(line, payload | {"key": signer.public})
    lines = [line for line in lines if line["kind"] not in about_keys or line["seq"] == 7]
    renumbered = {line["seq"]: number for number, line in enumerate(lines, 1)}
    for line in lines:
        if line["kind"] == "redacted":
            payload = json.loads(line["payload"])
            payload["purged"]["open"] = [renumbered[seq] for seq in payload["purged"]["open"]]
            commit(line, payload)
    scene.intruder.write_log(chain(lines, by(signer)))
    scene.intruder.with_tables_made_again()


def as_if_never_signed(scene: Scene) -> None:
    """The whole log as one of a store that is older than signatures."""
    lines = [line for line in scene.intruder.log() if line["kind"] not in ("enrolled", "revoked", "redacted")]
    lines = [line for line in lines if line["submission"] != scene.intruder.log()[4]["submission"]]
    first = json.loads(lines[0]["payload"])
    commit(lines[0], {name: part for name, part in first.items() if name != "key"})
    scene.intruder.write_log(chain(lines, unsigned))
    scene.intruder.with_tables_made_again()


def taken_over(scene: Scene) -> None:
    """The key of the device is taken away; our own program then makes another, which takes over."""
    key_file = key_file_of(scene.path)
    keys = read_key_file(key_file)
    assert keys is not None
    write_key_file(key_file, keys.without_signer())
    with scene.intruder.opened() as store, store.writing("MON-02") as writing:
        submit(writing, store, Place, place(7), "MON-02")


def enrolled_for_somebody(scene: Scene) -> None:
    """The key of the device enrols another key for a person who has her own; that key then approves in her name."""
    signer = new_signer()
    payload = {"key": signer.public, "code": "CO-01", "device": False}
    scene.with_another_entry(entry("MON-01", "enrolled", None, payload, ""), device(scene))
    scene.with_another_entry(scene.approval("CO-01"), by(signer))


def tail_cut(scene: Scene) -> None:
    scene.intruder.write_log(scene.intruder.log()[:-1])
    scene.intruder.with_tables_made_again()


# Whole files.


def older_copy(scene: Scene) -> None:
    shutil.copyfile(scene.older, scene.path)


def truncated(scene: Scene) -> None:
    with scene.path.open("rb+") as file:
        file.truncate(scene.path.stat().st_size // 8192 * 4096)


def truncated_within_a_page(scene: Scene) -> None:
    with scene.path.open("rb+") as file:
        file.truncate(scene.path.stat().st_size // 8192 * 4096 + 1000)


def bit_flipped(page: int) -> Callable[[Scene], None]:
    def does(scene: Scene) -> None:
        content = bytearray(scene.path.read_bytes())
        at = (page if page >= 0 else len(content) // 4096 + page) * 4096 + 2000
        content[at] ^= 0x10
        scene.path.write_bytes(content)

    return does


def without_wal(scene: Scene) -> None:
    """As after a crash: what was saved last stands in the write-ahead log alone, and that is deleted."""
    torn = scene.path.with_name("torn.db")
    shutil.copyfile(scene.older, scene.path)
    with scene.intruder.opened() as store:
        store_one(store, Place, place(3))
        shutil.copyfile(scene.path, torn)  # without the file beside it
    torn.replace(scene.path)


def wal_of_another_store(scene: Scene) -> None:
    folder = scene.path.parent / "other"
    folder.mkdir()
    make = new_encrypted if scene.kind == "encrypted" else new_store
    with make(folder) as other:
        store_one(other, Place, place(9))
        other.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store_one(other, Place, place(8))
        shutil.copyfile(folder / "store.db-wal", scene.path.with_name("store.db-wal"))
    shutil.rmtree(folder)


def another_store(scene: Scene) -> None:
    folder = scene.path.parent / "other"
    folder.mkdir()
    with new_store(folder) as other:
        store_one(other, Place, place(9))
    for name in ("store.db", "store.db.key"):
        (folder / name).replace(scene.path.with_name(name))


def plain_in_its_place(scene: Scene) -> None:
    folder = scene.path.parent / "other"
    folder.mkdir()
    new_store(folder).close()
    (folder / "store.db").replace(scene.path)


def keys_of_another_store(scene: Scene) -> None:
    folder = scene.path.parent / "other"
    folder.mkdir()
    new_encrypted(folder).close()
    (folder / "store.db.key").replace(key_file_of(scene.path))


@dataclass(frozen=True)
class Way:
    """One way. ``says``: what verification says by itself, or the code with which the store is not opened at all.

    ``anchored`` and ``listed``: what it says when an anchor, or the list of allowed signers, was kept outside.
    """

    needs: str
    does: Callable[[Scene], None]
    says: str
    anchored: str = ""
    listed: str = ""
    stores: tuple[str, ...] = (*PLAIN, *ENCRYPTED)


DAMAGED = "file: it is damaged"
"""Or the store is not opened at all (STORE-09): it depends on whether opening it reads that page."""
ANEW = "is of another store, or the whole log was written anew from its first entry."
CHANGED = "was changed; its hash does not fit what it says."
UNSIGNED = "is not signed, though entries before it are."
NOT_BY = "its signature is not by key"
NOBODY = "which nobody enrolled."
NOT_ALLOWED = "the list of allowed signers does not allow its signature"

WAYS = {
    # entries
    "one byte of an entry's answers is changed": Way(FILE, one_byte_of("payload", 4), f"log entry 4: {CHANGED}"),
    "one byte of what was written freely is changed": Way(
        FILE, one_byte_of("open", 6), "log entry 6: what stands in 'open' is not what was entered."
    ),
    "one byte of a sealed answer is changed": Way(
        FILE, one_byte_of("sealed", 3), "log entry 3: what stands in 'sealed' is not what was entered."
    ),
    "one byte of a signature is changed": Way(FILE, one_byte_of("signature", 8, 30), f"log entry 8: {NOT_BY}"),
    "the last letter of a signature is changed, which decodes to the same": Way(
        FILE, lambda scene: spare_bits(scene, 8), f"log entry 8: {NOT_BY}"
    ),
    "one byte of a hash is changed": Way(FILE, one_byte_of("hash", 8), f"log entry 8: {CHANGED}"),
    "another person is put in for who acted": Way(
        FILE, sql("UPDATE log SET actor = 'MON-01' WHERE seq = 8"), f"log entry 8: {CHANGED}"
    ),
    "another time is put in": Way(
        FILE, sql("UPDATE log SET time = '2020-01-01T00:00:00.000+00:00' WHERE seq = 8"), f"log entry 8: {CHANGED}"
    ),
    "an entry is deleted from the middle": Way(
        FILE, sql("DELETE FROM log WHERE seq = 9"), "log: entry 9 is missing."
    ),
    "two entries change places": Way(FILE, swapped, "log entry 9: does not follow from the entry before it."),
    "two entries change places and the chain is mended": Way(FILE, swapped_with_care, f"log entry 8: {NOT_BY}"),
    "an entry is replayed at the end, with its old signature": Way(FILE, replayed, f"log entry 16: {NOT_BY}"),
    "an entry is replayed at the end, without a signature": Way(
        FILE, replayed_unsigned, f"log entry 16: {UNSIGNED}"
    ),
    "an approval is forged without a key": Way(
        FILE, forged("MON-02", lambda scene: unsigned), f"log entry 16: {UNSIGNED}"
    ),
    "an approval is forged with a key of the intruder's own": Way(
        FILE, forged("MON-02", lambda scene: by(new_signer())), NOBODY, listed=NOT_ALLOWED
    ),
    "a key enrols itself, and approves": Way(FILE, self_enrolled, NOBODY, listed=NOT_ALLOWED),
    "the store is created a second time, with another key": Way(
        FILE, created_again, "log entry 16: creates the store a second time."
    ),
    "sealed answers are turned to keys of the intruder's": Way(FILE, other_recipients, NOBODY, listed=NOT_ALLOWED),
    "all signatures from some entry on are taken away": Way(FILE, without_signatures, f"log entry 6: {UNSIGNED}"),
    "an entry is back-dated with a key that was revoked": Way(
        OWN_KEY, back_dated, "may not sign for CO-02 at that time."
    ),
    "an approval is forged in the name of somebody else with one's own key": Way(
        OWN_KEY, forged("MON-02", lambda scene: by(scene.person)), "may not sign for MON-02 at that time.",
        listed=NOT_ALLOWED,
    ),
    # tables
    "an answer in a table is changed": Way(
        FILE, sql("UPDATE visits__place SET size = 4 WHERE place_ref = 'P-2'"), "size is not as the log says."
    ),
    "a row is added": Way(
        FILE,
        sql("INSERT INTO visits__visit__guests SELECT _submission, 3, 'G9', 9 FROM visits__visit__guests LIMIT 1"),
        "row 3: is not in the log.",
    ),
    "a row is removed": Way(
        FILE, sql("DELETE FROM visits__visit__guests WHERE rowid = (SELECT max(rowid) FROM visits__visit__guests)"),
        "row 2: is missing.",
    ),
    "a submission is removed from every table": Way(
        FILE,
        sql("DELETE FROM visits__place WHERE place_ref = 'P-3'", "DELETE FROM submission WHERE key = 'P-3'"),
        " is missing.",
    ),
    "a submission is declared approved": Way(
        FILE, sql("UPDATE submission SET state = 'approved' WHERE key = 'P-2'"), "state is not as the log says."
    ),
    "who wrote a submission is changed, so that its author may approve it": Way(
        FILE, sql("UPDATE submission SET author = 'MON-09' WHERE key = 'P-2'"), "author is not as the log says."
    ),
    "the kept contract of an instrument is changed": Way(
        FILE, sql("UPDATE contract SET contract = '{}'"), "contract: visits 1.0 is not as the log says."
    ),
    "the programme is renamed": Way(
        FILE, sql("UPDATE meta SET value = 'Other' WHERE key = 'programme'"), "meta: programme is not as the log says."
    ),
    "invented answers are passed off as observed, or the other way round": Way(
        FILE, sql("INSERT INTO meta (key, value) VALUES ('invented', 'yes')"), "meta: invented is not as the log says."
    ),
    "the exact counts behind a release are changed": Way(
        FILE, after_a_release("UPDATE ledger SET units = 41"),
        f"ledger: the counts of {RELEASE} are not those that were kept.",
    ),
    "the kept file of a release is changed": Way(
        FILE, after_a_release("UPDATE release_file SET file = x'00'"),
        f"release_file: the file of {RELEASE} is not the one that was kept.",
    ),
    "another hash is put in for a release": Way(
        FILE, after_a_release("UPDATE release_file SET content_hash = '0'"),
        f"release_file: {RELEASE} is not as the log says.",
    ),
    "a release is removed, with its counts": Way(
        FILE, after_a_release("DELETE FROM ledger", "DELETE FROM release_file"), f"release_file: {RELEASE} is missing."
    ),
    "a release is added that was never made": Way(
        FILE, after_a_release("INSERT INTO release_file SELECT 'r-never', 2, title, NULL, NULL, content_hash, 1, '', "
                              "'', 1, file, reasons FROM release_file"), "release_file: r-never is not in the log.",
    ),
    # what guards the log
    "a trigger is dropped": Way(
        FILE, lambda scene: bare(scene, "DROP TRIGGER log_keeps_all"), "trigger log_keeps_all is missing."
    ),
    "a trigger is made harmless": Way(
        FILE,
        lambda scene: bare(
            scene, "DROP TRIGGER log_keeps_all",
            "CREATE TRIGGER log_keeps_all BEFORE DELETE ON log WHEN 0 BEGIN SELECT 1; END",
        ),
        "trigger log_keeps_all was changed.",
    ),
    "a trigger is added that swallows entries": Way(
        FILE,
        lambda scene: bare(scene, "CREATE TRIGGER mine BEFORE INSERT ON log BEGIN SELECT RAISE(IGNORE); END"),
        "trigger mine is not a part of a store.",
    ),
    "the table of the log is made anew with another shape": Way(
        FILE, lambda scene: bare(scene, "ALTER TABLE log ADD COLUMN note TEXT"), "table log was changed."
    ),
    # text
    "a text is taken out without a redaction": Way(
        FILE, sql("UPDATE log SET open = NULL WHERE seq = 6"),
        "log entry 6: what stands in 'open' is not what was entered.",
    ),
    "a redaction is forged to hide a text": Way(FILE, redaction_forged, f"log entry 16: {UNSIGNED}"),
    "a text that was taken out is put back": Way(
        FILE, text_put_back, "log entry 5: what was taken out of 'open' to protect a person is there again."
    ),
    # with the key of the device
    "an approval is forged with the key of the device, for somebody with a key of her own": Way(
        DEVICE, forged("CO-01", device), "may not sign for CO-01 at that time.", listed=NOT_ALLOWED
    ),
    "the chain is written anew from some entry on, with another's entry in it": Way(
        DEVICE, rewritten(leaves_out="nobody"), "may not sign for CO-01 at that time.",
        "entry 15 is another one than then: the log was written anew.",
    ),
    "the chain is written anew from some entry on, without it": Way(
        DEVICE, rewritten(leaves_out="CO-01"), NOTHING, "was cut off, or an older copy was put in its place."
    ),
    "an approval is forged with the key of the device, for somebody who acts on it": Way(
        DEVICE, forged("MON-02", device), NOTHING
    ),
    "a key is enrolled for somebody else, and approves in her name": Way(
        DEVICE, enrolled_for_somebody, NOTHING, listed=f"{NOT_ALLOWED} for CO-01."
    ),
    "the key of the device is taken away, and another takes over": Way(
        FILE, taken_over, NOTHING, listed=f"{NOT_ALLOWED} for MON-02."
    ),
    # what only something outside can show
    "the last entry is cut off, with its lines in the tables": Way(
        FILE, tail_cut, NOTHING, "the log had 15 entries then and has 14 now: it was cut off"
    ),
    "an older copy of the whole file is put back": Way(
        BYTES, older_copy, NOTHING, "the log had 15 entries then and has 14 now: it was cut off, or an older copy"
    ),
    "the write-ahead log is deleted after a crash": Way(
        BYTES, without_wal, NOTHING, "the log had 15 entries then and has 14 now"
    ),
    "the whole log is made anew with a new key": Way(FILE, from_scratch, NOTHING, ANEW, NOT_ALLOWED),
    "the whole log is made anew as one from before signatures": Way(
        FILE, as_if_never_signed, NOTHING, ANEW, NOT_ALLOWED
    ),
    "another store is put in its place, with its file of keys": Way(
        BYTES, another_store, NOTHING, ANEW, NOT_ALLOWED, PLAIN
    ),
    # whole files
    "the file is cut off at half its pages": Way(BYTES, truncated, "STORE-09"),
    "the file is cut off within a page": Way(BYTES, truncated_within_a_page, "STORE-09", stores=PLAIN),
    "an encrypted file is cut off within a page": Way(BYTES, truncated_within_a_page, "STORE-04", stores=ENCRYPTED),
    "one bit of the first page is flipped": Way(BYTES, bit_flipped(0), "KEY-06", stores=ENCRYPTED),
    "one bit of a page in the middle is flipped": Way(BYTES, bit_flipped(5), DAMAGED, stores=ENCRYPTED),
    "one bit of the last page is flipped": Way(BYTES, bit_flipped(-1), DAMAGED, stores=ENCRYPTED),
    "the write-ahead log of another store is put beside it": Way(BYTES, wal_of_another_store, "STORE-09"),
    "a plain store is put in the place of an encrypted one": Way(
        BYTES, plain_in_its_place, "KEY-05", stores=ENCRYPTED
    ),
    "the file of keys of another store is put in the place of its own": Way(
        BYTES, keys_of_another_store, "KEY-06", stores=ENCRYPTED
    ),
}  # fmt: skip


def bare(scene: Scene, *statements: str) -> None:
    """Change the file by SQL, and leave the triggers as the statements leave them."""
    with scene.intruder.connected() as connection:
        for statement in statements:
            connection.execute(statement)


OLD_PAGE = (
    "a page of an older copy is put into the file", BYTES,
    "where it no longer fits: in the file, in the chain or in a table; or the store is not opened (STORE-09)",
)  # fmt: skip


def table() -> Iterator[str]:
    """The table in docs/security.md."""
    yield "| way | what the intruder has | what `db verify` says |"
    yield "|---|---|---|"
    for name, way in WAYS.items():
        yield f"| {name} | {way.needs} | {'; '.join(answers(way))} |"
    yield f"| {' | '.join(OLD_PAGE)} |"


def answers(way: Way) -> Iterator[str]:
    """What is said of one way, in the words of the table."""
    if re.fullmatch(r"[A-Z]+-[0-9]+", way.says):
        yield f"the store is not opened ({way.says})"
    elif way.says:
        yield quoted(way.says)
        if way.says == DAMAGED:
            yield "or the store is not opened (STORE-09)"
    else:
        yield "nothing by itself" if way.anchored or way.listed else "nothing: that is what the key is for"
        for option, says in (("--anchor", way.anchored), ("--signers", way.listed)):
            if says:
                yield f"with `{option}` {quoted(says)}"


def quoted(says: str) -> str:
    whole = says.startswith(("log", "file", "trigger", "table", "contract", "meta", "the l", "ledger", "release"))
    return f"\"{'' if whole else '... '}{says.strip().removesuffix('.')}\""


def test_the_table_in_the_docs_is_this_one() -> None:
    text = (Path(__file__).parents[1] / "docs/security.md").read_text("utf-8")
    assert "\n".join(table()) in text


CASES = [pytest.param(kind, name, id=f"{name} ({kind})") for name, way in WAYS.items() for kind in way.stores]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_each_way_is_found_or_said_not_to_be(
    scenes: dict[str, Scene], tmp_path: Path, kind: str, name: str
) -> None:
    kept, way = scenes[kind], WAYS[name]
    path = copy_folder(kept.path.parent, tmp_path / "taken")
    scene = replace(kept, intruder=Intruder(path, kept.intruder.key))
    way.does(scene)
    if re.fullmatch(r"[A-Z]+-[0-9]+", way.says):
        with pytest.raises(Refusal) as caught:
            opened(scene)
        assert caught.value.code == way.says
        return
    try:
        store = opened(scene)
    except Refusal as refusal:
        assert (way.says, refusal.code) == (DAMAGED, "STORE-09")
        return
    with store:
        alone = verify(store, CATALOGUE).problems
        anchored = verify(store, CATALOGUE, anchors=[scene.anchor]).problems
        listed = verify(store, CATALOGUE, signers=scene.signers).problems
    for expected, problems in ((way.says, alone), (way.anchored, anchored), (way.listed, listed)):
        if expected:
            assert any(expected in problem for problem in problems), problems
    if way.says == NOTHING:
        assert alone == ()
        # What is written here as not found is not found: when that changes, the table must say so.
        assert bool(anchored) == bool(way.anchored) and bool(listed) == bool(way.listed), (anchored, listed)
    assert SECRET not in "".join((*alone, *anchored, *listed))


def opened(scene: Scene) -> Store:
    """As a person opens it: with the passphrase, where there is one."""
    return scene.intruder.opened() if scene.kind == "plain" else open_encrypted(scene.path)


def test_without_any_of_this_nothing_is_said(scenes: dict[str, Scene], tmp_path: Path) -> None:
    for kind, scene in scenes.items():
        path = copy_folder(scene.path.parent, tmp_path / kind)
        with Intruder(path, scene.intruder.key).opened() as store:
            assert verify(store, CATALOGUE, anchors=[scene.anchor], signers=scene.signers).problems == ()


@pytest.mark.parametrize("does", [other_recipients, self_enrolled, created_again], ids=lambda does: str(does.__name__))
def test_nobody_acts_by_a_forged_entry_about_keys(
    scenes: dict[str, Scene], tmp_path: Path, does: Callable[[Scene], None]
) -> None:
    # Verification would find it, too; the next sealed answer must not go to the intruder before that.
    kept = scenes["encrypted"]
    path = copy_folder(kept.path.parent, tmp_path / "taken")
    scene = replace(kept, intruder=Intruder(path, kept.intruder.key))
    does(scene)
    with scene.intruder.opened() as store:
        before = store.head()
        with pytest.raises(Refusal, match="SIGN-04"):
            store_one(store, Place, place(7, owner=SECRET))
        assert store.head() == before


@pytest.mark.parametrize("kind", ["plain", "encrypted"])
def test_a_page_of_an_older_copy_put_into_the_file_is_found(
    scenes: dict[str, Scene], tmp_path: Path, kind: str
) -> None:
    # Each page of an encrypted file is bound to its number and key, and yet not to its time: an old one still opens.
    scene = scenes[kind]
    path = copy_folder(scene.path.parent, tmp_path / "taken")
    now, then = path.read_bytes(), scene.older.read_bytes()
    pages = [start for start in range(0, min(len(now), len(then)), 4096) if now[start:][:4096] != then[start:][:4096]]
    assert len(pages) > 3
    for start in pages:
        path.write_bytes(now[:start] + then[start : start + 4096] + now[start + 4096 :])
        try:
            with Intruder(path, scene.intruder.key).opened() as store:
                assert verify(store, CATALOGUE).problems != (), start
        except Refusal as refusal:
            assert refusal.code in ("STORE-09", "STORE-04", "KEY-06")


def test_an_anchor_that_was_changed_itself_is_named(scenes: dict[str, Scene], tmp_path: Path) -> None:
    scene = scenes["plain"]
    path = copy_folder(scene.path.parent, tmp_path / "taken")
    with Intruder(path).opened() as store:
        for changed in (
            replace(scene.anchor, entries=14), replace(scene.anchor, head="0" * 64),
            replace(scene.anchor, key=new_signer().public), replace(scene.anchor, time="2020-01-01T00:00:00+00:00"),
        ):  # fmt: skip
            (problem,) = verify(store, CATALOGUE, anchors=[changed]).problems
            assert problem.endswith("its signature does not fit: the anchor itself was changed.")
