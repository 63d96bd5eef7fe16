"""Markets side by side: against figures worked by hand, and on both clock-change days."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from market_platform.analysis.cross_market import correlation, location_summary, spread_matrix, top_bottom_spreads
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import interval_starts
from market_platform.markets.nerc_calendar import nerc_holidays, on_peak


def day_of_prices(market, location, day, day_ahead, real_time=None, congestion=0.0):
    starts = interval_starts(day, MARKETS[market].zone, 60)
    frame = pd.DataFrame({"interval_start": starts, "market": market, "location": location, "market_day": day})
    frame["day_ahead_usd_per_mwh"] = np.resize(np.asarray(day_ahead, dtype=float), len(starts))
    frame["real_time_usd_per_mwh"] = (
        np.nan if real_time is None else np.resize(np.asarray(real_time, float), len(starts))
    )
    frame["congestion_usd_per_mwh"] = congestion
    return frame


DAY = date(2025, 7, 1)


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2023, ["2023-01-02", "2023-05-29", "2023-07-04", "2023-09-04", "2023-11-23", "2023-12-25"]),
        (2026, ["2026-01-01", "2026-05-25", "2026-07-04", "2026-09-07", "2026-11-26", "2026-12-25"]),
    ],
)
def test_the_holidays_are_the_published_ones(year, days):
    assert nerc_holidays(year) == {date.fromisoformat(day) for day in days}


@pytest.mark.parametrize(
    ("market", "day", "hours"),
    [
        ("pjm", date(2025, 7, 1), 16),
        ("pjm", date(2025, 7, 5), 0),
        ("caiso", date(2025, 7, 5), 16),
        ("caiso", date(2025, 7, 6), 0),
        ("ercot", date(2025, 7, 4), 0),
        ("nyiso", date(2025, 3, 9), 0),
        ("caiso", date(2025, 11, 1), 16),
    ],
)
def test_the_peak_block_has_sixteen_hours_on_its_days(market, day, hours):
    assert on_peak(market, interval_starts(day, MARKETS[market].zone, 60)).sum() == hours


def test_july_2025_has_352_eastern_peak_hours():
    """22 working days besides the holiday, sixteen hours each."""
    starts = pd.date_range("2025-07-01", "2025-08-01", freq="h", tz="America/New_York", inclusive="left").tz_convert(
        "UTC"
    )
    assert on_peak("pjm", starts).sum() == 352


def test_spreads_and_correlation_are_over_common_hours():
    prices = pd.concat(
        [
            day_of_prices("nyiso", "A", DAY, range(24)),
            day_of_prices("pjm", "B", DAY, [hour - 5 for hour in range(24)]),
            day_of_prices("caiso", "C", DAY, [10.0, 20.0]),
        ]
    )
    spreads = spread_matrix(prices)
    assert spreads.loc["nyiso A", "pjm B"] == 5
    assert spreads.loc["pjm B", "nyiso A"] == -5
    assert correlation(prices).loc["nyiso A", "pjm B"] == pytest.approx(1)
    assert np.isfinite(spreads.to_numpy()).all()


def test_top_bottom_spreads_by_hand():
    prices = day_of_prices("ercot", "H", DAY, [1, 2, 3, 4, *[10] * 16, 100, 200, 300, 400])
    assert top_bottom_spreads(prices, 2)["spread_usd_per_mwh"].tolist() == [350 - 1.5]
    assert top_bottom_spreads(prices, 4)["spread_usd_per_mwh"].tolist() == [250 - 2.5]
    assert top_bottom_spreads(prices.head(3), 2).empty


@pytest.mark.parametrize(("day", "hours"), [(date(2025, 3, 9), 23), (date(2025, 11, 2), 25)])
def test_clock_change_days_count_their_hours(day, hours):
    for market in ("nyiso", "pjm", "caiso", "ercot"):
        summary = location_summary(day_of_prices(market, "X", day, [-1.0, 3.0], [0.0], congestion=1.0)).iloc[0]
        assert summary["hours"] == hours
        assert summary["negative_hours"] == (hours + 1) // 2


def test_summary_by_hand():
    prices = day_of_prices("pjm", "W", DAY, [10.0] * 7 + [30.0] * 16 + [10.0], [5.0], congestion=2.5)
    row = location_summary(prices).iloc[0]
    assert row["on_peak_usd_per_mwh"] == 30
    assert row["off_peak_usd_per_mwh"] == 10
    assert row["premium_usd_per_mwh"] == pytest.approx((16 * 30 + 8 * 10) / 24 - 5)
    assert row["congestion_share"] == pytest.approx(2.5 * 24 / (2.5 * 24 + 16 * 27.5 + 8 * 7.5))
