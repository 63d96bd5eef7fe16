"""Optimal dispatch without charging and discharging at once: exact also at negative prices.

Below zero the plain LP burns energy in its own losses for money, which one converter cannot do. The value function is
then no longer concave, so it is carried as a general piecewise linear function: no lattice, no binaries, no gap.
"""

import numba as nb
import numpy as np
from numpy.typing import ArrayLike

from market_platform.trading.dispatch.fleet import Fleet
from market_platform.trading.dispatch.market import Market
from market_platform.trading.dispatch.optimal import optimal_dispatch
from market_platform.trading.dispatch.piecewise import restrict, sliding_max, upper_envelope, value_at
from market_platform.trading.dispatch.plan import Plan, refuse_unreachable

BLOCK = (
    2048  # value functions kept at once; a longer horizon keeps one per block and goes back through each block again
)


@nb.njit(cache=True, nogil=True)
def step_back(
    points: np.ndarray,
    values: np.ndarray,
    charge_slope: float,
    discharge_slope: float,
    charge_room: float,
    discharge_room: float,
    soc_min: float,
    soc_max: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the value function one interval earlier: the better of only charging and only discharging."""
    up_points, up_values = sliding_max(points, values - charge_slope * points, charge_room)
    down_points, down_values = sliding_max(points, values - discharge_slope * points, discharge_room)
    shifted = down_points + max(0.0, discharge_room)
    up_values = up_values + charge_slope * up_points
    down_values = down_values + discharge_slope * shifted
    all_points, all_values = upper_envelope(up_points, up_values, shifted, down_values)
    return restrict(all_points, all_values, soc_min, soc_max)


@nb.njit(cache=True, nogil=True)
def best_step(
    points: np.ndarray,
    values: np.ndarray,
    soc: float,
    charge_slope: float,
    discharge_slope: float,
    charge_room: float,
    discharge_room: float,
) -> float:
    """Return the next SOC that earns most; standing still wins a tie."""
    low, high = max(soc - discharge_room, points[0]), min(soc + charge_room, points[-1])
    best = min(max(soc, points[0]), points[-1])
    best_worth = value_at(points, values, best) - (
        charge_slope * (best - soc) if best >= soc else discharge_slope * (best - soc)
    )
    first = np.searchsorted(points, low, side="right")
    last = np.searchsorted(points, high, side="left")
    for i in range(first - 1, last + 1):
        at = low if i < first else (high if i >= last else points[i])
        worth = value_at(points, values, at) if i < first or i >= last else values[i]
        worth -= charge_slope * (at - soc) if at >= soc else discharge_slope * (at - soc)
        if worth > best_worth:
            best, best_worth = at, worth
    return best


@nb.njit(cache=True, nogil=True)
def exclusive_row(
    sell: np.ndarray,
    buy: np.ndarray,
    hours: np.ndarray,
    share: np.ndarray,
    b: np.ndarray,
    charge_mw: np.ndarray,
    discharge_mw: np.ndarray,
    soc_mwh: np.ndarray,
) -> float:
    """Fill one row's outputs and return its value. Columns of ``b``: see ``fleet.COLUMNS``."""
    intervals = hours.size
    points = np.array([b[9], b[10]]) if b[10] > b[9] else np.array([b[9]])
    values = b[11] * points
    charge_slope, discharge_slope = (buy + b[7]) / b[5], (sell - b[8]) * b[6]
    charge_room, discharge_room = b[0] * b[5] * hours * share, b[1] / b[6] * hours * share
    block_ends = [(points, values)]
    for t in range(intervals - 1, BLOCK - 1, -1):
        points, values = step_back(
            points, values, charge_slope[t], discharge_slope[t], charge_room[t], discharge_room[t], b[2], b[3]
        )
        if t % BLOCK == 0:
            block_ends.append((points, values))
    soc, total = b[4], 0.0
    soc_mwh[0] = soc
    for first in range(0, intervals, BLOCK):
        last = min(first + BLOCK, intervals)
        points, values = block_ends.pop()
        later = [(points, values)]
        for t in range(last - 1, first, -1):
            points, values = step_back(
                points, values, charge_slope[t], discharge_slope[t], charge_room[t], discharge_room[t], b[2], b[3]
            )
            later.append((points, values))
        for t in range(first, last):
            points, values = later.pop()
            target = best_step(
                points, values, soc, charge_slope[t], discharge_slope[t], charge_room[t], discharge_room[t]
            )
            charged, discharged = max(target - soc, 0.0) / b[5], max(soc - target, 0.0) * b[6]
            total += discharged * (sell[t] - b[8]) - charged * (buy[t] + b[7])
            charge_mw[t], discharge_mw[t] = charged / hours[t], discharged / hours[t]
            soc = target
            soc_mwh[t + 1] = soc
    return total + b[11] * soc


def exclusive_dispatch(
    fleet: Fleet,
    prices: ArrayLike,
    *,
    hours: ArrayLike = 1.0,
    buy_prices: ArrayLike | None = None,
    availability: ArrayLike | None = None,
    threads: int = 1,
) -> Plan:
    """Return the exact optimum in which no battery charges and discharges in the same interval.

    Arguments and errors as ``optimal_dispatch``. A row whose plain LP optimum is exclusive already keeps it; the others
    are solved again by dynamic programming over piecewise linear functions. The plan's bound is its value.
    """
    plan = optimal_dispatch(
        fleet, prices, hours=hours, buy_prices=buy_prices, availability=availability, threads=threads
    )
    at_once = np.flatnonzero((np.minimum(plan.charge_mw, plan.discharge_mw) > 0).any(axis=1))
    market = Market.of(prices, hours, buy_prices, availability)
    for row in at_once:
        plan.value_usd[row] = exclusive_row(
            market.sell[row % len(market.sell)],
            market.buy[row % len(market.buy)],
            market.hours,
            market.availability[row % len(market.availability)],
            fleet.table[row % len(fleet)],
            plan.charge_mw[row],
            plan.discharge_mw[row],
            plan.soc_mwh[row],
        )
    refuse_unreachable(plan.value_usd)
    return plan
