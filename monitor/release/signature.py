"""The signature of a release, in a small file beside it: a release itself is the same bytes wherever it is built."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from monitor.errors import Refusal
from monitor.keys import AllowedSigner, Signer, allowed, key_id, verifies
from monitor.keys.files import read_small, replace

_FORMAT = "monitor_release_signature"


@dataclass(frozen=True)
class Signature:
    """Who says that a file is the release: ``code`` at ``time`` with the public ``key`` (64 hexadecimal digits).

    ``sha256`` is of the bytes of the file, ``content_hash`` of what it holds.
    """

    release: str
    content_hash: str
    sha256: str
    code: str
    time: str
    key: str
    signature: str = ""

    def statement(self) -> str:
        """What is signed."""
        said = {name: part for name, part in asdict(self).items() if name != "signature"}
        return f"monitor-release-1 {json.dumps(said, sort_keys=True)}"


def signature_of(path: Path) -> Path:
    """Where the signature of a release lies: ``release.db.sig`` beside ``release.db``."""
    return path.with_name(f"{path.name}.sig")


def sign(path: Path, release: str, content_hash: str, code: str, time: str, signer: Signer) -> Signature:
    """Sign a release and put the signature beside it, in the place of an earlier one."""
    bare = Signature(release, content_hash, _sha256(path), code, time, signer.public)
    signed = dataclasses.replace(bare, signature=signer.sign(bare.statement()))
    place = signature_of(path)
    replace(place, json.dumps({_FORMAT: 1, **asdict(signed)}, indent=2) + "\n")
    place.chmod(0o644)
    return signed


def check_signature(
    path: Path, release: str, content_hash: str, signers: Sequence[AllowedSigner] = ()
) -> Signature | None:  # fmt: skip
    """The signature beside a release, looked at; None where there is none.

    Raises :class:`Refusal`: RELEASE-13 for a signature that is none or does not fit, RELEASE-14 for none, or one that
    the list of allowed ``signers`` does not allow, where a list is given.
    """
    place = signature_of(path)
    if not place.exists():
        if signers:
            raise Refusal("RELEASE-14", path=path, why="it is not signed")
        return None
    signed = _read(place)
    if (signed.release, signed.content_hash, signed.sha256) != (release, content_hash, _sha256(path)):
        raise Refusal("RELEASE-13", path=place, why="it is of another file")
    if not verifies(signed.statement(), signed.signature, signed.key):
        raise Refusal("RELEASE-13", path=place, why="it is not by the key that it names")
    if signers and not allowed(signers, signed.code, signed.time, signed.statement(), signed.signature):
        raise Refusal("RELEASE-14", path=path, why=f"key {key_id(signed.key)} is not allowed to sign for {signed.code}")
    return signed


def _read(place: Path) -> Signature:
    try:
        found = json.loads(read_small(place, "a signature"))
        signed = Signature(**{field.name: found[field.name] for field in fields(Signature)})
    except (ValueError, LookupError, TypeError, RecursionError):
        raise Refusal("RELEASE-13", path=place, why="it cannot be read") from None
    plain = all(isinstance(part, str) and part.isprintable() and len(part) < 200 for part in asdict(signed).values())
    if found.get(_FORMAT) != 1 or not plain:
        raise Refusal("RELEASE-13", path=place, why="it cannot be read")
    return signed


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
