"""Test calls to a hotline: what this plugin gives to the framework."""

from __future__ import annotations

from collections.abc import Iterable

from monitor import Instrument, hookimpl

from .instrument import INSTRUMENT


@hookimpl
def register_instruments() -> Iterable[Instrument]:
    """One instrument: test calls to an anti-trafficking hotline."""
    return [INSTRUMENT]
