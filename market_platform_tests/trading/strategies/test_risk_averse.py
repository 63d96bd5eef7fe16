"""The CVaR schedule: no risk weight is the mean's optimum, full weight lifts the tail, quantiles come back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.errors import Infeasible
from market_platform.trading.dispatch import Fleet, optimal_dispatch
from market_platform.trading.strategies import risk_averse_schedule, scenarios_from_quantiles

BATTERY = Fleet.of(power_mw=1, energy_mwh=2, charge_efficiency=0.9, discharge_cost_usd_per_mwh=1)


def outcome(plan, scenarios, tail):
    revenue = np.sort(scenarios @ plan.net_mw[0])
    worst = revenue[: round(tail * len(revenue))].mean()
    return revenue.mean(), worst


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_weights_trade_mean_against_tail_and_the_value_is_what_it_says(seed):
    random = np.random.default_rng(seed)
    scenarios = random.normal(40, 5, 24) + random.normal(0, 15, (20, 24))
    neutral = risk_averse_schedule(BATTERY, scenarios, risk_weight=0)
    assert neutral.value_usd[0] == pytest.approx(
        optimal_dispatch(BATTERY, scenarios.mean(axis=0)).value_usd[0], rel=1e-9
    )
    averse = risk_averse_schedule(BATTERY, scenarios, risk_weight=1, tail=0.2)
    wear = averse.discharge_mw.sum()
    assert averse.value_usd[0] == pytest.approx(outcome(averse, scenarios, 0.2)[1] - wear, rel=1e-7, abs=1e-7)
    assert (
        outcome(averse, scenarios, 0.2)[1] - wear
        >= outcome(neutral, scenarios, 0.2)[1] - neutral.discharge_mw.sum() - 1e-7
    )


def test_drawn_scenarios_follow_the_quantiles():
    levels = np.linspace(0.05, 0.95, 19)
    quantiles = np.sort(np.random.default_rng(1).normal(30, 10, (24, 19)), axis=1)
    drawn = scenarios_from_quantiles(levels, quantiles, 20_000, persistence=0.9, seed=4)
    np.testing.assert_allclose(np.quantile(drawn, 0.5, axis=0), quantiles[:, 9], rtol=0.05)
    assert np.corrcoef(drawn[:, 3], drawn[:, 4])[0, 1] > 0.7


def test_an_unreachable_target_is_no_plan():
    target = BATTERY.replace(soc_end_min_mwh=2.0)
    with pytest.raises(Infeasible, match="Infeasible"):
        risk_averse_schedule(target, np.ones((3, 1)))
