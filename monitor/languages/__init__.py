"""Languages: what instruments and the program say, from gettext catalogues by BCP 47 tag, with English beneath."""

from monitor.languages.calendar import folded, in_words, month_numbers
from monitor.languages.catalogues import DRAFT, Catalogue, Key, catalogue_path, languages_of, read_catalogue
from monitor.languages.localized import Completeness, Localized, completeness, localized
from monitor.languages.sources import program_texts, texts_of
from monitor.languages.tags import ORIGINAL, chain, normal
from monitor.languages.translation import Translation, braces, program_package, translation
from monitor.languages.updating import Updated, texts_of_package, update

__all__ = [
    "Catalogue", "Completeness", "DRAFT", "Key", "Localized", "ORIGINAL", "Translation", "Updated", "braces",
    "catalogue_path", "chain", "completeness", "folded", "in_words", "languages_of", "localized", "month_numbers",
    "normal", "program_package", "program_texts", "read_catalogue", "texts_of",
    "texts_of_package", "translation", "update",
]  # fmt: skip
