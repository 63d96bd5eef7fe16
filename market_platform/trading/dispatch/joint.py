"""One battery's energy and ancillary services together as it can really do them: never charging and discharging at once.

Beside the plan stand the prices at which it would be given up: what an offer to a market has to say. A connection that
limits injection and a limit on discharge over a day are rows of the same program, so that the optimum keeps them exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csc_matrix, csr_matrix, hstack, vstack

from market_platform.trading.dispatch.ancillary import AncillaryPlan, AncillaryProduct, capacity_array, joint_program
from market_platform.trading.dispatch.fleet import Fleet
from market_platform.trading.dispatch.linear_program import LinearProgram, Optimum, solve
from market_platform.trading.dispatch.market import Market
from market_platform.trading.dispatch.plan import Plan

AT_ONCE_MW = 1e-7


@dataclass(frozen=True)
class JointPlan:
    """The plan, and the price in $/MWh above which what it discharges pays, and below which what it charges does.

    They count wear, the worth of stored energy, and the capacity payment that the same megawatt would earn instead; NaN in
    intervals in which the plan does not discharge, or charge.
    """

    plan: AncillaryPlan
    discharge_above_usd_per_mwh: np.ndarray
    charge_below_usd_per_mwh: np.ndarray


def joint_dispatch(
    battery: Fleet,
    prices: ArrayLike,
    products: Sequence[AncillaryProduct],
    capacity_prices: ArrayLike,
    *,
    hours: ArrayLike = 1.0,
    injection_limit_mw: ArrayLike | None = None,
    most_discharged_mwh: float = np.inf,
    counted: int | None = None,
) -> JointPlan:
    """Return the optimum of one battery over one horizon; capacity rules as in ``ancillary_dispatch``.

    ``injection_limit_mw`` (intervals,) bounds discharge and upward awards together. ``most_discharged_mwh`` bounds what is
    discharged, at the grid, in the first ``counted`` intervals (all by default). Where the linear optimum charges and
    discharges at once, those intervals get a whole-number choice between the two, until none does: a relaxation that
    needs no choice is the optimum. Raises Infeasible without a complete optimum, ValueError for shapes that do not fit.
    """
    market = Market.of(prices, hours)
    capacity = capacity_array(capacity_prices, len(products), market.hours.size)
    if len(battery) != 1 or market.rows_with(battery) != 1 or len(capacity) != 1:
        raise ValueError("joint_dispatch plans one battery over one horizon: give one row each")
    n, b = market.hours.size, battery.table[0]
    program = joint_program(b, market, 0, products, capacity[0])
    if injection_limit_mw is not None:
        most = np.broadcast_to(np.asarray(injection_limit_mw, dtype=np.float64), (n,))
        high = program.row_high.copy()
        high[n : 2 * n] = np.minimum(high[n : 2 * n], np.maximum(most, 0.0))
        program = replace(program, row_high=high)
    if np.isfinite(most_discharged_mwh):
        share = np.zeros(program.gain.size)
        share[n : n + (n if counted is None else counted)] = market.hours[:counted]
        program = _with_row(program, share, most_discharged_mwh)
    optimum = _one_way(program, n, b)
    parts = optimum.x[: (3 + len(products)) * n].reshape(-1, n)
    value = np.array([optimum.value])
    energy = Plan(parts[None, 0], parts[None, 1], np.concatenate([[b[4]], parts[2]])[None], value, value)
    awards = parts[None, 3:]
    plan = AncillaryPlan(energy, awards, (awards * capacity * market.hours).sum(axis=(1, 2)))
    return JointPlan(plan, *_reservation(optimum.row_worth, parts, b, market.hours, products))


def _one_way(program: LinearProgram, n: int, b: np.ndarray) -> Optimum:
    """Return the optimum in which no interval has both, its choices fixed, so that rows have a worth."""
    optimum, chosen = solve(program), np.empty(0, dtype=np.int64)
    while True:
        both = np.flatnonzero(np.minimum(optimum.x[:n], optimum.x[n : 2 * n]) > AT_ONCE_MW)
        if not both.size:
            return optimum
        chosen = np.union1d(chosen, both)
        whole = solve(_with_choice(program, chosen, n, b))
        charges = whole.x[program.gain.size :] > 0.5
        high = program.high.copy()
        high[chosen[~charges]] = 0.0
        high[n + chosen[charges]] = 0.0
        optimum = solve(replace(program, high=high))


def _with_choice(program: LinearProgram, chosen: np.ndarray, n: int, b: np.ndarray) -> LinearProgram:
    """Add a yes-or-no for charging in each chosen interval: charge <= power * yes, discharge <= power * (1 - yes)."""
    count, width = chosen.size, program.gain.size
    place = np.arange(count)
    charge = csr_matrix((np.ones(count), (place, chosen)), shape=(count, width))
    discharge = csr_matrix((np.ones(count), (place, n + chosen)), shape=(count, width))
    yes = csr_matrix((np.ones(count), (place, place)), shape=(count, count))
    return LinearProgram(
        gain=np.concatenate([program.gain, np.zeros(count)]),
        low=np.concatenate([program.low, np.zeros(count)]),
        high=np.concatenate([program.high, np.ones(count)]),
        rows=csc_matrix(
            vstack(
                [
                    hstack([program.rows, csr_matrix((program.row_low.size, count))]),
                    hstack([charge, -b[0] * yes]),
                    hstack([discharge, b[1] * yes]),
                ]
            )
        ),
        row_low=np.concatenate([program.row_low, np.full(2 * count, -np.inf)]),
        row_high=np.concatenate([program.row_high, np.zeros(count), np.full(count, b[1])]),
        whole=width + place,
    )


def _with_row(program: LinearProgram, share: np.ndarray, most: float) -> LinearProgram:
    return replace(
        program,
        rows=csc_matrix(vstack([program.rows, csr_matrix(share)])),
        row_low=np.append(program.row_low, -np.inf),
        row_high=np.append(program.row_high, most),
    )


def _reservation(
    worth: np.ndarray, parts: np.ndarray, b: np.ndarray, hours: np.ndarray, products: Sequence[AncillaryProduct]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the prices at which planned discharge and charge just pay, from what the program's rows are worth.

    A megawatt of power has a price of its own only where capacity takes it: without an award its worth is the rent of
    the very power that is offered.
    """
    n = hours.size
    stored, up, down = worth[:n], worth[n : 2 * n], worth[4 * n : 5 * n]
    taken = {
        upward: sum((parts[3 + k] for k, each in enumerate(products) if each.takes(upward=upward)), np.zeros(n)) > 0
        for upward in (True, False)
    }
    power = (np.where(taken[True], up, 0.0) - np.where(taken[False], down, 0.0)) / hours
    charge, discharge = parts[0] > AT_ONCE_MW, parts[1] > AT_ONCE_MW
    return (
        np.where(discharge, stored / b[6] + b[8] + power, np.nan),
        np.where(charge, stored * b[5] - b[7] + power, np.nan),
    )
