"""The store as a file: verify, anchor, back up, restore, rebuild, bring up to date; its passphrase, its timetable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.passphrase import new_passphrase, passphrase
from monitor.cli.printing import acting_option, json_option, print_json, print_table, say
from monitor.cli.root import Work
from monitor.errors import Refusal

if TYPE_CHECKING:
    from monitor.store import Store

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("db")
def db_command() -> None:
    """Verify, back up, restore, rebuild and migrate the store; change its passphrase."""


@db_command.command("verify")
@click.option("--anchor", "anchor_files", type=_FILE, multiple=True, help="Also hold it against this file of anchors.")
@click.option("--signers", "signer_file", type=_FILE, help="Also hold each signature against this list.")
@json_option
@click.pass_context
def verify_command(
    ctx: click.Context, anchor_files: tuple[Path, ...], signer_file: Path | None, as_json: bool
) -> None:  # fmt: skip
    """Walk the log's chain and compare every table with it; exit 1 when anything is wrong.

    That the store was rolled back, cut off or written anew is seen only against what was kept elsewhere: --anchor FILE
    (of 'monitor db anchor') and --signers FILE (of 'monitor keys list --signers').
    """
    from monitor.keys import read_anchors, read_signers
    from monitor.store import verify

    work: Work = ctx.obj
    anchors = [anchor for path in anchor_files for anchor in read_anchors(path)]
    signers = read_signers(signer_file) if signer_file is not None else ()
    with work.store() as store:
        verification = verify(store, work.plugins.catalogue, anchors=anchors, signers=signers)
    if as_json:
        problems = list(verification.problems)
        print_json({"ok": verification.ok, "entries": verification.entries, "problems": problems})
    elif verification.ok:
        entries = _counted(verification.entries, "log entry", "log entries")
        say(f"The store is whole: {entries}, every table as the log tells it.")
        if anchors:
            say(f"It is the one of which {_counted(len(anchors), 'anchor was', 'anchors were')} kept.")
    else:
        for problem in verification.problems:
            click.echo(problem)
        say(
            f"The store is not as its log tells it: {_counted(len(verification.problems), 'problem')}. "
            "Keep the file; do not rebuild yet."
        )
    ctx.exit(0 if verification.ok else 1)


@db_command.command("anchor")
@click.option("--out", type=_FILE, help="Add it to this file, which is to be kept elsewhere.")
@acting_option
@click.pass_obj
def anchor_command(work: Work, out: Path | None) -> None:
    """Print the head of the log, signed, on one line: keep it outside the store, on paper or with somebody else."""
    from monitor.keys import add_anchor

    with work.store() as store:
        with store.writing(work.actor(store)):
            pass  # a device that is new here is enrolled first: nobody could tell whose signature it is
        anchor = store.anchor()
    if out is None:
        click.echo(anchor.line())
        return
    add_anchor(out, anchor)
    say(f"Added an anchor to {out}. Keep it where who has this machine cannot change it.")


@db_command.command("backup")
@click.argument("path", metavar="FILE", type=_FILE)
@click.pass_obj
def backup_command(work: Work, path: Path) -> None:
    """Copy the store to FILE, with the same passphrase, and read the copy through. Others may go on working."""
    from monitor.store import back_up

    with work.store() as store:
        made = back_up(store, path)
        keys = f", and its keys to {path}.key: they belong together" if store.encrypted else ""
    entries = _counted(made.entries, "entry", "entries")
    say(f"Copied {entries} to {path}{keys}. The copy was read through, and is whole.")


@db_command.command("backups")
@json_option
@click.pass_obj
def backups_command(work: Work, as_json: bool) -> None:
    """The copies that the store knows of, and whether redacted text is still in one."""
    from monitor.store import backups

    with work.store() as store:
        found = list(backups(store))
    if as_json:
        print_json([{"path": str(one.path), "time": one.time, "entries": one.entries, "owes": one.owes}
                    for one in found])  # fmt: skip
        return
    if not found:
        say("The store knows of no copy.")
        return
    rows = ((one.time, one.entries, "redacted text is still in it" if one.owes else "", one.path) for one in found)
    print_table(("made", "entries", "", "where"), rows)


@db_command.command("purge")
@click.option("--destroyed", "gone", type=_FILE, multiple=True, help="This copy exists nowhere any more: forget it.")
@click.pass_obj
def purge_command(work: Work, gone: tuple[Path, ...]) -> None:
    """Clear redacted text from free pages and from every backup that can be reached; exit 1 while one cannot."""
    from monitor.store import forget

    with work.store() as store:
        for path in gone:
            forget(store, path)
        finish_purge(store)


def finish_purge(store: Store) -> None:
    """Clear what was redacted, and name the backups that still hold it. Raises :class:`Refusal` (REDACT-05)."""
    from monitor.store import purge

    if unreached := purge(store):
        raise Refusal("REDACT-05", details=[str(backup.path) for backup in unreached])
    say("The text is gone from the store and from every backup that it knows of.")


@db_command.command("restore")
@click.argument("backup", type=_FILE)
@click.option("--new-key", is_flag=True, help="Encrypt it under a key of its own, also where the backup is plain.")
@click.option("--dry-run", is_flag=True, help="Only read BACKUP through, and say whether it is whole.")
@acting_option
@click.pass_obj
def restore_command(work: Work, backup: Path, new_key: bool, dry_run: bool) -> None:
    """Make the store (--store) from BACKUP. This device signs from then on, and the one before no more.

    With --new-key it gets another key and another recovery key: for when the old one fell into other hands.
    """
    from monitor.keys import recovery_text
    from monitor.store import look_through, restore

    if dry_run:
        entries = _counted(look_through(backup, passphrase), "log entry", "log entries")
        say(f"{backup} is whole: {entries}. Nothing was written (--dry-run).")
        return
    fresh = (lambda: new_passphrase(variable="NEW")) if new_key else None
    with restore(backup, work.store_path, passphrase, fresh, work.signer()) as store:
        say(f"Restored {work.store_path} from {backup}.")
        if new_key and store.key is not None:
            say("The new recovery key, shown this once:\n")
            click.echo(recovery_text(store.key))
            say()
        with store.writing(work.actor(store)):
            pass  # the first transaction of a device that is new here notes in the log that it has taken over
    say("'monitor db verify --anchor FILE' tells whether it is all there.")


@db_command.command("passphrase")
@click.option("--recovery", is_flag=True, help="It is forgotten, or the file of keys is lost: use the recovery key.")
@click.pass_obj
def passphrase_command(work: Work, recovery: bool) -> None:
    """Set another passphrase. The store itself is not written anew, and the recovery key stays the same.

    Backups keep the passphrase with which they were made.
    """
    from monitor.keys import KeyFile, key_file_of, read_key_file, read_recovery_key, write_key_file
    from monitor.store import open_store, open_with_key

    place = key_file_of(work.store_path)
    if recovery:
        if not work.store_path.exists():
            raise Refusal("STORE-01", path=work.store_path)
        key = read_recovery_key(passphrase("Recovery key", "RECOVERY", unseen=False))
        open_with_key(work.store_path, key).close()
    else:
        with open_store(work.store_path, passphrase=passphrase) as store:
            key = store.key or b""
    if not key:
        raise Refusal("KEY-17", path=work.store_path)
    try:
        keys = read_key_file(place) or KeyFile(None, None)
    except Refusal:
        if not recovery:
            raise
        keys = KeyFile(None, None)  # a file of keys that cannot be read is as good as lost
    write_key_file(place, keys.with_passphrase(key, new_passphrase(variable="NEW")))
    say("The passphrase is changed.")


@db_command.command("retention")
@click.option("--open-months", type=int, help="Take open answers out after so many months from submission.")
@click.option("--sealed-months", type=int, help="Take sealed answers out after so many months from submission.")
@acting_option
@json_option
@click.pass_obj
def retention_command(work: Work, open_months: int | None, sealed_months: int | None, as_json: bool) -> None:
    """Set how long what people wrote is kept; without options, say what is set. See 'submissions due'."""
    from monitor.store import Timetable, set_timetable, timetable

    with work.store() as store:
        kept = timetable(store)
        if open_months is not None or sealed_months is not None:
            kept = Timetable(
                kept.open if open_months is None else open_months,
                kept.sealed if sealed_months is None else sealed_months,
            )
            with store.writing(work.actor(store)) as writing:
                set_timetable(writing, kept)
    if as_json:
        print_json({"open_months": kept.open, "sealed_months": kept.sealed})
        return
    for what, months in (("open answers", kept.open), ("sealed answers", kept.sealed)):
        click.echo(f"{what:<15} {'kept without limit' if months is None else f'{months} months from submission'}")


@db_command.command("rebuild")
@click.pass_obj
def rebuild_command(work: Work) -> None:
    """Make every table again from the log."""
    from monitor.store import rebuild

    with work.store() as store:
        count = rebuild(store, work.plugins.catalogue)
    say(f"Made the tables again from the log: {count} submissions.")


@db_command.command("migrate")
@click.pass_obj
def migrate_command(work: Work) -> None:
    """Bring a store of an older version of monitor up to this one; the file is copied first."""
    from monitor.store import migrate

    copy = migrate(work.store_path, passphrase)
    say("The store is up to date." if copy is None else f"The store is up to date. It was copied first, to {copy}.")


def _counted(number: int, one: str, several: str = "") -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"
