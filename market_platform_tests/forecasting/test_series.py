"""Real-time prices, ISO corrections, gas series, calendars, own files, saved models and figures."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_platform.forecasting import plots, saved
from market_platform.forecasting.calendars import easter_sunday, holiday_marks
from market_platform.forecasting.errors import TooLittleData, UnusableData
from market_platform.forecasting.issue import Request, issue, panel_from_frames
from market_platform.forecasting.ladder import forecast_last_row
from market_platform.forecasting.members import standard_pool
from market_platform.forecasting.own_csv import read_own_csv
from market_platform.forecasting.panel import Panel
from market_platform.forecasting.realtime import forecast_real_time
from market_platform.forecasting.series import corrected_iso_forecast, daily_panel, weekly_panel

FAST = tuple(member for member in standard_pool() if member.name in {"kernel_28", "kernel_91", "lasso_91"})
ZONE = ZoneInfo("America/Chicago")


def _five_minutes(days: int = 12, seed: int = 4) -> tuple[pd.Series, pd.Series]:
    """Draw a day-ahead curve and a real-time price whose spread to it fades over about an hour."""
    index = pd.date_range("2025-03-01", periods=days * 288, freq="5min", tz="UTC")
    random = np.random.default_rng(seed)
    day_ahead = pd.Series(30 + 10 * np.sin(2 * np.pi * index.hour / 24), index=index)
    spread = np.zeros(len(index))
    for row in range(1, len(index)):
        spread[row] = 0.93 * spread[row - 1] + random.normal(0, 1)
    return day_ahead + spread, day_ahead


def test_real_time_beats_persistence_and_the_day_ahead_price():
    real_time, day_ahead = _five_minutes()
    errors = {"ours": [], "last": [], "day ahead": []}
    for cut in range(len(real_time) - 40 * 24, len(real_time) - 24, 80):
        got = forecast_real_time(real_time.iloc[:cut], day_ahead, 24)
        truth = real_time.iloc[cut : cut + 24].to_numpy()
        errors["ours"].append(np.abs(got.price_usd_per_mwh - truth).mean())
        errors["last"].append(np.abs(real_time.iloc[cut - 1] - truth).mean())
        errors["day ahead"].append(np.abs(day_ahead.iloc[cut : cut + 24].to_numpy() - truth).mean())
        assert got.quantiles.shape == (24, 99)
        assert (got.start == real_time.index[cut : cut + 24]).all()
    assert np.mean(errors["ours"]) < min(np.mean(errors["last"]), np.mean(errors["day ahead"]))


def test_real_time_reads_nothing_after_the_last_known_price():
    real_time, day_ahead = _five_minutes()
    cut = len(real_time) - 100
    one = forecast_real_time(real_time.iloc[:cut], day_ahead, 12)
    two = forecast_real_time(real_time.iloc[:cut], day_ahead.iloc[: cut + 12], 12)
    np.testing.assert_array_equal(one.price_usd_per_mwh, two.price_usd_per_mwh)
    np.testing.assert_array_equal(one.quantiles, two.quantiles)


def test_spike_probability_rises_with_what_announces_a_spike():
    real_time, day_ahead = _five_minutes()
    calm = forecast_real_time(real_time.iloc[:-200], day_ahead, 6, spike_usd_per_mwh=38).spike_probability
    assert ((calm >= 0) & (calm <= 1)).all()
    raised = real_time.iloc[:-200].copy()
    raised.iloc[-12:] += 12
    assert forecast_real_time(raised, day_ahead, 6, spike_usd_per_mwh=38).spike_probability[0] > calm[0]


def test_real_time_refuses_what_it_cannot_use():
    real_time, day_ahead = _five_minutes()
    with pytest.raises(UnusableData, match="there twice"):
        forecast_real_time(pd.concat([real_time, real_time.iloc[5:6]]), day_ahead, 6)
    with pytest.raises(UnusableData, match="day-ahead prices end"):
        forecast_real_time(real_time, day_ahead, 24)
    with pytest.raises(TooLittleData):
        forecast_real_time(real_time.iloc[:50], day_ahead, 6)


def test_correction_takes_out_the_bias_of_the_isos_forecast_and_keeps_nights_dark():
    random = np.random.default_rng(9)
    shape = np.clip(np.sin((np.arange(24) - 6) / 12 * np.pi), 0, None)
    cloud = random.uniform(0.4, 1, (240, 1))
    said = 1000 * shape * cloud
    actual = np.clip(said * 0.85 + random.normal(0, 10, said.shape) * (shape > 0), 0, None)
    panel = Panel(np.datetime64("2025-01-01") + np.arange(240), actual, {"iso_forecast": said})
    got = corrected_iso_forecast(panel, FAST, highest_mw=1000)
    assert np.abs(got.value - actual[-1]).mean() < 0.5 * np.abs(said[-1] - actual[-1]).mean()
    assert (got.value[shape == 0] == 0).all()
    with pytest.raises(UnusableData, match="iso_forecast"):
        corrected_iso_forecast(Panel(panel.days, actual, {"wind": said}), FAST)


def test_gas_series_of_one_number_a_day_or_week():
    random = np.random.default_rng(1)
    basis = np.cumsum(random.normal(0, 0.02, 200)) - 0.5
    basis[-1] = np.nan
    days = np.datetime64("2025-01-01") + np.arange(200)
    daily = forecast_last_row(daily_panel(days, basis), FAST)
    assert abs(daily.value[0] - basis[-2]) < 0.2
    weeks = np.datetime64("2020-01-02") + 7 * np.arange(260)
    change = 60 * np.sin(2 * np.pi * np.arange(260) / 52.18) + random.normal(0, 4, 260)
    weekly = forecast_last_row(weekly_panel(weeks, change), FAST)
    assert abs(weekly.value[0] - change[-1]) < 20
    assert daily.quantiles.shape == (1, 99)


def test_holidays_fall_where_calendars_print_them():
    assert [easter_sunday(year) for year in (2015, 2016, 2024, 2025)] == [
        date(2015, 4, 5),
        date(2016, 3, 27),
        date(2024, 3, 31),
        date(2025, 4, 20),
    ]
    days = np.arange(np.datetime64("2022-01-01"), np.datetime64("2023-01-01"))
    kept = days[holiday_marks(days, "US")].astype(str).tolist()
    assert kept == ["2022-01-01", "2022-05-30", "2022-07-04", "2022-09-05", "2022-11-24", "2022-12-26"]  # NERC's list
    with pytest.raises(UnusableData, match="no holiday calendar"):
        holiday_marks(days, "MOON")


def test_a_users_own_csv_is_read_or_refused_by_row():
    text = "interval_start,value,load\n2025-11-02T00:00,20,5\n2025-11-02T01:00,21,5\n2025-11-02T01:00,22,5\n2025-11-02T02:00,23,5\n"
    target, ahead, notes = read_own_csv(text.encode(), ZONE)
    assert notes == ()
    assert target["interval_start"].diff().dropna().eq(pd.Timedelta(hours=1)).all()
    assert list(ahead) == ["load"]
    zoned, _, _ = read_own_csv(b"interval_start,value\n2025-01-01T00:00-06:00,20\n", ZONE)
    assert zoned["interval_start"].iloc[0] == pd.Timestamp("2025-01-01T06:00Z")
    spring, _, notes = read_own_csv(b"interval_start,value\n2025-03-09T01:00,20\n2025-03-09T02:00,21\n", ZONE)
    assert (len(spring), notes) == (1, ("1 rows on an hour that the clock skips, the first in row 3: left out",))
    daily, _, _ = read_own_csv(b"interval_start,value\n2025-03-09,20\n", ZONE)  # a bare date carries no offset
    assert daily["interval_start"].iloc[0] == pd.Timestamp("2025-03-09T06:00Z")
    for payload, words in (
        (b"", "cannot be read"),
        (b"time,price\n1,2\n", "are needed"),
        (b"interval_start,value\nsoon,2\n", "row 2"),
        (b"interval_start,value\n2025-01-01T00:00,2\n2025-01-01T01:00,dear\n", "row 3"),
        (b"interval_start,value\n2025-01-01T00:00,\n", "no value"),
        (b"interval_start,value\n2025-01-01T00:00Z,2\n2025-01-01T01:00,2\n", "row 3: '2025-01-01T01:00' is written"),
    ):
        with pytest.raises(UnusableData, match=words):
            read_own_csv(payload, ZONE)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_csv_are_refused_with_a_type(payload):
    with pytest.raises(UnusableData):
        read_own_csv(payload, ZONE)


def test_a_saved_model_gives_the_same_forecast_and_nothing_else_loads():
    day = date(2025, 7, 1)
    starts = pd.date_range("2025-04-20", "2025-07-01", freq="h", tz=ZONE, inclusive="left").tz_convert("UTC")
    history = pd.DataFrame({"interval_start": starts, "value": 30 + np.sin(np.arange(len(starts)) / 4)})
    request = Request("HB_NORTH", "day_ahead_price", day, ZONE, datetime(2025, 6, 30, 14, tzinfo=UTC), "US")
    panel = panel_from_frames(request, history, {"load": history})
    panel.known_ahead["load"][-1] = 30.0
    held, members, memory = saved.load(saved.save(panel))
    assert memory.said == {}
    pd.testing.assert_frame_equal(issue(held, request, members), issue(panel, request))
    with pytest.raises(UnusableData, match="not a saved"):
        saved.load(b"nothing")


def test_figures_hold_what_they_are_given():
    rows = pd.DataFrame({"interval_start": pd.date_range("2025-07-01", periods=24, freq="h", tz="UTC"), "value": 1.0})
    rows = rows.assign(
        q05=0.0, q25=0.5, q75=1.5, q95=2.0, location="A", quantity="price", market_day="2025-07-01", rung="pool"
    )
    assert len(plots.fan_chart(rows, rows["value"]).axes[0].collections) == 2
    actual = np.zeros((3, 24))
    assert len(plots.error_by_hour(actual, {"a": actual + 1, "b": actual}).axes[0].lines) == 2
    line = plots.calibration(actual, np.broadcast_to(np.linspace(-1, 1, 99), (3, 24, 99))).axes[0].lines[1]
    assert line.get_ydata()[0] == 0
    assert line.get_ydata()[-1] == 1
