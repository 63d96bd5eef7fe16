"""Cycle limits by multiplier search.

A price on every discharged MWh (the multiplier) brings the plain optimum down to the limit. For the LP the search is
exact: at the right multiplier one optimal plan lies above and one below the limit, and their mixture meets it with the
value of the dual bound. With exclusivity there can be a gap; the plan carries its bound.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from market_platform.errors import Infeasible
from market_platform.trading.dispatch.exclusive import exclusive_dispatch
from market_platform.trading.dispatch.fleet import Fleet
from market_platform.trading.dispatch.market import Market
from market_platform.trading.dispatch.optimal import optimal_dispatch
from market_platform.trading.dispatch.plan import Plan

STEPS = 200  # secant steps on a convex piecewise linear dual; 10 to 20 are usual
RELATIVE_ROUNDING = 1e-13


@dataclass
class _Side:
    """Plans on one side of the limit with discharged MWh and value, the multiplier's charge taken out again."""

    plan: Plan
    discharged_mwh: np.ndarray
    value_usd: np.ndarray

    def put(self, rows: np.ndarray, other: "_Side", chosen: np.ndarray) -> None:
        """Replace ``rows`` by the ``chosen`` rows of another side."""
        for name in ("charge_mw", "discharge_mw", "soc_mwh"):
            getattr(self.plan, name)[rows] = getattr(other.plan, name)[chosen]
        self.discharged_mwh[rows] = other.discharged_mwh[chosen]
        self.value_usd[rows] = other.value_usd[chosen]


def cycle_limited_dispatch(
    fleet: Fleet,
    prices: ArrayLike,
    cycles: ArrayLike,
    *,
    hours: ArrayLike = 1.0,
    buy_prices: ArrayLike | None = None,
    availability: ArrayLike | None = None,
    exclusive: bool = False,
) -> Plan:
    """Return the best plan that takes at most ``cycles`` x usable energy out of the store over the horizon of each row.

    One row per battery-day makes it a daily limit. ``exclusive=False``: the exact LP optimum (``gap_usd`` is rounding).
    ``exclusive=True``: exact wherever the LP's plan is exclusive, else feasible with ``gap_usd`` proven.
    Raises Infeasible when the limit cannot be kept (an end SOC too far below the start).
    """
    market = Market.of(prices, hours, buy_prices, availability)
    rows = market.rows_with(fleet)
    fleet = Fleet(np.ascontiguousarray(np.broadcast_to(fleet.table, (rows, fleet.table.shape[1]))))
    usable = (fleet.column("soc_max_mwh") - fleet.column("soc_min_mwh")) * fleet.column("discharge_efficiency")
    limit = np.broadcast_to(np.asarray(cycles, dtype=np.float64), (rows,)) * usable
    plan = _search(fleet, market, limit, _engine(market, exclusive=False), mixing=True)
    if not exclusive:
        return plan
    again = np.flatnonzero((np.minimum(plan.charge_mw, plan.discharge_mw) > 1e-12).any(axis=1))
    if again.size:
        part = _rows(market, again)
        engine = _engine(part, exclusive=True)
        redone = _search(Fleet(fleet.table[again]), part, limit[again], engine, mixing=False)
        for name in ("charge_mw", "discharge_mw", "soc_mwh", "value_usd", "bound_usd"):
            getattr(plan, name)[again] = getattr(redone, name)
    return plan


def _engine(market: Market, *, exclusive: bool) -> Callable[[Fleet, np.ndarray], Plan]:
    solve = exclusive_dispatch if exclusive else optimal_dispatch

    def run(fleet: Fleet, rows: np.ndarray) -> Plan:
        part = _rows(market, rows)
        return solve(fleet, part.sell, hours=part.hours, buy_prices=part.buy, availability=part.availability)

    return run


def _rows(market: Market, rows: np.ndarray) -> Market:
    pick = [array if len(array) == 1 else array[rows] for array in (market.sell, market.buy, market.availability)]
    return Market(pick[0], pick[1], market.hours, pick[2])


def _search(
    fleet: Fleet, market: Market, limit: np.ndarray, engine: Callable[[Fleet, np.ndarray], Plan], *, mixing: bool
) -> Plan:
    every = np.arange(len(fleet))
    above = _priced(fleet, market, engine, every, np.zeros(len(fleet)))
    bound = above.value_usd.copy()
    searching = np.flatnonzero(above.discharged_mwh > limit)
    dearest = _prohibitive(fleet, market)
    below = _Side(*(_copy(above)))
    if searching.size:
        below.put(searching, _priced(fleet, market, engine, searching, dearest), np.arange(searching.size))
    stuck = np.flatnonzero(below.discharged_mwh > limit + 1e-9)
    if stuck.size:
        raise Infeasible(
            f"row {stuck[0]} must discharge {below.discharged_mwh[stuck[0]]:.6g} MWh to reach its end SOC, over its "
            f"cycle limit of {limit[stuck[0]]:.6g} MWh: raise cycles or soc_end"
        )
    limited = searching.copy()
    for _ in range(STEPS):
        if not searching.size:
            break
        spread = above.discharged_mwh[searching] - below.discharged_mwh[searching]
        multiplier = (above.value_usd[searching] - below.value_usd[searching]) / spread
        full = np.zeros(len(fleet))
        full[searching] = multiplier
        tried = _priced(fleet, market, engine, searching, full)
        dual = tried.value_usd + multiplier * (limit[searching] - tried.discharged_mwh)
        chord = below.value_usd[searching] + multiplier * (limit[searching] - below.discharged_mwh[searching])
        bound[searching] = np.maximum(dual, chord)
        going = dual > chord + RELATIVE_ROUNDING * (1 + np.abs(chord))
        over = tried.discharged_mwh > limit[searching]
        above.put(searching[going & over], tried, going & over)
        below.put(searching[going & ~over], tried, going & ~over)
        searching = searching[going]
    if searching.size:
        raise Infeasible(
            f"the multiplier search of row {searching[0]} has not closed in {STEPS} steps: report this case"
        )
    if mixing and limited.size:
        _mix(fleet, market, above, below, limit, limited)
    return Plan(below.plan.charge_mw, below.plan.discharge_mw, below.plan.soc_mwh, below.value_usd, bound)


def _priced(
    fleet: Fleet, market: Market, engine: Callable[[Fleet, np.ndarray], Plan], rows: np.ndarray, multiplier: np.ndarray
) -> _Side:
    part = Fleet(fleet.table[rows])
    dearer = part.replace(
        discharge_cost_usd_per_mwh=part.column("discharge_cost_usd_per_mwh") + multiplier[rows],
    )
    plan = engine(dearer, rows)
    discharged = plan.discharge_mw @ market.hours
    return _Side(plan, discharged, plan.value_usd + multiplier[rows] * discharged)


def _prohibitive(fleet: Fleet, market: Market) -> np.ndarray:
    """Return a multiplier at which no discharge can pay for itself, by row."""
    losses = fleet.column("charge_efficiency") * fleet.column("discharge_efficiency")
    largest = np.maximum(np.abs(market.sell).max(axis=1), np.abs(market.buy).max(axis=1))
    costs = fleet.column("charge_cost_usd_per_mwh") + fleet.column("discharge_cost_usd_per_mwh")
    return 1.0 + 4.0 * (largest + costs + np.abs(fleet.column("terminal_value_usd_per_mwh"))) / losses


def _copy(side: _Side) -> tuple[Plan, np.ndarray, np.ndarray]:
    plan = side.plan
    arrays = (plan.charge_mw.copy(), plan.discharge_mw.copy(), plan.soc_mwh.copy())
    return Plan(*arrays, plan.value_usd, plan.bound_usd), side.discharged_mwh.copy(), side.value_usd.copy()


def _mix(fleet: Fleet, market: Market, above: _Side, below: _Side, limit: np.ndarray, rows: np.ndarray) -> None:
    """Blend the plans on both sides so that the limit is met exactly, and net out what ties would do at once."""
    spread = above.discharged_mwh[rows] - below.discharged_mwh[rows]
    share = np.clip((limit[rows] - below.discharged_mwh[rows]) / spread, 0.0, 1.0)[:, None]
    part = Fleet(fleet.table[rows])
    charge_loss, discharge_loss = (
        part.column("charge_efficiency")[:, None],
        part.column("discharge_efficiency")[:, None],
    )
    charge = share * above.plan.charge_mw[rows] + (1 - share) * below.plan.charge_mw[rows]
    discharge = share * above.plan.discharge_mw[rows] + (1 - share) * below.plan.discharge_mw[rows]
    here = _rows(market, rows)
    buy = here.buy + part.column("charge_cost_usd_per_mwh")[:, None]
    sell = here.sell - part.column("discharge_cost_usd_per_mwh")[:, None]
    stored = np.minimum(charge * charge_loss, discharge / discharge_loss)
    stored = np.where(buy / charge_loss >= sell * discharge_loss, stored, 0.0)
    charge, discharge = charge - stored / charge_loss, discharge - stored * discharge_loss
    below.plan.charge_mw[rows], below.plan.discharge_mw[rows] = charge, discharge
    soc = share * above.plan.soc_mwh[rows] + (1 - share) * below.plan.soc_mwh[rows]
    below.plan.soc_mwh[rows] = soc
    cash = (discharge * sell - charge * buy) @ market.hours
    below.value_usd[rows] = cash + part.column("terminal_value_usd_per_mwh") * soc[:, -1]
