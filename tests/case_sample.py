"""A case of the instrument for trials, its hearings, and the command line over a store of them, for several tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor import plugins
from monitor.cli.root import run
from monitor.forms import FormMeta
from monitor.store import Store, add_plan, create
from monitor.submissions import check

LOADED = plugins.load()
TRIALS = LOADED.catalogue["trial_monitoring"]
CASE, HEARING = TRIALS.forms
REFERENCE = "AQ-2025-001"
DAY = "2025-03-03"

CASE_ANSWERS: dict[str, Any] = {
    "case_ref": REFERENCE, "country": "AQ", "court_level": "first_instance_general", "court_code": "AQ-1",
    "offences_charged": ["trafficking_adult"], "exploitation_forms": ["sexual"], "trafficking_dimension": "internal",
    "defendants_total": 1, "victims_total": 0,
}  # fmt: skip


def store_with_case(folder: Path) -> tuple[Store, str]:
    """A plain store in which CO-01 acts, and the id of the one case in it, which MON-09 entered."""
    store = create(folder / "store.db", programme="An invented programme", monitor="CO-01", plain=True)
    return store, submit(store, CASE_ANSWERS, "MON-09", CASE)


def hearing(day: str = DAY, **more: Any) -> dict[str, Any]:
    """The raw answers of a hearing into which nobody was let."""
    return {
        "_parent": REFERENCE, "hearing_date": day, "hearing_stage": "preparatory",
        "monitor_access": "refused_before_start", "urgent_referral": "no", **more,
    }  # fmt: skip


def held(day: str = DAY, **more: Any) -> dict[str, Any]:
    """The raw answers of a hearing that was seen, with a narrative."""
    seen = {
        "monitor_access": "full", "hearing_held": "held", "venue_type": "courtroom", "publicity": "open",
        "victims_present": 0, "intimidation_observed": ["none"], "defence_rights_respected": "yes",
        "overall_concern": "none", "monitor_narrative": "Mirabella wept.",
    }  # fmt: skip
    return hearing(day, **seen | {"hearing_stage": "main_trial_evidence"} | more)


def submit(store: Store, raw: dict[str, Any], author: str, form: FormMeta = HEARING) -> str:
    """Check and store one submission; gives its id."""
    with store.writing(author) as writing:
        checked = check(TRIALS, form, raw, author=author, around=store.surroundings(LOADED.catalogue))
        return writing.submit(checked, TRIALS, form)


def correct(store: Store, id: str, raw: dict[str, Any], author: str, actor: str | None = None) -> None:
    """Check and store a correction of a hearing."""
    with store.writing(actor or author) as writing:
        around = store.surroundings(LOADED.catalogue)
        checked = check(TRIALS, HEARING, raw, author=author, around=around, replaces=id)
        writing.correct(checked, TRIALS, HEARING, reason="misheard", line="It was misheard.")


def planned(store: Store, case: str, day: str = DAY, *monitors: str, **more: Any) -> str:
    """Plan a hearing; gives the plan's id."""
    with store.writing("CO-01") as writing:
        return add_plan(writing, HEARING, case, day, monitors=monitors, **more)


def on(day: str) -> date:
    """A day."""
    return date.fromisoformat(day)


@dataclass(frozen=True)
class Said:
    """What a command said: its exit code, what it printed and what it told."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as data."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Commands:
    """The command line over one store."""

    store: Path
    printed: pytest.CaptureFixture[str]

    def __call__(self, *words: object, by: str = "CO-01") -> Said:
        self.printed.readouterr()
        code = run(["--store", str(self.store), "--as", by, *map(str, words)])
        return Said(code, *self.printed.readouterr())
