"""Other people's methods on our tables of counts: tau-ARGUS, acro, and differential privacy. Each only if installed."""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tests.attacker_files import ALL, Keys, name_of


class Missing(Exception):
    """A library is not installed, or cannot do this; the sentence says which."""


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Missing(f"not tried: {name} is not installed") from error


def tau_argus(data: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The engine of tau-ARGUS, table by table: fewer than ten are unsafe, then optimal secondary suppression.

    It writes microdata into its working folder, which is therefore a temporary one and gone afterwards.
    """
    engine = _library("pytauargus")
    found = {}
    for table in data.tables:
        names = [dimension.question.name for dimension in table.dimensions]
        # Some of its own columns have names that our questions have.
        micro = {f"by_{name}": data.answers[name].tolist() for name in names}
        micro["people"] = [1.0] * len(data.answers[names[0]])
        with tempfile.TemporaryDirectory() as folder, _silent():
            done = engine.protect(
                micro,
                [[f"by_{name}" for name in names]],
                response="people",
                safety_rules="FREQ(10,10)",
                suppress="OPT(1)",
                workdir=folder,
            )
            listed = done.tables[0].dataframe()
            safe = done.tables[0].safe(None)
        shown = {
            tuple(ALL if str(code).strip() == "Total" else str(code).strip() for code in keys): value
            for *keys, value in zip(*(listed[f"by_{name}"] for name in names), safe, strict=True)
        }
        found[name_of(table)] = {one.keys: _counted(shown.get(one.keys, 0)) for one in table.findings}
    return found, {}


def acro(data: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The tables of acro with suppression on, as a researcher would have them approved: fewer than ten are hidden."""
    library, pandas = _library("acro"), _library("pandas")
    found = {}
    with tempfile.TemporaryDirectory() as folder, _silent(), _inside(folder):
        session = library.ACRO(suppress=True)
        for table in data.tables:
            first, second = (pandas.Series(data.answers[one.question.name], name=one.name) for one in table.dimensions)
            listed = session.crosstab(first, second, margins=True)
            shown = {
                (ALL if a == "All" else str(a), ALL if b == "All" else str(b)): listed.loc[a, b]
                for a in listed.index for b in listed.columns
            }  # fmt: skip
            found[name_of(table)] = _without_false_margins(shown, [one.keys for one in table.findings])
    return found, {}


def _without_false_margins(shown: Mapping[Keys, Any], every: Sequence[Keys]) -> Mapping[Keys, Mapping[str, int | None]]:
    """Margins that acro adds up again leave out what is hidden: they are the count of nobody, as a reader can see."""
    rows = {keys: _counted(shown.get(keys)) for keys in every}
    hidden = [keys for keys, row in rows.items() if row["n"] is None and ALL not in keys]
    false = {margin for a, b in hidden for margin in ((a, ALL), (ALL, b), (ALL, ALL))}
    return {keys: {"n": None} if keys in false else row for keys, row in rows.items()}


def private(epsilon: float) -> Any:
    """Differential privacy: geometric noise on every count, shared out over the tables; small results are left out.

    One person is in one cell of each table and of each of its margins: every count gets an equal part of epsilon.
    """

    def method(data: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        dp = _library("opendp.prelude")
        dp.enable_features("contrib")
        marginals = {
            frozenset((one.name, key == ALL) for one, key in zip(table.dimensions, finding.keys, strict=True))
            for table in data.tables for finding in table.findings
        }  # fmt: skip
        scale = len(marginals) / epsilon
        space = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)
        noise = dp.m.make_laplace(*space, scale=scale)
        found = {}
        for table in data.tables:
            noisy = noise([finding.n.units for finding in table.findings])
            found[name_of(table)] = {
                finding.keys: {"n": value if value >= 10 else None}
                for finding, value in zip(table.findings, noisy, strict=True)
            }
        return found, {"noisy": scale}

    return method


def _counted(value: Any) -> dict[str, int | None]:
    return {"n": None if value is None or np.isnan(float(value)) else int(value)}


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """What the libraries say is not for the table."""
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.disable(logging.NOTSET)


@contextlib.contextmanager
def _inside(folder: str) -> Iterator[None]:
    before = os.getcwd()  # noqa: PTH109  # reason: acro writes where it stands
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


PEERS = {
    "tau-ARGUS (optimal, each table)": tau_argus,
    "acro (suppress)": acro,
    "OpenDP, epsilon 1": private(1.0),
    "OpenDP, epsilon 10": private(10.0),
}
