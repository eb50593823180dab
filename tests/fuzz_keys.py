"""The readers of keys, anchors and seals under attack: small files, in which the wrong number asks for all memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random

from monitor.keys import (
    AllowedSigner,
    KeyFile,
    generate_identity,
    new_key,
    new_signer,
    read_anchors,
    read_identities,
    read_key_file,
    read_recovery_key,
    read_signer,
    read_signers,
    recovery_text,
    seal,
    write_key_file,
    write_signer,
)
from tests.fuzz_mutation import bent

PASSPHRASE = "seven invented words"
BOUND = {"submission": "s", "revision": 1}
_SLOW = 20
"""In so many inputs once a key is derived from the passphrase, which is slow on purpose."""

_TOKENS = (
    b"null", b"0", b"-1", b"1e999", b"99999999999", b"4294967295", b"[]", b"{}", b'""', b"true", b"00", b"age1",
    b"AGE-SECRET-KEY-1",
    b"monitor-anchor-1 ", b"entries=0 ", b"entries=9999999999999999 ", b"time=9999-99-99", b"=", b"====", b"\x00",
    b"#", b"\r",
    b"[" * 50_000, b"9" * 5_000, b"x" * 100_000, b"\xff", b"*", b" valid-after=", b'"memory":',
    b'"passes": 1000000000,',
)  # fmt: skip


@cache
def _kept() -> Mapping[str, bytes]:
    """A file, or text, of each kind."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        signer, key = new_signer(), new_key()
        write_key_file(folder / "key", KeyFile(None, None).with_passphrase(key, PASSPHRASE).with_signer(signer, key))
        write_key_file(folder / "plain", KeyFile(None, None).with_signer(signer, None))
        write_signer(folder / "signer", signer, PASSPHRASE)
        public = generate_identity(folder / "identity")
        about = f"store={'a' * 64} entries=7 head={'b' * 64} time=2026-01-01T00:00:00+00:00 key={signer.public}"
        statement = f"monitor-anchor-1 {about}"
        lines = f"# kept\n{statement} signature={signer.sign(statement)}\n" * 2
        (folder / "anchors").write_text(lines, encoding="utf-8")
        (folder / "signers").write_text(AllowedSigner("MON-01", signer.public, "2026-01-01").line(), encoding="utf-8")
        (folder / "recovery").write_text(recovery_text(key), encoding="utf-8")
        (folder / "sealed").write_text(seal({"name": "x"}, BOUND, [public]), encoding="ascii")
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def make_keys(luck: Random) -> tuple[str, bytes, bool]:
    """The kind of a file, its content, and whether a passphrase is to be tried."""
    kind = luck.choice(sorted(_kept()))
    whole = _kept()[kind]
    content = whole if luck.random() < 0.05 else bent(luck, whole, _kept()[luck.choice(sorted(_kept()))], _TOKENS)
    return kind, content, luck.randrange(_SLOW) == 0


def read_keys(path: Path, kind: str, folder: Path, slow: bool) -> None:
    """Read a file of a kind, and use what it gives. Raises :class:`monitor.errors.Refusal` for what is none."""
    text = path.read_bytes().decode("utf-8", "replace")
    if kind in ("key", "plain"):
        found = read_key_file(path)
        if found is not None and found.lock is not None and slow:
            found.open(PASSPHRASE)
        if found is not None:
            found.signer(None)
            found.signer(bytes(32))
    elif kind == "signer":
        if slow:
            read_signer(path, lambda: PASSPHRASE)
    elif kind == "anchors":
        for anchor in read_anchors(path):
            anchor.is_genuine()
    elif kind == "signers":
        for signer in read_signers(path):
            signer.allows("MON-01", "2026-02-02", "text", "0" * 16 + ":x")
    else:
        _others(folder)[kind](path, text)


def _others(folder: Path) -> Mapping[str, Callable[[Path, str], object]]:
    def opened(path: Path, text: str) -> object:
        own = folder / "own.age"
        own.write_bytes(_kept()["identity"])
        return read_identities(own).open(text, BOUND)

    return {
        "identity": lambda path, text: read_identities(path).recipients(),
        "recovery": lambda path, text: read_recovery_key(text),
        "sealed": opened,
    }
