"""An instrument as people read it in one language; the instrument itself stays as it is."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.forms import FormMeta
from monitor.indicators import Indicator
from monitor.instrument import Instrument
from monitor.languages.catalogues import languages_of, read_catalogue
from monitor.languages.sources import measure_of, place_of, texts_of
from monitor.languages.tags import ORIGINAL, chain
from monitor.languages.translation import Translation, translation
from monitor.phrases import Phrase
from monitor.questions import Coded, Country, Question, Rating
from monitor.rules import Rule


@dataclass(frozen=True)
class Localized:
    """The texts of an instrument in a language. Codes and names are the same in every language."""

    instrument: Instrument
    translation: Translation

    @property
    def language(self) -> str:
        """The tag of the language that was asked for."""
        return self.translation.language

    @property
    def title(self) -> str:
        """The instrument's title."""
        return self.translation.text("instrument title", self.instrument.title)

    @property
    def summary(self) -> str:
        """What the instrument is for."""
        return self.translation.text("instrument summary", self.instrument.summary)

    def form_title(self, form: FormMeta) -> str:
        """The title of a form."""
        return self.translation.text(f"{form.code} title", form.title)

    def section(self, question: Question) -> str:
        """The heading under which a question stands."""
        return self.translation.text(f"{question.form.code} section", question.section)

    def wording(self, question: Question) -> str:
        """What is asked."""
        return self.translation.text(f"{place_of(question)} wording", question.wording)

    def hint(self, question: Question) -> str:
        """What explains it."""
        return self.translation.text(f"{place_of(question)} hint", question.hint)

    def partly(self, question: Question) -> str:
        """What *partly* means to a rating."""
        return self.translation.text(f"{place_of(question)} partly", question.partly)

    def label(self, question: Coded, code: str) -> str:
        """What people read beside a code."""
        english = question.codes[code]
        if isinstance(question, Rating):
            return self.translation.text(f"rating {code}", english)
        if isinstance(question, Country) and code not in question.also:
            return _state(self.language, code, english)
        return self.translation.text(f"{place_of(question)} code {code}", english)

    def asked_if(self, question: Question) -> str | None:
        """When a question is asked, in words; None when it always is."""
        return self.said(question.only_if.words()) if question.only_if is not None else None

    def says(self, rule: Rule) -> str:
        """The sentence of a rule."""
        return self.translation.text(f"{rule.id} says", rule.says)

    def indicator_title(self, indicator: Indicator) -> str:
        """The title of an indicator."""
        return self._worded(f"{indicator.id} title", indicator.title)

    def note(self, indicator: Indicator) -> str:
        """What is to be kept in mind beside an indicator."""
        return self._worded(f"{indicator.id} note", indicator.note)

    def measure(self, indicator: Indicator) -> str:
        """In what a figure is measured, where it is no count and no share."""
        return self._worded(f"{indicator.id} measure", measure_of(indicator))

    def _worded(self, place: str, english: str) -> str:
        return self.said(english) if isinstance(english, Phrase) else self.translation.text(place, english)

    def said(self, words: str) -> str:
        """A condition or an operand, as it says itself in English, in this language."""
        return str(self.translation.said(words))


def localized(instrument: Instrument, language: str | None) -> Localized:
    """An instrument in a language (a BCP 47 tag); what is not translated stays English, sentence by sentence.

    Raises :class:`monitor.errors.Refusal` (LANGUAGE-01) when a catalogue cannot be read.
    """
    packages = (instrument.folder,) if instrument.folder is not None else ()
    return Localized(instrument, translation(language, *packages))


def _state(language: str, code: str, english: str) -> str:
    """The name of a State in a language, by the CLDR; with its footnote mark, if the English has one."""
    from babel import Locale, UnknownLocaleError

    for tag in chain(language) if language != ORIGINAL else ():
        try:
            name = Locale.parse(tag, sep="-").territories.get(code)
        except (UnknownLocaleError, ValueError):
            continue  # the CLDR does not know every language that a mission writes
        if name:
            return f"{name}*" if english.endswith("*") else str(name)
    return english


@dataclass(frozen=True)
class Completeness:
    """How much of an instrument is translated into a language; ``draft`` while nobody has reviewed it.

    ``first_missing`` is the place of the first text that is not.
    """

    language: str
    translated: int
    texts: int
    draft: bool
    first_missing: str | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self.translated == self.texts

    def words(self) -> str:
        """``fr 402/402 (unreviewed draft)``."""
        return f"{self.language} {self.translated}/{self.texts}{' (unreviewed draft)' if self.draft else ''}"


def completeness(instrument: Instrument) -> list[Completeness]:
    """How much of an instrument is translated, by language; the English, in which it is written, is not listed."""
    if instrument.folder is None:
        return []
    texts, found = texts_of(instrument), []
    for language in languages_of(instrument.folder):
        catalogue = read_catalogue(instrument.folder, language)
        if catalogue is not None:
            missing = [place for place, english in texts if (place, english) not in catalogue.texts]
            first = missing[0] if missing else None
            found.append(Completeness(language, len(texts) - len(missing), len(texts), catalogue.draft, first))
    return found
