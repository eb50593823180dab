"""One person in several submissions is counted once, by a keyed digest of a sealed pseudonym that no table holds."""

from __future__ import annotations

from pathlib import Path

from monitor import Choice, Codes, Form, Instrument, Ref, Tally, Whole, by, review
from monitor.findings import ALL, find
from monitor.forms import FormMeta
from monitor.store import Store, create, rebuild, verify
from monitor.store.links import Links
from monitor.submissions import check


class Claim(Form):
    """One claim: one person by one avenue."""

    class Meta:
        person = "person_ref"

    person_ref = Ref("Who claims?", pattern=r"[Pp] ?-?[0-9]+", example="P-1", publish="sealed")
    avenue = Choice("By which avenue?", Codes(criminal="Criminal", civil="Civil"), publish="dimension")
    months = Whole("For how many months?", optional=True, publish="counted")


CLAIMS = Tally("C-1", "Claims", Claim, ((by(Claim.avenue),),))
COMPENSATION = Instrument("claims", "1.0", "Claims", (Claim,), indicators=(CLAIMS,))
CATALOGUE = {"claims": COMPENSATION}


def claim(store: Store, person: str, avenue: str) -> str:
    with store.writing("MON-01") as writing:
        raw = {"person_ref": person, "avenue": avenue}
        form: FormMeta = Claim
        return writing.submit(check(COMPENSATION, form, raw, author="MON-01"), COMPENSATION, form)


def new_store(folder: Path, name: str = "store.db") -> Store:
    return create(folder / name, programme="An invented programme", monitor="MON-01", plain=True)


def link_of(store: Store, id: str) -> str:
    link: str = store.connection.execute("SELECT person FROM submission WHERE id = ?", (id,)).fetchone()[0]
    return link


def test_two_claims_of_one_person_are_two_claims_and_one_person(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        for person, avenue in (("P-1", "criminal"), ("P-1", "civil"), ("P-2", "civil")):
            claim(store, person, avenue)
        review.approve_all(store, actor="CO-01")
        (table,) = find(store.connection, [COMPENSATION])
        counted = {finding.keys: (finding.n.units, finding.n.persons) for finding in table.findings}
        assert counted == {(ALL,): (3, 2), ("criminal",): (1, 1), ("civil",): (2, 2)}


def test_spaces_and_capitals_do_not_make_another_person(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        first, second, third = (claim(store, person, "civil") for person in ("P-1", "p -1", "P-11"))
        assert link_of(store, first) == link_of(store, second) != link_of(store, third)


def test_the_link_says_nothing_without_the_key_of_the_store(tmp_path: Path) -> None:
    with new_store(tmp_path, "one.db") as one, new_store(tmp_path, "two.db") as two:
        assert link_of(one, claim(one, "P-1", "civil")) != link_of(two, claim(two, "P-1", "civil"))


def test_a_link_is_equal_to_the_pseudonym_it_stands_for_and_to_no_other(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        links = Links(store.connection)
        one, same, other = (links.reference(links.of(person)) for person in ("P-1", "p -1", "P-2"))
        assert one == same == "P-1" and one == "p - 1"
        assert one == "P-1" and len({one, same}) == 1
        assert one != other and one != "P-2" and one != 1
        assert links.of(one) == links.of("P-1") == str(one) and "P-1" not in repr(one)


def test_the_pseudonym_stands_in_no_table_and_the_link_is_made_again_from_the_log(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        before = link_of(store, id := claim(store, "P-777", "civil"))
        assert verify(store, CATALOGUE).ok
        rebuild(store, CATALOGUE)
        assert link_of(store, id) == before
        tables = [name for (name,) in store.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in set(tables) - {"log"}:
            assert "P-777" not in str(store.connection.execute(f'SELECT * FROM "{table}"').fetchall())
