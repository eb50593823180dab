"""National referral mechanism assessments: what this plugin gives to the framework."""

from __future__ import annotations

from collections.abc import Iterable

from monitor import Instrument, hookimpl

from .instrument import INSTRUMENT


@hookimpl
def register_instruments() -> Iterable[Instrument]:
    """One instrument: assessments of a country, with one form for each section."""
    return [INSTRUMENT]
