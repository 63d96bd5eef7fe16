"""Offer curves: the cleared offer is the optimal first move, and compression keeps shape and power."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.trading.dispatch import Fleet, OfferCurve, offer_curve, optimal_dispatch, value_functions


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 1), st.sampled_from([0.0, 3.0]))
def test_clearing_the_whole_curve_is_the_optimal_first_move(seed, share, wear):
    random = np.random.default_rng(seed)
    prices = np.abs(random.normal(30, 20, 24))
    fleet = Fleet.of(
        power_mw=1,
        energy_mwh=3,
        charge_efficiency=0.9,
        discharge_efficiency=0.95,
        soc_start_mwh=3 * share,
        discharge_cost_usd_per_mwh=wear,
    )
    later = value_functions(fleet, prices)[1]
    curve = offer_curve(fleet, later, 3 * share, max_segments=100)
    expected = optimal_dispatch(fleet, prices).net_mw[0, 0]
    assert curve.cleared_mw(prices[0]) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 10))
def test_a_compressed_curve_keeps_its_power_and_rises(seed, segments):
    random = np.random.default_rng(seed)
    fleet = Fleet.of(power_mw=2, energy_mwh=1, charge_efficiency=0.9, soc_start_mwh=0.5)
    later = value_functions(fleet, random.normal(30, 20, 288), hours=1 / 12)[0]
    whole = offer_curve(fleet, later, 0.5, max_segments=1000)
    curve = offer_curve(fleet, later, 0.5, max_segments=segments)
    assert len(curve.mw) <= segments
    assert (np.diff(curve.usd_per_mwh) > 0).all()
    assert curve.start_mw == whole.start_mw
    assert curve.mw[-1] == pytest.approx(whole.mw[-1])


def test_an_end_target_is_bought_at_any_price():
    fleet = Fleet.of(power_mw=1, energy_mwh=4, soc_end_mwh=4)
    later = value_functions(fleet, [50.0] * 4)[1]
    assert offer_curve(fleet, later, 0.0).cleared_mw(10_000.0) == pytest.approx(-1.0)


def test_a_step_clears_only_above_its_price():
    curve = OfferCurve(-1.0, np.array([0.0, 1.0]), np.array([20.0, 60.0]))
    assert [curve.cleared_mw(price) for price in (10, 20, 21, 60, 61)] == [-1, -1, 0, 0, 1]
