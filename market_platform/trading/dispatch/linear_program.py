"""Linear programs through HiGHS, with one rule: a complete optimum or an error, never a plan that merely stopped."""

from dataclasses import dataclass, field

import highspy
import numpy as np
from scipy.sparse import csc_matrix

from market_platform.errors import Infeasible

SMALLEST_GAP = 1e-10


@dataclass(frozen=True)
class LinearProgram:
    """Maximise gain·x subject to low <= x <= high and row_low <= rows·x <= row_high; x[whole] are whole numbers."""

    gain: np.ndarray
    low: np.ndarray
    high: np.ndarray
    rows: csc_matrix
    row_low: np.ndarray
    row_high: np.ndarray
    whole: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))


@dataclass(frozen=True)
class Optimum:
    """The optimum's value, its x, and what one more unit of each row would be worth (empty with whole numbers)."""

    value: float
    x: np.ndarray
    row_worth: np.ndarray


def solve(program: LinearProgram, time_limit_s: float | None = None) -> Optimum:
    """Return the optimum. Raises Infeasible on any status but Optimal, a time-out included, and says which."""
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = program.gain.size, program.row_low.size
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_, model.col_lower_, model.col_upper_ = program.gain, program.low, program.high
    model.row_lower_, model.row_upper_ = program.row_low, program.row_high
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = program.rows.indptr
    model.a_matrix_.index_ = program.rows.indices
    model.a_matrix_.value_ = program.rows.data
    if program.whole.size:
        kinds = np.full(program.gain.size, highspy.HighsVarType.kContinuous)
        kinds[program.whole] = highspy.HighsVarType.kInteger
        model.integrality_ = kinds.tolist()
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("mip_rel_gap", SMALLEST_GAP)
    if time_limit_s is not None:
        solver.setOptionValue("time_limit", time_limit_s)
    solver.passModel(model)
    solver.run()
    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise Infeasible(
            f"the solver ended with '{solver.modelStatusToString(status)}', not with an optimum; no plan is returned: "
            "check targets and limits, or give more time"
        )
    solution = solver.getSolution()
    worth = np.empty(0) if program.whole.size else np.array(solution.row_dual)
    return Optimum(solver.getInfo().objective_function_value, np.array(solution.col_value), worth)
