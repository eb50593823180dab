"""Languages on the command line: in which one people are spoken to, and the catalogues that translators fill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from monitor.cli.printing import json_option, print_json, say
from monitor.errors import AnswersRefused, Refusal
from monitor.languages import ORIGINAL, chain, languages_of, localized, normal, program_package, translation

if TYPE_CHECKING:
    from monitor.instrument import Instrument
    from monitor.languages import Localized, Translation
    from monitor.plugins import Plugins

_Command = TypeVar("_Command", bound=Callable[..., Any])


def language_option(command: _Command) -> _Command:
    """``--language TAG`` after the command's name, too, where people look for it."""

    def remember(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
        if value is not None:
            ctx.obj.language = value

    option = click.option(
        "--language",
        metavar="TAG",
        expose_value=False,
        callback=remember,
        help="In which language. By default that of 'monitor --language'.",
    )
    return option(command)


class Speech:
    """The language that ``--language`` asks for. Where there are no words in it, one line says so, once."""

    def __init__(self, asked: str | None) -> None:
        self._asked = asked
        self._told = {""}

    def translation(self, instrument: Instrument | None = None) -> Translation:
        """The words of the program, and of an instrument if one is named."""
        folder = instrument.folder if instrument is not None else None
        return translation(self._asked, *([folder] if folder is not None else []))

    def localized(self, *instruments: Instrument) -> list[Localized]:
        """Instruments in this language; one line on stderr names those that are not translated into it at all."""
        line = self._missing(instruments)
        if line not in self._told:
            self._told.add(line)
            say(line)
        return [localized(instrument, self._asked) for instrument in instruments]

    def _missing(self, instruments: Sequence[Instrument]) -> str:
        tag = normal(self._asked or ORIGINAL)
        known = {one.code: languages_of(one.folder) if one.folder is not None else [] for one in instruments}
        listed = ", ".join([ORIGINAL, *sorted({language for languages in known.values() for language in languages})])
        if tag is None:
            return f"That is no language tag (such as fr or sr-Latn), so English is used. Languages: {listed}."
        wanted = {*chain(tag)}
        without = [code for code, languages in known.items() if not wanted.intersection([ORIGINAL, *languages])]
        return f"Not in {tag}, but in English: {', '.join(without)}. Languages: {listed}." if without else ""

    def refusal(self, refusal: Refusal, plugins: Plugins | None) -> list[str]:
        """A refusal in this language, with the rules of its instrument."""
        code = str(refusal.values.get("form", "")).split(".")[0]
        try:
            words = self.translation(plugins.catalogue.get(code) if plugins is not None else None)
        except Refusal:
            return refusal.lines()  # a catalogue that cannot be read must not hide what is wrong
        details = problem_lines(refusal, words) if isinstance(refusal, AnswersRefused) else None
        return words.refusal(refusal, details)


def problem_lines(refusal: AnswersRefused, words: Translation) -> tuple[str, ...]:
    """A line for each problem of a refused submission, in a language."""
    width = max((len(problem.where) for problem in refusal.problems), default=0)
    return tuple(words.problem(problem).line(width) for problem in refusal.problems)


@click.command("translate")
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("tag")
@json_option
def translate_command(folder: Path, tag: str, as_json: bool) -> None:
    """Make the catalogue of a language, or bring it up to date with the instrument.

    FOLDER is a plugin; TAG a language as BCP 47 writes it (fr, sr-Latn, sr-Cyrl). What is translated is kept; a text
    that was reworded is marked fuzzy, and not used until somebody has looked at it. A plugin is code, and runs with
    your rights. With the framework's own folder, monitor, the catalogue is that of the program.
    """
    from monitor.languages import program_texts, texts_of_package, update
    from monitor.plugins import load

    if folder.resolve() == program_package():
        package, texts = program_package(), program_texts()
    else:
        plugins = load([folder], installed=False)
        package, texts = plugins.plugins[0].folder, texts_of_package(plugins.catalogue.values())
    updated = update(package, tag, texts)
    if as_json:
        print_json(updated)
        return
    click.echo(updated.path)
    say(
        f"{updated.translated} of {updated.texts} texts are translated; {updated.fuzzy} are fuzzy; "
        f"{updated.gone} are no longer used."
    )
