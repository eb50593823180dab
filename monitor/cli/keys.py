"""Keys: make them, list them, change to whom answers are sealed, say who may sign."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.passphrase import new_passphrase
from monitor.cli.printing import acting_option, json_option, print_json, print_table, say
from monitor.cli.root import Work

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("keys")
def keys_command() -> None:
    """Make and list keys; change to whom answers are sealed; enrol those who sign."""


@keys_command.command("generate")
@click.argument("path", metavar="FILE", type=_FILE)
@click.option("--sign", is_flag=True, help="A key for a person to sign with, instead of one to open sealed answers.")
def generate_command(path: Path, sign: bool) -> None:
    """Write a new private key to FILE, and print its public half.

    Without --sign it opens sealed answers (a file as age-keygen makes it): keep it off the laptops that write them, and
    one of the two or more in a safe. With --sign it is a person's own key to sign the log, under a passphrase.
    """
    from monitor.keys import generate_identity, new_signer, write_signer

    if sign:
        signer = new_signer()
        write_signer(path, signer, new_passphrase("A passphrase for the key", "KEY"))
        click.echo(signer.public)
        say(f"Wrote {path}. Whose key is in force enrols the one printed above: monitor keys enrol CODE KEY")
    else:
        click.echo(generate_identity(path))
        say(f"Wrote {path}. Whoever has this file can open sealed answers: take it off this machine.")


@keys_command.command("list")
@click.option("--signers", is_flag=True, help="As a list of allowed signers, to be kept outside the store.")
@json_option
@click.pass_obj
def list_command(work: Work, signers: bool, as_json: bool) -> None:
    """Who may sign, from when to when, and to whom answers are sealed."""
    if signers and as_json:
        raise click.UsageError("--signers prints a file of its own form: say it or --json, not both.")
    from monitor.keys import key_id

    with work.store() as store:
        keyring = store.keyring()
    if signers:
        for signer in keyring.signers():
            click.echo(signer.line())
        return
    if as_json:
        enrolled = [{name: getattr(one, name) for name in ("key", "code", "since", "until", "device")}
                    for one in keyring.enrolments]  # fmt: skip
        print_json({"signers": enrolled, "recipients": list(keyring.recipients)})
        return
    whose = {True: "a device's", False: "a person's"}
    rows = (
        (key_id(one.key), one.code, one.since[:19], (one.until or "")[:19], whose[one.device])
        for one in keyring.enrolments
    )
    print_table(("key", "code", "from", "until", "whose"), rows)
    click.echo("")
    for recipient in keyring.recipients:
        click.echo(f"sealed to  {recipient}")
    if not keyring.recipients:
        click.echo("sealed to  nobody")


@keys_command.command("rotate")
@click.argument("recipients", metavar="KEY...", nargs=-1, required=True)
@acting_option
@click.pass_obj
def rotate_command(work: Work, recipients: tuple[str, ...]) -> None:
    """Seal to these keys from now on, two or more: public keys, files of them, or the files of 'monitor keys generate'.

    What was sealed before stays sealed to those before.
    """
    from monitor.keys import read_recipients
    from monitor.store import rotate

    recipients = tuple(read_recipients(recipients))
    with work.store() as store, store.writing(work.actor(store)) as writing:
        kept = rotate(writing, recipients)
    say(f"From now on answers are sealed to {len(kept)} keys. Keep the old ones: they open what was sealed before.")


@keys_command.command("enrol")
@click.argument("code")
@click.argument("key")
@click.option("--from", "since", metavar="DAY", help="From this day on (UTC), not from now.")
@click.option("--until", metavar="DAY", help="Until the beginning of this day (UTC).")
@acting_option
@click.pass_obj
def enrol_command(work: Work, code: str, key: str, since: str | None, until: str | None) -> None:
    """Bind CODE to a person's own KEY: from now on whoever acts as CODE signs with it (--sign-with FILE).

    KEY is what 'monitor keys generate --sign' printed, or its file. The device never signs for CODE again.
    """
    from monitor.keys import read_public
    from monitor.store import enrol

    key = read_public(key)
    with work.store() as store, store.writing(work.actor(store)) as writing:
        name = enrol(writing, code, key, since, until)
    say(f"Enrolled key {name} for {code}.")


@keys_command.command("revoke")
@click.argument("key")
@click.option("--from", "since", metavar="DAY", help="From this day on (UTC), not from now: it was stolen then.")
@acting_option
@click.pass_obj
def revoke_command(work: Work, key: str, since: str | None) -> None:
    """Let KEY sign no more. What it signed before stays valid; with --from, what it signed since is not."""
    from monitor.store import revoke

    with work.store() as store, store.writing(work.actor(store)) as writing:
        name = revoke(store, writing, key, since)
    say(f"Revoked key {name}.")
