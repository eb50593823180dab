"""The signature beside a release: who signed it, whether it fits, and whether somebody may sign at all."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.disclosure import Policy
from monitor.errors import Refusal
from monitor.keys import AllowedSigner, new_signer
from monitor.release import Release, build, check, signature_of
from monitor.store import enrol
from tests.court_sample import COURT, make_store

SMALL = {"court": replace(COURT, indicators=tuple(one for one in COURT.indicators if one.id == "CT-05"))}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, tuple[AllowedSigner, ...]]:
    """A release that somebody signed with a key of her own, and the list of those who may sign."""
    folder = tmp_path_factory.mktemp("signed")
    person = new_signer()
    with make_store(folder / "store.db", cases=60) as store:
        with store.writing("MON-01") as writing:
            enrol(writing, "HQ-01", person.public)
        store.signer = person
        release = build(
            folder / "release.db", store=store, catalogue=SMALL, policy=Policy(), licence="CC0 1.0", actor="HQ-01"
        )
        return release, tuple(store.keyring().signers())


@pytest.fixture
def path(made: tuple[Release, tuple[AllowedSigner, ...]], tmp_path: Path) -> Path:
    """A copy of the release with its signature."""
    for one in (made[0].path, signature_of(made[0].path)):
        shutil.copy(one, tmp_path)
    return tmp_path / "release.db"


def test_a_release_says_who_signed_it(path: Path, made: tuple[Release, tuple[AllowedSigner, ...]]) -> None:
    release, signers = made
    found = check(path, signers=signers)
    assert found.signed is not None and found.signed == release.signed
    assert found.signed.code == "HQ-01" and found.signed.release == release.id
    assert stat.S_IMODE(signature_of(release.path).stat().st_mode) == 0o644


def test_without_a_signature_a_release_can_be_checked_and_is_allowed_to_nobody(
    path: Path, made: tuple[Release, tuple[AllowedSigner, ...]]
) -> None:
    signature_of(path).unlink()
    assert check(path).signed is None
    with pytest.raises(Refusal, match="RELEASE-14"):
        check(path, signers=made[1])


def changed(name: str, value: Any) -> Callable[[Path], None]:
    """Put something else into the signature."""

    def change(path: Path) -> None:
        place = signature_of(path)
        place.write_text(json.dumps({**json.loads(place.read_text("utf-8")), name: value}), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    "spoil",
    [
        changed("release", "r-000000000000"), changed("content_hash", "0" * 64), changed("sha256", "0" * 64),
        changed("code", "HQ-02"), changed("time", "2020-01-01"), changed("key", new_signer().public),
        changed("signature", "x"), changed("signature", None), changed("monitor_release_signature", 2),
        lambda path: signature_of(path).write_bytes(b"\xff\xfe"), lambda path: signature_of(path).write_text("[]"),
        lambda path: signature_of(path).write_text("[" * 100_000),
    ],
)  # fmt: skip
def test_a_signature_that_does_not_fit_is_refused(path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(path)
    with pytest.raises(Refusal) as refused:
        check(path)
    assert refused.value.code in ("RELEASE-13", "KEY-09")


def test_a_signature_by_somebody_who_is_not_on_the_list_is_refused(
    path: Path, made: tuple[Release, tuple[AllowedSigner, ...]]
) -> None:
    others = [one for one in made[1] if one.code != "HQ-01"]
    late = [replace(one, since="2999-01-01") for one in made[1]]
    for signers in (others, late, [AllowedSigner("HQ-01", new_signer().public)]):
        with pytest.raises(Refusal, match="RELEASE-14"):
            check(path, signers=signers)
