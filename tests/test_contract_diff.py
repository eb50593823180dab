"""What changed between two versions is said in sentences, and demands a step of the version that freeze insists on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from monitor import (
    Choice,
    Choices,
    Codes,
    Country,
    Date,
    Form,
    Instrument,
    Narrative,
    Pending,
    Rows,
    Rule,
    Section,
    Share,
    Tally,
    Text,
    Whole,
    by,
    year,
)
from monitor.cli.root import cli
from monitor.contract import Change, Step, as_contract, compare, compare_with_frozen, freeze, frozen_text, read_frozen
from monitor.errors import Refusal

HELD = Codes(yes="Yes", no="No", part="In part")
WHY = Codes(ill="Illness", strike="Strike")
Parts = dict[str, Any]


def questions() -> Parts:
    """The questions of an invented form, to be changed one at a time."""
    return {
        "opening": Section("The opening"),
        "country": Country("Where?", publish="dimension"),
        "day": Date("When?", dimension="year"),
        "held": Choice("Was it held?", HELD, publish="counted"),
        "why": Choices("Why not?", WHY, only_if=None, optional=True),
        "persons": Whole("How many came?", optional=True, publish="counted"),
        "story": Narrative("What happened?", optional=True, hint="Facts first."),
    }


def instrument(version: str = "1.0", rules: Any = None, indicators: Any = None, title: str = "Sittings",
               rows: Parts | None = None, meta: Parts | None = None, **changes: Any) -> Instrument:  # fmt: skip
    """An invented instrument with some of its parts changed; None takes a question out."""
    body = {name: thing for name, thing in (questions() | changes).items() if thing is not None}
    if rows is not None:
        body["people"] = Rows(type("Person", (Form,), dict(rows)), "Who came?", optional=True)
    if meta is not None:
        body["Meta"] = type("Meta", (), meta)
    sitting: Any = type("Sitting", (Form,), {"__doc__": "A sitting.", **body})
    checks = rules(sitting) if rules else (Rule("S1", sitting, "Nobody came.", must_hold=sitting.persons > 0),)
    counted = indicators(sitting) if indicators else (
        Share("S-1", "Sittings held", sitting, ((by(sitting.country),), (year(sitting.day),)),
              having=sitting.held.is_("yes")),
    )  # fmt: skip
    return Instrument("sittings", version, title, (sitting,), checks, counted)


def contract(one: Instrument) -> Any:
    return json.loads(frozen_text(as_contract(one)))


def changes_to(**changed: Any) -> list[Change]:
    return compare(contract(instrument()), contract(instrument(**changed)))


def rule(severity: str = "error", least: int = 0, says: str = "Nobody came.", id: str = "S1") -> Callable[[Any], Any]:
    return lambda form: (Rule(id, form, says, severity=severity, must_hold=form.persons > least),)


def share(**more: Any) -> Callable[[Any], Any]:
    settings: Parts = {"title": "Sittings held", "codes": ("yes",), "tables": None, **more}

    def make(form: Any) -> Any:
        tables = settings["tables"](form) if settings["tables"] else ((by(form.country),), (year(form.day),))
        return (Share("S-1", settings["title"], form, tables, having=form.held.is_(*settings["codes"])),)

    return make


CHANGES: dict[str, tuple[Parts, Step, str]] = {
    "a hint": (
        {"story": Narrative("What happened?", optional=True, hint="No names.")},
        Step.NONE,
        "story has another hint",
    ),
    "a heading": ({"opening": Section("How it began")}, Step.NONE, "stand under other headings"),
    "a wording": (
        {"story": Narrative("What took place?", optional=True, hint="Facts first.")},
        Step.MINOR,
        "story has another wording",
    ),
    "a title": ({"title": "Hearings"}, Step.MINOR, "The instrument has another title"),
    "a new optional question": (
        {"more": Text("What else?", optional=True)},
        Step.MINOR,
        "sitting.more is a new optional question",
    ),
    "a new required question": ({"more": Text("What else?")}, Step.MAJOR, "new question that needs an answer"),
    "a removed question": ({"why": None}, Step.MAJOR, "sitting.why is gone"),
    "a renamed question": ({"why": None, "reason": questions()["why"]}, Step.MAJOR, "sitting.why is now called reason"),
    "an added code": (
        {"held": Choice("Was it held?", Codes(*HELD.items(), off="Called off"), publish="counted")},
        Step.MAJOR,
        "held has other codes: with off",
    ),
    "a removed code": (
        {"why": Choices("Why not?", Codes(ill="Illness"), optional=True)},
        Step.MAJOR,
        "why has other codes: without strike",
    ),
    "a label": (
        {"why": Choices("Why not?", Codes(ill="Sickness", strike="Strike"), optional=True)},
        Step.MINOR,
        "words its answers otherwise: ill",
    ),
    "a type": (
        {"why": Choice("Why not?", WHY, optional=True)},
        Step.MAJOR,
        "why has another type: Choice, was Choices",
    ),
    "a limit": (
        {"persons": Whole("How many came?", optional=True, publish="counted", at_most=50)},
        Step.MAJOR,
        "persons accepts other answers",
    ),
    "a code that stands alone": (
        {"why": Choices("Why not?", WHY, optional=True, alone=("ill",))},
        Step.MAJOR,
        "why accepts other answers",
    ),
    "a day not after today": (
        {"day": Date("When?", dimension="year", not_after="today")},
        Step.MAJOR,
        "day has another latest day",
    ),
    "no longer required": (
        {"held": Choice("Was it held?", HELD, publish="counted", optional=True)},
        Step.MINOR,
        "held may be left blank",
    ),
    "now required": ({"why": Choices("Why not?", WHY)}, Step.MAJOR, "why may no longer be left blank"),
    "publish loosened": (
        {"held": Choice("Was it held?", HELD, publish="dimension")},
        Step.MAJOR,
        "held has publish 'dimension', was 'counted': more",
    ),
    "publish tightened": (
        {"persons": Whole("How many came?", optional=True)},
        Step.MINOR,
        "persons has publish 'never', was 'counted': less",
    ),
    "groups": (
        {"held": Choice("Was it held?", HELD, publish="counted", published_as={"some": ("yes", "part")})},
        Step.MINOR,
        "in other groups: less",
    ),
    "a provision": (
        {"held": Choice("Was it held?", HELD, publish="counted", tests=("CETS 15(2)",))},
        Step.MINOR,
        "held tests other provisions: with CETS 15(2)",
    ),
    "rows": ({"rows": {"name": Text("Who?")}}, Step.MINOR, "sitting.people is a new optional question"),
    "what tells persons apart": (
        {"meta": {"person": "submission"}},
        Step.MAJOR,
        "has another person: submission, was none",
    ),
    "a rule's sentence": ({"rules": rule(says="No one came.")}, Step.MINOR, "The rule S1 has another says"),
    "a rule's condition": ({"rules": rule(least=1)}, Step.MAJOR, "The rule S1 checks something else"),
    "a milder rule": ({"rules": rule("warning")}, Step.MINOR, "another severity: warning, was error"),
    "another rule": ({"rules": rule(id="S2")}, Step.MAJOR, "The rule S2 is new, and refuses"),
    "an indicator's title": ({"indicators": share(title="Held")}, Step.MINOR, "The indicator S-1 has another title"),
    "an indicator's numerator": (
        {"indicators": share(codes=("yes", "part"))},
        Step.MAJOR,
        "counts something else (having)",
    ),
    "a table less": (
        {"indicators": share(tables=lambda form: ((by(form.country),),))},
        Step.MAJOR,
        "other tables: without year",
    ),
    "a table more": (
        {
            "indicators": share(
                tables=lambda form: ((by(form.country),), (year(form.day),), (by(form.country), year(form.day)))
            )
        },
        Step.MINOR,
        "with country x year",
    ),
    "another statistic": (
        {"indicators": lambda form: (Tally("S-1", "Sittings held", form, ((by(form.country),), (year(form.day),))),)},
        Step.MAJOR,
        "counts something else (statistic",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_named_and_demands_its_step(name: str) -> None:
    changed, step, says = CHANGES[name]
    found = changes_to(**changed)
    assert [change.step for change in found if says in change.what] == [step], found
    assert max(change.step for change in found) is step
    assert all(change.loosened == (name == "publish loosened") for change in found)


def test_a_condition_that_is_new_other_or_gone_is_a_major_change() -> None:
    body = questions()
    asked = Whole("How many came?", optional=True, publish="counted", only_if=body["held"].is_("yes"))
    other = questions()
    again = Whole("How many came?", optional=True, publish="counted", only_if=other["held"].is_("yes", "part"))
    without, with_, with_another = (
        contract(instrument()), contract(instrument(held=body["held"], persons=asked)),
        contract(instrument(held=other["held"], persons=again)),
    )  # fmt: skip
    for then, now, says in (
        (without, with_, "is asked only under a condition"), (with_, with_another, "is asked under another condition"),
        (with_, without, "is asked always"),
    ):  # fmt: skip
        assert [(change.what, change.step) for change in compare(then, now)] == [
            (f"sitting.persons {says}.", Step.MAJOR)
        ]


def test_more_cases_may_be_pending_and_fewer_only_when_somebody_approves() -> None:
    declared = instrument()
    (form,) = declared.forms
    pending = Pending(form, holds=form.held.is_("no"))
    before, after = contract(declared), contract(dataclasses.replace(declared, pending=(pending,)))
    assert "pending" not in before["monitor"]
    assert after["monitor"]["pending"] == [pending.as_json()]
    (more,), (fewer,) = compare(before, after), compare(after, before)
    assert (more.step, more.loosened) == (Step.NONE, False)
    assert (fewer.step, fewer.loosened) == (Step.MAJOR, True)


def test_finer_groups_publish_more_than_coarse_ones() -> None:
    coarse = Choice("Was it held?", HELD, publish="counted", published_as={"some": ("yes", "part")})
    found = compare(contract(instrument(held=coarse)), contract(instrument()))
    assert [(change.loosened, change.step) for change in found] == [(True, Step.MAJOR)]


def test_an_instrument_that_did_not_change_demands_nothing() -> None:
    assert changes_to() == [] and changes_to(version="1.4") == []


# Versions


def frozen(folder: Path, **changed: Any) -> Instrument:
    one = instrument(**changed)
    freeze(one, folder)
    return one


@pytest.mark.parametrize("version, least", [("1.0", None), ("1.1", None), ("1.7", None), ("2.0", None)])
def test_a_minor_change_takes_any_later_version(tmp_path: Path, version: str, least: None) -> None:
    frozen(tmp_path)
    found = compare_with_frozen(instrument(version=version, title="Hearings"), tmp_path)
    assert (found.least, found.enough) == ("1.1", version != "1.0")


def test_a_version_that_is_too_small_a_step_is_not_frozen(tmp_path: Path) -> None:
    frozen(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Refusal, match=r"too small a step after 1\.0: sitting\.why is gone\."):
        freeze(instrument(version="1.1", why=None), tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    freeze(instrument(version="2.0", why=None), tmp_path)


def test_an_older_version_is_not_frozen_after_a_newer_one(tmp_path: Path) -> None:
    frozen(tmp_path, version="1.10")
    with pytest.raises(Refusal, match="CONTRACT-03"):
        freeze(instrument(version="1.9"), tmp_path)


def test_a_hint_may_change_and_the_published_file_stays_as_it_is(tmp_path: Path) -> None:
    frozen(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    freeze(instrument(story=Narrative("What happened?", optional=True, hint="No names.")), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


def test_more_is_published_only_when_somebody_approved_it_and_the_file_says_who(tmp_path: Path) -> None:
    frozen(tmp_path)
    looser = instrument(version="2.0", held=Choice("Was it held?", HELD, publish="dimension"))
    with pytest.raises(Refusal, match=r"held has publish 'dimension'.*CONTRACT-04"):
        freeze(looser, tmp_path)
    freeze(looser, tmp_path, approved_by="Head of Mission")
    assert read_frozen("sittings", "2.0", tmp_path)["x-approved-by"] == "Head of Mission"
    assert compare_with_frozen(looser, tmp_path).changes == ()
    freeze(looser, tmp_path)  # it is there, and says who


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"monitor": 5}', '{"monitor": {"version": "9.9"}}'])
def test_a_file_that_is_no_contract_is_refused(tmp_path: Path, text: str) -> None:
    path = freeze(instrument(), tmp_path)[0]
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refusal, match="CONTRACT-05"):
        compare_with_frozen(instrument(), tmp_path)


def test_a_version_that_was_never_frozen_is_refused_with_those_that_were(tmp_path: Path) -> None:
    frozen(tmp_path)
    with pytest.raises(Refusal, match=r"no version 3\.0 of sittings.*frozen: 1\.0.*CONTRACT-02"):
        compare_with_frozen(instrument(), tmp_path, "3.0")
    with pytest.raises(Refusal, match=r"frozen: none.*CONTRACT-02"):
        compare_with_frozen(dataclasses.replace(instrument(), code="others"), tmp_path)


# The command


def monitor(*words: str | Path) -> Any:
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_the_command_says_what_changed_and_what_it_demands(tmp_path: Path) -> None:
    assert monitor("instruments", "freeze", "case_data", "--out", tmp_path).exit_code == 0
    same = monitor("instruments", "diff", "case_data", "--schemas", tmp_path)
    assert same.exit_code == 0 and "is what was frozen as 1.0" in same.output
    path = tmp_path / "case_data" / "1.0.json"
    kept = json.loads(path.read_text("utf-8"))
    kept["monitor"]["forms"][0]["questions"][0]["wording"] = "In which year?"
    kept["monitor"]["forms"][0]["questions"][1]["publish"] = "never"
    path.write_text(json.dumps(kept), encoding="utf-8")
    changed = monitor("instruments", "diff", "case_data", "--schemas", tmp_path)
    assert changed.exit_code == 0
    assert "minor  victim.year_of_registration has another wording." in changed.output
    assert "demands 2.0 or later; case_data says 1.0, which is not enough" in changed.output
    data = json.loads(monitor("instruments", "diff", "case_data", "--schemas", tmp_path, "--json").stdout)
    assert (data["from"], data["step"], data["least"], data["enough"]) == ("1.0", "major", "2.0", False)
    assert [one["loosened"] for one in data["changes"]] == [False, True]
    refused = monitor("instruments", "freeze", "case_data", "--out", tmp_path)
    assert refused.exit_code == 1


def test_the_command_refuses_a_version_that_is_not_frozen(tmp_path: Path) -> None:
    assert monitor("instruments", "diff", "case_data", "--from", "0.1", "--schemas", tmp_path).exit_code == 1
