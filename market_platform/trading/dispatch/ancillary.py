"""Energy and ancillary services together, the services backed by the state of charge.

Each product needs power in its direction and, for its duration, energy in the store (upward) or room in it (downward),
both at the start and at the end of every interval. Durations are data (facts §3, effective-dated): they change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csc_matrix, csr_matrix, eye, hstack, vstack

from market_platform.trading.dispatch.fleet import Fleet
from market_platform.trading.dispatch.interior import Services, interior_rows
from market_platform.trading.dispatch.linear_program import LinearProgram, solve
from market_platform.trading.dispatch.market import Market, by_row
from market_platform.trading.dispatch.plan import Plan

RELATIVE_GAP = 1e-10


@dataclass(frozen=True)
class AncillaryProduct:
    """A capacity product. ``upward``: backed by stored energy; otherwise by room to charge; ``both_ways``: by both.

    ``duration_hours``: hours for which an award must be sustained from the store. ``limit_mw``: qualified MW, None for
    no limit but the battery's power. Deployment is not modelled: capacity is paid and its energy stays in store.
    """

    name: str
    upward: bool
    duration_hours: float
    limit_mw: float | None = None
    both_ways: bool = False

    def __post_init__(self) -> None:
        """Refuse durations and limits below zero."""
        if self.duration_hours < 0 or (self.limit_mw is not None and self.limit_mw < 0):
            raise ValueError(f"product {self.name}: duration and limit must be >= 0")

    def takes(self, *, upward: bool) -> bool:
        """Say whether an award takes power and energy of that direction."""
        return self.both_ways or self.upward is upward


@dataclass(frozen=True)
class AncillaryPlan:
    """Energy plan with awards per product, ``awards_mw`` of shape (rows, products, intervals).

    The energy plan's value includes the capacity payments, ``capacity_usd`` (rows,) is their part.
    """

    energy: Plan
    awards_mw: np.ndarray
    capacity_usd: np.ndarray


def ancillary_dispatch(
    fleet: Fleet,
    prices: ArrayLike,
    products: Sequence[AncillaryProduct],
    capacity_prices: ArrayLike,
    *,
    hours: ArrayLike = 1.0,
    availability: ArrayLike | None = None,
    solver: Literal["interior", "highs"] = "interior",
    time_limit_s: float | None = None,
) -> AncillaryPlan:
    """Return the LP optimum of energy and capacity for every row.

    ``capacity_prices`` in $/MW per hour, shape (products, intervals) for all or (rows, products, intervals). With
    discharge d and charge c (MW): the upward awards fit in discharge power - d + c and the downward ones in charge
    power + d - c; upward MW x duration fits in (SOC - minimum) x discharge efficiency, downward in (maximum - SOC) / charge
    efficiency, at both ends of the interval. Like the plain LP it may charge and discharge at once.

    "interior" closes every row to a proven relative gap of 1e-10 (``gap_usd``), ten and more times faster than HiGHS row
    by row; rows that it cannot close, and products that take both ways, go to HiGHS. "highs" solves all rows there, each
    within ``time_limit_s``.
    Raises Infeasible unless every row ends with an optimum.
    """
    market = Market.of(prices, hours, None, availability)
    capacity = capacity_array(capacity_prices, len(products), market.hours.size)
    sizes = {market.rows_with(fleet), len(capacity)} - {1}
    if len(sizes) > 1:
        raise ValueError(
            f"rows of capacity_prices and of fleet or prices differ: {sorted(sizes)}; each is 1 or the same"
        )
    plan = _empty(sizes.pop() if sizes else 1, len(products), market.hours.size)
    energy = plan.energy
    if solver == "interior" and not any(product.both_ways for product in products):
        _by_interior_point(fleet, market, products, capacity, plan)
    for row in np.flatnonzero(np.isnan(energy.value_usd)).tolist():
        b = fleet.table[row % len(fleet)]
        program = joint_program(b, market, row, products, capacity[row % len(capacity)])
        optimum = solve(program, time_limit_s)
        parts = optimum.x.reshape(-1, market.hours.size)
        energy.charge_mw[row], energy.discharge_mw[row] = parts[0], parts[1]
        energy.soc_mwh[row] = np.concatenate([[b[4]], parts[2]])
        energy.value_usd[row] = energy.bound_usd[row] = optimum.value
        plan.awards_mw[row] = parts[3:]
    plan.capacity_usd[:] = (plan.awards_mw * capacity * market.hours).sum(axis=(1, 2))
    return plan


def _by_interior_point(
    fleet: Fleet, market: Market, products: Sequence[AncillaryProduct], capacity: np.ndarray, plan: AncillaryPlan
) -> None:
    """Fill the rows that close, upward products handed over first; the others keep the value NaN."""
    order = sorted(range(len(products)), key=lambda place: not products[place].upward)
    services = Services(
        sum(product.upward for product in products),
        np.array([products[place].duration_hours for place in order], dtype=np.float64),
        np.array([_most(products[place]) for place in order], dtype=np.float64),
        capacity[:, order],
    )
    awards = np.empty_like(plan.awards_mw)
    interior_rows(fleet, market, services, RELATIVE_GAP, plan.energy, awards)
    plan.awards_mw[:, order] = awards


def _most(product: AncillaryProduct) -> float:
    return np.inf if product.limit_mw is None else product.limit_mw


def _empty(rows: int, products: int, intervals: int) -> AncillaryPlan:
    charge, discharge, soc = np.empty((rows, intervals)), np.empty((rows, intervals)), np.empty((rows, intervals + 1))
    energy = Plan(charge, discharge, soc, np.full(rows, np.nan), np.empty(rows))
    return AncillaryPlan(energy, np.empty((rows, products, intervals)), np.empty(rows))


def capacity_array(values: ArrayLike, products: int, intervals: int) -> np.ndarray:
    """Return capacity prices as (rows, products, intervals); raise ValueError where they cannot be."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3 or array.shape[1:] != (products, intervals):
        raise ValueError(f"capacity_prices has shape {array.shape}: give (rows, products = {products}, {intervals})")
    by_row(array.reshape(len(array), -1), None, "capacity_prices")
    return np.ascontiguousarray(array)


def joint_program(
    b: np.ndarray, market: Market, row: int, products: Sequence[AncillaryProduct], capacity: np.ndarray
) -> LinearProgram:
    """Return energy and capacity as a linear program.

    Columns: charge, discharge, SOC at the end, then one block per product. Rows: balance, then for upward and for downward
    each: power, energy at the end, energy at the start. Each block has ``intervals`` entries.
    """
    n, hours = market.hours.size, market.hours
    sell = market.sell[row % len(market.sell)]
    share = market.availability[row % len(market.availability)]
    soc_gain = np.zeros(n)
    soc_gain[-1] = b[11]
    gain = np.concatenate([-(sell + b[7]) * hours, (sell - b[8]) * hours, soc_gain, (capacity * hours).ravel()])
    one, nothing, before = eye(n, format="csr"), csr_matrix((n, n)), eye(n, k=-1, format="csr")
    start = np.zeros(n)
    start[0] = b[4]
    balance = [csr_matrix(-eye(n).multiply(hours * b[5])), csr_matrix(eye(n).multiply(hours / b[6])), one - before]
    blocks = [hstack([*balance, *[nothing] * len(products)])]
    low, high = [start], [start]
    no_floor = np.full(n, -np.inf)
    for upward in (True, False):
        sign = 1.0 if upward else -1.0
        power = (b[1] if upward else b[0]) * share
        uses = [one if product.takes(upward=upward) else nothing for product in products]
        blocks.append(hstack([-sign * one, sign * one, nothing, *uses]))
        low.append(no_floor)
        high.append(power)
        energy = [one * product.duration_hours if product.takes(upward=upward) else nothing for product in products]
        per_soc = -b[6] if upward else 1.0 / b[5]
        room = -b[2] * b[6] if upward else b[3] / b[5]
        for soc_block, at_start in ((one, False), (before, True)):
            blocks.append(hstack([nothing, nothing, per_soc * soc_block, *energy]))
            low.append(no_floor)
            limit = np.full(n, room)
            if at_start:
                limit[0] -= per_soc * b[4]
            high.append(limit)
    caps = [np.full(n, np.inf if product.limit_mw is None else product.limit_mw) for product in products]
    soc_low, soc_high = np.full(n, b[2]), np.full(n, b[3])
    soc_low[-1], soc_high[-1] = b[9], b[10]
    return LinearProgram(
        gain=gain,
        low=np.concatenate([np.zeros(2 * n), soc_low, np.zeros(n * len(products))]),
        high=np.concatenate([b[0] * share, b[1] * share, soc_high, *caps]),
        rows=csc_matrix(vstack(blocks)),
        row_low=np.concatenate(low),
        row_high=np.concatenate(high),
    )
