"""Acts about keys: enrol and revoke those who sign, change to whom answers are sealed, note that a seal was opened."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from monitor.conditions import Value
from monitor.errors import Refusal
from monitor.keys import Identities, check_public, check_recipients, key_id
from monitor.store.database import Store
from monitor.store.seals import open_seals
from monitor.store.writing import Writing, check_actor


def enrol(writing: Writing, code: str, public: str, since: str | None = None, until: str | None = None) -> str:
    """Let a person sign for a code with a key of her own; gives the key's short name.

    From then on nobody else acts under that code on this device without the key. ``since`` and ``until`` are days
    (year-month-day, UTC). Raises :class:`Refusal`: KEY-10, KEY-13, KEY-18, STORE-21.
    """
    check_actor(code)
    key = check_public(public)
    days = {"since": since, "until": until}
    bounds = {name: _moment(day) for name, day in days.items() if day is not None}
    if "until" in bounds and bounds["until"] <= bounds.get("since", ""):
        raise Refusal("KEY-18")
    writing.append("enrolled", None, {"key": key, "code": code, "device": False, **bounds})
    return key_id(key)


def revoke(store: Store, writing: Writing, key: str, since: str | None = None) -> str:
    """Let a key (its short name, or the whole) sign no more, from now or from an earlier day on.

    What it signed before stays valid. Raises :class:`Refusal`: KEY-13, KEY-14 when no such key was ever enrolled,
    SIGN-05 when it is the last one in force: nobody could write to the store any more, nor enrol another.
    """
    typed = key.strip().lower()
    keyring = store.keyring()
    found = {one.key for one in keyring.enrolments if typed in (one.key, key_id(one.key))}
    if len(found) != 1:
        raise Refusal("KEY-14", key=typed[:64] if re.fullmatch(r"[0-9a-f]+", typed) else "of that name")
    (public,) = found
    if not keyring.in_force(datetime.now(UTC).isoformat()) - found:
        raise Refusal("SIGN-05", key=key_id(public))
    writing.append("revoked", None, {"key": public, **({"since": _moment(since)} if since else {})})
    return key_id(public)


def rotate(writing: Writing, recipients: Sequence[str]) -> list[str]:
    """Seal to other public keys from now on; what was sealed before stays sealed to those before.

    Raises :class:`Refusal`: SEAL-05, SEAL-06.
    """
    kept = check_recipients(recipients)
    writing.append("recipients", None, {"recipients": kept})
    return kept


def open_sealed(store: Store, actor: str, id: str, identities: Identities) -> Mapping[str, Value]:
    """The sealed answers of a submission by their places. That they were opened, and by whom, is in the log first."""
    answers = dict(open_seals(store.connection, id, identities))
    with store.writing(actor) as writing:
        writing.append("opened", id, {"places": list(answers)})
    return answers


def _moment(day: str) -> str:
    """The beginning of a day, as the times of entries are written."""
    try:
        return f"{date.fromisoformat(day).isoformat()}T00:00:00.000+00:00"
    except ValueError:
        raise Refusal("KEY-13", given=day[:20]) from None
