"""What decides an answer at an invented hearing where chance alone would make nonsense."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from monitor.demo.drawing import Drawing, Facts, Values
from monitor.demo.weights import DECKS

_JUDGMENTS = ("judgment_pronouncement", "appeal_judgment")

# How a victim is heard takes the measure that allows it.
_NEEDS = {
    "in_room_screened": "screen",
    "live_video": "video_link",
    "recorded_statement_played": "recorded_statement_used",
}
_OWN_MOTION = {"": 90, "recorded_statement_used": 5, "pseudonym_or_anonymity": 3, "closed_session": 2}


@dataclass
class CaseFile:
    """An invented case: its submission, the days of its hearings, its victims, and whether compensation was claimed."""

    raw: dict[str, Any]
    days: Sequence[date]
    people: Sequence[Mapping[str, str]]
    claimed: bool = False

    @property
    def reference(self) -> str:
        """The case's pseudonym."""
        return str(self.raw["case_ref"])


@dataclass(frozen=True)
class Sitting:
    """One session: its day, the stage that the case reaches, and which session of the day it is."""

    day: date
    stage: str
    session: int


def hearing_facts(drawing: Drawing, case: CaseFile, sitting: Sitting) -> Facts:
    """The answers to a hearing that follow from its case, its day or the answers before them."""
    judgment = sitting.stage in _JUDGMENTS
    facts: dict[str, Any] = {
        "hearing_date": lambda _: sitting.day.isoformat(),
        "hearing_stage": lambda _: sitting.stage,
        "postponement_reasons": lambda v: _reasons(drawing, v),
        "start_delay_minutes": lambda _: _delay(drawing),
        "victims_present": lambda _: _present(drawing, case),
        "protection_granted": lambda v: _granted(drawing, v),
        "victims": lambda v: _victims(drawing, case, v),
        "outcome": lambda _: _outcome(drawing, case, sitting),
        "convicted_total": lambda v: _convicted(drawing, case, v),
        "compensation_decision": lambda _: _compensation(drawing, case),
        "monitor_narrative": lambda v: _narrative(drawing, v),
    }
    if judgment:
        # A pronouncement that was put off is not yet a pronouncement.
        facts["monitor_access"] = lambda _: drawing.deal(
            "access to a judgment", {"full": 88, "partial": 4, "not_attempted": 7, "refused_before_start": 1}
        )
        facts["hearing_held"] = lambda _: "held"
    if case.claimed:
        facts["compensation_claimed"] = lambda _: "yes"
    return facts


def _reasons(drawing: Drawing, hearing: Values) -> list[str]:
    # A deck for each kind of hearing: the shares hold among the postponed hearings alone, too.
    name = "postponement_reasons"
    return drawing.deal(f"{name} of a hearing {hearing['hearing_held']}", DECKS[name]).split(";")


def _delay(drawing: Drawing) -> int | None:
    """Minutes; blank where the list showed no time; beyond all measure once in a long while."""
    band = drawing.deal("start_delay_minutes", DECKS["start_delay_minutes"])
    if not band:
        return None
    low, high = (int(bound) for bound in band.split("-"))
    beyond = low > 60 and drawing.chance("a very late start", one_in=30)
    return drawing.random.randint(485, 520) if beyond else drawing.random.randint(low, high)


def _present(drawing: Drawing, case: CaseFile) -> int:
    """How many of the case's victims came; once in a while one more, whom the case does not have yet."""
    total: int = case.raw["victims_total"]
    if total and drawing.chance("one victim more", one_in=300):
        return total + 1
    return drawing.part("victims_present", total)


def _granted(drawing: Drawing, hearing: Values) -> list[str]:
    """Six in ten of what was asked for; at times a measure of the court's own motion."""
    asked = [measure for measure in hearing["protection_requested"] if measure != "none"]
    granted = [measure for measure in asked if drawing.deal("granted", {"yes": 6, "no": 4}) == "yes"]
    own = drawing.deal("own motion", _OWN_MOTION)
    measures = dict.fromkeys([*granted, *([own] if own else [])])
    if hearing["publicity"] == "open" and not drawing.chance("closed on paper only", one_in=25):
        measures.pop("closed_session", None)
    return list(measures) or ["none"]


def _victims(drawing: Drawing, case: CaseFile, hearing: Values) -> list[Facts]:
    count = hearing["victims_present"]
    known = len(case.people) - 1
    chosen = range(known + 1) if count > known else sorted(drawing.random.sample(range(known), count))
    return [_victim(drawing, case.people[at], hearing) for at in chosen]


def _victim(drawing: Drawing, person: Mapping[str, str], hearing: Values) -> Facts:
    return {
        "victim_ref": lambda _: person["victim_ref"],
        "victim_age_group": lambda _: person["victim_age_group"],
        "victim_sex": lambda _: person["victim_sex"],
        "testimony_mode": lambda _: _testimony(drawing, hearing),
    }


def _testimony(drawing: Drawing, hearing: Values) -> str:
    mode = drawing.deal("testimony_mode", DECKS["testimony_mode"])
    allowed = _NEEDS.get(mode) in (None, *hearing["protection_granted"])
    online = mode == "live_video" and hearing["venue_type"] in ("remote_online", "mixed_hybrid")
    if allowed or online or drawing.chance("heard without the measure", one_in=20):
        return mode
    return "in_room_visible_to_accused"


def _outcome(drawing: Drawing, case: CaseFile, sitting: Sitting) -> str:
    name = "outcome" if sitting.stage == "judgment_pronouncement" else "outcome on appeal"
    outcome = drawing.deal(name, DECKS[name])
    alone = case.raw["defendants_total"] == 1
    return "all_convicted_of_trafficking" if alone and outcome == "some_convicted_of_trafficking" else outcome


def _convicted(drawing: Drawing, case: CaseFile, hearing: Values) -> int:
    total: int = case.raw["defendants_total"]
    if hearing["outcome"] == "all_convicted_of_trafficking":
        return total
    return drawing.random.randint(1, max(1, total - 1))


def _compensation(drawing: Drawing, case: CaseFile) -> str:
    """A claim is decided; without one there is nothing to decide, or so one judgment in twelve says wrongly."""
    overlooked = case.claimed and drawing.chance("claim overlooked", one_in=12)
    if not case.claimed and drawing.deal("claimed in writing", {"yes": 2, "no": 3}) == "no" or overlooked:
        return "not_claimed"
    return drawing.deal("compensation_decision", DECKS["compensation_decision"])


_OPENINGS = (
    "This hearing is invented: no court, no person and no case stands behind it.",
    "Invented for the demonstration. Nothing of this was seen or heard by anybody.",
    "An invented hearing of an invented case, so that the way of the data can be followed.",
)
_PLACES = {
    "courtroom": "in a court room",
    "judges_office": "in the judge's office",
    "corridor_or_lobby": "in the lobby",
    "remote_online": "online",
    "mixed_hybrid": "in a room and online",
    "other": "in another place",
}


def _narrative(drawing: Drawing, hearing: Values) -> str:
    late = hearing.get("start_delay_minutes")
    start = "on time" if late == 0 else f"{late} minutes late" if late else "at a time that no list shows"
    sentences = [
        drawing.random.choice(_OPENINGS),
        f"It is said to have been held {_PLACES[hearing['venue_type']]} and to have begun {start}.",
        f"Victims who came, as invented: {hearing['victims_present']}.",
        "Whatever is rated partly or no was drawn by chance, not observed.",
    ]
    if drawing.chance("a long number in the notes", one_in=300):
        sentences.append("On an invented page of the file stands the invented number 000000.")
    return " ".join(sentences)
