"""The area: one region of the programme's own list, for one year. What no actor covers shows only against this list."""

from __future__ import annotations

from monitor import Country, Form, Ref, Section, Whole


class Area(Form):
    """A region of the programme's list in one year."""

    class Meta:
        person = "area_ref"  # no person, but what is told apart where a figure is protected

    section_area = Section("Area")

    area_ref = Ref(
        "Which area is it, by the programme's own list?",
        hint="A region, never an address. The same reference that the actors' entries use.",
        pattern=r"[A-Z]{2}-[A-Z0-9]{1,6}",
        example="AQ-R01",
        origin="S1",
    )
    area_country = Country(
        "In which country does it lie?",
        publish="dimension",
        state=True,
        origin="S1",
    )
    area_year = Whole(
        "For which year does the list hold?",
        at_least=1998,
        at_most=9999,
        publish="dimension",
        origin="S1",
    )
