"""Answers that must hold: one small language for skip rules, checks and indicators.

A condition is a value. The same one is evaluated in Python (``truth``), compiled to SQL (``sql``), printed in
words (``words``) and kept in the contract (``as_json``). It knows three truths, as SQL does: true, false, and
unknown where an answer it needs was not asked or left blank. A question is asked only if its condition is true; a
rule is broken only if its condition is false. So a blank never counts as a no.
"""

from monitor.conditions.arithmetic import Days, EndOf, Months, Ratio, Total
from monitor.conditions.atoms import Includes, Matches, Mentions, OneOf, Within, sql_text
from monitor.conditions.core import (
    JSON,
    AllOf,
    Answered,
    Answers,
    AnyOf,
    Compare,
    Condition,
    Constant,
    Currency,
    Names,
    Not,
    Operand,
    Value,
    operand,
)
from monitor.conditions.dates import bounds
from monitor.conditions.elsewhere import Elsewhere
from monitor.conditions.operands import AS_OF, AUTHOR, SESSION, SOURCE, TODAY, AsOf, Count, Length, System, Today
from monitor.conditions.several import AnyOther, AnyRow, RowsInOrder, RowsUnique, any_of

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
    "Elsewhere",
    "EndOf",
    "Includes",
    "Length",
    "Matches",
    "Mentions",
    "Months",
    "Names",
    "Not",
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
    "bounds",
    "operand",
    "sql_text",
]
