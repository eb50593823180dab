"""The names that a plugin may use. Everything else in this package belongs to the framework."""

from monitor.conditions import AS_OF, AUTHOR, SESSION, SOURCE, TODAY, AnyOther, Days, Elsewhere, Months, Ratio, any_of
from monitor.forms import Form, Section
from monitor.hookspecs import hookimpl
from monitor.indicators import EachCode, Median, Share, Tally, by, each, year
from monitor.instrument import Instrument
from monitor.questions import (
    RATING,
    Choice,
    Choices,
    Codes,
    Country,
    Date,
    Money,
    Narrative,
    PartialDate,
    Rating,
    Ref,
    Rows,
    Text,
    Whole,
)
from monitor.rules import Rule
from monitor.submissions import Submission

__all__ = [
    "AS_OF",
    "AUTHOR",
    "AnyOther",
    "Choice",
    "Choices",
    "Codes",
    "Country",
    "Date",
    "Days",
    "EachCode",
    "Elsewhere",
    "Form",
    "Instrument",
    "Median",
    "Money",
    "Months",
    "Narrative",
    "PartialDate",
    "RATING",
    "Rating",
    "Ratio",
    "Ref",
    "Rows",
    "Rule",
    "SESSION",
    "SOURCE",
    "Section",
    "Share",
    "Submission",
    "TODAY",
    "Tally",
    "Text",
    "Whole",
    "any_of",
    "by",
    "each",
    "hookimpl",
    "year",
]
