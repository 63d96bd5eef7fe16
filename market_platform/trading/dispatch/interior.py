"""A primal-dual interior point for energy with ancillary services, shaped to the problem.

Mehrotra's predictor-corrector (SIAM J. Optimization 2, 1992) on the linear program of ``ancillary.py`` with the discharge
eliminated through the SOC balance. What is left couples intervals only through the SOC, so each Newton step is a small
Cholesky per interval and one tridiagonal solve: linear in the horizon. It ends with a dual bound for every row.

Unknowns of an interval: one award per product (upward products first), then the charge; between intervals the SOC. Rows of
an interval, in order: charge >= 0, charge <= limit, discharge >= 0, discharge <= limit, upward power, downward power,
upward energy at start and end, downward energy at start and end, SOC >= minimum, SOC <= maximum, then award >= 0 and
award <= limit per product if any product has one. This module writes the
programs, ``interior_steps.py`` solves them.
"""

from dataclasses import dataclass

import numpy as np

from market_platform.trading.dispatch.fleet import Fleet
from market_platform.trading.dispatch.interior_arrays import Answers, Programs
from market_platform.trading.dispatch.interior_steps import FIXED_ROWS, close_rows
from market_platform.trading.dispatch.market import Market
from market_platform.trading.dispatch.plan import Plan

TINY_ROOM = 1e-12  # an empty side gets this much room so that an interior exists; far below the tolerance in money
FIXED_END_MWH = 1e-9  # an end SOC this narrow is a given one
WRITTEN_TOGETHER = 256  # programs of so many rows at once; more would only take room


@dataclass(frozen=True)
class Services:
    """Products as arrays, the ``upward`` ones first: hours to sustain, most MW (infinite: none), $/MW (rows, products, n)."""

    upward: int
    duration_hours: np.ndarray
    most_mw: np.ndarray
    prices: np.ndarray


def interior_rows(
    fleet: Fleet, market: Market, services: Services, tolerance: float, energy: Plan, awards_mw: np.ndarray
) -> None:
    """Fill every row of ``energy`` and ``awards_mw``; one that does not close to ``tolerance`` (relative) has value NaN."""
    alike = len(fleet) == len(market.availability) == 1
    for first in range(0, energy.value_usd.size, WRITTEN_TOGETHER):
        part = slice(first, min(first + WRITTEN_TOGETHER, energy.value_usd.size))
        rows = np.arange(part.start, part.stop)
        battery, price = fleet.table[rows % len(fleet)], market.sell[rows % len(market.sell)]
        distinct = rows[:1] if alike else rows
        programs = Programs(
            *_costs(battery, market.hours, price, services.prices[rows % len(services.prices)]),
            _limits(
                fleet.table[distinct % len(fleet)],
                market.availability[distinct % len(market.availability)],
                services.most_mw,
            ),
            battery,
            battery[:, 10] - battery[:, 9] <= FIXED_END_MWH,
        )
        answers = Answers(
            energy.charge_mw[part], energy.discharge_mw[part], energy.soc_mwh[part], awards_mw[part],
            energy.value_usd[part], energy.bound_usd[part],
        )  # fmt: skip
        close_rows(programs, market.hours, services.duration_hours, services.upward, tolerance, answers)


def _costs(
    battery: np.ndarray, hours: np.ndarray, price: np.ndarray, capacity: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the cost of awards and charge (rows, products + 1, n), of the SOC (rows, n + 1), and their unit in dollars."""
    b = battery.T[:, :, None]
    unit = 1.0 + np.abs(price).mean(axis=1)
    sale, purchase = (price - b[8]) / unit[:, None], (price + b[7]) / unit[:, None]
    of_charge = hours * (purchase - sale * b[5] * b[6])
    cost_z = np.concatenate([-hours * capacity / unit[:, None, None], of_charge[:, None]], axis=1)
    cost_soc = np.zeros((len(price), hours.size + 1))
    cost_soc[:, :-1] -= sale * b[6]
    cost_soc[:, 1:] += sale * b[6]
    cost_soc[:, -1] -= battery[:, 11] / unit
    return cost_z, cost_soc, unit


def _limits(battery: np.ndarray, availability: np.ndarray, most_mw: np.ndarray) -> np.ndarray:
    """Return the right-hand side of every row (batteries, rows, n); an empty side gets TINY_ROOM."""
    m, b = most_mw.size, battery.T[:, :, None]
    capped = m if np.isfinite(most_mw).any() else 0
    charge, discharge = (np.maximum(power * availability, TINY_ROOM) for power in (b[0], b[1]))
    limit = np.zeros((len(battery), FIXED_ROWS + m + capped, availability.shape[1]))
    limit[:, 1] = limit[:, 5] = charge
    limit[:, 3] = limit[:, 4] = discharge
    limit[:, 6:8] = (-b[2] * b[6] + TINY_ROOM)[:, None]
    limit[:, 8:10] = (b[3] / b[5] + TINY_ROOM)[:, None]
    limit[:, 10], limit[:, 11] = -b[2] + TINY_ROOM, b[3] + TINY_ROOM
    for i in range(capped):
        limit[:, FIXED_ROWS + m + i] = np.maximum(np.minimum(most_mw[i], charge + discharge), TINY_ROOM)
    free = battery[:, 10] - battery[:, 9] > FIXED_END_MWH
    limit[free, 10, -1], limit[free, 11, -1] = -battery[free, 9], battery[free, 10]
    return limit
