"""Which plugins from folders were at work on a store, and whether one is no longer what it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.store.engine import sqlite
from monitor.store.keyring import key_entries

if TYPE_CHECKING:
    from monitor.plugins import Plugin
    from monitor.store.writing import Writing


@dataclass(frozen=True)
class PluginNote:
    """That a plugin with this fingerprint was at work when ``actor`` wrote at ``time`` (ISO 8601, UTC)."""

    name: str
    fingerprint: str
    time: str
    actor: str


def last_notes(connection: sqlite.Connection) -> Mapping[str, PluginNote]:
    """The latest note of each plugin by its name. Raises :class:`Refusal` as :func:`key_entries` for a damaged log."""
    notes = {}
    for entry in key_entries(connection):
        name, fingerprint = entry.payload.get("name"), entry.payload.get("fingerprint")
        if entry.kind == "plugin" and isinstance(name, str) and isinstance(fingerprint, str):
            notes[name] = PluginNote(name, fingerprint, entry.time, entry.actor)
    return notes


def unnoted(connection: sqlite.Connection, plugins: Iterable[Plugin]) -> list[tuple[Plugin, PluginNote | None]]:
    """The plugins from folders that are not what the log says of them, each with the latest note, if there is one."""
    from_folders = [plugin for plugin in plugins if plugin.fingerprint is not None]
    if not from_folders:
        return []
    notes = last_notes(connection)
    found = [(plugin, notes.get(plugin.name)) for plugin in from_folders]
    return [(plugin, note) for plugin, note in found if note is None or note.fingerprint != plugin.fingerprint]


def note_plugins(connection: sqlite.Connection, writing: Writing, plugins: Iterable[Plugin]) -> None:
    """Note in this transaction, before whatever else it brings, each plugin that is new or has changed."""
    for plugin, _ in unnoted(connection, plugins):
        writing.append("plugin", None, {"name": plugin.name, "fingerprint": plugin.fingerprint})
