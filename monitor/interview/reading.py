"""What people type, as the raw answer that it stands for: numbers of codes, parts of labels, dates, amounts."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from monitor.errors import Fault, Problem
from monitor.languages import Localized, folded, month_numbers
from monitor.questions import Choices, Coded, Country, Date, Money, PartialDate, Question, Ref, Whole, numbered

_SPACE = "[ '\u2019\u00a0\u202f\u2009]"
"""What stands between the thousands of a number."""
_LEAST = 3
"""From so many letters on, what is typed may also stand in the middle of a label."""


class NotTaken(Exception):
    """What was typed is not taken as an answer: ``problem`` says why, ``near`` are answers that may have been meant.

    ``near`` holds codes of the question, or amounts as they could be typed.
    """

    def __init__(self, problem: Problem | None, near: Sequence[str] = ()) -> None:
        super().__init__(problem.says if problem is not None else "")
        self.problem, self.near = problem, tuple(near)


def read_typed(question: Question, text: str, localized: Localized, today: date | None = None) -> Any:
    """The raw answer that typed text stands for; what cannot be made out stays as it is, for the question to refuse.

    Codes are taken by number, by code, or by as much of a label as no other answer shares. Dates are day first. Nothing
    is guessed: raises :class:`NotTaken` where it could mean several answers.
    """
    text = text.strip()
    if isinstance(question, Choices):
        return _several(question, text, labels_of(question, localized))
    if isinstance(question, Coded):
        return _one(question, text, labels_of(question, localized))
    if isinstance(question, Date):
        words = {folded(localized.translation.phrase(word)): back for word, back in (("today", 0), ("yesterday", 1))}
        return _date(
            text, {**_ENGLISH_DAYS, **words}, month_numbers(localized.language), today or date.today(),
            partial=isinstance(question, PartialDate),
        )  # fmt: skip
    if isinstance(question, Money):
        return _money(text)
    if isinstance(question, Whole):
        together = re.sub(_SPACE, "", text)
        return question.from_text(together if re.fullmatch(rf"[0-9]{{1,3}}({_SPACE}[0-9]{{3}})+", text) else text)
    if isinstance(question, Ref):
        return text if question.fault(text) is None or question.fault(text.upper()) is not None else text.upper()
    return text


_ENGLISH_DAYS: Mapping[str, int] = {"today": 0, "yesterday": 1}


# Codes.


def labels_of(question: Coded, localized: Localized) -> dict[str, str]:
    """The labels of a question's codes in a language."""
    return {code: localized.label(question, code) for code in question.codes}


def matching(typed: str, labels: Mapping[str, str]) -> list[str]:
    """The codes that typed text may stand for: the exact ones, else those that begin so, else those that hold it."""
    wanted = folded(typed)
    if not wanted:
        return []
    known = {code: (folded(code), folded(label)) for code, label in labels.items()}
    ways = (
        lambda name: name == wanted,
        lambda name: name.startswith(wanted),
        lambda name: f" {wanted}" in name,
        lambda name: len(wanted) >= _LEAST and wanted in name,
    )
    for way in ways:
        if found := [code for code, names in known.items() if any(way(name) for name in names)]:
            return found
    return []


def _one(question: Coded, text: str, labels: Mapping[str, str]) -> str:
    if text in question.codes:
        return text
    if not isinstance(question, Country) and text in (numbers := numbered(question.codes)):
        return numbers[text]
    if text.upper() in question.codes and isinstance(question, Country):
        return text.upper()
    found = matching(text, labels) or matching(text, question.codes)  # whoever reads French may know the English name
    if len(found) == 1:
        return found[0]
    if not found:
        by_label = {folded(label): code for code, label in labels.items()}
        found = [by_label[label] for label in difflib.get_close_matches(folded(text)[:60], by_label)]
    if found:
        raise NotTaken(None, found)
    return text


def _several(question: Choices, text: str, labels: Mapping[str, str]) -> list[str]:
    numbers = numbered(question.codes)
    if len(text) > 1 and all(len(number) == 1 for number in numbers) and set(text) <= set(numbers):
        return [numbers[digit] for digit in text]  # with so few answers, 13 can only be 1 and 3
    if re.search("[,;]", text):
        return [code for part in re.split("[,;]", text) if part.strip() for code in _several(question, part, labels)]
    parts = text.split()
    if len(parts) > 1 and all(part in question.codes or _is_number(part) for part in parts):
        return [_one(question, part, labels) for part in parts]
    try:
        one = _one(question, text.strip(), labels)
    except NotTaken:
        if len(parts) < 2:
            raise
        one = text
    if one in question.codes or len(parts) < 2:
        return [one]
    return [_one(question, part, labels) for part in parts]


def _is_number(text: str) -> bool:
    return re.fullmatch("[0-9]{1,4}", text) is not None


# Dates.


def _date(text: str, days: Mapping[str, int], months: Mapping[str, int], today: date, *, partial: bool) -> str:
    if (back := days.get(folded(text))) is not None:
        return (today - timedelta(days=back)).isoformat()
    found = _by_figures(text) or _by_month(text, months)
    if found is None:
        return text
    year, month, day = found
    if day:
        return f"{year:04}-{month:02}-{day:02}"
    if not partial:
        return text
    return f"{year:04}-{month:02}" if month else f"{year:04}"


def _by_figures(text: str) -> tuple[int, int, int] | None:
    """Year, month and day; 0 for what is not said."""
    between = r"[\s./-]{1,3}"
    patterns = (
        rf"(?P<y>[0-9]{{4}}){between}(?P<m>[0-9]{{1,2}}){between}(?P<d>[0-9]{{1,2}})",
        rf"(?P<d>[0-9]{{1,2}}){between}(?P<m>[0-9]{{1,2}}){between}(?P<y>[0-9]{{4}})\.?",
        rf"(?P<y>[0-9]{{4}}){between}(?P<m>[0-9]{{1,2}})",
        rf"(?P<m>[0-9]{{1,2}}){between}(?P<y>[0-9]{{4}})",
        r"(?P<y>[0-9]{4})",
    )
    for pattern in patterns:
        if found := re.fullmatch(pattern, text, re.ASCII):
            parts = found.groupdict()
            return int(parts["y"]), int(parts.get("m") or 0), int(parts.get("d") or 0)
    return None


def _by_month(text: str, months: Mapping[str, int]) -> tuple[int, int, int] | None:
    words = folded(text).split()
    words = [re.sub(r"^([0-9]{1,2})(st|nd|rd|th|er|re|го|е)$", r"\1", word) for word in words]
    named = [word for word in words if not word.isdecimal() and word not in ("г", "года", "de", "of")]
    figures = [word for word in words if re.fullmatch("[0-9]{1,4}", word)]
    years = [word for word in figures if len(word) == 4]
    month = months.get(named[0]) if len(named) == 1 else None
    if month is None or len(years) != 1 or len(figures) > 2 or len(figures) + 1 > len(words):
        return None
    day = next((int(word) for word in figures if len(word) < 3), 0)
    return (int(years[0]), month, day) if day or len(figures) == 1 else None


# Amounts.


def _money(text: str) -> Any:
    text = text.replace("€", " EUR ").strip()
    found = re.fullmatch(r"([^A-Za-z]+?)\s*([A-Za-z]{3})", text) or re.fullmatch(r"([A-Za-z]{3})\s*([^A-Za-z]+)", text)
    if found is None:
        return text
    amount, currency = (found[1], found[2]) if found[2].isalpha() else (found[2], found[1])
    return {"amount": _amount(amount.strip(), currency.upper()), "currency": currency.upper()}


def _amount(text: str, currency: str) -> str:
    if re.fullmatch(rf"[0-9]{{1,3}}({_SPACE}[0-9]{{3}})+([.,][0-9]{{1,4}})?", text):
        return re.sub(_SPACE, "", text).replace(",", ".")
    for thousands, decimal in ((".", ","), (",", ".")):
        grouped = rf"[0-9]{{1,3}}(\{thousands}[0-9]{{3}})+"
        if re.fullmatch(rf"{grouped}\{decimal}[0-9]{{1,4}}|[0-9]{{1,3}}(\{thousands}[0-9]{{3}}){{2,}}", text):
            return text.replace(thousands, "").replace(decimal, ".")
    if re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", text):  # thousands here, decimals there: nobody can tell
        whole, part = re.split("[.,]", text)
        raise NotTaken(None, (f"{whole}{part} {currency}", f"{whole}.{part}0 {currency}"))
    return text.replace(",", ".") if re.fullmatch(r"[0-9]+,[0-9]{1,4}", text) else text


def refuse(where: str, code: str, **values: object) -> NotTaken:
    """An answer that is not taken, with a message of the catalogue."""
    return NotTaken(Problem.of(where, Fault(code, **values)))


def listed(codes: Iterable[str], labels: Mapping[str, str]) -> str:
    """Several answers by their labels, in a line."""
    return "; ".join(labels.get(code, code) for code in codes)
