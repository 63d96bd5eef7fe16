"""Cycle limits against HiGHS with the limit as one more row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.errors import Infeasible
from market_platform.trading.dispatch import Fleet, cycle_limited_dispatch, optimal_dispatch
from market_platform_tests.trading.dispatch.dispatch_reference import assert_feasible, cases, solve


def test_half_a_cycle_a_day():
    """DL-3 of settlement_worked_examples.csv."""
    plan = cycle_limited_dispatch(Fleet.of(power_mw=1, energy_mwh=1), [10, 50, 10, 50], 0.5)
    assert plan.value_usd[0] == pytest.approx(20)


@settings(max_examples=100, deadline=None)
@given(cases(), st.sampled_from([0.0, 0.3, 1.0, 2.5]))
def test_the_value_is_that_of_the_lp_with_the_limit(case, cycles):
    fleet, prices, hours = case
    usable = (fleet.column("soc_max_mwh") - fleet.column("soc_min_mwh"))[0] * fleet.column("discharge_efficiency")[0]
    expected = solve(fleet, prices, hours, discharge_limit_mwh=cycles * usable)
    if expected is None:
        with pytest.raises(Infeasible):
            cycle_limited_dispatch(fleet, prices, cycles, hours=hours)
        return
    plan = cycle_limited_dispatch(fleet, prices, cycles, hours=hours)
    assert plan.value_usd[0] == pytest.approx(expected, rel=1e-9, abs=1e-8)
    assert abs(plan.gap_usd[0]) <= 1e-9 * (1 + abs(expected))
    assert plan.discharge_mw.sum() * hours <= cycles * usable + 1e-9
    assert_feasible(fleet, plan, hours)


@settings(max_examples=40, deadline=None)
@given(cases(longest=10), st.sampled_from([0.3, 1.0]))
def test_with_exclusivity_the_optimum_lies_between_value_and_bound(case, cycles):
    fleet, prices, hours = case
    usable = (fleet.column("soc_max_mwh") - fleet.column("soc_min_mwh"))[0] * fleet.column("discharge_efficiency")[0]
    expected = solve(fleet, prices, hours, discharge_limit_mwh=cycles * usable, exclusive=True)
    if expected is None:
        return
    plan = cycle_limited_dispatch(fleet, prices, cycles, hours=hours, exclusive=True)
    tolerance = 1e-7 * (1 + abs(expected))
    assert plan.value_usd[0] <= expected + tolerance
    assert plan.bound_usd[0] >= expected - tolerance
    assert np.minimum(plan.charge_mw, plan.discharge_mw).max() <= 1e-9
    assert plan.discharge_mw.sum() * hours <= cycles * usable + 1e-9
    assert_feasible(fleet, plan, hours)


def test_a_fleet_of_days_has_a_limit_by_row():
    prices = np.random.default_rng(2).normal(30, 20, (200, 24))
    fleet = Fleet.of(power_mw=1, energy_mwh=2, charge_efficiency=0.9)
    cycles = np.linspace(0, 3, 200)
    plan = cycle_limited_dispatch(fleet, prices, cycles)
    assert (plan.discharge_mw.sum(axis=1) <= cycles * 2 + 1e-9).all()
    assert (plan.value_usd <= optimal_dispatch(fleet, prices).value_usd + 1e-9).all()
    assert not plan.discharge_mw[0].any()
