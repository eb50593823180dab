"""A copy of each plugin, broken in more than forty ways: `plugins check` names each of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from monitor.contract import freeze
from monitor.instrument import Instrument
from monitor.kit import check_plugin, new_plugin
from monitor.plugins import load
from tests.kit_breaking import WAYS, Copy, copied

PLUGINS = Path(__file__).parents[1] / "plugins"
CODES = sorted(path.parent.name for path in PLUGINS.glob("*/pyproject.toml"))
QUICK = "case_data"


@cache
def originals() -> dict[str, Instrument]:
    return dict(load([PLUGINS]).catalogue)


def plugins() -> list[Any]:
    return [pytest.param(code, marks=() if code == QUICK else pytest.mark.slow) for code in CODES]


def broken(copy: Copy, name: str, tmp_path: Path) -> None:
    """Break a copy in one way; the check names it, with what was broken."""
    freeze(copy.instrument, tmp_path / "schemas")
    way = WAYS[name]
    word = way.break_(copy)
    complaints = check_plugin(copy.folder, schemas=tmp_path / "schemas").complaints
    named = ["\n".join(complaint.lines()) for complaint in complaints if complaint.code in way.codes]
    assert any(word is None or word in text for text in named), [complaint.lines() for complaint in complaints]


def test_there_are_more_than_thirty_ways() -> None:
    assert len(WAYS) >= 30


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("code", plugins())
def test_a_broken_plugin_is_named(code: str, name: str, tmp_path: Path) -> None:
    broken(copied(PLUGINS / code, tmp_path, originals()[code]), name, tmp_path)


@pytest.mark.parametrize("name", WAYS)
def test_a_broken_new_plugin_is_named(name: str, tmp_path: Path) -> None:
    new_plugin("probed", tmp_path / "original")
    instrument = load([tmp_path / "original" / "probed"], installed=False).instrument("probed")
    broken(copied(tmp_path / "original" / "probed", tmp_path / "copy", instrument), name, tmp_path)


@pytest.mark.parametrize("code", plugins())
def test_an_unbroken_copy_has_no_errors(code: str, tmp_path: Path) -> None:
    copy = copied(PLUGINS / code, tmp_path, originals()[code])
    freeze(copy.instrument, tmp_path / "schemas")
    report = check_plugin(copy.folder, schemas=tmp_path / "schemas")
    assert [complaint.lines() for complaint in report.of("error")] == []
