"""The purpose of facts §7 on a series that is stated: years of duck curve, what the plain LP over-counts, any series.

The battery is that of the facts: 1 MW, 4 MWh, 0.9 on charge, SOC 0 to 0. Their own prices are not recorded.
"""

import numpy as np
import pytest

from market_platform.trading.dispatch import Fleet, exclusive_dispatch, lattice_dispatch, optimal_dispatch
from market_platform_tests.trading.dispatch.dispatch_reference import assert_feasible, duck_prices, solve

BATTERY = Fleet.of(power_mw=1, energy_mwh=4, charge_efficiency=0.9, soc_end_mwh=0)
# Intervals, hours each, plain LP (HiGHS), exclusive optimum (HiGHS with binaries; for 5 minutes the lattice).
YEARS = [
    (8_760, 1.0, 123_097.3495, 123_083.4917),
    pytest.param(105_120, 1 / 12, 126_352.8174, 126_351.1838, marks=pytest.mark.long),
]


@pytest.mark.parametrize(("intervals", "hours", "plain_usd", "exclusive_usd"), YEARS)
def test_a_year_has_both_values(intervals, hours, plain_usd, exclusive_usd):
    prices = duck_prices(intervals, hours)
    assert (prices < 0).mean() == pytest.approx(0.18, abs=0.01)
    plain = optimal_dispatch(BATTERY, prices, hours=hours)
    exclusive = exclusive_dispatch(BATTERY, prices, hours=hours)
    assert plain.value_usd[0] == pytest.approx(plain_usd, abs=1e-4)
    assert exclusive.value_usd[0] == pytest.approx(exclusive_usd, abs=1e-4)
    assert not np.minimum(exclusive.charge_mw, exclusive.discharge_mw).any()
    assert_feasible(BATTERY, plain, hours)
    assert_feasible(BATTERY, exclusive, hours)


@pytest.mark.long
@pytest.mark.parametrize(("intervals", "hours"), [(8_760, 1.0), (105_120, 1 / 12)])
def test_a_year_agrees_with_highs_and_with_the_lattice(intervals, hours):
    """A charge stores 9 and a discharge takes 10 of 40 (480 at five minutes) equal steps: the lattice is exact."""
    prices = duck_prices(intervals, hours)
    plain = optimal_dispatch(BATTERY, prices, hours=hours).value_usd[0]
    exclusive = exclusive_dispatch(BATTERY, prices, hours=hours).value_usd[0]
    assert plain == pytest.approx(solve(BATTERY, prices, hours), rel=1e-9)
    lattice = lattice_dispatch(BATTERY, prices, round(40 / hours), hours=hours).value_usd[0]
    assert exclusive == pytest.approx(lattice, rel=1e-9)
    if hours == 1.0:
        assert exclusive == pytest.approx(solve(BATTERY, prices, exclusive=True), rel=1e-9)


@pytest.mark.long
@pytest.mark.parametrize(("intervals", "hours", "rows"), [(24, 1.0, 1_000), (288, 1 / 12, 100)])
def test_the_total_of_a_fleet_is_that_of_highs_battery_by_battery(intervals, hours, rows):
    prices = np.stack([duck_prices(intervals, hours, seed) for seed in range(rows)])
    total = optimal_dispatch(BATTERY, prices, hours=hours).value_usd.sum()
    assert total == pytest.approx(sum(solve(BATTERY, row, hours) for row in prices), rel=1e-9)


RANDOM = np.random.default_rng(4)
SERIES = {
    "extreme": RANDOM.choice([-1e6, -250.0, 0.0, 5_000.0, 1e6], 60),
    "all negative": RANDOM.uniform(-150, -1, 60),
    "one price": np.full(24, 30.0),
    "one negative price": np.full(12, -30.0),
    "zeros": np.zeros(60),
    "ties": RANDOM.choice([-20.0, -18.0, 18.0, 20.0], 60),
    "cents": RANDOM.normal(0, 1e-3, 60),
    "one interval": np.array([-12.5]),
    "whole numbers": RANDOM.integers(-40, 90, 60),
    "single precision": RANDOM.normal(20, 40, 60).astype(np.float32),
}


@pytest.mark.parametrize("hours", [1.0, 1 / 12])
@pytest.mark.parametrize("name", SERIES)
def test_both_values_are_those_of_highs_on_any_series(name, hours):
    prices = SERIES[name]
    plain = optimal_dispatch(BATTERY, prices, hours=hours).value_usd[0]
    exclusive = exclusive_dispatch(BATTERY, prices, hours=hours).value_usd[0]
    assert plain == pytest.approx(solve(BATTERY, prices, hours), rel=1e-9, abs=1e-9)
    assert exclusive == pytest.approx(solve(BATTERY, prices, hours, exclusive=True), rel=1e-9, abs=1e-9)
    assert exclusive <= plain + 1e-9 * abs(plain)


@pytest.mark.parametrize("engine", [optimal_dispatch, exclusive_dispatch])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_price_is_refused(engine, bad):
    with pytest.raises(ValueError, match="prices of row 0, interval 1 is"):
        engine(BATTERY, [10.0, bad, 20.0])
