"""Certificates to requirements at least cost: an exact optimum, not first-fit.

Lots that may serve the same requirements form one group; inside a group the cheapest go first, so a group is a convex
cost curve. What remains is a small flow problem (groups x requirements) plus one column per distinct cost, and its
vertices are whole numbers because every constraint is a node of a network. Earlier vintages pass through a node of
their own that holds the programme's banking cap; a missing certificate costs the alternative payment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import highspy
import numpy as np
import pandas as pd

from market_platform.certificates.compliance.obligations import Requirement
from market_platform.errors import Infeasible

USD_SCALE = 10_000


@dataclass(frozen=True)
class Assignment:
    """``lots``: lot_id, requirement, quantity. ``summary``: one row per requirement with shortfall and payment."""

    lots: pd.DataFrame
    summary: pd.DataFrame
    cost_usd: Decimal


def assign(lots: pd.DataFrame, eligible: pd.DataFrame, requirements: Sequence[Requirement]) -> Assignment:
    """Assign whole certificates to requirements at least total cost of certificates used plus payments made.

    ``lots``: lot_id, quantity (int), cost_usd (Decimal or float: what using one up gives away). ``eligible``: lot_id,
    requirement (position), banked. A requirement without a known payment is covered before anything else, and its
    payment stays unknown in the summary. Raises Infeasible when the solver gives no proven optimum.
    """
    quantity = lots["quantity"].to_numpy(np.int64)
    cost = np.round(lots["cost_usd"].to_numpy(np.float64) * USD_SCALE).astype(np.int64)
    may, banked = _incidence(lots, eligible, len(requirements))
    group_masks, group = np.unique(np.packbits(np.hstack([may, banked]), axis=1), axis=0, return_inverse=True)
    group = group.reshape(-1)
    first = np.array([np.flatnonzero(group == number)[0] for number in range(len(group_masks))], dtype=np.int64)
    flow = _least_cost_flow(group, quantity, cost, may[first], banked[first], requirements)
    assigned = _hand_out(lots["lot_id"].to_numpy(), group, quantity, cost, flow)
    return Assignment(assigned, _summary(assigned, requirements), _total_usd(assigned, lots, requirements))


def _incidence(lots: pd.DataFrame, eligible: pd.DataFrame, width: int) -> tuple[np.ndarray, np.ndarray]:
    row = pd.Index(lots["lot_id"]).get_indexer(eligible["lot_id"])
    column = eligible["requirement"].to_numpy(np.int64)
    may = np.zeros((len(lots), width), dtype=bool)
    banked = np.zeros_like(may)
    may[row, column] = True
    banked[row, column] = eligible["banked"].to_numpy(bool)
    return may, banked


def _least_cost_flow(
    group: np.ndarray,
    quantity: np.ndarray,
    cost: np.ndarray,
    may: np.ndarray,
    banked: np.ndarray,
    requirements: Sequence[Requirement],
) -> np.ndarray:
    """Return certificates by (group, requirement). Rows: groups, requirements, banking caps."""
    groups, width = may.shape
    arc_group, arc_requirement = np.nonzero(may)
    steps = pd.DataFrame({"group": group, "cost": cost, "quantity": quantity})
    steps = steps[may[group].any(axis=1)].groupby(["group", "cost"], as_index=False)["quantity"].sum()
    payment = _payments(requirements, int(cost.max(initial=0)))
    capped = [number for number, requirement in enumerate(requirements) if requirement.bank_cap is not None]
    cap_row = {number: groups + width + position for position, number in enumerate(capped)}

    due = np.array([requirement.certificates for requirement in requirements], dtype=float)
    column_cost = np.concatenate([steps["cost"].to_numpy(float), np.zeros(len(arc_group)), payment])
    upper = np.concatenate([steps["quantity"].to_numpy(float), np.full(len(arc_group), highspy.kHighsInf), due])
    rows, columns, values = [steps["group"].to_numpy()], [np.arange(len(steps))], [np.ones(len(steps))]
    arcs = len(steps) + np.arange(len(arc_group))
    short = len(steps) + len(arc_group) + np.arange(width)
    for row, column, value in (
        (arc_group, arcs, -1.0),
        (groups + arc_requirement, arcs, 1.0),
        (groups + np.arange(width), short, 1.0),
    ):
        rows.append(row)
        columns.append(column)
        values.append(np.full(len(row), value))
    for number, row in cap_row.items():
        held_back = arcs[(arc_requirement == number) & banked[arc_group, arc_requirement]]
        rows.append(np.full(len(held_back), row))
        columns.append(held_back)
        values.append(np.ones(len(held_back)))
    caps = np.array([requirements[number].bank_cap for number in capped], dtype=float)
    low = np.concatenate([np.zeros(groups), due, np.zeros(len(capped))])
    high = np.concatenate([np.zeros(groups), due, caps])
    solution = _solve(
        column_cost, upper, low, high, (np.concatenate(rows), np.concatenate(columns), np.concatenate(values))
    )
    flow = np.zeros((groups, width), dtype=np.int64)
    flow[arc_group, arc_requirement] = np.rint(solution[arcs]).astype(np.int64)
    if np.abs(solution[arcs] - flow[arc_group, arc_requirement]).max(initial=0) > 1e-6:
        msg = "the assignment's optimum is not whole: report the requirements, this cannot happen on a network"
        raise Infeasible(msg)
    return flow


def _solve(
    cost: np.ndarray,
    upper: np.ndarray,
    row_low: np.ndarray,
    row_high: np.ndarray,
    entries: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> np.ndarray:
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
    solver.setOptionValue("solver", "simplex")  # a vertex, so whole numbers
    solver.passModel(lp)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        msg = f"no proven least-cost assignment: {solver.modelStatusToString(solver.getModelStatus())}"
        raise Infeasible(msg)
    return np.asarray(solver.getSolution().col_value)


def _payments(requirements: Sequence[Requirement], highest_cost: int) -> np.ndarray:
    known = [int(item.payment_usd * USD_SCALE) for item in requirements if item.payment_usd is not None]
    unknown = 10 * max([highest_cost, USD_SCALE, *known])
    return np.array(
        [unknown if item.payment_usd is None else int(item.payment_usd * USD_SCALE) for item in requirements],
        dtype=float,
    )


def _hand_out(
    lot_ids: np.ndarray, group: np.ndarray, quantity: np.ndarray, cost: np.ndarray, flow: np.ndarray
) -> pd.DataFrame:
    """Cut each group's lots, cheapest first, at the boundaries of its flows."""
    order = np.lexsort((np.arange(len(group)), cost, group))
    pieces = []
    bounds = np.searchsorted(group[order], np.arange(len(flow) + 1))
    for number, wanted in enumerate(flow):
        if not wanted.any():
            continue
        members = order[bounds[number] : bounds[number + 1]]
        lot_end = np.cumsum(quantity[members])
        goal_end = np.cumsum(wanted)
        cuts = np.unique(np.concatenate([lot_end[lot_end < goal_end[-1]], goal_end[wanted > 0]]))
        starts = np.concatenate([[0], cuts[:-1]])
        lot = members[np.searchsorted(lot_end, starts, side="right")]
        requirement = np.searchsorted(goal_end, starts, side="right")
        pieces.append(pd.DataFrame({"lot_id": lot_ids[lot], "requirement": requirement, "quantity": cuts - starts}))
    if not pieces:
        return pd.DataFrame(
            {
                "lot_id": lot_ids[:0],
                "requirement": np.array([], dtype=np.int64),
                "quantity": np.array([], dtype=np.int64),
            }
        )
    return pd.concat(pieces, ignore_index=True)


def _summary(assigned: pd.DataFrame, requirements: Sequence[Requirement]) -> pd.DataFrame:
    covered = assigned.groupby("requirement")["quantity"].sum()
    rows = []
    for number, item in enumerate(requirements):
        used = int(covered.get(number, 0))
        short = item.certificates - used
        paid = Decimal(0) if short == 0 else None if item.payment_usd is None else short * item.payment_usd
        rows.append((item.state, item.tier, item.period.label, item.certificates, used, short, item.payment_usd, paid))
    names = [
        "state",
        "tier",
        "period",
        "required",
        "assigned",
        "shortfall",
        "payment_usd_per_certificate",
        "payment_usd",
    ]
    return pd.DataFrame(rows, columns=names)


def _total_usd(assigned: pd.DataFrame, lots: pd.DataFrame, requirements: Sequence[Requirement]) -> Decimal:
    unit = pd.Series(np.round(lots["cost_usd"].to_numpy(np.float64) * USD_SCALE).astype(np.int64), index=lots["lot_id"])
    used = (
        int((unit.loc[assigned["lot_id"]].to_numpy() * assigned["quantity"].to_numpy()).sum()) if len(assigned) else 0
    )
    covered = assigned.groupby("requirement")["quantity"].sum()
    payments = sum(
        (
            (item.certificates - int(covered.get(number, 0))) * item.payment_usd
            for number, item in enumerate(requirements)
            if item.payment_usd is not None
        ),
        Decimal(0),
    )
    return Decimal(used) / USD_SCALE + payments
