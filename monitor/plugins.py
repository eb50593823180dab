"""Loads plugins, installed ones by entry point and folders by name, and gathers their instruments."""

from __future__ import annotations

import difflib
import os
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, TypeVar

import pluggy

from monitor import hookspecs
from monitor.errors import DeclarationError, Refusal
from monitor.forms import FormMeta
from monitor.instrument import Instrument
from monitor.plugin_folder import NEVER_CODE, import_folder, read_folder, shown

_INSTALLED = "installed plugin"
_Loaded = TypeVar("_Loaded")


@dataclass(frozen=True)
class Plugin:
    """One loaded plugin: its name, where it came from in words, and its package's folder.

    ``fingerprint`` (SHA-256 in hexadecimal, see :func:`monitor.plugin_folder.read_folder`) is that of a plugin from a
    folder; None for an installed one, whose files are in the care of whoever installs.
    """

    name: str
    origin: str
    folder: Path
    fingerprint: str | None = None


@dataclass(frozen=True)
class Plugins:
    """Everything that is loaded. ``left_out`` says, a sentence each, which installed plugins are broken."""

    hooks: Any
    plugins: tuple[Plugin, ...]
    catalogue: Mapping[str, Instrument]
    origins: Mapping[str, str]
    left_out: tuple[str, ...]

    def instrument(self, code: str) -> Instrument:
        """The instrument with a code. Raises :class:`Refusal` (PLUGIN-13) when none has it."""
        if code not in self.catalogue:
            raise Refusal("PLUGIN-13", code=code, known=", ".join(self.catalogue) or "none")
        return self.catalogue[code]

    def form(self, full_code: str) -> tuple[Instrument, FormMeta]:
        """The form that ``instrument.form`` names. Raises :class:`Refusal` (ANSWERS-01) when there is none."""
        code, _, form_code = full_code.partition(".")
        instrument = self.catalogue.get(code)
        form = instrument.form(form_code) if instrument is not None else None
        if instrument is None or form is None:
            known = ", ".join(form.full_code() for one in self.catalogue.values() for form in one.forms)
            raise Refusal("ANSWERS-01", form=full_code, known=known or "none; no plugin is loaded")
        return instrument, form


def load(folders: Sequence[Path] = (), *, installed: bool = True) -> Plugins:
    """Load the installed plugins and every plugin folder in ``folders`` (or that is one of them).

    Without ``installed`` the folders are loaded alone: a copy of a plugin can be looked at where the plugin is
    installed. An installed plugin that fails is left out and named. A named folder that fails, a misspelt hook, two
    folders of one name and two instruments of one code are refused: raises :class:`Refusal` with the place.

    A folder is read and fingerprinted before any of its code is executed.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    loaded: list[Plugin] = []
    left_out: list[str] = []
    entries = entry_points(group=hookspecs.PROJECT) if installed else ()
    for entry in sorted(entries, key=lambda entry: entry.name):
        origin = f"{_INSTALLED} '{entry.name}'"
        try:
            loaded.append(_register(manager, _guarded(entry.load, origin, None), entry.name, origin))
        except Refusal as refusal:
            left_out.append(str(refusal))
    for package in (package for folder in folders for package in _packages(folder)):
        if package.resolve() not in (plugin.folder.resolve() for plugin in loaded):
            loaded.append(_load_folder(manager, package, loaded))
    catalogue, origins = _gather(manager, loaded, left_out)
    return Plugins(manager.hook, tuple(loaded), MappingProxyType(catalogue), MappingProxyType(origins), tuple(left_out))


def _packages(folder: Path) -> Iterator[Path]:
    """The package of a plugin folder, or those of all plugin folders inside a folder."""
    inside = _package_in(folder)
    if inside is not None:
        yield inside
        return
    found = [
        package
        for child in (sorted(folder.iterdir()) if folder.is_dir() else [])
        if child.is_dir() and (package := _package_in(child)) is not None
    ]
    if not found:
        raise Refusal("PLUGIN-11", path=folder)
    yield from found


def _package_in(folder: Path) -> Path | None:
    """The one Python package of a plugin folder; None when the folder is no plugin."""
    if not folder.is_dir() or not (folder / "pyproject.toml").is_file():
        return None
    found = (path.parent for path in sorted(folder.glob("*/__init__.py")))
    packages = [package for package in found if package.name not in ("tests", *NEVER_CODE)]
    if len(packages) > 1:
        names = ", ".join(package.name for package in packages)
        raise Refusal("PLUGIN-10", origin=f"folder {folder}", why=f"it holds several packages: {names}.")
    return packages[0] if packages else None


def _load_folder(manager: pluggy.PluginManager, package: Path, loaded: Sequence[Plugin]) -> Plugin:
    origin = f"folder {shown(package.parent)}"
    name = shown(Path(os.path.normpath(package.absolute())).parent.name)
    for other in loaded:
        if other.fingerprint is not None and other.name == name:
            # A store remembers fingerprints by name.
            raise Refusal("PLUGIN-16", name=name, first=other.origin, second=origin)
    folder = read_folder(package)
    module = _guarded(partial(import_folder, folder), origin, package)
    return _register(manager, module, name, origin, folder.fingerprint)


def _guarded(load: Callable[[], _Loaded], origin: str, package: Path | None) -> _Loaded:
    """What ``load`` gives. Whatever a plugin raises while it is read becomes a refusal that names the line."""
    try:
        return load()
    except DeclarationError as error:
        raise error.at(_place(error, package)) from error
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno is not None else ""
        where = f"{Path(error.filename).name if error.filename else origin}{line}"
        raise Refusal("PLUGIN-10", origin=origin, why=f"{where}: {error.msg}.") from error
    except (Exception, SystemExit) as error:  # a plugin must not end the program as if all were done
        why = f"{_place(error, package)}{type(error).__name__}: {error}"
        raise Refusal("PLUGIN-10", origin=origin, why=why) from error


def _place(error: BaseException, package: Path | None) -> str:
    """``hearing.py, line 42: `` for the plugin's own line that failed; nothing when there is none."""
    core = Path(__file__).parent
    package = package.resolve() if package is not None else None
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename).resolve()
        mine = package in path.parents if package is not None else core not in path.parents and path.is_file()
        if mine and "importlib" not in frame.filename:
            return f"{path.parent.name}/{path.name}, line {frame.lineno}: "
    return ""


def _register(
    manager: pluggy.PluginManager, module: ModuleType, name: str, origin: str, fingerprint: str | None = None
) -> Plugin:
    known = [hook for hook in vars(hookspecs) if hasattr(getattr(hookspecs, hook), f"{hookspecs.PROJECT}_spec")]
    marked = [hook for hook, function in vars(module).items() if hasattr(function, f"{hookspecs.PROJECT}_impl")]
    for hook in marked:
        if hook not in known:
            near = difflib.get_close_matches(hook, known, n=1)
            raise Refusal("PLUGIN-09", origin=origin, hook=hook, known=", ".join(near or known))
    if not marked:
        why = f"it has no hook: mark one of {', '.join(known)} with @hookimpl in its __init__.py."
        raise Refusal("PLUGIN-10", origin=origin, why=why)
    try:
        manager.register(module, name=f"{name} ({origin})")
    except (pluggy.PluginValidationError, ValueError) as error:
        raise Refusal("PLUGIN-10", origin=origin, why=str(error)) from error
    return Plugin(name, origin, Path(getattr(module, "__file__", None) or ".").parent, fingerprint)


def _instruments(hook: Callable[[], object], plugin: Plugin) -> list[Instrument]:
    def give() -> list[Instrument]:
        given: Any = hook()
        strange = [type(thing).__name__ for thing in given if not isinstance(thing, Instrument)]
        if strange:
            raise TypeError(f"register_instruments gives a {strange[0]} among its instruments")
        return list(given)

    return _guarded(give, plugin.origin, plugin.folder)


def _gather(
    manager: pluggy.PluginManager, loaded: list[Plugin], left_out: list[str]
) -> tuple[dict[str, Instrument], dict[str, str]]:
    catalogue: dict[str, Instrument] = {}
    origins: dict[str, str] = {}
    by_name = {f"{plugin.name} ({plugin.origin})": plugin for plugin in loaded}
    for implementation in manager.hook.register_instruments.get_hookimpls():
        plugin = by_name[implementation.plugin_name]
        origin = plugin.origin
        try:
            found = _instruments(implementation.function, plugin)
        except Refusal as refusal:
            if not origin.startswith(_INSTALLED):
                raise
            left_out.append(str(refusal))
            manager.unregister(name=implementation.plugin_name)
            loaded.remove(plugin)
            continue
        for instrument in found:
            if instrument.code in catalogue:
                first = origins[instrument.code]
                raise Refusal("PLUGIN-08", code=instrument.code, version=instrument.version, first=first, second=origin)
            catalogue[instrument.code] = instrument
            origins[instrument.code] = origin
    return dict(sorted(catalogue.items())), origins
