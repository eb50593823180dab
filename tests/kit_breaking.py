"""Ways to break a copy of a plugin, found by pattern in its source, so that they work on any plugin of ours."""

from __future__ import annotations

import ast
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.forms import FormMeta
from monitor.indicators import Indicator
from monitor.instrument import Instrument
from monitor.languages import catalogue_path, texts_of, update
from monitor.questions import Choice, Country, Question, Rating


@dataclass(frozen=True)
class Copy:
    """A copy of a plugin, with the instrument of the original to look at."""

    folder: Path
    package: Path
    instrument: Instrument

    def edit(self, pattern: str, replacement: str, *names: str) -> None:
        """Replace the first place in the package's files (those named, else all) that fits a pattern."""
        paths = [self.package / name for name in names] or sorted(self.package.glob("*.py"))
        for path in paths:
            text, count = re.subn(pattern, replacement, path.read_text("utf-8"), count=1, flags=re.MULTILINE)
            if count:
                path.write_text(text, "utf-8")
                return
        raise LookupError(f"nothing in {self.package.name} fits {pattern}")

    def source_of(self, form: FormMeta) -> Path:
        """The file of the copy that declares a form."""
        original = sys.modules[form.__module__].__file__
        assert original is not None
        return self.package / Path(original).name

    def declare(self, form: FormMeta, lines: str, before: str = "") -> None:
        """Add lines at the end of a form's class, and others before the class."""
        path = self.source_of(form)
        text = path.read_text("utf-8")
        (found,) = [node for node in classes(text) if node.name == form.__name__]
        assert found.end_lineno is not None
        source = text.splitlines()
        inside = [f"    {line}" for line in lines.splitlines()]
        rest = source[found.end_lineno :]
        written = [*source[: found.lineno - 1], *before.splitlines(), *source[found.lineno - 1 : found.end_lineno]]
        path.write_text("\n".join([*written, *inside, *rest, ""]), "utf-8")

    def add_to_instrument(self, what: str, name: str, lines: str) -> None:
        """Add one more to the ``rules`` or ``indicators`` of the instrument: the value of a name that lines define."""
        self.edit(rf"^    {what}=(.+),$", rf"    {what}=(*\1, {name}),", "instrument.py")
        self.edit(r"^INSTRUMENT = ", f"{lines}\n\nINSTRUMENT = ".replace("\\", r"\\"), "instrument.py")

    def examples(self, kind: str = "") -> list[Path]:
        """The example files: accepted ones, or those in ``refused``."""
        return sorted((self.package / "examples" / kind).glob("*/*.json"))

    def asked(self) -> Choice:
        """A question with a closed list of answers, asked always, in a form that stands as a class in its file."""
        return next(self._choices(Country, Rating))

    def counted(self) -> tuple[Indicator, Choice]:
        """An indicator that counts submissions of a form, and a closed question of that form that may be counted."""
        for question in self._choices(Country):
            for indicator in self.instrument.indicators:
                if indicator.form is question.form and question.publish in ("counted", "dimension"):
                    return indicator, question
        raise LookupError("no indicator counts a form with a closed question")

    def _choices(self, *but: type[Choice]) -> Iterator[Choice]:
        for form in self.instrument.forms:
            written = [node.name for node in classes(self.source_of(form).read_text("utf-8"))]
            for question in form.questions.values() if form.__name__ in written else ():
                if not isinstance(question, Choice) or isinstance(question, but):
                    continue
                if question.only_if is None and question.publish != "sealed":
                    yield question


def classes(text: str) -> list[ast.ClassDef]:
    return [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]


def copied(plugin: Path, target: Path, instrument: Instrument) -> Copy:
    folder = shutil.copytree(plugin, target / plugin.name, ignore=shutil.ignore_patterns("__pycache__"))
    (package,) = (path.parent for path in folder.glob("*/__init__.py") if path.parent.name != "tests")
    return Copy(folder, package, instrument)


@dataclass(frozen=True)
class Way:
    """One way to break a plugin: what is done, and which complaints name it."""

    name: str
    codes: tuple[str, ...]
    break_: Callable[[Copy], str | None]
    """Breaks the copy; gives a word that the complaint must hold, if one is known."""


WAYS: dict[str, Way] = {}


def way(*codes: str) -> Callable[[Callable[[Copy], str | None]], Callable[[Copy], str | None]]:
    def keep(function: Callable[[Copy], str | None]) -> Callable[[Copy], str | None]:
        name = function.__name__.replace("_", " ")
        WAYS[name] = Way(name, codes, function)
        return function

    return keep


def _two(question: Choice) -> tuple[str, str]:
    first, second, *_ = question.codes
    return first, second


def _named(question: Question) -> str:
    return f"{question.form.code}.{question.name}"


# What the loader refuses.


@way("PLUGIN-01")
def typo_in_a_code(copy: Copy) -> str:
    copy.edit(r'\.(is_|includes)\("(\w+)"', r'.\1("\2_typo"')
    return "_typo"


@way("PLUGIN-03")
def narrative_published(copy: Copy) -> str:
    import_ = "from monitor import Narrative as Probe\n\n\n"
    copy.declare(copy.asked().form, 'probe = Probe("What else?", publish="counted")', import_)
    return "probe"


@way("PLUGIN-07")
def duplicate_question(copy: Copy) -> str:
    question = copy.asked()
    import_ = "from monitor import Text as Probe\n\n\n"
    copy.declare(question.form, f'{question.name} = Probe("And once more?")', import_)
    return question.name


@way("PLUGIN-07")
def row_form_reused(copy: Copy) -> str:
    names = "from monitor import Form as F, Rows as R, Whole as W"
    row = f'{names}\n\n\nclass Row(F):\n    """A row."""\n\n    n = W("How many?")\n\n\n'
    copy.declare(copy.asked().form, 'first_rows = R(Row, "One?")\nsecond_rows = R(Row, "Two?")', row)
    return "second_rows"


@way("PLUGIN-07")
def key_question_removed(copy: Copy) -> str:
    form = copy.asked().form
    path = copy.source_of(form)
    text = path.read_text("utf-8")
    if re.search(r"^        key = ", text, re.MULTILINE):
        text = re.sub(r"^        key = .*$", '        key = "gone"', text, flags=re.MULTILINE)
    elif "    class Meta:\n" in text:
        text = text.replace("    class Meta:\n", '    class Meta:\n        key = "gone"\n')
    else:
        head = f"class {form.__name__}(Form):\n"
        text = text.replace(head, f'{head}    class Meta:\n        key = "gone"\n\n')
    path.write_text(text, "utf-8")
    return "gone"


@way("PLUGIN-05")
def version_malformed(copy: Copy) -> str:
    copy.edit(r'version="[0-9.]+"', 'version="one"', "instrument.py")
    return "one"


@way("PLUGIN-12")
def unknown_provision(copy: Copy) -> str:
    copy.edit(r'(evidences|tests)=\("[^"]+"', r'\1=("CETS 999"')
    return "CETS 999"


@way("PLUGIN-09")
def misspelt_hook(copy: Copy) -> str:
    copy.edit(r"def register_instruments", "def register_instrument", "__init__.py")
    return "register_instrument"


@way("PLUGIN-10")
def renamed_question_in_an_indicator(copy: Copy) -> str:
    form = next(one.form for one in copy.instrument.indicators)
    copy.edit(rf"\b{form.__name__}\.([a-z]\w+)", rf"{form.__name__}.\1_renamed", "indicators.py")
    return "_renamed"


@way("PLUGIN-10")
def syntax_error(copy: Copy) -> str:
    copy.edit(r"\Z", "def (:\n", "rules.py")
    return "rules.py"


@way("PLUGIN-07", "PLUGIN-06")
def dimension_not_publishable(copy: Copy) -> str:
    _, question = copy.counted()
    copy.declare(question.form, 'probe = P("How many?", at_most=9)', "from monitor import Whole as P\n\n\n")
    _add_share(copy, None, "(by(UNIT.probe),),")
    return "probe"


@way("PLUGIN-07")
def three_dimensions(copy: Copy) -> str:
    _add_share(copy, None, "tuple(INDICATOR.tables[0]) * 3,")
    return "PROBE"


# What is published, asked and written.


@way("KIT-10")
def readme_missing(copy: Copy) -> str:
    (copy.folder / "README.md").unlink()
    return "README"


@way("KIT-11")
def readme_without_what_is_never_asked(copy: Copy) -> None:
    path = copy.folder / "README.md"
    path.write_text(re.sub(r"^#+ .*never.*$", "## Other", path.read_text("utf-8"), flags=re.MULTILINE | re.I), "utf-8")


@way("KIT-14")
def entry_point_missing(copy: Copy) -> None:
    path = copy.folder / "pyproject.toml"
    path.write_text(path.read_text("utf-8").replace("entry-points.monitor", "entry-points.other"), "utf-8")


@way("KIT-16")
def absolute_import_of_itself(copy: Copy) -> str:
    copy.edit(r"^from \.", f"from {copy.package.name}.", "instrument.py")
    return "instrument.py"


@way("KIT-17")
def import_from_inside_the_framework(copy: Copy) -> str:
    copy.edit(r"^from pathlib import Path$", "from pathlib import Path\n\nimport monitor.store", "instrument.py")
    return "monitor.store"


@way("KIT-20")
def empty_wording(copy: Copy) -> str:
    question = copy.asked()
    quoted = re.escape(json.dumps(question.wording, ensure_ascii=False))
    copy.edit(quoted, '""', copy.source_of(question.form).name)
    return _named(question)


@way("KIT-21")
def rating_that_asks_nothing(copy: Copy) -> str:
    form = copy.asked().form
    copy.declare(form, 'probe = P("It was quiet.", publish="counted")', "from monitor import Rating as P\n\n\n")
    return f"{form.code}.probe"


@way("KIT-26")
def reference_whose_example_does_not_fit(copy: Copy) -> str:
    form = copy.asked().form
    lines = 'probe = P("Which one?", pattern=r"[0-9]{4}", example="12", optional=True)'
    copy.declare(form, lines, "from monitor import Ref as P\n\n\n")
    return f"{form.code}.probe"


@way("KIT-30")
def telephone_number_counted(copy: Copy) -> str:
    form = copy.asked().form
    lines = 'contact_phone = P("Which number?", pattern=r"[0-9]+", example="1", optional=True, publish="counted")'
    copy.declare(form, lines, "from monitor import Ref as P\n\n\n")
    return f"{form.code}.contact_phone"


@way("KIT-31")
def day_that_breaks_a_table_down(copy: Copy) -> str:
    _, question = copy.counted()
    lines = 'probe = P("On what day?", optional=True, publish="dimension")'
    copy.declare(question.form, lines, "from monitor import Date as P\n\n\n")
    _add_share(copy, None, "(by(UNIT.probe),),")
    return f"{question.form.code}.probe"


@way("KIT-70")
def publish_loosened(copy: Copy) -> str:
    copy.edit(r'publish="counted"', 'publish="dimension"')
    return "publish"


@way("KIT-70")
def wording_changed(copy: Copy) -> str:
    question = copy.asked()
    quoted = re.escape(json.dumps(question.wording, ensure_ascii=False))
    copy.edit(quoted, '"And now for something else?"', copy.source_of(question.form).name)
    return f"{question.name} has another wording"


@way("KIT-70", "KIT-61", "PLUGIN-01")
def option_removed(copy: Copy) -> None:
    question = copy.asked()
    code, label = list(question.codes.items())[-1]
    text = re.escape(json.dumps(label, ensure_ascii=False))
    copy.edit(rf'^ +(?:{code}={text}|\("{re.escape(code)}", {text}\)),\n', "")


@way("KIT-28")
def translation_deleted(copy: Copy) -> str:
    catalogue = catalogue_path(copy.package, "fr")
    if not catalogue.is_file():
        update(copy.package, "fr", texts_of(copy.instrument))
        return "fr"
    head, first, *others = catalogue.read_text("utf-8").split("\n\n")
    first = re.sub(r"^msgstr .*\Z", 'msgstr ""', first, flags=re.MULTILINE | re.DOTALL)
    catalogue.write_text("\n\n".join([head, first, *others]), "utf-8")
    return "fr"


# Logic.


@way("KIT-40")
def condition_that_never_holds(copy: Copy) -> str:
    question = copy.asked()
    first, second = _two(question)
    condition = f'{question.name}.is_("{first}") & {question.name}.is_("{second}")'
    lines = f'probe = P("And then?", only_if={condition}, optional=True)'
    copy.declare(question.form, lines, "from monitor import Text as P\n\n\n")
    return f"{question.form.code}.probe"


@way("KIT-41", "KIT-43")
def question_that_a_rule_forbids(copy: Copy) -> str:
    question = copy.asked()
    copy.declare(question.form, 'probe = P("How many?", optional=True)', "from monitor import Whole as P\n\n\n")
    _add_rule(copy, question, "must_hold=FORM.probe > FORM.probe", at="probe")
    return f"{question.form.code}"


@way("KIT-45")
def rule_that_everything_breaks(copy: Copy) -> str:
    question = copy.asked()
    first, second = _two(question)
    _add_rule(copy, question, f'must_hold=FORM.{question.name}.is_("{first}") & FORM.{question.name}.is_("{second}")')
    return "PROBE"


@way("KIT-46")
def rule_that_nothing_can_break(copy: Copy) -> str:
    question = copy.asked()
    first, _ = _two(question)
    condition = f'FORM.{question.name}.is_("{first}") | FORM.{question.name}.is_not("{first}")'
    _add_rule(copy, question, f"must_hold={condition}")
    return "PROBE"


@way("KIT-47")
def rules_that_contradict_each_other(copy: Copy) -> str:
    question = copy.asked()
    first, second = _two(question)
    _add_rule(copy, question, f'must_hold=FORM.{question.name}.is_("{first}")', "PROBE1")
    _add_rule(copy, question, f'must_hold=FORM.{question.name}.is_("{second}")', "PROBE2")
    return "PROBE"


@way("KIT-67")
def rule_without_an_example(copy: Copy) -> str:
    question = copy.asked()
    first, _ = _two(question)
    _add_rule(copy, question, f'severity="warning", must_hold=FORM.{question.name}.is_not("{first}")')
    return "PROBE"


@way("KIT-45", "KIT-61", "KIT-62", "KIT-68")
def rule_inverted(copy: Copy) -> None:
    try:
        copy.edit(r"\bmust_hold=", "flag_if=", "rules.py")
    except LookupError:
        copy.edit(r"\bflag_if=", "must_hold=", "rules.py")


@way("KIT-62", "KIT-70")
def rule_dropped(copy: Copy) -> None:
    path = copy.package / "rules.py"
    text = path.read_text("utf-8")
    rules = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Rule"
    ]
    rule = next(one for one in rules if {"must_hold", "flag_if"} & {word.arg for word in one.keywords})
    source = text.splitlines()
    assert rule.end_lineno is not None
    path.write_text("\n".join([*source[: rule.lineno - 1], *source[rule.end_lineno :], ""]), "utf-8")


# Indicators.


@way("KIT-51")
def denominator_impossible(copy: Copy) -> str:
    _, question = copy.counted()
    first, second = _two(question)
    among = f'UNIT.{question.name}.is_("{first}") & UNIT.{question.name}.is_("{second}")'
    _add_share(copy, None, "INDICATOR.tables[0],", f"among={among},")
    return "PROBE"


@way("KIT-52")
def numerator_impossible(copy: Copy) -> str:
    _, question = copy.counted()
    first, second = _two(question)
    among = f'among=UNIT.{question.name}.is_("{first}"),'
    _add_share(copy, f'UNIT.{question.name}.is_("{second}")', "INDICATOR.tables[0],", among)
    return "PROBE"


@way("KIT-53")
def share_that_is_always_the_whole(copy: Copy) -> str:
    _, question = copy.counted()
    first, _ = _two(question)
    among = f'among=UNIT.{question.name}.is_("{first}"),'
    _add_share(copy, f'UNIT.{question.name}.is_("{first}")', "INDICATOR.tables[0],", among)
    return "PROBE"


@way("KIT-54")
def dimension_that_is_never_asked_beside_it(copy: Copy) -> str:
    _, question = copy.counted()
    first, second = _two(question)
    lines = (
        f'probe = P("Which kind?", C(a="A", b="B"), only_if={question.name}.is_("{first}"), optional=True, '
        'publish="dimension")'
    )
    copy.declare(question.form, lines, "from monitor import Choice as P, Codes as C\n\n\n")
    among = f'among=UNIT.{question.name}.is_("{second}"),'
    _add_share(copy, None, "(by(UNIT.probe),),", among)
    return "PROBE"


# Examples.


@way("KIT-60")
def accepted_examples_missing(copy: Copy) -> str:
    form = copy.instrument.forms[-1]
    shutil.rmtree(copy.package / "examples" / form.code)
    return form.code


@way("KIT-61")
def accepted_example_without_a_required_answer(copy: Copy) -> str:
    path = copy.examples()[0]
    form = copy.instrument.form(path.parent.name)
    assert form is not None
    answers = json.loads(path.read_text("utf-8"))
    required = next(name for name, one in form.questions.items() if not one.optional and one.only_if is None)
    del answers[required]
    path.write_text(json.dumps(answers), "utf-8")
    return path.name


@way("KIT-62")
def refused_example_that_is_refused_for_something_else(copy: Copy) -> str:
    path = copy.examples("refused")[0]
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "no_such_question": 1}), "utf-8")
    return path.name


@way("KIT-63")
def text_file_missing(copy: Copy) -> str:
    path = copy.examples("refused")[0]
    path.with_suffix(".txt").unlink()
    return path.name


@way("KIT-64")
def refused_example_missing(copy: Copy) -> str:
    path = copy.examples("refused")[0]
    path.unlink()
    return path.stem


@way("KIT-65")
def example_that_is_no_json(copy: Copy) -> str:
    path = copy.examples()[0]
    path.write_text("{", "utf-8")
    return path.name


@way("KIT-66")
def example_folder_misspelt(copy: Copy) -> str:
    folder = copy.examples()[0].parent
    folder.rename(folder.with_name(f"{folder.name}_x"))
    return f"{folder.name}_x"


def _add_rule(copy: Copy, question: Choice, condition: str, name: str = "PROBE", at: str | None = None) -> None:
    form = f"next(one for one in INSTRUMENT_FORMS if one.code == {question.form.code!r})"
    lines = (
        f"from monitor import Rule as R\n\n{name}_FORM = {form}\n"
        f'{name} = R({name!r}, {name}_FORM, "A probe.", at=({name}_FORM.{at or question.name},), '
        f"{condition.replace('FORM.', f'{name}_FORM.')})"
    )
    forms = re.search(r"^    forms=(\(.+\)),$", (copy.package / "instrument.py").read_text("utf-8"), re.MULTILINE)
    assert forms is not None
    copy.add_to_instrument("rules", name, lines.replace("INSTRUMENT_FORMS", forms[1]))


def _add_share(copy: Copy, having: str | None, tables: str, among: str = "") -> None:
    indicator, question = copy.counted()
    having = having or f'UNIT.{question.name}.is_("{_two(question)[0]}")'
    listed = re.search(r"^    indicators=(.+),$", (copy.package / "instrument.py").read_text("utf-8"), re.MULTILINE)
    assert listed is not None
    lines = (
        f"from monitor import Share as S, by\n\n"
        f"INDICATOR = next(one for one in {listed[1]} if one.id == {indicator.id!r})\nUNIT = INDICATOR.form\n"
        f'PROBE = S(id="PROBE", title="A probe", unit=UNIT, {among} having={having}, tables=({tables}))'
    )
    copy.add_to_instrument("indicators", "PROBE", lines)
