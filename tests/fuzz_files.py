"""Whole files of ours under attack: releases, stores, backups, keys."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from random import Random

from monitor.release import check as check_release
from monitor.site.opening import open_release, refusing_damage
from monitor.site.publication import read_figures, read_publication
from monitor.site.reading import arrange
from monitor.store import (
    history,
    list_submissions,
    migrate,
    open_store,
    open_with_key,
    rebuild,
    restore,
    show,
    verify,
)
from tests.fuzz_bench import (
    Answer,
    Bench,
    Input,
    catalogue,
    filled_store,
    samples,
)
from tests.fuzz_database import damaged
from tests.fuzz_keys import PASSPHRASE, make_keys, read_keys
from tests.fuzz_mutation import MARKER, bent, worn
from tests.release_sample import build_sample

# Releases


@cache
def _release() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return build_sample(Path(folder) / "release.db").read_bytes()


def make_release(luck: Random) -> Input:
    return Input(_damaged(luck, _release()), "release.db")


def _damaged(luck: Random, whole: bytes) -> bytes:
    draw = luck.random()
    return bent(luck, whole, whole) if draw < 0.2 else worn(luck, whole) if draw < 0.4 else damaged(luck, whole)


def run_site(bench: Bench, made: Input) -> Answer:
    path = bench.write(made)
    with closing(open_release(path)) as connection:
        with refusing_damage(path):  # where the site asks for figures, it answers with a page that says so
            publication = read_publication(connection)
            rows = [(table, read_figures(connection, table)) for _, _, table in publication.tables()]
        for table, figures in rows:
            arrange(table, figures)
    return Answer("accepted", [publication.title, publication.period])


def run_release(bench: Bench, made: Input) -> Answer:
    found = check_release(bench.write(made)).audit
    return Answer("passed" if found.passed else "not passed", [*found.disclosed, *found.undecided])


def release_command(bench: Bench, made: Input) -> list[str]:
    return ["release", "check", str(bench.write(made))]


# Stores


@cache
def _store() -> Mapping[str, bytes]:
    """A small store, and the files that lie beside it."""
    few = [one for one in samples() if one.instrument.code in ("actors", "case_data")]
    with tempfile.TemporaryDirectory() as folder:
        with filled_store(Path(folder) / "store.db", few) as store:
            one, other, third, *_ = list_submissions(store)
            with store.writing("MON-02") as writing:
                writing.decide(one.id, "approved")
                writing.decide(other.id, "returned", f"{MARKER}.")
                writing.decide(third.id, "withdrawn", "Entered twice.")
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def make_store(luck: Random) -> Input:
    return Input(_damaged(luck, _store()["store.db"]), "store.db", luck.random())


def _beside_its_keys(bench: Bench, made: Input) -> Path:
    folder = bench.fresh_folder()
    for name, content in {**_store(), made.name: made.content}.items():
        (folder / name).write_bytes(content)
    return folder / "store.db"


def run_store(bench: Bench, made: Input) -> Answer:
    path = _beside_its_keys(bench, made)
    if made.about < 0.1:
        migrate(path)
    with open_store(path) as store:
        found = verify(store, catalogue())
        said = list(found.problems)
        for one in list_submissions(store)[:5]:
            history(store, one.id)
            said += [f"{where} {words}" for where, words in show(store, one.id, catalogue()).rows()]
        if made.about > 0.9:
            rebuild(store, catalogue())
    return Answer("whole" if found.ok else "not whole", said)


def store_command(bench: Bench, made: Input) -> list[str]:
    return ["--store", str(_beside_its_keys(bench, made)), "db", "verify"]


@cache
def _encrypted() -> tuple[Mapping[str, bytes], bytes]:
    """A small store that is encrypted, the files that lie beside it, and its key."""
    few = [one for one in samples() if one.instrument.code == "case_data"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        with filled_store(path, few, PASSPHRASE) as store:
            key = store.key
        assert key is not None  # it was made so
        return {one.name: one.read_bytes() for one in path.parent.iterdir()}, key


def make_encrypted(luck: Random) -> Input:
    whole = _encrypted()[0]["store.db"]
    return Input(worn(luck, whole) if luck.random() < 0.7 else bent(luck, whole, whole), "store.db")


def run_encrypted(bench: Bench, made: Input) -> Answer:
    files, key = _encrypted()
    folder = bench.fresh_folder()
    for name, content in {**files, made.name: made.content}.items():
        (folder / name).write_bytes(content)
    with open_with_key(folder / made.name, key) as store:
        found = verify(store, catalogue())
        said = [f"{where} {words}" for one in list_submissions(store)[:5]
                for where, words in show(store, one.id, catalogue()).rows()]  # fmt: skip
    return Answer("whole" if found.ok else "not whole", [*found.problems, *said])


# Keys, anchors, seals; and backups, which are stores


def make_key_file(luck: Random) -> Input:
    kind, content, slow = make_keys(luck)
    return Input(content, kind, slow)


def run_key_file(bench: Bench, made: Input) -> Answer:
    read_keys(bench.write(made), made.name, bench.folder, made.about)
    return Answer()


def run_backup(bench: Bench, made: Input) -> Answer:
    path = _beside_its_keys(bench, made)
    with restore(path, path.with_name("restored.db"), None) as store:
        found = verify(store, catalogue())
    return Answer("whole" if found.ok else "not whole", found.problems)
