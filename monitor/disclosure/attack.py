"""What somebody who has a release and nothing else can work out about its hidden figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

EVERY = "_T"
ENDLESS = 10**15
_ROUNDS = 500

Place = tuple[str, frozenset[tuple[str, str]]]
"""A published number: what it counts, and the codes under which it stands, all-margins left out."""


@dataclass(frozen=True)
class Published:
    """One table of figures as it stands in the file.

    ``population`` is the same for tables whose denominators are one figure. ``asked`` names the question behind each
    dimension, so that one cell in two tables is known as one. ``rows`` are the figures by the codes of the cell.
    ``exempt`` says that the table is about States, and nothing in it hidden.
    """

    name: str
    population: str
    indicator: str
    statistic: str
    dimensions: tuple[str, ...]
    asked: tuple[str, ...]
    overlapping: frozenset[str]
    rows: Mapping[tuple[str, ...], Mapping[str, Any]]
    exempt: bool = False

    def codes(self) -> list[list[str]]:
        """The codes of each dimension, margins left out."""
        return [sorted({keys[place] for keys in self.rows} - {EVERY}) for place in range(len(self.dimensions))]

    def over_currencies(self, keys: tuple[str, ...]) -> bool:
        """Whether a row of medians or ratios stands for several currencies together: it has no figures to protect."""
        places = zip(self.asked, keys, strict=True)
        return self.statistic in ("median", "ratio") and any(
            asked.endswith(" (currency)") and code == EVERY for asked, code in places
        )

    def missing(self) -> list[tuple[str, ...]]:
        """The combinations of codes that have no row."""
        return [keys for keys in product(*([EVERY, *codes] for codes in self.codes())) if keys not in self.rows]

    def families(self) -> Iterator[tuple[tuple[str, ...], list[tuple[str, ...]], bool]]:
        """Each margin with the rows below it, and whether these overlap."""
        codes = self.codes()
        for keys in self.rows:
            for place, dimension in enumerate(self.dimensions):
                if keys[place] == EVERY:
                    below = [(*keys[:place], code, *keys[place + 1 :]) for code in codes[place]]
                    yield keys, below, dimension in self.overlapping

    def place(self, figure: str, keys: Sequence[str]) -> Place:
        """A figure of a row, as one with the same figure in other tables."""
        about = self.indicator if figure in ("count", "rest") else self.population
        under = frozenset((asked, code) for asked, code in zip(self.asked, keys, strict=True) if code != EVERY)
        return f"{figure} of {about}", under


@dataclass
class Attack:
    """Bounds on every figure of a release, narrowed until nothing moves.

    ``base`` is what counts are rounded to, ``fewest`` the least that a shown count can be, ``width`` how narrow the
    bounds of a hidden figure may become.
    """

    base: int
    fewest: int
    width: int
    low: dict[Place, int] = field(default_factory=dict)
    high: dict[Place, int] = field(default_factory=dict)
    hidden: dict[Place, str] = field(default_factory=dict)
    shown: dict[Place, str] = field(default_factory=dict)
    whole: dict[Place, Place] = field(default_factory=dict)
    sums: dict[tuple[Place, tuple[Place, ...]], bool] = field(default_factory=dict)

    def read(self, table: Published) -> None:
        """Take in a table: its figures, and the sums between them."""
        figures = ["n"]
        if table.statistic == "share":
            figures += ["count", "rest"]
        beside = [figure for figure in ("not_observed", "not_applicable") if _is_given(table, figure)]
        for keys, row in table.rows.items():
            if table.over_currencies(keys):
                continue
            where = f"{table.name} ({', '.join(keys)})"
            for figure in (*figures, *beside):
                self._know(table.place(figure, keys), row.get("count" if figure == "rest" else figure), figure, where)
            if table.statistic == "share":
                count, rest = table.place("count", keys), table.place("rest", keys)
                self.sums[table.place("n", keys), (count, rest)] = False
                self.whole[count] = self.whole[rest] = table.place("n", keys)
        for keys, below, overlap in table.families():
            for figure in (*figures, *beside):
                parts = tuple(table.place(figure, part) for part in below)
                self.sums[table.place(figure, keys), parts] = overlap

    def _know(self, place: Place, value: int | None, figure: str, where: str) -> None:
        low, high = 0, ENDLESS
        if value is None:
            self.hidden.setdefault(place, f"{where}: {figure}")
        else:
            self.shown.setdefault(place, f"{where}: {figure}")
            low = self.fewest
            if figure != "rest":  # of the rest it is known only that it is shown, the number follows from the split
                low, high = max(low, value - self.base // 2), value + (self.base - 1) // 2
        self.low[place] = max(self.low.get(place, 0), low)
        self.high[place] = min(self.high.get(place, ENDLESS), high)

    def run(self) -> tuple[list[str], list[str]]:
        """What is disclosed, and what could not be decided; a sentence each."""
        # A sum over currencies says something only where another table gives it.
        known = self.low.keys()
        self.sums = {one: overlap for one, overlap in self.sums.items() if known >= {one[0], *one[1]}}
        disclosed = [f"{where} is hidden there and shown in {self.shown[place]}" for place, where in self.hidden.items()
                     if place in self.shown]  # fmt: skip
        disclosed += self._alone()
        settled = self._narrow()
        for place, where in (self.hidden | self.shown).items():
            if self.low[place] > self.high[place]:
                disclosed.append(f"{where} contradicts the figures around it")
            elif place in self.hidden and self.high[place] - self.low[place] < self._need(place):
                disclosed.append(f"{where} can be worked out to within less than {self.width}")
        undecided = [] if settled else [f"the bounds still moved after {_ROUNDS} rounds"]
        return disclosed, undecided

    def _need(self, place: Place) -> int:
        whole = self.whole.get(place)
        return self.width if whole is None or whole in self.hidden else min(self.width, self.low[whole])

    def _alone(self) -> Iterator[str]:
        """Hidden figures that are one subtraction away, whatever rounding blurs of it."""
        for (total, parts), overlap in self.sums.items():
            around = {total, *parts} & self.hidden.keys()
            if not overlap and len(around) == 1:
                yield f"{self.hidden[around.pop()]} is the only hidden figure of a sum"

    def _narrow(self) -> bool:
        for _ in range(_ROUNDS):
            before = sum(self.high.values()) - sum(self.low.values())
            for (total, parts), overlap in self.sums.items():
                self._apply(total, parts, overlap)
            contradicted = any(self.low[place] > self.high[place] for place in self.low)
            if contradicted or sum(self.high.values()) - sum(self.low.values()) == before:
                return True
        return False

    def _apply(self, total: Place, parts: tuple[Place, ...], overlap: bool) -> None:
        low, high = self.low, self.high
        least, most = sum(low[part] for part in parts), sum(high[part] for part in parts)
        high[total] = min(high[total], most)
        low[total] = max(low[total], max((low[part] for part in parts), default=0) if overlap else least)
        for part in parts:
            others_least, others_most = least - low[part], most - high[part]
            low[part], high[part] = (
                max(low[part], low[total] - others_most),
                min(high[part], high[total] if overlap else high[total] - others_least),
            )
            least, most = others_least + low[part], others_most + high[part]


def _is_given(table: Published, figure: str) -> bool:
    """Whether a table counts something beside its denominator: then some row shows it, or no row can be told apart."""
    return table.statistic == "share" and any(row.get(figure) is not None for row in table.rows.values())
