"""Optimal dispatch of a fleet at known prices: the exact value of the plain LP, by slope merge."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from market_platform.trading.dispatch.fleet import Fleet
from market_platform.trading.dispatch.market import Market
from market_platform.trading.dispatch.plan import Plan, empty_plan, refuse_unreachable
from market_platform.trading.dispatch.slopes import dispatch_rows


def optimal_dispatch(
    fleet: Fleet,
    prices: ArrayLike,
    *,
    hours: ArrayLike = 1.0,
    buy_prices: ArrayLike | None = None,
    availability: ArrayLike | None = None,
    threads: int = 1,
) -> Plan:
    """Return the exact optimum of the plain LP for every row: a price taker with perfect knowledge of ``prices``.

    ``prices`` in $/MWh, shape (intervals,) for all or (rows, intervals); ``hours`` the interval length(s);
    ``buy_prices`` where purchases cost more than sales earn; ``availability`` the share of power (0..1) by interval.
    The plain LP may charge and discharge at once when prices are negative: ``exclusive_dispatch`` forbids it.
    Raises Infeasible when a row cannot reach its target SOC. Method: facts, bidding-and-settlement §7, slope merge.
    """
    market = Market.of(prices, hours, buy_prices, availability)
    rows, intervals = market.rows_with(fleet), market.hours.size
    plan = empty_plan(rows, intervals)
    outputs = (plan.charge_mw, plan.discharge_mw, plan.soc_mwh, plan.value_usd)
    inputs = (market.sell, market.buy, market.hours, market.availability, fleet.table)
    cuts = np.linspace(0, rows, max(1, min(threads, rows)) + 1).astype(int)
    if len(cuts) == 2:
        dispatch_rows(*inputs, 0, rows, *outputs)
    else:
        with ThreadPoolExecutor(len(cuts) - 1) as pool:
            work = [pool.submit(dispatch_rows, *inputs, *span, *outputs) for span in pairwise(cuts)]
            for part in work:
                part.result()
    refuse_unreachable(plan.value_usd)
    return plan
