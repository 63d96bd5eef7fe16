"""KPIs on a day that can be counted by hand, and the identity of missed revenue."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_platform.trading.dispatch import Fleet
from market_platform.trading.kpis import CAUSES, trading_kpis

BATTERY = Fleet.of(power_mw=1, energy_mwh=1, discharge_cost_usd_per_mwh=2)


def frame(prices, awarded, delivered):
    start = pd.date_range("2025-07-01", periods=len(prices), freq="h", tz="UTC")
    return pd.DataFrame(
        {"interval_start": start, "price_usd_per_mwh": prices, "awarded_mw": awarded, "delivered_mw": delivered}
    )


def figures(*args, **kwargs):
    return trading_kpis(*args, **kwargs).set_index("kpi")["value"]


def test_a_day_by_hand():
    """Buy at 10, sell at 50, buy at 10, deliver half at 50: 30 + 15 - wear 3; foresight 2 x (40 - 2) = 76."""
    found = figures(frame([10.0, 50, 10, 50], [-1, 1, -1, 1], [-1, 1, -1, 0.5]), BATTERY)
    assert found["revenue"] == pytest.approx(55)
    assert found["cycle_cost"] == pytest.approx(3)
    assert found["foresight"] == pytest.approx(76)
    assert found["capture_of_foresight"] == pytest.approx(52 / 76)
    assert found["cycles"] == pytest.approx(1.5)
    assert found["spread_captured"] == pytest.approx(40)
    assert found["win_rate"] == 1.0
    assert found["missed_undelivered"] == pytest.approx(25)
    assert found["missed_uncleared"] == 0


@given(st.integers(0, 10**6))
def test_missed_revenue_adds_up(seed):
    random = np.random.default_rng(seed)
    prices = random.normal(30, 30, 24)
    planned = random.uniform(-1, 1, 24)
    awarded = planned * random.uniform(0, 1, 24)
    delivered = awarded * random.uniform(0, 1, 24)
    found = figures(frame(prices, awarded, delivered), BATTERY, planned_mw=planned)
    missed = sum(found[f"missed_{cause}"] for cause in CAUSES)
    assert missed == pytest.approx(found["foresight"] - (found["revenue"] - found["cycle_cost"]))


def test_a_frame_without_prices_is_refused():
    with pytest.raises(ValueError, match="price_usd_per_mwh"):
        trading_kpis(frame([1.0], [0], [0]).drop(columns="price_usd_per_mwh"), BATTERY)
