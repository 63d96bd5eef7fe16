"""Certificates to requirements at least cost: an exact optimum, not first-fit.

Lots that may serve the same requirements form one group; inside a group the cheapest go first, so a group is a convex
cost curve and what remains is the small flow problem of ``flow.py``. A missing certificate costs the payment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from market_platform.certificates.compliance.flow import Network, cost_curves, least_cost_flow
from market_platform.certificates.compliance.obligations import Requirement

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
    curves = cost_curves(group, cost, quantity)
    network = Network(
        may=may[first],
        banked=banked[first],
        due=np.array([requirement.certificates for requirement in requirements], dtype=float),
        payment=_payments(requirements, int(cost.max(initial=0))),
        bank_cap=np.array([np.inf if item.bank_cap is None else item.bank_cap for item in requirements], dtype=float),
    )
    flow = least_cost_flow(network, curves)
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
