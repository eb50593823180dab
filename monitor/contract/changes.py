"""What changed between two contracts of one instrument, in sentences, and the version step that each change demands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations
from typing import Any

from monitor.conditions import JSON


class Step(IntEnum):
    """How far a version must move: not at all, to the next minor one (1.0 to 1.1), to the next major one (2.0)."""

    NONE = 0
    MINOR = 1
    MAJOR = 2


@dataclass(frozen=True)
class Change:
    """One change as a sentence, and the step that it demands. ``loosened``: more may be published than before."""

    what: str
    step: Step
    loosened: bool = False


_OPENNESS = ("sealed", "never", "counted", "dimension")


def compare(then: JSON, now: JSON) -> list[Change]:
    """The changes from one contract to another of the same instrument, forms first, then rules and indicators.

    The step follows what happens to the answers given so far. A hint, a heading or a note: none. A wording, or
    anything under which every old answer stands as it is and means the same: minor. A question, code, type or
    condition that is another: major, and so is more to publish.
    """
    was, is_ = then["monitor"], now["monitor"]
    found = [
        *_words("The instrument", then, now, title=Step.MINOR, description=Step.NONE),
        *_forms(then, now),
        *_listed("rule", "id", was["rules"], is_["rules"], _rule, _rule_alone),
        *_listed("indicator", "id", was["indicators"], is_["indicators"], _indicator, _indicator_alone),
        *_listed("provision", "key", was["provisions"], is_["provisions"], _provision, _provision_alone),
        *_shared(then, now),
        *_pending(was.get("pending", []), is_.get("pending", [])),
    ]
    if not found and _content(then) != _content(now):
        found.append(Change("The contract is written otherwise, and says the same of every form.", Step.NONE))
    return found


def step_of(changes: Iterable[Change]) -> Step:
    """The largest step that any of the changes demands."""
    return max((change.step for change in changes), default=Step.NONE)


def _content(contract: JSON) -> JSON:
    own = {"$id", "x-approved-by", "monitor"}
    kept = {key: value for key, value in contract.items() if key not in own}
    return kept | {"monitor": {key: value for key, value in contract["monitor"].items() if key != "version"}}


# Forms and questions


def _forms(then: JSON, now: JSON) -> Iterator[Change]:
    old, new = _named(then["monitor"]["forms"], "code"), _named(now["monitor"]["forms"], "code")
    for code in old.keys() - new.keys():
        yield Change(f"The form {code} is gone.", Step.MAJOR)
    for code in [code for code in new if code not in old]:
        yield Change(f"The form {code} is new.", Step.MINOR)
    both = [code for code in new if code in old]
    for code in both:
        before, after = old[code], new[code]
        yield from _words(f"The form {code}", before, after, title=Step.MINOR)
        for key in ("parent", "rows_of", "key", "person", "event", "case"):
            if before.get(key) != after.get(key):
                yield Change(f"The form {code} has another {key}: {_was(before.get(key), after.get(key))}.", Step.MAJOR)
        yield from _questions(code, before, after, then["$defs"][code], now["$defs"][code])
    if [code for code in old if code in new] != both:
        yield Change("The forms stand in another order.", Step.MINOR)


def _questions(form: str, then: JSON, now: JSON, old_schema: JSON, new_schema: JSON) -> Iterator[Change]:
    old, new = _named(then.get("questions", ()), "name"), _named(now.get("questions", ()), "name")
    added = [name for name in new if name not in old]
    for name in [name for name in old if name not in new]:
        heir = next((one for one in added if _alike(old[name], new[one])), None)
        if heir is None:
            yield Change(f"{form}.{name} is gone.", Step.MAJOR)
        else:
            added.remove(heir)
            yield Change(f"{form}.{name} is now called {heir}: the same question under another name.", Step.MAJOR)
    for name in added:
        optional = bool(new[name].get("optional"))
        what = "optional question" if optional else "question that needs an answer"
        yield Change(f"{form}.{name} is a new {what}.", Step.MINOR if optional else Step.MAJOR)
    both = [name for name in new if name in old]
    for name in both:
        yield from _question(f"{form}.{name}", old[name], new[name])
        if _accepts(old_schema, name) != _accepts(new_schema, name) and not _explained(old[name], new[name]):
            yield Change(f"{form}.{name} accepts other answers: its limits or its pattern changed.", Step.MAJOR)
    if [old[name].get("section") for name in both] != [new[name].get("section") for name in both]:
        yield Change(f"The questions of {form} stand under other headings.", Step.NONE)
    if [name for name in old if name in new] != both:
        yield Change(f"The questions of {form} stand in another order.", Step.MINOR)


def _alike(old: JSON, new: JSON) -> bool:
    return all(old.get(key) == new.get(key) for key in ("wording", "type", "codes"))


def _accepts(schema: JSON, name: str) -> Any:
    """What a question accepts. Whether it may be blank stands beside it, under ``optional`` and ``asked_if``."""
    accepted = schema["properties"][name]
    either = accepted.get("anyOf", ())
    return either[1] if len(either) == 2 and either[0] == {"$ref": "#/$defs/Blank"} else accepted


def _explained(old: JSON, new: JSON) -> bool:
    """Whether another change already says that other answers are accepted."""
    same = all(old.get(key) == new.get(key) for key in ("type", "rows"))
    return not same or list(old.get("codes", ())) != list(new.get("codes", ()))


def _question(name: str, old: JSON, new: JSON) -> Iterator[Change]:
    yield from _words(name, old, new, wording=Step.MINOR, partly=Step.MINOR, hint=Step.NONE, origin=Step.NONE)
    for key, what in (("type", "type"), ("rows", "block of rows"), ("not_after", "latest day")):
        if old.get(key) != new.get(key):
            yield Change(f"{name} has another {what}: {_was(old.get(key), new.get(key))}.", Step.MAJOR)
    if old.get("asked_if") != new.get("asked_if"):
        how = "under another condition" if old.get("asked_if") and new.get("asked_if") else (
            "always" if old.get("asked_if") else "only under a condition"
        )  # fmt: skip
        yield Change(f"{name} is asked {how}.", Step.MAJOR)
    if old.get("optional") != new.get("optional"):
        may = bool(new.get("optional"))
        what = "may be left blank" if may else "may no longer be left blank"
        yield Change(f"{name} {what}.", Step.MINOR if may else Step.MAJOR)
    if old.get("tests", []) != new.get("tests", []):
        yield Change(f"{name} tests other provisions: {_gone_and_new(old.get('tests', ()), new.get('tests', ()))}.",
                     Step.MINOR)  # fmt: skip
    yield from _codes(name, old.get("codes", {}), new.get("codes", {}))
    yield from _published(name, old, new)


def _codes(name: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    if old.keys() != new.keys():
        yield Change(f"{name} has other codes: {_gone_and_new(old, new)}.", Step.MAJOR)
    elif list(old) != list(new):
        # The order is that of the stored answer, where several may be chosen.
        yield Change(f"{name} has its codes in another order.", Step.MINOR)
    labelled = [code for code in new if code in old and old[code] != new[code]]
    if labelled:
        yield Change(f"{name} words its answers otherwise: {', '.join(labelled)}.", Step.MINOR)


def _published(name: str, old: JSON, new: JSON) -> Iterator[Change]:
    before, after = _OPENNESS.index(old["publish"]), _OPENNESS.index(new["publish"])
    if before != after:
        yield _opened(f"{name} has publish '{new['publish']}', was '{old['publish']}'", after > before)
    if old.get("dimension") != new.get("dimension"):
        yield _opened(f"{name} breaks tables down by {_was(old.get('dimension'), new.get('dimension'))}",
                      old.get("dimension") is None)  # fmt: skip
    groups, others = old.get("published_as", {}), new.get("published_as", {})
    if groups != others:
        codes = [code for code in new.get("codes", {}) if code in old.get("codes", {})]
        yield _opened(f"{name} publishes its codes in other groups", not _coarser(codes, groups, others))


def _coarser(codes: Sequence[str], old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether codes that could not be told apart still cannot."""

    def group(code: str, groups: Mapping[str, Any]) -> str:
        return next((f"group {name}" for name, members in groups.items() if code in members), code)

    return all(
        group(one, new) == group(other, new)
        for one, other in combinations(codes, 2) if group(one, old) == group(other, old)
    )  # fmt: skip


def _opened(what: str, loosened: bool) -> Change:
    if loosened:
        return Change(f"{what}: more may be published than before.", Step.MAJOR, loosened=True)
    return Change(f"{what}: less is published than before.", Step.MINOR)


# Rules, indicators, provisions, shared lists


def _rule(name: str, old: JSON, new: JSON) -> Iterator[Change]:
    yield from _words(name, old, new, says=Step.MINOR, at=Step.NONE)
    refuses = "error" in (old["severity"], new["severity"])
    if any(old.get(key) != new.get(key) for key in ("form", "must_hold", "flag_if", "kept_by")):
        yield Change(f"{name} checks something else.", Step.MAJOR if refuses else Step.MINOR)
    if old["severity"] != new["severity"]:
        step = Step.MAJOR if new["severity"] == "error" else Step.MINOR
        yield Change(f"{name} is of another severity: {_was(old['severity'], new['severity'])}.", step)
    for key, what in (("screen", "screens"), ("urgent", "flags what is urgent"), ("for_reviewer", "is for reviewers")):
        if old.get(key) != new.get(key):
            yield Change(f"{name} {'now' if new.get(key) else 'no longer'} {what}.", Step.MINOR)


def _rule_alone(rule: JSON, gone: bool) -> Change:
    if gone:
        return Change(f"The rule {rule['id']} is gone.", Step.MINOR)
    refuses = rule["severity"] == "error" and not (rule.get("urgent") or rule.get("for_reviewer"))
    return Change(f"The rule {rule['id']} is new{', and refuses' if refuses else ''}.",
                  Step.MAJOR if refuses else Step.MINOR)  # fmt: skip


_SAID = frozenset({"id", "title", "note", "tables", "evidences", "questions", "public"})


def _indicator(name: str, old: JSON, new: JSON) -> Iterator[Change]:
    yield from _words(name, old, new, title=Step.MINOR, note=Step.NONE)
    counted = [key for key in dict.fromkeys((*old, *new)) if key not in _SAID and old.get(key) != new.get(key)]
    if counted:
        yield Change(f"{name} counts something else ({', '.join(counted)}): its series begins anew.", Step.MAJOR)
    old_tables, new_tables = ([" x ".join(table) for table in one["tables"]] for one in (old, new))
    if old_tables != new_tables:
        gone = set(old_tables) - set(new_tables)
        yield Change(f"{name} has other tables: {_gone_and_new(old_tables, new_tables)}.",
                     Step.MAJOR if gone else Step.MINOR)  # fmt: skip
    if old["evidences"] != new["evidences"]:
        yield Change(f"{name} evidences other provisions: {_gone_and_new(old['evidences'], new['evidences'])}.",
                     Step.MINOR)  # fmt: skip
    if bool(old.get("public")) != bool(new.get("public")):
        yield _opened(f"{name} is {'now' if new.get('public') else 'no longer'} public", bool(new.get("public")))


def _indicator_alone(indicator: JSON, gone: bool) -> Change:
    if gone:
        return Change(f"The indicator {indicator['id']} is gone.", Step.MAJOR)
    return Change(f"The indicator {indicator['id']} is new.", Step.MINOR)


def _provision(name: str, old: JSON, new: JSON) -> Iterator[Change]:
    if old != new:
        yield Change(f"{name} reads otherwise in the register of standards.", Step.NONE)


def _provision_alone(provision: JSON, gone: bool) -> Change:
    what = "is no longer cited" if gone else "is cited"
    return Change(f"The provision {provision['key']} {what}.", Step.MINOR)


def _pending(old: Sequence[JSON], new: Sequence[JSON]) -> Iterator[Change]:
    if any(one not in new for one in old):
        yield Change(
            "Cases are no longer pending that were: more may be published than before.", Step.MAJOR, loosened=True
        )
    elif old != new:
        yield Change("More cases are pending, and may be left out of a release.", Step.NONE)


def _shared(then: JSON, now: JSON) -> Iterator[Change]:
    forms = {form["code"] for one in (then, now) for form in one["monitor"]["forms"]}
    for name in sorted((then["$defs"].keys() & now["$defs"].keys()) - forms):
        old, new = then["$defs"][name], now["$defs"][name]
        codes, others = _codes_in(old), _codes_in(new)
        if codes != others:
            step = Step.MAJOR if codes - others else Step.MINOR
            yield Change(f"The list {name} has other codes: {_gone_and_new(sorted(codes), sorted(others))}.", step)
        elif old != new:
            yield Change(f"What counts as {name} is said in another way.", Step.MAJOR)


def _codes_in(schema: JSON) -> set[str]:
    return {code for one in (schema, *schema.get("anyOf", ())) for code in one.get("enum", ())}


# Common


def _words(name: str, old: JSON, new: JSON, **steps: Step) -> Iterator[Change]:
    for key, step in steps.items():
        if (old.get(key) or None) != (new.get(key) or None):
            yield Change(f"{name} has another {key}.", step)


def _listed(
    kind: str, key: str, old: Sequence[JSON], new: Sequence[JSON],
    both: Callable[[str, JSON, JSON], Iterator[Change]], alone: Callable[[JSON, bool], Change],
) -> Iterator[Change]:  # fmt: skip
    before, after = _named(old, key), _named(new, key)
    for name, thing in before.items():
        if name not in after:
            yield alone(thing, True)
    for name, thing in after.items():
        if name in before:
            yield from both(f"The {kind} {name}", before[name], thing)
        else:
            yield alone(thing, False)


def _named(things: Sequence[JSON], key: str) -> dict[str, JSON]:
    return {thing[key]: thing for thing in things}


def _gone_and_new(old: Iterable[str], new: Iterable[str]) -> str:
    old, new = list(old), list(new)
    gone, fresh = [one for one in old if one not in new], [one for one in new if one not in old]
    parts = [f"without {', '.join(gone)}"] * bool(gone) + [f"with {', '.join(fresh)}"] * bool(fresh)
    return " and ".join(parts) or "in another order"


def _was(old: object, new: object) -> str:
    return f"{new or 'none'}, was {old or 'none'}"
