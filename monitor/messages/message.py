"""What a message of refusal is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """``says`` names the place and the rule, ``do`` the way out; both are templates for ``str.format``."""

    says: str
    do: str = ""
