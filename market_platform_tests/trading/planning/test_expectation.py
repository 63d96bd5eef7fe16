"""What is expected where no forecast was issued."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from market_platform.markets.market_day import interval_starts
from market_platform.trading.planning.expectation import seasonal_naive, with_latest_surprise

NEW_YORK = ZoneInfo("America/New_York")


def history(first: date, days: int) -> pd.Series:
    """Prices that say their own day and hour: 100 x day of the month + local hour."""
    parts = [interval_starts(first + timedelta(days=n), NEW_YORK, 60) for n in range(days)]
    index = parts[0].append(parts[1:])
    local = index.tz_convert(NEW_YORK)
    return pd.Series(100.0 * np.asarray(local.day) + np.asarray(local.hour), index=index)


@pytest.mark.parametrize(
    ("day", "like"),
    [
        (date(2026, 7, 16), 15),  # a Thursday looks like the Wednesday before
        (date(2026, 7, 13), 6),  # a Monday, a Saturday and a Sunday like those a week back
        (date(2026, 7, 18), 11),
        (date(2026, 7, 19), 12),
    ],
)
def test_the_day_copied_depends_on_the_weekday(day, like):
    hours = interval_starts(day, NEW_YORK, 60)
    found = seasonal_naive(history(day - timedelta(days=8), 8), hours, NEW_YORK)
    assert found.source == "seasonal_naive"
    assert found.prices.tolist() == [100.0 * like + hour for hour in range(24)]


def test_a_missing_week_is_said():
    hours = interval_starts(date(2026, 7, 18), NEW_YORK, 60)
    found = seasonal_naive(history(date(2026, 7, 16), 2), hours, NEW_YORK)
    assert found.source == "last_day"
    assert found.prices.iloc[0] == 1700.0
    assert not seasonal_naive(history(date(2026, 7, 18), 1), hours, NEW_YORK).is_known


@pytest.mark.parametrize(("day", "count"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_the_clock_may_change_on_either_side(day, count):
    found = seasonal_naive(history(day - timedelta(days=8), 8), interval_starts(day, NEW_YORK, 60), NEW_YORK)
    assert len(found.prices) == count
    local = found.prices.index.tz_convert(NEW_YORK)
    assert (found.prices % 100).tolist() == np.asarray(local.hour).tolist()
    monday = interval_starts(day + timedelta(days=7), NEW_YORK, 60)
    after = seasonal_naive(history(day - timedelta(days=1), 8), monday, NEW_YORK)
    assert len(after.prices) == 24
    assert after.prices.notna().all()


def test_of_the_real_time_prices_only_those_before_the_moment_count():
    hours = pd.date_range("2026-07-15T00:00Z", periods=6, freq="h")
    day_ahead = pd.Series(40.0, index=hours)
    five = pd.date_range("2026-07-15T00:00Z", periods=72, freq="5min")
    at = datetime.fromisoformat("2026-07-15T02:00Z")
    real = pd.Series(np.where(five < pd.Timestamp(at), 60.0, 9999.0), index=five)
    path = with_latest_surprise(day_ahead, real, at)
    assert path.iloc[2] == 60.0
    assert path.iloc[4] == pytest.approx(50.0)
    assert with_latest_surprise(day_ahead, real.iloc[:0], at).equals(day_ahead)
