"""Drives the real stages with the invented mission: invent, import, review, release, check, serve."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from monitor import review
from monitor.demo.folder import PROGRAMME, clear
from monitor.demo.mission import FIRST_DAY, LAST_DAY, SEED, invent
from monitor.disclosure import Policy
from monitor.errors import Refusal
from monitor.instrument import Instrument
from monitor.intake import import_file
from monitor.plugins import Plugins
from monitor.release import build, check
from monitor.site import serve
from monitor.store import Store, create

INSTRUMENT = "trial_monitoring"
ENTERS, REVIEWS = "MON-01", "REV-01"
"""Who enters and who reviews: two people, because nobody approves their own."""

NOTICE = "Everything in this demo is invented: no court, no case and no person stands behind any of it."

Say = Callable[[str], object]


def run(folder: Path, plugins: Plugins, *, say: Say) -> Path:
    """The whole path up to a release, in ``folder``; gives the release. ``say`` gets one line for each step.

    The files of an earlier demo in the folder are replaced. Raises :class:`Refusal` (DEMO-01) where that would touch
    anything else.
    """
    say(NOTICE)
    instrument = plugins.instrument(INSTRUMENT)
    questions = len(list(instrument.questions()))
    say(
        f"Loaded {len(plugins.plugins)} plugins; {instrument.code} {instrument.version} asks {questions} questions, "
        f"keeps {len(instrument.rules)} rules and has {len(instrument.indicators)} indicators."
    )
    clear(folder)
    with create(folder / "store.db", PROGRAMME, ENTERS, invented=True, plain=True) as store:
        mission = invent(instrument)
        cases, hearings = mission.write(folder)
        say(f"Invented {len(mission.cases):,} cases and {len(mission.hearings):,} hearings (seed {SEED}) in {folder}.")
        _import(store, plugins, instrument, {"case": cases, "hearing": hearings}, say)
        _review(store, say)
        return _release(store, plugins, folder / "release.db", say)


def serve_release(path: Path, *, port: int, say: Say) -> None:
    """Serve the release on 127.0.0.1 until Ctrl-C, on a free port when ``port`` is taken."""

    def ready(address: str) -> None:
        say(f"The site of this invented release is at {address} (Ctrl-C stops it).")

    try:
        serve(path, port=port, ready=ready)
    except Refusal as refusal:
        if refusal.code != "SITE-06" or port == 0:
            raise
        say(f"Port {port} is taken; another is used.")
        serve(path, port=0, ready=ready)


def _import(store: Store, plugins: Plugins, instrument: Instrument, files: dict[str, Path], say: Say) -> None:
    for code, path in files.items():
        form = instrument.form(code)
        assert form is not None  # the mission was invented for these forms
        imported = import_file(store, plugins.catalogue, instrument, form, path, actor=ENTERS)
        if imported.stopped:
            raise Refusal("DEMO-02", details=imported.lines(), path=path)
        warnings = sum(1 for one in review.waiting(store, form=form.full_code()) if one.warnings)
        said = f"none refused, {warnings} explain a warning"
        say(f"Checked and stored {imported.accepted:,} of {form.full_code()}: {said}.")


def _review(store: Store, say: Say) -> None:
    together = review.approve_all(store, actor=REVIEWS)
    flagged = [one.id for one in review.waiting(store, actor=REVIEWS)]
    looked_at = review.approve(store, flagged, actor=REVIEWS)
    say(
        f"Reviewed as {REVIEWS}: {together.approved:,} approved together, and one by one the {looked_at.approved} that "
        "a screening rule had flagged."
    )


def _release(store: Store, plugins: Plugins, path: Path, say: Say) -> Path:
    release = build(
        path, store=store, catalogue=plugins.catalogue, policy=Policy(), title="Findings of an invented mission",
        period=(FIRST_DAY.isoformat(), LAST_DAY.isoformat()), licence="CC0 1.0",
    )  # fmt: skip
    say(f"Built {path}: {release.tables} tables, {release.cells:,} figures, {release.suppressed:,} of them hidden.")
    audit = check(path).audit
    say(f"Attacked it as an intruder would: {len(audit.disclosed)} disclosed, {len(audit.undecided)} undecided.")
    return path
