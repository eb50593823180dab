"""Finds by logic which groups of units lie inside which others, from the conditions that the codebook gives as JSON.

A condition knows three truths, as SQL does: true, false, and unknown where an answer is blank. Each question is tried
with representative answers: every code that some condition names, one that none names, and no answer. What cannot be
looked into (other submissions, rows of a block, dates) is a truth value of its own, free and the same wherever the same
JSON stands. A group then is a set of states, and groups compare as sets. States that the questionnaire rules out are
left out: a question is answered only where it is asked, and one that must be answered is answered there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.disclosure.audit.published import Asked, Definition

UNKNOWN, FALSE, TRUE = 0, -1, 1
_MOST_CODES = 12
_MOST_TRUTHS = 20_000_000
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,15}")

Truths = NDArray[np.int8]
"""A truth for each state of one question: 1, -1, or 0 where it is unknown."""

Known = Mapping[tuple[str, str, str], frozenset[str]]
"""The answers of closed questions, by instrument, form and name."""


@dataclass(frozen=True)
class Atom:
    """A smallest condition: what is asked (a question, or an opaque condition), and what of it must hold."""

    asked: str
    about: str
    what: tuple[str, ...] = ()


Tree = Any
"""A condition: an :class:`Atom`, or a tuple of ``all``, ``any``, ``not`` or ``at_least`` with its parts."""


@dataclass(frozen=True)
class Group:
    """A group of units: those of which every condition of ``met`` is true and none of ``unmet`` is."""

    name: str
    met: tuple[Tree, ...] = ()
    unmet: tuple[Tree, ...] = ()

    def atoms(self) -> Iterator[Atom]:
        """Every smallest condition in it."""
        for tree in (*self.met, *self.unmet):
            yield from _atoms(tree)

    def asked(self) -> frozenset[str]:
        """The questions, and opaque conditions, that decide who is in it."""
        return frozenset(atom.asked for atom in self.atoms())


def groups_of(definition: Definition) -> Mapping[str, Group]:
    """The groups that an indicator counts, by the name of the figure. What cannot be read is a truth of its own."""
    reader = _Reader(definition.forms)
    n = reader.tree(definition.n)
    count = reader.tree(definition.count) if definition.count is not None else reader.opaque(["own", definition.own])
    among = reader.tree(definition.among)
    groups = {"n": Group("n", (n,)), "count": Group("count", (n, count)), "rest": Group("rest", (n,), (count,))}
    for code in ("not_observed", "not_applicable"):
        if definition.rating is not None:
            rated = reader.tree(json.dumps({"question": definition.rating, "in": [code]}))
            groups[code] = Group(code, (among, rated), (n,))
        else:
            groups[code] = Group(code, (among, reader.opaque([code, definition.own, definition.n])), (n,))
    return groups


@dataclass(frozen=True)
class _Reader:
    """Reads conditions; ``forms`` names the form of each question that they can be about."""

    forms: Collection[tuple[str, str]]

    def tree(self, text: str | None) -> Tree:
        return ("all",) if text is None else self._tree(json.loads(text))

    def opaque(self, what: Any) -> Atom:
        return Atom("opaque " + json.dumps(what, sort_keys=True), "truth")

    def _tree(self, found: Any) -> Tree:
        match found:
            case {"all": list(parts)}:
                return ("all", *map(self._tree, parts))
            case {"any": list(parts)}:
                return ("any", *map(self._tree, parts))
            case {"not": part}:
                return ("not", self._tree(part))
            case {"at_least": int(number), "of": list(parts)}:
                return ("at_least", number, *map(self._tree, parts))
            case {"answered": str(question)}:
                return self._atom(found, question, "answered")
            case {"question": str(question), **rest} if len(rest) == 1:
                about, what = next(iter(rest.items()))
                if isinstance(what, list) and about in ("in", "not_in", "includes", "includes_other_than"):
                    return self._atom(found, question, about, *map(str, what))
            case {"left": str(left), "op": str(op), "right": str(right)} if _is_plain_number(right):
                return self._atom(found, left, op, right)
        return self.opaque(found)

    def _atom(self, found: Any, question: str, about: str, *what: str) -> Atom:
        forms = [form for name, form in self.forms if name == question]
        if len(forms) > 1:  # which of two questions of one name is meant, the file does not say
            return self.opaque(found)
        return Atom(f"{forms[0] if forms else ''}.{question}", about, what)


def _is_plain_number(text: str) -> bool:
    # From 1000 to 9999 it can be a year, and years compare with parts of dates.
    return bool(_WHOLE_NUMBER.fullmatch(text)) and not 1000 <= int(text) <= 9999


def _atoms(tree: Tree) -> Iterator[Atom]:
    if isinstance(tree, Atom):
        yield tree
    else:
        for part in tree[1:]:
            if not isinstance(part, int):
                yield from _atoms(part)


# The states of one question.


def _states(atoms: Sequence[Atom], codes: frozenset[str] | None) -> Mapping[Atom, Truths] | None:
    """The truth of each atom about one question in every state of it; None where there are too many states."""
    abouts = {atom.about for atom in atoms}
    if "truth" in abouts:
        return {atom: np.array([TRUE, FALSE, UNKNOWN], np.int8) for atom in atoms}
    if abouts & {"includes", "includes_other_than"}:
        return _several(atoms, codes)
    if abouts & {"<", "<=", ">", ">=", "="}:
        return _numbers(atoms)
    named = sorted({code for atom in atoms for code in atom.what})
    answers: list[str | None] = [None, *named]
    if codes is None or codes - set(named):
        answers.append("")  # an answer that no condition names
    return {atom: np.array([_single(atom, answer) for answer in answers], np.int8) for atom in atoms}


def _single(atom: Atom, answer: str | None) -> int:
    if atom.about == "answered":
        return FALSE if answer is None else TRUE
    if answer is None:
        return UNKNOWN
    return TRUE if (answer in atom.what) == (atom.about == "in") else FALSE


def _several(atoms: Sequence[Atom], codes: frozenset[str] | None) -> Mapping[Atom, Truths] | None:
    """Several codes can be chosen: one for each way in which the conditions tell codes apart is enough."""
    listed = [atom for atom in atoms if atom.about != "answered"]
    named = {code for atom in listed for code in atom.what}
    kinds = {tuple(code in atom.what for atom in listed) for code in named}
    if codes is None or codes - named:
        kinds.add(tuple(False for _ in listed))
    if len(kinds) > _MOST_CODES:
        return None
    ordered = sorted(kinds)
    chosen = [
        [kind for number, kind in enumerate(ordered) if choice >> number & 1] for choice in range(1 << len(kinds))
    ]

    def truth(atom: Atom) -> list[int]:
        if atom.about == "answered":
            return [FALSE, *(TRUE for _ in chosen)]
        place, inside = listed.index(atom), atom.about in ("includes", "in")
        return [UNKNOWN, *(TRUE if any(kind[place] == inside for kind in kinds) else FALSE for kinds in chosen)]

    if any(atom.about in ("in", "not_in") for atom in atoms):
        return None  # one answer or several: the conditions do not agree on what is asked
    return {atom: np.array(truth(atom), np.int8) for atom in atoms}


_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
}  # fmt: skip


def _numbers(atoms: Sequence[Atom]) -> Mapping[Atom, Truths] | None:
    if any(atom.about != "answered" and atom.about not in _COMPARE for atom in atoms):
        return None
    limits = sorted({int(atom.what[0]) for atom in atoms if atom.what})
    values = [limits[0] - 1.0, *(value for limit in limits for value in (float(limit), limit + 0.5))]

    def truth(atom: Atom) -> list[int]:
        if atom.about == "answered":
            return [FALSE, *(TRUE for _ in values)]
        return [UNKNOWN, *(TRUE if _COMPARE[atom.about](value, int(atom.what[0])) else FALSE for value in values)]

    return {atom: np.array(truth(atom), np.int8) for atom in atoms}


# Groups as sets of states.


@dataclass(frozen=True)
class _Skip:
    """When a question is asked, and whether it may be left blank then."""

    asked: Tree
    optional: bool


@dataclass(frozen=True)
class Logic:
    """What follows from the conditions of indicators about one unit.

    ``codes`` are the answers of closed questions, ``asked`` says when each question is asked; no more than ``most``
    states are tried at once.
    """

    instrument: str
    codes: Known = field(default_factory=dict)
    asked: Mapping[tuple[str, str, str], Asked] = field(default_factory=dict)
    most: int = 200_000

    def pieces(self, groups: Sequence[Group], *, with_skips: bool = True) -> list[frozenset[int]] | None:
        """The smallest groups into which all of these fall: for each, the places of the groups that hold it.

        No unit is in two pieces. None where there are too many states to be tried.
        """
        atoms: dict[str, dict[Atom, None]] = {}
        for group in groups:
            for atom in group.atoms():
                atoms.setdefault(atom.asked, {})[atom] = None
        skips = self._take_skips(atoms) if with_skips else {}
        known = self._states(atoms, skips)
        if known is None or len(next(iter(known.values()), ())) * len(groups) > _MOST_TRUTHS:
            return None
        size = len(next(iter(known.values()), (0,)))
        found = np.unique(np.stack([np.broadcast_to(_inside(group, known), size) for group in groups]), axis=1).T
        return [frozenset(np.flatnonzero(piece).tolist()) for piece in found if piece.any()]

    def questions(self, group: Group) -> frozenset[str]:
        """The questions that decide who is in a group, and those that decide whether these are asked."""
        atoms: dict[str, dict[Atom, None]] = {asked: {} for asked in group.asked()}
        self._take_skips(atoms)
        return frozenset(atoms)

    def _take_skips(self, atoms: dict[str, dict[Atom, None]]) -> dict[str, _Skip]:
        """Take in what decides whether the questions are asked, and whether that is asked, and so on."""
        skips: dict[str, _Skip] = {}
        waiting = list(atoms)
        while waiting:
            asked = waiting.pop()
            skip = self._skips.get(asked) if asked not in skips else None
            if skip is not None:
                skips[asked] = skip
                for atom in _atoms(skip.asked):
                    if atom.asked not in atoms:
                        waiting.append(atom.asked)
                    atoms.setdefault(atom.asked, {})[atom] = None
        return skips

    @cached_property
    def _skips(self) -> Mapping[str, _Skip]:
        own = {(form, name): asked for (code, form, name), asked in self.asked.items() if code == self.instrument}
        reader = _Reader([(name, form) for form, name in own])
        return {
            f"{form}.{name}": _Skip(reader.tree(asked.condition), asked.optional) for (form, name), asked in own.items()
        }

    def _states(
        self, atoms: Mapping[str, Mapping[Atom, None]], skips: Mapping[str, _Skip]
    ) -> Mapping[Atom, Truths] | None:  # fmt: skip
        """The truth of every atom in each joint state that is possible; None where there are too many."""
        known: dict[Atom, Truths] = {}
        size = 1
        for asked in _in_order(atoms, skips):
            listed = [*atoms[asked], *([_ANSWERED] if asked in skips else [])]
            states = _states(listed, self._codes_of(asked))
            if states is None:
                return None
            many = len(next(iter(states.values())))
            if size * many > self.most:
                return None
            known = {atom: np.repeat(truths, many) for atom, truths in known.items()}
            known |= {atom: np.tile(truths, size) for atom, truths in states.items()}
            size *= many
            if asked in skips:
                answered, is_asked = known.pop(_ANSWERED) == TRUE, _truth(skips[asked].asked, known) == TRUE
                possible = np.where(is_asked, answered | skips[asked].optional, ~answered)
                known = {atom: truths[possible] for atom, truths in known.items()}
                size = int(possible.sum())
        return known

    def _codes_of(self, asked: str) -> frozenset[str] | None:
        form, _, question = asked.partition(".")
        return self.codes.get((self.instrument, form, question))


_ANSWERED = Atom("", "answered")
"""Whether the question that is looked at is answered."""


def _in_order(atoms: Iterable[str], skips: Mapping[str, _Skip]) -> list[str]:
    """The questions, each after those that decide whether it is asked."""
    ordered: dict[str, None] = {}

    def put(asked: str) -> None:
        if asked not in ordered:
            if asked in skips:
                for atom in _atoms(skips[asked].asked):
                    put(atom.asked)
            ordered[asked] = None

    for asked in atoms:
        put(asked)
    return list(ordered)


def _inside(group: Group, grids: Mapping[Atom, Truths]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = np.array(True)
    for tree in group.met:
        inside = inside & (_truth(tree, grids) == TRUE)
    for tree in group.unmet:
        inside = inside & (_truth(tree, grids) != TRUE)
    return inside


def _truth(tree: Tree, grids: Mapping[Atom, Truths]) -> Truths:
    if isinstance(tree, Atom):
        return grids[tree]
    kind, *parts = tree
    if kind == "not":
        return -_truth(parts[0], grids)
    if kind == "at_least":
        number, *parts = parts
        truths = [_truth(part, grids) for part in parts]
        sure = sum(((truth == TRUE).astype(np.int64) for truth in truths), np.array(0))
        possible = sum(((truth != FALSE).astype(np.int64) for truth in truths), np.array(0))
        return np.where(sure >= number, TRUE, np.where(possible >= number, UNKNOWN, FALSE)).astype(np.int8)
    # With -1 for false, 0 for unknown and 1 for true, "all" is the least and "any" the greatest of the truths.
    found: Truths = np.array(TRUE if kind == "all" else FALSE, np.int8)
    for part in parts:
        found = (np.minimum if kind == "all" else np.maximum)(found, _truth(part, grids))
    return found
