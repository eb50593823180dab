"""The statements of a section: each rated in practice, many also in law, each rating with its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor import Choices, Form, Rating


@dataclass(frozen=True)
class Statement:
    """One statement: its rating in practice and, where it has one, its rating in law, with the evidence of each."""

    name: str
    practice: Rating
    practice_source: Choices
    law: Rating | None = None
    law_source: Choices | None = None

    def columns(self) -> dict[str, Rating | Choices]:
        """The statement as a line that an indicator counts."""
        law = {} if self.law is None else {"law": self.law}
        return {"practice": self.practice, "source": self.practice_source, **law}


def statements(form: type[Form]) -> Iterator[Statement]:
    """The statements of a form, in its order. A rating that stands alone is the rating in practice."""
    ratings = {rating.name: rating for rating in form.ratings()}
    for name, rating in ratings.items():
        statement = name.removesuffix("_practice")
        law = ratings.get(f"{statement}_law")
        if name.endswith("_law"):
            continue
        yield Statement(statement, rating, _source(form, rating), law, _source(form, law) if law is not None else None)


def sources(form: type[Form]) -> list[Choices]:
    """What the ratings of a form rest on: one question for each rating."""
    return [_source(form, rating) for rating in form.ratings()]


def _source(form: type[Form], rating: Rating) -> Choices:
    source = form.questions[f"{rating.name}_evidence_source"]
    assert isinstance(source, Choices)  # evidence.py makes it so
    return source
