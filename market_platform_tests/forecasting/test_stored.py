"""What an issue keeps and takes up again: members' past, corrections without history, members that ran away, many locations."""

import numpy as np
import pandas as pd
import pytest

from market_platform.errors import Infeasible
from market_platform.forecasting import pool
from market_platform.forecasting.batch import Task, forecast, forecast_all
from market_platform.forecasting.errors import TooLittleData
from market_platform.forecasting.ladder import forecast_last_row
from market_platform.forecasting.members import standard_pool
from market_platform.forecasting.panel import Panel
from market_platform.forecasting.realtime import real_time_or_day_ahead
from market_platform.forecasting.series import corrected_iso_forecast

FAST = tuple(member for member in standard_pool() if member.name in {"kernel_28", "kernel_91"})


def _panel(days: int = 230, seed: int = 3) -> Panel:
    random = np.random.default_rng(seed)
    load = 20 + 5 * np.sin(np.arange(days)[:, None] / 9 + np.arange(24) / 4) + random.normal(0, 1, (days, 24))
    price = 1.5 * load + random.normal(0, 1, (days, 24))
    return Panel(np.datetime64("2025-01-01") + np.arange(days), price, {"load": load})


def _on_rows(panel: Panel, past_days: np.ndarray, values: np.ndarray) -> np.ndarray:
    table = np.full(panel.target.shape, np.nan)
    table[np.searchsorted(panel.days, past_days)] = values
    return table


def test_stored_members_give_the_forecast_of_a_whole_run():
    panel = _panel()
    day_before = panel.rows(slice(0, -1))
    first = forecast_last_row(day_before, FAST)
    stored = {name: _on_rows(panel, first.past.days, values) for name, values in first.past.members.items()}
    for name, values in first.members.items():
        stored[name][-2] = values
    whole, resumed = forecast_last_row(panel, FAST), forecast_last_row(panel, FAST, stored)
    np.testing.assert_allclose(resumed.value, whole.value, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(resumed.quantiles, whole.quantiles, rtol=1e-3, atol=1e-2)


def test_a_gap_in_what_is_stored_is_computed_again():
    panel = _panel()
    whole = forecast_last_row(panel, FAST)
    stored = {name: _on_rows(panel, whole.past.days, values) for name, values in whole.past.members.items()}
    stored["kernel_28"][-40] = np.nan
    np.testing.assert_allclose(forecast_last_row(panel, FAST, stored).value, whole.value, rtol=1e-4, atol=1e-3)


def test_what_is_stored_is_taken_at_its_word():
    panel = _panel()
    whole = forecast_last_row(panel, FAST)
    stored = {name: _on_rows(panel, whole.past.days, values) for name, values in whole.past.members.items()}
    stored["kernel_28"] = panel.target.copy()  # a member that was right every day earns the weight
    weighed = forecast_last_row(panel, FAST, stored)
    assert (
        np.abs(weighed.value - whole.members["kernel_28"]).mean()
        < np.abs(whole.value - whole.members["kernel_28"]).mean()
    )


def test_a_member_that_runs_away_does_not_carry_the_mean():
    random = np.random.default_rng(0)
    members = 30 + random.normal(0, 1, (7, 5, 24))
    strayed = members.copy()
    strayed[2, 3, 10] = 4000.0
    assert abs(pool.in_company(strayed)[:, 3, 10].mean() - members[:, 3, 10].mean()) < 2
    np.testing.assert_array_equal(pool.in_company(members[:1]), members[:1])


def test_the_isos_forecast_stands_where_its_errors_are_not_known_yet():
    days = 20
    said = np.full((days, 24), 500.0)
    actual = said + np.random.default_rng(2).normal(0, 10, said.shape)
    panel = Panel(np.datetime64("2025-03-01") + np.arange(days), actual, {"iso_forecast": said})
    got = corrected_iso_forecast(panel, FAST)
    assert got.rung == "iso"
    assert "35 are needed" in got.notes[0]
    np.testing.assert_array_equal(got.value, said[-1])
    unseen = corrected_iso_forecast(Panel(panel.days, actual * np.nan, panel.known_ahead), FAST)
    assert np.isfinite(unseen.quantiles).all()
    assert (np.diff(unseen.quantiles, axis=1) >= 0).all()


def test_past_corrections_are_in_mw_of_the_series_and_not_of_the_error():
    panel = _panel()
    own = Panel(panel.days, panel.target, {"iso_forecast": panel.target + 2.0})
    got = corrected_iso_forecast(own, FAST)
    rows = np.searchsorted(panel.days, got.past.days)
    assert np.abs(got.past.value - panel.target[rows]).mean() < 0.5


def test_real_time_falls_back_to_the_day_ahead_price_and_says_so():
    index = pd.date_range("2025-03-08", periods=40, freq="15min", tz="UTC")
    day_ahead = pd.Series(30.0, index=index)
    got = real_time_or_day_ahead(day_ahead.iloc[:32] + 1.0, day_ahead, 8)
    assert got.rung == "day ahead"
    assert "far too few" in got.notes[0]
    np.testing.assert_array_equal(got.price_usd_per_mwh, 30.0)
    assert ((got.spike_probability > 0) & (got.spike_probability < 1)).all()
    with pytest.raises(TooLittleData):
        real_time_or_day_ahead(day_ahead.iloc[:4], day_ahead, 8)


def test_a_refusal_of_one_location_leaves_the_others():
    panel = _panel(60)
    empty = Panel(panel.days, panel.target * np.nan)
    found = dict(forecast_all({"good": Task(panel), "empty": Task(empty)}, 1, FAST))
    assert found["good"].rung == "short pool"
    assert isinstance(found["empty"], Infeasible)


def test_two_processes_forecast_what_one_does():
    tasks = {"A": Task(_panel(60, 1)), "B": Task(_panel(60, 2))}
    side_by_side = dict(forecast_all(tasks, 2, FAST))
    assert list(side_by_side) == ["A", "B"]
    for name, task in tasks.items():
        np.testing.assert_allclose(side_by_side[name].value, forecast(task, FAST).value, rtol=1e-4, atol=1e-3)
