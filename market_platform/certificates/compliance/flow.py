"""The flow problem behind the assignment: groups of like certificates to requirements, solved exactly.

Every constraint is a node of a network (a group, a requirement, a banking cap that earlier vintages pass through), so
the vertices that the simplex method ends on are whole numbers.

A group's cost curve may have tens of thousands of steps. The curve is first taken in a few coarse segments; the prices
of that optimum say which segments it cuts through, and only those are split. When each segment is wholly used below its
group's price, wholly unused above it, or a single step, the coarse optimum and its prices satisfy the optimality
conditions of the full problem, so nothing is approximate at the end.
"""

from dataclasses import dataclass

import highspy
import numpy as np

from market_platform.errors import Infeasible

PIECES = 8
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Network:
    """``may`` and ``banked``: (groups, requirements); the rest per requirement, ``bank_cap`` infinite without one."""

    may: np.ndarray
    banked: np.ndarray
    due: np.ndarray
    payment: np.ndarray
    bank_cap: np.ndarray


@dataclass(frozen=True)
class Curves:
    """Steps of all groups' cost curves, sorted by group and cost; ``bounds[g]:bounds[g + 1]`` are those of group g."""

    cost: np.ndarray
    quantity: np.ndarray
    bounds: np.ndarray


def cost_curves(group: np.ndarray, cost: np.ndarray, quantity: np.ndarray) -> Curves:
    """Merge lots of the same group and cost into steps."""
    groups = int(group.max(initial=-1)) + 1
    order = np.lexsort((cost, group))
    sorted_group, sorted_cost = group[order], cost[order]
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (np.diff(sorted_group) != 0) | (np.diff(sorted_cost) != 0)
    starts = np.flatnonzero(begins)
    total = np.add.reduceat(quantity[order], starts) if len(starts) else quantity[:0]
    bounds = np.searchsorted(sorted_group[starts], np.arange(groups + 1))
    return Curves(sorted_cost[starts].astype(float), total.astype(float), bounds)


def least_cost_flow(network: Network, curves: Curves) -> np.ndarray:
    """Return whole certificates by (group, requirement) at least cost. Raises Infeasible without a proven optimum."""
    groups = len(network.may)
    served = np.flatnonzero(network.may.any(axis=1)) if groups else np.zeros(0, dtype=np.int64)
    segments = np.concatenate(
        [np.zeros((0, 3), dtype=np.int64)]
        + [_cut(int(number), curves.bounds[number], curves.bounds[number + 1], 2 * PIECES) for number in served]
    )
    before = np.concatenate([[0.0], np.cumsum(curves.quantity)])
    worth = np.concatenate([[0.0], np.cumsum(curves.quantity * curves.cost)])
    while True:
        begin, end = segments[:, 1], segments[:, 2]
        amount = before[end] - before[begin]
        price = (worth[end] - worth[begin]) / amount
        flow, used, group_price = _solve(network, segments[:, 0], amount, price)
        value = group_price[segments[:, 0]]
        settled = (
            (end - begin == 1)
            | ((used >= amount - TOLERANCE) & (curves.cost[end - 1] <= value + TOLERANCE))
            | ((used <= TOLERANCE) & (curves.cost[begin] >= value - TOLERANCE))
        )
        if settled.all():
            return flow
        segments = np.concatenate(
            [segments[settled]] + [_split(curves, row, group_price[row[0]]) for row in segments[~settled]]
        )


def _cut(group: int, begin: int, end: int, pieces: int) -> np.ndarray:
    marks = np.unique(np.linspace(begin, end, min(pieces, end - begin) + 1).astype(np.int64))
    return np.column_stack([np.full(len(marks) - 1, group), marks[:-1], marks[1:]])


def _split(curves: Curves, segment: np.ndarray, price: float) -> np.ndarray:
    """Split a segment at its group's price, and the two parts further."""
    group, begin, end = (int(value) for value in segment)
    at = begin + int(np.searchsorted(curves.cost[begin:end], price))
    parts = [_cut(group, low, high, PIECES) for low, high in ((begin, at), (at, end)) if high > low]
    return np.concatenate(parts) if len(parts) > 1 else _cut(group, begin, end, 2 * PIECES)


def _solve(
    network: Network, group: np.ndarray, amount: np.ndarray, cost: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return flow, use of each segment, and each group's price. Rows: groups, requirements, banking caps."""
    groups, width = network.may.shape
    arc_group, arc_to = np.nonzero(network.may)
    capped = np.flatnonzero(np.isfinite(network.bank_cap))
    cap_row = np.full(width, -1)
    cap_row[capped] = groups + width + np.arange(len(capped))
    arcs = len(group) + np.arange(len(arc_group))
    short = len(group) + len(arc_group) + np.arange(width)
    through_cap = network.banked[arc_group, arc_to] & (cap_row[arc_to] >= 0)
    entries = (
        (group, np.arange(len(group)), 1.0),
        (arc_group, arcs, -1.0),
        (groups + arc_to, arcs, 1.0),
        (groups + np.arange(width), short, 1.0),
        (cap_row[arc_to[through_cap]], arcs[through_cap], 1.0),
    )
    solver = _model(
        np.concatenate([cost, np.zeros(len(arc_group)), network.payment]),
        np.concatenate([amount, np.full(len(arc_group), highspy.kHighsInf), network.due]),
        np.concatenate([np.zeros(groups), network.due, np.zeros(len(capped))]),
        np.concatenate([np.zeros(groups), network.due, network.bank_cap[capped]]),
        [np.concatenate(part) for part in zip(*((r, c, np.full(len(r), v)) for r, c, v in entries), strict=True)],
    )
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        msg = f"no proven least-cost assignment: {solver.modelStatusToString(solver.getModelStatus())}"
        raise Infeasible(msg)
    solution = solver.getSolution()
    values = np.asarray(solution.col_value)
    flow = np.zeros((groups, width), dtype=np.int64)
    flow[arc_group, arc_to] = np.rint(values[arcs]).astype(np.int64)
    if np.abs(values[arcs] - flow[arc_group, arc_to]).max(initial=0) > TOLERANCE:
        msg = "the assignment's optimum is not whole, which a network's vertex always is: the solver failed"
        raise Infeasible(msg)
    return flow, values[: len(group)], np.asarray(solution.row_dual)[:groups]


def _model(
    cost: np.ndarray, upper: np.ndarray, row_low: np.ndarray, row_high: np.ndarray, entries: list[np.ndarray]
) -> highspy.Highs:
    row, column, value = entries
    order = np.lexsort((row, column))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(row_low)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, np.zeros(len(cost)), upper
    lp.row_lower_, lp.row_upper_ = row_low, row_high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=len(cost)))]).astype(np.int32)
    lp.a_matrix_.index_ = row[order].astype(np.int32)
    lp.a_matrix_.value_ = value[order]
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("solver", "simplex")  # ends on a vertex
    solver.passModel(lp)
    return solver
