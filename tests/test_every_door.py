"""Every example of every built-in plugin through every door: `fill --answers`, import, and the Python API, alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from monitor.cli.root import run
from monitor.errors import Problem
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.intake import Imported, import_file
from monitor.plugins import load
from monitor.store import Store, create
from monitor.testing import Example, accepted, desk_with_accepted, problems_of, refused

CATALOGUE: Mapping[str, Instrument] = load().catalogue
CODES = sorted(CATALOGUE)


def import_rows(store: Store, form: FormMeta, examples: list[Example], folder: Path) -> Imported:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(example.answers()) + "\n" for example in examples), encoding="utf-8")
    return import_file(store, CATALOGUE, CATALOGUE[form.instrument], form, path, actor="MON-01")


def with_accepted(instrument: Instrument, folder: Path) -> Store:
    """A store into which every accepted example was imported."""
    store = create(folder / "store.db", programme="An invented programme", monitor="MON-01", plain=True)
    for form in instrument.forms:
        examples = [example for example in accepted(instrument) if example.form is form]
        imported = import_rows(store, form, examples, folder)
        assert (imported.accepted, imported.lines()) == (len(examples), [])
    return store


def said(problems: tuple[Problem, ...]) -> list[tuple[str, str, str | None, str]]:
    return [(problem.where, problem.code, problem.rule, str(problem.says)) for problem in problems]


@pytest.mark.parametrize("code", CODES)
def test_import_takes_and_refuses_what_the_python_api_does_and_in_the_same_words(code: str, tmp_path: Path) -> None:
    instrument = CATALOGUE[code]
    desk = desk_with_accepted(instrument)
    with with_accepted(instrument, tmp_path) as store:
        for example in refused(instrument):
            imported = import_rows(store, example.form, [example], tmp_path)
            assert imported.stopped and imported.refused == 1, example.name
            assert said(imported.shown[0].problems) == said(problems_of(instrument, example, desk)), example.name


@pytest.mark.parametrize("code", CODES)
def test_fill_takes_and_refuses_them_from_a_file(
    code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    instrument = CATALOGUE[code]
    store = ["--store", str(tmp_path / "store.db")]
    assert run([*store, "init", "--plain", "--programme", "An invented programme", "--monitor", "MON-01"]) == 0
    for example in accepted(instrument):
        assert run([*store, "fill", example.form.full_code(), "--answers", str(example.path)]) == 0, example.name
    capsys.readouterr()
    for example in refused(instrument):
        assert run([*store, "fill", example.form.full_code(), "--answers", str(example.path)]) == 1, example.name
        text = " ".join(capsys.readouterr().err.split())
        assert example.where is not None and example.says is not None  # a refused example names both
        assert example.where in text and " ".join(example.says.split()) in text, example.name
