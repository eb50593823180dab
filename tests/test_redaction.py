"""Text that endangers a person is taken out for good, from the log, the free pages and every copy; the gap stays."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519

from monitor.cli.root import run
from monitor.errors import Refusal
from monitor.keys import locking
from monitor.store import (
    Store,
    back_up,
    backups,
    create,
    forget,
    history,
    open_store,
    owes_purge,
    purge,
    rebuild,
    redact,
    redactable,
    show,
    verify,
)  # fmt: skip
from monitor.store import backup as backup_module
from tests.intruder import Intruder
from tests.store_sample import (
    CATALOGUE,
    VISITS,
    Place,
    Visit,
    checked,
    dump,
    new_store,
    place,
    store_one,
    visit,
)  # fmt: skip

SECRET = "the-house-with-the-blue-door"
KEPT = "it-rained-all-day-and-all-night"
LINE = "It names a house."


@pytest.fixture(autouse=True)
def quick_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases that cost little: how much they cost is tested elsewhere."""
    monkeypatch.setattr(locking, "_MEMORY", 1 << 20)
    monkeypatch.setattr(locking, "_OPERATIONS", 1)


def guest(number: int = 1, **more: object) -> dict[str, Any]:
    return {"guest_ref": f"G{number}", **more}


def take_out(store: Store, id: str, *questions: str, sealed: bool = False, clear: bool = True) -> None:
    """Redact these questions (none: all text), and purge."""
    with store.writing("MON-02") as writing:
        redact(store, writing, id, questions=questions or None, sealed=sealed, reason="protective_redaction", line=LINE)
    if clear:
        purge(store)


def correct(store: Store, id: str, **more: Any) -> None:
    with store.writing("MON-01") as writing:
        submission = checked(Visit, visit(**more), store, replaces=id)
        writing.correct(submission, VISITS, Visit, reason="misheard", line="It was heard again.", source="A letter")


def bytes_around(path: Path) -> bytes:
    """The store, and all that lies beside it."""
    return b"".join(one.read_bytes() for one in path.parent.iterdir() if one.name.startswith(path.name))


def holds(path: Path, text: str = SECRET) -> bool:
    return text.encode() in bytes_around(path)


def problems(store: Store) -> tuple[str, ...]:
    return verify(store, CATALOGUE).problems


def refused(code: str, does: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        does()
    assert caught.value.code == code, caught.value.lines()
    return caught.value


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as made:
        store_one(made, Place, place())
        yield made


# Gone, and the rest is there.


def test_what_was_redacted_is_in_no_byte_of_the_store_and_the_chain_holds(store: Store) -> None:
    id = store_one(store, Visit, visit(story=f"{SECRET} " * 900))  # on pages of its own
    correct(store, id, story=f"{SECRET} again")
    assert holds(store.path)
    take_out(store, id)
    assert not holds(store.path)
    assert (problems(store), owes_purge(store)) == ((), False)


def test_the_gap_is_signed_and_says_who_why_and_where(store: Store) -> None:
    id = store_one(store, Visit, visit(story=SECRET))
    take_out(store, id)
    actor, kind, payload, signature = store.connection.execute(
        "SELECT actor, kind, payload, signature FROM log ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    said = json.loads(payload)
    (entry,) = store.connection.execute("SELECT seq FROM log WHERE kind = 'submitted' AND submission = ?", (id,))
    assert (actor, kind, said["reason"]) == ("MON-02", "redacted", "protective_redaction")
    assert said["purged"] == {"open": [entry[0]], "sealed": []}
    assert signature.startswith(store.signing().signer.id)
    assert [(act.kind, act.reason) for act in history(store, id)] == [("submitted", ""), ("redacted", LINE)]


def test_the_other_answers_stay_readable_in_every_revision(store: Store) -> None:
    both = [guest(remark=SECRET, age=7), guest(2, remark=SECRET)]
    id = store_one(store, Visit, visit(story=KEPT, guests=both, _source=f"{KEPT} (source)"))
    correct(store, id, story=f"{KEPT} (second)", guests=[guest(remark=SECRET)])
    take_out(store, id, "guests.remark")
    assert not holds(store.path)
    shown = show(store, id, CATALOGUE)
    assert shown.content.open == {"story": f"{KEPT} (second)", "guests": [{}]}
    assert shown.readable(narratives=True)["guests"] == [{"guest_ref": "G1"}]
    (act,) = (act for act in history(store, id) if act.kind == "corrected")
    assert (act.changed, act.reason) == (("guests", "story"), "It was heard again.")
    assert KEPT.encode() + b" (source)" in bytes_around(store.path)  # of the first revision
    assert problems(store) == ()


def test_rows_keep_their_number_and_their_closed_answers(store: Store) -> None:
    id = store_one(store, Visit, visit(guests=[guest(1, age=7, remark=SECRET), guest(2, age=9, remark=KEPT)]))
    take_out(store, id, "guests.remark")
    ages = store.connection.execute("SELECT _row, age FROM visits__visit__guests ORDER BY _row").fetchall()
    assert ages == [(1, 7), (2, 9)]
    assert not holds(store.path) and not holds(store.path, KEPT)
    shown = show(store, id, CATALOGUE).readable(narratives=True)
    assert shown["guests"] == [{"guest_ref": "G1", "age": 7}, {"guest_ref": "G2", "age": 9}]


@pytest.mark.parametrize(("name", "more"), [
    ("_source", {"_source": SECRET}),
    ("_explanations", {"open_that_day": "yes", "_explanations": {"V1": SECRET}}),
    ("story", {"story": SECRET}),
    ("_reasons", {}),
])  # fmt: skip
def test_each_kind_of_text_can_be_named(store: Store, name: str, more: dict[str, Any]) -> None:
    id = store_one(store, Visit, visit(**{"guests": [guest(remark=KEPT)], **more} if name != "_explanations" else more))
    with store.writing("MON-02") as writing:
        writing.decide(id, "returned", f"Look again at {SECRET if name == '_reasons' else 'it'}")
    assert name in redactable(store, id)
    take_out(store, id, name)
    assert not holds(store.path)
    assert (name == "_explanations") or holds(store.path, KEPT)
    assert problems(store) == ()
    assert name == "_reasons" or name not in redactable(store, id)


def test_sealed_answers_can_be_taken_out(store: Store) -> None:
    id = store_one(store, Visit, visit(licence_number=SECRET, story=KEPT))
    take_out(store, id, "nothing-of-this-name", sealed=True)
    assert not holds(store.path)
    assert show(store, id, CATALOGUE).content.open == {"story": KEPT}
    assert problems(store) == ()


def test_redacted_twice_each_takes_out_its_own(store: Store) -> None:
    id = store_one(store, Visit, visit(story=SECRET, guests=[guest(remark=KEPT)], _source="A judgment, on paper"))
    take_out(store, id, "story")
    assert refused("REDACT-01", lambda: take_out(store, id, "story")).code
    assert (holds(store.path), holds(store.path, KEPT)) == (False, True)
    take_out(store, id, "guests.remark")
    assert not holds(store.path, KEPT)
    assert show(store, id, CATALOGUE).content.source == "A judgment, on paper"
    take_out(store, id)
    assert not holds(store.path, "A judgment") and not holds(store.path, LINE.replace("It", "it"))
    assert show(store, id, CATALOGUE).content.open == {}
    assert problems(store) == ()


def test_a_redacted_submission_can_be_corrected_and_redacted_again(store: Store) -> None:
    id = store_one(store, Visit, visit(story=SECRET, _source=KEPT))
    take_out(store, id, "story")
    correct(store, id, story=f"{SECRET} once more", guests=[guest(remark=KEPT)])
    take_out(store, id, "story")
    assert (holds(store.path), problems(store)) == (False, ())
    assert show(store, id, CATALOGUE).content.open == {"guests": [{"remark": KEPT}]}


def test_the_tables_made_again_from_a_redacted_log_are_equal(store: Store) -> None:
    id = store_one(store, Visit, visit(story=SECRET, guests=[guest(remark=SECRET, real_name="Zora")]))
    take_out(store, id, sealed=True)
    before = dump(store)
    rebuild(store, CATALOGUE)
    assert (dump(store), problems(store)) == (before, ())


def test_nobody_can_put_the_text_back(store: Store) -> None:
    id = store_one(store, Visit, visit(story=SECRET))
    find = "SELECT seq, open FROM log WHERE submission = ? AND kind = 'submitted'"
    seq, text = store.connection.execute(find, (id,)).fetchone()
    take_out(store, id)
    store.close()
    intruder = Intruder(store.path)
    with intruder.connected() as connection, pytest.raises(Exception, match="the log is never changed"):
        connection.execute("UPDATE log SET open = ? WHERE seq = ?", (text, seq))
    with intruder.without_triggers() as connection:
        connection.execute("UPDATE log SET open = ? WHERE seq = ?", (text, seq))
    with intruder.opened() as again:
        said = f"log entry {seq}: what was taken out of 'open' to protect a person is there again."
        assert problems(again) == (said,)


@pytest.mark.parametrize(("code", "reason", "line", "questions"), [
    ("REDACT-07", "because", LINE, None), ("STORE-16", "erasure_due", "x", None),
    ("STORE-16", "erasure_due", "a\nb", None), ("REDACT-01", "erasure_due", LINE, ["no_such"]),
])  # fmt: skip
def test_a_redaction_without_reason_or_text_is_refused(
    store: Store, code: str, reason: str, line: str, questions: list[str] | None
) -> None:
    id = store_one(store, Visit, visit(story=SECRET))
    before = store.head()

    def does() -> None:
        with store.writing("MON-02") as writing:
            redact(store, writing, id, questions=questions, sealed=False, reason=reason, line=line)

    said = refused(code, does)
    assert SECRET not in "\n".join(said.lines())
    assert (store.head(), owes_purge(store)) == (before, False)


# Copies.


def test_backups_are_purged_and_one_that_cannot_be_reached_is_named_until_it_can(store: Store, tmp_path: Path) -> None:
    id = store_one(store, Visit, visit(story=SECRET))
    near, far = back_up(store, tmp_path / "near.db").path, back_up(store, tmp_path / "stick.db").path
    away = far.rename(tmp_path / "another-place")
    with store.writing("MON-02") as writing:
        redact(store, writing, id, questions=None, sealed=False, reason="consent_withdrawn", line=LINE)
    assert [backup.path for backup in purge(store)] == [far]
    assert not holds(store.path) and not holds(near) and holds(away)
    assert {backup.path: backup.owes for backup in backups(store)} == {near: False, far: True}
    away.rename(far)
    assert purge(store) == []
    assert not holds(far)
    assert {path.name for path in tmp_path.iterdir()} >= {"near.db", "stick.db"}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    for copy in (near, far):
        with open_store(copy) as opened:
            assert (problems(opened), opened.head()) == ((), store.head())


def test_a_backup_that_was_destroyed_can_be_forgotten(store: Store, tmp_path: Path) -> None:
    id = store_one(store, Visit, visit(story=SECRET))
    path = back_up(store, tmp_path / "stick.db").path
    refused("REDACT-06", lambda: forget(store, path))
    path.unlink()
    take_out(store, id, clear=False)
    assert [backup.path for backup in purge(store)] == [path]
    forget(store, path)
    assert purge(store) == [] == list(backups(store))
    refused("REDACT-06", lambda: forget(store, path))


def test_what_lies_in_the_place_of_a_backup_and_is_none_is_not_touched(store: Store, tmp_path: Path) -> None:
    """Another programme's store under that name, or a backup in which somebody went on working: nothing else has it."""
    id = store_one(store, Visit, visit(story=SECRET))
    other, worked = back_up(store, tmp_path / "other.db").path, back_up(store, tmp_path / "worked.db").path
    other.unlink()
    (tmp_path / "elsewhere").mkdir()
    new_store(tmp_path / "elsewhere", "other.db").close()
    (tmp_path / "elsewhere" / "other.db").rename(other)
    with open_store(worked) as opened:
        store_one(opened, Place, place(7))
    before = {path: path.read_bytes() for path in (other, worked)}
    take_out(store, id, clear=False)
    assert [backup.path for backup in purge(store)] == [other, worked]
    assert {path: path.read_bytes() for path in (other, worked)} == before


@pytest.mark.parametrize("step", range(6))
def test_interrupted_between_any_two_steps_the_purge_of_a_backup_is_finished_later(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    id = store_one(store, Visit, visit(story=SECRET))
    path = back_up(store, tmp_path / "copy.db").path
    take_out(store, id, clear=False)
    with cut_at(monkeypatch, step), pytest.raises(KeyboardInterrupt):
        purge(store)
    assert purge(store) == []
    assert b"".join(one.read_bytes() for one in tmp_path.iterdir()).count(SECRET.encode()) == 0
    assert {one.name for one in tmp_path.iterdir() if "copy" in one.name} == {"copy.db"}
    with open_store(path) as opened:
        assert problems(opened) == ()


@contextmanager
def cut_at(monkeypatch: pytest.MonkeyPatch, step: int) -> Iterator[None]:
    """Stop where the file system is asked for the ``step``-th time: copy, three renames, erase, sync."""
    steps: list[str] = []

    def counted(name: str, does: Callable[..., Any]) -> Callable[..., Any]:
        def done(*given: Any) -> Any:
            if name != "rename" or "copy.db" in str(given[0]):
                if len(steps) == step:
                    raise KeyboardInterrupt
                steps.append(name)
            return does(*given)

        return done

    with monkeypatch.context() as patched:
        for name in ("copy_to", "erase", "sync_folder"):
            patched.setattr(backup_module, name, counted(name, getattr(backup_module, name)))
        patched.setattr(Path, "rename", counted("rename", Path.rename))
        yield


def test_a_redaction_that_was_not_purged_is_owed_and_paid_later(store: Store) -> None:
    id = store_one(store, Visit, visit(story=f"{SECRET} " * 900))
    take_out(store, id, clear=False)
    assert owes_purge(store)
    store.close()
    with open_store(store.path) as again:
        assert (owes_purge(again), problems(again)) == (True, ())
        purge(again)
        assert (owes_purge(again), holds(store.path)) == (False, False)


def test_while_somebody_reads_old_pages_the_debt_stays(store: Store) -> None:
    id = store_one(store, Visit, visit(story=SECRET))
    with open_store(store.path, patience=0.05) as reader:
        reader.connection.execute("BEGIN")
        reader.connection.execute("SELECT count(*) FROM log").fetchone()
        take_out(store, id, clear=False)
        store.connection.execute("PRAGMA busy_timeout = 50")
        refused("REDACT-02", lambda: purge(store))
        reader.connection.execute("ROLLBACK")
        with open_store(store.path) as writer:
            writer.connection.execute("BEGIN IMMEDIATE")
            refused("REDACT-02", lambda: purge(store))
            writer.connection.execute("ROLLBACK")
    assert owes_purge(store) and purge(store) == [] and not holds(store.path)


def test_an_encrypted_store_is_redacted_like_any_other(tmp_path: Path) -> None:
    keys = [str(x25519.Identity.generate().to_public()) for _ in range(2)]
    path = tmp_path / "store.db"
    with create(path, "P", "MON-01", passphrase="an invented passphrase", recipients=keys) as store:
        store_one(store, Place, place())
        id = store_one(store, Visit, visit(story=SECRET, licence_number="77"))
        copy = back_up(store, tmp_path / "copy.db").path
        take_out(store, id, sealed=True)
        assert (problems(store), show(store, id, CATALOGUE).content.open) == ((), {})
    with open_store(copy, passphrase=lambda: "an invented passphrase") as opened:
        assert (problems(opened), SECRET in repr(dump(opened))) == ((), False)
        assert opened.connection.execute("SELECT count(sealed) FROM log WHERE seq > 1").fetchone() == (0,)


# The command line.


class Desk:
    """The command line over a store that is closed."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.path, self._capsys, self._patch = path, capsys, patch

    def __call__(self, *words: str, typed: str = "") -> tuple[int, str, str]:
        self._patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        code = run(["--store", str(self.path), *words])
        said = self._capsys.readouterr()
        assert SECRET not in said.out + said.err
        return code, said.out, said.err


@pytest.fixture
def desk(store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(store.path, capsys, monkeypatch)


HOW = ("--reason", "protective_redaction", "--yes", "--as", "MON-02")


def test_the_line_is_asked_for_and_never_said_again(store: Store, desk: Desk) -> None:
    id = store_one(store, Visit, visit(story=SECRET, _source=KEPT))
    store.close()
    assert desk("submissions", "redact", id, "--list")[1].split() == ["story", "_source"]
    code, _, err = desk("submissions", "redact", id, "--question", "story", *HOW, typed=f"It names {SECRET}.\n")
    assert (code, "Took text out of 1 entries" in err) == (0, True)
    assert holds(store.path)  # the line itself is open text, and whoever wrote a name into it takes it out as well:
    code, _, _ = desk("submissions", "redact", id, "--question", "_reasons", "--line", "The line before.", *HOW)
    assert (code, holds(store.path), holds(store.path, KEPT)) == (0, False, True)


def test_what_cannot_be_taken_out_is_refused_before_anything_is_asked(store: Store, desk: Desk) -> None:
    id = store_one(store, Visit, visit(story=SECRET))
    store.close()
    for words, refusal in [
        ((id, "--all"), "REDACT-07"),
        ((id, "--all", "--reason", "because"), "REDACT-07"),
        ((id, "--question", "stroy", "--reason", "erasure_due"), "REDACT-01"),
        (("01a1", "--all", "--reason", "erasure_due"), "STORE-13"),
    ]:
        code, _, err = desk("submissions", "redact", *words)
        assert (code, refusal in err, "for good?" in err) == (1, True, False)


def test_a_redaction_can_be_tried_and_declined(store: Store, desk: Desk) -> None:
    id = store_one(store, Visit, visit(story=SECRET, licence_number=SECRET))
    entries = store.head()
    store.close()
    words = ("submissions", "redact", id, "--all", "--sealed", "--reason", "erasure_due", "--as", "MON-02")
    code, out, err = desk(*words, "--dry-run", "--json")
    assert (code, json.loads(out), "(--dry-run)" in err) == (0, {"open": 1, "sealed": 1}, True)
    code, _, err = desk(*words, typed="n\n")
    assert (code, err.endswith("Nothing was taken out.\n")) == (1, True)
    with open_store(store.path) as again:
        assert again.head() == entries
    assert json.loads(desk("submissions", "redact", id, "--list", "--json")[1]) == ["story"]


def test_interrupted_after_the_commit_every_command_warns_until_it_is_purged(
    store: Store, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = store_one(store, Visit, visit(story=f"{SECRET} " * 900))
    store.close()

    def cut(store: Store) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("monitor.cli.database.finish_purge", cut)
        assert desk("submissions", "redact", id, "--all", "--line", LINE, *HOW)[0] == 130
    warning = "redacted text may still stand on the disk. Run 'monitor db purge'"
    assert warning in desk("submissions", "list")[2]
    assert desk("db", "purge")[0] == 0
    assert (warning in desk("submissions", "list")[2], holds(store.path)) == (False, False)


def test_a_backup_that_cannot_be_reached_is_named(store: Store, desk: Desk, tmp_path: Path) -> None:
    id = store_one(store, Visit, visit(story=SECRET))
    path = back_up(store, tmp_path / "stick.db").path
    away = path.rename(tmp_path / "away")
    store.close()
    code, _, err = desk("submissions", "redact", id, "--all", "--line", LINE, *HOW)
    assert (code, "REDACT-05" in err, str(path) in err) == (1, True, True)
    assert "redacted text is still in it" in desk("db", "backups")[1]
    assert desk("db", "purge")[0] == 1
    away.rename(path)
    assert desk("db", "purge")[0] == 0
    assert (holds(path), "still in it" in desk("db", "backups")[1]) == (False, False)
    path.unlink()
    assert desk("db", "purge", "--destroyed", str(path))[0] == 0
    assert json.loads(desk("db", "backups", "--json")[1]) == []
