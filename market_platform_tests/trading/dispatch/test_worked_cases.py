"""Dispatch cases that others published or derived by hand (facts, settlement_worked_examples.csv: EPL-*, DL-*)."""

import numpy as np
import pytest

from market_platform.trading.dispatch import Fleet, exclusive_dispatch, optimal_dispatch

EXACT = [optimal_dispatch, exclusive_dispatch]


@pytest.mark.parametrize(
    ("prices", "imports"),
    [
        ([10, -50, 200, -50, 200], [0.444444, 2, -2, 2, -2]),
        ([200, -50, -50, 200, 220], [0, 2, 2, -1.6, -2]),
    ],
    ids=["EPL-1", "EPL-2"],
)
def test_dispatch_of_the_energy_py_linear_documentation(prices, imports):
    fleet = Fleet.of(power_mw=2, energy_mwh=4, charge_efficiency=0.9, soc_end_mwh=0)
    plan = exclusive_dispatch(fleet, prices)
    np.testing.assert_allclose(-plan.net_mw[0], imports, atol=1e-6)


@pytest.mark.parametrize("engine", EXACT)
@pytest.mark.parametrize(
    ("efficiency", "charged", "discharged", "profit"),
    [(1.0, 18, 18, 2486.5747), (0.9, 19.111111, 17.2, 2327.7575), (0.8, 20, 16, 2127.7853)],
    ids=["EPL-S42-1.0", "EPL-S42-0.9", "EPL-S42-0.8"],
)
def test_seed_42_at_three_efficiencies(engine, efficiency, charged, discharged, profit):
    prices = np.random.RandomState(42).uniform(-100, 100, 12) + 100
    plan = engine(Fleet.of(power_mw=4, energy_mwh=10, charge_efficiency=efficiency, soc_end_mwh=0), prices)
    assert plan.charge_mw.sum() == pytest.approx(charged, abs=1e-6)
    assert plan.discharge_mw.sum() == pytest.approx(discharged, abs=1e-6)
    assert plan.value_usd[0] == pytest.approx(profit, abs=5e-5)


@pytest.mark.parametrize("engine", EXACT)
def test_two_full_cycles(engine):
    """DL-1."""
    assert engine(Fleet.of(power_mw=1, energy_mwh=1), [10, 50, 10, 50]).value_usd[0] == pytest.approx(80)


@pytest.mark.parametrize("engine", EXACT)
def test_losses_on_both_legs(engine):
    """DL-2."""
    fleet = Fleet.of(power_mw=1, energy_mwh=10, charge_efficiency=0.9, discharge_efficiency=0.9)
    assert engine(fleet, [10, 50, 10, 50]).value_usd[0] == pytest.approx(61)


@pytest.mark.parametrize("engine", EXACT)
def test_wear_on_both_legs_stops_the_trade(engine):
    """DL-4."""
    fleet = Fleet.of(power_mw=1, energy_mwh=1, charge_cost_usd_per_mwh=25, discharge_cost_usd_per_mwh=25)
    plan = engine(fleet, [10, 30, 10, 30])
    assert plan.value_usd[0] == 0
    assert not plan.net_mw.any()
