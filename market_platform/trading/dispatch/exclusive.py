"""Optimal dispatch without charging and discharging at once: exact also at negative prices.

Below zero the plain LP burns energy in its own losses for money, which one converter cannot do. The value function is
then no longer concave, so it is carried as a general piecewise linear function: no lattice, no binaries, no gap.
"""

import numpy as np
from numpy.typing import ArrayLike

from market_platform.trading.dispatch.fleet import Fleet
from market_platform.trading.dispatch.market import Market
from market_platform.trading.dispatch.optimal import optimal_dispatch
from market_platform.trading.dispatch.piecewise import exclusive_row
from market_platform.trading.dispatch.plan import Plan, refuse_unreachable

BLOCK = (
    2048  # value functions kept at once; a longer horizon keeps one per block and goes back through each block again
)


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
