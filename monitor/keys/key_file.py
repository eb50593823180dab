"""The file of keys beside a store: the store's key under the passphrase, and the key with which this device signs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import Refusal
from monitor.keys.files import read_small, replace
from monitor.keys.locking import KEY_BYTES, UNREADABLE, Lock, disclose, enclose, lock, read_lock, unlock
from monitor.keys.signing import Signer

_ABOUT_STORE = b"monitor store key 1"
_ABOUT_DEVICE = b"monitor device key 1"


@dataclass(frozen=True)
class KeyFile:
    """What stands in the file. ``lock`` holds the store's key, and is None beside a store that is not encrypted.

    ``device`` is the seed of the key that signs here: in a box that the store's key opens, or bare beside a plain
    store. It is None in a copy that was made for keeping: a backup does not sign.
    """

    lock: Lock | None
    device: bytes | None

    def open(self, passphrase: str) -> bytes:
        """The store's key. Raises :class:`Refusal` (KEY-03) for another passphrase."""
        assert self.lock is not None  # asked of an encrypted store alone
        return unlock(self.lock, passphrase, _ABOUT_STORE)

    def signer(self, key: bytes | None) -> Signer | None:
        """The device's key, where there is one that the store's ``key`` opens."""
        if self.device is None:
            return None
        seed = self.device if key is None else disclose(self.device, key, _ABOUT_DEVICE)
        return Signer(seed) if seed is not None and len(seed) == KEY_BYTES else None

    def with_signer(self, signer: Signer, key: bytes | None) -> KeyFile:
        """The same with another device's key."""
        return KeyFile(self.lock, signer.seed if key is None else enclose(signer.seed, key, _ABOUT_DEVICE))

    def without_signer(self) -> KeyFile:
        """The same for a copy that does not sign."""
        return KeyFile(self.lock, None)

    def with_passphrase(self, key: bytes, passphrase: str) -> KeyFile:
        """The same under another passphrase; the store's key, and with it the store, stay as they are."""
        return KeyFile(lock(key, passphrase, _ABOUT_STORE), self.device)


def key_file_of(store: Path) -> Path:
    """Where the keys of a store are: ``mission.db.key`` beside ``mission.db``."""
    return store.with_name(store.name + ".key")


def read_key_file(path: Path) -> KeyFile | None:
    """The keys in a file, or None when there is no such file.

    Raises :class:`Refusal` (KEY-09) when there is something else in it, or more than an honest one asks for.
    """
    if not path.exists():
        return None
    try:
        found = json.loads(read_small(path, "the keys of a store"))
        kept, device = found["lock"], found["device"]
        opened = None if kept is None else read_lock(kept)
        if found["monitor_key_file"] == 1:
            return KeyFile(opened, None if device is None else bytes.fromhex(device))
    except UNREADABLE:
        raise Refusal("KEY-09", path=path, what="the keys of a store") from None
    raise Refusal("KEY-09", path=path, what="the keys of a store")


def write_key_file(path: Path, keys: KeyFile) -> None:
    """Write the file, or put it in the place of the one before, wholly or not at all; only its owner can read it."""
    kept = None if keys.lock is None else keys.lock.lines()
    device = None if keys.device is None else keys.device.hex()
    replace(path, json.dumps({"monitor_key_file": 1, "lock": kept, "device": device}, indent=2) + "\n")
