"""The only door to HiGHS: a linear programme whose objective changes while its rows stay."""

from __future__ import annotations

from enum import Enum

import highspy
import numpy as np

from monitor.disclosure.audit.published import Floats, Ints

_LARGE = 1_000
"""From how many figures on a programme is solved from the inside, not from corner to corner."""


class Outcome(Enum):
    """What became of a programme."""

    OPTIMAL = "optimal"
    IMPOSSIBLE = "impossible"
    UNFINISHED = "unfinished"


class Moving:
    """A programme over some ``figures``: each has bounds, and entries (``row``, ``column``, ``coefficient``) in rows.

    Each solution starts from the one before. Those figures that are ``judged`` (by their places) are two columns: what
    they have up to a cap, and what they have above it. To make many figures just large enough is then one programme.
    """

    def __init__(
        self, figures: Ints, low: Floats, high: Floats, row: Ints, column: Ints, coefficient: Floats,
        row_low: Floats, row_high: Floats, judged: Ints,
    ) -> None:  # fmt: skip
        self.figures, self._low, self._high, self._judged = figures, low, high, judged
        size = len(figures)
        twin = np.full(size, -1, np.int64)
        twin[judged] = size + np.arange(len(judged))
        doubled = twin[column] >= 0
        row = np.concatenate((row, row[doubled]))
        column = np.concatenate((column, twin[column[doubled]]))
        coefficient = np.concatenate((coefficient, coefficient[doubled]))
        order = np.argsort(row, kind="stable")
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = size + len(judged), len(row_low)
        model.col_cost_ = np.zeros(size + len(judged))
        model.col_lower_ = np.concatenate((low, np.zeros(len(judged))))
        model.col_upper_ = np.concatenate((high, np.zeros(len(judged))))
        model.row_lower_, model.row_upper_ = row_low, row_high
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.searchsorted(row[order], np.arange(len(row_low) + 1)).astype(np.int32)
        model.a_matrix_.index_ = column[order].astype(np.int32)
        model.a_matrix_.value_ = coefficient[order]
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]  # reason: the library leaves it so
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)
        if len(low) > _LARGE:
            # From the inside: a point between the corners is as good a witness, and is found sooner.
            self._solver.setOptionValue("solver", "ipm")
            self._solver.setOptionValue("run_crossover", "off")
        self._solver.passModel(model)
        self._columns = np.arange(size + len(judged), dtype=np.int32)
        self._capped = np.zeros(len(judged))

    def cap(self, most: Floats) -> None:
        """Let the judged figures stand in their second column up to ``most`` above their least, a value per figure."""
        judged, self._capped = self._judged, most[self._judged]
        low, high = self._low.copy(), self._high.copy()
        high[judged] -= self._capped
        self._solver.changeColsBounds(
            len(self._columns), self._columns, np.concatenate((low, np.zeros(len(judged)))),
            np.concatenate((high, self._capped)),
        )  # fmt: skip

    def greatest(
        self, places: Ints, cost: Floats, seconds: float, *, capped: bool = False
    ) -> tuple[Outcome, Floats]:  # fmt: skip
        """The point at which the sum of ``cost`` times the figures at ``places`` is greatest; capped, or as a whole."""
        size = len(self.figures)
        full = np.zeros(size)
        full[places] = -cost
        twins = full[self._judged]
        self._solver.changeColsCost(
            len(self._columns), self._columns, np.concatenate((np.zeros(size) if capped else full, twins))
        )
        self._solver.setOptionValue("time_limit", float(self._solver.getRunTime() + max(seconds, 0.01)))
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kUnknown:
            # From the inside it came close and could not say more: from corner to corner it can.
            self._solver.setOptionValue("solver", "simplex")
            self._solver.run()
            status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            solution = np.array(self._solver.getSolution().col_value)
            point = solution[:size].copy()
            point[self._judged] += solution[size:]
            return Outcome.OPTIMAL, point
        if status == highspy.HighsModelStatus.kInfeasible:
            return Outcome.IMPOSSIBLE, np.zeros(size)
        return Outcome.UNFINISHED, np.zeros(size)
