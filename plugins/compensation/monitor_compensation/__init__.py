"""Access to remedies and compensation: what this plugin gives to the framework."""

from __future__ import annotations

from collections.abc import Iterable

from monitor import Instrument, hookimpl

from .instrument import INSTRUMENT


@hookimpl
def register_instruments() -> Iterable[Instrument]:
    """One instrument: claims with their payments."""
    return [INSTRUMENT]
