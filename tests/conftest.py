"""The browser of the browser tests, where there is one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def chromium() -> str | None:
    """The browser named in MONITOR_CHROMIUM, or the one that is installed."""
    named = os.environ.get("MONITOR_CHROMIUM")
    if named:
        return None if named == "none" else named
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = chromium()
    if path is None:
        pytest.skip("no Chromium was found; install one or name it in MONITOR_CHROMIUM")
    with playwright.sync_playwright() as driver:
        # Chromium's own sandbox does not work for root, as in most containers; the pages are our own.
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        started = driver.chromium.launch(executable_path=path, args=sandbox)
        yield started
        started.close()
