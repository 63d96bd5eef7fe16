"""The lattice against a shortest path that HiGHS finds, against the continuous engines, and its power curve."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from market_platform.trading.dispatch import Fleet, PowerCurve, exclusive_dispatch, lattice_dispatch
from market_platform_tests.trading.dispatch.dispatch_reference import assert_feasible

CURVE = PowerCurve([0, 1, 3, 4], [1.0, 1.0, 0.8, 0.2], [0.3, 1.0, 1.0, 1.0])


def flow_value(fleet, prices, soc, curve, hours):
    """Return the optimum of a unit flow through every allowed move between lattice points: an LP with whole answers."""
    b = fleet.table[0]
    charge, discharge = curve.at(soc)
    moves, worth = [], []
    for t, price in enumerate(prices):
        for i in range(soc.size):
            for j in range(soc.size):
                up = soc[j] - soc[i]
                grid = up / b[5] if up > 0 else up * b[6]
                if -min(discharge[i], b[1]) * hours - 1e-9 <= grid <= min(charge[i], b[0]) * hours + 1e-9:
                    moves.append((t, i, j))
                    worth.append(-grid * price - (b[7] * grid if grid > 0 else -b[8] * grid))
    nodes = (len(prices) + 1) * soc.size
    balance = np.zeros((nodes, len(moves)))
    supply = np.zeros(nodes)
    supply[int(np.argmin(np.abs(soc - b[4])))] = 1
    for column, (t, i, j) in enumerate(moves):
        balance[t * soc.size + i, column] += 1
        balance[(t + 1) * soc.size + j, column] -= 1
        if t == len(prices) - 1:
            worth[column] += b[11] * soc[j]
    inner = slice(0, len(prices) * soc.size)
    answer = linprog(-np.array(worth), A_eq=balance[inner], b_eq=supply[inner], method="highs")
    return -answer.fun


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 12.0]), st.sampled_from([0.0, 2.0]))
def test_the_value_is_that_of_the_flow_lp(seed, terminal, wear):
    random = np.random.default_rng(seed)
    fleet = Fleet.of(
        power_mw=1,
        energy_mwh=4,
        soc_start_mwh=2,
        charge_efficiency=0.9,
        discharge_efficiency=0.95,
        terminal_value_usd_per_mwh=terminal,
        discharge_cost_usd_per_mwh=wear,
    )
    prices = random.normal(10, 40, 6)
    plan = lattice_dispatch(fleet, prices, 16, power_curve=CURVE)
    expected = flow_value(fleet, prices, np.linspace(0, 4, 17), CURVE, 1.0)
    assert plan.value_usd[0] == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert_feasible(fleet, plan, 1.0)
    charge, discharge = CURVE.at(plan.soc_mwh[0, :-1])
    assert (plan.charge_mw[0] <= charge + 1e-9).all()
    assert (plan.discharge_mw[0] <= discharge + 1e-9).all()


def test_where_every_move_is_a_lattice_step_it_equals_the_exclusive_optimum():
    """1 MW, 4 MWh, 0.9 on charge: all reachable SOC are tenths, the case of facts §7."""
    prices = np.random.default_rng(5).normal(15, 40, (20, 48))
    fleet = Fleet.of(power_mw=1, energy_mwh=4, charge_efficiency=0.9, soc_end_mwh=0)
    exact = exclusive_dispatch(fleet, prices)
    lattice = lattice_dispatch(fleet, prices, 40)
    np.testing.assert_allclose(lattice.value_usd, exact.value_usd, rtol=1e-11)


def test_a_start_off_the_lattice_is_refused():
    with pytest.raises(ValueError, match="off the lattice"):
        lattice_dispatch(Fleet.of(power_mw=1, energy_mwh=4, soc_start_mwh=0.15), [1.0, 2.0], 40)
