"""Attacks a release with everything the package has, within a time, and reports what it found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from monitor.disclosure.audit.bounds import narrow
from monitor.disclosure.audit.equations import Equations
from monitor.disclosure.audit.facts import not_about_states
from monitor.disclosure.audit.figures import low_thresholds, wrong_figures
from monitor.disclosure.audit.logic import Logic
from monitor.disclosure.audit.published import Published, ReleaseFile
from monitor.disclosure.audit.reading import opened, read, strange
from monitor.disclosure.audit.report import ADVICE, ATTACKS, AuditReport
from monitor.disclosure.audit.search import Clock, Found, Search
from monitor.disclosure.audit.series import epochs_of, in_order, rewritten
from monitor.disclosure.audit.system import Kind, System
from monitor.disclosure.audit.writing import Writing
from monitor.errors import Refusal

_NARROWEST = 10
_SAID = 200
"""How many places of one unit are named at most; the others are counted."""


def audit(path: Path, earlier: Sequence[Path] = (), seconds: float = 600) -> AuditReport:
    """Attack the release at ``path``, alone and together with ``earlier`` releases of its series.

    ``seconds`` is how long linear programming may take; what could not be decided by then is ``undecided``, and a
    release with anything undecided must not stand. The newest of the earlier releases are attacked first.

    Raises :class:`Refusal` (RELEASE-06) for a file that is no release, or is none of the series.
    """
    clock = Clock(seconds)
    files, sentences = [], []
    for number, one in enumerate((path, *earlier)):
        try:
            file, wrong = _read(one)
        except (sqlite3.Error, OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError,
                RecursionError) as error:  # fmt: skip
            # A forged file can hold anything in the place of figures. What cannot be read is never called safe.
            raise Refusal("RELEASE-06", path=one, why="it cannot be read as one") from error
        if file is None:
            return AuditReport(0, 0, 0, tuple(wrong), (), (ATTACKS[0][0],), seconds=clock.taken())
        sentences += wrong if number == 0 else []
        files.append(file)
        if number and file.id not in files[0].previous:
            raise Refusal("RELEASE-06", path=one, why=f"it is no earlier release of the series of {path}")
    try:
        return attack(files, clock, sentences)
    except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError, MemoryError) as error:
        raise Refusal("RELEASE-06", path=path, why="it cannot be read as one") from error


def _read(path: Path) -> tuple[ReleaseFile | None, list[str]]:
    """The file and what is wrong with it by itself; no file where it holds what no release holds."""
    with closing(opened(path)) as connection:
        found = list(strange(connection))
        if found:
            return None, found
        file = read(connection)
        if file.withdrawn and file.tables:
            return None, ["the release is withdrawn, and its figures are still there"]
        found += [*low_thresholds(file.thresholds), *not_about_states(connection)]
    return file, found


def attack(files: Sequence[ReleaseFile], clock: Clock, already: Sequence[str] = ()) -> AuditReport:
    """Attack a release (the first of ``files``) and its series. ``already`` is what was found in its file."""
    newest, *earlier = files
    disclosed = list(already)
    for table in newest.tables:
        disclosed += wrong_figures(table, newest.thresholds)
    ordered = in_order(newest, earlier)
    disclosed += rewritten(newest, ordered)
    hunt = Hunt(clock)
    hunt.through(newest, ordered)
    main = [
        table.exempt or bool(figure) for table in newest.tables
        for figure in ~np.isnan(table.figures[table.statistic].ravel()[table.present.ravel()])
    ]  # fmt: skip
    return AuditReport(
        tables=len(newest.tables), cells=len(main), suppressed=main.count(False),
        disclosed=(*disclosed, *hunt.disclosed), undecided=tuple(hunt.undecided),
        attacked=tuple(what for what, _ in ATTACKS),
        narrowest=tuple(sorted(hunt.narrowest, key=lambda one: one[1])[:_NARROWEST]), programmes=hunt.programmes,
        seconds=clock.taken(),
    )  # fmt: skip


@dataclass
class Hunt:
    """A hunt for hidden figures in the sums of releases, and what it has found so far."""

    clock: Clock
    disclosed: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    narrowest: list[tuple[str, int]] = field(default_factory=list)
    programmes: int = 0

    def through(self, newest: ReleaseFile, earlier: Sequence[ReleaseFile] = ()) -> None:
        """Go through a release unit by unit, alone and then with earlier ones, newest first."""
        for unit in dict.fromkeys(table.definition.unit for table in newest.tables):
            _attack_unit(unit, newest, earlier, self)

    def add(self, lines: Iterable[str]) -> None:
        """Keep what was found; of very many places only the first."""
        places = list(dict.fromkeys(lines))
        more = [f"and {len(places) - _SAID} more places about the same unit"] if len(places) > _SAID else []
        self.disclosed += [*(place for place in places[:_SAID] if place not in self.disclosed), *more]


def _attack_unit(
    unit: tuple[str, str], newest: ReleaseFile, earlier: Sequence[ReleaseFile], found: Hunt
) -> None:  # fmt: skip
    """Attack the tables about one unit: the release by itself, and then with earlier ones, one more each time."""
    alone = _tables(unit, newest)
    if not alone:
        return
    epochs = epochs_of(newest)
    thresholds = {epochs[file.id]: file.thresholds for file in (newest, *earlier)}
    for count in range(len(earlier) + 1):
        used = [(newest, alone), *((one, _tables(unit, one)) for one in earlier[:count])]
        if count and not used[-1][1]:
            continue
        equations = Equations(Logic(unit[0], newest.codes, newest.asked), thresholds)
        given = frozenset(epochs[file.id] for file, _ in used[1:])
        for file, tables in used:
            here = {name: number for name, number in epochs.items() if name} | {"": epochs[file.id]}
            for table in tables:
                equations.read(table, here, given)
        if not _attack_system(equations, found):
            return


def _tables(unit: tuple[str, str], file: ReleaseFile) -> list[Published]:
    # A table with gaps is reported as such, and its sums do not hold.
    return [table for table in file.tables if table.definition.unit == unit and not table.exempt
            and bool(table.present.all())]  # fmt: skip


def _attack_system(equations: Equations, found: Hunt) -> bool:
    """Attack one system; whether it is worth going on with more releases."""
    if not equations.relate(found.clock.is_out):
        found.undecided.append(f"How the indicators about one unit are related was not found out in time. {ADVICE}")
        return False
    writing = Writing(equations)
    system = writing.system()
    lines = list(writing.contradicting())
    lines += [f"{system.said(figure)} is the only hidden figure of a sum" for figure in writing.alone]
    narrow(system, found.clock.is_out)
    crossed = np.flatnonzero(system.low > system.high)
    if len(crossed):
        lines += [f"{system.said(figure)} contradicts the figures around it" for figure in crossed.tolist()]
        found.add(lines)
        return False
    search = Search(system, found.clock)
    result = search.run()
    found.programmes += result.programmes
    found.narrowest += _narrowest(system, search)
    found.add([*lines, *_said(system, result)])
    if result.undecided:
        places = len(result.undecided)
        found.undecided.append(
            f"{places} figures about one unit, such as {system.said(result.undecided[0])}, could not be decided in "
            f"time. {ADVICE}"
        )
    return not (result.undecided or result.contradictory)


def _said(system: System, result: Found) -> Iterator[str]:
    for figure in sorted(result.narrow):
        place, kind, fewest = system.said(figure), Kind(int(system.kind[figure])), int(system.fewest[figure])
        if kind is Kind.HIDDEN:
            yield f"{place} can be worked out to within less than {fewest}"
        elif kind is Kind.BETWEEN:
            yield f"{place}, are surely fewer than {fewest}"
        elif kind is Kind.MOVED:
            yield f"{place}, can only be fewer than {fewest}"
        else:
            yield f"{place}, is surely more than nobody and fewer than {fewest}"
    for figure in result.contradictory:
        yield f"{system.said(figure)} contradicts the figures around it"


def _narrowest(system: System, search: Search) -> list[tuple[str, int]]:
    """The hidden figures whose witnesses lie closest together. Of most it is known only that they are wide enough."""
    hidden = np.flatnonzero(system.kind == Kind.HIDDEN)
    width = np.floor(search.most[hidden] + 1e-5) - np.ceil(search.least[hidden] - 1e-5)
    seen = np.isfinite(width) & (width >= 0)
    hidden, width = hidden[seen], width[seen]
    order = np.argsort(width, kind="stable")[:_NARROWEST]
    return [(system.said(int(figure)), int(wide)) for figure, wide in zip(hidden[order], width[order], strict=True)]
