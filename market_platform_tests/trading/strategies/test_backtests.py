"""Backtests: no future leaks, clearing respects the store, foresight is the ceiling, the benchmark is reproduced."""

from datetime import time
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from market_platform.errors import Infeasible
from market_platform.trading.dispatch import Fleet
from market_platform.trading.strategies import (
    DayAheadSchedule,
    Gate,
    RealTimeReoptimisation,
    StochasticSchedule,
    Threshold,
    ValueOffers,
    VersionedHistory,
    View,
    backtest,
    day_ahead_gates,
    error_response,
    first_leak,
    rolling_gates,
)

CHICAGO = ZoneInfo("America/Chicago")
BATTERY = Fleet.of(power_mw=1, energy_mwh=2, charge_efficiency=0.87)
STRATEGIES = [
    Threshold(),
    DayAheadSchedule(),
    ValueOffers(response=0.9 ** np.abs(np.subtract.outer(np.arange(24), np.arange(24))), surprise_usd_per_mwh=3),
    StochasticSchedule(),
    RealTimeReoptimisation(),
]


def history(first="2024-03-07", last="2024-03-13", seed=1):
    """Prices and day-ahead forecasts around the spring clock change, each with the time it became known."""
    random = np.random.default_rng(seed)
    intervals = pd.date_range(
        pd.Timestamp(first, tz=CHICAGO), pd.Timestamp(last, tz=CHICAGO), freq="h", inclusive="left"
    ).tz_convert("UTC")
    hour = intervals.tz_convert(CHICAGO).hour.to_numpy()
    prices = pd.Series(
        35 + 40 * np.sin((hour - 10) / 24 * 2 * np.pi) + random.normal(0, 25, len(hour)), index=intervals
    )
    local = intervals.tz_convert(CHICAGO)
    published = (local.normalize() - pd.Timedelta(hours=10, minutes=30)).tz_convert("UTC")
    issued = (local.normalize() - pd.Timedelta(hours=16)).tz_convert("UTC")
    forecast = pd.DataFrame({"issued_at": issued, "interval_start": intervals})
    forecast["usd_per_mwh"] = prices.to_numpy() + random.normal(0, 8, len(hour))
    for scenario in range(6):
        forecast[f"scenario_{scenario}"] = forecast["usd_per_mwh"] + random.normal(0, 8, len(hour))
    known = pd.DataFrame({"interval_start": intervals, "known_from": published, "usd_per_mwh": prices.to_numpy()})
    return prices, known, forecast


def poisoned_after(moment: pd.Timestamp, known: pd.DataFrame, forecast: pd.DataFrame) -> VersionedHistory:
    """The same history, everything known after ``moment`` replaced by nonsense."""
    random = np.random.default_rng(99)
    known, forecast = known.copy(), forecast.copy()
    known.loc[known["known_from"] > moment, "usd_per_mwh"] = random.normal(500, 500)
    later = forecast["issued_at"] > moment
    values = forecast.columns[2:]
    forecast.loc[later, values] = random.normal(-500, 500, (int(later.sum()), len(values)))
    return VersionedHistory(known, forecast)


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: strategy.name)
def test_nothing_known_after_a_gate_changes_its_offers(strategy):
    prices, known, forecast = history()
    full = VersionedHistory(known, forecast)
    for plan in day_ahead_gates(prices.index, CHICAGO, time(10, 30)):
        gate = Gate(plan.moment, prices.index[plan.first : plan.last], 1.0, 1.0)
        assert first_leak(full, poisoned_after(plan.moment, known, forecast), BATTERY, strategy, [gate]) is None


def test_a_strategy_that_peeks_is_caught():
    prices, known, _ = history()

    class Peeking(DayAheadSchedule):
        def offers(self, battery, gate, view):
            return super().offers(battery, gate, View(view.moment, view.prices, view.prices))

    def leaking(frame):
        return lambda moment: View(moment, frame.set_index("interval_start")["usd_per_mwh"], pd.Series(dtype=float))

    plan = day_ahead_gates(prices.index, CHICAGO, time(10, 30))[2]
    gate = Gate(plan.moment, prices.index[plan.first : plan.last], 1.0, 1.0)
    cut = known.assign(usd_per_mwh=known["usd_per_mwh"].where(known["known_from"] <= plan.moment, 7.0))
    assert first_leak(leaking(known), leaking(cut), BATTERY, Peeking(), [gate]) is gate


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: strategy.name)
def test_no_strategy_beats_foresight_or_leaves_the_store(strategy):
    prices, known, forecast = history()
    gates = day_ahead_gates(prices.index, CHICAGO, time(10, 30))
    result = backtest(BATTERY, prices, strategy, VersionedHistory(known, forecast), gates, market="made-up day-ahead")
    assert result.score.revenue_usd <= result.score.perfect_foresight_usd + 1e-9
    assert result.score.daily_foresight_usd <= result.score.perfect_foresight_usd + 1e-9
    assert result.frame["soc_end_mwh"].between(0, 2).all()
    assert result.frame["segments"].max() <= 10
    assert (result.frame["gate"] < result.frame["interval_start"]).all()
    for word in ("market made-up day-ahead", "end SOC", "cycle cost", "foresight over the whole"):
        assert word in str(result.score)


@pytest.mark.parametrize(
    ("first", "last", "hours"), [("2024-03-10", "2024-03-11", 23), ("2024-11-03", "2024-11-04", 25)]
)
def test_the_gate_of_a_clock_change_day_covers_all_its_hours(first, last, hours):
    prices, _, _ = history(first, last)
    (plan,) = day_ahead_gates(prices.index, CHICAGO, time(10, 30))
    assert plan.last - plan.first == hours
    assert plan.moment.tz_convert(CHICAGO).time() == time(10, 30)


def test_real_time_every_five_minutes_with_a_perfect_forecast_reaches_foresight():
    intervals = pd.date_range("2024-07-01", periods=288, freq="5min", tz="UTC")
    prices = pd.Series(np.random.default_rng(3).gamma(2, 20, 288), index=intervals)
    forecast = pd.DataFrame({"issued_at": intervals[0] - pd.Timedelta(hours=1), "interval_start": intervals})
    forecast["usd_per_mwh"] = prices.to_numpy()
    known = pd.DataFrame({"interval_start": intervals, "known_from": intervals, "usd_per_mwh": prices.to_numpy()})
    result = backtest(
        BATTERY,
        prices,
        RealTimeReoptimisation(max_segments=200),
        VersionedHistory(known, forecast),
        rolling_gates(intervals, pd.Timedelta(minutes=5)),
        market="made-up real-time",
        hours=1 / 12,
    )
    assert result.score.capture == pytest.approx(1.0)


def test_a_revision_is_seen_only_once_it_is_known():
    start = pd.Timestamp("2024-01-01", tz="UTC")
    known = pd.DataFrame(
        {
            "interval_start": [start, start],
            "known_from": [start, start + pd.Timedelta(hours=2)],
            "usd_per_mwh": [10.0, 12.0],
        }
    )
    read = VersionedHistory(known, pd.DataFrame({"issued_at": [], "interval_start": [], "usd_per_mwh": []}))
    assert read(start + pd.Timedelta(hours=1)).prices.tolist() == [10.0]
    assert read(start + pd.Timedelta(hours=2)).prices.tolist() == [12.0]


def test_a_gate_without_forecast_is_refused():
    prices, known, forecast = history()
    plan = day_ahead_gates(prices.index, CHICAGO, time(10, 30))[0]
    early = plan.moment - pd.Timedelta(days=3)
    gate = Gate(early, prices.index[plan.first : plan.last], 1.0, 0.0)
    with pytest.raises(Infeasible, match="does not cover"):
        DayAheadSchedule().offers(BATTERY, gate, VersionedHistory(known, forecast)(early))


def test_the_published_forecasts_earn_94_8_percent_on_pjm(benchmark_data):
    """Facts §7.1: LEAR + DNN mean, 4 h, round trip 0.87 on charge, 728 days, whole-horizon foresight 28.6 $/kW-yr."""
    file = benchmark_data / "epf" / "published" / "Forecasts_PJM_DNN_LEAR_ensembles.csv"
    table = pd.read_csv(file, index_col=0)
    hours = pd.date_range("2016-12-27", periods=len(table), freq="h", tz="UTC")  # 24 rows a day: labels, not instants
    prices = pd.Series(table["Real price"].to_numpy(), index=hours)
    issued = hours.normalize() - pd.Timedelta(hours=14)
    mean = (table["LEAR Ensemble"] + table["DNN Ensemble"]).to_numpy() / 2
    forecast = pd.DataFrame({"issued_at": issued, "interval_start": hours, "usd_per_mwh": mean})
    known = pd.DataFrame({"interval_start": hours, "known_from": hours, "usd_per_mwh": prices.to_numpy()})
    gates = day_ahead_gates(hours, ZoneInfo("UTC"), time(10, 30))
    battery = Fleet.of(power_mw=1, energy_mwh=4, charge_efficiency=0.87)
    score = backtest(
        battery, prices, DayAheadSchedule(), VersionedHistory(known, forecast), gates, market="PJM ComEd day-ahead"
    ).score
    assert score.capture == pytest.approx(0.948, abs=5e-4)
    assert score.perfect_foresight_usd / 728 * 365 / 1000 == pytest.approx(28.6, abs=0.05)
    assert score.daily_foresight_usd / score.perfect_foresight_usd == pytest.approx(0.998, abs=5e-4)
    assert score.undelivered_mwh < 1e-6


def test_the_error_response_is_a_regression_that_spikes_cannot_bend():
    random = np.random.default_rng(8)
    first = random.normal(0, 2, 4000)
    errors = np.column_stack([first, 0.5 * first + random.normal(0, 1, 4000)])
    errors[0] = [5000, -5000]
    response = error_response(errors)
    assert response[0, 1] == pytest.approx(0.5, abs=0.05)
    np.testing.assert_allclose(np.diag(response), 1.0)
