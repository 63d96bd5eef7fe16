"""Dispatch where power depends on the state of charge: dynamic programming on a lattice of SOC.

Batteries fold back near full and near empty. The plan visits lattice points only: feasible as it stands, exact for the
lattice, and no more below the continuous optimum than the lattice is coarse. It never charges and discharges at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import ArrayLike

from market_platform.trading.dispatch.fleet import COLUMNS, Fleet
from market_platform.trading.dispatch.market import Market
from market_platform.trading.dispatch.plan import Plan, empty_plan, refuse_unreachable

ROUNDING = 1e-9  # MWh by which a move may pass the power limit: sums of lattice steps in floating point


@dataclass(frozen=True)
class PowerCurve:
    """Power limits by stored energy, linear between ``soc_mwh`` points, as in a maker's foldback table.

    An interval's limit is the one at its starting SOC.
    """

    soc_mwh: Sequence[float]
    charge_mw: Sequence[float]
    discharge_mw: Sequence[float]

    def at(self, soc_mwh: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return charge and discharge limits at the given SOC."""
        points = np.asarray(self.soc_mwh, dtype=np.float64)
        if (np.diff(points) <= 0).any() or min(np.min(self.charge_mw), np.min(self.discharge_mw)) < 0:
            raise ValueError("a power curve needs rising soc_mwh points and limits >= 0")
        return np.interp(soc_mwh, points, self.charge_mw), np.interp(soc_mwh, points, self.discharge_mw)


@nb.njit(cache=True, nogil=True)
def _lattice_row(
    sell: np.ndarray,
    buy: np.ndarray,
    hours: np.ndarray,
    share: np.ndarray,
    soc: np.ndarray,
    charge_limit: np.ndarray,
    discharge_limit: np.ndarray,
    b: np.ndarray,
    start: int,
    charge_mw: np.ndarray,
    discharge_mw: np.ndarray,
    soc_mwh: np.ndarray,
) -> float:
    """Fill one row's outputs and return its value, NaN if no path ends within the end limits."""
    intervals, points = hours.size, soc.size
    later = np.empty(points)
    for i in range(points):
        later[i] = b[11] * soc[i] if b[9] - ROUNDING <= soc[i] <= b[10] + ROUNDING else -np.inf
    worth = np.empty(points)
    choice = np.empty((intervals, points), dtype=np.int32)
    step = soc[1] - soc[0] if points > 1 else 1.0
    for t in range(intervals - 1, -1, -1):
        charge_price = (buy[t] + b[7]) / b[5] * step
        discharge_price = (sell[t] - b[8]) * b[6] * step
        for i in range(points):
            best, best_next = later[i], i
            room = hours[t] * share[t]
            highest = min(points - 1, i + int((charge_limit[i] * b[5] * room + ROUNDING) / step))
            lowest = max(0, i - int((discharge_limit[i] / b[6] * room + ROUNDING) / step))
            for j in range(i + 1, highest + 1):
                candidate = later[j] - charge_price * (j - i)
                if candidate > best:
                    best, best_next = candidate, j
            for j in range(i - 1, lowest - 1, -1):
                candidate = later[j] + discharge_price * (i - j)
                if candidate > best:
                    best, best_next = candidate, j
            worth[i], choice[t, i] = best, best_next
        worth, later = later, worth
    if later[start] == -np.inf:
        return np.nan
    at = start
    soc_mwh[0] = soc[at]
    for t in range(intervals):
        after = choice[t, at]
        charge_mw[t] = max(soc[after] - soc[at], 0.0) / b[5] / hours[t]
        discharge_mw[t] = max(soc[at] - soc[after], 0.0) * b[6] / hours[t]
        at = after
        soc_mwh[t + 1] = soc[at]
    return later[start]


def lattice_dispatch(
    fleet: Fleet,
    prices: ArrayLike,
    steps: int,
    *,
    power_curve: PowerCurve | None = None,
    hours: ArrayLike = 1.0,
    buy_prices: ArrayLike | None = None,
    availability: ArrayLike | None = None,
) -> Plan:
    """Return the best plan on a lattice of ``steps`` equal SOC steps per battery, with SOC-dependent power.

    ``power_curve`` lowers the fleet's limits by SOC; without it only the lattice differs from ``exclusive_dispatch``.
    Start SOC must lie on the lattice, and so must at least one end SOC. Bound and value are those of the lattice.
    Raises ValueError for a start off the lattice, Infeasible when no path reaches the end limits.
    """
    market = Market.of(prices, hours, buy_prices, availability)
    rows = market.rows_with(fleet)
    plan = empty_plan(rows, market.hours.size)
    for row in range(rows):
        b = fleet.table[row % len(fleet)]
        low, high, start = (b[COLUMNS.index(name)] for name in ("soc_min_mwh", "soc_max_mwh", "soc_start_mwh"))
        soc = np.linspace(low, high, steps + 1)
        nearest = int(np.argmin(np.abs(soc - start)))
        if abs(soc[nearest] - start) > ROUNDING:
            raise ValueError(f"battery {row} starts at {start} MWh, off the lattice of {steps} steps {low}..{high}")
        limits = np.full((2, soc.size), np.inf) if power_curve is None else np.stack(power_curve.at(soc))
        plan.value_usd[row] = _lattice_row(
            market.sell[row % len(market.sell)],
            market.buy[row % len(market.buy)],
            market.hours,
            market.availability[row % len(market.availability)],
            soc,
            np.minimum(limits[0], b[0]),
            np.minimum(limits[1], b[1]),
            b,
            nearest,
            plan.charge_mw[row],
            plan.discharge_mw[row],
            plan.soc_mwh[row],
        )
    refuse_unreachable(plan.value_usd)
    return plan
