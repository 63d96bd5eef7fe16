"""The same problems as plain linear and mixed-integer programs, solved by HiGHS, and strategies that draw them."""

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import bmat, diags, eye

from market_platform.trading.dispatch import COLUMNS, Fleet


def duck_prices(intervals, hours=1.0, seed=42):
    """Made-up prices with a midday belly: about one interval in six lies below zero.

    An hour's surprise (8 $/MWh) is that of all its intervals; shorter ones add 2 $/MWh of their own.
    """
    random = np.random.default_rng(seed)
    hour = np.arange(intervals) * hours % 24
    shape = 30 + 20 * np.sin((hour - 14) / 24 * 2 * np.pi) - 35 * np.exp(-(((hour - 12) / 2.5) ** 2))
    surprise = np.repeat(random.normal(0, 8, int(np.ceil(intervals * hours))), round(1 / hours))[:intervals]
    own = random.normal(0, 2, intervals) if hours < 1 else 0.0
    return shape + 25 * np.exp(-(((hour - 19) / 2) ** 2)) + surprise + own


def solve(fleet: Fleet, prices, hours=1.0, *, buy=None, exclusive=False, discharge_limit_mwh=None, share=1.0):
    """Return the optimum for row 0, or None where there is none. Columns: charge, discharge, SOC, (is charging).

    Only below zero can it pay to charge and discharge at once, so only those intervals get a whole-number column.
    """
    b = dict(zip(COLUMNS, fleet.table[0], strict=True))
    prices = np.asarray(prices, dtype=float)
    n = prices.size
    hours, share = np.broadcast_to(hours, n), np.broadcast_to(share, n)
    buy = prices if buy is None else np.asarray(buy, dtype=float)
    step = eye(n) - eye(n, k=-1)
    zero = diags(np.zeros(n))
    cost = np.concatenate(
        [
            hours * (buy + b["charge_cost_usd_per_mwh"]),
            -hours * (prices - b["discharge_cost_usd_per_mwh"]),
            np.zeros(2 * n),
        ]
    )
    cost[3 * n - 1] -= b["terminal_value_usd_per_mwh"]
    start = np.zeros(n)
    start[0] = b["soc_start_mwh"]
    balance = bmat(
        [[-diags(hours * b["charge_efficiency"]), diags(hours / b["discharge_efficiency"]), step, zero]], format="csr"
    )
    charge_limit, discharge_limit = b["charge_mw"] * share, b["discharge_mw"] * share
    rules = [LinearConstraint(balance, start, start)]
    if exclusive:
        rules.append(LinearConstraint(bmat([[eye(n), zero, zero, -diags(charge_limit)]], format="csr"), -np.inf, 0))
        rules.append(
            LinearConstraint(
                bmat([[zero, eye(n), zero, diags(discharge_limit)]], format="csr"), -np.inf, discharge_limit
            )
        )
    if discharge_limit_mwh is not None:
        row = np.concatenate([np.zeros(n), hours, np.zeros(2 * n)])
        rules.append(LinearConstraint(row[None, :], -np.inf, discharge_limit_mwh))
    low = np.concatenate([np.zeros(2 * n), np.full(n, b["soc_min_mwh"]), np.zeros(n)])
    high = np.concatenate([charge_limit, discharge_limit, np.full(n, b["soc_max_mwh"]), np.ones(n)])
    low[3 * n - 1], high[3 * n - 1] = b["soc_end_min_mwh"], b["soc_end_max_mwh"]
    answer = milp(
        cost,
        constraints=rules,
        bounds=Bounds(low, high),
        integrality=np.concatenate([np.zeros(3 * n), (prices < 0) & exclusive]),
        options={"mip_rel_gap": 1e-12},
    )
    return -answer.fun if answer.status == 0 else None


@st.composite
def cases(draw, longest=40):
    """Draw (fleet of one, prices, hours): any start, end, limits, costs and signs of prices."""
    count = draw(st.integers(1, longest))
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    level, spread = draw(st.sampled_from([(20, 40), (-30, 10), (50, 5), (0, 300)]))
    prices = random.normal(level, spread, count).round(draw(st.integers(0, 3)))
    low = float(draw(st.sampled_from([0.0, 0.5])))
    high = low + random.uniform(0.5, 8)
    columns = {
        "charge_mw": random.uniform(0.2, 2),
        "discharge_mw": random.uniform(0.2, 2),
        "soc_min_mwh": low,
        "soc_max_mwh": high,
        "soc_start_mwh": random.uniform(low, high),
        "charge_efficiency": random.uniform(0.7, 1),
        "discharge_efficiency": random.uniform(0.7, 1),
        "charge_cost_usd_per_mwh": draw(st.sampled_from([0.0, 2.0])),
        "discharge_cost_usd_per_mwh": draw(st.sampled_from([0.0, 3.0])),
        "terminal_value_usd_per_mwh": draw(st.sampled_from([0.0, 15.0, -5.0])),
    }
    if draw(st.booleans()):
        columns["soc_end_mwh"] = random.uniform(low, high)
    return Fleet.of(**columns), prices, draw(st.sampled_from([1.0, 0.25, 1 / 12]))


def assert_feasible(fleet: Fleet, plan, hours, row=0, tolerance=1e-9):
    """Power, SOC, balance and end SOC within the limits of the battery."""
    b = dict(zip(COLUMNS, fleet.table[row if len(fleet) > 1 else 0], strict=True))
    charge, discharge, soc = plan.charge_mw[row], plan.discharge_mw[row], plan.soc_mwh[row]
    assert charge.min() >= -tolerance
    assert charge.max() <= b["charge_mw"] + tolerance
    assert discharge.min() >= -tolerance
    assert discharge.max() <= b["discharge_mw"] + tolerance
    assert soc.min() >= b["soc_min_mwh"] - tolerance
    assert soc.max() <= b["soc_max_mwh"] + tolerance
    assert b["soc_end_min_mwh"] - tolerance <= soc[-1] <= b["soc_end_max_mwh"] + tolerance
    moved = hours * (charge * b["charge_efficiency"] - discharge / b["discharge_efficiency"])
    np.testing.assert_allclose(np.diff(soc), moved, atol=tolerance)


def cash(fleet: Fleet, plan, prices, hours, row=0):
    """Return the objective counted again from the plan's power, at one price for sales and purchases."""
    b = dict(zip(COLUMNS, fleet.table[row if len(fleet) > 1 else 0], strict=True))
    sold = plan.discharge_mw[row] * (prices - b["discharge_cost_usd_per_mwh"])
    bought = plan.charge_mw[row] * (prices + b["charge_cost_usd_per_mwh"])
    return float(((sold - bought) * hours).sum() + b["terminal_value_usd_per_mwh"] * plan.soc_mwh[row, -1])
