"""Answers under attack: values through the check, files of answers, and imports."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from monitor.forms import FormMeta
from monitor.intake import import_file, read_answers
from monitor.intake.mapping import cell_names
from monitor.questions import Rows
from monitor.store.canonical import canonical
from monitor.submissions import ENVELOPE, check
from tests.fuzz_bench import (
    ACTOR,
    Answer,
    Bench,
    Input,
    Sample,
    Unsound,
    catalogue,
    check_again,
    desk,
    samples,
)
from tests.fuzz_mutation import TEXTS, bent, hostile, json_bent
from tests.fuzz_workbook import bent_workbook, workbook

# Values through the check


def make_values(luck: Random) -> Input:
    sample = luck.choice(samples())
    raw = sample.fresh(luck)
    for _ in range(luck.choice((1, 1, 1, 2, 5))):
        _bend_answers(luck, sample.form, raw)
    return Input(raw, about=sample)


def _bend_answers(luck: Random, form: FormMeta, raw: dict[Any, Any]) -> None:
    draw = luck.random()
    blocks = [name for name, question in form.questions.items() if isinstance(question, Rows) and raw.get(name)]
    if draw < 0.1:
        name = luck.choice(ENVELOPE)
        raw[name] = hostile(luck, raw.get(name))
    elif draw < 0.15:
        raw[luck.choice((*TEXTS, *form.questions, 1, None))] = hostile(luck)
    elif draw < 0.4 and blocks:
        rows = raw[luck.choice(blocks)]
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            inside = form.questions[blocks[0]]
            assert isinstance(inside, Rows)  # they were chosen so
            _bend_answers(luck, inside.row_form, luck.choice([row for row in rows if isinstance(row, dict)]))
    else:
        given = [name for name in form.questions if name in raw]
        name = luck.choice(given if given and luck.random() < 0.8 else list(form.questions))
        raw[name] = hostile(luck, raw.get(name))


def run_values(bench: Bench, made: Input) -> Answer:
    sample: Sample = made.about
    submission = check(sample.instrument, sample.form, made.content, author=ACTOR, around=desk())
    canonical({"closed": submission.closed, "open": submission.open, "sealed": submission.sealed})
    check_again(submission, submission.sealed, desk())
    return Answer()


def fill_command(bench: Bench, made: Input) -> list[str] | None:
    sample: Sample = made.about
    content = made.content
    if not isinstance(content, bytes):
        try:
            content = json.dumps(content).encode()
        except (TypeError, ValueError, RecursionError):
            return None  # no JSON can say it
    path = bench.write(Input(content, "answers.json"))
    return ["--store", str(bench.store_path), "fill", sample.form.full_code(), "--answers", str(path)]


# Files of answers

JSON_TOKENS = (
    b'"', b"\\", b"{", b"}", b"[", b"]", b":", b",", b"null", b"1e999", b"NaN", b"\\u0000", b"\\ud800", b'"_id":1,',
    b"[" * 10_000, b'{"a":' * 10_000, b"9" * 5_000, b'{"a":1}{"a":2}', b"\x00", b"//", b'"_parent":"x",',
)  # fmt: skip


def make_answers(luck: Random) -> Input:
    sample = luck.choice(samples())
    return Input(_json_of(luck, sample, _raw(luck, sample)).encode("utf-8", "surrogatepass"), "answers.json", sample)


def _raw(luck: Random, sample: Sample) -> dict[str, Any]:
    raw = sample.fresh(luck)
    if luck.random() < 0.2:
        raw["_id"] = luck.choice(("A-1", "A-2", f"A-{luck.random()}"))
    return raw


def _json_of(luck: Random, sample: Sample, raw: Mapping[str, Any]) -> str:
    text = json_bent(luck, raw, 2 if luck.random() < 0.6 else 0)
    if luck.random() < 0.5:
        other = json.dumps(luck.choice(samples()).raw).encode()
        text = bent(luck, text.encode("utf-8", "surrogatepass"), other, JSON_TOKENS).decode("utf-8", "replace")
    return text


def run_answers(bench: Bench, made: Input) -> Answer:
    sample: Sample = made.about
    before, store = bench.head(), bench.store
    try:
        raw = read_answers(bench.write(made))
        around = store.surroundings(catalogue())
        submission = check(sample.instrument, sample.form, raw, author=ACTOR, around=around)
        if submission.origin and store.has_origin(sample.form.full_code(), submission.origin):
            return Answer("already")
        with store.writing(ACTOR) as writing:
            writing.submit(submission, sample.instrument, sample.form)
    except BaseException:
        bench.expect(before, 0)
        raise
    bench.expect(before, 1)
    return Answer()


# Imports

_CSV_TOKENS = (
    b'"', b'""', b'"""', b",", b",,,,", b";", b"\t", b"|", b"\r\n", b"\n", b"\r", b'"\n', b'",', b',"', b"\x00",
    b"=1+1",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xff", b"_id,", b"_explanations.TM01,", b"x" * 140_000,
    b'"' + b"y" * 140_000 + b'"',
    b"," * 20_000, b"\n" * 5_000, b"PK\x03\x04",
)  # fmt: skip


@dataclass(frozen=True)
class Import:
    """What an import is told beside its file."""

    sample: Sample
    skip: bool


@cache
def flat() -> tuple[Sample, ...]:
    """The samples that a line of CSV can hold."""
    forms = {one.form: one.form.questions for one in samples()}
    return tuple(one for one in samples() if not any(isinstance(forms[one.form].get(name), Rows) for name in one.raw))


def cell(value: Any) -> str:
    """A raw answer as a cell of CSV."""
    if isinstance(value, dict):
        return f"{value.get('amount')} {value.get('currency')}" if "amount" in value else json.dumps(value)
    return ";".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def rows_of_cells(luck: Random, sample: Sample) -> list[list[str]]:
    """A header and some rows, good ones and such with a strange cell."""
    rows = [_raw(luck, sample) for _ in range(luck.choice((1, 1, 2, 3, 6)))]
    for row in rows:
        row.update({f"_explanations.{rule}": line for rule, line in row.pop("_explanations", {}).items()})
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = [names, *([cell(row.get(name)) for name in names] for row in rows)]
    for _ in range(luck.choice((0, 0, 1, 2))):
        line = luck.choice(table if luck.random() < 0.1 else table[1:])
        line[luck.randrange(len(line))] = luck.choice(TEXTS)
    if luck.random() < 0.1:
        table[0][luck.randrange(len(names))] = luck.choice([*names, *cell_names(sample.instrument, sample.form)])
    if luck.random() < 0.1:
        luck.choice(table).append("x")
    return table


def make_csv(luck: Random) -> Input:
    sample = luck.choice(flat())
    out = io.StringIO()
    end = luck.choice(("\n", "\r\n"))
    if luck.random() < 0.5:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=end)
    else:
        writer = csv.writer(out, lineterminator=end)
    for row in rows_of_cells(luck, sample):
        writer.writerow(row)
    content = out.getvalue().encode("utf-8", "surrogatepass")
    if luck.random() < 0.6:
        content = bent(luck, content, b"a,b\n1,2\n", _CSV_TOKENS)
    return Input(content, "rows.csv", Import(sample, luck.random() < 0.6))


def make_jsonl(luck: Random) -> Input:
    sample = luck.choice(samples())
    lines = [_json_of(luck, sample, _raw(luck, sample)) for _ in range(luck.choice((1, 1, 2, 3)))]
    if luck.random() < 0.6:
        lines.insert(0, json.dumps(_raw(luck, sample)))
    content = "\n".join(line.replace("\n", " ") for line in lines).encode("utf-8", "surrogatepass")
    if luck.random() < 0.1:
        content = bent(luck, content, content, (*JSON_TOKENS, b"\n"))
    return Input(content, luck.choice(("rows.jsonl", "rows.ndjson")), Import(sample, luck.random() < 0.6))


def make_xlsx(luck: Random) -> Input:
    sample = luck.choice(flat())
    content = workbook(luck, rows_of_cells(luck, sample))
    if luck.random() < 0.75:
        content = bent_workbook(luck, content, _other_workbook())
    return Input(content, "rows.xlsx", Import(sample, luck.random() < 0.6))


@cache
def _other_workbook() -> bytes:
    return workbook(Random(1), rows_of_cells(Random(2), flat()[0]))


def run_import(bench: Bench, made: Input) -> Answer:
    sample, skip = made.about.sample, made.about.skip
    path, rejects = bench.write(made), bench.folder / "rejects.jsonl"
    before = bench.head()
    try:
        imported = import_file(
            bench.store, catalogue(), sample.instrument, sample.form, path, actor=ACTOR,
            on_error="skip" if skip else "stop", rejects=rejects if skip else None,
        )  # fmt: skip
    except BaseException:
        bench.expect(before, 0)
        raise
    bench.expect(before, 0 if imported.stopped else imported.accepted)
    said = imported.lines()
    if skip:
        written = rejects.read_text(encoding="utf-8")
        said.append(written)
        if len([json.loads(line) for line in written.splitlines()]) != imported.refused:
            raise Unsound("the rejects are not the rows that were refused")
    return Answer("accepted" if imported.accepted and not imported.stopped else "no row accepted", said)


def import_command(bench: Bench, made: Input) -> list[str]:
    where = ["--on-error", "skip", "--rejects", str(bench.folder / "rejects.jsonl")] if made.about.skip else []
    form = made.about.sample.form.full_code()
    return ["--store", str(bench.store_path), "import", form, str(bench.write(made)), *where]
