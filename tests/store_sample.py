"""An invented instrument for the tests of the store: two forms, rows, open and sealed answers, money, codes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from monitor import Choice, Choices, Codes, Form, Instrument, Money, Narrative, Ref, Rows, Rule, Text, Whole
from monitor.forms import FormMeta
from monitor.store import Store, Writing, create, open_store
from monitor.submissions import Submission, check

YES_NO = Codes(yes="Yes", no="No")
KINDS = Codes(noise="Noise", smell="Smell", dust="Dust")


class Place(Form):
    """A place that is visited."""

    class Meta:
        key = "place_ref"

    place_ref = Ref("Which place is it?", pattern=r"P-[0-9]{1,6}", example="P-1")
    size = Whole("How many rooms has it?", publish="counted")
    owner = Text("Who owns it?", optional=True, publish="sealed")


class Guest(Form):
    """Somebody who was there."""

    guest_ref = Ref("Who was it?", pattern=r"G[0-9]{1,3}", example="G1")
    age = Whole("How old?", optional=True, publish="counted")
    remark = Text("What did they say?", optional=True)
    real_name = Text("What is their name?", optional=True, publish="sealed")


class Visit(Form):
    """One visit to a place."""

    class Meta:
        parent = Place

    open_that_day = Choice("Was it open?", YES_NO, publish="dimension")
    complaints = Choices("What do the neighbours complain about?", KINDS, optional=True, publish="counted")
    fee = Money("What did it cost to enter?", optional=True)
    guests = Rows(Guest, "Who was there?", optional=True)
    story = Narrative("What happened?", optional=True)
    licence_number = Text("What is the number of the licence?", optional=True, publish="sealed")
    urgent_referral = Choice("Must a supervisor know today?", YES_NO, optional=True)


EMPTY = Rule("V1", Visit, "It was open and nobody was there.", severity="warning",
             flag_if=Visit.open_that_day.is_("yes") & (Visit.guests.count() < 1))  # fmt: skip
NUMBERS = Rule("V2", Visit, "The story holds a long number.", at=(Visit.story,), severity="warning", screen=True,
               flag_if=Visit.story.matches(r"[0-9]{6}", "a run of six digits"))  # fmt: skip
VISITS = Instrument("visits", "1.0", "Visits to places", (Place, Visit), (EMPTY, NUMBERS))
CATALOGUE = {"visits": VISITS}


def new_store(folder: Path, name: str = "store.db") -> Store:
    """A store of an invented programme, in which MON-01 acts."""
    return create(folder / name, programme="An invented programme", monitor="MON-01", plain=True)


PASSPHRASE = "seven invented words"


def new_encrypted(folder: Path, name: str = "store.db", recipients: Sequence[str] = ()) -> Store:
    """The same, encrypted; its sealed answers are sealed to ``recipients``."""
    programme, monitor = "An invented programme", "MON-01"
    return create(folder / name, programme=programme, monitor=monitor, passphrase=PASSPHRASE, recipients=recipients)


def open_encrypted(path: Path, **more: Any) -> Store:
    """Open an encrypted store with its passphrase."""
    return open_store(path, passphrase=lambda: PASSPHRASE, **more)


def checked(form: FormMeta, raw: dict[str, Any], store: Store, author: str = "MON-01", **more: Any) -> Submission:
    """A checked submission of the invented instrument."""
    return check(VISITS, form, raw, author=author, around=store.surroundings(CATALOGUE), **more)


def submit(writing: Writing, store: Store, form: FormMeta, raw: dict[str, Any], author: str = "MON-01") -> str:
    """Check and submit inside a transaction; gives the id."""
    return writing.submit(checked(form, raw, store, author), VISITS, form)


def store_one(store: Store, form: FormMeta, raw: dict[str, Any], actor: str = "MON-01") -> str:
    """Check and store one submission; gives the id."""
    with store.writing(actor) as writing:
        return submit(writing, store, form, raw, actor)


def place(number: int = 1, **more: Any) -> dict[str, Any]:
    """Raw answers of a place."""
    return {"place_ref": f"P-{number}", "size": 3, **more}


def visit(parent: str = "P-1", **more: Any) -> dict[str, Any]:
    """Raw answers of a visit to a place."""
    return {"_parent": parent, "open_that_day": "no", **more}


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every line of every table."""
    names = [name for (name,) in store.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {name: sorted(store.connection.execute(f'SELECT * FROM "{name}"'), key=repr) for name in sorted(names)}


# Random answers, such as a form accepts.

_LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(str.strip)
_AMOUNTS = st.builds(lambda whole, cents: f"{whole}.{cents:02}", st.integers(1, 10**9), st.integers(0, 99))
_GUESTS = st.fixed_dictionaries(
    {"guest_ref": st.integers(0, 999).map("G{}".format)},
    optional={"age": st.integers(0, 120), "remark": _LINES, "real_name": _LINES},
)

PLACES = st.fixed_dictionaries({"size": st.integers(0, 2**53 - 1)}, optional={"owner": _LINES})
VISITS_MADE = st.fixed_dictionaries(
    {"open_that_day": st.just("no")},
    optional={
        "complaints": st.lists(st.sampled_from(list(KINDS)), min_size=1, unique=True),
        "fee": st.fixed_dictionaries({"amount": _AMOUNTS, "currency": st.sampled_from(["EUR", "MDL"])}),
        "guests": st.lists(_GUESTS, min_size=1, max_size=3),
        "story": st.text(st.characters(exclude_categories=["Cs", "Cc", "Nd"]), min_size=1).filter(str.strip),
        "licence_number": _LINES,
        "urgent_referral": st.sampled_from(["yes", "no"]),
        "_source": _LINES,
        "_session": st.integers(1, 3),
    },
)
