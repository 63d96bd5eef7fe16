"""The slope merge against HiGHS, and its handling of rows, unequal hours, availability and impossible targets."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from market_platform.errors import Infeasible
from market_platform.trading.dispatch import Fleet, optimal_dispatch
from market_platform_tests.trading.dispatch.dispatch_reference import assert_feasible, cases, cash, solve


@settings(max_examples=150, deadline=None)
@given(cases())
def test_the_value_is_that_of_the_plain_lp(case):
    fleet, prices, hours = case
    expected = solve(fleet, prices, hours)
    if expected is None:
        with pytest.raises(Infeasible, match="end SOC"):
            optimal_dispatch(fleet, prices, hours=hours)
        return
    plan = optimal_dispatch(fleet, prices, hours=hours)
    assert plan.value_usd[0] == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert cash(fleet, plan, prices, hours) == pytest.approx(plan.value_usd[0], rel=1e-9, abs=1e-9)
    assert_feasible(fleet, plan, hours)


def test_a_fleet_row_by_row_equals_each_battery_alone_on_any_number_of_threads():
    random = np.random.default_rng(7)
    prices = random.normal(30, 30, (41, 48))
    fleet = Fleet.of(power_mw=random.uniform(1, 3, 41), energy_mwh=random.uniform(1, 9, 41), charge_efficiency=0.9)
    together = optimal_dispatch(fleet, prices, threads=2)
    for row in range(41):
        alone = optimal_dispatch(Fleet(fleet.table[row : row + 1]), prices[row])
        assert together.value_usd[row] == alone.value_usd[0]
        np.testing.assert_array_equal(together.net_mw[row], alone.net_mw[0])


def test_intervals_of_unequal_length_outages_and_a_dearer_purchase_price():
    random = np.random.default_rng(3)
    fleet = Fleet.of(power_mw=1.5, energy_mwh=4, charge_efficiency=0.9, discharge_efficiency=0.95, soc_start_mwh=2)
    for _ in range(20):
        prices = random.normal(20, 40, 30)
        hours = random.choice([0.25, 0.5, 1.0], 30)
        share = random.choice([0.0, 0.4, 1.0], 30)
        buy = prices + 7.5
        plan = optimal_dispatch(fleet, prices, hours=hours, buy_prices=buy, availability=share)
        expected = solve(fleet, prices, hours, buy=buy, share=share)
        assert plan.value_usd[0] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_prices_below_zero_all_day_fill_the_battery_and_nothing_is_sold():
    plan = optimal_dispatch(Fleet.of(power_mw=1, energy_mwh=4, soc_start_mwh=2), np.full(24, -20.0))
    assert plan.value_usd[0] == pytest.approx(40.0)
    assert plan.soc_mwh[0, -1] == 4.0


def test_a_missing_price_is_refused_by_name():
    with pytest.raises(ValueError, match="prices of row 0, interval 2 is nan"):
        optimal_dispatch(Fleet.of(power_mw=1, energy_mwh=1), [1.0, 2.0, np.nan])


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="differ"):
        optimal_dispatch(Fleet.of(power_mw=[1, 2, 3], energy_mwh=1), np.ones((2, 4)))


@pytest.mark.parametrize(
    "columns",
    [
        {"power_mw": -1, "energy_mwh": 1},
        {"power_mw": 1, "energy_mwh": 1, "soc_start_mwh": 2},
        {"power_mw": 1, "energy_mwh": 1, "charge_efficiency": 0},
        {"power_mw": 1},
        {"power_mw": 1, "energy_mwh": 1, "colour": 3},
    ],
)
def test_a_battery_that_cannot_be_is_refused(columns):
    with pytest.raises(ValueError, match="battery"):
        Fleet.of(**columns)


@pytest.mark.parametrize("day", ["2025-03-09", "2025-11-02"])
def test_a_plan_of_a_clock_change_day_has_23_or_25_hours(day):
    start = pd.Timestamp(day, tz="America/Los_Angeles")
    hours = pd.date_range(start, start + pd.DateOffset(days=1), freq="h", inclusive="left").tz_convert("UTC")
    plan = optimal_dispatch(Fleet.of(power_mw=1, energy_mwh=2), np.arange(len(hours), dtype=float))
    frame = plan.frame(hours)
    assert len(frame) == (23 if day.startswith("2025-03") else 25)
    assert frame["interval_start"].is_unique
    assert frame["net_mw"].sum() == pytest.approx(0.0)
