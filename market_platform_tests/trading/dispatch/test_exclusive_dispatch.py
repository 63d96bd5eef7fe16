"""Exclusive dispatch against HiGHS with one binary per interval."""

import numpy as np
import pytest
from hypothesis import given, settings

from market_platform.errors import Infeasible
from market_platform.trading.dispatch import Fleet, exclusive_dispatch, optimal_dispatch
from market_platform_tests.trading.dispatch.dispatch_reference import assert_feasible, cases, cash, duck_prices, solve


@settings(max_examples=100, deadline=None)
@given(cases(longest=16))
def test_the_value_is_that_of_the_mixed_integer_program(case):
    fleet, prices, hours = case
    expected = solve(fleet, prices, hours, exclusive=True)
    if expected is None:
        with pytest.raises(Infeasible):
            exclusive_dispatch(fleet, prices, hours=hours)
        return
    plan = exclusive_dispatch(fleet, prices, hours=hours)
    assert plan.value_usd[0] == pytest.approx(expected, rel=1e-9, abs=1e-7)
    assert cash(fleet, plan, prices, hours) == pytest.approx(plan.value_usd[0], rel=1e-9, abs=1e-9)
    assert not np.minimum(plan.charge_mw, plan.discharge_mw).any()
    assert_feasible(fleet, plan, hours)


def test_a_full_battery_at_negative_prices_may_not_burn_energy():
    fleet = Fleet.of(power_mw=1, energy_mwh=1, soc_start_mwh=1, charge_efficiency=0.8, discharge_efficiency=0.8)
    burning = optimal_dispatch(fleet, [-50.0] * 4)
    honest = exclusive_dispatch(fleet, [-50.0] * 4)
    assert burning.value_usd[0] > honest.value_usd[0]
    assert honest.value_usd[0] == pytest.approx(solve(fleet, [-50.0] * 4, exclusive=True))


def test_a_horizon_longer_than_a_block_is_solved_as_one():
    random = np.random.default_rng(11)
    prices = np.tile(random.normal(0, 30, 600), 8)
    fleet = Fleet.of(power_mw=1, energy_mwh=3.3, charge_efficiency=0.83)
    plan = exclusive_dispatch(fleet, prices)
    assert_feasible(fleet, plan, 1.0)
    assert not np.minimum(plan.charge_mw, plan.discharge_mw).any()
    assert cash(fleet, plan, prices, 1.0) == pytest.approx(plan.value_usd[0], rel=1e-12)
    assert plan.value_usd[0] <= optimal_dispatch(fleet, prices).value_usd[0]


def test_two_months_of_duck_curve_agree_with_both_programs_of_highs():
    """The battery of facts §7 (1 MW, 4 MWh, 0.9 on charge, SOC 0 to 0); the seed of its prices is not recorded there."""
    prices = duck_prices(1_440)
    fleet = Fleet.of(power_mw=1, energy_mwh=4, charge_efficiency=0.9, soc_end_mwh=0)
    plain, exclusive = optimal_dispatch(fleet, prices).value_usd[0], exclusive_dispatch(fleet, prices).value_usd[0]
    assert plain == pytest.approx(solve(fleet, prices), rel=1e-9)
    assert exclusive == pytest.approx(solve(fleet, prices, exclusive=True), rel=1e-9)
    assert plain > exclusive
