"""What an audit attacks, what it found, and what no audit of a file can find."""

from __future__ import annotations

from dataclasses import dataclass

ATTACKS: tuple[tuple[str, str], ...] = (
    ("the file", "Every table, view, column and value was compared with the layout of a release."),
    ("each figure", "Every count, complement, share, median and ratio was held against the thresholds and the "
                    "rounding."),
    ("the facts about States", "What is published as it is was held against the codebook: no question about persons "
                               "stands behind it, and its figures agree."),
    ("the sums", "All tables of all indicators about one unit were written as one system of sums: margins, groups of "
                 "codes, complements, and which group of units lies inside which by the conditions in the codebook and "
                 "by which questions it says are asked. Bounds were passed along all of them, rounding included."),
    ("the hidden figures", "Linear programming over the whole system asked for the least and the greatest value of "
                           "every hidden figure, and of what lies between figures of different indicators."),
    ("the series", "Each row was given to the release in which it stood first. The figures of earlier releases at hand "
                   "were put beside the new ones, and what changed between them was attacked in the same way, as if "
                   "observations had only been added."),
)  # fmt: skip
"""What is attacked, and how."""

NOT_COVERED: tuple[str, ...] = (
    "What somebody knows from elsewhere: the press, a court's list, or a case of their own.",
    "Narrative reports and whatever else is published beside the figures.",
    "An insider who knows some of the observations and takes them away from the figures.",
    "What relates different units: hearings and their cases.",
    "What relates the answers to several questions that are asked of the same units, where no indicator counts these "
    "units.",
    "Whole numbers: the programmes look for real ones, and between two real ones there can be fewer whole ones.",
    "Earlier releases that were not at hand.",
    "Medians and ratios of several groups, compared with each other.",
)
"""What the audit says nothing about."""

ADVICE = "Publish coarser tables: fewer dimensions, pooled years or regions. Or give the audit more time."


@dataclass(frozen=True)
class AuditReport:
    """What an audit found. A release may stand only if nothing is disclosed and nothing undecided.

    ``cells`` counts the rows of all tables of figures, ``suppressed`` those whose main figure (the share, count,
    median or ratio) is hidden. ``disclosed`` and ``undecided`` are sentences that name the place, never a figure.
    ``narrowest`` are the hidden figures that came out narrowest, each with the width in units of the values that were
    found for it. The audit stops where these lie far enough apart, so that the whole interval can be wider.
    ``programmes`` counts the linear programmes that were solved; ``seconds`` is the time taken.
    """

    tables: int
    cells: int
    suppressed: int
    disclosed: tuple[str, ...]
    undecided: tuple[str, ...]
    attacked: tuple[str, ...]
    narrowest: tuple[tuple[str, int], ...] = ()
    programmes: int = 0
    seconds: float = 0.0
    not_covered: tuple[str, ...] = NOT_COVERED

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against publishing."""
        return not self.disclosed and not self.undecided
