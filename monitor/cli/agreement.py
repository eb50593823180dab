"""Double observation: how far monitors agree, and one submission in the place of several."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from monitor.cli.printing import ASKED, acting_option, asked, json_option, print_json, print_table, say
from monitor.cli.root import Work

if TYPE_CHECKING:
    from monitor.agreement import Comparison, Filled, Originals, PairAgreement, QuestionAgreement

_WORDS = {
    "good": "good",
    "tentative": "for tentative conclusions",
    "caution": "below the floor: caution",
    "too few": "too few pairs to say",
    "all alike": "no variation: alpha says nothing",
    "nothing to compare": "nothing to compare",
}


_Command = TypeVar("_Command", bound=Callable[..., Any])


def floor_option(command: _Command) -> _Command:
    """``--floor``: below which figure a question carries a caution."""
    option = click.option(
        "--floor",
        type=click.FloatRange(0.667, 1),
        default=0.667,
        show_default=True,
        help="Agreement below it is a caution; a programme may raise it.",
    )
    return option(command)


@click.command("agreement")
@click.option("--form", metavar="INSTRUMENT.FORM", help="Only this form.")
@click.option("--question", metavar="NAME", help="Only this question.")
@click.option("--pair", metavar="A,B", help="Only these two monitors.")
@floor_option
@json_option
@click.pass_obj
def agreement_command(
    work: Work, form: str | None, question: str | None, pair: str | None, floor: float, as_json: bool
) -> None:  # fmt: skip
    """How far two monitors agree who observed the same, by question and by pair: internal figures.

    Compared is what each submitted first, blind: corrections come later, and rows are matched by their reference.
    """
    from monitor.agreement import compare, doubles

    if form is not None:
        work.plugins.form(form)  # refuses a name that was mistyped
    instruments = list(work.plugins.catalogue.values())
    with work.store() as store:
        found = doubles(store.connection, instruments)
    compared = compare(found.events, instruments, form=form, question=question, monitors=_pair(pair))
    say("Internal figures. Do not publish or pass on: they are about monitors, and small numbers about persons.")
    if as_json:
        print_json(_as_json(compared, floor, found.left_out))
        return
    _show(compared, floor)
    if found.left_out:
        say(f"{found.left_out} events were recorded under another major version, and are not compared.")


def _pair(given: str | None) -> tuple[str, str] | None:
    if given is None:
        return None
    codes = [code.strip() for code in given.split(",")]
    if len(codes) != 2 or not all(codes):
        raise click.UsageError("--pair takes two codes with a comma between: MON-01,MON-02.")
    return codes[0], codes[1]


def _show(compared: Comparison, floor: float) -> None:
    headings = ("question", "pairs", "equal", "alpha", "applies", "overlap", "near", "not observed", "one only", "so")
    print_table(headings, (_line(one, floor) for one in compared.questions))
    click.echo("")
    by_pair = ("monitors", "events", "pairs", "equal", "alpha of ratings", "overlap", "near")
    print_table(by_pair, (_pair_line(one) for one in compared.pairs))
    say(f"{compared.events} events were observed by several. A caution needs a figure below {floor:g}, of 10 pairs.")
    if compared.rows_alone:
        say(f"{compared.rows_alone} rows stand in the list of one monitor alone, and are not compared.")
    for block in compared.unmatched:
        say(f"The rows of {block} are not compared: nothing tells which of them belong together.")


def _pair_line(one: PairAgreement) -> tuple[object, ...]:
    figures = (one.raw, one.alpha, one.jaccard, one.within)
    return (", ".join(one.monitors), one.events, one.pairs, *map(_figure, figures))


def _line(one: QuestionAgreement, floor: float) -> tuple[object, ...]:
    values = {figure.name: figure.value for figure in one.figures}
    shown = (one.raw, *(values.get(name) for name in ("alpha", "applies", "jaccard", "within")))
    question = f"{one.form.partition('.')[2]}.{one.question}"
    return (question, one.pairs, *map(_figure, shown), one.not_observed, one.one_only, _WORDS[one.verdict(floor)])


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _as_json(compared: Comparison, floor: float, left_out: int) -> dict[str, object]:
    return {
        "events": compared.events, "left_out": left_out, "floor": floor, "unmatched": list(compared.unmatched),
        "rows_alone": compared.rows_alone, "protected": False,
        "questions": [{**dataclasses.asdict(one), "verdict": one.verdict(floor)} for one in compared.questions],
        "pairs": [dataclasses.asdict(one) for one in compared.pairs],
    }  # fmt: skip


@click.command("consolidate")
@click.argument("ids", nargs=-1, required=True)
@click.option("--draft", type=click.Path(path_type=Path), help="Write a draft: what they share, and what differs.")
@click.option("--show-narratives", is_flag=True, help="With --draft: also open answers. They can name people.")
@click.option("--answers", type=click.Path(path_type=Path), help="The draft, filled in; or the whole form as JSON.")
@click.option("--reasons", type=click.Path(path_type=Path), help="Where --answers is no draft: the reasons, by place.")
@click.option("--line", help=f"One line: why they are consolidated.{ASKED}")
@acting_option
@json_option
@click.pass_obj
def consolidate_command(
    work: Work, ids: tuple[str, ...], draft: Path | None, show_narratives: bool, answers: Path | None,
    reasons: Path | None, line: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Make one submission of several of one event. The originals are kept, and count no longer.

    First --draft FILE: what they share stands in it, and each difference with what both said. Fill in "settled",
    "reason" (first_right, second_right, both_partly, source_checked) and "line"; add what "open_answers" names to
    "answers". Then --answers FILE. Nobody approves it who had a hand in it or in an original.
    """
    from monitor.agreement import consolidate, side_by_side

    if (draft is None) == (answers is None):
        raise click.UsageError("Say --draft FILE first, and then --answers FILE.")
    with work.store() as store:
        actor, catalogue = work.actor(store), work.plugins.catalogue
        originals = side_by_side(store, catalogue, ids, actor)
        if draft is not None:
            _write_draft(originals, draft, show_narratives)
            return
        assert answers is not None  # one of the two was given
        filled = _filled(originals, answers, reasons)
        made = consolidate(
            store, catalogue, originals, filled, line=asked(line, "Why are they consolidated"), actor=actor,
            source=answers.name,
        )  # fmt: skip
    if as_json:
        print_json({"id": made.id, "consolidates": list(ids), "left_out": list(made.left_out)})
        return
    if made.left_out:
        say(f"No longer asked, and left out: {', '.join(made.left_out)}.")
    click.echo(made.id)
    say(f"Consolidated {len(ids)} submissions into {made.id}, which waits for review by somebody else.")


def _write_draft(originals: Originals, path: Path, narratives: bool) -> None:
    from monitor.agreement import draft_of

    made = draft_of(originals, narratives=narratives)
    # It holds testimony: its owner alone reads it, and no file is overwritten.
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(made, file, ensure_ascii=False, indent=2)
        file.write("\n")
    say(f"Wrote {path}: {len(made['differences'])} differences. Delete it when you are done: it holds answers.")


def _filled(originals: Originals, answers: Path, reasons: Path | None) -> Filled:
    from monitor.agreement import Filled, read_draft, read_reasons
    from monitor.intake import read_answers

    raw = read_answers(answers)
    if "answers" in raw and "differences" in raw:
        if reasons is not None:
            raise click.UsageError("The draft has its reasons in it; --reasons goes with a whole form.")
        return read_draft(originals, raw, answers)
    return Filled(raw, read_reasons(read_answers(reasons), reasons) if reasons is not None else {})
