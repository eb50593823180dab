"""Drafts: list, show and discard the forms that somebody has begun and not submitted."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.printing import acting_option, json_option, narratives_option, print_json, print_table, say
from monitor.cli.root import Work

if TYPE_CHECKING:
    from monitor.store import Draft


@click.group("drafts")
def drafts_command() -> None:
    """List, show and discard forms that you began and did not submit. Nobody sees another's."""


@drafts_command.command("list")
@acting_option
@json_option
@click.pass_obj
def list_command(work: Work, as_json: bool) -> None:
    """Your drafts, the oldest first; those that were begun more than a week ago are overdue (!)."""
    from monitor.store import list_drafts

    with work.store() as store:
        found = list_drafts(store, work.actor(store))
    if as_json:
        print_json([_summary(draft) for draft in found])
        return
    rows = (("!" if one.overdue() else "", one.id, one.form, one.started[:10]) for one in found)
    print_table(("", "id", "form", "begun"), rows)
    late = sum(one.overdue() for one in found)
    say(f"{len(found)} draft{'s' if len(found) != 1 else ''}{f', {late} overdue' if late else ''}.")
    if found:
        say("Go on with one: monitor fill --resume ID")


@drafts_command.command("show")
@click.argument("id")
@narratives_option
@acting_option
@json_option
@click.pass_obj
def show_command(work: Work, id: str, show_narratives: bool, as_json: bool) -> None:
    """What a draft holds so far. Sealed answers are not shown."""
    from monitor.store import load_draft

    with work.store() as store:
        draft = load_draft(store, id, work.actor(store))
    answers = dict(_answers(work, draft, show_narratives))
    if as_json:
        print_json({**_summary(draft), "answers": answers})
        return
    for name, value in _summary(draft).items():
        click.echo(f"{name:<14} {value}")
    click.echo("")
    print_table(("question", "answer"), answers.items())


@drafts_command.command("discard")
@click.argument("id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@acting_option
@click.pass_obj
def discard_command(work: Work, id: str, yes: bool) -> None:
    """Throw a draft away, for good. Backups that were made meanwhile keep it."""
    from monitor.store import end_draft, load_draft

    with work.store() as store:
        draft = load_draft(store, id, work.actor(store))
        if not yes:
            click.confirm(f"Throw away what you began of {draft.form} on {draft.started[:10]}?", abort=True, err=True)
        end_draft(store, draft)
    say(f"Discarded {draft.id}.")


def _summary(draft: Draft) -> dict[str, Any]:
    told = {name: value for name, value in dataclasses.asdict(draft).items() if name not in ("content", "saved")}
    return {**told, "overdue": draft.overdue()}


def _answers(work: Work, draft: Draft, narratives: bool) -> Iterator[tuple[str, object]]:
    """Each answer by its place: open ones only when asked for, sealed ones never."""
    from monitor.interview import questions_of

    _, form = work.plugins.form(draft.form)
    questions = dict(questions_of(form))

    def level(values: Mapping[str, Any], above: str, prefix: str) -> Iterator[tuple[str, object]]:
        for name, value in values.items():
            question, where = questions.get(above + name), prefix + name
            if isinstance(value, list) and value and isinstance(value[0], dict):
                for number, row in enumerate(value, 1):
                    yield from level(row, f"{above}{name}.", f"{where}[{number}].")
            elif question is None or question.publish == "sealed":
                yield where, "(sealed)"  # of what the form no longer asks nobody knows whether it is sealed
            elif question.storage == "open" and not narratives:
                yield where, "(open answer, not shown)"
            else:
                yield where, value

    yield from level(draft.content["values"], "", "")
    for where, text in draft.content["unfinished"].items():
        question = questions.get(re.sub(r"\[[0-9]+\]", "", where))
        hidden = question is None or question.publish == "sealed" or not narratives
        yield where, "(begun, not shown)" if hidden else text
