"""Victims known to case-working organisations: what this plugin gives to the framework."""

from __future__ import annotations

from collections.abc import Iterable

from monitor import Instrument, hookimpl

from .instrument import INSTRUMENT


@hookimpl
def register_instruments() -> Iterable[Instrument]:
    """One instrument with one form: a victim, as an organisation registered the person."""
    return [INSTRUMENT]
