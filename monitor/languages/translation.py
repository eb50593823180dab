"""Says things in a language: texts by their place, phrases and messages by their templates, or else in English."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import Problem, Refusal
from monitor.languages.catalogues import Catalogue, read_catalogue
from monitor.languages.tags import ORIGINAL, chain, normal
from monitor.messages import CATALOGUE
from monitor.phrases import Phrase


@dataclass(frozen=True)
class Translation:
    """The words of one language, looked for in several catalogues in turn; what none of them has stays English."""

    language: str
    catalogues: tuple[Catalogue, ...] = ()

    def text(self, place: str, english: str) -> str:
        """What stands at a place, in this language."""
        for catalogue in self.catalogues:
            if (place, english) in catalogue.texts:
                return catalogue.texts[place, english]
        return english

    def filled(self, place: str, template: str, values: Mapping[str, object]) -> str:
        """A template in this language, filled in. One whose braces do not fit the English is passed over."""
        translated = self.text(place, template)
        if braces(translated) != braces(template):
            translated = template
        return translated.format(**{name: self.said(value) for name, value in values.items()})

    def said(self, value: object) -> object:
        """A phrase in this language; anything else as it is."""
        return self.filled("phrase", value.template, value.values) if isinstance(value, Phrase) else value

    def phrase(self, template: str, **values: object) -> str:
        """A phrase of the program (see :mod:`monitor.phrases`) in this language."""
        return str(self.said(Phrase(template, **values)))

    def problem(self, problem: Problem) -> Problem:
        """The same problem, said in this language."""
        values = dict(problem.values)
        if problem.rule is not None and isinstance(values.get("says"), str):
            values["says"] = self.text(f"{problem.rule} says", str(values["says"]))
        template = CATALOGUE[problem.code].says
        if not {name.split(":")[0] for name in braces(template)} <= values.keys():
            return problem  # it came without what fills its sentence
        says = self.filled(f"{problem.code} says", template, values)
        return Problem(problem.where, problem.code, says, problem.rule, problem.values)

    def refusal(self, refusal: Refusal, details: tuple[str, ...] | None = None) -> list[str]:
        """A refusal as it stands on the screen. ``details`` are its places, where they are already translated."""
        code, message = refusal.code, CATALOGUE[refusal.code]
        sentence = self.filled(f"{code} says", message.says, refusal.values)
        lines = [self.phrase("Error: {sentence} [{code}]", sentence=sentence, code=code)]
        details = refusal.details if details is None else details
        lines += ["", *(f"  {line}" for line in details), ""] if details else []
        return [*lines, self.filled(f"{code} do", message.do, refusal.values)] if message.do else lines


def braces(template: str) -> list[str]:
    """The names in the braces of a template, in alphabetical order; ``["?"]`` when it is no template of ours."""
    try:
        found = [part for part in string.Formatter().parse(template) if part[1] is not None]
    except ValueError:
        return ["?"]
    # No sentence of ours converts a value (``{name!r}``): an unknown conversion would only fail when it is filled in.
    return sorted(f"{name}:{form}" for _, name, form, _ in found) if not any(part[3] for part in found) else ["?"]


def translation(language: str | None, *packages: Path) -> Translation:
    """The words of a language (a BCP 47 tag) from the catalogues of packages, and from the program's own.

    A narrower language falls back to the wider one (``sr-Latn-RS`` to ``sr-Latn``, then ``sr``), and that to English.
    """
    tag = normal(language or ORIGINAL) or ORIGINAL
    found = (read_catalogue(package, one) for package in (*packages, program_package()) for one in chain(tag))
    return Translation(tag, tuple(catalogue for catalogue in found if catalogue is not None))


def program_package() -> Path:
    """The framework's own package, in which its catalogues lie."""
    return Path(__file__).parents[1]
