"""The invented mission: its cases and their hearings, as submissions that a monitor could have typed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from monitor.demo.docket import Docket
from monitor.demo.drawing import Drawing, Values
from monitor.demo.hearings import CaseFile, Sitting, hearing_facts
from monitor.demo.weights import DECKS
from monitor.instrument import Instrument

SEED = 2392
CASES = 310
HEARINGS = 2392
FIRST_DAY, LAST_DAY = date(2024, 4, 2), date(2025, 5, 30)
"""April of one year to May of the next: long past, so that no clock finds a hearing in the future."""

MONITORS = tuple(f"MON-{number:02}" for number in range(1, 13))

Raw = dict[str, Any]


@dataclass(frozen=True)
class Mission:
    """Raw submissions, ready for import: cases by reference, hearings by day."""

    cases: tuple[Raw, ...]
    hearings: tuple[Raw, ...]

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write ``cases.jsonl`` and ``hearings.jsonl`` into a folder."""
        return _write(folder / "cases.jsonl", self.cases), _write(folder / "hearings.jsonl", self.hearings)


def invent(instrument: Instrument, *, seed: int = SEED, cases: int = CASES, hearings: int = HEARINGS) -> Mission:
    """Invent a mission for ``trial_monitoring``: so many cases with so many hearings in all.

    The same seed gives the same submissions. Each is checked as it is made; what raises a warning explains it.
    Raises :class:`monitor.errors.AnswersRefused` when a submission breaks a rule, which only a changed instrument does.
    """
    drawing = Drawing(seed)
    made: list[Raw] = []
    heard: list[Raw] = []
    numbers: Counter[str] = Counter()
    for count in _hearings_of_each_case(drawing, cases, hearings):
        docket = Docket(instrument)
        case = _invent_case(docket, drawing, numbers, count)
        made.append(case.raw)
        heard += _invent_hearings(docket, drawing, case)
    made.sort(key=lambda raw: str(raw["case_ref"]))
    heard.sort(key=lambda raw: (raw["hearing_date"], raw["_id"]))
    return Mission(tuple(made), tuple(heard))


def _hearings_of_each_case(drawing: Drawing, cases: int, hearings: int) -> list[int]:
    """At least one for each case; some cases take long, and most do not."""
    counts = [1] * cases
    lengths = [0.3 + drawing.random.expovariate(1) for _ in range(cases)]
    for case in drawing.random.choices(range(cases), lengths, k=hearings - cases):
        counts[case] += 1
    return counts


def _invent_case(docket: Docket, drawing: Drawing, numbers: Counter[str], hearings: int) -> CaseFile:
    country = drawing.deal("country", DECKS["country"])
    numbers[country] += 1
    number = numbers[country]
    days = _days(drawing, hearings)
    reference = f"{country}-{days[0].year}-{number:03}"
    values = drawing.fill(
        docket.form("case"),
        {
            "case_ref": lambda _: reference,
            "court_case_number": lambda _: f"INVENTED {number}/{days[0].year}",
            "country": lambda _: country,
            "court_code": lambda _: f"INVENTED-{country}-{number % 4 + 1}",
            "indictment_filed_on": lambda _: _filed(drawing, days[0]),
            "defendants_female": lambda v: drawing.random.randint(0, v["defendants_total"]),
            "victims_children": lambda v: _children(drawing, v),
        },
    )
    submitted = days[0] - timedelta(days=1)
    envelope = {"_id": f"invented-{reference}", "_monitor": drawing.random.choice(MONITORS), "_language": "en",
                "_submitted_at": f"{submitted}T16:30:00+00:00"}  # fmt: skip
    raw = docket.submit("case", {**envelope, **values})
    return CaseFile(raw, days, _people(drawing, values))


def _days(drawing: Drawing, count: int) -> list[date]:
    """The days on which a case is heard: working days, some days apart; two sessions on one day now and then."""
    span = (LAST_DAY - FIRST_DAY).days
    length = min(span, 21 * count)
    start = FIRST_DAY + timedelta(days=drawing.random.randint(0, span - length))
    working = [day for day in (start + timedelta(days=n) for n in range(length + 1)) if day.weekday() < 5]
    days = sorted(drawing.random.sample(working, min(count, len(working))))
    while len(days) < count:
        days.append(days[-1])
    return [days[at - 1] if at and drawing.chance("second session", one_in=120) else day for at, day in enumerate(days)]


def _filed(drawing: Drawing, first: date) -> str | None:
    """The day, month or year of the indictment; at times the file does not show it."""
    day = (first - timedelta(days=drawing.random.randint(20, 800))).isoformat()
    length = drawing.deal("indictment_filed_on", {"10": 60, "7": 24, "4": 6, "0": 10})
    return day[: int(length)] or None


def _children(drawing: Drawing, case: Values) -> int:
    charged = "trafficking_child" in case["offences_charged"]
    return drawing.part("victims_children", case["victims_total"]) if charged else 0


def _people(drawing: Drawing, case: Values) -> tuple[Mapping[str, str], ...]:
    """The victims of a case, and one who may join it: the same age group and sex at every hearing."""
    children = case.get("victims_children", 0)
    ages = {True: {"child_14_17": 3, "child_under_14": 1}, False: {"adult": 48, "unknown": 2}}
    return tuple(
        {
            "victim_ref": f"V{number}",
            "victim_age_group": drawing.deal(f"age of a child: {number <= children}", ages[number <= children]),
            "victim_sex": drawing.deal("victim_sex", DECKS["victim_sex"]),
        }
        for number in range(1, case["victims_total"] + 2)
    )


def _invent_hearings(docket: Docket, drawing: Drawing, case: CaseFile) -> Iterator[Raw]:
    observers = drawing.random.sample(MONITORS, 2)
    for at, (day, stage) in enumerate(zip(case.days, _stages(drawing, case), strict=True)):
        sitting = Sitting(day, stage, case.days[:at].count(day) + 1)
        values = drawing.fill(docket.form("hearing"), hearing_facts(drawing, case, sitting), docket.case_answers())
        envelope: Raw = {
            "_id": f"invented-{case.reference}-h{at + 1:02}", "_parent": case.reference,
            "_monitor": observers[drawing.chance("the other monitor", one_in=5)], "_language": "en",
            "_submitted_at": f"{day}T{17 + sitting.session}:{drawing.random.randint(10, 59)}:00+00:00",
        }  # fmt: skip
        if sitting.session > 1:
            envelope["_session"] = sitting.session
        if values["monitor_access"] == "not_attempted" and "outcome" in values:
            envelope["_source"] = "an invented judgment, as if read later"
        case.claimed = case.claimed or values.get("compensation_claimed") == "yes"
        yield docket.submit("hearing", {**envelope, **values})


def _stages(drawing: Drawing, case: CaseFile) -> Sequence[str]:
    """The stages of a case in their order, one for each of its hearings."""
    count = len(case.days)
    if case.raw["court_level"] in ("appeal", "supreme"):
        last = "appeal_judgment" if count > 1 and drawing.chance("appeal decided", one_in=2) else "appeal_hearing"
        return ["appeal_hearing"] * (count - 1) + [last]
    opening = ["preparatory", "main_trial_opening"][: max(0, count - 2)]
    if case.raw.get("victims_children") and opening and drawing.chance("deposition", one_in=3):
        opening[0] = "pretrial_judge_deposition"
    ended = drawing.deal("judgment reached", {"yes": 3, "no": 2}) == "yes"
    closing = ["closing_arguments", "judgment_pronouncement"][-max(1, min(2, count - 1)) :] if ended else []
    return [*opening, *["main_trial_evidence"] * (count - len(opening) - len(closing)), *closing]


def _write(path: Path, submissions: Sequence[Raw]) -> Path:
    lines = (json.dumps(raw, ensure_ascii=False, separators=(",", ":")) + "\n" for raw in submissions)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)
    return path
