"""What those who set up a programme write, under attack: mappings, contracts, translations, a plugin's folder."""

from __future__ import annotations

import io
import json
import re
import tempfile
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from monitor.contract import compare_with_frozen
from monitor.intake import find_mapping
from monitor.intake.columns import Columns
from monitor.kit import new_plugin
from monitor.kit.examples import examples
from monitor.kit.folder import distribution, imports, readme
from monitor.languages import (
    braces,
    catalogue_path,
    program_package,
    program_texts,
    read_catalogue,
    translation,
    update,
)
from monitor.messages import CATALOGUE
from monitor.submissions import Desk
from tests.fuzz_answers import JSON_TOKENS, cell, flat
from tests.fuzz_bench import (
    ROOT,
    Answer,
    Bench,
    Input,
    Sample,
    catalogue,
    samples,
)
from tests.fuzz_mutation import TEXTS, bent, json_bent

# Mappings

_TOML_TOKENS = (
    b"[", b"]", b"[[columns]]", b"[codes]", b"[codes.age_band.x]", b"[constants]\n", b"a.b.c = 1\n", b'"" = 1\n', b"=",
    b'"""', b"'''", b"\\", b"\\U00110000", b"\\ud800", b"inf", b"nan", b"1979-05-27T07:32:00Z", b"07:32:00",
    b"{a={b=1}}",
    b"[" * 3_000, b"{a=" * 3_000, b"a=" + b"[" * 3_000 + b"\n", b"a." * 3_000 + b"a=1\n", b"9" * 5_000, b"x" * 100_000,
    b"[a." + b"b." * 20_000 + b"c]\n", b"x = [" + b"1," * 20_000 + b"]\n", b"#", b"\x00", b"0x" + b"f" * 9_000,
    b"1e999",
    b'"*" = [1]\n', b"columns = 5\n", b"drop = []\n", b'_monitor = "x"\n', b"_session = 5\n", b"true", b"''", b"1_0",
)  # fmt: skip


@cache
def _mappings() -> tuple[tuple[Sample, bytes], ...]:
    victim = next(sample for sample in samples() if sample.form.full_code() == "case_data.victim")
    assert victim.instrument.folder is not None  # it is a plugin's
    shipped = (victim.instrument.folder / "mappings" / "ctdc_2020.toml").read_bytes()
    return ((victim, shipped), *((sample, _mapping_of(sample).encode()) for sample in flat()))


def _mapping_of(sample: Sample) -> str:
    """A mapping that fits a form."""
    given = [name for name in sample.raw if not name.startswith("_")]
    text = ["[columns]", *(f'"Column {number}" = "{name}"' for number, name in enumerate(given[:-1]))]
    text += ["[drop]", 'columns = ["Other", "More"]', "[missing]", '"*" = ["", "-99"]', f'{given[0]} = ["??"]']
    text += ["[constants]", '_monitor = "MON-07"', f"{given[-1]} = {json.dumps(cell(sample.raw[given[-1]]))}"]
    for name in given[:-1]:
        codes = list(getattr(sample.form.questions.get(name), "codes", ()))
        if codes:
            text += [f"[codes.{name}]", f'"Theirs: 1" = "{codes[0]}"', f'Other = "{codes[-1]}"']
    return "\n".join(text) + "\n"


def make_mapping(luck: Random) -> Input:
    sample, text = luck.choice(_mappings())
    if luck.random() < 0.3:  # another text somewhere, and still TOML
        places = list(re.finditer(rb'"[^"\n]*"', text))
        place, words = luck.choice(places), json.dumps(luck.choice(TEXTS), ensure_ascii=False)
        new = luck.choice((words.encode("utf-8", "replace"), luck.choice(places)[0]))
        text = text[: place.start()] + new + text[place.end() :]
    else:
        text = bent(luck, text, luck.choice(_mappings())[1], _TOML_TOKENS)
    return Input(text, "mapping.toml", sample)


def run_mapping(bench: Bench, made: Input) -> Answer:
    sample: Sample = made.about
    mapping = find_mapping(bench.write(made), sample.instrument, sample.form)
    columns = Columns(sample.instrument, sample.form, mapping)
    columns.renamed(sample.raw)
    known = {*mapping.columns.values(), *mapping.constants, "_explanations"}
    others = [name for name in sample.raw if name not in known]
    wanted = columns.of_header([*mapping.columns, *others], Path())
    columns.answers(wanted, ["x; yes"] * len(wanted))
    return Answer()


def mapping_command(bench: Bench, made: Input) -> list[str]:
    sample: Sample = made.about
    rows = bench.folder / "one.jsonl"
    rows.write_text(json.dumps(dict(sample.raw)) + "\n", encoding="utf-8")
    mapping = str(bench.write(made))
    start = ["--store", str(bench.store_path), "import", sample.form.full_code()]
    return [*start, str(rows), "--mapping", mapping, "--dry-run"]


# Frozen contracts


@cache
def _contracts() -> tuple[tuple[str, str, Any], ...]:
    found = []
    for code, times in (("case_data", 4), ("actors", 2), ("return_safety", 1)):
        path = next((ROOT / "schemas" / code).glob("*.json"))
        found += [(code, path.name, json.loads(path.read_text(encoding="utf-8")))] * times
    return tuple(found)


def make_contract(luck: Random) -> Input:
    code, name, tree = luck.choice(_contracts())
    content = json_bent(luck, tree, 3).encode("utf-8", "surrogatepass")
    if luck.random() < 0.3:
        content = bent(luck, content, content, JSON_TOKENS)
    return Input(content, f"schemas/{code}/{name}", code)


def run_contract(bench: Bench, made: Input) -> Answer:
    (bench.folder / made.name).parent.mkdir(parents=True, exist_ok=True)
    bench.write(made)
    found = compare_with_frozen(catalogue()[made.about], bench.folder / "schemas")
    said = [found.least, str(found.enough), *(one.what for one in found.changes)]
    return Answer(f"step {found.step.name.lower()}", said)


def contract_command(bench: Bench, made: Input) -> list[str]:
    (bench.folder / made.name).parent.mkdir(parents=True, exist_ok=True)
    bench.write(made)
    return ["instruments", "diff", made.about, "--schemas", str(bench.folder / "schemas")]


# Catalogues of translations

_PO_TOKENS = (
    b'"', b'\\"', b"\\n", b"\\x", b"msgid", b"msgstr", b'msgctxt "x"\n', b'msgid_plural "x"\n', b'msgstr[0] "x"\n',
    b'msgstr[99999999] "x"\n', b"msgstr[-1]", b"msgstr[x]", b"#~ ", b"#, fuzzy\n", b"#| msgid",
    b"#: file:\xe2\x81\xa8x\n",
    b'"Plural-Forms: nplurals=999999999; plural=n;\\n"\n', b'"Plural-Forms: nplurals=2; plural=((((n;\\n"\n',
    b'"Plural-Forms: nplurals=x; plural=n/0;\\n"\n', b'"Content-Type: text/plain; charset=rot13\\n"\n',
    b'"Language: \\n"\n',
    b'"Content-Type: text/plain; charset=nothing\\n"\n', b'"Content-Type: text/plain; charset=utf-16\\n"\n', b"{", b"}",
    b'"POT-Creation-Date: yesterday\\n"\n', b'"PO-Revision-Date: 2026-99-99 99:99+9999\\n"\n', b"{limit!z}", b"{0}",
    b"!r",
    b"{first:>9999999999}", b"{first.__class__}", b"{first[0]}", b"#, " + b"flag," * 20_000,
    b'"Language: xx_YY_ZZ\\n"\n',
    b'msgid ""\nmsgstr ""\n', b'msgid "a"\nmsgstr "b"\n', b"\x00", b'"x"\n' * 10_000, b"#" * 50_000, b"\xff",
    b'"\\n"\n',
)  # fmt: skip


@cache
def _catalogues() -> tuple[bytes, ...]:
    """The head of the French catalogue, and some of its messages."""
    whole = catalogue_path(program_package(), "fr").read_bytes().split(b"\n\n")
    luck = Random(1)
    return tuple(b"\n\n".join([whole[0], *luck.sample(whole[1:], 25)]) + b"\n" for _ in range(8))


@cache
def _compiled() -> tuple[bytes, ...]:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    found = []
    for text in _catalogues():
        out = io.BytesIO()
        write_mo(out, read_po(io.BytesIO(text)))
        found.append(out.getvalue())
    return tuple(found)


@cache
def _program() -> frozenset[tuple[str, str]]:
    return frozenset(program_texts())


def make_po(luck: Random) -> Input:
    compiled = luck.random() < 0.2
    kept = _compiled() if compiled else _catalogues()
    tokens = () if compiled else _PO_TOKENS
    content = bent(luck, luck.choice(kept), luck.choice(kept), tokens)
    return Input(content, f"invented.{'mo' if compiled else 'po'}", luck.random() < 0.2)


def _package(bench: Bench, made: Input) -> Path:
    package = bench.fresh_folder() / "invented"
    path = catalogue_path(package, "fr").with_name(made.name)
    path.parent.mkdir(parents=True)
    path.write_bytes(made.content)
    return package


def run_po(bench: Bench, made: Input) -> Answer:
    package = _package(bench, made)
    found = read_catalogue(package, "fr")
    words = translation("fr", package)
    said = []
    for place, english in found.texts if found is not None else ():
        if (place, english) in _program():
            said.append(words.filled(place, english, {name.split(":")[0]: 7 for name in braces(english)}))
    if made.about:
        update(package, "fr", [("ANSWER-01 says", CATALOGUE["ANSWER-01"].says), ("x title", "A title")])
    return Answer("accepted", said)


def po_command(bench: Bench, made: Input) -> list[str]:
    _, package = bench.invented
    path = catalogue_path(package, "fr").with_name(f"{package.name}.po")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(made.content)
    return ["--plugins-dir", str(bench.plugin), "--language", "fr", "instruments", "show", "invented_visits"]


# A plugin's folder, as far as it is data


def make_plugin(luck: Random) -> Input:
    place, content = luck.choice(_plugin_files())
    if place.endswith(".json") and luck.random() < 0.5:
        return Input(json_bent(luck, json.loads(content)).encode("utf-8", "surrogatepass"), place)
    tokens = _TOML_TOKENS if place.endswith(".toml") else JSON_TOKENS
    return Input(bent(luck, content, luck.choice(_plugin_files())[1], tokens), place)


@cache
def _plugin_files() -> tuple[tuple[str, bytes], ...]:
    with tempfile.TemporaryDirectory() as folder:
        new_plugin("invented_visits", Path(folder))
        whole = Path(folder) / "invented_visits"
        files = [path for path in sorted(whole.rglob("*")) if path.suffix in (".json", ".txt", ".toml", ".md")]
        return tuple((path.relative_to(whole).as_posix(), path.read_bytes()) for path in files)


def run_plugin(bench: Bench, made: Input) -> Answer:
    instrument, package = bench.invented
    path = bench.plugin / made.name
    kept = path.read_bytes()
    path.write_bytes(made.content)
    try:
        found = [*readme(bench.plugin), *distribution(bench.plugin, package), *imports(bench.plugin, package)]
        found += examples(instrument, bench.plugin, Desk())
    finally:
        path.write_bytes(kept)
    return Answer("complaints" if found else "accepted", [str(one) for one in found])
