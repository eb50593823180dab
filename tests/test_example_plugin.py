"""The plugin in docs/example-plugin is built, installed as a package, and works like any other."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.kit import check_plugin
from tests.test_packaging import build, execute

EXAMPLE = Path(__file__).parents[1] / "docs" / "example-plugin"
EXAMPLES = EXAMPLE / "monitor_hotline_calls" / "examples"
MONITOR = (sys.executable, "-c", "from monitor.cli import main; main()")


def test_the_example_passes_the_check_for_plugins() -> None:
    assert check_plugin(EXAMPLE).of("error") == []


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the example is installed, built without a network from a copy."""
    folder = tmp_path_factory.mktemp("example")
    copy = shutil.copytree(EXAMPLE, folder / "copy", ignore=shutil.ignore_patterns("__pycache__"))
    wheel = build(copy, "wheel", folder / "wheels")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    execute(*pip, "--no-index", "--no-deps", "--no-cache-dir", "--target", folder / "site", wheel)
    return folder / "site"


@pytest.fixture
def monitor(installed: Path, tmp_path: Path) -> Callable[..., str]:
    def run(*words: str | Path) -> str:
        return execute(*MONITOR, "--store", tmp_path / "store.db", *words, cwd=tmp_path, PYTHONPATH=str(installed))

    return run


@pytest.mark.slow
def test_the_installed_example_is_listed_with_its_origin(monitor: Callable[..., str]) -> None:
    listed = {one["code"]: one for one in json.loads(monitor("instruments", "list", "--json"))}
    assert listed["hotline_calls"]["origin"] == "installed plugin 'hotline_calls'"
    origins = {one["name"]: one["origin"] for one in json.loads(monitor("plugins", "list", "--json"))["plugins"]}
    assert origins["hotline_calls"] == "installed plugin 'hotline_calls'"
    assert "trial_monitoring" in listed


@pytest.mark.slow
def test_the_installed_example_is_filled_counted_and_frozen(monitor: Callable[..., str], tmp_path: Path) -> None:
    monitor("init", "--programme", "An invented programme", "--monitor", "MON-01", "--plain")
    for path in sorted((EXAMPLES / "call").glob("*.json")):
        monitor("fill", "hotline_calls.call", "--answers", path)
    monitor("--as", "REV-01", "review", "approve", "--all", "--yes")
    findings = monitor("findings", "HC-I01", "--json")
    assert "MD" in findings
    monitor("instruments", "freeze", "hotline_calls", "--out", tmp_path / "schemas")
    assert (tmp_path / "schemas" / "hotline_calls" / "1.0.json").is_file()


@pytest.mark.slow
def test_without_the_package_there_is_no_such_instrument() -> None:
    words = [*MONITOR, "instruments", "show", "hotline_calls"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "there is no instrument 'hotline_calls'" in done.stderr
