"""Question types: marshmallow fields that can be asked, checked and counted.

A question turns a raw answer (from JSON, a CSV cell, a prompt) into the form in which it is stored, or says what is
wrong with it. Stored answers are plain JSON values: text, whole numbers, lists of codes. Nothing is guessed: what a
library would bend silently (``5.9`` to 5, ``20250101`` to a date) is refused.
"""

from monitor.questions.asked import PUBLISH, Publish, Question, plain_text
from monitor.questions.coded import RATING, Choice, Choices, Coded, Codes, Country, Rating, countries, numbered
from monitor.questions.dates import Date, PartialDate
from monitor.questions.numbers import Money, Whole, currencies
from monitor.questions.rows import Rows
from monitor.questions.words import Narrative, Ref, Text

__all__ = [
    "PUBLISH", "RATING", "Choice", "Choices", "Coded", "Codes", "Country", "Date", "Money", "Narrative", "PartialDate",
    "Publish", "Question", "Rating", "Ref", "Rows", "Text", "Whole", "countries", "currencies", "numbered",
    "plain_text",
]  # fmt: skip
