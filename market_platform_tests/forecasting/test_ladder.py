"""Hard histories: a forecast with a reason or a typed refusal, never NaN, never silence."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from market_platform.forecasting.errors import TooLittleData, UnusableData
from market_platform.forecasting.issue import QUANTILE_COLUMNS, Request, issue, issue_scenarios, panel_from_frames
from market_platform.forecasting.members import standard_pool
from market_platform.forecasting.report import history_report

ZONE = ZoneInfo("America/Chicago")
SPRING, AUTUMN = date(2025, 3, 9), date(2025, 11, 2)
FAST = tuple(member for member in standard_pool() if member.name in {"kernel_28", "kernel_91", "lasso_91"})


def _request(day: date) -> Request:
    return Request("HB_NORTH", "day_ahead_price", day, ZONE, datetime(day.year, day.month, day.day, 0, tzinfo=UTC))


def _history(day: date, days: int, seed: int = 1) -> pd.DataFrame:
    """Draw an hourly price with a daily and weekly shape to the end of the day before ``day``."""
    end = datetime.combine(day, datetime.min.time(), ZONE).astimezone(UTC)
    starts = pd.date_range(end - timedelta(days=days), end, freq="h", inclusive="left")
    local = starts.tz_convert(ZONE)
    random = np.random.default_rng(seed)
    value = (
        30 + 10 * np.sin(2 * np.pi * local.hour / 24) - 5 * (local.day_of_week >= 5) + random.normal(0, 2, len(starts))
    )
    return pd.DataFrame({"interval_start": starts, "value": value})


def _issued(history: pd.DataFrame, day: date) -> pd.DataFrame:
    request = _request(day)
    rows = issue(panel_from_frames(request, history), request, FAST)
    bands = rows[QUANTILE_COLUMNS].to_numpy()
    assert np.isfinite(rows["value"]).all()
    assert np.isfinite(bands).all()
    assert (np.diff(bands, axis=1) >= 0).all()
    return rows


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2025, 7, 1), 24)])
def test_every_hour_of_a_clock_change_day_is_issued_once(day, hours):
    rows = _issued(_history(day, 230), day)
    assert len(rows) == hours
    assert rows["interval_start"].is_unique
    assert (rows["interval_end"] - rows["interval_start"] == pd.Timedelta(hours=1)).all()
    assert set(rows["rung"]) == {"pool"}
    assert rows["inputs_hash"].str.len().eq(64).all()


def test_history_with_both_clock_changes_is_complete():
    day = date(2025, 12, 1)
    panel = panel_from_frames(_request(day), _history(day, 300))
    assert not np.isnan(panel.target[1:-1]).any()


def test_the_pool_learns_the_shape_of_the_day():
    day = date(2025, 7, 1)
    rows = _issued(_history(day, 230), day)
    local = pd.DatetimeIndex(rows["interval_start"]).tz_convert(ZONE)
    expected = 30 + 10 * np.sin(2 * np.pi * local.hour / 24)
    assert np.abs(rows["value"] - expected).mean() < 1.5


def test_one_week_repeats_the_week_and_says_so():
    day = date(2025, 7, 1)
    history = _history(day, 7)
    rows = _issued(history, day)
    np.testing.assert_allclose(rows["value"], history["value"].iloc[:24])
    assert set(rows["rung"]) == {"seasonal"}
    assert "7 known days" in rows["notes"].iloc[0]


def test_three_days_repeat_the_last_and_no_day_is_refused():
    day = date(2025, 7, 1)
    assert set(_issued(_history(day, 3), day)["rung"]) == {"last day"}
    request = _request(day)
    with pytest.raises(TooLittleData, match="load a history"):
        issue(panel_from_frames(request, _history(day, 230).iloc[: -24 * 40]), request, FAST)
    with pytest.raises(UnusableData, match="no day_ahead_price before"):
        panel_from_frames(request, _history(day, 3).iloc[:0])


def test_a_constant_history_is_forecast_as_constant():
    day = date(2025, 7, 1)
    rows = _issued(_history(day, 230).assign(value=25.0), day)
    np.testing.assert_allclose(rows["value"], 25.0, atol=0.05)


def test_a_missing_month_is_named_and_bridged():
    day = date(2025, 7, 1)
    history = _history(day, 260)
    history.loc[history.index[-24 * 90 : -24 * 60], "value"] = np.nan
    rows = _issued(history, day)
    assert "30 days without a complete target" in rows["notes"].iloc[0]
    assert history_report(panel_from_frames(_request(day), history)).longest_gap_days == 30


def test_a_spike_does_not_carry_the_forecast_away():
    day = date(2025, 7, 1)
    history = _history(day, 230)
    calm = _issued(history, day)["value"]
    history.loc[history.index[-30], "value"] = 9000.0
    assert np.abs(_issued(history, day)["value"] - calm).max() < 60


def test_duplicated_hours_count_once_or_are_refused():
    day = date(2025, 7, 1)
    history = _history(day, 60)
    twice = pd.concat([history, history.iloc[100:110]])
    np.testing.assert_allclose(_issued(twice, day)["value"], _issued(history, day)["value"])
    twice.iloc[-1, 1] += 5
    with pytest.raises(UnusableData, match="contradict each other"):
        panel_from_frames(_request(day), twice)


def test_late_inputs_are_left_out_and_named():
    day = date(2025, 7, 1)
    history = _history(day, 230)
    request = _request(day)
    panel = panel_from_frames(request, history, {"wind": history.assign(value=1.0 * np.arange(len(history)))})
    rows = issue(panel, request, FAST)
    assert "wind is not complete" in rows["notes"].iloc[0]


def test_scenarios_follow_the_quantiles_of_their_hour():
    day = AUTUMN
    request = _request(day)
    panel = panel_from_frames(request, _history(day, 60))
    paths = issue_scenarios(panel, request, 4000, seed=3, members=FAST)
    rows = issue(panel, request, FAST)
    assert paths.shape == (4000, 25)
    np.testing.assert_allclose(np.median(paths, axis=0), rows["q50"], atol=0.4)
    np.testing.assert_array_equal(paths, issue_scenarios(panel, request, 4000, seed=3, members=FAST))
