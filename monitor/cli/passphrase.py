"""Passphrases: typed unseen in a terminal, or given in the environment to a program that calls this one."""

from __future__ import annotations

import os
import sys

import click

from monitor.errors import Refusal


def passphrase(what: str = "Passphrase", variable: str = "", *, unseen: bool = True) -> str:
    """The passphrase of the store (``MONITOR_PASSPHRASE``), or of something else (``MONITOR_KEY_PASSPHRASE``, ...).

    What is copied from paper need not be typed ``unseen``.

    Raises :class:`Refusal` (KEY-01) where there is neither the variable nor a terminal to ask at.
    """
    name = "_".join(part for part in ("MONITOR", variable, "PASSPHRASE") if part)
    if name in os.environ:
        return os.environ[name]
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Refusal("KEY-01", name=name)
    typed: str = click.prompt(what, hide_input=unseen, err=True)
    return typed


def new_passphrase(what: str = "A new passphrase", variable: str = "") -> str:
    """The same for a passphrase that is set: asked twice.

    Raises :class:`Refusal`: KEY-02 for a short one, before it is asked for again; KEY-15 when the two differ.
    """
    from monitor.keys import check_passphrase, same_passphrase

    typed = passphrase(what, variable)
    check_passphrase(typed)
    name = "_".join(part for part in ("MONITOR", variable, "PASSPHRASE") if part)
    if name not in os.environ and not same_passphrase(typed, click.prompt("The same again", hide_input=True, err=True)):
        raise Refusal("KEY-15")
    return typed
