"""Answers that must hold: one small language for skip rules, checks and indicators.

A condition is a value. The same one is evaluated in Python (``truth``), compiled to SQL (``sql``), printed in
words (``words``) and kept in the contract (``as_json``). It knows three truths, as SQL does: true, false, and
unknown where an answer it needs was not asked or left blank. A question is asked only if its condition is true; a
rule is broken only if its condition is false. So a blank never counts as a no.
"""

from monitor.conditions.answers import Answers, Value
from monitor.conditions.arithmetic import Days, EndOf, Months, OneCurrency, Ratio, Total
from monitor.conditions.core import (
    JSON,
    AllOf,
    Answered,
    AnyOf,
    Compare,
    Condition,
    Constant,
    Currency,
    Names,
    Not,
    Operand,
    operand,
)
from monitor.conditions.dates import bounds
from monitor.conditions.elsewhere import Elsewhere
from monitor.conditions.operands import AS_OF, AUTHOR, SESSION, SOURCE, TODAY, AsOf, Count, Length, System, Today
from monitor.conditions.several import AnyOther, AnyRow, AtLeast, RowsInOrder, RowsUnique, any_of, at_least, parts_of
from monitor.conditions.single import Includes, Matches, Mentions, OneOf, Within, sql_text

__all__ = [
    "AUTHOR",
    "JSON",
    "SESSION",
    "SOURCE",
    "TODAY",
    "AllOf",
    "Answered",
    "Answers",
    "AnyOther",
    "AnyRow",
    "AnyOf",
    "Compare",
    "Condition",
    "Constant",
    "Count",
    "Currency",
    "Days",
    "AS_OF",
    "AsOf",
    "AtLeast",
    "Elsewhere",
    "EndOf",
    "Includes",
    "Length",
    "Matches",
    "Mentions",
    "Months",
    "Names",
    "Not",
    "OneCurrency",
    "OneOf",
    "Operand",
    "Ratio",
    "RowsInOrder",
    "RowsUnique",
    "System",
    "Today",
    "Total",
    "Value",
    "Within",
    "any_of",
    "at_least",
    "bounds",
    "operand",
    "parts_of",
    "sql_text",
]
