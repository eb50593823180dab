"""The check of a plugin: everything that is run on the built-in ones, over a folder anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import Refusal
from monitor.instrument import Instrument
from monitor.kit.complaints import Complaint, complain, from_refusal
from monitor.kit.counting import indicators
from monitor.kit.examples import examples
from monitor.kit.folder import distribution, imports, package_of, readme
from monitor.kit.frozen import contract
from monitor.kit.logic import Walked, dry_interview, never_asked, rules_alone, rules_together
from monitor.kit.rehearsal import Stage
from monitor.kit.wording import code_lists, identifying, purpose, translations, wording
from monitor.plugins import Plugins, load
from monitor.submissions import Desk


@dataclass(frozen=True)
class Report:
    """What a check of a plugin found: its instruments, how far each dry interview came, and every complaint."""

    instruments: tuple[Instrument, ...]
    walked: tuple[Walked, ...]
    complaints: tuple[Complaint, ...]

    def of(self, weight: str) -> list[Complaint]:
        """The complaints of one weight."""
        return [complaint for complaint in self.complaints if complaint.weight == weight]


def check_plugin(folder: Path, *, schemas: Path | None = None, taken: Mapping[str, str] | None = None) -> Report:
    """Check the plugin in a folder: load it alone, look at all it declares, and try it.

    ``schemas`` is a folder of frozen contracts. ``taken`` names the codes of instruments that are loaded otherwise,
    with their origin. Raises :class:`Refusal` (PLUGIN-11) when the folder is no plugin at all; whatever else is wrong
    is a complaint.
    """
    if not (folder / "pyproject.toml").is_file():
        raise Refusal("PLUGIN-11", path=folder)
    complaints = list(readme(folder))
    package = package_of(folder)
    if package is not None:
        complaints += [*distribution(folder, package), *imports(folder, package)]
    try:
        plugins = load([folder], installed=False)
    except Refusal as refusal:
        return Report((), (), (*complaints, from_refusal(refusal, folder.resolve().name)))
    instruments = tuple(plugins.catalogue.values())
    complaints += _codes(plugins, taken or {}, folder)
    walked: list[Walked] = []
    for instrument in instruments:
        desk, stage = Desk(), Stage(instrument)
        complaints += _declared(instrument, plugins.plugins[0].folder, schemas)
        complaints += examples(instrument, folder, desk)
        complaints += [*never_asked(stage), *rules_alone(stage), *rules_together(stage)]
        forms = [dry_interview(stage, form, desk) for form in instrument.forms]
        complaints += [complaint for one in forms for complaint in one.complaints]
        complaints += indicators(stage)
        walked += forms
    return Report(instruments, tuple(walked), tuple(complaints))


def _codes(plugins: Plugins, taken: Mapping[str, str], folder: Path) -> Iterator[Complaint]:
    if not plugins.catalogue:
        yield complain("KIT-05", folder.resolve().name)
    for code in plugins.catalogue:
        if code in taken:
            yield complain("KIT-04", code, code=code, origin=taken[code])


def _declared(instrument: Instrument, package: Path, schemas: Path | None) -> Iterator[Complaint]:
    """What can be said without searching."""
    yield from wording(instrument)
    yield from translations(instrument)
    yield from purpose(instrument)
    yield from code_lists(instrument, package)
    yield from identifying(instrument)
    yield from contract(instrument, schemas)


def taken_codes(folder: Path) -> dict[str, str]:
    """The codes of the installed instruments with where each came from, those of the folder itself left out."""
    plugins = load()
    own = {plugin.origin for plugin in plugins.plugins if folder.resolve() in plugin.folder.resolve().parents}
    return {code: origin for code, origin in plugins.origins.items() if origin not in own}
