"""Energy with ancillary services against a linear program written apart from the engine's, and worked cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from market_platform.errors import Infeasible
from market_platform.trading.dispatch import AncillaryProduct, Fleet, ancillary_dispatch, optimal_dispatch

ERCOT = [  # durations since RTC+B, facts §3 (NPRR1282, NPRR1096)
    AncillaryProduct("RegUp", upward=True, duration_hours=0.5),
    AncillaryProduct("RegDn", upward=False, duration_hours=0.5),
    AncillaryProduct("RRS", upward=True, duration_hours=0.5, limit_mw=0.6),
    AncillaryProduct("NonSpin", upward=True, duration_hours=4),
]


def plain_lp(fleet, prices, products, capacity, hours):
    """Write the rules row by row, as one would on paper, and let HiGHS solve them through SciPy."""
    b = fleet.table[0]
    n, count = len(prices), len(products)
    width = 3 + count  # charge, discharge, SOC at the end, awards
    cost, rows, limits, equal, equals = np.zeros(n * width), [], [], [], []
    bounds = []
    for t in range(n):
        at = t * width
        cost[at], cost[at + 1] = hours * (prices[t] + b[7]), -hours * (prices[t] - b[8])
        cost[at + 3 : at + width] = -hours * capacity[:, t]
        bounds += [(0, b[0]), (0, b[1]), (b[9], b[10]) if t == n - 1 else (b[2], b[3])]
        bounds += [(0, product.limit_mw) for product in products]
        row = np.zeros(n * width)
        row[at : at + 3] = [-b[5] * hours, hours / b[6], 1]
        if t:
            row[at - width + 2] = -1
        equal.append(row)
        equals.append(0 if t else b[4])
        for upward in (True, False):
            sign = 1 if upward else -1
            row = np.zeros(n * width)
            row[at : at + 2] = [-sign, sign]
            row[at + 3 : at + width] = [float(product.upward is upward) for product in products]
            rows.append(row)
            limits.append(b[1] if upward else b[0])
            for soc in (at - width + 2, at + 2):
                row = np.zeros(n * width)
                row[at + 3 : at + width] = [p.duration_hours * (p.upward is upward) for p in products]
                per_soc, room = (-b[6], -b[2] * b[6]) if upward else (1 / b[5], b[3] / b[5])
                if soc < 0:
                    room -= per_soc * b[4]
                else:
                    row[soc] = per_soc
                rows.append(row)
                limits.append(room)
    cost[(n - 1) * width + 2] -= b[11]
    answer = linprog(cost, np.array(rows), limits, np.array(equal), equals, bounds, method="highs")
    return -answer.fun if answer.status == 0 else None


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.sampled_from([1.0, 1 / 12]), st.sampled_from(["interior", "highs"]))
def test_the_value_is_that_of_the_plain_lp(seed, targeted, hours, solver):
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 14))
    prices = random.normal(15, 30, n).round(1)
    capacity = random.gamma(1, 6, (4, n)).round(1)
    columns = {
        "charge_mw": random.uniform(0.3, 2),
        "discharge_mw": random.uniform(0.3, 2),
        "soc_min_mwh": 0.5,
        "soc_max_mwh": random.uniform(1, 6),
        "charge_efficiency": random.uniform(0.75, 1),
        "discharge_efficiency": random.uniform(0.75, 1),
        "discharge_cost_usd_per_mwh": random.choice([0, 3]),
        "terminal_value_usd_per_mwh": random.choice([0, 20]),
    }
    columns["soc_start_mwh"] = random.choice([0.5, columns["soc_max_mwh"], random.uniform(0.5, columns["soc_max_mwh"])])
    if targeted:
        columns["soc_end_mwh"] = random.uniform(0.5, columns["soc_max_mwh"])
    fleet = Fleet.of(**columns)
    expected = plain_lp(fleet, prices, ERCOT, capacity, hours)
    if expected is None:
        with pytest.raises(Infeasible):
            ancillary_dispatch(fleet, prices, ERCOT, capacity, hours=hours, solver=solver)
        return
    plan = ancillary_dispatch(fleet, prices, ERCOT, capacity, hours=hours, solver=solver)
    assert plan.energy.value_usd[0] == pytest.approx(expected, rel=1e-9, abs=1e-8)
    assert -1e-8 <= plan.energy.gap_usd[0] <= 1e-8 * (1 + abs(expected))
    assert_backed(fleet, plan, ERCOT)


def assert_backed(fleet, plan, products, tolerance=1e-8):
    b = fleet.table[0]
    net, soc = plan.energy.net_mw, plan.energy.soc_mwh
    up = [i for i, product in enumerate(products) if product.upward]
    down = [i for i, product in enumerate(products) if not product.upward]
    tau = np.array([product.duration_hours for product in products])[:, None]
    assert plan.awards_mw.min() >= -tolerance
    assert (plan.awards_mw[:, up].sum(axis=1) <= b[1] - net + tolerance).all()
    assert (plan.awards_mw[:, down].sum(axis=1) <= b[0] + net + tolerance).all()
    for stored in (soc[:, :-1], soc[:, 1:]):
        assert ((plan.awards_mw * tau)[:, up].sum(axis=1) <= (stored - b[2]) * b[6] + tolerance).all()
        assert ((plan.awards_mw * tau)[:, down].sum(axis=1) <= (b[3] - stored) / b[5] + tolerance).all()


@pytest.mark.parametrize(("soc", "expected"), [(0.0, 0.0), (0.25, 10.0), (1.0, 20.0)])
def test_capacity_without_energy_behind_it_earns_nothing(soc, expected):
    """DL-5 of settlement_worked_examples.csv pays 20 with no backing; half an hour of it makes the SOC count."""
    fleet = Fleet.of(charge_mw=0, discharge_mw=1, energy_mwh=1, soc_start_mwh=soc)
    plan = ancillary_dispatch(fleet, np.zeros(4), [AncillaryProduct("RegUp", True, 0.5)], np.full((1, 4), 5.0))
    assert plan.capacity_usd[0] == pytest.approx(expected, abs=1e-6)
    unbacked = ancillary_dispatch(fleet, np.zeros(4), [AncillaryProduct("RegUp", True, 0.0)], np.full((1, 4), 5.0))
    assert unbacked.capacity_usd[0] == pytest.approx(20.0)


def test_without_capacity_prices_it_is_the_energy_optimum():
    prices = np.random.default_rng(1).normal(40, 20, (6, 24))
    fleet = Fleet.of(power_mw=1, energy_mwh=3, charge_efficiency=0.9, soc_start_mwh=1)
    plan = ancillary_dispatch(fleet, prices, ERCOT, np.zeros((4, 24)))
    np.testing.assert_allclose(plan.energy.value_usd, optimal_dispatch(fleet, prices).value_usd, rtol=1e-9)


def test_no_time_no_plan():
    fleet = Fleet.of(power_mw=1, energy_mwh=4)
    with pytest.raises(Infeasible, match="no plan is returned"):
        ancillary_dispatch(
            fleet, np.arange(500.0) % 17, ERCOT, np.full((4, 500), 3.0), solver="highs", time_limit_s=1e-9
        )
