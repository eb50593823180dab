"""A new version of an instrument over the answers of an older one: what counts, what reads otherwise, what is left."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
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
    Rows,
    Share,
    Tally,
    VersionMap,
    by,
    each,
    year,
)
from monitor.cli.root import cli
from monitor.errors import DeclarationError, Refusal
from monitor.findings import FindingTable, find
from monitor.release.codebook import codebook
from monitor.store import Store, create
from monitor.store.rebuilding import rebuild
from monitor.store.verification import verify
from monitor.submissions import check

PLUGINS = Path(__file__).parents[1] / "plugins"
OLD = Codes(yes="Yes", no="No", part="In part")
NEW = Codes(held="Held", off="Called off", half="Half of it")
WHY = Codes(ill="Illness", strike="Strike")
CAUSE = Codes(health="Health", strike="Strike", fire="Fire")


def sittings(version: str, held: Codes, why: Codes, good: str, *, map_from: str = "", codes: Any = None) -> Instrument:
    class Person(Form):
        """Somebody who came."""

        mood = Choice("In which mood?", held, publish="counted")

    class Sitting(Form):
        """A sitting."""

        country = Country("Where?", publish="dimension")
        day = Date("When?", dimension="year")
        was_held = Choice("Was it held?", held, publish="counted")
        causes = Choices("Why not?", why, optional=True, publish="counted")
        people = Rows(Person, "Who came?", optional=True)

    indicators = (
        Share("S-1", "Held", Sitting, ((by(Sitting.country),), (year(Sitting.day),)),
              having=Sitting.was_held.is_(good)),
        Tally("S-2", "By cause", Sitting, ((each(Sitting.causes),),)),
        Share("S-3", "In a good mood", Person, ((by(Sitting.country),),), having=Person.mood.is_(good)),
    )  # fmt: skip
    maps = ()
    if map_from:
        given = {getattr(Sitting, name, None) or Person.mood: mapped for name, mapped in (codes or {}).items()}
        maps = (VersionMap(map_from, given),)
    return Instrument("sittings", version, "Sittings", (Sitting,), (), indicators, maps=maps)


def first() -> Instrument:
    return sittings("1.0", OLD, WHY, "yes")


ALL_CODES = {"yes": "held", "no": "off", "part": "half"}
EVERY = {"was_held": ALL_CODES, "mood": ALL_CODES, "causes": {"ill": "health"}}


def second(map_from: str = "1.0", codes: Any = EVERY, version: str = "2.0") -> Instrument:
    return sittings(version, NEW, CAUSE, "held", map_from=map_from, codes=codes)


def submit(store: Store, instrument: Instrument, **answers: Any) -> None:
    (form,) = instrument.forms
    raw = {"country": "MD", "day": "2024-05-01", **answers}
    with store.writing("MON-01") as writing:
        id = writing.submit(check(instrument, form, raw, author="MON-01"), instrument, form)
    with store.writing("REV-01") as writing:
        writing.decide(id, "approved")


@pytest.fixture
def store(tmp_path: Path) -> Any:
    """Four sittings under the first version."""
    with create(tmp_path / "store.db", programme="An invented programme", monitor="MON-01", plain=True) as made:
        submit(made, first(), was_held="yes", people=[{"mood": "yes"}, {"mood": "no"}])
        submit(made, first(), was_held="yes")
        submit(made, first(), was_held="no", causes=["ill", "strike"])
        submit(made, first(), was_held="part", causes=["strike"])
        yield made


def table(store: Store, instrument: Instrument, id: str, number: int = 0) -> FindingTable:
    return [one for one in find(store.connection, [instrument]) if one.indicator.id == id][number]


def total(store: Store, instrument: Instrument, id: str = "S-1") -> tuple[int, int]:
    found = next(one for one in table(store, instrument, id).findings if set(one.keys) == {"_T"})
    return found.count.units, found.n.units


# What counts


def test_the_answers_of_the_version_itself_count(store: Store) -> None:
    assert total(store, first()) == (2, 4)
    assert table(store, first(), "S-1").left_out == ()


def test_the_answers_of_a_minor_version_count_as_they_stand(store: Store) -> None:
    later = sittings("1.7", Codes(*OLD.items()), WHY, "yes")
    submit(store, later, was_held="yes")
    assert total(store, later) == (3, 5) and table(store, later, "S-1").left_out == ()


def test_the_answers_of_another_major_version_are_left_out_and_every_table_says_so(store: Store) -> None:
    unmapped = second(map_from="")
    submit(store, unmapped, was_held="held", people=[{"mood": "off"}])
    assert total(store, unmapped) == (1, 1) and total(store, unmapped, "S-3") == (0, 1)
    assert {one.left_out for one in find(store.connection, [unmapped])} == {("1.0",)}


def test_mapped_answers_count_as_they_read_now(store: Store) -> None:
    submit(store, second(), was_held="held", causes=["fire"], people=[{"mood": "held"}])
    assert total(store, second()) == (3, 5)
    assert total(store, second(), "S-3") == (2, 3)
    causes = {one.keys: one.count.units for one in table(store, second(), "S-2").findings}
    assert causes == {("_T",): 5, ("health",): 1, ("strike",): 2, ("fire",): 1, ("_U",): 2}
    assert table(store, second(), "S-1").left_out == ()


def test_a_mapped_answer_is_stored_as_it_was_given(store: Store) -> None:
    submit(store, second(), was_held="held")
    column = store.connection.execute("SELECT was_held FROM sittings__sitting ORDER BY 1").fetchall()
    assert [code for (code,) in column] == ["held", "no", "part", "yes", "yes"]
    assert verify(store, {"sittings": second()}).problems == ()


@pytest.mark.parametrize(
    "codes",
    [{}, {"was_held": ALL_CODES, "mood": ALL_CODES}, {**EVERY, "was_held": {"yes": "held", "no": "off"}},
     {**EVERY, "causes": {"il": "health"}}],
)  # fmt: skip
def test_a_map_that_leaves_a_code_without_a_place_is_not_used(store: Store, codes: Any) -> None:
    one = second(codes=codes)
    submit(store, one, was_held="held")
    assert total(store, one) == (1, 1) and table(store, one, "S-1").left_out == ("1.0",)


def test_a_map_does_not_make_another_type_of_a_question(store: Store) -> None:
    kept = store.connection.execute("SELECT contract FROM contract").fetchone()[0]
    changed = json.dumps(json.loads(kept.replace('"type":"Choices"', '"type":"Choice"')))
    store.connection.execute("UPDATE contract SET contract = ?", (changed,))
    assert table(store, second(), "S-1").left_out == ("1.0",)


def test_what_is_returned_or_waits_breaks_no_series(tmp_path: Path) -> None:
    with create(tmp_path / "store.db", programme="An invented programme", monitor="MON-01", plain=True) as store:
        form = first().forms[0]
        with store.writing("MON-01") as writing:
            raw = {"country": "MD", "day": "2024-05-01", "was_held": "yes"}
            one = first()
            writing.submit(check(one, one.forms[0], raw, author="MON-01"), one, one.forms[0])
        assert table(store, second(map_from=""), "S-1").left_out == () and form.code == "sitting"


# What is left out is said


def test_a_release_says_where_a_series_is_broken() -> None:
    rows = [values for name, values in codebook([second(map_from="")], {"sittings": ("1.0",)}) if name == "indicator"]
    assert len(rows) == 3
    assert all("submissions of version 1.0 are left out" in " ".join(map(str, values)) for values in rows)


def test_the_command_line_says_where_a_series_is_broken(tmp_path: Path) -> None:
    example = next((PLUGINS / "case_data").glob("*/examples/victim/*.json"))
    words = ["--store", str(tmp_path / "store.db")]
    for more in (
        ["init", "--programme", "An invented programme", "--monitor", "MON-01", "--plain"],
        ["fill", "case_data.victim", "--answers", str(example)],
        ["--as", "REV-01", "review", "approve", "--all", "--yes"],
    ):
        assert CliRunner().invoke(cli, [*words, *more]).exit_code == 0
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as connection:
        connection.execute("UPDATE submission SET version = '0.9'")
    said = CliRunner().invoke(cli, [*words, "findings"])
    assert "case_data: submissions of version 0.9 are left out; the series is broken there." in said.stderr
    shown = json.loads(CliRunner().invoke(cli, [*words, "findings", "--json"]).stdout)
    assert {tuple(one["left_out"]) for one in shown if one["instrument"] == "case_data"} == {("0.9",)}


# Questions that are asked no more


def shorter(version: str = "2.0") -> Instrument:
    """The instrument without its causes and its rows."""

    class Sitting(Form):
        """A sitting."""

        country = Country("Where?", publish="dimension")
        day = Date("When?", dimension="year")
        was_held = Choice("Was it held?", OLD, publish="counted")

    share = Share("S-1", "Held", Sitting, ((by(Sitting.country),),), having=Sitting.was_held.is_("yes"))
    return Instrument("sittings", version, "Sittings", (Sitting,), (), (share,), maps=(VersionMap("1.0"),))


def test_a_question_that_is_asked_no_more_breaks_neither_the_store_nor_the_series(store: Store) -> None:
    loaded = {"sittings": shorter()}
    submit(store, shorter(), was_held="no")
    assert verify(store, loaded).problems == ()
    assert rebuild(store, loaded) == 5
    assert verify(store, loaded).problems == ()
    assert total(store, shorter()) == (2, 5)
    rebuild(store, {"sittings": first()})
    assert verify(store, {"sittings": first()}).problems == ()


def test_a_changed_answer_to_a_question_that_is_asked_no_more_is_noticed(store: Store) -> None:
    store.connection.execute("""UPDATE sittings__sitting SET causes = '["ill"]' WHERE causes = '["strike"]'""")
    (problem,) = verify(store, {"sittings": shorter()}).problems
    assert "causes is not as the log says" in problem


def test_the_same_version_cannot_ask_less(store: Store) -> None:
    same = {"sittings": Instrument("sittings", "1.0", "Sittings", shorter().forms)}
    assert any("does not ask causes" in problem for problem in verify(store, same).problems)
    with pytest.raises(Refusal, match="STORE-29"):
        rebuild(store, same)


# What a map may say


def test_a_map_names_codes_that_there_are() -> None:
    with pytest.raises(DeclarationError, match="PLUGIN-01"):
        second(codes={"was_held": {"yes": "hold"}})


@pytest.mark.parametrize("version", ["2.0", "3.1"])
def test_a_map_is_of_an_older_version(version: str) -> None:
    with pytest.raises(DeclarationError, match=f"{version}.*not older than 2.0"):
        second(map_from=version)


def test_a_map_is_of_a_version() -> None:
    with pytest.raises(DeclarationError, match=r"MAJOR\.MINOR"):
        VersionMap("first")


def test_a_map_is_about_questions_of_its_instrument() -> None:
    other = Choice("What?", NEW)
    with pytest.raises(DeclarationError, match="none of its questions"):
        sittings_with(VersionMap("1.0", {other: {"yes": "held"}}))


def test_a_version_has_one_map() -> None:
    with pytest.raises(DeclarationError, match="declared twice"):
        sittings_with(VersionMap("1.0"), VersionMap("1.0"))


def sittings_with(*maps: VersionMap) -> Instrument:
    one = second(map_from="")
    return Instrument("sittings", "2.0", "Sittings", one.forms, (), (), maps=maps)
