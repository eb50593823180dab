"""Every sentence the program may refuse with, by code: what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from monitor.messages.answers import ANSWERS
from monitor.messages.message import Message
from monitor.messages.plugins import PLUGINS
from monitor.messages.publishing import PUBLISHING
from monitor.messages.store import STORE

__all__ = ["CATALOGUE", "Message"]

CATALOGUE: Mapping[str, Message] = MappingProxyType(PLUGINS | ANSWERS | STORE | PUBLISHING)
"""All of them; a code stands once."""
