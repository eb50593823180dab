"""Who may sign the log for whom, and to whom answers are sealed, as the log itself tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from monitor.errors import Refusal
from monitor.keys import AllowedSigner, Signer, key_id, verifies
from monitor.store.engine import sqlite
from monitor.store.log import Entry, chained, read_payload
from monitor.store.schema import IS_KEY_ENTRY

_MUST_NAME: Mapping[str, tuple[str, ...]] = {
    "created": (), "enrolled": ("key", "code"), "revoked": ("key",), "moved": ("key",), "recipients": ("recipients",),
}  # fmt: skip
"""The kinds of entries that are about keys, and what each must say."""


@dataclass(frozen=True)
class Enrolment:
    """A public key that may sign for a code, after the model of a line in ssh's ``allowed_signers``.

    ``since`` and ``until`` are ISO 8601 in UTC; ``until`` itself is no longer within. ``device`` is whether it is the
    key of the device on which the store lies, and not one that a person keeps. ``seq`` is the entry that says so.
    """

    key: str
    code: str
    since: str
    until: str | None
    device: bool
    seq: int

    def allows(self, code: str, time: str) -> bool:
        """Whether an entry of this code at this time may be signed with the key."""
        return self.code == code and self.since <= time and (self.until is None or time < self.until)


@dataclass(frozen=True)
class Signing:
    """With which key a transaction is signed, and whether it is that of the device or one that a person keeps."""

    signer: Signer
    device: bool


@dataclass
class Keyring:
    """What the entries up to now say. :meth:`take` brings it one entry on; :meth:`judge` looks at one before that."""

    enrolments: list[Enrolment] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)
    """The keys of devices that are in force. Such a key binds new codes, even when each that it had is a person's."""
    recipients: tuple[str, ...] = ()
    signed: bool = False
    """Whether entries are signed by now. Those that a store of schema 1 holds from before are not."""
    latest: str = ""
    """The time of the latest entry about keys. What comes after it in the log is not before it, whatever a clock that
    was set back, or somebody who holds a revoked key, says."""

    def take(self, entry: Entry) -> None:
        """Follow one entry of any kind. One that says nothing readable about keys changes nothing."""
        payload = entry.payload
        if not _is_about_keys(entry) or _flaw(entry):
            return
        self.latest = max(self.latest, entry.time)
        if entry.kind in ("created", "enrolled") and "key" in payload:
            code = payload.get("code", payload.get("monitor"))
            since, device = payload.get("since") or entry.time, bool(payload.get("device", True))
            if not device:
                self._give(code, max(entry.time, since))
            elif payload["key"] not in self.devices:
                self.devices.append(payload["key"])
            self.enrolments.append(Enrolment(payload["key"], code, since, payload.get("until"), device, entry.seq))
        elif entry.kind == "revoked":
            self._revoke(payload["key"], payload.get("since") or entry.time)
        elif entry.kind == "moved":
            self._move(payload["key"], entry)
        if entry.kind in ("created", "recipients"):
            self.recipients = tuple(payload.get("recipients", ()))

    def judge(self, entry: Entry, hash: str, signature: str | None) -> str | None:
        """What is wrong with an entry's signature, in words; None when nothing is."""
        if _is_about_keys(entry) and (flaw := _flaw(entry)):
            return flaw
        if signature is None:
            if self.signed or (entry.kind == "created" and "key" in entry.payload):
                return "is not signed, though entries before it are."
            return None
        self.signed = True
        name = signature.partition(":")[0]
        if entry.kind in ("created", "moved"):
            return self._judge_own(entry, hash, signature)
        known = {one.key for one in self.enrolments if key_id(one.key) == name}
        if not known:
            return f"is signed by key {_shown(name)}, which nobody enrolled."
        if not any(verifies(hash, signature, key) for key in known):
            return f"its signature is not by key {_shown(name)}."
        # An entry that enrols may come from whoever may sign at all: it can be about a code that nobody had before.
        moment = self.moment(entry.time)
        within = (one for one in self.enrolments if one.key in known and one.allows(one.code, moment))
        enrols = entry.kind == "enrolled"
        if not (enrols and known & set(self.devices) or any(one.code == entry.actor or enrols for one in within)):
            return f"key {_shown(name)} may not sign for {entry.actor} at that time."
        return None

    def _judge_own(self, entry: Entry, hash: str, signature: str) -> str | None:
        """The first entry, and one by which another device takes over, are signed by the key that they name."""
        own = entry.payload.get("key")
        if not isinstance(own, str) or not verifies(hash, signature, own):
            return "its signature is not by the key that it names."
        if any(one.key == own for one in self.enrolments):
            return "names a key as new that was enrolled before."
        return None

    def moment(self, time: str) -> str:
        """The time by which a key is judged: what an entry says, but not before the latest entry about keys."""
        return max(time, self.latest)

    def valid(self, code: str, time: str) -> list[Enrolment]:
        """The enrolments by which somebody may sign for a code at a time."""
        return [one for one in self.enrolments if one.allows(code, time)]

    def in_force(self, time: str) -> set[str]:
        """The keys that may sign anything at a time, now or later."""
        return {*self.devices, *(one.key for one in self.enrolments if one.until is None or one.until > time)}

    def is_given(self, code: str) -> bool:
        """Whether a code is, or was, bound to a key that a person keeps: no device ever signs for it again."""
        return any(one.code == code and not one.device for one in self.enrolments)

    def signers(self) -> list[AllowedSigner]:
        """The same as a list of allowed signers, to be kept outside the store."""
        return [AllowedSigner(one.code, one.key, one.since, one.until) for one in self.enrolments]

    def _end(self, time: str, ends: Callable[[Enrolment], bool]) -> None:
        self.enrolments = [
            replace(one, until=min(time, one.until or time)) if ends(one) else one for one in self.enrolments
        ]

    def _revoke(self, key: str, time: str) -> None:
        self._end(time, lambda one: one.key == key)
        self.devices = [one for one in self.devices if one != key]

    def _give(self, code: str, time: str) -> None:
        """A code becomes a person's: from then on no device signs for it."""
        self._end(time, lambda one: one.device and one.code == code)

    def _move(self, key: str, entry: Entry) -> None:
        """Another device takes over: it signs for the codes that the one before signed for, which signs no more."""
        codes = dict.fromkeys([*(one.code for one in self.enrolments if one.device and one.until is None), entry.actor])
        for old in self.devices:
            self._revoke(old, entry.time)
        self.devices.append(key)
        for code in codes:
            if not self.is_given(code):
                self.enrolments.append(Enrolment(key, code, entry.time, None, True, entry.seq))


def read_keyring(connection: sqlite.Connection) -> Keyring:
    """What the whole log says by now."""
    keyring = Keyring()
    for entry in key_entries(connection):
        keyring.take(entry)
    return keyring


def key_entries(connection: sqlite.Connection) -> Iterator[Entry]:
    """The few entries that are about the store itself: keys, recipients, plugins, how long text is kept.

    Each is looked at before anybody acts by it: an entry that somebody slipped in could turn the next sealed answer to
    a key of his own. Raises :class:`Refusal`: STORE-28 when one cannot be read, SIGN-04 when one is not as it was
    signed, or not signed by whom it must be.
    """
    keyring = Keyring()
    found = connection.execute(
        "SELECT seq, time, actor, kind, submission, payload, previous, hash, signature FROM log INDEXED BY log_keys "
        f"WHERE {IS_KEY_ENTRY} ORDER BY seq"
    ).fetchall()
    for seq, time, actor, kind, submission, text, previous, hash, signature in found:
        payload = read_payload(text)
        if payload is None:
            raise Refusal("STORE-28")
        entry = Entry(seq, time, actor, kind, submission, payload)
        whole = hash == chained(seq, time, actor, kind, submission, text, previous)
        if not whole or keyring.judge(entry, hash, signature) is not None:
            raise Refusal("SIGN-04", seq=seq)
        keyring.take(entry)
        yield entry


def new_entries(keyring: Keyring, signing: Signing, code: str) -> list[tuple[str, dict[str, Any]]]:
    """The entries (kind and payload) that must come before this code can act here with this key; mostly none.

    The key of a device that is new here takes over from the one before; a code that nobody used yet is bound to the
    device on which it first acts.

    Raises :class:`Refusal`: SIGN-01 when the code is bound to another key, SIGN-02 when its key was revoked or has
    expired, SIGN-03 when a person's own key is not enrolled for it.
    """
    now, signer = keyring.moment(datetime.now(UTC).isoformat(timespec="milliseconds")), signing.signer
    if any(one.key == signer.public for one in keyring.valid(code, now)):
        return []
    known = [one for one in keyring.enrolments if one.key == signer.public]
    revoked = known and signer.public not in keyring.devices
    if revoked and not any(one.allows(one.code, now) for one in known):
        raise Refusal("SIGN-02", code=code, key=signer.id)
    if not signing.device:
        raise Refusal("SIGN-03", code=code, key=signer.id)
    bound = keyring.valid(code, now)
    if any(not one.device for one in bound) or bound and known:
        raise Refusal("SIGN-01", code=code, key=", ".join(dict.fromkeys(key_id(one.key) for one in bound)))
    if not known and not keyring.is_given(code):
        return [("moved", {"key": signer.public})]
    if any(one.code == code for one in keyring.enrolments):
        raise Refusal("SIGN-02", code=code, key=signer.id)
    return [("enrolled", {"key": signer.public, "code": code, "device": True})]


def _is_about_keys(entry: Entry) -> bool:
    return entry.kind in _MUST_NAME


def _flaw(entry: Entry) -> str | None:
    """What is wrong with what an entry says about keys: in a damaged or forged file it may say anything."""
    payload = entry.payload
    if (entry.kind == "created") != (entry.seq == 1):
        return "creates the store a second time." if entry.kind == "created" else "comes before the store was created."
    texts = [payload.get(name, "") for name in ("key", "code", "monitor")]
    moments = [payload[name] for name in ("since", "until") if payload.get(name) is not None]
    sealed_to = payload.get("recipients", [])
    readable = (
        all(name in payload for name in _MUST_NAME[entry.kind])
        and all(isinstance(text, str) for text in [*texts, *moments])
        and isinstance(sealed_to, list) and all(isinstance(one, str) for one in sealed_to)
    )  # fmt: skip
    return None if readable else "does not say what an entry about keys must."


def _shown(name: str) -> str:
    return name if len(name) == 16 and name.isalnum() else "(unreadable)"
