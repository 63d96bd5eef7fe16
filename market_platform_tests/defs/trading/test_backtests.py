"""Backtests on the lake's prices: nothing later is seen, every strategy is scored, clock-change days are whole."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from market_platform.defs.trading.backtests import day_ahead_replay, real_time_replay, whole_days
from market_platform.errors import Infeasible
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import interval_starts
from market_platform.trading.dispatch import Fleet
from market_platform.trading.strategies import Gate, backtest
from market_platform_tests.defs.trading.market import HUB, house_at, lay_prices

BATTERY = Fleet.of(power_mw=1, energy_mwh=4, charge_efficiency=0.92, discharge_efficiency=0.92)
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)


def history(iso: str, last: date, count: int, seed: int) -> tuple[list[date], pd.Series]:
    """Prices with a shape that comes again each day, so that a forecast is worth something."""
    zone = MARKETS[iso].zone
    days = [last - timedelta(days=step) for step in reversed(range(count))]
    starts = pd.DatetimeIndex(np.concatenate([interval_starts(day, zone, 60) for day in days]), tz="UTC")
    shape = 40 + 30 * np.sin((starts.tz_convert(zone).hour - 9) / 24 * 2 * np.pi)
    return days, pd.Series(shape + np.random.default_rng(seed).normal(0, 8, len(starts)), index=starts)


def offers_at(replay, which: int, gate):
    strategy = replay.strategies[which]
    intervals = pd.DatetimeIndex(replay.prices.index[gate.first : gate.last])
    given = strategy.offers(BATTERY, Gate(gate.moment, intervals, replay.hours, 1.5), replay.known(gate.moment))
    return [(curve.start_mw, curve.mw.tolist(), curve.usd_per_mwh.tolist()) for curve in (o.curve(1.5) for o in given)]


@pytest.mark.parametrize(("iso", "last"), [("pjm", SPRING + timedelta(days=1)), ("nyiso", AUTUMN + timedelta(days=1))])
def test_no_strategy_offers_differently_for_prices_that_came_later(iso, last):
    days, prices = history(iso, last, 10, seed=1)
    replay = day_ahead_replay(iso, "HUB", days, prices)
    gate = replay.gates[7]
    later = prices.index >= replay.prices.index[gate.first]
    other = day_ahead_replay(iso, "HUB", days, prices.where(~later, 500 - prices))
    for which in range(len(replay.strategies)):
        assert offers_at(replay, which, gate) == offers_at(other, which, gate)
        assert offers_at(replay, which, replay.gates[8]) != offers_at(other, which, replay.gates[8]) or which == 0


def test_every_strategy_is_scored_beside_perfect_foresight():
    days, prices = history("pjm", AUTUMN + timedelta(days=2), 12, seed=2)
    replay = day_ahead_replay("pjm", "HUB", days, prices)
    scores = [
        backtest(BATTERY, replay.prices, each, replay.known, replay.gates, market=replay.market).score
        for each in replay.strategies
    ]
    captures = {score.strategy: score.capture for score in scores}
    assert list(captures) == [
        "threshold", "day-ahead self-schedule", "value-function offers", "stochastic schedule with CVaR",
    ]  # fmt: skip
    assert all(score.capture <= 1 and score.perfect_foresight_usd > 0 for score in scores)
    assert min(value for name, value in captures.items() if name != "threshold") > 0.6
    assert "end SOC" in scores[0].horizon
    assert len(replay.prices) == 11 * 24 + 1


def test_real_time_is_offered_anew_at_every_interval(make_platform):
    platform, days = make_platform(now=datetime(2026, 1, 1, tzinfo=UTC)), [SPRING - timedelta(days=1), SPRING]
    lay_prices(platform, "pjm", days, [20.0] * 8 + [35.0] * 8 + [90.0] * 8)
    lay_prices(platform, "pjm", [SPRING], [18.0] * 8 + [36.0] * 8 + [99.0] * 8, market="rtm", minutes=5)
    book = house_at(platform, datetime(2026, 4, 1, tzinfo=UTC)).prices
    ahead = book.history("pjm", HUB["pjm"], None, None)
    replay = real_time_replay(book, "pjm", HUB["pjm"], whole_days("pjm", HUB["pjm"], ahead), ahead)
    assert (len(replay.gates), replay.hours) == (23 * 12, pytest.approx(1 / 12))
    score = backtest(
        BATTERY, replay.prices, replay.strategies[1], replay.known, replay.gates, market=replay.market,
        hours=replay.hours,
    ).score  # fmt: skip
    assert score.strategy == "real-time re-optimisation"
    assert 0.9 < score.capture <= 1
    assert real_time_replay(book, "pjm", HUB["pjm"], days[:1], ahead) is None


def test_a_day_with_a_hole_is_named():
    days, prices = history("pjm", SPRING, 3, seed=3)
    assert whole_days("pjm", "HUB", prices) == days
    with pytest.raises(Infeasible, match=str(days[1])):
        whole_days("pjm", "HUB", prices.drop(prices.index[30]))
    with pytest.raises(Infeasible, match="backfill"):
        whole_days("pjm", "HUB", prices.iloc[:0])
